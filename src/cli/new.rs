//! `glassbox new`: a pack to start from.

use super::open::open_all;
use super::report::{self, DIM, GOOD, HEADING};
use super::verdict::judge;
use super::{Exit, Stop, clock};
use crate::date::Date;
use crate::diagnostic::{Diagnostic, in_shell, plural};
use crate::project::DataLook;
use crate::starter::{Data, Pack, StartError};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  glassbox new loans                                 a small invented policy with five people
  glassbox new loans --from applicants.csv           a policy for this file, with its fields
  glassbox new loans --from applicants.parquet --record applicant

The folder NAME gets a policy, a `glassbox.toml`, data, a case that holds, and a README.md that says
what to do next. It checks, scores and tests as it is. What is inferred from a file (types, domains,
categories, what may be missing) stands in the policy with what speaks for it, to be read and
narrowed. The points are placeholders.";

/// Start a new pack, from a sample or from data
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct New {
    /// The folder to make; it must not be there yet. Its name is the policy's
    #[arg(value_name = "NAME")]
    folder: PathBuf,

    /// Infer the record from this data (.csv, .ndjson, .parquet, packed or not), which is copied into the pack
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// What each record of the data is, as a name
    #[arg(long, value_name = "NAME", default_value = "person", requires = "from")]
    record: String,
}

impl New {
    /// Makes the pack.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let no_clock = || Stop::failure("the system's clock has no usable date", None);
        let today = clock::today().ok_or_else(no_clock)?;
        let data = self.from.as_ref().map(|path| Data { path: path.clone(), record: self.record.clone() });
        let pack = Pack::new(&self.folder, data.as_ref(), today).map_err(refused)?;
        let staged = pack.stage().map_err(refused)?;
        let notes = proven(staged.folder(), pack.about.records, today)?;
        staged.commit().map_err(refused)?;
        Ok(self.say(&pack, &notes).map(|()| Exit::Fine)?)
    }

    /// What was made, what was seen when it was tried, and what comes next.
    fn say(&self, pack: &Pack, seen: &[String]) -> io::Result<()> {
        let mut stderr = anstream::stderr();
        let (about, folder) = (&pack.about, self.folder.display());
        match &self.from {
            Some(from) => writeln!(stderr, "{GOOD}made{GOOD:#} `{folder}` from `{}`", from.display())?,
            None => writeln!(stderr, "{GOOD}made{GOOD:#} `{folder}`")?,
        }
        let widest = about.files.iter().map(|(file, _)| file.chars().count()).max().unwrap_or_default();
        for (file, what) in &about.files {
            writeln!(stderr, "  {file:widest$}  {DIM}{what}{DIM:#}")?;
        }
        for note in about.notes.iter().chain(seen) {
            writeln!(stderr, "{}note{:#}: {note}", report::HELP, report::HELP)?;
        }
        writeln!(stderr, "\n{HEADING}Next{HEADING:#}")?;
        for (command, why) in [
            ("check", "is anything wrong?"),
            ("test", "do the cases hold?"),
            ("score", "the scores, and a summary of them"),
        ] {
            writeln!(stderr, "  glassbox {command:5} {}  {DIM}{why}{DIM:#}", in_shell(&folder))?;
        }
        let lines: Vec<String> = about.to_fill.iter().map(usize::to_string).collect();
        let where_to = self.folder.join(&about.policy);
        writeln!(
            stderr,
            "  fill in what stands in `{}` on {} {}, then read the record field by field",
            where_to.display(),
            if lines.len() == 1 { "line" } else { "lines" },
            lines.join(", ")
        )
    }
}

/// A pack that is in order, holds its cases and takes its data; anything else is our own mistake, and nothing is left
/// behind. What the lints see in the author's own columns is told.
fn proven(folder: &Path, records: Option<u64>, today: Date) -> Result<Vec<String>, Stop> {
    let mut notes = Vec::new();
    for opened in open_all(folder)? {
        for index in 0..opened.ruleset.cases().len() {
            let (policy, case) =
                opened.ruleset.case(index).map_err(|diagnostics| opened.wrong(diagnostics))?;
            let verdict = judge(&policy, &case, &opened.sources);
            if let Some(difference) = verdict.differences.first() {
                let (expected, found) = (&difference.expected, &difference.found);
                let what = &difference.what;
                return Err(bug(&format!("does not come to what it says ({what}: {expected}, not {found})")));
            }
        }
        let project = opened.project();
        let linted = project.lint(&opened.ruleset, project.manifest.as_of.unwrap_or(today));
        if linted.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(opened.wrong(linted.diagnostics));
        }
        notes.extend(linted.diagnostics.iter().map(|found| format!("{} [{}]", found.message, found.code)));
        match linted.data {
            DataLook::Unreadable(why) => return Err(bug(&format!("cannot read its data ({why})"))),
            DataLook::Records(taken) => {
                let lacking = records.map_or(0, |records| records.saturating_sub(taken as u64));
                if lacking > 0 {
                    let records = plural(lacking, "record");
                    notes.push(format!("{records} will be set aside: `glassbox score` says why"));
                }
            }
            DataLook::Nothing | DataLook::Skipped(_) => {}
        }
    }
    Ok(notes)
}

/// Our own mistake.
fn bug(what: &str) -> Stop {
    let help = "nothing was written; please report it with the data";
    Stop::failure(format!("glassbox has a bug: the new pack {what}"), Some(help.to_owned()))
}

fn refused(error: StartError) -> Stop {
    let message = error.to_string();
    let help = match &error {
        StartError::OneColumn { help, .. } => Some(help.as_str()),
        StartError::Exists(_) => Some("choose another name, or remove it first: nothing is ever overwritten"),
        StartError::NoName(_) => Some("name the folder that is to be made"),
        StartError::Record(_) | StartError::Reserved(_) => Some("for example `--record applicant`"),
        StartError::NotOneFile(_) => Some(
            "name one file, which the policy is drafted for; `file` in its glassbox.toml may then become a folder or a pattern",
        ),
        StartError::NoneReadable { .. } => {
            Some("mend the file: a table has a value for each column in each line")
        }
        StartError::Format(_) => Some(
            "its name ends in .csv, .ndjson, .jsonl or .parquet; texts may be packed: .csv.gz, .ndjson.zst",
        ),
        StartError::NoRecords(_) => Some("leave out `--from` to start from a sample"),
        StartError::Unreadable => Some("this is a bug of glassbox; please report it with the data"),
        StartError::Data(_) | StartError::Writing { .. } => None,
    };
    Stop::failure(message, help.map(str::to_owned))
}
