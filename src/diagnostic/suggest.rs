//! Did you mean: the known name that a misspelt one is closest to.

/// The name that `wanted` is probably a misspelling of; `None` when nothing is close. Of equally close names, the
/// one that is more alike from its start, then the first.
///
/// Names that differ in capitals or in the order of their words (`payments_late`) are close. Short codes that
/// differ in a digit are not: `R05` is no misspelling of `R04`.
pub fn closest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted_plain = plain(wanted);
    let mut best: Option<(usize, f64, &str)> = None;
    for name in names {
        let name_plain = plain(name);
        if name == wanted || differ_in_digits_only(&wanted_plain, &name_plain) {
            continue;
        }
        let edits = strsim::damerau_levenshtein(&wanted_plain, &name_plain);
        let reordered = words(&wanted_plain) == words(&name_plain);
        if edits > allowed_edits(&wanted_plain, &name_plain) && !reordered {
            continue;
        }
        let alike = strsim::jaro_winkler(&wanted_plain, &name_plain);
        if best.is_none_or(|(fewest, most, _)| edits < fewest || (edits == fewest && alike > most)) {
            best = Some((edits, alike, name));
        }
    }
    best.map(|(_, _, name)| name)
}

/// The help line ``did you mean `x`?``, when there is a [`closest`] name.
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(wanted, names).map(|name| format!("did you mean `{name}`?"))
}

/// The name in lowercase, blanks and hyphens as underscores: writing it otherwise is no mistake of spelling.
fn plain(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// The words of a name in alphabetical order.
fn words(plain: &str) -> Vec<&str> {
    let mut words: Vec<&str> = plain.split('_').collect();
    words.sort_unstable();
    words
}

/// How many letters may be wrong in a name: one in a short one, a third of a longer one.
fn allowed_edits(a: &str, b: &str) -> usize {
    match a.chars().count().min(b.chars().count()) {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        9.. => 3,
    }
}

/// Whether two short names are the same but for a digit, as two codes are.
fn differ_in_digits_only(a: &str, b: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    a != b && a.len().max(b.len()) <= 5 && letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 9] =
        ["late_24m", "late_12m", "balance", "limit", "utilisation", "late_payments", "R04", "home", "points"];

    #[test]
    fn misspellings_find_their_name() {
        for (wanted, name) in [
            ("balence", "balance"),
            ("limti", "limit"),
            ("utilization", "utilisation"),
            ("Points", "points"),
            ("late-24m", "late_24m"),
            ("late_25m", "late_24m"),
            ("payments_late", "late_payments"),
            ("hom", "home"),
            ("late_payment", "late_payments"),
        ] {
            assert_eq!(closest(wanted, NAMES), Some(name), "{wanted}");
        }
    }

    #[test]
    fn nothing_far_fetched_is_proposed() {
        for wanted in ["income", "R05", "x", "", "tier", "land", "late", "age", "home_owner"] {
            assert_eq!(closest(wanted, NAMES), None, "{wanted}");
        }
        assert_eq!(closest("limit", ["limit"]), None);
        assert_eq!(closest("a", ["b", "c"]), None);
    }

    #[test]
    fn the_help_line_names_it() {
        assert_eq!(did_you_mean("limti", NAMES).as_deref(), Some("did you mean `limit`?"));
        assert_eq!(did_you_mean("weather", NAMES), None);
    }
}
