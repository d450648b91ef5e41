//! What there is to tell, as text for people.

use super::super::histogram::{Band, bar};
use super::super::moved::{clean, say_moved, say_movers};
use super::super::report::{DIM, ERROR, GOOD, HEADING, WARNING, grouped, plural};
use super::account::{Account, Compared, Impacted, Report, Scored, What};
use super::words::{Grid, grids, moves, phrase, records, standings, subject, verdict, when};
use crate::diff::{Became, Comparison, Meaning, Timed};
use crate::explain;
use anstyle::Style;
use std::io::{self, Write};

/// How much of a hash is shown.
const HASH: usize = 12;
/// How wide a line may be, behind its indent.
const WIDTH: usize = 100;
/// So many cases that changed are named.
const CASES: usize = 5;

/// Writes the report.
pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let Report { old, new, policies, unchanged } = report;
    writeln!(to, "{DIM}{} → {}{DIM:#}", clean(old), clean(new))?;
    for account in policies {
        writeln!(to)?;
        say(account, to)?;
    }
    match (policies.len(), unchanged) {
        (_, 0) => Ok(()),
        (0, 1) => writeln!(to, "\nthe one policy is the same in both"),
        (0, many) => writeln!(to, "\nall {} policies are the same in both", grouped(*many)),
        (_, 1) => writeln!(to, "\n{DIM}1 other policy is the same in both{DIM:#}"),
        (_, many) => writeln!(to, "\n{DIM}{} other policies are the same in both{DIM:#}", grouped(*many)),
    }
}

fn say(account: &Account, to: &mut dyn Write) -> io::Result<()> {
    let path = account.new_path.as_ref().or(account.old_path.as_ref());
    let path = path.map_or_else(String::new, |path| clean(path));
    let short = |hash: &Option<std::sync::Arc<str>>| {
        hash.as_ref().map(|hash| hash.chars().take(HASH).collect::<String>())
    };
    let hashes = match (short(&account.old_hash), short(&account.new_hash)) {
        (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => String::new(),
    };
    writeln!(to, "{HEADING}{}{HEADING:#}  {DIM}{path} · {hashes}{DIM:#}", clean(&account.title))?;
    if let Some(old) = account.old_path.as_ref().filter(|_| account.has_moved) {
        writeln!(to, "{WARNING}~ moved{WARNING:#} from {}", clean(old))?;
    }
    match &account.what {
        What::Added => writeln!(to, "{GOOD}+ a new policy{GOOD:#}"),
        What::Removed => writeln!(to, "{ERROR}- this policy is no more{ERROR:#}"),
        What::NotCompared(why) => writeln!(to, "{WARNING}not compared{WARNING:#}: {why}"),
        What::Compared(compared) => {
            say_meaning(compared, &path, to)?;
            compared.everybody.iter().try_for_each(|everybody| everybody.text(to))?;
            match &compared.impact {
                Impacted::NotAsked => Ok(()),
                Impacted::NoData => {
                    writeln!(to, "\n{DIM}no data to score: name some in glassbox.toml, or by --data{DIM:#}")
                }
                Impacted::Unreadable { is_new, diagnostics } => say_unreadable(*is_new, diagnostics, to),
                Impacted::Scored(scored) => say_impact(scored, &path, to),
            }
        }
    }
}

fn say_meaning(compared: &Compared, policy: &str, to: &mut dyn Write) -> io::Result<()> {
    let Comparison { meaning, changes, cases } = &compared.comparison;
    let style = match meaning {
        Meaning::Identical | Meaning::Layout | Meaning::Same => GOOD,
        Meaning::Words | Meaning::Changed => HEADING,
    };
    writeln!(to, "{style}{}{style:#}", verdict(&compared.comparison))?;
    for timed in changes {
        say_change(compared, timed, policy, to)?;
    }
    if cases.is_empty() {
        return Ok(());
    }
    let told = cases.iter().take(CASES).map(|case| {
        let (sign, style) = sign(&case.became);
        format!("    {style}{sign}{style:#} {}\n", clean(&case.title))
    });
    let told: String = told.collect();
    write!(to, "  {DIM}{} of its cases changed{DIM:#}\n{told}", grouped(cases.len()))?;
    match cases.len().saturating_sub(CASES) {
        0 => Ok(()),
        more => writeln!(to, "    {DIM}and {} more{DIM:#}", grouped(more)),
    }
}

fn sign(became: &Became) -> (char, Style) {
    match became {
        Became::Added => ('+', GOOD),
        Became::Removed => ('-', ERROR),
        Became::Changed | Became::Renamed { .. } => ('~', WARNING),
    }
}

fn say_change(compared: &Compared, timed: &Timed, policy: &str, to: &mut dyn Write) -> io::Result<()> {
    let change = &timed.change;
    let (sign, style) = sign(&change.became);
    let (part, name, title) = subject(change);
    write!(to, "  {style}{sign} {part}{style:#}")?;
    if !name.is_empty() {
        write!(to, " {HEADING}{}{HEADING:#}", clean(&name))?;
    }
    if !title.is_empty() {
        write!(to, " \"{}\"", clean(&title))?;
    }
    let when = when(timed);
    if !when.is_empty() {
        write!(to, ", {when}")?;
    }
    match compared.locate(change.old_place, change.new_place) {
        Some((file, line)) => {
            let file = super::super::moved::near(&file, policy);
            writeln!(to, "  {DIM}{}:{line}{DIM:#}", clean(file))?;
        }
        None => writeln!(to)?,
    }
    for detail in &change.details {
        let words = phrase(change, detail);
        let said = match (&words.old, &words.new) {
            (Some(old), Some(new)) => format!("{old} → {new}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => String::new(),
        };
        let place = compared.locate(detail.old_place, detail.new_place);
        let place = place.filter(|_| words.sign != '-').map(|(_, line)| format!("  :{line}"));
        let text = clean(&format!("{}: {said}", words.label));
        let style = match words.sign {
            '+' => GOOD,
            '-' => ERROR,
            _ => Style::new(),
        };
        let lines = explain::wrap(&text, WIDTH);
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            let sign = if at == 0 { words.sign } else { ' ' };
            write!(to, "    {style}{sign} {line}{style:#}")?;
            let place = place.as_deref().filter(|_| at == last).unwrap_or_default();
            writeln!(to, "{DIM}{place}{DIM:#}")?;
        }
    }
    Ok(())
}

fn say_unreadable(
    is_new: bool,
    diagnostics: &[crate::diagnostic::Diagnostic],
    to: &mut dyn Write,
) -> io::Result<()> {
    let version = if is_new { "new" } else { "old" };
    writeln!(to, "\n{WARNING}no impact{WARNING:#}: the {version} version cannot read the data")?;
    for diagnostic in diagnostics {
        writeln!(to, "  {}", clean(&diagnostic.message))?;
    }
    writeln!(to, "  {DIM}name data that both can read: --data NAME=FILE{DIM:#}")
}

fn say_impact(scored: &Scored, policy: &str, to: &mut dyn Write) -> io::Result<()> {
    let Scored { record, read, old, new, impact, movers, notes, .. } = scored;
    writeln!(to, "\n{HEADING}Impact{HEADING:#}  {DIM}{}{DIM:#}", clean(&records(scored)))?;
    for note in notes {
        writeln!(to, "{DIM}{}{DIM:#}", clean(note))?;
    }
    if old.set_aside + new.set_aside > 0 {
        let (was, is) = (grouped(old.set_aside), grouped(new.set_aside));
        writeln!(to, "{WARNING}rejected{WARNING:#}: {was} by the old version, {is} by the new one")?;
    }
    if impact.is_none() {
        writeln!(
            to,
            "{GOOD}nothing moved{GOOD:#}: {} have the scores that they had",
            plural(new.scored, "record")
        )?;
    } else {
        say_moved(&plural(*read, &format!("{record} record")), impact, to)?;
        for way in standings(impact) {
            writeln!(to, "  {way}")?;
        }
        let moves = moves(scored);
        if moves.len() > 1 {
            let width = moves.iter().map(|band| band.label.chars().count()).max().unwrap_or(0);
            let most = moves.iter().map(|band| band.count).max().unwrap_or(0);
            for Band { label, count } in &moves {
                writeln!(to, "  {label:>width$}  {} {}", bar(*count, most), grouped(*count))?;
            }
        }
    }
    for grid in grids(scored) {
        say_grid(&grid, to)?;
    }
    say_movers(movers, policy, to)
}

/// A table; its last column stands as it is, the others in line.
fn say_grid(grid: &Grid, to: &mut dyn Write) -> io::Result<()> {
    let Grid { title, headings, rows, more } = grid;
    writeln!(to, "\n{HEADING}{}{HEADING:#}", clean(title))?;
    let width = |column: usize| {
        let cells = rows.iter().chain([headings]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let columns: Vec<(usize, bool)> =
        (0..headings.len()).map(|column| (width(column), grid.has_numbers(column))).collect();
    let line = |row: &[String]| -> String {
        let cells = row.iter().zip(&columns).map(|(cell, (width, numbers))| {
            let cell = clean(cell);
            if *numbers { format!("{cell:>width$}") } else { format!("{cell:width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(to, "  {DIM}{}{DIM:#}", line(headings))?;
    for row in rows {
        writeln!(to, "  {}", line(row))?;
    }
    match more {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {} more{DIM:#}", grouped(more)),
    }
}
