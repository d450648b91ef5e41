//! Findings as SARIF 2.1.0, the OASIS format for the results of static analysis, which code hosts show beside the lines.

use super::{Finding, Findings, Region};
use crate::diagnostic::{Code, Severity};
use crate::lint;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Where the schema of the format is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of the folder that relative paths start from.
const ROOT: &str = "SRCROOT";

/// The log of one run. Paths in the folder `here` are told relative to it.
pub(in crate::cli) fn sarif(findings: &Findings, here: Option<&Path>) -> serde_json::Result<String> {
    let codes: BTreeSet<Code> = findings.all.iter().map(|finding| finding.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let results: Vec<Value> = findings.all.iter().map(|finding| result(finding, &codes, here)).collect();
    let failed =
        findings.all.iter().any(|finding| finding.severity == Severity::Error && finding.region.is_none());
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "glassbox",
                    "fullName": "Glassbox",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
                }
            },
            "invocations": [{ "executionSuccessful": !failed }],
            "originalUriBaseIds": { ROOT: { "description": { "text": "The folder in which glassbox was run." } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }]
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn rule(code: Code) -> Value {
    let name = lint::LINTS.iter().find(|lint| lint.code == code).map(|lint| lint.name);
    let mut rule = json!({
        "id": code.name(),
        "shortDescription": { "text": code.title() },
        "help": { "text": code.page(), "markdown": code.page() },
        "defaultConfiguration": { "level": if code.is_warning() { "warning" } else { "error" } },
    });
    if let (Some(name), Some(entries)) = (name, rule.as_object_mut()) {
        entries.insert("name".to_owned(), json!(name));
    }
    rule
}

fn result(finding: &Finding, codes: &[Code], here: Option<&Path>) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let details: String = finding.details().map(|detail| format!("\n{detail}")).collect();
    let mut result = json!({
        "ruleId": finding.code.name(),
        "ruleIndex": codes.binary_search(&finding.code).ok(),
        "level": level,
        "message": { "text": format!("{}{details}", finding.message) },
        "locations": finding.region.iter().map(|region| location(region, here)).collect::<Vec<_>>(),
    });
    let related = finding.labels.iter().zip(1..).map(|((region, text), id)| {
        let mut place = location(region, here);
        if let Some(entries) = place.as_object_mut() {
            entries.insert("id".to_owned(), json!(id));
            entries.insert("message".to_owned(), json!({ "text": text }));
        }
        place
    });
    let related: Vec<Value> = related.collect();
    let fixes = finding.fix.iter().map(|fix| {
        json!({
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": artifact(&fix.region.file, here),
                "replacements": [{
                    "deletedRegion": lines(&fix.region),
                    "insertedContent": { "text": fix.replacement },
                }],
            }],
        })
    });
    let fixes: Vec<Value> = fixes.collect();
    if let Some(entries) = result.as_object_mut() {
        for (name, list) in [("relatedLocations", related), ("fixes", fixes)] {
            if !list.is_empty() {
                entries.insert(name.to_owned(), json!(list));
            }
        }
    }
    result
}

fn location(region: &Region, here: Option<&Path>) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(&region.file, here), "region": lines(region) } })
}

fn lines(region: &Region) -> Value {
    json!({
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}

/// A file as a URI: relative to the root where it is below it.
fn artifact(file: &str, here: Option<&Path>) -> Value {
    let path = Path::new(file);
    if path.is_relative() {
        return json!({ "uri": uri(file), "uriBaseId": ROOT });
    }
    match here.and_then(|here| path.strip_prefix(here).ok()) {
        Some(below) => json!({ "uri": uri(&below.to_string_lossy()), "uriBaseId": ROOT }),
        None => {
            let path = uri(file);
            json!({ "uri": format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" }) })
        }
    }
}

/// A path with everything escaped that has another meaning in a URI.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(here: Option<&Path>) -> Value {
        serde_json::from_str(&sarif(&super::super::sample(), here).unwrap()).unwrap()
    }

    #[test]
    fn what_is_found_is_in_the_log() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&log(None)["runs"][0]["results"]).unwrap());
    }

    #[test]
    fn paths_are_relative_where_they_can_be() {
        assert_eq!(
            artifact("rules/a b.score", None),
            json!({ "uri": "rules/a%20b.score", "uriBaseId": ROOT })
        );
        assert_eq!(
            artifact("/home/x/a.score", Some(Path::new("/home/x"))),
            json!({ "uri": "a.score", "uriBaseId": ROOT })
        );
        assert_eq!(
            artifact("/tmp/ä.score", Some(Path::new("/home"))),
            json!({ "uri": "file:///tmp/%C3%A4.score" })
        );
    }
}
