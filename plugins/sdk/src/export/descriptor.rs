//! A plugin's description in the shape of the ABI, kept for the life of the process.

use std::ffi::c_char;

use crate::abi::{self, fp_str};
use crate::export::Exported;

/// A descriptor and the arrays that it points to.
pub(super) struct DescriptorStorage {
    raw: Box<abi::fp_descriptor>,
    _lists: [Box<[*const c_char]>; 2],
}

// SAFETY: after `of` nothing is written, and every pointer is to `'static` text or to the boxes held here.
unsafe impl Send for DescriptorStorage {}
// SAFETY: as above: all data is immutable.
unsafe impl Sync for DescriptorStorage {}

impl DescriptorStorage {
    pub(super) fn of<P: Exported>() -> Self {
        let null = std::iter::once(std::ptr::null());
        let interfaces: Box<[_]> =
            P::INTERFACES.iter().map(|interface| interface.id.as_ptr()).chain(null.clone()).collect();
        let required: Box<[_]> =
            (P::DESCRIPTOR.required_host_ext.iter()).map(|ext| ext.id().as_ptr()).chain(null).collect();
        let raw = Box::new(abi::fp_descriptor {
            struct_size: size_of::<abi::fp_descriptor>() as u32,
            max_concurrency: P::DESCRIPTOR.max_concurrency,
            id: fp_str::of(P::DESCRIPTOR.id),
            version: fp_str::of(P::DESCRIPTOR.version),
            vendor: fp_str::of(P::DESCRIPTOR.vendor),
            name: fp_str::of(P::DESCRIPTOR.name),
            licence: fp_str::of(P::DESCRIPTOR.licence),
            interfaces: interfaces.as_ptr(),
            required_host_ext: required.as_ptr(),
            config_schema: fp_str::of(P::DESCRIPTOR.config_schema),
        });
        Self { raw, _lists: [interfaces, required] }
    }

    pub(super) fn as_ptr(&self) -> *const abi::fp_descriptor {
        &raw const *self.raw
    }
}
