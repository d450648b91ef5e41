//! The parts of a policy as portraits.

use super::portrait::{COLUMN, Portrait};
use super::rows::{Cell, Cover, Grid, Heading, Line};
use super::spelt::{Renames, Scope, Space, Speller};
use super::{Change, Detail, How, Part};
use crate::data::{self, RecordId, Set, Type};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{
    Cap, CapPeriod, Condition, DefinitionBody, EventPoints, Events, Expr, Item, ItemBody, Policy, RankedBy,
    ReasonId, Row, RowOutcome, Statistic, Table,
};
use crate::source::Place;

/// All parts of a policy, those of each kind in its order.
pub(super) fn of(policy: &Policy, renames: &Renames) -> Vec<Portrait> {
    let spell = Speller { policy, renames };
    let mut parts = vec![spell.head()];
    parts.extend(spell.participation());
    parts.extend(spell.schema());
    parts.extend(spell.params());
    parts.extend(spell.definitions());
    parts.extend(spell.reasons());
    parts.extend(policy.items.iter().map(|item| spell.item_portrait(item)));
    parts.extend(spell.influences());
    parts.extend(spell.overrides());
    parts.extend(spell.tiers());
    parts.extend(spell.decisions());
    parts.extend(spell.consequences());
    parts
}

/// That things stand in another order, where that matters: it decides between reasons that cost the same, and is the order in
/// which an explanation speaks.
pub(super) fn order(was: &[Portrait], is: &[Portrait]) -> Option<Change> {
    let mut details = Vec::new();
    for (space, label) in [(Space::Item, "characteristics and rules"), (Space::Override, "overrides")] {
        let names = |these: &[Portrait], those: &[Portrait]| -> Vec<String> {
            let shared = these.iter().filter(|one| one.space == space);
            let shared = shared.filter(|one| those.iter().any(|o| o.space == space && o.name == one.name));
            shared.map(|one| one.name.clone()).collect()
        };
        let (old, new) = (names(was, is), names(is, was));
        if old != new {
            details.push(Detail::of(label, How::Changed, Some(&old.join(", ")), Some(&new.join(", "))));
        }
    }
    (!details.is_empty()).then(|| Change::of_order(details))
}

/// Whether two policies are the same once what they declare stands in one order: ids are given in the order of the text, and
/// all that is told of parts is told by names.
pub(super) fn same_but_for_order(old: &Policy, new: &Policy) -> bool {
    let sorted = |policy: &Policy| {
        let names = |names: Vec<String>| {
            let mut names = names;
            names.sort();
            names
        };
        let fields =
            policy.schema.records.iter().flat_map(|record| {
                record.fields.iter().map(|field| format!("{}.{}", record.name, field.name))
            });
        let definitions = policy.definitions.iter().map(|one| one.name.clone());
        let reasons = policy.reasons.iter().map(|one| one.code.clone());
        let consequences = policy.consequences.iter().map(|one| one.name.clone());
        let params = policy.params.iter().map(|one| one.name.clone());
        let tags = policy.schema.tags.iter().map(|one| one.name.clone());
        let links = policy.schema.links.iter().map(|one| one.name.clone());
        let bounds: Vec<_> = policy.items.iter().map(|item| (item.reference, item.bounds)).collect();
        (
            names(fields.collect()),
            names(definitions.collect()),
            names(reasons.collect()),
            names(consequences.chain(params).chain(tags).chain(links).collect()),
            (bounds, policy.reachable, policy.sweeps),
        )
    };
    sorted(old) == sorted(new)
}

impl<'p> Speller<'p> {
    fn portrait(self, part: Part, space: Space, name: &str, place: Place) -> Portrait {
        Portrait::new(part, space, self.renames.of(space, name), name, place)
    }

    fn head(self) -> Portrait {
        let policy = self.policy;
        let mut head = Portrait::new(Part::Policy, Space::Policy, "", &policy.name, none());
        head.place = None;
        head.fact("name", &policy.name);
        head = head.titled(&policy.title);
        head.words("version", policy.version.as_deref().unwrap_or_default());
        head.fact("scores", self.record(policy.schema.scored));
        head.maybe("range", policy.range.map(|(least, most)| format!("{least} to {most}")));
        head.fact("start", policy.start.to_string());
        head.fact("round", format!("to {}", policy.round));
        let shown = policy.reasons_shown;
        let by = match shown.by {
            RankedBy::PointsLost => "points lost",
            RankedBy::BelowBaseline => "points below baseline",
            RankedBy::AboveBaseline => "points above baseline",
        };
        head.fact("reasons", format!("up to {} by {by}", shown.up_to));
        let about = &policy.about;
        head.words("purpose", about.purpose.as_deref().unwrap_or_default());
        head.words("origin", about.origin.as_deref().unwrap_or_default());
        head.words("owner", about.owner.as_deref().unwrap_or_default());
        head.list("source", about.sources.clone(), true);
        head
    }

    fn participation(self) -> Option<Portrait> {
        let participation = self.policy.participation.as_ref()?;
        let mut portrait =
            Portrait::new(Part::Participation, Space::Policy, "participation", "", participation.place);
        portrait.condition("needs", &participation.needs, self);
        portrait.maybe("before", participation.before.map(day));
        Some(portrait)
    }

    fn schema(self) -> Vec<Portrait> {
        let schema = &self.policy.schema;
        let mut parts = Vec::new();
        for tag in &schema.tags {
            parts.push(self.portrait(Part::Tag, Space::Tag, &tag.name, tag.place).titled(&tag.label));
        }
        for (at, record) in schema.records.iter().enumerate() {
            let kind = RecordId(at as u32);
            let portrait = self.portrait(Part::Record, Space::Record, &record.name, record.place);
            let mut portrait = portrait.titled(record.label.as_deref().unwrap_or_default());
            let parent = record.parent.map(|(parent, field)| {
                format!("{} by {}", self.record(parent), self.field(kind, field.index()))
            });
            portrait.maybe("belongs to", parent);
            portrait.maybe("key", record.key.map(|key| self.field(kind, key.index())));
            portrait.maybe("dated by", record.dated.map(|field| self.field(kind, field.index())));
            portrait.list("tags", self.tags(&record.tags), false);
            let fields = record.fields.iter();
            portrait.parts =
                fields.map(|field| format!("{} {}", field.name, field.kind.describe())).collect();
            parts.push(portrait);
            let fields = record.fields.iter().enumerate();
            parts.extend(fields.map(|(at, field)| self.field_portrait(kind, at, field)));
        }
        for link in &schema.links {
            let portrait = self.portrait(Part::Link, Space::Link, &link.name, link.place);
            let mut portrait = portrait.titled(link.label.as_deref().unwrap_or_default());
            let (from, to) = (self.record(link.from), self.record(link.to));
            portrait.fact(
                "pairs",
                if link.symmetric {
                    format!("between {from} and {to}")
                } else {
                    format!("from {from} to {to}")
                },
            );
            portrait.list("tags", self.tags(&link.tags), false);
            parts.push(portrait);
        }
        parts
    }

    fn field_portrait(self, kind: RecordId, at: usize, field: &data::Field) -> Portrait {
        let schema = &self.policy.schema;
        let record = schema.records.get(kind.index()).map_or("", |record| record.name.as_str());
        let own = format!("{record}.{}", field.name);
        let name = format!("{}.{}", self.record(kind), self.field(kind, at));
        let portrait = Portrait::new(Part::Field, Space::Field, &name, &own, field.place);
        let mut portrait = portrait.titled(field.label.as_deref().unwrap_or_default());
        portrait.fact("type", field.kind.describe());
        if let Type::Category(id) = field.kind
            && let Some(category) = schema.categories.get(id.index())
        {
            let spelt = category.names.iter().zip(&category.spellings).map(|(name, spelling)| {
                if name == spelling { name.to_string() } else { format!("{name} as \"{spelling}\"") }
            });
            let open = category.open.then(|| "anything else".to_owned());
            portrait.list("categories", spelt.chain(open).collect(), false);
        } else if field.kind != Type::YesNo {
            let domain = self.set(&field.domain, Some(field.kind));
            if domain != "any" {
                portrait.meaning("domain", domain, &field.domain_text);
            }
        }
        portrait.maybe("may be missing", field.optional.then_some("yes"));
        portrait.fact(COLUMN, &field.column);
        portrait.list("tags", self.tags(&field.tags), false);
        portrait.maybe("can be changed", field.change.as_ref().map(control));
        portrait
    }

    fn tags(self, tags: &[data::TagId]) -> Vec<String> {
        let tags = tags.iter().filter_map(|tag| self.policy.schema.tags.get(tag.index()));
        tags.map(|tag| self.renames.of(Space::Tag, &tag.name).to_owned()).collect()
    }

    fn params(self) -> impl Iterator<Item = Portrait> {
        self.policy.params.iter().map(move |param| {
            let portrait = self.portrait(Part::Parameter, Space::Param, &param.name, param.place);
            let mut portrait = portrait.titled(param.label.as_deref().unwrap_or_default());
            portrait.fact("value", self.value(&param.value, None));
            if param.set {
                portrait.fact("set", "from outside");
            }
            portrait
        })
    }

    fn definitions(self) -> impl Iterator<Item = Portrait> {
        self.policy.definitions.iter().map(move |definition| {
            let portrait = self.portrait(Part::Definition, Space::Let, &definition.name, definition.place);
            let mut portrait = portrait.titled(definition.label.as_deref().unwrap_or_default());
            portrait.fact("of", self.record(definition.of));
            portrait.fact("type", definition.kind.describe());
            portrait.list(
                "categories",
                self.names(definition.kind).iter().map(|it| it.to_string()).collect(),
                false,
            );
            // The definition's own record is what its expressions are about.
            let policy_of = Scope { event: Some(definition.of), kind: Some(definition.kind) };
            match &definition.body {
                DefinitionBody::Expr(e) => {
                    portrait.meaning("value", self.expr(e, policy_of), &definition.text)
                }
                DefinitionBody::Table(table) => {
                    let gives = |e: &Expr| self.expr(e, policy_of);
                    portrait.grid = Some(self.grid(table, policy_of, None, &gives));
                }
            }
            portrait
        })
    }

    fn reasons(self) -> impl Iterator<Item = Portrait> {
        self.policy.reasons.iter().map(move |reason| {
            let mut portrait = self.portrait(Part::Reason, Space::Reason, &reason.code, reason.place);
            portrait.fact("text", &reason.text);
            portrait
        })
    }

    fn item_portrait(self, item: &Item) -> Portrait {
        let part = Part::of_item(item.kind);
        let mut portrait = self.portrait(part, Space::Item, &item.name, item.place).titled(&item.title);
        portrait.maybe("group", item.group.map(|group| self.item(group)));
        match &item.body {
            ItemBody::Table { table, if_missing } => {
                portrait.maybe("if missing", if_missing.map(signed));
                portrait.grid =
                    Some(self.grid(table, Scope::OWN, item.reason, &|e| self.points(e, Scope::OWN)));
            }
            ItemBody::Formula(formula) => {
                let when = formula.when.as_ref().map(|when| self.expr(when, Scope::OWN));
                if let Some(when) = when {
                    portrait.meaning("when", when, &formula.when_text);
                }
                portrait.meaning("points", self.points(&formula.points, Scope::OWN), &formula.points_text);
                portrait.maybe("if missing", formula.if_missing.map(signed));
            }
            ItemBody::Events(events) => self.events(&mut portrait, item, events),
            ItemBody::Group(_) => {}
        }
        portrait.maybe("weight", item.weight.map(|weight| weight.to_string()));
        portrait.maybe("limits", item.limits.map(between));
        portrait.maybe("reason", item.reason.map(|reason| self.reason(reason)));
        portrait.maybe("baseline", item.baseline.map(|baseline| baseline.to_string()));
        portrait.maybe("from", item.from.map(day));
        portrait.maybe("before", item.before.map(day));
        portrait.list("source", item.sources.clone(), true);
        portrait.list("note", item.notes.clone(), true);
        portrait
    }

    fn events(self, portrait: &mut Portrait, item: &Item, events: &Events) {
        let scope = Scope { event: self.kind_of(events.over), kind: None };
        portrait.fact("for each", self.over(events.over));
        if let Some(filter) = &events.filter {
            portrait.meaning("where", self.expr(filter, scope), &events.filter_text);
        }
        match &events.points {
            EventPoints::Each(e) => portrait.fact("points each", self.points(e, scope)),
            EventPoints::Table(table) => {
                portrait.grid = Some(self.grid(table, scope, item.reason, &|e| self.points(e, scope)));
            }
        }
        portrait.maybe("if missing", events.if_missing.map(signed));
        let caps = events.caps.iter().map(|Cap { period, most }| {
            let period = match period {
                CapPeriod::Day => "a day",
                CapPeriod::Month => "a month",
                CapPeriod::Year => "a year",
                CapPeriod::Total => "in total",
            };
            format!("{most} {period}")
        });
        portrait.list("no more than", caps.collect(), false);
        let dated = events.date.zip(scope.event).map(|(date, kind)| self.field(kind, date.index()));
        portrait.maybe("dated by", dated.filter(|_| !events.caps.is_empty()));
    }

    fn influences(self) -> impl Iterator<Item = Portrait> {
        self.policy.influences.iter().map(move |influence| {
            let portrait = self.portrait(Part::Influence, Space::Influence, &influence.name, influence.place);
            let mut portrait = portrait.titled(&influence.title);
            let statistic = match influence.statistic {
                Statistic::Average => "average",
                Statistic::Median => "median",
                Statistic::Lowest => "lowest",
                Statistic::Highest => "highest",
            };
            portrait.fact("link", self.link(influence.link));
            portrait.fact("takes", statistic);
            portrait.fact("against", influence.against.to_string());
            portrait.fact("weight", influence.weight.to_string());
            portrait.fact("smoothing", influence.smoothing.to_string());
            portrait.maybe("limits", influence.limits.map(between));
            portrait.fact("reads", if influence.settled { "settled scores" } else { "previous scores" });
            portrait.maybe("reason", influence.reason.map(|reason| self.reason(reason)));
            portrait.list("source", influence.sources.clone(), true);
            portrait.list("note", influence.notes.clone(), true);
            portrait
        })
    }

    fn overrides(self) -> impl Iterator<Item = Portrait> {
        self.policy.overrides.iter().map(move |each| {
            let portrait = self.portrait(Part::Override, Space::Override, &each.name, each.place);
            let mut portrait = portrait.titled(&each.title);
            portrait.condition("when", &each.when, self);
            portrait.maybe("score at most", each.score_at_most.map(|score| score.to_string()));
            portrait.maybe("score at least", each.score_at_least.map(|score| score.to_string()));
            portrait.maybe("tier at most", each.tier_at_most.map(|tier| self.tier(tier)));
            portrait.maybe("tier at least", each.tier_at_least.map(|tier| self.tier(tier)));
            portrait.maybe("not scored", each.not_scored.then_some("yes"));
            portrait.maybe("reason", each.reason.map(|reason| self.reason(reason)));
            portrait.list("source", each.sources.clone(), true);
            portrait.list("note", each.notes.clone(), true);
            portrait
        })
    }

    fn tiers(self) -> impl Iterator<Item = Portrait> {
        self.policy.tiers.iter().map(move |tier| {
            let portrait = self.portrait(Part::Tier, Space::Tier, &tier.name, tier.place);
            let mut portrait = portrait.titled(&tier.label);
            portrait.meaning("scores", self.set(&tier.scores, Some(Type::Number)), &tier.text);
            portrait
        })
    }

    fn decisions(self) -> impl Iterator<Item = Portrait> {
        self.policy.decisions.iter().map(move |decision| {
            let portrait = self.portrait(Part::Decision, Space::Decision, &decision.name, decision.place);
            let mut portrait = portrait.titled(&decision.title);
            portrait.fact("type", decision.kind.describe());
            portrait.list(
                "answers",
                self.names(decision.kind).iter().map(|name| name.to_string()).collect(),
                false,
            );
            let scope = Scope { event: None, kind: Some(decision.kind) };
            portrait.grid = Some(self.grid(&decision.table, scope, None, &|e| self.expr(e, scope)));
            portrait.list("source", decision.sources.clone(), true);
            portrait.list("note", decision.notes.clone(), true);
            portrait
        })
    }

    fn consequences(self) -> impl Iterator<Item = Portrait> {
        self.policy.consequences.iter().map(move |each| {
            let part = if each.penalty { Part::Penalty } else { Part::Benefit };
            let portrait = self.portrait(part, Space::Consequence, &each.name, each.place);
            let mut portrait = portrait.titled(&each.title);
            portrait.condition("when", &each.when, self);
            portrait.maybe("not scored applies", each.not_scored_applies.then_some("yes"));
            portrait.maybe("context", each.context.as_deref());
            portrait.maybe("grantor", each.grantor.as_deref());
            portrait.maybe("basis", each.basis.as_deref());
            portrait.maybe("announced", each.announced.map(day));
            portrait.maybe("from", each.from.map(day));
            portrait.maybe("before", each.before.map(day));
            portrait.maybe("reason", each.reason.map(|reason| self.reason(reason)));
            portrait.list("source", each.sources.clone(), true);
            portrait.list("note", each.notes.clone(), true);
            portrait
        })
    }

    /// A table; `gives` spells what its rows give.
    fn grid(
        self,
        table: &Table,
        scope: Scope,
        reason: Option<ReasonId>,
        gives: &dyn Fn(&Expr) -> String,
    ) -> Grid {
        let columns = table.columns.iter().map(|column| {
            let means = self.expr(&column.subject, Scope { kind: None, ..scope });
            Heading { means: format!("{means}, {}", column.kind.describe()), says: column.text.clone() }
        });
        let row = |row: &Row| Line {
            cells: row
                .cells
                .iter()
                .zip(&table.columns)
                .map(|(cell, column)| Cell {
                    known: self.cover(&cell.known, column.kind),
                    missing: cell.missing,
                    says: cell.text.clone(),
                })
                .collect(),
            gives: match &row.outcome {
                RowOutcome::Value(value) => gives(value),
                RowOutcome::NotScored => "not scored".to_owned(),
            },
            reason: row
                .reason
                .filter(|own| Some(*own) != reason)
                .map(|reason| self.reason(reason).to_owned()),
            baseline: row.baseline.map(|baseline| baseline.to_string()),
            note: row.note.clone(),
            source: row.source.clone(),
            place: row.place,
        };
        let rows = table.rows.iter().map(row).collect();
        Grid { first_match: table.first_match, columns: columns.collect(), rows }
    }

    fn cover(self, set: &Set, kind: Type) -> Cover {
        let Set::Codes(codes) = set else { return Cover::Values(set.clone(), kind) };
        let names = self.names(kind);
        let name = |code: &u32| match kind {
            Type::YesNo => if *code == 0 { "no" } else { "yes" }.to_owned(),
            Type::Number
            | Type::Integer
            | Type::Money
            | Type::Text
            | Type::Date
            | Type::Category(_)
            | Type::Tier => names.get(*code as usize).map_or("anything else", |name| name).to_owned(),
        };
        Cover::Names(codes.iter().map(name).collect())
    }

    /// Points: a number has its sign.
    fn points(self, e: &Expr, scope: Scope) -> String {
        if let Expr::Constant(value) = e
            && let Some(points) = value.as_number()
        {
            return signed(points);
        }
        self.expr(e, scope)
    }
}

impl Portrait {
    fn condition(&mut self, label: &'static str, condition: &Condition, spell: Speller<'_>) {
        self.meaning(label, spell.expr(&condition.when, Scope::OWN), &condition.text);
        self.maybe("if missing", condition.if_missing.then_some("applies"));
    }
}

fn none() -> Place {
    Place::new(crate::source::FileId::new(0), crate::source::Span::NONE)
}

fn day(date: Date) -> String {
    date.to_string()
}

fn signed(points: Decimal) -> String {
    if points.is_zero() { points.to_string() } else { format!("{points:+}") }
}

fn between((least, most): (Decimal, Decimal)) -> String {
    format!("{} to {}", signed(least), signed(most))
}

/// How a person can change a field.
fn control(change: &data::Change) -> String {
    match change {
        data::Change::Immutable => "never".to_owned(),
        data::Change::OnlyUp => "only up".to_owned(),
        data::Change::Controllable { by, cost, step } => {
            let step = step.map_or_else(|| "step".to_owned(), |step| format!("step of {step}"));
            format!("by {by} at {cost} per {step}")
        }
    }
}
