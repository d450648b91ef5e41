//! The file of a snapshot: a line that says what it is of, then CSV, a record a line in the order of keys.

use super::{Head, Key, Row, Snapshot};
use crate::data::Sheet;
use crate::decimal::Decimal;

/// The columns of the first form before those of items.
const SCORES: [&str; 5] = ["key", "status", "score", "tier", "reasons"];
/// The columns that stand behind them since the second form; then comes a column for each decision.
const HELD: [&str; 2] = ["benefits", "penalties"];
/// What the name of a decision's column begins with. No item has such a name.
const DECISION: &str = "decision ";
/// What the first line begins with; the number of the form comes next.
const MARK: &str = "# glassbox snapshot ";

/// Why a file is no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
    /// Whether it may be a snapshot of a later form.
    pub later: bool,
}

impl Snapshot {
    /// The snapshot as the text of its file.
    pub fn text(&self) -> String {
        let Head { policy, hash, as_of, records } = &self.head;
        let mut text = format!(
            "{MARK}2: policy={policy} as_of={as_of} records={records} kept={} hash={hash}\n",
            self.rows.len()
        );
        let decisions: Vec<String> = self.decisions.iter().map(|name| format!("{DECISION}{name}")).collect();
        let names = SCORES.into_iter().chain(HELD).chain(decisions.iter().map(String::as_str));
        text.push_str(&line(names.chain(self.items.iter().map(String::as_str))));
        for (key, row) in &self.rows {
            let number =
                |number: &Option<Decimal>| number.map_or_else(String::new, |number| number.to_string());
            let score = number(&row.score);
            let points: Vec<String> = row.points.iter().map(number).collect();
            let cells =
                [key.0.as_str(), &row.status, &score, &row.tier, &row.reasons, &row.benefits, &row.penalties];
            let cells = cells.into_iter().chain(row.answers.iter().map(String::as_str));
            text.push_str(&line(cells.chain(points.iter().map(String::as_str))));
        }
        text
    }

    /// Reads the text of a file, of the first form too. Its explanations stand elsewhere.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let wrong = |line: usize, reason: &str| Malformed { line, reason: reason.to_owned(), later: false };
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let said = first.trim_end().strip_prefix(MARK).and_then(|said| said.split_once(": "));
        let (form, head) = said.and_then(|(form, said)| Some((form, head(said)?))).ok_or_else(|| {
            wrong(1, "a snapshot begins with a line `# glassbox snapshot 2: policy=… as_of=… records=… kept=… hash=…`")
        })?;
        let scores_only = match form {
            "1" => true,
            "2" => false,
            other => {
                let reason = format!("it is of form `{other}`, and this version of glassbox knows 1 and 2");
                return Err(Malformed { line: 1, reason, later: true });
            }
        };
        let sheet = Sheet::read(rest).ok_or_else(|| wrong(2, "its line of column names is not there"))?;
        let columns: Vec<&str> =
            SCORES.into_iter().chain(HELD.into_iter().filter(|_| !scores_only)).collect();
        let mut names = sheet.names.iter().map(|name| name.text.as_str()).peekable();
        if !columns.iter().all(|column| names.next() == Some(column)) {
            return Err(wrong(2, &format!("its columns begin with {}", columns.join(","))));
        }
        let decision = |name: &str| name.strip_prefix(DECISION).filter(|_| !scores_only).map(str::to_owned);
        let mut decisions = Vec::new();
        while let Some(name) = names.peek().and_then(|name| decision(name)) {
            decisions.push(name);
            names.next();
        }
        let items: Vec<String> = names.map(str::to_owned).collect();
        let mut snapshot = Self { head, decisions, items, scores_only, ..Self::default() };
        for record in &sheet.rows {
            let line = 2 + rest.get(..record.bytes.start).map_or(0, |before| before.matches('\n').count());
            let mut cells = record.cells.iter().map(|cell| cell.text.as_str());
            if record.cells.len() != sheet.names.len() {
                let (cells, names) = (record.cells.len(), sheet.names.len());
                return Err(wrong(line, &format!("{cells} cells, where the line of names has {names}")));
            }
            let mut next = || cells.next().unwrap_or_default().to_owned();
            let (key, status, score, tier, reasons) = (next(), next(), next(), next(), next());
            let number = |text: &str| match text {
                "" => Ok(None),
                text => Decimal::parse(text)
                    .map(Some)
                    .map_err(|error| wrong(line, &format!("`{text}` is no number: {error}"))),
            };
            let score = number(&score)?;
            let (benefits, penalties) = if scores_only { Default::default() } else { (next(), next()) };
            let answers = snapshot.decisions.iter().map(|_| next()).collect();
            let points = cells.map(number).collect::<Result<Vec<_>, _>>()?;
            let row = Row { status, score, tier, reasons, benefits, penalties, answers, points };
            if snapshot.rows.insert(Key(key.clone()), row).is_some() {
                return Err(wrong(line, &format!("the key `{key}` is there twice")));
            }
        }
        Ok(snapshot)
    }
}

fn head(said: &str) -> Option<Head> {
    let value = |name: &str| said.split(' ').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    Some(Head {
        policy: value("policy")?.to_owned(),
        hash: value("hash")?.to_owned(),
        as_of: value("as_of")?.to_owned(),
        records: value("records")?.parse().ok()?,
    })
}

fn line<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let quoted = cells.map(|cell| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}
