//! Builders of records, their fields and their types.

use super::block::{Holds, body};
use super::cell::domain;
use super::grammar::Rule;
use super::line::Line;
use super::literal::{broken_name, first_name, first_text, name, names, number, text};
use super::reader::{Node, Reader};
use super::statement::{declared, tags};
use super::token::Kind;
use crate::syntax::ast::{
    Belongs, Categories, Category, CategoryName, Change, FieldLine, FieldType, RecordBlock,
};

/// `record NAME { fields }`.
pub(super) fn record_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> RecordBlock {
    let mut record = RecordBlock {
        name: broken_name(line.span),
        label: None,
        belongs: None,
        tags: Vec::new(),
        fields: Vec::new(),
        span: line.span,
    };
    match reader.read(Rule::record_head, line.span) {
        Some(node) => {
            record.name = first_name(&node);
            record.label = first_text(reader, &node);
            record.tags = tags(&node);
            record.belongs = node.child(Rule::belongs).map(|belongs| {
                let mut both = names(&belongs).into_iter();
                let mut next = || both.next().unwrap_or_else(|| broken_name(belongs.span()));
                Belongs { parent: next(), by: next() }
            });
        }
        None => (record.name, record.label) = declared(reader, line),
    }
    body(reader, line, Holds::Lines, |reader, line| record.fields.push(field_line(reader, line)));
    record
}

/// `NAME TYPE [DOMAIN] …`. A line that cannot be read still gives its field.
fn field_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> FieldLine {
    let Some(node) = reader.read(Rule::field_line, line.span) else { return broken_field(reader, line) };
    let kind = match node.child(Rule::field_type) {
        Some(kind) => field_type(reader, &kind),
        None => FieldType::Broken(line.span),
    };
    FieldLine {
        name: first_name(&node),
        kind,
        domain: node.child(Rule::domain).and_then(|written| domain(reader, &written)),
        key: node.child(Rule::key).map(|key| key.span()),
        optional: node.child(Rule::optional).map(|optional| optional.span()),
        label: first_text(reader, &node),
        column: node.child(Rule::column).and_then(|column| first_text(reader, &column)),
        tags: tags(&node),
        change: node.child(Rule::change).and_then(|change| self::change(reader, &change)),
        changes_again: node.all(Rule::change).nth(1).map(|change| change.span()),
        span: line.span,
    }
}

/// A field of which only the name, and whether it is a key or optional, is known.
fn broken_field(reader: &mut Reader<'_>, line: &Line<'_>) -> FieldLine {
    let marks = line.tokens.iter().filter(|token| token.kind == Kind::Word);
    let mark = |word: &str| {
        let mut marks = marks.clone().skip(1);
        marks.find(|token| reader.token_text(Some(token)) == word).map(|token| token.span)
    };
    let (key, optional) = (mark("key"), mark("optional"));
    let name = match line.tokens.first().filter(|token| token.kind == Kind::Word) {
        Some(_) => reader.first_name(line),
        None => broken_name(line.span),
    };
    FieldLine {
        name,
        kind: FieldType::Broken(line.span),
        domain: None,
        key,
        optional,
        label: None,
        column: None,
        tags: Vec::new(),
        change: None,
        changes_again: None,
        span: line.span,
    }
}

/// A type by the rule `field_type`.
pub(super) fn field_type(reader: &mut Reader<'_>, node: &Node<'_>) -> FieldType {
    let span = node.span();
    let Some(inner) = node.children().next() else { return FieldType::Broken(span) };
    let rule = inner.rule();
    if rule == Rule::one_of {
        FieldType::OneOf(categories(reader, &inner))
    } else if rule == Rule::yes_no_type {
        FieldType::YesNo(span)
    } else if rule == Rule::number_type {
        FieldType::Number(span)
    } else if rule == Rule::integer_type {
        FieldType::Integer(span)
    } else if rule == Rule::money_type {
        FieldType::Money(span)
    } else if rule == Rule::text_type {
        FieldType::Text(span)
    } else {
        FieldType::Date(span)
    }
}

fn categories(reader: &mut Reader<'_>, node: &Node<'_>) -> Categories {
    let members = node.all(Rule::category).map(|member| category(reader, &member)).collect();
    Categories { members, open: node.child(Rule::open_ended).map(|open| open.span()), span: node.span() }
}

fn category(reader: &mut Reader<'_>, node: &Node<'_>) -> Category {
    let mut texts = node.all(Rule::string);
    let name = match node.child(Rule::name) {
        Some(bare) => CategoryName::Bare(name(&bare)),
        None => match texts.next() {
            Some(quoted) => CategoryName::Quoted(text(reader, &quoted)),
            None => CategoryName::Bare(broken_name(node.span())),
        },
    };
    let spelling = texts.next().map(|spelling| text(reader, &spelling));
    Category { name, spelling, span: node.span() }
}

fn change(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Change> {
    let span = node.span();
    if node.has(Rule::immutable) {
        return Some(Change::Immutable(span));
    }
    if node.has(Rule::only_up) {
        return Some(Change::OnlyUp(span));
    }
    let controllable = node.child(Rule::controllable)?;
    let mut numbers = controllable.all(Rule::number);
    let cost = numbers.next()?;
    Some(Change::Controllable {
        by: first_name(&controllable),
        cost: number(reader, &cost),
        step: numbers.next().map(|step| number(reader, &step)),
        span,
    })
}
