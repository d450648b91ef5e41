//! JUnit's XML, as build servers read it: suites of cases, each with what is wrong with it.

use std::fmt::Write as _;

/// A suite: what belongs to one policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Suite {
    /// What it is called.
    pub(super) name: String,
    /// Its cases, in order.
    pub(super) cases: Vec<Test>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// What it shows.
    pub(super) name: String,
    /// Where it stands.
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    /// What is wrong, a failure each: a line that says it, and all there is to know.
    pub(super) failures: Vec<(String, String)>,
    /// What else there is to read; may be empty.
    pub(super) output: String,
}

/// The whole file.
pub(super) fn xml(suites: &[Suite]) -> String {
    let tests: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failures: usize = suites.iter().map(Suite::failures).sum();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"glassbox\" tests=\"{tests}\" failures=\"{failures}\">\n"
    );
    for suite in suites {
        let (name, tests, failures) = (escaped(&suite.name), suite.cases.len(), suite.failures());
        let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">");
        for case in &suite.cases {
            case.write(&name, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

impl Suite {
    /// How many of its cases failed.
    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| !case.failures.is_empty()).count()
    }
}

impl Test {
    fn write(&self, suite: &str, out: &mut String) {
        let _ = write!(out, "    <testcase classname=\"{suite}\" name=\"{}\"", escaped(&self.name));
        if let Some(file) = &self.file {
            let _ = write!(out, " file=\"{}\"", escaped(file));
        }
        if let Some(line) = self.line {
            let _ = write!(out, " line=\"{line}\"");
        }
        if self.failures.is_empty() && self.output.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push_str(">\n");
        for (message, text) in &self.failures {
            let (message, text) = (escaped(message), escaped(text));
            let _ = writeln!(out, "      <failure message=\"{message}\">{text}</failure>");
        }
        if !self.output.is_empty() {
            let _ = writeln!(out, "      <system-out>{}</system-out>", escaped(&self.output));
        }
        out.push_str("    </testcase>\n");
    }
}

/// A text as XML has it. Characters that XML cannot have are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {}
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_counted_and_texts_escaped() {
        let holds =
            Test { name: "a".into(), file: None, line: None, failures: Vec::new(), output: String::new() };
        let fails = Test {
            name: "b <\"c\">".into(),
            file: Some("p.score".into()),
            line: Some(7),
            failures: vec![("score & tier".into(), "expected 1,\nfound\u{1b}[31m 2".into())],
            output: "and more".into(),
        };
        let suite = Suite { name: "p".into(), cases: vec![holds, fails] };
        assert_eq!(
            xml(&[suite]),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"glassbox\" tests=\"2\" failures=\"1\">\n  \
               <testsuite name=\"p\" tests=\"2\" failures=\"1\">\n    \
                 <testcase classname=\"p\" name=\"a\"/>\n    \
                 <testcase classname=\"p\" name=\"b &lt;&quot;c&quot;&gt;\" file=\"p.score\" line=\"7\">\n      \
                   <failure message=\"score &amp; tier\">expected 1,\nfound[31m 2</failure>\n      \
                   <system-out>and more</system-out>\n    \
                 </testcase>\n  \
               </testsuite>\n\
             </testsuites>\n"
        );
    }
}
