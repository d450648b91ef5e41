//! How the scores of a population would lie if its fields were independent of one another: exactly, from the frequencies of
//! the values of each field.
//!
//! Parts of a policy that read a field in common are worked out together, one combination of values after the other, each
//! with as many ways as the product of the counts of its values. What parts without a common field give is independent then,
//! so their distributions are convolved (`convolve`). Where every axis of a component is a field and every cell gives one
//! number of points, its cells will do instead of single values: cells never hold too little, so what one says is all there
//! is. What cannot be told exactly is not told: the answer is the reason.

use super::Audit;
use super::block::Block;
use super::convolve::{State, Summand, Ways, convolve, too_large};
use super::distribution::{Distribution, Scored};
use super::frequencies::Frequencies;
use super::model::{Model, NO_PART, NOT_SCORED, PartOf};
use super::points::Points;
use super::read::Read;
use crate::data::{FieldId, Population, Records, Subject, Value, Why};
use crate::decimal::Decimal;
use crate::eval::{Match, OverrideSeen, Scorer, Status, Steps, Trace, score_all};
use crate::policy::{ItemId, Policy};
use num_bigint::BigUint;
use std::collections::BTreeSet;

/// How many combinations of single values are worked out together.
const COMBINATIONS: usize = 100_000;

/// The scores of a population, beside those that its fields alone would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Were the fields independent, each with the values that it has; or why that is not known.
    pub independent: Result<Distribution, String>,
    /// As the interpreter scores the records.
    pub measured: Distribution,
    /// What the policy's tiers are called, best first.
    pub tiers: Vec<String>,
    /// Records of which a number is too large, and which have no part in either.
    pub too_large: usize,
}

impl Expected {
    /// Of a population.
    pub fn of(audit: &Audit<'_>, records: &dyn Records) -> Self {
        let policy = audit.policy();
        let outcomes = score_all(policy, records);
        // Both sides are of the same records.
        let scored = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_ok());
        let frequencies = Frequencies::of(policy, scored.filter_map(|(at, _)| records.subject(at)));
        Self {
            independent: audit.expected(&frequencies),
            tiers: policy.tiers.iter().map(|tier| tier.label.clone()).collect(),
            measured: Distribution::of_outcomes(outcomes.iter().flatten()),
            too_large: outcomes.iter().filter(|outcome| outcome.is_err()).count(),
        }
    }
}

impl Audit<'_> {
    /// How many of all combinations of values come to which score, each value of a field as often as it was counted.
    ///
    /// It is about scores and tiers alone: whether a number would be too large in something that no score turns on, a
    /// decision say, is not asked.
    ///
    /// # Errors
    ///
    /// Why that is not known exactly.
    pub fn expected(&self, frequencies: &Frequencies) -> Result<Distribution, String> {
        let model = self.model.as_ref().map_err(Clone::clone)?;
        let scorer = Scorer::new(self.policy);
        let summands = bundles(model)?.into_iter().map(|bundle| {
            Ok(Summand {
                buckets: bundle.blocks(model).flat_map(|block| block.buckets.iter().copied()).collect(),
                ways: match bundle.by_cells(model, frequencies) {
                    Some(ways) => ways,
                    None => bundle.by_values(model, &scorer, frequencies)?,
                },
            })
        });
        let ways = convolve(model, summands.collect::<Result<_, String>>()?)?;
        let mut distribution = Distribution::default();
        for (state, times) in &ways {
            let (status, scored) = end(model, state)?;
            distribution.add(status, scored, times);
        }
        if *distribution.total() == BigUint::ZERO {
            return Err("there are no records".to_owned());
        }
        Ok(distribution)
    }
}

/// Components that read fields in common, also in different axes.
#[derive(Debug, Clone, Default)]
struct Bundle {
    components: Vec<usize>,
    fields: BTreeSet<FieldId>,
}

/// Components by the fields that they share.
fn bundles(model: &Model<'_>) -> Result<Vec<Bundle>, String> {
    let mut bundles: Vec<Bundle> = Vec::new();
    for (at, block) in model.components.iter().enumerate() {
        let mut joined = Bundle { components: vec![at], fields: fields(model, block)? };
        for other in
            bundles.extract_if(.., |bundle| !bundle.fields.is_disjoint(&joined.fields)).collect::<Vec<_>>()
        {
            joined.components.extend(other.components);
            joined.fields.extend(other.fields);
        }
        bundles.push(joined);
    }
    Ok(bundles)
}

/// The fields that a component reads, and nothing else.
fn fields(model: &Model<'_>, block: &Block) -> Result<BTreeSet<FieldId>, String> {
    let mut fields = BTreeSet::new();
    for at in &block.parts {
        let axes = model.part(*at).axes.iter().map(|axis| model.axes.get(*axis));
        for read in axes.flat_map(|axis| &axis.reads) {
            let reads = match read {
                Read::Field(field) => {
                    fields.insert(*field);
                    continue;
                }
                Read::Children(kind) | Read::ChildField(kind, _) => {
                    format!("`{}` records", model.policy.schema.record(*kind).name)
                }
                Read::Link(link) | Read::PeerField(link, _) | Read::PeerScores(link) => {
                    format!("whom `{}` leads to", model.policy.schema.link(*link).name)
                }
            };
            return Err(format!("{} reads {reads}, and not fields of the record alone", model.name(*at)));
        }
    }
    Ok(fields)
}

impl Bundle {
    fn blocks<'m>(&self, model: &'m Model<'_>) -> impl Iterator<Item = &'m Block> {
        self.components.iter().filter_map(|at| model.components.get(*at).map(std::rc::Rc::as_ref))
    }

    /// By the cells of a component whose axes are fields; `None` where that is not all, or a cell leaves something open.
    fn by_cells(&self, model: &Model<'_>, frequencies: &Frequencies) -> Option<Ways> {
        let [component] = self.components.as_slice() else { return None };
        let block = model.components.get(*component).filter(|block| !block.is_too_large())?;
        let by_class = block.axes.iter().map(|axis| {
            let axis = model.axes.get(*axis);
            let mut counts = vec![0_u128; axis.classes.len()];
            for (value, count) in frequencies.values(axis.field()?) {
                *counts.get_mut(axis.class_of(value)?)? += count;
            }
            Some(counts)
        });
        let by_class = by_class.collect::<Option<Vec<_>>>()?;
        let mut ways = Ways::new();
        for cell in 0..block.len() {
            let counts = by_class.iter().enumerate();
            let counts = counts.map(|(position, counts)| counts.get(block.class(cell, position)).copied());
            let times: BigUint = counts.map(Option::unwrap_or_default).map(BigUint::from).product();
            if times == BigUint::ZERO {
                continue;
            }
            let known = block.cell(cell).filter(|known| known.may & known.may_not == 0)?;
            let mut state = State { marks: known.may, ..State::zero(model) };
            for (bucket, points) in block.buckets.iter().zip(block.points(cell)) {
                let points = points.single().filter(|points| !Points::is_far(*points))?;
                state.give(*bucket, Decimal::from_units(points)?)?;
            }
            *ways.entry(state.settled(model)).or_default() += times;
        }
        Some(ways)
    }

    /// By every combination of single values, each run by the interpreter.
    fn by_values(
        &self,
        model: &Model<'_>,
        scorer: &Scorer<'_>,
        frequencies: &Frequencies,
    ) -> Result<Ways, String> {
        let choices: Vec<(FieldId, &[(Value, u128)])> =
            self.fields.iter().map(|field| (*field, frequencies.values(*field))).collect();
        let sizes = choices.iter().map(|(_, values)| values.len());
        let size = sizes.into_iter().try_fold(1_usize, usize::checked_mul);
        let Some(size) = size.filter(|size| *size <= COMBINATIONS) else {
            let names = choices.iter().map(|(field, _)| name(model.policy, *field)).collect::<Vec<_>>();
            return Err(format!(
                "{} have more than {COMBINATIONS} combinations of values, and {} turns on them together",
                names.join(", "),
                self.named(model),
            ));
        };
        // All else is as somebody has it: what these parts give does not turn on it.
        let fields = (0..model.policy.schema.scored().fields.len() as u32).map(FieldId);
        let some = |field| frequencies.values(field).first().map(|(value, _)| value.clone());
        let mut values: Vec<Value> =
            fields.map(|field| some(field).unwrap_or(Value::Missing(Why::Field(field)))).collect();
        let mut ways = Ways::new();
        for combination in 0..size {
            let mut rest = combination;
            let mut times = BigUint::from(1_u8);
            for (field, choices) in &choices {
                let Some((value, count)) = choices.get(rest % choices.len().max(1)) else { continue };
                rest /= choices.len().max(1);
                times *= *count;
                if let Some(slot) = values.get_mut(field.index()) {
                    slot.clone_from(value);
                }
            }
            let state = self.run(model, scorer, &values)?;
            *ways.entry(state.settled(model)).or_default() += times;
        }
        Ok(ways)
    }

    /// What its parts give a record.
    fn run(&self, model: &Model<'_>, scorer: &Scorer<'_>, values: &[Value]) -> Result<State, String> {
        let subject = Subject { values, ..Subject::default() };
        let parts = self.blocks(model).flat_map(|block| block.parts.iter().copied()).collect();
        let mut seen = Seen { model, parts, state: State::zero(model), fits: true };
        let nobody = Population::default();
        let own = scorer.own(&nobody, &subject, &mut seen);
        let outcome = own.and_then(|own| scorer.finish(&nobody, &subject, own, Vec::new(), &mut seen));
        match outcome {
            Ok(_) if seen.fits => Ok(seen.state),
            Ok(_) => Err(too_large()),
            Err(overflow) => Err(overflow.to_string()),
        }
    }

    /// Its first part, in words.
    fn named(&self, model: &Model<'_>) -> String {
        let first = self.blocks(model).flat_map(|block| block.parts.iter().copied()).min();
        first.map_or_else(String::new, |at| model.name(at))
    }
}

fn name(policy: &Policy, field: FieldId) -> String {
    format!("`{}`", policy.schema.field(policy.schema.scored, field).name)
}

/// What some parts of a policy give to a record that is run.
struct Seen<'m, 'p> {
    model: &'m Model<'p>,
    parts: Vec<usize>,
    state: State,
    fits: bool,
}

impl Seen<'_, '_> {
    /// The bucket of a part, where it is among those that are looked at.
    fn bucket(&self, of: PartOf) -> Option<usize> {
        let mut parts = self.parts.iter().map(|at| self.model.part(*at));
        parts.find(|part| part.of == of).map(|part| part.bucket)
    }
}

impl Trace for Seen<'_, '_> {
    fn participation(&mut self, _needs: &Value, takes_part: bool) {
        if !takes_part && self.bucket(PartOf::Participation).is_some() {
            self.state.marks |= NO_PART;
        }
    }

    fn row(&mut self, id: ItemId, _matched: &Match, points: Option<&Value>) {
        if points.is_none() && self.bucket(PartOf::Item(id)).is_some() {
            self.state.marks |= NOT_SCORED;
        }
    }

    fn item(&mut self, id: ItemId, steps: &Steps) {
        if let Some(bucket) = self.bucket(PartOf::Item(id)) {
            self.fits &= self.state.give(bucket, steps.points).is_some();
        }
    }

    fn override_seen(&mut self, position: usize, seen: &OverrideSeen) {
        if seen.applied && self.bucket(PartOf::Override(position)).is_some() {
            self.state.marks |= 1 << position;
        }
    }
}

/// The status, score and tier of a state whose sums are all in.
fn end(model: &Model<'_>, state: &State) -> Result<(Status, Option<Scored>), String> {
    let policy = model.policy;
    if state.marks & NO_PART != 0 {
        return Ok((Status::NotParticipating, None));
    }
    if !model.is_scored(state.marks) {
        return Ok((Status::NotScored, None));
    }
    let score = || {
        let total = state.sums.first()?.checked_add(policy.start)?;
        let level = model.level(state.marks, Points::exactly(total)).single()?;
        Decimal::from_units(level)?.round_to(policy.round)
    };
    let score = score().ok_or_else(too_large)?;
    // The best tier has the least number.
    let applying = || {
        let all = policy.overrides.iter().enumerate();
        all.filter(|(at, _)| state.marks & (1 << at) != 0).map(|(_, each)| each)
    };
    let floor = applying().filter_map(|each| each.tier_at_least).min();
    let cap = applying().filter_map(|each| each.tier_at_most).max();
    let tier = policy.tier_of(score).map(|tier| {
        let lifted = floor.map_or(tier, |floor| tier.min(floor));
        cap.map_or(lifted, |cap| lifted.max(cap))
    });
    Ok((Status::Scored, Some((score, tier))))
}
