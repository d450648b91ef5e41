//! A policy that nobody answers for, or that rests on nothing.

use super::context::Look;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use crate::syntax::ast::Statement;

pub(super) fn find(look: &mut Look<'_>) {
    let about = &look.policy.about;
    let (message, help) = match (about.owner.is_some(), !about.sources.is_empty()) {
        (true, true) => return,
        (false, true) => ("no owner", "add a line `owner \"…\"`: who answers for it"),
        (true, false) => ("no source", "add a line `source \"…\"`: what its points rest on"),
        (false, false) => (
            "neither an owner nor a source",
            "add lines `owner \"…\"`, who answers for it, and `source \"…\"`, what its points rest on",
        ),
    };
    let block = look.statements.iter().find_map(|(file, statement)| {
        if let Statement::Policy(block) = statement { Some((*file, block)) } else { None }
    });
    if let Some((file, block)) = block {
        let message = format!("the policy `{}` names {message}", block.name.text);
        look.report(
            Diagnostic::warning(Code::W0510, Place::new(file, block.name.span), message)
                .help(help)
                .about(&block.name.text),
        );
    }
}
