//! Per-event rules: points for each child or linked record, summed under caps.

use super::context::Context;
use super::item::{Made, limited};
use super::table::{Gives, RowFacts};
use super::typed::{Env, Given, holds};
use crate::data::Type;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Cap, CapPeriod, EventPoints, Events, ItemBody, ItemId, Over, RankedBy};
use crate::source::{FileId, Place};
use crate::syntax::ast::{self, Clause, ClauseKind};

impl Context<'_> {
    /// A rule with `for each`.
    pub(super) fn events(
        &mut self,
        file: FileId,
        item: &ast::Item,
        id: ItemId,
        name: &ast::Name,
        filter: Option<&ast::Expression>,
    ) -> Option<Made> {
        let over = self.over(file, name)?;
        let env = Env::points(file).over(over);
        let filter_text = filter.map(|f| self.text(file, f.span)).unwrap_or_default();
        let filter = match filter {
            None => None,
            Some(f) => Some(self.filter(&env, f)?),
        };
        // Points count only for the records that the filter lets through.
        let given: Vec<Given> = filter.iter().flat_map(|t| holds(&t.expr)).map(Given::known).collect();
        let env = env.given(given);
        let item_reason = self.items.get(id.index()).and_then(|i| i.reason);
        let (points, one, causes, reasonless) = if let Some(written) = &item.table {
            let lowered = self.table(&env, written, Gives::PointsEach)?;
            let one = lowered.rows.iter().filter_map(|r| r.bounds).reduce(Bounds::union)?;
            let missing: Vec<RowFacts> =
                lowered.rows.iter().filter(|r| !r.causes.is_empty()).cloned().collect();
            let reasonless: Vec<Place> = lowered
                .table
                .rows
                .iter()
                .zip(&lowered.rows)
                .filter(|(row, facts)| {
                    row.reason.or(item_reason).is_none()
                        && facts.bounds.is_some_and(|b| b.low.is_none_or(|n| n < Decimal::ZERO))
                })
                .map(|(row, _)| row.place)
                .collect();
            (EventPoints::Table(lowered.table), one, missing, reasonless)
        } else {
            let (typed, _) = self.points_clause(&env, &item.clauses, item)?;
            let place = Place::new(file, typed.span);
            let loses = item_reason.is_none() && typed.bounds.low.is_none_or(|n| n < Decimal::ZERO);
            let missing = if typed.causes.is_empty() {
                Vec::new()
            } else {
                vec![RowFacts {
                    bounds: Some(typed.bounds),
                    causes: typed.causes.clone(),
                    bare: false,
                    place,
                }]
            };
            (
                EventPoints::Each(typed.expr),
                typed.bounds,
                missing,
                if loses { vec![place] } else { Vec::new() },
            )
        };
        let if_missing = self.if_missing_points(file, &item.clauses, !causes.is_empty());
        if if_missing.is_none() {
            self.missing_points(&causes, &item.clauses);
        }
        if !self.reasons.is_empty() && self.ranked_by == RankedBy::PointsLost {
            for place in reasonless {
                self.report(
                    Diagnostic::warning(
                        Code::W0303,
                        place,
                        format!("`{}` can take points away without a reason", item.name.text),
                    )
                    .help("add a `reason`, so that people are told why")
                    .about(&item.name.text),
                );
            }
        }
        let caps = self.caps(file, &item.clauses)?;
        let date = self.event_date(file, over, item, &caps)?;
        let zero = Decimal::ZERO;
        let one = if_missing.map_or(one, |n| one.union(Bounds { low: Some(n), high: Some(n) }));
        let mut bounds = Bounds {
            low: one.low.filter(|n| *n >= zero).map(|_| zero),
            high: one.high.filter(|n| *n <= zero).map(|_| zero),
        };
        if let Some(cap) = caps.iter().find(|c| c.period == CapPeriod::Total) {
            bounds = limited(bounds, cap.most.checked_neg().map(|low| (low, cap.most)));
        }
        let body = ItemBody::Events(Events {
            over,
            filter: filter.map(|f| f.expr),
            filter_text,
            points,
            if_missing,
            caps,
            date,
        });
        // Losses of events are counted from 0.
        Some((body, bounds, Some(zero)))
    }

    fn caps(&mut self, file: FileId, clauses: &[Clause]) -> Option<Vec<Cap>> {
        let mut caps = Vec::new();
        for clause in clauses {
            let ClauseKind::NoMoreThan(literal, period) = &clause.kind else { continue };
            let most = self.number(file, literal)?;
            if most < Decimal::ZERO {
                self.report(
                    Diagnostic::error(
                        Code::E0214,
                        Place::new(file, literal.span()),
                        format!("a size cannot be less than zero: {most}"),
                    )
                    .help("`no more than 40` limits the size of a sum, whichever its sign"),
                );
                return None;
            }
            let period = match period {
                ast::CapPeriod::Day => CapPeriod::Day,
                ast::CapPeriod::Month => CapPeriod::Month,
                ast::CapPeriod::Year => CapPeriod::Year,
                ast::CapPeriod::Total => CapPeriod::Total,
            };
            caps.push(Cap { period, most });
        }
        caps.sort_by_key(|c| c.period);
        Some(caps)
    }

    /// The field that dates the events, where a cap counts by day, month or year.
    fn event_date(
        &mut self,
        file: FileId,
        over: Over,
        item: &ast::Item,
        caps: &[Cap],
    ) -> Option<Option<crate::data::FieldId>> {
        let record = match over {
            Over::Child(id) => id,
            Over::Link(id) => self.schema.links.get(id.index())?.to,
        };
        let record = self.schema.records.get(record.index())?;
        let dated = super::schema::dated_field(&record.fields);
        if !caps.iter().any(|c| c.period != CapPeriod::Total) || dated.is_some() {
            return Some(dated);
        }
        let dates: Vec<String> =
            record.fields.iter().filter(|f| f.kind == Type::Date).map(|f| format!("`{}`", f.name)).collect();
        let message = if dates.is_empty() {
            format!("`{}` has no date, so nothing can be counted by day, month or year", record.name)
        } else {
            format!("`{}` has several dates, {}, and none is called `date`", record.name, dates.join(", "))
        };
        let span = item
            .clauses
            .iter()
            .find(|c| matches!(c.kind, ClauseKind::NoMoreThan(..)))
            .map_or(item.name.span, |c| c.span);
        self.report(
            Diagnostic::error(Code::E0218, Place::new(file, span), message)
                .help("call the date that counts `date`, or write `in total`"),
        );
        None
    }
}
