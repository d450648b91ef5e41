//! How much of the range of scores one thing moves.

use super::Audit;
use super::ask::{refuted, scores, went};
use super::clause::Share;
use super::inquiry::{Moves, Rule};
use super::model::{Model, PartOf};
use super::points::Points;
use super::range::End;
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::{Amount, Trial, Wish};
use crate::decimal::Decimal;
use crate::policy::ItemId;
use std::collections::BTreeSet;

impl<'p> Audit<'p> {
    /// Whether a swing is at most a share of the range.
    pub(super) fn share_of_range(&self, of: &Share, most: Decimal) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let Some((reachable, _)) = model.scores() else { return Verdict::proved("nobody can have a score") };
        let whole = reachable.width();
        let Some(range) = Decimal::from_units(whole).filter(|_| !Points::is_far(whole)) else {
            return Verdict::undecided(
                "the scores that can be reached have no end: there is nothing to take a share of",
            );
        };
        let Some(allowed) = range.checked_mul(most) else {
            return Verdict::undecided("the range is too large");
        };
        // A proof must hold of the range that records were shown to have.
        let shown = self.reach().ok().and_then(|reach| {
            let end = |end: Option<End>| Some(end?.shown?.0);
            end(reach.greatest)?.checked_sub(end(reach.least)?)
        });
        let sure = shown.and_then(|range| range.checked_mul(most)).unwrap_or(Decimal::ZERO).min(allowed);
        let (name, swing, places) = match of {
            Share::Item(id) => {
                let parts: Vec<usize> =
                    (0..model.parts.len()).filter(|at| model.part(*at).of == PartOf::Item(*id)).collect();
                let swing =
                    parts.iter().map(|at| self.swing_of_part(model, *at)).fold(Points::ZERO, Points::plus);
                (format!("`{}`", self.policy.item(*id).name), swing, model.places(&parts))
            }
            Share::Influences => {
                let parts: Vec<usize> = (0..model.parts.len())
                    .filter(|at| matches!(model.part(*at).of, PartOf::Influence(_)))
                    .collect();
                let swing =
                    parts.iter().map(|at| self.swing_of_part(model, *at)).fold(Points::ZERO, Points::plus);
                ("the influence of others".to_owned(), swing, model.places(&parts))
            }
            Share::Inputs(inputs) => {
                let reads = self.reads(inputs);
                let what = self.words(inputs);
                let judge = |a: &Trial<'_>, b: &Trial<'_>| {
                    let (first, second) = scores(a, b)?;
                    let apart = second.checked_sub(first)?.abs();
                    (apart > allowed)
                        .then(|| format!("{}, by {apart} of {range} points,", went(first, second)))
                };
                let within = Rule::Within(sure.units());
                let verdict = self.ask(&reads, &what, &Moves::Any, within, &|_, _| false, &judge);
                return match verdict {
                    Verdict::Undecided { because } => match self.any_change(&reads, &judge) {
                        Some(witness) => refuted(witness, self.places_reading(&reads)),
                        None => Verdict::Undecided { because },
                    },
                    Verdict::Proved { .. } | Verdict::Refuted { .. } => verdict,
                };
            }
        };
        let swing = Points::of_units(0, swing.high().min(whole));
        let Some(points) = swing.greatest() else {
            return Verdict::refuted_at(format!("what {name} can give has no end"), places);
        };
        let percent = |of: Decimal| {
            points
                .checked_mul(Decimal::from_int(100))
                .and_then(|points| points.checked_div(of))
                .and_then(|percent| percent.round_to(Decimal::parse("0.1").unwrap_or(Decimal::ONE)))
                .unwrap_or(Decimal::ZERO)
        };
        let because = match shown.filter(|shown| *shown != range) {
            None => format!(
                "{name} moves the score by up to {points} of {range} points that can be reached: {}%",
                percent(range)
            ),
            Some(shown) if shown.is_zero() => format!(
                "{name} moves the score by up to {points} points, and no two records were found that are apart"
            ),
            Some(shown) => format!(
                "{name} moves the score by up to {points} points; records show a range of {shown}, of which that is {}%, \
                 and no range is wider than {range}",
                percent(shown)
            ),
        };
        if points <= sure {
            return Verdict::proved(because);
        }
        // The points of the item say it; two records show it.
        let amounts = |id: ItemId, amount: Amount| vec![Wish::Points(id, amount)];
        let witness = match of {
            Share::Item(id) => {
                self.largest(&amounts(*id, Amount::Least), &amounts(*id, Amount::Most), allowed, *id)
            }
            Share::Influences | Share::Inputs(_) => None,
        };
        match witness {
            Some(witness) => Verdict::refuted_by(because, vec![witness], places),
            None => Verdict::undecided(format!("{because}, but no two records were found that show it")),
        }
    }

    /// Two records of which one gets so many more points of the score from an item than the other.
    fn largest(
        &self,
        least: &[Wish],
        most: &[Wish],
        allowed: Decimal,
        id: ItemId,
    ) -> Option<super::verdict::Witness> {
        let model = self.model.as_ref().ok()?;
        let every: BTreeSet<Read> = model.axes.list.iter().flat_map(|axis| axis.reads.clone()).collect();
        let part = (0..model.parts.len()).find(|at| model.part(*at).of == PartOf::Item(id))?;
        let bucket = model.part(part).bucket;
        self.witnesses(model).by_wishes(least, most, &every, &|a, b| {
            let points = |trial: &Trial<'_>| trial.outcome.points.get(id.index()).copied();
            let (first, second) = (points(a)?, points(b)?);
            let apart = second.checked_sub(first)?.abs();
            let (before, after) = (self.reached(a, id)?, self.reached(b, id)?);
            let seen = after.checked_sub(before)?.abs();
            // Others of its groups may add to what is seen, or leave it no room.
            let moved = Decimal::from_units(through_groups(model, bucket, apart.units(), 0))?.min(seen);
            let by_groups = by_groups(apart, moved);
            let name = &self.policy.item(id).name;
            (moved > allowed)
                .then(|| format!("`{name}` gives {first} points and {second} points{by_groups},"))
        })
    }

    /// The points in which those of an item are counted into the score: its outermost group's, or its own.
    pub(super) fn reached(&self, trial: &Trial<'_>, id: ItemId) -> Option<Decimal> {
        let mut outermost = id;
        while let Some(group) = self.policy.item(outermost).group {
            outermost = group;
        }
        trial.outcome.points.get(outermost.index()).copied()
    }

    /// The most that a part can change of the score, its groups' weights and limits counted.
    pub(super) fn swing_of_part(&self, model: &Model<'_>, at: usize) -> Points {
        let part = model.part(at);
        let hull = model.hulls.get(at).map_or(Points::ANY, |hull| hull.points);
        let width = through_groups(model, part.bucket, hull.width(), 1);
        Points::of_units(0, width)
    }
}

/// What groups make of a difference of points, where that is another.
pub(super) fn by_groups(apart: Decimal, moved: Decimal) -> String {
    match moved == apart {
        true => String::new(),
        false => format!(" (by its groups that is {moved} of the score)"),
    }
}

/// What a difference of points in a bucket comes to in the score: multiplied by the weights of the groups on its way, and
/// nowhere more than a group's limits let through. Each product that may be rounded adds so many units.
pub(super) fn through_groups(model: &Model<'_>, mut bucket: usize, mut width: i128, rounding: i128) -> i128 {
    while bucket != 0 {
        let of = model.bucket(bucket);
        let rounding = if model.is_exact(bucket) { 0 } else { rounding };
        let weighted = Points::of_units(0, width).weighted(of.weight().map(Decimal::abs)).width();
        width = weighted.saturating_add(rounding).min(of.apply(Points::ANY).width());
        bucket = of.into;
    }
    width
}
