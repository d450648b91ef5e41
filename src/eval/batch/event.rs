//! What aggregates and per-event rules ask of the records of one kind, made ready: children of the scored record, or the
//! records that it is linked to.

use super::compile::{Compiler, Program, Sharing};
use super::gather::Gather;
use super::item::RowPlan;
use super::lane::{ONE, YES};
use super::layout::{Condition, Keeps, Layout, LayoutMaker, Measured, Place};
use super::nesting::Nesting;
use super::node::{Choice, Number, Step, Truth};
use super::reason::ReasonPlan;
use super::scope::{Scope, record_of};
use crate::data::{FieldId, LinkId, RecordId, Set, Type};
use crate::decimal::Decimal;
use crate::function::AggregateKind;
use crate::policy::{
    Aggregate, Cap, CapPeriod, EventPoints, Events, Item, ItemBody, Over, Policy, RankedBy, ReasonId,
    RowOutcome,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is asked of the records of one kind.
#[derive(Debug, Clone)]
pub(super) struct EventPlan {
    /// Their kind.
    pub(super) record: RecordId,
    /// Their columns.
    pub(super) program: Arc<Program>,
    /// What is worked out first, in this order.
    pub(super) steps: Vec<Step>,
    /// The field that dates them, and which of its classes are no later than today; absent where nothing dates them.
    pub(super) known: Option<(usize, Vec<u8>)>,
    /// Aggregates over them.
    pub(super) aggregates: Vec<AggregatePlan>,
    /// Per-event rules over them.
    pub(super) rules: Vec<RulePlan>,
    /// What is kept of them for each scored record.
    pub(super) layout: Layout,
}

/// An aggregate.
#[derive(Debug, Clone)]
pub(super) struct AggregatePlan {
    /// Its position among all aggregates of the policy.
    pub(super) at: usize,
    pub(super) kind: AggregateKind,
    /// Which records count.
    pub(super) filter: usize,
    /// What is measured, by position in the layout; absent for `count`.
    pub(super) value: Option<usize>,
    /// Where what it comes to is kept: the count, and the sum or the extreme.
    pub(super) count: Option<Place>,
    pub(super) kept: Option<Place>,
    /// What its result is counted in.
    pub(super) unit: i64,
}

/// A per-event rule.
#[derive(Debug, Clone)]
pub(super) struct RulePlan {
    /// Its position among all per-event rules of the policy.
    pub(super) at: usize,
    /// Which records count.
    pub(super) filter: usize,
    pub(super) points: PointsPlan,
    /// Points of a record whose points are missing.
    pub(super) if_missing: Decimal,
    pub(super) caps: Vec<Cap>,
    /// The field by which its periods are told; absent where all records count as one.
    pub(super) dated: Option<usize>,
    /// The reasons under which it may lose points, where that counts.
    pub(super) codes: Vec<ReasonId>,
    /// The points, by position in the layout.
    pub(super) value: usize,
    /// Where the sum of all points, the points lost under each code, and how often a row said `not scored` are kept.
    pub(super) sum: Option<Place>,
    pub(super) lost: Vec<Place>,
    pub(super) not_scored: Option<Place>,
}

/// How a record comes to its points.
#[derive(Debug, Clone)]
pub(super) enum PointsPlan {
    /// The same way for all, with the rule's reason.
    Each(Number, Option<ReasonId>),
    /// By the row of a table.
    Table(Choice, Vec<RowPlan>),
}

/// A per-event rule of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<'p> {
    /// Its position among all per-event rules.
    pub(super) at: usize,
    pub(super) item: &'p Item,
    pub(super) events: &'p Events,
    /// The reasons that it may give.
    pub(super) codes: &'p [ReasonId],
}

/// Everything that a policy asks of children and linked records.
#[derive(Debug)]
pub(super) struct Asking<'p> {
    /// By position, with what they read.
    aggregates: Vec<(&'p Aggregate, Nesting)>,
    rules: Vec<(Rule<'p>, Nesting)>,
}

impl<'p> Asking<'p> {
    /// Of a policy whose aggregates were met in this order.
    pub(super) fn new(policy: &'p Policy, aggregates: &[&'p Aggregate], reasons: &'p ReasonPlan) -> Self {
        let rules = policy.items.iter().enumerate().filter_map(|(at, item)| match &item.body {
            ItemBody::Events(events) => Some((at, item, events)),
            ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => None,
        });
        let rules = rules.enumerate();
        let rules = rules.map(|(at, (of, item, events))| {
            let rule = Rule { at, item, events, codes: reasons.codes(of) };
            (rule, Nesting::of_events(policy, events))
        });
        let aggregates = aggregates.iter().map(|a| (*a, Nesting::of_aggregate(policy, a)));
        Self { aggregates: aggregates.collect(), rules: rules.collect() }
    }

    /// What is asked of some of them, made ready.
    pub(super) fn of(&self, policy: &'p Policy, over: Over, fallbacks: &mut Vec<String>) -> EventPlan {
        self.at_depth(policy, over, None, fallbacks)
    }

    fn at_depth(
        &self,
        policy: &'p Policy,
        over: Over,
        depth: Option<usize>,
        fallbacks: &mut Vec<String>,
    ) -> EventPlan {
        let is = |nesting: &Nesting| depth.is_none_or(|depth| depth == nesting.depth);
        let aggregates = self.aggregates.iter().enumerate();
        let aggregates = aggregates.filter(|(_, (aggregate, nesting))| aggregate.over == over && is(nesting));
        let aggregates: Vec<(usize, &Aggregate)> = aggregates.map(|(at, (a, _))| (at, *a)).collect();
        let rules = self.rules.iter().filter(|(rule, nesting)| rule.events.over == over && is(nesting));
        let rules: Vec<Rule<'_>> = rules.map(|(rule, _)| *rule).collect();
        let known: Vec<&Aggregate> = self.aggregates.iter().map(|(aggregate, _)| *aggregate).collect();
        EventPlan::new(policy, over, (&known, &aggregates), &rules, fallbacks)
    }

    /// What is asked of linked records, in an order in which it can be answered: for each link, and how deep its aggregates
    /// stand in each other, what is asked and whether their own aggregates are read.
    pub(super) fn of_links(
        &self,
        policy: &'p Policy,
        fallbacks: &mut Vec<String>,
    ) -> Vec<(LinkId, EventPlan, bool)> {
        let aggregates = self.aggregates.iter().map(|(aggregate, nesting)| (aggregate.over, *nesting));
        let rules = self.rules.iter().map(|(rule, nesting)| (rule.events.over, *nesting));
        let mut asked: BTreeMap<(usize, LinkId), bool> = BTreeMap::new();
        // Of the others it must be known who is good.
        for influence in &policy.influences {
            asked.insert((1, influence.link), false);
        }
        for (over, nesting) in aggregates.chain(rules) {
            if let Over::Link(link) = over {
                *asked.entry((nesting.depth, link)).or_default() |= nesting.reads;
            }
        }
        let plans = asked.into_iter().map(|((depth, link), reads)| {
            (link, self.at_depth(policy, Over::Link(link), Some(depth), fallbacks), reads)
        });
        plans.collect()
    }
}

impl EventPlan {
    /// Makes what is asked of some records ready; aggregates come with their position among all, which are there too. What
    /// cannot be done in columns is added to `fallbacks`.
    pub(super) fn new<'p>(
        policy: &'p Policy,
        over: Over,
        (known_aggregates, aggregates): (&[&'p Aggregate], &[(usize, &'p Aggregate)]),
        rules: &[Rule<'p>],
        fallbacks: &mut Vec<String>,
    ) -> Self {
        let record = record_of(policy, over);
        let scope = Scope::event(record);
        let kind = policy.schema.record(record);
        let mut gather = Gather::new(policy, kind.fields.len());
        aggregates.iter().for_each(|(_, aggregate)| gather.aggregate(aggregate, scope));
        rules.iter().for_each(|rule| gather.events(rule.events, scope));
        // Linked records are known whatever their dates are.
        let dated = kind.dated.filter(|_| matches!(over, Over::Child(_)));
        let until_today = Set::from_days(None, Some((policy.today, true)));
        if let Some(dated) = dated {
            gather.told_by(dated, &until_today);
        }
        if record == policy.schema.scored {
            gather.definitions();
        }
        let mut compiler = Compiler::new(policy, scope, gather.found, Sharing::Fitting);
        compiler.aggregates = known_aggregates.to_vec();
        let mut layout = LayoutMaker::default();
        let aggregates = aggregates
            .iter()
            .map(|(at, aggregate)| aggregate_plan(&mut compiler, &mut layout, *at, aggregate, scope));
        let aggregates = aggregates.collect();
        let rules = rules.iter().enumerate();
        let rules =
            rules.map(|(own, rule)| rule_plan(&mut compiler, &mut layout, own, rule, scope)).collect();
        for fallback in std::mem::take(&mut compiler.fallbacks) {
            if !fallbacks.contains(&fallback) {
                fallbacks.push(fallback);
            }
        }
        let known = dated.and_then(|dated| known(&compiler.program, dated, &until_today));
        Self {
            record,
            program: Arc::new(compiler.program),
            steps: compiler.steps,
            known,
            aggregates,
            rules,
            layout: layout.made(),
        }
    }
}

/// Which classes of the field that dates a record are known today. A date that is missing, or no good, hides nothing.
fn known(program: &Program, dated: FieldId, until_today: &Set) -> Option<(usize, Vec<u8>)> {
    let classes = &program.fields.get(dated.index())?.classes;
    let known = classes.within(until_today).into_iter().map(u8::from);
    Some((dated.index(), known.chain([1, 1]).collect()))
}

fn filter<'p>(
    compiler: &mut Compiler<'p>,
    filter: Option<&'p crate::policy::Expr>,
    scope: Scope,
) -> Condition {
    Condition::Filter(filter.map_or(Truth::Constant(YES), |filter| compiler.truth(filter, scope)))
}

fn aggregate_plan<'p>(
    compiler: &mut Compiler<'p>,
    layout: &mut LayoutMaker,
    at: usize,
    aggregate: &'p Aggregate,
    scope: Scope,
) -> AggregatePlan {
    let filter = filter(compiler, aggregate.filter.as_ref(), scope);
    let filter = layout.condition(filter);
    let kind = aggregate.kind;
    let measured = aggregate.value.as_ref().filter(|_| kind != AggregateKind::Count);
    let (value, of) = match measured {
        None => (None, Type::Integer),
        Some(expr) => {
            let of = scope.kind(compiler.policy, expr);
            let number = compiler.number(expr, scope);
            (Some(layout.value(Measured::Number(number, unit_of(of)))), of)
        }
    };
    let counted = matches!(kind, AggregateKind::Count | AggregateKind::Average);
    let count = counted.then(|| layout.count(filter));
    let kept = value.map(|value| match kind {
        AggregateKind::Count | AggregateKind::Sum | AggregateKind::Average => {
            layout.sum(filter, value, unit_of(of), false)
        }
        AggregateKind::Lowest => {
            layout.extreme(filter, value, Keeps::Least { unit: unit_of(of), short: of == Type::Date })
        }
        AggregateKind::Highest | AggregateKind::Latest => {
            layout.extreme(filter, value, Keeps::Greatest { unit: unit_of(of), short: of == Type::Date })
        }
    });
    AggregatePlan { at, kind, filter, value, count, kept, unit: unit_of(of) }
}

/// What numbers of a type are counted in: whole numbers as such, days as days.
fn unit_of(kind: Type) -> i64 {
    if kind == Type::Integer { ONE } else { 1 }
}

fn rule_plan<'p>(
    compiler: &mut Compiler<'p>,
    layout: &mut LayoutMaker,
    own: usize,
    rule: &Rule<'p>,
    scope: Scope,
) -> RulePlan {
    let Rule { at, item, events, codes } = *rule;
    let filter = filter(compiler, events.filter.as_ref(), scope);
    let filter = layout.condition(filter);
    let points = match &events.points {
        EventPoints::Each(expr) => PointsPlan::Each(compiler.number(expr, scope), item.reason),
        EventPoints::Table(table) => {
            let (index, row_of) = compiler.rows(table, scope);
            let gives = table.rows.iter().map(|row| match &row.outcome {
                RowOutcome::Value(expr) => compiler.number(expr, scope),
                RowOutcome::NotScored => Number::Constant(Some(0)),
            });
            let gives = gives.collect();
            let rows = table.rows.iter().map(|row| RowPlan {
                not_scored: row.outcome == RowOutcome::NotScored,
                reason: row.reason.or(item.reason),
                baseline: None,
            });
            PointsPlan::Table(Choice { index, row_of, gives }, rows.collect())
        }
    };
    let not_scored = match &points {
        PointsPlan::Each(..) => false,
        PointsPlan::Table(_, rows) => rows.iter().any(|row| row.not_scored),
    };
    let by_loss = compiler.policy.reasons_shown.by == RankedBy::PointsLost;
    let codes: Vec<ReasonId> = if by_loss { codes.to_vec() } else { Vec::new() };
    let in_periods = events.caps.iter().any(|cap| cap.period != CapPeriod::Total);
    let value = layout.value(Measured::Points(own));
    let (sum, lost) = if in_periods {
        (None, Vec::new())
    } else {
        let sum = layout.sum(filter, value, 1, true);
        let lost = (0..codes.len()).map(|code| {
            let losing = layout.condition(Condition::Losing(own, code));
            layout.sum(losing, value, 1, false)
        });
        (Some(sum), lost.collect())
    };
    let not_scored = not_scored.then(|| {
        let said = layout.condition(Condition::NotScored(own));
        layout.count(said)
    });
    RulePlan {
        at,
        filter,
        points,
        if_missing: events.if_missing.unwrap_or_default(),
        caps: events.caps.clone(),
        dated: events.date.filter(|_| in_periods).map(FieldId::index),
        codes,
        value,
        sum,
        lost,
        not_scored,
    }
}

impl RulePlan {
    /// Whether points are summed by period.
    pub(super) fn in_periods(&self) -> bool {
        self.sum.is_none()
    }
}
