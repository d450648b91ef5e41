//! What people can do to their own score, asked of everybody: the cheapest way into a tier, and whether all have a way up.

use super::Audit;
use super::block::Block;
use super::model::{Marks, Model};
use super::points::Points;
use super::recourse::choice::Stand;
use super::recourse::group::{By, Group};
use super::recourse::lever::Lever;
use super::recourse::{Aim, Levers, Planner};
use super::verdict::{Verdict, Witness};
use crate::cases::{Frozen, Possible, Trial, Wish};
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
        if levers.groups.is_empty() {
            return Verdict::proved(
                "nothing that changes a score reads a field that can be changed at a price",
            );
        }
        let moves = moves(model, &levers.groups);
        let least = moves.iter().map(|each| each.cost).chain(by_runs(&levers.groups)).min();
        let Some(least) = least else {
            return Verdict::proved("no change of what can be changed at a price moves the score up");
        };
        if least >= at_least.units() {
            let least = Decimal::from_units(least).unwrap_or(Decimal::MAX);
            return Verdict::proved(format!("the cheapest change that can move a score up costs {least}"));
        }
        let most = most_for_less(&levers, &moves, at_least.units());
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
                return Verdict::proved(format!(
                    "less than {at_least} moves a score up by {most} points at most, and none of the {} totals that points add up to is so near below",
                    sums.totals.len()
                ));
            }
        }
        match self.bought(model, &levers, &moves, from, to, at_least) {
            Some((cost, witness)) => {
                let because = format!("{}, for {cost}", witness.shows);
                Verdict::refuted_by(because, vec![witness], Vec::new())
            }
            None => Verdict::undecided(
                "a change for less may bring somebody in, but no record was found that shows it",
            ),
        }
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
        let far = self.policy.range.map_or(step * 100, |(low, high)| high.units() - low.units());
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

    /// Whether everyone below the top can rise by what they control, or by time.
    pub(super) fn everyone_can_rise(&self) -> Verdict {
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

/// A case with other values of its record's fields.
fn changed(audit: &Audit<'_>, case: &Case, set: &[(FieldId, Value)]) -> Case {
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
fn classes(model: &Model<'_>, group: &Group, cell: usize) -> Option<Vec<(super::axis::AxisId, usize)>> {
    let By::Cells(component, _) = &group.by else { return None };
    let block = model.components.get(*component)?;
    let axes = block.axes.iter().enumerate();
    Some(axes.map(|(position, axis)| (*axis, block.class(cell, position))).collect())
}

/// The cells that a group's levers lead to from a cell.
fn reachable(model: &Model<'_>, block: &Block, group: &Group, from: usize) -> Vec<usize> {
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

/// The classes of the cell from which a group's levers lead to least.
fn worst_cell(model: &Model<'_>, group: &Group) -> Option<Vec<(super::axis::AxisId, usize)>> {
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
                        (*bucket, model.bucket(*bucket).sign * (to.low() - from.low()))
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
            own.iter().chain([&(0, 0)]).map(move |(more, points)| (cost.saturating_add(*more), gain + points))
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
mod tests {
    use super::*;
    use crate::audit::clause::Desk;
    use crate::check::{self, Unit};
    use crate::policy::Policy;

    const SHOP: &str = r#"
policy p "P" {
  scores  person
  range   0 to 200
  start   50
  round   to 1
}
record person {
  id    text  key
  late  integer 0 to 9  controllable by person at 3 per step
  debt  money 0 or more  controllable by person at 2 per 100
  kind  one of (a, b, c)
}
characteristic late "Late" {
  | late      | points |
  | 0         | 60     |
  | 1 to 3    | 20     |
  | 4 or more | 0      |
}
characteristic debt "Debt" {
  | debt            | points |
  | under 500       | 10     |
  | 500 or more     | 0      |
}
characteristic kind "Kind" {
  | kind | points |
  | a    | 50     |
  | b    | 20     |
  | c    | 0      |
}
tiers {
  top   120 or more
  good  90 to under 120
  poor  under 90
}
"#;

    fn policy(text: &str) -> Policy {
        let (unit, mut diagnostics) = Unit::of_text("p.score", text);
        let checked = check::check(unit);
        diagnostics.extend(checked.diagnostics);
        let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{diagnostics:#?}"));
        ruleset.on(crate::date::Date::parse("2026-01-31").unwrap(), &[]).unwrap()
    }

    fn into(policy: &Policy, from: Option<u32>, to: u32, at_least: i64) -> Verdict {
        Audit::of(policy).gaming(from.map(TierId), TierId(to), Decimal::from_int(at_least))
    }

    #[test]
    fn what_costs_less_than_the_cheapest_step_is_proved() {
        let policy = policy(SHOP);
        let verdict = into(&policy, None, 1, 2);
        assert!(
            matches!(&verdict, Verdict::Proved { because } if because.contains("costs 2")),
            "{verdict:?}"
        );
    }

    #[test]
    fn a_cheap_way_is_shown_by_two_records_that_were_run() {
        let policy = policy(SHOP);
        let Verdict::Refuted { witnesses, because, .. } = into(&policy, None, 0, 9) else {
            panic!("{:?}", into(&policy, None, 0, 9))
        };
        let audit = Audit::of(&policy);
        let [witness] = witnesses.as_slice() else { panic!("{witnesses:?}") };
        let tiers: Vec<Option<TierId>> =
            witness.cases.iter().map(|case| audit.maker().run(case).unwrap().outcome.tier).collect();
        assert!(tiers[0] > tiers[1] && tiers[1] == Some(TierId(0)), "{tiers:?} {because}");
        assert!(!witness.differ_in.is_empty());
    }

    #[test]
    fn totals_that_are_not_near_enough_prove_it_too() {
        // Less than 3 is one step of debt, 10 points.
        let text = SHOP
            .replace("top   120 or more", "top   165 or more")
            .replace("90 to under 120", "90 to under 165");
        let policy = policy(&text);
        let verdict = into(&policy, None, 0, 3);
        // 50 + 60 + 50 + 10 = 170 is in, 160 is without the 10: one step of debt buys it.
        assert!(matches!(verdict, Verdict::Refuted { .. }), "{verdict:?}");
        let text = SHOP
            .replace("top   120 or more", "top   151 or more")
            .replace("90 to under 120", "90 to under 151");
        let policy = self::policy(&text);
        // 160 and 170 are in; the next below is 140, and 10 more are not enough.
        let verdict = into(&policy, None, 0, 3);
        assert!(
            matches!(&verdict, Verdict::Proved { because } if because.contains("10 points at most")),
            "{verdict:?}"
        );
    }

    #[test]
    fn without_prices_nothing_is_bought() {
        let text = SHOP
            .replace("controllable by person at 3 per step", "only up")
            .replace("controllable by person at 2 per 100", "");
        let policy = policy(&text);
        assert!(matches!(into(&policy, None, 0, 1_000), Verdict::Proved { .. }));
    }

    #[test]
    fn somebody_at_their_best_below_the_top_refutes_ways_up() {
        let policy = policy(SHOP);
        // 50 + 60 + 10 is 120 whatever the kind is: everyone can reach the top.
        assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Proved { .. }));
        let text = SHOP
            .replace("top   120 or more", "top   130 or more")
            .replace("90 to under 120", "90 to under 130");
        let policy = self::policy(&text);
        let audit = Audit::of(&policy);
        let Verdict::Refuted { witnesses, .. } = audit.ways_up() else { panic!("{:?}", audit.ways_up()) };
        let trial = audit.maker().run(&witnesses[0].cases[0]).unwrap();
        assert_eq!(trial.outcome.score, Some(Decimal::from_int(120)));
    }

    #[test]
    fn what_is_missing_is_no_way_up() {
        let text = SHOP
            .replace("late  integer 0 to 9", "late  integer 0 to 9  optional")
            .replace("  | 0         | 60     |", "  | 0         | 60     |\n  | missing   | 0      |");
        let policy = policy(&text);
        let audit = Audit::of(&policy);
        let Verdict::Refuted { witnesses, .. } = audit.ways_up() else { panic!("{:?}", audit.ways_up()) };
        let trial = audit.maker().run(&witnesses[0].cases[0]).unwrap();
        assert!(trial.outcome.score < Some(Decimal::from_int(120)));
    }

    #[test]
    fn what_only_grows_is_a_way_up_until_it_is_grown() {
        let text = SHOP.replace(
            "late  integer 0 to 9  controllable by person at 3 per step",
            "late  integer 0 to 9  only up",
        );
        let policy = policy(&text);
        // More late bills is worse: who has none has no way to more points but the debt.
        assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Refuted { .. }));
    }
}
