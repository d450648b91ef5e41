//! Laying out text in columns: widths, wrapping, numbers below each other.

use super::shown::signed;
use crate::decimal::Decimal;
use unicode_width::UnicodeWidthStr;

/// How the column of points is laid out: so many columns before the point, so many from it on.
pub(super) struct Figures {
    before: usize,
    after: usize,
}

impl Figures {
    /// For numbers, each with or without its sign.
    pub(super) fn of(numbers: impl Iterator<Item = (Decimal, bool)>) -> Self {
        let mut figures = Self { before: 0, after: 0 };
        for (number, with_sign) in numbers {
            let (before, after) = split(&figure(number, with_sign));
            figures.before = figures.before.max(before);
            figures.after = figures.after.max(after);
        }
        figures
    }

    /// The width of the column.
    pub(super) fn width(&self) -> usize {
        self.before + self.after
    }

    /// A number with its point below those of the others.
    pub(super) fn align(&self, points: Decimal, with_sign: bool) -> String {
        let text = figure(points, with_sign);
        let (before, after) = split(&text);
        let (left, right) = (self.before.saturating_sub(before), self.after.saturating_sub(after));
        format!("{}{text}{}", " ".repeat(left), " ".repeat(right))
    }
}

/// A number with its sign; zero has none.
fn figure(points: Decimal, with_sign: bool) -> String {
    if with_sign { signed(points) } else { points.to_string() }
}

/// How long a number is before its point, and from it on.
fn split(figure: &str) -> (usize, usize) {
    let before = figure.find('.').unwrap_or(figure.len());
    (before, figure.len() - before)
}

/// The width of the widest text.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// A text filled up with blanks to a width.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A text in lines of at most a width, broken at blanks and where it has line ends; a longer word stands alone. What goes
/// on after a line end is set in, so that one sees where each part begins.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (part, paragraph) in text.split('\n').enumerate() {
        let mut line = String::new();
        for (position, word) in paragraph.split(' ').enumerate() {
            if position > 0 && line.width() + 1 + word.width() > width {
                lines.push(std::mem::replace(
                    &mut line,
                    if part > 0 { "  ".to_owned() } else { String::new() },
                ));
            } else if position > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_blanks_and_line_ends() {
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("a\nbb cc", 9), ["a", "bb cc"]);
        assert_eq!(wrap("a b\nbb cc", 2), ["a", "b", "bb", "  cc"]);
        assert_eq!(wrap("a longword b", 4), ["a", "longword", "b"]);
        assert_eq!(wrap("  further in", 9), ["  further", "in"]);
        assert_eq!(wrap("", 4), [""]);
        // A wide character takes two columns.
        assert_eq!(wrap("信用 分数", 8), ["信用", "分数"]);
        assert_eq!(pad("信用", 6), "信用  ");
    }

    #[test]
    fn numbers_stand_with_their_points_below_each_other() {
        let numbers = ["500", "-11.895", "6.5", "0"].map(|text| text.parse::<Decimal>().unwrap());
        let figures = Figures::of(numbers.iter().map(|number| (*number, true)));
        let aligned = numbers.map(|number| figures.align(number, true));
        assert_eq!(aligned, ["+500    ", " -11.895", "  +6.5  ", "   0    "]);
        assert!(aligned.iter().all(|text| text.len() == figures.width()));
    }
}
