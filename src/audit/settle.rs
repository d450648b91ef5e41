//! From the sums of points to a score: groups, the range, overrides and rounding.

use super::model::{Marks, Model, NO_PART, NOT_SCORED};
use super::points::Points;

/// What marks hold a score to: whether there is one, and the floor and the cap of the overrides that apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hold {
    pub(super) scored: bool,
    floor: i128,
    cap: i128,
}

impl Hold {
    /// Both at once.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            scored: self.scored && other.scored,
            floor: self.floor.max(other.floor),
            cap: self.cap.min(other.cap),
        }
    }
}

/// From where to where scores go, whatever the points: the range, a floor and a cap together. A total between the two is
/// left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    low: i128,
    high: i128,
}

impl Span {
    /// What becomes of a total.
    fn level(self, total: i128) -> i128 {
        total.max(self.low).min(self.high)
    }

    /// What becomes of totals.
    pub(super) fn levels(self, totals: Points) -> Points {
        Points::of_units(self.level(totals.low()), self.level(totals.high()))
    }

    /// The totals at which it bends.
    fn bends(self) -> impl Iterator<Item = i128> {
        [self.low, self.high].into_iter().filter(|bend| !Points::is_far(*bend))
    }
}

impl Model<'_> {
    /// Start and all buckets summed.
    pub(super) fn total(&self, sums: &[Points]) -> Points {
        let mut sums = sums.to_vec();
        for at in (1..self.buckets.len()).rev() {
            let bucket = self.bucket(at);
            let done = bucket.apply(sums.get(at).copied().unwrap_or(Points::ZERO));
            if let Some(into) = sums.get_mut(bucket.into) {
                *into = into.plus(done);
            }
        }
        sums.first().copied().unwrap_or(Points::ZERO).plus(Points::exactly(self.policy.start))
    }

    /// What range, overrides and rounding make of a total.
    pub(super) fn settle(&self, marks: Marks, total: Points) -> Option<Points> {
        self.is_scored(marks).then(|| self.level(marks, total).rounded(self.policy.round))
    }

    /// What range and overrides make of a total.
    pub(super) fn level(&self, marks: Marks, total: Points) -> Points {
        self.span(self.hold(marks)).levels(total)
    }

    /// What marks hold a score to.
    pub(super) fn hold(&self, marks: Marks) -> Hold {
        let mut hold = Hold { scored: marks & (NOT_SCORED | NO_PART) == 0, floor: i128::MIN, cap: i128::MAX };
        let all = self.policy.overrides.iter().enumerate();
        for (_, each) in all.filter(|(at, _)| marks & (1 << at) != 0) {
            hold.scored &= !each.not_scored;
            hold.floor = each.score_at_least.map_or(hold.floor, |floor| hold.floor.max(floor.units()));
            hold.cap = each.score_at_most.map_or(hold.cap, |cap| hold.cap.min(cap.units()));
        }
        hold
    }

    /// Where scores lie that are held so: the range comes first, the cap last.
    pub(super) fn span(&self, hold: Hold) -> Span {
        let all = Points::ANY.clamped(self.policy.range);
        let end = |end: i128| end.max(hold.floor).min(hold.cap);
        Span { low: end(all.low()), high: end(all.high()) }
    }

    /// Whether a record with these marks has a score.
    pub(super) fn is_scored(&self, marks: Marks) -> bool {
        self.hold(marks).scored
    }
}

/// The most that the second rises above the first, and falls below it, over all that others can add up to.
pub(super) fn rise_and_fall(others: Points, first: (Span, Points), second: (Span, Points)) -> (i128, i128) {
    let up = rise(others, (first.0, first.1.low()), (second.0, second.1.high()));
    let down = rise(others, (second.0, second.1.low()), (first.0, first.1.high()));
    (up, down)
}

/// The most that the second rises above the first: two lines with a floor and a cap each differ most at an end of what
/// others add, or where one of them bends.
fn rise(others: Points, first: (Span, i128), second: (Span, i128)) -> i128 {
    let level = |sum: i128, (span, points): (Span, i128)| {
        span.level(Points::of_units(sum, sum).plus(Points::of_units(points, points)).low())
    };
    let mut most = 0;
    let mut at = |sum: i128| {
        let sum = sum.max(others.low()).min(others.high());
        most = most.max(level(sum, second).saturating_sub(level(sum, first)));
    };
    // Beyond the last bend of both, where others have no end.
    let own = first.1.saturating_abs().saturating_add(second.1.saturating_abs()).saturating_add(1);
    let mut beyond = own;
    for (span, points) in [first, second] {
        for bend in span.bends() {
            at(bend.saturating_sub(points));
            beyond = beyond.max(own.saturating_add(bend.saturating_abs()));
        }
    }
    [others.low(), others.high(), 0, beyond, -beyond].into_iter().for_each(at);
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span() -> impl Strategy<Value = Span> {
        (-40_i128..40, 0_i128..40).prop_map(|(low, size)| Span { low, high: low + size })
    }

    fn points(least: i128) -> impl Strategy<Value = Points> {
        (least..30_i128, 0_i128..20).prop_map(|(low, size)| Points::of_units(low, low + size))
    }

    proptest! {
        #[test]
        fn no_sum_spreads_further(
            (one, two) in (span(), span()),
            (a, b) in (points(-30), points(-30)),
            others in points(-60),
        ) {
            let all = |points: Points| points.low()..=points.high();
            let differences: Vec<i128> = all(others)
                .flat_map(|sum| all(a).flat_map(move |a| all(b).map(move |b| two.level(sum + b) - one.level(sum + a))))
                .collect();
            let most = differences.iter().copied().max().unwrap().max(0);
            let least = differences.iter().copied().min().unwrap().min(0);
            prop_assert_eq!(rise_and_fall(others, (one, a), (two, b)), (most, -least));
        }
    }

    #[test]
    fn without_ends_the_difference_is_that_of_the_points() {
        let open = Span { low: Points::ANY.low(), high: Points::ANY.high() };
        let (a, b) = (Points::of_units(3, 3), Points::of_units(10, 10));
        assert_eq!(rise_and_fall(Points::ANY, (open, a), (open, b)), (7, 0));
        let capped = Span { high: 50, ..open };
        assert!(rise_and_fall(Points::ANY, (capped, a), (open, b)).0 > i128::MAX / 16);
    }
}
