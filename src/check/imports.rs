//! `use` lines: the statements of one policy, its own and those it takes from other files by name.
//!
//! A taken statement is read as if it stood in the file that takes it: the names it uses are looked up there.

use super::Unit;
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place};
use crate::syntax::ast::{Name, Statement, UseLine};

/// A statement with the file it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Located<'a> {
    /// The file whose text the statement's spans point into.
    pub file: FileId,
    /// The statement.
    pub statement: &'a Statement,
    /// Whether it was taken from another file.
    pub taken: bool,
}

/// The statements of the policy's file, each `use` line replaced by the statements that it takes.
pub(super) fn merge<'a>(unit: &'a Unit, diagnostics: &mut Vec<Diagnostic>) -> Vec<Located<'a>> {
    let mut merged = Vec::new();
    let Some(root) = unit.files.first() else { return merged };
    for statement in &root.statements {
        if let Statement::Use(line) = statement {
            take(unit, root.file, line, &mut merged, diagnostics);
        } else {
            merged.push(Located { file: root.file, statement, taken: false });
        }
    }
    merged
}

fn take<'a>(
    unit: &'a Unit,
    from: FileId,
    line: &UseLine,
    merged: &mut Vec<Located<'a>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // An unresolved path was reported by whoever read the files.
    let Some(file) = unit.uses.get(&(from, line.path.text.clone())) else { return };
    for name in &line.names {
        let found = find(unit, *file, &name.text, 0);
        if found.is_empty() {
            diagnostics.push(unknown(unit, from, *file, name, &line.path.text));
        }
        for located in found {
            let again = merged.iter().any(|m| std::ptr::eq(m.statement, located.statement));
            if !again {
                merged.push(located);
            }
        }
    }
}

/// The statements of a file that define a name, through its own `use` lines too (as deep as paths may be nested).
fn find<'a>(unit: &'a Unit, file: FileId, name: &str, depth: u8) -> Vec<Located<'a>> {
    let Some(tree) = unit.file(file) else { return Vec::new() };
    let mut found: Vec<Located<'a>> = tree
        .statements
        .iter()
        .filter(|s| defines(s).is_some_and(|n| n.text == name))
        .map(|statement| Located { file, statement, taken: true })
        .collect();
    if found.is_empty() && depth < 32 {
        for statement in &tree.statements {
            if let Statement::Use(line) = statement
                && line.names.iter().any(|n| n.text == name)
                && let Some(next) = unit.uses.get(&(file, line.path.text.clone()))
            {
                found.extend(find(unit, *next, name, depth + 1));
            }
        }
    }
    found
}

/// The name that a statement defines, where others can take it.
fn defines(statement: &Statement) -> Option<&Name> {
    match statement {
        Statement::Tag(t) => Some(&t.name),
        Statement::Record(r) => Some(&r.name),
        Statement::Link(l) => Some(&l.name),
        Statement::List(l) => Some(&l.name),
        Statement::Let(l) => Some(&l.name),
        Statement::Reason(r) => Some(&r.code),
        Statement::Param(p) => Some(&p.name),
        Statement::Item(i) => Some(&i.name),
        Statement::Override(o) => Some(&o.name),
        Statement::Decision(d) => Some(&d.name),
        Statement::Consequence(c) => Some(&c.name),
        Statement::Policy(_)
        | Statement::Tiers(_)
        | Statement::Influence(_)
        | Statement::Participation(_)
        | Statement::Use(_)
        | Statement::Case(_)
        | Statement::Cases(_) => None,
    }
}

fn unknown(unit: &Unit, from: FileId, file: FileId, name: &Name, path: &str) -> Diagnostic {
    let names: Vec<&str> = unit
        .file(file)
        .map(|f| f.statements.iter().filter_map(defines).map(|n| n.text.as_str()).collect())
        .unwrap_or_default();
    let diagnostic = Diagnostic::error(
        Code::E0404,
        Place::new(from, name.span),
        format!("`{path}` does not define `{}`", name.text),
    );
    match did_you_mean(&name.text, names.iter().copied()) {
        Some(advice) => diagnostic.help(advice),
        None if names.is_empty() => diagnostic.help("the file defines nothing that can be taken"),
        None => diagnostic.help(format!(
            "it defines {}",
            names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}
