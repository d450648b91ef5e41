//! Tiers: best first, each score in exactly one, none that no score can reach.

use super::clause::Block;
use super::context::Context;
use super::head::Head;
use super::periods::in_force;
use crate::data::{Set, Type};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Override, Tier, TierId};
use crate::source::{FileId, Place};
use crate::syntax::ast::{Statement, TiersBlock};

impl<'a> Context<'a> {
    /// The `tiers` in force; two at once are an error.
    pub(super) fn tiers_block(&mut self) -> Option<(FileId, &'a TiersBlock)> {
        let today = self.today;
        let mut blocks = self.statements.iter().filter_map(|l| {
            if let Statement::Tiers(t) = l.statement
                && in_force(&t.clauses, today)
            {
                Some((l.file, t))
            } else {
                None
            }
        });
        let first = blocks.next();
        if let (Some((file, block)), Some((other, again))) = (first, blocks.next()) {
            self.report(
                Diagnostic::error(
                    Code::E0219,
                    Place::new(other, again.span),
                    "`tiers` are in force twice on the same day",
                )
                .also(Place::new(file, block.span), "also in force from here")
                .help("end the first with `before D` on the day on which the second starts with `from D`"),
            );
        }
        first
    }

    /// Declares the tiers' names, which conditions may use.
    pub(super) fn declare_tiers(&mut self, file: FileId, block: &TiersBlock) {
        self.check_clauses(file, &block.clauses, Block::Tiers);
        for line in &block.tiers {
            if let Some(first) =
                block.tiers.iter().find(|t| t.name.text == line.name.text && !t.span.same_place(&line.span))
                && first.span.start < line.span.start
            {
                self.twice(
                    Place::new(file, line.name.span),
                    "tier",
                    &line.name.text,
                    Place::new(file, first.name.span),
                );
            }
            let id = TierId(self.names.tiers.len() as u32);
            self.names.tiers.push((line.name.text.clone(), id));
        }
        if block.tiers.is_empty() && !super::clause::has_broken(&block.clauses) {
            self.error(Code::E0218, file, block.span, "there is no tier in `tiers`");
        }
    }

    /// Lowers the tiers and checks that every score has exactly one; tells whether something was wrong.
    pub(super) fn lower_tiers(
        &mut self,
        file: FileId,
        block: &TiersBlock,
        head: &Head<'_>,
    ) -> (Vec<Tier>, bool) {
        let all = Set::universe(Type::Number, 0);
        let mut tiers = Vec::new();
        let mut broken = super::clause::has_broken(&block.clauses);
        for line in &block.tiers {
            let cell = self.cell(file, &line.scores, Type::Number, &all);
            broken |= cell.broken;
            if cell.missing || cell.otherwise.is_some() {
                self.report(
                    Diagnostic::error(
                        Code::E0224,
                        Place::new(file, line.scores.span),
                        "a tier is a range of scores",
                    )
                    .help("such as `740 or more`, `670 to under 740`, `under 580`"),
                );
                broken = true;
            }
            tiers.push(Tier {
                name: line.name.text.clone(),
                label: line.label.as_ref().map_or_else(|| line.name.text.clone(), |l| l.text.clone()),
                scores: cell.known,
                text: self.text(file, line.scores.span),
                place: Place::new(file, line.span),
            });
        }
        if !broken {
            let before = self.found.len();
            self.tiers_cover(Place::new(file, block.span), &tiers, head);
            broken = self.found.len() > before;
        }
        (tiers, broken)
    }

    fn tiers_cover(&mut self, place: Place, tiers: &[Tier], head: &Head<'_>) {
        // Scores are multiples of the rounding step: count in steps, so that nothing lies between 739 and 740.
        let steps: Vec<Set> = tiers.iter().map(|t| in_steps(&t.scores, head.round)).collect();
        let universe = head.range.map_or_else(
            || in_steps(&Set::universe(Type::Number, 0), head.round),
            |(low, high)| {
                in_steps(&Set::from_interval(Some((low, true)), Some((high, true)), Type::Number), head.round)
            },
        );
        let mut left = universe.clone();
        for (i, (tier, set)) in tiers.iter().zip(&steps).enumerate() {
            if set.intersect(&universe).is_empty() {
                let message = format!("no score lies in the tier `{}`", tier.name);
                let mut diagnostic = Diagnostic::error(Code::E0305, tier.place, message);
                if let Some((low, high)) = head.range {
                    diagnostic = diagnostic
                        .help(format!("scores run from {low} to {high}, in steps of {}", head.round));
                }
                self.report(diagnostic);
                return;
            }
            for (other, earlier) in tiers.iter().zip(&steps).take(i) {
                let shared = set.intersect(earlier);
                if let Some(score) = from_steps(&shared, head.round) {
                    self.report(
                        Diagnostic::error(
                            Code::E0304,
                            tier.place,
                            format!("the score {score} lies in two tiers"),
                        )
                        .also(other.place, "and here")
                        .help("write the upper end as `to under N`, or end one step lower"),
                    );
                    return;
                }
            }
            if let Some((above, earlier)) =
                i.checked_sub(1).and_then(|p| Some((tiers.get(p)?, steps.get(p)?)))
                && lowest(earlier) < highest(set)
            {
                self.report(
                    Diagnostic::error(
                        Code::E0304,
                        tier.place,
                        format!("`{}` is better than `{}`, which stands above it", tier.name, above.name),
                    )
                    .also(above.place, "stands above")
                    .help("list the tiers from the best to the worst"),
                );
                return;
            }
            left = left.difference(set, Type::Date);
        }
        if let Some(score) = from_steps(&left, head.round) {
            self.report(
                Diagnostic::error(Code::E0304, place, format!("the score {score} lies in no tier"))
                    .help("every score has exactly one tier: widen one of them"),
            );
        }
    }

    /// Reports tiers that no record can have: neither by its score nor by a tier override.
    pub(super) fn unreachable_tiers(
        &mut self,
        tiers: &[Tier],
        overrides: &[Override],
        reachable: (Decimal, Decimal),
        head: &Head<'_>,
        named: Place,
    ) {
        let low = reachable.0.round_to(head.round).unwrap_or(reachable.0);
        let high = reachable.1.round_to(head.round).unwrap_or(reachable.1);
        let (mut low, mut high) = (low, high);
        for o in overrides {
            if let Some(most) = o.score_at_most {
                low = low.min(most);
            }
            if let Some(least) = o.score_at_least {
                high = high.max(least);
            }
        }
        let scores = Set::from_interval(Some((low, true)), Some((high, true)), Type::Number);
        for (i, tier) in tiers.iter().enumerate() {
            let id = TierId(i as u32);
            let by_override =
                overrides.iter().any(|o| o.tier_at_least == Some(id) || o.tier_at_most == Some(id));
            self.checked(tier.place);
            if !by_override && tier.scores.intersect(&scores).is_empty() {
                self.report_if_every_day(
                    tier.place,
                    Diagnostic::error(
                        Code::E0305,
                        tier.place,
                        format!("no record can reach the tier `{}`", tier.name),
                    )
                    .also(named, format!("by these points scores run from {low} to {high}"))
                    .help("move its edge, or take it away"),
                );
            }
        }
    }
}

/// A set of numbers as the multiples of a step that lie in it, counted in steps (as days are: whole numbers from `i128`).
fn in_steps(set: &Set, step: Decimal) -> Set {
    let Set::Ranges(ranges) = set else { return Set::Ranges(Vec::new()) };
    let step = step.units();
    let mut whole: Vec<(i128, i128)> = ranges
        .iter()
        .map(|(low, high)| {
            (low.div_euclid(step) + i128::from(low.rem_euclid(step) != 0), high.div_euclid(step))
        })
        .filter(|(low, high)| low <= high)
        .collect();
    whole.sort_unstable();
    Set::Ranges(whole)
}

/// A telling score of a set counted in steps: the greatest of its lowest interval that has one.
fn from_steps(set: &Set, step: Decimal) -> Option<Decimal> {
    let Set::Ranges(ranges) = set else { return None };
    let (low, high) = ranges.first()?;
    let far = Decimal::MAX.units() / step.units() / 2;
    let at = if low.abs() < far { *low } else { *high };
    Decimal::from_units(at.checked_mul(step.units())?)
}

fn lowest(set: &Set) -> Option<i128> {
    if let Set::Ranges(r) = set { r.first().map(|(low, _)| *low) } else { None }
}

fn highest(set: &Set) -> Option<i128> {
    if let Set::Ranges(r) = set { r.last().map(|(_, high)| *high) } else { None }
}
