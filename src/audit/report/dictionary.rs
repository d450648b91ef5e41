//! The data dictionary of a policy: each field of each kind of record, where it is used, and what it can change.

use super::input::{listed, tags};
use super::{Answer, Scope};
use crate::audit::clause::{Desk, Input, Target, inputs_of};
use crate::audit::{Audit, Effect, Verdict};
use crate::cases::Trial;
use crate::data::{Change, Field, FieldId, LinkId, RecordId};
use crate::policy::{Case, DefinitionId, ItemBody, ItemKind, Policy, Reads};
use crate::source::Place;

/// The fields of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Dictionary {
    /// What it is about.
    pub scope: Scope,
    /// Kinds of records, the scored one first, then links.
    pub kinds: Vec<Kind>,
}

/// A kind of record, or a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// What it is: `scored`, `child of person by person.id`, `link from person to person`.
    pub role: String,
    /// The names of its tags.
    pub tags: Vec<String>,
    /// What it can change by being there and how many there are; nothing for the scored record.
    pub result: Option<Changes>,
    /// Where that is used.
    pub uses: Vec<Use>,
    /// Its fields; none of a link.
    pub entries: Vec<Entry>,
    /// Where it is declared.
    pub place: Place,
}

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Its type, in the words of an author.
    pub kind: &'static str,
    /// Its values: those that it is declared to have.
    pub domain: String,
    /// Whether it may be missing.
    pub optional: bool,
    /// The column of the data that it is read from, where that has another name.
    pub column: Option<String>,
    /// The names of its tags, those of its record left out.
    pub tags: Vec<String>,
    /// How it can change, as declared.
    pub change: Option<String>,
    /// Where it is used.
    pub uses: Vec<Use>,
    /// What it can change; nothing for keys, and for what says whose a record is.
    pub result: Option<Changes>,
    /// Where it is declared.
    pub place: Place,
}

/// Something that reads an input, itself or through definitions.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// What it is: `characteristic`, `definition`, `override` …
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// Whether an input changes nothing of each: proved, refuted by records, or undecided.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The score, and whether there is one.
    pub score: Answer,
    /// The tier.
    pub tier: Answer,
    /// Any benefit or penalty.
    pub consequences: Answer,
}

impl Dictionary {
    /// Of a policy.
    pub fn of(audit: &Audit<'_>) -> Self {
        let policy = audit.policy();
        let schema = &policy.schema;
        let scored = std::iter::once(schema.scored);
        let others = (0..schema.records.len() as u32).map(RecordId).filter(|id| *id != schema.scored);
        let records = scored.chain(others).map(|id| of_record(audit, id));
        let links = (0..schema.links.len() as u32).map(|at| of_link(audit, LinkId(at)));
        Self { scope: Scope::of(policy), kinds: records.chain(links).collect() }
    }
}

fn of_record(audit: &Audit<'_>, id: RecordId) -> Kind {
    let policy = audit.policy();
    let schema = &policy.schema;
    let record = schema.record(id);
    let role = match record.parent {
        _ if id == schema.scored => "scored".to_owned(),
        Some((parent, by)) => {
            format!("child of {} by {}", schema.record(parent).name, schema.field(id, by).name)
        }
        None => "linked".to_owned(),
    };
    let is_asked = |input: Input| listed(policy).iter().any(|(.., asked)| *asked == input);
    let own = Input::Record(id);
    let entries = record.fields.iter().zip(0..).map(|(field, at)| {
        let input = Input::Field(id, FieldId(at));
        let mut own_tags = tags(policy, input);
        own_tags.retain(|name| {
            field.tags.iter().filter_map(|id| schema.tags.get(id.index())).any(|tag| tag.name == *name)
        });
        Entry {
            name: field.name.clone(),
            label: field.label.clone(),
            kind: field.kind.describe(),
            domain: domain(policy, field),
            optional: field.optional,
            column: (field.column != field.name).then(|| field.column.clone()),
            tags: own_tags,
            change: field.change.as_ref().map(change),
            uses: uses(policy, input),
            result: is_asked(input).then(|| Changes::of(audit, input)),
            place: field.place,
        }
    });
    Kind {
        name: record.name.clone(),
        label: record.label.clone(),
        role,
        tags: tags(policy, own),
        result: is_asked(own).then(|| Changes::of(audit, own)),
        uses: uses(policy, own),
        entries: entries.collect(),
        place: record.place,
    }
}

fn of_link(audit: &Audit<'_>, id: LinkId) -> Kind {
    let policy = audit.policy();
    let link = policy.schema.link(id);
    let name = |id| &policy.schema.record(id).name;
    let both = if link.symmetric { "between" } else { "from" };
    let input = Input::Link(id);
    let is_asked = listed(policy).iter().any(|(.., asked)| *asked == input);
    Kind {
        name: link.name.clone(),
        label: link.label.clone(),
        role: format!(
            "link {both} {} {} {}",
            name(link.from),
            if link.symmetric { "and" } else { "to" },
            name(link.to)
        ),
        tags: tags(policy, input),
        result: is_asked.then(|| Changes::of(audit, input)),
        uses: uses(policy, input),
        entries: Vec::new(),
        place: link.place,
    }
}

/// The values of a field: as written where something was written.
fn domain(policy: &Policy, field: &Field) -> String {
    if !field.domain_text.is_empty() {
        return field.domain_text.clone();
    }
    match field.kind {
        crate::data::Type::Category(id) => {
            field.domain.describe(field.kind, &policy.schema.category(id).names)
        }
        crate::data::Type::Number
        | crate::data::Type::Integer
        | crate::data::Type::Money
        | crate::data::Type::Text
        | crate::data::Type::YesNo
        | crate::data::Type::Date
        | crate::data::Type::Tier => field.domain.describe(field.kind, &[]),
    }
}

/// How a field can change, as an author writes it.
fn change(change: &Change) -> String {
    match change {
        Change::Immutable => "immutable".to_owned(),
        Change::OnlyUp => "only up".to_owned(),
        Change::Controllable { by, cost, step } => {
            let step = step.map_or(String::new(), |step| format!(" per {step}"));
            format!("controllable by {by} at {cost}{step}")
        }
    }
}

/// Everything that reads an input, in the order of the policy.
fn uses(policy: &Policy, input: Input) -> Vec<Use> {
    let reads = |reads: &Reads<'_>| match input {
        Input::Field(kind, field) => reads.fields.contains(&(kind, field)),
        Input::Record(kind) => reads.records.contains(&kind),
        Input::Link(link) => reads.links.contains(&link),
        Input::LinkedScore(link) => reads.scores.contains(&link),
    };
    let found = |kind: &'static str, name: &str, place: Place| Use { kind, name: name.to_owned(), place };
    let mut all = Vec::new();
    for (definition, at) in policy.definitions.iter().zip(0..) {
        if reads(&Reads::of_definition(policy, DefinitionId(at))) {
            all.push(found("definition", &definition.name, definition.place));
        }
    }
    for item in &policy.items {
        if reads(&Reads::of_item(policy, item)) || counts_by_day(policy, &item.body, input) {
            let kind = match item.kind {
                ItemKind::Characteristic => "characteristic",
                ItemKind::Rule => "rule",
                ItemKind::Group => "group",
            };
            all.push(found(kind, &item.name, item.place));
        }
    }
    for influence in &policy.influences {
        if matches!(input, Input::Link(link) | Input::LinkedScore(link) if link == influence.link) {
            all.push(found("influence", &influence.name, influence.place));
        }
    }
    if let Some(participation) = &policy.participation
        && reads(&Reads::of_condition(policy, &participation.needs.when))
    {
        all.push(found("participation", "participation", participation.place));
    }
    for each in &policy.overrides {
        if reads(&Reads::of_condition(policy, &each.when.when)) {
            all.push(found("override", &each.name, each.place));
        }
    }
    for decision in &policy.decisions {
        if reads(&Reads::of_table(policy, &decision.table)) {
            all.push(found("decision", &decision.name, decision.place));
        }
    }
    for each in &policy.consequences {
        if reads(&Reads::of_condition(policy, &each.when.when)) {
            all.push(found(if each.penalty { "penalty" } else { "benefit" }, &each.name, each.place));
        }
    }
    all
}

/// Whether events are counted by the day that a field gives: a cap a day, or days to come that are left out.
fn counts_by_day(policy: &Policy, body: &ItemBody, input: Input) -> bool {
    let (ItemBody::Events(events), Input::Field(kind, field)) = (body, input) else { return false };
    events.over.kind(&policy.schema) == kind && events.date == Some(field)
}

impl Changes {
    fn of(audit: &Audit<'_>, input: Input) -> Self {
        let policy = audit.policy();
        let effect = audit.effect(&[input]);
        let pair = match &effect {
            Effect::Some { swing, decides } => {
                swing.shown.as_ref().map(|(_, witness)| witness).or(decides.as_ref())
            }
            Effect::None { .. } | Effect::Undecided { .. } => None,
        };
        let trials = pair.and_then(|witness| match witness.cases.as_slice() {
            [first, second] => Some([first, second].map(|case: &Case| audit.maker().run(case))),
            _ => None,
        });
        let score = match (&effect, pair) {
            (Effect::None { because }, _) => Verdict::proved(because.clone()),
            (Effect::Undecided { because, .. }, _) => Verdict::undecided(because.clone()),
            (Effect::Some { .. }, Some(witness)) => {
                Verdict::refuted_by(witness.shows.clone(), vec![witness.clone()], Vec::new())
            }
            (Effect::Some { .. }, None) => Verdict::undecided("no records were kept that show it"),
        };
        // The two records that move the score the most may show the rest of it, too.
        let seen = |differ: &dyn Fn(&Trial<'_>, &Trial<'_>) -> bool| match &trials {
            Some([Some(first), Some(second)]) => differ(first, second),
            Some(_) | None => false,
        };
        let by_pair = |words: &str| match pair {
            Some(witness) => Verdict::refuted_by(words, vec![witness.clone()], Vec::new()),
            None => Verdict::undecided(words),
        };
        let tier = if !inputs_of(policy, Target::Tier).contains(&input) {
            Verdict::proved("nothing on the way to the tier reads it")
        } else if seen(&|a, b| a.outcome.tier != b.outcome.tier) {
            by_pair("the tiers of two records differ that differ in nothing else")
        } else {
            beyond(audit, input, &[Target::Tier])
        };
        let all = (0..).zip(&policy.consequences).map(|(at, _)| Target::Consequence(at));
        let touched: Vec<Target> = all.filter(|target| inputs_of(policy, *target).contains(&input)).collect();
        let consequences = if touched.is_empty() {
            Verdict::proved("no benefit and no penalty has it on its way")
        } else if seen(&|a, b| a.outcome.consequences != b.outcome.consequences) {
            by_pair("what two records hold differs that differ in nothing else")
        } else {
            beyond(audit, input, &touched)
        };
        let told = |verdict: &Verdict| Answer::of(audit, verdict);
        Self { score: told(&score), tier: told(&tier), consequences: told(&consequences) }
    }
}

/// Whether none of some targets changes with an input: first it is tried to move the score across an edge of one, and only
/// where none is found it is asked of all.
fn beyond(audit: &Audit<'_>, input: Input, targets: &[Target]) -> Verdict {
    let found = targets.iter().find_map(|target| audit.across(&[input], *target));
    if let Some(witness) = found {
        return Verdict::refuted_by(witness.shows.clone(), vec![witness], Vec::new());
    }
    let mut all = Verdict::proved("");
    for target in targets {
        all = all.and(audit.flow(&[input], *target));
        if matches!(all, Verdict::Refuted { .. }) {
            break;
        }
    }
    all
}
