//! Comparisons, tests and calls: the conditions that an expression can state of a value, and the functions.

use super::context::Context;
use super::scope::ValueName;
use super::typed::{Cause, Env, Typed, both, joint_type};
use crate::data::{Set, Type, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Comparison, Expr};
use crate::source::{Place, Span};
use crate::syntax::ast::{Expression, ExpressionKind, Literal, Name, Predicate};

impl Context<'_> {
    /// Lowers what is said of a value.
    pub(super) fn predicate(
        &mut self,
        env: &Env,
        value: &Expression,
        predicate: &Predicate,
        span: Span,
    ) -> Typed {
        let left = self.expression(env, value);
        match predicate {
            Predicate::Missing => yes_no(Expr::IsMissing(Box::new(left.expr)), &[], left.kind, span),
            Predicate::Known => {
                let missing = Expr::IsMissing(Box::new(left.expr));
                yes_no(Expr::Not(Box::new(missing)), &[], left.kind, span)
            }
            Predicate::Is(other) => self.compare(env, left, other, Comparison::Equal, span),
            Predicate::IsNot(other) => self.compare(env, left, other, Comparison::NotEqual, span),
            Predicate::AtLeast(other) => self.compare(env, left, other, Comparison::GreaterOrEqual, span),
            Predicate::AtMost(other) => self.compare(env, left, other, Comparison::LessOrEqual, span),
            Predicate::MoreThan(other) => self.compare(env, left, other, Comparison::Greater, span),
            Predicate::LessThan(other) => self.compare(env, left, other, Comparison::Less, span),
            Predicate::Between(low, high) => {
                let from = self.compare(env, left.clone(), low, Comparison::GreaterOrEqual, span);
                let to = self.compare(env, left, high, Comparison::LessOrEqual, span);
                between(from, to, span)
            }
            Predicate::Before(day) => self.compare_dates(env, left, day, Comparison::Less, span),
            Predicate::After(day) => self.compare_dates(env, left, day, Comparison::Greater, span),
            Predicate::OnOrAfter(day) => self.compare_dates(env, left, day, Comparison::GreaterOrEqual, span),
            Predicate::OnOrBefore(day) => self.compare_dates(env, left, day, Comparison::LessOrEqual, span),
            Predicate::Within(window) | Predicate::BeforeAgo(window) => {
                let start = self.window_start(env.file, window);
                let Some(kind) = left.kind else { return Typed::broken(span) };
                if kind != Type::Date {
                    let message = format!("expected a date before this, found {}", self.type_name(kind));
                    self.error(Code::E0209, env.file, left.span, message);
                    return Typed::broken(span);
                }
                let Some(start) = start else { return Typed::broken(span) };
                let set = if matches!(predicate, Predicate::Within(_)) {
                    Set::from_days(Some((start, true)), Some((self.today, true)))
                } else {
                    Set::from_days(None, Some((start, false)))
                };
                test(left, set, span)
            }
            Predicate::OneOf(values) => self.one_of(env, left, values, false, span),
            Predicate::NotOneOf(values) => self.one_of(env, left, values, true, span),
            Predicate::OneOfList(name) => self.one_of_list(env, left, name, false, span),
            Predicate::NotOneOfList(name) => self.one_of_list(env, left, name, true, span),
            Predicate::OrBetter(name) => self.tier_or(env, left, name, true, span),
            Predicate::OrWorse(name) => self.tier_or(env, left, name, false, span),
        }
    }

    /// Lowers the other side of a value: a bare name or a text beside a category is a category, beside a tier a tier.
    pub(super) fn expression_like(&mut self, env: &Env, e: &Expression, beside: &Typed) -> Typed {
        let literal = if let ExpressionKind::Name(name) = &e.kind {
            Literal::Name(name.clone())
        } else if let ExpressionKind::Text(text) = &e.kind {
            Literal::Text(text.clone())
        } else {
            return self.expression(env, e);
        };
        match beside.kind {
            // Next to something not understood a name may be anything.
            None if matches!(&literal, Literal::Name(n) if !self.names.values.contains_key(&n.text)) => {
                Typed::broken(e.span)
            }
            Some(kind @ (Type::Category(_) | Type::Tier)) => {
                if let Literal::Name(name) = &literal
                    && self.category_code(&name.text, kind).is_none()
                    && matches!(
                        self.names.values.get(&name.text),
                        Some((ValueName::Field(_) | ValueName::Let(_), _))
                    )
                {
                    return self.expression(env, e);
                }
                match self.literal(env.file, &literal, kind) {
                    Some(value) => Typed::constant(value, kind, e.span),
                    None => Typed::broken(e.span),
                }
            }
            Some(Type::Text) => {
                if let Literal::Name(name) = &literal
                    && !self.names.values.contains_key(&name.text)
                {
                    // Says that text is written in quotes.
                    let _reported = self.literal(env.file, &literal, Type::Text);
                    return Typed::broken(e.span);
                }
                self.expression(env, e)
            }
            None | Some(Type::Number | Type::Integer | Type::Money | Type::YesNo | Type::Date) => {
                self.expression(env, e)
            }
        }
    }

    fn compare(&mut self, env: &Env, left: Typed, other: &Expression, how: Comparison, span: Span) -> Typed {
        let right = self.expression_like(env, other, &left);
        self.compare_typed(env, left, right, how, span)
    }

    fn compare_dates(
        &mut self,
        env: &Env,
        left: Typed,
        other: &Expression,
        how: Comparison,
        span: Span,
    ) -> Typed {
        let right = self.expression(env, other);
        for side in [&left, &right] {
            if let Some(kind) = side.kind
                && kind != Type::Date
            {
                let message = format!("expected a date, found {}", self.type_name(kind));
                self.error(Code::E0209, env.file, side.span, message);
                return Typed::broken(span);
            }
        }
        self.compare_typed(env, left, right, how, span)
    }

    fn compare_typed(&mut self, env: &Env, left: Typed, right: Typed, how: Comparison, span: Span) -> Typed {
        let (Some(a), Some(b)) = (left.kind, right.kind) else { return Typed::broken(span) };
        let Some(kind) = joint_type(&left, a, &right, b) else {
            let message = format!("{} cannot be compared with {}", self.type_name(a), self.type_name(b));
            let mut diagnostic = Diagnostic::error(Code::E0209, Place::new(env.file, right.span), message);
            if (a == Type::Money) != (b == Type::Money) && a.is_numeric() && b.is_numeric() {
                diagnostic = diagnostic.help("`amount(x)` is the number of an amount of money");
            }
            self.report(diagnostic);
            return Typed::broken(span);
        };
        let ordering = !matches!(how, Comparison::Equal | Comparison::NotEqual);
        if ordering && !kind.is_ordered() {
            let what = match kind {
                Type::Tier => "tiers are compared by `is … or better`, `is … or worse`".to_owned(),
                Type::Number
                | Type::Integer
                | Type::Money
                | Type::Date
                | Type::Text
                | Type::YesNo
                | Type::Category(_) => {
                    format!("{} has no order: it can be the same or not", self.type_name(kind))
                }
            };
            let diagnostic = Diagnostic::error(Code::E0223, Place::new(env.file, span), what);
            self.report(diagnostic.help("compare with `is`, `is not` or `is one of (…)`"));
            return Typed::broken(span);
        }
        match (left.as_constant().cloned(), right.as_constant().cloned()) {
            (_, Some(value)) => {
                if !ordering {
                    self.in_domain(env, &left, &value, right.span);
                }
                let set = self.satisfying(how, &value, kind);
                test(left, set, span)
            }
            (Some(value), None) => {
                let set = self.satisfying(mirrored(how), &value, kind);
                test(right, set, span)
            }
            (None, None) => {
                if let Type::Category(id) = kind
                    && self.schema.categories.get(id.index()).is_some_and(|c| c.open)
                {
                    self.report(
                        Diagnostic::error(
                            Code::E0209,
                            Place::new(env.file, span),
                            "values that are not declared are all alike here, so two of them cannot be compared",
                        )
                        .help("declare all categories, without `or anything else`, or make both fields texts"),
                    );
                    return Typed::broken(span);
                }
                let causes = both(left.causes.clone(), &right.causes);
                yes_no(
                    Expr::Compare(how, Box::new(left.expr), Box::new(right.expr)),
                    &causes,
                    Some(Type::YesNo),
                    span,
                )
            }
        }
    }

    /// Reports a value that a field never has.
    fn in_domain(&mut self, env: &Env, field: &Typed, value: &Value, span: Span) {
        let (Some(domain), Some(kind)) = (&field.domain, field.kind) else { return };
        let place = Place::new(env.file, span);
        self.checked(place);
        let whole =
            kind != Type::Integer || value.as_number().is_none_or(crate::decimal::Decimal::is_integer);
        if !domain.contains(value) || !whole {
            let (left, right) = (self.text(env.file, field.span), self.text(env.file, span));
            let values = domain.describe(kind, &self.names_of(kind));
            self.report_if_every_day(
                place,
                Diagnostic::error(Code::E0212, place, format!("`{left}` is never `{right}`"))
                    .help(format!("its values are {values}")),
            );
        }
    }

    /// The values that stand in a relation to a constant.
    fn satisfying(&self, how: Comparison, value: &Value, kind: Type) -> Set {
        // A whole number is compared with a number exactly: as numbers.
        let kind = if kind == Type::Integer { Type::Number } else { kind };
        let same = Set::of(kind, [value]);
        let interval = |low: Option<bool>, high: Option<bool>| match value {
            Value::Date(d) => Set::from_days(low.map(|inside| (*d, inside)), high.map(|inside| (*d, inside))),
            Value::Number(n) => {
                Set::from_interval(low.map(|inside| (*n, inside)), high.map(|inside| (*n, inside)), kind)
            }
            Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => Set::empty(kind),
        };
        match how {
            Comparison::Equal => same,
            Comparison::NotEqual => self.universe(kind).difference(&same, kind),
            Comparison::Less => interval(None, Some(false)),
            Comparison::LessOrEqual => interval(None, Some(true)),
            Comparison::Greater => interval(Some(false), None),
            Comparison::GreaterOrEqual => interval(Some(true), None),
        }
    }

    fn one_of(&mut self, env: &Env, left: Typed, values: &[Literal], negated: bool, span: Span) -> Typed {
        let Some(kind) = left.kind else { return Typed::broken(span) };
        let mut set = Set::empty(kind);
        let mut broken = values.is_empty();
        for value in values {
            match self.one_or_list(env.file, kind, value) {
                Some(more) => set = set.union(&more, kind),
                None => broken = true,
            }
        }
        if broken {
            return Typed::broken(span);
        }
        if negated {
            set = self.universe(kind).difference(&set, kind);
        }
        test(left, set, span)
    }

    fn one_of_list(&mut self, env: &Env, left: Typed, name: &Name, negated: bool, span: Span) -> Typed {
        let Some(kind) = left.kind else { return Typed::broken(span) };
        if name.is_broken() {
            return Typed::broken(span);
        }
        if !self.names.lists.contains_key(&name.text) {
            let names: Vec<String> = self.names.lists.keys().cloned().collect();
            self.unknown(Code::E0203, env.file, name, "list", names.iter().map(String::as_str));
            return Typed::broken(span);
        }
        let Some(mut set) = self.list(&name.text, kind) else { return Typed::broken(span) };
        if negated {
            set = self.universe(kind).difference(&set, kind);
        }
        test(left, set, span)
    }

    fn tier_or(&mut self, env: &Env, left: Typed, name: &Name, better: bool, span: Span) -> Typed {
        let Some(kind) = left.kind else { return Typed::broken(span) };
        if kind != Type::Tier {
            let message = format!("`or {}` is said of `tier`", if better { "better" } else { "worse" });
            self.error(Code::E0209, env.file, span, message);
            return Typed::broken(span);
        }
        let Some(tier) = self.tier(env.file, name) else { return Typed::broken(span) };
        let count = self.names.tiers.len() as u32;
        let codes = if better { 0..tier.0 + 1 } else { tier.0..count };
        test(left, Set::of_codes(codes), span)
    }
}

fn yes_no(expr: Expr, causes: &[Cause], inner: Option<Type>, span: Span) -> Typed {
    match inner {
        None => Typed::broken(span),
        Some(_) => Typed { causes: causes.to_vec(), ..Typed::sure(expr, Type::YesNo, span) },
    }
}

fn test(value: Typed, set: Set, span: Span) -> Typed {
    yes_no(Expr::Test(Box::new(value.expr), set), &value.causes, value.kind, span)
}

fn between(from: Typed, to: Typed, span: Span) -> Typed {
    if from.kind.is_none() || to.kind.is_none() {
        return Typed::broken(span);
    }
    let causes = both(from.causes, &to.causes);
    let expr = match (from.expr, to.expr) {
        // Both ends constant: one test.
        (Expr::Test(a, low), Expr::Test(b, high)) if a == b => Expr::Test(a, low.intersect(&high)),
        (a, b) => Expr::And(vec![a, b]),
    };
    yes_no(expr, &causes, Some(Type::YesNo), span)
}

/// The same comparison with its sides changed.
fn mirrored(how: Comparison) -> Comparison {
    match how {
        Comparison::Equal => Comparison::Equal,
        Comparison::NotEqual => Comparison::NotEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}
