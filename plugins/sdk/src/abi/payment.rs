//! Mirror of the payment step machine.

use std::ffi::{CStr, c_char, c_void};

use super::{fp_bytes, fp_call, fp_status, fp_str};

pub const FP_PAYMENT: &CStr = c"facepay.payment/1";

pub const FP_PAY_AUTHORIZE: u32 = 1;
pub const FP_PAY_CAPTURE: u32 = 2;
pub const FP_PAY_SALE: u32 = 3;
pub const FP_PAY_VOID: u32 = 4;
pub const FP_PAY_REFUND: u32 = 5;
pub const FP_PAY_SYNC: u32 = 6;
pub const FP_PAY_REVERSE: u32 = 7;
pub const FP_PAY_WEBHOOK: u32 = 8;
pub const FP_PAY_SETTLEMENT: u32 = 9;
pub const FP_PAY_ANCHOR: u32 = 10;

pub const FP_CAP_IDEMPOTENT: u64 = 1 << 0;
pub const FP_CAP_SYNC_BY_REF: u64 = 1 << 1;
pub const FP_CAP_REVERSAL: u64 = 1 << 2;
pub const FP_CAP_PARTIAL_CAPTURE: u64 = 1 << 3;
pub const FP_CAP_MULTI_CAPTURE: u64 = 1 << 4;
pub const FP_CAP_PARTIAL_REFUND: u64 = 1 << 5;
pub const FP_CAP_SPLIT: u64 = 1 << 6;
pub const FP_CAP_WEBHOOK: u64 = 1 << 7;
pub const FP_CAP_LEDGER: u64 = 1 << 8;
pub const FP_CAP_SERIAL: u64 = 1 << 9;

pub const FP_FX_HTTP: u32 = 1;
pub const FP_FX_TCP_EXCHANGE: u32 = 2;
pub const FP_FX_SLEEP: u32 = 3;
pub const FP_FX_PROMPT: u32 = 4;
pub const FP_FX_DONE: u32 = 5;
pub const FP_FX_KEEP: u32 = 6;

pub const FP_FXF_REPEATABLE: u32 = 1 << 0;
pub const FP_FXF_SENSITIVE: u32 = 1 << 1;
pub const FP_FXF_LENGTH_16: u32 = 1 << 2;
pub const FP_FXF_LENGTH_32: u32 = 1 << 3;

pub const FP_OUT_APPROVED: u32 = 1;
pub const FP_OUT_DECLINED: u32 = 2;
pub const FP_OUT_PENDING: u32 = 3;
pub const FP_OUT_NOT_SENT: u32 = 4;
pub const FP_OUT_UNKNOWN: u32 = 5;

pub const FP_EV_START: u32 = 1;
pub const FP_EV_HTTP_RESPONSE: u32 = 2;
pub const FP_EV_TCP_RESPONSE: u32 = 3;
pub const FP_EV_TIMEOUT: u32 = 4;
pub const FP_EV_CONNECT_FAILED: u32 = 5;
pub const FP_EV_CONNECTION_LOST: u32 = 6;
pub const FP_EV_SLEPT: u32 = 7;
pub const FP_EV_PROMPT_ANSWER: u32 = 8;
pub const FP_EV_KEPT: u32 = 9;

pub const FP_EVF_SENT: u32 = 1 << 0;
pub const FP_EVF_TRUNCATED: u32 = 1 << 1;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_money {
    pub minor: i64,
    pub exponent: u8,
    pub currency: [c_char; 4],
    pub _pad: [u8; 3],
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_pay_request {
    pub struct_size: u32,
    pub op: u32,
    pub attempt_ref: [u8; 16],
    pub original_ref: [u8; 16],
    pub provider_ref: fp_str,
    pub amount: fp_money,
    pub payload_json: fp_bytes,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_effect {
    pub struct_size: u32,
    pub kind: u32,
    pub endpoint: u32,
    pub timeout_ms: u32,
    pub method: fp_str,
    pub path: fp_str,
    pub headers_json: fp_bytes,
    pub body: fp_bytes,
    pub sleep_ns: i64,
    pub flags: u32,
    pub outcome: u32,
    pub provider_ref: fp_str,
    pub decline_code: fp_str,
    pub result_json: fp_bytes,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_event {
    pub struct_size: u32,
    pub kind: u32,
    pub http_status: u32,
    pub flags: u32,
    pub headers_json: fp_bytes,
    pub body: fp_bytes,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_payment_v1 {
    pub struct_size: u32,
    pub ops_mask: u32,
    pub caps: u64,
    pub begin: Option<
        unsafe extern "C" fn(
            *mut c_void,
            call: *const fp_call,
            request: *const fp_pay_request,
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
