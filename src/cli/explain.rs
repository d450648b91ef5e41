//! `glassbox explain`: every point of one record.

use super::arguments::Run;
use super::open::open;
use super::patience::Patience;
use super::report::plural;
use super::{Exit, Stop, rejects};
use crate::audit::Audit;
use crate::audit::recourse::{Aim, Planner};
use crate::data::{Loaded, Records, Reject};
use crate::decimal::Decimal;
use crate::diagnostic::suggest;
use crate::eval::{Scorer, Settled, score_one};
use crate::explain::{self, Explainer};
use crate::policy::{Policy, TierId};
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox explain rules/german_credit 17
  glassbox explain rules/sesame/rumoured.score p03 --as-of 2020-06-30
  glassbox explain rules/payments p7 --format json | jq .contributions
  glassbox explain rules/payments p0004 --recourse      the cheapest changes to the next better tier
  glassbox explain rules/payments p0004 --recourse --to-score 700

The lines sum to the score; that they do is verified each time.";

/// Explain every point of one record
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Explain {
    /// A pack (a folder with glassbox.toml) or one of its policies
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// The key of the record, as the data writes it
    key: String,

    #[command(flatten)]
    run: Run,

    /// Work out the cheapest changes that lead to the next better tier (or to `--to`, `--to-score`), with the proof that
    /// nothing cheaper does, or that nothing does. Fields are changed as the policy declares them: `controllable by … at …`
    #[arg(long)]
    recourse: bool,

    /// The tier that `--recourse` is to reach, or a better one
    #[arg(long, value_name = "TIER", requires = "recourse", conflicts_with = "to_score")]
    to: Option<String>,

    /// The score that `--recourse` is to reach
    #[arg(long, value_name = "N", requires = "recourse", value_parser = score, allow_negative_numbers = true)]
    to_score: Option<Decimal>,

    /// The form of the explanation
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The form of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object, its schema versioned
    Json,
}

impl Explain {
    /// Finds the record and explains it.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let opened = open(&self.path, false)?;
        let day = opened.day(&self.run)?;
        let policy = opened.policy(day, &self.run)?;
        let loaded = opened.load(&policy, &self.run)?;
        let Some(position) = loaded.population.find(&policy.schema, &self.key) else {
            return Err(self.not_found(&policy, &loaded));
        };
        let mut explanation = Explainer::new(&policy, &opened.sources, &loaded.population)
            .explain(position)
            .map_err(|reason| Stop::failure(format!("record `{}` has no score: {reason}", self.key), None))?;
        if self.recourse {
            explanation.recourse = Some(self.recourse(&policy, &loaded.population, position)?);
        }
        let mut stdout = anstream::stdout().lock();
        match self.format {
            // Whether the escapes stay is the stream's affair.
            Format::Text => write!(stdout, "{}", explain::text(&explanation, true))?,
            Format::Json => writeln!(stdout, "{}", explain::json(&explanation))?,
        }
        Ok(Exit::Fine)
    }

    /// The cheapest way to what is asked for.
    fn recourse(
        &self,
        policy: &Policy,
        records: &dyn Records,
        position: usize,
    ) -> Result<explain::Recourse, Stop> {
        let failure = |why: String| Stop::failure(format!("`{}` has no recourse: {why}", self.key), None);
        let scorer = Scorer::new(policy);
        let settled = Settled::of(&scorer, records);
        let outcome = score_one(&scorer, records, &settled, position, &mut ());
        let (Some(subject), Some(Ok(outcome))) = (records.subject(position), outcome) else {
            return Err(failure("it has no score".to_owned()));
        };
        if outcome.score.is_none() {
            return Err(failure(format!("it is {}", outcome.status.name())));
        }
        let aim = self.aim(policy, Planner::next_tier(&outcome))?;
        let _patience = Patience::saying("looking for the cheapest way …".to_owned());
        let audit = Audit::of(policy);
        let planner = audit.planner().map_err(failure)?;
        let recourse = planner.cheapest(records, &subject, &outcome, aim).map_err(failure)?;
        Ok(planner.shown(&recourse))
    }

    /// What is to be reached: what was named, else the next better tier.
    fn aim(&self, policy: &Policy, next: Option<TierId>) -> Result<Aim, Stop> {
        if let Some(score) = self.to_score {
            return Ok(Aim::Score(score));
        }
        let names = || policy.tiers.iter().map(|tier| tier.name.as_str());
        if policy.tiers.is_empty() {
            let message = format!("`{}` has no tiers to reach", policy.name);
            return Err(Stop::failure(message, Some(to_score(policy))));
        }
        let Some(name) = &self.to else {
            return next.map(Aim::Tier).ok_or_else(|| {
                let message = format!("`{}` has the best tier already", self.key);
                Stop::failure(message, Some(to_score(policy)))
            });
        };
        let tier = names().position(|tier| tier == name);
        tier.and_then(|at| u32::try_from(at).ok()).map(|at| Aim::Tier(TierId(at))).ok_or_else(|| {
            let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let closest = suggest::did_you_mean(name, names());
            let help = closest
                .map_or_else(|| format!("there are {all}"), |closest| format!("{closest} there are {all}"));
            Stop::failure(format!("there is no tier `{name}`"), Some(help))
        })
    }

    /// Why there is no such record to explain.
    fn not_found(&self, policy: &Policy, loaded: &Loaded) -> Stop {
        let key = &self.key;
        if let Some(reject) =
            loaded.rejects.set_aside.iter().find(|reject| reject.key.as_deref() == Some(key))
        {
            return Stop::failure(
                format!("record `{key}` was set aside and has no score: {}", faults(reject)),
                None,
            );
        }
        let population = &loaded.population;
        let scored = policy.schema.scored();
        let kind = scored.key.map(|field| policy.schema.field(policy.schema.scored, field).kind);
        let keys: Vec<String> = (0..population.count())
            .filter_map(|position| Some(policy.schema.spell(kind?, population.key(position)?)))
            .collect();
        let many = match keys.as_slice() {
            [] => format!("no {} has a score", scored.name),
            [only] => format!("there is one {}, `{only}`", scored.name),
            [first, .., last] => {
                format!("there are {}, `{first}` to `{last}`", plural(keys.len(), &scored.name))
            }
        };
        let closest = suggest::did_you_mean(key, keys.iter().map(String::as_str));
        let help = closest.map_or_else(|| many.clone(), |closest| format!("{closest} {many}"));
        Stop::failure(format!("there is no {} `{key}`", scored.name), Some(help))
    }
}

/// Everything that is wrong with a record, in words.
pub(super) fn faults(reject: &Reject) -> String {
    reject.faults.iter().map(rejects::words).collect::<Vec<_>>().join("; ")
}

/// How to name a score, with one that may be reached.
fn to_score(policy: &Policy) -> String {
    let (_, top) = policy.range.unwrap_or(policy.reachable);
    format!("name a score: `--to-score {top}`")
}

/// A score on the command line.
fn score(text: &str) -> Result<Decimal, String> {
    Decimal::parse(text).map_err(|error| format!("{error}; a score is written like 650 or 12.5"))
}
