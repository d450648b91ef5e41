//! What a change did, for people: a page that is drawn anew on a terminal, lines one below the other elsewhere.

use super::super::clock;
use super::super::given::say_given;
use super::super::moved::{clean, near, say_moved, say_movers};
use super::super::report::{self, Count, DIM, ERROR, GOOD, HEADING, WARNING, grouped, plural};
use super::account::{Account, Cases, Command, Differs, Sample, Scored};
use super::{Files, News};
use crate::engine::Refusal;
use crate::impact::Impact;
use anstyle::Style;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// How much of a hash is shown.
const HASH: usize = 12;
/// How many moves from tier to tier are listed.
const MIGRATIONS: usize = 6;
/// How many cases that differ are listed, those first that held before.
const CASES: usize = 5;
/// Clears a terminal and goes to its first line.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

/// Where people read.
pub(super) struct Page {
    terminal: bool,
    /// What was said last of policies that are good, and whether all is well with them.
    good: Vec<u8>,
    well: bool,
    /// Whether mistakes were said last.
    refused: bool,
    /// Whether anything was said.
    begun: bool,
}

impl Page {
    /// Before anything was said.
    pub(super) fn new(terminal: bool) -> Self {
        Self { terminal, good: Vec::new(), well: true, refused: false, begun: false }
    }

    /// Says it.
    pub(super) fn tell(&mut self, news: &News<'_>, took: Duration) -> io::Result<()> {
        let mut page = Vec::new();
        match news {
            News::Ready { accounts, files } => {
                self.watching(*files, &mut page)?;
                self.say_all(accounts, true, &mut page)?;
            }
            News::Changed { accounts } => {
                self.say_all(accounts, false, &mut page)?;
                let (mark, style) = self.mark();
                writeln!(page, "\n{style}{mark}{style:#} {DIM}saved{}{DIM:#}", self.when(took))?;
            }
            News::Unchanged { hash } => {
                if !self.refused {
                    return Ok(());
                }
                if self.terminal {
                    page.extend_from_slice(&self.good);
                    writeln!(page)?;
                }
                let ((mark, style), when) = (self.mark(), self.when(took));
                let hash = short(hash);
                writeln!(page, "{style}{mark}{style:#} mended, as before: {hash} {DIM}(saved{when}){DIM:#}")?;
            }
            News::Refused { refusal, kept } => self.refusal(refusal, *kept, took, &mut page)?,
            News::Ran(command) => return ran(command, &mut anstream::stdout().lock()),
        }
        self.refused = matches!(news, News::Refused { .. });
        let mut stdout = anstream::stdout().lock();
        if self.terminal {
            stdout.write_all(CLEAR)?;
        } else if self.begun {
            writeln!(stdout)?;
        }
        self.begun = true;
        stdout.write_all(&page)?;
        stdout.flush()
    }

    /// How many files are watched.
    fn watching(&self, files: Files, to: &mut Vec<u8>) -> io::Result<()> {
        let data = if files.data == 0 { String::new() } else { format!(" and {} of data", files.data) };
        let end = if self.terminal { "; save one to see what it does, Ctrl-C ends" } else { "" };
        writeln!(to, "{DIM}watching {}{data}{end}{DIM:#}\n", plural(files.texts, "file"))
    }

    /// Whether all is well, at a glance.
    fn mark(&self) -> (&'static str, Style) {
        if self.well { ("✓", GOOD) } else { ("✗", ERROR) }
    }

    /// When it was saved, and how long it took to tell. The time of day is told only where it will be read as it comes.
    fn when(&self, took: Duration) -> String {
        let at = if self.terminal { format!(" at {}", clock::time()) } else { String::new() };
        format!("{at}, told in {}", milliseconds(took))
    }

    fn say_all(&mut self, accounts: &[Account], is_first: bool, to: &mut Vec<u8>) -> io::Result<()> {
        self.good.clear();
        self.well = accounts.iter().all(Account::is_well);
        for (at, account) in accounts.iter().enumerate() {
            let same = !is_first && accounts.len() > 1 && account.is_same();
            if at > 0 && !same {
                writeln!(self.good)?;
            }
            if same {
                writeln!(self.good, "{DIM}{}  {}: as before{DIM:#}", account.title, account.path)?;
            } else {
                say(account, &mut self.good)?;
            }
        }
        to.extend_from_slice(&self.good);
        Ok(())
    }

    fn refusal(
        &self,
        refusal: &Refusal,
        kept: Option<&Arc<str>>,
        took: Duration,
        to: &mut Vec<u8>,
    ) -> io::Result<()> {
        let mut count = Count::default();
        for report in refusal.reports() {
            report::human(to, &report.diagnostics, &report.sources)?;
            count.add(Count::of(&report.diagnostics));
        }
        if refusal.reports().is_empty() {
            writeln!(to, "{ERROR}error{ERROR:#}: {refusal}\n")?;
        }
        let stays = kept.map_or_else(String::new, |hash| format!("; {} stays in force", short(hash)));
        let count = if count == Count::default() { "refused".to_owned() } else { count.to_string() };
        // At the first look nothing was saved yet.
        let when = if self.begun {
            format!("saved{}", self.when(took))
        } else {
            format!("told in {}", milliseconds(took))
        };
        writeln!(to, "{ERROR}✗ {count}{ERROR:#} {DIM}({when}{stays}){DIM:#}")?;
        let all = refusal.reports().iter().flat_map(|report| &report.diagnostics);
        report::more(to, &all.cloned().collect::<Vec<_>>())
    }
}

/// All there is to say of a policy.
fn say(account: &Account, to: &mut Vec<u8>) -> io::Result<()> {
    let Account { title, path, before, hash, warnings, sample, cases, .. } = account;
    let hashes = match before {
        Some(before) if before != hash => format!("{} → {}", short(before), short(hash)),
        Some(_) | None => short(hash),
    };
    writeln!(to, "{HEADING}{title}{HEADING:#}  {DIM}{path} · {hashes}{DIM:#}")?;
    match sample {
        Sample::None => writeln!(to, "{DIM}no sample data: name some in glassbox.toml, or by --data{DIM:#}")?,
        Sample::Unusable { sources, diagnostics } => {
            writeln!(to)?;
            report::human(to, diagnostics, sources)?;
        }
        Sample::Scored(scored) => say_scored(scored, path, to)?,
    }
    say_cases(cases, path, to)?;
    if *warnings > 0 {
        writeln!(to, "{WARNING}{}{WARNING:#} {DIM}(glassbox check){DIM:#}", plural(*warnings, "warning"))?;
    }
    Ok(())
}

fn say_scored(scored: &Scored, policy: &str, to: &mut Vec<u8>) -> io::Result<()> {
    let Scored { record, read, scored: with_score, set_aside, notices, impact, movers } = scored;
    let records = plural(*read, &format!("{record} record"));
    match impact {
        None => {
            for notice in notices {
                writeln!(to, "{DIM}{}: {}{DIM:#}", clean(&notice.file), clean(&notice.text))?;
            }
            write!(to, "{records}: {} scored", grouped(*with_score))?;
            let rejected =
                if *set_aside > 0 { format!(", {} rejected", grouped(*set_aside)) } else { String::new() };
            writeln!(to, "{rejected}")
        }
        Some(impact) if impact.is_none() => writeln!(to, "{records}: nothing moved"),
        Some(impact) => {
            say_moved(&records, impact, to)?;
            say_given(impact, to)?;
            say_tiers(impact, to)?;
            say_movers(movers, policy, to)
        }
    }
}

/// What the tiers gained and lost, and who went where.
fn say_tiers(impact: &Impact, to: &mut Vec<u8>) -> io::Result<()> {
    let shifted = |tier: &crate::impact::TierShift| tier.before != tier.after || tier.gained + tier.lost > 0;
    if !impact.tiers.iter().any(shifted) {
        return if impact.tiers.is_empty() {
            Ok(())
        } else {
            writeln!(to, "{DIM}no tier gained or lost{DIM:#}")
        };
    }
    let width = impact.tiers.iter().map(|tier| tier.label.chars().count()).max().unwrap_or(0);
    writeln!(to, "\n{HEADING}Tiers{HEADING:#}{DIM}{:width$}before  {:>7}{DIM:#}", "", "now")?;
    for tier in &impact.tiers {
        let (before, after) = (grouped(tier.before), grouped(tier.after));
        write!(to, "  {:width$}  {before:>7}  {after:>7}", tier.label)?;
        let by = tier.after as i64 - tier.before as i64;
        if by != 0 {
            let style = if by > 0 { GOOD } else { ERROR };
            write!(to, "  {style}{:>6}{style:#}", signed_count(by))?;
        } else if shifted(tier) {
            write!(to, "  {:>6}", "±0")?;
        }
        if tier.gained > 0 && tier.lost > 0 {
            write!(to, "  {DIM}{} in, {} out{DIM:#}", grouped(tier.gained), grouped(tier.lost))?;
        }
        writeln!(to)?;
    }
    let mut migrations: Vec<_> = impact.migrations.iter().collect();
    migrations.sort_by_key(|migration| std::cmp::Reverse(migration.count));
    let label = |at: Option<usize>| {
        at.and_then(|at| impact.tiers.get(at)).map_or("no tier", |tier| tier.label.as_str())
    };
    let ways: Vec<(String, usize)> = migrations
        .iter()
        .take(MIGRATIONS)
        .map(|it| (format!("{} → {}", label(it.from), label(it.to)), it.count))
        .collect();
    let width = ways.iter().map(|(way, _)| way.chars().count()).max().unwrap_or(0);
    for (way, count) in ways {
        writeln!(to, "    {DIM}{way:width$}  {:>5}{DIM:#}", grouped(count))?;
    }
    match migrations.len().saturating_sub(MIGRATIONS) {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {} of other kinds{DIM:#}", plural(more, "move")),
    }
}

fn say_cases(cases: &Cases, policy: &str, to: &mut Vec<u8>) -> io::Result<()> {
    let Cases { all, differ, mended } = cases;
    let again = if *mended > 0 { format!(", {} again", grouped(*mended)) } else { String::new() };
    match (all, differ.len()) {
        (0, _) => return writeln!(to, "{DIM}no cases{DIM:#}"),
        (1, 0) => return writeln!(to, "{GOOD}the one case holds{again}{GOOD:#}"),
        (_, 0) => return writeln!(to, "{GOOD}all {} cases hold{again}{GOOD:#}", grouped(*all)),
        (_, 1) => write!(to, "\n{ERROR}1 of {} cases differs{ERROR:#}", grouped(*all))?,
        (_, many) => write!(to, "\n{ERROR}{} of {} cases differ{ERROR:#}", grouped(many), grouped(*all))?,
    }
    let (now, still): (Vec<&Differs>, Vec<&Differs>) = differ.iter().partition(|case| case.held);
    match now.len() {
        0 => writeln!(to, "{again}")?,
        many if still.is_empty() => {
            writeln!(to, ", {} held before{again}", if many == 1 { "which" } else { "all of which" })?;
        }
        many => writeln!(to, ", {} of which held before{again}", grouped(many))?,
    }
    for case in now.iter().chain(&still).take(CASES) {
        let file = near(&case.file, policy);
        writeln!(to, "  {ERROR}✗{ERROR:#} {}  {DIM}{file}:{}{DIM:#}", case.title, case.line)?;
        for difference in &case.differences {
            let (what, expected, found) = (&difference.what, &difference.expected, &difference.found);
            writeln!(to, "      {what}: expected {GOOD}{expected}{GOOD:#}, found {ERROR}{found}{ERROR:#}")?;
        }
    }
    match differ.len().saturating_sub(CASES) {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {} more: glassbox test says all{DIM:#}", grouped(more)),
    }
}

fn ran(command: &Command, to: &mut dyn Write) -> io::Result<()> {
    let Command { line, ended, took } = command;
    let took = milliseconds(*took);
    match ended {
        Ok(status) if status.success() => {
            writeln!(to, "\n{GOOD}✓{GOOD:#} {DIM}{line}: ended well in {took}{DIM:#}")
        }
        Ok(status) => match status.code() {
            Some(code) => writeln!(to, "\n{ERROR}✗{ERROR:#} {line}: ended with {code} {DIM}in {took}{DIM:#}"),
            None => {
                let signal =
                    command.signal().map_or_else(|| "a signal".to_owned(), |it| format!("signal {it}"));
                writeln!(to, "\n{ERROR}✗{ERROR:#} {line}: was ended by {signal} {DIM}after {took}{DIM:#}")
            }
        },
        Err(error) => writeln!(to, "\n{ERROR}✗{ERROR:#} {line}: cannot be run: {error}"),
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(HASH).collect()
}

fn milliseconds(took: Duration) -> String {
    format!("{} ms", grouped(took.as_millis()))
}

fn signed_count(count: i64) -> String {
    let digits = grouped(count.unsigned_abs());
    if count < 0 { format!("-{digits}") } else { format!("+{digits}") }
}
