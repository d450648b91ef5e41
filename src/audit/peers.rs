//! What others do to a score, and what it is worth to have one more of them or one less; what repeats, and what is forgotten.

use super::Audit;
use super::ask::{refuted, scores, went};
use super::clause::{Benchmark, Share, Way};
use super::desk::{summed, vanishes_with};
use super::event::{EventCells, days_before, lies_in};
use super::inquiry::{Moves, Rule};
use super::model::{Gives, Model, Part, PartOf};
use super::points::Points;
use super::range::End;
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::{Amount, Frozen, Possible, Trial, Wish};
use crate::data::{FieldId, LinkId, RecordId};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemBody, ItemId, Over, Statistic};
use crate::source::Place;
use std::collections::BTreeSet;

impl<'p> Audit<'p> {
    /// Whether one more pair of a link never moves the score a way.
    pub(super) fn one_more_peer(&self, of: LinkId, never: Way) -> Verdict {
        let name = format!("`{}`", self.policy.schema.link(of).name);
        let free: BTreeSet<Read> = [Read::Link(of), Read::PeerScores(of)].into_iter().collect();
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let reads = |part: &Part| {
            part.axes.iter().any(|axis| {
                model.axes.get(*axis).reads.iter().any(|read| {
                    matches!(read, Read::Link(l) | Read::PeerScores(l) | Read::PeerField(l, _) if *l == of)
                })
            })
        };
        let touched: Vec<usize> =
            (0..model.parts.len()).filter(|at| model.parts.get(*at).is_some_and(reads)).collect();
        if touched.is_empty() {
            return Verdict::proved(format!("nothing that gives points, and no override, reads {name}"));
        }
        // The highest of more is never less, the lowest never more; with a weight the other way it is turned.
        let settled = touched.iter().all(|at| match model.part(*at).of {
            PartOf::Influence(at) => {
                self.policy.influences.get(at as usize).is_some_and(|influence| {
                    let up = influence.weight > Decimal::ZERO;
                    let idle = influence.weight.is_zero()
                        || influence.limits == Some((Decimal::ZERO, Decimal::ZERO));
                    // Without any it is 0, and the first may be on either side.
                    let one_sided = match influence.limits {
                        Some((low, _)) if low >= Decimal::ZERO => Some(Way::Falls),
                        Some((_, high)) if high <= Decimal::ZERO => Some(Way::Rises),
                        Some(_) | None => None,
                    };
                    let way = match influence.statistic {
                        Statistic::Highest if up => Some(Way::Falls),
                        Statistic::Highest => Some(Way::Rises),
                        Statistic::Lowest if up => Some(Way::Rises),
                        Statistic::Lowest => Some(Way::Falls),
                        Statistic::Average | Statistic::Median => None,
                    };
                    idle || (way == Some(never) && one_sided == Some(never))
                })
            }
            PartOf::Item(_) | PartOf::Override(_) | PartOf::Participation => false,
        });
        // A pair that counts both ways also moves the friend's score, and with that perhaps one's own, the other way.
        let turned = self.policy.schema.link(of).symmetric && model.is_turned_by_others(&free);
        if settled && !turned {
            return Verdict::proved(format!(
                "{} of what reads {name} can only go the other way, or not at all",
                touched.len()
            ));
        }
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let pairs = |trial: &Trial<'_>| trial.case.pairs.iter().filter(|(link, ..)| *link == of).count();
            if pairs(b) != pairs(a) + 1 {
                return None;
            }
            let (first, second) = scores(a, b)?;
            let breaks = if never == Way::Rises { second > first } else { second < first };
            breaks.then(|| went(first, second))
        };
        match self.with_one_more(of, &free, &judge) {
            Some(witness) => refuted(witness, model.places(&touched)),
            None => Verdict::undecided(format!(
                "{} may break it, but no record was found that shows it",
                model.names(&touched)
            )),
        }
    }

    /// Whether one more pair of a link moves the score by at most so many points.
    pub(super) fn one_more_peer_at_most(&self, of: LinkId, most: Decimal) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let mut bound = Points::ZERO;
        for (at, part) in model.parts.iter().enumerate() {
            let reads = part.axes.iter().any(|axis| {
                model.axes.get(*axis).reads.iter().any(|read| {
                    matches!(read, Read::Link(l) | Read::PeerScores(l) | Read::PeerField(l, _) if *l == of)
                })
            });
            if !reads {
                continue;
            }
            let own = match part.of {
                PartOf::Influence(influence) => self.most_of_one(influence as usize),
                PartOf::Item(_) => {
                    let (_, factor) = model.leverage(part.bucket);
                    let width = model.hulls.get(at).map_or(Points::ANY, |hull| hull.points).width();
                    Points::of_units(0, factor.stretch(width))
                }
                PartOf::Override(_) | PartOf::Participation => Points::ANY,
            };
            bound = bound.plus(own);
        }
        // A pair that counts both ways moves the friend's points too.
        let alone = !self.policy.schema.link(of).symmetric;
        let bound = Points::of_units(0, model.rounded_up(model.echoed(bound.high(), alone)));
        let name = &self.policy.schema.link(of).name;
        if bound.high() <= most.units() {
            let by = bound.greatest().unwrap_or(Decimal::ZERO);
            return Verdict::proved(format!("one more of `{name}` moves the score by at most {by} points"));
        }
        let free: BTreeSet<Read> = [Read::Link(of), Read::PeerScores(of)].into_iter().collect();
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let pairs = |trial: &Trial<'_>| trial.case.pairs.iter().filter(|(link, ..)| *link == of).count();
            let (first, second) = scores(a, b)?;
            let apart = second.checked_sub(first)?.abs();
            (pairs(b) == pairs(a) + 1 && apart > most)
                .then(|| format!("{}, by {apart},", went(first, second)))
        };
        match self.with_one_more(of, &free, &judge) {
            Some(witness) => refuted(witness, Vec::new()),
            None => Verdict::undecided(match bound.greatest() {
                Some(by) => format!(
                    "one more of `{name}` may move the score by up to {by} points; no record was found that shows more than {most}"
                ),
                None => format!("what one more of `{name}` can do has no bound that is known"),
            }),
        }
    }

    /// The most that one more linked record can change of an influence: from none to one, or from one to two, whichever is
    /// more.
    fn most_of_one(&self, at: usize) -> Points {
        let Some(influence) = self.policy.influences.get(at) else { return Points::ZERO };
        let (mut low, mut high) = self.policy.range.unwrap_or(self.policy.reachable);
        for each in &self.policy.overrides {
            // Overrides come after the range.
            for score in each.score_at_least.iter().chain(&each.score_at_most) {
                (low, high) = (low.min(*score), high.max(*score));
            }
        }
        let weight = influence.weight.abs();
        let span = |a: Decimal, b: Decimal| a.checked_sub(b).map(Decimal::abs);
        let from_none = span(high, influence.against).max(span(low, influence.against));
        let more = Decimal::from_int(i64::from(influence.smoothing));
        let share = |of: Option<Decimal>, by: i64| {
            of.and_then(|of| of.checked_mul(weight))
                .and_then(|of| more.checked_add(Decimal::from_int(by)).and_then(|by| of.checked_div(by)))
        };
        let whole = |of: Option<Decimal>| of.and_then(|of| of.checked_mul(weight));
        let most = match influence.statistic {
            Statistic::Average => share(from_none, 1).max(share(span(high, low), 2)),
            Statistic::Median | Statistic::Lowest | Statistic::Highest => {
                whole(from_none).max(whole(span(high, low)))
            }
        };
        // Rounded in the last place, on both sides.
        let slack = Decimal::from_units(2).unwrap_or(Decimal::ZERO);
        let most = most.and_then(|most| most.checked_add(slack));
        // Previous scores are whatever was published.
        let most = most.filter(|_| influence.settled || influence.weight.is_zero());
        // Without anybody it is 0, whatever the limits are.
        let limits = influence.limits;
        let limits =
            limits.and_then(|(low, high)| high.max(Decimal::ZERO).checked_sub(low.min(Decimal::ZERO)));
        let most = match (most, limits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        most.map_or(Points::ANY, |most| Points::between(Some(Decimal::ZERO), Some(most)))
    }

    /// A record, and the same with one more pair of a link: with a friend with a low score, or a high one.
    fn with_one_more(
        &self,
        of: LinkId,
        free: &BTreeSet<Read>,
        judge: &dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>,
    ) -> Option<super::verdict::Witness> {
        let model = self.model.as_ref().ok()?;
        let witnesses = self.witnesses(model);
        let influences = self.policy.influences.iter().zip(0..).filter(|(influence, _)| influence.link == of);
        for (_, at) in influences {
            for base in witnesses.bases {
                let Some(first) = self.maker.run(base) else { continue };
                for amount in [Amount::Least, Amount::Most] {
                    let wish = [Wish::Influence(at, amount)];
                    let Some(second) = self.maker.made(base, &wish, &Frozen::default()) else { continue };
                    let found = witnesses.compared(&first, &second, free, judge);
                    if found.is_some() {
                        return found;
                    }
                    // With several friends made at once: the last of them is the one more.
                    let mut fewer = second.case.clone();
                    while fewer.pairs.iter().any(|(link, ..)| *link == of) {
                        let more = self.maker.run(&fewer);
                        let last = fewer.pairs.iter().rposition(|(link, ..)| *link == of);
                        last.map(|last| fewer.pairs.remove(last));
                        let less = self.maker.run(&fewer);
                        if let (Some(less), Some(more)) = (less, more)
                            && let Some(found) = witnesses.compared(&less, &more, free, judge)
                        {
                            return Some(found);
                        }
                    }
                }
            }
        }
        None
    }

    /// Whether a swing is at most a share of the range.
    pub(super) fn share_of_range(&self, of: &Share, most: Decimal) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let Some((reachable, _)) = model.scores() else { return Verdict::proved("nobody can have a score") };
        let whole = reachable.width();
        let Some(range) = Decimal::from_units(whole).filter(|_| !Points::is_far(whole)) else {
            return Verdict::undecided(
                "the scores that can be reached have no end: there is nothing to take a share of",
            );
        };
        let Some(allowed) = range.checked_mul(most) else {
            return Verdict::undecided("the range is too large");
        };
        // A proof must hold of the range that records were shown to have.
        let shown = self.reach().ok().and_then(|reach| {
            let end = |end: Option<End>| Some(end?.shown?.0);
            end(reach.greatest)?.checked_sub(end(reach.least)?)
        });
        let sure = shown.and_then(|range| range.checked_mul(most)).unwrap_or(Decimal::ZERO).min(allowed);
        let (name, swing, places) = match of {
            Share::Item(id) => {
                let parts: Vec<usize> =
                    (0..model.parts.len()).filter(|at| model.part(*at).of == PartOf::Item(*id)).collect();
                let swing =
                    parts.iter().map(|at| self.swing_of_part(model, *at)).fold(Points::ZERO, Points::plus);
                (format!("`{}`", self.policy.item(*id).name), swing, model.places(&parts))
            }
            Share::Influences => {
                let parts: Vec<usize> = (0..model.parts.len())
                    .filter(|at| matches!(model.part(*at).of, PartOf::Influence(_)))
                    .collect();
                let swing =
                    parts.iter().map(|at| self.swing_of_part(model, *at)).fold(Points::ZERO, Points::plus);
                ("the influence of others".to_owned(), swing, model.places(&parts))
            }
            Share::Inputs(inputs) => {
                let reads = self.reads(inputs);
                let what = self.words(inputs);
                let judge = |a: &Trial<'_>, b: &Trial<'_>| {
                    let (first, second) = scores(a, b)?;
                    let apart = second.checked_sub(first)?.abs();
                    (apart > allowed)
                        .then(|| format!("{}, by {apart} of {range} points,", went(first, second)))
                };
                return self.ask(
                    &reads,
                    &what,
                    &Moves::Any,
                    Rule::Within(sure.units()),
                    &|_, _| false,
                    &judge,
                );
            }
        };
        let swing = Points::of_units(0, swing.high().min(whole));
        let Some(points) = swing.greatest() else {
            return Verdict::refuted_at(format!("what {name} can give has no end"), places);
        };
        let percent = points
            .checked_mul(Decimal::from_int(100))
            .and_then(|points| points.checked_div(range))
            .and_then(|percent| percent.round_to(Decimal::parse("0.1").unwrap_or(Decimal::ONE)))
            .unwrap_or(Decimal::ZERO);
        let because = format!(
            "{name} moves the score by up to {points} of {range} points that can be reached: {percent}%"
        );
        if points <= sure {
            return Verdict::proved(because);
        }
        // The points of the item say it; two records show it.
        let amounts = |id: ItemId, amount: Amount| vec![Wish::Points(id, amount)];
        let witness = match of {
            Share::Item(id) => {
                self.largest(&amounts(*id, Amount::Least), &amounts(*id, Amount::Most), allowed, *id)
            }
            Share::Influences | Share::Inputs(_) => None,
        };
        match witness {
            Some(witness) => Verdict::refuted_by(because, vec![witness], places),
            None => Verdict::undecided(format!("{because}, but no two records were found that show it")),
        }
    }

    /// Two records of which one gets so many more points of the score from an item than the other.
    fn largest(
        &self,
        least: &[Wish],
        most: &[Wish],
        allowed: Decimal,
        id: ItemId,
    ) -> Option<super::verdict::Witness> {
        let model = self.model.as_ref().ok()?;
        let every: BTreeSet<Read> = model.axes.list.iter().flat_map(|axis| axis.reads.clone()).collect();
        let part = (0..model.parts.len()).find(|at| model.part(*at).of == PartOf::Item(id))?;
        let bucket = model.part(part).bucket;
        self.witnesses(model).by_wishes(least, most, &every, &|a, b| {
            let points = |trial: &Trial<'_>| trial.outcome.points.get(id.index()).copied();
            let (first, second) = (points(a)?, points(b)?);
            let apart = second.checked_sub(first)?.abs();
            let (before, after) = (self.reached(a, id)?, self.reached(b, id)?);
            let seen = after.checked_sub(before)?.abs();
            // Others of its groups may add to what is seen, or leave it no room.
            let moved = Decimal::from_units(through_groups(model, bucket, apart.units(), 0))?.min(seen);
            let by_groups = by_groups(apart, moved);
            let name = &self.policy.item(id).name;
            (moved > allowed)
                .then(|| format!("`{name}` gives {first} points and {second} points{by_groups},"))
        })
    }

    /// The points in which those of an item are counted into the score: its outermost group's, or its own.
    fn reached(&self, trial: &Trial<'_>, id: ItemId) -> Option<Decimal> {
        let mut outermost = id;
        while let Some(group) = self.policy.item(outermost).group {
            outermost = group;
        }
        trial.outcome.points.get(outermost.index()).copied()
    }

    /// The most that a part can change of the score, its groups' weights and limits counted.
    pub(super) fn swing_of_part(&self, model: &Model<'_>, at: usize) -> Points {
        let part = model.part(at);
        let hull = model.hulls.get(at).map_or(Points::ANY, |hull| hull.points);
        let width = through_groups(model, part.bucket, hull.width(), 1);
        Points::of_units(0, width)
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

    /// Whether old records of a kind cost nothing.
    pub(super) fn forgotten_kind(&self, kind: RecordId, (count, unit): (u32, Unit)) -> Verdict {
        let record = self.policy.schema.record(kind);
        let name = &record.name;
        let Some(dated) = record.dated else {
            return Verdict::undecided(format!("`{name}` has no date: nothing says how old one is"));
        };
        let old = days_before(self.policy.today.ago(count, unit));
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let mut suspects: Vec<usize> = Vec::new();
        for (at, part) in model.parts.iter().enumerate() {
            let touched = part.axes.iter().any(|axis| {
                model.axes.get(*axis).reads.contains(&Read::Children(kind))
                    && !self.passes_over_old(model, *axis, kind, dated, &old)
            });
            let (sign, _) = model.leverage(part.bucket);
            let harmless = match part.of {
                PartOf::Item(id) => match &self.policy.item(id).body {
                    ItemBody::Events(events) => {
                        let weight = self.policy.item(id).weight.map_or(1, |weight| weight.units().signum());
                        EventCells::of(self.policy, events, Some((dated, &old))).is_some_and(|cells| {
                            let position = cells.field(dated);
                            cells.all().all(|(cell, event)| {
                                let is_old = position
                                    .and_then(|position| cells.class(cell, position))
                                    .is_none_or(|class| lies_in(class, &old));
                                let adds = event.adds();
                                let (low, high) = (adds.low() * sign * weight, adds.high() * sign * weight);
                                !is_old || low.min(high) >= 0
                            })
                        })
                    }
                    ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => false,
                },
                PartOf::Influence(_) | PartOf::Override(_) | PartOf::Participation => false,
            };
            if touched && !harmless {
                suspects.push(at);
            }
        }
        let ago = format!("{count} {unit:?}{}", if count == 1 { "" } else { "s" }).to_lowercase();
        if suspects.is_empty() {
            return Verdict::proved(format!(
                "nothing counts a `{name}` of more than {ago} ago against anybody"
            ));
        }
        let free: BTreeSet<Read> = [Read::Children(kind)].into_iter().collect();
        let judge = |a: &Trial<'_>, b: &Trial<'_>| {
            let (first, second) = scores(a, b)?;
            let all_old = b
                .case
                .records
                .iter()
                .filter(|(of, _)| *of == kind)
                .all(|(_, values)| values.get(dated.index()).is_some_and(|day| old.contains(day)));
            (all_old && second < first)
                .then(|| format!("{}, with what is older than {ago},", went(first, second)))
        };
        let witnesses = self.witnesses(model);
        for base in witnesses.bases {
            let mut without = base.clone();
            without.records.retain(|(of, _)| *of != kind);
            let Some(first) = self.maker.run(&without) else { continue };
            let day = old.greatest(crate::data::Type::Date).and_then(|day| day.as_date());
            for rows in self.maker.children(kind) {
                let mut case = without.clone();
                let key = self.maker.key(&case);
                for mut row in rows {
                    if let (Some(slot), Some(day)) = (row.get_mut(dated.index()), day) {
                        *slot = crate::data::Value::Date(day);
                    }
                    if let (Some((_, by)), Some(key)) = (record.parent, &key)
                        && let Some(slot) = row.get_mut(by.index())
                    {
                        *slot = key.clone();
                    }
                    case.records.push((kind, row));
                }
                let Some(second) = self.maker.run(&case) else { continue };
                if let Some(found) = witnesses.compared(&first, &second, &free, &judge) {
                    return refuted(found, model.places(&suspects));
                }
            }
        }
        Verdict::undecided(format!(
            "{} may count a `{name}` of more than {ago} ago, but no record was found that shows it",
            model.names(&suspects)
        ))
    }

    /// Whether an aggregate's filter passes over everything old.
    fn passes_over_old(
        &self,
        model: &Model<'_>,
        axis: super::axis::AxisId,
        kind: RecordId,
        dated: FieldId,
        old: &crate::data::Set,
    ) -> bool {
        let Some(Expr::Aggregate(aggregate)) = model.axes.get(axis).expr() else { return false };
        if aggregate.over != Over::Child(kind) {
            return false;
        }
        let events = crate::policy::Events {
            over: aggregate.over,
            filter: aggregate.filter.clone(),
            filter_text: String::new(),
            points: crate::policy::EventPoints::Each(Expr::Constant(crate::data::Value::Number(
                Decimal::ONE,
            ))),
            if_missing: None,
            caps: Vec::new(),
            date: Some(dated),
        };
        EventCells::of(self.policy, &events, Some((dated, old))).is_some_and(|cells| {
            let position = cells.field(dated);
            cells.all().all(|(cell, event)| {
                let is_old = position
                    .and_then(|position| cells.class(cell, position))
                    .is_none_or(|class| lies_in(class, old));
                !is_old || !event.counted
            })
        })
    }

    /// Whether what events of a rule can bring is capped.
    pub(super) fn gain_of(&self, id: ItemId, most: Option<Decimal>) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let item = self.policy.item(id);
        let name = &item.name;
        let Some(at) = (0..model.parts.len()).find(|at| model.part(*at).of == PartOf::Item(id)) else {
            return Verdict::proved(format!("`{name}` gives no points"));
        };
        let bucket = model.part(at).bucket;
        // In a group with a negative weight, points lost are gained.
        let (sign, _) = model.leverage(bucket);
        let hull = model.hulls.get(at).map_or(Points::ANY, |hull| hull.points);
        let gain = match sign {
            0 => 0,
            sign if sign > 0 => hull.high().max(0),
            _ => hull.low().min(0).saturating_neg(),
        };
        let gain = Points::of_units(0, through_groups(model, bucket, gain, 1));
        match gain.greatest() {
            Some(by) if most.is_none_or(|most| by <= most) => {
                Verdict::proved(format!("however many events there are, `{name}` brings at most {by} points"))
            }
            bound => {
                let free: BTreeSet<Read> = match &item.body {
                    ItemBody::Events(events) => match events.over {
                        Over::Child(kind) => [Read::Children(kind)].into_iter().collect(),
                        Over::Link(link) => [Read::Link(link)].into_iter().collect(),
                    },
                    ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => BTreeSet::new(),
                };
                let more = most.unwrap_or(Decimal::ZERO);
                let judge = |a: &Trial<'_>, b: &Trial<'_>| {
                    let points = |trial: &Trial<'_>| trial.outcome.points.get(id.index()).copied();
                    let (first, second) = (points(a)?, points(b)?);
                    let apart = second.checked_sub(first)?.units().saturating_mul(sign).max(0);
                    let seen = self.reached(b, id)?.checked_sub(self.reached(a, id)?)?;
                    let moved = Decimal::from_units(through_groups(model, bucket, apart, 0))?.min(seen);
                    let by_groups = by_groups(Decimal::from_units(apart)?, moved);
                    (moved > more)
                        .then(|| format!("`{name}` gives {first} points, and then {second}{by_groups},"))
                };
                // One point more than is allowed, or else all that there is: its groups may leave little of it.
                let above = most.and_then(|most| most.checked_add(Decimal::ONE));
                let (enough, all) = match sign {
                    -1 => (above.map(|above| Amount::AtMost(-above)), Amount::Least),
                    _ => (above.map(Amount::AtLeast), Amount::Most),
                };
                let none = [Wish::Points(id, Amount::Exactly(Decimal::ZERO))];
                let witness = enough.into_iter().chain([all]).find_map(|amount| {
                    self.witnesses(model).by_wishes(&none, &[Wish::Points(id, amount)], &free, &judge)
                });
                match (witness, bound) {
                    (Some(witness), None) => Verdict::refuted_by(
                        format!("nothing caps what events bring by `{name}`: there is always more to gain"),
                        vec![witness],
                        model.places(&[at]),
                    ),
                    (Some(witness), Some(_)) => refuted(witness, model.places(&[at])),
                    (None, _) => Verdict::undecided(format!(
                        "what events bring by `{name}` may be more, but no record was found that shows it"
                    )),
                }
            }
        }
    }

    /// Whether whoever takes no part suffers nothing for it.
    pub(super) fn opting_out_costs_nothing(&self) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let penalties: Vec<usize> = self
            .policy
            .consequences
            .iter()
            .enumerate()
            .filter(|(_, each)| each.penalty)
            .map(|(at, _)| at)
            .collect();
        if penalties.is_empty() {
            return Verdict::proved("there is no penalty on this day");
        }
        let verdicts = penalties.into_iter().map(|at| {
            let Some(penalty) = self.policy.consequences.get(at) else { return Verdict::proved("") };
            let held = |trial: &Trial<'_>| trial.outcome.consequences.get(at).copied().unwrap_or(false);
            let mut wishes =
                vec![Wish::Expr { of: penalty.when.when.clone(), within: Possible::truth(true) }];
            if let Some(participation) = &self.policy.participation {
                if !penalty.not_scored_applies {
                    return Verdict::proved("only who is scored has penalties");
                }
                wishes.insert(
                    0,
                    Wish::Expr { of: participation.needs.when.clone(), within: Possible::truth(false) },
                );
            }
            let witness = self.witnesses(model).one(&wishes, |trial| {
                let out = self.policy.participation.is_none()
                    || trial.outcome.status == crate::eval::Status::NotParticipating;
                (held(trial) && out).then(|| {
                    let why = if self.policy.participation.is_none() {
                        "nobody can choose not to be scored, and"
                    } else {
                        "without taking part,"
                    };
                    format!("{why} the penalty `{}` is suffered", penalty.name)
                })
            });
            match witness {
                Some(witness) => refuted(witness, vec![penalty.place]),
                None => Verdict::undecided(format!(
                    "no record was found that suffers the penalty `{}`",
                    penalty.name
                )),
            }
        });
        summed(verdicts)
    }

    /// Whether everything can matter to somebody.
    pub(super) fn nothing_is_dead(&self) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let dead: Vec<_> = self.dead_rows();
        if !dead.is_empty() {
            let places = dead.iter().map(|(place, _)| *place).collect();
            let names: Vec<&str> = dead.iter().map(|(_, name)| name.as_str()).collect();
            return Verdict::refuted_at(format!("nobody can reach {}", names.join(", ")), places);
        }
        Verdict::proved(format!(
            "of {} parts, each row and rule has a cell in which it counts",
            model.parts.len()
        ))
    }

    /// Rows of tables and overrides that no cell reaches, each with its name.
    fn dead_rows(&self) -> Vec<(Place, String)> {
        let Ok(model) = &self.model else { return Vec::new() };
        let mut dead = Vec::new();
        for (at, part) in model.parts.iter().enumerate() {
            match (&part.gives, part.of) {
                (Gives::Table(..), PartOf::Item(id)) => {
                    let ItemBody::Table { table, .. } = &self.policy.item(id).body else { continue };
                    let Some(taken) = super::block::rows_taken(model, part) else { continue };
                    let rows = table.rows.iter().enumerate().filter(|(row, _)| !taken.contains(row));
                    dead.extend(
                        rows.map(|(row, of)| (of.place, format!("row {} of {}", row + 1, model.name(at)))),
                    );
                }
                (Gives::Mark { mark, .. }, PartOf::Override(_)) => {
                    if model.hulls.get(at).is_some_and(|hull| hull.may & mark == 0) {
                        dead.extend(model.place(at).map(|place| (place, model.name(at))));
                    }
                }
                (Gives::Table(..) | Gives::Formula { .. } | Gives::Axis(_) | Gives::Mark { .. }, _) => {}
            }
        }
        dead
    }
}

/// What groups make of a difference of points, where that is another.
fn by_groups(apart: Decimal, moved: Decimal) -> String {
    match moved == apart {
        true => String::new(),
        false => format!(" (by its groups that is {moved} of the score)"),
    }
}

/// What a difference of points in a bucket comes to in the score: multiplied by the weights of the groups on its way, and
/// nowhere more than a group's limits let through. Each product that may be rounded adds so many units.
fn through_groups(model: &Model<'_>, mut bucket: usize, mut width: i128, rounding: i128) -> i128 {
    while bucket != 0 {
        let of = model.bucket(bucket);
        let rounding = if model.is_exact(bucket) { 0 } else { rounding };
        let weighted = Points::of_units(0, width).weighted(of.weight().map(Decimal::abs)).width();
        width = weighted.saturating_add(rounding).min(of.apply(Points::ANY).width());
        bucket = of.into;
    }
    width
}
