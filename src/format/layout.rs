//! Lines are put together: what stands on them, how far they are indented, and where their comments stand.

use super::columns::{Grid, Parts, blanks, stepped, width};
use super::outline::{Entry, Outline, Shape};
use super::spelling::Spelling;
use super::written::Written;
use crate::syntax::ast::{CharterFile, File};
use std::ops::Range;

/// How far the lines of a block stand to the right of its head.
const INDENT: usize = 2;

/// What the tokens of a line of the text are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// None: a blank line, or a comment alone.
    Nothing,
    /// The first line of an entry.
    First(usize),
    /// A line that goes on with an entry.
    More(usize),
    /// A `}`.
    Closes,
}

/// A text in its canonical layout.
pub(super) fn lay_out(text: &str, file: &File) -> String {
    let written = Written::new(text);
    let spelling = Spelling::new(&written, file);
    Layout::new(&written, &Outline::new(file), &spelling).text()
}

/// Charters in their canonical layout. Their clauses have one spelling.
pub(super) fn lay_out_charters(text: &str, file: &CharterFile) -> String {
    let written = Written::new(text);
    let spelling = Spelling::as_written(&written);
    Layout::new(&written, &Outline::of_charters(file), &spelling).text()
}

struct Layout<'t> {
    written: &'t Written<'t>,
    outline: &'t Outline<'t>,
    spelling: &'t Spelling<'t>,
    /// What each line is.
    roles: Vec<Role>,
    /// For each entry the tokens of its first line.
    firsts: Vec<Range<usize>>,
    /// For each entry the number of its section: entries in one section stand in line with each other.
    sections: Vec<usize>,
}

/// A line on its way: its comment comes last, as its place depends on the neighbours.
struct Line<'t> {
    indent: usize,
    text: String,
    comment: Option<&'t str>,
    /// Neighbours' comments do not stand in line with this one's.
    is_apart: bool,
}

impl<'t> Layout<'t> {
    fn new(written: &'t Written<'t>, outline: &'t Outline<'t>, spelling: &'t Spelling<'t>) -> Self {
        let mut layout =
            Self { written, outline, spelling, roles: Vec::new(), firsts: Vec::new(), sections: Vec::new() };
        let ends: Vec<usize> =
            outline.entries.iter().map(|entry| written.tokens_in(entry.span).end).collect();
        let mut section = 0;
        let mut was_row = false;
        for line in &written.lines {
            let role = layout.role(line.tokens.clone(), &ends);
            match role {
                Role::First(entry) => {
                    let is_row = matches!(layout.shape(entry), Some(Shape::Row { .. }));
                    section += usize::from(is_row != std::mem::replace(&mut was_row, is_row));
                    layout.firsts.push(line.tokens.clone());
                    layout.sections.push(section);
                    section += usize::from(layout.opens(entry, &line.tokens));
                }
                Role::More(entry) => section += usize::from(layout.opens(entry, &line.tokens)),
                Role::Closes => section += 1,
                // A blank line inside a statement parts nothing.
                Role::Nothing if line.is_blank() && !layout.is_inside(line.tokens.start, &ends) => {
                    section += 1
                }
                Role::Nothing => {}
            }
            layout.roles.push(role);
        }
        layout
    }

    /// The role of a line with these tokens, those of the lines before it being known.
    fn role(&self, tokens: Range<usize>, ends: &[usize]) -> Role {
        let known = self.firsts.len();
        let Some(first) = self.written.tokens.get(tokens.start).filter(|_| !tokens.is_empty()) else {
            return Role::Nothing;
        };
        if self.is_inside(tokens.start, ends) {
            return Role::More(known.saturating_sub(1));
        }
        match self.outline.entries.get(known) {
            Some(next) if next.span.start == first.start => Role::First(known),
            Some(_) | None => Role::Closes,
        }
    }

    /// Whether a token belongs to the last entry that is known.
    fn is_inside(&self, token: usize, ends: &[usize]) -> bool {
        let last = self.firsts.len().checked_sub(1).and_then(|last| ends.get(last));
        last.is_some_and(|end| token < *end)
    }

    fn shape(&self, entry: usize) -> Option<Shape> {
        self.outline.entries.get(entry).map(|entry| entry.shape)
    }

    /// Whether a line of an entry opens a block.
    fn opens(&self, entry: usize, tokens: &Range<usize>) -> bool {
        let last = tokens.clone().next_back();
        matches!(self.shape(entry), Some(Shape::Plain))
            && last.is_some_and(|at| self.written.token(at) == "{")
    }

    /// The whole text.
    fn text(&self) -> String {
        let mut lines = self.lines();
        self.indent_comments(&mut lines);
        place_comments(&mut lines);
        while lines.last().is_some_and(|line| line.text.is_empty()) {
            lines.pop();
        }
        let mut text = String::with_capacity(self.written.text.len() * 5 / 4);
        for line in lines {
            if !line.text.is_empty() {
                text.push_str(&blanks(line.indent));
                text.push_str(&line.text);
            }
            text.push_str(self.written.line_end);
        }
        text
    }

    /// The lines without their comments.
    fn lines(&self) -> Vec<Line<'t>> {
        let parts = Parts::new(self.outline, &self.sections, &self.firsts, self.written, self.spelling);
        let grids = self.grids();
        let mut open_blocks = 0_usize;
        let mut going_on = GoingOn::default();
        let mut lines = Vec::with_capacity(self.written.lines.len());
        for (line, role) in self.written.lines.iter().zip(&self.roles) {
            let tokens = line.tokens.clone();
            let (indent, text, is_apart) = match *role {
                Role::Nothing => (0, String::new(), true),
                Role::Closes => {
                    open_blocks = open_blocks.saturating_sub(1);
                    (open_blocks * INDENT, self.spelling.line(tokens), true)
                }
                Role::First(number) => {
                    let Some(entry) = self.outline.entries.get(number) else { continue };
                    let section = self.sections.get(number).copied().unwrap_or_default();
                    let indent = entry.depth * INDENT;
                    let opens = self.opens(number, &tokens);
                    if opens {
                        open_blocks = entry.depth + 1;
                    }
                    let (text, hang) = match entry.shape {
                        Shape::Row { table, is_heading } => {
                            let grid = grids.get(table);
                            let row = grid.map(|grid| {
                                grid.row(tokens.clone(), is_heading, self.written, self.spelling)
                            });
                            (row.unwrap_or_default(), 0)
                        }
                        Shape::Plain
                        | Shape::Named(_)
                        | Shape::Clause(_)
                        | Shape::Sentence
                        | Shape::Given
                        | Shape::Field
                        | Shape::Tier => {
                            let laid =
                                parts.first_line(entry, section, tokens.clone(), self.written, self.spelling);
                            (laid.text, laid.hang)
                        }
                    };
                    going_on = GoingOn::after(entry, indent, hang);
                    going_on.pass(tokens, &text, indent, self.written);
                    (indent, text, opens)
                }
                Role::More(number) => {
                    let opens = self.opens(number, &tokens);
                    if let Some(entry) = self.outline.entries.get(number).filter(|_| opens) {
                        open_blocks = entry.depth + 1;
                    }
                    let indent = going_on.indent(tokens.clone(), self.written);
                    let text = self.spelling.line(tokens.clone());
                    going_on.pass(tokens, &text, indent, self.written);
                    (indent, text, opens)
                }
            };
            lines.push(Line { indent, text, comment: line.comment, is_apart });
        }
        lines
    }

    /// The columns of every table.
    fn grids(&self) -> Vec<Grid> {
        let mut rows: Vec<Vec<(Range<usize>, bool)>> = vec![Vec::new(); self.outline.tables.len()];
        for (entry, tokens) in self.outline.entries.iter().zip(&self.firsts) {
            if let Shape::Row { table, is_heading } = entry.shape
                && let Some(rows) = rows.get_mut(table)
            {
                rows.push((tokens.clone(), is_heading));
            }
        }
        let tables = self.outline.tables.iter().zip(&rows);
        tables.map(|(table, rows)| Grid::new(table, rows, self.written, self.spelling)).collect()
    }

    /// Comments alone on their line stand where the next line stands, at the end of a block where its lines stand.
    fn indent_comments(&self, lines: &mut [Line<'t>]) {
        let mut next = 0;
        for (line, role) in lines.iter_mut().zip(&self.roles).rev() {
            match role {
                Role::Nothing => {
                    if let Some(comment) = line.comment.take() {
                        line.indent = next;
                        line.text = comment.to_owned();
                    }
                }
                Role::Closes => next = line.indent + INDENT,
                Role::First(_) | Role::More(_) => next = line.indent,
            }
        }
    }
}

/// Puts comments behind their lines: those of lines that follow one another below each other.
fn place_comments(lines: &mut [Line<'_>]) {
    let runs = lines.chunk_by_mut(|this, next| !this.is_apart && !next.is_apart);
    for run in runs {
        let end = |line: &Line<'_>| line.indent + width(&line.text);
        let commented = || run.iter().filter(|line| line.comment.is_some());
        let widest = commented().map(end).max().unwrap_or_default() + 2;
        let column = if commented().count() > 1 { stepped(widest) } else { widest };
        for line in run {
            if let Some(comment) = line.comment.take() {
                let free = column.saturating_sub(end(line));
                line.text.push_str(&blanks(free));
                line.text.push_str(comment);
            }
        }
    }
}

/// Where the lines stand that go on with an entry.
#[derive(Default)]
struct GoingOn {
    /// Where they stand outside of parentheses.
    base: usize,
    /// Each open parenthesis adds to it; outside of them, statements count as if one were open.
    least: usize,
    open: usize,
    /// Where the first field stands of a record that is given.
    fields: Option<usize>,
    is_given: bool,
}

impl GoingOn {
    /// With an entry that is indented so far, and says something from `hang` on.
    fn after(entry: &Entry, indent: usize, hang: usize) -> Self {
        let hangs = matches!(entry.shape, Shape::Clause(_) | Shape::Given);
        Self {
            base: indent + if hangs { hang } else { 0 },
            least: usize::from(!hangs),
            open: 0,
            fields: None,
            is_given: matches!(entry.shape, Shape::Given),
        }
    }

    /// The indentation of the next line.
    fn indent(&self, tokens: Range<usize>, written: &Written<'_>) -> usize {
        let first = written.token(tokens.start);
        if let Some(fields) = self.fields {
            return if first == "}" { fields.saturating_sub(INDENT) } else { fields };
        }
        let closing = tokens.take_while(|at| written.token(*at) == ")").count();
        let open = self.open.saturating_sub(closing);
        self.base + INDENT * if closing > 0 { open } else { open.max(self.least) }
    }

    /// A line has been laid out.
    fn pass(&mut self, tokens: Range<usize>, text: &str, indent: usize, written: &Written<'_>) {
        let last = tokens.clone().next_back();
        for at in tokens {
            match written.token(at) {
                "(" => self.open += 1,
                ")" => self.open = self.open.saturating_sub(1),
                "{" if self.is_given && self.fields.is_none() => {
                    let brace =
                        text.find('{').and_then(|brace| text.get(..brace)).map(width).unwrap_or_default();
                    self.fields =
                        Some(if last == Some(at) { self.base + INDENT } else { indent + brace + INDENT });
                }
                _ => {}
            }
        }
    }
}
