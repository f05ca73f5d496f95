// A recogniser with an engine of its own: the pattern of light and dark over the face, 8 by 8. It tells pictures apart, not
// people: put your network in the place of pattern().
#include <facepay_plugin.hpp>

#include <cmath>

struct Step {
  static constexpr facepay::Description description{"{{id}}", "0.1.0", "{{vendor}}", "{{title}}", "MIT", 4};
  static constexpr uint32_t side = 8, dim = side * side;

  explicit Step(facepay::Host) {}

  // Another network, another tag: embeddings of different tags never compare.
  facepay::Embedding describe() const { return {dim, FP_DISTANCE_COSINE, 1}; }

  std::vector<float> embed(const facepay::Call &call, const facepay::Frames &frames, const facepay::Faces &faces) const {
    std::vector<float> all;
    for (const fp_face &face : faces) {
      call.check(); // throws when the caller gave up or the deadline passed
      std::vector<float> one = pattern(frames[face.frame_index], face);
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  }

  // The light in the middle of each cell of the face's box, around its mean, as a vector of length 1.
  static std::vector<float> pattern(const facepay::Frame &frame, const fp_face &face) {
    std::vector<float> cells(dim);
    float mean = 0, length = 0;
    for (uint32_t i = 0; i < dim; i++) {
      uint32_t x = facepay::within(face.x + (float(i % side) + 0.5f) / side * face.w, frame.width() - 1);
      uint32_t y = facepay::within(face.y + (float(i / side) + 0.5f) / side * face.h, frame.height() - 1);
      cells[i] = frame.light(x, y);
      mean += cells[i] / dim;
    }
    for (float &cell : cells) cell -= mean, length += cell * cell;
    length = std::sqrt(length);
    for (uint32_t i = 0; i < dim; i++) cells[i] = length < 1e-3f ? float(i == 0) : cells[i] / length; // no contrast: the first axis
    return cells;
  }
};

FACEPAY_PLUGIN(Step)
