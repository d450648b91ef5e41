//! The scores on their way out: the columns, the same in every format, and the formats.

mod csv;
mod ndjson;
mod table;

use crate::data::{Population, Value};
use crate::decimal::Decimal;
use crate::eval::{Outcome, Status};
use crate::policy::{DecisionId, Item, ItemBody, ItemId, Policy};
use clap::ValueEnum;
use std::borrow::Cow;
use std::io::{self, Write};

/// The form in which scores are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated, with a heading
    Csv,
    /// A JSON object a line
    Ndjson,
    /// A drawn table, for people
    Table,
}

/// What is written: the scored records of a run, in the order of the data.
pub(super) struct Sheet<'a> {
    policy: &'a Policy,
    population: &'a Population,
    columns: Vec<Column>,
    names: Vec<String>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    /// The key.
    Key,
    Score,
    Tier,
    Status,
    /// The reason of this rank, from 0.
    Reason(usize),
    /// The answer of a decision.
    Decision(DecisionId),
    /// The points of an item, after its weight and limits.
    Points(ItemId),
    /// The points of the influence at a position.
    Influence(usize),
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell<'a> {
    Empty,
    Number(Decimal),
    Truth(bool),
    Text(Cow<'a, str>),
}

impl<'a> Sheet<'a> {
    /// The sheet of a run; with `contributions` a column of points for each characteristic, rule and influence.
    pub(super) fn new(policy: &'a Policy, population: &'a Population, contributions: bool) -> Self {
        let mut sheet = Self { policy, population, columns: Vec::new(), names: Vec::new() };
        sheet.add(Column::Key, sheet.key_field().map_or("key", |(name, _)| name).to_owned());
        sheet.add(Column::Score, "score".to_owned());
        sheet.add(Column::Tier, "tier".to_owned());
        sheet.add(Column::Status, "status".to_owned());
        for rank in 0..policy.reasons_shown.up_to as usize {
            sheet.add(Column::Reason(rank), format!("reason_{}", rank + 1));
        }
        for (id, decision) in (0..).map(DecisionId).zip(&policy.decisions) {
            sheet.add(Column::Decision(id), decision.name.clone());
        }
        if contributions {
            for (id, item) in (0..).map(ItemId).zip(&policy.items) {
                if !is_group(item) {
                    sheet.add(Column::Points(id), format!("points_{}", item.name));
                }
            }
            for (position, influence) in policy.influences.iter().enumerate() {
                sheet.add(Column::Influence(position), format!("points_{}", influence.name));
            }
        }
        sheet
    }

    /// Writes the records: positions in the population with their outcomes.
    pub(super) fn write<'o>(
        &self,
        format: Format,
        rows: impl Iterator<Item = (usize, &'o Outcome)>,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        let rows = rows.map(|(position, outcome)| self.row(position, outcome));
        match format {
            Format::Csv => csv::write(&self.names, rows, to),
            Format::Ndjson => ndjson::write(&self.names, rows, to),
            Format::Table => table::write(&self.names, rows, to),
        }
    }

    /// Adds a column. A name that is taken (a decision called `status`) gets a number, so that each is found by its name.
    fn add(&mut self, column: Column, name: String) {
        let taken = |name: &String| self.names.contains(name);
        let name = std::iter::once(name.clone())
            .chain((2..).map(|number| format!("{name}_{number}")))
            .find(|name| !taken(name))
            .unwrap_or(name);
        self.columns.push(column);
        self.names.push(name);
    }

    fn row<'s>(&'s self, position: usize, outcome: &Outcome) -> Vec<Cell<'s>> {
        self.columns.iter().map(|column| self.cell(*column, position, outcome)).collect()
    }

    fn cell<'s>(&'s self, column: Column, position: usize, outcome: &Outcome) -> Cell<'s> {
        let policy = self.policy;
        let scored = outcome.status == Status::Scored;
        let points =
            |points: Option<&Decimal>| points.filter(|_| scored).map_or(Cell::Empty, |n| Cell::Number(*n));
        match column {
            Column::Key => self.key(position),
            Column::Score => outcome.score.map_or(Cell::Empty, Cell::Number),
            Column::Tier => {
                let tier = outcome.tier.and_then(|tier| policy.tiers.get(tier.index()));
                tier.map_or(Cell::Empty, |tier| Cell::Text(Cow::Borrowed(&tier.name)))
            }
            Column::Status => Cell::Text(Cow::Borrowed(outcome.status.name())),
            Column::Reason(rank) => {
                let given = outcome.reasons.get(rank);
                given
                    .map_or(Cell::Empty, |given| Cell::Text(Cow::Borrowed(&policy.reason(given.reason).code)))
            }
            Column::Decision(id) => {
                let answer = outcome.decisions.get(id.index()).map(|answer| &answer.value);
                let kind = policy.decisions.get(id.index()).map(|decision| decision.kind);
                answer.zip(kind).map_or(Cell::Empty, |(value, kind)| self.value(kind, value))
            }
            Column::Points(id) => points(outcome.points.get(id.index())),
            Column::Influence(position) => points(outcome.influences.get(position)),
        }
    }

    fn key(&self, position: usize) -> Cell<'_> {
        let key = self.population.key(position);
        let kind = self.key_field().map(|(_, kind)| kind);
        key.zip(kind).map_or(Cell::Empty, |(key, kind)| self.value(kind, key))
    }

    /// The name and type of the key.
    fn key_field(&self) -> Option<(&'a str, crate::data::Type)> {
        let schema = &self.policy.schema;
        let key = schema.field(schema.scored, schema.scored().key?);
        Some((&key.name, key.kind))
    }

    fn value<'s>(&'s self, kind: crate::data::Type, value: &Value) -> Cell<'s> {
        match value {
            Value::Missing(_) => Cell::Empty,
            Value::Number(number) => Cell::Number(*number),
            Value::YesNo(truth) => Cell::Truth(*truth),
            Value::Text(_) | Value::Date(_) | Value::Category(_) => {
                Cell::Text(Cow::Owned(self.policy.schema.spell(kind, value)))
            }
        }
    }
}

/// Groups have no column: the points of their members stand in theirs.
fn is_group(item: &Item) -> bool {
    matches!(item.body, ItemBody::Group(_))
}

impl Cell<'_> {
    /// The cell as a text: numbers with all their digits, `yes` and `no`, nothing where there is nothing.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Truth(truth) => Cow::Borrowed(if *truth { "yes" } else { "no" }),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }
}
