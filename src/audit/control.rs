//! What people can do to their own score, asked of everybody: the cheapest way into a tier.

use super::Audit;
use super::block::Block;
use super::model::{Marks, Model};
use super::points::Points;
use super::read::Read;
use super::recourse::group::{By, Group};
use super::recourse::lever::Lever;
use super::recourse::{Aim, Levers, Planner};
use super::verdict::{Verdict, Witness};
use crate::cases::{Frozen, Possible, Wish};
use crate::data::{FieldId, Set, Value};
use crate::decimal::Decimal;
use crate::policy::{Case, Expr, TierId};

/// How many moves are tried to be shown.
const TRIES: usize = 6;

/// A change of one group's levers, from a cell to another.
#[derive(Debug, Clone)]
struct Move {
    /// The least that it costs: from the edge of one class to the edge of the other.
    cost: i128,
    /// What it adds to the score's own bucket; `None` where it goes through groups, or overrides change with it.
    gain: Option<i128>,
    group: usize,
    from: usize,
    /// By lever: the value to start from, next to the edge.
    starts: Vec<(FieldId, Value)>,
}

impl<'p> Audit<'p> {
    /// Whether no way into a tier costs less than so much.
    pub(super) fn cheapest_into(&self, from: Option<TierId>, to: TierId, at_least: Decimal) -> Verdict {
        let model = match &self.model {
            Ok(model) => model,
            Err(why) => return Verdict::undecided(why.clone()),
        };
        let (priced, _) = Lever::all(&self.policy.schema);
        let levers = Levers::of(model, &priced);
        // What friends read of one changes their scores, and those come back.
        let fields = priced.iter().map(|lever| Read::Field(lever.field)).collect();
        let alone = !model.is_read_by_others(&fields);
        if levers.groups.is_empty() && alone {
            return Verdict::proved(
                "nothing that changes a score reads a field that can be changed at a price",
            );
        }
        let moves = moves(model, &levers.groups);
        if let Some(proof) = self.none_cheaper(model, &levers, &moves, from, to, at_least).filter(|_| alone) {
            return Verdict::proved(proof);
        }
        match self.bought(model, &levers, &moves, from, to, at_least) {
            Some((cost, witness)) => {
                let because = format!("{}, for {cost}", witness.shows);
                Verdict::refuted_by(because, vec![witness], Vec::new())
            }
            None if alone => Verdict::undecided(
                "a change for less may bring somebody in, but no record was found that shows it",
            ),
            None => Verdict::undecided(
                "others' scores turn on what can be changed at a price too, and settle with one's own",
            ),
        }
    }

    /// Why no way into a tier costs less than so much, where that is sure of what one changes oneself.
    fn none_cheaper(
        &self,
        model: &Model<'p>,
        levers: &Levers,
        moves: &[Move],
        from: Option<TierId>,
        to: TierId,
        at_least: Decimal,
    ) -> Option<String> {
        let least = moves.iter().map(|each| each.cost).chain(by_runs(&levers.groups)).min();
        let Some(least) = least else {
            return Some("no change of what can be changed at a price moves the score up".to_owned());
        };
        if least >= at_least.units() {
            let least = Decimal::from_units(least).unwrap_or(Decimal::MAX);
            return Some(format!("the cheapest change that can move a score up costs {least}"));
        }
        let most = most_for_less(levers, moves, at_least.units()).map(|most| model.echoed(most, true));
        if let (Some(most), true) = (most, self.policy.overrides.is_empty())
            && let Some(sums) = model.sums(0, Marks::MAX).filter(|sums| sums.exact)
        {
            let tier = |total: i128| {
                let settled = model.settle(0, model.total(&[Points::of_units(total, total)]))?;
                self.policy.tier_of(Decimal::from_units(settled.single()?)?)
            };
            let groups = model.buckets.len() > 1;
            let crosses = |total: &&i128| {
                let (before, after) = (tier(**total), tier(total.saturating_add(most)));
                before.is_none_or(|before| before > to && from.is_none_or(|from| before == from))
                    && after.is_none_or(|after| after <= to)
            };
            if !groups && !sums.totals.iter().any(|total| crosses(&total)) {
                let most = Decimal::from_units(most).unwrap_or(Decimal::MAX);
                return Some(format!(
                    "less than {at_least} moves a score up by {most} points at most, and none of the {} totals that points add up to is so near below",
                    sums.totals.len()
                ));
            }
        }
        None
    }

    /// Two records, of which the second has bought its way into a tier for less than so much.
    fn bought(
        &self,
        model: &Model<'p>,
        levers: &Levers,
        moves: &[Move],
        from: Option<TierId>,
        to: TierId,
        at_least: Decimal,
    ) -> Option<(Decimal, Witness)> {
        let planner = Planner::of(model);
        let Set::Ranges(ranges) = &self.policy.tiers.get(to.index())?.scores else { return None };
        let (floor, _) = *ranges.first()?;
        let step = self.policy.round.units().max(1);
        let witnesses = self.witnesses(model);
        let below = |gain: i128| {
            let within = Set::Ranges(vec![(floor.saturating_sub(gain.max(step)), floor - 1)]);
            Wish::Expr { of: Expr::Score, within: Possible::known(within) }
        };
        let in_tier = from.map(|tier| {
            let within = Possible::known(Set::of_codes([tier.0]));
            Wish::Expr { of: Expr::Tier, within }
        });
        let shown = |case: &Case| self.bought_from(&planner, case, from, to, at_least);
        let mut few: Vec<&Move> = moves.iter().filter(|each| each.cost < at_least.units()).collect();
        few.sort_by_key(|each| (each.cost, std::cmp::Reverse(each.gain)));
        let far = self.policy.range;
        let far =
            far.map_or(step.saturating_mul(100), |(low, high)| high.units().saturating_sub(low.units()));
        let starts = few.iter().take(TRIES).map(|each| {
            let group = levers.groups.get(each.group);
            let classes = group.and_then(|group| classes(model, group, each.from)).unwrap_or_default();
            let mut wishes = witnesses.wishes(&classes, |_| None);
            wishes.extend(each.starts.iter().map(|(field, value)| Wish::Field(*field, value.clone())));
            (wishes, each.gain.unwrap_or(far))
        });
        let starts: Vec<(Vec<Wish>, i128)> = starts.chain([(Vec::new(), far)]).collect();
        starts.iter().find_map(|(wishes, gain)| {
            witnesses.bases.iter().find_map(|base| {
                let all: Vec<Wish> =
                    wishes.iter().cloned().chain(in_tier.clone()).chain([below(*gain)]).collect();
                let made = self.maker.made(base, &all, &Frozen::default());
                let found = made.and_then(|made| shown(&made.case));
                found.or_else(|| shown(&self.maker.made(base, wishes, &Frozen::default())?.case))
            })
        })
    }

    /// What a record pays for a tier, shown, where it is less than so much.
    fn bought_from(
        &self,
        planner: &Planner<'_>,
        case: &Case,
        from: Option<TierId>,
        to: TierId,
        at_least: Decimal,
    ) -> Option<(Decimal, Witness)> {
        let trial = self.maker.run(case)?;
        let (score, tier) = (trial.outcome.score?, trial.outcome.tier?);
        if tier <= to || from.is_some_and(|from| from != tier) {
            return None;
        }
        let (records, subject) = trial.among()?;
        let way = planner.cheapest(records, &subject, &trial.outcome, Aim::Tier(to)).ok()?.way?;
        if way.cost >= at_least {
            return None;
        }
        let set: Vec<(FieldId, Value)> =
            way.changes.iter().map(|change| (change.field, change.to.clone())).collect();
        let after = self.maker.run(&changed(self, case, &set))?;
        let reached = after.outcome.tier.filter(|reached| *reached <= to)?;
        let name = |tier: TierId| self.policy.tiers.get(tier.index()).map_or("", |tier| &tier.name);
        let shows = format!(
            "the score rises from {score} ({}) to {} ({})",
            name(tier),
            after.outcome.score?,
            name(reached)
        );
        let cases = vec![
            self.maker.confirmed(&trial.case, &format!("before: {shows}"))?,
            self.maker.confirmed(&after.case, &format!("after: {shows}"))?,
        ];
        let differ_in = set.iter().map(|(field, _)| *field).collect();
        Some((way.cost, Witness { shows, cases, differ_in }))
    }
}

/// A case with other values of its record's fields.
pub(super) fn changed(audit: &Audit<'_>, case: &Case, set: &[(FieldId, Value)]) -> Case {
    let mut case = case.clone();
    let scored = audit.policy().schema.scored;
    if let Some((_, own)) = case.records.iter_mut().find(|(kind, _)| *kind == scored) {
        for (field, value) in set {
            if let Some(slot) = own.get_mut(field.index()) {
                *slot = value.clone();
            }
        }
    }
    case
}

/// The classes of a cell of a group's component.
pub(super) fn classes(
    model: &Model<'_>,
    group: &Group,
    cell: usize,
) -> Option<Vec<(super::axis::AxisId, usize)>> {
    let By::Cells(component, _) = &group.by else { return None };
    let block = model.components.get(*component)?;
    let axes = block.axes.iter().enumerate();
    Some(axes.map(|(position, axis)| (*axis, block.class(cell, position))).collect())
}

/// The cells that a group's levers lead to from a cell.
pub(super) fn reachable(model: &Model<'_>, block: &Block, group: &Group, from: usize) -> Vec<usize> {
    let By::Cells(_, positions) = &group.by else { return Vec::new() };
    let cells = group.levers.iter().zip(positions).fold(vec![from], |cells, (lever, position)| {
        let own = block.class(from, *position);
        let all = block.axes.get(*position).map_or(&[][..], |axis| &model.axes.get(*axis).classes);
        let known = |class: usize| all.get(class).is_some_and(|class| !class.known.is_empty());
        // What is missing stays missing, and what is known stays known.
        let leads = |class: &usize| {
            *class == own || (known(own) && known(*class) && (!lever.only_up || *class > own))
        };
        let classes: Vec<usize> = (0..all.len()).filter(leads).collect();
        cells
            .iter()
            .flat_map(|cell| classes.iter().map(|class| block.moved(*cell, *position, *class)))
            .collect()
    });
    cells.into_iter().filter(|cell| block.cell(*cell).is_some()).collect()
}

/// All changes within a group's cells that can move a score up.
fn moves(model: &Model<'_>, groups: &[Group]) -> Vec<Move> {
    let mut moves = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let By::Cells(component, positions) = &group.by else { continue };
        let Some(block) = model.components.get(*component) else { continue };
        for from in (0..block.len()).filter(|cell| block.cell(*cell).is_some()) {
            for to in reachable(model, block, group, from) {
                let marks = |cell| block.cell(cell).map_or(0, |cell| cell.may);
                let pairs = block.buckets.iter().zip(block.points(from)).zip(block.points(to));
                let gains: Vec<(usize, i128)> = pairs
                    .map(|((bucket, from), to)| {
                        (*bucket, model.bucket(*bucket).sign * to.low().saturating_sub(from.low()))
                    })
                    .collect();
                if gains.iter().all(|(_, gain)| *gain <= 0) && marks(from) == marks(to) {
                    continue;
                }
                let Some((cost, starts)) = distance(model, group, block, positions, (from, to)) else {
                    continue;
                };
                let gain = match gains.as_slice() {
                    [(0, gain)] if marks(from) == marks(to) => Some(*gain),
                    _ => None,
                };
                moves.push(Move { cost, gain, group: at, from, starts });
            }
        }
    }
    moves
}

/// The least that leads from a cell to another, and the values to start from.
fn distance(
    model: &Model<'_>,
    group: &Group,
    block: &Block,
    positions: &[usize],
    (from, to): (usize, usize),
) -> Option<(i128, Vec<(FieldId, Value)>)> {
    let mut cost = 0_i128;
    let mut starts = Vec::new();
    for (lever, position) in group.levers.iter().zip(positions) {
        let (one, two) = (block.class(from, *position), block.class(to, *position));
        if one == two {
            continue;
        }
        let axis = model.axes.get(*block.axes.get(*position)?);
        let (first, second) = (axis.classes.get(one)?, axis.classes.get(two)?);
        let (start, steps) = match (&first.known, &second.known) {
            (Set::Ranges(a), Set::Ranges(b)) => {
                let (a, b) = (*a.first()?, *b.first()?);
                let (start, end) = if a.1 < b.0 { (a.1, b.0) } else { (a.0, b.1) };
                (crate::data::value(start, lever.kind)?, lever.over(end.abs_diff(start)))
            }
            (known, other) if !known.is_empty() && !other.is_empty() => (known.sample(lever.kind)?, 1),
            // What is missing stays missing.
            _ => return None,
        };
        cost = cost.saturating_add(lever.price(steps));
        starts.push((lever.field, start));
    }
    Some((cost, starts))
}

/// What the cheapest step costs of groups whose cells are not known.
fn by_runs(groups: &[Group]) -> Vec<i128> {
    let unknown = groups.iter().filter(|group| matches!(group.by, By::Runs(_)));
    unknown.flat_map(|group| group.levers.iter().map(|lever| lever.price(1))).collect()
}

/// The most points that less than a price brings; `None` where that is not known.
fn most_for_less(levers: &Levers, moves: &[Move], price: i128) -> Option<i128> {
    if levers.groups.iter().any(|group| matches!(group.by, By::Runs(_))) {
        return None;
    }
    // What no other combination beats in both price and points, group by group.
    let mut best: Vec<(i128, i128)> = vec![(0, 0)];
    for at in 0..levers.groups.len() {
        let own = moves.iter().filter(|each| each.group == at && each.cost < price);
        let own: Vec<(i128, i128)> = own.map(|each| Some((each.cost, each.gain?))).collect::<Option<_>>()?;
        let both = best.iter().flat_map(|(cost, gain)| {
            own.iter()
                .chain([&(0, 0)])
                .map(move |(more, points)| (cost.saturating_add(*more), gain.saturating_add(*points)))
        });
        let mut both: Vec<(i128, i128)> = both.filter(|(cost, _)| *cost < price).collect();
        both.sort_by_key(|(cost, gain)| (*cost, -gain));
        best = Vec::new();
        for (cost, gain) in both {
            if best.last().is_none_or(|(_, most)| gain > *most) {
                best.push((cost, gain));
            }
        }
    }
    best.last().map(|(_, gain)| *gain)
}

#[cfg(test)]
mod tests;
