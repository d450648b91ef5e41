//! The outcomes of a row: points or values, reasons, baselines, sources and notes.

use super::context::Context;
use super::table::{Gives, RowFacts, fits};
use super::typed::{Env, Typed};
use crate::data::{Type, Value};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{CellTest, Row, RowOutcome};
use crate::source::{Place, Span};
use crate::syntax::ast::{self, ColumnKind, Outcome};

impl Context<'_> {
    /// Lowers a row's outcomes, the cells being known to hold. Also tells the type of what it gives.
    pub(super) fn row(
        &mut self,
        env: &Env,
        row: &ast::Row,
        gives: Gives,
        table: &ast::Table,
        cells: Vec<CellTest>,
    ) -> Option<(Row, RowFacts, Option<Type>)> {
        let (typed, not_scored) = self.outcome(env, row, gives, &table.outcomes);
        let mut lowered = Row {
            cells,
            outcome: RowOutcome::NotScored,
            reason: None,
            baseline: None,
            source: String::new(),
            note: String::new(),
            place: Place::new(env.file, row.span),
        };
        for (outcome, column) in row.outcomes.iter().zip(&table.outcomes) {
            match (outcome, column.kind) {
                (Outcome::Reason(name), ColumnKind::Reason) => lowered.reason = self.reason(env.file, name),
                (Outcome::History(h), ColumnKind::Baseline) => {
                    self.check_history(env.file, h);
                    let literal = super::periods::value_on(h, self.today).cloned();
                    lowered.baseline = literal.and_then(|l| self.number(env.file, &l));
                }
                (Outcome::Expression(e), ColumnKind::Baseline) => {
                    lowered.baseline = self.constant_number(env, e);
                }
                (Outcome::Text(t), ColumnKind::Source) => lowered.source = t.text.clone(),
                (Outcome::Text(t), ColumnKind::Note) => lowered.note = t.text.clone(),
                _other => {}
            }
        }
        let (typed, place) = match (typed, not_scored) {
            (_, Some(span)) => (None, Place::new(env.file, span)),
            (Some(typed), None) => {
                let place = Place::new(env.file, typed.span);
                (Some(typed), place)
            }
            (None, None) => return None,
        };
        let mut facts = RowFacts { bounds: None, causes: Vec::new(), bare: false, place };
        let mut kind = None;
        if let Some(typed) = typed {
            typed.kind?;
            kind = typed.kind;
            facts.bare = typed.literal;
            facts.bounds = Some(typed.bounds);
            facts.causes = typed.causes;
            lowered.outcome = RowOutcome::Value(typed.expr);
        }
        Some((lowered, facts, kind))
    }

    /// What a row gives, or where it says `not scored`; neither after a report.
    pub(super) fn outcome(
        &mut self,
        env: &Env,
        row: &ast::Row,
        gives: Gives,
        columns: &[ast::Column],
    ) -> (Option<Typed>, Option<Span>) {
        let wanted = |kind: ColumnKind| match gives {
            Gives::Points => kind == ColumnKind::Points,
            Gives::PointsEach => kind == ColumnKind::PointsEach,
            Gives::Value | Gives::Answer(_) => kind == ColumnKind::Gives,
        };
        let Some((outcome, _)) = row.outcomes.iter().zip(columns).find(|(_, c)| wanted(c.kind)) else {
            return (None, None);
        };
        let kind = match gives {
            Gives::Points | Gives::PointsEach => Some(Type::Number),
            Gives::Value => None,
            Gives::Answer(kind) => Some(kind),
        };
        match outcome {
            Outcome::Empty(span) => {
                let what =
                    if matches!(gives, Gives::Points | Gives::PointsEach) { "points" } else { "value" };
                self.report(
                    Diagnostic::error(
                        Code::E0218,
                        Place::new(env.file, *span),
                        format!("this row gives no {what}"),
                    )
                    .help("write what it gives; nothing at all is `0`"),
                );
                (None, None)
            }
            Outcome::NotScored(span) => {
                if gives != Gives::Points {
                    self.error(
                        Code::E0220,
                        env.file,
                        *span,
                        "`not scored` is for the points of a record, not here",
                    );
                    return (None, None);
                }
                (None, Some(*span))
            }
            Outcome::History(h) => {
                self.check_history(env.file, h);
                // Every value of the history is checked, whichever holds today.
                let mut today = None;
                let held = super::periods::value_on(h, self.today).map(ast::Literal::span);
                for step in &h.steps {
                    let kind = kind.or_else(|| Self::literal_type(&step.value)).unwrap_or(Type::Number);
                    if let Some(value) = self.literal(env.file, &step.value, kind)
                        && held.is_some_and(|s| s.same_place(&step.value.span()))
                    {
                        today = Some(Typed::constant(value, kind, step.value.span()));
                    }
                }
                (today, None)
            }
            Outcome::Expression(e) => {
                let typed = match kind {
                    Some(kind @ (Type::Category(_) | Type::Tier | Type::Text)) => {
                        let beside =
                            Typed::sure(crate::policy::Expr::Constant(Value::YesNo(true)), kind, e.span);
                        self.expression_like(env, e, &beside)
                    }
                    Some(_) | None => self.expression(env, e),
                };
                let (Some(kind), Some(found)) = (kind, typed.kind) else { return (Some(typed), None) };
                if fits(kind, found, typed.literal) {
                    let kind = if found.is_numeric() && kind.is_numeric() { Some(kind) } else { Some(found) };
                    return (Some(Typed { kind, ..typed }), None);
                }
                let mut diagnostic = Diagnostic::error(
                    Code::E0209,
                    Place::new(env.file, e.span),
                    format!("expected {}, found {}", self.type_name(kind), self.type_name(found)),
                );
                if found == Type::Money {
                    diagnostic = diagnostic.help("`amount(x)` is the number of an amount of money");
                }
                self.report(diagnostic);
                (None, None)
            }
            Outcome::Reason(_) | Outcome::Text(_) | Outcome::Broken(_) => (None, None),
        }
    }

    /// An expression that must be a number known beforehand.
    pub(super) fn constant_number(&mut self, env: &Env, e: &ast::Expression) -> Option<Decimal> {
        let typed = self.expression(env, e);
        typed.kind?;
        let number = typed.as_constant().and_then(Value::as_number);
        if number.is_none() {
            let text = self.text(env.file, e.span);
            self.error(Code::E0209, env.file, e.span, format!("expected a number, found `{text}`"));
        }
        number
    }
}
