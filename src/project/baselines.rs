//! Baselines in a policy's text: a line in each block, and above the policy a comment that says where they come from.
//!
//! Lines are put in and replaced; all others stay as they are. Where the text was in the canonical layout it is so again.

use super::{AtomicFile, Fingerprint};
use crate::check::Ruleset;
use crate::decimal::Decimal;
use crate::diagnostic::plural;
use crate::format::format;
use crate::measure::{Averages, Over};
use crate::policy::{Item, Policy};
use crate::source::{FileId, Place, Source};
use crate::syntax::ast::{self, ClauseKind, Statement};
use std::collections::BTreeMap;
use std::path::Path;

/// A baseline, and the block that it is for, by the place of its head line.
#[derive(Debug, Clone, Copy)]
pub struct Baseline {
    /// The head line of the block.
    pub place: Place,
    /// The number.
    pub value: Decimal,
}

/// Why baselines cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// A block cannot be found in the text, or the policy could not be read with them.
    #[error("`{path}` would not hold together with these baselines")]
    Unfit {
        /// The policy's file.
        path: String,
    },
    /// The file.
    #[error("cannot write `{path}`: {cause}")]
    Io {
        /// The policy's file.
        path: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

/// What the first line of the comment begins with, and what its last line is: what stands between them is replaced.
const FIRST: &str = "# Baselines: ";
/// What the line of the policy begins with: its hash is that of the text before the baselines were put in.
const BY_POLICY: &str = "# by policy ";
/// See [`FIRST`].
const LAST: &str = "# (by `glassbox baseline`)";

/// Where averages come from, as a comment of several lines: over whom, on which day, by which policy, from which files.
pub fn provenance(policy: &Policy, averages: &Averages, sources: &[Fingerprint]) -> Vec<String> {
    let who = plural(averages.records(), &policy.schema.scored().name);
    let which = match averages.over() {
        Over { at_or_above: None, .. } => String::new(),
        Over { at_or_above: Some(least), within: None } => format!(" with a score of {least} or more"),
        Over { at_or_above: Some(least), within: Some(within) } => {
            let most = least.checked_add(within).unwrap_or(Decimal::MAX);
            format!(" with a score of {least} to {most}")
        }
    };
    let mut lines = vec![
        format!("{FIRST}average points of {who}{which}, as of {}", policy.today),
        format!("{BY_POLICY}{}", policy.hash),
    ];
    lines.extend(sources.iter().map(|one| {
        let name = one.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        // A name with a line end in it would end the comment.
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        format!("# {} {name} SHA-256 {}", one.name, one.sha256)
    }));
    lines.push(LAST.to_owned());
    lines
}

/// Writes baselines into the policy's own file, with a comment of several lines (each with its `#`) above the policy, and
/// says whether there was something to write. The file must be as it was when it was read. Where it says the same already it
/// stays as it is, with the hash of the policy that the averages were first taken with.
///
/// # Errors
///
/// The policy would not be valid with them, somebody else has changed the file, or it cannot be written.
pub fn write_baselines(
    ruleset: &Ruleset,
    policy: &Policy,
    settings: &[(String, String)],
    baselines: &[Baseline],
    comment: &[String],
) -> Result<bool, NotWritten> {
    let statements = ruleset.statements();
    let head = statements.iter().find_map(|(file, statement)| {
        if let Statement::Policy(block) = statement { Some(Place::new(*file, block.span)) } else { None }
    });
    let source = head.and_then(|head| ruleset.sources().get(head.file));
    let Some((head, source)) = head.zip(source) else {
        return Err(NotWritten::Unfit { path: policy.name.clone() });
    };
    let unfit = || NotWritten::Unfit { path: source.path.clone() };
    let text = with_baselines(source, head, &statements, baselines, comment).ok_or_else(unfit)?;
    if says_the_same(&source.text, &text) {
        return Ok(false);
    }
    let new = ruleset.with_texts(&BTreeMap::from([(head.file, text.clone())])).map_err(|_| unfit())?;
    // Every baseline stands where it belongs, and nowhere else.
    let written = new.on(policy.today, settings).map_err(|_| unfit())?;
    let wanted = |item: &Item| {
        let own = baselines.iter().find(|one| same_place(one.place, item.place));
        own.map_or(item.baseline, |own| Some(own.value))
    };
    let fits = written.items.len() == policy.items.len()
        && written.items.iter().zip(&policy.items).all(|(new, old)| new.baseline == wanted(old));
    if !fits {
        return Err(unfit());
    }
    let path = Path::new(&source.path);
    let io = |cause| NotWritten::Io { path: source.path.clone(), cause };
    AtomicFile::replace(path, source.text.as_bytes(), text.as_bytes()).map_err(io)?;
    Ok(true)
}

/// Whether two texts differ at most in which policy the comment names.
fn says_the_same(old: &str, new: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.split('\n').filter(|line| !line.starts_with(BY_POLICY))
    }
    lines(old).eq(lines(new))
}

/// Whether a block stands in the policy's own file, where its baseline can be written.
pub fn is_own(ruleset: &Ruleset, place: Place) -> bool {
    let head = ruleset.statements().into_iter().find(|(_, one)| matches!(one, Statement::Policy(_)));
    head.is_some_and(|(file, _)| file == place.file)
}

/// A text with baselines. `head` is the head line of the policy.
fn with_baselines(
    source: &Source,
    head: Place,
    statements: &[(FileId, &Statement)],
    baselines: &[Baseline],
    comment: &[String],
) -> Option<String> {
    let text = &source.text;
    let end = if text.split('\n').next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
    let mut edits = vec![above(source, head, comment, end)?];
    for baseline in baselines {
        let items = statements.iter().filter(|(file, _)| *file == baseline.place.file);
        let item = items
            .filter_map(|(_, statement)| item_of(statement))
            .find_map(|item| at(item, baseline.place))?;
        edits.push(edit(source, item, baseline.value, end)?);
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut new = String::with_capacity(text.len());
    let mut from = 0;
    for (range, replacement) in edits {
        new.push_str(text.get(from..range.start)?);
        new.push_str(&replacement);
        from = range.end;
    }
    new.push_str(text.get(from..)?);
    let was_formatted = format(head.file, text).is_ok_and(|formatted| formatted == *text);
    match was_formatted {
        true => format(head.file, &new).ok(),
        false => Some(new),
    }
}

type Edit = (std::ops::Range<usize>, String);

/// The place of the comment above the policy; one that was written before is replaced.
fn above(source: &Source, head: Place, comment: &[String], end: &str) -> Option<Edit> {
    let (line, _) = source.line_column(head.span.start);
    let words = |line: usize| source.line_text(line).unwrap_or_default().trim();
    // A blank line between the comment and the policy does not make it another's.
    let is_comment = |line: &usize| words(*line).is_empty() || words(*line).starts_with('#');
    let above: Vec<usize> = (1..line).rev().take_while(is_comment).collect();
    let first = above.iter().copied().find(|line| words(*line).starts_with(FIRST));
    let last = first.and_then(|first| (first..line).find(|line| words(*line) == LAST));
    let range = match first.zip(last) {
        Some((first, last)) => source.line_start(first)?..source.line_start(last + 1)?,
        None => source.line_start(line)?..source.line_start(line)?,
    };
    Some((range, comment.iter().map(|line| format!("{line}{end}")).collect()))
}

/// A baseline in a block: in place of the one it has, else behind its reason, else below its head.
fn edit(source: &Source, item: &ast::Item, value: Decimal, end: &str) -> Option<Edit> {
    let clause = |wanted: fn(&ClauseKind) -> bool| item.clauses.iter().find(|clause| wanted(&clause.kind));
    if let Some(old) = clause(|kind| matches!(kind, ClauseKind::Baseline(_))) {
        return Some((source.whole(old.span), format!("baseline  {value}")));
    }
    let reason = clause(|kind| matches!(kind, ClauseKind::Reason(_)));
    let behind = reason.map_or(item.span, |reason| reason.span);
    let last = behind.end.saturating_sub(1);
    let (line, _) = source.line_column(last);
    let start = source.line_start(line + 1)?;
    let (head, _) = source.line_column(item.span.start);
    let head = source.line_text(head)?;
    let indent: String = head.chars().take_while(|c| c.is_whitespace()).collect();
    Some((start..start, format!("{indent}  baseline  {value}{end}")))
}

fn item_of(statement: &Statement) -> Option<&ast::Item> {
    if let Statement::Item(item) = statement { Some(item) } else { None }
}

/// The item whose head line stands at a place: this one, or one in it.
fn at(item: &ast::Item, place: Place) -> Option<&ast::Item> {
    if item.span.same_place(&place.span) {
        return Some(item);
    }
    item.members.iter().find_map(|member| at(member, place))
}

fn same_place(a: Place, b: Place) -> bool {
    a.file == b.file && a.span.same_place(&b.span)
}
