//! `glassbox test`: the cases that a policy brings along.

use super::Exit;
use super::open::{Opened, open_all};
use super::report::{DIM, ERROR, GOOD, HEADING, HELP, WARNING, grouped};
use super::stop::Stop;
use super::verdict::{Difference, Verdict, judge};
use crate::explain;
use crate::source::Place;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox test rules/payments
  glassbox test rules/payments --filter late         the cases with `late` in their title
  glassbox test rules/sesame --format json           an object a case, for programs

A case that differs shows what was expected, what was found, and how the record comes to its score.";

/// Run the cases of a policy
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Test {
    /// A pack (all policies its glassbox.toml names) or one policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// Only cases with TEXT in their title
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// The form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The form of a test's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// A JSON object a case
    Json,
}

/// How many cases there were.
#[derive(Default)]
struct Count {
    held: usize,
    differ: usize,
}

impl Test {
    /// Runs the cases.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut count = Count::default();
        let mut stdout = anstream::stdout().lock();
        for opened in open_all(&self.path)? {
            self.run_policy(&opened, &mut count, &mut stdout)?;
        }
        let mut stderr = anstream::stderr();
        let Count { held, differ } = count;
        if held + differ == 0 {
            let filter =
                self.filter.as_ref().map_or_else(String::new, |text| format!(" with `{text}` in its title"));
            writeln!(stderr, "{WARNING}no case{filter}{WARNING:#}")?;
            return Ok(Exit::Fine);
        }
        let all = grouped(held + differ);
        match differ {
            0 if held == 1 => writeln!(stderr, "{GOOD}the one case holds{GOOD:#}")?,
            0 => writeln!(stderr, "{GOOD}all {all} cases hold{GOOD:#}")?,
            1 => writeln!(stderr, "{ERROR}1 of {all} cases differs{ERROR:#}")?,
            _ => writeln!(stderr, "{ERROR}{} of {all} cases differ{ERROR:#}", grouped(differ))?,
        }
        Ok(if differ == 0 { Exit::Fine } else { Exit::Wrong })
    }

    fn run_policy(&self, opened: &Opened, count: &mut Count, to: &mut dyn Write) -> Result<(), Stop> {
        let wanted = |title: &str| self.filter.as_ref().is_none_or(|text| title.contains(text.as_str()));
        for (index, head) in opened.ruleset.cases().into_iter().enumerate() {
            if !wanted(&head.title) {
                continue;
            }
            let (policy, case) =
                opened.ruleset.case(index).map_err(|diagnostics| opened.wrong(diagnostics))?;
            let verdict = judge(&policy, &case, &opened.sources);
            if verdict.differences.is_empty() {
                count.held += 1;
            } else {
                count.differ += 1;
            }
            match self.format {
                Format::Human => say(&verdict, opened, to)?,
                Format::Json => writeln!(to, "{}", object(&verdict, opened))?,
            }
        }
        Ok(())
    }
}

/// A line for a case that holds, all there is to know of one that does not.
fn say(verdict: &Verdict, opened: &Opened, to: &mut dyn Write) -> io::Result<()> {
    let Verdict { title, differences, blame, explanation, place } = verdict;
    if differences.is_empty() {
        return writeln!(to, "{GOOD}✓{GOOD:#} {title}");
    }
    writeln!(to, "{ERROR}✗{ERROR:#} {HEADING}{title}{HEADING:#}  {DIM}{}{DIM:#}", position(opened, *place))?;
    for Difference { what, expected, found, place } in differences {
        writeln!(
            to,
            "    {what}: expected {GOOD}{expected}{GOOD:#}, found {ERROR}{found}{ERROR:#}  {DIM}{}{DIM:#}",
            position(opened, *place)
        )?;
    }
    for line in blame {
        writeln!(to, "    {HELP}perhaps{HELP:#}: {line}")?;
    }
    if let Some(explanation) = explanation {
        writeln!(to)?;
        for line in explain::text(explanation, true).lines() {
            writeln!(to, "{}", format!("    {line}").trim_end())?;
        }
        writeln!(to)?;
    }
    Ok(())
}

fn object(verdict: &Verdict, opened: &Opened) -> serde_json::Value {
    let at = |place| opened.sources.position(place);
    let differences = verdict.differences.iter().map(|difference| {
        let place = at(difference.place);
        json!({
            "what": difference.what,
            "expected": difference.expected,
            "found": difference.found,
            "file": place.map(|place| place.path),
            "line": place.map(|place| place.line),
        })
    });
    let place = at(verdict.place);
    let explanation = verdict.explanation.as_ref().map(explain::json);
    json!({
        "case": verdict.title,
        "file": place.map(|place| place.path),
        "line": place.map(|place| place.line),
        "holds": verdict.differences.is_empty(),
        "differences": differences.collect::<Vec<_>>(),
        "perhaps": verdict.blame,
        "explanation": explanation.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok()),
    })
}

/// `FILE:LINE`.
fn position(opened: &Opened, place: Place) -> String {
    let position = opened.sources.position(place);
    position.map_or_else(String::new, |position| format!("{}:{}", position.path, position.line))
}
