//! What a change did, for people: a page that is drawn anew on a terminal, lines one below the other elsewhere.

use super::super::clock;
use super::super::report::{self, Count, DIM, ERROR, GOOD, HEADING, WARNING, grouped, plural};
use super::account::{Account, Cases, Command, Differs, Mover, Sample, Scored};
use super::{Files, News};
use crate::decimal::Decimal;
use crate::engine::Refusal;
use crate::explain;
use crate::impact::{Cause, Impact};
use anstyle::Style;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How much of a hash is shown.
const HASH: usize = 12;
/// How many moves from tier to tier are listed.
const MIGRATIONS: usize = 6;
/// How many cases that differ are listed, those first that held before.
const CASES: usize = 5;
/// How wide a line that is wrapped may be, behind its indent.
const WIDTH: usize = 84;
/// Points are shown in steps of so much; an explanation has all their digits.
const SHOWN: Decimal = match Decimal::from_units(10_000_000) {
    Some(step) => step,
    None => Decimal::ONE,
};
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
        let when = self.when(took);
        writeln!(to, "{ERROR}✗ {count}{ERROR:#} {DIM}(saved{when}{stays}){DIM:#}")?;
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
    let records = format!("{} {record}", grouped(*read));
    match impact {
        None => {
            for notice in notices {
                writeln!(to, "{DIM}{}: {}{DIM:#}", clean(&notice.file), clean(&notice.text))?;
            }
            write!(to, "{records} records: {} scored", grouped(*with_score))?;
            let rejected =
                if *set_aside > 0 { format!(", {} rejected", grouped(*set_aside)) } else { String::new() };
            writeln!(to, "{rejected}")
        }
        Some(impact) if impact.is_none() => writeln!(to, "{records} records: nothing moved"),
        Some(impact) => {
            say_moved(&records, impact, to)?;
            say_tiers(impact, to)?;
            say_movers(movers, policy, to)
        }
    }
}

/// How many scores moved, and how far.
fn say_moved(records: &str, impact: &Impact, to: &mut Vec<u8>) -> io::Result<()> {
    let ways = [(impact.up, "up", impact.most_up, GOOD), (impact.down, "down", impact.most_down, ERROR)];
    let by = |count: usize, most: &Decimal| format!("by {}{most}", if count == 1 { "" } else { "at most " });
    write!(to, "{records} records: ")?;
    let scores = plural(impact.moved(), "score");
    match ways.iter().filter(|(count, ..)| *count > 0).collect::<Vec<_>>().as_slice() {
        [] => writeln!(to, "no score moved")?,
        [(count, way, most, style)] => {
            writeln!(to, "{HEADING}{scores}{HEADING:#} moved {style}{way}{style:#} {}", by(*count, most))?;
        }
        many => {
            let shown = many.iter().map(|(count, way, most, style)| {
                format!("{style}{} {way}{style:#} {}", grouped(*count), by(*count, most))
            });
            let shown = shown.collect::<Vec<_>>().join(", ");
            writeln!(to, "{HEADING}{scores}{HEADING:#} moved: {shown}")?;
        }
    }
    let others = [
        (impact.newly_scored, "have a score and had none"),
        (impact.no_longer_scored, "have no score and had one"),
        (impact.added, "are new in the data"),
        (impact.removed, "are no longer in the data"),
    ];
    for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
        writeln!(to, "  {} {what}", grouped(count))?;
    }
    Ok(())
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

/// Those that moved most, each with the line that moved it.
fn say_movers(movers: &[Mover], policy: &str, to: &mut Vec<u8>) -> io::Result<()> {
    if movers.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{HEADING}Moved most{HEADING:#}")?;
    let rows: Vec<[String; 3]> = movers
        .iter()
        .map(|mover| {
            let by = mover.after.checked_sub(mover.before).unwrap_or_default();
            [clean(&mover.key), format!("{} → {}", mover.before, mover.after), signed(by)]
        })
        .collect();
    let [key, scores, by] = [0, 1, 2].map(|column| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    for (mover, [a, b, c]) in movers.iter().zip(&rows) {
        let style = if mover.after > mover.before { GOOD } else { ERROR };
        write!(to, "  {a:key$}  {b:scores$}  {style}{c:>by$}{style:#}")?;
        match &mover.cause {
            Some(cause) => say_cause(cause, mover.others, policy, to)?,
            None => writeln!(to)?,
        }
    }
    Ok(())
}

/// The line that moved a score: what it gives, where it stands, and what it saw.
fn say_cause(cause: &Cause, others: usize, policy: &str, to: &mut Vec<u8>) -> io::Result<()> {
    let points = |points: Decimal| {
        let points = points.round_to(SHOWN).unwrap_or(points);
        if cause.kind == "start" { points.to_string() } else { signed(points) }
    };
    let gives = match (cause.before, cause.after) {
        (Some(before), Some(after)) => format!("{} instead of {}", points(after), points(before)),
        (None, Some(after)) => format!("{}, new", points(after)),
        (Some(before), None) => format!("gave {}, and is no more", points(before)),
        (None, None) => String::new(),
    };
    write!(to, "  {}: {gives}", clean(&cause.title))?;
    if let (Some(file), Some(line)) = (&cause.file, cause.line) {
        write!(to, "  {DIM}{}:{line}{DIM:#}", near(file, policy))?;
    }
    match others {
        0 => writeln!(to)?,
        others => writeln!(to, "{DIM}, and {}{DIM:#}", plural(others, "other line"))?,
    }
    let before = cause.said.as_ref().map(|said| format!("before: {said}"));
    let says = Some(&cause.says).filter(|says| !says.is_empty());
    for text in says.into_iter().chain(&before) {
        for (at, line) in explain::wrap(&text.split('\n').map(clean).collect::<Vec<_>>().join("\n"), WIDTH)
            .into_iter()
            .enumerate()
        {
            writeln!(to, "{:indent$}{DIM}{line}{DIM:#}", "", indent = if at == 0 { 6 } else { 8 })?;
        }
    }
    Ok(())
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
                writeln!(to, "\n{ERROR}✗{ERROR:#} {line}: was ended by a signal {DIM}after {took}{DIM:#}")
            }
        },
        Err(error) => writeln!(to, "\n{ERROR}✗{ERROR:#} {line}: cannot be run: {error}"),
    }
}

/// A file as it is reached from the folder of the policy, where it is in it.
fn near<'f>(file: &'f str, policy: &str) -> &'f str {
    let folder = Path::new(policy).parent().filter(|folder| !folder.as_os_str().is_empty());
    let inside = folder.and_then(|folder| Path::new(file).strip_prefix(folder).ok());
    inside.and_then(Path::to_str).unwrap_or(file)
}

fn short(hash: &str) -> String {
    hash.chars().take(HASH).collect()
}

fn milliseconds(took: Duration) -> String {
    format!("{} ms", grouped(took.as_millis()))
}

/// A number with its sign.
fn signed(number: Decimal) -> String {
    if number.is_zero() { number.to_string() } else { format!("{number:+}") }
}

fn signed_count(count: i64) -> String {
    let digits = grouped(count.unsigned_abs());
    if count < 0 { format!("-{digits}") } else { format!("+{digits}") }
}

/// Control characters of users never reach a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
