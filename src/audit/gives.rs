//! What items, groups and influences can give: the least and the most points.

use super::Audit;
use super::axis::AxisId;
use super::block::Block;
use super::model::{Model, PartOf};
use super::points::Points;
use super::verdict::Witness;
use crate::cases::{Amount, Frozen, Trial, Wish};
use crate::decimal::Decimal;
use crate::policy::{ItemBody, ItemId};

/// What something can give, after its own weight and limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Gives {
    /// The least; absent where there is no end.
    pub least: Option<End>,
    /// The most.
    pub greatest: Option<End>,
    /// The most that it can change of the score, its groups' weights and limits counted: proved. Absent where there is no
    /// end.
    pub swing: Option<Decimal>,
}

/// An end of the points that something gives.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Never less (or more): proved.
    pub bound: Decimal,
    /// The least (or most) that a record was found to be given, and the record. Looked for of groups only.
    pub shown: Option<(Decimal, Witness)>,
}

impl<'p> Audit<'p> {
    /// What an item can give; `None` where the policy is too large to be taken apart.
    pub fn gives(&self, id: ItemId) -> Option<Gives> {
        let model = self.model.as_ref().ok()?;
        let points = model.points_of(id)?;
        let members = model.parts_of(id);
        let swings = members.iter().map(|at| self.swing_of_part(model, *at));
        let mut swing = swings.reduce(Points::plus).unwrap_or(Points::ZERO);
        let is_group = matches!(self.policy.item(id).body, ItemBody::Group(_));
        if is_group && self.policy.item(id).limits.is_some() && self.policy.item(id).group.is_none() {
            swing = Points::of_units(0, swing.high().min(points.width()));
        }
        let end = |bound: Option<Decimal>, most: bool| {
            let shown =
                |bound| is_group.then(|| self.most_of_group(model, id, &members, bound, most)).flatten();
            bound.map(|bound| End { bound, shown: shown(bound) })
        };
        Some(Gives {
            least: end(points.least(), false),
            greatest: end(points.greatest(), true),
            swing: swing.greatest(),
        })
    }

    /// What the influence at a position can give.
    pub fn influence_gives(&self, influence: u32) -> Option<Gives> {
        let model = self.model.as_ref().ok()?;
        let at = (0..model.parts.len()).find(|at| model.part(*at).of == PartOf::Influence(influence))?;
        let points = model.hulls.get(at)?.points;
        let end = |bound: Option<Decimal>| bound.map(|bound| End { bound, shown: None });
        Some(Gives {
            least: end(points.least()),
            greatest: end(points.greatest()),
            swing: self.swing_of_part(model, at).greatest(),
        })
    }

    /// A record that a group gives as much as can be, or as little.
    fn most_of_group(
        &self,
        model: &Model<'p>,
        id: ItemId,
        members: &[usize],
        bound: Decimal,
        most: bool,
    ) -> Option<(Decimal, Witness)> {
        let witnesses = self.witnesses(model);
        let mut wishes: Vec<Wish> = Vec::new();
        for at in members {
            let amount = if model.turns(*at, id) != most { Amount::Most } else { Amount::Least };
            let cell = model.extreme_cell(*at, amount == Amount::Most);
            wishes.extend(witnesses.wishes(&cell?, |_| Some(amount)));
        }
        let given = |trial: &Trial<'_>| trial.outcome.points.get(id.index()).copied();
        let made = |base| self.maker.made(base, &wishes, &Frozen::default());
        let trials = witnesses.bases.iter().filter_map(made);
        let trials = trials.filter_map(|trial| Some((given(&trial)?, trial)));
        let best = if most {
            trials.max_by_key(|(points, _)| *points)
        } else {
            trials.min_by_key(|(points, _)| *points)
        };
        let (points, trial) = best?;
        let name = &self.policy.item(id).name;
        let which = if most { "most" } else { "least" };
        let shows = if points == bound {
            format!("the {which} that `{name}` gives anybody is {points}")
        } else {
            format!("`{name}` gives {points}")
        };
        let case = self.maker.confirmed(&trial.case, &shows)?;
        Some((points, Witness { shows, cases: vec![case], differ_in: Vec::new() }))
    }
}

impl Model<'_> {
    /// What an item can give, after its weight and limits; of a group, as if its members had nothing in common.
    fn points_of(&self, id: ItemId) -> Option<Points> {
        let item = self.policy.item(id);
        match &item.body {
            ItemBody::Group(members) => {
                let mut sum = Points::ZERO;
                for member in members {
                    sum = sum.plus(self.points_of(*member)?);
                }
                Some(sum.weighted(item.weight).clamped(item.limits))
            }
            ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Events(_) => {
                let at = (0..self.parts.len()).find(|at| self.part(*at).of == PartOf::Item(id))?;
                self.hulls.get(at).map(|hull| hull.points)
            }
        }
    }

    /// The parts of an item: itself, or those of its members.
    fn parts_of(&self, id: ItemId) -> Vec<usize> {
        match &self.policy.item(id).body {
            ItemBody::Group(members) => members.iter().flat_map(|member| self.parts_of(*member)).collect(),
            ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Events(_) => {
                (0..self.parts.len()).filter(|at| self.part(*at).of == PartOf::Item(id)).collect()
            }
        }
    }

    /// Whether more of a part is less of a group that it stands in.
    fn turns(&self, at: usize, group: ItemId) -> bool {
        let PartOf::Item(id) = self.part(at).of else { return false };
        let groups = std::iter::successors(self.policy.item(id).group, |at| self.policy.item(*at).group);
        let mut turned = false;
        for each in groups {
            turned ^= self.policy.item(each).weight.is_some_and(|weight| weight < Decimal::ZERO);
            if each == group {
                break;
            }
        }
        turned
    }

    /// The classes in which a part gives the most, or the least.
    fn extreme_cell(&self, at: usize, most: bool) -> Option<Vec<(AxisId, usize)>> {
        let block = Block::new(self, vec![at]);
        if block.is_too_large() {
            return None;
        }
        let points = |cell: &usize| block.points(*cell).first().copied().unwrap_or(Points::ZERO);
        let cells = (0..block.len()).filter(|cell| block.cell(*cell).is_some());
        let best = if most {
            cells.max_by_key(|cell| points(cell).high())
        } else {
            cells.min_by_key(|cell| points(cell).low())
        }?;
        let axes = block.axes.iter().enumerate();
        Some(axes.map(|(position, axis)| (*axis, block.class(best, position))).collect())
    }
}
