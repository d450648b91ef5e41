//! Unit tests of the parts together.
