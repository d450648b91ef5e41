//! Builders of clauses: the lines of blocks, each found by its first word.

use super::expression::only_expression;
use super::grammar::Rule;
use super::line::Line;
use super::literal::{first_date, first_name, first_text, history, number, only_literal, two_literals};
use super::reader::{Node, Reader};
use super::statement::is_short;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::syntax::ast::{
    CapPeriod, Clause, ClauseKind, PolicyClause, PolicyClauseKind, ReasonOrder, Statistic,
};

/// Whether a word begins a clause of some block.
pub(super) fn is_clause_word(word: &str) -> bool {
    let words = POLICY_CLAUSES.iter().map(|(word, ..)| word).chain(CLAUSES.iter().map(|(word, ..)| word));
    words.chain(&["as", "set", "given", "expect"]).any(|known| *known == word)
}

/// Makes the clause of a line that its rule has read; `None` only if the rule read something else.
type Build<K> = fn(&mut Reader<'_>, &Node<'_>) -> Option<K>;

/// The lines of a `policy` block: first word, rule, builder.
const POLICY_CLAUSES: [(&str, Rule, Build<PolicyClauseKind>); 10] = [
    ("scores", Rule::name_clause, |_, n| Some(PolicyClauseKind::Scores(first_name(n)))),
    ("range", Rule::range_clause, |r, n| {
        two_literals(r, n).map(|(low, high)| PolicyClauseKind::Range(low, high))
    }),
    ("start", Rule::value_clause, |r, n| only_literal(r, n).map(PolicyClauseKind::Start)),
    ("round", Rule::round_clause, |r, n| only_literal(r, n).map(PolicyClauseKind::Round)),
    ("reasons", Rule::reasons_clause, reasons),
    ("purpose", Rule::text_clause, |r, n| first_text(r, n).map(PolicyClauseKind::Purpose)),
    ("origin", Rule::name_clause, |_, n| Some(PolicyClauseKind::Origin(first_name(n)))),
    ("owner", Rule::text_clause, |r, n| first_text(r, n).map(PolicyClauseKind::Owner)),
    ("source", Rule::text_clause, |r, n| first_text(r, n).map(PolicyClauseKind::Source)),
    ("version", Rule::text_clause, |r, n| first_text(r, n).map(PolicyClauseKind::Version)),
];

/// The lines of the other blocks that give one clause: first word, rule, builder. The checker says which belong where.
const CLAUSES: [(&str, Rule, Build<ClauseKind>); 28] = [
    ("reason", Rule::name_clause, |_, n| Some(ClauseKind::Reason(first_name(n)))),
    ("baseline", Rule::value_clause, |r, n| only_literal(r, n).map(ClauseKind::Baseline)),
    ("source", Rule::text_clause, |r, n| first_text(r, n).map(ClauseKind::Source)),
    ("note", Rule::text_clause, |r, n| first_text(r, n).map(ClauseKind::Note)),
    ("weight", Rule::value_clause, |r, n| only_literal(r, n).map(ClauseKind::Weight)),
    ("limited", Rule::limited_clause, |r, n| limited(r, &n.child(Rule::limited)?)),
    ("from", Rule::date_clause, |r, n| first_date(r, n).map(ClauseKind::From)),
    ("before", Rule::date_clause, |r, n| first_date(r, n).map(ClauseKind::Before)),
    ("when", Rule::condition_clause, |r, n| Some(ClauseKind::When(only_expression(r, n)))),
    ("needs", Rule::condition_clause, |r, n| Some(ClauseKind::Needs(only_expression(r, n)))),
    ("points", Rule::points_clause, points),
    ("if", Rule::if_missing, if_missing),
    ("for", Rule::for_each_clause, for_each),
    ("no", Rule::no_more_clause, |r, n| no_more(r, &n.child(Rule::no_more)?)),
    ("score", Rule::score_bound, score_bound),
    ("tier", Rule::tier_bound, tier_bound),
    ("not", Rule::not_clause, not_scored),
    ("context", Rule::value_clause, |r, n| only_literal(r, n).map(ClauseKind::Context)),
    ("grantor", Rule::text_clause, |r, n| first_text(r, n).map(ClauseKind::Grantor)),
    ("basis", Rule::text_clause, |r, n| first_text(r, n).map(ClauseKind::Basis)),
    ("announced", Rule::date_clause, |r, n| first_date(r, n).map(ClauseKind::Announced)),
    ("average", Rule::statistic_clause, |_, n| statistic(Statistic::Average, n)),
    ("median", Rule::statistic_clause, |_, n| statistic(Statistic::Median, n)),
    ("lowest", Rule::statistic_clause, |_, n| statistic(Statistic::Lowest, n)),
    ("highest", Rule::statistic_clause, |_, n| statistic(Statistic::Highest, n)),
    ("against", Rule::value_clause, |r, n| only_literal(r, n).map(ClauseKind::Against)),
    ("smoothing", Rule::value_clause, |r, n| only_literal(r, n).map(ClauseKind::Smoothing)),
    ("reads", Rule::reads_clause, |_, n| Some(ClauseKind::ReadsSettled(n.has(Rule::settled)))),
];

/// A line of the `policy` block.
pub(super) fn policy_clause<'t>(reader: &mut Reader<'t>, line: &Line<'t>) -> PolicyClause {
    let kind = read_clause(reader, line, &POLICY_CLAUSES).map(|(_, kind)| kind);
    let kind = kind.unwrap_or_else(|| PolicyClauseKind::Broken(reader.first_name(line)));
    PolicyClause { kind, span: line.span }
}

/// A line of any other block. Some lines say two things (`points 3 limited to 0 to 40`) and give two clauses.
pub(super) fn clause<'t>(reader: &mut Reader<'t>, line: &Line<'t>, clauses: &mut Vec<Clause>) {
    let Some((node, kind)) = read_clause(reader, line, &CLAUSES) else {
        clauses.push(Clause { kind: ClauseKind::Broken(reader.first_name(line)), span: line.span });
        return;
    };
    clauses.push(Clause { kind, span: line.span });
    if node.rule() == Rule::points_clause {
        clauses.extend(head_clauses(reader, &node));
    }
}

/// The clauses in the middle of another line: `weight 35%`, `limited to A to B`, `no more than …`, `from D`.
pub(super) fn head_clauses(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Clause> {
    let parts = node.children().filter_map(|part| {
        let kind = if part.rule() == Rule::weight {
            only_literal(reader, &part).map(ClauseKind::Weight)
        } else if part.rule() == Rule::limited {
            limited(reader, &part)
        } else if part.rule() == Rule::no_more {
            no_more(reader, &part)
        } else if part.rule() == Rule::from_day {
            first_date(reader, &part).map(ClauseKind::From)
        } else if part.rule() == Rule::before_day {
            first_date(reader, &part).map(ClauseKind::Before)
        } else {
            None
        };
        Some(Clause { kind: kind?, span: part.span() })
    });
    parts.collect()
}

/// Reads a line by the rule of its first word, and says so when there is none.
pub(super) fn read_clause<'t, K>(
    reader: &mut Reader<'t>,
    line: &Line<'t>,
    table: &[(&'static str, Rule, Build<K>)],
) -> Option<(Node<'t>, K)> {
    let word = reader.first_word(line);
    let Some((_, rule, build)) = table.iter().find(|(name, ..)| *name == word) else {
        let at = line.tokens.first().map_or(line.span, |token| token.span);
        let message = format!("`{word}` does not begin a line of this block");
        let mut diagnostic = Diagnostic::error(Code::E0102, reader.place(at), message);
        let names = table.iter().map(|(name, ..)| *name);
        let meant = if is_short(word) { suggest::closest(word, names) } else { None };
        if let Some(meant) = meant {
            diagnostic = diagnostic.help(format!("did you mean `{meant}`?")).fix(
                reader.place(at),
                meant,
                format!("write `{meant}`"),
            );
        }
        reader.keep(diagnostic);
        return None;
    };
    let node = reader.read(*rule, line.span)?;
    let kind = build(reader, &node)?;
    Some((node, kind))
}

fn reasons(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<PolicyClauseKind> {
    let most = number(reader, &node.child(Rule::number)?);
    let order = node.child(Rule::reason_order)?;
    let order = if order.has(Rule::points_lost) {
        ReasonOrder::PointsLost
    } else if order.has(Rule::below_baseline) {
        ReasonOrder::BelowBaseline
    } else {
        ReasonOrder::AboveBaseline
    };
    Some(PolicyClauseKind::Reasons(most, order))
}

fn limited(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    two_literals(reader, node).map(|(low, high)| ClauseKind::Limited(low, high))
}

fn points(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    if let Some(dated) = node.child(Rule::dated_history) {
        return Some(ClauseKind::PointsHistory(history(reader, &dated)));
    }
    let value = only_expression(reader, node);
    Some(if node.has(Rule::each) { ClauseKind::PointsEach(value) } else { ClauseKind::Points(value) })
}

fn if_missing(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    if node.has(Rule::applies) {
        return Some(ClauseKind::IfMissingApplies);
    }
    if node.has(Rule::does_not_apply) {
        return Some(ClauseKind::IfMissingDoesNotApply);
    }
    only_literal(reader, node).map(ClauseKind::IfMissing)
}

fn for_each(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    let filter = node.child(Rule::filter).map(|filter| only_expression(reader, &filter));
    Some(ClauseKind::ForEach(first_name(node), filter))
}

fn no_more(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    let period = node.child(Rule::period)?;
    let period = if period.has(Rule::a_day) {
        CapPeriod::Day
    } else if period.has(Rule::a_month) {
        CapPeriod::Month
    } else if period.has(Rule::a_year) {
        CapPeriod::Year
    } else {
        CapPeriod::Total
    };
    Some(ClauseKind::NoMoreThan(only_literal(reader, node)?, period))
}

fn score_bound(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    let bound = only_literal(reader, node)?;
    Some(match node.has(Rule::bound_most) {
        true => ClauseKind::ScoreAtMost(bound),
        false => ClauseKind::ScoreAtLeast(bound),
    })
}

fn tier_bound(_: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    Some(match node.has(Rule::bound_most) {
        true => ClauseKind::TierAtMost(first_name(node)),
        false => ClauseKind::TierAtLeast(first_name(node)),
    })
}

fn not_scored(_: &mut Reader<'_>, node: &Node<'_>) -> Option<ClauseKind> {
    Some(if node.has(Rule::applies) { ClauseKind::NotScoredApplies } else { ClauseKind::NotScored })
}

fn statistic(statistic: Statistic, node: &Node<'_>) -> Option<ClauseKind> {
    let score = node.child(Rule::score)?;
    Some(ClauseKind::Statistic(statistic, first_name(node), super::literal::name(&score)))
}
