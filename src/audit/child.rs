//! Records of which a field of one other record is another: of one child, or of one that a link leads to.

use super::Audit;
use super::ask::refuted;
use super::read::Read;
use super::verdict::{Verdict, Witness};
use crate::cases::{Trial, Wish};
use crate::data::{FieldId, LinkId, RecordId, Value};
use crate::policy::Case;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many other records of a record are changed in turn.
const ROWS: usize = 3;
/// How many pairs of records are compared.
const PAIRS: usize = 1_500;
/// How many classes of what is worked out of others are tried to start from.
const CLASSES: usize = 6;

impl<'p> Audit<'p> {
    /// What a field of other records is read as: of children, of those that a link leads to.
    pub(super) fn reads_of_others(&self, record: RecordId, field: FieldId) -> BTreeSet<Read> {
        let schema = &self.policy.schema;
        let links = (0..schema.links.len() as u32).map(LinkId);
        let linked = links.filter(|link| schema.link(*link).to == record);
        let mut reads: BTreeSet<Read> = linked.map(|link| Read::PeerField(link, field)).collect();
        if record != schema.scored {
            reads.insert(Read::ChildField(record, field));
        }
        reads
    }

    /// Whether anything that gives points, and any override, reads a field of other records.
    pub(super) fn is_read_of_others(&self, record: RecordId, field: FieldId) -> bool {
        let reads = self.reads_of_others(record, field);
        self.model.as_ref().is_ok_and(|model| model.parts.iter().any(|part| model.is_touched(part, &reads)))
    }

    /// Whether a field of other records may count: something reads it there, or it makes scores that settle with one's own.
    pub(super) fn counts_of_others(&self, record: RecordId, field: FieldId) -> bool {
        self.is_read_of_others(record, field)
            || self.model.as_ref().is_ok_and(|model| model.settles_with((record, field)))
    }

    /// A field of child records that is changed, in a record that has some.
    pub(super) fn by_child_field(
        &self,
        record: RecordId,
        field: FieldId,
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Verdict> {
        let values = self.maker.values(record, field).into_iter();
        let pairs: Vec<(Option<Value>, Value)> = values.map(|value| (None, value)).collect();
        let found = self.by_pairs((record, field), &pairs, reads, judge)?;
        Some(refuted(found, self.places_reading(reads)))
    }

    /// Two records in which a field of one other record has the first of two values, and the second.
    pub(super) fn by_one_field(
        &self,
        record: RecordId,
        field: FieldId,
        pairs: &[(Value, Value)],
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let pairs: Vec<(Option<Value>, Value)> =
            pairs.iter().map(|(one, two)| (Some(one.clone()), two.clone())).collect();
        self.by_pairs((record, field), &pairs, reads, judge)
    }

    /// The same, where the first of two values may be the one that is there.
    fn by_pairs(
        &self,
        (record, field): (RecordId, FieldId),
        pairs: &[(Option<Value>, Value)],
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let witnesses = self.witnesses(self.model.as_ref().ok()?);
        let mut left = PAIRS;
        for start in self.with_others(record, field) {
            for at in self.rows_of_others(&start.case, record) {
                for (one, two) in pairs {
                    left = left.checked_sub(1)?;
                    let made = |value: &Value| self.maker.run(&with_value(&start.case, at, field, value));
                    let first = match one {
                        None => Some(Cow::Borrowed(&start)),
                        Some(one) => made(one).map(Cow::Owned),
                    };
                    let (Some(first), Some(second)) = (first, made(two)) else { continue };
                    let found = witnesses
                        .compared(&first, &second, reads, judge)
                        .or_else(|| witnesses.compared(&second, &first, reads, judge));
                    if found.is_some() {
                        return found;
                    }
                }
            }
        }
        None
    }

    /// The rows of others of a kind in a case. The first few of many that are alike will do.
    pub(super) fn rows_of_others(&self, case: &Case, record: RecordId) -> Vec<usize> {
        let own = usize::from(record == self.policy.schema.scored);
        let rows = case.records.iter().enumerate().filter(|(_, (kind, _))| *kind == record);
        rows.map(|(at, _)| at).skip(own).take(ROWS).collect()
    }

    /// Records that have others of a kind, of which a field is read.
    pub(super) fn with_others(&self, record: RecordId, field: FieldId) -> Vec<Trial<'p>> {
        let Ok(model) = &self.model else { return Vec::new() };
        let witnesses = self.witnesses(model);
        let reads = self.reads_of_others(record, field);
        let own = Read::Children(record);
        let mut wishes: Vec<Wish> = Vec::new();
        for axis in &model.axes.list {
            let Some(of) = axis.expr() else { continue };
            if axis.reads_any(&reads) {
                let classes = axis.classes.iter().take(CLASSES);
                wishes.extend(classes.map(|class| Wish::Expr { of: of.clone(), within: class.clone() }));
            }
        }
        let linked = reads.iter().copied().filter(|read| matches!(read, Read::PeerField(..)));
        let others: Vec<Read> = linked.chain((record != self.policy.schema.scored).then_some(own)).collect();
        let mut starts = Vec::new();
        for at in 0..witnesses.bases.len() {
            let Some(base) = witnesses.made(at, &[]) else { continue };
            let mut more: Vec<Trial<'p>> = Vec::new();
            for read in &others {
                more.extend(self.changed(&witnesses, at, *read));
            }
            more.extend(wishes.iter().filter_map(|wish| witnesses.made(at, std::slice::from_ref(wish))));
            // Among many, one more or less may make no difference: also the first of them alone.
            let alone: Vec<Trial<'p>> =
                more.iter().filter_map(|trial| self.with_one_of(trial, record)).collect();
            starts.push(base);
            starts.extend(alone);
            starts.extend(more);
        }
        starts
    }

    /// The same record with the first of others of a kind, where there are several; nothing leads to those that are gone.
    fn with_one_of(&self, trial: &Trial<'p>, record: RecordId) -> Option<Trial<'p>> {
        let schema = &self.policy.schema;
        if record == schema.scored {
            return None;
        }
        let key = schema.record(record).key;
        let mut case = trial.case.clone();
        let (mut seen, mut gone) = (0, Vec::new());
        case.records.retain(|(kind, values)| {
            if *kind != record {
                return true;
            }
            seen += 1;
            if seen > 1 {
                gone.extend(key.and_then(|key| values.get(key.index()).cloned()));
            }
            seen == 1
        });
        case.pairs.retain(|(link, from, to)| {
            let link = schema.link(*link);
            let is_gone = |kind: RecordId, key: &Value| kind == record && gone.contains(key);
            !is_gone(link.from, from) && !is_gone(link.to, to)
        });
        if case.previous_of == Some(record) {
            case.previous.retain(|(key, _)| !gone.contains(key));
        }
        if seen > 1 { self.maker.run(&case) } else { None }
    }
}

/// The case with another value in a row.
pub(super) fn with_value(case: &Case, row: usize, field: FieldId, value: &Value) -> Case {
    let mut case = case.clone();
    if let Some(slot) = case.records.get_mut(row).and_then(|(_, values)| values.get_mut(field.index())) {
        *slot = value.clone();
    }
    case
}
