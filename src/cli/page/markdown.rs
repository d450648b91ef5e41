//! A page as Markdown that fits a comment of a code host: tables, and the records that were asked for, folded away.

use super::{Block, Page, Table, Tone};
use std::fmt::Write as _;

/// A page; its title is a heading of this level.
pub(in crate::cli) fn markdown(page: &Page, level: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {}\n", "#".repeat(level), escaped(&page.title));
    for fact in &page.facts {
        let _ = writeln!(out, "{}  ", escaped(fact));
    }
    for section in &page.sections {
        let _ = writeln!(out, "\n{} {}", "#".repeat(level + 1), escaped(&section.title));
        for block in &section.blocks {
            match block {
                Block::Text(text) => {
                    let _ = writeln!(out, "\n{}", escaped(text));
                }
                Block::Table(of) => table(&mut out, of),
                // A comment has no room for what only shows a line once more.
                Block::Chart(_) | Block::Cases { open: false, .. } => {}
                Block::Cases { shows, cases, open: true } => {
                    let _ = writeln!(out, "\n<details><summary>{}</summary>\n", escaped(shows));
                    let fence = fence(cases);
                    let _ = writeln!(out, "{fence}text\n{}{fence}\n\n</details>", cases.join("\n"));
                }
            }
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    let names = table.columns.iter().map(|column| column.name);
    let _ = writeln!(out, "\n| {} |", names.collect::<Vec<_>>().join(" | "));
    let rules = table.columns.iter().map(|column| if column.right { "---:" } else { "---" });
    let _ = writeln!(out, "| {} |", rules.collect::<Vec<_>>().join(" | "));
    for row in &table.rows {
        let cells = row.iter().map(|cell| {
            let lines: Vec<String> = cell.text.split('\n').map(escaped).collect();
            let text = lines.join("<br>").replace('|', "\\|");
            match cell.tone {
                Tone::Strong | Tone::Bad | Tone::Unsure if !text.is_empty() => format!("**{text}**"),
                Tone::Strong | Tone::Bad | Tone::Unsure | Tone::Plain | Tone::Good | Tone::Dim => text,
            }
        });
        let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

/// Text in which nothing but code spans has another meaning.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    // A code span that does not end is none.
    let spans = text.matches('`').count() / 2 * 2;
    let mut seen = 0;
    for c in text.chars() {
        match c {
            '`' => {
                seen += 1;
                if seen <= spans {
                    code = !code;
                    out.push(c);
                } else {
                    out.push_str("\\`");
                }
            }
            '\n' | '\r' => out.push(' '),
            '<' if !code => out.push_str("&lt;"),
            '>' if !code => out.push_str("&gt;"),
            '&' if !code => out.push_str("&amp;"),
            '*' | '_' | '[' | ']' | '\\' | '#' | '~' if !code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A fence that is longer than any inside.
fn fence(texts: &[String]) -> String {
    let longest = texts.iter().flat_map(|text| text.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::{escaped, fence};

    #[test]
    fn nothing_but_code_keeps_its_meaning() {
        assert_eq!(escaped("a_b <i> `x_y` *"), "a\\_b &lt;i&gt; `x_y` \\*");
        assert_eq!(escaped("one ` tick"), "one \\` tick");
        assert_eq!(escaped("two\nlines"), "two lines");
        assert_eq!(fence(&["a ```` b".to_owned()]), "`````");
        assert_eq!(fence(&["a".to_owned()]), "```");
    }
}
