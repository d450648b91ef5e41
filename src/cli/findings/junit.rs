//! Findings as JUnit XML: a case for each file, which fails where there are errors in it.

use super::{Finding, Findings};
use crate::cli::junit::{Suite, Test, xml};
use crate::cli::report::Count;
use crate::diagnostic::Severity;

/// The document.
pub(in crate::cli) fn junit(findings: &Findings) -> String {
    let mut files: Vec<&str> = findings.files.iter().map(String::as_str).collect();
    for finding in &findings.all {
        let file = file_of(finding);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let cases = files.into_iter().map(|file| case(file, findings)).collect();
    xml(&[Suite { name: "glassbox check".to_owned(), cases }])
}

/// The file that a finding counts for: its own, or else that of the policy.
fn file_of(finding: &Finding) -> &str {
    finding.region.as_ref().map_or(finding.policy.as_str(), |region| region.file.as_str())
}

fn case(file: &str, findings: &Findings) -> Test {
    let here = findings.all.iter().filter(|finding| file_of(finding) == file);
    let (failing, told): (Vec<&Finding>, Vec<&Finding>) = here.partition(|finding| match finding.severity {
        Severity::Error => true,
        Severity::Warning => findings.deny_warnings,
        Severity::Note => false,
    });
    let text = |found: &[&Finding]| found.iter().map(|finding| lines(finding)).collect::<String>();
    let many = |severity| failing.iter().filter(|finding| finding.severity == severity).count();
    let count = Count { errors: many(Severity::Error), warnings: many(Severity::Warning) };
    let failures = if failing.is_empty() { Vec::new() } else { vec![(count.to_string(), text(&failing))] };
    Test { name: file.to_owned(), file: Some(file.to_owned()), line: None, failures, output: text(&told) }
}

/// A finding as lines of text.
fn lines(finding: &Finding) -> String {
    let Finding { severity, code, message, .. } = finding;
    let place = finding
        .region
        .as_ref()
        .map_or_else(String::new, |at| format!("{}:{}:{}: ", at.file, at.line, at.column));
    let details: String = finding.details().map(|detail| format!("  {detail}\n")).collect();
    format!("{place}{severity}[{code}]: {message}\n{details}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_for_each_file() {
        insta::assert_snapshot!(junit(&super::super::sample()));
    }

    #[test]
    fn warnings_fail_where_they_are_denied() {
        let mut findings = super::super::sample();
        findings.all.retain(|finding| finding.severity == Severity::Warning);
        let fails = |findings: &Findings| junit(findings).contains("<failure");
        assert!(!fails(&findings));
        findings.deny_warnings = true;
        assert!(fails(&findings));
    }
}
