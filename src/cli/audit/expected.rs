//! Scores as the fields of the data would give them by themselves, beside those that the data have.

use crate::audit::{Distribution, Expected};
use crate::cli::page::{Block, Cell, Table, Tone};
use crate::cli::report::plural;
use crate::decimal::Decimal;
use crate::explain::Amount;
use crate::policy::TierId;
use num_bigint::BigUint;
use serde_json::{Value, json};

/// The title of the section.
pub(super) const TITLE: &str = "Expected scores, were the fields independent";

/// How many of a distribution are counted.
type Counted<'c> = &'c dyn Fn(&Distribution) -> BigUint;

/// The section of a report.
pub(super) fn blocks(expected: &Expected) -> Vec<Block> {
    let Expected { independent, measured, tiers, too_large } = expected;
    let records = plural(usize::try_from(measured.total()).unwrap_or(usize::MAX), "record");
    let aside = match too_large {
        0 => String::new(),
        aside => format!(" ({} set aside, in which a number is too large)", plural(*aside, "record")),
    };
    let about = match independent {
        Ok(_) => format!(
            "Of {records}{aside}. Expected is what the policy makes of everybody whom these fields allow, each field with the \
             values that it has in the data, as often, and independent of all others: exactly. Where the data are otherwise, \
             values go together. Unlike the rest of the report, this is about data."
        ),
        Err(why) => format!("Of {records}{aside}. What to expect is undecided: {why}."),
    };
    let sides = [independent.as_ref().ok(), Some(measured)];
    let mut table = Table::new(["", ">expected", ">in the data"]);
    let mut row = |name: &str, tone, cells: [String; 2]| {
        let [expected, data] = cells;
        table.row([Cell::new(name, tone), expected.into(), data.into()]);
    };
    let shares = |of: Counted<'_>| sides.map(|side| side.map(|side| (side, of(side))));
    let told = |shares: &[Option<(&Distribution, BigUint)>; 2]| {
        let [expected, data] = shares;
        [expected, data]
            .map(|share| share.as_ref().map_or_else(String::new, |(side, some)| percent(side, some)))
    };
    let some = |shares: &[Option<(&Distribution, BigUint)>; 2]| {
        shares.iter().flatten().any(|(_, some)| *some != BigUint::ZERO)
    };
    for (name, at) in tiers.iter().zip(0..) {
        row(name, Tone::Plain, told(&shares(&|side| side.in_tier(Some(TierId(at))))));
    }
    // Without tiers everybody with a score is in none.
    let untold: [(&str, Counted<'_>); 3] = [
        (if tiers.is_empty() { "scored" } else { "no tier" }, &|side| side.in_tier(None)),
        ("not scored", &|side| side.not_scored().clone()),
        ("not participating", &|side| side.not_participating().clone()),
    ];
    for (name, of) in untold {
        let shares = shares(of);
        if some(&shares) {
            row(name, Tone::Dim, told(&shares));
        }
    }
    row(
        "mean score",
        Tone::Strong,
        sides.map(|side| side.and_then(Distribution::mean).map_or_else(String::new, cents)),
    );
    std::iter::once(Block::Text(about)).chain(table.block()).collect()
}

/// The same for programs.
pub(super) fn json(expected: &Expected) -> Value {
    let Expected { independent, measured, tiers, too_large } = expected;
    json!({
        "independent": independent.as_ref().ok().map(|independent| distribution(independent, tiers)),
        "undecided": independent.as_ref().err(),
        "data": distribution(measured, tiers),
        "too_large": too_large,
    })
}

fn distribution(of: &Distribution, tiers: &[String]) -> Value {
    let share =
        |some: &BigUint| json!({ "ways": some.to_string(), "percent": of.percent(some, 9).map(Amount) });
    let with = |name: &str, value: Value, some: &BigUint| {
        let mut share = share(some);
        if let Value::Object(entries) = &mut share {
            entries.insert(name.to_owned(), value);
        }
        share
    };
    let tiers = tiers.iter().zip(0..).map(|(name, at)| (json!(name), of.in_tier(Some(TierId(at)))));
    let tiers = tiers.chain([(Value::Null, of.in_tier(None))]);
    json!({
        "ways": of.total().to_string(),
        "mean": of.mean().map(Amount),
        "tiers": tiers.map(|(name, some)| with("tier", name, &some)).collect::<Vec<_>>(),
        "not_scored": share(of.not_scored()),
        "not_participating": share(of.not_participating()),
        "scores": of.scores().iter().map(|(score, some)| with("score", json!(Amount(*score)), some)).collect::<Vec<_>>(),
    })
}

/// A share with two places.
fn percent(of: &Distribution, some: &BigUint) -> String {
    of.percent(some, 2).map_or_else(String::new, |share| cents(share) + "%")
}

/// A number with two places.
fn cents(number: Decimal) -> String {
    let cents = number.round_to(Decimal::from_units(10_000_000).unwrap_or(Decimal::ONE)).unwrap_or(number);
    let units = cents.units();
    let sign = if units < 0 { "-" } else { "" };
    let hundredths = units.unsigned_abs() / 10_000_000;
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}
