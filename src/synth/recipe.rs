//! From a schema and its knobs to recipes: which tables there are, how many rows they have, and how their columns are
//! made.

use super::bits::{Chance, Seed};
use super::column::Kept;
use super::draw::{Choice, Counts, Draw};
use super::field;
use super::key::{Key, KeyWish};
use super::knobs::{Distribution, End, FieldKnobs, Given, Spread, TableKnobs};
use super::made::{Made, Source};
use super::ordered::{self, Setting};
use super::pairs::Pairs;
use super::rows::Rows;
use super::shape::{Fault, Line, Shape};
use super::table::Table;
use super::{Layout, Previous, Wish};
use crate::data::{Field, LinkId, RecordId, RecordType, Schema, Set, Type};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::source::{Place, Span};
use std::collections::BTreeMap;

/// Recipes of all tables of a schema.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The tables: record kinds in the order of the schema, then links, then previous scores.
    pub tables: Vec<Table>,
}

impl Recipe {
    /// The recipe of what is wished for.
    ///
    /// # Errors
    ///
    /// E0405 for knobs that cannot be used, or a schema that no record can satisfy. All that are found.
    pub fn new(wish: &Wish<'_>) -> Result<Self, Vec<Diagnostic>> {
        let seed = Seed::new(wish.seed);
        let mut making = Making { wish, seed, keys: BTreeMap::new(), diagnostics: Vec::new() };
        making.check_names();
        let mut tables: BTreeMap<RecordId, Table> = BTreeMap::new();
        for kind in in_order(wish.schema) {
            if let Some(table) = making.records(kind) {
                tables.insert(kind, table);
            }
        }
        let mut tables: Vec<Table> = tables.into_values().collect();
        for at in 0..wish.schema.links.len() {
            tables.extend(making.link(LinkId(at as u32)));
        }
        if let Some(previous) = &wish.previous {
            tables.extend(making.previous(previous));
        }
        if making.diagnostics.is_empty() { Ok(Self { tables }) } else { Err(making.diagnostics) }
    }
}

/// The kinds, each after the one that it belongs to. Kinds that belong to each other in a circle are left out.
fn in_order(schema: &Schema) -> Vec<RecordId> {
    let mut order: Vec<RecordId> = Vec::new();
    let kinds = || (0..schema.records.len() as u32).map(RecordId);
    while let Some(next) = kinds().find(|kind| {
        let ready = schema.record(*kind).parent.is_none_or(|(parent, _)| order.contains(&parent));
        ready && !order.contains(kind)
    }) {
        order.push(next);
    }
    order
}

struct Making<'a> {
    wish: &'a Wish<'a>,
    seed: Seed,
    /// The keys of the kinds that have them, and how many records there are.
    keys: BTreeMap<RecordId, (Key, u64)>,
    diagnostics: Vec<Diagnostic>,
}

impl Making<'_> {
    fn tell(&mut self, fault: Fault) {
        let place = self.wish.knobs.file.zip(fault.span).map(|(file, span)| Place::new(file, span));
        let diagnostic = match place {
            Some(place) => Diagnostic::error(Code::E0405, place, fault.message),
            None => Diagnostic::general(Code::E0405, fault.message),
        };
        self.diagnostics.push(fault.help.into_iter().fold(diagnostic, Diagnostic::help));
    }

    fn take<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.tell(fault)).ok()
    }

    /// Refuses knobs of what the policy has not. A pack of several policies may have knobs of others.
    fn check_names(&mut self) {
        let Wish { schema, knobs, one_policy, .. } = *self.wish;
        let records = schema.records.iter().map(|record| record.name.as_str());
        let names: Vec<&str> = records.chain(schema.links.iter().map(|link| link.name.as_str())).collect();
        for (name, table) in &knobs.tables {
            if let Some(record) = schema.records.iter().find(|record| record.name == name.value) {
                let fields: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
                self.check_fields(&name.value, table, &fields);
            } else if schema.links.iter().any(|link| link.name == name.value) {
                self.check_fields(&name.value, table, &[]);
            } else if name.value == "previous" {
                self.check_fields(&name.value, table, &["score"]);
            } else if one_policy {
                let message = format!("the policy has no record or link `{}`", name.value);
                let help = suggest::did_you_mean(&name.value, names.iter().copied())
                    .unwrap_or_else(|| listed(&names));
                self.tell(Fault::at(name.span, message).help(help));
            }
        }
    }

    fn check_fields(&mut self, of: &str, table: &TableKnobs, fields: &[&str]) {
        for (name, _) in table.fields.iter().filter(|(name, _)| !fields.contains(&name.value.as_str())) {
            let fault = Fault::at(name.span, format!("`{of}` has no field `{}`", name.value));
            let help = suggest::did_you_mean(&name.value, fields.iter().copied());
            self.tell(help.into_iter().fold(fault, Fault::help));
        }
    }

    /// Refuses an entry that says nothing here.
    fn refuse<T>(&mut self, given: &Option<Given<T>>, why: &str) {
        if let Some(given) = given {
            self.tell(Fault::at(given.span, why));
        }
    }

    fn records(&mut self, kind: RecordId) -> Option<Table> {
        let (schema, wish) = (self.wish.schema, self.wish);
        let record = schema.record(kind);
        let none = TableKnobs::default();
        let knobs = wish.knobs.table(&record.name).unwrap_or(&none);
        let layout = wish.layouts.get(&record.name).cloned().unwrap_or_default();
        let seed = self.seed.named(&record.name);
        self.refuse(&knobs.exponent, "this is an entry of links");
        self.refuse(&knobs.repeats, "this is an entry of links");
        let one_to_one = record.key.is_some() && record.parent.map(|(_, by)| by) == record.key;
        let rows = match record.parent {
            None => {
                self.refuse(&knobs.per_record, "these records belong to none: give `records`");
                // Another policy of the pack may score another kind.
                if kind == schema.scored && wish.one_policy {
                    self.refuse(&knobs.records, "`--records` says how many records are scored");
                }
                let count = knobs.records.as_ref().filter(|_| kind != schema.scored).map(|given| given.value);
                Rows::Own { count: count.unwrap_or(wish.records) }
            }
            Some((parent, _)) => {
                self.refuse(&knobs.records, "these records belong to others: give `per_record`");
                let (_, parents) = self.keys.get(&parent)?.clone();
                if one_to_one {
                    self.refuse(&knobs.per_record, "the key is that of the parent: there is one for each");
                    Rows::Own { count: parents }
                } else {
                    let counts =
                        self.counts(seed, knobs.per_record.as_ref(), (3.0, Distribution::Poisson), 1e6)?;
                    Rows::children(parents, counts, record.key.is_some())
                }
            }
        };
        if let (Some(key), Some(count)) = (record.key, rows.count()) {
            let key =
                match record.parent.and_then(|(parent, _)| self.keys.get(&parent)).filter(|_| one_to_one) {
                    Some((key, _)) => key.clone(),
                    None => {
                        let field = schema.field(kind, key);
                        let made =
                            Key::new(schema, field, key_wish(record, field, knobs, &layout, wish, count));
                        self.take(made)?
                    }
                };
            self.keys.insert(kind, (key, count));
        }
        let columns = self.columns(kind, knobs, &layout, seed)?;
        if columns.is_empty() {
            self.tell(Fault::of_schema(format!("`{}` has no column that could be written", record.name)));
            return None;
        }
        let table = Table::new(record.name.clone(), layout.stem, columns, rows);
        if table.is_circular() {
            self.tell(Fault::of_schema(format!(
                "fields of `{}` are made from each other in a circle",
                record.name
            )));
            return None;
        }
        Some(table)
    }

    fn columns(
        &mut self,
        kind: RecordId,
        knobs: &TableKnobs,
        layout: &Layout,
        seed: Seed,
    ) -> Option<Vec<Made>> {
        let record = self.wish.schema.record(kind);
        let written = |field: &Field| layout.row_number.as_ref() != Some(&field.name);
        let positions: Vec<&Field> = record.fields.iter().filter(|field| written(field)).collect();
        let mut columns = Vec::new();
        let mut good = true;
        for field in &record.fields {
            let none = FieldKnobs::default();
            let given = knobs.field(&field.name);
            let is = |id: Option<crate::data::FieldId>| {
                id.is_some_and(|id| std::ptr::eq(self.wish.schema.field(kind, id), field))
            };
            let (is_key, is_parent) = (is(record.key), is(record.parent.map(|(_, by)| by)));
            if let (Some(knob), true) =
                (given.and_then(|given| given.given.first()), is_key || is_parent || !written(field))
            {
                let why = if !written(field) {
                    "this is the number of the row"
                } else {
                    "keys are made by themselves"
                };
                self.tell(Fault::at(knob.span, why));
                good = false;
            }
            if !written(field) {
                continue;
            }
            let key_of = match (is_key, record.parent) {
                (_, Some((parent, _))) if is_parent => Some((parent, usize::from(!is_key))),
                (true, _) => Some((kind, 0)),
                (false, _) => None,
            };
            let name = layout.column(&field.name, &field.column).to_owned();
            let seed = seed.named(&field.name);
            let made = match key_of.map(|(of, list)| (self.keys.get(&of), list)) {
                Some((Some((key, count)), list)) => key_column(field, name, seed, key, *count, list),
                Some((None, _)) => return None,
                None => {
                    let dates_record = is(record.dated);
                    let years = self.wish.knobs.years.as_ref().map(|years| years.value);
                    let setting = Setting {
                        today: self.wish.today,
                        years: years.unwrap_or(if dates_record { 5.0 } else { 20.0 }),
                        missing: &layout.missing,
                        child: record.parent.is_some(),
                        dates_record,
                    };
                    let share = self.wish.knobs.missing.as_ref().map_or(0.05, |missing| missing.value);
                    let knobs = given.unwrap_or(&none);
                    field::made(self.wish.schema, field, knobs, setting, share, seed, &positions)
                        .map(|made| Made { name, ..made })
                }
            };
            match self.take(made) {
                Some(made) => columns.push(made),
                None => good = false,
            }
        }
        let doubled = columns
            .iter()
            .enumerate()
            .find(|(at, made)| columns.iter().take(*at).any(|other: &Made| other.name == made.name));
        if let Some((_, made)) = doubled {
            let message = format!("two fields of `{}` are read from the column `{}`", record.name, made.name);
            self.tell(Fault::of_schema(message));
            return None;
        }
        // A column that is worked out from one that could not be made has lost its place.
        good.then_some(columns)
    }

    /// How many each record has.
    fn counts(
        &mut self,
        seed: Seed,
        given: Option<&Given<Spread>>,
        (mean, distribution): (f64, Distribution),
        most: f64,
    ) -> Option<Counts> {
        let span = given.map_or(Span::NONE, |given| given.span);
        let usual = Spread {
            distribution: Some(Given { value: distribution, span }),
            mean: Some(Given { value: mean, span }),
            ..Spread::default()
        };
        let spread = given.map_or(&usual, |given| &given.value);
        let mut spread = spread.clone();
        if spread.distribution.is_none() && spread.values.is_none() && spread.mean.is_some() {
            spread.distribution = Some(Given { value: distribution, span });
        }
        let made = counts(&spread, span, most);
        let draw = self.take(made)?;
        Some(Counts { draw, seed: seed.named("how many") })
    }

    fn link(&mut self, id: LinkId) -> Option<Table> {
        let (schema, wish) = (self.wish.schema, self.wish);
        let link = schema.link(id);
        let none = TableKnobs::default();
        let knobs = wish.knobs.table(&link.name).unwrap_or(&none);
        let layout = wish.layouts.get(&link.name).cloned().unwrap_or_default();
        let seed = self.seed.named(&link.name);
        self.refuse(&knobs.records, "this is a link: give `per_record`");
        self.refuse(&knobs.prefix, "this is an entry of records with a text key");
        self.refuse(&knobs.digits, "this is an entry of records with a text key");
        if let Some(exponent) = knobs.exponent.as_ref().filter(|given| given.value <= 2.0) {
            self.tell(Fault::at(exponent.span, "the exponent of a power law like this is greater than 2"));
        }
        let counts = self.counts(seed, knobs.per_record.as_ref(), (4.0, Distribution::Geometric), 1e6)?;
        let (from, sources) = self.keys.get(&link.from)?.clone();
        let (to, targets) = self.keys.get(&link.to)?.clone();
        let pairs = Pairs {
            sources,
            targets,
            same: link.from == link.to,
            symmetric: link.symmetric,
            counts,
            anybody: Pairs::anybody(knobs.exponent.as_ref().map_or(2.5, |given| given.value.max(2.001))),
            repeats: knobs.repeats.as_ref().map_or(Chance::NEVER, |given| Chance::of(given.value)),
            seed: seed.named("pairs"),
        };
        let end = |name: &str, key: &Key, count: u64, list: usize| {
            plain_key(layout.column(name, name).to_owned(), seed, key, count, list)
        };
        let columns = vec![end("from", &from, sources, 0), end("to", &to, targets, 1)];
        Some(Table::new(link.name.clone(), layout.stem, columns, Rows::pairs(pairs)))
    }

    fn previous(&mut self, previous: &Previous) -> Option<Table> {
        let (schema, wish) = (self.wish.schema, self.wish);
        let none = TableKnobs::default();
        let knobs = wish.knobs.table("previous").unwrap_or(&none);
        let seed = self.seed.named("previous");
        let (key, count) = self.keys.get(&previous.record)?.clone();
        let key_field = schema.record(previous.record).key.map(|key| schema.field(previous.record, key))?;
        let layout = &previous.layout;
        let name = layout.column(&key_field.name, &key_field.column).to_owned();
        let counts = self.counts(seed, knobs.per_record.as_ref(), (0.9, Distribution::Uniform), 1.0)?;
        let (least, greatest) = previous.between;
        let domain = Set::from_interval(Some((least, true)), Some((greatest, true)), Type::Number);
        let score = Field {
            name: "score".to_owned(),
            label: None,
            kind: Type::Number,
            domain,
            domain_text: format!("{least} to {greatest}"),
            optional: false,
            column: "score".to_owned(),
            tags: Vec::new(),
            change: None,
            place: key_field.place,
        };
        let decimals = Given { value: u64::from(previous.decimals), span: Span::NONE };
        let mut given = knobs.field("score").cloned().unwrap_or_default();
        given.decimals.get_or_insert(decimals);
        let setting = Setting {
            today: wish.today,
            years: 1.0,
            missing: &layout.missing,
            child: true,
            dates_record: false,
        };
        let numbers = ordered::numbers(&score, &given, setting);
        let numbers = self.take(numbers)?;
        let score = Made {
            name: layout.column("score", "score").to_owned(),
            kept: Kept::numbers(numbers.decimals, numbers.decimals == 0, numbers.reach()),
            optional: false,
            missing: Chance::NEVER,
            seed: seed.named("score"),
            source: Source::Ordered(numbers),
        };
        let columns = vec![plain_key(name, seed, &key, count, 1), score];
        Some(Table::new(
            "previous".to_owned(),
            layout.stem.clone(),
            columns,
            Rows::children(count, counts, false),
        ))
    }
}

fn key_wish<'a>(
    record: &RecordType,
    field: &Field,
    knobs: &TableKnobs,
    layout: &'a Layout,
    wish: &Wish<'_>,
    count: u64,
) -> KeyWish<'a> {
    let initial =
        record.name.chars().next().map_or_else(String::new, |first| first.to_lowercase().to_string());
    KeyWish {
        count,
        prefix: knobs.prefix.as_ref().map_or(initial, |given| given.value.clone()),
        digits: knobs.digits.as_ref().map_or(6, |given| given.value.min(30) as usize),
        missing: &layout.missing,
        today: wish.today,
        row_number: layout.row_number.as_ref() == Some(&field.name),
    }
}

/// A column of keys of a kind's own or of another's.
fn key_column(
    field: &Field,
    name: String,
    seed: Seed,
    key: &Key,
    count: u64,
    list: usize,
) -> Result<Made, Fault> {
    let made = plain_key(name, seed, key, count, list);
    if let (Key::Whole { first, taken, .. }, Set::Ranges(ranges)) = (key, &field.domain) {
        let unit = crate::decimal::Decimal::ONE.units();
        let last = i128::from(*first) + count as i128 - 1 + taken.len() as i128;
        let holds = |value: i128| {
            ranges.iter().any(|(least, greatest)| (*least..=*greatest).contains(&(value * unit)))
        };
        if count > 0 && !(holds(i128::from(*first)) && holds(last)) {
            let message = format!("the domain of `{}` does not hold all keys, {first} to {last}", field.name);
            return Err(Fault::of_schema(message));
        }
    }
    Ok(made)
}

fn plain_key(name: String, seed: Seed, key: &Key, count: u64, list: usize) -> Made {
    Made {
        name,
        kept: key.kept(count.saturating_sub(1)),
        optional: false,
        missing: Chance::NEVER,
        seed,
        source: Source::Key { list, key: key.clone() },
    }
}

/// The draw of how many there are.
fn counts(spread: &Spread, span: Span, most: f64) -> Result<Draw, Fault> {
    let end = |given: &Option<Given<End>>, or: i64| match given {
        None => Ok(or),
        Some(Given { value: End::Number(number), .. }) if number.is_integer() && number.units() >= 0 => {
            Ok((number.units() / crate::decimal::Decimal::ONE.units()).min(i128::from(or.max(1 << 40)))
                as i64)
        }
        Some(given) => Err(Fault::at(given.span, "how many there are is a whole number of 0 or more")),
    };
    if let Some(mean) = spread.mean.as_ref().filter(|mean| mean.value > most || mean.value < 0.0) {
        return Err(Fault::at(mean.span, format!("this is from 0 to {most}")));
    }
    // At most one each: a share.
    if let (true, Some(mean)) = (most <= 1.0, &spread.mean) {
        let choice = Choice::new([(0, 1.0 - mean.value), (1, mean.value)]);
        return choice.map(Draw::Choice).ok_or_else(|| Fault::at(mean.span, "this is a share from 0 to 1"));
    }
    if spread.mean.as_ref().is_some_and(|mean| mean.value == 0.0) {
        return Choice::new([(0, 1.0)]).map(Draw::Choice).ok_or_else(|| Fault::at(span, "no count is left"));
    }
    let least = end(&spread.least, 0)?;
    let greatest = spread.greatest.is_some().then(|| end(&spread.greatest, i64::MAX)).transpose()?;
    let line = Line { base: 0.0, step: 1.0, least: Some(least), greatest };
    let draw = if let Some(values) = &spread.values {
        let weights = spread.weights.as_ref().map(|weights| weights.value.clone());
        let weights = weights.unwrap_or_else(|| vec![1.0; values.value.len()]);
        if weights.len() != values.value.len() {
            let message = format!("{} weights for {} values", weights.len(), values.value.len());
            return Err(Fault::at(values.span, message));
        }
        let mut numbers = Vec::new();
        for value in &values.value {
            numbers.push(end(&Some(value.clone()), 0)?);
        }
        Choice::new(numbers.into_iter().zip(weights)).map(Draw::Choice)
    } else {
        let shape = Shape::asked(spread, &line)?;
        let shape = shape.or(greatest.map(|_| Shape::Even));
        shape.and_then(|shape| shape.draw(&line))
    };
    let draw = draw.ok_or_else(|| {
        Fault::at(span, "this does not say how many there are").help("give `mean`, or `values`")
    })?;
    if most <= 1.0 && draw.ends().1 > 1 {
        return Err(Fault::at(span, "there is at most one of these"));
    }
    Ok(match &spread.zeros {
        Some(zeros) => draw.with_often(0, zeros.value),
        None => draw,
    })
}

fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("it has {}", names.join(", "))
}
