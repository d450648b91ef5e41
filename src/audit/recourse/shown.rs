//! A recourse as an explanation shows it: names, values and sentences instead of ids.

use super::{Aim, Best, FieldChange, Planner, Recourse};
use crate::data::Change;
use crate::decimal::Decimal;
use crate::explain::{self, Amount, ChangeShown, Step};
use crate::policy::{Tier, TierId};

impl Planner<'_> {
    /// A recourse in words.
    pub fn shown(&self, recourse: &Recourse) -> explain::Recourse {
        let policy = self.policy();
        let tier = |id: TierId| policy.tiers.get(id.index());
        let name = |id: TierId| tier(id).map(|tier: &Tier| tier.name.clone());
        let (to_tier, to_score, aim) = match recourse.aim {
            Aim::Tier(id) => (name(id), None, tier(id).map_or_else(String::new, |tier| tier.label.clone())),
            Aim::Score(score) => (None, Some(Amount(score)), format!("a score of {score}")),
        };
        let way = recourse.way.as_ref();
        let changes = way.map_or(&[][..], |way| &way.changes);
        explain::Recourse {
            aim,
            to_tier,
            to_score,
            answer: match (&recourse.way, &recourse.proof) {
                (Some(_), _) => "found",
                (None, Ok(())) => "none",
                (None, Err(_)) => "undecided",
            },
            proved: recourse.proof.is_ok(),
            changes: changes.iter().map(|change| self.change(change)).collect(),
            cost: way.map(|way| Amount(way.cost)),
            score: way.map(|way| Amount(way.score)),
            tier: way.and_then(|way| name(way.tier?)),
            because: self.because(recourse),
            best: recourse
                .best
                .iter()
                .map(|best| Step { cost: Amount(best.cost), score: Amount(best.score) })
                .collect(),
            by_time: recourse.by_time.iter().map(|change| self.change(change)).collect(),
        }
    }

    fn change(&self, change: &FieldChange) -> ChangeShown {
        let policy = self.policy();
        let field = policy.schema.field(policy.schema.scored, change.field);
        let steps = i64::try_from(change.steps).map_or(Decimal::MAX, Decimal::from_int);
        ChangeShown {
            field: field.name.clone(),
            label: field.label.clone(),
            from: explain::shown(policy, field.kind, &change.from),
            to: explain::shown(policy, field.kind, &change.to),
            steps: Amount(steps),
            each: change.each.map(Amount),
            cost: change.each.and_then(|each| each.checked_mul(steps)).map(Amount),
            by: match &field.change {
                Some(Change::Controllable { by, .. }) => Some(by.clone()),
                Some(Change::Immutable | Change::OnlyUp) | None => None,
            },
        }
    }

    /// What was proved, and what stays as it is.
    fn because(&self, recourse: &Recourse) -> Vec<String> {
        let mut said = vec![self.said(recourse)];
        said.extend(recourse.by_time.iter().map(|change| {
            let shown = self.change(change);
            format!(
                "Without a price, by time alone: {} {} → {}. Who changes nothing else reaches it then",
                shown.field, shown.from, shown.to
            )
        }));
        let policy = self.policy();
        let mut stays = vec!["every field that is not declared `controllable`"];
        if policy.schema.children().next().is_some() {
            stays.push("child records");
        }
        if !policy.schema.links.is_empty() {
            stays.push("links, and what others do to the score");
        }
        let last = stays.pop().unwrap_or_default();
        let stays =
            if stays.is_empty() { last.to_owned() } else { format!("{} and {last}", stays.join(", ")) };
        said.push(format!("What stays as it is: {stays}"));
        said
    }

    fn said(&self, recourse: &Recourse) -> String {
        let limit = recourse.way.as_ref().map(|way| way.cost);
        let below = recourse.best.iter().rfind(|best| limit.is_none_or(|limit| best.cost < limit));
        let wanted = |best: &Best| self.wanted(recourse.aim, best);
        match (&recourse.way, &recourse.proof, below) {
            (Some(way), Ok(()), _) if way.cost.is_zero() && way.changes.is_empty() => {
                "It is reached as it stands".to_owned()
            }
            (Some(way), Ok(()), Some(best)) => format!(
                "Proved: nothing cheaper reaches it. With less than {} the most is a score of {}{}",
                way.cost,
                best.score,
                wanted(best)
            ),
            (Some(_), Ok(()), None) => "Proved: nothing cheaper reaches it".to_owned(),
            (Some(way), Err(why), _) => {
                format!("It costs {} at most; whether less reaches it is undecided: {why}", way.cost)
            }
            (None, Ok(()), _) if !recourse.has_levers => {
                "Proved: there is none. No field that can be changed at a price is read by what gives points"
                    .to_owned()
            }
            (None, Ok(()), best) if recourse.ceiling.is_some() => format!(
                "Proved: there is none. Whatever is changed, the score does not go beyond {}{}",
                recourse.ceiling.unwrap_or_default(),
                best.map_or_else(String::new, wanted)
            ),
            (None, Ok(()), Some(best)) if best.cost.is_zero() => format!(
                "Proved: there is none. No change of what can be changed at a price leads above {}{}",
                best.score,
                wanted(best)
            ),
            (None, Ok(()), Some(best)) => format!(
                "Proved: there is none. The most that can be reached is a score of {}, for {}{}",
                best.score,
                best.cost,
                wanted(best)
            ),
            (None, Ok(()), None) => "Proved: there is none".to_owned(),
            (None, Err(why), _) => format!("None was found; whether there is one is undecided: {why}"),
        }
    }

    /// `; Good is 600 to under 650`; where the score would do, what keeps its tier: `; that is enough for Good, but `late`
    /// keeps the tier at Fair`.
    fn wanted(&self, aim: Aim, best: &Best) -> String {
        let Aim::Tier(id) = aim else { return String::new() };
        let policy = self.policy();
        let Some(tier) = policy.tiers.get(id.index()) else { return String::new() };
        let is_enough = policy.tier_of(best.score).is_some_and(|by_score| by_score <= id);
        let held_by = best.held_by.and_then(|at| policy.overrides.get(at)).filter(|_| is_enough);
        let cap = held_by.and_then(|each| policy.tiers.get(each.tier_at_most?.index()));
        match held_by.zip(cap) {
            Some((held_by, cap)) => format!(
                "; that is enough for {}, but `{}` keeps the tier at {} or below",
                tier.label, held_by.name, cap.label
            ),
            None => format!("; {} is {}", tier.label, tier.text),
        }
    }
}
