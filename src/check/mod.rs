//! What a policy must be before it can run: names and types resolved, tables complete, every period of effect checked.

pub(crate) mod coverage;
