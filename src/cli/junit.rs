//! JUnit XML, as CI systems read it: suites of cases that passed or failed.

use std::io::{self, Write};

/// Cases that belong together.
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) cases: Vec<Case>,
}

/// One case.
pub(super) struct Case {
    /// What it is a case of, with points between its parts.
    pub(super) class: String,
    pub(super) name: String,
    /// The file that it stands in or is about, where there is one.
    pub(super) file: Option<String>,
    /// How long it took, where that was measured.
    pub(super) seconds: Option<f64>,
    pub(super) outcome: Outcome,
    /// What else there is to read; may be empty.
    pub(super) output: String,
}

/// How a case went.
pub(super) enum Outcome {
    Passed,
    Failed {
        /// In one line.
        message: String,
        /// All of it.
        text: String,
    },
}

/// Writes a whole document.
pub(super) fn write(to: &mut dyn Write, name: &str, suites: &[Suite]) -> io::Result<()> {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    writeln!(to, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(to, r#"<testsuites name="{}"{}>"#, escaped(name), counts(all()))?;
    for suite in suites {
        writeln!(to, r#"  <testsuite name="{}"{}>"#, escaped(&suite.name), counts(suite.cases.iter()))?;
        suite.cases.iter().try_for_each(|case| case.write(to))?;
        writeln!(to, "  </testsuite>")?;
    }
    writeln!(to, "</testsuites>")
}

impl Case {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        write!(to, r#"    <testcase classname="{}" name="{}""#, escaped(&self.class), escaped(&self.name))?;
        if let Some(file) = &self.file {
            write!(to, r#" file="{}""#, escaped(file))?;
        }
        if let Some(seconds) = self.seconds {
            write!(to, r#" time="{seconds:.3}""#)?;
        }
        if matches!(self.outcome, Outcome::Passed) && self.output.is_empty() {
            return writeln!(to, "/>");
        }
        writeln!(to, ">")?;
        match &self.outcome {
            Outcome::Passed => {}
            Outcome::Failed { message, text } => {
                writeln!(
                    to,
                    r#"      <failure message="{}">{}</failure>"#,
                    escaped(message),
                    escaped_text(text)
                )?;
            }
        }
        if !self.output.is_empty() {
            writeln!(to, "      <system-out>{}</system-out>", escaped_text(&self.output))?;
        }
        writeln!(to, "    </testcase>")
    }
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures) = (0, 0);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.outcome, Outcome::Failed { .. }));
    }
    format!(r#" tests="{tests}" failures="{failures}" errors="0" skipped="0""#)
}

/// A text as the value of an attribute: lines stay lines.
fn escaped(text: &str) -> String {
    escaped_text(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A text between two marks. What XML 1.0 has no character for becomes U+FFFD.
fn escaped_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => escaped.push(c),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_well_formed_whatever_is_in_it() {
        let case = |name: &str, outcome, output: &str| Case {
            class: "a.b".to_owned(),
            name: name.to_owned(),
            file: Some("a \"b\".score".to_owned()),
            seconds: Some(0.25),
            outcome,
            output: output.to_owned(),
        };
        let failed = Outcome::Failed { message: "1 < 2\nand".to_owned(), text: "]]> & <b>\u{1}".to_owned() };
        let cases = vec![case("passed", Outcome::Passed, ""), case("failed", failed, "said 'this'")];
        let mut bytes = Vec::new();
        write(&mut bytes, "glassbox", &[Suite { name: "a & b".to_owned(), cases }]).unwrap();
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="glassbox" tests="2" failures="1" errors="0" skipped="0">
          <testsuite name="a &amp; b" tests="2" failures="1" errors="0" skipped="0">
            <testcase classname="a.b" name="passed" file="a &quot;b&quot;.score" time="0.250"/>
            <testcase classname="a.b" name="failed" file="a &quot;b&quot;.score" time="0.250">
              <failure message="1 &lt; 2&#10;and">]]&gt; &amp; &lt;b&gt;�</failure>
              <system-out>said &apos;this&apos;</system-out>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
