//! A policy taken apart: its items, influences, overrides and participation as parts, each with the bucket that it goes into.

use super::axis::{Axes, AxisId};
use super::compiler::Compiler;
use super::model::{Bucket, Finish, Gives, Marks, NO_PART, NOT_SCORED, OTHER_NOT_SCORED, Part, PartOf};
use crate::policy::{ItemBody, ItemId, Policy};

/// Parts and buckets in the making.
pub(super) struct Assembly<'p, 'a> {
    compiler: Compiler<'p, 'a>,
    pub(super) parts: Vec<Part>,
    pub(super) buckets: Vec<Bucket>,
    /// What is walked is the second of two versions.
    second: bool,
}

impl<'p, 'a> Assembly<'p, 'a> {
    pub(super) fn of(policy: &'p Policy, versions: bool, axes: &'a mut Axes) -> Self {
        let compiler = Compiler { policy, axes, over: None };
        let mut assembly = Self { compiler, parts: Vec::new(), buckets: vec![Bucket::root()], second: false };
        for (at, root) in policy.roots.iter().enumerate() {
            assembly.second = versions && at > 0;
            assembly.item(*root, 0);
        }
        assembly.second = false;
        for at in 0..policy.influences.len() as u32 {
            let axis = assembly.compiler.axes.influence(policy, at);
            assembly.part(PartOf::Influence(at), Gives::Axis(axis), vec![axis], 0);
        }
        for (at, each) in policy.overrides.iter().enumerate() {
            assembly.mark(PartOf::Override(at), &each.when, 1 << at, true);
        }
        if let Some(participation) = &policy.participation {
            assembly.mark(PartOf::Participation, &participation.needs, NO_PART, false);
        }
        assembly
    }

    fn part(&mut self, of: PartOf, gives: Gives, axes: Vec<AxisId>, bucket: usize) {
        let mut axes = axes;
        axes.sort_unstable();
        axes.dedup();
        let unscored = if self.second { OTHER_NOT_SCORED } else { NOT_SCORED };
        self.parts.push(Part { of, gives, axes, bucket, unscored });
    }

    fn mark(&mut self, of: PartOf, condition: &crate::policy::Condition, mark: Marks, where_it_holds: bool) {
        let when = self.compiler.node(&condition.when);
        let mut axes = Vec::new();
        when.axes(&mut axes);
        self.part(of, Gives::Mark { when, if_missing: condition.if_missing, mark, where_it_holds }, axes, 0);
    }

    fn item(&mut self, id: ItemId, bucket: usize) {
        let policy = self.compiler.policy;
        let item = policy.item(id);
        let finish = Finish::of(item);
        let mut axes = Vec::new();
        match &item.body {
            ItemBody::Table { table, if_missing } => {
                let table = self.compiler.table(table);
                table.axes(&mut axes);
                self.part(PartOf::Item(id), Gives::Table(table, *if_missing, finish), axes, bucket);
            }
            ItemBody::Formula(formula) => {
                let when = formula.when.as_ref().map(|when| self.compiler.node(when));
                let points = self.compiler.valued(&formula.points);
                when.iter().chain([&points]).for_each(|node| node.axes(&mut axes));
                let if_missing = formula.if_missing;
                self.part(
                    PartOf::Item(id),
                    Gives::Formula { when, points, if_missing, finish },
                    axes,
                    bucket,
                );
            }
            ItemBody::Events(_) => {
                let axis = self.compiler.axes.events(policy, id);
                self.part(PartOf::Item(id), Gives::Axis(axis), vec![axis], bucket);
            }
            ItemBody::Group(members) => {
                let own = if item.weight.is_some() || item.limits.is_some() {
                    let outer = self.buckets.get(bucket);
                    self.buckets.push(Bucket::of_group(id, item, bucket, outer));
                    self.buckets.len() - 1
                } else {
                    bucket
                };
                members.iter().for_each(|member| self.item(*member, own));
            }
        }
    }
}
