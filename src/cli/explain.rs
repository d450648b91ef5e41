//! `glassbox explain`: every point of one record.

use super::arguments::Run;
use super::open::open;
use super::report::plural;
use super::{Exit, Stop, rejects};
use crate::data::{Loaded, Records, Reject};
use crate::diagnostic::suggest;
use crate::explain::{self, Explainer};
use crate::policy::Policy;
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox explain rules/german_credit 17
  glassbox explain rules/sesame/rumoured.score p03 --as-of 2020-06-30
  glassbox explain rules/payments p7 --format json | jq .contributions

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
        let explanation = Explainer::new(&policy, &opened.sources, &loaded.population)
            .explain(position)
            .map_err(|reason| Stop::failure(format!("record `{}` has no score: {reason}", self.key), None))?;
        let mut stdout = anstream::stdout().lock();
        match self.format {
            // Whether the escapes stay is the stream's affair.
            Format::Text => write!(stdout, "{}", explain::text(&explanation, true))?,
            Format::Json => writeln!(stdout, "{}", explain::json(&explanation))?,
        }
        Ok(Exit::Fine)
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
