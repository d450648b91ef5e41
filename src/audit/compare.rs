//! Two versions of a policy, compared for everybody: the same scores, never lower, never higher, the largest rise and fall.
//!
//! Both are laid into one policy whose items go into two buckets, one a version, so that they share axes: in each cell it is
//! then known what either gives. What stands in both versions unchanged is left out; what is left adds up, least and most.

use super::Audit;
use super::ask::went;
use super::axis::AxisId;
use super::block::Block;
use super::model::{Marks, Model, NOT_SCORED};
use super::points::Points;
use super::verdict::{Verdict, Witness};
use super::witness::{Made, Witnesses};
use crate::cases::{Amount, Frozen, Maker, Possible, Trial, Wish};
use crate::decimal::Decimal;
use crate::eval::Scorer;
use crate::policy::{
    Case, Condition, Definition, DefinitionBody, DefinitionId, EventPoints, Expr, Influence, Item, ItemBody,
    ItemId, ItemKind, Override, Policy, RowOutcome, Table,
};
use crate::source::Place;
use std::collections::BTreeMap;

/// What a new version does to everybody that both versions can score.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Everybody has the same score, and has one or none as before.
    pub equal: Verdict,
    /// Nobody has a lower score.
    pub never_lower: Verdict,
    /// Nobody has a higher score.
    pub never_higher: Verdict,
    /// The most that anybody gains.
    pub rise: Move,
    /// The most that anybody loses.
    pub fall: Move,
}

/// How far a score goes from one version to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Nobody's goes further: proved. Absent where that is not known.
    pub bound: Option<Decimal>,
    /// The furthest that a record was found for, and the record.
    pub shown: Option<(Decimal, Witness)>,
}

impl Move {
    /// Whether the bound is reached.
    pub fn is_exact(&self) -> bool {
        match (&self.bound, &self.shown) {
            (Some(bound), Some((by, _))) => bound == by,
            (Some(bound), None) => bound.is_zero(),
            (None, _) => false,
        }
    }
}

impl<'p> Audit<'p> {
    /// Compares with an older version of the policy.
    pub fn compared_with(&self, old: &Policy) -> Comparison {
        match joined(old, self.policy) {
            Ok(joined) => Versions { audit: self, old, joined: &joined }.compare(),
            Err(why) => Comparison {
                equal: Verdict::undecided(why.clone()),
                never_lower: Verdict::undecided(why.clone()),
                never_higher: Verdict::undecided(why),
                rise: Move { bound: None, shown: None },
                fall: Move { bound: None, shown: None },
            },
        }
    }
}

/// Both versions in one policy.
struct Joined {
    policy: Policy,
    /// The differences that are not in points: overrides, ranges, rounding, each with what it can do.
    others: Vec<Other>,
    /// What the start differs by.
    start: Decimal,
    /// By how much what one's own points change is stretched by friends who change too: 1 / (1 - c).
    stretch: Decimal,
}

/// A difference that is not in points.
struct Other {
    what: String,
    place: Option<Place>,
    /// A condition on which it turns, where it turns on one.
    when: Option<Expr>,
    may_rise: bool,
    may_fall: bool,
}

struct Versions<'a, 'p> {
    audit: &'a Audit<'p>,
    old: &'a Policy,
    joined: &'a Joined,
}

/// What roundings of averages can add up to, in units: far more than there are sweeps.
const ROUNDINGS: i128 = 1_000;

impl Versions<'_, '_> {
    fn compare(&self) -> Comparison {
        let model = match Model::of_versions(&self.joined.policy) {
            Ok(model) => model,
            Err(why) => return self.unknown(&why),
        };
        let sides = match sides(&model) {
            Ok(sides) => sides,
            Err(why) => return self.unknown(&why),
        };
        let mut by_bucket = vec![Points::ZERO; sides.len()];
        let mut status_differs = false;
        let mut worst: [Vec<(AxisId, usize)>; 2] = [Vec::new(), Vec::new()];
        for block in &model.components {
            if block.is_too_large() {
                return self
                    .unknown("some characteristics have too many combinations of values to look at each");
            }
            status_differs |= (0..block.len()).filter_map(|cell| block.cell(cell)).any(|cell| {
                let unsure = cell.may & cell.may_not & (OLD_NOT_SCORED | NOT_SCORED) != 0;
                unsure || (cell.may & OLD_NOT_SCORED == 0) != (cell.may & NOT_SCORED == 0)
            });
            let changes = changes(&sides, block);
            for (at, change) in changes.iter().enumerate() {
                let hull = change.iter().map(|(_, points)| *points).reduce(Points::or);
                if let (Some(sum), Some(hull)) = (by_bucket.get_mut(at), hull) {
                    *sum = sum.plus(hull);
                }
            }
            for (side, classes) in worst.iter_mut().enumerate() {
                classes.extend(furthest(block, &changes, side == 0));
            }
        }
        let change = self.through(&sides, by_bucket);
        self.conclude(&model, change, status_differs, &worst)
    }

    /// The changes of all buckets together, at the score.
    fn through(&self, sides: &[Side], mut by_bucket: Vec<Points>) -> Points {
        for at in (1..sides.len()).rev() {
            let (Some(side), Some(own)) = (sides.get(at), by_bucket.get(at).copied()) else { continue };
            // A weight stretches a change, limits can only take from it: it may be less, down to nothing.
            let weighted = own.weighted(side.weight);
            let slack =
                i128::from(side.weight.is_some_and(|weight| weight != Decimal::ONE) && own != Points::ZERO);
            let done = if side.limited { weighted.or(Points::ZERO) } else { weighted };
            let done = done.plus(Points::of_units(-slack, slack));
            if let Some(into) = by_bucket.get_mut(side.into) {
                *into = into.plus(done);
            }
        }
        by_bucket.first().copied().unwrap_or(Points::ZERO).plus(Points::exactly(self.joined.start))
    }

    fn conclude(
        &self,
        model: &Model<'_>,
        change: Points,
        status_differs: bool,
        worst: &[Vec<(AxisId, usize)>; 2],
    ) -> Comparison {
        // Averages of friends' scores are rounded in the last place, sweep by sweep.
        let slack = if self.joined.stretch == Decimal::ONE { 0 } else { ROUNDINGS };
        let stretched = |units: i128| {
            if units == 0 {
                return Points::ZERO;
            }
            Points::of_units(0, units).weighted(Some(self.joined.stretch)).plus(Points::of_units(0, slack))
        };
        let rise = stretched(change.high().max(0));
        let fall = stretched((-change.low()).max(0));
        let others = &self.joined.others;
        let (may_rise, may_fall) = (others.iter().any(|o| o.may_rise), others.iter().any(|o| o.may_fall));
        let maker = Maker::new(&self.joined.policy);
        let made = Made::default();
        let witnesses = Witnesses { model, maker: &maker, bases: self.audit.all_bases(), made: &made };
        let up = self.search(&witnesses, worst.first().map_or(&[][..], Vec::as_slice), true);
        let down = self.search(&witnesses, worst.get(1).map_or(&[][..], Vec::as_slice), false);
        let places: Vec<Place> = others.iter().filter_map(|o| o.place).collect();
        let verdict = |safe: bool, shown: &Option<(Decimal, Witness)>, what: &str| match (safe, shown) {
            (true, _) => Verdict::proved(format!("{what}: so it is in every cell of what changed")),
            (false, Some((_, witness))) => {
                Verdict::refuted_by(witness.shows.clone(), vec![witness.clone()], places.clone())
            }
            (false, None) => Verdict::undecided(match others.first() {
                Some(other) => format!("{} may break it, but no record was found that shows it", other.what),
                None => "what changed may break it, but no record was found that shows it".to_owned(),
            }),
        };
        let never_lower = verdict(fall == Points::ZERO && !may_fall, &down, "nobody has a lower score");
        let never_higher = verdict(rise == Points::ZERO && !may_rise, &up, "nobody has a higher score");
        let same = rise == Points::ZERO && fall == Points::ZERO && others.is_empty() && !status_differs;
        let any = down.clone().or_else(|| up.clone());
        let equal = verdict(same, &any, "everybody has the same score as before");
        let range = self.audit.policy.range.and_then(|(low, high)| high.checked_sub(low));
        let bound = |points: Points, open: bool| {
            let own = if open { None } else { points.rounded_up(self.audit.policy.round).greatest() };
            match (own, range) {
                (Some(own), Some(range)) => Some(own.min(range)),
                (one, None) | (None, one) => one,
            }
        };
        Comparison {
            equal,
            never_lower,
            never_higher,
            rise: Move { bound: bound(rise, may_rise), shown: up },
            fall: Move { bound: bound(fall, may_fall), shown: down },
        }
    }

    /// The record that rises most, or falls most, among those tried.
    fn search(
        &self,
        witnesses: &Witnesses<'_, '_>,
        worst: &[(AxisId, usize)],
        up: bool,
    ) -> Option<(Decimal, Witness)> {
        let amounts = [Amount::Most, Amount::Least];
        let by_points = amounts.iter().map(|amount| witnesses.wishes(worst, |_| Some(*amount)));
        let by_condition = self.joined.others.iter().filter_map(|other| {
            let of = other.when.clone()?;
            Some(vec![Wish::Expr { of, within: Possible::truth(true) }])
        });
        let tries: Vec<Vec<Wish>> = by_points.chain(by_condition).chain([Vec::new()]).collect();
        let mut best: Option<(Decimal, Case, Decimal, Decimal)> = None;
        for base in witnesses.bases {
            for wishes in &tries {
                // All wishes at once, else one after the other as far as they go.
                let made = witnesses.maker.make(base, wishes, &Frozen::default()).unwrap_or_else(|| {
                    wishes.iter().fold(base.clone(), |case, wish| {
                        let one = std::slice::from_ref(wish);
                        witnesses.maker.make(&case, one, &Frozen::default()).unwrap_or(case)
                    })
                });
                let Some((first, second)) = self.both(&made) else { continue };
                let Some(by) = second.checked_sub(first) else { continue };
                let by = if up { by } else { -by };
                if by > Decimal::ZERO && best.as_ref().is_none_or(|(most, ..)| by > *most) {
                    best = Some((by, made, first, second));
                }
            }
        }
        let (by, case, first, second) = best?;
        let shows = went(first, second);
        let case = self.audit.maker.confirmed(&case, &shows)?;
        Some((by, Witness { shows, cases: vec![case], differ_in: Vec::new() }))
    }

    /// The scores of a case by both versions.
    fn both(&self, case: &Case) -> Option<(Decimal, Decimal)> {
        let new = self.audit.maker.run(case)?.outcome.score?;
        let old = Trial::run(&Scorer::new(self.old), &for_old(case, self.old))?.outcome.score?;
        Some((old, new))
    }

    fn unknown(&self, why: &str) -> Comparison {
        let undecided = Verdict::undecided(why);
        let none = Move { bound: None, shown: None };
        Comparison {
            equal: undecided.clone(),
            never_lower: undecided.clone(),
            never_higher: undecided,
            rise: none.clone(),
            fall: none,
        }
    }
}

/// The mark of a row of the old version that says `not scored`.
const OLD_NOT_SCORED: Marks = super::model::OTHER_NOT_SCORED;

/// A sum that both versions have: the bucket of either.
struct Side {
    new: usize,
    old: usize,
    into: usize,
    weight: Option<Decimal>,
    limited: bool,
}

/// The buckets of both versions, matched.
fn sides(model: &Model<'_>) -> Result<Vec<Side>, String> {
    // Bucket 1 is the new version, the next one that goes into 0 the old one.
    let roots: Vec<usize> = (1..model.buckets.len()).filter(|at| model.bucket(*at).into == 0).collect();
    let [new, old] = roots.as_slice() else {
        return Err("the versions could not be laid side by side".to_owned());
    };
    let mut sides = vec![Side { new: *new, old: *old, into: 0, weight: None, limited: false }];
    let mut at = 0;
    while let Some(side) = sides.get(at) {
        let inner = |of: usize| -> Vec<usize> {
            (of + 1..model.buckets.len()).filter(|inner| model.bucket(*inner).into == of).collect()
        };
        let (of_new, of_old) = (inner(side.new), inner(side.old));
        if of_new.len() != of_old.len() {
            return Err("groups with weights or limits came or went: what they do together is not compared"
                .to_owned());
        }
        for (new, old) in of_new.into_iter().zip(of_old) {
            let (a, b) = (model.bucket(new), model.bucket(old));
            let name = |of: &super::model::Bucket| of.of.map(|id| model.policy.item(id).name.clone());
            if name(a) != name(b) {
                return Err(
                    "groups with weights or limits came or went: what they do together is not compared"
                        .to_owned(),
                );
            }
            if a.weight() != b.weight() || a.limits() != b.limits() {
                return Err(
                    "the weight or the limits of a group changed: what its members give is not compared"
                        .to_owned(),
                );
            }
            let (weight, limited) = (a.weight(), a.limits().is_some());
            sides.push(Side { new, old, into: at, weight, limited });
        }
        at += 1;
    }
    Ok(sides)
}

/// By pair of buckets: each cell's change, new less old.
fn changes(sides: &[Side], block: &Block) -> Vec<Vec<(usize, Points)>> {
    let of = |cell: usize, bucket: usize| {
        let at = block.buckets.binary_search(&bucket).ok();
        at.and_then(|at| block.points(cell).get(at).copied()).unwrap_or(Points::ZERO)
    };
    // Who is not scored by one of the versions has no change.
    let scored = |cell: &usize| {
        block.cell(*cell).is_some_and(|known| known.may & !known.may_not & (NOT_SCORED | OLD_NOT_SCORED) == 0)
    };
    let cells: Vec<usize> = (0..block.len()).filter(scored).collect();
    let change = |side: &Side, cell: usize| of(cell, side.new).plus(of(cell, side.old).negative());
    sides.iter().map(|side| cells.iter().map(|cell| (*cell, change(side, *cell))).collect()).collect()
}

/// The cell with the largest change, up or down.
fn furthest(block: &Block, changes: &[Vec<(usize, Points)>], up: bool) -> Vec<(AxisId, usize)> {
    let mut worth: BTreeMap<usize, i128> = BTreeMap::new();
    for (cell, points) in changes.iter().flatten() {
        let by = if up { points.high() } else { -points.low() };
        let sum = worth.entry(*cell).or_default();
        *sum = sum.saturating_add(by);
    }
    let best = worth.into_iter().max_by_key(|(_, by)| *by);
    let Some((cell, _)) = best.filter(|(_, by)| *by > 0) else { return Vec::new() };
    block.axes.iter().enumerate().map(|(at, axis)| (*axis, block.class(cell, at))).collect()
}

/// A case of the new version's schema for the old one's.
fn for_old(case: &Case, old: &Policy) -> Case {
    let mut case = case.clone();
    case.records.retain(|(kind, _)| kind.index() < old.schema.records.len());
    for (kind, values) in &mut case.records {
        values.truncate(old.schema.record(*kind).fields.len());
    }
    case.pairs.retain(|(link, ..)| link.index() < old.schema.links.len());
    case.expectations.clear();
    case
}

/// Lays both versions into one.
fn joined(old: &Policy, new: &Policy) -> Result<Joined, String> {
    same_data(old, new)?;
    let mut policy = new.clone();
    let mut others = Vec::new();
    // Definitions of the old version: those that the new one has too are the same.
    let mut ids: Vec<DefinitionId> = Vec::new();
    for definition in &old.definitions {
        let mut moved = definition.clone();
        Renumber { definitions: &ids, items: 0 }.definition(&mut moved);
        let known =
            policy.definitions.iter().position(|other| bare_definition(other) == bare_definition(&moved));
        ids.push(DefinitionId(known.unwrap_or_else(|| {
            policy.definitions.push(moved.clone());
            policy.definitions.len() - 1
        }) as u32));
    }
    let offset = policy.items.len() as u32;
    let renumber = Renumber { definitions: &ids, items: offset };
    let mut olds = old.items.clone();
    olds.iter_mut().for_each(|item| renumber.item(item));
    let reasons = policy.reasons.len() as u32;
    policy.reasons.extend(old.reasons.iter().cloned());
    for item in &mut olds {
        shift_reasons(item, reasons);
    }
    policy.items.extend(olds);
    let roots_of_old: Vec<ItemId> = old.roots.iter().map(|root| ItemId(root.0 + offset)).collect();
    let mut roots_of_new = new.roots.clone();
    let mut roots_of_old = roots_of_old;
    drop_unchanged(&mut policy, &mut roots_of_new, &mut roots_of_old);
    let wrap = |policy: &mut Policy, name: &str, members: Vec<ItemId>| {
        let id = ItemId(policy.items.len() as u32);
        for member in &members {
            if let Some(item) = policy.items.get_mut(member.index()) {
                item.group = Some(id);
            }
        }
        policy.items.push(version(name, members));
        id
    };
    let new_root = wrap(&mut policy, "new", roots_of_new);
    let old_root = wrap(&mut policy, "old", roots_of_old);
    policy.roots = vec![new_root, old_root];

    let stretch = influences(old, new)?;
    policy.influences.clear();
    policy.sweeps = 0;
    overrides(old, new, &renumber, &mut others);
    policy.overrides.clear();
    participation(old, new, &renumber, &mut others);
    policy.participation = None;
    policy.decisions.clear();
    policy.consequences.clear();
    policy.tiers.clear();
    if old.range != new.range {
        let (low, high) = match (old.range, new.range) {
            (Some((a, b)), Some((c, d))) => (c.cmp(&a), d.cmp(&b)),
            _ => (std::cmp::Ordering::Less, std::cmp::Ordering::Greater),
        };
        let open = old.range.is_none() || new.range.is_none();
        others.push(Other {
            what: "the range".to_owned(),
            place: None,
            when: None,
            may_rise: open || low.is_gt() || high.is_gt(),
            may_fall: open || low.is_lt() || high.is_lt(),
        });
    }
    if old.round != new.round {
        others.push(Other {
            what: "rounding".to_owned(),
            place: None,
            when: None,
            may_rise: true,
            may_fall: true,
        });
    }
    policy.range = None;
    let start = new.start.checked_sub(old.start).ok_or("the starts are too far apart")?;
    policy.start = Decimal::ZERO;
    Ok(Joined { policy, others, start, stretch })
}

/// Whether both versions read the same data: the new one's schema may have more, at the end.
fn same_data(old: &Policy, new: &Policy) -> Result<(), String> {
    let (a, b) = (&old.schema, &new.schema);
    let changed =
        "the records that the versions read are not the same: nothing is proved of both together".to_owned();
    let fits = old.today == new.today
        && a.scored == b.scored
        && a.records.len() <= b.records.len()
        && a.links.len() <= b.links.len()
        && a.categories.len() <= b.categories.len()
        && a.categories.iter().zip(&b.categories).all(|(a, b)| a == b)
        && a.links
            .iter()
            .zip(&b.links)
            .all(|(a, b)| (a.from, a.to, a.symmetric) == (b.from, b.to, b.symmetric))
        && a.records.iter().zip(&b.records).all(|(a, b)| {
            a.name == b.name
                && a.parent == b.parent
                && a.key == b.key
                && a.dated == b.dated
                && a.fields.len() <= b.fields.len()
                && a.fields.iter().zip(&b.fields).all(|(a, b)| {
                    a.name == b.name && a.kind == b.kind && a.domain == b.domain && a.optional == b.optional
                })
        });
    if fits { Ok(()) } else { Err(changed) }
}

/// The stretch of a change by friends who change too, where influences are the same.
fn influences(old: &Policy, new: &Policy) -> Result<Decimal, String> {
    let bare = |influence: &Influence| {
        let mut bare = influence.clone();
        bare.title.clear();
        bare.reason = None;
        bare.sources.clear();
        bare.notes.clear();
        bare
    };
    let same = old.influences.len() == new.influences.len()
        && old.influences.iter().zip(&new.influences).all(|(a, b)| bare(a) == bare(b))
        && old.sweeps == new.sweeps;
    if !same {
        return Err("an influence changed: what it does depends on everybody's scores".to_owned());
    }
    let settled: Vec<&Influence> = new.influences.iter().filter(|influence| influence.settled).collect();
    if settled.is_empty() {
        return Ok(Decimal::ONE);
    }
    if settled.iter().any(|influence| influence.weight < Decimal::ZERO) {
        return Err("an influence has a negative weight: what friends lose is gained".to_owned());
    }
    let weights = settled.iter().try_fold(Decimal::ZERO, |sum, influence| sum.checked_add(influence.weight));
    let left = weights.and_then(|sum| Decimal::ONE.checked_sub(sum)).filter(|left| *left > Decimal::ZERO);
    left.and_then(|left| Decimal::ONE.checked_div(left))
        .ok_or_else(|| "influences add up to 1 or more".to_owned())
}

fn overrides(old: &Policy, new: &Policy, renumber: &Renumber<'_>, others: &mut Vec<Other>) {
    let moved: Vec<Override> = old
        .overrides
        .iter()
        .map(|each| {
            let mut each = each.clone();
            renumber.expr(&mut each.when.when);
            each
        })
        .collect();
    let effect = |each: &Override| {
        (bare_condition(&each.when), each.score_at_most, each.score_at_least, each.not_scored)
    };
    for (of, against, is_new) in [(&new.overrides, &moved, true), (&moved, &new.overrides, false)] {
        for each in of {
            let idle = each.score_at_most.is_none() && each.score_at_least.is_none() && !each.not_scored;
            if idle || against.iter().any(|other| effect(other) == effect(each)) {
                continue;
            }
            let (caps, lifts) = (each.score_at_most.is_some(), each.score_at_least.is_some());
            others.push(Other {
                what: format!("the override `{}`", each.name),
                place: is_new.then_some(each.place),
                when: Some(each.when.when.clone()),
                may_rise: if is_new { lifts } else { caps },
                may_fall: if is_new { caps } else { lifts },
            });
        }
    }
}

fn participation(old: &Policy, new: &Policy, renumber: &Renumber<'_>, others: &mut Vec<Other>) {
    let bare = |of: &Policy, renumber: Option<&Renumber<'_>>| {
        of.participation.as_ref().map(|participation| {
            let mut condition = participation.needs.clone();
            if let Some(renumber) = renumber {
                renumber.expr(&mut condition.when);
            }
            bare_condition(&condition)
        })
    };
    if bare(old, Some(renumber)) != bare(new, None) {
        let what = "participation".to_owned();
        others.push(Other { what, place: None, when: None, may_rise: false, may_fall: false });
    }
}

/// Takes away what stands in both versions, in the same group, and gives the same.
fn drop_unchanged(policy: &mut Policy, new: &mut Vec<ItemId>, old: &mut Vec<ItemId>) {
    let mut left: Vec<ItemId> = old.clone();
    new.retain(|id| {
        let item = policy.item(*id).clone();
        let same = left.iter().position(|other| {
            let other = policy.item(*other);
            other.name == item.name && bare_item(other) == bare_item(&item)
        });
        if let Some(same) = same {
            left.remove(same);
            return false;
        }
        // Groups of the same name are gone into; they stay, so that their limits do.
        let group = left.iter().copied().find(|other| {
            let other = policy.item(*other);
            other.name == item.name
                && matches!((&other.body, &item.body), (ItemBody::Group(_), ItemBody::Group(_)))
        });
        if let Some(group) = group
            && let (ItemBody::Group(mut a), ItemBody::Group(mut b)) =
                (item.body.clone(), policy.item(group).body.clone())
        {
            drop_unchanged(policy, &mut a, &mut b);
            for (of, members) in [(*id, a), (group, b)] {
                if let Some(item) = policy.items.get_mut(of.index()) {
                    item.body = ItemBody::Group(members);
                }
            }
        }
        true
    });
    *old = left;
}

/// A group that holds a whole version.
fn version(name: &str, members: Vec<ItemId>) -> Item {
    Item {
        kind: ItemKind::Group,
        name: name.to_owned(),
        title: name.to_owned(),
        group: None,
        body: ItemBody::Group(members),
        weight: Some(Decimal::ONE),
        limits: None,
        reason: None,
        baseline: None,
        sources: Vec::new(),
        notes: Vec::new(),
        from: None,
        before: None,
        reference: Decimal::ZERO,
        bounds: (None, None),
        place: Place::new(crate::source::FileId::new(0), crate::source::Span::NONE),
    }
}

/// Old ids as ids of the joined policy.
struct Renumber<'a> {
    definitions: &'a [DefinitionId],
    items: u32,
}

impl Renumber<'_> {
    fn definition(&self, definition: &mut Definition) {
        match &mut definition.body {
            DefinitionBody::Expr(expr) => self.expr(expr),
            DefinitionBody::Table(table) => self.table(table),
        }
    }

    fn item(&self, item: &mut Item) {
        item.group = item.group.map(|group| ItemId(group.0 + self.items));
        match &mut item.body {
            ItemBody::Table { table, .. } => self.table(table),
            ItemBody::Formula(formula) => {
                formula.when.iter_mut().for_each(|when| self.expr(when));
                self.expr(&mut formula.points);
            }
            ItemBody::Events(events) => {
                events.filter.iter_mut().for_each(|filter| self.expr(filter));
                match &mut events.points {
                    EventPoints::Each(points) => self.expr(points),
                    EventPoints::Table(table) => self.table(table),
                }
            }
            ItemBody::Group(members) => {
                members.iter_mut().for_each(|member| *member = ItemId(member.0 + self.items));
            }
        }
    }

    fn table(&self, table: &mut Table) {
        table.columns.iter_mut().for_each(|column| self.expr(&mut column.subject));
        for row in &mut table.rows {
            if let RowOutcome::Value(value) = &mut row.outcome {
                self.expr(value);
            }
        }
    }

    fn expr(&self, expr: &mut Expr) {
        if let Expr::Definition(id) | Expr::EventDefinition(id) = expr
            && let Some(moved) = self.definitions.get(id.index())
        {
            *id = *moved;
        }
        expr.operands_mut().for_each(|each| self.expr(each));
    }
}

fn shift_reasons(item: &mut Item, by: u32) {
    let moved = |reason: &mut Option<crate::policy::ReasonId>| {
        *reason = reason.map(|reason| crate::policy::ReasonId(reason.0 + by));
    };
    moved(&mut item.reason);
    let table = match &mut item.body {
        ItemBody::Table { table, .. } => Some(table),
        ItemBody::Events(events) => match &mut events.points {
            EventPoints::Table(table) => Some(table),
            EventPoints::Each(_) => None,
        },
        ItemBody::Formula(_) | ItemBody::Group(_) => None,
    };
    table.into_iter().flat_map(|table| &mut table.rows).for_each(|row| moved(&mut row.reason));
}

/// A definition without its words.
fn bare_definition(definition: &Definition) -> (crate::data::RecordId, crate::data::Type, DefinitionBody) {
    let body = match &definition.body {
        DefinitionBody::Expr(expr) => DefinitionBody::Expr(expr.clone()),
        DefinitionBody::Table(table) => DefinitionBody::Table(bare_table(table)),
    };
    (definition.of, definition.kind, body)
}

/// What an item gives, without its words.
fn bare_item(item: &Item) -> (ItemBody, Option<Decimal>, Option<(Decimal, Decimal)>) {
    let body = match &item.body {
        ItemBody::Table { table, if_missing } => {
            ItemBody::Table { table: bare_table(table), if_missing: *if_missing }
        }
        ItemBody::Formula(formula) => {
            let mut formula = formula.clone();
            formula.when_text.clear();
            formula.points_text.clear();
            ItemBody::Formula(formula)
        }
        ItemBody::Events(events) => {
            let mut events = events.clone();
            events.filter_text.clear();
            if let EventPoints::Table(table) = &events.points {
                events.points = EventPoints::Table(bare_table(table));
            }
            ItemBody::Events(events)
        }
        ItemBody::Group(members) => ItemBody::Group(members.clone()),
    };
    (body, item.weight, item.limits)
}

fn bare_table(table: &Table) -> Table {
    let mut table = table.clone();
    table.columns.iter_mut().for_each(|column| column.text.clear());
    for row in &mut table.rows {
        row.cells.iter_mut().for_each(|cell| cell.text.clear());
        row.reason = None;
        row.baseline = None;
        row.source.clear();
        row.note.clear();
    }
    table
}

fn bare_condition(condition: &Condition) -> (Expr, bool) {
    (condition.when.clone(), condition.if_missing)
}
