//! `glassbox measure` and `glassbox baseline`: numbers worked out a second way, limits, forms, and what is written.

use super::command::{folder_with_shop, glassbox, glassbox_in, stdout};
use super::json_schema::breaches;
use glassbox::check::Ruleset;
use glassbox::decimal::Decimal;
use glassbox::eval::batch::{Scored, Standing};
use glassbox::eval::{observe_all, score_all};
use glassbox::measure::{Grouping, Measures, Over, Selection};
use glassbox::policy::TierId;
use glassbox::project::{self, Project};
use glassbox::run::{self, Progress, RejectSink, Run};
use insta_cmd::assert_cmd_snapshot;
use serde_json::Value as Json;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn redacted(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.add_filter(r"\b[0-9a-f]{64}\b", "[hash]");
    settings.bind(test);
}

/// A copy of a pack in a folder of its own.
fn copy_of(pack: &str) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), to).unwrap();
            } else {
                fs::create_dir(&to).unwrap();
                copy(&entry.path(), &to);
            }
        }
    }
    let folder = TempDir::new().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(pack), folder.path());
    folder
}

/// A CSV file cut in two, its heading on both.
fn halves(folder: &Path, file: &str) {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    let (heading, lines) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for (name, half) in ["first.csv", "second.csv"].iter().zip(lines.chunks(lines.len().div_ceil(2))) {
        fs::write(folder.join(name), format!("{heading}\n{}\n", half.join("\n"))).unwrap();
    }
}

fn json(command: Command, schema: &str) -> Json {
    let report: Json = serde_json::from_str(&stdout(command)).unwrap();
    let schema =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(schema)).unwrap();
    let schema: Json = serde_json::from_str(&schema).unwrap();
    assert_eq!(breaches(&schema, &schema, &report), Vec::<String>::new(), "{report:#}");
    report
}

#[test]
fn help() {
    assert_cmd_snapshot!("help_measure", glassbox(["measure", "--help"]));
    assert_cmd_snapshot!("help_baseline", glassbox(["baseline", "--help"]));
}

const IMPACT: [&str; 8] = [
    "--cut-off",
    "470",
    "--by",
    "status_and_sex is female",
    "--by",
    "age under 25",
    "--by",
    "foreign_worker",
];

/// As worked out independently: by sex 1.00, by age under 25 0.40, by foreign worker 0.72. The sex is the first word of
/// `personal_status_and_sex`; women are 310, of 153 of whom 470 or more is true, and men 690 and 340.
#[test]
fn adverse_impact_of_the_real_card() {
    let report = json(
        glassbox(["measure", "rules/german_credit", "--format", "json"].iter().chain(&IMPACT)),
        "measure.json",
    );
    let found: Vec<(String, f64, u64, u64)> = report["adverse_impact"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let groups = one["groups"].as_array().unwrap();
            let yes = groups.iter().find(|group| group["group"] == "yes").unwrap();
            let ratio = one["least_ratio"].to_string().parse().unwrap();
            let count = |name: &str| yes[name].as_u64().unwrap();
            (one["by"].as_str().unwrap().to_owned(), ratio, count("scored"), count("selected"))
        })
        .collect();
    let expected = [
        ("status_and_sex is female", 0.998_390, 310, 153),
        ("age under 25", 0.396_454, 149, 32),
        ("foreign_worker", 0.719_252, 963, 468),
    ];
    assert_eq!(found, expected.map(|(by, ratio, scored, selected)| (by.to_owned(), ratio, scored, selected)));
    let two_places: Vec<String> = found.iter().map(|(_, ratio, ..)| format!("{ratio:.2}")).collect();
    assert_eq!(two_places, ["1.00", "0.40", "0.72"]);

    // The same counts from the scores and the applicants' file.
    let scores = stdout(glassbox(["score", "rules/german_credit", "--quiet"]));
    let file = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/german_credit/germancredit.csv"),
    )
    .unwrap();
    let lines = scores.lines().skip(1).zip(file.lines().skip(1));
    let (mut women, mut selected) = (0, 0);
    for (scored, applicant) in lines.filter(|(_, applicant)| applicant.contains(",female : ")) {
        assert!(!applicant.is_empty());
        women += 1;
        selected += u64::from(scored.split(',').nth(1).unwrap().parse::<i64>().unwrap() >= 470);
    }
    assert_eq!((women, selected), (310, 153));
}

#[test]
fn a_broken_limit_ends_with_1() {
    redacted(|| {
        let text = ["measure", "rules/german_credit", "--at-least", "0.8"];
        assert_cmd_snapshot!("impact_text", glassbox(text.iter().chain(&IMPACT)));
        let tier = [
            "measure",
            "rules/payments",
            "--tier",
            "good",
            "--by",
            "born before 1990-01-01",
            "--at-least",
            "0.8",
        ];
        assert_cmd_snapshot!("impact_markdown", glassbox(tier.iter().chain(&["--format", "markdown"])));
    });
    let age = ["measure", "rules/german_credit", "--cut-off", "470", "--by", "age under 25", "--at-least"];
    let status = |limit: &str| glassbox(age.iter().chain(&[limit])).output().unwrap().status.code();
    assert_eq!((status("0.4"), status("0.3964")), (Some(1), Some(0)));
}

#[test]
fn a_limit_with_nothing_to_compare_is_undecided() {
    let folder = copy_of("german_credit");
    let head = fs::read_to_string(folder.path().join("germancredit.csv"))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
        + "\n";
    fs::write(folder.path().join("none.csv"), head).unwrap();
    let stability = "measure . --stability-from none.csv --at-most 0.25 --quiet --format json";
    let impact = "measure . --cut-off 470 --by foreign_worker --at-least 0.8 --data applicant=none.csv --quiet --format json";
    for arguments in [stability, impact] {
        let output = glassbox_in(folder.path(), arguments.split(' ')).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Json = serde_json::from_slice(&output.stdout).unwrap();
        let holds = [&told["stability"]["holds"], &told["adverse_impact"][0]["holds"]];
        assert_eq!(holds, [&Json::Null; 2], "{told}");
    }
    let arguments = ["measure", ".", "--stability-from", "none.csv", "--at-most", "0.25"];
    let output = glassbox_in(folder.path(), arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("nothing to compare") && !text.contains("no index is above"), "{text}");
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    assert_cmd_snapshot!("by_alone", glassbox(["measure", "rules/payments", "--by", "region"]));
    assert_cmd_snapshot!(
        "by_unknown",
        glassbox(["measure", "rules/german_credit", "--cut-off", "1", "--by", "agee under 25"])
    );
    assert_cmd_snapshot!(
        "by_key",
        glassbox(["measure", "rules/german_credit", "--cut-off", "470", "--by", "applicant"])
    );
    assert_cmd_snapshot!(
        "tier_unknown",
        glassbox(["measure", "rules/german_credit", "--tier", "goood", "--by", "age under 25"])
    );
    assert_cmd_snapshot!(
        "limit_of_nothing",
        glassbox(["measure", "rules/german_credit", "--at-least", "0.8"])
    );
}

#[test]
fn scores_tiers_and_reasons_without_a_question() {
    redacted(|| {
        assert_cmd_snapshot!("measure_payments", glassbox(["measure", "rules/payments"]));
        let by_tier = ["measure", "rules/german_credit", "--reasons", "--by", "tier"];
        assert_cmd_snapshot!("reasons_by_tier", glassbox(by_tier));
    });
    let report = json(glassbox(["measure", "rules/payments", "--format", "json"]), "measure.json");
    let all = &report["reasons"][0]["groups"][0];
    // To each record as many reasons as it has, and a first one to each that has any.
    let scores = stdout(glassbox(["score", "rules/payments", "--quiet", "--format", "ndjson"]));
    let (mut first, mut none) = (0, 0);
    for line in scores.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        if record["status"] == "scored" {
            let given = usize::from(record["reason_1"].is_string());
            first += usize::from(given > 0);
            none += usize::from(given == 0);
        }
    }
    let counted: u64 =
        all["reasons"].as_array().unwrap().iter().map(|one| one["first"].as_u64().unwrap()).sum();
    assert_eq!((counted as usize, all["without"].as_u64().unwrap() as usize), (first, none));
    json(
        glassbox(["measure", "rules/german_credit", "--reasons", "--by", "tier", "--format", "json"]),
        "measure.json",
    );
}

#[test]
fn stability_between_two_halves() {
    let folder = copy_of("german_credit");
    halves(folder.path(), "germancredit.csv");
    let run = |more: &[&str]| {
        let all = ["measure", ".", "--data", "applicant=second.csv", "--stability-from", "first.csv"];
        glassbox_in(folder.path(), all.iter().chain(more))
    };
    redacted(|| {
        assert_cmd_snapshot!("stability_german", run(&["--at-most", "0.1"]));
        assert_cmd_snapshot!(
            "stability_german_tiers",
            run(&["--bins", "tiers", "--verbose", "--format", "markdown"])
        );
    });
    let report = json(run(&["--format", "json"]), "measure.json");
    let stability = &report["stability"];
    assert_eq!(stability["characteristics"].as_array().unwrap().len(), 13);
    for shift in stability["characteristics"].as_array().unwrap().iter().chain([&stability["score"]]) {
        let sum = |name: &str| {
            shift["bins"].as_array().unwrap().iter().map(|bin| bin[name].as_u64().unwrap()).sum::<u64>()
        };
        assert_eq!((sum("expected"), sum("actual")), (500, 500), "{shift:#}");
    }
    assert_eq!(run(&["--at-most", "5"]).output().unwrap().status.code(), Some(0));

    // A file against itself.
    let same = ["measure", ".", "--stability-from", "germancredit.csv", "--at-most", "0", "--format", "json"];
    let report = json(glassbox_in(folder.path(), same), "measure.json");
    assert_eq!(report["stability"]["score"]["index"].to_string(), "0.0");
    assert_eq!(report["stability"]["holds"], true);
}

/// With children: those of the other half are left out, and that is said.
#[test]
fn stability_of_payments() {
    let folder = copy_of("payments");
    halves(folder.path(), "people.csv");
    redacted(|| {
        let run = [
            "measure",
            ".",
            "--data",
            "person=second.csv",
            "--stability-from",
            "person=first.csv",
            "--quiet",
        ];
        assert_cmd_snapshot!("stability_payments", glassbox_in(folder.path(), run));
    });
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    let pack = "rules/german_credit";
    stdout(glassbox([
        "synth",
        pack,
        "--records",
        "12000",
        "--seed",
        "3",
        "--out",
        out,
        "--format",
        "csv",
        "--quiet",
    ]));
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    assert!(fs::metadata(&file).unwrap().len() > 2 << 20, "it is read in several pieces");
    let data = format!("applicant={}", file.display());
    let run = |threads: &str| {
        let asked =
            ["measure", pack, "--data", &data, "--stability-from", "rules/german_credit/germancredit.csv"];
        let more =
            ["--reasons", "--by", "housing", "--cut-off", "470", "--format", "json", "--threads", threads];
        let measured = stdout(glassbox(asked.iter().chain(&more)));
        let averages = ["baseline", pack, "--data", &data, "--quiet", "--threads", threads];
        measured + &stdout(glassbox(averages))
    };
    let one = run("1");
    assert_eq!(one, run("4"));
    assert!(one.contains("\"read\":12000"), "{one}");
}

/// What is told of nobody.
struct Nowhere;

impl RejectSink for Nowhere {
    fn start_again(&mut self) -> std::io::Result<()> {
        Ok(())
    }

    fn set_aside(&mut self, _: glassbox::data::Reject) -> std::io::Result<()> {
        Ok(())
    }

    fn ignored(&mut self, _: glassbox::data::Reject) -> std::io::Result<()> {
        Ok(())
    }
}

fn opened(path: &str) -> (Project, Ruleset) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut project = project::open(&path).unwrap();
    let ruleset = project.check().ruleset.unwrap();
    (project, ruleset)
}

/// Everything that can be counted, by both interpreters: fields, conditions, definitions, children, links and influences.
#[test]
fn both_interpreters_count_the_same() {
    let asked: [(&str, &[&str]); 4] = [
        (
            "rules/german_credit",
            &["age", "housing", "foreign_worker and age over 30", "years_between(today, today)"],
        ),
        (
            "rules/payments",
            &[
                "born before 1990-01-01",
                "count(application)",
                "count(late_payment where late_payment.days_late over 30) is 0",
            ],
        ),
        ("rules/sesame/rumoured.score", &["count(friends)", "region"]),
        ("rules/city", &["count(act) over 2"]),
    ];
    for (path, by) in asked {
        let (project, ruleset) = opened(path);
        let day = project.manifest.as_of.unwrap();
        let policy = ruleset.on(day, &[]).unwrap();
        let by: Vec<(String, String)> = by.iter().map(|text| ("by".to_owned(), (*text).to_owned())).collect();
        let observed =
            ruleset.observe(day, &[], &by).unwrap_or_else(|wrong| panic!("{path}: {:?}", wrong.diagnostics));
        let mut measures = Measures::new(&policy);
        for definition in observed {
            let grouping = measures.group_by(definition);
            measures.ask_impact(Selection::CutOff(Decimal::from_int(500)), grouping);
            measures.ask_impact(Selection::Tier(TierId(0)), grouping);
            measures.ask_reasons(grouping);
        }
        measures.ask_reasons(Grouping::Tier);
        measures.ask_characteristics(&policy);
        measures.ask_averages(&policy, Over { at_or_above: Some(Decimal::from_int(400)), within: None });

        let files = project.data_files(&policy.schema, &[]).unwrap();
        let progress = Progress::default();
        let form = glassbox::output::Form::from(glassbox::output::Format::Csv);
        let run = Run {
            policy: &policy,
            files: &files,
            form,
            contributions: false,
            threads: 2,
            batch: 64,
            progress: &progress,
        };
        let mut counted = measures.empty();
        let finished = run::measure(&run, &mut counted, &mut Nowhere).unwrap();
        assert!(finished.read > 100, "{path}");

        let loaded = project.load(&policy.schema, policy.today, &[]).unwrap();
        let outcomes = score_all(&policy, &loaded.population);
        let mut scored =
            Scored::of_outcomes(&policy, outcomes.iter().map(|o| o.as_ref().map_err(|_| Standing::TooLarge)));
        let values = observe_all(&policy, measures.observed(), &loaded.population);
        scored.observe(values.iter().map(Vec::as_slice));
        measures.add(&scored);
        assert_eq!(counted, measures, "{path}");
    }
}

#[test]
fn averages_are_those_of_the_contributions() {
    let scores = stdout(glassbox(["score", "rules/german_credit", "--contributions", "--quiet"]));
    let mut lines = scores.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heading = lines.next().unwrap();
    let at = |name: &str| heading.iter().position(|column| *column == name).unwrap();
    let (score, duration) = (at("score"), at("points_duration"));
    let records: Vec<(i64, i64)> =
        lines.map(|cells| (cells[score].parse().unwrap(), cells[duration].parse().unwrap())).collect();
    for (over, arguments) in
        [((0, 1000), vec![]), ((470, 520), vec!["--at-or-above", "470", "--within", "50"])]
    {
        let of: Vec<i64> = records
            .iter()
            .filter(|(score, _)| (over.0..=over.1).contains(score))
            .map(|(_, points)| *points)
            .collect();
        let sum = Decimal::from_int(of.iter().sum());
        let average = sum.checked_div(Decimal::from_int(of.len() as i64)).unwrap();
        let report = json(
            glassbox(
                ["baseline", "rules/german_credit", "--format", "json", "--quiet"].iter().chain(&arguments),
            ),
            "baseline.json",
        );
        assert_eq!(report["over"]["records"], of.len());
        let found =
            report["baselines"].as_array().unwrap().iter().find(|one| one["name"] == "duration").unwrap();
        assert_eq!(found["baseline"].to_string(), average.to_string());
    }
}

#[test]
fn baselines_are_written_and_replaced() {
    let folder = copy_of("payments");
    let path = folder.path().join("payments.score");
    let before = fs::read_to_string(&path).unwrap();
    let run = |arguments: &[&str]| glassbox_in(folder.path(), arguments);
    let scores = stdout(run(&["score", ".", "--quiet"]));
    redacted(|| {
        assert_cmd_snapshot!("baseline_text", run(&["baseline", "."]));
        assert_cmd_snapshot!(
            "baseline_written",
            run(&["baseline", ".", "--at-or-above", "620", "--within", "30", "--write"])
        );
    });
    stdout(run(&["baseline", ".", "--write", "--quiet"]));
    let after = fs::read_to_string(&path).unwrap();
    // The same once more changes nothing.
    stdout(run(&["baseline", ".", "--write", "--quiet"]));
    assert_eq!(fs::read_to_string(&path).unwrap(), after);
    // Also where a blank line stands below the comment: it is replaced, not written once more.
    let last = "# (by `glassbox baseline`)\n";
    fs::write(&path, after.replace(last, &format!("{last}\n"))).unwrap();
    stdout(run(&["baseline", ".", "--at-or-above", "620", "--write", "--quiet"]));
    assert_eq!(fs::read_to_string(&path).unwrap().matches("# Baselines: ").count(), 1);
    fs::write(&path, &after).unwrap();
    // Once, though written twice; and nothing else has gone.
    assert_eq!(after.matches("# Baselines: ").count(), 1);
    assert_eq!(after.matches("  baseline  ").count(), 9);
    let kept: Vec<&str> = after.lines().filter(|line| !line.contains("  baseline  ")).collect();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = kept.iter().map(|line| words(line));
    assert!(before.lines().all(|line| rest.any(|kept| kept == words(line))), "a line of the policy has gone");
    assert_eq!(kept.len(), before.lines().count() + 7, "the comment says the policy, and five files");
    // It is well, in its layout, and scores as before.
    stdout(run(&["check", "."]));
    stdout(run(&["fmt", "--check", "."]));
    assert_eq!(stdout(run(&["score", ".", "--quiet"])), scores);
    // By points below baseline, reasons are measured from them.
    fs::write(&path, after.replace("by points lost", "by points below baseline")).unwrap();
    let explained = stdout(run(&["explain", ".", "p0004"]));
    assert!(explained.contains("points below baseline)"), "{explained}");
}

#[test]
fn a_text_with_carriage_returns_keeps_them() {
    let folder = folder_with_shop();
    let path = folder.path().join("shop/shop.score");
    let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
    fs::write(&path, &text).unwrap();
    let output = glassbox_in(folder.path(), ["baseline", "shop", "--write"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "some of its records are set aside: {output:?}");
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.contains("\r\n# (by `glassbox baseline`)\r\n"), "{after}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
}

#[test]
fn there_is_something_to_average() {
    assert_cmd_snapshot!(
        "baseline_of_nobody",
        glassbox(["baseline", "rules/german_credit", "--at-or-above", "900", "--quiet"])
    );
    assert_cmd_snapshot!(
        "baseline_of_stdin",
        glassbox(["baseline", "rules/german_credit", "--data", "applicant=csv:-", "--quiet"])
    );
}
