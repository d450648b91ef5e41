//! Statements: which word begins what, and the builders of those that are one line.

use super::block;
use super::case::{case_block, cases_line};
use super::charter::CHARTER;
use super::expression::{broken, only_expression};
use super::grammar::Rule;
use super::line::{Line, LineKind};
use super::literal::{broken_name, first_name, first_text, history, literals, name, names};
use super::reader::{Node, Reader};
use super::schema::record_block;
use super::token::Kind;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::syntax::ast::{
    History, ItemKind, LetBlock, LetBody, LinkLine, ListLine, Name, ParamLine, ReasonLine, Statement,
    TagLine, Text, UseLine,
};

/// Builds a statement from its first line; a block takes its other lines from the reader.
type Build = for<'t> fn(&mut Reader<'t>, &Line<'t>) -> Statement;

/// The words that begin a statement, whether they open a block, and what builds them.
const STATEMENTS: [(&str, Shape, Build); 21] = [
    ("policy", Shape::Block, |r, line| Statement::Policy(block::policy_block(r, line))),
    ("tag", Shape::Line, |r, line| Statement::Tag(tag_line(r, line))),
    ("record", Shape::Block, |r, line| Statement::Record(record_block(r, line))),
    ("list", Shape::Line, |r, line| Statement::List(list_line(r, line))),
    ("let", Shape::Either, |r, line| Statement::Let(let_block(r, line))),
    ("reason", Shape::Line, |r, line| Statement::Reason(reason_line(r, line))),
    ("param", Shape::Line, |r, line| Statement::Param(param_line(r, line))),
    ("characteristic", Shape::Block, |r, line| {
        Statement::Item(block::item(r, line, ItemKind::Characteristic))
    }),
    ("rule", Shape::Block, |r, line| Statement::Item(block::item(r, line, ItemKind::Rule))),
    ("group", Shape::Block, |r, line| Statement::Item(block::item(r, line, ItemKind::Group))),
    ("override", Shape::Block, |r, line| Statement::Override(block::override_block(r, line))),
    ("tiers", Shape::Block, |r, line| Statement::Tiers(block::tiers_block(r, line))),
    ("decision", Shape::Block, |r, line| Statement::Decision(block::decision_block(r, line))),
    ("link", Shape::Line, |r, line| Statement::Link(link_line(r, line))),
    ("influence", Shape::Block, |r, line| Statement::Influence(block::influence_block(r, line))),
    ("participation", Shape::Block, |r, line| Statement::Participation(block::participation_block(r, line))),
    ("benefit", Shape::Block, |r, line| Statement::Consequence(block::consequence_block(r, line, false))),
    ("penalty", Shape::Block, |r, line| Statement::Consequence(block::consequence_block(r, line, true))),
    ("use", Shape::Line, |r, line| Statement::Use(use_line(r, line))),
    ("case", Shape::Block, |r, line| Statement::Case(case_block(r, line))),
    ("cases", Shape::Line, |r, line| Statement::Cases(cases_line(r, line))),
];

/// Whether a statement is a line or opens a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One line.
    Line,
    /// A head, lines and `}`.
    Block,
    /// Either.
    Either,
}

/// Whether a word begins a statement.
pub(super) fn is_statement_word(word: &str) -> bool {
    shape(word).is_some()
}

/// What the statements that begin with a word look like.
pub(super) fn shape(word: &str) -> Option<Shape> {
    STATEMENTS.iter().find(|(name, ..)| *name == word).map(|(_, shape, _)| *shape)
}

/// Builds the statement that begins with a line. One whose word is unknown but close to one is built as that.
pub(super) fn statement<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> Option<Statement> {
    let word = reader.first_word(line);
    if let Some((_, _, build)) = STATEMENTS.iter().find(|(name, ..)| *name == word) {
        return Some(build(reader, line));
    }
    let at = line.tokens.first().map_or(line.span, |token| token.span);
    let names = STATEMENTS.iter().map(|(name, ..)| *name);
    let meant = if is_short(word) { suggest::closest(word, names) } else { None };
    let message = format!("`{word}` does not begin a statement");
    let mut diagnostic = Diagnostic::error(Code::E0102, reader.place(at), message);
    if let Some(meant) = meant {
        diagnostic = diagnostic.help(format!("did you mean `{meant}`?")).fix(
            reader.place(at),
            meant,
            format!("write `{meant}`"),
        );
    } else if word == CHARTER {
        diagnostic = diagnostic.help("a charter stands in a file of its own, which ends in `.charter`");
    }
    reader.keep(diagnostic);
    if let Some((_, _, build)) = STATEMENTS.iter().find(|(name, ..)| Some(*name) == meant) {
        reader.pass_over = Some(line.span);
        return Some(build(reader, line));
    }
    if line.kind == LineKind::Opens {
        block::skip(reader);
    }
    None
}

/// Whether a word is short enough to be a misspelling of anything.
pub(super) fn is_short(word: &str) -> bool {
    word.len() <= 40
}

/// The name that a line which could not be read declares, and its title.
pub(super) fn declared(reader: &mut Reader<'_>, line: &Line<'_>) -> (Name, Option<Text>) {
    let second = line.tokens.get(1).filter(|token| token.kind == Kind::Word);
    let name = match second {
        Some(token) => Name { text: reader.token_text(Some(token)).to_owned(), span: token.span },
        None => broken_name(line.span),
    };
    let title = line.tokens.iter().find(|token| token.kind == Kind::Text).map(|token| Text {
        text: reader.mended(token.span).trim_end().trim_matches('"').to_owned(),
        span: token.span,
    });
    (name, title)
}

/// A title that must be there but could not be read.
pub(super) fn broken_text(line: &Line<'_>) -> Text {
    Text { text: String::new(), span: line.span }
}

fn tag_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> TagLine {
    let (name, label) = named_text(reader, line, Rule::tag_line);
    TagLine { name, label, span: line.span }
}

fn reason_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> ReasonLine {
    let (code, text) = named_text(reader, line, Rule::reason_line);
    ReasonLine { code, text, span: line.span }
}

fn named_text<'t>(reader: &mut Reader<'t>, line: &Line<'t>, rule: Rule) -> (Name, Text) {
    let (name, text) = match reader.read(rule, line.span) {
        Some(node) => (first_name(&node), first_text(reader, &node)),
        None => declared(reader, line),
    };
    (name, text.unwrap_or_else(|| broken_text(line)))
}

fn list_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> ListLine {
    match reader.read(Rule::list_line, line.span) {
        Some(node) => {
            let values = node.child(Rule::literals).map(|list| literals(reader, &list)).unwrap_or_default();
            ListLine { name: first_name(&node), title: first_text(reader, &node), values, span: line.span }
        }
        None => {
            let (name, title) = declared(reader, line);
            ListLine { name, title, values: Vec::new(), span: line.span }
        }
    }
}

fn param_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> ParamLine {
    match reader.read(Rule::param_line, line.span) {
        Some(node) => {
            let value = node.child(Rule::history).map(|value| history(reader, &value));
            let value = value.unwrap_or_else(|| History { steps: Vec::new(), span: line.span });
            ParamLine { name: first_name(&node), label: first_text(reader, &node), value, span: line.span }
        }
        None => {
            let (name, label) = declared(reader, line);
            ParamLine { name, label, value: History { steps: Vec::new(), span: line.span }, span: line.span }
        }
    }
}

fn use_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> UseLine {
    match reader.read(Rule::use_line, line.span) {
        Some(node) => {
            let path = first_text(reader, &node).unwrap_or_else(|| broken_text(line));
            UseLine { names: names(&node), path, span: line.span }
        }
        None => {
            // What can be told of the names: a word, a comma, a word, and so on.
            let mut names = Vec::new();
            for (token, even) in line.tokens.iter().skip(1).zip([true, false].into_iter().cycle()) {
                match (even, token.kind, reader.token_text(Some(token))) {
                    (true, Kind::Word, word) => names.push(Name { text: word.to_owned(), span: token.span }),
                    (false, Kind::Sign, ",") => {}
                    _ => break,
                }
            }
            UseLine { names, path: broken_text(line), span: line.span }
        }
    }
}

fn link_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> LinkLine {
    let Some(node) = reader.read(Rule::link_line, line.span) else {
        let (name, label) = declared(reader, line);
        let nobody = broken_name(line.span);
        let (from, to) = (nobody.clone(), nobody);
        return LinkLine { name, label, from, to, symmetric: false, tags: Vec::new(), span: line.span };
    };
    let symmetric = node.child(Rule::symmetric);
    let ends = symmetric.clone().or_else(|| node.child(Rule::directed));
    let mut ends = ends.map(|ends| names(&ends)).unwrap_or_default().into_iter();
    LinkLine {
        name: first_name(&node),
        label: first_text(reader, &node),
        from: ends.next().unwrap_or_else(|| broken_name(line.span)),
        to: ends.next().unwrap_or_else(|| broken_name(line.span)),
        symmetric: symmetric.is_some(),
        tags: tags(&node),
        span: line.span,
    }
}

/// The tags after `tagged`, wherever it stands among the children of a node.
pub(super) fn tags(node: &Node<'_>) -> Vec<Name> {
    node.all(Rule::tagged).flat_map(|tagged| names(&tagged)).collect()
}

fn let_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> LetBlock {
    let is_table = line.kind == LineKind::Opens;
    let rule = if is_table { Rule::let_head } else { Rule::let_line };
    let Some(node) = reader.read(rule, line.span) else {
        let (name, label) = declared(reader, line);
        let of = line.tokens.get(2..4).and_then(|tokens| match tokens {
            [of, record] if reader.token_text(Some(of)) == "of" && record.kind == Kind::Word => {
                Some(Name { text: reader.token_text(Some(record)).to_owned(), span: record.span })
            }
            _ => None,
        });
        if is_table {
            block::definition_table(reader, line, false);
        }
        let body = LetBody::Expression(broken(line.span));
        return LetBlock { name, of, label, body, span: line.span };
    };
    let of = node.child(Rule::of_record).and_then(|of| of.child(Rule::name)).map(|record| name(&record));
    let label = first_text(reader, &node);
    let body = match is_table {
        true => block::definition_table(reader, line, node.has(Rule::first_match)),
        false => LetBody::Expression(only_expression(reader, &node)),
    };
    LetBlock { name: first_name(&node), of, label, body, span: line.span }
}
