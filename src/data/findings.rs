//! What there is to say of a table's columns: those that are not there, those that cannot be read, those nobody asks for.

use super::column;
use super::table::{Columns, Wanted};
use super::{DataFile, Format, Notice, Type};
use crate::diagnostic::{Code, Diagnostic, suggest};
use arrow_schema::DataType;

/// Mistakes that stop the run, and what else is to be told.
#[derive(Debug, Default)]
pub struct Findings {
    /// Mistakes.
    pub diagnostics: Vec<Diagnostic>,
    /// What else is to be told.
    pub notices: Vec<Notice>,
}

impl Findings {
    /// Of a table that has been read; `whose` names in a sentence what its fields belong to.
    pub fn new(file: &DataFile, whose: &str, wanted: &[Wanted], columns: &Columns) -> Self {
        let mut findings = Self::default();
        let absent = wanted.iter().zip(&columns.present).filter(|(_, present)| !**present);
        for (wanted, _) in absent {
            if wanted.optional {
                let Wanted { field, column, .. } = wanted;
                findings.notice(
                    file,
                    format!("no column `{column}`: `{field}` of {whose} is missing in every record"),
                );
            } else {
                findings.diagnostics.push(absent_column(file, whose, wanted, &columns.others));
            }
        }
        if let Some(text) = unused(&columns.others) {
            findings.notice(file, text);
        }
        findings
    }

    fn notice(&mut self, file: &DataFile, text: String) {
        self.notices.push(Notice { file: file.name(), text });
    }
}

/// A mistake about a file, at the place that names it.
pub(super) fn about(file: &DataFile, code: Code, message: String) -> Diagnostic {
    match file.place {
        Some(place) => Diagnostic::error(code, place, message),
        None => Diagnostic::general(code, message),
    }
}

fn absent_column(file: &DataFile, whose: &str, wanted: &Wanted, others: &[String]) -> Diagnostic {
    let Wanted { field, column, .. } = wanted;
    let message = format!("no column `{column}` in {}, which {whose} needs for `{field}`", file.shown);
    let mut diagnostic = about(file, Code::E0408, message);
    if let Some(hint) = suggest::did_you_mean(column, others.iter().map(String::as_str)) {
        diagnostic = diagnostic.help(hint);
    }
    let lone = if let ([only], Format::Csv) = (others, file.format) { only } else { "" };
    if let Some(separator) = [';', '\t', '|'].into_iter().find(|separator| lone.contains(*separator)) {
        let separator = separator.escape_default();
        diagnostic =
            diagnostic.help(format!("its columns seem to be separated by `{separator}`: write commas"));
    }
    diagnostic.help(format!(
        "if the column has another name, say so: `columns = {{ {field} = \"…\" }}` in `glassbox.toml`"
    ))
}

/// Says once which columns nobody asked for.
fn unused(others: &[String]) -> Option<String> {
    const SHOWN: usize = 20;
    if others.is_empty() {
        return None;
    }
    let names: Vec<_> = others.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = match others.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("columns not used: {}{more}", names.join(", ")))
}

/// A mistake where a column's type cannot hold what a field of a type needs.
pub(super) fn unfit(file: &DataFile, wanted: &Wanted, kind: Type, found: &DataType) -> Option<Diagnostic> {
    if column::can_fill(kind, found) {
        return None;
    }
    let Wanted { field, column, .. } = wanted;
    let shown = &file.shown;
    // How it is stored is nobody's business.
    let found = if let DataType::Dictionary(_, values) = found { values } else { found };
    let message =
        format!("the column `{column}` of {shown} holds {found}, but `{field}` is {}", kind.describe());
    let help = format!(
        "write the column as {}, or name another: `columns = {{ {field} = \"…\" }}` in `glassbox.toml`",
        column::fitting(kind)
    );
    Some(about(file, Code::E0408, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Format;
    use crate::data::table::data_file;

    #[test]
    fn how_a_column_is_stored_is_nobodys_business() {
        let wanted = Wanted { field: "opened".to_owned(), column: "since".to_owned(), optional: false };
        let whole = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Int64));
        let file = data_file(Format::Parquet);
        let told = unfit(&file, &wanted, Type::Date, &whole).unwrap().message;
        assert_eq!(told, "the column `since` of memory holds Int64, but `opened` is a date");
        assert!(unfit(&file, &wanted, Type::Integer, &whole).is_none());
    }
}
