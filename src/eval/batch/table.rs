//! Tables become look-ups: from the classes of their columns to a row.

use super::class::Classes;
use super::compile::Compiler;
use super::fold::Shape;
use super::lane::{NO, UNDECIDED, YES};
use super::node::{Choice, Derived, Index, NO_ROW, Number, Slot};
use super::scope::Scope;
use crate::data::{Set, Type, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{CellTest, Table};

/// How many codes a look-up over several columns may have; past it the row is searched.
const DENSE: usize = 4096;

/// A column: its codes, and for each row which of them fit.
struct Column {
    index: Index,
    fits: Vec<Vec<bool>>,
}

impl<'p> Compiler<'p> {
    /// Codes that tell the row, and the row of each.
    pub(super) fn rows(&mut self, table: &'p Table, scope: Scope) -> (Index, Vec<u16>) {
        let mut columns = Vec::with_capacity(table.columns.len());
        for (at, column) in table.columns.iter().enumerate() {
            let cells: Vec<&CellTest> = table.rows.iter().filter_map(|row| row.cells.get(at)).collect();
            columns.push(self.column(&column.subject, column.kind, &cells, scope));
        }
        let rows = table.rows.len();
        let masks: Vec<Vec<Vec<u64>>> = columns.iter().map(|column| column.masks(rows)).collect();
        let count = columns.iter().try_fold(1_usize, |count, column| count.checked_mul(column.index.count()));
        match count {
            Some(count) if count <= DENSE || columns.len() == 1 => {
                let row_of = dense(&masks, rows);
                let mut indices = columns.into_iter().map(|column| column.index);
                let index = match (indices.next(), indices.len()) {
                    (None, _) => Index::Constant,
                    (Some(only), 0) => only,
                    (Some(first), _) => Index::Mixed(
                        std::iter::once(first)
                            .chain(indices)
                            .map(|index| (index.count(), index))
                            .map(|(n, i)| (i, n))
                            .collect(),
                    ),
                };
                (index, row_of)
            }
            Some(_) | None => {
                let columns = columns.into_iter().map(|column| column.index).zip(masks).collect();
                let row_of = (0..rows).map(|row| u16::try_from(row).unwrap_or(NO_ROW)).chain([NO_ROW]);
                (Index::Search { columns, rows }, row_of.collect())
            }
        }
    }

    fn column(
        &mut self,
        subject: &'p crate::policy::Expr,
        kind: Type,
        cells: &[&CellTest],
        scope: Scope,
    ) -> Column {
        if let Some((field, plan)) = scope.field(subject).and_then(|f| Some((f, self.program.fields.get(f)?)))
        {
            let index = Index::Slot(Slot::Field(field), plan.classes.count());
            return Column { index, fits: cells.iter().map(|cell| by_class(&plan.classes, cell)).collect() };
        }
        if scope.kind(self.policy, subject) == Type::YesNo {
            let truth = self.truth(subject, scope);
            let (index, codes) = match truth.shape() {
                Shape::Same(truth) => (Index::Constant, vec![truth]),
                Shape::ByClass(slot, of) => (Index::Slot(slot, of.len()), of),
                Shape::Other(truth) => (Index::Truth(Box::new(truth)), vec![NO, UNDECIDED, YES]),
            };
            let fits = |cell: &&CellTest| codes.iter().map(|code| cell.fits(&yes_no(*code))).collect();
            return Column { index, fits: cells.iter().map(fits).collect() };
        }
        let fits = |values: &[Option<i128>]| {
            let fits = |cell: &&CellTest| values.iter().map(|v| cell.fits(&value(*v, kind))).collect();
            cells.iter().map(fits).collect()
        };
        let number = self.number(subject, scope);
        if kind != Type::Text {
            match number.clone().shape() {
                Shape::Same(value) => return Column { index: Index::Constant, fits: fits(&[value]) },
                Shape::ByClass(slot, of) => {
                    return Column { index: Index::Slot(slot, of.len()), fits: fits(&of) };
                }
                Shape::Other(_) => {}
            }
        }
        if let Some((slot, classes)) = self.slot(subject, &number, scope) {
            let index = Index::Slot(slot, classes.count());
            return Column { index, fits: cells.iter().map(|cell| by_class(&classes, cell)).collect() };
        }
        let sets: Vec<Set> = cells.iter().map(|cell| cell.known.clone()).collect();
        match self.classes(kind, sets) {
            Some(classes) => {
                let fits = cells.iter().map(|cell| by_class(&classes, cell)).collect();
                Column { index: Index::Value(Box::new(Derived { value: number, classes })), fits }
            }
            None => {
                self.fall_back("a table asks for too many different values");
                Column { index: Index::Constant, fits: cells.iter().map(|_| vec![true]).collect() }
            }
        }
    }
}

/// Which classes fit a cell; bad ones never do.
fn by_class(classes: &Classes, cell: &CellTest) -> Vec<bool> {
    classes.within(&cell.known).into_iter().chain([cell.missing, false]).collect()
}

fn yes_no(truth: u8) -> Value {
    match truth {
        NO => Value::YesNo(false),
        YES => Value::YesNo(true),
        _ => super::super::expr::UNDECIDED,
    }
}

/// The value of a type that some units stand for. Not for texts.
pub(super) fn value(units: Option<i128>, kind: Type) -> Value {
    let known = units.and_then(|units| match kind {
        Type::Number | Type::Integer | Type::Money => Decimal::from_units(units).map(Value::Number),
        Type::Date => i32::try_from(units).ok().and_then(Date::from_days).map(Value::Date),
        Type::YesNo => Some(Value::YesNo(units == 1)),
        Type::Category(_) | Type::Tier => u32::try_from(units).ok().map(Value::Category),
        Type::Text => None,
    });
    known.unwrap_or(super::super::expr::UNDECIDED)
}

impl Column {
    /// For each code, the rows that fit as bits.
    fn masks(&self, rows: usize) -> Vec<Vec<u64>> {
        let mut masks = vec![vec![0_u64; rows.div_ceil(64).max(1)]; self.index.count()];
        for (row, fits) in self.fits.iter().enumerate() {
            for (mask, _) in masks.iter_mut().zip(fits).filter(|(_, fits)| **fits) {
                if let Some(word) = mask.get_mut(row / 64) {
                    *word |= 1 << (row % 64);
                }
            }
        }
        masks
    }
}

/// The first row that fits each combination of codes, the first column counting most.
fn dense(masks: &[Vec<Vec<u64>>], rows: usize) -> Vec<u16> {
    let all = vec![u64::MAX; rows.div_ceil(64).max(1)];
    let mut combined = vec![all];
    for column in masks {
        combined = combined
            .iter()
            .flat_map(|left| column.iter().map(|right| left.iter().zip(right).map(|(a, b)| a & b).collect()))
            .collect();
    }
    combined.iter().map(|mask| first_row(mask, rows)).collect()
}

fn first_row(mask: &[u64], rows: usize) -> u16 {
    let word = mask.iter().position(|word| *word != 0);
    let row = word.and_then(|at| Some(at * 64 + mask.get(at)?.trailing_zeros() as usize));
    row.filter(|row| *row < rows).and_then(|row| u16::try_from(row).ok()).unwrap_or(NO_ROW)
}

impl Choice {
    /// What it gives by class, where it follows from one class alone and every row gives the same to all.
    pub(super) fn by_class(&self) -> Option<Number> {
        let constants: Option<Vec<Option<i128>>> = self
            .gives
            .iter()
            .map(|gives| if let Number::Constant(value) = gives { Some(*value) } else { None })
            .collect();
        let constants = constants?;
        let given = |row: &u16| constants.get(usize::from(*row)).copied().flatten();
        match &self.index {
            Index::Constant => Some(Number::Constant(self.row_of.first().and_then(given))),
            Index::Slot(slot, _) => Some(Number::ByClass(*slot, self.row_of.iter().map(given).collect())),
            Index::Truth(truth) => {
                let [no, undecided, yes] = [0, 1, 2].map(|code| self.row_of.get(code).and_then(given));
                let same = (no, undecided, yes) == (Some(0), None, Some(1));
                same.then(|| Number::OfTruth(truth.clone()))
            }
            Index::Mixed(_) | Index::Search { .. } | Index::Value(_) => None,
        }
    }
}
