//! A text as it was written: its tokens, and which of them stand on which line.

use crate::source::Span;
use crate::syntax::pieces;
use std::ops::Range;

/// A text, cut into tokens and lines.
pub(super) struct Written<'t> {
    /// The whole text.
    pub(super) text: &'t str,
    /// Its tokens in order, comments left out.
    pub(super) tokens: Vec<Span>,
    /// Its lines in order.
    pub(super) lines: Vec<Line<'t>>,
    /// What stands at the end of each line.
    pub(super) line_end: &'static str,
}

/// A line of the text.
pub(super) struct Line<'t> {
    /// Which tokens stand on it.
    pub(super) tokens: Range<usize>,
    /// The comment at its end, if any.
    pub(super) comment: Option<&'t str>,
}

impl Line<'_> {
    /// Whether nothing stands on it.
    pub(super) fn is_blank(&self) -> bool {
        self.tokens.is_empty() && self.comment.is_none()
    }
}

impl<'t> Written<'t> {
    /// Cuts a text.
    pub(super) fn new(text: &'t str) -> Self {
        let first_end = text.find('\n').unwrap_or(0);
        let is_dos = text.get(..first_end).is_some_and(|first| first.ends_with('\r'));
        let mut written = Self {
            text,
            tokens: Vec::new(),
            lines: Vec::new(),
            line_end: if is_dos { "\r\n" } else { "\n" },
        };
        let mut pieces = pieces(text).into_iter().peekable();
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            end += line.len();
            let first = written.tokens.len();
            let mut comment = None;
            while let Some(piece) = pieces.next_if(|piece| offset(piece.span.start) < end) {
                match piece.is_comment {
                    true => comment = Some(slice(text, piece.span)),
                    false => written.tokens.push(piece.span),
                }
            }
            written.lines.push(Line { tokens: first..written.tokens.len(), comment });
        }
        written
    }

    /// A token's text.
    pub(super) fn token(&self, at: usize) -> &'t str {
        self.tokens.get(at).map(|span| slice(self.text, *span)).unwrap_or_default()
    }

    /// What stands in a place.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        slice(self.text, span)
    }

    /// The tokens in a place.
    pub(super) fn tokens_in(&self, place: Span) -> Range<usize> {
        let from = self.tokens.partition_point(|token| token.start < place.start);
        let to = self.tokens.partition_point(|token| token.start < place.end);
        from..to.max(from)
    }

    /// The line that a token stands on.
    pub(super) fn line_of(&self, token: usize) -> usize {
        self.lines.partition_point(|line| line.tokens.end <= token)
    }

    /// Whether a token touches the one before it.
    pub(super) fn touches_previous(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        matches!((before, self.tokens.get(at)), (Some(before), Some(this)) if before.end == this.start)
    }
}

fn slice(text: &str, span: Span) -> &str {
    text.get(offset(span.start)..offset(span.end)).unwrap_or_default()
}

fn offset(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
