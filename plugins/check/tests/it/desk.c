/* An identity plugin for the reference office, with the one fault that -DBAD="name" gives it. */
#include <facepay_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define bad(name) (!strcmp(BAD, name))
#define STR(text) { text, sizeof(text) - 1 }
#define WHOLE "{\"reference_key\":\"office-0000000000000000\",\"issuer\":\"Reference office\",\"issued_at_s\":1,\"assurance\":\"low\"}"

typedef struct {
  uint32_t op;
  int stepped;
  char attempt[48], original[40], path[320], headers[160], said[200], result[1024];
  uint8_t *document;
  size_t len;
} task;

static const fp_host *host;

static void write_to(fp_writer *to, const char *why) { if (to && to->append) to->append(to->ctx, why, strlen(why)); }
static void hex(char *to, const uint8_t *from) { for (int i = 0; i < 16; i++) sprintf(to + 2 * i, "%02x", from[i]); }
static const char *find(fp_bytes body, const char *word) {
  size_t len = strlen(word);
  for (size_t i = 0; i + len <= body.len; i++) if (!memcmp(body.ptr + i, word, len)) return (const char *)body.ptr + i;
  return NULL;
}
/* Where the value of a field begins, 0 where there is none: of the outermost object, unless it looks deeper. */
static size_t field(fp_bytes body, const char *name) {
  size_t len = strlen(name), from;
  int depth = 0;
  for (size_t at = 0; at < body.len; at++) {
    if (body.ptr[at] == '{' || body.ptr[at] == '[') depth++;
    if (body.ptr[at] == '}' || body.ptr[at] == ']') depth--;
    if (body.ptr[at] != '"') continue;
    for (from = ++at; at < body.len && body.ptr[at] != '"'; at++) at += body.ptr[at] == '\\';
    int is_key = at + 2 < body.len && body.ptr[at + 1] == ':';
    if ((depth == 1 || bad("looks_deeper")) && is_key && at - from == len && !memcmp(body.ptr + from, name, len)) return at + 2;
  }
  return 0;
}
/* A text with its quotes, or a number, as it stands in JSON. */
static int value(fp_bytes body, const char *name, char *to, size_t room) {
  size_t from = field(body, name), at = from;
  if (!from) return 0;
  if (body.ptr[from] == '"') {
    for (at++; at < body.len && body.ptr[at] != '"'; at++) at += body.ptr[at] == '\\';
    if (at++ >= body.len) return 0;
  } else while (at < body.len && body.ptr[at] >= '0' && body.ptr[at] <= '9') at++;
  if (at == from || at - from >= room) return 0;
  memcpy(to, body.ptr + from, at - from);
  to[at - from] = 0;
  return 1;
}
static int says(fp_bytes body, const char *name, const char *text) {
  char found[80];
  return value(body, name, found, sizeof found) && found[0] == '"' && strlen(found) == strlen(text) + 2
      && !memcmp(found + 1, text, strlen(text));
}

static uint32_t offered(void) {
  if (bad("only_sync")) return 1u << FP_ID_SYNC;
  if (bad("takes_any_op")) return 1u << FP_ID_VERIFY;
  return 1u << FP_ID_VERIFY | 1u << FP_ID_SYNC;
}

static fp_status begin(void *self, const fp_call *call, const fp_id_request *request, void **out) {
  (void)self;
  char number[40] = "", phrase[80] = "";
  size_t within = field(request->payload_json, "secret");
  fp_bytes secret = { request->payload_json.ptr + within, request->payload_json.len - within };
  value(secret, "number", number, sizeof number);
  value(secret, "phrase", phrase, sizeof phrase);
  if (!(offered() >> request->op & 1) && !bad("takes_any_op")) return FP_E_UNSUPPORTED;
  if (bad("opens_sockets")) {
    int line = socket(AF_INET, SOCK_STREAM, 0);
    if (line < 0) { write_to(call->reason, "no socket"); return FP_E_IO; }
    close(line);
  }
  if (bad("needs_provider_ref") && request->op == FP_ID_SYNC && !request->provider_ref.len) {
    write_to(call->reason, "which verification?");
    return FP_E_INVALID;
  }
  if (bad("tells_number") && find(request->payload_json, "no such kind")) {
    write_to(call->reason, number);
    return FP_E_UNSUPPORTED;
  }
  for (char *at = phrase; *at; at++) if (*at >= 'A' && *at <= 'Z') *at += 'a' - 'A';
  if (bad("logs_number") || bad("logs_phrase")) {
    const fp_host_log_v1 *log = host->get_extension(host, FP_HOST_LOG);
    const char *said = bad("logs_number") ? number : phrase;
    log->log(host, FP_LOG_INFO, (fp_str){ said, strlen(said) }, NULL, 0);
  }
  static int count;
  task *t = calloc(1, sizeof *t);
  if (!t) return FP_E_INTERNAL;
  t->op = request->op;
  hex(t->attempt, request->attempt_ref);
  if (bad("unnamed")) strcpy(t->attempt, "nobody");
  if (bad("counts_up")) sprintf(t->attempt + 32, "%d", ++count % 9);
  hex(t->original, request->original_ref);
  t->len = request->document.len;
  if (bad("reads_empty") && request->document.ptr[0] == '<') count++;
  t->document = malloc(t->len + 1);
  if (t->len) memcpy(t->document, request->document.ptr, t->len);
  for (char *at = number; *at; at++) if (*at == ' ' || *at == '"') *at = '-';
  snprintf(t->said, sizeof t->said, "%s", number);
  *out = t;
  return FP_OK;
}

static void ask(task *t, fp_effect *e) {
  int sync = t->op == FP_ID_SYNC;
  e->kind = FP_FX_HTTP;
  e->timeout_ms = 5000;
  e->endpoint = bad("strays") ? 1 : 0;
  if (sync) snprintf(t->path, sizeof t->path, "/v1/verifications/%s", t->original);
  else snprintf(t->path, sizeof t->path, "/v1/verifications%s%s", bad("number_in_path") ? "?n=" : "", bad("number_in_path") ? t->said : "");
  snprintf(t->headers, sizeof t->headers, "[[\"idempotency-key\",\"%s\"]]", t->attempt);
  e->method = sync ? (fp_str)STR("GET") : (fp_str)STR("POST");
  e->path = (fp_str){ t->path, strlen(t->path) };
  if (!sync) {
    e->headers_json = (fp_bytes){ (const uint8_t *)t->headers, strlen(t->headers) };
    e->body = (fp_bytes){ t->document, t->len };
  }
}

static void verified(fp_effect *e, const char *result) {
  e->outcome = FP_IDV_VERIFIED;
  e->result_json = (fp_bytes){ (const uint8_t *)result, strlen(result) };
}
static void refused(fp_effect *e, const char *code) {
  e->outcome = FP_IDV_REFUSED;
  e->decline_code = (fp_str){ code, strlen(code) };
}

static int attested(task *t, fp_bytes body) {
  char key[160], issuer[300], at[24], name[300], year[16];
  if (!value(body, "reference_key", key, sizeof key) || !value(body, "issuer", issuer, sizeof issuer)
      || !value(body, "issued_at_s", at, sizeof at) || !value(body, "name", name, sizeof name)
      || !value(body, "birth_year", year, sizeof year)) return 0;
  if (bad("another_key")) sprintf(key, "\"%s-of-this-attempt\"", t->attempt);
  if (bad("number_in_key")) sprintf(key, "\"office-%s-key\"", t->said + 1);
  if (bad("surer")) strcpy(year, "\"1930\"");
  snprintf(t->result, sizeof t->result, "{%s%s%s\"issuer\":%s,\"issued_at_s\":%s,\"assurance\":\"%s\",\"attributes\":{\"name\":%s,\"birth_year\":%s}}",
           bad("no_key") ? "" : "\"reference_key\":", bad("no_key") ? "" : key, bad("no_key") ? "" : ",", issuer, at,
           bad("surer") ? "high" : "substantial", name, year);
  return 1;
}

/* What an answer proves. */
static void judge(task *t, const fp_event *event, fp_effect *e) {
  fp_bytes body = event->body;
  int complete = !(event->flags & FP_EVF_TRUNCATED) && body.len > 1 && body.ptr[0] == '{' && body.ptr[body.len - 1] == '}';
  int sync = t->op == FP_ID_SYNC;
  if (bad("trusts_200") && event->http_status == 200) verified(e, WHOLE);
  else if (bad("trusts_documents") && event->http_status == 422) verified(e, WHOLE);
  else if (bad("trusts_nothing_found") && sync && event->http_status == 404) verified(e, WHOLE);
  else if (!complete) return;
  else if (event->http_status == 200 && says(body, "state", "verified") && attested(t, body)) verified(e, t->result);
  else if (event->http_status == 202 && says(body, "state", "pending")) {
    e->outcome = FP_IDV_PENDING;
    if (bad("refuses_slow")) refused(e, "slow");
  } else if (event->http_status == 422 && field(body, "code")) refused(e, "refused");
  else if (sync && event->http_status == 404 && says(body, "code", "unknown_attempt")) e->outcome = FP_IDV_NOT_SENT;
}

static fp_status step(void *self, const fp_call *call, void *of, const fp_event *event, fp_effect *next) {
  task *t = of;
  fp_effect e = { .struct_size = sizeof e, .kind = FP_FX_DONE, .outcome = FP_IDV_UNKNOWN };
  (void)self, (void)call;
  int first = !t->stepped++, sync = t->op == FP_ID_SYNC;
  int unsent = event->kind == FP_EV_CONNECT_FAILED
            || ((event->kind == FP_EV_TIMEOUT || event->kind == FP_EV_CONNECTION_LOST) && !(event->flags & FP_EVF_SENT));
  int lost = (event->kind == FP_EV_TIMEOUT || event->kind == FP_EV_CONNECTION_LOST) && !unsent;
  if (first && bad("verifies_unasked")) verified(&e, WHOLE);
  else if (first && (bad("prompts_number") || bad("keeps_number"))) {
    memmove(t->said + 17, t->said, strlen(t->said) + 1);
    memcpy(t->said, "{\"kind\":\"text\",\"a", 17);
    t->said[17] = '-';
    t->said[strlen(t->said) - 1] = 0;
    strcat(t->said, "\":1}");
    e.kind = bad("prompts_number") ? FP_FX_PROMPT : FP_FX_KEEP;
    e.timeout_ms = 1000;
    e.body = (fp_bytes){ (const uint8_t *)t->said, strlen(t->said) };
  }
  else if (event->kind == FP_EV_START || bad("endless") || (t->stepped == 2 && (bad("prompts_number") || bad("keeps_number")))) ask(t, &e);
  else if (event->kind == FP_EV_HTTP_RESPONSE) judge(t, event, &e);
  else if (bad("verifies_unheard") && unsent) verified(&e, WHOLE);
  else if (bad("denies_sending") && lost) e.outcome = FP_IDV_NOT_SENT;
  else if (bad("refuses_lost") && lost) refused(&e, "no_answer");
  else if (bad("trusts_events") && event->kind == FP_EV_PROMPT_ANSWER) verified(&e, WHOLE);
  else if (unsent && (!sync || bad("denies_in_sync"))) e.outcome = FP_IDV_NOT_SENT;
  if (next->struct_size < sizeof e) return FP_E_INVALID;
  if (bad("keeps_effect_size")) e.struct_size = next->struct_size;
  memcpy(next, &e, sizeof e);
  return FP_OK;
}
static void end(void *self, void *of) {
  task *t = of;
  (void)self;
  if (bad("dies_unstepped") && !t->stepped) abort();
  free(t->document);
  free(t);
}

static fp_identity_v1 identity = { .struct_size = sizeof identity, .begin = begin, .step = step, .end = end };
static const void *get_interface(void *self, const char *id) {
  (void)self;
  identity.ops_mask = offered();
  identity.caps = FP_IDC_IDEMPOTENT | (bad("not_offline") ? FP_IDC_OFFLINE : 0);
  return strcmp(id, FP_IDENTITY) ? NULL : &identity;
}
static const fp_plugin plugin = { .struct_size = sizeof plugin, .get_interface = get_interface };

static const char *const interfaces[] = { FP_IDENTITY, NULL };
static const fp_descriptor described = { .struct_size = sizeof described, .max_concurrency = 8, .id = STR("org.example.desk"),
  .version = STR("1.0.0"), .vendor = STR("Example"), .name = STR("Desk"), .licence = STR("MIT"), .interfaces = interfaces };

static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &described : NULL; }
static fp_status create(const fp_host *given, fp_str id, const fp_plugin **out, fp_writer *err) {
  host = given;
  if (id.len != described.id.len || memcmp(id.ptr, described.id.ptr, id.len)) { write_to(err, "no such plugin"); return FP_E_UNSUPPORTED; }
  *out = &plugin;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = { .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .abi_minor = FP_ABI_MINOR, .count = count, .descriptor = descriptor, .create = create };
