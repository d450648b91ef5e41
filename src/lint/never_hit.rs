//! Rows that no record of the pack's data takes. Of a table that no record reached at all nothing is said.

use super::context::Look;
use super::hits::{Hits, Owner};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{DecisionId, DefinitionBody, DefinitionId, EventPoints, ItemBody, ItemId, Row, Table};

pub(super) fn find(look: &mut Look<'_>, hits: &Hits) {
    let policy = look.policy;
    let mut tables: Vec<(Owner, &str, &Table)> = Vec::new();
    for (definition, at) in policy.definitions.iter().zip(0..) {
        if let DefinitionBody::Table(table) = &definition.body {
            tables.push((Owner::Definition(DefinitionId(at)), &definition.name, table));
        }
    }
    for (item, at) in policy.items.iter().zip(0..) {
        let table = match &item.body {
            ItemBody::Table { table, .. } => Some(table),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Table(table) => Some(table),
                EventPoints::Each(_) => None,
            },
            ItemBody::Formula(_) | ItemBody::Group(_) => None,
        };
        tables.extend(table.map(|table| (Owner::Item(ItemId(at)), item.name.as_str(), table)));
    }
    for (decision, at) in policy.decisions.iter().zip(0..) {
        tables.push((Owner::Decision(DecisionId(at)), &decision.name, &decision.table));
    }
    for (owner, name, table) in tables {
        let counts = table.rows.iter().enumerate().map(|(at, row)| (row, hits.of_row(owner, at)));
        let (never, taken): (Vec<_>, Vec<_>) = counts.partition(|(_, count)| *count == 0);
        if !taken.is_empty()
            && let Some(found) =
                finding(name, hits.records, &never.into_iter().map(|(row, _)| row).collect::<Vec<_>>())
        {
            look.report(found);
        }
    }
}

fn finding(name: &str, records: usize, rows: &[&Row]) -> Option<Diagnostic> {
    let (first, others) = rows.split_first()?;
    let rows = match rows.len() {
        1 => format!("one row of `{name}` is"),
        many => format!("{many} rows of `{name}` are"),
    };
    let message = format!("{rows} taken by none of the records of the data ({records} looked at)");
    let found = Diagnostic::warning(Code::W0505, first.place, message)
        .label("never taken")
        .help("look whether the row can happen at all, and whether the data are like those that are to come")
        .about(name);
    Some(others.iter().fold(found, |found, row| found.also(row.place, "never taken")))
}
