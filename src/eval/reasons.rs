//! Which reasons a record is given, and in what order.

use super::GivenReason;
use crate::decimal::Decimal;
use crate::policy::{EventPoints, ItemBody, ItemId, Policy, RankedBy, ReasonId, Table};
use std::cmp::Reverse;

/// What is known of a policy's reasons before any record is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// By item: the codes that its table or itself may give, each once.
    codes: Vec<Vec<ReasonId>>,
    /// By reason: when it is first mentioned by an item or an influence.
    first_mention: Vec<usize>,
}

impl Plan {
    pub(super) fn new(policy: &Policy) -> Self {
        let mut plan = Self {
            codes: vec![Vec::new(); policy.items.len()],
            first_mention: vec![usize::MAX; policy.reasons.len()],
        };
        let mut mentioned = Vec::new();
        for root in &policy.roots {
            plan.visit(policy, *root, &mut mentioned);
        }
        mentioned.extend(policy.influences.iter().filter_map(|influence| influence.reason));
        for (place, reason) in mentioned.into_iter().enumerate() {
            if let Some(first) = plan.first_mention.get_mut(reason.index()) {
                *first = place.min(*first);
            }
        }
        plan
    }

    /// The codes that an item's own table or the item itself may give.
    pub(super) fn codes(&self, id: ItemId) -> &[ReasonId] {
        self.codes.get(id.index()).map_or(&[], Vec::as_slice)
    }

    fn visit(&mut self, policy: &Policy, id: ItemId, mentioned: &mut Vec<ReasonId>) {
        let item = policy.item(id);
        let mut codes: Vec<ReasonId> = Vec::new();
        let mut add = |reason: Option<ReasonId>| {
            if let Some(reason) = reason.filter(|reason| !codes.contains(reason)) {
                codes.push(reason);
            }
        };
        match &item.body {
            ItemBody::Table { table, .. } => reasons_of(table).for_each(|reason| add(reason.or(item.reason))),
            ItemBody::Formula(_) => add(item.reason),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Each(_) => add(item.reason),
                EventPoints::Table(table) => reasons_of(table).for_each(|reason| add(reason.or(item.reason))),
            },
            ItemBody::Group(members) => {
                for member in members {
                    self.visit(policy, *member, mentioned);
                }
            }
        }
        mentioned.extend(item.reason);
        mentioned.extend(&codes);
        if let Some(slot) = self.codes.get_mut(id.index()) {
            *slot = codes;
        }
    }

    /// When a code is first mentioned.
    pub(super) fn first_mention(&self, reason: ReasonId) -> usize {
        self.first_mention.get(reason.index()).copied().unwrap_or(usize::MAX)
    }
}

fn reasons_of(table: &Table) -> impl Iterator<Item = Option<ReasonId>> {
    table.rows.iter().map(|row| row.reason)
}

/// Ranks what counts under each reason. `overriding` are the reasons of overrides that changed the result; they come first.
///
/// By points lost: a code's losses are added (none is negative), codes that lose nothing are left out, ties stand in the
/// order in which the policy first mentions the codes. By a baseline, as JPMML-Evaluator runs PMML: distances are added
/// with their signs, codes below zero are left out and codes at zero kept, ties stand in the order in which this record
/// met the codes. `None` where a sum does not fit.
pub(super) fn rank(
    policy: &Policy,
    plan: &Plan,
    overriding: &[ReasonId],
    losses: &[(ReasonId, Decimal)],
) -> Option<Vec<GivenReason>> {
    let mut sums: Vec<(ReasonId, Decimal)> = Vec::new();
    for (reason, loss) in losses {
        match sums.iter_mut().find(|(code, _)| code == reason) {
            Some((_, sum)) => *sum = sum.checked_add(*loss)?,
            None => sums.push((*reason, *loss)),
        }
    }
    match policy.reasons_shown.by {
        RankedBy::PointsLost => {
            sums.retain(|(_, sum)| *sum > Decimal::ZERO);
            sums.sort_by_key(|(reason, sum)| (Reverse(*sum), plan.first_mention(*reason)));
        }
        RankedBy::BelowBaseline | RankedBy::AboveBaseline => {
            sums.retain(|(_, sum)| *sum >= Decimal::ZERO);
            sums.sort_by_key(|(_, sum)| Reverse(*sum));
        }
    }
    let mut given: Vec<GivenReason> = Vec::new();
    for reason in overriding {
        if !given.iter().any(|g| g.reason == *reason) {
            let lost = sums.iter().find(|(code, _)| code == reason).map(|(_, sum)| *sum);
            given.push(GivenReason { reason: *reason, lost });
        }
    }
    let first_ones = given.len();
    for (reason, sum) in sums {
        if !given.iter().take(first_ones).any(|g| g.reason == reason) {
            given.push(GivenReason { reason, lost: Some(sum) });
        }
    }
    given.truncate(policy.reasons_shown.up_to as usize);
    Some(given)
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use crate::data::Value;
    use crate::policy::*;

    /// The reasons of somebody with `a`, with their points.
    fn reasons(policy: &Policy, a: &str) -> Vec<(u32, Option<String>)> {
        given(policy, &People::one(a))
    }

    fn given(policy: &Policy, people: &People) -> Vec<(u32, Option<String>)> {
        let reasons = people.outcome(policy).reasons;
        reasons.into_iter().map(|given| (given.reason.0, given.lost.map(|lost| lost.to_string()))).collect()
    }

    fn lost(reasons: &[(u32, &str)]) -> Vec<(u32, Option<String>)> {
        reasons.iter().map(|(reason, lost)| (*reason, Some((*lost).to_owned()))).collect()
    }

    fn a_table(rows: Vec<Row>) -> Table {
        table(Expr::Field(A), rows)
    }

    #[test]
    fn points_lost_are_counted_from_the_most_and_added_by_code() {
        let mut policy = policy();
        let rows = || vec![row(Some(("0", "4")), "10"), row(Some(("5", "9")), "-20").because(3)];
        policy.add(characteristic("x", a_table(rows())).because(0).at_most("10"));
        policy.add(gives("y", constant("-7")).because(1).at_most("0"));
        policy.add(gives("z", constant("-4")).because(1).at_most("0"));
        // A gain under the same code is never netted against a loss.
        policy.add(gives("gain", constant("100")).because(1).at_most("50"));
        // Without a code nothing is listed.
        policy.add(gives("silent", constant("-99")).at_most("0"));
        assert_eq!(reasons(&policy, "1"), lost(&[(1, "11")]));
        assert_eq!(reasons(&policy, "5"), lost(&[(3, "30"), (1, "11")]), "the row's own code");
        policy.reasons_shown.up_to = 1;
        assert_eq!(reasons(&policy, "5"), lost(&[(3, "30")]));
        policy.reasons_shown.up_to = 0;
        assert_eq!(reasons(&policy, "5"), []);
    }

    #[test]
    fn ties_stand_in_the_order_of_the_first_mention() {
        let mut policy = policy();
        // R3 is first mentioned by a row that does not match.
        let rows = vec![row(Some(("0", "4")), "-5").because(2), row(Some(("5", "9")), "0").because(3)];
        policy.add(characteristic("x", a_table(rows)));
        policy.add(gives("y", constant("-5")).because(0));
        policy.add(gives("z", constant("-5")).because(3));
        assert_eq!(reasons(&policy, "1"), lost(&[(2, "5"), (3, "5"), (0, "5")]));
    }

    #[test]
    fn an_items_weight_and_limits_are_in_its_loss() {
        let mut policy = policy();
        policy.add(gives("x", Expr::Field(A)).weighing("2").limited("-10", "10").because(0).at_most("10"));
        assert_eq!(reasons(&policy, "1"), lost(&[(0, "8")]));
        assert_eq!(reasons(&policy, "-50"), lost(&[(0, "20")]));
        assert_eq!(reasons(&policy, "5"), []);
    }

    #[test]
    fn inside_a_group_a_loss_counts_with_its_weight_and_at_most_the_groups() {
        let mut policy = policy();
        let members = vec![
            gives("x", Expr::Field(A)).because(0).at_most("0"),
            gives("y", constant("-8")).because(1).at_most("0"),
        ];
        let id = policy.add_group(group("g", Some("0.5"), Some(("-10", "10"))).at_most("0"), members);
        assert_eq!(reasons(&policy, "-6"), lost(&[(1, "4"), (0, "3")]));
        // The group gives -10 at least.
        assert_eq!(reasons(&policy, "-60"), lost(&[(0, "10"), (1, "4")]));
        policy.items[id.index()].limits = None;
        assert_eq!(reasons(&policy, "-60"), lost(&[(0, "30"), (1, "4")]));
    }

    #[test]
    fn per_event_rules_lose_from_zero() {
        let people = {
            let mut people = People::one("1");
            people.buys(day("2026-01-01"), num("1"), 0).buys(day("2026-01-01"), num("2"), 0);
            people.buys(day("2026-01-01"), num("2"), 0).buys(day("2026-01-01"), num("3"), 0);
            people
        };
        let with = |rows: Vec<Row>, caps: &[(CapPeriod, &str)]| {
            let mut policy = policy();
            policy.add(per_purchase("e", EventPoints::Table(table(Expr::EventField(AMOUNT), rows)), caps));
            policy
        };
        let at = |amount: &str, points: &str, reason| row(Some((amount, amount)), points).because(reason);
        // The events that lose, under the caps; what others gain is never netted against them.
        let one = || vec![at("1", "30", 0), at("2", "-4", 0), at("3", "0", 0)];
        assert_eq!(given(&with(one(), &[]), &people), lost(&[(0, "8")]));
        assert_eq!(given(&with(one(), &[(CapPeriod::Day, "5")]), &people), lost(&[(0, "5")]));
        // Each code by itself.
        let several = || vec![at("1", "3", 0), at("2", "-4", 1), at("3", "-6", 2)];
        assert_eq!(given(&with(several(), &[]), &people), lost(&[(1, "8"), (2, "6")]));
        assert_eq!(given(&with(several(), &[(CapPeriod::Total, "7")]), &people), lost(&[(1, "7"), (2, "6")]));
        let mut weighed = with(several(), &[]);
        weighed.items[0].weight = Some(n("0.5"));
        assert_eq!(given(&weighed, &people), lost(&[(1, "4"), (2, "3")]));
    }

    #[test]
    fn influences_lose_from_zero() {
        let mut policy = policy();
        policy.influences.push(Influence {
            settled: false,
            against: n("600"),
            reason: Some(ReasonId(3)),
            ..influence("0.5")
        });
        let mut people = People::one("1");
        people.add(num("1"), num("1"), Value::YesNo(true));
        people.friends[0] = vec![1];
        people.previous[1] = Some(n("500"));
        assert_eq!(given(&policy, &people), lost(&[(3, "50")]));
        people.previous[1] = Some(n("700"));
        assert_eq!(given(&policy, &people), []);
    }

    #[test]
    fn overrides_that_changed_the_result_come_first() {
        let mut policy = policy();
        policy.add(gives("x", Expr::Field(A)).because(0).at_most("100"));
        let cap = |most: &str, reason| {
            let mut cap = overriding("cap", always());
            cap.score_at_most = Some(n(most));
            cap.reason = Some(ReasonId(reason));
            cap
        };
        policy.overrides = vec![cap("50", 2), cap("40", 1), cap("90", 3)];
        assert_eq!(reasons(&policy, "60"), [(1, None), (0, Some("40".to_owned()))]);
        assert_eq!(reasons(&policy, "10"), lost(&[(0, "90")]), "none of them changed anything");
        // A code that also loses points is one line, at the override's place.
        policy.overrides[1].reason = Some(ReasonId(0));
        policy.add(gives("y", constant("-1")).because(3).at_most("900"));
        assert_eq!(reasons(&policy, "60"), lost(&[(0, "40"), (3, "901")]));
    }

    /// The profiles of PMML as JPMML-Evaluator runs them.
    #[test]
    fn distances_from_the_baseline_are_netted_by_code_and_kept_at_zero() {
        let mut policy = policy();
        policy.reasons_shown.by = RankedBy::BelowBaseline;
        let from = |name: &str, points: &str, reason, baseline: &str| {
            gives(name, constant(points)).because(reason).with_baseline(baseline).at_most("999")
        };
        policy.add(from("a", "10", 1, "15"));
        policy.add(from("b", "20", 0, "20"));
        policy.add(from("c", "30", 2, "25"));
        // Nets against `a`.
        policy.add(from("d", "3", 1, "1"));
        // Ties stand in the order of the record, also where the first mention was below zero.
        policy.add(from("e", "0", 2, "8"));
        policy.add(gives("without baseline", constant("-50")).because(3));
        policy.add(gives("without reason", constant("-50")).with_baseline("0"));
        assert_eq!(reasons(&policy, "1"), lost(&[(1, "3"), (2, "3"), (0, "0")]));
        policy.reasons_shown.by = RankedBy::AboveBaseline;
        assert_eq!(reasons(&policy, "1"), lost(&[(0, "0")]));
        policy.reasons_shown.up_to = 0;
        assert_eq!(reasons(&policy, "1"), []);
    }

    #[test]
    fn a_row_has_its_own_baseline() {
        let mut policy = policy();
        policy.reasons_shown.by = RankedBy::BelowBaseline;
        let mut own = row(Some(("0", "4")), "5").because(2);
        own.baseline = Some(n("6"));
        let rows = vec![own, row(Some(("5", "9")), "5")];
        policy.add(characteristic("x", a_table(rows)).because(1).with_baseline("9"));
        assert_eq!(reasons(&policy, "1"), lost(&[(2, "1")]));
        assert_eq!(reasons(&policy, "5"), lost(&[(1, "4")]));
    }
}
