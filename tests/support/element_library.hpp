// A library small enough to work every number out by hand, in memory, for tests of elements.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "data/owned_table.hpp"
#include "data/tables.hpp"

namespace support {

/// What is not given has the value of an ordinary track.
struct TinyTrack {
  std::string title = "Song";
  std::vector<std::string> artists;  // the first one is the track's artist; none: missing
  std::vector<std::string> tags = {};
  std::string album = "Album";
  std::int32_t song = -1;  // -1: a song of its own
  std::int32_t duration_ms = 200'000;
  std::int32_t year = 2000;
  float popularity = 50;
  std::uint8_t is_explicit = 0;
  float energy = 0.5f, valence = 0.5f;
  std::string spotify_id = "", isrc = "", mbid = "";
  float loudness = kUnknown, tempo = kUnknown;
  float danceability = kUnknown, acousticness = kUnknown, instrumentalness = kUnknown;

  static constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
};

/// How a listen began and ended, as far as it is told.
struct TinyContext {
  std::string start = "", end = "";  // reasons: "clickrow", "trackdone" ...
  std::uint8_t shuffle = 255;
  std::int32_t ms_played = std::numeric_limits<std::int32_t>::min();
};

/// Tracks, artists and tags are numbered by first mention. Times are given as days before now().
/// Add everything first; asking for a table afterwards builds it once.
class TinyLibrary final : public engine::Tables {
 public:
  static constexpr std::int64_t kNow = 1'700'000'000;

  std::int32_t add(const TinyTrack& track);
  std::int32_t artist(const std::string& name);
  std::int32_t tag(const std::string& name);
  void tag_artist(const std::string& artist_name, const std::string& tag_name, float weight = 1);
  void relate(const std::string& from, const std::string& to, float weight);
  void user_plays(std::int32_t user, const std::vector<std::string>& artists);
  void playlist(const std::vector<std::string>& artists);
  /// What a model learns from: how often somebody played, liked, skipped a track. Users are
  /// numbered from 0; nothing of this shows in the tables of a run.
  void user_track(std::int32_t user, std::int32_t track, float plays = 1);
  void user_like(std::int32_t user, std::int32_t track);
  void user_skip(std::int32_t user, std::int32_t track, float skips = 1);
  /// What was imported of a track: plays, likes, comments, skip rate, completion; NaN not told.
  void engage(std::int32_t track, const std::array<float, 5>& told) { engagement_[track] = told; }
  /// What the user asked for, and of which track it is the prompt.
  void prompt(const std::string& text, double days_ago = 1, std::int32_t track = -1);
  void caption(std::int32_t track, const std::string& text, double days_ago = 1);
  /// What is sung in it; "" for nothing.
  void lyrics(std::int32_t track, const std::string& text) { lyrics_.push_back({track, 0, text}); }
  /// A row of the table "recommendations".
  struct Recommendation {
    std::int32_t track;
    std::string service, channel = "similar_tracks";
    float score = 1;
    std::int32_t seed = INT32_MIN;
  };
  void recommend(Recommendation row) { recommendations_.push_back(std::move(row)); }
  /// Of a text, as a run finds it: folded.
  void embed_text(const std::string& space, const std::string& text,
                  const std::vector<float>& vector);
  /// In the tables "user_listens" and "user_listen_contexts" only.
  void user_listen(std::int32_t user, std::int32_t track, double days_ago, bool is_play = true,
                   bool is_skip = false, const TinyContext& context = {});
  /// All vectors of a space have one length; tracks without one have a row of NaN.
  void embed(const std::string& space, std::int32_t track, const std::vector<float>& vector);

  void like(std::int32_t track, double days_ago = 1);
  void own(std::int32_t track, double days_ago = 1);  // saved, or in a playlist
  void save_artist(const std::string& name);
  void listen(std::int32_t track, double days_ago, bool is_play = true, bool is_skip = false,
              const TinyContext& context = {});
  /// A play of which it is known whether it came in shuffled order; of listen() it is not.
  void listen_in(bool is_shuffled, std::int32_t track, double days_ago);
  void serve(std::int32_t track, double days_ago);
  void ban(std::int32_t track, double days_ago = 1);
  /// A row of the table "rejected"; by an artist of whom everything was rejected where one is named.
  struct Rejection {
    std::int32_t track;
    std::string verdict = "reject", reason = {}, list = {}, artist = {};
  };
  void reject(Rejection rejection) { rejections_.push_back(std::move(rejection)); }
  void ban_artist(const std::string& name, double days_ago = 1);  // the tracks they have by then

  [[nodiscard]] const playlist_table* table(std::string_view name) const override;
  [[nodiscard]] const playlist_lists* lists(std::string_view name) const override;
  [[nodiscard]] const playlist_matrix* embedding(std::string_view space) const override;
  [[nodiscard]] std::int64_t now() const override { return kNow; }

  [[nodiscard]] std::size_t size() const { return tracks_.size(); }
  [[nodiscard]] const TinyTrack& track(std::int32_t number) const {
    return tracks_[static_cast<std::size_t>(number)];
  }
  /// Number of the first artist, INT32_MIN without one.
  [[nodiscard]] std::int32_t artist_of(std::int32_t number) const;

 private:
  using Made = std::unique_ptr<engine::OwnedTable>;
  using Rows = std::vector<std::vector<std::pair<std::int32_t, float>>>;
  struct MadeLists {
    std::vector<std::uint64_t> offsets;
    std::vector<std::int32_t> values;
    std::vector<float> weights;
    playlist_lists view{};
  };
  struct Listen {
    std::int64_t ts;
    std::int32_t track;
    std::uint8_t is_play, is_skip;
    TinyContext context = {};
  };
  struct Dated {
    std::int64_t ts;
    std::int32_t track;
  };
  struct Ban {
    std::int64_t ts;
    std::int32_t track, artist;
  };

  static std::int64_t before_now(double days) {
    return kNow - static_cast<std::int64_t>(std::llround(days * 86'400));
  }
  [[nodiscard]] Made make(const std::string& name) const;
  [[nodiscard]] Made make_tracks() const;
  [[nodiscard]] Made make_named(const std::vector<std::string>& names) const;
  [[nodiscard]] Made make_listens() const;
  [[nodiscard]] Made make_pattern_table(const std::string& name) const;
  [[nodiscard]] Made make_users() const;
  [[nodiscard]] Made make_engagement() const;
  [[nodiscard]] Made make_user_listens() const;
  /// Of the listens of one table, as they lie in it: each with its row of "users".
  [[nodiscard]] static Made make_contexts(
      const std::vector<std::pair<std::int32_t, Listen>>& listens);
  [[nodiscard]] std::vector<std::pair<std::int32_t, Listen>> sorted_user_listens() const;
  [[nodiscard]] std::vector<Listen> sorted_listens() const;
  struct Prompt;
  [[nodiscard]] static Made make_texts(std::vector<Prompt> rows, bool has_tracks);
  [[nodiscard]] Made make_dated(std::vector<Dated> rows, int is_implicit) const;
  [[nodiscard]] Made make_statistics() const;
  [[nodiscard]] Made make_banned() const;
  [[nodiscard]] Made make_rejected() const;
  [[nodiscard]] Made make_recommendations() const;
  [[nodiscard]] Made make_saved_artists(std::int32_t implicit_plays) const;
  [[nodiscard]] Rows rows_of(const std::string& name) const;
  [[nodiscard]] std::vector<std::int32_t> plays_per_track() const;

  std::vector<TinyTrack> tracks_;
  std::vector<std::string> artists_, tags_;
  std::map<std::string, std::int32_t> artist_numbers_, tag_numbers_;
  std::vector<Listen> listens_;
  std::vector<Dated> likes_, library_, served_;
  std::vector<Ban> bans_;
  std::vector<Rejection> rejections_;
  std::vector<Recommendation> recommendations_;
  std::set<std::int32_t> saved_artists_;
  std::map<std::int32_t, std::map<std::int32_t, float>> artist_tags_, relations_;
  std::map<std::int32_t, std::set<std::int32_t>> artist_users_, artist_playlists_;
  std::int32_t playlists_ = 0;
  std::size_t user_count_ = 0;
  std::map<std::int32_t, std::map<std::int32_t, float>> user_tracks_, user_likes_, user_skips_;
  std::map<std::int32_t, std::vector<Listen>> user_listens_;

  std::map<std::string, std::map<std::int32_t, std::vector<float>>, std::less<>> embeddings_;
  std::map<std::int32_t, std::array<float, 5>> engagement_;
  struct Prompt {
    std::int32_t track;  // -1: none
    std::int64_t ts;
    std::string text;
  };
  std::vector<Prompt> prompts_, captions_, lyrics_;
  struct TextVectors {
    std::vector<Prompt> texts;
    std::vector<float> values;
    playlist_matrix view{};
  };
  mutable std::map<std::string, TextVectors, std::less<>> text_vectors_;

  mutable std::map<std::string, Made, std::less<>> made_;
  mutable std::map<std::string, std::unique_ptr<MadeLists>, std::less<>> made_lists_;
  struct MadeMatrix {
    std::vector<float> values;
    playlist_matrix view{};
  };
  mutable std::map<std::string, MadeMatrix, std::less<>> made_matrices_;
};

}  // namespace support
