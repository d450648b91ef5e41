//! The least and the greatest score that anybody can have: overall, and in each tier.

use super::Audit;
use super::axis::{AxisId, Of};
use super::block::Block;
use super::model::{Marks, Model, PartOf};
use super::points::Points;
use super::verdict::Witness;
use super::witness::Witnesses;
use crate::cases::{Amount, Frozen, Possible, Trial, Wish};
use crate::data::{Set, Value};
use crate::decimal::Decimal;
use crate::policy::{Expr, TierId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// An end of what can be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// No record has less (or more): proved.
    pub bound: Decimal,
    /// The least (or most) that a record was found to have, and the record.
    pub shown: Option<(Decimal, Witness)>,
}

/// The scores that can be, and the cells of their two ends: each a component and a cell of it.
pub(super) type Scores = (Points, [Vec<(usize, usize)>; 2]);

/// What can be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The least; absent where there is no end.
    pub least: Option<End>,
    /// The greatest.
    pub greatest: Option<End>,
}

/// What can be reached of a tier.
#[derive(Debug, Clone, PartialEq)]
pub struct TierReach {
    /// Which.
    pub tier: TierId,
    /// Its scores; `None` where no record can be in it: proved.
    pub reach: Option<Reach>,
}

impl End {
    /// Whether the bound is reached.
    pub fn is_exact(&self) -> bool {
        self.shown.as_ref().is_some_and(|(score, _)| *score == self.bound)
    }
}

/// What a set of marks allows: sums by bucket, and the cells that reach both ends.
#[derive(Debug, Clone)]
struct Regime {
    sums: Vec<Points>,
    /// By component: the cell with the least for the score, and with the most.
    ends: [Vec<(usize, usize)>; 2],
}

/// How often influences are narrowed: each round comes nearer by the weights.
const ROUNDS: usize = 64;
/// How many sets of marks are told apart.
const REGIMES: usize = 4096;

impl<'p> Model<'p> {
    /// What is possible under each set of marks; `None` where there are too many.
    fn regimes(&self) -> Option<BTreeMap<Marks, Regime>> {
        let start = Regime { sums: vec![Points::ZERO; self.buckets.len()], ends: [Vec::new(), Vec::new()] };
        let mut all: BTreeMap<Marks, Regime> = [(0, start)].into_iter().collect();
        for (at, block) in self.components.iter().enumerate() {
            let own = self.of_block(at, block)?;
            let mut next: BTreeMap<Marks, Regime> = BTreeMap::new();
            for (marks, regime) in &all {
                for (more, part) in &own {
                    let sums: Vec<Points> =
                        regime.sums.iter().zip(&part.sums).map(|(a, b)| a.plus(*b)).collect();
                    let join = |side: usize| {
                        let ends = [regime, part].into_iter().filter_map(|of| of.ends.get(side));
                        ends.flatten().copied().collect()
                    };
                    let joined = Regime { sums, ends: [join(0), join(1)] };
                    match next.remove(&(marks | more)) {
                        None => drop(next.insert(marks | more, joined)),
                        Some(other) => drop(next.insert(marks | more, self.either(other, joined))),
                    }
                }
            }
            if next.len() > REGIMES {
                return None;
            }
            all = next;
        }
        Some(all)
    }

    /// Of two ways to the same marks: everything that either allows, and of each end the further one.
    fn either(&self, one: Regime, other: Regime) -> Regime {
        let (a, b) = (self.total(&one.sums), self.total(&other.sums));
        let low = if a.low() <= b.low() { &one } else { &other };
        let high = if a.high() >= b.high() { &one } else { &other };
        let side = |of: &Regime, side: usize| of.ends.get(side).cloned().unwrap_or_default();
        let ends = [side(low, 0), side(high, 1)];
        Regime { sums: one.sums.iter().zip(&other.sums).map(|(a, b)| a.or(*b)).collect(), ends }
    }

    fn of_block(&self, at: usize, block: &Block) -> Option<BTreeMap<Marks, Regime>> {
        let mut own: BTreeMap<Marks, Regime> = BTreeMap::new();
        if block.is_too_large() {
            let mut sums = vec![Points::ZERO; self.buckets.len()];
            let (mut may, mut may_not) = (0, Marks::MAX);
            for part in &block.parts {
                let Some(hull) = self.hulls.get(*part) else { continue };
                if let Some(sum) = sums.get_mut(self.part(*part).bucket) {
                    *sum = sum.plus(hull.points);
                }
                may |= hull.may;
                may_not &= !hull.may | hull.may_not;
            }
            let cell = super::block::Cell { may, may_not, possible: true };
            for marks in cell.patterns()? {
                own.insert(marks, Regime { sums: sums.clone(), ends: [Vec::new(), Vec::new()] });
            }
            return Some(own);
        }
        let mut worth: BTreeMap<Marks, [(i128, usize); 2]> = BTreeMap::new();
        // One cell of each kind, in the order of the cells: of several ends the first is taken.
        let mut cells = block.kinds().firsts.clone();
        cells.sort_unstable();
        for cell in cells {
            let Some(known) = block.cell(cell) else { continue };
            let (mut low, mut high) = (0_i128, 0_i128);
            for (bucket, points) in block.buckets.iter().zip(block.points(cell)) {
                let (sign, _) = self.leverage(*bucket);
                let (a, b) =
                    if sign >= 0 { (points.low(), points.high()) } else { (-points.high(), -points.low()) };
                low = low.saturating_add(a);
                high = high.saturating_add(b);
            }
            for marks in known.patterns()? {
                let mut sums = vec![Points::ZERO; self.buckets.len()];
                for (bucket, points) in block.buckets.iter().zip(block.points(cell)) {
                    if let Some(sum) = sums.get_mut(*bucket) {
                        *sum = *points;
                    }
                }
                let ends = worth.entry(marks).or_insert([(low, cell), (high, cell)]);
                let [least, most] = ends;
                if low < least.0 {
                    *least = (low, cell);
                }
                if high > most.0 {
                    *most = (high, cell);
                }
                own.entry(marks)
                    .and_modify(|regime| {
                        for (sum, more) in regime.sums.iter_mut().zip(&sums) {
                            *sum = sum.or(*more);
                        }
                    })
                    .or_insert(Regime { sums, ends: [Vec::new(), Vec::new()] });
            }
        }
        for (marks, [least, most]) in worth {
            if let Some(regime) = own.get_mut(&marks) {
                regime.ends = [vec![(at, least.1)], vec![(at, most.1)]];
            }
        }
        Some(own)
    }

    /// The scores that can be, as far as is known, and the cells of both ends.
    pub(super) fn scores(&self) -> Option<Scores> {
        let known = self.scores.get_or_init(|| {
            let (levels, ends) = self.levels()?;
            Some((levels.rounded(self.policy.round), ends))
        });
        known.clone()
    }

    /// The same before rounding.
    fn levels(&self) -> Option<Scores> {
        let Some(regimes) = self.regimes() else {
            // Whatever applies, it is a score of the range, or one that an override sets.
            let set = self.policy.overrides.iter().flat_map(|each| [each.score_at_least, each.score_at_most]);
            let all = set.flatten().map(Points::exactly).fold(self.level(0, Points::ANY), Points::or);
            return Some((all, [Vec::new(), Vec::new()]));
        };
        let mut found: Option<Scores> = None;
        for (marks, regime) in regimes.into_iter().filter(|(marks, _)| self.is_scored(*marks)) {
            let level = self.level(marks, self.total(&regime.sums));
            let [low, high] = regime.ends;
            found = Some(match found {
                None => (level, [low, high]),
                Some((all, [least, most])) => (
                    all.or(level),
                    [
                        if level.low() < all.low() { low } else { least },
                        if level.high() > all.high() { high } else { most },
                    ],
                ),
            });
        }
        found
    }

    /// Narrows what settled influences can give: friends' scores are scores of this policy too, so they lie in the range
    /// that follows from the influences as known so far. Each round is true by itself; they come nearer to the fixed point.
    pub(super) fn narrow_influences(&mut self) {
        let policy = self.policy;
        for _ in 0..ROUNDS {
            let Some((levels, _)) = self.levels() else { return };
            let mut narrower = false;
            for (at, influence) in policy.influences.iter().enumerate() {
                if !influence.settled || policy.schema.link(influence.link).to != policy.schema.scored {
                    continue;
                }
                let Some(part) = self.parts.iter().position(|part| part.of == PartOf::Influence(at as u32))
                else {
                    continue;
                };
                let against = Points::exactly(influence.against).negative();
                // Averages and products are rounded in the last place.
                let slack = Points::of_units(-2, 2);
                let given = levels.plus(against).weighted(Some(influence.weight)).plus(slack);
                // Nobody with a score gives nothing, whatever the limits are.
                let given = given.clamped(influence.limits).or(Points::ZERO);
                let Some(hull) = self.hulls.get_mut(part) else { continue };
                let low = hull.points.low().max(given.low());
                let high = hull.points.high().min(given.high());
                if (low, high) != (hull.points.low(), hull.points.high()) && low <= high {
                    narrower = true;
                    hull.points = Points::of_units(low, high);
                    self.axes.narrow(Of::Influence(at as u32), hull.points);
                }
            }
            if !narrower {
                return;
            }
            let blocks: Vec<Rc<Block>> = self
                .components
                .iter()
                .map(|block| {
                    let by_others =
                        block.parts.iter().any(|at| matches!(self.part(*at).of, PartOf::Influence(_)));
                    if by_others { Rc::new(Block::new(self, block.parts.clone())) } else { Rc::clone(block) }
                })
                .collect();
            self.components = blocks;
        }
    }

    /// The classes of cells of components.
    fn classes(&self, cells: &[(usize, usize)]) -> Vec<(AxisId, usize)> {
        let of = |(component, cell): &(usize, usize)| {
            let block = self.components.get(*component)?;
            let axes = block.axes.iter().enumerate();
            Some(axes.map(|(position, axis)| (*axis, block.class(*cell, position))).collect::<Vec<_>>())
        };
        cells.iter().filter_map(of).flatten().collect()
    }
}

impl<'p> Audit<'p> {
    /// The least and the greatest score that anybody can have.
    ///
    /// # Errors
    ///
    /// Why that is not known; `nobody can have a score` is one of the reasons.
    pub fn reach(&self) -> Result<Reach, String> {
        self.reach.get_or_init(|| self.find_reach()).clone()
    }

    fn find_reach(&self) -> Result<Reach, String> {
        let model = self.model.as_ref().map_err(Clone::clone)?;
        let Some((scores, [low, high])) = model.scores() else {
            return Err("nobody can have a score".to_owned());
        };
        let witnesses = self.witnesses(model);
        let end = |bound: Option<Decimal>, cells: &[(usize, usize)], most: bool| {
            bound.map(|bound| End { bound, shown: self.extreme(&witnesses, bound, cells, most) })
        };
        Ok(Reach { least: end(scores.least(), &low, false), greatest: end(scores.greatest(), &high, true) })
    }

    /// A record at an end, or as near to it as one was found.
    fn extreme(
        &self,
        witnesses: &Witnesses<'_, 'p>,
        bound: Decimal,
        cells: &[(usize, usize)],
        most: bool,
    ) -> Option<(Decimal, Witness)> {
        let model = witnesses.model;
        let (more, less) = if most { (Amount::Most, Amount::Least) } else { (Amount::Least, Amount::Most) };
        let amount = |axis: AxisId| {
            let parts = model.parts.iter().find(|part| part.axes == [axis]);
            let sign = parts.map_or(1, |part| model.leverage(part.bucket).0);
            Some(if sign >= 0 { more } else { less })
        };
        let wishes = witnesses.wishes(&model.classes(cells), amount);
        let without_peers: Vec<Wish> =
            wishes.iter().filter(|wish| !matches!(wish, Wish::Influence(..))).cloned().collect();
        let exactly = Wish::Expr { of: Expr::Score, within: exactly(bound) };
        let tries = [vec![exactly], without_peers, wishes];
        let mut best: Option<(Decimal, Trial<'p>)> = None;
        let made = witnesses.bases.iter().filter_map(|base| self.maker.run(base));
        let wished = tries.iter().flat_map(|wishes| {
            witnesses.bases.iter().filter_map(|base| self.maker.made(base, wishes, &Frozen::default()))
        });
        for trial in made.chain(wished) {
            let Some(score) = trial.outcome.score else { continue };
            let further = |best: Decimal| if most { score > best } else { score < best };
            if best.as_ref().is_none_or(|(best, _)| further(*best)) {
                best = Some((score, trial));
            }
            if best.as_ref().is_some_and(|(best, _)| *best == bound) {
                break;
            }
        }
        let (mut score, mut trial) = best?;
        if score != bound {
            trial = self.climbed(trial, most);
            score = trial.outcome.score?;
        }
        let which = if most { "greatest" } else { "least" };
        let shows = if score == bound {
            format!("the {which} score that anybody can have is {score}")
        } else {
            format!("a score of {score}: the {which} that a record was found for")
        };
        let case = self.maker.confirmed(&trial.case, &shows)?;
        Some((score, Witness { shows, cases: vec![case], differ_in: Vec::new() }))
    }

    /// What can be reached of each tier.
    pub fn tiers(&self) -> Vec<TierReach> {
        let Ok(model) = &self.model else { return Vec::new() };
        if self.policy.tiers.is_empty() {
            return Vec::new();
        }
        let scores = model.scores().map(|(scores, _)| scores);
        let found = model.scores_one_by_one();
        let witnesses = self.witnesses(model);
        let tiers = self.policy.tiers.iter().zip(0..);
        tiers
            .map(|(tier, at)| {
                let id = TierId(at);
                let lifted = self
                    .policy
                    .overrides
                    .iter()
                    .any(|each| each.tier_at_least == Some(id) || each.tier_at_most == Some(id));
                let inside = scores.and_then(|scores| within(scores, &tier.scores, self.policy.round));
                let mut bounds = if lifted { scores } else { inside };
                let mut known: Vec<&Found> = Vec::new();
                if let Some((all, exact)) = &found {
                    let of_tier = |found: &&Found| tier.scores.contains(&Value::Number(found.score));
                    known = all.iter().filter(of_tier).collect();
                    if *exact && !lifted {
                        let ends = known.first().zip(known.last());
                        bounds = ends.map(|(low, high)| Points::between(Some(low.score), Some(high.score)));
                    }
                }
                let reach = bounds.map(|bounds| {
                    let end = |bound: Option<Decimal>, most: bool| {
                        bound.map(|bound| End {
                            bound,
                            shown: self.tier_end(&witnesses, id, bound, &known, most),
                        })
                    };
                    Reach { least: end(bounds.least(), false), greatest: end(bounds.greatest(), true) }
                });
                TierReach { tier: id, reach }
            })
            .collect()
    }

    fn tier_end(
        &self,
        witnesses: &Witnesses<'_, 'p>,
        tier: TierId,
        bound: Decimal,
        known: &[&Found],
        most: bool,
    ) -> Option<(Decimal, Witness)> {
        let mut best: Option<(Decimal, Trial<'p>)> = None;
        let mut look = |trial: Trial<'p>| {
            let Some(score) = trial.outcome.score.filter(|_| trial.outcome.tier == Some(tier)) else {
                return false;
            };
            let further = |best: Decimal| if most { score > best } else { score < best };
            if best.as_ref().is_none_or(|(best, _)| further(*best)) {
                best = Some((score, trial));
            }
            score == bound
        };
        // Cells that add up to it; the next ones inward, where no record is in those.
        let ends = if most {
            known.iter().rev().take(ENDS).collect::<Vec<_>>()
        } else {
            known.iter().take(ENDS).collect()
        };
        let by_cells = ends.into_iter().filter_map(|found| {
            let wishes = witnesses.model.wishes_for(witnesses, found)?;
            witnesses.bases.iter().find_map(|base| self.maker.made(base, &wishes, &Frozen::default()))
        });
        let of_tier = Wish::Expr { of: Expr::Tier, within: Possible::known(Set::of_codes([tier.0])) };
        let at = Wish::Expr { of: Expr::Score, within: exactly(bound) };
        let tries = [vec![at, of_tier.clone()], vec![of_tier]];
        let by_wish = tries.iter().filter_map(|wishes| {
            witnesses.bases.first().and_then(|base| self.maker.made(base, wishes, &Frozen::default()))
        });
        let bases = witnesses.bases.iter().filter_map(|base| self.maker.run(base));
        if !by_cells.chain(bases).any(&mut look) {
            by_wish.into_iter().any(&mut look);
        }
        let (score, trial) = best?;
        let name = self.policy.tiers.get(tier.index()).map_or("", |tier| &tier.name);
        let shows = format!("a score of {score}, tier {name}");
        let case = self.maker.confirmed(&trial.case, &shows)?;
        Some((score, Witness { shows, cases: vec![case], differ_in: Vec::new() }))
    }
}

/// A score, and the total and marks that make it.
#[derive(Debug, Clone)]
struct Found {
    score: Decimal,
    marks: Marks,
    total: i128,
}

/// How many totals next to the end of a tier are tried.
const ENDS: usize = 3;
/// Under how many sets of marks totals are added up one by one.
const SETS: usize = 16;

impl<'p> Model<'p> {
    /// The scores that can be, each with a total that makes it, rising; and whether there are no others.
    fn scores_one_by_one(&self) -> Option<(Vec<Found>, bool)> {
        let regimes = self.regimes()?;
        if regimes.len() > SETS {
            return None;
        }
        let mut found: BTreeMap<Decimal, Found> = BTreeMap::new();
        let mut exact = true;
        for marks in regimes.keys().filter(|marks| self.is_scored(**marks)) {
            let sums = self.sums(0, *marks)?;
            exact &= sums.exact;
            for total in &sums.totals {
                let with_start = Points::of_units(*total, *total).plus(Points::exactly(self.policy.start));
                let Some(score) = self.settle(*marks, with_start).and_then(Points::least) else { continue };
                found.entry(score).or_insert(Found { score, marks: *marks, total: *total });
            }
        }
        Some((found.into_values().collect(), exact))
    }

    /// Wishes for the cells that add up to a total.
    fn wishes_for(&self, witnesses: &Witnesses<'_, 'p>, found: &Found) -> Option<Vec<Wish>> {
        let chosen = self.cells_of(0, found.marks, found.total)?;
        let wishes = chosen.iter().flat_map(|(component, cell, points)| {
            let classes = self.classes(&[(*component, *cell)]);
            let amount = Decimal::from_units(*points).map_or(Amount::Most, Amount::Exactly);
            witnesses.wishes(&classes, |_| Some(amount))
        });
        Some(wishes.collect())
    }
}

/// Exactly one number.
pub(super) fn exactly(number: Decimal) -> Possible {
    Possible::known(Set::Ranges(vec![(number.units(), number.units())]))
}

/// The part of an interval of scores that lies in a set: whole steps.
fn within(scores: Points, set: &Set, step: Decimal) -> Option<Points> {
    let Set::Ranges(ranges) = set else { return Some(scores) };
    let step = step.units();
    let parts = ranges.iter().filter_map(|(low, high)| {
        let (low, high) = (scores.low().max(*low), scores.high().min(*high));
        let low = if Points::is_far(low) {
            low
        } else {
            low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step }
        };
        let high = if Points::is_far(high) { high } else { high.div_euclid(step) * step };
        (low <= high).then(|| Points::of_units(low, high))
    });
    parts.reduce(Points::or)
}
