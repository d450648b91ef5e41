//! `glassbox snapshot`: keeps the scores of a pack, and says what became different.

mod text;

pub(super) use text::{say, say_older};

use super::open::{Opened, open_all};
use super::report::{GOOD, HELP, grouped, plural};
use super::{Exit, Stop};
use crate::diagnostic::in_shell;
use crate::snapshot::{
    self, AnswerShift, Difference, HeldShift, KEPT, Stored, Through, Unstored, compare, path_of, take,
};
use clap::Args;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox snapshot rules/german_credit              keep its scores where none are kept yet
  glassbox test rules/german_credit                  who moved, by how much, through which rule
  glassbox snapshot rules/german_credit --accept     take the new scores
  glassbox review rules/german_credit                the same, asked policy by policy

Beside POLICY.score stands snapshots/POLICY.csv, a record a line in the order of keys, with reasons,
benefits, penalties, the answers of decisions and the points of every rule; and
snapshots/POLICY/KEY.txt, an explanation, for each key in glassbox.toml:

  [snapshot]
  explain = [\"17\", \"23\"]

Of more than 10,000 records it keeps those whose keys have the least SHA-256.";

/// Keep the scores of a pack's data, to be compared by `glassbox test`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Snapshot {
    /// A pack (all policies its glassbox.toml names) or one policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// Take the new scores where others are kept
    #[arg(long)]
    accept: bool,
}

/// The scores of a policy, kept and new.
pub(super) struct Compared {
    /// The policy's file.
    pub(super) policy: PathBuf,
    /// What is kept; `None` where nothing is.
    before: Option<snapshot::Snapshot>,
    after: snapshot::Snapshot,
}

impl Snapshot {
    /// Keeps or compares.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut exit = Exit::Fine;
        let mut stdout = anstream::stdout().lock();
        for opened in open_all(&self.path)? {
            let compared = Compared::of(&opened)?;
            match compared.difference() {
                Some(difference) if !self.accept => {
                    say(&compared, &difference, &mut stdout)?;
                    writeln!(
                        anstream::stderr(),
                        "{HELP}help{HELP:#}: `glassbox snapshot {} --accept` takes the new scores",
                        in_shell(self.path.display())
                    )?;
                    exit = Exit::Wrong;
                }
                difference => compared.keep(difference.as_ref(), &mut stdout)?,
            }
        }
        Ok(exit)
    }
}

impl Compared {
    /// Scores a policy's data and reads what is kept.
    pub(super) fn of(opened: &Opened) -> Result<Self, Stop> {
        let policy = opened.project().path.clone();
        let before = match snapshot::read(&policy)? {
            Stored::Nothing => None,
            Stored::Snapshot(before) => Some(*before),
        };
        Self::against(opened, before)
    }

    /// The same where something is kept, which is known by looking for its file; `None` where nothing is.
    pub(super) fn if_kept(opened: &Opened) -> Result<Option<Self>, Stop> {
        match snapshot::read(&opened.project().path)? {
            Stored::Nothing => Ok(None),
            Stored::Snapshot(before) => Self::against(opened, Some(*before)).map(Some),
        }
    }

    fn against(opened: &Opened, before: Option<snapshot::Snapshot>) -> Result<Self, Stop> {
        let project = opened.project();
        let day = opened.day_or(None)?;
        if day.from_clock {
            return Err(Stop::failure(
                "a snapshot needs a day that stays the same",
                Some("write `as_of = \"2026-01-31\"` into glassbox.toml".to_owned()),
            ));
        }
        let policy = opened.policy_on(day)?;
        let loaded = opened.load_pack(&policy)?;
        let folder = project.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let folder = if folder.is_empty() { folder } else { folder + "/" };
        let explained = &project.manifest.explained;
        let after = take(&policy, &opened.sources, &loaded, explained, &folder);
        let alone = project.manifest.policies.len() <= 1;
        if let Some(key) = explained.iter().find(|key| alone && !after.explained.contains_key(*key)) {
            return Err(Stop::failure(
                format!(
                    "glassbox.toml has `{key}` explained, and there is no such {}",
                    policy.schema.scored().name
                ),
                Some("mend the list `explain` of its table `[snapshot]`".to_owned()),
            ));
        }
        Ok(Self { policy: project.path.clone(), before, after })
    }

    /// How the new scores differ from those that are kept.
    pub(super) fn difference(&self) -> Option<Difference> {
        self.before.as_ref().and_then(|before| compare(before, &self.after))
    }

    /// Whether what is kept lacks decisions, benefits and penalties, so that they are not compared.
    pub(super) fn is_older(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.scores_only)
    }

    /// Keeps the new scores, and says so.
    pub(super) fn keep(&self, difference: Option<&Difference>, to: &mut dyn Write) -> Result<(), Stop> {
        let path = path_of(&self.policy);
        let path = path.display();
        let is_same = self.before.as_ref().is_some_and(|before| before.head == self.after.head);
        if difference.is_none() && is_same && !self.is_older() {
            writeln!(to, "{GOOD}✓{GOOD:#} {path}: nothing is different")?;
            return Ok(());
        }
        snapshot::write(&self.policy, &self.after)?;
        let (kept, all) = (self.after.rows.len(), self.after.head.records);
        let of = if all > KEPT { format!(" of {}", grouped(all)) } else { String::new() };
        let with = match self.after.explained.len() {
            0 => String::new(),
            some => format!(", {}", plural(some, "explanation")),
        };
        let what = match difference {
            Some(difference) if !difference.moved.is_empty() => {
                format!("; {} of them differed", grouped(difference.moved.len()))
            }
            Some(_) | None => String::new(),
        };
        let now = if self.is_older() { ", now with decisions, benefits and penalties" } else { "" };
        writeln!(to, "{GOOD}✓{GOOD:#} {path}: kept {}{of}{with}{now}{what}", plural(kept, "record"))?;
        Ok(())
    }
}

/// How the scores differ, for programs.
pub(super) fn object(compared: &Compared, difference: Option<&Difference>) -> serde_json::Value {
    let through = |one: &Through| {
        json!({
            "item": one.item,
            "records": one.records,
            "least": one.between.0.to_string(),
            "most": one.between.1.to_string(),
            "places": one.places,
        })
    };
    let migrated = |((from, to), count): (&(String, String), &usize)| json!({ "from": from, "to": to, "records": count });
    let or_none = |answer: &String| (!answer.is_empty()).then(|| answer.clone());
    let answers = |one: &AnswerShift| {
        json!({
            "decision": one.decision,
            "from": or_none(&one.before),
            "to": or_none(&one.after),
            "records": one.records,
            "places": one.places,
        })
    };
    let held = |one: &HeldShift| {
        let kind = if one.penalty { "penalty" } else { "benefit" };
        json!({ "name": one.name, "kind": kind, "gained": one.gained, "lost": one.lost })
    };
    json!({
        "snapshot": path_of(&compared.policy).display().to_string(),
        "holds": difference.is_none(),
        "scores_only": compared.is_older(),
        "records": compared.after.rows.len(),
        "differ": difference.map_or(0, |difference| difference.moved.len()),
        "up": difference.map_or(0, |difference| difference.up_and_down.0),
        "down": difference.map_or(0, |difference| difference.up_and_down.1),
        "tiers": difference.map_or_else(Vec::new, |difference| difference.migrated.iter().map(migrated).collect()),
        "decisions": difference.map_or_else(Vec::new, |difference| difference.answers.iter().map(answers).collect()),
        "consequences": difference.map_or_else(Vec::new, |difference| difference.held.iter().map(held).collect()),
        "through": difference.map_or_else(Vec::new, |difference| difference.through.iter().map(through).collect()),
        "explanations": difference.map_or(0, |difference| difference.explained.len()),
    })
}

impl From<Unstored> for Stop {
    fn from(error: Unstored) -> Self {
        let help = match &error {
            Unstored::Malformed { error, .. } if error.later => {
                Some("read it with the version of glassbox that wrote it, or a later one".to_owned())
            }
            Unstored::Malformed { .. } => {
                Some("take the file away, and keep the scores again by `glassbox snapshot`".to_owned())
            }
            Unstored::Io { .. } => None,
        };
        Self::failure(error.to_string(), help)
    }
}
