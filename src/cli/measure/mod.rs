//! `glassbox measure`: what a policy does to a population.

mod count;
mod impact;
mod page;
mod reasons;
mod scores;
mod stability;

pub(super) use count::Counting;
pub(super) use page::{Align, Page, Remark, Section, Table};

use super::arguments::Run;
use super::open::{Day, Opened, open};
use super::report::grouped;
use super::{Exit, Stop, rejects};
use crate::decimal::Decimal;
use crate::diagnostic::suggest::did_you_mean;
use crate::eval::Status;
use crate::measure::{DEFAULT_LEAST_SIZE, Grouping, Measures, ScoreBins, Selection};
use crate::policy::{Policy, TierId};
use crate::run::Finished;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox measure rules/german_credit                      scores, tiers and reasons
  glassbox measure rules/german_credit --cut-off 470 --by foreign_worker --by 'age under 25'
  glassbox measure rules/payments --tier good --by region --at-least 0.8
  glassbox measure rules/payments --reasons --by tier --format markdown
  glassbox measure rules/payments --data person=june.csv --stability-from person=may.csv

Adverse impact (`--cut-off` or `--tier`, with `--by`): how often each group is selected, and the
ratio to the group with the highest rate among those that are large enough. It is a screen (the
four-fifths rule of thumb, 29 CFR 1607.4(D)), never a test of compliance. `--by` takes a field, a
definition, or a condition of the language; records without a score are counted and are not in the
rates.

Stability (`--stability-from`): the population stability index of the score and of each
characteristic between two files. Below 0.1 is called no shift, from 0.25 on a large one, by
convention. A bin that is empty in one file counts as half a record there, and is flagged.

docs/measure.md says how each number is worked out, and where that comes from. The exit code is 1
where a limit (`--at-least`, `--at-most`) is broken, else 4 where there is nothing to compare with
one, else 3 where records were set aside.";

/// Measure what a policy does: adverse impact, stability, reasons
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Measure {
    /// A pack (a folder with glassbox.toml) or one of its policies
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    #[command(flatten)]
    run: Run,

    /// Group the records by a field, a definition or a condition, such as 'age under 25'; with --reasons also by `tier`
    #[arg(long, value_name = "EXPRESSION")]
    by: Vec<String>,

    /// Adverse impact where a score of N or more is selected
    #[arg(long, value_name = "N", value_parser = number, requires = "by", allow_negative_numbers = true)]
    cut_off: Vec<Decimal>,

    /// Adverse impact where this tier or a better one is selected
    #[arg(long, value_name = "TIER", requires = "by")]
    tier: Vec<String>,

    /// The least ratio that a group may have: 0.8 is the four-fifths rule
    #[arg(long, value_name = "RATIO", value_parser = number)]
    at_least: Option<Decimal>,

    /// So many scored records make a group that is compared with and may break the limit; smaller ones are only shown
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LEAST_SIZE)]
    min_group: u64,

    /// Stability: how the data lie otherwise than those of FILE, which takes the place of the records of NAME (by default
    /// of the kind that is scored)
    #[arg(long, value_name = "[NAME=]FILE", value_parser = data)]
    stability_from: Vec<(Option<String>, PathBuf)>,

    /// How scores are put into bins for it
    #[arg(long, value_enum, default_value_t = Bins::Deciles, requires = "stability_from")]
    bins: Bins,

    /// The greatest stability index that the score or a characteristic may have
    #[arg(long, value_name = "INDEX", value_parser = number, requires = "stability_from")]
    at_most: Option<Decimal>,

    /// How often each reason is given, first and at all
    #[arg(long)]
    reasons: bool,

    /// Every bin of every characteristic, and not only those of the score
    #[arg(long, short)]
    verbose: bool,

    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write the records that were set aside, and why, to FILE (a JSON object a line)
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    /// How many threads work [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// No progress, no warnings and no list of what was set aside on stderr
    #[arg(long, short)]
    quiet: bool,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One JSON object (docs/schemas/measure.json)
    Json,
    /// For a pull request or a page
    Markdown,
}

/// How scores are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bins {
    /// By the deciles of the file that is compared with
    Deciles,
    /// By the scores of the tiers
    Tiers,
}

/// What became of a limit; the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Held,
    /// There is nothing to compare.
    Undecided,
    Broken,
}

impl Kept {
    /// Of whether it holds.
    fn of(holds: Option<bool>) -> Self {
        match holds {
            Some(true) => Self::Held,
            None => Self::Undecided,
            Some(false) => Self::Broken,
        }
    }
}

/// A part of the report: for people, for programs, and what became of its limit, where there is one.
struct Part {
    sections: Vec<Section>,
    key: &'static str,
    value: Value,
    limit: Option<Kept>,
}

/// The name and version of the shape of the JSON report.
const SCHEMA: &str = "glassbox.measure/1";

impl Measure {
    /// Measures and reports.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        self.is_sensible()?;
        let opened = open(&self.path, self.quiet)?;
        let day = opened.day(&self.run)?;
        let policy = opened.policy(day, &self.run)?;
        let (groupings, mut measures) = self.questions(&opened, day, &policy)?;
        let counting = Counting {
            opened: &opened,
            policy: &policy,
            threads: self.threads,
            quiet: self.quiet,
            rejects: self.rejects.as_deref(),
            progress: Counting::progress(),
        };
        let mut list = rejects::List::new(self.rejects.as_deref())?;
        let expected = self.expected(&counting)?;
        let finished = counting.count(&self.run.data, &mut measures, &mut list)?;
        list.finish()?;
        let by: Vec<&str> = groupings.iter().map(|(text, _)| text.as_str()).collect();

        let mut parts = Vec::new();
        if !measures.impacts.is_empty() {
            parts.push(impact::part(&policy, &measures, &by, (self.min_group, self.at_least))?);
        }
        if let Some((expected, of)) = &expected {
            let bins = match self.bins {
                Bins::Deciles => ScoreBins::Deciles,
                Bins::Tiers => ScoreBins::Tiers,
            };
            let asked = stability::Asked { bins, at_most: self.at_most, verbose: self.verbose };
            let pair = [(of, expected), (&finished, &measures)];
            parts.push(stability::part(&policy, pair, &self.compared_with(&policy), &asked));
        }
        if parts.is_empty() && !self.reasons {
            parts.push(scores::part(&policy, &finished.tally));
        }
        if !measures.reasons.is_empty() {
            parts.push(reasons::part(&policy, &measures, &by)?);
        }
        let kept = parts.iter().filter_map(|part| part.limit).max();
        self.tell(&policy, day, (&finished, list.set_aside()), parts)?;
        if !self.quiet {
            list.say(&mut anstream::stderr())?;
        }
        Ok(match (kept, list.is_empty()) {
            (Some(Kept::Broken), _) => Exit::Wrong,
            (Some(Kept::Undecided), _) => Exit::Undecided,
            (Some(Kept::Held) | None, true) => Exit::Fine,
            (Some(Kept::Held) | None, false) => Exit::SetAside,
        })
    }

    /// What the definitions of the arguments do not say by themselves.
    fn is_sensible(&self) -> Result<(), Stop> {
        let asks_impact = !self.cut_off.is_empty() || !self.tier.is_empty();
        let refuse = |message: &str, help: &str| Err(Stop::failure(message, Some(help.to_owned())));
        if !self.by.is_empty() && !asks_impact && !self.reasons {
            return refuse(
                "`--by` groups the records, and nothing is asked of the groups",
                "ask who is selected (`--cut-off N`, `--tier NAME`), or which reasons are given (`--reasons`)",
            );
        }
        if self.at_least.is_some() && !asks_impact {
            return refuse(
                "`--at-least` is a limit of adverse impact, and nobody is selected",
                "say who is: `--cut-off N` or `--tier NAME`, with `--by EXPRESSION`",
            );
        }
        Ok(())
    }

    /// The groupings as they were written, and the questions about them.
    fn questions(
        &self,
        opened: &Opened,
        day: Day,
        policy: &Policy,
    ) -> Result<(Vec<(String, Grouping)>, Measures), Stop> {
        let mut measures = Measures::new(policy);
        let asked: Vec<_> = self.by.iter().filter(|text| !is_tier(text)).cloned().collect();
        let mut found = opened.observe(day, &self.run, "--by", &asked)?.into_iter();
        let mut groupings = Vec::new();
        for text in &self.by {
            let grouping = match is_tier(text) {
                true => Some(Grouping::Tier),
                false => found.next().map(|definition| measures.group_by(definition)),
            };
            groupings.extend(grouping.map(|grouping| (text.trim().to_owned(), grouping)));
        }
        let mut selections: Vec<Selection> = self.cut_off.iter().copied().map(Selection::CutOff).collect();
        for name in &self.tier {
            selections.push(Selection::Tier(tier(policy, name)?));
        }
        for selection in &selections {
            for (_, grouping) in &groupings {
                if *grouping == Grouping::Tier {
                    let help = "group by a field, a definition or a condition".to_owned();
                    return Err(Stop::failure("who is selected says the tier already", Some(help)));
                }
                measures.ask_impact(*selection, *grouping);
            }
        }
        let asks_nothing = selections.is_empty() && self.stability_from.is_empty();
        if self.reasons || asks_nothing {
            match groupings.as_slice() {
                [] => measures.ask_reasons(Grouping::Everybody),
                some => some.iter().for_each(|(_, grouping)| measures.ask_reasons(*grouping)),
            }
        }
        if !self.stability_from.is_empty() {
            measures.ask_characteristics(policy);
        }
        Ok((groupings, measures))
    }

    /// The file that stability is measured from, counted.
    fn expected(&self, counting: &Counting<'_>) -> Result<Option<(Measures, Finished)>, Stop> {
        if self.stability_from.is_empty() {
            return Ok(None);
        }
        let scored = &counting.policy.schema.scored().name;
        let instead = self
            .stability_from
            .iter()
            .map(|(name, file)| (name.clone().unwrap_or_else(|| scored.clone()), file.clone()));
        let data: Vec<_> = self.run.data.iter().cloned().chain(instead).collect();
        let mut measures = Measures::new(counting.policy);
        measures.ask_characteristics(counting.policy);
        let mut list = rejects::List::new(None)?;
        let finished = counting.count(&data, &mut measures, &mut list)?;
        Ok(Some((measures, finished)))
    }

    /// The files that are compared with, as they were named.
    fn compared_with(&self, policy: &Policy) -> Vec<(String, String)> {
        let scored = &policy.schema.scored().name;
        let named = self.stability_from.iter();
        named
            .map(|(name, file)| (name.clone().unwrap_or_else(|| scored.clone()), file.display().to_string()))
            .collect()
    }

    fn tell(
        &self,
        policy: &Policy,
        day: Day,
        (finished, set_aside): (&Finished, u64),
        parts: Vec<Part>,
    ) -> Result<(), Stop> {
        let mut stdout = anstream::stdout().lock();
        if self.format == Format::Json {
            let mut report = head_value(SCHEMA, policy, day, (finished, set_aside));
            report.extend(parts.into_iter().map(|part| (part.key.to_owned(), part.value)));
            writeln!(stdout, "{}", Value::Object(report))?;
            return Ok(());
        }
        let head = head(policy, day, (finished, set_aside));
        let sections = parts.into_iter().flat_map(|part| part.sections).collect();
        let page = Page { head, sections };
        match self.format {
            Format::Markdown => page.markdown(&mut stdout)?,
            // Whether the escapes stay is the stream's affair.
            Format::Text | Format::Json => page.text(&mut stdout)?,
        }
        Ok(())
    }
}

/// Which policy, which day, how many records: the first lines of a report.
fn head(policy: &Policy, day: Day, (finished, set_aside): (&Finished, u64)) -> Section {
    let version = policy.version.as_ref().map_or_else(String::new, |version| format!(" version {version}"));
    let hash: String = policy.hash.chars().take(12).collect();
    let clock = if day.from_clock { " (today, by this computer's clock)" } else { "" };
    let mut lines = vec![format!("{}{version} · {hash} · as of {}{clock}", policy.name, day.date)];
    lines.extend(
        policy
            .params
            .iter()
            .filter(|param| param.set)
            .map(|param| format!("`{}` is set from outside", param.name)),
    );
    let statuses = [Status::NotScored, Status::NotParticipating];
    let without = statuses.map(|status| (finished.tally.with(status), status.name()));
    let without: String = without
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!(", {} {name}", grouped(count)))
        .collect();
    let aside = if set_aside > 0 { format!(", {} set aside", grouped(set_aside)) } else { String::new() };
    lines.push(format!(
        "{} read: {} scored{without}{aside}",
        super::report::plural(finished.read, "record"),
        grouped(finished.tally.with(Status::Scored))
    ));
    Section { title: policy.title.clone(), notes: lines, table: None, remarks: Vec::new() }
}

/// The same for programs.
pub(super) fn head_value(
    schema: &str,
    policy: &Policy,
    day: Day,
    (finished, set_aside): (&Finished, u64),
) -> Map<String, Value> {
    let value = json!({
        "schema": schema,
        "policy": policy.name,
        "version": policy.version,
        "hash": &*policy.hash,
        "as_of": day.date.to_string(),
        "records": {
            "read": finished.read,
            "scored": finished.tally.with(Status::Scored),
            "not_scored": finished.tally.with(Status::NotScored),
            "not_participating": finished.tally.with(Status::NotParticipating),
            "set_aside": set_aside,
        },
    });
    if let Value::Object(map) = value { map } else { Map::new() }
}

fn is_tier(text: &str) -> bool {
    text.trim() == "tier"
}

/// A tier by its name.
fn tier(policy: &Policy, name: &str) -> Result<TierId, Stop> {
    let found = policy.tiers.iter().position(|tier| tier.name == name);
    found.and_then(|at| u32::try_from(at).ok()).map(TierId).ok_or_else(|| {
        let names: Vec<&str> = policy.tiers.iter().map(|tier| tier.name.as_str()).collect();
        let help = match names.as_slice() {
            [] => "select by a score: `--cut-off N`".to_owned(),
            names => did_you_mean(name, names.iter().copied())
                .unwrap_or_else(|| format!("best first, it has {}", names.join(", "))),
        };
        Stop::failure(format!("the policy has no tier `{name}`"), Some(help))
    })
}

/// A group that cannot be told: there are too many.
fn too_many(by: &str) -> Stop {
    let most = grouped(crate::measure::MOST_GROUPS);
    Stop::failure(
        format!("`{by}` makes more than {most} groups"),
        Some(format!("group by a condition, such as '{by} under 25', or by a definition with few values")),
    )
}

/// A number of a report, rounded so that its last digits do not depend on the machine.
fn statistic(number: f64) -> Value {
    let rounded = (number * 1e6).round() / 1e6;
    serde_json::Number::from_f64(rounded + 0.0).map_or(Value::Null, Value::Number)
}

/// A probability of a report, to six significant digits: a small one is no 0.
fn significant(number: f64) -> Value {
    let rounded = format!("{number:.5e}").parse().unwrap_or(number);
    serde_json::Number::from_f64(rounded).map_or(Value::Null, Value::Number)
}

pub(super) fn number(text: &str) -> Result<Decimal, String> {
    Decimal::parse(text).map_err(|error| error.to_string())
}

fn data(text: &str) -> Result<(Option<String>, PathBuf), String> {
    // A path may hold `=`, a name cannot hold what paths are made of.
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match text.split_once('=').filter(|(name, file)| is_name(name) && !name.is_empty() && !file.is_empty()) {
        Some((name, file)) => Ok((Some(name.to_owned()), PathBuf::from(file))),
        None if text.is_empty() => Err("name a file".to_owned()),
        None => Ok((None, PathBuf::from(text))),
    }
}
