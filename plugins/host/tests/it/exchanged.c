/* A plugin whose generations take each other's place: it says by its settings which one it is, sees a face where the first pixel
 * is white, and fails its self-test in the way that is chosen with -DFAULT=… at compile time. With PAYS it only pays, and what it
 * does is chosen by the amount. */
#include <facepay_plugin.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SOUND, SEES_GHOSTS, SEES_NOBODY, SEES_TWO, SEES_ELSEWHERE, SCORES_BY_MOOD, EMBEDS_BY_MOOD, EMBEDS_OTHERWISE, OTHER_TAG,
       OTHER_CAPS, MORE_OPS, APPROVES_UNHEARD, NEVER_ENDS, CRASHES, LESS, PAYS };

#define STR(text) { text, sizeof(text) - 1 }

static char name[64];
static int calls;

static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *frames, fp_out_array *out) {
  (void)self, (void)call;
  if (FAULT == CRASHES) __builtin_trap();
  /* Long enough for an exchange to fall into it. */
  struct timespec moment = { 0, 1000000 };
  nanosleep(&moment, NULL);
  int sees = (frames->frames->plane[0].data[0] == 255 || FAULT == SEES_GHOSTS) && FAULT != SEES_NOBODY;
  out->count = sees ? FAULT == SEES_TWO ? 2 : 1 : 0;
  for (uint32_t i = 0; i < out->count; i++) {
    fp_face face = { .struct_size = sizeof face, .x = FAULT == SEES_ELSEWHERE ? 30 : 10, .y = 10, .w = 10, .h = 12, .score = 0.9f,
                     .quality = 1 };
    memcpy((char *)out->items + (size_t)i * out->stride, &face, sizeof face);
  }
  return FP_OK;
}

static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces, float *scores,
                       uint32_t n) {
  (void)self, (void)call, (void)frames, (void)faces;
  for (uint32_t i = 0; i < n; i++) scores[i] = FAULT == SCORES_BY_MOOD && ++calls % 2 ? 0.1f : 0.8f;
  return FP_OK;
}

static fp_status describe(void *self, fp_embedding_info *out) {
  (void)self;
  out->dim = 2;
  out->metric = FP_DISTANCE_COSINE;
  out->model_tag = FAULT == OTHER_TAG ? 10 : 9;
  return FP_OK;
}

static fp_status embed(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces, float *out,
                       size_t out_len) {
  (void)self, (void)call, (void)frames, (void)faces;
  size_t other = FAULT == EMBEDS_OTHERWISE || (FAULT == EMBEDS_BY_MOOD && ++calls % 2);
  for (size_t i = 0; i < out_len; i++) out[i] = i % 2 == other ? 1.0f : 0.0f;
  return FP_OK;
}

static fp_status begin(void *self, const fp_call *call, const fp_pay_request *request, void **task) {
  static int operation;
  (void)self, (void)call;
  *task = &operation;
  if (FAULT != PAYS) return FP_OK;
  switch (request->amount.minor) {
  case 661: __builtin_trap();
  case 662: _exit(0);
  case 663: for (;;) { }
  case 664: for (;;) memset(malloc(1 << 20), 1, 1 << 20);
  case 665: *task = NULL; return FP_OK;
  case 666: return FP_E_PANIC;
  case 667: return -77;
  default: return FP_OK;
  }
}

/* Asks its provider, and tells in the provider's reference which generation did. */
static fp_status step(void *self, const fp_call *call, void *task, const fp_event *event, fp_effect *next) {
  (void)self, (void)call, (void)task;
  fp_effect effect = { .struct_size = sizeof effect, .kind = FP_FX_DONE, .outcome = FP_OUT_UNKNOWN };
  if (event->kind == FP_EV_START || FAULT == NEVER_ENDS) {
    effect.kind = FP_FX_HTTP;
    effect.timeout_ms = 1000;
    effect.method = (fp_str)STR("POST");
    effect.path = (fp_str)STR("/pay");
    effect.headers_json = (fp_bytes){ (const uint8_t *)"[]", 2 };
  } else if (event->kind == FP_EV_HTTP_RESPONSE || FAULT == APPROVES_UNHEARD) {
    effect.outcome = FP_OUT_APPROVED;
    effect.provider_ref = (fp_str){ name, strlen(name) };
  }
  *next = effect;
  return FP_OK;
}

static void end(void *self, void *task) { (void)self, (void)task; }

static const fp_detector_v1 detector = { .struct_size = sizeof detector, .detect = detect };
static const fp_liveness_v1 liveness = { .struct_size = sizeof liveness, .score = score };
static const fp_recognizer_v1 recognizer = { .struct_size = sizeof recognizer, .describe = describe, .embed = embed };
static const fp_payment_v1 payment = {
  .struct_size = sizeof payment,
  .ops_mask = 1u << FP_PAY_SALE | (FAULT == MORE_OPS ? 1u << FP_PAY_REFUND : 0),
  .caps = FAULT == OTHER_CAPS ? FP_CAP_LEDGER : FP_CAP_IDEMPOTENT,
  .begin = begin, .step = step, .end = end,
};

static fp_status configure(void *self, fp_str json, fp_writer *err) {
  (void)self, (void)err;
  memcpy(name, json.ptr, json.len < sizeof name ? json.len : sizeof name - 1);
  return FP_OK;
}

static fp_status health(void *self, fp_writer *json) {
  (void)self;
  return json->append(json->ctx, name, strlen(name)) ? FP_E_INTERNAL : FP_OK;
}

static const void *get_interface(void *self, const char *id) {
  (void)self;
  return !strcmp(id, FP_DETECTOR) ? (const void *)&detector : !strcmp(id, FP_LIVENESS) ? (const void *)&liveness
       : !strcmp(id, FP_RECOGNIZER) ? (const void *)&recognizer : !strcmp(id, FP_PAYMENT) ? (const void *)&payment : NULL;
}

static const fp_plugin plugin = {
  .struct_size = sizeof plugin, .configure = configure, .get_interface = get_interface, .health = health,
};
static const char *const interfaces[] = {
#if FAULT < 14 /* LESS */
  FP_DETECTOR,
#endif
#if FAULT < 15 /* PAYS */
  FP_LIVENESS, FP_RECOGNIZER,
#endif
  FP_PAYMENT, NULL
};
static const fp_descriptor descriptor = {
  .struct_size = sizeof descriptor, .max_concurrency = 4, .id = STR("org.example.exchanged"), .version = STR("1.0.0"),
  .vendor = STR("Example"), .name = STR("Exchanged"), .licence = STR("MIT"), .interfaces = interfaces,
  .config_schema = STR("{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}"),
};
static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor_of(uint32_t index) { return index ? NULL : &descriptor; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)host, (void)id, (void)err;
  *out = &plugin;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = {
  .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR, .abi_minor = FP_ABI_MINOR,
  .count = count, .descriptor = descriptor_of, .create = create,
};
