// source.lrclib: what is sung in the tracks that somebody plays or likes, from LRCLIB.
//
// Asked of   the tracks that the engine names as setting "lyrics_wanted", a JSON array of {"track_id",
//            "artist", "title", "album", "duration_ms"}, in their order; the last two may be missing
// Sent       artist, title, album and length of each, nothing else
// GET        /api/get, where the length is known: one record, or 404 with JSON that says so. Then, and
//            without a length, /api/search: of up to 20 records the first of the same title, artist
//            and, within two seconds, length; one of the same album goes before
// Rows       "lyrics", a record a track: the plain text, else the one with stamps, as ../lyrics.hpp
//            reads it; instrumental; or neither, where it is not found
// State      how many were asked for: what came of it stands in the store, and the engine names only
//            those of which nothing is known
// Fails      what passes is asked for again by the engine. One track whose answer is still bad is in the
//            bucket "failed"; of several behind each other, it is the service
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "../lyrics.hpp"
#include "elements.hpp"
#include "json_answers.hpp"
#include "questions.hpp"

namespace source {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kAtOnce = 20;      // tracks between two steps that are kept
constexpr int kMostFailures = 3;          // behind each other
constexpr double kLengthTolerance = 2.5;  // seconds, of what is rounded

struct WantedTrack {
  std::int64_t id = 0;
  std::string artist, title, album;
  double seconds = 0;  // 0: not known
};

std::vector<WantedTrack> wanted_tracks(std::string_view text) {
  std::vector<WantedTrack> wanted;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) return wanted;
  for (const Json& one : json) {
    if (!one.is_object()) continue;
    WantedTrack track{static_cast<std::int64_t>(number_in(one, "track_id")), text_in(one, "artist"),
                      text_in(one, "title"), text_in(one, "album"),
                      number_in(one, "duration_ms") / 1000};
    if (track.id > 0 && !track.artist.empty() && !track.title.empty())
      wanted.push_back(std::move(track));
  }
  return wanted;
}

class Lrclib {
 public:
  explicit Lrclib(const playlist::Call& call) : http_(call) {}

  /// Nothing where it does not know the track. Throws BadAnswer, and playlist::Error where no
  /// other track is worth asking for now.
  [[nodiscard]] std::optional<Lyrics> find(const WantedTrack& track) const {
    if (track.seconds > 0) {
      const std::optional<Json> record = ask("/api/get", of(track, /*has_length=*/true));
      if (record) {
        if (!record->is_object() || text_in(*record, "trackName").empty())
          throw BadAnswer{"its answer is no record of LRCLIB"};
        return lyrics_of(*record);
      }
    }
    const std::optional<Json> records = ask("/api/search", of(track, /*has_length=*/false));
    if (!records) return std::nullopt;
    if (!records->is_array()) throw BadAnswer{"its answer is no list of records"};
    return best_of(*records, track);
  }

 private:
  static std::string of(const WantedTrack& track, bool has_length) {
    std::string query = "?artist_name=" + playlist::url_encoded(track.artist) +
                        "&track_name=" + playlist::url_encoded(track.title);
    if (has_length && !track.album.empty())
      query += "&album_name=" + playlist::url_encoded(track.album);
    if (has_length) query += "&duration=" + std::to_string(std::lround(track.seconds));
    return query;
  }

  /// Nothing for a 404 of LRCLIB's.
  [[nodiscard]] std::optional<Json> ask(const char* path, const std::string& query) const {
    const playlist::HttpAnswer answer = http_.get(path + query);
    if (answer.status == 0) throw playlist::Error(answer.problem);
    if (answer.status == 429)
      throw playlist::Error("LRCLIB wants to be left alone for a while; try again in some minutes");
    Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (answer.status == 404) {
      if (json.is_object() && json.contains("code")) return std::nullopt;
      throw playlist::Error("what answers there is not LRCLIB");
    }
    if (!answer.is_ok()) throw BadAnswer{answer.told()};
    if (json.is_discarded()) throw BadAnswer{"its answer is no JSON"};
    return json;
  }

  static std::optional<Lyrics> lyrics_of(const Json& record) {
    const auto instrumental = record.find("instrumental");
    if (instrumental != record.end() && instrumental->is_boolean() && instrumental->get<bool>())
      return Lyrics{{}, true};
    for (const char* text : {"plainLyrics", "syncedLyrics"})
      if (Lyrics lyrics = read_lyrics(text_in(record, text)); !lyrics.is_empty()) return lyrics;
    return std::nullopt;
  }

  static std::optional<Lyrics> best_of(const Json& records, const WantedTrack& track) {
    const std::string title = bare_name(track.title), artist = bare_name(track.artist),
                      album = bare_name(track.album);
    std::optional<Lyrics> best;
    for (const Json& record : records) {
      if (!record.is_object() || bare_name(text_in(record, "trackName")) != title ||
          bare_name(text_in(record, "artistName")) != artist)
        continue;
      const double seconds = number_in(record, "duration");
      if (track.seconds > 0 && std::abs(seconds - track.seconds) > kLengthTolerance) continue;
      const bool is_same_album = bare_name(text_in(record, "albumName")) == album;
      if (best && !is_same_album) continue;
      const std::optional<Lyrics> lyrics = lyrics_of(record);
      if (!lyrics) continue;
      best = lyrics;
      if (is_same_album) break;
    }
    return best;
  }

  playlist::Http http_;
};

class LrclibReading {
 public:
  explicit LrclibReading(playlist::SourceCall& call)
      : call_(call),
        lrclib_(call),
        state_(call),
        rows_(call.rows("lyrics", {{"track_id", PLAYLIST_I64},
                                   {"text", PLAYLIST_STRING},
                                   {"instrumental", PLAYLIST_U8}})) {}

  void read() {
    const std::string named(call_.setting("lyrics_wanted").value_or(""));
    if (named.empty()) throw playlist::Error("the engine does not say whose lyrics to ask for");
    const std::vector<WantedTrack> wanted = wanted_tracks(named);
    for (const WantedTrack& track : wanted) {
      take(track);
      const std::int64_t done = call_.record();
      if (done % kAtOnce == 0) keep();
      call_.checkpoint(static_cast<double>(done) / static_cast<double>(wanted.size()));
    }
    state_.advance(Json{{"asked", call_.record()}}.dump());
    call_.finish();
  }

 private:
  void take(const WantedTrack& track) {
    try {
      const std::optional<Lyrics> lyrics = lrclib_.find(track);
      rows_.row();
      rows_.set_i64(1, track.id);
      if (lyrics) rows_.set_text(2, lyrics->text);
      rows_.set_u8(3, lyrics && lyrics->is_instrumental ? 1 : 0);
      failures_ = 0;
    } catch (const BadAnswer& bad) {
      if (++failures_ >= kMostFailures) fail(bad.why);
      call_.bucket("failed", bad.why);
    } catch (const playlist::Error& error) {
      fail(error.what());
    }
    call_.next(0);
  }

  /// What came is kept.
  [[noreturn]] void fail(const std::string& why) {
    keep();
    throw playlist::Error(why);
  }

  void keep() {
    if (call_.record() == 0) return;
    state_.advance(Json{{"asked", call_.record()}}.dump());
    call_.complete(call_.record());
  }

  playlist::SourceCall& call_;
  Lrclib lrclib_;
  playlist::State state_;
  playlist::Rows& rows_;
  int failures_ = 0;
};

class LrclibSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const { LrclibReading(call).read(); }
};

}  // namespace

constinit const playlist::Element kLrclib = playlist::element<LrclibSource>(
    "source.lrclib", "Lyrics of the tracks that you play or like, from LRCLIB, by engine sync.");

}  // namespace source
