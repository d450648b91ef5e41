//! Changes of files, noticed once they are over: several events of one save are one change, and a file that is still being
//! written is waited for.
//!
//! Events come from the system (notify). Where it has none to give, and where the user says so, the files are looked at
//! every so often instead.

use super::places::Places;
use crate::project::Intake;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

/// Notices changes of files.
#[derive(Debug)]
pub struct Changes {
    how: How,
    /// Why files are looked at every so often although events were asked for.
    no_events: Option<String>,
    inbox: Receiver<Message>,
    outbox: Sender<Message>,
    intake: Intake,
    places: Places,
    /// The folders that events come from, and which folder each of them was.
    armed: BTreeMap<PathBuf, Identity>,
    /// Files that somebody has written to and not closed yet.
    writing: BTreeSet<PathBuf>,
}

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watching {
    /// By the events of the system; where there are none, by looking twice a second.
    #[default]
    Events,
    /// By looking every so often: for file systems of other computers, of whose changes the system is not told.
    Every(Duration),
}

/// A change that is over.
#[derive(Debug, Clone, Copy)]
pub struct Noticed {
    /// When it began, as far as this process was told.
    pub at: Instant,
}

/// Ends the waiting for changes, from another thread.
#[derive(Debug, Clone)]
pub struct Stopper(Sender<Message>);

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// No thread could be started.
    #[error("cannot start a thread that watches: {0}")]
    Thread(#[source] io::Error),
}

#[derive(Debug)]
enum How {
    Events(RecommendedWatcher),
    Every(Duration),
}

#[derive(Debug)]
enum Message {
    Event(notify::Result<Event>),
    Stop,
}

/// Which folder stands under a name: by its number, which one that is made later may be given again, and by when it was made.
type Identity = (u64, u64, Option<SystemTime>);

/// Without any event for so long, a change is over.
const QUIET: Duration = Duration::from_millis(20);
/// Events that go on longer than this are looked at as they stand.
const BOUND: Duration = Duration::from_millis(500);
/// A file that is open and was written to is waited for so long after its last change,
const PATIENCE: Duration = Duration::from_secs(2);
/// and so long at most.
const MOST: Duration = Duration::from_secs(10);
/// How often files are looked at where there are no events.
const INSTEAD: Duration = Duration::from_millis(500);

impl Changes {
    /// Begins to notice changes of files.
    #[must_use]
    pub fn of(intake: &Intake, watching: Watching) -> Self {
        let (outbox, inbox) = channel();
        let (how, no_events) = match watching {
            Watching::Every(pause) => (How::Every(pause), None),
            Watching::Events => {
                let events = outbox.clone();
                // Nobody waits any more where it cannot be sent.
                match notify::recommended_watcher(move |event| drop(events.send(Message::Event(event)))) {
                    Ok(watcher) => (How::Events(watcher), None),
                    Err(error) => (How::Every(INSTEAD), Some(error.to_string())),
                }
            }
        };
        let mut changes = Self {
            how,
            no_events,
            inbox,
            outbox,
            intake: Intake::new(),
            places: Places::default(),
            armed: BTreeMap::new(),
            writing: BTreeSet::new(),
        };
        changes.follow(intake);
        changes
    }

    /// Why files are looked at every so often although events were asked for.
    #[must_use]
    pub fn without_events(&self) -> Option<&str> {
        self.no_events.as_deref()
    }

    /// What ends the waiting.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.outbox.clone())
    }

    /// Looks after these files from now on. Whether folders were added that nobody looked at before: what was changed in
    /// them until now was not noticed.
    pub fn follow(&mut self, intake: &Intake) -> bool {
        self.intake = intake.clone();
        self.places = Places::of(intake);
        let How::Events(watcher) = &mut self.how else { return false };
        let wanted: BTreeMap<PathBuf, Identity> =
            self.places.folders().filter_map(|folder| Some((folder.to_owned(), identity(folder)?))).collect();
        let mut added = false;
        for (folder, was) in std::mem::take(&mut self.armed) {
            match wanted.get(&folder) {
                Some(is) if *is == was => drop(self.armed.insert(folder, was)),
                // It is gone already where the folder is.
                Some(_) | None => drop(watcher.unwatch(&folder)),
            }
        }
        for (folder, identity) in wanted {
            if self.armed.contains_key(&folder) {
                continue;
            }
            added = true;
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.armed.insert(folder, identity)),
                // It has just gone, which its own folder tells of.
                Err(_) if !folder.exists() => {}
                Err(error) => {
                    self.no_events = Some(error.to_string());
                    self.how = How::Every(INSTEAD);
                    return false;
                }
            }
        }
        added
    }

    /// Waits until something has changed and the change is over; `None` where it was stopped.
    pub fn wait(&mut self) -> Option<Noticed> {
        match self.how {
            How::Every(pause) => self.wait_by_looking(pause),
            How::Events(_) => self.wait_for_events(),
        }
    }

    fn wait_for_events(&mut self) -> Option<Noticed> {
        let mut seen: Option<(Instant, Instant)> = None;
        loop {
            let message = match seen.map(|(first, last)| self.over_at(first, last)) {
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(over) => {
                    let left = over.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        Err(RecvTimeoutError::Timeout)
                    } else {
                        self.inbox.recv_timeout(left)
                    }
                }
            };
            match message {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    // Who has not closed a file by now is not waited for again.
                    self.writing.clear();
                    return seen.map(|(at, _)| Noticed { at });
                }
                Ok(Message::Event(event)) => {
                    if self.concerns(event) {
                        let now = Instant::now();
                        seen = Some((seen.map_or(now, |(first, _)| first), now));
                    }
                }
            }
        }
    }

    /// When a change is over if nothing else happens.
    fn over_at(&self, first: Instant, last: Instant) -> Instant {
        match self.writing.is_empty() {
            true => (last + QUIET).min(first + BOUND),
            false => (last + PATIENCE).min(first + MOST),
        }
    }

    /// Whether an event tells of a change of the files. Who writes to which of them is noted.
    fn concerns(&mut self, event: notify::Result<Event>) -> bool {
        // What went wrong may have been an event.
        let Ok(event) = event else { return true };
        if event.need_rescan() {
            return true;
        }
        if matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
            // No events come from a folder that has gone, whatever stands in its place by now.
            for path in &event.paths {
                self.armed.remove(path);
            }
        }
        let mut concerns = false;
        for path in event.paths.iter().filter(|path| self.places.concern(path)) {
            concerns |= match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => self.writing.remove(path),
                // To be read changes nothing.
                EventKind::Access(_) => false,
                EventKind::Modify(ModifyKind::Data(_)) => {
                    // Only Linux tells when a file is closed.
                    if cfg!(target_os = "linux") {
                        self.writing.insert(path.clone());
                    }
                    true
                }
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
                    self.writing.remove(path);
                    true
                }
                EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Other => true,
            };
        }
        concerns
    }

    /// Looks every so often; a change is over when two looks see the same, or when it has gone on for long.
    fn wait_by_looking(&mut self, pause: Duration) -> Option<Noticed> {
        let mut at: Option<Instant> = None;
        loop {
            let pause = if at.is_some() { pause.min(QUIET) } else { pause };
            match self.inbox.recv_timeout(pause) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
                Ok(Message::Event(_)) | Err(RecvTimeoutError::Timeout) => {}
            }
            let holds = self.intake.holds();
            if let Some(at) = at.filter(|at| holds || at.elapsed() > BOUND) {
                return Some(Noticed { at });
            }
            if !holds {
                at.get_or_insert_with(Instant::now);
                self.intake = self.intake.again();
            }
        }
    }
}

impl Stopper {
    /// Ends the waiting.
    pub fn stop(&self) {
        // Nobody waits any more where it cannot be sent.
        drop(self.0.send(Message::Stop));
    }
}

#[cfg(unix)]
fn identity(folder: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let about = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    Some((about.dev(), about.ino(), about.created().ok()))
}

#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<Identity> {
    let about = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    Some((0, 0, about.created().ok()))
}
