// source.reccobeats: what tracks sound like that somebody plays or likes, and tracks like theirs, from
// ReccoBeats.
//
// Asked of   the tracks of the setting "features_wanted" (wanted_tracks.hpp) that have a Spotify id; or, by
//            the setting "questions" (questions.hpp), tracks: similar_tracks
// Sent       Spotify ids, for features 40 at once, the most it takes
// GET        /audio-features?ids=...: {"content": [...]}, in any order and without those that it does not
//            know. A track is found by the Spotify id in "href", else by its ISRC; "id" is ReccoBeats' own.
//            /track/recommendation?seeds=...: {"content": [...]}, the best first
// Rows       "features", a record a track: values within their ranges; a tempo of 0 is none, and so is a
//            key of -1. No values where it is not found. "recommendations" of the channel "similar_tracks",
//            the earlier the higher: 1, 0.95 ...
// State      how many were asked for: what came of it stands in the store, and the engine names only
//            those of which nothing is known
// Fails      what passes is asked for again by the engine. Forty tracks whose answer is still bad are in
//            the bucket "failed"; of three such answers behind each other, it is the service
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "../ids.hpp"
#include "elements.hpp"
#include "json_answers.hpp"
#include "questions.hpp"
#include "wanted_tracks.hpp"

namespace source {
namespace {

using RbJson = nlohmann::json;

constexpr std::size_t kIdsAtOnce = 40;
constexpr int kMostBadAnswers = 3;  // behind each other
constexpr std::int64_t kReccoBeatsTracks = 20;
constexpr double kNextRecommended = 0.95;    // score of each behind the one before
constexpr std::int64_t kNoSuchTrack = 4041;  // its own code for an id that it does not know

struct SoundFeature {
  const char* name;
  double low, high;  // what is outside is none
  bool is_integer = false;
};
// In the order of the rows' columns, which begin at 2.
constexpr SoundFeature kSoundFeatures[] = {
    {"danceability", 0, 1}, {"energy", 0, 1},           {"key", 0, 11, true},
    {"loudness", -100, 20}, {"mode", 0, 1, true},       {"speechiness", 0, 1},
    {"acousticness", 0, 1}, {"instrumentalness", 0, 1}, {"liveness", 0, 1},
    {"valence", 0, 1},      {"tempo", 1, 1000}};

class ReccoBeats {
 public:
  explicit ReccoBeats(const playlist::Call& call) : http_(call) {}

  /// The answer's "content", in its order; nothing where it says that it knows no such track. Throws
  /// BadAnswer, and playlist::Error where nothing else is worth asking for now.
  [[nodiscard]] std::vector<RbJson> ask(std::string target) const {
    playlist::HttpRequest request;
    request.target = std::move(target);
    request.headers = {"Accept: application/json"};
    const playlist::HttpAnswer answer = http_.ask(request);
    if (answer.status == 0) throw playlist::Error(answer.problem);
    if (answer.status == 429)
      throw playlist::Error(
          answer.problem.empty()
              ? "ReccoBeats wants to be left alone for a while; try again in some minutes"
              : answer.problem);
    const RbJson json = RbJson::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_ok() && integer_in(json, "status") == kNoSuchTrack) return {};
    if (answer.status == 404) throw playlist::Error("what answers there is not ReccoBeats");
    if (!answer.is_ok()) throw BadAnswer{told(answer, json)};
    const auto content = json.find("content");
    if (content == json.end() || !content->is_array())
      throw BadAnswer{"its answer is no list of tracks"};
    return {content->begin(), content->end()};
  }

 private:
  /// {"status": 4004, "errors": [{"message": "..."}]}, {"status": 4002, "error": "..."}
  static std::string told(const playlist::HttpAnswer& answer, const RbJson& json) {
    std::string text = answer.told();
    for (const RbJson& error : list_in(json, "errors"))
      if (error.is_object()) text += ": " + text_in(error, "message");
    if (const std::string error = text_in(json, "error"); !error.empty()) text += ": " + error;
    return text;
  }

  playlist::Http http_;
};

class ReccoBeatsReading {
 public:
  explicit ReccoBeatsReading(playlist::SourceCall& call)
      : call_(call), reccobeats_(call), state_(call), rows_(call.rows("features", columns())) {}

  void read() {
    std::vector<WantedTrack> asked = wanted_tracks(call_);
    std::erase_if(asked, [](const WantedTrack& track) { return track.spotify_id.empty(); });
    for (std::size_t at = 0; at < asked.size(); at += kIdsAtOnce) {
      const auto first = asked.begin() + static_cast<std::ptrdiff_t>(at);
      take({first, first + static_cast<std::ptrdiff_t>(std::min(kIdsAtOnce, asked.size() - at))});
      keep();
      call_.checkpoint(static_cast<double>(at) / static_cast<double>(asked.size()));
    }
    state_.advance(RbJson{{"asked", call_.record()}}.dump());
    call_.finish();
  }

 private:
  static std::vector<playlist::ColumnSpec> columns() {
    std::vector<playlist::ColumnSpec> columns = {{"track_id", PLAYLIST_I64}};
    for (const SoundFeature& feature : kSoundFeatures)
      columns.push_back({feature.name, feature.is_integer ? PLAYLIST_I32 : PLAYLIST_F32});
    return columns;
  }

  void take(const std::vector<WantedTrack>& tracks) {
    std::string target = "/audio-features?ids=";
    for (std::size_t k = 0; k < tracks.size(); ++k)
      target += (k > 0 ? "," : "") + tracks[k].spotify_id;
    std::vector<RbJson> content;
    std::string bad;
    try {
      content = reccobeats_.ask(std::move(target));
      failures_ = 0;
    } catch (const BadAnswer& answer) {
      if (++failures_ >= kMostBadAnswers) throw playlist::Error(answer.why);
      bad = answer.why;
    }
    std::map<std::string, const RbJson*> by_id, by_isrc;
    for (const RbJson& one : content) {
      if (!one.is_object()) continue;
      const std::string href = text_in(one, "href");
      if (const std::string_view id = spotify_id(href); !id.empty()) by_id.emplace(id, &one);
      if (const std::string code = isrc(text_in(one, "isrc")); !code.empty())
        by_isrc.emplace(code, &one);
    }
    for (const WantedTrack& track : tracks) {
      const auto same = by_id.find(track.spotify_id);
      const auto alike = track.isrc.empty() ? by_isrc.end() : by_isrc.find(track.isrc);
      if (!bad.empty()) {
        call_.bucket("failed", bad);
      } else {
        put(track.id, same != by_id.end()      ? same->second
                      : alike != by_isrc.end() ? alike->second
                                               : nullptr);
      }
      call_.next(0);
    }
  }

  /// `known`: nullptr where it is not.
  void put(std::int64_t track, const RbJson* known) {
    rows_.row();
    rows_.set_i64(1, track);
    if (known == nullptr) return;
    std::size_t column = 2;
    for (const SoundFeature& feature : kSoundFeatures) {
      const std::size_t at = column++;
      const auto found = known->find(feature.name);
      if (found == known->end() || !found->is_number()) continue;
      const double value = found->get<double>();
      if (!(value >= feature.low && value <= feature.high)) continue;
      if (feature.is_integer) {
        rows_.set_i32(at, static_cast<std::int32_t>(value));
      } else {
        rows_.set_f32(at, static_cast<float>(value));
      }
    }
  }

  void keep() {
    state_.advance(RbJson{{"asked", call_.record()}}.dump());
    call_.complete(call_.record());
  }

  playlist::SourceCall& call_;
  ReccoBeats reccobeats_;
  playlist::State state_;
  playlist::Rows& rows_;
  int failures_ = 0;
};

class ReccoBeatsAnswers {
 public:
  explicit ReccoBeatsAnswers(playlist::SourceCall& call)
      : reccobeats_(call),
        recommended_(call.rows("recommendations", {{"channel", PLAYLIST_STRING},
                                                   {"score", PLAYLIST_F32},
                                                   {"seed_id", PLAYLIST_I64},
                                                   {"title", PLAYLIST_STRING},
                                                   {"artist", PLAYLIST_STRING},
                                                   {"artist_credit", PLAYLIST_STRING},
                                                   {"spotify_id", PLAYLIST_STRING},
                                                   {"isrc", PLAYLIST_STRING}})),
        questions_(call) {}

  void read() {
    questions_.read([this](const Question& question) { answer(question); });
  }

 private:
  void answer(const Question& question) {
    if (question.question != "similar_tracks")
      throw playlist::Error("ReccoBeats is not asked for " + question.question);
    const std::string seed(spotify_id(question.spotify_id));
    if (seed.empty()) return;
    double score = 1;
    for (const RbJson& track :
         reccobeats_.ask("/track/recommendation?size=" + std::to_string(kReccoBeatsTracks) +
                         "&seeds=" + seed)) {
      if (!track.is_object()) continue;
      const auto [artist, artists] = artist_of(track);
      const std::string id(spotify_id(text_in(track, "href")));
      if (text_in(track, "trackTitle").empty() || artist.empty() || id == seed) continue;
      recommended_.row();
      recommended_.set_text(1, "similar_tracks");
      recommended_.set_f32(2, static_cast<float>(score));
      recommended_.set_i64(3, question.track_id);
      recommended_.set_text(4, text_in(track, "trackTitle"));
      recommended_.set_text(artists == 1 ? 5 : 6, artist);
      recommended_.set_text(7, id);
      recommended_.set_text(8, isrc(text_in(track, "isrc")));
      score *= kNextRecommended;
    }
  }

  /// Their names with commas between, and how many they are.
  static std::pair<std::string, int> artist_of(const RbJson& track) {
    std::string names;
    int count = 0;
    for (const RbJson& artist : list_in(track, "artists")) {
      const std::string name = artist.is_object() ? text_in(artist, "name") : "";
      if (name.empty()) continue;
      names += (count++ > 0 ? ", " : "") + name;
    }
    return {names, count};
  }

  ReccoBeats reccobeats_;
  playlist::Rows& recommended_;
  QuestionReading questions_;
};

class ReccoBeatsSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const {
    if (call.setting("questions")) {
      ReccoBeatsAnswers(call).read();
    } else {
      ReccoBeatsReading(call).read();
    }
  }
};

}  // namespace

constinit const playlist::Element kReccoBeats = playlist::element<ReccoBeatsSource>(
    "source.reccobeats",
    "Audio features of the tracks that you play or like, and tracks like them, from ReccoBeats, by "
    "engine sync.");

}  // namespace source
