//! Expressions taken apart into axes: what of them is one quantity, and what is computed of several.

use super::axis::{Axes, AxisId, Of};
use super::node::{Node, RowNode, TableNode, arithmetic};
use super::possible::Possible;
use crate::data::{RecordId, Set, Type, Value};
use crate::function::{AggregateKind, Bounds, FunctionBody};
use crate::policy::{Aggregate, DefinitionBody, Expr, Operator, Over, Policy, RowOutcome, Table};

/// Takes expressions apart into axes.
///
/// Everything is taken apart twice: the first time finds what is tested and how, the second time expressions that turned
/// out to be an axis are one wherever they stand.
pub(super) struct Compiler<'p, 'a> {
    pub(super) policy: &'p Policy,
    pub(super) axes: &'a mut Axes,
    /// The event that expressions are about, besides the record.
    pub(super) over: Option<Over>,
}

impl Compiler<'_, '_> {
    /// An expression about the record.
    pub(super) fn node(&mut self, expr: &Expr) -> Node {
        if let Some(axis) = self.axes.find(&Of::Value(expr.clone())) {
            return Node::Axis(axis);
        }
        match expr {
            Expr::Constant(value) => Node::Constant(value.clone()),
            Expr::Field(_) | Expr::EventField(_) | Expr::Aggregate(_) | Expr::Compare(..) => {
                Node::Axis(self.axis(expr))
            }
            Expr::Definition(id) => {
                let policy = self.policy;
                match &policy.definition(*id).body {
                    DefinitionBody::Expr(body) => self.node(body),
                    DefinitionBody::Table(table) => Node::Table(Box::new(self.table(table))),
                }
            }
            Expr::Test(inner, set) => {
                let node = self.tested(inner, &[set]);
                Node::Test(Box::new(node), set.clone())
            }
            Expr::IsMissing(inner) => Node::IsMissing(Box::new(self.node(inner))),
            Expr::And(all) => Node::And(all.iter().map(|each| self.node(each)).collect()),
            Expr::Or(all) => Node::Or(all.iter().map(|each| self.node(each)).collect()),
            Expr::Not(inner) => Node::Not(Box::new(self.node(inner))),
            Expr::Otherwise(first, second) => {
                Node::Otherwise(Box::new(self.node(first)), Box::new(self.node(second)))
            }
            Expr::Negate(inner) => Node::Negate(Box::new(self.node(inner)), self.kind(expr)),
            Expr::Arithmetic(operator, left, right) => {
                let kind = self.kind(expr);
                Node::Arithmetic(*operator, Box::new(self.node(left)), Box::new(self.node(right)), kind)
            }
            Expr::Call(function, arguments) => {
                let kind = self.kind(expr);
                let arguments = arguments.iter().map(|each| (self.node(each), self.kind(each))).collect();
                Node::Call(function, arguments, kind)
            }
            // What is worked out for another record, or stands only after the score, is looked at no further.
            Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => Node::Axis(self.axis(expr)),
        }
    }

    /// An expression that is asked whether it lies in some sets.
    pub(super) fn tested(&mut self, expr: &Expr, sets: &[&Set]) -> Node {
        match expr {
            Expr::Definition(id) => {
                let policy = self.policy;
                match &policy.definition(*id).body {
                    DefinitionBody::Expr(body) => self.tested(body, sets),
                    DefinitionBody::Table(table) => Node::Table(Box::new(self.table(table))),
                }
            }
            Expr::Otherwise(first, second) => {
                Node::Otherwise(Box::new(self.tested(first, sets)), Box::new(self.tested(second, sets)))
            }
            Expr::Constant(_)
            | Expr::Test(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_) => self.node(expr),
            Expr::Field(_)
            | Expr::EventField(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Negate(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::Call(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => {
                let axis = self.axis(expr);
                sets.iter().for_each(|set| self.axes.cut(axis, set));
                Node::Axis(axis)
            }
        }
    }

    /// A table.
    pub(super) fn table(&mut self, table: &Table) -> TableNode {
        let columns = table.columns.iter().enumerate().map(|(at, column)| {
            let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
            let sets: Vec<&Set> = cells.map(|cell| &cell.known).collect();
            self.tested(&column.subject, &sets)
        });
        let columns = columns.collect();
        let rows = table.rows.iter().map(|row| RowNode {
            cells: row.cells.clone(),
            outcome: match &row.outcome {
                RowOutcome::Value(value) => Some(self.valued(value)),
                RowOutcome::NotScored => None,
            },
        });
        TableNode { columns, rows: rows.collect() }
    }

    /// An expression whose value counts, not only on which side of an edge it lies.
    pub(super) fn valued(&mut self, expr: &Expr) -> Node {
        let node = self.node(expr);
        let mut leaves = Vec::new();
        node.axes(&mut leaves);
        for leaf in leaves {
            self.axes.value_counts(leaf);
        }
        node
    }

    /// The axis of an expression.
    fn axis(&mut self, expr: &Expr) -> AxisId {
        let kind = self.kind(expr);
        if let Some(found) = self.axes.find(&Of::Value(expr.clone())) {
            return found;
        }
        let domain = self.domain(expr, kind);
        self.axes.value(self.policy, expr, self.over, kind, domain)
    }

    /// Everything that an expression can be.
    fn domain(&mut self, expr: &Expr, kind: Type) -> Possible {
        let missing = may_be_missing(self.policy, expr, self.over);
        let field = match expr {
            Expr::Field(id) => Some((self.policy.schema.scored, *id)),
            Expr::EventField(id) => record_of(self.policy, self.over).map(|record| (record, *id)),
            Expr::Constant(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Negate(_)
            | Expr::Arithmetic(..)
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Otherwise(..)
            | Expr::Call(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => None,
        };
        if let Some((record, id)) = field {
            let field = self.policy.schema.field(record, id);
            return Possible { known: field.domain.clone(), missing: field.optional };
        }
        if !kind.is_ordered() {
            let codes = match kind {
                Type::Category(of) => self.policy.schema.category(of).codes(),
                Type::Tier => self.policy.tiers.len() as u32,
                Type::Number | Type::Integer | Type::Money | Type::Date | Type::Text | Type::YesNo => 0,
            };
            return Possible { known: Set::universe(kind, codes), missing };
        }
        Possible { known: self.bounds(expr, self.over).to_set(kind), missing }
    }

    /// The bounds of an expression's value.
    pub(super) fn bounds(&self, expr: &Expr, over: Option<Over>) -> Bounds {
        let both = |a: &Expr, b: &Expr| (self.bounds(a, over), self.bounds(b, over));
        match expr {
            Expr::Constant(value) => Bounds::of_value(value).unwrap_or(Bounds::UNBOUNDED),
            Expr::Field(id) => {
                let field = self.policy.schema.field(self.policy.schema.scored, *id);
                Bounds::of_set(&field.domain, field.kind)
            }
            Expr::EventField(id) => record_of(self.policy, over).map_or(Bounds::UNBOUNDED, |record| {
                let field = self.policy.schema.field(record, *id);
                Bounds::of_set(&field.domain, field.kind)
            }),
            Expr::Definition(id) => match &self.policy.definition(*id).body {
                DefinitionBody::Expr(body) => self.bounds(body, over),
                DefinitionBody::Table(table) => {
                    let values = table.rows.iter().filter_map(|row| match &row.outcome {
                        RowOutcome::Value(value) => Some(self.bounds(value, over)),
                        RowOutcome::NotScored => None,
                    });
                    values.reduce(Bounds::union).unwrap_or(Bounds::UNBOUNDED)
                }
            },
            Expr::Negate(inner) => -self.bounds(inner, over),
            Expr::Arithmetic(operator, a, b) => {
                let (a, b) = both(a, b);
                arithmetic(*operator, a, b)
            }
            Expr::Otherwise(a, b) => {
                let (a, b) = both(a, b);
                a.union(b)
            }
            Expr::Call(function, arguments) => match &function.body {
                FunctionBody::Scalar { bounds, .. } => {
                    let all: Vec<Bounds> = arguments.iter().map(|each| self.bounds(each, over)).collect();
                    bounds(&all)
                }
                FunctionBody::Aggregate(_) => Bounds::UNBOUNDED,
            },
            Expr::Aggregate(aggregate) => {
                let of = aggregate.value.as_ref().map(|value| self.bounds(value, Some(aggregate.over)));
                aggregate.kind.bounds(of.unwrap_or(Bounds::UNBOUNDED))
            }
            Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => Bounds::UNBOUNDED,
        }
    }

    fn kind(&self, expr: &Expr) -> Type {
        kind_of(self.policy, expr, self.over)
    }
}

/// The type of an expression; `over` is the event in scope.
pub(super) fn kind_of(policy: &Policy, expr: &Expr, over: Option<Over>) -> Type {
    match expr {
        Expr::Constant(value) => match value {
            Value::Number(n) if n.is_integer() => Type::Integer,
            Value::Number(_) | Value::Missing(_) | Value::Category(_) => Type::Number,
            Value::Date(_) => Type::Date,
            Value::YesNo(_) => Type::YesNo,
            Value::Text(_) => Type::Text,
        },
        Expr::Field(id) => policy.schema.field(policy.schema.scored, *id).kind,
        Expr::EventField(id) => {
            record_of(policy, over).map_or(Type::Number, |record| policy.schema.field(record, *id).kind)
        }
        Expr::Definition(id) | Expr::EventDefinition(id) => policy.definition(*id).kind,
        Expr::Negate(inner) => kind_of(policy, inner, over),
        Expr::Otherwise(a, b) => {
            let (a, b) = (kind_of(policy, a, over), kind_of(policy, b, over));
            if a == b {
                a
            } else if a == Type::Integer {
                b
            } else {
                wider(a, b)
            }
        }
        Expr::Arithmetic(operator, a, b) => {
            let whole =
                kind_of(policy, a, over) == Type::Integer && kind_of(policy, b, over) == Type::Integer;
            if whole && *operator != Operator::Divide { Type::Integer } else { Type::Number }
        }
        Expr::Call(function, arguments) => {
            let kinds: Vec<Type> = arguments.iter().map(|each| kind_of(policy, each, over)).collect();
            (function.result)(&kinds).unwrap_or(Type::Number)
        }
        Expr::Aggregate(aggregate) => match aggregate.kind {
            AggregateKind::Count => Type::Integer,
            AggregateKind::Average => Type::Number,
            AggregateKind::Sum | AggregateKind::Lowest | AggregateKind::Highest | AggregateKind::Latest => {
                let value = aggregate.value.as_ref();
                value.map_or(Type::Number, |value| kind_of(policy, value, Some(aggregate.over)))
            }
        },
        Expr::Test(..)
        | Expr::Compare(..)
        | Expr::IsMissing(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_) => Type::YesNo,
        Expr::Tier => Type::Tier,
        Expr::Decision(id) => policy.decisions.get(id.index()).map_or(Type::Number, |decision| decision.kind),
        Expr::PreviousScore | Expr::Score | Expr::PointsOf(_) | Expr::PointsOfInfluence(_) => Type::Number,
    }
}

fn wider(a: Type, b: Type) -> Type {
    if b == Type::Integer { a } else { Type::Number }
}

fn record_of(policy: &Policy, over: Option<Over>) -> Option<RecordId> {
    match over? {
        Over::Child(kind) => Some(kind),
        Over::Link(link) => Some(policy.schema.link(link).to),
    }
}

/// Whether a value can be missing: never `false` where it can.
pub(super) fn may_be_missing(policy: &Policy, expr: &Expr, over: Option<Over>) -> bool {
    let any = |all: &[Expr]| all.iter().any(|each| may_be_missing(policy, each, over));
    match expr {
        Expr::Constant(value) => value.is_missing(),
        Expr::Field(id) => policy.schema.field(policy.schema.scored, *id).optional,
        Expr::EventField(id) => {
            record_of(policy, over).is_none_or(|record| policy.schema.field(record, *id).optional)
        }
        Expr::Definition(id) | Expr::EventDefinition(id) => policy.definition(*id).may_be_missing,
        Expr::Negate(inner) | Expr::Test(inner, _) | Expr::Not(inner) => may_be_missing(policy, inner, over),
        Expr::Arithmetic(operator, a, b) => {
            *operator == Operator::Divide && !matches!(&**b, Expr::Constant(Value::Number(n)) if !n.is_zero())
                || may_be_missing(policy, a, over)
                || may_be_missing(policy, b, over)
        }
        Expr::Compare(_, a, b) => may_be_missing(policy, a, over) || may_be_missing(policy, b, over),
        Expr::And(all) | Expr::Or(all) => any(all),
        Expr::Otherwise(a, b) => may_be_missing(policy, a, over) && may_be_missing(policy, b, over),
        Expr::Call(function, all) => match &function.body {
            FunctionBody::Scalar { may_be_missing, .. } => *may_be_missing || any(all),
            FunctionBody::Aggregate(_) => true,
        },
        Expr::Aggregate(aggregate) => aggregate_may_be_missing(policy, aggregate),
        Expr::IsMissing(_) => false,
        Expr::PreviousScore
        | Expr::Score
        | Expr::Tier
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_)
        | Expr::Decision(_) => true,
    }
}

fn aggregate_may_be_missing(policy: &Policy, aggregate: &Aggregate) -> bool {
    if aggregate.kind == AggregateKind::Count {
        return false;
    }
    aggregate.kind.is_missing_over_none()
        || aggregate.value.as_ref().is_none_or(|value| may_be_missing(policy, value, Some(aggregate.over)))
}
