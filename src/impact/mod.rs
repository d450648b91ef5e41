//! What a change of a policy does to a population: which scores and tiers moved ([`Impact`]), and which line of the policy
//! moved them ([`causes`]).

mod bands;
mod cause;
mod counts;
mod division;
mod kept;
mod scores;
mod shift;

pub use bands::Bands;
pub use cause::{Cause, causes};
pub use counts::Counts;
pub use division::{Division, NotDivided, Segment, divide, divided};
pub use scores::{Entry, Named, Scores};
pub use shift::{ConsequenceShift, DecisionShift, ReasonShift};

use crate::decimal::Decimal;
use crate::eval::batch::Standing;
use shift::Shifts;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// The difference between what a population came to before and what it comes to now. Records are the same where their keys
/// are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Impact {
    /// How many records there were both times.
    pub compared: usize,
    /// How many there are only now.
    pub added: usize,
    /// How many there were only before.
    pub removed: usize,
    /// How many have a greater score.
    pub up: usize,
    /// How many have a smaller one.
    pub down: usize,
    /// The greatest rise; 0 where none rose.
    pub most_up: Decimal,
    /// The greatest fall, as a number without a sign.
    pub most_down: Decimal,
    /// How many had no score and have one.
    pub newly_scored: usize,
    /// How many had a score and have none.
    pub no_longer_scored: usize,
    /// The tiers, best first; those that are no more come last.
    pub tiers: Vec<TierShift>,
    /// How many went from which tier to which, in the order of the tiers.
    pub migrations: Vec<Migration>,
    /// By how much scores moved, and how many by so much; those that did not move are left out.
    pub moves: Counts,
    /// How many went from which standing to which other.
    pub standings: BTreeMap<(Standing, Standing), usize>,
    /// Who is given which reason, in the order of the policy, those that are no more last. Empty where they were not kept.
    pub reasons: Vec<ReasonShift>,
    /// Who holds which benefit, and suffers which penalty.
    pub consequences: Vec<ConsequenceShift>,
    /// The decisions whose answers changed for somebody.
    pub decisions: Vec<DecisionShift>,
    /// Those that moved most, the greatest move first.
    pub movers: Vec<Mover>,
}

/// What became of a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierShift {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// How many records were in it.
    pub before: usize,
    /// How many are in it.
    pub after: usize,
    /// How many came into it, of those that were there both times.
    pub gained: usize,
    /// How many left it.
    pub lost: usize,
}

/// Records that went from one tier to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Where they were, by position in [`Impact::tiers`]; absent where they were in none.
    pub from: Option<usize>,
    /// Where they are.
    pub to: Option<usize>,
    /// How many.
    pub count: usize,
}

/// A record whose score moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mover {
    /// Its position before.
    pub old: usize,
    /// Its position now.
    pub new: usize,
    /// The score that it had.
    pub before: Decimal,
    /// The score that it has.
    pub after: Decimal,
}

impl Mover {
    /// By how much it moved.
    pub fn by(&self) -> Decimal {
        self.after.checked_sub(self.before).unwrap_or_default()
    }
}

impl Impact {
    /// Compares, and names so many of those that moved most; those that moved as far as each other in the order of the data.
    pub fn between(old: &Scores, new: &Scores, movers: usize) -> Self {
        let mut tiers = Tiers::of(old, new);
        let mut shifts = Shifts::of(old, new);
        let mut impact = Self::default();
        // The one that moved least on top, so that it makes place for one that moved more.
        let mut most: BinaryHeap<(Reverse<Decimal>, usize, usize)> = BinaryHeap::new();
        Scores::each_pair(old, new, |old_at, new_at| {
            impact.compared += 1;
            let (was, is) = (old.entry(old_at), new.entry(new_at));
            if was.standing != is.standing {
                *impact.standings.entry((was.standing, is.standing)).or_insert(0) += 1;
            }
            match (was.score, is.score) {
                (Some(before), Some(after)) if before != after => {
                    let by = Mover { old: old_at, new: new_at, before, after }.by();
                    impact.moves.add(by.units(), 1);
                    if by < Decimal::ZERO {
                        impact.down += 1;
                        impact.most_down = impact.most_down.max(by.abs());
                    } else {
                        impact.up += 1;
                        impact.most_up = impact.most_up.max(by);
                    }
                    most.push((Reverse(by.abs()), new_at, old_at));
                    if most.len() > movers {
                        most.pop();
                    }
                }
                (None, Some(_)) => impact.newly_scored += 1,
                (Some(_), None) => impact.no_longer_scored += 1,
                (Some(_), Some(_)) | (None, None) => {}
            }
            tiers.moves(was.tier, is.tier);
            shifts.note(old_at, new_at);
        });
        impact.added = new.len() - impact.compared;
        impact.removed = old.len() - impact.compared;
        let mover = |(_, new_at, old_at): (Reverse<Decimal>, usize, usize)| {
            let (before, after) = old.entry(old_at).score.zip(new.entry(new_at).score)?;
            Some(Mover { old: old_at, new: new_at, before, after })
        };
        impact.movers = most.into_sorted_vec().into_iter().filter_map(mover).collect();
        (impact.tiers, impact.migrations) = tiers.finish(old, new);
        (impact.reasons, impact.consequences, impact.decisions) = shifts.finish();
        impact
    }

    /// How many scores are others than before.
    pub fn moved(&self) -> usize {
        self.up + self.down
    }

    /// Whether nothing is other than before.
    pub fn is_none(&self) -> bool {
        let Self { added, removed, newly_scored, no_longer_scored, .. } = self;
        self.moved() + added + removed + newly_scored + no_longer_scored == 0
            && self.migrations.is_empty()
            && self.standings.is_empty()
            && self.reasons.iter().all(|reason| reason.gained + reason.lost == 0)
            && self.consequences.iter().all(|each| each.gained + each.lost == 0)
            && self.decisions.is_empty()
    }
}

/// Tiers of before and now as one list, and who went from which to which.
struct Tiers {
    names: Vec<(String, String)>,
    /// By position before: the place in the list.
    old: Vec<usize>,
    /// By `from` and `to`, each one past the list for none.
    moves: Vec<usize>,
}

impl Tiers {
    fn of(old: &Scores, new: &Scores) -> Self {
        let mut names = new.tiers().to_vec();
        let place = |(name, label): &(String, String)| {
            let known = names.iter().position(|(known, _)| known == name);
            known.unwrap_or_else(|| {
                names.push((name.clone(), label.clone()));
                names.len() - 1
            })
        };
        let old = old.tiers().iter().map(place).collect();
        let width = names.len() + 1;
        Self { names, old, moves: vec![0; width * width] }
    }

    fn width(&self) -> usize {
        self.names.len() + 1
    }

    /// Notes the tiers of a record, by position before and now.
    fn moves(&mut self, from: Option<usize>, to: Option<usize>) {
        let none = self.names.len();
        let from = from.and_then(|from| self.old.get(from).copied()).unwrap_or(none);
        let at = from * self.width() + to.unwrap_or(none);
        if let Some(count) = self.moves.get_mut(at) {
            *count += 1;
        }
    }

    fn finish(self, old: &Scores, new: &Scores) -> (Vec<TierShift>, Vec<Migration>) {
        let none = self.names.len();
        let width = self.width();
        let mut shifts: Vec<TierShift> = self
            .names
            .into_iter()
            .map(|(name, label)| TierShift { name, label, before: 0, after: 0, gained: 0, lost: 0 })
            .collect();
        for tier in old.tier_positions() {
            if let Some(shift) = self.old.get(tier).and_then(|at| shifts.get_mut(*at)) {
                shift.before += 1;
            }
        }
        for tier in new.tier_positions() {
            if let Some(shift) = shifts.get_mut(tier) {
                shift.after += 1;
            }
        }
        let mut migrations = Vec::new();
        for (at, count) in self.moves.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            let (from, to) = (at / width, at % width);
            if from == to {
                continue;
            }
            if let Some(shift) = shifts.get_mut(from) {
                shift.lost += count;
            }
            if let Some(shift) = shifts.get_mut(to) {
                shift.gained += count;
            }
            let some = |tier: usize| (tier != none).then_some(tier);
            migrations.push(Migration { from: some(from), to: some(to), count });
        }
        (shifts, migrations)
    }
}

#[cfg(test)]
mod tests;
