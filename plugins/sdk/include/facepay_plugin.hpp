// facepay_plugin.hpp - the FacePay plugin ABI for C++17: header only, no dependencies but the C header and the standard library.
//
// A step is a struct with a static constexpr `description`, a constructor that takes a facepay::Host, and the members of what it
// offers: detect(), score(), describe() and embed(), or begin() and step() with `ops`, `caps` and a Task: of a payment when begin()
// takes a facepay::Request, of an identity when it takes a facepay::IdentityRequest. It may also have
// configure(), activate() and deactivate(). FACEPAY_PLUGIN(Step) exports it.
//
// No exception leaves the plugin (rule R4): a facepay::Error becomes its status and its reason, any other exception FP_E_PANIC,
// and the instance answers nothing else from then on.
#ifndef FACEPAY_PLUGIN_HPP
#define FACEPAY_PLUGIN_HPP
#include "facepay_plugin.h"

#include <array>
#include <atomic>
#include <cstring>
#include <ctime>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace facepay {

// Why a call fails: thrown by steps.
struct Error {
  fp_status status;
  std::string why;
};

// What a plugin says about itself. Texts are literals: they live as long as the process.
struct Description {
  std::string_view id, version, vendor, name, licence;
  uint32_t max_concurrency = 1;
  std::string_view config_schema = {};
};

inline fp_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view view(fp_str text) noexcept { return {text.ptr, text.len}; }

inline void write_to(fp_writer *to, std::string_view why) noexcept {
  if (to && to->append && !why.empty()) to->append(to->ctx, why.data(), why.size());
}

// A struct of the host, as far as both know it (rule R1); the rest is zero.
template <class T> T read(const T *from) {
  T value{};
  if (!from || from->struct_size < sizeof(uint32_t)) throw Error{FP_E_INVALID, "a struct is missing"};
  size_t known = from->struct_size < sizeof(T) ? from->struct_size : sizeof(T);
  std::memcpy(&value, from, known);
  value.struct_size = uint32_t(known);
  return value;
}

// Copies of structs that lie `stride` bytes apart (rule R2).
template <class T> std::vector<T> read_all(const T *first, uint32_t count, uint32_t stride) {
  std::vector<T> all;
  all.reserve(count);
  for (uint32_t i = 0; i < count; i++)
    all.push_back(read(reinterpret_cast<const T *>(reinterpret_cast<const char *>(first) + size_t(i) * stride)));
  return all;
}

// The host. It lives until the process ends.
class Host {
 public:
  explicit Host(const fp_host *raw) noexcept : raw_(raw) {}
  const fp_host *raw() const noexcept { return raw_; }
  // A table of the host, null where the host does not offer it.
  template <class Table> const Table *extension(const char *id) const noexcept {
    return static_cast<const Table *>(raw_->get_extension(raw_, id));
  }
  // Never a name, template, image, token or card number.
  void log(uint32_t level, std::string_view message) const noexcept {
    if (auto *table = extension<fp_host_log_v1>(FP_HOST_LOG)) table->log(raw_, level, str(message), nullptr, 0);
  }

  // Calls work(0) to work(n - 1), each once, on this thread and on up to fp_limits.threads - 1 of the host; on this one
  // alone where the host has none to give. What a call throws is thrown here when all have ended; calls not yet begun are left out.
  template <class Work> void run(uint32_t n, Work &&work) const {
    auto *table = extension<fp_host_executor_v1>(FP_HOST_EXECUTOR);
    if (!table) {
      for (uint32_t i = 0; i < n; i++) work(i);
      return;
    }
    struct Tasks {
      std::remove_reference_t<Work> &work;
      std::atomic<bool> failed{false};
      std::exception_ptr thrown{};
      static void call(void *ctx, uint32_t index) noexcept {
        auto *tasks = static_cast<Tasks *>(ctx);
        if (tasks->failed.load(std::memory_order_acquire)) return;
        try {
          tasks->work(index);
        } catch (...) {
          if (!tasks->failed.exchange(true)) tasks->thrown = std::current_exception();
        }
      }
    } tasks{work};
    fp_status status = table->run(raw_, n, Tasks::call, &tasks);
    if (tasks.thrown) std::rethrow_exception(tasks.thrown);
    if (status != FP_OK) throw Error{status, "the host ran no tasks"};
  }

 private:
  const fp_host *raw_;
};

// One call: its deadline and whether it was given up.
class Call {
 public:
  explicit Call(const fp_call *raw) : raw_(raw) {}
  const fp_call *raw() const noexcept { return raw_; }
  // Throws when going on is useless. Long work asks now and then.
  void check() const {
    if (raw_->cancel && __atomic_load_n(raw_->cancel, __ATOMIC_ACQUIRE)) throw Error{FP_E_CANCELLED, ""};
    if (!raw_->deadline_ns) return;
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (int64_t(now.tv_sec) * 1000000000 + now.tv_nsec > raw_->deadline_ns) throw Error{FP_E_DEADLINE, ""};
  }

 private:
  const fp_call *raw_;
};

// A picture in main memory whose first plane can be read.
class Frame {
 public:
  explicit Frame(const fp_frame &raw) : raw_(raw), bytes_(pixel_bytes(raw.fourcc)) {
    const fp_plane &plane = raw_.plane[0];
    size_t row = size_t(raw_.width) * bytes_;
    if (!bytes_ || raw_.mem_type != FP_MEM_CPU || raw_.modifier || raw_.rotation_deg)
      throw Error{FP_E_UNSUPPORTED, "pixel format, memory or rotation is not supported"};
    if (!raw_.width || !raw_.height || !raw_.n_planes || !plane.data || plane.pitch < row
        || plane.size < size_t(plane.pitch) * (raw_.height - 1) + row)
      throw Error{FP_E_INVALID, "a plane is shorter than its picture"};
  }
  uint32_t width() const noexcept { return raw_.width; }
  uint32_t height() const noexcept { return raw_.height; }
  const fp_frame &raw() const noexcept { return raw_; }
  // 0 to 255. The pixel lies in the picture.
  float light(uint32_t x, uint32_t y) const noexcept {
    const uint8_t *pixel = raw_.plane[0].data + size_t(y) * raw_.plane[0].pitch + size_t(x) * bytes_;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < bytes_; i++) sum += pixel[i];
    return float(sum) / float(bytes_);
  }

 private:
  static uint32_t pixel_bytes(uint32_t fourcc) noexcept {
    if (fourcc == FP_PIX_RGB24 || fourcc == FP_PIX_BGR24) return 3;
    return fourcc == FP_PIX_GRAY8 || fourcc == FP_PIX_NV12 || fourcc == FP_PIX_I420 ? 1 : 0;
  }
  fp_frame raw_;
  uint32_t bytes_;
};
// A frame that outlasts its call: until this is destroyed, at most until the instance is.
class KeptFrame {
 public:
  // FP_E_BUSY when the plugin has as many as it may.
  KeptFrame(const Host &host, const Frame &frame)
      : host_(host), table_(host.extension<fp_host_frame_ref_v1>(FP_HOST_FRAME_REF)) {
    if (!table_) throw Error{FP_E_UNSUPPORTED, "the host keeps no frames"};
    if (fp_status status = table_->retain(host_.raw(), &frame.raw(), &raw_)) throw Error{status, "the frame was not kept"};
  }
  KeptFrame(KeptFrame &&other) noexcept : host_(other.host_), table_(other.table_), raw_(std::exchange(other.raw_, nullptr)) {}
  KeptFrame(const KeptFrame &) = delete;
  KeptFrame &operator=(KeptFrame other) noexcept {
    std::swap(host_, other.host_), std::swap(table_, other.table_), std::swap(raw_, other.raw_);
    return *this;
  }
  ~KeptFrame() { table_->release(host_.raw(), raw_); }
  Frame frame() const { return Frame(read(raw_)); }

 private:
  Host host_;
  const fp_host_frame_ref_v1 *table_;
  const fp_frame *raw_ = nullptr;
};
using Frames = std::vector<Frame>;
using Faces = std::vector<fp_face>;

// A pixel's index for a coordinate that may lie outside: 0 to `end`.
inline uint32_t within(float at, uint32_t end) noexcept {
  return at <= 0 ? 0 : at >= float(end) ? end : uint32_t(at);
}

// What a recogniser's embeddings are.
struct Embedding {
  uint32_t dim, metric, model_tag;
};

// ---- step machines: payment and identity ----
inline std::string hex(const std::array<uint8_t, 16> &bytes) {
  std::string text;
  for (uint8_t byte : bytes) text += "0123456789abcdef"[byte >> 4], text += "0123456789abcdef"[byte & 15];
  return text;
}
struct Request {
  uint32_t op;
  std::array<uint8_t, 16> attempt, original;
  std::string provider_ref, payload_json, currency;
  int64_t minor;
};
struct IdentityRequest {
  uint32_t op;
  std::array<uint8_t, 16> attempt, original;
  std::string provider_ref, payload_json, document;
};
struct Event {
  uint32_t kind, http_status;
  bool sent, truncated;
  std::string_view headers_json, body;
};
struct Effect {
  uint32_t kind = FP_FX_DONE, endpoint = 0, timeout_ms = 10000, flags = 0, outcome = FP_OUT_UNKNOWN;
  std::string method, path, headers_json, body, provider_ref, decline_code, result_json;
  int64_t sleep_ns = 0;
  static Effect done(uint32_t outcome, std::string decline_code = {}) {
    Effect effect;
    effect.outcome = outcome;
    effect.decline_code = std::move(decline_code);
    return effect;
  }
  // The end of an identity whom somebody vouches for; `portrait` where result_json names one.
  static Effect verified(std::string result_json, std::string portrait = {}) {
    Effect effect = done(FP_IDV_VERIFIED);
    effect.result_json = std::move(result_json);
    effect.body = std::move(portrait);
    return effect;
  }
};

namespace detail {

template <class, class = void> struct detects : std::false_type {};
template <class T> struct detects<T, std::void_t<decltype(&T::detect)>> : std::true_type {};
template <class, class = void> struct scores : std::false_type {};
template <class T> struct scores<T, std::void_t<decltype(&T::score)>> : std::true_type {};
template <class, class = void> struct embeds : std::false_type {};
template <class T> struct embeds<T, std::void_t<decltype(&T::embed)>> : std::true_type {};
template <class, class = void> struct pays : std::false_type {};
template <class T> struct pays<T, std::void_t<decltype(&T::begin)>>
    : std::is_invocable<decltype(&T::begin), T &, const Call &, const Request &> {};
template <class, class = void> struct vouches : std::false_type {};
template <class T> struct vouches<T, std::void_t<decltype(&T::begin)>>
    : std::is_invocable<decltype(&T::begin), T &, const Call &, const IdentityRequest &> {};
template <class, class = void> struct configures : std::false_type {};
template <class T> struct configures<T, std::void_t<decltype(&T::configure)>> : std::true_type {};
template <class, class = void> struct activates : std::false_type {};
template <class T> struct activates<T, std::void_t<decltype(&T::activate)>> : std::true_type {};
template <class, class = void> struct deactivates : std::false_type {};
template <class T> struct deactivates<T, std::void_t<decltype(&T::deactivate)>> : std::true_type {};

// An instance and the C functions of its tables. None of them lets an exception out.
template <class Step> struct Instance {
  fp_plugin table{};
  std::atomic<bool> poisoned{false};
  Step step;

  explicit Instance(const fp_host *host) : step(Host(host)) {
    table.struct_size = sizeof table;
    table.self = this;
    table.configure = configure;
    table.activate = activate;
    table.deactivate = deactivate;
    table.get_interface = get_interface;
    table.health = health;
    table.destroy = destroy;
  }

  // Runs a step's code; what it throws becomes a status.
  template <class Work> static fp_status enter(void *self, fp_writer *reason, Work &&work) noexcept {
    auto *it = static_cast<Instance *>(self);
    if (!it) return FP_E_INVALID;
    if (it->poisoned.load(std::memory_order_acquire)) {
      write_to(reason, "poisoned by an earlier exception");
      return FP_E_PANIC;
    }
    try {
      work(it->step);
      return FP_OK;
    } catch (const Error &error) {
      write_to(reason, error.why);
      return error.status;
    } catch (const std::exception &error) {
      write_to(reason, error.what());
    } catch (...) {
      write_to(reason, "an exception of an unknown type");
    }
    it->poisoned.store(true, std::memory_order_release);
    return FP_E_PANIC;
  }
  template <class Work> static fp_status work(void *self, const fp_call *call, Work &&work) noexcept {
    if (!call || call->struct_size < sizeof(fp_call)) return FP_E_INVALID;
    return enter(self, call->reason, [&](Step &step) { work(step, Call(call)); });
  }

  static fp_status configure(void *self, fp_str json, fp_writer *err) noexcept {
    return enter(self, err, [&](Step &step) {
      if constexpr (configures<Step>::value) step.configure(view(json));
      (void)step, (void)json;
    });
  }
  static fp_status activate(void *self, const fp_limits *limits, fp_writer *err) noexcept {
    return enter(self, err, [&](Step &step) {
      if constexpr (activates<Step>::value) step.activate(read(limits));
      (void)step, (void)limits;
    });
  }
  static void deactivate(void *self) noexcept {
    enter(self, nullptr, [](Step &step) {
      if constexpr (deactivates<Step>::value) step.deactivate();
      (void)step;
    });
  }
  static fp_status health(void *self, fp_writer *json) noexcept {
    return enter(self, json, [&](Step &) { write_to(json, "{\"fit\":true,\"detail\":\"\"}"); });
  }
  static void destroy(void *self) noexcept {
    try {
      delete static_cast<Instance *>(self);
    } catch (...) { // nobody is left to poison
    }
  }

  static Frames frames(const fp_frame_batch *raw) {
    fp_frame_batch batch = read(raw);
    Frames all;
    for (const fp_frame &frame : read_all(batch.frames, batch.count, batch.stride)) all.emplace_back(frame);
    return all;
  }
  static Faces faces(const fp_face_batch *raw, const Frames &frames) {
    fp_face_batch batch = read(raw);
    Faces all = read_all(batch.faces, batch.count, batch.stride);
    for (const fp_face &face : all)
      if (face.frame_index >= frames.size()) throw Error{FP_E_INVALID, "a face in no picture"};
    return all;
  }

  static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *raw, fp_out_array *out) noexcept {
    return work(self, call, [&](Step &step, const Call &call) {
      Faces found = step.detect(call, frames(raw));
      out->struct_size = sizeof *out;
      out->count = uint32_t(found.size());
      if (out->count > out->capacity) throw Error{FP_E_BUFFER_TOO_SMALL, ""};
      size_t size = out->stride < sizeof(fp_face) ? out->stride : sizeof(fp_face);
      for (size_t i = 0; i < found.size(); i++) {
        found[i].struct_size = uint32_t(size);
        std::memcpy(static_cast<char *>(out->items) + i * out->stride, &found[i], size);
      }
    });
  }
  static void fill(float *out, size_t len, const std::vector<float> &values) {
    if (values.size() != len) throw Error{FP_E_INTERNAL, "another number of values than was asked for"};
    if (len) std::memcpy(out, values.data(), len * sizeof(float));
  }
  static fp_status score(void *self, const fp_call *call, const fp_frame_batch *raw, const fp_face_batch *of, float *out,
                         uint32_t n) noexcept {
    return work(self, call, [&](Step &step, const Call &call) {
      Frames all = frames(raw);
      fill(out, n, step.score(call, all, faces(of, all)));
    });
  }
  static fp_status describe(void *self, fp_embedding_info *out) noexcept {
    return enter(self, nullptr, [&](Step &step) {
      if (!out || out->struct_size < sizeof *out) throw Error{FP_E_INVALID, ""};
      const Embedding is = step.describe();
      *out = {sizeof *out, is.dim, is.metric, is.model_tag};
    });
  }
  static fp_status embed(void *self, const fp_call *call, const fp_frame_batch *raw, const fp_face_batch *of, float *out,
                         size_t len) noexcept {
    return work(self, call, [&](Step &step, const Call &call) {
      Frames all = frames(raw);
      fill(out, len, step.embed(call, all, faces(of, all)));
    });
  }

  // An operation, and the effect that the host may still be reading.
  template <class Task> struct Running {
    std::unique_ptr<Task> task;
    Effect effect;
  };
  template <class Asked, class Raw> static Asked asked(const Raw &raw) {
    if (raw.op > 31 || !(Step::ops >> raw.op & 1)) throw Error{FP_E_UNSUPPORTED, "this operation is not offered"};
    Asked request{};
    request.op = raw.op;
    std::memcpy(request.attempt.data(), raw.attempt_ref, 16);
    std::memcpy(request.original.data(), raw.original_ref, 16);
    request.provider_ref = view(raw.provider_ref);
    request.payload_json = text(raw.payload_json);
    return request;
  }
  template <class Asked> static void *begun(Step &step, const Call &call, const Asked &request) {
    using Task = typename Step::Task;
    return new Running<Task>{std::make_unique<Task>(step.begin(call, request)), {}};
  }
  static fp_status begin(void *self, const fp_call *call, const fp_pay_request *raw, void **out) noexcept {
    return work(self, call, [&](Step &step, const Call &call) {
      fp_pay_request given = read(raw);
      Request request = asked<Request>(given);
      request.minor = given.amount.minor;
      request.currency.assign(given.amount.currency, strnlen(given.amount.currency, 4));
      *out = begun(step, call, request);
    });
  }
  static fp_status begin_identity(void *self, const fp_call *call, const fp_id_request *raw, void **out) noexcept {
    return work(self, call, [&](Step &step, const Call &call) {
      fp_id_request given = read(raw);
      IdentityRequest request = asked<IdentityRequest>(given);
      request.document = text(given.document);
      *out = begun(step, call, request);
    });
  }
  static std::string_view text(fp_bytes bytes) noexcept { return {reinterpret_cast<const char *>(bytes.ptr), bytes.len}; }
  static fp_bytes bytes(const std::string &text) noexcept {
    return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
  }
  static fp_status step_on(void *self, const fp_call *call, void *of, const fp_event *raw, fp_effect *next) noexcept {
    return work(self, call, [&](Step &step, const Call &call) {
      if (!next || next->struct_size < sizeof *next) throw Error{FP_E_INVALID, "no place for the effect"};
      auto *running = static_cast<Running<typename Step::Task> *>(of);
      fp_event heard = read(raw);
      Event event{heard.kind, heard.http_status, (heard.flags & FP_EVF_SENT) != 0, (heard.flags & FP_EVF_TRUNCATED) != 0,
                  text(heard.headers_json), text(heard.body)};
      running->effect = step.step(call, *running->task, event);
      const Effect &e = running->effect;
      *next = {sizeof *next, e.kind, e.endpoint, e.timeout_ms, str(e.method), str(e.path), bytes(e.headers_json), bytes(e.body),
               e.sleep_ns, e.flags, e.outcome, str(e.provider_ref), str(e.decline_code), bytes(e.result_json)};
    });
  }
  static void end(void *, void *of) noexcept {
    try {
      delete static_cast<Running<typename Step::Task> *>(of);
    } catch (...) {
    }
  }

  static const void *get_interface(void *, const char *id) noexcept {
    if constexpr (detects<Step>::value) {
      static constexpr fp_detector_v1 table{sizeof table, 0, detect};
      if (!std::strcmp(id, FP_DETECTOR)) return &table;
    }
    if constexpr (scores<Step>::value) {
      static constexpr fp_liveness_v1 table{sizeof table, 0, score};
      if (!std::strcmp(id, FP_LIVENESS)) return &table;
    }
    if constexpr (embeds<Step>::value) {
      static constexpr fp_recognizer_v1 table{sizeof table, 0, describe, embed};
      if (!std::strcmp(id, FP_RECOGNIZER)) return &table;
    }
    if constexpr (pays<Step>::value) {
      static constexpr fp_payment_v1 table{sizeof table, Step::ops, Step::caps, begin, step_on, end};
      if (!std::strcmp(id, FP_PAYMENT)) return &table;
    }
    if constexpr (vouches<Step>::value) {
      static constexpr fp_identity_v1 table{sizeof table, Step::ops, Step::caps, begin_identity, step_on, end};
      if (!std::strcmp(id, FP_IDENTITY)) return &table;
    }
    return nullptr;
  }
};

template <class Step> struct Entry {
  static uint32_t count() noexcept { return 1; }
  static const fp_descriptor *descriptor(uint32_t index) noexcept {
    static const char *const interfaces[] = {
        detects<Step>::value ? FP_DETECTOR : scores<Step>::value ? FP_LIVENESS : embeds<Step>::value ? FP_RECOGNIZER
        : vouches<Step>::value ? FP_IDENTITY : FP_PAYMENT,
        nullptr};
    static const Description &is = Step::description;
    static const fp_descriptor raw = {sizeof raw,      is.max_concurrency, str(is.id),  str(is.version), str(is.vendor),
                                      str(is.name),    str(is.licence),    interfaces,  nullptr,         str(is.config_schema)};
    return index == 0 ? &raw : nullptr;
  }
  static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) noexcept {
    if (view(id) != Step::description.id) {
      write_to(err, "no plugin with this id in the library");
      return FP_E_UNSUPPORTED;
    }
    try {
      *out = &(new Instance<Step>(host))->table;
      return FP_OK;
    } catch (const Error &error) {
      write_to(err, error.why);
      return error.status;
    } catch (const std::exception &error) {
      write_to(err, error.what());
    } catch (...) {
      write_to(err, "an exception of an unknown type");
    }
    return FP_E_PANIC;
  }
};

} // namespace detail
} // namespace facepay

// Exports one step as the C symbol of the library, once.
#define FACEPAY_PLUGIN(Step)                                                                                              \
  extern "C" __attribute__((visibility("default"))) const fp_entry facepay_plugin_entry = {                                  \
      FP_MAGIC, sizeof(fp_entry), FP_ABI_MAJOR, FP_ABI_MINOR, nullptr, nullptr, facepay::detail::Entry<Step>::count,         \
      facepay::detail::Entry<Step>::descriptor, facepay::detail::Entry<Step>::create};
#endif
