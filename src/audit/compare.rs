//! Two versions of a policy, compared for everybody: the same scores, never lower, never higher, the largest rise and fall.
//!
//! Both are laid into one policy whose items go into two buckets, one a version, so that they share axes: in each cell it is
//! then known what either gives. What stands in both versions unchanged is left out; what is left adds up, least and most.

mod bare;
mod joined;
mod renumber;
mod search;
mod sides;

#[cfg(test)]
mod tests;

use super::Audit;
use super::axis::AxisId;
use super::model::Model;
use super::points::Points;
use super::rounding::{may_cross_zero, rounded_apart};
use super::verdict::{Verdict, Witness};
use crate::decimal::Decimal;
use crate::policy::Policy;
use joined::{Joined, Other, joined};
use search::Sought;
use sides::{Side, changes, furthest, sides, unscored_by_one};

/// What a new version does to everybody that both versions can score.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Everybody has the same score, and has one or none as before.
    pub equal: Verdict,
    /// Nobody has a lower score.
    pub never_lower: Verdict,
    /// Nobody has a higher score.
    pub never_higher: Verdict,
    /// The most that anybody gains.
    pub rise: Move,
    /// The most that anybody loses.
    pub fall: Move,
}

/// How far a score goes from one version to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Nobody's goes further: proved. Absent where that is not known.
    pub bound: Option<Decimal>,
    /// The furthest that a record was found for, and the record.
    pub shown: Option<(Decimal, Witness)>,
}

impl Move {
    fn of(bound: Option<Decimal>, shown: Option<(Decimal, Witness)>) -> Self {
        let broken = bound.zip(shown.as_ref()).is_some_and(|(bound, (by, _))| *by > bound);
        debug_assert!(!broken, "a record goes further than nobody does: {bound:?}, {shown:?}");
        // What a record shows is so, whatever was worked out.
        Self { bound: bound.filter(|_| !broken), shown }
    }

    /// Whether the bound is reached.
    pub fn is_exact(&self) -> bool {
        match (&self.bound, &self.shown) {
            (Some(bound), Some((by, _))) => bound == by,
            (Some(bound), None) => bound.is_zero(),
            (None, _) => false,
        }
    }
}

impl<'p> Audit<'p> {
    /// Compares with an older version of the policy.
    pub fn compared_with(&self, old: &Policy) -> Comparison {
        match joined(old, self.policy) {
            Ok(joined) => Versions { audit: self, old, joined: &joined }.compare(),
            Err(why) => Comparison {
                equal: Verdict::undecided(why.clone()),
                never_lower: Verdict::undecided(why.clone()),
                never_higher: Verdict::undecided(why),
                rise: Move { bound: None, shown: None },
                fall: Move { bound: None, shown: None },
            },
        }
    }
}

/// Cells in which most is lost and gained, and one that only one version scores: classes of axes.
#[derive(Default)]
struct Worst {
    up: Vec<(AxisId, usize)>,
    down: Vec<(AxisId, usize)>,
    unscored: Vec<Vec<(AxisId, usize)>>,
}

struct Versions<'a, 'p> {
    audit: &'a Audit<'p>,
    old: &'a Policy,
    joined: &'a Joined,
}

/// What roundings of averages can add up to, in units: far more than there are sweeps.
const ROUNDINGS: i128 = 1_000;

impl Versions<'_, '_> {
    fn compare(&self) -> Comparison {
        let model = match Model::of_versions(&self.joined.policy) {
            Ok(model) => model,
            Err(why) => return self.unknown(&why),
        };
        let sides = match sides(&model) {
            Ok(sides) => sides,
            Err(why) => return self.unknown(&why),
        };
        let mut by_bucket = vec![Points::ZERO; sides.len()];
        let mut worst = Worst::default();
        for block in &model.components {
            if block.is_too_large() {
                return self
                    .unknown("some characteristics have too many combinations of values to look at each");
            }
            worst.unscored.extend(unscored_by_one(block));
            let changes = changes(&sides, block);
            for (at, change) in changes.iter().enumerate() {
                let hull = change.iter().map(|(_, points)| *points).reduce(Points::or);
                if let (Some(sum), Some(hull)) = (by_bucket.get_mut(at), hull) {
                    *sum = sum.plus(hull);
                }
            }
            worst.up.extend(furthest(block, &changes, true));
            worst.down.extend(furthest(block, &changes, false));
        }
        let change = self.through(&sides, by_bucket);
        self.conclude(&model, change, &worst)
    }

    /// The changes of all buckets together, at the score.
    fn through(&self, sides: &[Side], mut by_bucket: Vec<Points>) -> Points {
        for at in (1..sides.len()).rev() {
            let (Some(side), Some(own)) = (sides.get(at), by_bucket.get(at).copied()) else { continue };
            // A weight stretches a change, limits can only take from it: it may be less, down to nothing.
            let weighted = own.weighted(side.weight);
            let slack =
                i128::from(side.weight.is_some_and(|weight| weight != Decimal::ONE) && own != Points::ZERO);
            let done = if side.limited { weighted.or(Points::ZERO) } else { weighted };
            let done = done.plus(Points::of_units(-slack, slack));
            if let Some(into) = by_bucket.get_mut(side.into) {
                *into = into.plus(done);
            }
        }
        by_bucket.first().copied().unwrap_or(Points::ZERO).plus(Points::exactly(self.joined.start))
    }

    fn conclude(&self, model: &Model<'_>, change: Points, worst: &Worst) -> Comparison {
        // Averages of friends' scores are rounded in the last place, sweep by sweep.
        let slack = if self.joined.stretch == Decimal::ONE { 0 } else { ROUNDINGS };
        let stretched = |units: i128| {
            if units == 0 {
                return Points::ZERO;
            }
            Points::of_units(0, units).weighted(Some(self.joined.stretch)).plus(Points::of_units(0, slack))
        };
        let rise = stretched(change.high().max(0));
        let fall = stretched((-change.low()).max(0));
        let others = &self.joined.others;
        let status_differs = !worst.unscored.is_empty() || others.iter().any(|other| other.may_unscore);
        // Who has a score or none any more counts, or does not, in the scores of friends.
        let by_friends = status_differs && self.joined.stretch != Decimal::ONE;
        let opens = |may: fn(&Other) -> bool| by_friends || others.iter().any(may);
        let (may_rise, may_fall) = (opens(|other| other.may_rise), opens(|other| other.may_fall));
        let (safe_up, safe_down) = (rise == Points::ZERO && !may_rise, fall == Points::ZERO && !may_fall);
        let same = safe_up && safe_down && others.is_empty() && !status_differs;
        let sought = Sought { up: !safe_up, down: !safe_down, unscored: status_differs };
        let found = self.search(model, worst, sought);
        let verdict = |safe: bool, shown: Option<&Witness>, may: fn(&Other) -> bool, what: &str| {
            debug_assert!(!safe || shown.is_none(), "proved that {what}, and yet: {shown:?}");
            match (shown, safe) {
                (Some(witness), _) => {
                    let places = others.iter().filter(|other| may(other)).filter_map(|other| other.place);
                    Verdict::refuted_by(witness.shows.clone(), vec![witness.clone()], places.collect())
                }
                (None, true) => Verdict::proved(format!("{what}: so it is in every cell of what changed")),
                (None, false) => {
                    let other = others.iter().find(|other| may(other)).map(|other| other.what.as_str());
                    let friends = by_friends.then_some("that some have a score, or none, for their friends'");
                    let what = other.or(friends).unwrap_or("what changed");
                    Verdict::undecided(format!("{what} may break it, but no record was found that shows it"))
                }
            }
        };
        let witness =
            |shown: &'_ Option<(Decimal, Witness)>| shown.as_ref().map(|(_, witness)| witness.clone());
        let (up, down) = (witness(&found.up), witness(&found.down));
        let any = down.as_ref().or(up.as_ref()).or(found.unscored.as_ref());
        Comparison {
            equal: verdict(same, any, |_| true, "everybody has the same score as before"),
            never_lower: verdict(
                safe_down,
                down.as_ref(),
                |other| other.may_fall,
                "nobody has a lower score",
            ),
            never_higher: verdict(safe_up, up.as_ref(), |other| other.may_rise, "nobody has a higher score"),
            rise: Move::of(self.bound(rise, may_rise, true), found.up),
            fall: Move::of(self.bound(fall, may_fall, false), found.down),
        }
    }

    /// The most that a score can go up or down, where the sums go so far and, unless `open`, nothing else moves it.
    fn bound(&self, sums: Points, open: bool, up: bool) -> Option<Decimal> {
        let (old, new) = (self.old, self.audit.policy);
        // Rounding is the same in both, or it is open how far scores go.
        let apart = || rounded_apart(sums.high(), new.round, || may_cross_zero(&[old, new]));
        let own = if open { None } else { Points::of_units(0, apart()).greatest() };
        let (lower, upper) = if up { (old, new) } else { (new, old) };
        let within = ends(lower).zip(ends(upper)).and_then(|((low, _), (_, high))| high.checked_sub(low));
        let within = within.map(|within| within.max(Decimal::ZERO));
        own.into_iter().chain(within).min()
    }

    fn unknown(&self, why: &str) -> Comparison {
        let undecided = Verdict::undecided(why);
        let none = Move { bound: None, shown: None };
        Comparison {
            equal: undecided.clone(),
            never_lower: undecided.clone(),
            never_higher: undecided,
            rise: none.clone(),
            fall: none,
        }
    }
}

/// The least and the greatest score that a policy's range leaves; overrides may reach beyond it.
fn ends(policy: &Policy) -> Option<(Decimal, Decimal)> {
    let (low, high) = policy.range?;
    let set = |end: fn(&crate::policy::Override) -> Option<Decimal>| policy.overrides.iter().filter_map(end);
    let low = set(|each| each.score_at_most).fold(low, Decimal::min);
    let high = set(|each| each.score_at_least).fold(high, Decimal::max);
    low.round_to(policy.round).zip(high.round_to(policy.round))
}
