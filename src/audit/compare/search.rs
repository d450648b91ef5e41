//! Records that show what a new version does: made up, and scored by both versions.

use super::super::ask::went;
use super::super::model::Model;
use super::super::verdict::Witness;
use super::super::witness::{Made, Witnesses};
use super::joined::Other;
use super::{Versions, Worst};
use crate::cases::{Amount, Frozen, Maker, Possible, Trial, Wish};
use crate::data::{FieldId, Set, Value};
use crate::decimal::Decimal;
use crate::eval::{Outcome, Scorer};
use crate::policy::{Case, Expr, Policy};

/// So many records are made by changing one field, where nothing better was found.
const PLAIN_TRIES: usize = 300;

/// What is worth looking for.
#[derive(Clone, Copy)]
pub(super) struct Sought {
    pub(super) up: bool,
    pub(super) down: bool,
    /// Somebody whom one version scores and the other does not.
    pub(super) unscored: bool,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// Who rises most of those tried, and by how much.
    pub(super) up: Option<(Decimal, Witness)>,
    /// Who falls most.
    pub(super) down: Option<(Decimal, Witness)>,
    pub(super) unscored: Option<Witness>,
}

/// The best so far.
#[derive(Default)]
struct Best {
    up: Option<Tried>,
    down: Option<Tried>,
    unscored: Option<Tried>,
}

/// A record that both versions looked at.
struct Tried {
    case: Case,
    by: Decimal,
    shows: String,
}

impl Versions<'_, '_> {
    /// Looks for records that show what both versions together may do.
    pub(super) fn search(&self, model: &Model<'_>, worst: &Worst, sought: Sought) -> Found {
        let maker = Maker::new(&self.joined.policy);
        let plain = maker.plain();
        let bases = self.audit.all_bases().iter().chain([&plain]).filter(|case| self.is_common(case));
        let bases: Vec<Case> = bases.cloned().collect();
        let made = Made::default();
        let witnesses = Witnesses { model, maker: &maker, bases: &bases, made: &made };
        let mut best = Best::default();
        let tries = tries(&witnesses, worst, &self.joined.others);
        for base in &bases {
            for wishes in &tries {
                // All wishes at once, else one after the other as far as they go.
                let case = maker.make(base, wishes, &Frozen::default()).unwrap_or_else(|| {
                    wishes.iter().fold(base.clone(), |case, wish| {
                        let one = std::slice::from_ref(wish);
                        maker.make(&case, one, &Frozen::default()).unwrap_or(case)
                    })
                });
                self.look(case, &mut best);
            }
        }
        // What turns on one value that no cell tells of: a missing one, or an edge of what is worked out of it.
        if best.lacks(sought) {
            for case in self.plain_variations(&maker, &bases) {
                self.look(case, &mut best);
            }
        }
        let witness = |tried: &Tried| {
            let case = self.audit.maker.confirmed(&tried.case, &tried.shows)?;
            Some(Witness { shows: tried.shows.clone(), cases: vec![case], differ_in: Vec::new() })
        };
        let moved = |tried: Option<&Tried>| tried.and_then(|tried| Some((tried.by, witness(tried)?)));
        Found {
            up: moved(best.up.as_ref()),
            down: moved(best.down.as_ref()),
            unscored: best.unscored.as_ref().and_then(witness),
        }
    }

    /// The bases, each with one field of the scored record another.
    fn plain_variations(&self, maker: &Maker<'_>, bases: &[Case]) -> Vec<Case> {
        let schema = &self.joined.policy.schema;
        let fields = (0..).map(FieldId).zip(&schema.scored().fields);
        let fields = fields.filter(|(id, _)| Some(*id) != schema.scored().key);
        let mut values: Vec<(FieldId, Value)> = Vec::new();
        for (id, _) in fields {
            values.extend(maker.values(schema.scored, id).into_iter().map(|value| (id, value)));
        }
        let wishes = values.into_iter().map(|(id, value)| [Wish::Field(id, value)]);
        let cases = wishes.flat_map(|wish| {
            bases.iter().filter_map(move |base| maker.make(base, &wish, &Frozen::default()))
        });
        cases.take(PLAIN_TRIES).collect()
    }

    /// Scores a record by both versions, and keeps it if it shows more than others.
    fn look(&self, case: Case, best: &mut Best) {
        let Some((first, second)) = self.both(&case) else { return };
        match (first.score, second.score) {
            (Some(before), Some(after)) => {
                let Some(by) = after.checked_sub(before).filter(|by| !by.is_zero()) else { return };
                let slot = if by > Decimal::ZERO { &mut best.up } else { &mut best.down };
                if slot.as_ref().is_none_or(|known| by.abs() > known.by) {
                    *slot = Some(Tried { case, by: by.abs(), shows: went(before, after) });
                }
            }
            (None, None) => {}
            (Some(score), None) if best.unscored.is_none() => {
                let shows = format!("who had the score {score} is {}", second.status.name());
                best.unscored = Some(Tried { case, by: Decimal::ZERO, shows });
            }
            (None, Some(score)) if best.unscored.is_none() => {
                let shows = format!("who was {} has the score {score}", first.status.name());
                best.unscored = Some(Tried { case, by: Decimal::ZERO, shows });
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
    }

    /// What a case comes to by both versions.
    fn both(&self, case: &Case) -> Option<(Outcome, Outcome)> {
        if !self.is_common(case) {
            return None;
        }
        let new = self.audit.maker.run(case)?.outcome;
        let old = Trial::run(&Scorer::new(self.old), &for_old(case, self.old))?.outcome;
        Some((old, new))
    }

    /// Whether both versions allow the values of a case.
    fn is_common(&self, case: &Case) -> bool {
        let schema = &self.joined.policy.schema;
        case.records.iter().all(|(kind, values)| {
            let fields = schema.record(*kind).fields.iter().zip(values);
            fields.into_iter().all(|(field, value)| {
                if value.is_missing() { field.optional } else { field.domain.contains(value) }
            })
        })
    }
}

impl Best {
    fn lacks(&self, sought: Sought) -> bool {
        (sought.up && self.up.is_none())
            || (sought.down && self.down.is_none())
            || (sought.unscored && self.unscored.is_none())
    }
}

/// What is wished for: the cells in which most changes, what other differences turn on, and nothing.
fn tries(witnesses: &Witnesses<'_, '_>, worst: &Worst, others: &[Other]) -> Vec<Vec<Wish>> {
    let mut tries: Vec<Vec<Wish>> = Vec::new();
    for amount in [Amount::Most, Amount::Least] {
        for classes in [&worst.up, &worst.down].into_iter().chain(&worst.unscored) {
            tries.push(witnesses.wishes(classes, |_| Some(amount)));
        }
    }
    let comes_to = |of: &Expr, within: &Possible| Wish::Expr { of: of.clone(), within: within.clone() };
    let missing = Possible { known: Set::Codes(Vec::new()), missing: true };
    let all = [Possible::truth(true), Possible::truth(false), missing];
    for other in others {
        for condition in &other.conditions {
            tries.extend(all.iter().map(|within| vec![comes_to(condition, within)]));
        }
        if let [first, second] = other.conditions.as_slice() {
            let pairs = all.iter().flat_map(|one| all.iter().map(move |two| (one, two)));
            let pairs = pairs.filter(|(one, two)| one != two);
            tries.extend(pairs.map(|(one, two)| vec![comes_to(first, one), comes_to(second, two)]));
        }
    }
    tries.push(Vec::new());
    tries.dedup();
    tries
}

/// A case of the new version's schema for the old one's.
fn for_old(case: &Case, old: &Policy) -> Case {
    let mut case = case.clone();
    case.records.retain(|(kind, _)| kind.index() < old.schema.records.len());
    for (kind, values) in &mut case.records {
        values.truncate(old.schema.record(*kind).fields.len());
    }
    case.pairs.retain(|(link, ..)| link.index() < old.schema.links.len());
    case.expectations.clear();
    case
}
