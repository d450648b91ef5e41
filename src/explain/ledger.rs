//! The lines of an explanation that have points: start, contributions and adjustments, which sum to the score.
//!
//! The list is flat. A characteristic or rule contributes what its row, formula or events came to; each cap, weight and
//! limit that changed that, its own or its group's, is an adjustment under the name of the item or group that it belongs to.
//! So every line holds a number that stands in the policy, and the sums telescope: an item's contribution and its
//! adjustments are the points of the item, its members' and its own adjustments those of a group. No line is rounded twice.

use super::reads::{Reads, kind_of, name_of};
use super::shown::{Amount, Named, Shown, shown, signed};
use super::{Adjustment, CellSeen, Contribution, GroupHead, Source, Spot};
use crate::data::{Subject, Value};
use crate::decimal::Decimal;
use crate::eval::{BodySeen, Capped, EventSeen, InfluenceSeen, ItemSeen, Match, OverrideSeen, Recording};
use crate::policy::{
    CapPeriod, EventPoints, Events, Expr, Formula, Influence, Item, ItemBody, ItemId, ItemKind, Over,
    Override, Policy, Statistic, Table,
};
use std::fmt::Write as _;

/// Makes the lines of one record.
pub(super) struct Ledger<'a> {
    pub(super) policy: &'a Policy,
    pub(super) source: Source<'a>,
    pub(super) subject: &'a Subject<'a>,
    pub(super) recording: &'a Recording,
}

impl Ledger<'_> {
    /// Characteristics and rules, in source order.
    pub(super) fn contributions(&self) -> Vec<Contribution> {
        self.recording
            .items
            .iter()
            .enumerate()
            .filter_map(|(step, seen)| self.contribution(step, seen))
            .collect()
    }

    /// Caps, weights and limits, members before their group; influences; range; overrides that applied; rounding.
    pub(super) fn adjustments(&self) -> Vec<Adjustment> {
        let mut lines = Vec::new();
        for (step, seen) in self.recording.items.iter().enumerate() {
            self.adjust_item(step, seen, &mut lines);
        }
        for (influence, seen) in self.policy.influences.iter().zip(&self.recording.influences) {
            self.adjust_influence(influence, seen, &mut lines);
        }
        if let (Some((sum, in_range)), Some((least, most))) = (self.recording.total, self.policy.range) {
            let line = Adjustment::new("range", "range", "Range", minus(in_range, sum));
            lines.extend(line.saying(format!("{least} to {most}")).unless_zero());
        }
        for (each, seen) in self.policy.overrides.iter().zip(&self.recording.overrides) {
            if seen.applied {
                lines.push(self.override_line(each, seen));
            }
        }
        if let Some((_, Some((settled, score)))) = self.recording.status {
            let line = Adjustment::new("rounding", "rounding", "Rounding", minus(score, settled));
            lines.extend(line.saying(format!("to {}", self.policy.round)).unless_zero());
        }
        lines
    }

    /// The groups, each at the step of its first member.
    pub(super) fn groups(&self) -> Vec<GroupHead> {
        let items = &self.recording.items;
        let heads = items.iter().filter(|seen| seen.body == BodySeen::Group).map(|group| {
            let inside = |seen: &ItemSeen| self.groups_of(self.policy.item(seen.id)).any(|id| id == group.id);
            let item = self.policy.item(group.id);
            let (file, line) = self.source.locate(item.place);
            GroupHead {
                title: item.title.clone(),
                points: Amount(group.steps.points),
                file,
                line,
                spot: self.spot(items.iter().position(inside).unwrap_or(usize::MAX), item),
            }
        });
        heads.collect()
    }

    fn contribution(&self, step: usize, seen: &ItemSeen) -> Option<Contribution> {
        let item = self.policy.item(seen.id);
        let kind = match item.kind {
            ItemKind::Characteristic => "characteristic",
            ItemKind::Rule => "rule",
            ItemKind::Group => return None,
        };
        let mut line = Contribution {
            name: item.name.clone(),
            title: item.title.clone(),
            kind,
            points: Amount(seen.steps.raw),
            reason: self.code(item.reason),
            file: None,
            line: None,
            matched: String::new(),
            values: Named::default(),
            cells: Vec::new(),
            lost: item.reference > seen.steps.points,
            not_scored: false,
            spot: self.spot(step, item),
        };
        let mut place = item.place;
        match (&item.body, &seen.body) {
            (ItemBody::Table { table, .. }, BodySeen::Row(matched, not_scored)) => {
                (line.matched, line.cells) = self.name_row(table, matched);
                line.not_scored = *not_scored;
                self.show_columns(table, matched, &mut line.values);
                if let Some(row) = matched.row_of(table) {
                    place = row.place;
                    line.reason = self.code(row.reason.or(item.reason));
                }
            }
            (ItemBody::Formula(formula), BodySeen::Formula(when, _)) => {
                line.matched = name_formula(formula, when.as_ref());
                let reads = formula.when.iter().chain([&formula.points]);
                reads.for_each(|expr| self.show_reads(expr, &mut line.values));
            }
            (ItemBody::Events(events), BodySeen::Events(seen, _)) => {
                line.matched = self.name_events(events, seen);
                let shown = seen.iter().map(|event| self.show_event(events, item, event)).collect();
                line.values.add(name_of(self.policy, events.over), Shown::Events(shown));
                line.lost = line.points.0 < Decimal::ZERO;
            }
            // The recording is of this policy: bodies are of one kind.
            (_, _) => {}
        }
        if seen.steps.missing.is_some() {
            line.matched.push_str(", if missing");
        }
        (line.file, line.line) = self.source.locate(place);
        Some(line)
    }

    fn adjust_item(&self, step: usize, seen: &ItemSeen, lines: &mut Vec<Adjustment>) {
        let (item, steps) = (self.policy.item(seen.id), &seen.steps);
        let mut add = |kind, points, says: String| {
            let mut line = Adjustment::new(&item.name, kind, &item.title, points).saying(says);
            line.spot = self.spot(step, item);
            lines.extend(line.at(self.source.locate(item.place)).unless_zero());
        };
        if let BodySeen::Events(_, capped) = &seen.body {
            add("cap", minus(steps.capped, steps.raw), name_caps(capped));
        }
        if let Some(weight) = item.weight {
            add("weight", minus(steps.weighted, steps.capped), format!("counts {weight} times"));
        }
        if let Some((least, most)) = item.limits {
            add("limit", minus(steps.points, steps.weighted), format!("limited to {least} to {most}"));
        }
    }

    fn adjust_influence(&self, influence: &Influence, seen: &InfluenceSeen, lines: &mut Vec<Adjustment>) {
        let says = name_influence(influence, seen);
        let mut line = Adjustment::new(&influence.name, "influence", &influence.title, seen.raw).saying(says);
        line.reason = self.code(influence.reason);
        lines.push(line.at(self.source.locate(influence.place)));
        if let Some((least, most)) = influence.limits {
            let line =
                Adjustment::new(&influence.name, "limit", &influence.title, minus(seen.points, seen.raw));
            let line = line.saying(format!("limited to {least} to {most}"));
            lines.extend(line.at(self.source.locate(influence.place)).unless_zero());
        }
    }

    fn override_line(&self, each: &Override, seen: &OverrideSeen) -> Adjustment {
        let tier = |id: crate::policy::TierId| {
            self.policy.tiers.get(id.index()).map_or("", |tier| tier.name.as_str())
        };
        let parts = [
            each.score_at_most.map(|n| format!("score at most {n}")),
            each.score_at_least.map(|n| format!("score at least {n}")),
            each.tier_at_most.map(|id| format!("tier at most {}", tier(id))),
            each.tier_at_least.map(|id| format!("tier at least {}", tier(id))),
            each.not_scored.then(|| "not scored".to_owned()),
        ];
        let mut says = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let _ = write!(says, ", because {}", each.when.text);
        if seen.when.is_missing() {
            says.push_str(" is undecided");
        }
        if !seen.changed {
            says.push_str("; changes nothing");
        }
        let points = sum(seen.lifted, seen.lowered);
        let mut line = Adjustment::new(&each.name, "override", &each.title, points).saying(says);
        line.reason = self.code(each.reason);
        line.at(self.source.locate(each.place))
    }

    fn spot(&self, step: usize, item: &Item) -> Spot {
        Spot { step, depth: self.groups_of(item).count() }
    }

    /// The groups that an item is in, the innermost first.
    fn groups_of(&self, item: &Item) -> impl Iterator<Item = ItemId> {
        std::iter::successors(item.group, |group| self.policy.item(*group).group)
    }

    fn code(&self, reason: Option<crate::policy::ReasonId>) -> Option<String> {
        reason.map(|reason| self.policy.reason(reason).code.clone())
    }

    /// A row, named by its cells, and what each cell saw.
    pub(super) fn name_row(&self, table: &Table, matched: &Match) -> (String, Vec<CellSeen>) {
        let cells = matched.row_of(table).map_or(&[][..], |row| row.cells.as_slice());
        let seen: Vec<CellSeen> = table
            .columns
            .iter()
            .zip(cells)
            .zip(&matched.seen)
            .map(|((column, cell), value)| CellSeen {
                column: column.text.clone(),
                value: shown(self.policy, column.kind, value),
                cell: cell.text.clone(),
            })
            .collect();
        let name =
            seen.iter().map(|cell| format!("{}: {}", cell.column, cell.cell)).collect::<Vec<_>>().join("; ");
        (name, seen)
    }

    /// The columns of a table with what they saw, and what those that are definitions read.
    pub(super) fn show_columns(&self, table: &Table, matched: &Match, values: &mut Named) {
        for (column, value) in table.columns.iter().zip(&matched.seen) {
            values.add(&column.text, shown(self.policy, column.kind, value));
        }
        table.columns.iter().for_each(|column| self.show_reads(&column.subject, values));
    }

    /// The definitions and fields that an expression reads.
    fn show_reads(&self, expr: &Expr, values: &mut Named) {
        let reads = Reads::of(self.policy, expr);
        for id in reads.definitions {
            if let Some(seen) = self.recording.definition(id) {
                let definition = self.policy.definition(id);
                values.add(&definition.name, shown(self.policy, definition.kind, &seen.value));
            }
        }
        let record = self.policy.schema.scored();
        for id in reads.fields {
            if let (Some(field), Some(value)) =
                (record.fields.get(id.index()), self.subject.values.get(id.index()))
            {
                values.add(&field.name, shown(self.policy, field.kind, value));
            }
        }
    }

    /// An event: its day, what its row's cells saw or what its points read, its points.
    fn show_event(&self, events: &Events, item: &Item, seen: &EventSeen) -> Named {
        let mut values = Named::default();
        let rows = match events.over {
            Over::Child(kind) => self.subject.children(kind).get(seen.position).copied(),
            Over::Link(link) => self.subject.linked(link).get(seen.position).map(|linked| linked.values),
        };
        let kind = self.policy.schema.record(kind_of(self.policy, events.over));
        let read = Reads::of_item(self.policy, item).event_fields;
        let dated = events.date.map(|date| (events.over, date));
        for (_, id) in dated.into_iter().chain(read).filter(|(over, _)| *over == events.over) {
            let value = rows.and_then(|values| values.get(id.index()));
            if let (Some(field), Some(value)) = (kind.fields.get(id.index()), value) {
                values.add(&field.name, shown(self.policy, field.kind, value));
            }
        }
        if let (EventPoints::Table(table), Some(matched)) = (&events.points, &seen.matched) {
            values.add("matched", Shown::Text(self.name_row(table, matched).0));
        }
        values.add("points", Shown::Number(Amount(seen.points)));
        values
    }

    /// How many events there were, and by a table: how many of each row.
    fn name_events(&self, events: &Events, seen: &[EventSeen]) -> String {
        let records = if seen.len() == 1 { "record" } else { "records" };
        let mut text = format!("{} {} {records}", seen.len(), name_of(self.policy, events.over));
        if !events.filter_text.is_empty() {
            let _ = write!(text, " where {}", events.filter_text);
        }
        match &events.points {
            EventPoints::Each(_) => {
                if let Some(first) =
                    seen.first().filter(|first| seen.iter().all(|e| e.points == first.points))
                {
                    let _ = write!(text, ", {} each", signed(first.points));
                }
            }
            EventPoints::Table(table) => {
                let mut separator = "; ";
                for (position, row) in table.rows.iter().enumerate() {
                    let of_row =
                        || seen.iter().filter(|e| e.matched.as_ref().and_then(|m| m.row) == Some(position));
                    if let Some(first) = of_row().next() {
                        let cells =
                            row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" | ");
                        let points = of_row().try_fold(Decimal::ZERO, |sum, e| sum.checked_add(e.points));
                        let points = points.unwrap_or(first.points);
                        let _ = write!(text, "{separator}{} × {cells}: {}", of_row().count(), signed(points));
                        separator = "; ";
                    }
                }
            }
        }
        text
    }
}

fn name_formula(formula: &Formula, when: Option<&Value>) -> String {
    match when {
        None => formula.points_text.clone(),
        Some(Value::YesNo(true)) => format!("{}: {}", formula.when_text, formula.points_text),
        Some(Value::YesNo(false)) => format!("not {}", formula.when_text),
        Some(_) => format!("{} is undecided", formula.when_text),
    }
}

/// The caps that left less, each once.
fn name_caps(capped: &[Capped]) -> String {
    let mut names: Vec<String> = Vec::new();
    for each in capped {
        let period = match each.cap.period {
            CapPeriod::Day => "a day",
            CapPeriod::Month => "a month",
            CapPeriod::Year => "a year",
            CapPeriod::Total => "in total",
        };
        let name = format!("no more than {} {period}", each.cap.most);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn name_influence(influence: &Influence, seen: &InfluenceSeen) -> String {
    let statistic = match influence.statistic {
        Statistic::Average => "average",
        Statistic::Median => "median",
        Statistic::Lowest => "lowest",
        Statistic::Highest => "highest",
    };
    let Some(value) = seen.statistic else {
        return format!("none of {} linked has a score", seen.linked);
    };
    let mut text = format!("{statistic} {value} of {}", seen.with_score);
    if seen.with_score != seen.linked {
        let _ = write!(text, " with a score among {}", seen.linked);
    }
    if influence.smoothing > 0 {
        let _ = write!(text, " and {} imagined with {}", influence.smoothing, influence.against);
    }
    let _ = write!(text, ", against {}, weight {}", influence.against, influence.weight);
    text
}

/// A difference of two numbers that the evaluation found to fit; where the difference does not, the check of the sum tells.
fn minus(a: Decimal, b: Decimal) -> Decimal {
    a.checked_sub(b).unwrap_or_default()
}

fn sum(a: Decimal, b: Decimal) -> Decimal {
    a.checked_add(b).unwrap_or_default()
}
