//! Lints: each policy of `tests/cases/lints` gives the warnings that its comments expect and no others; levels, formats, and
//! mending, as a user has them.

use super::command::{glassbox, glassbox_in, stdout};
use super::diagnostics::{expected, mistake};
use glassbox::date::Date;
use glassbox::diagnostic::{Diagnostic, render};
use glassbox::lint::LINTS;
use glassbox::project;
use glassbox::source::Sources;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const FOLDER: &str = "tests/cases/lints";

/// The policies, in order; that of the pack with data last.
fn cases() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "score"))
        .collect();
    files.sort();
    files.push(Path::new(FOLDER).join("data/w0505_rows.score"));
    files
}

/// Everything said of a policy on 2026-01-31.
fn found(path: &Path) -> (Sources, Vec<Diagnostic>) {
    let mut project = project::open(path).unwrap();
    let checked = project.check();
    let mut diagnostics = checked.diagnostics;
    if let Some(ruleset) = &checked.ruleset {
        diagnostics.extend(project.lint(ruleset, Date::parse("2026-01-31").unwrap()).diagnostics);
    }
    glassbox::diagnostic::sort(&mut diagnostics);
    (project.unit.sources, diagnostics)
}

#[test]
fn each_policy_gives_its_warnings_and_no_others() {
    let mut differ = String::new();
    for path in cases() {
        let expected = expected(&path.to_string_lossy());
        assert!(!expected.is_empty(), "{} expects nothing", path.display());
        let (sources, diagnostics) = found(&path);
        let mut seen: Vec<_> = diagnostics.iter().map(|one| mistake(one, &path, &sources)).collect();
        seen.sort();
        if seen != expected {
            differ += &format!("\n== {}\n{}", path.display(), render::human(&diagnostics, &sources, false));
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[test]
fn what_is_said_of_them() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../cases/lints/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for path in cases() {
        let (sources, diagnostics) = found(&path);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, render::human(&diagnostics, &sources, false));
    }
}

#[test]
fn every_lint_has_a_case_of_its_own() {
    for lint in LINTS.iter().filter(|lint| lint.code.name().starts_with("W05")) {
        let code = lint.code.name();
        let own = cases().into_iter().filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().to_uppercase();
            name.starts_with(code)
                && expected(&path.to_string_lossy()).iter().all(|(.., other)| other == code)
        });
        assert!(own.count() > 0, "no policy in {FOLDER} provokes {code} alone");
    }
}

/// A folder with a pack of one policy.
struct Pack(TempDir);

const SMALL: &str = r#"policy small "Small card" {
  scores  person
  range   300 to 850
  start   500
}

record person {
  id    text  key
  late  integer 0 to 24
  owed  money 0 or more
}

param many "How many late payments are many" 3

reason R01 "Payments were late"
reason R02 "Nobody is told this"

characteristic late "Late payments" {
  reason  R01
  | late         | points |
  | 0            |    +50 |
  | 1 to 2       |    +60 |
  | over 2       |    -20 |
}

rule often "Often late" {
  when        late at least many and (owed otherwise 1) at least 5
  points      -10
  if missing  0
  reason      R01
}

override very "Very late" {   # it says 3 again
  when    late more than 3
  score   at most 600
  reason  R01
}
"#;

impl Pack {
    fn new(policy: &str, lints: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("small.score"), policy).unwrap();
        let manifest = format!("policies = [\"small.score\"]\nas_of = \"2026-01-31\"\n\n[lints]\n{lints}\n");
        fs::write(folder.path().join("glassbox.toml"), manifest).unwrap();
        Self(folder)
    }

    fn run(&self, arguments: &str) -> Output {
        glassbox_in(self.0.path(), arguments.split_whitespace()).output().unwrap()
    }

    /// Exit code, stdout, stderr.
    fn says(&self, arguments: &str) -> (i32, String, String) {
        let output = self.run(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn policy(&self) -> String {
        fs::read_to_string(self.0.path().join("small.score")).unwrap()
    }
}

/// The codes of a check in short form, in order.
fn codes(short: &str) -> Vec<&str> {
    short.lines().map(|line| line.split(['[', ']']).nth(1).unwrap()).collect()
}

#[test]
fn levels_are_set_by_name_or_code() {
    let (exit, said, _) = Pack::new(SMALL, "").says("check . --format short");
    assert_eq!((exit, codes(&said)), (0, vec!["W0510", "W0302", "W0501", "W0301", "W0301", "W0506"]));
    assert!(said.lines().all(|line| line.contains(": warning[")), "{said}");
    assert_eq!(Pack::new(SMALL, "").says("check . --deny-warnings").0, 1);

    let pack = Pack::new(
        SMALL,
        "no-owner-or-source = \"allow\"\nW0301 = \"allow\"\nunused = { except = [\"R02\"] }",
    );
    let (exit, said, _) = pack.says("check . --format short");
    assert_eq!((exit, codes(&said)), (0, vec!["W0501", "W0506"]));

    let pack = Pack::new(SMALL, "points-not-monotone = { level = \"deny\", except = [\"other\"] }");
    let (exit, said, _) = pack.says("check . --format short");
    assert!(exit == 1 && said.contains("small.score:22:3: error[W0501]: "), "{said}");
    let pack = Pack::new(SMALL, "points-not-monotone = { level = \"deny\", except = [\"late\"] }");
    assert_eq!(pack.says("check .").0, 0);
}

#[test]
fn a_level_that_is_denied_stops_no_run() {
    let pack = Pack::new(SMALL, "unused = \"deny\"\nW0301 = \"allow\"");
    fs::write(pack.0.path().join("person.csv"), "id,late,owed\np1,0,5\n").unwrap();
    let (exit, scores, words) = pack.says("score . --data person=person.csv");
    assert!(exit == 0 && scores.contains("p1,550"), "{scores}{words}");
    // The checker's own warnings are told, as far as they are not allowed; the lints are for `check`.
    assert!(
        words.contains("warning[W0302]") && !words.contains("W0301") && !words.contains("W0501"),
        "{words}"
    );
}

#[test]
fn mistakes_in_levels_are_told_with_what_was_meant() {
    let wrong = |lints: &str| {
        let (exit, said, _) = Pack::new(SMALL, lints).says("check .");
        assert_eq!(exit, 2, "{said}");
        said
    };
    let said = wrong("missing-is-bset = \"allow\"");
    assert!(
        said.contains("there is no warning `missing-is-bset`")
            && said.contains("did you mean `missing-is-best`?")
    );
    let said = wrong("missing-is-best = \"forbid\"");
    assert!(said.contains("there is no level `forbid`") && said.contains("`\"deny\"`"), "{said}");
    assert!(wrong("missing-is-best = \"alow\"").contains("did you mean `allow`?"));
    assert!(wrong("missing-is-best = { excpt = [\"a\"] }").contains("did you mean `except`?"));
    assert!(wrong("missing-is-best = { except = [1] }").contains("`except` lists names in quotes"));
    assert!(wrong("E0204 = \"allow\"").contains("there is no warning `E0204`"));
    assert!(wrong("missing-is-best = 3").contains("this is no level"));
    // Twice the same, by its name and by its code: the second is told.
    let said = wrong("W0502 = \"deny\"\nmissing-is-best = \"allow\"");
    assert!(
        said.contains("`missing-is-best` is set already: it is the warning that `W0502` is, too")
            && said.contains("glassbox.toml:6:1"),
        "{said}"
    );
    assert!(wrong("Unused = \"allow\"\nunused = \"deny\"").contains("`unused` is set already"));
}

#[test]
fn an_exception_for_nothing_is_told() {
    let quiet = "no-owner-or-source = \"allow\"\nW0301 = \"allow\"\nrepeated-number = \"allow\"";
    let lints = format!(
        "{quiet}\nunused = {{ except = [\"R02\", \"R20\"] }}\npoints-not-monotone = {{ except = [\"late\"] }}"
    );
    let pack = Pack::new(SMALL, &lints);
    let (exit, said, _) = pack.says("check .");
    assert_eq!(exit, 0);
    insta::assert_snapshot!("lint_idle_exception", said);
    assert_eq!(pack.says("check . --deny-warnings").0, 1);
    // By its file, it is the whole pack too.
    assert!(pack.says("check small.score").1.contains("W0401"));

    let allowed = format!("{lints}\nidle-exception = \"allow\"");
    assert_eq!(Pack::new(SMALL, &allowed).says("check . --deny-warnings").0, 0);
    let excepted = format!("{lints}\nidle-exception = {{ except = [\"R20\"] }}");
    let (_, said, _) = Pack::new(SMALL, &excepted).says("check . --format short");
    assert_eq!(said, "");

    // Another policy of the pack has it; and what cannot be read may have it.
    let other = SMALL.replace("policy small", "policy other").replace("R02", "R20");
    fs::write(pack.0.path().join("other.score"), &other).unwrap();
    let manifest = format!(
        "policies = [\"small.score\", \"other.score\"]\nas_of = \"2026-01-31\"\n\n[lints]\n{lints}\n"
    );
    fs::write(pack.0.path().join("glassbox.toml"), manifest).unwrap();
    assert_eq!(pack.says("check .").1, "");
    // One alone does not know what the others have.
    assert_eq!(pack.says("check small.score").1, "");
    fs::write(pack.0.path().join("other.score"), other.replace("R20", "R21 R22")).unwrap();
    assert!(!pack.says("check .").1.contains("W0401"));
    // A file that the manifest does not list, and a manifest that lists none.
    let pack = Pack::new(SMALL, &lints);
    fs::write(pack.0.path().join("beside.score"), SMALL).unwrap();
    assert_eq!(pack.says("check beside.score").1, "");
    fs::write(pack.0.path().join("glassbox.toml"), format!("[lints]\n{lints}\n")).unwrap();
    assert_eq!(pack.says("check small.score").1, "");
}

#[test]
fn what_can_be_mended_is_mended_and_means_the_same() {
    let pack = Pack::new(SMALL, "");
    let data = pack.0.path().join("person.csv");
    let rows: String = (0..25).map(|late| format!("p{late},{late},7\n")).collect();
    fs::write(&data, format!("id,late,owed\n{rows}")).unwrap();
    let scores = || pack.says("score . --quiet --data person=person.csv").1;
    let before = scores();

    let (exit, said, words) = pack.says("check . --fix --format short");
    assert_eq!((exit, codes(&said)), (0, vec!["W0510", "W0302", "W0501"]));
    let mended: Vec<&str> = words.lines().filter(|line| line.starts_with("mended ")).collect();
    assert_eq!(
        mended,
        [
            "mended small.score:27: take the `otherwise` away [W0301]",
            "mended small.score:29: take the line away [W0301]",
            "mended small.score:34: write `many`, so that both change together [W0506]",
        ]
    );
    let policy = pack.policy();
    assert!(
        policy.contains(
            "  when        late at least many and (owed) at least 5\n  points      -10\n  reason      R01\n"
        ),
        "{policy}"
    );
    assert!(
        policy.contains("override very \"Very late\" {   # it says 3 again\n  when    late more than many\n")
    );
    assert!(policy.contains("R02"), "whether it is to be given or to go is for people to say");
    assert_eq!(scores(), before);

    let (_, _, words) = pack.says("check . --fix --format short");
    assert!(words.starts_with("nothing to mend\n"), "{words}");
    assert_eq!(pack.policy(), policy);
    let left: Vec<_> = fs::read_dir(pack.0.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "a file was left behind: {left:?}");
}

#[test]
fn line_ends_and_what_is_beside_stay_when_mended() {
    let text = SMALL.replace('\n', "\r\n").replace("  if missing  0\r\n", "  if missing  0   # never\r\n");
    let pack = Pack::new(&text, "unused = \"allow\"\nrepeated-number = \"allow\"");
    pack.says("check . --fix");
    let expected =
        text.replace("(owed otherwise 1)", "(owed)").replace("if missing  0   # never", "   # never");
    assert_eq!(pack.policy(), expected);
}

/// `if missing 100` never applies, but it is what losses are counted from: without it people would be told other reasons.
#[test]
fn a_fix_that_would_change_a_meaning_is_refused() {
    let text = SMALL.replace("  if missing  0\n", "  if missing  100\n");
    let pack = Pack::new(&text, "W0302 = \"allow\"\nW0506 = \"allow\"");
    let (_, said, words) = pack.says("check . --fix --format short");
    assert!(words.contains("mended small.score:27: take the `otherwise` away [W0301]"), "{words}");
    assert!(words.contains("not mended small.score:29: the fix would change what the policy means [W0301]"));
    assert!(said.contains("small.score:29:3: warning[W0301]"), "{said}");
    assert_eq!(pack.policy(), text.replace("(owed otherwise 1)", "(owed)"));
}

/// A parameter that this policy does not use, and another one takes, is not taken away.
#[test]
fn what_another_policy_of_the_pack_uses_stays() {
    let few = "param few \"How many are few\" 1\n";
    let pack = Pack::new(&SMALL.replace("reason R02 \"Nobody is told this\"\n", few), "");
    let other = SMALL
        .replace("policy small", "policy other")
        .replace("reason R02 \"Nobody is told this\"\n", "use few from \"small.score\"\n");
    let other = other.replace("| 1 to 2 ", "| few to 2 ");
    fs::write(pack.0.path().join("other.score"), other).unwrap();
    let manifest = "policies = [\"small.score\", \"other.score\"]\nas_of = \"2026-01-31\"\n";
    fs::write(pack.0.path().join("glassbox.toml"), manifest).unwrap();
    let (_, _, words) = pack.says("check small.score --fix");
    assert!(words.contains("not mended small.score:16: then `other.score` would be wrong: "), "{words}");
    assert!(pack.policy().contains(few));
    assert!(!pack.policy().contains("otherwise"));
}

/// What is unused goes only where nothing else speaks of it, and where nothing that people wrote goes with it.
#[test]
fn what_is_unused_and_yet_needed_stays() {
    let unused = |lines: &str| SMALL.replace("reason R02 \"Nobody is told this\"\n", lines);
    let few = "param few \"How many are few\" 1\n";
    let pack = Pack::new(&unused(few), "");
    let (_, _, words) = pack.says("check . --fix");
    assert!(words.contains("mended small.score:16: take it away, or use it [W0302]"), "{words}");
    assert!(!pack.policy().contains("few"));

    let stays = |text: &str, manifest: &str, why: &str| {
        let pack = Pack::new(text, manifest);
        let (exit, _, words) = pack.says("check . --fix");
        assert!(exit == 0 && words.contains(&format!("not mended small.score:16: {why}")), "{words}");
        let line = text.lines().nth(15).unwrap();
        assert!(pack.policy().contains(line), "{}", pack.policy());
    };
    // The manifest sets it,
    stays(&unused(few), "[params]\nfew = 2", "then `small.score` would be wrong: ");
    // and so does a case.
    let case = "\ncase \"one\" {\n  as of   2026-01-31\n  set     few 2\n  given   person { id: \"a\", late: 0, owed: 0 }\n  expect  score 550\n}\n";
    stays(&format!("{}{case}", unused(few)), "", "then `small.score` would be wrong: ");
    let list = "list odd = (1,\n  3,  # the third\n  5)\n";
    stays(&unused(list), "", "a comment would go with it [W0302]");
}

/// Two packs with what they share in the folder above.
fn two_packs() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["a", "b", "common"] {
        fs::create_dir(at(name)).unwrap();
    }
    let head = |name: &str| {
        format!(
            "use by_age, old, limit_age from \"../common/defs.score\"\n\npolicy {name} \"{name}\" {{\n  scores  person\n  start   100\n}}\n\n\
             record person {{\n  id   text  key\n  age  integer 18 to 120\n}}\n"
        )
    };
    for name in ["a", "b"] {
        fs::write(at(name).join("p.score"), head(name)).unwrap();
    }
    let defs = "param limit_age \"The age from which on they are old\" 40\n\n\
        rule by_age \"Age\" {\n  when    age at least 40\n  points  +10\n}\n\n\
        rule old \"Old\" {\n  when    age at least limit_age\n  points  +5\n}\n";
    fs::write(at("common/defs.score"), defs).unwrap();
    let manifest = "policies = [\"p.score\"]\nroot = \"..\"\nas_of = \"2026-01-31\"\n";
    fs::write(at("a/glassbox.toml"), manifest).unwrap();
    fs::write(at("b/glassbox.toml"), format!("{manifest}\n[params]\nlimit_age = 45\n")).unwrap();
    folder
}

/// Nobody knows which other packs read a file outside the pack.
#[test]
fn a_file_that_packs_share_is_not_mended() {
    let folder = two_packs();
    let defs = folder.path().join("common/defs.score");
    let before = fs::read_to_string(&defs).unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    for paths in [vec!["a"], vec!["a", b], vec![a, "b"], vec!["a/p.score"]] {
        let arguments = ["check", "--fix"].into_iter().chain(paths);
        let output = glassbox_in(folder.path(), arguments).output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(words.contains("defs.score:4: other packs may read this file [W0506]\n"), "{words}");
        assert_eq!(fs::read_to_string(&defs).unwrap(), before);
    }
}

/// What reads a file and has mistakes cannot be asked whether it would still mean the same.
#[test]
fn beside_a_policy_with_mistakes_nothing_is_mended() {
    let pack = Pack::new(SMALL, "");
    let manifest = "policies = [\"small.score\", \"other.score\"]\nas_of = \"2026-01-31\"\n";
    fs::write(pack.0.path().join("glassbox.toml"), manifest).unwrap();
    let other = SMALL.replace("policy small", "policy other").replace("| 0            |    +50 |\n", "");
    let other = other.replace("reason R02 \"Nobody is told this\"\n", "use R02 from \"small.score\"\n");
    fs::write(pack.0.path().join("other.score"), &other).unwrap();
    let (_, _, words) = pack.says("check small.score --fix");
    assert!(
        words.contains("not mended small.score:27: `other.score` reads this file, and has errors [W0301]\n"),
        "{words}"
    );
    assert_eq!(pack.policy(), SMALL);
    // One that does not read it is no obstacle.
    fs::write(
        pack.0.path().join("other.score"),
        other.replace("use R02 from \"small.score\"\n", "reason R02 \"B\"\n"),
    )
    .unwrap();
    pack.says("check small.score --fix");
    assert_ne!(pack.policy(), SMALL);
}

#[test]
fn a_policy_without_data_is_not_said_to_be_looked_at_with_data() {
    let (_, _, words) = Pack::new(SMALL, "").says("check .");
    assert!(!words.contains("looked at"), "{words}");
    let pack = Pack::new(SMALL, "\n[data.person]\nfile = \"nobody.csv\"");
    let (exit, _, words) = pack.says("check .");
    assert!(exit == 0 && words.contains("small.score: its data were not looked at: "), "{words}");
    fs::write(pack.0.path().join("nobody.csv"), "id,late,owed\na,0,1\nb,1,1\n").unwrap();
    let (_, said, words) = pack.says("check .");
    assert!(words.contains("small.score: looked at 2 records of its data"), "{words}");
    assert!(
        said.contains("one row of `late` is taken by none of the records of the data (2 looked at)"),
        "{said}"
    );
}

/// What is wrong by a schema, a line each.
fn wrong_by(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn json_file(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema of OASIS. One of its patterns ends in a bracket that stands for itself without being escaped, which not every
/// reader of patterns takes.
fn sarif_schema() -> Value {
    let text = fs::read_to_string("tests/cases/sarif/sarif-schema-2.1.0.json").unwrap();
    let (loose, strict) = (r"[a-zA-Z]{2}]?$", r"[a-zA-Z]{2}\\]?$");
    assert!(text.contains(loose));
    serde_json::from_str(&text.replace(loose, strict)).unwrap()
}

#[test]
fn sarif_is_valid_by_the_schema_of_oasis() {
    let schema = sarif_schema();
    let pack = Pack::new(SMALL, "");
    let (_, log, _) = pack.says("check . --format sarif");
    let log: Value = serde_json::from_str(&log).unwrap();
    assert_eq!(wrong_by(&schema, &log), Vec::<String>::new());
    let mut broken = log.clone();
    broken["runs"][0]["results"][0]["level"] = Value::from("fatal");
    assert!(!wrong_by(&schema, &broken).is_empty(), "the schema refuses nothing");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 6);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "small.score");
    }
    for arguments in
        [vec!["check", "rules/city"], vec!["check", "tests/cases/diagnostics/e0205_number.score", "nowhere"]]
    {
        let output = glassbox(arguments.into_iter().chain(["--format", "sarif"])).output().unwrap();
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(wrong_by(&schema, &log), Vec::<String>::new());
    }
}

#[test]
fn json_is_valid_by_its_own_schema() {
    let schema = json_file("docs/schemas/check.json");
    let pack = Pack::new(SMALL, "");
    let (_, object, _) = pack.says("check . --format json");
    let object: Value = serde_json::from_str(&object).unwrap();
    assert_eq!(wrong_by(&schema, &object), Vec::<String>::new());
    assert_eq!(object["warnings"], 6);
    let mut more = object;
    more["surplus"] = Value::Null;
    assert!(!wrong_by(&schema, &more).is_empty(), "the schema refuses nothing");
    for path in [
        "rules/german_credit",
        "tests/cases/lints/data",
        "tests/cases/diagnostics/e0205_number.score",
        "nowhere",
    ] {
        let output = glassbox(["check", path, "--format", "json"]).output().unwrap();
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(wrong_by(&schema, &object), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn github_and_junit_name_every_finding() {
    let pack = Pack::new(SMALL, "no-owner-or-source = \"deny\"");
    insta::assert_snapshot!("lint_github", pack.says("check . --format github").1);
    insta::assert_snapshot!("lint_junit", pack.says("check . --format junit").1);
    let fine = stdout(glassbox(["check", "rules/city", "--format", "junit"]));
    assert!(
        fine.contains(r#"tests="1" failures="0""#) && fine.contains(r#"name="rules/city/city.score""#),
        "{fine}"
    );
}

#[test]
fn a_name_is_explained_like_a_code() {
    let page = stdout(glassbox(["explain-error", "missing-is-best"]));
    assert!(page.starts_with("# W0502: "), "{page}");
    assert!(
        stdout(glassbox(["explain-error"]))
            .contains("W0502  missing gives the most points  (missing-is-best)")
    );
}
