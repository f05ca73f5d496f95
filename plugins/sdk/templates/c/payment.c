/* A payment plugin for the reference provider of `facepay plugin check`. Put your provider's paths and answers in the place of
 * ask() and judge(), and keep what they keep: only a complete answer proves anything. */
#include "plugin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  OPS = 1 << FP_PAY_AUTHORIZE | 1 << FP_PAY_CAPTURE | 1 << FP_PAY_SALE | 1 << FP_PAY_VOID | 1 << FP_PAY_REFUND
      | 1 << FP_PAY_SYNC | 1 << FP_PAY_REVERSE
};

/* One operation; what its effects point to lives as long as it does. */
typedef struct {
  uint32_t op;
  char attempt[33], original[33], path[80], headers[128], body[160], id[64];
} task;

static void hex(char *to, const uint8_t *from) {
  for (int i = 0; i < 16; i++) snprintf(to + 2 * i, 3, "%02x", from[i]);
}

static fp_status begin(void *self, const fp_call *call, const fp_pay_request *request, void **out) {
  (void)self;
  if (request->op > 31 || !(OPS >> request->op & 1)) {
    write_to(call->reason, "this operation is not offered");
    return FP_E_UNSUPPORTED;
  }
  task *made = calloc(1, sizeof *made);
  if (!made) return FP_E_INTERNAL;
  made->op = request->op;
  hex(made->attempt, request->attempt_ref);
  hex(made->original, request->original_ref);
  snprintf(made->body, sizeof made->body, "{\"amount\":%lld,\"currency\":\"%.3s\",\"original\":\"%s\"}",
           (long long)request->amount.minor, request->amount.currency, made->original);
  *out = made;
  return FP_OK;
}

/* What to send: the attempt is the idempotency key, so that a repeat has no second effect. */
static void ask(task *t, fp_effect *next) {
  static const char *const kinds[] = { [FP_PAY_AUTHORIZE] = "authorize", [FP_PAY_CAPTURE] = "capture", [FP_PAY_SALE] = "sale",
                                       [FP_PAY_VOID] = "void", [FP_PAY_REFUND] = "refund", [FP_PAY_REVERSE] = "reverse" };
  next->kind = FP_FX_HTTP;
  next->timeout_ms = 10000;
  if (t->op == FP_PAY_SYNC) {
    snprintf(t->path, sizeof t->path, "/v1/attempts/%s", t->original);
    next->method = (fp_str)STR("GET");
  } else {
    snprintf(t->path, sizeof t->path, "/v1/%s", kinds[t->op]);
    snprintf(t->headers, sizeof t->headers, "[[\"content-type\",\"application/json\"],[\"idempotency-key\",\"%s\"]]", t->attempt);
    next->method = (fp_str)STR("POST");
    next->headers_json = (fp_bytes){ (const uint8_t *)t->headers, strlen(t->headers) };
    next->body = (fp_bytes){ (const uint8_t *)t->body, strlen(t->body) };
  }
  next->path = (fp_str){ t->path, strlen(t->path) };
}

/* Where a word begins in a body, NULL where it does not. */
static const char *find(fp_bytes body, const char *word) {
  size_t len = strlen(word);
  for (size_t i = 0; i + len <= body.len; i++)
    if (!memcmp(body.ptr + i, word, len)) return (const char *)body.ptr + i;
  return NULL;
}

/* What an answer proves. Whatever is cut, empty or of another kind proves nothing. */
static uint32_t judge(task *t, const fp_event *event, fp_effect *next) {
  fp_bytes body = event->body;
  int complete = !(event->flags & FP_EVF_TRUNCATED) && body.len > 1 && body.ptr[0] == '{' && body.ptr[body.len - 1] == '}';
  if (!complete) return FP_OUT_UNKNOWN;
  if (event->http_status == 200 && find(body, "\"state\":\"approved\"")) {
    const char *id = find(body, "\"id\":\""), *last = (const char *)body.ptr + body.len;
    size_t len = 0;
    for (id = id ? id + 6 : last; id + len < last && id[len] != '"' && len + 1 < sizeof t->id; len++) t->id[len] = id[len];
    next->provider_ref = (fp_str){ t->id, len };
    return FP_OUT_APPROVED;
  }
  if (event->http_status == 402 && find(body, "\"code\":")) {
    next->decline_code = (fp_str)STR("refused");
    return FP_OUT_DECLINED;
  }
  int unknown = t->op == FP_PAY_SYNC && event->http_status == 404 && find(body, "\"unknown_attempt\"");
  return unknown ? FP_OUT_NOT_SENT : FP_OUT_UNKNOWN;
}

static fp_status step(void *self, const fp_call *call, void *of, const fp_event *event, fp_effect *next) {
  task *t = of;
  fp_effect effect = { .struct_size = sizeof effect, .kind = FP_FX_DONE, .outcome = FP_OUT_UNKNOWN };
  int sent = event->flags & FP_EVF_SENT;
  (void)self, (void)call;
  if (next->struct_size < sizeof effect) return FP_E_INVALID;
  switch (event->kind) {
    case FP_EV_START: ask(t, &effect); break;
    case FP_EV_HTTP_RESPONSE: effect.outcome = judge(t, event, &effect); break;
    case FP_EV_CONNECT_FAILED: case FP_EV_TIMEOUT: case FP_EV_CONNECTION_LOST:
      /* Nothing left: nothing happened. What SYNC is about may have happened all the same. */
      if (!sent && t->op != FP_PAY_SYNC) effect.outcome = FP_OUT_NOT_SENT;
      break;
    default: break;
  }
  memcpy(next, &effect, sizeof effect);
  return FP_OK;
}

static void end(void *self, void *of) { (void)self; free(of); }

static const fp_payment_v1 table = {
  .struct_size = sizeof table, .ops_mask = OPS, .caps = FP_CAP_IDEMPOTENT | FP_CAP_SYNC_BY_REF | FP_CAP_REVERSAL,
  .begin = begin, .step = step, .end = end,
};
const char *const plugin_interfaces[] = { FP_PAYMENT, NULL };
const void *plugin_table(const char *id) { return strcmp(id, FP_PAYMENT) ? NULL : &table; }
