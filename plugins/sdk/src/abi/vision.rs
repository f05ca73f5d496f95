//! Mirror of frames, faces and the three vision interfaces.

use std::ffi::{CStr, c_void};

use super::{fp_call, fp_status};

/// The four characters of a DRM pixel format as its 32-bit code.
pub const fn fp_fourcc(code: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*code)
}
pub const FP_PIX_I420: u32 = fp_fourcc(b"YU12");
pub const FP_PIX_NV12: u32 = fp_fourcc(b"NV12");
pub const FP_PIX_RGB24: u32 = fp_fourcc(b"BG24");
pub const FP_PIX_BGR24: u32 = fp_fourcc(b"RG24");
pub const FP_PIX_GRAY8: u32 = fp_fourcc(b"R8  ");

pub const FP_MEM_CPU: u32 = 0;
pub const FP_MEM_CUDA: u32 = 1;
pub const FP_MEM_DMABUF: u32 = 2;

pub const FP_MATRIX_UNSPECIFIED: u32 = 0;
pub const FP_MATRIX_BT601: u32 = 1;
pub const FP_MATRIX_BT709: u32 = 2;
pub const FP_MATRIX_BT2020: u32 = 3;
pub const FP_RANGE_UNSPECIFIED: u32 = 0;
pub const FP_RANGE_LIMITED: u32 = 1;
pub const FP_RANGE_FULL: u32 = 2;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_plane {
    pub data: *const u8,
    pub size: usize,
    pub pitch: u32,
    pub rows: u32,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_frame {
    pub struct_size: u32,
    pub fourcc: u32,
    pub width: u32,
    pub height: u32,
    pub n_planes: u32,
    pub mem_type: u32,
    pub modifier: u64,
    pub pts_ns: i64,
    pub seq: u64,
    pub stream_id: u32,
    pub rotation_deg: u32,
    pub colour_matrix: u32,
    pub colour_range: u32,
    pub dmabuf_fd: i32,
    pub device_id: i32,
    pub plane: [fp_plane; 4],
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_frame_batch {
    pub struct_size: u32,
    pub count: u32,
    pub stride: u32,
    pub _pad: u32,
    pub frames: *const fp_frame,
}

pub const FP_SURFACE_MAX: u32 = 32;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_face {
    pub struct_size: u32,
    pub frame_index: u32,
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub score: f32,
    pub landmark: [f32; 10],
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    pub quality: f32,
    pub eye_open: [f32; 2],
    pub mouth_open: f32,
    pub smile: f32,
    pub surface_count: u32,
    pub surface: [f32; 2 * FP_SURFACE_MAX as usize],
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_face_batch {
    pub struct_size: u32,
    pub count: u32,
    pub stride: u32,
    pub _pad: u32,
    pub faces: *const fp_face,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_out_array {
    pub struct_size: u32,
    pub stride: u32,
    pub capacity: u32,
    pub count: u32,
    pub items: *mut c_void,
}

pub const FP_DETECTOR: &CStr = c"facepay.detector/1";

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_detector_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub detect: Option<
        unsafe extern "C" fn(
            *mut c_void,
            call: *const fp_call,
            frames: *const fp_frame_batch,
            faces: *mut fp_out_array,
        ) -> fp_status,
    >,
}

pub const FP_LIVENESS: &CStr = c"facepay.liveness/1";

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_liveness_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub score: Option<
        unsafe extern "C" fn(
            *mut c_void,
            call: *const fp_call,
            frames: *const fp_frame_batch,
            faces: *const fp_face_batch,
            live_score: *mut f32,
            n: u32,
        ) -> fp_status,
    >,
}

pub const FP_RECOGNIZER: &CStr = c"facepay.recognizer/1";
pub const FP_DISTANCE_COSINE: u32 = 1;
pub const FP_DISTANCE_L2: u32 = 2;

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_embedding_info {
    pub struct_size: u32,
    pub dim: u32,
    pub metric: u32,
    pub model_tag: u32,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct fp_recognizer_v1 {
    pub struct_size: u32,
    pub _pad: u32,
    pub describe: Option<unsafe extern "C" fn(*mut c_void, out: *mut fp_embedding_info) -> fp_status>,
    pub embed: Option<
        unsafe extern "C" fn(
            *mut c_void,
            call: *const fp_call,
            frames: *const fp_frame_batch,
            faces: *const fp_face_batch,
            out: *mut f32,
            out_len: usize,
        ) -> fp_status,
    >,
}
