/* A detector that uses what its host has. What it does in detect() is the seq of the first frame; what came of it is the reason of
 * an error. NEEDS_ARTIFACT does not go without its package. */
#include <facepay_plugin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SOUND, NEEDS_ARTIFACT };
enum { RECORD, CRASH, DEFINE_BADLY, DEFINE_ALL, MAP, TASKS, CRASH_IN_TASK, KEEP, SHOW_KEPT, KEEP_ALL, LEAK };
enum { TASK_COUNT = 200 };

#define STR(text) { text, sizeof(text) - 1 }

typedef struct instance {
  fp_plugin table;
  const fp_host *host;
  const fp_host_metrics_v1 *metrics;
  const fp_host_executor_v1 *executor;
  const fp_host_frame_ref_v1 *frames;
  uint32_t hits, depth, took, threads;
  uint32_t done[TASK_COUNT], inside, most;
  int nested;
  const fp_frame *kept;
} instance;

static void say(const fp_call *call, const char *why) {
  if (call->reason) call->reason->append(call->reason->ctx, why, strlen(why));
}

static fp_status define(instance *it, uint32_t kind, fp_str name, fp_str unit, const double *bounds, uint32_t n,
                        uint32_t *handle) {
  fp_metric metric = { .struct_size = sizeof metric, .kind = kind, .name = name, .unit = unit, .help = STR("Of the fixture"),
                       .bounds = bounds, .n_bounds = n };
  return it->metrics->define(it->host, &metric, handle);
}

static fp_status define_own(instance *it) {
  static const fp_str names[] = { STR("hits"), STR("depth"), STR("took") }, units[] = { STR(""), STR("bytes"), STR("seconds") };
  static const double bounds[] = { 0.1, 1 };
  fp_status status = define(it, FP_METRIC_COUNTER, names[0], units[0], NULL, 0, &it->hits);
  if (!status) status = define(it, FP_METRIC_GAUGE, names[1], units[1], NULL, 0, &it->depth);
  if (!status) status = define(it, FP_METRIC_HISTOGRAM, names[2], units[2], bounds, 2, &it->took);
  return status;
}

static void record(instance *it) {
  const double times[] = { 0.05, 0.1, 0.5, 5, NAN, -1 };
  it->metrics->record(it->host, it->hits, 1);
  it->metrics->record(it->host, it->depth, 7);
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) it->metrics->record(it->host, it->took, times[i]);
  it->metrics->record(it->host, 0xffffffffu, 1);
}

/* The statuses of definitions that are to be refused. */
static void define_badly(instance *it, const fp_call *call) {
  static const double falling[] = { 1, 0.5 };
  static const fp_str upper = STR("Upper"), same = STR("hits"), fine = STR("fine"), none = STR(""), ms = STR("milliseconds");
  fp_metric broken = { .struct_size = 4 }, endless = { .struct_size = sizeof endless, .kind = FP_METRIC_HISTOGRAM,
                       .name = fine, .n_bounds = 0xffffffffu };
  uint32_t handle = 0;
  char said[200];
  int statuses[] = {
    define(it, FP_METRIC_COUNTER, upper, none, NULL, 0, &handle), define(it, FP_METRIC_GAUGE, same, none, NULL, 0, &handle),
    define(it, 9, fine, none, NULL, 0, &handle), define(it, FP_METRIC_COUNTER, fine, ms, NULL, 0, &handle),
    define(it, FP_METRIC_HISTOGRAM, fine, none, falling, 2, &handle), define(it, FP_METRIC_COUNTER, fine, none, NULL, 0, NULL),
    it->metrics->define(it->host, &broken, &handle), it->metrics->define(it->host, &endless, &handle),
    it->metrics->define(it->host, NULL, &handle),
  };
  int at = 0;
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
    at += snprintf(said + at, sizeof said - (size_t)at, "%d ", statuses[i]);
  say(call, said);
}

/* How many metrics are defined in the end, and the status of one more. */
static void define_all(instance *it, const fp_call *call) {
  char name[16], said[64];
  uint32_t handle = 0, n = 0;
  fp_status status;
  do {
    int len = snprintf(name, sizeof name, "m%u", n++);
    status = define(it, FP_METRIC_COUNTER, (fp_str){ name, (size_t)len }, (fp_str)STR(""), NULL, 0, &handle);
  } while (!status && n < 1000);
  snprintf(said, sizeof said, "%u defined, then %d", handle + 1, status);
  say(call, said);
}

/* What becomes of listed files, and of names that are not. */
static void map(instance *it, const fp_call *call) {
  const fp_host_artifact_v1 *artifacts = it->host->get_extension(it->host, FP_HOST_ARTIFACT);
  static const fp_str listed = STR("data/weights.bin"), empty = STR("data/empty"), others[] = {
    STR("plugin.json"), STR("plugin.sig"), STR("fixture.so"), STR("data"), STR("/etc/passwd"), STR("data/../data/weights.bin"),
    STR(""), { "\xff", 1 } };
  fp_bytes bytes = { NULL, 0 }, again = { NULL, 0 }, none = { NULL, 7 };
  char said[300];
  if (!artifacts) { say(call, "no artifacts"); return; }
  int first = artifacts->map(it->host, listed, &bytes), second = artifacts->map(it->host, listed, &again);
  int third = artifacts->map(it->host, empty, &none), at;
  at = snprintf(said, sizeof said, "%d %d %d %zu %zu %s %.*s", first, second, third, bytes.len, none.len,
                bytes.ptr == again.ptr ? "same" : "another", (int)bytes.len, (const char *)bytes.ptr);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    at += snprintf(said + at, sizeof said - (size_t)at, " %d", artifacts->map(it->host, others[i], &again));
  snprintf(said + at, sizeof said - (size_t)at, " %d.", artifacts->map(it->host, listed, NULL));
  say(call, said);
}

static void task(void *ctx, uint32_t index) {
  instance *it = ctx;
  const struct timespec moment = { 0, 1000000 };
  uint32_t inside = __atomic_add_fetch(&it->inside, 1, __ATOMIC_SEQ_CST), most = __atomic_load_n(&it->most, __ATOMIC_SEQ_CST);
  while (inside > most && !__atomic_compare_exchange_n(&it->most, &most, inside, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) { }
  if (index == 7) it->nested = it->executor->run(it->host, 2, task, it);
  nanosleep(&moment, NULL);
  it->done[index]++;
  __atomic_sub_fetch(&it->inside, 1, __ATOMIC_SEQ_CST);
}
static void crash_in_the_end(void *ctx, uint32_t index) {
  (void)ctx;
  if (index == TASK_COUNT - 1) *(volatile int *)8 = 1;
}

static void run_tasks(instance *it, const fp_call *call) {
  char said[100];
  uint32_t once = 0;
  memset(it->done, 0, sizeof it->done);
  it->inside = it->most = 0;
  int status = it->executor->run(it->host, TASK_COUNT, task, it);
  for (int i = 0; i < TASK_COUNT; i++) once += it->done[i] == 1;
  snprintf(said, sizeof said, "%d, %u once, nested %d, inside %u, threads %u, most %u.", status, once, it->nested, it->inside,
           it->threads, it->most);
  say(call, said);
}

static void show_kept(instance *it, const fp_call *call, const fp_frame *now) {
  const fp_frame *kept = it->kept;
  char said[100];
  uint64_t light = 0;
  for (size_t i = 0; i < kept->plane[0].size; i++) light += kept->plane[0].data[i];
  snprintf(said, sizeof said, "kept %llu of %ux%u with %llu, now %llu", (unsigned long long)kept->seq, kept->width, kept->height,
           (unsigned long long)light, (unsigned long long)now->seq);
  it->frames->release(it->host, kept);
  it->frames->release(it->host, kept); /* once too often */
  say(call, said);
}

/* How many frames can be kept; what is no kept frame is not let go. */
static void keep_all(instance *it, const fp_call *call, const fp_frame *frame) {
  const fp_frame *all[100], *more;
  char said[100];
  int n = 0, status = 0;
  while (n < 100 && !(status = it->frames->retain(it->host, frame, &all[n]))) n++;
  it->frames->release(it->host, frame);
  it->frames->release(it->host, (const fp_frame *)16);
  int after = it->frames->retain(it->host, frame, &more);
  it->frames->release(it->host, all[0]);
  int then = it->frames->retain(it->host, frame, &more);
  snprintf(said, sizeof said, "%d frames, then %d %d %d.", n, status, after, then);
  say(call, said);
}

static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *batch, fp_out_array *out) {
  instance *it = self;
  const fp_frame *frame = batch->frames;
  (void)out;
  switch (frame->seq) {
  case RECORD: record(it); say(call, "recorded"); break;
  case CRASH: record(it); *(volatile int *)8 = 1; break;
  case DEFINE_BADLY: define_badly(it, call); break;
  case DEFINE_ALL: define_all(it, call); break;
  case MAP: map(it, call); break;
  case TASKS: run_tasks(it, call); break;
  case CRASH_IN_TASK: it->executor->run(it->host, TASK_COUNT, crash_in_the_end, NULL); break;
  case KEEP: say(call, it->frames->retain(it->host, frame, &it->kept) ? "not kept" : "kept"); break;
  case SHOW_KEPT: show_kept(it, call, frame); break;
  case KEEP_ALL: keep_all(it, call, frame); break;
  case LEAK:
    for (;;) {
      char *more = malloc(1 << 20);
      if (!more) abort();
      memset(more, 1, 1 << 20);
    }
  }
  return FP_E_IO;
}
static const fp_detector_v1 detector = { .struct_size = sizeof detector, .detect = detect };

static fp_status configure(void *self, fp_str json, fp_writer *err) {
  instance *it = self;
  (void)json;
  it->metrics = it->host->get_extension(it->host, FP_HOST_METRICS);
  it->executor = it->host->get_extension(it->host, FP_HOST_EXECUTOR);
  it->frames = it->host->get_extension(it->host, FP_HOST_FRAME_REF);
  fp_status status = it->metrics && it->executor && it->frames ? define_own(it) : FP_E_UNSUPPORTED;
  if (status && err) err->append(err->ctx, "a service is missing", 20);
  return status;
}
static fp_status activate(void *self, const fp_limits *limits, fp_writer *err) {
  (void)err;
  ((instance *)self)->threads = limits->threads;
  return FP_OK;
}
static const void *get_interface(void *self, const char *id) {
  (void)self;
  return strcmp(id, FP_DETECTOR) ? NULL : &detector;
}
static void destroy(void *self) { free(self); }

static const char *const interfaces[] = { FP_DETECTOR, NULL };
static const char *const extensions[] = { FP_HOST_METRICS, FAULT == NEEDS_ARTIFACT ? FP_HOST_ARTIFACT : NULL, NULL };
static const fp_descriptor descriptor_0 = {
  .struct_size = sizeof descriptor_0, .max_concurrency = 4, .id = STR("org.example.services"), .version = STR("1.0.0"),
  .vendor = STR("Example"), .name = STR("Services"), .licence = STR("MIT"), .interfaces = interfaces,
  .required_host_ext = extensions,
};
static uint32_t one(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &descriptor_0 : NULL; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)id, (void)err;
  instance *it = calloc(1, sizeof *it);
  if (!it) return FP_E_INTERNAL;
  it->table = (fp_plugin){ .struct_size = sizeof it->table, .self = it, .configure = configure, .activate = activate,
                           .get_interface = get_interface, .destroy = destroy };
  it->host = host;
  *out = &it->table;
  return FP_OK;
}

__attribute__((visibility("default"))) const fp_entry facepay_plugin_entry = {
  .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR, .abi_minor = 100 + FAULT, .count = one,
  .descriptor = descriptor, .create = create,
};
