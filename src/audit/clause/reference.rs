//! The page about charters, `docs/charters.md`: its first part from `charters.md` beside this file, its clauses from the table.

use super::asked::legend;
use super::{all, groups};
use std::fmt::Write;

/// The part of the page that is written by hand.
const HEAD: &str = include_str!("charters.md");

/// The whole page, in Markdown.
pub fn reference() -> String {
    let mut page = HEAD.trim_end().to_owned();
    page.push_str("\n\n## Clauses\n\n");
    // Writing to a text cannot fail.
    let _ = write!(page, "There are {}. Words in capitals stand for:\n\n| | |\n|---|---|\n", all().count());
    for (word, meaning) in legend() {
        let _ = writeln!(page, "| `{word}` | {meaning} |");
    }
    page.push_str(
        "\nIn a list of what may be, a name that a policy does not have allows nothing. `a|b` is one of several words; what stands\n\
         in brackets may be left out.\n",
    );
    for group in groups() {
        let _ = write!(page, "\n### {}\n", group.title);
        for pattern in group.patterns {
            let _ = write!(page, "\n#### `{}`\n\n{}\n", pattern.words, pattern.doc);
            if !pattern.source.is_empty() {
                let _ = write!(page, "\nSource: {}.\n", pattern.source);
            }
            page.push_str("\n```charter,clause\n");
            for example in pattern.examples {
                let _ = writeln!(page, "{example}");
            }
            page.push_str("```\n");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/charters.md");
        if std::env::var_os("GLASSBOX_BLESS").is_some() {
            std::fs::write(path, reference()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(page, reference(), "docs/charters.md is old: run GLASSBOX_BLESS=1 cargo test");
    }
}
