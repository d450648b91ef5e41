//! Condition cells and domains: from the words of a cell to a set of values.

use super::context::{Context, Use};
use super::scope::ValueName;
use crate::data::{Set, Type, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Cell, CellPart, Literal};

/// A cell, lowered.
pub(super) struct Lowered {
    /// The known values that it names, inside the column's universe.
    pub known: Set,
    /// Whether it names missing.
    pub missing: bool,
    /// Where `otherwise` stands, if it does.
    pub otherwise: Option<Span>,
    /// Whether it could not be understood, which has been said: it may name anything.
    pub broken: bool,
}

impl Context<'_> {
    /// Lowers a cell of a column whose known values are `universe`.
    pub(super) fn cell(&mut self, file: FileId, cell: &Cell, kind: Type, universe: &Set) -> Lowered {
        self.checked(Place::new(file, cell.span));
        let mut lowered = Lowered {
            known: Set::empty(kind),
            missing: false,
            otherwise: None,
            broken: cell.parts.is_empty(),
        };
        for part in &cell.parts {
            match part {
                CellPart::Missing(span) => {
                    if cell.negated {
                        self.report(
                            Diagnostic::error(
                                Code::E0224,
                                Place::new(file, *span),
                                "`not` never takes `missing`",
                            )
                            .help("write `any` for every known value"),
                        );
                    }
                    lowered.missing = true;
                }
                CellPart::Otherwise(span) => lowered.otherwise = Some(*span),
                CellPart::Any(_) => lowered.known = universe.clone(),
                CellPart::Value(_)
                | CellPart::To(..)
                | CellPart::ToUnder(..)
                | CellPart::OverTo(..)
                | CellPart::OverToUnder(..)
                | CellPart::Under(_)
                | CellPart::AtMost(_)
                | CellPart::AtLeast(_)
                | CellPart::Over(_)
                | CellPart::Within(_)
                | CellPart::BeforeAgo(_)
                | CellPart::OrBetter(_)
                | CellPart::OrWorse(_) => match self.part(file, kind, part, cell.span) {
                    Some(set) => {
                        let inside = set.intersect(universe);
                        if inside.is_empty() {
                            self.outside(file, kind, cell.span, &set, universe);
                        }
                        lowered.known = lowered.known.union(&inside, kind);
                    }
                    None => lowered.broken = true,
                },
            }
        }
        if cell.negated {
            lowered.known = universe.difference(&lowered.known, kind);
        }
        lowered
    }

    /// The set that one part of a cell names, not yet cut to the universe; `None` after a report.
    fn part(&mut self, file: FileId, kind: Type, part: &CellPart, cell: Span) -> Option<Set> {
        match part {
            CellPart::Value(literal) => self.one_or_list(file, kind, literal),
            CellPart::OrBetter(name) | CellPart::OrWorse(name) => {
                if kind != Type::Tier {
                    let message = "`or better` and `or worse` are said of tiers";
                    self.error(Code::E0209, file, cell, message);
                    return None;
                }
                let tier = self.tier(file, name)?;
                let count = self.names.tiers.len() as u32;
                let codes = if matches!(part, CellPart::OrBetter(_)) { 0..tier.0 + 1 } else { tier.0..count };
                Some(Set::of_codes(codes))
            }
            CellPart::To(..)
            | CellPart::ToUnder(..)
            | CellPart::OverTo(..)
            | CellPart::OverToUnder(..)
            | CellPart::Under(_)
            | CellPart::AtMost(_)
            | CellPart::AtLeast(_)
            | CellPart::Over(_)
            | CellPart::Within(_)
            | CellPart::BeforeAgo(_) => {
                if !kind.is_ordered() {
                    let message =
                        format!("{} has no order, so it cannot lie in a range", self.type_name(kind));
                    self.error(Code::E0223, file, cell, message);
                    return None;
                }
                let set = self.interval(file, kind, part)?;
                if set.is_empty() && !ends_today(part) {
                    self.report(
                        Diagnostic::error(Code::E0214, Place::new(file, cell), "no value lies in this range")
                            .help("write the smaller end first"),
                    );
                    return None;
                }
                Some(set)
            }
            CellPart::Any(_) | CellPart::Missing(_) | CellPart::Otherwise(_) => None,
        }
    }

    /// One value, or all values of a list.
    pub(super) fn one_or_list(&mut self, file: FileId, kind: Type, literal: &Literal) -> Option<Set> {
        if let Literal::Name(name) = literal
            && self.category_code(&name.text, kind).is_none()
            && kind != Type::Tier
            && !matches!(self.names.values.get(&name.text), Some((ValueName::Param(_), _)))
            && self.names.lists.contains_key(&name.text)
        {
            return self.list(&name.text, kind);
        }
        let value = self.value_in(file, literal, kind)?;
        Some(Set::of(kind, [&value]))
    }

    /// A literal that is to be one of the values of a type.
    fn value_in(&mut self, file: FileId, literal: &Literal, kind: Type) -> Option<Value> {
        let value = self.literal(file, literal, kind)?;
        if kind == Type::Integer && value.as_number().is_some_and(|n| !n.is_integer()) {
            let message = format!("`{}` is not a whole number", self.text(file, literal.span()));
            self.error(Code::E0212, file, literal.span(), message);
            return None;
        }
        Some(value)
    }

    /// The values of a list as a set of a type.
    pub(super) fn list(&mut self, name: &str, kind: Type) -> Option<Set> {
        let (file, line) = *self.names.lists.get(name)?;
        self.mark(Use::List, name);
        let mut values: Vec<Value> = Vec::new();
        let mut broken = line.values.is_empty();
        for literal in &line.values {
            match self.value_in(file, literal, kind) {
                Some(value) => values.push(value),
                None => broken = true,
            }
        }
        if broken { None } else { Some(Set::of(kind, &values)) }
    }

    /// The interval that a part names, as a set of an ordered type.
    pub(super) fn interval(&mut self, file: FileId, kind: Type, part: &CellPart) -> Option<Set> {
        type End<'l> = Option<(&'l Literal, bool)>;
        let (low, high): (End<'_>, End<'_>) = match part {
            CellPart::To(a, b) => (Some((a, true)), Some((b, true))),
            CellPart::ToUnder(a, b) => (Some((a, true)), Some((b, false))),
            CellPart::OverTo(a, b) => (Some((a, false)), Some((b, true))),
            CellPart::OverToUnder(a, b) => (Some((a, false)), Some((b, false))),
            CellPart::Under(b) => (None, Some((b, false))),
            CellPart::AtMost(b) => (None, Some((b, true))),
            CellPart::AtLeast(a) => (Some((a, true)), None),
            CellPart::Over(a) => (Some((a, false)), None),
            CellPart::Value(a) => (Some((a, true)), Some((a, true))),
            CellPart::Within(window) | CellPart::BeforeAgo(window) => {
                if kind != Type::Date {
                    let message = format!("expected {}, found a window of time", self.type_name(kind));
                    self.error(Code::E0209, file, window.span, message);
                    return None;
                }
                let start = self.window_start(file, window)?;
                return Some(if matches!(part, CellPart::Within(_)) {
                    Set::from_days(Some((start, true)), Some((self.today, true)))
                } else {
                    Set::from_days(None, Some((start, false)))
                });
            }
            CellPart::Any(_)
            | CellPart::Missing(_)
            | CellPart::Otherwise(_)
            | CellPart::OrBetter(_)
            | CellPart::OrWorse(_) => return None,
        };
        // Both ends are lowered before either is given up, so that both are reported.
        let low = low.map(|(literal, inside)| (self.literal(file, literal, kind), inside));
        let high = high.map(|(literal, inside)| (self.literal(file, literal, kind), inside));
        if low.as_ref().is_some_and(|(v, _)| v.is_none()) || high.as_ref().is_some_and(|(v, _)| v.is_none()) {
            return None;
        }
        if kind == Type::Date {
            let day = |end: Option<(Option<Value>, bool)>| {
                end.and_then(|(v, inside)| Some((v?.as_date()?, inside)))
            };
            return Some(Set::from_days(day(low), day(high)));
        }
        let number =
            |end: Option<(Option<Value>, bool)>| end.and_then(|(v, inside)| Some((v?.as_number()?, inside)));
        Some(Set::from_interval(number(low), number(high), kind))
    }

    fn outside(&mut self, file: FileId, kind: Type, span: Span, set: &Set, universe: &Set) {
        let values = universe.describe(kind, &self.names_of(kind));
        let message = format!("no record has `{}` here", self.text(file, span));
        let mut diagnostic = Diagnostic::error(Code::E0212, Place::new(file, span), message);
        if !set.is_empty() && !values.is_empty() && values.len() < 80 {
            diagnostic = diagnostic.help(format!("the values that can stand here: {values}"));
        }
        self.report_if_every_day(Place::new(file, span), diagnostic);
    }
}

/// Whether an end moves with the day: such a range may be empty on a day long past, and is not wrong for that.
pub(super) fn ends_today(part: &CellPart) -> bool {
    let today = |literal: &Literal| matches!(literal, Literal::Today(_));
    match part {
        CellPart::To(a, b)
        | CellPart::ToUnder(a, b)
        | CellPart::OverTo(a, b)
        | CellPart::OverToUnder(a, b) => today(a) || today(b),
        CellPart::Value(a)
        | CellPart::Under(a)
        | CellPart::AtMost(a)
        | CellPart::AtLeast(a)
        | CellPart::Over(a) => today(a),
        CellPart::Any(_)
        | CellPart::Missing(_)
        | CellPart::Otherwise(_)
        | CellPart::Within(_)
        | CellPart::BeforeAgo(_)
        | CellPart::OrBetter(_)
        | CellPart::OrWorse(_) => false,
    }
}
