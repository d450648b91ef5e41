//! Random texts of the language, by its grammar alone: every statement, line and cell in every spelling, whether it means
//! something or not.

use super::choices::Choices;

/// Names, among them words of the language that may name things.
const NAMES: [&str; 22] = [
    "age", "home", "limit", "late_24m", "balance", "date", "of", "to", "within", "each", "days", "key",
    "only", "more", "least", "step", "a", "count", "R01", "ago", "over", "own",
];
const NUMBERS: [&str; 10] = ["0", "1", "-3", "+40", "1_000", "3.5", "-0.25", "35%", "100", "12"];
const DAYS: [&str; 3] = ["2026-01-31", "1999-12-31", "2000-02-29"];
const TEXTS: [&str; 5] =
    ["\"a text\"", "\"\"", "\"with \\\"quotes\\\" # and | bars {\"", "\"Größe  in  Metern\"", "\"年齢\""];
const SIGNS: [&str; 16] = [
    "is",
    "is not",
    "at least",
    "at most",
    "more than",
    "less than",
    "=",
    "!=",
    "<",
    ">=",
    "is at least",
    "is over",
    "under",
    "over",
    ">",
    "<=",
];
const DATED: [&str; 7] =
    ["before", "after", "is before", "on or after", "is on or before", "is after", "on or before"];
const NOTES: [&str; 6] =
    ["", "peak, see review", "\"quoted\"", "a  -  b", "§ 4(1): 50 %; see “x”", "of 2 is ( not"];

/// The text of a policy.
pub(crate) fn text(choices: &mut Choices) -> String {
    let mut text = String::new();
    for _ in 0..=choices.below(9) {
        let lines = statement(choices);
        text.push_str(&lines);
        for _ in 0..choices.below(3) {
            text.push('\n');
        }
    }
    text
}

fn statement(c: &mut Choices) -> String {
    let (name, title) = (name(c), maybe(c, 60, text_of));
    match c.below(20) {
        0 => block(format!("policy {name}{title} {{"), c, policy_line),
        1 => format!("tag {name} {}\n", text_of(c)),
        2 => block(record_head(c, name, &title), c, field),
        3 => {
            let ends = if c.chance(50) { "from a to b" } else { "between a and b" };
            format!("link {name}{title} {ends}{}\n", maybe(c, 40, tagged))
        }
        4 => format!("list {name}{title} = ({})\n", commas(c, literal)),
        5 => format!("let {name}{}{title} = {}\n", maybe(c, 20, |_| "of other".into()), value(c, 3)),
        6 => format!(
            "let {name}{title}{} {{\n{}}}\n",
            maybe(c, 30, |_| "first match".into()),
            table(c, &["gives"])
        ),
        7 => format!("reason {name} {}\n", text_of(c)),
        8 => format!("param {name}{title} {}\n", history(c, 50)),
        9 => item(c, 2),
        10 => block(format!("override {name}{title} {{"), c, clause),
        11 => {
            let from = maybe(c, 30, |c| format!("from {}", c.one(&DAYS)));
            block(format!("tiers{from} {{"), c, tier)
        }
        12 => {
            let head =
                format!("decision {name}{title} {}{} {{", kind(c), maybe(c, 30, |_| "first match".into()));
            format!("{head}\n{}}}\n", table(c, &["gives", "reason"]))
        }
        13 => block(format!("influence {name}{title} {{"), c, influence_line),
        14 => block("participation {".into(), c, clause),
        15 => block(format!("benefit {name}{title} {{"), c, clause),
        16 => block(format!("penalty {name}{title} {{"), c, clause),
        17 => format!("use {} from {}\n", commas(c, self::name), text_of(c)),
        18 => block(format!("case {} {{", text_of(c)), c, case_line),
        _ => item(c, 0),
    }
}

fn block(head: String, c: &mut Choices, line: fn(&mut Choices) -> String) -> String {
    let lines: String = (0..c.below(6)).map(|_| line(c) + "\n").collect();
    format!("{head}\n{lines}}}\n")
}

fn item(c: &mut Choices, depth: usize) -> String {
    let word = match depth {
        0 => c.one(&["characteristic", "rule"]),
        _ => "group",
    };
    let mut head = format!("{word} {}{}", name(c), maybe(c, 60, text_of));
    for _ in 0..c.below(3) {
        head += &match c.below(2) {
            0 => format!(" weight {}", literal(c)),
            _ => format!(" limited to {} to {}", literal(c), literal(c)),
        };
    }
    let mut lines = String::new();
    for _ in 0..c.below(5) {
        lines += &(clause(c) + "\n");
    }
    if depth > 0 {
        for _ in 0..c.below(3) {
            lines += &item(c, depth - 1);
        }
    } else if c.chance(60) {
        let points = c.one(&["points", "points each"]);
        lines += &table(c, &[points, "reason", "baseline", "note"]);
        lines += &(clause(c) + "\n");
    }
    format!("{head} {{\n{lines}}}\n")
}

fn policy_line(c: &mut Choices) -> String {
    match c.below(7) {
        0 => format!("scores {}", name(c)),
        1 => format!("range {} to {}", literal(c), literal(c)),
        2 => format!("start {}", literal(c)),
        3 => format!("round to {}", literal(c)),
        4 => format!("reasons up to 4 by points {}", c.one(&["lost", "below baseline", "above baseline"])),
        5 => format!("origin {}", name(c)),
        _ => format!("{} {}", c.one(&["purpose", "owner", "source", "version"]), text_of(c)),
    }
}

fn record_head(c: &mut Choices, name: String, title: &str) -> String {
    let belongs = maybe(c, 30, |c| format!("belongs to {} by {}", self::name(c), self::name(c)));
    format!("record {name}{title}{belongs}{} {{", maybe(c, 30, tagged))
}

fn field(c: &mut Choices) -> String {
    let mut field = format!("{} {}", name(c), kind(c));
    if !field.contains("one of") {
        field += &maybe(c, 40, interval);
    }
    for part in 0..6 {
        field += &maybe(c, 25, |c| match part {
            0 => c.one(&["key", "optional"]).into(),
            1 => text_of(c),
            2 => format!("column {}", text_of(c)),
            3 => tagged(c),
            4 => c.one(&["immutable", "only up"]).into(),
            _ => {
                format!("controllable by {} at {} per {}", name(c), number(c), c.one(&["step", "100", "+5"]))
            }
        });
    }
    field
}

fn kind(c: &mut Choices) -> String {
    match c.below(7) {
        0 => "yes/no".into(),
        1 => {
            let categories = commas(c, |c| {
                let category = if c.chance(20) { text_of(c) } else { name(c) };
                category + &maybe(c, 30, |c| format!("as {}", text_of(c)))
            });
            format!("one of ({categories}{})", maybe(c, 30, |_| "or anything else".into()))
        }
        _ => c.one(&["number", "integer", "money", "text", "date"]).into(),
    }
}

fn tagged(c: &mut Choices) -> String {
    format!("tagged {}", commas(c, name))
}

fn tier(c: &mut Choices) -> String {
    match c.chance(15) {
        true => format!("{} {}", c.one(&["from", "before"]), c.one(&DAYS)),
        false => format!("{}{} {}", name(c), maybe(c, 60, text_of), cell(c)),
    }
}

fn influence_line(c: &mut Choices) -> String {
    match c.below(4) {
        0 => format!("{} of {}.score", c.one(&["average", "median", "lowest", "highest"]), name(c)),
        1 => format!("{} {}", c.one(&["against", "smoothing"]), literal(c)),
        2 => format!("reads {} scores", c.one(&["settled", "previous"])),
        _ => clause(c),
    }
}

fn clause(c: &mut Choices) -> String {
    let cap = |c: &mut Choices| {
        format!("no more than {} {}", literal(c), c.one(&["a day", "a month", "a year", "in total"]))
    };
    match c.below(17) {
        0 => format!("reason {}", name(c)),
        1 => format!("{} {}", c.one(&["baseline", "weight", "context"]), literal(c)),
        2 => format!("{} {}", c.one(&["source", "note", "grantor", "basis"]), text_of(c)),
        3 => format!("limited to {} to {}", literal(c), literal(c)),
        4 => format!("{} {}", c.one(&["from", "before", "announced"]), c.one(&DAYS)),
        5 | 6 => format!("{} {}", c.one(&["when", "needs"]), condition(c, 3)),
        7 => {
            let each = if c.chance(50) { " each" } else { "" };
            let comma = if c.chance(50) { "," } else { "" };
            format!("points {}{each}{comma} {}", value(c, 2), cap(c))
        }
        8 => format!("points {} limited to 0 to +40", value(c, 2)),
        9 => format!("points {}", dated_history(c)),
        10 => format!("if missing {}", c.one(&["0", "applies", "does not apply", "-5"])),
        11 => {
            let filter = maybe(c, 70, |c| format!("where {}", condition(c, 2)));
            format!("for each {}{filter}", name(c))
        }
        12 => cap(c),
        13 => format!("score {} {}", c.one(&["at most", "at least"]), literal(c)),
        14 => format!("tier {} {}", c.one(&["at most", "at least"]), name(c)),
        15 => c.one(&["not scored", "not scored applies"]).into(),
        _ => format!("points {}", value(c, 3)),
    }
}

fn case_line(c: &mut Choices) -> String {
    let given = |c: &mut Choices| {
        let field = if c.chance(10) { "score".into() } else { name(c) };
        let value = if c.chance(20) { "missing".into() } else { literal(c) };
        format!("{field}: {value}")
    };
    match c.below(9) {
        0 => format!("as of {}", c.one(&DAYS)),
        1 => format!("set {} {}", name(c), literal(c)),
        2 => format!("given {} {{}}", name(c)),
        3 => format!("given {} {{ {} }}", name(c), commas(c, given)),
        4 => format!("expect score {}", number(c)),
        5 => {
            format!("expect {}", c.one(&["no reasons", "tier good", "status not scored", "status rejected"]))
        }
        6 => format!("expect reasons {}", commas(c, name)),
        7 => format!("expect points of {} {}", name(c), number(c)),
        _ => format!("expect {} is {}", name(c), literal(c)),
    }
}

fn table(c: &mut Choices, outcomes: &[&str]) -> String {
    let conditions = c.below(3);
    let mut lines = String::from("|");
    for _ in 0..conditions {
        lines += &format!(" {} |", value(c, 1));
    }
    for outcome in outcomes {
        lines += &format!(" {outcome} |");
    }
    for _ in 0..c.below(5) {
        lines += "\n|";
        for _ in 0..conditions {
            lines += &format!(" {} |", cell(c));
        }
        for outcome in outcomes {
            let cell = match *outcome {
                "points" | "points each" | "gives" | "baseline" => outcome_cell(c),
                "reason" => maybe(c, 60, name),
                _ => c.one(&NOTES).into(),
            };
            lines += &format!(" {cell} |");
        }
    }
    lines + "\n"
}

fn outcome_cell(c: &mut Choices) -> String {
    match c.below(6) {
        0 => String::new(),
        1 => "not scored".into(),
        2 => dated_history(c),
        3 => value(c, 2),
        _ => number(c),
    }
}

fn cell(c: &mut Choices) -> String {
    let not = if c.chance(20) { "not " } else { "" };
    format!("{not}{}", commas(c, part))
}

fn part(c: &mut Choices) -> String {
    match c.below(10) {
        0 => "any".into(),
        1 => "known".into(),
        2 => "missing".into(),
        3 => "otherwise".into(),
        4 => format!("within {}", window(c)),
        5 => format!("before {} ago", window(c)),
        6 => format!("{} or {}", name(c), c.one(&["better", "worse"])),
        7 => literal(c),
        _ => interval(c),
    }
}

fn interval(c: &mut Choices) -> String {
    let (low, high) = (literal(c), literal(c));
    match c.below(12) {
        0 => format!("{low} to {high}"),
        1 => format!("{low} to under {high}"),
        2 => format!("{low} to before {high}"),
        3 => format!("over {low} to {high}"),
        4 => format!("over {low} to under {high}"),
        5 => format!("under {high}"),
        6 => format!("before {high}"),
        7 => format!("up to {high}"),
        8 => format!("on or after {low}"),
        9 => format!("{low} or {}", c.one(&["more", "less", "later", "earlier"])),
        10 => format!("on or before {high}"),
        _ => format!("{} {low}", c.one(&["over", "after"])),
    }
}

fn window(c: &mut Choices) -> String {
    let count = if c.chance(15) { name(c) } else { c.one(&["1", "90", "12"]).into() };
    format!("{count} {}", c.one(&["day", "days", "month", "months", "year", "years"]))
}

fn condition(c: &mut Choices, depth: usize) -> String {
    if depth == 0 {
        return predicate(c, 0);
    }
    match c.below(6) {
        0 => format!("{} and {}", predicate(c, depth - 1), predicate(c, depth - 1)),
        1 => format!("{} or {}", predicate(c, depth - 1), predicate(c, depth - 1)),
        2 => format!("not {}", predicate(c, depth - 1)),
        3 => format!("({}) and {}", condition(c, depth - 1), predicate(c, depth - 1)),
        4 => format!("({} otherwise {})", condition(c, depth - 1), c.one(&["yes", "no"])),
        _ => predicate(c, depth),
    }
}

fn predicate(c: &mut Choices, depth: usize) -> String {
    let subject = value(c, depth.min(1));
    match c.below(10) {
        0 => format!("{subject} is{} one of ({})", maybe(c, 40, |_| "not".into()), commas(c, literal)),
        1 => format!("{subject} is{} one of {}", maybe(c, 40, |_| "not".into()), name(c)),
        2 => format!("{subject} {} {} and {}", c.one(&["between", "is between"]), literal(c), literal(c)),
        3 => format!("{subject} {} {}", c.one(&["within", "is within"]), window(c)),
        4 => format!("{subject} {} {} ago", c.one(&["before", "is before"]), window(c)),
        5 => format!("{subject} {}", c.one(&["is missing", "is known", "is not known", "is not missing"])),
        6 => format!("tier is {} or {}", name(c), c.one(&["better", "worse"])),
        7 => format!("{subject} {} {}", c.one(&DATED), literal(c)),
        _ => format!("{subject} {} {}", c.one(&SIGNS), value(c, depth.min(1))),
    }
}

fn value(c: &mut Choices, depth: usize) -> String {
    if depth == 0 {
        return operand(c);
    }
    match c.below(8) {
        0 => format!("{} {} {}", value(c, depth - 1), c.one(&["+", "-", "*", "/"]), value(c, depth - 1)),
        1 => format!("({})", value(c, depth - 1)),
        2 => format!("{}({})", c.one(&["min", "years_between", "abs"]), commas(c, |c| value(c, 1))),
        3 => format!("sum({}.{} where {})", name(c), name(c), condition(c, depth - 1)),
        4 => format!("-{}", c.one(&["late_24m", "(age + 1)", "min(a, b)"])),
        5 => format!("({} otherwise {})", value(c, depth - 1), value(c, depth - 1)),
        _ => operand(c),
    }
}

fn operand(c: &mut Choices) -> String {
    match c.below(8) {
        0 => format!("{}.{}", name(c), name(c)),
        1 => format!("points of {}", name(c)),
        2 => c.one(&["today", "score", "tier"]).into(),
        3 | 4 => name(c),
        _ => literal(c),
    }
}

fn literal(c: &mut Choices) -> String {
    match c.below(8) {
        0 => c.one(&DAYS).into(),
        1 => text_of(c),
        2 => c.one(&["yes", "no", "today"]).into(),
        3 => name(c),
        _ => number(c),
    }
}

fn history(c: &mut Choices, percent: usize) -> String {
    if c.chance(percent) { dated_history(c) } else { literal(c) }
}

fn dated_history(c: &mut Choices) -> String {
    let comma = if c.chance(50) { "," } else { "" };
    format!("{} before {}{comma} then {}", literal(c), c.one(&DAYS), literal(c))
}

fn number(c: &mut Choices) -> String {
    c.one(&NUMBERS).into()
}

fn text_of(c: &mut Choices) -> String {
    c.one(&TEXTS).into()
}

fn name(c: &mut Choices) -> String {
    c.one(&NAMES).into()
}

/// Something with a blank before it, in so many of a hundred cases.
fn maybe(c: &mut Choices, percent: usize, make: impl FnOnce(&mut Choices) -> String) -> String {
    if c.chance(percent) { format!(" {}", make(c)) } else { String::new() }
}

/// One to three, with commas between them.
fn commas(c: &mut Choices, make: impl Fn(&mut Choices) -> String) -> String {
    let many: Vec<String> = (0..=c.below(3)).map(|_| make(c)).collect();
    many.join(", ")
}
