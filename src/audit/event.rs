//! Per-event rules looked at from inside: what one event gives, by what is known of it.

use super::axis::{Axes, Axis, AxisId, Of};
use super::compiler::Compiler;
use super::node::{Node, TableNode};
use super::points::Points;
use super::possible::Possible;
use crate::data::{FieldId, Set, Type};
use crate::policy::{EventPoints, Events, Expr, Over, Policy};

/// How many cells of an event are looked at.
const CELLS: usize = 100_000;

/// What one event gives, in each cell of what it turns on.
pub(super) struct EventCells {
    pub(super) axes: Vec<Axis>,
    shape: Vec<usize>,
    cells: Vec<Option<EventCell>>,
}

/// What an event of a cell gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventCell {
    /// It can be counted.
    pub(super) counted: bool,
    /// It can be passed over.
    pub(super) passed: bool,
    /// Its points where it is counted.
    pub(super) points: Points,
}

impl EventCell {
    /// What it adds to the sum.
    pub(super) fn adds(&self) -> Points {
        match (self.counted, self.passed) {
            (true, true) => self.points.or(Points::ZERO),
            (true, false) => self.points,
            (false, _) => Points::ZERO,
        }
    }
}

impl EventCells {
    /// The cells of a per-event rule; `None` where there are too many. `cut` is a set that a field is to be cut by besides.
    pub(super) fn of(policy: &Policy, events: &Events, cut: Option<(FieldId, &Set)>) -> Option<Self> {
        let mut axes = Axes::new();
        let assemble = |axes: &mut Axes| {
            let mut compiler = Compiler { policy, axes, over: Some(events.over) };
            let filter = events.filter.as_ref().map(|filter| compiler.node(filter));
            let gives = match &events.points {
                EventPoints::Each(points) => Gives::Each(compiler.valued(points)),
                EventPoints::Table(table) => Gives::Table(compiler.table(table)),
            };
            if let Some((field, set)) = cut {
                compiler.tested(&Expr::EventField(field), &[set]);
            }
            (filter, gives)
        };
        drop(assemble(&mut axes));
        let (filter, gives) = assemble(&mut axes);
        axes.classify();
        let shape: Vec<usize> = axes.list.iter().map(|axis| axis.classes.len()).collect();
        let size = shape.iter().try_fold(1_usize, |size, count| size.checked_mul(*count))?;
        if size > CELLS {
            return None;
        }
        let axes = axes.list;
        let cells = (0..size).map(|cell| {
            let view = |axis: AxisId| -> &Possible {
                let of = axes.get(axis.index());
                let class = class_of(&shape, cell, axis.index());
                of.and_then(|of| of.classes.get(class)).unwrap_or(&NOTHING)
            };
            given(events, filter.as_ref(), &gives, &view)
        });
        let cells = cells.collect();
        Some(Self { axes, shape, cells })
    }

    /// Every cell that an event can be in.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, EventCell)> + '_ {
        self.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, (*cell)?)))
    }

    /// The class of a cell along the axis at a position.
    pub(super) fn class(&self, cell: usize, position: usize) -> Option<&Possible> {
        self.axes.get(position)?.classes.get(class_of(&self.shape, cell, position))
    }

    /// The position of the axis of a field of the event.
    pub(super) fn field(&self, field: FieldId) -> Option<usize> {
        self.axes.iter().position(|axis| axis.of == Of::Value(Expr::EventField(field)))
    }

    /// Whether an axis that is more than the field itself reads it.
    pub(super) fn is_tied(&self, over: Over, field: FieldId) -> bool {
        let read = match over {
            Over::Child(kind) => super::read::Read::ChildField(kind, field),
            Over::Link(link) => super::read::Read::PeerField(link, field),
        };
        self.axes
            .iter()
            .any(|axis| axis.of != Of::Value(Expr::EventField(field)) && axis.reads.contains(&read))
    }

    /// Lines of cells that are alike but for the axis at a position, in the order of its classes.
    pub(super) fn lines(&self, position: usize) -> impl Iterator<Item = Vec<EventCell>> + '_ {
        self.numbered_lines(position).map(|line| line.into_iter().map(|(_, cell)| cell).collect())
    }

    /// The same, each cell with its class.
    pub(super) fn numbered_lines(
        &self,
        position: usize,
    ) -> impl Iterator<Item = Vec<(usize, EventCell)>> + '_ {
        let stride: usize = self.shape.iter().take(position).product();
        let count = self.shape.get(position).copied().unwrap_or(1);
        let starts =
            (0..self.cells.len()).filter(move |cell| (cell / stride.max(1)).is_multiple_of(count.max(1)));
        starts.map(move |start| {
            let cell =
                |class: usize| Some((class, self.cells.get(start + class * stride).copied().flatten()?));
            (0..count).filter_map(cell).collect()
        })
    }
}

/// How an event comes to its points.
enum Gives {
    Each(Node),
    Table(TableNode),
}

static NOTHING: Possible = Possible { known: Set::Codes(Vec::new()), missing: true };

fn class_of(shape: &[usize], cell: usize, position: usize) -> usize {
    let stride: usize = shape.iter().take(position).product();
    (cell / stride.max(1)) % shape.get(position).copied().unwrap_or(1).max(1)
}

fn given<'c>(
    events: &Events,
    filter: Option<&Node>,
    gives: &Gives,
    view: &'c dyn Fn(AxisId) -> &'c Possible,
) -> Option<EventCell> {
    let (counted, passed) = filter.map_or((true, false), |filter| {
        let of = filter.possible(view);
        let (yes, no) = of.truths();
        (yes, no || of.missing)
    });
    let points = |value: &Possible| super::model::points_of(value, events.if_missing);
    let points = match gives {
        Gives::Each(node) => points(&node.possible(view)),
        Gives::Table(table) => {
            let rows =
                table.candidates(view).into_iter().filter_map(|row| table.rows.get(row)?.outcome.as_ref());
            rows.map(|outcome| points(&outcome.possible(view)))
                .reduce(Points::or)
                .or(if counted && !passed { None } else { Some(Points::ZERO) })?
        }
    };
    Some(EventCell { counted, passed, points })
}

/// The days before a day.
pub(super) fn days_before(day: crate::date::Date) -> Set {
    let (least, _) = crate::data::limits(Type::Date);
    Set::Ranges(vec![(least, i128::from(day.days()) - 1)])
}

/// Whether a possible value lies in a set altogether.
pub(super) fn lies_in(possible: &Possible, set: &Set) -> bool {
    !possible.missing && !possible.known.is_empty() && possible.known.is_subset(set)
}
