//! Words for those who wait: said on a terminal where something takes longer than a moment.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long nothing is said.
const MOMENT: Duration = Duration::from_secs(1);

/// Says something once a moment has passed, unless it is dropped before.
pub(super) struct Patience {
    ended: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Patience {
    /// Begins to wait.
    pub(super) fn saying(words: String) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { ended: None, thread: None };
        }
        let (ended, end) = channel::<()>();
        let thread = std::thread::spawn(move || {
            if end.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
                // Words that cannot be said are no loss.
                drop(writeln!(anstream::stderr(), "{words}"));
            }
        });
        Self { ended: Some(ended), thread: Some(thread) }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
