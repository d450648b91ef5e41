//! Nodes over one record: the same nodes, and the arithmetic of [`Decimal`].

use super::super::class::ClassOf;
use super::super::fold::truth_of;
use super::super::lane::{NO, ONE, UNDECIDED, YES};
use super::super::node::{Choice, Derived, Index, Number, Slot, Truth};
use super::super::plan::{Asked, holds};
use super::card::Elsewhere;
use super::record::Record;
use super::sheet::Working;
use crate::data::Value;
use crate::date::{self, Date, Unit};
use crate::decimal::Decimal;
use crate::policy::{Comparison, Operator};

/// What nodes read.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) record: &'a Record,
    pub(super) working: &'a Working,
    pub(super) after: Option<After<'a>>,
}

/// What is known once there is a score.
#[derive(Clone, Copy)]
pub(super) struct After<'a> {
    /// In units.
    pub(super) score: i128,
    /// The position of the tier, one after the last where there is none.
    pub(super) tier: u16,
    /// By item.
    pub(super) points: &'a [Decimal],
}

/// A number in units, missing or not.
type Units = Option<i128>;

fn fits(number: Option<Decimal>) -> Result<Units, Elsewhere> {
    number.map(|number| Some(number.units())).ok_or(Elsewhere)
}

fn decimal(units: i128) -> Result<Decimal, Elsewhere> {
    Decimal::from_units(units).ok_or(Elsewhere)
}

impl Desk<'_> {
    /// The class of something.
    pub(super) fn code(&self, slot: Slot) -> usize {
        usize::from(match slot {
            Slot::Field(field) => self.record.code(field),
            Slot::Derived(place) => self.working.derived.get(place).copied().unwrap_or_default(),
            Slot::Tier => self.after.map_or(0, |after| after.tier),
        })
    }

    /// The code of an index.
    pub(super) fn index(&self, index: &Index) -> Result<usize, Elsewhere> {
        Ok(match index {
            Index::Constant => 0,
            Index::Slot(slot, _) => self.code(*slot),
            Index::Truth(truth) => usize::from(self.truth(truth)?),
            Index::Value(derived) => usize::from(self.classify(derived)?),
            Index::Mixed(parts) => parts.iter().try_fold(0_usize, |code, (part, count)| {
                Ok::<_, Elsewhere>(code * count + self.index(part)?)
            })?,
            Index::Search { columns, rows } => self.search(columns, *rows)?,
        })
    }

    fn search(&self, columns: &[(Index, Vec<Vec<u64>>)], rows: usize) -> Result<usize, Elsewhere> {
        for word in 0..rows.div_ceil(64) {
            let mut left = u64::MAX;
            for (index, masks) in columns {
                let mask = masks.get(self.index(index)?).and_then(|mask| mask.get(word));
                left &= mask.copied().unwrap_or_default();
            }
            if left != 0 {
                return Ok((word * 64 + left.trailing_zeros() as usize).min(rows));
            }
        }
        Ok(rows)
    }

    /// The class of a derived value.
    pub(super) fn classify(&self, derived: &Derived) -> Result<u16, Elsewhere> {
        let classes = &derived.classes;
        let Some(units) = self.number(&derived.value)? else { return Ok(classes.missing()) };
        match &classes.of {
            ClassOf::Order(thresholds) => {
                Ok(thresholds.starts.partition_point(|start| *start <= units) as u16)
            }
            ClassOf::Codes(codes) => {
                let class = usize::try_from(units).ok().and_then(|code| codes.get(code));
                Ok(class.copied().unwrap_or(classes.bad()))
            }
            ClassOf::Texts(_) => Err(Elsewhere),
        }
    }

    /// What the row of a table gives.
    fn choose(&self, choice: &Choice) -> Result<Units, Elsewhere> {
        let row = choice.row_of.get(self.index(&choice.index)?).ok_or(Elsewhere)?;
        self.number(choice.gives.get(usize::from(*row)).ok_or(Elsewhere)?)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else a policy asks for, the reference works out"
    )]
    /// A number, a day or a code, in units.
    pub(super) fn number(&self, node: &Number) -> Result<Units, Elsewhere> {
        match node {
            Number::Constant(value) => Ok(*value),
            Number::Field(field) => match self.record.value(*field) {
                Some(Value::Number(n)) => Ok(Some(n.units())),
                Some(Value::Date(day)) => Ok(Some(day.days().into())),
                Some(Value::Missing(_)) => Ok(None),
                _ => Err(Elsewhere),
            },
            Number::ByClass(slot, of) => of.get(self.code(*slot)).copied().ok_or(Elsewhere),
            Number::Register(register) => self.working.numbers.get(*register).copied().ok_or(Elsewhere),
            Number::Negate(inner) => Ok(self.number(inner)?.map(|n| -n)),
            Number::Abs(inner) => Ok(self.number(inner)?.map(i128::abs)),
            Number::Arithmetic(operator, left, right) => self.both(left, right, |a, b| match operator {
                Operator::Add => fits(a.checked_add(b)),
                Operator::Subtract => fits(a.checked_sub(b)),
                Operator::Multiply => fits(a.checked_mul(b)),
                Operator::Divide if b.is_zero() => Ok(None),
                Operator::Divide => fits(a.checked_div(b)),
            }),
            Number::Round(x, step) => {
                self.both(
                    x,
                    step,
                    |x, step| {
                        if step.is_zero() { Ok(Some(x.units())) } else { fits(x.round_to(step)) }
                    },
                )
            }
            Number::Otherwise(first, second) => {
                let (first, second) = (self.number(first)?, self.number(second)?);
                Ok(first.or(second))
            }
            Number::Extreme(least, all) => {
                let mut best: Option<Units> = None;
                for node in all {
                    let next = self.number(node)?;
                    best = Some(match best {
                        None => next,
                        Some(best) => best.zip(next).map(|(a, b)| if *least { a.min(b) } else { a.max(b) }),
                    });
                }
                Ok(best.flatten())
            }
            Number::Between(unit, from, to) => {
                let (from, to) = (self.number(from)?, self.number(to)?);
                from.zip(to).map(|(from, to)| between(*unit, from, to)).transpose()
            }
            Number::OfTruth(truth) => Ok(match self.truth(truth)? {
                NO => Some(0),
                YES => Some(1),
                _ => None,
            }),
            Number::Table(choice) => self.choose(choice),
            Number::Score => Ok(self.after.map(|after| after.score)),
            Number::Points(item) => {
                let points = self.after.and_then(|after| after.points.get(*item));
                points.map(|points| Some(points.units())).ok_or(Elsewhere)
            }
            Number::Decision(position) => self.working.answers.get(*position).copied().ok_or(Elsewhere),
            _ => Err(Elsewhere),
        }
    }

    /// Missing where either is.
    fn both(
        &self,
        left: &Number,
        right: &Number,
        apply: impl Fn(Decimal, Decimal) -> Result<Units, Elsewhere>,
    ) -> Result<Units, Elsewhere> {
        let (left, right) = (self.number(left)?, self.number(right)?);
        let Some((left, right)) = left.zip(right) else { return Ok(None) };
        apply(decimal(left)?, decimal(right)?)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else a policy asks for, the reference works out"
    )]
    /// Yes, no or undecided.
    pub(super) fn truth(&self, node: &Truth) -> Result<u8, Elsewhere> {
        Ok(match node {
            Truth::Constant(truth) => *truth,
            Truth::ByClass(slot, of) => of.get(self.code(*slot)).copied().unwrap_or(UNDECIDED),
            Truth::Register(register) => self.working.truths.get(*register).copied().unwrap_or(UNDECIDED),
            // All parts are worked out, as a number too large in one must be noticed.
            Truth::And(parts) => {
                parts.iter().try_fold(YES, |all, part| Ok::<_, Elsewhere>(all.min(self.truth(part)?)))?
            }
            Truth::Or(parts) => {
                parts.iter().try_fold(NO, |any, part| Ok::<_, Elsewhere>(any.max(self.truth(part)?)))?
            }
            Truth::Mapped(inner, to) => to.get(usize::from(self.truth(inner)?)).copied().unwrap_or(UNDECIDED),
            Truth::Otherwise(first, second) => match (self.truth(first)?, self.truth(second)?) {
                (UNDECIDED, second) => second,
                (first, _) => first,
            },
            Truth::Within(number, ranges) => self.number(number)?.map_or(UNDECIDED, |x| {
                truth_of(ranges.iter().any(|(low, high)| (*low..=*high).contains(&x)))
            }),
            Truth::Compare(comparison, left, right) => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                left.zip(right).map_or(UNDECIDED, |(a, b)| truth_of(compare(*comparison, a, b)))
            }
            Truth::IsMissing(number) => truth_of(self.number(number)?.is_none()),
            Truth::OfNumber(number) => self.number(number)?.map_or(UNDECIDED, |x| truth_of(x == 1)),
            _ => return Err(Elsewhere),
        })
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, asked: &Asked) -> Result<bool, Elsewhere> {
        Ok(holds(asked, self.truth(&asked.when)?))
    }
}

fn compare(comparison: Comparison, a: i128, b: i128) -> bool {
    match comparison {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
    }
}

/// Whole units from one day to another.
fn between(unit: Unit, from: i128, to: i128) -> Result<i128, Elsewhere> {
    let day = |days: i128| i32::try_from(days).ok().and_then(Date::from_days).ok_or(Elsewhere);
    let (from, to) = (day(from)?, day(to)?);
    let count = match unit {
        Unit::Day => date::days_between(from, to),
        Unit::Month => date::months_between(from, to),
        Unit::Year => date::years_between(from, to),
    };
    Ok(i128::from(count) * i128::from(ONE))
}
