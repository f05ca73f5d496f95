/* An identity provider, and a payment provider beside it, whose faults are chosen with -DFAULT=… at compile time. */
#include <facepay_plugin.h>
#include <stdlib.h>
#include <string.h>

enum { SOUND, OFFLINE, NULL_BEGIN, NULL_STEP, NULL_END, NO_TASK, BAD_EFFECT, NO_KEY, NO_ISSUER, SHORT_KEY, NUMBER_AS_KEY, NO_RESULT,
       HALF_RESULT, STRAY_RESULT, STRAY_CODE, NO_CODE, STRAY_PORTRAIT, BAD_PORTRAIT, NULL_RESULT, UNKNOWN_VERDICT, LONE_PENDING,
       NUMBER_IN_PATH, NUMBER_AS_NAME, HEADER_IN_NUMBERS, NUMBER_IN_PROMPT, KEEPS_NUMBER, HUGE_RESULT, CRASH, ENDS };

#define STR(text) { text, sizeof(text) - 1 }
#define JSON(text) (fp_bytes){ (const uint8_t *)(text), sizeof(text) - 1 }
#define KEY "\"reference_key\":\"office-0123456789abcdef\""
#define REST "\"issued_at_s\":1764374400,\"assurance\":\"high\""
#define ISSUER "\"issuer\":\"The Office\""

static int operation; /* there is one at a time */
static uint32_t ended;
static uint8_t document[8];

static fp_status begin(void *self, const fp_call *call, const fp_id_request *request, void **task) {
  (void)self, (void)call;
  if (request->document.len == sizeof document) memcpy(document, request->document.ptr, sizeof document);
  *task = FAULT == NO_TASK ? NULL : &operation;
  return FP_OK;
}

static void ask(fp_effect *effect) {
  effect->kind = FAULT == BAD_EFFECT ? 77 : FP_FX_HTTP;
  effect->timeout_ms = 1000;
  effect->method = (fp_str)STR("POST");
  effect->path = (fp_str)STR("/verify");
  effect->body = (fp_bytes){ document, sizeof document };
  if (FAULT == NUMBER_IN_PATH) effect->path = (fp_str)STR("/verify?number=8410%205527%206630");
  if (FAULT == HEADER_IN_NUMBERS) effect->headers_json = JSON("[[\"x-number\",841055276630]]");
  if (FAULT == NUMBER_IN_PROMPT) {
    effect->kind = FP_FX_PROMPT;
    effect->body = JSON("{\"kind\":\"confirm\",\"text\":\"Is it 8410 5527 6630?\"}");
  }
  if (FAULT == KEEPS_NUMBER) {
    effect->kind = FP_FX_KEEP;
    effect->body = JSON("{\"number\":\"841055276630\"}");
  }
}

static void vouch(fp_effect *effect) {
  static uint8_t portrait[16] = { 0xFF, 0xD8, 0xFF, 0xE0 };
  effect->outcome = FAULT == UNKNOWN_VERDICT ? 9 : FP_IDV_VERIFIED;
  effect->provider_ref = (fp_str)STR("c-1");
  effect->result_json = JSON("{" KEY "," ISSUER "," REST ",\"attributes\":{\"name\":\"Ada\"},\"portrait\":\"image/jpeg\"}");
  effect->body = (fp_bytes){ portrait, sizeof portrait };
  if (FAULT == BAD_PORTRAIT) portrait[0] = '<';
  if (FAULT == NO_KEY) effect->result_json = JSON("{" ISSUER "," REST ",\"portrait\":\"image/jpeg\"}");
  if (FAULT == NO_ISSUER) effect->result_json = JSON("{" KEY "," REST ",\"portrait\":\"image/jpeg\"}");
  if (FAULT == SHORT_KEY) effect->result_json = JSON("{\"reference_key\":\"office-1\"," ISSUER "," REST ",\"portrait\":\"image/jpeg\"}");
  if (FAULT == NUMBER_AS_KEY) effect->result_json = JSON("{\"reference_key\":\"8410-5527-6630-0\"," ISSUER "," REST ",\"portrait\":\"image/jpeg\"}");
  if (FAULT == NUMBER_AS_NAME) effect->result_json = JSON("{" KEY "," ISSUER "," REST ",\"attributes\":{\"n_841055276630\":\"\"},\"portrait\":\"image/jpeg\"}");
  if (FAULT == NO_RESULT) effect->result_json.len = 0;
  if (FAULT == HALF_RESULT) effect->result_json.len /= 2;
  if (FAULT == STRAY_CODE) effect->decline_code = (fp_str)STR("stray");
  if (FAULT == STRAY_PORTRAIT) effect->result_json = JSON("{" KEY "," ISSUER "," REST "}");
  if (FAULT == NULL_RESULT) effect->result_json.ptr = NULL;
  if (FAULT == HUGE_RESULT) {
    static uint8_t much[8 << 20];
    effect->result_json = (fp_bytes){ much, sizeof much };
  }
}

static fp_status step(void *self, const fp_call *call, void *task, const fp_event *event, fp_effect *next) {
  (void)self, (void)call, (void)task;
  fp_effect effect = { .struct_size = sizeof effect, .kind = FP_FX_DONE, .outcome = FP_IDV_UNKNOWN };
  if (event->kind == FP_EV_START && FAULT != OFFLINE) ask(&effect);
  else if (FAULT == CRASH) *(volatile int *)8 = 1;
  else if (event->kind == FP_EV_START) vouch(&effect);
  else if (event->kind == FP_EV_HTTP_RESPONSE && event->http_status == 200) vouch(&effect);
  else if (event->kind == FP_EV_HTTP_RESPONSE && event->http_status == 202) effect.outcome = FP_IDV_PENDING;
  else if (event->kind == FP_EV_HTTP_RESPONSE) {
    effect.outcome = FP_IDV_REFUSED;
    if (FAULT != NO_CODE) effect.decline_code = (fp_str)STR("not_genuine");
    if (FAULT == STRAY_RESULT) effect.result_json = JSON("{" KEY "," ISSUER "," REST "}");
  }
  if (next->struct_size < sizeof effect) return FP_E_INVALID;
  *next = effect;
  return FP_OK;
}

static void end(void *self, void *task) { (void)self, (void)task, ended++; }

/* The payment provider's operations are its own, though they look the same from outside. */
static fp_status pay_begin(void *self, const fp_call *call, const fp_pay_request *request, void **task) {
  (void)self, (void)call, (void)request;
  *task = &operation;
  return FP_OK;
}
static fp_status pay_step(void *self, const fp_call *call, void *task, const fp_event *event, fp_effect *next) {
  (void)self, (void)call, (void)task, (void)event;
  *next = (fp_effect){ .struct_size = sizeof *next, .kind = FP_FX_DONE, .outcome = FP_OUT_APPROVED, .provider_ref = STR("paid") };
  return FP_OK;
}
static void pay_end(void *self, void *task) { (void)self, (void)task, ended += 100; }

static fp_status health(void *self, fp_writer *json) {
  (void)self;
  const char *text = ended == 101 ? "both ended" : ended == 1 ? "ended" : ended ? "ended oddly" : "";
  return json->append(json->ctx, text, strlen(text)) ? FP_E_INTERNAL : FP_OK;
}

static const fp_identity_v1 identity = {
  .struct_size = sizeof identity, .ops_mask = 1u << FP_ID_VERIFY | (FAULT == LONE_PENDING ? 0 : 1u << FP_ID_SYNC),
  .caps = FP_IDC_PORTRAIT | (FAULT == OFFLINE ? FP_IDC_OFFLINE : 0),
  .begin = FAULT == NULL_BEGIN ? NULL : begin, .step = FAULT == NULL_STEP ? NULL : step, .end = FAULT == NULL_END ? NULL : end,
};
static const fp_payment_v1 payment = {
  .struct_size = sizeof payment, .ops_mask = 1u << FP_PAY_SALE, .begin = pay_begin, .step = pay_step, .end = pay_end,
};
static const void *get_interface(void *self, const char *id) {
  (void)self;
  return !strcmp(id, FP_IDENTITY) ? (const void *)&identity : !strcmp(id, FP_PAYMENT) ? (const void *)&payment : NULL;
}
static const fp_plugin plugin = { .struct_size = sizeof plugin, .get_interface = get_interface, .health = health };

static const char *const interfaces[] = { FP_IDENTITY, FP_PAYMENT, NULL };
static const fp_descriptor description = {
  .struct_size = sizeof description, .max_concurrency = 2, .id = STR("org.example.vouch"), .version = STR("1.0.0"),
  .vendor = STR("Example"), .name = STR("Vouch"), .licence = STR("MIT"), .interfaces = interfaces,
};
static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &description : NULL; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)host, (void)id, (void)err;
  *out = &plugin;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = {
  .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .abi_minor = 100 + FAULT /* each is a library of its own */, .count = count, .descriptor = descriptor, .create = create,
};
