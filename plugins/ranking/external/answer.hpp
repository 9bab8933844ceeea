// What a re-ranker answers: {"scores": [{"track": ID, "score": NUMBER}]}.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace external {

/// Why there is no answer to use, in words for a notice.
struct NoAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TrackScore {
  std::int64_t track;  // the store's id
  float score;         // finite
};

/// In the order of the answer, tracks that are named again included. Throws NoAnswer where the
/// bytes are not such an object.
std::vector<TrackScore> read_answer(std::string_view bytes);

}  // namespace external
