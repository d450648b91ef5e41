//! What a population could do to its scores, as text and as JSON: prices of tiers, bought friends, bunching.

use super::arguments::Run;
use super::open::Opened;
use super::patience::Patience;
use super::report::{plural, warn};
use super::{Exit, Stop};
use crate::audit::Audit;
use crate::audit::gaming::{Gaming, Spread, gaming};
use crate::data::Records;
use crate::decimal::Decimal;
use crate::explain::Amount;
use crate::policy::{Policy, TierId};
use serde_json::{Value, json};
use std::io::{self, Write};

/// How many bars a histogram of prices has.
const BARS: u32 = 8;
/// How wide the longest is.
const WIDTH: u64 = 40;
/// From so many standard deviations on, a jump is pointed out.
const JUMP: f64 = 2.0;

/// The name and version of the shape of it in JSON.
const SCHEMA: &str = "glassbox.gaming/1";

/// The form that it is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Text,
    /// One object (docs/schemas/gaming.json).
    Json,
}

/// Counts what the records of each policy could do to their scores, and writes it.
pub(super) fn write(
    out: &mut dyn Write,
    opened: &[Opened],
    policies: &[Policy],
    run: &Run,
    form: Form,
) -> Result<Exit, Stop> {
    let mut exit = Exit::Fine;
    let mut objects = Vec::new();
    for (at, (opened, policy)) in opened.iter().zip(policies).enumerate() {
        let loaded = opened.load(policy, run)?;
        let set_aside = loaded.rejects.set_aside.len();
        if set_aside > 0 {
            warn(&format!("{}: {} set aside and not counted", policy.name, plural(set_aside, "record")))?;
            exit = Exit::SetAside;
        }
        let found = {
            let many = plural(Records::count(&loaded.population), "record");
            let _patience = Patience::saying(format!("looking for the cheapest ways of {many} …"));
            let audit = Audit::of(policy);
            let planner = audit.planner().map_err(|why| Stop::failure(why, None))?;
            gaming(&planner, &loaded.population)
        };
        match form {
            Form::Text => {
                let gap = if at == 0 { "" } else { "\n" };
                writeln!(out, "{gap}{}, as of {}\n", policy.title, policy.today)?;
                show(out, policy, &found)?;
            }
            Form::Json => objects.push(json(policy, &found, set_aside)),
        }
    }
    if form == Form::Json {
        writeln!(out, "{:#}", json!({ "schema": SCHEMA, "policies": objects }))?;
    }
    Ok(exit)
}

/// Shows what a population could do to its scores, for people.
///
/// # Errors
///
/// What the stream says.
fn show(out: &mut dyn Write, policy: &Policy, gaming: &Gaming) -> io::Result<()> {
    let name = |tier: TierId| policy.tiers.get(tier.index()).map_or("", |tier| tier.name.as_str());
    writeln!(out, "Who can buy their way up, of {}", plural(count(gaming.scored), "scored record"))?;
    if let Some(why) = &gaming.inexact {
        writeln!(out, "  Not all of it is proved; a price is then the least that was found: {why}")?;
    }
    if gaming.unknown.0 > 0 {
        let why = gaming.unknown.1.as_deref().unwrap_or_default();
        writeln!(out, "  {} could not be scored: {why}", plural(count(gaming.unknown.0), "more record"))?;
    }
    if gaming.tiers.is_empty() {
        writeln!(out, "  The policy has no tiers to buy")?;
    }
    for into in &gaming.tiers {
        let (prices, below) = (&into.prices, into.below);
        writeln!(out)?;
        writeln!(
            out,
            "  {}: {below} below it, {} can buy their way in, {} have no way{}",
            name(into.tier),
            prices.count(),
            into.no_way,
            match into.undecided.0 {
                0 => String::new(),
                many => format!(", {many} undecided"),
            }
        )?;
        // The first reason stands above.
        if let Some(why) = into.undecided.1.as_ref().filter(|why| gaming.inexact.as_ref() != Some(why)) {
            writeln!(out, "    undecided: {why}")?;
        }
        if let Some(middle) = ends(prices) {
            writeln!(out, "    price: {middle}")?;
            bars(out, prices)?;
        }
    }
    for friend in &gaming.friends {
        let influence = policy.influences.get(friend.influence as usize).map_or("", |one| one.title.as_str());
        writeln!(out)?;
        writeln!(out, "One more for \"{influence}\", with a score of {}", friend.with)?;
        if let Some(middle) = ends(&friend.gains) {
            writeln!(out, "    points gained: {middle}")?;
        }
    }
    if !gaming.bunching.is_empty() || !gaming.not_compared.is_empty() {
        writeln!(out)?;
        writeln!(out, "Just above a cut-off against just below: a screen, not a proof of anything")?;
        for each in &gaming.bunching {
            let ratio = each
                .ratio()
                .map_or_else(|| "none below".to_owned(), |ratio| format!("{ratio:.2} times as many"));
            let z = each.z().map_or_else(String::new, |z| format!(", z = {z:.2}"));
            let jump = if each.z().is_some_and(|z| z >= JUMP) { "  <- more than chance" } else { "" };
            writeln!(
                out,
                "  {}: {} in the {} from {} on, {} in the {} below: {ratio}{z}{jump}",
                name(each.tier),
                each.above,
                each.width,
                each.cut,
                each.below,
                each.width
            )?;
        }
        for tier in &gaming.not_compared {
            let why = "not compared: scores lie too far apart there, or an end of the range is too near";
            writeln!(out, "  {}: {why}", name(*tier))?;
        }
        if gaming.bunching.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "  z: a fair coin for each record; after McCrary (2008), J. Econometrics 142(2), simplified"
        )?;
    }
    Ok(())
}

/// The same for programs.
fn json(policy: &Policy, gaming: &Gaming, set_aside: usize) -> Value {
    let name = |tier: TierId| policy.tiers.get(tier.index()).map(|tier| tier.name.as_str());
    let tiers = gaming.tiers.iter().map(|into| {
        json!({
            "tier": name(into.tier),
            "below": into.below,
            "can_buy": into.prices.count(),
            "no_way": into.no_way,
            "undecided": into.undecided.0,
            "undecided_because": into.undecided.1,
            "price": numbers(&into.prices),
        })
    });
    let friends = gaming.friends.iter().map(|friend| {
        let influence = policy.influences.get(friend.influence as usize).map(|one| one.name.as_str());
        json!({ "influence": influence, "score": Amount(friend.with), "gain": numbers(&friend.gains) })
    });
    let bunching = gaming.bunching.iter().map(|each| {
        json!({
            "tier": name(each.tier),
            "cut": Amount(each.cut),
            "width": Amount(each.width),
            "above": each.above,
            "below": each.below,
            "ratio": each.ratio(),
            "z": each.z(),
        })
    });
    json!({
        "policy": policy.name,
        "hash": &*policy.hash,
        "as_of": policy.today.to_string(),
        "scored": gaming.scored,
        "not_scored": gaming.not_scored,
        "unknown": gaming.unknown.0,
        "set_aside": set_aside,
        "exact": gaming.inexact.is_none(),
        "inexact": gaming.inexact,
        "tiers": tiers.collect::<Vec<_>>(),
        "friends": friends.collect::<Vec<_>>(),
        "bunching": bunching.collect::<Vec<_>>(),
        "not_compared": gaming.not_compared.iter().map(|tier| name(*tier)).collect::<Vec<_>>(),
    })
}

fn numbers(spread: &Spread) -> Value {
    let histogram = spread.histogram(BARS);
    let bins = histogram.iter().map(|(from, _, count)| json!({ "from": Amount(*from), "count": count }));
    json!({
        "least": spread.least().map(Amount),
        "median": spread.median().map(Amount),
        "greatest": spread.greatest().map(Amount),
        "histogram": bins.collect::<Vec<_>>(),
    })
}

/// `least 3, median 9, greatest 72`.
fn ends(spread: &Spread) -> Option<String> {
    let (least, median, greatest) = (spread.least()?, spread.median()?, spread.greatest()?);
    Some(format!("least {least}, median {median}, greatest {greatest}"))
}

fn bars(out: &mut dyn Write, spread: &Spread) -> io::Result<()> {
    let histogram = spread.histogram(BARS);
    let most = histogram.iter().map(|(.., count)| *count).max().unwrap_or(1).max(1);
    let greatest = spread.greatest();
    let label = |(from, end, _): &(Decimal, Decimal, u64)| {
        let last = match spread.is_whole() {
            true => end.checked_sub(Decimal::ONE).min(greatest),
            false => greatest.filter(|greatest| greatest < end),
        };
        match last {
            Some(last) if last == *from => from.to_string(),
            Some(last) => format!("{from} to {last}"),
            None => format!("{from} to under {end}"),
        }
    };
    let labels: Vec<String> = histogram.iter().map(label).collect();
    let width = labels.iter().map(String::len).max().unwrap_or(0);
    for (label, (.., count)) in labels.iter().zip(&histogram) {
        let long = (count * WIDTH).div_ceil(most);
        let bar = "█".repeat(usize::try_from(long).unwrap_or(0));
        let gap = if bar.is_empty() { "" } else { " " };
        writeln!(out, "    {label:>width$}  {bar}{gap}{count}")?;
    }
    Ok(())
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
