//! Why no case reached a goal, in words.

use super::goal::{Goal, Looked, Target, matches, table_of};
use super::trial::Trial;
use super::words::Words;
use crate::data::Value;
use crate::eval::BodySeen;
use crate::policy::{Expr, ItemBody, Policy, Row, Table};
use crate::source::Sources;

/// Why a goal was not reached by the trials of the policies that have it.
pub(super) fn why(goal: &Goal, policy: &Policy, trials: &[&Trial<'_>], sources: &Sources) -> String {
    if trials.is_empty() {
        return "it is in force on no case's day".to_owned();
    }
    let taking: Vec<&Trial<'_>> = trials.iter().copied().filter(|trial| trial.takes_part()).collect();
    if taking.is_empty() {
        return format!(
            "no case reached it: the participation condition was never true ({})",
            cases(trials.len())
        );
    }
    let why = Why { policy, trials: &taking, sources };
    match &goal.target {
        Target::Row(looked, row) => why.row(*looked, *row),
        Target::Applies(id) => match &policy.item(*id).body {
            ItemBody::Events(events) => {
                let name = Words { policy, over: None }.over_name(events.over);
                let seen = taking.iter().filter(|trial| {
                    !trial.event_values(events.over, &Expr::Constant(Value::YesNo(true))).is_empty()
                });
                match (seen.count(), events.filter.is_some()) {
                    (0, _) => format!("no case has a `{name}`"),
                    (some, true) => {
                        format!("no `{name}` passed its `where` in the {} that have any", cases(some))
                    }
                    (_, false) => format!("no `{name}` is known on the case's day"),
                }
            }
            ItemBody::Formula(_) | ItemBody::Table { .. } | ItemBody::Group(_) => {
                why.condition(|trial| match trial.recording.item(*id).map(|item| &item.body) {
                    Some(BodySeen::Formula(when, _)) => when.clone(),
                    Some(BodySeen::Row(..) | BodySeen::Events(..) | BodySeen::Group) | None => None,
                })
            }
        },
        Target::Cap(id, cap) => {
            let title = &policy.item(*id).title;
            format!("no case has events of `{title}` that come to more than {} in its period", cap.most)
        }
        Target::Influence(at) => {
            let name = policy.influences.get(*at).map_or("", |influence| &influence.name);
            format!("no case is linked by `{name}` to a record with a score")
        }
        Target::Override(at) => {
            why.condition(|trial| trial.recording.overrides.get(*at).map(|seen| seen.when.clone()))
        }
        Target::Tier(_) => why.tier(),
        Target::Consequence(at) => {
            why.condition(|trial| trial.recording.consequences.get(*at).map(|(when, _)| when.clone()))
        }
        Target::Branch { over: Some(over), .. } => {
            let name = Words { policy, over: None }.over_name(*over);
            let events =
                |trial: &&Trial<'_>| trial.event_values(*over, &Expr::Constant(Value::YesNo(true))).len();
            match taking.iter().map(events).sum::<usize>() {
                0 => format!("no case has a `{name}`"),
                1 => format!("the one `{name}` of the cases is not so"),
                many => format!("none of the {many} `{name}` of the cases is so"),
            }
        }
        Target::Branch { of, over: None, .. } => why.condition(|trial| trial.value(of)),
    }
}

struct Why<'a> {
    policy: &'a Policy,
    trials: &'a [&'a Trial<'a>],
    sources: &'a Sources,
}

impl Why<'_> {
    /// What a condition was instead.
    fn condition(&self, value: impl Fn(&Trial<'_>) -> Option<Value>) -> String {
        let values: Vec<Value> = self.trials.iter().filter_map(|trial| value(trial)).collect();
        let count = |wanted: Option<bool>| values.iter().filter(|value| value.as_truth() == wanted).count();
        let parts = [("yes", count(Some(true))), ("no", count(Some(false))), ("missing", count(None))];
        let parts: Vec<(&str, usize)> = parts.into_iter().filter(|(_, count)| *count > 0).collect();
        match parts.as_slice() {
            [] => "no case with a score reached it".to_owned(),
            [(word, count)] => format!("it was {word} in {}", all_cases(*count)),
            parts => {
                let told: Vec<String> =
                    parts.iter().map(|(word, count)| format!("{word} in {}", cases(*count))).collect();
                format!("it was {}", told.join(" and "))
            }
        }
    }

    fn tier(&self) -> String {
        let scores = self.trials.iter().filter_map(|trial| trial.outcome.score);
        match (scores.clone().min(), scores.max()) {
            (Some(least), Some(most)) if least == most => format!("the only score of the cases is {least}"),
            (Some(least), Some(most)) => format!("the scores of the cases go from {least} to {most}"),
            _ => "no case has a score".to_owned(),
        }
    }

    fn row(&self, looked: Looked, at: usize) -> String {
        let Some((table, row)) =
            table_of(self.policy, looked).and_then(|table| Some((table, table.rows.get(at)?)))
        else {
            return String::new();
        };
        let seen: Vec<&[Value]> = self
            .trials
            .iter()
            .flat_map(|trial| matches(trial, looked))
            .map(|seen| seen.seen.as_slice())
            .collect();
        if seen.is_empty() {
            return match looked {
                Looked::Decision(_) => "no case with a score reached this table".to_owned(),
                Looked::Item(_) | Looked::Definition(_) => {
                    "no case reached this table: it looks at events, and none was counted".to_owned()
                }
            };
        }
        let fits =
            |row: &Row, values: &[Value]| row.cells.iter().zip(values).all(|(cell, value)| cell.fits(value));
        let fitting: Vec<&[Value]> = seen.iter().copied().filter(|values| fits(row, values)).collect();
        if !fitting.is_empty() {
            let taken =
                table.rows.iter().take(at).filter(|row| fitting.iter().any(|values| fits(row, values)));
            let lines: Vec<String> = taken
                .filter_map(|row| self.sources.position(row.place))
                .map(|position| format!("line {}", position.line))
                .collect();
            let (rows, take) =
                if lines.len() == 1 { ("an earlier row", "took") } else { ("earlier rows", "took") };
            return format!(
                "{rows} {take} {} that would fit it ({})",
                all_cases(fitting.len()),
                lines.join(", ")
            );
        }
        self.cells(table, row, &seen)
    }

    /// Which cell of a row nothing fits, or that only each by itself is fitted.
    fn cells(&self, table: &Table, row: &Row, seen: &[&[Value]]) -> String {
        let words = Words { policy: self.policy, over: None };
        let columns = table.columns.iter().zip(&row.cells).enumerate();
        let counted: Vec<(String, usize)> = columns
            .map(|(at, (column, cell))| {
                let fitting =
                    seen.iter().filter(|values| values.get(at).is_some_and(|value| cell.fits(value)));
                let what = if cell.text == "otherwise" {
                    cell.known.describe(column.kind, &words.names(column.kind))
                } else {
                    cell.text.clone()
                };
                let what = format!("`{}` {what}", column.text);
                (what, fitting.count())
            })
            .collect();
        let never: Vec<&str> =
            counted.iter().filter(|(_, count)| *count == 0).map(|(what, _)| what.as_str()).collect();
        if never.is_empty() {
            let each: Vec<String> = counted.iter().map(|(what, count)| format!("{what}: {count}")).collect();
            return format!("no case fits all of its cells at once ({})", each.join("; "));
        }
        format!("no case has {}", never.join(" or "))
    }
}

fn cases(count: usize) -> String {
    if count == 1 { "1 case".to_owned() } else { format!("{count} cases") }
}

fn all_cases(count: usize) -> String {
    match count {
        1 => "the one case".to_owned(),
        2 => "both cases".to_owned(),
        many => format!("all {many} cases"),
    }
}
