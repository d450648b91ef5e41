//! A table of cases around every edge of a policy, to check any other implementation by.
//!
//! One field at a time varies from a base record: on both sides of every edge that the policy tests the field for, over
//! every category, and missing. Edges of what is worked out of a field (an age, a share) are found by watching what a
//! record reaches while the field moves, and halving the distance until it is one unit. The same policy gives the same
//! table.

use super::alternatives::{missing, of_units, units_of};
use super::goal::{Goal, goals, is_scored};
use super::search::{Search, set};
use super::trial::Trial;
use super::words::Words;
use crate::check::CASE_COLUMNS;
use crate::data::{Field, FieldId, Type, Value};
use crate::eval::Status;
use crate::policy::{Case, Policy};
use thiserror::Error;

/// A table of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edges {
    /// The table as CSV, to be read by `cases from`.
    pub csv: String,
    /// How many cases it has.
    pub cases: usize,
    /// Fields of which no value other than the base record's is there: nothing tests them.
    pub untested: Vec<String>,
}

/// Why there is no table.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoEdges {
    /// Fields whose columns would be taken for a case's own.
    #[error("a table of cases cannot give {}: a column of that name is the case's own", quoted_names(.0))]
    Fields(Vec<String>),
    /// Nothing to begin with.
    #[error("no record was found that this policy can be run on")]
    NoRecord,
}

fn quoted_names(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Makes the table for a policy on its day. The base record is that of the first of these cases that has a score without its
/// child records, or else a plain one.
///
/// # Errors
///
/// The policy has fields that a table cannot give, or no record can be run at all.
pub fn edges(policy: &Policy, others: &[Case]) -> Result<Edges, NoEdges> {
    let fields = policy.schema.scored().fields.iter().map(|field| &field.name);
    let taken: Vec<String> = fields.filter(|name| CASE_COLUMNS.contains(&name.as_str())).cloned().collect();
    if !taken.is_empty() {
        return Err(NoEdges::Fields(taken));
    }
    let search = Search::new(policy);
    let plain = search.plain();
    let scored = policy.schema.scored;
    // A table of cases knows no other records.
    let alone = |case: &Case| {
        let subject = case.records.iter().find(|(kind, _)| *kind == scored).cloned();
        Case { records: subject.into_iter().collect(), ..plain.clone() }
    };
    let starts = || others.iter().chain([&plain]).map(alone);
    let base = starts().find(|case| search.run(case).is_some_and(|trial| is_scored(&trial)));
    let base = base.or_else(|| starts().find(|case| search.run(case).is_some())).ok_or(NoEdges::NoRecord)?;
    let mut table = Table { policy, search: &search, goals: goals(policy), rows: Vec::new() };
    table.add("the base record".to_owned(), &base);
    let mut untested = Vec::new();
    for (at, field) in policy.schema.scored().fields.iter().enumerate() {
        let id = FieldId(at as u32);
        if policy.schema.scored().key == Some(id) {
            continue;
        }
        let before = table.rows.len();
        for value in table.values(&base, id, field) {
            let shown = value.describe(&Words { policy, over: None }.names(field.kind));
            table.add(format!("{} {shown}", field.name), &set(&base, scored, id, value));
        }
        if table.rows.len() == before {
            untested.push(field.name.clone());
        }
    }
    Ok(Edges { cases: table.rows.len(), csv: table.csv(), untested })
}

struct Table<'a, 'p> {
    policy: &'p Policy,
    search: &'a Search<'p>,
    goals: Vec<Goal>,
    rows: Vec<(String, Trial<'p>)>,
}

impl<'p> Table<'_, 'p> {
    /// The values that a field is given, in order.
    fn values(&self, base: &Case, id: FieldId, field: &Field) -> Vec<Value> {
        let scored = self.policy.schema.scored;
        let mut values = self.search.alternatives.edges(scored, id);
        if field.kind.is_ordered() {
            values.extend(self.turns(base, id, field));
            let missing_at = values.iter().position(Value::is_missing);
            let last = missing_at.map(|at| values.remove(at));
            values.sort_by_key(units_of);
            values.dedup();
            values.extend(last);
        }
        values
    }

    /// The values on both sides of where a record comes to reach something else.
    fn turns(&self, base: &Case, id: FieldId, field: &Field) -> Vec<Value> {
        let scored = self.policy.schema.scored;
        let unit = self.search.alternatives.unit(scored, id);
        let all = self.search.alternatives.all(scored, id);
        let steps: Vec<i128> = all.iter().filter_map(units_of).collect();
        let reached = |units: i128| {
            let value = of_units(units, field.kind).filter(|value| field.domain.contains(value))?;
            let trial = self.search.run(&set(base, scored, id, value))?;
            Some(self.goals.iter().map(|goal| goal.reached(&trial)).collect::<Vec<bool>>())
        };
        let seen: Vec<Option<Vec<bool>>> = steps.iter().map(|units| reached(*units)).collect();
        let mut turns = Vec::new();
        for (ends, sides) in steps.windows(2).zip(seen.windows(2)) {
            let ([low, high], [below, above]) = (ends, sides) else { continue };
            if below == above {
                continue;
            }
            let (mut low, mut high) = (*low, *high);
            // From one end of what fits to the other is further than a number tells.
            while high.saturating_sub(low) > unit {
                let middle = low + high.saturating_sub(low) / 2 / unit * unit;
                let middle = if middle == low { low + unit } else { middle };
                if reached(middle) == *below { low = middle } else { high = middle }
            }
            turns.extend([low, high].into_iter().filter_map(|units| of_units(units, field.kind)));
        }
        turns
    }

    /// Adds a case, with a key of its own; one that cannot be scored is left out.
    fn add(&mut self, title: String, case: &Case) {
        let scored = self.policy.schema.scored;
        let mut case = Case { title, ..case.clone() };
        if let Some(key) = self.policy.schema.scored().key {
            let number = self.rows.len() as i128 + 1;
            let field = self.policy.schema.field(scored, key);
            let own = match field.kind {
                Type::Text => Some(Value::Text(format!("case {number}").into())),
                Type::Integer | Type::Number => of_units(number * 1_000_000_000, field.kind),
                Type::Money | Type::YesNo | Type::Date | Type::Category(_) | Type::Tier => None,
            };
            let own = own.filter(|value| field.domain.contains(value)).unwrap_or_else(|| missing(key));
            case = set(&case, scored, key, own);
        }
        if let Some(trial) = self.search.run(&case) {
            self.rows.push((case.title, trial));
        }
    }

    fn csv(&self) -> String {
        let fields = &self.policy.schema.scored().fields;
        let with_tiers = !self.policy.tiers.is_empty();
        let mut names = vec!["case", "as_of"];
        names.extend(fields.iter().map(|field| field.name.as_str()));
        names.extend(["expect_status", "expect_score"]);
        names.extend(with_tiers.then_some("expect_tier"));
        names.push("expect_reasons");
        let mut csv = names.join(",") + "\n";
        for (title, trial) in &self.rows {
            let mut cells = vec![title.clone(), self.policy.today.to_string()];
            let values = trial.case.records.first().map_or(&[][..], |(_, values)| values.as_slice());
            cells.extend(fields.iter().zip(values).map(|(field, value)| self.cell(field, value)));
            let outcome = &trial.outcome;
            cells.push(outcome.status.name().to_owned());
            cells.push(outcome.score.map_or_else(String::new, |score| score.to_string()));
            if with_tiers {
                let tier = outcome.tier.and_then(|tier| self.policy.tiers.get(tier.index()));
                cells.push(tier.map_or_else(String::new, |tier| tier.name.clone()));
            }
            let codes: Vec<&str> =
                outcome.reasons.iter().map(|given| self.policy.reason(given.reason).code.as_str()).collect();
            cells.push(match (codes.as_slice(), outcome.status) {
                ([], Status::Scored) => "none".to_owned(),
                (codes, _) => codes.join(" "),
            });
            csv.push_str(&cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
            csv.push('\n');
        }
        csv
    }

    /// A value as a table of cases has it: a category by its name, what is missing empty.
    fn cell(&self, field: &Field, value: &Value) -> String {
        match (value, field.kind) {
            (Value::Category(code), Type::Category(kind)) => {
                self.policy.schema.category(kind).name(*code).to_owned()
            }
            _ => self.policy.schema.spell(field.kind, value),
        }
    }
}

/// A cell of a CSV file.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
