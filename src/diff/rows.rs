//! Tables row by row: whose points changed, which bands were split or put together, which edges moved.

use super::{Detail, How};
use crate::data::{Set, Type};
use crate::source::Place;
use std::collections::BTreeSet;

/// A table of a policy, by names.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) first_match: bool,
    pub(super) columns: Vec<Heading>,
    pub(super) rows: Vec<Line>,
}

/// A column of conditions.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// What is tested, by names.
    pub(super) means: String,
    /// As written.
    pub(super) says: String,
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) cells: Vec<Cell>,
    /// What it gives.
    pub(super) gives: String,
    /// The reason, where it is another than the whole table's.
    pub(super) reason: Option<String>,
    pub(super) baseline: Option<String>,
    pub(super) note: String,
    pub(super) source: String,
    pub(super) place: Place,
}

/// A condition in a row.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) known: Cover,
    /// Whether a missing value fits.
    pub(super) missing: bool,
    pub(super) says: String,
}

/// Known values, comparable between policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cover {
    /// Numbers, days, texts.
    Values(Set, Type),
    /// Categories and tiers by name; yes and no.
    Names(BTreeSet<String>),
}

impl Cover {
    fn intersect(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Values(a, kind), Self::Values(b, _)) => Some(Self::Values(a.intersect(b), *kind)),
            (Self::Names(a), Self::Names(b)) => Some(Self::Names(a & b)),
            (Self::Values(..), Self::Names(_)) | (Self::Names(_), Self::Values(..)) => None,
        }
    }

    fn union(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Values(a, kind), Self::Values(b, _)) => Some(Self::Values(a.union(b, *kind), *kind)),
            (Self::Names(a), Self::Names(b)) => Some(Self::Names(a | b)),
            (Self::Values(..), Self::Names(_)) | (Self::Names(_), Self::Values(..)) => None,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Values(set, kind) => set.describe(*kind, &[]),
            Self::Names(names) => names.iter().cloned().collect::<Vec<_>>().join(", "),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Values(set, _) => set.is_empty(),
            Self::Names(names) => names.is_empty(),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Values(a, _), Self::Values(b, _)) => a == b,
            (Self::Names(a), Self::Names(b)) => a == b,
            (Self::Values(..), Self::Names(_)) | (Self::Names(_), Self::Values(..)) => false,
        }
    }
}

impl Cell {
    fn meets(&self, other: &Self) -> bool {
        let known = self.known.intersect(&other.known).is_some_and(|both| !both.is_empty());
        known || (self.missing && other.missing)
    }

    /// Whether both take the same of what was possible before and still is.
    fn same_within(&self, other: &Self, common: Option<&Cover>) -> bool {
        let Some(common) = common else { return self.says == other.says };
        let within = |cell: &Self| cell.known.intersect(common);
        self.missing == other.missing
            && match (within(self), within(other)) {
                (Some(a), Some(b)) => {
                    // Where nothing is left of either, it is of values that are no more, or are new.
                    let nothing = a.is_empty() && !self.missing;
                    a.same(&b) && (!nothing || self.known.same(&other.known))
                }
                (_, _) => false,
            }
    }
}

impl Line {
    fn meets(&self, other: &Self) -> bool {
        self.cells.iter().zip(&other.cells).all(|(a, b)| a.meets(b))
    }

    /// The row named by its cells.
    fn name(&self) -> String {
        self.cells.iter().map(|cell| cell.says.as_str()).collect::<Vec<_>>().join(" | ")
    }

    /// What it gives, with its own reason.
    fn outcome(&self) -> String {
        let reason = self.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
        format!("{}{reason}", self.gives)
    }

    fn shown(&self) -> String {
        format!("{}: {}", self.name(), self.outcome())
    }

    /// This row and another one that takes other values: by their cells, or by their values where the cells say the same.
    fn shown_beside(&self, other: &Self) -> (String, String) {
        if self.name() != other.name() {
            return (self.shown(), other.shown());
        }
        let values = |row: &Self| {
            let cells = row.cells.iter().map(|cell| {
                let missing = if cell.missing { ", missing" } else { "" };
                format!("{}{missing}", cell.known.describe())
            });
            format!("{} ({}): {}", row.name(), cells.collect::<Vec<_>>().join(" | "), row.outcome())
        };
        (values(self), values(other))
    }

    fn detail(&self, how: How) -> Detail {
        let outcome = self.outcome();
        let (old, new) = if how == How::Removed { (Some(outcome), None) } else { (None, Some(outcome)) };
        let detail = Detail::new(&format!("row {}", self.name()), old.as_deref(), new.as_deref());
        let (old_place, new_place) =
            if how == How::Removed { (Some(self.place), None) } else { (None, Some(self.place)) };
        Detail { old_place, new_place, ..detail }
    }
}

impl Grid {
    /// All rows, as they come or go.
    pub(super) fn all_rows(&self, how: How) -> Vec<Detail> {
        self.rows.iter().map(|row| row.detail(how)).collect()
    }

    /// All that rows take of a column; tables are complete, so this is all that can be.
    fn domain(&self, column: usize) -> Option<Cover> {
        let mut cells = self.rows.iter().filter_map(|row| row.cells.get(column));
        let first = cells.next()?.known.clone();
        cells.try_fold(first, |all, cell| all.union(&cell.known))
    }
}

/// How a table differs from what it is now.
pub(super) fn compare_rows(old: &Grid, new: &Grid) -> Vec<Detail> {
    let mut details = Vec::new();
    if old.first_match != new.first_match {
        let word = |first: bool| Some(if first { "the first that fits" } else { "the only one that fits" });
        details.push(Detail::of("row taken", How::Changed, word(old.first_match), word(new.first_match)));
    }
    let means = |grid: &Grid| grid.columns.iter().map(|column| column.means.clone()).collect::<Vec<_>>();
    if means(old) != means(new) {
        let says = |grid: &Grid| {
            grid.columns.iter().map(|column| column.says.clone()).collect::<Vec<_>>().join(", ")
        };
        let (was, is) = (says(old), says(new));
        // Said in the same words, and yet another thing: the columns' types, or what a name stands for.
        let (was, is) = if was == is { (means(old).join(", "), means(new).join(", ")) } else { (was, is) };
        details.push(Detail::of("columns", How::Changed, Some(&was), Some(&is)));
        details.extend(old.all_rows(How::Removed));
        details.extend(new.all_rows(How::Added));
        return details;
    }
    let common: Vec<Option<Cover>> =
        (0..new.columns.len()).map(|column| old.domain(column)?.intersect(&new.domain(column)?)).collect();
    let same = |a: &Line, b: &Line| {
        a.cells.len() == b.cells.len()
            && a.cells
                .iter()
                .zip(&b.cells)
                .zip(&common)
                .all(|((a, b), common)| a.same_within(b, common.as_ref()))
    };
    let mut partner: Vec<Option<usize>> = vec![None; new.rows.len()];
    let mut gone: Vec<usize> = Vec::new();
    for (at, row) in old.rows.iter().enumerate() {
        let found =
            new.rows.iter().zip(&partner).position(|(other, taken)| taken.is_none() && same(row, other));
        match found.and_then(|found| partner.get_mut(found)) {
            Some(slot) => *slot = Some(at),
            None => gone.push(at),
        }
    }
    let come: Vec<usize> =
        partner.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(at, _)| at).collect();
    if new.first_match && !partner.iter().flatten().is_sorted() {
        details.push(Detail::of("order of rows", How::Changed, None, Some("another one")));
    }
    let groups = if new.first_match || old.first_match {
        // There rows overlap as a matter of course, and which belongs to which cannot be told.
        Vec::new()
    } else {
        groups(old, new, &gone, &come)
    };
    let in_group = |at: usize, is_new: bool| {
        groups.iter().find(|group| if is_new { group.new.contains(&at) } else { group.old.contains(&at) })
    };
    let old_row = |at: usize| old.rows.get(at);
    // In the order of the new table; what is no more comes where its group begins, or last.
    for (at, row) in new.rows.iter().enumerate() {
        if let Some(before) = partner.get(at).copied().flatten().and_then(old_row) {
            details.extend(changed(before, row));
        } else if let Some(group) = in_group(at, true) {
            if group.new.first() == Some(&at) {
                details.extend(group.details(old, new));
            }
        } else {
            details.push(row.detail(How::Added));
        }
    }
    let lost = gone.iter().filter(|at| in_group(**at, false).is_none());
    details.extend(lost.filter_map(|at| old_row(*at)).map(|row| row.detail(How::Removed)));
    details
}

/// How a row that takes the same values as before differs.
fn changed(old: &Line, new: &Line) -> Vec<Detail> {
    let name = new.name();
    let mut details = Vec::new();
    let mut tell = |what: &str, words: bool, was: Option<&str>, is: Option<&str>| {
        if was != is {
            let detail = Detail::new(&format!("row {name}{what}"), was, is);
            let (old_place, new_place) = (Some(old.place), Some(new.place));
            details.push(Detail { words, old_place, new_place, ..detail });
        }
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    tell("", false, Some(&old.gives), Some(&new.gives));
    tell(", reason", false, old.reason.as_deref(), new.reason.as_deref());
    tell(", baseline", false, old.baseline.as_deref(), new.baseline.as_deref());
    tell(", note", true, some(&old.note).as_deref(), some(&new.note).as_deref());
    tell(", source", true, some(&old.source).as_deref(), some(&new.source).as_deref());
    details
}

/// Rows that were, and rows that are, which take values from one another and from no others.
struct Group {
    old: Vec<usize>,
    new: Vec<usize>,
}

fn groups(old: &Grid, new: &Grid, gone: &[usize], come: &[usize]) -> Vec<Group> {
    let mut groups: Vec<Group> = gone.iter().map(|at| Group { old: vec![*at], new: Vec::new() }).collect();
    for at in come {
        let Some(row) = new.rows.get(*at) else { continue };
        let meets =
            |group: &Group| group.old.iter().filter_map(|at| old.rows.get(*at)).any(|was| was.meets(row));
        let (met, mut others): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(meets);
        let mut whole = Group { old: Vec::new(), new: Vec::new() };
        for group in met {
            whole.old.extend(group.old);
            whole.new.extend(group.new);
        }
        whole.new.push(*at);
        others.push(whole);
        groups = others;
    }
    groups.retain(|group| !group.old.is_empty() && !group.new.is_empty());
    for group in &mut groups {
        group.old.sort_unstable();
        group.new.sort_unstable();
    }
    groups
}

impl Group {
    fn details(&self, old: &Grid, new: &Grid) -> Vec<Detail> {
        let was: Vec<&Line> = self.old.iter().filter_map(|at| old.rows.get(*at)).collect();
        let is: Vec<&Line> = self.new.iter().filter_map(|at| new.rows.get(*at)).collect();
        let list = |rows: &[&Line]| rows.iter().map(|row| row.shown()).collect::<Vec<_>>().join("; ");
        let place = |rows: &[&Line]| rows.first().map(|row| row.place);
        let (old_place, new_place) = (place(&was), place(&is));
        let detail = |how: How, label: String, old: &str, new: &str| Detail {
            how,
            old_place,
            new_place,
            ..Detail::new(&label, Some(old), Some(new))
        };
        match (was.as_slice(), is.as_slice()) {
            ([one], [other]) => {
                let (old, new) = one.shown_beside(other);
                vec![detail(How::Moved, "row".to_owned(), &old, &new)]
            }
            ([one], many) => {
                vec![detail(How::Split, format!("row {}", one.name()), &one.outcome(), &list(many))]
            }
            (many, [one]) => {
                vec![detail(How::Merged, format!("row {}", one.name()), &list(many), &one.outcome())]
            }
            (was, is) if was.len() == is.len() && old.columns.len() == 1 => {
                let moved = was.iter().zip(is).map(|(was, is)| {
                    let (old_place, new_place) = (Some(was.place), Some(is.place));
                    let (old, new) = was.shown_beside(is);
                    let moved = Detail::new("row", Some(&old), Some(&new));
                    Detail { how: How::Moved, old_place, new_place, ..moved }
                });
                moved.collect()
            }
            (was, is) => {
                let gone = was.iter().map(|row| row.detail(How::Removed));
                gone.chain(is.iter().map(|row| row.detail(How::Added))).collect()
            }
        }
    }
}
