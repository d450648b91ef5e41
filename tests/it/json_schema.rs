//! What a JSON Schema asks of a value, of the words of JSON Schema that ours use: for the tests of everything that is written
//! by one.

use serde_json::Value as Json;

/// Where a value is not as a schema says, of the words of JSON Schema that ours uses.
pub(crate) fn breaches(root: &Json, schema: &Json, value: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for (word, says) in schema.as_object().unwrap() {
        match word.as_str() {
            "$ref" => {
                let at = says.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                found.extend(breaches(root, &root["$defs"][at], value));
            }
            "oneOf" => {
                let fit =
                    says.as_array().unwrap().iter().filter(|s| breaches(root, s, value).is_empty()).count();
                found.extend((fit != 1).then(|| format!("{value} fits {fit} of {says}")));
            }
            "const" => found.extend((says != value).then(|| format!("{value} is not {says}"))),
            "enum" => found.extend(
                (!says.as_array().unwrap().contains(value)).then(|| format!("{value} not in {says}")),
            ),
            "type" => {
                let kind = match value {
                    Json::Null => "null",
                    Json::Bool(_) => "boolean",
                    Json::Number(_) => "number",
                    Json::String(_) => "string",
                    Json::Array(_) => "array",
                    Json::Object(_) => "object",
                };
                let one = |said: &Json| said == kind || (said == "integer" && value.is_u64());
                let fits = says.as_array().map_or_else(|| one(says), |all| all.iter().any(one));
                found.extend((!fits).then(|| format!("{value} is not of type {says}")));
            }
            "required" => {
                let lacks =
                    says.as_array().unwrap().iter().filter(|key| value.get(key.as_str().unwrap()).is_none());
                found.extend(lacks.map(|key| format!("{key} is lacking in {value}")));
            }
            "properties" => {
                for (key, inner) in says.as_object().unwrap() {
                    found.extend(value.get(key).into_iter().flat_map(|value| breaches(root, inner, value)));
                }
            }
            "additionalProperties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if schema.get("properties").is_none_or(|known| known.get(key).is_none()) {
                        found.extend(if says.is_boolean() {
                            vec![format!("{key} is not known")]
                        } else {
                            breaches(root, says, inner)
                        });
                    }
                }
            }
            "items" => {
                found.extend(
                    value.as_array().into_iter().flatten().flat_map(|item| breaches(root, says, item)),
                );
            }
            "minimum" => {
                let least = value.as_u64().is_some_and(|n| n < says.as_u64().unwrap());
                found.extend(least.then(|| format!("{value} is less than {says}")));
            }
            "$schema" | "$id" | "$defs" | "title" | "description" | "format" => {}
            other => panic!("the test does not know `{other}`"),
        }
    }
    found
}
