//! The values of a field worth trying where more of it is always more of the score, or always less: for each number of steps
//! the farthest, and of those with the same points the nearest.

use super::choice::{Stand, sums};
use super::lever::{Lever, units};
use crate::audit::model::Model;
use crate::data::{Value, value};
use crate::eval::Scorer;

/// So many different points are told apart, piece by piece.
const LEVELS: usize = 5_000;

/// So many numbers of steps are gone through beyond those.
const THIN: i128 = 200;

/// A piece of a field's values in which nothing but how far it goes counts.
pub(super) struct Levels<'a> {
    pub(super) model: &'a Model<'a>,
    pub(super) scorer: &'a Scorer<'a>,
    pub(super) lever: &'a Lever,
    pub(super) stand: &'a Stand<'a>,
    /// Which way it is better: up (1) or down (-1).
    pub(super) way: i128,
    /// The piece.
    pub(super) range: (i128, i128),
}

impl Levels<'_> {
    /// The values, and the price below which there are all.
    pub(super) fn all(&self) -> (Vec<Value>, Option<i128>) {
        let Some(now) = self.stand.field(self.lever).and_then(units) else { return (Vec::new(), None) };
        let (low, high) = self.range;
        let (start, end) = if self.way > 0 { (low, high) } else { (high, low) };
        // Beyond the end whatever leads farther leads away: the nearest is the best.
        let leads = if self.way > 0 { now < end && !(self.lever.only_up && end < now) } else { now > end };
        if !leads || (self.lever.only_up && self.way < 0) {
            return (Vec::new(), None);
        }
        // The first number of steps that leads into the piece, and the last that leads farther.
        let inside = if self.way > 0 { start.max(now) } else { start.min(now) };
        let first = self.lever.over(inside.abs_diff(now));
        let last = self.lever.over(end.abs_diff(now));
        let at = |steps: i128| {
            let reached = self.lever.farthest(now, steps, end);
            // A first step that falls short of the piece leads to its edge.
            if self.way > 0 { reached.max(inside) } else { reached.min(inside) }
        };
        if self.lever.each.is_zero() && !self.lever.only_up {
            return (self.value(end).into_iter().collect(), None);
        }
        let mut values = Vec::new();
        let mut steps = first;
        let mut points = None;
        loop {
            if values.len() >= LEVELS {
                let far = (0..=THIN).map(|part| steps + (last - steps) / THIN * part).chain([last]);
                values.extend(far.filter_map(|steps| self.value(at(steps))));
                return (values, Some(self.lever.price(steps)));
            }
            values.extend(self.value(at(steps)));
            let here = points.take().unwrap_or_else(|| self.points(at(steps)));
            if steps >= last {
                return (values, None);
            }
            match self.next(here, (steps, last), &at) {
                Some((next, other)) => (steps, points) = (next, Some(other)),
                None => return (values, None),
            }
        }
    }

    /// The least number of steps beyond a first that leads to other points, and those; `None` where none does.
    fn next(
        &self,
        here: Option<Vec<i128>>,
        (first, last): (i128, i128),
        at: &impl Fn(i128) -> i128,
    ) -> Option<(i128, Option<Vec<i128>>)> {
        // Points go one way: as long as both ends have the same, so has what lies between.
        let (mut same, mut reach) = (first, 1_i128);
        let mut other = loop {
            let steps = first.saturating_add(reach).min(last);
            let points = self.points(at(steps));
            if points != here {
                break (steps, points);
            }
            if steps == last {
                return None;
            }
            same = steps;
            reach = reach.saturating_mul(2);
        };
        while other.0 - same > 1 {
            let middle = same + (other.0 - same) / 2;
            let points = self.points(at(middle));
            if points == here { same = middle } else { other = (middle, points) }
        }
        Some(other)
    }

    fn value(&self, at: i128) -> Option<Value> {
        value(at, self.lever.kind)
    }

    /// The points by bucket, were this the value; `None` where there are none.
    fn points(&self, at: i128) -> Option<Vec<i128>> {
        let mut values = self.stand.subject.values.to_vec();
        *values.get_mut(self.lever.field.index())? = self.value(at)?;
        let outcome = self.stand.run(self.scorer, &values)?;
        let every: Vec<usize> = (0..self.model.buckets.len()).collect();
        outcome.score.map(|_| sums(self.model, &outcome, &every))
    }
}
