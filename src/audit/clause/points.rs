//! Clauses about how much and which way points may move.

use super::desk::{Benchmark, Share, Way};
use super::input::{describe, inputs_of};
use super::slots::Slots;
use super::{Pattern, Subject};
use crate::audit::Verdict;
use crate::decimal::Decimal;
use crate::policy::{Item, ItemBody, ItemId, ItemKind, Policy, RowOutcome};

pub(super) static PATTERNS: [Pattern; 12] = [
    Pattern {
        words: "limit any characteristic or rule to PERCENT of range",
        doc: "No characteristic and no rule moves a score by more than this share of the range of scores that can be reached, \
              with its own and its groups' weights and limits.",
        examples: &["limit any characteristic or rule to 35% of range"],
        source: "",
        pass: |subject, slots| Some(any_item(subject, slots.number(0)?)),
    },
    Pattern {
        words: "limit SOURCES to PERCENT of range",
        doc: "Changing nothing but these moves a score by at most this share of the range of scores that can be reached.",
        examples: &["limit spend to 10% of range", "limit person.late_24m to 25% of range"],
        source: "",
        pass: |subject, slots| {
            let (inputs, most) = (slots.inputs(0)?, slots.number(1)?);
            Some(subject.desk.share(&Share::Inputs(inputs.to_vec()), most))
        },
    },
    Pattern {
        words: "limit one step of any field to NUMBER points",
        doc: "No field moves a score by more points than this in one step: to the next whole number, the next band, another \
              category, or from known to missing. Fields of one child record and of one linked record count as well as the \
              record's own: where rules read them there, and where scores settle, by what they make of that record's own \
              score. It finds the cliffs.",
        examples: &["limit one step of any field to 60 points"],
        source: "",
        pass: |subject, slots| Some(subject.desk.step(&[], slots.number(0)?)),
    },
    Pattern {
        words: "limit one step of SOURCES to NUMBER points",
        doc: "The same of these only. What is no field (that there are records, or pairs) has no next value: of it the clause \
              holds only where nothing about it moves a score further.",
        examples: &["limit one step of person.late_24m to 80 points"],
        source: "",
        pass: |subject, slots| Some(subject.desk.step(slots.inputs(0)?, slots.number(1)?)),
    },
    Pattern {
        words: "limit repeated gains to NUMBER points",
        doc: "However often something is done, no rule brings more than so many points.",
        examples: &["limit repeated gains to 60 points"],
        source: "",
        pass: |subject, slots| Some(subject.desk.repeated_gain(Some(slots.number(0)?))),
    },
    Pattern {
        words: "require repeated gains capped",
        doc: "No rule brings more and more points the more often something is done: each is capped somewhere.",
        examples: &["require repeated gains capped"],
        source: "",
        pass: |subject, _| Some(subject.desk.repeated_gain(None)),
    },
    Pattern {
        words: "require score never rises|falls with ORDERED",
        doc: "Where nothing but this field grows, the score never rises (or never falls). Fields without an order cannot be \
              asked so. Of a date, later is more. A field of the scored record is that of the record itself: what the same \
              field of linked records does is left alone.",
        examples: &[
            "require score never rises with person.late_24m",
            "require score never falls with person.limit",
        ],
        source: "",
        pass: |subject, slots| {
            let never = [Way::Rises, Way::Falls].get(slots.choice(0)?).copied()?;
            let (kind, field) = slots.field(1)?;
            let policy = subject.policy;
            let input = super::Input::Field(kind, field);
            Some(match inputs_of(policy, super::Target::Score).contains(&input) {
                true => subject.desk.monotone((kind, field), never),
                false => Verdict::proved(format!(
                    "nothing on the way to the score reads {}",
                    describe(policy, input)
                )),
            })
        },
    },
    Pattern {
        words: "require FIELD BAND never scored below others",
        doc: "Whoever has these values never has a lower score than the same person with another known value. The band is \
              written as in a cell.",
        examples: &[
            "require person.age 62 or more never scored below others",
            "require person.born before 62 years ago never scored below others",
            "require person.sex female never scored below others",
        ],
        source: "12 CFR 1002.6(b)(2)(ii) and 1002.2(v): the age of an elderly applicant is not assigned a negative factor or \
                 value, that is, none less favourable than that of the most favoured others",
        pass: |subject, slots| {
            let (kind, field) = slots.field(0)?;
            let band = slots.band(1)?;
            let policy = subject.policy;
            let input = super::Input::Field(kind, field);
            Some(match inputs_of(policy, super::Target::Score).contains(&input) {
                true => subject.desk.never_below_others((kind, field), band),
                false => Verdict::proved(format!(
                    "nothing on the way to the score reads {}",
                    describe(policy, input)
                )),
            })
        },
    },
    Pattern {
        words: "require missing [of SOURCES] never better|worse than [the] worst|best known",
        doc: "A score with a value missing is never above (or below) the score with the worst (or the best) known value in its \
              place: nobody gains by keeping something back, or is punished more than the worst for what is not known. \
              Of a child or a linked record one value is missing, and all else stays: what counts is where rules read it there, \
              and where scores settle, what it makes of that record's own score.",
        examples: &[
            "require missing never better than the worst known",
            "require missing never worse than the worst known",
            "require missing of spend never better than best known",
        ],
        source: "",
        pass: |subject, slots| {
            // The slots: sources, better or worse, `the`, worst or best.
            let benchmarks = [Benchmark::WorstKnown, Benchmark::BestKnown];
            missing(subject, slots, benchmarks.get(slots.choice(3)?).copied()?)
        },
    },
    Pattern {
        words: "require missing [of SOURCES] never better|worse than neutral",
        doc: "A value that is missing brings no points, or costs none: neutral is 0 points for everything that reads it.",
        examples: &[
            "require missing never worse than neutral",
            "require missing of opinion never better than neutral",
        ],
        source: "",
        pass: |subject, slots| missing(subject, slots, Benchmark::Neutral),
    },
    Pattern {
        words: "require bands complete and disjoint",
        doc: "For every value, missing among them, exactly one row of each table applies (of a table that takes the first \
              match, the first), on every day. The checker refuses other policies.",
        examples: &["require bands complete and disjoint"],
        source: "",
        pass: |_, _| {
            Some(Verdict::proved(
                "the checker has covered the whole domain of every table, missing values among it: no gap, no overlap",
            ))
        },
    },
    Pattern {
        words: "require no dead rows or rules",
        doc: "Some record reaches every row, benefit and penalty, some record gets points of every rule, and some record's \
              result is another by every override: a record is shown for each of them. Whether overrides or rounding take the \
              points of a rule away again from everybody is not asked. The checker refuses rows that no value reaches; this \
              also finds what gives the same to everybody, and what other rules make impossible.",
        examples: &["require no dead rows or rules"],
        source: "",
        pass: |subject, _| Some(no_dead(subject)),
    },
];

fn any_item(subject: &Subject<'_>, most: Decimal) -> Verdict {
    let policy = subject.policy;
    let items = (0..).map(ItemId).zip(&policy.items).filter(|(_, item)| item.kind != ItemKind::Group);
    let verdicts: Vec<Verdict> = items.map(|(id, _)| subject.desk.share(&Share::Item(id), most)).collect();
    let count = verdicts.len();
    let all = verdicts.into_iter().reduce(Verdict::and);
    match all {
        None => Verdict::proved("there is no characteristic and no rule"),
        // Each proof says its own share; all of them together would be a list of the policy.
        Some(Verdict::Proved { because }) => match count {
            1 => Verdict::Proved { because },
            _ => Verdict::proved(format!("each of {count} characteristics and rules stays within it")),
        },
        Some(other) => other,
    }
}

fn missing(subject: &Subject<'_>, slots: &Slots, than: Benchmark) -> Option<Verdict> {
    let never = [Way::Rises, Way::Falls].get(slots.choice(1)?).copied()?;
    Some(subject.desk.missing(slots.inputs(0).unwrap_or_default(), never, than))
}

fn no_dead(subject: &Subject<'_>) -> Verdict {
    let dead: Vec<&Item> = subject.policy.items.iter().filter(|item| is_dead(subject, item)).collect();
    if dead.is_empty() {
        return subject.desk.dead();
    }
    let names: Vec<String> = dead.iter().map(|item| format!("`{}`", item.name)).collect();
    let verb = if dead.len() == 1 { "gives" } else { "give" };
    let because = format!("{} {verb} the same to everybody", super::input::listed(&names));
    Verdict::refuted_at(because, dead.iter().map(|item| item.place).collect()).and(subject.desk.dead())
}

/// Whether an item gives everybody the same, and refuses nobody a score.
fn is_dead(subject: &Subject<'_>, item: &Item) -> bool {
    let (low, high) = item.bounds;
    fn refuses(policy: &Policy, item: &Item) -> bool {
        match &item.body {
            ItemBody::Table { table, .. } => {
                table.rows.iter().any(|row| row.outcome == RowOutcome::NotScored)
            }
            ItemBody::Events(events) => events.can_unscore(),
            ItemBody::Formula(_) => false,
            ItemBody::Group(members) => members.iter().any(|member| refuses(policy, policy.item(*member))),
        }
    }
    low.is_some() && low == high && !refuses(subject.policy, item)
}
