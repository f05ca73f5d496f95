// The C++ wrapper's services over a host in this program. Ends with the number of the first check that failed.
#include <facepay_plugin.hpp>

#include <stdexcept>
#include <thread>

namespace {

int released = 0;
fp_frame kept[4];
int retained = 0;

fp_status run_tasks(const fp_host *, uint32_t n, void (*task)(void *, uint32_t), void *ctx) {
  if (n > 1000) return FP_E_INVALID;
  std::atomic<uint32_t> next{0};
  auto work = [&] {
    for (uint32_t i; (i = next.fetch_add(1)) < n;) task(ctx, i);
  };
  std::thread other(work);
  work();
  other.join();
  return FP_OK;
}
fp_status retain(const fp_host *, const fp_frame *frame, const fp_frame **out) {
  if (retained == 4 || frame->struct_size != sizeof(fp_frame)) return FP_E_BUSY;
  kept[retained] = *frame;
  *out = &kept[retained++];
  return FP_OK;
}
void release(const fp_host *, const fp_frame *frame) { released += frame != nullptr; }

const fp_host_executor_v1 executor = {sizeof executor, 0, run_tasks};
const fp_host_frame_ref_v1 frames = {sizeof frames, 0, retain, release};

const void *extension(const fp_host *host, const char *id) {
  if (host->ctx) return nullptr;
  if (std::string_view(id) == FP_HOST_EXECUTOR) return &executor;
  return std::string_view(id) == FP_HOST_FRAME_REF ? &frames : nullptr;
}
fp_host raw_host(void *ctx) {
  fp_host host{};
  host.struct_size = sizeof host, host.ctx = ctx, host.get_extension = extension;
  return host;
}

} // namespace

int main() {
  fp_host raw = raw_host(nullptr), raw_bare = raw_host(&raw);
  facepay::Host host(&raw), bare(&raw_bare);

  for (const facepay::Host &each : {host, bare}) {
    std::vector<int> squares(100);
    each.run(100, [&](uint32_t i) { squares[i] = int(i * i); });
    if (squares[0] != 0 || squares[99] != 99 * 99) return 1;
    std::atomic<int> calls{0};
    try {
      each.run(1000, [&](uint32_t i) {
        calls++;
        if (i == 3) throw std::runtime_error("task three");
      });
      return 2;
    } catch (const std::runtime_error &error) {
      if (std::string_view(error.what()) != "task three" || calls < 1) return 3;
    }
  }
  try {
    host.run(1001, [](uint32_t) {});
    return 4;
  } catch (const facepay::Error &error) {
    if (error.status != FP_E_INVALID) return 5;
  }

  uint8_t pixels[4] = {9, 9, 9, 9};
  fp_frame frame{};
  frame.struct_size = sizeof frame + 64; // of a newer host
  frame.fourcc = FP_PIX_GRAY8, frame.width = frame.height = 2, frame.n_planes = 1, frame.seq = 7;
  frame.plane[0] = {pixels, 4, 2, 2};
  {
    facepay::Frame seen(facepay::read(&frame));
    facepay::KeptFrame one(host, seen), two(host, seen);
    two = facepay::KeptFrame(host, one.frame()); // lets its first one go
    facepay::KeptFrame moved(std::move(one));
    if (released != 1 || moved.frame().light(1, 1) != 9 || two.frame().raw().seq != 7) return 6;
    facepay::KeptFrame last(host, seen);
    try {
      facepay::KeptFrame more(host, seen);
      return 7;
    } catch (const facepay::Error &error) {
      if (error.status != FP_E_BUSY) return 8;
    }
  }
  if (released != 4) return 9;
  try {
    facepay::KeptFrame none(bare, facepay::Frame(facepay::read(&frame)));
    return 10;
  } catch (const facepay::Error &error) {
    return error.status == FP_E_UNSUPPORTED ? 0 : 11;
  }
}
