//! The two interpreters against each other: random policies over random records, in random Arrow types, must come to the
//! same, bit for bit.
//!
//! `GLASSBOX_CASES=20000 cargo test --release --test it differential` runs as many cases as it says; a few hundred are the
//! default. A failing case shrinks, as policy and records are made from one list of choices.

mod choices;
mod columns;
mod compare;
mod network;
mod policy;
mod records;

use choices::Choices;
use glassbox::check::{Unit, check};
use glassbox::date::Date;
use glassbox::policy::Policy;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::io::Write;

/// The day of all cases.
const TODAY: &str = "2026-01-31";

/// A policy from its text, or what is said against it.
fn checked(text: &str) -> Result<Policy, String> {
    let (unit, mut diagnostics) = Unit::of_text("random.score", text);
    let sources = unit.sources.clone();
    let checked = check(unit);
    diagnostics.extend(checked.diagnostics);
    let Some(ruleset) = checked.ruleset else {
        return Err(glassbox::diagnostic::render::short(&diagnostics, &sources));
    };
    ruleset.on(Date::parse(TODAY).unwrap(), &[]).map_err(|diagnostics| format!("{diagnostics:?}"))
}

/// A policy without the lines that the checker refuses: rows that nothing can reach, what no record has, and the like. Of a
/// block whose head is refused, and of tiers, nothing is kept. What is left may still be refused.
fn mended(mut text: String) -> String {
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

#[test]
fn columns_come_to_what_single_records_come_to() {
    let cases = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 600,
        ..Config::default()
    });
    let (mut accepted, mut refused, mut records) = (0_u32, Vec::new(), 0_usize);
    let (mut children, mut unsure) = (0_usize, 0_u32);
    let counts =
        std::cell::RefCell::new((&mut accepted, &mut refused, &mut records, &mut children, &mut unsure));
    let choices = prop::collection::vec(any::<u16>(), 0..2400);
    let result = runner.run(&choices, |choices| {
        let mut choices = Choices::new(choices);
        let schema = policy::Shape::draw(&mut choices);
        let text = policy::draw(&mut choices, &schema);
        let text = mended(text);
        let mut counts = counts.borrow_mut();
        match checked(&text) {
            Ok(policy) => {
                *counts.0 += 1;
                let rows = records::draw(&mut choices, &policy);
                let children = records::draw_children(&mut choices, &policy, rows.len());
                *counts.2 += rows.len();
                *counts.3 += children.iter().map(|(_, rows)| rows.len()).sum::<usize>();
                match compare::check(&policy, &rows, &children, &mut choices) {
                    Ok(compared) => {
                        *counts.4 += u32::from(!compared);
                        Ok(())
                    }
                    Err(said) => {
                        Err(TestCaseError::fail(format!("{said}\n--- policy\n{text}\n--- records\n{rows:?}")))
                    }
                }
            }
            Err(said) => {
                counts.1.push(said);
                Ok(())
            }
        }
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let share = f64::from(accepted) / f64::from(cases);
    let _ = writeln!(
        std::io::stderr(),
        "{accepted} policies, {records} records, {children} children: the same; {unsure} depend on the order"
    );
    assert!(share > 0.6, "only {accepted} of {cases} policies were fit to run: {:?}", refused.first());
    assert!(records > accepted as usize, "too few records: {records}");
}
