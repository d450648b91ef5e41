//! Why a record has its score: a published, serialisable account of one evaluation, made of its recording.
//!
//! Start, contributions and adjustments sum to the score; [`explain`] verifies that they do. [`text`] writes the account
//! for people, [`json`] for programs (`docs/schemas/explanation.json`).

mod json;
mod layout;
mod ledger;
mod missing;
mod reads;
mod record;
mod recourse;
mod shown;
#[cfg(test)]
mod tests;
mod text;

pub use json::json;
pub(crate) use layout::wrap;
pub use missing::{Effect, Gap};
pub use record::Explainer;
pub use recourse::{ChangeShown, Recourse, Step};
pub(crate) use shown::shown;
pub use shown::{Amount, Named, Shown};
pub use text::text;

use crate::data::Subject;
use crate::decimal::Decimal;
use crate::eval::{Outcome, Recording, Status};
use crate::policy::{Consequence, Decision, Policy};
use crate::source::{Place, Sources};
use ledger::Ledger;
use serde::Serialize;

/// The name and version of the shape of an explanation in JSON.
pub const SCHEMA: &str = "glassbox.explanation/1";

/// The account of one record. Fields that JSON leaves out serve the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The policy's name.
    pub policy: String,
    /// Its version, where it declares one.
    pub version: Option<String>,
    /// The hash of its files and of the parameters set from outside.
    pub hash: String,
    /// The day on which the policy was in force like this, `YYYY-MM-DD`.
    pub as_of: String,
    /// The record's key; missing only in a case of a policy that gives none.
    pub key: Shown,
    /// `scored`, `not scored` or `not participating`.
    pub status: &'static str,
    /// The score.
    pub score: Option<Amount>,
    /// The name of the tier.
    pub tier: Option<String>,
    /// The next better tier, and how many more points would reach it.
    pub next_tier: Option<NextTier>,
    /// The points that everyone starts with.
    pub start: Amount,
    /// What gave points, in source order. Of a record that is not scored: what said so.
    pub contributions: Vec<Contribution>,
    /// What changed points afterwards, in the order in which it did.
    pub adjustments: Vec<Adjustment>,
    /// The principal reasons, most important first.
    pub reasons: Vec<ReasonShown>,
    /// The decisions.
    pub decisions: Vec<DecisionShown>,
    /// The benefits held.
    pub benefits: Vec<ConsequenceShown>,
    /// The penalties suffered.
    pub penalties: Vec<ConsequenceShown>,
    /// What is missing, and what that did.
    pub missing: Vec<Gap>,
    /// The cheapest changes that lead to a better score, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recourse: Option<Recourse>,
    /// The policy's title.
    #[serde(skip)]
    pub title: String,
    /// What a scored record is called.
    #[serde(skip)]
    pub record: String,
    /// The label of the tier.
    #[serde(skip)]
    pub tier_label: Option<String>,
    /// The least and the greatest score.
    #[serde(skip)]
    pub range: Option<(Amount, Amount)>,
    /// How the reasons' points are called: `lost`, `below baseline`, `above baseline`.
    #[serde(skip)]
    pub ranked_by: &'static str,
    /// Parameters that were set from outside: names and values.
    #[serde(skip)]
    pub set: Named,
    /// The groups, each with what it came to.
    #[serde(skip)]
    pub groups: Vec<GroupHead>,
}

/// A group, as the text announces it above its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHead {
    /// Its title.
    pub title: String,
    /// What it gives after weight and limits.
    pub points: Amount,
    /// The file of its head line.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// Where it stands in the text.
    pub spot: Spot,
}

/// The next better tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextTier {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// How many more points would reach it.
    pub points: Amount,
}

/// A characteristic or a rule, and what it gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contribution {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// `characteristic` or `rule`.
    pub kind: &'static str,
    /// What its row, formula or events came to, before caps, weights and limits.
    pub points: Amount,
    /// The reason code of the row, or of the whole.
    pub reason: Option<String>,
    /// The file of the row, or of the head line where there is no row.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// The row, named by its cells; or the condition; or how many events there were.
    pub matched: String,
    /// What it saw: columns, definitions, fields; of events a list.
    pub values: Named,
    /// The cells of the row with what they saw.
    #[serde(skip)]
    pub cells: Vec<CellSeen>,
    /// Whether a record could have got more.
    #[serde(skip)]
    pub lost: bool,
    /// Whether its row says `not scored`.
    #[serde(skip)]
    pub not_scored: bool,
    /// Where it stands in the text.
    #[serde(skip)]
    pub spot: Spot,
}

/// A cell of a row with what it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSeen {
    /// The column.
    pub column: String,
    /// Its value.
    pub value: Shown,
    /// The cell as written.
    pub cell: String,
}

/// What changed points after they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Adjustment {
    /// The item, group, influence or override; or `range`, `rounding`.
    pub name: String,
    /// `cap`, `weight`, `limit`, `influence`, `range`, `override` or `rounding`.
    pub kind: &'static str,
    /// By how much; 0 only for an influence or an override that applied without changing the score.
    pub points: Amount,
    /// The title of the item, group, influence or override.
    pub title: String,
    /// What it says and saw, in words.
    pub text: String,
    /// The reason code of an influence or override.
    pub reason: Option<String>,
    /// The file of its head line.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// Where it stands in the text.
    #[serde(skip)]
    pub spot: Spot,
}

/// Where a line stands in the text: what changes an item behind it, what changes a group behind its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The step of the evaluation.
    pub step: usize,
    /// In how many groups it is.
    pub depth: usize,
}

impl Spot {
    /// Behind all items.
    const LAST: Self = Self { step: usize::MAX, depth: 0 };
}

/// A principal reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonShown {
    /// Its code.
    pub code: String,
    /// What the scored person is told.
    pub text: String,
    /// The points lost under it (or below or above the baseline); absent where an override alone gives it.
    pub points_lost: Option<Amount>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionShown {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The answer.
    pub value: Shown,
    /// The reason code of the row.
    pub reason: Option<String>,
    /// The file of the row.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// The row, named by its cells.
    pub matched: String,
    /// What its columns saw.
    pub values: Named,
}

/// A benefit held or a penalty suffered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsequenceShown {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its condition.
    pub when: String,
    /// The context it has effect in.
    pub context: Option<String>,
    /// Who grants it.
    pub grantor: Option<String>,
    /// What it rests on.
    pub basis: Option<String>,
    /// In force until before this day.
    pub before: Option<String>,
    /// Its reason code.
    pub reason: Option<String>,
    /// The file of its head line.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
}

/// An explanation that does not sum to the score: a defect of this program, never of the policy or the data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the explanation of `{key}` sums to {sum}, but the score is {score}: a defect of glassbox, please report it"
)]
pub struct Mismatch {
    /// The record's key.
    pub key: String,
    /// The score.
    pub score: Decimal,
    /// What the lines sum to.
    pub sum: String,
}

/// Where texts stand.
#[derive(Clone, Copy)]
struct Source<'a>(&'a Sources);

impl Source<'_> {
    /// The file and the line of a place.
    fn locate(self, place: Place) -> (Option<String>, Option<usize>) {
        let position = self.0.position(place);
        (position.map(|p| p.path.to_owned()), position.map(|p| p.line))
    }
}

impl Adjustment {
    fn new(name: &str, kind: &'static str, title: &str, points: Decimal) -> Self {
        let (name, title) = (name.to_owned(), title.to_owned());
        Self {
            name,
            kind,
            points: Amount(points),
            title,
            text: String::new(),
            reason: None,
            file: None,
            line: None,
            spot: Spot::LAST,
        }
    }

    fn saying(self, text: String) -> Self {
        Self { text, ..self }
    }

    fn at(self, (file, line): (Option<String>, Option<usize>)) -> Self {
        Self { file, line, ..self }
    }

    fn unless_zero(self) -> Option<Self> {
        (!self.points.0.is_zero()).then_some(self)
    }
}

/// Explains an outcome by the recording of its evaluation.
///
/// # Errors
///
/// [`Mismatch`] where the lines do not sum to the score.
pub fn explain(
    policy: &Policy,
    sources: &Sources,
    subject: &Subject<'_>,
    recording: &Recording,
    outcome: &Outcome,
) -> Result<Explanation, Mismatch> {
    let source = Source(sources);
    let ledger = Ledger { policy, source, subject, recording };
    let scored = policy.schema.scored();
    let key = scored.key.and_then(|key| {
        let field = scored.fields.get(key.index())?;
        Some(shown(policy, field.kind, subject.values.get(key.index())?))
    });
    let (mut contributions, mut adjustments) = (ledger.contributions(), ledger.adjustments());
    let mut groups = Vec::new();
    match outcome.status {
        Status::Scored => groups = ledger.groups(),
        Status::NotScored => {
            contributions.retain(|line| line.not_scored);
            let says_so =
                |line: &Adjustment| policy.overrides.iter().any(|o| o.not_scored && o.name == line.name);
            adjustments.retain(|line| line.kind == "override" && says_so(line));
        }
        Status::NotParticipating => {
            contributions.clear();
            adjustments.clear();
        }
    }
    let tier = outcome.tier.and_then(|tier| policy.tiers.get(tier.index()));
    let (penalties, benefits): (Vec<_>, Vec<_>) = policy
        .consequences
        .iter()
        .zip(&outcome.consequences)
        .filter(|(_, held)| **held)
        .map(|(each, _)| each)
        .partition(|each| each.penalty);
    let consequences =
        |all: Vec<&Consequence>| all.into_iter().map(|each| show_consequence(policy, source, each)).collect();
    let mut set = Named::default();
    for param in policy.params.iter().filter(|param| param.set) {
        set.add(&param.name, shown(policy, crate::data::Type::Number, &param.value));
    }
    let explanation = Explanation {
        schema: SCHEMA,
        policy: policy.name.clone(),
        version: policy.version.clone(),
        hash: policy.hash.to_string(),
        as_of: policy.today.to_string(),
        key: key.unwrap_or(Shown::Missing),
        status: outcome.status.name(),
        score: outcome.score.map(Amount),
        tier: tier.map(|tier| tier.name.clone()),
        next_tier: next_tier(policy, recording, outcome),
        start: Amount(policy.start),
        contributions,
        adjustments,
        reasons: show_reasons(policy, outcome),
        decisions: recording
            .decisions
            .iter()
            .filter_map(|(id, matched, answer)| {
                let decision = policy.decisions.get(id.index())?;
                Some(show_decision(&ledger, decision, matched, answer))
            })
            .collect(),
        benefits: consequences(benefits),
        penalties: consequences(penalties),
        missing: missing::gaps(policy, subject, recording, outcome),
        recourse: None,
        title: policy.title.clone(),
        record: scored.name.clone(),
        tier_label: tier.map(|tier| tier.label.clone()),
        range: policy.range.map(|(least, most)| (Amount(least), Amount(most))),
        ranked_by: match policy.reasons_shown.by {
            crate::policy::RankedBy::PointsLost => "lost",
            crate::policy::RankedBy::BelowBaseline => "below baseline",
            crate::policy::RankedBy::AboveBaseline => "above baseline",
        },
        set,
        groups,
    };
    explanation.verify()?;
    Ok(explanation)
}

impl Explanation {
    /// Verifies that start, contributions and adjustments sum to the score.
    fn verify(&self) -> Result<(), Mismatch> {
        let Some(score) = self.score else { return Ok(()) };
        let contributions = self.contributions.iter().map(|line| line.points.0);
        let adjustments = self.adjustments.iter().map(|line| line.points.0);
        let sum =
            contributions.chain(adjustments).try_fold(self.start.0, |sum, points| sum.checked_add(points));
        if sum == Some(score.0) {
            return Ok(());
        }
        let sum = sum.map_or_else(|| "a number that is too large".to_owned(), |sum| sum.to_string());
        Err(Mismatch { key: self.key.to_string(), score: score.0, sum })
    }
}

fn show_reasons(policy: &Policy, outcome: &Outcome) -> Vec<ReasonShown> {
    let show = |given: &crate::eval::GivenReason| {
        let reason = policy.reason(given.reason);
        ReasonShown {
            code: reason.code.clone(),
            text: reason.text.clone(),
            points_lost: given.lost.map(Amount),
        }
    };
    outcome.reasons.iter().map(show).collect()
}

fn show_decision(
    ledger: &Ledger<'_>,
    decision: &Decision,
    matched: &crate::eval::Match,
    answer: &crate::eval::Answer,
) -> DecisionShown {
    let row = matched.row_of(&decision.table);
    let (file, line) = ledger.source.locate(row.map_or(decision.place, |row| row.place));
    let mut values = Named::default();
    ledger.show_columns(&decision.table, matched, &mut values);
    DecisionShown {
        name: decision.name.clone(),
        title: decision.title.clone(),
        value: shown(ledger.policy, decision.kind, &answer.value),
        reason: answer.reason.map(|reason| ledger.policy.reason(reason).code.clone()),
        file,
        line,
        matched: ledger.name_row(&decision.table, matched).0,
        values,
    }
}

fn show_consequence(policy: &Policy, source: Source<'_>, each: &Consequence) -> ConsequenceShown {
    let (file, line) = source.locate(each.place);
    ConsequenceShown {
        name: each.name.clone(),
        title: each.title.clone(),
        when: each.when.text.clone(),
        context: each.context.clone(),
        grantor: each.grantor.clone(),
        basis: each.basis.clone(),
        before: each.before.map(|day| day.to_string()),
        reason: each.reason.map(|reason| policy.reason(reason).code.clone()),
        file,
        line,
    }
}

/// The tier above the one that the record has, and how many points, in steps of the rounding, are lacking. None where the
/// record has the best tier, or where an override holds its score or tier down: then points would not help.
fn next_tier(policy: &Policy, recording: &Recording, outcome: &Outcome) -> Option<NextTier> {
    let (score, (by_score, after)) = (outcome.score?, recording.tier);
    if after > by_score || recording.overrides.iter().any(|seen| !seen.lowered.is_zero()) {
        return None;
    }
    let next = policy.tiers.get(after?.index().checked_sub(1)?)?;
    let crate::data::Set::Ranges(ranges) = &next.scores else { return None };
    let least = ranges.iter().map(|(low, _)| *low).find(|low| *low > score.units())?;
    // The least score of the tier that rounding can give.
    let step = policy.round.units().max(1);
    let lacking = (least - score.units()).checked_add(step - 1)? / step * step;
    let points = Amount(Decimal::from_units(lacking)?);
    Some(NextTier { name: next.name.clone(), label: next.label.clone(), points })
}
