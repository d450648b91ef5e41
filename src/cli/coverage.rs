//! What of a policy its cases reach, in words and for programs.

use super::report::{DIM, ERROR, GOOD, HEADING, WARNING, grouped};
use crate::cases::{Count, Coverage, FileCoverage, Part, Suggestion, Trial, Uncovered, suggest};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The coverage of a policy, with suggested cases where they were asked for.
pub(super) struct Covered<'p> {
    pub(super) coverage: Coverage<'p>,
    /// By file: the cases that would reach more of it.
    pub(super) suggestions: Option<Vec<Vec<Suggestion>>>,
}

impl<'p> Covered<'p> {
    /// A coverage, and a search for cases that would reach more.
    pub(super) fn new(coverage: Coverage<'p>, trials: &[Trial<'p>], suggests: bool) -> Self {
        let suggestions = suggests.then(|| {
            let of = |file: &FileCoverage<'p>| suggest(&file.uncovered.iter().collect::<Vec<_>>(), trials);
            coverage.files.iter().map(of).collect()
        });
        Self { coverage, suggestions }
    }

    /// For people: the shares, every line that was not reached and why, and the suggested cases.
    pub(super) fn say(&self, to: &mut dyn Write) -> io::Result<()> {
        for (at, file) in self.coverage.files.iter().enumerate() {
            writeln!(to, "\n{HEADING}Coverage of {}{HEADING:#}: {}", file.path, share(file.total()))?;
            for (part, count) in &file.parts {
                writeln!(to, "  {:<9} {}", name(*part), share(*count))?;
            }
            let suggestions = self.suggestions.as_ref().and_then(|all| all.get(at));
            say_uncovered(file, suggestions, to)?;
            if let Some(suggestions) = suggestions.filter(|suggestions| !suggestions.is_empty()) {
                let these = if suggestions.len() == 1 { "This case reaches" } else { "These cases reach" };
                writeln!(to, "\n{HEADING}{these} more; each was run, and holds{HEADING:#}")?;
                for Suggestion { text, reaches } in suggestions {
                    writeln!(to)?;
                    if let Some(others) = lines(file, reaches) {
                        writeln!(to, "{DIM}# {others}{DIM:#}")?;
                    }
                    write!(to, "{text}")?;
                }
            }
        }
        Ok(())
    }

    /// For programs.
    pub(super) fn object(&self) -> Value {
        let file = |(at, file): (usize, &FileCoverage<'p>)| {
            let suggestions = self.suggestions.as_ref().and_then(|all| all.get(at));
            let uncovered = file.uncovered.iter().enumerate().map(|(at, one)| {
                let case = suggestions.and_then(|all| all.iter().find(|case| case.reaches.contains(&at)));
                json!({
                    "line": one.line,
                    "text": one.text,
                    "part": name(one.goal.part),
                    "branch": (!one.label.is_empty()).then_some(&one.label),
                    "why": one.why,
                    "suggestion": case.map(|case| &case.text),
                })
            });
            let parts: serde_json::Map<String, Value> =
                file.parts.iter().map(|(part, count)| (name(*part).to_owned(), counted(*count))).collect();
            json!({
                "file": file.path,
                "total": counted(file.total()),
                "parts": parts,
                "uncovered": uncovered.collect::<Vec<_>>(),
            })
        };
        json!({ "coverage": self.coverage.files.iter().enumerate().map(file).collect::<Vec<_>>() })
    }
}

/// Every line that was not reached, with what of it and why.
fn say_uncovered(
    file: &FileCoverage<'_>,
    suggestions: Option<&Vec<Suggestion>>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let width = file.uncovered.last().map_or(0, |one| one.line.to_string().len());
    let mut before = 0;
    for (at, Uncovered { line, text, label, why, .. }) in file.uncovered.iter().enumerate() {
        if before != *line {
            writeln!(to, "\n  {DIM}{line:>width$}{DIM:#}  {text}")?;
            before = *line;
        }
        match label.as_str() {
            "" => writeln!(to, "  {:width$}  {DIM}{why}{DIM:#}", "")?,
            label => writeln!(to, "  {:width$}  {WARNING}{label}{WARNING:#} {DIM}({why}){DIM:#}", "")?,
        }
        if suggestions.is_some_and(|all| !all.iter().any(|case| case.reaches.contains(&at))) {
            writeln!(to, "  {:width$}  {DIM}no record was found that reaches it{DIM:#}", "")?;
        }
    }
    Ok(())
}

/// The other lines that a suggested case reaches.
fn lines(file: &FileCoverage<'_>, reaches: &[usize]) -> Option<String> {
    let mut lines: Vec<usize> =
        reaches.iter().skip(1).filter_map(|at| file.uncovered.get(*at)).map(|one| one.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
    match lines.as_slice() {
        [] => None,
        [one] => Some(format!("also reaches line {one}")),
        many => Some(format!("also reaches lines {}", many.join(", "))),
    }
}

fn share(count: Count) -> String {
    let style = if count.reached == count.all { GOOD } else { ERROR };
    let (reached, all, percent) = (grouped(count.reached), grouped(count.all), count.percent());
    format!("{style}{percent:>3}%{style:#}  {reached} of {all}")
}

fn counted(count: Count) -> Value {
    json!({ "reached": count.reached, "all": count.all, "percent": count.percent() })
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Row => "rows",
        Part::Rule => "rules",
        Part::Branch => "branches",
    }
}
