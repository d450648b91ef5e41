//! The answer to a question about a policy: proved, refuted with records that show it, or undecided with the reason.

use crate::data::FieldId;
use crate::policy::Case;
use crate::source::Place;

/// What became of a question.
///
/// No answer is ever given that a run of the interpreter would contradict: a proof holds for every record that the schema
/// allows, and a refutation carries records that were run before it is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It holds for every record that the schema allows.
    Proved {
        /// Why, in a sentence: what was looked at, and what was found of it.
        because: String,
    },
    /// It does not hold.
    Refuted {
        /// What is so instead, in a sentence.
        because: String,
        /// Records that show it, the most telling first. Empty only where the fault is in the policy's text and no record
        /// is needed to see it: then `places` are not empty.
        witnesses: Vec<Witness>,
        /// The lines that do it.
        places: Vec<Place>,
    },
    /// Neither a proof nor a counterexample was found.
    Undecided {
        /// What stands in the way.
        because: String,
    },
}

/// Records that show something, each complete and valid under the schema, and run.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// What they show, in a sentence: `the score falls from 512 to 496 where age rises from 36 to 37`.
    pub shows: String,
    /// The cases: one record, or two that differ only in what is asked about. Their expectations are what the interpreter
    /// gave, so that they can be pasted into the policy as they are and hold.
    pub cases: Vec<Case>,
    /// The fields in which the two differ, where that is a matter of fields.
    pub differ_in: Vec<FieldId>,
}

impl Verdict {
    /// A proof.
    pub fn proved(because: impl Into<String>) -> Self {
        Self::Proved { because: because.into() }
    }

    /// A refutation by the text of the policy alone.
    pub fn refuted_at(because: impl Into<String>, places: Vec<Place>) -> Self {
        Self::Refuted { because: because.into(), witnesses: Vec::new(), places }
    }

    /// A refutation by records.
    pub fn refuted_by(because: impl Into<String>, witnesses: Vec<Witness>, places: Vec<Place>) -> Self {
        Self::Refuted { because: because.into(), witnesses, places }
    }

    /// No answer.
    pub fn undecided(because: impl Into<String>) -> Self {
        Self::Undecided { because: because.into() }
    }

    /// The sentence that goes with it.
    pub fn because(&self) -> &str {
        match self {
            Self::Proved { because } | Self::Refuted { because, .. } | Self::Undecided { because } => because,
        }
    }

    /// Of several that must all hold: refuted if any is (with all of their witnesses and places), else undecided if any
    /// is, else proved.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let joined = |a: &str, b: &str| match (a.is_empty(), b.is_empty()) {
            (true, _) => b.to_owned(),
            (_, true) => a.to_owned(),
            // Several that say the same are told once.
            (false, false) if a.split("; ").any(|said| said == b) => a.to_owned(),
            (false, false) => format!("{a}; {b}"),
        };
        match (self, other) {
            (
                Self::Refuted { because: a, mut witnesses, mut places },
                Self::Refuted { because: b, witnesses: more, places: others },
            ) => {
                // The same records are shown once.
                let known =
                    |witnesses: &[Witness], one: &Witness| witnesses.iter().any(|w| w.cases == one.cases);
                for one in more {
                    if !known(&witnesses, &one) {
                        witnesses.push(one);
                    }
                }
                for one in others {
                    if !places.iter().any(|place| place.same_place(&one)) {
                        places.push(one);
                    }
                }
                Self::Refuted { because: joined(&a, &b), witnesses, places }
            }
            (refuted @ Self::Refuted { .. }, _) | (_, refuted @ Self::Refuted { .. }) => refuted,
            (Self::Undecided { because: a }, Self::Undecided { because: b }) => {
                Self::Undecided { because: joined(&a, &b) }
            }
            (undecided @ Self::Undecided { .. }, _) | (_, undecided @ Self::Undecided { .. }) => undecided,
            (Self::Proved { because: a }, Self::Proved { because: b }) => {
                Self::Proved { because: joined(&a, &b) }
            }
        }
    }
}
