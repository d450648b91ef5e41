//! Adverse impact: who is selected at a cut-off or a tier, group by group.
//!
//! This is a screen, the four-fifths rule of thumb of the Uniform Guidelines on Employee Selection Procedures (29 CFR
//! 1607.4(D)) as it is used in fair-lending reviews, and never a test of compliance: what it shows asks for a look, and what it
//! does not show may be there all the same.

use super::groups::{ByGroup, Counted, Group, Grouping};
use super::proportion::{Interval, Ratio, fisher, ratio_interval};
use crate::decimal::Decimal;
use crate::eval::Status;
use crate::eval::batch::Scored;
use crate::policy::{Policy, TierId};

/// Who is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Whoever has this score or a greater one.
    CutOff(Decimal),
    /// Whoever has this tier or a better one.
    Tier(TierId),
}

/// The records of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// With a score.
    pub scored: u64,
    /// Those of them that are selected.
    pub selected: u64,
    /// Not scored, by a rule or an override.
    pub not_scored: u64,
    /// Not taking part.
    pub not_participating: u64,
}

/// Counts of who is selected, by group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdverseImpact {
    selection: Selection,
    counts: ByGroup<Counts>,
}

/// What the counts come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// The groups.
    pub groups: Vec<Rate>,
    /// The position of the group that the others are compared with; `None` where nobody is selected.
    pub reference: Option<usize>,
    /// So many scored records make a group that is judged.
    pub least_size: u64,
}

/// A group's rate of selection beside that of the group it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// The group.
    pub group: Group,
    /// What it is called.
    pub name: String,
    /// Its records.
    pub counts: Counts,
    /// Whether it is large enough to be compared with, and to break a limit. Those of whom the group is not known are not.
    pub judged: bool,
    /// Its rate over that of the reference.
    pub ratio: Option<Ratio>,
    /// A 95% interval for the ratio; none for the reference itself.
    pub interval: Option<Interval>,
    /// The probability of such a difference by chance; none for the reference itself.
    pub p_value: Option<f64>,
    /// Whether so few are expected to be selected, or not to be, in one of the two groups (fewer than five) that interval and
    /// ratio mean little.
    pub small_numbers: bool,
    /// The ratio were those who have no score counted as not selected.
    pub ratio_of_all: Option<Ratio>,
}

/// So many scored records make a group that is judged, where nobody says otherwise.
pub const DEFAULT_LEAST_SIZE: u64 = 30;

impl Counted for Counts {
    fn merge(&mut self, other: &Self) {
        self.scored += other.scored;
        self.selected += other.selected;
        self.not_scored += other.not_scored;
        self.not_participating += other.not_participating;
    }
}

impl Counts {
    /// Who is selected, of those who have a score.
    fn rate(self) -> (u64, u64) {
        (self.selected, self.scored)
    }

    /// Who is selected, of all.
    fn of_all(self) -> (u64, u64) {
        (self.selected, self.scored + self.not_scored + self.not_participating)
    }
}

impl AdverseImpact {
    /// Nobody counted yet.
    pub fn new(selection: Selection, grouping: Grouping) -> Self {
        Self { selection, counts: ByGroup::new(grouping) }
    }

    /// Who is selected.
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// The counts by group.
    pub fn counts(&self) -> &ByGroup<Counts> {
        &self.counts
    }

    /// Nobody, asked the same.
    pub(super) fn empty(&self) -> Self {
        Self::new(self.selection, self.counts.grouping())
    }

    /// Adds the records of a chunk.
    pub fn add(&mut self, scored: &Scored) {
        let selection = self.selection;
        let selected = |row: usize| match selection {
            Selection::CutOff(least) => scored.score(row).is_some_and(|score| score >= least),
            Selection::Tier(least) => scored.tier(row).is_some_and(|tier| tier <= least),
        };
        self.counts.add(scored, |counts, row| {
            match scored.standings().get(row).and_then(|standing| standing.status()) {
                Some(Status::Scored) => {
                    counts.scored += 1;
                    counts.selected += u64::from(selected(row));
                }
                Some(Status::NotScored) => counts.not_scored += 1,
                Some(Status::NotParticipating) => counts.not_participating += 1,
                None => {}
            }
        });
    }

    /// Adds what others came to.
    pub fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
    }

    /// What the counts come to. Compared with is the group with the highest rate among those that have at least `least_size`
    /// scored records (the larger where two are equal, then the first); where no group is so large, among all.
    pub fn screen(&self, policy: &Policy, least_size: u64) -> Screen {
        Screen::of(self.counts.counted().iter(), least_size, |group| {
            self.counts.grouping().name(group, policy)
        })
    }
}

impl Screen {
    /// Of counts by group.
    pub fn of<'c>(
        counts: impl Iterator<Item = (&'c Group, &'c Counts)>,
        least_size: u64,
        name: impl Fn(&Group) -> String,
    ) -> Self {
        let mut groups: Vec<Rate> = counts
            .map(|(group, counts)| Rate {
                group: group.clone(),
                name: name(group),
                counts: *counts,
                judged: *group != Group::Missing && counts.scored >= least_size.max(1),
                ratio: None,
                interval: None,
                p_value: None,
                small_numbers: false,
                ratio_of_all: None,
            })
            .collect();
        let reference = highest(&groups, |rate| rate.judged)
            .or_else(|| highest(&groups, |rate| rate.group != Group::Missing && rate.counts.scored > 0));
        let counts = reference.and_then(|at| groups.get(at)).map(|rate| rate.counts);
        let to = counts.filter(|counts| counts.selected > 0);
        let Some(to) = to else { return Self { groups, reference: None, least_size } };
        for (at, rate) in groups.iter_mut().enumerate() {
            let own = rate.counts.rate();
            rate.ratio = Ratio::new(own, to.rate()).filter(|_| own.1 > 0);
            rate.ratio_of_all =
                Ratio::new(rate.counts.of_all(), to.of_all()).filter(|_| rate.counts.of_all().1 > 0);
            if Some(at) != reference {
                rate.interval = ratio_interval(own, to.rate());
                rate.p_value = fisher(own, to.rate());
                rate.small_numbers = small_numbers(own, to.rate());
            }
        }
        Self { groups, reference, least_size }
    }

    /// The group that comes off worst of those that are judged, the reference aside; `None` where there is nothing to
    /// compare.
    pub fn worst(&self) -> Option<(&Rate, Ratio)> {
        let judged =
            self.groups.iter().enumerate().filter(|(at, rate)| rate.judged && Some(*at) != self.reference);
        judged.filter_map(|(_, rate)| Some((rate, rate.ratio?))).min_by_key(|(_, ratio)| *ratio)
    }

    /// Whether no group that is judged has a ratio below a limit; `None` where there is nothing to compare.
    pub fn holds(&self, limit: Decimal) -> Option<bool> {
        self.worst().map(|(_, ratio)| ratio.at_least(limit))
    }
}

/// The group with the highest rate; of equal ones the larger, then the first.
fn highest(groups: &[Rate], among: impl Fn(&Rate) -> bool) -> Option<usize> {
    let mut best: Option<(usize, &Rate)> = None;
    for (at, rate) in groups.iter().enumerate().filter(|(_, rate)| among(rate)) {
        let better = best.is_none_or(|(_, best)| {
            let (a, b) = (rate.counts, best.counts);
            let (left, right) = (
                u128::from(a.selected) * u128::from(b.scored),
                u128::from(b.selected) * u128::from(a.scored),
            );
            left > right || (left == right && a.scored > b.scored)
        });
        if better {
            best = Some((at, rate));
        }
    }
    best.map(|(at, _)| at)
}

/// Whether fewer than five are expected in a cell of the table of two groups, were selection independent of the group
/// (W. G. Cochran, *Some methods for strengthening the common χ² tests*, Biometrics 10, 1954).
fn small_numbers((selected, of): (u64, u64), (other_selected, other_of): (u64, u64)) -> bool {
    let (all, chosen) = (of + other_of, selected + other_selected);
    let least = u128::from(of.min(other_of)) * u128::from(chosen.min(all - chosen));
    least < 5 * u128::from(all)
}
