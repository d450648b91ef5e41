//! `glassbox audit` and `glassbox fields`: what is said of the packs, that every record shown holds, and what comes out of each
//! form.

use super::command::{glassbox, stdout};
use super::page::root;
use glassbox::date::Date;
use num_bigint::BigUint;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A policy, the day on which it is looked at, and the name of its snapshots.
const POLICIES: [(&str, &str, &str); 8] = [
    ("german_credit", "rules/german_credit/german_credit.score", "2026-01-31"),
    ("payments", "rules/payments/payments.score", "2026-01-31"),
    ("city", "rules/city/city.score", "2026-01-31"),
    ("sesame_rumoured", "rules/sesame/rumoured.score", "2016-06-30"),
    ("sesame_rumoured_2020", "rules/sesame/rumoured.score", "2020-06-30"),
    ("sesame_stated", "rules/sesame/stated.score", "2016-06-30"),
    ("sesame_published", "rules/sesame/published.score", "2016-06-30"),
    ("sesame_company", "rules/sesame/company.score", "2016-06-30"),
];

fn audited(path: &str, day: &str, more: &[&str]) -> String {
    let output = glassbox(["audit", path, "--as-of", day].iter().chain(more)).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(path: &str, day: &str, more: &[&str]) -> Value {
    let text = audited(path, day, &[&["--format", "json"], more].concat());
    serde_json::from_str(&text).unwrap()
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    // The hash changes with every comment in a policy.
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Everything wrong with a value by a schema.
fn wrong_by(schema: &str, value: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&fs::read_to_string(root().join(schema)).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Every case that stands in a JSON value, with what it shows.
fn cases(value: &Value, into: &mut Vec<(String, Vec<String>)>) {
    match value {
        Value::Object(entries) => {
            if let (Some(shows), Some(found)) = (entries.get("shows"), entries.get("cases")) {
                let texts = found.as_array().unwrap().iter().map(|case| case.as_str().unwrap().to_owned());
                into.push((shows.as_str().unwrap().to_owned(), texts.collect()));
            }
            entries.values().for_each(|inner| cases(inner, into));
        }
        Value::Array(all) => all.iter().for_each(|inner| cases(inner, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// How many cases fail where all are pasted into a policy of a copy of `rules`, and what is said.
fn held(policy: &str, cases: &[String]) -> String {
    let folder = TempDir::new().unwrap();
    copy(&root().join("rules"), &folder.path().join("rules"));
    let path = folder.path().join(policy);
    let mut text = fs::read_to_string(&path).unwrap();
    for (number, case) in cases.iter().enumerate() {
        // Several lines may be shown by the same two records.
        let (head, rest) = case.split_once("\" {\n").unwrap();
        write!(text, "\n{head} #{number}\" {{\n{rest}").unwrap();
    }
    fs::write(&path, text).unwrap();
    let output = super::command::glassbox_in(folder.path(), ["test", policy]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{policy}: {said}{errors}");
    said
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

#[test]
fn what_is_said_of_the_packs() {
    for (name, path, day) in POLICIES {
        snapshot(&format!("audit_{name}"), &audited(path, day, &[]));
    }
}

#[test]
fn every_record_that_is_shown_holds() {
    for (name, path, day) in POLICIES {
        let value = json(path, day, &[]);
        assert_eq!(wrong_by("docs/schemas/audit.json", &value), Vec::<String>::new(), "{name}");
        let mut found = Vec::new();
        cases(&value, &mut found);
        let texts: Vec<String> = found.into_iter().flat_map(|(_, texts)| texts).collect();
        assert!(texts.len() > 4, "{name} shows only {} records", texts.len());
        held(path, &texts);
    }
}

#[test]
fn the_age_of_german_credit_is_found_without_being_asked() {
    let value = json("rules/german_credit", "2026-01-31", &[]);
    let report = &value["policies"][0]["report"];
    let named = |list: &str| -> BTreeMap<String, Value> {
        let all = report[list].as_array().unwrap().iter();
        all.map(|each| (each["name"].as_str().unwrap().to_owned(), each.clone())).collect()
    };
    let age = &named("directions")["applicant.age"];
    assert_eq!(age["never_falls"]["standing"], "refuted");
    assert_eq!(age["never_rises"]["standing"], "refuted");
    let cliff = &named("cliffs")["applicant.age"];
    assert_eq!(cliff["largest"], true);
    // A characteristic's widest rows: 98 points between the first and the last but one.
    let swing = &named("inputs")["applicant.age"]["on_score"];
    assert_eq!(swing["shown"]["number"].to_string(), "98");
    assert_eq!(swing["bound"].to_string(), "98");
    assert_eq!(named("inputs")["applicant.foreign_worker"]["on_score"]["effect"], "none");
}

#[test]
fn a_case_shows_what_its_line_says() {
    // The distance of two scores is the swing that is told.
    for (name, path, day) in POLICIES {
        let value = json(path, day, &[]);
        for input in value["policies"][0]["report"]["inputs"].as_array().unwrap() {
            let shown = &input["on_score"]["shown"];
            let Some(two) = shown["cases"].as_array() else { continue };
            let score = |case: &Value| -> f64 {
                let line = case
                    .as_str()
                    .unwrap()
                    .lines()
                    .find_map(|line| line.trim().strip_prefix("expect  score "));
                line.unwrap().parse().unwrap()
            };
            let apart = (score(&two[0]) - score(&two[1])).abs();
            assert!((apart - shown["number"].as_f64().unwrap()).abs() < 1e-9, "{name}: {input}");
            let most = input["on_score"]["bound"].as_f64().unwrap_or(f64::INFINITY);
            assert!(apart <= most, "{name}: {input}");
        }
    }
}

#[test]
fn clauses_are_answered_and_the_exit_code_says_how() {
    let ask = |clause: &str| {
        let output = glassbox(["audit", "rules/german_credit", "--ask", clause]).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = ask("require score never rises with applicant.duration");
    assert_eq!(code, 0, "{said}");
    let (code, said) = ask("require score never falls with applicant.age");
    assert_eq!(code, 1, "{said}");
    assert_eq!(said.matches("case \"").count(), 2, "{said}");
    let wrong =
        glassbox(["audit", "rules/german_credit", "--ask", "require nothing of the kind"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(wrong.stdout, b"");
    let report = glassbox(["audit", "rules/german_credit"]).output().unwrap();
    assert_eq!(report.status.code(), Some(0));
    let nowhere = glassbox(["audit", "nowhere"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
}

/// The ratios of the real card at a cut-off of 470, as worked out from the file alone.
#[test]
fn what_depends_on_data_is_answered_from_data() {
    let answer = |clause: &str, more: &[&str]| {
        let arguments = ["audit", "rules/german_credit", "--format", "json", "--ask", clause];
        let output = glassbox(arguments.iter().chain(more)).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), value["policies"][0]["clauses"][0]["answer"].clone())
    };
    let clause = |by: &str, least: &str| {
        format!("require adverse impact of score 470 or more by applicant.{by} at least {least}")
    };
    assert_eq!(answer(&clause("age under 25", "0.8"), &[]).0, 4);
    let asked =
        [("age under 25", "0.8", 0.40), ("foreign_worker", "0.8", 0.72), ("foreign_worker", "0.7", 0.72)];
    for (by, least, ratio) in asked {
        let (exit, said) = answer(&clause(by, least), &["--data"]);
        let holds = ratio >= least.parse::<f64>().unwrap();
        assert_eq!(exit, i32::from(!holds), "{by}: {said}");
        let because = said["because"].as_str().unwrap();
        let found = because.split(" is ").nth(1).unwrap().split([' ', ';', ':']).next().unwrap();
        assert!((found.parse::<f64>().unwrap() - ratio).abs() < 0.005, "{because}");
        assert!(because.contains("a screen") && because.starts_with("in these 1,000 records"), "{because}");
    }
    let (exit, said) =
        answer(&clause("age under 25", "0.8"), &["--data", "applicant=rules/german_credit/germancredit.csv"]);
    assert_eq!(exit, 1, "{said}");
}

/// The shares of the real card: what its fields give by themselves, beside the applicants as they are.
#[test]
fn a_report_with_data_says_what_its_fields_give_by_themselves() {
    let (path, day) = ("rules/german_credit", "2026-01-31");
    let text = audited(path, day, &["--data"]);
    let start = text.find("Expected scores").unwrap();
    let end = text.find("What gives points").unwrap();
    snapshot("audit_german_credit_expected", text.get(start..end).unwrap());
    let value = json(path, day, &["--data"]);
    assert_eq!(wrong_by("docs/schemas/audit.json", &value), Vec::<String>::new());
    let expected = &value["policies"][0]["expected"];
    let ways = |value: &Value| value["ways"].as_str().unwrap().parse::<BigUint>().unwrap();
    // Thirteen fields are read, of a thousand applicants each.
    assert_eq!(ways(&expected["independent"]), BigUint::from(1000_u32).pow(13));
    assert_eq!(ways(&expected["data"]), BigUint::from(1000_u32));
    for side in ["independent", "data"] {
        let side = &expected[side];
        let sum = |list: &str| side[list].as_array().unwrap().iter().map(ways).sum::<BigUint>();
        assert_eq!(sum("scores"), ways(side));
        assert_eq!(sum("tiers"), ways(side));
    }
    // The mean of a sum is the sum of means, whatever goes along with what: this card has no range, limits or caps.
    assert_eq!(expected["independent"]["mean"], expected["data"]["mean"]);
    // With clauses it is not told, and where records have children it says why not.
    let clause = ["--data", "--ask", "require score never falls with applicant.duration"];
    assert_eq!(json(path, day, &clause)["policies"][0]["expected"], Value::Null);
    let payments = json("rules/payments", day, &["--data"]);
    assert_eq!(wrong_by("docs/schemas/audit.json", &payments), Vec::<String>::new());
    let expected = &payments["policies"][0]["expected"];
    assert_eq!(expected["independent"], Value::Null);
    assert!(expected["undecided"].as_str().unwrap().contains(" reads `"), "{expected}");
    assert!(audited("rules/payments", day, &["--data"]).contains("What to expect is undecided: "));
}

#[test]
fn a_charter_is_answered_clause_by_clause() {
    let more = ["--charter", "rules/charters/headline.charter"];
    let rumoured = "rules/sesame/rumoured.score";
    snapshot("audit_charter_headline", &audited(rumoured, "2016-06-30", &more));
    let value = json(rumoured, "2016-06-30", &more);
    assert_eq!(wrong_by("docs/schemas/audit.json", &value), Vec::<String>::new());
    let clauses = value["policies"][0]["clauses"].as_array().unwrap();
    assert_eq!(clauses.len(), 2);
    assert_eq!(clauses[0]["charter"], "headline");
    let mut found = Vec::new();
    cases(&value, &mut found);
    let texts: Vec<String> = found.into_iter().flat_map(|(_, texts)| texts).collect();
    held(rumoured, &texts);
}

#[test]
fn sarif_has_the_clauses_that_do_not_hold() {
    let schema = fs::read_to_string(root().join("tests/cases/sarif/sarif-schema-2.1.0.json")).unwrap();
    assert!(schema.contains("sarif"));
    let clause = "require score never falls with applicant.age";
    let log = audited("rules/german_credit", "2026-01-31", &["--ask", clause, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&log).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["ruleId"], "E0604");
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "rules/german_credit/german_credit.score");
}

#[test]
fn sarif_has_the_clauses_that_wait_for_data() {
    let clause = "require adverse impact of tier good or better by person.sex at least 0.8";
    let log = audited("rules/payments", "2026-01-31", &["--ask", clause, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&log).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "W0602");
}

/// What `check` refuses, an audit of the pack does not pass over.
#[test]
fn the_charters_of_a_pack_are_answered() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("glassbox.toml", "policies = [\"p.score\"]\ncharters = [\"fair.charter\"]\n");
    write("fair.charter", "charter fair \"Fair\" {\n  forbid  person.n to influence score\n}\n");
    write(
        "p.score",
        "policy p \"P\" {\n  scores  person\n  start   0\n}\nrecord person {\n  id  text  key\n  n   integer 0 to 5\n}\n\
         rule more \"More\" {\n  points  2 * n\n}\n",
    );
    let path = folder.path().to_str().unwrap();
    let output = glassbox(["audit", path, "--as-of", "2026-01-31"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("What gives points") && text.contains("forbid person.n to influence score"),
        "{text}"
    );
    let asked = ["audit", path, "--as-of", "2026-01-31", "--ask", "require score never falls with person.n"];
    let output = glassbox(asked).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("forbid"));
}

#[test]
fn the_page_is_well_formed_and_self_contained() {
    for (name, path, day) in POLICIES {
        let page = audited(path, day, &["--format", "html"]);
        balanced(&page).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        for foreign in ["http:", "https:", "<script", "<link", "<img", "@import", "url("] {
            assert!(!page.contains(foreign), "{name} has {foreign}");
        }
        assert_eq!(page.matches("<svg").count(), page.matches("<desc").count(), "{name}");
        assert!(page.contains("prefers-color-scheme") && page.contains("@media print"));
    }
}

/// What users wrote is text in every form of the page.
#[test]
fn what_users_wrote_is_escaped() {
    let folder = TempDir::new().unwrap();
    let policy = "policy evil \"<script>alert('a')</script> & | *b*\" {\n  scores thing\n  range 0 to 10\n  start 5\n}\n\
                  record thing \"<i>\" {\n  id text key\n  size integer 0 to 9 \"<b>size</b> | x\"\n}\n\
                  reason R1 \"<u>\"\n\
                  characteristic size \"<em>size</em>\" {\n  reason R1\n  | size | points |\n  | under 5 | -1 |\n  | 5 or more | +1 |\n}\n";
    let path = folder.path().join("evil.score");
    fs::write(&path, policy).unwrap();
    let path = path.to_str().unwrap();
    let page = audited(path, "2026-01-31", &["--format", "html"]);
    balanced(&page).unwrap();
    for evil in ["<script", "<i>", "<b>", "<u>", "<em>"] {
        assert!(!page.contains(evil), "{evil}");
    }
    assert!(page.contains("&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt; &amp; | *b*"));
    let markdown = stdout(glassbox(["fields", path, "--format", "markdown", "--as-of", "2026-01-31"]));
    assert!(markdown.contains("&lt;b&gt;size&lt;/b&gt; \\| x"), "{markdown}");
    assert!(markdown.contains("\\*b\\*"), "{markdown}");
}

/// Whether every element ends in the order in which they began.
fn balanced(page: &str) -> Result<(), String> {
    const VOID: [&str; 2] = ["br", "meta"];
    let mut open: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    // Nothing of the style is an element.
    let (head, rest) = page.split_once("<style>").ok_or("no style")?;
    let (style, body) = rest.split_once("</style>").ok_or("the style does not end")?;
    if style.contains('<') {
        return Err("the style has an element".to_owned());
    }
    let text = head.strip_prefix("<!DOCTYPE html>").ok_or("no doctype")?.to_owned() + body;
    for piece in text.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').ok_or_else(|| format!("`<{piece}` does not end"))?;
        if after.contains('>') {
            return Err(format!("a bare `>` after <{tag}>"));
        }
        if let Some(id) = tag.split(" id=\"").nth(1).and_then(|id| id.split('"').next()) {
            if ids.contains(&id.to_owned()) {
                return Err(format!("two of id {id}"));
            }
            ids.push(id.to_owned());
        }
        if tag.matches('"').count() % 2 != 0 {
            return Err(format!("<{tag}> has an odd quote"));
        }
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(ended) = name.strip_prefix('/') {
            match open.pop() {
                Some(last) if last == ended => {}
                other => return Err(format!("</{ended}> where {other:?} is open")),
            }
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} do not end")) }
}

#[test]
fn the_checker_of_pages_sees_what_is_wrong() {
    let page = |body: &str| format!("<!DOCTYPE html><html><style></style><body>{body}</body></html>");
    assert_eq!(balanced(&page("<p>a</p>")), Ok(()));
    for wrong in
        ["<p>a", "<p><b>a</p></b>", "<p id=\"a\"></p><p id=\"a\"></p>", "<p class=\"a></p>", "a > b<p></p>"]
    {
        let shown = page(&format!("<i></i>{wrong}"));
        assert!(balanced(&shown).is_err(), "{wrong}");
    }
}

#[test]
fn fields_of_the_packs() {
    for (name, path, day) in POLICIES {
        let value = stdout(glassbox(["fields", path, "--as-of", day, "--format", "json"]));
        let value: Value = serde_json::from_str(&value).unwrap();
        assert_eq!(wrong_by("docs/schemas/fields.json", &value), Vec::<String>::new(), "{name}");
        let mut found = Vec::new();
        cases(&value, &mut found);
        held(path, &found.into_iter().flat_map(|(_, texts)| texts).collect::<Vec<_>>());
    }
    let one = "rules/german_credit";
    snapshot("fields_german_credit", &stdout(glassbox(["fields", one, "--as-of", "2026-01-31"])));
    let csv = stdout(glassbox(["fields", one, "--as-of", "2026-01-31", "--format", "csv"]));
    snapshot("fields_german_credit_csv", &csv);
    // What `fields` calls `no` is what `audit` calls none.
    let value = json(one, "2026-01-31", &[]);
    for input in value["policies"][0]["report"]["inputs"].as_array().unwrap() {
        let name = input["name"].as_str().unwrap().strip_prefix("applicant.").unwrap();
        let line = csv.lines().find(|line| line.starts_with(&format!("applicant,{name},"))).unwrap();
        let none = input["on_score"]["effect"] == "none";
        assert_eq!(line.contains(",no,no,no,"), none, "{line}");
    }
}

#[test]
fn the_text_fits_and_markdown_is_tables() {
    for (name, path, day) in POLICIES {
        let text = audited(path, day, &[]);
        assert!(!text.contains('\u{1b}'), "{name} has escapes in a pipe");
        let cases = audited(path, day, &["--cases"]);
        assert!(cases.matches("case \"").count() > 4, "{name}");
        let markdown = audited(path, day, &["--format", "markdown"]);
        let mut columns = 0;
        for line in markdown.lines().filter(|line| line.starts_with('|')) {
            let bars = line.replace("\\|", "").matches('|').count();
            if line.contains("---") {
                columns = bars;
            } else if columns != 0 && !line.starts_with("|  |") {
                assert!(bars >= 2, "{name}: {line}");
            }
        }
    }
    assert!(Date::parse("2026-01-31").is_ok());
}

#[test]
fn a_file_is_whole_or_not_there() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("audit.html");
    let arguments = ["audit", "rules/german_credit", "--format", "html", "--out", out.to_str().unwrap()];
    let output = glassbox(arguments).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(fs::read_to_string(&out).unwrap().ends_with("</html>\n"));
    let into = folder.path().join("nowhere/audit.html");
    let arguments = ["audit", "rules/german_credit", "--format", "html", "-o", into.to_str().unwrap()];
    assert_eq!(glassbox(arguments).output().unwrap().status.code(), Some(2));
}
