//! Small policies and people, made by hand for the tests of the interpreter and of explanations.

use crate::data::{
    CategoryType, CategoryTypeId, Field, FieldId, LinkId, LinkType, Linked, RecordId, RecordType, Records,
    Schema, Set, Subject, Type, Value, Why,
};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::eval::{Outcome, Overflow, Recording, Scorer, Settled, score_all, score_one};
use crate::policy::*;
use crate::source::{FileId, Place, Span};

/// The fields of a person, by position.
pub(crate) const ID: FieldId = FieldId(0);
pub(crate) const A: FieldId = FieldId(1);
pub(crate) const B: FieldId = FieldId(2);
pub(crate) const OK: FieldId = FieldId(3);
/// The fields of a purchase, by position.
pub(crate) const DAY: FieldId = FieldId(1);
pub(crate) const AMOUNT: FieldId = FieldId(2);
pub(crate) const KIND: FieldId = FieldId(3);
pub(crate) const PURCHASE: RecordId = RecordId(1);
pub(crate) const FRIENDS: LinkId = LinkId(0);

pub(crate) fn n(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

pub(crate) fn num(text: &str) -> Value {
    Value::Number(n(text))
}

pub(crate) fn day(text: &str) -> Value {
    Value::Date(Date::parse(text).unwrap())
}

pub(crate) fn none(field: FieldId) -> Value {
    Value::Missing(Why::Field(field))
}

pub(crate) fn place() -> Place {
    Place::new(FileId::new(0), Span::NONE)
}

/// The n-th line of a text whose lines all have ten bytes.
pub(crate) fn line(number: u32) -> Place {
    Place::new(FileId::new(0), Span::new((number - 1) * 10, (number - 1) * 10 + 5))
}

/// A policy over people with an id, two numbers `a` and `b`, a yes/no `ok`, purchases and friends; it starts with 0, rounds
/// to 0.000000001 and has nothing else.
pub(crate) fn policy() -> Policy {
    let field = |name: &str, kind: Type, domain: Set| Field {
        name: name.to_owned(),
        label: None,
        kind,
        domain,
        domain_text: String::new(),
        optional: name != "id",
        column: name.to_owned(),
        tags: Vec::new(),
        change: None,
        place: place(),
    };
    let all = || Set::Ranges(vec![(Decimal::MIN.units(), Decimal::MAX.units())]);
    let days = || Set::Ranges(vec![(i128::from(Date::MIN.days()), i128::from(Date::MAX.days()))]);
    let texts = || Set::Texts { values: Default::default(), except: true };
    let record = |name: &str, parent, dated, fields| RecordType {
        name: name.to_owned(),
        label: None,
        parent,
        key: if name == "person" { Some(ID) } else { None },
        dated,
        tags: Vec::new(),
        fields,
        place: place(),
    };
    let person = vec![
        field("id", Type::Text, texts()),
        field("a", Type::Number, all()),
        field("b", Type::Number, all()),
        field("ok", Type::YesNo, Set::Codes(vec![0, 1])),
    ];
    let purchase = vec![
        field("person", Type::Text, texts()),
        field("date", Type::Date, days()),
        field("amount", Type::Number, all()),
        field("kind", Type::Category(CategoryTypeId(0)), Set::Codes(vec![0, 1, 2])),
    ];
    let friends = LinkType {
        name: "friends".to_owned(),
        label: None,
        from: RecordId(0),
        to: RecordId(0),
        symmetric: false,
        tags: Vec::new(),
        place: place(),
    };
    let kinds = ["food", "games", "other"];
    Policy {
        name: "sample".to_owned(),
        title: "A sample".to_owned(),
        version: None,
        hash: "abc".into(),
        about: About::default(),
        today: Date::parse("2026-01-31").unwrap(),
        schema: Schema {
            scored: RecordId(0),
            records: vec![
                record("person", None, None, person),
                record("purchase", Some((RecordId(0), FieldId(0))), Some(DAY), purchase),
            ],
            links: vec![friends],
            tags: Vec::new(),
            categories: vec![CategoryType {
                names: kinds.map(Into::into).to_vec(),
                spellings: kinds.map(Into::into).to_vec(),
                open: false,
            }],
        },
        params: Vec::new(),
        reasons: ["R0", "R1", "R2", "R3"].map(reason).to_vec(),
        definitions: Vec::new(),
        start: Decimal::ZERO,
        range: None,
        round: n("0.000000001"),
        reasons_shown: ReasonsShown { up_to: 4, by: RankedBy::PointsLost },
        items: Vec::new(),
        roots: Vec::new(),
        influences: Vec::new(),
        sweeps: 0,
        reachable: (Decimal::MIN, Decimal::MAX),
        participation: None,
        overrides: Vec::new(),
        tiers: Vec::new(),
        decisions: Vec::new(),
        consequences: Vec::new(),
    }
}

fn reason(code: &str) -> Reason {
    Reason { code: code.to_owned(), text: format!("Because of {code}"), place: place() }
}

impl Policy {
    /// Adds an item at the top level.
    pub(crate) fn add(&mut self, item: Item) -> ItemId {
        let id = self.keep(item, None);
        self.roots.push(id);
        id
    }

    /// Adds a group with its members at the top level.
    pub(crate) fn add_group(&mut self, group: Item, members: Vec<Item>) -> ItemId {
        let id = self.add(group);
        let members = members.into_iter().map(|member| self.keep(member, Some(id))).collect();
        self.items[id.index()].body = ItemBody::Group(members);
        id
    }

    /// Adds a definition of the person.
    pub(crate) fn define(&mut self, name: &str, expr: Expr) -> DefinitionId {
        self.define_of(RecordId(0), name, expr)
    }

    pub(crate) fn define_of(&mut self, of: RecordId, name: &str, expr: Expr) -> DefinitionId {
        self.definitions.push(Definition {
            name: name.to_owned(),
            label: None,
            of,
            kind: Type::Number,
            body: DefinitionBody::Expr(expr),
            may_be_missing: true,
            place: place(),
            text: name.to_owned(),
        });
        DefinitionId(self.definitions.len() as u32 - 1)
    }

    /// Adds tiers, best first: names, and the least score of each but the last.
    pub(crate) fn add_tiers(&mut self, tiers: &[(&str, Option<&str>)]) {
        let mut above = Decimal::MAX.units() + 1;
        for (name, least) in tiers {
            let low = least.map_or(Decimal::MIN.units(), |text| n(text).units());
            self.tiers.push(Tier {
                name: (*name).to_owned(),
                label: name.to_uppercase(),
                scores: Set::Ranges(vec![(low, above - 1)]),
                text: String::new(),
                place: place(),
            });
            above = low;
        }
    }

    fn keep(&mut self, item: Item, group: Option<ItemId>) -> ItemId {
        self.items.push(Item { group, ..item });
        ItemId(self.items.len() as u32 - 1)
    }
}

fn item(kind: ItemKind, name: &str, body: ItemBody) -> Item {
    Item {
        kind,
        name: name.to_owned(),
        title: format!("Title of {name}"),
        group: None,
        body,
        weight: None,
        limits: None,
        reason: None,
        baseline: None,
        sources: Vec::new(),
        notes: Vec::new(),
        from: None,
        before: None,
        reference: Decimal::ZERO,
        bounds: (None, None),
        place: line(3),
    }
}

/// A rule that always gives these points.
pub(crate) fn gives(name: &str, points: Expr) -> Item {
    rule(name, None, points, None)
}

pub(crate) fn rule(name: &str, when: Option<Expr>, points: Expr, if_missing: Option<&str>) -> Item {
    let formula = Formula {
        when,
        when_text: "the condition".to_owned(),
        points,
        points_text: "the points".to_owned(),
        if_missing: if_missing.map(n),
    };
    item(ItemKind::Rule, name, ItemBody::Formula(formula))
}

pub(crate) fn characteristic(name: &str, table: Table) -> Item {
    item(ItemKind::Characteristic, name, ItemBody::Table { table, if_missing: None })
}

pub(crate) fn group(name: &str, weight: Option<&str>, limits: Option<(&str, &str)>) -> Item {
    let mut group = item(ItemKind::Group, name, ItemBody::Group(Vec::new()));
    group.weight = weight.map(n);
    group.limits = limits.map(|(low, high)| (n(low), n(high)));
    group
}

/// A rule over purchases.
pub(crate) fn per_purchase(name: &str, points: EventPoints, caps: &[(CapPeriod, &str)]) -> Item {
    let events = Events {
        over: Over::Child(PURCHASE),
        filter: None,
        filter_text: String::new(),
        points,
        if_missing: None,
        caps: caps.iter().map(|(period, most)| Cap { period: *period, most: n(most) }).collect(),
        date: Some(DAY),
    };
    item(ItemKind::Rule, name, ItemBody::Events(events))
}

/// A table over one expression.
pub(crate) fn table(column: Expr, rows: Vec<Row>) -> Table {
    let column = Column { subject: column, kind: Type::Number, text: "column".to_owned() };
    Table { first_match: false, columns: vec![column], rows }
}

/// A row for numbers from `low` to `high` (both in), or for what is missing.
pub(crate) fn row(cell: Option<(&str, &str)>, points: &str) -> Row {
    row_giving(cell, RowOutcome::Value(constant(points)))
}

pub(crate) fn row_giving(cell: Option<(&str, &str)>, outcome: RowOutcome) -> Row {
    let (known, text) = match cell {
        Some((low, high)) => (range(low, high), format!("{low} to {high}")),
        None => (Set::Ranges(Vec::new()), "missing".to_owned()),
    };
    Row {
        cells: vec![CellTest { known, missing: cell.is_none(), text }],
        outcome,
        reason: None,
        baseline: None,
        source: String::new(),
        note: String::new(),
        place: line(5),
    }
}

impl Row {
    pub(crate) fn because(self, reason: u32) -> Self {
        Self { reason: Some(ReasonId(reason)), ..self }
    }
}

impl Item {
    pub(crate) fn because(self, reason: u32) -> Self {
        Self { reason: Some(ReasonId(reason)), ..self }
    }

    /// What points lost are counted from.
    pub(crate) fn at_most(self, reference: &str) -> Self {
        Self { reference: n(reference), ..self }
    }

    pub(crate) fn with_baseline(self, baseline: &str) -> Self {
        Self { baseline: Some(n(baseline)), ..self }
    }

    pub(crate) fn limited(self, low: &str, high: &str) -> Self {
        Self { limits: Some((n(low), n(high))), ..self }
    }

    pub(crate) fn weighing(self, weight: &str) -> Self {
        Self { weight: Some(n(weight)), ..self }
    }
}

pub(crate) fn range(low: &str, high: &str) -> Set {
    Set::Ranges(vec![(n(low).units(), n(high).units())])
}

pub(crate) fn constant(text: &str) -> Expr {
    Expr::Constant(num(text))
}

pub(crate) fn at_least(expr: Expr, low: &str) -> Expr {
    Expr::Test(Box::new(expr), Set::Ranges(vec![(n(low).units(), Decimal::MAX.units())]))
}

pub(crate) fn is_yes(expr: Expr) -> Expr {
    Expr::Test(Box::new(expr), Set::Codes(vec![1]))
}

pub(crate) fn calc(left: Expr, operator: Operator, right: Expr) -> Expr {
    Expr::Arithmetic(operator, Box::new(left), Box::new(right))
}

pub(crate) fn condition(when: Expr, if_missing: bool) -> Condition {
    Condition { when, if_missing, text: "something is so".to_owned() }
}

pub(crate) fn overriding(name: &str, when: Expr) -> Override {
    Override {
        name: name.to_owned(),
        title: format!("Title of {name}"),
        when: condition(when, false),
        score_at_most: None,
        score_at_least: None,
        tier_at_most: None,
        tier_at_least: None,
        not_scored: false,
        reason: None,
        sources: Vec::new(),
        notes: Vec::new(),
        place: line(7),
    }
}

pub(crate) fn always() -> Expr {
    Expr::Constant(Value::YesNo(true))
}

pub(crate) fn benefit(name: &str, when: Expr) -> Consequence {
    Consequence {
        penalty: false,
        name: name.to_owned(),
        title: format!("Title of {name}"),
        when: condition(when, false),
        not_scored_applies: false,
        context: None,
        grantor: None,
        basis: None,
        announced: None,
        from: None,
        before: None,
        reason: None,
        sources: Vec::new(),
        notes: Vec::new(),
        place: line(9),
    }
}

/// Friends' average score against 0, settled.
pub(crate) fn influence(weight: &str) -> Influence {
    Influence {
        link: FRIENDS,
        name: "friends".to_owned(),
        title: "Friends".to_owned(),
        statistic: Statistic::Average,
        against: Decimal::ZERO,
        weight: n(weight),
        smoothing: 0,
        limits: None,
        settled: true,
        reason: None,
        sources: Vec::new(),
        notes: Vec::new(),
        place: line(8),
    }
}

/// Some people.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    pub(crate) values: Vec<Vec<Value>>,
    pub(crate) purchases: Vec<Vec<Vec<Value>>>,
    pub(crate) friends: Vec<Vec<usize>>,
    pub(crate) previous: Vec<Option<Decimal>>,
}

impl People {
    /// Adds somebody by `a`, `b` and `ok`.
    pub(crate) fn add(&mut self, a: Value, b: Value, ok: Value) -> &mut Self {
        let id = Value::Text(format!("p{}", self.values.len() + 1).into());
        self.values.push(vec![id, a, b, ok]);
        self.purchases.push(Vec::new());
        self.friends.push(Vec::new());
        self.previous.push(None);
        self
    }

    /// Gives the last one a purchase.
    pub(crate) fn buys(&mut self, day: Value, amount: Value, kind: u32) -> &mut Self {
        let person = self.values.last().unwrap()[0].clone();
        self.purchases.last_mut().unwrap().push(vec![person, day, amount, Value::Category(kind)]);
        self
    }

    /// Somebody with a number.
    pub(crate) fn one(a: &str) -> Self {
        let mut people = Self::default();
        people.add(num(a), num("0"), Value::YesNo(true));
        people
    }

    pub(crate) fn score(&self, policy: &Policy) -> Vec<Result<Outcome, Overflow>> {
        score_all(policy, self)
    }

    /// The outcome of the only (or first) one.
    pub(crate) fn outcome(&self, policy: &Policy) -> Outcome {
        self.record(policy, 0).0
    }

    pub(crate) fn record(&self, policy: &Policy, position: usize) -> (Outcome, Recording) {
        let scorer = Scorer::new(policy);
        let settled = Settled::of(&scorer, self);
        let mut recording = Recording::new();
        let outcome = score_one(&scorer, self, &settled, position, &mut recording).unwrap().unwrap();
        assert_eq!(Ok(&outcome), score_all(policy, self)[position].as_ref(), "the trace changes nothing");
        (outcome, recording)
    }
}

impl Records for People {
    fn count(&self) -> usize {
        self.values.len()
    }

    fn subject(&self, position: usize) -> Option<Subject<'_>> {
        let linked = |friend: &usize| Linked {
            values: &self.values[*friend],
            position: Some(*friend),
            previous: self.previous[*friend],
        };
        Some(Subject {
            values: self.values.get(position)?,
            children: vec![Vec::new(), self.purchases[position].iter().map(Vec::as_slice).collect()],
            linked: vec![self.friends[position].iter().map(linked).collect()],
        })
    }
}
