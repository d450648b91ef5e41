//! Functions of texts.

use super::{Bounds, Function, FunctionBody, MISTYPED, cause, listed};
use crate::data::{Type, Value};

pub(super) const STARTS_WITH: Function = Function {
    name: "starts_with",
    usage: "starts_with(text, beginning)",
    doc: "Whether a text begins with another. Compared letter by letter: capitals and blanks count.",
    examples: &[("starts_with(\"DE-1024\", \"DE-\")", "yes"), ("starts_with(\"de-1024\", \"DE-\")", "no")],
    arguments: (2, 2),
    result: |kinds| match kinds {
        [Type::Text, Type::Text] => Ok(Type::YesNo),
        _ => Err(format!("`starts_with` takes two texts, not {}", listed(kinds))),
    },
    body: FunctionBody::Scalar {
        apply: |values| match (cause(values), values) {
            (Some(why), _) => Value::Missing(why),
            (None, [Value::Text(text), Value::Text(beginning)]) => {
                Value::YesNo(text.starts_with(&**beginning))
            }
            (None, _) => MISTYPED,
        },
        bounds: |_| Bounds::UNBOUNDED,
        may_be_missing: false,
    },
};
