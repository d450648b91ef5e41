//! Findings as one JSON object: `docs/schemas/check.json` says what stands where.

use super::{Finding, Findings, Fix, Region};
use crate::diagnostic::Severity;
use crate::lint;
use serde::Serialize;

/// The name and version of the shape.
const SCHEMA: &str = "glassbox.check/1";

#[derive(Serialize)]
struct Object<'f> {
    schema: &'static str,
    policies: &'f [String],
    errors: usize,
    warnings: usize,
    data: Vec<Data<'f>>,
    diagnostics: Vec<One<'f>>,
}

#[derive(Serialize)]
struct Data<'f> {
    policy: &'f str,
    records: usize,
}

#[derive(Serialize)]
struct One<'f> {
    code: &'static str,
    name: Option<&'static str>,
    severity: String,
    message: &'f str,
    policy: &'f str,
    region: Option<&'f Region>,
    label: Option<&'f str>,
    labels: Vec<Label<'f>>,
    help: &'f [String],
    fix: Option<&'f Fix>,
    about: Option<&'f str>,
}

#[derive(Serialize)]
struct Label<'f> {
    message: &'f str,
    region: &'f Region,
}

/// All findings, on lines, in one object.
pub(in crate::cli) fn json(findings: &Findings) -> serde_json::Result<String> {
    let many = |severity| findings.all.iter().filter(|one| one.severity == severity).count();
    let object = Object {
        schema: SCHEMA,
        policies: &findings.policies,
        errors: many(Severity::Error),
        warnings: many(Severity::Warning),
        data: findings.records.iter().map(|(policy, records)| Data { policy, records: *records }).collect(),
        diagnostics: findings.all.iter().map(one).collect(),
    };
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}

fn one(finding: &Finding) -> One<'_> {
    One {
        code: finding.code.name(),
        name: lint::LINTS.iter().find(|lint| lint.code == finding.code).map(|lint| lint.name),
        severity: finding.severity.to_string(),
        message: &finding.message,
        policy: &finding.policy,
        region: finding.region.as_ref(),
        label: Some(finding.label.as_str()).filter(|label| !label.is_empty()),
        labels: finding.labels.iter().map(|(region, message)| Label { message, region }).collect(),
        help: &finding.help,
        fix: finding.fix.as_ref(),
        about: finding.about.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_found_is_in_the_object() {
        insta::assert_snapshot!(json(&super::super::sample()).unwrap());
    }
}
