//! A condition by itself, in each cell of what it turns on.

use super::axis::{Axes, Axis, AxisId};
use super::compiler::Compiler;
use super::node::Node;
use super::possible::Possible;
use crate::policy::{Condition, Policy};

/// How many cells are looked at.
const CELLS: usize = 100_000;

/// A condition and its cells. A cell may hold no record, as what is worked out of the same fields goes together.
pub(super) struct ConditionCells {
    pub(super) axes: Vec<Axis>,
    node: Node,
    shape: Vec<usize>,
    if_missing: bool,
}

impl ConditionCells {
    /// The cells of a condition; `None` where there are too many.
    pub(super) fn of(policy: &Policy, condition: &Condition) -> Option<Self> {
        let mut axes = Axes::new();
        let assemble = |axes: &mut Axes| Compiler { policy, axes, over: None }.node(&condition.when);
        drop(assemble(&mut axes));
        let node = assemble(&mut axes);
        for at in 0..axes.list.len() as u32 {
            // Yes and no are told apart also where nothing tests which.
            if !axes.get(AxisId(at)).kind.is_ordered() {
                axes.value_counts(AxisId(at));
            }
        }
        axes.classify();
        let shape: Vec<usize> = axes.list.iter().map(|axis| axis.classes.len()).collect();
        let size = shape.iter().try_fold(1_usize, |size, of| size.checked_mul(*of));
        size.filter(|size| *size <= CELLS)?;
        Some(Self { axes: axes.list, node, shape, if_missing: condition.if_missing })
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The class of a cell along the axis at a position.
    pub(super) fn class(&self, cell: usize, position: usize) -> usize {
        let stride: usize = self.shape.iter().take(position).product();
        (cell / stride.max(1)) % self.shape.get(position).copied().unwrap_or(1).max(1)
    }

    /// Whether the condition can hold in a cell, and whether it can fail.
    pub(super) fn truths(&self, cell: usize) -> (bool, bool) {
        let nothing = Possible::nothing_known();
        let view = |axis: AxisId| -> &Possible {
            let of = self.axes.get(axis.index());
            of.and_then(|of| of.classes.get(self.class(cell, axis.index()))).unwrap_or(&nothing)
        };
        let of = self.node.possible(&view);
        let (yes, no) = of.truths();
        (yes || (of.missing && self.if_missing), no || (of.missing && !self.if_missing))
    }
}
