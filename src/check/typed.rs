//! A lowered expression and what is known of it: type, bounds, why it may be missing; and where it stands.

use crate::data::{Set, Type, Value, Why};
use crate::decimal::Decimal;
use crate::function::Bounds;
use crate::policy::{Expr, Over};
use crate::source::{FileId, Place, Span};

/// What an expression may refer to where it stands.
#[derive(Debug, Clone)]
pub(super) struct Env {
    /// The file whose spans the expression has.
    pub file: FileId,
    /// Whether fields of the scored record can be read.
    pub subject: bool,
    /// The child or linked record in scope.
    pub event: Option<Over>,
    /// How far the evaluation has come.
    pub phase: Phase,
    /// What is known of values here: the row's cells hold, the other conditions of an `and` hold.
    pub given: Vec<Given>,
}

/// How far the evaluation of a record has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Points are being worked out: no score yet.
    Points,
    /// The score is known.
    Scored,
    /// The score is known, or known to be missing (`not scored applies`).
    PerhapsScored,
}

/// Something known of a value.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The value.
    pub expr: Expr,
    /// It is not missing.
    pub known: bool,
    /// If known, it lies in this set.
    pub inside: Option<Set>,
}

impl Given {
    /// The same where the condition that says it is yes, not only undecided.
    pub(super) fn known(self) -> Self {
        Self { known: true, ..self }
    }

    /// Whether a cause cannot be where this holds.
    pub(super) fn rules_out(&self, cause: &Cause) -> bool {
        match cause {
            Cause::Missing(_, expr) | Cause::ZeroWithin(_, expr) => self.known && *expr == self.expr,
            Cause::Zero(_, expr) => {
                *expr == self.expr
                    && self.inside.as_ref().is_some_and(|s| !s.contains(&Value::Number(Decimal::ZERO)))
            }
            Cause::NotScored => {
                self.known && matches!(self.expr, Expr::Score | Expr::Tier | Expr::Decision(_))
            }
            Cause::None(_) => false,
        }
    }
}

/// A lowered expression.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// The expression.
    pub expr: Expr,
    /// Its type; `None` where it could not be understood, which has been said: it fits everywhere.
    pub kind: Option<Type>,
    /// A number literal or parameter: takes the unit of the other side.
    pub literal: bool,
    /// Why it may be missing; empty where it never is.
    pub causes: Vec<Cause>,
    /// Bounds of the number or day, if known.
    pub bounds: Bounds,
    /// The known values that it can have, where it is a field.
    pub domain: Option<Set>,
    /// Where it stands.
    pub span: Span,
}

/// Why a value may be missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause {
    /// This value (a field, as written) may be missing in the data.
    Missing(String, Expr),
    /// This value, a divisor, may be 0.
    Zero(String, Expr),
    /// Somewhere in this value something divides that may be 0.
    ZeroWithin(String, Expr),
    /// There may be no such record.
    None(String),
    /// Without a score.
    NotScored,
}

impl Cause {
    /// The cause as that of a value over many records, one of which has it.
    pub(super) fn of_many(self, whole: &Expr) -> Self {
        match self {
            Self::Missing(name, _) => Self::Missing(name, whole.clone()),
            Self::Zero(name, _) | Self::ZeroWithin(name, _) => Self::ZeroWithin(name, whole.clone()),
            Self::None(_) | Self::NotScored => self,
        }
    }
}

/// The causes in an author's words: "`limit` is missing or 0".
pub(super) fn describe_causes(causes: &[Cause]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for cause in causes {
        match cause {
            Cause::Missing(name, _) if !done.contains(&name.as_str()) => {
                done.push(name);
                let zero = causes
                    .iter()
                    .any(|c| matches!(c, Cause::Zero(n, _) | Cause::ZeroWithin(n, _) if n == name));
                parts.push(format!("`{name}` is missing{}", if zero { " or 0" } else { "" }));
            }
            Cause::Zero(name, _) | Cause::ZeroWithin(name, _) if !done.contains(&name.as_str()) => {
                let missing = causes.iter().any(|c| matches!(c, Cause::Missing(n, _) if n == name));
                if !missing {
                    done.push(name);
                    parts.push(format!("`{name}` is 0"));
                }
            }
            Cause::None(name) => {
                let part = format!("there is no `{name}`");
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            Cause::NotScored => parts.push("the record has no score".to_owned()),
            Cause::Missing(..) | Cause::Zero(..) | Cause::ZeroWithin(..) => {}
        }
    }
    parts.join(", or ")
}

impl Typed {
    /// Something that could not be understood.
    pub(super) fn broken(span: Span) -> Self {
        Self {
            expr: Expr::Constant(Value::Missing(Why::Undecided)),
            kind: None,
            literal: false,
            causes: Vec::new(),
            bounds: UNBOUNDED,
            domain: None,
            span,
        }
    }

    /// A value that is never missing.
    pub(super) fn sure(expr: Expr, kind: Type, span: Span) -> Self {
        Self {
            expr,
            kind: Some(kind),
            literal: false,
            causes: Vec::new(),
            bounds: UNBOUNDED,
            domain: None,
            span,
        }
    }

    /// A constant.
    pub(super) fn constant(value: Value, kind: Type, span: Span) -> Self {
        let bounds = match &value {
            Value::Number(n) => Bounds { low: Some(*n), high: Some(*n) },
            Value::Date(d) => day_bounds(*d),
            Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => UNBOUNDED,
        };
        Self {
            expr: Expr::Constant(value),
            kind: Some(kind),
            literal: true,
            causes: Vec::new(),
            bounds,
            domain: None,
            span,
        }
    }

    /// Whether it may be missing.
    pub(super) fn may_be_missing(&self) -> bool {
        !self.causes.is_empty()
    }

    /// The constant, where it is one.
    pub(super) fn as_constant(&self) -> Option<&Value> {
        if let Expr::Constant(value) = &self.expr { Some(value) } else { None }
    }
}

/// No bounds.
pub(super) const UNBOUNDED: Bounds = Bounds::UNBOUNDED;

/// The bounds of one day.
pub(super) fn day_bounds(day: crate::date::Date) -> Bounds {
    let n = Decimal::from_int(i64::from(day.days()));
    Bounds { low: Some(n), high: Some(n) }
}

/// Causes of both sides, each once.
pub(super) fn both(mut a: Vec<Cause>, b: &[Cause]) -> Vec<Cause> {
    for cause in b {
        if !a.contains(cause) {
            a.push(cause.clone());
        }
    }
    a
}

impl Env {
    /// An environment of the scored record before its score is known.
    pub(super) fn points(file: FileId) -> Self {
        Self { file, subject: true, event: None, phase: Phase::Points, given: Vec::new() }
    }

    /// The same with an event in scope.
    pub(super) fn over(&self, event: Over) -> Self {
        Self { event: Some(event), ..self.clone() }
    }

    /// The same with more that is known.
    pub(super) fn given(&self, more: impl IntoIterator<Item = Given>) -> Self {
        let mut env = self.clone();
        env.given.extend(more);
        env
    }

    /// A place in its file.
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }
}

/// The type of two values of which either may stand: the same, or numbers of which one is more general.
pub(super) fn joint_type(a: &Typed, left: Type, b: &Typed, right: Type) -> Option<Type> {
    if left == right {
        return Some(left);
    }
    match (left, right) {
        (Type::Integer | Type::Number, Type::Integer | Type::Number) => Some(Type::Number),
        (Type::Money, Type::Number | Type::Integer) if b.literal => Some(Type::Money),
        (Type::Number | Type::Integer, Type::Money) if a.literal => Some(Type::Money),
        _other => None,
    }
}

/// What is known of values where a condition is yes.
#[expect(clippy::wildcard_enum_match_arm, reason = "other conditions say nothing of one value")]
pub(super) fn holds(condition: &Expr) -> Vec<Given> {
    match condition {
        Expr::And(parts) => parts.iter().flat_map(holds).collect(),
        Expr::Not(inner) => fails(inner),
        // `(COND otherwise no)` is yes only where the condition is.
        Expr::Otherwise(inner, instead) if **instead == Expr::Constant(Value::YesNo(false)) => {
            holds(inner).into_iter().map(Given::known).collect()
        }
        Expr::Test(value, set) => {
            vec![Given { expr: (**value).clone(), known: false, inside: Some(set.clone()) }]
        }
        _other => Vec::new(),
    }
}

/// What is known of values where a condition is no.
#[expect(clippy::wildcard_enum_match_arm, reason = "other conditions say nothing of one value")]
pub(super) fn fails(condition: &Expr) -> Vec<Given> {
    match condition {
        Expr::Or(parts) => parts.iter().flat_map(fails).collect(),
        Expr::Not(inner) => holds(inner),
        Expr::Otherwise(inner, instead) if **instead == Expr::Constant(Value::YesNo(true)) => {
            fails(inner).into_iter().map(Given::known).collect()
        }
        Expr::IsMissing(value) => vec![Given { expr: (**value).clone(), known: true, inside: None }],
        // Numbers and days are ranges of whole counts: what is outside is worked out the same way for both.
        Expr::Test(value, set @ Set::Ranges(_)) => {
            let others = Set::universe(Type::Number, 0).difference(set, Type::Number);
            vec![Given { expr: (**value).clone(), known: false, inside: Some(others) }]
        }
        _other => Vec::new(),
    }
}

/// What lies in both bounds.
pub(super) fn narrow(a: Bounds, b: Bounds) -> Bounds {
    let low = match (a.low, b.low) {
        (Some(x), Some(y)) => Some(x.max(y)),
        (x, y) => x.or(y),
    };
    let high = match (a.high, b.high) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    };
    // Nothing lies in both: such a value cannot be, and any bounds are right.
    if let (Some(l), Some(h)) = (low, high)
        && l > h
    {
        return a;
    }
    Bounds { low, high }
}
