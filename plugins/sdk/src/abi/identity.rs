//! Mirror of the identity step machine; effects and events are those of [payments](super::fp_effect).

use std::ffi::{CStr, c_void};

use super::{fp_bytes, fp_call, fp_effect, fp_event, fp_status, fp_str};

pub const FP_IDENTITY: &CStr = c"facepay.identity/1";

pub const FP_ID_VERIFY: u32 = 1;
pub const FP_ID_SYNC: u32 = 2;

pub const FP_IDC_IDEMPOTENT: u64 = 1 << 0;
pub const FP_IDC_OFFLINE: u64 = 1 << 1;
pub const FP_IDC_PORTRAIT: u64 = 1 << 2;

pub const FP_IDV_VERIFIED: u32 = 1;
pub const FP_IDV_REFUSED: u32 = 2;
pub const FP_IDV_PENDING: u32 = 3;
pub const FP_IDV_NOT_SENT: u32 = 4;
pub const FP_IDV_UNKNOWN: u32 = 5;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_id_request {
    pub struct_size: u32,
    pub op: u32,
    pub attempt_ref: [u8; 16],
    pub original_ref: [u8; 16],
    pub provider_ref: fp_str,
    pub payload_json: fp_bytes,
    pub document: fp_bytes,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_identity_v1 {
    pub struct_size: u32,
    pub ops_mask: u32,
    pub caps: u64,
    pub begin: Option<
        unsafe extern "C" fn(
            *mut c_void,
            call: *const fp_call,
            request: *const fp_id_request,
            task: *mut *mut c_void,
        ) -> fp_status,
    >,
    pub step: Option<
        unsafe extern "C" fn(
            *mut c_void,
            call: *const fp_call,
            task: *mut c_void,
            event: *const fp_event,
            next: *mut fp_effect,
        ) -> fp_status,
    >,
    pub end: Option<unsafe extern "C" fn(*mut c_void, task: *mut c_void)>,
}
