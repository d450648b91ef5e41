//! A policy made ready for columns.

use super::bind::{BindError, Binding, columns_of};
use super::children::ChildPlan;
use super::compile::{Compiler, Program, Sharing};
use super::event::Asking;
use super::gather::Gather;
use super::item::ItemPlan;
use super::lane::{UNDECIDED, YES};
use super::linked::LinkPlan;
use super::node::{Index, Number, Step, Truth};
use super::reason::{Keys, ReasonPlan};
use super::scope::Scope;
use super::sum::SumPlan;
use super::tier::TierPlan;
use crate::data::Type;
use crate::decimal::Decimal;
use crate::policy::{Condition, Definition, DefinitionId, Item, Over, Policy, ReasonId, RowOutcome};
use arrow_schema::DataType;
use std::sync::Arc;

/// A policy made ready to score many records at once: what follows from the class of a field is a look-up, the rest is
/// arithmetic over columns. Its results are those of the reference interpreter, bit for bit.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) policy: Arc<Policy>,
    /// The columns of the scored record.
    pub(super) program: Arc<Program>,
    /// What is worked out first, in this order.
    pub(super) own: Vec<Step>,
    /// By item.
    pub(super) items: Vec<ItemPlan>,
    /// What follows from look-ups alone, summed in one sweep.
    pub(super) sum: SumPlan,
    /// Who takes part.
    pub(super) participation: Option<Asked>,
    /// By override: when it applies.
    pub(super) overrides: Vec<Asked>,
    /// By decision.
    pub(super) decisions: Vec<DecisionPlan>,
    /// By benefit and penalty.
    pub(super) consequences: Vec<Asked>,
    /// What is observed beside the score: the value, and its type.
    pub(super) observed: Vec<(Number, Type)>,
    /// How reasons are found.
    pub(super) reasons: ReasonPlan,
    /// Whether a decision or a consequence asks for the points of an item.
    pub(super) points_asked: bool,
    /// Which tier a score has.
    pub(super) tiers: TierPlan,
    /// Whether no loss can be too large while all points fit into 64 bits.
    pub(super) tame: bool,
    /// What is asked of each kind of children.
    pub(super) children: Vec<ChildPlan>,
    /// What is asked of linked records.
    pub(super) linked: Vec<LinkPlan>,
    /// What of the policy cannot be done in columns.
    fallbacks: Vec<String>,
}

/// A condition, and what holds where it stays undecided.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    pub(super) when: Truth,
    pub(super) if_missing: bool,
}

/// A decision made ready.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DecisionPlan {
    pub(super) index: Index,
    pub(super) row_of: Vec<u16>,
    pub(super) gives: Vec<Number>,
    /// By row.
    pub(super) reasons: Vec<Option<ReasonId>>,
}

impl Plan {
    /// Makes a policy ready.
    pub fn new(policy: &Policy) -> Self {
        Self::observing(policy, &[])
    }

    /// Makes a policy ready, with values that are worked out beside the score and that nothing of the policy reads. They
    /// are definitions of the scored record as they would stand behind the policy's own, and change no score.
    pub fn observing(policy: &Policy, observed: &[Definition]) -> Self {
        let mut policy = policy.clone();
        let own_definitions = policy.definitions.len();
        policy.definitions.extend_from_slice(observed);
        let policy = Arc::new(policy);
        let scope = Scope::subject(&policy);
        let mut gather = Gather::new(&policy, policy.schema.scored().fields.len());
        gather.subject();
        let mut compiler = Compiler::new(&policy, scope, gather.found, Sharing::All);
        for (definition, id) in policy.definitions.iter().zip(0..).take(own_definitions) {
            if definition.of == policy.schema.scored {
                compiler.define(DefinitionId(id), scope);
            }
        }
        let mut events = 0;
        let items: Vec<ItemPlan> =
            policy.items.iter().map(|item| ItemPlan::new(&mut compiler, item, scope, &mut events)).collect();
        let participation = policy.participation.as_ref().map(|p| ask(&mut compiler, &p.needs, scope));
        let overrides = policy.overrides.iter().map(|o| ask(&mut compiler, &o.when, scope)).collect();
        let own = std::mem::take(&mut compiler.steps);
        // What follows the score is asked for some records only.
        let (decisions, consequences, observed) = compiler.for_some(|compiler| {
            let decisions: Vec<_> =
                policy.decisions.iter().map(|d| decide(compiler, &d.table, scope)).collect();
            let consequences: Vec<_> =
                policy.consequences.iter().map(|c| ask(compiler, &c.when, scope)).collect();
            let observed = (0..).zip(&policy.definitions).skip(own_definitions);
            let observed: Vec<_> = observed
                .map(|(id, definition)| (compiler.defined(DefinitionId(id), scope), definition.kind))
                .collect();
            (decisions, consequences, observed)
        });
        let mut reasons = ReasonPlan::new(&policy, &items);
        let asked = Asking::new(&policy, &compiler.aggregates, &reasons);
        let children = policy.schema.children().map(|kind| {
            let events = asked.of(&policy, Over::Child(kind), &mut compiler.fallbacks);
            ChildPlan { policy: Arc::clone(&policy), events: Arc::new(events) }
        });
        let children = children.collect();
        let linked = asked.of_links(&policy, &mut compiler.fallbacks).into_iter();
        let linked = linked.map(|(link, events, reads_aggregates)| LinkPlan {
            policy: Arc::clone(&policy),
            events: Arc::new(events),
            link,
            reads_aggregates,
        });
        let linked = linked.collect();
        let sum = SumPlan::new(&policy, &items, &reasons);
        // Losses are ranked by key only where the sweep meets them all.
        let overriding = |keys: &Keys| {
            policy.overrides.iter().any(|o| keys.losses.iter().any(|(r, _)| Some(*r) == o.reason))
        };
        reasons.keys =
            reasons.keys.filter(|keys| keys.items().all(|item| sum.sweeps(item)) && !overriding(keys));
        Self {
            program: Arc::new(compiler.program),
            own,
            items,
            sum,
            participation,
            overrides,
            decisions,
            consequences,
            observed,
            reasons,
            points_asked: compiler.points_asked,
            tiers: TierPlan::new(&policy),
            tame: tame(&policy),
            children,
            linked,
            fallbacks: compiler.fallbacks,
            policy: Arc::clone(&policy),
        }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How the scored record's fields are read from columns of these types: for each field the position and the type of
    /// its column, or nothing where there is none.
    ///
    /// # Errors
    ///
    /// The first field whose column is absent though the field is not optional, or of a type that cannot hold its values.
    pub fn bind(&self, columns: &[Option<(usize, DataType)>]) -> Result<Binding, BindError> {
        Binding::new(&self.policy.schema, self.policy.schema.scored, &self.program, columns)
    }

    /// As [`Plan::bind`], each field by the name of its column.
    ///
    /// # Errors
    ///
    /// As [`Plan::bind`].
    pub fn bind_by_name(&self, schema: &arrow_schema::Schema) -> Result<Binding, BindError> {
        self.bind(&columns_of(self.policy.schema.scored(), schema))
    }

    /// What of the policy cannot be done in columns, in an author's words. A plan with any must not be run: the reference
    /// interpreter scores such a policy.
    pub fn fallbacks(&self) -> &[String] {
        &self.fallbacks
    }
}

/// Whether a condition holds, given its truth.
pub(super) fn holds(asked: &Asked, truth: u8) -> bool {
    match truth {
        YES => true,
        UNDECIDED => asked.if_missing,
        _ => false,
    }
}

fn ask<'p>(compiler: &mut Compiler<'p>, condition: &'p Condition, scope: Scope) -> Asked {
    Asked { when: compiler.truth(&condition.when, scope), if_missing: condition.if_missing }
}

fn decide<'p>(compiler: &mut Compiler<'p>, table: &'p crate::policy::Table, scope: Scope) -> DecisionPlan {
    let (index, row_of) = compiler.rows(table, scope);
    let gives = table.rows.iter().map(|row| match &row.outcome {
        RowOutcome::Value(expr) => compiler.number(expr, scope),
        RowOutcome::NotScored => Number::Constant(None),
    });
    let gives = gives.collect();
    DecisionPlan { index, row_of, gives, reasons: table.rows.iter().map(|row| row.reason).collect() }
}

/// Whether no loss can be too large while all points fit into 64 bits: references and weights of ordinary size.
fn tame(policy: &Policy) -> bool {
    let most = Decimal::from_int(10_000_000_000);
    let depth = |item: &Item| {
        std::iter::successors(item.group, |group| policy.items.get(group.index()).and_then(|item| item.group))
            .count()
    };
    policy.items.iter().all(|item| {
        item.reference.abs() <= most
            && item.weight.is_none_or(|weight| weight.abs() <= Decimal::from_int(100))
            && depth(item) <= 3
    })
}
