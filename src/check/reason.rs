//! Whether every loss of points can be told: reasons where points are lost, a most to count losses from, baselines.

use super::context::Context;
use super::item::{limited, times};
use super::table::RowFacts;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{ItemId, RankedBy};
use crate::source::{FileId, Place};
use crate::syntax::ast::{self, ClauseKind};

impl Context<'_> {
    pub(super) fn rows_without_reason(
        &mut self,
        file: FileId,
        item: &ast::Item,
        id: ItemId,
        rows: &[RowFacts],
        reasons: &[bool],
        bounds: Bounds,
    ) {
        let own = self.items.get(id.index()).is_some_and(|i| i.reason.is_some());
        // A reason that could not be read was there.
        let written =
            item.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Reason(_) | ClauseKind::Broken(_)));
        if own || written || self.reasons.is_empty() || self.ranked_by != RankedBy::PointsLost {
            return;
        }
        let losing: Vec<usize> = (0..rows.len())
            .filter(|i| !reasons.get(*i).copied().unwrap_or(false))
            .filter(|i| {
                rows.get(*i)
                    .and_then(|r| r.bounds)
                    .is_some_and(|b| b.low.is_none() || bounds.high.is_none() || b.low < bounds.high)
            })
            .collect();
        if losing.is_empty() {
            return;
        }
        if !reasons.contains(&true) {
            self.without_reason(Place::new(file, item.name.span), &item.name.text);
            return;
        }
        for row in losing {
            if let Some(facts) = rows.get(row) {
                let broken = item.table.as_ref().and_then(|t| t.rows.get(row)).is_some_and(|r| {
                    r.outcomes.iter().any(|o| matches!(o, ast::Outcome::Broken(_) | ast::Outcome::Reason(_)))
                });
                if !broken {
                    self.report(
                        Diagnostic::warning(
                            Code::W0303,
                            facts.place,
                            "this row loses points without a reason",
                        )
                        .help("name a reason in the row, or one for the whole table above it")
                        .about(&item.name.text),
                    );
                }
            }
        }
    }

    pub(super) fn formula_without_reason(
        &mut self,
        file: FileId,
        item: &ast::Item,
        id: ItemId,
        bounds: Bounds,
    ) {
        let own = self.items.get(id.index()).is_some_and(|i| i.reason.is_some());
        let written =
            item.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Reason(_) | ClauseKind::Broken(_)));
        let loses = bounds.low.is_none() || bounds.high.is_none() || bounds.low < bounds.high;
        if loses && !own && !written && !self.reasons.is_empty() && self.ranked_by == RankedBy::PointsLost {
            self.without_reason(Place::new(file, item.name.span), &item.name.text);
        }
    }

    fn without_reason(&mut self, place: Place, name: &str) {
        self.report(
            Diagnostic::warning(Code::W0303, place, format!("`{name}` can lose points, and has no reason"))
                .help("add a line `reason CODE`, so that people are told why")
                .about(name),
        );
    }

    /// Reasons by points lost need a most; reasons by baseline need a baseline.
    pub(super) fn check_reference(
        &mut self,
        file: FileId,
        item: &ast::Item,
        id: ItemId,
        bounds: Bounds,
        row_reason: bool,
        row_baselines: bool,
    ) {
        let Some((reason, limits, weight, baseline)) = self
            .items
            .get(id.index())
            .map(|i| (i.reason.is_some(), i.limits, i.weight, i.baseline.is_some()))
        else {
            return;
        };
        let bounds = limited(times(bounds, weight), limits);
        let points = item.clauses.iter().find(|c| matches!(c.kind, ClauseKind::Points(_)));
        let place = Place::new(file, points.map_or(item.name.span, |c| c.span));
        let gives_reason = reason || row_reason;
        match self.ranked_by {
            RankedBy::PointsLost if gives_reason && bounds.high.is_none() => self.report(
                Diagnostic::error(
                    Code::E0309,
                    place,
                    format!(
                        "there is no most that `{}` can give, so the points lost cannot be told",
                        item.name.text
                    ),
                )
                .help("limit it: `limited to -50 to +50`"),
            ),
            RankedBy::BelowBaseline | RankedBy::AboveBaseline
                if gives_reason && !baseline && !row_baselines =>
            {
                self.report(
                    Diagnostic::error(
                        Code::E0310,
                        place,
                        format!(
                            "`{}` has a reason but no baseline, and reasons are ranked by it",
                            item.name.text
                        ),
                    )
                    .help(
                        "add a line `baseline N`: the number that its points are compared with. Averages of data come from \
                         `glassbox baseline PACK --write`; start with `baseline 0` in each block and let it replace them",
                    ),
                )
            }
            RankedBy::PointsLost | RankedBy::BelowBaseline | RankedBy::AboveBaseline => {}
        }
    }
}
