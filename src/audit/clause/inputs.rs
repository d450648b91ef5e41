//! Clauses about what is known of people: which inputs there may be, and that each is accounted for.

use super::Pattern;
use super::desk::Input;
use super::input::{all_inputs, declared, describe_all, listed};
use crate::audit::Verdict;
use crate::policy::Policy;
use crate::source::Place;
use std::collections::BTreeSet;

pub(super) static PATTERNS: [Pattern; 2] = [
    Pattern {
        words: "require inputs only from ALLOWED",
        doc: "Nothing that the policy reads, for points, overrides, tiers, decisions, benefits, penalties or participation, is \
              anything but these. A new kind of input then needs a change of the charter, which people can read.",
        examples: &["require inputs only from payment, debt, register"],
        source: "Regulation (EU) 2016/679, Article 5(1)(c), data minimisation",
        pass: |subject, slots| Some(only_from(subject.policy, slots.allowed(0)?)),
    },
    Pattern {
        words: "require every field tagged",
        doc: "Every field of every record bears a tag, its own or its record's, and so does every link: what is not tagged, no \
              clause about tags speaks of.",
        examples: &["require every field tagged"],
        source: "",
        pass: |subject, _| Some(all_tagged(subject.policy)),
    },
];

fn only_from(policy: &Policy, allowed: &BTreeSet<Input>) -> Verdict {
    let read = all_inputs(policy);
    let others: Vec<Input> = read.iter().filter(|input| !allowed.contains(input)).copied().collect();
    if others.is_empty() {
        return Verdict::proved(match read.len() {
            0 => "the policy reads nothing".to_owned(),
            1 => "the one input that it reads is one of these".to_owned(),
            count => format!("each of {count} inputs that it reads is one of these"),
        });
    }
    let because = format!("the policy reads {}", describe_all(policy, &others));
    Verdict::refuted_at(because, others.iter().map(|input| declared(policy, *input)).collect())
}

fn all_tagged(policy: &Policy) -> Verdict {
    let schema = &policy.schema;
    let mut without: Vec<(String, Place)> = Vec::new();
    let mut count = 0_usize;
    for record in &schema.records {
        for field in &record.fields {
            count += 1;
            if field.tags.is_empty() && record.tags.is_empty() {
                without.push((format!("`{}.{}`", record.name, field.name), field.place));
            }
        }
    }
    for link in &schema.links {
        count += 1;
        if link.tags.is_empty() {
            without.push((format!("the link `{}`", link.name), link.place));
        }
    }
    if without.is_empty() {
        return Verdict::proved(format!("each of {count} fields and links bears a tag"));
    }
    let names: Vec<String> = without.iter().map(|(name, _)| name.clone()).collect();
    let verb = if names.len() == 1 { "bears" } else { "bear" };
    let shown = match names.get(..4) {
        Some(first) if names.len() > 5 => {
            let more = format!("{} more", names.len() - 4);
            listed(&first.iter().cloned().chain([more]).collect::<Vec<_>>())
        }
        Some(_) | None => listed(&names),
    };
    Verdict::refuted_at(
        format!("{shown} {verb} no tag"),
        without.into_iter().map(|(_, place)| place).collect(),
    )
}
