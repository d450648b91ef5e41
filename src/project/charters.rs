//! The charters that a pack applies: `charters` in `glassbox.toml`, read together with its policies.

use super::Intake;
use super::files::not_utf8;
use super::shown::shown;
use crate::audit::{Charter, read_charters};
use crate::check::Ruleset;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Policy;
use crate::source::{Place, Sources};
use std::path::Path;

/// Charters that were read, with everything that is wrong with them.
#[derive(Debug, Clone, Default)]
pub(super) struct Applied {
    /// Those that could be read, in the order of the manifest.
    pub(super) charters: Vec<Charter>,
    /// What is wrong with their texts.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the charters that a manifest lists, each with the place where it does. They may lie outside the project: a charter
/// is a demand of somebody else, as often as not.
pub(super) fn read(
    listed: &[(String, Place)],
    folder: &Path,
    intake: &mut Intake,
    sources: &mut Sources,
) -> Applied {
    let mut applied = Applied::default();
    for (written, place) in listed {
        let path = folder.join(written);
        let bytes = match intake.read(&path) {
            Ok((_, bytes)) => bytes,
            Err(error) => {
                let message = format!("cannot read the charter `{}`: {error}", shown(&path));
                applied.diagnostics.push(Diagnostic::error(Code::E0403, *place, message));
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let file = sources.add(shown(&path), text.as_ref());
        if let Some(foreign) = not_utf8(file, &bytes) {
            applied.diagnostics.push(foreign);
            continue;
        }
        let (charters, found) = read_charters(file, &text);
        applied.diagnostics.extend(found);
        for charter in charters {
            if let Some(first) = applied.charters.iter().find(|first| first.name == charter.name) {
                // Two of one name in a file were told by its reader.
                if first.place.file != charter.place.file {
                    let message = format!("two charters of this pack are called `{}`", charter.name);
                    applied.diagnostics.push(
                        Diagnostic::error(Code::E0208, charter.place, message)
                            .also(first.place, "the first one"),
                    );
                }
            }
            applied.charters.push(charter);
        }
    }
    applied
}

/// What of the charters does not fit a policy, in any of its periods of effect.
pub(super) fn misfits(
    charters: &[Charter],
    ruleset: &Ruleset,
    settings: &[(String, String)],
) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    if charters.is_empty() {
        return found;
    }
    for policy in on_each_day(ruleset, settings) {
        for misfit in charters.iter().flat_map(|charter| charter.misfits(&policy)) {
            if !found.iter().any(|known| known.same(&misfit)) {
                found.push(misfit);
            }
        }
    }
    found
}

/// The policy on a day of each of its periods of effect. Days on which its parameters do not work were told by the checker.
pub(super) fn on_each_day(ruleset: &Ruleset, settings: &[(String, String)]) -> Vec<Policy> {
    ruleset.days().into_iter().filter_map(|day| ruleset.on(day, settings).ok()).collect()
}
