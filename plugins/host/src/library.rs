//! A plugin's shared library: hashed, opened once per content, never closed.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use plugin_sdk::Error;
use plugin_sdk::abi::{self, fp_entry};
use sha2::{Digest, Sha256};

use crate::error::LoadError;
use crate::services;

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

/// The libraries of this process by the hash of their content. A library is opened and started once: the dynamic linker
/// would hand out a second copy of its static data for a second open of the same bytes.
static LIBRARIES: LazyLock<Mutex<HashMap<[u8; 32], PluginLibrary>>> = LazyLock::new(Mutex::default);

impl PluginLibrary {
    /// Opens the library in the file, or finds it among those of the process. Its constructors and `init` run here.
    pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
        let bytes = read(path)?;
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        let mut libraries = LIBRARIES.lock().unwrap_or_else(PoisonError::into_inner);
        let found = libraries.len();
        match libraries.entry(sha256) {
            Slot::Occupied(slot) => Ok(*slot.get()),
            Slot::Vacant(_) if found >= LIBRARIES_MAX => Err(LoadError::TooMany { found }),
            Slot::Vacant(slot) => {
                let entry = checked_entry(path, link(path, &bytes)?)?;
                start(path, &entry)?;
                Ok(*slot.insert(Self { entry, sha256 }))
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let failed = |source| LoadError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?.len();
    let expected = FILE_BYTES_MAX;
    if found > expected {
        return Err(LoadError::Large { path: path.to_owned(), found, expected });
    }
    let mut bytes = Vec::new();
    file.take(expected).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Opens the bytes and returns the address of the entry.
fn link(path: &Path, bytes: &[u8]) -> Result<*const fp_entry, LoadError> {
    let memory = sealed(bytes).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
    // The descriptor stays open for ever: the linker knows a library by its path, and a second library under the same
    // number would be taken for the first.
    let name = format!("/proc/self/fd/{}", memory.into_raw_fd());
    let failed =
        |error: libloading::Error| LoadError::Link { path: path.to_owned(), detail: error.to_string() };
    // SAFETY: this runs the constructors of the library. That is what loading an in-process plugin means: the operator
    // chose to trust its code. Nothing else is assumed of it.
    let library =
        unsafe { Library::open(Some(&name), RTLD_NOW | RTLD_LOCAL | libc::RTLD_NODELETE) }.map_err(failed)?;
    // SAFETY: the symbol is only taken as an address here; what it points to is checked before use.
    let symbol = unsafe { library.get::<*const fp_entry>(c"facepay_plugin_entry") };
    let entry = match symbol {
        Ok(symbol) => symbol.as_raw_ptr().cast_const().cast::<fp_entry>(),
        Err(_) => return Err(LoadError::NoEntry { path: path.to_owned() }),
    };
    // Never closed: threads, thread-local destructors and saved pointers of the plugin may outlast any instance.
    std::mem::forget(library);
    Ok(entry)
}

/// A memory file with these bytes that nobody can change any more.
fn sealed(bytes: &[u8]) -> std::io::Result<File> {
    let failed = std::io::Error::last_os_error;
    // SAFETY: the name is NUL-terminated; the call touches no memory of ours.
    let fd = unsafe {
        libc::memfd_create(c"facepay-plugin".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING)
    };
    if fd < 0 {
        return Err(failed());
    }
    // SAFETY: `fd` was just opened and belongs to nobody else.
    let mut file = unsafe { File::from_raw_fd(fd) };
    file.write_all(bytes)?;
    let seals = libc::F_SEAL_SEAL | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;
    // SAFETY: the descriptor is open; sealing touches no memory of ours.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } < 0 {
        return Err(failed());
    }
    Ok(file)
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
fn start(path: &Path, entry: &fp_entry) -> Result<(), LoadError> {
    let Some(init) = entry.init else { return Ok(()) };
    // SAFETY: [ctl]; called once per library, under the lock of `LIBRARIES`; the host lives as long as the process.
    let status = unsafe { init(services::process_host()) };
    match Error::from_status(status, String::new()) {
        None => Ok(()),
        Some(source) => Err(LoadError::Refused { id: path.display().to_string(), stage: "start", source }),
    }
}
