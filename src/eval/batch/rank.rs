//! The reasons of each record, most important first.

use super::arithmetic::calculate;
use super::lane::{Lane, Pool};
use super::plan::Plan;
use super::reason::Keys;
use super::scored::{Scored, Standing};
use super::walk::{Distance, Loss, NONE};
use crate::decimal::Decimal;
use crate::policy::{Operator, RankedBy, ReasonId};

/// What reasons are found from.
pub(super) struct Ranking<'r> {
    pub(super) plan: &'r Plan,
    /// Points lost, in the order of the walk.
    pub(super) losses: Vec<Loss>,
    /// Distances from baselines, in the order of the walk.
    pub(super) distances: Vec<Distance>,
    /// By place: the greatest keys of each record, where losses have keys.
    pub(super) top: &'r [Vec<u8>],
    /// The reasons of overrides that changed the result, by record, rising.
    pub(super) overriding: Vec<(usize, ReasonId)>,
}

/// A reason of a record with what counts under it, in units.
type Given = (u16, Option<i128>);

impl Ranking<'_> {
    /// Fills the reasons in. Records in which what counts under a reason does not fit are marked in `over`.
    pub(super) fn run(mut self, lost: bool, pool: &mut Pool, over: &mut [u8], out: &mut Scored) {
        let rows = out.standings.len();
        let places = self.plan.places();
        out.reasons.resize_with(places, Vec::new);
        out.lost.resize_with(if lost { places } else { 0 }, Vec::new);
        for place in &mut out.reasons {
            place.clear();
            place.resize(rows, NONE);
        }
        for place in &mut out.lost {
            place.clear();
            place.resize(rows, None);
        }
        match (&self.plan.reasons.keys, self.plan.reasons.by) {
            (Some(keys), _) => self.by_key(keys, out),
            (None, RankedBy::PointsLost) => {
                let sums = self.sums(pool, over, &out.standings);
                self.by_sum(&sums, out);
                sums.into_iter().for_each(|(_, lane)| pool.keep(lane));
            }
            (None, RankedBy::BelowBaseline | RankedBy::AboveBaseline) => self.by_distance(over, out),
        }
        for loss in std::mem::take(&mut self.losses) {
            pool.keep(loss.lost);
        }
        for distance in std::mem::take(&mut self.distances) {
            pool.keep(distance.distance);
        }
    }

    fn by_key(&self, keys: &Keys, out: &mut Scored) {
        let mut codes = [NONE; 256];
        for (slot, (reason, _)) in codes.iter_mut().skip(1).zip(&keys.losses) {
            *slot = reason.0 as u16;
        }
        for (place, top) in out.reasons.iter_mut().zip(self.top) {
            for (slot, key) in place.iter_mut().zip(top) {
                *slot = codes.get(usize::from(*key)).copied().unwrap_or(NONE);
            }
        }
        let units = |key: u8| {
            let loss = usize::from(key).checked_sub(1).and_then(|at| keys.losses.get(at));
            loss.map(|(reason, lost)| (reason.0 as u16, Some(lost.units())))
        };
        for (place, top) in out.lost.iter_mut().zip(self.top) {
            for (slot, key) in place.iter_mut().zip(top) {
                *slot = units(*key).and_then(|(_, lost)| lost);
            }
        }
        self.correct(out, |row, list| {
            list.extend(self.top.iter().filter_map(|top| top.get(row).and_then(|key| units(*key))));
        });
    }

    /// What is lost under each code, in the order in which the items first mention them.
    fn sums(&mut self, pool: &mut Pool, over: &mut [u8], standings: &[Standing]) -> Vec<(u16, Lane)> {
        let mut sums: Vec<Option<Lane>> = Vec::new();
        sums.resize_with(self.plan.policy.reasons.len(), || None);
        let mut marks = pool.bytes(standings.len(), 0);
        for Loss { reason, mut lost } in std::mem::take(&mut self.losses) {
            match sums.get_mut(reason.index()) {
                Some(Some(sum)) => {
                    calculate(Operator::Add, sum, &mut lost, &mut marks);
                    pool.keep(lost);
                }
                Some(slot) => *slot = Some(lost),
                None => pool.keep(lost),
            }
        }
        super::evaluate::mark_where(over, &marks, |row| standings.get(row) == Some(&Standing::Scored));
        pool.keep_bytes(marks);
        let order = self.plan.reasons.order.iter();
        order.filter_map(|reason| Some((reason.0 as u16, sums.get_mut(reason.index())?.take()?))).collect()
    }

    fn by_sum(&self, sums: &[(u16, Lane)], out: &mut Scored) {
        let mut best: Vec<Given> = Vec::new();
        let rows = out.standings.len();
        let places = out.reasons.len();
        if places > 0 {
            for row in 0..rows {
                best.clear();
                for (code, lane) in sums {
                    let lost = lane.units(row);
                    if lost > 0 {
                        insert(&mut best, (*code, Some(lost)), places);
                    }
                }
                write(out, row, &best);
            }
        }
        self.correct(out, |row, list| {
            let mut all: Vec<Given> = Vec::new();
            for (code, lane) in sums {
                let lost = lane.units(row);
                if lost > 0 {
                    insert(&mut all, (*code, Some(lost)), usize::MAX);
                }
            }
            list.extend(all);
        });
    }

    fn by_distance(&self, over: &mut [u8], out: &mut Scored) {
        let mut sums: Vec<Given> = Vec::new();
        let rows = out.standings.len();
        for row in 0..rows {
            if out.standings.get(row) != Some(&Standing::Scored) {
                continue;
            }
            if !self.met(row, &mut sums)
                && let Some(mark) = over.get_mut(row)
            {
                *mark = 1;
            }
            write(out, row, &sums);
        }
        self.correct(out, |row, list| {
            let mut all = Vec::new();
            // That it fits was asked above.
            self.met(row, &mut all);
            list.extend(all);
        });
    }

    /// The codes that a record met, by distance; whether all sums fitted.
    fn met(&self, row: usize, sums: &mut Vec<Given>) -> bool {
        sums.clear();
        let mut fits = true;
        for each in &self.distances {
            let Some(code) = each.reasons.get(row).copied().filter(|code| *code != NONE) else { continue };
            let distance = each.distance.units(row);
            match sums.iter_mut().find(|(known, _)| *known == code) {
                Some((_, sum)) => {
                    let total = sum.unwrap_or_default() + distance;
                    fits &= Decimal::from_units(total).is_some();
                    *sum = Some(total);
                }
                None => sums.push((code, Some(distance))),
            }
            if !fits {
                return false;
            }
        }
        sums.retain(|(_, sum)| sum.is_some_and(|sum| sum >= 0));
        sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
        true
    }

    /// Gives records that are not scored no reasons, and puts those of overrides first. `ranked` gives all that counts for a
    /// record, in order.
    fn correct(&self, out: &mut Scored, ranked: impl Fn(usize, &mut Vec<Given>)) {
        for row in 0..out.standings.len() {
            if out.standings.get(row) != Some(&Standing::Scored) {
                write(out, row, &[]);
            }
        }
        let mut list: Vec<Given> = Vec::new();
        for group in self.overriding.chunk_by(|a, b| a.0 == b.0) {
            let Some((row, _)) = group.first().copied() else { continue };
            list.clear();
            if out.standings.get(row) == Some(&Standing::Scored) {
                ranked(row, &mut list);
            }
            let mut given: Vec<Given> = Vec::new();
            for (_, reason) in group {
                let code = reason.0 as u16;
                if !given.iter().any(|(known, _)| *known == code) {
                    let lost = list.iter().find(|(known, _)| *known == code).and_then(|(_, lost)| *lost);
                    given.push((code, lost));
                }
            }
            let first_ones = given.len();
            for (code, lost) in &list {
                if !given.iter().take(first_ones).any(|(known, _)| known == code) {
                    given.push((*code, *lost));
                }
            }
            write(out, row, &given);
        }
    }
}

/// Puts a reason where it belongs; those that are before it stay before it where they lose as much.
fn insert(best: &mut Vec<Given>, new: Given, most: usize) {
    let at = best.partition_point(|known| known.1 >= new.1);
    if at < most {
        if best.len() >= most {
            best.pop();
        }
        best.insert(at, new);
    }
}

fn write(out: &mut Scored, row: usize, given: &[Given]) {
    for (place, reasons) in out.reasons.iter_mut().enumerate() {
        if let Some(slot) = reasons.get_mut(row) {
            *slot = given.get(place).map_or(NONE, |(code, _)| *code);
        }
    }
    for (place, lost) in out.lost.iter_mut().enumerate() {
        if let Some(slot) = lost.get_mut(row) {
            *slot = given.get(place).and_then(|(_, lost)| *lost);
        }
    }
}
