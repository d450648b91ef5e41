//! What would lead to a better score at the least price, as an explanation shows it.

use super::{Amount, Shown};
use crate::decimal::Decimal;
use serde::Serialize;

/// The cheapest way to an aim, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recourse {
    /// What is to be reached, in words: the label of a tier, or `a score of 650`.
    #[serde(skip)]
    pub aim: String,
    /// The name of the tier that is to be reached.
    pub to_tier: Option<String>,
    /// The score that is to be reached.
    pub to_score: Option<Amount>,
    /// `found`, `none`, or `undecided` where no way was found and it is not proved that there is none.
    pub answer: &'static str,
    /// Whether it is proved that nothing cheaper reaches it, or that nothing does.
    pub proved: bool,
    /// The changes.
    pub changes: Vec<ChangeShown>,
    /// What they cost together.
    pub cost: Option<Amount>,
    /// The score that they lead to.
    pub score: Option<Amount>,
    /// The name of the tier that they lead to.
    pub tier: Option<String>,
    /// What was proved, and what stays as it is, in sentences.
    pub because: Vec<String>,
    /// For each price at which more can be had than for less: the best score. The first is the score as it stands. Where
    /// there are too many changes to look at all, it ends with the price up to which all were.
    pub best: Vec<Step>,
    /// Fields that only grow, one of which alone reaches it: a matter of time, not of a price.
    pub by_time: Vec<ChangeShown>,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeShown {
    /// Its name.
    pub field: String,
    /// Its label.
    pub label: Option<String>,
    /// Its value.
    pub from: Shown,
    /// What it is to be.
    pub to: Shown,
    /// How many steps that is.
    pub steps: Amount,
    /// What a step costs.
    pub each: Option<Amount>,
    /// What the steps cost.
    pub cost: Option<Amount>,
    /// Who can change it, as the policy declares.
    pub by: Option<String>,
}

/// The best score that can be had for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The price.
    pub cost: Amount,
    /// The score.
    pub score: Amount,
}

impl ChangeShown {
    /// `3 steps at 3 = 9`; nothing where there is no price.
    pub fn price(&self) -> Option<String> {
        let (each, cost) = (self.each?, self.cost?);
        let steps = if self.steps.0 == Decimal::ONE { "step" } else { "steps" };
        Some(format!("{} {steps} at {each} = {cost}", self.steps))
    }
}
