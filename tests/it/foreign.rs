//! Cards of others: the policies of `tests/cases/foreign` over the rows published with the PMML files they were written from.
//!
//! The rows lie beside the project, not in it (`../shared/data/pmml`). Where they are absent this test says so and passes;
//! the `case` blocks of the policies hold a choice of the same rows.

use arrow_array::cast::AsArray;
use arrow_schema::{DataType, Field, Schema};
use glassbox::check::{self, Ruleset};
use glassbox::data::{self, DataFile, DataFiles, Format};
use glassbox::date::Date;
use glassbox::decimal::Decimal;
use glassbox::eval::{self, Outcome, Status};
use glassbox::policy::{Expectation, ExpectedStatus, Policy};
use glassbox::project;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One published file of rows, and what is known of them.
struct Published {
    /// The file, under `../shared/data/pmml`.
    file: &'static str,
    /// The policy that speaks for it.
    policy: &'static str,
    /// How many rows have the same result here as there.
    equal: usize,
    /// The lines of the file (the header is line 1) that have not, and how they differ.
    differ: &'static [(usize, &'static str)],
}

const PUBLISHED: &[Published] = &[
    all("kie-drools/CompoundPredicateScorecard.expected.csv", "CompoundPredicateScorecard", 10),
    all("kie-drools/CompoundPredicateScorecard.jpmml.csv", "CompoundPredicateScorecard", 500),
    all("kie-drools/CompoundNestedPredicateScorecard.expected.csv", "CompoundNestedPredicateScorecard", 10),
    all("kie-drools/CompoundNestedPredicateScorecard.jpmml.csv", "CompoundNestedPredicateScorecard", 287),
    all(
        "kie-drools/MultipleScorecard.CompoundNestedPredicateScorecard.expected.csv",
        "CompoundNestedPredicateScorecard",
        10,
    ),
    all("kie-drools/BasicComplexPartialScore.expected.csv", "BasicComplexPartialScore", 5),
    all("kie-drools/BasicComplexPartialScore.jpmml.csv", "BasicComplexPartialScore", 100),
    all("kie-drools/NestedComplexPartialScore.expected.csv", "NestedComplexPartialScore", 5),
    all("kie-drools/NestedComplexPartialScore.jpmml.csv", "NestedComplexPartialScore", 100),
    all("kie-drools/ScorecardSample.jpmml.csv", "ScorecardSample", 500),
    all("kie-drools/test_scorecard.jpmml.csv", "ScorecardSample", 500),
    all("kie-drools/MiningModelChain.expected.csv", "MiningModelChain", 7),
    all("kie-drools/MiningModelChain.jpmml.csv", "MiningModelChain", 500),
    Published {
        file: "kie-drools/SimpleScorecard.expected.csv",
        policy: "SimpleScorecard",
        equal: 5,
        // The author wants an error where `input3` is missing (lines 7 to 11) or outside its intervals (12 to 16). It gives
        // no points: JPMML never looks at it and scores such rows, and so does the policy.
        differ: &[
            (7, "score 25 here, an error there"),
            (8, "score -15 here, an error there"),
            (9, "score 87 here, an error there"),
            (10, "score 47 here, an error there"),
            (11, "score -15 here, an error there"),
            (12, "score 25 here, an error there"),
            (13, "score -15 here, an error there"),
            (14, "score 87 here, an error there"),
            (15, "score 47 here, an error there"),
            (16, "score -15 here, an error there"),
        ],
    },
    all("kie-drools/SimpleScorecard.jpmml.csv", "SimpleScorecard", 500),
    all("kie-drools/Simple-Scorecard_Categorical.expected.csv", "Simple-Scorecard_Categorical", 4),
    all("kie-drools/Simple-Scorecard_Categorical.jpmml.csv", "Simple-Scorecard_Categorical", 32),
    all("kie-drools/SimpleScorecardMixedVariables.expected.csv", "SimpleScorecardMixedVariables", 5),
    all("kie-drools/SimpleScorecardMixedVariables.jpmml.csv", "SimpleScorecardMixedVariables", 60),
    all(
        "kie-drools/SimpleScorecardWithTransformations.expected.csv",
        "SimpleScorecardWithTransformations",
        5,
    ),
    all("kie-drools/SimpleScorecardWithTransformations.jpmml.csv", "SimpleScorecardWithTransformations", 500),
    all(
        "kie-drools/air-conditioning-weather-scorecard.expected.csv",
        "air-conditioning-weather-scorecard",
        2,
    ),
    all("kie-drools/air-conditioning-weather-scorecard.jpmml.csv", "air-conditioning-weather-scorecard", 500),
    all("kie-drools/MultipleScorecard.ForecastScore.expected.csv", "air-conditioning-weather-scorecard", 2),
    all("jpmml-old/AttributeReasonCodeTest.expected.csv", "AttributeReasonCodeTest", 1),
    all("jpmml-old/AttributeReasonCodeTest.jpmml.csv", "AttributeReasonCodeTest", 500),
    all("jpmml-old/CharacteristicReasonCodeTest.expected.csv", "CharacteristicReasonCodeTest", 1),
    all("jpmml-old/CharacteristicReasonCodeTest.jpmml.csv", "CharacteristicReasonCodeTest", 500),
];

/// Columns that have no counterpart in a policy: derived inputs handed through, a constant, and outputs worked out from a
/// reason code or from patterns over a text.
const WITHOUT_COUNTERPART: &[&str] = &[
    "out:error",
    "out:out_der_input1",
    "out:out_der_input2",
    "out:out_der_constant",
    "out:out_normdiscrete_field",
    "out:out_mapvalued_field",
    "out:out_text_index_normalization_field",
];

const fn all(file: &'static str, policy: &'static str, equal: usize) -> Published {
    Published { file, policy, equal, differ: &[] }
}

/// What a policy gave for one row: `None` where the record has no score.
struct Given {
    score: f64,
    points: Vec<(String, f64)>,
    reasons: Vec<String>,
    decisions: Vec<(String, String)>,
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that looks at nothing says so")]
fn rows_published_with_the_cards_of_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/pmml");
    if !root.is_dir() {
        eprintln!("skipped: {} is not there; the cases of tests/cases/foreign stand for it", root.display());
        return;
    }
    for published in PUBLISHED {
        let file = root.join(published.file);
        let rows = read(&file);
        let given = score(published.policy, &file);
        assert_eq!(given.len(), rows.len(), "{}: rows given for rows read", published.file);
        let differences: Vec<(usize, String)> = rows
            .iter()
            .zip(&given)
            .enumerate()
            .filter_map(|(i, (row, given))| difference(row, given.as_ref()).map(|why| (i + 2, why)))
            .collect();
        let listed: Vec<(usize, String)> =
            published.differ.iter().map(|(l, how)| (*l, (*how).to_owned())).collect();
        let unlisted: Vec<_> = differences.iter().filter(|d| !listed.contains(d)).collect();
        assert!(
            unlisted.is_empty(),
            "{}: {} rows differ, the first ones: {:#?}",
            published.file,
            unlisted.len(),
            &unlisted[..unlisted.len().min(5)]
        );
        assert_eq!(differences, listed, "{}: a row that is listed as different is equal", published.file);
        assert_eq!(rows.len() - differences.len(), published.equal, "{}: equal rows", published.file);
    }
}

#[test]
fn every_policy_of_the_folder_has_rows() {
    let listed: BTreeSet<String> = PUBLISHED.iter().map(|p| p.policy.to_owned()).collect();
    assert_eq!(policies(), listed);
}

/// Each policy holds the rows of its author, and some of JPMML's, as cases: they are all met.
#[test]
fn cases_of_the_cards_of_others() {
    let mut expectations = 0;
    for name in policies() {
        let ruleset = ruleset(&name);
        let cases = ruleset.cases().len();
        assert!(cases > 0, "{name} has cases");
        for position in 0..cases {
            let (policy, case) = ruleset.case(position).expect("a case that fits its policy");
            let loaded = data::join_rows(
                &policy.schema,
                policy.today,
                &case.records,
                &case.pairs,
                (case.previous_of, &case.previous),
            );
            let outcome = eval::score_all(&policy, &loaded.population).remove(0).expect("numbers that fit");
            for (expectation, _) in &case.expectations {
                assert!(
                    meets(&outcome, expectation),
                    "{name}, {}: {expectation:?}, but {outcome:#?}",
                    case.title
                );
                expectations += 1;
            }
        }
    }
    assert_eq!(expectations, 771);
}

fn meets(outcome: &Outcome, expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Score(score) => outcome.score == Some(*score),
        Expectation::Status(status) => {
            (*status, outcome.status) == (ExpectedStatus::NotScored, Status::NotScored)
                && outcome.score.is_none()
        }
        Expectation::Reasons(reasons) => {
            outcome.reasons.iter().map(|given| given.reason).eq(reasons.iter().copied())
        }
        Expectation::PointsOf(item, points) => outcome.points[item.index()] == *points,
        Expectation::Decision(decision, value) => outcome.decisions[decision.index()].value == *value,
        Expectation::Tier(_)
        | Expectation::PointsOfInfluence(..)
        | Expectation::Definition(..)
        | Expectation::Consequence(..) => panic!("these cards expect nothing of the kind: {expectation:?}"),
    }
}

/// Why a row's published result is not the given one; `None` where it is.
fn difference(row: &[(String, String)], given: Option<&Given>) -> Option<String> {
    let refused = row.iter().any(|(column, cell)| column == "out:error" && !cell.is_empty());
    let Some(given) = given else {
        return if refused { None } else { Some("no score here".to_owned()) };
    };
    if refused {
        return Some(format!("score {} here, an error there", given.score));
    }
    let mut differences = Vec::new();
    for (column, cell) in row {
        let found =
            if column.starts_with("in:") || WITHOUT_COUNTERPART.contains(&column.as_str()) || cell == "*" {
                continue;
            } else if let Some(name) = column.strip_prefix("ps:") {
                given.points.iter().find(|(n, _)| n == name).map_or_else(String::new, |(_, p)| p.to_string())
            } else if column == "out:reasonCodeRanking" {
                given.reasons.join("|")
            } else if let Some(rank) = column.strip_prefix("out:Reason Code ") {
                let rank: usize = rank.parse().expect("a rank");
                given.reasons.get(rank - 1).cloned().unwrap_or_default()
            } else if is_score(column) {
                given.score.to_string()
            } else {
                let name =
                    column.strip_prefix("out:").expect("a column of inputs, outputs or partial scores");
                let decision = given.decisions.iter().find(|(n, _)| n == name);
                decision.unwrap_or_else(|| panic!("nothing stands for the column `{column}`")).1.clone()
            };
        if !same(cell, &found) {
            differences.push(format!("{column}: {cell:?} there, {found:?} here"));
        }
    }
    if differences.is_empty() { None } else { Some(differences.join("; ")) }
}

/// The names under which the files give the score.
fn is_score(column: &str) -> bool {
    let names = ["score", "Score", "calculatedScore", "overallScore", "forecastScore", "Final Score"];
    column.strip_prefix("out:").is_some_and(|c| names.contains(&c))
}

/// Numbers within 1e-9, as the published ones are doubles; anything else letter by letter.
fn same(there: &str, here: &str) -> bool {
    match (there.parse::<f64>(), here.parse::<f64>()) {
        (Ok(there), Ok(here)) => (there - here).abs() <= 1e-9,
        _ => there == here,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/foreign")
}

/// The names of the policies of the folder.
fn policies() -> BTreeSet<String> {
    std::fs::read_dir(folder())
        .expect("the folder is part of the project")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "score"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect()
}

/// A policy of the folder, checked.
fn ruleset(policy: &str) -> Ruleset {
    let project = project::open(&folder().join(format!("{policy}.score"))).expect("a policy");
    assert!(project.diagnostics.is_empty(), "{policy}: {:#?}", project.diagnostics);
    let checked = check::check(project.unit);
    assert!(checked.diagnostics.is_empty(), "{policy}: {:#?}", checked.diagnostics);
    checked.ruleset.expect("a policy without mistakes")
}

/// The rows of a file, each as (column, cell) in order.
fn read(file: &Path) -> Vec<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let (header, _) = text.split_once('\n').expect("a header");
    let columns: Vec<&str> = header.trim_end().split(',').collect();
    let fields: Vec<Field> = columns.iter().map(|c| Field::new(*c, DataType::Utf8, true)).collect();
    let reader =
        arrow_csv::ReaderBuilder::new(Arc::new(Schema::new(fields))).with_header(true).build(text.as_bytes());
    let mut rows = Vec::new();
    for batch in reader.expect("a table") {
        let batch = batch.expect("rows as long as the header");
        for i in 0..batch.num_rows() {
            let cell = |c: usize| batch.column(c).as_string::<i32>().value(i).to_owned();
            rows.push(columns.iter().enumerate().map(|(c, name)| ((*name).to_owned(), cell(c))).collect());
        }
    }
    rows
}

/// Scores every row of a file by a policy, through the whole engine: project, checker, data, interpreter.
fn score(policy: &str, file: &Path) -> Vec<Option<Given>> {
    let today = Date::from_ymd(2026, 1, 31).expect("a day");
    let policy = ruleset(policy).on(today, &[]).expect("a policy on every day");
    let kind = policy.schema.scored();
    let key = kind.key.expect("a key");
    let named = kind.fields.iter().enumerate().filter(|(i, _)| *i != key.index());
    let source = DataFile {
        path: file.to_owned(),
        shown: file.display().to_string(),
        format: Format::Csv,
        columns: named.map(|(_, field)| (field.name.clone(), format!("in:{}", field.name))).collect(),
        missing: Vec::new(),
        row_number: Some(policy.schema.field(policy.schema.scored, key).name.clone()),
        place: None,
    };
    let files =
        DataFiles { records: BTreeMap::from([(policy.schema.scored, source)]), ..DataFiles::default() };
    let loaded = data::load(&policy.schema, today, &files).expect("rows of the policy's record");
    assert!(loaded.rejects.set_aside.is_empty(), "no row is set aside: {:#?}", loaded.rejects.set_aside);
    let outcomes = eval::score_all(&policy, &loaded.population);
    outcomes.into_iter().map(|outcome| given(&policy, &outcome.expect("numbers that fit"))).collect()
}

fn given(policy: &Policy, outcome: &Outcome) -> Option<Given> {
    let number = |n: Decimal| n.to_string().parse::<f64>().expect("a number");
    let score = number(outcome.score?);
    let points = policy.items.iter().zip(&outcome.points).map(|(item, p)| (item.name.clone(), number(*p)));
    let reasons = outcome.reasons.iter().map(|r| policy.reason(r.reason).code.clone());
    let decisions = policy.decisions.iter().zip(&outcome.decisions);
    let decisions = decisions.map(|(d, answer)| (d.name.clone(), policy.schema.spell(d.kind, &answer.value)));
    Some(Given {
        score,
        points: points.collect(),
        reasons: reasons.collect(),
        decisions: decisions.collect(),
    })
}
