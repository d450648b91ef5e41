//! The lines of blocks: which block may have which, each once.

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Condition, ReasonId};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Clause, ClauseKind, Expression, Literal};

use super::typed::{Env, describe_causes};

/// The blocks that have lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// `characteristic` or `rule`
    Points,
    /// A rule with `for each`
    Events,
    /// `group`
    Group,
    /// `override`
    Override,
    /// `tiers`
    Tiers,
    /// `decision`
    Decision,
    /// `influence`
    Influence,
    /// `participation`
    Participation,
    /// `benefit`
    Benefit,
    /// `penalty`
    Penalty,
}

impl Block {
    fn name(self) -> &'static str {
        match self {
            Self::Points => "a characteristic or rule",
            Self::Events => "a rule with `for each`",
            Self::Group => "a group",
            Self::Override => "an override",
            Self::Tiers => "`tiers`",
            Self::Decision => "a decision",
            Self::Influence => "an influence",
            Self::Participation => "`participation`",
            Self::Benefit => "a benefit",
            Self::Penalty => "a penalty",
        }
    }

    /// The lines that the block may have, by [`word`].
    fn lines(self) -> &'static [&'static str] {
        match self {
            Self::Points => &[
                "when",
                "points",
                "reason",
                "baseline",
                "weight",
                "limited to",
                "if missing",
                "source",
                "note",
                "from",
                "before",
            ],
            Self::Events => &[
                "for each",
                "points … each",
                "no more than",
                "reason",
                "weight",
                "limited to",
                "if missing",
                "source",
                "note",
                "from",
                "before",
            ],
            Self::Group => &["weight", "limited to", "source", "note", "from", "before"],
            Self::Override => &[
                "when",
                "if missing",
                "score at most",
                "score at least",
                "tier at most",
                "tier at least",
                "not scored",
                "reason",
                "source",
                "note",
                "from",
                "before",
            ],
            Self::Tiers => &["from", "before"],
            Self::Decision => &["source", "note", "from", "before"],
            Self::Influence => &[
                "average of",
                "against",
                "weight",
                "smoothing",
                "limited to",
                "reads",
                "reason",
                "source",
                "note",
                "from",
                "before",
            ],
            Self::Participation => &["needs", "if missing", "source", "note", "from", "before"],
            Self::Benefit | Self::Penalty => &[
                "when",
                "if missing",
                "context",
                "grantor",
                "basis",
                "announced",
                "not scored applies",
                "reason",
                "source",
                "note",
                "from",
                "before",
            ],
        }
    }
}

/// The word that a line is known by; `None` for one that could not be read.
fn word(kind: &ClauseKind) -> Option<&'static str> {
    Some(match kind {
        ClauseKind::Reason(_) => "reason",
        ClauseKind::Baseline(_) => "baseline",
        ClauseKind::Source(_) => "source",
        ClauseKind::Note(_) => "note",
        ClauseKind::Weight(_) => "weight",
        ClauseKind::Limited(..) => "limited to",
        ClauseKind::From(_) => "from",
        ClauseKind::Before(_) => "before",
        ClauseKind::When(_) => "when",
        ClauseKind::Needs(_) => "needs",
        ClauseKind::Points(_) | ClauseKind::PointsHistory(_) => "points",
        ClauseKind::PointsEach(_) => "points … each",
        ClauseKind::IfMissing(_) | ClauseKind::IfMissingApplies | ClauseKind::IfMissingDoesNotApply => {
            "if missing"
        }
        ClauseKind::ForEach(..) => "for each",
        ClauseKind::NoMoreThan(..) => "no more than",
        ClauseKind::ScoreAtMost(_) => "score at most",
        ClauseKind::ScoreAtLeast(_) => "score at least",
        ClauseKind::TierAtMost(_) => "tier at most",
        ClauseKind::TierAtLeast(_) => "tier at least",
        ClauseKind::NotScored => "not scored",
        ClauseKind::NotScoredApplies => "not scored applies",
        ClauseKind::Context(_) => "context",
        ClauseKind::Grantor(_) => "grantor",
        ClauseKind::Basis(_) => "basis",
        ClauseKind::Announced(_) => "announced",
        ClauseKind::Statistic(..) => "average of",
        ClauseKind::Against(_) => "against",
        ClauseKind::Smoothing(_) => "smoothing",
        ClauseKind::ReadsSettled(_) => "reads",
        ClauseKind::Broken(_) => return None,
    })
}

/// Whether one of the lines could not be read, so that what seems to be absent may have been there.
pub(super) fn has_broken(clauses: &[Clause]) -> bool {
    clauses.iter().any(|c| matches!(c.kind, ClauseKind::Broken(_)))
}

impl Context<'_> {
    /// Reports lines that do not belong in a block, and lines given twice.
    pub(super) fn check_clauses(&mut self, file: FileId, clauses: &[Clause], block: Block) {
        for (i, clause) in clauses.iter().enumerate() {
            let Some(own) = word(&clause.kind) else { continue };
            let place = Place::new(file, clause.span);
            if !block.lines().contains(&own) {
                let lines: Vec<String> = block.lines().iter().map(|l| format!("`{l}`")).collect();
                let mut diagnostic = Diagnostic::error(
                    Code::E0220,
                    place,
                    format!("`{own}` does not belong in {}", block.name()),
                );
                diagnostic = match (block, &clause.kind) {
                    (Block::Events, ClauseKind::Points(_)) => {
                        diagnostic.help("points of an event end in `each`: `points -5 each`")
                    }
                    (Block::Points, ClauseKind::PointsEach(_)) => {
                        diagnostic.help("`each` needs a line `for each RECORD`")
                    }
                    _other => diagnostic.help(format!("its lines are {}", lines.join(", "))),
                };
                self.report(diagnostic);
                continue;
            }
            let again = clauses.iter().take(i).find(|earlier| match (&earlier.kind, &clause.kind) {
                (ClauseKind::Source(_), ClauseKind::Source(_))
                | (ClauseKind::Note(_), ClauseKind::Note(_)) => false,
                (ClauseKind::NoMoreThan(_, a), ClauseKind::NoMoreThan(_, b)) => a == b,
                (a, b) => word(a) == word(b),
            });
            if let Some(first) = again {
                self.report(
                    Diagnostic::error(Code::E0219, place, format!("`{own}` is given twice"))
                        .also(Place::new(file, first.span), "first given here")
                        .help("take one of them away"),
                );
            }
        }
        let (from, before) = super::periods::effect(clauses);
        if let (Some(from), Some(before)) = (from, before)
            && before <= from
        {
            let span = clauses
                .iter()
                .rev()
                .find(|c| matches!(c.kind, ClauseKind::Before(_)))
                .map_or(Span::NONE, |c| c.span);
            self.report(
                Diagnostic::error(
                    Code::E0225,
                    Place::new(file, span),
                    format!("out of force on {before}, before it comes into force on {from}"),
                )
                .help("`from D` is the first day, `before D` the first day that no longer counts"),
            );
        }
    }

    /// The reason of a block.
    pub(super) fn reason_of(&mut self, file: FileId, clauses: &[Clause]) -> Option<ReasonId> {
        let name = clauses
            .iter()
            .find_map(|c| if let ClauseKind::Reason(n) = &c.kind { Some(n.clone()) } else { None })?;
        self.reason(file, &name)
    }

    /// A number said by one of the lines.
    pub(super) fn number_of(
        &mut self,
        file: FileId,
        clauses: &[Clause],
        pick: impl Fn(&ClauseKind) -> Option<&Literal>,
    ) -> Option<crate::decimal::Decimal> {
        let literal = clauses.iter().find_map(|c| pick(&c.kind).cloned())?;
        self.number(file, &literal)
    }

    /// `limited to A to B`, the smaller first.
    pub(super) fn limits_of(
        &mut self,
        file: FileId,
        clauses: &[Clause],
    ) -> Option<(crate::decimal::Decimal, crate::decimal::Decimal)> {
        let (low, high, span) = clauses.iter().find_map(|c| {
            if let ClauseKind::Limited(a, b) = &c.kind { Some((a.clone(), b.clone(), c.span)) } else { None }
        })?;
        let low = self.number(file, &low);
        let high = self.number(file, &high);
        let (low, high) = (low?, high?);
        if low > high {
            self.report(
                Diagnostic::error(
                    Code::E0214,
                    Place::new(file, span),
                    format!("nothing lies between {low} and {high}"),
                )
                .help(format!("write the smaller end first: `limited to {high} to {low}`")),
            );
            return None;
        }
        Some((low, high))
    }

    /// A condition with what holds where it stays undecided; `None` after a report, or where there is none.
    pub(super) fn condition_of(
        &mut self,
        env: &Env,
        clauses: &[Clause],
        when: Option<&Expression>,
    ) -> Option<Condition> {
        let e = when?;
        let typed = self.condition(env, e);
        let missing = clauses.iter().find(|c| {
            matches!(
                c.kind,
                ClauseKind::IfMissing(_) | ClauseKind::IfMissingApplies | ClauseKind::IfMissingDoesNotApply
            )
        });
        typed.kind?;
        if let Some(clause) = missing
            && matches!(clause.kind, ClauseKind::IfMissing(_))
        {
            self.report(
                Diagnostic::error(
                    Code::E0220,
                    Place::new(env.file, clause.span),
                    "this block gives no points",
                )
                .help("write `if missing applies` or `if missing does not apply`"),
            );
            return None;
        }
        match (typed.may_be_missing(), missing) {
            (true, None) => {
                let text = self.text(env.file, e.span);
                let mut diagnostic = Diagnostic::error(
                    Code::E0204,
                    Place::new(env.file, e.span),
                    format!("`{text}` may be undecided, and nothing says what holds then"),
                )
                .label(format!("undecided when {}", describe_causes(&typed.causes)));
                if !has_broken(clauses) {
                    diagnostic =
                        diagnostic.help("add a line `if missing does not apply`, or `if missing applies`");
                    self.report(diagnostic);
                }
                return None;
            }
            (false, Some(clause)) => self.never_missing(env.file, clause),
            (true, Some(_)) | (false, None) => {}
        }
        let if_missing = missing.is_some_and(|c| matches!(c.kind, ClauseKind::IfMissingApplies));
        Some(Condition { when: typed.expr, if_missing, text: self.text(env.file, e.span) })
    }

    /// Warns of an `if missing` that never applies.
    pub(super) fn never_missing(&mut self, file: FileId, clause: &Clause) {
        self.report(
            Diagnostic::warning(
                Code::W0301,
                Place::new(file, clause.span),
                "`if missing` never applies: nothing here can be missing",
            )
            .fix(self.whole_line(file, clause.span), "", "take the line away"),
        );
    }
}

/// The texts of `source` lines.
pub(super) fn sources(clauses: &[Clause]) -> Vec<String> {
    clauses
        .iter()
        .filter_map(|c| if let ClauseKind::Source(t) = &c.kind { Some(t.text.clone()) } else { None })
        .collect()
}

/// The texts of `note` lines.
pub(super) fn notes(clauses: &[Clause]) -> Vec<String> {
    clauses
        .iter()
        .filter_map(|c| if let ClauseKind::Note(t) = &c.kind { Some(t.text.clone()) } else { None })
        .collect()
}

/// The `when` or `needs` of a block.
pub(super) fn when(clauses: &[Clause]) -> Option<&Expression> {
    clauses
        .iter()
        .find_map(|c| if let ClauseKind::When(e) | ClauseKind::Needs(e) = &c.kind { Some(e) } else { None })
}
