//! Counts in the words of people.

use std::fmt::Display;

/// `1 error`, `2 errors`.
pub fn plural(count: impl Display, noun: &str) -> String {
    let count = grouped(count);
    let s = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// A count with a comma between thousands, for people.
pub fn grouped(count: impl Display) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, plural};

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(plural(1_000, "record"), "1,000 records");
    }
}
