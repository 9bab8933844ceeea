// Writes the table "listens".
//
// Every row is a telling: one teller says that the track was played. The same teller telling the
// same play again (start, track and length) is a duplicate. What several tellers say of a play
// makes one listen (tellings.hpp); such a row is
//   duplicate   the play was known as exactly
//   updated     likewise, but this row knew more of how it went (skipped, loved, the country, how
//               it began), also where the same teller told it before
//   refined     the play was known less exactly: the listen now has this row's time and length
//
// A duplicate is noted in `retellings`, so that the play stays when the import is undone that told it
// first (library/imports.hpp).
//
// Rows whose time is exact to a minute or a day may be equal and yet plays of their own, as far as
// they fit one behind the other: two of 45 s fit into a minute, two of four minutes do not, and of
// two that played nothing one is enough. The second is kept as starting where the first ended.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "import/file_context.hpp"
#include "import/record_buckets.hpp"
#include "import/row_tracks.hpp"
#include "library/tellings.hpp"
#include "store/devices.hpp"
#include "store/play_rule.hpp"
#include "store/store.hpp"

namespace engine::import {

class ListensWriter {
 public:
  ListensWriter(Store& store, TrackMatcher& matcher, RowTracks& tracks, const PlayRule& rule);
  void write(const TableView& table, FileContext& file, RecordBuckets& records);

  /// True when listens changed that were there before, or some came that are no later than all that
  /// the person had, since the last call.
  bool take_changes_of_past() { return std::exchange(has_changed_past_, false); }
  /// True when listens came that no record's bucket tells of, since the last call.
  bool take_changes() { return std::exchange(is_changed_, false); }
  /// Another process wrote to the store, or a batch was rolled back.
  void forget();

 private:
  struct Listen {
    std::int64_t ts, track, record, flags;
    std::int32_t ms_played, country, teller;  // country: code, -1 unknown
  };
  class ManyListens;
  class FlagColumns;
  class Retellings;

  void gather(const TableView& table, std::span<const std::int64_t> tracks, FileContext& file,
              RecordBuckets& records);
  std::vector<std::int32_t> tellers_of(const TextView& names, const std::string& format);
  std::vector<std::int64_t> device_flags(std::int64_t user, const TextView& names);
  void note_tellers(std::int64_t ingestion);
  void note_retold(std::int64_t ingestion);
  bool has_other_tellers(std::int64_t user);

  // one teller
  void write_alone(std::int64_t user, const TextView& countries, std::int64_t ingestion,
                   RecordBuckets& records);
  void write_one(std::int64_t user, const Listen& listen, const TextView& countries,
                 std::int64_t ingestion, RecordBuckets& records);
  void write_newer(std::int64_t user, std::size_t from, const TextView& countries,
                   std::int64_t ingestion, RecordBuckets& records);
  bool insert(std::int64_t user, const Listen& listen, const TextView& countries,
              std::int64_t ingestion);
  bool complete(std::int64_t user, const Listen& listen);

  // several
  void align(std::int64_t user, const TextView& countries, std::int64_t ingestion,
             RecordBuckets& records);
  library::NearbyTellings with_nearby(std::int64_t user, const std::vector<library::Telling>& told);
  [[nodiscard]] std::vector<library::Telling> tellings(std::int64_t user, const TextView& countries,
                                                       std::int64_t ingestion) const;

  [[nodiscard]] bool is_short(std::int64_t track, std::int32_t ms_played);

  Store& store_;
  TrackMatcher& matcher_;
  RowTracks& tracks_;
  PlayRule rule_;
  library::Tellers tellers_;
  Devices devices_;
  library::ListenChanges changes_;
  Statement insert_, insert_many_, flags_, set_flags_, newest_, other_tellers_, note_teller_,
      note_retold_;
  std::vector<Listen> listens_;
  std::vector<Listen> retold_;  // of the batch: known by the same teller's word
  std::unordered_set<std::int32_t> batch_tellers_;
  bool is_changed_ = false, has_changed_past_ = false;
};

}  // namespace engine::import
