//! Items made ready: what of them follows from a look-up, and what has to be worked out record by record.

use super::compile::Compiler;
use super::lane::{NO, UNDECIDED, YES};
use super::node::{Choice, Index, Number, Slot, Truth};
use super::scope::Scope;
use crate::decimal::Decimal;
use crate::policy::{Formula, Item, ItemBody, RankedBy, ReasonId, RowOutcome, Table};

/// An item made ready.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ItemPlan {
    /// How it comes to its points.
    pub(super) body: Body,
    /// Its weight.
    pub(super) weight: Option<Decimal>,
    /// Its limits.
    pub(super) limits: Option<(Decimal, Decimal)>,
    /// What points lost are counted from.
    pub(super) reference: Decimal,
    /// The reason of rows without their own.
    pub(super) reason: Option<ReasonId>,
    /// The baseline of rows without their own.
    pub(super) baseline: Option<Decimal>,
}

/// How an item comes to its points.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// By a look-up: what each code gives, weight and limits applied.
    LookUp(Index, Vec<Outcome>),
    /// By the row of a table.
    Rows(Rows),
    /// By a formula.
    Formula(FormulaPlan),
    /// By events, in the order of [`super::plan::Plan`].
    Events(usize),
    /// The sum of its members.
    Group(Vec<usize>),
}

/// What a code gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The points; `None` where they are too large.
    pub(super) points: Option<Decimal>,
    /// The row says `not scored`.
    pub(super) not_scored: bool,
    /// What counts under a reason: points lost, or the distance from the baseline; `None` inside is too large.
    pub(super) loss: Option<(ReasonId, Option<Decimal>)>,
}

/// A table some of whose rows give what is worked out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    /// Which row fits, and what each gives.
    pub(super) choice: Choice,
    /// By row: whether it says `not scored`, its reason, its baseline.
    pub(super) rows: Vec<RowPlan>,
    /// Points where the row's are missing.
    pub(super) if_missing: Decimal,
}

/// What else a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowPlan {
    pub(super) not_scored: bool,
    pub(super) reason: Option<ReasonId>,
    pub(super) baseline: Option<Decimal>,
}

/// `when … points …`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FormulaPlan {
    pub(super) when: Option<Truth>,
    pub(super) points: Number,
    /// Points where the condition is undecided or the points are missing.
    pub(super) if_missing: Decimal,
}

impl ItemPlan {
    /// Makes an item ready. `events` numbers the per-event rules.
    pub(super) fn new<'p>(
        compiler: &mut Compiler<'p>,
        item: &'p Item,
        scope: Scope,
        events: &mut usize,
    ) -> Self {
        let by = compiler.policy.reasons_shown.by;
        let body = match &item.body {
            ItemBody::Table { table, if_missing } => {
                table_body(compiler, item, table, if_missing.unwrap_or_default(), scope, by)
            }
            ItemBody::Formula(formula) => formula_body(compiler, item, formula, scope, by),
            ItemBody::Events(_) => {
                *events += 1;
                Body::Events(*events - 1)
            }
            ItemBody::Group(members) => Body::Group(members.iter().map(|id| id.index()).collect()),
        };
        Self {
            body,
            weight: item.weight,
            limits: item.limits,
            reference: item.reference,
            reason: item.reason,
            baseline: item.baseline,
        }
    }
}

fn table_body<'p>(
    compiler: &mut Compiler<'p>,
    item: &Item,
    table: &'p Table,
    if_missing: Decimal,
    scope: Scope,
    by: RankedBy,
) -> Body {
    let (index, row_of) = compiler.rows(table, scope);
    let gives: Vec<Number> = table
        .rows
        .iter()
        .map(|row| match &row.outcome {
            RowOutcome::Value(expr) => compiler.for_some(|compiler| compiler.number(expr, scope)),
            RowOutcome::NotScored => Number::Constant(Some(0)),
        })
        .collect();
    let rows: Vec<RowPlan> = table
        .rows
        .iter()
        .map(|row| RowPlan {
            not_scored: row.outcome == RowOutcome::NotScored,
            reason: row.reason.or(item.reason),
            baseline: row.baseline.or(item.baseline),
        })
        .collect();
    let constants: Option<Vec<Decimal>> = gives.iter().map(|gives| constant(gives, if_missing)).collect();
    match constants {
        Some(constants) => {
            let outcome = |row: &u16| {
                let found = constants.get(usize::from(*row)).zip(rows.get(usize::from(*row)));
                let (points, row) = found.unwrap_or((&Decimal::ZERO, &NOTHING));
                outcome(item, *points, *row, by)
            };
            Body::LookUp(index, row_of.iter().map(outcome).collect())
        }
        None => Body::Rows(Rows { choice: Choice { index, row_of, gives }, rows, if_missing }),
    }
}

/// What a record gives that no row fits, which only one that is set aside can be.
const NOTHING: RowPlan = RowPlan { not_scored: false, reason: None, baseline: None };

/// Points that are the same for all.
fn constant(number: &Number, if_missing: Decimal) -> Option<Decimal> {
    match number {
        Number::Constant(Some(units)) => Decimal::from_units(*units),
        Number::Constant(None) => Some(if_missing),
        Number::Field(_)
        | Number::ByClass(..)
        | Number::Register(_)
        | Number::Negate(_)
        | Number::Arithmetic(..)
        | Number::Otherwise(..)
        | Number::Extreme(..)
        | Number::Abs(_)
        | Number::Round(..)
        | Number::Between(..)
        | Number::OfTruth(_)
        | Number::Table(_)
        | Number::Call(..)
        | Number::Aggregate(_)
        | Number::Previous
        | Number::Score
        | Number::Points(_)
        | Number::Influence(_)
        | Number::Decision(_) => None,
    }
}

fn formula_body<'p>(
    compiler: &mut Compiler<'p>,
    item: &Item,
    formula: &'p Formula,
    scope: Scope,
    by: RankedBy,
) -> Body {
    let when = formula.when.as_ref().map(|when| compiler.truth(when, scope));
    let points = compiler.number(&formula.points, scope);
    let if_missing = formula.if_missing.unwrap_or_default();
    let row = RowPlan { not_scored: false, reason: item.reason, baseline: item.baseline };
    let gives = |points: Decimal| outcome(item, points, row, by);
    let of_truth = |given: Decimal, truth: u8| match truth {
        NO => gives(Decimal::ZERO),
        YES => gives(given),
        _ => gives(if_missing),
    };
    match (constant(&points, if_missing), when, points) {
        (Some(given), None | Some(Truth::Constant(YES)), _) => {
            Body::LookUp(Index::Constant, vec![gives(given)])
        }
        (Some(given), Some(Truth::Constant(truth)), _) => {
            Body::LookUp(Index::Constant, vec![of_truth(given, truth)])
        }
        (Some(given), Some(Truth::ByClass(slot, of)), _) => {
            let index = Index::Slot(slot, of.len());
            Body::LookUp(index, of.into_iter().map(|truth| of_truth(given, truth)).collect())
        }
        (Some(given), Some(when), _) => {
            let outcomes = [NO, UNDECIDED, YES].map(|truth| of_truth(given, truth));
            Body::LookUp(Index::Truth(Box::new(when)), outcomes.to_vec())
        }
        (None, None, Number::ByClass(slot, of)) => by_class(slot, &of, if_missing, gives),
        (None, when, points) => Body::Formula(FormulaPlan { when, points, if_missing }),
    }
}

fn by_class(
    slot: Slot,
    of: &[Option<i128>],
    if_missing: Decimal,
    gives: impl Fn(Decimal) -> Outcome,
) -> Body {
    let points = |value: &Option<i128>| value.and_then(Decimal::from_units).unwrap_or(if_missing);
    Body::LookUp(Index::Slot(slot, of.len()), of.iter().map(|value| gives(points(value))).collect())
}

/// What points come to after weight and limits, and what they count under a reason.
fn outcome(item: &Item, points: Decimal, row: RowPlan, by: RankedBy) -> Outcome {
    let weighted = item.weight.map_or(Some(points), |weight| points.checked_mul(weight));
    let points = weighted.map(|points| item.limits.map_or(points, |(low, high)| points.max(low).min(high)));
    let distance = |from: Decimal, to: Decimal| from.checked_sub(to);
    let loss = match by {
        RankedBy::PointsLost => row.reason.map(|reason| {
            let lost = points.and_then(|points| distance(item.reference, points));
            (reason, lost.map(|lost| lost.max(Decimal::ZERO)))
        }),
        RankedBy::BelowBaseline => row
            .reason
            .zip(row.baseline)
            .map(|(reason, baseline)| (reason, points.and_then(|points| distance(baseline, points)))),
        RankedBy::AboveBaseline => row
            .reason
            .zip(row.baseline)
            .map(|(reason, baseline)| (reason, points.and_then(|points| distance(points, baseline)))),
    };
    Outcome { points, not_scored: row.not_scored, loss }
}
