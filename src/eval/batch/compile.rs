//! The second walk over a policy: expressions become nodes. Whatever is a function of one class is folded into a look-up.

use super::class::{Classes, Tests};
use super::fold::{Shape, by_class, contains, mapped, of_number, ranges, together, truth_of, truth_units};
use super::gather::Gathered;
use super::lane::{NO, UNDECIDED, YES};
use super::node::{Choice, Derived, Number, Slot, Step, Truth};
use super::scope::{Mode, Scope};
use crate::data::{Set, Type, Value};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::function::{Function, FunctionBody};
use crate::policy::{Aggregate, Comparison, DefinitionBody, DefinitionId, Expr, Policy, RowOutcome, Table};
use std::sync::Arc;

/// What the columns of one kind of record are made into.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Program {
    /// By field: its classes, and whether its value is needed beside them.
    pub(super) fields: Vec<FieldPlan>,
    /// Derived values that are classified.
    pub(super) derived: Vec<Derived>,
    /// How many registers hold numbers, and how many truths.
    pub(super) numbers: usize,
    /// See `numbers`.
    pub(super) truths: usize,
    /// Texts that expressions hold; the number of a text is its place, those of the data come after them.
    pub(super) texts: Vec<Arc<str>>,
}

/// A field of the columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldPlan {
    /// Its classes.
    pub(super) classes: Classes,
    /// Whether its value is needed beside its class.
    pub(super) value: bool,
}

/// Makes nodes for one kind of record.
pub(super) struct Compiler<'p> {
    pub(super) policy: &'p Policy,
    /// What comes of it.
    pub(super) program: Program,
    /// What has to be worked out before what is asked for next.
    pub(super) steps: Vec<Step>,
    /// The aggregates met.
    pub(super) aggregates: Vec<&'p Aggregate>,
    /// What cannot be done in columns, in an author's words.
    pub(super) fallbacks: Vec<String>,
    /// Whether the points of items were asked for.
    pub(super) points_asked: bool,
    derived: Vec<Candidate<'p>>,
    /// Definitions that are worked out, in this part of the work.
    definitions: Vec<Option<Known>>,
    sharing: Sharing,
}

/// What may be worked out once for all who ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Everything: it is asked for every record.
    All,
    /// What cannot be too large: each aggregate and each per-event rule answers for its own numbers only.
    Fitting,
    /// Nothing: it is asked for some records only.
    Nothing,
}

/// A derived value that is tested, and the classification of it where there is one in this part of the work.
struct Candidate<'p> {
    value: &'p Expr,
    scope: Scope,
    kind: Type,
    tests: Tests,
    slot: Option<usize>,
}

/// A definition that is worked out.
#[derive(Debug, Clone)]
enum Known {
    Number(Number),
    Truth(Truth),
}

impl<'p> Compiler<'p> {
    /// For a kind of record whose policies were walked over.
    pub(super) fn new(policy: &'p Policy, scope: Scope, gathered: Gathered<'p>, sharing: Sharing) -> Self {
        let mut fallbacks = Vec::new();
        let fields = &policy.schema.record(scope.record).fields;
        let planned = fields.iter().zip(gathered.fields).map(|(field, used)| {
            let ordered = field.kind.is_ordered() || field.kind == Type::Text;
            let classes = Classes::of_field(field, &used.tests).unwrap_or_else(|| {
                fallbacks.push(format!("`{}` is asked for too many different values", field.name));
                Classes::none()
            });
            FieldPlan { classes, value: used.value && ordered }
        });
        let program = Program { fields: planned.collect(), ..Program::default() };
        let derived = gathered.derived.into_iter().map(|tested| Candidate {
            value: tested.value,
            scope: tested.scope,
            kind: tested.kind,
            tests: tested.tests,
            slot: None,
        });
        Self {
            policy,
            program,
            steps: Vec::new(),
            aggregates: Vec::new(),
            fallbacks,
            points_asked: false,
            derived: derived.collect(),
            definitions: vec![None; policy.definitions.len()],
            sharing,
        }
    }

    /// Something that only some of the records are asked for: a row's outcome.
    pub(super) fn for_some<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.sharing;
        if before == Sharing::All {
            self.sharing = Sharing::Nothing;
        }
        let made = make(self);
        self.sharing = before;
        made
    }

    /// Whether something is worked out once for all who ask for it.
    fn shares(&self, fits: impl FnOnce() -> bool) -> bool {
        match self.sharing {
            Sharing::All => true,
            Sharing::Fitting => fits(),
            Sharing::Nothing => false,
        }
    }

    /// Works a definition out, so that what comes after can read it.
    pub(super) fn define(&mut self, id: DefinitionId, scope: Scope) {
        let known = self.definition(id, scope);
        if let Some(slot) = self.definitions.get_mut(id.index()) {
            *slot = Some(known);
        }
    }

    /// The value of a definition, truths as numbers.
    pub(super) fn defined(&mut self, id: DefinitionId, scope: Scope) -> Number {
        match self.definition(id, scope) {
            Known::Number(number) => number,
            Known::Truth(truth) => Number::OfTruth(Box::new(truth)),
        }
    }

    fn definition(&mut self, id: DefinitionId, scope: Scope) -> Known {
        if let Some(Some(known)) = self.definitions.get(id.index()) {
            return known.clone();
        }
        let policy = self.policy;
        let definition = policy.definition(id);
        let scope =
            if definition.of == policy.schema.scored { Scope::subject(policy) } else { scope.inside() };
        let truth = definition.kind == Type::YesNo;
        let known = match &definition.body {
            DefinitionBody::Expr(expr) if truth => Known::Truth(self.truth(expr, scope)),
            DefinitionBody::Expr(expr) => Known::Number(self.number(expr, scope)),
            DefinitionBody::Table(table) => {
                let number = self.choose(table, scope);
                if truth { Known::Truth(of_number(number)) } else { Known::Number(number) }
            }
        };
        let fits = || match &known {
            Known::Number(number) => number.fits(),
            Known::Truth(truth) => truth.fits(),
        };
        if !self.shares(fits) {
            return known;
        }
        // What is cheap to read again is not kept.
        let known = match known {
            Known::Number(number @ (Number::Constant(_) | Number::ByClass(..) | Number::Field(_))) => {
                Known::Number(number)
            }
            Known::Truth(truth @ (Truth::Constant(_) | Truth::ByClass(..))) => Known::Truth(truth),
            Known::Number(number) => {
                let register = self.program.numbers;
                self.program.numbers += 1;
                self.steps.push(Step::Number(register, number));
                Known::Number(Number::Register(register))
            }
            Known::Truth(truth) => {
                let register = self.program.truths;
                self.program.truths += 1;
                self.steps.push(Step::Truth(register, truth));
                Known::Truth(Truth::Register(register))
            }
        };
        if let Some(slot) = self.definitions.get_mut(id.index()) {
            *slot = Some(known.clone());
        }
        known
    }

    /// What a definition or decision gives by the row of its table.
    pub(super) fn choose(&mut self, table: &'p Table, scope: Scope) -> Number {
        let (index, row_of) = self.rows(table, scope);
        let gives: Vec<Number> = table
            .rows
            .iter()
            .map(|row| match &row.outcome {
                RowOutcome::Value(expr) => self.for_some(|this| this.number(expr, scope)),
                RowOutcome::NotScored => Number::Constant(None),
            })
            .collect();
        let choice = Choice { index, row_of, gives };
        match choice.by_class() {
            Some(folded) => folded,
            None => Number::Table(Box::new(choice)),
        }
    }

    /// An expression that is a number, a day, a category or a text.
    pub(super) fn number(&mut self, expr: &'p Expr, scope: Scope) -> Number {
        // What a truth is made of as a number is not asked of the truth again.
        let is_of_another = matches!(expr, Expr::Field(_) | Expr::Definition(_))
            && scope.field(expr).is_none()
            && scope.definition(expr).is_none();
        let is_read = is_of_another || matches!(expr, Expr::Decision(_) | Expr::Aggregate(_));
        if !is_read && scope.kind(self.policy, expr) == Type::YesNo {
            return match self.truth(expr, scope).shape() {
                Shape::ByClass(slot, of) => Number::ByClass(slot, of.into_iter().map(truth_units).collect()),
                Shape::Same(truth) => Number::Constant(truth_units(truth)),
                Shape::Other(truth) => Number::OfTruth(Box::new(truth)),
            };
        }
        if let Some(field) = scope.field(expr) {
            return self.field(field);
        }
        if let Some(id) = scope.definition(expr) {
            return self.defined(id, scope);
        }
        match expr {
            Expr::Constant(value) => Number::Constant(self.constant(value)),
            Expr::Negate(inner) => Number::Negate(Box::new(self.number(inner, scope))),
            Expr::Arithmetic(operator, left, right) => {
                let (left, right) = (self.number(left, scope), self.number(right, scope));
                Number::Arithmetic(*operator, Box::new(left), Box::new(right))
            }
            Expr::Otherwise(first, second) => {
                let (first, second) = (self.number(first, scope), self.number(second, scope));
                Number::Otherwise(Box::new(first), Box::new(second))
            }
            Expr::Call(function, arguments) => self.call(function, arguments, scope),
            Expr::Aggregate(_) if scope.mode == Mode::Event => {
                self.fall_back("what is said of an event aggregates what the record has that it belongs to");
                Number::Constant(None)
            }
            Expr::Aggregate(aggregate) => {
                let known = self.aggregates.iter().position(|known| **known == **aggregate);
                Number::Aggregate(known.unwrap_or_else(|| {
                    self.aggregates.push(aggregate);
                    self.aggregates.len() - 1
                }))
            }
            Expr::Score => Number::Score,
            Expr::Tier => {
                let tiers = self.policy.tiers.len();
                let codes = (0..tiers).map(|code| i128::try_from(code).ok());
                Number::ByClass(Slot::Tier, codes.chain([None, None]).collect())
            }
            Expr::PointsOf(id) => {
                self.points_asked = true;
                Number::Points(id.index())
            }
            Expr::PointsOfInfluence(position) => Number::Influence(*position as usize),
            Expr::Decision(id) => Number::Decision(id.index()),
            Expr::Field(_) | Expr::Definition(_) => {
                self.fall_back("what is said of an event reads the record that it belongs to");
                Number::Constant(None)
            }
            Expr::PreviousScore => Number::Previous,
            Expr::EventField(_)
            | Expr::EventDefinition(_)
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_) => Number::Constant(None),
        }
    }

    fn field(&mut self, field: usize) -> Number {
        let Some(plan) = self.program.fields.get(field) else { return Number::Constant(None) };
        if plan.value {
            return Number::Field(field);
        }
        let codes = plan.classes.codes().into_iter().map(|code| code.map(i128::from));
        Number::ByClass(Slot::Field(field), codes.chain([None, None]).collect())
    }

    fn constant(&mut self, value: &Value) -> Option<i128> {
        match value {
            Value::Missing(_) => None,
            Value::Number(n) => Some(n.units()),
            Value::Date(d) => Some(d.days().into()),
            Value::YesNo(b) => Some(i128::from(*b)),
            Value::Category(code) => Some(i128::from(*code)),
            Value::Text(text) => Some(self.text(text)),
        }
    }

    /// The number of a text.
    fn text(&mut self, text: &Arc<str>) -> i128 {
        let texts = &mut self.program.texts;
        let place = texts.iter().position(|known| known == text).unwrap_or_else(|| {
            texts.push(Arc::clone(text));
            texts.len() - 1
        });
        place as i128
    }

    fn call(&mut self, function: &'static Function, arguments: &'p [Expr], scope: Scope) -> Number {
        let between = |this: &mut Self, unit, from: &'p Expr, to: &'p Expr| {
            let (from, to) = (this.number(from, scope), this.number(to, scope));
            Number::Between(unit, Box::new(from), Box::new(to))
        };
        match (function.name, arguments) {
            ("min" | "max", all) => {
                let all = all.iter().map(|argument| self.number(argument, scope)).collect();
                Number::Extreme(function.name == "min", all)
            }
            ("abs", [x]) => Number::Abs(Box::new(self.number(x, scope))),
            ("amount", [x]) => self.number(x, scope),
            ("round", [x]) => {
                let one = Number::Constant(Some(Decimal::ONE.units()));
                Number::Round(Box::new(self.number(x, scope)), Box::new(one))
            }
            ("round", [x, step]) => {
                let (x, step) = (self.number(x, scope), self.number(step, scope));
                Number::Round(Box::new(x), Box::new(step))
            }
            ("days_between", [from, to]) => between(self, Unit::Day, from, to),
            ("months_between", [from, to]) => between(self, Unit::Month, from, to),
            ("years_between", [from, to]) => between(self, Unit::Year, from, to),
            (_, all) => {
                let kinds: Vec<Type> = all.iter().map(|a| scope.kind(self.policy, a)).collect();
                let result = (function.result)(&kinds).unwrap_or(Type::Number);
                if result == Type::Text || matches!(function.body, FunctionBody::Aggregate(_)) {
                    self.fall_back("a function gives texts");
                }
                let all = all.iter().zip(kinds).map(|(a, kind)| (self.number(a, scope), kind)).collect();
                Number::Call(function, all)
            }
        }
    }

    /// An expression that is yes or no.
    pub(super) fn truth(&mut self, expr: &'p Expr, scope: Scope) -> Truth {
        if scope.field(expr).is_some() {
            let number = self.number_of_yes_no(expr, scope);
            return of_number(number);
        }
        if let Some(id) = scope.definition(expr) {
            return match self.definition(id, scope) {
                Known::Truth(truth) => truth,
                Known::Number(number) => of_number(number),
            };
        }
        match expr {
            Expr::Constant(Value::YesNo(b)) => Truth::Constant(if *b { YES } else { NO }),
            Expr::Constant(_) => Truth::Constant(UNDECIDED),
            Expr::Test(inner, set) => self.test(inner, set, scope),
            Expr::Compare(comparison, left, right) => self.compare(*comparison, left, right, scope),
            Expr::IsMissing(inner) => self.is_missing(inner, scope),
            Expr::And(all) => together(all.iter().map(|part| self.truth(part, scope)).collect(), NO),
            Expr::Or(all) => together(all.iter().map(|part| self.truth(part, scope)).collect(), YES),
            Expr::Not(inner) => mapped(self.truth(inner, scope), [YES, UNDECIDED, NO]),
            Expr::Otherwise(first, second) => match (self.truth(first, scope), self.truth(second, scope)) {
                (first, Truth::Constant(second)) => mapped(first, [NO, second, YES]),
                (first, second) => Truth::Otherwise(Box::new(first), Box::new(second)),
            },
            Expr::Call(function, arguments) => match (function.name, arguments.as_slice()) {
                ("starts_with", [text, beginning]) => self.starts_with(text, beginning, scope),
                (_, arguments) => of_number(self.call(function, arguments, scope)),
            },
            Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Negate(_)
            | Expr::Arithmetic(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => of_number(self.number(expr, scope)),
        }
    }

    fn number_of_yes_no(&mut self, expr: &Expr, scope: Scope) -> Number {
        scope.field(expr).map_or(Number::Constant(None), |field| self.field(field))
    }

    fn test(&mut self, inner: &'p Expr, set: &Set, scope: Scope) -> Truth {
        if let Some(plan) = scope.field(inner).and_then(|field| self.program.fields.get(field)) {
            let field = scope.field(inner).unwrap_or_default();
            return Truth::ByClass(Slot::Field(field), by_class(&plan.classes, set));
        }
        let kind = scope.kind(self.policy, inner);
        if kind == Type::YesNo {
            let inside = |b| if set.contains(&Value::YesNo(b)) { YES } else { NO };
            return mapped(self.truth(inner, scope), [inside(false), UNDECIDED, inside(true)]);
        }
        let number = self.number(inner, scope);
        match (number, set) {
            (Number::Constant(value), _) if kind != Type::Text => {
                Truth::Constant(value.map_or(UNDECIDED, |value| truth_of(contains(set, value))))
            }
            (Number::ByClass(slot, of), _) if kind != Type::Text => {
                let of = of.into_iter();
                let of = of.map(|value| value.map_or(UNDECIDED, |value| truth_of(contains(set, value))));
                Truth::ByClass(slot, of.collect())
            }
            (number, Set::Texts { values, except }) => {
                Truth::Texts(Box::new(number), values.iter().map(ToString::to_string).collect(), *except)
            }
            (number, set) => match self.slot(inner, &number, scope) {
                Some((slot, classes)) => Truth::ByClass(slot, by_class(&classes, set)),
                None => Truth::Within(Box::new(number), ranges(set)),
            },
        }
    }

    /// Where a derived value is classified, if it is.
    pub(super) fn slot(&mut self, value: &'p Expr, number: &Number, scope: Scope) -> Option<(Slot, Classes)> {
        let place = self.derived.iter().position(|c| c.scope == scope && c.value == value)?;
        let candidate = self.derived.get(place)?;
        let slot = match candidate.slot {
            Some(slot) => slot,
            None if candidate.kind == Type::Text || !self.shares(|| number.fits()) => return None,
            None => {
                let codes = self.codes(candidate.kind);
                let classes = Classes::of_derived(candidate.kind, codes, &candidate.tests)?;
                let slot = self.program.derived.len();
                self.program.derived.push(Derived { value: number.clone(), classes });
                self.steps.push(Step::Classify(slot));
                self.derived.get_mut(place)?.slot = Some(slot);
                slot
            }
        };
        let classes = self.program.derived.get(slot)?.classes.clone();
        Some((Slot::Derived(slot), classes))
    }

    /// The classes that tell some sets apart, for a value that is classified on the spot.
    pub(super) fn classes(&self, kind: Type, sets: Vec<Set>) -> Option<Classes> {
        Classes::of_derived(kind, self.codes(kind), &Tests { sets, ..Tests::default() })
    }

    /// How many codes a type has.
    fn codes(&self, kind: Type) -> u32 {
        match kind {
            Type::Category(id) => self.policy.schema.category(id).codes(),
            Type::Tier => self.policy.tiers.len() as u32,
            Type::YesNo => 2,
            Type::Number | Type::Integer | Type::Money | Type::Text | Type::Date => 0,
        }
    }

    fn compare(&mut self, comparison: Comparison, left: &'p Expr, right: &'p Expr, scope: Scope) -> Truth {
        let (left, right) = (self.number(left, scope), self.number(right, scope));
        Truth::Compare(comparison, Box::new(left), Box::new(right))
    }

    fn is_missing(&mut self, inner: &'p Expr, scope: Scope) -> Truth {
        if let Some(field) = scope.field(inner)
            && let Some(plan) = self.program.fields.get(field)
        {
            let mut of = vec![NO; plan.classes.count()];
            if let Some(slot) = of.get_mut(usize::from(plan.classes.missing())) {
                *slot = YES;
            }
            return Truth::ByClass(Slot::Field(field), of);
        }
        if scope.kind(self.policy, inner) == Type::YesNo {
            return mapped(self.truth(inner, scope), [NO, YES, NO]);
        }
        match self.number(inner, scope).shape() {
            Shape::Same(value) => Truth::Constant(truth_of(value.is_none())),
            Shape::ByClass(slot, of) => {
                Truth::ByClass(slot, of.into_iter().map(|value| truth_of(value.is_none())).collect())
            }
            Shape::Other(number) => Truth::IsMissing(Box::new(number)),
        }
    }

    fn starts_with(&mut self, text: &'p Expr, beginning: &'p Expr, scope: Scope) -> Truth {
        if let (Some(field), Expr::Constant(Value::Text(beginning))) = (scope.field(text), beginning)
            && let Some(plan) = self.program.fields.get(field)
        {
            let known = plan.classes.beginning(beginning).into_iter().map(truth_of);
            return Truth::ByClass(Slot::Field(field), known.chain([UNDECIDED, UNDECIDED]).collect());
        }
        let (text, beginning) = (self.number(text, scope), self.number(beginning, scope));
        Truth::StartsWith(Box::new(text), Box::new(beginning))
    }

    /// Notes what cannot be done in columns.
    pub(super) fn fall_back(&mut self, what: &str) {
        if !self.fallbacks.iter().any(|known| known == what) {
            self.fallbacks.push(what.to_owned());
        }
    }
}
