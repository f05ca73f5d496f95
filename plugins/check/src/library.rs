//! The library's headers, as every appliance reads them before it opens a package.

use plugin_package::{ElfFault, library_faults};

use crate::case::{Checked, Stop};
use crate::subject::Subject;

/// Passes when the headers have none of these faults.
fn without(subject: &Subject, codes: &[&str]) -> Checked {
    let bytes = std::fs::read(&subject.path).map_err(|error| Stop::Fail(error.to_string()))?;
    let faults = library_faults(&bytes, std::env::consts::ARCH);
    let found = faults.iter().filter(|fault| codes.contains(&fault.code()));
    match found.map(ElfFault::to_string).collect::<Vec<_>>().join("; ") {
        none if none.is_empty() => Ok(format!("{} bytes", bytes.len())),
        found => Stop::fail(found),
    }
}

/// `facepay_plugin_entry` and nothing else: another symbol may take the place of one of the host's or of another library's.
pub(crate) fn exports_the_entry_alone(subject: &Subject) -> Checked {
    without(subject, &["library_exports"])
}

/// What it needs is on every machine, and nobody else can lay it there.
pub(crate) fn needs_what_every_machine_has(subject: &Subject) -> Checked {
    without(subject, &["library_needs", "library_search_path"])
}

/// No stack that holds code, no code that is patched or can be written.
pub(crate) fn code_stays_as_it_is(subject: &Subject) -> Checked {
    without(subject, &["library_executable_stack", "library_writable_code", "library_text_relocations"])
}
