//! Expressions over axes instead of fields, and what they can come to in a cell.
//!
//! What is computed is never too narrow: whatever the record, as long as each axis has a value of the cell's class, the
//! value is among what is said. Where each axis occurs once and nothing but tests is made of it, it is exact.

use super::axis::AxisId;
use super::possible::{Fit, Possible};
use crate::data::{Set, Type, Value};
use crate::function::{Bounds, Function, FunctionBody};
use crate::policy::{CellTest, Operator};

/// An expression over axes.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Axis(AxisId),
    Constant(Value),
    Test(Box<Node>, Set),
    IsMissing(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Otherwise(Box<Node>, Box<Node>),
    Negate(Box<Node>, Type),
    Arithmetic(Operator, Box<Node>, Box<Node>, Type),
    Call(&'static Function, Vec<(Node, Type)>, Type),
    Table(Box<TableNode>),
}

/// A table over axes.
#[derive(Debug, Clone)]
pub(super) struct TableNode {
    pub(super) columns: Vec<Node>,
    pub(super) rows: Vec<RowNode>,
}

/// A row over axes.
#[derive(Debug, Clone)]
pub(super) struct RowNode {
    pub(super) cells: Vec<CellTest>,
    /// What it gives; `None` is `not scored`.
    pub(super) outcome: Option<Node>,
}

/// What each axis is.
pub(super) type CellView<'a> = &'a dyn Fn(AxisId) -> &'a Possible;
impl Node {
    /// The axes that it reads.
    pub(super) fn axes(&self, into: &mut Vec<AxisId>) {
        match self {
            Self::Axis(axis) => {
                if !into.contains(axis) {
                    into.push(*axis);
                }
            }
            Self::Constant(_) => {}
            Self::Test(inner, _) | Self::IsMissing(inner) | Self::Not(inner) | Self::Negate(inner, _) => {
                inner.axes(into);
            }
            Self::And(all) | Self::Or(all) => all.iter().for_each(|each| each.axes(into)),
            Self::Call(_, all, _) => all.iter().for_each(|(each, _)| each.axes(into)),
            Self::Otherwise(a, b) | Self::Arithmetic(_, a, b, _) => {
                a.axes(into);
                b.axes(into);
            }
            Self::Table(table) => table.axes(into),
        }
    }

    /// Whether it asks whether something is missing that is worked out of axes, some of these among them.
    pub(super) fn asks_whether_missing(&self, of: &dyn Fn(AxisId) -> bool) -> bool {
        match self {
            Self::Axis(_) | Self::Constant(_) => false,
            Self::IsMissing(inner) => {
                let mut axes = Vec::new();
                inner.axes(&mut axes);
                !matches!(**inner, Self::Axis(_)) && axes.into_iter().any(of)
            }
            Self::Test(inner, _) | Self::Not(inner) | Self::Negate(inner, _) => {
                inner.asks_whether_missing(of)
            }
            Self::And(all) | Self::Or(all) => all.iter().any(|each| each.asks_whether_missing(of)),
            Self::Call(_, all, _) => all.iter().any(|(each, _)| each.asks_whether_missing(of)),
            Self::Otherwise(a, b) | Self::Arithmetic(_, a, b, _) => {
                a.asks_whether_missing(of) || b.asks_whether_missing(of)
            }
            Self::Table(table) => table.asks_whether_missing(of),
        }
    }

    /// What it can come to where each axis is as seen.
    pub(super) fn possible(&self, cell: CellView<'_>) -> Possible {
        match self {
            Self::Axis(axis) => cell(*axis).clone(),
            Self::Constant(value) => Possible::value(value),
            Self::Test(inner, set) => {
                let of = inner.possible(cell);
                let yes = !of.known.is_disjoint(set);
                let no = !of.known.is_empty() && !of.known.is_subset(set);
                Possible::truth_values(yes, no, of.missing)
            }
            Self::IsMissing(inner) => {
                let of = inner.possible(cell);
                Possible::truth_values(of.missing, !of.known.is_empty(), false)
            }
            Self::And(all) => decide(all.iter().map(|each| each.possible(cell)), false),
            Self::Or(all) => decide(all.iter().map(|each| each.possible(cell)), true),
            Self::Not(inner) => {
                let of = inner.possible(cell);
                let (yes, no) = of.truths();
                Possible::truth_values(no, yes, of.missing)
            }
            Self::Otherwise(first, second) => {
                let first = first.possible(cell);
                if !first.missing {
                    return first;
                }
                let second = second.possible(cell);
                if first.known.is_empty() {
                    return second;
                }
                either(first.known, second)
            }
            Self::Negate(inner, kind) => {
                let of = inner.possible(cell);
                Possible { known: computed(&of, |bounds| -bounds, *kind), missing: of.missing }
            }
            Self::Arithmetic(operator, a, b, kind) => {
                let (a, b) = (a.possible(cell), b.possible(cell));
                let zero = *operator == Operator::Divide
                    && b.known.contains(&Value::Number(crate::decimal::Decimal::ZERO));
                let known = if a.known.is_empty() || b.known.is_empty() {
                    Set::empty(*kind)
                } else {
                    let of = |set: &Set| Bounds::of_set(set, Type::Number);
                    arithmetic(*operator, of(&a.known), of(&b.known)).to_set(*kind)
                };
                Possible { known, missing: a.missing || b.missing || zero }
            }
            Self::Call(function, arguments, kind) => {
                let all: Vec<(Possible, Type)> =
                    arguments.iter().map(|(each, kind)| (each.possible(cell), *kind)).collect();
                let FunctionBody::Scalar { bounds, may_be_missing, .. } = &function.body else {
                    return Possible { known: Set::universe(*kind, 0), missing: true };
                };
                let missing = *may_be_missing || all.iter().any(|(each, _)| each.missing);
                let known = if all.iter().any(|(each, _)| each.known.is_empty()) {
                    Set::empty(*kind)
                } else if kind.is_ordered() {
                    let all: Vec<Bounds> =
                        all.iter().map(|(each, kind)| Bounds::of_set(&each.known, *kind)).collect();
                    bounds(&all).to_set(*kind)
                } else {
                    Set::universe(*kind, u32::MAX >> 12)
                };
                Possible { known, missing }
            }
            Self::Table(table) => table.value(cell),
        }
    }
}

impl TableNode {
    pub(super) fn axes(&self, into: &mut Vec<AxisId>) {
        self.columns.iter().for_each(|column| column.axes(into));
        self.rows.iter().filter_map(|row| row.outcome.as_ref()).for_each(|outcome| outcome.axes(into));
    }

    /// As of a node.
    pub(super) fn asks_whether_missing(&self, of: &dyn Fn(AxisId) -> bool) -> bool {
        let outcomes = self.rows.iter().filter_map(|row| row.outcome.as_ref());
        self.columns.iter().chain(outcomes).any(|node| node.asks_whether_missing(of))
    }

    /// The rows that can be the one taken.
    pub(super) fn candidates(&self, cell: CellView<'_>) -> Vec<usize> {
        let seen: Vec<Possible> = self.columns.iter().map(|column| column.possible(cell)).collect();
        let mut found = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let fits = row.cells.iter().zip(&seen).map(|(test, of)| of.fits(test));
            let fit = fits.fold(Fit::Yes, |all, fit| match (all, fit) {
                (Fit::No, _) | (_, Fit::No) => Fit::No,
                (Fit::Yes, Fit::Yes) => Fit::Yes,
                (Fit::Perhaps, _) | (_, Fit::Perhaps) => Fit::Perhaps,
            });
            match fit {
                Fit::No => {}
                Fit::Perhaps => found.push(at),
                Fit::Yes => {
                    found.push(at);
                    break;
                }
            }
        }
        found
    }

    /// What a definition by the table can be.
    fn value(&self, cell: CellView<'_>) -> Possible {
        let rows = self.candidates(cell).into_iter().filter_map(|row| self.rows.get(row)?.outcome.as_ref());
        let values = rows.map(|outcome| outcome.possible(cell));
        let all = values.reduce(|all, one| {
            let missing = all.missing;
            let joined = either(all.known, one);
            Possible { missing: joined.missing || missing, ..joined }
        });
        all.unwrap_or_else(Possible::nothing_known)
    }
}

/// A known value of a set, or whatever else.
fn either(known: Set, other: Possible) -> Possible {
    if other.known.is_empty() {
        return Possible { known, missing: other.missing };
    }
    // Two sets of one type; joined without a step they are at most kept apart where they touch.
    Possible { known: known.union(&other.known, Type::Number), missing: other.missing }
}

/// A conjunction or disjunction, three-valued: `until` decides.
fn decide(all: impl Iterator<Item = Possible>, until: bool) -> Possible {
    let (mut decided, mut others, mut missing, mut certainly) = (false, true, false, false);
    for one in all {
        let (yes, no) = one.truths();
        let (deciding, other) = if until { (yes, no) } else { (no, yes) };
        decided |= deciding;
        missing |= one.missing;
        // Without the other value, and never missing, it decides for sure.
        certainly |= !other && !one.missing;
        others &= other;
    }
    let (rest, missing) = (others && !certainly, missing && !certainly);
    if until {
        Possible::truth_values(decided, rest, missing)
    } else {
        Possible::truth_values(rest, decided, missing)
    }
}

fn computed(of: &Possible, apply: impl Fn(Bounds) -> Bounds, kind: Type) -> Set {
    if of.known.is_empty() {
        Set::empty(kind)
    } else {
        apply(Bounds::of_set(&of.known, Type::Number)).to_set(kind)
    }
}

/// What an operator makes of bounds.
pub(super) fn arithmetic(operator: Operator, a: Bounds, b: Bounds) -> Bounds {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
    }
}
