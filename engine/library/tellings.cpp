#include "library/tellings.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "core/duration.hpp"
#include "store/listen_flags.hpp"
#include "store/row_source.hpp"

namespace engine::library {
namespace {

/// No play is longer than a day.
std::int64_t seconds_played(const Telling& telling) {
  if (telling.ms_played < 0) return 0;
  return std::min<std::int64_t>((static_cast<std::int64_t>(telling.ms_played) + 999) / 1000, kDay);
}

bool is_coarse(const Telling& telling) {
  return (telling.play_flags & ListenFlags::kIsCoarse) != 0;
}

std::int64_t width(const Telling& telling) {
  return !is_coarse(telling) ? 1 : telling.is_to_the_day ? kDay : kMinute;
}

/// Who tells a play more exactly: how long it was played, when, which end.
bool is_more_exact(const Telling& a, const Telling& b, Tellers& tellers) {
  const auto rank = [](const Telling& telling) {
    return std::make_tuple(telling.ms_played < 0, width(telling), telling.stamp == Stamp::kEither);
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (a.teller != b.teller) return tellers.name(a.teller) < tellers.name(b.teller);
  return std::tie(a.ts, a.ms_played) < std::tie(b.ts, b.ms_played);
}

ListenRow as_listen(const Telling& telling) {
  return {telling.user,    telling.ts,      telling.track,    telling.ms_played,
          telling.flags(), telling.country, telling.ingestion};
}

/// Adds what `telling` knows of how the play went and the row does not.
void complete(ListenRow& row, const Telling& telling) {
  row.flags = completed_play(row.flags, telling.play_flags);
  if (row.country.empty()) row.country = telling.country;
}

bool looks_the_same(const ListenRow& a, const ListenRow& b) {
  return (a.flags & ListenFlags::kPlay) == (b.flags & ListenFlags::kPlay) && a.country == b.country;
}

bool is_of_format(const std::string& name, const std::string& format) {
  return name.size() > format.size() && name.starts_with(format) && name[format.size()] == '/';
}

/// Older rows name the format only; the first of its tools that is met here is taken for theirs.
void adopt(std::span<Telling> block, Tellers& tellers) {
  for (Telling& known : block) {
    if (known.is_new()) continue;
    for (const Telling& told : block) {
      if (!told.is_new() || told.teller == known.teller) continue;
      if (!is_of_format(tellers.name(told.teller), tellers.name(known.teller))) continue;
      known.teller = told.teller;
      break;
    }
  }
}

void put_text_or_null(sqlite3_context* context, const std::string& text) {
  if (text.empty()) return sqlite3_result_null(context);
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

class ListenSource final : public RowSource {
 public:
  explicit ListenSource(const std::vector<ListenRow>& rows) : rows_(rows) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  void put(sqlite3_context* context, std::size_t row, int column) const override {
    const ListenRow& listen = rows_[row];
    const std::int64_t numbers[] = {listen.user,  listen.ts, listen.track,    listen.ms_played,
                                    listen.flags, 0,         listen.ingestion};
    if (column == 5) return put_text_or_null(context, listen.country);
    sqlite3_result_int64(context, column < 7 ? numbers[column] : 0);
  }

 private:
  const std::vector<ListenRow>& rows_;
};

class TellingSource final : public RowSource {
 public:
  explicit TellingSource(const std::vector<Telling>& rows) : rows_(rows) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  void put(sqlite3_context* context, std::size_t row, int column) const override {
    const Telling& telling = rows_[row];
    const std::int64_t numbers[] = {
        telling.user,    telling.ts, telling.track,    telling.teller, telling.ms_played,
        telling.flags(), 0,          telling.ingestion};
    if (column == 6) return put_text_or_null(context, telling.country);
    sqlite3_result_int64(context, numbers[column]);
  }

 private:
  const std::vector<Telling>& rows_;
};

}  // namespace

std::int64_t completed_play(std::int64_t known, std::int64_t told) {
  constexpr std::int64_t kOnce = ListenFlags::kShuffle | ListenFlags::kShuffleKnown |
                                 ListenFlags::kOffline | ListenFlags::kIncognito |
                                 ListenFlags::kLoved;
  std::int64_t flags = known | (told & kOnce);
  if ((known & ListenFlags::kSkippedKnown) == 0) flags |= told & ListenFlags::kSkippedKnown;
  if (ListenFlags::end(known) == PlayReason::kUnknown)
    flags |= ListenFlags::with_end(ListenFlags::end(told));
  if (ListenFlags::start(known) == PlayReason::kUnknown)
    flags |= ListenFlags::with_start(ListenFlags::start(told));
  if (ListenFlags::device(known) == 0) flags |= ListenFlags::with_device(ListenFlags::device(told));
  return flags;
}

// ---- a telling ----------------------------------------------------------------------------------

std::int64_t Telling::flags() const {
  std::int64_t flags = play_flags;
  flags |= static_cast<std::int64_t>(stamp) << ListenFlags::kStampShift;
  if (is_to_the_day) flags |= ListenFlags::kIsToTheDay;
  // A store with more tellers than fit tells the last ones apart by format only.
  if (teller <= ListenFlags::kTellerMask) {
    flags |= static_cast<std::int64_t>(teller) << ListenFlags::kTellerShift;
  }
  flags |= static_cast<std::int64_t>(track_seconds) << ListenFlags::kTrackSecondsShift;
  return flags;
}

void Telling::set_flags(std::int64_t flags) {
  play_flags = flags & ListenFlags::kPlay;
  stamp = static_cast<Stamp>((flags >> ListenFlags::kStampShift) & ListenFlags::kStampMask);
  is_to_the_day = (flags & ListenFlags::kIsToTheDay) != 0;
  teller =
      static_cast<std::int32_t>((flags >> ListenFlags::kTellerShift) & ListenFlags::kTellerMask);
  track_seconds = static_cast<std::int32_t>((flags >> ListenFlags::kTrackSecondsShift) &
                                            ListenFlags::kTrackSecondsMask);
}

std::int64_t Telling::earliest() const {
  return ts - width(*this) - (stamp == Stamp::kEither ? track_seconds : 0);
}

std::int64_t Telling::latest() const {
  return ts + width(*this) + std::max<std::int64_t>(seconds_played(*this), track_seconds);
}

ToldPlay Telling::told() const {
  ToldPlay play;
  play.first = ts + (stamp == Stamp::kEnd ? seconds_played(*this) : 0);
  // A second play within one minute was moved behind the first (ListensWriter): back to the minute.
  if (width(*this) == kMinute) play.first -= play.first % kMinute;
  play.last = play.first + width(*this) - 1;
  play.stamp = stamp;
  play.ms_played = ms_played;
  play.track_seconds = track_seconds;
  play.teller = teller;
  return play;
}

// ---- tellers ------------------------------------------------------------------------------------

Tellers::Tellers(Store& store)
    : find_(store.prepare("SELECT teller_id FROM tellers WHERE name = ?1")),
      insert_(store.prepare("INSERT INTO tellers (name) VALUES (?1) RETURNING teller_id")),
      name_(store.prepare("SELECT name FROM tellers WHERE teller_id = ?1")),
      format_(store.prepare("SELECT format FROM ingestions WHERE ingestion_id = ?1")) {}

void Tellers::forget() {
  numbers_.clear();
  names_.clear();
  of_ingestions_.clear();
}

std::int32_t Tellers::find_or_make(const std::string& name) {
  const auto [at, is_new] = numbers_.emplace(name, 0);
  if (is_new) {
    auto number = find_.find_integer(name);
    if (!number) number = insert_.find_integer(name);
    at->second = static_cast<std::int32_t>(number.value());
  }
  return at->second;
}

const std::string& Tellers::name(std::int32_t teller) {
  const auto [at, is_new] = names_.emplace(teller, "");
  if (is_new) {
    name_.start(teller);
    if (name_.step()) at->second = std::string(name_.text(0));
    name_.reset();
  }
  return at->second;
}

std::int32_t Tellers::of_ingestion(std::int64_t ingestion) {
  const auto [at, is_new] = of_ingestions_.emplace(ingestion, 0);
  if (is_new) {
    format_.start(ingestion);
    const std::string format = format_.step() ? std::string(format_.text(0)) : "";
    format_.reset();
    at->second = find_or_make(format);
  }
  return at->second;
}

// ---- what is there ------------------------------------------------------------------------------

void NearbyTellings::take_listen(Tellers& tellers, const Statement& row) {
  const std::int64_t flags = row.integer(4);
  if ((flags & ListenFlags::kToldBySeveral) != 0) {
    told_by_several.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3),
                               flags, std::string(row.text(5)), row.integer(6)});
    return;
  }
  Telling& telling = tellings.emplace_back();
  telling.user = row.integer(0);
  telling.ts = row.integer(1);
  telling.track = row.integer(2);
  telling.ms_played = static_cast<std::int32_t>(row.integer(3));
  telling.set_flags(flags);
  telling.country = std::string(row.text(5));
  telling.ingestion = row.integer(6);
  if (telling.teller == 0) telling.teller = tellers.of_ingestion(telling.ingestion);
  telling.stored_teller = telling.teller;
  telling.stored_flags = flags;
}

void NearbyTellings::take_telling(const Statement& row) {
  Telling& telling = tellings.emplace_back();
  telling.user = row.integer(0);
  telling.ts = row.integer(1);
  telling.track = row.integer(2);
  telling.ms_played = static_cast<std::int32_t>(row.integer(4));
  telling.set_flags(row.integer(5));
  telling.teller = telling.stored_teller = static_cast<std::int32_t>(row.integer(3));
  telling.country = std::string(row.text(6));
  telling.ingestion = row.integer(7);
  telling.is_apart = true;
}

void NearbyTellings::load(Store& store, Tellers& tellers, std::int64_t user, std::int64_t from,
                          std::int64_t to, const std::unordered_set<std::int64_t>& tracks) {
  Statement listens = store.prepare(
      "SELECT user_id, ts, track_id, ms_played, flags, country, ingestion_id FROM listens "
      "WHERE user_id = ?1 AND ts BETWEEN ?2 AND ?3");
  for (listens.start(user, from, to); listens.step();) {
    if (tracks.contains(listens.integer(2))) take_listen(tellers, listens);
  }
  Statement apart = store.prepare(
      "SELECT user_id, ts, track_id, teller_id, ms_played, flags, country, ingestion_id "
      "FROM tellings WHERE user_id = ?1 AND ts BETWEEN ?2 AND ?3");
  for (apart.start(user, from, to); apart.step();) {
    if (tracks.contains(apart.integer(2))) take_telling(apart);
  }
}

void NearbyTellings::load_selected(Store& store, Tellers& tellers, const std::string& select) {
  Statement listens = store.prepare(
      "SELECT user_id, ts, track_id, ms_played, flags, country, ingestion_id FROM listens "
      "WHERE track_id IN (" +
      select + ")");
  for (listens.start(); listens.step();) take_listen(tellers, listens);
  Statement apart = store.prepare(
      "SELECT user_id, ts, track_id, teller_id, ms_played, flags, country, ingestion_id "
      "FROM tellings WHERE track_id IN (" +
      select + ")");
  for (apart.start(); apart.step();) take_telling(apart);
}

void NearbyTellings::load(Store& store, Tellers& tellers, std::int64_t track,
                          std::int64_t other_track) {
  load_selected(store, tellers, std::to_string(track) + ", " + std::to_string(other_track));
}

// ---- the listens that follow --------------------------------------------------------------------

/// A listen that follows from some tellings.
struct ListenChanges::Made {
  ListenRow row;
  std::vector<Telling*> from;  // the most exact one first
  bool is_alone = false;       // the row is its only telling
};

/// The listen of one cluster, the most exact telling first. `used`: starts and lengths of the
/// block's listens so far; two of them cannot stand in the store with the same ones.
ListenChanges::Made ListenChanges::make(Tellings cluster,
                                        std::vector<std::pair<std::int64_t, std::int64_t>>& used) {
  Made made;
  made.from.assign(cluster.begin(), cluster.end());
  made.row = as_listen(*made.from[0]);
  const auto is_used = [&] {
    return std::find(used.begin(), used.end(), std::pair(made.row.ts, made.row.ms_played)) !=
           used.end();
  };
  while (is_used()) ++made.row.ts;
  used.emplace_back(made.row.ts, made.row.ms_played);
  made.is_alone = made.from.size() == 1 && made.row.ts == made.from[0]->ts;
  if (made.is_alone) return made;
  made.row.flags = made.from[0]->play_flags | ListenFlags::kToldBySeveral;
  for (const Telling* telling : made.from) complete(made.row, *telling);
  return made;
}

void ListenChanges::keep_alone(Telling& telling) {
  if (!telling.is_apart) return;
  Telling& gone = apart_gone_.emplace_back(telling);
  gone.teller = telling.stored_teller;
}

void ListenChanges::keep_apart(Telling& telling) {
  if (telling.is_apart && telling.is_as_stored()) return;
  keep_alone(telling);
  apart_put_.push_back(telling);
}

void ListenChanges::put(const ListenRow& row, const ListenRow* before) {
  const bool is_same = before && before->flags == row.flags && before->country == row.country &&
                       before->ingestion == row.ingestion;
  if (is_same) return;
  is_visible_ |= !before || !looks_the_same(*before, row);
  put_.push_back(row);
}

/// The quick way where there is nothing to align. False when that is not so.
bool ListenChanges::settle_one_teller(Tellings set, std::span<const ListenRow> before,
                                      std::span<const Telling> block, std::vector<Told>& told) {
  const std::int32_t teller = set[0]->teller;
  const bool is_alone =
      before.empty() && std::all_of(set.begin(), set.end(), [&](const Telling* telling) {
        return telling->teller == teller && !telling->is_apart;
      });
  if (!is_alone) return false;
  for (const Telling* telling : set) {
    if (!telling->is_new() && telling->is_as_stored()) continue;
    put_.push_back(as_listen(*telling));
    is_visible_ |= telling->is_new() || telling->is_completed;
    if (telling->is_new()) told[static_cast<std::size_t>(telling - block.data())] = Told::kAlone;
  }
  return true;
}

std::vector<Told> ListenChanges::settle(std::span<Telling> block, std::span<const ListenRow> before,
                                        Tellers& tellers) {
  adopt(block, tellers);
  std::vector<Told> told(block.size(), Told::kKnown);

  // The set of tellings: what one teller says twice counts once, and the one in the store stays,
  // with what it left open and the other does not.
  const auto key = [](const Telling& t) {
    return std::make_tuple(t.teller, t.ts, t.ms_played, t.is_new(), t.record, t.is_apart);
  };
  std::vector<Telling*> set;
  for (Telling& telling : block) set.push_back(&telling);
  std::sort(set.begin(), set.end(),
            [&](const Telling* a, const Telling* b) { return key(*a) < key(*b); });
  std::vector<Telling*> repeated;
  const auto repeats = [&](Telling* a, Telling* b) {
    const bool is_repeated =
        a->teller == b->teller && a->ts == b->ts && a->ms_played == b->ms_played;
    if (!is_repeated) return false;
    repeated.push_back(b);
    const std::int64_t completed = completed_play(a->play_flags, b->play_flags);
    if (!a->is_new() && b->is_new() && completed != a->play_flags) {
      a->play_flags = completed;
      a->is_completed = true;
      told[static_cast<std::size_t>(b - block.data())] = Told::kToldMore;
    }
    return true;
  };
  set.erase(std::unique(set.begin(), set.end(), repeats), set.end());
  if (std::none_of(set.begin(), set.end(), [](const Telling* t) { return t->is_new(); }) &&
      std::all_of(set.begin(), set.end(), [](const Telling* t) { return t->is_as_stored(); })) {
    return told;
  }
  if (settle_one_teller(set, before, block, told)) return told;
  for (Telling* telling : repeated) keep_alone(*telling);

  // Alignment orders tellers by name, so that numbers given in order of arrival do not matter.
  std::map<std::string, std::int32_t> order;
  for (const Telling* telling : set) order.emplace(tellers.name(telling->teller), 0);
  std::int32_t place = 0;
  for (auto& [name, number] : order) number = place++;
  std::vector<std::uint32_t> listen_of(set.size());
  if (order.size() == 1) {
    for (std::uint32_t k = 0; k < set.size(); ++k) listen_of[k] = k;
  } else {
    std::vector<ToldPlay> plays;
    for (const Telling* telling : set) {
      ToldPlay& play = plays.emplace_back(telling->told());
      play.teller = order.at(tellers.name(telling->teller));
    }
    listen_of = align_plays(plays);
  }
  std::vector<std::vector<Telling*>> clusters(set.size());
  for (std::size_t k = 0; k < set.size(); ++k) clusters[listen_of[k]].push_back(set[k]);

  std::map<std::pair<std::int64_t, std::int64_t>, ListenRow> old;  // by start and length
  for (const ListenRow& row : before) old.emplace(std::pair(row.ts, row.ms_played), row);
  for (const Telling& telling : block) {
    if (telling.is_new() || telling.is_apart) continue;
    ListenRow row = as_listen(telling);
    row.flags = telling.stored_flags;
    old.emplace(std::pair(row.ts, row.ms_played), row);
  }

  std::vector<std::pair<std::int64_t, std::int64_t>> used;
  for (std::vector<Telling*>& cluster : clusters) {
    if (cluster.empty()) continue;
    std::sort(cluster.begin(), cluster.end(),
              [&](const Telling* a, const Telling* b) { return is_more_exact(*a, *b, tellers); });
    Made made = make(cluster, used);
    const auto found = old.find({made.row.ts, made.row.ms_played});
    put(made.row, found == old.end() ? nullptr : &found->second);
    if (found != old.end()) old.erase(found);
    for (Telling* telling : made.from) made.is_alone ? keep_alone(*telling) : keep_apart(*telling);
    note(made, block, told);
  }
  for (const auto& [start_and_length, row] : old) {
    gone_.push_back(row);
    is_visible_ = true;
  }
  return told;
}

/// What became of the new tellings of one listen.
void ListenChanges::note(const Made& made, std::span<const Telling> block,
                         std::vector<Told>& told) {
  const auto is_known = [](const Telling* telling) { return !telling->is_new(); };
  const auto first_known = std::find_if(made.from.begin(), made.from.end(), is_known);
  bool is_completed = false;
  if (first_known != made.from.end()) {
    ListenRow known = as_listen(**first_known);
    for (const Telling* telling : made.from) {
      if (is_known(telling)) complete(known, *telling);
    }
    is_completed = !looks_the_same(known, made.row);
  }
  for (std::size_t k = 0; k < made.from.size(); ++k) {
    if (is_known(made.from[k])) continue;
    Told& answer = told[static_cast<std::size_t>(made.from[k] - block.data())];
    if (k > 0) {
      const bool is_first_known = is_known(made.from[0]);
      answer = is_first_known && is_completed ? Told::kCompleted : Told::kSame;
    } else {
      answer = first_known == made.from.end() ? Told::kAlone : Told::kRefined;
    }
  }
}

bool ListenChanges::adds_only_after(std::int64_t ts) const {
  return gone_.empty() &&
         std::ranges::all_of(put_, [&](const ListenRow& row) { return row.ts > ts; });
}

bool ListenChanges::write(Store& store) {
  const auto is_before = [](const ListenRow& a, const ListenRow& b) {
    return std::tie(a.user, a.ts, a.track, a.ms_played) <
           std::tie(b.user, b.ts, b.track, b.ms_played);
  };
  std::sort(put_.begin(), put_.end(), is_before);
  Statement remove = store.prepare(
      "DELETE FROM listens WHERE user_id = ?1 AND ts = ?2 AND track_id = ?3 AND ms_played = ?4");
  for (const ListenRow& row : gone_) remove.run(row.user, row.ts, row.track, row.ms_played);
  Statement remove_apart = store.prepare(
      "DELETE FROM tellings WHERE user_id = ?1 AND ts = ?2 AND track_id = ?3 AND teller_id = ?4 "
      "AND ms_played = ?5");
  for (const Telling& telling : apart_gone_) {
    remove_apart.run(telling.user, telling.ts, telling.track, telling.teller, telling.ms_played);
  }
  if (!put_.empty()) {
    Statement insert = store.prepare(
        "INSERT OR REPLACE INTO listens SELECT c0, c1, c2, c3, c4, c5, c6 FROM row_source(?1)");
    insert_rows(insert, ListenSource(put_));
  }
  if (!apart_put_.empty()) {
    std::sort(apart_put_.begin(), apart_put_.end(), [](const Telling& a, const Telling& b) {
      return std::tie(a.user, a.ts, a.track, a.teller, a.ms_played) <
             std::tie(b.user, b.ts, b.track, b.teller, b.ms_played);
    });
    Statement insert = store.prepare(
        "INSERT OR REPLACE INTO tellings SELECT c0, c1, c2, c3, c4, c5, c6, c7 "
        "FROM row_source(?1)");
    insert_rows(insert, TellingSource(apart_put_));
  }
  put_.clear();
  gone_.clear();
  apart_put_.clear();
  apart_gone_.clear();
  return std::exchange(is_visible_, false);
}

// ---- blocks -------------------------------------------------------------------------------------

std::vector<std::span<Telling>> blocks_of(std::vector<Telling>& tellings) {
  std::sort(tellings.begin(), tellings.end(), [](const Telling& a, const Telling& b) {
    return std::make_tuple(a.user, a.track, a.earliest(), a.ts, a.ms_played, a.teller, a.record) <
           std::make_tuple(b.user, b.track, b.earliest(), b.ts, b.ms_played, b.teller, b.record);
  });
  std::vector<std::span<Telling>> blocks;
  for (std::size_t begin = 0, end = 0; begin < tellings.size(); begin = end) {
    const Telling& first = tellings[begin];
    std::int64_t latest = first.latest();
    for (end = begin + 1; end < tellings.size(); ++end) {
      const Telling& next = tellings[end];
      if (next.user != first.user || next.track != first.track ||
          next.earliest() > latest + kAlignmentReach) {
        break;
      }
      latest = std::max(latest, next.latest());
    }
    blocks.emplace_back(tellings.data() + begin, end - begin);
  }
  return blocks;
}

void settle_blocks(NearbyTellings& nearby, Tellers& tellers, ListenChanges& changes,
                   const std::function<void(const Telling&, Told)>& note) {
  const auto place = [](const auto& one) { return std::tie(one.user, one.track, one.ts); };
  auto& rows = nearby.told_by_several;
  std::sort(rows.begin(), rows.end(),
            [&](const ListenRow& a, const ListenRow& b) { return place(a) < place(b); });
  for (const std::span<Telling> block : blocks_of(nearby.tellings)) {
    if (std::none_of(block.begin(), block.end(), [](const Telling& t) { return t.is_new(); })) {
      continue;
    }
    // A listen begins with one of its tellings, or a few seconds behind.
    const auto [first, last] = std::minmax_element(
        block.begin(), block.end(), [](const Telling& a, const Telling& b) { return a.ts < b.ts; });
    const auto from = std::make_tuple(first->user, first->track, first->ts);
    const auto to = std::make_tuple(first->user, first->track, last->ts + kAlignmentReach);
    const auto begin = std::lower_bound(
        rows.begin(), rows.end(), from,
        [&](const ListenRow& row, const auto& wanted) { return place(row) < wanted; });
    const auto end = std::upper_bound(
        begin, rows.end(), to,
        [&](const auto& wanted, const ListenRow& row) { return wanted < place(row); });
    const std::vector<Told> told = changes.settle(
        block, {rows.data() + (begin - rows.begin()), static_cast<std::size_t>(end - begin)},
        tellers);
    for (std::size_t k = 0; k < block.size(); ++k) {
      if (block[k].is_new()) note(block[k], told[k]);
    }
  }
}

// ---- taking back --------------------------------------------------------------------------------

namespace {

std::unordered_set<std::int64_t> tracks_of(const Store& store, std::int64_t user,
                                           std::int64_t ingestion) {
  std::unordered_set<std::int64_t> tracks;
  Statement select = store.prepare(
      "SELECT track_id FROM listens WHERE user_id = ?1 AND ingestion_id = ?2 UNION "
      "SELECT track_id FROM tellings WHERE user_id = ?1 AND ingestion_id = ?2");
  for (select.start(user, ingestion); select.step();) tracks.insert(select.integer(0));
  return tracks;
}

/// A telling without who imported it. Of a track that was merged into another since, which nobody
/// can look up any more, the track is left out.
using TellingKey = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

/// Imports of the user, but for one, that told again what others had told; the first of each.
std::map<TellingKey, std::int64_t> told_again(const Store& store, std::int64_t user,
                                              std::int64_t ingestion) {
  std::map<TellingKey, std::int64_t> imports;
  Statement select = store.prepare(
      "SELECT teller_id, r.ts, r.ms_played, ifnull(t.track_id, 0), r.ingestion_id "
      "FROM retellings r JOIN ingestions i USING (ingestion_id) LEFT JOIN tracks t USING "
      "(track_id) "
      "WHERE i.user_id = ?1 AND r.ingestion_id <> ?2 ORDER BY r.ingestion_id");
  for (select.start(user, ingestion); select.step();) {
    imports.emplace(
        TellingKey{select.integer(0), select.integer(1), select.integer(2), select.integer(3)},
        select.integer(4));
  }
  return imports;
}

/// What is told of the import's plays by others too stands by their word from now on.
void pass_on(std::vector<Telling>& tellings, std::int64_t ingestion,
             const std::map<TellingKey, std::int64_t>& others) {
  if (others.empty()) return;
  for (Telling& telling : tellings) {
    if (telling.ingestion != ingestion) continue;
    for (const std::int64_t track : {telling.track, std::int64_t{0}}) {
      const auto other = others.find({telling.stored_teller, telling.ts, telling.ms_played, track});
      if (other == others.end()) continue;
      telling.ingestion = other->second;
      break;
    }
  }
}

}  // namespace

void settle_anew(Store& store, Tellers& tellers, std::vector<Telling> told) {
  std::int64_t number = 0;
  for (Telling& telling : told) {
    telling.record = number++;  // new to the store, as it is now
    telling.is_apart = false;
  }
  NearbyTellings all;
  all.tellings = std::move(told);
  ListenChanges changes;
  settle_blocks(all, tellers, changes, [](const Telling&, Told) {});
  changes.write(store);
}

std::int64_t remove_rows(Store& store, const NearbyTellings& loaded) {
  Statement listen = store.prepare(
      "DELETE FROM listens WHERE user_id = ?1 AND ts = ?2 AND track_id = ?3 AND ms_played = ?4");
  Statement telling = store.prepare(
      "DELETE FROM tellings WHERE user_id = ?1 AND ts = ?2 AND track_id = ?3 AND teller_id = ?4 "
      "AND ms_played = ?5");
  std::int64_t count = 0;
  for (const Telling& t : loaded.tellings) {
    if (t.is_apart) {
      telling.run(t.user, t.ts, t.track, t.stored_teller, t.ms_played);
    } else {
      count += listen.run(t.user, t.ts, t.track, t.ms_played);
    }
  }
  for (const ListenRow& row : loaded.told_by_several) {
    count += listen.run(row.user, row.ts, row.track, row.ms_played);
  }
  return count;
}

std::int64_t take_back(Store& store, std::int64_t user, std::int64_t ingestion) {
  Tellers tellers(store);
  NearbyTellings all;
  all.load(store, tellers, user, std::numeric_limits<std::int64_t>::min(),
           std::numeric_limits<std::int64_t>::max(), tracks_of(store, user, ingestion));
  const std::int64_t before = remove_rows(store, all);
  all.told_by_several.clear();
  pass_on(all.tellings, ingestion, told_again(store, user, ingestion));
  std::erase_if(all.tellings, [&](const Telling& t) { return t.ingestion == ingestion; });
  for (Telling& telling : all.tellings) {
    telling.record = 0;  // new to the store, as it is now
    telling.is_apart = false;
  }
  ListenChanges changes;
  std::int64_t left = 0;
  settle_blocks(all, tellers, changes, [&](const Telling&, Told told) {
    if (told == Told::kAlone) ++left;
  });
  changes.write(store);
  for (const char* table : {"ingestion_tellers", "retellings"})
    store.prepare(std::string("DELETE FROM ") + table + " WHERE ingestion_id = ?1").run(ingestion);
  return before - left;
}

}  // namespace engine::library
