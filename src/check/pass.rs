//! One pass of the checker: a policy on one day, from the records down to what follows from a score.

use super::case::{Asked, Lowered};
use super::context::{Context, Finding, Use};
use super::imports::Located;
use super::influence::influence_bounds;
use super::scope::Names;
use super::typed::UNBOUNDED;
use crate::data::Schema;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::function::Bounds;
use crate::policy::{Case, Influence, Override, Policy, RankedBy, Reason, ReasonId};
use crate::source::{FileId, Place, Sources};
use crate::syntax::ast::Statement;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a pass needs to know.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The statements of the policy.
    pub statements: &'a [Located<'a>],
    /// The day.
    pub today: Date,
    /// Parameters set from outside.
    pub settings: &'a [(String, String)],
    /// Whether all of the text could be read; if not, what seems absent may be there.
    pub whole: bool,
    /// The hash of the policy's texts and settings.
    pub hash: &'a Arc<str>,
}

/// What a pass found.
pub(super) struct Answer {
    /// The policy, if it holds together.
    pub policy: Option<Policy>,
    /// The cases asked for, in their order; `None` for one that does not fit.
    pub cases: Vec<Option<Case>>,
    /// Everything found.
    pub found: Vec<Finding>,
    /// The tables and cells that were looked at.
    pub tables: BTreeSet<(u32, u32)>,
    /// The names that something used.
    pub used: BTreeSet<(Use, String)>,
    /// Warnings of names that nothing in the whole policy uses are made from the union of `used`.
    pub unused: Vec<(Use, String, crate::diagnostic::Diagnostic)>,
}

/// Runs a pass, and lowers the cases asked for.
pub(super) fn run(question: Question<'_>, asked: &[Asked<'_>]) -> Answer {
    let mut context = Context {
        sources: question.sources,
        statements: question.statements,
        today: question.today,
        settings: question.settings,
        names: Names::default(),
        schema: Schema::empty(),
        reasons: Vec::new(),
        definitions: Vec::new(),
        known: BTreeMap::new(),
        open_lets: Vec::new(),
        facts: Vec::new(),
        previous_links: BTreeSet::new(),
        broken_fields: BTreeSet::new(),
        items: Vec::new(),
        item_bounds: Vec::new(),
        decision_kinds: Vec::new(),
        score_bounds: None,
        ranked_by: RankedBy::PointsLost,
        used: BTreeSet::new(),
        found: Vec::new(),
        tables: BTreeSet::new(),
    };
    let policy = context.policy(question);
    let cases = policy.as_ref().map_or_else(Vec::new, |policy| {
        let lowered = Lowered { consequences: &policy.consequences };
        asked.iter().map(|asked| context.asked(*asked, &lowered)).collect()
    });
    let failed = context.found.iter().any(|f| f.every_day.is_none() && f.diagnostic.is_error());
    let unused = context.unused();
    Answer {
        policy: if failed && !cases.iter().any(Option::is_some) { None } else { policy },
        cases,
        found: context.found,
        tables: context.tables,
        used: context.used,
        unused,
    }
}

impl Context<'_> {
    /// Lowers everything in force. Gives a policy even when mistakes were found, for the cases to be looked at; the
    /// caller drops it then.
    fn policy(&mut self, question: Question<'_>) -> Option<Policy> {
        let (file, block) = self.policy_block(question.whole)?;
        self.lower_reasons();
        let scores = self.scores(file, block);
        self.lower_schema(scores.map(|name| (file, name)));
        if self.schema.records.is_empty() {
            return None;
        }
        self.declare_values();
        self.note_previous_links();
        let tiers_block = self.tiers_block();
        if let Some((tiers_file, tiers)) = tiers_block {
            self.declare_tiers(tiers_file, tiers);
        }
        let head = self.lower_head(file, block);
        let params = self.lower_params();
        self.lower_lets();
        let roots = self.lower_items();
        let influences = self.lower_influences();
        let participation = self.lower_participation();
        let overrides = self.lower_overrides(&head);

        let own = roots
            .iter()
            .filter_map(|r| self.item_bounds.get(r.index()))
            .fold(Bounds { low: Some(head.start), high: Some(head.start) }, |sum, b| sum + *b);
        let limits = match head.range {
            Some((low, high)) => Bounds { low: Some(low), high: Some(high) },
            None => UNBOUNDED,
        };
        let linked = influences.iter().map(|i| influence_bounds(i, limits)).fold(own, |sum, b| sum + b);
        let reachable = super::item::limited(linked, head.range);
        let reachable = (reachable.low.unwrap_or(Decimal::MIN), reachable.high.unwrap_or(Decimal::MAX));
        let sweeps = self.sweeps(&influences, head.range, settling(own, &influences, &overrides));
        self.score_bounds = head.range;

        let tiers = match tiers_block {
            Some((tiers_file, tiers)) => {
                let (lowered, broken) = self.lower_tiers(tiers_file, tiers, &head);
                if !broken && question.whole {
                    self.unreachable_tiers(
                        &lowered,
                        &overrides,
                        reachable,
                        &head,
                        Place::new(file, block.span),
                    );
                }
                lowered
            }
            None => Vec::new(),
        };
        let decisions = self.lower_decisions();
        let consequences = self.lower_consequences();
        Some(Policy {
            name: head.name.text.clone(),
            title: head.title,
            version: head.version,
            hash: Arc::clone(question.hash),
            about: head.about,
            today: self.today,
            schema: self.schema.clone(),
            params,
            reasons: self.reasons.clone(),
            definitions: self.definitions.clone(),
            start: head.start,
            range: head.range,
            round: head.round,
            reasons_shown: head.reasons,
            items: self.items.clone(),
            roots,
            influences,
            sweeps,
            reachable,
            participation,
            overrides,
            tiers,
            decisions,
            consequences,
        })
    }

    fn lower_reasons(&mut self) {
        for located in self.statements {
            let Statement::Reason(line) = located.statement else { continue };
            let place = Place::new(located.file, line.code.span);
            if let Some((_, first)) = self.names.reasons.get(&line.code.text) {
                let first = *first;
                self.twice(place, "reason", &line.code.text, first);
                continue;
            }
            let id = ReasonId(self.reasons.len() as u32);
            self.names.reasons.insert(line.code.text.clone(), (id, place));
            self.reasons.push(Reason {
                code: line.code.text.clone(),
                text: line.text.text.clone(),
                place: Place::new(located.file, line.span),
            });
        }
    }
}

/// Where scores can lie before settled influences: points, previous scores, and the scores that overrides set.
fn settling(own: Bounds, influences: &[Influence], overrides: &[Override]) -> Bounds {
    let previous = influences.iter().filter(|i| !i.settled).map(|i| influence_bounds(i, Bounds::UNBOUNDED));
    let set = overrides.iter().flat_map(|o| o.score_at_most.into_iter().chain(o.score_at_least));
    let scores = previous.fold(own, |sum, b| sum + b);
    set.fold(scores, |scores, score| scores.union(Bounds::exactly(score)))
}

/// The dates on which what a name stands for changes must leave no hole.
pub(super) fn holes(statements: &[Located<'_>]) -> Vec<crate::diagnostic::Diagnostic> {
    use crate::diagnostic::{Code, Diagnostic};
    type Period = (Option<Date>, Option<Date>, FileId, crate::source::Span);
    let mut by_name: BTreeMap<(&str, &str), Vec<Period>> = BTreeMap::new();
    for located in statements {
        let (kind, name, span, clauses) = match located.statement {
            Statement::Item(i) => ("points", i.name.text.as_str(), i.name.span, &i.clauses),
            Statement::Decision(d) => ("decision", d.name.text.as_str(), d.name.span, &d.clauses),
            Statement::Influence(i) => ("influence", i.link.text.as_str(), i.link.span, &i.clauses),
            Statement::Override(o) => ("override", o.name.text.as_str(), o.name.span, &o.clauses),
            Statement::Tiers(t) => ("tiers", "tiers", t.span, &t.clauses),
            Statement::Policy(_)
            | Statement::Tag(_)
            | Statement::Record(_)
            | Statement::Link(_)
            | Statement::List(_)
            | Statement::Let(_)
            | Statement::Reason(_)
            | Statement::Param(_)
            | Statement::Participation(_)
            | Statement::Consequence(_)
            | Statement::Use(_)
            | Statement::Case(_)
            | Statement::Cases(_) => continue,
        };
        let (from, before) = super::periods::effect(clauses);
        by_name.entry((kind, name)).or_default().push((from, before, located.file, span));
    }
    let mut found = Vec::new();
    for ((_, name), mut periods) in by_name {
        if periods.len() < 2 {
            continue;
        }
        periods.sort_by_key(|(from, ..)| *from);
        for pair in periods.windows(2) {
            if let [(_, Some(end), first_file, first), (Some(start), _, file, span)] = pair
                && end < start
            {
                found.push(
                    Diagnostic::error(
                        Code::E0225,
                        Place::new(*file, *span),
                        format!("from {end} until {start} no `{name}` is in force"),
                    )
                    .also(Place::new(*first_file, *first), format!("this one ends before {end}"))
                    .help(format!(
                        "let it start with `from {end}`, or let the earlier one end with `before {start}`"
                    )),
                );
            }
        }
    }
    found
}
