// filtering.explicit: drops tracks marked as explicit, unless `allow` is true.
//
// Tracks of which nothing is known are kept: catalogues do not tell "no" from "unknown".
#include "playlist/plugin.hpp"

#include "elements.hpp"

namespace {

class Explicit final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"allow", false, "true: keep them all, so that a recipe can make it a parameter"},
  };
  static constexpr playlist::Field kInputs[] = {{"explicit", PLAYLIST_U8, "1: marked explicit"}};

  explicit Explicit(const playlist::Args& args) : is_allowed_(args.boolean("allow")) {}

  void filter(playlist::FilteringCall& call) const {
    const auto is_explicit = call.in(0).u8();
    const std::int32_t reason = call.text("marked explicit");
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (is_explicit[row] == 1 && !is_allowed_) call.drop(row, reason);
    }
  }

 private:
  bool is_allowed_;
};

}  // namespace

constinit const playlist::Element kExplicit =
    playlist::element<Explicit>("filtering.explicit", "Drops tracks marked as explicit.");
