//! Records whose scores moved, each with the line that moved it: found, and told to people and programs.

use super::report::{DIM, ERROR, GOOD, HEADING, grouped, plural};
use crate::data::{Schema, Value};
use crate::decimal::Decimal;
use crate::explain::{self, Amount, Explanation};
use crate::impact::{self, Cause, Impact, causes};
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// How wide a line that is wrapped may be, behind its indent.
const WIDTH: usize = 84;
/// Points are shown in steps of so much; an explanation has all their digits.
const SHOWN: Decimal = match Decimal::from_units(10_000_000) {
    Some(step) => step,
    None => Decimal::ONE,
};

/// A record that moved, and what moved it.
pub(super) struct Mover {
    pub(super) key: String,
    pub(super) before: Decimal,
    pub(super) after: Decimal,
    /// The line that moved it most; absent where that cannot be told.
    pub(super) cause: Option<Cause>,
    /// How many other lines had a part in it.
    pub(super) others: usize,
}

/// Those that moved most, with their keys, and their explanations before and now as far as there are any.
pub(super) fn told(
    schema: &Schema,
    movers: &[impact::Mover],
    keys: &[Value],
    (before, now): (&[Option<Explanation>], &[Option<Explanation>]),
) -> Vec<Mover> {
    let kind = schema.scored().key.map(|key| schema.field(schema.scored, key).kind);
    let explained = |at: usize| before.get(at)?.as_ref().zip(now.get(at)?.as_ref());
    let mover = |(at, (mover, key)): (usize, (&impact::Mover, &Value))| {
        let mut causes = explained(at).map_or_else(Vec::new, |(before, now)| causes(before, now)).into_iter();
        let cause = causes.next();
        let (before, after) = (mover.before, mover.after);
        let key = kind.map_or_else(String::new, |kind| schema.spell(kind, key));
        Mover { key, before, after, cause, others: causes.count() }
    };
    movers.iter().zip(keys).enumerate().map(mover).collect()
}

/// A record that moved, for programs.
pub(super) fn object(mover: &Mover) -> serde_json::Value {
    json!({
        "key": mover.key,
        "before": Amount(mover.before),
        "after": Amount(mover.after),
        "cause": mover.cause.as_ref().map(cause),
        "other_causes": mover.others,
    })
}

fn cause(cause: &Cause) -> serde_json::Value {
    json!({
        "name": cause.name,
        "title": cause.title,
        "kind": cause.kind,
        "before": cause.before.map(Amount),
        "after": cause.after.map(Amount),
        "file": cause.file,
        "line": cause.line,
        "says": cause.says,
        "said": cause.said,
    })
}

/// How many scores moved, and how far, of so many `records`, who are named with their number.
pub(super) fn say_moved(records: &str, impact: &Impact, to: &mut dyn Write) -> io::Result<()> {
    let ways = [(impact.up, "up", impact.most_up, GOOD), (impact.down, "down", impact.most_down, ERROR)];
    let by = |count: usize, most: &Decimal| format!("by {}{most}", if count == 1 { "" } else { "at most " });
    write!(to, "{records}: ")?;
    let scores = plural(impact.moved(), "score");
    match ways.iter().filter(|(count, ..)| *count > 0).collect::<Vec<_>>().as_slice() {
        [] => writeln!(to, "no score moved")?,
        [(count, way, most, style)] => {
            writeln!(to, "{HEADING}{scores}{HEADING:#} moved {style}{way}{style:#} {}", by(*count, most))?;
        }
        many => {
            let shown = many.iter().map(|(count, way, most, style)| {
                format!("{style}{} {way}{style:#} {}", grouped(*count), by(*count, most))
            });
            let shown = shown.collect::<Vec<_>>().join(", ");
            writeln!(to, "{HEADING}{scores}{HEADING:#} moved: {shown}")?;
        }
    }
    let others = [
        (impact.newly_scored, "has", "have", "a score and had none"),
        (impact.no_longer_scored, "has", "have", "no score and had one"),
        (impact.added, "is", "are", "new in the data"),
        (impact.removed, "is", "are", "no longer in the data"),
    ];
    for (count, one, many, what) in others.into_iter().filter(|(count, ..)| *count > 0) {
        writeln!(to, "  {} {} {what}", grouped(count), if count == 1 { one } else { many })?;
    }
    Ok(())
}

/// Those that moved most, each with the line that moved it.
pub(super) fn say_movers(movers: &[Mover], policy: &str, to: &mut dyn Write) -> io::Result<()> {
    if movers.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{HEADING}Moved most{HEADING:#}")?;
    let rows: Vec<[String; 3]> = movers
        .iter()
        .map(|mover| {
            let by = mover.after.checked_sub(mover.before).unwrap_or_default();
            [clean(&mover.key), format!("{} → {}", mover.before, mover.after), signed(by)]
        })
        .collect();
    let [key, scores, by] = [0, 1, 2].map(|column| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    for (mover, [a, b, c]) in movers.iter().zip(&rows) {
        let style = if mover.after > mover.before { GOOD } else { ERROR };
        write!(to, "  {a:key$}  {b:scores$}  {style}{c:>by$}{style:#}")?;
        match &mover.cause {
            Some(cause) => say_cause(cause, mover.others, policy, to)?,
            None => writeln!(to)?,
        }
    }
    Ok(())
}

/// The line that moved a score: what it gives, where it stands, and what it saw.
fn say_cause(cause: &Cause, others: usize, policy: &str, to: &mut dyn Write) -> io::Result<()> {
    let points = |points: Decimal| {
        let points = points.round_to(SHOWN).unwrap_or(points);
        if cause.kind == "start" { points.to_string() } else { signed(points) }
    };
    let gives = match (cause.before, cause.after) {
        (Some(before), Some(after)) => format!("{} instead of {}", points(after), points(before)),
        (None, Some(after)) => format!("{}, new", points(after)),
        (Some(before), None) => format!("gave {}, and is no more", points(before)),
        (None, None) => String::new(),
    };
    write!(to, "  {}: {gives}", clean(&cause.title))?;
    if let (Some(file), Some(line)) = (&cause.file, cause.line) {
        write!(to, "  {DIM}{}:{line}{DIM:#}", near(file, policy))?;
    }
    match others {
        0 => writeln!(to)?,
        others => writeln!(to, "{DIM}, and {}{DIM:#}", plural(others, "other line"))?,
    }
    let before = cause.said.as_ref().map(|said| format!("before: {said}"));
    let says = Some(&cause.says).filter(|says| !says.is_empty());
    for text in says.into_iter().chain(&before) {
        for (at, line) in explain::wrap(&text.split('\n').map(clean).collect::<Vec<_>>().join("\n"), WIDTH)
            .into_iter()
            .enumerate()
        {
            writeln!(to, "{:indent$}{DIM}{line}{DIM:#}", "", indent = if at == 0 { 6 } else { 8 })?;
        }
    }
    Ok(())
}

/// A file as it is reached from the folder of the policy, where it is in it.
pub(super) fn near<'f>(file: &'f str, policy: &str) -> &'f str {
    let folder = Path::new(policy).parent().filter(|folder| !folder.as_os_str().is_empty());
    let inside = folder.and_then(|folder| Path::new(file).strip_prefix(folder).ok());
    inside.and_then(Path::to_str).unwrap_or(file)
}

/// A number with its sign.
pub(super) fn signed(number: Decimal) -> String {
    if number.is_zero() { number.to_string() } else { format!("{number:+}") }
}

/// Control characters of users never reach a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
