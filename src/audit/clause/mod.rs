//! Clauses of charters: one table of what they can say, and how each is answered.
//!
//! A clause of a charter is a sentence. [`groups`] lists the sentences: their words, what they mean, an example, where they
//! come from, and the pass that answers them for a policy. Adding one is one entry in the file of its group. A pass answers
//! from the policy's text where that settles the question, and asks the audit core ([`Desk`]) where records do.

mod asked;
mod consequences;
mod data;
mod desk;
mod given;
mod influence;
mod input;
mod inputs;
mod naming;
mod others;
mod pattern;
mod points;
mod reasons;
mod reference;
mod resolve;
mod slots;
#[cfg(test)]
mod tests;
mod ways;

pub use asked::{Answer, Asked, read};
pub use desk::{AdverseImpact, Benchmark, Desk, Input, Pass, Screen, Share, Target, Way};
pub(super) use input::inputs_of;
pub use reference::reference;
pub use resolve::Unknown;

use super::Verdict;
use crate::policy::Policy;
use slots::Slots;

/// Sentences about one subject.
#[derive(Debug)]
pub struct Group {
    /// The subject, as a heading.
    pub title: &'static str,
    /// The sentences, in the order of the page about charters.
    pub patterns: &'static [Pattern],
}

/// What a clause can say.
pub struct Pattern {
    /// The sentence: words in small letters, slots in capitals, `a|b` for one of several words, brackets around what may be
    /// left out.
    pub words: &'static str,
    /// What it means, for authors: one paragraph.
    pub doc: &'static str,
    /// Clauses that say it, for readers and for tests.
    pub examples: &'static [&'static str],
    /// The law, standard or paper that it stems from; empty where there is none. It is a source, and no claim that a policy
    /// which keeps the clause keeps the law.
    pub source: &'static str,
    /// How it is answered; `None` only where the slots are not those of the sentence.
    pass: fn(&Subject<'_>, &Slots) -> Option<Verdict>,
}

/// A policy as clauses see it.
pub struct Subject<'a> {
    /// The policy, as in force on a day.
    pub policy: &'a Policy,
    /// The other policies that the charter is applied to together with it, on the same day: scores flow between them.
    pub others: &'a [&'a Policy],
    /// The audit core, for what records decide.
    pub desk: &'a dyn Desk,
    /// Data, for what data decide.
    pub screen: Option<&'a dyn Screen>,
}

/// Every sentence, by subject.
pub fn groups() -> &'static [Group] {
    static GROUPS: [Group; 8] = [
        Group { title: "What may change a result", patterns: &influence::PATTERNS },
        Group { title: "Other people's scores", patterns: &others::PATTERNS },
        Group { title: "How much points may move", patterns: &points::PATTERNS },
        Group { title: "Reasons and explanations", patterns: &reasons::PATTERNS },
        Group { title: "What people can do about it", patterns: &ways::PATTERNS },
        Group { title: "Benefits and penalties", patterns: &consequences::PATTERNS },
        Group { title: "What is known about people", patterns: &inputs::PATTERNS },
        Group { title: "What data decide", patterns: &data::PATTERNS },
    ];
    &GROUPS
}

/// Every sentence, in order.
pub fn all() -> impl Iterator<Item = &'static Pattern> {
    groups().iter().flat_map(|group| group.patterns)
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("policy", &self.policy.name).finish_non_exhaustive()
    }
}
