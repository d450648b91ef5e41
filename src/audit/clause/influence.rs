//! Clauses about what may change a result: nothing that is forbidden flows into it.

use super::desk::{Input, Target, Way};
use super::input::{describe_all, inputs_of};
use super::naming::names_no_value;
use super::{Pattern, Subject};
use crate::audit::Verdict;
use crate::policy::Policy;

pub(super) static PATTERNS: [Pattern; 6] = [
    Pattern {
        words: "forbid SOURCES to influence TARGETS",
        doc: "Two records that differ only in these sources get the same. Everything on the way counts: points, conditions, \
              whether a value is missing, participation, overrides, tiers, decisions, and the scores of others that settle \
              together with this one. A tag stands for every field, record and link that bears it; that there are records or \
              pairs is information too.",
        examples: &[
            "forbid opinion to influence score",
            "forbid protected, opinion, association to influence score, tier",
            "forbid friends.score to influence score",
            "forbid friends to influence bike_deposit",
            "forbid person.born to influence score",
        ],
        source: "15 U.S.C. 1691(a) and 12 CFR 1002.4(a) for what credit may not rest on; Regulation (EU) 2024/1689, Article 5(1)(c)",
        pass: |subject, slots| no_flow(subject, slots.inputs(0)?, slots.targets(1)?),
    },
    Pattern {
        words: "require twins who differ only in SOURCES score the same",
        doc: "The same as `forbid SOURCES to influence score`, said of people: whoever else is like you, and differs in \
              nothing but these, has your score.",
        examples: &["require twins who differ only in person.sex, residence score the same"],
        source: "Kusner, Loftus, Russell and Silva, Counterfactual Fairness, 2017, in its simplest form: without a model of causes",
        pass: |subject, slots| no_flow(subject, slots.inputs(0)?, &[Target::Score]),
    },
    Pattern {
        words: "require twins score the same",
        doc: "Two people of whom the same is known have the same score: it does not depend on the key that tells them apart.",
        examples: &["require twins score the same"],
        source: "",
        pass: |subject, _| Some(twins(subject)),
    },
    Pattern {
        words: "require a change of SOURCES neither resets nor costs points",
        doc: "Somebody whose record changes in nothing but these, such as the place where they live, keeps their score: the \
              record does not begin anew, and nothing is taken from it.",
        examples: &["require a change of person.region neither resets nor costs points"],
        source: "",
        pass: |subject, slots| no_flow(subject, slots.inputs(0)?, &[Target::Score]),
    },
    Pattern {
        words: "forbid SOURCES to raise|lower score",
        doc: "With these sources nobody has a higher (or lower) score than without them. Without them means: no such records, \
              no pairs of the link, an optional field missing, a number or amount that must be there at its least value. A \
              category that must be there cannot be left out: any change of it that moves the score counts.",
        examples: &["forbid spend to raise score", "forbid friends to lower score"],
        source: "",
        pass: |subject, slots| {
            let never = [Way::Rises, Way::Falls].get(slots.choice(1)?).copied()?;
            Some(no_shift(subject, slots.inputs(0)?, never))
        },
    },
    Pattern {
        words: "forbid any rule to name a value of SOURCES",
        doc: "No table, condition or formula singles out a value of these fields, such as one merchant or one topic. Bands of \
              numbers and dates, one number among them, yes or no by itself, and whether something is missing, name no \
              value.",
        examples: &["forbid any rule to name a value of purchase.category"],
        source: "",
        pass: |subject, slots| Some(names_no_value(subject.policy, slots.inputs(0)?)),
    },
];

/// Whether none of some inputs can change any of some results.
pub(super) fn no_flow(subject: &Subject<'_>, from: &[Input], to: &[Target]) -> Option<Verdict> {
    to.iter().map(|target| no_flow_to(subject, from, *target)).reduce(Verdict::and)
}

fn no_flow_to(subject: &Subject<'_>, from: &[Input], to: Target) -> Verdict {
    let policy = subject.policy;
    let read = inputs_of(policy, to);
    let reached: Vec<Input> = from.iter().filter(|input| read.contains(input)).copied().collect();
    if reached.is_empty() {
        let (target, from) = (describe_target(policy, to), describe_all(policy, from));
        return Verdict::proved(format!("nothing on the way to {target} reads {from}"));
    }
    subject.desk.flow(&reached, to)
}

/// A result, in a sentence.
fn describe_target(policy: &Policy, target: Target) -> String {
    match target {
        Target::Score => "the score".to_owned(),
        Target::Tier => "the tier".to_owned(),
        Target::Decision(id) => policy
            .decisions
            .get(id.index())
            .map_or_else(String::new, |each| format!("the decision `{}`", each.name)),
        Target::Consequence(at) => policy.consequences.get(at as usize).map_or_else(String::new, |each| {
            format!("the {} `{}`", if each.penalty { "penalty" } else { "benefit" }, each.name)
        }),
    }
}

fn twins(subject: &Subject<'_>) -> Verdict {
    let policy = subject.policy;
    let kind = policy.schema.scored;
    let Some(key) = policy.schema.record(kind).key else {
        return Verdict::proved("nothing but what is known of a record takes part in its score");
    };
    no_flow_to(subject, &[Input::Field(kind, key)], Target::Score)
}

fn no_shift(subject: &Subject<'_>, from: &[Input], never: Way) -> Verdict {
    let policy = subject.policy;
    let read = inputs_of(policy, Target::Score);
    let reached: Vec<Input> = from.iter().filter(|input| read.contains(input)).copied().collect();
    if reached.is_empty() {
        return Verdict::proved(format!(
            "nothing on the way to the score reads {}",
            describe_all(policy, from)
        ));
    }
    subject.desk.shift(&reached, never)
}
