//! Names that are declared and that nothing uses.

use super::context::{Context, Use};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Name, Statement};

impl Context<'_> {
    /// Warnings of the reasons, tags, lists, definitions and parameters of the policy's own file that nothing uses today.
    /// What is used in another period is used: the caller knows.
    pub(super) fn unused(&self) -> Vec<(Use, String, Diagnostic)> {
        let mut found = Vec::new();
        for located in self.statements.iter().filter(|l| !l.taken) {
            let (kind, what, name, span): (Use, &str, &Name, Option<Span>) = match located.statement {
                // Whether it is to go, or to be given by a line that was forgotten, is for people to say.
                Statement::Reason(r) => (Use::Reason, "reason", &r.code, None),
                Statement::Tag(t) => (Use::Tag, "tag", &t.name, Some(t.span)),
                Statement::List(l) => (Use::List, "list", &l.name, Some(l.span)),
                // Of a definition by a table only the head is known, and what it works out may not fit.
                Statement::Let(l) => (Use::Let, "definition", &l.name, None),
                Statement::Param(p) => (Use::Param, "parameter", &p.name, Some(p.span)),
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
                let whole = span.map(|span| self.whole_line(located.file, span));
                found.push((kind, name.text.clone(), unused(located.file, name, what, whole)));
            }
        }
        found
    }
}

/// The warning of a name; `whole` is what to take away with it, where nothing else hangs on it.
fn unused(file: FileId, name: &Name, what: &str, whole: Option<Place>) -> Diagnostic {
    let warning = Diagnostic::warning(
        Code::W0302,
        Place::new(file, name.span),
        format!("nothing uses the {what} `{}`", name.text),
    )
    .about(&name.text);
    match whole {
        Some(whole) => warning.fix(whole, "", "take it away, or use it"),
        None => warning.help("take it away, or use it"),
    }
}
