//! What records come to by themselves: what the scores that others read begin with.

use super::chunk::Chunk;
use super::evaluate::View;
use super::lane::Lane;
use super::plan::Plan;
use super::run::{Opening, Scratch, stand_where};
use super::scored::Standing;
use super::walk::Walk;

/// What the records of a chunk come to by themselves, before influences, range and overrides. It can be used again.
#[derive(Debug, Default)]
pub struct Own {
    /// The sum of start and all items.
    pub(super) total: Lane,
    pub(super) standings: Vec<Standing>,
    /// Records whose score overrides bound.
    pub(super) bounds: Vec<ScoreBounds>,
}

/// The floor and the cap of a record's score, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScoreBounds {
    pub(super) row: usize,
    pub(super) floor: Option<i128>,
    pub(super) cap: Option<i128>,
}

impl Plan {
    /// Works out what the records of a chunk come to by themselves.
    pub fn own(&self, chunk: &Chunk, scratch: &mut Scratch, out: &mut Own) {
        let Scratch { pool, worked, over, not_scored, .. } = scratch;
        let given = self.start(chunk, worked, pool, over);
        let walk = Walk {
            plan: self,
            view: View { given, worked },
            pool: &mut *pool,
            over: &mut *over,
            not_scored,
            points: None,
            losing: false,
            wide: false,
            losses: Vec::new(),
            distances: Vec::new(),
        };
        let Opening { total, overruled, losses, distances, .. } =
            self.open(walk, &mut [], &mut out.standings);
        losses.into_iter().for_each(|loss| pool.keep(loss.lost));
        distances.into_iter().for_each(|distance| pool.keep(distance.distance));
        pool.keep(std::mem::replace(&mut out.total, total));
        out.bounds.clear();
        for each in &overruled {
            let (floor, cap) = each.bounds(self);
            if floor.or(cap).is_some() {
                out.bounds.push(ScoreBounds { row: each.row, floor, cap });
            }
        }
        stand_where(&mut out.standings, over, Standing::TooLarge);
        if chunk.any_bad {
            stand_where(&mut out.standings, &chunk.bad, Standing::Bad);
        }
    }
}

impl ScoreBounds {
    /// Brings a score between floor and cap.
    pub(super) fn apply(&self, score: i128) -> i128 {
        let floored = self.floor.map_or(score, |floor| score.max(floor));
        self.cap.map_or(floored, |cap| floored.min(cap))
    }
}
