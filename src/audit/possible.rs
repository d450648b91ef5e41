//! What a value can be: one of a set of known values, missing, or either.

use crate::data::Set;
use crate::policy::CellTest;

pub(super) use crate::cases::Possible;

/// Whether a test fits what a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// None of it.
    No,
    /// Some of it.
    Perhaps,
    /// All of it.
    Yes,
}

impl Possible {
    /// Missing, and nothing else.
    pub(super) fn nothing_known() -> Self {
        Self { known: Set::Codes(Vec::new()), missing: true }
    }

    /// Yes, no or missing.
    pub(super) fn truth_values(yes: bool, no: bool, missing: bool) -> Self {
        let codes = [(0, no), (1, yes)].into_iter().filter(|(_, can)| *can);
        Self { known: Set::Codes(codes.map(|(code, _)| code).collect()), missing }
    }

    /// Whether a cell of a table fits.
    pub(super) fn fits(&self, cell: &CellTest) -> Fit {
        let (known, missing) = (!self.known.is_empty(), self.missing);
        let some = (missing && cell.missing) || (known && !self.known.is_disjoint(&cell.known));
        let all = (!missing || cell.missing) && (!known || self.known.is_subset(&cell.known));
        match (some, all) {
            (false, _) => Fit::No,
            (true, false) => Fit::Perhaps,
            (true, true) => Fit::Yes,
        }
    }
}
