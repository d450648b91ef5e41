//! `glassbox explain --recourse` and `glassbox audit --gaming`: what they say of the packs, and that what they say is so.

use super::command::{folder_with_shop, glassbox, glassbox_in, stdout};
use super::json_schema::breaches;
use super::page::root;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    // The hash changes with every comment in a policy.
    settings.add_filter(r"hash [0-9a-f]{64}", "hash HASH");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("docs/schemas").join(name)).unwrap()).unwrap()
}

/// What stands below the ledger.
fn from_heading(text: &str) -> &str {
    &text[text.find("The cheapest way to").unwrap()..]
}

#[test]
fn the_way_is_shown_with_its_proof() {
    for (name, arguments) in [
        ("payments_next", "explain rules/payments p0004 --recourse"),
        ("payments_score", "explain rules/payments p0004 --recourse --to-score 840"),
        ("published_next", "explain rules/sesame/published.score p0002 --recourse"),
        ("published_none", "explain rules/sesame/published.score p0002 --recourse --to outstanding"),
        ("rumoured_no_levers", "explain rules/sesame/rumoured.score p0002 --recourse --to outstanding"),
        ("german_credit", "explain rules/german_credit 2 --recourse"),
    ] {
        let text = stdout(glassbox(arguments.split(' ')));
        snapshot(&format!("recourse_{name}"), from_heading(&text));
    }
}

#[test]
fn what_cannot_be_asked_is_told() {
    let shop = folder_with_shop();
    for (name, arguments) in [
        ("no_such_tier", "explain rules/sesame/published.score p0004 --recourse --to goood"),
        ("without_recourse", "explain rules/payments p0004 --to good"),
        ("no_number", "explain rules/payments p0004 --recourse --to-score high"),
    ] {
        let output = glassbox(arguments.split(' ')).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        snapshot(&format!("recourse_{name}"), &String::from_utf8(output.stderr).unwrap());
    }
    let output = glassbox_in(shop.path(), "explain shop c4 --recourse".split(' ')).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("has no recourse"));
}

/// Every way is applied to the record's line in the data, the file is scored, and the record has what was promised.
#[test]
fn every_way_that_is_shown_leads_where_it_says() {
    let explanation = schema("explanation.json");
    let people = fs::read_to_string(root().join("rules/payments/people.csv")).unwrap();
    let mut lines: Vec<Vec<String>> =
        people.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let heads = lines[0].clone();
    let mut promised = Vec::new();
    for key in (1..=24).map(|n| format!("p{n:04}")) {
        let output =
            glassbox(["explain", "rules/payments", &key, "--recourse", "--format", "json"]).output().unwrap();
        if !output.status.success() {
            continue;
        }
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(breaches(&explanation, &explanation, &told), Vec::<String>::new());
        let recourse = &told["recourse"];
        assert_eq!(recourse["proved"], true, "{recourse}");
        let line = lines.iter_mut().find(|line| line[0] == key).unwrap();
        let mut sum = 0.0;
        for change in recourse["changes"].as_array().unwrap() {
            let at = heads.iter().position(|head| Some(head.as_str()) == change["field"].as_str()).unwrap();
            assert_eq!(line[at].parse::<f64>().unwrap(), change["from"].as_f64().unwrap());
            line[at] = change["to"].to_string();
            sum += change["cost"].as_f64().unwrap();
        }
        if recourse["answer"] == "found" {
            assert_eq!(recourse["cost"].as_f64(), Some(sum));
            promised.push((
                key,
                recourse["score"].to_string(),
                recourse["tier"].as_str().unwrap().to_owned(),
            ));
        }
    }
    assert!(promised.len() >= 8, "only {} ways were found", promised.len());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("people.csv");
    let text: String = lines.iter().map(|line| line.join(",") + "\n").collect();
    fs::write(&file, text).unwrap();
    let data = format!("person={}", file.display());
    let scores = stdout(glassbox(["score", "rules/payments", "--data", &data, "--quiet"]));
    for (key, score, tier) in promised {
        let line = scores.lines().find(|line| line.starts_with(&format!("{key},"))).unwrap();
        assert!(line.contains(&format!(",{score},{tier},")), "{line}: {score} {tier} was promised");
    }
}

#[test]
fn a_population_is_counted() {
    let gaming = schema("gaming.json");
    for (name, policy) in
        [("german_credit", "rules/german_credit"), ("payments", "rules/payments"), ("sesame", "rules/sesame")]
    {
        snapshot(&format!("gaming_{name}"), &stdout(glassbox(["audit", policy, "--gaming"])));
        let told: Value =
            serde_json::from_str(&stdout(glassbox(["audit", policy, "--gaming", "--format", "json"])))
                .unwrap();
        assert_eq!(breaches(&gaming, &gaming, &told), Vec::<String>::new());
        for tier in
            told["policies"].as_array().unwrap().iter().flat_map(|policy| policy["tiers"].as_array().unwrap())
        {
            let count = |of: &str| tier[of].as_u64().unwrap();
            assert_eq!(count("below"), count("can_buy") + count("no_way") + count("undecided"));
            let bins = tier["price"]["histogram"].as_array().unwrap();
            assert_eq!(bins.iter().map(|bin| bin["count"].as_u64().unwrap()).sum::<u64>(), count("can_buy"));
        }
    }
}

/// All records stand at the ends of the range: nothing lies just above or just below the cut-off.
#[test]
fn tiers_that_are_not_compared_are_told_in_both_forms() {
    let folder = TempDir::new().unwrap();
    let (file, people) = (folder.path().join("p.score"), folder.path().join("people.csv"));
    let policy = "policy p {\n  scores person\n  range 0 to 100\n  start 0\n}\nrecord person {\n  id text key\n  x yes/no\n}\n\
                  rule r {\n  when x\n  points 100\n}\ntiers {\n  good 50 or more\n  poor under 50\n}\n";
    fs::write(&file, policy).unwrap();
    fs::write(&people, "id,x\na,yes\nb,no\n").unwrap();
    let data = format!("person={}", people.display());
    let arguments = ["audit", file.to_str().unwrap(), "--gaming", "--data", &data];
    let text = stdout(glassbox(arguments));
    assert!(text.contains("\n  good: not compared: "), "{text}");
    let told = stdout(glassbox(arguments.into_iter().chain(["--format", "json"])));
    let told: Value = serde_json::from_str(&told).unwrap();
    let gaming = schema("gaming.json");
    assert_eq!(breaches(&gaming, &gaming, &told), Vec::<String>::new());
    let told = &told["policies"][0];
    assert_eq!(told["not_compared"], serde_json::json!(["good"]));
    assert_eq!(told["bunching"], serde_json::json!([]));
}

#[test]
fn records_that_are_set_aside_are_told() {
    let folder = TempDir::new().unwrap();
    let people = fs::read_to_string(root().join("rules/payments/people.csv")).unwrap();
    let file = folder.path().join("people.csv");
    let first: Vec<&str> = people.lines().take(3).collect();
    fs::write(&file, format!("{}\n{}\n", first.join("\n"), first[1])).unwrap();
    let data = format!("person={}", file.display());
    let arguments = ["audit", "rules/payments", "--gaming", "--format", "json", "--data", &data];
    let output = glassbox(arguments).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let aside = told["policies"][0]["set_aside"].as_u64().unwrap();
    assert!(aside > 0, "{told}");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("set aside and not counted"), "{said}");
}

#[test]
fn other_forms_are_refused() {
    let output = glassbox(["audit", "rules/payments", "--gaming", "--format", "html"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("gaming.txt");
    let to = ["audit", "rules/payments", "--gaming", "--out", out.to_str().unwrap()];
    assert_eq!(stdout(glassbox(to)), "");
    assert!(Path::new(&out).exists());
}
