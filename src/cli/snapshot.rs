//! `glassbox snapshot`: keeps the scores of a pack, and says what became different.

use super::open::{Opened, open_all};
use super::report::{DIM, ERROR, GOOD, HEADING, HELP, grouped, plural};
use super::{Exit, Stop};
use crate::decimal::Decimal;
use crate::snapshot::{
    self, Difference, KEPT, Moved, Reworded, Row, Stored, Through, Unstored, compare, explained_at, path_of,
    take,
};
use clap::Args;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox snapshot rules/german_credit              keep its scores where none are kept yet
  glassbox test rules/german_credit                  who moved, by how much, through which rule
  glassbox snapshot rules/german_credit --accept     take the new scores
  glassbox review rules/german_credit                the same, asked policy by policy

Beside POLICY.score stands snapshots/POLICY.csv, a record a line in the order of keys, with the
points of every rule; and snapshots/POLICY/KEY.txt, an explanation, for each key in glassbox.toml:

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
                        self.path.display()
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

    /// Keeps the new scores, and says so.
    pub(super) fn keep(&self, difference: Option<&Difference>, to: &mut dyn Write) -> Result<(), Stop> {
        let path = path_of(&self.policy);
        let path = path.display();
        if difference.is_none() && self.before.as_ref().is_some_and(|before| before.head == self.after.head) {
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
        writeln!(to, "{GOOD}✓{GOOD:#} {path}: kept {}{of}{with}{what}", plural(kept, "record"))?;
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
    json!({
        "snapshot": path_of(&compared.policy).display().to_string(),
        "holds": difference.is_none(),
        "records": compared.after.rows.len(),
        "differ": difference.map_or(0, |difference| difference.moved.len()),
        "up": difference.map_or(0, |difference| difference.up_and_down.0),
        "down": difference.map_or(0, |difference| difference.up_and_down.1),
        "tiers": difference.map_or_else(Vec::new, |difference| difference.migrated.iter().map(migrated).collect()),
        "through": difference.map_or_else(Vec::new, |difference| difference.through.iter().map(through).collect()),
        "explanations": difference.map_or(0, |difference| difference.explained.len()),
    })
}

/// How many records and rules are told of.
const TOLD: usize = 5;

/// Says who moved, by how much and through what.
pub(super) fn say(compared: &Compared, difference: &Difference, to: &mut dyn Write) -> io::Result<()> {
    let Difference { before, after, records, moved, up_and_down: (up, down), migrated, through, explained } =
        difference;
    let path = path_of(&compared.policy);
    let (count, of) = (grouped(moved.len()), plural(records, "record"));
    let what = match (moved.len(), explained.len()) {
        (0, some) => format!(
            "no record differs, {} explained {}",
            grouped(some),
            if some == 1 { "does" } else { "do" }
        ),
        (1, _) => format!("1 of {of} differs"),
        (_, _) => format!("{count} of {of} differ"),
    };
    writeln!(to, "{ERROR}✗{ERROR:#} {HEADING}{}: {what}{HEADING:#}", path.display())?;
    let largest =
        moved.iter().find_map(|one| one.by.map(|by| (by, &one.key))).filter(|(by, _)| !by.is_zero());
    if let Some((by, key)) = largest {
        writeln!(
            to,
            "    {} up, {} down; the largest move is {} (`{key}`)",
            grouped(up),
            grouped(down),
            signed(by)
        )?;
    }
    if before.hash != after.hash || before.as_of != after.as_of {
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        let day = match before.as_of == after.as_of {
            true => String::new(),
            false => format!(", and the day was {}, now {}", before.as_of, after.as_of),
        };
        let policy = match before.hash == after.hash {
            true => "the policy is the same".to_owned(),
            false => format!("kept of policy {}, which is now {}", short(&before.hash), short(&after.hash)),
        };
        writeln!(to, "    {DIM}{policy}{day}{DIM:#}")?;
    } else if !moved.is_empty() {
        writeln!(to, "    {DIM}policy and day are the same: the data is another, or the program{DIM:#}")?;
    }
    if !migrated.is_empty() {
        writeln!(to, "  from one tier to another")?;
        for ((from, to_tier), count) in migrated {
            writeln!(to, "    {from} → {to_tier}: {}", grouped(count))?;
        }
    }
    if !through.is_empty() {
        writeln!(to, "  through")?;
        for one in through.iter().take(TOLD) {
            let (least, most) = one.between;
            let by =
                if least == most { signed(least) } else { format!("{} to {}", signed(least), signed(most)) };
            let places = match one.places.as_slice() {
                [] => "no longer there".to_owned(),
                [first, rest @ ..] => {
                    let more =
                        rest.iter().take(2).filter_map(|place| place.rsplit_once(':').map(|(_, line)| line));
                    let more: String = more.map(|line| format!(", {line}")).collect();
                    let dots = if rest.len() > 2 { ", …" } else { "" };
                    format!("{first}{more}{dots}")
                }
            };
            writeln!(
                to,
                "    `{}`: {}, {by}  {DIM}{places}{DIM:#}",
                one.item,
                plural(one.records, "record")
            )?;
        }
        rest(through.len(), "rule", to)?;
    }
    if !moved.is_empty() {
        writeln!(to, "  most moved")?;
        for one in moved.iter().take(TOLD) {
            say_moved(one, to)?;
        }
        rest(moved.len(), "record", to)?;
    }
    for Reworded { key, before, after } in explained.iter().take(TOLD) {
        let path = explained_at(&compared.policy, key);
        match (before, after) {
            (None, Some(_)) => writeln!(to, "  {} is not kept yet", path.display())?,
            (Some(_), None) => writeln!(to, "  {} is kept, and says more than there is now", path.display())?,
            (before, after) => {
                writeln!(to, "  {} reads differently", path.display())?;
                for (mark, line) in [('-', before), ('+', after)] {
                    writeln!(to, "    {mark} {}", line.as_deref().unwrap_or_default())?;
                }
            }
        }
    }
    rest(explained.len(), "explanation", to)
}

fn rest(all: usize, noun: &str, to: &mut dyn Write) -> io::Result<()> {
    match all.checked_sub(TOLD).filter(|more| *more > 0) {
        Some(more) => writeln!(to, "    {DIM}and {}{DIM:#}", plural(more, &format!("more {noun}"))),
        None => Ok(()),
    }
}

/// One record, and what moved it.
fn say_moved(moved: &Moved, to: &mut dyn Write) -> io::Result<()> {
    let told = |row: &Row| row.score.map_or_else(|| row.status.clone(), |score| score.to_string());
    let Moved { key, before, after, by, through } = moved;
    match (before, after) {
        (Some(before), Some(after)) => {
            let by = by.filter(|by| !by.is_zero()).map_or_else(String::new, |by| format!("  {}", signed(by)));
            let (from, into) = (told(before), told(after));
            let scores = if from == into { from } else { format!("{from} → {into}") };
            write!(to, "    `{key}`: {scores}{by}")?;
            if before.tier != after.tier && !before.tier.is_empty() && !after.tier.is_empty() {
                write!(to, ", {} → {}", before.tier, after.tier)?;
            }
            if before.reasons != after.reasons {
                write!(to, "{DIM}, reasons {} → {}{DIM:#}", list(&before.reasons), list(&after.reasons))?;
            }
            writeln!(to)?;
        }
        (None, Some(after)) => writeln!(to, "    `{key}`: new, {}", told(after))?,
        (Some(before), None) => writeln!(to, "    `{key}`: gone, was {}", told(before))?,
        (None, None) => {}
    }
    for change in through.iter().take(TOLD) {
        let points = |points: Option<Decimal>| points.map_or_else(|| "none".to_owned(), signed);
        let (was, is) = (points(change.points.0), points(change.points.1));
        let place = if change.place.is_empty() { "no longer there" } else { &change.place };
        writeln!(to, "      `{}` {was} → {is}  {DIM}{place}{DIM:#}", change.item)?;
    }
    Ok(())
}

fn list(codes: &str) -> &str {
    if codes.is_empty() { "none" } else { codes }
}

/// A number with its sign.
fn signed(number: Decimal) -> String {
    if number > Decimal::ZERO { format!("+{number}") } else { number.to_string() }
}

impl From<Unstored> for Stop {
    fn from(error: Unstored) -> Self {
        let help = match &error {
            Unstored::Malformed { .. } => {
                Some("take the file away, and keep the scores again by `glassbox snapshot`".to_owned())
            }
            Unstored::Io { .. } => None,
        };
        Self::failure(error.to_string(), help)
    }
}
