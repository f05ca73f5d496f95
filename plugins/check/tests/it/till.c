/* A payment plugin for the reference provider, with the one fault that -DBAD="name" gives it. */
#include <facepay_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define bad(name) (!strcmp(BAD, name))
#define STR(text) { text, sizeof(text) - 1 }
#define OPS (1u << FP_PAY_AUTHORIZE | 1u << FP_PAY_CAPTURE | 1u << FP_PAY_SALE | 1u << FP_PAY_VOID | 1u << FP_PAY_REFUND)

typedef struct { uint32_t op; int stepped, sent; char attempt[40], original[40], path[80], headers[120], body[160], ref[40]; } task;

static void write_to(fp_writer *to, const char *why) { if (to && to->append) to->append(to->ctx, why, strlen(why)); }
static void hex(char *to, const uint8_t *from) { for (int i = 0; i < 16; i++) sprintf(to + 2 * i, "%02x", from[i]); }
static int holds(fp_bytes body, const char *word) {
  size_t len = strlen(word);
  for (size_t i = 0; i + len <= body.len; i++) if (!memcmp(body.ptr + i, word, len)) return 1;
  return 0;
}
static const char *kind(uint32_t op) {
  switch (op) {
    case FP_PAY_AUTHORIZE: return "authorize";
    case FP_PAY_CAPTURE: return "capture";
    case FP_PAY_SALE: return "sale";
    case FP_PAY_VOID: return "void";
    case FP_PAY_REFUND: return "refund";
    default: return "reverse";
  }
}

static uint32_t offered(void) {
  if (bad("cap_without_op")) return OPS | 1u << FP_PAY_REVERSE;
  if (bad("cannot_clear_up")) return OPS;
  return OPS | 1u << FP_PAY_SYNC | 1u << FP_PAY_REVERSE;
}

static fp_status begin(void *self, const fp_call *call, const fp_pay_request *request, void **out) {
  (void)self;
  if (!(offered() >> request->op & 1) && !bad("takes_any_op")) return FP_E_UNSUPPORTED;
  if (bad("needs_provider_ref") && request->op == FP_PAY_SYNC && !request->provider_ref.len) {
    write_to(call->reason, "which payment?");
    return FP_E_INVALID;
  }
  static int count;
  task *t = calloc(1, sizeof *t);
  if (!t) return FP_E_INTERNAL;
  t->op = request->op;
  hex(t->attempt, request->attempt_ref);
  if (bad("unnamed")) strcpy(t->attempt, "nobody");
  if (bad("counts_up")) sprintf(t->attempt + 32, "%d", ++count % 9);
  hex(t->original, request->original_ref);
  snprintf(t->body, sizeof t->body, "{\"amount\":%lld,\"currency\":\"%.3s\",\"original\":\"%s\"}",
           (long long)request->amount.minor, request->amount.currency, t->original);
  *out = t;
  return FP_OK;
}

static void ask(task *t, fp_effect *e) {
  e->kind = FP_FX_HTTP;
  e->timeout_ms = 5000;
  e->endpoint = bad("strays") ? 1 : 0;
  int sync = t->op == FP_PAY_SYNC;
  if (sync) snprintf(t->path, sizeof t->path, "/v1/attempts/%s", t->original);
  else snprintf(t->path, sizeof t->path, "/v1/%s", kind(t->op));
  snprintf(t->headers, sizeof t->headers, "[[\"idempotency-key\",\"%s\"]]", t->attempt);
  e->method = sync ? (fp_str)STR("GET") : (fp_str)STR("POST");
  e->path = (fp_str){ t->path, strlen(t->path) };
  if (!sync) {
    e->headers_json = (fp_bytes){ (const uint8_t *)t->headers, strlen(t->headers) };
    e->body = (fp_bytes){ (const uint8_t *)t->body, strlen(t->body) };
  }
  t->sent++;
}
static void done(fp_effect *e, uint32_t outcome, const char *code) {
  e->kind = FP_FX_DONE;
  e->outcome = outcome;
  if (outcome == FP_OUT_DECLINED) e->decline_code = (fp_str){ code, strlen(code) };
}

/* How deep lists are nested, with a page of the stack for each. */
static int depth(fp_bytes body, size_t at) {
  volatile char page[4096];
  page[at % sizeof page] = 1;
  return at < body.len && body.ptr[at] == '[' ? depth(body, at + 1) + page[at % sizeof page] : 0;
}

/* What an answer proves. */
static void judge(const task *t, const fp_event *event, fp_effect *e) {
  int complete = !(event->flags & FP_EVF_TRUNCATED) && event->body.len && event->body.ptr[event->body.len - 1] == '}';
  int sync = t->op == FP_PAY_SYNC;
  if (bad("trusts_200") && event->http_status == 200) done(e, FP_OUT_APPROVED, NULL);
  else if (bad("trusts_nothing_found") && sync && event->http_status == 404) done(e, FP_OUT_APPROVED, NULL);
  else if (complete && event->http_status == 200 && holds(event->body, "\"state\":\"approved\"")) done(e, FP_OUT_APPROVED, NULL);
  else if (complete && event->http_status == 402 && holds(event->body, "\"code\":")) done(e, FP_OUT_DECLINED, "refused");
  else if (complete && sync && event->http_status == 404 && holds(event->body, "unknown_attempt")) done(e, FP_OUT_NOT_SENT, NULL);
  else done(e, FP_OUT_UNKNOWN, NULL);
}

static fp_status step(void *self, const fp_call *call, void *of, const fp_event *event, fp_effect *next) {
  task *t = of;
  fp_effect e = { .struct_size = sizeof e };
  (void)self, (void)call;
  t->stepped = 1;
  if (bad("reads_empty") && event->kind == FP_EV_HTTP_RESPONSE && event->body.ptr[0] == '<') t->sent++;
  if (bad("descends") && event->kind == FP_EV_HTTP_RESPONSE && depth(event->body, 0) > 9) t->sent++;
  if (bad("strays_far") && event->http_status == 409) {
    e.kind = FP_FX_SLEEP, e.sleep_ns = (int64_t)86400 * 1000000000;
    memcpy(next, &e, sizeof e);
    return FP_OK;
  }
  if (bad("opens_sockets")) {
    int line = socket(AF_INET, SOCK_STREAM, 0);
    if (line < 0) { write_to(call->reason, "no socket"); return FP_E_IO; }
    close(line);
  }
  int unsent = event->kind == FP_EV_CONNECT_FAILED
            || ((event->kind == FP_EV_TIMEOUT || event->kind == FP_EV_CONNECTION_LOST) && !(event->flags & FP_EVF_SENT));
  int lost = (event->kind == FP_EV_TIMEOUT || event->kind == FP_EV_CONNECTION_LOST) && !unsent;
  if (event->kind == FP_EV_START) ask(t, &e);
  else if (bad("endless")) ask(t, &e);
  else if (bad("pays_twice") && lost && t->op != FP_PAY_SYNC && t->sent < 2) t->attempt[0] = 'z', ask(t, &e);
  else if (event->kind == FP_EV_HTTP_RESPONSE) judge(t, event, &e);
  else if (bad("approves_unheard") && unsent) done(&e, FP_OUT_APPROVED, NULL);
  else if (bad("denies_sending") && lost) done(&e, FP_OUT_NOT_SENT, NULL);
  else if (bad("declines_lost") && lost) done(&e, FP_OUT_DECLINED, "no_answer");
  else if (bad("trusts_events") && event->kind == FP_EV_PROMPT_ANSWER) done(&e, FP_OUT_APPROVED, NULL);
  else if (bad("denies_in_sync") && unsent) done(&e, FP_OUT_NOT_SENT, NULL);
  else done(&e, unsent && t->op != FP_PAY_SYNC ? FP_OUT_NOT_SENT : FP_OUT_UNKNOWN, NULL);
  if (next->struct_size < sizeof e) return FP_E_INVALID;
  if (bad("keeps_effect_size")) e.struct_size = next->struct_size;
  memcpy(next, &e, sizeof e);
  return FP_OK;
}
static void end(void *self, void *of) {
  (void)self;
  if (bad("dies_unstepped") && !((task *)of)->stepped) abort();
  free(of);
}

static fp_payment_v1 payment = { .struct_size = sizeof payment, .begin = begin, .step = step, .end = end };
static const void *get_interface(void *self, const char *id) {
  (void)self;
  payment.ops_mask = offered();
  payment.caps = FP_CAP_IDEMPOTENT;
  if (!bad("cannot_clear_up")) payment.caps |= FP_CAP_SYNC_BY_REF | FP_CAP_REVERSAL;
  return strcmp(id, FP_PAYMENT) ? NULL : &payment;
}
static const fp_plugin plugin = { .struct_size = sizeof plugin, .get_interface = get_interface };

static const char *const interfaces[] = { FP_PAYMENT, NULL };
static const fp_descriptor described = { .struct_size = sizeof described, .max_concurrency = 8, .id = STR("org.example.till"),
  .version = STR("1.0.0"), .vendor = STR("Example"), .name = STR("Till"), .licence = STR("MIT"), .interfaces = interfaces };

static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &described : NULL; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)host;
  if (id.len != described.id.len || memcmp(id.ptr, described.id.ptr, id.len)) { write_to(err, "no such plugin"); return FP_E_UNSUPPORTED; }
  *out = &plugin;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = { .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .abi_minor = FP_ABI_MINOR, .count = count, .descriptor = descriptor, .create = create };
