//! Scores as JSON, an object a line: the columns of the CSV, nothing as `null`, numbers with all their digits.

use super::Cell;
use std::io::{self, Write};

/// Writes the rows.
pub(super) fn write<'a>(
    names: &[String],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
    to: &mut dyn Write,
) -> io::Result<()> {
    for row in rows {
        for (at, (name, cell)) in names.iter().zip(&row).enumerate() {
            to.write_all(if at == 0 { b"{" } else { b"," })?;
            serde_json::to_writer(&mut *to, name)?;
            to.write_all(b":")?;
            match cell {
                Cell::Empty => to.write_all(b"null")?,
                // A decimal's digits are JSON's.
                Cell::Number(number) => write!(to, "{number}")?,
                Cell::Truth(truth) => write!(to, "{truth}")?,
                Cell::Text(text) => serde_json::to_writer(&mut *to, text)?,
            }
        }
        to.write_all(b"}\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cell, write};
    use crate::decimal::Decimal;
    use std::borrow::Cow;

    #[test]
    fn a_row_is_an_object() {
        let names = ["id", "score", "tier", "ok"].map(str::to_owned);
        let number = Decimal::parse("12345678901234567890.000000001").unwrap();
        let row = vec![
            Cell::Text(Cow::Borrowed("a \"b\"\n")),
            Cell::Number(number),
            Cell::Empty,
            Cell::Truth(false),
        ];
        let mut out = Vec::new();
        write(&names, std::iter::once(row), &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(
            line,
            "{\"id\":\"a \\\"b\\\"\\n\",\"score\":12345678901234567890.000000001,\"tier\":null,\"ok\":false}\n"
        );
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    }
}
