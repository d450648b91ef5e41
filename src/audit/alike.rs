//! Whether two cases are alike but for what is asked about.

use super::read::Read;
use crate::data::{FieldId, LinkId, RecordId, Value};
use crate::policy::{Case, ItemBody, Policy, Reads};
use std::collections::BTreeSet;

/// Whether two cases differ in nothing but what is free for the record that they are about.
///
/// Where pairs of a link are free, somebody may be there whom they lead to; everybody else is as before. Where only the
/// scores of others are free, the pairs stay, and previous scores may differ; what others are like may differ only where
/// nothing reads it but their scores.
pub(super) fn differ_only_in(policy: &Policy, first: &Case, second: &Case, free: &BTreeSet<Read>) -> bool {
    let pair = Pair { policy, first, second, free };
    let (Some(one), Some(two)) = (pair.own(first), pair.own(second)) else { return false };
    let fields = one.iter().zip(two).zip(0..);
    let mut fields = fields.filter(|((a, b), _)| !same(a, b)).map(|(_, at)| Read::Field(FieldId(at)));
    fields.all(|field| free.contains(&field))
        && pair.children()
        && pair.others()
        && pair.pairs()
        && pair.previous()
}

struct Pair<'a> {
    policy: &'a Policy,
    first: &'a Case,
    second: &'a Case,
    free: &'a BTreeSet<Read>,
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || (a.is_missing() && b.is_missing())
}

impl<'a> Pair<'a> {
    fn own(&self, case: &'a Case) -> Option<&'a Vec<Value>> {
        case.records.iter().find(|(kind, _)| *kind == self.policy.schema.scored).map(|(_, values)| values)
    }

    fn key_of(&self, kind: RecordId, values: &'a [Value]) -> Option<&'a Value> {
        values.get(self.policy.schema.record(kind).key?.index())
    }

    fn own_key(&self) -> Option<&'a Value> {
        self.key_of(self.policy.schema.scored, self.own(self.first)?)
    }

    fn links_free(&self) -> bool {
        self.free.iter().any(|read| matches!(read, Read::Link(_)))
    }

    fn scores_free(&self) -> bool {
        self.free.iter().any(|read| matches!(read, Read::PeerScores(_)))
    }

    /// The record of a kind with a key.
    fn keyed(&self, case: &'a Case, kind: RecordId, key: &Value) -> Option<&'a Vec<Value>> {
        let mut all = case.records.iter().filter(|(of, _)| *of == kind).map(|(_, values)| values);
        all.find(|values| self.key_of(kind, values) == Some(key))
    }

    /// Whether somebody is in both cases.
    fn is_in_both(&self, kind: RecordId, key: &Value) -> bool {
        self.keyed(self.first, kind, key).is_some() && self.keyed(self.second, kind, key).is_some()
    }

    /// Whether others may be anything, as only their scores are read.
    fn others_are_free(&self) -> bool {
        let policy = self.policy;
        let conditions = policy.overrides.iter().map(|each| &each.when.when);
        let conditions = conditions.chain(policy.participation.iter().map(|each| &each.needs.when));
        let conditions = conditions.chain(policy.consequences.iter().map(|each| &each.when.when));
        let items = policy.items.iter().filter(|item| !matches!(item.body, ItemBody::Group(_)));
        let mut reads = items
            .map(|item| Reads::of_item(policy, item))
            .chain(conditions.map(|when| Reads::of_condition(policy, when)))
            .chain(policy.decisions.iter().map(|decision| Reads::of_table(policy, &decision.table)));
        self.scores_free() && self.settled_are_free() && !reads.any(|reads| !reads.links.is_empty())
    }

    /// Whether scores of others settle with one's own only by links whose scores are free: by another one, what they are like
    /// would come through as well.
    fn settled_are_free(&self) -> bool {
        let settled = self.policy.influences.iter().filter(|each| each.settles());
        settled.map(|each| Read::PeerScores(each.link)).all(|read| self.free.contains(&read))
    }

    /// Whether the previous score of somebody may differ: of whom one is linked to, by links whose scores are free alone.
    fn previous_is_free(&self, kind: RecordId, key: &Value) -> bool {
        let (schema, mine) = (&self.policy.schema, self.own_key());
        let mut linked = false;
        let own = self.first.pairs.iter().chain(&self.second.pairs).filter(|(link, from, to)| {
            let of = schema.link(*link);
            (of.from == schema.scored && mine == Some(from) && of.to == kind && to == key)
                || (of.to == schema.scored && mine == Some(to) && of.from == kind && from == key)
        });
        for (link, ..) in own {
            linked = true;
            if !self.free.contains(&Read::PeerScores(*link)) {
                return false;
            }
        }
        linked || (self.scores_free() && self.settled_are_free())
    }

    fn children(&self) -> bool {
        let schema = &self.policy.schema;
        schema.children().all(|kind| {
            if self.free.contains(&Read::Children(kind)) {
                return true;
            }
            let parent = schema.record(kind).parent;
            // Of whoever is in both: the children of others come and go with them.
            let rows = |case: &'a Case| -> Vec<&'a Vec<Value>> {
                let of = |values: &&'a Vec<Value>| {
                    let key = parent.and_then(|(_, by)| values.get(by.index()));
                    let mine = key.is_none_or(|key| key.is_missing() || self.own_key() == Some(key));
                    let both = key.is_some_and(|key| self.is_in_both(schema.scored, key));
                    mine || (both && !self.others_are_free())
                };
                case.records
                    .iter()
                    .filter(|(of, _)| *of == kind)
                    .map(|(_, values)| values)
                    .filter(of)
                    .collect()
            };
            let (mut one, mut two) = (rows(self.first), rows(self.second));
            let field = |at: usize| self.free.contains(&Read::ChildField(kind, FieldId(at as u32)));
            let alike = |a: &Vec<Value>, b: &Vec<Value>| {
                a.iter().zip(b).enumerate().all(|(at, (a, b))| same(a, b) || field(at))
            };
            // In the same order, or whatever the order is.
            let all_alike = |one: &[&Vec<Value>], two: &[&Vec<Value>]| {
                one.len() == two.len() && one.iter().zip(two).all(|(a, b)| alike(a, b))
            };
            if all_alike(&one, &two) {
                return true;
            }
            one.sort_by_cached_key(|row| format!("{row:?}"));
            two.sort_by_cached_key(|row| format!("{row:?}"));
            all_alike(&one, &two)
        })
    }

    /// Records that links lead to.
    fn others(&self) -> bool {
        let schema = &self.policy.schema;
        let children: BTreeSet<RecordId> = schema.children().collect();
        let free = self.others_are_free();
        let seen_from = |one: &'a Case, other: &'a Case| {
            one.records.iter().filter(|(kind, _)| !children.contains(kind)).all(|(kind, values)| {
                let Some(key) = self.key_of(*kind, values) else { return true };
                if *kind == schema.scored && self.own_key() == Some(key) {
                    return true;
                }
                let Some(there) = self.keyed(other, *kind, key) else { return self.links_free() };
                let field = |at: usize| {
                    let of = FieldId(at as u32);
                    self.free.iter().any(|read| {
                        matches!(read, Read::PeerField(link, field)
                            if *field == of && self.leads_to(*link) == *kind)
                    })
                };
                free || values.iter().zip(there).enumerate().all(|(at, (a, b))| same(a, b) || field(at))
            })
        };
        seen_from(self.first, self.second) && seen_from(self.second, self.first)
    }

    /// The kind at the other end of a link.
    fn leads_to(&self, link: LinkId) -> RecordId {
        let of = self.policy.schema.link(link);
        if of.from == self.policy.schema.scored { of.to } else { of.from }
    }

    fn pairs(&self) -> bool {
        let mine = self.own_key();
        let free = self.others_are_free();
        let all_in = |one: &'a Case, other: &'a Case| {
            one.pairs.iter().all(|pair| {
                let (link, from, to) = pair;
                let of = self.policy.schema.link(*link);
                let own = (of.from == self.policy.schema.scored && mine == Some(from))
                    || (of.to == self.policy.schema.scored && mine == Some(to));
                let new = !self.is_in_both(of.from, from) || !self.is_in_both(of.to, to);
                other.pairs.contains(pair)
                    || (own && self.free.contains(&Read::Link(*link)))
                    || (!own && (free || (new && self.links_free())))
            })
        };
        all_in(self.first, self.second) && all_in(self.second, self.first)
    }

    fn previous(&self) -> bool {
        let schema = &self.policy.schema;
        let kind = self.first.previous_of.or(self.second.previous_of);
        let Some(kind) = kind.or_else(|| crate::data::previous_kind(schema)) else { return true };
        let all_in = |one: &'a Case, other: &'a Case| {
            one.previous.iter().filter(|(key, _)| self.is_in_both(kind, key)).all(|(key, score)| {
                let there = other.previous.iter().find(|(of, _)| of == key);
                there.is_some_and(|(_, there)| there == score) || self.previous_is_free(kind, key)
            })
        };
        all_in(self.first, self.second) && all_in(self.second, self.first)
    }
}
