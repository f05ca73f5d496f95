//! A plugin's shared library: hashed, opened once per content, never closed.

use std::collections::HashMap;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use plugin_package::SealedFile;
use plugin_sdk::Error;
use plugin_sdk::abi::{self, fp_entry};

use crate::error::LoadError;
use crate::services::HostServices;

/// Largest plugin file that is loaded.
const FILE_BYTES_MAX: u64 = 512 << 20;
/// Most libraries that one process keeps.
const LIBRARIES_MAX: usize = 64;

/// An open library with an entry of our ABI.
#[derive(Clone, Copy)]
pub(crate) struct PluginLibrary {
    pub(crate) entry: fp_entry,
    pub(crate) sha256: [u8; 32],
}

/// The libraries that this process has mapped, which it keeps.
#[derive(Default)]
struct Libraries {
    /// By the hash of their content. A library is opened and started once: the dynamic linker would hand out a second copy
    /// of its static data for a second open of the same bytes.
    usable: HashMap<[u8; 32], PluginLibrary>,
    /// The usable ones, and those that turned out to be no plugin.
    mapped: usize,
}

static LIBRARIES: LazyLock<Mutex<Libraries>> = LazyLock::new(Mutex::default);

impl PluginLibrary {
    /// Opens the library in sealed memory, or finds it among those of the process. Its constructors and `init` run here;
    /// `path` is only what errors call it.
    pub(crate) fn open_sealed(path: &Path, bytes: SealedFile) -> Result<Self, LoadError> {
        LIBRARIES.lock().unwrap_or_else(PoisonError::into_inner).open(path, bytes)
    }
}

impl PluginLibrary {
    /// Opens the library in sealed memory whose hash is known, as the only one of its process. Its constructors run here, and
    /// `init` with `host`.
    pub(crate) fn only(
        path: &Path,
        memory: OwnedFd,
        sha256: [u8; 32],
        host: HostServices,
    ) -> Result<Self, LoadError> {
        let library = Self::linked(path, memory, sha256)?;
        start(path, &library.entry, host)?;
        Ok(library)
    }

    /// As [`Self::only`], without `init`.
    pub(crate) fn linked(path: &Path, memory: OwnedFd, sha256: [u8; 32]) -> Result<Self, LoadError> {
        let library = link(path, memory)?;
        let entry = checked_entry(path, entry_of(path, &library)?)?;
        Ok(Self { entry, sha256 })
    }
}

impl Libraries {
    fn open(&mut self, path: &Path, bytes: SealedFile) -> Result<PluginLibrary, LoadError> {
        let sha256 = bytes.digest().0;
        if let Some(known) = self.usable.get(&sha256) {
            return Ok(*known);
        }
        if self.mapped >= LIBRARIES_MAX {
            return Err(LoadError::TooMany { found: self.mapped });
        }
        let library = link(path, bytes.into_fd())?;
        self.mapped += 1;
        let entry = checked_entry(path, entry_of(path, &library)?)?;
        // Before any instance exists a library sees a host with a log and nothing else.
        start(path, &entry, HostServices::new("plugin library", None, None))?;
        let library = PluginLibrary { entry, sha256 };
        self.usable.insert(sha256, library);
        Ok(library)
    }
}

/// A copy of the file in sealed memory.
pub(crate) fn read(path: &Path) -> Result<SealedFile, LoadError> {
    let failed = |source| LoadError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?.len();
    let large = || LoadError::Large { path: path.to_owned(), found, expected: FILE_BYTES_MAX };
    SealedFile::copy(file, FILE_BYTES_MAX).map_err(failed)?.ok_or_else(large)
}

/// Opens the bytes as a library that is never closed: threads, thread-local destructors and saved pointers of the plugin
/// may outlast any instance.
fn link(path: &Path, memory: OwnedFd) -> Result<ManuallyDrop<Library>, LoadError> {
    let name = format!("/proc/self/fd/{}", memory.as_raw_fd());
    let failed =
        |error: libloading::Error| LoadError::Link { path: path.to_owned(), detail: error.to_string() };
    // SAFETY: this runs the constructors of the library. That is what loading an in-process plugin means: the operator
    // chose to trust its code. Nothing else is assumed of it.
    let library =
        unsafe { Library::open(Some(&name), RTLD_NOW | RTLD_LOCAL | libc::RTLD_NODELETE) }.map_err(failed)?;
    // The descriptor of an open library stays open for ever: the linker knows it by its path, and a second library under
    // the same number would be taken for the first.
    let _ = memory.into_raw_fd();
    Ok(ManuallyDrop::new(library))
}

/// The address of the entry.
fn entry_of(path: &Path, library: &Library) -> Result<*const fp_entry, LoadError> {
    // SAFETY: the symbol is only taken as an address here; what it points to is checked before use.
    match unsafe { library.get::<*const fp_entry>(c"facepay_plugin_entry") } {
        Ok(symbol) => Ok(symbol.as_raw_ptr().cast_const().cast()),
        Err(_) => Err(LoadError::NoEntry { path: path.to_owned() }),
    }
}

/// Reads the entry and refuses what is not of our ABI, naming the field.
fn checked_entry(path: &Path, entry: *const fp_entry) -> Result<fp_entry, LoadError> {
    let differs = |field, found: String, expected: String, remedy| LoadError::Field {
        path: path.to_owned(),
        field,
        found,
        expected,
        remedy,
    };
    if entry.is_null() || !entry.is_aligned() {
        let found = if entry.is_null() { "a null pointer" } else { "misaligned" };
        let expected = "an aligned fp_entry".to_owned();
        return Err(differs("facepay_plugin_entry", found.into(), expected, "rebuild the plugin"));
    }
    // `magic` and `struct_size` come first so that a foreign object is recognised before more of it is read.
    // SAFETY: a data symbol of the library with at least these four bytes: the smallest object a linker emits for it.
    let magic = unsafe { (&raw const (*entry).magic).read() };
    if magic != abi::FP_MAGIC {
        let expected = format!("{:#010x}", abi::FP_MAGIC);
        let remedy = "the symbol is something else than a FacePay entry; rename it or fix the plugin";
        return Err(differs("fp_entry.magic", format!("{magic:#010x}"), expected, remedy));
    }
    // SAFETY: with the right magic it is an fp_entry, whose first 16 bytes never change.
    let (size, major) = unsafe { ((*entry).struct_size, (*entry).abi_major) };
    if major != abi::FP_ABI_MAJOR {
        let expected = abi::FP_ABI_MAJOR.to_string();
        let remedy = match major > abi::FP_ABI_MAJOR {
            true => "the plugin is for a newer FacePay; update FacePay",
            false => "the plugin is for an older FacePay; rebuild it",
        };
        return Err(differs("fp_entry.abi_major", major.to_string(), expected, remedy));
    }
    if (size as usize) < size_of::<fp_entry>() {
        let expected = format!("at least {}", size_of::<fp_entry>());
        let remedy = "rebuild it against this facepay_plugin.h";
        return Err(differs("fp_entry.struct_size", size.to_string(), expected, remedy));
    }
    // SAFETY: the entry says that it has at least as many bytes as ours; any bytes are a valid mirror.
    let entry = unsafe { entry.read() };
    let missing = [
        ("fp_entry.count", entry.count.is_none()),
        ("fp_entry.descriptor", entry.descriptor.is_none()),
        ("fp_entry.create", entry.create.is_none()),
    ];
    match missing.into_iter().find(|(_, is_missing)| *is_missing) {
        Some((field, _)) => {
            Err(differs(field, "a null pointer".into(), "a function".into(), "fill it in and rebuild"))
        }
        None => Ok(entry),
    }
}

/// Runs the library's `init`, where it has one.
pub(crate) fn start(path: &Path, entry: &fp_entry, host: HostServices) -> Result<(), LoadError> {
    let Some(init) = entry.init else { return Ok(()) };
    let host = host.leak();
    // SAFETY: [ctl]; called once per library, under the lock of `LIBRARIES`; the host is never freed.
    let status = unsafe { init(host) };
    match Error::from_status(status, String::new()) {
        None => Ok(()),
        Some(source) => Err(LoadError::Refused { id: path.display().to_string(), stage: "start", source }),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// The memory files that this process holds open. No other unit test opens a library.
    fn memory_files() -> usize {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(Result::ok);
        let targets = open.filter_map(|fd| std::fs::read_link(fd.path()).ok());
        targets.filter(|target| target.to_string_lossy().starts_with("/memfd:facepay-plugin")).count()
    }

    #[test]
    fn only_what_is_mapped_is_kept_and_all_that_is_mapped_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let mut libraries = Libraries::default();
        let text = dir.path().join("text.so");
        std::fs::write(&text, "not a library").unwrap();
        assert!(matches!(libraries.open(&text, read(&text).unwrap()), Err(LoadError::Link { .. })));
        assert_eq!((libraries.mapped, memory_files()), (0, 0));

        let (source, other) = (dir.path().join("other.c"), dir.path().join("other.so"));
        std::fs::write(&source, "int other = 1;\n").unwrap();
        let compiled = Command::new("cc").args(["-shared", "-o"]).args([&other, &source]).status().unwrap();
        assert!(compiled.success());
        for opened in 0..LIBRARIES_MAX {
            assert_eq!((libraries.mapped, memory_files()), (opened, opened));
            assert!(matches!(libraries.open(&other, read(&other).unwrap()), Err(LoadError::NoEntry { .. })));
        }
        assert!(matches!(
            libraries.open(&other, read(&other).unwrap()),
            Err(LoadError::TooMany { found: LIBRARIES_MAX })
        ));
    }
}
