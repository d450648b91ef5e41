//! Calls of built-in functions, and the records that aggregates and per-event rules run over.

use super::context::Context;
use super::scope::KindName;
use super::typed::{Cause, Env, Given, Typed, both, describe_causes, holds};
use crate::data::{Type, Value};
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::{self, AggregateKind, Bounds, FunctionBody};
use crate::policy::{Aggregate, Expr, Over};
use crate::source::{Place, Span};
use crate::syntax::ast::{Expression, ExpressionKind, Name};

impl Context<'_> {
    /// Lowers a call of a built-in function.
    pub(super) fn call(
        &mut self,
        env: &Env,
        name: &Name,
        arguments: &[Expression],
        filter: Option<&Expression>,
        span: Span,
    ) -> Typed {
        let Some(found) = function::find(&name.text) else {
            let mut diagnostic = Diagnostic::error(
                Code::E0215,
                Place::new(env.file, name.span),
                format!("there is no function `{}`", name.text),
            );
            diagnostic = match did_you_mean(&name.text, function::all().iter().map(|f| f.name)) {
                Some(advice) => diagnostic.help(advice),
                None => {
                    let names: Vec<&str> = function::all().iter().map(|f| f.name).collect();
                    diagnostic.help(format!("the functions are {}", names.join(", ")))
                }
            };
            self.report(diagnostic);
            return Typed::broken(span);
        };
        let (least, most) = found.arguments;
        if arguments.len() < least || arguments.len() > most {
            let wanted = if least == most {
                least.to_string()
            } else if most == usize::MAX {
                format!("{least} or more")
            } else {
                format!("{least} to {most}")
            };
            let values = if least == most && least == 1 { "value" } else { "values" };
            let message = format!("`{}` takes {wanted} {values}, not {}", name.text, arguments.len());
            self.report(
                Diagnostic::error(Code::E0215, Place::new(env.file, span), message)
                    .help(format!("it is called as `{}`", found.usage)),
            );
            return Typed::broken(span);
        }
        match &found.body {
            FunctionBody::Aggregate(kind) => self.aggregate(env, found, *kind, arguments, filter, span),
            FunctionBody::Scalar { bounds, may_be_missing, .. } => {
                if let Some(filter) = filter {
                    let message = format!("`{}` takes no `where`: it is not over many records", name.text);
                    self.error(Code::E0215, env.file, filter.span, message);
                    return Typed::broken(span);
                }
                let typed: Vec<Typed> = arguments.iter().map(|a| self.expression(env, a)).collect();
                let Some(mut kinds) = typed.iter().map(|t| t.kind).collect::<Option<Vec<Type>>>() else {
                    return Typed::broken(span);
                };
                if found.name == "round"
                    && let Some(step) = typed.get(1)
                    && step
                        .as_constant()
                        .and_then(Value::as_number)
                        .is_some_and(crate::decimal::Decimal::is_zero)
                {
                    self.report(
                        Diagnostic::error(
                            Code::E0222,
                            Place::new(env.file, step.span),
                            "nothing is a multiple of 0, so nothing can be rounded to it",
                        )
                        .help("`round(x, 10)` rounds to tens, `round(x)` to whole numbers"),
                    );
                    return Typed::broken(span);
                }
                // A bare number beside money is money.
                if kinds.contains(&Type::Money) {
                    for (kind, value) in kinds.iter_mut().zip(&typed) {
                        if value.literal && kind.is_numeric() {
                            *kind = Type::Money;
                        }
                    }
                }
                let kind = match (found.result)(&kinds) {
                    Ok(kind) => kind,
                    Err(message) => {
                        self.report(
                            Diagnostic::error(Code::E0209, Place::new(env.file, span), message)
                                .help(format!("it is called as `{}`", found.usage)),
                        );
                        return Typed::broken(span);
                    }
                };
                let mut causes = typed.iter().fold(Vec::new(), |all, t| both(all, &t.causes));
                let expr = Expr::Call(found, typed.iter().map(|t| t.expr.clone()).collect());
                if *may_be_missing {
                    causes = both(causes, &[Cause::Missing(self.text(env.file, span), expr.clone())]);
                }
                let inner: Vec<Bounds> = typed.iter().map(|t| t.bounds).collect();
                Typed {
                    expr,
                    kind: Some(kind),
                    literal: false,
                    causes,
                    bounds: bounds(&inner),
                    domain: None,
                    span,
                }
            }
        }
    }

    fn aggregate(
        &mut self,
        env: &Env,
        found: &'static function::Function,
        kind: AggregateKind,
        arguments: &[Expression],
        filter: Option<&Expression>,
        span: Span,
    ) -> Typed {
        let Some(argument) = arguments.first() else { return Typed::broken(span) };
        if argument.kind == ExpressionKind::Broken {
            return Typed::broken(span);
        }
        if env.event.is_some() || !env.subject {
            let message = format!(
                "`{}` over records cannot stand inside another, or in what is said of one of many records",
                found.name
            );
            self.error(Code::E0216, env.file, span, message);
            return Typed::broken(span);
        }
        let Some((over, of)) = self.over_of(env, found, kind, argument) else { return Typed::broken(span) };
        let inner = env.over(over);
        let filter = filter.map(|f| self.filter(&inner, f));
        // Only records that the filter lets in have their value taken.
        let lets_in = filter.iter().flatten().flat_map(|f| holds(&f.expr)).map(Given::known);
        let within = inner.given(lets_in);
        let value =
            if kind == AggregateKind::Count { None } else { Some(self.expression(&within, argument)) };
        if value.as_ref().is_some_and(|v| v.kind.is_none()) || filter.as_ref().is_some_and(Option::is_none) {
            return Typed::broken(span);
        }
        let filter = filter.flatten();
        let kinds: Vec<Type> = value.iter().filter_map(|v| v.kind).collect();
        let result = match (found.result)(&kinds) {
            Ok(result) => result,
            Err(message) => {
                self.report(
                    Diagnostic::error(Code::E0209, Place::new(env.file, argument.span), message)
                        .help(format!("it is called as `{}`", found.usage)),
                );
                return Typed::broken(span);
            }
        };
        let zero = crate::decimal::Decimal::ZERO;
        let bounds = match (kind, &value) {
            (AggregateKind::Count, _) => Bounds { low: Some(zero), high: None },
            (AggregateKind::Sum, Some(v)) => Bounds {
                low: v.bounds.low.filter(|n| *n >= zero).map(|_| zero),
                high: v.bounds.high.filter(|n| *n <= zero).map(|_| zero),
            },
            (_, Some(v)) => v.bounds,
            (_, None) => super::typed::UNBOUNDED,
        };
        let missing = value.as_ref().map(|v| v.causes.clone()).unwrap_or_default();
        let expr = Expr::Aggregate(Box::new(Aggregate {
            kind,
            over,
            value: value.map(|v| v.expr),
            filter: filter.map(|f| f.expr),
        }));
        // What one record misses, the whole misses; what is known of another record says nothing of that.
        let mut causes: Vec<Cause> = missing.into_iter().map(|cause| cause.of_many(&expr)).collect();
        if matches!(
            kind,
            AggregateKind::Average | AggregateKind::Lowest | AggregateKind::Highest | AggregateKind::Latest
        ) {
            causes = both(causes, &[Cause::None(of)]);
        }
        Typed { expr, kind: Some(result), literal: false, causes, bounds, domain: None, span }
    }

    /// Lowers a `where`: a condition that is never undecided.
    pub(super) fn filter(&mut self, env: &Env, e: &Expression) -> Option<Typed> {
        let typed = self.condition(env, e);
        typed.kind?;
        if typed.may_be_missing() {
            let text = self.text(env.file, e.span);
            self.report(
                Diagnostic::error(
                    Code::E0204,
                    Place::new(env.file, e.span),
                    format!("`{text}` may be undecided, and a `where` must decide"),
                )
                .label(format!("undecided when {}", describe_causes(&typed.causes)))
                .help(format!("say what holds then: `({text} otherwise no)`")),
            );
            return None;
        }
        Some(typed)
    }

    /// The records that an aggregate runs over, from its argument: a child's or link's name, or the one record of the
    /// dotted names in it.
    fn over_of(
        &mut self,
        env: &Env,
        found: &function::Function,
        kind: AggregateKind,
        argument: &Expression,
    ) -> Option<(Over, String)> {
        let mut names: Vec<&Name> = Vec::new();
        if let (AggregateKind::Count, ExpressionKind::Name(name)) = (kind, &argument.kind) {
            names.push(name);
        } else if kind == AggregateKind::Count {
            let message =
                format!("`{}` counts records: it takes the name of a child record or a link", found.name);
            self.report(
                Diagnostic::error(Code::E0215, Place::new(env.file, argument.span), message)
                    .help(format!("it is called as `{}`", found.usage)),
            );
            return None;
        } else {
            owners(argument, &mut names);
            names.retain(|n| !matches!(self.names.kinds.get(&n.text), Some((KindName::Record(id), _)) if *id == self.schema.scored));
        }
        let Some(first) = names.first().copied() else {
            let message = format!(
                "`{}` is over many records: its value is a field of a child record or a link",
                found.name
            );
            self.report(
                Diagnostic::error(Code::E0215, Place::new(env.file, argument.span), message)
                    .help(format!("it is called as `{}`", found.usage)),
            );
            return None;
        };
        if first.is_broken() {
            return None;
        }
        if let Some(other) = names.iter().find(|n| n.text != first.text) {
            let message = format!(
                "`{}` is over one kind of record, not over `{}` and `{}`",
                found.name, first.text, other.text
            );
            self.error(Code::E0216, env.file, other.span, message);
            return None;
        }
        let over = self.over(env.file, first)?;
        Some((over, first.text.clone()))
    }

    /// The child kind or link that a name means; an unknown one is reported.
    pub(super) fn over(&mut self, file: crate::source::FileId, name: &Name) -> Option<Over> {
        let scored = self.schema.scored;
        match self.names.kinds.get(&name.text).map(|(k, _)| *k) {
            Some(KindName::Record(id)) => {
                let record = self.schema.records.get(id.index())?;
                if record.parent.is_some_and(|(parent, _)| parent == scored) {
                    return Some(Over::Child(id));
                }
                let of = self.schema.records.get(scored.index()).map_or("", |r| r.name.as_str()).to_owned();
                let message = format!(
                    "`{}` does not belong to `{of}`, so there are not many of them for one",
                    name.text
                );
                self.report(
                    Diagnostic::error(Code::E0216, Place::new(file, name.span), message)
                        .help(format!("a child record says so: `record {} belongs to {of} by …`", name.text)),
                );
                None
            }
            Some(KindName::Link(id)) => {
                let link = self.schema.links.get(id.index())?;
                if link.from == scored || (link.symmetric && link.to == scored) {
                    return Some(Over::Link(id));
                }
                let message = format!("the link `{}` does not start from the scored record", name.text);
                self.error(Code::E0311, file, name.span, message);
                None
            }
            None => {
                let names: Vec<String> = self
                    .schema
                    .children()
                    .filter_map(|id| self.schema.records.get(id.index()))
                    .map(|r| r.name.clone())
                    .chain(self.schema.links.iter().map(|l| l.name.clone()))
                    .collect();
                self.unknown(
                    Code::E0202,
                    file,
                    name,
                    "child record or link",
                    names.iter().map(String::as_str),
                );
                None
            }
        }
    }
}

/// The first parts of the dotted names in an expression.
fn owners<'e>(e: &'e Expression, names: &mut Vec<&'e Name>) {
    match &e.kind {
        ExpressionKind::Path(first, _) => names.push(first),
        ExpressionKind::Negate(x) | ExpressionKind::Not(x) | ExpressionKind::Parentheses(x) => {
            owners(x, names)
        }
        ExpressionKind::Arithmetic(_, l, r) | ExpressionKind::Otherwise(l, r) => {
            owners(l, names);
            owners(r, names);
        }
        ExpressionKind::And(parts) | ExpressionKind::Or(parts) => parts.iter().for_each(|p| owners(p, names)),
        ExpressionKind::Predicate(value, _) => owners(value, names),
        ExpressionKind::Call { arguments, .. } => arguments.iter().for_each(|a| owners(a, names)),
        ExpressionKind::Number(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Date(_)
        | ExpressionKind::YesNo(_)
        | ExpressionKind::Today
        | ExpressionKind::Score
        | ExpressionKind::Tier
        | ExpressionKind::PointsOf(_)
        | ExpressionKind::Name(_)
        | ExpressionKind::Broken => {}
    }
}
