/* A liveness step over a network of the host, with the one fault that -DBAD="name" gives it. */
#include <facepay_plugin.h>
#include <stdlib.h>
#include <string.h>

#define bad(name) (!strcmp(BAD, name))
#define STR(text) { text, sizeof(text) - 1 }

typedef struct { fp_plugin table; const fp_host *host; const fp_host_inference_v1 *networks; uint32_t handle; } instance;

static void write_to(fp_writer *to, const char *why) { if (to && to->append) to->append(to->ctx, why, strlen(why)); }

static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *live_score, uint32_t n) {
  instance *it = self;
  for (uint32_t i = 0; i < n; i++) {
    const fp_face *face = (const void *)((const char *)faces->faces + (size_t)i * faces->stride);
    fp_region region = { .struct_size = sizeof region, .frame_index = face->frame_index,
                         .affine = { 1, 0, face->x, 0, 1, face->y } };
    fp_region_batch regions = { .struct_size = sizeof regions, .count = 1, .stride = sizeof region, .regions = &region };
    float value = 1;
    fp_tensor_out out = { &value, 1, 0 };
    fp_status status = it->networks->run(it->host, it->handle, call, frames, &regions, &out, 1);
    if (status && !bad("lives_without_network")) return status;
    if (!(value >= 0 && value <= 1) && !bad("passes_numbers_on")) {
      write_to(call->reason, "the network gave no number");
      return FP_E_INTERNAL;
    }
    live_score[i] = value;
  }
  return FP_OK;
}
static const fp_liveness_v1 liveness = { .struct_size = sizeof liveness, .score = score };

static fp_status activate(void *self, const fp_limits *limits, fp_writer *err) {
  instance *it = self;
  const fp_model_info *info;
  (void)limits;
  it->networks = it->host->get_extension(it->host, FP_HOST_INFERENCE);
  if (!it->networks && bad("works_blind")) return FP_OK;
  if (!it->networks) { write_to(err, "the host runs no networks"); return FP_E_UNSUPPORTED; }
  return it->networks->open(it->host, (fp_str)STR("pattern"), &info, &it->handle, err);
}
static const void *get_interface(void *self, const char *id) { (void)self; return strcmp(id, FP_LIVENESS) ? NULL : &liveness; }
static void destroy(void *self) { free(self); }

static const char *const interfaces[] = { FP_LIVENESS, NULL };
static const char *const required[] = { FP_HOST_INFERENCE, NULL };
static const fp_descriptor described = { .struct_size = sizeof described, .max_concurrency = 2, .id = STR("org.example.looker"),
  .version = STR("1.0.0"), .vendor = STR("Example"), .name = STR("Looker"), .licence = STR("MIT"), .interfaces = interfaces,
  .required_host_ext = required };

static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &described : NULL; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  if (id.len != described.id.len || memcmp(id.ptr, described.id.ptr, id.len)) { write_to(err, "no such plugin"); return FP_E_UNSUPPORTED; }
  instance *it = calloc(1, sizeof *it);
  if (!it) return FP_E_INTERNAL;
  it->host = host;
  it->table = (fp_plugin){ .struct_size = sizeof(fp_plugin), .self = it, .activate = activate, .get_interface = get_interface,
    .destroy = destroy };
  *out = &it->table;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = { .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .abi_minor = FP_ABI_MINOR, .count = count, .descriptor = descriptor, .create = create };
