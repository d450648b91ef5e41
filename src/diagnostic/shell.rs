//! Commands that people are told to type.

/// A path or another word as a shell takes it: in quotes where it has more than plain letters.
pub fn in_shell(word: impl ToString) -> String {
    let word = word.to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word,
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::in_shell;

    #[test]
    fn what_is_not_plain_is_quoted() {
        assert_eq!(in_shell("rules/größe-2.score"), "rules/größe-2.score");
        assert_eq!(in_shell("a b"), "'a b'");
        assert_eq!(in_shell("it's"), "'it'\\''s'");
        assert_eq!(in_shell(""), "''");
    }
}
