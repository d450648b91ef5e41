//! Levers that act on the same points, put together, with the values of each that are worth choosing among.
//!
//! What a group's levers do to the points is read off the cells of a component where that is sure: a component that turns on
//! the fields themselves, with one number of points in each cell. Else the changed record is run. Then the values worth
//! trying are those between which nothing that is read of the field tells a difference: the field's own classes, cut where a
//! quantity that grows or falls with it passes from one of its classes to the next; where more of it is always more of the
//! score, how far each number of steps leads (`levels`); or every value, where they are few. Where none of these is known to
//! be all, the group says so.

use super::lever::Lever;
use crate::audit::axis::{Axes, AxisId, Of};
use crate::audit::compiler::Compiler;
use crate::audit::model::{Marks, Model, PartOf};
use crate::audit::read::Read;
use crate::audit::slope::Slope;
use crate::data::{FieldId, Set, Type};
use crate::policy::{Expr, ItemBody, RowOutcome};
use std::collections::BTreeSet;

/// So many values of a field are tried each.
const EVERY: i128 = 1_000;

/// Levers that act on the same points.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Group {
    pub(in crate::audit) levers: Vec<Lever>,
    pub(in crate::audit) by: By,
    /// The overrides that it can bring about or do away with.
    pub(in crate::audit) marks: Marks,
    /// The buckets that its points go into.
    pub(in crate::audit) buckets: Vec<usize>,
    /// Why not every change that may matter is looked at.
    pub(in crate::audit) inexact: Option<String>,
}

/// How the points of a group are known.
#[derive(Debug, Clone)]
pub(in crate::audit) enum By {
    /// By the cells of a component; by lever, the position of its axis in it.
    Cells(usize, Vec<usize>),
    /// By running the changed record.
    Runs(Vec<Candidates>),
}

/// The values of a lever that are worth trying.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Candidates {
    /// Sets of values that are alike as far as the field itself is read.
    pub(in crate::audit) classes: Vec<Set>,
    /// Quantities that grow or fall with the field, whose classes cut those sets further.
    pub(in crate::audit) cut_by: Vec<AxisId>,
    /// Where values within a piece are told apart, and more is always more of the score (1), or always less (-1).
    pub(in crate::audit) better: Option<i128>,
}

impl Group {
    /// Levers in groups; those that nothing reads are in none.
    pub(in crate::audit) fn all(model: &Model<'_>, levers: &[Lever]) -> Vec<Self> {
        let mut groups: Vec<(BTreeSet<usize>, Vec<Lever>)> = Vec::new();
        for lever in levers {
            let mut components = components_reading(model, lever.field);
            if components.is_empty() {
                continue;
            }
            let (with, rest): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|(of, _)| !of.is_disjoint(&components));
            let mut members = Vec::new();
            for (of, levers) in with {
                components.extend(of);
                members.extend(levers);
            }
            members.push(lever.clone());
            groups = rest;
            groups.push((components, members));
        }
        groups.sort_by_key(|(_, levers)| levers.first().map(|lever| lever.field));
        groups.into_iter().map(|(components, levers)| Self::new(model, &components, levers)).collect()
    }

    fn new(model: &Model<'_>, components: &BTreeSet<usize>, levers: Vec<Lever>) -> Self {
        let blocks = || components.iter().filter_map(|at| model.components.get(*at));
        let parts: BTreeSet<usize> = blocks().flat_map(|block| block.parts.iter().copied()).collect();
        let marks = parts.iter().fold(0, |marks, at| match model.part(*at).of {
            PartOf::Override(at) => marks | 1 << at,
            PartOf::Item(_) | PartOf::Influence(_) | PartOf::Participation => marks,
        });
        let mut buckets: Vec<usize> = blocks().flat_map(|block| block.buckets.iter().copied()).collect();
        buckets.sort_unstable();
        buckets.dedup();
        if let Some(by) = by_cells(model, components, &levers) {
            return Self { levers, by, marks, buckets, inexact: None };
        }
        let own: Vec<FieldId> = levers.iter().map(|lever| lever.field).collect();
        let mut inexact = None;
        let candidates = levers.iter().map(|lever| {
            let (candidates, why) = Candidates::of(model, lever, &own, &parts);
            if inexact.is_none() {
                inexact = why;
            }
            candidates
        });
        let by = By::Runs(candidates.collect());
        Self { levers, by, marks, buckets, inexact }
    }
}

/// The components with an axis that reads a field.
fn components_reading(model: &Model<'_>, field: FieldId) -> BTreeSet<usize> {
    let reads = |axis: &AxisId| model.axes.get(*axis).reads.contains(&Read::Field(field));
    let blocks = model.components.iter().enumerate();
    blocks.filter(|(_, block)| block.axes.iter().any(reads)).map(|(at, _)| at).collect()
}

/// The cells that say it all, where there are such.
fn by_cells(model: &Model<'_>, components: &BTreeSet<usize>, levers: &[Lever]) -> Option<By> {
    let mut components = components.iter();
    let (Some(at), None) = (components.next(), components.next()) else { return None };
    let block = model.components.get(*at)?;
    if block.is_too_large() {
        return None;
    }
    let positions = levers.iter().map(|lever| {
        let is_own = |axis: &AxisId| model.axes.get(*axis).field() == Some(lever.field);
        block.axes.iter().position(is_own)
    });
    let positions: Vec<usize> = positions.collect::<Option<_>>()?;
    let plain = |axis: &AxisId| {
        let axis = model.axes.get(*axis);
        let reads_a_lever = levers.iter().any(|lever| axis.reads.contains(&Read::Field(lever.field)));
        matches!(axis.of, Of::Value(_)) && (axis.field().is_some() || !reads_a_lever)
    };
    let sure = (0..block.len()).all(|cell| {
        block.cell(cell).is_none_or(|known| {
            known.may & known.may_not == 0
                && block.points(cell).iter().all(|points| points.single().is_some())
        })
    });
    (block.axes.iter().all(plain) && sure).then_some(By::Cells(*at, positions))
}

impl Candidates {
    /// The values of a lever worth trying, and why they may not be all. `parts` are those of the group.
    fn of(
        model: &Model<'_>,
        lever: &Lever,
        group: &[FieldId],
        parts: &BTreeSet<usize>,
    ) -> (Self, Option<String>) {
        let name = &model.policy.schema.field(model.policy.schema.scored, lever.field).name;
        let reading: Vec<AxisId> = (0..model.axes.list.len() as u32)
            .map(AxisId)
            .filter(|axis| model.axes.get(*axis).reads.contains(&Read::Field(lever.field)))
            .collect();
        let own = reading.iter().find(|axis| model.axes.get(**axis).field() == Some(lever.field));
        let derived = reading.iter().copied().filter(|axis| Some(axis) != own);
        let mut why = None;
        // Where the value itself gives points, and there are many, its classes do not tell all that it can give.
        let mut is_valued = false;
        if let Some(own) = own
            && model.axes.get(*own).is_valued_by_class_only()
        {
            is_valued = true;
            why = Some(format!("the value of `{name}` itself gives points"));
        }
        let mut is_cut = true;
        let mut cut_by = Vec::new();
        let mut axes = Axes::new();
        let compiler = Compiler { policy: model.policy, axes: &mut axes, over: None };
        for axis in derived {
            let of = model.axes.get(axis);
            let others =
                group.iter().any(|field| *field != lever.field && of.reads.contains(&Read::Field(*field)));
            let one_way = of.expr().is_some_and(|expr| {
                let slope = compiler.slope(expr, lever.field);
                matches!(slope, Slope::Up | Slope::Down) && !compiler.can_vanish(expr, lever.field)
            });
            let is_cut_by = !others && one_way && of.kind.is_ordered();
            if is_cut_by {
                cut_by.push(axis);
            }
            is_cut &= is_cut_by;
            is_valued |= of.is_valued_by_class_only();
            if !is_cut_by || of.is_valued_by_class_only() {
                why = Some(format!("what is worked out of `{name}` may turn on values between its edges"));
            }
        }
        let reads = |axis: AxisId| reading.contains(&axis);
        if parts.iter().any(|at| model.part(*at).gives.asks_whether_missing(&reads)) {
            is_cut = false;
            why = Some(format!(
                "whether something is missing may turn on values of `{name}` between its edges"
            ));
        }
        // Alone, a field that everything goes one way with needs no look at each value.
        let better = (is_valued && is_cut && group.len() == 1)
            .then(|| better(model, &compiler, lever.field, parts))
            .flatten();
        if better.is_some() {
            why = None;
        }
        if why.is_some() && lever.count().is_none_or(|count| count <= EVERY) && lever.kind != Type::Text {
            return (Self { classes: lever.every(), cut_by: Vec::new(), better: None }, None);
        }
        let classes = own.map_or_else(
            || vec![lever.domain.clone()],
            |own| model.axes.get(*own).classes.iter().map(|class| class.known.clone()).collect(),
        );
        let classes = classes.into_iter().filter(|class: &Set| !class.is_empty()).flat_map(intervals);
        (Self { classes: classes.collect(), cut_by, better }, why)
    }
}

/// Whether more of a field is always more of the score (1), or always less (-1), between the edges of what is asked of it.
fn better(
    model: &Model<'_>,
    compiler: &Compiler<'_, '_>,
    field: FieldId,
    parts: &BTreeSet<usize>,
) -> Option<i128> {
    let mut all: Option<i128> = None;
    for part in parts.iter().map(|at| model.part(*at)) {
        let item = match part.of {
            PartOf::Item(id) => model.policy.item(id),
            PartOf::Override(_) | PartOf::Participation => continue,
            PartOf::Influence(_) => return None,
        };
        let valued: Vec<&Expr> = match &item.body {
            ItemBody::Formula(formula) => vec![&formula.points],
            ItemBody::Table { table, .. } => {
                let rows = table.rows.iter().filter_map(|row| match &row.outcome {
                    RowOutcome::Value(value) => Some(value),
                    RowOutcome::NotScored => None,
                });
                rows.collect()
            }
            ItemBody::Events(_) | ItemBody::Group(_) => return None,
        };
        let weight = item.weight.map_or(1, |weight| weight.units().signum());
        for expr in valued {
            let way = match compiler.slope(expr, field) {
                Slope::Flat => continue,
                Slope::Up => 1,
                Slope::Down => -1,
                Slope::Unknown => return None,
            };
            let way = way * weight * model.bucket(part.bucket).sign;
            if compiler.can_vanish(expr, field) || all.is_some_and(|all| all != way) {
                return None;
            }
            all = Some(way);
        }
    }
    all.filter(|way| *way != 0)
}

/// The intervals of a set, each for itself.
fn intervals(set: Set) -> Vec<Set> {
    match set {
        Set::Ranges(ranges) => ranges.into_iter().map(|range| Set::Ranges(vec![range])).collect(),
        Set::Codes(codes) => codes.into_iter().map(|code| Set::of_codes([code])).collect(),
        Set::Texts { .. } => vec![set],
    }
}
