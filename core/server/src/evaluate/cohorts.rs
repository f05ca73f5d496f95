//! Errors by groups of people: is one group refused more often than another, or taken for each other more often?
//!
//! Within a group both faces of a pair are of that group, as whoever would pass for another looks for somebody alike
//! (ISO/IEC 19795-10); across groups pairs are counted apart.

mod counts;
mod list;
mod ratio;

pub use counts::{AtThreshold, Between, ByPeople, Counts, GroupErrors, Member};
pub use list::{BadCohorts, Cohorts};
pub use ratio::{ERRORS_MIN, Ratio};
