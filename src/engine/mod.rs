//! Policies that are kept ready to score while their files change: [`Engine`].
//!
//! The files of a pack are read, checked and put in force all at once, or not at all: then the last good ones stay in
//! force, and why is said. Whoever scores holds a [`Snapshot`], which never changes.

mod changes;
mod places;
mod reload;
mod snapshot;
mod watcher;

pub use changes::{Changes, Noticed, Stopper, WatchError, Watching};
pub use reload::{Refusal, Reload, Report};
pub use snapshot::{Ready, Snapshot};
pub use watcher::Watcher;

use crate::date::Date;
use crate::project::Intake;
use arc_swap::ArcSwap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A pack, or a policy's file, that is kept ready to score. Clones are handles of the same engine; any number of threads
/// may score while it reloads.
///
/// ```
/// use glassbox::engine::{Engine, Options, Reload};
/// use glassbox::date::Date;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("loan.score");
/// let policy = |points: &str| format!(r#"
/// policy loan "Who gets a loan" {{
///   scores  person
///   start   50
/// }}
///
/// record person {{
///   id   text  key
///   age  integer 18 to 120
/// }}
///
/// characteristic age "Age" {{
///   | age        | points   |
///   | under 25   |        0 |
///   | 25 or more | {points} |
/// }}
/// "#);
/// std::fs::write(&path, policy("+20"))?;
/// let today = Date::parse("2026-01-31").unwrap();
/// let engine = Engine::open(&path, Options::on(today))?;
///
/// // A request takes a snapshot and keeps it, whatever is saved meanwhile.
/// let snapshot = engine.snapshot();
/// let score = |scorer: &glassbox::Scorer| -> Result<String, Box<dyn std::error::Error>> {
///     let mut record = scorer.record();
///     record.set_named("age", 40)?;
///     Ok(scorer.score(&record)?.score.unwrap().to_string())
/// };
/// assert_eq!(score(snapshot.scorer())?, "70");
///
/// // A good save is put in force,
/// std::fs::write(&path, policy("+30"))?;
/// assert!(matches!(engine.reload(), Reload::Swapped { .. }));
/// assert_eq!(score(engine.snapshot().scorer())?, "80");
/// assert_eq!(score(snapshot.scorer())?, "70");
///
/// // and a bad one is not: the last good one stays.
/// std::fs::write(&path, policy("+3O"))?;
/// let Reload::Rejected { refusal, .. } = engine.reload() else { panic!("it is wrong") };
/// assert!(refusal.to_string().contains("loan.score:15"));
/// assert_eq!(score(engine.snapshot().scorer())?, "80");
///
/// // `Engine::watch` does this by itself at every save, until its handle is dropped.
/// let watcher = engine.watch(Default::default(), |reload| println!("{reload}"))?;
/// # drop(watcher);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What an engine is told beside its path.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day that policies are in force on, where neither `as_of` nor their manifest names one. Nothing below the caller
    /// reads a clock; see [`Engine::reload_on`].
    pub today: Date,
    /// The day, whatever the manifest says.
    pub as_of: Option<Date>,
    /// Values of parameters, by name, that go before the manifest's.
    pub set: Vec<(String, String)>,
    /// Data files by the name of their record or link, that go before the manifest's.
    pub data: Vec<(String, PathBuf)>,
    /// How long files must stay as they were read before they are believed.
    pub settle: Duration,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    current: ArcSwap<Snapshot>,
    /// Held by whoever reloads.
    reading: Mutex<Reading>,
}

/// What is known of the last reading, good or bad.
#[derive(Debug)]
struct Reading {
    options: Options,
    intake: Intake,
}

/// How long files may keep changing while they are read, before that is said.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long data may keep changing before a policy is put in force all the same: it does not come from them.
const DATA_PATIENCE: Duration = Duration::from_millis(500);

impl Options {
    /// Policies as they are in force on a day, unless their manifest names another.
    #[must_use]
    pub fn on(today: Date) -> Self {
        let settle = Duration::from_millis(10);
        Self { today, as_of: None, set: Vec::new(), data: Vec::new(), settle }
    }
}

impl Engine {
    /// Opens a pack with all its policies, or the policy of a file.
    ///
    /// # Errors
    ///
    /// Why there is nothing to put in force.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Refusal> {
        let path = path.as_ref().to_owned();
        let (intake, read) = settled(&path, &options);
        let current = ArcSwap::from_pointee(read?);
        let reading = Mutex::new(Reading { options, intake });
        Ok(Self { inner: Arc::new(Inner { path, current, reading }) })
    }

    /// What is in force now. It stays as it is for whoever holds it.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.current.load_full()
    }

    /// Reads the files again. Where they are good they are in force when this returns.
    pub fn reload(&self) -> Reload {
        self.read_again(&mut self.reading())
    }

    /// As [`Engine::reload`], with another day for policies whose manifest names none: a day ends for a service too.
    pub fn reload_on(&self, today: Date) -> Reload {
        self.set_today(today);
        self.reload()
    }

    /// The day, from the next reload on, of policies whose manifest names none.
    pub fn set_today(&self, today: Date) {
        self.reading().options.today = today;
    }

    /// Reloads at every change of the files, on a thread of its own, until the handle is dropped. `tell` is called after each
    /// reload, also where nothing came of it.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    pub fn watch(
        &self,
        watching: Watching,
        tell: impl FnMut(&Reload) + Send + 'static,
    ) -> Result<Watcher, WatchError> {
        Watcher::start(self.clone(), watching, tell)
    }

    /// Reloads, and has `changes` follow the files that were read, until nothing changed in between. `tell` is called for
    /// each reload.
    pub fn keep_up(&self, changes: &mut Changes, mut tell: impl FnMut(Reload)) {
        loop {
            tell(self.reload());
            let intake = self.intake();
            // What was changed before somebody looked there would never be noticed.
            if !changes.follow(&intake) || intake.holds() {
                return;
            }
        }
    }

    /// The files that were looked at last, whether they were good or not.
    #[must_use]
    pub fn intake(&self) -> Intake {
        self.reading().intake.clone()
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.inner.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_again(&self, reading: &mut Reading) -> Reload {
        let old = self.snapshot();
        let (intake, read) = settled(&self.inner.path, &reading.options);
        reading.intake = intake;
        match read {
            Ok(new) if new.is_as(&old) => Reload::Unchanged(old),
            Ok(new) => {
                let new = Arc::new(new);
                self.inner.current.store(Arc::clone(&new));
                Reload::Swapped { old, new }
            }
            Err(refusal) => Reload::Rejected { kept: old, refusal: Box::new(refusal) },
        }
    }
}

/// Reads the files until they stay as they were read: what is half-written or half-swapped is not believed. They are checked
/// while they settle.
fn settled(path: &Path, options: &Options) -> (Intake, Result<Snapshot, Refusal>) {
    let began = Instant::now();
    loop {
        let (mut intake, opened) = snapshot::take_in(path);
        let taken = Instant::now();
        let read = Snapshot::of(path, opened, options, &mut intake);
        thread::sleep(options.settle.saturating_sub(taken.elapsed()));
        if intake.texts_hold() && (intake.data_hold() || began.elapsed() > DATA_PATIENCE) {
            let read = read.map(|snapshot| snapshot.with(&intake));
            return (intake.clone(), read.map_err(|refusal| refusal.with(intake)));
        }
        if began.elapsed() > PATIENCE {
            return (intake.clone(), Err(Refusal::unsettled(path, began.elapsed()).with(intake)));
        }
    }
}
