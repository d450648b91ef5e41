//! A verdict as it is told: with its records as text that can be pasted.

use crate::audit::{Audit, Verdict, Witness};
use crate::source::Place;

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It holds for everybody.
    Proved,
    /// Neither a proof nor records that refute it were found.
    Undecided,
    /// It does not hold.
    Refuted,
}

/// Records that show something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What, in a sentence.
    pub shows: String,
    /// One record, or two that differ only in what is asked about: each a `case` block that holds.
    pub cases: Vec<String>,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// How the question ended.
    pub standing: Standing,
    /// Why, in a sentence.
    pub because: String,
    /// Records that refute it.
    pub shown: Vec<Shown>,
    /// The lines that do it.
    pub places: Vec<Place>,
}

/// A statement about something, and whether it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The name of what it is about.
    pub about: String,
    /// The statement: `never rises with it`.
    pub claim: String,
    /// Whether it holds.
    pub answer: Answer,
}

impl Standing {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Undecided => "undecided",
            Self::Refuted => "refuted",
        }
    }
}

impl Shown {
    /// A witness.
    pub fn of(audit: &Audit<'_>, witness: &Witness) -> Self {
        let cases = witness.cases.iter().map(|case| audit.maker().text(case));
        Self { shows: witness.shows.clone(), cases: cases.collect() }
    }
}

impl Answer {
    /// A verdict.
    pub fn of(audit: &Audit<'_>, verdict: &Verdict) -> Self {
        let because = verdict.because().to_owned();
        let (standing, shown, places) = match verdict {
            Verdict::Proved { .. } => (Standing::Proved, Vec::new(), Vec::new()),
            Verdict::Undecided { .. } => (Standing::Undecided, Vec::new(), Vec::new()),
            Verdict::Refuted { witnesses, places, .. } => {
                let shown = witnesses.iter().map(|witness| Shown::of(audit, witness)).collect();
                let mut lines: Vec<Place> = Vec::new();
                for place in places {
                    if !lines.iter().any(|known| known.same_place(place)) {
                        lines.push(*place);
                    }
                }
                (Standing::Refuted, shown, lines)
            }
        };
        Self { standing, because, shown, places }
    }

    /// Why it is undecided, where it is.
    pub fn undecided(&self) -> Option<&str> {
        (self.standing == Standing::Undecided).then_some(&self.because)
    }
}

impl Claim {
    /// A statement and its verdict.
    pub(super) fn of(audit: &Audit<'_>, about: &str, claim: &str, verdict: &Verdict) -> Self {
        Self { about: about.to_owned(), claim: claim.to_owned(), answer: Answer::of(audit, verdict) }
    }
}
