//! The recipe of one field: by its type, its domain and its knobs.

use super::bits::{Chance, Seed};
use super::column::{Kept, Listed};
use super::draw::{Choice, Draw};
use super::knobs::{FieldKnobs, Given};
use super::made::{After, Made, Source, Times};
use super::ordered::{self, Setting};
use super::shape::{Fault, Line, Shape};
use crate::data::{CategoryType, Field, Schema, Set, Type, limits};
use crate::decimal::Decimal;
use crate::diagnostic::suggest;
use std::sync::Arc;

/// The share of values that nobody thought of, where a category admits them.
const UNSEEN: f64 = 0.02;
/// How many different ones there are.
const UNSEEN_KINDS: usize = 9;
/// The name of such values among weights.
const ANYTHING_ELSE: &str = "anything else";

/// The recipe of a field that is no key. `missing` is the share of missing values where nothing else says it; `columns` are
/// the fields of the record that have columns, in their order.
pub(super) fn made(
    schema: &Schema,
    field: &Field,
    knobs: &FieldKnobs,
    setting: Setting<'_>,
    missing: f64,
    seed: Seed,
    columns: &[&Field],
) -> Result<Made, Fault> {
    check_suits(schema, field, knobs)?;
    let missing = match &knobs.missing {
        Some(given) if !field.optional => {
            return Err(Fault::at(
                given.span,
                format!("`{}` is not optional: it is never missing", field.name),
            ));
        }
        Some(given) => given.value,
        None => missing,
    };
    let (kept, source) = match field.kind {
        Type::Number | Type::Integer | Type::Money => match &knobs.times {
            None => {
                let numbers = ordered::numbers(field, knobs, setting)?;
                let kept = Kept::numbers(numbers.decimals, field.kind == Type::Integer, numbers.reach());
                (kept, Source::Ordered(numbers))
            }
            Some(of) => times(field, knobs, setting, of, columns)?,
        },
        Type::Date => match &knobs.after {
            None => (Kept::Date, Source::Ordered(ordered::dates(field, knobs, setting)?)),
            Some(of) => (Kept::Date, Source::After(after(field, knobs, setting, of, columns)?)),
        },
        Type::YesNo => {
            let may = |truth: u32, word: &str| {
                let Set::Codes(codes) = &field.domain else { return true };
                codes.contains(&truth) && !setting.missing.iter().any(|code| code == word)
            };
            let share = match (may(0, "no"), may(1, "yes"), &knobs.share) {
                (true, true, share) => share.as_ref().map_or(0.5, |share| share.value),
                (false, _, _) => 1.0,
                (true, false, _) => 0.0,
            };
            (Kept::Truth, Source::Truth(Chance::of(share)))
        }
        Type::Category(id) => category(field, schema.category(id), knobs, setting)?,
        Type::Text => text(field, knobs, setting.missing)?,
        // No field is of this type: tiers are the policy's own.
        Type::Tier => return Err(Fault::of_schema(format!("`{}` cannot be made", field.name))),
    };
    let missing = if field.optional { Chance::of(missing) } else { Chance::NEVER };
    Ok(Made { name: field.column.clone(), kept, optional: field.optional, missing, seed, source })
}

/// Refuses entries that say nothing of the field's type.
fn check_suits(schema: &Schema, field: &Field, knobs: &FieldKnobs) -> Result<(), Fault> {
    const SPREAD: [&str; 8] =
        ["distribution", "mean", "sd", "least", "greatest", "values", "weights", "missing"];
    let (more, what): (&[&str], &str) = match field.kind {
        Type::Number | Type::Money => (&["decimals", "zeros", "times"], "a number"),
        Type::Integer => (&["zeros", "times"], "a whole number"),
        Type::Date => (&["years", "after"], "a date"),
        Type::YesNo => (&["share"], "yes or no"),
        Type::Category(_) => (&["weights", "habit"], "a category"),
        Type::Text | Type::Tier => (&["values", "weights"], "a text"),
    };
    let ordered = field.kind.is_ordered();
    let suits = |name: &str| more.contains(&name) || name == "missing" || (ordered && SPREAD.contains(&name));
    match knobs.given.iter().find(|given| !suits(&given.value)) {
        None => Ok(()),
        Some(given) => {
            let fault = Fault::at(given.span, format!("`{}` says nothing of {what}", given.value));
            Err(match field.kind {
                Type::Category(id) if given.value == "values" => {
                    let names: Vec<_> =
                        schema.category(id).names.iter().take(2).map(|name| format!("{name} = 2")).collect();
                    fault.help(format!("categories have `weights = {{ {}, … }}`", names.join(", ")))
                }
                Type::Category(_)
                | Type::Number
                | Type::Integer
                | Type::Money
                | Type::Text
                | Type::YesNo
                | Type::Date
                | Type::Tier => fault,
            })
        }
    }
}

/// A number that is another field's times a drawn one, from 0 to 1 where nothing else is said.
fn times(
    field: &Field,
    knobs: &FieldKnobs,
    setting: Setting<'_>,
    of: &Given<String>,
    columns: &[&Field],
) -> Result<(Kept, Source), Fault> {
    let (at, other) = beside(field, of, columns)?;
    if !other.kind.is_numeric() {
        return Err(Fault::at(of.span, format!("`{}` is no number", of.value)));
    }
    let any = Field {
        kind: Type::Number,
        domain: Set::universe(Type::Number, 0),
        domain_text: String::new(),
        ..field.clone()
    };
    let mut spread = knobs.spread.clone();
    let plain = spread.distribution.is_none() && spread.values.is_none();
    let end = |value: Decimal| Some(Given { value: super::knobs::End::Number(value), span: of.span });
    if plain && spread.least.is_none() {
        spread.least = end(Decimal::ZERO);
    }
    if plain && spread.greatest.is_none() {
        spread.greatest = end(Decimal::ONE);
    }
    let factor_knobs = FieldKnobs { spread, ..FieldKnobs::default() };
    let factor = ordered::numbers(&any, &factor_knobs, Setting { missing: &[], ..setting })?;
    let of_decimals = match other.kind {
        Type::Integer => 0,
        Type::Number
        | Type::Money
        | Type::Date
        | Type::Text
        | Type::YesNo
        | Type::Category(_)
        | Type::Tier => {
            // Filled in by the table, which knows how the other column is kept.
            u32::MAX
        }
    };
    let decimals = match (&knobs.decimals, field.kind) {
        (_, Type::Integer) => 0,
        (Some(given), _) => given.value.min(9) as u32,
        (None, Type::Money) => 2,
        (None, _) => 4,
    };
    let unit = 10_i128.pow(9 - decimals);
    let Set::Ranges(ranges) = &field.domain else {
        return Err(Fault::of_schema(format!("`{}` is no number", field.name)));
    };
    let (type_least, type_greatest) = limits(field.kind);
    let least = ranges.first().map_or(type_least, |(least, _)| *least);
    let greatest = ranges.last().map_or(type_greatest, |(_, greatest)| *greatest);
    let ends = (ordered::ceiling(least, unit), greatest.div_euclid(unit));
    // What 18 digits hold.
    let most = 10_i128.pow(18) - 1;
    let ends = (ends.0.max(-most), ends.1.min(most));
    if ends.0 > ends.1 {
        return Err(Fault::of_schema(format!(
            "no value with {decimals} decimals lies in the domain of `{}`",
            field.name
        )));
    }
    let short = ends.0 >= i128::from(i32::MIN) && ends.1 <= i128::from(i32::MAX);
    let kept = match (field.kind == Type::Integer, short) {
        (true, true) => Kept::Int32,
        (true, false) => Kept::Int64,
        (false, _) => Kept::Short { decimals },
    };
    Ok((kept, Source::Times(Times { of: at, of_decimals, factor, decimals, ends })))
}

/// A date after another field's.
fn after(
    field: &Field,
    knobs: &FieldKnobs,
    setting: Setting<'_>,
    of: &Given<String>,
    columns: &[&Field],
) -> Result<After, Fault> {
    let (at, other) = beside(field, of, columns)?;
    if other.kind != Type::Date {
        return Err(Fault::at(of.span, format!("`{}` is no date", of.value)));
    }
    if let Some(years) = &knobs.years {
        return Err(Fault::at(years.span, "give `years` or `after`, not both"));
    }
    let today = i128::from(setting.today.days());
    let Set::Ranges(ranges) = &field.domain else {
        return Err(Fault::of_schema(format!("`{}` is no date", field.name)));
    };
    let (type_least, type_greatest) = limits(Type::Date);
    let least = ranges.first().map_or(type_least, |(least, _)| *least);
    let greatest = ranges.last().map_or(type_greatest, |(_, greatest)| *greatest);
    let last = if greatest < type_greatest && !setting.dates_record { greatest } else { greatest.min(today) };
    let first = if least > type_least { least } else { last - 40_000 };
    if first > last {
        return Err(Fault::of_schema(format!("no value lies in the domain of `{}`", field.name)));
    }
    let days = match &knobs.spread.distribution {
        None => None,
        Some(given) => {
            let line = Line { base: 0.0, step: 1.0, least: Some(0), greatest: None };
            let shape = Shape::asked(&knobs.spread, &line)?;
            let draw = shape.and_then(|shape| shape.draw(&line));
            Some(
                draw.ok_or_else(|| Fault::at(given.span, "hardly any day of this distribution comes after"))?,
            )
        }
    };
    Ok(After { of: at, days, ends: (first as i32, last as i32) })
}

/// Another field of the record, with the position of its column.
fn beside<'f>(field: &Field, of: &Given<String>, columns: &[&'f Field]) -> Result<(usize, &'f Field), Fault> {
    let found = columns.iter().position(|other| other.name == of.value);
    match found.and_then(|at| Some((at, *columns.get(at)?))) {
        Some((_, other)) if other.name == field.name => {
            Err(Fault::at(of.span, "a field cannot be made from itself"))
        }
        Some(found) => Ok(found),
        None => {
            let fault = Fault::at(of.span, format!("the record has no field `{}` with a column", of.value));
            let help = suggest::did_you_mean(&of.value, columns.iter().map(|field| field.name.as_str()));
            Err(help.into_iter().fold(fault, Fault::help))
        }
    }
}

/// Categories: each a little rarer than the one before it, where no weights are given.
fn category(
    field: &Field,
    category: &CategoryType,
    knobs: &FieldKnobs,
    setting: Setting<'_>,
) -> Result<(Kept, Source), Fault> {
    if let Some(habit) = knobs.habit.as_ref().filter(|_| !setting.child) {
        return Err(Fault::at(habit.span, "only records that belong to another have a habit of its"));
    }
    let may = |text: &str| !setting.missing.iter().any(|code| code == text);
    let usual = |at: usize| 1.0 / (at as f64 + 2.0);
    let mut weights: Vec<f64> = (0..category.names.len()).map(usual).collect();
    let total: f64 = weights.iter().sum();
    let mut unseen = if category.open { total * UNSEEN } else { 0.0 };
    if let Some(given) = &knobs.weights {
        weights.iter_mut().for_each(|weight| *weight = 0.0);
        unseen = 0.0;
        for (name, weight) in &given.value {
            if category.open && name.value == ANYTHING_ELSE {
                unseen = *weight;
                continue;
            }
            let at = category.names.iter().position(|known| **known == name.value);
            let at = at.or_else(|| category.spellings.iter().position(|known| **known == name.value));
            let Some(slot) = at.and_then(|at| weights.get_mut(at)) else {
                let fault =
                    Fault::at(name.span, format!("`{}` has no category `{}`", field.name, name.value));
                let help = suggest::did_you_mean(&name.value, category.names.iter().map(|name| &**name));
                return Err(help.into_iter().fold(fault, Fault::help));
            };
            *slot = *weight;
        }
    }
    let mut texts: Vec<Arc<str>> = category.spellings.clone();
    for (text, weight) in category.spellings.iter().zip(&mut weights) {
        if !may(text) {
            *weight = 0.0;
        }
    }
    if unseen > 0.0 {
        let new = (1..).map(|n| format!("other-{n}"));
        let new = new
            .filter(|text| may(text) && category.code_of_spelling(text) == Some(category.names.len() as u32));
        for text in new.take(UNSEEN_KINDS) {
            texts.push(text.into());
            weights.push(unseen / UNSEEN_KINDS as f64);
        }
    }
    let habit = knobs.habit.as_ref().map_or(Chance::NEVER, |habit| Chance::of(habit.value));
    listed(field, texts, weights, habit, knobs.weights.as_ref().map(|given| given.span))
}

/// Texts: those of a list, or invented ones.
fn text(field: &Field, knobs: &FieldKnobs, missing: &[String]) -> Result<(Kept, Source), Fault> {
    let Some(given) = &knobs.texts else { return Ok((Kept::Text, Source::Words)) };
    for text in &given.value {
        if text.value.is_empty() || missing.contains(&text.value) {
            let message = format!("`{}` means missing in the file", text.value);
            return Err(Fault::at(text.span, message).help("give `missing`, the share of missing values"));
        }
    }
    let texts: Vec<Arc<str>> = given.value.iter().map(|text| text.value.as_str().into()).collect();
    let weights = match &knobs.spread.weights {
        None => vec![1.0; texts.len()],
        Some(weights) if weights.value.len() == texts.len() => weights.value.clone(),
        Some(weights) => {
            let message = format!("{} weights for {} values", weights.value.len(), texts.len());
            return Err(Fault::at(weights.span, message));
        }
    };
    listed(field, texts, weights, Chance::NEVER, Some(given.span))
}

fn listed(
    field: &Field,
    texts: Vec<Arc<str>>,
    weights: Vec<f64>,
    habit: Chance,
    span: Option<crate::source::Span>,
) -> Result<(Kept, Source), Fault> {
    let choice = Choice::new((0..).zip(weights)).ok_or_else(|| {
        let message = format!("`{}` has no value that may come", field.name);
        span.map_or_else(|| Fault::of_schema(message.clone()), |span| Fault::at(span, message.clone()))
    })?;
    Ok((Kept::Listed(Arc::new(Listed::new(texts))), Source::Listed { draw: Draw::Choice(choice), habit }))
}
