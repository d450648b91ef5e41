//! `glassbox check`: everything that is wrong in policies.

use super::report::{self, Count, Format, GOOD, grouped};
use super::{Exit, Stop, UNUSABLE};
use crate::diagnostic::{Diagnostic, render, sort};
use crate::project;
use crate::source::Sources;
use clap::Args;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox check rules/payments                      a pack: all policies its glassbox.toml names
  glassbox check a.score b.score                     files
  glassbox check rules/* --format short              a line each, as editors and CI read them
  glassbox check rules/city --deny-warnings          warnings are mistakes too

Every mistake of every file is reported in one run, on stdout; the count is on stderr.
`glassbox explain-error CODE` says more about a code.";

/// Check policies and say everything that is wrong with them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    /// Policy files or packs
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// The form of the messages
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Fail on warnings too
    #[arg(long)]
    deny_warnings: bool,
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    policies: usize,
    unusable: bool,
    count: Count,
    first: Option<Diagnostic>,
    /// What was printed already: files that several policies use are reported once.
    printed: BTreeSet<String>,
}

impl Check {
    /// Checks every path and prints what was found.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut found = Found::default();
        for path in &self.paths {
            for opened in project::open_each(path) {
                match opened {
                    Ok(mut project) => {
                        let diagnostics = project.check().diagnostics;
                        found.policies += 1;
                        self.print(&mut found, diagnostics, &project.unit.sources)?;
                    }
                    Err(broken) => {
                        found.unusable = true;
                        self.print(&mut found, broken.diagnostics, &broken.sources)?;
                    }
                }
            }
        }
        let mut stderr = anstream::stderr();
        let Count { errors, warnings } = found.count;
        let style = match (errors, warnings) {
            (0, 0) => GOOD,
            (0, _) => report::WARNING,
            (_, _) => report::ERROR,
        };
        match found.policies {
            0 => writeln!(stderr, "{style}{}{style:#}", found.count)?,
            many => writeln!(stderr, "{style}{}{style:#} in {}", found.count, policies(many))?,
        }
        report::more(&mut stderr, found.first.as_slice())?;
        if found.unusable {
            return Err(Stop::Said(UNUSABLE));
        }
        let wrong = errors > 0 || (self.deny_warnings && warnings > 0);
        Ok(if wrong { Exit::Wrong } else { Exit::Fine })
    }

    /// Prints those that were not printed yet.
    fn print(
        &self,
        found: &mut Found,
        mut diagnostics: Vec<Diagnostic>,
        sources: &Sources,
    ) -> Result<(), Stop> {
        sort(&mut diagnostics);
        diagnostics.retain(|one| found.printed.insert(render::short(std::slice::from_ref(one), sources)));
        found.count.add(Count::of(&diagnostics));
        if found.first.is_none() {
            found.first = diagnostics.iter().find(|diagnostic| diagnostic.is_error()).cloned();
        }
        Ok(report::print(&mut anstream::stdout().lock(), self.format, &diagnostics, sources)?)
    }
}

fn policies(count: usize) -> String {
    if count == 1 { "1 policy".to_owned() } else { format!("{} policies", grouped(count)) }
}
