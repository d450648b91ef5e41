//! `glassbox diff`: what a change of a policy means, and what it does to whom.

mod account;
mod everybody;
mod impact;
mod json;
mod markdown;
mod text;
mod versions;
mod words;

use super::arguments::Run;
use super::{Exit, Stop, UNUSABLE, report};
use crate::project::MANIFEST;
use account::{Account, Compared, Report, What};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use versions::{Pair, Versions};

/// Why a policy is not compared.
const OLD_UNREADABLE: &str = "the old version of its pack cannot be read";
const NEW_UNREADABLE: &str = "the new version of its pack cannot be read";
const ERRORS: &str = "a version of it has errors";

const EXAMPLES: &str = "\
Examples:
  glassbox diff HEAD -- rules/payments               what was changed since the last commit
  glassbox diff HEAD~1 --by region -- rules/payments
  glassbox diff main..branch                         every policy that a branch changes
  glassbox diff main...branch --format markdown      since it left main, for a pull request comment
  glassbox diff old/loan.score new/loan.score --data person=people.csv
  glassbox diff HEAD --exit-code && echo 'nothing changed that means anything'

First the meaning: which rows, edges, points, rules, fields and words were added, removed or
changed, and from which day on. Then what is proved of everybody that both versions can score:
never lower, never higher, the largest rise and fall, with records that show it. Then, with the
pack's own data or those of --data, the impact:
both versions score the same records; how many move and how far, from which tier to which, who is
given another reason, and the records that moved most with the line that moved them.

Exit codes: 0, or with --exit-code 1 where something changed; 2 where it cannot be compared.";

/// Say what changed between two versions of a policy, and what that does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "glassbox diff [OPTIONS] OLD NEW\n       \
    glassbox diff [OPTIONS] REVISION [REVISION] [-- PATH...]\n       \
    glassbox diff [OPTIONS] REVISION..REVISION [-- PATH...]")]
pub(super) struct Diff {
    /// Two policies or two packs; or revisions of a git repository: one (against the files as they are), two, `A..B`, or
    /// `A...B` (B against the last revision that both share)
    #[arg(value_name = "OLD|REVISION", required = true, num_args = 1..)]
    versions: Vec<String>,

    /// Packs, folders or policies to compare in the revisions [default: all of the repository]
    #[arg(value_name = "PATH", last = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    run: Run,

    /// Do not score anything: compare the meaning only
    #[arg(long)]
    no_impact: bool,

    /// Tell the impact for each value of a field of the scored record, or of a definition; of many numbers in bands
    #[arg(long, value_name = "NAME", conflicts_with = "no_impact")]
    by: Vec<String>,

    /// How many of the records that moved most are told
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=1000))]
    movers: u16,

    /// The form: text for people, Markdown that fits a pull request comment, or JSON by docs/schemas/diff.json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// End with 1 where a part changed, be it in words only; layout, comments and cases do not count
    #[arg(long)]
    exit_code: bool,
}

/// The form of the report. (The values have no comments, so that help shows them on one line.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

impl Diff {
    /// Compares and tells.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut versions = Versions::open(&self.versions, &self.paths)?;
        let (pairs, unchanged) = versions.pairs()?;
        let alone = pairs.len() == 1;
        let mut policies = Vec::new();
        let mut failed = false;
        for pair in pairs {
            let unread = pair.project().map(|project| Account::of_one(project, What::NotCompared(ERRORS)));
            match self.compare(&mut versions, pair, alone) {
                Ok(account) => policies.push(account),
                Err(stop) if alone => return Err(unusable(stop)),
                // What cannot be compared keeps nothing else from being compared.
                Err(stop) => {
                    unusable(stop).say();
                    failed = true;
                    policies.extend(unread);
                }
            }
        }
        let (old, new) = versions.names();
        let report = Report { old, new, policies, unchanged };
        let mut stdout = anstream::stdout().lock();
        match self.format {
            Format::Text => text::write(&report, &mut stdout)?,
            Format::Markdown => markdown::write(&report, &mut stdout)?,
            Format::Json => json::write(&report, &mut stdout)?,
        }
        if failed {
            return Err(Stop::Said(UNUSABLE));
        }
        Ok(if self.exit_code && report.differs() { Exit::Wrong } else { Exit::Fine })
    }

    fn compare(&self, versions: &mut Versions, pair: Pair, alone: bool) -> Result<Account, Stop> {
        let has_moved = pair.has_moved();
        if pair.unreadable {
            let why = if pair.new.is_some() { OLD_UNREADABLE } else { NEW_UNREADABLE };
            let found = [pair.new, pair.old].into_iter().flatten().next();
            let found = found.ok_or_else(|| Stop::failure("there is nothing to compare", None))?;
            return Ok(Account::of_one(&found.project.map_err(broken)?, What::NotCompared(why)));
        }
        let (old, new) = match (pair.old, pair.new) {
            (Some(old), Some(new)) => (old, new),
            (None, Some(new)) => return Ok(Account::of_one(&new.project.map_err(broken)?, What::Added)),
            (Some(old), None) => return Ok(Account::of_one(&old.project.map_err(broken)?, What::Removed)),
            (None, None) => return Err(Stop::failure("there is nothing to compare", None)),
        };
        let old = super::open::checked(old.project, true)?;
        let new = super::open::checked(new.project, true)?;
        let today = new.day_or(self.run.as_of)?;
        let (old_set, new_set) = impact::settings(&old, &new, &self.run)?;
        let old_version = crate::diff::Version { ruleset: &old.ruleset, settings: &old_set };
        let new_version = crate::diff::Version { ruleset: &new.ruleset, settings: &new_set };
        let mut comparison = crate::diff::compare(old_version, new_version, today.date)
            .map_err(|(is_new, wrong)| if is_new { new.wrong(wrong) } else { old.wrong(wrong) })?;
        let (was, is) = (old.project().facts(&old.sources), new.project().facts(&new.sources));
        if let Some(change) = crate::diff::Change::of_pack(MANIFEST, &was, &is) {
            comparison.add(change);
        }
        let impact = if self.no_impact {
            account::Impacted::NotAsked
        } else {
            let ask = impact::Ask {
                run: &self.run,
                by: &self.by,
                movers: usize::from(self.movers),
                day: today,
                strict: alone,
            };
            impact::of(versions, (&old, &old_set), (&new, &new_set), &ask)?
        };
        if today.from_clock && !self.no_impact && self.format == Format::Text {
            let text = "compared as of today; `--as-of DATE` or `as_of` in glassbox.toml names another day";
            report::note(text)?;
        }
        let everybody = (comparison.meaning > crate::diff::Meaning::Words)
            .then(|| {
                let of = |opened: &super::open::Opened, set: &impact::Settings| {
                    opened.ruleset.on(today.date, set).ok()
                };
                Some(everybody::of(&of(&old, &old_set)?, &of(&new, &new_set)?))
            })
            .flatten();
        let compared = Compared {
            comparison,
            everybody,
            impact,
            old_sources: old.sources.clone(),
            new_sources: new.sources.clone(),
        };
        Ok(Account { has_moved, ..Account::of_two(&old, &new, (&old_set, &new_set), compared) })
    }
}

/// What keeps two versions from being compared is no finding: it could not be run.
fn unusable(stop: Stop) -> Stop {
    match stop {
        Stop::Diagnostics { sources, diagnostics, .. } => {
            Stop::Diagnostics { sources, diagnostics, exit: UNUSABLE }
        }
        Stop::ClosedPipe | Stop::Said(_) | Stop::Failure { .. } => stop,
    }
}

fn broken(broken: crate::project::Broken) -> Stop {
    Stop::Diagnostics { sources: broken.sources, diagnostics: broken.diagnostics, exit: UNUSABLE }
}
