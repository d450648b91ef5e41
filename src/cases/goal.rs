//! What of a policy a record can reach: rows of tables, rules and what follows a score, branches of conditions.

use super::trial::Trial;
use super::words::Words;
use crate::data::{Field, Type, Value};
use crate::eval::{BodySeen, Match, Status};
use crate::function::{AggregateKind, FunctionBody};
use crate::policy::{
    Cap, CapPeriod, DecisionId, DefinitionBody, DefinitionId, EventPoints, Expr, ItemBody, ItemId, Operator,
    Over, Policy, Table, TierId,
};
use crate::source::Place;

/// Something that a record can reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// What it counts as.
    pub part: Part,
    /// Where it stands.
    pub place: Place,
    /// What of its line it is: empty for the line itself.
    pub label: String,
    /// The how many-th part of its line it is, on whatever day.
    pub part_of_line: usize,
    /// What it is to reach it.
    pub target: Target,
}

/// What a goal counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A row of a table.
    Row,
    /// A rule that applies, a cap that is reached, an override, a tier, a benefit.
    Rule,
    /// A part of a condition that is yes, no or missing.
    Branch,
}

/// What it is to reach a goal.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The row of a table, by position.
    Row(Looked, usize),
    /// A rule applies: its condition is yes, or it counts an event.
    Applies(ItemId),
    /// A cap leaves less of a sum than there was.
    Cap(ItemId, Cap),
    /// A linked record with a score has a say.
    Influence(usize),
    /// An override applies.
    Override(usize),
    /// This tier.
    Tier(TierId),
    /// A benefit or penalty is held.
    Consequence(usize),
    /// A part of a condition is yes, no or missing.
    Branch {
        /// The part.
        of: Expr,
        /// Of which events, where it is about events.
        over: Option<Over>,
        /// What it is to be: `None` is missing.
        wanted: Option<bool>,
    },
}

/// Whose table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// A characteristic's or a rule's.
    Item(ItemId),
    /// A definition's.
    Definition(DefinitionId),
    /// A decision's.
    Decision(DecisionId),
}

/// Everything in a policy that a record can reach. Definitions of other records are left out: they are worked out for
/// others.
pub fn goals(policy: &Policy) -> Vec<Goal> {
    let mut goals = Goals { policy, found: Vec::new() };
    goals.definitions();
    goals.items();
    if let Some(participation) = &policy.participation {
        goals.condition(participation.place, &participation.needs.when, None, false);
    }
    for (at, each) in policy.overrides.iter().enumerate() {
        goals.rule(each.place, Target::Override(at));
        goals.condition(each.place, &each.when.when, None, true);
    }
    for (at, tier) in policy.tiers.iter().enumerate() {
        goals.rule(tier.place, Target::Tier(TierId(at as u32)));
    }
    for (at, decision) in policy.decisions.iter().enumerate() {
        goals.rows(Looked::Decision(DecisionId(at as u32)), &decision.table);
    }
    for (at, each) in policy.consequences.iter().enumerate() {
        goals.rule(each.place, Target::Consequence(at));
        goals.condition(each.place, &each.when.when, None, true);
    }
    goals.found
}

struct Goals<'p> {
    policy: &'p Policy,
    found: Vec<Goal>,
}

impl Goals<'_> {
    fn definitions(&mut self) {
        for (at, definition) in self.policy.definitions.iter().enumerate() {
            if definition.of != self.policy.schema.scored {
                continue;
            }
            match &definition.body {
                DefinitionBody::Table(table) => self.rows(Looked::Definition(DefinitionId(at as u32)), table),
                DefinitionBody::Expr(expr) if definition.kind == Type::YesNo => {
                    self.condition(definition.place, expr, None, false);
                }
                DefinitionBody::Expr(_) => {}
            }
        }
    }

    fn items(&mut self) {
        for (at, item) in self.policy.items.iter().enumerate() {
            let id = ItemId(at as u32);
            match &item.body {
                ItemBody::Table { table, .. } => self.rows(Looked::Item(id), table),
                ItemBody::Formula(formula) => {
                    self.rule(item.place, Target::Applies(id));
                    if let Some(when) = &formula.when {
                        self.condition(item.place, when, None, true);
                    }
                }
                ItemBody::Events(events) => {
                    self.rule(item.place, Target::Applies(id));
                    if let Some(filter) = &events.filter {
                        self.condition(item.place, filter, Some(events.over), true);
                    }
                    if let EventPoints::Table(table) = &events.points {
                        self.rows(Looked::Item(id), table);
                    }
                    for (order, cap) in (1..).zip(&events.caps) {
                        let label = format!("no more than {} {}", cap.most, period(cap.period));
                        self.part(item.place, label, order, Target::Cap(id, *cap));
                    }
                }
                ItemBody::Group(_) => {}
            }
        }
        for (at, influence) in self.policy.influences.iter().enumerate() {
            self.rule(influence.place, Target::Influence(at));
        }
    }

    fn rows(&mut self, looked: Looked, table: &Table) {
        for (at, row) in table.rows.iter().enumerate() {
            let target = Target::Row(looked, at);
            self.found.push(Goal {
                part: Part::Row,
                place: row.place,
                label: String::new(),
                part_of_line: 0,
                target,
            });
        }
    }

    fn rule(&mut self, place: Place, target: Target) {
        self.part(place, String::new(), 0, target);
    }

    fn part(&mut self, place: Place, label: String, part_of_line: usize, target: Target) {
        self.found.push(Goal { part: Part::Rule, place, label, part_of_line, target });
    }

    /// The branches of a condition. Where a rule stands and falls with one part, that it is yes is the rule's own goal.
    fn condition(&mut self, place: Place, condition: &Expr, over: Option<Over>, is_rule: bool) {
        let mut parts = Vec::new();
        atoms(condition, &mut parts);
        let alone = is_rule && matches!(parts.as_slice(), [only] if std::ptr::eq(*only, condition));
        let words = Words { policy: self.policy, over };
        let first = self.found.len();
        for (order, part) in parts.into_iter().enumerate() {
            let missing = may_be_missing(self.policy, part, over).then_some(None);
            let yes = (!alone).then_some(Some(true));
            for wanted in yes.into_iter().chain([Some(false)]).chain(missing) {
                let (is, nth) = match wanted {
                    Some(true) => ("yes", 0),
                    Some(false) => ("no", 1),
                    None => ("missing", 2),
                };
                let goal = Goal {
                    part: Part::Branch,
                    place,
                    label: format!("`{}`: {is}", words.expr(part)),
                    part_of_line: order * 3 + nth,
                    target: Target::Branch { of: part.clone(), over, wanted },
                };
                // A part that is written twice is reached once.
                if !self.found.iter().skip(first).any(|other| other.target == goal.target) {
                    self.found.push(goal);
                }
            }
        }
    }
}

/// The parts of a condition that are no conditions joined by `and`, `or`, `not` or `otherwise`.
pub(super) fn atoms<'e>(condition: &'e Expr, into: &mut Vec<&'e Expr>) {
    match condition {
        Expr::And(all) | Expr::Or(all) => all.iter().for_each(|each| atoms(each, into)),
        Expr::Not(inner) => atoms(inner, into),
        Expr::Otherwise(first, second) => {
            atoms(first, into);
            atoms(second, into);
        }
        Expr::Constant(_) => {}
        Expr::Field(_)
        | Expr::EventField(_)
        | Expr::Definition(_)
        | Expr::EventDefinition(_)
        | Expr::PreviousScore
        | Expr::Negate(_)
        | Expr::Arithmetic(..)
        | Expr::Test(..)
        | Expr::Compare(..)
        | Expr::IsMissing(_)
        | Expr::Call(..)
        | Expr::Aggregate(_)
        | Expr::Score
        | Expr::Tier
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_)
        | Expr::Decision(_) => into.push(condition),
    }
}

impl Goal {
    /// Whether a trial reached it.
    pub fn reached(&self, trial: &Trial<'_>) -> bool {
        let Trial { outcome, recording, .. } = trial;
        if !trial.takes_part() && !matches!(self.target, Target::Branch { .. }) {
            return false;
        }
        match &self.target {
            Target::Row(looked, row) => matches(trial, *looked).iter().any(|seen| seen.row == Some(*row)),
            Target::Applies(id) => recording.item(*id).is_some_and(|item| match &item.body {
                BodySeen::Formula(when, _) => when.as_ref().is_none_or(|when| when.as_truth() == Some(true)),
                BodySeen::Events(events, _) => !events.is_empty(),
                BodySeen::Row(..) | BodySeen::Group => true,
            }),
            Target::Cap(id, cap) => recording.item(*id).is_some_and(|item| match &item.body {
                BodySeen::Events(_, capped) => capped.iter().any(|capped| capped.cap == *cap),
                BodySeen::Row(..) | BodySeen::Formula(..) | BodySeen::Group => false,
            }),
            Target::Influence(at) => recording.influences.get(*at).is_some_and(|seen| seen.with_score > 0),
            Target::Override(at) => recording.overrides.get(*at).is_some_and(|seen| seen.applied),
            Target::Tier(tier) => outcome.tier == Some(*tier),
            Target::Consequence(at) => outcome.consequences.get(*at).is_some_and(|held| *held),
            Target::Branch { of, over, wanted } => {
                let is = |value: &Value| value.as_truth() == *wanted;
                match over {
                    Some(over) => trial.event_values(*over, of).iter().any(is),
                    None => trial.value(of).as_ref().is_some_and(is),
                }
            }
        }
    }

    /// Whether both are the same line and the same part of it, perhaps on different days.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.place.same_place(&other.place)
            && self.part == other.part
            && self.part_of_line == other.part_of_line
    }
}

/// What the tables of something saw in a trial: one match, or one for each event.
pub(super) fn matches<'t>(trial: &'t Trial<'_>, looked: Looked) -> Vec<&'t Match> {
    let recording = &trial.recording;
    match looked {
        Looked::Item(id) => match recording.item(id).map(|item| &item.body) {
            Some(BodySeen::Row(seen, _)) => vec![seen],
            Some(BodySeen::Events(events, _)) => {
                events.iter().filter_map(|event| event.matched.as_ref()).collect()
            }
            Some(BodySeen::Formula(..) | BodySeen::Group) | None => Vec::new(),
        },
        Looked::Definition(id) => {
            recording.definition(id).and_then(|seen| seen.matched.as_ref()).into_iter().collect()
        }
        Looked::Decision(id) => {
            let of = recording.decisions.iter().filter(|(of, ..)| *of == id);
            of.map(|(_, seen, _)| seen).collect()
        }
    }
}

/// A table of a policy.
pub(super) fn table_of(policy: &Policy, looked: Looked) -> Option<&Table> {
    match looked {
        Looked::Item(id) => match &policy.item(id).body {
            ItemBody::Table { table, .. } => Some(table),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Table(table) => Some(table),
                EventPoints::Each(_) => None,
            },
            ItemBody::Formula(_) | ItemBody::Group(_) => None,
        },
        Looked::Definition(id) => match &policy.definition(id).body {
            DefinitionBody::Table(table) => Some(table),
            DefinitionBody::Expr(_) => None,
        },
        Looked::Decision(id) => policy.decisions.get(id.index()).map(|decision| &decision.table),
    }
}

/// Whether a value can be missing for a record, as far as its parts tell: what can be is a branch to be tested.
fn may_be_missing(policy: &Policy, expr: &Expr, over: Option<Over>) -> bool {
    let optional = |field: Option<&Field>| field.is_some_and(|field| field.optional);
    let any = |all: &[Expr]| all.iter().any(|each| may_be_missing(policy, each, over));
    match expr {
        Expr::Constant(value) => value.is_missing(),
        Expr::Field(field) => optional(policy.schema.scored().fields.get(field.index())),
        Expr::EventField(field) => match over {
            Some(Over::Child(kind)) => optional(policy.schema.record(kind).fields.get(field.index())),
            Some(Over::Link(_)) | None => false,
        },
        Expr::Definition(id) | Expr::EventDefinition(id) => policy.definition(*id).may_be_missing,
        Expr::PreviousScore => true,
        Expr::Negate(inner) | Expr::Test(inner, _) | Expr::Not(inner) => may_be_missing(policy, inner, over),
        Expr::Arithmetic(operator, left, right) => {
            let by_zero = *operator == Operator::Divide && may_be_zero(policy, right);
            by_zero || may_be_missing(policy, left, over) || may_be_missing(policy, right, over)
        }
        Expr::Compare(_, left, right) => {
            may_be_missing(policy, left, over) || may_be_missing(policy, right, over)
        }
        Expr::And(all) | Expr::Or(all) => any(all),
        Expr::Call(function, all) => {
            any(all) || matches!(function.body, FunctionBody::Scalar { may_be_missing: true, .. })
        }
        Expr::Otherwise(first, second) => {
            may_be_missing(policy, first, over) && may_be_missing(policy, second, over)
        }
        Expr::Aggregate(aggregate) => match aggregate.kind {
            AggregateKind::Count => false,
            AggregateKind::Sum => aggregate
                .value
                .as_ref()
                .is_some_and(|value| may_be_missing(policy, value, Some(aggregate.over))),
            AggregateKind::Average
            | AggregateKind::Lowest
            | AggregateKind::Highest
            | AggregateKind::Latest => true,
        },
        Expr::IsMissing(_)
        | Expr::Score
        | Expr::Tier
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_)
        | Expr::Decision(_) => false,
    }
}

/// Whether a divisor can be 0: a field whose domain has it, or what is not known.
fn may_be_zero(policy: &Policy, expr: &Expr) -> bool {
    let zero = Value::Number(crate::decimal::Decimal::ZERO);
    if let Expr::Field(field) = expr {
        return policy
            .schema
            .scored()
            .fields
            .get(field.index())
            .is_some_and(|field| field.domain.contains(&zero));
    }
    *expr == Expr::Constant(zero)
}

/// A cap's period in the words of the language.
fn period(period: CapPeriod) -> &'static str {
    match period {
        CapPeriod::Day => "a day",
        CapPeriod::Month => "a month",
        CapPeriod::Year => "a year",
        CapPeriod::Total => "in total",
    }
}

/// Whether a status is that of a record with a score.
pub(super) fn is_scored(trial: &Trial<'_>) -> bool {
    trial.outcome.status == Status::Scored
}
