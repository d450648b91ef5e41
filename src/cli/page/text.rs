//! A page as text: tables in line, wrapped to a width, with escapes for colours that the stream keeps or takes away.

use super::{Block, Cell, Page, Table, Tone};
use crate::cli::report::{DIM, ERROR, GOOD, HEADING, WARNING};
use crate::explain::wrap;
use anstyle::Style;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// What stands between two columns.
const GAP: usize = 2;
/// The least width of a column that is wrapped.
const NARROW: usize = 24;

/// A page in lines of at most a width. Records that only show a line once more are left out unless `all` is asked for.
pub(in crate::cli) fn text(page: &Page, width: usize, all: bool) -> String {
    let mut out = String::new();
    line(&mut out, HEADING, &page.title);
    for fact in &page.facts {
        for part in wrap(fact, width) {
            line(&mut out, DIM, &part);
        }
    }
    for section in &page.sections {
        out.push('\n');
        line(&mut out, HEADING, &section.title);
        for block in &section.blocks {
            match block {
                Block::Text(text) => {
                    for part in wrap(text, width.saturating_sub(2)) {
                        line(&mut out, Style::new(), &format!("  {part}"));
                    }
                }
                Block::Table(of) => table(&mut out, of, width),
                Block::Chart(_) => {}
                Block::Cases { shows, cases, open } => {
                    if *open || all {
                        if !open {
                            out.push('\n');
                            line(&mut out, DIM, &format!("  # {shows}"));
                        }
                        for case in cases {
                            out.push('\n');
                            case.lines().for_each(|each| line(&mut out, Style::new(), &format!("  {each}")));
                        }
                    }
                }
            }
        }
    }
    out
}

/// A line, without blanks at its end.
fn line(out: &mut String, style: Style, text: &str) {
    let _ = writeln!(out, "{}", painted(style, text.trim_end()));
}

fn painted(style: Style, text: &str) -> String {
    if text.is_empty() || style == Style::new() { text.to_owned() } else { format!("{style}{text}{style:#}") }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => HEADING,
        Tone::Good => GOOD,
        Tone::Bad => ERROR,
        Tone::Unsure => WARNING,
        Tone::Dim => DIM,
    }
}

/// Columns below each other. Where they are too wide together, the widest columns of words are wrapped.
fn table(out: &mut String, table: &Table, width: usize) {
    let heads: Vec<Cell> = table.columns.iter().map(|column| Cell::new(column.name, Tone::Dim)).collect();
    let has_heads = heads.iter().any(|head| !head.text.is_empty());
    let rows = || has_heads.then_some(&heads).into_iter().chain(&table.rows);
    let widest = |at: usize| rows().filter_map(|row| row.get(at)).map(|cell| cell.text.width()).max();
    let mut widths: Vec<usize> = (0..table.columns.len()).map(|at| widest(at).unwrap_or(0)).collect();
    let room = width.saturating_sub(2);
    loop {
        let all: usize = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let words = table.columns.iter().zip(&mut widths).filter(|(column, _)| !column.right);
        let Some((_, widest)) = words.max_by_key(|(_, width)| **width) else { break };
        let over = all.saturating_sub(room);
        if over == 0 || *widest <= NARROW {
            break;
        }
        *widest = widest.saturating_sub(over.min((*widest - NARROW).min(8).max(1)));
    }
    for row in rows() {
        let cells: Vec<Vec<String>> =
            row.iter().zip(&widths).map(|(cell, width)| wrap(&cell.text, (*width).max(1))).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut text = String::from("  ");
            for (((lines, cell), column), width) in cells.iter().zip(row).zip(&table.columns).zip(&widths) {
                let part = lines.get(at).map_or("", String::as_str);
                let blanks = " ".repeat(width.saturating_sub(part.width()));
                let ink = painted(style(cell.tone), part);
                text.push_str(&if column.right {
                    format!("{blanks}{ink}")
                } else {
                    format!("{ink}{blanks}")
                });
                text.push_str(&" ".repeat(GAP));
            }
            let _ = writeln!(out, "{}", text.trim_end_matches(' '));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_words_are_wrapped() {
        let mut of = Table::new(["name", ">points", "shown by"]);
        of.row(["age".into(), "98".into(), "the score rises from 358 to 456 where age is 35".into()]);
        of.row(["a longer name".into(), "5".into(), Cell::new("short", Tone::Bad)]);
        let mut page = Page { title: "Title".to_owned(), ..Page::default() };
        page.add("Section", vec![Block::Table(of)]);
        let plain = anstream::adapter::strip_str(&text(&page, 60, false)).to_string();
        insta::assert_snapshot!(plain, @r"
        Title

        Section
          name           points  shown by
          age                98  the score rises from 358 to 456
                                 where age is 35
          a longer name       5  short
        ");
    }

    #[test]
    fn records_are_told_where_they_are_asked_for() {
        let cases = |open| Block::Cases { shows: "a".into(), cases: vec!["case \"a\" {\n}\n".into()], open };
        let mut page = Page::default();
        page.add("Section", vec![cases(true), cases(false)]);
        assert_eq!(text(&page, 60, false).matches("case").count(), 1);
        assert_eq!(text(&page, 60, true).matches("case").count(), 2);
    }
}
