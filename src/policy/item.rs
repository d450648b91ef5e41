//! What gives points: characteristics, rules, groups, influences.

use super::{Expr, Over, RowOutcome, Table};
use crate::data::{FieldId, LinkId, id};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::source::Place;

id!(
    /// A definition of a [`super::Policy`].
    DefinitionId
);
id!(
    /// An item of a [`super::Policy`].
    ItemId
);
id!(
    /// A reason of a [`super::Policy`].
    ReasonId
);
id!(
    /// A tier of a [`super::Policy`], 0 the best.
    TierId
);
id!(
    /// A decision of a [`super::Policy`].
    DecisionId
);

/// A characteristic, a rule or a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Which of the three the author called it.
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// The group it stands in.
    pub group: Option<ItemId>,
    /// How it comes to its points.
    pub body: ItemBody,
    /// Its weight: points are multiplied by it, rounded to 9 places, before the limits.
    pub weight: Option<Decimal>,
    /// The least and greatest points that it can give.
    pub limits: Option<(Decimal, Decimal)>,
    /// The reason of rows and rules without their own.
    pub reason: Option<ReasonId>,
    /// PMML's baseline score.
    pub baseline: Option<Decimal>,
    /// `source` lines.
    pub sources: Vec<String>,
    /// `note` lines.
    pub notes: Vec<String>,
    /// In force from this day on.
    pub from: Option<Date>,
    /// Out of force from this day on.
    pub before: Option<Date>,
    /// What points lost are counted from (after weight and limits): the most that any record can get; 0 for a per-event rule;
    /// for a group its members' references summed, weighted and limited.
    pub reference: Decimal,
    /// The least and the most points that it can give, by interval arithmetic (after weight and limits); `None` is unbounded.
    pub bounds: (Option<Decimal>, Option<Decimal>),
    /// The whole head line.
    pub place: Place,
}

/// What the author called an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// `characteristic`
    Characteristic,
    /// `rule`
    Rule,
    /// `group`
    Group,
}

/// How an item comes to its points.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemBody {
    /// By the row of a table. Where the row's points are missing, `if_missing` is given.
    Table {
        /// The table; outcomes are points.
        table: Table,
        /// Points where the matched row's expression is missing; checked to be there if that can be.
        if_missing: Option<Decimal>,
    },
    /// By a formula.
    Formula(Formula),
    /// By the sum over events.
    Events(Events),
    /// The sum of its members, in source order.
    Group(Vec<super::ItemId>),
}

/// `when … points …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The condition; without one the rule always applies. Where it is `no` the rule gives 0.
    pub when: Option<Expr>,
    /// The condition as written, for the explanation.
    pub when_text: String,
    /// The points.
    pub points: Expr,
    /// The points as written.
    pub points_text: String,
    /// Points where the condition is undecided or the points are missing; checked to be there if that can be.
    pub if_missing: Option<Decimal>,
}

/// A per-event rule: points for each child or linked record, summed under caps.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    /// Over which records. Those dated later than the run's day are left out.
    pub over: Over,
    /// Only records for which this is yes. Never missing.
    pub filter: Option<Expr>,
    /// The filter as written.
    pub filter_text: String,
    /// The points of one event.
    pub points: EventPoints,
    /// Points of one event whose points are missing.
    pub if_missing: Option<Decimal>,
    /// Caps on the size of sums, shortest period first.
    pub caps: Vec<Cap>,
    /// The field that dates an event; always there when a cap has a period other than `in total`.
    pub date: Option<FieldId>,
}

impl Events {
    /// Whether a row for an event says `not scored`.
    pub fn can_unscore(&self) -> bool {
        match &self.points {
            EventPoints::Each(_) => false,
            EventPoints::Table(table) => table.rows.iter().any(|row| row.outcome == RowOutcome::NotScored),
        }
    }
}

/// The points of one event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventPoints {
    /// The same expression for all.
    Each(Expr),
    /// By a table.
    Table(Table),
}

/// `no more than N a day`: the sum of each period is brought to between -N and N.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Over which period.
    pub period: CapPeriod,
    /// The most, 0 or greater.
    pub most: Decimal,
}

/// The period of a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapPeriod {
    /// Each day.
    Day,
    /// Each calendar month.
    Month,
    /// Each calendar year.
    Year,
    /// All events.
    Total,
}

/// Points from the scores of linked records: clamp(weight × (x − against)), x the statistic over the linked records that
/// have a score and `smoothing` copies of `against`; 0 where there are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// The link, whose name is the influence's name.
    pub link: LinkId,
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// What is taken of the linked scores.
    pub statistic: Statistic,
    /// The score that changes nothing.
    pub against: Decimal,
    /// The weight.
    pub weight: Decimal,
    /// How many imagined records with the score `against` are added.
    pub smoothing: u32,
    /// The least and greatest points.
    pub limits: Option<(Decimal, Decimal)>,
    /// Settled scores (the fixed point), or previously published ones.
    pub settled: bool,
    /// The reason where it loses points.
    pub reason: Option<ReasonId>,
    /// `source` lines.
    pub sources: Vec<String>,
    /// `note` lines.
    pub notes: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

impl Influence {
    /// What it gives whatever the scores are, where it has no weight: nothing, or as near to that as its limits are.
    #[must_use]
    pub fn unweighted(&self) -> Option<Decimal> {
        self.weight.is_zero().then(|| nothing_within(self.limits))
    }

    /// Whether it never gives points: it has no weight, and its limits allow that.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.unweighted().is_some_and(Decimal::is_zero)
    }

    /// Whether scores of others settle with one's own by it.
    #[must_use]
    pub fn settles(&self) -> bool {
        self.settled && !self.is_idle()
    }
}

/// No points, as near as limits allow.
#[must_use]
pub fn nothing_within(limits: Option<(Decimal, Decimal)>) -> Decimal {
    limits.map_or(Decimal::ZERO, |(low, high)| Decimal::ZERO.max(low).min(high))
}

/// A statistic over linked scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The mean, rounded to 9 places.
    Average,
    /// The middle value; for an even number the mean of the two middle ones.
    Median,
    /// The least.
    Lowest,
    /// The greatest.
    Highest,
}
