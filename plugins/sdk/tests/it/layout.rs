//! Every size, offset, constant and id of the C header against the Rust mirror.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::mem::offset_of;
use std::process::Command;

use plugin_sdk::abi::*;

use crate::header::{compile, constant_names, id_names, structs};

macro_rules! mirror {
    ($($name:ident { $($field:ident),* $(,)? }),* $(,)?) => {
        [$((
            stringify!($name),
            size_of::<$name>(),
            vec![$((stringify!($field).trim_end_matches('_'), offset_of!($name, $field))),*],
        )),*]
    };
}

/// `name -> value` of the mirror: `fp_x` is a size, `fp_x.y` an offset.
fn mirrored() -> BTreeMap<String, usize> {
    #[rustfmt::skip]
    let mirror = mirror![
        fp_str { ptr, len },
        fp_bytes { ptr, len },
        fp_writer { ctx, append },
        fp_call { struct_size, flags, deadline_ns, cancel, trace_id, span_id, reason },
        fp_host { struct_size, abi_major, abi_minor, _pad, ctx, name, version, get_extension },
        fp_kv { key, value },
        fp_host_log_v1 { struct_size, _pad, enabled, log },
        fp_metric { struct_size, kind, name, unit, help, bounds, n_bounds, _pad },
        fp_host_metrics_v1 { struct_size, _pad, define, record },
        fp_host_artifact_v1 { struct_size, _pad, map },
        fp_host_secret_v1 { struct_size, _pad, mac, sign },
        fp_host_executor_v1 { struct_size, _pad, run },
        fp_descriptor { struct_size, max_concurrency, id, version, vendor, name, licence, interfaces, required_host_ext, config_schema },
        fp_limits { struct_size, max_batch, max_width, max_height, threads, _pad },
        fp_plugin { struct_size, _pad, self_, configure, activate, deactivate, get_interface, health, destroy },
        fp_entry { magic, struct_size, abi_major, abi_minor, init, deinit, count, descriptor, create },
        fp_plane { data, size, pitch, rows },
        fp_frame { struct_size, fourcc, width, height, n_planes, mem_type, modifier, pts_ns, seq, stream_id, rotation_deg, colour_matrix, colour_range, dmabuf_fd, device_id, plane },
        fp_frame_batch { struct_size, count, stride, _pad, frames },
        fp_face { struct_size, frame_index, x, y, w, h, score, landmark, yaw, pitch, roll, quality, eye_open,
            mouth_open, smile, surface_count, surface },
        fp_face_batch { struct_size, count, stride, _pad, faces },
        fp_out_array { struct_size, stride, capacity, count, items },
        fp_detector_v1 { struct_size, _pad, detect },
        fp_liveness_v1 { struct_size, _pad, score },
        fp_embedding_info { struct_size, dim, metric, model_tag },
        fp_recognizer_v1 { struct_size, _pad, describe, embed },
        fp_region { struct_size, frame_index, affine },
        fp_region_batch { struct_size, count, stride, _pad, regions },
        fp_tensor_desc { struct_size, rank, dim, name },
        fp_model_info { struct_size, input_width, input_height, n_outputs, output_stride, max_batch, model_tag, _pad, outputs, sha256 },
        fp_tensor_out { data, capacity, len },
        fp_host_inference_v1 { struct_size, _pad, open, run },
        fp_host_frame_ref_v1 { struct_size, _pad, retain, release },
        fp_money { minor, exponent, currency, _pad },
        fp_pay_request { struct_size, op, attempt_ref, original_ref, provider_ref, amount, payload_json },
        fp_effect { struct_size, kind, endpoint, timeout_ms, method, path, headers_json, body, sleep_ns, flags, outcome, provider_ref, decline_code, result_json },
        fp_event { struct_size, kind, http_status, flags, headers_json, body },
        fp_payment_v1 { struct_size, ops_mask, caps, begin, step, end },
        fp_id_request { struct_size, op, attempt_ref, original_ref, provider_ref, payload_json, document },
        fp_identity_v1 { struct_size, ops_mask, caps, begin, step, end }
    ];
    let mut values = BTreeMap::new();
    for (name, size, fields) in mirror {
        values.insert(name.to_owned(), size);
        values.extend(fields.into_iter().map(|(field, offset)| (format!("{name}.{field}"), offset)));
    }
    values
}

macro_rules! constants {
    ($($name:ident),* $(,)?) => { BTreeMap::from([$((stringify!($name).to_owned(), i128::from($name))),*]) };
}

fn constants() -> BTreeMap<String, i128> {
    #[rustfmt::skip]
    let constants = constants![FP_ABI_MAJOR, FP_ABI_MINOR, FP_MAGIC, FP_OK, FP_E_INVALID, FP_E_UNSUPPORTED, FP_E_BUFFER_TOO_SMALL, FP_E_CANCELLED, FP_E_DEADLINE, FP_E_BUSY, FP_E_CONFIG, FP_E_IO, FP_E_PANIC, FP_E_INTERNAL, FP_LOG_TRACE, FP_LOG_DEBUG, FP_LOG_INFO, FP_LOG_WARN, FP_LOG_ERROR, FP_METRIC_COUNTER, FP_METRIC_GAUGE, FP_METRIC_HISTOGRAM, FP_MAC_HMAC_SHA256, FP_MAC_HMAC_SHA512, FP_SIGN_ED25519, FP_SIGN_ECDSA_P256_SHA256, FP_SIGN_RSA_PKCS1_SHA256, FP_SIGN_ECDSA_SECP256K1_PREHASHED, FP_SIGN_SECP256K1_PUBLIC, FP_PIX_I420, FP_PIX_NV12, FP_PIX_RGB24, FP_PIX_BGR24, FP_PIX_GRAY8, FP_MEM_CPU, FP_MEM_CUDA, FP_MEM_DMABUF, FP_MATRIX_UNSPECIFIED, FP_MATRIX_BT601, FP_MATRIX_BT709, FP_MATRIX_BT2020, FP_RANGE_UNSPECIFIED, FP_RANGE_LIMITED, FP_RANGE_FULL, FP_SURFACE_MAX, FP_DISTANCE_COSINE, FP_DISTANCE_L2, FP_PAY_AUTHORIZE, FP_PAY_CAPTURE, FP_PAY_SALE, FP_PAY_VOID, FP_PAY_REFUND, FP_PAY_SYNC, FP_PAY_REVERSE, FP_PAY_WEBHOOK, FP_PAY_SETTLEMENT, FP_PAY_ANCHOR, FP_CAP_IDEMPOTENT, FP_CAP_SYNC_BY_REF, FP_CAP_REVERSAL, FP_CAP_PARTIAL_CAPTURE, FP_CAP_MULTI_CAPTURE, FP_CAP_PARTIAL_REFUND, FP_CAP_SPLIT, FP_CAP_WEBHOOK, FP_CAP_LEDGER, FP_CAP_SERIAL, FP_FX_HTTP, FP_FX_TCP_EXCHANGE, FP_FX_SLEEP, FP_FX_PROMPT, FP_FX_DONE, FP_FX_KEEP, FP_FXF_REPEATABLE, FP_FXF_SENSITIVE, FP_FXF_LENGTH_16, FP_FXF_LENGTH_32, FP_OUT_APPROVED, FP_OUT_DECLINED, FP_OUT_PENDING, FP_OUT_NOT_SENT, FP_OUT_UNKNOWN, FP_EV_START, FP_EV_HTTP_RESPONSE, FP_EV_TCP_RESPONSE, FP_EV_TIMEOUT, FP_EV_CONNECT_FAILED, FP_EV_CONNECTION_LOST, FP_EV_SLEPT, FP_EV_PROMPT_ANSWER, FP_EV_KEPT, FP_EVF_SENT, FP_EVF_TRUNCATED, FP_ID_VERIFY, FP_ID_SYNC, FP_IDC_IDEMPOTENT, FP_IDC_OFFLINE, FP_IDC_PORTRAIT, FP_IDV_VERIFIED, FP_IDV_REFUSED, FP_IDV_PENDING, FP_IDV_NOT_SENT, FP_IDV_UNKNOWN];
    constants
}

fn lines(program: &std::path::Path) -> Vec<(String, String)> {
    let output = Command::new(program).output().expect("the probe runs");
    let text = String::from_utf8(output.stdout).expect("the probe prints ASCII");
    text.lines()
        .map(|line| line.split_once(' ').expect("name and value"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What the C compiler says about every struct and field that the header declares.
fn declared() -> BTreeMap<String, usize> {
    let mut body = String::new();
    for one in structs() {
        let name = &one.name;
        writeln!(body, "printf(\"{name} %zu\\n\", sizeof({name}));").unwrap();
        for field in &one.fields {
            writeln!(body, "printf(\"{name}.{field} %zu\\n\", offsetof({name}, {field}));").unwrap();
        }
    }
    let source =
        format!("#include <facepay_plugin.h>\n#include <stdio.h>\nint main(void) {{\n{body}return 0;\n}}\n");
    let (_dir, program) = compile("cc", "-std=c11", "c", &source);
    lines(&program).into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect()
}

#[test]
fn every_struct_has_the_headers_size_and_offsets() {
    let (declared, mirrored) = (declared(), mirrored());
    assert!(declared.len() > 200, "the header was not read: {} rows", declared.len());
    assert_eq!(declared, mirrored);
}

#[test]
fn every_constant_has_the_headers_value() {
    let mut body = String::new();
    for name in constant_names() {
        writeln!(body, "printf(\"{name} %lld\\n\", (long long)({name}));").unwrap();
    }
    let source =
        format!("#include <facepay_plugin.h>\n#include <stdio.h>\nint main(void) {{\n{body}return 0;\n}}\n");
    let (_dir, program) = compile("cc", "-std=c11", "c", &source);
    let declared: BTreeMap<String, i128> =
        lines(&program).into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
    assert_eq!(declared, constants());
}

#[test]
fn every_id_has_the_headers_text() {
    let mirrored = BTreeMap::from([
        ("FP_HOST_LOG", FP_HOST_LOG),
        ("FP_HOST_METRICS", FP_HOST_METRICS),
        ("FP_HOST_ARTIFACT", FP_HOST_ARTIFACT),
        ("FP_HOST_SECRET", FP_HOST_SECRET),
        ("FP_HOST_EXECUTOR", FP_HOST_EXECUTOR),
        ("FP_HOST_FRAME_REF", FP_HOST_FRAME_REF),
        ("FP_DETECTOR", FP_DETECTOR),
        ("FP_LIVENESS", FP_LIVENESS),
        ("FP_RECOGNIZER", FP_RECOGNIZER),
        ("FP_HOST_INFERENCE", FP_HOST_INFERENCE),
        ("FP_PAYMENT", FP_PAYMENT),
        ("FP_IDENTITY", FP_IDENTITY),
    ]);
    let mirrored = mirrored.into_iter().map(|(name, id)| (name.to_owned(), id.to_str().unwrap().to_owned()));
    let mut body = String::new();
    for name in id_names() {
        writeln!(body, "printf(\"{name} %s\\n\", {name});").unwrap();
    }
    let source =
        format!("#include <facepay_plugin.h>\n#include <stdio.h>\nint main(void) {{\n{body}return 0;\n}}\n");
    let (_dir, program) = compile("cc", "-std=c11", "c", &source);
    assert_eq!(lines(&program).into_iter().collect::<BTreeMap<_, _>>(), mirrored.collect());
}

#[test]
fn the_wrapper_for_cplusplus_runs_tasks_and_keeps_frames() {
    let (_dir, program) = compile("c++", "-std=c++17", "cpp", include_str!("services.cpp"));
    assert_eq!(Command::new(program).status().expect("the probe runs").code(), Some(0));
}

#[test]
fn the_header_is_clean_cplusplus_17() {
    let source = "#include <facepay_plugin.h>\nint main() { return FP_ABI_MAJOR == 1u ? 0 : 1; }\n";
    let (_dir, program) = compile("c++", "-std=c++17", "cpp", source);
    assert!(Command::new(program).status().expect("the probe runs").success());
}
