//! A population through a policy.

mod pipeline;
