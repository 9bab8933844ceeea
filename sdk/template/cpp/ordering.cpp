// ordering.@NAME@: by duration; unknown durations last, equal ones by track number.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace {

class @CLASS@ final : public playlist::Ordering {
 public:
  static constexpr playlist::Choices kDirections{"up", "down"};
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("direction", kDirections, "up", "up: the shortest track first"),
  };
  static constexpr playlist::Field kInputs[] = {{"duration_ms", PLAYLIST_I32, "milliseconds"}};

  explicit @CLASS@(const playlist::Args& args) : is_up_(args.text("direction") == "up") {}

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    const auto duration = call.in(0).i32();
    const auto track = call.track();
    std::vector<std::int32_t> rows(call.rows());
    std::iota(rows.begin(), rows.end(), 0);
    call.checkpoint();
    std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
      const bool is_a_missing = playlist::is_missing(duration[a]);
      if (is_a_missing != playlist::is_missing(duration[b])) return !is_a_missing;
      if (duration[a] != duration[b]) return (duration[a] < duration[b]) == is_up_;
      return track[a] < track[b];
    });
    return rows;
  }

 private:
  bool is_up_;
};

constinit const playlist::Element k@CLASS@ =
    playlist::element<@CLASS@>("ordering.@NAME@", "By duration, the shortest track first.");

}  // namespace

PLAYLIST_LIBRARY("org.example.@NAME@", "1.0.0", k@CLASS@);
