//! `glassbox test`: the cases that a policy brings along.

use super::Exit;
use super::coverage::Covered;
use super::junit;
use super::open::{Opened, open_all};
use super::report::{DIM, ERROR, GOOD, HEADING, HELP, WARNING, grouped};
use super::snapshot::{self, Compared};
use super::stop::Stop;
use super::verdict::{Difference, Verdict, judge};
use crate::cases::{Count, Coverage, Trial};
use crate::diagnostic::in_shell;
use crate::eval::Scorer;
use crate::explain;
use crate::policy::{Case, Policy};
use crate::snapshot::path_of;
use crate::source::Place;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  glassbox test rules/payments
  glassbox test rules/payments --filter late         the cases with `late` in their title
  glassbox test rules/payments --coverage            what no case reaches, line by line, and why
  glassbox test rules/payments --suggest             also cases, ready-made, that would reach it
  glassbox test rules/payments --threshold 90        fails where less than 90% is reached
  glassbox test rules/payments --format junit        for build servers
  glassbox test rules/sesame --format json           an object a case, for programs

A case that differs shows what was expected and what was found; of the first three of a policy also
how the record comes to its score, which `--filter TITLE` shows of any other.
Where scores were kept by `glassbox snapshot`, they are compared too (unless --filter is given): who
moved, by how much, through which rule, and who is given another answer, benefit or penalty.

Coverage counts rows of tables; rules, caps, overrides, tiers, benefits and penalties; and branches:
each part of a condition is to be yes in some case, no in another, and missing in a third where it
can be. It is shown by file, so that what policies share is shown for each of them.";

/// Run the cases of a policy, and compare its scores with those that were kept
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Test {
    /// A pack (all policies its glassbox.toml names) or one policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// Only cases with TEXT in their title
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Say which lines and branches no case reaches, and why
    #[arg(long)]
    coverage: bool,

    /// Also write cases that would reach them
    #[arg(long)]
    suggest: bool,

    /// Fail where the cases of a policy reach less than PERCENT of it
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    threshold: Option<u8>,

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
    /// JUnit's XML, for build servers
    Junit,
}

/// So many cases of a policy that differ are explained; of more it is told what differs.
const EXPLAINED: usize = 3;

/// What was found, over all policies.
#[derive(Default)]
struct Tally {
    held: usize,
    differ: usize,
    /// Snapshots that are no longer so.
    moved: usize,
    /// Policies that their cases reach too little of: what they are, and how much.
    below: Vec<(String, usize)>,
    suites: Vec<junit::Suite>,
}

impl Test {
    /// Runs the cases.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut tally = Tally::default();
        let mut stdout = anstream::stdout().lock();
        for opened in open_all(&self.path)? {
            self.run_policy(&opened, &mut tally, &mut stdout)?;
        }
        if self.format == Format::Junit {
            write!(stdout, "{}", junit::xml(&tally.suites))?;
        }
        let mut stderr = anstream::stderr();
        let Tally { held, differ, moved, below, .. } = tally;
        let bad = differ > 0 || moved > 0 || !below.is_empty();
        let all = grouped(held + differ);
        match differ {
            0 if held == 0 && self.filter.is_some() => {}
            0 if held == 0 => writeln!(stderr, "{WARNING}no case{WARNING:#}")?,
            0 if held == 1 => writeln!(stderr, "{GOOD}the one case holds{GOOD:#}")?,
            0 => writeln!(stderr, "{GOOD}all {all} cases hold{GOOD:#}")?,
            1 => writeln!(stderr, "{ERROR}1 of {all} cases differs{ERROR:#}")?,
            _ => writeln!(stderr, "{ERROR}{} of {all} cases differ{ERROR:#}", grouped(differ))?,
        }
        // What is wrong stands last, where it is looked for.
        for (policy, percent) in &below {
            let wanted = self.threshold.unwrap_or_default();
            writeln!(stderr, "{ERROR}{policy}: its cases reach {percent}%, less than {wanted}%{ERROR:#}")?;
        }
        if moved > 0 {
            let path = in_shell(self.path.display());
            let words = if moved == 1 { "a snapshot differs" } else { "snapshots differ" };
            writeln!(
                stderr,
                "{ERROR}{words}{ERROR:#}; `glassbox snapshot {path} --accept` takes the new scores"
            )?;
        }
        match &self.filter {
            Some(text) if held + differ == 0 => Err(Stop::failure(
                format!("no case has `{text}` in its title"),
                Some(format!("`glassbox test {}` names them all", in_shell(self.path.display()))),
            )),
            Some(_) | None => Ok(if bad { Exit::Wrong } else { Exit::Fine }),
        }
    }

    fn run_policy(&self, opened: &Opened, tally: &mut Tally, to: &mut dyn Write) -> Result<(), Stop> {
        let wanted = |title: &str| self.filter.as_ref().is_none_or(|text| title.contains(text.as_str()));
        let heads = opened.ruleset.cases();
        let positions: Vec<usize> =
            heads.iter().enumerate().filter(|(_, head)| wanted(&head.title)).map(|(at, _)| at).collect();
        let cases = opened.ruleset.some_cases(&positions).map_err(|diagnostics| opened.wrong(diagnostics))?;
        let name = opened.project().path.display().to_string();
        let mut suite = junit::Suite { name, cases: Vec::new() };
        let differed = tally.differ;
        for (policy, case) in &cases {
            let verdict = judge(policy, case, &opened.sources);
            let is_asked_for = self.filter.as_ref() == Some(&verdict.title);
            let explains = is_asked_for || tally.differ - differed < EXPLAINED;
            match verdict.differences.is_empty() {
                true => tally.held += 1,
                false => tally.differ += 1,
            }
            match self.format {
                Format::Human if explains => say(&verdict, opened, to)?,
                Format::Human => say_briefly(&verdict, opened, to)?,
                Format::Json => writeln!(to, "{}", object(&verdict, opened))?,
                Format::Junit => suite.cases.push(junit_test(&verdict, opened)),
            }
        }
        let unexplained = (tally.differ - differed).saturating_sub(EXPLAINED);
        if unexplained > 0 && self.format == Format::Human {
            let (more, path) = (grouped(unexplained), in_shell(self.path.display()));
            writeln!(to, "  and {more} more: `glassbox test {path} --filter TITLE` explains one")?;
        }
        if self.coverage || self.suggest || self.threshold.is_some() {
            self.cover(opened, &cases, tally, &mut suite, to)?;
        }
        if self.filter.is_none()
            && let Some(compared) = Compared::if_kept(opened)?
        {
            self.compare(&compared, tally, &mut suite, to)?;
        }
        tally.suites.push(suite);
        Ok(())
    }

    /// What the cases reach.
    fn cover(
        &self,
        opened: &Opened,
        cases: &[(Arc<Policy>, Case)],
        tally: &mut Tally,
        suite: &mut junit::Suite,
        to: &mut dyn Write,
    ) -> Result<(), Stop> {
        let mut trials: Vec<Trial<'_>> = Vec::new();
        let mut scorer: Option<Scorer<'_>> = None;
        for (policy, case) in cases {
            if scorer.as_ref().is_none_or(|scorer| !std::ptr::eq(scorer.policy(), &**policy)) {
                scorer = Some(Scorer::new(policy));
            }
            trials.extend(scorer.as_ref().and_then(|scorer| Trial::run(scorer, case)));
        }
        // What is in force on the day of no case is not reached either.
        let days = opened.ruleset.days(&[]);
        let others: Vec<Policy> = days.iter().filter_map(|day| opened.ruleset.on(*day, &[]).ok()).collect();
        let coverage = Coverage::of(&trials, &others, &opened.sources);
        let total = coverage.total();
        if let Some(threshold) = self.threshold {
            let below = total.percent() < usize::from(threshold);
            if below {
                tally.below.push((suite.name.clone(), total.percent()));
            }
            let told = format!("the cases reach {}%, less than {threshold}%", total.percent());
            suite.cases.push(junit::Test {
                name: format!("coverage of at least {threshold}%"),
                file: None,
                line: None,
                failures: if below { vec![(told.clone(), told)] } else { Vec::new() },
                output: String::new(),
            });
        }
        if self.coverage || self.suggest {
            let covered = Covered::new(coverage, &trials, self.suggest);
            match self.format {
                Format::Human => covered.say(to)?,
                Format::Json => writeln!(to, "{}", covered.object())?,
                Format::Junit => covered.say(&mut anstream::stderr())?,
            }
        } else if self.format == Format::Human {
            let Count { reached, all } = total;
            writeln!(
                to,
                "{DIM}{}: {reached} of {all} lines and branches are reached ({}%){DIM:#}",
                suite.name,
                total.percent()
            )?;
        }
        Ok(())
    }

    /// What became of the scores that were kept.
    fn compare(
        &self,
        compared: &Compared,
        tally: &mut Tally,
        suite: &mut junit::Suite,
        to: &mut dyn Write,
    ) -> Result<(), Stop> {
        let path = path_of(&compared.policy).display().to_string();
        let difference = compared.difference();
        tally.moved += usize::from(difference.is_some());
        match (self.format, &difference) {
            (Format::Human, None) => {
                writeln!(to, "{GOOD}✓{GOOD:#} {path}: no record differs")?;
                snapshot::say_older(compared, &self.path, &mut anstream::stderr())?;
            }
            (Format::Human, Some(difference)) => snapshot::say(compared, difference, to)?,
            (Format::Json, difference) => {
                writeln!(to, "{}", snapshot::object(compared, difference.as_ref()))?;
            }
            (Format::Junit, difference) => {
                let failure = |difference| -> io::Result<(String, String)> {
                    let mut told = anstream::StripStream::new(Vec::new());
                    snapshot::say(compared, difference, &mut told)?;
                    let told = String::from_utf8_lossy(&told.into_inner()).into_owned();
                    Ok((
                        told.lines().next().unwrap_or_default().trim_start_matches(['✗', ' ']).to_owned(),
                        told,
                    ))
                };
                let failures = difference.as_ref().map(failure).transpose()?.into_iter().collect();
                let name = "the scores that were kept".to_owned();
                let mut older = anstream::StripStream::new(Vec::new());
                snapshot::say_older(compared, &self.path, &mut older)?;
                let output = String::from_utf8_lossy(&older.into_inner()).into_owned();
                suite.cases.push(junit::Test { name, file: Some(path), line: None, failures, output });
            }
        }
        Ok(())
    }
}

/// A case for build servers.
fn junit_test(verdict: &Verdict, opened: &Opened) -> junit::Test {
    let at = opened.sources.position(verdict.place);
    let told = |difference: &Difference| {
        let Difference { what, expected, found, place } = difference;
        let message = format!("{what}: expected {expected}, found {found}");
        (message.clone(), format!("{message}\n{}", position(opened, *place)))
    };
    let mut failures: Vec<(String, String)> = verdict.differences.iter().map(told).collect();
    // How the record comes to its score, once.
    if let (Some((_, text)), Some(explanation)) = (failures.first_mut(), &verdict.explanation) {
        text.push_str(&format!("\n\n{}", explain::text(explanation, false)));
    }
    junit::Test {
        name: verdict.title.clone(),
        file: at.map(|at| at.path.to_owned()),
        line: at.map(|at| at.line),
        failures,
        output: String::new(),
    }
}

/// A line for a case, with the first thing that differs.
fn say_briefly(verdict: &Verdict, opened: &Opened, to: &mut dyn Write) -> io::Result<()> {
    let Verdict { title, differences, place, .. } = verdict;
    let Some((Difference { what, expected, found, .. }, rest)) = differences.split_first() else {
        return writeln!(to, "{GOOD}✓{GOOD:#} {title}");
    };
    let more = if rest.is_empty() { String::new() } else { format!(", and {} more", grouped(rest.len())) };
    writeln!(
        to,
        "{ERROR}✗{ERROR:#} {title}  {what}: expected {expected}, found {found}{more}  {DIM}{}{DIM:#}",
        position(opened, *place)
    )
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
