//! What the columns of a sheet are in Parquet.

use super::Steps;
use super::delta::Size;
use super::page::to_io;
use crate::data::Type as FieldType;
use crate::decimal::Decimal;
use crate::output::sheet::{Kind, Sheet};
use crate::policy::Policy;
use arrow_schema::DataType;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type};
use std::io;
use std::sync::Arc;

/// How numbers are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) enum Width {
    /// Whole, in 32 bits.
    Whole32,
    /// Whole, in 64 bits.
    Whole64,
    /// Decimals of so many places.
    Decimal(u32),
}

impl Width {
    /// Of whole numbers.
    pub(super) fn size(self) -> Option<Size> {
        match self {
            Self::Whole32 => Some(Size::Four),
            Self::Whole64 => Some(Size::Eight),
            Self::Decimal(_) => None,
        }
    }
}

/// How keys that are numbers are held: as the input holds them, where it holds whole numbers.
pub(in crate::output) fn key_width(kind: FieldType, column: Option<&DataType>) -> Width {
    let column =
        column.map(|column| if let DataType::Dictionary(_, values) = column { values } else { column });
    match column {
        Some(DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16) => {
            Width::Whole32
        }
        Some(column) if column.is_integer() => Width::Whole64,
        Some(_) | None if kind == FieldType::Integer => Width::Whole64,
        Some(_) | None => Width::Decimal(9),
    }
}

/// How scores are held: whole where they are rounded so.
pub(in crate::output) fn score_width(policy: &Policy) -> Width {
    let fits = |most: i64| {
        let most = Decimal::from_int(most);
        bounds(policy, policy.range).is_some_and(|(low, high)| -most <= low && high <= most)
    };
    let places = (0..9).find(|places| policy.round.units() % 10_i128.pow(9 - places) == 0).unwrap_or(9);
    let reachable = || bounds(policy, Some(policy.reachable));
    match places {
        0 if fits(i32::MAX.into()) => Width::Whole32,
        0 if reachable().is_some_and(|(low, high)| {
            let most = Decimal::from_int(i64::MAX);
            -most <= low && high <= most
        }) =>
        {
            Width::Whole64
        }
        places => Width::Decimal(places),
    }
}

/// The scores that the policy can give as steps, if there are few.
pub(in crate::output) fn score_steps(policy: &Policy) -> Option<Steps> {
    const MOST: i128 = 50_000;
    let (low, high) = bounds(policy, policy.range)?;
    let (low, step) = (low.units(), policy.round.units());
    let count = (high.units() - low) / step + 1;
    (count <= MOST).then(|| usize::try_from(count).ok()).flatten().map(|count| Steps { low, step, count })
}

/// Between which scores all lie, after overrides and rounding.
fn bounds(policy: &Policy, within: Option<(Decimal, Decimal)>) -> Option<(Decimal, Decimal)> {
    let (low, high) = within?;
    let caps = policy.overrides.iter().filter_map(|each| each.score_at_most);
    let floors = policy.overrides.iter().filter_map(|each| each.score_at_least);
    let low = caps.fold(low, Decimal::min).round_to(policy.round)?;
    let high = floors.fold(high, Decimal::max).round_to(policy.round)?;
    Some((low, high))
}

/// The columns of a sheet. Each may be absent.
pub(in crate::output) fn descriptor(sheet: &Sheet) -> io::Result<SchemaDescPtr> {
    let columns: Result<Vec<_>, _> = sheet
        .columns
        .iter()
        .map(|column| {
            let of = |physical| Type::primitive_type_builder(&column.name, physical);
            let of = match (&column.kind, column.width) {
                (Kind::Text | Kind::Name(_), _) => {
                    of(Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String))
                }
                (Kind::Truth, _) => of(Physical::BOOLEAN),
                (Kind::Day, _) => of(Physical::INT32).with_logical_type(Some(LogicalType::Date)),
                (Kind::Number, Width::Whole32) => of(Physical::INT32),
                (Kind::Number, Width::Whole64) => of(Physical::INT64),
                (Kind::Number, Width::Decimal(places)) => of(Physical::FIXED_LEN_BYTE_ARRAY)
                    .with_length(16)
                    .with_precision(38)
                    .with_scale(places as i32)
                    .with_logical_type(Some(LogicalType::decimal(places as i32, 38))),
            };
            of.build().map(Arc::new)
        })
        .collect();
    let root = Type::group_type_builder("scores").with_fields(columns.map_err(to_io)?).build();
    Ok(Arc::new(SchemaDescriptor::new(Arc::new(root.map_err(to_io)?))))
}
