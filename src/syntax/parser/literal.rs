//! Builders of names, texts, numbers, dates and values over time.

use super::grammar::Rule;
use super::reader::{Node, Reader};
use crate::date::Date;
use crate::decimal::{Decimal, DecimalError};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{DateLiteral, History, HistoryStep, Literal, Name, Number, Text};

/// A value by the rule `literal`, or one of the rules below it.
pub(super) fn literal(reader: &mut Reader<'_>, node: &Node<'_>) -> Literal {
    let inner = match node.rule() == Rule::literal || node.rule() == Rule::value {
        true => node.children().next(),
        false => None,
    };
    if let Some(inner) = inner {
        return literal(reader, &inner);
    }
    let rule = node.rule();
    if rule == Rule::number {
        Literal::Number(number(reader, node))
    } else if rule == Rule::date {
        Literal::Date(date(reader, node))
    } else if rule == Rule::string {
        Literal::Text(text(reader, node))
    } else if rule == Rule::yes || rule == Rule::no {
        Literal::YesNo(rule == Rule::yes, node.span())
    } else if rule == Rule::today {
        Literal::Today(node.span())
    } else if rule == Rule::missing {
        Literal::Missing(node.span())
    } else {
        Literal::Name(name(node))
    }
}

/// The values among the children of a node, in order.
pub(super) fn literals(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Literal> {
    node.all(Rule::literal).map(|child| literal(reader, &child)).collect()
}

/// The only value among the children of a node.
pub(super) fn only_literal(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Literal> {
    literals(reader, node).into_iter().next()
}

/// Both values of a node that has two.
pub(super) fn two_literals(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<(Literal, Literal)> {
    let mut found = literals(reader, node).into_iter();
    Some((found.next()?, found.next()?))
}

/// A name as written.
pub(super) fn name(node: &Node<'_>) -> Name {
    Name { text: node.text().to_owned(), span: node.span() }
}

/// The first name among the children of a node; broken when there is none.
pub(super) fn first_name(node: &Node<'_>) -> Name {
    node.child(Rule::name).map_or_else(|| broken_name(node.span()), |child| name(&child))
}

/// The names among the children of a node, in order.
pub(super) fn names(node: &Node<'_>) -> Vec<Name> {
    node.all(Rule::name).map(|child| name(&child)).collect()
}

/// The mark of a name that could not be read.
pub(super) fn broken_name(span: Span) -> Name {
    Name { text: String::new(), span }
}

/// A quoted text, its escapes resolved.
pub(super) fn text(reader: &mut Reader<'_>, node: &Node<'_>) -> Text {
    Text { text: unquote(reader, node.text(), node.span()), span: node.span() }
}

/// The first quoted text among the children of a node.
pub(super) fn first_text(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Text> {
    node.child(Rule::string).map(|child| text(reader, &child))
}

/// The characters between the quotes; an escape that is none is said and kept as written.
pub(super) fn unquote(reader: &mut Reader<'_>, quoted: &str, span: Span) -> String {
    let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(quoted);
    let mut plain = String::with_capacity(inside.len());
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some((_, escaped @ ('"' | '\\'))) => plain.push(escaped),
            Some((_, other)) => {
                plain.extend(['\\', other]);
                bad_escape(reader, span, at, other);
            }
            None => plain.push('\\'),
        }
    }
    plain
}

fn bad_escape(reader: &mut Reader<'_>, text: Span, at: usize, escaped: char) {
    let start = text.start.saturating_add(u32::try_from(at + 1).unwrap_or(u32::MAX));
    let length = u32::try_from(1 + escaped.len_utf8()).unwrap_or(u32::MAX);
    let place = reader.place(Span::new(start, start.saturating_add(length)));
    reader.keep(
        Diagnostic::error(Code::E0105, place, format!("`\\{escaped}` means nothing in a text"))
            .help("only `\\\"` (a quote) and `\\\\` (a backslash) are written with a backslash")
            .fix(place, format!("\\\\{escaped}"), "write the backslash twice"),
    );
}

/// A number with its exact value. One that does not fit is said, and stands as the nearest that does.
pub(super) fn number(reader: &mut Reader<'_>, node: &Node<'_>) -> Number {
    let (written, span) = (node.text(), node.span());
    let value = value_of(written).unwrap_or_else(|error| {
        let (what, help) = match error {
            DecimalError::TooPrecise => {
                ("has more than 9 decimals", "write at most 9 decimals (7 before a `%`)")
            }
            DecimalError::TooLarge | DecimalError::NotANumber => {
                ("is too large", "numbers have at most 29 digits before the point")
            }
        };
        let place = reader.place(span);
        reader.keep(Diagnostic::error(Code::E0118, place, format!("`{written}` {what}")).help(help));
        Decimal::ZERO
    });
    Number { text: written.to_owned(), value, span }
}

/// The exact value of a number as the language writes it: `-3.5`, `1_000`, `35%`.
pub(super) fn value_of(written: &str) -> Result<Decimal, DecimalError> {
    let plain = written.replace('_', "");
    match plain.strip_suffix('%') {
        Some(hundredths) => Decimal::parse(&format!("{hundredths}e-2")),
        None => Decimal::parse(&plain),
    }
}

/// A date. One that the calendar does not have was said when the tokens were made, which put another in its place.
pub(super) fn date(reader: &mut Reader<'_>, node: &Node<'_>) -> DateLiteral {
    let value = Date::parse(node.text()).unwrap_or_else(|_| {
        let place = reader.place(node.span());
        let message = format!("the calendar has no day `{}`", node.text());
        reader.keep(Diagnostic::error(Code::E0117, place, message));
        Date::MAX
    });
    DateLiteral { value, span: node.span() }
}

/// The first date among the children of a node.
pub(super) fn first_date(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<DateLiteral> {
    node.child(Rule::date).map(|child| date(reader, &child))
}

/// A value over time.
pub(super) fn history(reader: &mut Reader<'_>, node: &Node<'_>) -> History {
    let steps = node.children().filter(|child| child.rule() != Rule::kw_then);
    let steps = steps
        .filter_map(|step| {
            let value = only_literal(reader, &step)?;
            Some(HistoryStep { value, before: first_date(reader, &step) })
        })
        .collect();
    History { steps, span: node.span() }
}
