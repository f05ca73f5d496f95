//! Several appliances with the same people. One is the centre: people are enrolled, changed and erased there. The others follow it:
//! they copy every change and hand back the receipts of what these people paid at them.
//!
//! The feed has no history but the newest change of each person, so that it is never longer than there are people, never needs to
//! be kept, and names everybody to an appliance that begins. A change stands for what the person is like when it is read; applying
//! it twice, or an older one after a newer one, can't bring back what is gone: who is not at the centre any more is erased.
mod copy;
mod feed;
mod follower;
mod visitor;

pub use copy::SyncPosition;
pub use feed::{Change, Changed, CopiedFace, Feed, Person, Spent};
pub(crate) use feed::{signs_by, spent};
pub use follower::{FollowerRow, SignedReceipt, TakenReceipts};
pub use visitor::{Holds, NamedPerson, Visitors};

/// The name of the feed that a centre gives out, or of the one that is followed here.
pub(crate) const FEED: &str = "sync.feed";
/// The name of the feed that this appliance gives out.
pub(crate) const OWN_FEED: &str = "sync.own_feed";
/// The last change that was copied from the feed that is followed.
pub(crate) const POSITION: &str = "sync.position";
/// When the feed that is followed was last read.
pub(crate) const HEARD: &str = "sync.heard";
/// The latest time that this appliance knew.
pub(crate) const CLOCK: &str = "sync.clock";
/// Whom a follower holds, where that is not everybody.
pub(crate) const HOLDS: &str = "sync.holds";
/// Among how many templates the centre found the people here.
pub(crate) const TEMPLATES: &str = "sync.templates";
