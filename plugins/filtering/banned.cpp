// filtering.banned: drops what the user banned, and tracks of artists they banned.
//
// With by = "song" (the default) other versions of a banned track stay out, too. A banned artist
// stays out also where they are a guest; guests = "keep" lets in what others made with them.
// Without bans it keeps everything.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>

#include "elements.hpp"
#include "same.hpp"

namespace {

constexpr playlist::Choices kGuests{"drop", "keep"};

class Banned final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("by", kSameSongBy, "song", "song: its other versions stay out, too"),
      playlist::Param::choice("guests", kGuests, "drop",
                              "tracks on which a banned artist is a guest of another"),
  };

  explicit Banned(const playlist::Args& args)
      : by_(args.text("by")), drops_guests_(args.text("guests") == "drop") {}

  void filter(playlist::FilteringCall& call) const {
    call.checkpoint();
    const playlist::Table banned = call.table("banned");
    const auto track = banned["track"].i32(), artist = banned["artist"].i32();
    if (track.empty()) return;
    const auto first_artist = call.table("tracks")["artist"].i32();
    const Same same(call, by_);
    BySame<Ban> songs(track.size()), tracks(track.size());
    for (std::size_t i = 0; i < track.size(); ++i) {
      const bool is_track = artist[i] == playlist::kMissingI32;
      if (!is_track && !drops_guests_ &&
          first_artist[static_cast<std::size_t>(track[i])] != artist[i])
        continue;
      tracks[track[i]].artist = artist[i];
      // A version of an artist's track by somebody else is no track of the artist.
      if (const std::int32_t song = same.of(track[i]); is_track && song >= 0)
        songs[song].artist = artist[i];
    }
    drop(call, tracks, songs, same);
  }

 private:
  struct Ban {
    std::int32_t artist = playlist::kMissingI32;  // missing: the track itself
  };

  static void drop(playlist::FilteringCall& call, const BySame<Ban>& tracks,
                   const BySame<Ban>& songs, const Same& same) {
    const std::int32_t itself = call.because("you banned it");
    const std::int32_t version = call.because("you banned another version of it");
    const playlist::Strings names = call.table("artists")["name"].texts();
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const Ban* ban = tracks.get(track[row]);
      if (ban != nullptr && ban->artist == playlist::kMissingI32) {
        call.drop(row, itself);
      } else if (ban != nullptr) {
        call.drop(row, call.because("you banned ", names[static_cast<std::size_t>(ban->artist)]));
      } else if (songs.get(same.of(track[row])) != nullptr) {
        call.drop(row, version);
      }
    }
  }

  std::string by_;
  bool drops_guests_;
};

}  // namespace

constinit const playlist::Element kBanned = playlist::element<Banned>(
    "filtering.banned", "Drops what the user banned, and tracks of artists they banned.");
