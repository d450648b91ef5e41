//! Clauses about what people are told: who answers for a rule, and what an explanation says.

use super::given::Thing;
use super::input::listed;
use super::{Pattern, Subject};
use crate::audit::Verdict;
use crate::data::Value;
use crate::decimal::Decimal;
use crate::diagnostic::plural;
use crate::policy::{
    EventPoints, Expr, Item, ItemBody, ItemId, ItemKind, Policy, RankedBy, ReasonId, Row, RowOutcome, Table,
};
use crate::source::Place;
use std::collections::BTreeSet;

pub(super) static PATTERNS: [Pattern; 5] = [
    Pattern {
        words: "require every rule has THINGS",
        doc: "Every characteristic, rule, override and influence has them. `reason`: whatever can take points, lower a result or \
              refuse one names a reason that people are told. `source`: the rule, each of its rows, or a group around it says \
              where it comes from. `note` likewise. `owner`: the policy says who answers for it. What only benefits and \
              penalties have is asked of them: `require every penalty has basis`.",
        examples: &["require every rule has reason", "require every rule has reason, source, owner"],
        source: "12 CFR 1002.9(b)(2): the reasons given must be specific",
        pass: |subject, slots| {
            slots.things(0)?.iter().map(|thing| every_rule(subject.policy, *thing)).reduce(Verdict::and)
        },
    },
    Pattern {
        words: "limit reasons to COUNT",
        doc: "Nobody is told more principal reasons than this.",
        examples: &["limit reasons to 4"],
        source: "12 CFR 1002.9, official interpretation 9(b)(2)-1: more than four reasons are not likely to be helpful",
        pass: |subject, slots| Some(at_most(subject, slots.count(0)?)),
    },
    Pattern {
        words: "require every reason belongs to something scored",
        doc: "Whatever reason is told, points were lost for it, or an override or penalty applied. Where reasons are ranked by \
              points lost nothing else is ever told; ranked by a baseline, one that lost nothing may be told too.",
        examples: &["require every reason belongs to something scored"],
        source: "12 CFR 1002.9, official interpretation 9(b)(2)-4: reasons relate to factors actually scored",
        pass: |subject, _| Some(all_scored(subject.policy)),
    },
    Pattern {
        words: "require explanations sum to the score",
        doc: "The lines of an explanation, start, contributions and adjustments, sum to the score exactly. An explanation that \
              does not is never shown.",
        examples: &["require explanations sum to the score"],
        source: "CJEU C-203/22, Dun & Bradstreet Austria: the procedure and principles actually applied are to be explained",
        pass: |_, _| {
            Some(Verdict::proved(
                "an explanation whose lines do not sum to the score is refused by the program",
            ))
        },
    },
    Pattern {
        words: "require every change of score attributed in full",
        doc: "Where a score changes, the lines of the two explanations that differ sum to the difference.",
        examples: &["require every change of score attributed in full"],
        source: "",
        pass: |_, _| {
            Some(Verdict::proved(
                "the lines of either explanation sum to its score, so those that differ sum to the difference",
            ))
        },
    },
];

/// Whether every rule has one thing.
fn every_rule(policy: &Policy, thing: Thing) -> Verdict {
    let without: Vec<(String, Place)> = match thing {
        Thing::Reason => without_reason(policy),
        Thing::Source => {
            let mut without = without_text(policy, |item| &item.sources, |row| &row.source);
            without.extend(silent(&policy.overrides, |each| (&each.name, &each.sources, each.place)));
            without.extend(silent(&policy.influences, |each| (&each.name, &each.sources, each.place)));
            without
        }
        Thing::Note => {
            let mut without = without_text(policy, |item| &item.notes, |row| &row.note);
            without.extend(silent(&policy.overrides, |each| (&each.name, &each.notes, each.place)));
            without.extend(silent(&policy.influences, |each| (&each.name, &each.notes, each.place)));
            without
        }
        Thing::Owner => {
            let place = policy.items.first().map(|item| item.place);
            let place = place.or(policy.influences.first().map(|influence| influence.place));
            let owned = policy.about.owner.is_some();
            let named = format!("`{}`", policy.name);
            place.filter(|_| !owned).map(|place| (named, place)).into_iter().collect()
        }
        Thing::Basis | Thing::Context | Thing::Grantor | Thing::Announced => {
            let word = thing.word();
            return Verdict::undecided(format!(
                "rules have no `{word}`: ask `require every penalty has {word}` or `require every benefit has {word}`"
            ));
        }
    };
    told(thing, "every rule", without)
}

/// The verdict on what lacks a thing.
pub(super) fn told(thing: Thing, all: &str, without: Vec<(String, Place)>) -> Verdict {
    let word = thing.word();
    if without.is_empty() {
        return Verdict::proved(match thing {
            Thing::Reason if all == "every rule" => {
                "whatever can take points, lower a result or refuse one names a reason".to_owned()
            }
            Thing::Owner => "the policy has an owner".to_owned(),
            Thing::Reason
            | Thing::Source
            | Thing::Note
            | Thing::Basis
            | Thing::Context
            | Thing::Grantor
            | Thing::Announced => format!("{all} has a `{word}`"),
        });
    }
    let names: Vec<String> = without.iter().map(|(name, _)| name.clone()).collect();
    let verb = if names.len() == 1 { "has" } else { "have" };
    Verdict::refuted_at(
        format!("{} {verb} no `{word}`", listed(&names)),
        without.into_iter().map(|(_, place)| place).collect(),
    )
}

/// What can take points, lower a result or refuse one, and names no reason.
fn without_reason(policy: &Policy) -> Vec<(String, Place)> {
    let mut without = Vec::new();
    for item in &policy.items {
        if item.reason.is_some() {
            continue;
        }
        let name = || format!("`{}`", item.name);
        let way = way_of_rows(policy, item);
        match &item.body {
            ItemBody::Table { table, .. } => {
                without.extend(losing_rows(table, way, false).map(|row| (name(), row.place)));
            }
            ItemBody::Formula(_) if loses(policy, item) => without.push((name(), item.place)),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Table(table) => {
                    without.extend(losing_rows(table, way, true).map(|row| (name(), row.place)));
                }
                EventPoints::Each(_) if loses(policy, item) => without.push((name(), item.place)),
                EventPoints::Each(_) => {}
            },
            ItemBody::Formula(_) | ItemBody::Group(_) => {}
        }
    }
    for each in &policy.overrides {
        let lowers = each.score_at_most.is_some() || each.tier_at_most.is_some() || each.not_scored;
        if lowers && each.reason.is_none() {
            without.push((format!("`{}`", each.name), each.place));
        }
    }
    for each in &policy.influences {
        let loses = each.limits.is_none_or(|(least, _)| least < Decimal::ZERO);
        if loses && each.reason.is_none() {
            without.push((format!("`{}`", each.name), each.place));
        }
    }
    without.dedup_by(|a, b| a.0 == b.0);
    without
}

/// Rows without a reason that lose points of the score: fewer than the best row brings, or of events fewer than none; or
/// that refuse a score. `way` says whether more points of a row are more of the score (1), less (-1), or nothing (0).
fn losing_rows(table: &Table, way: i128, events: bool) -> impl Iterator<Item = &Row> {
    let worth = move |row: &Row| match way {
        0 => points(row).map(|_| 0),
        way => points(row).map(|points| points.units() * way),
    };
    let best = table.rows.iter().filter_map(worth).max();
    let reference = if events { Some(0) } else { best };
    table.rows.iter().filter(move |row| {
        let keeps = worth(row).is_some_and(|points| reference.is_some_and(|reference| points >= reference));
        row.reason.is_none() && !keeps
    })
}

/// Which way points of an item's rows go into the score: by its own weight and those of the groups around it.
fn way_of_rows(policy: &Policy, item: &Item) -> i128 {
    item.weight.map_or(1, |weight| weight.units().signum()) * way_of_groups(policy, item)
}

/// The same of an item's own points, its weight counted.
fn way_of_groups(policy: &Policy, item: &Item) -> i128 {
    let groups = std::iter::successors(item.group, |group| policy.item(*group).group);
    let signs = groups.map(|group| policy.item(group).weight.map_or(1, |weight| weight.units().signum()));
    signs.product()
}

/// The points of a row, where they are a number.
fn points(row: &Row) -> Option<Decimal> {
    match &row.outcome {
        RowOutcome::Value(Expr::Constant(Value::Number(points))) => Some(*points),
        RowOutcome::Value(_) | RowOutcome::NotScored => None,
    }
}

/// Whether points of the score can be lost to an item: it can give less than what losses are counted from, or more of it in
/// groups where that is less of the score.
pub(super) fn loses(policy: &Policy, item: &Item) -> bool {
    let (low, high) = item.bounds;
    match way_of_groups(policy, item) {
        0 => false,
        // What losses are counted from is the most of a characteristic, and nothing of a rule: turned round, its least.
        way if way < 0 => match item.kind {
            ItemKind::Characteristic => low.is_none() || high.is_none() || low != high,
            ItemKind::Rule | ItemKind::Group => high.is_none_or(|high| high > Decimal::ZERO),
        },
        _ => low.is_none_or(|low| low < item.reference),
    }
}

/// Rules of which neither they, nor each of their rows, nor a group around them say something.
fn without_text(
    policy: &Policy,
    of_item: fn(&Item) -> &Vec<String>,
    of_row: fn(&Row) -> &String,
) -> Vec<(String, Place)> {
    let says = |id: ItemId| -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            let item = policy.item(id);
            if !of_item(item).is_empty() {
                return true;
            }
            at = item.group;
        }
        let table = match &policy.item(id).body {
            ItemBody::Table { table, .. } => Some(table),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Table(table) => Some(table),
                EventPoints::Each(_) => None,
            },
            ItemBody::Formula(_) | ItemBody::Group(_) => None,
        };
        table.is_some_and(|table| table.rows.iter().all(|row| !of_row(row).is_empty()))
    };
    let items = (0..).map(ItemId).zip(&policy.items);
    let items = items.filter(|(_, item)| !matches!(item.body, ItemBody::Group(_)));
    let items = items.filter(|(id, _)| !says(*id));
    items.map(|(_, item)| (format!("`{}`", item.name), item.place)).collect()
}

/// Of some blocks those that have none of some lines: by their names, these lines and places.
fn silent<T>(blocks: &[T], of: impl Fn(&T) -> (&String, &Vec<String>, Place)) -> Vec<(String, Place)> {
    let without = blocks.iter().map(of).filter(|(_, lines, _)| lines.is_empty());
    without.map(|(name, _, place)| (format!("`{name}`"), place)).collect()
}

fn at_most(subject: &Subject<'_>, most: u32) -> Verdict {
    let policy = subject.policy;
    let shown = policy.reasons_shown.up_to;
    if shown <= most {
        return Verdict::proved(format!("reasons are given up to {shown}"));
    }
    // As many are told only where so many can be told at once.
    let at_once = told_at_once(policy);
    if u32::try_from(at_once).is_ok_and(|at_once| at_once <= most) {
        return Verdict::proved(match at_once {
            0 => "nothing tells a reason".to_owned(),
            at_once => format!("no more than {} can be told at once", plural(at_once, "reason")),
        });
    }
    subject.desk.reasons_at_most(most)
}

/// No more reasons than these are told of one record: of a table one by itself, of events one a row.
fn told_at_once(policy: &Policy) -> usize {
    let mut all: BTreeSet<ReasonId> = BTreeSet::new();
    let mut count = 0;
    let mut add = |of: BTreeSet<ReasonId>, most: usize| {
        count += of.len().min(most);
        all.extend(of);
    };
    for item in &policy.items {
        let rows = |table: &Table| table.rows.iter().filter_map(|row| row.reason.or(item.reason)).collect();
        match &item.body {
            ItemBody::Table { table, .. } => add(rows(table), 1),
            ItemBody::Formula(_) => add(item.reason.into_iter().collect(), 1),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Each(_) => add(item.reason.into_iter().collect(), 1),
                EventPoints::Table(table) => add(rows(table), usize::MAX),
            },
            // What a group's limits take is told under its own.
            ItemBody::Group(_) => add(item.reason.into_iter().collect(), 1),
        }
    }
    for reason in policy.influences.iter().map(|each| each.reason) {
        add(reason.into_iter().collect(), 1);
    }
    for reason in policy.overrides.iter().map(|each| each.reason) {
        add(reason.into_iter().collect(), 1);
    }
    for reason in policy.consequences.iter().map(|each| each.reason) {
        add(reason.into_iter().collect(), 1);
    }
    count.min(all.len())
}

fn all_scored(policy: &Policy) -> Verdict {
    match policy.reasons_shown.by {
        RankedBy::PointsLost => Verdict::proved(
            "a reason is told only where points were lost for it, or where its override or penalty applied",
        ),
        RankedBy::BelowBaseline | RankedBy::AboveBaseline => {
            let with_reason = policy.items.iter().filter(|item| has_reason(item));
            let places: Vec<Place> = with_reason.map(|item| item.place).collect();
            match places.is_empty() {
                true => Verdict::proved("no rule has a reason, so that only overrides tell one"),
                false => Verdict::refuted_at(
                    "reasons are ranked by a baseline, and one is told also where the points are the baseline's",
                    places,
                ),
            }
        }
    }
}

/// Whether an item, or a row of it, has a reason.
fn has_reason(item: &Item) -> bool {
    let rows = |table: &Table| table.rows.iter().any(|row| row.reason.is_some());
    let of_rows = match &item.body {
        ItemBody::Table { table, .. } => rows(table),
        ItemBody::Events(events) => match &events.points {
            EventPoints::Table(table) => rows(table),
            EventPoints::Each(_) => false,
        },
        ItemBody::Formula(_) | ItemBody::Group(_) => false,
    };
    item.reason.is_some() || of_rows
}
