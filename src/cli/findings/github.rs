//! Findings as workflow commands of GitHub Actions, which marks the lines of a change with them.

use super::{Finding, Findings};
use crate::diagnostic::Severity;
use std::fmt::Write as _;

/// `::error file=…,line=…,col=…,title=…::message`, a line each.
pub(in crate::cli) fn github(findings: &Findings) -> String {
    findings.all.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut line = format!("::{command} ");
    if let Some(at) = &finding.region {
        let file = property(&at.file.replace('\\', "/"));
        // A column is understood within one line only.
        let columns = if at.line == at.end_line {
            format!(",col={},endColumn={}", at.column, at.end_column)
        } else {
            String::new()
        };
        let _infallible = write!(line, "file={file},line={},endLine={}{columns},", at.line, at.end_line);
    }
    let mut message = finding.message.clone();
    for detail in finding.details() {
        message.push('\n');
        message.push_str(&detail);
    }
    let title = property(&format!("{}: {}", finding.code, finding.code.title()));
    let _infallible = writeln!(line, "title={title}::{}", data(&message));
    line
}

/// A message: what would end the command or begin an escape is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: what would end it, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        insta::assert_snapshot!(github(&super::super::sample()));
    }
}
