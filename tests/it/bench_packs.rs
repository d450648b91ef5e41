//! The packs that engines are compared with: checked, their cases run, scored on their samples.

use super::command::{glassbox, stdout};

const PACKS: [&str; 3] = ["benches/packs/s20", "benches/packs/a6", "benches/packs/n1"];

#[test]
fn their_cases_hold() {
    for pack in PACKS {
        let cases = stdout(glassbox(["test", pack]));
        assert!(cases.lines().count() > 0, "{pack} brings no case");
    }
}

#[test]
fn they_are_without_mistakes() {
    for pack in PACKS {
        let output = glassbox(["check", pack, "--format", "short"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{pack}");
        let said = String::from_utf8(output.stdout).unwrap();
        // The rules of S20 take points without a reason: its facts have all the reasons there are.
        let (expected, all) = (if pack.ends_with("s20") { 5 } else { 0 }, said.matches("W0303").count());
        assert_eq!(all, expected, "{said}");
        assert_eq!(said.matches("warning").count(), expected, "{said}");
    }
}

#[test]
fn their_samples_are_scored() {
    for (pack, name) in PACKS.iter().zip(["s20", "a6", "n1"]) {
        let scores = stdout(glassbox(["score", pack]));
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("bench_{name}"), scores.lines().take(12).collect::<Vec<_>>().join("\n"));
        });
    }
}
