// recall.catalogue: every track there is, by track number; with a tag, the tracks that have it.
//
// A track has its own tags, or, without any, the strong ones of its first artist (shared/genres.hpp).
// score = 1 for all.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "elements.hpp"
#include "shared/genres.hpp"

namespace {

class Catalogue final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"limit", 100'000'000, 1, 100'000'000, "candidates to return"},
      {"tag", "", "only tracks of this genre or tag"},
  };

  explicit Catalogue(const playlist::Args& args)
      : limit_(args.count("limit")), tag_(args.text("tag")) {
    for (char& c : tag_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');  // tags are lower case
    }
  }

  playlist::Candidates recall(playlist::RecallCall& call) const {
    std::vector<std::int32_t> tracks = tag_.empty() ? all(call) : tagged(call);
    const std::int32_t explanation = tag_.empty()
                                         ? call.text("CATALOGUE: a track of the catalogue")
                                         : call.because("CATALOGUE: a track tagged ", tag_);
    tracks.resize(std::min(tracks.size(), limit_));
    playlist::Candidates found = call.candidates();
    found.reserve(tracks.size());
    for (std::size_t i = 0; i < tracks.size(); ++i) {
      if (i % 16'384 == 0) call.checkpoint();
      found.add(tracks[i], 1, explanation);
    }
    return found;
  }

 private:
  static std::vector<std::int32_t> all(const playlist::RecallCall& call) {
    std::vector<std::int32_t> tracks(call.table("tracks").rows());
    std::iota(tracks.begin(), tracks.end(), 0);
    return tracks;
  }

  [[nodiscard]] std::vector<std::int32_t> tagged(const playlist::RecallCall& call) const {
    const shared::Genres genres(call);
    for (std::size_t tag = 0; tag < genres.count(); ++tag) {
      const auto number = static_cast<std::int32_t>(tag);
      if (genres.name(number) == tag_) return genres.tracks_of(std::span(&number, 1))[0];
    }
    throw playlist::NoData(playlist::concat("no track is tagged \"", tag_, "\""));
  }

  std::size_t limit_;
  std::string tag_;
};

}  // namespace

constinit const playlist::Element kCatalogue = playlist::element<Catalogue>(
    "recall.catalogue", "Every track of the catalogue, or those with a tag, by number.");
