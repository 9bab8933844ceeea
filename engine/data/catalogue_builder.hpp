// Collects the catalogue in id order, then renumbers it by (known, id), then derives lists; or takes
// over a file made before, and adds behind it what came. Internal to engine/data.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/column_file.hpp"
#include "data/features.hpp"
#include "data/listen_scan.hpp"
#include "data/numbering.hpp"
#include "data/stored_tables.hpp"
#include "data/text_column.hpp"
#include "store/store.hpp"

namespace engine {

/// Called in the order of its public functions; or take_over(), add_later() and describe().
class CatalogueBuilder {
 public:
  CatalogueBuilder(const Store& store, const std::function<void(const std::string&)>& verbose)
      : store_(store), verbose_(verbose) {}

  void read_artists();
  void read_tracks();
  void read_tags();
  void read_pairs();
  void note_likes_and_playlists();
  void note_listens(const std::vector<FirstHeard>& heard);
  void number_everything();
  void make_lists_of_pairs();
  void read_embeddings();
  void read_stored_tables();
  void read_prompt_vectors();
  void read_service_features();
  void make_features();
  void describe(ColumnWriter& writer);

  /// What `before` holds; its numbers stay (catalogue_extension.cpp).
  void take_over(const ColumnFile& before);
  /// What listens that came since add: `heard` by them alone. False where numbers of before could
  /// not stay.
  bool add_later(const std::vector<FirstHeard>& heard);

 private:
  struct Artists {
    std::vector<std::int64_t> id, known;
    TextColumn name;
    std::vector<float> popularity;
    std::array<std::vector<float>, kNumericFeatureCount> means;
    std::vector<std::int32_t> track_count;
  };
  struct Tracks {
    std::vector<std::int64_t> id, known, artist_id;
    TextColumn title, album, version, spotify_id, isrc, mbid;
    std::vector<std::int32_t> artist, artist_name, song, duration_ms, year;
    std::vector<float> popularity;
    std::vector<std::uint8_t> is_explicit, in_catalogue;
    std::array<std::vector<float>, kNumericFeatureCount> features;
    std::vector<std::int32_t> key, mode, time_signature;
    Dictionary song_keys;
  };
  struct Tags {
    std::vector<std::int64_t> id, known;
    TextColumn name;
    std::vector<std::int32_t> track_count;
  };
  struct Space {
    std::string name;
    std::size_t dim = 0;
    std::vector<float> vectors;
  };
  /// What services told, by track and service, with its time.
  struct ServiceFeatures {
    std::vector<std::int32_t> track, key, mode;
    std::vector<std::int64_t> ts;
    std::array<std::vector<float>, kNumericFeatureCount> features;
  };
  struct PromptVectors {
    Space space;  // named "prompt_vectors:SPACE"
    TextColumn text;
    std::vector<std::int64_t> ts;  // ascending
  };

  static void lower(std::vector<std::int64_t>& known, std::int32_t place, std::int64_t since) {
    std::int64_t& earliest = known[static_cast<std::size_t>(place)];
    earliest = std::min(earliest, since);
  }
  void note_track(std::int64_t id, std::int64_t since) {
    const std::int32_t place = track_places_.number(id);
    if (place >= 0) lower(tracks_.known, place, since);
  }
  void note_artist(std::int64_t id, std::int64_t since) {
    const std::int32_t place = artist_places_.number(id);
    if (place >= 0) lower(artists_.known, place, since);
  }
  [[nodiscard]] Statement select_artists(const std::string& which) const;
  [[nodiscard]] Statement select_tracks(const std::string& which) const;
  void add_artist(const Statement& row);
  void add_track(const Statement& row);
  void read_features(const Statement& rows, int first_column);
  void pass_known_on();
  void number_songs();
  void add_users_of_artists(const std::vector<FirstHeard>& heard);

  // catalogue_extension.cpp
  struct Later;
  [[nodiscard]] bool are_known_before(const std::vector<FirstHeard>& heard) const;
  [[nodiscard]] std::optional<Later> later_tracks(const std::vector<FirstHeard>& heard) const;
  [[nodiscard]] bool find_later_artists(Later& later) const;
  void add_later_artists(const Later& later);
  bool add_later_tracks(const Later& later);
  [[nodiscard]] std::int32_t song_of(std::string_view song_key, std::size_t first_tracks) const;
  void extend_lists(const Later& later);
  void add_listeners(const std::vector<FirstHeard>& heard);
  [[nodiscard]] float mean_of_artist(std::int32_t artist, std::size_t feature) const;
  void extend_features(std::size_t first);

  const Store& store_;
  const std::function<void(const std::string&)>& verbose_;
  Artists artists_;
  Tracks tracks_;
  Tags tags_;
  IdMap artist_places_, track_places_, tag_places_;  // by id: places while reading, then numbers
  // Rows and values are places while reading, then numbers.
  std::vector<ListEntry> track_artist_, track_tag_, artist_tag_, artist_relation_, artist_user_,
      artist_playlist_;
  Lists track_artists_, artist_tracks_, track_tags_, tag_tracks_, artist_tags_, artist_relations_,
      artist_users_, artist_playlists_;
  std::vector<Space> spaces_;
  std::optional<StoredTables> stored_;
  ServiceFeatures service_features_;
  std::deque<PromptVectors> prompt_vectors_;  // their dictionaries stay where they are
  FeaturesOrArtist features_;
  std::array<std::vector<std::int64_t>, 3> coverage_;
  std::vector<std::int64_t> newest_users_,
      newest_times_;  // the last listen of each that is in here
};

}  // namespace engine
