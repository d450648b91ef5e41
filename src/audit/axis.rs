//! The quantities that a policy's points turn on, each cut into classes of values that it never tells apart.
//!
//! An axis is a field, a value worked out of fields (a quotient, a count of children), the points of a per-event rule, or
//! the points of an influence. Every value that an axis can have lies in exactly one of its classes.

use super::points::Points;
use super::possible::Possible;
use super::read::{Read, Reader};
use crate::data::{Set, Type, Value, limits, step};
use crate::policy::{Expr, ItemBody, ItemId, Over, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The position of an axis in its [`Axes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AxisId(pub(super) u32);

impl AxisId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Whose values an axis has.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Of {
    /// An expression about the record.
    Value(Expr),
    /// The points that a per-event rule comes to.
    Events(ItemId),
    /// The points of the influence at a position.
    Influence(u32),
}

/// A quantity and its classes.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// What it is.
    pub(super) of: Of,
    /// Its type.
    pub(super) kind: Type,
    /// Everything that it can be, perhaps more.
    pub(super) domain: Possible,
    /// Its classes; of an ordered type in rising order, a missing value last.
    pub(super) classes: Vec<Possible>,
    /// What it reads.
    pub(super) reads: BTreeSet<Read>,
    cuts: Vec<Set>,
    /// Each value is a class of its own.
    single: bool,
}

/// How many values of a domain are made classes of their own.
const SINGLES: i128 = 64;

/// All axes of a policy.
#[derive(Debug, Clone)]
pub(super) struct Axes {
    pub(super) list: Vec<Axis>,
}

impl Axes {
    pub(super) fn new() -> Self {
        Self { list: Vec::new() }
    }

    #[expect(clippy::indexing_slicing, reason = "ids are positions in the list, which only grows")]
    pub(super) fn get(&self, id: AxisId) -> &Axis {
        &self.list[id.index()]
    }

    /// The axis of something, where there is one.
    pub(super) fn find(&self, of: &Of) -> Option<AxisId> {
        self.list.iter().position(|axis| axis.of == *of).map(|at| AxisId(at as u32))
    }

    fn add(&mut self, of: Of, kind: Type, domain: Possible, reads: BTreeSet<Read>) -> AxisId {
        self.list.push(Axis {
            of,
            kind,
            domain,
            classes: Vec::new(),
            reads,
            cuts: Vec::new(),
            single: false,
        });
        AxisId(self.list.len() as u32 - 1)
    }

    /// The axis of an expression, made where there is none yet.
    pub(super) fn value(
        &mut self,
        policy: &Policy,
        expr: &Expr,
        over: Option<Over>,
        kind: Type,
        domain: Possible,
    ) -> AxisId {
        let of = Of::Value(expr.clone());
        self.find(&of).unwrap_or_else(|| self.add(of, kind, domain, Reader::of(policy, expr, over)))
    }

    /// The axis of what a per-event rule gives, before its weight and limits are left out of account: they are in it.
    pub(super) fn events(&mut self, policy: &Policy, id: ItemId) -> AxisId {
        let of = Of::Events(id);
        self.find(&of).unwrap_or_else(|| {
            let item = policy.item(id);
            let reads = match &item.body {
                ItemBody::Events(events) => Reader::of_events(policy, events),
                ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => BTreeSet::new(),
            };
            self.add(of, Type::Number, points(Points::between(item.bounds.0, item.bounds.1)), reads)
        })
    }

    /// The axis of an influence.
    pub(super) fn influence(&mut self, policy: &Policy, at: u32) -> AxisId {
        let of = Of::Influence(at);
        self.find(&of).unwrap_or_else(|| {
            let influence = policy.influences.get(at as usize);
            let limits = influence.and_then(|influence| {
                influence.unweighted().map(|points| (points, points)).or(influence.limits)
            });
            let reads = influence.into_iter().flat_map(|i| [Read::Link(i.link), Read::PeerScores(i.link)]);
            // Nobody with a score gives nothing, whatever the limits are.
            let bounds = limits
                .map_or(Points::ANY, |(low, high)| Points::between(Some(low), Some(high)).or(Points::ZERO));
            self.add(of, Type::Number, points(bounds), reads.collect())
        })
    }

    /// Notes that an axis is asked whether it lies in a set.
    pub(super) fn cut(&mut self, id: AxisId, set: &Set) {
        if let Some(axis) = self.list.get_mut(id.index())
            && !axis.cuts.contains(set)
        {
            axis.cuts.push(set.clone());
        }
    }

    /// Notes that the exact value of an axis counts.
    pub(super) fn value_counts(&mut self, id: AxisId) {
        if let Some(axis) = self.list.get_mut(id.index()) {
            axis.single = true;
        }
    }

    /// Says that points lie in a narrower range than was known.
    pub(super) fn narrow(&mut self, of: Of, to: Points) {
        if let Some(axis) = self.list.iter_mut().find(|axis| axis.of == of) {
            axis.domain = points(to);
            axis.classes = axis.classes();
        }
    }

    /// Cuts every axis into its classes.
    pub(super) fn classify(&mut self) {
        for axis in &mut self.list {
            axis.classes = axis.classes();
        }
    }
}

/// Points as the values of an axis.
fn points(points: Points) -> Possible {
    let (least, greatest) = limits(Type::Number);
    Possible::known(Set::Ranges(vec![(points.low().max(least), points.high().min(greatest))]))
}

impl Axis {
    /// Whether it reads something that is asked about.
    pub(super) fn reads_any(&self, asked: &BTreeSet<Read>) -> bool {
        self.reads.iter().any(|read| asked.contains(read))
    }

    /// The field that it is, where it is one.
    pub(super) fn field(&self) -> Option<crate::data::FieldId> {
        match &self.of {
            Of::Value(Expr::Field(field)) => Some(*field),
            Of::Value(_) | Of::Events(_) | Of::Influence(_) => None,
        }
    }

    /// The expression that it is, where it is one.
    pub(super) fn expr(&self) -> Option<&Expr> {
        match &self.of {
            Of::Value(expr) => Some(expr),
            Of::Events(_) | Of::Influence(_) => None,
        }
    }

    /// Whether its exact value counts, and it has too many for each to be a class of its own.
    pub(super) fn is_valued_by_class_only(&self) -> bool {
        self.single
            && self.classes.iter().any(|class| match &class.known {
                Set::Ranges(ranges) => ranges.iter().any(|(low, high)| low != high),
                Set::Codes(codes) => codes.len() > 1,
                Set::Texts { except, .. } => *except,
            })
    }

    /// The class that a value lies in.
    pub(super) fn class_of(&self, value: &Value) -> Option<usize> {
        self.classes.iter().position(|class| class.contains(value))
    }

    fn classes(&self) -> Vec<Possible> {
        let sets = match &self.domain.known {
            Set::Ranges(ranges) => self.ranges(ranges),
            Set::Codes(codes) => self.codes(codes),
            Set::Texts { .. } => self.texts(),
        };
        let known = sets.into_iter().filter(|set| !set.is_empty()).map(Possible::known);
        known.chain(self.domain.missing.then(Possible::nothing_known)).collect()
    }

    /// Intervals between the ends of all cuts, rising.
    fn ranges(&self, domain: &[(i128, i128)]) -> Vec<Set> {
        let step = step(self.kind);
        let mut starts: Vec<i128> = self
            .cuts
            .iter()
            .flat_map(|cut| match cut {
                // Ends on whole steps: `over 3` of an integer begins at 4.
                Set::Ranges(ranges) => ranges
                    .iter()
                    .flat_map(|(low, high)| {
                        [low + (-low).rem_euclid(step), high - high.rem_euclid(step) + step]
                    })
                    .collect(),
                Set::Codes(_) | Set::Texts { .. } => Vec::new(),
            })
            .collect();
        if self.single {
            let size = |(low, high): &(i128, i128)| (high.saturating_sub(*low) / step).saturating_add(1);
            if domain.iter().map(size).fold(0, i128::saturating_add) <= SINGLES {
                starts.extend(
                    domain
                        .iter()
                        .flat_map(|(low, high)| (0..=(high - low) / step).map(move |n| low + n * step)),
                );
            }
        }
        starts.sort_unstable();
        starts.dedup();
        let mut classes = Vec::new();
        for (low, high) in domain {
            let first = starts.partition_point(|start| start <= low);
            let mut from = *low;
            for start in starts.iter().skip(first).take_while(|start| *start <= high) {
                classes.push(Set::Ranges(vec![(from, start - step)]));
                from = *start;
            }
            classes.push(Set::Ranges(vec![(from, *high)]));
        }
        classes
    }

    /// Categories that all cuts treat alike.
    fn codes(&self, domain: &[u32]) -> Vec<Set> {
        let mut alike: BTreeMap<Vec<bool>, Vec<u32>> = BTreeMap::new();
        let mut order: Vec<Vec<bool>> = Vec::new();
        for code in domain {
            let signature: Vec<bool> = if self.single {
                vec![]
            } else {
                self.cuts
                    .iter()
                    .map(|cut| matches!(cut, Set::Codes(codes) if codes.binary_search(code).is_ok()))
                    .collect()
            };
            if !alike.contains_key(&signature) || self.single {
                order.push(signature.clone());
            }
            alike.entry(signature).or_default().push(*code);
        }
        if self.single {
            return domain.iter().map(|code| Set::of_codes([*code])).collect();
        }
        order.iter().filter_map(|signature| alike.remove(signature)).map(Set::of_codes).collect()
    }

    /// The texts that are named, alike where all cuts treat them so, and all others.
    fn texts(&self) -> Vec<Set> {
        let named: BTreeSet<&Arc<str>> = self
            .cuts
            .iter()
            .flat_map(|cut| match cut {
                Set::Texts { values, .. } => values.iter().collect(),
                Set::Ranges(_) | Set::Codes(_) => Vec::new(),
            })
            .collect();
        let mut classes: Vec<Set> = named
            .iter()
            .map(|text| Set::Texts { values: [Arc::clone(text)].into_iter().collect(), except: false })
            .collect();
        classes.push(Set::Texts { values: named.into_iter().cloned().collect(), except: true });
        classes.into_iter().map(|class| class.intersect(&self.domain.known)).collect()
    }
}
