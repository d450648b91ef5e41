//! What is expected of the packs, clause by clause: a model of a claim breaks what it claims to break, and a score of
//! payments alone does not. Every refutation is scored again, record by record.

use glassbox::audit::clause::{Answer, Subject};
use glassbox::audit::{Audit, Verdict, read_clause};
use glassbox::check;
use glassbox::data::Value;
use glassbox::date::Date;
use glassbox::policy::{Expectation, ExpectedStatus, Policy};
use glassbox::project;
use glassbox::source::FileId;
use std::path::Path;

/// What is expected of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Proved,
    Refuted,
}
use Expected::{Proved, Refuted};

/// A policy of a pack, a day, and the clauses asked of it, each with its name, C1 to C30, and what is expected.
type Asked = (&'static str, &'static str, &'static [(&'static str, &'static str, Expected)]);

const TABLE: [Asked; 8] = [
    (
        "sesame/rumoured.score",
        "2016-06-30",
        &[
            ("C1", "forbid opinion to influence score", Refuted),
            ("C2", "forbid friends.score to influence score", Refuted),
            ("C3", "require one more of friends never lowers score", Refuted),
            ("C3", "require one less of friends never raises score", Refuted),
            ("C6", "require consequences of transport rest only on payment, means, register", Refuted),
            ("C15", "forbid spend to raise score", Refuted),
            ("C19", "require twins who differ only in protected score the same", Proved),
            ("C20", "require a change of person.region neither resets nor costs points", Proved),
        ],
    ),
    ("sesame/rumoured.score", "2020-06-30", &[("C25", "require opting out costs nothing", Refuted)]),
    ("sesame/rumoured.score", "2019-12-31", &[("C25", "require opting out costs nothing", Proved)]),
    (
        "sesame/stated.score",
        "2016-06-30",
        &[
            ("C1", "forbid opinion to influence score", Proved),
            ("C2", "forbid friends.score to influence score", Proved),
            ("C15", "forbid spend to raise score", Refuted),
        ],
    ),
    (
        "sesame/published.score",
        "2016-06-30",
        &[
            ("C1", "forbid opinion to influence score", Proved),
            ("C2", "forbid friends.score to influence score", Proved),
            ("C2, strict", "forbid friends to influence score", Refuted),
        ],
    ),
    (
        "payments/payments.score",
        "2026-01-31",
        &[
            ("C1", "forbid opinion to influence score", Proved),
            ("C2", "forbid friends.score to influence score", Proved),
            ("C3", "require one more of friends never lowers score", Proved),
            ("C5", "forbid protected to influence score, tier", Proved),
            ("C11", "require score never rises with person.past_due", Proved),
            ("C11", "require score never rises with late_payment.days_late", Proved),
            ("C12", "require adverse points of late_payment forgotten after 7 years", Proved),
            ("C12", "require adverse points of bankruptcy forgotten after 10 years", Proved),
            ("C12", "require adverse points of bankruptcy forgotten after 7 years", Refuted),
            ("C20", "require a change of person.region neither resets nor costs points", Proved),
            ("C30", "require every field tagged", Proved),
        ],
    ),
    (
        "german_credit/german_credit.score",
        "2026-01-31",
        &[
            ("C5", "forbid protected to influence score", Refuted),
            ("C5", "require applicant.age 37 or more never scored below others", Refuted),
            ("C11", "require score never falls with applicant.age", Refuted),
            ("C11", "require score never rises with applicant.age", Refuted),
            ("C11", "require score never rises with applicant.duration", Proved),
            ("C29", "require bands complete and disjoint", Proved),
        ],
    ),
    ("city/city.score", "2026-01-31", &[("C14", "require repeated gains capped", Proved)]),
];

#[test]
fn the_packs_keep_and_break_what_is_expected() {
    let mut wrong = Vec::new();
    for (path, day, clauses) in TABLE {
        let policy = policy(path, day);
        let audit = Audit::of(&policy);
        let subject = Subject { policy: &policy, others: &[], desk: &audit, screen: None };
        for (name, clause, expected) in clauses {
            let asked =
                read_clause(FileId::new(0), clause).unwrap_or_else(|found| panic!("{clause}: {found:?}"));
            let verdict = match asked.answer(&subject) {
                Answer::Given(verdict) => verdict,
                // What the policy does not know cannot be broken by it.
                Answer::Vacuous(because) => Verdict::proved(because),
                Answer::Misfit(found) => panic!("{clause}: {found:?}"),
            };
            let given = match &verdict {
                Verdict::Proved { .. } => Some(Proved),
                Verdict::Refuted { .. } => Some(Refuted),
                Verdict::Undecided { .. } => None,
            };
            if given != Some(*expected) {
                wrong.push(format!(
                    "{path} on {day}, {name} `{clause}`: expected {expected:?}, got {verdict:?}"
                ));
            }
            scored_again(&audit, clause, &verdict);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every record of a refutation, run again: it comes to what it says.
fn scored_again(audit: &Audit<'_>, clause: &str, verdict: &Verdict) {
    let Verdict::Refuted { witnesses, places, .. } = verdict else { return };
    assert!(!witnesses.is_empty() || !places.is_empty(), "{clause}: refuted without showing anything");
    for case in witnesses.iter().flat_map(|witness| &witness.cases) {
        let trial = audit.maker().run(case).unwrap_or_else(|| panic!("{clause}: a record that is set aside"));
        assert!(!case.expectations.is_empty(), "{clause}: a record that expects nothing");
        for (expectation, _) in &case.expectations {
            match expectation {
                Expectation::Score(score) => assert_eq!(trial.outcome.score, Some(*score), "{clause}"),
                Expectation::Tier(tier) => assert_eq!(trial.outcome.tier, Some(*tier), "{clause}"),
                Expectation::Status(status) => {
                    assert_eq!(*status == ExpectedStatus::Scored, trial.outcome.score.is_some(), "{clause}");
                }
                Expectation::Reasons(reasons) => {
                    let given: Vec<_> = trial.outcome.reasons.iter().map(|given| given.reason).collect();
                    assert_eq!(given, *reasons, "{clause}");
                }
                Expectation::Consequence(at, held) => {
                    assert_eq!(trial.outcome.consequences.get(*at as usize), Some(held), "{clause}");
                }
                Expectation::PointsOf(..)
                | Expectation::PointsOfInfluence(..)
                | Expectation::Decision(..)
                | Expectation::Definition(..) => {}
            }
        }
    }
}

/// The card of 1,000 applicants: that it is not monotone in age is found without being asked.
#[test]
fn the_card_says_of_itself_that_age_is_not_monotone() {
    let policy = policy("german_credit/german_credit.score", "2026-01-31");
    let audit = Audit::of(&policy);
    let age = policy.schema.scored().fields.iter().position(|field| field.name == "age").unwrap();
    let age = glassbox::data::FieldId(age as u32);
    let cliff = audit.cliff(age).unwrap();
    let (points, witness) = cliff.shown;
    assert!(points.units() >= 46_000_000_000, "{points}");
    let of = |case: &glassbox::policy::Case| case.records[0].1[age.index()].clone();
    let ages: Vec<Value> = witness.cases.iter().map(of).collect();
    assert_eq!(ages.len(), 2, "{witness:?}");
}

fn policy(path: &str, day: &str) -> Policy {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(path);
    let project = project::open(&path).unwrap_or_else(|broken| panic!("{:?}", broken.diagnostics));
    let ruleset = check::check(project.unit).ruleset.expect("a policy without mistakes");
    ruleset.on(Date::parse(day).unwrap(), &[]).unwrap()
}
