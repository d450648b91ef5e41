//! Sets and values in the words of a policy author, and readable members of a set.

use super::set::{limits, step, value};
use super::{Set, Type, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use std::sync::Arc;

impl Set {
    /// The set as an author would write it in a cell: `under 3`, `10 to 20`, `a, b`, `before 2026-01-01`, `any`.
    /// `names` are the names of the categories or tiers by code (empty for other types).
    pub fn describe(&self, kind: Type, names: &[Arc<str>]) -> String {
        if self.is_empty() {
            return "nothing".to_owned();
        }
        let parts: Vec<String> = match self {
            Self::Ranges(ranges) => ranges.iter().map(|range| describe_range(*range, kind)).collect(),
            Self::Codes(codes) => codes.iter().map(|code| describe_code(*code, kind, names)).collect(),
            Self::Texts { values, except: true } if values.is_empty() => vec!["any".to_owned()],
            Self::Texts { values, except } => {
                let list = values.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
                vec![if *except { format!("not {list}") } else { list }]
            }
        };
        parts.join(", ")
    }

    /// A member that is easy to read, `None` where the set is empty: a whole number or one with few digits, near an end
    /// of the set that is not the end of the type.
    pub fn sample(&self, kind: Type) -> Option<Value> {
        match self {
            Self::Ranges(ranges) => {
                let members = ranges.iter().map(|range| sample_range(*range, kind));
                // The first of the roundest.
                let roundest = members.min_by_key(|units| digits_after_point(*units, kind))?;
                value(roundest, kind)
            }
            Self::Codes(codes) => codes.first().map(|code| match kind {
                Type::YesNo => Value::YesNo(*code != 0),
                Type::Number
                | Type::Integer
                | Type::Money
                | Type::Text
                | Type::Date
                | Type::Category(_)
                | Type::Tier => Value::Category(*code),
            }),
            Self::Texts { values, except: false } => values.first().map(|text| Value::Text(Arc::clone(text))),
            Self::Texts { values, except: true } => {
                let words = std::iter::once("something else".to_owned());
                let numbered = (2..).map(|n: u64| format!("something else {n}"));
                let free = words.chain(numbered).find(|word| !values.contains(word.as_str()));
                free.map(|word| Value::Text(word.into()))
            }
        }
    }
}

impl Value {
    /// The value as an author would write it: `3.5`, `2026-01-31`, `yes`, `own`, `"a text"`, `missing`. `names` are the
    /// names of the categories or tiers by code (empty for other types).
    pub fn describe(&self, names: &[Arc<str>]) -> String {
        match self {
            Self::Missing(_) => "missing".to_owned(),
            Self::Number(n) => n.to_string(),
            Self::Date(d) => d.to_string(),
            Self::YesNo(b) => if *b { "yes" } else { "no" }.to_owned(),
            Self::Text(text) => quoted(text),
            Self::Category(code) => name(*code, names),
        }
    }
}

impl Type {
    /// The type in an author's words: `a number`, `an amount of money`, `a date`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Money => "an amount of money",
            Self::Text => "a text",
            Self::YesNo => "yes or no",
            Self::Date => "a date",
            Self::Category(_) => "a category",
            Self::Tier => "a tier",
        }
    }
}

fn describe_range((low, high): (i128, i128), kind: Type) -> String {
    let (least, greatest) = limits(kind);
    let text = |units: i128| value(units, kind).map(|v| v.describe(&[])).unwrap_or_default();
    match (low <= least, high >= greatest, kind == Type::Date) {
        (true, true, _) => "any".to_owned(),
        (false, false, _) if low == high => text(low),
        (true, false, true) => format!("before {}", text(high + 1)),
        (false, true, true) => format!("on or after {}", text(low)),
        (false, false, true) => format!("{} to {}", text(low), text(high)),
        (true, false, false) if is_open(high, 1) => format!("under {}", text(high + 1)),
        (true, false, false) => format!("{} or less", text(high)),
        (false, true, false) if is_open(low, -1) => format!("over {}", text(low - 1)),
        (false, true, false) => format!("{} or more", text(low)),
        (false, false, false) => {
            let from = if is_open(low, -1) { format!("over {}", text(low - 1)) } else { text(low).clone() };
            let to = if is_open(high, 1) { format!("under {}", text(high + 1)) } else { text(high) };
            format!("{from} to {to}")
        }
    }
}

/// Whether an end reads better as the bound one unit further out, which it leaves out: `0.299999999` as `under 0.3`.
fn is_open(end: i128, outward: i128) -> bool {
    end % 10 != 0 && (end + outward) % 10 == 0
}

fn describe_code(code: u32, kind: Type, names: &[Arc<str>]) -> String {
    if kind == Type::YesNo {
        return if code == 0 { "no" } else { "yes" }.to_owned();
    }
    name(code, names)
}

/// A category's name, in quotes where it could not stand bare; the code past the last name is "anything else".
fn name(code: u32, names: &[Arc<str>]) -> String {
    let Some(name) = names.get(code as usize) else { return "anything else".to_owned() };
    let mut letters = name.bytes();
    let plain = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if plain && !CELL_WORDS.contains(&&**name) { name.to_string() } else { quoted(name) }
}

/// Words with a meaning of their own in a cell: a category spelled like one is quoted.
const CELL_WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "is",
    "between",
    "otherwise",
    "missing",
    "known",
    "any",
    "yes",
    "no",
    "today",
    "score",
    "tier",
    "points",
    "to",
    "under",
    "over",
    "before",
    "on",
    "within",
    "after",
];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A readable member of an interval: the least multiple inside it of the roundest step that is not above one.
fn sample_range((low, high): (i128, i128), kind: Type) -> i128 {
    let (least, greatest) = limits(kind);
    if kind == Type::Date {
        // A day in living memory where both ends are open.
        let usual = Date::from_ymd(2000, 1, 1).map_or(0, |day| day.days().into());
        return if low > least {
            low
        } else if high < greatest {
            high
        } else {
            usual
        };
    }
    if low <= least && high >= greatest {
        return 0;
    }
    let mut round = Decimal::ONE.units();
    loop {
        let found = if low > least { low + (-low).rem_euclid(round) } else { high - high.rem_euclid(round) };
        if (low..=high).contains(&found) || round <= step(kind).min(1) {
            return found;
        }
        round /= 10;
    }
}

fn digits_after_point(units: i128, kind: Type) -> u32 {
    if kind == Type::Date {
        return 0;
    }
    let mut round = Decimal::ONE.units();
    let mut digits = 0;
    while round > 1 && units % round != 0 {
        round /= 10;
        digits += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn range(low: Option<(&str, bool)>, high: Option<(&str, bool)>, kind: Type) -> Set {
        let bound = |b: Option<(&str, bool)>| b.map(|(text, inside)| (number(text), inside));
        Set::from_interval(bound(low), bound(high), kind)
    }

    fn check(set: &Set, kind: Type, text: &str, sample: &str) {
        assert_eq!(set.describe(kind, &[]), text);
        assert_eq!(set.sample(kind).map(|v| v.describe(&[])), Some(sample.to_owned()));
    }

    #[test]
    fn numbers_read_as_cells() {
        let kind = Type::Number;
        check(&range(None, Some(("3", false)), kind), kind, "under 3", "2");
        check(&range(None, Some(("3", true)), kind), kind, "3 or less", "3");
        check(&range(Some(("3", true)), None, kind), kind, "3 or more", "3");
        check(&range(Some(("3", false)), None, kind), kind, "over 3", "4");
        check(&range(Some(("0.1", true)), Some(("0.3", false)), kind), kind, "0.1 to under 0.3", "0.1");
        check(&range(Some(("0.1", false)), Some(("0.3", true)), kind), kind, "over 0.1 to 0.3", "0.2");
        check(&range(Some(("30", false)), Some(("35", false)), kind), kind, "over 30 to under 35", "31");
        check(
            &range(Some(("0.3", false)), Some(("0.35", false)), kind),
            kind,
            "over 0.3 to under 0.35",
            "0.31",
        );
        check(&range(Some(("-2", true)), Some(("-2", true)), kind), kind, "-2", "-2");
        check(&Set::universe(kind, 0), kind, "any", "0");
        let both = range(None, Some(("0.5", false)), kind).union(&range(Some(("9", true)), None, kind), kind);
        check(&both, kind, "under 0.5, 9 or more", "0");
    }

    #[test]
    fn integers_read_as_cells() {
        let kind = Type::Integer;
        check(&range(Some(("0", true)), Some(("2", true)), kind), kind, "0 to 2", "0");
        check(&range(Some(("2", false)), None, kind), kind, "3 or more", "3");
        check(&range(None, Some(("3", false)), kind), kind, "2 or less", "2");
    }

    #[test]
    fn dates_read_as_cells() {
        let (a, b) = (Date::parse("2024-02-28").unwrap(), Date::parse("2026-01-01").unwrap());
        let kind = Type::Date;
        check(&Set::from_days(None, Some((b, false))), kind, "before 2026-01-01", "2025-12-31");
        check(&Set::from_days(Some((a, false)), None), kind, "on or after 2024-02-29", "2024-02-29");
        check(
            &Set::from_days(Some((a, true)), Some((b, true))),
            kind,
            "2024-02-28 to 2026-01-01",
            "2024-02-28",
        );
        check(&Set::from_days(Some((a, true)), Some((a, true))), kind, "2024-02-28", "2024-02-28");
        check(&Set::universe(kind, 0), kind, "any", "2000-01-01");
    }

    #[test]
    fn names_and_texts_read_as_cells() {
        let names: Vec<Arc<str>> = ["own", "missing", "two words"].map(Arc::from).to_vec();
        let set = Set::of_codes([0, 1, 2, 3]);
        assert_eq!(set.describe(Type::Tier, &names), "own, \"missing\", \"two words\", anything else");
        check(&Set::Codes(vec![0, 1]), Type::YesNo, "no, yes", "no");
        let texts = |except| Set::Texts {
            values: [Arc::from("a \"b\""), Arc::from("something else")].into(),
            except,
        };
        check(&texts(false), Type::Text, r#""a \"b\"", "something else""#, r#""a \"b\"""#);
        check(&texts(true), Type::Text, r#"not "a \"b\"", "something else""#, r#""something else 2""#);
        assert_eq!(Set::empty(Type::Text).describe(Type::Text, &[]), "nothing");
        assert_eq!(Set::empty(Type::Text).sample(Type::Text), None);
    }

    proptest! {
        #[test]
        fn a_sample_is_a_member(low in any::<i64>(), size in 0..3_000_000_000_i64, shift in 0..30_u32, integer: bool) {
            let kind = if integer { Type::Integer } else { Type::Number };
            let low = Decimal::from_units(i128::from(low >> shift)).unwrap();
            let high = low.checked_add(Decimal::from_units(size.into()).unwrap()).unwrap();
            let set = Set::from_interval(Some((low, true)), Some((high, true)), kind);
            match set.sample(kind) {
                Some(member) => prop_assert!(set.contains(&member)),
                None => prop_assert!(set.is_empty()),
            }
        }
    }
}
