//! An explanation as text: what one would hand to the person who was scored.

use super::layout::{Figures, pad, widest, wrap};
use super::shown::signed;
use super::{Adjustment, ConsequenceShown, Contribution, DecisionShown, Explanation, GroupHead, Shown, Spot};
use crate::decimal::Decimal;
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// How wide a line may become, in columns of a terminal.
const WIDTH: usize = 100;
/// How wide the column of titles may become.
const TITLES: usize = 34;
/// How wide the column of places may become before it moves to a line of its own.
const PLACES: usize = 30;

/// The explanation as text for a terminal, coloured where asked.
pub fn text(explanation: &Explanation, colour: bool) -> String {
    let mut page = Page { out: String::new(), colour, folder: common_folder(explanation) };
    page.head(explanation);
    page.ledger(explanation);
    page.reasons(explanation);
    page.missing(explanation);
    page.decisions(&explanation.decisions);
    page.consequences("Benefits held", &explanation.benefits);
    page.consequences("Penalties", &explanation.penalties);
    page.recourse(explanation);
    page.foot(explanation);
    page.out
}

struct Page {
    out: String,
    colour: bool,
    /// The folder that all files are in, with a slash at its end; places are shown without it.
    folder: String,
}

/// How wide the columns of the ledger are.
struct Columns {
    figures: Figures,
    titles: usize,
    codes: usize,
}

/// A line of the ledger before it is laid out.
struct Line {
    points: Option<Decimal>,
    signed: bool,
    title: String,
    detail: String,
    code: String,
    place: String,
    style: Style,
}

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GAIN: Style = AnsiColor::Green.on_default();
const LOSS: Style = AnsiColor::Red.on_default();

impl Page {
    /// A text in a style; the blanks at its end stay plain.
    fn paint(&mut self, style: Style, text: &str) {
        let ink = text.trim_end_matches(' ');
        if self.colour && style != PLAIN && !ink.is_empty() {
            let _ = write!(self.out, "{style}{ink}{style:#}{:1$}", "", text.len() - ink.len());
        } else {
            self.out.push_str(text);
        }
    }

    fn line(&mut self, style: Style, text: &str) {
        self.paint(style, text);
        self.end();
    }

    /// Ends a line, without blanks before its end.
    fn end(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.end();
        self.line(BOLD, title);
    }

    fn head(&mut self, e: &Explanation) {
        self.line(BOLD, &e.title);
        let version = e.version.as_ref().map_or(String::new(), |version| format!(", version {version}"));
        self.line(DIM, &format!("{} {}, as of {}{version}", e.record, e.key, e.as_of));
        self.end();
        match &e.score {
            Some(score) => {
                self.out.push_str("  Score  ");
                self.paint(BOLD, &score.to_string());
                if let Some((least, most)) = e.range {
                    let _ = write!(self.out, "  of {least} to {most}");
                }
            }
            None => {
                self.out.push_str("  Score  ");
                self.paint(
                    BOLD,
                    if e.status == "not participating" {
                        "none: does not take part"
                    } else {
                        "none: not scored"
                    },
                );
            }
        }
        self.end();
        if let Some(label) = &e.tier_label {
            self.out.push_str("  Tier   ");
            self.paint(BOLD, label);
            if let Some(next) = &e.next_tier {
                let unit = plural(next.points.0, "point", "points");
                let _ = write!(self.out, "  ({} more {unit} to {})", next.points, next.label);
            }
            self.end();
        }
    }

    fn ledger(&mut self, e: &Explanation) {
        let mut lines: Vec<Line> = Vec::new();
        if e.score.is_some() {
            lines.push(Line { signed: false, ..Line::of(Some(e.start.0), "Start", String::new()) });
        }
        // A group stands above its members, what changes points right behind what gave them.
        let mut steps: Vec<((usize, u8, usize), Line)> = Vec::new();
        steps.extend(e.groups.iter().map(|g| ((g.spot.step, 0, g.spot.depth), self.group(g))));
        let scored = e.score.is_some();
        steps.extend(e.contributions.iter().map(|c| ((c.spot.step, 1, 0), self.contribution(c, scored))));
        steps.extend(e.adjustments.iter().map(|a| ((a.spot.step, 2, 0), self.adjustment(a, scored))));
        steps.sort_by_key(|(order, _)| *order);
        lines.extend(steps.into_iter().map(|(_, line)| line));
        if lines.is_empty() {
            return;
        }
        self.end();
        self.paint(
            BOLD,
            if e.score.is_some() { "How the score comes about" } else { "Why there is no score" },
        );
        if !self.folder.is_empty() {
            let folder = format!("  (files in {})", self.folder.trim_end_matches('/'));
            self.paint(DIM, &folder);
        }
        self.end();
        let total = e.score.map(|score| Line {
            signed: false,
            style: BOLD,
            ..Line::of(Some(score.0), "Score", String::new())
        });
        let columns = Columns {
            figures: Figures::of(
                lines.iter().chain(&total).filter_map(|line| Some((line.points?, line.signed))),
            ),
            titles: widest(lines.iter().map(|line| line.title.as_str())).min(TITLES),
            codes: widest(lines.iter().map(|line| line.code.as_str())),
        };
        for line in &lines {
            self.ledger_line(line, &columns);
        }
        if let Some(total) = total {
            self.line(DIM, &format!("  {}", "─".repeat(columns.figures.width())));
            self.ledger_line(&total, &columns);
        }
    }

    /// Points, title, what it saw, code, place; what does not fit goes on below the detail.
    fn ledger_line(&mut self, line: &Line, Columns { figures, titles, codes }: &Columns) {
        let (titles, codes) = (*titles, *codes);
        let points = line
            .points
            .map_or_else(|| " ".repeat(figures.width()), |points| figures.align(points, line.signed));
        let style = match line.points {
            Some(points) if line.signed && points > Decimal::ZERO => GAIN,
            Some(points) if line.signed && points < Decimal::ZERO => LOSS,
            Some(_) | None => line.style,
        };
        let indent = 2 + figures.width() + 2 + titles + 2;
        let place_width = line.place.width();
        let beside = if place_width > PLACES { codes } else { codes + place_width + 2 };
        let room = WIDTH.saturating_sub(indent + beside + 2).max(20);
        let code = if codes == 0 { String::new() } else { format!("  {}", pad(&line.code, codes)) };
        let mut details = wrap(&line.detail, room).into_iter();
        let mut titles_left = wrap(&line.title, titles).into_iter();
        self.out.push_str("  ");
        self.paint(style, &points);
        self.out.push_str("  ");
        let first_title = titles_left.next().unwrap_or_default();
        self.paint(line.style, &pad(&first_title, titles));
        self.out.push_str("  ");
        let first_detail = details.next().unwrap_or_default();
        self.out.push_str(&pad(&first_detail, room));
        self.out.push_str(&code);
        if place_width <= PLACES {
            self.out.push_str("  ");
            self.paint(DIM, &line.place);
        }
        self.end();
        loop {
            let (title, detail) = (titles_left.next(), details.next());
            if title.is_none() && detail.is_none() {
                break;
            }
            self.out.push_str(&" ".repeat(2 + figures.width() + 2));
            self.out.push_str(&pad(&title.unwrap_or_default(), titles));
            self.out.push_str("  ");
            self.out.push_str(&detail.unwrap_or_default());
            self.end();
        }
        if place_width > PLACES {
            self.out.push_str(&" ".repeat(indent));
            self.paint(DIM, &line.place);
            self.end();
        }
    }

    fn reasons(&mut self, e: &Explanation) {
        if e.reasons.is_empty() {
            return;
        }
        self.section("Principal reasons");
        let codes = widest(e.reasons.iter().map(|reason| reason.code.as_str()));
        for (reason, place) in e.reasons.iter().zip(1..) {
            let points = reason.points_lost.map_or(String::new(), |lost| {
                format!("  ({lost} {} {})", plural(lost.0, "point", "points"), e.ranked_by)
            });
            self.hang(
                &format!("  {place}. {}  ", pad(&reason.code, codes)),
                &format!("{}{points}", reason.text),
            );
        }
    }

    fn missing(&mut self, e: &Explanation) {
        if e.missing.is_empty() {
            return;
        }
        self.section("What is missing, and what that did");
        for gap in &e.missing {
            let label = gap.label.as_ref().map_or(String::new(), |label| format!(" ({label})"));
            self.hang("  ", &format!("{}{label}: {}", gap.name, gap.why));
            for effect in &gap.did {
                self.hang("    ", &format!("{}: {}", effect.title, effect.effect));
            }
        }
    }

    fn decisions(&mut self, decisions: &[DecisionShown]) {
        if decisions.is_empty() {
            return;
        }
        self.section("Decisions");
        for each in decisions {
            self.out.push_str("  ");
            self.out.push_str(&each.title);
            self.out.push_str(": ");
            self.paint(BOLD, &each.value.to_string());
            if let Some(code) = &each.reason {
                let _ = write!(self.out, "  {code}");
            }
            self.end();
            self.hang("    ", &each.matched);
            if let Some(place) = self.place(each.file.as_ref(), each.line) {
                self.paint(DIM, &format!("    {place}"));
                self.end();
            }
        }
    }

    fn consequences(&mut self, title: &str, all: &[ConsequenceShown]) {
        if all.is_empty() {
            return;
        }
        self.section(title);
        for each in all {
            let mut about = vec![format!("when {}", each.when)];
            about.extend(each.context.as_ref().map(|context| format!("context: {context}")));
            about.extend(each.grantor.as_ref().map(|grantor| format!("granted by {grantor}")));
            about.extend(each.basis.as_ref().map(|basis| format!("by {basis}")));
            about.extend(each.before.as_ref().map(|day| format!("until before {day}")));
            about.extend(each.reason.clone());
            self.hang("  ", &each.title);
            self.hang("    ", &about.join("; "));
            if let Some(place) = self.place(each.file.as_ref(), each.line) {
                self.paint(DIM, &format!("    {place}"));
                self.end();
            }
        }
    }

    fn recourse(&mut self, e: &Explanation) {
        let Some(recourse) = &e.recourse else { return };
        self.section(&format!("The cheapest way to {}", recourse.aim));
        let names = widest(recourse.changes.iter().map(|change| change.field.as_str()));
        let moves: Vec<String> =
            recourse.changes.iter().map(|change| format!("{} → {}", change.from, change.to)).collect();
        let width = widest(moves.iter().map(String::as_str));
        for (change, moved) in recourse.changes.iter().zip(&moves) {
            let price = change.price().unwrap_or_default();
            self.hang("  ", &format!("{}  {}  {price}", pad(&change.field, names), pad(moved, width)));
        }
        if let (Some(cost), Some(score)) = (recourse.cost, recourse.score) {
            self.out.push_str("  ");
            self.paint(BOLD, &format!("Cost {cost}, new score {score}"));
            if let Some(tier) = &recourse.tier {
                self.out.push_str(", tier ");
                self.paint(BOLD, tier);
            }
            self.end();
        }
        for sentence in &recourse.because {
            self.hang("  ", sentence);
        }
    }

    fn foot(&mut self, e: &Explanation) {
        self.end();
        for (name, value) in &e.set.0 {
            self.line(DIM, &format!("Set from outside: {name} is {value}"));
        }
        self.line(DIM, &format!("Policy `{}`, hash {}", e.policy, e.hash));
    }

    /// The head of a group has no points of its own: its members' lines and its own weight and limits have.
    fn group(&self, g: &GroupHead) -> Line {
        let title = format!("{}{}", indent(g.spot), g.title);
        let mut line = Line::of(None, &title, format!("{} together", signed(g.points.0)));
        line.place = self.place(g.file.as_ref(), g.line).unwrap_or_default();
        line
    }

    fn contribution(&self, c: &Contribution, scored: bool) -> Line {
        let detail = if c.cells.is_empty() { formula_detail(c) } else { row_detail(c) };
        let title = format!("{}{}", indent(c.spot), c.title);
        let mut line = Line::of(scored.then_some(c.points.0), &title, detail);
        line.code = if c.lost { c.reason.clone().unwrap_or_default() } else { String::new() };
        line.place = self.place(c.file.as_ref(), c.line).unwrap_or_default();
        line
    }

    fn adjustment(&self, a: &Adjustment, scored: bool) -> Line {
        let title = match a.kind {
            "cap" | "weight" | "limit" => format!("{}{}: {}", indent(a.spot), a.title, a.kind),
            _ => a.title.clone(),
        };
        let mut line = Line::of(scored.then_some(a.points.0), &title, a.text.clone());
        let silent = a.kind == "influence" && a.points.0 >= Decimal::ZERO;
        line.code = if silent { String::new() } else { a.reason.clone().unwrap_or_default() };
        line.place = self.place(a.file.as_ref(), a.line).unwrap_or_default();
        line
    }

    /// A file and a line, without the folder that all files are in.
    fn place(&self, file: Option<&String>, line: Option<usize>) -> Option<String> {
        let file = file?.strip_prefix(self.folder.as_str()).or(file.map(String::as_str))?;
        Some(format!("{file}:{}", line?))
    }

    /// A text after a lead, its further lines below its first.
    fn hang(&mut self, lead: &str, text: &str) {
        let indent = lead.width();
        for (line, first) in wrap(text, WIDTH.saturating_sub(indent))
            .into_iter()
            .zip(std::iter::once(true).chain(std::iter::repeat(false)))
        {
            if first {
                self.out.push_str(lead);
            } else {
                self.out.push_str(&" ".repeat(indent));
            }
            self.out.push_str(&line);
            self.end();
        }
    }
}

impl Line {
    fn of(points: Option<Decimal>, title: &str, detail: String) -> Self {
        let (code, place) = (String::new(), String::new());
        Self { points, signed: true, title: title.to_owned(), detail, code, place, style: PLAIN }
    }
}

/// Members of a group stand further in.
fn indent(spot: Spot) -> String {
    "  ".repeat(spot.depth)
}

/// `late_24m is 7 (3 or more)`; where the cell is the value it is not said twice. What a column that is a definition was
/// worked out from stands behind.
fn row_detail(c: &Contribution) -> String {
    let cells = c.cells.iter().map(|cell| {
        let value = cell.value.to_string();
        if value == cell.cell {
            format!("{} is {value}", cell.column)
        } else {
            format!("{} is {value} ({})", cell.column, cell.cell)
        }
    });
    let mut detail = cells.collect::<Vec<_>>().join(", ");
    let columns = c.cells.iter().map(|cell| cell.column.as_str()).collect::<Vec<_>>();
    let inputs = others(c, &columns);
    if !inputs.is_empty() {
        let _ = write!(detail, "; from {inputs}");
    }
    detail
}

/// What a rule without a table saw; of events each row on a line of its own.
fn formula_detail(c: &Contribution) -> String {
    if c.values.0.iter().any(|(_, value)| matches!(value, Shown::Events(_))) {
        return c.matched.replace("; ", "\n");
    }
    let inputs = others(c, &[]);
    if inputs.is_empty() { c.matched.clone() } else { format!("{}; {inputs}", c.matched) }
}

/// The values that are not columns.
fn others(c: &Contribution, columns: &[&str]) -> String {
    let values = c
        .values
        .0
        .iter()
        .filter(|(name, value)| !columns.contains(&name.as_str()) && !matches!(value, Shown::Events(_)));
    values.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

fn plural(number: Decimal, one: &'static str, many: &'static str) -> &'static str {
    if number == Decimal::ONE { one } else { many }
}

/// The folder that all files of an explanation are in, with a slash at its end; nothing where there is none.
fn common_folder(e: &Explanation) -> String {
    let lines = e.contributions.iter().map(|line| line.file.as_deref());
    let lines = lines.chain(e.adjustments.iter().map(|line| line.file.as_deref()));
    let lines = lines.chain(e.decisions.iter().map(|line| line.file.as_deref()));
    let lines = lines.chain(e.benefits.iter().chain(&e.penalties).map(|line| line.file.as_deref()));
    let folders = lines.flatten().map(|file| file.rsplit_once('/').map_or("", |(folder, _)| folder));
    let common = folders.map(|folder| folder.split('/').collect::<Vec<_>>()).reduce(|common, folder| {
        common.into_iter().zip(folder).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    match common.unwrap_or_default().join("/").as_str() {
        "" => String::new(),
        folder => format!("{folder}/"),
    }
}
