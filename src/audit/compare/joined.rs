//! Both versions of a policy laid into one: what stands in both unchanged is left out.

use super::bare::{bare_condition, bare_definition, bare_item};
use super::renumber::{Renumber, shift_reasons};
use crate::data::Schema;
use crate::decimal::Decimal;
use crate::policy::{DefinitionId, Expr, Influence, Item, ItemBody, ItemId, ItemKind, Override, Policy};
use crate::source::Place;

/// Both versions in one policy.
pub(super) struct Joined {
    pub(super) policy: Policy,
    /// The differences that are not in points: overrides, ranges, rounding, each with what it can do.
    pub(super) others: Vec<Other>,
    /// What the start differs by.
    pub(super) start: Decimal,
    /// By how much what one's own points change is stretched by friends who change too: 1 / (1 - c).
    pub(super) stretch: Decimal,
}

/// A difference that is not in points.
pub(super) struct Other {
    pub(super) what: String,
    pub(super) place: Option<Place>,
    /// The conditions on which it turns: none, one, or that of either version.
    pub(super) conditions: Vec<Expr>,
    pub(super) may_rise: bool,
    pub(super) may_fall: bool,
    /// Whether somebody may have a score, or none, for it.
    pub(super) may_unscore: bool,
}

/// Lays both versions into one.
pub(super) fn joined(old: &Policy, new: &Policy) -> Result<Joined, String> {
    let mut policy = Policy { schema: common_data(old, new)?, ..new.clone() };
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
            conditions: Vec::new(),
            may_rise: open || low.is_gt() || high.is_gt(),
            may_fall: open || low.is_lt() || high.is_lt(),
            may_unscore: false,
        });
    }
    if old.round != new.round {
        others.push(Other {
            what: "rounding".to_owned(),
            place: None,
            conditions: Vec::new(),
            may_rise: true,
            may_fall: true,
            may_unscore: false,
        });
    }
    policy.range = None;
    let start = new.start.checked_sub(old.start).ok_or("the starts are too far apart")?;
    policy.start = Decimal::ZERO;
    Ok(Joined { policy, others, start, stretch })
}

/// The schema of the records that both versions read: the new one's may have more, at the end, and of values only those are
/// left that both allow.
fn common_data(old: &Policy, new: &Policy) -> Result<Schema, String> {
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
                && a.fields.iter().zip(&b.fields).all(|(a, b)| a.name == b.name && a.kind == b.kind)
        });
    if !fits {
        return Err(changed);
    }
    let mut common = b.clone();
    for (ours, record) in a.records.iter().zip(&mut common.records) {
        for (ours, field) in ours.fields.iter().zip(&mut record.fields) {
            field.domain = field.domain.intersect(&ours.domain);
            field.optional &= ours.optional;
            if field.domain.is_empty() && !field.optional {
                let name = &field.name;
                return Err(format!(
                    "no value of `{name}` is allowed by both versions: nobody is scored by both"
                ));
            }
        }
    }
    Ok(common)
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
    // The quotient is rounded: a unit more is enough for certain.
    let unit = Decimal::from_units(1).unwrap_or_default();
    left.and_then(|left| Decimal::ONE.checked_div(left)?.checked_add(unit))
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
                conditions: vec![each.when.when.clone()],
                may_rise: if is_new { lifts } else { caps },
                may_fall: if is_new { caps } else { lifts },
                may_unscore: each.not_scored,
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
    let (was, is) = (bare(old, Some(renumber)), bare(new, None));
    if was != is {
        others.push(Other {
            what: "participation".to_owned(),
            place: new.participation.as_ref().map(|participation| participation.place),
            conditions: [is, was].into_iter().flatten().map(|(when, _)| when).collect(),
            may_rise: false,
            may_fall: false,
            may_unscore: true,
        });
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
