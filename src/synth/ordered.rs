//! How numbers and dates of a field are drawn: its domain, narrowed by its knobs, as a line of steps, and the
//! distribution on it.

use super::draw::{Choice, Draw};
use super::knobs::{End, FieldKnobs, Given, Spread};
use super::shape::{Fault, Line, Shape};
use crate::data::{Field, Set, Type, limits};
use crate::date::Date;
use crate::decimal::Decimal;

/// Digits behind the point of a [`Decimal`].
const PLACES: u32 = 9;

/// Numbers or dates as they are drawn: whole steps, which stand for `base + k` (of dates `base - k`) in the field's
/// smallest unit: `10^-decimals`, a day.
#[derive(Debug, Clone)]
pub(super) struct Ordered {
    pub(super) draw: Draw,
    pub(super) base: i128,
    pub(super) decimals: u32,
    /// The ends of what may come, in smallest units.
    pub(super) ends: (i128, i128),
    /// Values, in smallest units and rising, that the data's spellings of "missing" take.
    pub(super) taken: Vec<i128>,
    backwards: bool,
}

impl Ordered {
    /// The value of a drawn step, in smallest units.
    #[inline]
    pub(super) fn value(&self, k: i64) -> i128 {
        let value = if self.backwards { self.base - i128::from(k) } else { self.base + i128::from(k) };
        if self.taken.is_empty() { value } else { self.beside_taken(value) }
    }

    /// The nearest value that is not taken, upward first.
    fn beside_taken(&self, value: i128) -> i128 {
        let free = |value: &i128| self.taken.binary_search(value).is_err();
        let up = (value..=self.ends.1).find(free);
        up.or_else(|| (self.ends.0..=value).rev().find(free)).unwrap_or(value)
    }

    /// The least and the greatest value that can come, in smallest units, taken ones aside.
    pub(super) fn reach(&self) -> (i128, i128) {
        let (least, greatest) = self.draw.ends();
        let ends = [least, greatest]
            .map(|k| if self.backwards { self.base - i128::from(k) } else { self.base + i128::from(k) });
        // Beside what is taken may be a little further.
        let more = self.taken.len() as i128;
        let [a, b] = ends;
        ((a.min(b) - more).max(self.ends.0), (a.max(b) + more).min(self.ends.1))
    }
}

/// How far steps can count, as doubles do.
const FAR: i128 = 1 << 53;

/// What the draw of a field depends on besides the field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) today: Date,
    /// Over how many years before today dates are spread where nothing else says it.
    pub(super) years: f64,
    /// Spellings that mean missing.
    pub(super) missing: &'a [String],
    /// The record belongs to another.
    pub(super) child: bool,
    /// The field dates its record: it never comes after today.
    pub(super) dates_record: bool,
}

/// The days of a number of years.
const YEAR: f64 = 365.25;

/// The draw of a number's field.
pub(super) fn numbers(field: &Field, knobs: &FieldKnobs, setting: Setting<'_>) -> Result<Ordered, Fault> {
    let decimals = decimals_of(field, knobs)?;
    let unit = 10_i128.pow(PLACES - decimals);
    let (least, greatest) = ends(field, &knobs.spread)?;
    let (type_least, type_greatest) = limits(field.kind);
    // Ends of the type are no ends that anybody meant.
    let least = (least > type_least).then(|| ceiling(least, unit));
    let greatest = (greatest < type_greatest).then(|| greatest.div_euclid(unit));
    // The least value, or the one nearest to 0 where more lies between the ends than steps can count.
    let near =
        0.clamp(least.unwrap_or(i128::MIN), greatest.unwrap_or(i128::MAX).max(least.unwrap_or(i128::MIN)));
    let counted = |least: &i128| greatest.is_none_or(|greatest| greatest - least < FAR);
    let base = least.filter(counted).unwrap_or(near);
    let step_of =
        |value: i128| i64::try_from(value - base).unwrap_or(if value > base { i64::MAX } else { i64::MIN });
    let per_one = 10_i64.pow(decimals) as f64;
    let line = Line {
        base: base as f64 / per_one,
        step: 1.0 / per_one,
        least: least.map(step_of),
        greatest: greatest.map(step_of),
    };
    if let (Some(least), Some(greatest)) = (least, greatest)
        && least > greatest
    {
        return Err(nothing_lies(field, decimals));
    }
    let bounds = (least.unwrap_or(type_least / unit), greatest.unwrap_or(type_greatest / unit));
    let taken = taken(field, setting.missing, unit, bounds);
    if bounds.1 - bounds.0 < taken.len() as i128 {
        return Err(Fault::of_schema(format!(
            "every value that `{}` may have means missing in its file",
            field.name
        )));
    }
    let draw = match chosen(field, &knobs.spread, |units| (units % unit == 0).then(|| step_of(units / unit)))?
    {
        Some(draw) => draw,
        None => {
            let shape = Shape::asked(&knobs.spread, &line)?.unwrap_or_else(|| usual(field.kind, &line));
            shape.draw(&line).ok_or_else(|| out_of_reach(field, &knobs.spread))?
        }
    };
    let draw = with_zeros(field, &knobs.spread, draw, step_of(0))?;
    Ok(Ordered { draw, base, decimals, ends: bounds, taken, backwards: false })
}

/// The draw of a date's field: days before the day of the run.
pub(super) fn dates(field: &Field, knobs: &FieldKnobs, setting: Setting<'_>) -> Result<Ordered, Fault> {
    let today = i128::from(setting.today.days());
    let (least, greatest) = ends(field, &knobs.spread)?;
    let (type_least, type_greatest) = limits(Type::Date);
    let years = knobs.years.as_ref().map_or(setting.years, |years| years.value);
    let span = (years * YEAR) as i128;
    let asked = knobs.spread.distribution.is_some();
    let greatest = if setting.dates_record { greatest.min(today) } else { greatest };
    if least > greatest {
        return Err(nothing_lies(field, 0));
    }
    // Without a lower end: so many years up to today, or up to the domain's own end.
    let last = match (greatest < type_greatest, least <= today) {
        (true, _) => greatest,
        (false, true) => today,
        (false, false) => least + span,
    };
    let named = knobs.spread.least.is_some() || (least > type_least && knobs.years.is_none());
    let first = if named || asked { least } else { (last - span).max(least) };
    let step = |days: i128| (today - days) as i64;
    let line = Line {
        base: 0.0,
        step: 1.0,
        least: Some(step(last)),
        greatest: (first > type_least).then(|| step(first)),
    };
    let bounds = (least, greatest);
    let taken = taken(field, setting.missing, 1, bounds);
    let draw = match chosen(field, &knobs.spread, |days| Some(step(days)))? {
        Some(draw) => draw,
        None => {
            let shape = Shape::asked(&knobs.spread, &line)?.unwrap_or(Shape::Even);
            shape.draw(&line).ok_or_else(|| out_of_reach(field, &knobs.spread))?
        }
    };
    if let Some(zeros) = &knobs.spread.zeros {
        return Err(Fault::at(zeros.span, "a date is never zero"));
    }
    Ok(Ordered { draw, base: today, decimals: 0, ends: bounds, taken, backwards: true })
}

/// The distribution of a field that has no knobs. How far values go beyond the only end grows with that end.
fn usual(kind: Type, line: &Line) -> Shape {
    let scale = if kind == Type::Money { 10_000.0 } else { 10.0 };
    let countable = line.step * (FAR >> 6) as f64;
    let beyond = |end: f64| end.abs().clamp(scale, scale.max(countable));
    match (line.least.map(|k| line.value(k)), line.greatest.map(|k| line.value(k))) {
        (Some(_), Some(_)) => Shape::Even,
        (Some(from), None) if kind == Type::Money => {
            Shape::LogNormal { from, mean: beyond(from), sd: 1.5 * beyond(from) }
        }
        (Some(from), None) => Shape::Exponential { from, mean: beyond(from), way: 1.0 },
        (None, Some(from)) => Shape::Exponential { from, mean: beyond(from), way: -1.0 },
        (None, None) => Shape::Normal { mean: 0.0, sd: 10.0 * scale },
    }
}

/// How many digits behind the point the field's values get: as asked, or the usual number, or as many as its ends have,
/// or as many as it takes to have some choice.
fn decimals_of(field: &Field, knobs: &FieldKnobs) -> Result<u32, Fault> {
    if field.kind == Type::Integer {
        return Ok(0);
    }
    if let Some(given) = &knobs.decimals {
        let most = u64::from(PLACES);
        return match given.value {
            few if few <= most => Ok(few as u32),
            _ => Err(Fault::at(given.span, format!("a number has at most {PLACES} decimals"))),
        };
    }
    let Set::Ranges(ranges) = &field.domain else { return Ok(0) };
    let (type_least, type_greatest) = limits(field.kind);
    let usual = if field.kind == Type::Money { 2 } else { 4 };
    let enough = |decimals: u32| {
        let unit = 10_i128.pow(PLACES - decimals);
        let few = if field.kind == Type::Money { 1 } else { 100 };
        ranges.iter().any(|(least, greatest)| {
            *least <= type_least
                || *greatest >= type_greatest
                || greatest.div_euclid(unit) - ceiling(*least, unit) + 1 >= few
        })
    };
    Ok((usual..PLACES).find(|decimals| enough(*decimals)).unwrap_or(PLACES))
}

/// The ends of what may come, in the units of the domain.
fn ends(field: &Field, spread: &Spread) -> Result<(i128, i128), Fault> {
    let Set::Ranges(ranges) = &field.domain else { return Err(nothing_lies(field, 0)) };
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return Err(nothing_lies(field, 0));
    };
    let inside = |given: &Option<Given<End>>, or: i128| match given {
        None => Ok(or),
        Some(given) => units_of(field, given),
    };
    let (least, greatest) = (inside(&spread.least, first.0)?, inside(&spread.greatest, last.1)?);
    if let (true, Some(given)) = (least > greatest, spread.greatest.as_ref().or(spread.least.as_ref())) {
        return Err(Fault::at(given.span, "the greatest value is less than the least"));
    }
    Ok((least, greatest))
}

/// A value of a knob in the units of the domain: of the field's type, and inside.
fn units_of(field: &Field, given: &Given<End>) -> Result<i128, Fault> {
    let units = match (given.value, field.kind) {
        (End::Day(day), Type::Date) => i128::from(day.days()),
        (End::Number(number), Type::Number | Type::Money) => number.units(),
        (End::Number(number), Type::Integer) if number.is_integer() => number.units(),
        (End::Number(_), Type::Integer) => {
            return Err(Fault::at(given.span, format!("`{}` holds whole numbers only", field.name)));
        }
        (End::Day(_) | End::Number(_), _) => {
            let wanted = if field.kind == Type::Date { "a day, like 2026-01-31," } else { "a number" };
            return Err(Fault::at(given.span, format!("`{}` needs {wanted} here", field.name)));
        }
    };
    let Set::Ranges(ranges) = &field.domain else { return Ok(units) };
    if ranges.iter().any(|(least, greatest)| (*least..=*greatest).contains(&units)) {
        return Ok(units);
    }
    let fault = Fault::at(given.span, format!("this lies outside the domain of `{}`", field.name));
    Err(if field.domain_text.is_empty() {
        fault
    } else {
        fault.help(format!("its domain is `{}`", field.domain_text))
    })
}

/// The draw from a list of values, where one is given.
fn chosen(
    field: &Field,
    spread: &Spread,
    step_of: impl Fn(i128) -> Option<i64>,
) -> Result<Option<Draw>, Fault> {
    let Some(values) = &spread.values else {
        return match &spread.weights {
            Some(weights) => Err(Fault::at(weights.span, "these weights are of no `values`")),
            None => Ok(None),
        };
    };
    let narrowing = spread.distribution.as_ref().map(|given| given.span);
    if let Some(span) = narrowing {
        return Err(Fault::at(span, "give `values` or a distribution, not both"));
    }
    let mut steps = Vec::new();
    for value in &values.value {
        let units = units_of(field, value)?;
        let few = || Fault::at(value.span, "this has more decimals than the field is given");
        steps.push(step_of(units).ok_or_else(few)?);
    }
    let weights = match &spread.weights {
        None => vec![1.0; steps.len()],
        Some(weights) if weights.value.len() == steps.len() => weights.value.clone(),
        Some(weights) => {
            let message = format!("{} weights for {} values", weights.value.len(), steps.len());
            return Err(Fault::at(weights.span, message));
        }
    };
    let choice = Choice::new(steps.into_iter().zip(weights));
    choice
        .map(|choice| Some(Draw::Choice(choice)))
        .ok_or_else(|| Fault::at(values.span, "no value is left that may come"))
}

/// The draw with zeros that come besides.
fn with_zeros(field: &Field, spread: &Spread, draw: Draw, zero: i64) -> Result<Draw, Fault> {
    let Some(zeros) = &spread.zeros else { return Ok(draw) };
    units_of(field, &Given { value: End::Number(Decimal::ZERO), span: zeros.span })?;
    Ok(draw.with_often(zero, zeros.value))
}

/// What the spellings of "missing" are as values of a field, in smallest units.
fn taken(field: &Field, missing: &[String], unit: i128, bounds: (i128, i128)) -> Vec<i128> {
    let value = |text: &String| match field.kind {
        Type::Date => Date::parse(text).ok().map(|day| i128::from(day.days())),
        Type::Number | Type::Integer | Type::Money => {
            let units = Decimal::parse(text).ok()?.units();
            (units % unit == 0).then_some(units / unit)
        }
        Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => None,
    };
    let mut taken: Vec<i128> =
        missing.iter().filter_map(value).filter(|value| (bounds.0..=bounds.1).contains(value)).collect();
    taken.sort_unstable();
    taken.dedup();
    taken
}

/// The least multiple of `unit` that is not below, in units.
pub(super) fn ceiling(value: i128, unit: i128) -> i128 {
    -(-value).div_euclid(unit)
}

fn nothing_lies(field: &Field, decimals: u32) -> Fault {
    let of = match field.kind {
        Type::Number | Type::Money => format!(" with {decimals} decimals"),
        Type::Integer | Type::Date | Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => {
            String::new()
        }
    };
    Fault::of_schema(format!("no value{of} lies in the domain of `{}`", field.name))
}

fn out_of_reach(field: &Field, spread: &Spread) -> Fault {
    let message = format!("hardly any value of this distribution may stand in `{}`", field.name);
    match &spread.distribution {
        Some(given) => Fault::at(given.span, message),
        None => Fault::of_schema(message),
    }
}
