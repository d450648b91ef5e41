//! What a population could do to its scores, as text and as JSON: prices of tiers, bought friends, bunching.

use super::report::plural;
use crate::audit::gaming::{Gaming, Spread};
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

/// Shows what a population could do to its scores, for people.
///
/// # Errors
///
/// What the stream says.
pub(super) fn show(out: &mut dyn Write, policy: &Policy, gaming: &Gaming) -> io::Result<()> {
    let name = |tier: TierId| policy.tiers.get(tier.index()).map_or("", |tier| tier.name.as_str());
    writeln!(out, "Who can buy their way up, of {}", plural(count(gaming.scored), "scored record"))?;
    if let Some(why) = &gaming.inexact {
        writeln!(out, "  A price is the least that was found, not always the least there is: {why}")?;
    }
    if gaming.unknown.0 > 0 {
        let why = gaming.unknown.1.as_deref().unwrap_or_default();
        writeln!(out, "  Of {} nothing can be said: {why}", plural(count(gaming.unknown.0), "record"))?;
    }
    if gaming.tiers.is_empty() {
        writeln!(out, "  The policy has no tiers to buy")?;
    }
    for into in &gaming.tiers {
        let (prices, below) = (&into.prices, into.below);
        writeln!(out)?;
        writeln!(
            out,
            "  {}: {below} below it, {} can buy their way in, {} have no way",
            name(into.tier),
            prices.count(),
            into.no_way()
        )?;
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
    if !gaming.bunching.is_empty() {
        writeln!(out)?;
        writeln!(out, "Just above a cut-off against just below: a screen, not a proof of anything")?;
        for each in &gaming.bunching {
            let ratio = each.ratio().map_or_else(|| "none below".to_owned(), |ratio| format!("{ratio:.2} times as many"));
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
        writeln!(out, "  z: a fair coin for each record; after McCrary (2008), J. Econometrics 142(2), simplified")?;
    }
    Ok(())
}

/// The same for programs.
pub(super) fn json(policy: &Policy, gaming: &Gaming) -> Value {
    let name = |tier: TierId| policy.tiers.get(tier.index()).map(|tier| tier.name.as_str());
    let tiers = gaming.tiers.iter().map(|into| {
        json!({
            "tier": name(into.tier),
            "below": into.below,
            "can_buy": into.prices.count(),
            "no_way": into.no_way(),
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
        "scored": gaming.scored,
        "not_scored": gaming.not_scored,
        "unknown": gaming.unknown.0,
        "exact": gaming.inexact.is_none(),
        "inexact": gaming.inexact,
        "tiers": tiers.collect::<Vec<_>>(),
        "friends": friends.collect::<Vec<_>>(),
        "bunching": bunching.collect::<Vec<_>>(),
    })
}

fn numbers(spread: &Spread) -> Value {
    let histogram = spread.histogram(BARS);
    let bins = histogram.iter().map(|(from, count)| json!({ "from": Amount(*from), "count": count }));
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
    let most = histogram.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let labels: Vec<String> = histogram.iter().map(|(from, _): &(Decimal, u64)| from.to_string()).collect();
    let width = labels.iter().map(String::len).max().unwrap_or(0);
    for (label, (_, count)) in labels.iter().zip(&histogram) {
        let long = (count * WIDTH).div_ceil(most);
        let bar = "█".repeat(usize::try_from(long).unwrap_or(0));
        let gap = if bar.is_empty() { "" } else { " " };
        writeln!(out, "    {label:>width$} and more  {bar}{gap}{count}")?;
    }
    Ok(())
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
