//! What a change does to everybody that both versions can score: proved, or shown by a record.

use super::super::moved::clean;
use super::super::report::{DIM, ERROR, GOOD, HEADING, WARNING};
use super::markdown::plain;
use crate::audit::{self, Audit, Comparison, Verdict};
use crate::date::Date;
use crate::policy::{Case, Policy};
use serde_json::{Value, json};
use std::io::{self, Write};

/// What holds for everybody, on a day.
pub(super) struct Everybody {
    day: Date,
    equal: Answer,
    never_lower: Answer,
    never_higher: Answer,
    rise: Far,
    fall: Far,
}

/// A statement with its answer.
struct Answer {
    says: &'static str,
    verdict: Verdict,
}

/// How far a score goes at most.
struct Far {
    /// The most; whether a record goes as far, or only no record goes further.
    bound: Option<String>,
    exact: bool,
    shown: Option<(String, String, String)>,
}

/// Compares two policies for everybody.
pub(super) fn of(old: &Policy, new: &Policy) -> Everybody {
    let audit = Audit::of(new);
    let Comparison { equal, never_lower, never_higher, rise, fall } = audit.compared_with(old);
    let answer = |says, verdict| Answer { says, verdict };
    let far = |of: &audit::Move| Far {
        bound: of.bound.map(|bound| bound.to_string()),
        exact: of.is_exact(),
        shown: of.shown.as_ref().map(|(by, witness)| {
            let text = witness.cases.first().map(|case: &Case| audit.maker().text(case));
            (by.to_string(), witness.shows.clone(), text.unwrap_or_default())
        }),
    };
    Everybody {
        day: new.today,
        equal: answer("everybody has the same score", equal),
        never_lower: answer("nobody has a lower score", never_lower),
        never_higher: answer("nobody has a higher score", never_higher),
        rise: far(&rise),
        fall: far(&fall),
    }
}

fn points(by: &str) -> String {
    if by == "1" { "1 point".to_owned() } else { format!("{by} points") }
}

fn found(by: &str) -> String {
    format!("{} {} found", points(by), if by == "1" { "was" } else { "were" })
}

impl Everybody {
    /// Why nothing is known at all, where that is so.
    fn unknown(&self) -> Option<&str> {
        let reasons =
            [&self.equal, &self.never_lower, &self.never_higher].map(|answer| match &answer.verdict {
                Verdict::Undecided { because } => Some(because.as_str()),
                Verdict::Proved { .. } | Verdict::Refuted { .. } => None,
            });
        let [Some(first), Some(second), Some(third)] = reasons else { return None };
        let is_open = |far: &Far| far.bound.is_none() && far.shown.is_none();
        let nothing = is_open(&self.rise) && is_open(&self.fall) && first == second && second == third;
        nothing.then_some(first)
    }

    fn answers(&self) -> Vec<&Answer> {
        // Where all are the same there is nothing more to say of lower and higher.
        match self.equal.verdict {
            Verdict::Proved { .. } => vec![&self.equal],
            Verdict::Refuted { .. } | Verdict::Undecided { .. } => {
                vec![&self.equal, &self.never_lower, &self.never_higher]
            }
        }
    }

    fn moves(&self) -> Vec<(&'static str, &Far)> {
        match self.equal.verdict {
            Verdict::Proved { .. } => Vec::new(),
            Verdict::Refuted { .. } | Verdict::Undecided { .. } => {
                vec![("largest rise", &self.rise), ("largest fall", &self.fall)]
            }
        }
    }

    /// As text for people.
    pub(super) fn text(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(
            to,
            "\n{HEADING}For everybody{HEADING:#}  {DIM}that both versions can score, on {}{DIM:#}",
            self.day
        )?;
        if let Some(why) = self.unknown() {
            return writeln!(to, "  {WARNING}undecided{WARNING:#}  {}", clean(why));
        }
        for Answer { says, verdict } in self.answers() {
            let (word, style) = match verdict {
                Verdict::Proved { .. } => ("proved", GOOD),
                Verdict::Refuted { .. } => ("refuted", ERROR),
                Verdict::Undecided { .. } => ("undecided", WARNING),
            };
            write!(to, "  {style}{word:<9}{style:#}  {says}")?;
            match verdict {
                Verdict::Proved { .. } => writeln!(to)?,
                Verdict::Refuted { because, .. } | Verdict::Undecided { because } => {
                    writeln!(to, "  {DIM}{}{DIM:#}", clean(because))?;
                }
            }
        }
        for (name, far) in self.moves() {
            writeln!(to, "  {name}: {}", clean(&far.words()))?;
            if let Some((_, _, case)) = far.shown.as_ref().filter(|(by, ..)| by != "0") {
                for line in case.lines() {
                    writeln!(to, "      {DIM}{}{DIM:#}", clean(line))?;
                }
            }
        }
        Ok(())
    }

    /// As Markdown.
    pub(super) fn markdown(&self) -> Vec<String> {
        if let Some(why) = self.unknown() {
            let (day, why) = (self.day, plain(why));
            return vec![format!(
                "**For everybody** that both versions can score, on {day}: undecided ({why})\n"
            )];
        }
        let answers = self.answers().into_iter().map(|Answer { says, verdict }| match verdict {
            Verdict::Proved { .. } => format!("- **proved**: {says}"),
            Verdict::Refuted { because, .. } => {
                format!("- **refuted**: {says} ({})", plain(because))
            }
            Verdict::Undecided { because } => format!("- undecided: {says} ({})", plain(because)),
        });
        let moves = self.moves().into_iter().map(|(name, far)| format!("- {name}: {}", plain(&far.words())));
        let lines: Vec<String> = answers.chain(moves).collect();
        let mut blocks = vec![format!(
            "**For everybody** that both versions can score, on {}:\n\n{}\n",
            self.day,
            lines.join("\n")
        )];
        let cases: Vec<&str> = self
            .moves()
            .into_iter()
            .filter_map(|(_, far)| far.shown.as_ref())
            .map(|(_, _, case)| case.as_str())
            .collect();
        if !cases.is_empty() {
            blocks.push(format!(
                "<details><summary>The records that show it</summary>\n\n```text\n{}\n```\n\n</details>\n",
                cases.join("\n").replace("```", "'''")
            ));
        }
        blocks
    }

    /// As JSON.
    pub(super) fn json(&self) -> Value {
        let answer = |answer: &Answer| {
            let word = match &answer.verdict {
                Verdict::Proved { .. } => "proved",
                Verdict::Refuted { .. } => "refuted",
                Verdict::Undecided { .. } => "undecided",
            };
            json!({ "verdict": word, "because": answer.verdict.because() })
        };
        let far = |far: &Far| {
            let shown = far.shown.as_ref();
            json!({
                "at_most": far.bound,
                "exact": far.exact,
                "shown": shown.map(|(by, says, case)| json!({ "by": by, "says": says, "case": case })),
            })
        };
        json!({
            "day": self.day.to_string(),
            "equal": answer(&self.equal),
            "never_lower": answer(&self.never_lower),
            "never_higher": answer(&self.never_higher),
            "largest_rise": far(&self.rise),
            "largest_fall": far(&self.fall),
        })
    }
}

impl Far {
    fn words(&self) -> String {
        match (&self.bound, &self.shown) {
            (Some(bound), _) if bound == "0" => "none".to_owned(),
            (Some(bound), Some((by, says, _))) if self.exact || bound == by => {
                format!("{}: {says}", points(by))
            }
            (Some(bound), Some((by, says, _))) => {
                format!("{}: {says}; nobody's is above {bound}", found(by))
            }
            (Some(bound), None) => {
                format!("nobody's is above {}; no record was found that has any", points(bound))
            }
            (None, Some((by, says, _))) => format!("{}: {says}", found(by)),
            (None, None) => "not known".to_owned(),
        }
    }
}
