//! `glassbox check`: everything that is wrong in policies, and what is probably not what was meant.

use super::findings::{self, Finding, Findings};
use super::report::{self, Count, DIM, GOOD, grouped, plural};
use super::{Exit, Stop, UNUSABLE, arguments, clock};
use crate::audit::read_charters;
use crate::check::Ruleset;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, render, sort};
use crate::policy::Policy;
use crate::project::{self, DataLook, Member, Project, TextFile};
use crate::source::Sources;
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  glassbox check rules/payments                      a pack: all policies its glassbox.toml names
  glassbox check a.score b.score                     files
  glassbox check fair.charter                        a charter: whether its clauses are understood
  glassbox check rules/* --deny-warnings             warnings are mistakes too
  glassbox check rules/city --fix                    mend what keeps its meaning
  glassbox check rules/* --format short              a line each, as editors read them
  glassbox check rules/* --format sarif > log.sarif  for the code host; also github, junit, json

Every mistake of every file is reported in one run, on stdout; the count is on stderr.
Where there is none, lints say what is probably not what was meant, on the day of --as-of and
by the data of the pack. How much each counts is set in glassbox.toml, by name or code:

  [lints]
  points-not-monotone = { except = [\"age\"] }         not of this table
  missing-is-best     = \"deny\"                       an error; \"allow\" leaves it out

`glassbox explain-error CODE` says more about a code or name; without one it lists them all.";

/// Check policies and say what is wrong, or likely to be
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    /// Packs, policy files, or files and folders of charters
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// The form of the messages
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Fail on warnings too
    #[arg(long)]
    deny_warnings: bool,

    /// Write the fixes of warnings to the files, where they change no meaning; tell what is left
    #[arg(long)]
    fix: bool,

    /// The day on which lints look [default: `as_of` in glassbox.toml, else the system's date]
    #[arg(long, value_name = "DATE", value_parser = arguments::date)]
    as_of: Option<Date>,
}

/// The form in which findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: the lines of the file with what is wrong underlined, and how to mend it
    #[value(alias = "human")]
    Text,
    /// A line each: FILE:LINE:COLUMN: error[CODE]: MESSAGE
    Short,
    /// One object with all findings (docs/schemas/check.json)
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code hosts and viewers
    Sarif,
    /// JUnit XML, a case for each file
    Junit,
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    unusable: bool,
    count: Count,
    first: Option<Diagnostic>,
    /// What was printed already: files that several policies use are reported once.
    printed: BTreeSet<String>,
    findings: Findings,
    /// How many files of charters were looked at by themselves.
    charters: usize,
    /// Data that were not looked at: of which policy, and why.
    skipped: Vec<(String, String)>,
}

impl Check {
    /// Checks every path and prints what was found.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        if self.fix {
            self.mend()?;
        }
        let mut found = Found::default();
        found.findings.deny_warnings = self.deny_warnings;
        for path in &self.paths {
            let charters =
                if project::is_charter(path) { Some(vec![path.clone()]) } else { project::charters_in(path) };
            match charters {
                Some(files) => files.iter().try_for_each(|file| self.check_charter(&mut found, file))?,
                None => self.check_pack(&mut found, path)?,
            }
        }
        self.print_all(&found.findings)?;
        self.sum_up(&found)?;
        if found.unusable {
            return Err(Stop::Said(UNUSABLE));
        }
        let Count { errors, warnings } = found.count;
        let wrong = errors > 0 || (self.deny_warnings && warnings > 0);
        Ok(if wrong { Exit::Wrong } else { Exit::Fine })
    }

    /// Checks every policy of a pack, or the one of a file.
    fn check_pack(&self, found: &mut Found, path: &Path) -> Result<(), Stop> {
        let (mut policies, mut projects, mut rulesets, mut whole) =
            (Vec::new(), Vec::new(), Vec::new(), true);
        for opened in project::open_each(path) {
            match opened {
                Ok(mut project) => {
                    let ruleset = self.check(found, &mut project)?;
                    policies.extend(ruleset.iter().flat_map(|ruleset| project.on_each_day(ruleset)));
                    whole &= ruleset.is_some();
                    projects.push(project);
                    rulesets.push(ruleset);
                }
                Err(broken) => {
                    (found.unusable, whole) = (true, false);
                    let path = path.display().to_string();
                    self.print(found, broken.diagnostics, &broken.sources, &path)?;
                }
            }
        }
        self.check_clauses(found, &projects, &rulesets)?;
        // What one policy does not know another may.
        match projects.first() {
            Some(project) if whole && projects.len() >= project.manifest.policies.len() => {
                self.check_exceptions(found, project, &projects, &rulesets)?;
                self.check_names(found, project, &policies)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Asks the policies what their charters ask.
    fn check_clauses(
        &self,
        found: &mut Found,
        projects: &[Project],
        rulesets: &[Option<Ruleset>],
    ) -> Result<(), Stop> {
        let checked: Vec<(&Project, &Ruleset)> = projects
            .iter()
            .zip(rulesets)
            .filter_map(|(project, ruleset)| Some((project, ruleset.as_ref()?)))
            .collect();
        let members: Vec<Member<'_>> = checked
            .iter()
            .map(|(project, ruleset)| Member {
                charters: project.charters(),
                ruleset,
                settings: &project.manifest.params,
            })
            .collect();
        let Some((first, _)) = checked.iter().find(|(project, _)| !project.charters().is_empty()) else {
            return Ok(());
        };
        let day = self.day(first).ok_or_else(no_day)?;
        for ((project, ruleset), reports) in checked.iter().zip(project::apply_charters(&members, day)) {
            let mut diagnostics: Vec<Diagnostic> = reports
                .iter()
                .flat_map(|report| report.refuted().chain(report.undecided_without_data()))
                .collect();
            project.manifest.lints.apply(&mut diagnostics);
            self.print(found, diagnostics, ruleset.sources(), &project.path.display().to_string())?;
        }
        Ok(())
    }

    /// Warns of exceptions for names that none of the policies has, where all are there that the manifest lists. One that
    /// lists none is for whatever lies in its folder.
    fn check_exceptions(
        &self,
        found: &mut Found,
        project: &Project,
        projects: &[Project],
        rulesets: &[Option<Ruleset>],
    ) -> Result<(), Stop> {
        let listed = &project.manifest.policies;
        let is_there = |policy: &String| projects.iter().any(|project| project.path.ends_with(policy));
        if listed.is_empty() || !listed.iter().all(is_there) {
            return Ok(());
        }
        let rulesets: Vec<&Ruleset> = rulesets.iter().flatten().collect();
        let mut warnings = project.idle_exceptions(&rulesets);
        project.manifest.lints.apply(&mut warnings);
        self.print(found, warnings, &project.unit.sources, &project.path.display().to_string())
    }

    /// Warns of names in charters that none of the policies has.
    fn check_names(&self, found: &mut Found, project: &Project, policies: &[Policy]) -> Result<(), Stop> {
        let policies: Vec<&Policy> = policies.iter().collect();
        let charters = project.charters().iter();
        let mut warnings: Vec<Diagnostic> =
            charters.flat_map(|charter| charter.unknown_names(&policies)).collect();
        project.manifest.lints.apply(&mut warnings);
        self.print(found, warnings, &project.unit.sources, &project.path.display().to_string())
    }

    /// Checks a file of charters by itself: what its clauses say, not what policies make of them.
    fn check_charter(&self, found: &mut Found, path: &Path) -> Result<(), Stop> {
        let shown = path.display().to_string();
        match TextFile::read(path) {
            Ok(read) => {
                let (_, diagnostics) = read_charters(read.file, read.text());
                found.findings.files.push(findings::plain(&shown).to_owned());
                found.charters += 1;
                self.print(found, diagnostics, &read.sources, &shown)
            }
            Err(broken) => {
                found.unusable = true;
                self.print(found, broken.diagnostics, &broken.sources, &shown)
            }
        }
    }

    /// Checks a policy, and looks at it with the lints where it is without error.
    fn check(&self, found: &mut Found, project: &mut Project) -> Result<Option<Ruleset>, Stop> {
        let path = project.path.display().to_string();
        let checked = project.check();
        let mut diagnostics = checked.diagnostics;
        project.manifest.lints.apply(&mut diagnostics);
        if let Some(ruleset) = &checked.ruleset {
            let day = self.day(project).ok_or_else(no_day)?;
            let linted = project.lint(ruleset, day);
            diagnostics.extend(linted.diagnostics);
            match linted.data {
                DataLook::Nothing => {}
                DataLook::Records(records) => {
                    found.findings.records.push((findings::plain(&path).to_owned(), records));
                }
                DataLook::Skipped(why) | DataLook::Unreadable(why) => found.skipped.push((path.clone(), why)),
            }
        }
        let files = project.unit.sources.iter().map(|(_, source)| &source.path);
        let is_rules = |file: &&String| file.ends_with(".score") || file.ends_with(".charter");
        for file in files.filter(is_rules).map(|file| findings::plain(file)) {
            if !found.findings.files.iter().any(|known| known == file) {
                found.findings.files.push(file.to_owned());
            }
        }
        found.findings.policies.push(findings::plain(&path).to_owned());
        self.print(found, diagnostics, &project.unit.sources, &path)?;
        Ok(checked.ruleset)
    }

    /// The day on which lints look.
    fn day(&self, project: &Project) -> Option<Date> {
        self.as_of.or(project.manifest.as_of).or_else(clock::today)
    }

    /// Writes the fixes that change no meaning, and tells them.
    fn mend(&self) -> Result<(), Stop> {
        // Without a usable clock what depends on it is not mended, and the check itself will say so.
        let today = |project: &Project| self.day(project).unwrap_or(Date::MAX);
        let mended =
            project::mend(&self.paths, &today).map_err(|error| Stop::failure(error.to_string(), None))?;
        let mut stderr = anstream::stderr();
        for one in &mended.written {
            let project::MendedAt { path, line, code, title } = one;
            writeln!(stderr, "{GOOD}mended{GOOD:#} {path}:{line}: {title} {DIM}[{code}]{DIM:#}")?;
        }
        for project::NotMended { at, why } in &mended.refused {
            let project::MendedAt { path, line, code, .. } = at;
            writeln!(stderr, "not mended {path}:{line}: {why} {DIM}[{code}]{DIM:#}")?;
        }
        if mended.written.is_empty() && mended.refused.is_empty() {
            writeln!(stderr, "nothing to mend")?;
        }
        Ok(())
    }

    /// Takes those that were not met yet, and prints them where that can be done at once.
    fn print(
        &self,
        found: &mut Found,
        mut diagnostics: Vec<Diagnostic>,
        sources: &Sources,
        policy: &str,
    ) -> Result<(), Stop> {
        sort(&mut diagnostics);
        diagnostics.retain(|one| found.printed.insert(render::short(std::slice::from_ref(one), sources)));
        found.count.add(Count::of(&diagnostics));
        if found.first.is_none() {
            found.first = diagnostics.iter().find(|diagnostic| diagnostic.is_error()).cloned();
        }
        found.findings.all.extend(diagnostics.iter().map(|one| Finding::new(one, sources, policy)));
        let mut stdout = anstream::stdout().lock();
        match self.format {
            Format::Text => report::human(&mut stdout, &diagnostics, sources)?,
            Format::Short => write!(stdout, "{}", render::short(&diagnostics, sources))?,
            Format::Json | Format::Github | Format::Sarif | Format::Junit => {}
        }
        Ok(())
    }

    /// Prints everything, in the formats that are written in one piece.
    fn print_all(&self, findings: &Findings) -> Result<(), Stop> {
        let broken = |error: serde_json::Error| Stop::failure(error.to_string(), None);
        let bytes = match self.format {
            Format::Text | Format::Short => return Ok(()),
            Format::Json => findings::json(findings).map_err(broken)?.into_bytes(),
            Format::Github => findings::github(findings).into_bytes(),
            Format::Sarif => {
                let here = std::env::current_dir().ok();
                findings::sarif(findings, here.as_deref()).map_err(broken)?.into_bytes()
            }
            Format::Junit => findings::junit(findings).into_bytes(),
        };
        // What a file says is no affair of a terminal's escapes: the bytes go out as they are.
        Ok(std::io::stdout().lock().write_all(&bytes)?)
    }

    /// The count, and what was looked at, on stderr.
    fn sum_up(&self, found: &Found) -> Result<(), Stop> {
        let mut stderr = anstream::stderr();
        let style = match (found.count.errors, found.count.warnings) {
            (0, 0) => GOOD,
            (0, _) => report::WARNING,
            (_, _) => report::ERROR,
        };
        let policies = match found.findings.policies.len() {
            0 => None,
            1 => Some("1 policy".to_owned()),
            many => Some(format!("{} policies", grouped(many))),
        };
        let charters = (found.charters > 0).then(|| plural(found.charters, "charter file"));
        let looked_at: Vec<String> = policies.into_iter().chain(charters).collect();
        match looked_at.is_empty() {
            true => writeln!(stderr, "{style}{}{style:#}", found.count)?,
            false => writeln!(stderr, "{style}{}{style:#} in {}", found.count, looked_at.join(" and "))?,
        }
        for (policy, records) in &found.findings.records {
            writeln!(stderr, "{DIM}{policy}: looked at {} of its data{DIM:#}", plural(records, "record"))?;
        }
        for (policy, why) in &found.skipped {
            writeln!(stderr, "{policy}: its data were not looked at: {why}")?;
        }
        Ok(report::more(&mut stderr, found.first.as_slice())?)
    }
}

fn no_day() -> Stop {
    Stop::failure("the system's clock has no usable date", Some("give `--as-of DATE`".into()))
}
