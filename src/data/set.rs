//! Sets of known values: domains, table cells, tests. Exact, and closed under union, intersection and difference.

use super::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A set of known values of one type.
///
/// Every ordered type is discrete (a number is a whole multiple of 1e-9, a date a whole number of days), so an open
/// bound is the closed bound one unit further in, and a set is a list of closed intervals.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Set {
    /// Numbers in units of 1e-9, or dates in days since 1970-01-01: disjoint closed intervals, rising, never touching.
    /// The sets of an integer type hold intervals whose ends are whole numbers; between `2` and `3` lies nothing.
    Ranges(Vec<(i128, i128)>),
    /// Categories and tiers by code, yes/no as 1 and 0: rising, each once.
    Codes(Vec<u32>),
    /// Texts: exactly these, or all but these.
    Texts {
        /// The texts named.
        values: BTreeSet<Arc<str>>,
        /// All texts but `values`.
        except: bool,
    },
}

impl Set {
    /// Whether a known value lies in the set; `false` for a missing one and for a value of another type.
    pub fn contains(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Ranges(ranges), Value::Number(n)) => in_ranges(ranges, n.units()),
            (Self::Ranges(ranges), Value::Date(d)) => in_ranges(ranges, i128::from(d.days())),
            (Self::Codes(codes), Value::Category(code)) => codes.binary_search(code).is_ok(),
            (Self::Codes(codes), Value::YesNo(b)) => codes.binary_search(&u32::from(*b)).is_ok(),
            (Self::Texts { values, except }, Value::Text(text)) => values.contains(text) != *except,
            (Self::Ranges(_) | Self::Codes(_) | Self::Texts { .. }, _) => false,
        }
    }
}

fn in_ranges(ranges: &[(i128, i128)], x: i128) -> bool {
    let after = ranges.partition_point(|(low, _)| *low <= x);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|(_, high)| x <= *high)
}
