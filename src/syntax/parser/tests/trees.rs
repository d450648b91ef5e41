//! The trees of well-formed texts.

use super::{EXAMPLES, tree};
use crate::decimal::Decimal;
use crate::syntax::ast::{
    CellPart, Expression, ExpressionKind, LetBody, Literal, Operator, Predicate, Statement,
};

/// The expression of `let x = …`.
fn expression(text: &str) -> Expression {
    let file = tree(&format!("let x = {text}\n"));
    match file.statements.into_iter().next() {
        Some(Statement::Let(definition)) => match definition.body {
            LetBody::Expression(expression) => expression,
            LetBody::Table(_) => panic!("a table"),
        },
        other => panic!("{other:?}"),
    }
}

/// An expression with parentheses around every part.
fn shape(text: &str) -> String {
    show(&expression(text))
}

fn show(expression: &Expression) -> String {
    let all = |parts: &[Expression], word: &str| {
        let parts: Vec<String> = parts.iter().map(show).collect();
        format!("({})", parts.join(word))
    };
    match &expression.kind {
        ExpressionKind::Number(number) => number.text.clone(),
        ExpressionKind::Text(text) => format!("{:?}", text.text),
        ExpressionKind::Date(date) => date.value.to_string(),
        ExpressionKind::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        ExpressionKind::Today => "today".to_owned(),
        ExpressionKind::Score => "score".to_owned(),
        ExpressionKind::Tier => "tier".to_owned(),
        ExpressionKind::PointsOf(name) => format!("points({})", name.text),
        ExpressionKind::Name(name) => name.text.clone(),
        ExpressionKind::Path(record, field) => format!("{}.{}", record.text, field.text),
        ExpressionKind::Negate(inner) => format!("-{}", show(inner)),
        ExpressionKind::Arithmetic(operator, left, right) => {
            let sign = match operator {
                Operator::Add => "+",
                Operator::Subtract => "-",
                Operator::Multiply => "*",
                Operator::Divide => "/",
            };
            format!("({} {sign} {})", show(left), show(right))
        }
        ExpressionKind::And(parts) => all(parts, " and "),
        ExpressionKind::Or(parts) => all(parts, " or "),
        ExpressionKind::Not(inner) => format!("(not {})", show(inner)),
        ExpressionKind::Otherwise(left, right) => format!("({} otherwise {})", show(left), show(right)),
        ExpressionKind::Predicate(subject, predicate) => format!("({} {})", show(subject), said(predicate)),
        ExpressionKind::Call { function, arguments, filter } => {
            let filter = filter.as_ref().map(|filter| format!(" where {}", show(filter))).unwrap_or_default();
            format!("{}{}{filter}", function.text, all(arguments, ", "))
        }
        ExpressionKind::Parentheses(inner) => format!("[{}]", show(inner)),
        ExpressionKind::Broken => "?".to_owned(),
    }
}

fn said(predicate: &Predicate) -> String {
    let values = |values: &[Literal]| values.len().to_string();
    match predicate {
        Predicate::Is(value) => format!("is {}", show(value)),
        Predicate::IsNot(value) => format!("is not {}", show(value)),
        Predicate::AtLeast(value) => format!(">= {}", show(value)),
        Predicate::AtMost(value) => format!("<= {}", show(value)),
        Predicate::MoreThan(value) => format!("> {}", show(value)),
        Predicate::LessThan(value) => format!("< {}", show(value)),
        Predicate::Between(low, high) => format!("between {} and {}", show(low), show(high)),
        Predicate::OneOf(list) => format!("one of {}", values(list)),
        Predicate::NotOneOf(list) => format!("not one of {}", values(list)),
        Predicate::OneOfList(list) => format!("one of {}", list.text),
        Predicate::NotOneOfList(list) => format!("not one of {}", list.text),
        Predicate::Missing => "is missing".to_owned(),
        Predicate::Known => "is known".to_owned(),
        Predicate::Within(window) => format!("within {:?}", window.unit),
        Predicate::BeforeAgo(window) => format!("before {:?} ago", window.unit),
        Predicate::Before(date) => format!("before {}", show(date)),
        Predicate::After(date) => format!("after {}", show(date)),
        Predicate::OnOrAfter(date) => format!("on or after {}", show(date)),
        Predicate::OnOrBefore(date) => format!("on or before {}", show(date)),
        Predicate::OrBetter(tier) => format!("{} or better", tier.text),
        Predicate::OrWorse(tier) => format!("{} or worse", tier.text),
    }
}

#[test]
fn the_examples_of_the_language_are_read() {
    let counts = EXAMPLES.map(|example| tree(example).statements.len());
    assert_eq!(counts, [18, 6, 5]);
}

#[test]
fn operators_bind_as_the_language_says() {
    for (text, wanted) in [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c", "((a / b) * c)"),
        ("-a * b", "(-a * b)"),
        ("-5 - -3", "(-5 - -3)"),
        ("-(a + b)", "-[(a + b)]"),
        ("a + b at least c * 2", "((a + b) >= (c * 2))"),
        ("not a is 1 and b is 2", "((not (a is 1)) and (b is 2))"),
        ("not not a", "(not (not a))"),
        ("a is 1 or b is 2 or c is 3", "((a is 1) or (b is 2) or (c is 3))"),
        ("a is 1 and (b is 2 or c is 3)", "((a is 1) and [((b is 2) or (c is 3))])"),
        ("a / b otherwise 0", "((a / b) otherwise 0)"),
        ("a otherwise b otherwise c", "((a otherwise b) otherwise c)"),
        ("a or b otherwise no", "((a or b) otherwise no)"),
        ("(a is 1 otherwise no) and b", "([((a is 1) otherwise no)] and b)"),
    ] {
        assert_eq!(shape(text), wanted, "{text}");
    }
}

#[test]
fn predicates_have_their_spellings() {
    for (text, wanted) in [
        ("a is not b", "(a is not b)"),
        ("a != b", "(a is not b)"),
        ("a = b", "(a is b)"),
        ("a is at least 3", "(a >= 3)"),
        ("a >= 3", "(a >= 3)"),
        ("a over 3", "(a > 3)"),
        ("a is more than 3", "(a > 3)"),
        ("a under 3", "(a < 3)"),
        ("a <= 3", "(a <= 3)"),
        ("a is between 1 and 5 and b is 2", "((a between 1 and 5) and (b is 2))"),
        ("a between b + 1 and c * 2 or d", "((a between (b + 1) and (c * 2)) or d)"),
        ("a is one of (x, \"y z\", 3)", "(a one of 3)"),
        ("a is not one of risky", "(a not one of risky)"),
        ("a is missing", "(a is missing)"),
        ("a is not missing", "(a is known)"),
        ("a is known", "(a is known)"),
        ("d within 12 months", "(d within Month)"),
        ("d within 1 day", "(d within Day)"),
        ("d within days years", "(d within Year)"),
        ("d before 10 years ago", "(d before Year ago)"),
        ("d before 2026-01-31", "(d before 2026-01-31)"),
        ("d is before today", "(d before today)"),
        ("d on or after e", "(d on or after e)"),
        ("d on or before e", "(d on or before e)"),
        ("d after e", "(d after e)"),
        ("tier is good or better or a is 1", "((tier good or better) or (a is 1))"),
        ("tier is good or worse", "(tier good or worse)"),
        ("score at least 600 and points of late under 0", "((score >= 600) and (points(late) < 0))"),
    ] {
        assert_eq!(shape(text), wanted, "{text}");
    }
}

#[test]
fn calls_and_aggregates_are_read() {
    for (text, wanted) in [
        ("min(a, b + 1, 2)", "min(a, (b + 1), 2)"),
        ("count(inquiry)", "count(inquiry)"),
        (
            "sum(purchase.amount where purchase.category is games and purchase.date within 3 months)",
            "sum(purchase.amount) where ((purchase.category is games) and (purchase.date within Month))",
        ),
        ("where + each * from", "(where + (each * from))"),
    ] {
        assert_eq!(shape(text), wanted, "{text}");
    }
}

#[test]
fn cells_have_their_spellings() {
    for (cell, wanted) in [
        ("5", "value 5"),
        ("a, \"b c\", -3", "value a, value \"b c\", value -3"),
        ("not a, b", "not value a, value b"),
        ("1 to 2", "1 to 2"),
        ("1 to under 2", "1 to under 2"),
        ("2020-01-01 to before 2021-01-01", "2020-01-01 to under 2021-01-01"),
        ("over 1 to 2", "over 1 to 2"),
        ("over 1 to under 2", "over 1 to under 2"),
        ("under 10%, 5 or more", "under 10%, 5 or more"),
        ("5 or less", "5 or less"),
        ("on or before today", "today or less"),
        ("on or after 2020-01-01", "2020-01-01 or more"),
        ("over limit", "over limit"),
        ("after 2020-01-01", "over 2020-01-01"),
        ("within 90 days", "within 90"),
        ("before 10 years ago, missing", "before 10 ago, missing"),
        ("any, missing", "any, missing"),
        ("known", "any"),
        ("otherwise", "otherwise"),
        ("good or better", "good or better"),
        ("good or worse, poor", "good or worse, value poor"),
        ("yes", "value yes"),
    ] {
        let file = tree(&format!("rule r {{\n  | x | points |\n  | {cell} | 1 |\n}}\n"));
        let [Statement::Item(item)] = file.statements.as_slice() else { panic!("{cell}") };
        let table = item.table.as_ref().unwrap();
        let read = table.rows.first().and_then(|row| row.conditions.first()).unwrap();
        let parts: Vec<String> = read.parts.iter().map(part).collect();
        let shown = format!("{}{}", if read.negated { "not " } else { "" }, parts.join(", "));
        assert_eq!(shown, wanted, "{cell}");
    }
}

fn part(part: &CellPart) -> String {
    match part {
        CellPart::Value(value) => format!("value {}", literal(value)),
        CellPart::To(low, high) => format!("{} to {}", literal(low), literal(high)),
        CellPart::ToUnder(low, high) => format!("{} to under {}", literal(low), literal(high)),
        CellPart::OverTo(low, high) => format!("over {} to {}", literal(low), literal(high)),
        CellPart::OverToUnder(low, high) => format!("over {} to under {}", literal(low), literal(high)),
        CellPart::Under(high) => format!("under {}", literal(high)),
        CellPart::AtMost(high) => format!("{} or less", literal(high)),
        CellPart::AtLeast(low) => format!("{} or more", literal(low)),
        CellPart::Over(low) => format!("over {}", literal(low)),
        CellPart::Within(window) => format!("within {}", literal(&window.count)),
        CellPart::BeforeAgo(window) => format!("before {} ago", literal(&window.count)),
        CellPart::Any(_) => "any".to_owned(),
        CellPart::Missing(_) => "missing".to_owned(),
        CellPart::Otherwise(_) => "otherwise".to_owned(),
        CellPart::OrBetter(tier) => format!("{} or better", tier.text),
        CellPart::OrWorse(tier) => format!("{} or worse", tier.text),
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Number(number) => number.text.clone(),
        Literal::Text(text) => format!("{:?}", text.text),
        Literal::Date(date) => date.value.to_string(),
        Literal::YesNo(yes, _) => if *yes { "yes" } else { "no" }.to_owned(),
        Literal::Today(_) => "today".to_owned(),
        Literal::Missing(_) => "missing".to_owned(),
        Literal::Name(name) => name.text.clone(),
    }
}

#[test]
fn a_statement_goes_on_where_the_language_says() {
    let one_line = expression("a + min(b, c) otherwise d");
    for text in [
        "a +\n  min(b, c)\n  otherwise d",
        "a\n  + min(\n  b,\n  c\n  ) otherwise\n d",
        "\n  a + # a comment\n\n  # another\n  min(b,\n c) otherwise d",
        "a + min(b, c\n) otherwise d",
    ] {
        assert_eq!(expression(text), one_line, "{text}");
    }
    let file = tree(
        "rule r {\n  for each inquiry\n    where inquiry.kind is car\n    or inquiry.kind is card\n  points -1 each\n}\n",
    );
    assert!(matches!(file.statements.as_slice(), [Statement::Item(item)] if item.clauses.len() == 2));
    let fields = tree("record r {\n  a text\n  where text\n  and_so text\n}\n");
    assert!(matches!(fields.statements.as_slice(), [Statement::Record(record)] if record.fields.len() == 3));
}

#[test]
fn numbers_are_exact() {
    for (text, wanted) in [
        ("35%", "0.35"),
        ("-3.5", "-3.5"),
        ("+110", "110"),
        ("1_000_000", "1000000"),
        ("0.123456789", "0.123456789"),
        ("12.3456789%", "0.123456789"),
        ("007", "7"),
    ] {
        let ExpressionKind::Number(number) = expression(text).kind else { panic!("{text}") };
        assert_eq!((number.value, number.text.as_str()), (Decimal::parse(wanted).unwrap(), text));
    }
}

#[test]
fn places_run_from_the_first_to_the_last_token() {
    let text = "let x =   a\n  + b   # the end\n";
    let (file, _) = super::parse(super::FileId::new(0), text);
    let [Statement::Let(definition)] = file.statements.as_slice() else { panic!("{file:?}") };
    let LetBody::Expression(sum) = &definition.body else { panic!("{definition:?}") };
    let slice = |span: crate::source::Span| text.get(span.start as usize..span.end as usize).unwrap();
    assert_eq!(slice(sum.span), "a\n  + b");
    assert_eq!(slice(definition.span), "let x =   a\n  + b");
}

#[test]
fn words_of_clauses_name_fields() {
    let words =
        ["limit", "range", "date", "from", "key", "optional", "where", "each", "rule", "given", "to", "one"];
    for word in words {
        tree(&format!("record r {{\n  {word} text\n}}\nlet x = {word} is a and r.{word} is b\n"));
    }
}

#[test]
fn every_comment_is_found() {
    let text = "# one\r\ntag a \"# none\" # two  \n  #\n| a # b |\n";
    let found = super::super::comments(text);
    let found: Vec<&str> = found.iter().map(|(_, comment)| comment.as_str()).collect();
    assert_eq!(found, ["# one", "# two", "#", "# b |"]);
    for (span, comment) in super::super::comments(text) {
        assert_eq!(text.get(span.start as usize..span.end as usize).unwrap(), comment);
    }
}

#[test]
fn a_table_of_cases_has_a_path_and_perhaps_a_day() {
    let read = |text: &str| {
        let (file, found) = super::parse(super::FileId::new(0), text);
        assert!(found.is_empty(), "{found:?}");
        let [Statement::Cases(line)] = file.statements.as_slice() else { panic!("{file:?}") };
        (line.path.text.clone(), line.as_of.as_ref().map(|day| day.value.to_string()))
    };
    assert_eq!(read("cases from \"cases/edges.csv\"\n"), ("cases/edges.csv".to_owned(), None));
    let dated = "cases from \"t.csv\"\n  as of 2026-01-31 # a comment\n";
    assert_eq!(read(&dated.replace("\n  ", " ")), ("t.csv".to_owned(), Some("2026-01-31".to_owned())));
}
