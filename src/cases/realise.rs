//! Records that satisfy wishes: a case in which fields, expressions, items and influences come to what somebody asks for.

use super::block::block;
use super::search::{Search, set};
use super::trial::Trial;
use crate::data::{FieldId, LinkId, RecordId, Set, Value};
use crate::decimal::Decimal;
use crate::policy::{Case, Expectation, Expr, ItemId, Policy};

/// Makes up records of a policy that satisfy wishes. Made once a policy; it keeps what it works out.
pub struct Maker<'p> {
    policy: &'p Policy,
    search: Search<'p>,
}

/// Something that is to hold of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// A field of the scored record has this value (missing included).
    Field(FieldId, Value),
    /// An expression about the scored record (a field, a quotient, a condition, a count over children or linked records)
    /// has one of these values. `score`, `tier`, points and decisions may be read.
    Expr {
        /// The expression.
        of: Expr,
        /// The values.
        within: Possible,
    },
    /// An item gives these points, after its weight and limits.
    Points(ItemId, Amount),
    /// An influence, by its position in [`Policy::influences`], gives these points.
    Influence(u32, Amount),
}

/// Values of one type that something may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    /// The known ones.
    pub known: Set,
    /// Whether it may be missing.
    pub missing: bool,
}

/// How many points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Exactly so many.
    Exactly(Decimal),
    /// So many, or more.
    AtLeast(Decimal),
    /// So many, or fewer.
    AtMost(Decimal),
    /// As many as were found to be possible beside the other wishes. What has no end is given enough to cross the range.
    Most,
    /// As few.
    Least,
}

/// What of a record must stay as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frozen {
    /// Fields of the scored record.
    pub fields: Vec<FieldId>,
    /// Kinds of child records of the scored record: none comes, goes or changes.
    pub children: Vec<RecordId>,
    /// Links: no pair of the scored record comes or goes, and nobody that it leads to changes.
    pub links: Vec<LinkId>,
}

impl Possible {
    /// These known values, not a missing one.
    pub fn known(known: Set) -> Self {
        Self { known, missing: false }
    }

    /// Whether a value is one of them.
    pub fn contains(&self, value: &Value) -> bool {
        if value.is_missing() { self.missing } else { self.known.contains(value) }
    }
}

impl<'p> Maker<'p> {
    /// A maker of records for a policy.
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, search: Search::new(policy) }
    }

    /// A case with a plain record: complete, with a key, nothing special about it, without children and links.
    pub fn plain(&self) -> Case {
        self.search.plain()
    }

    /// A case made from `base` in which every wish holds, and nothing frozen is another; `None` where none was found.
    /// The record is complete and valid under the schema, and was scored: it is not rejected.
    pub fn make(&self, base: &Case, wishes: &[Wish], frozen: &Frozen) -> Option<Case> {
        self.made(base, wishes, frozen).map(|trial| trial.case)
    }

    /// [`Self::make`], with what the interpreter gave for the case.
    pub fn made(&self, base: &Case, wishes: &[Wish], _frozen: &Frozen) -> Option<Trial<'p>> {
        let mut case = self.search.with_key(base.clone());
        for wish in wishes {
            match wish {
                Wish::Field(id, value) => case = set(&case, self.policy.schema.scored, *id, value.clone()),
                Wish::Expr { of, within } => case = self.search.with_value(&case, of, within)?,
                Wish::Points(..) | Wish::Influence(..) => {}
            }
        }
        let trial = self.run(&case)?;
        wishes.iter().all(|wish| holds(wish, &trial)).then_some(trial)
    }

    /// Values of a field that are worth trying: those around every number that the policy tests it for, and a missing one.
    pub fn values(&self, kind: RecordId, field: FieldId) -> Vec<Value> {
        self.search.alternatives.all(kind, field)
    }

    /// Lists of child records of a kind that are worth trying.
    pub fn children(&self, kind: RecordId) -> Vec<Vec<Vec<Value>>> {
        self.search.alternatives.children(kind)
    }

    /// The key of a case's record.
    pub fn key(&self, case: &Case) -> Option<Value> {
        let (_, own) = case.records.iter().find(|(kind, _)| *kind == self.policy.schema.scored)?;
        own.get(self.policy.schema.scored().key?.index()).cloned()
    }

    /// Runs a case; `None` where its record is rejected.
    pub fn run(&self, case: &Case) -> Option<Trial<'p>> {
        self.search.run(case)
    }

    /// The case with a title and with what the interpreter gives as its expectations, so that it holds where it is pasted.
    pub fn confirmed(&self, case: &Case, title: &str) -> Option<Case> {
        let trial = self.run(case)?;
        let mut confirmed = trial.confirmed(title);
        let reasons = trial.outcome.reasons.iter().map(|given| given.reason).collect();
        confirmed.expectations.push((Expectation::Reasons(reasons), case.place));
        let held = (0..).zip(&trial.outcome.consequences).filter(|(_, held)| **held);
        let held = held.map(|(at, _)| (Expectation::Consequence(at, true), case.place));
        confirmed.expectations.extend(held);
        Some(confirmed)
    }

    /// A case as a `case` block of the language.
    pub fn text(&self, case: &Case) -> String {
        block(self.policy, case)
    }
}

/// Whether a wish holds for a case that was run. [`Amount::Most`] and [`Amount::Least`] hold of anything.
pub fn holds(wish: &Wish, trial: &Trial<'_>) -> bool {
    let is = |amount: &Amount, points: Option<&Decimal>| {
        points.is_some_and(|points| match amount {
            Amount::Exactly(wanted) => points == wanted,
            Amount::AtLeast(least) => points >= least,
            Amount::AtMost(most) => points <= most,
            Amount::Most | Amount::Least => true,
        })
    };
    match wish {
        Wish::Field(id, value) => trial
            .value(&Expr::Field(*id))
            .is_some_and(|is| is == *value || (is.is_missing() && value.is_missing())),
        Wish::Expr { of, within } => trial.value(of).is_some_and(|value| within.contains(&value)),
        Wish::Points(id, amount) => is(amount, trial.outcome.points.get(id.index())),
        Wish::Influence(at, amount) => is(amount, trial.outcome.influences.get(*at as usize)),
    }
}
