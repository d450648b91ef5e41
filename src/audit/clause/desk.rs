//! What clauses ask of the audit core, question by question: the records decide these, not the policy's text.
//!
//! A clause whose answer follows from what the policy reads or declares is answered by its own pass; the others end here.
//! Every question is about one policy as in force on one day, over all records that its schema allows: values of fields,
//! numbers of child records, pairs of links, previous scores.

use crate::audit::Verdict;
use crate::data::{FieldId, LinkId, RecordId, Set};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::policy::{DecisionId, ItemId, TierId};

/// Something that a record brings with it, and that may change what it gets.
///
/// A tag or a record kind in a charter has become all inputs that it stands for (see `docs/charters.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// The value of a field, whether it is missing included: of the scored record where the field is of its kind, of its
    /// child records, of records that a link leads to.
    Field(RecordId, FieldId),
    /// That there are child records of this kind, and how many.
    Record(RecordId),
    /// That there are pairs of this link, how many, and whom they lead to.
    Link(LinkId),
    /// The scores of the records that the link leads to (settled or previous), whether they have one included; who they are
    /// stays as it is.
    LinkedScore(LinkId),
}

/// What an input may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The score after overrides and rounding, and whether there is one: participation and `not scored` count.
    Score,
    /// The tier, and whether there is one.
    Tier,
    /// What a decision gives.
    Decision(DecisionId),
    /// Whether a benefit is held or a penalty suffered, by position in `Policy::consequences`.
    Consequence(u32),
}

/// A way that something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Up.
    Rises,
    /// Down.
    Falls,
}

/// Whose points are compared with the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// Those of a characteristic or rule (no group), after its own and its groups' weights and limits.
    Item(ItemId),
    /// Those of all influences together.
    Influences,
    /// What changing nothing but these inputs can change of the score.
    Inputs(Vec<Input>),
}

/// What a missing value is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Benchmark {
    /// The known value that gives the least, all else the same.
    WorstKnown,
    /// The known value that gives the most, all else the same.
    BestKnown,
    /// No points for or against: 0 from everything that reads it.
    Neutral,
}

/// Who passes, where rates of groups are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Whoever has this tier, or a better one too.
    Tier {
        /// The tier.
        tier: TierId,
        /// Or a better one.
        or_better: bool,
    },
    /// Whoever has this score or more.
    Score(Decimal),
}

/// The question of an adverse impact ratio: the least rate of passing of a group over the greatest.
#[derive(Debug, Clone, PartialEq)]
pub struct AdverseImpact {
    /// Who passes.
    pub pass: Pass,
    /// The field of the scored record that makes the groups.
    pub by: FieldId,
    /// Two groups, those with a value in the set and the others; without one each known value is a group.
    pub group: Option<Set>,
    /// The least ratio that is allowed: 0.8 is the four-fifths rule.
    pub at_least: Decimal,
}

/// The audit core, as clauses ask it. An answer is proved for every record, refuted by records that were run, or
/// undecided with the reason.
pub trait Desk {
    /// Whether none of `from` can change `to`: two records that differ in nothing else get the same. Conditions,
    /// missingness, participation, overrides, tiers, earlier decisions and settled scores on the way count. `from` is not
    /// empty.
    fn flow(&self, from: &[Input], to: Target) -> Verdict;

    /// Whether the score never goes this way where the ordered field alone grows from one known value to another. A record
    /// without a score is left out of the comparison.
    fn monotone(&self, of: (RecordId, FieldId), never: Way) -> Verdict;

    /// Whether `from` never bring the score this way compared with the same record without them: without records of the
    /// kind, without pairs of the link, the optional field missing, a number that must be there at its least value. A
    /// category that must be there cannot be taken away: any change of it that moves the score counts.
    fn shift(&self, from: &[Input], never: Way) -> Verdict;

    /// Whether the score never goes this way by one more pair of the link, whoever it leads to. Never *falls*: one more
    /// friend never costs. (One pair less never *rises* is the same statement: severing never gains.)
    fn one_more(&self, of: LinkId, never: Way) -> Verdict;

    /// Whether one more pair of the link moves the score by at most so many points, either way.
    fn one_more_at_most(&self, of: LinkId, most: Decimal) -> Verdict;

    /// Whether the largest swing of `of` (its most minus its least points, all else the same) is at most this share of the
    /// reachable range of scores: 0.35 for 35%.
    fn share(&self, of: &Share, most: Decimal) -> Verdict;

    /// Whether a field of which the value is missing, all else the same, never gives a score below (`Falls`) or above
    /// (`Rises`) what it is compared with. Every field that may be missing is asked, `of` only where it is not empty.
    fn missing(&self, of: &[Input], never: Way, than: Benchmark) -> Verdict;

    /// Whether a record whose field has a value in `band` never scores below the same record with another known value.
    fn never_below_others(&self, of: (RecordId, FieldId), band: &Set) -> Verdict;

    /// Whether no record of these child kinds dated earlier than so long ago lowers the score. Never empty.
    fn forgotten(&self, kinds: &[RecordId], after: (u32, Unit)) -> Verdict;

    /// Whether what any number of events of one rule can bring is capped, and by at most so many points where that is
    /// given.
    fn repeated_gain(&self, most: Option<Decimal>) -> Verdict;

    /// Whether no record below the tier (of tier `from` only, where given) gets into it or a better one by changes of
    /// fields declared `controllable` or `only up` that cost less than this.
    fn gaming(&self, from: Option<TierId>, to: TierId, at_least: Decimal) -> Verdict;

    /// Whether everyone below the best tier (below the top of the range, where there are no tiers) can rise by changes of
    /// fields declared `controllable` or `only up`.
    fn ways_up(&self) -> Verdict;

    /// Whether one step of one field (to the next value of an integer, the next band of another ordered field, another
    /// category, missing) moves the score by at most so many points. Every field is asked, `of` only where it is not empty.
    fn step(&self, of: &[Input], most: Decimal) -> Verdict;

    /// Whether somebody who takes no part suffers nothing for it: they can choose not to be scored, and then no penalty
    /// holds of them. Asked only where the text does not settle it.
    fn opting_out(&self) -> Verdict;

    /// Whether nobody is told more reasons than these. Asked only where the text does not settle it.
    fn reasons_at_most(&self, most: u32) -> Verdict;

    /// Whether every row of a table and every rule, override, benefit and penalty can matter to some record. Rows that no
    /// record can reach by the bands alone were refused by the checker.
    fn dead(&self) -> Verdict;
}

/// What clauses ask of data.
pub trait Screen {
    /// Whether the adverse impact ratio in the data is at least the one asked for: a screen, not a test of compliance.
    /// Groups of few records are named in the reason.
    fn adverse_impact(&self, question: &AdverseImpact) -> Verdict;
}
