//! What a change of a policy does to a population: which scores and tiers moved ([`Impact`]), and which line of the policy
//! moved them ([`causes`]).

mod cause;
mod scores;

pub use cause::{Cause, causes};
pub use scores::{Entry, Scores};

use crate::decimal::Decimal;
use std::cmp::Reverse;

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
        let mut impact = Self::default();
        let pairs = Scores::pairs(old, new);
        impact.compared = pairs.len();
        impact.added = new.len() - pairs.len();
        impact.removed = old.len() - pairs.len();
        let mut moved = Vec::new();
        for (old_at, new_at) in pairs {
            let (was, is) = (old.entry(old_at), new.entry(new_at));
            match (was.score, is.score) {
                (Some(before), Some(after)) if before != after => {
                    moved.push(Mover { old: old_at, new: new_at, before, after });
                }
                (None, Some(_)) => impact.newly_scored += 1,
                (Some(_), None) => impact.no_longer_scored += 1,
                (Some(_), Some(_)) | (None, None) => {}
            }
            tiers.moves(was.tier, is.tier);
        }
        for mover in &moved {
            let by = mover.by();
            if by < Decimal::ZERO {
                impact.down += 1;
                impact.most_down = impact.most_down.max(by.abs());
            } else {
                impact.up += 1;
                impact.most_up = impact.most_up.max(by);
            }
        }
        moved.sort_by_key(|mover| (Reverse(mover.by().abs()), mover.new));
        moved.truncate(movers);
        impact.movers = moved;
        (impact.tiers, impact.migrations) = tiers.finish(old, new);
        impact
    }

    /// How many scores are others than before.
    pub fn moved(&self) -> usize {
        self.up + self.down
    }

    /// Whether nothing is other than before.
    pub fn is_none(&self) -> bool {
        let Self { added, removed, newly_scored, no_longer_scored, .. } = self;
        self.moved() + added + removed + newly_scored + no_longer_scored == 0 && self.migrations.is_empty()
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
