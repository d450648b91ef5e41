//! An engine that reloads by itself.

use super::{Changes, Engine, Reload, Stopper, WatchError, Watching};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

/// Reloads an engine at every change of its files, until it is dropped.
#[derive(Debug)]
#[must_use = "the engine reloads by itself only as long as this is kept"]
pub struct Watcher {
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Whether it still reloads.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    pub(super) fn start(
        engine: Engine,
        watching: Watching,
        mut tell: impl FnMut(&Reload) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let mut changes = Changes::of(&engine.intake(), watching);
        let stopper = changes.stopper();
        let watch = move || {
            let mut round = |is_first: bool| {
                let tell = |reload: Reload| {
                    // That nothing was changed since the engine was opened is no news.
                    if !(is_first && matches!(reload, Reload::Unchanged(_))) {
                        tell(&reload);
                    }
                };
                // What a round leaves behind is whole: a snapshot is put in force at once, and what is read is read anew.
                // A panic, be it of who is told, was said where it happened; what is saved next is another round.
                let went = catch_unwind(AssertUnwindSafe(|| engine.keep_up(&mut changes, tell)));
                if went.is_err() {
                    let intake = engine.intake();
                    if changes.follow(&intake) && !intake.holds() {
                        return true;
                    }
                }
                changes.wait().is_some()
            };
            let mut is_first = true;
            while round(is_first) {
                is_first = false;
            }
        };
        let thread = thread::Builder::new().name("glassbox-watch".to_owned()).spawn(watch);
        let thread = thread.map_err(WatchError::Thread)?;
        Ok(Self { stopper, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stopper.stop();
        // Who is told may drop the watcher; the thread cannot wait for itself.
        if let Some(thread) = self.thread.take().filter(|it| it.thread().id() != thread::current().id()) {
            // That who was told panicked was said where it did.
            drop(thread.join());
        }
    }
}
