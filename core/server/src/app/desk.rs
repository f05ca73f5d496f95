//! Which requests somebody works on at this moment: each is on one desk at a time.

use std::collections::BTreeSet;

use domain::OperationId;
use parking_lot::Mutex;

/// The requests that are being worked on in this process.
#[derive(Default)]
pub(crate) struct Desk(Mutex<BTreeSet<OperationId>>);

/// A request that nobody else works on until this is dropped.
pub(crate) struct Taken<'a> {
    desk: &'a Desk,
    id: OperationId,
}

impl Desk {
    /// Takes a request; `None` when somebody works on it.
    pub(crate) fn take(&self, id: OperationId) -> Option<Taken<'_>> {
        let free = self.0.lock().insert(id);
        free.then(|| Taken { desk: self, id })
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.desk.0.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_on_one_desk_at_a_time() {
        let (desk, id) = (Desk::default(), OperationId(uuid::Uuid::now_v7()));
        let taken = desk.take(id);
        assert!(taken.is_some() && desk.take(id).is_none());
        drop(taken);
        assert!(desk.take(id).is_some());
    }
}
