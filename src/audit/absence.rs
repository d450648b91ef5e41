//! What is asked about against its absence: which way it brings the score.

use super::Audit;
use super::ask::{scores, went};
use super::axis::{Axis, AxisId, Of};
use super::clause::{Input, Way};
use super::desk::{broken, existence, none, opposite, rule};
use super::inquiry::Moves;
use super::model::{Gives, Model, PartOf};
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::Trial;
use crate::data::Value;
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemBody, nothing_within};
use std::collections::BTreeSet;

impl<'p> Audit<'p> {
    pub(super) fn shifted_by(&self, from: &[Input], never: Way) -> Verdict {
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

    /// Whether a per-event rule can only add, or only take away, where all of its events are asked about.
    fn keeps_by_sign(&self, model: &Model<'_>, at: usize, reads: &BTreeSet<Read>, never: Way) -> bool {
        let part = model.part(at);
        let PartOf::Item(id) = part.of else { return false };
        let item = self.policy.item(id);
        let ItemBody::Events(events) = &item.body else { return false };
        if !reads.contains(&existence(events.over)) {
            return false;
        }
        let none = nothing_within(item.limits).units();
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
                !reads.contains(&existence(events.over))
                    || class.contains(&Value::Number(nothing_within(item.limits)))
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
}
