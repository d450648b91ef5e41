//! From what was found of cells to a verdict: proofs in words, suspects shown by records.

use super::Audit;
use super::inquiry::{Findings, Moves, Rule};
use super::model::Model;
use super::read::Read;
use super::verdict::{Verdict, Witness};
use super::witness::Judge;
use crate::cases::Trial;
use crate::data::{FieldId, LinkId, RecordId};
use crate::decimal::Decimal;
use crate::source::Place;
use std::collections::BTreeSet;

use super::clause::Input;

/// How many suspects are tried to be shown.
const TRIES: usize = 6;

impl<'p> Audit<'p> {
    /// What inputs are read as.
    pub(super) fn reads(&self, inputs: &[Input]) -> BTreeSet<Read> {
        let schema = &self.policy.schema;
        let links = || (0..schema.links.len() as u32).map(LinkId);
        let mut reads = BTreeSet::new();
        for input in inputs {
            match input {
                Input::Field(record, field) => {
                    if *record == schema.scored {
                        reads.insert(Read::Field(*field));
                    } else {
                        reads.insert(Read::ChildField(*record, *field));
                    }
                    let to = links().filter(|link| schema.link(*link).to == *record);
                    reads.extend(to.map(|link| Read::PeerField(link, *field)));
                }
                Input::Record(record) => {
                    reads.insert(Read::Children(*record));
                }
                Input::Link(link) => {
                    reads.insert(Read::Link(*link));
                }
                Input::LinkedScore(link) => {
                    reads.insert(Read::PeerScores(*link));
                }
            }
        }
        reads
    }

    /// Inputs in words.
    pub(super) fn words(&self, inputs: &[Input]) -> String {
        let schema = &self.policy.schema;
        let name = |input: &Input| match input {
            Input::Field(record, field) => {
                format!("`{}.{}`", schema.record(*record).name, schema.field(*record, *field).name)
            }
            Input::Record(record) => format!("`{}`", schema.record(*record).name),
            Input::Link(link) => format!("`{}`", schema.link(*link).name),
            Input::LinkedScore(link) => format!("`{}.score`", schema.link(*link).name),
        };
        let mut names: Vec<String> = inputs.iter().map(name).collect();
        names.dedup();
        let last = names.pop().unwrap_or_default();
        if names.is_empty() { last } else { format!("{} or {last}", names.join(", ")) }
    }

    /// Asks, and answers.
    pub(super) fn ask(
        &self,
        asked: &BTreeSet<Read>,
        what: &str,
        moves: &Moves<'_>,
        rule: Rule,
        keeps: &dyn Fn(&Model<'_>, usize) -> bool,
        judge: Judge<'_>,
    ) -> Verdict {
        let model = match &self.model {
            Ok(model) => model,
            Err(why) => return Verdict::undecided(why.clone()),
        };
        let findings = model.inquire(asked, moves, rule, &|part| keeps(model, part));
        self.conclude(model, asked, what, &findings, judge)
    }

    /// A verdict from findings.
    pub(super) fn conclude(
        &self,
        model: &Model<'p>,
        asked: &BTreeSet<Read>,
        what: &str,
        findings: &Findings,
        judge: Judge<'_>,
    ) -> Verdict {
        if findings.suspects.is_empty() && findings.unknown.is_empty() {
            return Verdict::proved(match (findings.parts, findings.cells) {
                (0, _) => format!("nothing that gives points, and no override, reads {what}"),
                (1, 0) => format!("the one part of the score that reads {what} is such by itself"),
                (parts, 0) => {
                    format!("all {parts} parts of the score that read {what} are such by themselves")
                }
                (1, cells) => {
                    format!("one part of the score reads {what}, and so it is in all of its {cells} cells")
                }
                (parts, cells) => {
                    format!(
                        "{parts} parts of the score read {what}, and so it is in all of their {cells} cells"
                    )
                }
            });
        }
        let witnesses = self.witnesses(model);
        // What is only a field of others is changed in a record that has them; see `Audit::by_child_field`.
        let by_cells = asked.iter().any(|read| !matches!(read, Read::ChildField(..) | Read::PeerField(..)));
        for suspect in findings.suspects.iter().take(if by_cells { TRIES } else { 0 }) {
            if let Some(witness) = witnesses.pair(suspect, asked, judge) {
                return refuted(witness, model.places(&suspect.parts));
            }
        }
        let mut why: Vec<String> = findings.unknown.clone();
        if let Some(suspect) = findings.suspects.first() {
            why.push(format!(
                "{} may break it, but no record was found that shows it",
                model.names(&suspect.parts)
            ));
        }
        why.dedup();
        Verdict::undecided(why.join("; "))
    }

    /// What is said of a field: `person.age`.
    pub(super) fn field_words(&self, record: RecordId, field: FieldId) -> String {
        self.words(&[Input::Field(record, field)])
    }

    /// The same of a field of the record itself, where that of others is read too.
    pub(super) fn own_field_words(&self, record: RecordId, field: FieldId) -> String {
        let words = self.field_words(record, field);
        let others = record == self.policy.schema.scored && self.is_read_of_others(record, field);
        if others { format!("the record's own {words}") } else { words }
    }

    /// The same of a field of other records.
    pub(super) fn others_field_words(&self, record: RecordId, field: FieldId) -> String {
        let words = self.field_words(record, field);
        if record == self.policy.schema.scored { format!("{words} of others") } else { words }
    }

    /// A proof about a field of the record itself, with who reads that of others, of which nothing is said.
    pub(super) fn of_own_alone(&self, verdict: Verdict, record: RecordId, field: FieldId) -> Verdict {
        let Ok(model) = &self.model else { return verdict };
        if record != self.policy.schema.scored {
            return verdict;
        }
        let reads = self.reads_of_others(record, field);
        let parts = model.parts_reading(&reads);
        match verdict {
            Verdict::Proved { because } if !parts.is_empty() => Verdict::proved(format!(
                "{because}; that of others, which {} {}, is not asked about",
                model.names(&parts),
                if parts.len() == 1 { "reads" } else { "read" }
            )),
            other @ (Verdict::Proved { .. } | Verdict::Refuted { .. } | Verdict::Undecided { .. }) => other,
        }
    }
}

impl Model<'_> {
    /// Where parts stand.
    pub(super) fn places(&self, parts: &[usize]) -> Vec<Place> {
        parts.iter().filter_map(|at| self.place(*at)).collect()
    }
}

/// A refutation by one witness.
pub(super) fn refuted(witness: Witness, places: Vec<Place>) -> Verdict {
    Verdict::refuted_by(witness.shows.clone(), vec![witness], places)
}

/// Both scores, where both have one.
pub(super) fn scores(first: &Trial<'_>, second: &Trial<'_>) -> Option<(Decimal, Decimal)> {
    first.outcome.score.zip(second.outcome.score)
}

/// A score, or why there is none.
pub(super) fn told(trial: &Trial<'_>) -> String {
    trial.outcome.score.map_or_else(|| trial.outcome.status.name().to_owned(), |score| score.to_string())
}

/// How the score went from one record to another.
pub(super) fn went(first: Decimal, second: Decimal) -> String {
    let way = if second < first { "falls" } else { "rises" };
    format!("the score {way} from {first} to {second}")
}
