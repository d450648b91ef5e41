//! What can be written after `glassbox`: the commands and the options that they share.

use super::{
    audit, baseline, check, diff, explain, explain_error, fields, fmt, measure, new, review, score, snapshot,
    synth, test, testdata, watch,
};
use crate::date::Date;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox new loans --from applicants.csv           a first policy for a file of records
  glassbox score rules/german_credit                 score the pack's records, as CSV on stdout
  glassbox explain rules/german_credit 17            every point of record 17
  glassbox check rules/payments                      everything that is wrong in its policies
  glassbox audit rules/payments                      what it can do to anybody, proved or shown
  glassbox fields rules/payments                     its fields, and what each can change
  glassbox test rules/payments                       run the cases that the policy brings along
  glassbox snapshot rules/payments                   keep its scores, for `test` to compare
  glassbox diff HEAD -- rules/payments               what a change means, and what it does to whom
  glassbox fmt rules/payments                        lay its policies out in the one canonical way
  glassbox watch rules/payments                      say at each save what that did
  glassbox measure rules/german_credit               how scores lie, which reasons are given
  glassbox baseline rules/german_credit              what each characteristic gives on average
  glassbox synth rules/payments --records 1000 --out made   invented records of the same shape
  glassbox explain-error E0204                       what a mistake means and how to mend it

A pack is a folder with a `glassbox.toml`, which says where the policy and its data are.

Exit codes:
  0  all is well
  1  a policy is wrong, a case differs, a limit is broken, or a clause is refuted
  2  the command or a file cannot be used
  3  records were set aside
  4  a clause is undecided
  130  interrupted by Ctrl-C";

/// Score records from a policy that people can read, and explain every point.
#[derive(Debug, Parser)]
#[command(name = "glassbox", version, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// Colours: on a terminal (unless NO_COLOR is set), always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Everywhere")]
    pub(super) color: Colour,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    New(new::New),
    Check(check::Check),
    Audit(audit::Audit),
    Fields(fields::Fields),
    Score(score::Score),
    Explain(explain::Explain),
    Test(test::Test),
    Testdata(testdata::Testdata),
    Snapshot(snapshot::Snapshot),
    Review(review::Review),
    Diff(diff::Diff),
    Fmt(fmt::Fmt),
    Watch(watch::Watch),
    Measure(measure::Measure),
    Baseline(baseline::BaselineCommand),
    Synth(synth::Synth),
    ExplainError(explain_error::ExplainError),
}

/// When to use colours. (The values have no comments, so that help shows them on one line.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

impl Colour {
    /// Makes it the choice of every stream of this process.
    pub(super) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Which policy, on which day, with which data and parameters: what every command that runs a policy is told.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The day to score on [default: `as_of` in glassbox.toml, else the system's date]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) as_of: Option<Date>,

    /// Read the records of NAME (a record, a link, or `previous`) from FILE instead of the pack's: Parquet, CSV or NDJSON
    /// (the last two also .gz or .zst), a folder or a pattern of such files, or `-` for the standard input
    #[arg(long, value_name = "NAME=FILE", value_parser = data)]
    pub(super) data: Vec<(String, PathBuf)>,

    /// Give a parameter of the policy another value
    #[arg(long, value_name = "PARAM=VALUE", value_parser = setting)]
    pub(super) set: Vec<(String, String)>,
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|error| format!("{error}; a date is written like 2026-01-31"))
}

pub(super) fn data(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) = setting(text)?;
    Ok((name, PathBuf::from(file)))
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        Some(_) | None => Err("write a name, `=` and what it stands for, without blanks".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }
}
