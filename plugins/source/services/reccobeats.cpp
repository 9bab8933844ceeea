// source.reccobeats: what tracks sound like that somebody plays or likes, from ReccoBeats.
//
// Asked of   the tracks that the engine names as setting "features_wanted", a JSON array of {"track_id",
//            "spotify_id", "isrc"}, in their order; the last may be missing
// Sent       Spotify ids, 40 at once, the most it takes
// GET        /audio-features?ids=...: {"content": [...]}, in any order and without those that it does not
//            know. A track is found by the Spotify id in "href", else by its ISRC; "id" is ReccoBeats' own
// Rows       "features", a record a track: values within their ranges; a tempo of 0 is none, and so is a
//            key of -1. No values where it is not found
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
#include <vector>

#include <nlohmann/json.hpp>

#include "../ids.hpp"
#include "elements.hpp"

namespace source {
namespace {

using RbJson = nlohmann::json;

constexpr std::size_t kIdsAtOnce = 40;
constexpr int kMostBadAnswers = 3;  // behind each other

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

std::string rb_text(const RbJson& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

struct AskedTrack {
  std::int64_t id = 0;
  std::string spotify_id, isrc;
};

std::vector<AskedTrack> asked_tracks(std::string_view text) {
  std::vector<AskedTrack> asked;
  const RbJson json = RbJson::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) return asked;
  for (const RbJson& one : json) {
    if (!one.is_object() || !one.contains("track_id") || !one["track_id"].is_number_integer())
      continue;
    AskedTrack track{one["track_id"].get<std::int64_t>(),
                     std::string(spotify_id(rb_text(one, "spotify_id"))),
                     isrc(rb_text(one, "isrc"))};
    if (track.id > 0 && !track.spotify_id.empty()) asked.push_back(std::move(track));
  }
  return asked;
}

/// A bad answer about forty tracks.
struct BadFeatures {
  std::string why;
};

class ReccoBeats {
 public:
  explicit ReccoBeats(const playlist::Call& call) : http_(call) {}

  /// What it knows, in its order. Throws BadFeatures, and playlist::Error where nothing else is worth
  /// asking for now.
  [[nodiscard]] std::vector<RbJson> ask(const std::vector<AskedTrack>& tracks) const {
    std::string target = "/audio-features?ids=";
    for (std::size_t k = 0; k < tracks.size(); ++k)
      target += (k > 0 ? "," : "") + tracks[k].spotify_id;
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
    if (answer.status == 404) throw playlist::Error("what answers there is not ReccoBeats");
    const RbJson json = RbJson::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_ok()) throw BadFeatures{told(answer, json)};
    if (!json.is_object() || !json.contains("content") || !json["content"].is_array())
      throw BadFeatures{"its answer is no list of features"};
    return {json["content"].begin(), json["content"].end()};
  }

 private:
  /// {"status": 4004, "errors": [{"message": "..."}]}
  static std::string told(const playlist::HttpAnswer& answer, const RbJson& json) {
    std::string text = answer.told();
    if (json.is_object() && json.contains("errors") && json["errors"].is_array())
      for (const RbJson& error : json["errors"])
        if (error.is_object()) text += ": " + rb_text(error, "message");
    return text;
  }

  playlist::Http http_;
};

class ReccoBeatsReading {
 public:
  explicit ReccoBeatsReading(playlist::SourceCall& call)
      : call_(call), reccobeats_(call), state_(call), rows_(call.rows("features", columns())) {}

  void read() {
    const std::string named(call_.setting("features_wanted").value_or(""));
    if (named.empty()) throw playlist::Error("the engine does not say whose features to ask for");
    const std::vector<AskedTrack> asked = asked_tracks(named);
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

  void take(const std::vector<AskedTrack>& tracks) {
    std::vector<RbJson> content;
    std::string bad;
    try {
      content = reccobeats_.ask(tracks);
      failures_ = 0;
    } catch (const BadFeatures& answer) {
      if (++failures_ >= kMostBadAnswers) throw playlist::Error(answer.why);
      bad = answer.why;
    }
    std::map<std::string, const RbJson*> by_id, by_isrc;
    for (const RbJson& one : content) {
      if (!one.is_object()) continue;
      const std::string href = rb_text(one, "href");
      if (const std::string_view id = spotify_id(href); !id.empty()) by_id.emplace(id, &one);
      if (const std::string code = isrc(rb_text(one, "isrc")); !code.empty())
        by_isrc.emplace(code, &one);
    }
    for (const AskedTrack& track : tracks) {
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

class ReccoBeatsSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const { ReccoBeatsReading(call).read(); }
};

}  // namespace

constinit const playlist::Element kReccoBeats = playlist::element<ReccoBeatsSource>(
    "source.reccobeats",
    "Audio features of the tracks that you play or like, from ReccoBeats, by engine sync.");

}  // namespace source
