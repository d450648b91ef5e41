//! What a lint sees of a policy on one day, and where its findings go.

use super::same_place;
use crate::data::Value;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::Diagnostic;
use crate::policy::{Expr, Item, ItemBody, Policy, Row, RowOutcome, Table};
use crate::source::{FileId, Place, Sources, Span};
use crate::syntax::ast::Statement;

/// A policy on one day, its text, and what was found.
pub(super) struct Look<'a> {
    /// The policy.
    pub(super) policy: &'a Policy,
    /// Its statements, with the file each stands in.
    pub(super) statements: &'a [(FileId, &'a Statement)],
    /// The days that its cases look at, those of tables among them.
    pub(super) case_days: &'a [Date],
    /// The texts.
    sources: &'a Sources,
    /// Things that were looked at without a finding.
    fine: Vec<Place>,
    found: Vec<Diagnostic>,
}

impl<'a> Look<'a> {
    /// Nothing is found yet.
    pub(super) fn new(
        policy: &'a Policy,
        statements: &'a [(FileId, &'a Statement)],
        case_days: &'a [Date],
        sources: &'a Sources,
    ) -> Self {
        Self { policy, statements, case_days, sources, fine: Vec::new(), found: Vec::new() }
    }

    /// Takes a finding.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Notes that a thing was looked at, and that nothing is to be said of it today.
    pub(super) fn fine(&mut self, place: Place) {
        self.fine.push(place);
    }

    /// What was found.
    pub(super) fn into_found(self) -> impl Iterator<Item = Diagnostic> {
        self.found.into_iter()
    }

    /// The text of a span, on one line.
    pub(super) fn text(&self, file: FileId, span: Span) -> String {
        let text = self.sources.get(file).and_then(|s| s.text.get(s.whole(span))).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The findings that hold on any of some days, each once; with the first day of its period where that is given.
pub(super) fn on_any_day<'a>(days: impl Iterator<Item = (Look<'a>, Option<Date>)>) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = Vec::new();
    for (day, start) in days {
        for one in day.found {
            if told.iter().any(|other| same_place(&one, other)) {
                continue;
            }
            told.push(match start {
                Some(start) => one.help(format!("this holds from {start} on")),
                None => one,
            });
        }
    }
    told
}

/// The findings that hold on each of some days on which the thing found was looked at.
pub(super) fn on_every_day(days: Vec<Look<'_>>) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = Vec::new();
    for one in days.iter().flat_map(|day| &day.found) {
        let fine = days.iter().flat_map(|day| &day.fine);
        let fine = one.place.is_none_or(|place| fine.copied().any(|other| other.same_place(&place)));
        if !fine && !told.iter().any(|other| same_place(one, other)) {
            told.push(one.clone());
        }
    }
    told
}

/// The tables of what gives points, each with its item; whether points are per event is asked of the item.
pub(super) fn tables(policy: &Policy) -> impl Iterator<Item = (&Item, &Table)> {
    policy.items.iter().filter_map(|item| match &item.body {
        ItemBody::Table { table, .. } => Some((item, table)),
        ItemBody::Events(events) => match &events.points {
            crate::policy::EventPoints::Table(table) => Some((item, table)),
            crate::policy::EventPoints::Each(_) => None,
        },
        ItemBody::Formula(_) | ItemBody::Group(_) => None,
    })
}

/// Whether more points inside an item are more points of the score: no weight on the way turns or stills them.
pub(super) fn counts_upwards(policy: &Policy, item: &Item) -> bool {
    let mut at = Some(item);
    while let Some(item) = at {
        if item.weight.is_some_and(|weight| weight <= Decimal::ZERO) {
            return false;
        }
        at = item.group.map(|group| policy.item(group));
    }
    true
}

/// The points of a row, where they are a number.
pub(super) fn points(row: &Row) -> Option<Decimal> {
    match &row.outcome {
        RowOutcome::Value(Expr::Constant(Value::Number(points))) => Some(*points),
        RowOutcome::Value(_) | RowOutcome::NotScored => None,
    }
}

/// Points with their sign.
pub(super) fn signed(points: Decimal) -> String {
    if points > Decimal::ZERO { format!("+{points}") } else { points.to_string() }
}

/// The condition cells of a row as they are written.
pub(super) fn cells(row: &Row) -> String {
    row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" | ")
}

/// Whether the author says in the row why it is as it is.
pub(super) fn is_explained(row: &Row) -> bool {
    !row.note.is_empty() || !row.source.is_empty()
}

/// Rows of a table that are alike in all columns but one, in groups, in the order of the table.
pub(super) fn alike_but_for<'t>(table: &'t Table, column: usize) -> Vec<Vec<&'t Row>> {
    let alike = |a: &Row, b: &Row| {
        let pairs = a.cells.iter().zip(&b.cells).enumerate();
        pairs.filter(|(at, _)| *at != column).all(|(_, (a, b))| a.known == b.known && a.missing == b.missing)
    };
    let mut groups: Vec<Vec<&'t Row>> = Vec::new();
    for row in &table.rows {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| alike(first, row))) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}
