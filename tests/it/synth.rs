//! `glassbox synth`: what it makes is valid, the same for ever, and as the manifest wants it.

use super::command::{glassbox, glassbox_in, stdout};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Every policy of the packs.
const POLICIES: [&str; 10] = [
    "rules/german_credit/german_credit.score",
    "rules/payments/payments.score",
    "rules/city/city.score",
    "rules/sesame/rumoured.score",
    "rules/sesame/stated.score",
    "rules/sesame/published.score",
    "rules/sesame/company.score",
    "benches/packs/s20/s20.score",
    "benches/packs/a6/a6.score",
    "benches/packs/n1/n1.score",
];

/// Makes records and scores them by the command that is told; all of them must be scored.
fn made_and_scored(folder: &Path, policy: &str, more: &[&str], out: &Path) -> String {
    let out = out.display().to_string();
    let made = glassbox_in(folder, ["synth", policy, "--out", &out].iter().chain(more)).output().unwrap();
    let told = String::from_utf8(made.stderr).unwrap();
    assert_eq!(made.status.code(), Some(0), "{policy}: {told}");
    let command = told.lines().find_map(|line| line.trim().strip_prefix("glassbox ")).unwrap();
    let scored = glassbox_in(folder, command.split(' ')).output().unwrap();
    let said = String::from_utf8(scored.stderr).unwrap();
    assert_eq!(scored.status.code(), Some(0), "{command}: {said}");
    assert!(!said.contains("set aside") && !said.contains("missing in every record"), "{command}: {said}");
    String::from_utf8(scored.stdout).unwrap()
}

#[test]
fn every_record_of_every_pack_is_scored_from_every_format() {
    for policy in POLICIES {
        let folder = TempDir::new().unwrap();
        let scores = ["csv", "ndjson", "parquet"].map(|format| {
            let more = ["--records", "1500", "--seed", "7", "--format", format];
            made_and_scored(Path::new(env!("CARGO_MANIFEST_DIR")), policy, &more, &folder.path().join(format))
        });
        assert_eq!(scores[0].lines().count(), 1501, "{policy}");
        assert_eq!(scores[0], scores[1], "{policy}");
        assert_eq!(scores[0], scores[2], "{policy}");
    }
}

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

fn made(policy: &str, records: u32, seed: u32, threads: u32, format: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let out = folder.path().display().to_string();
    let [records, seed, threads] = [records, seed, threads].map(|number| number.to_string());
    let arguments =
        ["synth", policy, "--records", &records, "--seed", &seed, "--threads", &threads, "--format", format];
    let output = glassbox(arguments.into_iter().chain(["--out", &out, "--quiet"])).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    files(folder.path())
}

#[test]
fn threads_change_nothing() {
    for format in ["csv", "ndjson", "parquet"] {
        let one = made("rules/sesame", 25_000, 3, 1, format);
        assert_eq!(one.len(), 4);
        assert_eq!(one, made("rules/sesame", 25_000, 3, 3, format), "{format}");
    }
}

#[test]
fn another_seed_gives_others_and_more_records_begin_as_few_do() {
    let few = made("rules/payments", 10_000, 3, 2, "csv");
    assert_ne!(few, made("rules/payments", 10_000, 4, 2, "csv"));
    let more = made("rules/payments", 10_001, 3, 2, "csv");
    for (name, bytes) in few {
        assert!(more[&name].starts_with(&bytes), "{name}");
    }
}

/// The data of the packs that are not real are made by the commands that their manifests name.
#[test]
fn the_packs_data_are_what_synth_makes() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (pack, commands, files_made) in [("payments", 1, 4), ("city", 1, 2), ("sesame", 2, 7)] {
        let manifest = fs::read_to_string(project.join(format!("rules/{pack}/glassbox.toml"))).unwrap();
        let named: Vec<&str> =
            manifest.lines().filter_map(|line| line.strip_prefix("#   glassbox synth ")).collect();
        assert_eq!(named.len(), commands, "{pack}");
        let folder = TempDir::new().unwrap();
        let out = folder.path().display().to_string();
        let here = format!("rules/{pack}");
        for command in named {
            let mut arguments: Vec<&str> = command.split(' ').collect();
            // The last word is the folder.
            assert_eq!(arguments.pop(), Some(here.as_str()));
            stdout(glassbox(["synth"].into_iter().chain(arguments).chain([out.as_str(), "--quiet"])));
        }
        let mut made = files(folder.path());
        // Scores that were given, and not made up.
        made.remove("previous.csv");
        assert_eq!(made.len(), files_made, "{pack}");
        for (name, bytes) in made {
            assert!(
                fs::read(project.join(&here).join(&name)).unwrap() == bytes,
                "rules/{pack}/{name} is another"
            );
        }
    }
}

/// FNV-1a in 64 bits: enough to see that a byte changed.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What was made with a seed once is made with it for ever: a change here breaks a promise.
#[test]
fn a_seed_gives_the_same_bytes_for_ever() {
    let folder = whole();
    let out = folder.path().join("out").display().to_string();
    let arguments =
        ["synth", "pack", "--records", "700", "--seed", "42", "--format", "csv", "--quiet", "--out", &out];
    stdout(glassbox_in(folder.path(), arguments));
    let sums: String = files(Path::new(&out))
        .into_iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes).unwrap();
            let first: String = text.lines().take(4).map(|line| format!("{line}\n")).collect();
            format!("{name}: {} lines, {:016x}\n{first}\n", text.lines().count(), fnv(text.as_bytes()))
        })
        .collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("synth_bytes", sums) });
}

/// Everything that a schema can say.
const POLICY: &str = r#"policy whole "Whole" {
  scores  person
  start   0
}

record person "Person" {
  id        integer 100 or more  key
  born      date up to today  immutable
  member    date 2000-01-01 to today  optional
  ends      date 2030-01-01 or later
  before    date 1990-12-31 or earlier
  any_day   date
  age       integer 0 to 120
  below     integer 5 or less
  anything  integer  optional
  share     number over 0 to under 1
  tiny      number over 0 to under 0.001
  number    number
  ratio     number 0 or more  optional
  owed      money  optional
  limit     money 0 or more
  used      money 0 or more  optional
  huge      number 1_000_000_000_000_000_000_000 or more
  home      one of (own, rent as "to let, \"cheap\"", "not stated")  optional
  goods     one of (car, phone or anything else)  column "Was, wird \"gekauft\""
  truth     yes/no  optional
  note      text  optional
  name      text
}

record order "Order" belongs to person by who {
  number   text  key
  who      integer
  date     date
  amount   money over 0
}

record line "Line of an order" belongs to order by order {
  order    text
  goods    one of (food, games)
}

record profile "Profile" belongs to person by person {
  person  integer  key
  colour  one of (red, green)
}

record company "Company" {
  row      text  key
  founded  date up to today
}

link friends "Friends" between person and person
link works "Works for" from person to company

rule sums "Sums" {
  points  age + count(order) + count(friends) + count(works)
}
"#;

const MANIFEST: &str = r#"policies = ["whole.score"]
as_of = "2026-01-31"

[data.person]
file = "people.csv.gz"
columns = { age = "years" }
missing = ["NA", "-1", "17", "1999-09-09", "rent"]

[data.company]
file = "companies/*.csv"
row_number = "row"

[data.friends]
file = "friends.ndjson"
columns = { from = "a", to = "b" }

[synth]
missing = 0.1
years = 30

[synth.person.fields]
age = { distribution = "normal", mean = 45, sd = 30, least = 18, greatest = 100 }
anything = { values = [3, 17, -1, 4], weights = [1, 1, 1, 0], missing = 0.5 }
below = { distribution = "exponential", mean = 2, least = 0 }
share = { distribution = "uniform", decimals = 3 }
ratio = { distribution = "lognormal", mean = 0.4, sd = 0.3, missing = 0 }
limit = { distribution = "lognormal", mean = 3000, sd = 2500, zeros = 0.25, decimals = 0 }
used = { times = "limit", greatest = 1.2 }
born = { distribution = "normal", mean = 15000, sd = 6000, greatest = 2008-01-31 }
member = { after = "born", missing = 0.2 }
any_day = { values = ["1999-09-09", 2001-01-01] }
home = { weights = { own = 2, "not stated" = 1 } }
goods = { weights = { car = 1, "anything else" = 1 } }
truth = { share = 0.9 }
note = { values = ["a, b", "say \"c\"", "ünï\\code"], weights = [1, 2, 3] }

[synth.company]
records = 40

[synth.order]
per_record = { mean = 2, distribution = "geometric", zeros = 0.3 }
prefix = "o-"
digits = 3
fields = { date = { years = 2 }, amount = { distribution = "lognormal", mean = 50, sd = 60 } }

[synth.line]
per_record = { values = [1, 2, 5], weights = [5, 2, 1] }
fields.goods = { habit = 0.5, weights = { food = 1, games = 1 } }

[synth.friends]
per_record = 3
exponent = 3
repeats = 0.01

[synth.works]
per_record = { mean = 0.7, distribution = "poisson", greatest = 2 }
"#;

/// A folder with a pack of everything.
fn whole() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("pack")).unwrap();
    fs::write(folder.path().join("pack/glassbox.toml"), MANIFEST).unwrap();
    fs::write(folder.path().join("pack/whole.score"), POLICY).unwrap();
    folder
}

#[test]
fn every_feature_of_a_schema_is_served() {
    let folder = whole();
    for format in ["csv", "ndjson", "parquet"] {
        let more = ["--records", "4000", "--format", format];
        let scores = made_and_scored(folder.path(), "pack", &more, &folder.path().join(format));
        assert_eq!(scores.lines().count(), 4001);
    }
    let mut names: Vec<String> = files(&folder.path().join("csv")).into_keys().collect();
    names.sort();
    let expected =
        ["company.csv", "friends.csv", "line.csv", "order.csv", "people.csv", "profile.csv", "works.csv"];
    assert_eq!(names, expected);
    let rows = |name: &str| Rows::read(&folder.path().join("csv").join(name));

    let people = rows("people.csv");
    assert_eq!(people.all.len(), 4000);
    let keys: BTreeSet<&str> = people.column("id").collect();
    assert_eq!((keys.len(), people.column("id").next()), (4000, Some("100")));
    let mean = |column: &str| {
        let numbers: Vec<f64> = people.column(column).filter_map(|cell| cell.parse().ok()).collect();
        numbers.iter().sum::<f64>() / numbers.len() as f64
    };
    let share =
        |column: &str, is: &str| people.column(column).filter(|cell| *cell == is).count() as f64 / 4000.0;
    let near = |x: f64, y: f64| (x - y).abs() < 0.05 * y.abs().max(0.4);
    assert!(people.column("years").all(|age| (18..=100).contains(&age.parse::<i32>().unwrap())));
    // Cut at both ends, the bell's mean moves to the middle.
    assert!((48.0..56.0).contains(&mean("years")), "{}", mean("years"));
    assert!(near(mean("ratio"), 0.4), "{}", mean("ratio"));
    assert!(near(share("limit", "0"), 0.25), "{}", share("limit", "0"));
    assert!(near(share("truth", "yes"), 0.9 * 0.9), "{}", share("truth", "yes"));
    assert!(near(share("anything", ""), 0.5), "{}", share("anything", ""));
    assert!(near(share("ratio", ""), 0.0));
    assert!(near(share("home", "own"), 0.9 * 2.0 / 3.0), "{}", share("home", "own"));
    assert!(near(share("Was, wird \"gekauft\"", "car"), 0.5));
    assert!(people.column("anything").all(|cell| ["", "3", "18", "0", "-2"].contains(&cell)));
    assert!(people.column("home").all(|cell| ["", "own", "not stated"].contains(&cell)));
    for row in &people.all {
        let cell = |name: &str| people.cell(row, name).to_owned();
        if let (Ok(used), Ok(limit)) = (cell("used").parse::<f64>(), cell("limit").parse::<f64>()) {
            assert!(used <= 1.2 * limit + 0.01, "{row:?}");
        }
        assert!(
            cell("member").is_empty() || (cell("member") >= cell("born") && *cell("member") <= *"2026-01-31")
        );
        assert!(cell("born").as_str() <= "2008-01-31");
    }

    let orders = rows("order.csv");
    assert!((4000.0 * 0.7 * 2.0 / orders.all.len() as f64 - 1.0).abs() < 0.1, "{}", orders.all.len());
    let numbers: BTreeSet<&str> = orders.column("number").collect();
    assert_eq!(numbers.len(), orders.all.len());
    assert!(numbers.contains("o-001"));
    assert!(orders.column("who").all(|who| keys.contains(who)));
    assert!(orders.column("date").all(|day| ("2024-01-30"..="2026-01-31").contains(&day)));
    let lines = rows("line.csv");
    assert_eq!(lines.column("order").collect::<BTreeSet<_>>(), numbers);
    assert_eq!(rows("profile.csv").column("person").collect::<BTreeSet<_>>(), keys);
    assert_eq!(rows("company.csv").names, ["founded"]);

    let friends = rows("friends.csv");
    assert_eq!(friends.names, ["a", "b"]);
    assert!(friends.all.iter().all(|pair| pair[0] != pair[1]));
    let once: BTreeSet<_> = friends
        .all
        .iter()
        .map(|pair| (pair[0].clone().min(pair[1].clone()), pair[0].clone().max(pair[1].clone())))
        .collect();
    let twice = friends.all.len() as f64 / once.len() as f64;
    assert!((1.003..1.02).contains(&twice), "{twice}");
    assert!(rows("works.csv").column("to").all(|to| (1..=40).contains(&to.parse::<u32>().unwrap())));
}

/// A CSV file as it is read.
struct Rows {
    names: Vec<String>,
    all: Vec<Vec<String>>,
}

impl Rows {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut rows: Vec<Vec<String>> = text.lines().map(cells).collect();
        let names = rows.remove(0);
        Self { names, all: rows }
    }

    fn cell<'a>(&self, row: &'a [String], name: &str) -> &'a str {
        &row[self.names.iter().position(|column| column == name).unwrap()]
    }

    fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        self.all.iter().map(move |row| self.cell(row, name))
    }
}

/// The cells of a line, in which quotes are doubled inside quotes.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted, mut last) = (vec![String::new()], false, ',');
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                // A quote right behind the end of quotes is one.
                if quoted && last == '"' {
                    cells.last_mut().unwrap().push('"');
                }
            }
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
        last = c;
    }
    cells
}

/// What is told of a manifest's `[synth]`.
fn refused(synth: &str) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("p.score"), POLICY).unwrap();
    fs::write(
        folder.path().join("glassbox.toml"),
        format!("policies = [\"p.score\"]\nas_of = 2026-01-31\n{synth}\n"),
    )
    .unwrap();
    let output =
        glassbox_in(folder.path(), ["synth", ".", "--records", "10", "--out", "out"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{synth}");
    assert!(!folder.path().join("out").exists());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn knobs_that_cannot_be_used_are_told_with_their_place() {
    let mut told = String::new();
    for synth in [
        "[synth]\nmising = 0.1",
        "[synth]\nmissing = 1.5",
        "[synth.persn]\nrecords = 1",
        "[synth.person]\nrecords = 5",
        "[synth.person.fields.agee]\nmean = 3",
        "[synth.person.fields.age]\nmeen = 3",
        "[synth.person.fields.age]\nmean = 3",
        "[synth.person.fields.age]\ndistribution = \"gauss\"",
        "[synth.person.fields.age]\ndistribution = \"normal\"\nmean = 40",
        "[synth.person.fields.age]\ndistribution = \"normal\"\nmean = 400\nsd = 1",
        "[synth.person.fields.age]\nleast = 10\ngreatest = 130",
        "[synth.person.fields.age]\nvalues = [10, 20.5]",
        "[synth.person.fields.age]\nmissing = 0.1",
        "[synth.person.fields.age]\nshare = 0.1",
        "[synth.person.fields.id]\nleast = 7",
        "[synth.person.fields.home]\nweights = { owm = 1 }",
        "[synth.person.fields.home]\nvalues = [\"own\"]",
        "[synth.person.fields.home]\nweights = { own = 0 }",
        "[synth.person.fields.limit]\ndistribution = \"uniform\"",
        "[synth.person.fields.used]\ntimes = \"limt\"",
        "[synth.person.fields]\nused = { times = \"limit\" }\nlimit = { times = \"used\" }",
        "[synth.person.fields.member]\nafter = \"age\"",
        "[synth.person.fields.home]\nhabit = 0.5",
        "[synth.order]\nper_record = -1",
        "[synth.friends]\nexponent = 1.5\nrecords = 3",
    ] {
        told += &format!("{synth}\n\n{}\n", refused(synth));
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("synth_refused", told) });
}

#[test]
fn what_cannot_be_made_is_told() {
    let folder = TempDir::new().unwrap();
    let policy = POLICY.replace("integer 100 or more  key", "integer 100 to 105  key");
    fs::write(folder.path().join("p.score"), policy).unwrap();
    let output =
        glassbox_in(folder.path(), ["synth", "p.score", "--records", "7", "--out", "out"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("7 records need as many keys, and `id` can have 6 only"), "{told}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn other_files_in_the_folder_stay() {
    let folder = whole();
    fs::write(folder.path().join("people.csv"), "old").unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let arguments = ["synth", "pack", "--records", "3", "--format", "csv", "--out", ".", "--quiet"];
    stdout(glassbox_in(folder.path(), arguments));
    assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(folder.path().join("people.csv")).unwrap().lines().count(), 4);
    assert!(files_only(folder.path()).iter().all(|name| !name.contains("partial")));
}

fn files_only(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn no_records_are_files_with_a_heading() {
    let none = made("rules/payments", 0, 1, 2, "csv");
    assert_eq!(none["late_payments.csv"], b"person,date,days_late\n");
    assert_eq!(made("rules/payments", 0, 1, 2, "ndjson")["people.ndjson"], b"");
    assert!(made("rules/payments", 0, 1, 2, "parquet")["people.parquet"].starts_with(b"PAR1"));
}
