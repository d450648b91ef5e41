//! Opening a policy for a run: read, check, and take it as it stands on the run's day.

use super::arguments::Run;
use super::{Stop, UNUSABLE, clock, report};
use crate::check::{NotObserved, Ruleset};
use crate::data::{DataFiles, Loaded};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Definition, Policy};
use crate::project::{self, Broken, Project};
use crate::source::Sources;
use crate::syntax::ast::Statement;
use std::path::{Path, PathBuf};

/// A policy that is ready to run.
pub(super) struct Opened {
    project: Project,
    /// The texts that diagnostics and explanations point into.
    pub(super) sources: Sources,
    pub(super) ruleset: Ruleset,
}

/// A day, and who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: Date,
    /// Nobody named a day: it is the system's date.
    pub(super) from_clock: bool,
}

/// Reads and checks a policy. Warnings go to stderr unless `quiet`.
pub(super) fn open(path: &Path, quiet: bool) -> Result<Opened, Stop> {
    checked(project::open(path), quiet)
}

/// Reads and checks every policy of a pack, or the one of a file.
pub(super) fn open_all(path: &Path) -> Result<Vec<Opened>, Stop> {
    project::open_each(path).into_iter().map(|opened| checked(opened, false)).collect()
}

/// Checks a policy that was read.
pub(super) fn checked(opened: Result<Project, Broken>, quiet: bool) -> Result<Opened, Stop> {
    let mut project = opened.map_err(|broken| Stop::Diagnostics {
        sources: broken.sources,
        diagnostics: broken.diagnostics,
        exit: UNUSABLE,
    })?;
    let checked = project.check();
    let sources = std::mem::take(&mut project.unit.sources);
    match checked.ruleset {
        Some(ruleset) => {
            if !quiet {
                report::explain(&mut anstream::stderr(), &checked.diagnostics, &sources)?;
            }
            Ok(Opened { project, sources, ruleset })
        }
        None => Err(Stop::Diagnostics { sources, diagnostics: checked.diagnostics, exit: 1 }),
    }
}

impl Opened {
    /// The project.
    pub(super) fn project(&self) -> &Project {
        &self.project
    }

    /// The policy's name and title.
    pub(super) fn named(&self) -> (String, String) {
        let statements = self.ruleset.statements();
        let block = statements.iter().find_map(|(_, statement)| {
            if let Statement::Policy(block) = statement { Some(block) } else { None }
        });
        block.map_or_else(Default::default, |block| {
            let name = block.name.text.clone();
            let title = block.title.as_ref().map_or_else(|| name.clone(), |title| title.text.clone());
            (name, title)
        })
    }

    /// The day of a run.
    pub(super) fn day(&self, run: &Run) -> Result<Day, Stop> {
        self.day_or(run.as_of)
    }

    /// The day that was named, or else the one that is meant.
    pub(super) fn day_or(&self, named: Option<Date>) -> Result<Day, Stop> {
        match named.or(self.project.manifest.as_of) {
            Some(date) => Ok(Day { date, from_clock: false }),
            None => clock::today().map(|date| Day { date, from_clock: true }).ok_or_else(|| {
                Stop::failure("the system's clock has no usable date", Some("give `--as-of DATE`".into()))
            }),
        }
    }

    /// The parameters that the manifest sets.
    pub(super) fn params(&self) -> &[(String, String)] {
        &self.project.manifest.params
    }

    /// The parameters that the manifest and the run set.
    pub(super) fn settings(&self, run: &Run) -> Vec<(String, String)> {
        self.project.manifest.params.iter().chain(&run.set).cloned().collect()
    }

    /// The policy as it stands on a day, with the parameters of the manifest and of the run.
    pub(super) fn policy(&self, day: Day, run: &Run) -> Result<Policy, Stop> {
        self.ruleset.on(day.date, &self.settings(run)).map_err(|diagnostics| self.wrong(diagnostics))
    }

    /// Expressions about the scored record, checked against the policy as it stands on a day; `option` is where they were
    /// written, for messages.
    pub(super) fn observe(
        &self,
        day: Day,
        run: &Run,
        option: &str,
        asked: &[String],
    ) -> Result<Vec<Definition>, Stop> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.settings(run);
        let asked: Vec<_> = asked.iter().map(|text| (option.to_owned(), text.clone())).collect();
        self.ruleset.observe(day.date, &set, &asked).map_err(|wrong| {
            let NotObserved { sources, diagnostics } = *wrong;
            Stop::Diagnostics { sources, diagnostics, exit: UNUSABLE }
        })
    }

    /// The policy as it stands on a day, with the parameters of the manifest.
    pub(super) fn policy_on(&self, day: Day) -> Result<Policy, Stop> {
        let set = &self.project.manifest.params;
        self.ruleset.on(day.date, set).map_err(|diagnostics| self.wrong(diagnostics))
    }

    /// The policy as it stands on a date, with the parameters of the manifest.
    pub(super) fn policy_at(&self, date: Date) -> Result<Policy, Stop> {
        self.policy_on(Day { date, from_clock: false })
    }

    /// The records of the run, joined and validated.
    pub(super) fn load(&self, policy: &Policy, run: &Run) -> Result<Loaded, Stop> {
        self.project
            .load(&policy.schema, policy.today, &run.data)
            .map_err(|diagnostics| self.unusable(diagnostics))
    }

    /// The records of the pack, joined and validated.
    pub(super) fn load_pack(&self, policy: &Policy) -> Result<Loaded, Stop> {
        self.load_from(policy, &[])
    }

    /// The same, some of the files given by name.
    pub(super) fn load_from(&self, policy: &Policy, data: &[(String, PathBuf)]) -> Result<Loaded, Stop> {
        let loaded = self.project.load(&policy.schema, policy.today, data);
        loaded.map_err(|diagnostics| self.unusable(diagnostics))
    }

    /// The files of a run.
    pub(super) fn data_files(&self, policy: &Policy, run: &Run) -> Result<DataFiles, Vec<Diagnostic>> {
        self.project.data_files(&policy.schema, &run.data)
    }

    /// Diagnostics of what stands around this policy: data, and what the manifest says.
    pub(super) fn unusable(&self, diagnostics: Vec<Diagnostic>) -> Stop {
        Stop::Diagnostics { sources: self.sources.clone(), diagnostics, exit: UNUSABLE }
    }

    /// Diagnostics of this policy: a setting from outside that cannot be used, or the policy is wrong.
    pub(super) fn wrong(&self, diagnostics: Vec<Diagnostic>) -> Stop {
        let outside = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::E0406);
        let exit = if outside { UNUSABLE } else { 1 };
        Stop::Diagnostics { sources: self.sources.clone(), diagnostics, exit }
    }
}
