//! Events for programs: a JSON object a line, by `docs/schemas/watch.json`.

use super::super::{given, moved};
use super::News;
use super::account::{Account, Cases, Command, Sample, Scored};
use crate::diagnostic::{Diagnostic, render};
use crate::explain::Amount;
use crate::impact::Impact;
use crate::source::Sources;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::time::Duration;

/// The name and version of the shape of events.
const SCHEMA: &str = "glassbox.watch/1";

/// Writes an event.
pub(super) fn tell(news: &News<'_>, took: Duration) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{}", event(news, took))?;
    stdout.flush()
}

fn event(news: &News<'_>, took: Duration) -> Value {
    let milliseconds = (took.as_secs_f64() * 1e4).round() / 10.0;
    let accounts = |kind: &str, accounts: &[Account]| {
        let policies: Vec<Value> = accounts.iter().map(account).collect();
        let is_well = accounts.iter().all(Account::is_well);
        json!({ "schema": SCHEMA, "kind": kind, "milliseconds": milliseconds, "well": is_well, "policies": policies })
    };
    match news {
        News::Ready { accounts: all, .. } => accounts("ready", all),
        News::Changed { accounts: all } => accounts("changed", all),
        News::Unchanged { hash } => {
            json!({ "schema": SCHEMA, "kind": "unchanged", "milliseconds": milliseconds, "hash": &***hash })
        }
        News::Refused { refusal, kept } => json!({
            "schema": SCHEMA,
            "kind": "refused",
            "milliseconds": milliseconds,
            "kept_hash": kept.map(|hash| &**hash),
            "refused_hash": refusal.hash().map(|hash| &**hash),
            "message": refusal.to_string(),
            "diagnostics": refusal
                .reports()
                .iter()
                .flat_map(|report| diagnostics(&report.diagnostics, &report.sources))
                .collect::<Vec<_>>(),
        }),
        News::Ran(command @ Command { line, ended, took: ran }) => json!({
            "schema": SCHEMA,
            "kind": "command",
            "milliseconds": milliseconds,
            "command": line,
            "exit": ended.as_ref().ok().and_then(std::process::ExitStatus::code),
            "signal": command.signal(),
            "error": ended.as_ref().err().map(ToString::to_string),
            "ran_milliseconds": ran.as_millis() as u64,
        }),
    }
}

fn account(account: &Account) -> Value {
    let Account { policy, title, path, before, hash, warnings, sample, cases: of } = account;
    let (sample, wrong) = match sample {
        Sample::None => (Value::Null, Vec::new()),
        Sample::Unusable { sources, diagnostics: all } => (Value::Null, diagnostics(all, sources)),
        Sample::Scored(scored) => (records(scored), Vec::new()),
    };
    json!({
        "policy": policy,
        "title": title,
        "file": path,
        "old_hash": before.as_deref(),
        "new_hash": &**hash,
        "warnings": warnings,
        "records": sample,
        "data_diagnostics": wrong,
        "cases": cases(of),
    })
}

fn records(scored: &Scored) -> Value {
    let Scored { read, scored: with_score, set_aside, impact, movers, .. } = scored;
    let movers = movers.iter().map(moved::object);
    let movers: Vec<Value> = movers.collect();
    json!({
        "read": read,
        "scored": with_score,
        "set_aside": set_aside,
        "impact": impact.as_ref().map(|impact| moves(impact, movers)),
    })
}

fn moves(impact: &Impact, movers: Vec<Value>) -> Value {
    let name = |at: Option<usize>| at.and_then(|at| impact.tiers.get(at)).map(|tier| tier.name.as_str());
    let tiers = impact.tiers.iter().map(|tier| {
        json!({
            "tier": tier.name,
            "before": tier.before,
            "after": tier.after,
            "gained": tier.gained,
            "lost": tier.lost,
        })
    });
    let migrations = impact.migrations.iter().map(
        |migration| json!({ "from": name(migration.from), "to": name(migration.to), "records": migration.count }),
    );
    json!({
        "compared": impact.compared,
        "added": impact.added,
        "removed": impact.removed,
        "moved": impact.moved(),
        "up": impact.up,
        "down": impact.down,
        "most_up": Amount(impact.most_up),
        "most_down": Amount(impact.most_down),
        "newly_scored": impact.newly_scored,
        "no_longer_scored": impact.no_longer_scored,
        "tiers": tiers.collect::<Vec<_>>(),
        "migrations": migrations.collect::<Vec<_>>(),
        "reasons": given::reasons(impact),
        "consequences": given::consequences(impact),
        "decisions": given::decisions(impact),
        "movers": movers,
    })
}

fn cases(cases: &Cases) -> Value {
    let differ = cases.differ.iter().map(|case| {
        let differences = case.differences.iter().map(|difference| {
            json!({ "what": difference.what, "expected": difference.expected, "found": difference.found })
        });
        json!({
            "case": case.title,
            "file": case.file,
            "line": case.line,
            "held_before": case.held,
            "differences": differences.collect::<Vec<_>>(),
        })
    });
    json!({ "all": cases.all, "mended": cases.mended, "differ": differ.collect::<Vec<_>>() })
}

fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Value> {
    let text = render::json(diagnostics, sources);
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
