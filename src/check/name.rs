//! Names in expressions: fields, definitions, parameters, what is known after the score, and what is not known at all.

use super::context::Context;
use super::scope::{KindName, PointsName, ValueName};
use super::typed::{Cause, Env, Phase, Typed, UNBOUNDED};
use crate::data::{LinkType, Set, Type};
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{DefinitionId, Expr, Over};
use crate::source::Span;
use crate::syntax::ast::Name;

impl Context<'_> {
    /// `score` or `tier`, where it is known.
    pub(super) fn after_score(&mut self, env: &Env, span: Span, what: &str, expr: Expr, kind: Type) -> Typed {
        if env.phase == Phase::Points {
            self.report(
                Diagnostic::error(
                    Code::E0306,
                    env.place(span),
                    format!("`{what}` is not known yet where points are given"),
                )
                .help("only decisions, benefits and penalties may read it"),
            );
            return Typed::broken(span);
        }
        let causes = if env.phase == Phase::PerhapsScored { vec![Cause::NotScored] } else { Vec::new() };
        let bounds = match (&expr, self.score_bounds) {
            (Expr::Score, Some((low, high))) => Bounds { low: Some(low), high: Some(high) },
            _other => UNBOUNDED,
        };
        Typed { causes, bounds, ..Typed::sure(expr, kind, span) }
    }

    /// `points of NAME`, where they are known.
    pub(super) fn points_of(&mut self, env: &Env, name: &Name, span: Span) -> Typed {
        if env.phase == Phase::Points {
            self.report(
                Diagnostic::error(
                    Code::E0306,
                    env.place(span),
                    format!("the points of `{}` are not known yet where points are given", name.text),
                )
                .help("only decisions, benefits and penalties may read them"),
            );
            return Typed::broken(span);
        }
        let found = self.names.points.get(&name.text).map(|(p, _)| *p);
        let (expr, bounds) = match found {
            Some(PointsName::Item(id)) => {
                (Expr::PointsOf(id), self.item_bounds.get(id.index()).copied().unwrap_or(UNBOUNDED))
            }
            Some(PointsName::Influence(at)) => (Expr::PointsOfInfluence(at), UNBOUNDED),
            Some(PointsName::Decision(_)) | None => {
                let names: Vec<String> = self
                    .names
                    .points
                    .iter()
                    .filter(|(_, (p, _))| !matches!(p, PointsName::Decision(_)))
                    .map(|(n, _)| n.clone())
                    .collect();
                self.unknown(
                    Code::E0203,
                    env.file,
                    name,
                    "characteristic, rule or group",
                    names.iter().map(String::as_str),
                );
                return Typed::broken(span);
            }
        };
        Typed { bounds, ..Typed::sure(expr, Type::Number, span) }
    }

    /// A bare name: a field of the scored record, a definition, a parameter, or an earlier decision.
    pub(super) fn bare_name(&mut self, env: &Env, name: &Name) -> Typed {
        if name.is_broken() {
            return Typed::broken(name.span);
        }
        if let Some((value, _)) = self.names.values.get(&name.text) {
            return match *value {
                ValueName::Param(at) => match self.param(at) {
                    Some((kind, value)) => Typed::constant(value, kind, name.span),
                    None => Typed::broken(name.span),
                },
                ValueName::Field(_) | ValueName::Let(_) if !env.subject => {
                    self.not_of_event(env, name);
                    Typed::broken(name.span)
                }
                ValueName::Field(field) => {
                    self.field_value(self.schema.scored, field, &name.text, name.span, false)
                }
                ValueName::Let(at) => self.definition_value(env, at, name, false),
            };
        }
        if let Some((PointsName::Decision(id), _)) = self.names.points.get(&name.text)
            && env.phase != Phase::Points
        {
            let id = *id;
            let kind = self.decision_kinds.get(id.index()).copied().flatten();
            let causes = if env.phase == Phase::PerhapsScored { vec![Cause::NotScored] } else { Vec::new() };
            return Typed { kind, causes, ..Typed::sure(Expr::Decision(id), Type::Text, name.span) };
        }
        self.unknown_value(env, name);
        Typed::broken(name.span)
    }

    fn not_of_event(&mut self, env: &Env, name: &Name) {
        let of = match env.event {
            Some(Over::Child(id)) => self.schema.records.get(id.index()).map(|r| r.name.clone()),
            Some(Over::Link(id)) => self.schema.links.get(id.index()).map(|l| l.name.clone()),
            None => None,
        };
        let of = of.unwrap_or_default();
        let message =
            format!("a definition of `{of}` can read fields of `{of}` and parameters, not `{}`", name.text);
        self.report(
            Diagnostic::error(Code::E0201, env.place(name.span), message)
                .help(format!("a field of `{of}` is written `{of}.{}`", name.text)),
        );
    }

    fn unknown_value(&mut self, env: &Env, name: &Name) {
        let place = env.place(name.span);
        if self.names.decisions.contains(&name.text.as_str()) {
            let (code, message, help) = if env.phase == Phase::Points {
                (
                    Code::E0306,
                    format!("`{}` is a decision: it is not known yet where points are given", name.text),
                    "only later decisions, benefits and penalties may read it",
                )
            } else {
                (
                    Code::E0312,
                    format!("the decision `{}` is read before it is given", name.text),
                    "move the decision that is read above the one that reads it",
                )
            };
            self.report(Diagnostic::error(code, place, message).help(help));
            return;
        }
        let mut diagnostic = Diagnostic::error(
            Code::E0201,
            place,
            format!("there is no field, definition or parameter `{}`", name.text),
        );
        let names: Vec<String> = self.names.values.keys().cloned().collect();
        let owners: Vec<String> = self
            .schema
            .records
            .iter()
            .filter(|r| r.fields.iter().any(|f| f.name == name.text))
            .map(|r| r.name.clone())
            .collect();
        if let Some(advice) = did_you_mean(&name.text, names.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(advice);
        } else if let [owner, ..] = owners.as_slice() {
            diagnostic = diagnostic.help(format!("did you mean `{owner}.{}`?", name.text));
        } else if self.names.lists.contains_key(&name.text) {
            diagnostic =
                diagnostic.help(format!("`{}` is a list: write `… is one of {}`", name.text, name.text));
        } else if self.names.points.contains_key(&name.text) {
            diagnostic = diagnostic.help(format!("did you mean `points of {}`?", name.text));
        }
        self.report(diagnostic);
    }

    /// A field as a value. `event` tells whether it is read off the event in scope; a definition of a child or linked
    /// record reads its own record's.
    fn field_value(
        &self,
        record: crate::data::RecordId,
        field: crate::data::FieldId,
        shown: &str,
        span: Span,
        event: bool,
    ) -> Typed {
        if self.broken_fields.contains(&(record, field)) {
            return Typed::broken(span);
        }
        let Some(found) = self.schema.records.get(record.index()).and_then(|r| r.fields.get(field.index()))
        else {
            return Typed::broken(span);
        };
        let expr = if event { Expr::EventField(field) } else { Expr::Field(field) };
        let causes =
            if found.optional { vec![Cause::Missing(shown.to_owned(), expr.clone())] } else { Vec::new() };
        let mut domain = found.domain.clone();
        let dated = self.schema.records.get(record.index()).and_then(|r| r.dated);
        let linked = |l: &LinkType| l.to == record || (l.symmetric && l.from == record);
        let child = record != self.schema.scored && !self.schema.links.iter().any(linked);
        if child && dated == Some(field) {
            // Children dated later are not yet known, and left out; through a link they are met all the same.
            domain = domain.intersect(&Set::from_days(None, Some((self.today, true))));
        }
        Typed {
            causes,
            bounds: Bounds::of_set(&domain, found.kind),
            domain: Some(domain),
            ..Typed::sure(expr, found.kind, span)
        }
    }

    fn definition_value(&mut self, env: &Env, at: usize, name: &Name, event: bool) -> Typed {
        match self.definition(at, env.file, name.span) {
            None => Typed::broken(name.span),
            Some(id) => {
                if let Some((_, line)) = self.names.lets.get(at) {
                    let let_name = line.name.text.clone();
                    self.mark(super::context::Use::Let, &let_name);
                }
                let Some(facts) = self.facts_of(id).cloned() else { return Typed::broken(name.span) };
                let (expr, causes) = if event {
                    let causes = facts.causes.into_iter().map(|cause| of_event(cause, id)).collect();
                    (Expr::EventDefinition(id), causes)
                } else {
                    (Expr::Definition(id), facts.causes)
                };
                Typed {
                    expr,
                    kind: facts.kind,
                    literal: false,
                    causes,
                    bounds: facts.bounds,
                    domain: None,
                    span: name.span,
                }
            }
        }
    }

    /// A dotted name: a field or definition of a child record, of a linked record, or of the scored record.
    pub(super) fn path(&mut self, env: &Env, first: &Name, second: &Name, span: Span) -> Typed {
        if first.is_broken() || second.is_broken() {
            return Typed::broken(span);
        }
        let Some((kind, _)) = self.names.kinds.get(&first.text).copied() else {
            let mut names = self.record_names();
            names.extend(self.schema.links.iter().map(|l| l.name.clone()));
            self.unknown(Code::E0202, env.file, first, "record or link", names.iter().map(String::as_str));
            return Typed::broken(span);
        };
        let shown = format!("{}.{}", first.text, second.text);
        match kind {
            KindName::Record(id) if id == self.schema.scored && env.subject => {
                self.member(env, id, first, second, &shown, span, false)
            }
            KindName::Record(id) => {
                if self.event_record(env) != Some(id) {
                    self.outside_event(env, first, &shown, span);
                    return Typed::broken(span);
                }
                self.member(env, id, first, second, &shown, span, env.subject)
            }
            KindName::Link(id) => {
                if env.event != Some(Over::Link(id)) {
                    self.outside_event(env, first, &shown, span);
                    return Typed::broken(span);
                }
                if second.text == "score" {
                    return self.linked_score(env, id, &shown, span);
                }
                let to = self.schema.links.get(id.index()).map_or(self.schema.scored, |l| l.to);
                self.member(env, to, first, second, &shown, span, env.subject)
            }
        }
    }

    /// The record kind of the event in scope.
    fn event_record(&self, env: &Env) -> Option<crate::data::RecordId> {
        match env.event? {
            Over::Child(id) => Some(id),
            Over::Link(id) => self.schema.links.get(id.index()).map(|l| l.to),
        }
    }

    /// A field or a definition of a record. In a definition of a child or linked record that record is not an event but
    /// what is spoken of.
    #[expect(clippy::too_many_arguments, reason = "the two names and their joint spelling belong together")]
    fn member(
        &mut self,
        env: &Env,
        record: crate::data::RecordId,
        first: &Name,
        second: &Name,
        shown: &str,
        span: Span,
        event: bool,
    ) -> Typed {
        let fields: Vec<String> = self
            .schema
            .records
            .get(record.index())
            .map(|r| r.fields.iter().map(|f| f.name.clone()).collect())
            .unwrap_or_default();
        if let Some(i) = fields.iter().position(|f| *f == second.text) {
            let id = crate::data::FieldId(i as u32);
            return self.field_value(record, id, shown, span, event);
        }
        if let Some((at, _)) = self.names.of_records.get(&(record, second.text.clone())) {
            let at = *at;
            return self.definition_value(env, at, second, event);
        }
        if record == self.schema.scored
            && let Some((ValueName::Let(at), _)) = self.names.values.get(&second.text)
        {
            if !event {
                let at = *at;
                return self.definition_value(env, at, second, false);
            }
            let message =
                format!("`{}` is a definition: through a link only fields can be read", second.text);
            self.error(Code::E0202, env.file, second.span, message);
            return Typed::broken(span);
        }
        let what = format!("field of `{}` named", first.text);
        self.unknown(Code::E0202, env.file, second, &what, fields.iter().map(String::as_str));
        Typed::broken(span)
    }

    fn outside_event(&mut self, env: &Env, first: &Name, shown: &str, span: Span) {
        let one = format!("there may be many `{}`, so `{shown}` needs a function over them", first.text);
        let help = format!(
            "such as `highest({shown})` or `count({} where …)`, or a rule with `for each {}`",
            first.text, first.text
        );
        self.report(Diagnostic::error(Code::E0216, env.place(span), one).help(help));
    }

    fn linked_score(&mut self, env: &Env, link: crate::data::LinkId, shown: &str, span: Span) -> Typed {
        if !env.subject {
            let message =
                format!("`{shown}` cannot stand in a definition: it belongs to the link, not to a record");
            self.error(Code::E0308, env.file, span, message);
            return Typed::broken(span);
        }
        if self.previous_links.contains(&link.0) {
            return Typed {
                causes: vec![Cause::Missing(shown.to_owned(), Expr::PreviousScore)],
                ..Typed::sure(Expr::PreviousScore, Type::Number, span)
            };
        }
        self.report(
            Diagnostic::error(
                Code::E0308,
                env.place(span),
                format!("`{shown}` can be read by an `influence` only: scores that depend on each other settle no other way"),
            )
            .help(format!(
                "write `influence {} {{ … }}`; with `reads previous scores` there, last run's scores may be read here too",
                self.schema.links.get(link.index()).map_or("", |l| l.name.as_str())
            )),
        );
        Typed::broken(span)
    }
}

/// Why a definition of a child or linked record may be missing, seen from the record that has it as an event.
#[expect(clippy::wildcard_enum_match_arm, reason = "of what is more than a name only the definition is told")]
fn of_event(cause: Cause, definition: DefinitionId) -> Cause {
    let seen = |expr: &Expr| match expr {
        Expr::Field(field) => Some(Expr::EventField(*field)),
        Expr::Definition(id) => Some(Expr::EventDefinition(*id)),
        _other => None,
    };
    match cause {
        Cause::Missing(name, expr) => {
            Cause::Missing(name, seen(&expr).unwrap_or(Expr::EventDefinition(definition)))
        }
        Cause::Zero(name, expr) => match seen(&expr) {
            Some(expr) => Cause::Zero(name, expr),
            None => Cause::ZeroWithin(name, Expr::EventDefinition(definition)),
        },
        Cause::ZeroWithin(name, _) => Cause::ZeroWithin(name, Expr::EventDefinition(definition)),
        Cause::None(_) | Cause::NotScored => cause,
    }
}
