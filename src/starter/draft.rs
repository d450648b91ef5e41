//! A policy drafted for a record that was inferred: points that are placeholders, and a case that holds.

use super::inferred::{Ends, Inferred, InferredField, Kind, Role};
use super::name::quoted;
use crate::data::{ColumnProfile, Profile};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::{grouped, plural};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What a draft is called, and what it was made of.
pub(super) struct Subject<'s> {
    /// The policy's name.
    pub(super) policy: &'s str,
    pub(super) title: &'s str,
    /// What a record is.
    pub(super) record: &'s str,
    /// The data's file, as it is shown.
    pub(super) file: &'s str,
    pub(super) today: Date,
}

/// A table of placeholder points.
struct Draft<'i> {
    field: &'i InferredField<'i>,
    rows: Vec<Row>,
}

/// A row of a draft.
struct Row {
    cell: String,
    points: i64,
    /// How many of the records that were looked at it takes.
    count: u64,
    takes: Takes,
}

/// What a row takes.
enum Takes {
    /// Numbers from the first to under the second.
    Numbers(Option<Decimal>, Option<Decimal>),
    /// This value.
    Value(String),
    Missing,
}

/// The points that everyone starts with.
const START: i64 = 500;

/// How many tables are drafted.
const MAX_DRAFTS: usize = 3;

/// How many rows a table of categories has at most.
const MAX_ROWS: usize = 7;

/// Words in the names of columns that no draft takes: what the law protects in most places, and what is only known
/// afterwards.
const LEFT_TO_THE_AUTHOR: [&str; 20] = [
    "age",
    "sex",
    "gender",
    "race",
    "ethnic",
    "ethnicity",
    "religion",
    "nationality",
    "foreign",
    "marital",
    "born",
    "birth",
    "outcome",
    "target",
    "label",
    "class",
    "default",
    "defaulted",
    "creditability",
    "paid",
];

/// The text of a policy, not yet laid out.
pub(super) fn policy(subject: &Subject<'_>, inferred: &Inferred<'_>, profile: &Profile) -> String {
    let drafts = drafts(inferred, profile);
    let mut text = String::new();
    head(&mut text, subject, profile);
    record(&mut text, subject, inferred, profile);
    tables(&mut text, &drafts, profile);
    let tiers = Tiers::of(&drafts);
    if let Some(tiers) = &tiers {
        tiers.write(&mut text);
    }
    case(&mut text, subject, inferred, &drafts, tiers.as_ref());
    text
}

fn head(text: &mut String, subject: &Subject<'_>, profile: &Profile) {
    let Subject { policy, title, record, file, today } = subject;
    let (title, from) = (quoted(title), format!("{file}: {}", plural(profile.records, "record")));
    let _ = write!(
        text,
        "# Drafted on {today} from {from}. What is said of the columns was seen in them; every number of\n\
         # points is a placeholder that says nothing about anybody. Read it line by line, and change it until it is yours.\n\n\
         policy {policy} {title} {{\nscores {record}\nrange 0 to 1000\nstart {START}\nround to 1\n\
         reasons up to 4 by points lost\npurpose \"FILL IN: what the score is used for\"\norigin expert\n\
         owner \"FILL IN: who answers for this policy\"\n\
         source \"FILL IN: what the points rest on. As it stands, they are placeholders\"\n}}\n\n"
    );
}

/// The record with the evidence above each field.
fn record(text: &mut String, subject: &Subject<'_>, inferred: &Inferred<'_>, profile: &Profile) {
    let _ = write!(
        text,
        "# What is known of each {}: a line for each column, with what was seen in it above. Narrow the domains to what can\n\
         # be: a record with another value is set aside, not scored. An amount of money is better declared as `money`. Fields\n\
         # that no rule reads may go, or stay as a promise about the data.\n\nrecord {} {{\n",
        subject.record, subject.record
    );
    if let Some(name) = &inferred.row_number {
        let _ = write!(
            text,
            "# no column is complete and different in each record: this is the number of the record in the file\n\
             {name} integer 1 or more key\n\n"
        );
    }
    for field in &inferred.fields {
        let _ = writeln!(text, "# {}", in_comment(&field.evidence));
        let _ = write!(text, "{} {}", field.name, typed(&field.kind));
        match field.role {
            Role::Key => text.push_str(" key"),
            Role::Optional => text.push_str(" optional"),
            Role::Present => {}
        }
        if let Some(label) = &field.label {
            let _ = write!(text, " {}", quoted(label));
        }
        if let Some(column) = &field.column {
            let _ = write!(text, " column {}", quoted(column));
        }
        text.push_str("\n\n");
    }
    for column in &inferred.left_out {
        let _ =
            writeln!(text, "# left out: a column that has no name, or none that can be written ({column:?})");
    }
    if profile.unreadable > 0 {
        let _ = writeln!(text, "# {} of the file could not be read", plural(profile.unreadable, "record"));
    }
    text.truncate(text.trim_end().len());
    text.push_str("\n}\n\n");
}

fn typed(kind: &Kind) -> String {
    let ends = |ends: &Ends| match ends {
        Ends::Any => "",
        Ends::FromZero => " 0 or more",
        Ends::FromOne => " 1 or more",
        Ends::ZeroToOne => " 0 to 1",
    };
    match kind {
        Kind::Class(least, greatest) => format!("integer {least} to {greatest}"),
        Kind::Integer(domain) => format!("integer{}", ends(domain)),
        Kind::Number(domain) => format!("number{}", ends(domain)),
        Kind::Date { up_to_today: true } => "date up to today".to_owned(),
        Kind::Date { up_to_today: false } => "date".to_owned(),
        Kind::YesNo => "yes/no".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Categories(members) => {
            let mut list = String::from("one of (\n");
            for (at, member) in members.iter().enumerate() {
                list.push_str(&member.name);
                if member.name != member.spelling {
                    let _ = write!(list, " as {}", quoted(&member.spelling));
                }
                let comma = if at + 1 < members.len() { "," } else { "" };
                let _ = writeln!(list, "{comma} # {}", grouped(member.count));
            }
            list + ")"
        }
    }
}

/// The fields that points are drafted for: the first that vary, few enough to be read.
fn drafts<'i>(inferred: &'i Inferred<'i>, profile: &Profile) -> Vec<Draft<'i>> {
    let is_left = |name: &str| {
        let name = name.to_lowercase();
        name.split(|letter: char| !letter.is_alphanumeric()).any(|word| LEFT_TO_THE_AUTHOR.contains(&word))
    };
    let fields =
        inferred.fields.iter().filter(|field| field.role != Role::Key && !is_left(&field.profile.name));
    fields.filter_map(|field| draft(field, profile, &inferred.missing)).take(MAX_DRAFTS).collect()
}

fn draft<'i>(field: &'i InferredField<'i>, profile: &Profile, missing: &[&'static str]) -> Option<Draft<'i>> {
    let mut rows = match &field.kind {
        Kind::Integer(_) | Kind::Number(_) => bands(field.profile, matches!(field.kind, Kind::Integer(_))),
        Kind::Class(least, greatest) => classes(field.profile, *least, *greatest),
        Kind::YesNo => {
            let count = |words: [&str; 3]| {
                let values = field.profile.values.iter().flatten();
                let these =
                    values.filter(|(text, _)| words.iter().any(|word| text.eq_ignore_ascii_case(word)));
                these.map(|(_, count)| count).sum()
            };
            let row = |word: &str, count| Row::new(word.to_owned(), count, Takes::Value(word.to_owned()));
            let rows = [row("yes", count(["yes", "true", "1"])), row("no", count(["no", "false", "0"]))];
            // What nobody has tells nobody apart.
            rows.into_iter().filter(|row| row.count > 0).collect()
        }
        Kind::Categories(members) => {
            let row = |name: &String, count, spelling: &String| {
                Row::new(name.clone(), count, Takes::Value(spelling.clone()))
            };
            members.iter().map(|member| row(&member.name, member.count, &member.spelling)).collect()
        }
        Kind::Date { .. } | Kind::Text => Vec::new(),
    };
    if !(2..=MAX_ROWS).contains(&rows.len()) {
        return None;
    }
    let most = i64::try_from(rows.len()).unwrap_or_default() - 1;
    for (row, at) in rows.iter_mut().zip(0..) {
        row.points = 5 * (most - 2 * at);
    }
    let lacking = profile.records - field.profile.known(missing);
    if lacking > 0 {
        rows.push(Row::new("missing".to_owned(), lacking, Takes::Missing));
    }
    Some(Draft { field, rows })
}

/// Four bands with about as many records in each.
fn bands(column: &ColumnProfile, is_whole: bool) -> Vec<Row> {
    let mut sample = column.numbers.sample.clone();
    sample.sort();
    let Some(least) = sample.first().copied() else { return Vec::new() };
    let mut edges: Vec<Decimal> = (1..4)
        .filter_map(|quarter| sample.get(sample.len() * quarter / 4).copied())
        .filter(|edge| *edge > least)
        .collect();
    edges.dedup();
    if edges.is_empty() {
        return Vec::new();
    }
    let lows = std::iter::once(None).chain(edges.iter().copied().map(Some));
    let highs = edges.iter().copied().map(Some).chain(std::iter::once(None));
    let last_of = |high: Decimal| high.checked_sub(Decimal::ONE).unwrap_or(high);
    lows.zip(highs)
        .map(|(low, high)| {
            let cell = match (low, high) {
                (Some(low), Some(high)) if is_whole && low == last_of(high) => low.to_string(),
                (Some(low), Some(high)) if is_whole => format!("{low} to {}", last_of(high)),
                (Some(low), Some(high)) => format!("{low} to under {high}"),
                (Some(low), None) => format!("{low} or more"),
                (None, Some(high)) => format!("under {high}"),
                (None, None) => "any".to_owned(),
            };
            let takes = Takes::Numbers(low, high);
            let count = sample.iter().filter(|number| takes.number(**number)).count();
            Row::new(cell, count as u64, takes)
        })
        .collect()
}

/// A row for each of some whole numbers.
fn classes(column: &ColumnProfile, least: Decimal, greatest: Decimal) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut class = Some(least);
    while let Some(this) = class.filter(|class| *class <= greatest) {
        let next = this.checked_add(Decimal::ONE);
        let takes = Takes::Numbers(Some(this), next);
        let count = column.numbers.sample.iter().filter(|number| takes.number(**number)).count();
        rows.push(Row::new(this.to_string(), count as u64, takes));
        class = next;
    }
    rows
}

impl Row {
    fn new(cell: String, count: u64, takes: Takes) -> Self {
        Self { cell, points: 0, count, takes }
    }
}

impl Takes {
    fn number(&self, number: Decimal) -> bool {
        match self {
            Self::Numbers(low, high) => {
                low.is_none_or(|low| number >= low) && high.is_none_or(|high| number < high)
            }
            Self::Value(_) | Self::Missing => false,
        }
    }

    /// Whether it takes a value of a field, spelt as in the data.
    fn takes(&self, kind: &Kind, text: Option<&str>) -> bool {
        match (self, text) {
            (Self::Missing, None) => true,
            (Self::Numbers(..), Some(text)) => Decimal::parse(text).is_ok_and(|number| self.number(number)),
            (Self::Value(value), Some(text)) => match kind {
                Kind::YesNo => truth(text) == (value == "yes"),
                Kind::Class(..)
                | Kind::Integer(_)
                | Kind::Number(_)
                | Kind::Date { .. }
                | Kind::Categories(_)
                | Kind::Text => value == text,
            },
            (Self::Missing, Some(_)) | (Self::Numbers(..) | Self::Value(_), None) => false,
        }
    }
}

fn truth(text: &str) -> bool {
    ["yes", "true", "1"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn tables(text: &mut String, drafts: &[Draft<'_>], profile: &Profile) {
    if drafts.is_empty() {
        text.push_str(
            "# No column has a few categories, or numbers that vary: write a table, as `characteristic late_payments` in\n\
             # docs/language.md, section 11.\n\n",
        );
        return;
    }
    text.push_str(
        "# What somebody is told who loses points. Say it so that they understand what counted.\n\n",
    );
    for (draft, number) in drafts.iter().zip(1..) {
        let told = draft.field.label.as_deref().unwrap_or(&draft.field.name);
        let _ = writeln!(text, "reason R{number:02} {}", quoted(told));
    }
    let _ = write!(
        text,
        "\n# These fields were taken because they come first and vary, not because they tell anything. Which ones may be used\n\
         # is yours to decide: the law protects some, and some are only known afterwards. The points are placeholders.\n\n"
    );
    let looked_at = |column: &ColumnProfile| column.numbers.sample.len() as u64;
    for (draft, number) in drafts.iter().zip(1..) {
        let Draft { field, rows } = draft;
        let title = field.label.as_deref().unwrap_or(&field.name);
        let _ = write!(
            text,
            "characteristic {} {} {{\nreason R{number:02}\n| {} | points | note |\n",
            field.name,
            quoted(title),
            field.name
        );
        let all = match field.kind {
            Kind::Integer(_) | Kind::Number(_) | Kind::Class(..)
                if looked_at(field.profile) < field.profile.numbers.count =>
            {
                format!("the first {}", grouped(looked_at(field.profile)))
            }
            Kind::Integer(_)
            | Kind::Number(_)
            | Kind::Class(..)
            | Kind::Date { .. }
            | Kind::YesNo
            | Kind::Categories(_)
            | Kind::Text => grouped(profile.records),
        };
        for row in rows {
            let points = if row.points == 0 { "0".to_owned() } else { format!("{:+}", row.points) };
            let _ = writeln!(text, "| {} | {points} | {} of {all} |", row.cell, grouped(row.count));
        }
        text.push_str("}\n\n");
    }
}

/// The tiers of a draft, by points from the start.
struct Tiers {
    /// Where the highest begins.
    high: i64,
    /// Where the lowest ends. What lies between the two is the middle.
    low: i64,
}

impl Tiers {
    /// The middle reaches a third as far from the start as the points do; where no sum of points falls into it, there is
    /// none. Without points there are no tiers.
    fn of(drafts: &[Draft<'_>]) -> Option<Self> {
        let mut sums = BTreeSet::from([0]);
        for draft in drafts {
            sums = sums.iter().flat_map(|sum| draft.rows.iter().map(move |row| sum + row.points)).collect();
        }
        let reach = sums.last().copied().filter(|reach| *reach > 0)?;
        let edge = (reach / 3).max(1);
        let has_middle = sums.range(-edge..edge).next().is_some();
        Some(if has_middle { Self { high: edge, low: -edge } } else { Self { high: 0, low: 0 } })
    }

    fn write(&self, text: &mut String) {
        let (high, low) = (START + self.high, START + self.low);
        text.push_str("# What a score means. The edges are placeholders too.\n\ntiers {\n");
        let _ = writeln!(text, "high \"High\" {high} or more");
        if self.low < self.high {
            let _ = writeln!(text, "middle \"Middle\" {low} to under {high}");
        }
        let _ = write!(text, "low \"Low\" under {low}\n}}\n\n");
    }

    /// The tier of some points from the start.
    fn of_points(&self, points: i64) -> &'static str {
        match points {
            points if points >= self.high => "high",
            points if points >= self.low => "middle",
            _ => "low",
        }
    }
}

/// The first record of the file as a case, with the score that the tables give.
fn case(
    text: &mut String,
    subject: &Subject<'_>,
    inferred: &Inferred<'_>,
    drafts: &[Draft<'_>],
    tiers: Option<&Tiers>,
) {
    let missing = &inferred.missing;
    let value = |field: &InferredField<'_>| -> Option<String> {
        let text = field.profile.first.clone()?;
        let is_missing = missing.contains(&text.as_str());
        (!is_missing).then_some(text)
    };
    let mut given = Vec::new();
    given.extend(inferred.row_number.iter().map(|name| format!("{name}: 1")));
    for field in &inferred.fields {
        given.extend(value(field).map(|text| format!("{}: {}", field.name, written(&field.kind, &text))));
    }
    let points: i64 = drafts
        .iter()
        .filter_map(|draft| {
            let text = value(draft.field);
            draft.rows.iter().find(|row| row.takes.takes(&draft.field.kind, text.as_deref()))
        })
        .map(|row| row.points)
        .sum();
    let _ = write!(
        text,
        "# Cases are examples that the program checks: `glassbox test`. This one is the first record of the file. Work others out\n\
         # by hand, one for each decision that matters: they tell when a change does something else than was meant.\n\n\
         case \"the first record of the file\" {{\nas of {}\ngiven {} {{ ",
        subject.today, subject.record
    );
    let mut width = 0;
    for (at, pair) in given.iter().enumerate() {
        let last = at + 1 == given.len();
        text.push_str(pair);
        text.push_str(if last { " }\n" } else { "," });
        width += pair.chars().count() + 2;
        let next = given.get(at + 1).map_or(0, |next| next.chars().count());
        if !last {
            text.push(if width + next > LINE { '\n' } else { ' ' });
            width = if width + next > LINE { 0 } else { width };
        }
    }
    let _ = writeln!(text, "expect score {}", START + points);
    if let Some(tiers) = tiers {
        let _ = writeln!(text, "expect tier {}", tiers.of_points(points));
    }
    text.push_str("}\n");
}

/// How wide the records of cases are written.
const LINE: usize = 84;

/// A value of the data as the language writes it.
fn written(kind: &Kind, text: &str) -> String {
    const MAX_TEXT: usize = 40;
    match kind {
        Kind::Class(..) | Kind::Integer(_) | Kind::Number(_) => {
            Decimal::parse(text).map_or_else(|_| text.to_owned(), |number| number.to_string())
        }
        Kind::Date { .. } => text.to_owned(),
        Kind::YesNo => if truth(text) { "yes" } else { "no" }.to_owned(),
        Kind::Categories(members) => {
            let member = members.iter().find(|member| member.spelling == text);
            member.map_or_else(|| quoted(text), |member| member.name.clone())
        }
        Kind::Text => {
            let plain = text.chars().filter(|letter| !letter.is_control()).take(MAX_TEXT);
            quoted(&plain.collect::<String>())
        }
    }
}

/// A text that stays on its line.
fn in_comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
