//! A plugin's description in the shape of the ABI, kept for the life of the process.

use std::ffi::{CStr, c_char};

use crate::abi::{self, fp_str};
use crate::export::Exported;

/// A descriptor that lives until the process ends, as what it points to does (rule R8).
pub(super) struct DescriptorStorage(&'static abi::fp_descriptor);

// SAFETY: after `of` nothing is written, and every pointer is to `'static` text or to arrays that are never freed.
unsafe impl Send for DescriptorStorage {}
// SAFETY: as above: all data is immutable.
unsafe impl Sync for DescriptorStorage {}

impl DescriptorStorage {
    /// Made once per plugin of a library, and never freed.
    pub(super) fn of<P: Exported>() -> Self {
        Self(Box::leak(Box::new(abi::fp_descriptor {
            struct_size: size_of::<abi::fp_descriptor>() as u32,
            max_concurrency: P::DESCRIPTOR.max_concurrency,
            id: fp_str::of(P::DESCRIPTOR.id),
            version: fp_str::of(P::DESCRIPTOR.version),
            vendor: fp_str::of(P::DESCRIPTOR.vendor),
            name: fp_str::of(P::DESCRIPTOR.name),
            licence: fp_str::of(P::DESCRIPTOR.licence),
            interfaces: null_terminated(P::INTERFACES.iter().map(|interface| interface.id)),
            required_host_ext: null_terminated(P::DESCRIPTOR.required_host_ext.iter().map(|ext| ext.id())),
            config_schema: fp_str::of(P::DESCRIPTOR.config_schema),
        })))
    }

    pub(super) fn as_ptr(&self) -> *const abi::fp_descriptor {
        self.0
    }
}

/// An array of ids with a null pointer at its end, never freed.
fn null_terminated(ids: impl Iterator<Item = &'static CStr>) -> *const *const c_char {
    let ids: Vec<_> = ids.map(CStr::as_ptr).chain(std::iter::once(std::ptr::null())).collect();
    ids.leak().as_ptr()
}
