//! The questions of clauses, each as an inquiry.

use super::Audit;
use super::clause::{Benchmark, Desk, Input, Share, Target, Way};
use super::inquiry::Rule;
use super::model::Model;
use super::read::{Read, ReadAfter};
use super::verdict::Verdict;
use crate::cases::Trial;
use crate::data::{FieldId, LinkId, RecordId, Set, Value};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemBody, ItemId, Over, TierId};
use std::collections::BTreeSet;

/// Nothing is known to keep a rule.
pub(super) fn none(_: &Model<'_>, _: usize) -> bool {
    false
}

impl Desk for Audit<'_> {
    fn flow(&self, from: &[Input], to: Target) -> Verdict {
        let reads = self.reads(from);
        let what = self.words(from);
        match to {
            Target::Score => self.flow_to_score(&reads, &what),
            Target::Tier => {
                if self.policy.tiers.is_empty() {
                    return Verdict::proved("the policy has no tiers");
                }
                let read = ReadAfter::of(self.policy, &Expr::Tier);
                self.flow_to(&reads, &what, (&Expr::Tier, &read), &|a, b| {
                    let name = |trial: &Trial<'_>| {
                        let tier = trial.outcome.tier.and_then(|tier| self.policy.tiers.get(tier.index()));
                        tier.map_or("none", |tier| tier.name.as_str()).to_owned()
                    };
                    (a.outcome.tier != b.outcome.tier)
                        .then(|| format!("the tier is {} and then {}", name(a), name(b)))
                })
            }
            Target::Decision(id) => {
                let name = self.policy.decisions.get(id.index()).map_or("", |decision| &decision.name);
                let read = ReadAfter::of(self.policy, &Expr::Decision(id));
                self.flow_to(&reads, &what, (&Expr::Decision(id), &read), &|a, b| {
                    let of =
                        |trial: &Trial<'_>| trial.outcome.decisions.get(id.index()).map(|a| a.value.clone());
                    (of(a) != of(b)).then(|| format!("the decision `{name}` changes"))
                })
            }
            Target::Consequence(at) => {
                let Some(consequence) = self.policy.consequences.get(at as usize) else {
                    return Verdict::proved("there is no such benefit or penalty");
                };
                let kind = if consequence.penalty { "penalty" } else { "benefit" };
                // Whether somebody is scored counts, unless it is held without.
                let target = match consequence.not_scored_applies {
                    true => consequence.when.when.clone(),
                    false => {
                        Expr::And(vec![Expr::IsMissing(Box::new(Expr::Score)), consequence.when.when.clone()])
                    }
                };
                let read = ReadAfter::of(self.policy, &target);
                self.flow_to(&reads, &what, (&consequence.when.when, &read), &|a, b| {
                    let held = |trial: &Trial<'_>| trial.outcome.consequences.get(at as usize).copied();
                    (held(a) != held(b)).then(|| {
                        let (first, then) = if held(a) == Some(true) {
                            ("holds", "does not")
                        } else {
                            ("does not hold", "does")
                        };
                        format!("the {kind} `{}` {first}, and then {then},", consequence.name)
                    })
                })
            }
        }
    }

    fn monotone(&self, of: (RecordId, FieldId), never: Way) -> Verdict {
        self.monotone_with(of, never)
    }

    fn shift(&self, from: &[Input], never: Way) -> Verdict {
        self.shifted_by(from, never)
    }

    fn one_more(&self, of: LinkId, never: Way) -> Verdict {
        self.one_more_peer(of, never)
    }

    fn one_more_at_most(&self, of: LinkId, most: Decimal) -> Verdict {
        self.one_more_peer_at_most(of, most)
    }

    fn share(&self, of: &Share, most: Decimal) -> Verdict {
        self.share_of_range(of, most)
    }

    fn missing(&self, of: &[Input], never: Way, than: Benchmark) -> Verdict {
        self.missing_values(of, never, than)
    }

    fn never_below_others(&self, of: (RecordId, FieldId), band: &Set) -> Verdict {
        self.band_never_below(of, band)
    }

    fn forgotten(&self, kinds: &[RecordId], after: (u32, Unit)) -> Verdict {
        summed(kinds.iter().map(|kind| self.forgotten_kind(*kind, after)))
    }

    fn repeated_gain(&self, most: Option<Decimal>) -> Verdict {
        let events =
            self.policy.items.iter().zip(0..).filter(|(item, _)| matches!(item.body, ItemBody::Events(_)));
        let verdicts: Vec<Verdict> = events.map(|(_, at)| self.gain_of(ItemId(at), most)).collect();
        if verdicts.is_empty() {
            return Verdict::proved("no rule counts events");
        }
        summed(verdicts.into_iter())
    }

    fn gaming(&self, from: Option<TierId>, to: TierId, at_least: Decimal) -> Verdict {
        self.cheapest_into(from, to, at_least)
    }

    fn ways_up(&self) -> Verdict {
        self.everyone_can_rise()
    }

    fn step(&self, of: &[Input], most: Decimal) -> Verdict {
        self.step_of(of, most)
    }

    fn opting_out(&self) -> Verdict {
        self.opting_out_costs_nothing()
    }

    fn reasons_at_most(&self, most: u32) -> Verdict {
        self.nobody_is_told_more(most)
    }

    fn dead(&self) -> Verdict {
        self.nothing_is_dead()
    }
}

impl Audit<'_> {
    /// What a question reads that is about one field of the record alone, or of other records.
    pub(super) fn reads_of_own(&self, record: RecordId, field: FieldId) -> BTreeSet<Read> {
        if record == self.policy.schema.scored {
            [Read::Field(field)].into_iter().collect()
        } else {
            self.reads(&[Input::Field(record, field)])
        }
    }
}

/// All of several.
pub(super) fn summed(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut proofs = 0;
    let mut only = String::new();
    let mut all: Option<Verdict> = None;
    for one in verdicts {
        if let Verdict::Proved { because } = one {
            proofs += 1;
            only = because;
            continue;
        }
        all = Some(match all {
            Some(all) => all.and(one),
            None => one,
        });
    }
    all.unwrap_or_else(|| match proofs {
        0 => Verdict::undecided("there was nothing to look at"),
        1 => Verdict::proved(only),
        many => {
            Verdict::proved(format!("it holds of each of {many} that were looked at, in all of their cells"))
        }
    })
}

pub(super) fn rule(never: Way) -> Rule {
    match never {
        Way::Rises => Rule::NeverRises,
        Way::Falls => Rule::NeverFalls,
    }
}

pub(super) fn broken(never: Way, first: Decimal, second: Decimal) -> bool {
    match never {
        Way::Rises => second > first,
        Way::Falls => second < first,
    }
}

/// A value of an ordered type as a number that keeps the order.
pub(super) fn rank(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => Some(number.units()),
        Value::Date(day) => Some(day.days().into()),
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}

pub(super) fn opposite(way: Way) -> Way {
    match way {
        Way::Rises => Way::Falls,
        Way::Falls => Way::Rises,
    }
}

/// What says that there are events of a rule.
pub(super) fn existence(over: Over) -> Read {
    match over {
        Over::Child(kind) => Read::Children(kind),
        Over::Link(link) => Read::Link(link),
    }
}
