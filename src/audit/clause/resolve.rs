//! The names of a clause, looked up in one policy.

use super::desk::{Input, Target};
use super::given::{Band, Given, SourceName};
use super::slots::{Slot, Slots};
use crate::data::{CategoryType, Field, FieldId, LinkId, RecordId, Schema, Set, TagId, Type, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{DecisionId, Policy, TierId};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{ClausePart, Name};
use std::collections::BTreeSet;

/// A name that a policy does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// The name as written.
    pub name: String,
    /// What it would be: `tag, record, link or field`.
    pub what: &'static str,
    /// Where it stands in the charter.
    pub place: Place,
    /// Names that the policy has, of which one may be meant.
    pub known: Vec<String>,
}

/// A clause as it speaks of one policy.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// What its slots are; `None` where the policy has nothing that the clause speaks of, or it does not fit.
    pub(super) slots: Option<Slots>,
    /// The names that the policy does not have.
    pub(super) unknown: Vec<Unknown>,
    /// The tags that the policy has, and that nothing bears.
    pub(super) idle: Vec<String>,
    /// Why the clause does not fit the policy.
    pub(super) misfits: Vec<Diagnostic>,
}

/// Looks up what a clause gives to its slots.
pub(super) fn resolve(given: &[Given], file: FileId, policy: &Policy) -> Resolved {
    let mut lookup = Lookup {
        policy,
        file,
        unknown: Vec::new(),
        idle: Vec::new(),
        misfits: Vec::new(),
        field: None,
        band_to_come: None,
    };
    let slots: Vec<Option<Slot>> = given
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let next = given.get(at + 1);
            lookup.band_to_come =
                next.and_then(|next| if let Given::Band(band) = next { Some(band.clone()) } else { None });
            lookup.slot(one)
        })
        .collect();
    let slots: Option<Vec<Slot>> = slots.into_iter().collect();
    let Lookup { unknown, idle, misfits, .. } = lookup;
    Resolved { slots: slots.map(Slots), unknown, idle, misfits }
}

struct Lookup<'p> {
    policy: &'p Policy,
    /// The charter's file.
    file: FileId,
    unknown: Vec<Unknown>,
    idle: Vec<String>,
    misfits: Vec<Diagnostic>,
    /// The field that was named last, of which a band speaks.
    field: Option<(RecordId, FieldId, Span)>,
    /// The band that the next slot gives.
    band_to_come: Option<Band>,
}

impl Lookup<'_> {
    fn slot(&mut self, given: &Given) -> Option<Slot> {
        match given {
            Given::Choice(which) => Some(Slot::Choice(*which)),
            Given::Flag(there) => Some(Slot::Flag(*there)),
            Given::Absent => Some(Slot::Absent),
            Given::Sources(names) => {
                let inputs = self.sources(names);
                (!inputs.is_empty()).then(|| Slot::Inputs(inputs.into_iter().collect()))
            }
            Given::Allowed(names) => Some(Slot::Allowed(self.sources(names))),
            Given::Targets(names) => {
                let targets: Vec<Target> = names.iter().filter_map(|name| self.target(name)).collect();
                (!targets.is_empty()).then_some(Slot::Targets(targets))
            }
            Given::Field { record, field, ordered } => self.field(record, field, *ordered),
            Given::Link(name) => self.link(name).map(Slot::Link),
            Given::Links(names) => {
                Some(Slot::Links(names.iter().filter_map(|name| self.link(name)).collect()))
            }
            Given::Tier(name) => self.tier(name).map(Slot::Tier),
            Given::Contexts(names) => {
                let known = self.policy.consequences.iter().filter_map(|each| each.context.clone());
                Some(self.words(names, "context", known.collect()))
            }
            Given::Names(names) => {
                let known = self.policy.consequences.iter().map(|each| each.name.clone());
                Some(self.words(names, "benefit or penalty", known.collect()))
            }
            Given::Things(things) => Some(Slot::Things(things.clone())),
            Given::Band(band) => self.band(band).map(Slot::Band),
            Given::Number(number) => Some(Slot::Number(*number)),
            Given::Count(count) => Some(Slot::Count(*count)),
            Given::Duration(count, unit) => Some(Slot::Duration(*count, *unit)),
        }
    }

    fn unknown(&mut self, name: &Name, written: String, what: &'static str, known: Vec<String>) {
        let place = Place::new(self.file, name.span);
        self.unknown.push(Unknown { name: written, what, place, known });
    }

    /// Names of which all stay, as those that are unknown allow or concern nothing.
    fn words(&mut self, names: &[Name], what: &'static str, known: Vec<String>) -> Slot {
        for name in names.iter().filter(|name| !known.contains(&name.text)) {
            self.unknown(name, name.text.clone(), what, known.clone());
        }
        Slot::Words(names.iter().map(|name| name.text.clone()).collect())
    }

    fn sources(&mut self, names: &[SourceName]) -> BTreeSet<Input> {
        let mut inputs = BTreeSet::new();
        for name in names {
            let found = match &name.second {
                None => named(self.policy, &name.first.text),
                Some(second) => dotted(&self.policy.schema, &name.first.text, &second.text),
            };
            let is_tag = name.second.is_none() && has_tag(&self.policy.schema, &name.first.text);
            if found.is_empty() && is_tag {
                self.idle.push(name.first.text.clone());
            } else if found.is_empty() {
                let mut whole = name.first.clone();
                let mut written = name.first.text.clone();
                if let Some(second) = &name.second {
                    whole.span = whole.span.to(second.span);
                    written = format!("{written}.{}", second.text);
                }
                let known = source_names(&self.policy.schema);
                self.unknown(&whole, written, "tag, record, link or field", known);
            }
            inputs.extend(found);
        }
        inputs
    }

    fn target(&mut self, name: &Name) -> Option<Target> {
        let policy = self.policy;
        match name.text.as_str() {
            "score" => return Some(Target::Score),
            "tier" => return Some(Target::Tier),
            _ => {}
        }
        let decision = policy.decisions.iter().zip(0..).find(|(each, _)| each.name == name.text);
        if let Some((_, at)) = decision {
            return Some(Target::Decision(DecisionId(at)));
        }
        let consequence = policy.consequences.iter().zip(0..).find(|(each, _)| each.name == name.text);
        if let Some((_, at)) = consequence {
            return Some(Target::Consequence(at));
        }
        let known = ["score", "tier"].into_iter().map(str::to_owned);
        let known = known.chain(policy.decisions.iter().map(|each| each.name.clone()));
        let known = known.chain(policy.consequences.iter().map(|each| each.name.clone())).collect();
        self.unknown(name, name.text.clone(), "decision, benefit or penalty", known);
        None
    }

    fn field(&mut self, record: &Name, field: &Name, ordered: bool) -> Option<Slot> {
        let schema = &self.policy.schema;
        let Some((kind, id)) = find_field(schema, &record.text, &field.text) else {
            let whole = Name { text: String::new(), span: record.span.to(field.span) };
            // Only a field that fits the clause can be meant.
            let known = field_names(schema).filter(|name| {
                let (kind, field) = name.split_once('.').unwrap_or_default();
                find_field(schema, kind, field).is_some_and(|(kind, field)| self.fits(kind, field, ordered))
            });
            let known = known.collect();
            self.unknown(&whole, format!("{}.{}", record.text, field.text), "field", known);
            return None;
        };
        let found = schema.field(kind, id);
        if ordered && !found.kind.is_ordered() {
            let place = Place::new(self.file, record.span.to(field.span));
            let message = format!(
                "`{}.{}` has no order, so that nothing rises or falls with it",
                record.text, field.text
            );
            self.misfits.push(
                Diagnostic::error(Code::E0603, place, message)
                    .also(found.place, format!("it is {}", found.kind.describe())),
            );
            return None;
        }
        self.field = Some((kind, id, record.span.to(field.span)));
        Some(Slot::Field(kind, id))
    }

    /// Whether a field is of a type that the clause can speak of.
    fn fits(&self, kind: RecordId, id: FieldId, ordered: bool) -> bool {
        let field = self.policy.schema.field(kind, id);
        let by_band = self.band_to_come.as_ref().is_none_or(|band| self.set(band, field).is_some());
        by_band && (!ordered || field.kind.is_ordered())
    }

    fn link(&mut self, name: &Name) -> Option<LinkId> {
        let links = &self.policy.schema.links;
        let found = links.iter().zip(0..).find(|(link, _)| link.name == name.text);
        if found.is_none() {
            let known = links.iter().map(|link| link.name.clone()).collect();
            self.unknown(name, name.text.clone(), "link", known);
        }
        found.map(|(_, at)| LinkId(at))
    }

    fn tier(&mut self, name: &Name) -> Option<TierId> {
        let tiers = &self.policy.tiers;
        let found = tiers.iter().zip(0..).find(|(tier, _)| tier.name == name.text);
        if found.is_none() {
            let known = tiers.iter().map(|tier| tier.name.clone()).collect();
            self.unknown(name, name.text.clone(), "tier", known);
        }
        found.map(|(_, at)| TierId(at))
    }

    /// The values of a band, of the field that was named before it.
    fn band(&mut self, band: &Band) -> Option<Set> {
        let (kind, id, span) = self.field?;
        let schema = &self.policy.schema;
        let field = schema.field(kind, id);
        let set = self.set(band, field);
        if set.is_none() {
            self.misfit_of_band(band, span, field, &schema.record(kind).name);
        }
        set
    }

    /// The values of a field that a band holds; `None` where it can have none of them.
    fn set(&self, band: &Band, field: &Field) -> Option<Set> {
        let today = self.policy.today;
        let typed = field.kind;
        let categories =
            if let Type::Category(of) = typed { Some(self.policy.schema.category(of)) } else { None };
        let value = |part: &ClausePart| value(typed, categories, part);
        let ends = |low: Option<(&ClausePart, bool)>, high: Option<(&ClausePart, bool)>| {
            between(typed, end(low, &value).ok()?, end(high, &value).ok()?)
        };
        let set = match band {
            Band::Values(parts) => {
                let values: Option<Vec<Value>> = parts.iter().map(value).collect();
                values.map(|values| Set::of(typed, &values))
            }
            Band::Above(low, inside) => ends(Some((low, *inside)), None),
            Band::Below(high, inside) => ends(None, Some((high, *inside))),
            Band::Between(low, high) => ends(Some((low, true)), Some((high, true))),
            Band::Earlier(count, unit) if typed == Type::Date => {
                Some(Set::from_days(None, Some((today.ago(*count, *unit), false))))
            }
            Band::Within(count, unit) if typed == Type::Date => {
                Some(Set::from_days(Some((today.ago(*count, *unit), true)), Some((today, true))))
            }
            Band::Earlier(..) | Band::Within(..) => None,
        };
        set.map(|set| set.intersect(&field.domain)).filter(|set| !set.is_empty())
    }

    fn misfit_of_band(&mut self, band: &Band, named: Span, field: &Field, record: &str) {
        let span = match band {
            Band::Values(parts) => parts.iter().map(ClausePart::span).reduce(Span::to).unwrap_or_default(),
            Band::Above(part, _) | Band::Below(part, _) => part.span(),
            Band::Between(low, high) => low.span().to(high.span()),
            // A window has no place of its own: that of the field stands for it.
            Band::Earlier(..) | Band::Within(..) => named,
        };
        let message = format!("`{record}.{}` can have no such value", field.name);
        self.misfits.push(
            Diagnostic::error(Code::E0603, Place::new(self.file, span), message)
                .also(field.place, "its values are declared here"),
        );
    }
}

/// An end of a band as a value, with whether it is inside; an error where it is none of the field's.
fn end(
    end: Option<(&ClausePart, bool)>,
    value: &dyn Fn(&ClausePart) -> Option<Value>,
) -> Result<Option<(Value, bool)>, ()> {
    match end {
        None => Ok(None),
        Some((part, inside)) => value(part).map(|value| Some((value, inside))).ok_or(()),
    }
}

/// The values between two ends, of an ordered type.
fn between(typed: Type, low: Option<(Value, bool)>, high: Option<(Value, bool)>) -> Option<Set> {
    if typed == Type::Date {
        let day = |(value, inside): (Value, bool)| value.as_date().map(|day| (day, inside));
        return Some(Set::from_days(low.and_then(day), high.and_then(day)));
    }
    if typed.is_numeric() {
        let number = |(value, inside): (Value, bool)| value.as_number().map(|number| (number, inside));
        return Some(Set::from_interval(low.and_then(number), high.and_then(number), typed));
    }
    None
}

/// A value of a field as a clause has it.
fn value(typed: Type, categories: Option<&CategoryType>, part: &ClausePart) -> Option<Value> {
    match part {
        ClausePart::Number(number) if typed.is_numeric() => Some(Value::Number(number.value)),
        ClausePart::Date(date) if typed == Type::Date => Some(Value::Date(date.value)),
        ClausePart::Word(word) if typed == Type::YesNo => match word.text.as_str() {
            "yes" => Some(Value::YesNo(true)),
            "no" => Some(Value::YesNo(false)),
            _ => None,
        },
        ClausePart::Word(word) => categories?.code(&word.text).map(Value::Category),
        ClausePart::Text(text) if typed == Type::Text => Some(Value::Text(text.text.as_str().into())),
        ClausePart::Text(text) => categories?.code(&text.text).map(Value::Category),
        ClausePart::Number(_) | ClausePart::Date(_) | ClausePart::Dotted(..) | ClausePart::Comma(_) => None,
    }
}

/// What a bare name stands for: a tag for everything that bears it, a record kind for everything in it, a link for its
/// pairs and for the scores at their other end. One that is several of them is all of them.
fn named(policy: &Policy, name: &str) -> Vec<Input> {
    let schema = &policy.schema;
    let mut inputs = Vec::new();
    if let Some((_, at)) = schema.tags.iter().zip(0..).find(|(tag, _)| tag.name == name) {
        inputs.extend(tagged(schema, TagId(at)));
    }
    for (record, at) in schema.records.iter().zip(0..).filter(|(record, _)| record.name == name) {
        let kind = RecordId(at);
        inputs.extend((kind != schema.scored).then_some(Input::Record(kind)));
        inputs.extend((0..).zip(&record.fields).map(|(field, _)| Input::Field(kind, FieldId(field))));
    }
    for (_, at) in schema.links.iter().zip(0..).filter(|(link, _)| link.name == name) {
        inputs.extend(of_link(LinkId(at)));
    }
    inputs
}

fn has_tag(schema: &Schema, name: &str) -> bool {
    schema.tags.iter().any(|tag| tag.name == name)
}

/// What bears a tag. A field without a tag of its own bears those of its record.
pub(super) fn tagged(schema: &Schema, tag: TagId) -> Vec<Input> {
    let mut inputs = Vec::new();
    for (record, at) in schema.records.iter().zip(0..) {
        let kind = RecordId(at);
        if record.tags.contains(&tag) && kind != schema.scored {
            inputs.push(Input::Record(kind));
        }
        for (field, at) in record.fields.iter().zip(0..) {
            let tags = if field.tags.is_empty() { &record.tags } else { &field.tags };
            if tags.contains(&tag) {
                inputs.push(Input::Field(kind, FieldId(at)));
            }
        }
    }
    for (_, at) in schema.links.iter().zip(0..).filter(|(link, _)| link.tags.contains(&tag)) {
        inputs.extend(of_link(LinkId(at)));
    }
    inputs
}

/// Everything that comes by a link.
fn of_link(link: LinkId) -> [Input; 2] {
    [Input::Link(link), Input::LinkedScore(link)]
}

/// What a dotted name stands for: a field, or the scores that a link leads to.
fn dotted(schema: &Schema, first: &str, second: &str) -> Vec<Input> {
    if let Some((kind, field)) = find_field(schema, first, second) {
        return vec![Input::Field(kind, field)];
    }
    let links = schema.links.iter().zip(0..).filter(|(link, _)| link.name == first && second == "score");
    links.map(|(_, at)| Input::LinkedScore(LinkId(at))).collect()
}

fn find_field(schema: &Schema, record: &str, field: &str) -> Option<(RecordId, FieldId)> {
    let (kind, at) = schema.records.iter().zip(0..).find(|(kind, _)| kind.name == record)?;
    let (_, id) = kind.fields.iter().zip(0..).find(|(each, _)| each.name == field)?;
    Some((RecordId(at), FieldId(id)))
}

/// Every field with its record.
fn field_names(schema: &Schema) -> impl Iterator<Item = String> {
    let records = schema.records.iter();
    records.flat_map(|record| record.fields.iter().map(|field| format!("{}.{}", record.name, field.name)))
}

/// Everything that may be a source.
fn source_names(schema: &Schema) -> Vec<String> {
    let tags = schema.tags.iter().map(|tag| tag.name.clone());
    let records = schema.records.iter().map(|record| record.name.clone());
    let links = schema.links.iter().flat_map(|link| [link.name.clone(), format!("{}.score", link.name)]);
    tags.chain(records).chain(links).chain(field_names(schema)).collect()
}
