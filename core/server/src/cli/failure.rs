//! Why a command failed: one line for a person, and the exit code for a script.

use http::StatusCode;
use store::StoreError;

use super::Exit;
use crate::api::{Problem, chain};
use crate::app::StartError;
use crate::settings::SettingsError;

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    /// What the caller gave cannot be used.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::new(Exit::Failure, text)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::new(Exit::Configuration, chain(&error))
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::Configuration(_) => Exit::Configuration,
            StartError::Unavailable(_) => Exit::Unavailable,
            StartError::Integrity(_) | StartError::Plugin { .. } => Exit::Integrity,
            StartError::Permission(_) => Exit::Permission,
        };
        Self::new(exit, chain(&error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            // The caller named something that is not there, or that the rules forbid.
            StoreError::NotFound(_) | StoreError::Conflict(_) | StoreError::ConsentMissing => {
                Self::failed(chain(&error))
            }
            other => StartError::from(other).into(),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = match problem.status {
            StatusCode::SERVICE_UNAVAILABLE => Exit::Unavailable,
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Exit::Permission,
            _ => Exit::Failure,
        };
        let reasons = match problem.reasons.is_empty() {
            true => String::new(),
            false => format!(" ({})", problem.reasons.join(", ")),
        };
        Self::new(exit, format!("{}: {}{reasons}", problem.code, problem.detail))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::PermissionDenied => Exit::Permission,
            _ => Exit::Failure,
        };
        Self::new(exit, error.to_string())
    }
}
