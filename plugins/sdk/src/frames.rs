//! Frames that outlast the call that brought them.

use std::sync::Arc;

use crate::error::Result;
use crate::frame::Frame;

/// Keeps frames, and knows each by a number.
pub(crate) trait FrameKeeper: Send + Sync {
    fn retain(&self, frame: &Frame<'_>) -> Result<usize>;
    /// Shows the kept frame to `look`. Fails once the instance is destroyed.
    fn show(&self, kept: usize, look: &mut dyn FnMut(&Frame<'_>)) -> Result<()>;
    fn release(&self, kept: usize);
}

/// The host's memory for frames, as a plugin sees it.
#[derive(Clone)]
pub struct Frames {
    keeper: Arc<dyn FrameKeeper>,
}

impl Frames {
    pub(crate) fn new(keeper: Arc<dyn FrameKeeper>) -> Self {
        Self { keeper }
    }

    /// Keeps a frame beyond its call. Fails with [`Error::Busy`](crate::Error::Busy) when the plugin has as many as it may; let one
    /// go then.
    pub fn retain(&self, frame: &Frame<'_>) -> Result<KeptFrame> {
        let kept = self.keeper.retain(frame)?;
        Ok(KeptFrame { keeper: Arc::clone(&self.keeper), kept })
    }
}

/// A frame that is kept until this is dropped, or the instance destroyed.
pub struct KeptFrame {
    keeper: Arc<dyn FrameKeeper>,
    kept: usize,
}

impl KeptFrame {
    /// What `look` makes of the frame. Fails once the instance is destroyed, which waits for those that look.
    pub fn look<T>(&self, look: impl FnOnce(&Frame<'_>) -> T) -> Result<T> {
        let (mut look, mut seen) = (Some(look), None);
        self.keeper.show(self.kept, &mut |frame: &Frame<'_>| seen = look.take().map(|look| look(frame)))?;
        seen.ok_or_else(|| crate::Error::Internal("the kept frame was not shown".into()))
    }
}

impl Drop for KeptFrame {
    fn drop(&mut self) {
        self.keeper.release(self.kept);
    }
}
