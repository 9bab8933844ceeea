#include "lastfm_answers.hpp"

#include "playlist/remote.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "questions.hpp"

namespace source {
namespace {

using lastfm::list_of;
using lastfm::name_of;
using lastfm::part_of;
using lastfm::real_of;
using lastfm::text_of;
using LastfmJson = lastfm::Json;

constexpr std::int64_t kSimilarArtists = 50, kTopOfArtist = 25, kSimilarTracks = 20;
constexpr std::size_t kMostTags = 10;
constexpr double kLeastTag = 10;  // of Last.fm's counts, which are 100 for the strongest
constexpr std::int64_t kFriends = 25, kPlaysOfFriend = 50;

/// What people write there that is no kind of music.
bool is_about_music(std::string_view tag, std::string_view artist) {
  static constexpr std::array<std::string_view, 9> kOthers = {
      "seen live", "favorites", "favourites",   "favorite", "favourite",
      "love",      "loved",     "albums i own", "spotify"};
  const auto lower = [](std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    });
    return made;
  };
  const std::string word = lower(tag);
  return std::ranges::find(kOthers, word) == kOthers.end() && word != lower(artist) &&
         word.find_first_not_of("0123456789s") != word.npos;  // years, decades
}

/// The strongest, each with its share of the first.
std::vector<std::pair<std::string, float>> tags_about_music(const std::vector<LastfmJson>& list,
                                                            const std::string& artist) {
  std::vector<std::pair<std::string, float>> tags;
  double most = 0;
  for (const LastfmJson& tag : list) {
    const double count = real_of(tag, "count").value_or(0);
    if (count < kLeastTag || !is_about_music(name_of(tag), artist) || tags.size() == kMostTags)
      continue;
    if (tags.empty()) most = count;
    tags.emplace_back(name_of(tag), static_cast<float>(count / most));
  }
  return tags;
}

class LastfmAnswers {
 public:
  explicit LastfmAnswers(playlist::SourceCall& call)
      : server_(call),
        relations_(call.rows("artist_relations", {{"artist", PLAYLIST_STRING},
                                                  {"related", PLAYLIST_STRING},
                                                  {"weight", PLAYLIST_F32},
                                                  {"related_mbid", PLAYLIST_STRING}})),
        tracks_(call.rows("tracks", {{"title", PLAYLIST_STRING}, {"artist", PLAYLIST_STRING}})),
        tags_(call.rows(
            "artist_tags",
            {{"artist", PLAYLIST_STRING}, {"tag", PLAYLIST_STRING}, {"weight", PLAYLIST_F32}})),
        track_tags_(call.rows(
            "track_tags",
            {{"track_id", PLAYLIST_I64}, {"tag", PLAYLIST_STRING}, {"weight", PLAYLIST_F32}})),
        recommended_(call.rows("recommendations", {{"channel", PLAYLIST_STRING},
                                                   {"score", PLAYLIST_F32},
                                                   {"seed_id", PLAYLIST_I64},
                                                   {"title", PLAYLIST_STRING},
                                                   {"artist", PLAYLIST_STRING}})),
        questions_(call) {}

  void read() {
    questions_.read([this](const Question& question) { answer(question); });
  }

 private:
  void answer(const Question& question) {
    const std::string artist = "&artist=" + playlist::url_encoded(question.artist);
    if (question.question == "similar_artists") {
      put_similar_artists(
          question, find("artist.getSimilar", "similarartists", artist, kSimilarArtists, "artist"));
    } else if (question.question == "top_tracks") {
      put_top_tracks(question,
                     find("artist.getTopTracks", "toptracks", artist, kTopOfArtist, "track"));
    } else if (question.question == "artist_tags") {
      put_tags(question, find("artist.getTopTags", "toptags", artist, 0, "tag"));
    } else if (question.question == "similar_tracks") {
      put_similar_tracks(question, find("track.getSimilar", "similartracks",
                                        artist + "&track=" + playlist::url_encoded(question.title),
                                        kSimilarTracks, "track"));
    } else if (question.question == "track_tags") {
      put_track_tags(question,
                     find("track.getTopTags", "toptags",
                          artist + "&track=" + playlist::url_encoded(question.title), 0, "tag"));
    } else {
      throw playlist::Error("Last.fm is not asked for " + question.question);
    }
  }

  /// The answer's list; empty where Last.fm knows no such thing.
  [[nodiscard]] std::vector<LastfmJson> find(const char* method, const char* name,
                                             const std::string& of, std::int64_t most,
                                             const char* list) const {
    const std::string more =
        of + "&autocorrect=1" + (most > 0 ? "&limit=" + std::to_string(most) : std::string());
    try {
      const std::optional<LastfmJson> found = server_.find(method, name, more);
      return found ? list_of(*found, list) : std::vector<LastfmJson>();
    } catch (const lastfm::Passing& problem) {
      throw BadAnswer{problem.what()};
    }
  }

  void put_similar_artists(const Question& question, const std::vector<LastfmJson>& list) {
    for (const LastfmJson& artist : list) {
      const std::string name = name_of(artist);
      const double match = real_of(artist, "match").value_or(0);
      if (name.empty() || !(match > 0)) continue;
      relations_.row();
      relations_.set_text(1, question.artist);
      relations_.set_text(2, name);
      relations_.set_f32(3, static_cast<float>(match));
      relations_.set_text(4, text_of(artist, "mbid"));
    }
  }

  void put_top_tracks(const Question& question, const std::vector<LastfmJson>& list) {
    for (const LastfmJson& track : list) {
      if (name_of(track).empty()) continue;
      tracks_.row();
      tracks_.set_text(1, name_of(track));
      tracks_.set_text(2, question.artist);
    }
  }

  void put_tags(const Question& question, const std::vector<LastfmJson>& list) {
    for (const auto& [tag, share] : tags_about_music(list, question.artist)) {
      tags_.row();
      tags_.set_text(1, question.artist);
      tags_.set_text(2, tag);
      tags_.set_f32(3, share);
    }
  }

  void put_track_tags(const Question& question, const std::vector<LastfmJson>& list) {
    for (const auto& [tag, share] : tags_about_music(list, question.artist)) {
      track_tags_.row();
      track_tags_.set_i64(1, question.track_id);
      track_tags_.set_text(2, tag);
      track_tags_.set_f32(3, share);
    }
  }

  void put_similar_tracks(const Question& question, const std::vector<LastfmJson>& list) {
    for (const LastfmJson& track : list) {
      const std::string artist = name_of(part_of(track, "artist"));
      if (name_of(track).empty() || artist.empty()) continue;
      recommended_.row();
      recommended_.set_text(1, "similar_tracks");
      recommended_.set_f32(2, static_cast<float>(real_of(track, "match").value_or(0)));
      recommended_.set_i64(3, question.track_id);
      recommended_.set_text(4, name_of(track));
      recommended_.set_text(5, artist);
    }
  }

  lastfm::Server server_;
  playlist::Rows &relations_, &tracks_, &tags_, &track_tags_, &recommended_;
  QuestionReading questions_;
};

/// Title and artist.
using Song = std::pair<std::string, std::string>;

}  // namespace

void answer_lastfm_questions(playlist::SourceCall& call) {
  LastfmAnswers(call).read();
}

void put_friends(playlist::SourceCall& call, const lastfm::Server& server) {
  std::map<Song, std::set<std::string>> heard_by;
  for (const LastfmJson& one : server.friends(kFriends)) {
    const std::string name = name_of(one);
    if (name.empty()) continue;
    call.checkpoint();
    LastfmJson recent;
    try {
      recent = server.ask_of(name, "user.getRecentTracks", "recenttracks",
                             "&limit=" + std::to_string(kPlaysOfFriend));
    } catch (const playlist::Error&) {
      continue;  // one who keeps it to themselves
    }
    for (const LastfmJson& track : list_of(recent, "track"))
      if (const Song song{name_of(track), name_of(part_of(track, "artist"))};
          !song.first.empty() && !song.second.empty())
        heard_by[song].insert(name);
  }
  call.whole_list("recommendations", "friends");
  playlist::Rows& rows = call.rows("recommendations", {{"channel", PLAYLIST_STRING},
                                                       {"score", PLAYLIST_F32},
                                                       {"title", PLAYLIST_STRING},
                                                       {"artist", PLAYLIST_STRING}});
  for (const auto& [song, friends] : heard_by) {
    rows.row();
    rows.set_text(1, "friends");
    rows.set_f32(2, static_cast<float>(friends.size()));
    rows.set_text(3, song.first);
    rows.set_text(4, song.second);
    call.next(0);
  }
}

}  // namespace source
