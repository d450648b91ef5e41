//! What gives everybody the same points, on every day on which it is in force: it can change no score and no order.
//!
//! By the bounds of the item, which are never too narrow. Silent where a row may say `not scored`, and where a parameter
//! takes part, which may be a switch.

use super::context::{Look, signed};
use super::uses;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Item, ItemBody, ItemKind, Policy, RowOutcome};
use crate::syntax::ast::{self, Statement};
use std::collections::BTreeSet;

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    for item in &policy.items {
        let inside = item.group.is_some_and(|group| constant(policy.item(group)).is_some());
        match constant(item).filter(|_| !inside && !may_refuse(policy, item) && !has_parameter(look, item)) {
            Some(points) => look.report(finding(item, points)),
            None => look.fine(item.place),
        }
    }
}

fn finding(item: &Item, points: Decimal) -> Diagnostic {
    let kind = match item.kind {
        ItemKind::Characteristic => "characteristic",
        ItemKind::Rule => "rule",
        ItemKind::Group => "group",
    };
    let points = if points.is_zero() { "nothing".to_owned() } else { signed(points) };
    Diagnostic::warning(
        Code::W0504,
        item.place,
        format!("the {kind} `{}` never changes a score: it gives {points} to everybody", item.name),
    )
    .help("take it away, or mend its points; what everybody has belongs into `start`")
    .about(&item.name)
}

/// The points that an item gives whatever the record is.
pub(super) fn constant(item: &Item) -> Option<Decimal> {
    let (low, high) = item.bounds;
    low.filter(|_| low == high)
}

/// Whether a row of the item, or of a member, may say `not scored`.
fn may_refuse(policy: &Policy, item: &Item) -> bool {
    match &item.body {
        ItemBody::Table { table, .. } => table.rows.iter().any(|row| row.outcome == RowOutcome::NotScored),
        ItemBody::Group(members) => members.iter().any(|member| may_refuse(policy, policy.item(*member))),
        ItemBody::Formula(_) | ItemBody::Events(_) => false,
    }
}

/// Whether a parameter takes part in the item, or in a definition that it reads.
fn has_parameter(look: &Look<'_>, item: &Item) -> bool {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = Vec::new();
    for (file, statement) in look.statements {
        if let Statement::Item(written) = statement
            && *file == item.place.file
            && let Some(written) = written_item(written, item)
        {
            open.extend(uses::names(look, *file, &Statement::Item(written.clone())));
        }
    }
    while let Some(name) = open.pop() {
        if look.policy.params.iter().any(|param| param.name == name) {
            return true;
        }
        if known.insert(name.clone()) {
            let lets = look.statements.iter().filter(
                |(_, statement)| matches!(statement, Statement::Let(definition) if definition.name.text == name),
            );
            open.extend(lets.flat_map(|(file, statement)| uses::names(look, *file, statement)));
        }
    }
    false
}

/// The block of an item, among a block and its members.
fn written_item<'a>(block: &'a ast::Item, item: &Item) -> Option<&'a ast::Item> {
    if block.span.same_place(&item.place.span) {
        return Some(block);
    }
    block.members.iter().find_map(|member| written_item(member, item))
}
