// recall.catalogue: every track there is, by track number; with a tag, the tracks that have it; with
// an artist, those that they are on; with a title, those that are called so.
//
// An artist or a track is meant whose name has the same words, case, accents and signs aside
// (playlist/folded_words.hpp); of several, all.
// A track has its own tags, or, without any, the strong ones of its first artist (shared/genres.hpp).
// score = 1 for all.
#include "playlist/folded_words.hpp"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <iterator>
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
      {"artist", "", "only tracks of the artist of this name, case and accents aside"},
      {"title", "", "only tracks of this title, case and accents aside"},
  };

  explicit Catalogue(const playlist::Args& args)
      : limit_(args.count("limit")),
        tag_(args.text("tag")),
        artist_(args.text("artist")),
        title_(args.text("title")) {
    for (char& c : tag_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');  // tags are lower case
    }
  }

  playlist::Candidates recall(playlist::RecallCall& call) const {
    std::vector<std::int32_t> tracks = tag_.empty() ? all(call) : tagged(call);
    if (!artist_.empty()) tracks = common(tracks, by_artist(call));
    if (!title_.empty()) keep_titled(call, tracks);
    const std::int32_t explanation = explained(call);
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

  [[nodiscard]] std::int32_t explained(playlist::RecallCall& call) const {
    std::string told;
    if (!title_.empty()) told += playlist::concat(" called \"", title_, "\"");
    if (!artist_.empty()) told += playlist::concat(" by ", artist_);
    if (!tag_.empty()) told += playlist::concat(told.empty() ? " tagged " : ", tagged ", tag_);
    return call.because("CATALOGUE: a track", told.empty() ? " of the catalogue" : told);
  }

  /// Whether two names have the same words. A name of signs only, such as "!!!", has none.
  static bool is_named(std::string_view name, const std::string& wanted,
                       const std::string& folded) {
    return folded.empty() ? name == wanted : playlist::folded_words(name) == folded;
  }

  /// Throws NoData where none of them is called so.
  void keep_titled(const playlist::RecallCall& call, std::vector<std::int32_t>& tracks) const {
    const playlist::Strings titles = call.table("tracks")["title"].texts();
    const std::string folded = playlist::folded_words(title_);
    std::erase_if(tracks, [&](std::int32_t track) {
      return !is_named(titles[static_cast<std::size_t>(track)], title_, folded);
    });
    if (tracks.empty())
      throw playlist::NoData(
          playlist::concat("no track here is called \"", title_, "\"",
                           artist_.empty() ? "" : playlist::concat(" by ", artist_)));
  }

  /// What both have, ascending as they are.
  static std::vector<std::int32_t> common(const std::vector<std::int32_t>& a,
                                          const std::vector<std::int32_t>& b) {
    std::vector<std::int32_t> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
  }

  /// Ascending. Throws NoData where nobody is called so.
  [[nodiscard]] std::vector<std::int32_t> by_artist(const playlist::RecallCall& call) const {
    const playlist::Strings names = call.table("artists")["name"].texts();
    const playlist::Lists tracks_of = call.lists("artist_tracks");
    const std::string wanted = playlist::folded_words(artist_);
    std::vector<std::int32_t> tracks;
    bool is_known = false;
    for (std::size_t artist = 0; artist < names.size(); ++artist) {
      if (!is_named(names[artist], artist_, wanted)) continue;
      is_known = true;
      const auto theirs = tracks_of[static_cast<std::int32_t>(artist)];
      tracks.insert(tracks.end(), theirs.begin(), theirs.end());
    }
    if (!is_known)
      throw playlist::NoData(playlist::concat("no artist here is called \"", artist_, "\""));
    std::sort(tracks.begin(), tracks.end());
    tracks.erase(std::unique(tracks.begin(), tracks.end()), tracks.end());
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
  std::string tag_, artist_, title_;
};

}  // namespace

constinit const playlist::Element kCatalogue = playlist::element<Catalogue>(
    "recall.catalogue",
    "Every track of the catalogue, or those with a tag, by an artist or of a title, by number.");
