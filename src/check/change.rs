//! How fields may change: one way each, and one that has an effect.

use super::context::Context;
use crate::data::{Change, RecordId, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{self, FieldLine, RecordBlock};

impl Context<'_> {
    /// How a field may change, where its line says so.
    pub(super) fn change(&mut self, file: FileId, kind: Type, line: &FieldLine) -> Option<Change> {
        if let Some(again) = line.changes_again {
            let name = &line.name.text;
            let first = line.change.as_ref().map_or(again, span_of);
            self.report(
                Diagnostic::error(
                    Code::E0227,
                    Place::new(file, again),
                    format!("`{name}` is said twice to change, or not to"),
                )
                .also(Place::new(file, first), "the first")
                .help("keep one of `immutable`, `only up` and `controllable by … at …`"),
            );
        }
        line.change.as_ref().map(|written| self.lower_change(file, kind, written))
    }

    fn lower_change(&mut self, file: FileId, kind: Type, written: &ast::Change) -> Change {
        match written {
            ast::Change::Immutable(_) => Change::Immutable,
            ast::Change::OnlyUp(span) => {
                if !kind.is_ordered() {
                    let message = format!(
                        "`only up` says nothing of {}: its values have no order",
                        self.type_name(kind)
                    );
                    self.error(Code::E0209, file, *span, message);
                }
                Change::OnlyUp
            }
            ast::Change::Controllable { by, cost, step, span } => {
                if step.as_ref().is_some_and(|s| s.value <= crate::decimal::Decimal::ZERO) {
                    self.error(Code::E0222, file, *span, "a step must be greater than zero");
                }
                if cost.value < crate::decimal::Decimal::ZERO {
                    self.error(Code::E0212, file, cost.span, "a cost cannot be less than zero");
                }
                Change::Controllable {
                    by: by.text.clone(),
                    cost: cost.value,
                    step: step.as_ref().map(|s| s.value),
                }
            }
        }
    }

    /// Ways to change that have no effect: of keys, of what is not scored, in steps where there are none.
    pub(super) fn check_changes(&mut self, blocks: &[(FileId, &RecordBlock)]) {
        let scored = self.schema.scored;
        for (at, (file, block)) in (0..).zip(blocks) {
            for line in &block.fields {
                let Some(ast::Change::Controllable { step, span, .. }) = &line.change else { continue };
                let (name, record) = (&line.name.text, &block.name.text);
                let field = self
                    .schema
                    .records
                    .get(at as usize)
                    .and_then(|record| record.fields.iter().find(|field| field.name == line.name.text));
                let Some(kind) = field.map(|field| field.kind) else { continue };
                let is_child = block.belongs.is_some() && RecordId(at) != scored;
                let (message, help) = if line.key.is_some() {
                    (format!("`{name}` is the key of `{record}`: what names a record is never changed"), KEY)
                } else if is_child {
                    (
                        format!("`{name}` is of `{record}`, and only fields of what is scored are changed"),
                        CHILD,
                    )
                } else if step.is_some() && !kind.is_ordered() {
                    (
                        format!(
                            "`per` says nothing of {}: any other value is one step",
                            self.type_name(kind)
                        ),
                        STEP,
                    )
                } else {
                    continue;
                };
                self.report(Diagnostic::warning(Code::W0306, Place::new(*file, *span), message).help(help));
            }
        }
    }
}

const KEY: &str = "take `controllable …` away";
const CHILD: &str = "take `controllable …` away: child records stay as they are, whatever is asked";
const STEP: &str = "write `per step`";

fn span_of(change: &ast::Change) -> Span {
    match change {
        ast::Change::Immutable(span) | ast::Change::OnlyUp(span) | ast::Change::Controllable { span, .. } => {
            *span
        }
    }
}
