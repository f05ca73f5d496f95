/* A detector, liveness step, recogniser and payment provider whose faults are chosen with -DFAULT=… at compile time. */
#include <facepay_plugin.h>
#include <math.h>
#include <string.h>
#include <time.h>

enum { SOUND, BAD_MAGIC, BAD_MAJOR, SHORT_ENTRY, NO_CREATE, SHORT_DESCRIPTOR, BAD_ID, BAD_VERSION, NO_INTERFACES,
       MISSING_EXT, INIT_FAILS, CREATE_FAILS, CONFIGURE_FAILS, SHORT_PLUGIN, NO_TABLE, BAD_DIM,
       NAN_SCORE, BAD_FRAME_INDEX, BAD_SCORE, EMPTY_BOX, TOO_MANY, ENDLESS_NEED, RETURNS_ERROR, UNKNOWN_STATUS,
       LATE, NO_LIVE_SCORE, NAN_LIVE_SCORE, HIGH_LIVE_SCORE, NAN_EMBEDDING, LONG_EMBEDDING, NEEDS_ROOM,
       NULL_DETECT, NULL_SCORE, NULL_DESCRIBE, NULL_EMBED, NULL_BEGIN, NULL_STEP, NULL_END,
       NO_TASK, BAD_EFFECT, STRAY_CODE, NO_CODE, NULL_BODY, BUSY, ENDS };

#define STR(text) { text, sizeof(text) - 1 }

static void say(const fp_call *call, const char *why) {
  if (call->reason) call->reason->append(call->reason->ctx, why, strlen(why));
}

static volatile uint32_t inside, ended; /* calls of detect that are running, and operations that were ended */

static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *frames, fp_out_array *out) {
  (void)self;
  if (FAULT == BUSY) {
    inside = 1;
    while (!__atomic_load_n(call->cancel, __ATOMIC_ACQUIRE)) { }
    return FP_E_CANCELLED;
  }
  uint32_t faces = FAULT == NEEDS_ROOM ? 100 : 1;
  if (FAULT == RETURNS_ERROR) { say(call, "the sensor is dirty"); return FP_E_IO; }
  if (FAULT == UNKNOWN_STATUS) return -77;
  if (FAULT == TOO_MANY) { out->count = out->capacity + 1; return FP_OK; }
  if (FAULT == ENDLESS_NEED) faces = out->capacity + 1;
  if (FAULT == LATE && call->deadline_ns) {
    struct timespec now;
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec <= call->deadline_ns);
  }
  out->count = faces;
  if (faces > out->capacity) return FP_E_BUFFER_TOO_SMALL;
  for (uint32_t i = 0; i < faces; i++) {
    fp_face face = { .struct_size = sizeof face, .w = 10, .h = 12, .score = 0.75f, .quality = 1 };
    if (FAULT == NAN_SCORE) face.score = NAN;
    if (FAULT == BAD_SCORE) face.score = 1.5f;
    if (FAULT == EMPTY_BOX) face.w = 0;
    if (FAULT == BAD_FRAME_INDEX) face.frame_index = frames->count;
    memcpy((char *)out->items + (size_t)i * out->stride, &face, sizeof face);
  }
  return FP_OK;
}

static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *live_score, uint32_t n) {
  (void)self, (void)call, (void)frames, (void)faces;
  for (uint32_t i = 0; i < n && FAULT != NO_LIVE_SCORE; i++)
    live_score[i] = FAULT == NAN_LIVE_SCORE ? NAN : FAULT == HIGH_LIVE_SCORE ? 1.01f : 0.5f;
  return FP_OK;
}

static fp_status describe(void *self, fp_embedding_info *out) {
  (void)self;
  out->dim = FAULT == BAD_DIM ? 0 : 2;
  out->metric = FP_DISTANCE_COSINE;
  out->model_tag = 9;
  return FP_OK;
}

static fp_status embed(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *out, size_t out_len) {
  (void)self, (void)call, (void)frames, (void)faces;
  for (size_t i = 0; i < out_len; i++)
    out[i] = FAULT == NAN_EMBEDDING ? NAN : FAULT == LONG_EMBEDDING ? 1.0f : i % 2 == 0 ? 0.6f : 0.8f;
  return FP_OK;
}

static fp_status begin(void *self, const fp_call *call, const fp_pay_request *request, void **task) {
  static int operation;
  (void)self, (void)call, (void)request;
  *task = FAULT == NO_TASK ? NULL : &operation;
  return FP_OK;
}

/* Asks for one request, and answers by what came of it. */
static fp_status step(void *self, const fp_call *call, void *task, const fp_event *event, fp_effect *next) {
  (void)self, (void)call, (void)task;
  fp_effect effect = { .struct_size = sizeof effect, .kind = FP_FX_DONE, .outcome = FP_OUT_APPROVED,
                       .provider_ref = STR("c-1") };
  if (event->kind == FP_EV_START) {
    effect.kind = FAULT == BAD_EFFECT ? 77 : FP_FX_HTTP;
    effect.endpoint = 1;
    effect.timeout_ms = 1000;
    effect.method = (fp_str)STR("POST");
    effect.path = (fp_str)STR("/pay");
    effect.headers_json = (fp_bytes){ (const uint8_t *)"[[\"a\",\"b\"]]", 11 };
    effect.body = (fp_bytes){ FAULT == NULL_BODY ? NULL : (const uint8_t *)"{}", 2 };
    effect.flags = FP_FXF_REPEATABLE;
  } else if (event->kind != FP_EV_HTTP_RESPONSE || event->http_status != 200 || FAULT == NO_CODE) {
    effect.outcome = FP_OUT_DECLINED;
    if (FAULT != NO_CODE) effect.decline_code = (fp_str)STR("no_answer");
  } else if (FAULT == STRAY_CODE) {
    effect.decline_code = (fp_str)STR("stray");
  }
  if (next->struct_size < sizeof effect) return FP_E_INVALID;
  *next = effect;
  return FP_OK;
}

static void end(void *self, void *task) { (void)self, (void)task, ended++; }

static fp_status health(void *self, fp_writer *json) {
  (void)self;
  const char *text = inside && ended ? "inside, ended" : inside ? "inside" : ended ? "ended" : "";
  return json->append(json->ctx, text, strlen(text)) ? FP_E_INTERNAL : FP_OK;
}

static const fp_detector_v1 detector = { .struct_size = sizeof detector, .detect = FAULT == NULL_DETECT ? NULL : detect };
static const fp_liveness_v1 liveness = { .struct_size = sizeof liveness, .score = FAULT == NULL_SCORE ? NULL : score };
static const fp_recognizer_v1 recognizer = {
  .struct_size = sizeof recognizer, .describe = FAULT == NULL_DESCRIBE ? NULL : describe,
  .embed = FAULT == NULL_EMBED ? NULL : embed,
};
static const fp_payment_v1 payment = {
  .struct_size = sizeof payment, .ops_mask = 1u << FP_PAY_SALE, .caps = FP_CAP_IDEMPOTENT,
  .begin = FAULT == NULL_BEGIN ? NULL : begin, .step = FAULT == NULL_STEP ? NULL : step,
  .end = FAULT == NULL_END ? NULL : end,
};

static fp_status configure(void *self, fp_str json, fp_writer *err) {
  (void)self, (void)json;
  if (FAULT != CONFIGURE_FAILS) return FP_OK;
  err->append(err->ctx, "no such sensor", 14);
  return FP_E_CONFIG;
}
static const void *get_interface(void *self, const char *id) {
  (void)self;
  if (FAULT == NO_TABLE) return NULL;
  return !strcmp(id, FP_DETECTOR) ? (const void *)&detector : !strcmp(id, FP_LIVENESS) ? (const void *)&liveness
       : !strcmp(id, FP_RECOGNIZER) ? (const void *)&recognizer : !strcmp(id, FP_PAYMENT) ? (const void *)&payment : NULL;
}
static const fp_plugin plugin = { .struct_size = FAULT == SHORT_PLUGIN ? 8 : sizeof plugin, .configure = configure,
                                  .get_interface = get_interface, .health = health };

static const char *const interfaces[] = { FP_DETECTOR, FP_LIVENESS, FP_RECOGNIZER, FP_PAYMENT, "org.example.unknown/1",
                                          NULL };
static const char *const none[] = { NULL };
static const char *const extensions[] = { FAULT == MISSING_EXT ? "facepay.host.teleport/1" : FP_HOST_LOG, NULL };
static const fp_descriptor descriptor_0 = {
  .struct_size = FAULT == SHORT_DESCRIPTOR ? 16 : sizeof descriptor_0, .max_concurrency = 1,
#if FAULT == 6 /* BAD_ID */
  .id = STR("Not An Id"),
#else
  .id = STR("org.example.fixture"),
#endif
#if FAULT == 7 /* BAD_VERSION */
  .version = STR("one"),
#else
  .version = STR("1.0.0"),
#endif
  .vendor = STR("Example"), .name = STR("Fixture"), .licence = STR("MIT"),
  .interfaces = FAULT == NO_INTERFACES ? none : interfaces, .required_host_ext = extensions,
};
static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &descriptor_0 : NULL; }
static fp_status init(const fp_host *host) { (void)host; return FAULT == INIT_FAILS ? FP_E_INTERNAL : FP_OK; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)host, (void)id;
  if (FAULT == CREATE_FAILS) { err->append(err->ctx, "licence expired", 15); return FP_E_CONFIG; }
  *out = &plugin;
  return FP_OK;
}

const fp_entry facepay_plugin_entry = {
  .magic = FAULT == BAD_MAGIC ? 0x12345678u : FP_MAGIC, .struct_size = FAULT == SHORT_ENTRY ? 24 : sizeof(fp_entry),
  .abi_major = FAULT == BAD_MAJOR ? 7 : FP_ABI_MAJOR, .abi_minor = 100 + FAULT /* each is a library of its own */, .init = init, .count = count,
  .descriptor = descriptor, .create = FAULT == NO_CREATE ? NULL : create,
};
