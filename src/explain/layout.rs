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

/// A text in lines of at most a width, broken at blanks; a longer word stands alone.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
