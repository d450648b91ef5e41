//! What clauses ask of data, answered from a population that was scored.

use super::{Counts, DEFAULT_LEAST_SIZE, Group, Rate, Screen};
use crate::audit::Verdict;
use crate::audit::clause::{AdverseImpact, Pass, Screen as Asked};
use crate::data::{Records, Type, Value};
use crate::diagnostic::plural;
use crate::eval::{Outcome, Overflow, Status, score_all};
use crate::policy::Policy;
use crate::source::Place;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A population with its scores.
pub struct Scores<'a> {
    policy: &'a Policy,
    records: &'a dyn Records,
    outcomes: Vec<Result<Outcome, Overflow>>,
    set_aside: usize,
}

impl<'a> Scores<'a> {
    /// Scores a population, of which so many records were set aside.
    pub fn of(policy: &'a Policy, records: &'a dyn Records, set_aside: usize) -> Self {
        Self { policy, records, outcomes: score_all(policy, records), set_aside }
    }

    /// Whether a record passes.
    fn passes(pass: Pass, outcome: &Outcome) -> bool {
        match pass {
            Pass::Score(least) => outcome.score.is_some_and(|score| score >= least),
            Pass::Tier { tier, or_better: true } => outcome.tier.is_some_and(|own| own <= tier),
            Pass::Tier { tier, or_better: false } => outcome.tier == Some(tier),
        }
    }

    /// The group of a value: itself, or whether it lies in the band.
    fn group(question: &AdverseImpact, value: &Value) -> Group {
        match (&question.group, value) {
            (_, Value::Missing(_)) => Group::Missing,
            (Some(band), value) => Group::Value(i128::from(!band.contains(value))),
            (None, Value::Number(number)) => Group::Value(number.units()),
            (None, Value::Date(day)) => Group::Value(day.days().into()),
            (None, Value::YesNo(truth)) => Group::Value((*truth).into()),
            (None, Value::Category(code)) => Group::Value((*code).into()),
            (None, Value::Text(text)) => Group::Text(Arc::clone(text)),
        }
    }

    /// What a group is called.
    fn name(&self, question: &AdverseImpact, group: &Group) -> String {
        let field = self.policy.schema.field(self.policy.schema.scored, question.by);
        let names = match field.kind {
            Type::Category(id) => self.policy.schema.category(id).names.clone(),
            Type::Number
            | Type::Integer
            | Type::Money
            | Type::Text
            | Type::YesNo
            | Type::Date
            | Type::Tier => Vec::new(),
        };
        match (group, &question.group) {
            (Group::Everybody, _) => "all".to_owned(),
            (Group::Missing, _) => "not known".to_owned(),
            (Group::Text(text), _) => text.to_string(),
            (Group::Value(0), Some(band)) => format!("{} {}", field.name, band.describe(field.kind, &names)),
            (Group::Value(_), Some(_)) => "the others".to_owned(),
            (Group::Value(units), None) => match field.kind {
                Type::Category(_) | Type::YesNo | Type::Tier => {
                    let code = u32::try_from(*units).unwrap_or(u32::MAX);
                    crate::data::Set::of_codes([code]).describe(field.kind, &names)
                }
                Type::Number | Type::Integer | Type::Money | Type::Text | Type::Date => {
                    crate::data::Set::Ranges(vec![(*units, *units)]).describe(field.kind, &[])
                }
            },
        }
    }
}

impl Asked for Scores<'_> {
    fn adverse_impact(&self, question: &AdverseImpact) -> Verdict {
        let mut counts: BTreeMap<Group, Counts> = BTreeMap::new();
        for (position, outcome) in self.outcomes.iter().enumerate() {
            let (Some(subject), Ok(outcome)) = (self.records.subject(position), outcome) else { continue };
            let Some(value) = subject.values.get(question.by.index()) else { continue };
            let group = counts.entry(Self::group(question, value)).or_default();
            match outcome.status {
                Status::Scored => {
                    group.scored += 1;
                    group.selected += u64::from(Self::passes(question.pass, outcome));
                }
                Status::NotScored => group.not_scored += 1,
                Status::NotParticipating => group.not_participating += 1,
            }
        }
        let screen = Screen::of(counts.iter(), DEFAULT_LEAST_SIZE, |group| self.name(question, group));
        let Some((worst, ratio)) = screen.worst() else {
            return Verdict::undecided(format!(
                "there are no two groups of {DEFAULT_LEAST_SIZE} scored records or more to compare: {}",
                told(&screen.groups)
            ));
        };
        let limit = question.at_least;
        // Rounded, a ratio just below the limit could look like it.
        let is_clear = ratio.at_least(limit) == (ratio.rounded(3) >= limit);
        let interval = worst.interval.map_or_else(String::new, |interval| {
            format!(" (95% interval {:.2} to {:.2})", interval.low, interval.high)
        });
        let small = if worst.small_numbers { "; so few of them that this means little" } else { "" };
        let because = format!(
            "in these {} the ratio of `{}` is {}{interval}{small}: {}{}; a screen of them, and no test of compliance",
            plural(self.outcomes.len(), "record"),
            worst.name,
            ratio.rounded(if is_clear { 3 } else { 9 }),
            told(&screen.groups),
            self.in_no_rate(&screen.groups)
        );
        if ratio.at_least(question.at_least) {
            Verdict::proved(because)
        } else {
            Verdict::refuted_at(because, vec![self.place(question)])
        }
    }
}

impl Scores<'_> {
    /// `; 12 without a score and 3 set aside are in no rate`
    fn in_no_rate(&self, groups: &[Rate]) -> String {
        let counts = groups.iter().map(|rate| rate.counts);
        let unscored: u64 = counts.map(|counts| counts.not_scored + counts.not_participating).sum();
        let overflown = self.outcomes.iter().filter(|outcome| outcome.is_err()).count() as u64;
        let kinds = [(unscored + overflown, "without a score"), (self.set_aside as u64, "set aside")];
        let kinds = kinds.iter().filter(|(many, _)| *many > 0).map(|(many, kind)| format!("{many} {kind}"));
        match kinds.collect::<Vec<_>>().join(" and ") {
            none if none.is_empty() => String::new(),
            some => format!("; {some} are in no rate"),
        }
    }

    /// Where what is asked about is declared: the tier, or else the field that makes the groups.
    fn place(&self, question: &AdverseImpact) -> Place {
        let by = self.policy.schema.field(self.policy.schema.scored, question.by).place;
        match question.pass {
            Pass::Tier { tier, .. } => self.policy.tiers.get(tier.index()).map_or(by, |tier| tier.place),
            Pass::Score(_) => by,
        }
    }
}

/// `of 310 female 201 pass, of 690 male 499`
fn told(groups: &[Rate]) -> String {
    let each = groups.iter().map(|rate| {
        let few = if rate.judged { "" } else { " (not compared)" };
        format!("{} of {} `{}` pass{few}", rate.counts.selected, rate.counts.scored, rate.name)
    });
    each.collect::<Vec<_>>().join(", ")
}
