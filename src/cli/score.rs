//! `glassbox score`: the records of a pack through its policy.

use super::arguments::Run;
use super::open::open;
use super::summary::Summary;
use super::{Exit, Stop, rejects};
use crate::data::{Loaded, Records, Reject, Value, Why};
use crate::eval::batch::Scored;
use crate::eval::{self, Outcome};
use crate::output::{About, Encoder, Form, Format, Keys, Sheet, Writer};
use crate::policy::Policy;
use crate::project::AtomicFile;
use clap::Args;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  glassbox score rules/german_credit
  glassbox score rules/german_credit --contributions --out scores.csv
  glassbox score rules/sesame/stated.score --as-of 2019-06-30 --format table
  glassbox score rules/payments --data person=people.csv --rejects rejected.ndjson
  glassbox score rules/payments --set late_penalty=-50 --quiet

The scores go to stdout: the key, `score`, `tier`, `status`, the reasons, a column for each
decision. The summary goes to stderr. Records that break their schema are set aside, never
guessed at, and the exit code is then 3.";

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
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write the records that were set aside, and why, to FILE (a JSON object a line)
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    /// Add a column `points_NAME` for each characteristic, rule and influence
    #[arg(long)]
    contributions: bool,

    /// No summary and no warnings on stderr
    #[arg(long, short)]
    quiet: bool,
}

impl Score {
    /// Scores and writes.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let file = self.out.as_deref().filter(|path| *path != Path::new("-"));
        let form = Form::of(self.format, file).map_err(|error| Stop::failure(error, None))?;
        let opened = open(&self.path, self.quiet)?;
        let day = opened.day(&self.run)?;
        let policy = opened.policy(day, &self.run)?;
        let mut loaded = opened.load(&policy, &self.run)?;
        let outcomes = score_all(&policy, &mut loaded);

        let scores =
            |to: &mut (dyn Write + Send)| write(&policy, &loaded, &outcomes, self.contributions, form, to);
        match file {
            Some(path) => write_file(path, |file| scores(file))?,
            None => scores(&mut BufWriter::new(std::io::stdout()))?,
        }
        if let Some(path) = &self.rejects {
            write_file(path, |file| rejects::write(&loaded.rejects, file))?;
        }
        if !self.quiet {
            let mut stderr = anstream::stderr();
            Summary { policy: &policy, day, loaded: &loaded, outcomes: &outcomes }.say(&mut stderr)?;
            rejects::say(&loaded.rejects, self.rejects.as_deref(), &mut stderr)?;
        }
        let all_well = loaded.rejects.set_aside.is_empty() && loaded.rejects.ignored.is_empty();
        Ok(if all_well { Exit::Fine } else { Exit::SetAside })
    }
}

/// How many records are written at a time.
const CHUNK: usize = 8_192;

fn write(
    policy: &Policy,
    loaded: &Loaded,
    outcomes: &[(usize, Outcome)],
    contributions: bool,
    form: Form,
    to: &mut (dyn Write + Send),
) -> std::io::Result<()> {
    let sheet = Sheet::new(policy, None, contributions);
    let mut writer = Writer::new(&sheet, form, &About::new(policy), to)?;
    let mut encoder = Encoder::new(&sheet, form)?;
    for chunk in outcomes.chunks(CHUNK) {
        let scored = Scored::of_outcomes(policy, chunk.iter().map(|(_, outcome)| Ok(outcome)));
        let nobody = Value::Missing(Why::Undecided);
        let key = |position: usize| loaded.population.key(position).unwrap_or(&nobody);
        let keys: Vec<&Value> = chunk.iter().map(|(position, _)| key(*position)).collect();
        encoder.add(Keys::Values(&keys), &scored)?;
        if encoder.is_full() {
            writer.write(encoder.take()?)?;
        }
    }
    writer.write(encoder.take()?)?;
    writer.finish().map(drop)
}

/// Every record's outcome, with its position in the population. Records in which a number grew too large join the rejects.
pub(super) fn score_all(policy: &Policy, loaded: &mut Loaded) -> Vec<(usize, Outcome)> {
    let mut outcomes = Vec::with_capacity(loaded.population.count());
    let mut too_large: Vec<Reject> = Vec::new();
    for (position, outcome) in eval::score_all(policy, &loaded.population).into_iter().enumerate() {
        match outcome {
            Ok(outcome) => outcomes.push((position, outcome)),
            Err(overflow) => {
                too_large.push(loaded.population.reject(&policy.schema, position, overflow.to_string()));
            }
        }
    }
    loaded.rejects.set_aside.extend(too_large);
    loaded.rejects.set_aside.sort_by_key(|reject| reject.line);
    outcomes
}

/// Writes a file beside itself and puts it in its place once it is whole.
fn write_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<AtomicFile>) -> std::io::Result<()>,
) -> Result<(), Stop> {
    // A pipe whose reader went away is no error.
    let failed = |error: std::io::Error| match error.kind() == std::io::ErrorKind::BrokenPipe {
        true => Stop::ClosedPipe,
        false => Stop::writing(path, &error),
    };
    let mut file = BufWriter::new(AtomicFile::create(path).map_err(failed)?);
    write(&mut file).map_err(failed)?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.commit().map_err(failed)
}
