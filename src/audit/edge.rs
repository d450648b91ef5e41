//! Two records on either side of an edge: what follows a score changes where the score crosses it.

use super::Audit;
use super::clause::{Input, Target};
use super::inquiry::{Moves, Rule};
use super::verdict::Witness;
use crate::cases::{Amount, Possible, Trial, Wish};
use crate::data::{Set, Type, limits};
use crate::policy::{Expr, Policy, RowOutcome};
use std::collections::BTreeSet;

/// How many searches are made.
const SEARCHES: usize = 16;
/// How many pairs of cells are taken.
const PAIRS: usize = 2;

impl Audit<'_> {
    /// Two records that differ in nothing but inputs, of which a target gets something else: their scores are moved to
    /// either side of an edge of it. Not finding any proves nothing.
    pub fn across(&self, inputs: &[Input], target: Target) -> Option<Witness> {
        let model = self.model.as_ref().ok()?;
        let reads = self.reads(inputs);
        let keeps = |part: usize| self.keeps_same(model, part, &reads);
        let findings = model.inquire(&reads, &Moves::Any, Rule::Within(0), &keeps);
        let edges: Vec<i128> = edges(self.policy, target).into_iter().collect();
        let witnesses = self.witnesses(model);
        let judge = |a: &Trial<'_>, b: &Trial<'_>| differs(self.policy, target, a, b);
        let step = self.policy.round.units();
        let mut searches = 0;
        for suspect in findings.suspects.iter().take(PAIRS) {
            for edge in &edges {
                let windows = [
                    (edge.saturating_sub(suspect.gap), edge - step),
                    (*edge, edge.saturating_add(suspect.gap) - step),
                ];
                for ((low, high), amount) in windows.into_iter().zip([Amount::Most, Amount::Least]) {
                    if low > high || searches >= SEARCHES {
                        continue;
                    }
                    searches += 1;
                    let near = Possible::known(Set::Ranges(vec![(low, high)]));
                    let mut first = witnesses.wishes(&suspect.from, |_| None);
                    first.push(Wish::Expr { of: Expr::Score, within: near });
                    let second = witnesses.wishes(&suspect.to, |_| Some(amount));
                    let found = witnesses.by_wishes(&first, &second, &reads, &judge);
                    if found.is_some() {
                        return found;
                    }
                }
            }
        }
        None
    }
}

/// What a target gives one record and another, where that differs.
fn differs(policy: &Policy, target: Target, a: &Trial<'_>, b: &Trial<'_>) -> Option<String> {
    let (first, second) = a.outcome.score.zip(b.outcome.score)?;
    match target {
        Target::Score => (first != second).then(|| super::ask::went(first, second)),
        Target::Tier => {
            let name = |trial: &Trial<'_>| {
                let tier = trial.outcome.tier.and_then(|tier| policy.tiers.get(tier.index()));
                tier.map_or("none", |tier| tier.name.as_str()).to_owned()
            };
            (a.outcome.tier != b.outcome.tier)
                .then(|| format!("the tier is {} and then {}", name(a), name(b)))
        }
        Target::Decision(id) => {
            let name = policy.decisions.get(id.index()).map_or("", |decision| &decision.name);
            let of =
                |trial: &Trial<'_>| trial.outcome.decisions.get(id.index()).map(|given| given.value.clone());
            (of(a) != of(b)).then(|| format!("the decision `{name}` changes"))
        }
        Target::Consequence(at) => {
            let name = policy.consequences.get(at as usize).map_or("", |each| &each.name);
            let held = |trial: &Trial<'_>| trial.outcome.consequences.get(at as usize).copied();
            (held(a) != held(b)).then(|| format!("`{name}` holds of one of them only"))
        }
    }
}

/// The scores at which a target may turn into something else, each the first of the upper side, in units.
fn edges(policy: &Policy, target: Target) -> BTreeSet<i128> {
    let mut edges = BTreeSet::new();
    match target {
        Target::Score => {}
        Target::Tier => of_tiers(policy, &mut edges),
        Target::Decision(id) => of_expr(policy, &Expr::Decision(id), &mut edges),
        Target::Consequence(at) => {
            if let Some(each) = policy.consequences.get(at as usize) {
                of_expr(policy, &each.when.when, &mut edges);
            }
        }
    }
    edges
}

fn of_tiers(policy: &Policy, edges: &mut BTreeSet<i128>) {
    policy.tiers.iter().for_each(|tier| of_set(&tier.scores, edges));
}

/// Both ends of each range, those of the type left out.
fn of_set(set: &Set, edges: &mut BTreeSet<i128>) {
    let Set::Ranges(ranges) = set else { return };
    let (least, greatest) = limits(Type::Number);
    for (low, high) in ranges {
        edges.extend((*low > least).then_some(*low));
        edges.extend((*high < greatest).then_some(high + 1));
    }
}

fn of_expr(policy: &Policy, expr: &Expr, edges: &mut BTreeSet<i128>) {
    match expr {
        Expr::Test(inner, set) if **inner == Expr::Score => of_set(set, edges),
        Expr::Tier => of_tiers(policy, edges),
        Expr::Decision(id) => {
            if let Some(decision) = policy.decisions.get(id.index()) {
                for (at, column) in decision.table.columns.iter().enumerate() {
                    if column.subject == Expr::Score {
                        let cells = decision.table.rows.iter().filter_map(|row| row.cells.get(at));
                        cells.for_each(|cell| of_set(&cell.known, edges));
                    }
                    of_expr(policy, &column.subject, edges);
                }
                for row in &decision.table.rows {
                    if let RowOutcome::Value(value) = &row.outcome {
                        of_expr(policy, value, edges);
                    }
                }
            }
        }
        Expr::Negate(inner) | Expr::Test(inner, _) | Expr::IsMissing(inner) | Expr::Not(inner) => {
            of_expr(policy, inner, edges);
        }
        Expr::Compare(_, a, b) => {
            for (one, other) in [(a, b), (b, a)] {
                if let (Expr::Score, Expr::Constant(crate::data::Value::Number(number))) = (&**one, &**other)
                {
                    edges.extend([number.units(), number.units() + 1]);
                }
            }
            of_expr(policy, a, edges);
            of_expr(policy, b, edges);
        }
        Expr::Arithmetic(_, a, b) | Expr::Otherwise(a, b) => {
            of_expr(policy, a, edges);
            of_expr(policy, b, edges);
        }
        Expr::And(all) | Expr::Or(all) | Expr::Call(_, all) => {
            all.iter().for_each(|each| of_expr(policy, each, edges));
        }
        Expr::Constant(_)
        | Expr::Field(_)
        | Expr::EventField(_)
        | Expr::Definition(_)
        | Expr::EventDefinition(_)
        | Expr::PreviousScore
        | Expr::Aggregate(_)
        | Expr::Score
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_type_are_no_edges() {
        let (least, greatest) = limits(Type::Number);
        let mut edges = BTreeSet::new();
        of_set(&Set::Ranges(vec![(least, 5), (10, 20), (30, greatest)]), &mut edges);
        assert_eq!(edges.into_iter().collect::<Vec<_>>(), [6, 10, 21, 30]);
    }
}
