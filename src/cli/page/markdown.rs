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
                    let _ = writeln!(out, "\n<details><summary>{}</summary>\n", html(shows));
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
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let (run, after) = rest.split_at(ticks(rest));
            // A code span ends with a run of as many ticks, and one that does not end is none.
            match span(after, run.len()) {
                Some((code, after)) => {
                    out.push_str(run);
                    out.extend(code.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
                    out.push_str(run);
                    rest = after;
                }
                None => {
                    out.push_str(&"\\`".repeat(run.len()));
                    rest = after;
                }
            }
            continue;
        }
        rest = rest.strip_prefix(c).unwrap_or_default();
        match c {
            '\n' | '\r' => out.push(' '),
            '*' | '_' | '[' | ']' | '\\' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' | '>' | '&' | '@' => out.push_str(&plain(c, rest)),
            c => out.push(c),
        }
    }
    out
}

/// How many ticks a text begins with.
fn ticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// What comes before a run of so many ticks, no more and no fewer, and what comes after it.
fn span(text: &str, count: usize) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let (before, run) = text.split_at_checked(from + text.get(from..)?.find('`')?)?;
        let (run, after) = run.split_at_checked(ticks(run))?;
        if run.len() == count {
            return Some((before, after));
        }
        from = before.len() + run.len();
    }
}

/// Text inside of HTML, where Markdown means nothing.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = rest.strip_prefix(c).unwrap_or_default();
        match c {
            // An empty line would end the block.
            '\n' | '\r' => out.push(' '),
            '<' | '>' | '&' | '@' => out.push_str(&plain(c, rest)),
            c => out.push(c),
        }
    }
    out
}

/// A character that HTML, or a code host, gives another meaning. Nobody is told that a policy names them.
fn plain(c: char, rest: &str) -> String {
    match c {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        '@' if rest.starts_with(|next: char| next.is_ascii_alphanumeric()) => "@<!-- -->".to_owned(),
        c => c.to_string(),
    }
}

/// A fence that is longer than any inside.
fn fence(texts: &[String]) -> String {
    let longest = texts.iter().flat_map(|text| text.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::{escaped, fence, html};

    #[test]
    fn inside_of_html_nothing_is_markdown() {
        assert_eq!(html("`<b>x</b>` & `y`\n\n_z_"), "`&lt;b&gt;x&lt;/b&gt;` &amp; `y`  _z_");
    }

    #[test]
    fn nothing_but_code_keeps_its_meaning() {
        assert_eq!(escaped("a_b <i> `x_y` *"), "a\\_b &lt;i&gt; `x_y` \\*");
        assert_eq!(escaped("one ` tick"), "one \\` tick");
        assert_eq!(escaped("two\nlines"), "two lines");
        // A run of ticks pairs with one of the same length, and with no other.
        assert_eq!(escaped("```<img>`"), "\\`\\`\\`&lt;img&gt;\\`");
        assert_eq!(escaped("`` a`<b> `` <i>"), "`` a`<b> `` &lt;i&gt;");
        assert_eq!(escaped("`a``b`<i>"), "`a``b`&lt;i&gt;");
        assert_eq!(escaped("ask @octocat, a @ b"), "ask @<!-- -->octocat, a @ b");
        assert_eq!(fence(&["a ```` b".to_owned()]), "`````");
        assert_eq!(fence(&["a".to_owned()]), "```");
    }
}
