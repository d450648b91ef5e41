//! One case: a policy and its records made from choices, through every interpreter.

use super::choices::Choices;
use super::policy::Domains;
use super::{compare, policy, records, single};
use glassbox::check::{Ruleset, Unit, check};
use glassbox::date::Date;
use glassbox::policy::Policy;

/// The day of all cases.
const TODAY: &str = "2026-01-31";

/// A policy from its text, or what is said against it.
pub(crate) fn checked(text: &str) -> Result<Policy, String> {
    let day = Date::parse(TODAY).unwrap();
    checked_ruleset(text)?.on(day, &[]).map_err(|diagnostics| format!("{diagnostics:?}"))
}

/// The policies of all days from their text, or what is said against it.
pub(crate) fn checked_ruleset(text: &str) -> Result<Ruleset, String> {
    let (unit, mut diagnostics) = Unit::of_text("random.score", text);
    let sources = unit.sources.clone();
    let checked = check(unit);
    diagnostics.extend(checked.diagnostics);
    checked.ruleset.ok_or_else(|| glassbox::diagnostic::render::short(&diagnostics, &sources))
}

/// A policy without the lines that the checker refuses: rows that nothing can reach, what no record has, and the like. Of a
/// block whose head is refused, and of tiers, nothing is kept. What is left may still be refused.
pub(crate) fn mended(mut text: String) -> String {
    for _ in 0..8 {
        let Err(said) = checked(&text) else { break };
        let place = |line: &str| line.strip_prefix("random.score:")?.split(':').next()?.parse::<usize>().ok();
        let refused: Vec<usize> =
            said.lines().filter(|line| line.contains("error")).filter_map(place).collect();
        let no_tiers = said.contains("E0304") || said.contains("E0305");
        let (mut kept, mut depth, mut dropped_from) = (String::new(), 0_usize, None);
        for (line, number) in text.lines().zip(1..) {
            let head = line.ends_with('{');
            depth += usize::from(head);
            if head
                && (refused.contains(&number) || (no_tiers && line.starts_with("tiers")))
                && dropped_from.is_none()
            {
                dropped_from = Some(depth);
            }
            if dropped_from.is_none() && !refused.contains(&number) {
                kept.push_str(line);
                kept.push('\n');
            }
            if line == "}" {
                if dropped_from == Some(depth) {
                    dropped_from = None;
                }
                depth -= 1;
            }
        }
        text = kept;
    }
    text
}

/// What became of a case.
#[derive(Debug)]
pub(super) enum Ran {
    /// The policy was not fit to run, and why.
    Refused(String),
    /// All interpreters said the same.
    Compared {
        /// How many records there were.
        records: usize,
        /// How many children they had.
        children: usize,
        /// The answer depends on the order of the children, so that columns could not be compared.
        unsure: bool,
    },
}

/// Runs a case; the error says where the interpreters differ.
pub(super) fn run(choices: Vec<u16>) -> Result<Ran, String> {
    let mut choices = Choices::new(choices);
    let schema = policy::Shape::draw(&mut choices, Domains::Wide);
    let text = mended(policy::draw(&mut choices, &schema));
    let policy = match checked(&text) {
        Ok(policy) => policy,
        Err(said) => return Ok(Ran::Refused(said)),
    };
    let rows = records::draw(&mut choices, &policy);
    let children = records::draw_children(&mut choices, &policy, rows.len());
    let compared = single::check(&policy, &rows, &children)
        .and_then(|()| compare::check(&policy, &rows, &children, &mut choices))
        .map_err(|said| format!("{said}\n--- policy\n{text}\n--- records\n{rows:?}"))?;
    let children = children.iter().map(|(_, rows)| rows.len()).sum();
    Ok(Ran::Compared { records: rows.len(), children, unsure: !compared })
}

/// Bytes as a list of choices, two for each; `0` stands where they end.
pub(super) fn choices_of(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}
