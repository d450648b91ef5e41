//! What follows the points: participation, overrides, decisions, benefits and penalties.

use super::clause::{self, Block};
use super::context::Context;
use super::head::Head;
use super::periods::{effect, in_force};
use super::scope::PointsName;
use super::table::Gives;
use super::typed::{Env, Phase, describe_causes};
use crate::data::Type;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Consequence, Decision, DecisionId, Override, Participation, TierId};
use crate::source::{FileId, Place};
use crate::syntax::ast::{
    ClauseKind, ConsequenceBlock, DecisionBlock, Literal, OverrideBlock, ParticipationBlock, Statement,
};

impl Context<'_> {
    /// Lowers the participation in force.
    pub(super) fn lower_participation(&mut self) -> Option<Participation> {
        let today = self.today;
        let mut blocks: Vec<(FileId, &ParticipationBlock)> = Vec::new();
        for located in self.statements {
            if let Statement::Participation(p) = located.statement
                && in_force(&p.clauses, today)
            {
                blocks.push((located.file, p));
            }
        }
        let (file, block) = *blocks.first()?;
        if let Some((other, again)) = blocks.get(1) {
            self.report(
                Diagnostic::error(
                    Code::E0219,
                    Place::new(*other, again.span),
                    "`participation` is in force twice on the same day",
                )
                .also(Place::new(file, block.span), "also in force from here"),
            );
        }
        self.check_clauses(file, &block.clauses, Block::Participation);
        let env = Env::points(file);
        let when = clause::when(&block.clauses);
        if when.is_none() && !clause::has_broken(&block.clauses) {
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, block.span),
                    "`participation` does not say who takes part",
                )
                .help("add a line `needs CONDITION`"),
            );
        }
        let needs = self.condition_of(&env, &block.clauses, when)?;
        let (_, before) = effect(&block.clauses);
        Some(Participation { needs, before, place: Place::new(file, block.span) })
    }

    /// Lowers the overrides in force.
    pub(super) fn lower_overrides(&mut self, head: &Head<'_>) -> Vec<Override> {
        let mut lowered: Vec<Override> = Vec::new();
        let mut seen: Vec<(String, Place)> = Vec::new();
        for located in self.statements {
            let Statement::Override(block) = located.statement else { continue };
            if !in_force(&block.clauses, self.today) {
                continue;
            }
            let place = Place::new(located.file, block.name.span);
            if let Some((_, first)) = seen.iter().find(|(n, _)| *n == block.name.text) {
                let first = *first;
                self.twice(place, "override", &block.name.text, first);
            }
            seen.push((block.name.text.clone(), place));
            if let Some(made) = self.override_block(located.file, block, head) {
                lowered.push(made);
            }
        }
        lowered
    }

    fn override_block(&mut self, file: FileId, block: &OverrideBlock, head: &Head<'_>) -> Option<Override> {
        let clauses = &block.clauses;
        self.check_clauses(file, clauses, Block::Override);
        let env = Env::points(file);
        let when = clause::when(clauses);
        if when.is_none() && !clause::has_broken(clauses) {
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, block.span),
                    format!("the override `{}` does not say when it applies", block.name.text),
                )
                .help("add a line `when CONDITION`"),
            );
        }
        let condition = self.condition_of(&env, clauses, when);
        let most = self.override_number(file, clauses, head, |k| {
            if let ClauseKind::ScoreAtMost(l) = k { Some(l) } else { None }
        });
        let least = self.override_number(file, clauses, head, |k| {
            if let ClauseKind::ScoreAtLeast(l) = k { Some(l) } else { None }
        });
        let tier_most = self.override_tier(file, block, true);
        let tier_least = self.override_tier(file, block, false);
        let not_scored = clauses.iter().any(|c| c.kind == ClauseKind::NotScored);
        let says = clauses.iter().any(|c| {
            matches!(
                c.kind,
                ClauseKind::ScoreAtMost(_)
                    | ClauseKind::ScoreAtLeast(_)
                    | ClauseKind::TierAtMost(_)
                    | ClauseKind::TierAtLeast(_)
                    | ClauseKind::NotScored
                    | ClauseKind::Broken(_)
            )
        });
        if !says {
            self.report(
                Diagnostic::error(Code::E0218, Place::new(file, block.span), format!("the override `{}` does not say what it does", block.name.text))
                    .help("add `score at most N`, `score at least N`, `tier at most T`, `tier at least T` or `not scored`"),
            );
        }
        if let (Some(most), Some(least)) = (most, least)
            && least > most
        {
            self.error(
                Code::E0303,
                file,
                block.span,
                format!("a score cannot be at least {least} and at most {most}"),
            );
        }
        self.override_without_effect(file, block, head, most, least);
        let reason = self.reason_of(file, clauses);
        Some(Override {
            name: block.name.text.clone(),
            title: block.title.as_ref().map_or_else(|| block.name.text.clone(), |t| t.text.clone()),
            when: condition?,
            score_at_most: most,
            score_at_least: least,
            tier_at_most: tier_most,
            tier_at_least: tier_least,
            not_scored,
            reason,
            sources: clause::sources(clauses),
            notes: clause::notes(clauses),
            place: Place::new(file, block.span),
        })
    }

    fn override_number(
        &mut self,
        file: FileId,
        clauses: &[crate::syntax::ast::Clause],
        head: &Head<'_>,
        pick: impl Fn(&ClauseKind) -> Option<&Literal>,
    ) -> Option<Decimal> {
        let literal = clauses.iter().find_map(|c| pick(&c.kind).cloned())?;
        let number = self.number(file, &literal)?;
        let place = Place::new(file, literal.span());
        if !number.is_multiple_of(head.round) {
            self.report(
                Diagnostic::error(
                    Code::E0303,
                    place,
                    format!("{number} is not a multiple of {}, which scores are rounded to", head.round),
                )
                .help("write a score that can be given"),
            );
        } else if let Some((low, high)) = head.range
            && !(low..=high).contains(&number)
        {
            self.report(
                Diagnostic::error(
                    Code::E0303,
                    place,
                    format!("{number} lies outside the range, {low} to {high}"),
                )
                .help("an override sets a score that can be given"),
            );
        }
        Some(number)
    }

    fn override_tier(&mut self, file: FileId, block: &OverrideBlock, most: bool) -> Option<TierId> {
        let name = block.clauses.iter().find_map(|c| match (&c.kind, most) {
            (ClauseKind::TierAtMost(n), true) | (ClauseKind::TierAtLeast(n), false) => Some(n.clone()),
            _other => None,
        })?;
        self.tier(file, &name)
    }

    fn override_without_effect(
        &mut self,
        file: FileId,
        block: &OverrideBlock,
        head: &Head<'_>,
        most: Option<Decimal>,
        least: Option<Decimal>,
    ) {
        let Some((low, high)) = head.range else { return };
        let idle = match (most, least) {
            (Some(most), None) => most == high,
            (None, Some(least)) => least == low,
            (Some(_), Some(_)) | (None, None) => false,
        };
        let only = !block.clauses.iter().any(|c| {
            matches!(
                c.kind,
                ClauseKind::TierAtMost(_)
                    | ClauseKind::TierAtLeast(_)
                    | ClauseKind::NotScored
                    | ClauseKind::Broken(_)
            )
        });
        if idle && only {
            self.report(
                Diagnostic::warning(
                    Code::W0305,
                    Place::new(file, block.span),
                    format!(
                        "the override `{}` changes nothing: scores run from {low} to {high} anyway",
                        block.name.text
                    ),
                )
                .help("take it away, or set another score")
                .about(&block.name.text),
            );
        }
    }

    /// Lowers the decisions in force, in source order: each can read those above it.
    pub(super) fn lower_decisions(&mut self) -> Vec<Decision> {
        let mut lowered = Vec::new();
        for located in self.statements {
            let Statement::Decision(block) = located.statement else { continue };
            if !in_force(&block.clauses, self.today) {
                continue;
            }
            let kind = self.field_type(located.file, &block.kind);
            let made = self.decision(located.file, block, kind);
            // Declared after it was lowered, so that it cannot read itself.
            let id = DecisionId(self.decision_kinds.len() as u32);
            let dated = effect(&block.clauses) != (None, None);
            self.declare_points(located.file, &block.name, PointsName::Decision(id), dated);
            // A decision's name stands alone in tables, as a field's does.
            if let Some(place) = self.names.values.get(&block.name.text).map(|(_, place)| *place) {
                self.twice(Place::new(located.file, block.name.span), "name", &block.name.text, place);
            }
            let whole = !matches!(block.kind, crate::syntax::ast::FieldType::Broken(_));
            self.decision_kinds.push(if whole { Some(kind) } else { None });
            lowered.extend(made);
        }
        lowered
    }

    fn decision(&mut self, file: FileId, block: &DecisionBlock, kind: Type) -> Option<Decision> {
        self.check_clauses(file, &block.clauses, Block::Decision);
        if matches!(block.kind, crate::syntax::ast::FieldType::Broken(_)) {
            return None;
        }
        let Some(written) = &block.table else {
            if !clause::has_broken(&block.clauses) {
                self.report(
                    Diagnostic::error(
                        Code::E0218,
                        Place::new(file, block.span),
                        format!("the decision `{}` has no table", block.name.text),
                    )
                    .help("add a table with a column `gives`"),
                );
            }
            return None;
        };
        let env = Env { phase: Phase::Scored, ..Env::points(file) };
        let lowered = self.table(&env, written, Gives::Answer(kind))?;
        for row in lowered.rows.iter().filter(|row| !row.causes.is_empty()) {
            self.report(
                Diagnostic::error(
                    Code::E0204,
                    row.place,
                    "this answer may be missing, and a decision always gives one",
                )
                .label(format!("missing when {}", describe_causes(&row.causes)))
                .help("say what is given then: `(… otherwise VALUE)`, or a row for what is missing"),
            );
        }
        Some(Decision {
            name: block.name.text.clone(),
            title: block.title.as_ref().map_or_else(|| block.name.text.clone(), |t| t.text.clone()),
            kind,
            table: lowered.table,
            sources: clause::sources(&block.clauses),
            notes: clause::notes(&block.clauses),
            place: Place::new(file, block.span),
        })
    }

    /// Lowers the benefits and penalties in force.
    pub(super) fn lower_consequences(&mut self) -> Vec<Consequence> {
        let mut lowered = Vec::new();
        let mut seen: Vec<(String, Place)> = Vec::new();
        for located in self.statements {
            let Statement::Consequence(block) = located.statement else { continue };
            if !in_force(&block.clauses, self.today) {
                continue;
            }
            let place = Place::new(located.file, block.name.span);
            let what = if block.penalty { "penalty" } else { "benefit" };
            if let Some((_, first)) = seen.iter().find(|(n, _)| *n == block.name.text) {
                let first = *first;
                self.twice(place, what, &block.name.text, first);
            }
            seen.push((block.name.text.clone(), place));
            if let Some(made) = self.consequence(located.file, block) {
                lowered.push(made);
            }
        }
        lowered
    }

    fn consequence(&mut self, file: FileId, block: &ConsequenceBlock) -> Option<Consequence> {
        let clauses = &block.clauses;
        self.check_clauses(file, clauses, if block.penalty { Block::Penalty } else { Block::Benefit });
        let not_scored_applies = clauses.iter().any(|c| c.kind == ClauseKind::NotScoredApplies);
        let phase = if not_scored_applies { Phase::PerhapsScored } else { Phase::Scored };
        let env = Env { phase, ..Env::points(file) };
        let when = clause::when(clauses);
        if when.is_none() && !clause::has_broken(clauses) {
            let what = if block.penalty { "penalty" } else { "benefit" };
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, block.span),
                    format!("the {what} `{}` does not say when it holds", block.name.text),
                )
                .help("add a line `when CONDITION`"),
            );
        }
        let condition = self.condition_of(&env, clauses, when);
        let reason = self.reason_of(file, clauses);
        let (from, before) = effect(clauses);
        let mut context = None;
        let mut grantor = None;
        let mut basis = None;
        let mut announced = None;
        for clause in clauses {
            if let ClauseKind::Context(
                Literal::Text(crate::syntax::ast::Text { text, .. })
                | Literal::Name(crate::syntax::ast::Name { text, .. }),
            ) = &clause.kind
            {
                context = Some(text.clone());
            }
            if let ClauseKind::Grantor(text) = &clause.kind {
                grantor = Some(text.text.clone());
            }
            if let ClauseKind::Basis(text) = &clause.kind {
                basis = Some(text.text.clone());
            }
            if let ClauseKind::Announced(date) = &clause.kind {
                announced = Some(date.value);
            }
        }
        Some(Consequence {
            penalty: block.penalty,
            name: block.name.text.clone(),
            title: block.title.as_ref().map_or_else(|| block.name.text.clone(), |t| t.text.clone()),
            when: condition?,
            not_scored_applies,
            context,
            grantor,
            basis,
            announced,
            from,
            before,
            reason,
            sources: clause::sources(clauses),
            notes: clause::notes(clauses),
            place: Place::new(file, block.span),
        })
    }
}
