//! Lints: what the checker accepts, and what is probably not what was meant.
//!
//! A lint is a row of [`LINTS`] and a function in a file of its own. It looks at a checked policy as it stands on a day, at
//! the text, or at what the rows of tables did with the pack's data. A lint stays silent where it cannot be sure. The
//! checker's own warnings stand in the same table, so that a level can be set for each of them.

mod alike;
mod best_missing;
mod context;
mod fixed;
mod hits;
mod level;
mod monotone;
mod never_hit;
mod out_of_reach;
mod past_date;
mod protected;
mod repeated;
mod same;
mod shared_reason;
mod spread;
mod tier_gap;
mod uses;
mod without_owner;

pub use hits::Hits;
pub use level::{Level, Levels, Setting, find, hint};
pub use same::same_meaning;

use crate::check::Ruleset;
use crate::date::Date;
use crate::diagnostic::{self, Code, Diagnostic};
use crate::policy::Policy;
use context::Look;

/// A kind of warning, and how it is looked for.
#[derive(Debug)]
pub struct Lint {
    /// Its code, and with it its page.
    pub code: Code,
    /// Its name, for people and for `glassbox.toml`.
    pub name: &'static str,
    /// What it reads, and the function that does.
    reads: Reads,
}

/// What a lint reads.
#[derive(Debug, Clone, Copy)]
enum Reads {
    /// The checker finds it.
    Checker,
    /// The text, on the day of the check.
    Text(fn(&mut Look<'_>)),
    /// The policy from the day of the check on: what holds in one period is told.
    AnyDay(fn(&mut Look<'_>)),
    /// The policy from the day of the check on: only what holds in every period in which the thing is in force is told.
    EveryDay(fn(&mut Look<'_>)),
    /// The policy and the pack's data, on the day of the check.
    Data(fn(&mut Look<'_>, &Hits)),
}

/// Every warning, in the order of the register.
pub static LINTS: [Lint; 20] = [
    Lint { code: Code::W0301, name: "never-missing", reads: Reads::Checker },
    Lint { code: Code::W0302, name: "unused", reads: Reads::Checker },
    Lint { code: Code::W0303, name: "loss-without-reason", reads: Reads::Checker },
    Lint { code: Code::W0305, name: "idle-override", reads: Reads::Checker },
    Lint { code: Code::W0306, name: "idle-change", reads: Reads::Checker },
    Lint { code: Code::W0401, name: "idle-exception", reads: Reads::Checker },
    Lint { code: Code::W0501, name: "points-not-monotone", reads: Reads::AnyDay(monotone::find) },
    Lint { code: Code::W0502, name: "missing-is-best", reads: Reads::AnyDay(best_missing::find) },
    Lint { code: Code::W0503, name: "shared-reason", reads: Reads::AnyDay(shared_reason::find) },
    Lint { code: Code::W0504, name: "no-effect", reads: Reads::EveryDay(fixed::find) },
    Lint { code: Code::W0505, name: "row-never-taken", reads: Reads::Data(never_hit::find) },
    Lint { code: Code::W0506, name: "repeated-number", reads: Reads::Text(repeated::find) },
    Lint { code: Code::W0507, name: "protected-scored", reads: Reads::AnyDay(protected::find) },
    Lint { code: Code::W0508, name: "past-date", reads: Reads::Text(past_date::find) },
    Lint { code: Code::W0509, name: "out-of-reach", reads: Reads::EveryDay(out_of_reach::find) },
    Lint { code: Code::W0510, name: "no-owner-or-source", reads: Reads::Text(without_owner::find) },
    Lint { code: Code::W0511, name: "similar-names", reads: Reads::Text(alike::find) },
    Lint { code: Code::W0512, name: "tier-gap", reads: Reads::EveryDay(tier_gap::find) },
    Lint { code: Code::W0601, name: "charter-unknown-name", reads: Reads::Checker },
    Lint { code: Code::W0602, name: "charter-undecided", reads: Reads::Checker },
];

/// The lint that reads the pack's data.
pub const NEEDS_DATA: Code = Code::W0505;

/// What a policy is looked at with.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The policy over all time.
    pub ruleset: &'a Ruleset,
    /// The policy as it stands on the day of the check.
    pub policy: &'a Policy,
    /// Parameters set from outside.
    pub settings: &'a [(String, String)],
    /// What the rows of its tables did with the pack's data; absent where there are none.
    pub hits: Option<&'a Hits>,
}

/// Everything that the lints find, by file and place, whatever its level.
pub fn run(question: &Question<'_>) -> Vec<Diagnostic> {
    let Question { ruleset, policy, settings, hits } = *question;
    let statements = ruleset.statements();
    let case_days: Vec<Date> = ruleset.cases().into_iter().map(|case| case.as_of).collect();
    let on = |day| ruleset.on(day, settings).ok();
    let later: Vec<(Policy, Option<Date>)> = ruleset
        .days_after(policy.today, settings)
        .into_iter()
        .filter_map(|(day, start)| Some((on(day)?, start)))
        .collect();
    let far_off = ruleset.day_far_off(settings).and_then(on);
    let look = |policy, find: &dyn Fn(&mut Look<'_>)| {
        let mut look = Look::new(policy, &statements, &case_days, ruleset.sources());
        find(&mut look);
        look
    };

    let mut found = Vec::new();
    for lint in &LINTS {
        match lint.reads {
            Reads::Checker => {}
            Reads::Text(find) => found.extend(look(policy, &find).into_found()),
            Reads::AnyDay(find) => {
                let first = std::iter::once((look(policy, &find), None));
                let later = later.iter().map(|(policy, start)| (look(policy, &find), *start));
                found.extend(context::on_any_day(first.chain(later)));
            }
            Reads::EveryDay(find) => {
                let later = later.iter().map(|(policy, _)| policy);
                let days = std::iter::once(policy).chain(later).chain(&far_off);
                found.extend(context::on_every_day(days.map(|policy| look(policy, &find)).collect()));
            }
            Reads::Data(find) => {
                let looked = hits.map(|hits| look(policy, &|look| find(look, hits)));
                found.extend(looked.into_iter().flat_map(Look::into_found));
            }
        }
    }
    diagnostic::sort(&mut found);
    found
}

/// Whether both are the same finding at one place: the words may name a day's own values.
fn same_place(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.code == other.code && one.place.zip(other.place).is_some_and(|(a, b)| a.same_place(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_of_the_register_is_in_the_table_once() {
        let listed: Vec<Code> = LINTS.iter().map(|lint| lint.code).collect();
        let warnings: Vec<Code> = Code::all().iter().copied().filter(|code| code.is_warning()).collect();
        assert_eq!(listed, warnings);
        let mut names: Vec<&str> = LINTS.iter().map(|lint| lint.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LINTS.len());
        assert!(
            LINTS
                .iter()
                .filter(|lint| matches!(lint.reads, Reads::Data(_)))
                .all(|lint| lint.code == NEEDS_DATA)
        );
    }

    #[test]
    fn the_page_of_a_warning_names_it() {
        for lint in &LINTS {
            assert!(lint.code.page().contains(&format!("`{}`", lint.name)), "{} {}", lint.code, lint.name);
        }
    }
}
