// filtering.@NAME@: drops tracks that are too long.
#include "playlist/plugin.hpp"

namespace {

class @CLASS@ final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"minutes", 5.0, 0, 600, "longest track to keep, in minutes"},
      {"unknown", true, "keep tracks whose duration is unknown"},
  };
  static constexpr playlist::Field kInputs[] = {{"duration_ms", PLAYLIST_I32, "milliseconds"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;  // row i depends on row i only

  explicit @CLASS@(const playlist::Args& args)
      : minutes_(args.number("minutes")), keeps_unknown_(args.boolean("unknown")) {}

  void filter(playlist::FilteringCall& call) const {
    const auto duration = call.in(0).i32();
    const std::int32_t too_long = call.because("longer than ", minutes_, " minutes");
    const std::int32_t unknown = call.text("its duration is unknown");
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 10'000 == 0) call.checkpoint();
      if (playlist::is_missing(duration[row])) {
        if (!keeps_unknown_) call.drop(row, unknown);
      } else if (duration[row] > minutes_ * 60'000) {
        call.drop(row, too_long);
      }
    }
  }

 private:
  double minutes_;
  bool keeps_unknown_;
};

constinit const playlist::Element k@CLASS@ =
    playlist::element<@CLASS@>("filtering.@NAME@", "Drops tracks that are too long.");

}  // namespace

PLAYLIST_LIBRARY("org.example.@NAME@", "1.0.0", k@CLASS@);
