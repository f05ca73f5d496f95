//! What a recogniser that is tried beside has done.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

/// Counts of faces that were shown to the recogniser beside.
#[derive(Default)]
pub(crate) struct Shadow {
    /// Those that it embedded.
    pub(crate) embedded: Counter,
    /// Those that there was no time for, or that failed.
    pub(crate) dropped: Counter,
    /// Visits at which it named the same person.
    pub(crate) agreed: Counter,
    /// Visits at which it named nobody or somebody else.
    pub(crate) disagreed: Counter,
}

impl Shadow {
    pub(super) fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            ("shadow_embedded", "Faces that the recogniser beside embedded", &self.embedded),
            ("shadow_dropped", "Faces that it was not shown, or that failed", &self.dropped),
            ("shadow_agreed", "Visits at which it named the same person", &self.agreed),
            ("shadow_disagreed", "Visits at which it named nobody or somebody else", &self.disagreed),
        ] {
            registry.register(name, help, counter.clone());
        }
    }
}
