//! A part of a policy as facts by label, so that two of them can be laid side by side.

use super::rows::{Grid, compare_rows};
use super::spelt::Space;
use super::{Detail, How, Part};
use crate::source::Place;

/// A part of a policy: a characteristic, a reason, a field.
#[derive(Debug, Clone)]
pub(super) struct Portrait {
    pub(super) part: Part,
    pub(super) space: Space,
    /// What it is called in the new policy.
    pub(super) name: String,
    /// What it is called in its own.
    pub(super) own_name: String,
    pub(super) title: String,
    pub(super) place: Option<Place>,
    pub(super) facts: Vec<Fact>,
    pub(super) grid: Option<Grid>,
    /// Of a kind of record: its fields, by which it is known again under another name.
    pub(super) parts: Vec<String>,
}

/// Something that holds of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) label: &'static str,
    /// By names and constants: facts with the same meaning are the same.
    pub(super) means: String,
    /// As it is shown.
    pub(super) says: String,
    /// Of a list whose order means nothing: what is on it.
    pub(super) items: Option<Vec<String>>,
    /// Whether it is only words, which no score, tier, reason or decision depends on.
    pub(super) words: bool,
}

impl Portrait {
    /// A part of which nothing is known yet.
    pub(super) fn new(part: Part, space: Space, name: &str, own_name: &str, place: Place) -> Self {
        Self {
            part,
            space,
            name: name.to_owned(),
            own_name: own_name.to_owned(),
            title: String::new(),
            place: Some(place),
            facts: Vec::new(),
            grid: None,
            parts: Vec::new(),
        }
    }

    /// Its title or label, unless that is its name.
    pub(super) fn titled(mut self, title: &str) -> Self {
        if title != self.own_name {
            title.clone_into(&mut self.title);
            self.words("title", title);
        }
        self
    }

    /// A fact that means what it says.
    pub(super) fn fact(&mut self, label: &'static str, says: impl Into<String>) {
        let says = says.into();
        self.facts.push(Fact { label, means: says.clone(), says, items: None, words: false });
    }

    /// The same, where there is something to say.
    pub(super) fn maybe(&mut self, label: &'static str, says: Option<impl Into<String>>) {
        if let Some(says) = says {
            self.fact(label, says);
        }
    }

    /// A fact with its meaning by names.
    pub(super) fn meaning(&mut self, label: &'static str, means: String, says: &str) {
        let says = if says.is_empty() { means.clone() } else { says.to_owned() };
        self.facts.push(Fact { label, means, says, items: None, words: false });
    }

    /// Words that no score depends on, if there are any.
    pub(super) fn words(&mut self, label: &'static str, says: &str) {
        if !says.is_empty() {
            let says = says.to_owned();
            self.facts.push(Fact { label, means: says.clone(), says, items: None, words: true });
        }
    }

    /// A list whose order means nothing, if there is anything on it.
    pub(super) fn list(&mut self, label: &'static str, items: Vec<String>, words: bool) {
        if items.is_empty() {
            return;
        }
        let mut sorted = items.clone();
        sorted.sort();
        let (means, says) = (sorted.join(", "), items.join(", "));
        self.facts.push(Fact { label, means, says, items: Some(items), words });
    }

    /// Whether another part says the same under another name, titles and columns of data aside.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let body = |portrait: &Self| -> Vec<(&'static str, String)> {
            let facts = portrait.facts.iter().filter(|fact| !fact.words && fact.label != COLUMN);
            facts.map(|fact| (fact.label, fact.means.clone())).collect()
        };
        let speaks_for_itself = match self.space {
            Space::Let | Space::Item | Space::Influence | Space::Override | Space::Decision => true,
            // What is declared in a few words is the same thing only if it is described in the same words.
            Space::Record => self.title == other.title && self.parts == other.parts,
            Space::Field | Space::Link | Space::Tag | Space::Param | Space::Tier | Space::Consequence => {
                !self.title.is_empty() && self.title == other.title
            }
            Space::Reason => !self.facts.is_empty(),
            Space::Policy => false,
        };
        let same_grid = match (&self.grid, &other.grid) {
            (Some(a), Some(b)) => compare_rows(a, b).is_empty(),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.space == other.space && speaks_for_itself && body(self) == body(other) && same_grid
    }

    /// How this part, as it was, differs from what it is.
    pub(super) fn details(&self, new: &Self) -> Vec<Detail> {
        let mut details = Vec::new();
        if self.part != new.part {
            let (old, new) = (Some(self.part.word()), Some(new.part.word()));
            details.push(Detail::of("kind", How::Changed, old, new));
        }
        for fact in &new.facts {
            match self.facts.iter().find(|old| old.label == fact.label) {
                Some(old) if old.means == fact.means => {}
                Some(old) => details.push(old.changed_to(fact)),
                None => details
                    .push(Detail { words: fact.words, ..Detail::new(fact.label, None, Some(&fact.says)) }),
            }
        }
        for old in self.facts.iter().filter(|old| new.facts.iter().all(|fact| fact.label != old.label)) {
            details.push(Detail { words: old.words, ..Detail::new(old.label, Some(&old.says), None) });
        }
        match (&self.grid, &new.grid) {
            (Some(old), Some(new)) => details.extend(compare_rows(old, new)),
            (Some(old), None) => details.extend(old.all_rows(How::Removed)),
            (None, Some(new)) => details.extend(new.all_rows(How::Added)),
            (None, None) => {}
        }
        details
    }

    /// Everything that it says, as details of something that comes or goes.
    pub(super) fn all(&self, how: How) -> Vec<Detail> {
        // The title is told with the name, and most columns are called as the field is.
        let own_column = self.own_name.rsplit('.').next().unwrap_or_default();
        let is_told =
            |fact: &&Fact| fact.label != "title" && (fact.label != COLUMN || fact.says != own_column);
        let facts = self.facts.iter().filter(is_told).map(|fact| {
            let says = Some(fact.says.as_str());
            let (old, new) = if how == How::Removed { (says, None) } else { (None, says) };
            Detail { words: fact.words, ..Detail::new(fact.label, old, new) }
        });
        facts.chain(self.grid.iter().flat_map(|grid| grid.all_rows(how))).collect()
    }
}

/// The fact that names the column of the data.
pub(super) const COLUMN: &str = "column";

impl Fact {
    fn changed_to(&self, new: &Self) -> Detail {
        let detail = match (&self.items, &new.items) {
            (Some(was), Some(is)) => {
                let only = |these: &[String], those: &[String]| {
                    let only: Vec<_> = these.iter().filter(|item| !those.contains(item)).cloned().collect();
                    (!only.is_empty()).then(|| only.join(", "))
                };
                Detail::new(self.label, only(was, is).as_deref(), only(is, was).as_deref())
            }
            // Said in the same words, and yet another thing: through a list, a parameter or a type.
            _ if self.says == new.says => {
                let detail = Detail::new(self.label, Some(&self.means), Some(&new.means));
                Detail { label: format!("{} `{}`, which is now", self.label, self.says), ..detail }
            }
            _ => Detail::new(self.label, Some(&self.says), Some(&new.says)),
        };
        Detail { words: self.words, ..detail }
    }
}
