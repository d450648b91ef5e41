//! Names and labels for what files call otherwise.

use crate::syntax::name_like;
use std::collections::BTreeSet;

/// Names that were given, so that none is given twice.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name that says what a text says, other than those before.
    pub(super) fn give(&mut self, text: &str) -> String {
        let name = name_like(text);
        let mut free = name.clone();
        let mut number = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    }
}

/// A category's text in words where it has signs: `1 <= ... < 4 years` is `1 to under 4 years`.
pub(super) fn in_words(text: &str) -> String {
    const SIGNS: [(&str, &str); 10] = [
        ("...", " "),
        ("…", " "),
        (">=", " from "),
        ("<=", " to "),
        (">", " over "),
        ("<", " under "),
        ("%", " percent "),
        ("+", " plus "),
        ("&", " and "),
        ("'", ""),
    ];
    let words = SIGNS.iter().fold(text.to_owned(), |text, (sign, word)| text.replace(sign, word));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    // An upper end alone is no range, a lower one begins it.
    if let Some(end) = words.strip_prefix("to ") {
        return format!("up to {end}");
    }
    let is_range = words.starts_with(|letter: char| letter.is_ascii_digit()) && words.contains(" to ");
    if is_range { format!("from {words}") } else { words }
}

/// A label of a column's name: `duration_in_month` is `Duration in month`. A name of one word needs none.
pub(super) fn label(column: &str) -> Option<String> {
    let words: Vec<&str> = column.split(['_', ' ', '.', '-']).filter(|word| !word.is_empty()).collect();
    (words.len() > 1).then(|| capitalised(&words.join(" ")))
}

/// A title of a folder's name.
pub(super) fn title(name: &str) -> String {
    label(name).unwrap_or_else(|| capitalised(name))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// A text in quotes, as the language writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_get_names_that_say_what_they_are() {
        let mut names = Names::default();
        let mut name = |text: &str| names.give(&in_words(text));
        assert_eq!(name("... < 0 DM"), "under_0_dm");
        assert_eq!(name("0 <= ... < 200 DM"), "from_0_to_under_200_dm");
        assert_eq!(
            name("... >= 200 DM / salary assignments for at least 1 year"),
            "from_200_dm_salary_assignments"
        );
        assert_eq!(name("car (new)"), "car_new");
        assert_eq!(name("car-new"), "car_new_2");
        assert_eq!(name("26+"), "n_26_plus");
        assert_eq!(name("<= 5"), "up_to_5");
        assert_eq!(name("Größe"), "groesse");
        assert_eq!(name("no"), "no_value");
        assert_eq!(name("Own"), "Own");
        assert_eq!(name("年齢"), "x");
    }

    #[test]
    fn labels_are_for_people() {
        assert_eq!(label("duration_in_month").as_deref(), Some("Duration in month"));
        assert_eq!(label("Alter in Jahren").as_deref(), Some("Alter in Jahren"));
        assert_eq!(label("age"), None);
        assert_eq!((title("small-loans").as_str(), title("german").as_str()), ("Small loans", "German"));
    }
}
