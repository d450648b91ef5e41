//! The reader that every builder takes first: where it stands in the file, and what it has had to complain of.

use std::cmp::Ordering;

use pest::Parser;
use pest::iterators::Pair;
use rustc_hash::FxHashMap;

use super::MAX_MISTAKES;
use super::grammar::{Grammar, Rule};
use super::line::{self, Line, LineKind};
use super::refusal;
use super::slip::Slip;
use super::token::{Scan, Token, slice, span, trimmed};
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
    tokens: &'t [Token],
    slips: &'t [Slip],
    /// For each slip whether it stands where anything may be written.
    harmless: Vec<bool>,
    diagnostics: Vec<Diagnostic>,
    /// Whether the file opens more blocks than it closes (greater) or the other way round (less). Only then is a
    /// missing brace looked for by how the file is laid out.
    pub(super) braces: Ordering,
    /// Whether it has been said that a block goes on to the end of the file.
    pub(super) end_said: bool,
    /// How many blocks stand around the line in hand.
    pub(super) depth: usize,
    /// Statements that stand inside a block where they do not belong: the file gets them all the same.
    pub(super) misplaced: Vec<Statement>,
    /// A line that was complained of: it is not read, but declares its name.
    pub(super) pass_over: Option<Span>,
    /// Operators of the statement in hand that make its tree deeper, see [`super::expression`].
    pub(super) operators: usize,
    /// What has been read, by rule and text: in tables the same points and the same words stand again and again.
    read: FxHashMap<(Rule, &'t str), Pair<'t, Rule>>,
}

impl<'t> Reader<'t> {
    /// A reader of a file. `slips` are in order.
    pub(super) fn new(
        file: FileId,
        text: &'t str,
        scan: &'t Scan,
        lines: &'t [Line<'t>],
        slips: &'t [Slip],
    ) -> Self {
        let count = |kind: LineKind| lines.iter().filter(|line| line.kind == kind).count();
        Self {
            file,
            text,
            clean: &scan.clean,
            tokens: &scan.tokens,
            lines,
            slips,
            harmless: vec![false; slips.len()],
            at: 0,
            diagnostics: Vec::new(),
            braces: count(LineKind::Opens).cmp(&count(LineKind::Closes)),
            end_said: false,
            depth: 0,
            misplaced: Vec::new(),
            pass_over: None,
            operators: 0,
            read: FxHashMap::default(),
        }
    }

    /// Every mistake of the file.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let slips = self.slips.iter().zip(&self.harmless).filter(|(_, harmless)| !**harmless);
        self.diagnostics.into_iter().chain(slips.map(|(slip, _)| slip.diagnostic.clone())).collect()
    }

    /// The slips in a place, as indices.
    fn slips_in(&self, place: Span) -> std::ops::Range<usize> {
        let from = self.slips.partition_point(|slip| slip.span.start < place.start);
        let to = self.slips.partition_point(|slip| slip.span.start < place.end);
        from..to.max(from)
    }

    /// Whether a place is part of a slip, which has been said.
    pub(super) fn is_in_slip(&self, place: Span) -> bool {
        let after = self.slips.partition_point(|slip| slip.span.start <= place.start);
        let before = after.checked_sub(1).and_then(|before| self.slips.get(before));
        before.is_some_and(|slip| slip.span.end >= place.end)
    }

    /// Takes back the slips in a place where anything may be written.
    pub(super) fn allow_anything(&mut self, place: Span) {
        let slips = self.slips_in(place);
        self.harmless.get_mut(slips).unwrap_or_default().fill(true);
    }

    /// The tokens in a place.
    pub(super) fn tokens_in(&self, place: Span) -> &'t [Token] {
        let from = self.tokens.partition_point(|token| token.span.start < place.start);
        let to = self.tokens.partition_point(|token| token.span.start < place.end);
        self.tokens.get(from..to).unwrap_or_default()
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
        token.map(|token| trimmed(self.clean, token.span)).unwrap_or_default()
    }

    /// The first word of a line, as it is looked up in the tables of statements and clauses.
    pub(super) fn first_word(&self, line: &Line<'_>) -> &'t str {
        self.token_text(line.tokens.first())
    }

    /// Whether a line is, by its shape, the first of a statement.
    pub(super) fn looks_like_statement(&self, line: &Line<'_>) -> bool {
        line::looks_like_statement(self.clean, line.tokens)
    }

    /// The first word of a line as a name, for a mark where the line could not be read.
    pub(super) fn first_name(&self, line: &Line<'_>) -> Name {
        let span = line.tokens.first().map_or(line.span, |token| token.span);
        Name { text: self.first_word(line).to_owned(), span }
    }

    /// Reads a place by a rule of the grammar; `None` when it does not fit, which is said.
    pub(super) fn read(&mut self, rule: Rule, place: Span) -> Option<Node<'t>> {
        self.operators = 0;
        if self.pass_over.take().is_some_and(|said| said.same_place(&place)) {
            return None;
        }
        let slips = self.slips.get(self.slips_in(place)).unwrap_or_default();
        if slips.iter().any(|slip| slip.diagnostic.code == Code::E0116) {
            return None;
        }
        let text = self.mended(place);
        let base = usize::try_from(place.start).unwrap_or(usize::MAX);
        if let Some(pair) = self.read.get(&(rule, text)) {
            return Some(Node { pair: pair.clone(), base });
        }
        match Grammar::parse(rule, text) {
            Ok(mut found) => {
                let pair = found.next()?;
                self.read.insert((rule, text), pair.clone());
                Some(Node { pair, base })
            }
            Err(error) => {
                if slips.is_empty() {
                    let refusal = refusal::explain(self, rule, place, &error);
                    self.keep(refusal);
                }
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
        if self.diagnostics.len() <= MAX_MISTAKES {
            self.diagnostics.push(diagnostic);
        }
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

    /// What stands directly in it, commas and the end of the input left out.
    pub(super) fn children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let base = self.base;
        let children =
            self.pair.clone().into_inner().filter(|pair| !matches!(pair.as_rule(), Rule::EOI | Rule::comma));
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
