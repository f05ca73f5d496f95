//! Reading typed values out of rows, and pages of them.
use std::str::FromStr;

use domain::{Money, Timestamp};

use crate::StoreError;

/// `text` as a `T`; a row that holds anything else was not written by this program.
pub(crate) fn parse<T>(text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: ToString,
{
    text.parse().map_err(|error: T::Err| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn parse_opt<T>(text: Option<&str>) -> Result<Option<T>, StoreError>
where
    T: FromStr,
    T::Err: ToString,
{
    text.map(parse).transpose()
}

pub(crate) fn digest(bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("a digest has 32 bytes".to_owned()))
}

pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, StoreError> {
    Money::new(minor, parse(currency)?).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn time_opt(at: Option<i64>) -> Option<Timestamp> {
    at.map(Timestamp)
}

/// The most rows that one page may have.
pub(crate) const PAGE_ROWS_MAX: i64 = 500;

pub(crate) fn page(limit: u32) -> i64 {
    i64::from(limit).clamp(1, PAGE_ROWS_MAX)
}
