//! A case that was run, with everything that was seen on the way.

use crate::data::{Population, Records, Subject, Value, join_rows};
use crate::eval::{self, Outcome, Probe, Recording, Scorer, Settled, Status};
use crate::policy::{Case, Expectation, ExpectedStatus, Expr, Over, Policy};

/// A case that was run.
#[derive(Debug, Clone)]
pub struct Trial<'p> {
    /// The policy of its day.
    pub policy: &'p Policy,
    /// The case.
    pub case: Case,
    /// What its record came to.
    pub outcome: Outcome,
    /// How.
    pub recording: Recording,
    population: Population,
    position: usize,
}

impl<'p> Trial<'p> {
    /// Runs a case; `None` where its record is rejected.
    pub fn run(scorer: &Scorer<'p>, case: &Case) -> Option<Self> {
        let policy = scorer.policy();
        let previous = (case.previous_of, case.previous.as_slice());
        let population =
            join_rows(&policy.schema, policy.today, &case.records, &case.pairs, previous).population;
        // A case's record stands in the line of its position.
        let line = case.records.iter().position(|(kind, _)| *kind == policy.schema.scored)? as u64 + 1;
        let position = (0..population.count()).find(|position| population.line(*position) == line)?;
        let settled = Settled::of(scorer, &population);
        let mut recording = Recording::new();
        let outcome = eval::score_one(scorer, &population, &settled, position, &mut recording)?.ok()?;
        Some(Self { policy, case: case.clone(), outcome, recording, population, position })
    }

    /// Everybody whom the case brings along, and its record among them.
    pub fn among(&self) -> Option<(&Population, Subject<'_>)> {
        Some((&self.population, self.population.subject(self.position)?))
    }

    /// Whether its record takes part: what a record that does not goes through counts for nothing.
    pub fn takes_part(&self) -> bool {
        self.outcome.status != Status::NotParticipating
    }

    /// The case with a title, and with what it came to as what it expects: the score or the status, and the tier.
    pub fn confirmed(&self, title: &str) -> Case {
        let outcome = &self.outcome;
        let first = match (outcome.status, outcome.score) {
            (Status::Scored, Some(score)) => Expectation::Score(score),
            (Status::NotParticipating, _) => Expectation::Status(ExpectedStatus::NotParticipating),
            (Status::Scored | Status::NotScored, _) => Expectation::Status(ExpectedStatus::NotScored),
        };
        let expected = std::iter::once(first).chain(outcome.tier.map(Expectation::Tier));
        let place = self.case.place;
        let expectations = expected.map(|each| (each, place)).collect();
        Case { title: title.to_owned(), expectations, ..self.case.clone() }
    }

    /// The value of an expression about its record.
    pub fn value(&self, expr: &Expr) -> Option<Value> {
        self.probe(|probe| probe.value(expr)).flatten()
    }

    /// The values of an expression about each of its record's events.
    pub fn event_values(&self, over: Over, expr: &Expr) -> Vec<Value> {
        self.probe(|probe| probe.event_values(over, expr)).unwrap_or_default()
    }

    fn probe<X>(&self, ask: impl FnOnce(&Probe<'_>) -> X) -> Option<X> {
        let subject = self.population.subject(self.position)?;
        let (policy, records, outcome) = (self.policy, &self.population, Some(&self.outcome));
        Some(ask(&Probe { policy, records, subject: &subject, outcome }))
    }
}
