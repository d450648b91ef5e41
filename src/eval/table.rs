//! Which row of a table fits.

use super::Match;
use super::expr::{Scope, TooLarge};
use crate::policy::Table;

impl Scope<'_> {
    /// Every column's value, and the first row whose every cell fits.
    pub(super) fn look_up(&self, table: &Table) -> Result<Match, TooLarge> {
        let seen = table.columns.iter().map(|c| self.value(&c.subject)).collect::<Result<Vec<_>, _>>()?;
        let row = table
            .rows
            .iter()
            .position(|row| row.cells.iter().zip(&seen).all(|(cell, value)| cell.fits(value)));
        debug_assert!(row.is_some(), "the checker has proved that a row fits");
        Ok(Match { seen, row })
    }
}
