//! How kept scores differ from new ones, for people.

use super::super::report::{DIM, ERROR, HEADING, HELP, WARNING, grouped, plural};
use super::Compared;
use crate::decimal::Decimal;
use crate::diagnostic::in_shell;
use crate::snapshot::{
    AnswerShift, Answered, Difference, Given, Held, HeldShift, Moved, Reworded, Row, explained_at, path_of,
};
use std::io::{self, Write};
use std::path::Path;

/// How many records and rules are told of.
const TOLD: usize = 5;
/// What is said of a file of the first form.
const OLDER: &str = "kept without decisions, benefits and penalties, which are not compared";

/// Says who moved, by how much and through what.
pub(in super::super) fn say(
    compared: &Compared,
    difference: &Difference,
    to: &mut dyn Write,
) -> io::Result<()> {
    let Difference { before, after, records, moved, up_and_down: (up, down), .. } = difference;
    let Difference { migrated, through, answers, held, explained, .. } = difference;
    let path = path_of(&compared.policy);
    let (count, of) = (grouped(moved.len()), plural(records, "record"));
    let what = match (moved.len(), explained.len()) {
        (0, some) => format!(
            "no record differs, {} explained {}",
            grouped(some),
            if some == 1 { "does" } else { "do" }
        ),
        (1, _) => format!("1 of {of} differs"),
        (_, _) => format!("{count} of {of} differ"),
    };
    writeln!(to, "{ERROR}✗{ERROR:#} {HEADING}{}: {what}{HEADING:#}", path.display())?;
    let largest =
        moved.iter().find_map(|one| one.by.map(|by| (by, &one.key))).filter(|(by, _)| !by.is_zero());
    if let Some((by, key)) = largest {
        writeln!(
            to,
            "    {} up, {} down; the largest move is {} (`{key}`)",
            grouped(up),
            grouped(down),
            signed(by)
        )?;
    }
    if before.hash != after.hash || before.as_of != after.as_of {
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        let day = match before.as_of == after.as_of {
            true => String::new(),
            false => format!(", and the day was {}, now {}", before.as_of, after.as_of),
        };
        let policy = match before.hash == after.hash {
            true => "the policy is the same".to_owned(),
            false => format!("kept of policy {}, which is now {}", short(&before.hash), short(&after.hash)),
        };
        writeln!(to, "    {DIM}{policy}{day}{DIM:#}")?;
    } else if !moved.is_empty() {
        writeln!(to, "    {DIM}policy and day are the same: the data is another, or the program{DIM:#}")?;
    }
    if compared.is_older() {
        writeln!(to, "    {WARNING}{OLDER}{WARNING:#}")?;
    }
    if !migrated.is_empty() {
        writeln!(to, "  from one tier to another")?;
        for ((from, to_tier), count) in migrated {
            writeln!(to, "    {from} → {to_tier}: {}", grouped(count))?;
        }
    }
    if !through.is_empty() {
        writeln!(to, "  through")?;
        for one in through.iter().take(TOLD) {
            let (least, most) = one.between;
            let by =
                if least == most { signed(least) } else { format!("{} to {}", signed(least), signed(most)) };
            let (records, places) = (plural(one.records, "record"), places(&one.places));
            writeln!(to, "    `{}`: {records}, {by}  {DIM}{places}{DIM:#}", one.item)?;
        }
        rest(through.len(), "rule", to)?;
    }
    say_given(answers, held, to)?;
    if !moved.is_empty() {
        writeln!(to, "  most moved")?;
        for one in moved.iter().take(TOLD) {
            say_moved(one, to)?;
        }
        rest(moved.len(), "record", to)?;
    }
    for Reworded { key, before, after } in explained.iter().take(TOLD) {
        let path = explained_at(&compared.policy, key);
        match (before, after) {
            (None, Some(_)) => writeln!(to, "  {} is not kept yet", path.display())?,
            (Some(_), None) => writeln!(to, "  {} is kept, and says more than there is now", path.display())?,
            (before, after) => {
                writeln!(to, "  {} reads differently", path.display())?;
                for (mark, line) in [('-', before), ('+', after)] {
                    writeln!(to, "    {mark} {}", line.as_deref().unwrap_or_default())?;
                }
            }
        }
    }
    rest(explained.len(), "explanation", to)
}

/// Which answers, benefits and penalties became others, for how many.
fn say_given(answers: &[AnswerShift], held: &[HeldShift], to: &mut dyn Write) -> io::Result<()> {
    if !answers.is_empty() {
        writeln!(to, "  other answers")?;
        for one in answers.iter().take(TOLD) {
            let (before, after) = (list(&one.before), list(&one.after));
            let (count, places) = (grouped(one.records), places(&one.places));
            writeln!(to, "    `{}` {before} → {after}: {count}  {DIM}{places}{DIM:#}", one.decision)?;
        }
        rest(answers.len(), "kind", to)?;
    }
    if !held.is_empty() {
        writeln!(to, "  benefits and penalties")?;
        for HeldShift { penalty, name, gained, lost } in held.iter().take(TOLD) {
            let kind = if *penalty { "penalty" } else { "benefit" };
            let ways = [(gained, "gained"), (lost, "lost")].into_iter().filter(|(count, _)| **count > 0);
            let ways: Vec<String> =
                ways.map(|(count, way)| format!("{way} by {}", grouped(*count))).collect();
            writeln!(to, "    {kind} `{name}`: {}", ways.join(", "))?;
        }
        rest(held.len(), "consequence", to)?;
    }
    Ok(())
}

/// The first places, those behind the first by their lines.
fn places(places: &[String]) -> String {
    match places {
        [] => "no longer there".to_owned(),
        [first, rest @ ..] => {
            let more = rest.iter().take(2).filter_map(|place| place.rsplit_once(':').map(|(_, line)| line));
            let more: String = more.map(|line| format!(", {line}")).collect();
            let dots = if rest.len() > 2 { ", …" } else { "" };
            format!("{first}{more}{dots}")
        }
    }
}

/// Says that what is kept lacks what is kept today; nothing where it does not.
pub(in super::super) fn say_older(compared: &Compared, pack: &Path, to: &mut dyn Write) -> io::Result<()> {
    if !compared.is_older() {
        return Ok(());
    }
    let path = path_of(&compared.policy);
    writeln!(to, "{WARNING}warning{WARNING:#}: {}: {OLDER}", path.display())?;
    writeln!(to, "{HELP}help{HELP:#}: `glassbox snapshot {}` keeps them too", in_shell(pack.display()))
}

fn rest(all: usize, noun: &str, to: &mut dyn Write) -> io::Result<()> {
    match all.checked_sub(TOLD).filter(|more| *more > 0) {
        Some(more) => writeln!(to, "    {DIM}and {}{DIM:#}", plural(more, &format!("more {noun}"))),
        None => Ok(()),
    }
}

/// One record, and what moved it.
fn say_moved(moved: &Moved, to: &mut dyn Write) -> io::Result<()> {
    let told = |row: &Row| row.score.map_or_else(|| row.status.clone(), |score| score.to_string());
    let Moved { key, before, after, by, through, given } = moved;
    match (before, after) {
        (Some(before), Some(after)) => {
            let by = by.filter(|by| !by.is_zero()).map_or_else(String::new, |by| format!("  {}", signed(by)));
            let (from, into) = (told(before), told(after));
            let scores = if from == into { from } else { format!("{from} → {into}") };
            write!(to, "    `{key}`: {scores}{by}")?;
            if before.tier != after.tier && !before.tier.is_empty() && !after.tier.is_empty() {
                write!(to, ", {} → {}", before.tier, after.tier)?;
            }
            if before.reasons != after.reasons {
                write!(to, "{DIM}, reasons {} → {}{DIM:#}", list(&before.reasons), list(&after.reasons))?;
            }
            writeln!(to, "{}", gained_and_lost(given))?;
        }
        (None, Some(after)) => writeln!(to, "    `{key}`: new, {}", told(after))?,
        (Some(before), None) => writeln!(to, "    `{key}`: gone, was {}", told(before))?,
        (None, None) => {}
    }
    for change in through.iter().take(TOLD) {
        let points = |points: Option<Decimal>| points.map_or_else(|| "none".to_owned(), signed);
        let (was, is) = (points(change.points.0), points(change.points.1));
        let place = if change.place.is_empty() { "no longer there" } else { &change.place };
        writeln!(to, "      `{}` {was} → {is}  {DIM}{place}{DIM:#}", change.item)?;
    }
    for Answered { decision, before, after, place } in given.answers.iter().take(TOLD) {
        let place = if place.is_empty() { "no longer there" } else { place };
        writeln!(to, "      `{decision}` {} → {}  {DIM}{place}{DIM:#}", list(before), list(after))?;
    }
    Ok(())
}

/// `, gains benefit `bicycles``.
fn gained_and_lost(given: &Given) -> String {
    let told = |Held { penalty, name, now }: &Held| {
        let kind = if *penalty { "penalty" } else { "benefit" };
        let way = if *now { "gains" } else { "loses" };
        format!(", {way} {kind} `{name}`")
    };
    let mut text: String = given.held.iter().take(TOLD).map(told).collect();
    if given.held.len() > TOLD {
        text += ", …";
    }
    text
}

fn list(codes: &str) -> &str {
    if codes.is_empty() { "none" } else { codes }
}

/// A number with its sign.
fn signed(number: Decimal) -> String {
    if number > Decimal::ZERO { format!("+{number}") } else { number.to_string() }
}
