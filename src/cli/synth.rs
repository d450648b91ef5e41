//! `glassbox synth`: synthetic records from a policy's schema.

use super::open::{Opened, open};
use super::progress::{Bar, rate};
use super::report::{DIM, plural};
use super::{Exit, Stop, arguments, interrupt};
use crate::date::Date;
use crate::diagnostic::in_shell;
use crate::policy::Policy;
use crate::project::AtomicFile;
use crate::run::Progress;
use crate::synth::{Form, Previous, Recipe, SynthError, Table, Wish};
use clap::{Args, ValueEnum};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

const EXAMPLES: &str = "\
Examples:
  glassbox synth rules/payments --records 1000 --out made --format csv
  glassbox synth rules/payments --records 10_000_000 --seed 7 --out made

There is a file for each record kind and each link of the policy. All values lie in their
domains, so that every record can be scored. How they are spread, how many are missing, how
many child records and links there are: `[synth]` in glassbox.toml says it (see docs/data.md).
The same seed gives the same files, byte for byte, on any number of threads.

The command that scores the records goes to stderr.";

/// Make synthetic records of what a policy knows
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Synth {
    /// A pack (a folder with glassbox.toml) or one of its policies
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// How many records of the kind that is scored
    #[arg(long, value_name = "N", value_parser = count)]
    records: u64,

    /// Which of all possible ones: another number gives others
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// The folder for the files; others in it stay as they are
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// The form of the files
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    format: Format,

    /// The day up to which things happened [default: `as_of` in glassbox.toml, else the system's date]
    #[arg(long, value_name = "DATE", value_parser = arguments::date)]
    as_of: Option<Date>,

    /// How many threads [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Nothing on stderr but errors
    #[arg(long, short)]
    quiet: bool,
}

/// The form of the files. (The values have no comments, so that help shows them on one line.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Parquet,
    Csv,
    Ndjson,
}

impl Synth {
    /// Makes the files.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let opened = open(&self.path, self.quiet)?;
        let day = opened.day_or(self.as_of)?;
        let policy = opened.policy_on(day)?;
        let recipe = self.recipe(&opened, &policy)?;
        std::fs::create_dir_all(&self.out).map_err(|error| Stop::writing(&self.out, &error))?;
        let started = Instant::now();
        let progress = Arc::new(Progress::default());
        interrupt::stops(&progress);
        let bar = Bar::follow(Arc::clone(&progress), self.quiet);
        let mut written = Vec::new();
        for table in &recipe.tables {
            written.push(self.write(table, &progress)?);
        }
        drop(bar);
        let mut files = Vec::new();
        for (table, Written { path, file, rows }) in recipe.tables.iter().zip(written) {
            file.commit().map_err(|error| Stop::writing(&path, &error))?;
            files.push((table, path, rows));
        }
        if !self.quiet {
            self.say(&files, started.elapsed().as_secs_f64())?;
        }
        Ok(Exit::Fine)
    }

    fn recipe(&self, opened: &Opened, policy: &Policy) -> Result<Recipe, Stop> {
        let project = opened.project();
        let decimals = (0..9).find(|places| {
            let units = policy.round.units() * 10_i128.pow(*places);
            units % crate::decimal::Decimal::ONE.units() == 0
        });
        let far = crate::decimal::Decimal::from_int(200);
        let around = (policy.start.checked_sub(far), policy.start.checked_add(far));
        let around = (around.0.unwrap_or(policy.start), around.1.unwrap_or(policy.start));
        let reads_previous = policy.influences.iter().any(|influence| !influence.settled);
        let previous = project.previous_layout(&policy.schema).filter(|_| reads_previous);
        let previous = previous.map(|(record, layout)| Previous {
            record,
            layout,
            between: policy.range.unwrap_or(around),
            decimals: decimals.unwrap_or(9),
        });
        let wish = Wish {
            schema: &policy.schema,
            today: policy.today,
            records: self.records,
            seed: self.seed,
            knobs: &project.manifest.synth,
            one_policy: project.manifest.policies.len() <= 1,
            layouts: project.layouts(&policy.schema),
            previous,
        };
        let recipe = Recipe::new(&wish).map_err(|diagnostics| opened.unusable(diagnostics))?;
        let mut names: Vec<&str> = recipe.tables.iter().map(|table| table.stem.as_str()).collect();
        names.sort_unstable();
        let twice = |pair: &[&str]| pair.first() == pair.last();
        if let Some(name) = names.windows(2).find(|pair| twice(pair)).and_then(|pair| pair.first()) {
            let message = format!("two files would be called `{name}`");
            return Err(Stop::failure(message, Some("give them other names in glassbox.toml".to_owned())));
        }
        Ok(recipe)
    }

    fn write(&self, table: &Table, progress: &Progress) -> Result<Written, Stop> {
        let form = self.format.form();
        let path = self.out.join(format!("{}.{}", table.stem, form.ending()));
        let failed = |error: &std::io::Error| Stop::writing(&path, error);
        let file = AtomicFile::create(&path).map_err(|error| failed(&error))?;
        let file = BufWriter::with_capacity(1 << 20, file);
        match table.write(form, self.threads(), file, progress) {
            Ok((file, rows)) => {
                let file = file.into_inner().map_err(|error| failed(error.error()))?;
                Ok(Written { path, file, rows })
            }
            Err(SynthError::Io(error)) => Err(failed(&error)),
            Err(SynthError::Stopped) => Err(Stop::Said(interrupt::INTERRUPTED)),
            Err(error @ (SynthError::Arrow(_) | SynthError::Parquet(_))) => {
                Err(Stop::failure(format!("cannot write `{}`: {error}", path.display()), None))
            }
        }
    }

    fn threads(&self) -> usize {
        let there = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(there, usize::from)
    }

    /// Says what was written, and how to score it.
    fn say(&self, files: &[(&Table, PathBuf, u64)], seconds: f64) -> Result<(), Stop> {
        let mut stderr = anstream::stderr();
        let width = files.iter().map(|(_, path, _)| shown(path).chars().count()).max().unwrap_or(0);
        for (table, path, rows) in files {
            writeln!(stderr, "{:width$}  {} of `{}`", shown(path), plural(*rows, "row"), table.name)?;
        }
        let mut command = format!("glassbox score {}", in_shell(shown(&self.path)));
        for (table, path, _) in files {
            command.push_str(&format!(" --data {}={}", table.name, in_shell(shown(path))));
        }
        if let Some(day) = self.as_of {
            command.push_str(&format!(" --as-of {day}"));
        }
        writeln!(stderr, "\nScore them with:\n  {command}")?;
        let all = files.iter().map(|(_, _, rows)| rows).sum();
        // How long few records take says nothing.
        if all >= MANY {
            writeln!(stderr, "\n{DIM}{}{DIM:#}", rate(all, seconds))?;
        }
        Ok(())
    }
}

/// So many rows make a run whose speed is told.
const MANY: u64 = 100_000;

/// A file that is whole and not yet in its place.
struct Written {
    path: PathBuf,
    file: AtomicFile,
    rows: u64,
}

impl Format {
    fn form(self) -> Form {
        match self {
            Self::Parquet => Form::Parquet,
            Self::Csv => Form::Csv,
            Self::Ndjson => Form::NdJson,
        }
    }
}

/// A count, with `_` between digits where people like it.
fn count(text: &str) -> Result<u64, String> {
    text.replace('_', "").parse().map_err(|_| "not a whole number of 0 or more".to_owned())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
