//! Scores as a drawn table, for people.

use super::Cell;
use comfy_table::{CellAlignment, Table, presets};
use std::io::{self, Write};

/// Draws the rows under their headings; numbers stand to the right.
pub(super) fn write<'a>(
    names: &[String],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(names.iter().map(String::as_str));
    for row in rows {
        table.add_row(row.iter().map(|cell| {
            let drawn = comfy_table::Cell::new(visible(&cell.text()));
            match cell {
                Cell::Number(_) => drawn.set_alignment(CellAlignment::Right),
                Cell::Empty | Cell::Truth(_) | Cell::Text(_) => drawn,
            }
        }));
    }
    for line in table.lines() {
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The text without control characters, so that no data can steer a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cell, write};
    use crate::decimal::Decimal;
    use std::borrow::Cow;

    #[test]
    fn numbers_stand_to_the_right() {
        let names = ["id", "score"].map(str::to_owned);
        let row =
            |id: &'static str, n| vec![Cell::Text(Cow::Borrowed(id)), Cell::Number(Decimal::from_int(n))];
        let mut out = Vec::new();
        write(&names, vec![row("a\u{1b}[2J", 7), row("b", 1200)].into_iter(), &mut out).unwrap();
        let lines = [
            "┌───────────────┐",
            "│ id      score │",
            "╞═══════════════╡",
            "│ a\u{fffd}[2J       7 │",
            "│ b        1200 │",
            "└───────────────┘\n",
        ];
        assert_eq!(String::from_utf8(out).unwrap(), lines.join("\n"));
    }
}
