// filtering.duration: keeps tracks of a length between min_seconds and max_seconds, both included.
//
// max_seconds = 0 is no upper bound. Tracks of unknown length are kept or dropped as `missing`
// says.
#include "playlist/plugin.hpp"

#include <cstdint>

#include "elements.hpp"
#include "missing.hpp"

namespace {

class Duration final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"min_seconds", 0.0, 0, 1'000'000, "shortest track, seconds"},
      {"max_seconds", 0.0, 0, 1'000'000, "longest track, seconds; 0: any"},
      playlist::Param::choice("missing", kMissingChoices, "keep", "tracks of unknown length"),
  };
  static constexpr playlist::Field kInputs[] = {{"duration_ms", PLAYLIST_I32, "milliseconds"}};

  explicit Duration(const playlist::Args& args)
      : min_seconds_(args.number("min_seconds")),
        max_seconds_(args.number("max_seconds")),
        is_dropping_missing_(args.text("missing") == "drop") {
    if (max_seconds_ > 0 && min_seconds_ > max_seconds_) {
      throw playlist::BadParam(
          playlist::concat("min_seconds ", min_seconds_, " is above max_seconds ", max_seconds_));
    }
  }

  void filter(playlist::FilteringCall& call) const {
    const auto duration = call.in(0).i32();
    const std::int32_t too_short = call.because("shorter than ", min_seconds_, " seconds");
    const std::int32_t too_long = call.because("longer than ", max_seconds_, " seconds");
    MissingRows missing(call, "duration_ms", is_dropping_missing_);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (playlist::is_missing(duration[row])) {
        missing.found(row);
      } else if (duration[row] < min_seconds_ * 1000) {
        call.drop(row, too_short);
      } else if (max_seconds_ > 0 && duration[row] > max_seconds_ * 1000) {
        call.drop(row, too_long);
      }
    }
    missing.tell();
  }

 private:
  double min_seconds_, max_seconds_;
  bool is_dropping_missing_;
};

}  // namespace

constinit const playlist::Element kDuration = playlist::element<Duration>(
    "filtering.duration", "Keeps tracks of a length between two bounds.");
