//! What of a record, its children and the records linked to it something reads.

use crate::data::{FieldId, LinkId, RecordId};
use crate::policy::{
    DefinitionBody, DefinitionId, EventPoints, Events, Expr, ItemBody, ItemId, Over, Policy, RowOutcome,
    Table,
};
use std::collections::BTreeSet;

/// Something that can be read about a scored record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Read {
    /// A field of the record.
    Field(FieldId),
    /// That it has children of a kind, and how many.
    Children(RecordId),
    /// A field of its children.
    ChildField(RecordId, FieldId),
    /// That a link leads to others, and to how many.
    Link(LinkId),
    /// A field of the records that a link leads to.
    PeerField(LinkId, FieldId),
    /// The scores of the records that a link leads to.
    PeerScores(LinkId),
}

impl Read {
    /// Whether it is a link itself, or something of those that it leads to.
    pub(super) fn is_of_link(&self, link: LinkId) -> bool {
        matches!(self, Self::Link(of) | Self::PeerField(of, _) | Self::PeerScores(of) if *of == link)
    }
}

/// What something that stands after the score reads.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadAfter {
    /// What it reads of the record, also through decisions and the points of items.
    pub(super) reads: BTreeSet<Read>,
    /// Whether it reads the score or the tier.
    pub(super) score: bool,
}

impl ReadAfter {
    /// What a condition of a benefit or a penalty reads, or a decision.
    pub(super) fn of(policy: &Policy, expr: &Expr) -> Self {
        let mut found = Self::default();
        found.expr(policy, expr);
        found
    }

    fn expr(&mut self, policy: &Policy, expr: &Expr) {
        match expr {
            Expr::Score => self.score = true,
            Expr::Tier => {
                self.score = true;
                // Some overrides move the tier and not the score.
                for each in &policy.overrides {
                    if each.tier_at_least.is_some() || each.tier_at_most.is_some() {
                        self.reads.extend(Reader::of(policy, &each.when.when, None));
                    }
                }
            }
            Expr::Decision(id) => {
                if let Some(decision) = policy.decisions.get(id.index()) {
                    // Decisions are given to scored records only.
                    self.score = true;
                    decision.table.columns.iter().for_each(|column| self.expr(policy, &column.subject));
                    for row in &decision.table.rows {
                        if let RowOutcome::Value(value) = &row.outcome {
                            self.expr(policy, value);
                        }
                    }
                }
            }
            Expr::PointsOf(id) => {
                self.score = true;
                self.item(policy, *id);
            }
            Expr::PointsOfInfluence(at) => {
                self.score = true;
                if let Some(influence) = policy.influences.get(*at as usize) {
                    self.reads.extend([Read::Link(influence.link), Read::PeerScores(influence.link)]);
                }
            }
            Expr::Negate(_)
            | Expr::Test(..)
            | Expr::IsMissing(_)
            | Expr::Not(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::Otherwise(..)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Call(..) => expr.operands().for_each(|each| self.expr(policy, each)),
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Aggregate(_) => self.reads.extend(Reader::of(policy, expr, None)),
        }
    }

    fn item(&mut self, policy: &Policy, id: ItemId) {
        match &policy.item(id).body {
            ItemBody::Group(members) => members.iter().for_each(|member| self.item(policy, *member)),
            ItemBody::Events(events) => self.reads.extend(Reader::of_events(policy, events)),
            ItemBody::Table { table, .. } => {
                let mut reader = Reader::new(policy);
                reader.table(table, None, None);
                self.reads.extend(reader.reads);
            }
            ItemBody::Formula(formula) => {
                for expr in formula.when.iter().chain([&formula.points]) {
                    self.reads.extend(Reader::of(policy, expr, None));
                }
            }
        }
    }
}

/// Gathers what expressions read, also through definitions.
pub(super) struct Reader<'p> {
    policy: &'p Policy,
    entered: BTreeSet<(DefinitionId, Option<Over>)>,
    /// What was read so far.
    pub(super) reads: BTreeSet<Read>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        Self { policy, entered: BTreeSet::new(), reads: BTreeSet::new() }
    }

    /// What an expression about the record reads; `over` is the event in scope.
    pub(super) fn of(policy: &'p Policy, expr: &Expr, over: Option<Over>) -> BTreeSet<Read> {
        let mut reader = Self::new(policy);
        reader.expr(expr, over, None);
        reader.reads
    }

    /// What a per-event rule reads.
    pub(super) fn of_events(policy: &'p Policy, events: &Events) -> BTreeSet<Read> {
        let mut reader = Self::new(policy);
        reader.exist(events.over);
        let over = Some(events.over);
        events.filter.iter().for_each(|filter| reader.expr(filter, over, None));
        match &events.points {
            EventPoints::Each(points) => reader.expr(points, over, None),
            EventPoints::Table(table) => reader.table(table, over, None),
        }
        let by_day = events.caps.iter().any(|cap| cap.period != crate::policy::CapPeriod::Total);
        if let (true, Some(date)) = (by_day, events.date) {
            reader.field(Some(events.over), date);
        }
        if let Over::Child(kind) = events.over {
            reader.dated(kind);
        }
        reader.reads
    }

    fn exist(&mut self, over: Over) {
        self.reads.insert(match over {
            Over::Child(kind) => Read::Children(kind),
            Over::Link(link) => Read::Link(link),
        });
    }

    /// Children of a day to come are left out: their day is read.
    fn dated(&mut self, kind: RecordId) {
        if let Some(date) = self.policy.schema.record(kind).dated {
            self.reads.insert(Read::ChildField(kind, date));
        }
    }

    fn field(&mut self, of: Option<Over>, field: FieldId) {
        self.reads.insert(match of {
            None => Read::Field(field),
            Some(Over::Child(kind)) => Read::ChildField(kind, field),
            Some(Over::Link(link)) => Read::PeerField(link, field),
        });
    }

    /// `over` is the event in scope; `of` whose fields `Expr::Field` are, where a definition of an event was entered.
    fn expr(&mut self, expr: &Expr, over: Option<Over>, of: Option<Over>) {
        match expr {
            Expr::Field(field) => self.field(of, *field),
            Expr::EventField(field) => self.field(over, *field),
            Expr::Definition(id) => self.definition(*id, of),
            Expr::EventDefinition(id) => self.definition(*id, over),
            Expr::PreviousScore => {
                if let Some(Over::Link(link)) = over {
                    self.reads.insert(Read::PeerScores(link));
                }
            }
            Expr::Negate(_)
            | Expr::Test(..)
            | Expr::IsMissing(_)
            | Expr::Not(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::Otherwise(..)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Call(..) => expr.operands().for_each(|each| self.expr(each, over, of)),
            Expr::Aggregate(aggregate) => {
                self.exist(aggregate.over);
                expr.operands().for_each(|each| self.expr(each, Some(aggregate.over), of));
                if let Over::Child(kind) = aggregate.over {
                    self.dated(kind);
                }
            }
            Expr::Constant(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => {}
        }
    }

    fn table(&mut self, table: &Table, over: Option<Over>, of: Option<Over>) {
        table.columns.iter().for_each(|column| self.expr(&column.subject, over, of));
        for row in &table.rows {
            if let RowOutcome::Value(value) = &row.outcome {
                self.expr(value, over, of);
            }
        }
    }

    fn definition(&mut self, id: DefinitionId, of: Option<Over>) {
        if self.entered.insert((id, of)) {
            let policy = self.policy;
            match &policy.definition(id).body {
                DefinitionBody::Expr(expr) => self.expr(expr, None, of),
                DefinitionBody::Table(table) => self.table(table, None, of),
            }
        }
    }
}
