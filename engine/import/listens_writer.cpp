#include "import/listens_writer.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <set>
#include <tuple>

#include "store/listen_flags.hpp"
#include "store/row_source.hpp"

namespace engine::import {
namespace {

/// The columns that become listens.flags.
class FlagColumns {
 public:
  explicit FlagColumns(const TableView& table)
      : skipped_(table.numbers<std::uint8_t>("skipped")),
        shuffle_(table.numbers<std::uint8_t>("shuffle")),
        offline_(table.numbers<std::uint8_t>("offline")),
        incognito_(table.numbers<std::uint8_t>("incognito")),
        loved_(table.numbers<std::uint8_t>("loved")),
        precision_(table.numbers<std::int32_t>("precision")),
        reason_end_(table.texts("reason_end")) {
    for (std::size_t code = 0; code < reason_end_.distinct(); ++code) {
      const auto reason = end_reason(reason_end_.of(static_cast<std::int32_t>(code)));
      end_flags_.push_back(ListenFlags::with_end(reason));
    }
  }
  [[nodiscard]] std::int32_t of(std::size_t row) const {
    std::int32_t flags = 0;
    if (!skipped_.empty() && skipped_[row] != 255) {
      flags |= skipped_[row] ? ListenFlags::kSkipped : ListenFlags::kNotSkipped;
    }
    if (is_set(shuffle_, row)) flags |= ListenFlags::kShuffle;
    if (is_set(offline_, row)) flags |= ListenFlags::kOffline;
    if (is_set(incognito_, row)) flags |= ListenFlags::kIncognito;
    if (is_set(loved_, row)) flags |= ListenFlags::kLoved;
    if (!precision_.empty() && precision_[row] > 1) flags |= ListenFlags::kIsCoarse;
    const std::int32_t end = reason_end_.code(row);
    if (end >= 0) flags |= end_flags_[static_cast<std::size_t>(end)];
    return flags;
  }

 private:
  static bool is_set(std::span<const std::uint8_t> column, std::size_t row) {
    return !column.empty() && column[row] == 1;
  }
  std::span<const std::uint8_t> skipped_, shuffle_, offline_, incognito_, loved_;
  std::span<const std::int32_t> precision_;
  TextView reason_end_;
  std::vector<std::int32_t> end_flags_;  // by code
};

}  // namespace

ListensWriter::ListensWriter(Store& store, TrackMatcher& matcher, RowTracks& tracks,
                             const PlayRule& rule)
    : store_(store),
      matcher_(matcher),
      tracks_(tracks),
      rule_(rule),
      insert_(store.prepare("INSERT OR IGNORE INTO listens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
      insert_many_(store.prepare(
          "INSERT OR FAIL INTO listens SELECT c0, c1, c2, c3, c4, c5, c6 FROM row_source(?1)")),
      newest_(store.prepare("SELECT max(ts) FROM listens WHERE user_id = ?1")),
      remove_(store.prepare("DELETE FROM listens WHERE user_id = ?1 AND ts = ?2 AND track_id = ?3 "
                            "AND ms_played = ?4")),
      other_formats_(
          store.prepare("SELECT ingestion_id FROM ingestions WHERE user_id = ?1 AND format <> ?2 "
                        "AND first_ts <= ?4 AND last_ts >= ?3")),
      nearby_rows_(store.prepare("SELECT ts, track_id, ms_played, flags, ingestion_id FROM listens "
                                 "WHERE user_id = ?1 AND ts BETWEEN ?2 AND ?3 ORDER BY ts")) {}

std::int32_t ListensWriter::exactness(std::int32_t ms_played, std::int32_t flags) {
  return (ms_played >= 0 ? 2 : 0) + ((flags & ListenFlags::kIsCoarse) == 0 ? 1 : 0);
}

/// Listens as rows of the store's table.
class ListensWriter::ManyListens final : public RowSource {
 public:
  ManyListens(const std::vector<Listen>& listens, std::int64_t user, const TextView& countries,
              std::int64_t ingestion)
      : listens_(listens), user_(user), countries_(countries), ingestion_(ingestion) {}

  std::vector<std::uint32_t> chosen;  // places in the listens

  [[nodiscard]] std::size_t size() const override { return chosen.size(); }
  void put(sqlite3_context* context, std::size_t row, int column) const override {
    const Listen& listen = listens_[chosen[row]];
    switch (column) {
      case 0:
        return sqlite3_result_int64(context, user_);
      case 1:
        return sqlite3_result_int64(context, listen.ts);
      case 2:
        return sqlite3_result_int64(context, listen.track);
      case 3:
        return sqlite3_result_int64(context, listen.ms_played);
      case 4:
        return sqlite3_result_int64(context, listen.flags);
      case 5:
        return put_country(context, listen.country);
      default:
        return sqlite3_result_int64(context, ingestion_);
    }
  }

 private:
  void put_country(sqlite3_context* context, std::int32_t code) const {
    if (code < 0) return sqlite3_result_null(context);
    const std::string_view text = countries_.of(code);
    sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  const std::vector<Listen>& listens_;
  std::int64_t user_;
  const TextView& countries_;
  std::int64_t ingestion_;
};

void ListensWriter::write(const TableView& table, FileContext& file, RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  gather(table, tracks_.match(table, /*is_catalogue=*/false), file, records);
  if (listens_.empty()) return;
  load_nearby(user, file);
  const TextView countries = table.texts("country");
  const std::int64_t newest = newest_.find_integer(user).value_or(0);
  std::size_t place = 0;
  for (; place < listens_.size() && (!nearby_.empty() || listens_[place].ts <= newest); ++place) {
    write_one(user, listens_[place], countries, file.ingestion_id, records);
  }
  write_newer(user, place, countries, file.ingestion_id, records);
}

void ListensWriter::write_one(std::int64_t user, const Listen& listen, const TextView& countries,
                              std::int64_t ingestion, RecordBuckets& records) {
  Nearby* other = nearby_.empty() ? nullptr : find_nearby(listen);
  if (other && other->exactness >= exactness(listen.ms_played, listen.flags)) {
    return records.note(listen.record, Outcome::kDuplicate);
  }
  if (other) {
    remove_.run(user, other->ts, listen.track, other->ms_played);
    other->is_gone = true;
  }
  if (!insert(user, listen, countries, ingestion)) {
    return records.note(listen.record, Outcome::kDuplicate);
  }
  records.note(listen.record, is_short(listen) ? Outcome::kShort
                              : other          ? Outcome::kRefined
                                               : Outcome::kNew);
}

/// Listens from this place on are later than all that the store has of the user: a duplicate can
/// only be the listen before, and one statement writes them all.
void ListensWriter::write_newer(std::int64_t user, std::size_t from, const TextView& countries,
                                std::int64_t ingestion, RecordBuckets& records) {
  ManyListens many(listens_, user, countries, ingestion);
  many.chosen.reserve(listens_.size() - from);
  for (std::size_t place = from; place < listens_.size(); ++place) {
    const Listen& listen = listens_[place];
    const Listen* before = place > from ? &listens_[place - 1] : nullptr;
    const bool is_known = before && before->ts == listen.ts && before->track == listen.track &&
                          before->ms_played == listen.ms_played;
    if (!is_known) many.chosen.push_back(static_cast<std::uint32_t>(place));
    records.note(listen.record, is_known           ? Outcome::kDuplicate
                                : is_short(listen) ? Outcome::kShort
                                                   : Outcome::kNew);
  }
  if (many.size() > 0) insert_rows(insert_many_, many);
}

/// The rows that can be stored, in the order of the table in the store. Of equal ones the first
/// record comes first.
void ListensWriter::gather(const TableView& table, std::span<const std::int64_t> tracks,
                           FileContext& file, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto ms_played = table.numbers<std::int32_t>("ms_played");
  const TextView countries = table.texts("country");
  const FlagColumns flags(table);
  listens_.clear();
  listens_.reserve(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (tracks[row] == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    if (!is_possible_time(ts[row])) {
      records.put({record[row], record[row], "malformed", "nobody listened at that time"});
      continue;
    }
    const std::int32_t ms = ms_played.empty() ? -1 : std::max(ms_played[row], -1);
    listens_.push_back({ts[row], tracks[row], record[row], ms, flags.of(row), countries.code(row)});
    file.saw(ts[row]);
  }
  const auto is_before = [](const Listen& a, const Listen& b) {
    return std::tie(a.ts, a.track, a.ms_played, a.record) <
           std::tie(b.ts, b.track, b.ms_played, b.record);
  };
  if (!std::is_sorted(listens_.begin(), listens_.end(), is_before)) {
    std::sort(listens_.begin(), listens_.end(), is_before);
  }
}

/// Plays in this batch's time that other exports of the same person told.
void ListensWriter::load_nearby(std::int64_t user, const FileContext& file) {
  nearby_.clear();
  const std::int64_t from = listens_.front().ts - kSamePlaySeconds;
  const std::int64_t to = listens_.back().ts + kSamePlaySeconds;
  std::set<std::int64_t> others;
  other_formats_.start(user, file.format, from, to);
  while (other_formats_.step()) others.insert(other_formats_.integer(0));
  if (others.empty()) return;
  nearby_rows_.start(user, from, to);
  while (nearby_rows_.step()) {
    if (!others.contains(nearby_rows_.integer(4))) continue;
    const auto ms = static_cast<std::int32_t>(nearby_rows_.integer(2));
    const auto flags = static_cast<std::int32_t>(nearby_rows_.integer(3));
    nearby_[nearby_rows_.integer(1)].push_back({nearby_rows_.integer(0), ms, exactness(ms, flags)});
  }
}

/// The nearest one in time within 120 s; the earlier of two as near.
ListensWriter::Nearby* ListensWriter::find_nearby(const Listen& listen) {
  const auto found = nearby_.find(listen.track);
  if (found == nearby_.end()) return nullptr;
  std::vector<Nearby>& plays = found->second;
  auto play =
      std::lower_bound(plays.begin(), plays.end(), listen.ts - kSamePlaySeconds,
                       [](const Nearby& nearby, std::int64_t ts) { return nearby.ts < ts; });
  Nearby* nearest = nullptr;
  for (; play != plays.end() && play->ts <= listen.ts + kSamePlaySeconds; ++play) {
    if (play->is_gone) continue;
    if (!nearest || std::llabs(play->ts - listen.ts) < std::llabs(nearest->ts - listen.ts)) {
      nearest = &*play;
    }
  }
  return nearest;
}

bool ListensWriter::insert(std::int64_t user, const Listen& listen, const TextView& countries,
                           std::int64_t ingestion) {
  insert_.reset();
  insert_.bind(1, user);
  insert_.bind(2, listen.ts);
  insert_.bind(3, listen.track);
  insert_.bind(4, listen.ms_played);
  insert_.bind(5, listen.flags);
  if (listen.country >= 0) {
    insert_.bind(6, countries.of(listen.country));
  } else {
    insert_.bind(6, nullptr);
  }
  insert_.bind(7, ingestion);
  insert_.step();
  return sqlite3_changes64(store_.handle()) > 0;
}

bool ListensWriter::is_short(const Listen& listen) {
  if (listen.ms_played < 0 || listen.ms_played >= rule_.min_seconds * 1000) return false;
  const std::int32_t duration = matcher_.duration_ms(listen.track);
  return duration <= 0 || listen.ms_played < rule_.min_share * duration;
}

}  // namespace engine::import
