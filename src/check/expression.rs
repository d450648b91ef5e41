//! Values and conditions: names become ids, types are checked, and where a value may be missing is worked out.

use super::context::Context;
use super::typed::{Cause, Env, Given, Phase, Typed, both, fails, holds, joint_type, narrow};
use crate::data::{Type, Value};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Expr, Operator};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, ExpressionKind};

impl Context<'_> {
    /// Lowers an expression.
    pub(super) fn expression(&mut self, env: &Env, e: &Expression) -> Typed {
        let mut typed = self.lower(env, e);
        for given in &env.given {
            typed.causes.retain(|cause| !given.rules_out(cause));
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
                .fix(
                    env.place(Span::new(first.span.end, second.span.end)),
                    "",
                    "take the `otherwise` away",
                ),
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

fn whole_or_number(left: Type, right: Type) -> Type {
    if left == Type::Integer && right == Type::Integer { Type::Integer } else { Type::Number }
}
