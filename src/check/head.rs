//! The `policy` block: what is scored, from where to where, and how reasons are ranked.

use super::context::Context;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{About, RankedBy, ReasonsShown};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{
    Literal, Name, PolicyBlock, PolicyClause, PolicyClauseKind, ReasonOrder, Statement,
};

/// The head of a policy, lowered.
pub(super) struct Head<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its title (the name where none was given).
    pub title: String,
    /// Its version.
    pub version: Option<String>,
    /// Purpose, origin, owner, sources.
    pub about: About,
    /// The points that everyone starts with.
    pub start: Decimal,
    /// The range.
    pub range: Option<(Decimal, Decimal)>,
    /// The rounding step.
    pub round: Decimal,
    /// How reasons are ranked.
    pub reasons: ReasonsShown,
}

impl<'a> Context<'a> {
    /// The policy block: there must be one.
    pub(super) fn policy_block(&mut self, whole: bool) -> Option<(FileId, &'a PolicyBlock)> {
        let mut blocks = self
            .statements
            .iter()
            .filter_map(|l| if let Statement::Policy(p) = l.statement { Some((l.file, p)) } else { None });
        let first = blocks.next();
        let second = blocks.next();
        match (first, second) {
            (None, _) if !whole => None,
            (None, _) => {
                self.report(
                    Diagnostic::general(Code::E0301, "this file has no `policy` block, so there is nothing to score by")
                        .help("begin with `policy NAME \"Title\" {`, `scores RECORD`, `start 0`, `}`; definitions that others `use` are checked with the policy that uses them"),
                );
                None
            }
            (Some((file, block)), None) => Some((file, block)),
            (Some((file, block)), Some((other, again))) => {
                self.report(
                    Diagnostic::error(
                        Code::E0301,
                        Place::new(other, again.span),
                        "a file holds one policy, and this is the second",
                    )
                    .also(Place::new(file, block.span), "the first is here"),
                );
                Some((file, block))
            }
        }
    }

    /// The record that the policy scores.
    pub(super) fn scores(&mut self, file: FileId, block: &'a PolicyBlock) -> Option<&'a Name> {
        let found = block
            .clauses
            .iter()
            .find_map(|c| if let PolicyClauseKind::Scores(n) = &c.kind { Some(n) } else { None });
        if found.is_none() && !broken(block) {
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, block.span),
                    "the policy does not say which record it scores",
                )
                .help("add a line `scores RECORD`"),
            );
        }
        found
    }

    /// Lowers the lines of the policy block, parameters being declared.
    pub(super) fn lower_head(&mut self, file: FileId, block: &'a PolicyBlock) -> Head<'a> {
        self.lines_once(file, block);
        let mut head = Head {
            name: &block.name,
            title: block.title.as_ref().map_or_else(|| block.name.text.clone(), |t| t.text.clone()),
            version: None,
            about: About::default(),
            start: Decimal::ZERO,
            range: None,
            round: Decimal::ONE,
            reasons: ReasonsShown { up_to: 4, by: RankedBy::PointsLost },
        };
        let mut start: Option<Span> = None;
        let mut range: Option<(Span, Span)> = None;
        for clause in &block.clauses {
            match &clause.kind {
                PolicyClauseKind::Start(literal) => {
                    start = Some(literal.span());
                    head.start = self.number(file, literal).unwrap_or_default();
                }
                PolicyClauseKind::Range(low, high) => {
                    let span = clause.span;
                    let ends = (self.number(file, low), self.number(file, high));
                    if let (Some(low_end), Some(high_end)) = ends {
                        if low_end >= high_end {
                            self.report(
                                Diagnostic::error(
                                    Code::E0302,
                                    Place::new(file, span),
                                    format!("the range runs from {low_end} down to {high_end}"),
                                )
                                .help("write the lowest score first: `range 300 to 850`"),
                            );
                        } else {
                            head.range = Some((low_end, high_end));
                            range = Some((low.span(), high.span()));
                        }
                    }
                }
                PolicyClauseKind::Round(literal) => self.rounding(file, literal, &mut head),
                PolicyClauseKind::Reasons(number, order) => {
                    let up_to = if number.value.is_integer() {
                        u32::try_from(number.value.units() / Decimal::ONE.units()).ok()
                    } else {
                        None
                    };
                    match up_to {
                        Some(n) => head.reasons.up_to = n,
                        None => self.error(
                            Code::E0209,
                            file,
                            number.span,
                            format!("a whole number of reasons, not `{}`", number.text),
                        ),
                    }
                    head.reasons.by = match order {
                        ReasonOrder::PointsLost => RankedBy::PointsLost,
                        ReasonOrder::BelowBaseline => RankedBy::BelowBaseline,
                        ReasonOrder::AboveBaseline => RankedBy::AboveBaseline,
                    };
                }
                PolicyClauseKind::Purpose(t) => head.about.purpose = Some(t.text.clone()),
                PolicyClauseKind::Origin(n) => head.about.origin = Some(n.text.clone()),
                PolicyClauseKind::Owner(t) => head.about.owner = Some(t.text.clone()),
                PolicyClauseKind::Source(t) => head.about.sources.push(t.text.clone()),
                PolicyClauseKind::Version(t) => head.version = Some(t.text.clone()),
                PolicyClauseKind::Scores(_) | PolicyClauseKind::Broken(_) => {}
            }
        }
        if start.is_none() && !broken(block) {
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, block.span),
                    "the policy does not say at how many points a score starts",
                )
                .help("add a line `start 0`, with the points that everyone starts with"),
            );
        }
        self.range_on_steps(file, &head, range);
        self.ranked_by = head.reasons.by;
        head
    }

    fn rounding(&mut self, file: FileId, literal: &Literal, head: &mut Head<'_>) {
        match self.number(file, literal) {
            Some(step) if step > Decimal::ZERO => head.round = step,
            Some(step) => self.report(
                Diagnostic::error(
                    Code::E0222,
                    Place::new(file, literal.span()),
                    format!("a score cannot be rounded to {step}"),
                )
                .help("`round to 1` gives whole scores, `round to 0.1` one decimal"),
            ),
            None => {}
        }
    }

    fn range_on_steps(&mut self, file: FileId, head: &Head<'_>, range: Option<(Span, Span)>) {
        let (Some((low, high)), Some((low_span, high_span))) = (head.range, range) else { return };
        for (end, span) in [(low, low_span), (high, high_span)] {
            if !end.is_multiple_of(head.round) {
                self.report(
                    Diagnostic::error(
                        Code::E0302,
                        Place::new(file, span),
                        format!("{end} is not a multiple of {}, which scores are rounded to", head.round),
                    )
                    .help("an end of the range is a score that can be given"),
                );
            }
        }
    }

    fn lines_once(&mut self, file: FileId, block: &PolicyBlock) {
        for (i, clause) in block.clauses.iter().enumerate() {
            let again = block.clauses.iter().take(i).find(|earlier| same_line(earlier, clause));
            if let Some(first) = again {
                self.report(
                    Diagnostic::error(Code::E0219, Place::new(file, clause.span), "this line is given twice")
                        .also(Place::new(file, first.span), "first given here")
                        .help("take one of them away"),
                );
            }
        }
    }
}

fn broken(block: &PolicyBlock) -> bool {
    block.clauses.iter().any(|c| matches!(c.kind, PolicyClauseKind::Broken(_)))
}

/// Whether two lines say the same kind of thing, of which a policy has one. Sources may be many.
fn same_line(a: &PolicyClause, b: &PolicyClause) -> bool {
    let many = matches!(b.kind, PolicyClauseKind::Source(_) | PolicyClauseKind::Broken(_));
    !many && std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
}
