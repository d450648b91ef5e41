//! The clauses that an audit is asked: read from charters and from the command line, and answered.

use crate::audit::clause::Subject;
use crate::audit::report::{Answer, Standing};
use crate::audit::{Answered, Audit, Charter, apply, read_charters, read_clause};
use crate::cli::open::Opened;
use crate::cli::{Stop, UNUSABLE, report};
use crate::diagnostic::Diagnostic;
use crate::policy::Policy;
use crate::project::TextFile;
use crate::source::{Place, Sources, Span};
use std::path::PathBuf;

/// Under what name clauses of the command line are told.
pub(super) const ASKED: &str = "--ask";

/// A clause with its answer.
pub(in crate::cli) struct Clause {
    /// The charter that it is of; nothing where it was asked by itself.
    pub(in crate::cli) charter: Option<String>,
    /// The clause as written.
    pub(in crate::cli) text: String,
    /// Where it stands.
    pub(in crate::cli) place: Place,
    /// The answer.
    pub(in crate::cli) answer: Answer,
    /// It holds because the policy has nothing that it speaks of.
    pub(in crate::cli) vacuous: bool,
    /// It is answered from data: nothing is proved for others.
    pub(in crate::cli) of_data: bool,
}

/// Texts of charters and clauses.
pub(super) struct Demands {
    /// Files of charters: name and text.
    files: Vec<(String, String)>,
    /// Clauses by themselves.
    asks: Vec<String>,
}

impl Demands {
    /// Reads the files.
    pub(super) fn read(files: &[PathBuf], asks: &[String]) -> Result<Self, Stop> {
        let files = files.iter().map(|path| {
            let read = TextFile::read(path).map_err(|broken| Stop::Diagnostics {
                sources: broken.sources,
                diagnostics: broken.diagnostics,
                exit: UNUSABLE,
            })?;
            let name = read.sources.get(read.file).map_or(String::new(), |source| source.path.clone());
            Ok((name, read.text().to_owned()))
        });
        Ok(Self { files: files.collect::<Result<_, Stop>>()?, asks: asks.to_vec() })
    }

    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.asks.is_empty()
    }

    /// The charters, their texts among the sources; clauses by themselves as one without a title.
    fn charters(&self, sources: &mut Sources) -> (Vec<Charter>, Vec<Diagnostic>) {
        let (mut charters, mut wrong) = (Vec::new(), Vec::new());
        for (name, text) in &self.files {
            let file = sources.add(name.clone(), text.clone());
            let (read, diagnostics) = read_charters(file, text);
            charters.extend(read);
            wrong.extend(diagnostics);
        }
        let mut clauses = Vec::new();
        for text in &self.asks {
            let file = sources.add(ASKED, text.clone());
            match read_clause(file, text) {
                Ok(asked) => clauses.push(asked),
                Err(diagnostics) if diagnostics.is_empty() => {
                    let place = Place::new(file, Span::NONE);
                    let code = crate::diagnostic::Code::E0602;
                    let empty = Diagnostic::error(code, place, "this clause is empty");
                    wrong.push(empty.help("write one: `require score never rises with person.late`"));
                }
                Err(diagnostics) => wrong.extend(diagnostics),
            }
        }
        if let Some(place) = clauses.first().map(|clause| clause.place) {
            charters.push(Charter {
                name: String::new(),
                title: String::new(),
                sources: Vec::new(),
                owner: None,
                notes: Vec::new(),
                clauses,
                place,
            });
        }
        (charters, wrong)
    }

    /// Says what is wrong with them, and what none of the policies knows.
    pub(super) fn check(&self, opened: &[Opened], policies: &[Policy]) -> Result<(), Stop> {
        let Some(first) = opened.first() else { return Ok(()) };
        if self.is_empty() {
            return Ok(());
        }
        let mut sources = first.sources.clone();
        let (charters, mut found) = self.charters(&mut sources);
        for policy in policies {
            for misfit in charters.iter().flat_map(|charter| charter.misfits(policy)) {
                if !found.iter().any(|known| known.same(&misfit)) {
                    found.push(misfit);
                }
            }
        }
        if found.iter().any(Diagnostic::is_error) {
            return Err(Stop::Diagnostics { sources, diagnostics: found, exit: UNUSABLE });
        }
        let policies: Vec<&Policy> = policies.iter().collect();
        found.extend(charters.iter().flat_map(|charter| charter.unknown_names(&policies)));
        Ok(report::human(&mut anstream::stderr(), &found, &sources)?)
    }

    /// Their answers for a policy on its day and in every later period of effect: the worse answer stays. With what is not
    /// proved, as diagnostics.
    ///
    /// Where nothing was asked, those of the pack's own charters.
    pub(super) fn answer(
        &self,
        opened: &Opened,
        core: &Audit<'_>,
        asked: &Subject<'_>,
        sources: &mut Sources,
    ) -> Result<(Vec<Clause>, Vec<Diagnostic>), Stop> {
        let policy = core.policy();
        let &Subject { others, screen, .. } = asked;
        let (mut charters, _) = self.charters(sources);
        if self.is_empty() {
            charters = opened.project().charters().to_vec();
        }
        let mut later = Vec::new();
        for (day, first) in opened.ruleset.days_to_ask_after(policy.today, opened.params()) {
            later.push((opened.policy_at(day)?, first.unwrap_or(day)));
        }
        let later: Vec<_> = later.iter().map(|(policy, first)| (Audit::of(policy), *first)).collect();
        let (mut clauses, mut diagnostics) = (Vec::new(), Vec::new());
        for charter in &charters {
            let mut answers = apply(charter, asked);
            for (audit, first) in &later {
                let subject = Subject { policy: audit.policy(), others, desk: audit, screen };
                answers = answers.and_later(apply(charter, &subject), *first);
            }
            diagnostics.extend(answers.refuted().chain(answers.undecided()));
            clauses.extend(answers.clauses.into_iter().map(|clause| {
                let audit = clause.from.and_then(|from| later.iter().find(|(_, first)| *first == from));
                answered(audit.map_or(core, |(audit, _)| audit), charter, clause)
            }));
        }
        Ok((clauses, diagnostics))
    }
}

impl Clause {
    /// How it ended, in a word.
    pub(super) fn word(&self) -> &'static str {
        match (self.vacuous, self.of_data, self.answer.standing) {
            (true, ..) => "holds of nothing",
            (false, true, Standing::Proved) => "holds in the data",
            (false, true, Standing::Refuted) => "does not hold in the data",
            (false, ..) => self.answer.standing.word(),
        }
    }
}

fn answered(audit: &Audit<'_>, charter: &Charter, clause: Answered) -> Clause {
    let mut answer = Answer::of(audit, &clause.verdict);
    if let Some(from) = clause.from {
        answer.because = format!("from {from} on: {}", answer.because);
    }
    Clause {
        charter: (!charter.name.is_empty()).then(|| charter.name.clone()),
        text: clause.clause,
        place: clause.place,
        answer,
        vacuous: clause.vacuous,
        of_data: clause.needs_data && !clause.vacuous,
    }
}
