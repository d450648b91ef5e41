//! Clauses that no policy decides by itself: they are screened on data.

use super::desk::{AdverseImpact, Pass};
use super::slots::Slots;
use super::{Pattern, Subject};
use crate::audit::Verdict;

pub(super) static PATTERNS: [Pattern; 2] = [
    Pattern {
        words: "require adverse impact of tier TIER [or better] by FIELD [BAND] at least NUMBER",
        doc: "Of the groups that a field of the scored record makes, the one that has the tier (or a better one) least often has \
              it at least so often as the one that has it most often. With a band there are two groups, those in it and the \
              others; without one each value is a group. It is a screen and no test of compliance, and it needs `--data`.",
        examples: &[
            "require adverse impact of tier good or better by person.sex at least 0.8",
            "require adverse impact of tier good by person.age under 25 at least 0.8",
        ],
        source: "29 CFR 1607.4(D), the four-fifths rule",
        pass: |subject, slots| {
            let pass = Pass::Tier { tier: slots.tier(0)?, or_better: slots.flag(1)? };
            adverse_impact(subject, slots, pass, 2)
        },
    },
    Pattern {
        words: "require adverse impact of score NUMBER or more by FIELD [BAND] at least NUMBER",
        doc: "The same at a cut-off of the score.",
        examples: &["require adverse impact of score 470 or more by applicant.foreign_worker at least 0.8"],
        source: "29 CFR 1607.4(D), the four-fifths rule",
        pass: |subject, slots| adverse_impact(subject, slots, Pass::Score(slots.number(0)?), 1),
    },
];

/// Asks the data; `at` is the slot of the field, after which come the band and the ratio.
fn adverse_impact(subject: &Subject<'_>, slots: &Slots, pass: Pass, at: usize) -> Option<Verdict> {
    let (kind, by) = slots.field(at)?;
    let question =
        AdverseImpact { pass, by, group: slots.band(at + 1).cloned(), at_least: slots.number(at + 2)? };
    let schema = &subject.policy.schema;
    if kind != schema.scored {
        let (scored, other) = (&schema.scored().name, &schema.record(kind).name);
        let field = &schema.field(kind, by).name;
        return Some(Verdict::proved(format!(
            "the policy scores `{scored}`, which `{other}.{field}` makes no groups of"
        )));
    }
    Some(match subject.screen {
        Some(screen) => screen.adverse_impact(&question),
        None => Verdict::undecided("this depends on data: give them with `--data`"),
    })
}
