//! What is told of a change, in words that text and Markdown share.

use super::super::histogram::{Band, bands};
use super::super::moved::signed;
use super::account::Scored;
use crate::diagnostic::{grouped, plural};
use crate::diff::{Became, Change, Comparison, Detail, How, Meaning, Part, Timed};
use crate::eval::batch::Standing;
use crate::impact::Impact;

/// How much two versions differ, in a sentence.
pub(super) fn verdict(comparison: &Comparison) -> String {
    let many = comparison.changes.len();
    match comparison.meaning {
        Meaning::Identical => "the same text".to_owned(),
        Meaning::Layout => "only layout and comments differ: it means the same on every day".to_owned(),
        Meaning::Same => "written differently, and means the same on every day".to_owned(),
        Meaning::Words => format!(
            "only words of {} changed: no score, tier, reason or decision depends on them",
            plural(many, "part")
        ),
        Meaning::Changed => format!("{} changed", plural(many, "part")),
    }
}

/// What a change is of: `characteristic`, its name and title.
pub(super) fn subject(change: &Change) -> (String, String, String) {
    let name = match &change.became {
        Became::Renamed { from } => format!("{from} → {}", change.name),
        Became::Added | Became::Removed | Became::Changed => change.name.clone(),
    };
    // There is one of these, and its name says nothing.
    let name = if matches!(change.part, Part::Policy | Part::Order) { String::new() } else { name };
    let title = if change.part == Part::Policy { "" } else { change.title.as_str() };
    (change.part.word().to_owned(), name, title.to_owned())
}

/// When a change holds; nothing where it always does.
pub(super) fn when(timed: &Timed) -> String {
    timed.holds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", and ")
}

/// A detail: its sign, what it is of, and what was and is.
pub(super) struct Phrase {
    pub(super) sign: char,
    pub(super) label: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// A detail in words. Of something that comes or goes as a whole, each part has no sign of its own.
pub(super) fn phrase(change: &Change, detail: &Detail) -> Phrase {
    let whole = matches!(change.became, Became::Added | Became::Removed);
    let (sign, label) = match detail.how {
        _ if whole => (' ', detail.label.clone()),
        How::Added => ('+', detail.label.clone()),
        How::Removed => ('-', detail.label.clone()),
        How::Changed => (' ', detail.label.clone()),
        How::Split => (' ', format!("{}, split", detail.label)),
        How::Merged => (' ', format!("{}, put together", detail.label)),
        How::Moved => (' ', format!("{}, edge moved", detail.label)),
    };
    Phrase { sign, label, old: detail.old.clone(), new: detail.new.clone() }
}

/// How many records of what were scored by both.
pub(super) fn records(scored: &Scored) -> String {
    let (first, more) = match scored.data.as_slice() {
        [] => (String::new(), 0),
        [first, others @ ..] => (format!(" of {first}"), others.len()),
    };
    let more = if more > 0 { format!(" and {}", plural(more, "other file")) } else { String::new() };
    let records = plural(scored.read, &format!("{} record", scored.record));
    format!("{records}{first}{more}, as of {}", scored.day)
}

/// What became of records that are, or were, not scored.
pub(super) fn standings(impact: &Impact) -> Vec<String> {
    let word = |standing: Standing| match standing {
        Standing::Scored => "scored",
        Standing::NotScored => "not scored",
        Standing::NotParticipating => "not participating",
        Standing::Bad | Standing::TooLarge => "set aside",
    };
    let ways = impact.standings.iter().filter(|((from, to), _)| word(*from) != word(*to));
    ways.map(|((from, to), count)| format!("{}: {} → {}", grouped(*count), word(*from), word(*to))).collect()
}

/// So many different moves are told one by one; of more there are bands.
const MOVES: usize = 13;

/// By how much scores moved, with how many by so much.
pub(super) fn moves(scored: &Scored) -> Vec<Band> {
    let moves = scored.impact.moves.numbers();
    if moves.len() > MOVES {
        return bands(&moves, scored.round).into_iter().filter(|band| band.count > 0).collect();
    }
    moves.into_iter().map(|(by, count)| Band { label: signed(by), count }).collect()
}

/// A table with a line of headings.
pub(super) struct Grid {
    pub(super) title: String,
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    /// How many rows are left out.
    pub(super) more: usize,
}

/// So many tiers make a matrix; of more the moves are listed.
const MATRIX: usize = 9;
/// So many rows of a table are told.
const ROWS: usize = 24;

impl Grid {
    fn new(title: &str, headings: &[&str], mut rows: Vec<Vec<String>>) -> Option<Self> {
        if rows.is_empty() {
            return None;
        }
        let more = rows.len().saturating_sub(ROWS);
        rows.truncate(ROWS);
        let headings = headings.iter().map(|it| (*it).to_owned()).collect();
        Some(Self { title: title.to_owned(), headings, rows, more })
    }
}

impl Grid {
    /// Whether a column holds numbers, and no words.
    pub(super) fn has_numbers(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        column > 0 && cells.all(|cell| !cell.chars().next().is_some_and(char::is_alphabetic))
    }
}

/// All tables of an impact.
pub(super) fn grids(scored: &Scored) -> Vec<Grid> {
    let impact = &scored.impact;
    let mut grids: Vec<Grid> = tiers(impact).into_iter().collect();
    let reasons = impact.reasons.iter().filter(|reason| reason.gained + reason.lost > 0).map(|reason| {
        let counts = [reason.before, reason.after, reason.gained, reason.lost].map(grouped);
        [reason.code.clone()].into_iter().chain(counts).chain([reason.text.clone()]).collect()
    });
    grids.extend(Grid::new(
        "Reasons",
        &["reason", "before", "now", "new", "vanished", ""],
        reasons.collect(),
    ));
    let held = impact.consequences.iter().filter(|each| each.gained + each.lost > 0).map(|each| {
        let counts = [each.before, each.after, each.gained, each.lost].map(grouped);
        let kind = if each.penalty { "penalty" } else { "benefit" };
        [format!("{kind} {}", each.name)].into_iter().chain(counts).chain([each.title.clone()]).collect()
    });
    let headings = ["held", "before", "now", "gained", "lost", ""];
    grids.extend(Grid::new("Benefits and penalties", &headings, held.collect()));
    for decision in &impact.decisions {
        let none = || "none".to_owned();
        let rows = decision.migrations.iter().map(|(from, to, count)| {
            vec![from.clone().unwrap_or_else(none), to.clone().unwrap_or_else(none), grouped(*count)]
        });
        let title = format!("Decision {}", decision.title);
        grids.extend(Grid::new(&title, &["before", "now", "records"], rows.collect()));
    }
    for division in &scored.divisions {
        let rows = division.segments.iter().map(|part| {
            let counts = [part.records, part.up, part.down].map(grouped);
            let least =
                if part.most_down.is_zero() { "0".to_owned() } else { format!("-{}", part.most_down) };
            let most = signed(part.most_up);
            let tail = [signed(part.average), least, most, grouped(part.better), grouped(part.worse)];
            [part.label.clone()].into_iter().chain(counts).chain(tail).collect()
        });
        let title = format!("By {}", division.by);
        let headings =
            ["", "records", "up", "down", "average", "most down", "most up", "better tier", "worse tier"];
        grids.extend(Grid::new(&title, &headings, rows.collect()));
    }
    grids
}

/// Who went from which tier to which: rows are before, columns are now.
fn tiers(impact: &Impact) -> Option<Grid> {
    if impact.migrations.is_empty() {
        return None;
    }
    let none = impact.tiers.len();
    let label = |at: usize| impact.tiers.get(at).map_or("no tier", |tier| tier.label.as_str()).to_owned();
    let at = |tier: Option<usize>| tier.unwrap_or(none);
    if none > MATRIX {
        let mut moves: Vec<_> = impact.migrations.iter().collect();
        moves.sort_by_key(|it| std::cmp::Reverse(it.count));
        let rows = moves.into_iter().map(|it| vec![label(at(it.from)), label(at(it.to)), grouped(it.count)]);
        return Grid::new("Tiers", &["before", "now", "records"], rows.collect());
    }
    let any_without = impact.migrations.iter().any(|it| it.from.is_none() || it.to.is_none());
    let all: Vec<usize> = (0..none + usize::from(any_without)).collect();
    // Whoever is in no tier is in none of these.
    let rest = |all: usize, in_tiers: usize| all.saturating_sub(in_tiers);
    let before = |at: usize| match impact.tiers.get(at) {
        Some(tier) => tier.before,
        None => rest(impact.compared + impact.removed, impact.tiers.iter().map(|tier| tier.before).sum()),
    };
    let after = |at: usize| match impact.tiers.get(at) {
        Some(tier) => tier.after,
        None => rest(impact.compared + impact.added, impact.tiers.iter().map(|tier| tier.after).sum()),
    };
    let count = |from: usize, to: usize| {
        if from == to {
            let left = impact.migrations.iter().filter(|it| at(it.from) == from).map(|it| it.count).sum();
            return rest(before(from), left);
        }
        let found = impact.migrations.iter().find(|it| (at(it.from), at(it.to)) == (from, to));
        found.map_or(0, |it| it.count)
    };
    let shown = |from: usize, to: usize| match count(from, to) {
        0 if from != to => "·".to_owned(),
        many => grouped(many),
    };
    let rows = all.iter().map(|from| {
        let total = grouped(before(*from));
        let cells = all.iter().map(|to| shown(*from, *to));
        [label(*from)].into_iter().chain(cells).chain([total]).collect()
    });
    let mut rows: Vec<Vec<String>> = rows.collect();
    let totals = all.iter().map(|to| grouped(after(*to)));
    rows.push(["now".to_owned()].into_iter().chain(totals).chain([String::new()]).collect());
    let headings: Vec<String> = ["before ↓ now →".to_owned()]
        .into_iter()
        .chain(all.iter().map(|at| label(*at)))
        .chain(["before".to_owned()])
        .collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    Grid::new("Tiers", &headings, rows)
}
