//! An engine that reloads by itself.

use super::{Changes, Engine, Reload, Stopper, WatchError, Watching};
use std::thread::{self, JoinHandle};

/// Reloads an engine at every change of its files, until it is dropped.
#[derive(Debug)]
#[must_use = "the engine reloads by itself only as long as this is kept"]
pub struct Watcher {
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    pub(super) fn start(
        engine: Engine,
        watching: Watching,
        mut tell: impl FnMut(&Reload) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let mut changes = Changes::of(&engine.intake(), watching);
        let stopper = changes.stopper();
        let watch = move || {
            // What was changed since the engine was opened. That nothing was is no news.
            engine.keep_up(&mut changes, |reload| {
                if !matches!(reload, Reload::Unchanged(_)) {
                    tell(&reload);
                }
            });
            while changes.wait().is_some() {
                engine.keep_up(&mut changes, |reload| tell(&reload));
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
