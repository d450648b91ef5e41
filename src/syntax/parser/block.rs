//! Blocks: the walk over a file's statements, block by block, and the builders of blocks with clauses.

use super::cell::{broken_cell, cell};
use super::clause::{clause, head_clauses, policy_clause};
use super::expression::broken;
use super::grammar::Rule;
use super::line::{Line, LineKind};
use super::literal::{broken_name, first_name, first_text};
use super::reader::Reader;
use super::schema::field_type;
use super::statement::{declared, statement};
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
            LineKind::Row => {
                reader.error(Code::E0101, line.span, "a row of a table stands outside of a block");
                while reader.peek().is_some_and(|next| next.kind == LineKind::Row) {
                    reader.next();
                }
            }
            LineKind::Opens | LineKind::Plain => statements.extend(statement(reader, line)),
        }
        statements.append(&mut reader.misplaced);
    }
    statements
}

/// Takes the lines of a block one by one up to its `}`, which is taken too. A block that is not closed ends where
/// the next statement begins at the start of a line, or with the file.
pub(super) fn body<'t>(
    reader: &mut Reader<'t>,
    head: &Line<'t>,
    mut each: impl FnMut(&mut Reader<'t>, &'t Line<'t>),
) {
    if head.kind != LineKind::Opens {
        return;
    }
    loop {
        let Some(line) = reader.peek() else {
            return not_closed(reader, head);
        };
        if line.kind == LineKind::Closes {
            reader.next();
            return;
        }
        reader.next();
        each(reader, line);
    }
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

fn stray_brace(reader: &mut Reader<'_>, line: &Line<'_>) {
    let at = line.tokens.first().map_or(line.span, |token| token.span);
    reader.error(Code::E0104, at, "this `}` closes no block");
}

fn not_closed(reader: &mut Reader<'_>, head: &Line<'_>) {
    let brace = head.tokens.last().map_or(head.span, |token| token.span);
    let diagnostic = Diagnostic::error(Code::E0103, reader.place(brace), "this block is not closed")
        .help("write `}` alone on a line after its last line");
    reader.keep(diagnostic);
}

/// `policy NAME { … }`.
pub(super) fn policy_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> PolicyBlock {
    let (name, title) = named_head(reader, line, Rule::policy_head);
    let mut clauses = Vec::new();
    body(reader, line, |reader, line| clauses.push(policy_clause(reader, line)));
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
    body(reader, line, |reader, line| match (line.kind, item_kind(reader.first_word(line))) {
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
    body(reader, line, |reader, line| {
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
    body(reader, line, |reader, line| clause_or_row(reader, line, &mut decision.clauses, Some(&mut rows)));
    decision.table = rows.finish();
    decision
}

/// The table of `let NAME { … }`.
pub(super) fn definition_table<'t>(reader: &mut Reader<'t>, line: &Line<'t>, first_match: bool) -> LetBody {
    let mut rows = TableRows::new(first_match);
    let mut others = Vec::new();
    body(reader, line, |reader, line| clause_or_row(reader, line, &mut others, Some(&mut rows)));
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
    body(reader, head, |reader, line| clause_or_row(reader, line, &mut clauses, None));
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
