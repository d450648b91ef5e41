//! Values and conditions: names become ids, types are checked, and where a value may be missing is worked out.

use super::context::Context;
use super::scope::{KindName, PointsName, ValueName};
use crate::data::{Set, Type, Value, Why};
use crate::decimal::Decimal;
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Expr, Operator, Over};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{self, Expression, ExpressionKind, Name};

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
    /// Whether a cause cannot be where this holds.
    pub(super) fn rules_out(&self, cause: &Cause) -> bool {
        match cause {
            Cause::Missing(_, expr) => self.known && *expr == self.expr,
            Cause::Zero(_, expr) => {
                *expr == self.expr
                    && self.inside.as_ref().is_some_and(|s| !s.contains(&Value::Number(Decimal::ZERO)))
            }
            Cause::None(_) | Cause::NotScored => false,
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
    /// There may be no such record.
    None(String),
    /// Without a score.
    NotScored,
}

/// The causes in an author's words: "`limit` is missing or 0".
pub(super) fn describe_causes(causes: &[Cause]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for cause in causes {
        match cause {
            Cause::Missing(name, _) if !done.contains(&name.as_str()) => {
                done.push(name);
                let zero = causes.iter().any(|c| matches!(c, Cause::Zero(n, _) if n == name));
                parts.push(format!("`{name}` is missing{}", if zero { " or 0" } else { "" }));
            }
            Cause::Zero(name, _) if !done.contains(&name.as_str()) => {
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
            Cause::Missing(..) | Cause::Zero(..) => {}
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

    fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }
}

impl Context<'_> {
    /// Lowers an expression.
    pub(super) fn expression(&mut self, env: &Env, e: &Expression) -> Typed {
        let mut typed = self.lower(env, e);
        for given in &env.given {
            if given.expr == typed.expr {
                if given.known {
                    typed.causes.clear();
                }
                if let (Some(set), Some(kind)) = (&given.inside, typed.kind) {
                    typed.bounds = narrow(typed.bounds, Bounds::of_set(set, kind));
                }
            }
        }
        typed
    }

    fn lower(&mut self, env: &Env, e: &Expression) -> Typed {
        match &e.kind {
            ExpressionKind::Broken => Typed::broken(e.span),
            ExpressionKind::Number(n) => {
                let kind = if n.value.is_integer() { Type::Integer } else { Type::Number };
                Typed::constant(Value::Number(n.value), kind, e.span)
            }
            ExpressionKind::Text(t) => {
                Typed::constant(Value::Text(t.text.as_str().into()), Type::Text, e.span)
            }
            ExpressionKind::Date(d) => Typed::constant(Value::Date(d.value), Type::Date, e.span),
            ExpressionKind::YesNo(b) => Typed::constant(Value::YesNo(*b), Type::YesNo, e.span),
            ExpressionKind::Today => Typed::constant(Value::Date(self.today), Type::Date, e.span),
            ExpressionKind::Score => self.after_score(env, e.span, "score", Expr::Score, Type::Number),
            ExpressionKind::Tier => {
                if self.names.tiers.is_empty() && env.phase != Phase::Points {
                    self.error(Code::E0203, env.file, e.span, "this policy has no tiers");
                    return Typed::broken(e.span);
                }
                self.after_score(env, e.span, "tier", Expr::Tier, Type::Tier)
            }
            ExpressionKind::PointsOf(name) => self.points_of(env, name, e.span),
            ExpressionKind::Name(name) => self.bare_name(env, name),
            ExpressionKind::Path(first, second) => self.path(env, first, second, e.span),
            ExpressionKind::Negate(inner) => {
                let inner = self.expression(env, inner);
                self.negate(env, inner, e.span)
            }
            ExpressionKind::Arithmetic(operator, left, right) => {
                let l = self.expression(env, left);
                let r = self.expression(env, right);
                self.arithmetic(env, *operator, l, r, e.span)
            }
            ExpressionKind::And(parts) => self.all_or_any(env, parts, e.span, true),
            ExpressionKind::Or(parts) => self.all_or_any(env, parts, e.span, false),
            ExpressionKind::Not(inner) => {
                let inner = self.condition(env, inner);
                Typed { expr: Expr::Not(Box::new(inner.expr.clone())), span: e.span, ..inner }
            }
            ExpressionKind::Otherwise(first, second) => self.otherwise(env, first, second, e.span),
            ExpressionKind::Predicate(value, predicate) => self.predicate(env, value, predicate, e.span),
            ExpressionKind::Call { function, arguments, filter } => {
                self.call(env, function, arguments, filter.as_deref(), e.span)
            }
            ExpressionKind::Parentheses(inner) => {
                let inner = self.expression(env, inner);
                Typed { span: e.span, ..inner }
            }
        }
    }

    /// Lowers an expression that must be yes or no.
    pub(super) fn condition(&mut self, env: &Env, e: &Expression) -> Typed {
        let typed = self.expression(env, e);
        match typed.kind {
            None | Some(Type::YesNo) => typed,
            Some(other) => {
                let message = format!("expected a condition, found {}", self.type_name(other));
                let mut diagnostic = Diagnostic::error(Code::E0209, env.place(e.span), message);
                let text = self.text(env.file, e.span);
                diagnostic = diagnostic.help(format!("compare it: `{text} is …`, `{text} at least …`"));
                self.report(diagnostic);
                Typed::broken(e.span)
            }
        }
    }

    fn after_score(&mut self, env: &Env, span: Span, what: &str, expr: Expr, kind: Type) -> Typed {
        if env.phase == Phase::Points {
            self.report(
                Diagnostic::error(
                    Code::E0306,
                    env.place(span),
                    format!("`{what}` is not known yet where points are given"),
                )
                .help("only decisions, benefits and penalties may read it"),
            );
            return Typed::broken(span);
        }
        let causes = if env.phase == Phase::PerhapsScored { vec![Cause::NotScored] } else { Vec::new() };
        let bounds = match (&expr, self.score_bounds) {
            (Expr::Score, Some((low, high))) => Bounds { low: Some(low), high: Some(high) },
            _other => UNBOUNDED,
        };
        Typed { causes, bounds, ..Typed::sure(expr, kind, span) }
    }

    fn points_of(&mut self, env: &Env, name: &Name, span: Span) -> Typed {
        if env.phase == Phase::Points {
            self.report(
                Diagnostic::error(
                    Code::E0306,
                    env.place(span),
                    format!("the points of `{}` are not known yet where points are given", name.text),
                )
                .help("only decisions, benefits and penalties may read them"),
            );
            return Typed::broken(span);
        }
        let found = self.names.points.get(&name.text).map(|(p, _)| *p);
        let (expr, bounds) = match found {
            Some(PointsName::Item(id)) => {
                (Expr::PointsOf(id), self.item_bounds.get(id.index()).copied().unwrap_or(UNBOUNDED))
            }
            Some(PointsName::Influence(at)) => (Expr::PointsOfInfluence(at), UNBOUNDED),
            Some(PointsName::Decision(_)) | None => {
                let names: Vec<String> = self
                    .names
                    .points
                    .iter()
                    .filter(|(_, (p, _))| !matches!(p, PointsName::Decision(_)))
                    .map(|(n, _)| n.clone())
                    .collect();
                self.unknown(
                    Code::E0203,
                    env.file,
                    name,
                    "characteristic, rule or group",
                    names.iter().map(String::as_str),
                );
                return Typed::broken(span);
            }
        };
        Typed { bounds, ..Typed::sure(expr, Type::Number, span) }
    }

    fn bare_name(&mut self, env: &Env, name: &Name) -> Typed {
        if name.is_broken() {
            return Typed::broken(name.span);
        }
        if let Some((value, _)) = self.names.values.get(&name.text) {
            return match *value {
                ValueName::Param(at) => match self.param(at) {
                    Some((kind, value)) => Typed::constant(value, kind, name.span),
                    None => Typed::broken(name.span),
                },
                ValueName::Field(_) | ValueName::Let(_) if !env.subject => {
                    self.not_of_event(env, name);
                    Typed::broken(name.span)
                }
                ValueName::Field(field) => {
                    self.field_value(self.schema.scored, field, &name.text, name.span, false)
                }
                ValueName::Let(at) => self.definition_value(env, at, name, false),
            };
        }
        if let Some((PointsName::Decision(id), _)) = self.names.points.get(&name.text)
            && env.phase != Phase::Points
        {
            let id = *id;
            let kind = self.decision_kinds.get(id.index()).copied().flatten();
            let causes = if env.phase == Phase::PerhapsScored { vec![Cause::NotScored] } else { Vec::new() };
            return Typed { kind, causes, ..Typed::sure(Expr::Decision(id), Type::Text, name.span) };
        }
        self.unknown_value(env, name);
        Typed::broken(name.span)
    }

    fn not_of_event(&mut self, env: &Env, name: &Name) {
        let of = match env.event {
            Some(Over::Child(id)) => self.schema.records.get(id.index()).map(|r| r.name.clone()),
            Some(Over::Link(id)) => self.schema.links.get(id.index()).map(|l| l.name.clone()),
            None => None,
        };
        let of = of.unwrap_or_default();
        let message =
            format!("a definition of `{of}` can read fields of `{of}` and parameters, not `{}`", name.text);
        self.report(
            Diagnostic::error(Code::E0201, env.place(name.span), message)
                .help(format!("a field of `{of}` is written `{of}.{}`", name.text)),
        );
    }

    fn unknown_value(&mut self, env: &Env, name: &Name) {
        let place = env.place(name.span);
        if self.names.decisions.contains(&name.text.as_str()) {
            let (code, message, help) = if env.phase == Phase::Points {
                (
                    Code::E0306,
                    format!("`{}` is a decision: it is not known yet where points are given", name.text),
                    "only later decisions, benefits and penalties may read it",
                )
            } else {
                (
                    Code::E0312,
                    format!("the decision `{}` is read before it is given", name.text),
                    "move the decision that is read above the one that reads it",
                )
            };
            self.report(Diagnostic::error(code, place, message).help(help));
            return;
        }
        let mut diagnostic = Diagnostic::error(
            Code::E0201,
            place,
            format!("there is no field, definition or parameter `{}`", name.text),
        );
        let names: Vec<String> = self.names.values.keys().cloned().collect();
        let owners: Vec<String> = self
            .schema
            .records
            .iter()
            .filter(|r| r.fields.iter().any(|f| f.name == name.text))
            .map(|r| r.name.clone())
            .collect();
        if let Some(advice) = did_you_mean(&name.text, names.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(advice);
        } else if let [owner, ..] = owners.as_slice() {
            diagnostic = diagnostic.help(format!("did you mean `{owner}.{}`?", name.text));
        } else if self.names.lists.contains_key(&name.text) {
            diagnostic =
                diagnostic.help(format!("`{}` is a list: write `… is one of {}`", name.text, name.text));
        } else if self.names.points.contains_key(&name.text) {
            diagnostic = diagnostic.help(format!("did you mean `points of {}`?", name.text));
        }
        self.report(diagnostic);
    }

    /// A field as a value. `event` tells whether it is read off the event in scope.
    fn field_value(
        &mut self,
        record: crate::data::RecordId,
        field: crate::data::FieldId,
        shown: &str,
        span: Span,
        event: bool,
    ) -> Typed {
        if self.broken_fields.contains(&(record, field)) {
            return Typed::broken(span);
        }
        let Some(found) = self.schema.records.get(record.index()).and_then(|r| r.fields.get(field.index()))
        else {
            return Typed::broken(span);
        };
        let expr = if event { Expr::EventField(field) } else { Expr::Field(field) };
        let causes =
            if found.optional { vec![Cause::Missing(shown.to_owned(), expr.clone())] } else { Vec::new() };
        let mut domain = found.domain.clone();
        let dated = self.schema.records.get(record.index()).and_then(|r| r.dated);
        if event && dated == Some(field) {
            // Events dated later are not yet known, and left out.
            domain = domain.intersect(&Set::from_days(None, Some((self.today, true))));
        }
        Typed {
            causes,
            bounds: Bounds::of_set(&domain, found.kind),
            domain: Some(domain),
            ..Typed::sure(expr, found.kind, span)
        }
    }

    fn definition_value(&mut self, env: &Env, at: usize, name: &Name, event: bool) -> Typed {
        match self.definition(at, env.file, name.span) {
            None => Typed::broken(name.span),
            Some(id) => {
                if let Some((_, line)) = self.names.lets.get(at) {
                    let let_name = line.name.text.clone();
                    self.mark(super::context::Use::Let, &let_name);
                }
                let Some(facts) = self.facts_of(id).cloned() else { return Typed::broken(name.span) };
                let expr = if event { Expr::EventDefinition(id) } else { Expr::Definition(id) };
                Typed {
                    expr,
                    kind: facts.kind,
                    literal: false,
                    causes: facts.causes,
                    bounds: facts.bounds,
                    domain: None,
                    span: name.span,
                }
            }
        }
    }

    fn path(&mut self, env: &Env, first: &Name, second: &Name, span: Span) -> Typed {
        if first.is_broken() || second.is_broken() {
            return Typed::broken(span);
        }
        let Some((kind, _)) = self.names.kinds.get(&first.text).copied() else {
            let mut names = self.record_names();
            names.extend(self.schema.links.iter().map(|l| l.name.clone()));
            self.unknown(Code::E0202, env.file, first, "record or link", names.iter().map(String::as_str));
            return Typed::broken(span);
        };
        let shown = format!("{}.{}", first.text, second.text);
        match kind {
            KindName::Record(id) if id == self.schema.scored && env.subject => {
                self.member(env, id, first, second, &shown, span, false)
            }
            KindName::Record(id) => {
                if self.event_record(env) != Some(id) {
                    self.outside_event(env, first, &shown, span);
                    return Typed::broken(span);
                }
                self.member(env, id, first, second, &shown, span, true)
            }
            KindName::Link(id) => {
                if env.event != Some(Over::Link(id)) {
                    self.outside_event(env, first, &shown, span);
                    return Typed::broken(span);
                }
                if second.text == "score" {
                    return self.linked_score(env, id, &shown, span);
                }
                let to = self.schema.links.get(id.index()).map_or(self.schema.scored, |l| l.to);
                self.member(env, to, first, second, &shown, span, true)
            }
        }
    }

    /// The record kind of the event in scope.
    fn event_record(&self, env: &Env) -> Option<crate::data::RecordId> {
        match env.event? {
            Over::Child(id) => Some(id),
            Over::Link(id) => self.schema.links.get(id.index()).map(|l| l.to),
        }
    }

    /// A field or a definition of a record.
    #[expect(clippy::too_many_arguments, reason = "the two names and their joint spelling belong together")]
    fn member(
        &mut self,
        env: &Env,
        record: crate::data::RecordId,
        first: &Name,
        second: &Name,
        shown: &str,
        span: Span,
        event: bool,
    ) -> Typed {
        let fields: Vec<String> = self
            .schema
            .records
            .get(record.index())
            .map(|r| r.fields.iter().map(|f| f.name.clone()).collect())
            .unwrap_or_default();
        if let Some(i) = fields.iter().position(|f| *f == second.text) {
            let id = crate::data::FieldId(i as u32);
            return self.field_value(record, id, shown, span, event);
        }
        if let Some((at, _)) = self.names.of_records.get(&(record, second.text.clone())) {
            let at = *at;
            return self.definition_value(env, at, second, true);
        }
        if record == self.schema.scored
            && let Some((ValueName::Let(at), _)) = self.names.values.get(&second.text)
        {
            if !event {
                let at = *at;
                return self.definition_value(env, at, second, false);
            }
            let message =
                format!("`{}` is a definition: through a link only fields can be read", second.text);
            self.error(Code::E0202, env.file, second.span, message);
            return Typed::broken(span);
        }
        let what = format!("field of `{}` named", first.text);
        self.unknown(Code::E0202, env.file, second, &what, fields.iter().map(String::as_str));
        Typed::broken(span)
    }

    fn outside_event(&mut self, env: &Env, first: &Name, shown: &str, span: Span) {
        let one = format!("there may be many `{}`, so `{shown}` needs a function over them", first.text);
        let help = format!(
            "such as `highest({shown})` or `count({} where …)`, or a rule with `for each {}`",
            first.text, first.text
        );
        self.report(Diagnostic::error(Code::E0216, env.place(span), one).help(help));
    }

    fn linked_score(&mut self, env: &Env, link: crate::data::LinkId, shown: &str, span: Span) -> Typed {
        if self.previous_links.contains(&link.0) {
            return Typed {
                causes: vec![Cause::Missing(shown.to_owned(), Expr::PreviousScore)],
                ..Typed::sure(Expr::PreviousScore, Type::Number, span)
            };
        }
        self.report(
            Diagnostic::error(
                Code::E0308,
                env.place(span),
                format!("`{shown}` can be read by an `influence` only: scores that depend on each other settle no other way"),
            )
            .help(format!(
                "write `influence {} {{ … }}`; with `reads previous scores` there, last run's scores may be read here too",
                self.schema.links.get(link.index()).map_or("", |l| l.name.as_str())
            )),
        );
        Typed::broken(span)
    }

    fn negate(&mut self, env: &Env, inner: Typed, span: Span) -> Typed {
        match inner.kind {
            None => Typed::broken(span),
            Some(kind) if kind.is_numeric() => {
                if let Some(value) =
                    inner.as_constant().and_then(Value::as_number).and_then(Decimal::checked_neg)
                {
                    return Typed {
                        literal: inner.literal,
                        ..Typed::constant(Value::Number(value), kind, span)
                    };
                }
                Typed {
                    expr: Expr::Negate(Box::new(inner.expr.clone())),
                    bounds: -inner.bounds,
                    domain: None,
                    span,
                    ..inner
                }
            }
            Some(kind) => {
                let message = format!("only a number has a negative, not {}", self.type_name(kind));
                self.error(Code::E0209, env.file, span, message);
                Typed::broken(span)
            }
        }
    }

    fn arithmetic(&mut self, env: &Env, operator: ast::Operator, l: Typed, r: Typed, span: Span) -> Typed {
        let (Some(left), Some(right)) = (l.kind, r.kind) else { return Typed::broken(span) };
        let kind = match self.unit_of(operator, &l, &r, left, right) {
            Ok(kind) => kind,
            Err((code, message, help)) => {
                let mut diagnostic = Diagnostic::error(code, env.place(span), message);
                if let Some(help) = help {
                    diagnostic = diagnostic.help(help);
                }
                self.report(diagnostic);
                return Typed::broken(span);
            }
        };
        let mut causes = both(l.causes.clone(), &r.causes);
        let bounds = match operator {
            ast::Operator::Add => l.bounds + r.bounds,
            ast::Operator::Subtract => l.bounds - r.bounds,
            ast::Operator::Multiply => l.bounds * r.bounds,
            ast::Operator::Divide => l.bounds / r.bounds,
        };
        if operator == ast::Operator::Divide {
            if r.as_constant().and_then(Value::as_number).is_some_and(Decimal::is_zero) {
                self.error(Code::E0222, env.file, r.span, "a division by zero");
                return Typed::broken(span);
            }
            let zero = r.bounds.low.is_none_or(|n| n <= Decimal::ZERO)
                && r.bounds.high.is_none_or(|n| n >= Decimal::ZERO);
            if zero {
                causes = both(causes, &[Cause::Zero(self.text(env.file, r.span), r.expr.clone())]);
            }
        }
        let operator = match operator {
            ast::Operator::Add => Operator::Add,
            ast::Operator::Subtract => Operator::Subtract,
            ast::Operator::Multiply => Operator::Multiply,
            ast::Operator::Divide => Operator::Divide,
        };
        Typed {
            expr: Expr::Arithmetic(operator, Box::new(l.expr), Box::new(r.expr)),
            kind: Some(kind),
            literal: l.literal && r.literal,
            causes,
            bounds,
            domain: None,
            span,
        }
    }

    /// The type of a sum, difference, product or quotient: units must fit.
    fn unit_of(
        &self,
        operator: ast::Operator,
        l: &Typed,
        r: &Typed,
        left: Type,
        right: Type,
    ) -> Result<Type, (Code, String, Option<String>)> {
        let sign = match operator {
            ast::Operator::Add => "+",
            ast::Operator::Subtract => "-",
            ast::Operator::Multiply => "*",
            ast::Operator::Divide => "/",
        };
        if left == Type::Date || right == Type::Date {
            let help = "days between two dates: `days_between(a, b)`; a time before today: `within 90 days`";
            return Err((Code::E0210, format!("`{sign}` is not for dates"), Some(help.to_owned())));
        }
        for side in [left, right] {
            if !side.is_numeric() {
                return Err((
                    Code::E0209,
                    format!("`{sign}` is for numbers, not for {}", self.type_name(side)),
                    None,
                ));
            }
        }
        let money = (left == Type::Money, right == Type::Money);
        match operator {
            ast::Operator::Add | ast::Operator::Subtract => match money {
                (true, true) => Ok(Type::Money),
                (true, false) if r.literal => Ok(Type::Money),
                (false, true) if l.literal => Ok(Type::Money),
                (true, false) | (false, true) => Err((
                    Code::E0210,
                    format!("money and a number cannot be joined by `{sign}`"),
                    Some("`amount(x)` is the number of an amount of money".to_owned()),
                )),
                (false, false) => Ok(whole_or_number(left, right)),
            },
            ast::Operator::Multiply => match money {
                (true, true) => Err((
                    Code::E0210,
                    "money times money is no amount of anything".to_owned(),
                    Some("`amount(x)` is the number of an amount of money".to_owned()),
                )),
                (true, false) | (false, true) => Ok(Type::Money),
                (false, false) => Ok(whole_or_number(left, right)),
            },
            ast::Operator::Divide => match money {
                (true, true) | (false, false) => Ok(Type::Number),
                (true, false) => Ok(Type::Money),
                (false, true) if l.literal => Ok(Type::Number),
                (false, true) => Err((
                    Code::E0210,
                    "a number cannot be divided by money".to_owned(),
                    Some("`amount(x)` is the number of an amount of money".to_owned()),
                )),
            },
        }
    }

    fn all_or_any(&mut self, env: &Env, parts: &[Expression], span: Span, all: bool) -> Typed {
        let lowered: Vec<Typed> = parts.iter().map(|p| self.condition(env, p)).collect();
        if lowered.iter().any(|t| t.kind.is_none()) {
            return Typed::broken(span);
        }
        // Where one condition of an `and` is no, the others do not matter: `limit is known and …` is never undecided
        // for want of the limit. Likewise where one of an `or` is yes.
        let says = |t: &Typed| if all { holds(&t.expr) } else { fails(&t.expr) };
        let mut causes = Vec::new();
        for (i, typed) in lowered.iter().enumerate() {
            let given: Vec<Given> =
                lowered.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, t)| says(t)).collect();
            let left: Vec<Cause> =
                typed.causes.iter().filter(|c| !given.iter().any(|g| g.rules_out(c))).cloned().collect();
            causes = both(causes, &left);
        }
        let exprs = lowered.into_iter().map(|t| t.expr).collect();
        let expr = if all { Expr::And(exprs) } else { Expr::Or(exprs) };
        Typed { causes, ..Typed::sure(expr, Type::YesNo, span) }
    }

    fn otherwise(&mut self, env: &Env, first: &Expression, second: &Expression, span: Span) -> Typed {
        let a = self.expression(env, first);
        let b = self.expression_like(env, second, &a);
        let (Some(left), Some(right)) = (a.kind, b.kind) else { return Typed::broken(span) };
        if !a.may_be_missing() {
            let text = self.text(env.file, first.span);
            self.report(
                Diagnostic::warning(
                    Code::W0301,
                    env.place(second.span),
                    format!("`otherwise` never applies: `{text}` is never missing"),
                )
                .help("take the `otherwise` away"),
            );
        }
        let Some(kind) = joint_type(&a, left, &b, right) else {
            let message = format!("expected {}, found {}", self.type_name(left), self.type_name(right));
            self.error(Code::E0209, env.file, b.span, message);
            return Typed::broken(span);
        };
        Typed {
            expr: Expr::Otherwise(Box::new(a.expr), Box::new(b.expr)),
            kind: Some(kind),
            literal: false,
            causes: b.causes,
            bounds: a.bounds.union(b.bounds),
            domain: None,
            span,
        }
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

fn whole_or_number(left: Type, right: Type) -> Type {
    if left == Type::Integer && right == Type::Integer { Type::Integer } else { Type::Number }
}

/// What is known of values where a condition is yes.
#[expect(clippy::wildcard_enum_match_arm, reason = "other conditions say nothing of one value")]
pub(super) fn holds(condition: &Expr) -> Vec<Given> {
    match condition {
        Expr::And(parts) => parts.iter().flat_map(holds).collect(),
        Expr::Not(inner) => fails(inner),
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
        Expr::IsMissing(value) => vec![Given { expr: (**value).clone(), known: true, inside: None }],
        _other => Vec::new(),
    }
}

fn narrow(a: Bounds, b: Bounds) -> Bounds {
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
