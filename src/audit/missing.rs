//! What a missing value gives against known ones, or against nothing.

use super::Audit;
use super::ask::{refuted, scores, went};
use super::axis::{Axis, AxisId};
use super::child::with_value;
use super::clause::{Benchmark, Input, Way};
use super::desk::{broken, none, rule, summed};
use super::inquiry::{Moves, Rule};
use super::model::{Model, PartOf};
use super::points::Points;
use super::read::Read;
use super::verdict::{Verdict, Witness};
use crate::cases::{Frozen, Trial, Wish};
use crate::data::{FieldId, RecordId, Value, Why};
use crate::policy::{Expr, ItemBody};
use std::collections::BTreeSet;

/// What a missing value of an event is compared with.
#[derive(Debug, Clone, Copy)]
enum Against {
    /// No points.
    Nothing,
    /// Each known value.
    Each,
    /// One known value at least.
    One,
}

impl<'p> Audit<'p> {
    /// Whether a missing value never goes a way against what it is compared with: of every field that may be missing, or of
    /// those asked about; of the record, of its children, of those that links lead to.
    pub(super) fn missing_values(&self, of: &[Input], never: Way, than: Benchmark) -> Verdict {
        let schema = &self.policy.schema;
        let records = (0..schema.records.len() as u32).map(RecordId);
        let fields = records.flat_map(|record| {
            let fields = schema.record(record).fields.iter().zip(0..);
            fields.filter(|(field, _)| field.optional).map(move |(_, at)| (record, FieldId(at)))
        });
        let asked = fields.filter(|(record, field)| {
            let named = of.contains(&Input::Field(*record, *field));
            let own = *record == schema.scored;
            named || (of.is_empty() && (own || self.counts_of_others(*record, *field)))
        });
        let mut verdicts = Vec::new();
        for (record, field) in asked {
            let own = (record == schema.scored).then(|| self.missing_of(field, never, than));
            let others = (record != schema.scored || self.counts_of_others(record, field))
                .then(|| self.missing_of_others((record, field), never, than, own.as_ref()));
            let own = own.map(|own| self.of_own_alone(own, record, field));
            verdicts.extend(own.into_iter().chain(others));
        }
        if verdicts.is_empty() {
            let what =
                if of.is_empty() { "no field".to_owned() } else { format!("nothing of {}", self.words(of)) };
            return Verdict::proved(format!("{what} may be missing"));
        }
        summed(verdicts.into_iter())
    }

    /// The same of a field of one other record, with what is known of the record's own: of events each by itself, as all that
    /// rules make of their sum keeps the order. Of what is worked out of several others together nothing is proved.
    fn missing_of_others(
        &self,
        (record, field): (RecordId, FieldId),
        never: Way,
        than: Benchmark,
        own: Option<&Verdict>,
    ) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let (reads, what) = (self.reads_of_others(record, field), self.others_field_words(record, field));
        let everybodys = self.reads(&[Input::Field(record, field)]);
        // What holds of points holds of scores only where no others' scores settle with them the other way round.
        let others = match than {
            Benchmark::Neutral => Vec::new(),
            Benchmark::WorstKnown | Benchmark::BestKnown => model.unknown_by_others(&everybodys, rule(never)),
        };
        let settles = than != Benchmark::Neutral && model.settles_with((record, field));
        let parts = model.parts_reading(&reads);
        if parts.is_empty() && !settles {
            return Verdict::proved(format!("nothing that gives points, and no override, reads {what}"));
        }
        if parts.is_empty() && others.is_empty() && matches!(own, Some(Verdict::Proved { .. })) {
            return Verdict::proved(format!(
                "{what} is read for their own score alone, of which it holds, and one's own goes with it"
            ));
        }
        // Against the worst that is known nothing may rise, against the best nothing may fall: then it must hold of all.
        let all = (than == Benchmark::WorstKnown) == (never == Way::Rises);
        let against = match than {
            Benchmark::Neutral => Against::Nothing,
            Benchmark::WorstKnown | Benchmark::BestKnown if all || parts.len() > 1 => Against::Each,
            Benchmark::WorstKnown | Benchmark::BestKnown => Against::One,
        };
        let keeps = |at: &usize| self.missing_event_keeps(model, *at, (record, field), never, against);
        if !settles && others.is_empty() && parts.iter().all(keeps) {
            return Verdict::proved(format!(
                "{} read {what}, and so it is of each by itself",
                model.names(&parts)
            ));
        }
        let found = match than {
            Benchmark::Neutral => self.missing_event_gives((record, field), &parts, never),
            Benchmark::WorstKnown | Benchmark::BestKnown if all => {
                let missing = Value::Missing(Why::Field(field));
                let known = self.maker.values(record, field).into_iter().filter(|value| !value.is_missing());
                let pairs: Vec<(Value, Value)> = known.map(|value| (value, missing.clone())).collect();
                let of = |trial: &Trial<'_>| {
                    let rows = trial.case.records.iter().filter(|(kind, _)| *kind == record);
                    let rows = rows.filter(|(_, row)| row.get(field.index()).is_none_or(Value::is_missing));
                    rows.count()
                };
                let judge = |a: &Trial<'_>, b: &Trial<'_>| {
                    let (first, second) = scores(a, b)?;
                    (of(a) < of(b) && broken(never, first, second)).then(|| went(first, second))
                };
                self.by_one_field(record, field, &pairs, &reads, &judge)
            }
            Benchmark::WorstKnown | Benchmark::BestKnown => None,
        };
        match found {
            Some(witness) => refuted(witness, self.places_reading(&everybodys)),
            None => {
                let by = if settles { "others' scores".to_owned() } else { model.names(&parts) };
                Verdict::undecided(format!(
                    "{by} may break it where {what} is missing, but no record was found that shows it"
                ))
            }
        }
    }

    /// Whether an event of a rule, its field missing, adds nothing that goes a way against what it is compared with.
    fn missing_event_keeps(
        &self,
        model: &Model<'_>,
        at: usize,
        (record, field): (RecordId, FieldId),
        never: Way,
        against: Against,
    ) -> bool {
        let schema = &self.policy.schema;
        let part = model.part(at);
        let PartOf::Item(id) = part.of else { return false };
        let item = self.policy.item(id);
        let ItemBody::Events(events) = &item.body else { return false };
        if events.over.kind(schema) != record || events.can_unscore() {
            return false;
        }
        let Some(cells) = self.cells_by_field(id, events, field) else { return false };
        let Some(position) = cells.field(field) else { return false };
        let Some(axis) = cells.axes.get(position) else { return false };
        let (sign, _) = model.leverage(part.bucket);
        let sign = sign * item.weight.map_or(1, |weight| weight.units().signum());
        // Points so far above others (where nothing may rise), or below them.
        let beyond = |points: i128| match never {
            Way::Rises => points > 0,
            Way::Falls => points < 0,
        };
        let exceeds = |missing: Points, known: Points| {
            let difference = missing.plus(known.negative());
            beyond(difference.low() * sign) || beyond(difference.high() * sign)
        };
        cells.numbered_lines(position).all(|line| {
            let is_missing = |class: usize| axis.classes.get(class).is_some_and(|class| class.missing);
            let (missing, known): (Vec<_>, Vec<_>) =
                line.into_iter().partition(|(class, _)| is_missing(*class));
            missing.iter().all(|(_, missing)| match against {
                Against::Nothing => !exceeds(missing.adds(), Points::ZERO),
                Against::Each => known.iter().all(|(_, known)| !exceeds(missing.adds(), known.adds())),
                Against::One => known.iter().any(|(_, known)| !exceeds(missing.adds(), known.adds())),
            })
        })
    }

    /// A record with one event whose field is missing, for which one of some items gives points that go a way.
    fn missing_event_gives(
        &self,
        (record, field): (RecordId, FieldId),
        parts: &[usize],
        never: Way,
    ) -> Option<Witness> {
        let model = self.model.as_ref().ok()?;
        let missing = Value::Missing(Why::Field(field));
        let name = self.field_words(record, field);
        for start in self.with_others(record, field) {
            let rows = self.rows_of_others(&start.case, record);
            let [row] = rows.as_slice() else { continue };
            let Some(trial) = self.maker.run(&with_value(&start.case, *row, field, &missing)) else {
                continue;
            };
            for at in parts {
                let PartOf::Item(id) = model.part(*at).of else { continue };
                let (sign, _) = model.leverage(model.part(*at).bucket);
                let Some(points) = trial.outcome.points.get(id.index()).copied() else { continue };
                let goes = match never {
                    Way::Falls => points.units() * sign < 0,
                    Way::Rises => points.units() * sign > 0,
                };
                if !goes {
                    continue;
                }
                let shows = format!("where {name} is missing, {} gives {points} points", model.name(*at));
                if let Some(case) = self.maker.confirmed(&trial.case, &shows) {
                    return Some(Witness { shows, cases: vec![case], differ_in: Vec::new() });
                }
            }
        }
        None
    }

    fn missing_of(&self, field: FieldId, never: Way, than: Benchmark) -> Verdict {
        let scored = self.policy.schema.scored;
        let reads = self.reads_of_own(scored, field);
        let what = self.own_field_words(scored, field);
        let is_missing = |_: AxisId, axis: &Axis, class: usize| {
            let Some(class) = axis.classes.get(class) else { return false };
            match axis.expr() {
                Some(Expr::Field(of)) if *of == field => class.missing,
                Some(expr) if vanishes_with(expr, field) => class.missing,
                Some(_) | None => true,
            }
        };
        let is_known = |_: AxisId, axis: &Axis, class: usize| {
            axis.field() != Some(field) || axis.classes.get(class).is_some_and(|class| !class.missing)
        };
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let missing =
                |trial: &Trial<'_>| trial.value(&Expr::Field(field)).is_some_and(|value| value.is_missing());
            let (first, second) = scores(a, b)?;
            (!missing(a) && missing(b) && broken(never, first, second)).then(|| went(first, second))
        };
        match than {
            Benchmark::Neutral => self.missing_against_nothing(field, never),
            // Against the worst that is known nothing may rise, against the best nothing may fall: then it must hold of all.
            Benchmark::WorstKnown | Benchmark::BestKnown => {
                let all = (than == Benchmark::WorstKnown) == (never == Way::Rises);
                let verdict =
                    self.ask(&reads, &what, &Moves::From(&is_known, &is_missing), rule(never), &none, &judge);
                match verdict {
                    Verdict::Refuted { .. } if !all => self.missing_against_one(field, never, than),
                    Verdict::Proved { .. } | Verdict::Refuted { .. } | Verdict::Undecided { .. } => verdict,
                }
            }
        }
    }

    /// What a missing field gives, against nothing at all.
    pub(super) fn missing_against_nothing(&self, field: FieldId, never: Way) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let name = &self.policy.schema.field(self.policy.schema.scored, field).name;
        let mut faults: Vec<usize> = Vec::new();
        for (at, part) in model.parts.iter().enumerate() {
            let touched =
                part.axes.iter().any(|axis| model.axes.get(*axis).reads.contains(&Read::Field(field)));
            if !touched {
                continue;
            }
            let block = super::block::Block::new(model, vec![at]);
            if block.is_too_large() {
                return Verdict::undecided(format!("{} has too many cells to look at each", model.name(at)));
            }
            let (sign, _) = model.leverage(part.bucket);
            let axes: Vec<usize> = (0..block.axes.len())
                .filter(|position| {
                    block
                        .axes
                        .get(*position)
                        .is_some_and(|axis| model.axes.get(*axis).reads.contains(&Read::Field(field)))
                })
                .collect();
            let breaks = (0..block.len()).any(|cell| {
                let missing = axes.iter().all(|position| {
                    let axis = block.axes.get(*position).map(|axis| model.axes.get(*axis));
                    axis.is_some_and(|axis| {
                        // What stands in for it may be anything.
                        let vanishes = axis.expr().is_some_and(|expr| vanishes_with(expr, field));
                        let class = axis.classes.get(block.class(cell, *position));
                        !vanishes || class.is_some_and(|class| class.missing)
                    })
                });
                missing
                    && block.cell(cell).is_some()
                    && block.points(cell).iter().any(|points| {
                        let (low, high) = (points.low() * sign, points.high() * sign);
                        match never {
                            Way::Falls => low.min(high) < 0,
                            Way::Rises => low.max(high) > 0,
                        }
                    })
            });
            if breaks {
                faults.push(at);
            }
        }
        if faults.is_empty() {
            return Verdict::proved(format!(
                "where `{name}` is missing, nothing that reads it gives points that way"
            ));
        }
        let witness = faults.iter().find_map(|at| {
            let PartOf::Item(id) = model.part(*at).of else { return None };
            let (sign, _) = model.leverage(model.part(*at).bucket);
            let missing = crate::data::Value::Missing(crate::data::Why::Field(field));
            self.witnesses(model).one(&[Wish::Field(field, missing)], |trial| {
                let points = trial.outcome.points.get(id.index()).copied()?;
                let breaks = match never {
                    Way::Falls => points.units() * sign < 0,
                    Way::Rises => points.units() * sign > 0,
                };
                breaks
                    .then(|| format!("where `{name}` is missing, {} gives {points} points", model.name(*at)))
            })
        });
        match witness {
            Some(witness) => refuted(witness, model.places(&faults)),
            None => Verdict::undecided(format!(
                "{} may break it where `{name}` is missing, but no record was found that shows it",
                model.names(&faults)
            )),
        }
    }

    /// A missing value against the one known value that gives the least, or the most: broken only where it is broken of
    /// that one, which is shown by going through all values that are told apart.
    pub(super) fn missing_against_one(&self, field: FieldId, never: Way, than: Benchmark) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let scored = self.policy.schema.scored;
        let name = &self.policy.schema.field(scored, field).name;
        let axes: Vec<_> = (0..model.axes.list.len() as u32)
            .map(super::axis::AxisId)
            .filter(|axis| model.axes.get(*axis).reads.contains(&Read::Field(field)))
            .collect();
        let alone = axes.iter().all(|axis| model.axes.get(*axis).field() == Some(field));
        if !alone {
            return Verdict::undecided(format!(
                "other values are worked out of `{name}`: they are not compared one by one"
            ));
        }
        // By cells: the missing one against the extreme of the known ones of its line.
        let mut broken = false;
        for component in &model.components {
            let Some(position) = axes.first().and_then(|axis| component.position(*axis)) else { continue };
            if component.is_too_large() {
                return Verdict::undecided(format!(
                    "`{name}` stands in too many combinations to look at each"
                ));
            }
            for line in component.planes(&[position]) {
                let class = |cell: &usize| {
                    axes.first()
                        .and_then(|axis| model.axes.get(*axis).classes.get(component.class(*cell, position)))
                };
                let (missing, known): (Vec<usize>, Vec<usize>) =
                    line.iter().partition(|cell| class(cell).is_some_and(|class| class.missing));
                let rule = if never == Way::Rises { Rule::NeverRises } else { Rule::NeverFalls };
                broken |= !model.have_anchors(component, &missing, &known, rule);
            }
        }
        if !broken {
            return Verdict::proved(format!(
                "in no cell `{name}` missing gives {} than that",
                if never == Way::Rises { "more" } else { "less" }
            ));
        }
        let missing = crate::data::Value::Missing(crate::data::Why::Field(field));
        let witnesses = self.witnesses(model);
        for base in witnesses.bases {
            let Some(without) =
                self.maker.made(base, &[Wish::Field(field, missing.clone())], &Frozen::default())
            else {
                continue;
            };
            let known = self.maker.values(scored, field).into_iter().filter(|value| !value.is_missing());
            let mut trials: Vec<Trial<'p>> = known
                .filter_map(|value| self.maker.made(base, &[Wish::Field(field, value)], &Frozen::default()))
                .filter(|trial| trial.outcome.score.is_some())
                .collect();
            trials.sort_by_key(|trial| trial.outcome.score);
            let against =
                if than == Benchmark::WorstKnown { trials.into_iter().next() } else { trials.pop() };
            let Some(against) = against else { continue };
            let free: BTreeSet<Read> = [Read::Field(field)].into_iter().collect();
            let found = witnesses.compared(&against, &without, &free, &|a, b| {
                let (first, second) = scores(a, b)?;
                let breaks = if never == Way::Rises { second > first } else { second < first };
                breaks.then(|| went(first, second))
            });
            if let Some(found) = found {
                return refuted(found, Vec::new());
            }
        }
        Verdict::undecided(format!("`{name}` missing may break it, but no record was found that shows it"))
    }
}

/// Whether an expression is missing wherever a field that it reads is.
pub(super) fn vanishes_with(expr: &Expr, field: FieldId) -> bool {
    let of = |expr: &Expr| vanishes_with(expr, field);
    match expr {
        Expr::Field(of) => *of == field,
        Expr::Negate(inner) | Expr::Test(inner, _) => of(inner),
        Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) => of(a) || of(b),
        Expr::Call(_, all) => all.iter().any(of),
        Expr::Constant(_)
        | Expr::EventField(_)
        | Expr::Definition(_)
        | Expr::EventDefinition(_)
        | Expr::PreviousScore
        | Expr::IsMissing(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::Otherwise(..)
        | Expr::Aggregate(_)
        | Expr::Score
        | Expr::Tier
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_)
        | Expr::Decision(_) => false,
    }
}
