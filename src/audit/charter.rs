//! Charters: what policies must never do, clause by clause, and who says so.

use super::clause::{self, Asked, Unknown};
use crate::diagnostic::{Code, Diagnostic, sort, suggest};
use crate::policy::Policy;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{CharterBlock, CharterLineKind};
use crate::syntax::{parse_charter, parse_clause};

/// A charter whose clauses are understood. It speaks of no policy yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Charter {
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// Where its demands come from: laws, norms, papers.
    pub sources: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// `note` lines.
    pub notes: Vec<String>,
    /// Its clauses, in source order.
    pub clauses: Vec<Asked>,
    /// Its head.
    pub place: Place,
}

/// Reads the charters of a file, as far as they are understood, with everything that is wrong with it.
pub fn read(file: FileId, text: &str) -> (Vec<Charter>, Vec<Diagnostic>) {
    let (tree, mut diagnostics) = parse_charter(file, text);
    if tree.charters.is_empty() && diagnostics.is_empty() {
        let start = Place::new(file, Span::NONE);
        diagnostics.push(
            Diagnostic::error(Code::E0601, start, "there is no charter in this file")
                .help("write one: `charter NAME \"Title\" { … }`"),
        );
    }
    let mut charters: Vec<Charter> = Vec::new();
    for block in &tree.charters {
        let charter = charter(file, block, &mut diagnostics);
        if let Some(first) =
            charters.iter().find(|first| first.name == charter.name && !first.name.is_empty())
        {
            let message = format!("there are two charters `{}`", charter.name);
            diagnostics.push(
                Diagnostic::error(Code::E0208, Place::new(file, block.name.span), message)
                    .also(first.place, "the first one"),
            );
        }
        charters.push(charter);
    }
    sort(&mut diagnostics);
    (charters, diagnostics)
}

/// Reads one clause: `require score never rises with person.late_24m`.
///
/// # Errors
///
/// What is wrong with it; nothing where the text is empty.
pub fn read_clause(file: FileId, text: &str) -> Result<Asked, Vec<Diagnostic>> {
    let (clause, mut diagnostics) = parse_clause(file, text);
    match clause.map(|clause| clause::read(file, &clause)) {
        Some(Ok(asked)) if diagnostics.is_empty() => Ok(asked),
        Some(Err(refusal)) => {
            diagnostics.push(*refusal);
            Err(diagnostics)
        }
        Some(Ok(_)) | None => Err(diagnostics),
    }
}

fn charter(file: FileId, block: &CharterBlock, diagnostics: &mut Vec<Diagnostic>) -> Charter {
    let mut charter = Charter {
        name: block.name.text.clone(),
        title: block.title.as_ref().map_or_else(|| block.name.text.clone(), |title| title.text.clone()),
        sources: Vec::new(),
        owner: None,
        notes: Vec::new(),
        clauses: Vec::new(),
        place: Place::new(file, block.span),
    };
    let mut readable = true;
    let mut owner: Option<Place> = None;
    for line in &block.lines {
        let place = Place::new(file, line.span);
        match &line.kind {
            CharterLineKind::Source(text) => charter.sources.push(text.text.clone()),
            CharterLineKind::Note(text) => charter.notes.push(text.text.clone()),
            CharterLineKind::Owner(text) => {
                if let Some(first) = owner.replace(place) {
                    diagnostics.push(twice("`owner` stands twice in this charter", place, first));
                }
                charter.owner = Some(text.text.clone());
            }
            CharterLineKind::Clause(written) => match clause::read(file, written) {
                Ok(asked) => {
                    if let Some(first) = charter.clauses.iter().find(|first| first.text == asked.text) {
                        diagnostics.push(twice(
                            "this clause stands twice in this charter",
                            place,
                            first.place,
                        ));
                    }
                    charter.clauses.push(asked);
                }
                Err(refusal) => {
                    readable = false;
                    diagnostics.push(*refusal);
                }
            },
            CharterLineKind::Broken(_) => readable = false,
        }
    }
    if charter.clauses.is_empty() && readable {
        let message = format!("the charter `{}` has no clause", charter.name);
        diagnostics.push(
            Diagnostic::error(Code::E0601, charter.place, message).help(
                "a clause begins with `require`, `forbid` or `limit`; docs/charters.md lists all of them",
            ),
        );
    }
    charter
}

fn twice(message: &str, place: Place, first: Place) -> Diagnostic {
    Diagnostic::error(Code::E0219, place, message).also(first, "the first one")
}

impl Charter {
    /// What does not fit a policy: an order is asked of a field that has none, or values that a field cannot have.
    pub fn misfits(&self, policy: &Policy) -> Vec<Diagnostic> {
        self.clauses.iter().flat_map(|clause| clause.misfits(policy)).collect()
    }

    /// Warnings of the names that none of some policies has. One that some have and others have not is no mistake: a
    /// charter is applied to many policies.
    pub fn unknown_names(&self, policies: &[&Policy]) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        let Some((first, others)) = policies.split_first() else { return warnings };
        for clause in &self.clauses {
            for name in clause.unknown(first) {
                let elsewhere: Vec<Unknown> = others
                    .iter()
                    .filter_map(|policy| {
                        clause.unknown(policy).into_iter().find(|other| other.place.same_place(&name.place))
                    })
                    .collect();
                if elsewhere.len() == others.len() {
                    warnings.push(unknown(&name, &elsewhere, policies));
                }
            }
        }
        warnings
    }
}

/// The warning of a name that no policy has.
fn unknown(name: &Unknown, elsewhere: &[Unknown], policies: &[&Policy]) -> Diagnostic {
    let who = match policies {
        [only] => format!("`{}` has", only.name),
        _ => "none of the policies has".to_owned(),
    };
    let negation = if policies.len() == 1 { "no" } else { "a" };
    let message = format!("{who} {negation} {} `{}`", name.what, name.name);
    let diagnostic = Diagnostic::warning(Code::W0601, name.place, message)
        .label("what the clause says of it asks nothing")
        .about(&name.name);
    let known = std::iter::once(name).chain(elsewhere).flat_map(|one| one.known.iter().map(String::as_str));
    match closest(&name.name, known) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).fix(
            name.place,
            meant,
            format!("write `{meant}`"),
        ),
        None => {
            let exception = format!("charter-unknown-name = {{ except = [\"{}\"] }}", name.name);
            diagnostic.help(format!(
                "where that is as it should be, make an exception in `glassbox.toml`: `{exception}`"
            ))
        }
    }
}

/// The name that may be meant: one that is spelt almost so, or the field of that name with its record.
fn closest<'a>(written: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let field = known.clone().find(|known| known.split_once('.').is_some_and(|(_, field)| field == written));
    field.or_else(|| suggest::closest(written, known))
}

#[cfg(test)]
mod tests;
