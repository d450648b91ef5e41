//! What is kept for each scored record of its children or linked records: counters, sums and extremes, each fed by the
//! records for which a condition holds.

use super::lane::YES;
use super::node::{Number, Slot, Truth};

/// Everything that is kept, in groups that are fed together.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// The conditions, each once.
    pub(super) conditions: Vec<Condition>,
    /// What is measured, each once.
    pub(super) values: Vec<Measured>,
    pub(super) groups: Vec<Group>,
}

/// Which records feed something.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// Those that a filter lets in.
    Filter(Truth),
    /// Those of a rule that lose points under the code at a position.
    Losing(usize, usize),
    /// Those of a rule whose row says `not scored`.
    NotScored(usize),
}

/// What is measured of a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Measured {
    /// A number, counted in so many units.
    Number(Number, i64),
    /// The points that a rule gives.
    Points(usize),
}

/// What is fed together: at most so many conditions that one bit for each fits beside a slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// By bit: a condition.
    pub(super) conditions: Vec<usize>,
    /// By position: a value.
    pub(super) values: Vec<usize>,
    pub(super) channels: Vec<Channel>,
    /// How many numbers of 64 and of 32 bits a record takes.
    pub(super) long: usize,
    pub(super) short: usize,
    /// Conditions that follow from classes: for each class the bits that stay.
    pub(super) by_class: Vec<(Slot, Vec<u32>)>,
    /// The bits of conditions that no record fulfils are not among them.
    pub(super) possible: u32,
    /// The bits of conditions that have to be worked out.
    pub(super) worked_out: Vec<(u32, usize)>,
}

/// One thing that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channel {
    pub(super) keeps: Keeps,
    /// The bit of its condition.
    pub(super) bit: u32,
    /// The position of its value in the group.
    pub(super) value: usize,
    /// Its position among the numbers of its width.
    pub(super) offset: usize,
}

/// What is kept, and in how many bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// How many (32 bits).
    Count,
    /// The sum (64 bits), counted in so many units.
    Sum {
        unit: i64,
        /// Whether each sum on the way must fit, in the order of the records.
        ordered: bool,
    },
    /// The least (64 bits), counted in so many units, or the earliest day (32 bits).
    Least { unit: i64, short: bool },
    /// The greatest (64 bits), counted in so many units, or the latest day (32 bits).
    Greatest { unit: i64, short: bool },
}

/// Where something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) group: usize,
    pub(super) channel: usize,
}

/// How many conditions a group may have.
const MOST_BITS: usize = 32;
/// How many values a group may have: what is copied for each record stays small.
const MOST_VALUES: usize = 6;

/// Makes a layout.
#[derive(Debug, Default)]
pub(super) struct LayoutMaker {
    layout: Layout,
}

impl LayoutMaker {
    /// The position of a condition.
    pub(super) fn condition(&mut self, condition: Condition) -> usize {
        place_of(&mut self.layout.conditions, condition)
    }

    /// The position of a value.
    pub(super) fn value(&mut self, value: Measured) -> usize {
        place_of(&mut self.layout.values, value)
    }

    /// Keeps how often a condition holds.
    pub(super) fn count(&mut self, condition: usize) -> Place {
        self.keep(Keeps::Count, condition, None)
    }

    /// Keeps the sum of a value where a condition holds.
    pub(super) fn sum(&mut self, condition: usize, value: usize, unit: i64, ordered: bool) -> Place {
        self.keep(Keeps::Sum { unit, ordered }, condition, Some(value))
    }

    /// Keeps the least or the greatest value where a condition holds.
    pub(super) fn extreme(&mut self, condition: usize, value: usize, keeps: Keeps) -> Place {
        self.keep(keeps, condition, Some(value))
    }

    fn keep(&mut self, keeps: Keeps, condition: usize, value: Option<usize>) -> Place {
        let groups = &mut self.layout.groups;
        for (at, group) in groups.iter().enumerate() {
            let same = |channel: &Channel| {
                channel.keeps == keeps
                    && group.conditions.get(channel.bit as usize) == Some(&condition)
                    && value.is_none_or(|value| group.values.get(channel.value) == Some(&value))
            };
            if let Some(channel) = group.channels.iter().position(same) {
                return Place { group: at, channel };
            }
        }
        let room = |group: &Group| {
            let bits = group.conditions.len() + usize::from(!group.conditions.contains(&condition));
            let more = value.is_some_and(|value| !group.values.contains(&value));
            bits <= MOST_BITS && group.values.len() + usize::from(more) <= MOST_VALUES
        };
        let group = groups.iter().position(room).unwrap_or(groups.len());
        if group == groups.len() {
            groups.push(Group::default());
        }
        let channel = groups.get_mut(group).map_or(0, |group| group.add(keeps, condition, value));
        Place { group, channel }
    }

    /// The layout.
    pub(super) fn made(mut self) -> Layout {
        for group in &mut self.layout.groups {
            group.split(&self.layout.conditions);
        }
        self.layout
    }
}

impl Keeps {
    /// What is fed is counted in so many units.
    pub(super) fn unit(self) -> i64 {
        match self {
            Self::Count => 1,
            Self::Sum { unit, .. } | Self::Least { unit, .. } | Self::Greatest { unit, .. } => unit,
        }
    }
}

impl Measured {
    /// It is counted in so many units.
    pub(super) fn unit(&self) -> i64 {
        match self {
            Self::Number(_, unit) => *unit,
            Self::Points(_) => 1,
        }
    }
}

impl Group {
    fn add(&mut self, keeps: Keeps, condition: usize, value: Option<usize>) -> usize {
        let width = match keeps {
            Keeps::Count | Keeps::Least { short: true, .. } | Keeps::Greatest { short: true, .. } => {
                &mut self.short
            }
            Keeps::Sum { .. } | Keeps::Least { short: false, .. } | Keeps::Greatest { short: false, .. } => {
                &mut self.long
            }
        };
        let offset = *width;
        *width += 1;
        let bit = place_of(&mut self.conditions, condition) as u32;
        let value = value.map_or(0, |value| place_of(&mut self.values, value));
        self.channels.push(Channel { keeps, bit, value, offset });
        self.channels.len() - 1
    }

    /// Tells conditions that follow from classes from those that have to be worked out.
    fn split(&mut self, conditions: &[Condition]) {
        self.possible = 0;
        for (bit, at) in (0_u32..).zip(self.conditions.clone()) {
            let Some(condition) = conditions.get(at) else { continue };
            self.possible |= 1 << bit;
            let parts = match condition {
                Condition::Filter(truth) => class_parts(truth),
                Condition::Losing(..) | Condition::NotScored(_) => None,
            };
            match parts {
                None => self.worked_out.push((bit, at)),
                Some(parts) => parts.into_iter().for_each(|part| self.narrow(bit, part)),
            }
        }
    }

    /// Takes a bit away where a part of its condition is not yes.
    fn narrow(&mut self, bit: u32, part: Part<'_>) {
        match part {
            Part::Same(truth) => {
                if truth != YES {
                    self.possible &= !(1 << bit);
                }
            }
            Part::ByClass(slot, of) => {
                let at = self.by_class.iter().position(|(known, _)| *known == slot).unwrap_or_else(|| {
                    self.by_class.push((slot, vec![u32::MAX; of.len()]));
                    self.by_class.len() - 1
                });
                let stays = self.by_class.get_mut(at).map_or(&mut [][..], |(_, stays)| stays);
                for (stays, truth) in stays.iter_mut().zip(of) {
                    if *truth != YES {
                        *stays &= !(1 << bit);
                    }
                }
            }
        }
    }

    /// How many numbers stand for a record that is on its way to where it is kept.
    pub(super) fn words(&self) -> usize {
        1 + self.values.len()
    }
}

/// A part of a condition all of whose parts must be yes.
enum Part<'t> {
    Same(u8),
    ByClass(Slot, &'t [u8]),
}

/// A condition that follows from classes as parts that must all be yes.
fn class_parts(truth: &Truth) -> Option<Vec<Part<'_>>> {
    if let Truth::Constant(truth) = truth {
        Some(vec![Part::Same(*truth)])
    } else if let Truth::ByClass(slot, of) = truth {
        Some(vec![Part::ByClass(*slot, of)])
    } else if let Truth::And(all) = truth {
        let parts: Option<Vec<Vec<Part<'_>>>> = all.iter().map(class_parts).collect();
        parts.map(|parts| parts.into_iter().flatten().collect())
    } else {
        None
    }
}

/// The position of something that is kept once.
fn place_of<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    all.iter().position(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}
