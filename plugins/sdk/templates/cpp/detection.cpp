// A detector: one box around the brightest part of each picture. Put your own in the place of brightest().
#include <facepay_plugin.hpp>

struct Step {
  static constexpr facepay::Description description{"{{id}}", "0.1.0", "{{vendor}}", "{{title}}", "MIT", 4};

  explicit Step(facepay::Host) {}

  facepay::Faces detect(const facepay::Call &call, const facepay::Frames &frames) const {
    facepay::Faces faces;
    for (uint32_t i = 0; i < frames.size(); i++) faces.push_back(brightest(call, frames[i], i));
    return faces;
  }

  // The brightest of nine parts of the picture.
  static fp_face brightest(const facepay::Call &call, const facepay::Frame &frame, uint32_t index) {
    fp_face face{};
    float best = -1, w = float(frame.width()) / 3, h = float(frame.height()) / 3;
    for (uint32_t part = 0; part < 9; part++) {
      float left = float(part % 3) * w, top = float(part / 3) * h, sum = 0;
      uint32_t pixels = 0;
      for (uint32_t y = uint32_t(top); y < facepay::within(top + h, frame.height()); y++) {
        call.check(); // throws when the caller gave up or the deadline passed
        for (uint32_t x = uint32_t(left); x < facepay::within(left + w, frame.width()); x++) sum += frame.light(x, y), pixels++;
      }
      float mean = pixels ? sum / float(pixels) : 0;
      if (mean <= best) continue;
      best = mean;
      face.x = left, face.y = top, face.w = w, face.h = h;
    }
    face.frame_index = index;
    face.score = face.quality = best / 255;
    constexpr float places[10] = {0.3f, 0.4f, 0.7f, 0.4f, 0.5f, 0.6f, 0.35f, 0.75f, 0.65f, 0.75f};
    for (int i = 0; i < 10; i++) face.landmark[i] = i % 2 ? face.y + places[i] * h : face.x + places[i] * w;
    return face;
  }
};

FACEPAY_PLUGIN(Step)
