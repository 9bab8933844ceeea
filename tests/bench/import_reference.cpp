#include "import_reference.hpp"

#include <cstdio>
#include <filesystem>
#include <simdjson.h>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

namespace {

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database));
  }
}

struct Listen {
  std::int64_t ts, track, ms_played;
};

/// "2024-01-02T03:04:05Z" as Unix seconds.
std::int64_t seconds_of(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::sscanf(std::string(text).c_str(), "%d-%d-%dT%d:%d:%dZ", &year, &month, &day, &hour, &minute,
              &second);
  year -= month <= 2;
  const int era = year / 400, of_era = year - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int of_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return (era * 146097LL + of_days - 719468) * 86400 + hour * 3600 + minute * 60 + second;
}

std::string text_of(simdjson::ondemand::object& object, const char* key) {
  simdjson::ondemand::value value;
  std::string_view text;
  if (object.find_field_unordered(key).get(value) || value.get_string().get(text)) return "";
  return std::string(text);
}

std::int64_t intern(std::unordered_map<std::string, std::int64_t>& known, const std::string& text,
                    std::vector<std::string>& texts) {
  const auto [found, is_new] = known.emplace(text, static_cast<std::int64_t>(known.size()) + 1);
  if (is_new) texts.push_back(text);
  return found->second;
}

}  // namespace

std::int64_t import_plainly(const std::string& folder, const std::string& file) {
  std::unordered_map<std::string, std::int64_t> known_artists, known_tracks;
  std::vector<std::string> artists, tracks;
  std::vector<std::int64_t> artist_of_track;
  std::vector<Listen> listens;
  simdjson::ondemand::parser parser;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto json = simdjson::padded_string::load(entry.path().string()).value();
    auto document = parser.iterate(json);
    for (auto value : document.get_array()) {
      simdjson::ondemand::object object = value.get_object();
      Listen listen{};
      listen.ts = seconds_of(object.find_field_unordered("ts").get_string().value());
      listen.ms_played = object.find_field_unordered("ms_played").get_int64().value();
      const std::string title = text_of(object, "master_metadata_track_name");
      const std::string artist = text_of(object, "master_metadata_album_artist_name");
      const std::int64_t artist_id = intern(known_artists, artist, artists);
      listen.track = intern(known_tracks, artist + '\x1f' + title, tracks);
      if (tracks.size() > artist_of_track.size()) artist_of_track.push_back(artist_id);
      listens.push_back(listen);
    }
  }

  sqlite3* database = nullptr;
  std::filesystem::remove(file);
  if (sqlite3_open(file.c_str(), &database) != SQLITE_OK) throw std::runtime_error("no database");
  run(database,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN;"
      "CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT);"
      "CREATE TABLE tracks (id INTEGER PRIMARY KEY, artist INTEGER, name TEXT);"
      "CREATE TABLE listens (id INTEGER PRIMARY KEY, ts INTEGER, track INTEGER, "
      "ms_played INTEGER)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO artists (name) VALUES (?1)", -1, &insert, nullptr);
  for (const std::string& name : artists) {
    sqlite3_bind_text(insert, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_prepare_v2(database, "INSERT INTO tracks (artist, name) VALUES (?1, ?2)", -1, &insert,
                     nullptr);
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    sqlite3_bind_int64(insert, 1, artist_of_track[i]);
    sqlite3_bind_text(insert, 2, tracks[i].data(), static_cast<int>(tracks[i].size()),
                      SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_prepare_v2(database, "INSERT INTO listens (ts, track, ms_played) VALUES (?1, ?2, ?3)", -1,
                     &insert, nullptr);
  for (const Listen& listen : listens) {
    sqlite3_bind_int64(insert, 1, listen.ts);
    sqlite3_bind_int64(insert, 2, listen.track);
    sqlite3_bind_int64(insert, 3, listen.ms_played);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  run(database, "CREATE INDEX listens_by_ts ON listens (ts, track); COMMIT");
  sqlite3_close(database);
  return static_cast<std::int64_t>(listens.size());
}
