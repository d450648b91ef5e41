//! Whether everybody below the top has a way up.

use super::{changed, classes, reachable};
use crate::audit::Audit;
use crate::audit::axis::AxisId;
use crate::audit::block::Block;
use crate::audit::model::Model;
use crate::audit::points::Points;
use crate::audit::recourse::choice::Stand;
use crate::audit::recourse::group::{By, Group};
use crate::audit::recourse::lever::Lever;
use crate::audit::recourse::{Levers, Planner};
use crate::audit::verdict::{Verdict, Witness};
use crate::cases::{Frozen, Possible, Trial, Wish};
use crate::data::Set;
use crate::policy::{Expr, TierId};

impl<'p> Audit<'p> {
    /// Whether everyone below the top can rise by what they control, or by time.
    pub(in crate::audit) fn everyone_can_rise(&self) -> Verdict {
        let model = match &self.model {
            Ok(model) => model,
            Err(why) => return Verdict::undecided(why.clone()),
        };
        let (mut all, timed) = Lever::all(&self.policy.schema);
        all.extend(timed);
        let levers = Levers::of(model, &all);
        let Some(top) = self.top() else {
            return Verdict::undecided(
                "the policy has neither tiers nor a range: there is no top to rise to",
            );
        };
        if self.rises_to(model, &levers, top) {
            return Verdict::proved(
                "the best of what people control reaches the top whatever else holds of them".to_owned(),
            );
        }
        let planner = Planner::of(model);
        let witnesses = self.witnesses(model);
        let mut starts: Vec<Trial<'p>> =
            witnesses.bases.iter().filter_map(|base| self.maker.run(base)).collect();
        let wish = Wish::Expr {
            of: Expr::Score,
            within: Possible::known(Set::Ranges(vec![(
                crate::data::limits(crate::data::Type::Number).0,
                top - 1,
            )])),
        };
        starts.extend(
            witnesses
                .bases
                .iter()
                .filter_map(|base| self.maker.made(base, std::slice::from_ref(&wish), &Frozen::default())),
        );
        // Where what people control leads to least: a value is missing, say, and stays so.
        let worst: Vec<_> =
            levers.groups.iter().filter_map(|group| worst_cell(model, group)).flatten().collect();
        let wishes = witnesses.wishes(&worst, |_| None);
        starts.extend(
            witnesses.bases.iter().filter_map(|base| self.maker.made(base, &wishes, &Frozen::default())),
        );
        let stuck = starts.iter().find_map(|start| self.stuck(&planner, &levers, start, top));
        match stuck {
            Some(witness) => Verdict::refuted_by(witness.shows.clone(), vec![witness], Vec::new()),
            None => Verdict::undecided(
                "some may have no way up, but no record was found that shows it".to_owned(),
            ),
        }
    }

    /// A record at its best as far as it goes by what people control, and still below the top.
    fn stuck(&self, planner: &Planner<'_>, levers: &Levers, start: &Trial<'p>, top: i128) -> Option<Witness> {
        let set = {
            let (records, subject) = start.among()?;
            let stand = Stand { records, subject: &subject, outcome: &start.outcome };
            planner.best_of(&stand, levers)?
        };
        let trial = self.maker.run(&changed(self, &start.case, &set))?;
        let score = trial.outcome.score.filter(|score| score.units() < top)?;
        // An override may have lifted it.
        if trial.outcome.tier == Some(TierId(0)) {
            return None;
        }
        let (records, subject) = trial.among()?;
        let stand = Stand { records, subject: &subject, outcome: &trial.outcome };
        // Nothing more is to be had from there, for sure.
        if !planner.is_at_best(&stand, levers) {
            return None;
        }
        let at_best: Vec<String> = levers
            .groups
            .iter()
            .flat_map(|group| &group.levers)
            .map(|lever| {
                format!("`{}`", self.policy.schema.field(self.policy.schema.scored, lever.field).name)
            })
            .collect();
        let shows = if at_best.is_empty() {
            format!("a score of {score}, and nothing that people control, or that time brings, moves it")
        } else {
            format!("a score of {score} cannot rise: no change of {} moves it up", at_best.join(", "))
        };
        let case = self.maker.confirmed(&trial.case, &shows)?;
        Some(Witness { shows, cases: vec![case], differ_in: Vec::new() })
    }

    /// The least score of the best tier, or the top of the range, in units.
    fn top(&self) -> Option<i128> {
        match self.policy.tiers.first() {
            Some(tier) => match &tier.scores {
                Set::Ranges(ranges) => ranges.first().map(|(low, _)| *low),
                Set::Codes(_) | Set::Texts { .. } => None,
            },
            None => self.policy.range.map(|(_, high)| high.units()),
        }
    }

    /// Whether whoever does their best reaches the top, whatever else holds of them.
    fn rises_to(&self, model: &Model<'_>, levers: &Levers, top: i128) -> bool {
        // An override may hold a score or a tier down, or take it away.
        if !self.policy.overrides.is_empty() || levers.inexact.is_some() {
            return false;
        }
        let mut sums = vec![Points::ZERO; model.buckets.len()];
        for (at, block) in model.components.iter().enumerate() {
            let group = levers.groups.iter().find(|group| matches!(&group.by, By::Cells(of, _) if *of == at));
            let worst = match (group, block.buckets.as_slice()) {
                (Some(group), [bucket]) => {
                    let sign = model.bucket(*bucket).sign;
                    let reach = (0..block.len()).filter(|cell| block.cell(*cell).is_some());
                    let reach = reach.map(|cell| sign * best_from(model, block, group, cell, sign)).min();
                    reach.map(|worst| (*bucket, sign * worst))
                }
                (Some(_), _) => return false,
                (None, _) => None,
            };
            if let Some((bucket, worst)) = worst {
                if let Some(sum) = sums.get_mut(bucket) {
                    *sum = sum.plus(Points::of_units(worst, worst));
                }
                continue;
            }
            for part in &block.parts {
                let (Some(hull), bucket) = (model.hulls.get(*part), model.part(*part).bucket) else {
                    return false;
                };
                if let Some(sum) = sums.get_mut(bucket) {
                    *sum = sum.plus(hull.points);
                }
            }
        }
        // A group that is run instead is not known here.
        let known = levers.groups.iter().all(|group| matches!(group.by, By::Cells(..)));
        known && model.settle(0, model.total(&sums)).is_some_and(|score| score.low() >= top)
    }
}

/// The classes of the cell from which a group's levers lead to least.
fn worst_cell(model: &Model<'_>, group: &Group) -> Option<Vec<(AxisId, usize)>> {
    let By::Cells(component, _) = &group.by else { return None };
    let block = model.components.get(*component)?;
    let sign = model.bucket(*block.buckets.first()?).sign;
    let cells = (0..block.len()).filter(|cell| block.cell(*cell).is_some());
    let worst = cells.min_by_key(|cell| sign * best_from(model, block, group, *cell, sign))?;
    classes(model, group, worst)
}

/// The best points of a bucket that a group's levers lead to from a cell, as much as the sign says.
fn best_from(model: &Model<'_>, block: &Block, group: &Group, cell: usize, sign: i128) -> i128 {
    let points = |cell: usize| block.points(cell).first().and_then(|points| points.single()).unwrap_or(0);
    let best = reachable(model, block, group, cell).into_iter().map(|cell| sign * points(cell)).max();
    sign * best.unwrap_or(sign * points(cell))
}
