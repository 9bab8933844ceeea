// filtering.in_set: keeps only what is in a set of tracks: pl.filtering.in_set { user.likes }.
//
// by = "song" also keeps other versions of the set's songs, "artist" everything by their first
// artists. An empty set keeps nothing.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>

#include "elements.hpp"
#include "same.hpp"
#include "sets.hpp"

namespace {

class InSet final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("tracks", "the set to keep").required(),
      playlist::Param::choice("by", kSameBy, "song", "what counts as being in the set"),
  };

  explicit InSet(const playlist::Args& args) : set_(args.tracks("tracks")), by_(args.text("by")) {}

  void filter(playlist::FilteringCall& call) const {
    const Same same(call, by_);
    const SameAsAny set(same, set_.track());
    const std::string name = name_of_set(call, set_);
    const std::int32_t reason = by_ == "artist" ? call.because("by an artist who is not in ", name)
                                                : call.because("not in ", name);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (!set.has(track[row])) call.drop(row, reason);
    }
  }

 private:
  playlist::Tracks set_;
  std::string by_;
};

}  // namespace

constinit const playlist::Element kInSet =
    playlist::element<InSet>("filtering.in_set", "Keeps only what is in a set of tracks.");
