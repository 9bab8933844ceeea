#include "data/user_columns.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/ascii.hpp"
#include "data/feedback_columns.hpp"
#include "data/listen_judgement.hpp"
#include "data/listen_statistics.hpp"
#include "data/numbering.hpp"
#include "data/stored_tables.hpp"
#include "data/tables.hpp"
#include "data/text_column.hpp"
#include "store/holdings.hpp"
#include "store/listen_flags.hpp"

namespace engine {
namespace {

struct ListenTable {
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> track, ms_played, country, device;
  std::vector<std::uint8_t> is_play, is_skip, is_finished, shuffle, start_reason, end_reason;
  std::int64_t last_end = INT64_MIN, longest = 0, incognito = 0, newest = INT64_MIN;

  [[nodiscard]] ListenColumns columns() const {
    return {track.data(),   ts.data(),          ms_played.data(), is_play.data(),
            is_skip.data(), is_finished.data(), ts.size()};
  }
};

ListenTable judge_listens(const ListenRows& rows, const IdMap& numbers,
                          std::span<const std::int32_t> durations, const PlayRule& rule) {
  ListenTable made;
  const std::size_t count = rows.count();
  for (auto* column : {&made.track, &made.ms_played, &made.country, &made.device})
    column->reserve(count);
  for (auto* column : {&made.is_play, &made.is_skip, &made.is_finished, &made.shuffle,
                       &made.start_reason, &made.end_reason})
    column->reserve(count);
  made.ts.reserve(count);
  if (count > 0) made.newest = rows.ts.back();
  for (std::size_t k = 0; k < count; ++k) {
    const std::int32_t track = numbers.number(rows.track_id[k]);
    if (track < 0) continue;
    if (rows.flags[k] & ListenFlags::kIncognito) {
      ++made.incognito;
      continue;
    }
    const Judgement listen =
        judge(rows.ms_played[k], durations[static_cast<std::size_t>(track)], rows.flags[k], rule);
    made.track.push_back(track);
    made.ts.push_back(rows.ts[k]);
    made.ms_played.push_back(rows.ms_played[k]);
    made.country.push_back(rows.country[k]);
    made.is_play.push_back(listen.is_play);
    made.is_skip.push_back(listen.is_skip);
    made.is_finished.push_back(listen.is_finished);
    made.shuffle.push_back(ListenFlags::shuffle(rows.flags[k]));
    made.start_reason.push_back(static_cast<std::uint8_t>(ListenFlags::start(rows.flags[k])));
    made.end_reason.push_back(static_cast<std::uint8_t>(ListenFlags::end(rows.flags[k])));
    made.device.push_back(static_cast<std::int32_t>(ListenFlags::device(rows.flags[k])) - 1);
    const std::int64_t end = end_of_listen(rows.ts[k], rows.ms_played[k]);
    made.last_end = std::max(made.last_end, end);
    made.longest = std::max(made.longest, end - rows.ts[k]);
  }
  return made;
}

// Tracks (or artists) and when they were in the set, by (ts, number): of what several tellers say,
// or one says again and again, the times in which any of them holds.
struct DatedSet {
  struct Row {
    std::int64_t ts, ended;
    std::int32_t number;
  };
  std::vector<Row> rows;
  std::vector<std::int32_t> number;
  std::vector<std::int64_t> ts, ended;

  void add(std::int32_t number, std::int64_t ts, std::int64_t ended = INT64_MAX) {
    if (number >= 0) rows.push_back({ts == 0 ? INT64_MIN : ts, ended, number});
  }
  void finish() {
    const auto by_number = [](const Row& a, const Row& b) {
      return a.number != b.number ? a.number < b.number : a.ts < b.ts;
    };
    // Ids, by which they come, mostly rise with numbers.
    if (!std::ranges::is_sorted(rows, by_number)) std::ranges::sort(rows, by_number);
    std::vector<Row> joined;
    for (const Row& row : rows) {
      if (joined.empty() || joined.back().number != row.number || joined.back().ended < row.ts) {
        joined.push_back(row);
      } else {
        joined.back().ended = std::max(joined.back().ended, row.ended);
      }
    }
    rows = std::move(joined);
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return a.ts != b.ts ? a.ts < b.ts : a.number < b.number;
    });
    for (const Row& row : rows) {
      number.push_back(row.number);
      ts.push_back(row.ts);
      ended.push_back(row.ended);
    }
  }
};

std::int64_t end_of(const Statement& row, int column) {
  return row.is_null(column) ? INT64_MAX : row.integer(column);
}

// What is, or was, in the person's playlists, by name; several of one name are one, each behind the
// one before it. A track that has left is known by the playlist's name only, and stands last.
struct PlaylistTracks {
  struct Row {
    std::string name;
    std::int64_t playlist, place;
    std::int32_t track;
    std::int64_t ts, ended;
  };
  std::vector<Row> rows;
  TextColumn name;
  std::vector<std::int32_t> track;
  std::vector<std::int64_t> ts, ended;

  void add(std::string_view playlist, std::int64_t id, std::int64_t place, std::int32_t number,
           std::int64_t since, std::int64_t end = INT64_MAX) {
    if (number < 0) return;
    rows.push_back({std::string(playlist), id, place, number, since == 0 ? INT64_MIN : since, end});
  }
  void finish() {
    std::ranges::sort(rows, {}, [](const Row& row) {
      return std::tie(row.name, row.playlist, row.place, row.ts, row.track);
    });
    for (const Row& row : rows) {
      name.add_even_empty(row.name);
      track.push_back(row.track);
      ts.push_back(row.ts);
      ended.push_back(row.ended);
    }
    rows = {};
  }
};

struct UserSets {
  explicit UserSets(StoredTables tables) : stored(std::move(tables)) {}
  DatedSet likes, saved, entries, saved_artists;
  PlaylistTracks playlists;
  StoredTables stored;
};

struct Bans {
  DatedSet tracks, artists;
};

/// Of what the person said anything of, by whoever's word it is there.
struct SaidSets {
  DatedSet likes, saved_artists;
};

// A saved album holds the artist's tracks with that album name, upper and lower case alike.
void add_saved_albums(const Store& store, std::int64_t user_id, const ColumnFile& catalogue,
                      const IdMap& artists, UserSets& sets) {
  const playlist_table& tracks = *catalogue.table("tracks");
  const playlist_column& album = *find_column(tracks, "album");
  const auto codes = column_of<std::int32_t>(tracks, "album");
  const playlist_lists& artist_tracks = *catalogue.lists("artist_tracks");
  Statement rows =
      store.prepare("SELECT id, name, ts, ended_at FROM holdings WHERE user_id = ?1 AND kind = ?2");
  for (rows.start(user_id, static_cast<std::int64_t>(HoldingKind::kSavedAlbum)); rows.step();) {
    const std::int32_t artist = artists.number(rows.integer(0));
    if (artist < 0) continue;
    const std::string_view wanted = rows.text(1);
    for (std::uint64_t k = artist_tracks.offsets[artist]; k < artist_tracks.offsets[artist + 1];
         ++k) {
      const std::int32_t track = artist_tracks.values[k];
      if (!equal_ignoring_case(text_of(album, codes[static_cast<std::size_t>(track)]), wanted))
        continue;
      sets.saved.add(track, rows.integer(2), end_of(rows, 3));
      sets.entries.add(track, rows.integer(2), end_of(rows, 3));
    }
  }
}

UserSets read_sets(const Store& store, std::int64_t user_id, const ColumnFile& catalogue,
                   const IdMap& tracks, const IdMap& artists) {
  UserSets sets(StoredTables(store, TableOwner::kUser, user_id, tracks, artists));
  Statement holdings = store.prepare(
      "SELECT kind, id, ts, ended_at, name FROM holdings WHERE user_id = ?1 "
      "AND kind IN (1, 3, 6)");
  for (holdings.start(user_id); holdings.step();) {
    const std::int64_t id = holdings.integer(1), ts = holdings.integer(2);
    const std::int64_t ended = end_of(holdings, 3);
    switch (static_cast<HoldingKind>(holdings.integer(0))) {
      case HoldingKind::kLike:
        sets.likes.add(tracks.number(id), ts, ended);
        break;
      case HoldingKind::kSavedArtist:
        sets.saved_artists.add(artists.number(id), ts, ended);
        break;
      case HoldingKind::kPlaylistTrack:
        sets.entries.add(tracks.number(id), ts, ended);
        sets.playlists.add(holdings.text(4), INT64_MAX, 0, tracks.number(id), ts, ended);
        break;
      default:  // saved albums stand there by their tracks, below; bans for themselves
        break;
    }
  }
  Statement entries = store.prepare(
      "SELECT t.track_id, CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END, p.name, playlist_id, position "
      "FROM playlists p JOIN playlist_tracks t USING (playlist_id) WHERE p.user_id = ?1");
  for (entries.start(user_id); entries.step();) {
    const std::int32_t track = tracks.number(entries.integer(0));
    sets.entries.add(track, entries.integer(1));
    sets.playlists.add(entries.text(2), entries.integer(3), entries.integer(4), track,
                       entries.integer(1));
  }
  sets.playlists.finish();
  add_saved_albums(store, user_id, catalogue, artists, sets);
  for (DatedSet* set : {&sets.likes, &sets.saved, &sets.entries, &sets.saved_artists})
    set->finish();
  return sets;
}

// `numbers` is asked for where there are any.
template <typename Numbers>
Bans read_bans(const Store& store, std::int64_t user_id, const Numbers& numbers) {
  Bans bans;
  Statement rows = store.prepare(
      "SELECT kind = 4, id, ts, ended_at FROM holdings WHERE user_id = ?1 "
      "AND kind BETWEEN 4 AND 5");
  for (rows.start(user_id); rows.step();) {
    const bool is_track = rows.integer(0) != 0;
    const IdMap& numbered = is_track ? numbers().tracks : numbers().artists;
    (is_track ? bans.tracks : bans.artists)
        .add(numbered.number(rows.integer(1)), rows.integer(2), end_of(rows, 3));
  }
  bans.tracks.finish();
  bans.artists.finish();
  return bans;
}

// As read_bans(). What nobody's word is left of is in no set, whatever was said of it.
template <typename Numbers>
SaidSets read_said(const Store& store, std::int64_t user_id, const Numbers& numbers) {
  SaidSets said;
  // Left to itself, SQLite would go through all that imports brought instead.
  Statement words = store.prepare(
      "SELECT kind, id FROM holdings INDEXED BY holdings_by_word "
      "WHERE user_id = ?1 AND (teller = 'you' OR ended_by = 'you') ORDER BY kind, id");
  std::optional<Statement> times;
  std::pair<std::int64_t, std::int64_t> last{};
  for (words.start(user_id); words.step();) {
    const std::pair of(words.integer(0), words.integer(1));
    const auto kind = static_cast<HoldingKind>(of.first);
    const bool is_like = kind == HoldingKind::kLike;
    if ((!is_like && kind != HoldingKind::kSavedArtist) || of == std::exchange(last, of)) continue;
    if (!times)
      times = store.prepare(
          "SELECT ts, ended_at FROM holdings WHERE user_id = ?1 AND kind = ?2 AND id = ?3");
    const IdMap& numbered = is_like ? numbers().tracks : numbers().artists;
    DatedSet& set = is_like ? said.likes : said.saved_artists;
    for (times->start(user_id, of.first, of.second); times->step();)
      set.add(numbered.number(of.second), times->integer(0), end_of(*times, 1));
  }
  said.likes.finish();
  said.saved_artists.finish();
  return said;
}

/// The listens of an earlier file, which others follow; none of no file.
struct EarlierListens {
  EarlierListens() = default;
  explicit EarlierListens(const ColumnFile& file)
      : listens(file.table("listens")), contexts(file.table("listen_contexts")) {}

  template <typename T>
  [[nodiscard]] std::span<const T> listen(const char* column) const {
    return listens == nullptr ? std::span<const T>() : column_of<T>(*listens, column);
  }
  template <typename T>
  [[nodiscard]] std::span<const T> context(const char* column) const {
    return contexts == nullptr ? std::span<const T>() : column_of<T>(*contexts, column);
  }
  [[nodiscard]] std::size_t count() const {
    return listens == nullptr ? 0 : static_cast<std::size_t>(listens->rows);
  }
  [[nodiscard]] ListenColumns columns() const {
    return {listen<std::int32_t>("track").data(),
            listen<std::int64_t>("ts").data(),
            listen<std::int32_t>("ms_played").data(),
            listen<std::uint8_t>("is_play").data(),
            listen<std::uint8_t>("is_skip").data(),
            listen<std::uint8_t>("is_finished").data(),
            count()};
  }
  const playlist_table *listens = nullptr, *contexts = nullptr;
};

void describe(ColumnWriter& writer, const ListenTable& listens, const ListenRows& rows,
              const EarlierListens& earlier = {}) {
  const std::size_t count = earlier.count() + listens.ts.size();
  const auto column = [&](const char* name, const auto& values) {
    using Value = typename std::decay_t<decltype(values)>::value_type;
    writer.column(name, earlier.listen<Value>(name), values);
  };
  const auto context = [&](const char* name, const auto& values) {
    writer.column(name, earlier.context<std::uint8_t>(name), values);
  };
  writer.table("listens", count);
  column("track", listens.track);
  column("ts", listens.ts);
  column("ms_played", listens.ms_played);
  column("is_play", listens.is_play);
  column("is_skip", listens.is_skip);
  column("is_finished", listens.is_finished);
  writer.column("country", earlier.listen<std::int32_t>("country"), rows.countries,
                listens.country);
  writer.table("listen_contexts", count);
  context("shuffle", listens.shuffle);
  context("start_reason", listens.start_reason);
  context("end_reason", listens.end_reason);
  writer.column("device", earlier.context<std::int32_t>("device"), rows.devices, listens.device);
  writer.table("summary", 1);
  writer.column("last_end", std::span(&listens.last_end, 1));
  writer.column("longest", std::span(&listens.longest, 1));
  writer.column("incognito", std::span(&listens.incognito, 1));
  writer.column("newest", std::span(&listens.newest, 1));
}

void describe(ColumnWriter& writer, const ListenTotals& totals) {
  writer.table("totals", totals.plays.size());
  writer.column("plays", totals.plays);
  writer.column("skips", totals.skips);
  writer.column("finished", totals.finished);
  writer.column("skip_rate", totals.skip_rate);
  writer.column("first_played", totals.first_played);
  writer.column("last_played", totals.last_played);
}

/// As they were described.
ListenTotals told_totals(const playlist_table& totals) {
  const auto values = [&]<typename Value>(const char* name, std::vector<Value>& out) {
    const auto column = column_of<Value>(totals, name);
    out.assign(column.begin(), column.end());
  };
  ListenTotals told;
  values("plays", told.plays);
  values("skips", told.skips);
  values("finished", told.finished);
  values("skip_rate", told.skip_rate);
  values("first_played", told.first_played);
  values("last_played", told.last_played);
  return told;
}

void describe(ColumnWriter& writer, const char* name, const char* number, const DatedSet& set) {
  writer.table(name, set.ts.size());
  writer.column(number, set.number);
  writer.column("ts", set.ts);
  writer.column("ended", set.ended);
}

void describe_all_but_likes(ColumnWriter& writer, const UserSets& sets) {
  describe(writer, "entries", "track", sets.entries);
  describe(writer, "saved", "track", sets.saved);
  describe(writer, "saved_artists", "artist", sets.saved_artists);
  writer.table("playlist_tracks", sets.playlists.ts.size());
  writer.column("playlist", sets.playlists.name.codes, sets.playlists.name.texts);
  writer.column("track", sets.playlists.track);
  writer.column("ts", sets.playlists.ts);
  writer.column("ended", sets.playlists.ended);
  sets.stored.describe(writer);
}

void describe(ColumnWriter& writer, const UserSets& sets) {
  describe(writer, "likes", "track", sets.likes);
  describe_all_but_likes(writer, sets);
}

void describe(ColumnWriter& writer, const Bans& bans) {
  describe(writer, "banned_tracks", "track", bans.tracks);
  describe(writer, "banned_artists", "artist", bans.artists);
}

void describe(ColumnWriter& writer, const SaidSets& said) {
  describe(writer, "said_likes", "track", said.likes);
  describe(writer, "said_saved_artists", "artist", said.saved_artists);
}

}  // namespace

struct UserBuilder::Nobodys {
  UserSets sets;
  FeedbackColumns feedback;
};

UserBuilder::UserBuilder(const Store& store, const ColumnFile& catalogue, const PlayRule& rule)
    : store_(store), catalogue_(catalogue), rule_(rule) {}

UserBuilder::~UserBuilder() = default;

const UserBuilder::Numbers& UserBuilder::numbers() const {
  if (!numbers_)
    numbers_ = {IdMap(column_of<std::int64_t>(*catalogue_.table("tracks"), "id")),
                IdMap(column_of<std::int64_t>(*catalogue_.table("artists"), "id"))};
  return *numbers_;
}

FeedbackColumns UserBuilder::read_feedback(std::int64_t user_id) const {
  return {store_, user_id, [this] {
            return FeedbackColumns::Numbers{numbers().tracks, numbers().artists};
          }};
}

std::shared_ptr<const ColumnFile> UserBuilder::build_listens(const ListenRows& listens,
                                                             const std::string& key,
                                                             const Write& write) const {
  const playlist_table& tracks = *catalogue_.table("tracks");
  const ListenTable judged = judge_listens(listens, numbers().tracks,
                                           column_of<std::int32_t>(tracks, "duration_ms"), rule_);
  const ListenTotals totals =
      total_listens(judged.columns(), static_cast<std::size_t>(tracks.rows));
  ColumnWriter writer(key);
  describe(writer, judged, listens);
  describe(writer, totals);
  return write(writer);
}

std::shared_ptr<const ColumnFile> UserBuilder::extend_listens(
    const std::shared_ptr<const ColumnFile>& before, std::int64_t user_id, bool is_due,
    const std::string& key, const Write& write) const {
  const playlist_table &tracks = *catalogue_.table("tracks"), &summary = *before->table("summary");
  const auto figure = [&](const char* name) { return column_of<std::int64_t>(summary, name)[0]; };
  const ListenRows rows = read_listens_after(
      store_, user_id, figure("newest"), *find_column(*before->table("listens"), "country")->dict);
  const bool has_all = rows.count() == 0 && before->table("totals")->rows == tracks.rows;
  if (has_all && !is_due) return before;
  ListenTable judged =
      judge_listens(rows, numbers().tracks, column_of<std::int32_t>(tracks, "duration_ms"), rule_);
  judged.last_end = std::max(judged.last_end, figure("last_end"));
  judged.longest = std::max(judged.longest, figure("longest"));
  judged.newest = std::max(judged.newest, figure("newest"));
  judged.incognito += figure("incognito");
  const EarlierListens earlier(*before);
  const ListenTotals totals =
      total_more_listens(told_totals(*before->table("totals")), earlier.columns(), judged.columns(),
                         static_cast<std::size_t>(tracks.rows));
  ColumnWriter writer(key);
  describe(writer, judged, rows, earlier);
  describe(writer, totals);
  return write(writer);
}

std::shared_ptr<const ColumnFile> UserBuilder::build_sets(std::int64_t user_id,
                                                          const std::string& key,
                                                          const Write& write) const {
  const UserSets sets = read_sets(store_, user_id, catalogue_, numbers().tracks, numbers().artists);
  ColumnWriter writer(key);
  describe(writer, sets);
  return write(writer);
}

std::shared_ptr<const ColumnFile> UserBuilder::build_in_memory(std::int64_t user_id,
                                                               const ListenRows& listens,
                                                               const std::string& key) const {
  const playlist_table& tracks = *catalogue_.table("tracks");
  const ListenTable judged = judge_listens(listens, numbers().tracks,
                                           column_of<std::int32_t>(tracks, "duration_ms"), rule_);
  const UserSets sets = read_sets(store_, user_id, catalogue_, numbers().tracks, numbers().artists);
  ColumnWriter writer(key);
  const Bans bans = read_bans(store_, user_id, [this]() -> const Numbers& { return numbers(); });
  const FeedbackColumns feedback = read_feedback(user_id);
  describe(writer, judged, listens);
  describe(writer, sets);
  describe(writer, bans);
  describe(writer, SaidSets());  // the sets were read just now
  feedback.describe(writer);
  return writer.write_to_memory();
}

const UserBuilder::Nobodys& UserBuilder::nobodys() const {
  constexpr std::int64_t kNobody = 0;
  if (!nobodys_)
    nobodys_ = std::make_unique<const Nobodys>(
        Nobodys{read_sets(store_, kNobody, catalogue_, numbers().tracks, numbers().artists),
                read_feedback(kNobody)});
  return *nobodys_;
}

std::shared_ptr<const ColumnFile> UserBuilder::build_of_history(const ListenRows& listens,
                                                                std::span<const DatedLike> likes,
                                                                const std::string& key) const {
  const playlist_table& tracks = *catalogue_.table("tracks");
  const ListenTable judged = judge_listens(listens, numbers().tracks,
                                           column_of<std::int32_t>(tracks, "duration_ms"), rule_);
  DatedSet liked;
  for (const DatedLike& like : likes) liked.add(numbers().tracks.number(like.track_id), like.ts);
  liked.finish();
  const Bans no_bans;
  const SaidSets nothing_said;
  ColumnWriter writer(key);
  describe(writer, judged, listens);
  describe(writer, "likes", "track", liked);
  describe_all_but_likes(writer, nobodys().sets);
  describe(writer, no_bans);
  describe(writer, nothing_said);
  nobodys().feedback.describe(writer);
  return writer.write_to_memory();
}

std::shared_ptr<const ColumnFile> UserBuilder::build_words(std::int64_t user_id) const {
  const auto numbers_used = [this]() -> const Numbers& { return numbers(); };
  const Bans bans = read_bans(store_, user_id, numbers_used);
  const SaidSets said = read_said(store_, user_id, numbers_used);
  const FeedbackColumns feedback = read_feedback(user_id);
  ColumnWriter writer("words");
  describe(writer, bans);
  describe(writer, said);
  feedback.describe(writer);
  return writer.write_to_memory();
}

}  // namespace engine
