//! Clauses about what people can do about their score: what is forgotten, what they can change, what that costs.

use super::desk::Input;
use super::input::{all_inputs, describe_all, inputs_read, listed};
use super::reasons::loses;
use super::{Pattern, Subject};
use crate::audit::Verdict;
use crate::data::{Change, RecordId};
use crate::policy::{Item, ItemBody, Policy, Reads, RowOutcome};
use crate::source::Place;
use std::collections::BTreeSet;

pub(super) static PATTERNS: [Pattern; 5] = [
    Pattern {
        words: "require adverse points [of SOURCES] forgotten after DURATION",
        doc: "What happened longer ago than this lowers no score: no child record (or none of these) dated earlier than that \
              costs points.",
        examples: &[
            "require adverse points forgotten after 7 years",
            "require adverse points of bankruptcy forgotten after 10 years",
        ],
        source: "15 U.S.C. 1681c(a): seven years for most adverse items, ten for bankruptcies",
        pass: |subject, slots| {
            let after = slots.duration(1)?;
            Some(forgotten(subject, slots.inputs(0), after))
        },
    },
    Pattern {
        words: "require everyone below the top has a way up",
        doc: "Whoever does not have the best tier (where there are no tiers, the top of the range) can raise their score by \
              changes of fields that are declared `controllable` or `only up`.",
        examples: &["require everyone below the top has a way up"],
        source: "Ustun, Spangher and Liu, Actionable Recourse in Linear Classification, 2019",
        pass: |subject, _| Some(subject.desk.ways_up()),
    },
    Pattern {
        words: "require gaming [from tier TIER] into tier TIER costs at least NUMBER",
        doc: "Nobody below the tier (or in the one named) gets into it or a better one by changes that cost less than this in \
              all, at the costs that fields declare.",
        examples: &[
            "require gaming into tier good costs at least 5",
            "require gaming from tier poor into tier good costs at least 20",
        ],
        source: "Hardt, Megiddo, Papadimitriou and Wootters, Strategic Classification, 2016",
        pass: |subject, slots| {
            let (to, cost) = (slots.tier(1)?, slots.number(2)?);
            Some(subject.desk.gaming(slots.tier(0), to, cost))
        },
    },
    Pattern {
        words: "require every adverse rule names a correctable|controllable input",
        doc: "Whatever can take points, lower a result or refuse one, and every penalty, rests on something that people can set \
              right. Correctable: a field that is not declared `immutable`, or records that can be wrong. Controllable: a field \
              declared `controllable` or `only up`.",
        examples: &[
            "require every adverse rule names a correctable input",
            "require every adverse rule names a controllable input",
        ],
        source: "Regulation (EU) 2016/679, Article 16, the right to rectification; 15 U.S.C. 1681i, disputed accuracy",
        pass: |subject, slots| Some(adverse_rules(subject.policy, slots.choice(0)? == 1)),
    },
    Pattern {
        words: "require opting out costs nothing",
        doc: "People can choose not to be scored, and no penalty holds of those who do. A policy without `participation` on the \
              day scores everybody, and leaves no such choice; nor does one whose `needs` is met by everybody, or turns on \
              nothing but fields declared `immutable`.",
        examples: &["require opting out costs nothing"],
        source: "Regulation (EU) 2016/679, Article 21, the right to object",
        pass: |subject, _| Some(subject.desk.opting_out()),
    },
];

fn forgotten(subject: &Subject<'_>, of: Option<&[Input]>, after: (u32, crate::date::Unit)) -> Verdict {
    let policy = subject.policy;
    let read = all_inputs(policy);
    let kinds: BTreeSet<RecordId> = policy.schema.children().collect();
    let asked = |kind: &RecordId| {
        of.is_none_or(|of| {
            of.iter().any(|input| match input {
                Input::Record(other) | Input::Field(other, _) => other == kind,
                Input::Link(_) | Input::LinkedScore(_) => false,
            })
        })
    };
    let kinds: Vec<RecordId> = kinds.into_iter().filter(asked).collect();
    let scored: Vec<RecordId> =
        kinds.iter().copied().filter(|kind| read.contains(&Input::Record(*kind))).collect();
    match (kinds.is_empty(), scored.is_empty()) {
        (true, _) => Verdict::proved("there are no such child records"),
        (false, true) => Verdict::proved("no rule reads such child records"),
        (false, false) => subject.desk.forgotten(&scored, after),
    }
}

/// Whether everything adverse names an input that can be set right.
fn adverse_rules(policy: &Policy, controllable: bool) -> Verdict {
    let mut adverse: Vec<(String, BTreeSet<Input>, Place)> = Vec::new();
    let mut add = |name: &str, inputs: BTreeSet<Input>, place: Place| {
        adverse.push((format!("`{name}`"), inputs, place));
    };
    let items = policy.items.iter().filter(|item| !matches!(item.body, ItemBody::Group(_)));
    for item in items.filter(|item| loses(policy, item) || refuses(item)) {
        add(&item.name, inputs_read(policy, &Reads::of_item(policy, item)), item.place);
    }
    for each in &policy.influences {
        let both = BTreeSet::from([Input::Link(each.link), Input::LinkedScore(each.link)]);
        add(&each.name, both, each.place);
    }
    for each in &policy.overrides {
        if each.score_at_most.is_some() || each.tier_at_most.is_some() || each.not_scored {
            add(&each.name, inputs_read(policy, &Reads::of_condition(policy, &each.when.when)), each.place);
        }
    }
    for each in policy.consequences.iter().filter(|each| each.penalty) {
        add(&each.name, inputs_read(policy, &Reads::of_condition(policy, &each.when.when)), each.place);
    }
    let stuck: Vec<&(String, BTreeSet<Input>, Place)> = adverse
        .iter()
        .filter(|(_, inputs, _)| !inputs.iter().any(|input| can_be_set_right(policy, *input, controllable)))
        .collect();
    let word = if controllable { "controllable" } else { "correctable" };
    let Some((_, inputs, _)) = stuck.first() else {
        return Verdict::proved(match adverse.len() {
            0 => "no rule is adverse".to_owned(),
            1 => format!("the one adverse rule names a {word} input"),
            count => format!("each of {count} adverse rules names a {word} input"),
        });
    };
    let names: Vec<String> = stuck.iter().map(|(name, ..)| name.clone()).collect();
    let because = match names.as_slice() {
        [only] => format!("{only} rests on {}, of which nothing is {word}", describe_all(policy, inputs)),
        names => format!("{} rest on nothing that is {word}", listed(names)),
    };
    Verdict::refuted_at(because, stuck.iter().map(|(.., place)| *place).collect())
}

/// Whether people can set an input right: have it corrected, or change it themselves.
fn can_be_set_right(policy: &Policy, input: Input, controllable: bool) -> bool {
    match input {
        Input::Field(kind, field) => match &policy.schema.field(kind, field).change {
            Some(Change::Immutable) => false,
            Some(Change::OnlyUp | Change::Controllable { .. }) => true,
            None => !controllable,
        },
        // That a record is there can be wrong, and then it is taken away; nothing declares that people make them.
        Input::Record(_) => !controllable,
        Input::Link(_) | Input::LinkedScore(_) => false,
    }
}

/// Whether a row of an item refuses a score.
fn refuses(item: &Item) -> bool {
    match &item.body {
        ItemBody::Table { table, .. } => table.rows.iter().any(|row| row.outcome == RowOutcome::NotScored),
        ItemBody::Events(events) => events.can_unscore(),
        ItemBody::Formula(_) | ItemBody::Group(_) => false,
    }
}
