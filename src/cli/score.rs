//! `glassbox score`: the records of a pack through its policy.

use super::arguments::Run;
use super::destination::Destination;
use super::open::{Day, Opened, open};
use super::progress::{Bar, rate};
use super::report::DIM;
use super::summary::Summary;
use super::{Exit, Stop, interrupt, rejects};
use crate::output::{Form, Format};
use crate::policy::Policy;
use crate::run::{self, Failure, Finished, Progress};
use clap::Args;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

const EXAMPLES: &str = "\
Examples:
  glassbox score rules/german_credit
  glassbox score rules/german_credit --contributions --out scores.csv
  glassbox score rules/sesame/stated.score --as-of 2019-06-30 --format table
  glassbox score rules/payments --data person=people.csv --rejects rejected.ndjson
  glassbox score rules/payments --set late_penalty=-50 --quiet
  glassbox score benches/packs/s20 --data 'person=parts/*.parquet' --out scores.parquet
  zcat people.csv.gz | glassbox score rules/payments --data person=- > scores.csv

The scores go to stdout: the key, `score`, `tier`, `status`, the reasons, a column for each
decision. The summary goes to stderr. Records that break their schema are set aside, never
guessed at, and the exit code is then 3.

Records are read, scored and written in the order of the input, a batch at a time on each
thread, so that memory does not grow with their number. The scores are the same whatever
the number of threads and the size of the batches.";

/// Score records and say how it went
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Score {
    /// A pack (a folder with glassbox.toml) or one of its policies
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    #[command(flatten)]
    run: Run,

    /// The form of the scores [default: by the ending of FILE (.csv, .ndjson, .parquet), else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Write the scores to FILE (`-` is stdout), which is replaced only once all are written; .gz or .zst at the
    /// end packs a text
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write the records that were set aside, and why, to FILE (a JSON object a line)
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    /// Add a column `points_NAME` for each characteristic, rule and influence
    #[arg(long)]
    contributions: bool,

    /// How many threads work [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// How many records a thread works on at once
    #[arg(long, value_name = "N", default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    batch_size: u32,

    /// No summary, no progress and no warnings on stderr
    #[arg(long, short)]
    quiet: bool,
}

impl Score {
    /// Scores and writes.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let opened = open(&self.path, self.quiet)?;
        let day = opened.day(&self.run)?;
        let policy = opened.policy(day, &self.run)?;
        let form = self.form()?;
        let mut destination = Destination::open(self.out.as_deref())?;
        let mut list = rejects::List::new(self.rejects.as_deref())?;

        let started = Instant::now();
        let result = self.score(&opened, &policy, form, &mut destination, &mut list);
        let finished = match result {
            Ok(finished) => finished,
            Err(Failure::Output(error)) => return Err(destination.failed(error)),
            Err(Failure::Rejects(error)) => {
                return Err(Stop::writing(self.rejects.as_deref().unwrap_or(Path::new("-")), &error));
            }
            Err(Failure::Data(diagnostics)) => return Err(opened.unusable(diagnostics)),
            Err(Failure::Stopped) => return Err(Stop::Said(interrupt::INTERRUPTED)),
        };
        destination.finish()?;
        list.finish()?;
        if !self.quiet {
            self.say(&policy, day, &finished, &list, started.elapsed().as_secs_f64())?;
        }
        Ok(if list.is_empty() { Exit::Fine } else { Exit::SetAside })
    }

    fn form(&self) -> Result<Form, Stop> {
        let form = Form::of(self.format, self.out.as_deref()).map_err(|why| Stop::failure(why, None))?;
        let to_stdout = self.out.as_ref().is_none_or(|path| path == Path::new("-"));
        if form.format == Format::Parquet && to_stdout && std::io::stdout().is_terminal() {
            let help = "name a file: `--out scores.parquet`, or send it on: `| cat > scores.parquet`";
            return Err(Stop::failure("a terminal cannot show Parquet", Some(help.to_owned())));
        }
        Ok(form)
    }

    fn score(
        &self,
        opened: &Opened,
        policy: &Policy,
        form: Form,
        destination: &mut Destination,
        list: &mut rejects::List<'_>,
    ) -> Result<Finished, Failure> {
        let files = opened.data_files(policy, &self.run).map_err(Failure::Data)?;
        let progress = Arc::new(Progress::default());
        interrupt::stops(&progress);
        let bar = Bar::follow(Arc::clone(&progress), self.quiet);
        let run = run::Run {
            policy,
            files: &files,
            form,
            contributions: self.contributions,
            threads: self.threads.map_or_else(processors, usize::from),
            batch: self.batch_size as usize,
            progress: &progress,
        };
        let finished = run::score(&run, destination, list);
        drop(bar);
        finished
    }

    fn say(
        &self,
        policy: &Policy,
        day: Day,
        finished: &Finished,
        list: &rejects::List<'_>,
        seconds: f64,
    ) -> Result<(), Stop> {
        let mut stderr = anstream::stderr();
        let Finished { read, tally, notices } = finished;
        let set_aside = list.set_aside();
        Summary { policy, day, notices, read: *read, set_aside, tally }.say(&mut stderr)?;
        list.say(&mut stderr)?;
        // How long few records take says nothing.
        if *read >= MANY {
            writeln!(stderr, "\n{DIM}{}{DIM:#}", rate(*read, seconds))?;
        }
        Ok(())
    }
}

/// So many records make a run whose speed is told.
const MANY: u64 = 100_000;

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
