//! What comes back by others whose scores settle with one's own.

use super::inquiry::Rule;
use super::model::{Model, Part, PartOf};
use super::points::Points;
use super::read::Read;
use crate::data::{FieldId, RecordId};
use crate::decimal::Decimal;
use crate::policy::Influence;
use std::collections::BTreeSet;

impl Model<'_> {
    /// Why what cells say of one's own score may not hold, as scores of others change too and settle with it.
    pub(super) fn unknown_by_others(&self, asked: &BTreeSet<Read>, rule: Rule) -> Vec<String> {
        let mut unknown = Vec::new();
        if matches!(rule, Rule::NeverRises | Rule::NeverFalls) && self.is_turned_by_others(asked) {
            unknown.push(
                "scores of others settle with a negative weight, and what is asked about changes theirs too",
            );
        }
        // Where it changes nobody's points and takes nobody in or out, that holds of others as well.
        if rule != Rule::Same && self.takes_others_in_or_out(asked) {
            unknown
                .push("what is asked about also says whether others have a score to settle with one's own");
        }
        if self.is_read_by_others(asked) {
            unknown.push("others' scores turn on it too, and settle with one's own");
        }
        unknown.into_iter().map(str::to_owned).collect()
    }

    /// Whether what is asked about also changes the scores of others, who settle with one's own by a negative weight: then
    /// what adds to everybody's points may take from one's score.
    pub(super) fn is_turned_by_others(&self, asked: &BTreeSet<Read>) -> bool {
        let mut influences = self.policy.influences.iter();
        is_theirs(asked) && influences.any(|influence| influence.settled && influence.weight < Decimal::ZERO)
    }

    /// Whether what is asked about also changes who else has a score, and scores of others settle with one's own.
    pub(super) fn takes_others_in_or_out(&self, asked: &BTreeSet<Read>) -> bool {
        let may_stop = |(part, hull): (&Part, &super::model::Given)| {
            !self.is_scored(hull.may) && self.is_touched(part, asked)
        };
        self.is_settled() && is_theirs(asked) && self.parts.iter().zip(&self.hulls).any(may_stop)
    }

    /// Whether one's own field, asked about as one's own alone, is also read by those who know one, and their scores come back
    /// to one's own.
    pub(super) fn is_read_by_others(&self, asked: &BTreeSet<Read>) -> bool {
        let schema = &self.policy.schema;
        let mut reads = self.axes.list.iter().flat_map(|axis| &axis.reads);
        self.is_settled()
            && reads.any(|read| match read {
                Read::PeerField(link, field) => {
                    schema.link(*link).to == schema.scored
                        && asked.contains(&Read::Field(*field))
                        && !asked.contains(read)
                }
                Read::Field(_)
                | Read::Link(_)
                | Read::Children(_)
                | Read::ChildField(..)
                | Read::PeerScores(_) => false,
            })
    }

    /// Whether a field of others is part of their scores, which settle with one's own.
    pub(super) fn settles_with(&self, (record, field): (RecordId, FieldId)) -> bool {
        let theirs = BTreeSet::from([Read::Field(field)]);
        record == self.policy.schema.scored && self.is_settled() && !self.parts_reading(&theirs).is_empty()
    }

    /// Whether scores of others settle with one's own.
    pub(super) fn is_settled(&self) -> bool {
        self.policy.influences.iter().any(Influence::settles)
    }

    /// Whether a part reads something that is asked about.
    pub(super) fn is_touched(&self, part: &Part, asked: &BTreeSet<Read>) -> bool {
        part.axes.iter().any(|axis| self.axes.get(*axis).reads_any(asked))
    }

    /// The parts that read something that is asked about.
    pub(super) fn parts_reading(&self, asked: &BTreeSet<Read>) -> Vec<usize> {
        (0..self.parts.len()).filter(|at| self.is_touched(self.part(*at), asked)).collect()
    }

    /// What a difference comes to of which all is known but what settled scores of others give: the echo of it, and no more
    /// than they can give at all.
    pub(super) fn echoed_by_others(&self, units: i128, asked: &BTreeSet<Read>) -> i128 {
        let by_others = |(part, _): &(&Part, &super::model::Given)| match part.of {
            PartOf::Influence(at) => {
                let settled = self.policy.influences.get(at as usize).is_some_and(|each| each.settled);
                settled && !self.is_touched(part, asked)
            }
            PartOf::Item(_) | PartOf::Override(_) | PartOf::Participation => false,
        };
        let given = self.parts.iter().zip(&self.hulls).filter(by_others);
        let given = given.map(|(_, hull)| hull.points.width()).fold(0, i128::saturating_add);
        self.echoed(units, !is_theirs(asked)).min(units.saturating_add(given))
    }

    /// What a difference of a record's points comes to where scores of others settle with it: it moves theirs, and they move
    /// it. The sizes of the weights are less than 1 together, `c`: at most 1 / (1 - c²) of it is there in the end; where
    /// everybody's points may differ (not `alone`), 1 / (1 - c).
    pub(super) fn echoed(&self, units: i128, alone: bool) -> i128 {
        let all = self.weight_of_others();
        if all.is_zero() || units == 0 || Points::is_far(units) {
            return units;
        }
        let back = if alone { all.checked_mul(all).unwrap_or(all) } else { all };
        let kept = Decimal::ONE.units().saturating_sub(back.units());
        if kept <= 0 {
            return i128::MAX / 16;
        }
        let echoed = units.checked_mul(Decimal::ONE.units()).map(|units| units / kept);
        echoed.map_or(i128::MAX / 16, |units| units.saturating_add(self.roundings()))
    }

    /// The sizes of the weights together with which scores of others settle with one's own.
    fn weight_of_others(&self) -> Decimal {
        let settled = self.policy.influences.iter().filter(|influence| influence.settled);
        let sizes = settled.map(|influence| influence.weight.abs());
        sizes.reduce(|a, b| a.checked_add(b).unwrap_or(Decimal::MAX)).unwrap_or(Decimal::ZERO)
    }

    /// What all roundings on the way of settling scores come to at most, in units: those of each sweep, and their echo.
    fn roundings(&self) -> i128 {
        let kept = Decimal::ONE.units().saturating_sub(self.weight_of_others().units()).max(1);
        (ROUNDINGS * Decimal::ONE.units()) / kept
    }

    /// Whether what moves the score of another by at most so much, read for their own score and nowhere else, moves one's own
    /// by no more: it settles with less weight than 1, if it takes nobody in or out.
    pub(super) fn is_less_by_others(&self, everybodys: &BTreeSet<Read>, most: Decimal) -> bool {
        let alone = everybodys.iter().copied().filter(|read| matches!(read, Read::PeerField(..)));
        let kept = Decimal::ONE.checked_sub(self.weight_of_others()).and_then(|kept| kept.checked_mul(most));
        self.parts_reading(&alone.collect()).is_empty()
            && !self.takes_others_in_or_out(everybodys)
            && kept.is_some_and(|kept| kept.units() >= self.roundings())
    }
}

/// What the roundings of one sweep come to at most in the difference of two scores, in units: there are two for each influence
/// in each of the two.
const ROUNDINGS: i128 = 1_000;

/// Whether what is asked about is others' too: those whom one knows have children and links of their own.
fn is_theirs(asked: &BTreeSet<Read>) -> bool {
    asked.iter().any(|read| match read {
        Read::Link(_) | Read::PeerField(..) | Read::Children(_) | Read::ChildField(..) => true,
        Read::Field(_) | Read::PeerScores(_) => false,
    })
}
