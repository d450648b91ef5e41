//! Blocks: the walk over a file's statements, block by block, and the builders of blocks with clauses.

use std::cmp::Ordering;

use super::MAX_NESTING;
use super::cell::{broken_cell, cell};
use super::clause::{clause, head_clauses, policy_clause};
use super::expression::broken;
use super::grammar::Rule;
use super::line::{Line, LineKind};
use super::literal::{broken_name, first_name, first_text};
use super::reader::Reader;
use super::schema::field_type;
use super::statement::{declared, is_statement_word, statement};
use super::table::TableRows;
use super::token::Kind;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{
    Clause, ClauseKind, ConsequenceBlock, DecisionBlock, FieldType, InfluenceBlock, Item, ItemKind, LetBody,
    OverrideBlock, ParticipationBlock, PolicyBlock, Statement, Text, TierLine, TiersBlock,
};

/// Reads every statement of a file.
pub(super) fn read_file(reader: &mut Reader<'_>) -> Vec<Statement> {
    let mut statements = Vec::new();
    while let Some(line) = reader.next() {
        match line.kind {
            LineKind::Closes => stray_brace(reader, line),
            LineKind::Row => row_outside(reader, line),
            LineKind::Opens | LineKind::Plain => statements.extend(statement(reader, line)),
        }
        statements.append(&mut reader.misplaced);
    }
    statements
}

/// Whether the blocks of a statement may stand inside a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Only lines.
    Lines,
    /// What gives points, too: the builder of the lines takes care of it.
    Items,
}

/// Takes the lines of a block one by one up to its `}`, which is taken too.
///
/// Where braces are missing, the layout tells: a head without `{` is one all the same, and a block that is not
/// closed ends before a statement at the start of a line, before a `}` further to the left, or with the file.
pub(super) fn body<'t>(
    reader: &mut Reader<'t>,
    head: &Line<'t>,
    holds: Holds,
    mut each: impl FnMut(&mut Reader<'t>, &'t Line<'t>),
) {
    if head.kind != LineKind::Opens && reader.braces != Ordering::Less {
        return;
    }
    if reader.depth >= MAX_NESTING {
        let message = format!("blocks are nested more than {MAX_NESTING} deep");
        reader.error(Code::E0116, head.span, message);
        reader.end_said = true;
        return skip(reader);
    }
    reader.depth += 1;
    loop {
        let Some(line) = reader.peek() else {
            not_closed(reader, head);
            break;
        };
        if reader.braces == Ordering::Greater && is_outside(reader, head, line) {
            not_closed(reader, head);
            break;
        }
        reader.next();
        let word = reader.first_word(line);
        match line.kind {
            LineKind::Closes => break,
            LineKind::Opens if holds == Holds::Items && item_kind(word).is_some() => each(reader, line),
            LineKind::Opens => misplaced(reader, line, word),
            LineKind::Row | LineKind::Plain => each(reader, line),
        }
    }
    reader.depth -= 1;
}

/// Whether, by the layout of the file, a line stands after a block whose `}` is missing.
fn is_outside(reader: &Reader<'_>, head: &Line<'_>, line: &Line<'_>) -> bool {
    let indents = line.indent.zip(head.indent);
    match line.kind {
        LineKind::Closes => indents.is_some_and(|(line, head)| line < head),
        LineKind::Opens => {
            indents.is_some_and(|(line, head)| line <= head) && reader.looks_like_statement(line)
        }
        LineKind::Plain => line.indent == Some(0) && reader.looks_like_statement(line),
        LineKind::Row => false,
    }
}

/// A block where only lines belong. A statement is built all the same, as others may use its name.
fn misplaced<'t>(reader: &mut Reader<'t>, line: &'t Line<'t>, word: &str) {
    let at = line.tokens.first().map_or(line.span, |token| token.span);
    if word == "given" {
        let message = "the braces of this record are not closed, or hold something that is no `field: value`";
        reader.error(Code::E0101, line.span, message);
        return skip(reader);
    }
    if !is_statement_word(word) {
        reader.error(Code::E0102, at, format!("`{word}` does not begin a line of this block"));
        return skip(reader);
    }
    let message = format!("a `{word}` block cannot stand inside this block");
    let diagnostic = Diagnostic::error(Code::E0220, reader.place(at), message)
        .help("close this block with `}` first; only a `group` holds characteristics, rules and groups");
    reader.keep(diagnostic);
    let found = statement(reader, line);
    reader.misplaced.extend(found);
}

/// Skips the rest of a block, blocks inside it included.
pub(super) fn skip(reader: &mut Reader<'_>) {
    let mut depth = 1_usize;
    while depth > 0 {
        match reader.next().map(|line| line.kind) {
            Some(LineKind::Opens) => depth += 1,
            Some(LineKind::Closes) => depth -= 1,
            Some(LineKind::Row | LineKind::Plain) => {}
            None => return,
        }
    }
}

/// A row outside of a block; those after it are not told again.
pub(super) fn row_outside(reader: &mut Reader<'_>, line: &Line<'_>) {
    reader.error(Code::E0101, line.span, "a row of a table stands outside of a block");
    while reader.peek().is_some_and(|next| next.kind == LineKind::Row) {
        reader.next();
    }
}

pub(super) fn stray_brace(reader: &mut Reader<'_>, line: &Line<'_>) {
    let at = line.tokens.first().map_or(line.span, |token| token.span);
    reader.error(Code::E0104, at, "this `}` closes no block");
}

fn not_closed(reader: &mut Reader<'_>, head: &Line<'_>) {
    if reader.peek().is_none() && std::mem::replace(&mut reader.end_said, true) {
        return;
    }
    let brace = head.tokens.last().map_or(head.span, |token| token.span);
    let diagnostic = Diagnostic::error(Code::E0103, reader.place(brace), "this block is not closed")
        .help("write `}` alone on a line after its last line");
    reader.keep(diagnostic);
}

/// `policy NAME { … }`.
pub(super) fn policy_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> PolicyBlock {
    let (name, title) = named_head(reader, line, Rule::policy_head);
    let mut clauses = Vec::new();
    body(reader, line, Holds::Lines, |reader, line| clauses.push(policy_clause(reader, line)));
    PolicyBlock { name, title, clauses, span: line.span }
}

/// `characteristic`, `rule` or `group`.
pub(super) fn item<'t>(reader: &mut Reader<'t>, line: &Line<'t>, kind: ItemKind) -> Item {
    let mut item = Item {
        kind,
        name: broken_name(line.span),
        title: None,
        clauses: Vec::new(),
        table: None,
        members: Vec::new(),
        span: line.span,
    };
    let mut first_match = false;
    match reader.read(Rule::item_head, line.span) {
        Some(node) => {
            item.name = first_name(&node);
            item.title = first_text(reader, &node);
            item.clauses = head_clauses(reader, &node);
            first_match = node.has(Rule::first_match);
        }
        None => (item.name, item.title) = declared(reader, line),
    }
    let mut rows = TableRows::new(first_match);
    let holds = if kind == ItemKind::Group { Holds::Items } else { Holds::Lines };
    body(reader, line, holds, |reader, line| match (line.kind, item_kind(reader.first_word(line))) {
        (LineKind::Opens, Some(inner)) if kind == ItemKind::Group => {
            item.members.push(self::item(reader, line, inner))
        }
        _ => clause_or_row(reader, line, &mut item.clauses, Some(&mut rows)),
    });
    item.table = rows.finish();
    item
}

fn item_kind(word: &str) -> Option<ItemKind> {
    match word {
        "characteristic" => Some(ItemKind::Characteristic),
        "rule" => Some(ItemKind::Rule),
        "group" => Some(ItemKind::Group),
        _ => None,
    }
}

/// `override NAME { … }`.
pub(super) fn override_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> OverrideBlock {
    let (name, title) = named_head(reader, line, Rule::named_head);
    OverrideBlock { name, title, clauses: clauses(reader, line), span: line.span }
}

/// `influence LINK { … }`.
pub(super) fn influence_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> InfluenceBlock {
    let (link, title) = named_head(reader, line, Rule::named_head);
    InfluenceBlock { link, title, clauses: clauses(reader, line), span: line.span }
}

/// `benefit NAME { … }` and `penalty NAME { … }`.
pub(super) fn consequence_block<'t>(
    reader: &mut Reader<'t>,
    line: &Line<'t>,
    penalty: bool,
) -> ConsequenceBlock {
    let (name, title) = named_head(reader, line, Rule::named_head);
    ConsequenceBlock { penalty, name, title, clauses: clauses(reader, line), span: line.span }
}

/// `participation { … }`.
pub(super) fn participation_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> ParticipationBlock {
    reader.read(Rule::participation_head, line.span);
    ParticipationBlock { clauses: clauses(reader, line), span: line.span }
}

/// `tiers { … }`.
pub(super) fn tiers_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> TiersBlock {
    let head = reader.read(Rule::tiers_head, line.span);
    let mut clauses = head.map(|node| head_clauses(reader, &node)).unwrap_or_default();
    let mut tiers = Vec::new();
    body(reader, line, Holds::Lines, |reader, line| {
        let dated = matches!(line.tokens, [_, day] if day.kind == Kind::Date);
        match dated && matches!(reader.first_word(line), "from" | "before") {
            true => clause_or_row(reader, line, &mut clauses, None),
            false => tiers.push(tier_line(reader, line)),
        }
    });
    TiersBlock { clauses, tiers, span: line.span }
}

fn tier_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> TierLine {
    match reader.read(Rule::tier_line, line.span) {
        Some(node) => {
            let scores = node.child(Rule::cell).map(|scores| cell(reader, &scores));
            TierLine {
                name: first_name(&node),
                label: first_text(reader, &node),
                scores: scores.unwrap_or_else(|| broken_cell(line.span)),
                span: line.span,
            }
        }
        None => TierLine {
            name: reader.first_name(line),
            label: None,
            scores: broken_cell(line.span),
            span: line.span,
        },
    }
}

/// `decision NAME TYPE { … }`.
pub(super) fn decision_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> DecisionBlock {
    let mut decision = DecisionBlock {
        name: broken_name(line.span),
        title: None,
        kind: FieldType::Broken(line.span),
        clauses: Vec::new(),
        table: None,
        span: line.span,
    };
    let mut first_match = false;
    match reader.read(Rule::decision_head, line.span) {
        Some(node) => {
            decision.name = first_name(&node);
            decision.title = first_text(reader, &node);
            first_match = node.has(Rule::first_match);
            if let Some(kind) = node.child(Rule::field_type) {
                decision.kind = field_type(reader, &kind);
            }
        }
        None => (decision.name, decision.title) = declared(reader, line),
    }
    let mut rows = TableRows::new(first_match);
    body(reader, line, Holds::Lines, |reader, line| {
        clause_or_row(reader, line, &mut decision.clauses, Some(&mut rows))
    });
    decision.table = rows.finish();
    decision
}

/// The table of `let NAME { … }`.
pub(super) fn definition_table<'t>(reader: &mut Reader<'t>, line: &Line<'t>, first_match: bool) -> LetBody {
    let mut rows = TableRows::new(first_match);
    let mut others = Vec::new();
    body(reader, line, Holds::Lines, |reader, line| {
        clause_or_row(reader, line, &mut others, Some(&mut rows))
    });
    match rows.finish() {
        Some(table) => LetBody::Table(table),
        None => LetBody::Expression(broken(line.span)),
    }
}

/// The name and title of a head.
fn named_head<'t>(
    reader: &mut Reader<'t>,
    line: &Line<'t>,
    rule: Rule,
) -> (crate::syntax::ast::Name, Option<Text>) {
    match reader.read(rule, line.span) {
        Some(node) => (first_name(&node), first_text(reader, &node)),
        None => declared(reader, line),
    }
}

/// The lines of a block that has nothing but clauses.
fn clauses<'t>(reader: &mut Reader<'t>, head: &Line<'t>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    body(reader, head, Holds::Lines, |reader, line| clause_or_row(reader, line, &mut clauses, None));
    clauses
}

/// A line of a block: a clause, or a row of its table where it may have one.
fn clause_or_row<'t>(
    reader: &mut Reader<'t>,
    line: &Line<'t>,
    clauses: &mut Vec<Clause>,
    rows: Option<&mut TableRows>,
) {
    match (line.kind, rows) {
        (LineKind::Row, Some(rows)) => rows.add(reader, line),
        (LineKind::Row, None) => {
            reader.error(Code::E0101, line.span, "this block has no table");
            clauses.push(Clause { kind: ClauseKind::Broken(reader.first_name(line)), span: line.span });
        }
        (LineKind::Opens | LineKind::Plain | LineKind::Closes, _) => clause(reader, line, clauses),
    }
}
