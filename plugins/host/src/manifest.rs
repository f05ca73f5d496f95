//! What a plugin says about itself, read from its descriptor and checked.

use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};

use plugin_package::{is_reverse_dns, is_semver};
use plugin_sdk::abi::{self, fp_entry, fp_str};

use crate::error::LoadError;
use crate::library::PluginLibrary;
use crate::package::PackageTag;

/// Longest text of a descriptor, its schema apart.
const TEXT_BYTES_MAX: usize = 256;
/// Longest settings schema.
const SCHEMA_BYTES_MAX: usize = 256 << 10;
/// Longest extension or interface id, and most of them.
const ID_BYTES_MAX: usize = 128;
const IDS_MAX: usize = 32;
/// Most plugins in one library.
const PLUGINS_MAX: u32 = 64;
/// Most calls at once that a plugin may ask for.
const CONCURRENCY_MAX: u32 = 1024;

/// What a plugin says about itself, and the hash of the file that said it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// Reverse DNS.
    pub id: String,
    /// SemVer 2.
    pub version: String,
    /// Who answers for it.
    pub vendor: String,
    /// What an operator reads.
    pub name: String,
    /// SPDX expression.
    pub licence: String,
    /// Interface ids, for example `facepay.detector/1`.
    pub interfaces: Vec<String>,
    /// Host extensions without which it cannot work.
    pub required_host_ext: Vec<String>,
    /// JSON Schema of its settings, empty for none.
    pub config_schema: String,
    /// Most calls at once on one instance.
    pub max_concurrency: u32,
    /// The file it came from.
    #[serde(skip)]
    pub path: PathBuf,
    /// SHA-256 of that file's bytes as they were loaded.
    #[serde(skip)]
    pub sha256: [u8; 32],
    /// The package that the file came in; `None` for a file of its own.
    #[serde(skip)]
    pub package: Option<PackageTag>,
}

impl Manifest {
    /// The manifest of the plugin with this id.
    pub(crate) fn find(library: &PluginLibrary, path: &Path, id: &str) -> Result<Self, LoadError> {
        let all = all(library, path)?;
        let ids: Vec<String> = all.iter().map(|manifest| manifest.id.clone()).collect();
        all.into_iter().find(|manifest| manifest.id == id).ok_or_else(|| LoadError::Field {
            path: path.to_owned(),
            field: "fp_descriptor.id",
            found: ids.join(", "),
            expected: id.to_owned(),
            remedy: "correct the plugin's id or file in the settings",
        })
    }
}

impl Manifest {
    /// What a plugin in another process says about itself; nothing of it is taken on trust.
    pub(crate) fn of_json(json: &[u8], path: &Path, sha256: [u8; 32], id: &str) -> Result<Self, LoadError> {
        let reader = Reader { path };
        let manifest: Self = serde_json::from_slice(json)
            .map_err(|error| reader.differs("fp_descriptor", error.to_string(), "a readable descriptor"))?;
        if manifest.id != id {
            return Err(reader.differs("fp_descriptor.id", "another".into(), id));
        }
        let Self { version, vendor, name, licence, interfaces, required_host_ext, .. } = &manifest;
        let short = |text: &String| text.len() <= TEXT_BYTES_MAX;
        let ids = |ids: &[String]| ids.len() <= IDS_MAX && ids.iter().all(|id| id.len() <= ID_BYTES_MAX);
        let checks = [
            ("fp_descriptor.version", is_semver(version) && short(version)),
            ("fp_descriptor.vendor", [vendor, name, licence].into_iter().all(short)),
            ("fp_descriptor.interfaces", !interfaces.is_empty() && ids(interfaces)),
            ("fp_descriptor.required_host_ext", ids(required_host_ext)),
            ("fp_descriptor.config_schema", manifest.config_schema.len() <= SCHEMA_BYTES_MAX),
            ("fp_descriptor.max_concurrency", (1..=CONCURRENCY_MAX).contains(&manifest.max_concurrency)),
        ];
        match checks.into_iter().find(|(_, sound)| !sound) {
            Some((field, _)) => Err(reader.differs(field, "out of bounds".into(), "what the header allows")),
            None => Ok(Self { path: path.to_owned(), sha256, ..manifest }),
        }
    }
}

/// The manifests of a library's plugins.
pub(crate) fn all(library: &PluginLibrary, path: &Path) -> Result<Vec<Manifest>, LoadError> {
    let fp_entry { count: Some(count), descriptor: Some(descriptor), .. } = library.entry else {
        unreachable!("the library's entry was checked when it was opened");
    };
    // SAFETY: [any]; no arguments.
    let plugins = unsafe { count() };
    if !(1..=PLUGINS_MAX).contains(&plugins) {
        return Err(LoadError::Field {
            path: path.to_owned(),
            field: "fp_entry.count()",
            found: plugins.to_string(),
            expected: format!("1 to {PLUGINS_MAX}"),
            remedy: "fix the plugin",
        });
    }
    (0..plugins)
        .map(|index| {
            // SAFETY: [any]; `index` is below the count.
            let raw = unsafe { descriptor(index) };
            // SAFETY: null or a constant descriptor that lives as long as the process (rule R8).
            let raw = unsafe { abi::read(raw) };
            let raw = raw.map_err(|error| {
                LoadError::unreadable(path.to_owned(), "fp_descriptor.struct_size", error)
            })?;
            Reader { path }.manifest(&raw, library.sha256)
        })
        .collect()
}

/// Reads one descriptor's fields.
struct Reader<'a> {
    path: &'a Path,
}

impl Reader<'_> {
    fn manifest(&self, raw: &abi::fp_descriptor, sha256: [u8; 32]) -> Result<Manifest, LoadError> {
        let id = self.text("fp_descriptor.id", raw.id, TEXT_BYTES_MAX)?;
        if !is_reverse_dns(&id) {
            return Err(self.differs("fp_descriptor.id", id, "reverse DNS, for example org.example.name"));
        }
        let version = self.text("fp_descriptor.version", raw.version, TEXT_BYTES_MAX)?;
        if !is_semver(&version) {
            return Err(self.differs("fp_descriptor.version", version, "SemVer 2, for example 1.0.0"));
        }
        if !(1..=CONCURRENCY_MAX).contains(&raw.max_concurrency) {
            let found = raw.max_concurrency.to_string();
            return Err(self.differs("fp_descriptor.max_concurrency", found, "1 to 1024"));
        }
        let interfaces = self.ids("fp_descriptor.interfaces", raw.interfaces)?;
        if interfaces.is_empty() {
            return Err(self.differs("fp_descriptor.interfaces", "none".into(), "at least one"));
        }
        Ok(Manifest {
            id,
            version,
            vendor: self.text("fp_descriptor.vendor", raw.vendor, TEXT_BYTES_MAX)?,
            name: self.text("fp_descriptor.name", raw.name, TEXT_BYTES_MAX)?,
            licence: self.text("fp_descriptor.licence", raw.licence, TEXT_BYTES_MAX)?,
            interfaces,
            required_host_ext: self.ids("fp_descriptor.required_host_ext", raw.required_host_ext)?,
            config_schema: self.text("fp_descriptor.config_schema", raw.config_schema, SCHEMA_BYTES_MAX)?,
            max_concurrency: raw.max_concurrency,
            path: self.path.to_owned(),
            sha256,
            package: None,
        })
    }

    fn differs(&self, field: &'static str, found: String, expected: &str) -> LoadError {
        let (path, expected) = (self.path.to_owned(), expected.to_owned());
        LoadError::Field { path, field, found, expected, remedy: "fix the plugin" }
    }

    fn text(&self, field: &'static str, text: fp_str, bytes_max: usize) -> Result<String, LoadError> {
        if text.len > bytes_max {
            let found = format!("{} bytes", text.len);
            return Err(self.differs(field, found, &format!("at most {bytes_max} bytes")));
        }
        // SAFETY: a constant text of the descriptor, which lives as long as the process (rule R8).
        let read = unsafe { text.text() };
        let read = read.map_err(|error| self.differs(field, error.to_string(), "UTF-8 text"))?;
        Ok(read.to_owned())
    }

    /// The ids of a NULL-terminated array.
    fn ids(&self, field: &'static str, first: *const *const c_char) -> Result<Vec<String>, LoadError> {
        let mut ids = Vec::new();
        if first.is_null() {
            return Ok(ids);
        }
        for index in 0..=IDS_MAX {
            // SAFETY: within the array: its end has not been met yet.
            let id = unsafe { *first.add(index) };
            if id.is_null() {
                return Ok(ids);
            }
            ids.push(bounded(id).ok_or_else(|| self.differs(field, "a long or garbled id".into(), "ids"))?);
        }
        Err(self.differs(field, format!("more than {IDS_MAX} ids"), "a NULL-terminated array"))
    }
}

/// The NUL-terminated text at `id`, unless it is longer than an id may be or not UTF-8.
fn bounded(id: *const c_char) -> Option<String> {
    // SAFETY: a NUL-terminated text by contract; no byte after its end or the bound is read.
    let len = (0..=ID_BYTES_MAX).find(|index| unsafe { *id.add(*index) } == 0)?;
    // SAFETY: a NUL was found at `len`.
    let text = unsafe { CStr::from_ptr(id) };
    debug_assert_eq!(text.count_bytes(), len);
    Some(text.to_str().ok()?.to_owned())
}
