//! `glassbox diff`, between files, packs and the revisions of a git repository that is made here. It needs `git`.

use super::command::{folder_with_shop, glassbox, glassbox_in};
use super::console::copy;
use super::json_schema::breaches;
use insta_cmd::assert_cmd_snapshot;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const POLICY: &str = "rules/payments/payments.score";

/// A repository of its own with a copy of the pack `payments`, whose first commit is the tag `first`.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(TempDir::new().unwrap());
        fs::create_dir(repository.path("rules")).unwrap();
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/payments");
        copy(&pack, &repository.path("rules/payments"));
        repository.git("init --quiet --initial-branch main");
        repository.commit("first");
        repository
    }

    /// With changes of each kind: `points` (rows, bands, tiers, a rule), `comment`, `names` (a definition's name, a reason).
    fn with_history() -> Self {
        let repository = Self::new();
        repository.edit("| 30% to under 50%     |    +60 ", "| 30% to under 50%     |    +55 ");
        repository.edit(
            "    | 50% to under 75%     |    +35 |        |\n",
            "    | 50% to under 60%     |    +35 |        |\n    | 60% to under 75%     |    +20 |        |\n",
        );
        repository.edit("670 to under 740", "680 to under 740");
        repository.edit("580 to under 670", "580 to under 680");
        repository.edit(
            "# 10 percent. Looking for a mortgage",
            "rule reported \"Reported without a gap\" {\n  when    months_reported is 84\n  points  +5\n  reason  R02\n}\n\n\
             # 10 percent. Looking for a mortgage",
        );
        repository.commit("points");
        repository.edit("# 35 percent. A clean file", "# 35 percent: a clean file");
        repository.commit("comment");
        repository.edit("card_share", "share_of_limits");
        repository
            .edit("reason R08 \"Credit history is short\"", "reason R08 \"The credit history is short\"");
        repository.commit("names");
        repository
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(POLICY)).unwrap();
        assert!(text.contains(from), "`{from}` is not in {POLICY}");
        fs::write(self.path(POLICY), text.replace(from, to)).unwrap();
    }

    /// Commits everything, under a tag.
    fn commit(&self, tag: &str) {
        self.git("add --all");
        self.git(&format!("commit --quiet --message {tag}"));
        self.git(&format!("tag {tag}"));
    }

    fn git(&self, arguments: &str) {
        let mut git = Command::new("git");
        git.args(arguments.split(' ')).current_dir(self.0.path());
        let output = alone(&mut git).output().expect("these tests need git");
        assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn diff(&self, arguments: &str) -> Command {
        self.diff_in("", arguments)
    }

    fn diff_in(&self, folder: &str, arguments: &str) -> Command {
        let mut command =
            glassbox_in(&self.path(folder), ["diff"].into_iter().chain(arguments.split_whitespace()));
        alone(&mut command);
        command
    }

    fn exit(&self, arguments: &str) -> Option<i32> {
        self.diff(arguments).output().unwrap().status.code()
    }

    fn json(&self, arguments: &str) -> Json {
        let output = self.diff(&format!("--format json {arguments}")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        let schema = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/diff.json"));
        let schema: Json = serde_json::from_str(schema).unwrap();
        assert_eq!(breaches(&schema, &schema, &report), Vec::<String>::new());
        report
    }
}

/// Git as it is without anybody's settings, at a day that stays the same.
fn alone(command: &mut Command) -> &mut Command {
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_CONFIG"] {
        command.env_remove(variable);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "A Tester")
            .env(format!("GIT_{who}_EMAIL"), "tester@example.org");
        command.env(format!("GIT_{who}_DATE"), "2026-01-31T12:00:00Z");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    command
}

/// Snapshots without hashes of policies and without the names of temporary folders.
fn redacted(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.add_filter(r"`/[^`]*/\.tmp[^`]*`", "`[folder]`");
    settings.bind(test);
}

fn snapshots(repository: &Repository, runs: &[(&str, &str)]) {
    redacted(|| {
        for (name, arguments) in runs {
            assert_cmd_snapshot!(*name, repository.diff(arguments));
        }
    });
}

#[test]
fn help() {
    assert_cmd_snapshot!("help_diff", glassbox(["diff", "--help"]));
}

#[test]
fn two_revisions_as_text_and_markdown() {
    let repository = Repository::with_history();
    snapshots(
        &repository,
        &[
            ("diff_text", "first..points --by region --by years_on_file -- rules/payments"),
            ("diff_markdown", "first..points --by region --format markdown -- rules/payments"),
            ("diff_comment", "points..comment"),
            ("diff_names", "comment..names"),
            ("diff_all", "first names --no-impact"),
            ("diff_back", "names first --no-impact -- rules/payments/payments.score"),
        ],
    );
}

#[test]
fn json_is_as_its_schema_says() {
    let repository = Repository::with_history();
    let report = repository.json("first points --by region --movers 2");
    let policy = &report["policies"][0];
    assert_eq!(
        (&report["differs"], &policy["meaning"]["verdict"]),
        (&Json::from(true), &Json::from("changed"))
    );
    assert_eq!(policy["old_file"], "first:rules/payments/payments.score");
    assert_eq!(policy["impact"]["kind"], "scored");
    assert_eq!(policy["impact"]["movers"].as_array().unwrap().len(), 2);
    assert_eq!(policy["impact"]["movers"][0]["cause"]["name"], "card_use");
    // What the segments say adds up to what is said of all.
    let segments = policy["impact"]["divisions"][0]["segments"].as_array().unwrap();
    let sum = |what: &str| segments.iter().map(|it| it[what].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("up"), policy["impact"]["up"].as_u64().unwrap());
    assert_eq!(sum("down"), policy["impact"]["down"].as_u64().unwrap());
    let moves = policy["impact"]["histogram"].as_array().unwrap().iter();
    let moves: u64 = moves.map(|it| it["records"].as_u64().unwrap()).sum();
    assert_eq!(moves, policy["impact"]["moved"].as_u64().unwrap());

    let report = repository.json("points comment");
    assert_eq!(report["policies"][0]["meaning"]["verdict"], "layout");
    let report = repository.json("comment names --no-impact");
    let renamed = &report["policies"][0]["meaning"]["changes"][0];
    assert_eq!(
        (&renamed["became"], &renamed["was_called"]),
        (&Json::from("renamed"), &Json::from("card_share"))
    );
    // A file moves, one goes, and one comes whose policy is new.
    repository.git("mv rules/payments/payments.score rules/payments/credit.score");
    let manifest = fs::read_to_string(repository.path("rules/payments/glassbox.toml")).unwrap();
    let manifest = manifest.replace("payments.score", "credit.score");
    fs::write(repository.path("rules/payments/glassbox.toml"), manifest).unwrap();
    let shop = folder_with_shop();
    copy(&shop.path().join("shop"), &repository.path("rules/shop"));
    let report = repository.json("HEAD --no-impact");
    let policies = report["policies"].as_array().unwrap();
    let of = |name: &str| policies.iter().find(|it| it["policy"] == name).unwrap();
    assert_eq!((&of("payments")["moved"], &of("shop")["became"]), (&Json::from(true), &Json::from("added")));
    assert_eq!(of("payments")["meaning"]["verdict"], "identical");
    repository.git("rm --quiet -r --force rules/payments");
    let report = repository.json("HEAD");
    assert!(report["policies"].as_array().unwrap().iter().any(|it| it["became"] == "removed"));
}

/// What both versions give is what `glassbox score` gives by each.
#[test]
fn the_impact_is_the_difference_of_two_runs() {
    let repository = Repository::with_history();
    let scores = || {
        let mut command = glassbox_in(repository.0.path(), ["score", "rules/payments", "--quiet"]);
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let row = |line: &str| line.split(',').take(3).map(str::to_owned).collect::<Vec<_>>();
        text.lines().skip(1).map(row).collect::<Vec<_>>()
    };
    let now = scores();
    let report = repository.json("first");
    repository.git("checkout --quiet first");
    let before = scores();
    let moved = before.iter().zip(&now).filter(|(was, is)| was[1] != is[1]).count();
    let migrated = before.iter().zip(&now).filter(|(was, is)| was[2] != is[2]).count();
    let impact = &report["policies"][0]["impact"];
    assert_eq!((before.len(), now.len()), (500, 500));
    assert_eq!(impact["moved"], moved);
    let migrations = impact["migrations"].as_array().unwrap().iter();
    assert_eq!(migrations.map(|it| it["records"].as_u64().unwrap()).sum::<u64>(), migrated as u64);
    assert!(moved > 50 && migrated > 10);
}

#[test]
fn exit_codes() {
    let repository = Repository::with_history();
    assert_eq!(repository.exit("first..points --no-impact"), Some(0));
    assert_eq!(repository.exit("first..points --no-impact --exit-code"), Some(1));
    assert_eq!(repository.exit("points..comment --no-impact --exit-code"), Some(0));
    assert_eq!(repository.exit("comment..names --no-impact --exit-code"), Some(1));
    assert_eq!(repository.exit("HEAD --exit-code"), Some(0));
    assert_eq!(repository.exit("nothing --exit-code"), Some(2));
}

#[test]
fn the_working_tree_and_where_one_stands() {
    let repository = Repository::with_history();
    repository.edit("    | 0 to 2           |    +30 |", "    | 0 to 2           |    +25 |");
    redacted(|| {
        assert_cmd_snapshot!("diff_working_tree", repository.diff("HEAD --movers 1"));
        // From inside the pack, and of the pack alone.
        assert_cmd_snapshot!(
            "diff_from_inside",
            repository.diff_in("rules/payments", "HEAD --movers 0 -- .")
        );
        assert_cmd_snapshot!("diff_path_as_git_takes_it", repository.diff("HEAD rules/payments --no-impact"));
    });
    // Since the branch left: what main did meanwhile is no part of it.
    repository.commit("more");
    repository.git("checkout --quiet -b side points");
    repository.edit("range    300 to 850", "range    300 to 900");
    repository.commit("range");
    let report = repository.json("main...side --no-impact");
    let changes = report["policies"][0]["meaning"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(changes[0]["details"][0]["new"], "300 to 900");
}

#[test]
fn what_cannot_be_compared() {
    let repository = Repository::with_history();
    repository.git("checkout --quiet -b broken first");
    repository.edit("| 3 to 5           |    +18 |", "| 4 to 5           |    +18 |");
    repository.commit("gap");
    snapshots(
        &repository,
        &[
            ("diff_no_revision", "HEAD~9"),
            ("diff_neither", "first nothing.score"),
            ("diff_does_not_check", "first..gap"),
            ("diff_no_such_path", "first -- rules/nothing"),
            ("diff_outside", "first -- .."),
            ("diff_one_path", "rules/payments"),
            ("diff_file_and_folder", "rules/payments rules/payments/payments.score"),
            ("diff_option_behind_dashes", "first -- rules/payments --by region"),
            ("diff_by_unknown", "first points --by regoin"),
            ("diff_data_unknown", "first points --data persons=people.csv"),
            ("diff_data_stream", "first points --data person=csv:-"),
            ("diff_set_unknown", "first points --set points=3"),
        ],
    );
    // Where there is no repository, and where there is no git.
    let folder = TempDir::new().unwrap();
    let mut command = glassbox_in(folder.path(), ["diff", "HEAD"]);
    alone(&mut command).env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap());
    redacted(|| {
        assert_cmd_snapshot!("diff_no_repository", command);
        assert_cmd_snapshot!("diff_no_git", repository.diff("HEAD").env("PATH", "/nonexistent"));
    });
}

/// Both score the same records, each read by its own schema.
#[test]
fn versions_whose_data_differ() {
    let repository = Repository::new();
    let people = fs::read_to_string(repository.path("rules/payments/people.csv")).unwrap();
    // A field that the old version does not know, in a column that it does not miss.
    let more = people.lines().enumerate().map(|(at, line)| match at {
        0 => format!("{line},town"),
        at if at % 3 == 0 => format!("{line},yes"),
        _ => format!("{line},no"),
    });
    fs::write(repository.path("rules/payments/people.csv"), more.collect::<Vec<_>>().join("\n") + "\n")
        .unwrap();
    repository.edit("  sex              one of", "  town             yes/no\n  sex              one of");
    repository.edit(
        "override recent_bankruptcy",
        "rule town \"Lives in town\" {\n  when    town is yes\n  points  +10\n}\n\noverride recent_bankruptcy",
    );
    let cases = fs::read_to_string(repository.path(POLICY)).unwrap();
    let without = cases.split("\n# Worked out by hand.").next().unwrap().to_owned() + "\n";
    fs::write(repository.path(POLICY), without).unwrap();
    let report = repository.json("HEAD --by town");
    let impact = &report["policies"][0]["impact"];
    assert_eq!(impact["kind"], "scored", "{report:#}");
    let segments = impact["divisions"][0]["segments"].as_array().unwrap();
    let moved = |value: &str| segments.iter().find(|it| it["value"] == value).unwrap()["up"].clone();
    assert_eq!(moved("no"), 0);
    assert!(moved("yes").as_u64().unwrap() > 100);

    // The column is gone again, but the version wants it: with the data of neither can both score.
    repository.commit("town");
    fs::write(repository.path("rules/payments/people.csv"), people).unwrap();
    repository.edit("  town             yes/no\n", "");
    repository.edit("rule town \"Lives in town\" {\n  when    town is yes\n  points  +10\n}\n\n", "");
    repository.commit("no_town");
    let report = repository.json("town no_town");
    // The new version's data lack the column; with the old version's both can score.
    assert_eq!(report["policies"][0]["impact"]["kind"], "scored");
    assert_eq!(report["policies"][0]["impact"]["data"][0], "town:rules/payments/people.csv");
    let data = "--data person=rules/payments/people.csv";
    redacted(|| assert_cmd_snapshot!("diff_unreadable", repository.diff(&format!("town no_town {data}"))));
    assert_eq!(repository.json(&format!("town no_town {data}"))["policies"][0]["impact"]["by"], "old");
}

#[test]
fn files_and_packs_without_git() {
    let (old, new) = (folder_with_shop(), folder_with_shop());
    let both = TempDir::new().unwrap();
    copy(&old.path().join("shop"), &both.path().join("old"));
    copy(&new.path().join("shop"), &both.path().join("new"));
    let policy = both.path().join("new/shop.score");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("| silver | yes   |        |", "| silver | no    | R02    |")).unwrap();
    let run = |arguments: &str| {
        let mut command = glassbox_in(both.path(), ["diff"].into_iter().chain(arguments.split_whitespace()));
        alone(&mut command);
        command
    };
    redacted(|| {
        assert_cmd_snapshot!("diff_packs", run("old new --by home"));
        assert_cmd_snapshot!("diff_files", run("old/shop.score new/shop.score --no-impact"));
        assert_cmd_snapshot!("diff_same_files", run("old/shop.score old/shop.score"));
    });
}

/// Nothing is read that is not of the revision, and nothing is left behind.
#[cfg(unix)]
#[test]
fn links_that_leave_a_revision_are_not_followed() {
    let repository = Repository::new();
    let secret = TempDir::new().unwrap();
    fs::write(secret.path().join("secret.score"), "policy secret \"Secret\" {\n").unwrap();
    std::os::unix::fs::symlink(secret.path().join("secret.score"), repository.path("rules/link.score"))
        .unwrap();
    repository.commit("link");
    repository.git("rm --quiet rules/link.score");
    repository.commit("no_link");
    let output = repository.diff("link no_link").output().unwrap();
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("ecret"), "{told}");
    let mut command = repository.diff("first link");
    let folder = TempDir::new().unwrap();
    let output = command.env("TMPDIR", folder.path()).output().unwrap();
    assert!(output.status.success());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A link is followed part by part: what passes through another link may rise higher than its own letters say.
#[cfg(unix)]
#[test]
fn links_through_links_that_leave_a_revision_are_not_followed() {
    use std::os::unix::fs::symlink;
    let repository = Repository::new();
    let pack = |name: &str| {
        fs::create_dir_all(repository.path(name)).unwrap();
        fs::write(repository.path(&format!("{name}/glassbox.toml")), PEOPLE_TOML).unwrap();
        fs::write(repository.path(&format!("{name}/p.score")), small("0", "")).unwrap();
    };
    let secret = TempDir::new().unwrap();
    fs::write(secret.path().join("people.csv"), "id,age\nsecretkey,5\n").unwrap();
    let secret = secret.path().canonicalize().unwrap();
    // By its letters this stays inside; the first link leads up to the top, from where it goes on and out.
    fs::create_dir_all(repository.path("a/b/c")).unwrap();
    symlink("../../../", repository.path("a/b/c/l")).unwrap();
    let many = "../".repeat(24);
    let climb = "a/b/c/l/".repeat(12);
    pack("one");
    let out = secret.join("people.csv");
    let out = out.strip_prefix("/").unwrap().display();
    symlink(format!("../{climb}{many}{out}"), repository.path("one/people.csv")).unwrap();
    // Through a folder that is a link out, and a manifest that names a file outside.
    pack("two");
    symlink(&secret, repository.path("two/folder")).unwrap();
    fs::write(repository.path("two/glassbox.toml"), PEOPLE_TOML.replace("people", "folder/people")).unwrap();
    pack("three");
    let named = PEOPLE_TOML.replace("people.csv", &secret.join("people.csv").display().to_string());
    fs::write(repository.path("three/glassbox.toml"), named).unwrap();
    // And one that stays inside, and is to be followed.
    pack("four");
    fs::write(repository.path("people.csv"), "id,age\nknownkey,5\n").unwrap();
    symlink("../a/b/c/l/people.csv", repository.path("four/people.csv")).unwrap();
    repository.commit("links");
    for name in ["one", "two", "three", "four"] {
        fs::write(repository.path(&format!("{name}/p.score")), small("7", "")).unwrap();
    }
    repository.commit("seven");
    for (name, reads) in [("one", false), ("two", false), ("three", false), ("four", true)] {
        let output = repository.diff(&format!("links seven -- {name}")).output().unwrap();
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!told.contains("secretkey"), "{name}: {told}");
        assert!(!reads || told.contains("1 person record of"), "{name}: {told}");
    }
}

/// The manifest of a pack with people.
const PEOPLE_TOML: &str =
    "policies = [\"p.score\"]\nas_of = \"2026-01-31\"\n\n[data]\nperson = { file = \"people.csv\" }\n";

/// A policy `p` of people and their ages, whose old get so many points; with more blocks behind.
fn small(old: &str, more: &str) -> String {
    let tiers = "tiers {\n  good \"Good\" 100 or more\n  poor \"Poor\" under 100\n}\n";
    let more = if more.contains("tiers {") { more.to_owned() } else { format!("{tiers}{more}") };
    format!(
        "policy p \"P\" {{\n  scores person\n  start 100\n  reasons up to 2 by points lost\n}}\nrecord person {{\n  id text key\n  \
         age integer 0 to 120\n}}\nreason R1 \"Young\"\ncharacteristic age \"Age\" {{\n  reason R1\n  | age | points |\n  \
         | under 50 | -1 |\n  | 50 or more | {old} |\n}}\n{more}"
    )
}

/// A folder with two versions of a pack, `old` and `new`, that are the same.
fn two_packs(policy: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let inside = |name: &str| folder.path().join(version).join(name);
        fs::create_dir(folder.path().join(version)).unwrap();
        fs::write(inside("glassbox.toml"), PEOPLE_TOML).unwrap();
        fs::write(inside("p.score"), policy).unwrap();
        let people = (0..60).map(|n| format!("k{n},{}\n", n * 2)).collect::<String>();
        fs::write(inside("people.csv"), format!("id,age\n{people}")).unwrap();
    }
    folder
}

fn run_in(folder: &Path, arguments: &str) -> (String, String, Option<i32>) {
    let mut command = glassbox_in(folder, ["diff"].into_iter().chain(arguments.split_whitespace()));
    let output = alone(&mut command).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn a_pack_that_cannot_be_read_is_neither_new_nor_gone() {
    let repository = Repository::new();
    fs::write(repository.path("rules/payments/more.score"), small("7", "")).unwrap();
    let manifest = repository.path("rules/payments/glassbox.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let two = text.replace("\"payments.score\"", "\"payments.score\", \"more.score\"");
    let two =
        if two == text { format!("policies = [\"payments.score\", \"more.score\"]\n{text}") } else { two };
    fs::write(&manifest, &two).unwrap();
    repository.commit("two");
    for broken in ["x = [\n".to_owned(), two.replace("more.score", "lost.score")] {
        fs::write(&manifest, broken).unwrap();
        repository.commit("broken");
        for (arguments, which) in [("two broken", "new"), ("broken two", "old")] {
            let (told, wrong, code) = run_in(repository.0.path(), &format!("{arguments} --no-impact"));
            assert!(!told.contains("no more") && !told.contains("a new policy"), "{told}");
            assert!(
                told.contains(&format!("not compared: the {which} version of its pack cannot be read")),
                "{told}"
            );
            assert_eq!(code, Some(2), "{wrong}");
        }
        repository.git("tag --delete broken");
    }
}

#[test]
fn packs_in_packs_and_texts_beside_them_are_compared() {
    let repository = Repository::new();
    let write = |name: &str, text: &str| {
        fs::create_dir_all(repository.path(name).parent().unwrap()).unwrap();
        fs::write(repository.path(name), text).unwrap();
    };
    let named =
        |name: &str, points: &str| small(points, "").replacen("policy p", &format!("policy {name}"), 1);
    write("glassbox.toml", "policies = [\"q.score\"]\n");
    write("sub/glassbox.toml", "policies = [\"p.score\"]\n");
    for name in ["q", "sub/p", "draft"] {
        write(&format!("{name}.score"), &named(name.rsplit('/').next().unwrap(), "1"));
    }
    repository.commit("packs");
    write("sub/p.score", &named("p", "2"));
    write("draft.score", &named("draft", "2"));
    let report = repository.json("HEAD --no-impact --as-of 2026-01-31");
    let policies = report["policies"].as_array().unwrap().iter();
    let mut files: Vec<_> = policies.map(|it| it["new_file"].as_str().unwrap()).collect();
    files.sort_unstable();
    assert_eq!((files, &report["unchanged"]), (vec!["draft.score", "sub/p.score"], &Json::from(2)));
}

#[test]
fn what_the_manifest_says_is_told() {
    let policy = small("7", "");
    for (from, to, told) in [
        (
            "file = \"people.csv\" }",
            "file = \"people.csv\", columns = { age = \"age\" } }",
            "data person, column of age: age",
        ),
        ("2026-01-31", "2026-02-28", "as_of: 2026-01-31 → 2026-02-28"),
        ("as_of", "charters = [\"c.charter\"]\nas_of", "charter c: "),
    ] {
        let folder = two_packs(&policy);
        let manifest = folder.path().join("new/glassbox.toml");
        fs::write(&manifest, PEOPLE_TOML.replace(from, to)).unwrap();
        fs::write(
            folder.path().join("new/c.charter"),
            "charter c \"C\" {\n  require no dead rows or rules\n}\n",
        )
        .unwrap();
        let (text, wrong, code) = run_in(folder.path(), "old new --exit-code");
        assert!(text.contains("pack glassbox.toml") && text.contains(told), "{text}{wrong}");
        assert_eq!(code, Some(1), "{text}");
        let (text, ..) = run_in(folder.path(), "old old --exit-code");
        assert!(text.contains("the same text"), "{text}");
    }
}

#[test]
fn what_has_another_name_has_not_moved() {
    let folder = two_packs(&small("7", ""));
    let policy = folder.path().join("new/p.score");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("good \"Good\"", "great \"Good\"").replace("R1", "RX")).unwrap();
    let (text, ..) = run_in(folder.path(), "old new");
    assert!(text.contains("renamed") || text.contains("good → great"), "{text}");
    assert!(text.contains("nothing moved"), "{text}");
}

#[test]
fn numbers_that_are_far_apart_are_no_bands() {
    let far = "99999999999999999999999999999";
    let policy = small("7", "").replace("}\nreason", &format!("  big number -{far} to {far}\n}}\nreason"));
    let folder = two_packs(&policy);
    for version in ["old", "new"] {
        let rows = (0..40).map(|n| format!("k{n},{n},{}{far}\n", if n % 2 == 0 { "-" } else { "" }));
        let rows = rows.chain((0..40).map(|n| format!("l{n},{n},{n}\n"))).collect::<String>();
        fs::write(folder.path().join(version).join("people.csv"), format!("id,age,big\n{rows}")).unwrap();
    }
    fs::write(folder.path().join("new/p.score"), policy.replace("| 7 |", "| 8 |")).unwrap();
    let (text, wrong, code) = run_in(folder.path(), "old new --by big");
    assert_eq!(code, Some(0), "{text}{wrong}");
    assert!(text.contains("the numbers of `big` are too far apart"), "{text}");
}

#[test]
fn what_is_meant_by_names_is_said() {
    let repository = Repository::new();
    fs::create_dir(repository.path("my rules")).unwrap();
    fs::write(repository.path("my rules/p.score"), small("1", "")).unwrap();
    repository.commit("one");
    fs::write(repository.path("my rules/p.score"), small("2", "")).unwrap();
    repository.commit("two");
    let said = |arguments: &[&str]| {
        let mut command =
            glassbox_in(repository.0.path(), ["diff"].into_iter().chain(arguments.iter().copied()));
        let output = alone(&mut command).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code())
    };
    let (text, wrong, code) = said(&["one..two", "my rules", "--no-impact", "--as-of", "2026-01-31"]);
    assert!(text.contains("1 part changed") && code == Some(0), "{text}{wrong}");
    let (_, wrong, code) = said(&["one", "two", "my rules"]);
    assert!(wrong.contains("paths stand behind `--`") && code == Some(2), "{wrong}");
    let (_, wrong, _) = said(&["rules", "HEAD"]);
    assert!(
        wrong.contains("`rules` is a path, and no revision") && wrong.contains("HEAD -- rules"),
        "{wrong}"
    );
    repository.git("branch rules");
    let (_, wrong, code) = said(&["HEAD", "rules"]);
    assert!(
        wrong.contains("and a revision too") && wrong.contains("`./rules`") && code == Some(2),
        "{wrong}"
    );
    let (text, wrong, _) = said(&["HEAD", "./rules", "--no-impact"]);
    assert!(text.contains("the same"), "{text}{wrong}");
    let (_, wrong, code) = said(&["one", "two", "--data", "person=nofile.csv"]);
    assert!(wrong.contains("no file `nofile.csv`") && code == Some(2), "{wrong}");
    let (_, wrong, _) = said(&["one", "two", "--", "nothing"]);
    assert!(wrong.contains("in `one` or `two`"), "{wrong}");
    // A repository in the repository.
    repository.git("-c protocol.file.allow=always submodule --quiet add ./ lib");
    repository.commit("module");
    let (_, wrong, code) = said(&["HEAD", "--", "lib/rules"]);
    assert!(wrong.contains("is in a submodule") && code == Some(2), "{wrong}");
}
