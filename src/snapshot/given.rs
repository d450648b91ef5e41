//! What records are given beside their scores, as it was kept and as it is: answers of decisions, benefits and penalties.

use super::compare::{Moved, push_place};
use super::{Key, Row, Snapshot};

/// What a record is given otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// The answers that are others, in the order of the decisions.
    pub answers: Vec<Answered>,
    /// The benefits and penalties that it came to hold or lost.
    pub held: Vec<Held>,
}

/// An answer that is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The decision.
    pub decision: String,
    /// The answer that was kept; empty where there was none.
    pub before: String,
    /// The answer now; empty where there is none.
    pub after: String,
    /// Where it is given now: `FILE:LINE`; empty where it is not.
    pub place: String,
}

/// A benefit or penalty that a record came to hold or lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// A penalty, not a benefit.
    pub penalty: bool,
    /// Its name.
    pub name: String,
    /// Whether it is held now, and was not; else it is the other way round.
    pub now: bool,
}

/// How many records went from one answer of a decision to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerShift {
    /// The decision.
    pub decision: String,
    /// The answer before; empty where there was none.
    pub before: String,
    /// The answer now; empty where there is none.
    pub after: String,
    /// How many records.
    pub records: usize,
    /// Where they are given it, in order.
    pub places: Vec<String>,
}

/// How many records came to hold a benefit or penalty, and how many lost it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldShift {
    /// A penalty, not a benefit.
    pub penalty: bool,
    /// Its name.
    pub name: String,
    /// How many hold it, and did not.
    pub gained: usize,
    /// How many held it, and do not.
    pub lost: usize,
}

impl Given {
    /// What a record that is in both is given otherwise; nothing where that was not kept.
    pub(super) fn between(before: &Snapshot, after: &Snapshot, key: &Key, was: &Row, is: &Row) -> Self {
        if before.scores_only || after.scores_only {
            return Self::default();
        }
        let places = after.places.get(key);
        let answer = |decision: &String| {
            let of = |snapshot: &Snapshot, row: &Row| {
                let at = snapshot.decisions.iter().position(|known| known == decision)?;
                row.answers.get(at).cloned()
            };
            let (old, new) = (of(before, was).unwrap_or_default(), of(after, is).unwrap_or_default());
            let at = after.decisions.iter().position(|known| known == decision);
            let place = at.and_then(|at| places?.answers.get(at)).cloned().unwrap_or_default();
            (old != new).then(|| Answered { decision: decision.clone(), before: old, after: new, place })
        };
        let gone = before.decisions.iter().filter(|decision| !after.decisions.contains(decision));
        let answers = after.decisions.iter().chain(gone).filter_map(answer).collect();
        let mut held = shifted(false, &was.benefits, &is.benefits);
        held.extend(shifted(true, &was.penalties, &is.penalties));
        Self { answers, held }
    }

    /// Whether all is given as before.
    pub fn is_none(&self) -> bool {
        self.answers.is_empty() && self.held.is_empty()
    }
}

/// What was gained and lost of names with blanks between them.
fn shifted(penalty: bool, was: &str, is: &str) -> Vec<Held> {
    let only = |some: &str, others: &str, now: bool| {
        let absent =
            some.split(' ').filter(|name| !name.is_empty() && !others.split(' ').any(|it| it == *name));
        absent.map(|name| Held { penalty, name: name.to_owned(), now }).collect::<Vec<_>>()
    };
    let mut all = only(is, was, true);
    all.extend(only(was, is, false));
    all
}

/// Who went from which answer to which other, most records first.
pub(super) fn answers(moved: &[Moved]) -> Vec<AnswerShift> {
    let mut all: Vec<AnswerShift> = Vec::new();
    for one in moved.iter().flat_map(|one| &one.given.answers) {
        let Answered { decision, before, after, place } = one;
        let same = |it: &&mut AnswerShift| (&it.decision, &it.before, &it.after) == (decision, before, after);
        match all.iter_mut().find(same) {
            Some(shift) => {
                shift.records += 1;
                push_place(&mut shift.places, place);
            }
            None => {
                let mut places = Vec::new();
                push_place(&mut places, place);
                let (decision, before, after) = (decision.clone(), before.clone(), after.clone());
                all.push(AnswerShift { decision, before, after, records: 1, places });
            }
        }
    }
    for shift in &mut all {
        shift.places.sort_by_key(|place| (place.len(), place.clone()));
    }
    all.sort_by(|a, b| {
        b.records
            .cmp(&a.records)
            .then_with(|| (&a.decision, &a.before, &a.after).cmp(&(&b.decision, &b.before, &b.after)))
    });
    all
}

/// Which benefits and penalties were gained and lost by how many, by name.
pub(super) fn held(moved: &[Moved]) -> Vec<HeldShift> {
    let mut all: Vec<HeldShift> = Vec::new();
    for Held { penalty, name, now } in moved.iter().flat_map(|one| &one.given.held) {
        let at = all.iter().position(|it| (it.penalty, &it.name) == (*penalty, name)).unwrap_or_else(|| {
            all.push(HeldShift { penalty: *penalty, name: name.clone(), gained: 0, lost: 0 });
            all.len() - 1
        });
        if let Some(shift) = all.get_mut(at) {
            shift.gained += usize::from(*now);
            shift.lost += usize::from(!*now);
        }
    }
    all.sort_by(|a, b| (a.penalty, &a.name).cmp(&(b.penalty, &b.name)));
    all
}
