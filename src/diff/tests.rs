//! Pairs of policies, and what is told of them.
