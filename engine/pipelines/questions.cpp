#include "pipelines/questions.hpp"

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"

namespace engine::pipelines {
namespace {

constexpr std::int64_t kAnswerHoldsSeconds = 90 * 24 * 60 * 60;

/// {"deezer": "27"} of the artist's ids "deezer:27"; those without a namespace are Spotify's.
nlohmann::ordered_json ids_of(Statement& select, std::int64_t artist_id) {
  nlohmann::ordered_json ids = nlohmann::ordered_json::object();
  for (select.start(artist_id); select.step();) {
    const std::string_view id = select.text(0);
    const std::size_t colon = id.find(':');
    const std::string service(colon == id.npos ? "spotify" : id.substr(0, colon));
    if (!ids.contains(service))
      ids[service] = std::string(colon == id.npos ? id : id.substr(colon + 1));
  }
  return ids;
}

}  // namespace

std::string questions_text(const Store& store, const std::vector<ArtistQuestion>& questions) {
  Statement artist =
      store.prepare("SELECT name, ifnull(mbid, '') FROM artists WHERE artist_id = ?1");
  Statement ids = store.prepare("SELECT id FROM artist_ids WHERE artist_id = ?1 ORDER BY id");
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ArtistQuestion& question : questions) {
    artist.start(question.artist_id);
    if (!artist.step()) continue;
    nlohmann::ordered_json& one =
        list.emplace_back(nlohmann::ordered_json{{"question", std::string(question.question)},
                                                 {"artist_id", question.artist_id},
                                                 {"artist", std::string(artist.text(0))}});
    if (!artist.text(1).empty()) one["mbid"] = std::string(artist.text(1));
    artist.reset();
    if (nlohmann::ordered_json known = ids_of(ids, question.artist_id); !known.empty())
      one["ids"] = std::move(known);
  }
  return json_text(list);
}

std::string questions_text(const Store& store, std::string_view question,
                           const std::vector<std::int64_t>& track_ids) {
  Statement track = store.prepare(
      "SELECT t.title, a.name, ifnull(t.album, ''), ifnull(t.spotify_id, ''), ifnull(t.isrc, ''), "
      "ifnull(t.mbid, ''), ifnull(t.duration_ms, 0) FROM tracks t JOIN artists a USING (artist_id) "
      "WHERE track_id = ?1 AND t.title IS NOT NULL");
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const std::int64_t id : track_ids) {
    track.start(id);
    if (!track.step()) continue;
    nlohmann::ordered_json& one = list.emplace_back(
        nlohmann::ordered_json{{"question", std::string(question)}, {"track_id", id}});
    int column = 0;
    for (const char* name : {"title", "artist", "album", "spotify_id", "isrc", "mbid"})
      if (const std::string_view text = track.text(column++); !text.empty())
        one[name] = std::string(text);
    if (track.integer(column) > 0) one["duration_ms"] = track.integer(column);
    track.reset();
  }
  return json_text(list);
}

std::unordered_set<std::int64_t> tracks_asked(const Store& store, std::string_view service,
                                              std::string_view question, std::int64_t since) {
  std::unordered_set<std::int64_t> asked;
  Statement select = store.prepare(
      "SELECT track_id FROM track_questions WHERE service = ?1 AND question = ?2 AND ts > ?3");
  for (select.start(service, question, since); select.step();) asked.insert(select.integer(0));
  return asked;
}

AskedQuestions::AskedQuestions(const Store& store, std::int64_t now) {
  Statement select = store.prepare(
      "SELECT service, question, artist_id, answers FROM artist_questions WHERE ts > ?1");
  for (select.start(now - kAnswerHoldsSeconds); select.step();)
    asked_[{std::string(select.text(0)), std::string(select.text(1))}][select.integer(2)] =
        select.integer(3) > 0 ? Answer::kSomething : Answer::kNothing;
}

AskedQuestions::Answer AskedQuestions::of_artist(std::string_view service,
                                                 std::string_view question,
                                                 std::int64_t artist_id) const {
  const auto asked = asked_.find(std::pair(std::string(service), std::string(question)));
  if (asked == asked_.end()) return Answer::kNotAsked;
  const auto found = asked->second.find(artist_id);
  return found == asked->second.end() ? Answer::kNotAsked : found->second;
}

}  // namespace engine::pipelines
