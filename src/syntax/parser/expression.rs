//! Builders of expressions: one flat rule, its operators weighed here.

use std::cell::RefCell;
use std::sync::LazyLock;

use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::cell::window;
use super::grammar::Rule;
use super::literal::{broken_name, date, first_name, literals, name, number, text};
use super::reader::{Node, Reader};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Operator, Predicate};

/// How many operators may stand one after the other in one statement: each makes its tree deeper.
const MAX_OPERATORS: usize = 256;

/// The operators, loosest first.
static WEIGHTS: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let infix = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(infix(Rule::otherwise))
        .op(infix(Rule::or))
        .op(infix(Rule::and))
        .op(Op::prefix(Rule::not))
        .op(infix(Rule::comparison)
            | Op::postfix(Rule::tier_order)
            | Op::postfix(Rule::one_of_these)
            | Op::postfix(Rule::between)
            | Op::postfix(Rule::within)
            | Op::postfix(Rule::before_ago)
            | Op::postfix(Rule::is_missing)
            | Op::postfix(Rule::is_known))
        .op(infix(Rule::add) | infix(Rule::subtract))
        .op(infix(Rule::multiply) | infix(Rule::divide))
        .op(Op::prefix(Rule::negative))
});

/// The mark of an expression that could not be read.
pub(super) fn broken(span: Span) -> Expression {
    Expression { kind: ExpressionKind::Broken, span }
}

/// The expression among the children of a node; broken when there is none.
pub(super) fn only_expression(reader: &mut Reader<'_>, node: &Node<'_>) -> Expression {
    match node.child(Rule::expression) {
        Some(child) => expression(reader, child),
        None => broken(node.span()),
    }
}

/// An expression by the rule `expression` or `bound`.
pub(super) fn expression(reader: &mut Reader<'_>, node: Node<'_>) -> Expression {
    debug_assert!(matches!(node.rule(), Rule::expression | Rule::bound));
    let (pairs, base) = node.into_pairs();
    let reader = RefCell::new(reader);
    WEIGHTS
        .map_primary(|pair| primary(*reader.borrow_mut(), &Node::new(pair, base)))
        .map_prefix(|sign, operand| prefix(&Node::new(sign, base), operand))
        .map_infix(|left, sign, right| infix(*reader.borrow_mut(), left, &Node::new(sign, base), right))
        .map_postfix(|subject, said| {
            let said = Node::new(said, base);
            let predicate = postfix(*reader.borrow_mut(), &said);
            predicated(*reader.borrow_mut(), subject, said.span(), said.span(), predicate)
        })
        .parse(pairs)
}

/// A single operand.
fn primary(reader: &mut Reader<'_>, node: &Node<'_>) -> Expression {
    let rule = node.rule();
    let kind = if rule == Rule::number {
        ExpressionKind::Number(number(reader, node))
    } else if rule == Rule::string {
        ExpressionKind::Text(text(reader, node))
    } else if rule == Rule::date {
        ExpressionKind::Date(date(reader, node))
    } else if rule == Rule::yes || rule == Rule::no {
        ExpressionKind::YesNo(rule == Rule::yes)
    } else if rule == Rule::today {
        ExpressionKind::Today
    } else if rule == Rule::score {
        ExpressionKind::Score
    } else if rule == Rule::tier {
        ExpressionKind::Tier
    } else if rule == Rule::points_of {
        ExpressionKind::PointsOf(first_name(node))
    } else if rule == Rule::path {
        let field = node.child(Rule::field).map_or_else(|| broken_name(node.span()), |field| name(&field));
        ExpressionKind::Path(first_name(node), field)
    } else if rule == Rule::call {
        call(reader, node)
    } else if rule == Rule::parentheses {
        ExpressionKind::Parentheses(Box::new(only_expression(reader, node)))
    } else {
        ExpressionKind::Name(name(node))
    };
    Expression { kind, span: node.span() }
}

fn call(reader: &mut Reader<'_>, node: &Node<'_>) -> ExpressionKind {
    let arguments = node.all(Rule::expression).map(|argument| expression(reader, argument)).collect();
    let filter = node.child(Rule::filter).map(|filter| Box::new(only_expression(reader, &filter)));
    ExpressionKind::Call { function: first_name(node), arguments, filter }
}

fn prefix(sign: &Node<'_>, operand: Expression) -> Expression {
    let span = sign.span().to(operand.span);
    let kind = match sign.rule() == Rule::not {
        true => ExpressionKind::Not(Box::new(operand)),
        false => ExpressionKind::Negate(Box::new(operand)),
    };
    Expression { kind, span }
}

fn infix(reader: &mut Reader<'_>, left: Expression, sign: &Node<'_>, right: Expression) -> Expression {
    let rule = sign.rule();
    let span = left.span.to(right.span);
    if rule == Rule::comparison {
        let predicate = comparison(sign, right);
        return predicated(reader, left, sign.span(), span, predicate);
    }
    if rule == Rule::and {
        let mut all = if let ExpressionKind::And(all) = left.kind { all } else { vec![left] };
        all.push(right);
        return Expression { kind: ExpressionKind::And(all), span };
    }
    if rule == Rule::or {
        return either(reader, left, sign.span(), right);
    }
    reader.operators += 1;
    if reader.operators > MAX_OPERATORS {
        if reader.operators == MAX_OPERATORS + 1 {
            let place = reader.place(sign.span());
            let message = format!("this statement has more than {MAX_OPERATORS} operators");
            reader.keep(
                Diagnostic::error(Code::E0116, place, message).help("give parts of it a name with `let`"),
            );
        }
        return broken(span);
    }
    let (left, right) = (Box::new(left), Box::new(right));
    if rule == Rule::otherwise {
        return Expression { kind: ExpressionKind::Otherwise(left, right), span };
    }
    let operator = if rule == Rule::add {
        Operator::Add
    } else if rule == Rule::subtract {
        Operator::Subtract
    } else if rule == Rule::multiply {
        Operator::Multiply
    } else {
        Operator::Divide
    };
    if matches!(operator, Operator::Add | Operator::Subtract) {
        blanks_around(reader, sign.span());
    }
    Expression { kind: ExpressionKind::Arithmetic(operator, left, right), span }
}

/// `l or r`; `and` on either side needs parentheses, as people read the two together in both ways.
fn either(reader: &mut Reader<'_>, left: Expression, sign: Span, right: Expression) -> Expression {
    let span = left.span.to(right.span);
    let mixed = [&left, &right].into_iter().find(|side| matches!(side.kind, ExpressionKind::And(_)));
    if let Some(side) = mixed {
        let part = reader.written(side.span);
        let diagnostic = Diagnostic::error(Code::E0115, reader.place(sign), "`and` is mixed with `or`")
            .label("one of the two belongs in parentheses")
            .also(reader.place(side.span), "this part has `and`")
            .help(format!("say which goes first: `({part})`, or parentheses around the part with `or`"));
        reader.keep(diagnostic);
    }
    let mut all = if let ExpressionKind::Or(all) = left.kind { all } else { vec![left] };
    all.push(right);
    Expression { kind: ExpressionKind::Or(all), span }
}

/// `+` and `-` between values have a blank on both sides, so that a date or a name with a hyphen is no sum.
fn blanks_around(reader: &mut Reader<'_>, sign: Span) {
    let around = Span::new(sign.start.saturating_sub(1), sign.end.saturating_add(1));
    let written = reader.mended(around);
    let has_blanks = written.starts_with(char::is_whitespace) && written.ends_with(char::is_whitespace);
    if has_blanks || reader.is_in_slip(sign) {
        return;
    }
    let operator = written.trim_matches(|letter| !matches!(letter, '+' | '-')).to_owned();
    let place = reader.place(sign);
    reader.keep(
        Diagnostic::error(
            Code::E0109,
            place,
            format!("`{operator}` between two values has a blank on both sides"),
        )
        .fix(place, format!(" {operator} "), "put blanks around it"),
    );
}

/// `subject predicate`; a predicate says yes or no, of which nothing more can be said without parentheses.
fn predicated(
    reader: &mut Reader<'_>,
    subject: Expression,
    sign: Span,
    end: Span,
    predicate: Predicate,
) -> Expression {
    let span = subject.span.to(end);
    if !matches!(subject.kind, ExpressionKind::Predicate(..)) {
        return Expression { kind: ExpressionKind::Predicate(Box::new(subject), predicate), span };
    }
    let diagnostic =
        Diagnostic::error(Code::E0122, reader.place(sign), "comparisons do not follow one another")
            .label("the part before this is a comparison already")
            .also(reader.place(subject.span), "answers yes or no")
            .help("write `x between 1 and 5`, or join two comparisons with `and`");
    reader.keep(diagnostic);
    broken(span)
}

/// Says something of a value by another.
type Said = fn(Box<Expression>) -> Predicate;

fn comparison(sign: &Node<'_>, right: Expression) -> Predicate {
    let rule = sign.children().next().map(|inner| inner.rule());
    let right = Box::new(right);
    const TABLE: [(Rule, Said); 9] = [
        (Rule::on_or_after, Predicate::OnOrAfter),
        (Rule::on_or_before, Predicate::OnOrBefore),
        (Rule::at_least, Predicate::AtLeast),
        (Rule::at_most, Predicate::AtMost),
        (Rule::more_than, Predicate::MoreThan),
        (Rule::less_than, Predicate::LessThan),
        (Rule::before, Predicate::Before),
        (Rule::after, Predicate::After),
        (Rule::is_not, Predicate::IsNot),
    ];
    match TABLE.iter().find(|(of, _)| Some(*of) == rule) {
        Some((_, make)) => make(right),
        None => Predicate::Is(right),
    }
}

/// What is said of a value by words that need no other value to their right.
fn postfix(reader: &mut Reader<'_>, node: &Node<'_>) -> Predicate {
    let rule = node.rule();
    if rule == Rule::tier_order {
        match node.has(Rule::kw_better) {
            true => Predicate::OrBetter(first_name(node)),
            false => Predicate::OrWorse(first_name(node)),
        }
    } else if rule == Rule::one_of_these {
        match (node.child(Rule::literals), node.has(Rule::not)) {
            (Some(list), false) => Predicate::OneOf(literals(reader, &list)),
            (Some(list), true) => Predicate::NotOneOf(literals(reader, &list)),
            (None, false) => Predicate::OneOfList(first_name(node)),
            (None, true) => Predicate::NotOneOfList(first_name(node)),
        }
    } else if rule == Rule::between {
        let mut bounds = node.all(Rule::bound).map(|bound| Box::new(expression(reader, bound)));
        let low = bounds.next().unwrap_or_else(|| Box::new(broken(node.span())));
        let high = bounds.next().unwrap_or_else(|| Box::new(broken(node.span())));
        Predicate::Between(low, high)
    } else if rule == Rule::within {
        Predicate::Within(window(reader, node))
    } else if rule == Rule::before_ago {
        Predicate::BeforeAgo(window(reader, node))
    } else if rule == Rule::is_missing {
        Predicate::Missing
    } else {
        Predicate::Known
    }
}
