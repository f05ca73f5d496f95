//! Raw calls into a plugin, for the checks of its conformance.
//!
//! Where [`crate::Host`] protects the appliance from a plugin, this module shows what the plugin does: a status as it came,
//! structs as a host of another age lays them out, sinks that refuse, pictures between pages that nobody may touch. A
//! plugin that breaks the contract may end the process: probe it in a process of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use plugin_sdk::abi::{self, fp_str};

use crate::error::LoadError;
use crate::library::{self, PluginLibrary};
use crate::manifest::{self, Manifest};
use crate::services::HostServices;

mod age;
mod guarded;
mod host;
mod identity;
mod instance;
mod machine;
mod payment;
mod picture;
mod sink;
mod vision;

pub use age::Age;
pub use guarded::Edge;
pub use host::{Extensions, ProbeHost};
pub use identity::Vouching;
pub use instance::Instance;
pub use machine::{Begun, Stepped, Task};
pub use picture::{Picture, PictureDesc, PlaneBytes};
pub use sink::{Answer, Sink};
pub use vision::{Described, Found, Values, Way};

/// An open library and what it says about its plugins.
pub struct Library {
    library: PluginLibrary,
    manifests: Vec<Manifest>,
    opened_in: Duration,
}

impl Library {
    /// Opens the library in the file; its constructors and `init` run here.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        let bytes = library::read(path)?;
        let begun = Instant::now();
        let library = PluginLibrary::open_sealed(path, bytes)?;
        let opened_in = begun.elapsed();
        let manifests = manifest::all(&library, path)?;
        Ok(Self { library, manifests, opened_in })
    }

    /// Links another copy of the library with data of its own, runs its `init` and, where it has one, its `deinit`. How long
    /// `init` took.
    pub fn another_life(&self, path: &Path) -> Result<Duration, LoadError> {
        let bytes = library::read(path)?;
        let sha256 = bytes.digest().0;
        let copy = PluginLibrary::linked(path, bytes.into_fd(), sha256)?;
        let begun = Instant::now();
        library::start(path, &copy.entry, HostServices::new("plugin library", None, None))?;
        let took = begun.elapsed();
        if let Some(deinit) = copy.entry.deinit {
            // SAFETY: [ctl]; it has started, and has no instance.
            unsafe { deinit() };
        }
        Ok(took)
    }

    /// The plugins of the library.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }

    /// How long linking, constructors and `init` took.
    pub fn opened_in(&self) -> Duration {
        self.opened_in
    }

    /// What the library says about its plugins now.
    pub fn described_again(&self, path: &Path) -> Result<Vec<Manifest>, LoadError> {
        manifest::all(&self.library, path)
    }

    /// `[any]` Where the descriptor with this index lies, 0 for nowhere.
    pub fn descriptor_address(&self, index: u32) -> usize {
        let descriptor = self.library.entry.descriptor.expect("checked when the library was opened");
        // SAFETY: [any]; every index may be asked for.
        unsafe { descriptor(index) }.addr()
    }

    /// `[ctl]` Makes an instance of the plugin with this id, or says what `create` answered instead.
    pub fn create(&self, id: &str, host: &ProbeHost, sink: Sink) -> Result<Instance, Answer> {
        let create = self.library.entry.create.expect("checked when the library was opened");
        let mut table = std::ptr::null();
        let answer = sink.during(|err| {
            // SAFETY: [ctl]; the host is never freed; all else is valid during the call.
            unsafe { create(host.as_ptr(), fp_str::of(id), &raw mut table, err) }
        });
        if answer.status != abi::FP_OK {
            return Err(answer);
        }
        // SAFETY: null or the vtable of the new instance.
        let table = unsafe { abi::read(table) };
        let table = table.map_err(|error| Answer { reason: error.to_string(), ..answer })?;
        Ok(Instance::new(table))
    }
}

/// What is wrong with a face of a call about this many frames, if anything.
pub fn face_flaw(face: &crate::Face, frames: usize) -> Option<String> {
    crate::vision::flaw(face, frames)
}

/// What is wrong with an effect of a payment, if anything.
pub fn effect_flaw(effect: &crate::Effect) -> Option<String> {
    crate::payment::flaw(effect)
}
