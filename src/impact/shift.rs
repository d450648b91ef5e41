//! Who is given another reason, benefit, penalty or answer than before.

use super::Scores;
use super::division::is_division;
use super::kept::{Codes, Given, Kept};
use crate::data::Value;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What became of a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonShift {
    /// Its code.
    pub code: String,
    /// What people are told, as it is now; as it was where it is no more.
    pub text: String,
    /// How many records were given it.
    pub before: usize,
    /// How many are given it.
    pub after: usize,
    /// How many are given it and were not.
    pub gained: usize,
    /// How many were given it and are not.
    pub lost: usize,
}

/// What became of a benefit or a penalty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsequenceShift {
    /// A penalty, not a benefit.
    pub penalty: bool,
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How many records held it.
    pub before: usize,
    /// How many hold it.
    pub after: usize,
    /// How many hold it and did not.
    pub gained: usize,
    /// How many held it and do not.
    pub lost: usize,
}

/// What became of the answers of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionShift {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How many went from which answer to which other; absent where there was or is none.
    pub migrations: Vec<(Option<String>, Option<String>, usize)>,
}

/// How many records went from one number to another.
type Pairs = FxHashMap<(usize, usize), usize>;

/// Pairs of what was given before and now, counted.
pub(super) struct Shifts<'s> {
    sides: Option<(&'s Kept, &'s Kept)>,
    given: Pairs,
    /// By decision that both have: positions before and now, and the pairs of answers.
    answers: Vec<(usize, usize, Pairs)>,
}

impl<'s> Shifts<'s> {
    pub(super) fn of(old: &'s Scores, new: &'s Scores) -> Self {
        let sides = old.kept().zip(new.kept());
        let mut answers = Vec::new();
        if let Some((was, is)) = sides {
            for (at, now) in is.answers.iter().enumerate().filter(|(_, now)| !is_division(&now.name)) {
                if let Some(before) = was.answers.iter().position(|before| before.name == now.name) {
                    answers.push((before, at, FxHashMap::default()));
                }
            }
        }
        Self { sides, given: FxHashMap::default(), answers }
    }

    /// Notes a record by its positions.
    pub(super) fn note(&mut self, old_at: usize, new_at: usize) {
        let Some((was, is)) = self.sides else { return };
        if let Some(pair) = was.given.code(old_at).zip(is.given.code(new_at)) {
            *self.given.entry(pair).or_insert(0) += 1;
        }
        for (before, now, pairs) in &mut self.answers {
            let codes = was.answers.get(*before).zip(is.answers.get(*now));
            let pair = codes.and_then(|(a, b)| a.codes.code(old_at).zip(b.codes.code(new_at)));
            if let Some(pair) = pair {
                *pairs.entry(pair).or_insert(0) += 1;
            }
        }
    }

    pub(super) fn finish(self) -> (Vec<ReasonShift>, Vec<ConsequenceShift>, Vec<DecisionShift>) {
        let Some((was, is)) = self.sides else { return Default::default() };
        let given = sorted(self.given);
        let names = |kept: &Kept| kept.reasons.iter().map(|(code, _)| code.clone()).collect::<Vec<_>>();
        let reasons = shifts(&given, (was, is), (&names(was), &names(is)), |given| &given.reasons);
        let text = |code: &str, kept: &Kept| {
            kept.reasons.iter().find(|(known, _)| known == code).map(|(_, text)| text.clone())
        };
        let reasons = reasons.into_iter().map(|(code, [before, after, gained, lost])| {
            let text = text(&code, is).or_else(|| text(&code, was)).unwrap_or_default();
            ReasonShift { code, text, before, after, gained, lost }
        });
        let names =
            |kept: &Kept| kept.consequences.iter().map(|(_, name, _)| name.clone()).collect::<Vec<_>>();
        let held = shifts(&given, (was, is), (&names(was), &names(is)), |given| &given.held);
        let about = |name: &str, kept: &Kept| {
            let known = kept.consequences.iter().find(|(_, known, _)| known == name);
            known.map(|(penalty, _, title)| (*penalty, title.clone()))
        };
        let held = held.into_iter().map(|(name, [before, after, gained, lost])| {
            let (penalty, title) = about(&name, is).or_else(|| about(&name, was)).unwrap_or_default();
            ConsequenceShift { penalty, name, title, before, after, gained, lost }
        });
        let decisions = self.answers.into_iter().filter_map(|(before, now, pairs)| {
            let (a, b) = was.answers.get(before).zip(is.answers.get(now))?;
            let label = |answers: &super::kept::Answers, code: usize| {
                answers.codes.all.get(code)?.as_ref().map(|answer: &Value| answers.label(answer))
            };
            let ways = sorted(pairs).into_iter().filter_map(|((from, to), count)| {
                let (from, to) = (label(a, from), label(b, to));
                (from != to).then_some((from, to, count))
            });
            let mut migrations: Vec<_> = ways.collect();
            migrations.sort();
            let shift = DecisionShift { name: b.name.clone(), title: b.title.clone(), migrations };
            (!shift.migrations.is_empty()).then_some(shift)
        });
        (reasons.collect(), held.collect(), decisions.collect())
    }
}

/// Counts in an order that is always the same.
fn sorted(counts: Pairs) -> BTreeMap<(usize, usize), usize> {
    counts.into_iter().collect()
}

/// By name, those of now first: how many had it, have it, came to it and lost it.
fn shifts(
    given: &BTreeMap<(usize, usize), usize>,
    (was, is): (&Kept, &Kept),
    (old_names, new_names): (&[String], &[String]),
    of: impl Fn(&Given) -> &[u16],
) -> Vec<(String, [usize; 4])> {
    let mut names = new_names.to_vec();
    names.extend(old_names.iter().filter(|name| !new_names.contains(name)).cloned());
    let mut counts = vec![[0_usize; 4]; names.len()];
    let place = |own: &[String], at: u16| {
        let name = own.get(usize::from(at))?;
        names.iter().position(|known| known == name)
    };
    let set = |codes: &Codes<Given>, code: usize, own: &[String]| -> Vec<usize> {
        codes
            .all
            .get(code)
            .map_or_else(Vec::new, |given| of(given).iter().filter_map(|at| place(own, *at)).collect())
    };
    for ((from, to), many) in given {
        let (had, has) = (set(&was.given, *from, old_names), set(&is.given, *to, new_names));
        let mut add = |at: usize, slot: usize| {
            if let Some(count) = counts.get_mut(at).and_then(|counts| counts.get_mut(slot)) {
                *count += many;
            }
        };
        had.iter().for_each(|at| add(*at, 0));
        has.iter().for_each(|at| add(*at, 1));
        has.iter().filter(|at| !had.contains(at)).for_each(|at| add(*at, 2));
        had.iter().filter(|at| !has.contains(at)).for_each(|at| add(*at, 3));
    }
    names.into_iter().zip(counts).collect()
}
