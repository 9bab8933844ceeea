// What services are asked of artists, as plugins/source/services/questions.hpp reads it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace engine::pipelines {

struct ArtistQuestion {
  std::string_view question;  // "similar_artists", "top_tracks", "artist_tags"
  std::int64_t artist_id = 0;
};

/// Names and ids as the store has them.
std::string questions_text(const Store& store, const std::vector<ArtistQuestion>& questions);
/// The same question of each track.
std::string questions_text(const Store& store, std::string_view question,
                           const std::vector<std::int64_t>& track_ids);

/// Tracks of which the service was asked this since then.
std::unordered_set<std::int64_t> tracks_asked(const Store& store, std::string_view service,
                                              std::string_view question, std::int64_t since);

/// Whom services were asked about within the last 90 days, and whether they knew anything.
class AskedQuestions {
 public:
  AskedQuestions(const Store& store, std::int64_t now);

  enum class Answer : std::uint8_t { kNotAsked, kNothing, kSomething };
  [[nodiscard]] Answer of_artist(std::string_view service, std::string_view question,
                                 std::int64_t artist_id) const;

 private:
  std::map<std::pair<std::string, std::string>, std::map<std::int64_t, Answer>, std::less<>> asked_;
};

}  // namespace engine::pipelines
