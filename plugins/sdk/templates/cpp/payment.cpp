// A payment plugin for the reference provider of `facepay plugin check`. Put your provider's paths and answers in the place of
// ask() and judge(), and keep what they keep: only a complete answer proves anything.
#include <facepay_plugin.hpp>

struct Step {
  static constexpr facepay::Description description{"{{id}}", "0.1.0", "{{vendor}}", "{{title}}", "MIT", 8};
  static constexpr uint32_t ops = 1u << FP_PAY_AUTHORIZE | 1u << FP_PAY_CAPTURE | 1u << FP_PAY_SALE | 1u << FP_PAY_VOID
                                | 1u << FP_PAY_REFUND | 1u << FP_PAY_SYNC | 1u << FP_PAY_REVERSE;
  static constexpr uint64_t caps = FP_CAP_IDEMPOTENT | FP_CAP_SYNC_BY_REF | FP_CAP_REVERSAL;
  using Task = facepay::Request; // lives between steps, is never stored

  explicit Step(facepay::Host) {}

  Task begin(const facepay::Call &, const facepay::Request &request) const { return request; }

  facepay::Effect step(const facepay::Call &, Task &task, const facepay::Event &event) const {
    switch (event.kind) {
      case FP_EV_START: return ask(task);
      case FP_EV_HTTP_RESPONSE: return judge(task, event);
      case FP_EV_CONNECT_FAILED: case FP_EV_TIMEOUT: case FP_EV_CONNECTION_LOST:
        // Nothing left: nothing happened. What SYNC is about may have happened all the same.
        if (!event.sent && task.op != FP_PAY_SYNC) return facepay::Effect::done(FP_OUT_NOT_SENT);
        return facepay::Effect::done(FP_OUT_UNKNOWN);
      default: return facepay::Effect::done(FP_OUT_UNKNOWN);
    }
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

  // What to send: the attempt is the idempotency key, so that a repeat has no second effect.
  static facepay::Effect ask(const Task &task) {
    facepay::Effect effect;
    effect.kind = FP_FX_HTTP;
    if (task.op == FP_PAY_SYNC) {
      effect.method = "GET";
      effect.path = "/v1/attempts/" + facepay::hex(task.original);
      return effect;
    }
    effect.method = "POST";
    effect.path = std::string("/v1/") + kind(task.op);
    effect.headers_json = "[[\"content-type\",\"application/json\"],[\"idempotency-key\",\"" + facepay::hex(task.attempt) + "\"]]";
    effect.body = "{\"amount\":" + std::to_string(task.minor) + ",\"currency\":\"" + task.currency + "\",\"original\":\""
                + facepay::hex(task.original) + "\"}";
    return effect;
  }

  // What an answer proves. Whatever is cut, empty or of another kind proves nothing.
  static facepay::Effect judge(const Task &task, const facepay::Event &event) {
    std::string_view body = event.body;
    auto holds = [&](std::string_view word) { return body.find(word) != std::string_view::npos; };
    bool complete = !event.truncated && body.size() > 1 && body.front() == '{' && body.back() == '}';
    if (complete && event.http_status == 200 && holds("\"state\":\"approved\"")) {
      facepay::Effect done = facepay::Effect::done(FP_OUT_APPROVED);
      size_t from = body.find("\"id\":\"");
      if (from != std::string_view::npos) done.provider_ref = body.substr(from + 6, body.find('"', from + 6) - from - 6).substr(0, 255);
      return done;
    }
    if (complete && event.http_status == 402 && holds("\"code\":")) return facepay::Effect::done(FP_OUT_DECLINED, "refused");
    bool unknown = complete && task.op == FP_PAY_SYNC && event.http_status == 404 && holds("\"unknown_attempt\"");
    return facepay::Effect::done(unknown ? FP_OUT_NOT_SENT : FP_OUT_UNKNOWN);
  }
};

FACEPAY_PLUGIN(Step)
