//! A ready-made `case` that reaches what no case does.

use super::coverage::Uncovered;
use super::search::Search;
use super::trial::Trial;
use super::words::Words;
use crate::data::{Field, RecordId, Value};
use crate::eval::Status;
use crate::policy::Case;

/// How many cases a search starts from, besides a plain record.
const STARTS: usize = 3;
/// How wide a line of a case may become.
const WIDTH: usize = 110;

/// A case that reaches what was not covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it reaches, by position among what is uncovered.
    pub reaches: Vec<usize>,
    /// The case in the language; it holds, as its expectations were filled in by the interpreter.
    pub text: String,
}

/// Cases that together reach whatever of this a record was found for. What none of them reaches is beyond the search, or
/// can never be reached.
pub fn suggest(uncovered: &[&Uncovered<'_>], trials: &[Trial<'_>]) -> Vec<Suggestion> {
    let mut suggestions: Vec<Suggestion> = Vec::new();
    let mut searches: Vec<Search<'_>> = Vec::new();
    for (at, one) in uncovered.iter().enumerate() {
        if suggestions.iter().any(|suggestion| suggestion.reaches.contains(&at)) {
            continue;
        }
        let of_day = searches.iter().position(|search| std::ptr::eq(search.policy(), one.policy));
        let of_day = of_day.unwrap_or_else(|| {
            searches.push(Search::new(one.policy));
            searches.len() - 1
        });
        let Some(search) = searches.get(of_day) else { continue };
        // The author's own records first: what is made of them reads like them.
        let same_day = trials.iter().filter(|trial| std::ptr::eq(trial.policy, one.policy));
        let mut starts: Vec<Case> =
            same_day.take(STARTS).map(|trial| search.with_key(trial.case.clone())).collect();
        starts.push(search.plain());
        let Some(trial) = search.reach(&one.goal, &starts) else { continue };
        let others = uncovered
            .iter()
            .enumerate()
            .skip(at)
            .filter(|(_, other)| std::ptr::eq(other.policy, one.policy) && other.goal.reached(&trial));
        let reaches = others.map(|(at, _)| at).collect();
        suggestions.push(Suggestion { reaches, text: block(&trial, &title(one)) });
    }
    suggestions
}

/// What a case shows that was made for a line.
fn title(uncovered: &Uncovered<'_>) -> String {
    let label = if uncovered.label.is_empty() { &uncovered.text } else { &uncovered.label };
    let label = label.trim_end_matches('{').replace('`', "");
    let parts = label.split(['|', '"']).map(|part| part.trim_matches([' ', ',']));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("line {}: {}", uncovered.line, parts.join(", "))
}

/// A trial as a `case` block that holds.
fn block(trial: &Trial<'_>, title: &str) -> String {
    let Case { records, pairs, previous_of, previous, .. } = &trial.case;
    let schema = &trial.policy.schema;
    let mut lines =
        vec![format!("case \"{}\" {{", escaped(title)), format!("  as of   {}", trial.policy.today)];
    for (kind, values) in records {
        let given = given(trial, *kind, values);
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
    lines.extend(expected(trial).iter().map(|expected| format!("  expect  {expected}")));
    lines.push("}\n".to_owned());
    lines.join("\n")
}

/// What the interpreter gave, as expectations.
fn expected(trial: &Trial<'_>) -> Vec<String> {
    let outcome = &trial.outcome;
    let mut expected = Vec::new();
    match (outcome.status, outcome.score) {
        (Status::Scored, Some(score)) => expected.push(format!("score {score}")),
        (status, _) => expected.push(format!("status {}", status.name())),
    }
    let tier = outcome.tier.and_then(|tier| trial.policy.tiers.get(tier.index()));
    expected.extend(tier.map(|tier| format!("tier {}", tier.name)));
    expected
}

/// The known values of a record as a case gives them.
fn given(trial: &Trial<'_>, kind: RecordId, values: &[Value]) -> Vec<String> {
    let schema = &trial.policy.schema;
    let record = schema.record(kind);
    let parent = record.parent.map(|(_, by)| by);
    let is_lone = trial.case.records.iter().filter(|(kind, _)| *kind == schema.scored).count() == 1;
    let words = Words { policy: trial.policy, over: None };
    let told = |(at, (field, value)): (usize, (&Field, &Value))| {
        let by_itself = is_lone && parent.is_some_and(|by| by.index() == at);
        let names = words.names(field.kind);
        // What nobody thought of is any text that is no category.
        let unseen = matches!(value, Value::Category(code) if names.get(*code as usize).is_none());
        let value = if unseen { "\"anything else\"".to_owned() } else { value.describe(&names) };
        (!by_itself && value != "missing").then(|| format!("{}: {value}", field.name))
    };
    record.fields.iter().zip(values).enumerate().filter_map(told).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
