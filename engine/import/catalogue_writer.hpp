// Writes the tables of the shared catalogue: "tracks", "artists", "tags", "artist_tags",
// "artist_relations". The first catalogue that gives a value wins; tags are united.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "import/file_context.hpp"
#include "import/name_book.hpp"
#include "import/record_buckets.hpp"
#include "import/track_matcher.hpp"
#include "store/store.hpp"

namespace engine::import {

class CatalogueWriter {
 public:
  CatalogueWriter(Store& store, NameBook& names, TrackMatcher& matcher);

  /// The track of each row, 0 none. What a service tells is known from now on, not always.
  std::vector<std::int64_t> write_tracks(const TableView& table, const FileContext& file,
                                         RecordBuckets& records);
  void write_artists(const TableView& table, RecordBuckets& records);
  void write_tags(const TableView& table, RecordBuckets& records);
  /// Weights of a pair add up, but of a service's: what it said first counts.
  void write_artist_tags(const TableView& table, const FileContext& file, RecordBuckets& records);
  /// What a track has already stays, with its weight.
  void write_track_tags(const TableView& table, RecordBuckets& records);
  /// A service's hold from now on.
  void write_artist_relations(const TableView& table, const FileContext& file,
                              RecordBuckets& records);
  /// `tracks`: the track of each row, 0 none. What the row tells takes the place of what was known,
  /// as of the day of this import; what it does not tell stays.
  void write_engagement(const TableView& table, std::span<const std::int64_t> tracks,
                        const FileContext& file, RecordBuckets& records);

 private:
  class TrackValues;
  bool fill_values(std::int64_t track, const TrackValues& values, std::size_t row);
  bool add_track_tags(std::int64_t track, std::string_view tags);
  bool add_artist_tags(std::int64_t artist, std::string_view tags);
  bool fill_artist(std::int64_t artist, const TableView& table, std::size_t row);

  Store& store_;
  NameBook& names_;
  TrackMatcher& matcher_;
  Statement fill_track_, insert_track_tag_, insert_artist_tag_, add_artist_tag_, set_popularity_,
      set_features_, insert_relation_, insert_service_track_, keep_artist_tag_, find_track_,
      keep_track_tag_, find_engagement_, put_engagement_;
};

}  // namespace engine::import
