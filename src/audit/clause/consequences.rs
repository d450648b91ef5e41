//! Clauses about benefits and penalties: what they may rest on, where they apply, and how they are announced.

use super::desk::{Input, Target};
use super::given::Thing;
use super::input::{describe_all, inputs_of, listed};
use super::reasons::told;
use super::resolve::tagged;
use super::{Pattern, Subject};
use crate::audit::Verdict;
use crate::data::TagId;
use crate::date::Unit;
use crate::diagnostic::plural;
use crate::policy::{Consequence, Policy};
use std::collections::BTreeSet;

pub(super) static PATTERNS: [Pattern; 7] = [
    Pattern {
        words: "require consequences|benefits|penalties [of CONTEXTS] rest only on ALLOWED",
        doc: "What follows from a score (in these contexts) depends on nothing but these sources: a favour in transport may rest \
              on how fares were paid, and not on opinions. Everything counts that the score and the tier are made of where the \
              condition reads them, and whether somebody takes part. A context that nothing is in asks nothing.",
        examples: &[
            "require consequences of transport rest only on payment, means, register",
            "require penalties rest only on conduct",
        ],
        source: "Regulation (EU) 2024/1689, Article 5(1)(c)(i): treatment in social contexts unrelated to those in which the \
                 data were generated",
        pass: |subject, slots| {
            let (which, allowed) = (Which::of(slots.choice(0)?), slots.allowed(2)?);
            let contexts = slots.words(1);
            let asked = |each: &Consequence| {
                which.has(each)
                    && contexts
                        .is_none_or(|all| each.context.as_ref().is_some_and(|context| all.contains(context)))
            };
            Some(rest_only_on(subject, which, asked, |_| allowed.clone()))
        },
    },
    Pattern {
        words: "require consequences|benefits|penalties rest only on inputs tagged with their context",
        doc: "What follows from a score in a context depends only on inputs that bear a tag of the same name as the context: what \
              was learnt in transport has consequences in transport. One without a context rests on nothing that is tagged so.",
        examples: &["require penalties rest only on inputs tagged with their context"],
        source: "Regulation (EU) 2024/1689, Article 5(1)(c)(i)",
        pass: |subject, slots| {
            let which = Which::of(slots.choice(0)?);
            Some(rest_only_on(
                subject,
                which,
                |each| which.has(each),
                |each| of_context(subject.policy, each),
            ))
        },
    },
    Pattern {
        words: "require consequences|benefits|penalties only in contexts CONTEXTS",
        doc: "Nothing follows from a score in any other context, and whatever follows names its context.",
        examples: &["require consequences only in contexts credit, transport"],
        source: "Regulation (EU) 2024/1689, Article 5(1)(c)(i)",
        pass: |subject, slots| {
            let (which, contexts) = (Which::of(slots.choice(0)?), slots.words(1)?);
            let inside =
                |each: &Consequence| each.context.as_ref().is_some_and(|context| contexts.contains(context));
            Some(only(subject.policy, which, inside, "is in another context"))
        },
    },
    Pattern {
        words: "require benefits|penalties only from NAMES",
        doc: "There are none but these.",
        examples: &["require penalties only from rail_ban, slow_internet"],
        source: "European Convention on Human Rights, Article 7: no punishment without law",
        pass: |subject, slots| {
            // The words leave out `consequences`, which comes first of all.
            let (which, names) = (Which::of(slots.choice(0)? + 1), slots.words(1)?);
            Some(only(subject.policy, which, |each| names.contains(&each.name), "is none of these"))
        },
    },
    Pattern {
        words: "require every benefit|penalty has THINGS",
        doc: "Every benefit (or penalty) says what it rests on, whom it comes from, where it applies, when it was announced, for \
              what reason.",
        examples: &[
            "require every penalty has basis, context, announced",
            "require every benefit has grantor",
        ],
        source: "European Convention on Human Rights, Article 7",
        pass: |subject, slots| {
            let which = Which::of(slots.choice(0)? + 1);
            slots.things(1)?.iter().map(|thing| every(subject.policy, which, *thing)).reduce(Verdict::and)
        },
    },
    Pattern {
        words: "require penalties announced DURATION ahead",
        doc: "Every penalty says when it was announced and from when it holds, and so much time lies between the two.",
        examples: &["require penalties announced 90 days ahead"],
        source: "European Convention on Human Rights, Article 7",
        pass: |subject, slots| Some(announced(subject.policy, Some(slots.duration(0)?))),
    },
    Pattern {
        words: "require penalties never backwards in time",
        doc: "No penalty holds before it was announced. One that says neither when it was announced nor from when it holds is \
              not known to be.",
        examples: &["require penalties never backwards in time"],
        source: "European Convention on Human Rights, Article 7",
        pass: |subject, _| Some(announced(subject.policy, None)),
    },
];

/// Which consequences a clause speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Benefits,
    Penalties,
}

impl Which {
    const fn of(choice: usize) -> Self {
        match choice {
            0 => Self::All,
            1 => Self::Benefits,
            _ => Self::Penalties,
        }
    }

    const fn has(self, consequence: &Consequence) -> bool {
        match self {
            Self::All => true,
            Self::Benefits => !consequence.penalty,
            Self::Penalties => consequence.penalty,
        }
    }

    /// That there is none.
    fn none(self) -> Verdict {
        Verdict::proved(match self {
            Self::All => "there is no such benefit or penalty on this day",
            Self::Benefits => "there is no such benefit on this day",
            Self::Penalties => "there is no such penalty on this day",
        })
    }

    const fn singular(self) -> &'static str {
        match self {
            Self::All => "benefit or penalty",
            Self::Benefits => "benefit",
            Self::Penalties => "penalty",
        }
    }
}

/// Whether consequences depend on allowed inputs only. What the policy reads settles it where it reads nothing else;
/// otherwise records do.
fn rest_only_on(
    subject: &Subject<'_>,
    which: Which,
    asked: impl Fn(&Consequence) -> bool,
    allowed: impl Fn(&Consequence) -> BTreeSet<Input>,
) -> Verdict {
    let policy = subject.policy;
    let asked = (0..).zip(&policy.consequences).filter(|(_, each)| asked(each));
    let verdicts = asked.map(|(at, each)| {
        let target = Target::Consequence(at);
        let allowed = allowed(each);
        let others: Vec<Input> =
            inputs_of(policy, target).into_iter().filter(|input| !allowed.contains(input)).collect();
        if others.is_empty() {
            return Verdict::proved(format!("`{}` reads nothing else", each.name));
        }
        match subject.desk.flow(&others, target) {
            Verdict::Refuted { because, witnesses, mut places } => {
                if !places.iter().any(|place| place.same_place(&each.place)) {
                    places.push(each.place);
                }
                let others = describe_all(policy, &others);
                Verdict::Refuted {
                    because: format!("`{}` rests on {others} too: {because}", each.name),
                    witnesses,
                    places,
                }
            }
            other @ (Verdict::Proved { .. } | Verdict::Undecided { .. }) => other,
        }
    });
    verdicts.reduce(Verdict::and).unwrap_or_else(|| which.none())
}

/// The inputs that bear the tag of a consequence's context.
fn of_context(policy: &Policy, consequence: &Consequence) -> BTreeSet<Input> {
    let tags = (0..).zip(&policy.schema.tags);
    let tags = tags.filter(|(_, tag)| consequence.context.as_ref() == Some(&tag.name));
    tags.flat_map(|(at, _)| tagged(&policy.schema, TagId(at))).collect()
}

fn only(policy: &Policy, which: Which, inside: impl Fn(&Consequence) -> bool, otherwise: &str) -> Verdict {
    let all: Vec<&Consequence> = policy.consequences.iter().filter(|each| which.has(each)).collect();
    let outside: Vec<&&Consequence> = all.iter().filter(|each| !inside(each)).collect();
    if all.is_empty() {
        return which.none();
    }
    let names: Vec<String> = match outside.is_empty() {
        true => all.iter().map(|each| format!("`{}`", each.name)).collect(),
        false => outside.iter().map(|each| format!("`{}`", each.name)).collect(),
    };
    let names = listed(&names);
    match outside.is_empty() {
        true => Verdict::proved(format!("there is no {} but {names}", which.singular())),
        false => {
            let places = outside.iter().map(|each| each.place).collect();
            let otherwise =
                if outside.len() == 1 { otherwise.to_owned() } else { otherwise.replacen("is", "are", 1) };
            Verdict::refuted_at(format!("{names} {otherwise}"), places)
        }
    }
}

fn every(policy: &Policy, which: Which, thing: Thing) -> Verdict {
    let all: Vec<&Consequence> = policy.consequences.iter().filter(|each| which.has(each)).collect();
    if all.is_empty() {
        return which.none();
    }
    let has = |each: &Consequence| match thing {
        Thing::Reason => each.reason.is_some(),
        Thing::Source => !each.sources.is_empty(),
        Thing::Note => !each.notes.is_empty(),
        Thing::Owner => policy.about.owner.is_some(),
        Thing::Basis => each.basis.is_some(),
        Thing::Context => each.context.is_some(),
        Thing::Grantor => each.grantor.is_some(),
        Thing::Announced => each.announced.is_some(),
    };
    let without = all.iter().filter(|each| !has(each)).map(|each| (format!("`{}`", each.name), each.place));
    told(thing, &format!("every {}", which.singular()), without.collect())
}

/// Whether penalties hold from a day after they were announced, so long after it where that is asked.
fn announced(policy: &Policy, ahead: Option<(u32, Unit)>) -> Verdict {
    let penalties: Vec<&Consequence> = policy.consequences.iter().filter(|each| each.penalty).collect();
    if penalties.is_empty() {
        return Which::Penalties.none();
    }
    let wrong = penalties.iter().filter_map(|each| {
        let because = match (each.announced, each.from) {
            (None, _) => format!("`{}` does not say when it was announced", each.name),
            (Some(_), None) => format!("`{}` does not say from when it holds", each.name),
            (Some(announced), Some(from)) => {
                let least = ahead.map_or(announced, |(count, unit)| announced.ahead(count, unit));
                if from >= least {
                    return None;
                }
                format!("`{}` was announced on {announced}, and holds from {from} on", each.name)
            }
        };
        Some(Verdict::refuted_at(because, vec![each.place]))
    });
    wrong.reduce(Verdict::and).unwrap_or_else(|| {
        let names: Vec<String> = penalties.iter().map(|each| format!("`{}`", each.name)).collect();
        let (names, were) = (listed(&names), if names.len() == 1 { "was" } else { "were" });
        Verdict::proved(match ahead {
            Some((count, unit)) => {
                let unit = match unit {
                    Unit::Day => "day",
                    Unit::Month => "month",
                    Unit::Year => "year",
                };
                format!("{names} {were} announced at least {} ahead", plural(count, unit))
            }
            None => format!("{names} {were} announced first"),
        })
    })
}
