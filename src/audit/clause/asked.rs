//! A clause as it was asked: which sentence it is, what it gives to its slots, and its answer for a policy.

use super::given::{Given, Thing};
use super::pattern::{Element, SlotKind, Stop, elements, matched, place};
use super::resolve::{Resolved, Unknown, resolve};
use super::{Pattern, Subject, all};
use crate::audit::Verdict;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::policy::Policy;
use crate::source::{FileId, Place};
use crate::syntax::ast::{CharterClause, ClausePart};

/// A clause that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The sentence.
    pub pattern: &'static Pattern,
    /// The clause as written, one blank between its words.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    given: Vec<Given>,
}

/// What a clause is to a policy.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It was asked, and this is the answer.
    Given(Verdict),
    /// It speaks of nothing that the policy has, and so holds; a sentence says of what.
    Vacuous(String),
    /// It does not fit the policy: these mistakes.
    Misfit(Vec<Diagnostic>),
}

/// Understands a clause of a file.
///
/// # Errors
///
/// E0602: it is none of the sentences; with the word that does not fit, and what could stand there.
pub fn read(file: FileId, clause: &CharterClause) -> Result<Asked, Box<Diagnostic>> {
    let mut furthest = Stop::default();
    let mut near: Vec<(usize, &'static Pattern)> = Vec::new();
    for pattern in all() {
        match matched(&elements(pattern.words), &clause.parts) {
            Ok(given) => {
                let (text, place) = (clause.to_string(), Place::new(file, clause.span));
                return Ok(Asked { pattern, text, place, given });
            }
            Err(stop) => {
                near.push((stop.at, pattern));
                furthest.join(stop);
            }
        }
    }
    near.retain(|(at, _)| *at == furthest.at);
    let near: Vec<_> = near.into_iter().map(|(_, pattern)| pattern).collect();
    Err(Box::new(refusal(file, &clause.parts, &furthest, &near)))
}

/// How many sentences a message shows.
const MOST: usize = 3;

/// What to say of a clause that is none of the sentences.
fn refusal(file: FileId, parts: &[ClausePart], stop: &Stop, near: &[&'static Pattern]) -> Diagnostic {
    let at = Place::new(file, place(parts, stop.at));
    let found = parts.get(stop.at);
    let message = match found {
        Some(found) => format!("`{found}` is not understood here: no clause says this"),
        None => "this clause is not whole".to_owned(),
    };
    let mut diagnostic = Diagnostic::error(Code::E0602, at, message);
    let expected = expected(stop);
    if !expected.is_empty() {
        diagnostic = diagnostic.label(format!("expected {expected}"));
    }
    let things = Thing::ALL.iter().filter(|_| stop.slots.contains(&SlotKind::Things)).map(|(word, _)| *word);
    if let Some(ClausePart::Word(word)) = found
        && let Some(meant) = suggest::closest(&word.text, stop.words.iter().copied().chain(things))
    {
        let help = format!("did you mean `{meant}`?");
        return diagnostic.help(help).fix(at, meant, format!("write `{meant}`"));
    }
    let shown = if stop.at > 1 { near.to_vec() } else { alike(parts) };
    for pattern in shown.iter().take(MOST) {
        diagnostic = diagnostic.help(format!("a clause is `{}`", pattern.words));
    }
    diagnostic.help("docs/charters.md lists all clauses")
}

/// What could have stood where a clause is not understood, in a phrase; empty where that is too much to tell.
fn expected(stop: &Stop) -> String {
    let mut told: Vec<String> = Vec::new();
    let words = stop.words.iter().map(|word| format!("`{word}`"));
    let slots = stop.slots.iter().map(|slot| slot.expected().to_owned());
    let end = stop.end.then(|| "the end of the clause".to_owned());
    for one in words.chain(slots).chain(end) {
        if !told.contains(&one) {
            told.push(one);
        }
    }
    if told.len() > MOST + 1 {
        return String::new();
    }
    match told.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// The sentences with the same first word that share most words with a clause.
fn alike(parts: &[ClausePart]) -> Vec<&'static Pattern> {
    let word = |part: &ClausePart| match part {
        ClausePart::Word(name) => Some(name.text.clone()),
        ClausePart::Dotted(..)
        | ClausePart::Number(_)
        | ClausePart::Date(_)
        | ClausePart::Text(_)
        | ClausePart::Comma(_) => None,
    };
    let words: Vec<String> = parts.iter().filter_map(word).collect();
    let mut known: Vec<(usize, &'static Pattern)> = all()
        .map(|pattern| (words_of(&elements(pattern.words)), pattern))
        .map(|(of, pattern)| (of.iter().filter(|of| words.iter().any(|word| word == *of)).count(), pattern))
        .filter(|(shared, _)| *shared > 1)
        .collect();
    known.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    known.into_iter().map(|(_, pattern)| pattern).collect()
}

/// The words of a sentence.
fn words_of(elements: &[Element]) -> Vec<&'static str> {
    let words = elements.iter().flat_map(|element| match element {
        Element::Word(words) => words.clone(),
        Element::Slot(_) => Vec::new(),
        Element::Optional(inner) => words_of(inner),
    });
    words.collect()
}

impl Asked {
    /// Whether the answer needs data.
    pub fn needs_data(&self) -> bool {
        super::data::PATTERNS.contains(self.pattern)
    }

    /// The names in it that a policy does not have.
    pub fn unknown(&self, policy: &Policy) -> Vec<Unknown> {
        self.resolve(policy).unknown
    }

    /// Why it does not fit a policy, if so: it asks for an order where there is none, or for values that a field cannot
    /// have.
    pub fn misfits(&self, policy: &Policy) -> Vec<Diagnostic> {
        self.resolve(policy).misfits
    }

    /// Its answer for a policy.
    pub fn answer(&self, subject: &Subject<'_>) -> Answer {
        let Resolved { slots, unknown, idle, misfits } = self.resolve(subject.policy);
        if !misfits.is_empty() {
            return Answer::Misfit(misfits);
        }
        let Some(slots) = slots else {
            let unknown = unknown.iter().map(|name| format!("no {} `{}`", name.what, name.name));
            let idle = idle.iter().map(|tag| format!("nothing that is tagged `{tag}`"));
            let nothing: Vec<String> = unknown.chain(idle).collect();
            let because =
                format!("the policy has {}, so the clause asks nothing of it", nothing.join(" and "));
            return Answer::Vacuous(because);
        };
        let verdict = (self.pattern.pass)(subject, &slots);
        debug_assert!(verdict.is_some(), "the pass of `{}` reads other slots", self.pattern.words);
        Answer::Given(verdict.unwrap_or_else(|| Verdict::undecided("the clause was not understood")))
    }

    fn resolve(&self, policy: &Policy) -> Resolved {
        resolve(&self.given, self.place.file, policy)
    }
}

/// The words of the slots with what stands in them, for the page about charters.
pub(super) fn legend() -> impl Iterator<Item = (&'static str, &'static str)> {
    SlotKind::ALL.iter().map(|(word, kind)| (*word, kind.meaning()))
}
