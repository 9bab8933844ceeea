// source.musicbrainz: the genres of artists, with whom they play, and the ids of recordings, from
// MusicBrainz.
//
// Asked of   artists, by the setting "questions" (questions.hpp): artist_tags; of tracks: track_ids
// Sent       names of artists, or their MusicBrainz ids where these are known; ISRCs of tracks; no
//            account and no key
// GET        /artist, a search, where the id is not known: the one artist of just that name. Of several
//            of that name none is taken, as nothing tells which it is. Then
//            /artist/MBID?inc=genres+tags+artist-rels; of a track /isrc/ISRC: the one recording, or
//            of several the one of the track's title that is not nearer in length to another
// Rows       "artist_tags": genres, or where there are none the tags that at least two people gave; the
//            weight is their share of the votes of the strongest one; at most ten. "artist_relations" with
//            members and bands, collaborations, other names and projects, as near as the nearest (1).
//            "artists" with the id. "tracks" with the recording's id beside the ISRC
// Limit      one request a second, which the account's rate keeps; above it everything is answered with
//            503, which the engine waits for
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "../ids.hpp"
#include "elements.hpp"
#include "json_answers.hpp"
#include "questions.hpp"

namespace source {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostTags = 10;
constexpr std::int64_t kTagVotes = 2;
constexpr std::int64_t kApartMs = 10'000;  // lengths of one recording, at most
/// Kinds of relations between artists who make music together, or are the same people. A relation of
/// the other kinds, a teacher's or a brother's, says little of how somebody sounds.
constexpr std::string_view kTogether[] = {"member of band", "collaboration", "is person",
                                          "subgroup", "founder"};

/// In quotation marks, with what the search would take for its own language kept from it.
std::string in_quotes(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

class MusicBrainz {
 public:
  explicit MusicBrainz(const playlist::Call& call) : http_(call) {}

  /// Nothing where it knows no such thing. Throws BadAnswer, and playlist::Error where no other
  /// question is worth asking for now.
  [[nodiscard]] std::optional<Json> ask(const std::string& target) const {
    const playlist::HttpAnswer answer = http_.get(target);
    if (answer.status == 0) throw playlist::Error(answer.problem);
    if (answer.status == 503 || answer.status == 429)
      throw playlist::Error(
          "MusicBrainz wants to be asked less often; try again in some minutes, or with "
          "--field requests_per_second=0.5");
    if (answer.status == 403)
      throw playlist::Error("MusicBrainz does not answer this program or this network");
    if (answer.status == 404) return std::nullopt;
    if (!answer.is_ok()) throw BadAnswer{answer.told()};
    Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) throw BadAnswer{"its answer is no JSON"};
    return json;
  }

  /// Its id of the one artist of just this name; "" where there is none, or are several.
  [[nodiscard]] std::string find_artist(const std::string& name) const {
    const std::optional<Json> found = ask(
        "/artist?query=artist:" + playlist::url_encoded(in_quotes(name)) + "&limit=25&fmt=json");
    if (!found) return "";
    std::string id;
    for (const Json& artist : list_in(*found, "artists")) {
      if (!artist.is_object() || bare_name(text_in(artist, "name")) != bare_name(name)) continue;
      if (!id.empty()) return "";
      id = text_in(artist, "id");
    }
    return id;
  }

 private:
  playlist::Http http_;
};

class MusicBrainzReading {
 public:
  explicit MusicBrainzReading(playlist::SourceCall& call)
      : musicbrainz_(call),
        tags_(call.rows(
            "artist_tags",
            {{"artist", PLAYLIST_STRING}, {"tag", PLAYLIST_STRING}, {"weight", PLAYLIST_F32}})),
        relations_(call.rows("artist_relations", {{"artist", PLAYLIST_STRING},
                                                  {"related", PLAYLIST_STRING},
                                                  {"weight", PLAYLIST_F32},
                                                  {"related_mbid", PLAYLIST_STRING}})),
        artists_(
            call.rows("artists", {{"artist", PLAYLIST_STRING}, {"artist_mbid", PLAYLIST_STRING}})),
        tracks_(call.rows("tracks", {{"title", PLAYLIST_STRING},
                                     {"artist", PLAYLIST_STRING},
                                     {"isrc", PLAYLIST_STRING},
                                     {"mbid", PLAYLIST_STRING}})),
        questions_(call) {}

  void read() {
    questions_.read([this](const Question& question) { answer(question); });
  }

 private:
  void answer(const Question& question) {
    if (question.question == "track_ids") return answer_of_track(question);
    if (question.question != "artist_tags")
      throw playlist::Error("MusicBrainz is not asked for " + question.question);
    const std::string id =
        question.mbid.empty() ? musicbrainz_.find_artist(question.artist) : question.mbid;
    if (id.empty()) return;
    const std::optional<Json> artist = musicbrainz_.ask("/artist/" + playlist::url_encoded(id) +
                                                        "?inc=genres+tags+artist-rels&fmt=json");
    if (!artist) return;
    put_tags(question, tags_of(*artist));
    put_relations(question, *artist);
    if (!question.mbid.empty()) return;
    artists_.row();
    artists_.set_text(1, question.artist);
    artists_.set_text(2, id);
  }

  void answer_of_track(const Question& question) {
    if (question.isrc.empty()) return;
    const std::optional<Json> found =
        musicbrainz_.ask("/isrc/" + playlist::url_encoded(question.isrc) + "?fmt=json");
    const std::string id = found ? recording_of(question, list_in(*found, "recordings")) : "";
    if (id.empty()) return;
    tracks_.row();
    tracks_.set_text(1, question.title);
    tracks_.set_text(2, question.artist);
    tracks_.set_text(3, question.isrc);
    tracks_.set_text(4, id);
  }

  /// One ISRC may be on several recordings, by mistake or since they were never joined. "" where nothing
  /// tells them apart.
  static std::string recording_of(const Question& question, const Json& recordings) {
    std::string best;
    std::int64_t nearest = kApartMs + 1;
    bool is_tied = false;
    for (const Json& recording : recordings) {
      if (!recording.is_object()) continue;
      const std::string id = mbid(text_in(recording, "id"));
      if (id.empty()) continue;
      if (recordings.size() == 1) return id;
      if (bare_name(text_in(recording, "title")) != bare_name(question.title)) continue;
      const std::int64_t length = integer_in(recording, "length");
      const std::int64_t apart = length > 0 && question.duration_ms > 0
                                     ? std::abs(length - question.duration_ms)
                                     : kApartMs;
      if (apart > nearest || apart > kApartMs) continue;
      is_tied = apart == nearest;
      nearest = apart;
      best = id;
    }
    return is_tied ? "" : best;
  }

  /// By votes, the most first.
  static std::vector<std::pair<std::int64_t, std::string>> tags_of(const Json& artist) {
    std::vector<std::pair<std::int64_t, std::string>> tags;
    for (const auto& [list, votes] : {std::pair("genres", std::int64_t{1}), {"tags", kTagVotes}}) {
      for (const Json& tag : list_in(artist, list))
        if (tag.is_object() && integer_in(tag, "count") >= votes && !text_in(tag, "name").empty())
          tags.emplace_back(integer_in(tag, "count"), text_in(tag, "name"));
      if (!tags.empty()) break;
    }
    std::ranges::stable_sort(tags, [](const auto& a, const auto& b) { return a.first > b.first; });
    if (tags.size() > kMostTags) tags.resize(kMostTags);
    return tags;
  }

  void put_tags(const Question& question,
                const std::vector<std::pair<std::int64_t, std::string>>& tags) {
    for (const auto& [votes, tag] : tags) {
      tags_.row();
      tags_.set_text(1, question.artist);
      tags_.set_text(2, tag);
      tags_.set_f32(3, static_cast<float>(votes) / static_cast<float>(tags.front().first));
    }
  }

  /// Each once: somebody may have come and gone.
  void put_relations(const Question& question, const Json& artist) {
    std::set<std::string> put;
    for (const Json& relation : list_in(artist, "relations")) {
      if (!relation.is_object() ||
          std::ranges::find(kTogether, text_in(relation, "type")) == std::end(kTogether))
        continue;
      const Json& other = object_in(relation, "artist");
      const std::string name = text_in(other, "name"), id = mbid(text_in(other, "id"));
      if (name.empty() || id.empty() || !put.insert(id).second) continue;
      relations_.row();
      relations_.set_text(1, question.artist);
      relations_.set_text(2, name);
      relations_.set_f32(3, 1);
      relations_.set_text(4, id);
    }
  }

  MusicBrainz musicbrainz_;
  playlist::Rows &tags_, &relations_, &artists_, &tracks_;
  QuestionReading questions_;
};

class MusicBrainzSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const { MusicBrainzReading(call).read(); }
};

}  // namespace

constinit const playlist::Element kMusicBrainz = playlist::element<MusicBrainzSource>(
    "source.musicbrainz",
    "Genres of artists, with whom they play, and ids of recordings, from MusicBrainz.");

}  // namespace source
