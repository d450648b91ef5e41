//! Whether what happened long ago still costs points.

use super::Audit;
use super::ask::{refuted, scores, went};
use super::event::{EventCells, days_before, lies_in};
use super::model::{Model, PartOf};
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::Trial;
use crate::data::{FieldId, RecordId};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemBody, Over};
use std::collections::BTreeSet;

impl<'p> Audit<'p> {
    /// Whether old records of a kind cost nothing.
    pub(super) fn forgotten_kind(&self, kind: RecordId, (count, unit): (u32, Unit)) -> Verdict {
        let record = self.policy.schema.record(kind);
        let name = &record.name;
        let Some(dated) = record.dated else {
            return Verdict::undecided(format!("`{name}` has no date: nothing says how old one is"));
        };
        let old = days_before(self.policy.today.ago(count, unit));
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let mut suspects: Vec<usize> = Vec::new();
        for (at, part) in model.parts.iter().enumerate() {
            let touched = part.axes.iter().any(|axis| {
                model.axes.get(*axis).reads.contains(&Read::Children(kind))
                    && !self.passes_over_old(model, *axis, kind, dated, &old)
            });
            let (sign, _) = model.leverage(part.bucket);
            let harmless = match part.of {
                PartOf::Item(id) => match &self.policy.item(id).body {
                    ItemBody::Events(events) => {
                        let weight = self.policy.item(id).weight.map_or(1, |weight| weight.units().signum());
                        EventCells::of(self.policy, events, Some((dated, &old))).is_some_and(|cells| {
                            let position = cells.field(dated);
                            cells.all().all(|(cell, event)| {
                                let is_old = position
                                    .and_then(|position| cells.class(cell, position))
                                    .is_none_or(|class| lies_in(class, &old));
                                let adds = event.adds();
                                let (low, high) = (adds.low() * sign * weight, adds.high() * sign * weight);
                                !is_old || low.min(high) >= 0
                            })
                        })
                    }
                    ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => false,
                },
                PartOf::Influence(_) | PartOf::Override(_) | PartOf::Participation => false,
            };
            if touched && !harmless {
                suspects.push(at);
            }
        }
        let ago = format!("{count} {unit:?}{}", if count == 1 { "" } else { "s" }).to_lowercase();
        if suspects.is_empty() {
            return Verdict::proved(format!(
                "nothing counts a `{name}` of more than {ago} ago against anybody"
            ));
        }
        let free: BTreeSet<Read> = [Read::Children(kind)].into_iter().collect();
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            let all_old = b
                .case
                .records
                .iter()
                .filter(|(of, _)| *of == kind)
                .all(|(_, values)| values.get(dated.index()).is_some_and(|day| old.contains(day)));
            (all_old && second < first)
                .then(|| format!("{}, with what is older than {ago},", went(first, second)))
        };
        let witnesses = self.witnesses(model);
        for base in witnesses.bases {
            let mut without = base.clone();
            without.records.retain(|(of, _)| *of != kind);
            let Some(first) = self.maker.run(&without) else { continue };
            let day = old.greatest(crate::data::Type::Date).and_then(|day| day.as_date());
            for rows in self.maker.children(kind) {
                let mut case = without.clone();
                let key = self.maker.key(&case);
                for mut row in rows {
                    if let (Some(slot), Some(day)) = (row.get_mut(dated.index()), day) {
                        *slot = crate::data::Value::Date(day);
                    }
                    if let (Some((_, by)), Some(key)) = (record.parent, &key)
                        && let Some(slot) = row.get_mut(by.index())
                    {
                        *slot = key.clone();
                    }
                    case.records.push((kind, row));
                }
                let Some(second) = self.maker.run(&case) else { continue };
                if let Some(found) = witnesses.compared(&first, &second, &free, &judge) {
                    return refuted(found, model.places(&suspects));
                }
            }
        }
        Verdict::undecided(format!(
            "{} may count a `{name}` of more than {ago} ago, but no record was found that shows it",
            model.names(&suspects)
        ))
    }

    /// Whether an aggregate's filter passes over everything old.
    fn passes_over_old(
        &self,
        model: &Model<'_>,
        axis: super::axis::AxisId,
        kind: RecordId,
        dated: FieldId,
        old: &crate::data::Set,
    ) -> bool {
        let Some(Expr::Aggregate(aggregate)) = model.axes.get(axis).expr() else { return false };
        if aggregate.over != Over::Child(kind) {
            return false;
        }
        let events = crate::policy::Events {
            over: aggregate.over,
            filter: aggregate.filter.clone(),
            filter_text: String::new(),
            points: crate::policy::EventPoints::Each(Expr::Constant(crate::data::Value::Number(
                Decimal::ONE,
            ))),
            if_missing: None,
            caps: Vec::new(),
            date: Some(dated),
        };
        EventCells::of(self.policy, &events, Some((dated, old))).is_some_and(|cells| {
            let position = cells.field(dated);
            cells.all().all(|(cell, event)| {
                let is_old = position
                    .and_then(|position| cells.class(cell, position))
                    .is_none_or(|class| lies_in(class, old));
                !is_old || !event.counted
            })
        })
    }
}
