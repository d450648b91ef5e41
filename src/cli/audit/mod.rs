//! `glassbox audit`: what a policy can do to anybody, and whether it keeps what charters demand.

mod clauses;
pub(super) mod content;
mod expected;
pub(super) mod json;
mod sarif;

use super::destination::Destination;
use super::open::{Opened, open_all};
use super::page::{self, Page};
use super::patience::Patience;
use super::report::{plural, warn};
use super::{Exit, Stop, arguments, gaming};
use crate::audit::clause::{Screen, Subject};
use crate::audit::report::{Report, Scope, Standing};
use crate::audit::{Audit as Core, Expected};
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::measure::Scores;
use crate::policy::Policy;
use crate::source::Sources;
use clap::{Args, ValueEnum};
use clauses::{Clause, Demands};
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox audit rules/german_credit                 what the policy can do to anybody
  glassbox audit rules/payments --cases              with the records that show each line
  glassbox audit rules/payments --format html -o audit.html   a page worth printing
  glassbox audit rules/sesame --charter rules/charters/headline.charter
  glassbox audit rules/payments --gaming             who of the data could buy their way up
  glassbox audit rules/payments --ask 'require score never rises with person.past_due'
  glassbox audit rules/german_credit --data          scores of the data, and those to expect
  glassbox audit rules/payments --charter fair.charter --data   clauses that depend on data too
  glassbox audit rules/payments --charter fair.charter --format sarif > log.sarif   for code hosts

Without --charter and --ask it is a report: the range of scores, of everybody and by tier; what each
input can change; which way the score goes; cliffs, missing values, gains that repeat; what nobody
can reach; and the answers to the charters that the pack applies in its glassbox.toml. With
--charter or --ask it is the answers to these alone. Either way a line is proved for all records
that the schema allows, or shown by records that were run, or said to be undecided, with the reason.
A record that shows something is a `case`: it can be pasted into the policy, and holds there.

A proof is about this text on this day. It says nothing about the data, nor about what stands in for
something else in them; docs/audit.md says how to read it, docs/charters.md what clauses can say.

Exit codes: 0 all clauses are proved, or none was asked; 1 one is refuted; 4 one is undecided;
3 records of the data were set aside, and all else is well; 2 it could not run.";

/// Say what a policy can do to anybody, with proofs and with records that show it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Audit {
    /// A pack (all of its policies) or a policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// Answer every clause of the charters in FILE
    #[arg(long, value_name = "FILE")]
    charter: Vec<PathBuf>,

    /// Answer one clause, as a charter would have it
    #[arg(long, value_name = "CLAUSE")]
    ask: Vec<String>,

    /// Answer what depends on data from the pack's own, or with NAME=FILE from that file; in a report: how the scores of the
    /// data lie, and how they would if no field went along with another
    #[arg(long, value_name = "NAME=FILE", num_args = 0..=1, default_missing_value = PACK, value_parser = data)]
    data: Option<Vec<Data>>,

    /// The day on which the policy is looked at [default: `as_of` in glassbox.toml, else the system's date]
    #[arg(long, value_name = "DATE", value_parser = arguments::date)]
    as_of: Option<Date>,

    /// Count instead who of the data could buy their way into which tier and for how much, what a bought friend is worth, and
    /// whether scores bunch just above cut-offs (docs/recourse.md)
    #[arg(long, conflicts_with_all = ["charter", "ask", "cases"])]
    gaming: bool,

    /// The form of the answers
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Print the records that show each line of the report too (text; the other forms have them)
    #[arg(long)]
    cases: bool,

    /// Write to FILE, which appears when all of it is there [default: `-`, the standard output]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What `--data` says without a file.
const PACK: &str = "pack";

/// Where data are: in the pack, or a table in a file.
type Data = Option<(String, PathBuf)>;

fn data(text: &str) -> Result<Data, String> {
    if text == PACK { Ok(None) } else { arguments::data(text).map(Some) }
}

/// The form of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object with everything (docs/schemas/audit.json)
    Json,
    /// For a comment in a code host
    Markdown,
    /// One page without anything from elsewhere, to be read or printed
    Html,
    /// SARIF 2.1.0: clauses that are refuted or undecided
    Sarif,
}

/// What was worked out of one policy.
pub(super) struct Audited {
    /// What it is about.
    pub(super) scope: Scope,
    /// The texts that places are in.
    pub(super) sources: Sources,
    /// The report, where no clause was asked by the command line.
    pub(super) report: Option<Report>,
    /// How the scores of the data lie, and how they would, where there is a report and data were given.
    pub(super) expected: Option<Expected>,
    /// The clauses that were asked, or those of the pack's own charters, with their answers.
    pub(super) clauses: Vec<Clause>,
    /// Those that are not proved, as diagnostics.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many records of the data were set aside.
    pub(super) set_aside: usize,
    /// The file of the policy.
    pub(super) path: PathBuf,
}

impl Audit {
    /// Audits every policy that is named.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let demands = Demands::read(&self.charter, &self.ask)?;
        let opened = open_all(&self.path)?;
        let mut policies: Vec<Policy> = Vec::new();
        for each in &opened {
            policies.push(each.policy_on(each.day_or(self.as_of)?)?);
        }
        if self.gaming {
            return self.game(&opened, &policies);
        }
        demands.check(&opened, &policies)?;
        let mut audited = Vec::new();
        {
            let names = policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
            let _patience = Patience::saying(format!("working out what {names} can do to anybody …"));
            for (at, (each, policy)) in opened.iter().zip(&policies).enumerate() {
                let others = policies.iter().enumerate().filter(|(other, _)| *other != at);
                let others: Vec<&Policy> = others.map(|(_, policy)| policy).collect();
                audited.push(self.audit(each, policy, &others, &demands)?);
            }
        }
        self.write(&audited)?;
        let standings = audited.iter().flat_map(|one| &one.clauses).map(|clause| clause.answer.standing);
        Ok(match standings.max() {
            None | Some(Standing::Proved) if audited.iter().any(|one| one.set_aside > 0) => Exit::SetAside,
            None | Some(Standing::Proved) => Exit::Fine,
            Some(Standing::Undecided) => Exit::Undecided,
            Some(Standing::Refuted) => Exit::Wrong,
        })
    }

    /// Counts what the records of each policy could do to their scores.
    fn game(&self, opened: &[Opened], policies: &[Policy]) -> Result<Exit, Stop> {
        let form = match self.format {
            Format::Text => gaming::Form::Text,
            Format::Json => gaming::Form::Json,
            Format::Markdown | Format::Html | Format::Sarif => {
                let help = "`--format text` or `json`".to_owned();
                return Err(Stop::failure("`--gaming` has no such form", Some(help)));
            }
        };
        let data = self.data.iter().flatten().flatten().cloned().collect();
        let run = arguments::Run { as_of: self.as_of, data, set: Vec::new() };
        let mut to = Destination::open(self.out.as_deref())?;
        let exit = gaming::write(&mut to, opened, policies, &run, form)?;
        to.finish()?;
        Ok(exit)
    }

    /// Audits one policy.
    fn audit(
        &self,
        opened: &Opened,
        policy: &Policy,
        others: &[&Policy],
        demands: &Demands,
    ) -> Result<Audited, Stop> {
        let mut sources = opened.sources.clone();
        let core = Core::of(policy);
        let (scope, path) = (Scope::of(policy), opened.project().path.clone());
        let loaded = match &self.data {
            Some(data) => {
                let files: Vec<(String, PathBuf)> = data.iter().flatten().cloned().collect();
                let loaded = opened.load_from(policy, &files)?;
                let aside = loaded.rejects.set_aside.len();
                if aside > 0 {
                    warn(&format!("{}: {} set aside and not counted", policy.name, plural(aside, "record")))?;
                }
                Some(loaded)
            }
            None => None,
        };
        let set_aside = loaded.as_ref().map_or(0, |loaded| loaded.rejects.set_aside.len());
        let asked_nothing = demands.is_empty();
        let expected = loaded.as_ref().filter(|_| asked_nothing);
        let expected = expected.map(|loaded| Expected::of(&core, &loaded.population));
        let report = asked_nothing.then(|| Report::of(&core));
        let scores = loaded.as_ref().map(|loaded| Scores::of(policy, &loaded.population, set_aside));
        let screen = scores.as_ref().map(|scores| scores as &dyn Screen);
        let asked = Subject { policy, others, desk: &core, screen };
        let (clauses, diagnostics) = demands.answer(opened, &core, &asked, &mut sources)?;
        Ok(Audited { scope, sources, report, expected, clauses, diagnostics, set_aside, path })
    }

    fn write(&self, audited: &[Audited]) -> Result<(), Stop> {
        let pages = || audited.iter().map(content::page).collect::<Vec<Page>>();
        let broken = |error: serde_json::Error| Stop::failure(error.to_string(), None);
        let text = match self.format {
            Format::Text => {
                let width = super::width(self.out.is_none());
                let pages = pages().into_iter().map(|page| page::text(&page, width, self.cases));
                let text = pages.collect::<Vec<_>>().join("\n\n");
                if self.out.is_none() {
                    // Whether the escapes stay is the stream's affair.
                    return Ok(write!(anstream::stdout().lock(), "{text}")?);
                }
                anstream::adapter::strip_str(&text).to_string()
            }
            Format::Markdown => {
                pages().iter().map(|page| page::markdown(page, 2)).collect::<Vec<_>>().join("\n")
            }
            Format::Html => {
                let names: Vec<&str> = audited.iter().map(|one| one.scope.title.as_str()).collect();
                page::html(&format!("Audit: {}", names.join(", ")), &pages())
            }
            Format::Json => json::json(audited).map_err(broken)?,
            Format::Sarif => {
                let here = std::env::current_dir().ok();
                sarif::sarif(audited, here.as_deref()).map_err(broken)?
            }
        };
        let mut to = Destination::open(self.out.as_deref())?;
        to.write_all(text.as_bytes()).map_err(|error| to.failed(error))?;
        to.finish()
    }
}
