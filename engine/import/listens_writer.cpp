#include "import/listens_writer.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "core/duration.hpp"
#include "store/listen_flags.hpp"
#include "store/row_source.hpp"

namespace engine::import {

/// The columns that become listens.flags, without who told it and on what it was played.
class ListensWriter::FlagColumns {
 public:
  explicit FlagColumns(const TableView& table)
      : skipped_(table.numbers<std::uint8_t>("skipped")),
        shuffle_(table.numbers<std::uint8_t>("shuffle")),
        offline_(table.numbers<std::uint8_t>("offline")),
        incognito_(table.numbers<std::uint8_t>("incognito")),
        loved_(table.numbers<std::uint8_t>("loved")),
        stamp_(table.numbers<std::uint8_t>("stamp")),
        precision_(table.numbers<std::int32_t>("precision")),
        duration_(table.numbers<std::int32_t>("duration_ms")),
        reason_start_(table.texts("reason_start")),
        reason_end_(table.texts("reason_end")) {
    for (const PlayReason reason : reasons_of(reason_start_))
      start_flags_.push_back(ListenFlags::with_start(reason));
    for (const PlayReason reason : reasons_of(reason_end_))
      end_flags_.push_back(ListenFlags::with_end(reason));
  }
  [[nodiscard]] std::int64_t of(std::size_t row) const {
    std::int64_t flags = 0;
    if (!skipped_.empty() && skipped_[row] != 255) {
      flags |= skipped_[row] ? ListenFlags::kSkipped : ListenFlags::kNotSkipped;
    }
    if (is_set(shuffle_, row)) flags |= ListenFlags::kShuffle;
    if (!shuffle_.empty() && shuffle_[row] != 255) flags |= ListenFlags::kShuffleKnown;
    if (is_set(offline_, row)) flags |= ListenFlags::kOffline;
    if (is_set(incognito_, row)) flags |= ListenFlags::kIncognito;
    if (is_set(loved_, row)) flags |= ListenFlags::kLoved;
    if (precision(row) > 1) flags |= ListenFlags::kIsCoarse;
    if (precision(row) > kMinute) flags |= ListenFlags::kIsToTheDay;
    const std::int32_t start = reason_start_.code(row), end = reason_end_.code(row);
    if (start >= 0) flags |= start_flags_[static_cast<std::size_t>(start)];
    if (end >= 0) flags |= end_flags_[static_cast<std::size_t>(end)];
    return flags | stamp(row) << ListenFlags::kStampShift |
           track_seconds(row) << ListenFlags::kTrackSecondsShift;
  }
  /// What the store can tell apart: 1, a minute, a day.
  [[nodiscard]] std::int32_t precision(std::size_t row) const {
    if (precision_.empty() || precision_[row] <= 1) return 1;
    return static_cast<std::int32_t>(precision_[row] <= kMinute ? kMinute : kDay);
  }

 private:
  /// By code.
  static std::vector<PlayReason> reasons_of(const TextView& words) {
    std::vector<PlayReason> reasons;
    for (std::size_t code = 0; code < words.distinct(); ++code)
      reasons.push_back(play_reason(words.of(static_cast<std::int32_t>(code))));
    return reasons;
  }
  static bool is_set(std::span<const std::uint8_t> column, std::size_t row) {
    return !column.empty() && column[row] == 1;
  }
  [[nodiscard]] std::int64_t stamp(std::size_t row) const {
    return stamp_.empty() || stamp_[row] > static_cast<std::uint8_t>(library::Stamp::kEither)
               ? 0
               : stamp_[row];
  }
  [[nodiscard]] std::int64_t track_seconds(std::size_t row) const {
    if (duration_.empty() || duration_[row] <= 0) return 0;
    return std::min<std::int64_t>(duration_[row] / 1000, ListenFlags::kTrackSecondsMask);
  }
  std::span<const std::uint8_t> skipped_, shuffle_, offline_, incognito_, loved_, stamp_;
  std::span<const std::int32_t> precision_, duration_;
  TextView reason_start_, reason_end_;
  std::vector<std::int64_t> start_flags_, end_flags_;  // by code
};

namespace {

/// What a scrobbler takes for a play lasts at least so long.
constexpr std::int64_t kScrobbledSeconds = 30;

/// How far behind the first of several equal rows this one begins; nothing when it does not fit.
std::optional<std::int64_t> place_of_repeat(std::int32_t repeat, std::int32_t precision,
                                            std::int32_t ms_played) {
  if (repeat <= 0 || precision <= 1) return 0;
  const std::int64_t length =
      ms_played < 0 ? kScrobbledSeconds : (static_cast<std::int64_t>(ms_played) + 999) / 1000;
  const std::int64_t behind = repeat * length;
  if (length == 0 || behind >= precision) return std::nullopt;
  return behind;
}

std::int64_t with_teller(std::int64_t flags, std::int32_t teller) {
  library::Telling telling;
  telling.set_flags(flags);
  telling.teller = teller;
  return telling.flags();
}

}  // namespace

ListensWriter::ListensWriter(Store& store, TrackMatcher& matcher, RowTracks& tracks,
                             const PlayRule& rule)
    : store_(store),
      matcher_(matcher),
      tracks_(tracks),
      rule_(rule),
      tellers_(store),
      devices_(store),
      insert_(store.prepare("INSERT OR IGNORE INTO listens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
      insert_many_(store.prepare(
          "INSERT OR FAIL INTO listens SELECT c0, c1, c2, c3, c4, c5, c6 FROM row_source(?1)")),
      flags_(store.prepare("SELECT flags FROM listens WHERE user_id = ?1 AND ts = ?2 AND "
                           "track_id = ?3 AND ms_played = ?4")),
      set_flags_(store.prepare("UPDATE listens SET flags = ?5 WHERE user_id = ?1 AND ts = ?2 AND "
                               "track_id = ?3 AND ms_played = ?4")),
      newest_(store.prepare("SELECT max(ts) FROM listens WHERE user_id = ?1")),
      other_tellers_(store.prepare(
          "SELECT 1 FROM ingestions i WHERE user_id = ?1 AND first_ts <= ?3 AND last_ts >= ?2 AND "
          "(EXISTS (SELECT 1 FROM ingestion_tellers t WHERE t.ingestion_id = i.ingestion_id AND "
          "teller_id <> ?4) OR NOT EXISTS (SELECT 1 FROM ingestion_tellers t WHERE "
          "t.ingestion_id = i.ingestion_id) AND format <> ?5) LIMIT 1")),
      note_teller_(store.prepare("INSERT OR IGNORE INTO ingestion_tellers VALUES (?1, ?2)")),
      note_retold_(store.prepare("INSERT OR IGNORE INTO retellings SELECT c0, c1, c2, c3, c4 FROM "
                                 "row_source(?1)")) {}

void ListensWriter::forget() {
  tellers_.forget();
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

/// Tellings that another import told before, as rows of `retellings`.
class ListensWriter::Retellings final : public RowSource {
 public:
  Retellings(const std::vector<Listen>& listens, std::int64_t ingestion)
      : listens_(listens), ingestion_(ingestion) {}
  [[nodiscard]] std::size_t size() const override { return listens_.size(); }
  void put(sqlite3_context* context, std::size_t row, int column) const override {
    const Listen& listen = listens_[row];
    const std::int64_t numbers[] = {ingestion_, listen.ts, listen.track, listen.teller,
                                    listen.ms_played};
    sqlite3_result_int64(context, numbers[column]);
  }

 private:
  const std::vector<Listen>& listens_;
  std::int64_t ingestion_;
};

/// The rows that can be stored, in the order of the table in the store. Of equal ones the first
/// record comes first.
void ListensWriter::gather(const TableView& table, std::span<const std::int64_t> tracks,
                           FileContext& file, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto ms_played = table.numbers<std::int32_t>("ms_played");
  const auto repeat = table.numbers<std::int32_t>("repeat");
  const TextView countries = table.texts("country"), tools = table.texts("teller");
  const std::vector<std::int32_t> tellers = tellers_of(tools, file.format);
  const TextView devices = table.texts("device");
  const std::vector<std::int64_t> played_on = device_flags(file.user_id(), devices);
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
    const auto behind = place_of_repeat(repeat.empty() ? 0 : repeat[row], flags.precision(row), ms);
    if (!behind) {
      records.note(record[row], Outcome::kDuplicate);
      continue;
    }
    const std::int32_t tool = tools.code(row);
    const std::int32_t teller = tool < 0 ? tellers.back() : tellers[static_cast<std::size_t>(tool)];
    const std::int32_t device = devices.code(row);
    const std::int64_t how =
        flags.of(row) | (device < 0 ? 0 : played_on[static_cast<std::size_t>(device)]);
    listens_.push_back({ts[row] + *behind, tracks[row], record[row], with_teller(how, teller), ms,
                        countries.code(row), teller});
    file.saw(ts[row] + *behind);
  }
  const auto is_before = [](const Listen& a, const Listen& b) {
    return std::tie(a.ts, a.track, a.ms_played, a.record) <
           std::tie(b.ts, b.track, b.ms_played, b.record);
  };
  if (!std::is_sorted(listens_.begin(), listens_.end(), is_before)) {
    std::sort(listens_.begin(), listens_.end(), is_before);
  }
}

void ListensWriter::write(const TableView& table, FileContext& file, RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  gather(table, tracks_.match(table, /*is_catalogue=*/false), file, records);
  if (listens_.empty()) return;
  note_tellers(file.ingestion_id);
  retold_.clear();
  const TextView countries = table.texts("country");
  if (has_other_tellers(user)) {
    align(user, countries, file.ingestion_id, records);
  } else {
    write_alone(user, countries, file.ingestion_id, records);
  }
  note_retold(file.ingestion_id);
}

/// Of one teller, where no other told plays that may be the same.
void ListensWriter::write_alone(std::int64_t user, const TextView& countries,
                                std::int64_t ingestion, RecordBuckets& records) {
  const std::int64_t newest = newest_.find_integer(user).value_or(0);
  std::size_t place = 0;
  for (; place < listens_.size() && listens_[place].ts <= newest; ++place) {
    write_one(user, listens_[place], countries, ingestion, records);
  }
  write_newer(user, place, countries, ingestion, records);
}

// ---- who tells it -------------------------------------------------------------------------------

/// The teller of each code of the column "teller"; the last one is of rows without.
std::vector<std::int32_t> ListensWriter::tellers_of(const TextView& names,
                                                    const std::string& format) {
  std::vector<std::int32_t> tellers;
  for (std::size_t code = 0; code < names.distinct(); ++code) {
    const std::string_view tool = names.of(static_cast<std::int32_t>(code));
    tellers.push_back(
        tellers_.find_or_make(tool.empty() ? format : format + "/" + std::string(tool)));
  }
  tellers.push_back(tellers_.find_or_make(format));
  return tellers;
}

/// What listens.flags have of each code of the column "device".
std::vector<std::int64_t> ListensWriter::device_flags(std::int64_t user, const TextView& names) {
  std::vector<std::int64_t> flags;
  for (std::size_t code = 0; code < names.distinct(); ++code) {
    const std::string name = device_name(names.of(static_cast<std::int32_t>(code)));
    flags.push_back(ListenFlags::with_device(devices_.find_or_make(user, name)));
  }
  return flags;
}

void ListensWriter::note_tellers(std::int64_t ingestion) {
  batch_tellers_.clear();
  for (const Listen& listen : listens_) {
    if (batch_tellers_.insert(listen.teller).second) note_teller_.run(ingestion, listen.teller);
  }
}

void ListensWriter::note_retold(std::int64_t ingestion) {
  if (!retold_.empty()) insert_rows(note_retold_, Retellings(retold_, ingestion));
}

/// True when another teller told plays that may be the same as the batch's.
bool ListensWriter::has_other_tellers(std::int64_t user) {
  if (batch_tellers_.size() > 1) return true;
  const std::int32_t teller = *batch_tellers_.begin();
  const std::string& name = tellers_.name(teller);
  return other_tellers_
      .find_integer(user, listens_.front().ts - 3 * kDay, listens_.back().ts + 3 * kDay, teller,
                    name)
      .has_value();
}

// ---- one teller ---------------------------------------------------------------------------------

void ListensWriter::write_one(std::int64_t user, const Listen& listen, const TextView& countries,
                              std::int64_t ingestion, RecordBuckets& records) {
  const bool is_new = insert(user, listen, countries, ingestion);
  if (!is_new) retold_.push_back(listen);
  const bool is_completed = !is_new && complete(user, listen);
  has_changed_past_ |= is_new || is_completed;
  records.note(listen.record, is_completed                               ? Outcome::kUpdated
                              : !is_new                                  ? Outcome::kDuplicate
                              : is_short(listen.track, listen.ms_played) ? Outcome::kShort
                                                                         : Outcome::kNew);
}

/// The same teller told it before, and by then less of how it went: an earlier engine asked less.
bool ListensWriter::complete(std::int64_t user, const Listen& listen) {
  flags_.start(user, listen.ts, listen.track, listen.ms_played);
  const std::int64_t known = flags_.step() ? flags_.integer(0) : listen.flags;
  flags_.reset();
  const std::int64_t completed = library::completed_play(known, listen.flags);
  if (completed == known) return false;
  set_flags_.run(user, listen.ts, listen.track, listen.ms_played, completed);
  return true;
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
    records.note(listen.record, is_known                                   ? Outcome::kDuplicate
                                : is_short(listen.track, listen.ms_played) ? Outcome::kShort
                                                                           : Outcome::kNew);
  }
  if (many.size() > 0) insert_rows(insert_many_, many);
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

// ---- several tellers ----------------------------------------------------------------------------

void ListensWriter::align(std::int64_t user, const TextView& countries, std::int64_t ingestion,
                          RecordBuckets& records) {
  library::NearbyTellings nearby = with_nearby(user, tellings(user, countries, ingestion));
  library::settle_blocks(
      nearby, tellers_, changes_, [&](const library::Telling& telling, library::Told what) {
        const bool is_told_more = what == library::Told::kToldMore;
        if (what == library::Told::kKnown || is_told_more) {
          retold_.push_back({telling.ts, telling.track, telling.record, 0, telling.ms_played, -1,
                             telling.teller});
        }
        const bool is_stored = what == library::Told::kAlone || what == library::Told::kRefined;
        const bool is_update = what == library::Told::kCompleted || is_told_more;
        const Outcome outcome = is_update                                    ? Outcome::kUpdated
                                : !is_stored                                 ? Outcome::kDuplicate
                                : is_short(telling.track, telling.ms_played) ? Outcome::kShort
                                : what == library::Told::kRefined            ? Outcome::kRefined
                                                                             : Outcome::kNew;
        records.note(telling.record, outcome);
      });
  const bool adds_only = changes_.adds_only_after(newest_.find_integer(user).value_or(0));
  const bool is_visible = changes_.write(store_);
  is_changed_ |= is_visible;
  has_changed_past_ |= is_visible && !adds_only;
}

std::vector<library::Telling> ListensWriter::tellings(std::int64_t user, const TextView& countries,
                                                      std::int64_t ingestion) const {
  std::vector<library::Telling> told(listens_.size());
  for (std::size_t k = 0; k < listens_.size(); ++k) {
    const Listen& listen = listens_[k];
    library::Telling& telling = told[k];
    telling.user = user;
    telling.track = listen.track;
    telling.ts = listen.ts;
    telling.ms_played = listen.ms_played;
    telling.set_flags(listen.flags);
    telling.teller = listen.teller;
    telling.ingestion = ingestion;
    telling.country = std::string(countries.of(listen.country));
    telling.record = listen.record;
  }
  return told;
}

/// The batch's tellings together with what is known of the same tracks around their time, as far
/// as it hangs together with them: more is looked at while a block that changes comes near the end
/// of the view.
library::NearbyTellings ListensWriter::with_nearby(std::int64_t user,
                                                   const std::vector<library::Telling>& told) {
  // A telling outside a view cannot reach further into it: a play and its precision are no longer
  // than a day each.
  constexpr std::int64_t kMargin = 2 * kDay + library::kAlignmentReach;
  std::unordered_set<std::int64_t> tracks;
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0;
  for (const library::Telling& telling : told) {
    tracks.insert(telling.track);
    first = std::min(first, telling.earliest());
    last = std::max(last, telling.latest());
  }
  for (std::int64_t more = kDay;; more *= 4) {
    const std::int64_t from = first - kMargin - more, to = last + kMargin + more;
    library::NearbyTellings nearby;
    nearby.load(store_, tellers_, user, from, to, tracks);
    nearby.tellings.insert(nearby.tellings.end(), told.begin(), told.end());
    const auto is_inside = [&](std::span<const library::Telling> block) {
      return std::all_of(block.begin(), block.end(), [&](const library::Telling& telling) {
        return telling.earliest() >= from + kMargin && telling.latest() <= to - kMargin;
      });
    };
    const auto is_settled = [&](std::span<const library::Telling> block) {
      return std::none_of(block.begin(), block.end(),
                          [](const library::Telling& telling) { return telling.is_new(); }) ||
             is_inside(block);
    };
    const auto blocks = library::blocks_of(nearby.tellings);
    if (std::all_of(blocks.begin(), blocks.end(), is_settled)) return nearby;
  }
}

bool ListensWriter::is_short(std::int64_t track, std::int32_t ms_played) {
  return ms_played >= 0 && !rule_.is_play(ms_played, matcher_.duration_ms(track));
}

}  // namespace engine::import
