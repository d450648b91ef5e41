//! Charters: the walk over the statements of a `.charter` file, and the builders of its lines.

use super::block::{Holds, body, row_outside, skip, stray_brace};
use super::clause::read_clause;
use super::grammar::Rule;
use super::line::{Line, LineKind};
use super::literal::{date, first_name, first_text, name, number, text};
use super::reader::{Node, Reader};
use super::statement::{declared, is_short, is_statement_word};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::syntax::ast::{CharterBlock, CharterClause, CharterLine, CharterLineKind, ClausePart, Name};

/// The word that begins a charter.
pub(super) const CHARTER: &str = "charter";

/// Makes what a line of a charter says, when its rule has read it.
type Build = fn(&mut Reader<'_>, &Node<'_>) -> Option<CharterLineKind>;

/// The lines of a charter: first word, rule, builder.
const LINES: [(&str, Rule, Build); 6] = [
    ("source", Rule::text_clause, |r, n| first_text(r, n).map(CharterLineKind::Source)),
    ("owner", Rule::text_clause, |r, n| first_text(r, n).map(CharterLineKind::Owner)),
    ("note", Rule::text_clause, |r, n| first_text(r, n).map(CharterLineKind::Note)),
    ("require", Rule::charter_clause, |r, n| Some(CharterLineKind::Clause(clause(r, n)))),
    ("forbid", Rule::charter_clause, |r, n| Some(CharterLineKind::Clause(clause(r, n)))),
    ("limit", Rule::charter_clause, |r, n| Some(CharterLineKind::Clause(clause(r, n)))),
];

/// Reads every charter of a file.
pub(super) fn read_file(reader: &mut Reader<'_>) -> Vec<CharterBlock> {
    let mut charters = Vec::new();
    while let Some(line) = reader.next() {
        match line.kind {
            LineKind::Closes => stray_brace(reader, line),
            LineKind::Row => row_outside(reader, line),
            LineKind::Opens | LineKind::Plain => charters.extend(charter(reader, line)),
        }
        // What policies have was said to stand in the wrong place.
        reader.misplaced.clear();
    }
    charters
}

/// Reads the one clause that a text is; `None` where it is none, which is said.
pub(super) fn read_clause_alone(reader: &mut Reader<'_>) -> Option<CharterClause> {
    let line = reader.next()?;
    let read = charter_line(reader, line);
    if let Some(more) = reader.next() {
        reader.error(Code::E0101, more.span, "one clause is asked at a time");
    }
    match read.kind {
        CharterLineKind::Clause(clause) => Some(clause),
        CharterLineKind::Source(_) | CharterLineKind::Owner(_) | CharterLineKind::Note(_) => {
            let message = "this is no clause: a clause begins with `require`, `forbid` or `limit`";
            reader.error(Code::E0101, line.span, message);
            None
        }
        CharterLineKind::Broken(_) => None,
    }
}

/// A statement of a charter's file. One whose word is close to `charter` is read as that.
fn charter<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> Option<CharterBlock> {
    let word = reader.first_word(line);
    if word != CHARTER {
        let at = reader.place(line.tokens.first().map_or(line.span, |token| token.span));
        let message = format!("`{word}` does not begin a charter");
        let diagnostic = Diagnostic::error(Code::E0102, at, message);
        let meant = if is_short(word) { suggest::closest(word, [CHARTER]) } else { None };
        let is_line = LINES.iter().any(|(line, ..)| *line == word);
        let diagnostic = match meant {
            Some(meant) => {
                diagnostic.help(format!("did you mean `{meant}`?")).fix(at, meant, "write `charter`")
            }
            None if is_statement_word(word) => {
                diagnostic.help("what belongs to a policy stands in a file that ends in `.score`")
            }
            None if is_line => diagnostic.help("clauses stand in a block: `charter NAME \"Title\" { … }`"),
            None => diagnostic,
        };
        reader.keep(diagnostic);
        if meant.is_none() {
            if line.kind == LineKind::Opens {
                skip(reader);
            }
            return None;
        }
        reader.pass_over = Some(line.span);
    }
    let (name, title) = match reader.read(Rule::charter_head, line.span) {
        Some(node) => (first_name(&node), first_text(reader, &node)),
        None => declared(reader, line),
    };
    let mut lines = Vec::new();
    body(reader, line, Holds::Lines, |reader, line| lines.push(charter_line(reader, line)));
    Some(CharterBlock { name, title, lines, span: line.span })
}

fn charter_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> CharterLine {
    let kind = match capitals(reader, line) {
        true => None,
        false if line.kind == LineKind::Row => {
            reader.error(Code::E0101, line.span, "a charter has no table");
            None
        }
        false => read_clause(reader, line, &LINES).map(|(_, kind)| kind),
    };
    let kind = kind.unwrap_or_else(|| CharterLineKind::Broken(reader.first_name(line)));
    CharterLine { kind, span: line.span }
}

/// Whether a line begins with a word in capitals that is none, which is said.
fn capitals(reader: &mut Reader<'_>, line: &Line<'_>) -> bool {
    let word = reader.first_word(line);
    let lower = word.to_ascii_lowercase();
    let is_capital = word != lower && LINES.iter().any(|(known, ..)| *known == lower);
    if is_capital {
        let at = reader.place(line.tokens.first().map_or(line.span, |token| token.span));
        let found = Diagnostic::error(Code::E0111, at, format!("`{word}` is written in small letters"));
        let title = format!("write `{lower}`");
        reader.keep(found.fix(at, lower, title));
    }
    is_capital
}

/// The words and values of a clause.
fn clause(reader: &mut Reader<'_>, node: &Node<'_>) -> CharterClause {
    let parts: Vec<ClausePart> = node.children().map(|part| self::part(reader, &part)).collect();
    CharterClause { parts, span: node.span() }
}

fn part(reader: &mut Reader<'_>, node: &Node<'_>) -> ClausePart {
    let rule = node.rule();
    if rule == Rule::date {
        ClausePart::Date(date(reader, node))
    } else if rule == Rule::number {
        ClausePart::Number(number(reader, node))
    } else if rule == Rule::string {
        ClausePart::Text(text(reader, node))
    } else if rule == Rule::clause_comma {
        ClausePart::Comma(node.span())
    } else if rule == Rule::dotted {
        let field = node.child(Rule::field).map(|field| name(&field));
        let of = first_name(node);
        let field = field.unwrap_or_else(|| Name { text: String::new(), span: of.span });
        ClausePart::Dotted(of, field)
    } else {
        ClausePart::Word(name(node))
    }
}
