// filtering.wordless: keeps tracks without singing.
#include "playlist/plugin.hpp"

namespace {

class Wordless final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"at_least", 0.5, 0, 1, "instrumentalness from which a track counts as wordless"},
      {"unknown", true, "keep tracks whose instrumentalness is unknown"},
  };
  static constexpr playlist::Field kInputs[] = {{"instrumentalness", PLAYLIST_F32, "0..1"}};

  explicit Wordless(const playlist::Args& args)
      : at_least_(args.number("at_least")), keeps_unknown_(args.boolean("unknown")) {}

  void filter(playlist::FilteringCall& call) const {
    const auto instrumentalness = call.in(0).f32();
    const std::int32_t sung = call.because("it is sung (instrumentalness below ", at_least_, ")");
    const std::int32_t unknown = call.text("its instrumentalness is unknown");
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (playlist::is_missing(instrumentalness[row])) {
        if (!keeps_unknown_) call.drop(row, unknown);
      } else if (instrumentalness[row] < at_least_) {
        call.drop(row, sung);
      }
    }
  }

 private:
  double at_least_;
  bool keeps_unknown_;
};

constinit const playlist::Element kWordless =
    playlist::element<Wordless>("filtering.wordless", "Keeps tracks without singing.");

}  // namespace

PLAYLIST_LIBRARY("org.example.wordless", "1.0.0", kWordless);
