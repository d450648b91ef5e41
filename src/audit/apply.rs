//! A charter applied to a policy: every clause answered.

use super::clause::{Answer, Subject};
use super::{Charter, Verdict};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use std::sync::Arc;

/// The clauses of a charter, answered for a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The charter's name.
    pub charter: String,
    /// The policy's name.
    pub policy: String,
    /// The policy's hash: answers are of this text and these parameters, and of no other.
    pub hash: Arc<str>,
    /// The day on which the policy is in force as it was asked.
    pub day: Date,
    /// The clauses with their answers, in the order of the charter.
    pub clauses: Vec<Answered>,
}

/// A clause with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The clause as written, one blank between its words.
    pub clause: String,
    /// Where it stands in the charter.
    pub place: Place,
    /// The answer.
    pub verdict: Verdict,
    /// It holds because the policy has nothing that it speaks of.
    pub vacuous: bool,
    /// It needs data to be answered.
    pub needs_data: bool,
    /// The first day of the later period of effect that the answer is of; absent where it is that of the report's day, or
    /// holds in every period.
    pub from: Option<Date>,
}

/// Answers every clause of a charter for a policy on its day.
pub fn apply(charter: &Charter, subject: &Subject<'_>) -> Report {
    let policy = subject.policy;
    let clauses = charter.clauses.iter().map(|clause| {
        let (verdict, vacuous) = match clause.answer(subject) {
            Answer::Given(verdict) => (verdict, false),
            Answer::Vacuous(because) => (Verdict::proved(because), true),
            Answer::Misfit(misfits) => {
                let because: Vec<String> = misfits.into_iter().map(|misfit| misfit.message).collect();
                (Verdict::undecided(because.join("; ")), false)
            }
        };
        let (text, needs_data) = (clause.text.clone(), clause.needs_data());
        Answered { clause: text, place: clause.place, verdict, vacuous, needs_data, from: None }
    });
    Report {
        charter: charter.name.clone(),
        policy: policy.name.clone(),
        hash: Arc::clone(&policy.hash),
        day: policy.today,
        clauses: clauses.collect(),
    }
}

impl Report {
    /// With what the same charter gave in a later period of effect, which begins on a day: the worse answer of each clause
    /// stays, the earlier of two that are as bad.
    #[must_use]
    pub fn and_later(mut self, later: Self, from: Date) -> Self {
        for (clause, later) in self.clauses.iter_mut().zip(later.clauses) {
            if badness(&later.verdict) > badness(&clause.verdict) {
                *clause = Answered { from: Some(from), ..later };
            } else {
                // A clause that spoke of nothing yet may speak of something later.
                clause.vacuous &= later.vacuous;
                if !later.vacuous
                    && clause.from.is_none()
                    && badness(&later.verdict) == 0
                    && clause.verdict != later.verdict
                {
                    clause.verdict = later_proof(
                        std::mem::replace(&mut clause.verdict, Verdict::proved("")),
                        &later.verdict,
                        from,
                    );
                }
            }
        }
        self
    }

    /// What was refuted, as mistakes of the policy at the clauses that it breaks.
    pub fn refuted(&self) -> impl Iterator<Item = Diagnostic> {
        self.clauses.iter().filter_map(|clause| clause.refuted(&self.policy))
    }

    /// What could not be decided, as warnings at the clauses.
    pub fn undecided(&self) -> impl Iterator<Item = Diagnostic> {
        self.clauses.iter().filter_map(|clause| clause.undecided(&self.policy))
    }

    /// The same without those that only wait for data.
    pub fn undecided_without_data(&self) -> impl Iterator<Item = Diagnostic> {
        let clauses = self.clauses.iter().filter(|clause| !clause.needs_data);
        clauses.filter_map(|clause| clause.undecided(&self.policy))
    }
}

/// How bad an answer is: proved, undecided, refuted.
const fn badness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Proved { .. } => 0,
        Verdict::Undecided { .. } => 1,
        Verdict::Refuted { .. } => 2,
    }
}

/// A proof that gives another reason in a later period. The reason that was given last is not given again.
fn later_proof(proof: Verdict, later: &Verdict, from: Date) -> Verdict {
    match proof {
        Verdict::Proved { because } => {
            let later = later.because();
            if because.ends_with(&format!(" on: {later}")) {
                return Verdict::Proved { because };
            }
            Verdict::Proved { because: format!("{because}; from {from} on: {later}") }
        }
        other @ (Verdict::Refuted { .. } | Verdict::Undecided { .. }) => other,
    }
}

impl Answered {
    /// Why, with the day from which on it is so.
    fn because(&self) -> String {
        let because = self.verdict.because();
        match self.from {
            Some(from) => format!("from {from} on {because}"),
            None => because.to_owned(),
        }
    }

    fn refuted(&self, policy: &str) -> Option<Diagnostic> {
        let Verdict::Refuted { witnesses, places, .. } = &self.verdict else { return None };
        let message = format!("`{policy}` breaks this clause: {}", self.because());
        let mut diagnostic = Diagnostic::error(Code::E0604, self.place, message).about(policy);
        for place in places {
            diagnostic = diagnostic.also(*place, "by this");
        }
        for witness in witnesses {
            diagnostic = diagnostic.help(format!("records show it: {}", witness.shows));
        }
        Some(diagnostic)
    }

    fn undecided(&self, policy: &str) -> Option<Diagnostic> {
        if !matches!(self.verdict, Verdict::Undecided { .. }) {
            return None;
        }
        let message = format!("whether `{policy}` keeps this clause is undecided: {}", self.because());
        Some(Diagnostic::warning(Code::W0602, self.place, message).about(policy))
    }
}
