//! What an output says of where it comes from: the same for the same input, whenever and wherever it is made.

use crate::date::Date;
use crate::policy::Policy;
use std::sync::Arc;

/// Which policy gave the scores, as in force on which day, and which program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The policy's name.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Its `version` line, if any.
    pub version: Option<String>,
    /// Its hash.
    pub hash: Arc<str>,
    /// The day.
    pub as_of: Date,
    /// The program and its version.
    pub program: String,
}

impl About {
    /// The scores of a policy, given by this program.
    pub fn new(policy: &Policy) -> Self {
        Self {
            policy: policy.name.clone(),
            title: policy.title.clone(),
            version: policy.version.clone(),
            hash: Arc::clone(&policy.hash),
            as_of: policy.today,
            program: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        }
    }

    /// Names and values, as they stand in a file's metadata.
    pub fn entries(&self) -> Vec<(&'static str, String)> {
        let entries = [
            ("glassbox.policy", Some(self.policy.clone())),
            ("glassbox.title", Some(self.title.clone())),
            ("glassbox.version", self.version.clone()),
            ("glassbox.hash", Some(self.hash.to_string())),
            ("glassbox.as_of", Some(self.as_of.to_string())),
            ("glassbox.program", Some(self.program.clone())),
        ];
        entries.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}
