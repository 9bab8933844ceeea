// recall.recommendations: what services recommend to the user, by now.
//
// A service's channel ("similar_tracks" of "lastfm") is a list, by its own score, then by id. The
// channels take turns: the first of each, the second of each ... A track of several channels keeps
// its first place, and names them all. score = 1 / (1 + place in its channel)
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elements.hpp"
#include "shared/counted.hpp"
#include "shared/seed_reasons.hpp"

namespace {

/// How a service is called on screens; others by their names.
std::string title_of(std::string_view service) {
  static constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
      {"lastfm", "Last.fm"}, {"listenbrainz", "ListenBrainz"}, {"spotify", "Spotify"},
      {"deezer", "Deezer"},  {"reccobeats", "ReccoBeats"},     {"musicbrainz", "MusicBrainz"}};
  for (const auto& [name, title] : kTitles)
    if (name == service) return std::string(title);
  return std::string(service);
}

/// Of a list with commas between; all where it is "".
bool is_listed(const std::string& list, std::string_view name) {
  if (list.empty()) return true;
  std::string_view rest = list;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view one = rest.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == name) return true;
    if (comma == rest.npos) return false;
    rest.remove_prefix(comma + 1);
  }
}

class Recommendations final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"services", "", "of these alone, with commas between: listenbrainz,lastfm"},
      {"channels", "", "these of their lists alone: similar_tracks,friends"},
      {"limit", 10'000, 1, 1'000'000, "candidates to return"},
  };
  static constexpr auto& kOutputs = shared::kSeedOutputs;

  explicit Recommendations(const playlist::Args& args)
      : services_(args.text("services")),
        channels_(args.text("channels")),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const playlist::Table table = call.table("recommendations");
    const auto tracks = table["track"].i32();
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> channels;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view service = table["service"].texts()[row],
                             channel = table["channel"].texts()[row];
      if (is_listed(services_, service) && is_listed(channels_, channel))
        channels[{std::string(service), std::string(channel)}].push_back(row);
    }
    if (channels.empty())
      throw playlist::NoData(
          "no service that is connected recommends anything (engine help services)");
    const auto scores = table["score"].f32();
    for (auto& [name, rows] : channels)
      std::ranges::stable_sort(rows, [&](std::size_t a, std::size_t b) {
        return known(scores[a]) != known(scores[b]) ? known(scores[a]) > known(scores[b])
                                                    : tracks[a] < tracks[b];
      });
    return in_turns(call, table, channels);
  }

 private:
  using Channels = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

  static float known(float score) { return std::isnan(score) ? -HUGE_VALF : score; }

  [[nodiscard]] playlist::Candidates in_turns(const playlist::RecallCall& call,
                                              const playlist::Table& table,
                                              const Channels& channels) const {
    const auto tracks = table["track"].i32();
    std::vector<std::uint8_t> is_found(call.table("tracks").rows());
    playlist::Candidates found = call.candidates();
    for (std::size_t place = 0, open = 1; open > 0 && found.size() < limit_; ++place) {
      if (place % 1024 == 0) call.checkpoint();
      open = 0;
      for (const auto& [name, rows] : channels) {
        if (place >= rows.size() || found.size() == limit_) continue;
        ++open;
        const std::size_t row = rows[place];
        if (std::exchange(is_found[static_cast<std::size_t>(tracks[row])], 1)) continue;
        shared::add_candidate(found, tracks[row], 1.0f / (1.0f + static_cast<float>(place)),
                              texts_of(call, table, row), std::nanf(""));
      }
    }
    return found;
  }

  [[nodiscard]] static shared::SeedTexts texts_of(const playlist::RecallCall& call,
                                                  const playlist::Table& table, std::size_t row) {
    shared::SeedTexts texts;
    const std::string by = title_of(table["service"].texts()[row]);
    const std::int32_t seed = table["seed"].i32()[row];
    if (seed < 0) {
      texts.explanation =
          call.because("SERVICES: ", by, " recommends it (", table["channel"].texts()[row], ")");
      return texts;
    }
    const std::string named = shared::named_track(call.table("tracks"), seed);
    texts.seed = call.text(named);
    texts.explanation = call.because("SERVICES: ", by, " holds it for similar to ", named);
    return texts;
  }

  std::string services_, channels_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kRecommendations = playlist::element<Recommendations>(
    "recall.recommendations", "What services that are connected recommend to the user.");
