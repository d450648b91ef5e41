//! Scores as comma-separated values (RFC 4180, lines end with a line feed).

use super::Cell;
use std::io::{self, Write};

/// Writes a heading and the rows.
pub(super) fn write<'a>(
    names: &[String],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
    to: &mut dyn Write,
) -> io::Result<()> {
    line(to, names.iter().map(String::as_str))?;
    for row in rows {
        let cells: Vec<_> = row.iter().map(Cell::text).collect();
        line(to, cells.iter().map(AsRef::as_ref))?;
    }
    Ok(())
}

fn line<'a>(to: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            to.write_all(b",")?;
        }
        if cell.contains([',', '"', '\n', '\r']) {
            write!(to, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            to.write_all(cell.as_bytes())?;
        }
    }
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::{Cell, write};
    use crate::decimal::Decimal;
    use std::borrow::Cow;

    #[test]
    fn what_would_break_a_cell_is_quoted() {
        let names = ["id", "a,b"].map(str::to_owned);
        let text = |text: &'static str| Cell::Text(Cow::Borrowed(text));
        let rows = vec![
            vec![text("plain"), Cell::Number(Decimal::parse("-3.50").unwrap())],
            vec![text("say \"no\""), Cell::Empty],
            vec![text("two\nlines"), Cell::Truth(true)],
        ];
        let mut out = Vec::new();
        write(&names, rows.into_iter(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "id,\"a,b\"\nplain,-3.5\n\"say \"\"no\"\"\",\n\"two\nlines\",yes\n"
        );
    }
}
