//! The words after a run, on stderr: how many records, by which policy, and how their scores lie.

use super::histogram::{Band, bands, bar};
use super::open::Day;
use super::report::{DIM, HEADING, WARNING, grouped, plural};
use crate::data::Notice;
use crate::decimal::Decimal;
use crate::eval::Status;
use crate::policy::{Policy, Reason};
use crate::run::Tally;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many reasons are listed.
const REASONS: usize = 5;
/// How much of the hash is shown: enough to tell two versions apart.
const HASH: usize = 12;

/// What a summary speaks of.
pub(super) struct Summary<'a> {
    pub(super) policy: &'a Policy,
    pub(super) day: Day,
    pub(super) notices: &'a [Notice],
    /// How many records were read, and how many of them set aside.
    pub(super) read: u64,
    pub(super) set_aside: u64,
    pub(super) tally: &'a Tally,
}

impl Summary<'_> {
    /// Says it all.
    pub(super) fn say(&self, to: &mut dyn Write) -> io::Result<()> {
        self.say_policy(to)?;
        self.say_counts(to)?;
        let scored = self.tally.with(Status::Scored);
        if let Some(ends) = self.tally.scores().ends() {
            self.say_scores(to, ends)?;
            self.say_tiers(to, scored)?;
            self.say_reasons(to, scored)?;
        }
        Ok(())
    }

    fn say_policy(&self, to: &mut dyn Write) -> io::Result<()> {
        let Policy { title, name, version, hash, .. } = self.policy;
        let version = version.as_ref().map_or_else(String::new, |version| format!(" version {version}"));
        let hash: String = hash.chars().take(HASH).collect();
        writeln!(to, "{HEADING}{title}{HEADING:#}  {DIM}{name}{version} · {hash}{DIM:#}")?;
        let clock = if self.day.from_clock { " (today, by this computer's clock)" } else { "" };
        writeln!(to, "as of {}{clock}", self.day.date)?;
        let set = self.policy.params.iter().filter(|param| param.set);
        for param in set {
            writeln!(to, "{WARNING}`{}` is set from outside{WARNING:#}", param.name)?;
        }
        if self.policy.sweeps > 0 {
            writeln!(to, "scores of others settled in {}", plural(self.policy.sweeps as usize, "sweep"))?;
        }
        for notice in self.notices {
            writeln!(to, "{DIM}{}: {}{DIM:#}", notice.file, notice.text)?;
        }
        writeln!(to)
    }

    fn say_counts(&self, to: &mut dyn Write) -> io::Result<()> {
        let read = plural(self.read, "record");
        write!(to, "{read} read: {} scored", grouped(self.tally.with(Status::Scored)))?;
        for status in [Status::NotScored, Status::NotParticipating] {
            let count = self.tally.with(status);
            // The two that always matter are said even where they are none.
            if count > 0 || status == Status::NotScored {
                write!(to, ", {} {}", grouped(count), status.name())?;
            }
        }
        writeln!(to, ", {} rejected", grouped(self.set_aside))
    }

    fn say_scores(&self, to: &mut dyn Write, (least, most): (Decimal, Decimal)) -> io::Result<()> {
        let scores = self.tally.scores().numbers();
        // Where scores are too many to be told apart, so is the middle one.
        let step = self.tally.scores().step();
        let about = if step.units() == 1 { String::new() } else { format!("within {step} of ") };
        let middle = middle(&scores);
        writeln!(
            to,
            "\n{HEADING}Scores{HEADING:#}  {DIM}least {least}, median {about}{middle}, greatest {most}{DIM:#}"
        )?;
        let bands = bands(&scores, self.policy.round);
        let width = bands.iter().map(|band| band.label.chars().count()).max().unwrap_or(0);
        let tallest = bands.iter().map(|band| band.count).max().unwrap_or(0);
        for Band { label, count } in &bands {
            writeln!(to, "  {label:>width$}  {} {}", bar(*count, tallest), grouped(*count))?;
        }
        Ok(())
    }

    fn say_tiers(&self, to: &mut dyn Write, scored: u64) -> io::Result<()> {
        let tiers = &self.policy.tiers;
        if tiers.is_empty() {
            return Ok(());
        }
        writeln!(to, "\n{HEADING}Tiers{HEADING:#}")?;
        let width = tiers.iter().map(|tier| tier.label.chars().count()).max().unwrap_or(0);
        for (tier, count) in tiers.iter().zip(self.tally.tiers()) {
            writeln!(to, "  {:width$}  {:>7}  {}", tier.label, grouped(*count), share(*count, scored))?;
        }
        Ok(())
    }

    fn say_reasons(&self, to: &mut dyn Write, scored: u64) -> io::Result<()> {
        let counts = self.tally.reasons().iter().copied();
        let mut ranked: Vec<(u64, &Reason)> =
            counts.zip(&self.policy.reasons).filter(|(count, _)| *count > 0).collect();
        // Stable: equally frequent reasons stay in the order of the file.
        ranked.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        if ranked.is_empty() {
            return Ok(());
        }
        writeln!(to, "\n{HEADING}Most frequent reasons{HEADING:#}")?;
        let width = ranked.iter().take(REASONS).map(|(_, reason)| reason.code.len()).max().unwrap_or(0);
        for (count, Reason { code, text, .. }) in ranked.into_iter().take(REASONS) {
            writeln!(to, "  {code:width$}  {:>7}  {}  {text}", grouped(count), share(count, scored))?;
        }
        Ok(())
    }
}

/// The middle of scores, with how many records have each; between two middle ones their mean.
pub(super) fn middle(scores: &BTreeMap<Decimal, u64>) -> Decimal {
    let all: u64 = scores.values().sum();
    let at = |position: u64| {
        let mut before = 0;
        let found = scores.iter().find(|(_, many)| {
            before += **many;
            before > position
        });
        found.map_or(Decimal::ZERO, |(score, _)| *score)
    };
    let (low, high) = (at(all.saturating_sub(1) / 2), at(all / 2));
    low.checked_add(high).and_then(|sum| sum.checked_div(Decimal::from_int(2))).unwrap_or(low)
}

/// A share in percent with one decimal, rounded half up: ` 12.5%`.
fn share(part: u64, whole: u64) -> String {
    let thousandths = (part * 1000 + whole / 2).checked_div(whole).unwrap_or(0);
    format!("{:>3}.{}%", thousandths / 10, thousandths % 10)
}

#[cfg(test)]
mod tests {
    use super::{middle, share};
    use crate::decimal::Decimal;
    use std::collections::BTreeMap;

    #[test]
    fn the_median_lies_in_the_middle() {
        let numbers = |numbers: &[i64]| {
            let mut counts = BTreeMap::new();
            numbers.iter().for_each(|n| *counts.entry(Decimal::from_int(*n)).or_insert(0) += 1);
            counts
        };
        assert_eq!(middle(&numbers(&[1, 2, 9])).to_string(), "2");
        assert_eq!(middle(&numbers(&[1, 2, 9, 9])).to_string(), "5.5");
        assert_eq!(middle(&numbers(&[7])).to_string(), "7");
    }

    #[test]
    fn shares_are_rounded() {
        assert_eq!(share(1, 8), " 12.5%");
        assert_eq!(share(2, 3), " 66.7%");
        assert_eq!(share(1000, 1000), "100.0%");
        assert_eq!(share(0, 7), "  0.0%");
        assert_eq!(share(0, 0), "  0.0%");
    }
}
