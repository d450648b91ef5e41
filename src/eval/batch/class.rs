//! Classes: the coarsest partition of a value's type that tells all the tests of a policy apart.
//!
//! Every set that a value is tested by is a union of classes, so a record's class of a field answers all tests of it. Known
//! classes are numbered from 0; after them come one for missing values and one for values that no good record holds.

use crate::data::{Field, Set, Type, Value, step};
use crate::decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The classes of a field, or of a derived value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Classes {
    /// How many known classes there are.
    pub(super) known: u16,
    /// Which class a known value has.
    pub(super) of: ClassOf,
    /// One member of each known class.
    members: Vec<Member>,
}

/// How the class of a known value is found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ClassOf {
    /// For numbers in units and dates in days.
    Order(Thresholds),
    /// By code of a category, a tier, or yes/no; [`Classes::bad`] where no good record has the code.
    Codes(Vec<u16>),
    /// For texts.
    Texts(TextClasses),
}

/// Where the classes of an ordered type begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thresholds {
    /// The least and greatest good value.
    pub(super) within: (i128, i128),
    /// Where the second class and each after it begin, rising. A value's class is how many of them it has reached.
    pub(super) starts: Vec<i128>,
    /// Values between `within` that are not good, as closed intervals.
    pub(super) gaps: Vec<(i128, i128)>,
}

/// The classes of texts: those that a policy names, and all others by the longest beginning that it asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextClasses {
    /// The class of each named text.
    pub(super) named: HashMap<Arc<str>, u16>,
    /// Beginnings asked for, longest first, with the class of texts that are not named.
    pub(super) beginnings: Vec<(Arc<str>, u16)>,
    /// The class of all other texts.
    pub(super) other: u16,
    /// Whether texts that are not named are good.
    pub(super) open: bool,
}

/// What stands for a class when a test is asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Value(Value),
    /// A text that is not named, with the longest beginning that it has.
    OtherText(Option<Arc<str>>),
}

/// What a value is tested by.
#[derive(Debug, Clone, Default)]
pub(super) struct Tests {
    /// Sets of known values.
    pub(super) sets: Vec<Set>,
    /// Beginnings of texts.
    pub(super) beginnings: BTreeSet<Arc<str>>,
    /// Whether every code must be a class of its own, because its value is used.
    pub(super) each: bool,
}

impl Classes {
    /// The classes of a field. `None` where there are more than can be numbered.
    pub(super) fn of_field(field: &Field, tests: &Tests) -> Option<Self> {
        Self::of(field.kind, &field.domain, tests)
    }

    /// The classes of a derived value, which may be any of its type; `codes` is how many categories or tiers there are.
    pub(super) fn of_derived(kind: Type, codes: u32, tests: &Tests) -> Option<Self> {
        Self::of(kind, &Set::universe(kind, codes), tests)
    }

    fn of(kind: Type, domain: &Set, tests: &Tests) -> Option<Self> {
        let (of, members) = match domain {
            Set::Ranges(ranges) => ordered(kind, ranges, &tests.sets),
            Set::Codes(codes) => by_code(kind, codes, tests),
            Set::Texts { values, except } => by_text(values, *except, tests),
        };
        // Two more are needed, and one stands for "none" in look-ups.
        let known = u16::try_from(members.len()).ok().filter(|known| *known < u16::MAX - 2)?;
        Some(Self { known, of, members })
    }

    /// No known value is told from another.
    pub(super) fn none() -> Self {
        Self { known: 0, of: ClassOf::Codes(Vec::new()), members: Vec::new() }
    }

    /// The class of missing values.
    pub(super) fn missing(&self) -> u16 {
        self.known
    }

    /// The class of values that no good record holds.
    pub(super) fn bad(&self) -> u16 {
        self.known + 1
    }

    /// How many classes there are, those two included.
    pub(super) fn count(&self) -> usize {
        usize::from(self.known) + 2
    }

    /// Which known classes lie in a set (one of those that the classes were made for).
    pub(super) fn within(&self, set: &Set) -> Vec<bool> {
        let inside = |member: &Member| match (member, set) {
            (Member::Value(value), set) => set.contains(value),
            (Member::OtherText(_), Set::Texts { except, .. }) => *except,
            (Member::OtherText(_), Set::Ranges(_) | Set::Codes(_)) => false,
        };
        self.members.iter().map(inside).collect()
    }

    /// Which known classes hold texts that begin so (one of the beginnings that the classes were made for).
    pub(super) fn beginning(&self, with: &str) -> Vec<bool> {
        let begins = |member: &Member| match member {
            Member::Value(Value::Text(text)) => text.starts_with(with),
            Member::OtherText(Some(beginning)) => beginning.starts_with(with),
            Member::OtherText(None) | Member::Value(_) => false,
        };
        self.members.iter().map(begins).collect()
    }

    /// The code that each known class stands for, where each code has its own.
    pub(super) fn codes(&self) -> Vec<Option<u32>> {
        let code = |member: &Member| match member {
            Member::Value(Value::Category(code)) => Some(*code),
            Member::Value(Value::YesNo(b)) => Some(u32::from(*b)),
            Member::Value(_) | Member::OtherText(_) => None,
        };
        self.members.iter().map(code).collect()
    }

    /// The class of a known value.
    pub(super) fn class(&self, value: &Value) -> u16 {
        match (&self.of, value) {
            (ClassOf::Order(thresholds), Value::Number(n)) => {
                thresholds.class(n.units()).unwrap_or(self.bad())
            }
            (ClassOf::Order(thresholds), Value::Date(d)) => {
                thresholds.class(d.days().into()).unwrap_or(self.bad())
            }
            (ClassOf::Codes(codes), Value::Category(code)) => self.of_code(codes, *code),
            (ClassOf::Codes(codes), Value::YesNo(b)) => self.of_code(codes, u32::from(*b)),
            (ClassOf::Texts(texts), Value::Text(text)) => texts.class(text).unwrap_or(self.bad()),
            (ClassOf::Order(_) | ClassOf::Codes(_) | ClassOf::Texts(_), _) => self.bad(),
        }
    }

    fn of_code(&self, codes: &[u16], code: u32) -> u16 {
        codes.get(code as usize).copied().unwrap_or(self.bad())
    }
}

impl Thresholds {
    /// The class of a number in units or a day; `None` where it is not good.
    pub(super) fn class(&self, x: i128) -> Option<u16> {
        let (least, greatest) = self.within;
        if x < least || x > greatest || self.gaps.iter().any(|(low, high)| (*low..=*high).contains(&x)) {
            return None;
        }
        u16::try_from(self.starts.partition_point(|start| *start <= x)).ok()
    }
}

impl TextClasses {
    /// The class of a text; `None` where it is not good.
    pub(super) fn class(&self, text: &str) -> Option<u16> {
        if let Some(class) = self.named.get(text) {
            return Some(*class);
        }
        if !self.open {
            return None;
        }
        let beginning = self.beginnings.iter().find(|(beginning, _)| text.starts_with(&**beginning));
        Some(beginning.map_or(self.other, |(_, class)| *class))
    }
}

fn ordered(kind: Type, domain: &[(i128, i128)], sets: &[Set]) -> (ClassOf, Vec<Member>) {
    let (Some((least, _)), Some((_, greatest))) = (domain.first().copied(), domain.last().copied()) else {
        // An empty domain: nothing is good.
        let nothing = Thresholds { within: (1, 0), starts: Vec::new(), gaps: Vec::new() };
        return (ClassOf::Order(nothing), Vec::new());
    };
    let step = step(kind);
    let mut cuts = BTreeSet::new();
    for set in sets {
        if let Set::Ranges(ranges) = set {
            for (low, high) in ranges {
                // Bounds between two members of the type count from the next one.
                cuts.insert(low.saturating_add((-low).rem_euclid(step)));
                cuts.insert((high - high.rem_euclid(step)).saturating_add(step));
            }
        }
    }
    // Only cuts that some test can tell are kept.
    let signature = |x: i128| -> Vec<bool> {
        sets.iter().map(|set| value(x, kind).is_some_and(|value| set.contains(&value))).collect()
    };
    let mut last = signature(least);
    let mut starts = Vec::new();
    for cut in cuts.into_iter().filter(|cut| *cut > least && *cut <= greatest) {
        let next = signature(cut);
        if next != last {
            starts.push(cut);
            last = next;
        }
    }
    let gaps = domain.windows(2).filter_map(|pair| match pair {
        [(_, high), (low, _)] => Some((high + step, low - step)),
        _ => None,
    });
    let gaps = gaps.filter(|(low, high)| low <= high).collect();
    let members = std::iter::once(least)
        .chain(starts.iter().copied())
        .filter_map(|x| value(x, kind))
        .map(Member::Value);
    let members = members.collect();
    (ClassOf::Order(Thresholds { within: (least, greatest), starts, gaps }), members)
}

fn value(units: i128, kind: Type) -> Option<Value> {
    if kind == Type::Date {
        return crate::date::Date::from_days(i32::try_from(units).ok()?).map(Value::Date);
    }
    // The domain may reach past what a number can be; what stands for the class need not.
    Decimal::from_units(units.clamp(Decimal::MIN.units(), Decimal::MAX.units())).map(Value::Number)
}

fn by_code(kind: Type, domain: &[u32], tests: &Tests) -> (ClassOf, Vec<Member>) {
    let value = |code: u32| {
        if kind == Type::YesNo { Value::YesNo(code == 1) } else { Value::Category(code) }
    };
    let mut classes: BTreeMap<(Vec<bool>, u32), u16> = BTreeMap::new();
    let mut members = Vec::new();
    let codes = domain.iter().max().map_or(0, |most| *most as usize + 1);
    let mut of = vec![u16::MAX; codes];
    for code in domain {
        let signature = tests.sets.iter().map(|set| set.contains(&value(*code))).collect();
        let class = classes.entry((signature, if tests.each { *code } else { 0 })).or_insert_with(|| {
            members.push(Member::Value(value(*code)));
            (members.len() - 1) as u16
        });
        if let Some(slot) = of.get_mut(*code as usize) {
            *slot = *class;
        }
    }
    let bad = members.len() as u16 + 1;
    of.iter_mut().filter(|class| **class == u16::MAX).for_each(|class| *class = bad);
    (ClassOf::Codes(of), members)
}

fn by_text(domain: &BTreeSet<Arc<str>>, except: bool, tests: &Tests) -> (ClassOf, Vec<Member>) {
    let mut members = Vec::new();
    let mut named = HashMap::new();
    let mut classes: BTreeMap<Vec<bool>, u16> = BTreeMap::new();
    let mut names: BTreeSet<&Arc<str>> = if except { BTreeSet::new() } else { domain.iter().collect() };
    for set in &tests.sets {
        if let Set::Texts { values, .. } = set {
            names.extend(values.iter().filter(|value| domain.contains(*value) != except));
        }
    }
    for name in names {
        let tested = tests.sets.iter().map(|set| set.contains(&Value::Text(Arc::clone(name))));
        let begun = tests.beginnings.iter().map(|beginning| name.starts_with(&**beginning));
        let class = classes.entry(tested.chain(begun).collect()).or_insert_with(|| {
            members.push(Member::Value(Value::Text(Arc::clone(name))));
            (members.len() - 1) as u16
        });
        named.insert(Arc::clone(name), *class);
    }
    let mut beginnings = Vec::new();
    let mut other = 0;
    if except {
        other = members.len() as u16;
        members.push(Member::OtherText(None));
        for beginning in &tests.beginnings {
            beginnings.push((Arc::clone(beginning), members.len() as u16));
            members.push(Member::OtherText(Some(Arc::clone(beginning))));
        }
        beginnings.sort_by_key(|(beginning, _)| std::cmp::Reverse(beginning.len()));
    }
    // Texts that the domain leaves out would be named as bad; no field has such a domain, so they are not told apart.
    (ClassOf::Texts(TextClasses { named, beginnings, other, open: except }), members)
}
