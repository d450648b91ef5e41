//! What an auditor wants to know of a policy without asking: worked out once, in plain words and numbers, for any writer.
//!
//! Every line is proved for all records that the schema allows, or shown by records that were run; what is neither is said
//! to be undecided, with the reason.

mod answer;
mod band;
mod consequence;
mod dictionary;
mod effect;
mod input;
mod points;
mod range;

pub use answer::{Answer, Claim, Shown, Standing};
pub use band::{Direction, Step};
pub use consequence::Consequent;
pub use dictionary::{Changes, Dictionary, Entry, Kind, Use};
pub use effect::Effect;
pub use input::{Input, InputKind, Tagged};
pub use points::{Giver, GiverKind};
pub use range::{End, Range};

use super::Audit;
use super::clause::{Desk, Way};
use crate::data::LinkId;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{ItemBody, ItemId, Policy};
use std::sync::Arc;

/// The report on a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What it is about.
    pub scope: Scope,
    /// The scores that anybody can have; the reason, where that is not known.
    pub range: Result<Range, String>,
    /// The scores of each tier, in the order of the policy; nothing where nobody can be in it.
    pub tiers: Vec<(String, Option<Range>)>,
    /// What gives points.
    pub givers: Vec<Giver>,
    /// What each input does to the score.
    pub inputs: Vec<Input>,
    /// The inputs of each tag.
    pub tags: Vec<Tagged>,
    /// Which way the score goes with each ordered field that it turns on.
    pub directions: Vec<Direction>,
    /// The largest step between neighbouring bands of each field, the largest first.
    pub cliffs: Vec<Step>,
    /// What a missing value gives against known ones.
    pub missing: Vec<Claim>,
    /// What any number of events of a rule can bring.
    pub gains: Vec<Claim>,
    /// What one more of a link can add or take.
    pub links: Vec<Claim>,
    /// Whether everything can matter to somebody.
    pub dead: Answer,
    /// Benefits and penalties, and what they rest on.
    pub consequences: Vec<Consequent>,
}

/// What a report is about: its answers are of this text and these parameters on this day, and of no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The policy's name.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Its version, where it declares one.
    pub version: Option<String>,
    /// The hash of its files and of the parameters set from outside.
    pub hash: Arc<str>,
    /// The day on which it is in force as it was asked.
    pub day: Date,
    /// The scored record.
    pub record: String,
}

impl Scope {
    /// Of a policy.
    pub fn of(policy: &Policy) -> Self {
        Self {
            policy: policy.name.clone(),
            title: policy.title.clone(),
            version: policy.version.clone(),
            hash: Arc::clone(&policy.hash),
            day: policy.today,
            record: policy.schema.scored().name.clone(),
        }
    }
}

impl Report {
    /// Works everything out.
    pub fn of(audit: &Audit<'_>) -> Self {
        let policy = audit.policy();
        let mut inputs = input::inputs(audit);
        let moving = |record, field| {
            inputs.iter().any(|input| input.is_field(record, field) && !input.effect.is_none())
        };
        let directions = band::directions(audit, &moving);
        let cliffs = band::cliffs(audit, &moving);
        let missing = missing(audit, &moving);
        let (gains, links) = (gains(audit), links(audit));
        let dead = Answer::of(audit, &audit.dead());
        let consequences = consequence::all(audit, &inputs);
        // Last: whatever record was shown above lies in the range.
        let tiers = audit.tiers();
        let reachable = audit.reach().map(|reach| audit.widened(reach, None));
        let widths = reachable.as_ref().map(range::Widths::of).unwrap_or_default();
        inputs.iter_mut().for_each(|input| input.effect.take_share_of(widths.exact));
        Self {
            scope: Scope::of(policy),
            tiers: range::tiers(audit, tiers, reachable.as_ref().ok()),
            range: reachable.map(|reach| Range::of(audit, &reach)),
            givers: points::givers(audit, &widths),
            tags: input::tagged(policy, &inputs),
            directions,
            cliffs,
            missing,
            gains,
            links,
            dead,
            consequences,
            inputs,
        }
    }

    /// Everything that could not be decided: of what, and why.
    pub fn undecided(&self) -> Vec<(String, &str)> {
        let mut all: Vec<(String, &str)> = Vec::new();
        if let Err(why) = &self.range {
            all.push(("the range of scores".to_owned(), why));
        }
        for input in &self.inputs {
            if let Effect::Undecided { because, .. } = &input.effect {
                all.push((format!("{}: whether it changes a score", input.name), because));
            }
        }
        let claims = self.directions.iter().flat_map(|direction| [&direction.falls, &direction.rises]);
        for claim in claims.chain(&self.missing).chain(&self.gains).chain(&self.links) {
            let why = claim.answer.undecided();
            all.extend(why.map(|why| (format!("{}: {}", claim.about, claim.claim), why)));
        }
        let dead = self.dead.undecided();
        all.extend(dead.map(|because| ("whether every row and rule can matter".to_owned(), because)));
        all
    }
}

/// What a missing value gives against known ones, for each field that may be missing and that the score turns on.
fn missing(audit: &Audit<'_>, moving: &band::Moving<'_>) -> Vec<Claim> {
    use super::clause::{Benchmark, Input as Asked};
    let policy = audit.policy();
    let scored = policy.schema.scored;
    let fields = policy.schema.scored().fields.iter().zip(0..);
    let fields = fields.map(|(field, at)| (field, crate::data::FieldId(at)));
    let optional = fields.filter(|(field, id)| field.optional && moving(scored, *id));
    optional
        .flat_map(|(field, id)| {
            let asked = [Asked::Field(scored, id)];
            let ask = |never, than, claim: &str| {
                Claim::of(audit, &field.name, claim, &audit.missing(&asked, never, than))
            };
            [
                ask(Way::Rises, Benchmark::BestKnown, "missing is never better than the best known value"),
                ask(Way::Falls, Benchmark::WorstKnown, "missing is never worse than the worst known value"),
            ]
        })
        .collect()
}

/// What any number of events can bring, for each rule that counts some.
fn gains(audit: &Audit<'_>) -> Vec<Claim> {
    let events = audit.policy().items.iter().zip(0..).map(|(item, at)| (item, ItemId(at)));
    events
        .filter(|(item, _)| matches!(item.body, ItemBody::Events(_)))
        .map(|(item, id)| {
            Claim::of(audit, &item.name, "what events bring is capped", &audit.gain_of(id, None))
        })
        .collect()
}

/// What one more of each link can do.
fn links(audit: &Audit<'_>) -> Vec<Claim> {
    let links = audit.policy().schema.links.iter().zip(0..).map(|(link, at)| (link, LinkId(at)));
    links
        .flat_map(|(link, id)| {
            let most = audit.one_more_at_most(id, Decimal::MAX);
            [
                Claim::of(audit, &link.name, "one more moves the score by a bounded number of points", &most),
                Claim::of(audit, &link.name, "one more never costs", &audit.one_more(id, Way::Falls)),
                Claim::of(audit, &link.name, "one more never gains", &audit.one_more(id, Way::Rises)),
            ]
        })
        .collect()
}
