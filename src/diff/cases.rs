//! The cases of a policy beside those that it had: they change no score, but say what its authors expect.

use crate::check::Ruleset;
use crate::syntax::ast::{CaseBlock, Statement};

/// A case that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseChange {
    /// What it shows.
    pub title: String,
    /// `added`, `removed` or `changed`.
    pub became: super::Became,
}

/// The cases of a policy's text that were added, removed or changed, in the order of the new policy; what is no more comes last.
#[must_use]
pub fn case_changes(old: &Ruleset, new: &Ruleset) -> Vec<CaseChange> {
    let (old_statements, new_statements) = (old.statements(), new.statements());
    let (was, is) = (blocks(&old_statements), blocks(&new_statements));
    let mut changes = Vec::new();
    let mut tell = |block: &CaseBlock, became| {
        changes.push(CaseChange { title: block.title.text.clone(), became });
    };
    for case in &is {
        match was.iter().find(|known| known.title.text == case.title.text) {
            None => tell(case, super::Became::Added),
            Some(known) if known != case => tell(case, super::Became::Changed),
            Some(_) => {}
        }
    }
    for case in was.iter().filter(|case| is.iter().all(|other| other.title.text != case.title.text)) {
        tell(case, super::Became::Removed);
    }
    changes
}

fn blocks<'s>(statements: &[(crate::source::FileId, &'s Statement)]) -> Vec<&'s CaseBlock> {
    let case = |(_, statement): &(crate::source::FileId, &'s Statement)| {
        if let Statement::Case(block) = statement { Some(block) } else { None }
    };
    statements.iter().filter_map(case).collect()
}
