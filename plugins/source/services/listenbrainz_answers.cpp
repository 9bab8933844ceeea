// similar_artists  labs /similar-artists/json, by the algorithm that the account names: strength is the
//                  score, as a share of the highest
// top_tracks       /1/popularity/top-recordings-for-artist: those that are the artist's first
// artist_tags      /1/metadata/artist/: genres by votes, else tags that two people gave
// similar_tracks   labs /similar-recordings/json, likewise: recommendations of that channel, the score as a
//                  share of the highest
// All of it is asked for by MusicBrainz ids: of an artist or a track without one ListenBrainz knows nothing.
#include "listenbrainz_answers.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../ids.hpp"
#include "questions.hpp"
#include "shared/listenbrainz/server.hpp"

namespace source {
namespace {

using listenbrainz::number_of;
using listenbrainz::part_of;
using listenbrainz::text_of;
using AnswerJson = listenbrainz::Json;

constexpr std::size_t kMostSimilar = 50, kMostTopTracks = 25, kMostArtistTags = 10,
                      kMostSimilarTracks = 20;
constexpr double kVotesOfTag = 2;

class ListenbrainzAnswers {
 public:
  explicit ListenbrainzAnswers(playlist::SourceCall& call)
      : server_(call),
        labs_(call.setting("labs_address").value_or(std::string_view())),
        algorithm_(call.setting("similar_artists_algorithm").value_or(std::string_view())),
        tracks_algorithm_(
            call.setting("similar_recordings_algorithm").value_or(std::string_view())),
        relations_(call.rows("artist_relations", {{"artist", PLAYLIST_STRING},
                                                  {"related", PLAYLIST_STRING},
                                                  {"weight", PLAYLIST_F32},
                                                  {"related_mbid", PLAYLIST_STRING}})),
        tracks_(call.rows("tracks", {{"title", PLAYLIST_STRING},
                                     {"artist", PLAYLIST_STRING},
                                     {"album", PLAYLIST_STRING},
                                     {"duration_ms", PLAYLIST_I32},
                                     {"mbid", PLAYLIST_STRING}})),
        tags_(call.rows(
            "artist_tags",
            {{"artist", PLAYLIST_STRING}, {"tag", PLAYLIST_STRING}, {"weight", PLAYLIST_F32}})),
        recommended_(call.rows("recommendations", {{"channel", PLAYLIST_STRING},
                                                   {"score", PLAYLIST_F32},
                                                   {"seed_id", PLAYLIST_I64},
                                                   {"title", PLAYLIST_STRING},
                                                   {"artist_credit", PLAYLIST_STRING},
                                                   {"album", PLAYLIST_STRING},
                                                   {"mbid", PLAYLIST_STRING}})),
        questions_(call) {
    while (labs_.ends_with('/')) labs_.pop_back();
  }

  void read() {
    questions_.read([this](const Question& question) { answer(question); });
  }

 private:
  void answer(const Question& question) {
    const std::string id = mbid(question.mbid);
    if (question.question == "similar_artists") {
      if (!id.empty()) put_similar(question, id);
    } else if (question.question == "top_tracks") {
      if (!id.empty()) put_tracks(question, id);
    } else if (question.question == "artist_tags") {
      if (!id.empty()) put_tags(question, id);
    } else if (question.question == "similar_tracks") {
      if (!id.empty()) put_similar_tracks(question, id);
    } else {
      throw playlist::Error("ListenBrainz is not asked for " + question.question);
    }
  }

  /// A list; an empty one where it knows no such artist.
  [[nodiscard]] AnswerJson list(const std::string& target) const {
    try {
      AnswerJson found = server_.find(target).value_or(AnswerJson::array());
      if (found.is_null()) found = AnswerJson::array();
      if (!found.is_array()) throw BadAnswer{"its answer is no list"};
      return found;
    } catch (const playlist::Error& error) {
      throw BadAnswer{error.what()};
    }
  }

  void put_similar(const Question& question, const std::string& id) {
    std::vector<std::pair<double, const AnswerJson*>> similar;
    const AnswerJson found = list(labs_ + "/similar-artists/json?artist_mbids=" + id +
                                  "&algorithm=" + playlist::url_encoded(algorithm_));
    for (const AnswerJson& artist : found)
      if (const double score = number_of(artist, "score").value_or(0);
          score > 0 && !text_of(artist, "name").empty() && text_of(artist, "artist_mbid") != id)
        similar.emplace_back(score, &artist);
    std::ranges::stable_sort(similar,
                             [](const auto& a, const auto& b) { return a.first > b.first; });
    if (similar.size() > kMostSimilar) similar.resize(kMostSimilar);
    for (const auto& [score, artist] : similar) {
      relations_.row();
      relations_.set_text(1, question.artist);
      relations_.set_text(2, text_of(*artist, "name"));
      relations_.set_f32(3, static_cast<float>(score / similar.front().first));
      relations_.set_text(4, mbid(text_of(*artist, "artist_mbid")));
    }
  }

  void put_similar_tracks(const Question& question, const std::string& id) {
    std::vector<std::pair<double, const AnswerJson*>> similar;
    const AnswerJson found = list(labs_ + "/similar-recordings/json?recording_mbids=" + id +
                                  "&algorithm=" + playlist::url_encoded(tracks_algorithm_));
    for (const AnswerJson& track : found)
      if (const double score = number_of(track, "score").value_or(0);
          score > 0 && !text_of(track, "recording_name").empty() &&
          !text_of(track, "artist_credit_name").empty() &&
          mbid(text_of(track, "recording_mbid")) != id)
        similar.emplace_back(score, &track);
    std::ranges::stable_sort(similar,
                             [](const auto& a, const auto& b) { return a.first > b.first; });
    if (similar.size() > kMostSimilarTracks) similar.resize(kMostSimilarTracks);
    for (const auto& [score, track] : similar) {
      recommended_.row();
      recommended_.set_text(1, "similar_tracks");
      recommended_.set_f32(2, static_cast<float>(score / similar.front().first));
      recommended_.set_i64(3, question.track_id);
      recommended_.set_text(4, text_of(*track, "recording_name"));
      recommended_.set_text(5, text_of(*track, "artist_credit_name"));
      recommended_.set_text(6, text_of(*track, "release_name"));
      recommended_.set_text(7, mbid(text_of(*track, "recording_mbid")));
    }
  }

  void put_tracks(const Question& question, const std::string& id) {
    std::size_t count = 0;
    for (const AnswerJson& track : list("/1/popularity/top-recordings-for-artist/" + id)) {
      const AnswerJson& artists = part_of(track, "artist_mbids");
      const bool is_theirs = artists.is_array() && !artists.empty() &&
                             artists.front().is_string() &&
                             mbid(artists.front().get_ref<const std::string&>()) == id;
      if (!is_theirs || text_of(track, "recording_name").empty()) continue;
      tracks_.row();
      tracks_.set_text(1, text_of(track, "recording_name"));
      tracks_.set_text(2, question.artist);
      tracks_.set_text(3, text_of(track, "release_name"));
      if (const double length = number_of(track, "length").value_or(0);
          length > 0 && length < 86'400'000)
        tracks_.set_i32(4, static_cast<std::int32_t>(length));
      tracks_.set_text(5, mbid(text_of(track, "recording_mbid")));
      if (++count == kMostTopTracks) break;
    }
  }

  void put_tags(const Question& question, const std::string& id) {
    std::vector<std::pair<double, std::string>> genres, tags;
    for (const AnswerJson& artist : list("/1/metadata/artist/?artist_mbids=" + id + "&inc=tag")) {
      const AnswerJson& all = part_of(part_of(artist, "tag"), "artist");
      if (!all.is_array()) continue;
      for (const AnswerJson& tag : all) {
        const double votes = number_of(tag, "count").value_or(0);
        const std::string name = text_of(tag, "tag");
        if (name.empty() || votes <= 0) continue;
        if (!text_of(tag, "genre_mbid").empty()) genres.emplace_back(votes, name);
        if (votes >= kVotesOfTag) tags.emplace_back(votes, name);
      }
    }
    if (genres.empty()) genres = std::move(tags);
    std::ranges::stable_sort(genres,
                             [](const auto& a, const auto& b) { return a.first > b.first; });
    if (genres.size() > kMostArtistTags) genres.resize(kMostArtistTags);
    for (const auto& [votes, name] : genres) {
      tags_.row();
      tags_.set_text(1, question.artist);
      tags_.set_text(2, name);
      tags_.set_f32(3, static_cast<float>(votes / genres.front().first));
    }
  }

  listenbrainz::Server server_;
  std::string labs_, algorithm_, tracks_algorithm_;
  playlist::Rows &relations_, &tracks_, &tags_, &recommended_;
  QuestionReading questions_;
};

}  // namespace

void answer_listenbrainz_questions(playlist::SourceCall& call) {
  ListenbrainzAnswers(call).read();
}

}  // namespace source
