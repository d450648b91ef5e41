//! Which way the score goes where a field grows, and whether a band of it is ever scored below others.

use super::Audit;
use super::ask::{scores, went};
use super::axis::{Axis, AxisId};
use super::clause::Way;
use super::compiler::Compiler;
use super::desk::{broken, none, opposite, rank, rule};
use super::inquiry::{Moves, Rule};
use super::model::{Gives, Model, PartOf};
use super::read::{Read, Reader};
use super::slope::Slope;
use super::verdict::Verdict;
use crate::cases::{Possible, Trial};
use crate::data::{FieldId, RecordId, Set};
use crate::policy::{Expr, ItemBody, Over, Policy};

impl<'p> Audit<'p> {
    pub(super) fn monotone_with(&self, (record, field): (RecordId, FieldId), never: Way) -> Verdict {
        let own = record == self.policy.schema.scored;
        let reads = self.reads_of_own(record, field);
        let what = self.own_field_words(record, field);
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
            Verdict::Undecided { .. } | Verdict::Proved { .. } | Verdict::Refuted { .. } => {
                self.of_own_alone(verdict, record, field)
            }
        }
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
                let Some(cells) = self.cells_by_field(id, events, field) else { return false };
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

    pub(super) fn band_never_below(&self, (record, field): (RecordId, FieldId), band: &Set) -> Verdict {
        let reads = self.reads_of_own(record, field);
        let what = self.own_field_words(record, field);
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
        let moves = Moves::From(&outside, &inside);
        let verdict = self.ask(&reads, &what, &moves, Rule::NeverFalls, &none, &judge);
        self.of_own_alone(verdict, record, field)
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
