// A liveness step: how much detail a face has. Put your own measure in the place of detail(); this one stops nobody.
#include <facepay_plugin.hpp>

#include <cmath>

struct Step {
  static constexpr facepay::Description description{"{{id}}", "0.1.0", "{{vendor}}", "{{title}}", "MIT", 4};

  explicit Step(facepay::Host) {}

  std::vector<float> score(const facepay::Call &call, const facepay::Frames &frames, const facepay::Faces &faces) const {
    std::vector<float> scores;
    for (const fp_face &face : faces) scores.push_back(detail(call, frames[face.frame_index], face));
    return scores;
  }

  // The mean difference between neighbours within the face's box, as a part of 20; a box may reach over the edges.
  static float detail(const facepay::Call &call, const facepay::Frame &frame, const fp_face &face) {
    uint32_t left = facepay::within(face.x, frame.width()), right = facepay::within(face.x + face.w, frame.width()), pairs = 0;
    float sum = 0;
    for (uint32_t y = facepay::within(face.y, frame.height()); y < facepay::within(face.y + face.h, frame.height()); y++) {
      call.check(); // throws when the caller gave up or the deadline passed
      for (uint32_t x = left; x + 1 < right; x++, pairs++) sum += std::fabs(frame.light(x, y) - frame.light(x + 1, y));
    }
    return pairs ? std::fmin(1.0f, sum / float(pairs) / 20) : 0;
  }
};

FACEPAY_PLUGIN(Step)
