//! Characteristics, rules and groups: how each comes to its points, and what is the most and the least that it gives.

use super::clause::{self, Block};
use super::context::Context;
use super::periods::in_force;
use super::scope::PointsName;
use super::table::{Gives, RowFacts};
use super::typed::{Env, Given, UNBOUNDED, describe_causes, holds};
use crate::data::Type;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Formula, Item, ItemBody, ItemId, ItemKind};
use crate::source::{FileId, Place};
use crate::syntax::ast::{self, Clause, ClauseKind, Statement};

impl Context<'_> {
    /// Lowers all items in force; gives the top-level ones.
    pub(super) fn lower_items(&mut self) -> Vec<ItemId> {
        let statements = self.statements;
        let mut roots = Vec::new();
        for located in statements {
            if let Statement::Item(item) = located.statement
                && in_force(&item.clauses, self.today)
            {
                roots.push(self.item(located.file, item, None));
            }
        }
        roots
    }

    fn item(&mut self, file: FileId, item: &ast::Item, group: Option<ItemId>) -> ItemId {
        let id = ItemId(self.items.len() as u32);
        let dated = super::periods::effect(&item.clauses) != (None, None);
        self.declare_points(file, &item.name, PointsName::Item(id), dated);
        let kind = match item.kind {
            ast::ItemKind::Characteristic => ItemKind::Characteristic,
            ast::ItemKind::Rule => ItemKind::Rule,
            ast::ItemKind::Group => ItemKind::Group,
        };
        let (from, before) = super::periods::effect(&item.clauses);
        // Stands in the list before its members, and stays there if it cannot be understood.
        self.items.push(Item {
            kind,
            name: item.name.text.clone(),
            title: item.title.as_ref().map_or_else(|| item.name.text.clone(), |t| t.text.clone()),
            group,
            body: ItemBody::Group(Vec::new()),
            weight: None,
            limits: None,
            reason: None,
            baseline: None,
            sources: clause::sources(&item.clauses),
            notes: clause::notes(&item.clauses),
            from,
            before,
            reference: Decimal::ZERO,
            bounds: (Some(Decimal::ZERO), Some(Decimal::ZERO)),
            place: Place::new(file, item.span),
        });
        self.item_bounds.push(UNBOUNDED);
        let each = item
            .clauses
            .iter()
            .find_map(|c| if let ClauseKind::ForEach(n, w) = &c.kind { Some((n, w.as_ref())) } else { None });
        let block = match (kind, each) {
            (ItemKind::Group, _) => Block::Group,
            (ItemKind::Characteristic | ItemKind::Rule, Some(_)) => Block::Events,
            (ItemKind::Characteristic | ItemKind::Rule, None) => Block::Points,
        };
        self.check_clauses(file, &item.clauses, block);
        let weight = self
            .number_of(file, &item.clauses, |k| if let ClauseKind::Weight(l) = k { Some(l) } else { None });
        let limits = self.limits_of(file, &item.clauses);
        let reason = self.reason_of(file, &item.clauses);
        let baseline = self
            .number_of(file, &item.clauses, |k| if let ClauseKind::Baseline(l) = k { Some(l) } else { None });
        if let Some(entry) = self.items.get_mut(id.index()) {
            entry.weight = weight;
            entry.limits = limits;
            entry.reason = reason;
            entry.baseline = baseline;
        }
        let made = match (block, each) {
            (Block::Group, _) => self.group(file, item, id),
            (_, Some((name, filter))) => self.events(file, item, id, name, filter),
            (_, None) if item.table.is_some() => self.by_table(file, item, id),
            (_, None) => self.by_formula(file, item, id),
        };
        if let Some((body, bounds, reference)) = made {
            let weighted = limited(times(bounds, weight), limits);
            let reference = reference.map(|r| {
                let r = weight.map_or(r, |w| r.checked_mul(w).unwrap_or(r));
                limits.map_or(r, |(low, high)| r.clamp(low, high))
            });
            self.item_bounds.splice(id.index()..=id.index(), [weighted]);
            if let Some(entry) = self.items.get_mut(id.index()) {
                entry.body = body;
                entry.bounds = (weighted.low, weighted.high);
                entry.reference = reference.or(weighted.high).unwrap_or(Decimal::ZERO);
            }
        }
        id
    }

    fn group(&mut self, file: FileId, item: &ast::Item, id: ItemId) -> Option<Made> {
        let mut members = Vec::new();
        for member in &item.members {
            if in_force(&member.clauses, self.today) {
                members.push(self.item(file, member, Some(id)));
            }
        }
        if item.members.is_empty() && !clause::has_broken(&item.clauses) {
            self.error(
                Code::E0218,
                file,
                item.name.span,
                format!("the group `{}` has no members", item.name.text),
            );
            return None;
        }
        let zero = Bounds { low: Some(Decimal::ZERO), high: Some(Decimal::ZERO) };
        let bounds =
            members.iter().filter_map(|m| self.item_bounds.get(m.index())).fold(zero, |sum, b| sum + *b);
        let reference = members
            .iter()
            .filter_map(|m| self.items.get(m.index()))
            .try_fold(Decimal::ZERO, |sum, m| sum.checked_add(m.reference));
        Some((ItemBody::Group(members), bounds, reference))
    }

    fn by_table(&mut self, file: FileId, item: &ast::Item, id: ItemId) -> Option<Made> {
        let written = item.table.as_ref()?;
        for clause in &item.clauses {
            if let ClauseKind::When(_) | ClauseKind::Points(_) | ClauseKind::PointsHistory(_) = clause.kind {
                self.report(
                    Diagnostic::error(
                        Code::E0220,
                        Place::new(file, clause.span),
                        "the points of this block are in its table",
                    )
                    .help("put the condition into a column, or take the table away"),
                );
            }
        }
        let env = Env::points(file);
        let lowered = self.table(&env, written, Gives::Points)?;
        let if_missing =
            self.if_missing_points(file, &item.clauses, lowered.rows.iter().any(|r| !r.causes.is_empty()));
        if if_missing.is_none() {
            self.missing_points(&lowered.rows, &item.clauses);
        }
        let mut bounds = lowered
            .rows
            .iter()
            .filter_map(|r| r.bounds)
            .reduce(Bounds::union)
            .unwrap_or(Bounds { low: Some(Decimal::ZERO), high: Some(Decimal::ZERO) });
        if let Some(n) = if_missing {
            bounds = bounds.union(Bounds { low: Some(n), high: Some(n) });
        }
        let reasons: Vec<bool> = lowered.table.rows.iter().map(|r| r.reason.is_some()).collect();
        self.rows_without_reason(file, item, id, &lowered.rows, &reasons, bounds);
        let has_reason = reasons.contains(&true);
        let all_baselines = lowered.table.rows.iter().all(|r| r.baseline.is_some());
        self.check_reference(file, item, id, bounds, has_reason, all_baselines);
        Some((ItemBody::Table { table: lowered.table, if_missing }, bounds, None))
    }

    fn by_formula(&mut self, file: FileId, item: &ast::Item, id: ItemId) -> Option<Made> {
        let env = Env::points(file);
        let when = clause::when(&item.clauses);
        let condition = when.map(|e| (self.condition(&env, e), self.text(file, e.span)));
        if condition.as_ref().is_some_and(|(t, _)| t.kind.is_none()) {
            return None;
        }
        // The points count only where the condition is yes.
        let given: Vec<Given> =
            condition.iter().flat_map(|(t, _)| holds(&t.expr)).map(Given::known).collect();
        let (points, text) = self.points_clause(&env.given(given), &item.clauses, item)?;
        let undecided = condition.as_ref().map(|(t, _)| t.causes.clone()).unwrap_or_default();
        let causes = super::typed::both(undecided, &points.causes);
        let if_missing = self.if_missing_points(file, &item.clauses, !causes.is_empty());
        if if_missing.is_none() && !causes.is_empty() && !clause::has_broken(&item.clauses) {
            let span = when.filter(|_| points.causes.is_empty()).map_or(points.span, |e| e.span);
            let text = self.text(file, span);
            self.report(
                Diagnostic::error(
                    Code::E0204,
                    Place::new(file, span),
                    format!("`{text}` may be missing, and nothing says what is given then"),
                )
                .label(format!("missing when {}", describe_causes(&causes)))
                .help("add a line `if missing 0`, with the points that are right then"),
            );
            return None;
        }
        let mut bounds = points.bounds;
        for extra in condition.iter().map(|_| Decimal::ZERO).chain(if_missing) {
            bounds = bounds.union(Bounds { low: Some(extra), high: Some(extra) });
        }
        self.formula_without_reason(file, item, id, bounds);
        self.check_reference(file, item, id, bounds, false, false);
        let (when, when_text) = condition.map_or((None, String::new()), |(t, text)| (Some(t.expr), text));
        let formula = Formula { when, when_text, points: points.expr, points_text: text, if_missing };
        Some((ItemBody::Formula(formula), bounds, None))
    }

    /// The `points` line of a rule, as a number.
    pub(super) fn points_clause(
        &mut self,
        env: &Env,
        clauses: &[Clause],
        item: &ast::Item,
    ) -> Option<(super::typed::Typed, String)> {
        let file = env.file;
        for clause in clauses {
            if let ClauseKind::Points(e) | ClauseKind::PointsEach(e) = &clause.kind {
                let typed = self.expression(env, e);
                let found = typed.kind?;
                if !super::table::fits(Type::Number, found, typed.literal) {
                    let mut diagnostic = Diagnostic::error(
                        Code::E0209,
                        Place::new(file, e.span),
                        format!("points are a number, not {}", self.type_name(found)),
                    );
                    if found == Type::Money {
                        diagnostic = diagnostic.help("`amount(x)` is the number of an amount of money");
                    }
                    self.report(diagnostic);
                    return None;
                }
                let text = self.text(file, e.span);
                return Some((typed, text));
            }
            if let ClauseKind::PointsHistory(h) = &clause.kind {
                self.check_history(file, h);
                let literal = super::periods::value_on(h, self.today).cloned()?;
                let value = self.literal(file, &literal, Type::Number)?;
                let text = self.text(file, literal.span());
                return Some((super::typed::Typed::constant(value, Type::Number, literal.span()), text));
            }
        }
        if !clause::has_broken(clauses) {
            let what = if item.kind == ast::ItemKind::Characteristic { "characteristic" } else { "rule" };
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, item.name.span),
                    format!("the {what} `{}` gives no points", item.name.text),
                )
                .help("add a table with a column `points`, or a line `points …`"),
            );
        }
        None
    }

    /// The points of `if missing`; warns where nothing can be missing.
    pub(super) fn if_missing_points(
        &mut self,
        file: FileId,
        clauses: &[Clause],
        may_be_missing: bool,
    ) -> Option<Decimal> {
        let clause = clauses.iter().find(|c| {
            matches!(
                c.kind,
                ClauseKind::IfMissing(_) | ClauseKind::IfMissingApplies | ClauseKind::IfMissingDoesNotApply
            )
        })?;
        let points = if let ClauseKind::IfMissing(literal) = &clause.kind {
            self.number(file, literal)
        } else {
            if clause.kind == ClauseKind::IfMissingApplies {
                self.report(
                    Diagnostic::error(
                        Code::E0220,
                        Place::new(file, clause.span),
                        "`if missing applies` does not say how many points",
                    )
                    .help("write `if missing N`"),
                );
            }
            None
        };
        if !may_be_missing {
            self.never_missing(file, clause);
        }
        // Something stands there: that nothing does is not to be said as well.
        points.or(Some(Decimal::ZERO))
    }

    pub(super) fn missing_points(&mut self, rows: &[RowFacts], clauses: &[Clause]) {
        if clause::has_broken(clauses) {
            return;
        }
        for row in rows.iter().filter(|r| !r.causes.is_empty()) {
            self.report(
                Diagnostic::error(
                    Code::E0204,
                    row.place,
                    "these points may be missing, and nothing says what is given then",
                )
                .label(format!("missing when {}", describe_causes(&row.causes)))
                .help("add a line `if missing 0` to the block, or a row for what is missing"),
            );
        }
    }
}

/// How an item comes to its points, their bounds, and what losses are counted from where that is not their greatest.
pub(super) type Made = (ItemBody, Bounds, Option<Decimal>);

/// Bounds times a weight.
pub(super) fn times(bounds: Bounds, weight: Option<Decimal>) -> Bounds {
    weight.map_or(bounds, |w| bounds * Bounds::exactly(w))
}

/// Bounds brought between limits.
pub(super) fn limited(bounds: Bounds, limits: Option<(Decimal, Decimal)>) -> Bounds {
    let Some((low, high)) = limits else { return bounds };
    Bounds {
        low: Some(bounds.low.map_or(low, |n| n.clamp(low, high))),
        high: Some(bounds.high.map_or(high, |n| n.clamp(low, high))),
    }
}
