use super::*;

/// Formats a text that can be read.
fn formatted(text: &str) -> String {
    match format(FileId::new(0), text) {
        Ok(formatted) => formatted,
        Err(refusal) => panic!("{refusal:?}\n{text}"),
    }
}

fn check(text: &str, expected: &str) {
    assert_eq!(formatted(text), expected);
    assert_eq!(formatted(expected), expected);
}

#[test]
fn words_stand_for_signs() {
    check(
        "let a = x >= 3 and y<=4 and z is over 5 and w is not missing\n",
        "let a = x at least 3 and y at most 4 and z more than 5 and w is known\n",
    );
    check("let a = x != 3 or y=4 or z < -5\n", "let a = x is not 3 or y is 4 or z less than -5\n");
    check(
        "let a = d is before 1 months ago and e is within 2 day\n",
        "let a = d before 1 month ago and e within 2 days\n",
    );
    check("param p -60 before 2027-01-01 then -40\n", "param p -60 before 2027-01-01, then -40\n");
}

#[test]
fn a_sign_that_carries_a_statement_over_the_end_of_its_line_stays() {
    check("let a = x >=\n3\n", "let a = x >=\n  3\n");
    check("let a = x\n>= 3\n", "let a = x\n  >= 3\n");
    check("let a = x =\n3\n", "let a = x is\n  3\n");
}

#[test]
fn a_sign_stays_before_a_name_that_is_would_read_on_with() {
    for name in ["over", "under", "before", "after", "on", "one"] {
        check(&format!("let a = x = {name}\n"), &format!("let a = x = {name}\n"));
    }
    check("let a = x != one\n", "let a = x != one\n");
    check("let a = x = good or better\n", "let a = x = good or better\n");
    check("let a = x = good or best\n", "let a = x is good or best\n");
    check("let a = x != over\n", "let a = x is not over\n");
}

#[test]
fn blanks_between_words_are_one() {
    check("let  a=( x + 1 )*-y / min( a ,b )\n", "let a = (x + 1) * -y / min(a, b)\n");
}

#[test]
fn columns_of_tables() {
    check(
        "rule a {\n|x|points|reason|note|\n|under 5|+1|R1||\n|5 or more|-100||a  b|\n}\n",
        "rule a {\n  | x            | points | reason | note |\n  | under 5      |     +1 | R1     |      |\n  \
         | 5 or more    |   -100 |        | a  b |\n}\n",
    );
    check(
        "let a {\n|x|gives|\n|1|10%|\n|any|5%|\n}\nlet b {\n|x|gives|\n|1|good|\n|any|5|\n}\n",
        "let a {\n  | x    | gives |\n  | 1    |   10% |\n  | any  |    5% |\n}\nlet b {\n  | x    | gives |\n  \
         | 1    | good  |\n  | any  | 5     |\n}\n",
    );
}

#[test]
fn lines_of_blocks_stand_below_each_other() {
    check(
        "rule a {\nwhen x is 1\nand y is 2\nif missing 0\nfor each b where c\nreason R1\n\nlimited to 0 to 1\nnote \"x\"\n}\n",
        "rule a {\n  when        x is 1\n              and y is 2\n  if missing  0\n  for each b where c\n  reason      R1\n\n  \
         limited to  0 to 1\n  note        \"x\"\n}\n",
    );
}

#[test]
fn fields_and_tiers() {
    check(
        "record a {\nid text key\nborn date up to today \"B\" tagged a,b only up\nflag yes / no optional\n}\n",
        "record a {\n  id    text  key\n  born  date up to today  \"B\"  tagged a, b  only up\n  flag  yes/no  optional\n}\n",
    );
    check(
        "tiers {\ngood \"Good\" 5 or more\nbad under 5\n}\n",
        "tiers {\n  good  \"Good\"  5 or more\n  bad           under 5\n}\n",
    );
}

#[test]
fn comments_stay_with_their_lines() {
    check(
        "# top\nrule a { # head\n# first\nwhen x is 1 # one\nreason R1      # two\n# last\n}\n# end",
        "# top\nrule a {  # head\n  # first\n  when    x is 1    # one\n  reason  R1        # two\n  # last\n}\n# end\n",
    );
}

#[test]
fn line_ends_stay_and_blank_lines_at_the_end_go() {
    check("tag a \"b\"\r\n\r\ntag c   \"d\"\r\n", "tag a \"b\"\r\n\r\ntag c \"d\"\r\n");
    assert_eq!(formatted("\u{FEFF}tag a   \"b\"\n\n\n"), "tag a \"b\"\n");
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n"), "");
}

#[test]
fn records_of_cases() {
    check(
        "case \"x\" {\nas of 2026-01-31\ngiven person {id:\"p1\",\nage: -3 }\ngiven other {\nid: 1\n}\nexpect score 3\n}\n",
        "case \"x\" {\n  as of   2026-01-31\n  given   person { id: \"p1\",\n                   age: -3 }\n  given   other {\n            \
         id: 1\n          }\n  expect  score 3\n}\n",
    );
}

#[test]
fn a_text_with_mistakes_is_left_alone() {
    assert!(matches!(format(FileId::new(0), "rule a {\n"), Err(Refusal::Wrong(_))));
}
