//! The kit of those who write plugins: writes projects, and checks whether a plugin keeps the contract of `facepay_plugin.h`.
//!
//! Each test runs in a process of its own, which the caller makes by starting its own program once more, and has a budget of
//! its own: a plugin that crashes or hangs fails one test. What is drawn by chance is drawn from a seed that the report names.
#![warn(missing_docs)]

mod bench;
mod case;
mod child;
mod fuzz;
mod process;
mod report;
mod run;

mod project;

mod drive;
mod line;
mod sample;
mod seed;
mod subject;

mod body;
mod config;
mod eye;
mod faults;
mod held;
mod identity;
mod layout;
mod library;
mod load;
mod payment;
mod picture;
mod threading;
mod vision;

pub use bench::{Bench, Figures, Measured, Side, Timed, bench};
pub use case::{Case, Group, cases};
pub use child::{Job, Wanted, answer};
pub use fuzz::{Finding, FindingKind, Fuzz, Fuzzed, fuzz, reproduce};
pub use project::{Kind, Language, Project, ProjectError};
pub use report::{Report, Tested, Verdict};
pub use run::{Plan, check};
pub use subject::Offers;
