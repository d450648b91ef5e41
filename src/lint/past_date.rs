//! Dates that end nothing any more: a block that has ended and that nothing follows, a value that is followed by itself.
//!
//! A block is not told of that a case still looks at in its time: the past is wanted there.

use super::context::Look;
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{
    Clause, ClauseKind, DateLiteral, History, HistoryStep, Item, LetBody, Literal, Outcome, Statement, Table,
};

/// A block with dates of effect.
struct Block<'a> {
    /// Blocks of one kind and name follow each other.
    kind: &'static str,
    name: &'a str,
    file: FileId,
    from: Option<Date>,
    before: Option<(&'a DateLiteral, Span)>,
}

pub(super) fn find(look: &mut Look<'_>) {
    let (mut blocks, mut histories) = (Vec::new(), Vec::new());
    for (file, statement) in look.statements {
        match statement {
            Statement::Item(item) => collect_item(*file, item, &mut blocks, &mut histories),
            Statement::Override(o) => blocks.push(block("override", &o.name.text, *file, &o.clauses)),
            Statement::Decision(d) => {
                blocks.push(block("decision", &d.name.text, *file, &d.clauses));
                d.table.iter().for_each(|table| collect_table(*file, table, &mut histories));
            }
            Statement::Influence(i) => blocks.push(block("influence", &i.link.text, *file, &i.clauses)),
            Statement::Consequence(c) => {
                blocks.push(block(
                    if c.penalty { "penalty" } else { "benefit" },
                    &c.name.text,
                    *file,
                    &c.clauses,
                ));
            }
            Statement::Param(param) => histories.push((*file, &param.value)),
            Statement::Let(definition) => {
                if let LetBody::Table(table) = &definition.body {
                    collect_table(*file, table, &mut histories);
                }
            }
            Statement::Policy(_)
            | Statement::Case(_)
            | Statement::Cases(_)
            | Statement::Tag(_)
            | Statement::Record(_)
            | Statement::Link(_)
            | Statement::List(_)
            | Statement::Reason(_)
            | Statement::Tiers(_)
            | Statement::Participation(_)
            | Statement::Use(_) => {}
        }
    }
    for block in &blocks {
        if let Some(found) = over(look.policy.today, block, &blocks, look.case_days) {
            look.report(found);
        }
    }
    for (file, history) in histories {
        let steps = history.steps.iter().zip(history.steps.iter().skip(1));
        for (step, next) in steps.filter(|(step, next)| same(&step.value, &next.value)) {
            look.report(followed_by_itself(file, step, next));
        }
    }
}

fn collect_item<'a>(
    file: FileId,
    item: &'a Item,
    blocks: &mut Vec<Block<'a>>,
    histories: &mut Vec<(FileId, &'a History)>,
) {
    blocks.push(block("points", &item.name.text, file, &item.clauses));
    for clause in &item.clauses {
        if let ClauseKind::PointsHistory(history) = &clause.kind {
            histories.push((file, history));
        }
    }
    item.table.iter().for_each(|table| collect_table(file, table, histories));
    item.members.iter().for_each(|member| collect_item(file, member, blocks, histories));
}

fn collect_table<'a>(file: FileId, table: &'a Table, histories: &mut Vec<(FileId, &'a History)>) {
    for outcome in table.rows.iter().flat_map(|row| &row.outcomes) {
        if let Outcome::History(history) = outcome {
            histories.push((file, history));
        }
    }
}

fn block<'a>(kind: &'static str, name: &'a str, file: FileId, clauses: &'a [Clause]) -> Block<'a> {
    let mut block = Block { kind, name, file, from: None, before: None };
    for clause in clauses {
        if let ClauseKind::From(date) = &clause.kind {
            block.from = Some(date.value);
        }
        if let ClauseKind::Before(date) = &clause.kind {
            block.before = Some((date, clause.span));
        }
    }
    block
}

/// A block that is over, is followed by nothing, and that no case looks at.
fn over(today: Date, block: &Block<'_>, all: &[Block<'_>], case_days: &[Date]) -> Option<Diagnostic> {
    let (end, span) = block.before?;
    let end = end.value;
    let followed = all.iter().any(|other| {
        other.kind == block.kind && other.name == block.name && other.from.is_some_and(|from| from >= end)
    });
    let looked_at = case_days.iter().any(|day| *day < end && block.from.is_none_or(|from| from <= *day));
    if end > today || followed || looked_at {
        return None;
    }
    let message = format!("`{}` ended on {end}, and nothing has followed it", block.name);
    Some(
        Diagnostic::warning(Code::W0508, Place::new(block.file, span), message)
            .label(format!("on {today} this ends nothing any more"))
            .help("take the block away; or, where scores of days before are still asked for, add a case of such a day")
            .about(block.name),
    )
}

/// A value of a history that is the same as the one that follows it.
fn followed_by_itself(file: FileId, step: &HistoryStep, next: &HistoryStep) -> Diagnostic {
    let day = step.before.as_ref().map_or_else(String::new, |day| day.value.to_string());
    let (start, end) = (step.value.span().start, next.value.span().start);
    let shown = step.before.as_ref().map_or(step.value.span(), |day| day.span);
    Diagnostic::warning(
        Code::W0508,
        Place::new(file, shown),
        format!("on {day} this value is followed by itself"),
    )
    .label("the date ends nothing")
    .fix(Place::new(file, Span::new(start, end)), "", "leave the date out")
}

fn same(a: &Literal, b: &Literal) -> bool {
    match (a, b) {
        (Literal::Number(a), Literal::Number(b)) => a.value == b.value,
        (a, b) => a == b,
    }
}
