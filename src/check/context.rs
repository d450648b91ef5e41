//! What every part of the checker shares: the day, the statements, the names, and where its findings go.

use super::imports::Located;
use super::scope::Names;
use crate::data::{FieldId, RecordId, Schema, Type};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Definition, DefinitionId, Item, RankedBy, Reason};
use crate::source::{FileId, Place, Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

use super::definition::Known;

/// The state of one pass of the checker: one policy on one day.
pub(super) struct Context<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The statements of the policy, taken ones included.
    pub statements: &'a [Located<'a>],
    /// The day.
    pub today: Date,
    /// Parameters set from outside: name and value as written.
    pub settings: &'a [(String, String)],
    /// The names that the statements declare.
    pub names: Names<'a>,
    /// Records, fields, links, tags, categories.
    pub schema: Schema,
    /// Reason codes.
    pub reasons: Vec<Reason>,
    /// Definitions lowered so far, each after those that it reads.
    pub definitions: Vec<Definition>,
    /// What is known of the lets: by their position among the names.
    pub known: BTreeMap<usize, Known>,
    /// The lets being lowered, for circles.
    pub open_lets: Vec<usize>,
    /// What is known of a lowered definition's value.
    pub facts: Vec<super::definition::Facts>,
    /// Influences in force that read previously published scores, by link.
    pub previous_links: BTreeSet<u32>,
    /// Fields whose type could not be read, which has been said: they fit everywhere.
    pub broken_fields: BTreeSet<(RecordId, FieldId)>,
    /// Items lowered so far, groups before their members.
    pub items: Vec<Item>,
    /// The bounds of each item's points.
    pub item_bounds: Vec<Bounds>,
    /// The types of the decisions lowered so far; `None` where it could not be read.
    pub decision_kinds: Vec<Option<Type>>,
    /// The range of the score, once known.
    pub score_bounds: Option<(Decimal, Decimal)>,
    /// What reasons are ranked by.
    pub ranked_by: RankedBy,
    /// Names that something used.
    pub used: BTreeSet<(Use, String)>,
    /// What was found.
    pub found: Vec<Finding>,
    /// The tables that were checked today, for findings that hold only where they hold on every day.
    pub tables: BTreeSet<(u32, u32)>,
}

/// What kind of name was used, for the warning about those that nothing uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// A reason code.
    Reason,
    /// A tag.
    Tag,
    /// A list.
    List,
    /// A definition.
    Let,
    /// A parameter.
    Param,
}

/// A diagnostic of one day.
pub(super) struct Finding {
    /// What was found.
    pub diagnostic: Diagnostic,
    /// Where it counts only if it holds on every day that its table is in force: the table (file, offset).
    pub every_day: Option<(u32, u32)>,
}

impl Context<'_> {
    /// Takes a diagnostic.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(Finding { diagnostic, every_day: None });
    }

    /// Takes a diagnostic that counts only if it holds on every day on which the table at `table` is in force (a row
    /// that is dead today may live tomorrow).
    pub(super) fn report_if_every_day(&mut self, table: Place, diagnostic: Diagnostic) {
        self.found.push(Finding { diagnostic, every_day: Some(key(table)) });
    }

    /// Notes that a table was checked today.
    pub(super) fn checked(&mut self, table: Place) {
        self.tables.insert(key(table));
    }

    /// An error, built and taken.
    pub(super) fn error(&mut self, code: Code, file: FileId, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, Place::new(file, span), message));
    }

    /// Notes that a name is used.
    pub(super) fn mark(&mut self, kind: Use, name: &str) {
        self.used.insert((kind, name.to_owned()));
    }

    /// The source text of a span, on one line.
    pub(super) fn text(&self, file: FileId, span: Span) -> String {
        let text = self.sources.get(file).and_then(|s| s.text.get(s.whole(span))).unwrap_or_default();
        let mut words = text.split_whitespace();
        let mut joined = String::with_capacity(text.len());
        joined.extend(words.next());
        for word in words {
            joined.push(' ');
            joined.push_str(word);
        }
        joined
    }

    /// A span with the rest of its lines, where nothing else stands in them: what to take away so that no empty line is
    /// left. A comment beside it stays.
    pub(super) fn whole_line(&self, file: FileId, span: Span) -> Place {
        let whole = || {
            let text = &self.sources.get(file)?.text;
            let range = self.sources.get(file)?.whole(span);
            let before = text.get(..range.start)?.rsplit('\n').next()?;
            let after = text.get(range.end..)?;
            let rest = after.split_inclusive('\n').next().unwrap_or_default();
            let alone = before.trim().is_empty() && rest.trim().is_empty();
            let start = u32::try_from(range.start - before.len()).ok()?;
            let end = u32::try_from(range.end + rest.len()).ok()?;
            alone.then_some(Span::new(start, end))
        };
        Place::new(file, whole().unwrap_or(span))
    }

    /// A lowered definition's facts.
    pub(super) fn facts_of(&self, id: DefinitionId) -> Option<&super::definition::Facts> {
        self.facts.get(id.index())
    }
}

fn key(place: Place) -> (u32, u32) {
    (place.file.index(), place.span.start)
}
