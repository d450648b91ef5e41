//! Which words of a text are written otherwise, and how far apart words stand: read off the syntax tree.

use super::written::Written;
use crate::source::Span;
use crate::syntax::ast::{
    Cell, CellPart, Clause, ClauseKind, Expression, ExpressionKind, FieldLine, FieldType, File, History,
    Item, LetBody, Literal, Outcome, Predicate, Statement, Table, Window,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Words that make another comparison of an `is` before them.
const AFTER_IS: [&str; 14] = [
    "after", "at", "before", "between", "known", "less", "missing", "more", "not", "on", "one", "over",
    "under", "within",
];
/// Words that make another comparison of an `is not` before them.
const AFTER_IS_NOT: [&str; 3] = ["known", "missing", "one"];

/// The words of a text as they are to be written.
pub(super) struct Spelling<'t> {
    written: &'t Written<'t>,
    /// Tokens that are written otherwise; an empty text for those that are left out.
    other: BTreeMap<usize, &'static str>,
    /// Tokens before which no blank stands.
    glued: BTreeSet<usize>,
    /// Tokens before which two blanks stand.
    wide: BTreeSet<usize>,
}

impl<'t> Spelling<'t> {
    /// The spelling of a file.
    pub(super) fn new(written: &'t Written<'t>, file: &File) -> Self {
        let mut spelling = Self::as_written(written);
        for statement in &file.statements {
            spelling.statement(statement);
        }
        spelling
    }

    /// Every word as it is written.
    pub(super) fn as_written(written: &'t Written<'t>) -> Self {
        Self { written, other: BTreeMap::new(), glued: BTreeSet::new(), wide: BTreeSet::new() }
    }

    /// Tokens of one line, as they are to be written.
    pub(super) fn line(&self, tokens: Range<usize>) -> String {
        let mut line = String::new();
        let mut before = None;
        for at in tokens {
            let word = self.other.get(&at).copied().unwrap_or_else(|| self.written.token(at));
            if word.is_empty() {
                continue;
            }
            line.push_str(before.map_or("", |before| self.gap(before, at)));
            line.push_str(word);
            before = Some(at);
        }
        line
    }

    /// What stands between two tokens of a line.
    fn gap(&self, before: usize, at: usize) -> &'static str {
        let (last, next) = (self.written.token(before), self.written.token(at));
        if self.wide.contains(&at) {
            return "  ";
        }
        let is_sign = matches!(last, "+" | "-") && self.written.touches_previous(at);
        let touches = self.glued.contains(&at)
            || is_sign
            || matches!(last, "(" | ".")
            || matches!(next, ")" | "," | ":" | ".")
            || (last, next) == ("{", "}");
        if touches { "" } else { " " }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Policy(_)
            | Statement::Tag(_)
            | Statement::Reason(_)
            | Statement::Link(_)
            | Statement::List(_)
            | Statement::Use(_)
            | Statement::Case(_)
            | Statement::Cases(_) => {}
            Statement::Record(block) => block.fields.iter().for_each(|field| self.field(field)),
            Statement::Let(block) => match &block.body {
                LetBody::Expression(value) => self.expression(value),
                LetBody::Table(table) => self.table(table),
            },
            Statement::Param(line) => self.history(&line.value),
            Statement::Item(item) => self.item(item),
            Statement::Override(block) => self.clauses(&block.clauses),
            Statement::Tiers(block) => self.clauses(&block.clauses),
            Statement::Decision(block) => {
                self.field_type(&block.kind);
                self.clauses(&block.clauses);
                block.table.iter().for_each(|table| self.table(table));
            }
            Statement::Influence(block) => self.clauses(&block.clauses),
            Statement::Participation(block) => self.clauses(&block.clauses),
            Statement::Consequence(block) => self.clauses(&block.clauses),
        }
    }

    fn item(&mut self, item: &Item) {
        self.clauses(&item.clauses);
        item.table.iter().for_each(|table| self.table(table));
        item.members.iter().for_each(|member| self.item(member));
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::When(value)
                | ClauseKind::Needs(value)
                | ClauseKind::Points(value)
                | ClauseKind::PointsEach(value)
                | ClauseKind::ForEach(_, Some(value)) => self.expression(value),
                ClauseKind::PointsHistory(history) => self.history(history),
                ClauseKind::Reason(_)
                | ClauseKind::Baseline(_)
                | ClauseKind::Source(_)
                | ClauseKind::Note(_)
                | ClauseKind::Weight(_)
                | ClauseKind::Limited(..)
                | ClauseKind::From(_)
                | ClauseKind::Before(_)
                | ClauseKind::IfMissing(_)
                | ClauseKind::IfMissingApplies
                | ClauseKind::IfMissingDoesNotApply
                | ClauseKind::ForEach(_, None)
                | ClauseKind::NoMoreThan(..)
                | ClauseKind::ScoreAtMost(_)
                | ClauseKind::ScoreAtLeast(_)
                | ClauseKind::TierAtMost(_)
                | ClauseKind::TierAtLeast(_)
                | ClauseKind::NotScored
                | ClauseKind::NotScoredApplies
                | ClauseKind::Context(_)
                | ClauseKind::Grantor(_)
                | ClauseKind::Basis(_)
                | ClauseKind::Announced(_)
                | ClauseKind::Statistic(..)
                | ClauseKind::Against(_)
                | ClauseKind::Smoothing(_)
                | ClauseKind::ReadsSettled(_)
                | ClauseKind::Broken(_) => {}
            }
        }
    }

    fn table(&mut self, table: &Table) {
        table.conditions.iter().for_each(|heading| self.expression(heading));
        for row in &table.rows {
            row.conditions.iter().for_each(|cell| self.cell(cell));
            for outcome in &row.outcomes {
                match outcome {
                    Outcome::History(history) => self.history(history),
                    Outcome::Expression(value) => self.expression(value),
                    Outcome::Empty(_)
                    | Outcome::NotScored(_)
                    | Outcome::Reason(_)
                    | Outcome::Text(_)
                    | Outcome::Broken(_) => {}
                }
            }
        }
    }

    fn cell(&mut self, cell: &Cell) {
        for part in &cell.parts {
            if let CellPart::Within(window) | CellPart::BeforeAgo(window) = part {
                self.window(window);
            }
        }
    }

    /// The parts of a field, two blanks apart: its type with the domain, and each of what follows.
    fn field(&mut self, field: &FieldLine) {
        self.field_type(&field.kind);
        let typed = field.domain.as_ref().map_or_else(|| field.kind.span(), |domain| domain.span);
        let mut rest = self.written.tokens_in(Span::new(typed.end, field.span.end));
        while let Some(at) = rest.next() {
            self.wide.insert(at);
            let more = match self.written.token(at) {
                "column" | "only" => 1,
                "tagged" => 1 + 2 * self.more_tags(at + 2),
                // controllable by NAME at COST per STEP
                "controllable" => {
                    let cost = self.number_at(at + 4);
                    4 + cost + self.number_at(at + 5 + cost)
                }
                _ => 0,
            };
            for _ in 0..more {
                rest.next();
            }
        }
    }

    /// How many tokens a number takes, with its sign.
    fn number_at(&self, at: usize) -> usize {
        if matches!(self.written.token(at), "+" | "-") { 2 } else { 1 }
    }

    /// How many tags follow, each after a comma.
    fn more_tags(&self, mut at: usize) -> usize {
        let first = at;
        while self.written.token(at) == "," {
            at += 2;
        }
        (at - first) / 2
    }

    fn field_type(&mut self, kind: &FieldType) {
        if let FieldType::YesNo(span) = kind {
            self.glued.extend(self.written.tokens_in(*span).skip(1));
        }
    }

    /// `-60 before 2027-01-01, then -40`
    fn history(&mut self, history: &History) {
        for step in history.steps.iter().skip(1) {
            let value = self.written.tokens_in(step.value.span()).start;
            let then = value.checked_sub(1).filter(|at| self.written.token(*at) == "then");
            let Some(then) = then else { continue };
            let has_comma = then.checked_sub(1).is_some_and(|at| self.written.token(at) == ",");
            if !has_comma {
                self.other.insert(then, ", then");
                self.glued.insert(then);
            }
        }
    }

    /// `1 day`, `90 days`
    fn window(&mut self, window: &Window) {
        let Some(unit) = self.written.tokens_in(window.span).next_back() else { return };
        let is_one =
            matches!(&window.count, Literal::Number(count) if count.value == crate::decimal::Decimal::ONE);
        let word = match (self.written.token(unit), is_one) {
            ("day" | "days", true) => "day",
            ("day" | "days", false) => "days",
            ("month" | "months", true) => "month",
            ("month" | "months", false) => "months",
            ("year" | "years", true) => "year",
            ("year" | "years", false) => "years",
            (_, _) => return,
        };
        self.other.insert(unit, word);
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Number(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Date(_)
            | ExpressionKind::YesNo(_)
            | ExpressionKind::Today
            | ExpressionKind::Score
            | ExpressionKind::Tier
            | ExpressionKind::PointsOf(_)
            | ExpressionKind::Name(_)
            | ExpressionKind::Path(..)
            | ExpressionKind::Broken => {}
            ExpressionKind::Negate(inner)
            | ExpressionKind::Not(inner)
            | ExpressionKind::Parentheses(inner) => self.expression(inner),
            ExpressionKind::Arithmetic(_, left, right) | ExpressionKind::Otherwise(left, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::And(all) | ExpressionKind::Or(all) => {
                all.iter().for_each(|one| self.expression(one));
            }
            ExpressionKind::Predicate(subject, predicate) => {
                self.expression(subject);
                self.predicate(subject.span.end, predicate, expression.span.end);
            }
            ExpressionKind::Call { function, arguments, filter } => {
                let after = Span::new(function.span.end, expression.span.end);
                self.glued.extend(self.written.tokens_in(after).next());
                arguments.iter().for_each(|argument| self.expression(argument));
                filter.iter().for_each(|filter| self.expression(filter));
            }
        }
    }

    /// The words between a value and what is said of it.
    fn predicate(&mut self, start: u32, predicate: &Predicate, end: u32) {
        let (words, object) = match predicate {
            Predicate::Is(object) => ("is", object.span.start),
            Predicate::IsNot(object) => ("is not", object.span.start),
            Predicate::AtLeast(object) => ("at least", object.span.start),
            Predicate::AtMost(object) => ("at most", object.span.start),
            Predicate::MoreThan(object) => ("more than", object.span.start),
            Predicate::LessThan(object) => ("less than", object.span.start),
            Predicate::Between(low, _) => ("between", low.span.start),
            Predicate::Missing => ("is missing", end),
            Predicate::Known => ("is known", end),
            Predicate::Within(window) => ("within", window.span.start),
            Predicate::BeforeAgo(window) => ("before", window.span.start),
            Predicate::Before(object) => ("before", object.span.start),
            Predicate::After(object) => ("after", object.span.start),
            Predicate::OnOrAfter(object) => ("on or after", object.span.start),
            Predicate::OnOrBefore(object) => ("on or before", object.span.start),
            Predicate::OneOf(_)
            | Predicate::NotOneOf(_)
            | Predicate::OneOfList(_)
            | Predicate::NotOneOfList(_)
            | Predicate::OrBetter(_)
            | Predicate::OrWorse(_) => return,
        };
        if !self.reads_on(words, object) {
            self.respell(self.written.tokens_in(Span::new(start, object)), words);
        }
        match predicate {
            Predicate::Within(window) | Predicate::BeforeAgo(window) => self.window(window),
            Predicate::Between(low, high) => {
                self.expression(low);
                self.expression(high);
            }
            Predicate::Is(object)
            | Predicate::IsNot(object)
            | Predicate::AtLeast(object)
            | Predicate::AtMost(object)
            | Predicate::MoreThan(object)
            | Predicate::LessThan(object)
            | Predicate::Before(object)
            | Predicate::After(object)
            | Predicate::OnOrAfter(object)
            | Predicate::OnOrBefore(object) => self.expression(object),
            Predicate::OneOf(_)
            | Predicate::NotOneOf(_)
            | Predicate::OneOfList(_)
            | Predicate::NotOneOfList(_)
            | Predicate::Missing
            | Predicate::Known
            | Predicate::OrBetter(_)
            | Predicate::OrWorse(_) => {}
        }
    }

    /// Whether these words, before what begins here, would be read as another comparison: a thing may be called `over`, and
    /// `x = over` is not `x is over`.
    fn reads_on(&self, words: &str, object: u32) -> bool {
        let first = self.written.tokens_in(Span::new(object, object + 1)).start;
        let (next, third) = (self.written.token(first + 1), self.written.token(first + 2));
        match words {
            "is" => {
                AFTER_IS.contains(&self.written.token(first))
                    || next == "or" && matches!(third, "better" | "worse")
            }
            "is not" => AFTER_IS_NOT.contains(&self.written.token(first)),
            _ => false,
        }
    }

    /// Writes these words in the place of the tokens. Words on two lines stay as they are, and so does a sign at the start
    /// or end of a line: signs carry a statement over the end of a line, most words do not.
    fn respell(&mut self, tokens: Range<usize>, words: &'static str) {
        let (Some(first), Some(last)) = (tokens.clone().next(), tokens.clone().next_back()) else { return };
        let line = self.written.lines.get(self.written.line_of(first));
        let Some(line) = line.map(|line| &line.tokens).filter(|line| line.contains(&last)) else { return };
        let is_sign = |at| self.written.token(at).starts_with(['=', '!', '<', '>']);
        let carries = words.ends_with("is") || words.ends_with("not");
        if is_sign(first) && first == line.start || is_sign(last) && last + 1 == line.end && !carries {
            return;
        }
        self.other.extend(tokens.map(|at| (at, "")));
        self.other.insert(first, words);
    }
}
