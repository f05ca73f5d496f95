/* A detector, liveness step and recogniser that keeps the contract, but for the one fault that -DBAD="name" gives it. */
#define _GNU_SOURCE
#include <facepay_plugin.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef BAD
#define BAD "nothing"
#endif
#define bad(name) (!strcmp(BAD, name))
#define STR(text) { text, sizeof(text) - 1 }

#ifdef EXPORTS_MORE
int another(void) { return 1; }
#endif
#ifdef WRITES_ITS_CODE
__asm__(".section .both,\"awx\",@progbits\n.long 0\n.previous");
#endif
#ifdef PATCHES_ITS_CODE
__asm__(".text\n.balign 8\n.quad patched_here\npatched_here: nop\n");
#endif

typedef struct { fp_plugin table; const fp_host *host; int active, stuck, panicked, lives, calls; } instance;

static void write_to(fp_writer *to, const char *why) {
  if (bad("null_writer")) { to->append(to->ctx, why, strlen(why)); return; }
  if (!to || !to->append) return;
  for (const char *at = why; *at; at += 4 < strlen(at) ? 4 : strlen(at)) /* in pieces, as printf-like code would */
    if (to->append(to->ctx, at, 4 < strlen(at) ? 4 : strlen(at)) && !bad("insistent")) return;
}
static fp_status say(const fp_call *call, fp_status status, const char *why) { write_to(call->reason, why); return status; }
static void pause_ms(long ms) { struct timespec t = { ms / 1000, ms % 1000 * 1000000 }; nanosleep(&t, NULL); }
static int64_t now_ns(void) {
  struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static void wait_for(const fp_call *call) { /* what long work would do */
  if (bad("ignores_cancel") && call->cancel) pause_ms(2500);
  if (bad("ignores_deadline") && call->deadline_ns) pause_ms(400);
}
static int given_up(const fp_call *call) { return call->cancel && __atomic_load_n(call->cancel, __ATOMIC_ACQUIRE); }
static int late(const fp_call *call) { return call->deadline_ns && now_ns() > call->deadline_ns; }

/* The mean of the first plane, 0 to 1, in *mean. */
static fp_status look(const fp_call *call, const fp_frame *frame, double *mean) {
  uint32_t f = frame->fourcc, w = frame->width, h = frame->height;
  size_t row = f == FP_PIX_RGB24 || f == FP_PIX_BGR24 ? (size_t)w * 3 : w;
  int planes = f == FP_PIX_NV12 ? 2 : f == FP_PIX_I420 ? 3 : 1;
  int known = row != w || f == FP_PIX_GRAY8 || planes > 1;
  if (bad("internal_format") && f == FP_PIX_GRAY8) return say(call, FP_E_INTERNAL, "grey");
  if (bad("no_format")) return say(call, FP_E_UNSUPPORTED, "no format");
  if (!known && !bad("takes_unknown_format")) return say(call, FP_E_UNSUPPORTED, "pixel format");
  if (frame->mem_type != FP_MEM_CPU && !bad("takes_unknown_memory")) return say(call, FP_E_UNSUPPORTED, "memory");
  if (frame->rotation_deg % 90 && !bad("takes_45_degrees")) return say(call, FP_E_UNSUPPORTED, "rotation");
  if (bad("turned_is_internal") && frame->rotation_deg) return say(call, FP_E_INTERNAL, "rotation");
  const fp_plane *p = &frame->plane[0];
  if ((int)frame->n_planes < planes || p->size < (size_t)p->pitch * (h - 1) + row || p->pitch < row || p->rows < h) {
    if (!bad("takes_short_planes")) return say(call, FP_E_INVALID, "plane");
    *mean = 0.5;
    return FP_OK;
  }
  if (bad("halves") && 100 / (w / 2) > 1000) return FP_E_INTERNAL;
  double sum = 0;
  size_t pitch = bad("ignores_pitch") ? row : p->pitch;
  size_t end = bad("reads_whole_pitch") ? pitch : row;
  for (uint32_t y = 0; y < h; y++)
    for (size_t x = 0; x < end; x++) sum += p->data[y * pitch + x];
  if (bad("reads_past")) sum += p->data[(size_t)p->pitch * (h - 1) + row];
  if (bad("reads_before")) sum += p->data[-1];
  if (bad("writes_input")) ((uint8_t *)p->data)[0] = 7;
  if (bad("exits")) exit(3);
  if (bad("panics_at_odd") && w % 2) return say(call, FP_E_PANIC, "odd");
  if (bad("strange_status") && w % 2) return 7;
  if (bad("leaks_pictures")) memset(malloc(row * h + 262144), 1, row * h + 262144);
  if (bad("opens_sockets")) {
    int line = socket(AF_INET, SOCK_STREAM, 0);
    if (line < 0) return say(call, FP_E_IO, "no socket");
    close(line);
  }
  if (bad("hangs")) for (;;) pause_ms(1000);
  *mean = sum / ((double)row * h) / 255;
  return FP_OK;
}

static const fp_frame *frame_at(const fp_frame_batch *frames, uint32_t i) {
  size_t stride = bad("assumes_stride") ? sizeof(fp_frame) : frames->stride;
  if (bad("first_picture_only")) i = 0;
  return (const void *)((const char *)frames->frames + i * stride);
}
static const fp_face *face_at(const fp_face_batch *faces, uint32_t i) {
  return (const void *)((const char *)faces->faces + (size_t)i * faces->stride);
}

static volatile int inside;
/* The value of picture `index`, with the faults of state and threads. */
static fp_status value_of(instance *it, const fp_call *call, const fp_frame_batch *frames, uint32_t index, double *value) {
  if (given_up(call) && !bad("ignores_cancel")) return FP_E_CANCELLED;
  if (late(call) && !bad("ignores_deadline")) return FP_E_DEADLINE;
  fp_status status = look(call, frame_at(frames, index), value);
  if (status) return status;
  if (bad("depends_on_place") && index == 3) *value *= 0.9;
  if (bad("remembers")) *value *= ++it->calls % 3 ? 1 : 0.9;
  if (bad("shares_scratch")) {
    int others = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) > 1;
    pause_ms(3);
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    if (others) *value *= 0.5;
  }
  return FP_OK;
}

static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *frames, fp_out_array *out) {
  instance *it = self;
  wait_for(call);
  if (bad("fails_past_its_place") && out->struct_size > sizeof *out) {
    memset(out + 1, 0, 8);
    return FP_E_INVALID;
  }
  if (bad("fails_on_nothing") && !frames->count) return FP_E_INVALID;
  uint32_t needed = frames->count * 2, capacity = out->capacity;
  out->struct_size = sizeof *out;
  if (bad("keeps_array_size")) out->struct_size = sizeof *out + 64;
  out->count = bad("need_unsaid") && needed > capacity ? capacity : needed;
  if (needed > capacity && !bad("ignores_capacity")) return bad("short_is_ok") ? FP_OK : FP_E_BUFFER_TOO_SMALL;
  for (uint32_t i = 0; i < frames->count; i++) {
    double value = 0;
    fp_status status = value_of(it, call, frames, i, &value);
    if (status) return status;
    for (uint32_t k = 0; k < 2; k++) {
      fp_face face = { .frame_index = i, .x = k * 5.0f, .y = (float)value * 50, .w = 10, .h = 12, .score = (float)value, .quality = 1 };
      size_t size = out->stride < sizeof face && !bad("writes_whole_faces") ? out->stride : sizeof face;
      face.struct_size = (uint32_t)size;
      if (bad("nan_score")) face.score = NAN;
      if (bad("stray_face")) face.frame_index = frames->count;
      memcpy((char *)out->items + (size_t)(2 * i + k) * out->stride, &face, size);
    }
  }
  return FP_OK;
}

static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *live_score, uint32_t n) {
  instance *it = self;
  wait_for(call);
  for (uint32_t i = 0; i < n; i++) {
    double value = 0;
    const fp_face *face = face_at(faces, i);
    if (face->frame_index >= frames->count) return say(call, FP_E_INVALID, "frame_index");
    fp_status status = value_of(it, call, frames, face->frame_index, &value);
    if (status) return status;
    if (bad("indexes_by_face")) value += frame_at(frames, face->frame_index)->plane[0].data[(long)face->x] * 1e-9;
    if (bad("reads_new_fields")) value = value * 0.5 + face->smile * 0.1 + face->surface[63] * 0;
    live_score[i] = bad("sure") ? 1.5f : (float)value;
  }
  if (bad("writes_one_more")) live_score[n] = 0;
  return FP_OK;
}

static fp_status describe(void *self, fp_embedding_info *out) {
  instance *it = self;
  if (!bad("keeps_size")) out->struct_size = sizeof *out;
  if (bad("writes_tail")) memset(out + 1, 0, 8);
  out->dim = 2;
  out->metric = FP_DISTANCE_COSINE;
  out->model_tag = bad("no_tag") ? 0 : bad("moving_tag") ? (uint32_t)(9 + it->calls) : 9;
  return FP_OK;
}
static fp_status embed(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *out, size_t out_len) {
  instance *it = self;
  wait_for(call);
  if (bad("moving_tag")) it->calls++;
  for (uint32_t i = 0; i < out_len / 2; i++) {
    double value = 0;
    if (face_at(faces, i)->frame_index >= frames->count) return say(call, FP_E_INVALID, "frame_index");
    fp_status status = value_of(it, call, frames, face_at(faces, i)->frame_index, &value);
    if (status) return status;
    double length = bad("long_embedding") ? 0.5 : sqrt(value * value + 1);
    out[2 * i] = (float)(value / length);
    out[2 * i + 1] = bad("nan_embedding") ? NAN : (float)(1 / length);
  }
  return FP_OK;
}

static const fp_detector_v1 detector = { .struct_size = sizeof detector, .detect = detect };
static const fp_liveness_v1 liveness = { .struct_size = sizeof liveness, .score = score };
static const fp_recognizer_v1 recognizer = { .struct_size = sizeof recognizer, .describe = describe, .embed = embed };
static fp_recognizer_v1 moved;

static const void *get_interface(void *self, const char *id) {
  instance *it = self;
  if (bad("hangs_early")) for (;;) pause_ms(1000);
  if (bad("any_interface")) return &detector;
  if (bad("missing_interface") && !strcmp(id, FP_LIVENESS)) return NULL;
  if (bad("prefix_interface") && !strncmp(id, FP_LIVENESS, strlen(FP_LIVENESS))) return &liveness;
  moved = recognizer;
  if (bad("moving_table") && !strcmp(id, FP_RECOGNIZER) && ++it->calls % 2) return &moved;
  return !strcmp(id, FP_DETECTOR) ? (const void *)&detector : !strcmp(id, FP_LIVENESS) ? (const void *)&liveness
       : !strcmp(id, FP_RECOGNIZER) ? (const void *)&recognizer : NULL;
}

static void log_line(const fp_host *host, const char *text, size_t len) {
  const fp_host_log_v1 *log = host->get_extension(host, FP_HOST_LOG);
  if (!log && !bad("needs_log")) return;
  log->log(host, FP_LOG_INFO, (fp_str){ text, len }, NULL, 0);
}
static int holds(fp_str json, const char *word) { return memmem(json.ptr, json.len, word, strlen(word)) != NULL; }

static fp_status configure(void *self, fp_str json, fp_writer *err) {
  instance *it = self;
  if (it->panicked && !bad("forgets_panic")) return FP_E_PANIC;
  if (holds(json, "\"panic\":true") && (bad("panics") || bad("forgets_panic"))) return it->panicked = 1, FP_E_PANIC;
  log_line(it->host, "configured", 10);
  if (bad("logs_settings")) log_line(it->host, json.ptr, json.len);
  if (bad("refuses_all")) { write_to(err, "never"); return FP_E_CONFIG; }
  if (bad("takes_all")) return FP_OK;
  if (bad("refuses_again") && it->calls++) { write_to(err, "once is enough"); return FP_E_CONFIG; }
  int complete = json.len > 1 && json.ptr[0] == '{' && holds(json, "\"key\":") && holds(json, "\"label\":");
  if (!complete || it->stuck) {
    char why[256];
    size_t len = json.len < 200 ? json.len : 200;
    memcpy(why, json.ptr, len), why[len] = 0;
    if (!bad("refuses_silently")) write_to(err, bad("repeats_settings") ? why : "key and label are needed");
    return bad("wrong_status") ? FP_E_INVALID : FP_E_CONFIG;
  }
  if (bad("fails_at_7") && holds(json, "\"level\":7")) return FP_E_INTERNAL;
  if (bad("stuck_after_7") && holds(json, "\"level\":7")) { it->stuck = 1; write_to(err, "7"); return FP_E_CONFIG; }
  return FP_OK;
}
static void *sleeper(void *nothing) { (void)nothing; for (;;) pause_ms(10000); return NULL; }
static fp_status activate(void *self, const fp_limits *limits, fp_writer *err) {
  instance *it = self;
  if (it->panicked && !bad("forgets_panic")) return FP_E_PANIC;
  if (limits->struct_size < sizeof *limits) { write_to(err, "limits"); return FP_E_INVALID; }
  if (bad("one_life_only") && it->lives++) { write_to(err, "again?"); return FP_E_INTERNAL; }
  it->active = 1;
  if (bad("leaks_memory")) memset(malloc(32768), 1, 32768);
  if (bad("leaks_descriptors")) (void)!open("/dev/null", O_RDONLY);
  if (bad("leaks_threads")) {
    pthread_attr_t small; pthread_t thread;
    pthread_attr_init(&small), pthread_attr_setstacksize(&small, 65536), pthread_create(&thread, &small, sleeper, NULL);
  }
  return FP_OK;
}
static void deactivate(void *self) { ((instance *)self)->active = bad("unfit_afterwards") ? -1 : 0; }
static fp_status health(void *self, fp_writer *json) {
  write_to(json, "{\"detail\":\"well enough\"}");
  return bad("unfit_afterwards") && ((instance *)self)->lives++ >= 0 ? FP_E_INTERNAL : FP_OK;
}
static void destroy(void *self) {
  if (bad("dies_idle") && !((instance *)self)->lives) abort();
  free(self);
}

static const char *const interfaces[] = { FP_DETECTOR, FP_LIVENESS, FP_RECOGNIZER, NULL };
#define DESCRIPTOR { .struct_size = sizeof(fp_descriptor), .max_concurrency = 4, .id = STR("org.example.fixture"), \
  .version = STR("1.0.0"), .vendor = STR("Example"), .name = STR("Fixture"), .licence = STR("MIT"), .interfaces = interfaces, \
  .config_schema = STR("{\"type\":\"object\",\"required\":[\"key\",\"label\"],\"properties\":{\"key\":{\"type\":\"string\"," \
    "\"x-secret\":true},\"label\":{\"type\":\"string\",\"maxLength\":40},\"level\":{\"type\":\"integer\",\"minimum\":0," \
    "\"maximum\":9,\"default\":3}}}") }
static const fp_descriptor described[2] = { DESCRIPTOR, DESCRIPTOR };

static fp_status init(const fp_host *host) {
  (void)host;
  if (bad("slow_init")) pause_ms(700);
  if (bad("late_init")) pause_ms(100);
  if (bad("starts_once")) {
    if (getenv("FIXTURE_STARTED")) return FP_E_INTERNAL;
    setenv("FIXTURE_STARTED", "1", 1);
  }
  return FP_OK;
}
__attribute__((destructor)) static void taken_down(void) { if (bad("dies_with_its_process")) abort(); }
static void deinit(void) { if (bad("dies_at_the_end")) abort(); }
static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) {
  static volatile int calls;
  if (bad("moving_descriptor")) return index ? NULL : &described[calls++ % 2];
  return index == 0 || bad("endless_descriptors") ? &described[0] : NULL;
}
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  int ours = id.len == described[0].id.len && !memcmp(id.ptr, described[0].id.ptr, id.len);
  if (!ours && !bad("any_plugin")) { write_to(err, "no such plugin"); return FP_E_UNSUPPORTED; }
  if (bad("silent_refusal") && !host->get_extension(host, FP_HOST_LOG)) return FP_E_UNSUPPORTED;
  instance *it = calloc(1, sizeof *it);
  if (!it) return FP_E_INTERNAL;
  it->host = host;
  it->table = (fp_plugin){ .struct_size = sizeof(fp_plugin), .self = it, .configure = configure, .activate = activate,
    .deactivate = deactivate, .get_interface = get_interface, .health = health, .destroy = destroy };
  *out = &it->table;
  return FP_OK;
}

const fp_entry facepay_plugin_entry = { .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .abi_minor = FP_ABI_MINOR, .init = init, .deinit = deinit, .count = count, .descriptor = descriptor, .create = create };
