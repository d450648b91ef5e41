//! The decoder of Parquet is another's, and panics on some damaged files: that is the file's fault, and becomes an error.

use super::error::Cause;
use parquet::errors::ParquetError;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DECODING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is decoding a file: a panic is then an error of that file, which is told elsewhere.
pub fn is_decoding() -> bool {
    DECODING.get()
}

/// Decodes. What a panic leaves behind must not be used again.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, Cause>) -> Result<T, Cause> {
    let before = DECODING.replace(true);
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    DECODING.set(before);
    decoded.unwrap_or_else(|panic| {
        let what = panic.downcast_ref::<&str>().copied();
        let what = what.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        Err(ParquetError::General(format!("its decoder gave up: {what}")).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let told = guarded::<()>(|| panic!("{} of a page", "the end")).unwrap_err().to_string();
        assert_eq!(
            told,
            "it is damaged, or no Parquet file: Parquet error: its decoder gave up: the end of a page"
        );
        assert!(!is_decoding());
        assert!(guarded(|| Ok(is_decoding())).unwrap());
    }
}
