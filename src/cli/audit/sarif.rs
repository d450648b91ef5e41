//! Clauses that do not hold, or of which that is not known, as results of SARIF: at the clauses, with the lines of the policy
//! that break them.

use super::Audited;
use super::clauses::ASKED;
use crate::cli::findings::{self, Finding, Findings};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use std::path::Path;

/// The log of one run. Paths in the folder `here` are told relative to it.
pub(super) fn sarif(audited: &[Audited], here: Option<&Path>) -> serde_json::Result<String> {
    let mut findings = Findings::default();
    for one in audited {
        let file = one.path.display().to_string();
        findings.policies.push(findings::plain(&file).to_owned());
        let found = one.diagnostics.iter().map(|found| in_a_file(found, &one.sources));
        findings.all.extend(found.map(|found| Finding::new(&found, &one.sources, &file)));
    }
    findings::sarif(&findings, here)
}

/// A clause of the command line stands in no file: what it is about is where the policy breaks it.
fn in_a_file(found: &Diagnostic, sources: &Sources) -> Diagnostic {
    let mut found = found.clone();
    let asked = |place| sources.position(place).is_some_and(|at| at.path == ASKED);
    if found.place.is_some_and(asked) {
        found.place = (!found.labels.is_empty()).then(|| found.labels.remove(0).place);
    }
    found
}
