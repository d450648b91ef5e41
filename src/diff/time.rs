//! Two policies over all time: in each period of effect, and how much they differ as a whole.

use super::cases::{CaseChange, case_changes};
use super::same::same_meaning;
use super::{Change, changes};
use crate::check::Ruleset;
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// A policy over all time, with the parameters that are set from outside.
#[derive(Clone, Copy)]
pub struct Version<'v> {
    /// The policy.
    pub ruleset: &'v Ruleset,
    /// Names and values.
    pub settings: &'v [(String, String)],
}

/// How two versions of a policy differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How much.
    pub meaning: Meaning,
    /// What changed.
    pub changes: Vec<Timed>,
    /// The cases that changed.
    pub cases: Vec<CaseChange>,
}

/// How much two versions differ, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The texts are the same to the letter.
    Identical,
    /// Only the layout and the comments differ.
    Layout,
    /// They are written differently and mean the same.
    Same,
    /// Words differ that people read, and nothing that a score, a tier, a reason or a decision depends on.
    Words,
    /// They mean different things.
    Changed,
}

/// A change, and when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// The change.
    pub change: Change,
    /// When it holds; nothing where it always does.
    pub holds: Vec<Span>,
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first day; absent where it has always been.
    pub from: Option<Date>,
    /// The day after its last; absent where it never ends.
    pub before: Option<Date>,
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.before) {
            (None, None) => f.write_str("always"),
            (Some(from), None) => write!(f, "from {from} on"),
            (None, Some(before)) => write!(f, "before {before}"),
            (Some(from), Some(before)) => write!(f, "from {from} to before {before}"),
        }
    }
}

/// A period in which neither version changes, and what differs in it.
struct Period {
    span: Span,
    found: Vec<Change>,
    same: bool,
}

/// Compares two versions in every period. Of the period that a day falls in, it is that day on which they are compared; its
/// changes come first.
///
/// # Errors
///
/// What the settings of the old (`false`) or the new version (`true`) break.
pub fn compare(
    old: Version<'_>,
    new: Version<'_>,
    today: Date,
) -> Result<Comparison, (bool, Vec<Diagnostic>)> {
    let identical = old.ruleset.hash(old.settings) == new.ruleset.hash(new.settings);
    if identical {
        return Ok(Comparison { meaning: Meaning::Identical, changes: Vec::new(), cases: Vec::new() });
    }
    let mut periods = Vec::new();
    for (span, day) in spans(old, new, today) {
        let was = old.ruleset.on(day, old.settings).map_err(|wrong| (false, wrong))?;
        let is = new.ruleset.on(day, new.settings).map_err(|wrong| (true, wrong))?;
        let same = same_meaning(&was, &is);
        let found = if same { Vec::new() } else { changes(&was, &is) };
        periods.push(Period { span, found, same });
    }
    let current = periods.iter().position(|period| period.span.has(today));
    let order = current.into_iter().chain((0..periods.len()).filter(|at| Some(*at) != current));
    let mut told: Vec<Timed> = Vec::new();
    for change in order.filter_map(|at| periods.get(at)).flat_map(|period| &period.found) {
        if !told.iter().any(|known| known.change == *change) {
            told.push(Timed { change: change.clone(), holds: when(&periods, change) });
        }
    }
    let meaning = if !told.is_empty() {
        let only_words = told.iter().all(|timed| timed.change.is_words());
        if only_words { Meaning::Words } else { Meaning::Changed }
    } else if same_trees(old, new) && periods.iter().all(|period| period.same) {
        Meaning::Layout
    } else {
        Meaning::Same
    };
    Ok(Comparison { meaning, changes: told, cases: case_changes(old.ruleset, new.ruleset) })
}

impl Comparison {
    /// Adds a change that always holds.
    pub fn add(&mut self, change: Change) {
        self.meaning = Meaning::Changed;
        self.changes.push(Timed { change, holds: Vec::new() });
    }
}

impl Span {
    fn has(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.before.is_none_or(|before| day < before)
    }
}

/// The periods of two versions, each with a day in it.
fn spans(old: Version<'_>, new: Version<'_>, today: Date) -> Vec<(Span, Date)> {
    let days = [old, new].map(|version| version.ruleset.days_after(Date::MIN, version.settings));
    let starts: BTreeSet<Date> = days.iter().flatten().filter_map(|(_, start)| *start).collect();
    let last = days.iter().flatten().map(|(day, _)| *day).max();
    let edges: Vec<Option<Date>> =
        std::iter::once(None).chain(starts.into_iter().map(Some)).chain([None]).collect();
    let mut spans = Vec::new();
    for edge in edges.windows(2) {
        let [from, before] = edge else { continue };
        let span = Span { from: *from, before: *before };
        let day = if span.has(today) {
            today
        } else {
            // Its last day, as the checker looks at it.
            before.map(|before| before.plus_days(-1)).or(last).unwrap_or(today)
        };
        spans.push((span, day));
    }
    spans
}

/// When a change holds; nothing where it always does.
fn when(periods: &[Period], change: &Change) -> Vec<Span> {
    let mut holds: Vec<Span> = Vec::new();
    for period in periods.iter().filter(|period| period.found.contains(change)) {
        match holds.last_mut().filter(|last| last.before.is_some() && last.before == period.span.from) {
            Some(last) => last.before = period.span.before,
            None => holds.push(period.span),
        }
    }
    let always = holds.iter().all(|span| span.from.is_none() && span.before.is_none());
    if always { Vec::new() } else { holds }
}

/// Whether the statements are the same, wherever they stand.
fn same_trees(old: Version<'_>, new: Version<'_>) -> bool {
    let (was, is) = (old.ruleset.statements(), new.ruleset.statements());
    old.settings == new.settings && was.iter().map(|(_, it)| *it).eq(is.iter().map(|(_, it)| *it))
}
