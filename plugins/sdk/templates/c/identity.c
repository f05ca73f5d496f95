/* An identity plugin for the reference office of `facepay plugin check`. Put your provider's paths and answers in the place of
 * ask() and judge(), and keep what they keep: only a complete answer verifies anybody, and what the person confides goes into
 * bodies only. */
#include "plugin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPS = 1 << FP_ID_VERIFY | 1 << FP_ID_SYNC };

/* One operation; what its effects point to lives as long as it does. */
typedef struct {
  uint32_t op;
  char attempt[33], original[33], path[80], headers[128], id[64], result[2048];
  uint8_t *document;
  size_t len;
} task;

static void hex(char *to, const uint8_t *from) {
  for (int i = 0; i < 16; i++) snprintf(to + 2 * i, 3, "%02x", from[i]);
}

static void end(void *self, void *of) {
  (void)self;
  free(((task *)of)->document);
  free(of);
}

static fp_status begin(void *self, const fp_call *call, const fp_id_request *request, void **out) {
  if (request->op > 31 || !(OPS >> request->op & 1)) {
    write_to(call->reason, "this operation is not offered");
    return FP_E_UNSUPPORTED;
  }
  task *made = calloc(1, sizeof *made);
  if (!made) return FP_E_INTERNAL;
  made->op = request->op;
  hex(made->attempt, request->attempt_ref);
  hex(made->original, request->original_ref);
  made->len = request->document.len;
  made->document = malloc(made->len + 1);
  if (!made->document) {
    end(self, made);
    return FP_E_INTERNAL;
  }
  if (made->len) memcpy(made->document, request->document.ptr, made->len);
  *out = made;
  return FP_OK;
}

/* What to send: the attempt is the idempotency key, so that a repeat has no second effect. */
static void ask(task *t, fp_effect *next) {
  next->kind = FP_FX_HTTP;
  next->timeout_ms = 10000;
  if (t->op == FP_ID_SYNC) {
    snprintf(t->path, sizeof t->path, "/v1/verifications/%s", t->original);
    next->method = (fp_str)STR("GET");
  } else {
    snprintf(t->path, sizeof t->path, "/v1/verifications");
    snprintf(t->headers, sizeof t->headers, "[[\"content-type\",\"application/octet-stream\"],[\"idempotency-key\",\"%s\"]]",
             t->attempt);
    next->method = (fp_str)STR("POST");
    next->headers_json = (fp_bytes){ (const uint8_t *)t->headers, strlen(t->headers) };
    next->body = (fp_bytes){ t->document, t->len };
    next->flags = FP_FXF_SENSITIVE;
  }
  next->path = (fp_str){ t->path, strlen(t->path) };
}

/* Where the value of a field of the outermost object begins, 0 where there is none. What lies deeper says something else. */
static size_t field(fp_bytes body, const char *name) {
  size_t len = strlen(name), at, from;
  int depth = 0;
  for (at = 0; at < body.len; at++) {
    if (body.ptr[at] == '{' || body.ptr[at] == '[') depth++;
    if (body.ptr[at] == '}' || body.ptr[at] == ']') depth--;
    if (body.ptr[at] != '"') continue;
    for (from = ++at; at < body.len && body.ptr[at] != '"'; at++) at += body.ptr[at] == '\\';
    if (depth == 1 && at + 2 < body.len && body.ptr[at + 1] == ':' && at - from == len && !memcmp(body.ptr + from, name, len)) return at + 2;
  }
  return 0;
}

/* Copies the value of a field as it stands in JSON: a text with its quotes, or a number. 0 when it is not there or too long. */
static int value(fp_bytes body, const char *name, char *to, size_t room) {
  size_t from = field(body, name), at = from;
  if (!from) return 0;
  if (body.ptr[from] == '"') {
    for (at++; at < body.len && body.ptr[at] != '"'; at++) at += body.ptr[at] == '\\';
    if (at++ >= body.len) return 0;
  } else {
    while (at < body.len && body.ptr[at] >= '0' && body.ptr[at] <= '9') at++;
  }
  if (at == from || at - from >= room) return 0;
  memcpy(to, body.ptr + from, at - from);
  to[at - from] = 0;
  return 1;
}

/* Whether a field is this text. */
static int says(fp_bytes body, const char *name, const char *text) {
  char found[80];
  return value(body, name, found, sizeof found) && found[0] == '"' && strlen(found) == strlen(text) + 2
      && !memcmp(found + 1, text, strlen(text));
}

/* Whom the provider vouches for; 0 where the answer is not whole. The key is lasting, and no number of the document. */
static int attested(task *t, fp_bytes body) {
  char key[160], issuer[300], at[24], assurance[20], name[600], year[16];
  if (!value(body, "reference_key", key, sizeof key) || !value(body, "issuer", issuer, sizeof issuer)
      || !value(body, "issued_at_s", at, sizeof at) || !value(body, "assurance", assurance, sizeof assurance)
      || !value(body, "name", name, sizeof name) || !value(body, "birth_year", year, sizeof year)) return 0;
  int len = snprintf(t->result, sizeof t->result,
                     "{\"reference_key\":%s,\"issuer\":%s,\"issued_at_s\":%s,\"assurance\":%s,"
                     "\"attributes\":{\"name\":%s,\"birth_year\":%s}}", key, issuer, at, assurance, name, year);
  return len > 0 && (size_t)len < sizeof t->result;
}

/* What an answer proves. Whatever is cut, empty or of another kind proves nothing. */
static uint32_t judge(task *t, const fp_event *event, fp_effect *next) {
  fp_bytes body = event->body;
  int complete = !(event->flags & FP_EVF_TRUNCATED) && body.len > 1 && body.ptr[0] == '{' && body.ptr[body.len - 1] == '}';
  if (!complete) return FP_IDV_UNKNOWN;
  if (event->http_status == 200 && says(body, "state", "verified") && attested(t, body)) {
    next->result_json = (fp_bytes){ (const uint8_t *)t->result, strlen(t->result) };
    return FP_IDV_VERIFIED;
  }
  if (event->http_status == 202 && says(body, "state", "pending")) {
    if (value(body, "id", t->id, sizeof t->id) && t->id[0] == '"') next->provider_ref = (fp_str){ t->id + 1, strlen(t->id) - 2 };
    return FP_IDV_PENDING;
  }
  if (event->http_status == 422 && field(body, "code")) {
    next->decline_code = (fp_str)STR("refused");
    return FP_IDV_REFUSED;
  }
  int unknown = t->op == FP_ID_SYNC && event->http_status == 404 && says(body, "code", "unknown_attempt");
  return unknown ? FP_IDV_NOT_SENT : FP_IDV_UNKNOWN;
}

static fp_status step(void *self, const fp_call *call, void *of, const fp_event *event, fp_effect *next) {
  task *t = of;
  fp_effect effect = { .struct_size = sizeof effect, .kind = FP_FX_DONE, .outcome = FP_IDV_UNKNOWN };
  int sent = event->flags & FP_EVF_SENT;
  (void)self, (void)call;
  if (next->struct_size < sizeof effect) return FP_E_INVALID;
  switch (event->kind) {
    case FP_EV_START: ask(t, &effect); break;
    case FP_EV_HTTP_RESPONSE: effect.outcome = judge(t, event, &effect); break;
    case FP_EV_CONNECT_FAILED: case FP_EV_TIMEOUT: case FP_EV_CONNECTION_LOST:
      /* Nothing left: nobody was asked. What SYNC is about may have arrived all the same. */
      if (!sent && t->op != FP_ID_SYNC) effect.outcome = FP_IDV_NOT_SENT;
      break;
    default: break;
  }
  memcpy(next, &effect, sizeof effect);
  return FP_OK;
}

static const fp_identity_v1 table = {
  .struct_size = sizeof table, .ops_mask = OPS, .caps = FP_IDC_IDEMPOTENT, .begin = begin, .step = step, .end = end,
};
const char *const plugin_interfaces[] = { FP_IDENTITY, NULL };
const void *plugin_table(const char *id) { return strcmp(id, FP_IDENTITY) ? NULL : &table; }
