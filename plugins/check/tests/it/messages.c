/* A payment plugin that reads signed messages of its provider, with the one fault that -DBAD="name" gives it.
 *
 * A message is signed over "t.body" (the body as it stands in the payload) with the host's key; the header x-signature is
 * t=SECONDS,v1=HEX. */
#define _GNU_SOURCE
#include <facepay_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define bad(name) (!strcmp(BAD, name))
#define STR(text) { text, sizeof(text) - 1 }

typedef struct { fp_plugin table; const fp_host *host; char key[64]; } instance;
typedef struct { char said[4096]; } task;

static void write_to(fp_writer *to, const char *why) { if (to && to->append) to->append(to->ctx, why, strlen(why)); }
static int32_t keep(void *ctx, const void *p, size_t n) {
  char *to = ctx;
  size_t at = strlen(to);
  for (size_t i = 0; i < n && at + 2 < 80; i++, at += 2) sprintf(to + at, "%02x", ((const uint8_t *)p)[i]);
  return 0;
}
/* What follows `name` up to a quote, copied; 0 where there is none. */
static int after(const char *text, const char *name, char *to, size_t room) {
  const char *at = strstr(text, name);
  if (!at) return 0;
  at += strlen(name);
  size_t len = strcspn(at, "\"");
  if (len >= room) return 0;
  memcpy(to, at, len), to[len] = 0;
  return 1;
}

static fp_status begin(void *self, const fp_call *call, const fp_pay_request *request, void **out) {
  (void)self;
  if (request->op != FP_PAY_WEBHOOK) { write_to(call->reason, "only messages"); return FP_E_UNSUPPORTED; }
  task *t = calloc(1, sizeof *t);
  if (!t) return FP_E_INTERNAL;
  size_t len = request->payload_json.len < sizeof t->said ? request->payload_json.len : sizeof t->said - 1;
  if (len) memcpy(t->said, request->payload_json.ptr, len);
  *out = t;
  return FP_OK;
}

static int is_signed(instance *it, const char *said) {
  char body[2048] = "", header[256] = "", signing[2400], made[80] = "", now[32] = "";
  static char last[128];
  long t = 0, now_s = 0;
  after(said, "\"body\":\"", body, sizeof body);
  if (bad("believes_all")) return 1;
  if (!after(said, "[\"x-signature\",\"t=", header, sizeof header)) return bad("believes_unsigned");
  if (bad("remembers_signatures") && !strcmp(last, header)) return 1;
  if (sscanf(header, "%ld", &t) != 1 || !strstr(header, ",v1=")) return 0;
  const char *at = strstr(said, "\"now_s\":");
  if (at) snprintf(now, sizeof now, "%.20s", at + 8), sscanf(now, "%ld", &now_s);
  if (!bad("ignores_age") && labs(now_s - t) > 300) return 0;
  snprintf(signing, sizeof signing, "%ld.%s", bad("ignores_time") ? 0 : t, bad("ignores_body") ? "" : body);
  const fp_host_secret_v1 *secrets = it->host->get_extension(it->host, FP_HOST_SECRET);
  fp_writer into = { made, keep };
  fp_bytes data = { (const uint8_t *)signing, strlen(signing) };
  if (!secrets || secrets->mac(it->host, (fp_str){ it->key, strlen(it->key) }, FP_MAC_HMAC_SHA256, data, &into)) return 0;
  const char *given = strstr(header, ",v1=") + 4;
  int fits = !strncmp(given, made, bad("compares_the_beginning") ? 8 : 65);
  if (fits) snprintf(last, sizeof last, "%.127s", header);
  return fits;
}

static fp_status step(void *self, const fp_call *call, void *of, const fp_event *event, fp_effect *next) {
  task *t = of;
  (void)call, (void)event;
  fp_effect e = { .struct_size = sizeof e, .kind = FP_FX_DONE, .outcome = FP_OUT_DECLINED, .decline_code = STR("signature_invalid") };
  if (is_signed(self, t->said)) {
    e.outcome = FP_OUT_APPROVED;
    e.decline_code = (fp_str){ 0, 0 };
    if (!bad("names_no_event"))
      e.result_json = (fp_bytes){ (const uint8_t *)"{\"event_id\":\"1\",\"attempt\":null}", 31 };
  }
  if (next->struct_size < sizeof e) return FP_E_INVALID;
  memcpy(next, &e, sizeof e);
  return FP_OK;
}
static void end(void *self, void *of) { (void)self; free(of); }
static const fp_payment_v1 payment = { .struct_size = sizeof payment, .ops_mask = 1u << FP_PAY_WEBHOOK, .caps = FP_CAP_WEBHOOK,
  .begin = begin, .step = step, .end = end };

static fp_status configure(void *self, fp_str json, fp_writer *err) {
  instance *it = self;
  char *text = strndup(json.ptr, json.len);
  int found = text && json.len > 1 && after(text, "\"key\":\"", it->key, sizeof it->key);
  free(text);
  if (!found) { write_to(err, "key is needed"); return FP_E_CONFIG; }
  return FP_OK;
}
static const void *get_interface(void *self, const char *id) { (void)self; return strcmp(id, FP_PAYMENT) ? NULL : &payment; }
static void destroy(void *self) { free(self); }

static const char *const interfaces[] = { FP_PAYMENT, NULL };
static const char *const required[] = { FP_HOST_SECRET, NULL };
static const fp_descriptor described = { .struct_size = sizeof described, .max_concurrency = 2, .id = STR("org.example.messages"),
  .version = STR("1.0.0"), .vendor = STR("Example"), .name = STR("Messages"), .licence = STR("MIT"), .interfaces = interfaces,
  .required_host_ext = required, .config_schema = STR("{\"type\":\"object\",\"required\":[\"key\"],\"properties\":{\"key\":"
    "{\"type\":\"string\",\"x-secret\":true,\"maxLength\":40}}}") };

static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &described : NULL; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  if (id.len != described.id.len || memcmp(id.ptr, described.id.ptr, id.len)) { write_to(err, "no such plugin"); return FP_E_UNSUPPORTED; }
  instance *it = calloc(1, sizeof *it);
  if (!it) return FP_E_INTERNAL;
  it->host = host;
  it->table = (fp_plugin){ .struct_size = sizeof(fp_plugin), .self = it, .configure = configure, .get_interface = get_interface,
    .destroy = destroy };
  *out = &it->table;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = { .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .abi_minor = FP_ABI_MINOR, .count = count, .descriptor = descriptor, .create = create };
