//! What there is to tell of two versions.

use super::super::moved::Mover;
use super::super::open::Opened;
use super::everybody::Everybody;
use super::impact::Settings;
use crate::diagnostic::Diagnostic;
use crate::diff::{Comparison, Meaning};
use crate::impact::{Division, Impact};
use crate::project::Project;
use crate::source::{Place, Sources};
use std::sync::Arc;

/// All that is told.
pub(super) struct Report {
    /// What the old version is called.
    pub(super) old: String,
    /// What the new version is called.
    pub(super) new: String,
    /// The policies that differ, or that were named.
    pub(super) policies: Vec<Account>,
    /// How many others there are, the same in both.
    pub(super) unchanged: usize,
}

/// A policy in both versions, or in one.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) title: String,
    /// Its file in the old version.
    pub(super) old_path: Option<String>,
    /// Its file in the new version.
    pub(super) new_path: Option<String>,
    pub(super) old_hash: Option<Arc<str>>,
    pub(super) new_hash: Option<Arc<str>>,
    /// Whether it stands in another file than before.
    pub(super) has_moved: bool,
    pub(super) what: What,
}

/// What became of a policy.
pub(super) enum What {
    /// It is new.
    Added,
    /// It is no more.
    Removed,
    /// It is not known what became of it, and why.
    NotCompared(&'static str),
    /// It is in both.
    Compared(Box<Compared>),
}

/// Two versions of a policy. What each section of a report says is here.
pub(super) struct Compared {
    /// The meaning.
    pub(super) comparison: Comparison,
    /// What is proved of everybody, where the meaning changed.
    pub(super) everybody: Option<Everybody>,
    /// What it does to records.
    pub(super) impact: Impacted,
    pub(super) old_sources: Sources,
    pub(super) new_sources: Sources,
}

/// What became of records.
pub(super) enum Impacted {
    /// Nobody asked.
    NotAsked,
    /// There are no data to score.
    NoData,
    /// A version cannot read the data.
    Unreadable {
        /// Whether that is the new version.
        is_new: bool,
        /// Why, in words without places.
        diagnostics: Vec<Diagnostic>,
    },
    /// Both scored the same records.
    Scored(Box<Scored>),
}

/// Records that both versions scored.
pub(super) struct Scored {
    /// What a record is called.
    pub(super) record: String,
    /// The files that were read.
    pub(super) data: Vec<String>,
    /// The day.
    pub(super) day: String,
    pub(super) read: u64,
    pub(super) old: Side,
    pub(super) new: Side,
    /// The step between scores.
    pub(super) round: crate::decimal::Decimal,
    pub(super) impact: Impact,
    pub(super) divisions: Vec<Division>,
    pub(super) movers: Vec<Mover>,
    /// What else there is to say: of the data, of what could not be told.
    pub(super) notes: Vec<String>,
}

/// How the records fared in one version.
pub(super) struct Side {
    pub(super) scored: usize,
    pub(super) set_aside: u64,
}

impl Report {
    /// Whether anything differs in meaning.
    pub(super) fn differs(&self) -> bool {
        self.policies.iter().any(|account| match &account.what {
            // What cannot be read is not known to be the same.
            What::Added | What::Removed | What::NotCompared(_) => true,
            What::Compared(compared) => compared.comparison.meaning >= Meaning::Words,
        })
    }
}

impl Account {
    /// Of a policy that one version has and the other has not.
    pub(super) fn of_one(project: &Project, what: What) -> Self {
        let (name, title) = project.policy_named().unwrap_or_default();
        let path = project.unit.files.first().and_then(|file| project.unit.sources.get(file.file));
        let path = path.map(|source| source.path.clone());
        let hash = Some(project.unit.hash(&project.manifest.params));
        let (name, title) = (name.to_owned(), title.to_owned());
        let account = Self {
            name,
            title,
            old_path: None,
            new_path: None,
            old_hash: None,
            new_hash: None,
            has_moved: false,
            what,
        };
        match account.what {
            What::Removed => Self { old_path: path, old_hash: hash, ..account },
            What::Added | What::NotCompared(_) | What::Compared(_) => {
                Self { new_path: path, new_hash: hash, ..account }
            }
        }
    }

    /// Of a policy that both have.
    pub(super) fn of_two(
        old: &Opened,
        new: &Opened,
        (old_set, new_set): (&Settings, &Settings),
        compared: Compared,
    ) -> Self {
        let path = |sources: &Sources| sources.iter().next().map(|(_, source)| source.path.clone());
        let (name, title) = new.named();
        Self {
            name,
            title,
            old_path: path(&old.sources),
            new_path: path(&new.sources),
            old_hash: Some(old.ruleset.hash(old_set)),
            new_hash: Some(new.ruleset.hash(new_set)),
            has_moved: false,
            what: What::Compared(Box::new(compared)),
        }
    }
}

impl Compared {
    /// Where something stands that changed: now, or before where it is no more.
    pub(super) fn locate(&self, old: Option<Place>, new: Option<Place>) -> Option<(String, usize)> {
        let at = |sources: &Sources, place: Option<Place>| {
            sources.position(place?).map(|position| (position.path.to_owned(), position.line))
        };
        at(&self.new_sources, new).or_else(|| at(&self.old_sources, old))
    }
}
