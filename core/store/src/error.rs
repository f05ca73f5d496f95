//! What can go wrong, in words for the one who must mend it.
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::{approval, identity, ledger::LedgerError, limits::Exceeded, money::MoneyError, step_up};

/// Why the store did nothing. Whatever was under way was rolled back whole.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("there is no {0} with this id")]
    NotFound(&'static str),
    /// The state or a uniqueness rule forbids it.
    #[error("{0}")]
    Conflict(String),
    /// A template was to be stored without a live consent of that person.
    #[error("there is no live consent of this person; record one first")]
    ConsentMissing,
    /// The person has as many faces as one may have.
    #[error("a person has at most {0} faces; remove one first")]
    FacesFull(usize),
    /// Somebody's faces changed since the gallery was searched: what was found may not be true any more.
    #[error("enrolled faces changed meanwhile; try again")]
    Overtaken,
    /// A wallet holds too little.
    #[error("{available} minor units are available and {asked} are needed")]
    InsufficientFunds {
        /// What could be set aside.
        available: i64,
        /// What was asked for.
        asked: i64,
    },
    /// The payer would spend more than is allowed.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// What was proved about the payer does not carry the charge.
    #[error(transparent)]
    Evidence(#[from] step_up::Unfit),
    /// An identity check does not carry a payment.
    #[error(transparent)]
    Identity(#[from] identity::Unfit),
    /// A second person must allow it.
    #[error("so much goes back only with a second person's yes")]
    ApprovalNeeded,
    /// A second person's decision that is none.
    #[error(transparent)]
    Approval(#[from] approval::Refused),
    /// A domain rule about money.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The disk is full, or the file or folder can't be written.
    #[error("the database can't be written ({0}); free disk space or make its folder writable")]
    NotWritable(String),
    /// The database does not answer.
    #[error("the database does not answer ({0}); check that it runs and that database.url is right")]
    Unavailable(String),
    /// The database has migrations that this program doesn't know: what it would write might not fit.
    #[error(
        "a newer version has changed the tables (migration {0}); install that version again, or restore a backup from before it"
    )]
    Newer(String),
    /// The URL names no database.
    #[error("{0}")]
    Url(String),
    /// A sealed box does not open: wrong appliance key, or the data was changed.
    #[error("sealed data does not open: the appliance key is another one, or the data was changed")]
    Seal,
    /// The keys that lie outside the database are missing, damaged or of another one.
    #[error("the keys outside the database can't be used ({0}); restore their folder from its backup")]
    Keys(String),
    /// A row holds what this program never writes.
    #[error("the database holds a value that can't be read ({0}); verify it with `facepay audit verify`")]
    Corrupt(String),
    /// Any other failure of the database.
    #[error("the database refused: {0}")]
    Database(#[source] DieselError),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, info) = &error else {
            return Self::Database(error);
        };
        let text = info.message().to_owned();
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::Conflict(unique(&text)),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Unavailable(text)
            }
            _ if text.contains("faces_need_consent") => Self::ConsentMissing,
            _ if not_writable(&text) => Self::NotWritable(text),
            _ if not_answering(&text) => Self::Unavailable(text),
            _ => Self::Database(error),
        }
    }
}

fn not_writable(text: &str) -> bool {
    ["readonly database", "disk is full", "disk full", "No space left", "disk I/O error", "unable to open"]
        .iter()
        .any(|sign| text.contains(sign))
}

fn not_answering(text: &str) -> bool {
    ["server closed the connection", "terminating connection", "could not connect", "AnyConnection refused"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// What is taken already, by the name of the constraint or column that both databases give.
fn unique(text: &str) -> String {
    let taken = [
        ("checkout_legs", "this person pays another part of this group"),
        ("enrolments", "an enrolment of this person waits for a decision already"),
        ("email_tag", "another person has this e-mail address"),
        ("settlement_operations", "a payment is in one closed day only"),
        ("file_sha256", "this file was brought in for another day"),
        ("settlement_batches_one_file", "this file was brought in for another day"),
        ("settlement_batches", "this day is closed already"),
        ("operations", "another request of this payment moves the same money"),
        ("operators", "another operator has this name"),
        ("cameras", "another camera has this id"),
        ("accounts", "this account exists already"),
    ];
    let found = taken.iter().find(|(sign, _)| text.contains(sign)).map(|(_, words)| *words);
    found.unwrap_or("this exists already").to_owned()
}

impl From<LedgerError> for StoreError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::InsufficientFunds { available, asked } => {
                Self::InsufficientFunds { available, asked }
            }
            LedgerError::Money(money) => Self::Money(money),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<domain::transaction::Refused> for StoreError {
    fn from(refused: domain::transaction::Refused) -> Self {
        Self::Conflict(refused.to_string())
    }
}

impl From<domain::operation::Refused> for StoreError {
    fn from(refused: domain::operation::Refused) -> Self {
        Self::Conflict(refused.to_string())
    }
}

impl From<domain::checkout::Refused> for StoreError {
    fn from(refused: domain::checkout::Refused) -> Self {
        Self::Conflict(refused.to_string())
    }
}

impl From<domain::group::Refused> for StoreError {
    fn from(refused: domain::group::Refused) -> Self {
        Self::Conflict(refused.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_says_who_must_mend_it() {
        for (text, expected) in [
            ("database or disk is full", "not writable"),
            ("could not extend file \"base/5/1\": No space left on device", "not writable"),
            ("attempt to write a readonly database", "not writable"),
            ("terminating connection due to administrator command", "unavailable"),
            ("faces_need_consent", "consent"),
            ("division by zero", "database"),
        ] {
            let raised = DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text.to_owned()));
            let found = match StoreError::from(raised) {
                StoreError::NotWritable(_) => "not writable",
                StoreError::Unavailable(_) => "unavailable",
                StoreError::ConsentMissing => "consent",
                StoreError::Database(_) => "database",
                other => panic!("{text}: {other}"),
            };
            assert_eq!(found, expected, "{text}");
        }
    }
}
