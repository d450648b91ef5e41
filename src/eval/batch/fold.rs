//! Folding: what follows from one class alone is a look-up, however it is put together.

use super::class::Classes;
use super::lane::{NO, UNDECIDED, YES};
use super::node::{Number, Slot, Truth};
use crate::data::Set;

/// What a node comes down to.
pub(super) enum Shape<V, N> {
    /// The same for all.
    Same(V),
    /// By the class of something.
    ByClass(Slot, Vec<V>),
    /// Worked out record by record.
    Other(N),
}

impl Number {
    /// What it comes down to.
    pub(super) fn shape(self) -> Shape<Option<i128>, Self> {
        if let Self::Constant(value) = self {
            Shape::Same(value)
        } else if let Self::ByClass(slot, of) = self {
            Shape::ByClass(slot, of)
        } else {
            Shape::Other(self)
        }
    }
}

impl Truth {
    /// What it comes down to.
    pub(super) fn shape(self) -> Shape<u8, Self> {
        if let Self::Constant(truth) = self {
            Shape::Same(truth)
        } else if let Self::ByClass(slot, of) = self {
            Shape::ByClass(slot, of)
        } else {
            Shape::Other(self)
        }
    }
}

/// What a test is for each class: of known ones yes or no, undecided for missing and bad ones.
pub(super) fn by_class(classes: &Classes, set: &Set) -> Vec<u8> {
    classes.within(set).into_iter().map(truth_of).chain([UNDECIDED, UNDECIDED]).collect()
}

/// Yes or no.
pub(super) fn truth_of(b: bool) -> u8 {
    if b { YES } else { NO }
}

pub(super) fn truth_units(truth: u8) -> Option<i128> {
    match truth {
        NO => Some(0),
        YES => Some(1),
        _ => None,
    }
}

/// Whether a set holds what some units stand for. Not for texts.
pub(super) fn contains(set: &Set, units: i128) -> bool {
    ranges(set).iter().any(|(low, high)| (*low..=*high).contains(&units))
}

/// A set as closed intervals. Not for texts.
pub(super) fn ranges(set: &Set) -> Vec<(i128, i128)> {
    match set {
        Set::Ranges(ranges) => ranges.clone(),
        Set::Codes(codes) => codes.iter().map(|code| (i128::from(*code), i128::from(*code))).collect(),
        Set::Texts { .. } => Vec::new(),
    }
}

/// What a truth becomes.
pub(super) fn mapped(truth: Truth, to: [u8; 3]) -> Truth {
    let map = |truth: u8| to.get(usize::from(truth)).copied().unwrap_or(UNDECIDED);
    if to == [NO, UNDECIDED, YES] {
        return truth;
    }
    match truth.shape() {
        Shape::Same(truth) => Truth::Constant(map(truth)),
        Shape::ByClass(slot, of) => Truth::ByClass(slot, of.into_iter().map(map).collect()),
        Shape::Other(truth) => Truth::Mapped(Box::new(truth), to),
    }
}

/// Yes for 1, no for other numbers.
pub(super) fn of_number(number: Number) -> Truth {
    let truth = |value: Option<i128>| value.map_or(UNDECIDED, |value| truth_of(value == 1));
    match number.shape() {
        Shape::Same(value) => Truth::Constant(truth(value)),
        Shape::ByClass(slot, of) => Truth::ByClass(slot, of.into_iter().map(truth).collect()),
        Shape::Other(Number::OfTruth(truth)) => *truth,
        Shape::Other(number) => Truth::OfNumber(Box::new(number)),
    }
}

/// All of some truths together: decided by any that is `decisive`. Those about one class become one.
pub(super) fn together(parts: Vec<Truth>, decisive: u8) -> Truth {
    let join = |a: u8, b: u8| if decisive == NO { a.min(b) } else { a.max(b) };
    let mut constant = if decisive == NO { YES } else { NO };
    let mut classes: Vec<(Slot, Vec<u8>)> = Vec::new();
    let mut left: Vec<Truth> = Vec::new();
    for part in parts {
        match part.shape() {
            Shape::Same(truth) => constant = join(constant, truth),
            Shape::ByClass(slot, of) => match classes.iter_mut().find(|(known, _)| *known == slot) {
                Some((_, theirs)) => theirs.iter_mut().zip(of).for_each(|(a, b)| *a = join(*a, b)),
                None => classes.push((slot, of)),
            },
            Shape::Other(part) => left.push(part),
        }
    }
    left.extend(classes.into_iter().map(|(slot, of)| Truth::ByClass(slot, of)));
    // What is worked out cannot be left out, as a number too large in it must be noticed.
    if left.is_empty() {
        return Truth::Constant(constant);
    }
    let neutral = if decisive == NO { YES } else { NO };
    if constant != neutral {
        left.push(Truth::Constant(constant));
    }
    match (left.pop(), left.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            left.push(last);
            if decisive == NO { Truth::And(left) } else { Truth::Or(left) }
        }
        (None, _) => Truth::Constant(constant),
    }
}
