/* {{title}}: the entry, the descriptor and the life of an instance. The step itself is in {{kind}}.c. */
#define _POSIX_C_SOURCE 200809L
#include "plugin.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  fp_plugin table;
  const fp_host *host; /* lives until the process ends */
} instance;

void write_to(fp_writer *to, const char *why) {
  if (to && to->append) to->append(to->ctx, why, strlen(why));
}

fp_status given_up(const fp_call *call) {
  struct timespec now;
  if (call->cancel && __atomic_load_n(call->cancel, __ATOMIC_ACQUIRE)) return FP_E_CANCELLED;
  if (!call->deadline_ns) return FP_OK;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec > call->deadline_ns ? FP_E_DEADLINE : FP_OK;
}

static const void *get_interface(void *self, const char *id) {
  (void)self;
  return plugin_table(id);
}
static fp_status health(void *self, fp_writer *json) {
  (void)self;
  write_to(json, "{\"fit\":true,\"detail\":\"\"}");
  return FP_OK;
}
static void destroy(void *self) { free(self); }

static fp_descriptor description = {
  .struct_size = sizeof description, .max_concurrency = 4, /* calls at once on one instance; the host keeps to it */
  .id = STR("{{id}}"), .version = STR("0.1.0"), .vendor = STR("{{vendor}}"), .name = STR("{{title}}"),
  .licence = STR("MIT"), .interfaces = plugin_interfaces,
  /* no .config_schema: it takes no settings. With one, add .configure to the table below. */
};

static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &description : NULL; }

static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  if (id.len != description.id.len || memcmp(id.ptr, description.id.ptr, id.len)) {
    write_to(err, "no plugin with this id in the library");
    return FP_E_UNSUPPORTED;
  }
  instance *made = calloc(1, sizeof *made);
  if (!made) return FP_E_INTERNAL;
  made->host = host;
  made->table = (fp_plugin){ .struct_size = sizeof(fp_plugin), .self = made, .get_interface = get_interface,
                             .health = health, .destroy = destroy };
  *out = &made->table;
  return FP_OK;
}

__attribute__((visibility("default"))) const fp_entry facepay_plugin_entry = {
  .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR, .abi_minor = FP_ABI_MINOR,
  .count = count, .descriptor = descriptor, .create = create,
};
