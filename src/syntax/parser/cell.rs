//! Builders of condition cells, domains and windows of time.

use super::grammar::Rule;
use super::literal::{broken_name, first_name, literal, name, number, only_literal, two_literals};
use super::reader::{Node, Reader};
use crate::date::Unit;
use crate::source::Span;
use crate::syntax::ast::{Cell, CellPart, Domain, Literal, Window};

/// A condition by the rule `cell`.
pub(super) fn cell(reader: &mut Reader<'_>, node: &Node<'_>) -> Cell {
    let parts = node.children().filter(|child| child.rule() != Rule::not);
    let parts = parts.map(|child| part(reader, &child)).collect();
    Cell { negated: node.has(Rule::not), parts, span: node.span() }
}

/// The mark of a cell that could not be read.
pub(super) fn broken_cell(span: Span) -> Cell {
    Cell { negated: false, parts: Vec::new(), span }
}

/// A field's domain.
pub(super) fn domain(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Domain> {
    let interval = node.children().next()?;
    Some(Domain { part: part(reader, &interval), span: node.span() })
}

/// `90 days`, among the children of a node.
pub(super) fn window(reader: &mut Reader<'_>, node: &Node<'_>) -> Window {
    let Some(window) = node.child(Rule::window) else {
        return Window { count: Literal::Name(broken_name(node.span())), unit: Unit::Day, span: node.span() };
    };
    let count = match window.child(Rule::number) {
        Some(count) => Literal::Number(number(reader, &count)),
        None => Literal::Name(first_name(&window)),
    };
    let unit = window.child(Rule::unit).and_then(|unit| unit.children().next()).map(|unit| unit.rule());
    let unit = match unit {
        Some(Rule::kw_months) => Unit::Month,
        Some(Rule::kw_years) => Unit::Year,
        Some(_) | None => Unit::Day,
    };
    Window { count, unit, span: window.span() }
}

/// One part of a cell.
fn part(reader: &mut Reader<'_>, node: &Node<'_>) -> CellPart {
    let rule = node.rule();
    if rule == Rule::any {
        return CellPart::Any(node.span());
    }
    if rule == Rule::missing {
        return CellPart::Missing(node.span());
    }
    if rule == Rule::otherwise {
        return CellPart::Otherwise(node.span());
    }
    if rule == Rule::or_better {
        return CellPart::OrBetter(first_name(node));
    }
    if rule == Rule::or_worse {
        return CellPart::OrWorse(first_name(node));
    }
    if rule == Rule::cell_within {
        return CellPart::Within(window(reader, node));
    }
    if rule == Rule::cell_before_ago {
        return CellPart::BeforeAgo(window(reader, node));
    }
    if rule == Rule::literal {
        return CellPart::Value(literal(reader, node));
    }
    interval(reader, node).unwrap_or_else(|| CellPart::Value(Literal::Name(name(node))))
}

/// Makes a part of its one bound.
type One = fn(Literal) -> CellPart;
/// Makes a part of its two bounds.
type Two = fn(Literal, Literal) -> CellPart;

/// A part with one or two bounds.
fn interval(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<CellPart> {
    const TWO: [(Rule, Two); 4] = [
        (Rule::over_to_under, CellPart::OverToUnder),
        (Rule::over_to, CellPart::OverTo),
        (Rule::to_under, CellPart::ToUnder),
        (Rule::to, CellPart::To),
    ];
    const ONE: [(Rule, One); 7] = [
        (Rule::cell_over, CellPart::Over),
        (Rule::cell_under, CellPart::Under),
        (Rule::up_to, CellPart::AtMost),
        (Rule::not_after, CellPart::AtMost),
        (Rule::or_less, CellPart::AtMost),
        (Rule::not_before, CellPart::AtLeast),
        (Rule::or_more, CellPart::AtLeast),
    ];
    if let Some((_, make)) = TWO.iter().find(|(rule, _)| *rule == node.rule()) {
        let (low, high) = two_literals(reader, node)?;
        return Some(make(low, high));
    }
    let (_, make) = ONE.iter().find(|(rule, _)| *rule == node.rule())?;
    Some(make(only_literal(reader, node)?))
}
