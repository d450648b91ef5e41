//! What authors do to tables: points, cut-offs and bands.

use glassbox::format::format;
use glassbox::source::FileId;
use similar::{ChangeTag, TextDiff};

/// An edit of a text.
pub(crate) struct Edit {
    /// `points`, `cut-off` or `band`.
    pub(crate) kind: &'static str,
    before: String,
    after: String,
}

impl Edit {
    /// How many lines of a diff, old and new ones, it takes once the text is formatted.
    pub(crate) fn changed_lines(&self) -> usize {
        let after =
            format(FileId::new(0), &self.after).unwrap_or_else(|_| panic!("not readable:\n{}", self.after));
        let diff = TextDiff::from_lines(self.before.as_str(), after.as_str());
        diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).count()
    }
}

/// Every edit of one of the kinds that can be made in a text, one at a time, in the statement that it is made in.
pub(crate) fn of(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut statement = String::new();
    for line in text.lines() {
        statement += &format!("{line}\n");
        if line == "}" {
            edits.extend(in_statement(&statement));
            statement.clear();
        }
    }
    edits
}

fn in_statement(text: &str) -> Vec<Edit> {
    let lines: Vec<&str> = text.lines().collect();
    let mut edits = Vec::new();
    let mut add = |kind, at: usize, new: Vec<String>, replaced: usize| {
        let mut after: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        after.splice(at..at + replaced, new);
        edits.push(Edit { kind, before: text.to_owned(), after: after.join("\n") + "\n" });
    };
    for (at, line) in lines.iter().enumerate() {
        let Some(cells) = cells(line) else { continue };
        for (number, cell) in cells.iter().enumerate().skip(1) {
            if let Ok(points) = cell.parse::<i64>() {
                add("points", at, vec![with(&cells, number, &format!("{:+}", points + 10))], 1);
            }
        }
        let Some((low, under, high)) = band(cells[0]) else { continue };
        if let Some(middle) = middle(low, high) {
            let next = if under { middle } else { middle + 1 };
            let word = if under { "to under" } else { "to" };
            let upper = with(&cells, 0, &format!("{low} {word} {}", spelt(middle, high)));
            let lower = with(&cells, 0, &format!("{} {word} {high}", spelt(next, high)));
            add("band", at, vec![upper, lower], 1);
            // The next row, or the one before where points fall, begins where this one ends.
            let begins = if under { high.to_owned() } else { spelt(value(high).unwrap() + 1, high) };
            if let Some(next) = lines.get(at + 1).and_then(|line| self::cells(line))
                && next[0].split(' ').next() == Some(begins.as_str())
            {
                let start = if under { middle } else { middle + 1 };
                let this = with(&cells, 0, &format!("{low} {word} {}", spelt(middle, high)));
                let moved = next[0].replacen(&begins, &spelt(start, high), 1);
                add("cut-off", at, vec![this, with(&next, 0, &moved)], 2);
            }
        }
    }
    edits
}

/// The cells of a row.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

/// A row with another text in a cell.
fn with(cells: &[&str], number: usize, text: &str) -> String {
    let mut cells = cells.to_vec();
    cells[number] = text;
    format!("| {} |", cells.join(" | "))
}

/// `A to B`, `A to under B`: the ends, and whether the upper one is out.
fn band(cell: &str) -> Option<(&str, bool, &str)> {
    let (low, high) = cell.split_once(" to ")?;
    let under = high.strip_prefix("under ");
    let high = under.unwrap_or(high);
    value(low).and(value(high)).map(|_| (low, under.is_some(), high))
}

fn value(text: &str) -> Option<i64> {
    text.trim_end_matches('%').replace('_', "").parse().ok()
}

fn middle(low: &str, high: &str) -> Option<i64> {
    let (low, high) = (value(low)?, value(high)?);
    (high - low > 2).then_some((low + high) / 2)
}

/// A number as the author would write it beside another.
fn spelt(number: i64, beside: &str) -> String {
    let percent = if beside.ends_with('%') { "%" } else { "" };
    let digits = number.to_string();
    match beside.contains('_') && digits.len() > 3 {
        true => format!("{}_{}{percent}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]),
        false => format!("{digits}{percent}"),
    }
}
