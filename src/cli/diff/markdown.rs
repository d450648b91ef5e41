//! What there is to tell, as Markdown that fits a comment on a pull request.
//!
//! A comment holds so many characters. The report is made of blocks that are whole by themselves. What each policy comes to is
//! told of all of them; of the details, those that do not fit any more are left out from the end, and it is said how many.

use super::super::histogram::{Band, bar};
use super::account::{Account, Compared, Impacted, Report, Scored, What};
use super::everybody::Everybody;
use super::words::{Grid, grids, moves, phrase, records, standings, subject, verdict, when};
use crate::diagnostic::{grouped, plural};
use crate::diff::{Became, Meaning, Timed};
use std::io::{self, Write};

/// The most characters of a comment, with some left for what is said of the cut.
const MOST: usize = 65_536 - 400;
/// So many lines of one change are told.
const LINES: usize = 40;
/// So many changes stand together in a block.
const CHANGES: usize = 20;
/// The longest that one text of a user is shown.
const LONGEST: usize = 600;

/// Writes the report.
pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let first = format!("_{} → {}_\n", code(&report.old), code(&report.new));
    let mut blocks = vec![Block::Head(first)];
    for account in &report.policies {
        let (head, details) = of_policy(account);
        blocks.push(Block::Head(head));
        blocks.extend(details.into_iter().map(Block::Detail));
    }
    if report.unchanged > 0 {
        let many = grouped(report.unchanged);
        blocks.push(Block::Head(if report.unchanged == 1 {
            "1 other policy is the same in both.\n".to_owned()
        } else {
            format!("{many} other policies are the same in both.\n")
        }));
    }
    // What policies come to goes before all details, also of those that stand further up.
    let mut left: usize = blocks.iter().filter(|block| block.is_head()).map(Block::length).sum();
    let (mut length, mut left_out) = (0, 0);
    let (mut heads_end, mut details_end) = (false, false);
    let mut text = String::new();
    for block in &blocks {
        let is_head = block.is_head();
        left -= if is_head { block.length() } else { 0 };
        // Nothing is told behind a gap.
        let fits = if is_head {
            !heads_end && length + block.length() <= MOST
        } else {
            !details_end && length + block.length() + left <= MOST
        };
        if fits {
            length += block.length();
            text += block.text();
            text.push('\n');
        } else {
            left_out += 1;
            heads_end |= is_head;
            details_end = true;
        }
    }
    if left_out > 0 {
        text += &format!(
            "_This is cut: a comment holds 65,536 characters, and {} did not fit. `glassbox diff` tells all._\n",
            plural(left_out, "section")
        );
    }
    writeln!(to, "{}", text.trim_end())
}

/// A part of the report that is whole by itself.
enum Block {
    /// What a policy comes to, with its heading.
    Head(String),
    /// More about the policy above.
    Detail(String),
}

impl Block {
    fn text(&self) -> &str {
        match self {
            Self::Head(text) | Self::Detail(text) => text,
        }
    }

    fn is_head(&self) -> bool {
        matches!(self, Self::Head(_))
    }

    /// With the line that ends it.
    fn length(&self) -> usize {
        self.text().chars().count() + 1
    }
}

/// What a policy comes to, and the details.
fn of_policy(account: &Account) -> (String, Vec<String>) {
    let path = account.new_path.as_ref().or(account.old_path.as_ref()).map(|path| code(path));
    let path = path.unwrap_or_default();
    let was = account.old_path.as_ref().filter(|_| account.has_moved);
    let was = was.map_or_else(String::new, |was| format!(" (moved from {})", code(was)));
    let head = |verdict: &str| format!("### {}\n\n{path}{was}: {verdict}\n", plain(&account.title));
    let compared = match &account.what {
        What::Added => return (head("**a new policy**"), Vec::new()),
        What::Removed => return (head("**this policy is no more**"), Vec::new()),
        What::NotCompared(why) => return (head(&format!("**not compared**: {why}")), Vec::new()),
        What::Compared(compared) => compared,
    };
    let mut first = head(&format!("**{}**", verdict(&compared.comparison)));
    if let Impacted::Scored(scored) = &compared.impact {
        first += &format!("\n{}\n", moved(scored));
    }
    let mut blocks = of_meaning(compared);
    // What is proved for everybody stands between what was changed and what that does to records.
    blocks.extend(compared.everybody.iter().flat_map(Everybody::markdown));
    blocks.extend(of_impact(&compared.impact));
    (first, blocks)
}

fn of_meaning(compared: &Compared) -> Vec<String> {
    let comparison = &compared.comparison;
    let mut blocks = Vec::new();
    let many = comparison.changes.len();
    // Few are seen at once; many are opened by whoever wants to.
    let open = if many <= CHANGES && comparison.meaning == Meaning::Changed { " open" } else { "" };
    for (at, part) in comparison.changes.chunks(CHANGES).enumerate() {
        let (first, last) = (at * CHANGES + 1, at * CHANGES + part.len());
        let which = if many > CHANGES { format!(" ({first} to {last} of {many})") } else { String::new() };
        let list: String = part.iter().map(|timed| of_change(compared, timed)).collect();
        blocks.push(format!("<details{open}><summary>What changed{which}</summary>\n\n{list}\n</details>\n"));
    }
    if !comparison.cases.is_empty() {
        let list = comparison
            .cases
            .iter()
            .take(LINES)
            .map(|case| format!("- {} {}\n", case.became.word(), code(&case.title)));
        let list: String = list.collect();
        let many = plural(comparison.cases.len(), "case");
        blocks.push(format!("<details><summary>{many} changed</summary>\n\n{list}\n</details>\n"));
    }
    blocks
}

fn of_change(compared: &Compared, timed: &Timed) -> String {
    let change = &timed.change;
    let (part, name, title) = subject(change);
    let word = match &change.became {
        Became::Changed => String::new(),
        Became::Added | Became::Removed | Became::Renamed { .. } => format!("**{}** ", change.became.word()),
    };
    let name = if name.is_empty() { String::new() } else { format!(" {}", code(&name)) };
    let title = if title.is_empty() { String::new() } else { format!(" {}", plain(&title)) };
    let when = when(timed);
    let when = if when.is_empty() { String::new() } else { format!(", _{when}_") };
    let place = compared.locate(change.old_place, change.new_place);
    let place =
        place.map_or_else(String::new, |(file, line)| format!(" · {}", code(&format!("{file}:{line}"))));
    let mut text = format!("- {word}{part}{name}{title}{when}{place}\n");
    for detail in change.details.iter().take(LINES) {
        let words = phrase(change, detail);
        let said = match (&words.old, &words.new) {
            (Some(old), Some(new)) => format!("{} → **{}**", code(old), code(new)),
            (Some(one), None) => format!("~~{}~~", code(one)),
            (None, Some(one)) if words.sign == '+' => format!("**{}**", code(one)),
            (None, Some(one)) => code(one),
            (None, None) => String::new(),
        };
        text += &format!("  - {}: {said}\n", plain(&words.label));
    }
    match change.details.len().saturating_sub(LINES) {
        0 => text,
        more => text + &format!("  - _and {} more_\n", grouped(more)),
    }
}

/// What the records came to, in a sentence or two.
fn moved(scored: &Scored) -> String {
    let impact = &scored.impact;
    let records = plain(&records(scored));
    if impact.is_none() {
        return format!("Nothing moved: {records}.");
    }
    let way = |count: usize, way: &str, most: &crate::decimal::Decimal| {
        (count > 0).then(|| format!("{} {way} by at most {most}", grouped(count)))
    };
    let ways: Vec<String> =
        [way(impact.up, "up", &impact.most_up), way(impact.down, "down", &impact.most_down)]
            .into_iter()
            .flatten()
            .collect();
    let ways = if ways.is_empty() { String::new() } else { format!(" ({})", ways.join(", ")) };
    let share = share(impact.moved(), impact.compared);
    let mut text =
        format!("**{} of {} scores moved**{share}{ways}", grouped(impact.moved()), grouped(impact.compared));
    let between = impact.migrations.iter().filter(|it| it.from.is_some() && it.to.is_some());
    let tiers: usize = between.map(|it| it.count).sum();
    if !impact.tiers.is_empty() {
        text += &format!(", {} came into another tier", grouped(tiers));
    }
    text + &format!(": {records}.")
}

fn share(part: usize, whole: usize) -> String {
    match (part * 1000 + whole / 2).checked_div(whole) {
        Some(thousandths) if part > 0 => format!(", {}.{} %", thousandths / 10, thousandths % 10),
        Some(_) | None => String::new(),
    }
}

fn of_impact(impacted: &Impacted) -> Vec<String> {
    let scored = match impacted {
        Impacted::NotAsked => return Vec::new(),
        Impacted::NoData => return vec!["No data to score.\n".to_owned()],
        Impacted::Unreadable { is_new, diagnostics } => {
            let version = if *is_new { "new" } else { "old" };
            let why: String = diagnostics.iter().map(|it| format!("- {}\n", plain(&it.message))).collect();
            return vec![format!("No impact: the {version} version cannot read the data.\n\n{why}")];
        }
        Impacted::Scored(scored) => scored,
    };
    let mut blocks = Vec::new();
    let Scored { old, new, impact, notes, .. } = &**scored;
    let mut said: Vec<String> = notes.iter().map(|note| plain(note)).collect();
    if old.set_aside + new.set_aside > 0 {
        let (was, is) = (grouped(old.set_aside), grouped(new.set_aside));
        said.push(format!("rejected: {was} by the old version, {is} by the new one"));
    }
    said.extend(standings(impact));
    if !said.is_empty() {
        blocks.push(said.iter().map(|line| format!("- {line}\n")).collect());
    }
    blocks.extend(histogram(scored));
    blocks.extend(grids(scored).iter().map(table));
    blocks.extend(movers(scored));
    blocks
}

fn histogram(scored: &Scored) -> Option<String> {
    let moves = moves(scored);
    if moves.len() < 2 {
        return None;
    }
    let width = moves.iter().map(|band| band.label.chars().count()).max().unwrap_or(0);
    let most = moves.iter().map(|band| band.count).max().unwrap_or(0);
    let line =
        |band: &Band| format!("{:>width$}  {} {}\n", band.label, bar(band.count, most), grouped(band.count));
    let lines: String = moves.iter().map(line).collect();
    Some(format!(
        "<details><summary>By how much scores moved</summary>\n\n```text\n{lines}```\n\n</details>\n"
    ))
}

fn table(grid: &Grid) -> String {
    let Grid { title, headings, rows, more } = grid;
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = |column: usize| if grid.has_numbers(column) { " ---: |" } else { " --- |" };
    let rule: String = (0..headings.len()).map(rule).collect();
    let body: String = rows.iter().map(|row| line(row)).collect();
    let more = if *more > 0 { format!("\n_and {} more_\n", grouped(*more)) } else { String::new() };
    let title = plain(title);
    format!("<details><summary>{title}</summary>\n\n{}|{rule}\n{body}{more}\n</details>\n", line(headings))
}

fn movers(scored: &Scored) -> Option<String> {
    if scored.movers.is_empty() {
        return None;
    }
    let mut text = "<details><summary>Moved most</summary>\n\n| record | before | now | by | through |\n| --- | ---: | ---: | ---: | --- |\n".to_owned();
    for mover in &scored.movers {
        let by = mover.after.checked_sub(mover.before).unwrap_or_default();
        let through = mover.cause.as_ref().map_or_else(String::new, |cause| {
            let place = cause.file.as_ref().zip(cause.line);
            let place = place.map_or_else(String::new, |(file, line)| {
                format!(" {}", code_in_table(&format!("{file}:{line}")))
            });
            let points = |points: Option<crate::decimal::Decimal>| {
                points.map_or_else(|| "nothing".to_owned(), |points| format!("{points:+}"))
            };
            let (was, is) = (points(cause.before), points(cause.after));
            let others = match mover.others {
                0 => String::new(),
                others => format!(", and {}", plural(others, "other line")),
            };
            format!("{}: {was} → {is}{place}{others}", plain(&cause.title))
        });
        let (before, after) = (mover.before, mover.after);
        text += &format!("| {} | {before} | {after} | {by:+} | {through} |\n", code_in_table(&mover.key));
    }
    Some(text + "\n</details>\n")
}

/// A text of a user as running text: nothing in it is markup, and nobody is called by it.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in shortened(text).chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            // Nobody is called, no issue is referred to, and no address becomes a link.
            '@' | '#' => plain.extend([c, '\u{200b}']),
            '/' if plain.ends_with(':') => plain.push_str("\u{200b}/"),
            '.' if is_www(&plain) => plain.push_str("\u{200b}."),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                plain.push('\\');
                plain.push(c);
            }
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// Whether a text ends as the name of a web server begins.
fn is_www(text: &str) -> bool {
    let mut ends = text.chars().rev();
    ends.by_ref().take(3).filter(|c| c.eq_ignore_ascii_case(&'w')).count() == 3
}

/// A text of a user as code in a table, where a bar would end the cell.
fn code_in_table(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A text of a user as code.
fn code(text: &str) -> String {
    let text: String = shortened(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_write_is_no_markup() {
        assert_eq!(plain("a|b <b> @all *x*"), "a\\|b &lt;b&gt; @\u{200b}all \\*x\\*");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(
            plain("see #12, http://a.example and www.b.example"),
            "see #\u{200b}12, http:\u{200b}//a.example and www\u{200b}.b.example"
        );
        assert_eq!(code("own | any"), "`own | any`");
        assert_eq!(code_in_table("own | any"), "`own \\| any`");
        assert_eq!(code("a\nb"), "`a b`");
    }

    fn written(policies: Vec<Account>) -> String {
        let report = Report { old: "a".to_owned(), new: "b".to_owned(), policies, unchanged: 0 };
        let mut text = Vec::new();
        write(&report, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_each_policy_comes_to_goes_before_all_details() {
        let detail = |n: usize| {
            let (label, new) = (format!("row {n}"), Some("some points ".repeat(40)));
            let how = crate::diff::How::Changed;
            crate::diff::Detail { label, how, old: None, new, words: false, old_place: None, new_place: None }
        };
        let change = |n: usize| crate::diff::Change {
            part: crate::diff::Part::Rule,
            name: format!("r{n}"),
            title: String::new(),
            became: Became::Changed,
            details: (0..LINES).map(detail).collect(),
            old_place: None,
            new_place: None,
        };
        let policy = |name: &str, many: usize| {
            let changes = (0..many).map(|n| Timed { change: change(n), holds: Vec::new() }).collect();
            let comparison =
                crate::diff::Comparison { meaning: Meaning::Changed, changes, cases: Vec::new() };
            let sources = crate::source::Sources::new;
            let compared = Compared {
                comparison,
                everybody: None,
                impact: Impacted::NotAsked,
                old_sources: sources(),
                new_sources: sources(),
            };
            Account {
                name: name.to_owned(),
                title: name.to_owned(),
                old_path: None,
                new_path: None,
                old_hash: None,
                new_hash: None,
                has_moved: false,
                what: What::Compared(Box::new(compared)),
            }
        };
        let text = written(vec![policy("a", 60), policy("b", 3), policy("c", 1)]);
        assert!(text.chars().count() <= 65_536);
        for head in [
            "### a\n\n: **60 parts changed**",
            "### b\n\n: **3 parts changed**",
            "### c\n\n: **1 part changed**",
        ] {
            assert!(text.contains(head), "{head}\n{text}");
        }
        assert!(text.contains("did not fit"));
    }

    #[test]
    fn a_report_fits_a_comment() {
        let policy = |n: usize| Account {
            name: format!("p{n}"),
            title: "A long title of a policy that says much ".repeat(20),
            old_path: None,
            new_path: Some(format!("rules/p{n}.score")),
            old_hash: None,
            new_hash: None,
            has_moved: false,
            what: What::Added,
        };
        let policies = (0..200).map(policy).collect();
        let text = written(policies);
        let length = text.chars().count();
        assert!((60_000..=65_536).contains(&length), "{length}");
        assert!(text.trim_end().ends_with("`glassbox diff` tells all._"), "{text}");
    }
}
