//! What records were given beside score and tier, in columns: reasons and consequences as sets, answers one by one. Each
//! different one is kept once.

use crate::data::{Type, Value};
use crate::eval::batch::{Scored, Standing};
use crate::policy::Policy;
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Different things, each with a number, and by record the number of what it was given.
#[derive(Debug, Clone)]
pub(super) struct Codes<T> {
    pub(super) all: Vec<T>,
    numbers: FxHashMap<T, u32>,
    pub(super) by_record: Vec<u32>,
    /// How many are told apart; what comes after has no number.
    most: usize,
}

/// Different answers of a decision that are told apart.
pub(super) const ANSWERS: usize = 50_000;

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            numbers: FxHashMap::default(),
            by_record: Vec::new(),
            most: u32::MAX as usize,
        }
    }
}

impl<T: Clone + Eq + Hash> Codes<T> {
    fn number(&mut self, thing: &T) -> u32 {
        if let Some(number) = self.numbers.get(thing) {
            return *number;
        }
        if self.all.len() >= self.most {
            return u32::MAX;
        }
        let number = self.all.len() as u32;
        self.all.push(thing.clone());
        self.numbers.insert(thing.clone(), number);
        number
    }

    fn push(&mut self, thing: &T) {
        let number = self.number(thing);
        self.by_record.push(number);
    }

    fn append(&mut self, others: &Self) {
        let numbers: Vec<u32> = others.all.iter().map(|thing| self.number(thing)).collect();
        let of = |number: &u32| numbers.get(*number as usize).copied().unwrap_or(u32::MAX);
        self.by_record.extend(others.by_record.iter().map(of));
    }

    /// Whether there are more different ones than are told apart.
    pub(super) fn is_full(&self) -> bool {
        self.all.len() >= self.most
    }

    /// The number of what a record was given.
    pub(super) fn code(&self, at: usize) -> Option<usize> {
        self.by_record.get(at).map(|code| *code as usize)
    }
}

impl<T> Codes<T> {
    /// So many different ones are told apart.
    fn up_to(most: usize) -> Self {
        Self { most, ..Self::default() }
    }
}

/// What a record is given: the positions of its reasons, and of the benefits and penalties that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Given {
    pub(super) reasons: Vec<u16>,
    pub(super) held: Vec<u16>,
}

/// The answers of a decision; absent for records without a score.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) kind: Type,
    /// Of categories and tiers: their names by code.
    pub(super) names: Vec<String>,
    pub(super) codes: Codes<Option<Value>>,
}

/// All that is kept beside scores and tiers.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    /// Code and text of each reason.
    pub(super) reasons: Vec<(String, String)>,
    /// Of each benefit and penalty: whether it is a penalty, its name and title.
    pub(super) consequences: Vec<(bool, String, String)>,
    pub(super) given: Codes<Given>,
    pub(super) answers: Vec<Answers>,
}

impl Kept {
    /// Of nobody yet.
    pub(super) fn new(policy: &Policy) -> Self {
        let reasons = policy.reasons.iter().map(|reason| (reason.code.clone(), reason.text.clone()));
        let consequences =
            policy.consequences.iter().map(|each| (each.penalty, each.name.clone(), each.title.clone()));
        let answers = policy.decisions.iter().map(|decision| Answers {
            name: decision.name.clone(),
            title: decision.title.clone(),
            kind: decision.kind,
            names: names(policy, decision.kind),
            codes: Codes::up_to(ANSWERS),
        });
        Self {
            reasons: reasons.collect(),
            consequences: consequences.collect(),
            given: Codes::default(),
            answers: answers.collect(),
        }
    }

    /// The names of the tiers that answers may be.
    pub(super) fn tier_names(&mut self) -> impl Iterator<Item = &mut String> {
        self.answers.iter_mut().filter(|answers| answers.kind == Type::Tier).flat_map(|it| &mut it.names)
    }

    /// The same of nobody.
    pub(super) fn fresh(&self) -> Self {
        let answers = self.answers.iter().map(|answers| Answers {
            name: answers.name.clone(),
            title: answers.title.clone(),
            kind: answers.kind,
            names: answers.names.clone(),
            codes: Codes::up_to(ANSWERS),
        });
        Self {
            reasons: self.reasons.clone(),
            consequences: self.consequences.clone(),
            given: Codes::default(),
            answers: answers.collect(),
        }
    }

    pub(super) fn add(&mut self, scored: &Scored) {
        let mut given = Given::default();
        for row in 0..scored.rows() {
            let has_score = scored.standings().get(row) == Some(&Standing::Scored);
            given.reasons.clear();
            given.held.clear();
            if has_score {
                given.reasons.extend(scored.reasons(row).map(|reason| reason.0 as u16));
                given.reasons.sort_unstable();
            }
            let held = (0..self.consequences.len()).filter(|at| scored.consequence(*at, row));
            given.held.extend(held.map(|at| at as u16));
            self.given.push(&given);
            for (at, answers) in self.answers.iter_mut().enumerate() {
                let answer = scored.decision(at, row, answers.kind).map(|answer| answer.value);
                answers.codes.push(&answer);
            }
        }
    }

    pub(super) fn append(&mut self, others: &Self) {
        self.given.append(&others.given);
        for (answers, more) in self.answers.iter_mut().zip(&others.answers) {
            answers.codes.append(&more.codes);
        }
    }
}

impl Answers {
    /// An answer in words.
    pub(super) fn label(&self, answer: &Value) -> String {
        match answer {
            Value::Category(code) => {
                self.names.get(*code as usize).cloned().unwrap_or_else(|| "anything else".to_owned())
            }
            Value::Text(text) => text.to_string(),
            Value::Missing(_) | Value::Number(_) | Value::Date(_) | Value::YesNo(_) => answer.describe(&[]),
        }
    }
}

fn names(policy: &Policy, kind: Type) -> Vec<String> {
    match kind {
        Type::Category(id) => policy.schema.category(id).names.iter().map(|name| name.to_string()).collect(),
        Type::Tier => policy.tiers.iter().map(|tier| tier.name.clone()).collect(),
        Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => Vec::new(),
    }
}
