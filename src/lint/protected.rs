//! What the author tagged `protected` takes part in the score: points depend on it, or an override does.

use super::context::Look;
use super::fixed::constant;
use crate::data::TagId;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Policy, Reads};
use crate::source::Place;

/// The tag of what the law protects.
const TAG: &str = "protected";

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    let Some(tag) =
        policy.schema.tags.iter().zip(0..).find(|(tag, _)| tag.name == TAG).map(|(_, at)| TagId(at))
    else {
        return;
    };
    for item in policy.items.iter().filter(|item| constant(item).is_none()) {
        let verb = "gives points by it";
        for protected in tagged(policy, tag, &Reads::of_item(policy, item)) {
            look.report(finding(&item.name, item.place, verb, &protected));
        }
    }
    for each in &policy.overrides {
        for protected in tagged(policy, tag, &Reads::of_condition(policy, &each.when.when)) {
            look.report(finding(&each.name, each.place, "changes scores by it", &protected));
        }
    }
    for influence in &policy.influences {
        let link = policy.schema.link(influence.link);
        if link.tags.contains(&tag) {
            let protected = (format!("the link `{}`", link.name), link.place);
            look.report(finding(&influence.name, influence.place, "gives points by it", &protected));
        }
    }
}

/// What is tagged among what is read: how to speak of it, and where it is declared.
fn tagged(policy: &Policy, tag: TagId, reads: &Reads<'_>) -> Vec<(String, Place)> {
    let schema = &policy.schema;
    let mut found = Vec::new();
    for (kind, field) in &reads.fields {
        let (record, field) = (schema.record(*kind), schema.field(*kind, *field));
        if field.tags.contains(&tag) {
            let name = if *kind == schema.scored { String::new() } else { format!("{}.", record.name) };
            found.push((format!("`{name}{}`", field.name), field.place));
        }
    }
    for kind in &reads.records {
        let record = schema.record(*kind);
        if record.tags.contains(&tag) {
            found.push((format!("the record `{}`", record.name), record.place));
        }
    }
    for link in &reads.links {
        let link = schema.link(*link);
        if link.tags.contains(&tag) {
            found.push((format!("the link `{}`", link.name), link.place));
        }
    }
    found
}

fn finding(reader: &str, at: Place, verb: &str, (what, declared): &(String, Place)) -> Diagnostic {
    Diagnostic::warning(Code::W0507, at, format!("{what} is tagged `{TAG}`, and `{reader}` {verb}"))
        .also(*declared, "tagged here")
        .help("leave it out of the score; where a law permits it, say which in a `source` line, and make an exception in `glassbox.toml`")
        .about(reader)
}
