//! The values of one record as a program gives them: checked, and their classes found, as they come.

use super::super::Plan;
use super::super::compile::Program;
use super::super::native::units_of_double;
use crate::data::{Field, FieldId, RecordId, RecordType, Subject, Type, Value, Why, fault_of, read_cell};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::Policy;
use std::sync::Arc;

/// A record, made by [`super::Scorer::record`]: the values of its fields, and its child records.
#[derive(Debug, Clone)]
pub struct Record {
    kind: Arc<Kind>,
    /// By field.
    values: Vec<Value>,
    /// By field: the class of its value.
    codes: Vec<u16>,
    children: Vec<(RecordId, Vec<Value>)>,
}

/// What a field can be given: a number as an integer, a double or a [`Decimal`]; a day; yes or no; a [`Category`]; a text,
/// which fields of other types read as a cell of a file. `None` is missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given<'a> {
    /// Nothing is known.
    Missing,
    /// A whole number.
    Integer(i64),
    /// A double: the shortest decimal that reads back as the same double, rounded to nine places.
    Double(f64),
    /// An exact number.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// Yes or no.
    YesNo(bool),
    /// A category.
    Category(Category),
    /// A text, or what a file's cell would say.
    Text(&'a str),
}

/// A category of a field, looked up once by [`super::Scorer::category`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Category(pub(super) u32);

/// A value that a field cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` cannot be {}: {reason}", shown(value))]
pub struct BadValue {
    /// The field.
    pub field: String,
    /// The value as it would stand in a file; empty where it is missing.
    pub value: String,
    /// Why not.
    pub reason: String,
}

fn shown(value: &str) -> String {
    if value.is_empty() { "empty".to_owned() } else { format!("`{value}`") }
}

/// A kind of record, and what a scorer knows of its fields.
#[derive(Debug)]
pub(super) struct Kind {
    policy: Arc<Policy>,
    record: RecordId,
    /// Of the scored kind, if its classes tell everything about its fields.
    program: Option<Arc<Program>>,
    /// Fields that must be given.
    needed: Vec<usize>,
}

impl Kind {
    /// The scored kind.
    pub(super) fn scored(plan: &Plan) -> Self {
        let program = plan.fallbacks().is_empty().then(|| Arc::clone(&plan.program));
        Self::new(plan, plan.policy.schema.scored, program)
    }

    /// A child kind.
    pub(super) fn child(plan: &Plan, record: RecordId) -> Self {
        Self::new(plan, record, None)
    }

    fn new(plan: &Plan, record: RecordId, program: Option<Arc<Program>>) -> Self {
        let policy = Arc::clone(&plan.policy);
        let kind = policy.schema.record(record);
        // As in the cases of a policy: one record needs no key, nor do its children need to say whose they are.
        let may_lack = [kind.key, kind.parent.map(|(_, field)| field)];
        let needed = kind.fields.iter().enumerate().filter(|(at, field)| {
            !field.optional && !may_lack.iter().flatten().any(|lacked| lacked.index() == *at)
        });
        let needed = needed.map(|(at, _)| at).collect();
        Self { policy, record, program, needed }
    }

    fn fields(&self) -> &[Field] {
        &self.described().fields
    }

    fn described(&self) -> &RecordType {
        self.policy.schema.record(self.record)
    }

    /// The class of a value in a field, and whether the field may hold it.
    fn class(&self, at: usize, value: &Value) -> (u16, bool) {
        let Some(program) = &self.program else {
            return (0, self.fields().get(at).is_some_and(|field| fault_of(field, value).is_none()));
        };
        let Some(plan) = program.fields.get(at) else { return (0, false) };
        if value.is_missing() {
            return (plan.classes.missing(), true);
        }
        let class = plan.classes.class(value);
        (class, class < plan.classes.bad())
    }
}

impl Record {
    pub(super) fn new(kind: Arc<Kind>) -> Self {
        let fields = kind.fields().len();
        let mut record = Self {
            values: Vec::with_capacity(fields),
            codes: Vec::with_capacity(fields),
            children: Vec::new(),
            kind,
        };
        record.clear();
        record
    }

    /// Forgets everything, for the next record.
    pub fn clear(&mut self) {
        let Self { kind, values, codes, children } = self;
        values.clear();
        codes.clear();
        children.clear();
        for (at, id) in (0..kind.fields().len()).zip(0..) {
            let missing = Value::Missing(Why::Field(FieldId(id)));
            codes.push(kind.class(at, &missing).0);
            values.push(missing);
        }
    }

    /// Gives a field its value; what it had is forgotten, also where the new one is bad.
    ///
    /// # Errors
    ///
    /// A value of another type, outside the field's domain, or missing where the field is not optional.
    pub fn set<'a>(&mut self, field: FieldId, given: impl Into<Given<'a>>) -> Result<(), BadValue> {
        self.put(field, given.into())
    }

    /// As [`Record::set`], the field by its name in the policy.
    ///
    /// # Errors
    ///
    /// As [`Record::set`], and where there is no such field.
    pub fn set_named<'a>(&mut self, name: &str, given: impl Into<Given<'a>>) -> Result<(), BadValue> {
        let position = self.kind.fields().iter().position(|field| field.name == name);
        let Some(position) = position else {
            let reason = format!("`{}` has no such field", self.kind.described().name);
            return Err(BadValue { field: name.to_owned(), value: given.into().text(), reason });
        };
        self.put(FieldId(position as u32), given.into())
    }

    fn put(&mut self, id: FieldId, given: Given<'_>) -> Result<(), BadValue> {
        let at = id.index();
        let Self { kind, values, codes, .. } = self;
        let (Some(field), Some(slot), Some(code)) =
            (kind.fields().get(at), values.get_mut(at), codes.get_mut(at))
        else {
            return Err(BadValue {
                field: format!("field {at}"),
                value: given.text(),
                reason: format!("`{}` has no such field", kind.described().name),
            });
        };
        let missing = || Value::Missing(Why::Field(id));
        let placed = place(kind, field, given, slot);
        if slot.is_missing() {
            *slot = missing();
        }
        let said = match placed {
            Ok(()) if slot.is_missing() && !field.optional && kind.needed.contains(&at) => {
                "missing, and not optional".to_owned()
            }
            Ok(()) => {
                let (class, is_good) = kind.class(at, slot);
                if is_good {
                    *code = class;
                    return Ok(());
                }
                fault_of(field, slot).unwrap_or_else(|| "outside the field's domain".to_owned())
            }
            Err(reason) => reason,
        };
        *slot = missing();
        *code = kind.class(at, slot).0;
        Err(BadValue { field: field.name.clone(), value: shown_as(kind, field, given), reason: said })
    }

    /// Adds a child record, made by [`super::Scorer::child_record`]; its values are copied. It belongs to this record,
    /// whatever its field for the parent's key says.
    ///
    /// # Errors
    ///
    /// A field that must be given and is not, or a record of no child kind. Of a child dated later than today, which a score
    /// leaves out, a program is told the same; the record may then be scored without it.
    pub fn add(&mut self, child: &Self) -> Result<(), BadValue> {
        let described = child.kind.described();
        let is_child = Arc::ptr_eq(&child.kind.policy, &self.kind.policy)
            && described.parent.is_some_and(|(parent, _)| parent == self.kind.record);
        if !is_child {
            let reason = format!("it does not belong to `{}`", self.kind.described().name);
            return Err(BadValue { field: described.name.clone(), value: String::new(), reason });
        }
        if let Some(field) = child.absent() {
            let reason = "missing, and not optional".to_owned();
            return Err(BadValue { field: field.name.clone(), value: String::new(), reason });
        }
        let mut values = child.values.clone();
        let key = self.kind.described().key.and_then(|key| self.values.get(key.index()));
        if let (Some((_, by)), Some(key)) = (described.parent, key)
            && let Some(slot) = values.get_mut(by.index())
        {
            slot.clone_from(key);
        }
        self.children.push((child.kind.record, values));
        Ok(())
    }

    /// Whether it is of a kind.
    pub(super) fn is_of(&self, kind: &Arc<Kind>) -> bool {
        Arc::ptr_eq(&self.kind.policy, &kind.policy) && self.kind.record == kind.record
    }

    /// A field that must be given and is not.
    pub(super) fn absent(&self) -> Option<&Field> {
        let is_absent = |at: &&usize| self.values.get(**at).is_none_or(Value::is_missing);
        self.kind.needed.iter().find(is_absent).and_then(|at| self.kind.fields().get(*at))
    }

    /// The class of a field's value.
    pub(super) fn code(&self, field: usize) -> u16 {
        self.codes.get(field).copied().unwrap_or_default()
    }

    /// The value of a field.
    pub(super) fn value(&self, field: usize) -> Option<&Value> {
        self.values.get(field)
    }

    /// As the reference interpreter reads it.
    pub(super) fn subject(&self) -> Subject<'_> {
        let mut children: Vec<Vec<&[Value]>> = vec![Vec::new(); self.kind.policy.schema.records.len()];
        for (kind, values) in &self.children {
            if let Some(list) = children.get_mut(kind.index()) {
                list.push(values);
            }
        }
        Subject { values: &self.values, children, linked: Vec::new() }
    }
}

/// Puts what is given into a slot, as a value of the field's type. Each value is made where it stays: moved about, it
/// would take longer than all else that is done with it.
#[inline]
fn place(kind: &Kind, field: &Field, given: Given<'_>, slot: &mut Value) -> Result<(), String> {
    match (field.kind, given) {
        (_, Given::Missing | Given::Text("")) => *slot = Value::Missing(Why::Undecided),
        (Type::Number | Type::Integer | Type::Money, Given::Integer(n)) => {
            *slot = Value::Number(Decimal::from_int(n));
        }
        (Type::Number | Type::Integer | Type::Money, Given::Double(x)) => {
            let exact = units_of_double(x).and_then(Decimal::from_units);
            place_number(field, exact.ok_or("not a number that fits")?, slot)?;
        }
        (Type::Number | Type::Integer | Type::Money, Given::Number(n)) => place_number(field, n, slot)?,
        (Type::Date, Given::Date(day)) => *slot = Value::Date(day),
        (Type::YesNo, Given::YesNo(truth)) => *slot = Value::YesNo(truth),
        (Type::Category(_), Given::Category(Category(code))) => *slot = Value::Category(code),
        (Type::Text, Given::Text(text)) => *slot = Value::Text(Arc::from(text)),
        (_, Given::Text(text)) => *slot = read_cell(&kind.policy.schema, field, text)?,
        (
            _,
            Given::Integer(_)
            | Given::Double(_)
            | Given::Number(_)
            | Given::Date(_)
            | Given::YesNo(_)
            | Given::Category(_),
        ) => return Err(format!("the field is {}", field.kind.describe())),
    }
    Ok(())
}

fn place_number(field: &Field, number: Decimal, slot: &mut Value) -> Result<(), String> {
    if field.kind == Type::Integer && !number.is_integer() {
        return Err("not a whole number".to_owned());
    }
    *slot = Value::Number(number);
    Ok(())
}

/// What was given, as data would spell it.
fn shown_as(kind: &Kind, field: &Field, given: Given<'_>) -> String {
    match given {
        Given::Category(Category(code)) => kind.policy.schema.spell(field.kind, &Value::Category(code)),
        Given::Missing
        | Given::Integer(_)
        | Given::Double(_)
        | Given::Number(_)
        | Given::Date(_)
        | Given::YesNo(_)
        | Given::Text(_) => given.text(),
    }
}

impl Given<'_> {
    fn text(self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Integer(n) => n.to_string(),
            Self::Double(x) => x.to_string(),
            Self::Number(n) => n.to_string(),
            Self::Date(day) => day.to_string(),
            Self::YesNo(truth) => if truth { "yes" } else { "no" }.to_owned(),
            Self::Category(Category(code)) => format!("category {code}"),
            Self::Text(text) => text.to_owned(),
        }
    }
}

/// What can be given as one of these.
macro_rules! given {
    ($($from:ty => $to:expr),* $(,)?) => {
        $(impl From<$from> for Given<'_> {
            fn from(value: $from) -> Self {
                $to(value)
            }
        })*
    };
}
given! {
    i8 => |n| Given::Integer(i64::from(n)),
    i16 => |n| Given::Integer(i64::from(n)),
    i32 => |n| Given::Integer(i64::from(n)),
    i64 => Given::Integer,
    u8 => |n| Given::Integer(i64::from(n)),
    u16 => |n| Given::Integer(i64::from(n)),
    u32 => |n| Given::Integer(i64::from(n)),
    f64 => Given::Double,
    Decimal => Given::Number,
    Date => Given::Date,
    bool => Given::YesNo,
    Category => Given::Category,
}

impl<'a> From<&'a str> for Given<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<Given<'a>>> From<Option<T>> for Given<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}
