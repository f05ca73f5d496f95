//! Whether audit and books are whole: a walk through every record and checkpoint, however long it takes, and what was found last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use parking_lot::Mutex;
use store::audit::{Audited, Verifier};
use store::{AuditFault, Store, StoreError};

use super::App;
use super::audit::busy;
use super::errand::{Errand, Standing};
use crate::api::Problem;

/// How far a walk is.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) began: Timestamp,
    /// So many records were found whole.
    pub(crate) records: i64,
    /// Of so many.
    pub(crate) of: i64,
}

/// What a walk has found.
pub(crate) struct Walked {
    pub(crate) at: Timestamp,
    pub(crate) took: Duration,
    pub(crate) found: Result<Audited, AuditFault>,
}

/// What came of adding up the books.
#[derive(Clone)]
pub(crate) struct Added {
    pub(crate) at: Timestamp,
    /// How many accounts hold what their transfers say, or the first that does not.
    pub(crate) found: Result<usize, String>,
}

/// The walk, and what was found last.
#[derive(Default)]
pub(crate) struct Verification {
    walk: Errand<Progress, Walked>,
    books: Mutex<Option<Added>>,
}

impl Verification {
    /// How far a walk is, and what the last one found.
    pub(crate) fn standing(&self) -> Standing<Progress, Walked> {
        self.walk.standing()
    }

    /// What adding up the books came to last.
    pub(crate) fn books(&self) -> Option<Added> {
        self.books.lock().clone()
    }
}

/// Walks through every record and checkpoint, or joins the walk that is under way, and gives where that stands when it has ended or
/// `within` is over. The walk goes on to its end, whoever hangs up.
pub(crate) async fn walk(app: &App, within: Duration) -> Result<Standing<Progress, Walked>, Problem> {
    let walk = &app.verification().walk;
    let before = walk.standing().last;
    let began = app.now();
    if walk.begin(Progress { began, records: 0, of: 0 }) {
        let Some(turn) = app.audit_turn() else {
            walk.end(None);
            return Err(busy());
        };
        let work = app.clone();
        app.spawn_whole(async move {
            let _turn = turn;
            let walked = through(&work, began).await;
            if let Some(walked) = &walked {
                tell(&work, walked);
            }
            work.verification().walk.end(walked);
        });
    }
    let standing = walk.settled(within).await;
    let is_same = match (&before, &standing.last) {
        (Some(before), Some(last)) => Arc::ptr_eq(before, last),
        (None, None) => true,
        _ => false,
    };
    match standing.under_way.is_none() && is_same {
        // The log says why.
        true => Err(Problem::unavailable("database_unavailable", "the walk came to no end; try again")),
        false => Ok(standing),
    }
}

/// One walk; none where the database does not answer or the appliance stops.
async fn through(app: &App, began: Timestamp) -> Option<Walked> {
    let (at, since) = (app.now(), Instant::now());
    let work = app.clone();
    let walked = app.store(move |store: &Store| {
        let go_on = |records, of| {
            work.verification().walk.tell(Progress { began, records, of });
            !work.is_stopping()
        };
        match store.audit_walk_while(Verifier::new(store.device_key().public()), go_on) {
            // A value that can't be read is a fault of what is verified.
            Err(error @ (StoreError::Corrupt(_) | StoreError::Seal)) => {
                Ok(Some(Err(AuditFault::record(0, error.to_string()))))
            }
            walked => walked,
        }
    });
    match walked.await {
        Ok(found) => found.map(|found| Walked { at, took: since.elapsed(), found }),
        Err(error) => {
            tracing::error!(%error, "a walk through the audit broke off");
            None
        }
    }
}

/// Readiness and metrics learn of it.
fn tell(app: &App, walked: &Walked) {
    app.metrics().audit_chain_ok.set(i64::from(walked.found.is_ok()));
    if let Err(fault) = &walked.found {
        tracing::error!(%fault, "the audit chain is broken; run `facepay audit verify`");
    }
}

/// Checks the audit and adds the books up. What is wrong is said aloud and takes readiness away.
pub(super) async fn all(app: &App) -> Result<(), StoreError> {
    let (at, since) = (app.now(), Instant::now());
    let work = move |store: &Store| {
        let found = store.audit_walk(Verifier::new(store.device_key().public()))?;
        let took = since.elapsed();
        Ok((Walked { at, took, found }, store.ledger_verify()?))
    };
    let (walked, books) = app.store(work).await?;
    tell(app, &walked);
    app.verification().walk.note(walked);
    app.metrics().ledger_ok.set(i64::from(books.is_ok()));
    if let Err(fault) = &books {
        tracing::error!(%fault, "the books do not add up; stop taking payments and restore a backup");
    }
    let found = books.map_err(|fault| fault.to_string());
    *app.verification().books.lock() = Some(Added { at, found });
    Ok(())
}
