#include "library/merge.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "library/tellings.hpp"

namespace engine::library {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<TrackReference, 23> kReferences = {{
    {"holdings", "id", " AND kind IN (1, 4, 6)", true},
    {"playlist_tracks", "track_id", "", true},
    {"track_ids", "track_id", "", true},
    {"track_aliases", "track_id", "", true},
    {"track_tags", "track_id", "", true},
    {"track_artists", "track_id", "", false},
    {"embeddings", "track_id", "", true},
    {"engagement", "track_id", "", true},
    {"prompts", "track_id", "", true},
    {"feedback", "track_id", "", true},
    {"suggestions", "track_id", "", true},
    {"run_tracks", "track_id", "", true},
    {"kept_pins", "track_id", "", true},
    {"track_files", "track_id", "", true},
    {"track_sound", "track_id", "", true},
    {"track_lyrics", "track_id", "", true},
    {"service_features", "track_id", "", true},
    {"artworks", "track_id", "", true},
    {"encoded_tracks", "track_id", "", true},
    {"service_tracks", "track_id", "", true},
    {"track_questions", "track_id", "", true},
    {"recommendations", "track_id", "", true},
    {"recommendations", "seed_id", "", true},
}};

struct Column {
  std::string name;
  bool is_key;
};

std::vector<Column> columns_of(const Store& store, const std::string& table) {
  std::vector<Column> columns;
  Statement select = store.prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid");
  for (select.start(table); select.step();) {
    columns.push_back({std::string(select.text(0)), select.integer(1) > 0});
  }
  return columns;
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  char digits[3];
  for (const char c : bytes) {
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    text += digits;
  }
  return text;
}

std::string from_hexadecimal(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

Json value_of(const Statement& row, int column) {
  switch (sqlite3_column_type(row.handle(), column)) {
    case SQLITE_INTEGER:
      return row.integer(column);
    case SQLITE_FLOAT:
      return row.real(column);
    case SQLITE_TEXT:
      return std::string(row.text(column));
    case SQLITE_BLOB:
      return Json{{"hex", hexadecimal(row.text(column))}};
    default:
      return nullptr;
  }
}

/// Binds a value; `text` keeps its bytes until the statement has run.
void bind_value(Statement& statement, int index, const Json& value, std::string& text) {
  if (value.is_number_integer()) {
    statement.bind(index, value.get<std::int64_t>());
  } else if (value.is_number()) {
    statement.bind(index, value.get<double>());
  } else if (value.is_string()) {
    text = value.get<std::string>();
    statement.bind(index, text);
  } else if (value.is_object()) {
    text = from_hexadecimal(value.at("hex").get<std::string>());
    statement.bind_blob(index, text);
  } else {
    statement.bind(index, nullptr);
  }
}

/// Runs `sql` with the values in order; returns the number of rows changed.
std::int64_t run_with(Store& store, const std::string& sql, const std::vector<Json>& values) {
  Statement statement = store.prepare(sql);
  std::vector<std::string> texts(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    bind_value(statement, static_cast<int>(i) + 1, values[i], texts[i]);
  }
  while (statement.step()) {
  }
  return sqlite3_changes64(store.handle());
}

std::vector<Json> rows_where(const Store& store, const std::string& table,
                             const std::string& condition, std::int64_t value) {
  std::vector<Json> rows;
  Statement select = store.prepare("SELECT * FROM " + table + " WHERE " + condition);
  const int count = sqlite3_column_count(select.handle());
  for (select.start(value); select.step();) {
    Json row = Json::array();
    for (int column = 0; column < count; ++column) row.push_back(value_of(select, column));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// " WHERE key1 = ?n AND ..." over the primary key, with the values; `track` stands in for the
/// column that names the track, unless it is 0.
std::string key_condition(const TrackReference& reference, const std::vector<Column>& columns,
                          const Json& row, std::int64_t track, std::vector<Json>& values) {
  std::string condition;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!columns[c].is_key) continue;
    const bool is_track = columns[c].name == reference.column;
    values.push_back(is_track && track != 0 ? Json(track) : row[c]);
    condition += (condition.empty() ? " WHERE " : " AND ") + columns[c].name + " = ?" +
                 std::to_string(values.size());
  }
  return condition;
}

/// Points the merged track's rows at the kept one. Returns them as they were, each with whether it
/// moved (where the kept track had the same row already, it did not).
Json move_rows(Store& store, const TrackReference& reference, std::int64_t kept,
               std::int64_t merged) {
  Json moved = Json::array();
  const std::string table = reference.table;
  const std::string of_track = std::string(reference.column) + " = ?1" + reference.condition;
  const std::vector<Column> columns = columns_of(store, table);
  for (Json& row : rows_where(store, table, of_track, merged)) {
    bool is_moved = false;
    if (reference.is_moved) {
      std::vector<Json> values = {Json(kept)};
      const std::string where = key_condition(reference, columns, row, 0, values);
      is_moved =
          run_with(store,
                   "UPDATE OR IGNORE " + table + " SET " + reference.column + " = ?1" + where,
                   values) > 0;
    }
    moved.push_back({{"row", std::move(row)}, {"moved", is_moved}});
  }
  store.prepare("DELETE FROM " + table + " WHERE " + of_track).run(merged);
  return moved;
}

void move_rows_back(Store& store, const TrackReference& reference, std::int64_t kept,
                    const Json& moved) {
  const std::string table = reference.table;
  const std::vector<Column> columns = columns_of(store, table);
  std::string places;
  for (std::size_t c = 0; c < columns.size(); ++c) places += c ? ", ?" : "?";
  for (const Json& entry : moved) {
    const Json& row = entry.at("row");
    if (entry.at("moved").get<bool>()) {
      std::vector<Json> values;
      const std::string where = key_condition(reference, columns, row, kept, values);
      run_with(store, "DELETE FROM " + table + where, values);
    }
    run_with(store, "INSERT OR IGNORE INTO " + table + " VALUES (" + places + ")",
             std::vector<Json>(row.begin(), row.end()));
  }
}

// ---- listens ------------------------------------------------------------------------------------

/// A telling as it would stand in `listens`: user, ts, track, ms_played, flags, country, ingestion.
Json row_of(const Telling& telling) {
  return {telling.user,     telling.ts,
          telling.track,    telling.ms_played,
          telling.flags(),  telling.country.empty() ? Json() : Json(telling.country),
          telling.ingestion};
}

Telling telling_of(const Json& row, Tellers& tellers) {
  Telling telling;
  telling.user = row[0].get<std::int64_t>();
  telling.ts = row[1].get<std::int64_t>();
  telling.track = row[2].get<std::int64_t>();
  telling.ms_played = row[3].get<std::int32_t>();
  telling.set_flags(row[4].get<std::int64_t>());
  telling.country = row[5].is_string() ? row[5].get<std::string>() : "";
  telling.ingestion = row[6].get<std::int64_t>();
  if (telling.teller == 0) telling.teller = tellers.of_ingestion(telling.ingestion);
  return telling;
}

bool is_same(const Telling& a, const Telling& b) {
  return a.user == b.user && a.ts == b.ts && a.ms_played == b.ms_played && a.teller == b.teller;
}

std::vector<Telling> told_of(Store& store, Tellers& tellers, std::int64_t track) {
  NearbyTellings all;
  all.load(store, tellers, track, track);
  return std::move(all.tellings);
}

/// Makes the listens of the tracks anew from these tellings of them.
void tell_again(Store& store, Tellers& tellers, std::int64_t track, std::int64_t other_track,
                std::vector<Telling> told) {
  for (const char* table : {"listens", "tellings"}) {
    store.prepare(std::string("DELETE FROM ") + table + " WHERE track_id IN (?1, ?2)")
        .run(track, other_track);
  }
  settle_anew(store, tellers, std::move(told));
}

/// What was told of `merged` is of `kept`. Returns it as it was, each with whether it moved (what
/// the same teller told of `kept` as well did not).
Json move_tellings(Store& store, std::int64_t kept, std::int64_t merged) {
  Tellers tellers(store);
  Json moved = Json::array();
  std::vector<Telling> all = told_of(store, tellers, kept);
  const std::size_t own = all.size();
  for (Telling& telling : told_of(store, tellers, merged)) {
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(own);
    const bool is_known = std::any_of(
        all.begin(), end, [&](const Telling& other) { return is_same(telling, other); });
    moved.push_back({{"row", row_of(telling)}, {"moved", !is_known}});
    if (is_known) continue;
    telling.track = kept;
    all.push_back(std::move(telling));
  }
  tell_again(store, tellers, kept, merged, std::move(all));
  return moved;
}

void move_tellings_back(Store& store, std::int64_t kept, std::int64_t merged, const Json& moved) {
  Tellers tellers(store);
  std::vector<Telling> all = told_of(store, tellers, kept);
  for (const Json& entry : moved) {
    Telling telling = telling_of(entry.at("row"), tellers);
    if (entry.at("moved").get<bool>()) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const Telling& other) {
        return other.track == kept && is_same(telling, other);
      });
      if (found != all.end()) all.erase(found);
    }
    all.push_back(std::move(telling));
  }
  tell_again(store, tellers, kept, merged, std::move(all));
}

// ---- the tracks themselves ----------------------------------------------------------------------

/// Likes and bans of a merge that was made before they were holdings (schema 5): rows of (user,
/// track, ts) and of (user, 1, track, ts).
void move_old_rows_back(Store& store, const Json& rows, std::int64_t kept, std::int64_t merged) {
  Statement move = store.prepare(
      "UPDATE OR IGNORE holdings SET id = ?4 WHERE user_id = ?1 AND kind = ?2 AND id = ?3 AND "
      "ts = ?5");
  Statement insert = store.prepare(
      "INSERT OR IGNORE INTO holdings (user_id, kind, id, ts) VALUES (?1, ?2, ?3, ?4)");
  for (const auto& [table, kind] : {std::pair("likes", 1), std::pair("banned", 4)}) {
    for (const Json& entry : rows.value(table, Json::array())) {
      const Json& row = entry.at("row");
      const auto user = row.front().get<std::int64_t>(), ts = row.back().get<std::int64_t>();
      const bool is_moved =
          entry.at("moved").get<bool>() && move.run(user, kind, kept, merged, ts) > 0;
      if (!is_moved) insert.run(user, kind, merged, ts);
    }
  }
}

Json track_row(const Store& store, std::int64_t track) {
  std::vector<Json> rows = rows_where(store, "tracks", "track_id = ?1", track);
  if (rows.empty()) {
    throw Error(Exit::kInput, "there is no track " + std::to_string(track),
                {.where = store.path(),
                 .source = {},
                 .why = {},
                 .fix = "`engine library unmatched` and `engine why` tell the numbers of tracks"});
  }
  return rows.front();
}

std::string text_of(const Store& store, const char* sql, std::int64_t track) {
  Statement select = store.prepare(sql);
  select.start(track);
  return select.step() ? std::string(select.text(0)) : std::string();
}

/// Columns of `kept` that are NULL take the value of `merged`; returns their names.
Json fill_track(Store& store, std::int64_t kept, const Json& kept_row, const Json& merged_row) {
  Json filled = Json::array();
  const std::vector<Column> columns = columns_of(store, "tracks");
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!kept_row[c].is_null() || merged_row[c].is_null()) continue;
    run_with(store, "UPDATE tracks SET " + columns[c].name + " = ?1 WHERE track_id = ?2",
             {merged_row[c], Json(kept)});
    filled.push_back(columns[c].name);
  }
  return filled;
}

/// The id within "spotify:track:ID" or a link; other text as it is.
std::string bare_id(const std::string& name) {
  for (const std::string& prefix : {std::string("spotify:track:"), std::string("/track/")}) {
    const std::size_t at = name.find(prefix);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + prefix.size();
    return name.substr(begin, name.find_first_of("?/#", begin) - begin);
  }
  return name;
}

}  // namespace

std::span<const TrackReference> track_references() {
  return kReferences;
}

void move_joined_tellings(Store& store) {
  const std::string joined = "SELECT from_id FROM joined UNION SELECT to_id FROM joined";
  Tellers tellers(store);
  NearbyTellings nearby;
  nearby.load_selected(store, tellers, joined);
  if (nearby.tellings.empty()) return;
  for (const char* table : {"listens", "tellings"})
    store.execute(std::string("DELETE FROM ") + table + " WHERE track_id IN (" + joined + ")");

  std::unordered_map<std::int64_t, std::int64_t> kept_of;
  Statement rows = store.prepare("SELECT from_id, to_id FROM joined");
  for (rows.start(); rows.step();) kept_of.emplace(rows.integer(0), rows.integer(1));
  std::vector<std::pair<std::int64_t, Telling>> told;  // with the track it was told of
  for (Telling& telling : nearby.tellings) {
    const std::int64_t before = telling.track;
    if (const auto kept = kept_of.find(before); kept != kept_of.end()) telling.track = kept->second;
    told.emplace_back(before, std::move(telling));
  }
  // What one teller told of both tracks alike is one play; what it told twice of one stays two.
  const auto place = [](const Telling& t) {
    return std::tie(t.user, t.track, t.ts, t.ms_played, t.teller);
  };
  std::stable_sort(told.begin(), told.end(), [&](const auto& a, const auto& b) {
    return std::tuple_cat(place(a.second), std::tie(a.first)) <
           std::tuple_cat(place(b.second), std::tie(b.first));
  });
  std::vector<Telling> all;
  std::int64_t first_track = 0;
  for (auto& [before, telling] : told) {
    const bool is_same_play = !all.empty() && place(all.back()) == place(telling);
    if (!is_same_play) first_track = before;
    if (!is_same_play || before == first_track) all.push_back(std::move(telling));
  }
  settle_anew(store, tellers, std::move(all));
}

std::int64_t find_track(const Store& store, const std::string& asked) {
  const std::string name = asked.starts_with("track:") ? asked.substr(6) : asked;
  const bool is_number =
      !name.empty() && name.size() < 19 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto found =
      is_number
          ? store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")
                .find_integer(std::stoll(name))
          : store.prepare("SELECT track_id FROM track_ids WHERE id = ?1 ORDER BY kind LIMIT 1")
                .find_integer(bare_id(name));
  if (found) return *found;
  throw Error(Exit::kInput, "there is no track \"" + asked + "\"",
              {.where = store.path(),
               .source = {},
               .why = "a track is named by its number, a Spotify id, an ISRC or a MusicBrainz id",
               .fix = "`engine library unmatched` lists the numbers of unmatched tracks"});
}

namespace {

/// `score`: of their likeness; nothing where somebody said so.
std::int64_t merge(Store& store, std::int64_t kept, std::int64_t merged, std::int64_t now,
                   std::optional<double> score) {
  const Json kept_row = track_row(store, kept), merged_row = track_row(store, merged);
  Json undo = {{"track", merged_row}, {"rows", Json::object()}};
  undo["rows"]["listens"] = move_tellings(store, kept, merged);
  for (const TrackReference& reference : kReferences) {
    undo["rows"][reference.table] = move_rows(store, reference, kept, merged);
  }
  store
      .prepare(
          "INSERT OR IGNORE INTO track_aliases SELECT key, ?1 FROM tracks "
          "WHERE track_id = ?2 AND key IS NOT NULL")
      .run(kept, merged);
  undo["title"] =
      text_of(store, "SELECT ifnull(title, '') FROM tracks WHERE track_id = ?1", merged);
  undo["key"] = text_of(store, "SELECT ifnull(key, '') FROM tracks WHERE track_id = ?1", merged);
  store.prepare("DELETE FROM tracks WHERE track_id = ?1").run(merged);
  undo["filled"] = fill_track(store, kept, kept_row, merged_row);
  undo["in_catalogue"] = store.prepare("SELECT in_catalogue FROM tracks WHERE track_id = ?1")
                             .find_integer(kept)
                             .value();
  const std::vector<Column> columns = columns_of(store, "tracks");
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].name != "in_catalogue") continue;
    run_with(store, "UPDATE tracks SET in_catalogue = in_catalogue | ?1 WHERE track_id = ?2",
             {merged_row[c], Json(kept)});
  }
  store.prepare("INSERT INTO merges (kept_id, merged_id, ts, undo) VALUES (?1, ?2, ?3, ?4)")
      .run(kept, merged, now, json_text(undo));
  const std::int64_t id = sqlite3_last_insert_rowid(store.handle());
  if (score) store.prepare("UPDATE merges SET score = ?2 WHERE merge_id = ?1").run(id, *score);
  return id;
}

std::pair<std::string, std::string> keys_of(const Store& store, std::int64_t a, std::int64_t b) {
  constexpr const char* kKey = "SELECT ifnull(key, '') FROM tracks WHERE track_id = ?1";
  std::pair<std::string, std::string> keys = {text_of(store, kKey, a), text_of(store, kKey, b)};
  if (keys.second < keys.first) std::swap(keys.first, keys.second);
  return keys;
}

}  // namespace

std::int64_t merge_tracks(Store& store, std::int64_t kept, std::int64_t merged, std::int64_t now) {
  if (kept == merged) {
    throw Error(Exit::kInput, "both names mean track " + std::to_string(kept));
  }
  Transaction transaction(store);
  const auto keys = keys_of(store, kept, merged);
  const std::int64_t id = merge(store, kept, merged, now, std::nullopt);
  store.prepare("DELETE FROM different_tracks WHERE key = ?1 AND other_key = ?2")
      .run(keys.first, keys.second);
  store.bump_data_version();
  transaction.commit();
  return id;
}

void merge_like_track(Store& store, std::int64_t kept, std::int64_t merged, std::int64_t now,
                      double score) {
  static_cast<void>(merge(store, kept, merged, now, score));
}

void unmerge_tracks(Store& store, std::int64_t merge_id) {
  Transaction transaction(store);
  Statement select =
      store.prepare("SELECT kept_id, merged_id, undo FROM merges WHERE merge_id = ?1");
  select.start(merge_id);
  if (!select.step()) {
    throw Error(Exit::kInput, "there is no merge " + std::to_string(merge_id));
  }
  const std::int64_t kept = select.integer(0), merged = select.integer(1);
  const Json undo = Json::parse(select.text(2));
  select.reset();
  const auto later = store
                         .prepare(
                             "SELECT min(merge_id) FROM merges WHERE merge_id > ?1 AND "
                             "(kept_id IN (?2, ?3) OR merged_id IN (?2, ?3))")
                         .find_integer(merge_id, kept, merged);
  if (later) {
    throw Error(Exit::kInput, "merge " + std::to_string(merge_id) + " cannot be undone yet",
                {.where = store.path(),
                 .source = {},
                 .why = "a later merge is about the same tracks",
                 .fix = "undo that one first: engine library unmerge " + std::to_string(*later)});
  }
  for (const Json& column : undo.at("filled")) {
    store.prepare("UPDATE tracks SET " + column.get<std::string>() + " = NULL WHERE track_id = ?1")
        .run(kept);
  }
  store.prepare("UPDATE tracks SET in_catalogue = ?2 WHERE track_id = ?1")
      .run(kept, undo.at("in_catalogue").get<std::int64_t>());
  store.prepare("DELETE FROM track_aliases WHERE track_id = ?1 AND key = ?2")
      .run(kept, undo.at("key").get<std::string>());
  const Json& row = undo.at("track");
  std::string places;
  for (std::size_t c = 0; c < row.size(); ++c) places += c ? ", ?" : "?";
  run_with(store, "INSERT INTO tracks VALUES (" + places + ")",
           std::vector<Json>(row.begin(), row.end()));
  move_tellings_back(store, kept, merged, undo.at("rows").at("listens"));
  const Json& rows = undo.at("rows");
  for (const TrackReference& reference : kReferences) {
    move_rows_back(store, reference, kept, rows.value(reference.table, Json::array()));
  }
  move_old_rows_back(store, rows, kept, merged);
  store.prepare("DELETE FROM merges WHERE merge_id = ?1").run(merge_id);
  if (const auto keys = keys_of(store, kept, merged); !keys.first.empty())
    store.prepare("INSERT OR IGNORE INTO different_tracks VALUES (?1, ?2)")
        .run(keys.first, keys.second);
  store.bump_data_version();
  transaction.commit();
}

}  // namespace engine::library
