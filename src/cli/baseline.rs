//! `glassbox baseline`: what each characteristic gives on average, for reasons that are measured from it.

use super::arguments::Run;
use super::measure::{Counting, head_value, number};
use super::open::{Day, Opened, open};
use super::report::{DIM, GOOD, HELP, WARNING, grouped, plural};
use super::{Exit, Stop, rejects};
use crate::decimal::Decimal;
use crate::explain::Amount;
use crate::measure::{Averages, Measures, Over};
use crate::policy::{Item, ItemBody, ItemId, ItemKind, Policy, RankedBy};
use crate::project::{self, Baseline, Fingerprint};
use crate::run::Finished;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox baseline rules/german_credit                                 of all scored records
  glassbox baseline rules/german_credit --at-or-above 470 --within 50   just above a cut-off
  glassbox baseline rules/german_credit --at-or-above 470 --write       into the policy

The commentary on Regulation B (12 CFR 1002, Supplement I, to 1002.9(b)(2)) names two ways to rank
the reasons of a refusal: by how far the applicant fell below the average of those at or slightly
above the cut-off, or of all. `--at-or-above N` takes the averages over records with a score of N or
more, and `--within M` only up to N + M; without them they are taken over all scored records.

An average is a quotient of the language: rounded to nine places, half away from zero. The lines are
ready to paste; `--write` puts them into the policy's own file, with a comment above the policy that
says where they come from, and replaces those of before. Everything else stays.

Baselines change reasons only where the policy says `reasons up to N by points below baseline`. They
change no score. Rules with `for each` and groups have none: reasons by a baseline leave them out.";

/// Average the points of each characteristic, as baselines of reasons
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BaselineCommand {
    /// A pack (a folder with glassbox.toml) or one of its policies
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    #[command(flatten)]
    run: Run,

    /// Only over records with a score of N or more
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    at_or_above: Option<Decimal>,

    /// … and of N + M at most
    #[arg(long, value_name = "M", value_parser = number, requires = "at_or_above")]
    within: Option<Decimal>,

    /// Put the lines into the policy's file
    #[arg(long)]
    write: bool,

    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// How many threads work [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// No progress, no warnings and no remarks on stderr
    #[arg(long, short)]
    quiet: bool,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines of a policy, with comments
    Text,
    /// One JSON object (docs/schemas/baseline.json)
    Json,
}

/// The name and version of the shape of the JSON output.
const SCHEMA: &str = "glassbox.baseline/1";

impl BaselineCommand {
    /// Averages, and prints or writes.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let opened = open(&self.path, self.quiet)?;
        let day = opened.day(&self.run)?;
        let policy = opened.policy(day, &self.run)?;
        let counting = Counting {
            opened: &opened,
            policy: &policy,
            threads: self.threads,
            quiet: self.quiet,
            rejects: None,
            progress: Counting::progress(),
        };
        let over = Over { at_or_above: self.at_or_above, within: self.within };
        let mut measures = Measures::new(&policy);
        measures.ask_averages(&policy, over);
        let mut list = rejects::List::new(None)?.listed_by("`glassbox score --rejects FILE`");
        let files = counting.files(&self.run.data)?;
        let sources = project::fingerprints(&policy.schema, &files).map_err(|error| {
            Stop::failure(error.to_string(), Some("name files: `--data NAME=FILE`".to_owned()))
        })?;
        let finished = counting.count(&self.run.data, &mut measures, &mut list)?;
        let averages = measures.averages.unwrap_or_else(|| Averages::new(&policy, over));
        if averages.records() == 0 {
            return Err(nobody(&policy, over));
        }
        let lines = lines(&policy, &averages)?;
        let comment = project::provenance(&policy, &averages, &sources);
        self.tell(&policy, day, (&finished, list.set_aside()), (&averages, &lines), &sources, &comment)?;
        if self.write {
            self.write(&opened, &policy, &lines, &comment)?;
        }
        if !self.quiet {
            self.remark(&opened, &policy)?;
            list.say(&mut anstream::stderr())?;
        }
        Ok(if list.is_empty() { Exit::Fine } else { Exit::SetAside })
    }

    fn tell(
        &self,
        policy: &Policy,
        day: Day,
        counted: (&Finished, u64),
        (averages, lines): (&Averages, &[(&Item, Decimal)]),
        sources: &[Fingerprint],
        comment: &[String],
    ) -> Result<(), Stop> {
        let mut stdout = anstream::stdout().lock();
        match self.format {
            Format::Text if self.write => {}
            Format::Text => {
                for line in comment {
                    writeln!(stdout, "{DIM}{line}{DIM:#}")?;
                }
                for (item, average) in lines {
                    writeln!(stdout, "\n{} {} {{\n  baseline  {average}", word(item.kind), item.name)?;
                }
            }
            Format::Json => {
                let baselines = lines.iter().map(|(item, average)| {
                    json!({
                        "kind": word(item.kind),
                        "name": item.name,
                        "title": item.title,
                        "baseline": Amount(*average),
                        "before": item.baseline.map(Amount),
                    })
                });
                let files = sources.iter().map(|one| {
                    json!({ "name": one.name, "file": one.path.display().to_string(), "sha256": one.sha256 })
                });
                let over = averages.over();
                let mut report = head_value(SCHEMA, policy, day, counted);
                let more = json!({
                    "over": {
                        "at_or_above": over.at_or_above.map(Amount),
                        "within": over.within.map(Amount),
                        "records": averages.records(),
                    },
                    "files": files.collect::<Vec<_>>(),
                    "baselines": baselines.collect::<Vec<_>>(),
                });
                if let Value::Object(more) = more {
                    report.extend(more);
                }
                writeln!(stdout, "{}", Value::Object(report))?;
            }
        }
        Ok(())
    }

    fn write(
        &self,
        opened: &Opened,
        policy: &Policy,
        lines: &[(&Item, Decimal)],
        comment: &[String],
    ) -> Result<(), Stop> {
        let own: Vec<Baseline> = lines
            .iter()
            .filter(|(item, _)| project::is_own(&opened.ruleset, item.place))
            .map(|(item, average)| Baseline { place: item.place, value: *average })
            .collect();
        let settings = opened.settings(&self.run);
        let written = project::write_baselines(&opened.ruleset, policy, &settings, &own, comment);
        let is_new = written.map_err(|error| {
            let help = "nothing was written; without `--write` the lines are printed".to_owned();
            Stop::failure(error.to_string(), Some(help))
        })?;
        let mut stderr = anstream::stderr();
        if !self.quiet {
            let (path, many) = (opened.project().path.display(), plural(own.len(), "baseline"));
            match is_new {
                true => writeln!(stderr, "{GOOD}✓{GOOD:#} {path}: wrote {many}")?,
                false => writeln!(stderr, "{GOOD}✓{GOOD:#} {path}: its {many} are these already")?,
            }
        }
        for (item, average) in lines.iter().filter(|(item, _)| !project::is_own(&opened.ruleset, item.place))
        {
            let file = opened.sources.get(item.place.file).map_or("", |source| source.path.as_str());
            writeln!(
                stderr,
                "{WARNING}warning{WARNING:#}: `{}` stands in {file}, which other policies may read: write `baseline \
                 {average}` there yourself",
                item.name
            )?;
        }
        Ok(())
    }

    /// What is worth knowing beside the numbers.
    fn remark(&self, opened: &Opened, policy: &Policy) -> Result<(), Stop> {
        let mut stderr = anstream::stderr();
        if policy.reasons_shown.by == RankedBy::PointsLost {
            writeln!(
                stderr,
                "{HELP}note{HELP:#}: {} ranks reasons by points lost; baselines count only with `reasons up to {} by \
                 points below baseline`",
                opened.project().path.display(),
                policy.reasons_shown.up_to
            )?;
        }
        let own_rows: Vec<String> = policy
            .items
            .iter()
            .filter(|item| match &item.body {
                ItemBody::Table { table, .. } => table.rows.iter().any(|row| row.baseline.is_some()),
                ItemBody::Formula(_) | ItemBody::Events(_) | ItemBody::Group(_) => false,
            })
            .map(|item| format!("`{}`", item.name))
            .collect();
        if !own_rows.is_empty() {
            writeln!(
                stderr,
                "{HELP}note{HELP:#}: rows of {} have baselines of their own, which win",
                own_rows.join(", ")
            )?;
        }
        Ok(())
    }
}

/// The characteristics and rules that can have a baseline, each with its average.
fn lines<'p>(policy: &'p Policy, averages: &Averages) -> Result<Vec<(&'p Item, Decimal)>, Stop> {
    let items = (0..).map(ItemId).zip(&policy.items);
    let can_have = items.filter(|(_, item)| match item.body {
        ItemBody::Table { .. } | ItemBody::Formula(_) => true,
        ItemBody::Events(_) | ItemBody::Group(_) => false,
    });
    can_have
        .map(|(id, item)| {
            let average = averages.of(id.index());
            average.map(|average| (item, average)).ok_or_else(|| {
                Stop::failure(format!("the points of `{}` are too large to be averaged", item.name), None)
            })
        })
        .collect()
}

fn nobody(policy: &Policy, over: Over) -> Stop {
    let scored = &policy.schema.scored().name;
    match over.at_or_above {
        None => Stop::failure(format!("no {scored} has a score: there is nothing to average"), None),
        Some(least) => {
            let most = over
                .within
                .map_or_else(String::new, |within| format!(" and at most {} more", grouped(within)));
            let help = "`glassbox measure` shows how the scores lie".to_owned();
            Stop::failure(format!("no {scored} has a score of at least {least}{most}"), Some(help))
        }
    }
}

fn word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Characteristic => "characteristic",
        ItemKind::Rule => "rule",
        ItemKind::Group => "group",
    }
}
