//! Scores as a drawn table, for people.

use super::sheet::{Kind, Sheet};
use comfy_table::{Cell, CellAlignment, Table, presets};
use std::io::{self, Write};

/// The headings, and which columns hold numbers.
#[derive(Debug)]
pub(super) struct Headings {
    names: Vec<String>,
    numbers: Vec<bool>,
}

impl Headings {
    pub(super) fn of_sheet(sheet: &Sheet) -> Self {
        Self {
            names: sheet.names().map(str::to_owned).collect(),
            numbers: sheet.columns.iter().map(|column| column.kind == Kind::Number).collect(),
        }
    }

    /// Draws the rows under their headings; numbers stand to the right.
    pub(super) fn draw(&self, rows: &[Vec<String>], to: &mut impl Write) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY).set_header(self.names.iter().map(String::as_str));
        for row in rows {
            table.add_row(row.iter().zip(&self.numbers).map(|(cell, number)| {
                let drawn = Cell::new(visible(cell));
                if *number { drawn.set_alignment(CellAlignment::Right) } else { drawn }
            }));
        }
        for line in table.lines() {
            writeln!(to, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The text without control characters, so that no data can steer a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::Headings;

    #[test]
    fn numbers_stand_to_the_right() {
        let headings =
            Headings { names: ["id", "score"].map(str::to_owned).to_vec(), numbers: vec![false, true] };
        let row = |id: &str, score: &str| vec![id.to_owned(), score.to_owned()];
        let mut out = Vec::new();
        headings.draw(&[row("a\u{1b}[2J", "7"), row("b", "1200")], &mut out).unwrap();
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
