//! A report for people: sections with tables, as aligned text or as Markdown.

use super::super::report::{DIM, ERROR, GOOD, HEADING, WARNING};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// A report.
pub(in crate::cli) struct Page {
    /// Of what.
    pub(in crate::cli) head: Section,
    pub(in crate::cli) sections: Vec<Section>,
}

/// A part of it under a title.
pub(in crate::cli) struct Section {
    pub(in crate::cli) title: String,
    /// What is said before the table.
    pub(in crate::cli) notes: Vec<String>,
    pub(in crate::cli) table: Option<Table>,
    /// What is said after it.
    pub(in crate::cli) remarks: Vec<Remark>,
}

/// What is said of a table.
pub(in crate::cli) enum Remark {
    /// How to read it.
    Note(String),
    /// A limit that holds.
    Good(String),
    /// A limit that is broken.
    Bad(String),
    /// Something to beware of.
    Warning(String),
}

/// A table.
#[derive(Default)]
pub(in crate::cli) struct Table {
    pub(in crate::cli) heads: Vec<(&'static str, Align)>,
    pub(in crate::cli) rows: Vec<Vec<String>>,
}

/// Where a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Align {
    Left,
    Right,
}

impl Page {
    /// As text, with escapes for colours.
    pub(in crate::cli) fn text(&self, to: &mut dyn Write) -> io::Result<()> {
        self.head.text(to)?;
        for section in &self.sections {
            writeln!(to)?;
            section.text(to)?;
        }
        Ok(())
    }

    /// As Markdown.
    pub(in crate::cli) fn markdown(&self, to: &mut dyn Write) -> io::Result<()> {
        self.head.markdown("##", to)?;
        self.sections.iter().try_for_each(|section| {
            writeln!(to)?;
            section.markdown("###", to)
        })
    }
}

impl Section {
    fn text(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{HEADING}{}{HEADING:#}", visible(&self.title))?;
        for note in &self.notes {
            writeln!(to, "{DIM}{}{DIM:#}", visible(note))?;
        }
        if let Some(table) = &self.table {
            table.text(to)?;
        }
        for remark in &self.remarks {
            let (style, text) = match remark {
                Remark::Note(text) => (DIM, text),
                Remark::Good(text) => (GOOD, text),
                Remark::Bad(text) => (ERROR, text),
                Remark::Warning(text) => (WARNING, text),
            };
            writeln!(to, "  {style}{}{style:#}", visible(text))?;
        }
        Ok(())
    }

    fn markdown(&self, level: &str, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{level} {}", escaped(&self.title))?;
        for note in &self.notes {
            writeln!(to, "\n{}", escaped(note))?;
        }
        if let Some(table) = &self.table {
            writeln!(to)?;
            table.markdown(to)?;
        }
        for remark in &self.remarks {
            match remark {
                Remark::Note(text) => writeln!(to, "\n{}", escaped(text))?,
                Remark::Good(text) => writeln!(to, "\n✓ {}", escaped(text))?,
                Remark::Bad(text) => writeln!(to, "\n**✗ {}**", escaped(text))?,
                Remark::Warning(text) => writeln!(to, "\n**{}**", escaped(text))?,
            }
        }
        Ok(())
    }
}

impl Table {
    fn text(&self, to: &mut dyn Write) -> io::Result<()> {
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|at| {
                let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
                cells.chain(self.heads.get(at).map(|(head, _)| head.width())).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| -> String {
            let padded = cells.zip(&self.heads).zip(&widths).map(|((cell, (_, align)), width)| {
                let blanks = " ".repeat(width.saturating_sub(cell.width()));
                match align {
                    Align::Left => format!("{cell}{blanks}"),
                    Align::Right => format!("{blanks}{cell}"),
                }
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        writeln!(to, "  {DIM}{}{DIM:#}", line(&mut self.heads.iter().map(|(head, _)| *head)))?;
        rows.iter().try_for_each(|row| writeln!(to, "  {}", line(&mut row.iter().map(String::as_str))))
    }

    fn markdown(&self, to: &mut dyn Write) -> io::Result<()> {
        let heads: Vec<String> = self.heads.iter().map(|(head, _)| escaped(head)).collect();
        writeln!(to, "| {} |", heads.join(" | "))?;
        let rules = self.heads.iter().map(|(_, align)| match align {
            Align::Left => "---",
            Align::Right => "---:",
        });
        writeln!(to, "|{}|", rules.collect::<Vec<_>>().join("|"))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell.trim())).collect();
            writeln!(to, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

/// The text without control characters, so that no data can steer a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The text as Markdown shows it; what stands in backticks stays code.
fn escaped(text: &str) -> String {
    let mut code = false;
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        code ^= c == '`';
        let special = c == '|' || (!code && ['*', '_', '<', '[', '\\', '#'].contains(&c));
        if special {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let table = Table {
            heads: vec![("group", Align::Left), ("scored", Align::Right)],
            rows: vec![
                vec!["a|b_c\u{1b}".to_owned(), "7".to_owned()],
                vec!["号".to_owned(), "1,200".to_owned()],
            ],
        };
        let section = |table, remarks| Section {
            title: "By `a|b_c`".to_owned(),
            notes: vec!["a *note*".to_owned()],
            table,
            remarks,
        };
        let remarks = vec![Remark::Bad("no".to_owned()), Remark::Good("yes".to_owned())];
        Page { head: section(None, Vec::new()), sections: vec![section(Some(table), remarks)] }
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut text = Vec::new();
        page().text(&mut text).unwrap();
        let text = anstream::adapter::strip_str(std::str::from_utf8(&text).unwrap()).to_string();
        let expected = "By `a|b_c`\na *note*\n\nBy `a|b_c`\na *note*\n  group   scored\n  a|b_c\u{fffd}       7\n  号       1,200\n  no\n  yes\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_of_the_data_is_markup() {
        let mut text = Vec::new();
        page().markdown(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("## By `a\\|b_c`\n\na \\*note\\*\n"), "{text}");
        assert!(text.contains("| group | scored |\n|---|---:|\n| a\\|b\\_c\u{fffd} | 7 |\n"), "{text}");
        assert!(text.ends_with("\n**✗ no**\n\n✓ yes\n"), "{text}");
    }
}
