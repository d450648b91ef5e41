//! Small policies: a few fields of a few values, so that random records come by all of them.
//!
//! What large random policies seldom have together is often here: scores on both sides of zero that are no whole number of
//! steps, coarse rounding, friends who have no score and settle with one's own, fields that people control, and floors and
//! caps that scores are far from.

use super::super::choices::Choices;
use std::fmt::Write as _;

/// The text of a policy.
pub(super) fn draw(choices: &mut Choices) -> String {
    let mut text = String::from("policy small {\n  scores person\n");
    text += choices.one(&[
        "",
        "  range -100 to 100\n",
        "  range -5 to 5\n",
        "  range -20 to 10\n",
        "  range 0 to 60\n",
    ]);
    let start = choices.one(&["-0.5", "0.5", "-5", "0", "2.5", "20"]);
    let _ = writeln!(text, "  start {start}\n  round to {}\n}}", choices.one(&["1", "1", "10", "5", "0.1"]));
    let optional = choices.chance(25);
    let mut change = || {
        choices.one(&[
            "",
            "",
            "  controllable by person at 3 per step",
            "  only up",
            "  controllable by person at 1 per step",
        ])
    };
    let _ = writeln!(text, "record person {{\n  id text key\n  x integer 0 to 3{}", change());
    let _ = writeln!(text, "  y integer 0 to 2{}{}", if optional { " optional" } else { "" }, change());
    let _ = writeln!(text, "  z yes/no{}\n}}", change());
    let peopled = choices.chance(55);
    if peopled {
        text += choices
            .one(&["link friends between person and person\n", "link friends from person to person\n"]);
        if choices.chance(30) {
            text += "link follows from person to person\n";
        }
    }
    for at in 0..1 + choices.below(4) {
        item(&mut text, at, (optional, peopled), choices);
    }
    if peopled {
        influence(&mut text, "friends", choices);
        if text.contains("link follows") {
            influence(&mut text, "follows", choices);
        }
    }
    let conditions = ["y at least 2", "z", "x at least 3", "x at least 2 and z", "y is 0", "x is 1"];
    for at in 0..choices.below(4) {
        let when = choices.one(&conditions);
        let what = choices.one(&[
            "not scored",
            "not scored",
            "score at most -0.5",
            "score at most 4",
            "score at least 5",
            "score at least -3",
        ]);
        let _ = writeln!(text, "override o{at} {{\n  when {when}\n  if missing does not apply\n  {what}\n}}");
    }
    if choices.chance(15) {
        let _ = writeln!(text, "participation {{\n  needs {}\n}}", choices.one(&["z", "x under 3"]));
    }
    if choices.chance(70) {
        let top = choices.one(&["0", "1", "-5", "5", "20", "-20"]);
        let _ = writeln!(text, "tiers {{\n  top {top} or more\n  low under {top}\n}}");
    }
    text
}

fn item(text: &mut String, at: usize, (optional, peopled): (bool, bool), choices: &mut Choices) {
    let points = |choices: &mut Choices, scored: bool| {
        let all = ["0", "-1", "10", "2.5", "-20", "0.5", "not scored"];
        choices.one(&all[..if scored { 6 } else { 7 }])
    };
    let missing = if optional { "  | any | missing | 0 |\n" } else { "" };
    match choices.below(6) {
        0 => {
            let _ = writeln!(text, "characteristic c{at} {{\n  | x | points |");
            for when in ["under 2", "2", "3"] {
                let _ = writeln!(text, "  | {when} | {} |", points(choices, when == "under 2"));
            }
            text.push_str("}\n");
        }
        1 => {
            let _ = writeln!(text, "characteristic c{at} {{\n  | x | y | points |");
            for (x, y) in [("under 2", "0"), ("under 2", "1 or more"), ("2 or more", "any")] {
                let _ = writeln!(text, "  | {x} | {y} | {} |", points(choices, false));
            }
            let _ = writeln!(text, "{missing}}}");
        }
        kind => {
            let mut all = vec!["x", "0.5 * x", "-1.5 * y", "10 * y", "x - y", "x * y"];
            if peopled && kind > 3 {
                all = vec![
                    "10 * count(friends where friends.x is 1)",
                    "count(friends where friends.z)",
                    "-0.5 * count(friends)",
                ];
            }
            let _ = writeln!(text, "rule r{at} {{\n  points {}\n  if missing 0", choices.one(&all));
            let limits = ["", "  limited to 0 to 10\n", "  limited to -1 to 1\n", "  limited to -20 to 20\n"];
            text.push_str(choices.one(&limits));
            text.push_str("}\n");
        }
    }
}

fn influence(text: &mut String, link: &str, choices: &mut Choices) {
    if choices.chance(25) {
        return;
    }
    let of = choices.one(&["average", "highest", "lowest"]);
    let (against, weight) = (choices.one(&["0", "5", "-0.5"]), choices.one(&["0.4", "-0.3", "0.5", "0.25"]));
    let _ =
        writeln!(text, "influence {link} {{\n  {of} of {link}.score\n  against {against}\n  weight {weight}");
    text.push_str(choices.one(&["", "  limited to -10 to 10\n", "  limited to -3 to 0\n"]));
    text.push_str("  reads settled scores\n}\n");
}
