//! The influence of linked records: its points, and the settled scores that it reads.

use super::expr::TooLarge;
use super::items::limit;
use super::row::{Own, Scorer};
use super::trace::InfluenceSeen;
use crate::data::{Records, Subject};
use crate::decimal::Decimal;
use crate::policy::{Influence, Policy, Statistic};
use std::collections::BTreeSet;

/// The scores that the last sweep reads, of a whole population.
///
/// Settled scores are the fixed point of scores after range and score overrides, before rounding. They are reached by a
/// fixed number of Jacobi sweeps ([`Policy::sweeps`]): each computes every score from the scores of the one before, the
/// first from scores without influence. All but the last are done here; the last is the scoring of each record itself.
/// Sums are exact, so neither the order of records nor that of links matters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// By record: its score after all sweeps but the last; `None` where it is not scored or rejected. Empty where no
    /// influence reads settled scores.
    scores: Vec<Option<Decimal>>,
    /// Records whose sum did not fit in some sweep.
    rejected: BTreeSet<usize>,
}

/// A record as the sweeps know it.
struct Node {
    own: Own,
    /// The points of influences that read previous scores; 0 for the others, until a sweep fills them in.
    influences: Vec<Decimal>,
    /// For each influence that reads settled scores, in source order: the positions that the record is linked to.
    linked: Vec<Vec<usize>>,
}

impl Settled {
    /// Settles the scores of a population. Does nothing where no influence of the policy reads settled scores.
    pub fn of(scorer: &Scorer<'_>, records: &dyn Records) -> Self {
        let policy = scorer.policy();
        if policy.sweeps == 0 || !policy.influences.iter().any(|influence| influence.settled) {
            return Self::default();
        }
        let mut nodes: Vec<Option<Node>> =
            (0..records.count()).map(|position| Node::of(scorer, records, position)).collect();
        let mut rejected = BTreeSet::new();
        let mut scores = Vec::with_capacity(nodes.len());
        for (position, node) in nodes.iter().enumerate() {
            let score = node.as_ref().map_or(Ok(None), |node| node.own.settled(policy, &node.influences));
            scores.push(score.unwrap_or_else(|TooLarge| {
                rejected.insert(position);
                None
            }));
        }
        for _ in 1..policy.sweeps {
            let mut next = Vec::with_capacity(scores.len());
            for (position, node) in nodes.iter_mut().enumerate() {
                let node = node.as_mut().filter(|_| !rejected.contains(&position));
                let score = node.map_or(Ok(None), |node| node.sweep(policy, &scores));
                next.push(score.unwrap_or_else(|TooLarge| {
                    rejected.insert(position);
                    None
                }));
            }
            scores = next;
        }
        Self { scores, rejected }
    }

    /// Whether a record's sum did not fit in some sweep.
    pub(super) fn rejected(&self, position: usize) -> bool {
        self.rejected.contains(&position)
    }

    /// The points that an influence would have on a record if it were linked to one more, who has this score. `None` where a
    /// number does not fit.
    pub fn with_one_more(
        &self,
        influence: &Influence,
        subject: &Subject<'_>,
        score: Decimal,
    ) -> Option<Decimal> {
        let linked = subject.linked(influence.link);
        let mut scores = self.scores_of(influence, subject);
        scores.push(score);
        points_of(influence, linked.len() + 1, scores).ok().map(|seen| seen.points)
    }

    /// The points of an influence on a record.
    pub(super) fn points(
        &self,
        influence: &Influence,
        subject: &Subject<'_>,
    ) -> Result<InfluenceSeen, TooLarge> {
        points_of(influence, subject.linked(influence.link).len(), self.scores_of(influence, subject))
    }

    /// The scores that an influence reads of those whom a record is linked to.
    fn scores_of(&self, influence: &Influence, subject: &Subject<'_>) -> Vec<Decimal> {
        let linked = subject.linked(influence.link).iter();
        if influence.settled {
            linked.filter_map(|l| self.scores.get(l.position?).copied().flatten()).collect()
        } else {
            linked.filter_map(|l| l.previous).collect()
        }
    }
}

impl Node {
    /// A record; `None` where it is rejected by itself.
    fn of(scorer: &Scorer<'_>, records: &dyn Records, position: usize) -> Option<Self> {
        let subject = records.subject(position)?;
        let own = scorer.own(records, &subject, &mut ()).ok()?;
        let all = &scorer.policy().influences;
        let nobody = Settled::default();
        let mut influences = Vec::with_capacity(all.len());
        for influence in all {
            let fixed = if influence.settled { None } else { Some(nobody.points(influence, &subject).ok()?) };
            influences.push(fixed.map_or(Decimal::ZERO, |seen| seen.points));
        }
        let settled = all.iter().filter(|influence| influence.settled);
        let linked = settled
            .map(|influence| subject.linked(influence.link).iter().filter_map(|l| l.position).collect())
            .collect();
        Some(Self { own, influences, linked })
    }

    /// The record's score, from everybody's scores of the sweep before.
    fn sweep(&mut self, policy: &Policy, scores: &[Option<Decimal>]) -> Result<Option<Decimal>, TooLarge> {
        let settled = policy.influences.iter().zip(&mut self.influences).filter(|(i, _)| i.settled);
        for ((influence, points), linked) in settled.zip(&self.linked) {
            let of_linked = linked.iter().filter_map(|position| scores.get(*position).copied().flatten());
            *points = points_of(influence, linked.len(), of_linked.collect())?.points;
        }
        self.own.settled(policy, &self.influences)
    }
}

/// The points of an influence, given the scores of those linked records that have one.
pub(super) fn points_of(
    influence: &Influence,
    linked: usize,
    mut scores: Vec<Decimal>,
) -> Result<InfluenceSeen, TooLarge> {
    scores.sort_unstable();
    let statistic = statistic(influence, &scores)?;
    let raw = match statistic {
        None => Decimal::ZERO,
        Some(x) => {
            let distance = x.checked_sub(influence.against).ok_or(TooLarge)?;
            influence.weight.checked_mul(distance).ok_or(TooLarge)?
        }
    };
    // Nobody with a score changes nothing, whatever the limits are.
    let points = if statistic.is_some() { limit(raw, influence.limits) } else { Decimal::ZERO };
    Ok(InfluenceSeen { linked, with_score: scores.len(), statistic, raw, points })
}

/// The statistic over rising scores and `smoothing` copies of `against`; `None` over nobody.
fn statistic(influence: &Influence, scores: &[Decimal]) -> Result<Option<Decimal>, TooLarge> {
    let (Some(least), Some(greatest)) = (scores.first(), scores.last()) else { return Ok(None) };
    let against = influence.against;
    let smoothed = influence.smoothing > 0;
    let result = match influence.statistic {
        Statistic::Lowest if smoothed => Some((*least).min(against)),
        Statistic::Lowest => Some(*least),
        Statistic::Highest if smoothed => Some((*greatest).max(against)),
        Statistic::Highest => Some(*greatest),
        Statistic::Average => average(influence, scores),
        Statistic::Median => median(influence, scores),
    };
    result.map(Some).ok_or(TooLarge)
}

fn average(influence: &Influence, scores: &[Decimal]) -> Option<Decimal> {
    let copies = Decimal::from_int(i64::from(influence.smoothing));
    let imagined = influence.against.checked_mul(copies)?;
    let sum = scores.iter().try_fold(imagined, |sum, score| sum.checked_add(*score))?;
    sum.checked_div(Decimal::from_int(i64::try_from(scores.len()).ok()?).checked_add(copies)?)
}

/// The middle of the scores and the copies of `against`, without writing the copies out.
fn median(influence: &Influence, scores: &[Decimal]) -> Option<Decimal> {
    let copies = usize::try_from(influence.smoothing).ok()?;
    let below = scores.partition_point(|score| *score < influence.against);
    let at = |position: usize| {
        if position < below {
            scores.get(position).copied()
        } else if position < below + copies {
            Some(influence.against)
        } else {
            scores.get(position - copies).copied()
        }
    };
    let members = scores.len() + copies;
    let upper = at(members / 2)?;
    if members % 2 == 1 {
        return Some(upper);
    }
    at(members / 2 - 1)?.checked_add(upper)?.checked_div(Decimal::from_int(2))
}

#[cfg(test)]
mod tests;
