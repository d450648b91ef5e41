//! A table's recipe, and its rows block by block.

use super::column::{Column, Kept};
use super::made::{Made, Source};
use super::rows::Rows;

/// The recipe of a table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The record kind or link, or `previous`.
    pub name: String,
    /// The name of its file, without ending.
    pub stem: String,
    pub(super) columns: Vec<Made>,
    pub(super) rows: Rows,
    /// The columns, each after the one that it is made from.
    order: Vec<usize>,
}

/// The rows of a block.
pub(super) struct Block {
    pub(super) rows: usize,
    pub(super) columns: Vec<Column>,
}

impl Table {
    pub(super) fn new(name: String, stem: String, mut columns: Vec<Made>, rows: Rows) -> Self {
        let decimals: Vec<u32> = columns.iter().map(|made| made.kept.decimals()).collect();
        for made in &mut columns {
            if let Source::Times(times) = &mut made.source {
                times.of_decimals = decimals.get(times.of).copied().unwrap_or(0);
            }
        }
        let order = order(&columns).unwrap_or_default();
        let stem = if stem.is_empty() { name.clone() } else { stem };
        Self { name, stem, columns, rows, order }
    }

    /// Whether columns are made from each other in a circle.
    pub(super) fn is_circular(&self) -> bool {
        self.order.len() < self.columns.len()
    }

    /// The rows of a block, the same whoever asks when.
    pub(super) fn block(&self, block: u64) -> Block {
        let numbers = self.rows.numbers(block);
        let mut made: Vec<Option<Column>> = self.columns.iter().map(|_| None).collect();
        for at in &self.order {
            let Some(recipe) = self.columns.get(*at) else { continue };
            let other = recipe.needs().and_then(|other| made.get(other)).and_then(Option::as_ref);
            let column = recipe.column(block, numbers.rows, &numbers.lists, other);
            if let Some(slot) = made.get_mut(*at) {
                *slot = Some(column);
            }
        }
        Block { rows: numbers.rows, columns: made.into_iter().flatten().collect() }
    }
}

/// The positions of columns, each after the one that it is made from; `None` where that goes in a circle.
fn order(columns: &[Made]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = Vec::with_capacity(columns.len());
    while order.len() < columns.len() {
        let next = columns.iter().enumerate().find(|(at, made)| {
            !order.contains(at) && made.needs().is_none_or(|other| order.contains(&other))
        });
        order.push(next?.0);
    }
    Some(order)
}

impl Kept {
    /// How many digits behind the point the smallest unit is.
    pub(super) fn decimals(&self) -> u32 {
        match self {
            Self::Short { decimals } | Self::Wide { decimals } => *decimals,
            Self::Int32 | Self::Int64 | Self::Date | Self::Truth | Self::Listed(_) | Self::Text => 0,
        }
    }
}
