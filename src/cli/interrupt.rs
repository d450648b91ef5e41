//! Ctrl-C, and being asked to end: the run is stopped in good order, so that it leaves nothing behind.

use crate::run::Progress;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a command that was interrupted, as shells have it: 128 and the number of the signal.
pub(super) const INTERRUPTED: u8 = 130;

/// Calls what ends a command at Ctrl-C. At a second one the process ends at once.
pub(super) fn calls(end: impl Fn() + Send + 'static) {
    let was_asked = AtomicBool::new(false);
    let handler = move || {
        if was_asked.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
        end();
    };
    // Where the system has no such signals, Ctrl-C ends the process as it always did.
    drop(ctrlc::set_handler(handler));
}

/// Stops a run at Ctrl-C.
pub(super) fn stops(progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    calls(move || {
        progress.stop();
    });
}
