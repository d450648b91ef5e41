//! Benefits and penalties whose condition can hold for nobody: by the scores that can be given, and by the domains.
//!
//! What a condition may come to is never taken too narrow, so that `nobody` is true; where it is not known, silence.

use super::context::Look;
use super::spread::{self, Spread};
use crate::data::{Set, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Consequence, Expr, Policy, TierId};

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    let scores = spread::scores(policy);
    let tiers = Set::of_codes(
        policy
            .tiers
            .iter()
            .zip(0..)
            .filter(|(tier, at)| {
                let id = Some(TierId(*at));
                policy.overrides.iter().any(|o| o.tier_at_least == id || o.tier_at_most == id)
                    || scores.meets(&tier.scores, policy.round)
            })
            .map(|(_, at)| at),
    );
    for consequence in &policy.consequences {
        let reach =
            Reach { policy, scores: &scores, tiers: &tiers, unscored: consequence.not_scored_applies };
        let can = reach.of(&consequence.when.when);
        if can.yes || (can.missing && consequence.when.if_missing) {
            look.fine(consequence.place);
        } else {
            look.report(finding(policy, consequence, &scores));
        }
    }
}

fn finding(policy: &Policy, consequence: &Consequence, scores: &Spread) -> Diagnostic {
    let kind = if consequence.penalty { "penalty" } else { "benefit" };
    let message = format!("nobody can reach the {kind} `{}`", consequence.name);
    let label = match scores.ends(policy.round) {
        (Some(low), Some(high)) => format!("by these points scores run from {low} to {high}"),
        (None, Some(high)) => format!("by these points no score is above {high}"),
        (Some(low), None) => format!("by these points no score is below {low}"),
        (None, None) => "its condition can hold for no record".to_owned(),
    };
    Diagnostic::warning(Code::W0509, consequence.place, message)
        .label(label)
        .help("mend its condition, or take it away")
        .about(&consequence.name)
}

/// What a condition may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Can {
    yes: bool,
    no: bool,
    missing: bool,
}

/// Nothing is known.
const ANYTHING: Can = Can { yes: true, no: true, missing: true };

/// What is known of the records that are asked.
struct Reach<'a> {
    policy: &'a Policy,
    scores: &'a Spread,
    tiers: &'a Set,
    /// Whether records without a score are asked, too.
    unscored: bool,
}

impl Reach<'_> {
    fn of(&self, when: &Expr) -> Can {
        match when {
            Expr::Constant(Value::YesNo(truth)) => Can { yes: *truth, no: !truth, missing: false },
            Expr::Test(subject, set) => self.test(subject, set),
            Expr::IsMissing(subject) => Can { yes: self.may_be_missing(subject), no: true, missing: false },
            Expr::And(all) => self.all(all),
            Expr::Or(all) => {
                let all: Vec<Can> = all.iter().map(|one| self.of(one)).collect();
                Can {
                    yes: all.iter().any(|can| can.yes),
                    no: all.iter().all(|can| can.no),
                    missing: all.iter().any(|can| can.missing),
                }
            }
            Expr::Not(inner) => {
                let Can { yes, no, missing } = self.of(inner);
                Can { yes: no, no: yes, missing }
            }
            Expr::Otherwise(first, second) => {
                let (a, b) = (self.of(first), self.of(second));
                Can {
                    yes: a.yes || (a.missing && b.yes),
                    no: a.no || (a.missing && b.no),
                    missing: a.missing && b.missing,
                }
            }
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Negate(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::Call(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => ANYTHING,
        }
    }

    /// Whether a value may be missing where the condition is asked.
    fn may_be_missing(&self, subject: &Expr) -> bool {
        if matches!(subject, Expr::Score | Expr::Tier) {
            return self.unscored;
        }
        let Expr::Field(field) = subject else { return true };
        let schema = &self.policy.schema;
        schema.field(schema.scored, *field).optional
    }

    /// All of some conditions. Those that ask the same of one value must hold for one value together.
    fn all(&self, all: &[Expr]) -> Can {
        let cans: Vec<Can> = all.iter().map(|one| self.of(one)).collect();
        let mut tests: Vec<(&Expr, Set)> = Vec::new();
        for one in all {
            if let Expr::Test(subject, set) = one {
                match tests.iter_mut().find(|(other, _)| *other == &**subject) {
                    Some((_, together)) => *together = together.intersect(set),
                    None => tests.push((subject, set.clone())),
                }
            }
        }
        let together = tests.iter().all(|(subject, set)| !set.is_empty() && self.test(subject, set).yes);
        Can {
            yes: together && cans.iter().all(|can| can.yes),
            no: true,
            missing: cans.iter().any(|can| can.missing),
        }
    }

    fn test(&self, subject: &Expr, set: &Set) -> Can {
        let missing = self.may_be_missing(subject);
        let (yes, no) = if *subject == Expr::Score {
            (self.scores.meets(set, self.policy.round), !self.scores.lies_in(set, self.policy.round))
        } else if *subject == Expr::Tier {
            (!self.tiers.is_disjoint(set), !self.tiers.is_subset(set))
        } else if let Expr::Field(field) = subject {
            let schema = &self.policy.schema;
            let domain = &schema.field(schema.scored, *field).domain;
            (!domain.is_disjoint(set), !domain.is_subset(set))
        } else {
            return ANYTHING;
        };
        Can { yes, no, missing }
    }
}
