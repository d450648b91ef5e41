//! Which line of a policy moved a score: the lines of two explanations of the same record, one beside the other.

use crate::decimal::Decimal;
use crate::explain::{Adjustment, Contribution, Explanation};
use std::cmp::Reverse;

/// A line that gives other points than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The characteristic, rule, group, influence or override; or `start`, `range`, `rounding`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// `characteristic`, `rule`, `cap`, `weight`, `limit`, `influence`, `range`, `override`, `rounding` or `start`.
    pub kind: &'static str,
    /// The points that it gave; absent where there was no such line.
    pub before: Option<Decimal>,
    /// The points that it gives; absent where there is no such line any more.
    pub after: Option<Decimal>,
    /// The file of the line: as it is now, or as it was where it is no more.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// What it says and saw: a row named by its cells, a condition, a limit.
    pub says: String,
    /// What it said before, where that was something else.
    pub said: Option<String>,
}

impl Cause {
    /// By how much it moved the score.
    pub fn by(&self) -> Decimal {
        self.after.unwrap_or_default().checked_sub(self.before.unwrap_or_default()).unwrap_or_default()
    }
}

/// A line with points of an explanation.
struct Line<'e> {
    name: &'e str,
    title: &'e str,
    kind: &'static str,
    points: Decimal,
    file: Option<&'e String>,
    line: Option<usize>,
    says: &'e str,
}

/// The lines that give other points than before, the one that moved the score most first; those that moved it as far as each
/// other in the order of the explanation. As lines sum to the score, what they moved sums to what the score moved.
pub fn causes(old: &Explanation, new: &Explanation) -> Vec<Cause> {
    let (was, is) = (lines(old), lines(new));
    let same = |one: &Line<'_>, other: &Line<'_>| one.name == other.name && one.kind == other.kind;
    let mut causes: Vec<Cause> = Vec::new();
    for line in &is {
        let before = was.iter().find(|known| same(known, line));
        if before.map_or(Decimal::ZERO, |before| before.points) == line.points {
            continue;
        }
        let said = before.map(|before| before.says).filter(|said| *said != line.says);
        causes.push(Cause {
            before: before.map(|before| before.points),
            after: Some(line.points),
            said: said.map(str::to_owned),
            ..line.cause()
        });
    }
    for line in was.iter().filter(|line| !line.points.is_zero()) {
        if !is.iter().any(|known| same(known, line)) {
            causes.push(Cause { before: Some(line.points), ..line.cause() });
        }
    }
    causes.sort_by_key(|cause| Reverse(cause.by().abs()));
    causes
}

impl<'e> Line<'e> {
    fn of_contribution(line: &'e Contribution) -> Self {
        let Contribution { name, title, kind, points, file, line, matched, .. } = line;
        Self { name, title, kind, points: points.0, file: file.as_ref(), line: *line, says: matched }
    }

    fn of_adjustment(line: &'e Adjustment) -> Self {
        let Adjustment { name, title, kind, points, file, line, text, .. } = line;
        Self { name, title, kind, points: points.0, file: file.as_ref(), line: *line, says: text }
    }

    fn cause(&self) -> Cause {
        Cause {
            name: self.name.to_owned(),
            title: self.title.to_owned(),
            kind: self.kind,
            before: None,
            after: None,
            file: self.file.cloned(),
            line: self.line,
            says: self.says.to_owned(),
            said: None,
        }
    }
}

fn lines(explanation: &Explanation) -> Vec<Line<'_>> {
    let start = Line {
        name: "start",
        title: "Start",
        kind: "start",
        points: explanation.start.0,
        file: None,
        line: None,
        says: "",
    };
    let mut lines = vec![start];
    lines.extend(explanation.contributions.iter().map(Line::of_contribution));
    lines.extend(explanation.adjustments.iter().map(Line::of_adjustment));
    lines
}
