//! The reader that every builder takes first: where it stands in the file, and what it has had to complain of.

use pest::Parser;
use pest::iterators::Pair;

use super::grammar::{Grammar, Rule};
use super::line::Line;
use super::token::{Scan, Token, slice, span};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Name, Statement};

/// Walks the statements of one file and gathers its mistakes.
pub(super) struct Reader<'t> {
    file: FileId,
    text: &'t str,
    clean: &'t str,
    lines: &'t [Line<'t>],
    at: usize,
    diagnostics: Vec<Diagnostic>,
    /// Statements that stand inside a block where they do not belong: the file gets them all the same.
    pub(super) misplaced: Vec<Statement>,
    /// Operators of the statement in hand that make its tree deeper, see [`super::expression`].
    pub(super) operators: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: FileId, text: &'t str, scan: &'t Scan, lines: &'t [Line<'t>]) -> Self {
        Self {
            file,
            text,
            clean: &scan.clean,
            lines,
            at: 0,
            diagnostics: Vec::new(),
            misplaced: Vec::new(),
            operators: 0,
        }
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The next statement, left where it is.
    pub(super) fn peek(&self) -> Option<&'t Line<'t>> {
        self.lines.get(self.at)
    }

    /// The next statement, taken.
    pub(super) fn next(&mut self) -> Option<&'t Line<'t>> {
        let line = self.peek()?;
        self.at += 1;
        Some(line)
    }

    /// The text of a place as it was written.
    pub(super) fn written(&self, span: Span) -> &'t str {
        slice(self.text, span)
    }

    /// The text of a place as the grammar reads it: without comments, with plain signs.
    pub(super) fn mended(&self, span: Span) -> &'t str {
        slice(self.clean, span)
    }

    /// The text of a token, mended.
    pub(super) fn token_text(&self, token: Option<&Token>) -> &'t str {
        token.map(|token| self.mended(token.span).trim_end()).unwrap_or_default()
    }

    /// The first word of a line, as it is looked up in the tables of statements and clauses.
    pub(super) fn first_word(&self, line: &Line<'_>) -> &'t str {
        self.token_text(line.tokens.first())
    }

    /// The first word of a line as a name, for a mark where the line could not be read.
    pub(super) fn first_name(&self, line: &Line<'_>) -> Name {
        let span = line.tokens.first().map_or(line.span, |token| token.span);
        Name { text: self.first_word(line).to_owned(), span }
    }

    /// Reads a place by a rule of the grammar; `None` when it does not fit, which is said.
    pub(super) fn read(&mut self, rule: Rule, place: Span) -> Option<Node<'t>> {
        self.operators = 0;
        let text = self.mended(place);
        let base = usize::try_from(place.start).unwrap_or(usize::MAX);
        match Grammar::parse(rule, text) {
            Ok(mut found) => found.next().map(|pair| Node { pair, base }),
            Err(error) => {
                let at = match error.location {
                    pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
                };
                self.error(Code::E0101, span(base + at, base + text.len()), "this is not understood");
                None
            }
        }
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    /// An error at a place, kept; the caller may add to it.
    pub(super) fn error(&mut self, code: Code, at: Span, message: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, self.place(at), message);
        self.keep(diagnostic);
    }

    pub(super) fn keep(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// What a rule has found: pest's pair with places in the whole file.
#[derive(Clone)]
pub(super) struct Node<'t> {
    pair: Pair<'t, Rule>,
    base: usize,
}

impl<'t> Node<'t> {
    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    /// What was written, from the first to the last token.
    pub(super) fn text(&self) -> &'t str {
        self.pair.as_str().trim_end()
    }

    /// From the first to the last token; comments are blanks here, which a pair may run over.
    pub(super) fn span(&self) -> Span {
        let start = self.base + self.pair.as_span().start();
        span(start, start + self.text().len())
    }

    /// What stands directly in it, the end of the input left out.
    pub(super) fn children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let base = self.base;
        let children = self.pair.clone().into_inner().filter(|pair| pair.as_rule() != Rule::EOI);
        children.map(move |pair| Node { pair, base })
    }

    /// The first child by a rule.
    pub(super) fn child(&self, rule: Rule) -> Option<Node<'t>> {
        self.children().find(|child| child.rule() == rule)
    }

    /// Every child by a rule.
    pub(super) fn all(&self, rule: Rule) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(move |child| child.rule() == rule)
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.child(rule).is_some()
    }

    /// The children as pest gives them, for its operator parser, and the start of their text in the file.
    pub(super) fn into_pairs(self) -> (pest::iterators::Pairs<'t, Rule>, usize) {
        (self.pair.into_inner(), self.base)
    }

    pub(super) fn new(pair: Pair<'t, Rule>, base: usize) -> Self {
        Self { pair, base }
    }
}
