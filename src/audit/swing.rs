//! How far inputs move a score: the most that is proved, and the most that two records were found to show.

use super::Audit;
use super::ask::{scores, went};
use super::axis::AxisId;
use super::clause::Input;
use super::inquiry::{FAR, Moves, Rule, Suspect};
use super::model::Model;
use super::read::Read;
use super::slope::Slope;
use super::verdict::{Verdict, Witness};
use crate::cases::Trial;
use crate::data::FieldId;
use crate::decimal::Decimal;
use crate::policy::Case;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What inputs do to the score of records that differ in nothing else.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing, for anybody: proved.
    None {
        /// Why.
        because: String,
    },
    /// They change it: shown by records.
    Some {
        /// By how many points.
        swing: Swing,
        /// Records of which one has a score and the other has none, where no two with different scores were found.
        decides: Option<Witness>,
    },
    /// Neither a proof nor two records that show it were found.
    Undecided {
        /// What stands in the way.
        because: String,
        /// No two records are further apart: proved. Absent where no such end is known.
        bound: Option<Decimal>,
    },
}

/// How far apart two scores can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// No two records are further apart: proved. Absent where no such end is known.
    pub bound: Option<Decimal>,
    /// The furthest that two records were found to be apart, and the two.
    pub shown: Option<(Decimal, Witness)>,
}

/// The largest step of a score between neighbouring bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Cliff {
    /// The points from one band to the next, and the two records.
    pub shown: (Decimal, Witness),
    /// What is cut into bands, where that is not the field itself but worked out of it.
    pub of: Option<String>,
    /// The band of the first record and that of the second, in the words of an author.
    pub bands: (String, String),
    /// No other step of the field is larger: proved.
    pub largest: bool,
}

impl Swing {
    /// What is proved and what was found, which is never more.
    fn new(bound: Option<Decimal>, shown: Option<(Decimal, Witness)>) -> Self {
        let is_within = |(points, _): &(Decimal, Witness)| bound.is_none_or(|bound| *points <= bound);
        debug_assert!(shown.as_ref().is_none_or(is_within), "further than {bound:?}: {shown:?}");
        Self { bound, shown }
    }

    /// Whether two records show all that is possible.
    pub fn is_exact(&self) -> bool {
        self.bound.is_some() && self.shown.as_ref().map(|(points, _)| *points) == self.bound
    }

    /// The most that is known of it: what is proved, where that is.
    pub fn most(&self) -> Option<Decimal> {
        self.bound.or(self.shown.as_ref().map(|(points, _)| *points))
    }
}

/// How many suspects are tried to be shown.
const TRIES: usize = 4;

impl<'p> Audit<'p> {
    /// What inputs do to the score.
    pub fn effect(&self, inputs: &[Input]) -> Effect {
        let (reads, what) = (self.reads(inputs), self.words(inputs));
        let model = match &self.model {
            Ok(model) => model,
            Err(why) => return Effect::Undecided { because: why.clone(), bound: None },
        };
        let keeps = |part: usize| self.keeps_same(model, part, &reads);
        let same = model.inquire(&reads, &Moves::Any, Rule::Same, &keeps);
        if same.suspects.is_empty() && same.unknown.is_empty() {
            let proof = self.conclude(model, &reads, &what, &same, &|_, _| None);
            return Effect::None { because: proof.because().to_owned() };
        }
        let spread = model.spread(&reads, &keeps);
        let bound = Decimal::from_units(spread).filter(|_| spread < FAR);
        if spread > 0 {
            let apart = model.inquire(&reads, &Moves::Any, Rule::Within(0), &keeps);
            let judge = |a: &Trial<'_>, b: &Trial<'_>| distance(a, b);
            let shown = self.furthest(model, &apart.suspects, &reads, bound, &judge).or_else(|| {
                let moved = |a: &Trial<'_>, b: &Trial<'_>| distance(a, b).map(|_| moved(a, b));
                let found =
                    self.any_change(&reads, &moved).or_else(|| self.by_one_child(inputs, &reads, &moved))?;
                Some((self.distance_of(&found)?, found))
            });
            if let Some(shown) = shown {
                return Effect::Some { swing: Swing::new(bound, Some(shown)), decides: None };
            }
        }
        match self.flow_to_score(&reads, &what) {
            Verdict::Proved { because } => Effect::None { because },
            Verdict::Undecided { because } => Effect::Undecided { because, bound },
            Verdict::Refuted { mut witnesses, because, .. } => {
                if witnesses.is_empty() {
                    return Effect::Undecided { because, bound };
                }
                let witness = witnesses.swap_remove(0);
                match self.distance_of(&witness) {
                    Some(points) => {
                        Effect::Some { swing: Swing::new(bound, Some((points, witness))), decides: None }
                    }
                    None => Effect::Some { swing: Swing::new(bound, None), decides: Some(witness) },
                }
            }
        }
    }

    /// The largest step between neighbouring bands of an ordered field of the scored record; `None` where no two records
    /// were found that show one.
    pub fn cliff(&self, field: FieldId) -> Option<Cliff> {
        let model = self.model.as_ref().ok()?;
        let scored = self.policy.schema.scored;
        let reads = self.reads(&[Input::Field(scored, field)]);
        // From each band to the next one, whatever the way there.
        let upwards = |_: AxisId, _: &super::axis::Axis| (Slope::Up, false);
        let findings = model.inquire(&reads, &Moves::Growing(&upwards), Rule::Within(0), &|_| false);
        let steps: Vec<(&Suspect, AxisId, (String, String))> = findings
            .suspects
            .iter()
            .filter_map(|suspect| {
                let (axis, bands) = self.neighbours(model, suspect)?;
                Some((suspect, axis, bands))
            })
            .collect();
        let mut axes = model.axes.list.iter().filter(|axis| axis.reads.contains(&Read::Field(field)));
        // A step of a field may take what is worked out of it past several bands.
        let alone = findings.unknown.is_empty() && axes.all(|axis| axis.field() == Some(field));
        let greatest = steps
            .first()
            .map(|(suspect, ..)| model.rounded_up(model.echoed_by_others(suspect.gap, &reads)))?;
        steps.iter().take(TRIES).find_map(|(suspect, axis, bands)| {
            let bound = Decimal::from_units(model.rounded_up(model.echoed_by_others(suspect.gap, &reads)));
            let judge = |a: &Trial<'_>, b: &Trial<'_>| distance(a, b);
            let shown = self.furthest(model, std::slice::from_ref(*suspect), &reads, bound, &judge)?;
            let largest = alone && shown.0.units() == greatest;
            let axis = model.axes.get(*axis);
            let of = axis.expr().filter(|_| axis.field().is_none()).map(|expr| self.maker.words(expr));
            Some(Cliff { shown, of, bands: bands.clone(), largest })
        })
    }

    /// The two bands that a suspect compares, where they are next to each other along one quantity.
    fn neighbours(&self, model: &Model<'_>, suspect: &Suspect) -> Option<(AxisId, (String, String))> {
        let mut moved = suspect.to.iter().filter_map(|(axis, to)| {
            let (_, from) = suspect.from.iter().find(|(other, from)| other == axis && from != to)?;
            Some((*axis, *from, *to))
        });
        let (id, from, to) = moved.next()?;
        let axis = model.axes.get(id);
        if moved.next().is_some() || from.abs_diff(to) != 1 || !axis.kind.is_ordered() {
            return None;
        }
        let (first, second) = (axis.classes.get(from)?, axis.classes.get(to)?);
        let words = |class: &super::possible::Possible| class.known.describe(axis.kind, &[]);
        (!first.missing && !second.missing).then(|| (id, (words(first), words(second))))
    }

    /// Two records as far apart as the bound, or as far as any that were found.
    fn furthest(
        &self,
        model: &Model<'p>,
        suspects: &[Suspect],
        reads: &BTreeSet<Read>,
        bound: Option<Decimal>,
        apart: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<Decimal>,
    ) -> Option<(Decimal, Witness)> {
        let witnesses = self.witnesses(model);
        let best: RefCell<Option<(Decimal, [Case; 2])>> = RefCell::default();
        let reaches = |a: &Trial<'_>, b: &Trial<'_>| {
            let points = apart(a, b)?;
            let mut best = best.borrow_mut();
            if best.as_ref().is_none_or(|(most, _)| points > *most) {
                *best = Some((points, [a, b].map(|trial| trial.case.clone())));
            }
            (Some(points) == bound).then(|| moved(a, b))
        };
        if let Some(found) =
            suspects.iter().take(TRIES).find_map(|suspect| witnesses.pair(suspect, reads, &reaches))
        {
            return Some((bound?, found));
        }
        let (most, [first, second]) = best.take()?;
        let (first, second) = (self.maker.run(&first)?, self.maker.run(&second)?);
        let found = witnesses.compared(&first, &second, reads, &|a, b| Some(moved(a, b)))?;
        Some((most, found))
    }

    /// Two records that differ in a field of one child.
    fn by_one_child(
        &self,
        inputs: &[Input],
        reads: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        let scored = self.policy.schema.scored;
        inputs.iter().find_map(|input| match input {
            Input::Field(record, field) if *record != scored => {
                match self.by_child_field(*record, *field, reads, judge)? {
                    Verdict::Refuted { witnesses, .. } => witnesses.into_iter().next(),
                    Verdict::Proved { .. } | Verdict::Undecided { .. } => None,
                }
            }
            Input::Field(..) | Input::Record(_) | Input::Link(_) | Input::LinkedScore(_) => None,
        })
    }

    /// How far apart the scores of the two records of a witness are.
    fn distance_of(&self, witness: &Witness) -> Option<Decimal> {
        let [first, second] = witness.cases.as_slice() else { return None };
        distance(&self.maker.run(first)?, &self.maker.run(second)?)
    }
}

/// How far apart two scores are, where both are there and differ.
fn distance(a: &Trial<'_>, b: &Trial<'_>) -> Option<Decimal> {
    let (first, second) = scores(a, b)?;
    let apart = second.checked_sub(first)?.abs();
    (!apart.is_zero()).then_some(apart)
}

/// How the score of the second record differs.
fn moved(a: &Trial<'_>, b: &Trial<'_>) -> String {
    scores(a, b).map_or_else(String::new, |(first, second)| went(first, second))
}
