//! Opening projects: what is found, what is refused, and how it is told.

use super::*;
use crate::data::Records;
use crate::diagnostic::render;
use std::fs;

/// A folder with files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, name: &str) -> Project {
        open(&self.path(name))
            .unwrap_or_else(|broken| panic!("{}", self.told(&broken.diagnostics, &broken.sources)))
    }

    /// What keeps a project from being opened.
    fn refused(&self, name: &str) -> String {
        let broken = open(&self.path(name)).unwrap_err();
        self.told(&broken.diagnostics, &broken.sources)
    }

    /// What is wrong inside an opened project.
    fn wrong(&self, name: &str) -> String {
        let project = self.open(name);
        self.told(&project.diagnostics, &project.unit.sources)
    }

    /// Diagnostics in short form with their help, without the folder's own path.
    fn told(&self, diagnostics: &[Diagnostic], sources: &Sources) -> String {
        let told = |diagnostic: &Diagnostic| {
            let line = render::short(std::slice::from_ref(diagnostic), sources);
            let help = diagnostic.help.iter().map(|help| format!(" [{help}]"));
            line.trim_end().to_owned() + &help.collect::<String>()
        };
        let text = diagnostics.iter().map(told).collect::<Vec<_>>().join("\n");
        text.replace(&format!("{}/", self.0.path().display()), "")
            .replace(&self.0.path().display().to_string(), "HERE")
    }

    fn sources(&self, project: &Project) -> Vec<String> {
        let sources = project.unit.sources.iter().map(|(_, source)| source.path.clone());
        sources.map(|path| path.replace(&format!("{}/", self.0.path().display()), "")).collect()
    }
}

const POLICY: &str =
    "policy p {\n  scores person\n}\nrecord person {\n  id text key\n  age integer 0 to 120\n}\n";

#[test]
fn a_pack_is_opened_with_its_first_policy() {
    let folder = Folder::with(&[
        ("pack/glassbox.toml", "policies = [\"b.score\", \"a.score\"]\nas_of = 2026-01-31\n"),
        ("pack/a.score", POLICY),
        ("pack/b.score", POLICY),
    ]);
    for path in ["pack", "pack/", "pack/glassbox.toml", "pack/b.score"] {
        let project = folder.open(path);
        assert_eq!(project.path, folder.path("pack/b.score"));
        assert_eq!(project.manifest.as_of.unwrap().to_string(), "2026-01-31");
        assert_eq!(folder.sources(&project), ["pack/b.score", "pack/glassbox.toml"]);
        assert_eq!(project.unit.files.len(), 1);
        assert!(project.diagnostics.is_empty());
    }
    let each: Vec<_> =
        open_each(&folder.path("pack")).into_iter().map(|project| project.unwrap().path).collect();
    assert_eq!(each, [folder.path("pack/b.score"), folder.path("pack/a.score")]);
    assert_eq!(open_each(&folder.path("pack/a.score")).len(), 1);
}

#[test]
fn a_policy_may_stand_alone() {
    let folder = Folder::with(&[("alone.score", POLICY)]);
    let project = folder.open("alone.score");
    assert_eq!(folder.sources(&project), ["alone.score"]);
    assert!(project.manifest.policies.is_empty() && project.manifest.as_of.is_none());
}

#[test]
fn what_is_not_there_is_told() {
    let folder = Folder::with(&[
        ("packs/one/glassbox.toml", "policies = [\"p.score\"]\n"),
        ("packs/two/glassbox.toml", "as_of = \"2026-01-31\"\n"),
        ("packs/two/x.score", POLICY),
        ("empty/readme.md", ""),
    ]);
    assert_eq!(
        folder.refused("pack"),
        "error[E0403]: no such file or folder: `pack` [did you mean `packs`?]"
    );
    assert_eq!(
        folder.refused("packs"),
        "error[E0403]: no `glassbox.toml` in `packs` [packs in this folder: `packs/one`, `packs/two`]"
    );
    assert_eq!(
        folder.refused("empty"),
        "error[E0403]: no `glassbox.toml` in `empty` [a pack is a folder with a `glassbox.toml`; a policy can also be \
         named by its file]"
    );
    assert_eq!(
        folder.refused("empty/readme.md"),
        "error[E0403]: `empty/readme.md` is no policy: the file of a policy ends in `.score`"
    );
    assert!(folder.refused("packs/one").starts_with("error[E0403]: cannot read `packs/one/p.score`: "));
    assert_eq!(
        folder.refused("packs/two"),
        "error[E0405]: `packs/two/glassbox.toml` lists no policy [write `policies = [\"x.score\"]`]"
    );
}

#[test]
fn a_manifest_that_is_wrong_is_told_with_its_place() {
    let refused = |text: &str| Folder::with(&[("glassbox.toml", text)]).refused("glassbox.toml");
    for (text, told) in [
        (
            "policies = [\"p.score\"]\n\n[data.person]\nfille = \"people.csv\"\n",
            "glassbox.toml:4:1: error[E0405]: unknown entry `fille` [did you mean `file`?]",
        ),
        (
            "policies = [\"p.score\"]\ncolour = 1\n",
            "glassbox.toml:2:1: error[E0405]: unknown entry `colour` [known here: `policies`, `charters`, `as_of`, `root`, `params`, \
             `data`, `previous`, `snapshot`, `synth`, `lints`]",
        ),
        (
            "policies = \"p.score\"\n",
            "glassbox.toml:1:12: error[E0405]: a list in brackets is expected, not the text \"p.score\"",
        ),
        (
            "[data.person]\nmissing = [\"NA\"]\n",
            "glassbox.toml:1:1: error[E0405]: the entry `file` is missing",
        ),
        (
            "[data.person]\nfile = \"a.csv\"\nmissing = [-9999]\n",
            "glassbox.toml:3:12: error[E0405]: a text in quotes is expected, not integer `-9999`",
        ),
        (
            "as_of = \"31.01.2026\"\nroot = \"../x\"\npolicies = [\"p.scor\"]\n[params]\na = [1]\n",
            "glassbox.toml:1:9: error[E0405]: `as_of` is no day [write it as `as_of = \"2026-01-31\"`]\n\
             glassbox.toml:2:8: error[E0405]: `root` is no folder above the pack [write `root = \"..\"` for the folder \
             above, `\"../..\"` for the one above that]\n\
             glassbox.toml:3:13: error[E0405]: `p.scor` is no policy: the file of a policy ends in `.score`\n\
             glassbox.toml:5:5: error[E0405]: the parameter `a` is set to no plain value [write a number, a day or `true` \
             or `false`, or a text in quotes]",
        ),
    ] {
        assert_eq!(refused(text), told);
    }
    assert!(refused("policies = [").starts_with("glassbox.toml:1:"), "{}", refused("policies = ["));
}

#[test]
fn parameters_keep_their_digits() {
    let folder = Folder::with(&[
        (
            "glassbox.toml",
            "policies = [\"p.score\"]\n[params]\na = 0.10000000000000000001\nb = -1_000\nc = \"35%\"\nd = true\ne = 2026-01-31\n",
        ),
        ("p.score", POLICY),
    ]);
    let params = folder.open(".").manifest.params;
    let params: Vec<_> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(params, ["a=0.10000000000000000001", "b=-1_000", "c=35%", "d=yes", "e=2026-01-31"]);
}

#[test]
fn files_are_used_once_and_from_where_they_stand() {
    let folder = Folder::with(&[
        ("p.score", "use A from \"shared/a.score\"\nuse B, C from \"shared/b.score\"\n"),
        ("shared/a.score", "use B from \"./b.score\"\nreason A \"a\"\n"),
        ("shared/b.score", "reason B \"b\"\nreason C \"c\"\n"),
    ]);
    let project = folder.open("p.score");
    assert!(project.diagnostics.is_empty(), "{:?}", project.diagnostics);
    assert_eq!(folder.sources(&project), ["p.score", "shared/a.score", "shared/b.score"]);
    let file = |index: u32| crate::source::FileId::new(index);
    let uses = &project.unit.uses;
    assert_eq!(uses.len(), 3);
    assert_eq!(uses[&(file(0), "shared/a.score".to_owned())], file(1));
    assert_eq!(uses[&(file(0), "shared/b.score".to_owned())], file(2));
    assert_eq!(uses[&(file(1), "./b.score".to_owned())], file(2));
}

#[test]
fn a_used_file_stays_inside_the_project() {
    let folder = Folder::with(&[
        ("packs/one/glassbox.toml", "policies = [\"p.score\"]\nroot = \"..\"\n"),
        ("packs/one/p.score", "use A from \"../shared/a.score\"\nuse B from \"../../b.score\"\n"),
        ("packs/two/glassbox.toml", "policies = [\"p.score\"]\n"),
        (
            "packs/two/p.score",
            "use A from \"../shared/a.score\"\nuse B from \"/b.score\"\nuse C from \"gone.score\"\nuse D from \"..\"\n",
        ),
        ("packs/shared/a.score", "reason A \"a\"\n"),
        ("b.score", "reason B \"b\"\n"),
    ]);
    let first_line = |text: String| {
        text.lines().map(|line| line.split(" [").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        first_line(folder.wrong("packs/one")),
        ["packs/one/p.score:2:12: error[E0401]: `../../b.score` leaves the project"]
    );
    let wrong = first_line(folder.wrong("packs/two"));
    assert_eq!(
        &wrong[..2],
        [
            "packs/two/p.score:1:12: error[E0401]: `../shared/a.score` leaves the project",
            "packs/two/p.score:2:12: error[E0401]: `/b.score` leaves the project",
        ]
    );
    assert!(
        wrong[2].starts_with("packs/two/p.score:3:12: error[E0403]: cannot read `packs/two/gone.score`: ")
    );
    assert_eq!(wrong[3], "packs/two/p.score:4:12: error[E0401]: `..` leaves the project");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_does_not_lead_out() {
    let folder = Folder::with(&[
        ("pack/p.score", "use A from \"in.score\"\nuse B from \"out.score\"\n"),
        ("pack/real.score", "reason A \"a\"\n"),
        ("secret.score", "reason B \"b\"\n"),
    ]);
    std::os::unix::fs::symlink(folder.path("pack/real.score"), folder.path("pack/in.score")).unwrap();
    std::os::unix::fs::symlink(folder.path("secret.score"), folder.path("pack/out.score")).unwrap();
    let wrong = folder.wrong("pack/p.score");
    assert!(wrong.starts_with("pack/p.score:2:12: error[E0401]: `out.score` leaves the project"), "{wrong}");
}

#[test]
fn a_circle_of_files_is_told_once() {
    let folder = Folder::with(&[
        ("p.score", "use A from \"a.score\"\n"),
        ("a.score", "use B from \"b.score\"\nreason A \"a\"\n"),
        ("b.score", "use A from \"a.score\"\nuse B from \"b.score\"\nreason B \"b\"\n"),
    ]);
    assert_eq!(
        folder.wrong("p.score"),
        "b.score:1:12: error[E0402]: files use each other in a circle: `a.score`, then `b.score`\n\
         b.score:2:12: error[E0402]: `b.score` uses itself"
    );
}

#[test]
fn a_file_that_is_no_text_is_told() {
    let folder = Folder::with(&[("big.score", &"# x\n".repeat(300_000)), ("p.score", "use A from \".\"\n")]);
    fs::write(folder.path("latin.score"), b"reason A \"a\"\nreason B \"dur\xE9e\"\n").unwrap();
    assert!(
        folder
            .wrong("latin.score")
            .starts_with("latin.score:2:14: error[E0100]: this file is not UTF-8 text")
    );
    assert!(folder.wrong("big.score").contains("error[E0100]"), "{}", folder.wrong("big.score"));
    assert!(folder.wrong("p.score").contains("error[E0403]: cannot read"), "{}", folder.wrong("p.score"));
}

/// A policy's schema, as the checker gives it.
fn schema(project: &Project) -> Schema {
    let checked = crate::check::check(project.unit.clone());
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    ruleset.on(day(), &[]).unwrap().schema
}

fn day() -> Date {
    Date::parse("2026-01-31").unwrap()
}

const WHOLE: &str = "policy p {\n  scores person\n  start 500\n}\nrecord person {\n  id text key\n  age integer 0 to 120\n}\n\
    rule age {\n  points age\n}\n";

#[test]
fn data_is_found_and_read() {
    let folder = Folder::with(&[
        (
            "pack/glassbox.toml",
            "policies = [\"p.score\"]\n[data.person]\nfile = \"people.csv\"\ncolumns = { age = \"years\" }\nmissing = [\"NA\"]\n",
        ),
        ("pack/p.score", WHOLE),
        ("pack/people.csv", "id,years\na,30\nb,NA\n"),
        ("other.ndjson", "{\"id\": \"c\", \"years\": 40}\n"),
    ]);
    let project = folder.open("pack");
    let schema = schema(&project);
    let loaded = project.load(&schema, day(), &[]).unwrap();
    assert_eq!((loaded.read, loaded.population.count(), loaded.rejects.set_aside.len()), (2, 1, 1));
    assert!(loaded.rejects.set_aside[0].file.ends_with("pack/people.csv"));
    let instead = [("person".to_owned(), folder.path("other.ndjson"))];
    let loaded = project.load(&schema, day(), &instead).unwrap();
    assert_eq!(loaded.population.find(&schema, "c"), Some(0));
    assert!(loaded.population.file(0).ends_with("other.ndjson"));
}

#[test]
fn data_may_be_a_folder_a_pattern_or_what_comes_in() {
    let folder = Folder::with(&[
        ("pack/glassbox.toml", "policies = [\"p.score\"]\n[data.person]\nfile = \"parts\"\n"),
        ("pack/p.score", WHOLE),
        ("pack/parts/b.ndjson", ""),
        ("pack/parts/a.ndjson", ""),
        ("pack/mixed/a.csv", ""),
        ("pack/mixed/b.jsonl", ""),
    ]);
    let project = folder.open("pack");
    let schema = schema(&project);
    let files = project.data_files(&schema, &[]).unwrap();
    assert_eq!(files.records.values().next().unwrap().format, crate::data::Format::NdJson);
    let of = |path: &str| {
        let path = if path.ends_with('-') { PathBuf::from(path) } else { folder.path(path) };
        let files = project.data_files(&schema, &[("person".to_owned(), path)]);
        files.map(|files| files.records.into_values().next().unwrap())
    };
    let format = |path: &str| of(path).unwrap().format.name();
    assert_eq!(
        ["-", "ndjson:-", "parquet:-", "pack/parts/*.ndjson", "pack/parts/*"].map(format),
        ["CSV", "NDJSON", "Parquet", "NDJSON", "NDJSON"]
    );
    assert!(of("ndjson:-").unwrap().is_standard_input());
    assert_eq!(of("-").unwrap().shown, "the standard input");
    let told = |path: &str| of(path).unwrap_err().remove(0).message;
    assert!(
        told("pack/mixed").contains("it holds files of several formats: CSV in "),
        "{}",
        told("pack/mixed")
    );
    assert!(told("pack/*.csv").ends_with("no file has such a name"), "{}", told("pack/*.csv"));
}

#[test]
fn data_of_what_the_policy_has_not_is_refused() {
    let folder = Folder::with(&[
        (
            "pack/glassbox.toml",
            "policies = [\"p.score\"]\n[data.persons]\nfile = \"people.csv\"\n[data.person]\nfile = \"people.xlsx\"\n",
        ),
        ("pack/p.score", WHOLE),
    ]);
    let project = folder.open("pack");
    let schema = schema(&project);
    let overrides = [("city".to_owned(), PathBuf::from("x.csv"))];
    let diagnostics = project.data_files(&schema, &overrides).unwrap_err();
    assert_eq!(
        folder.told(&diagnostics, &project.unit.sources),
        "pack/glassbox.toml:5:8: error[E0409]: cannot read pack/people.xlsx: its name does not say how [files that end in \
         `.csv`, `.ndjson`, `.jsonl` or `.parquet` can be read, the first three also with `.gz` or `.zst` behind it; for \
         another name, write the format before it: `csv:pack/people.xlsx`]\n\
         error[E0407]: data is given for `city`, but the policy has no such record or link [it has `person`]\n\
         pack/glassbox.toml:3:8: error[E0407]: data is given for `persons`, but the policy has no such record or link [did \
         you mean `person`?]"
    );
}

#[test]
fn the_hash_is_the_policys_and_not_the_manifests() {
    let hash = |manifest: &str| {
        let folder = Folder::with(&[("glassbox.toml", manifest), ("p.score", WHOLE)]);
        crate::check::check(folder.open("p.score").unit).ruleset.unwrap().hash(&[])
    };
    assert_eq!(hash("policies = [\"p.score\"]\n"), hash("policies = [\"p.score\"]\nas_of = 2026-01-31\n"));
}

#[test]
fn what_the_documentation_says_of_synthetic_records_is_read() {
    let page = include_str!("../../docs/data.md");
    let (_, example) = page.split_once("\n[synth]\n").expect("the section has an example");
    let example = format!("[synth]\n{}", example.split("```").next().unwrap());
    let folder = Folder::with(&[
        ("glassbox.toml", &format!("policies = [\"p.score\"]\n\n{example}")),
        ("p.score", POLICY),
    ]);
    let knobs = folder.open(".").manifest.synth;
    let names: Vec<_> = knobs.tables.iter().map(|(name, _)| name.value.as_str()).collect();
    assert_eq!(names, ["person", "company", "purchase", "inquiry", "friends", "previous"]);
    assert_eq!(knobs.tables[0].1.fields.len(), 10);
}
