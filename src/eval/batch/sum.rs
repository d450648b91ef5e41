//! The sum of all items that are look-ups, and the greatest of the points lost in them, in one sweep over the classes.

use super::evaluate::View;
use super::item::{Body, ItemPlan, Outcome};
use super::lane::{CodesRef, Lane, Pool, unit_of};
use super::node::Index;
use super::reason::ReasonPlan;
use crate::decimal::Decimal;
use crate::policy::Policy;

/// What is summed in one sweep: start, and the top-level items that are look-ups.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SumPlan {
    /// What points are counted in.
    pub(super) unit: i64,
    /// Where the sum starts.
    start: i64,
    /// The same in units, where it does not fit with room to spare. Then nothing is swept.
    large_start: Option<i128>,
    /// By item: whether the sweep sums it.
    swept: Vec<bool>,
    /// What is looked up.
    pub(super) look_ups: Vec<LookUp>,
}

/// One item: what each code gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LookUp {
    /// The position of the item.
    pub(super) item: usize,
    pub(super) index: Index,
    /// Points in the upper 24 bits, the key of what is lost in the lower 8.
    pub(super) table: Vec<u32>,
    /// Whether any code has a key.
    keyed: bool,
}

/// Points that fit beside a key.
const MOST: i64 = (1 << 23) - 1;
/// So many records at a time stay close to the processor.
const BLOCK: usize = 2048;

impl SumPlan {
    /// Of a policy.
    pub(super) fn new(policy: &Policy, items: &[ItemPlan], reasons: &ReasonPlan) -> Self {
        let candidates: Vec<(usize, &Index, &[Outcome])> = policy
            .roots
            .iter()
            .filter_map(|id| match &items.get(id.index())?.body {
                Body::LookUp(index, outcomes) if outcomes.len() <= 256 && outcomes.iter().all(is_plain) => {
                    Some((id.index(), index, outcomes.as_slice()))
                }
                Body::LookUp(..) | Body::Rows(_) | Body::Formula(_) | Body::Events(_) | Body::Group(_) => {
                    None
                }
            })
            .collect();
        let points = candidates.iter().flat_map(|(_, _, outcomes)| outcomes.iter().filter_map(|o| o.points));
        let unit = unit_of(points.map(Decimal::units).chain([policy.start.units()]));
        let swept = vec![false; items.len()];
        let mut plan = Self { unit, start: 0, large_start: None, swept, look_ups: Vec::new() };
        let start = i64::try_from(policy.start.units() / i128::from(unit)).ok();
        let Some(start) = start.filter(|start| start.unsigned_abs() <= 1 << 62) else {
            plan.large_start = Some(policy.start.units());
            return plan;
        };
        plan.start = start;
        let mut most = 0_i64;
        for (at, index, outcomes) in candidates {
            let steps: Option<Vec<i32>> = outcomes.iter().map(|o| steps(o.points?, unit)).collect();
            let Some(steps) = steps else { continue };
            let size = steps.iter().map(|n| i64::from(n.abs())).max().unwrap_or(0);
            if most + size > i64::from(i32::MAX) {
                continue;
            }
            most += size;
            let keys = reasons.keys.as_ref().and_then(|keys| keys.of.get(at));
            let key = |code: usize| keys.and_then(|keys| keys.get(code)).copied().unwrap_or(0);
            let table: Vec<u32> = steps
                .iter()
                .enumerate()
                .map(|(code, points)| (points << 8).cast_unsigned() | u32::from(key(code)))
                .collect();
            let keyed = table.iter().any(|entry| *entry as u8 != 0);
            plan.look_ups.push(LookUp { item: at, index: index.clone(), table, keyed });
            if let Some(swept) = plan.swept.get_mut(at) {
                *swept = true;
            }
        }
        plan
    }

    /// Whether the sweep sums an item.
    pub(super) fn sweeps(&self, item: usize) -> bool {
        self.swept.get(item).copied().unwrap_or(false)
    }

    /// The sum of start and what is swept. `top` becomes the greatest keys of each record, one list for each place.
    pub(super) fn run(&self, view: &View<'_>, pool: &mut Pool, over: &mut [u8], top: &mut [Vec<u8>]) -> Lane {
        let rows = view.given.rows;
        for places in top.iter_mut() {
            places.clear();
            places.resize(rows, 0);
        }
        if let Some(start) = self.large_start {
            return pool.filled(rows, Some(start));
        }
        let mut lane = pool.lane(rows);
        lane.unit = self.unit;
        let mut sums = vec![0_i32; rows];
        let mut keys = pool.bytes(BLOCK, 0);
        for look_up in &self.look_ups {
            view.with_index(&look_up.index, pool, over, |codes| {
                look_up.add(codes, &mut sums, &mut keys, top);
            });
        }
        pool.keep_bytes(keys);
        for (n, sum) in lane.narrow.iter_mut().zip(&sums) {
            *n = self.start.wrapping_add(i64::from(*sum));
        }
        lane
    }
}

/// Whether an outcome can be swept.
fn is_plain(outcome: &Outcome) -> bool {
    !outcome.not_scored && outcome.points.is_some() && outcome.loss.is_none_or(|(_, lost)| lost.is_some())
}

/// Points as whole times of a unit, if they fit beside a key.
fn steps(points: Decimal, unit: i64) -> Option<i32> {
    let steps = i64::try_from(points.units() / i128::from(unit)).ok()?;
    if steps.abs() <= MOST { i32::try_from(steps).ok() } else { None }
}

impl LookUp {
    fn add(&self, codes: CodesRef<'_>, sums: &mut [i32], keys: &mut [u8], top: &mut [Vec<u8>]) {
        // What is swept has at most 256 codes.
        let CodesRef::Narrow(codes) = codes else { return };
        let mut table = [0_u32; 256];
        table.iter_mut().zip(&self.table).for_each(|(slot, entry)| *slot = *entry);
        for (block, (codes, sums)) in codes.chunks(BLOCK).zip(sums.chunks_mut(BLOCK)).enumerate() {
            if !self.keyed {
                for (code, sum) in codes.iter().zip(sums) {
                    let entry = table.get(usize::from(*code)).copied().unwrap_or_default();
                    *sum = sum.wrapping_add(entry.cast_signed() >> 8);
                }
                continue;
            }
            for ((code, sum), key) in codes.iter().zip(sums).zip(keys.iter_mut()) {
                let entry = table.get(usize::from(*code)).copied().unwrap_or_default();
                // The plan sums no more items than 32 bits hold.
                *sum = sum.wrapping_add(entry.cast_signed() >> 8);
                *key = entry as u8;
            }
            for places in top.iter_mut() {
                let places = places.iter_mut().skip(block * BLOCK).take(codes.len());
                // The greater stays, the lesser goes on to the next place.
                for (place, key) in places.zip(keys.iter_mut()) {
                    let (greater, lesser) = ((*place).max(*key), (*place).min(*key));
                    (*place, *key) = (greater, lesser);
                }
            }
        }
    }
}
