//! The command line: one file a command, and what they share.
//!
//! Data goes to stdout, words go to stderr. Exit codes: 0 fine, 1 the policy is wrong, a case differs, a limit is broken or a
//! clause is refuted, 2 the command or a file cannot be used, 3 records were set aside, 4 a clause is undecided.

mod arguments;
mod audit;
mod baseline;
mod blame;
mod check;
mod clock;
mod coverage;
mod destination;
mod diff;
mod explain;
mod explain_error;
mod fields;
mod findings;
mod fmt;
mod gaming;
mod given;
mod histogram;
mod interrupt;
mod junit;
mod measure;
mod moved;
mod new;
mod open;
mod page;
mod patience;
mod progress;
mod rejects;
mod report;
mod review;
mod score;
mod snapshot;
mod stop;
mod summary;
mod synth;
mod test;
mod testdata;
mod unified;
mod verdict;
mod watch;

use crate::data::is_decoding;
use arguments::Arguments;
use clap::Parser;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use stop::Stop;

/// How a command that ran to its end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// All is well.
    Fine,
    /// The policy has mistakes, a case differs, or a limit is broken.
    Wrong,
    /// It ran, and records were set aside.
    SetAside,
    /// A question has neither a proof nor records that refute it.
    Undecided,
}

/// The exit code for what cannot be used: a wrong command, an unreadable file, our own bug.
const UNUSABLE: u8 = 2;

/// Runs the command line of this process and says how it went.
#[must_use]
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // A damaged file is no bug of ours.
        if !is_decoding() {
            drop(say_bug(panic));
        }
    }));
    let arguments = Arguments::parse();
    arguments.color.apply();
    // The commands own all they touch; nothing is looked at again after a panic.
    let ended = catch_unwind(AssertUnwindSafe(|| run_command(&arguments.command)));
    match ended {
        Err(_) => ExitCode::from(UNUSABLE),
        Ok(Ok(Exit::Fine) | Err(Stop::ClosedPipe)) => ExitCode::SUCCESS,
        Ok(Ok(Exit::Wrong)) => ExitCode::from(1),
        Ok(Ok(Exit::SetAside)) => ExitCode::from(3),
        Ok(Ok(Exit::Undecided)) => ExitCode::from(4),
        Ok(Err(stop)) => ExitCode::from(stop.say()),
    }
}

fn run_command(command: &arguments::Command) -> Result<Exit, Stop> {
    match command {
        arguments::Command::New(new) => new.run(),
        arguments::Command::Check(check) => check.run(),
        arguments::Command::Audit(audit) => audit.run(),
        arguments::Command::Fields(fields) => fields.run(),
        arguments::Command::Score(score) => score.run(),
        arguments::Command::Explain(explain) => explain.run(),
        arguments::Command::Test(test) => test.run(),
        arguments::Command::Testdata(testdata) => testdata.run(),
        arguments::Command::Snapshot(snapshot) => snapshot.run(),
        arguments::Command::Review(review) => review.run(),
        arguments::Command::Watch(watch) => watch.run(),
        arguments::Command::Diff(diff) => diff.run(),
        arguments::Command::Fmt(fmt) => fmt.run(),
        arguments::Command::Measure(measure) => measure.run(),
        arguments::Command::Baseline(baseline) => baseline.run(),
        arguments::Command::Synth(synth) => synth.run(),
        arguments::Command::ExplainError(explain_error) => explain_error.run(),
    }
}

/// How wide lines may become: on a terminal as wide as it is, within reason.
fn width(to_stdout: bool) -> usize {
    const NARROW: usize = 60;
    const USUAL: usize = 100;
    const WIDE: usize = 140;
    let terminal = to_stdout.then(terminal_size::terminal_size).flatten();
    terminal.map_or(USUAL, |(width, _)| usize::from(width.0).clamp(NARROW, WIDE))
}

/// What is said of our own bug. A failure to say it changes nothing any more.
fn say_bug(panic: &std::panic::PanicHookInfo<'_>) -> std::io::Result<()> {
    let payload = panic.payload();
    let what =
        payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    let what = what.unwrap_or("no message");
    let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
    let mut stderr = anstream::stderr();
    writeln!(stderr, "glassbox has a bug: {what}{place}")?;
    writeln!(
        stderr,
        "nothing is wrong with what you did; please report it with the command and the policy:"
    )?;
    writeln!(stderr, "{}", concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
}
