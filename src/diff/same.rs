//! Whether two policies are the same but for their words.

use crate::policy::Policy;

/// Whether two policies of one day mean the same to every record, in whatever words they are written. What stands for a
/// missing value is no word: `lint::same_meaning` leaves it out, where the checker has found that nobody needs it.
#[must_use]
pub(super) fn same_meaning(a: &Policy, b: &Policy) -> bool {
    a.without_words() == b.without_words()
}
