//! Files that come with a plugin, in its signed package.

use std::sync::Arc;

use crate::error::Result;

/// Maps the files of a plugin's package. The host implements it; a plugin's tests may give it files of theirs.
pub trait ArtifactService: Send + Sync {
    /// The file's bytes. Fails with [`Error::Invalid`](crate::Error::Invalid) when the package lists no such file.
    fn map(&self, name: &str) -> Result<&'static [u8]>;
}

/// The files of the plugin's package, as the plugin sees them. The host has checked their hashes.
#[derive(Clone)]
pub struct Artifacts {
    service: Arc<dyn ArtifactService>,
}

impl Artifacts {
    pub(crate) fn new(service: Arc<dyn ArtifactService>) -> Self {
        Self { service }
    }

    /// The bytes of the file at this path in the package, read-only. Meant for `activate`.
    pub fn map(&self, name: &str) -> Result<&'static [u8]> {
        self.service.map(name)
    }
}
