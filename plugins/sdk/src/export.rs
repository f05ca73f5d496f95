//! From a plugin's traits to the one symbol that it exports. Authors use [`export_plugin!`](crate::export_plugin) only.

use std::ffi::CStr;
use std::sync::OnceLock;

use crate::abi;
use crate::plugin::Plugin;

mod descriptor;
mod identity;
mod instance;
mod machine;
mod payment;
mod services;
mod vision;

use descriptor::DescriptorStorage;

/// Exports plugins as the C symbol `facepay_plugin_entry`, once per shared library.
///
/// Each plugin is followed by the interfaces that it offers, named by their traits.
///
/// ```text
/// plugin_sdk::export_plugin!(Wallet: Payment);
/// plugin_sdk::export_plugin!(Faces: Detector, Recognizer; Print: Liveness);
/// ```
///
/// Every entry catches panics. After one the instance is poisoned: all later calls on it fail, other instances work on.
#[macro_export]
macro_rules! export_plugin {
    ($($plugin:ty: $($interface:ident),+);+ $(;)?) => {
        const _: () = {
            #[cfg(panic = "abort")]
            compile_error!("a plugin is built with panic = \"unwind\": its entries contain panics");

            $(impl $crate::export::Exported for $plugin {
                const INTERFACES: &'static [$crate::export::Interface] =
                    &[$($crate::export::interface::$interface::<$plugin>()),+];
            })+

            static EXPORTS: $crate::export::Exports =
                $crate::export::Exports::new(&[$($crate::export::Export::of::<$plugin>()),+]);

            extern "C" fn count() -> u32 {
                EXPORTS.count()
            }

            extern "C" fn descriptor(index: u32) -> *const $crate::abi::fp_descriptor {
                EXPORTS.descriptor(index)
            }

            #[allow(unsafe_code)] // the C ABI's signature
            unsafe extern "C" fn create(
                host: *const $crate::abi::fp_host,
                id: $crate::abi::fp_str,
                out: *mut *const $crate::abi::fp_plugin,
                err: *mut $crate::abi::fp_writer,
            ) -> $crate::abi::fp_status {
                // SAFETY: the arguments are passed on as they came, under the contract of `fp_entry.create`.
                unsafe { EXPORTS.create(host, id, out, err) }
            }

            #[allow(unsafe_code, non_upper_case_globals)] // the symbol that the C ABI names
            #[unsafe(no_mangle)]
            pub static facepay_plugin_entry: $crate::abi::fp_entry =
                $crate::export::entry(count, descriptor, create);
        };
    };
}

/// The entry over the three functions that [`export_plugin!`](crate::export_plugin) makes.
pub const fn entry(
    count: extern "C" fn() -> u32,
    descriptor: extern "C" fn(u32) -> *const abi::fp_descriptor,
    create: instance::CreateFn,
) -> abi::fp_entry {
    abi::fp_entry {
        magic: abi::FP_MAGIC,
        struct_size: size_of::<abi::fp_entry>() as u32,
        abi_major: abi::FP_ABI_MAJOR,
        abi_minor: abi::FP_ABI_MINOR,
        init: None,
        deinit: None,
        count: Some(count),
        descriptor: Some(descriptor),
        create: Some(create),
    }
}

/// A plugin and the interfaces that it exports.
pub trait Exported: Plugin {
    /// The interfaces, each with its table.
    const INTERFACES: &'static [Interface];
}

/// One interface of a plugin.
#[derive(Clone, Copy)]
pub struct Interface {
    id: &'static CStr,
    table: Table,
}

/// The table of functions of an interface.
#[derive(Clone, Copy)]
enum Table {
    Detector(&'static abi::fp_detector_v1),
    Liveness(&'static abi::fp_liveness_v1),
    Recognizer(&'static abi::fp_recognizer_v1),
    Payment(&'static abi::fp_payment_v1),
    Identity(&'static abi::fp_identity_v1),
}

impl Table {
    fn as_ptr(self) -> *const std::ffi::c_void {
        match self {
            Self::Detector(table) => std::ptr::from_ref(table).cast(),
            Self::Liveness(table) => std::ptr::from_ref(table).cast(),
            Self::Recognizer(table) => std::ptr::from_ref(table).cast(),
            Self::Payment(table) => std::ptr::from_ref(table).cast(),
            Self::Identity(table) => std::ptr::from_ref(table).cast(),
        }
    }
}

/// The interfaces of each trait, under the trait's name.
#[allow(non_snake_case)] // `export_plugin!` finds them by the trait's name
pub mod interface {
    use super::{Interface, Table, identity, payment, vision};
    use crate::abi;

    /// The detector interface of `P`.
    pub const fn Detector<P: crate::Detector>() -> Interface {
        Interface { id: abi::FP_DETECTOR, table: Table::Detector(vision::Tables::<P>::DETECTOR) }
    }

    /// The liveness interface of `P`.
    pub const fn Liveness<P: crate::Liveness>() -> Interface {
        Interface { id: abi::FP_LIVENESS, table: Table::Liveness(vision::Tables::<P>::LIVENESS) }
    }

    /// The recogniser interface of `P`.
    pub const fn Recognizer<P: crate::Recognizer>() -> Interface {
        Interface { id: abi::FP_RECOGNIZER, table: Table::Recognizer(vision::Tables::<P>::RECOGNIZER) }
    }

    /// The payment interface of `P`.
    pub const fn Payment<P: crate::Payment>() -> Interface {
        Interface { id: abi::FP_PAYMENT, table: Table::Payment(payment::Tables::<P>::PAYMENT) }
    }

    /// The identity interface of `P`.
    pub const fn Identity<P: crate::Identity>() -> Interface {
        Interface { id: abi::FP_IDENTITY, table: Table::Identity(identity::Tables::<P>::IDENTITY) }
    }
}

/// One plugin of a library.
pub struct Export {
    descriptor: fn() -> DescriptorStorage,
    id: &'static str,
    create: instance::CreateRaw,
}

impl Export {
    /// The export of `P`.
    pub const fn of<P: Exported>() -> Self {
        Self {
            descriptor: DescriptorStorage::of::<P>,
            id: P::DESCRIPTOR.id,
            create: instance::Instance::<P>::create,
        }
    }
}

/// All plugins of a library.
pub struct Exports {
    list: &'static [Export],
    descriptors: OnceLock<Vec<DescriptorStorage>>,
}

impl Exports {
    /// The plugins, in the order of their descriptors.
    pub const fn new(list: &'static [Export]) -> Self {
        Self { list, descriptors: OnceLock::new() }
    }

    /// [any] Number of descriptors.
    pub fn count(&self) -> u32 {
        self.list.len() as u32 // cannot panic, so there is nothing to contain
    }

    /// [any] One descriptor, null past the last.
    pub fn descriptor(&'static self, index: u32) -> *const abi::fp_descriptor {
        let found = instance::contain(|| {
            let described = || self.list.iter().map(|export| (export.descriptor)()).collect();
            Ok(self.descriptors.get_or_init(described).get(index as usize))
        });
        found.ok().flatten().map_or(std::ptr::null(), DescriptorStorage::as_ptr)
    }

    /// [ctl] Makes an instance of the plugin with this id.
    ///
    /// # Safety
    /// `host` points to a host that lives until the process ends (rule R8), `id` is readable, `out` is writable, `err` is null or valid:
    /// the contract of `fp_entry.create`.
    pub unsafe fn create(
        &self,
        host: *const abi::fp_host,
        id: abi::fp_str,
        out: *mut *const abi::fp_plugin,
        err: *mut abi::fp_writer,
    ) -> abi::fp_status {
        // SAFETY: the caller's contract.
        let id = unsafe { id.text() };
        let export = id.ok().and_then(|id| self.list.iter().find(|export| export.id == id));
        match export {
            // SAFETY: the caller's contract is the same.
            Some(export) => unsafe { (export.create)(host, out, err) },
            None => {
                // SAFETY: `err` is null or valid by the caller's contract.
                unsafe { abi::write_text(err, "no plugin with this id in the library") };
                abi::FP_E_UNSUPPORTED
            }
        }
    }
}
