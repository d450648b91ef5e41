//! The charters that a pack applies: `charters` in `glassbox.toml`, read together with its policies.

use super::Intake;
use super::files::not_utf8;
use crate::audit::clause::Subject;
use crate::audit::{self, Audit, Charter, Report, read_charters};
use crate::check::Ruleset;
use crate::date::Date;
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
                let message = format!("cannot read the charter `{}`: {error}", intake.shown(&path));
                applied.diagnostics.push(Diagnostic::error(Code::E0403, *place, message));
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let file = sources.add(intake.shown(&path), text.as_ref());
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
    ruleset.days(settings).into_iter().filter_map(|day| ruleset.on(day, settings).ok()).collect()
}

/// A checked policy of a pack, and the parameters that are set.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The charters that are applied to it.
    pub charters: &'a [Charter],
    /// Its rules over all time.
    pub ruleset: &'a Ruleset,
    /// The parameters that are set from outside.
    pub settings: &'a [(String, String)],
}

/// What the charters of a pack say of its policies on a day and in each later period of effect: for each policy, in order,
/// one report a charter. A charter that asks about several policies together sees all of them.
#[must_use]
pub fn apply_charters(members: &[Member<'_>], day: Date) -> Vec<Vec<Report>> {
    members.iter().map(|member| reports(member, members, day)).collect()
}

fn reports(member: &Member<'_>, members: &[Member<'_>], day: Date) -> Vec<Report> {
    let charters = member.charters;
    if charters.is_empty() {
        return Vec::new();
    }
    let later = member
        .ruleset
        .days_to_ask_after(day, member.settings)
        .into_iter()
        .map(|(later, from)| (later, Some(from.unwrap_or(later))));
    let mut all: Vec<Option<Report>> = charters.iter().map(|_| None).collect();
    for (day, from) in std::iter::once((day, None)).chain(later) {
        let Ok(policy) = member.ruleset.on(day, member.settings) else { continue };
        let others = members.iter().filter(|other| !std::ptr::eq(other.ruleset, member.ruleset));
        let others: Vec<Policy> =
            others.filter_map(|other| other.ruleset.on(day, other.settings).ok()).collect();
        let others: Vec<&Policy> = others.iter().collect();
        let audit = Audit::of(&policy);
        let subject = Subject { policy: &policy, others: &others, desk: &audit, screen: None };
        for (charter, report) in charters.iter().zip(&mut all) {
            let of_day = audit::apply(charter, &subject);
            *report = Some(match (report.take(), from) {
                (Some(report), Some(from)) => report.and_later(of_day, from),
                (Some(report), None) => report,
                (None, _) => of_day,
            });
        }
    }
    all.into_iter().flatten().collect()
}
