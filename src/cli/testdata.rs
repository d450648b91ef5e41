//! `glassbox testdata`: a table of cases around every edge of a policy.

use super::arguments::date;
use super::open::open;
use super::report::{DIM, WARNING, grouped};
use super::{Exit, Stop};
use crate::cases::{NoEdges, edges};
use crate::date::Date;
use crate::project::AtomicFile;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox testdata rules/german_credit --out cases/edges.csv
  glassbox testdata rules/payments --as-of 2026-01-31 | head

One field at a time varies from a base record, that of the policy's first case with a score (without
its child records): one unit before and at every edge that the policy tests, every category, and
missing. What is expected is filled in by the reference interpreter: it says what the policy does,
not what is right.

`cases from \"cases/edges.csv\"` in the policy runs them; any other implementation can be checked by
them too. Child records and links do not fit into a row: such cases are `case` blocks.";

/// Write cases around every edge of a policy
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Testdata {
    /// A pack (its first policy) or one policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// Write to FILE instead of stdout
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The day of the cases [default: `as_of` in glassbox.toml, else the system's date]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,
}

impl Testdata {
    /// Writes the table.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let opened = open(&self.path, false)?;
        let day = opened.day_or(self.as_of)?;
        // A case knows no parameters of a manifest: the table is of the policy as it is written.
        let policy = opened.ruleset.on(day.date, &[]).map_err(|diagnostics| opened.wrong(diagnostics))?;
        let positions: Vec<usize> = (0..opened.ruleset.cases().len()).collect();
        let cases = opened.ruleset.some_cases(&positions).map_err(|diagnostics| opened.wrong(diagnostics))?;
        let cases: Vec<_> = cases.into_iter().map(|(_, case)| case).collect();
        let edges = edges(&policy, &cases).map_err(|error| refused(&error))?;
        match &self.out {
            None => anstream::stdout().lock().write_all(edges.csv.as_bytes())?,
            Some(path) => {
                AtomicFile::put(path, edges.csv.as_bytes()).map_err(|error| Stop::writing(path, &error))?;
            }
        }
        let mut stderr = anstream::stderr();
        writeln!(stderr, "{} cases as of {}", grouped(edges.cases), policy.today)?;
        let set = opened.project().manifest.params.iter().map(|(name, _)| name);
        for name in set.filter(|name| policy.params.iter().any(|param| param.name == **name)) {
            writeln!(
                stderr,
                "{WARNING}`{name}` is set in glassbox.toml{WARNING:#}, which cases do not know: they are of the policy as it \
                 is written"
            )?;
        }
        if !edges.untested.is_empty() {
            writeln!(stderr, "{DIM}nothing tests {}{DIM:#}", edges.untested.join(", "))?;
        }
        if policy.schema.children().next().is_some() || !policy.schema.links.is_empty() {
            writeln!(
                stderr,
                "{WARNING}what reads child records or links is tested without any{WARNING:#}: such cases are \
                 `case` blocks"
            )?;
        }
        Ok(Exit::Fine)
    }
}

fn refused(error: &NoEdges) -> Stop {
    let help = match error {
        NoEdges::Fields(names) => {
            let name = names.first().map_or("", String::as_str);
            format!("give the field another name, and the data's by `column \"{name}\"`")
        }
        NoEdges::NoRecord => "give the policy a `case` whose record has a score".to_owned(),
    };
    Stop::failure(error.to_string(), Some(help))
}
