//! `glassbox watch`: at each save of a policy, what that did.

mod account;
mod json;
mod session;
mod text;

use super::arguments::Run;
use super::{Exit, Stop, UNUSABLE, clock, interrupt};
use crate::diagnostic::Code;
use crate::engine::{Changes, Engine, Noticed, Options, Refusal, Reload, Stopper, Watching};
use account::{Account, Command};
use clap::{Args, ValueEnum};
use session::Session;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "\
Examples:
  glassbox watch rules/payments                      then edit and save in another window
  glassbox watch loan.score --data applicant=people.csv
  glassbox watch rules/payments --on-change 'glassbox score rules/payments --quiet --out scores.csv'
  glassbox watch rules/payments --once && git commit -a
  glassbox watch rules/city --format json            an event a line, for programs

At each save of a policy, of a file that it uses, of glassbox.toml or of the data: what is wrong, as
`glassbox check` says it; or else, against the sample data and the version before, how many scores
moved and how far, who is given another answer, benefit, penalty or reason, which tiers gained and
lost, the records that moved most with the line that moved them, and the cases that differ now.
Ctrl-C ends it.";

/// Say at each save of a policy what that did
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Watch {
    /// A pack (all policies its glassbox.toml names) or one policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    #[command(flatten)]
    run: Run,

    /// The form of what is said: for people, redrawn on a terminal and line by line elsewhere; or a JSON object an event
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Wait for one change, say what it did, and end: with 0 if all is well, 1 if the policy is wrong, a case differs, or
    /// COMMAND fails
    #[arg(long)]
    once: bool,

    /// Run COMMAND by the shell after each good change whose cases hold, and say how it ended
    #[arg(long, value_name = "COMMAND")]
    on_change: Option<String>,

    /// Look at the files every MS milliseconds [500], where the system does not tell of changes (as on network drives)
    #[arg(long, value_name = "MS", num_args = 0..=1, require_equals = true, default_missing_value = "500",
          value_parser = clap::value_parser!(u64).range(10..=3_600_000))]
    poll: Option<u64>,
}

/// The form of what is said. (The values have no comments, so that help shows them on one line.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// What there is to say: how the first look went, or what a change did.
enum News<'n> {
    /// The first look at policies that are good.
    Ready { accounts: &'n [Account], files: Files },
    /// A save that is good.
    Changed { accounts: &'n [Account] },
    /// A save that says what was said before.
    Unchanged { hash: &'n Arc<str> },
    /// A save that is not good; the hash of what stays in force, if anything is.
    Refused { refusal: &'n Refusal, kept: Option<&'n Arc<str>> },
    /// The command after a change.
    Ran(&'n Command),
}

/// How many files are watched, and how.
#[derive(Debug, Clone, Copy)]
struct Files {
    texts: usize,
    data: usize,
}

/// Who is told.
enum View {
    Human(text::Page),
    Json,
}

impl View {
    fn tell(&mut self, news: &News<'_>, took: Duration) -> Result<(), Stop> {
        match self {
            Self::Human(page) => Ok(page.tell(news, took)?),
            Self::Json => Ok(json::tell(news, took)?),
        }
    }
}

/// What comes of the last change, for the exit code of `--once`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Went {
    /// Nothing has changed.
    Nothing,
    Well,
    Wrong,
}

impl Watch {
    /// Watches until it is stopped, or has seen one change.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut view = match self.format {
            Format::Human => View::Human(text::Page::new(std::io::stdout().is_terminal())),
            Format::Json => View::Json,
        };
        let options = self.options()?;
        let began = Instant::now();
        let mut opened = Engine::open(&self.path, options.clone());
        let intake = match &opened {
            Ok(engine) => engine.intake(),
            Err(refusal) if is_not_there(refusal) => return Err(unusable(refusal)),
            Err(refusal) if self.is_set_wrongly(refusal) => return Err(unusable(refusal)),
            Err(refusal) => refusal.intake().clone(),
        };
        let mut changes = Changes::of(&intake, self.watching());
        self.stop_at_interrupt(changes.stopper());
        if let Some(why) = changes.without_events() {
            super::report::warn(&format!(
                "the system tells of no changes ({why}): looking twice a second instead"
            ))?;
        }
        let mut session = Session::default();
        let mut noticed = Noticed { at: began };
        let mut is_first = true;
        // What cannot be put in force yet is waited for.
        let engine = loop {
            match opened {
                Ok(engine) => break engine,
                Err(refusal) => {
                    view.tell(&News::Refused { refusal: &refusal, kept: None }, noticed.at.elapsed())?;
                    if self.once && !is_first {
                        return Ok(Exit::Wrong);
                    }
                    is_first = false;
                    changes.follow(refusal.intake());
                    if refusal.intake().holds() {
                        let Some(next) = changes.wait() else { return self.stopped() };
                        noticed = next;
                    }
                    opened = Engine::open(&self.path, options.clone());
                }
            }
        };
        let snapshot = engine.snapshot();
        let accounts = session.account(&snapshot);
        let files = Files::of(&snapshot);
        // Before it is said: whoever hears that it is ready may change the data at once.
        session.prepare();
        view.tell(&News::Ready { accounts: &accounts, files }, noticed.at.elapsed())?;
        if !is_first {
            let went = self.react(&session, noticed, &mut view)?;
            if self.once {
                return Ok(if went == Went::Well { Exit::Fine } else { Exit::Wrong });
            }
        }
        self.keep_watching(&engine, &mut changes, &mut session, &mut view)
    }

    fn keep_watching(
        &self,
        engine: &Engine,
        changes: &mut Changes,
        session: &mut Session,
        view: &mut View,
    ) -> Result<Exit, Stop> {
        // What was saved while the first look was taken.
        let mut noticed = Noticed { at: Instant::now() };
        let mut was_refused = false;
        let mut is_first = true;
        loop {
            // Midnight may have passed since.
            clock::today().into_iter().for_each(|today| engine.set_today(today));
            let mut went = Ok(Went::Nothing);
            engine.keep_up(changes, |reload| {
                let quiet = is_first && matches!(reload, Reload::Unchanged(_));
                if went.is_ok() && !quiet {
                    match self.tell(&reload, noticed, session, view, &mut was_refused) {
                        Ok(Went::Nothing) => {}
                        told => went = told,
                    }
                }
            });
            is_first = false;
            match went? {
                Went::Wrong if self.once => return Ok(Exit::Wrong),
                Went::Well if self.once => return Ok(Exit::Fine),
                Went::Nothing | Went::Well | Went::Wrong => {}
            }
            session.prepare();
            match changes.wait() {
                Some(next) => noticed = next,
                None => return self.stopped(),
            }
        }
    }

    /// Tells what a reload came to.
    fn tell(
        &self,
        reload: &Reload,
        noticed: Noticed,
        session: &mut Session,
        view: &mut View,
        was_refused: &mut bool,
    ) -> Result<Went, Stop> {
        match reload {
            Reload::Rejected { kept, refusal } => {
                *was_refused = true;
                view.tell(&News::Refused { refusal, kept: Some(kept.hash()) }, noticed.at.elapsed())?;
                Ok(Went::Wrong)
            }
            Reload::Unchanged(snapshot) => {
                let mended = std::mem::take(was_refused);
                view.tell(&News::Unchanged { hash: snapshot.hash() }, noticed.at.elapsed())?;
                Ok(if mended { session.went() } else { Went::Nothing })
            }
            Reload::Swapped { new, .. } => {
                *was_refused = false;
                let accounts = session.account(new);
                view.tell(&News::Changed { accounts: &accounts }, noticed.at.elapsed())?;
                self.react(session, noticed, view)
            }
        }
    }

    /// Runs the command after a change that is well, if one is given, and says how it all went.
    fn react(&self, session: &Session, noticed: Noticed, view: &mut View) -> Result<Went, Stop> {
        let Some(line) = self.on_change.as_ref().filter(|_| session.went() == Went::Well) else {
            return Ok(session.went());
        };
        let ran = Command::run(line, self.format == Format::Json);
        view.tell(&News::Ran(&ran), noticed.at.elapsed())?;
        Ok(if ran.is_well() { Went::Well } else { Went::Wrong })
    }

    /// Whether a parameter of `--set` is refused by a policy that is good: no save mends that.
    fn is_set_wrongly(&self, refusal: &Refusal) -> bool {
        let all = refusal.reports().iter().flat_map(|report| &report.diagnostics);
        let mut errors = all.filter(|diagnostic| diagnostic.is_error()).peekable();
        let names: Vec<String> = self.run.set.iter().map(|(name, _)| format!("`{name}`")).collect();
        let is_of_set = |message: &str| names.iter().any(|name| message.starts_with(name.as_str()));
        errors.peek().is_some() && errors.all(|error| error.code == Code::E0406 && is_of_set(&error.message))
    }

    fn options(&self) -> Result<Options, Stop> {
        let Run { as_of, data, set } = &self.run;
        if data.iter().any(|(_, path)| path == Path::new("-")) && std::io::stdin().is_terminal() {
            return Err(Stop::failure(
                "data from the keyboard cannot be read again at each change",
                Some("name a file".to_owned()),
            ));
        }
        let today = clock::today().or(*as_of).ok_or_else(|| {
            Stop::failure("the system's clock has no usable date", Some("give `--as-of DATE`".into()))
        })?;
        Ok(Options { as_of: *as_of, set: set.clone(), data: data.clone(), ..Options::on(today) })
    }

    fn watching(&self) -> Watching {
        self.poll.map_or(Watching::Events, |pause| Watching::Every(Duration::from_millis(pause)))
    }

    fn stop_at_interrupt(&self, stopper: Stopper) {
        interrupt::calls(move || stopper.stop());
    }

    /// How it ends when it is stopped: that is how watching ends, but not waiting for one change.
    fn stopped(&self) -> Result<Exit, Stop> {
        if self.once { Err(Stop::Said(interrupt::INTERRUPTED)) } else { Ok(Exit::Fine) }
    }
}

impl Files {
    fn of(snapshot: &crate::engine::Snapshot) -> Self {
        let intake = snapshot.intake();
        Self { texts: intake.texts().count(), data: intake.data().count() }
    }
}

/// Whether there is nothing at the path that could be watched: the command is wrong, and not a policy.
fn is_not_there(refusal: &Refusal) -> bool {
    let mut all = refusal.reports().iter().flat_map(|report| &report.diagnostics);
    all.any(|diagnostic| diagnostic.code == Code::E0403 && diagnostic.place.is_none())
}

fn unusable(refusal: &Refusal) -> Stop {
    let report = refusal.reports().first();
    report.map_or(Stop::Said(UNUSABLE), |report| Stop::Diagnostics {
        sources: report.sources.clone(),
        diagnostics: report.diagnostics.clone(),
        exit: UNUSABLE,
    })
}

/// The shell's way to run a line.
fn shell(line: &str) -> process::Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = process::Command::new(shell);
    command.args([option, line]);
    command
}
