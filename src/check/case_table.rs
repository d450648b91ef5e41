//! Tables of cases: a row of a CSV file, whose columns are fields of the scored record and what is expected of it.

use super::context::Context;
use crate::data::{
    FieldId, Sheet, SheetCell, SheetRow, Type, Value, Why, none_of, read_cell, separator_help,
};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic, plural};
use crate::policy::{Case, Expectation, ExpectedStatus};
use crate::source::{FileId, Place, Sources, Span};
use crate::syntax::ast::{CasesLine, Name};
use std::ops::Range;

/// The column that names a case.
const TITLE: &str = "case";
/// The column of a case's day.
const DAY: &str = "as_of";
/// What the columns of expectations begin with, and what they expect.
const EXPECTED: &str = "expect_";
const SCORE: &str = "expect_score";
const TIER: &str = "expect_tier";
const STATUS: &str = "expect_status";
const REASONS: &str = "expect_reasons";
/// The columns that are a case's own, and no field's.
pub const CASE_COLUMNS: [&str; 6] = [TITLE, DAY, SCORE, TIER, STATUS, REASONS];
/// What stands for no reasons at all.
const NO_REASONS: &str = "none";

/// A table of cases that was read.
pub(super) struct CaseTable<'a> {
    /// The text of the table.
    file: FileId,
    /// Its path as written.
    path: &'a str,
    /// Where the policy names it.
    named: Place,
    /// The day of the rows that name none.
    as_of: Option<Date>,
    sheet: Sheet,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Title,
    Day,
    Field(FieldId),
    Score,
    Tier,
    Status,
    Reasons,
    /// Nothing that is known, which was said.
    Unknown,
}

impl<'a> CaseTable<'a> {
    /// The table that a line names.
    pub(super) fn read(
        sources: &Sources,
        policy: FileId,
        line: &'a CasesLine,
        file: FileId,
    ) -> Result<Self, Box<Diagnostic>> {
        let named = Place::new(policy, line.path.span);
        let path = line.path.text.as_str();
        let text = sources.get(file).map_or("", |source| source.text.as_str());
        let refuse = |what: &str| Diagnostic::error(Code::E0314, named, format!("`{path}` {what}"));
        let Some(sheet) = Sheet::read(text) else {
            let help = "its first line names the columns: fields of the scored record, and `expect_score`, \
                        `expect_tier`, `expect_status` or `expect_reasons`";
            return Err(refuse("is empty: not even a line of column names").help(help).into());
        };
        if sheet.rows.is_empty() {
            return Err(refuse("has no case: a row for each is expected behind its line of names").into());
        }
        Ok(Self { file, path, named, as_of: line.as_of.as_ref().map(|day| day.value), sheet })
    }

    /// How many cases it has.
    pub(super) fn rows(&self) -> usize {
        self.sheet.rows.len()
    }

    /// What a row shows: its own title, or else where it stands.
    pub(super) fn title(&self, row: usize, sources: &Sources) -> String {
        match self.cell(row, TITLE).filter(|cell| !cell.text.is_empty()) {
            Some(cell) => cell.text.clone(),
            None => {
                let line = sources.position(self.place_of(row)).map_or(0, |position| position.line);
                format!("{}, line {line}", self.path)
            }
        }
    }

    /// The day of a row, or why it has none.
    pub(super) fn day(&self, row: usize) -> Result<Date, Box<Diagnostic>> {
        match self.cell(row, DAY).filter(|cell| !cell.text.is_empty()) {
            Some(cell) => Date::parse(&cell.text).map_err(|error| {
                let message = format!("`{DAY}` cannot be `{}`: {error}", cell.text);
                Diagnostic::error(Code::E0314, self.place(&cell.bytes), message)
                    .help("a day is written like 2026-01-31")
                    .into()
            }),
            None => self.as_of.ok_or_else(|| {
                let message = format!("the cases of `{}` have no day", self.path);
                Diagnostic::error(Code::E0314, self.named, message)
                    .help(format!(
                        "write `cases from \"{}\" as of 2026-01-31`, or give the table a column `{DAY}`",
                        self.path
                    ))
                    .into()
            }),
        }
    }

    fn cell(&self, row: usize, column: &str) -> Option<&SheetCell> {
        let at = self.sheet.names.iter().position(|name| name.text == column)?;
        self.sheet.rows.get(row)?.cells.get(at)
    }

    fn place(&self, bytes: &Range<usize>) -> Place {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place::new(self.file, Span::new(offset(bytes.start), offset(bytes.end)))
    }

    /// Where a row stands.
    fn place_of(&self, row: usize) -> Place {
        self.sheet.rows.get(row).map_or(self.named, |row| self.place(&row.bytes))
    }
}

impl Context<'_> {
    /// Lowers a row; `None` after a report.
    pub(super) fn case_row(&mut self, table: &CaseTable<'_>, at: usize) -> Option<Case> {
        let row = table.sheet.rows.get(at)?;
        let columns = self.case_columns(table);
        if !self.is_whole_row(table, row) || columns.contains(&Column::Unknown) {
            return None;
        }
        let scored = self.schema.scored;
        let fields = self.schema.record(scored).fields.len() as u32;
        let mut values: Vec<Value> = (0..fields).map(|at| Value::Missing(Why::Field(FieldId(at)))).collect();
        let mut expectations = Vec::new();
        let mut broken = false;
        for (column, cell) in columns.iter().zip(&row.cells) {
            let place = table.place(&cell.bytes);
            let lowered = match column {
                Column::Title | Column::Day | Column::Unknown => Some(()),
                Column::Field(field) => self.case_cell(*field, cell, place).map(|value| {
                    if let Some(slot) = values.get_mut(field.index()) {
                        *slot = value;
                    }
                }),
                Column::Score | Column::Tier | Column::Status | Column::Reasons => {
                    if cell.text.is_empty() {
                        continue;
                    }
                    self.expected_cell(*column, cell, place)
                        .map(|expected| expectations.push((expected, place)))
                }
            };
            broken |= lowered.is_none();
        }
        if broken {
            return None;
        }
        let place = table.place(&row.bytes);
        if expectations.is_empty() {
            self.report_once(
                Diagnostic::error(Code::E0314, place, "this case expects nothing").help(format!(
                    "fill in one of {SCORE}, {TIER}, {STATUS} and {REASONS} (`{NO_REASONS}` where there are to be none)"
                )),
            );
            return None;
        }
        Some(Case {
            title: table.title(at, self.sources),
            records: vec![(scored, values)],
            pairs: Vec::new(),
            previous_of: None,
            previous: Vec::new(),
            expectations,
            place,
        })
    }

    /// What the columns hold. What is wrong with them is said once.
    fn case_columns(&mut self, table: &CaseTable<'_>) -> Vec<Column> {
        let record = self.schema.record(self.schema.scored).clone();
        let mut columns = Vec::new();
        for name in &table.sheet.names {
            let field = |same: &dyn Fn(&crate::data::Field) -> bool| {
                record.fields.iter().position(same).map(|at| Column::Field(FieldId(at as u32)))
            };
            let column = match name.text.as_str() {
                TITLE => Column::Title,
                DAY => Column::Day,
                SCORE => Column::Score,
                TIER => Column::Tier,
                STATUS => Column::Status,
                REASONS => Column::Reasons,
                text => field(&|field| field.name == text)
                    .or_else(|| field(&|field| field.column == text))
                    .unwrap_or(Column::Unknown),
            };
            let place = table.place(&name.bytes);
            if column == Column::Unknown {
                let message = format!("there is no field of `{}` named `{}`", record.name, name.text);
                let fields = record.fields.iter().map(|field| field.name.as_str());
                let known: Vec<&str> = fields.chain(CASE_COLUMNS).collect();
                let help = if let Some(separators) = separator_help(&name.text) {
                    separators
                } else if name.text.starts_with(EXPECTED) {
                    format!(
                        "a table of cases expects {SCORE}, {TIER}, {STATUS} or {REASONS}; all else stands in `case` blocks"
                    )
                } else {
                    did_you_mean(&name.text, known.iter().copied()).unwrap_or_else(|| {
                        "a column is a field of the scored record; child records and links are given in `case` blocks"
                            .to_owned()
                    })
                };
                self.report_once(Diagnostic::error(Code::E0314, place, message).help(help));
            } else if columns.contains(&column) {
                let message = format!("there are two columns for `{}`", name.text);
                self.report_once(Diagnostic::error(Code::E0314, place, message));
            }
            columns.push(column);
        }
        // A name that is not known may be the one that is meant.
        if columns.contains(&Column::Unknown) {
            return columns;
        }
        let key = record.key;
        for (field, at) in record.fields.iter().zip(0..) {
            let id = FieldId(at);
            if !field.optional && Some(id) != key && !columns.contains(&Column::Field(id)) {
                let message =
                    format!("`{}` has no column `{}`, which is never missing", table.path, field.name);
                self.report_once(Diagnostic::error(Code::E0314, table.named, message).help(format!(
                    "add a column `{}` to the table, or declare the field `optional`",
                    field.name
                )));
                return vec![Column::Unknown];
            }
        }
        columns
    }

    fn is_whole_row(&mut self, table: &CaseTable<'_>, row: &SheetRow) -> bool {
        let expected = table.sheet.names.len();
        let message = match row.fault {
            Some(fault) => format!("this row cannot be read: {fault}"),
            None if row.cells.len() != expected => {
                let cells = plural(row.cells.len(), "cell");
                format!("this row has {cells}, where the line of names has {expected}")
            }
            None => return true,
        };
        self.report_once(Diagnostic::error(Code::E0314, table.place(&row.bytes), message));
        false
    }

    /// The value of a cell: a category by the policy's name for it, or else as data spells it.
    fn case_cell(&mut self, id: FieldId, cell: &SheetCell, place: Place) -> Option<Value> {
        let record = self.schema.record(self.schema.scored);
        let field = record.fields.get(id.index())?.clone();
        if cell.text.is_empty() {
            if field.optional || record.key == Some(id) {
                return Some(Value::Missing(Why::Field(id)));
            }
            let message = format!("`{}` is empty, and it is never missing", field.name);
            self.report_once(
                Diagnostic::error(Code::E0314, place, message)
                    .help("give it a value, or declare the field `optional`"),
            );
            return None;
        }
        let named = match field.kind {
            Type::Category(kind) => self.schema.category(kind).code(&cell.text).map(Value::Category),
            Type::Number
            | Type::Integer
            | Type::Money
            | Type::Text
            | Type::YesNo
            | Type::Date
            | Type::Tier => None,
        };
        let value = match named.map_or_else(|| read_cell(&self.schema, &field, &cell.text), Ok) {
            Ok(value) => value,
            Err(reason) => {
                // Here the policy's names are at home, and not the data's spellings.
                let reason = match field.kind {
                    Type::Category(kind) => none_of(&self.schema.category(kind).names, &cell.text),
                    Type::Number
                    | Type::Integer
                    | Type::Money
                    | Type::Text
                    | Type::YesNo
                    | Type::Date
                    | Type::Tier => reason,
                };
                let message = format!("`{}` cannot be `{}`: {reason}", field.name, cell.text);
                self.report_once(Diagnostic::error(Code::E0314, place, message));
                return None;
            }
        };
        if field.domain.contains(&value) {
            return Some(value);
        }
        let domain = field.domain.describe(field.kind, &self.names_of(field.kind));
        let message = format!("`{}` cannot be `{}`", field.name, cell.text);
        self.report_once(
            Diagnostic::error(Code::E0314, place, message)
                .help(format!("it is declared as {} of {domain}", self.type_name(field.kind))),
        );
        None
    }

    fn expected_cell(&mut self, column: Column, cell: &SheetCell, place: Place) -> Option<Expectation> {
        let text = cell.text.as_str();
        let name = |text: &str| Name { text: text.to_owned(), span: place.span };
        match column {
            Column::Score => match Decimal::parse(text) {
                Ok(score) => Some(Expectation::Score(score)),
                Err(error) => {
                    let message = format!("`{SCORE}` cannot be `{text}`: {error}");
                    self.report_once(Diagnostic::error(Code::E0314, place, message));
                    None
                }
            },
            Column::Tier => self.tier(place.file, &name(text)).map(Expectation::Tier),
            Column::Status => {
                let status = match text {
                    "scored" => ExpectedStatus::Scored,
                    "not scored" => ExpectedStatus::NotScored,
                    "not participating" => ExpectedStatus::NotParticipating,
                    "rejected" => ExpectedStatus::Rejected,
                    _ => {
                        let message = format!("`{STATUS}` cannot be `{text}`");
                        self.report_once(
                            Diagnostic::error(Code::E0314, place, message)
                                .help("it is `scored`, `not scored`, `not participating` or `rejected`"),
                        );
                        return None;
                    }
                };
                Some(Expectation::Status(status))
            }
            Column::Reasons => {
                let codes = text.split([',', ';', ' ']).filter(|code| !code.is_empty());
                let none = text == NO_REASONS && !self.names.reasons.contains_key(NO_REASONS);
                let codes = codes.filter(|_| !none).map(|code| self.reason(place.file, &name(code)));
                codes.collect::<Option<Vec<_>>>().map(Expectation::Reasons)
            }
            Column::Title | Column::Day | Column::Field(_) | Column::Unknown => None,
        }
    }

    /// Takes a diagnostic that the rows of a table may give again and again.
    fn report_once(&mut self, diagnostic: Diagnostic) {
        if !self.found.iter().any(|found| found.diagnostic.same(&diagnostic)) {
            self.report(diagnostic);
        }
    }
}
