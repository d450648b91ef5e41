//! What an evaluation lets be seen on its way: one walk serves the score and its explanation.
//!
//! The interpreter is generic over [`Trace`]. `()` sees nothing and costs nothing; a [`Recording`] keeps everything, and
//! is what an explanation is made of, so that the two cannot disagree.

use super::{Answer, Status};
use crate::data::{Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{Cap, DecisionId, DefinitionId, ItemId, Row, Table, TierId};

/// Told of every step of the evaluation of one record, in the order of the steps.
pub trait Trace {
    /// Participation is open: what its condition was, and whether the record takes part.
    fn participation(&mut self, _needs: &Value, _takes_part: bool) {}

    /// A definition of the record: its value, and the row that gave it where it is worked out by a table.
    fn definition(&mut self, _id: DefinitionId, _value: &Value, _matched: Option<&Match>) {}

    /// The row that an item's table gave, and its points (missing where they were; absent where it says `not scored`).
    fn row(&mut self, _id: ItemId, _matched: &Match, _points: Option<&Value>) {}

    /// A rule's condition, where it has one, and its points.
    fn formula(&mut self, _id: ItemId, _when: Option<&Value>, _points: &Value) {}

    /// A per-event rule begins to count.
    fn events(&mut self, _id: ItemId) {}

    /// An event that a per-event rule counted.
    fn event(&mut self, _id: ItemId, _event: &EventSeen) {}

    /// A cap of a per-event rule that left less of the sum of a period than there was.
    fn cap(&mut self, _id: ItemId, _capped: &Capped) {}

    /// An item: what it came to, step by step. Groups come after their members.
    fn item(&mut self, _id: ItemId, _steps: &Steps) {}

    /// The influence at a position.
    fn influence(&mut self, _position: usize, _seen: &InfluenceSeen) {}

    /// Start and points summed, and brought into the range.
    fn total(&mut self, _sum: Decimal, _in_range: Decimal) {}

    /// The override at a position; each one in force is told of, whether it applied or not.
    fn override_seen(&mut self, _position: usize, _seen: &OverrideSeen) {}

    /// Whether the record is scored; where it is, the score before and after rounding.
    fn status(&mut self, _status: Status, _rounding: Option<(Decimal, Decimal)>) {}

    /// The tier by the score, and after overrides.
    fn tier(&mut self, _by_score: Option<TierId>, _after: Option<TierId>) {}

    /// A decision.
    fn decision(&mut self, _id: DecisionId, _matched: &Match, _answer: &Answer) {}

    /// The benefit or penalty at a position: what its condition was, and whether it is held.
    fn consequence(&mut self, _position: usize, _when: &Value, _held: bool) {}
}

/// The silent trace.
impl Trace for () {}

/// What a table saw and which row fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The value of each column.
    pub seen: Vec<Value>,
    /// The row, by position. A table of a policy always has one that fits.
    pub row: Option<usize>,
}

impl Match {
    /// The row of the table that it is about.
    pub fn row_of<'a>(&self, table: &'a Table) -> Option<&'a Row> {
        self.row.and_then(|row| table.rows.get(row))
    }
}

/// One event of a per-event rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSeen {
    /// Its position among the record's children of the kind (or among the linked records), in the order of the data.
    pub position: usize,
    /// Its day, where the rule knows one.
    pub date: Option<Date>,
    /// The row that it matched, where the rule has a table.
    pub matched: Option<Match>,
    /// Its points, before caps.
    pub points: Decimal,
    /// Why the rule's `if missing` had to stand in for its points, where it had to.
    pub missing: Option<Why>,
}

/// What a cap left of one sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capped {
    /// The cap.
    pub cap: Cap,
    /// The first day of the period; absent for a cap in total, and for events without a date.
    pub from: Option<Date>,
    /// The sum that came to the cap.
    pub sum: Decimal,
    /// What the cap left of it.
    pub left: Decimal,
}

/// How an item came to its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// What the table, the formula, the events before their caps, or the members of a group came to.
    pub raw: Decimal,
    /// After the caps of a per-event rule.
    pub capped: Decimal,
    /// After the weight.
    pub weighted: Decimal,
    /// After the limits: the points given.
    pub points: Decimal,
    /// Why `if missing` had to stand in, where it had to.
    pub missing: Option<Why>,
}

/// How an influence came to its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InfluenceSeen {
    /// How many linked records there are.
    pub linked: usize,
    /// How many of them have a score.
    pub with_score: usize,
    /// The statistic over their scores and the smoothing; absent where nobody has a score.
    pub statistic: Option<Decimal>,
    /// Weight times the distance of the statistic from `against`.
    pub raw: Decimal,
    /// After the limits: the points given.
    pub points: Decimal,
}

/// What an override did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideSeen {
    /// Its condition.
    pub when: Value,
    /// Whether it applied, `if missing` considered.
    pub applied: bool,
    /// Whether the result is another one because of it.
    pub changed: bool,
    /// By how much it moved the score up as a floor, before any cap.
    pub lifted: Decimal,
    /// By how much it moved the score as a cap (negative, or 0), after the floors.
    pub lowered: Decimal,
    /// Whether it changed the tier, beyond what the score does.
    pub changed_tier: bool,
}

/// A trace that keeps everything it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// Participation, where it is open: its condition, and whether the record takes part.
    pub participation: Option<(Value, bool)>,
    /// Definitions, in the order of evaluation.
    pub definitions: Vec<DefinitionSeen>,
    /// Items, members before their group.
    pub items: Vec<ItemSeen>,
    /// Influences, in source order.
    pub influences: Vec<InfluenceSeen>,
    /// The sum, and the sum brought into the range.
    pub total: Option<(Decimal, Decimal)>,
    /// Overrides, in source order.
    pub overrides: Vec<OverrideSeen>,
    /// The status, and the score before and after rounding.
    pub status: Option<(Status, Option<(Decimal, Decimal)>)>,
    /// The tier by the score, and after overrides.
    pub tier: (Option<TierId>, Option<TierId>),
    /// Decisions: the row and the answer.
    pub decisions: Vec<(DecisionId, Match, Answer)>,
    /// Benefits and penalties, in source order: the condition, and whether it is held.
    pub consequences: Vec<(Value, bool)>,
    /// The body of the item that is being worked out.
    body: BodySeen,
}

/// A definition, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionSeen {
    /// Which.
    pub id: DefinitionId,
    /// Its value.
    pub value: Value,
    /// The row that gave it, where it is worked out by a table.
    pub matched: Option<Match>,
}

/// An item, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSeen {
    /// Which.
    pub id: ItemId,
    /// How it came to its points.
    pub steps: Steps,
    /// What its body saw.
    pub body: BodySeen,
}

/// What the body of an item saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BodySeen {
    /// A table: the row, and whether it says `not scored`.
    Row(Match, bool),
    /// A formula: its condition, where it has one, and its points.
    Formula(Option<Value>, Value),
    /// Events, and what the caps left.
    Events(Vec<EventSeen>, Vec<Capped>),
    /// A group: its members are recorded themselves.
    #[default]
    Group,
}

impl Recording {
    /// A recording of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was recorded of an item.
    pub fn item(&self, id: ItemId) -> Option<&ItemSeen> {
        self.items.iter().find(|item| item.id == id)
    }

    /// What was recorded of a definition.
    pub fn definition(&self, id: DefinitionId) -> Option<&DefinitionSeen> {
        self.definitions.iter().find(|definition| definition.id == id)
    }
}

impl Trace for Recording {
    fn participation(&mut self, needs: &Value, takes_part: bool) {
        self.participation = Some((needs.clone(), takes_part));
    }

    fn definition(&mut self, id: DefinitionId, value: &Value, matched: Option<&Match>) {
        self.definitions.push(DefinitionSeen { id, value: value.clone(), matched: matched.cloned() });
    }

    fn row(&mut self, _id: ItemId, matched: &Match, points: Option<&Value>) {
        self.body = BodySeen::Row(matched.clone(), points.is_none());
    }

    fn formula(&mut self, _id: ItemId, when: Option<&Value>, points: &Value) {
        self.body = BodySeen::Formula(when.cloned(), points.clone());
    }

    fn events(&mut self, _id: ItemId) {
        self.body = BodySeen::Events(Vec::new(), Vec::new());
    }

    fn event(&mut self, _id: ItemId, event: &EventSeen) {
        if let BodySeen::Events(events, _) = &mut self.body {
            events.push(event.clone());
        }
    }

    fn cap(&mut self, _id: ItemId, capped: &Capped) {
        if let BodySeen::Events(_, caps) = &mut self.body {
            caps.push(*capped);
        }
    }

    fn item(&mut self, id: ItemId, steps: &Steps) {
        self.items.push(ItemSeen { id, steps: *steps, body: std::mem::take(&mut self.body) });
    }

    fn influence(&mut self, _position: usize, seen: &InfluenceSeen) {
        self.influences.push(*seen);
    }

    fn total(&mut self, sum: Decimal, in_range: Decimal) {
        self.total = Some((sum, in_range));
    }

    fn override_seen(&mut self, _position: usize, seen: &OverrideSeen) {
        self.overrides.push(seen.clone());
    }

    fn status(&mut self, status: Status, rounding: Option<(Decimal, Decimal)>) {
        self.status = Some((status, rounding));
    }

    fn tier(&mut self, by_score: Option<TierId>, after: Option<TierId>) {
        self.tier = (by_score, after);
    }

    fn decision(&mut self, id: DecisionId, matched: &Match, answer: &Answer) {
        self.decisions.push((id, matched.clone(), answer.clone()));
    }

    fn consequence(&mut self, _position: usize, when: &Value, held: bool) {
        self.consequences.push((when.clone(), held));
    }
}
