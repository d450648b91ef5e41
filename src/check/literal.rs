//! Literals and parameters: from text to values of a wanted type.

use super::context::{Context, Use};
use super::periods::value_on;
use super::scope::ValueName;
use crate::data::{Type, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Param;
use crate::source::{FileId, Place};
use crate::syntax::ast::{Literal, Name, Window};

/// Words that a cell may hold in the place of a value, for a misspelt one.
const CELL_WORDS: [&str; 4] = ["missing", "otherwise", "any", "known"];

impl Context<'_> {
    /// A literal as a value of a type; `None` after a report. Numbers take any numeric type.
    pub(super) fn literal(&mut self, file: FileId, literal: &Literal, kind: Type) -> Option<Value> {
        match (literal, kind) {
            (Literal::Number(n), Type::Number | Type::Integer | Type::Money) => Some(Value::Number(n.value)),
            (Literal::Date(d), Type::Date) => Some(Value::Date(d.value)),
            (Literal::Today(_), Type::Date) => Some(Value::Date(self.today)),
            (Literal::YesNo(b, _), Type::YesNo) => Some(Value::YesNo(*b)),
            (Literal::Text(t), Type::Text) => Some(Value::Text(t.text.as_str().into())),
            (Literal::Text(t), Type::Category(_)) => {
                self.category(file, &Name { text: t.text.clone(), span: t.span }, kind)
            }
            (Literal::Name(n), Type::Category(_)) => {
                if self.category_code(&n.text, kind).is_none()
                    && let Some((ValueName::Param(at), _)) = self.names.values.get(&n.text)
                {
                    let at = *at;
                    return self.param_value(at, file, n, kind);
                }
                self.category(file, n, kind)
            }
            (Literal::Name(n), Type::Tier) => self.tier(file, n).map(|t| Value::Category(t.0)),
            (
                Literal::Name(n),
                Type::Number | Type::Integer | Type::Money | Type::Date | Type::YesNo | Type::Text,
            ) => {
                if n.is_broken() {
                    return None;
                }
                if let Some((ValueName::Param(at), _)) = self.names.values.get(&n.text) {
                    let at = *at;
                    return self.param_value(at, file, n, kind);
                }
                self.not_a_literal(file, n, kind);
                None
            }
            (
                Literal::Number(_)
                | Literal::Text(_)
                | Literal::Date(_)
                | Literal::YesNo(..)
                | Literal::Today(_)
                | Literal::Missing(_),
                _,
            ) => {
                let message =
                    format!("expected {}, found `{}`", self.type_name(kind), self.text(file, literal.span()));
                let mut diagnostic =
                    Diagnostic::error(Code::E0209, Place::new(file, literal.span()), message);
                if let (Literal::YesNo(..), Type::Category(_)) = (literal, kind) {
                    diagnostic =
                        diagnostic.help("a category that is spelled like `yes` or `no` is written in quotes");
                }
                self.report(diagnostic);
                None
            }
        }
    }

    /// A literal as a number.
    pub(super) fn number(&mut self, file: FileId, literal: &Literal) -> Option<Decimal> {
        self.literal(file, literal, Type::Number)?.as_number()
    }

    fn not_a_literal(&mut self, file: FileId, name: &Name, kind: Type) {
        let place = Place::new(file, name.span);
        if kind == Type::Text {
            self.report(
                Diagnostic::error(
                    Code::E0209,
                    place,
                    format!("expected a text, found the name `{}`", name.text),
                )
                .help("text is written in quotes")
                .fix(
                    place,
                    format!("\"{}\"", name.text),
                    format!("write `\"{}\"`", name.text),
                ),
            );
            return;
        }
        if self.names.values.contains_key(&name.text) {
            let message = format!(
                "`{}` is not a parameter: only numbers, dates and parameters can stand here",
                name.text
            );
            self.report(Diagnostic::error(Code::E0209, place, message));
            return;
        }
        let params: Vec<String> = self.names.params.iter().map(|(_, p)| p.name.text.clone()).collect();
        let message = format!("expected {}, found the unknown name `{}`", self.type_name(kind), name.text);
        let mut diagnostic = Diagnostic::error(Code::E0201, place, message);
        let names = params.iter().map(String::as_str).chain(CELL_WORDS);
        if let Some(advice) = did_you_mean(&name.text, names) {
            diagnostic = diagnostic.help(advice);
        }
        self.report(diagnostic);
    }

    /// The code of a category by the name that policies use.
    pub(super) fn category_code(&self, name: &str, kind: Type) -> Option<u32> {
        let Type::Category(id) = kind else { return None };
        self.schema.categories.get(id.index())?.code(name)
    }

    fn category(&mut self, file: FileId, name: &Name, kind: Type) -> Option<Value> {
        if name.is_broken() {
            return None;
        }
        if let Some(code) = self.category_code(&name.text, kind) {
            return Some(Value::Category(code));
        }
        let Type::Category(id) = kind else { return None };
        let categories = self.schema.categories.get(id.index())?;
        let names: Vec<String> = categories.names.iter().map(|n| n.to_string()).collect();
        let spelled =
            categories.spellings.iter().position(|s| **s == *name.text).and_then(|i| names.get(i)).cloned();
        let place = Place::new(file, name.span);
        let mut diagnostic = Diagnostic::error(
            Code::E0211,
            place,
            format!("`{}` is not one of the categories declared here", name.text),
        );
        if let Some(own) = spelled {
            diagnostic =
                diagnostic.help(format!("the data's `{}` is called `{own}` in this policy", name.text));
        } else if let Some(advice) =
            did_you_mean(&name.text, names.iter().map(String::as_str).chain(CELL_WORDS))
        {
            diagnostic = diagnostic.help(advice);
        } else {
            let listed: Vec<String> = names.iter().take(12).map(|n| format!("`{n}`")).collect();
            let more = if names.len() > 12 { ", …" } else { "" };
            diagnostic = diagnostic.help(format!("the categories are {}{more}", listed.join(", ")));
        }
        self.report(diagnostic);
        None
    }

    /// The type that a literal has where nothing else says: for parameters and lists.
    pub(super) fn literal_type(literal: &Literal) -> Option<Type> {
        match literal {
            Literal::Number(_) => Some(Type::Number),
            Literal::Text(_) => Some(Type::Text),
            Literal::Date(_) | Literal::Today(_) => Some(Type::Date),
            Literal::YesNo(..) => Some(Type::YesNo),
            Literal::Missing(_) | Literal::Name(_) => None,
        }
    }

    /// A parameter's type and its value on this day. `None` after a report (which is made once, with the parameter).
    pub(super) fn param(&mut self, at: usize) -> Option<(Type, Value)> {
        let (file, line) = *self.names.params.get(at)?;
        self.mark(Use::Param, &line.name.text);
        let first = line.value.steps.first()?;
        let kind = Self::literal_type(&first.value)?;
        if let Some((_, text)) = self.settings.iter().find(|(n, _)| *n == line.name.text) {
            let set = parse_setting(text, kind);
            if set.is_some() {
                return set.map(|v| (kind, v));
            }
        }
        let literal = value_on(&line.value, self.today)?;
        match (literal, kind) {
            (Literal::Number(n), Type::Number) => Some((kind, Value::Number(n.value))),
            (Literal::Text(t), Type::Text) => Some((kind, Value::Text(t.text.as_str().into()))),
            (Literal::Date(d), Type::Date) => Some((kind, Value::Date(d.value))),
            (Literal::Today(_), Type::Date) => Some((kind, Value::Date(self.today))),
            (Literal::YesNo(b, _), Type::YesNo) => Some((kind, Value::YesNo(*b))),
            (other, _) => {
                let _reported_with_the_parameter = (file, other);
                None
            }
        }
    }

    fn param_value(&mut self, at: usize, file: FileId, name: &Name, kind: Type) -> Option<Value> {
        let (own, value) = self.param(at)?;
        let fits = own == kind || (own == Type::Number && kind.is_numeric());
        if fits {
            return Some(value);
        }
        // A text parameter may name a category.
        if let (Value::Text(t), Type::Category(_)) = (&value, kind) {
            return self.category(file, &Name { text: t.to_string(), span: name.span }, kind);
        }
        let message = format!(
            "expected {}, but the parameter `{}` is {}",
            self.type_name(kind),
            name.text,
            self.type_name(own)
        );
        self.error(Code::E0209, file, name.span, message);
        None
    }

    /// Checks every parameter on its own and lists those in force.
    pub(super) fn lower_params(&mut self) -> Vec<Param> {
        let mut lowered = Vec::new();
        for at in 0..self.names.params.len() {
            let Some((file, line)) = self.names.params.get(at).copied() else { continue };
            self.check_history(file, &line.value);
            let kinds: Vec<Option<Type>> =
                line.value.steps.iter().map(|s| Self::literal_type(&s.value)).collect();
            for (step, kind) in line.value.steps.iter().zip(&kinds) {
                if kind.is_none() {
                    if matches!(&step.value, Literal::Name(n) if n.is_broken()) {
                        continue;
                    }
                    let message = format!(
                        "a parameter is a number, a date, a text or yes/no, not `{}`",
                        self.text(file, step.value.span())
                    );
                    self.error(Code::E0209, file, step.value.span(), message);
                } else if kind != kinds.first().unwrap_or(&None) && kinds.first().is_some_and(Option::is_some)
                {
                    let message = "the values of a parameter over time are all of one type".to_owned();
                    self.error(Code::E0209, file, step.value.span(), message);
                }
            }
            let used = self.used.contains(&(Use::Param, line.name.text.clone()));
            if let Some((_, value)) = self.param(at) {
                let set = self.settings.iter().any(|(n, _)| *n == line.name.text);
                lowered.push(Param {
                    name: line.name.text.clone(),
                    label: line.label.as_ref().map(|l| l.text.clone()),
                    value,
                    set,
                    place: Place::new(file, line.span),
                });
            }
            if !used {
                self.used.remove(&(Use::Param, line.name.text.clone()));
            }
        }
        self.check_settings();
        lowered
    }

    fn check_settings(&mut self) {
        let names: Vec<String> = self.names.params.iter().map(|(_, p)| p.name.text.clone()).collect();
        let settings = self.settings;
        for (name, text) in settings {
            let Some((_, line)) = self.names.params.iter().find(|(_, p)| p.name.text == *name) else {
                let mut diagnostic = Diagnostic::general(
                    Code::E0406,
                    format!("`{name}` is set, but the policy has no such parameter"),
                );
                if let Some(advice) = did_you_mean(name, names.iter().map(String::as_str)) {
                    diagnostic = diagnostic.help(advice);
                } else if names.is_empty() {
                    diagnostic = diagnostic.help("this policy has no parameters");
                } else {
                    diagnostic = diagnostic.help(format!("its parameters are {}", names.join(", ")));
                }
                self.report(diagnostic);
                continue;
            };
            let kind = line.value.steps.first().and_then(|s| Self::literal_type(&s.value));
            if let Some(kind) = kind
                && parse_setting(text, kind).is_none()
            {
                let message = format!("`{name}` is set to `{text}`, which is not {}", self.type_name(kind));
                self.report(Diagnostic::general(Code::E0406, message));
            }
        }
    }

    /// A history must end without an end, and its dates must rise.
    pub(super) fn check_history(&mut self, file: FileId, history: &crate::syntax::ast::History) {
        if let Some(last) = history.steps.last()
            && let Some(end) = &last.before
        {
            self.report(
                Diagnostic::error(
                    Code::E0313,
                    Place::new(file, end.span),
                    format!("nothing holds from {} on", end.value),
                )
                .help("say what holds then: `…, then VALUE`"),
            );
        }
        let ends: Vec<_> = history.steps.iter().filter_map(|s| s.before.as_ref()).collect();
        for pair in ends.windows(2) {
            if let [a, b] = pair
                && b.value <= a.value
            {
                self.report(
                    Diagnostic::error(
                        Code::E0313,
                        Place::new(file, b.span),
                        format!("{} is not later than {}", b.value, a.value),
                    )
                    .also(Place::new(file, a.span), "the value before holds until here")
                    .help("the dates of a history rise"),
                );
            }
        }
    }

    /// A window's length: a whole number of 0 or more.
    pub(super) fn window_count(&mut self, file: FileId, window: &Window) -> Option<u32> {
        let number = self.number(file, &window.count)?;
        let whole = if number.is_integer() {
            u32::try_from(number.units() / Decimal::ONE.units()).ok()
        } else {
            None
        };
        if whole.is_none() {
            let message = format!("a window is a whole number of days, months or years, not `{number}`");
            self.error(Code::E0209, file, window.span, message);
        }
        whole
    }

    /// The first day of a window that ends today.
    pub(super) fn window_start(&mut self, file: FileId, window: &Window) -> Option<Date> {
        let count = self.window_count(file, window)?;
        Some(self.today.ago(count, window.unit))
    }
}

/// A parameter's value as given on the command line or in the manifest.
fn parse_setting(text: &str, kind: Type) -> Option<Value> {
    match kind {
        Type::Number | Type::Integer | Type::Money => match text.strip_suffix('%') {
            None => Decimal::parse(text).ok().map(Value::Number),
            Some(percent) => {
                Decimal::parse(percent).ok()?.checked_div(Decimal::from_int(100)).map(Value::Number)
            }
        },
        Type::Date => Date::parse(text).ok().map(Value::Date),
        Type::YesNo => match text {
            "yes" => Some(Value::YesNo(true)),
            "no" => Some(Value::YesNo(false)),
            _other => None,
        },
        Type::Text => Some(Value::Text(text.into())),
        Type::Category(_) | Type::Tier => None,
    }
}
