//! What the columns of a table are, as far as their values tell, and what speaks for it.

use super::name::{Names, in_words, label};
use crate::data::{ColumnProfile, MARKS, Profile, WEAK_MARKS};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::{grouped, plural};

/// A record that a table's rows can be read as.
pub(super) struct Inferred<'p> {
    pub(super) fields: Vec<InferredField<'p>>,
    /// The field that holds the number of the record, where no column names the records.
    pub(super) row_number: Option<String>,
    /// The spellings that mean missing, besides the empty one.
    pub(super) missing: Vec<&'static str>,
    /// Columns without a name, and others that the language cannot name.
    pub(super) left_out: Vec<String>,
}

/// A column as a field.
pub(super) struct InferredField<'p> {
    pub(super) name: String,
    /// The column's name, where it is another.
    pub(super) column: Option<String>,
    pub(super) label: Option<String>,
    pub(super) kind: Kind,
    pub(super) role: Role,
    /// What was seen, for the author.
    pub(super) evidence: String,
    pub(super) profile: &'p ColumnProfile,
}

/// Whether a field is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Key,
    Present,
    Optional,
}

/// A type with its domain.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Whole numbers from one to the other, each of them there.
    Class(Decimal, Decimal),
    Integer(Ends),
    Number(Ends),
    Date {
        up_to_today: bool,
    },
    YesNo,
    Categories(Vec<Member>),
    Text,
}

/// What values a field of numbers admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Any,
    FromZero,
    FromOne,
    /// Shares.
    ZeroToOne,
}

/// A category.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) name: String,
    /// The data's spelling.
    pub(super) spelling: String,
    pub(super) count: u64,
}

/// So many different texts are categories.
const MAX_CATEGORIES: usize = 20;

/// So many whole numbers that follow one another are a class.
const MAX_CLASSES: u64 = 12;

impl<'p> Inferred<'p> {
    /// Infers the record of a table, as of a day.
    pub(super) fn new(profile: &'p Profile, today: Date) -> Self {
        let missing = missing_marks(profile);
        let mut names = Names::default();
        let mut inferred = Self { fields: Vec::new(), row_number: None, missing, left_out: Vec::new() };
        let key = key(profile, &inferred.missing);
        if key.is_none() {
            inferred.row_number = Some(names.give("row"));
        }
        for (at, column) in profile.columns.iter().enumerate() {
            if column.name.trim().is_empty() || column.name.chars().any(char::is_control) {
                inferred.left_out.push(column.name.clone());
                continue;
            }
            let name = names.give(&column.name);
            let known = column.known(&inferred.missing);
            let role = match key == Some(at) {
                true => Role::Key,
                false if known < profile.records => Role::Optional,
                false => Role::Present,
            };
            let (kind, seen) = kind(column, &inferred.missing, today, role);
            inferred.fields.push(InferredField {
                column: (name != column.name).then(|| column.name.clone()),
                label: label(&column.name),
                evidence: evidence(column, &inferred.missing, profile.records, &seen),
                name,
                kind,
                role,
                profile: column,
            });
        }
        inferred
    }
}

/// The marks that mean missing in this table: those that mean nothing else anywhere, and the others where a column has
/// numbers or days but for them.
fn missing_marks(profile: &Profile) -> Vec<&'static str> {
    let has = |column: &ColumnProfile, mark: &str| column.marks.contains_key(mark);
    let strong = MARKS.iter().filter(|mark| profile.columns.iter().any(|column| has(column, mark)));
    let is_plain = |column: &ColumnProfile| column.is_of_numbers() || column.is_of_dates();
    let weak = WEAK_MARKS
        .iter()
        .filter(|mark| profile.columns.iter().any(|column| has(column, mark) && is_plain(column)));
    strong.chain(weak).copied().collect()
}

/// The column that names the records: complete, no value twice, and either called so or the first.
fn key(profile: &Profile, missing: &[&'static str]) -> Option<usize> {
    let fits = |column: &ColumnProfile| {
        let is_whole = column.numbers.whole == column.numbers.count;
        let can_be_read = is_whole || column.numbers.count < column.filled;
        column.is_unique
            && column.known(missing) == profile.records
            && column.marks.is_empty()
            && can_be_read
            && !column.is_of_dates()
            && !column.name.trim().is_empty()
    };
    let is_called_so = |column: &ColumnProfile| {
        let name = column.name.to_lowercase();
        let words: Vec<&str> = name.split(|letter: char| !letter.is_alphanumeric()).collect();
        words.iter().any(|word| matches!(*word, "id" | "key" | "nr" | "no" | "number" | "uuid"))
            || name.ends_with("id")
    };
    let called = profile.columns.iter().position(|column| fits(column) && is_called_so(column));
    called.or_else(|| profile.columns.first().filter(|first| fits(first)).map(|_| 0))
}

/// What a column is, and what was seen of it.
fn kind(column: &ColumnProfile, missing: &[&'static str], today: Date, role: Role) -> (Kind, String) {
    let known = column.known(missing);
    let values = column.values.as_deref();
    if known == 0 {
        return (Kind::Text, "nothing but missing values".to_owned());
    }
    let has_other_marks = column.marks.keys().any(|mark| !missing.contains(mark));
    if let Some(seen) = values.and_then(yes_no).filter(|_| role != Role::Key && !has_other_marks) {
        return (Kind::YesNo, seen);
    }
    if column.is_of_dates()
        && let Some((first, last)) = column.dates.ends
    {
        return (Kind::Date { up_to_today: last <= today }, format!("days from {first} to {last}"));
    }
    if column.is_of_numbers()
        && let Some(ends) = column.numbers.ends
    {
        return number(column, ends, role);
    }
    let mut members = members(column, missing);
    let are_few = values.is_some() && members.len() <= MAX_CATEGORIES && members.len() as u64 * 2 <= known;
    if role != Role::Key
        && are_few
        && members.iter().all(|member| !member.spelling.chars().any(char::is_control))
    {
        members.sort_by_key(|member| std::cmp::Reverse(member.count));
        let seen = format!("{} categories, the most frequent first", members.len());
        return (Kind::Categories(members), seen);
    }
    (Kind::Text, text(column, known))
}

/// `963 × yes, 37 × no`, if these are all values.
fn yes_no(values: &[(String, u64)]) -> Option<String> {
    let is = |words: [&str; 3], text: &str| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_either = |text: &str| is(["yes", "true", "1"], text) || is(["no", "false", "0"], text);
    let are = !values.is_empty() && values.iter().all(|(text, _)| is_either(text));
    // A column of ones alone is a number.
    let is_plain = values.iter().all(|(text, _)| matches!(text.as_str(), "0" | "1"));
    if !are || is_plain && values.len() < 2 {
        return None;
    }
    Some(counted(values.iter().map(|(text, count)| (text.as_str(), *count))))
}

fn number(column: &ColumnProfile, (least, greatest): (Decimal, Decimal), role: Role) -> (Kind, String) {
    let numbers = &column.numbers;
    let one = Decimal::ONE;
    let different = match column.values.as_deref() {
        Some(values) => format!("{} different", values.len()),
        None => "many different".to_owned(),
    };
    if numbers.whole < numbers.count {
        let ends = match () {
            () if least >= Decimal::ZERO && greatest <= one => Ends::ZeroToOne,
            () if least >= Decimal::ZERO => Ends::FromZero,
            () => Ends::Any,
        };
        let places = format!("up to {} after the point", plural(numbers.places as u64, "digit"));
        return (Kind::Number(ends), format!("numbers from {least} to {greatest}, {different}, {places}"));
    }
    let seen = format!("whole numbers from {least} to {greatest}, {different}");
    if role == Role::Key {
        return (Kind::Integer(if least >= one { Ends::FromOne } else { Ends::Any }), seen);
    }
    let reach = greatest.checked_sub(least).map(|reach| reach.units() / one.units() + 1);
    let values = column.values.as_deref().map(|values| values.len() as i128);
    if values.is_some() && values == reach && reach <= Some(i128::from(MAX_CLASSES)) && values > Some(1) {
        return (Kind::Class(least, greatest), seen);
    }
    let ends = if least >= Decimal::ZERO { Ends::FromZero } else { Ends::Any };
    (Kind::Integer(ends), seen)
}

/// The values of a column as categories, marks that mean nothing else among them.
fn members(column: &ColumnProfile, missing: &[&'static str]) -> Vec<Member> {
    let mut names = Names::default();
    let values = column.values.iter().flatten().map(|(text, count)| (text.as_str(), *count));
    let marks =
        column.marks.iter().filter(|(mark, _)| !missing.contains(mark)).map(|(mark, count)| (*mark, *count));
    values
        .chain(marks)
        .map(|(spelling, count)| Member {
            name: names.give(&in_words(spelling)),
            spelling: spelling.to_owned(),
            count,
        })
        .collect()
}

/// What was seen of texts, and why they are nothing better.
fn text(column: &ColumnProfile, known: u64) -> String {
    let seen = match column.values.as_deref() {
        _ if column.is_unique => "texts, each different".to_owned(),
        Some(values) => format!("{} different texts", values.len()),
        None => "many different texts".to_owned(),
    };
    let most = |count: u64| count > 0 && count * 2 > known;
    let why = if most(column.foreign_dates) {
        "; they look like days, which are read when they are written like 2026-01-31"
    } else if most(column.comma_numbers) {
        "; they look like numbers with a decimal comma, which are read when they have a point"
    } else if most(column.numbers.count) {
        return format!("{seen}; {} of {} are numbers", grouped(column.numbers.count), grouped(known));
    } else if most(column.dates.count) {
        return format!("{seen}; {} of {} are days", grouped(column.dates.count), grouped(known));
    } else {
        ""
    };
    format!("{seen}{why}")
}

/// What was seen, with what is missing.
fn evidence(column: &ColumnProfile, missing: &[&'static str], records: u64, seen: &str) -> String {
    let empty = Some(("empty", column.empty)).filter(|(_, count)| *count > 0);
    let lacking: Vec<(&str, u64)> = empty.into_iter().chain(column.missing_marks(missing)).collect();
    let count: u64 = lacking.iter().map(|(_, count)| count).sum();
    match count {
        0 => format!("{seen}; never missing"),
        _ => format!("{seen}; missing in {} of {} ({})", grouped(count), grouped(records), counted(lacking)),
    }
}

/// `963 × yes, 37 × no`
fn counted<'a>(values: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let counts = values.into_iter().map(|(text, count)| format!("{} × {text}", grouped(count)));
    counts.collect::<Vec<_>>().join(", ")
}
