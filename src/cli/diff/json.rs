//! What there is to tell, for programs: one JSON object by `docs/schemas/diff.json`.

use super::super::{given, moved};
use super::account::{Account, Compared, Impacted, Report, Scored, What};
use super::everybody::Everybody;
use super::words::verdict;
use crate::diagnostic::render;
use crate::diff::{Became, Detail, Meaning, Span, Timed};
use crate::eval::batch::Standing;
use crate::explain::Amount;
use crate::source::Place;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The name and version of the shape.
const SCHEMA: &str = "glassbox.diff/1";

/// Writes the report.
pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let policies: Vec<Value> = report.policies.iter().map(account).collect();
    let object = json!({
        "schema": SCHEMA,
        "old": report.old,
        "new": report.new,
        "differs": report.differs(),
        "unchanged": report.unchanged,
        "policies": policies,
    });
    serde_json::to_writer_pretty(&mut *to, &object)?;
    writeln!(to)
}

fn account(account: &Account) -> Value {
    let (became, compared) = match &account.what {
        What::Added => ("added", None),
        What::Removed => ("removed", None),
        What::NotCompared(_) => ("not compared", None),
        What::Compared(compared) => ("compared", Some(compared)),
    };
    json!({
        "policy": account.name,
        "title": account.title,
        "became": became,
        "old_file": account.old_path,
        "new_file": account.new_path,
        "old_hash": account.old_hash.as_deref(),
        "new_hash": account.new_hash.as_deref(),
        "moved": account.has_moved,
        "meaning": compared.map(|compared| meaning(compared)),
        "everybody": compared.and_then(|compared| compared.everybody.as_ref()).map(Everybody::json),
        "impact": compared.and_then(|compared| impacted(&compared.impact)),
    })
}

fn meaning(compared: &Compared) -> Value {
    let comparison = &compared.comparison;
    let verdict_word = match comparison.meaning {
        Meaning::Identical => "identical",
        Meaning::Layout => "layout",
        Meaning::Same => "same",
        Meaning::Words => "words",
        Meaning::Changed => "changed",
    };
    let changes: Vec<Value> = comparison.changes.iter().map(|timed| change(compared, timed)).collect();
    let cases: Vec<Value> = comparison
        .cases
        .iter()
        .map(|case| json!({ "case": case.title, "became": case.became.word() }))
        .collect();
    json!({ "verdict": verdict_word, "says": verdict(comparison), "changes": changes, "cases": cases })
}

fn change(compared: &Compared, timed: &Timed) -> Value {
    let change = &timed.change;
    let from = if let Became::Renamed { from } = &change.became { Some(from) } else { None };
    let span = |span: &Span| {
        let day = |day: Option<crate::date::Date>| day.map(|day| day.to_string());
        json!({ "from": day(span.from), "before": day(span.before) })
    };
    let details: Vec<Value> = change.details.iter().map(|it| detail(compared, it)).collect();
    json!({
        "part": change.part.word(),
        "name": change.name,
        "title": change.title,
        "became": change.became.word(),
        "was_called": from,
        "words_only": change.is_words(),
        "holds": timed.holds.iter().map(span).collect::<Vec<_>>(),
        "place": place(compared, change.old_place, change.new_place),
        "details": details,
    })
}

fn detail(compared: &Compared, detail: &Detail) -> Value {
    json!({
        "what": detail.label,
        "how": detail.how.word(),
        "old": detail.old,
        "new": detail.new,
        "words": detail.words,
        "place": place(compared, detail.old_place, detail.new_place),
    })
}

fn place(compared: &Compared, old: Option<Place>, new: Option<Place>) -> Value {
    compared.locate(old, new).map_or(Value::Null, |(file, line)| json!({ "file": file, "line": line }))
}

fn impacted(impacted: &Impacted) -> Option<Value> {
    match impacted {
        Impacted::NotAsked => None,
        Impacted::NoData => Some(json!({ "kind": "no data" })),
        Impacted::Unreadable { is_new, diagnostics } => {
            let text = render::json(diagnostics, &crate::source::Sources::new());
            let found: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let version = if *is_new { "new" } else { "old" };
            Some(json!({ "kind": "unreadable", "by": version, "diagnostics": found }))
        }
        Impacted::Scored(scored) => Some(moves(scored)),
    }
}

fn moves(scored: &Scored) -> Value {
    let impact = &scored.impact;
    let name = |at: Option<usize>| at.and_then(|at| impact.tiers.get(at)).map(|tier| tier.name.as_str());
    let tiers = impact.tiers.iter().map(|tier| {
        json!({ "tier": tier.name, "before": tier.before, "after": tier.after, "gained": tier.gained, "lost": tier.lost })
    });
    let migrations = impact.migrations.iter().map(
        |migration| json!({ "from": name(migration.from), "to": name(migration.to), "records": migration.count }),
    );
    let standings = impact
        .standings
        .iter()
        .map(|((from, to), count)| json!({ "from": standing(*from), "to": standing(*to), "records": count }));
    let histogram = impact.moves.numbers().into_iter();
    let histogram = histogram.map(|(by, count)| json!({ "by": Amount(by), "records": count }));
    let divisions = scored.divisions.iter().map(|division| {
        let segments = division.segments.iter().map(|it| {
            json!({
                "value": it.label,
                "records": it.records,
                "up": it.up,
                "down": it.down,
                "average": Amount(it.average),
                "most_up": Amount(it.most_up),
                "most_down": Amount(it.most_down),
                "better_tier": it.better,
                "worse_tier": it.worse,
                "newly_scored": it.newly_scored,
                "no_longer_scored": it.no_longer_scored,
            })
        });
        json!({ "by": division.by, "segments": segments.collect::<Vec<_>>() })
    });
    json!({
        "kind": "scored",
        "record": scored.record,
        "data": scored.data,
        "as_of": scored.day,
        "read": scored.read,
        "scored_before": scored.old.scored,
        "scored_after": scored.new.scored,
        "set_aside_before": scored.old.set_aside,
        "set_aside_after": scored.new.set_aside,
        "compared": impact.compared,
        "moved": impact.moved(),
        "up": impact.up,
        "down": impact.down,
        "most_up": Amount(impact.most_up),
        "most_down": Amount(impact.most_down),
        "newly_scored": impact.newly_scored,
        "no_longer_scored": impact.no_longer_scored,
        "histogram": histogram.collect::<Vec<_>>(),
        "tiers": tiers.collect::<Vec<_>>(),
        "migrations": migrations.collect::<Vec<_>>(),
        "standings": standings.collect::<Vec<_>>(),
        "reasons": given::reasons(impact),
        "consequences": given::consequences(impact),
        "decisions": given::decisions(impact),
        "divisions": divisions.collect::<Vec<_>>(),
        "movers": scored.movers.iter().map(moved::object).collect::<Vec<_>>(),
        "notes": scored.notes,
    })
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Scored => "scored",
        Standing::NotScored => "not scored",
        Standing::NotParticipating => "not participating",
        Standing::Bad | Standing::TooLarge => "set aside",
    }
}
