//! What people can do to their own score, asked of everybody: the cheapest way into a tier, and whether all have a way up.

mod price;
mod rise;

use super::Audit;
use super::axis::AxisId;
use super::block::Block;
use super::model::Model;
use super::recourse::group::{By, Group};
use crate::data::{FieldId, Value};
use crate::policy::Case;

/// A case with other values of its record's fields.
fn changed(audit: &Audit<'_>, case: &Case, set: &[(FieldId, Value)]) -> Case {
    let mut case = case.clone();
    let scored = audit.policy().schema.scored;
    if let Some((_, own)) = case.records.iter_mut().find(|(kind, _)| *kind == scored) {
        for (field, value) in set {
            if let Some(slot) = own.get_mut(field.index()) {
                *slot = value.clone();
            }
        }
    }
    case
}

/// The classes of a cell of a group's component.
fn classes(model: &Model<'_>, group: &Group, cell: usize) -> Option<Vec<(AxisId, usize)>> {
    let By::Cells(component, _) = &group.by else { return None };
    let block = model.components.get(*component)?;
    let axes = block.axes.iter().enumerate();
    Some(axes.map(|(position, axis)| (*axis, block.class(cell, position))).collect())
}

/// The cells that a group's levers lead to from a cell.
fn reachable(model: &Model<'_>, block: &Block, group: &Group, from: usize) -> Vec<usize> {
    let By::Cells(_, positions) = &group.by else { return Vec::new() };
    let cells = group.levers.iter().zip(positions).fold(vec![from], |cells, (lever, position)| {
        let own = block.class(from, *position);
        let all = block.axes.get(*position).map_or(&[][..], |axis| &model.axes.get(*axis).classes);
        let known = |class: usize| all.get(class).is_some_and(|class| !class.known.is_empty());
        // What is missing stays missing, and what is known stays known.
        let leads = |class: &usize| {
            *class == own || (known(own) && known(*class) && (!lever.only_up || *class > own))
        };
        let classes: Vec<usize> = (0..all.len()).filter(leads).collect();
        cells
            .iter()
            .flat_map(|cell| classes.iter().map(|class| block.moved(*cell, *position, *class)))
            .collect()
    });
    cells.into_iter().filter(|cell| block.cell(*cell).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Verdict;
    use crate::audit::clause::Desk;
    use crate::check::{self, Unit};
    use crate::decimal::Decimal;
    use crate::policy::{Policy, TierId};

    const SHOP: &str = r#"
policy p "P" {
  scores  person
  range   0 to 200
  start   50
  round   to 1
}
record person {
  id    text  key
  late  integer 0 to 9  controllable by person at 3 per step
  debt  money 0 or more  controllable by person at 2 per 100
  kind  one of (a, b, c)
}
characteristic late "Late" {
  | late      | points |
  | 0         | 60     |
  | 1 to 3    | 20     |
  | 4 or more | 0      |
}
characteristic debt "Debt" {
  | debt            | points |
  | under 500       | 10     |
  | 500 or more     | 0      |
}
characteristic kind "Kind" {
  | kind | points |
  | a    | 50     |
  | b    | 20     |
  | c    | 0      |
}
tiers {
  top   120 or more
  good  90 to under 120
  poor  under 90
}
"#;

    fn policy(text: &str) -> Policy {
        let (unit, mut diagnostics) = Unit::of_text("p.score", text);
        let checked = check::check(unit);
        diagnostics.extend(checked.diagnostics);
        let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{diagnostics:#?}"));
        ruleset.on(crate::date::Date::parse("2026-01-31").unwrap(), &[]).unwrap()
    }

    fn into(policy: &Policy, from: Option<u32>, to: u32, at_least: i64) -> Verdict {
        Audit::of(policy).gaming(from.map(TierId), TierId(to), Decimal::from_int(at_least))
    }

    #[test]
    fn what_costs_less_than_the_cheapest_step_is_proved() {
        let policy = policy(SHOP);
        let verdict = into(&policy, None, 1, 2);
        assert!(
            matches!(&verdict, Verdict::Proved { because } if because.contains("costs 2")),
            "{verdict:?}"
        );
    }

    #[test]
    fn a_cheap_way_is_shown_by_two_records_that_were_run() {
        let policy = policy(SHOP);
        let Verdict::Refuted { witnesses, because, .. } = into(&policy, None, 0, 9) else {
            panic!("{:?}", into(&policy, None, 0, 9))
        };
        let audit = Audit::of(&policy);
        let [witness] = witnesses.as_slice() else { panic!("{witnesses:?}") };
        let tiers: Vec<Option<TierId>> =
            witness.cases.iter().map(|case| audit.maker().run(case).unwrap().outcome.tier).collect();
        assert!(tiers[0] > tiers[1] && tiers[1] == Some(TierId(0)), "{tiers:?} {because}");
        assert!(!witness.differ_in.is_empty());
    }

    #[test]
    fn totals_that_are_not_near_enough_prove_it_too() {
        // Less than 3 is one step of debt, 10 points.
        let text = SHOP
            .replace("top   120 or more", "top   165 or more")
            .replace("90 to under 120", "90 to under 165");
        let policy = policy(&text);
        let verdict = into(&policy, None, 0, 3);
        // 50 + 60 + 50 + 10 = 170 is in, 160 is without the 10: one step of debt buys it.
        assert!(matches!(verdict, Verdict::Refuted { .. }), "{verdict:?}");
        let text = SHOP
            .replace("top   120 or more", "top   151 or more")
            .replace("90 to under 120", "90 to under 151");
        let policy = self::policy(&text);
        // 160 and 170 are in; the next below is 140, and 10 more are not enough.
        let verdict = into(&policy, None, 0, 3);
        assert!(
            matches!(&verdict, Verdict::Proved { because } if because.contains("10 points at most")),
            "{verdict:?}"
        );
    }

    #[test]
    fn without_prices_nothing_is_bought() {
        let text = SHOP
            .replace("controllable by person at 3 per step", "only up")
            .replace("controllable by person at 2 per 100", "");
        let policy = policy(&text);
        assert!(matches!(into(&policy, None, 0, 1_000), Verdict::Proved { .. }));
    }

    #[test]
    fn somebody_at_their_best_below_the_top_refutes_ways_up() {
        let policy = policy(SHOP);
        // 50 + 60 + 10 is 120 whatever the kind is: everyone can reach the top.
        assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Proved { .. }));
        let text = SHOP
            .replace("top   120 or more", "top   130 or more")
            .replace("90 to under 120", "90 to under 130");
        let policy = self::policy(&text);
        let audit = Audit::of(&policy);
        let Verdict::Refuted { witnesses, .. } = audit.ways_up() else { panic!("{:?}", audit.ways_up()) };
        let trial = audit.maker().run(&witnesses[0].cases[0]).unwrap();
        assert_eq!(trial.outcome.score, Some(Decimal::from_int(120)));
    }

    #[test]
    fn what_is_missing_is_no_way_up() {
        let text = SHOP
            .replace("late  integer 0 to 9", "late  integer 0 to 9  optional")
            .replace("  | 0         | 60     |", "  | 0         | 60     |\n  | missing   | 0      |");
        let policy = policy(&text);
        let audit = Audit::of(&policy);
        let Verdict::Refuted { witnesses, .. } = audit.ways_up() else { panic!("{:?}", audit.ways_up()) };
        let trial = audit.maker().run(&witnesses[0].cases[0]).unwrap();
        assert!(trial.outcome.score < Some(Decimal::from_int(120)));
    }

    #[test]
    fn what_only_grows_is_a_way_up_until_it_is_grown() {
        let text = SHOP.replace(
            "late  integer 0 to 9  controllable by person at 3 per step",
            "late  integer 0 to 9  only up",
        );
        let policy = policy(&text);
        // More late bills is worse: who has none has no way to more points but the debt.
        assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Refuted { .. }));
    }
}
