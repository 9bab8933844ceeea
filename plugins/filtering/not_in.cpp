// filtering.not_in: drops what is in a set of tracks: pl.filtering.not_in { user.library }.
//
// by = "song" also drops other versions of the set's songs, "artist" everything by their first
// artists.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>

#include "elements.hpp"
#include "same.hpp"
#include "sets.hpp"

namespace {

class NotIn final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("tracks", "the set to leave out").required(),
      playlist::Param::choice("by", kSameBy, "song", "what counts as being in the set"),
  };

  explicit NotIn(const playlist::Args& args) : set_(args.tracks("tracks")), by_(args.text("by")) {}

  void filter(playlist::FilteringCall& call) const {
    const Same same(call, by_), same_track(call, "track");
    const SameAsAny set(same, set_.track()), tracks(same_track, set_.track());
    const std::string name = name_of_set(call, set_);
    const std::int32_t itself = call.because("already in ", name);
    const std::int32_t relative = by_ == "artist"
                                      ? call.because("by an artist who is already in ", name)
                                      : call.because("another version is already in ", name);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (tracks.has(track[row])) {
        call.drop(row, itself);
      } else if (set.has(track[row])) {
        call.drop(row, relative);
      }
    }
  }

 private:
  playlist::Tracks set_;
  std::string by_;
};

}  // namespace

constinit const playlist::Element kNotIn =
    playlist::element<NotIn>("filtering.not_in", "Drops what is in a set of tracks.");
