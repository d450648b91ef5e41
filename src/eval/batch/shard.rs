//! What is kept for some scored records side by side: numbers as narrow as they come, the rare ones that do not fit apart.

use super::event::EventPlan;
use super::layout::{Channel, Group, Keeps, Layout};
use super::period::{PeriodEvent, Periods};
use super::take::{END, MISSING};
use crate::decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};
use std::hint::black_box;

/// What is kept for some scored records. Which record is told by its position among them.
#[derive(Debug, Default)]
pub(super) struct Shard {
    /// By group; empty while nothing was fed.
    kept: Vec<Kept>,
    /// What does not fit beside the others, by channel and record.
    wide: FxHashMap<(u32, u32), Wide>,
    /// Records in which a number is too large, and whose.
    over: FxHashSet<(u32, u32)>,
    /// Sums on whose way a number may be too large in some orders: channel and record.
    doubtful: Vec<(u32, u32)>,
    /// By rule: points that are summed by period.
    pub(super) periods: Vec<Periods>,
}

/// The numbers of a group, record after record.
#[derive(Debug, Default)]
struct Kept {
    long: Vec<i64>,
    short: Vec<i32>,
}

/// A sum, count or extreme of what did not fit, in units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Wide {
    /// Two parts of a sum, so that none on the way is too large.
    high: i128,
    low: i128,
    /// The sum of numbers that are no words, without signs.
    size: u128,
    /// The extreme.
    extreme: Option<i128>,
}

/// What a channel holds for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing was fed to an extreme.
    Nothing,
    /// One of the values was missing.
    Missing,
    /// A number in units, a count, or a day.
    Units(i128),
    /// A number that is too large.
    TooLarge,
}

/// So many bytes come close to the processor together.
const LINE: usize = 64;
/// Ends of days.
const NO_DAY: i32 = i32::MIN;
const MISSING_DAY: i32 = i32::MAX;
/// What a sum of words alone stays below, without signs: 2^32 of them, each below 2^63 units of up to one.
const MOST_OF_WORDS: u128 = 1 << 97;

impl Shard {
    /// Makes room for so many records.
    pub(super) fn fill(&mut self, layout: &Layout, records: usize) {
        if self.kept.is_empty() {
            self.kept = layout.groups.iter().map(|group| Kept::new(group, records)).collect();
        }
    }

    /// Feeds what stands for records: for each the bits of its conditions and its position, then its words.
    pub(super) fn feed(&mut self, at: usize, group: &Group, entries: &[i64]) {
        let Some(kept) = self.kept.get_mut(at) else { return };
        kept.bring_near(group, entries.len() / group.words().max(1));
        for (channel, of) in (0_u32..).zip(&group.channels) {
            let key = (at as u32) << 16 | channel;
            kept.feed(of, group, entries, &mut |record, spilled| {
                self.wide.entry((key, record)).or_default().add(spilled);
            });
        }
    }

    /// Feeds one record that has numbers that are no words, one at a time.
    pub(super) fn feed_large(
        &mut self,
        at: usize,
        group: &Group,
        record: u32,
        bits: u32,
        units: &[Option<i128>],
    ) {
        let mut entry = vec![0_i64; group.words()];
        for (channel, of) in (0_u32..).zip(&group.channels) {
            if bits >> of.bit & 1 == 0 {
                continue;
            }
            let unit = of.keeps.unit();
            // A value that is a word goes the way of all others.
            let value =
                if of.keeps == Keeps::Count { Some(0) } else { units.get(of.value).copied().flatten() };
            let word = value.map_or(Some(MISSING), |value| {
                let word = i64::try_from(value / i128::from(unit)).ok();
                word.filter(|word| value % i128::from(unit) == 0 && *word > MISSING && *word < END)
            });
            let key = ((at as u32) << 16 | channel, record);
            match (word, value) {
                (Some(word), _) => {
                    let Some(kept) = self.kept.get_mut(at) else { return };
                    entry.fill(0);
                    if let [head, words @ ..] = entry.as_mut_slice() {
                        *head = head_of(record, 1 << of.bit);
                        words.iter_mut().skip(of.value).take(1).for_each(|slot| *slot = word);
                    }
                    kept.feed(of, group, &entry, &mut |record, spilled| {
                        self.wide.entry((key.0, record)).or_default().add(spilled);
                    });
                }
                (None, Some(value)) => {
                    let wide = self.wide.entry(key).or_default();
                    match of.keeps {
                        Keeps::Count => {}
                        Keeps::Sum { ordered, .. } => {
                            let before = wide.size;
                            wide.add(value);
                            wide.size = wide.size.saturating_add(value.unsigned_abs());
                            let most = Decimal::MAX.units().unsigned_abs() - MOST_OF_WORDS;
                            if ordered && before <= most && wide.size > most {
                                self.doubtful.push(key);
                            }
                        }
                        Keeps::Least { .. } => {
                            wide.extreme = Some(wide.extreme.map_or(value, |least| least.min(value)));
                        }
                        Keeps::Greatest { .. } => {
                            wide.extreme = Some(wide.extreme.map_or(value, |most| most.max(value)));
                        }
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// Adds points that a rule gives by period.
    pub(super) fn add_periods(&mut self, rule: usize, events: &[PeriodEvent]) {
        self.periods.resize_with(self.periods.len().max(rule + 1), Periods::default);
        self.periods.iter_mut().skip(rule).take(1).for_each(|periods| periods.add(events));
    }

    /// Sums what there is by period.
    pub(super) fn fold(&mut self, plan: &EventPlan) {
        for (periods, rule) in self.periods.iter_mut().zip(&plan.rules) {
            periods.fold(&rule.caps, rule.codes.len());
        }
    }

    /// Notes that a number is too large.
    pub(super) fn mark(&mut self, owner: u32, record: u32) {
        self.over.insert((owner, record));
    }

    /// Whether a number of an owner is too large for a record.
    pub(super) fn is_over(&self, owner: u32, record: u32) -> bool {
        !self.over.is_empty() && self.over.contains(&(owner, record))
    }

    /// Whether numbers of nobody are too large.
    pub(super) fn none_over(&self) -> bool {
        self.over.is_empty()
    }

    /// Whether a sum that fits may have been too large on the way, in some order.
    pub(super) fn is_unsure(&self, layout: &Layout) -> bool {
        self.periods.iter().any(|periods| periods.unsure)
            || self.doubtful.iter().any(|(key, record)| {
                let (at, channel) = ((key >> 16) as usize, (key & 0xffff) as usize);
                let held = layout.groups.get(at).and_then(|group| {
                    let of = group.channels.get(channel)?;
                    Some(self.held(at, channel, group, of, *record))
                });
                held != Some(Held::TooLarge)
            })
    }

    /// The words of a channel record by record, where no record has anything that did not fit: the numbers, how many
    /// stand for a record, and which of them is the channel's.
    pub(super) fn long(&self, at: usize, group: &Group) -> Option<(&[i64], usize)> {
        if !self.wide.is_empty() {
            return None;
        }
        self.kept.get(at).map(|kept| (kept.long.as_slice(), group.long))
    }

    /// The same of 32 bits.
    pub(super) fn short(&self, at: usize, group: &Group) -> Option<(&[i32], usize)> {
        if !self.wide.is_empty() {
            return None;
        }
        self.kept.get(at).map(|kept| (kept.short.as_slice(), group.short))
    }

    /// What a channel holds for a record.
    pub(super) fn held(&self, at: usize, channel: usize, group: &Group, of: &Channel, record: u32) -> Held {
        let kept = self.kept.get(at);
        let long = || {
            let place = record as usize * group.long + of.offset;
            kept.and_then(|kept| kept.long.get(place)).copied()
        };
        let short = || {
            let place = record as usize * group.short + of.offset;
            kept.and_then(|kept| kept.short.get(place)).copied()
        };
        let key = ((at as u32) << 16 | channel as u32, record);
        let wide = if self.wide.is_empty() { None } else { self.wide.get(&key).copied() };
        match of.keeps {
            Keeps::Count => {
                let count = i128::from(short().unwrap_or(0));
                Held::Units(count + wide.map_or(0, |wide| wide.low))
            }
            Keeps::Sum { unit, .. } => match long().unwrap_or(0) {
                MISSING => Held::Missing,
                sum => {
                    let mut all = wide.unwrap_or_default();
                    all.add(i128::from(sum) * i128::from(unit));
                    all.total().map_or(Held::TooLarge, Held::Units)
                }
            },
            Keeps::Least { unit, short: false } => match long().unwrap_or(END) {
                MISSING => Held::Missing,
                END => wide.and_then(|wide| wide.extreme).map_or(Held::Nothing, Held::Units),
                least => {
                    let least = i128::from(least) * i128::from(unit);
                    Held::Units(wide.and_then(|wide| wide.extreme).map_or(least, |wide| wide.min(least)))
                }
            },
            Keeps::Greatest { unit, short: false } => match long().unwrap_or(MISSING) {
                END => Held::Missing,
                MISSING => wide.and_then(|wide| wide.extreme).map_or(Held::Nothing, Held::Units),
                most => {
                    let most = i128::from(most) * i128::from(unit);
                    Held::Units(wide.and_then(|wide| wide.extreme).map_or(most, |wide| wide.max(most)))
                }
            },
            Keeps::Least { short: true, .. } => match short().unwrap_or(MISSING_DAY) {
                NO_DAY => Held::Missing,
                MISSING_DAY => Held::Nothing,
                day => Held::Units(day.into()),
            },
            Keeps::Greatest { short: true, .. } => match short().unwrap_or(NO_DAY) {
                MISSING_DAY => Held::Missing,
                NO_DAY => Held::Nothing,
                day => Held::Units(day.into()),
            },
        }
    }
}

/// The first word of what stands for a record.
pub(super) fn head_of(record: u32, bits: u32) -> i64 {
    i64::from(record) | (i64::from(bits) << 32)
}

impl Wide {
    fn add(&mut self, units: i128) {
        const HALF: i128 = 10_i128.pow(19);
        self.high += units / HALF;
        self.low += units % HALF;
    }

    /// The sum, if it fits.
    fn total(self) -> Option<i128> {
        const HALF: i128 = 10_i128.pow(19);
        let high = self.high + self.low / HALF;
        let units = high.checked_mul(HALF)?.checked_add(self.low % HALF)?;
        Decimal::from_units(units).map(Decimal::units)
    }
}

impl Kept {
    fn new(group: &Group, records: usize) -> Self {
        let (mut long, mut short) = (vec![0; group.long], vec![0; group.short]);
        for channel in &group.channels {
            match channel.keeps {
                Keeps::Count | Keeps::Sum { .. } => {}
                Keeps::Least { short: false, .. } => set(&mut long, channel.offset, END),
                Keeps::Greatest { short: false, .. } => set(&mut long, channel.offset, MISSING),
                Keeps::Least { short: true, .. } => set(&mut short, channel.offset, MISSING_DAY),
                Keeps::Greatest { short: true, .. } => set(&mut short, channel.offset, NO_DAY),
            }
        }
        Self { long: long.repeat(records), short: short.repeat(records) }
    }

    /// Reads everything once from front to back before so many records are fed, if they are enough: so it comes close to the
    /// processor faster than record by record.
    fn bring_near(&self, group: &Group, fed: usize) {
        /// One record in so many.
        const ENOUGH: usize = 8;
        let records = (self.long.len() + self.short.len()) / (group.long + group.short).max(1);
        if fed >= records / ENOUGH {
            let long = self.long.iter().step_by(LINE / size_of::<i64>()).fold(0, |all, n| all ^ n);
            let short = self.short.iter().step_by(LINE / size_of::<i32>()).fold(0, |all, n| all ^ n);
            black_box((long, short));
        }
    }

    /// Feeds a channel. What does not fit any more is handed to `spill`, in units.
    fn feed(&mut self, of: &Channel, group: &Group, entries: &[i64], spill: &mut dyn FnMut(u32, i128)) {
        let fed = Fed { bit: of.bit, word: of.value + 1, words: group.words(), entries };
        match of.keeps {
            Keeps::Count => count(&mut self.short, group.short, of.offset, &fed, spill),
            Keeps::Sum { unit, .. } => sum(&mut self.long, group.long, of.offset, &fed, unit, spill),
            Keeps::Least { short: false, .. } => {
                fed.each(&mut self.long, group.long, of.offset, |least, word| *least = word.min(*least));
            }
            Keeps::Greatest { short: false, .. } => {
                fed.each(&mut self.long, group.long, of.offset, |most, word| {
                    *most = (if word == MISSING { END } else { word }).max(*most);
                });
            }
            // Days are far from the ends of 32 bits.
            Keeps::Least { short: true, .. } => {
                fed.each(&mut self.short, group.short, of.offset, |first, word| {
                    *first = (if word == MISSING { NO_DAY } else { word as i32 }).min(*first);
                });
            }
            Keeps::Greatest { short: true, .. } => {
                fed.each(&mut self.short, group.short, of.offset, |last, word| {
                    *last = (if word == MISSING { MISSING_DAY } else { word as i32 }).max(*last);
                });
            }
        }
    }
}

fn set<T>(numbers: &mut [T], at: usize, number: T) {
    if let Some(slot) = numbers.get_mut(at) {
        *slot = number;
    }
}

/// What is fed to a channel.
struct Fed<'e> {
    bit: u32,
    /// Which word of an entry is the value.
    word: usize,
    words: usize,
    entries: &'e [i64],
}

impl Fed<'_> {
    /// Calls with the number of each record that fulfils the condition, and its word.
    fn each<T>(&self, numbers: &mut [T], stride: usize, offset: usize, mut feed: impl FnMut(&mut T, i64)) {
        for entry in self.entries.chunks_exact(self.words) {
            let (Some(head), Some(word)) = (entry.first(), entry.get(self.word)) else { continue };
            if head >> 32 >> self.bit & 1 == 1
                && let Some(slot) = numbers.get_mut((*head as u32) as usize * stride + offset)
            {
                feed(slot, *word);
            }
        }
    }
}

fn count(numbers: &mut [i32], stride: usize, offset: usize, fed: &Fed<'_>, spill: &mut dyn FnMut(u32, i128)) {
    for entry in fed.entries.chunks_exact(fed.words) {
        let Some(head) = entry.first() else { continue };
        let one = (head >> 32 >> fed.bit & 1) as i32;
        if let Some(slot) = numbers.get_mut((*head as u32) as usize * stride + offset) {
            if *slot == i32::MAX {
                spill(*head as u32, i128::from(*slot));
                *slot = 0;
            }
            *slot += one;
        }
    }
}

fn sum(
    numbers: &mut [i64],
    stride: usize,
    offset: usize,
    fed: &Fed<'_>,
    unit: i64,
    spill: &mut dyn FnMut(u32, i128),
) {
    for entry in fed.entries.chunks_exact(fed.words) {
        let (Some(head), Some(word)) = (entry.first(), entry.get(fed.word)) else { continue };
        let Some(slot) = numbers.get_mut((*head as u32) as usize * stride + offset) else { continue };
        // All bits where the condition holds, else none.
        let holds = -(head >> 32 >> fed.bit & 1);
        let (sum, wrapped) = slot.overflowing_add(word & holds);
        if !wrapped && sum != MISSING && *slot != MISSING && word & holds != MISSING {
            *slot = sum;
        } else if *slot == MISSING || word & holds == MISSING {
            *slot = MISSING;
        } else {
            spill(*head as u32, i128::from(*slot) * i128::from(unit));
            *slot = word & holds;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lane::YES;
    use super::super::layout::{Condition, LayoutMaker, Measured};
    use super::super::node::{Number, Truth};
    use super::*;

    #[test]
    fn what_is_kept_goes_on_past_its_width() {
        let mut maker = LayoutMaker::default();
        let all = maker.condition(Condition::Filter(Truth::Constant(YES)));
        let value = maker.value(Measured::Number(Number::Field(0), 1));
        let places = [maker.count(all), maker.sum(all, value, 1, false)];
        let layout = maker.made();
        let group = &layout.groups[0];
        let mut shard = Shard::default();
        shard.fill(&layout, 3);
        let held = |shard: &Shard| {
            places.map(|place| shard.held(0, place.channel, group, &group.channels[place.channel], 1))
        };
        assert_eq!(held(&shard), [Held::Units(0), Held::Units(0)]);
        shard.kept[0].short[1] = i32::MAX - 1;
        shard.kept[0].long[1] = i64::MAX - 1;
        let entry = [head_of(1, 1), 3];
        for times in 1..5_i128 {
            shard.feed(0, group, &entry);
            let count = i128::from(i32::MAX) - 1 + times;
            assert_eq!(held(&shard), [count, i128::from(i64::MAX) - 1 + 3 * times].map(Held::Units));
        }
        shard.feed(0, group, &[head_of(1, 1), MISSING]);
        shard.feed(0, group, &entry);
        assert_eq!(held(&shard), [Held::Units(i128::from(i32::MAX) + 5), Held::Missing]);
        // Others are not touched, and bits that are not set feed nothing.
        shard.feed(0, group, &[head_of(2, 0), 9]);
        let of = |record| shard.held(0, places[1].channel, group, &group.channels[places[1].channel], record);
        assert_eq!([of(0), of(2)], [Held::Units(0), Held::Units(0)]);
    }
}
