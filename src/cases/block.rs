//! A case as a `case` block of the language.

use super::words::Words;
use crate::data::{Field, RecordId, Type, Value};
use crate::policy::{Case, Expectation, ExpectedStatus, Policy};

/// How wide a line of a case may become.
const WIDTH: usize = 110;

/// A case as a block: its records, then what it expects. Ready to be pasted into the policy that it is of.
pub(super) fn block(policy: &Policy, case: &Case) -> String {
    let Case { title, records, pairs, previous_of, previous, expectations, .. } = case;
    let schema = &policy.schema;
    let mut lines = vec![format!("case \"{}\" {{", escaped(title)), format!("  as of   {}", policy.today)];
    for (kind, values) in records {
        let given = given(policy, case, *kind, values);
        let start = format!("  given   {} {{ ", schema.record(*kind).name);
        let indent = " ".repeat(start.chars().count());
        let mut line = start;
        let last = given.len().saturating_sub(1);
        for (at, value) in given.iter().enumerate() {
            if line.chars().count() + value.chars().count() > WIDTH && at > 0 {
                lines.push(line.trim_end().to_owned());
                line.clone_from(&indent);
            }
            line.push_str(value);
            line.push_str(if at == last { " }" } else { ", " });
        }
        lines.push(if given.is_empty() { line + "}" } else { line });
    }
    for (link, from, to) in pairs {
        let (from, to) = (from.describe(&[]), to.describe(&[]));
        lines.push(format!("  given   {} {{ from: {from}, to: {to} }}", schema.link(*link).name));
    }
    if let Some(kind) = previous_of {
        for (key, score) in previous {
            let (name, key) = (&schema.record(*kind).name, key.describe(&[]));
            lines.push(format!("  given   previous {{ {name}: {key}, score: {score} }}"));
        }
    }
    lines.extend(expectations.iter().map(|(each, _)| format!("  expect  {}", expected(policy, each))));
    lines.push("}\n".to_owned());
    lines.join("\n")
}

/// The known values of a record as a case gives them.
fn given(policy: &Policy, case: &Case, kind: RecordId, values: &[Value]) -> Vec<String> {
    let record = policy.schema.record(kind);
    let parent = record.parent.map(|(_, by)| by);
    let is_lone = case.records.iter().filter(|(kind, _)| *kind == policy.schema.scored).count() == 1;
    let told = |(at, (field, value)): (usize, (&Field, &Value))| {
        let by_itself = is_lone && parent.is_some_and(|by| by.index() == at);
        (!by_itself && !value.is_missing())
            .then(|| format!("{}: {}", field.name, written(policy, field.kind, value)))
    };
    record.fields.iter().zip(values).enumerate().filter_map(told).collect()
}

/// What a case expects, after the word `expect`.
fn expected(policy: &Policy, expectation: &Expectation) -> String {
    let name = |name: Option<&String>| name.map_or("", String::as_str).to_owned();
    match expectation {
        Expectation::Score(score) => format!("score {score}"),
        Expectation::Tier(tier) => {
            format!("tier {}", name(policy.tiers.get(tier.index()).map(|tier| &tier.name)))
        }
        Expectation::Status(status) => format!("status {}", status_name(*status)),
        Expectation::Reasons(reasons) if reasons.is_empty() => "no reasons".to_owned(),
        Expectation::Reasons(reasons) => {
            let codes: Vec<&str> = reasons.iter().map(|id| policy.reason(*id).code.as_str()).collect();
            format!("reasons {}", codes.join(", "))
        }
        Expectation::PointsOf(id, points) => format!("points of {} {points}", policy.item(*id).name),
        Expectation::PointsOfInfluence(at, points) => {
            let influence = policy.influences.get(*at as usize).map(|influence| &influence.name);
            format!("points of {} {points}", name(influence))
        }
        Expectation::Decision(id, value) => match policy.decisions.get(id.index()) {
            Some(decision) => format!("{} is {}", decision.name, written(policy, decision.kind, value)),
            None => String::new(),
        },
        Expectation::Definition(id, value) => {
            let definition = policy.definition(*id);
            format!("{} is {}", definition.name, written(policy, definition.kind, value))
        }
        Expectation::Consequence(at, held) => match policy.consequences.get(*at as usize) {
            Some(consequence) => {
                let no = if *held { "" } else { "no " };
                let kind = if consequence.penalty { "penalty" } else { "benefit" };
                format!("{no}{kind} {}", consequence.name)
            }
            None => String::new(),
        },
    }
}

fn status_name(status: ExpectedStatus) -> &'static str {
    match status {
        ExpectedStatus::Scored => "scored",
        ExpectedStatus::NotScored => "not scored",
        ExpectedStatus::NotParticipating => "not participating",
        ExpectedStatus::Rejected => "rejected",
    }
}

/// A value as an author writes it.
fn written(policy: &Policy, kind: Type, value: &Value) -> String {
    let names = Words { policy, over: None }.names(kind);
    // What nobody thought of is any text that is no category.
    let unseen = matches!(value, Value::Category(code) if names.get(*code as usize).is_none());
    if unseen { "\"anything else\"".to_owned() } else { value.describe(&names) }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
