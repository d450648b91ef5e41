//! What of a policy its cases reach, line by line.

use super::goal::{Goal, Part, goals};
use super::trial::Trial;
use super::why::why;
use crate::policy::Policy;
use crate::source::{FileId, Sources};

/// What of a policy its cases reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage<'p> {
    /// By file, in the order in which they were read.
    pub files: Vec<FileCoverage<'p>>,
}

/// What of a file the cases reach.
#[derive(Debug, Clone, PartialEq)]
pub struct FileCoverage<'p> {
    /// The file as shown to people.
    pub path: String,
    /// How much of each part.
    pub parts: Vec<(Part, Count)>,
    /// What no case reached, line by line.
    pub uncovered: Vec<Uncovered<'p>>,
}

/// How much there is, and how much of it was reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Reached.
    pub reached: usize,
    /// All.
    pub all: usize,
}

/// Something that no case reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncovered<'p> {
    /// The line, from 1.
    pub line: usize,
    /// The line as written.
    pub text: String,
    /// What of the line; empty for the line itself.
    pub label: String,
    /// Why no case reached it.
    pub why: String,
    /// What was to be reached.
    pub goal: Goal,
    /// The policy of a day on which it is in force, a case's day if there is one.
    pub policy: &'p Policy,
}

/// A goal over all days.
struct Found<'p> {
    /// The goal in each policy that has it: ids are those of a day.
    goals: Vec<(&'p Policy, Goal)>,
    reached: bool,
}

impl<'p> Coverage<'p> {
    /// Sets trials against what their policies and those of other days hold.
    pub fn of(trials: &[Trial<'p>], others: &'p [Policy], sources: &Sources) -> Self {
        let mut policies: Vec<&'p Policy> = Vec::new();
        for policy in trials.iter().map(|trial| trial.policy).chain(others) {
            if !policies.iter().any(|other| std::ptr::eq(*other, policy)) {
                policies.push(policy);
            }
        }
        let mut found: Vec<Found<'p>> = Vec::new();
        for policy in policies {
            let trials: Vec<&Trial<'p>> =
                trials.iter().filter(|trial| std::ptr::eq(trial.policy, policy)).collect();
            for goal in goals(policy) {
                let reached = trials.iter().any(|trial| goal.reached(trial));
                match found.iter_mut().find(|found| found.goal().is_some_and(|other| other.same(&goal))) {
                    Some(found) => {
                        found.goals.push((policy, goal));
                        found.reached |= reached;
                    }
                    None => found.push(Found { goals: vec![(policy, goal)], reached }),
                }
            }
        }
        let mut files: Vec<FileId> =
            found.iter().filter_map(Found::goal).map(|goal| goal.place.file).collect();
        files.sort_unstable();
        files.dedup();
        let files = files.into_iter().map(|file| FileCoverage::of(file, &found, trials, sources)).collect();
        Self { files }
    }

    /// Over all files and parts.
    pub fn total(&self) -> Count {
        self.files.iter().map(FileCoverage::total).fold(Count::default(), Count::plus)
    }
}

impl<'p> FileCoverage<'p> {
    fn of(file: FileId, all: &[Found<'p>], trials: &[Trial<'p>], sources: &Sources) -> Self {
        let is_here = |found: &&Found<'p>| found.goal().is_some_and(|goal| goal.place.file == file);
        let here: Vec<&Found<'p>> = all.iter().filter(is_here).collect();
        let parts = [Part::Row, Part::Rule, Part::Branch].map(|part| {
            let of = here.iter().filter(|found| found.goal().is_some_and(|goal| goal.part == part));
            (part, Count { reached: of.clone().filter(|found| found.reached).count(), all: of.count() })
        });
        let mut uncovered: Vec<Uncovered<'p>> =
            here.iter().filter_map(|found| found.uncovered(trials, sources)).collect();
        uncovered.sort_by_key(|uncovered| uncovered.line);
        let path = sources.get(file).map_or_else(String::new, |source| source.path.clone());
        Self { path, parts: parts.into_iter().filter(|(_, count)| count.all > 0).collect(), uncovered }
    }

    /// Over all parts.
    pub fn total(&self) -> Count {
        self.parts.iter().map(|(_, count)| *count).fold(Count::default(), Count::plus)
    }
}

impl<'p> Found<'p> {
    /// The goal in one of its policies.
    fn goal(&self) -> Option<&Goal> {
        self.goals.first().map(|(_, goal)| goal)
    }

    fn uncovered(&self, trials: &[Trial<'p>], sources: &Sources) -> Option<Uncovered<'p>> {
        if self.reached {
            return None;
        }
        // What is told is told of the day that most of the cases have.
        let of = |policy: &Policy| trials.iter().filter(|trial| std::ptr::eq(trial.policy, policy)).collect();
        let days = self.goals.iter().map(|(policy, goal)| (*policy, goal, of(policy)));
        let days: Vec<(&'p Policy, &Goal, Vec<&Trial<'p>>)> = days.collect();
        let (policy, goal, trials) = days.into_iter().rev().max_by_key(|(_, _, trials)| trials.len())?;
        let position = sources.position(goal.place)?;
        let text = sources.get(goal.place.file).and_then(|source| source.line_text(position.line));
        Some(Uncovered {
            line: position.line,
            text: text.unwrap_or_default().trim().to_owned(),
            label: goal.label.clone(),
            why: why(goal, policy, &trials, sources),
            goal: goal.clone(),
            policy,
        })
    }
}

impl Count {
    /// These and others.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { reached: self.reached + other.reached, all: self.all + other.all }
    }

    /// In whole percent, rounded down; where there is nothing to reach, 100.
    pub fn percent(self) -> usize {
        (self.reached * 100).checked_div(self.all).unwrap_or(100)
    }
}
