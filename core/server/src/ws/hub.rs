//! Events for everybody who listens: numbered, kept for a while, never waited for.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// One event, serialised once for all listeners.
#[derive(Debug)]
pub struct Event {
    /// Rises by one with every event of this run.
    pub seq: u64,
    /// What happened, such as `checkout.paid`.
    pub kind: String,
    /// The camera that it is about, where it is about one.
    pub camera: Option<String>,
    /// The JSON text, with `seq` and `type` in it; all listeners share it.
    pub text: Utf8Bytes,
}

/// The events that a listener missed, and what comes next.
pub struct Subscription {
    /// Kept events after the asked number.
    pub missed: Vec<Arc<Event>>,
    /// Whether some were asked for that are no longer kept.
    pub gap: bool,
    /// The number after which these go on.
    pub from: u64,
    /// New events.
    pub live: broadcast::Receiver<Arc<Event>>,
}

/// Numbers, keeps and spreads events.
pub struct Hub {
    kept: Mutex<Kept>,
    spread: broadcast::Sender<Arc<Event>>,
}

struct Kept {
    last_seq: u64,
    events: VecDeque<Arc<Event>>,
    events_max: usize,
}

/// Events that a listener may be behind: many, since consoles are told of several at a time when many listen.
const LIVE_EVENTS_MAX: usize = 1024;

impl Hub {
    /// A hub that keeps the last `events_max` events and numbers them from after `last_seq`. The start
    /// time as `last_seq` keeps numbers rising over restarts, so that a resuming client sees the gap.
    pub fn new(events_max: usize, last_seq: u64) -> Self {
        let kept = Kept { last_seq, events: VecDeque::new(), events_max };
        Self { kept: Mutex::new(kept), spread: broadcast::Sender::new(LIVE_EVENTS_MAX) }
    }

    /// Publishes `body` (a JSON object) as an event of `kind`.
    pub fn publish(&self, kind: &str, mut body: serde_json::Map<String, serde_json::Value>) {
        // Numbering and sending under one lock keeps the order that listeners see gapless.
        let mut kept = self.kept.lock();
        kept.last_seq += 1;
        body.insert("seq".to_owned(), kept.last_seq.into());
        body.insert("type".to_owned(), kind.into());
        let camera = body.get("camera").and_then(serde_json::Value::as_str).map(str::to_owned);
        let text = serde_json::Value::Object(body).to_string().into();
        let event = Arc::new(Event { seq: kept.last_seq, kind: kind.to_owned(), camera, text });
        if kept.events.len() == kept.events_max {
            kept.events.pop_front();
        }
        kept.events.push_back(event.clone());
        // No listener is no error.
        let _ = self.spread.send(event);
    }

    /// Listens from the event after `after`; `None` listens from now.
    pub fn subscribe(&self, after: Option<u64>) -> Subscription {
        let kept = self.kept.lock();
        let live = self.spread.subscribe();
        let Some(after) = after else {
            return Subscription { missed: Vec::new(), gap: false, from: kept.last_seq, live };
        };
        let first_kept = kept.events.front().map_or(kept.last_seq + 1, |event| event.seq);
        // A number from the future belongs to an earlier run of the appliance.
        let gap = after + 1 < first_kept || after > kept.last_seq;
        let from = if gap { first_kept - 1 } else { after };
        let missed = kept.events.iter().filter(|event| event.seq > from).cloned().collect();
        Subscription { missed, gap, from, live }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(events: usize) -> Hub {
        let hub = Hub::new(3, 0);
        for _ in 0..events {
            hub.publish("tick", serde_json::Map::new());
        }
        hub
    }

    fn check(published: usize, after: Option<u64>, seqs: &[u64], gap: bool) {
        let subscription = hub(published).subscribe(after);
        let found: Vec<u64> = subscription.missed.iter().map(|event| event.seq).collect();
        assert_eq!((found.as_slice(), subscription.gap), (seqs, gap), "{published} {after:?}");
        let before = seqs.first().map_or(published as u64, |first| first - 1);
        assert_eq!(subscription.from, before, "{published} {after:?}");
    }

    #[test]
    fn a_listener_resumes_where_it_was_or_learns_of_the_gap() {
        check(0, None, &[], false);
        check(0, Some(0), &[], false);
        check(2, Some(0), &[1, 2], false);
        check(3, Some(2), &[3], false);
        check(5, Some(2), &[3, 4, 5], false);
        check(5, Some(1), &[3, 4, 5], true);
        check(2, Some(9), &[1, 2], true);
    }

    #[test]
    fn what_comes_after_subscribing_is_not_missed() {
        let hub = hub(1);
        let mut subscription = hub.subscribe(Some(1));
        hub.publish("tick", serde_json::Map::new());
        assert_eq!(subscription.live.try_recv().unwrap().seq, 2);
    }
}
