//! A ready-made `case` that reaches what no case does.

use super::block::block;
use super::coverage::Uncovered;
use super::search::Search;
use super::trial::Trial;
use crate::policy::Case;

/// How many cases a search starts from, besides a plain record.
const STARTS: usize = 3;

/// A case that reaches what was not covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it reaches, by position among what is uncovered.
    pub reaches: Vec<usize>,
    /// The case in the language; it holds, as its expectations were filled in by the interpreter.
    pub text: String,
}

/// Cases that together reach whatever of this a record was found for. What none of them reaches is beyond the search, or
/// can never be reached.
pub fn suggest(uncovered: &[&Uncovered<'_>], trials: &[Trial<'_>]) -> Vec<Suggestion> {
    let mut suggestions: Vec<Suggestion> = Vec::new();
    let mut searches: Vec<Search<'_>> = Vec::new();
    for (at, one) in uncovered.iter().enumerate() {
        if suggestions.iter().any(|suggestion| suggestion.reaches.contains(&at)) {
            continue;
        }
        let of_day = searches.iter().position(|search| std::ptr::eq(search.policy(), one.policy));
        let of_day = of_day.unwrap_or_else(|| {
            searches.push(Search::new(one.policy));
            searches.len() - 1
        });
        let Some(search) = searches.get(of_day) else { continue };
        // The author's own records first: what is made of them reads like them.
        let same_day = trials.iter().filter(|trial| std::ptr::eq(trial.policy, one.policy));
        let mut starts: Vec<Case> =
            same_day.take(STARTS).map(|trial| search.with_key(trial.case.clone())).collect();
        starts.push(search.plain());
        let Some(trial) = search.reach(&one.goal, &starts) else { continue };
        let others = uncovered
            .iter()
            .enumerate()
            .skip(at)
            .filter(|(_, other)| std::ptr::eq(other.policy, one.policy) && other.goal.reached(&trial));
        let reaches = others.map(|(at, _)| at).collect();
        suggestions.push(Suggestion { reaches, text: block(one.policy, &trial.confirmed(&title(one))) });
    }
    suggestions
}

/// What a case shows that was made for a line.
fn title(uncovered: &Uncovered<'_>) -> String {
    let label = if uncovered.label.is_empty() { &uncovered.text } else { &uncovered.label };
    let label = label.trim_end_matches('{').replace('`', "");
    let parts = label.split(['|', '"']).map(|part| part.trim_matches([' ', ',']));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("line {}: {}", uncovered.line, parts.join(", "))
}
