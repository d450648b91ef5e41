//! Influences: what linked records' scores add, and that the scores settle.

use super::clause::{self, Block};
use super::context::Context;
use super::item::limited;
use super::periods::in_force;
use super::scope::{KindName, PointsName};
use crate::data::LinkId;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Influence, RankedBy, Statistic};
use crate::source::{FileId, Place};
use crate::syntax::ast::{self, ClauseKind, InfluenceBlock, Statement};

impl Context<'_> {
    /// Notes the links whose influence reads previously published scores: those scores can be read elsewhere too.
    pub(super) fn note_previous_links(&mut self) {
        for located in self.statements {
            if let Statement::Influence(block) = located.statement
                && in_force(&block.clauses, self.today)
                && block.clauses.iter().any(|c| c.kind == ClauseKind::ReadsSettled(false))
                && let Some((KindName::Link(id), _)) = self.names.kinds.get(&block.link.text)
            {
                self.previous_links.insert(id.0);
            }
        }
    }

    /// Lowers the influences in force.
    pub(super) fn lower_influences(&mut self) -> Vec<Influence> {
        let mut lowered: Vec<Influence> = Vec::new();
        for located in self.statements {
            if let Statement::Influence(block) = located.statement
                && in_force(&block.clauses, self.today)
            {
                let at = PointsName::Influence(lowered.len() as u32);
                let dated = super::periods::effect(&block.clauses) != (None, None);
                self.declare_points(located.file, &block.link, at, dated);
                if let Some(influence) = self.influence(located.file, block) {
                    lowered.push(influence);
                }
            }
        }
        lowered
    }

    fn influence(&mut self, file: FileId, block: &InfluenceBlock) -> Option<Influence> {
        self.check_clauses(file, &block.clauses, Block::Influence);
        let link = self.influence_link(file, block);
        let settled = !block.clauses.iter().any(|c| c.kind == ClauseKind::ReadsSettled(false));
        if let Some(id) = link
            && settled
            && self.schema.links.get(id.index()).is_some_and(|l| l.to != self.schema.scored)
        {
            self.report(
                Diagnostic::error(
                    Code::E0311,
                    Place::new(file, block.link.span),
                    format!("`{}` leads to records that this policy does not score, so their scores do not settle here", block.link.text),
                )
                .help("write `reads previous scores`: the scores that their own policy published"),
            );
            return None;
        }
        let statistic = self.statistic(file, block);
        let weight = self
            .wanted(file, block, "weight", |k| if let ClauseKind::Weight(l) = k { Some(l) } else { None });
        let against = self
            .wanted(file, block, "against", |k| if let ClauseKind::Against(l) = k { Some(l) } else { None });
        let smoothing = self.smoothing(file, block);
        let limits = self.limits_of(file, &block.clauses);
        let reason = self.reason_of(file, &block.clauses);
        if let (Some(weight), None) = (weight, reason)
            && !weight.is_zero()
            && self.ranked_by == RankedBy::PointsLost
            && !self.reasons.is_empty()
            && !block.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Reason(_) | ClauseKind::Broken(_)))
        {
            self.report(
                Diagnostic::warning(
                    Code::W0303,
                    Place::new(file, block.link.span),
                    format!("`{}` can take points away, and has no reason", block.link.text),
                )
                .help("add a line `reason CODE`, so that people are told why")
                .about(&block.link.text),
            );
        }
        let link = link?;
        Some(Influence {
            link,
            name: block.link.text.clone(),
            title: block.title.as_ref().map_or_else(|| block.link.text.clone(), |t| t.text.clone()),
            statistic: statistic?,
            against: against?,
            weight: weight?,
            smoothing: smoothing?,
            limits,
            settled,
            reason,
            sources: clause::sources(&block.clauses),
            notes: clause::notes(&block.clauses),
            place: Place::new(file, block.span),
        })
    }

    fn influence_link(&mut self, file: FileId, block: &InfluenceBlock) -> Option<LinkId> {
        if block.link.is_broken() {
            return None;
        }
        let Some((KindName::Link(id), _)) = self.names.kinds.get(&block.link.text).copied() else {
            let names: Vec<String> = self.schema.links.iter().map(|l| l.name.clone()).collect();
            self.unknown(Code::E0202, file, &block.link, "link", names.iter().map(String::as_str));
            return None;
        };
        let link = self.schema.links.get(id.index())?;
        if link.from != self.schema.scored {
            self.error(
                Code::E0311,
                file,
                block.link.span,
                format!("the link `{}` does not start from the scored record", block.link.text),
            );
            return None;
        }
        Some(id)
    }

    fn statistic(&mut self, file: FileId, block: &InfluenceBlock) -> Option<Statistic> {
        let found = block.clauses.iter().find_map(|c| {
            if let ClauseKind::Statistic(s, link, field) = &c.kind {
                Some((*s, link, field, c.span))
            } else {
                None
            }
        });
        let Some((statistic, link, field, span)) = found else {
            if !clause::has_broken(&block.clauses) {
                self.report(
                    Diagnostic::error(
                        Code::E0218,
                        Place::new(file, block.span),
                        "this influence does not say what it reads",
                    )
                    .help(format!("add a line `average of {}.score`", block.link.text)),
                );
            }
            return None;
        };
        if link.text != block.link.text || field.text != "score" {
            if !link.is_broken() && !field.is_broken() {
                self.report(
                    Diagnostic::error(
                        Code::E0308,
                        Place::new(file, span),
                        format!("an influence reads `{}.score`", block.link.text),
                    )
                    .help(format!(
                        "fields of linked records are read by rules: `average({}.{})`",
                        link.text, field.text
                    )),
                );
            }
            return None;
        }
        Some(match statistic {
            ast::Statistic::Average => Statistic::Average,
            ast::Statistic::Median => Statistic::Median,
            ast::Statistic::Lowest => Statistic::Lowest,
            ast::Statistic::Highest => Statistic::Highest,
        })
    }

    fn wanted(
        &mut self,
        file: FileId,
        block: &InfluenceBlock,
        word: &str,
        pick: impl Fn(&ClauseKind) -> Option<&ast::Literal> + Copy,
    ) -> Option<Decimal> {
        if !block.clauses.iter().any(|c| pick(&c.kind).is_some()) {
            if !clause::has_broken(&block.clauses) {
                self.report(
                    Diagnostic::error(
                        Code::E0218,
                        Place::new(file, block.span),
                        format!("this influence has no `{word}`"),
                    )
                    .help(if word == "weight" {
                        "add a line `weight 0.3`"
                    } else {
                        "add a line `against N`: the score that changes nothing"
                    }),
                );
            }
            return None;
        }
        self.number_of(file, &block.clauses, pick)
    }

    fn smoothing(&mut self, file: FileId, block: &InfluenceBlock) -> Option<u32> {
        let literal = block
            .clauses
            .iter()
            .find_map(|c| if let ClauseKind::Smoothing(l) = &c.kind { Some(l.clone()) } else { None });
        let Some(literal) = literal else { return Some(0) };
        let number = self.number(file, &literal)?;
        let whole = if number.is_integer() {
            u32::try_from(number.units() / Decimal::ONE.units()).ok()
        } else {
            None
        };
        // As many as anyone could mean, and few enough to be summed.
        let whole = whole.filter(|n| *n <= 1_000_000);
        if whole.is_none() {
            self.error(
                Code::E0209,
                file,
                literal.span(),
                format!("smoothing is a whole number of friends, not `{number}`"),
            );
        }
        whole
    }

    /// Where an influence's weight stands.
    fn weight_place(&self, influence: &Influence) -> Place {
        let clauses = self.statements.iter().filter_map(|l| {
            if let Statement::Influence(b) = l.statement
                && b.link.text == influence.name
            {
                Some((l.file, &b.clauses))
            } else {
                None
            }
        });
        let weight = clauses
            .flat_map(|(file, clauses)| clauses.iter().map(move |c| (file, c)))
            .find(|(_, c)| matches!(c.kind, ClauseKind::Weight(_)));
        weight.map_or(influence.place, |(file, clause)| Place::new(file, clause.span))
    }

    /// Whether settled scores have one answer; if so, how many sweeps bring it within 0.001.
    pub(super) fn sweeps(
        &mut self,
        influences: &[Influence],
        range: Option<(Decimal, Decimal)>,
        own: Bounds,
    ) -> u32 {
        let settled: Vec<&Influence> = influences.iter().filter(|i| i.settled).collect();
        let Some(first) = settled.first() else { return 0 };
        let strength = settled.iter().try_fold(Decimal::ZERO, |sum, i| sum.checked_add(i.weight.abs()));
        let Some(strength) = strength.filter(|c| *c < Decimal::ONE) else {
            let total = strength.map_or_else(|| "too much".to_owned(), |c| c.to_string());
            let mut diagnostic = Diagnostic::error(
                Code::E0307,
                self.weight_place(settled.last().copied().unwrap_or(first)),
                format!(
                    "settled scores have no single answer: the weights' sizes add up to {total}, which is not below 1"
                ),
            );
            diagnostic = diagnostic.help("lower the weights, or write `reads previous scores`");
            self.report(diagnostic);
            return 0;
        };
        let width = match range {
            Some((low, high)) => high.checked_sub(low),
            None => spread(&settled, own, strength),
        };
        let Some(width) = width else {
            self.report(
                Diagnostic::error(
                    Code::E0309,
                    first.place,
                    "without limits to the points there is no telling how many sweeps settle the scores",
                )
                .help("add a `range` to the policy, or `limited to` to the rules without limits"),
            );
            return 0;
        };
        let sweeps = sweeps_for(strength, width);
        if sweeps.is_none() {
            self.report(
                Diagnostic::error(
                    Code::E0307,
                    self.weight_place(settled.last().copied().unwrap_or(first)),
                    format!(
                        "scores settle too slowly: the weights' sizes add up to {strength}, and {MOST_SWEEPS} sweeps do not do"
                    ),
                )
                .help("lower the weights, or write `reads previous scores`"),
            );
        }
        sweeps.unwrap_or(0)
    }
}

/// More sweeps than this nobody waits for.
const MOST_SWEEPS: u32 = 100_000;

/// How far apart two settled scores can lie where the policy has no range: own scores lie within `own`; each
/// influence adds at most its limits, or at most its weight times the distance to `against`.
fn spread(settled: &[&Influence], own: Bounds, strength: Decimal) -> Option<Decimal> {
    let (low, high) = (own.low?, own.high?);
    let mut farthest = high.checked_sub(low)?;
    for influence in settled {
        for end in [low, high] {
            farthest = farthest.max(end.checked_sub(influence.against)?.abs());
        }
    }
    // |score - against| <= farthest / (1 - c) for each, so two scores differ by at most twice that.
    let bound = farthest.checked_div(Decimal::ONE.checked_sub(strength)?)?;
    bound.checked_mul(Decimal::from_int(2))
}

/// The least k with c^k x width <= 0.001. Powers are rounded up at 9 places more than a decimal has, so that k is never too
/// small; it is the least for every c and width that people write. `None` where it is more than [`MOST_SWEEPS`].
fn sweeps_for(strength: Decimal, width: Decimal) -> Option<u32> {
    const FINE: i128 = 1_000_000_000;
    let c = strength.units();
    let target_units = Decimal::ONE.units() / 1000;
    // error = width in units of 1e-18, after each sweep multiplied by c (units of 1e-9), rounded up.
    let mut error = width.abs().units().checked_mul(FINE)?;
    let target = target_units * FINE;
    let mut sweeps = 0;
    while error > target {
        if sweeps == MOST_SWEEPS {
            return None;
        }
        let whole = error / FINE;
        let rest = error % FINE;
        let low = (rest * c + FINE - 1) / FINE;
        error = whole.checked_mul(c)?.checked_add(low)?;
        sweeps += 1;
    }
    Some(sweeps)
}

/// The points that an influence can give.
pub(super) fn influence_bounds(influence: &Influence, scores: Bounds) -> Bounds {
    // Scores published before may be of another policy, or of this one when its range was another.
    let scores = if influence.settled { scores } else { Bounds::UNBOUNDED };
    let against = Bounds { low: influence.against.checked_neg(), high: influence.against.checked_neg() };
    let weight = Bounds { low: Some(influence.weight), high: Some(influence.weight) };
    let zero = Bounds { low: Some(Decimal::ZERO), high: Some(Decimal::ZERO) };
    limited((scores + against) * weight, influence.limits).union(zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweeps(strength: &str, width: &str) -> Option<u32> {
        sweeps_for(Decimal::parse(strength).unwrap(), Decimal::parse(width).unwrap())
    }

    #[test]
    fn sweeps_are_the_least_that_do() {
        // 0.5^20 x 1048.576 is exactly 0.001, 0.1^6 x 1000 too; a hair more takes one sweep more.
        assert_eq!(sweeps("0.5", "1048.576"), Some(20));
        assert_eq!(sweeps("0.5", "1048.576000001"), Some(21));
        assert_eq!(sweeps("0.1", "1000"), Some(6));
        assert_eq!(sweeps("0.1", "1000.000000001"), Some(7));
        assert_eq!(sweeps("0.4", "0.015625"), Some(3));
        assert_eq!(sweeps("0.3", "550"), Some(11));
        assert_eq!(sweeps("0.3", "0.001"), Some(0));
        assert_eq!(sweeps("0", "550"), Some(1));
        assert_eq!(sweeps("0.999999999", "550"), None);
    }
}
