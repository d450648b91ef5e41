//! Builders of cases.

use super::block::{Holds, body};
use super::clause::read_clause;
use super::grammar::Rule;
use super::line::Line;
use super::literal::{first_date, first_name, first_text, literal, name, names, number};
use super::reader::{Node, Reader};
use super::statement::{broken_text, declared};
use crate::syntax::ast::{
    Assignment, CaseBlock, CaseClause, CaseClauseKind, CasesLine, Expectation, ExpectedStatus, Literal,
    Number, Text,
};

/// Makes the clause of a line that its rule has read; `None` only if the rule read something else.
type Build = fn(&mut Reader<'_>, &Node<'_>) -> Option<CaseClauseKind>;

/// The lines of a case: first word, rule, builder.
const CASE_CLAUSES: [(&str, Rule, Build); 4] = [
    ("as", Rule::as_of_clause, |r, n| first_date(r, n).map(CaseClauseKind::AsOf)),
    ("set", Rule::set_clause, |r, n| only_value(r, n).map(|value| CaseClauseKind::Set(first_name(n), value))),
    ("given", Rule::given_clause, given),
    ("expect", Rule::expect_clause, |r, n| {
        let expected = n.children().find(|child| child.rule() != Rule::kw_expect)?;
        expectation(r, &expected).map(CaseClauseKind::Expect)
    }),
];

/// `case "title" { … }`.
pub(super) fn case_block<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> CaseBlock {
    let title = match reader.read(Rule::case_head, line.span) {
        Some(node) => first_text(reader, &node),
        None => declared(reader, line).1,
    };
    let title = title.unwrap_or_else(|| Text { text: String::new(), span: line.span });
    let mut clauses = Vec::new();
    body(reader, line, Holds::Lines, |reader, line| {
        let kind = read_clause(reader, line, &CASE_CLAUSES).map(|(_, kind)| kind);
        let kind = kind.unwrap_or_else(|| CaseClauseKind::Broken(reader.first_name(line)));
        clauses.push(CaseClause { kind, span: line.span });
    });
    CaseBlock { title, clauses, span: line.span }
}

/// `cases from "path" as of D`.
pub(super) fn cases_line<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> CasesLine {
    let node = reader.read(Rule::cases_line, line.span);
    let path = node.as_ref().and_then(|node| first_text(reader, node));
    let as_of = node.as_ref().and_then(|node| first_date(reader, node));
    CasesLine { path: path.unwrap_or_else(|| broken_text(line)), as_of, span: line.span }
}

fn only_value(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Literal> {
    node.child(Rule::value).map(|value| literal(reader, &value))
}

fn only_number(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Number> {
    node.child(Rule::number).map(|value| number(reader, &value))
}

fn given(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<CaseClauseKind> {
    let assignments = node.all(Rule::assignment).filter_map(|assignment| {
        let field = name(&assignment.children().next()?);
        Some(Assignment { field, value: only_value(reader, &assignment)? })
    });
    let assignments = assignments.collect();
    Some(CaseClauseKind::Given(first_name(node), assignments))
}

fn expectation(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Expectation> {
    let rule = node.rule();
    if rule == Rule::expect_score {
        only_number(reader, node).map(Expectation::Score)
    } else if rule == Rule::expect_tier {
        Some(Expectation::Tier(first_name(node)))
    } else if rule == Rule::expect_status {
        Some(Expectation::Status(status(&node.child(Rule::status)?)))
    } else if rule == Rule::expect_no_reasons {
        Some(Expectation::Reasons(Vec::new()))
    } else if rule == Rule::expect_reasons {
        Some(Expectation::Reasons(names(node)))
    } else if rule == Rule::expect_points {
        let of = first_name(&node.child(Rule::points_of)?);
        only_number(reader, node).map(|points| Expectation::PointsOf(of, points))
    } else if rule == Rule::expect_consequence {
        let holds = !node.has(Rule::no);
        Some(match node.has(Rule::kw_benefit) {
            true => Expectation::Benefit(first_name(node), holds),
            false => Expectation::Penalty(first_name(node), holds),
        })
    } else {
        only_value(reader, node).map(|value| Expectation::Value(first_name(node), value))
    }
}

fn status(node: &Node<'_>) -> ExpectedStatus {
    if node.has(Rule::not_scored) {
        ExpectedStatus::NotScored
    } else if node.has(Rule::not_participating) {
        ExpectedStatus::NotParticipating
    } else if node.has(Rule::kw_rejected) {
        ExpectedStatus::Rejected
    } else {
        ExpectedStatus::Scored
    }
}
