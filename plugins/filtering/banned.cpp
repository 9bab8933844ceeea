// filtering.banned: drops what the user banned, and tracks of artists they banned.
//
// With by = "song" (the default) other versions of a banned track stay out, too. A banned artist
// stays out also where they are a guest; guests = "keep" lets in what others made with them.
// Without bans it keeps everything.
#include "playlist/plugin.hpp"

#include <cstddef>
#include <string>

#include "bans.hpp"
#include "elements.hpp"

namespace {

class Banned final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("by", kSameSongBy, "song", "song: its other versions stay out, too"),
      playlist::Param::choice("guests", kGuests, "drop",
                              "tracks on which a banned artist is a guest of another"),
  };

  explicit Banned(const playlist::Args& args)
      : by_(args.text("by")), guests_(args.text("guests")) {}

  void filter(playlist::FilteringCall& call) const {
    call.checkpoint();
    if (call.table("banned").rows() == 0) return;
    const Same same(call, by_);
    const Bans bans(call, same, guests_);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      bans.drop(call, row);
    }
  }

 private:
  std::string by_, guests_;
};

}  // namespace

constinit const playlist::Element kBanned = playlist::element<Banned>(
    "filtering.banned", "Drops what the user banned, and tracks of artists they banned.");
