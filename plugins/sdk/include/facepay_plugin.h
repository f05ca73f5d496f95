/* facepay_plugin.h - the FacePay plugin ABI, major 1. Normative. C11 and C++17, no dependencies.
 *
 * RULES
 *  R1 Every struct passed by pointer starts with struct_size, set by whoever WRITES the struct. Readers touch only
 *     min(struct_size, own sizeof) bytes and take absent fields as zero. Fields are only ever appended; an unknown tail
 *     is ignored. In caller-provided storage (fp_effect *next, fp_embedding_info *out, fp_out_array *faces) the caller
 *     sets struct_size to the room; the callee writes at most that, then sets struct_size to what it wrote. The
 *     value types fp_str, fp_bytes, fp_writer, fp_money, fp_plane, fp_kv and fp_tensor_out are frozen.
 *  R2 Arrays of growing structs travel with an element stride; a reader never assumes sizeof.
 *  R3 No heap memory changes owner across the boundary. Inputs are borrowed until the call returns; outputs go into
 *     caller storage or through an fp_writer. There is no free() in this ABI.
 *  R4 A plugin does not unwind or longjmp out of a call, and does not call exit(), install signal handlers or change the
 *     allocator or locale of the process.
 *  R5 Enums travel as fixed-width integers. A value that the reader does not know is FP_E_UNSUPPORTED.
 *  R6 Thread tags: [any] any thread, concurrently. [ctl] control thread, serialised per instance. [work] worker threads,
 *     at most descriptor.max_concurrency at once per instance, never at the same time as a [ctl] call.
 *  R7 An extension or interface id is "<owner>.<name>/<rev>". A published rev never changes; ids that start with
 *     "draft." may vanish and are not in this file.
 *  R8 A host never unloads a plugin: its code and static data stay mapped until the process ends, and deinit() may
 *     never be called. fp_host, its tables, model infos and mapped artifacts live until the process ends.
 *  R9 Padding (_pad) is written as zero and not read. Text is UTF-8. Coordinates are pixels, x right, y down,
 *     with integer values on pixel centres. */
#ifndef FACEPAY_PLUGIN_H
#define FACEPAY_PLUGIN_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#define FP_ABI_MAJOR 1u /* hosts and plugins of different majors do not load each other */
#define FP_ABI_MINOR 2u /* informative: growth is seen in struct_size and in ids, not here */
#define FP_MAGIC 0x31595046u /* "FPY1" read as a little-endian word */

typedef struct fp_str { const char *ptr; size_t len; } fp_str;        /* UTF-8, borrowed, not NUL terminated */
typedef struct fp_bytes { const uint8_t *ptr; size_t len; } fp_bytes; /* borrowed; ptr may be NULL when len is 0 */
typedef struct fp_writer { /* append copies p; non-zero = the sink is full, stop writing */
  void *ctx;
  int32_t (*append)(void *ctx, const void *p, size_t n);
} fp_writer;

typedef int32_t fp_status; /* 0 ok, < 0 error */
enum {
  FP_OK = 0,
  FP_E_INVALID = -1,          /* the caller broke the contract */
  FP_E_UNSUPPORTED = -2,      /* well-formed, but not offered: pixel format, operation, enum value */
  FP_E_BUFFER_TOO_SMALL = -3, /* the needed size was reported; call again with more room */
  FP_E_CANCELLED = -4,
  FP_E_DEADLINE = -5,
  FP_E_BUSY = -6,             /* try again later */
  FP_E_CONFIG = -7,           /* an operator has to change the settings */
  FP_E_IO = -8,
  FP_E_PANIC = -9,            /* the instance is poisoned: every later call but destroy() returns this */
  FP_E_INTERNAL = -10
};

/* ---- one call: deadline, cooperative cancellation, trace, and where to say why it failed ---- */
typedef struct fp_call {
  uint32_t struct_size, flags;       /* flags: none defined, 0 */
  int64_t deadline_ns;               /* CLOCK_MONOTONIC; 0 = none. Overrunning it counts as a fault */
  const uint32_t *cancel;            /* NULL = not cancellable; load with acquire; non-zero = return FP_E_CANCELLED soon */
  uint8_t trace_id[16], span_id[8];  /* W3C trace context; all zero = none */
  fp_writer *reason;                 /* NULL or a sink for one line, for an operator to read, when the status is not FP_OK */
} fp_call;

/* ---- host services: everything optional is an extension ---- */
typedef struct fp_host {
  uint32_t struct_size, abi_major, abi_minor, _pad;
  void *ctx;
  fp_str name, version;
  const void *(*get_extension)(const struct fp_host *, const char *id); /* [any] a table of the host, or NULL = absent */
} fp_host;

#define FP_HOST_LOG "facepay.host.log/1" /* the host prefixes the plugin's id, cuts long messages and limits the rate */
enum { FP_LOG_TRACE = 0, FP_LOG_DEBUG, FP_LOG_INFO, FP_LOG_WARN, FP_LOG_ERROR };
typedef struct fp_kv { fp_str key, value; } fp_kv; /* never a name, template, image, token or card number */
typedef struct fp_host_log_v1 {
  uint32_t struct_size, _pad;
  int32_t (*enabled)(const fp_host *, uint32_t level);                                              /* [any] */
  void (*log)(const fp_host *, uint32_t level, fp_str message, const fp_kv *fields, uint32_t n);    /* [any] */
} fp_host_log_v1;

/* Metrics: define each once, then record by handle. At most 64 of a plugin; why one was refused is in the host's log. The same
 * definition again gives the same handle. Values that are not finite, below 0 in a counter or histogram, or of an unknown handle
 * are not recorded but counted. What was recorded outlives a restart of the plugin's process. */
#define FP_HOST_METRICS "facepay.host.metrics/1"
enum { FP_METRIC_COUNTER = 1, FP_METRIC_GAUGE, FP_METRIC_HISTOGRAM };
typedef struct fp_metric {
  uint32_t struct_size, kind;
  fp_str name, unit, help;           /* name: [a-z][a-z0-9_]*, 64 bytes, without unit or _total. unit: "seconds", "bytes", "ratio",
                                        "celsius", "meters", "grams", "joules", "volts", "amperes" or empty. help: one line, 200 bytes */
  const double *bounds;              /* histogram: upper bounds, 1 to 30, above 0 and ascending */
  uint32_t n_bounds, _pad;
} fp_metric;
typedef struct fp_host_metrics_v1 {
  uint32_t struct_size, _pad;
  fp_status (*define)(const fp_host *, const fp_metric *, uint32_t *handle);                        /* [ctl] */
  void (*record)(const fp_host *, uint32_t handle, double value); /* [any] counter: added; gauge: set; histogram: observed */
} fp_host_metrics_v1;

/* Artifacts: files that the plugin's signed package lists, by their path in it; the host checked their hashes. Absent for a plugin
 * that came in no package. A name that is not listed is FP_E_INVALID; why a call failed is in the host's log. */
#define FP_HOST_ARTIFACT "facepay.host.artifact/1"
typedef struct fp_host_artifact_v1 {
  uint32_t struct_size, _pad;
  fp_status (*map)(const fp_host *, fp_str name, fp_bytes *out);  /* [ctl] read-only, from a page on; see R8 */
} fp_host_artifact_v1;

#define FP_HOST_SECRET "facepay.host.secret/1" /* keys are used by handle; their bytes never reach the plugin */
enum { FP_MAC_HMAC_SHA256 = 1, FP_MAC_HMAC_SHA512 };
enum { FP_SIGN_ED25519 = 1 /* out: 64 bytes */, FP_SIGN_ECDSA_P256_SHA256 /* out: r and s, 64 bytes */, FP_SIGN_RSA_PKCS1_SHA256
       /* out: as long as the modulus */,
       FP_SIGN_ECDSA_SECP256K1_PREHASHED /* data: a 32-byte digest; out: r, s (low) and the recovery id, 65 bytes */,
       FP_SIGN_SECP256K1_PUBLIC /* data: empty; out: the public key, 65 bytes uncompressed */ };
/* A handle is the value of a setting that the schema marks "x-secret": true; the host refuses any other. Why a call failed is
 * in the host's log. In an HTTP effect the host replaces ${secret:HANDLE}: in the path percent-encoded, in values of headers and
 * in the body as it stands. */
typedef struct fp_host_secret_v1 {
  uint32_t struct_size, _pad;
  fp_status (*mac)(const fp_host *, fp_str handle, uint32_t algorithm, fp_bytes data, fp_writer *out);  /* [work] */
  fp_status (*sign)(const fp_host *, fp_str handle, uint32_t algorithm, fp_bytes data, fp_writer *out); /* [work] */
} fp_host_secret_v1;

/* Executor, since 1.2: many tasks at once without threads of one's own. task(ctx, 0) to task(ctx, n - 1) are each called once, on the
 * caller's thread and on others, in no order; run returns when all have returned. The instance has fp_limits.threads - 1 others, which
 * all its runs share: calls that run tasks at the same time each add their own thread. n is at most 65536. FP_E_INVALID from within a task. A task neither unwinds nor longjmps (R4). */
#define FP_HOST_EXECUTOR "facepay.host.executor/1"
typedef struct fp_host_executor_v1 {
  uint32_t struct_size, _pad;
  fp_status (*run)(const fp_host *, uint32_t n, void (*task)(void *ctx, uint32_t index), void *ctx); /* [work]; also activate() */
} fp_host_executor_v1;

/* ---- plugin ---- */
typedef struct fp_descriptor {
  uint32_t struct_size, max_concurrency;       /* most [work] calls at once per instance, >= 1 */
  fp_str id, version, vendor, name, licence;   /* id: reverse DNS; version: SemVer 2; licence: SPDX expression */
  const char *const *interfaces;               /* NULL-terminated: FP_DETECTOR, … at least one */
  const char *const *required_host_ext;        /* NULL-terminated; loading fails when one is absent. May be NULL */
  fp_str config_schema;                        /* JSON Schema 2020-12 of an object; empty = takes no settings */
} fp_descriptor;

typedef struct fp_limits { /* what the host promises not to exceed while the instance is active */
  uint32_t struct_size, max_batch, max_width, max_height, threads, _pad;
} fp_limits;

typedef struct fp_plugin { /* one instance: vtable and state, owned by the plugin until destroy() returns */
  uint32_t struct_size, _pad;
  void *self;
  fp_status (*configure)(void *self, fp_str json, fp_writer *err);             /* [ctl] !active; err: one line, may be NULL */
  fp_status (*activate)(void *self, const fp_limits *, fp_writer *err);        /* [ctl] allocate and open models here */
  void (*deactivate)(void *self);                                              /* [ctl] */
  const void *(*get_interface)(void *self, const char *id);                    /* [any] a constant table, or NULL */
  fp_status (*health)(void *self, fp_writer *json);                            /* [any] FP_OK = fit for work */
  void (*destroy)(void *self);                                                 /* [ctl] !active; allowed when poisoned */
} fp_plugin;

typedef struct fp_entry { /* the one exported symbol: const fp_entry facepay_plugin_entry */
  uint32_t magic, struct_size, abi_major, abi_minor;
  fp_status (*init)(const fp_host *);                                          /* [ctl] once per loaded copy; may be NULL */
  void (*deinit)(void);                                                        /* [ctl] may be NULL; see R8 */
  uint32_t (*count)(void);                                                     /* [any] number of descriptors */
  const fp_descriptor *(*descriptor)(uint32_t index);                          /* [any] cheap, no I/O, constant */
  fp_status (*create)(const fp_host *, fp_str id, const fp_plugin **out, fp_writer *err); /* [ctl] */
} fp_entry;

/* ---- frames: DRM fourcc, planes and pitch ---- */
#define FP_FOURCC(a, b, c, d) \
  ((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))
#define FP_PIX_I420 FP_FOURCC('Y', 'U', '1', '2')  /* 3 planes: Y, U, V; chroma halved both ways, rounded up */
#define FP_PIX_NV12 FP_FOURCC('N', 'V', '1', '2')  /* 2 planes: Y, interleaved U V */
#define FP_PIX_RGB24 FP_FOURCC('B', 'G', '2', '4') /* bytes R G B in memory; DRM counts from the low bit: BGR888 */
#define FP_PIX_BGR24 FP_FOURCC('R', 'G', '2', '4') /* bytes B G R in memory; DRM: RGB888 */
#define FP_PIX_GRAY8 FP_FOURCC('R', '8', ' ', ' ') /* 1 plane */
enum { FP_MEM_CPU = 0, FP_MEM_CUDA = 1, FP_MEM_DMABUF = 2 };
enum { FP_MATRIX_UNSPECIFIED = 0, FP_MATRIX_BT601, FP_MATRIX_BT709, FP_MATRIX_BT2020 };
enum { FP_RANGE_UNSPECIFIED = 0, FP_RANGE_LIMITED, FP_RANGE_FULL };

typedef struct fp_plane { /* size >= pitch * (rows - 1) + the bytes of one row */
  const uint8_t *data;
  size_t size;
  uint32_t pitch, rows;
} fp_plane;
typedef struct fp_frame {
  uint32_t struct_size, fourcc, width, height, n_planes, mem_type;
  uint64_t modifier;                 /* DRM format modifier, 0 = linear */
  int64_t pts_ns;                    /* capture time, CLOCK_MONOTONIC of the host */
  uint64_t seq;                      /* rises within a stream */
  uint32_t stream_id, rotation_deg, colour_matrix, colour_range; /* rotation: 0, 90, 180, 270, clockwise, to be undone */
  int32_t dmabuf_fd, device_id;      /* -1 = none */
  fp_plane plane[4];
} fp_frame;
typedef struct fp_frame_batch { uint32_t struct_size, count, stride, _pad; const fp_frame *frames; } fp_frame_batch;

/* ---- vision ---- */
#define FP_SURFACE_MAX 32
typedef struct fp_face {
  uint32_t struct_size, frame_index; /* index into the call's frame batch */
  float x, y, w, h;                  /* frame pixels */
  float score;                       /* 0..1 */
  float landmark[10];                /* x, y of: left eye, right eye (left in the image first), nose, left, right mouth corner */
  float yaw, pitch, roll;            /* degrees; 0 = frontal; positive: turned to image right, chin up, clockwise */
  float quality;                     /* 0..1, fitness of this face for recognition as the detector sees it */
  /* since 1.1; what is 0 was not measured */
  float eye_open[2];                 /* gap between the lids over the eye's width, left in the image first */
  float mouth_open;                  /* gap between the lips over the mouth's width */
  float smile;                       /* the mouth's width over the distance between the outer corners of the eyes */
  uint32_t surface_count;            /* points in surface: 0 to FP_SURFACE_MAX */
  float surface[2 * FP_SURFACE_MAX]; /* x, y of points of the rigid face: the same points in the same order in every frame */
} fp_face;
typedef struct fp_face_batch { uint32_t struct_size, count, stride, _pad; const fp_face *faces; } fp_face_batch;
typedef struct fp_out_array { /* callee writes items at stride, at most stride bytes each, and sets count; with
                                 FP_E_BUFFER_TOO_SMALL count is the number needed */
  uint32_t struct_size, stride, capacity, count;
  void *items;
} fp_out_array;

#define FP_DETECTOR "facepay.detector/1"
typedef struct fp_detector_v1 {
  uint32_t struct_size, _pad;
  fp_status (*detect)(void *self, const fp_call *, const fp_frame_batch *, fp_out_array *faces);    /* [work] */
} fp_detector_v1;

#define FP_LIVENESS "facepay.liveness/1"
typedef struct fp_liveness_v1 { /* presentation-attack detection, ISO/IEC 30107: 0..1, higher = more surely a live person */
  uint32_t struct_size, _pad;
  fp_status (*score)(void *self, const fp_call *, const fp_frame_batch *, const fp_face_batch *,
                     float *live_score, uint32_t n);                                                /* [work] n == faces->count */
} fp_liveness_v1;

#define FP_RECOGNIZER "facepay.recognizer/1"
enum { FP_DISTANCE_COSINE = 1 /* embeddings are unit vectors */, FP_DISTANCE_L2 };
typedef struct fp_embedding_info { uint32_t struct_size, dim, metric, model_tag; } fp_embedding_info;
typedef struct fp_recognizer_v1 { /* embeddings of different model tags never compare */
  uint32_t struct_size, _pad;
  fp_status (*describe)(void *self, fp_embedding_info *out);                 /* [any] after activate; constant until deactivate */
  fp_status (*embed)(void *self, const fp_call *, const fp_frame_batch *, const fp_face_batch *,
                     float *out, size_t out_len);                            /* [work] out_len == faces->count * dim */
} fp_recognizer_v1;

/* ---- host inference: the plugin says WHERE to look; the host crops, warps, normalises, batches over all cameras and runs
 *      the network on the one device that it owns. Input size, colour order and normalisation belong to the model's
 *      manifest entry, not to the caller. Absent in isolated children: name it in required_host_ext. ---- */
#define FP_HOST_INFERENCE "facepay.host.inference/1"
typedef struct fp_region { uint32_t struct_size, frame_index; float affine[6]; /* model-input pixel -> frame pixel, row-major 2x3 */ } fp_region;
typedef struct fp_region_batch { uint32_t struct_size, count, stride, _pad; const fp_region *regions; } fp_region_batch;
typedef struct fp_tensor_desc { uint32_t struct_size, rank; uint32_t dim[6]; fp_str name; } fp_tensor_desc; /* of ONE region: no batch dimension */
typedef struct fp_model_info {
  uint32_t struct_size, input_width, input_height, n_outputs, output_stride;
  uint32_t max_batch;                /* most regions per run */
  uint32_t model_tag, _pad;
  const fp_tensor_desc *outputs;     /* n_outputs, output_stride bytes apart */
  uint8_t sha256[32];                /* of the weights */
} fp_model_info;
typedef struct fp_tensor_out { float *data; size_t capacity, len; } fp_tensor_out; /* in floats, [regions, dims…]; the host sets len */
typedef struct fp_host_inference_v1 {
  uint32_t struct_size, _pad;
  fp_status (*open)(const fp_host *, fp_str model, const fp_model_info **info, uint32_t *handle, fp_writer *err); /* [ctl] info: see R8 */
  fp_status (*run)(const fp_host *, uint32_t handle, const fp_call *, const fp_frame_batch *, const fp_region_batch *,
                   fp_tensor_out *outputs, uint32_t n_outputs);              /* [work] blocks; frames: as the plugin received them */
} fp_host_inference_v1;

/* ---- frame references, since 1.2: a frame of a call is gone when the call returns; a kept one stays readable until release() or
 *      destroy(). It may be a copy. A plugin keeps at most 32 frames of together 256 MiB: one more is FP_E_BUSY. A frame that is
 *      kept may be kept once more, as another. ---- */
#define FP_HOST_FRAME_REF "facepay.host.frame-ref/1"
typedef struct fp_host_frame_ref_v1 {
  uint32_t struct_size, _pad;
  fp_status (*retain)(const fp_host *, const fp_frame *, const fp_frame **kept); /* [work] a frame of the call's batch, or a kept one */
  void (*release)(const fp_host *, const fp_frame *kept);                        /* [any] once; NULL does nothing */
} fp_host_frame_ref_v1;

/* ---- payment: a step machine without I/O. The host performs effects, keeps time, secrets, retries and the journal ---- */
#define FP_PAYMENT "facepay.payment/1"
enum { FP_PAY_AUTHORIZE = 1, FP_PAY_CAPTURE, FP_PAY_SALE, FP_PAY_VOID, FP_PAY_REFUND, FP_PAY_SYNC, FP_PAY_REVERSE,
       FP_PAY_WEBHOOK, FP_PAY_SETTLEMENT,
       FP_PAY_ANCHOR /* make the digest in payload_json {"sha256": hex} public where nobody can change it */ };
enum { /* fp_payment_v1.caps */
  FP_CAP_IDEMPOTENT = 1 << 0,      /* the same attempt_ref again has no second effect */
  FP_CAP_SYNC_BY_REF = 1 << 1,     /* SYNC finds an operation by original_ref alone */
  FP_CAP_REVERSAL = 1 << 2,        /* REVERSE undoes an operation whose outcome is unknown */
  FP_CAP_PARTIAL_CAPTURE = 1 << 3,
  FP_CAP_MULTI_CAPTURE = 1 << 4,
  FP_CAP_PARTIAL_REFUND = 1 << 5,
  FP_CAP_SPLIT = 1 << 6,
  FP_CAP_WEBHOOK = 1 << 7,
  FP_CAP_LEDGER = 1 << 8,          /* the host's ledger is the book: the payer's money is in its wallet, not elsewhere */
  FP_CAP_SERIAL = 1 << 9           /* one operation at a time: the provider numbers its requests in one line */
};
enum { FP_FX_HTTP = 1, FP_FX_TCP_EXCHANGE, FP_FX_SLEEP, FP_FX_PROMPT, FP_FX_DONE,
       FP_FX_KEEP /* body, a JSON object, is durable before the next step; every later operation about this attempt gets it
                     back as payload_json.kept */ };
enum { /* fp_effect.flags */
  FP_FXF_REPEATABLE = 1 << 0,      /* sending the same bytes again has no second effect: the host may retry the connection */
  FP_FXF_SENSITIVE = 1 << 1,       /* the body is not to be journalled in clear */
  FP_FXF_LENGTH_16 = 1 << 2,       /* TCP: a 2-byte big-endian length goes before each message */
  FP_FXF_LENGTH_32 = 1 << 3        /* TCP: a 4-byte big-endian length */
};
enum { FP_OUT_APPROVED = 1, FP_OUT_DECLINED, FP_OUT_PENDING, FP_OUT_NOT_SENT /* provably no effect */, FP_OUT_UNKNOWN };
enum { FP_EV_START = 1, FP_EV_HTTP_RESPONSE, FP_EV_TCP_RESPONSE, FP_EV_TIMEOUT, FP_EV_CONNECT_FAILED, FP_EV_CONNECTION_LOST,
       FP_EV_SLEPT, FP_EV_PROMPT_ANSWER, FP_EV_KEPT };
enum { /* fp_event.flags */
  FP_EVF_SENT = 1 << 0,            /* at least one byte of the request had left when this happened */
  FP_EVF_TRUNCATED = 1 << 1        /* the body was longer than the host keeps */
};
typedef struct fp_money { int64_t minor; uint8_t exponent; char currency[4]; uint8_t _pad[3]; } fp_money; /* ISO 4217, NUL padded; empty = none */
typedef struct fp_pay_request {
  uint32_t struct_size, op;
  uint8_t attempt_ref[16];         /* minted and made durable by the host BEFORE the call; the provider's idempotency key */
  uint8_t original_ref[16];        /* attempt_ref of the operation that this one is about; zero = none. SYNC and REVERSE
                                      have an attempt_ref of their own, and work from original_ref alone */
  fp_str provider_ref;             /* the provider's own id, where one is known; may be empty */
  fp_money amount;
  fp_bytes payload_json;           /* instrument token, splits, merchant data, or a raw webhook's headers and body */
} fp_pay_request;
typedef struct fp_effect {
  uint32_t struct_size, kind;
  uint32_t endpoint;               /* HTTP, TCP: index into the allow-listed endpoints of the plugin's settings */
  uint32_t timeout_ms;             /* HTTP, TCP, PROMPT */
  fp_str method, path;             /* HTTP: method; path with query, starting with '/' */
  fp_bytes headers_json;           /* HTTP: [["name","value"],…] */
  fp_bytes body;                   /* HTTP, TCP: message. KEEP: JSON object. PROMPT: {"kind":"pin"|"otp"|"choice"|"confirm"|"text", …}.
                                      DONE of an identity: the portrait */
  int64_t sleep_ns;                /* SLEEP */
  uint32_t flags, outcome;         /* DONE: FP_OUT_… or, of an identity, FP_IDV_…, and what follows */
  fp_str provider_ref, decline_code; /* decline_code: [a-z0-9_], set exactly when DECLINED or REFUSED */
  fp_bytes result_json;
} fp_effect;
typedef struct fp_event {
  uint32_t struct_size, kind, http_status, flags;
  fp_bytes headers_json, body;     /* HTTP_RESPONSE, TCP_RESPONSE, PROMPT_ANSWER */
} fp_event;
typedef struct fp_payment_v1 {
  uint32_t struct_size, ops_mask;  /* bit 1 << FP_PAY_… for each operation offered */
  uint64_t caps;                   /* FP_CAP_… */
  fp_status (*begin)(void *self, const fp_call *, const fp_pay_request *, void **task);              /* [work] */
  fp_status (*step)(void *self, const fp_call *, void *task, const fp_event *, fp_effect *next);     /* [work] one at a time per
      task; the first event is START; what next points to is valid until the next step or end */
  void (*end)(void *self, void *task);                                                               /* [work] always, once */
} fp_payment_v1;

/* ---- identity: vouches for who a person is, by the step machine of payments: effects and events are the same. Since 1.2 ---- */
#define FP_IDENTITY "facepay.identity/1"
enum { FP_ID_VERIFY = 1, FP_ID_SYNC /* asks what became of the VERIFY that original_ref names */ };
enum { /* fp_identity_v1.caps */
  FP_IDC_IDEMPOTENT = 1 << 0,      /* the same attempt_ref again has no second effect: nothing billed or sent to the person twice */
  FP_IDC_OFFLINE = 1 << 1,         /* asks nobody: no HTTP and no TCP */
  FP_IDC_PORTRAIT = 1 << 2         /* a VERIFIED may come with a portrait */
};
enum { /* fp_effect.outcome of DONE; the numbers are those of FP_OUT_… */
  FP_IDV_VERIFIED = 1, FP_IDV_REFUSED, FP_IDV_PENDING /* only where SYNC is offered */, FP_IDV_NOT_SENT /* provably nothing left */,
  FP_IDV_UNKNOWN
};
typedef struct fp_id_request {
  uint32_t struct_size, op;
  uint8_t attempt_ref[16];         /* minted and made durable by the host BEFORE the call */
  uint8_t original_ref[16];        /* SYNC: attempt_ref of the VERIFY; zero = none. SYNC works from it alone */
  fp_str provider_ref;             /* the provider's own id, where one is known; may be empty */
  fp_bytes payload_json;           /* {"kind", "claim": {…}, "secret": {name: text, …}, …}; SYNC has no claim, secret or document */
  fp_bytes document;               /* what the person handed over, as it was read: a QR code's bytes, an e-KYC file; may be empty */
} fp_id_request;
/* What the person confides is the document and each text of payload_json.secret: a number, a share code, a password. It may go into
 * bodies, which the host takes as FP_FXF_SENSITIVE whether they say so or not; it comes back in no path, header, prompt, KEEP or
 * result. So does what the person answers to a prompt, for the rest of the operation. The host refuses an effect that breaks this
 * where it can tell: from six letters and digits on, of each text, of the document as a whole and of each number in it; attributes
 * may repeat a number. Nothing is kept, so what SYNC finds is not compared with what VERIFY was told: there it is the plugin's to keep to.
 *
 * VERIFIED has a result_json, and no other outcome has one:
 *   { "reference_key": the provider's lasting key for this person, 16 to 128 of [A-Za-z0-9_.:-]; never a number in the document,
 *     "issuer": who vouches, "issued_at_s": Unix seconds at which the issuer did, "assurance": "low" | "substantial" | "high",
 *     "attributes": { name: text, … }, "portrait": "image/jpeg" | "image/png" | "image/jp2", exactly when body is one }
 * Names of attributes are [a-z0-9_]. Of fixed shape: birth_date YYYY-MM-DD, birth_year YYYY, country ISO 3166-1 alpha-2,
 * gender "female" | "male" | "other". Without reference_key or issuer nobody is verified: the answer is malformed. */
typedef struct fp_identity_v1 {
  uint32_t struct_size, ops_mask;  /* bit 1 << FP_ID_… for each operation offered */
  uint64_t caps;                   /* FP_IDC_… */
  fp_status (*begin)(void *self, const fp_call *, const fp_id_request *, void **task);               /* [work] */
  fp_status (*step)(void *self, const fp_call *, void *task, const fp_event *, fp_effect *next);     /* [work] as fp_payment_v1.step */
  void (*end)(void *self, void *task);                                                               /* [work] always, once */
} fp_identity_v1;

#ifdef __cplusplus
}
#define FP_STATIC_ASSERT(c) static_assert(c, "FacePay ABI layout")
#else
#define FP_STATIC_ASSERT(c) _Static_assert(c, "FacePay ABI layout")
#endif
#if UINTPTR_MAX == 0xffffffffffffffffu
FP_STATIC_ASSERT(sizeof(fp_call) == 56);
FP_STATIC_ASSERT(sizeof(fp_host) == 64);
FP_STATIC_ASSERT(sizeof(fp_descriptor) == 120);
FP_STATIC_ASSERT(sizeof(fp_plugin) == 64);
FP_STATIC_ASSERT(sizeof(fp_entry) == 56);
FP_STATIC_ASSERT(sizeof(fp_plane) == 24);
FP_STATIC_ASSERT(offsetof(fp_frame, plane) == 72);
FP_STATIC_ASSERT(sizeof(fp_frame) == 168);
FP_STATIC_ASSERT(sizeof(fp_face) == 360);
FP_STATIC_ASSERT(sizeof(fp_region) == 32);
FP_STATIC_ASSERT(sizeof(fp_money) == 16);
FP_STATIC_ASSERT(sizeof(fp_pay_request) == 88);
FP_STATIC_ASSERT(sizeof(fp_event) == 48);
FP_STATIC_ASSERT(sizeof(fp_id_request) == 88);
#endif
#endif
