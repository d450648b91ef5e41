//! The reference page of the functions, `docs/functions.md`, made from the table.

use super::{FunctionBody, all};
use std::fmt::Write;

/// The records that the examples of aggregates speak of, as `record` blocks and the `given` lines of a case.
pub const EXAMPLE_RECORDS: (&str, &str) = (
    r#"record person {
  id       text   key
  savings  money  0 or more
}

record purchase belongs to person by person {
  person    text
  date      date
  category  one of (games, food, rent)
  amount    money  0 or more
}
"#,
    r#"  as of  2026-01-31
  given  person { id: "p1", savings: 1250.50 }
  given  purchase { date: 2026-01-05, category: games, amount: 40 }
  given  purchase { date: 2026-01-20, category: food, amount: 25.50 }
  given  purchase { date: 2026-01-28, category: games, amount: 60 }
"#,
);

/// The whole page, in Markdown.
pub fn reference() -> String {
    let mut page = String::from(
        "# Functions\n\n\
         This page is made from the table in `src/function`; `GLASSBOX_BLESS=1 cargo test` writes it again.\n\n\
         A function of values is missing where one of its values is, with the same cause. A number too large for 29\n\
         digits before the point sets the record aside.\n\n\
         ## Functions of values\n",
    );
    write_functions(&mut page, false);
    page.push_str(
        "\n## Functions over child and linked records\n\n\
         Records dated later than the run's day are not yet known, and left out. A `where` leaves out those for which its\n\
         condition is not yes. The examples speak of these records:\n\n",
    );
    let (records, given) = EXAMPLE_RECORDS;
    let _ = write!(page, "```score\n{records}\ncase \"three purchases\" {{\n{given}}}\n```\n");
    write_functions(&mut page, true);
    page
}

fn write_functions(page: &mut String, aggregates: bool) {
    for function in all() {
        if matches!(function.body, FunctionBody::Aggregate(_)) != aggregates {
            continue;
        }
        // Writing to a text cannot fail.
        let usage = function.usage.replace(" or ", "` or `");
        let _ = write!(page, "\n### `{usage}`\n\n{}\n\n```text\n", function.doc);
        let longest = function.examples.iter().map(|(call, _)| call.len()).max().unwrap_or(0);
        for (call, result) in function.examples {
            let _ = writeln!(page, "{call:longest$}  gives {result}");
        }
        page.push_str("```\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");
        if std::env::var_os("GLASSBOX_BLESS").is_some() {
            std::fs::write(path, reference()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(page, reference(), "docs/functions.md is old: run GLASSBOX_BLESS=1 cargo test");
    }
}
