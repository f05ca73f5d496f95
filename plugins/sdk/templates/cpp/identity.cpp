// An identity plugin for the reference office of `facepay plugin check`. Put your provider's paths and answers in the place of
// ask() and judge(), and keep what they keep: only a complete answer verifies anybody, and what the person confides goes into
// bodies only.
#include <facepay_plugin.hpp>

struct Step {
  static constexpr facepay::Description description{"{{id}}", "0.1.0", "{{vendor}}", "{{title}}", "MIT", 8};
  static constexpr uint32_t ops = 1u << FP_ID_VERIFY | 1u << FP_ID_SYNC;
  static constexpr uint64_t caps = FP_IDC_IDEMPOTENT;
  using Task = facepay::IdentityRequest; // lives between steps, is never stored

  explicit Step(facepay::Host) {}

  Task begin(const facepay::Call &, const facepay::IdentityRequest &request) const { return request; }

  facepay::Effect step(const facepay::Call &, Task &task, const facepay::Event &event) const {
    switch (event.kind) {
      case FP_EV_START: return ask(task);
      case FP_EV_HTTP_RESPONSE: return judge(task, event);
      case FP_EV_CONNECT_FAILED: case FP_EV_TIMEOUT: case FP_EV_CONNECTION_LOST:
        // Nothing left: nobody was asked. What SYNC is about may have arrived all the same.
        if (!event.sent && task.op != FP_ID_SYNC) return facepay::Effect::done(FP_IDV_NOT_SENT);
        return facepay::Effect::done(FP_IDV_UNKNOWN);
      default: return facepay::Effect::done(FP_IDV_UNKNOWN);
    }
  }

  // What to send: the attempt is the idempotency key, so that a repeat has no second effect.
  static facepay::Effect ask(const Task &task) {
    facepay::Effect effect;
    effect.kind = FP_FX_HTTP;
    if (task.op == FP_ID_SYNC) {
      effect.method = "GET";
      effect.path = "/v1/verifications/" + facepay::hex(task.original);
      return effect;
    }
    effect.method = "POST";
    effect.path = "/v1/verifications";
    effect.headers_json = "[[\"content-type\",\"application/octet-stream\"],[\"idempotency-key\",\"" + facepay::hex(task.attempt) + "\"]]";
    effect.body = task.document;
    effect.flags = FP_FXF_SENSITIVE;
    return effect;
  }

  // Where the value of a field of the outermost object begins, 0 where there is none. What lies deeper says something else.
  static size_t field(std::string_view body, std::string_view name) {
    int depth = 0;
    for (size_t at = 0; at < body.size(); at++) {
      if (body[at] == '{' || body[at] == '[') depth++;
      if (body[at] == '}' || body[at] == ']') depth--;
      if (body[at] != '"') continue;
      size_t from = ++at;
      for (; at < body.size() && body[at] != '"'; at++) at += body[at] == '\\';
      if (depth == 1 && at + 2 < body.size() && body[at + 1] == ':' && body.substr(from, at - from) == name) return at + 2;
    }
    return 0;
  }

  // The value of a field as it stands in JSON: a text with its quotes, or a number. Empty when it is not there.
  static std::string value(std::string_view body, std::string_view name) {
    size_t from = field(body, name), at = from;
    if (!from) return {};
    if (at < body.size() && body[at] == '"') {
      for (at++; at < body.size() && body[at] != '"'; at++) at += body[at] == '\\';
      return at < body.size() ? std::string(body.substr(from, at + 1 - from)) : std::string();
    }
    while (at < body.size() && body[at] >= '0' && body[at] <= '9') at++;
    return std::string(body.substr(from, at - from));
  }

  // Whom the provider vouches for; empty where the answer is not whole. The key is lasting, and no number of the document.
  static std::string attested(std::string_view body) {
    std::string result;
    for (const char *name : {"reference_key", "issuer", "issued_at_s", "assurance"}) {
      std::string found = value(body, name);
      if (found.empty()) return {};
      result += (result.empty() ? "{\"" : ",\"") + std::string(name) + "\":" + found;
    }
    std::string name = value(body, "name"), year = value(body, "birth_year");
    if (name.empty() || year.empty()) return {};
    return result + ",\"attributes\":{\"name\":" + name + ",\"birth_year\":" + year + "}}";
  }

  // What an answer proves. Whatever is cut, empty or of another kind proves nothing.
  static facepay::Effect judge(const Task &task, const facepay::Event &event) {
    std::string_view body = event.body;
    auto says = [&](const char *name, const std::string &text) { return value(body, name) == "\"" + text + "\""; };
    bool complete = !event.truncated && body.size() > 1 && body.front() == '{' && body.back() == '}';
    if (!complete) return facepay::Effect::done(FP_IDV_UNKNOWN);
    if (event.http_status == 200 && says("state", "verified")) {
      std::string result = attested(body);
      if (!result.empty()) return facepay::Effect::verified(std::move(result));
    }
    if (event.http_status == 202 && says("state", "pending")) return facepay::Effect::done(FP_IDV_PENDING);
    if (event.http_status == 422 && field(body, "code")) return facepay::Effect::done(FP_IDV_REFUSED, "refused");
    bool unknown = task.op == FP_ID_SYNC && event.http_status == 404 && says("code", "unknown_attempt");
    return facepay::Effect::done(unknown ? FP_IDV_NOT_SENT : FP_IDV_UNKNOWN);
  }
};

FACEPAY_PLUGIN(Step)
