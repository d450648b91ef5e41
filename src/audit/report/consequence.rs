//! Benefits and penalties: where they apply, on what basis, and which inputs they rest on.

use super::Input;
use crate::audit::Audit;
use crate::audit::clause::{self, Target, inputs_of};
use crate::date::Date;
use crate::policy::Reads;
use crate::source::Place;

/// A benefit or a penalty.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequent {
    /// Whether it is a penalty.
    pub penalty: bool,
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its condition, as written.
    pub when: String,
    /// Where it applies.
    pub context: Option<String>,
    /// Who grants or imposes it.
    pub grantor: Option<String>,
    /// The law or agreement that it rests on.
    pub basis: Option<String>,
    /// When it was announced.
    pub announced: Option<Date>,
    /// Its first day.
    pub from: Option<Date>,
    /// The first day on which it is no more.
    pub before: Option<Date>,
    /// The inputs that may change whether it holds. No other can: proved.
    pub rests_on: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Every benefit and penalty of the day.
pub(super) fn all(audit: &Audit<'_>, inputs: &[Input]) -> Vec<Consequent> {
    let policy = audit.policy();
    let told = policy.consequences.iter().zip(0..).map(|(each, at)| {
        let read = Reads::of_condition(policy, &each.when.when);
        let on_the_way = inputs_of(policy, Target::Consequence(at));
        let rests = |input: &&Input| {
            let directly = match input.asked() {
                clause::Input::Field(kind, field) => read.fields.contains(&(kind, field)),
                clause::Input::Record(kind) => read.records.contains(&kind),
                clause::Input::Link(link) => read.links.contains(&link),
                clause::Input::LinkedScore(link) => read.scores.contains(&link),
            };
            on_the_way.contains(&input.asked()) && (directly || !input.effect.is_none())
        };
        Consequent {
            penalty: each.penalty,
            name: each.name.clone(),
            title: each.title.clone(),
            when: each.when.text.clone(),
            context: each.context.clone(),
            grantor: each.grantor.clone(),
            basis: each.basis.clone(),
            announced: each.announced,
            from: each.from,
            before: each.before,
            rests_on: inputs.iter().filter(rests).map(|input| input.name.clone()).collect(),
            place: each.place,
        }
    });
    told.collect()
}
