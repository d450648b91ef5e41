//! Outcomes of the reference interpreter as columns, so that there is one way out for both.

use super::evaluate::units;
use super::lane::{Codes, Lane, unit_of};
use super::scored::{DecisionColumn, ObservedColumn, Scored, Standing};
use super::walk::NONE;
use crate::data::Value;
use crate::eval::{Outcome, Status};
use crate::policy::Policy;
use std::sync::Arc;

impl Scored {
    /// What some records came to, as the reference interpreter says it. A record that it did not evaluate, or in which a
    /// number was too large, is an error: it is set aside.
    ///
    /// Points of items, and points lost, are there as if they had been wanted.
    pub fn of_outcomes<'o>(
        policy: &Policy,
        outcomes: impl IntoIterator<Item = Result<&'o Outcome, Standing>>,
    ) -> Self {
        let outcomes: Vec<_> = outcomes.into_iter().collect();
        let standings = outcomes.iter().map(|outcome| match outcome {
            Ok(outcome) => match outcome.status {
                Status::Scored => Standing::Scored,
                Status::NotScored => Standing::NotScored,
                Status::NotParticipating => Standing::NotParticipating,
            },
            Err(standing) => *standing,
        });
        let outcome_of = |row: usize| outcomes.get(row).and_then(|outcome| outcome.ok());
        let rows = outcomes.len();
        let of_all = |value: &dyn Fn(&Outcome) -> Option<i128>| -> Vec<Option<i128>> {
            (0..rows).map(|row| outcome_of(row).and_then(value)).collect()
        };

        let tiers = policy.tiers.len() as u16;
        let mut tier = Codes::default();
        tier.reset(rows, usize::from(tiers) + 2);
        for row in 0..rows {
            let found = outcome_of(row).and_then(|outcome| outcome.tier);
            tier.set(row, found.map_or(tiers, |tier| tier.0 as u16));
        }
        let places = policy.reasons_shown.up_to as usize;
        let places = 0..places.min(policy.reasons.len());
        let reasons = places.clone().map(|place| {
            let given = |row| outcome_of(row).and_then(|outcome| outcome.reasons.get(place));
            (0..rows).map(|row| given(row).map_or(NONE, |given| given.reason.0 as u16)).collect()
        });
        let lost = places.map(|place| {
            of_all(&|outcome| {
                outcome.reasons.get(place).and_then(|given| given.lost).map(|lost| lost.units())
            })
        });
        let points = (0..policy.items.len())
            .map(|item| Lane::of(&of_all(&|outcome| outcome.points.get(item).map(|points| points.units()))));
        let influences = (0..policy.influences.len()).map(|position| {
            Lane::of(&of_all(&|outcome| outcome.influences.get(position).map(|points| points.units())))
        });
        let decisions = (0..policy.decisions.len()).map(|at| {
            let answer = |row| outcome_of(row).and_then(|outcome| outcome.decisions.get(at));
            let (values, texts) = answers((0..rows).map(|row| answer(row).map(|answer| &answer.value)));
            let reason = |row| answer(row).and_then(|answer| answer.reason);
            let reasons = (0..rows).map(|row| reason(row).map_or(NONE, |reason| reason.0 as u16)).collect();
            DecisionColumn { values: Lane::of(&values), texts, reasons }
        });
        let consequences = (0..policy.consequences.len()).map(|at| {
            let held = |row| outcome_of(row).and_then(|outcome| outcome.consequences.get(at).copied());
            (0..rows).map(|row| u8::from(held(row).unwrap_or_default())).collect()
        });
        Self {
            standings: standings.collect(),
            score: Lane::of(&of_all(&|outcome| outcome.score.map(|score| score.units()))),
            tier,
            tiers,
            reasons: reasons.collect(),
            lost: lost.collect(),
            points: points.collect(),
            influences: influences.collect(),
            decisions: decisions.collect(),
            consequences: consequences.collect(),
            observed: Vec::new(),
        }
    }

    /// Adds what was observed of the records, as the reference interpreter says it: by what is observed, then by record.
    pub fn observe<'v>(&mut self, observed: impl IntoIterator<Item = &'v [Value]>) {
        let columns = observed.into_iter().map(|values| {
            let (values, texts) = answers(values.iter().map(Some));
            ObservedColumn { values: Lane::of(&values), texts }
        });
        self.observed = columns.collect();
    }
}

impl Lane {
    /// Some values in units, held as narrow as they come.
    fn of(values: &[Option<i128>]) -> Self {
        let unit = unit_of(values.iter().flatten().copied());
        let mut lane = Self { unit, ..Self::default() };
        lane.missing.extend(values.iter().map(|value| u8::from(value.is_none())));
        let narrow = |value: &Option<i128>| i64::try_from(value.unwrap_or_default() / i128::from(unit)).ok();
        match values.iter().map(narrow).collect() {
            Some(narrow) => lane.narrow = narrow,
            None => {
                lane.is_wide = true;
                lane.wide.extend(values.iter().map(|value| value.unwrap_or_default()));
            }
        }
        lane
    }
}

/// Answers in units, and what the numbers of texts mean.
fn answers<'v>(answers: impl Iterator<Item = Option<&'v Value>>) -> (Vec<Option<i128>>, Vec<Arc<str>>) {
    let mut texts: Vec<Arc<str>> = Vec::new();
    let values = answers.map(|answer| match answer? {
        Value::Text(text) => {
            texts.push(Arc::clone(text));
            Some(texts.len() as i128 - 1)
        }
        value @ (Value::Missing(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::YesNo(_)
        | Value::Category(_)) => units(value),
    });
    (values.collect(), texts)
}
