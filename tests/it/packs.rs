//! Every rule pack: checked, its cases run, scored on its sample data, one record explained; what comes out is a snapshot.

use super::command::{glassbox, stdout};
use std::path::Path;
use std::process::Command;

/// A policy of a pack, how it is run, and the record that is explained.
struct Run {
    name: &'static str,
    arguments: &'static [&'static str],
    key: &'static str,
}

const RUNS: [Run; 8] = [
    Run { name: "german_credit", arguments: &["rules/german_credit"], key: "17" },
    Run { name: "payments", arguments: &["rules/payments"], key: "p0004" },
    Run { name: "city", arguments: &["rules/city"], key: "r0189" },
    Run { name: "sesame_rumoured", arguments: &["rules/sesame/rumoured.score"], key: "p0329" },
    Run { name: "sesame_rumoured_2020", arguments: &["rules/sesame", "--as-of", "2020-06-30"], key: "p0329" },
    Run { name: "sesame_stated", arguments: &["rules/sesame/stated.score"], key: "p0329" },
    Run { name: "sesame_published", arguments: &["rules/sesame/published.score"], key: "p0329" },
    Run { name: "sesame_company", arguments: &["rules/sesame/company.score"], key: "c017" },
];

/// The packs: folders of `rules/` with a manifest.
fn packs() -> Vec<String> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut names: Vec<String> = std::fs::read_dir(rules)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("glassbox.toml").is_file())
        .map(|entry| format!("rules/{}", entry.file_name().to_string_lossy()))
        .collect();
    names.sort();
    names
}

#[test]
fn every_pack_is_run() {
    for pack in packs() {
        assert!(RUNS.iter().any(|run| run.arguments[0].starts_with(&pack)), "no run for `{pack}`");
    }
}

#[test]
fn every_pack_is_without_mistakes_and_its_cases_hold() {
    for pack in packs() {
        let said = stdout(glassbox(["check", &pack, "--deny-warnings"]));
        assert_eq!(said, "", "{pack}");
        let cases = stdout(glassbox(["test", &pack]));
        assert!(cases.lines().count() > 0, "{pack} brings no case");
    }
}

/// The first lines of the scores, a checksum of all of them, and the summary.
#[test]
fn scores_of_the_sample_data() {
    for run in &RUNS {
        let output = command("score", run, &[]).output().unwrap();
        let scores = String::from_utf8(output.stdout).unwrap();
        let summary = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {summary}", run.name);
        let first: String = scores.lines().take(21).map(|line| format!("{line}\n")).collect();
        let all = format!("{} lines, {:016x}", scores.lines().count(), fnv(scores.as_bytes()));
        snapshot(&format!("score_{}", run.name), &format!("{first}... {all}\n\n{summary}"));
    }
}

/// `company.score` reads the scores that `rumoured.score` published: the file must not grow stale.
#[test]
fn previous_scores_are_those_of_the_rumoured_policy() {
    let output = glassbox(["score", "rules/sesame/rumoured.score"]).output().unwrap();
    let scored = String::from_utf8(output.stdout).unwrap();
    let now: Vec<(&str, &str)> =
        scored.lines().filter_map(key_and_score).filter(|(_, score)| !score.is_empty()).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/sesame/previous.csv");
    let published = std::fs::read_to_string(file).unwrap();
    assert_eq!(published.lines().filter_map(key_and_score).collect::<Vec<_>>(), now);
}

/// The first two columns of a line.
fn key_and_score(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.split(',');
    Some((cells.next()?, cells.next()?))
}

#[test]
fn one_record_explained() {
    for run in &RUNS {
        let text = stdout(command("explain", run, &[run.key]));
        snapshot(&format!("explain_{}", run.name), &text);
        let json = stdout(command("explain", run, &[run.key, "--format", "json"]));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        snapshot(&format!("explain_{}_json", run.name), &serde_json::to_string_pretty(&value).unwrap());
    }
}

/// `glassbox COMMAND PACK MORE… OPTIONS…`
fn command(command: &str, run: &Run, more: &[&str]) -> Command {
    let (pack, options) = run.arguments.split_first().unwrap();
    glassbox([command, pack].iter().chain(more).chain(options))
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    // The hash changes with every comment in a policy.
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.add_filter(r"\b[0-9a-f]{64}\b", "[hash]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// FNV-1a in 64 bits: enough to see that a byte changed.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
