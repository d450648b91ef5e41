//! Source texts and places in them.
//!
//! A [`Span`] is a pair of byte offsets into one text, a [`Place`] says which text. Neither takes part in
//! equality: two policies that say the same on other lines are equal.

use std::hash::{Hash, Hasher};
use std::ops::Range;

/// The number of a text in its [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The number of a file that is the `index`-th of its [`Sources`], from 0.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// The number of the file, from 0.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.0
    }
}

/// Bytes `start` up to, not including, `end` of a text.
///
/// **Position is not meaning**: any two spans are *equal*, so that the equality of trees that hold them compares
/// what they say and not where. [`Span::same_place`] compares offsets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span of something that was not written anywhere.
    pub const NONE: Self = Self { start: 0, end: 0 };

    /// Bytes `start` up to `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The span from the start of this one to the end of `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether both are the same offsets, which `==` does not ask.
    #[must_use]
    pub const fn same_place(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end
    }
}

impl PartialEq for Span {
    /// Always true: position is not meaning.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl Hash for Span {
    /// Adds nothing, as any two spans are equal.
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A span in a certain file. Equality asks for the same file only, see [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `file`.
    #[must_use]
    pub const fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }

    /// Whether both are the same offsets of the same file.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        self.file == other.file && self.span.same_place(&other.span)
    }
}

/// Where a place is, for people: lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position<'a> {
    /// The path of the file as it is shown.
    pub path: &'a str,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1; a tab is one.
    pub column: usize,
}

/// One text with the path under which people know it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as shown to people.
    pub path: String,
    /// The whole text, line ends as they are in the file.
    pub text: String,
    /// Where each line starts; the first is 0.
    line_starts: Vec<usize>,
}

impl Source {
    /// A text under a path.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path: path.into(), text, line_starts }
    }

    /// Line and column of a byte offset, both from 1, the column in characters. An offset inside a character
    /// counts as that character's start, one past the end as the end.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let offset = self.boundary_before(index(offset));
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_start(line).unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line, column + 1)
    }

    /// A line by its number from 1, without its line end.
    #[must_use]
    pub fn line_text(&self, line: usize) -> Option<&str> {
        let start = self.line_start(line)?;
        let end = self.line_start(line + 1).unwrap_or(self.text.len());
        let text = self.text.get(start..end)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        Some(text.strip_suffix('\r').unwrap_or(text))
    }

    /// How many lines there are; the empty one after a last line end counts.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The byte at which a line, counted from 1, starts.
    #[must_use]
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.line_starts.get(line.checked_sub(1)?).copied()
    }

    /// The bytes of a span: inside the text and on whole characters, whatever the offsets are.
    #[must_use]
    pub fn whole(&self, span: Span) -> Range<usize> {
        let start = self.boundary_before(index(span.start));
        start..self.boundary_after(index(span.end)).max(start)
    }

    /// The bytes to underline for a span: inside the text, on whole characters, without line ends at its end.
    /// The empty line after the last line end is never shown; what points there points to the end of the last
    /// line.
    #[must_use]
    pub fn shown(&self, span: Span) -> Range<usize> {
        let Range { start, end } = self.whole(span);
        if start == self.text.len() {
            let last = self.text.strip_suffix('\n').unwrap_or(&self.text);
            let last = last.strip_suffix('\r').unwrap_or(last).len();
            return last..last;
        }
        let covered = self.text.get(start..end).unwrap_or_default();
        start..start + covered.trim_end_matches(['\r', '\n']).len()
    }

    /// The last start of a character (or end of the text) at or before `offset`.
    fn boundary_before(&self, offset: usize) -> usize {
        (0..=offset.min(self.text.len())).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }

    /// The first start of a character (or end of the text) at or after `offset`.
    fn boundary_after(&self, offset: usize) -> usize {
        (offset..self.text.len()).find(|&at| self.text.is_char_boundary(at)).unwrap_or(self.text.len())
    }
}

/// Every text of a run, by number.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// No texts yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { sources: Vec::new() }
    }

    /// Takes a text in and gives it its number.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source::new(path, text));
        id
    }

    /// The text of a number.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.sources.get(index(file.0))
    }

    /// All texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.sources)
    }

    /// Where a place starts, for people; `None` for a file that is not here.
    #[must_use]
    pub fn position(&self, place: Place) -> Option<Position<'_>> {
        let source = self.get(place.file)?;
        let start = u32::try_from(source.shown(place.span).start).unwrap_or(u32::MAX);
        let (line, column) = source.line_column(start);
        Some(Position { path: &source.path, line, column })
    }
}

/// An offset as an index; where `usize` is narrower than 32 bits, past the end of any text.
fn index(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "ab\r\n\tü名x\nlast\n";

    #[test]
    fn spans_are_equal_wherever_they_are() {
        let (a, b) = (Span::new(1, 2), Span::new(3, 9));
        assert_eq!(a, b);
        assert!(!a.same_place(&b) && a.same_place(&Span::new(1, 2)));
        assert!(b.to(a).same_place(&Span::new(1, 9)));
        let place = |file, span| Place::new(FileId::new(file), span);
        assert_eq!(place(0, a), place(0, b));
        assert_ne!(place(0, a), place(1, a));
        assert!(!place(0, a).same_place(&place(0, b)) && !place(0, a).same_place(&place(1, a)));
    }

    #[test]
    fn columns_count_characters_and_lines_end_with_a_newline() {
        let source = Source::new("a.score", TEXT);
        for (offset, expected) in [
            (0, (1, 1)),
            (2, (1, 3)),
            (4, (2, 1)),
            (5, (2, 2)),
            (6, (2, 2)), // inside `ü`
            (7, (2, 3)),
            (9, (2, 3)), // inside `名`
            (10, (2, 4)),
            (12, (3, 1)),
            (17, (4, 1)),
            (u32::MAX, (4, 1)),
        ] {
            assert_eq!(source.line_column(offset), expected, "{offset}");
        }
        assert_eq!(Source::new("", "").line_column(7), (1, 1));
    }

    #[test]
    fn lines_come_without_their_ends() {
        let source = Source::new("a.score", TEXT);
        let lines: Vec<_> = (0..6).map(|line| source.line_text(line)).collect();
        assert_eq!(lines, [None, Some("ab"), Some("\tü名x"), Some("last"), Some(""), None]);
        assert_eq!(source.line_count(), 4);
    }

    #[test]
    fn what_is_shown_is_inside_the_text_on_whole_characters() {
        let source = Source::new("a.score", TEXT);
        for (span, expected) in [
            (Span::new(0, 2), 0..2),
            (Span::new(0, 4), 0..2),  // the line end is not underlined
            (Span::new(6, 9), 5..10), // from inside `ü` to inside `名`
            (Span::new(9, 5), 7..7),  // upside down
            (Span::new(12, 99), 12..16),
            (Span::new(17, 17), 16..16), // the empty last line
            (Span::new(99, 99), 16..16),
        ] {
            assert_eq!(source.shown(span), expected, "{span:?}");
        }
        assert_eq!(Source::new("", "").shown(Span::new(3, 5)), 0..0);
        assert_eq!(Source::new("", "a\r\n").shown(Span::new(3, 3)), 1..1);
        assert_eq!(source.whole(Span::new(0, 4)), 0..4);
    }

    #[test]
    fn places_are_told_by_path_line_and_column() {
        let mut sources = Sources::new();
        sources.add("first.score", "x");
        let file = sources.add("second.score", TEXT);
        let position = sources.position(Place::new(file, Span::new(7, 8)));
        assert_eq!(position, Some(Position { path: "second.score", line: 2, column: 3 }));
        assert_eq!(sources.position(Place::new(FileId::new(2), Span::NONE)), None);
        let paths: Vec<_> = sources.iter().map(|(id, source)| (id.index(), source.path.as_str())).collect();
        assert_eq!(paths, [(0, "first.score"), (1, "second.score")]);
    }
}
