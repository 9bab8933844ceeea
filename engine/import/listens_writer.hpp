// Writes the table "listens".
//
// A play that is there already (same user, start, track and length) is a duplicate. So is one that
// another export of the same person tells within 120 s, unless it is more exact: then it takes the
// other's place. More exact is: first, how long it was played is known; second, the start is exact
// to a second.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "import/file_context.hpp"
#include "import/record_buckets.hpp"
#include "import/row_tracks.hpp"
#include "store/store.hpp"

namespace engine::import {

/// What counts as a play; shorter listens are stored all the same.
struct PlayRule {
  double min_seconds = 30;
  double min_share = 0.5;  // of the track's length
};

class ListensWriter {
 public:
  static constexpr std::int64_t kSamePlaySeconds = 120;

  ListensWriter(Store& store, TrackMatcher& matcher, RowTracks& tracks, const PlayRule& rule);
  void write(const TableView& table, FileContext& file, RecordBuckets& records);

 private:
  struct Listen {
    std::int64_t ts, track, record;
    std::int32_t ms_played, flags, country;  // country: code, -1 unknown
  };
  class ManyListens;
  /// A play of another export that a new one may be the same as.
  struct Nearby {
    std::int64_t ts;
    std::int32_t ms_played, exactness;
    bool is_gone = false;
  };

  void gather(const TableView& table, std::span<const std::int64_t> tracks, FileContext& file,
              RecordBuckets& records);
  void load_nearby(std::int64_t user, const FileContext& file);
  Nearby* find_nearby(const Listen& listen);
  void write_one(std::int64_t user, const Listen& listen, const TextView& countries,
                 std::int64_t ingestion, RecordBuckets& records);
  void write_newer(std::int64_t user, std::size_t from, const TextView& countries,
                   std::int64_t ingestion, RecordBuckets& records);
  bool insert(std::int64_t user, const Listen& listen, const TextView& countries,
              std::int64_t ingestion);
  [[nodiscard]] bool is_short(const Listen& listen);
  static std::int32_t exactness(std::int32_t ms_played, std::int32_t flags);

  Store& store_;
  TrackMatcher& matcher_;
  RowTracks& tracks_;
  PlayRule rule_;
  Statement insert_, insert_many_, newest_, remove_, other_formats_, nearby_rows_;
  std::vector<Listen> listens_;
  std::unordered_map<std::int64_t, std::vector<Nearby>> nearby_;  // by track; in order of time
};

}  // namespace engine::import
