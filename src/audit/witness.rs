//! Records that show something: made up for cells of axes, run, and compared.

use super::alike::differ_only_in;
use super::axis::{AxisId, Of};
use super::furthest::Furthest;
use super::inquiry::Suspect;
use super::model::{Gives, Model, PartOf};
use super::points::Points;
use super::read::Read;
use super::verdict::Witness;
use crate::cases::{Amount, Frozen, Maker, Possible, Trial, Wish};
use crate::data::{FieldId, LinkId, Value};
use crate::policy::{Case, Expr, Policy};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What is told of two records; `None` where they do not show what is looked for.
pub(super) type Judge<'j> = &'j dyn Fn(&Trial<'_>, &Trial<'_>) -> Option<String>;

/// Makes up records and runs them.
pub(super) struct Witnesses<'m, 'p> {
    pub(super) model: &'m Model<'p>,
    pub(super) maker: &'m Maker<'p>,
    /// Records to start from: a plain one, and some whose score has room above and below.
    pub(super) bases: &'m [Case],
    pub(super) made: &'m Made,
}

/// Records that were made from bases by nothing but wishes.
#[derive(Default)]
pub(super) struct Made {
    attempts: RefCell<Vec<Attempt>>,
    /// The furthest that records came.
    pub(super) furthest: Furthest,
}

/// The position of the base, the wishes, and what was made, if it could be.
type Attempt = (usize, Vec<Wish>, Option<Case>);

impl<'p> Witnesses<'_, 'p> {
    /// Two records for a suspect, that differ in nothing but `free`, and of which the judge says what is looked for.
    pub(super) fn pair(&self, suspect: &Suspect, free: &BTreeSet<Read>, judge: Judge<'_>) -> Option<Witness> {
        let frozen = self.frozen(free);
        self.bases.iter().find_map(|base| {
            // What is not points is made as it stands; what is, as much and as little as can be.
            let sides = [Amount::Most, Amount::Least];
            let firsts = [None, Some(Amount::Least), Some(Amount::Most)];
            let has_points = suspect.to.iter().any(|(axis, _)| self.is_points(*axis));
            let firsts = if has_points { &firsts[..] } else { &firsts[..1] };
            let seconds = if has_points { &sides[..] } else { &sides[..1] };
            firsts.iter().find_map(|amount| {
                let moved: BTreeSet<AxisId> = suspect.to.iter().map(|(axis, _)| *axis).collect();
                let wishes =
                    self.wishes(&suspect.from, |axis| if moved.contains(&axis) { *amount } else { None });
                let first = self.maker.made(base, &wishes, &Frozen::default())?;
                seconds.iter().find_map(|amount| {
                    let wishes = self.wishes(&suspect.to, |_| Some(*amount));
                    let second = self.maker.made(&first.case, &wishes, &frozen)?;
                    self.compared(&first, &second, free, judge)
                })
            })
        })
    }

    /// Two records, the second made from the first by wishes that touch nothing but `free`.
    pub(super) fn by_wishes(
        &self,
        first: &[Wish],
        second: &[Wish],
        free: &BTreeSet<Read>,
        judge: Judge<'_>,
    ) -> Option<Witness> {
        let frozen = self.frozen(free);
        (0..self.bases.len()).find_map(|base| {
            let first = self.made(base, first)?;
            let second = self.maker.made(&first.case, second, &frozen)?;
            self.compared(&first, &second, free, judge)
        })
    }

    /// The record of the base at a position in which wishes hold, where one was found. It is searched for once.
    pub(super) fn made(&self, base: usize, wishes: &[Wish]) -> Option<Trial<'p>> {
        let start = self.bases.get(base)?;
        let made = |wishes| self.maker.made(start, wishes, &Frozen::default());
        match wishes {
            [] => return self.maker.run(start),
            // Nothing to search for.
            [Wish::Field(..)] => return made(wishes),
            _ => {}
        }
        let known = |made: &&(usize, Vec<Wish>, Option<Case>)| made.0 == base && made.1 == wishes;
        if let Some((.., case)) = self.made.attempts.borrow().iter().find(known) {
            return self.maker.run(case.as_ref()?);
        }
        let trial = made(wishes);
        let case = trial.as_ref().map(|trial| trial.case.clone());
        self.made.attempts.borrow_mut().push((base, wishes.to_vec(), case));
        trial
    }

    /// One record for which wishes hold.
    pub(super) fn one(
        &self,
        wishes: &[Wish],
        shows: impl Fn(&Trial<'_>) -> Option<String>,
    ) -> Option<Witness> {
        self.bases.iter().find_map(|base| {
            let trial = self.maker.made(base, wishes, &Frozen::default())?;
            self.made.furthest.note(&trial);
            let shows = shows(&trial)?;
            let case = self.maker.confirmed(&trial.case, &shows)?;
            Some(Witness { shows, cases: vec![case], differ_in: Vec::new() })
        })
    }

    /// Two records that were run, as a witness, if they differ in nothing but `free` and show what is looked for.
    pub(super) fn compared(
        &self,
        first: &Trial<'_>,
        second: &Trial<'_>,
        free: &BTreeSet<Read>,
        judge: Judge<'_>,
    ) -> Option<Witness> {
        let policy = self.model.policy;
        if !differ_only_in(policy, &first.case, &second.case, free) {
            return None;
        }
        self.made.furthest.note(first);
        self.made.furthest.note(second);
        let shows = judge(first, second)?;
        let changed = difference(policy, &first.case, &second.case);
        let shows = if changed.is_empty() { shows } else { format!("{shows} where {changed}") };
        let cases = [
            self.maker.confirmed(&first.case, &format!("before: {shows}"))?,
            self.maker.confirmed(&second.case, &format!("after: {shows}"))?,
        ];
        let differ_in = fields_that_differ(policy, &first.case, &second.case);
        Some(Witness { shows, cases: cases.to_vec(), differ_in })
    }

    fn is_points(&self, axis: AxisId) -> bool {
        matches!(self.model.axes.get(axis).of, Of::Events(_) | Of::Influence(_))
    }

    /// Wishes for classes of axes.
    pub(super) fn wishes(
        &self,
        classes: &[(AxisId, usize)],
        amount: impl Fn(AxisId) -> Option<Amount>,
    ) -> Vec<Wish> {
        let wish = |(id, class): &(AxisId, usize)| {
            let axis = self.model.axes.get(*id);
            let class = axis.classes.get(*class)?;
            match &axis.of {
                Of::Value(of) => Some(Wish::Expr { of: of.clone(), within: class.clone() }),
                Of::Events(item) => Some(Wish::Points(*item, amount(*id)?)),
                Of::Influence(at) => Some(Wish::Influence(*at, amount(*id)?)),
            }
        };
        classes.iter().filter_map(wish).collect()
    }

    /// Everything but what is free.
    fn frozen(&self, free: &BTreeSet<Read>) -> Frozen {
        let schema = &self.model.policy.schema;
        let fields = (0..schema.scored().fields.len() as u32).map(FieldId);
        Frozen {
            fields: fields.filter(|field| !free.contains(&Read::Field(*field))).collect(),
            children: schema
                .children()
                .filter(|kind| !free.iter().any(|read| is_of_child(read, *kind)))
                .collect(),
            links: (0..schema.links.len() as u32)
                .map(crate::data::LinkId)
                .filter(|link| !free.iter().any(|read| read.is_of_link(*link)))
                .collect(),
        }
    }
}

fn is_of_child(read: &Read, kind: crate::data::RecordId) -> bool {
    matches!(read, Read::Children(of) | Read::ChildField(of, _) if *of == kind)
}

/// Records to start from: a plain one, and one each with few, many and middling points, scored where that can be.
pub(super) fn bases<'p>(model: &Model<'p>, maker: &Maker<'p>) -> Vec<Case> {
    let plain = scored(model, maker, maker.plain());
    let mut bases = vec![plain.clone()];
    let ends = [1, -1].map(|way| {
        let mut case = plain.clone();
        for block in &model.components {
            if block.is_too_large() {
                continue;
            }
            let worth = |cell: usize| -> i128 {
                let sums = block.buckets.iter().zip(block.points(cell));
                sums.map(|(bucket, points)| {
                    let (sign, _) = model.leverage(*bucket);
                    let end = if sign * way > 0 { points.high() } else { points.low() };
                    sign * way * end.clamp(-(i128::MAX >> 20), i128::MAX >> 20)
                })
                .sum()
            };
            let plainly = |cell: &usize| {
                block.cell(*cell).is_some_and(|known| known.may & super::model::NOT_SCORED == 0)
            };
            let best = (0..block.len()).filter(plainly).max_by_key(|cell| worth(*cell));
            let Some(best) = best else { continue };
            let classes: Vec<(AxisId, usize)> =
                block.axes.iter().enumerate().map(|(at, axis)| (*axis, block.class(best, at))).collect();
            let made = Made::default();
            let witnesses = Witnesses { model, maker, bases: &[], made: &made };
            let amount = if way > 0 { Amount::Most } else { Amount::Least };
            let wishes = witnesses.wishes(&classes, |axis| match model.axes.get(axis).of {
                // Others make a base hard to read, and nothing depends on them here.
                Of::Influence(_) => None,
                Of::Value(_) | Of::Events(_) => Some(amount),
            });
            if let Some(made) = maker.make(&case, &wishes, &Frozen::default()) {
                case = made;
            }
        }
        case
    });
    bases.extend(middling(model, maker, &plain));
    bases.extend(ends);
    bases.dedup();
    bases
}

/// A record that takes part and has a score, where one was found.
fn scored<'p>(model: &Model<'p>, maker: &Maker<'p>, case: Case) -> Case {
    let mut case = case;
    for part in &model.parts {
        let Gives::Mark { .. } = part.gives else { continue };
        let (condition, wanted) = match part.of {
            PartOf::Participation => (model.policy.participation.as_ref().map(|each| &each.needs), true),
            PartOf::Override(at) => (model.policy.overrides.get(at).map(|each| &each.when), false),
            PartOf::Item(_) | PartOf::Influence(_) => (None, true),
        };
        let Some(condition) = condition else { continue };
        let within = Possible { missing: condition.if_missing == wanted, ..Possible::truth(wanted) };
        let wish = Wish::Expr { of: condition.when.clone(), within };
        if let Some(made) = maker.make(&case, &[wish], &Frozen::default()) {
            case = made;
        }
    }
    if maker.run(&case).is_some_and(|trial| trial.outcome.score.is_none()) {
        let wish = Wish::Expr { of: Expr::Score, within: anything() };
        if let Some(made) = maker.make(&case, &[wish], &Frozen::default()) {
            case = made;
        }
    }
    case
}

/// A record whose score has room above and below.
fn middling<'p>(model: &Model<'p>, maker: &Maker<'p>, plain: &Case) -> Option<Case> {
    let (low, high) = model.policy.range?;
    let middle = low.checked_add(high)?.checked_div(crate::decimal::Decimal::from_int(2))?;
    let quarter = high.checked_sub(low)?.checked_div(crate::decimal::Decimal::from_int(4))?;
    let within = Points::between(middle.checked_sub(quarter), middle.checked_add(quarter));
    let known = crate::data::Set::Ranges(vec![(within.low(), within.high())]);
    let wish = Wish::Expr { of: Expr::Score, within: Possible::known(known) };
    maker.make(plain, &[wish], &Frozen::default())
}

/// Any number.
pub(super) fn anything() -> Possible {
    let (low, high) = crate::data::limits(crate::data::Type::Number);
    Possible::known(crate::data::Set::Ranges(vec![(low, high)]))
}

/// The child records of a kind that belong to a case's own record.
pub(super) fn own_children<'c>(
    policy: &Policy,
    case: &'c Case,
    kind: crate::data::RecordId,
) -> Vec<&'c Vec<Value>> {
    let schema = &policy.schema;
    let own = case.records.iter().find(|(of, _)| *of == schema.scored);
    let key = own.zip(schema.scored().key).and_then(|((_, values), key)| values.get(key.index()));
    let by = schema.record(kind).parent.map(|(_, by)| by);
    let belongs = |row: &Vec<Value>| {
        let of = by.and_then(|by| row.get(by.index()));
        of.is_none_or(|of| of.is_missing() || Some(of) == key)
    };
    let rows = case.records.iter().filter(|(of, _)| *of == kind);
    rows.map(|(_, row)| row).filter(|row| belongs(row)).collect()
}

fn fields_that_differ(policy: &Policy, first: &Case, second: &Case) -> Vec<FieldId> {
    let own = |case: &Case| case.records.iter().find(|(kind, _)| *kind == policy.schema.scored).cloned();
    let (Some((_, one)), Some((_, two))) = (own(first), own(second)) else { return Vec::new() };
    let differ = one.iter().zip(&two).enumerate().filter(|(_, (a, b))| a != b);
    differ.map(|(at, _)| FieldId(at as u32)).collect()
}

/// In what two cases differ, in words: `age is 37 instead of 36`.
fn difference(policy: &Policy, first: &Case, second: &Case) -> String {
    let schema = &policy.schema;
    let own = |case: &Case| case.records.iter().find(|(kind, _)| *kind == schema.scored).cloned();
    let (Some((_, one)), Some((_, two))) = (own(first), own(second)) else { return String::new() };
    let mut said = Vec::new();
    let spelt = |field: &crate::data::Field, value: &Value| {
        if value.is_missing() { "missing".to_owned() } else { schema.spell(field.kind, value) }
    };
    for ((field, a), b) in schema.scored().fields.iter().zip(&one).zip(&two) {
        if a != b {
            said.push(format!("`{}` is {} instead of {}", field.name, spelt(field, b), spelt(field, a)));
        }
    }
    for kind in schema.children() {
        let name = &schema.record(kind).name;
        let (of_first, of_second) = (own_children(policy, first, kind), own_children(policy, second, kind));
        if of_first.len() != of_second.len() {
            said.push(match (of_first.len(), of_second.len()) {
                (a, 1) => format!("there is 1 `{name}` instead of {a}"),
                (a, b) => format!("there are {b} `{name}` instead of {a}"),
            });
            continue;
        }
        for (one, two) in of_first.into_iter().zip(of_second) {
            for ((field, a), b) in schema.record(kind).fields.iter().zip(one).zip(two) {
                if a != b {
                    let name = format!("`{name}.{}`", field.name);
                    let line = format!("{name} is {} instead of {}", spelt(field, b), spelt(field, a));
                    if !said.contains(&line) {
                        said.push(line);
                    }
                }
            }
        }
    }
    if first.pairs != second.pairs {
        for (link, of) in (0..).map(LinkId).zip(&schema.links) {
            let pairs = |case: &Case| -> Vec<(Value, Value)> {
                let own = case.pairs.iter().filter(|(at, ..)| *at == link);
                own.map(|(_, from, to)| (from.clone(), to.clone())).collect()
            };
            let (before, after) = (pairs(first), pairs(second));
            let name = &of.name;
            said.extend(match (before.len(), after.len()) {
                _ if before == after => None,
                (a, b) if a == b => Some(format!("`{name}` are others")),
                (a, 1) => Some(format!("there is 1 `{name}` instead of {a}")),
                (a, b) => Some(format!("there are {b} `{name}` instead of {a}")),
            });
        }
    } else if first.records.len() == second.records.len()
        && said.is_empty()
        && first.records != second.records
    {
        said.push("records that it is linked to differ".to_owned());
    }
    said.join(", ")
}
