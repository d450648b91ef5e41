//! An explanation as JSON: `docs/schemas/explanation.json` says what stands where.

use super::Explanation;

/// The explanation as indented JSON, with a line end. Numbers have all their digits.
pub fn json(explanation: &Explanation) -> String {
    // Writing to a text cannot fail, and every key is a text.
    let mut text = serde_json::to_string_pretty(explanation).unwrap_or_default();
    text.push('\n');
    text
}
