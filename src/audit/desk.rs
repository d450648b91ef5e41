//! The questions of clauses, each as an inquiry.

use super::Audit;
use super::ask::{refuted, scores, told, went};
use super::axis::{Axis, AxisId, Of};
use super::clause::{Benchmark, Desk, Input, Share, Target, Way};
use super::inquiry::{Moves, Rule};
use super::model::{Gives, Model, PartOf};
use super::node::Compiler;
use super::read::{Read, ReadAfter, Reader};
use super::slope::Slope;
use super::verdict::{Verdict, Witness};
use super::witness::Witnesses;
use crate::cases::{Amount, Frozen, Possible, Trial, Wish};
use crate::data::{FieldId, LinkId, RecordId, Set, Type, Value};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::policy::{Expr, Item, ItemBody, ItemId, Over, Policy, TierId};
use std::collections::BTreeSet;
use std::ops::Range;

/// Nothing is known to keep a rule.
fn none(_: &Model<'_>, _: usize) -> bool {
    false
}

impl Desk for Audit<'_> {
    fn flow(&self, from: &[Input], to: Target) -> Verdict {
        let reads = self.reads(from);
        let what = self.words(from);
        match to {
            Target::Score => self.flow_to_score(&reads, &what),
            Target::Tier => {
                if self.policy.tiers.is_empty() {
                    return Verdict::proved("the policy has no tiers");
                }
                let read = ReadAfter::of(self.policy, &Expr::Tier);
                self.flow_to(&reads, &what, (&Expr::Tier, &read), &|a, b| {
                    let name = |trial: &Trial<'_>| {
                        let tier = trial.outcome.tier.and_then(|tier| self.policy.tiers.get(tier.index()));
                        tier.map_or("none", |tier| tier.name.as_str()).to_owned()
                    };
                    (a.outcome.tier != b.outcome.tier)
                        .then(|| format!("the tier is {} and then {}", name(a), name(b)))
                })
            }
            Target::Decision(id) => {
                let name = self.policy.decisions.get(id.index()).map_or("", |decision| &decision.name);
                let read = ReadAfter::of(self.policy, &Expr::Decision(id));
                self.flow_to(&reads, &what, (&Expr::Decision(id), &read), &|a, b| {
                    let of =
                        |trial: &Trial<'_>| trial.outcome.decisions.get(id.index()).map(|a| a.value.clone());
                    (of(a) != of(b)).then(|| format!("the decision `{name}` changes"))
                })
            }
            Target::Consequence(at) => {
                let Some(consequence) = self.policy.consequences.get(at as usize) else {
                    return Verdict::proved("there is no such benefit or penalty");
                };
                let kind = if consequence.penalty { "penalty" } else { "benefit" };
                // Whether somebody is scored counts, unless it is held without.
                let target = match consequence.not_scored_applies {
                    true => consequence.when.when.clone(),
                    false => {
                        Expr::And(vec![Expr::IsMissing(Box::new(Expr::Score)), consequence.when.when.clone()])
                    }
                };
                let read = ReadAfter::of(self.policy, &target);
                self.flow_to(&reads, &what, (&consequence.when.when, &read), &|a, b| {
                    let held = |trial: &Trial<'_>| trial.outcome.consequences.get(at as usize).copied();
                    (held(a) != held(b)).then(|| {
                        let (first, then) = if held(a) == Some(true) {
                            ("holds", "does not")
                        } else {
                            ("does not hold", "does")
                        };
                        format!("the {kind} `{}` {first}, and then {then},", consequence.name)
                    })
                })
            }
        }
    }

    fn monotone(&self, (record, field): (RecordId, FieldId), never: Way) -> Verdict {
        let own = record == self.policy.schema.scored;
        let reads = self.reads_of_own(record, field);
        let what = self.field_words(record, field);
        let rule = rule(never);
        let slope = |_: AxisId, axis: &Axis| match axis.expr() {
            Some(expr) if own => {
                let mut axes = super::axis::Axes::new();
                let compiler = Compiler { policy: self.policy, axes: &mut axes, over: None };
                (compiler.slope(expr, field), compiler.can_vanish(expr, field))
            }
            Some(_) | None => (Slope::Unknown, true),
        };
        let keeps = |model: &Model<'_>, part: usize| self.keeps_growing(model, part, (record, field), never);
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            if own {
                // Whichever of the two has the greater value stands second.
                let value = |trial: &Trial<'_>| trial.value(&Expr::Field(field)).as_ref().and_then(rank);
                if value(a)? >= value(b)? {
                    return None;
                }
            } else if !grows(a, b, record, field) {
                return None;
            }
            broken(never, first, second).then(|| went(first, second))
        };
        let verdict = self.ask(&reads, &what, &Moves::Growing(&slope), rule, &keeps, &judge);
        match verdict {
            Verdict::Undecided { because } if !own => {
                self.by_child_field(record, field, &reads, &judge).unwrap_or(Verdict::Undecided { because })
            }
            Verdict::Undecided { .. } | Verdict::Proved { .. } | Verdict::Refuted { .. } => verdict,
        }
    }

    fn shift(&self, from: &[Input], never: Way) -> Verdict {
        let reads = self.reads(from);
        let what = self.words(from);
        // A category that must be there cannot be taken away: any change of it counts.
        let (fixed, others): (Vec<Input>, Vec<Input>) =
            from.iter().partition(|input| self.cannot_be_taken_away(input));
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            broken(never, first, second).then(|| went(first, second))
        };
        let mut verdict: Option<Verdict> = None;
        let mut add = |one: Verdict| {
            verdict = Some(match verdict.take() {
                Some(all) => all.and(one),
                None => one,
            });
        };
        if !fixed.is_empty() {
            let fixed_reads = self.reads(&fixed);
            add(self.ask(&fixed_reads, &self.words(&fixed), &Moves::Any, rule(never), &none, &judge));
        }
        if !others.is_empty() {
            let nothing = |_: AxisId, axis: &Axis, class: usize| self.is_without(axis, class, &reads);
            let anything = |_: AxisId, _: &Axis, _: usize| true;
            let keeps = |model: &Model<'_>, part: usize| self.keeps_by_sign(model, part, &reads, never);
            add(self.ask(&reads, &what, &Moves::From(&nothing, &anything), rule(never), &keeps, &judge));
        }
        verdict.unwrap_or_else(|| Verdict::proved("nothing is asked about"))
    }

    fn one_more(&self, of: LinkId, never: Way) -> Verdict {
        self.one_more_peer(of, never)
    }

    fn one_more_at_most(&self, of: LinkId, most: Decimal) -> Verdict {
        self.one_more_peer_at_most(of, most)
    }

    fn share(&self, of: &Share, most: Decimal) -> Verdict {
        self.share_of_range(of, most)
    }

    fn missing(&self, of: &[Input], never: Way, than: Benchmark) -> Verdict {
        let scored = self.policy.schema.scored;
        let asked: Vec<FieldId> = self
            .policy
            .schema
            .scored()
            .fields
            .iter()
            .zip(0..)
            .filter(|(field, _)| field.optional)
            .map(|(_, at)| FieldId(at))
            .filter(|field| of.is_empty() || of.contains(&Input::Field(scored, *field)))
            .collect();
        if asked.is_empty() {
            return Verdict::proved("no field of that kind may be missing");
        }
        let verdicts = asked.into_iter().map(|field| self.missing_of(field, never, than));
        summed(verdicts)
    }

    fn never_below_others(&self, (record, field): (RecordId, FieldId), band: &Set) -> Verdict {
        let reads = self.reads_of_own(record, field);
        let what = self.field_words(record, field);
        if record != self.policy.schema.scored {
            let verdict = self.ask(&reads, &what, &Moves::Any, Rule::Same, &none, &|_, _| None);
            return match verdict {
                Verdict::Proved { because } => Verdict::proved(because),
                Verdict::Refuted { .. } | Verdict::Undecided { .. } => Verdict::undecided(format!(
                    "{what} is a field of other records, whose values do not stand by themselves"
                )),
            };
        }
        let of = self.policy.schema.field(record, field);
        let kind = of.kind;
        let others = of.domain.difference(band, kind);
        let (within, without) = (self.narrowed(field, band), self.narrowed(field, &others));
        let of_field = |axis: &Axis| axis.field() == Some(field);
        let inside = |_: AxisId, axis: &Axis, class: usize| {
            let Some(class) = axis.classes.get(class) else { return false };
            if of_field(axis) {
                !class.known.is_disjoint(band) && !class.known.is_empty()
            } else {
                meets(&within, axis, class)
            }
        };
        let outside = |_: AxisId, axis: &Axis, class: usize| {
            let Some(class) = axis.classes.get(class) else { return false };
            if of_field(axis) {
                !class.known.difference(band, kind).is_empty()
            } else {
                meets(&without, axis, class)
            }
        };
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            let value = |trial: &Trial<'_>| trial.value(&Expr::Field(field));
            let (in_band, other) = (value(b)?, value(a)?);
            (band.contains(&in_band) && !other.is_missing() && !band.contains(&other) && second < first)
                .then(|| went(first, second))
        };
        self.ask(&reads, &what, &Moves::From(&outside, &inside), Rule::NeverFalls, &none, &judge)
    }

    fn forgotten(&self, kinds: &[RecordId], after: (u32, Unit)) -> Verdict {
        summed(kinds.iter().map(|kind| self.forgotten_kind(*kind, after)))
    }

    fn repeated_gain(&self, most: Option<Decimal>) -> Verdict {
        let events =
            self.policy.items.iter().zip(0..).filter(|(item, _)| matches!(item.body, ItemBody::Events(_)));
        let verdicts: Vec<Verdict> = events.map(|(_, at)| self.gain_of(ItemId(at), most)).collect();
        if verdicts.is_empty() {
            return Verdict::proved("no rule counts events");
        }
        summed(verdicts.into_iter())
    }

    fn gaming(&self, from: Option<TierId>, to: TierId, at_least: Decimal) -> Verdict {
        self.cheapest_into(from, to, at_least)
    }

    fn ways_up(&self) -> Verdict {
        self.everyone_can_rise()
    }

    fn step(&self, of: &[Input], most: Decimal) -> Verdict {
        let scored = self.policy.schema.scored;
        let fields = &self.policy.schema.scored().fields;
        let asked = (0..fields.len() as u32).map(FieldId);
        let asked = asked.filter(|field| of.is_empty() || of.contains(&Input::Field(scored, *field)));
        let verdicts = asked.map(|field| {
            let input = [Input::Field(scored, field)];
            let reads = self.reads_of_own(scored, field);
            let whole = self.policy.schema.field(scored, field).kind == Type::Integer;
            let judge = |a: &Trial<'_>, b: &Trial<'_>| {
                let (first, second) = scores(a, b)?;
                let apart = first.checked_sub(second)?.abs();
                let value = |trial: &Trial<'_>| trial.value(&Expr::Field(field)).as_ref().and_then(rank);
                let is_step = match (value(a), value(b)) {
                    (Some(a), Some(b)) if whole => (a - b).abs() == Decimal::ONE.units(),
                    _ => true,
                };
                (is_step && apart > most).then(|| format!("{}, by {apart},", went(first, second)))
            };
            let moves = Moves::Steps(field);
            let within = Rule::Within(most.units());
            match self.ask(&reads, &self.words(&input), &moves, within, &none, &judge) {
                Verdict::Undecided { because } if whole => {
                    let witness = self.by_steps(field, &reads, &judge);
                    witness.map_or(Verdict::Undecided { because }, |witness| {
                        refuted(witness, self.places_reading(&reads))
                    })
                }
                other @ (Verdict::Proved { .. } | Verdict::Refuted { .. } | Verdict::Undecided { .. }) => {
                    other
                }
            }
        });
        summed(verdicts)
    }

    fn opting_out(&self) -> Verdict {
        self.opting_out_costs_nothing()
    }

    fn dead(&self) -> Verdict {
        self.nothing_is_dead()
    }
}

/// All of several.
pub(super) fn summed(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut proofs = 0;
    let mut only = String::new();
    let mut all: Option<Verdict> = None;
    for one in verdicts {
        if let Verdict::Proved { because } = one {
            proofs += 1;
            only = because;
            continue;
        }
        all = Some(match all {
            Some(all) => all.and(one),
            None => one,
        });
    }
    all.unwrap_or_else(|| {
        Verdict::proved(match proofs {
            1 => only,
            many => format!("it holds of each of {many} that were looked at, in all of their cells"),
        })
    })
}

fn rule(never: Way) -> Rule {
    match never {
        Way::Rises => Rule::NeverRises,
        Way::Falls => Rule::NeverFalls,
    }
}

fn broken(never: Way, first: Decimal, second: Decimal) -> bool {
    match never {
        Way::Rises => second > first,
        Way::Falls => second < first,
    }
}

/// A value of an ordered type as a number that keeps the order.
pub(super) fn rank(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => Some(number.units()),
        Value::Date(day) => Some(day.days().into()),
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}

/// Whether from one record to another no child's field falls and one grows.
fn grows(a: &Trial<'_>, b: &Trial<'_>, record: RecordId, field: FieldId) -> bool {
    let values = |trial: &Trial<'_>| -> Vec<Option<i128>> {
        let rows = trial.case.records.iter().filter(|(kind, _)| *kind == record);
        rows.map(|(_, values)| values.get(field.index()).and_then(rank)).collect()
    };
    let (one, two) = (values(a), values(b));
    one.len() == two.len()
        && one.iter().zip(&two).all(|(a, b)| matches!((a, b), (Some(a), Some(b)) if a <= b))
        && one != two
}

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
    fn flow_to(
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
    fn changed<'t>(
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
        let touched = |axis: &AxisId| model.axes.get(*axis).reads.iter().any(|read| reads.contains(read));
        let parts = model.parts.iter().enumerate().filter(|(_, part)| part.axes.iter().any(touched));
        parts.filter_map(|(at, _)| model.place(at)).collect()
    }

    /// Whether an event's field changes nothing of what a per-event rule gives, though it is read.
    pub(super) fn keeps_same(&self, model: &Model<'_>, part: usize, reads: &BTreeSet<Read>) -> bool {
        let PartOf::Item(id) = model.part(part).of else { return false };
        let ItemBody::Events(events) = &self.policy.item(id).body else { return false };
        let Over::Child(kind) = events.over else { return false };
        let touched: Vec<Read> =
            super::read::Reader::of_events(self.policy, events).intersection(reads).copied().collect();
        if events.can_unscore() {
            return false;
        }
        let by_day = events.caps.iter().any(|cap| cap.period != crate::policy::CapPeriod::Total);
        let dated = self.policy.schema.record(kind).dated;
        touched.iter().all(|read| {
            let Read::ChildField(_, field) = read else { return false };
            // The day of an event says whether it is known yet, and in which period it counts.
            if dated == Some(*field) || (by_day && events.date == Some(*field)) {
                return false;
            }
            let Some(cells) = self.event_cells(id, events) else { return false };
            if cells.is_tied(events.over, *field) {
                return false;
            }
            let Some(position) = cells.field(*field) else { return false };
            cells.lines(position).all(|line| {
                line.iter().all(|cell| cell.adds().single().is_some())
                    && line.windows(2).all(|pair| matches!(pair, [a, b] if a.adds() == b.adds()))
            })
        })
    }

    /// Whether a part by itself never goes a way where a field grows: a formula that is known to rise or fall with it, or a
    /// per-event rule each of whose events does.
    fn keeps_growing(
        &self,
        model: &Model<'_>,
        at: usize,
        (record, field): (RecordId, FieldId),
        never: Way,
    ) -> bool {
        let part = model.part(at);
        let PartOf::Item(id) = part.of else { return false };
        let item = self.policy.item(id);
        let (sign, _) = model.leverage(part.bucket);
        let sign = sign * item.weight.map_or(1, |weight| weight.units().signum());
        if sign == 0 {
            return true;
        }
        // More points of the body are more of the score, or less.
        let never = if sign > 0 { never } else { opposite(never) };
        match (&item.body, &part.gives) {
            (ItemBody::Formula(formula), Gives::Formula { .. }) if record == self.policy.schema.scored => {
                let mut axes = super::axis::Axes::new();
                let compiler = Compiler { policy: self.policy, axes: &mut axes, over: None };
                let reads = |expr: &Expr| Reader::of(self.policy, expr, None).contains(&Read::Field(field));
                if formula.when.as_ref().is_some_and(reads) || compiler.can_vanish(&formula.points, field) {
                    return false;
                }
                matches!(
                    (compiler.slope(&formula.points, field), never),
                    (Slope::Flat, _) | (Slope::Up, Way::Falls) | (Slope::Down, Way::Rises)
                )
            }
            (ItemBody::Events(events), Gives::Axis(_)) if events.over == Over::Child(record) => {
                let by_day = events.caps.iter().any(|cap| cap.period != crate::policy::CapPeriod::Total);
                if self.policy.schema.record(record).dated == Some(field)
                    || (by_day && events.date == Some(field))
                {
                    return false;
                }
                let Some(cells) = self.event_cells(id, events) else { return false };
                if cells.is_tied(events.over, field) {
                    return false;
                }
                let Some(position) = cells.field(field) else { return true };
                cells.lines(position).all(|line| {
                    line.windows(2).all(|pair| {
                        let [a, b] = pair else { return true };
                        match never {
                            Way::Rises => b.adds().high() <= a.adds().low(),
                            Way::Falls => b.adds().low() >= a.adds().high(),
                        }
                    }) && line.iter().all(|cell| cell.adds().single().is_some())
                })
            }
            (ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Events(_) | ItemBody::Group(_), _) => {
                false
            }
        }
    }

    /// Whether a per-event rule can only add, or only take away, where all of its events are asked about.
    fn keeps_by_sign(&self, model: &Model<'_>, at: usize, reads: &BTreeSet<Read>, never: Way) -> bool {
        let part = model.part(at);
        let PartOf::Item(id) = part.of else { return false };
        let item = self.policy.item(id);
        let ItemBody::Events(events) = &item.body else { return false };
        if !reads.contains(&existence(events.over)) {
            return false;
        }
        let none = over_none(item).units();
        let Gives::Axis(_) = part.gives else { return false };
        let (sign, _) = model.leverage(part.bucket);
        let Some(hull) = model.hulls.get(at) else { return false };
        let never = if sign >= 0 { never } else { opposite(never) };
        match never {
            Way::Rises => hull.points.high() <= none,
            Way::Falls => hull.points.low() >= none,
        }
    }

    fn cannot_be_taken_away(&self, input: &Input) -> bool {
        match input {
            Input::Field(record, field) if *record == self.policy.schema.scored => {
                let field = self.policy.schema.field(*record, *field);
                !field.optional && !field.kind.is_ordered()
            }
            Input::Field(..) | Input::Record(_) | Input::Link(_) | Input::LinkedScore(_) => false,
        }
    }

    /// Whether a class of an axis is what it is, or may be, where what is asked about is not there.
    fn is_without(&self, axis: &Axis, class: usize, reads: &BTreeSet<Read>) -> bool {
        let Some(class) = axis.classes.get(class) else { return false };
        let zero = Value::Number(Decimal::ZERO);
        match &axis.of {
            Of::Events(id) => {
                let item = self.policy.item(*id);
                let ItemBody::Events(events) = &item.body else { return true };
                !reads.contains(&existence(events.over)) || class.contains(&Value::Number(over_none(item)))
            }
            Of::Influence(_) => class.contains(&zero),
            Of::Value(Expr::Field(field)) => {
                let of = self.policy.schema.field(self.policy.schema.scored, *field);
                if of.optional {
                    class.missing
                } else {
                    of.domain.least(of.kind).is_none_or(|least| class.contains(&least))
                }
            }
            Of::Value(Expr::Aggregate(aggregate)) => {
                let all = reads.contains(&existence(aggregate.over));
                // Without any records it is what it is over none; without a field of them it may be anything.
                if !all {
                    true
                } else if aggregate.kind.is_missing_over_none() {
                    class.missing
                } else {
                    class.contains(&zero)
                }
            }
            Of::Value(_) => true,
        }
    }

    /// The policy where a field of the scored record has no values but those of a set.
    fn narrowed(&self, field: FieldId, set: &Set) -> Policy {
        let mut policy = self.policy.clone();
        let scored = policy.schema.scored;
        let record = policy.schema.records.get_mut(scored.index());
        if let Some(of) = record.and_then(|record| record.fields.get_mut(field.index())) {
            of.domain = of.domain.intersect(set);
        }
        policy
    }

    /// A field of child records that is changed, in a record that has some.
    pub(super) fn by_child_field(
        &self,
        record: RecordId,
        field: FieldId,
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Verdict> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        let values = self.maker.values(record, field);
        let bases = (0..witnesses.bases.len()).filter_map(|at| Some((at, witnesses.made(at, &[])?)));
        let starts = bases.flat_map(|(at, base)| {
            let more: Vec<Trial<'p>> = self.changed(&witnesses, at, Read::Children(record)).collect();
            // Among many, one more or less may make no difference: also the first of them alone.
            let alone: Vec<Trial<'p>> =
                more.iter().filter_map(|trial| self.with_one_child(trial, record)).collect();
            std::iter::once(base).chain(alone).chain(more)
        });
        for first in starts {
            let rows = first.case.records.iter().enumerate().filter(|(_, (kind, _))| *kind == record);
            // The first few of many that are alike will do.
            for (at, _) in rows.take(ROWS) {
                for value in &values {
                    let mut case = first.case.clone();
                    if let Some(slot) =
                        case.records.get_mut(at).and_then(|(_, values)| values.get_mut(field.index()))
                    {
                        *slot = value.clone();
                    }
                    let Some(second) = self.maker.run(&case) else { continue };
                    let found = witnesses
                        .compared(&first, &second, reads, judge)
                        .or_else(|| witnesses.compared(&second, &first, reads, judge));
                    if let Some(found) = found {
                        return Some(refuted(found, self.places_reading(reads)));
                    }
                }
            }
        }
        None
    }

    /// The same record with the first of its children of a kind, where it has several.
    fn with_one_child(&self, trial: &Trial<'p>, record: RecordId) -> Option<Trial<'p>> {
        let mut case = trial.case.clone();
        let mut seen = 0;
        case.records.retain(|(kind, _)| {
            seen += usize::from(*kind == record);
            *kind != record || seen == 1
        });
        if seen > 1 { self.maker.run(&case) } else { None }
    }

    /// What a question reads that is about one field of the record alone, or of other records.
    fn reads_of_own(&self, record: RecordId, field: FieldId) -> BTreeSet<Read> {
        if record == self.policy.schema.scored {
            [Read::Field(field)].into_iter().collect()
        } else {
            self.reads(&[Input::Field(record, field)])
        }
    }

    /// Two records that are one step of a whole number apart.
    fn by_steps(
        &self,
        field: FieldId,
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        let values = self.maker.values(self.policy.schema.scored, field);
        witnesses.bases.iter().find_map(|base| {
            values.iter().find_map(|value| {
                let next = value.as_number()?.checked_add(Decimal::ONE)?;
                let made =
                    |value: Value| self.maker.made(base, &[Wish::Field(field, value)], &Frozen::default());
                witnesses.compared(&made(value.clone())?, &made(Value::Number(next))?, reads, judge)
            })
        })
    }

    fn missing_of(&self, field: FieldId, never: Way, than: Benchmark) -> Verdict {
        let scored = self.policy.schema.scored;
        let input = [Input::Field(scored, field)];
        let reads = self.reads_of_own(scored, field);
        let what = self.words(&input);
        let is_missing = |_: AxisId, axis: &Axis, class: usize| {
            let Some(class) = axis.classes.get(class) else { return false };
            match axis.expr() {
                Some(Expr::Field(of)) if *of == field => class.missing,
                Some(expr) if vanishes_with(expr, field) => class.missing,
                Some(_) | None => true,
            }
        };
        let is_known = |_: AxisId, axis: &Axis, class: usize| {
            axis.field() != Some(field) || axis.classes.get(class).is_some_and(|class| !class.missing)
        };
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let missing =
                |trial: &Trial<'_>| trial.value(&Expr::Field(field)).is_some_and(|value| value.is_missing());
            let (first, second) = scores(a, b)?;
            (!missing(a) && missing(b) && broken(never, first, second)).then(|| went(first, second))
        };
        match than {
            Benchmark::Neutral => self.missing_against_nothing(field, never),
            // Against the worst that is known nothing may rise, against the best nothing may fall: then it must hold of all.
            Benchmark::WorstKnown | Benchmark::BestKnown => {
                let all = (than == Benchmark::WorstKnown) == (never == Way::Rises);
                let verdict =
                    self.ask(&reads, &what, &Moves::From(&is_known, &is_missing), rule(never), &none, &judge);
                match verdict {
                    Verdict::Refuted { .. } if !all => self.missing_against_one(field, never, than),
                    Verdict::Proved { .. } | Verdict::Refuted { .. } | Verdict::Undecided { .. } => verdict,
                }
            }
        }
    }
}

/// How many records that questions start from are plain: the first, and one with a middling score.
const PLAIN: usize = 2;
/// How many child records of a record are changed in turn.
const ROWS: usize = 3;

/// Whether a class of an axis can be under a policy.
fn meets(policy: &Policy, axis: &Axis, class: &Possible) -> bool {
    let Some(expr) = axis.expr() else { return true };
    if class.missing || !axis.kind.is_ordered() {
        return true;
    }
    let mut axes = super::axis::Axes::new();
    let compiler = Compiler { policy, axes: &mut axes, over: None };
    !compiler.bounds(expr, None).to_set(axis.kind).is_disjoint(&class.known)
}

fn opposite(way: Way) -> Way {
    match way {
        Way::Rises => Way::Falls,
        Way::Falls => Way::Rises,
    }
}

/// What says that there are events of a rule.
fn existence(over: Over) -> Read {
    match over {
        Over::Child(kind) => Read::Children(kind),
        Over::Link(link) => Read::Link(link),
    }
}

/// What a per-event rule gives without events.
fn over_none(item: &Item) -> Decimal {
    item.limits.map_or(Decimal::ZERO, |(low, high)| Decimal::ZERO.max(low).min(high))
}

/// Whether an expression is missing wherever a field that it reads is.
pub(super) fn vanishes_with(expr: &Expr, field: FieldId) -> bool {
    let of = |expr: &Expr| vanishes_with(expr, field);
    match expr {
        Expr::Field(of) => *of == field,
        Expr::Negate(inner) | Expr::Test(inner, _) => of(inner),
        Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) => of(a) || of(b),
        Expr::Call(_, all) => all.iter().any(of),
        Expr::Constant(_)
        | Expr::EventField(_)
        | Expr::Definition(_)
        | Expr::EventDefinition(_)
        | Expr::PreviousScore
        | Expr::IsMissing(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::Otherwise(..)
        | Expr::Aggregate(_)
        | Expr::Score
        | Expr::Tier
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_)
        | Expr::Decision(_) => false,
    }
}
