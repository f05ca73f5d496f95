//! What the process has in memory stays there: faces and keys go into no core dump, and no other process of the user reads them. It has
//! no more of it than it uses.

use std::num::NonZeroUsize;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Takes core dumps away from this process and those that it starts. What the system refuses is said.
pub(crate) fn keep_private() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core dumps cannot be limited");
    }
    // A dump that is piped to a program knows no limit.
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps cannot be switched off");
    }
}

/// Lets the allocator make a pool for each core. To be called before there are threads.
pub(crate) fn limit_arenas() {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    plugin_host::memory::limit_arenas(u16::try_from(cores).unwrap_or(u16::MAX));
}

/// Gives the system back what busier minutes took. It takes milliseconds, in which some other threads may wait for memory.
pub(crate) async fn give_back() {
    if let Err(error) = tokio::task::spawn_blocking(plugin_host::memory::give_back).await {
        tracing::warn!(%error, "memory is not given back");
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn the_process_leaves_no_core_dump() {
        keep_private();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
