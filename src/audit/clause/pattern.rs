//! Patterns: the sentences that clauses are, as words and slots, and how a clause is matched with one.
//!
//! A pattern is written as it is documented: `require score never rises|falls with FIELD`. Small letters are words of the
//! sentence, `a|b` is one of several, capitals are a [`SlotKind`], and what stands in brackets may be left out.

use super::given::{Given, take};
use crate::source::Span;
use crate::syntax::ast::ClausePart;

/// What stands in a slot of a pattern, by the word that it is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotKind {
    /// `SOURCES`: tags, dotted fields, record kinds, links, `LINK.score`. Where a policy knows none of them the clause says
    /// nothing of it.
    Sources,
    /// `ALLOWED`: the same, as a list of what may be.
    Allowed,
    /// `TARGETS`: `score`, `tier`, decisions, benefits, penalties.
    Targets,
    /// `FIELD`: a dotted field.
    Field,
    /// `ORDERED`: a dotted field with an order: a number, an amount or a date.
    Ordered,
    /// `LINK`: a link.
    Link,
    /// `LINKS`: links, as a list of what may be.
    Links,
    /// `TIER`: a tier.
    Tier,
    /// `CONTEXTS`: contexts of benefits and penalties.
    Contexts,
    /// `NAMES`: names of benefits and penalties, as a list of what may be.
    Names,
    /// `THINGS`: what a block may have: `reason`, `source`, `owner`, `note`, `basis`, `context`, `grantor`, `announced`.
    Things,
    /// `BAND`: values of the field before it, as in a cell: `62 or more`, `a, b`, `before 62 years ago`.
    Band,
    /// `NUMBER`: a number, 0 or more.
    Number,
    /// `COUNT`: a whole number, 1 or more.
    Count,
    /// `PERCENT`: a percentage.
    Percent,
    /// `DURATION`: `90 days`, `18 months`, `7 years`.
    Duration,
}

impl SlotKind {
    /// The kinds with their words, for patterns and for the page about charters.
    pub(super) const ALL: [(&'static str, Self); 16] = [
        ("SOURCES", Self::Sources),
        ("ALLOWED", Self::Allowed),
        ("TARGETS", Self::Targets),
        ("FIELD", Self::Field),
        ("ORDERED", Self::Ordered),
        ("BAND", Self::Band),
        ("LINK", Self::Link),
        ("LINKS", Self::Links),
        ("TIER", Self::Tier),
        ("CONTEXTS", Self::Contexts),
        ("NAMES", Self::Names),
        ("THINGS", Self::Things),
        ("NUMBER", Self::Number),
        ("COUNT", Self::Count),
        ("PERCENT", Self::Percent),
        ("DURATION", Self::Duration),
    ];

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }

    /// What it stands for, on the page about charters.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Sources => {
                "tags, fields such as `person.born`, record kinds, links, or scores such as `friends.score`, with commas between them"
            }
            Self::Allowed => "the same, as a list of what may be",
            Self::Targets => {
                "`score`, `tier`, and names of decisions, benefits and penalties, with commas between them"
            }
            Self::Field => "a field with its record: `person.born`",
            Self::Ordered => "the same, of a field that holds numbers, amounts or dates",
            Self::Link => "a link: `friends`",
            Self::Links => "links, as a list of what may be",
            Self::Tier => "a tier",
            Self::Contexts => "contexts of benefits and penalties, as names or quoted texts",
            Self::Names => "names of benefits or penalties, as a list of what may be",
            Self::Things => {
                "what blocks have, with commas: `reason`, `source`, `owner`, `note`, `basis`, `context`, `grantor`, `announced`"
            }
            Self::Band => {
                "values of the field before it, as in a cell: `62 or more`, `under 25`, `18 to 25`, `female, other`, `before 62 years ago`"
            }
            Self::Number => "a number, 0 or more",
            Self::Count => "a whole number, 1 or more",
            Self::Percent => "a percentage: `35%`",
            Self::Duration => "a time: `90 days`, `18 months`, `7 years`",
        }
    }

    /// What stands there, in a message.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Sources | Self::Allowed => "tags, fields such as `person.born`, record kinds or links",
            Self::Targets => "`score`, `tier`, or a decision, benefit or penalty",
            Self::Field | Self::Ordered => "a field with its record, such as `person.born`",
            Self::Link | Self::Links => "a link",
            Self::Tier => "a tier",
            Self::Contexts => "contexts of benefits and penalties",
            Self::Names => "names of benefits or penalties",
            Self::Things => {
                "`reason`, `source`, `owner`, `note`, `basis`, `context`, `grantor` or `announced`"
            }
            Self::Band => "values of the field, such as `62 or more`",
            Self::Number => "a number, 0 or more",
            Self::Count => "a whole number, 1 or more",
            Self::Percent => "a percentage such as `35%`",
            Self::Duration => "a time such as `90 days` or `7 years`",
        }
    }
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    /// One of these words; of one it makes nothing, of several which it was.
    Word(Vec<&'static str>),
    /// A slot.
    Slot(SlotKind),
    /// What may be left out. Without a slot in it, whether it stands there is what it makes.
    Optional(Vec<Element>),
}

/// The pieces of a pattern as it is written.
pub(super) fn elements(words: &'static str) -> Vec<Element> {
    let mut stack: Vec<Vec<Element>> = vec![Vec::new()];
    for word in words.split_whitespace() {
        let (opens, word) = word.strip_prefix('[').map_or((false, word), |rest| (true, rest));
        let (closes, word) = word.strip_suffix(']').map_or((false, word), |rest| (true, rest));
        if opens {
            stack.push(Vec::new());
        }
        let element = match SlotKind::of_word(word) {
            Some(kind) => Element::Slot(kind),
            None => Element::Word(word.split('|').collect()),
        };
        if let Some(open) = stack.last_mut() {
            open.push(element);
        }
        if closes
            && let Some(inner) = stack.pop()
            && let Some(outer) = stack.last_mut()
        {
            outer.push(Element::Optional(inner));
        }
    }
    stack.pop().unwrap_or_default()
}

/// Where matching stopped, and what could have stood there.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    /// Which part of the clause; their number where it ended too soon.
    pub(super) at: usize,
    /// The words of the sentence that could have stood there.
    pub(super) words: Vec<&'static str>,
    /// The slots that could.
    pub(super) slots: Vec<SlotKind>,
    /// Whether the clause could have ended there.
    pub(super) end: bool,
}

impl Stop {
    /// Notes that something could have stood at a part. Only what is furthest on is kept.
    fn note(&mut self, at: usize) -> bool {
        if at > self.at {
            *self = Self { at, ..Self::default() };
        }
        at == self.at
    }

    fn word(&mut self, at: usize, words: &[&'static str]) {
        if self.note(at) {
            self.words.extend(words);
        }
    }

    fn slot(&mut self, at: usize, kind: SlotKind) {
        if self.note(at) {
            self.slots.push(kind);
        }
    }

    /// Takes in where another pattern stopped.
    pub(super) fn join(&mut self, other: Self) {
        if self.note(other.at) {
            self.words.extend(other.words);
            self.slots.extend(other.slots);
            self.end |= other.end;
        }
    }
}

/// What a clause gives to the slots of a pattern, in order; or where it differs.
pub(super) fn matched(elements: &[Element], parts: &[ClausePart]) -> Result<Vec<Given>, Stop> {
    let mut stop = Stop::default();
    let pieces: Vec<&Element> = elements.iter().collect();
    walk(&pieces, parts, 0, &mut stop).ok_or(stop)
}

/// Matches what is left of a pattern with the parts from one on.
fn walk(left: &[&Element], parts: &[ClausePart], at: usize, stop: &mut Stop) -> Option<Vec<Given>> {
    let Some((first, rest)) = left.split_first() else {
        if at == parts.len() {
            return Some(Vec::new());
        }
        if stop.note(at) {
            stop.end = true;
        }
        return None;
    };
    match first {
        Element::Word(words) => {
            let found = word(parts.get(at)).and_then(|found| words.iter().position(|word| *word == found));
            let Some(which) = found else {
                stop.word(at, words);
                return None;
            };
            let given = if words.len() > 1 { Some(Given::Choice(which)) } else { None };
            walk(rest, parts, at + 1, stop).map(|after| given.into_iter().chain(after).collect())
        }
        Element::Slot(kind) => match take(*kind, parts.get(at..).unwrap_or_default()) {
            Ok((given, length)) => {
                let after = walk(rest, parts, at + length, stop)?;
                Some(std::iter::once(given).chain(after).collect())
            }
            Err(offset) => {
                stop.slot(at + offset, *kind);
                None
            }
        },
        Element::Optional(inner) => {
            let slots = inner.iter().filter(|one| matches!(one, Element::Slot(_))).count();
            let with: Vec<&Element> = inner.iter().chain(rest.iter().copied()).collect();
            let flag = |there| (slots == 0).then_some(Given::Flag(there));
            if let Some(after) = walk(&with, parts, at, stop) {
                return Some(flag(true).into_iter().chain(after).collect());
            }
            let after = walk(rest, parts, at, stop)?;
            let absent = std::iter::repeat_n(Given::Absent, slots);
            Some(flag(false).into_iter().chain(absent).chain(after).collect())
        }
    }
}

/// The word that a part is.
fn word(part: Option<&ClausePart>) -> Option<&str> {
    match part? {
        ClausePart::Word(name) => Some(&name.text),
        ClausePart::Dotted(..)
        | ClausePart::Number(_)
        | ClausePart::Date(_)
        | ClausePart::Text(_)
        | ClausePart::Comma(_) => None,
    }
}

/// Where a part of a clause stands; past the last one, where the last one stands.
pub(super) fn place(parts: &[ClausePart], at: usize) -> Span {
    let part = parts.get(at).or(parts.last());
    part.map_or(Span::NONE, ClausePart::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_read_as_it_is_written() {
        let words = |words: &[&'static str]| Element::Word(words.to_vec());
        assert_eq!(
            elements("require one more of LINK never lowers|raises score [or tier TIER]"),
            [
                words(&["require"]),
                words(&["one"]),
                words(&["more"]),
                words(&["of"]),
                Element::Slot(SlotKind::Link),
                words(&["never"]),
                words(&["lowers", "raises"]),
                words(&["score"]),
                Element::Optional(vec![words(&["or"]), words(&["tier"]), Element::Slot(SlotKind::Tier)]),
            ]
        );
        assert_eq!(elements("[the] a"), [Element::Optional(vec![words(&["the"])]), words(&["a"])]);
    }
}
