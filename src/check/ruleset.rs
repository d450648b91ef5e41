//! A checked policy over all time: its policies day by day, and its cases.

use super::context::Finding;
use super::imports::{Located, merge};
use super::pass::{self, Question};
use super::periods::{day_far_off, days_to_check};
use super::{Unit, case};
use crate::date::Date;
use crate::diagnostic::{self, Code, Diagnostic};
use crate::policy::{Case, Policy};
use crate::source::{FileId, Place, Sources};
use crate::syntax::ast::{CaseBlock, Statement};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The result of checking a policy.
#[derive(Debug)]
pub struct Checked {
    /// The policy over all time, if no error was found.
    pub ruleset: Option<Ruleset>,
    /// Errors and warnings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// A policy over all time: files that hold together in every period of effect.
#[derive(Debug)]
pub struct Ruleset {
    unit: Unit,
}

/// A case, before it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseHead {
    /// What it shows.
    pub title: String,
    /// Its day.
    pub as_of: Date,
    /// The parameters that it sets.
    pub settings: Vec<(String, String)>,
}

/// Checks a policy on one day of every period, and its cases.
pub fn check(unit: Unit) -> Checked {
    let mut diagnostics = Vec::new();
    let statements = merge(&unit, &mut diagnostics);
    diagnostics.extend(pass::holes(&statements));
    periods(&unit, &statements, &mut diagnostics);
    cases(&unit, &statements, &mut diagnostics);
    diagnostic::sort(&mut diagnostics);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Checked { ruleset: if failed || unit.unreadable { None } else { Some(Ruleset { unit }) }, diagnostics }
}

/// Checks each period; a mistake that holds in several is told once, with the first day on which it does.
fn periods(unit: &Unit, statements: &[Located<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let hash: Arc<str> = Arc::from("");
    let mut found: Vec<(Diagnostic, Option<Date>)> = Vec::new();
    let mut every_day: Vec<(Finding, Vec<usize>, Option<Date>)> = Vec::new();
    let mut looked_at: Vec<BTreeSet<(u32, u32)>> = Vec::new();
    let mut unused: Option<Vec<_>> = None;
    let mut used = BTreeSet::new();
    let question = Question {
        sources: &unit.sources,
        statements,
        today: Date::MIN,
        settings: &[],
        hash: &hash,
        whole: !unit.unreadable,
    };
    for (pass, (day, start)) in days_to_check(statements).into_iter().enumerate() {
        let answer = pass::run(Question { today: day, ..question }, None);
        for finding in answer.found {
            if finding.every_day.is_none() {
                if !found.iter().any(|(d, _)| d.same(&finding.diagnostic)) {
                    found.push((finding.diagnostic, start));
                }
            } else {
                // Kept apart by code and place: the words may name the day's own values.
                let same =
                    every_day.iter_mut().find(|(f, ..)| same_mistake(&f.diagnostic, &finding.diagnostic));
                match same {
                    Some((_, passes, _)) if passes.contains(&pass) => {}
                    Some((_, passes, _)) => passes.push(pass),
                    None => every_day.push((finding, vec![pass], start)),
                }
            }
        }
        looked_at.push(answer.tables);
        unused.get_or_insert(answer.unused);
        used.extend(answer.used);
    }
    if !every_day.is_empty()
        && let Some(day) = day_far_off(statements)
    {
        let answer = pass::run(Question { today: day, ..question }, None);
        let pass = looked_at.len();
        for finding in answer.found.iter().filter(|finding| finding.every_day.is_some()) {
            let same = every_day.iter_mut().find(|(f, ..)| same_mistake(&f.diagnostic, &finding.diagnostic));
            if let Some((_, passes, _)) = same {
                passes.push(pass);
            }
        }
        looked_at.push(answer.tables);
    }
    for (finding, passes, start) in every_day {
        let everywhere = finding.every_day.is_some_and(|key| {
            looked_at
                .iter()
                .enumerate()
                .all(|(pass, tables)| passes.contains(&pass) || !tables.contains(&key))
        });
        if everywhere {
            found.push((finding.diagnostic, start));
        }
    }
    let failed = unit.unreadable || found.iter().any(|(d, _)| d.is_error());
    for (diagnostic, start) in found {
        diagnostics.push(match start {
            // Words that name a day from a crossing of windows would only confuse where the first period is meant.
            Some(day) => diagnostic.help(format!("this holds from {day} on")),
            None => diagnostic,
        });
    }
    // What a mistake made unreadable may be what uses the name.
    if !failed {
        let never = unused
            .unwrap_or_default()
            .into_iter()
            .filter(|(kind, name, _)| !used.contains(&(*kind, name.clone())));
        diagnostics.extend(never.map(|(.., warning)| warning));
    }
}

fn same_mistake(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.place.zip(b.place).is_some_and(|(x, y)| x.same_place(&y))
}

/// Checks the cases, each on its own day.
fn cases(unit: &Unit, statements: &[Located<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let policy_failed = unit.unreadable || diagnostics.iter().any(Diagnostic::is_error);
    let hash: Arc<str> = Arc::from("");
    for (file, block) in case_blocks(statements) {
        let broken =
            block.clauses.iter().any(|c| matches!(c.kind, crate::syntax::ast::CaseClauseKind::Broken(_)));
        let (day, settings) = case::day_and_settings(block, |span| text(&unit.sources, file, span));
        let Some(day) = day else {
            if !broken {
                diagnostics.push(
                    Diagnostic::error(
                        Code::E0314,
                        Place::new(file, block.span),
                        format!("the case \"{}\" has no day", block.title.text),
                    )
                    .help("add a line `as of 2026-01-31`, the day on which the score is worked out"),
                );
            }
            continue;
        };
        if policy_failed {
            continue;
        }
        let question = Question {
            sources: &unit.sources,
            statements,
            today: day,
            settings: &settings,
            hash: &hash,
            whole: !unit.unreadable,
        };
        let answer = pass::run(question, Some((file, block)));
        for finding in answer.found {
            let said = diagnostics.iter().any(|d| d.same(&finding.diagnostic));
            if finding.every_day.is_none() && !said && finding.diagnostic.is_error() {
                diagnostics.push(finding.diagnostic);
            }
        }
    }
}

fn case_blocks<'a>(statements: &'a [Located<'a>]) -> impl Iterator<Item = (FileId, &'a CaseBlock)> {
    statements
        .iter()
        .filter_map(|l| if let Statement::Case(c) = l.statement { Some((l.file, c)) } else { None })
}

fn text(sources: &Sources, file: FileId, span: crate::source::Span) -> String {
    sources.get(file).and_then(|s| s.text.get(s.whole(span))).unwrap_or_default().to_owned()
}

impl Ruleset {
    /// The texts, for places in messages and explanations.
    pub fn sources(&self) -> &Sources {
        &self.unit.sources
    }

    /// The policy as it would be with other texts in some of its files.
    ///
    /// # Errors
    ///
    /// What is wrong with it then.
    pub fn with_texts(&self, texts: &BTreeMap<FileId, String>) -> Result<Self, Vec<Diagnostic>> {
        let mut sources = Sources::new();
        let (mut files, mut wrong) = (Vec::new(), Vec::new());
        for (id, source) in self.unit.sources.iter() {
            let text = texts.get(&id).unwrap_or(&source.text);
            sources.add(&source.path, text);
        }
        for tree in &self.unit.files {
            let Some(source) = sources.get(tree.file) else { continue };
            let (tree, diagnostics) = crate::syntax::parse(tree.file, &source.text);
            files.push(tree);
            wrong.extend(diagnostics.into_iter().filter(Diagnostic::is_error));
        }
        let unit = Unit { sources, files, uses: self.unit.uses.clone(), unreadable: !wrong.is_empty() };
        let checked = check(unit);
        wrong.extend(checked.diagnostics.into_iter().filter(Diagnostic::is_error));
        match checked.ruleset {
            Some(ruleset) if wrong.is_empty() => Ok(ruleset),
            Some(_) | None => Err(wrong),
        }
    }

    /// SHA-256 over the texts of the policy's files (line ends as LF) and the parameters set from outside, in hexadecimal.
    pub fn hash(&self, settings: &[(String, String)]) -> Arc<str> {
        let mut hasher = Sha256::new();
        // Not over all sources: the manifest is among them, and its data paths are no part of the policy.
        for source in self.unit.files.iter().filter_map(|tree| self.unit.sources.get(tree.file)) {
            hasher.update(source.text.replace("\r\n", "\n").as_bytes());
            hasher.update([0]);
        }
        for (name, value) in settings {
            hasher.update(format!("{name}={value}").as_bytes());
            hasher.update([0]);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
    }

    /// The policy as in force on a day, with parameters set from outside (name and value as written).
    ///
    /// # Errors
    ///
    /// What the settings break: an unknown parameter, a value of another type, or any check that fails with the new
    /// values.
    pub fn on(&self, today: Date, settings: &[(String, String)]) -> Result<Policy, Vec<Diagnostic>> {
        self.pass(today, settings, None).map(|(policy, _)| policy)
    }

    /// The statements of the policy, those that it takes from other files among them, with the file each stands in.
    pub fn statements(&self) -> Vec<(FileId, &Statement)> {
        let mut ignored = Vec::new();
        merge(&self.unit, &mut ignored).into_iter().map(|l| (l.file, l.statement)).collect()
    }

    /// One day in each period of effect that begins after a day or has not ended on it, with the first day of the period
    /// (`None` for the first period of all).
    pub fn days_after(&self, day: Date) -> Vec<(Date, Option<Date>)> {
        let mut ignored = Vec::new();
        let days = days_to_check(&merge(&self.unit, &mut ignored));
        days.into_iter().filter(|(later, _)| *later > day).collect()
    }

    /// A day long after all others, when what is counted up to today is as large as it ever matters.
    pub fn day_far_off(&self) -> Option<Date> {
        let mut ignored = Vec::new();
        day_far_off(&merge(&self.unit, &mut ignored))
    }

    /// The cases, in source order.
    pub fn cases(&self) -> Vec<CaseHead> {
        let mut ignored = Vec::new();
        let statements = merge(&self.unit, &mut ignored);
        case_blocks(&statements)
            .filter_map(|(file, block)| {
                let (day, settings) =
                    case::day_and_settings(block, |span| text(&self.unit.sources, file, span));
                Some(CaseHead { title: block.title.text.clone(), as_of: day?, settings })
            })
            .collect()
    }

    /// A case by its position, with the policy of its day.
    ///
    /// # Errors
    ///
    /// As [`Ruleset::on`]. A position past the end is an empty list of errors.
    pub fn case(&self, position: usize) -> Result<(Policy, Case), Vec<Diagnostic>> {
        let mut ignored = Vec::new();
        let statements = merge(&self.unit, &mut ignored);
        let Some((file, block)) = case_blocks(&statements).nth(position) else { return Err(Vec::new()) };
        let (day, settings) = case::day_and_settings(block, |span| text(&self.unit.sources, file, span));
        let Some(day) = day else { return Err(Vec::new()) };
        match self.pass(day, &settings, Some((file, block)))? {
            (policy, Some(case)) => Ok((policy, case)),
            (_, None) => Err(Vec::new()),
        }
    }

    fn pass(
        &self,
        today: Date,
        settings: &[(String, String)],
        case: Option<(FileId, &CaseBlock)>,
    ) -> Result<(Policy, Option<Case>), Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let statements = merge(&self.unit, &mut diagnostics);
        let hash = self.hash(settings);
        let question = Question {
            sources: &self.unit.sources,
            statements: &statements,
            today,
            settings,
            hash: &hash,
            whole: true,
        };
        let answer = pass::run(question, case);
        diagnostics.extend(answer.found.into_iter().filter(|f| f.every_day.is_none()).map(|f| f.diagnostic));
        diagnostics.retain(Diagnostic::is_error);
        diagnostic::sort(&mut diagnostics);
        match answer.policy {
            Some(policy) if diagnostics.is_empty() => Ok((policy, answer.case)),
            Some(_) | None => Err(diagnostics),
        }
    }
}
