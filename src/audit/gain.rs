//! What events can bring, however many there are.

use super::Audit;
use super::ask::refuted;
use super::model::PartOf;
use super::points::Points;
use super::read::Read;
use super::share::{by_groups, through_groups};
use super::verdict::Verdict;
use crate::cases::{Amount, Trial, Wish};
use crate::decimal::Decimal;
use crate::policy::{ItemBody, ItemId, Over};
use std::collections::BTreeSet;

impl<'p> Audit<'p> {
    /// Whether what events of a rule can bring is capped.
    pub(super) fn gain_of(&self, id: ItemId, most: Option<Decimal>) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let item = self.policy.item(id);
        let name = &item.name;
        let Some(at) = (0..model.parts.len()).find(|at| model.part(*at).of == PartOf::Item(id)) else {
            return Verdict::proved(format!("`{name}` gives no points"));
        };
        let bucket = model.part(at).bucket;
        // In a group with a negative weight, points lost are gained.
        let (sign, _) = model.leverage(bucket);
        let hull = model.hulls.get(at).map_or(Points::ANY, |hull| hull.points);
        let gain = match sign {
            0 => 0,
            sign if sign > 0 => hull.high().max(0),
            _ => hull.low().min(0).saturating_neg(),
        };
        let gain = Points::of_units(0, through_groups(model, bucket, gain, 1));
        match gain.greatest() {
            Some(by) if most.is_none_or(|most| by <= most) => {
                Verdict::proved(format!("however many events there are, `{name}` brings at most {by} points"))
            }
            bound => {
                let free: BTreeSet<Read> = match &item.body {
                    ItemBody::Events(events) => match events.over {
                        Over::Child(kind) => [Read::Children(kind)].into_iter().collect(),
                        Over::Link(link) => [Read::Link(link)].into_iter().collect(),
                    },
                    ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => BTreeSet::new(),
                };
                let more = most.unwrap_or(Decimal::ZERO);
                let judge = |a: &Trial<'_>, b: &Trial<'_>| {
                    let points = |trial: &Trial<'_>| trial.outcome.points.get(id.index()).copied();
                    let (first, second) = (points(a)?, points(b)?);
                    let apart = second.checked_sub(first)?.units().saturating_mul(sign).max(0);
                    let seen = self.reached(b, id)?.checked_sub(self.reached(a, id)?)?;
                    let moved = Decimal::from_units(through_groups(model, bucket, apart, 0))?.min(seen);
                    let by_groups = by_groups(Decimal::from_units(apart)?, moved);
                    (moved > more)
                        .then(|| format!("`{name}` gives {first} points, and then {second}{by_groups},"))
                };
                // One point more than is allowed, or else all that there is: its groups may leave little of it.
                let above = match most {
                    Some(most) => most.checked_add(Decimal::ONE),
                    // Of what nothing caps, a little shows it as well as a lot.
                    None => Decimal::from_units(1),
                };
                let (enough, all) = match sign {
                    -1 => (above.map(|above| Amount::AtMost(-above)), Amount::Least),
                    _ => (above.map(Amount::AtLeast), Amount::Most),
                };
                let none = [Wish::Points(id, Amount::Exactly(Decimal::ZERO))];
                let witness = enough.into_iter().chain([all]).find_map(|amount| {
                    self.witnesses(model).by_wishes(&none, &[Wish::Points(id, amount)], &free, &judge)
                });
                match (witness, bound) {
                    (Some(witness), None) => Verdict::refuted_by(
                        format!("nothing caps what events bring by `{name}`: there is always more to gain"),
                        vec![witness],
                        model.places(&[at]),
                    ),
                    (Some(witness), Some(_)) => refuted(witness, model.places(&[at])),
                    (None, _) => Verdict::undecided(format!(
                        "what events bring by `{name}` may be more, but no record was found that shows it"
                    )),
                }
            }
        }
    }
}
