//! A number that repeats the value of a parameter, where the parameter already stands for the same kind of thing.
//!
//! Equal numbers are often equal by chance. So one is told of only where the parameter itself is used in the same role: as
//! points, as a limit, or beside the same thing that the number is compared with.

use super::context::Look;
use super::uses::{self, Role, Use, What};
use crate::data::Value;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Param;
use crate::syntax::ast::Statement;

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    let uses: Vec<Use<'_>> =
        look.statements.iter().flat_map(|(file, statement)| uses::of(look, *file, statement)).collect();
    for param in &policy.params {
        let roles: Vec<&Role> =
            uses.iter().filter(|one| one.what == What::Name(&param.name)).map(|one| &one.role).collect();
        let repeats = |one: &&Use<'_>| {
            is_value(one.what, &param.value) && roles.contains(&&one.role) && is_telling(&one.role, one.what)
        };
        for one in uses.iter().filter(repeats) {
            let found = finding(look, param, one);
            look.report(found);
        }
    }
}

fn finding(look: &Look<'_>, param: &Param, one: &Use<'_>) -> Diagnostic {
    let number = look.text(one.place.file, one.place.span);
    let found = Diagnostic::warning(
        Code::W0506,
        one.place,
        format!("`{number}` repeats the value of the parameter `{}`", param.name),
    )
    .also(param.place, "the parameter")
    .about(&param.name);
    if param.set || has_history(look, &param.name) {
        return found.help(format!("if it is meant to change with it, write `{}`", param.name));
    }
    found.fix(one.place, &param.name, format!("write `{}`, so that both change together", param.name))
}

fn is_value(what: What<'_>, value: &Value) -> bool {
    match what {
        What::Number(number) => value.as_number() == Some(number),
        What::Date(date) => value.as_date() == Some(date),
        What::Name(_) => false,
    }
}

/// Whether a number is so particular, in its role, that it is hardly there by chance.
fn is_telling(role: &Role, what: What<'_>) -> bool {
    let What::Number(number) = what else { return *role != Role::Other };
    match role {
        Role::Other => false,
        Role::Compared(_) | Role::Window(..) => number.abs() > Decimal::ONE,
        Role::Points | Role::Limit | Role::Cap(_) | Role::Weight => {
            // Two digits at least that are no zeros at the end.
            let digits = number.abs().units().to_string();
            digits.trim_end_matches('0').len() >= 2
        }
    }
}

/// Whether a parameter has other values on other days.
fn has_history(look: &Look<'_>, name: &str) -> bool {
    look.statements.iter().any(|(_, statement)| {
        matches!(statement, Statement::Param(param) if param.name.text == name && param.value.steps.len() > 1)
    })
}
