//! Whether what is asked about can change a result at all.

use super::Audit;
use super::ask::{refuted, scores, told, went};
use super::inquiry::{Moves, Rule};
use super::model::{Model, PartOf};
use super::read::{Read, ReadAfter};
use super::verdict::{Verdict, Witness};
use super::witness::Witnesses;
use crate::cases::{Amount, Frozen, Possible, Trial, Wish};
use crate::data::{LinkId, Set, Value};
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemBody, ItemId, Over};
use std::collections::BTreeSet;
use std::ops::Range;

/// How many records that questions start from are plain: the first, and one with a middling score.
const PLAIN: usize = 2;

impl<'p> Audit<'p> {
    /// Whether the score is the same for all who differ in nothing but what is asked about.
    pub(super) fn flow_to_score(&self, reads: &BTreeSet<Read>, what: &str) -> Verdict {
        let question = (reads.clone(), what.to_owned());
        if let Some(known) = self.flows.borrow().get(&question) {
            return known.clone();
        }
        let verdict = self.find_flow_to_score(reads, what);
        self.flows.borrow_mut().insert(question, verdict.clone());
        verdict
    }

    fn find_flow_to_score(&self, reads: &BTreeSet<Read>, what: &str) -> Verdict {
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            (a.outcome.score != b.outcome.score).then(|| match scores(a, b) {
                Some((first, second)) => went(first, second),
                None => format!("the score is {} and then {}", told(a), told(b)),
            })
        };
        let keeps = |model: &Model<'_>, part: usize| self.keeps_same(model, part, reads);
        let verdict = self.ask(reads, what, &Moves::Any, Rule::Same, &keeps, &judge);
        match verdict {
            Verdict::Undecided { because } => {
                let witness = self.any_change(reads, &judge);
                witness.map_or(Verdict::Undecided { because }, |witness| {
                    refuted(witness, self.places_reading(reads))
                })
            }
            Verdict::Proved { .. } | Verdict::Refuted { .. } => verdict,
        }
    }

    /// Flow to what follows a score.
    pub(super) fn flow_to(
        &self,
        reads: &BTreeSet<Read>,
        what: &str,
        (target, read): (&Expr, &ReadAfter),
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Verdict {
        let direct = read.reads.iter().any(|read| reads.contains(read));
        let by_score = if read.score { Some(self.flow_to_score(reads, what)) } else { None };
        let proved = by_score.as_ref().is_none_or(|verdict| matches!(verdict, Verdict::Proved { .. }));
        if !direct && proved {
            return by_score.unwrap_or_else(|| Verdict::proved(format!("it does not rest on {what}")));
        }
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        // The pair that moves the score may do already.
        if let Some(Verdict::Refuted { witnesses, .. }) = &by_score {
            for witness in witnesses {
                if let [first, second] = witness.cases.as_slice()
                    && let (Some(first), Some(second)) = (self.maker.run(first), self.maker.run(second))
                    && let Some(found) = self.witnesses(model).compared(&first, &second, reads, judge)
                {
                    return refuted(found, self.places_reading(reads));
                }
            }
        }
        // What was tried for other questions costs little; a search for each side costs much, but starts from plain records.
        if let Some(found) = self.change_of_base(0..PLAIN, reads, judge) {
            return refuted(found, self.places_reading(reads));
        }
        let sides = self.sides_of(target);
        for (one, two) in &sides {
            let wish = |within: &Possible| vec![Wish::Expr { of: target.clone(), within: within.clone() }];
            if let Some(found) = self.witnesses(model).by_wishes(&wish(one), &wish(two), reads, judge) {
                return refuted(found, self.places_reading(reads));
            }
        }
        if let Some(found) = self.any_change(reads, judge) {
            return refuted(found, self.places_reading(reads));
        }
        Verdict::undecided(format!("{what} may change it, but no records were found that show it"))
    }

    /// Pairs of values of a target between which it may change.
    fn sides_of(&self, target: &Expr) -> Vec<(Possible, Possible)> {
        match target {
            Expr::Tier => {
                let count = self.policy.tiers.len() as u32;
                let tier = |at: u32| Possible::known(Set::of_codes([at]));
                (1..count).flat_map(|at| [(tier(at), tier(at - 1)), (tier(at - 1), tier(at))]).collect()
            }
            Expr::Decision(_) => Vec::new(),
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Negate(_)
            | Expr::Arithmetic(..)
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Otherwise(..)
            | Expr::Call(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_) => vec![
                (Possible::truth(true), Possible::truth(false)),
                (Possible::truth(false), Possible::truth(true)),
            ],
        }
    }

    /// Two records that differ in nothing but what is asked about, by trying values.
    pub(super) fn any_change(
        &self,
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        for read in reads {
            if let Read::ChildField(record, field) = read
                && let Some(Verdict::Refuted { witnesses, .. }) =
                    self.by_child_field(*record, *field, reads, judge)
            {
                return witnesses.into_iter().next();
            }
        }
        if let Some(found) = self.change_of_base(0..witnesses.bases.len(), reads, judge) {
            return Some(found);
        }
        let links = reads.iter().filter_map(|read| match read {
            Read::PeerScores(link) => Some(*link),
            Read::Field(_)
            | Read::Children(_)
            | Read::ChildField(..)
            | Read::Link(_)
            | Read::PeerField(..) => None,
        });
        links.into_iter().find_map(|link| self.by_scores_of_others(link, reads, judge))
    }

    /// A base, and the same with one thing changed.
    fn change_of_base(
        &self,
        bases: Range<usize>,
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        let direct = |read: &&Read| !matches!(read, Read::ChildField(..) | Read::PeerField(..));
        for base in bases {
            let Some(first) = witnesses.made(base, &[]) else { continue };
            for read in reads.iter().filter(direct) {
                for second in self.changed(&witnesses, base, *read) {
                    if let Some(found) = witnesses.compared(&first, &second, reads, judge) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// A record with friends, and the same where those are like somebody else, or had another score.
    fn by_scores_of_others(
        &self,
        link: LinkId,
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        let schema = &self.policy.schema;
        let influences = self.policy.influences.iter().zip(0..).filter(|(of, _)| of.link == link);
        let ends = [Amount::Most, Amount::Least];
        for (amount, at) in influences.flat_map(|(_, at)| ends.map(|amount| (amount, at))) {
            for base in witnesses.bases {
                let wish = [Wish::Influence(at, amount)];
                let Some(first) = self.maker.made(base, &wish, &Frozen::default()) else { continue };
                let mut seconds = Vec::new();
                for other in witnesses.bases {
                    let Some((_, like)) = other.records.iter().find(|(kind, _)| *kind == schema.scored)
                    else {
                        continue;
                    };
                    let mut case = first.case.clone();
                    let key = schema.scored().key;
                    for (_, values) in
                        case.records.iter_mut().filter(|(kind, _)| *kind == schema.scored).skip(1)
                    {
                        for (field, (value, like)) in values.iter_mut().zip(like).enumerate() {
                            if key.is_none_or(|key| key.index() != field) {
                                value.clone_from(like);
                            }
                        }
                    }
                    seconds.push(case);
                }
                // The others without what happened to them.
                let mut bare = first.case.clone();
                for kind in schema.children() {
                    let own: Vec<Vec<Value>> = super::witness::own_children(self.policy, &first.case, kind)
                        .into_iter()
                        .cloned()
                        .collect();
                    bare.records.retain(|(of, row)| *of != kind || own.contains(row));
                }
                seconds.push(bare);
                for by in [-1_000, 1_000] {
                    let mut case = first.case.clone();
                    for (_, score) in &mut case.previous {
                        *score = score.checked_add(Decimal::from_int(by)).unwrap_or(*score);
                    }
                    seconds.push(case);
                }
                for second in seconds {
                    let Some(second) = self.maker.run(&second) else { continue };
                    if let Some(found) = witnesses.compared(&first, &second, reads, judge) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// The base at a position with something changed, in each way that is worth trying.
    pub(super) fn changed<'t>(
        &'t self,
        witnesses: &'t Witnesses<'t, 'p>,
        base: usize,
        read: Read,
    ) -> impl Iterator<Item = Trial<'p>> + 't {
        let scored = self.policy.schema.scored;
        let ends = [Amount::Most, Amount::Least];
        let wishes: Vec<Wish> = match read {
            Read::Field(field) => {
                let values = self.maker.values(scored, field).into_iter();
                values.map(|value| Wish::Field(field, value)).collect()
            }
            Read::Children(kind) | Read::ChildField(kind, _) => {
                let items = self.policy.items.iter().zip(0..).filter(|(item, _)| {
                    matches!(&item.body, ItemBody::Events(events) if events.over == Over::Child(kind))
                });
                items.flat_map(|(_, at)| ends.map(|amount| Wish::Points(ItemId(at), amount))).collect()
            }
            Read::Link(link) | Read::PeerField(link, _) | Read::PeerScores(link) => {
                let influences = self.policy.influences.iter().zip(0..);
                let influences = influences.filter(|(of, _)| of.link == link);
                influences.flat_map(|(_, at)| ends.map(|amount| Wish::Influence(at, amount))).collect()
            }
        };
        wishes.into_iter().filter_map(move |wish| witnesses.made(base, &[wish]))
    }

    pub(super) fn places_reading(&self, reads: &BTreeSet<Read>) -> Vec<crate::source::Place> {
        let Ok(model) = &self.model else { return Vec::new() };
        model.places(&model.parts_reading(reads))
    }

    /// Whether an event's field changes nothing of what a per-event rule gives, though it is read.
    pub(super) fn keeps_same(&self, model: &Model<'_>, part: usize, reads: &BTreeSet<Read>) -> bool {
        let PartOf::Item(id) = model.part(part).of else { return false };
        let ItemBody::Events(events) = &self.policy.item(id).body else { return false };
        let Over::Child(_) = events.over else { return false };
        let touched: Vec<Read> =
            super::read::Reader::of_events(self.policy, events).intersection(reads).copied().collect();
        if events.can_unscore() {
            return false;
        }
        touched.iter().all(|read| {
            let Read::ChildField(_, field) = read else { return false };
            let Some(cells) = self.cells_by_field(id, events, *field) else { return false };
            let Some(position) = cells.field(*field) else { return false };
            cells.lines(position).all(|line| {
                line.iter().all(|cell| cell.adds().single().is_some())
                    && line.windows(2).all(|pair| matches!(pair, [a, b] if a.adds() == b.adds()))
            })
        })
    }
}
