//! Tiers between two scores that can be given: no sum of points falls into them, and no override leads there.
//!
//! Scores without a tier, and tiers above or below all scores, are errors of the checker.

use super::context::Look;
use super::spread;
use crate::data::{Type, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::TierId;

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    let scores = spread::scores(policy);
    for (tier, at) in policy.tiers.iter().zip(0..) {
        let by_override = policy
            .overrides
            .iter()
            .any(|o| o.tier_at_least == Some(TierId(at)) || o.tier_at_most == Some(TierId(at)));
        if by_override || scores.meets(&tier.scores, policy.round) {
            look.fine(tier.place);
            continue;
        }
        let end = |value: Option<Value>| value.and_then(|value| value.as_number());
        let ends = end(tier.scores.least(Type::Number)).zip(end(tier.scores.greatest(Type::Number)));
        let near = ends.map_or((None, None), |(low, high)| scores.around(low, high, policy.round));
        let label = match near {
            (Some(below), Some(above)) => format!("scores jump from {below} to {above}"),
            (Some(below), None) => format!("no score is above {below}"),
            (None, Some(above)) => format!("no score is below {above}"),
            (None, None) => String::new(),
        };
        let message = format!("no sum of points falls into the tier `{}`", tier.name);
        look.report(
            Diagnostic::warning(Code::W0512, tier.place, message)
                .label(label)
                .help("move its edges, take it away, or mend the points that were to lead there")
                .about(&tier.name),
        );
    }
}
