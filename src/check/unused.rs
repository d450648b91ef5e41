//! Names that are declared and that nothing uses.

use super::context::{Context, Use};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place};
use crate::syntax::ast::{Name, Statement};

impl Context<'_> {
    /// Warnings of the reasons, tags, lists, definitions and parameters of the policy's own file that nothing uses today.
    /// What is used in another period is used: the caller knows.
    pub(super) fn unused(&self) -> Vec<(Use, String, Diagnostic)> {
        let mut found = Vec::new();
        for located in self.statements.iter().filter(|l| !l.taken) {
            let (kind, what, name): (Use, &str, &Name) = match located.statement {
                Statement::Reason(r) => (Use::Reason, "reason", &r.code),
                Statement::Tag(t) => (Use::Tag, "tag", &t.name),
                Statement::List(l) => (Use::List, "list", &l.name),
                Statement::Let(l) => (Use::Let, "definition", &l.name),
                Statement::Param(p) => (Use::Param, "parameter", &p.name),
                Statement::Policy(_)
                | Statement::Record(_)
                | Statement::Link(_)
                | Statement::Item(_)
                | Statement::Override(_)
                | Statement::Tiers(_)
                | Statement::Decision(_)
                | Statement::Influence(_)
                | Statement::Participation(_)
                | Statement::Consequence(_)
                | Statement::Use(_)
                | Statement::Case(_)
                | Statement::Cases(_) => continue,
            };
            if !name.is_broken() && !self.used.contains(&(kind, name.text.clone())) {
                found.push((kind, name.text.clone(), unused(located.file, name, what)));
            }
        }
        found
    }
}

fn unused(file: FileId, name: &Name, what: &str) -> Diagnostic {
    Diagnostic::warning(
        Code::W0302,
        Place::new(file, name.span),
        format!("nothing uses the {what} `{}`", name.text),
    )
    .help("take it away, or use it")
}
