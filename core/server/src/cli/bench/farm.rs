//! The simulated cameras of `facepay bench pipeline`, in a process of their own: what they cost is not the appliance's.

use std::path::{Path, PathBuf};
use std::process::Command;

use pipeline::simulate::{self, ClipOptions, Journal, MountOptions, OutsideFarm, RtspFarm};

use crate::api::chain;
use crate::cli::{Exit, Failure};
use crate::demo;

/// The cameras, seen from the process that measures.
pub(super) struct Farm {
    outside: OutsideFarm,
    /// When each of their pictures was captured.
    pub(super) journal: Journal,
    path: PathBuf,
    /// How their clip is made.
    pub(super) options: ClipOptions,
}

impl Farm {
    /// Starts this program again, as so many cameras; before the first `occupied` somebody stands.
    pub(super) fn start(cameras: u16, occupied: u16) -> Result<Self, Failure> {
        let options = demo::standing_payer().map_err(|error| unavailable(&error))?.options().clone();
        let path = std::env::temp_dir().join(format!("facepay-bench-{}.journal", std::process::id()));
        let program = std::env::current_exe().map_err(|error| unavailable(&error))?;
        let mut command = Command::new(program);
        let (cameras, occupied) = (cameras.to_string(), occupied.to_string());
        command
            .args(["bench", "farm", "--cameras", &cameras, "--occupied", &occupied, "--journal"])
            .arg(&path);
        let outside = OutsideFarm::start(&mut command).map_err(|error| unavailable(&error))?;
        let journal = Journal::open(&path).map_err(|error| unavailable(&error))?;
        Ok(Self { outside, journal, path, options })
    }

    /// The cameras' addresses.
    pub(super) fn urls(&self) -> &[String] {
        self.outside.urls()
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        // A file left in the temporary folder does no harm.
        let _removed = std::fs::remove_file(&self.path);
    }
}

/// What the other process does: it ends with its standard input.
pub(super) fn serve(cameras: u16, occupied: u16, journal: &Path) -> Result<(), Failure> {
    let clip = demo::standing_payer().map_err(|error| unavailable(&error))?;
    let empty = demo::empty_place().map_err(|error| unavailable(&error))?;
    let farm = RtspFarm::start().map_err(|error| unavailable(&error))?;
    let mut mounts = Vec::new();
    for number in 1..=cameras {
        let clip = if number <= occupied { &clip } else { &empty };
        let mount = farm.mount(&format!("camera-{number}"), clip, &MountOptions::default());
        mounts.push(mount.map_err(|error| unavailable(&error))?);
    }
    farm.keep(&Journal::create(journal).map_err(|error| unavailable(&error))?);
    simulate::serve(&mounts, &[]).map_err(|error| unavailable(&error))
}

fn unavailable(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Unavailable, chain(error))
}
