// source.deezer_api: related artists and best-known tracks of artists, tracks like those of somebody,
// and their tempo and loudness, from Deezer's public API.
//
// Asked of   artists, by the setting "questions" (questions.hpp): similar_artists, top_tracks; and tracks:
//            similar_tracks. Or the tracks of the setting "features_wanted" (wanted_tracks.hpp) that have
//            an ISRC
// Sent       the names of artists, titles, ISRCs and Deezer's own numbers; no account and no key
// GET        /search/artist, where Deezer's number of the artist is not known yet: of those of the same
//            name the one with the most fans; it is kept as the id "deezer:NUMBER". Then
//            /artist/NUMBER/related, /artist/NUMBER/top, or /artist/NUMBER/radio: what it plays behind an
//            artist. /track/isrc:ISRC, which tells whose it is, too: tempo as "bpm", 0 where it has none,
//            and as "gain" how loud a track is in dB, below 0
// Rows       "artist_relations", the nearer the earlier: 1, 0.95 ...; "tracks"; "artists" with the id;
//            "recommendations" of the channel "similar_tracks", likewise, an artist's once for all of
//            their tracks; "features", a record a track, without values where it is not found
// Errors     stand in the body, whatever the status: 4 (quota), 700 (busy) pass; 800: not found
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "../ids.hpp"
#include "elements.hpp"
#include "json_answers.hpp"
#include "questions.hpp"
#include "wanted_tracks.hpp"

namespace source {
namespace {

using Json = nlohmann::json;

constexpr int kDeezerTries = 4;
constexpr int kQuota = 4, kBusy = 700, kNoData = 800;
constexpr std::int64_t kRelated = 40, kTopTracks = 25, kRadioTracks = 25;
constexpr std::int64_t kTracksAtOnce = 20;  // whose features are kept together
constexpr int kMostBadTracks = 3;           // behind each other
constexpr double kNextRelated = 0.95;       // strength of each behind the one before
constexpr const char* kIdsOfDeezer = "deezer";

class Deezer {
 public:
  explicit Deezer(const playlist::Call& call) : http_(call) {}

  /// Nothing where Deezer knows no such thing. Throws BadAnswer, and playlist::Error where no other
  /// question is worth asking for now.
  [[nodiscard]] std::optional<Json> ask(const std::string& target) const {
    std::string problem;
    for (int attempt = 0; attempt < kDeezerTries; ++attempt) {
      const playlist::HttpAnswer answer = http_.get(target);
      if (answer.status == 0) throw playlist::Error(answer.problem);
      if (answer.status == 429)
        throw playlist::Error(
            "Deezer wants to be left alone for a while; try again in some minutes");
      Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
      if (!json.is_object())
        throw BadAnswer{answer.is_ok() ? "its answer is no JSON" : answer.told()};
      if (const Json& error = object_in(json, "error"); !error.empty()) {
        const std::int64_t code = integer_in(error, "code");
        if (code == kNoData) return std::nullopt;
        problem = "Deezer says: " + text_in(error, "message");
        if (code != kQuota && code != kBusy) throw BadAnswer{problem};
        continue;
      }
      if (!answer.is_ok()) throw BadAnswer{answer.told()};
      return json;
    }
    throw playlist::Error(problem + "; try again in some minutes");
  }

  /// The answer's list "data".
  [[nodiscard]] std::optional<Json> list(const std::string& target) const {
    const std::optional<Json> answer = ask(target);
    if (!answer) return std::nullopt;
    const auto data = answer->find("data");
    if (data == answer->end() || !data->is_array())
      throw BadAnswer{"its answer has no list of data"};
    return *data;
  }

  /// The recording of that code.
  [[nodiscard]] std::optional<Json> find_track(const std::string& code) const {
    std::optional<Json> track = ask("/track/isrc:" + code);
    if (track && isrc(text_in(*track, "isrc")) != code) return std::nullopt;
    return track;
  }

  /// Deezer's number of the artist of that name; 0 where it knows none.
  [[nodiscard]] std::int64_t find_artist(const std::string& name) const {
    const std::optional<Json> found =
        list("/search/artist?q=" + playlist::url_encoded(name) + "&limit=10");
    std::int64_t best = 0, most = -1;
    for (const Json& artist : found.value_or(Json::array())) {
      if (!artist.is_object() || bare_name(text_in(artist, "name")) != bare_name(name)) continue;
      const std::int64_t fans = integer_in(artist, "nb_fan");
      if (integer_in(artist, "id") <= 0 || fans <= most) continue;
      best = integer_in(artist, "id");
      most = fans;
    }
    return best;
  }

 private:
  playlist::Http http_;
};

class DeezerReading {
 public:
  explicit DeezerReading(playlist::SourceCall& call)
      : deezer_(call),
        relations_(call.rows("artist_relations", {{"artist", PLAYLIST_STRING},
                                                  {"related", PLAYLIST_STRING},
                                                  {"weight", PLAYLIST_F32},
                                                  {"related_id", PLAYLIST_STRING}})),
        tracks_(call.rows("tracks", {{"title", PLAYLIST_STRING},
                                     {"artist", PLAYLIST_STRING},
                                     {"album", PLAYLIST_STRING},
                                     {"duration_ms", PLAYLIST_I32},
                                     {"explicit", PLAYLIST_U8},
                                     {"isrc", PLAYLIST_STRING},
                                     {"artwork", PLAYLIST_STRING}})),
        artists_(
            call.rows("artists", {{"artist", PLAYLIST_STRING}, {"artist_id", PLAYLIST_STRING}})),
        recommended_(call.rows("recommendations", {{"channel", PLAYLIST_STRING},
                                                   {"score", PLAYLIST_F32},
                                                   {"seed_id", PLAYLIST_I64},
                                                   {"title", PLAYLIST_STRING},
                                                   {"artist", PLAYLIST_STRING},
                                                   {"album", PLAYLIST_STRING}})),
        questions_(call) {}

  void read() {
    questions_.read([this](const Question& question) { answer(question); });
  }

 private:
  void answer(const Question& question) {
    if (question.question == "similar_tracks") return answer_of_track(question);
    const std::string known = question.id_at(kIdsOfDeezer);
    const std::string number =
        known.empty() ? std::to_string(deezer_.find_artist(question.artist)) : known;
    if (number == "0") return;
    std::optional<Json> list;
    if (question.question == "similar_artists") {
      list = deezer_.list("/artist/" + number + "/related?limit=" + std::to_string(kRelated));
      if (list) put_related(question, *list);
    } else if (question.question == "top_tracks") {
      list = deezer_.list("/artist/" + number + "/top?limit=" + std::to_string(kTopTracks));
      if (list) put_tracks(question, *list);
    } else {
      throw playlist::Error("Deezer is not asked for " + question.question);
    }
    if (known.empty()) put_number(question, number);
  }

  void answer_of_track(const Question& question) {
    const std::int64_t number = artist_of_track(question);
    if (number == 0 || !radios_.insert(number).second) return;
    const std::optional<Json> radio = deezer_.list("/artist/" + std::to_string(number) +
                                                   "/radio?limit=" + std::to_string(kRadioTracks));
    if (radio) put_radio(question, *radio);
  }

  /// By the recording where its code is known, which leaves no doubt.
  [[nodiscard]] std::int64_t artist_of_track(const Question& question) const {
    if (const std::string code = isrc(question.isrc); !code.empty())
      if (const std::optional<Json> track = deezer_.find_track(code))
        return integer_in(object_in(*track, "artist"), "id");
    return deezer_.find_artist(question.artist);
  }

  void put_radio(const Question& question, const Json& list) {
    double score = 1;
    for (const Json& track : list) {
      const std::string title = track.is_object() ? text_in(track, "title") : "";
      const std::string artist =
          track.is_object() ? text_in(object_in(track, "artist"), "name") : "";
      if (title.empty() || artist.empty()) continue;
      recommended_.row();
      recommended_.set_text(1, "similar_tracks");
      recommended_.set_f32(2, static_cast<float>(score));
      recommended_.set_i64(3, question.track_id);
      recommended_.set_text(4, title);
      recommended_.set_text(5, artist);
      recommended_.set_text(6, text_in(object_in(track, "album"), "title"));
      score *= kNextRelated;
    }
  }

  void put_number(const Question& question, const std::string& number) {
    artists_.row();
    artists_.set_text(1, question.artist);
    artists_.set_text(2, kIdsOfDeezer + (":" + number));
  }

  void put_related(const Question& question, const Json& list) {
    double weight = 1;
    for (const Json& artist : list) {
      if (!artist.is_object() || text_in(artist, "name").empty()) continue;
      relations_.row();
      relations_.set_text(1, question.artist);
      relations_.set_text(2, text_in(artist, "name"));
      relations_.set_f32(3, static_cast<float>(weight));
      if (const std::int64_t id = integer_in(artist, "id"); id > 0)
        relations_.set_text(4, kIdsOfDeezer + (":" + std::to_string(id)));
      weight *= kNextRelated;
    }
  }

  /// Their own alone: the list also holds those that they only appear on.
  void put_tracks(const Question& question, const Json& list) {
    for (const Json& track : list) {
      if (!track.is_object() || text_in(track, "title").empty()) continue;
      const std::string artist = text_in(object_in(track, "artist"), "name");
      if (bare_name(artist) != bare_name(question.artist)) continue;
      tracks_.row();
      tracks_.set_text(1, text_in(track, "title"));
      tracks_.set_text(2, question.artist);
      tracks_.set_text(3, text_in(object_in(track, "album"), "title"));
      if (const std::int64_t seconds = integer_in(track, "duration");
          seconds > 0 && seconds < 86'400)
        tracks_.set_i32(4, static_cast<std::int32_t>(seconds * 1000));
      if (const auto is_explicit = track.find("explicit_lyrics");
          is_explicit != track.end() && is_explicit->is_boolean())
        tracks_.set_u8(5, is_explicit->get<bool>() ? 1 : 0);
      tracks_.set_text(6, text_in(track, "isrc"));
      tracks_.set_text(7, text_in(object_in(track, "album"), "cover_medium"));
    }
  }

  Deezer deezer_;
  playlist::Rows &relations_, &tracks_, &artists_, &recommended_;
  std::set<std::int64_t> radios_;  // artists whose radio has come
  QuestionReading questions_;
};

class DeezerFeatures {
 public:
  explicit DeezerFeatures(playlist::SourceCall& call)
      : call_(call),
        deezer_(call),
        state_(call),
        rows_(call.rows(
            "features",
            {{"track_id", PLAYLIST_I64}, {"tempo", PLAYLIST_F32}, {"loudness", PLAYLIST_F32}})) {}

  void read() {
    std::vector<WantedTrack> wanted = wanted_tracks(call_);
    std::erase_if(wanted, [](const WantedTrack& track) { return track.isrc.empty(); });
    for (const WantedTrack& track : wanted) {
      take(track);
      call_.next(0);
      if (call_.record() % kTracksAtOnce == 0) keep();
      call_.checkpoint(static_cast<double>(call_.record()) / static_cast<double>(wanted.size()));
    }
    state_.advance(asked());
    call_.finish();
  }

 private:
  /// What came before it is kept where no other is worth asking for.
  void take(const WantedTrack& wanted) {
    try {
      put(wanted, deezer_.find_track(wanted.isrc).value_or(Json::object()));
      failures_ = 0;
    } catch (const BadAnswer& bad) {
      if (++failures_ == kMostBadTracks) fail(bad.why);
      call_.bucket("failed", bad.why);
    } catch (const playlist::Error& error) {
      fail(error.what());
    }
  }

  void put(const WantedTrack& wanted, const Json& track) {
    rows_.row();
    rows_.set_i64(1, wanted.id);
    const double tempo = number_in(track, "bpm"), loudness = number_in(track, "gain");
    if (tempo >= 1 && tempo <= 1000) rows_.set_f32(2, static_cast<float>(tempo));
    if (loudness >= -60 && loudness < 0) rows_.set_f32(3, static_cast<float>(loudness));
  }

  [[noreturn]] void fail(const std::string& why) {
    if (call_.record() > 0) keep();
    throw playlist::Error(why);
  }

  void keep() {
    state_.advance(asked());
    call_.complete(call_.record());
  }
  /// For the engine, which knows by the rows whom it has asked about.
  [[nodiscard]] std::string asked() const { return Json{{"asked", call_.record()}}.dump(); }

  playlist::SourceCall& call_;
  Deezer deezer_;
  playlist::State state_;
  playlist::Rows& rows_;
  int failures_ = 0;
};

class DeezerSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const {
    if (call.setting("questions")) {
      DeezerReading(call).read();
    } else {
      DeezerFeatures(call).read();
    }
  }
};

}  // namespace

constinit const playlist::Element kDeezerApi = playlist::element<DeezerSource>(
    "source.deezer_api",
    "Tempo and loudness of tracks that you play, tracks like them, related artists and best-known "
    "tracks of artists, from Deezer.");

}  // namespace source
