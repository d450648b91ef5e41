//! Clauses about what others do to a score: links, the scores at their other end, and flows between kinds of record.

use super::desk::{Share, Way};
use super::input::listed;
use super::{Pattern, Subject};
use crate::audit::Verdict;
use crate::data::LinkId;
use crate::decimal::Decimal;
use crate::policy::{ItemBody, Policy, Reads};
use crate::source::Place;
use std::collections::BTreeSet;

pub(super) static PATTERNS: [Pattern; 8] = [
    Pattern {
        words: "require one more of LINK never lowers|raises score",
        doc: "Whoever it is, one more friend never costs points (or never brings any).",
        examples: &["require one more of friends never lowers score"],
        source: "",
        pass: |subject, slots| {
            let never = [Way::Falls, Way::Rises].get(slots.choice(1)?).copied()?;
            Some(one_more(subject, slots.link(0)?, |link| subject.desk.one_more(link, never)))
        },
    },
    Pattern {
        words: "require one less of LINK never raises|lowers score",
        doc: "Nobody gains (or loses) by severing a link. That dropping a friend never raises a score is the same as that \
              adding one never lowers it.",
        examples: &["require one less of friends never raises score"],
        source: "",
        pass: |subject, slots| {
            let never = [Way::Falls, Way::Rises].get(slots.choice(1)?).copied()?;
            Some(one_more(subject, slots.link(0)?, |link| subject.desk.one_more(link, never)))
        },
    },
    Pattern {
        words: "limit one more of LINK to NUMBER points",
        doc: "One more pair of the link moves a score by at most so many points, up or down: what a bought friend is worth.",
        examples: &["limit one more of friends to 100 points"],
        source: "",
        pass: |subject, slots| {
            let most = slots.number(1)?;
            Some(one_more(subject, slots.link(0)?, |link| subject.desk.one_more_at_most(link, most)))
        },
    },
    Pattern {
        words: "limit influence of others to PERCENT of range",
        doc: "All influences together move a score by at most this share of the range of scores that can be reached.",
        examples: &["limit influence of others to 20% of range"],
        source: "",
        pass: |subject, slots| {
            let most = slots.number(0)?;
            Some(match subject.policy.influences.is_empty() {
                true => Verdict::proved("no influence reads the scores of others"),
                false => subject.desk.share(&Share::Influences, most),
            })
        },
    },
    Pattern {
        words: "limit weight of influences to NUMBER",
        doc: "The sizes of the weights of all influences add up to at most this. Below 1 the scores that settle together have \
              one answer and no other; the checker demands that already.",
        examples: &["limit weight of influences to 0.3"],
        source: "Banach's fixed point theorem: a statistic moves by no more than the largest of the scores does",
        pass: |subject, slots| Some(weights(subject.policy, slots.number(0)?)),
    },
    Pattern {
        words: "require lines about others only with COUNT or more of them",
        doc: "No line of an explanation speaks of what is known of fewer linked records than these: a line about one friend \
              gives their score away. An explanation shows what it reads of others however few they are, so only policies \
              that read nothing of them keep this. That they are there, and how many, says nothing of them.",
        examples: &["require lines about others only with 3 or more of them"],
        source: "Sweeney, k-anonymity, 2002",
        pass: |subject, slots| Some(hidden(subject.policy, slots.count(0)?)),
    },
    Pattern {
        words: "require flows between records only over LINKS",
        doc: "What is known of one record, or its score, takes part in that of another only over these links, whatever kinds \
              they join: between people, from people to companies, and back.",
        examples: &["require flows between records only over owners"],
        source: "",
        pass: |subject, slots| Some(only_over(subject.policy, slots.links(0)?)),
    },
    Pattern {
        words: "forbid scores to flow in circles",
        doc: "Where the scores of one kind of record take part in those of another, none come back, by any of the policies that \
              the charter is applied to together. Records of one kind that influence one another settle; `limit weight of \
              influences` speaks of that.",
        examples: &["forbid scores to flow in circles"],
        source: "",
        pass: |subject, _| Some(no_circle(subject)),
    },
];

/// Asks about a link if the policy reads it at all.
fn one_more(subject: &Subject<'_>, link: LinkId, ask: impl Fn(LinkId) -> Verdict) -> Verdict {
    let policy = subject.policy;
    if flows(policy).iter().any(|flow| flow.link == link) {
        return ask(link);
    }
    Verdict::proved(format!("nothing reads the link `{}`", policy.schema.link(link).name))
}

fn weights(policy: &Policy, most: Decimal) -> Verdict {
    let sizes = policy.influences.iter().map(|influence| influence.weight.abs());
    let Some(sum) = sizes.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add) else {
        return Verdict::undecided("the weights add up to a number that does not fit");
    };
    let places = policy.influences.iter().map(|influence| influence.place).collect();
    match policy.influences.len() {
        0 => Verdict::proved("there is no influence"),
        _ if sum > most => Verdict::refuted_at(format!("the weights of influences add up to {sum}"), places),
        _ if policy.influences.iter().any(|influence| influence.settled) => Verdict::proved(format!(
            "the weights of influences add up to {sum}, below 1, so that settled scores are unique"
        )),
        _ => Verdict::proved(format!("the weights of influences add up to {sum}")),
    }
}

/// What comes over a link, and where it is read.
struct Flow {
    link: LinkId,
    /// Something of the linked records is read, not only that they are there.
    looks_into: bool,
    /// Their scores are read.
    scores: bool,
    place: Place,
}

/// Everything that comes over links.
fn flows(policy: &Policy) -> Vec<Flow> {
    let mut flows: Vec<Flow> = policy
        .influences
        .iter()
        .map(|each| Flow { link: each.link, looks_into: true, scores: true, place: each.place })
        .collect();
    let mut take = |reads: &Reads<'_>, place: Place| {
        flows.extend(reads.links.iter().map(|link| Flow {
            link: *link,
            looks_into: reads.looked_into.contains(link),
            scores: reads.scores.contains(link),
            place,
        }));
    };
    for item in policy.items.iter().filter(|item| !matches!(item.body, ItemBody::Group(_))) {
        take(&Reads::of_item(policy, item), item.place);
    }
    for each in &policy.overrides {
        take(&Reads::of_condition(policy, &each.when.when), each.place);
    }
    if let Some(each) = &policy.participation {
        take(&Reads::of_condition(policy, &each.needs.when), each.place);
    }
    for each in &policy.decisions {
        take(&Reads::of_table(policy, &each.table), each.place);
    }
    for each in &policy.consequences {
        take(&Reads::of_condition(policy, &each.when.when), each.place);
    }
    flows
}

fn hidden(policy: &Policy, least: u32) -> Verdict {
    let telling: Vec<Flow> = flows(policy).into_iter().filter(|flow| flow.looks_into).collect();
    if telling.is_empty() {
        return Verdict::proved("nothing of linked records is read, so that no line speaks of them");
    }
    if least <= 1 {
        return Verdict::proved("a line about others speaks of one of them at least");
    }
    let because = format!(
        "with one record linked by {} the line about it gives away what is known of that one, also with smoothing",
        link_names(policy, telling.iter().map(|flow| flow.link))
    );
    Verdict::refuted_at(because, telling.iter().map(|flow| flow.place).collect())
}

/// Links by their names, each once.
fn link_names(policy: &Policy, links: impl Iterator<Item = LinkId>) -> String {
    let names: BTreeSet<LinkId> = links.collect();
    let names = names.into_iter().map(|link| format!("`{}`", policy.schema.link(link).name));
    listed(&names.collect::<Vec<_>>())
}

fn only_over(policy: &Policy, allowed: &[LinkId]) -> Verdict {
    let flows = flows(policy);
    let others: Vec<&Flow> = flows.iter().filter(|flow| !allowed.contains(&flow.link)).collect();
    if others.is_empty() {
        return Verdict::proved(match flows.is_empty() {
            true => "nothing comes over a link".to_owned(),
            false => {
                let names = link_names(policy, flows.iter().map(|flow| flow.link));
                format!("what comes from others comes over {names}")
            }
        });
    }
    let names = link_names(policy, others.iter().map(|flow| flow.link));
    Verdict::refuted_at(
        format!("something comes over {names} too"),
        others.iter().map(|flow| flow.place).collect(),
    )
}

/// The kinds of record whose scores take part in those of a policy's own kind, by name, with where.
fn feeding(policy: &Policy) -> Vec<(&str, Place)> {
    let scores = flows(policy).into_iter().filter(|flow| flow.scores);
    scores
        .map(|flow| (policy.schema.link(flow.link).to, flow.place))
        .filter(|(kind, _)| *kind != policy.schema.scored)
        .map(|(kind, place)| (policy.schema.record(kind).name.as_str(), place))
        .collect()
}

fn no_circle(subject: &Subject<'_>) -> Verdict {
    let policy = subject.policy;
    let own = policy.schema.scored().name.as_str();
    let own_feeding = feeding(policy);
    let fed_by = |kind: &str| -> Vec<&str> {
        let others = subject.others.iter().filter(|other| other.schema.scored().name == kind);
        others.flat_map(|other| feeding(other)).map(|(from, _)| from).collect()
    };
    for (kind, place) in &own_feeding {
        let mut ways: Vec<Vec<&str>> = vec![vec![kind]];
        let mut seen: BTreeSet<&str> = BTreeSet::from([*kind]);
        while let Some(way) = ways.pop() {
            for from in way.last().map(|last| fed_by(last)).unwrap_or_default() {
                if from == own {
                    let way: Vec<String> = std::iter::once(own)
                        .chain(way.iter().rev().copied())
                        .map(|kind| format!("`{kind}`"))
                        .collect();
                    let because =
                        format!("scores flow in a circle: {}, and back to `{own}`", way.join(", to "));
                    return Verdict::refuted_at(because, vec![*place]);
                }
                if seen.insert(from) {
                    ways.push(way.iter().copied().chain([from]).collect());
                }
            }
        }
    }
    Verdict::proved(match own_feeding.is_empty() {
        true => format!("no scores of other kinds take part in those of `{own}`"),
        false => format!("the scores of `{own}` take part in none of those that they are made of"),
    })
}
