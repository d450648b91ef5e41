//! Recovery: one message a mistake, at its place, and the rest of the file as it would be without it.

use super::{EXAMPLES, mistakes, parse};
use crate::source::FileId;
use crate::syntax::ast::{
    CellPart, ClauseKind, ExpressionKind, FieldType, Item, LetBody, Outcome, RecordBlock, Statement,
};

fn statements(text: &str) -> Vec<Statement> {
    parse(FileId::new(0), text).0.statements
}

fn first_item(text: &str) -> Item {
    let found = statements(text).into_iter().find_map(|statement| match statement {
        Statement::Item(item) => Some(item),
        _ => None,
    });
    found.unwrap()
}

fn first_record(text: &str) -> RecordBlock {
    let found = statements(text).into_iter().find_map(|statement| match statement {
        Statement::Record(record) => Some(record),
        _ => None,
    });
    found.unwrap()
}

/// Each line of the text is a mistake of its own, told at the word in brackets.
#[test]
fn each_mistake_is_told_once_at_its_place() {
    for (line, wanted) in [
        ("tag a", "E0101 `a`"),
        ("reason R01 \"open", "E0105 `\"open`"),
        ("reson R01 \"text\"", "E0102 `reson`"),
        ("Reason R01 \"text\"", "E0111 `Reason`"),
        ("let score = 5", "E0121 `score`"),
        ("let x = 1,000 + 5", "E0106 `1,000`"),
        ("let x = 5 % + 1", "E0106 `5 %`"),
        ("let x = .5", "E0106 `.5`"),
        ("let x = 1.", "E0106 `1.`"),
        ("let x = 1e6", "E0106 `1e6`"),
        ("let x = 24m", "E0106 `24m`"),
        ("let x = −60", "E0107 `−`"),
        ("let x = “a”", "E0107 `“a”`"),
        ("let x = 'a'", "E0107 `'a'`"),
        ("let x =\u{A0}a", "E0107 `\u{A0}`"),
        ("let x = a ≥ 3", "E0107 `≥`"),
        ("let x = hоme", "E0108 `hоme`"),
        ("let x = größe", "E0108 `größe`"),
        ("let x = late-24m", "E0109 `late-24m`"),
        ("let x = 5-2", "E0109 `-`"),
        ("let x = a -5", "E0109 `-`"),
        ("let x = - 5", "E0109 `- 5`"),
        ("let x = d before 2026-1-31", "E0109 `2026-1-31`"),
        ("let x = d before 31.12.2026", "E0117 `31.12.2026`"),
        ("let x = d before 2026-02-30", "E0117 `2026-02-30`"),
        ("let x = a == 1", "E0110 `==`"),
        ("let x = a is 1 && b is 2", "E0110 `&&`"),
        ("let x = a is 1 || b is 2", "E0110 `||`"),
        ("let x = !a", "E0110 `!`"),
        ("let x = a => 1", "E0110 `=>`"),
        ("let x = a is 1;", "E0110 `;`"),
        ("let x = a is 1 // why", "E0110 `//`"),
        ("let x = a is 1 OR b is 2", "E0111 `OR`"),
        ("let x = a At Least 2", "E0111 `At`"),
        ("let x = a is 1 and b is 2 or c is 3", "E0115 `or`"),
        ("let x = 1 < a < 5", "E0122 `<`"),
        ("let x = 0.1234567891", "E0118 `0.1234567891`"),
        ("let x = 99999999999999999999999999999999", "E0118 `99999999999999999999999999999999`"),
        ("let x = (a + b", "E0101 `(`"),
        ("let x = a + b)", "E0101 `)`"),
        ("let x = a b", "E0101 `b`"),
        ("let x = a at lest 3", "E0101 `lest`"),
        ("let x = a in (b, c)", "E0101 `in`"),
        ("let x a", "E0101 `a`"),
        ("let x = a +", "E0101 `+`"),
        ("record r", "E0101 ``"),
        ("}", "E0104 `}`"),
        ("| a | b |", "E0101 `| a | b |`"),
        ("let x = \"a\\n\"", "E0105 `\\n`"),
    ] {
        let text = format!("tag before \"b\"\n\n{line}\n\ntag after \"a\"\n");
        assert_eq!(mistakes(&text), [format!("3 {wanted}")], "{line}");
        let kept = statements(&text);
        assert!(matches!(kept.first(), Some(Statement::Tag(tag)) if tag.name.text == "before"), "{line}");
        assert!(matches!(kept.last(), Some(Statement::Tag(tag)) if tag.name.text == "after"), "{line}");
    }
}

#[test]
fn mistakes_in_tables_are_told_at_their_cell() {
    for (row, wanted) in [
        ("| >= 3 | 5 | R01 |", "E0120 `>=`"),
        ("| at least 3 | 5 | R01 |", "E0120 `at least`"),
        ("| 1-2 | 5 | R01 |", "E0109 `1-2`"),
        ("| 1 - 2 | 5 | R01 |", "E0109 `1 - 2`"),
        ("| 1..2 | 5 | R01 |", "E0110 `..2`"),
        ("| between 1 and 2 | 5 | R01 |", "E0120 `between 1 and 2`"),
        ("| a or b | 5 | R01 |", "E0101 `or`"),
        ("| | 5 | R01 |", "E0119 ` `"),
        ("| 1 | 5 |", "E0114 `| 1 | 5 |`"),
        ("| 1 | 5 | R01 | x |", "E0114 `| 1 | 5 | R01 | x |`"),
        ("| 1 | 5 | R01", "E0113 ``"),
        ("| 1 | 5 | R01 | x", "E0113 `x`"),
        ("1 | 5 | R01 |", "E0113 ``"),
        ("| 1 | - 5 | R01 |", "E0109 `- 5`"),
        ("| 1 | −5 | R01 |", "E0107 `−`"),
        ("| 1 | 1,000 | R01 |", "E0106 `1,000`"),
        ("| Missing | 5 | R01 |", "E0111 `Missing`"),
        ("| 1 | five points | R01 |", "E0101 `points`"),
        ("| 1 | 5 | \"R01\" |", "E0101 `\"R01\"`"),
    ] {
        let text = format!("rule r {{\n  | a | points | reason |\n  {row}\n  | 9 | 9 | R09 |\n}}\n");
        assert_eq!(mistakes(&text), [format!("3 {wanted}")], "{row}");
        let table = first_item(&text).table.unwrap();
        assert_eq!(table.rows.len(), 2, "{row}");
        for row in &table.rows {
            assert_eq!((row.conditions.len(), row.outcomes.len()), (1, 2));
        }
    }
}

#[test]
fn notes_may_say_anything() {
    let notes =
        ["it's 5 % − or “more”", "1,000 people; see http://a.b/c", "größe ≥ 3 == !", "Missing, IS, a-b 1-2"];
    for note in notes {
        let text = format!("rule r {{\n  | a | points | note |\n  | 1 | 5 | {note} |\n}}\n");
        assert_eq!(mistakes(&text), Vec::<String>::new(), "{note}");
        let table = first_item(&text).table.unwrap();
        let row = table.rows.first().unwrap();
        assert!(matches!(row.outcomes.last(), Some(Outcome::Text(text)) if text.text == note), "{row:?}");
    }
}

#[test]
fn a_mended_slip_keeps_its_meaning() {
    let text =
        "rule r {\n  | a | points |\n  | ≥ 3 | 1 |\n  | 1,000 to 2,000 | −60 |\n  | Missing | .5 |\n}\n";
    let table = first_item(text).table.unwrap();
    let values = |outcome: &Outcome| match outcome {
        Outcome::Expression(expression) => match &expression.kind {
            ExpressionKind::Number(number) => number.value.to_string(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let points: Vec<String> = table.rows.iter().flat_map(|row| &row.outcomes).map(values).collect();
    assert_eq!(points, ["1", "-60", "0.5"]);
    let parts = table.rows.iter().flat_map(|row| &row.conditions).flat_map(|cell| &cell.parts);
    let ranges = parts.filter(|part| matches!(part, CellPart::To(..) | CellPart::Missing(_)));
    assert_eq!(ranges.count(), 2);
}

#[test]
fn a_broken_line_still_declares_its_name() {
    let text = "let a = ==\nlet b of c = (\nparam p \"P\" x y\nlist l = a, b\nlink k from a to\nreason R01\ntag t\n\
                decision d one of (a, b {\n}\nbenefit n title {\n}\ncases form \"t.csv\"\nuse x, y of \"path\"\n";
    let kept = statements(text);
    let names: Vec<String> = kept
        .iter()
        .map(|statement| match statement {
            Statement::Let(it) => {
                assert!(matches!(&it.body, LetBody::Expression(body) if body.kind == ExpressionKind::Broken));
                it.name.text.clone()
            }
            Statement::Param(it) => it.name.text.clone(),
            Statement::List(it) => it.name.text.clone(),
            Statement::Link(it) => it.name.text.clone(),
            Statement::Reason(it) => it.code.text.clone(),
            Statement::Tag(it) => it.name.text.clone(),
            Statement::Decision(it) => it.name.text.clone(),
            Statement::Consequence(it) => it.name.text.clone(),
            Statement::Use(it) => {
                it.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" ")
            }
            Statement::Cases(it) => {
                assert_eq!(it.path.text, "", "a path is not guessed at");
                "cases".to_owned()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["a", "b", "p", "l", "k", "R01", "t", "d", "n", "cases", "x y"]);
}

#[test]
fn a_broken_field_keeps_its_name_and_marks() {
    let record = first_record(
        "record r {\n  id text kee key\n  age intger 0 to 5 optional \"Age\"\n  b integer 0 - 5\n}\n",
    );
    let fields: Vec<_> = record
        .fields
        .iter()
        .map(|field| {
            assert!(matches!(field.kind, FieldType::Broken(_)), "{field:?}");
            (field.name.text.as_str(), field.key.is_some(), field.optional.is_some())
        })
        .collect();
    assert_eq!(fields, [("id", true, false), ("age", false, true), ("b", false, false)]);
}

#[test]
fn a_broken_clause_leaves_a_mark() {
    let item = first_item("rule r {\n  points a b\n  reason R01\n  pints 5\n}\n");
    let kinds: Vec<_> = item.clauses.iter().map(|clause| &clause.kind).collect();
    assert!(
        matches!(kinds.as_slice(), [ClauseKind::Broken(a), ClauseKind::Reason(_), ClauseKind::Broken(b)]
            if a.text == "points" && b.text == "pints"),
        "{kinds:?}"
    );
}

#[test]
fn a_misspelt_statement_is_read_as_what_it_was_meant() {
    let text = "charateristic late \"Late\" {\n  | a | points |\n  | 1 | 5 |\n}\n";
    assert_eq!(mistakes(text), ["1 E0102 `charateristic`"]);
    let item = first_item(text);
    assert_eq!((item.name.text.as_str(), item.table.map(|table| table.rows.len())), ("late", Some(1)));
}

#[test]
fn braces_are_looked_for_by_layout() {
    let missing_close = "record r {\n  a text key\n\nrule s {\n  points 1\n}\n";
    assert_eq!(mistakes(missing_close), ["1 E0103 `{`"]);
    assert_eq!(statements(missing_close).len(), 2);
    let inner =
        "group g {\n  rule a {\n    points 1\n  rule b {\n    points 2\n  }\n}\nrule c {\n  points 3\n}\n";
    assert_eq!(mistakes(inner), ["2 E0103 `{`"]);
    assert_eq!(first_item(inner).members.len(), 2);
    assert_eq!(statements(inner).len(), 2);
    let missing_open = "rule a \"A\"\n  points 1\n}\nrule b {\n  points 2\n}\n";
    assert_eq!(mistakes(missing_open), ["1 E0101 ``"]);
    assert_eq!(first_item(missing_open).clauses.len(), 1);
    let own_line = "rule a \"A\"\n{\n  points 1\n}\n";
    assert_eq!(mistakes(own_line), ["2 E0101 `{`"]);
    assert_eq!(first_item(own_line).clauses.len(), 1);
    let one_line = "rule a \"A\" { points 1 }\ntag t \"T\"\n";
    assert_eq!(mistakes(one_line), ["1 E0101 `points`"]);
    assert_eq!((first_item(one_line).clauses.len(), statements(one_line).len()), (1, 2));
    let extra = "rule a {\n  points 1\n}\n}\ntag t \"T\"\n";
    assert_eq!(mistakes(extra), ["4 E0104 `}`"]);
    let nested = "rule a {\n  points 1\n  rule b {\n    points 2\n  }\n}\n";
    assert_eq!(mistakes(nested), ["3 E0220 `rule`"]);
    assert_eq!(statements(nested).len(), 2);
    // A file without indentation is as good as any.
    assert_eq!(mistakes("group g {\nrule a {\npoints 1\n}\n}\n"), Vec::<String>::new());
}

/// Seven mistakes in one block are seven messages.
#[test]
fn every_mistake_is_told_in_one_run() {
    let text = "policy p \"P\" {\n  scores\n  range 1,000 to 5\n  start x y\n  round 5\n  reason up to 4 by points lost\n  \
                purpose none\n  owner: \"me\"\n}\n";
    let wanted = [
        "2 E0101 `scores`",
        "3 E0106 `1,000`",
        "4 E0101 `y`",
        "5 E0101 `5`",
        "6 E0102 `reason`",
        "7 E0101 `none`",
        "8 E0112 `:`",
    ];
    assert_eq!(mistakes(text), wanted);
}

/// Each line of the examples, when it goes missing or loses its last word, costs a few messages at most.
#[test]
fn mistakes_do_not_cascade() {
    for example in EXAMPLES {
        let lines: Vec<&str> = example.lines().collect();
        for at in 0..lines.len() {
            let mut broken = lines.clone();
            let line = broken.get(at).unwrap().trim_end();
            let shorter = line.rsplit_once(' ').map_or("", |(start, _)| start);
            *broken.get_mut(at).unwrap() = shorter;
            let found = mistakes(&broken.join("\n"));
            assert!(found.len() <= 3, "without the last word of {line:?}: {found:#?}");
        }
    }
}
