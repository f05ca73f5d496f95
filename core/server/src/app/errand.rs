//! Long work of which one is under way at a time: begun by whoever asks first, told of while it goes on, and looked up afterwards.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Where it stands: `P` is how far it is, `T` what came of it.
pub(crate) struct Errand<P, T>(watch::Sender<Standing<P, T>>);

/// What is told of it.
pub(crate) struct Standing<P, T> {
    pub(crate) under_way: Option<P>,
    /// What came of the one that ended last.
    pub(crate) last: Option<Arc<T>>,
}

impl<P: Clone, T> Clone for Standing<P, T> {
    fn clone(&self) -> Self {
        Self { under_way: self.under_way.clone(), last: self.last.clone() }
    }
}

impl<P, T> Default for Errand<P, T> {
    fn default() -> Self {
        Self(watch::Sender::new(Standing { under_way: None, last: None }))
    }
}

impl<P: Clone, T> Errand<P, T> {
    /// Takes it on; `false` where it is under way already. Whoever took it on ends it.
    pub(crate) fn begin(&self, how_far: P) -> bool {
        self.0.send_if_modified(|standing| {
            let is_free = standing.under_way.is_none();
            if is_free {
                standing.under_way = Some(how_far);
            }
            is_free
        })
    }

    /// Says how far it is.
    pub(crate) fn tell(&self, how_far: P) {
        self.0.send_modify(|standing| standing.under_way = Some(how_far));
    }

    /// Ends it; without a result what came of the one before stays.
    pub(crate) fn end(&self, result: Option<T>) {
        self.0.send_modify(|standing| {
            standing.under_way = None;
            standing.last = result.map(Arc::new).or(standing.last.take());
        });
    }

    /// Takes up what was found by other means.
    pub(crate) fn note(&self, result: T) {
        self.0.send_modify(|standing| standing.last = Some(Arc::new(result)));
    }

    pub(crate) fn standing(&self) -> Standing<P, T> {
        self.0.borrow().clone()
    }

    /// Waits until none is under way, for so long at most, and says where it stands then.
    pub(crate) async fn settled(&self, within: Duration) -> Standing<P, T> {
        let mut told = self.0.subscribe();
        // The sender is here, so that an error is the time that is over.
        let _ = tokio::time::timeout(within, told.wait_for(|standing| standing.under_way.is_none())).await;
        self.standing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_is_under_way_at_a_time_and_its_end_is_waited_for() {
        let errand = Arc::new(Errand::<u32, &str>::default());
        assert!(errand.begin(0) && !errand.begin(0));
        errand.tell(7);
        let waits = errand.settled(Duration::from_millis(10)).await;
        assert_eq!((waits.under_way, waits.last), (Some(7), None));
        let waiting = tokio::spawn({
            let errand = errand.clone();
            async move { errand.settled(Duration::from_secs(60)).await }
        });
        errand.end(Some("found"));
        let settled = waiting.await.unwrap();
        assert_eq!((settled.under_way, settled.last.as_deref()), (None, Some(&"found")));
        // One that comes to nothing leaves what was found before.
        assert!(errand.begin(1));
        errand.end(None);
        assert_eq!(errand.standing().last.as_deref(), Some(&"found"));
        errand.note("seen");
        assert_eq!(errand.standing().last.as_deref(), Some(&"seen"));
    }
}
