//! A checked policy over all time: its policies day by day, and its cases.

use super::case::Asked;
use super::case_table::CaseTable;
use super::context::Finding;
use super::imports::{Located, merge};
use super::pass::{self, Question};
use super::periods::{day_far_off, days_to_ask, days_to_check};
use super::{Unit, case};
use crate::date::Date;
use crate::diagnostic::{self, Code, Diagnostic};
use crate::policy::{Case, Policy};
use crate::source::{FileId, Place, Sources};
use crate::syntax::ast::{CaseClauseKind, Statement};
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
    for (pass, (day, start)) in days_to_check(statements, &[]).into_iter().enumerate() {
        let answer = pass::run(Question { today: day, ..question }, &[]);
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
        && let Some(day) = day_far_off(statements, &[])
    {
        let answer = pass::run(Question { today: day, ..question }, &[]);
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

/// Checks the cases, those of a day and the same parameters together.
fn cases(unit: &Unit, statements: &[Located<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let policy_failed = unit.unreadable || diagnostics.iter().any(Diagnostic::is_error);
    let hash: Arc<str> = Arc::from("");
    let tables = case_tables(unit, statements, diagnostics);
    let mut sittings = Vec::new();
    for asked in all_cases(statements, &tables) {
        match day_of(unit, asked) {
            Ok((day, settings)) => sit(&mut sittings, (day, settings), asked),
            Err(said) => {
                let news = said.filter(|said| !diagnostics.iter().any(|one| one.same(said)));
                diagnostics.extend(news.map(|said| *said));
            }
        }
    }
    if policy_failed {
        return;
    }
    for ((day, settings), asked) in sittings {
        let question = Question {
            sources: &unit.sources,
            statements,
            today: day,
            settings: &settings,
            hash: &hash,
            whole: !unit.unreadable,
        };
        let answer = pass::run(question, &asked);
        for finding in answer.found {
            let said = diagnostics.iter().any(|d| d.same(&finding.diagnostic));
            if finding.every_day.is_none() && !said && finding.diagnostic.is_error() {
                diagnostics.push(finding.diagnostic);
            }
        }
    }
}

/// A day with the parameters that are set on it.
type Sitting = (Date, Vec<(String, String)>);

/// Puts a case to those that are looked at with the same policy.
fn sit<X>(sittings: &mut Vec<(Sitting, Vec<X>)>, sitting: Sitting, case: X) {
    match sittings.iter_mut().find(|(other, _)| *other == sitting) {
        Some((_, cases)) => cases.push(case),
        None => sittings.push((sitting, vec![case])),
    }
}

/// The tables of cases, by the place of their statement.
fn case_tables<'a>(
    unit: &Unit,
    statements: &'a [Located<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(usize, CaseTable<'a>)> {
    let mut tables = Vec::new();
    for (at, located) in statements.iter().enumerate() {
        // A path that could not be read was reported by whoever read the files.
        if let Statement::Cases(line) = located.statement
            && let Some(file) = unit.tables.get(&line.path.text)
        {
            match CaseTable::read(&unit.sources, located.file, line, *file) {
                Ok(table) => tables.push((at, table)),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
    tables
}

/// Every case, in source order.
fn all_cases<'a>(
    statements: &'a [Located<'a>],
    tables: &'a [(usize, CaseTable<'a>)],
) -> impl Iterator<Item = Asked<'a>> {
    statements.iter().enumerate().flat_map(move |(at, located)| {
        let block = if let Statement::Case(block) = located.statement {
            Some(Asked::Block(located.file, block))
        } else {
            None
        };
        let table = tables.iter().find(|(of, _)| *of == at).map(|(_, table)| table);
        let rows =
            table.into_iter().flat_map(|table| (0..table.rows()).map(move |row| Asked::Row(table, row)));
        block.into_iter().chain(rows)
    })
}

/// The day of a case and what it sets; or what is to be said of it, if that was not said before.
fn day_of(unit: &Unit, asked: Asked<'_>) -> Result<Sitting, Option<Box<Diagnostic>>> {
    let (file, block) = match asked {
        Asked::Row(table, row) => return table.day(row).map(|day| (day, Vec::new())).map_err(Some),
        Asked::Block(file, block) => (file, block),
    };
    let broken = block.clauses.iter().any(|c| matches!(c.kind, CaseClauseKind::Broken(_)));
    let (day, settings) = case::day_and_settings(block, |span| text(&unit.sources, file, span));
    day.map(|day| (day, settings)).ok_or_else(|| {
        (!broken).then(|| {
            let message = format!("the case \"{}\" has no day", block.title.text);
            Diagnostic::error(Code::E0314, Place::new(file, block.span), message)
                .help("add a line `as of 2026-01-31`, the day on which the score is worked out")
                .into()
        })
    })
}

fn text(sources: &Sources, file: FileId, span: crate::source::Span) -> String {
    sources.get(file).and_then(|s| s.text.get(s.whole(span))).unwrap_or_default().to_owned()
}

impl Ruleset {
    /// The files that it was checked from.
    pub(super) fn unit(&self) -> &Unit {
        &self.unit
    }

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
        let (uses, tables) = (self.unit.uses.clone(), self.unit.tables.clone());
        let unit = Unit { sources, files, uses, tables, unreadable: !wrong.is_empty() };
        let checked = check(unit);
        wrong.extend(checked.diagnostics.into_iter().filter(Diagnostic::is_error));
        match checked.ruleset {
            Some(ruleset) if wrong.is_empty() => Ok(ruleset),
            Some(_) | None => Err(wrong),
        }
    }

    /// SHA-256 over the texts of the policy's files (line ends as LF) and the parameters set from outside, in hexadecimal.
    pub fn hash(&self, settings: &[(String, String)]) -> Arc<str> {
        self.unit.hash(settings)
    }

    /// The policy as in force on a day, with parameters set from outside (name and value as written).
    ///
    /// # Errors
    ///
    /// What the settings break: an unknown parameter, a value of another type, or any check that fails with the new
    /// values.
    pub fn on(&self, today: Date, settings: &[(String, String)]) -> Result<Policy, Vec<Diagnostic>> {
        self.pass(today, settings, &[]).map(|(policy, _)| policy)
    }

    /// The statements of the policy, those that it takes from other files among them, with the file each stands in.
    pub fn statements(&self) -> Vec<(FileId, &Statement)> {
        let mut ignored = Vec::new();
        merge(&self.unit, &mut ignored).into_iter().map(|l| (l.file, l.statement)).collect()
    }

    /// One day in each period of effect that begins after a day or has not ended on it, with the first day of the period
    /// (`None` for the first period of all). A parameter that is set from outside may begin periods of its own.
    pub fn days_after(&self, day: Date, settings: &[(String, String)]) -> Vec<(Date, Option<Date>)> {
        let mut ignored = Vec::new();
        let days = days_to_check(&merge(&self.unit, &mut ignored), settings);
        days.into_iter().filter(|(later, _)| *later > day).collect()
    }

    /// The same of all periods in which what can be said of everybody may be another.
    pub fn days_to_ask_after(&self, day: Date, settings: &[(String, String)]) -> Vec<(Date, Option<Date>)> {
        let mut ignored = Vec::new();
        let days = days_to_ask(&merge(&self.unit, &mut ignored), settings);
        days.into_iter().filter(|(later, _)| *later > day).collect()
    }

    /// A day long after all others, when what is counted up to today is as large as it ever matters.
    pub fn day_far_off(&self, settings: &[(String, String)]) -> Option<Date> {
        let mut ignored = Vec::new();
        day_far_off(&merge(&self.unit, &mut ignored), settings)
    }

    /// The cases, in source order.
    pub fn cases(&self) -> Vec<CaseHead> {
        let mut ignored = Vec::new();
        let statements = merge(&self.unit, &mut ignored);
        let tables = case_tables(&self.unit, &statements, &mut ignored);
        all_cases(&statements, &tables)
            .filter_map(|asked| {
                let (as_of, settings) = day_of(&self.unit, asked).ok()?;
                let title = match asked {
                    Asked::Block(_, block) => block.title.text.clone(),
                    Asked::Row(table, row) => table.title(row, &self.unit.sources),
                };
                Some(CaseHead { title, as_of, settings })
            })
            .collect()
    }

    /// A case by its position, with the policy of its day.
    ///
    /// # Errors
    ///
    /// As [`Ruleset::on`]. A position past the end is an empty list of errors.
    pub fn case(&self, position: usize) -> Result<(Policy, Case), Vec<Diagnostic>> {
        let [(policy, case)] = <[_; 1]>::try_from(self.some_cases(&[position])?).map_err(|_| Vec::new())?;
        Ok((Arc::unwrap_or_clone(policy), case))
    }

    /// Cases by their positions, each with the policy of its day, which those of a day share.
    ///
    /// # Errors
    ///
    /// As [`Ruleset::on`].
    pub fn some_cases(&self, positions: &[usize]) -> Result<Vec<(Arc<Policy>, Case)>, Vec<Diagnostic>> {
        let mut ignored = Vec::new();
        let statements = merge(&self.unit, &mut ignored);
        let tables = case_tables(&self.unit, &statements, &mut ignored);
        let all: Vec<_> = all_cases(&statements, &tables).collect();
        let mut sittings = Vec::new();
        for (order, asked) in positions.iter().enumerate().filter_map(|(o, at)| Some((o, *all.get(*at)?))) {
            let sitting = day_of(&self.unit, asked)
                .map_err(|said| said.map(|said| *said).into_iter().collect::<Vec<_>>())?;
            sit(&mut sittings, sitting, (order, asked));
        }
        let mut found = Vec::new();
        for ((day, settings), cases) in sittings {
            let (orders, asked): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
            let (policy, cases) = self.pass(day, &settings, &asked)?;
            let policy = Arc::new(policy);
            let cases = cases.into_iter().flatten();
            found.extend(
                orders.into_iter().zip(cases).map(|(order, case)| (order, Arc::clone(&policy), case)),
            );
        }
        found.sort_by_key(|(order, ..)| *order);
        Ok(found.into_iter().map(|(_, policy, case)| (policy, case)).collect())
    }

    /// A day of every period of effect, so that whatever is ever in force is in force on one of them.
    pub fn days(&self, settings: &[(String, String)]) -> Vec<Date> {
        let statements = merge(&self.unit, &mut Vec::new());
        days_to_check(&statements, settings).into_iter().map(|(day, _)| day).collect()
    }

    fn pass(
        &self,
        today: Date,
        settings: &[(String, String)],
        asked: &[Asked<'_>],
    ) -> Result<(Policy, Vec<Option<Case>>), Vec<Diagnostic>> {
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
        let answer = pass::run(question, asked);
        diagnostics.extend(answer.found.into_iter().filter(|f| f.every_day.is_none()).map(|f| f.diagnostic));
        diagnostics.retain(Diagnostic::is_error);
        diagnostic::sort(&mut diagnostics);
        match answer.policy {
            Some(policy) if diagnostics.is_empty() => Ok((policy, answer.cases)),
            Some(_) | None => Err(diagnostics),
        }
    }
}
