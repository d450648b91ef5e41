//! Records that satisfy wishes: a case in which fields, expressions, items and influences come to what somebody asks for.

//!
//! Nothing is tried blindly. What is wished for is turned round, operation by operation, until fields are left
//! ([`seek`]); children and linked records are made up one by one ([`aggregate`], [`events`], [`influence`]). Each step is
//! judged by the interpreter on the record as it is, and taken back where it led nowhere ([`quest`], [`draft`]). Wishes
//! that read nothing in common are met one after the other. What comes of it is run before it is given away.

mod aggregate;
mod calendar;
mod draft;
mod events;
mod influence;
mod natural;
mod points;
mod possible;
mod quest;
mod seek;
mod solve;
#[cfg(test)]
mod tests;

pub use possible::Possible;

use super::alternatives::Alternatives;
use super::block::block;
use super::trial::Trial;
use super::visit::Visit;
use super::words::Words;
use crate::data::{FieldId, LinkId, RecordId, Type, Value};
use crate::decimal::Decimal;
use crate::eval::{BodySeen, Scorer};
use crate::policy::{Case, DefinitionId, Expectation, Expr, ItemId, Policy};
use crate::source::{FileId, Place, Span};
use draft::{Draft, Person, Who};
use events::Template;
use quest::Quest;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How many values may be worked out for one record.
const EFFORT: usize = 40_000;

/// How many other definitions one may read before it matters that it reads them again and again.
const ENTANGLED: u64 = 500;

/// Makes up records of a policy that satisfy wishes. Made once a policy; it keeps what it works out.
pub struct Maker<'p> {
    policy: &'p Policy,
    scorer: Scorer<'p>,
    alternatives: Alternatives<'p>,
    /// By kind: a record that is nothing special.
    plain: Vec<Vec<Value>>,
    /// By field: the values at the edges of what the policy tests it for.
    edges: RefCell<BTreeMap<(RecordId, FieldId), Vec<Value>>>,
    /// By per-event rule: an event of each sort that it tells apart.
    templates: RefCell<BTreeMap<ItemId, Vec<Template>>>,
    /// By definition: how many others it is worked out from, each counted as often as it is read.
    costs: Vec<u64>,
    /// Whether definitions read one another so often that each is better worked out once for all.
    entangled: bool,
    /// Somebody with a high score (`true`), and with a low one.
    friends: RefCell<BTreeMap<bool, Option<Person>>>,
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

impl Wish {
    /// That a condition holds.
    #[must_use]
    pub fn holds(condition: &Expr) -> Self {
        Self::Expr { of: condition.clone(), within: Possible::truth(true) }
    }
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

impl<'p> Maker<'p> {
    /// A maker of records for a policy.
    pub fn new(policy: &'p Policy) -> Self {
        let alternatives = Alternatives::of(policy);
        let costs = costs(policy);
        let kinds = 0..policy.schema.records.len() as u32;
        let mut maker = Self {
            policy,
            scorer: Scorer::new(policy),
            plain: kinds.map(|kind| alternatives.plain(RecordId(kind))).collect(),
            alternatives,
            edges: RefCell::default(),
            templates: RefCell::default(),
            entangled: costs.iter().any(|cost| *cost > ENTANGLED),
            costs,
            friends: RefCell::default(),
        };
        for kind in policy.schema.children() {
            maker.give_money(kind);
        }
        maker.let_plain_take_part();
        maker
    }

    /// A case with a plain record: complete, with a key, nothing special about it, without children and links. It takes
    /// part and is scored, where that was found to be possible.
    pub fn plain(&self) -> Case {
        let scored = self.policy.schema.scored;
        Case {
            title: String::new(),
            records: vec![(scored, self.plain_values(scored))],
            pairs: Vec::new(),
            previous_of: None,
            previous: Vec::new(),
            expectations: Vec::new(),
            place: Place::new(FileId::new(0), Span::NONE),
        }
    }

    /// A case made from `base` in which every wish holds, and nothing frozen is another; `None` where none was found.
    /// The record is complete and valid under the schema, and was run: it is not rejected. It expects nothing: see
    /// [`Self::confirmed`].
    pub fn make(&self, base: &Case, wishes: &[Wish], frozen: &Frozen) -> Option<Case> {
        self.made(base, wishes, frozen).map(|trial| trial.case)
    }

    /// [`Self::make`], with what the interpreter gave for the case.
    pub fn made(&self, base: &Case, wishes: &[Wish], frozen: &Frozen) -> Option<Trial<'p>> {
        let draft = Draft::of(&self.policy.schema, self.policy.today, base);
        let mut quest = Quest::new(self, draft, frozen, EFFORT);
        if !quest.satisfy(wishes) {
            return None;
        }
        let case = Case { expectations: Vec::new(), ..quest.draft.case(base) };
        let trial = self.run(&case)?;
        wishes.iter().all(|wish| holds(wish, &trial)).then_some(trial)
    }

    /// Values of a field that are worth trying: those around every number that the policy tests it for, and a missing one.
    pub fn values(&self, kind: RecordId, field: FieldId) -> Vec<Value> {
        self.alternatives.all(kind, field)
    }

    /// Lists of child records of a kind that are worth trying.
    pub fn children(&self, kind: RecordId) -> Vec<Vec<Vec<Value>>> {
        self.alternatives.children(kind)
    }

    /// The key of a case's record.
    pub fn key(&self, case: &Case) -> Option<Value> {
        let (_, own) = case.records.iter().find(|(kind, _)| *kind == self.policy.schema.scored)?;
        own.get(self.policy.schema.scored().key?.index()).cloned()
    }

    /// Runs a case; `None` where its record is rejected.
    pub fn run(&self, case: &Case) -> Option<Trial<'p>> {
        Trial::run(&self.scorer, case)
    }

    /// The case with a title and with what the interpreter gives as its expectations, so that it holds where it is pasted.
    pub fn confirmed(&self, case: &Case, title: &str) -> Option<Case> {
        // A case gives previous scores of one kind of record only.
        let known = |key: &Value| {
            let mut of = case.records.iter().filter(|(kind, _)| Some(*kind) == case.previous_of);
            of.any(|(kind, values)| {
                let field = self.policy.schema.record(*kind).key;
                field.and_then(|field| values.get(field.index())) == Some(key)
            })
        };
        if !case.previous.iter().all(|(key, _)| known(key)) {
            return None;
        }
        let trial = self.run(case)?;
        let mut confirmed = trial.confirmed(title);
        let reasons = trial.outcome.reasons.iter().map(|given| given.reason).collect();
        confirmed.expectations.push((Expectation::Reasons(reasons), case.place));
        let held = (0..).zip(&trial.outcome.consequences).filter(|(_, held)| **held);
        let held = held.map(|(at, _)| (Expectation::Consequence(at, true), case.place));
        confirmed.expectations.extend(held);
        Some(confirmed)
    }

    /// An expression about the record in words, close to how an author would write it.
    pub fn words(&self, expr: &Expr) -> String {
        Words { policy: self.policy, over: None }.expr(expr)
    }

    /// A case as a `case` block of the language.
    pub fn text(&self, case: &Case) -> String {
        block(self.policy, case)
    }

    /// An amount of nothing reads as a mistake in a child record.
    fn give_money(&mut self, kind: RecordId) {
        let fields = &self.policy.schema.record(kind).fields;
        let some = Value::Number(Decimal::from_int(20));
        let Some(plain) = self.plain.get_mut(kind.index()) else { return };
        for (value, field) in plain.iter_mut().zip(fields) {
            if field.kind == Type::Money && field.domain.contains(&some) {
                value.clone_from(&some);
            }
        }
    }

    /// Makes the plain record one that takes part and is scored.
    fn let_plain_take_part(&mut self) {
        let scored = self.policy.schema.scored;
        let nothing = Frozen::default();
        let draft = Draft::of(&self.policy.schema, self.policy.today, &self.plain());
        let mut quest = Quest::new(self, draft, &nothing, EFFORT);
        quest.take_part();
        let values = quest.draft.values(Who::Person(0)).to_vec();
        let has_only_values = quest.draft.count_children(Who::Person(0)) == 0;
        if let Some(plain) = self.plain.get_mut(scored.index()).filter(|_| has_only_values) {
            *plain = values;
        }
    }

    /// Whether a definition reads others so often that it cannot be turned round one by one.
    fn is_entangled(&self, id: DefinitionId) -> bool {
        self.costs.get(id.index()).is_some_and(|cost| *cost > ENTANGLED)
    }

    /// A record of a kind that is nothing special.
    fn plain_values(&self, kind: RecordId) -> Vec<Value> {
        self.plain.get(kind.index()).cloned().unwrap_or_default()
    }
}

/// Whether a wish holds for a case that was run. [`Amount::Most`] and [`Amount::Least`] hold of any points.
pub fn holds(wish: &Wish, trial: &Trial<'_>) -> bool {
    let is = |amount: &Amount, points: Option<&Decimal>| {
        points.is_some_and(|points| {
            amount.wanted().is_none_or(|wanted| wanted.contains(&Value::Number(*points)))
        })
    };
    match wish {
        Wish::Field(id, value) => trial
            .value(&Expr::Field(*id))
            .is_some_and(|is| is == *value || (is.is_missing() && value.is_missing())),
        Wish::Expr { of, within } => trial.value(of).is_some_and(|value| within.contains(&value)),
        Wish::Points(id, amount) => {
            let seen = trial.recording.item(*id);
            let not_scored = seen.is_some_and(|item| matches!(item.body, BodySeen::Row(_, true)));
            !not_scored && is(amount, trial.outcome.points.get(id.index()))
        }
        Wish::Influence(at, amount) => is(amount, trial.outcome.influences.get(*at as usize)),
    }
}

/// How many others each definition is worked out from, each counted as often as it is read.
fn costs(policy: &Policy) -> Vec<u64> {
    let mut costs: Vec<u64> = Vec::with_capacity(policy.definitions.len());
    for id in 0..policy.definitions.len() as u32 {
        let mut cost = 1_u64;
        Visit::outside_definitions(policy).body(DefinitionId(id), &mut |expr, _| {
            if let Expr::Definition(read) = expr {
                cost = cost.saturating_add(costs.get(read.index()).copied().unwrap_or(1));
            }
        });
        costs.push(cost);
    }
    costs
}

impl Amount {
    /// The points that are so many; `None` where they are to be as many or as few as there can be.
    fn wanted(self) -> Option<Possible> {
        Some(match self {
            Self::Exactly(points) => Possible::value(&Value::Number(points)),
            Self::AtLeast(least) => points::beyond(least, true),
            Self::AtMost(most) => points::beyond(most, false),
            Self::Most | Self::Least => return None,
        })
    }
}
