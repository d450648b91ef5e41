//! What one more pair of a link is worth.

use super::Audit;
use super::ask::{refuted, scores, went};
use super::clause::Way;
use super::model::{Model, Part, PartOf};
use super::points::Points;
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::{Amount, Frozen, Trial, Wish};
use crate::data::LinkId;
use crate::decimal::Decimal;
use crate::policy::Statistic;
use std::collections::BTreeSet;

impl<'p> Audit<'p> {
    /// Whether one more pair of a link never moves the score a way.
    pub(super) fn one_more_peer(&self, of: LinkId, never: Way) -> Verdict {
        let name = format!("`{}`", self.policy.schema.link(of).name);
        let free: BTreeSet<Read> = [Read::Link(of), Read::PeerScores(of)].into_iter().collect();
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let reads = |at: &usize| reads_link(model, model.part(*at), of);
        let touched: Vec<usize> = (0..model.parts.len()).filter(reads).collect();
        if touched.is_empty() {
            return Verdict::proved(format!("nothing that gives points, and no override, reads {name}"));
        }
        // The highest of more is never less, the lowest never more; with a weight the other way it is turned.
        let settled = touched.iter().all(|at| match model.part(*at).of {
            PartOf::Influence(at) => {
                self.policy.influences.get(at as usize).is_some_and(|influence| {
                    let up = influence.weight > Decimal::ZERO;
                    let idle =
                        influence.is_idle() || influence.limits == Some((Decimal::ZERO, Decimal::ZERO));
                    // Without any it is 0, and the first may be on either side.
                    let one_sided = match influence.limits {
                        Some((low, _)) if low >= Decimal::ZERO => Some(Way::Falls),
                        Some((_, high)) if high <= Decimal::ZERO => Some(Way::Rises),
                        Some(_) | None => None,
                    };
                    let way = match influence.statistic {
                        Statistic::Highest if up => Some(Way::Falls),
                        Statistic::Highest => Some(Way::Rises),
                        Statistic::Lowest if up => Some(Way::Rises),
                        Statistic::Lowest => Some(Way::Falls),
                        Statistic::Average | Statistic::Median => None,
                    };
                    idle || (way == Some(never) && one_sided == Some(never))
                })
            }
            PartOf::Item(_) | PartOf::Override(_) | PartOf::Participation => false,
        });
        // A pair that counts both ways also moves the friend's score, and with that perhaps one's own, the other way.
        let turned = self.policy.schema.link(of).symmetric && model.is_turned_by_others(&free);
        if settled && !turned {
            return Verdict::proved(format!(
                "{} of what reads {name} can only go the other way, or not at all",
                touched.len()
            ));
        }
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let pairs = |trial: &Trial<'_>| trial.case.pairs.iter().filter(|(link, ..)| *link == of).count();
            if pairs(b) != pairs(a) + 1 {
                return None;
            }
            let (first, second) = scores(a, b)?;
            let breaks = if never == Way::Rises { second > first } else { second < first };
            breaks.then(|| went(first, second))
        };
        match self.with_one_more(of, &free, &judge) {
            Some(witness) => refuted(witness, model.places(&touched)),
            None => Verdict::undecided(format!(
                "{} may break it, but no record was found that shows it",
                model.names(&touched)
            )),
        }
    }

    /// Whether one more pair of a link moves the score by at most so many points.
    pub(super) fn one_more_peer_at_most(&self, of: LinkId, most: Decimal) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let mut bound = Points::ZERO;
        for (at, part) in model.parts.iter().enumerate() {
            if !reads_link(model, part, of) {
                continue;
            }
            let own = match part.of {
                PartOf::Influence(influence) => self.most_of_one(influence as usize),
                PartOf::Item(_) => {
                    let (_, factor) = model.leverage(part.bucket);
                    let width = model.hulls.get(at).map_or(Points::ANY, |hull| hull.points).width();
                    Points::of_units(0, factor.stretch(width))
                }
                PartOf::Override(_) | PartOf::Participation => Points::ANY,
            };
            bound = bound.plus(own);
        }
        // A pair that counts both ways moves the friend's points too.
        let alone = !self.policy.schema.link(of).symmetric;
        let bound = Points::of_units(0, model.rounded_up(model.echoed(bound.high(), alone)));
        let name = &self.policy.schema.link(of).name;
        if bound.high() <= most.units() {
            let by = bound.greatest().unwrap_or(Decimal::ZERO);
            return Verdict::proved(format!("one more of `{name}` moves the score by at most {by} points"));
        }
        let free: BTreeSet<Read> = [Read::Link(of), Read::PeerScores(of)].into_iter().collect();
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let pairs = |trial: &Trial<'_>| trial.case.pairs.iter().filter(|(link, ..)| *link == of).count();
            let (first, second) = scores(a, b)?;
            let apart = second.checked_sub(first)?.abs();
            (pairs(b) == pairs(a) + 1 && apart > most)
                .then(|| format!("{}, by {apart},", went(first, second)))
        };
        match self.with_one_more(of, &free, &judge) {
            Some(witness) => refuted(witness, Vec::new()),
            None => Verdict::undecided(match bound.greatest() {
                Some(by) => format!(
                    "one more of `{name}` may move the score by up to {by} points; no record was found that shows more than {most}"
                ),
                None => format!("what one more of `{name}` can do has no bound that is known"),
            }),
        }
    }

    /// The most that one more linked record can change of an influence: from none to one, or from one to two, whichever is
    /// more.
    fn most_of_one(&self, at: usize) -> Points {
        let Some(influence) = self.policy.influences.get(at) else { return Points::ZERO };
        let (mut low, mut high) = self.policy.range.unwrap_or(self.policy.reachable);
        for each in &self.policy.overrides {
            // Overrides come after the range.
            for score in each.score_at_least.iter().chain(&each.score_at_most) {
                (low, high) = (low.min(*score), high.max(*score));
            }
        }
        let weight = influence.weight.abs();
        let span = |a: Decimal, b: Decimal| a.checked_sub(b).map(Decimal::abs);
        let from_none = span(high, influence.against).max(span(low, influence.against));
        let more = Decimal::from_int(i64::from(influence.smoothing));
        let share = |of: Option<Decimal>, by: i64| {
            of.and_then(|of| of.checked_mul(weight))
                .and_then(|of| more.checked_add(Decimal::from_int(by)).and_then(|by| of.checked_div(by)))
        };
        let whole = |of: Option<Decimal>| of.and_then(|of| of.checked_mul(weight));
        let most = match influence.statistic {
            Statistic::Average => share(from_none, 1).max(share(span(high, low), 2)),
            Statistic::Median | Statistic::Lowest | Statistic::Highest => {
                whole(from_none).max(whole(span(high, low)))
            }
        };
        // Rounded in the last place, on both sides.
        let slack = Decimal::from_units(2).unwrap_or(Decimal::ZERO);
        let most = most.and_then(|most| most.checked_add(slack));
        // Previous scores are whatever was published.
        let most = most.filter(|_| influence.settled || influence.weight.is_zero());
        // Without anybody it is 0, whatever the limits are.
        let limits = influence.limits;
        let limits =
            limits.and_then(|(low, high)| high.max(Decimal::ZERO).checked_sub(low.min(Decimal::ZERO)));
        let most = match (most, limits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        most.map_or(Points::ANY, |most| Points::between(Some(Decimal::ZERO), Some(most)))
    }

    /// A record, and the same with one more pair of a link: with a friend with a low score, or a high one.
    fn with_one_more(
        &self,
        of: LinkId,
        free: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<super::verdict::Witness> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        let influences = self.policy.influences.iter().zip(0..).filter(|(influence, _)| influence.link == of);
        for (_, at) in influences {
            for base in witnesses.bases {
                let Some(first) = self.maker.run(base) else { continue };
                for amount in [Amount::Least, Amount::Most] {
                    let wish = [Wish::Influence(at, amount)];
                    let Some(second) = self.maker.made(base, &wish, &Frozen::default()) else { continue };
                    let found = witnesses.compared(&first, &second, free, judge);
                    if found.is_some() {
                        return found;
                    }
                    // With several friends made at once: the last of them is the one more.
                    let mut fewer = second.case.clone();
                    while fewer.pairs.iter().any(|(link, ..)| *link == of) {
                        let more = self.maker.run(&fewer);
                        let last = fewer.pairs.iter().rposition(|(link, ..)| *link == of);
                        last.map(|last| fewer.pairs.remove(last));
                        let less = self.maker.run(&fewer);
                        if let (Some(less), Some(more)) = (less, more)
                            && let Some(found) = witnesses.compared(&less, &more, free, judge)
                        {
                            return Some(found);
                        }
                    }
                }
            }
        }
        None
    }
}

/// Whether a part reads a link, or anything of those that it leads to.
fn reads_link(model: &Model<'_>, part: &Part, of: LinkId) -> bool {
    part.axes.iter().any(|axis| model.axes.get(*axis).reads.iter().any(|read| read.is_of_link(of)))
}
