//! The `#[repr(C)]` mirror of `include/facepay_plugin.h`, in the header's order and with its names.
//!
//! The header is normative: it says what each field means, who may call what from which thread, and who owns the memory.
//! A test compiles the header and compares every size and offset with this mirror. Function pointers are `Option`: a table
//! from the other side may hold a null.
#![allow(non_camel_case_types, missing_docs)] // named and described by the C header

use std::ffi::{c_char, c_void};

mod borrowed;
mod growing;
mod identity;
mod payment;
mod services;
mod vision;

pub use borrowed::*;
pub use growing::*;
pub use identity::*;
pub use payment::*;
pub use services::*;
pub use vision::*;

pub const FP_ABI_MAJOR: u32 = 1;
pub const FP_ABI_MINOR: u32 = 2;
pub const FP_MAGIC: u32 = 0x3159_5046;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_str {
    pub ptr: *const c_char,
    pub len: usize,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_bytes {
    pub ptr: *const u8,
    pub len: usize,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_writer {
    pub ctx: *mut c_void,
    pub append: Option<unsafe extern "C" fn(ctx: *mut c_void, p: *const c_void, n: usize) -> i32>,
}

pub type fp_status = i32;
pub const FP_OK: fp_status = 0;
pub const FP_E_INVALID: fp_status = -1;
pub const FP_E_UNSUPPORTED: fp_status = -2;
pub const FP_E_BUFFER_TOO_SMALL: fp_status = -3;
pub const FP_E_CANCELLED: fp_status = -4;
pub const FP_E_DEADLINE: fp_status = -5;
pub const FP_E_BUSY: fp_status = -6;
pub const FP_E_CONFIG: fp_status = -7;
pub const FP_E_IO: fp_status = -8;
pub const FP_E_PANIC: fp_status = -9;
pub const FP_E_INTERNAL: fp_status = -10;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_call {
    pub struct_size: u32,
    pub flags: u32,
    pub deadline_ns: i64,
    pub cancel: *const u32,
    pub trace_id: [u8; 16],
    pub span_id: [u8; 8],
    pub reason: *mut fp_writer,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub _pad: u32,
    pub ctx: *mut c_void,
    pub name: fp_str,
    pub version: fp_str,
    pub get_extension: Option<unsafe extern "C" fn(host: *const fp_host, id: *const c_char) -> *const c_void>,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_descriptor {
    pub struct_size: u32,
    pub max_concurrency: u32,
    pub id: fp_str,
    pub version: fp_str,
    pub vendor: fp_str,
    pub name: fp_str,
    pub licence: fp_str,
    pub interfaces: *const *const c_char,
    pub required_host_ext: *const *const c_char,
    pub config_schema: fp_str,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_limits {
    pub struct_size: u32,
    pub max_batch: u32,
    pub max_width: u32,
    pub max_height: u32,
    pub threads: u32,
    pub _pad: u32,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_plugin {
    pub struct_size: u32,
    pub _pad: u32,
    pub self_: *mut c_void,
    pub configure: Option<unsafe extern "C" fn(*mut c_void, json: fp_str, err: *mut fp_writer) -> fp_status>,
    pub activate:
        Option<unsafe extern "C" fn(*mut c_void, limits: *const fp_limits, err: *mut fp_writer) -> fp_status>,
    pub deactivate: Option<unsafe extern "C" fn(*mut c_void)>,
    pub get_interface: Option<unsafe extern "C" fn(*mut c_void, id: *const c_char) -> *const c_void>,
    pub health: Option<unsafe extern "C" fn(*mut c_void, json: *mut fp_writer) -> fp_status>,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_entry {
    pub magic: u32,
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub init: Option<unsafe extern "C" fn(*const fp_host) -> fp_status>,
    pub deinit: Option<unsafe extern "C" fn()>,
    pub count: Option<unsafe extern "C" fn() -> u32>,
    pub descriptor: Option<unsafe extern "C" fn(index: u32) -> *const fp_descriptor>,
    pub create: Option<
        unsafe extern "C" fn(
            host: *const fp_host,
            id: fp_str,
            out: *mut *const fp_plugin,
            err: *mut fp_writer,
        ) -> fp_status,
    >,
}
