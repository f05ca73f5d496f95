//! Mirror of the host's extension tables.

use std::ffi::{CStr, c_void};

use super::{fp_bytes, fp_call, fp_frame, fp_frame_batch, fp_host, fp_status, fp_str, fp_writer};

pub const FP_HOST_LOG: &CStr = c"facepay.host.log/1";
pub const FP_HOST_METRICS: &CStr = c"facepay.host.metrics/1";
pub const FP_HOST_ARTIFACT: &CStr = c"facepay.host.artifact/1";
pub const FP_HOST_SECRET: &CStr = c"facepay.host.secret/1";
pub const FP_HOST_EXECUTOR: &CStr = c"facepay.host.executor/1";
pub const FP_HOST_FRAME_REF: &CStr = c"facepay.host.frame-ref/1";
pub const FP_HOST_INFERENCE: &CStr = c"facepay.host.inference/1";

pub const FP_LOG_TRACE: u32 = 0;
pub const FP_LOG_DEBUG: u32 = 1;
pub const FP_LOG_INFO: u32 = 2;
pub const FP_LOG_WARN: u32 = 3;
pub const FP_LOG_ERROR: u32 = 4;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_kv {
    pub key: fp_str,
    pub value: fp_str,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_log_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub enabled: Option<unsafe extern "C" fn(*const fp_host, level: u32) -> i32>,
    pub log: Option<
        unsafe extern "C" fn(*const fp_host, level: u32, message: fp_str, fields: *const fp_kv, n: u32),
    >,
}

pub const FP_METRIC_COUNTER: u32 = 1;
pub const FP_METRIC_GAUGE: u32 = 2;
pub const FP_METRIC_HISTOGRAM: u32 = 3;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_metric {
    pub struct_size: u32,
    pub kind: u32,
    pub name: fp_str,
    pub unit: fp_str,
    pub help: fp_str,
    pub bounds: *const f64,
    pub n_bounds: u32,
    pub _pad: u32,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_metrics_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub define: Option<unsafe extern "C" fn(*const fp_host, *const fp_metric, handle: *mut u32) -> fp_status>,
    pub record: Option<unsafe extern "C" fn(*const fp_host, handle: u32, value: f64)>,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_artifact_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub map: Option<unsafe extern "C" fn(*const fp_host, name: fp_str, out: *mut fp_bytes) -> fp_status>,
}

pub const FP_MAC_HMAC_SHA256: u32 = 1;
pub const FP_MAC_HMAC_SHA512: u32 = 2;
pub const FP_SIGN_ED25519: u32 = 1;
pub const FP_SIGN_ECDSA_P256_SHA256: u32 = 2;
pub const FP_SIGN_RSA_PKCS1_SHA256: u32 = 3;
pub const FP_SIGN_ECDSA_SECP256K1_PREHASHED: u32 = 4;
pub const FP_SIGN_SECP256K1_PUBLIC: u32 = 5;

/// Use of a key that stays with the host, by handle.
pub type fp_secret_fn = unsafe extern "C" fn(
    *const fp_host,
    handle: fp_str,
    algorithm: u32,
    data: fp_bytes,
    out: *mut fp_writer,
) -> fp_status;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_secret_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub mac: Option<fp_secret_fn>,
    pub sign: Option<fp_secret_fn>,
}

/// One of the tasks that the host runs.
pub type fp_task_fn = unsafe extern "C" fn(ctx: *mut c_void, index: u32);

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_executor_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub run: Option<
        unsafe extern "C" fn(*const fp_host, n: u32, task: Option<fp_task_fn>, ctx: *mut c_void) -> fp_status,
    >,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_region {
    pub struct_size: u32,
    pub frame_index: u32,
    pub affine: [f32; 6],
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_region_batch {
    pub struct_size: u32,
    pub count: u32,
    pub stride: u32,
    pub _pad: u32,
    pub regions: *const fp_region,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_tensor_desc {
    pub struct_size: u32,
    pub rank: u32,
    pub dim: [u32; 6],
    pub name: fp_str,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_model_info {
    pub struct_size: u32,
    pub input_width: u32,
    pub input_height: u32,
    pub n_outputs: u32,
    pub output_stride: u32,
    pub max_batch: u32,
    pub model_tag: u32,
    pub _pad: u32,
    pub outputs: *const fp_tensor_desc,
    pub sha256: [u8; 32],
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_tensor_out {
    pub data: *mut f32,
    pub capacity: usize,
    pub len: usize,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_inference_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub open: Option<
        unsafe extern "C" fn(
            *const fp_host,
            model: fp_str,
            info: *mut *const fp_model_info,
            handle: *mut u32,
            err: *mut fp_writer,
        ) -> fp_status,
    >,
    pub run: Option<
        unsafe extern "C" fn(
            *const fp_host,
            handle: u32,
            call: *const fp_call,
            frames: *const fp_frame_batch,
            regions: *const fp_region_batch,
            outputs: *mut fp_tensor_out,
            n_outputs: u32,
        ) -> fp_status,
    >,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_host_frame_ref_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub retain: Option<
        unsafe extern "C" fn(*const fp_host, frame: *const fp_frame, kept: *mut *const fp_frame) -> fp_status,
    >,
    pub release: Option<unsafe extern "C" fn(*const fp_host, kept: *const fp_frame)>,
}

/// A host extension table as the opaque pointer that `get_extension` returns.
pub type fp_extension = *const c_void;
