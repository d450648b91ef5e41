//! How far one step of one field moves the score: of the record's own, and of those that its children or linked records
//! have.

use super::Audit;
use super::ask::{refuted, scores, went};
use super::clause::Input;
use super::desk::{none, rank, summed};
use super::inquiry::{Moves, Rule};
use super::model::{Gives, Model, PartOf};
use super::points::Points;
use super::read::Read;
use super::verdict::{Verdict, Witness};
use crate::cases::{Frozen, Trial, Wish};
use crate::data::{FieldId, RecordId, Type, Value};
use crate::decimal::Decimal;
use crate::policy::{Events, ItemBody, ItemId};
use std::collections::BTreeSet;

impl Audit<'_> {
    /// Whether one step of each of some inputs moves the score by at most so many points; of none: of every field that
    /// anything reads.
    pub(super) fn step_of(&self, of: &[Input], most: Decimal) -> Verdict {
        let scored = self.policy.schema.scored;
        let asked = if of.is_empty() { self.fields_with_steps() } else { of.to_vec() };
        let mut verdicts = Vec::new();
        for input in asked {
            match input {
                Input::Field(record, field) => {
                    let own = (record == scored).then(|| self.own_step(field, most));
                    let others = (record != scored || self.counts_of_others(record, field))
                        .then(|| self.step_of_others(input, (record, field), most, own.as_ref()));
                    verdicts.extend(own.into_iter().chain(others));
                }
                Input::Record(_) | Input::Link(_) | Input::LinkedScore(_) => {
                    verdicts.push(self.step_without_bands(input, most));
                }
            }
        }
        summed(verdicts.into_iter())
    }

    /// The fields of the record, and those of other records that are read.
    fn fields_with_steps(&self) -> Vec<Input> {
        let schema = &self.policy.schema;
        let records = (0..schema.records.len() as u32).map(RecordId);
        let fields = records.flat_map(|record| {
            (0..schema.record(record).fields.len() as u32).map(move |field| (record, FieldId(field)))
        });
        let asked = fields
            .filter(|(record, field)| *record == schema.scored || self.counts_of_others(*record, *field));
        asked.map(|(record, field)| Input::Field(record, field)).collect()
    }

    fn own_step(&self, field: FieldId, most: Decimal) -> Verdict {
        let scored = self.policy.schema.scored;
        let reads = self.reads_of_own(scored, field);
        let whole = self.policy.schema.field(scored, field).kind == Type::Integer;
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            let apart = first.checked_sub(second)?.abs();
            let value =
                |trial: &Trial<'_>| trial.value(&crate::policy::Expr::Field(field)).as_ref().and_then(rank);
            let is_step = match (value(a), value(b)) {
                (Some(a), Some(b)) if whole => (a - b).abs() == Decimal::ONE.units(),
                _ => true,
            };
            (is_step && apart > most).then(|| format!("{}, by {apart},", went(first, second)))
        };
        let within = Rule::Within(most.units());
        let what = self.own_field_words(scored, field);
        match self.ask(&reads, &what, &Moves::Steps(field), within, &none, &judge) {
            Verdict::Undecided { because } if whole => {
                let witness = self.by_steps(field, &reads, &judge);
                witness.map_or(Verdict::Undecided { because }, |witness| {
                    refuted(witness, self.places_reading(&reads))
                })
            }
            other @ (Verdict::Proved { .. } | Verdict::Refuted { .. } | Verdict::Undecided { .. }) => other,
        }
    }

    /// One step of a field of one child, or of one record that a link leads to; with what is known of a step of the record's
    /// own field.
    fn step_of_others(
        &self,
        input: Input,
        (record, field): (RecordId, FieldId),
        most: Decimal,
        own: Option<&Verdict>,
    ) -> Verdict {
        let (everybodys, what) = (self.reads(&[input]), self.words(&[input]));
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let within = Rule::Within(most.units());
        // Where no change of the field moves it further, no step does.
        let any = self.ask(&everybodys, &what, &Moves::Any, within, &none, &|_, _| None);
        if let Verdict::Proved { .. } = any {
            return any;
        }
        let reads = self.reads_of_others(record, field);
        let words = self.others_field_words(record, field);
        // What moves their own scores no further comes to less in one's own.
        if let Some(Verdict::Proved { .. }) = own
            && model.is_less_by_others(&everybodys, most)
        {
            return Verdict::proved(format!(
                "one step of {words} moves their own score by no more than that, and one's own by less"
            ));
        }
        let bound = self.most_of_one_step(model, &reads, (record, field));
        if let Some(bound) = bound.filter(|bound| *bound <= most.units()).and_then(Decimal::from_units) {
            return Verdict::proved(format!(
                "one step of {words} moves what reads it by at most {bound} points"
            ));
        }
        let steps = self.steps_of(record, field);
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            let apart = first.checked_sub(second)?.abs();
            (apart > most).then(|| format!("{}, by {apart},", went(first, second)))
        };
        match self.by_one_field(record, field, &steps, &reads, &judge) {
            Some(witness) => refuted(witness, self.places_reading(&everybodys)),
            None => Verdict::undecided(match bound.and_then(Decimal::from_units) {
                Some(bound) => format!(
                    "one step of {words} may move the score by up to {bound} points; no record was found that shows more than {most}"
                ),
                None => format!("what one step of {words} can do has no bound that is known"),
            }),
        }
    }

    /// What is no field has no next value; where no change of it moves the score further, that is all there is to ask.
    fn step_without_bands(&self, input: Input, most: Decimal) -> Verdict {
        let (reads, what) = (self.reads(&[input]), self.words(&[input]));
        match self.ask(&reads, &what, &Moves::Any, Rule::Within(most.units()), &none, &|_, _| None) {
            proved @ Verdict::Proved { .. } => proved,
            Verdict::Refuted { .. } | Verdict::Undecided { .. } => Verdict::undecided(format!(
                "{what} is no field: it has no next value, and what one more or less of it does is not looked at here"
            )),
        }
    }

    /// The most that one step of a field of one other record can move the score, in units; `None` where no end is known.
    fn most_of_one_step(
        &self,
        model: &Model<'_>,
        reads: &BTreeSet<Read>,
        (record, field): (RecordId, FieldId),
    ) -> Option<i128> {
        let linked = reads.iter().any(|read| matches!(read, Read::PeerField(..)));
        // Their own score moves too, and with it perhaps one's own; or whether they have one.
        let settles = record == self.policy.schema.scored && model.is_settled();
        if settles || model.takes_others_in_or_out(reads) {
            return None;
        }
        let mut all = 0_i128;
        for (at, part) in model.parts.iter().enumerate() {
            if !model.is_touched(part, reads) {
                continue;
            }
            let hull = model.hulls.get(at)?.points.width();
            let width = match (&part.gives, part.of) {
                (Gives::Mark { .. }, _) => return None,
                (Gives::Axis(_), PartOf::Item(id)) => match &self.policy.item(id).body {
                    ItemBody::Events(events) => {
                        let each = self.step_of_event(id, events, (record, field)).map(|units| {
                            let weight = self.policy.item(id).weight;
                            let rounding = i128::from(weight.is_some());
                            let weighted =
                                Points::of_units(0, units).weighted(weight.map(Decimal::abs)).width();
                            weighted.saturating_add(rounding)
                        });
                        each.map_or(hull, |each| each.min(hull))
                    }
                    ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => hull,
                },
                (Gives::Table(..) | Gives::Formula { .. } | Gives::Axis(_), _) => hull,
            };
            all = all.saturating_add(model.stretched(part.bucket, width));
        }
        if Points::is_far(all) {
            return None;
        }
        let all = model.rounded_up(model.echoed(all, !linked));
        (!Points::is_far(all)).then_some(all)
    }

    /// The most that one step of a field of one event changes of what a rule sums, in units.
    fn step_of_event(
        &self,
        id: ItemId,
        events: &Events,
        (record, field): (RecordId, FieldId),
    ) -> Option<i128> {
        if events.over.kind(&self.policy.schema) != record {
            return None;
        }
        let cells = self.cells_by_field(id, events, field)?;
        let position = cells.field(field)?;
        let axis = cells.axes.get(position)?;
        let ordered = axis.kind.is_ordered();
        let mut most = 0_i128;
        for line in cells.numbered_lines(position) {
            let missing = |class: usize| axis.classes.get(class).is_some_and(|class| class.missing);
            let (none, known): (Vec<_>, Vec<_>) = line.into_iter().partition(|(class, _)| missing(*class));
            let apart = |cells: &[Points]| cells.iter().copied().reduce(Points::or).map_or(0, Points::width);
            let known: Vec<Points> = known.into_iter().map(|(_, cell)| cell.adds()).collect();
            let steps = if ordered { 2.min(known.len()) } else { known.len() };
            if steps > 0 {
                most = known.windows(steps).map(apart).fold(most, i128::max);
            }
            for (_, none) in none {
                most = known.iter().map(|known| apart(&[*known, none.adds()])).fold(most, i128::max);
            }
        }
        Some(most)
    }

    /// Pairs of values that are one step apart: the next whole number, the next value that the policy turns on, another
    /// category, missing.
    fn steps_of(&self, record: RecordId, field: FieldId) -> Vec<(Value, Value)> {
        let of = self.policy.schema.field(record, field);
        let (missing, mut known): (Vec<Value>, Vec<Value>) =
            self.maker.values(record, field).into_iter().partition(Value::is_missing);
        known.sort_by_key(rank);
        known.dedup();
        let mut steps: Vec<(Value, Value)> = Vec::new();
        if of.kind == Type::Integer {
            let next = |value: &Value| value.as_number()?.checked_add(Decimal::ONE).map(Value::Number);
            let pairs = known.iter().filter_map(|value| Some((value.clone(), next(value)?)));
            steps.extend(pairs.filter(|(_, next)| of.domain.contains(next)));
        } else if of.kind.is_ordered() {
            steps.extend(known.windows(2).filter_map(|pair| match pair {
                [a, b] => Some((a.clone(), b.clone())),
                _ => None,
            }));
        } else {
            let pairs = known.iter().enumerate();
            steps.extend(
                pairs.flat_map(|(at, a)| known.iter().skip(at + 1).map(move |b| (a.clone(), b.clone()))),
            );
        }
        steps.extend(missing.iter().flat_map(|none| known.iter().map(move |a| (a.clone(), none.clone()))));
        steps
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
}
