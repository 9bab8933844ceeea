#include "play_columns.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "dates.hpp"
#include "text.hpp"

namespace source {
namespace {

struct RoleInfo {
  const char* name;
  std::vector<std::string_view> aliases;  // plain_name() form, the best first
};

const std::array<RoleInfo, PlayColumns::kRoleCount>& roles() {
  static const std::array<RoleInfo, PlayColumns::kRoleCount> kRoles = {{
      {"time",
       {"uts",           "played_at",   "listened_at", "scrobbled_at", "event_start_timestamp",
        "started_at",    "start_time",  "streamed_at", "watched_at",   "utc_time",
        "time_utc",      "date_utc",    "utc",         "played_on",    "listened_on",
        "date_played",   "play_date",   "listen_date", "stream_date",  "scrobble_date",
        "scrobble_time", "time_played", "entry_date",  "unixtime",     "unix_timestamp",
        "timestamp_utc", "played",      "listened"}},
      {"local_time", {"local_time", "time_local", "local_date", "date_local", "played_at_local"}},
      {"end_time",
       {"end_time", "endtime", "ended_at", "event_end_timestamp", "stopped_at", "stop_time"}},
      {"clock", {"clock", "time_of_day"}},
      {"ms_played",
       {"ms_played", "msplayed", "play_duration_milliseconds", "stream_duration_ms", "played_ms",
        "duration_played_ms", "duration_played", "seconds_played", "played_seconds",
        "listened_seconds", "seconds_listened", "listening_time", "play_duration",
        "played_duration", "stream_duration"}},
      {"skipped", {"skipped", "is_skipped", "skip"}},
      {"loved", {"loved", "is_loved"}},
      {"country", {"country", "conn_country"}},
      {"reason_start", {"reason_start"}},
      {"reason_end", {"reason_end", "end_reason_type"}},
      {"shuffle", {"shuffle", "is_shuffle", "shuffled"}},
      {"event", {"event_type"}},
      {"medium", {"media_type", "product_type"}},
      {"device", {"device", "platform", "device_type", "device_name", "platform_model", "player"}},
      {"user", {"user", "user_id", "username", "user_name", "userid"}},
  }};
  return kRoles;
}

/// Names that a catalogue's column can have as well: "date" of a chart, "timestamp" of a crawl.
constexpr std::array<std::string_view, 8> kOpenNames = {
    "timestamp", "ts", "datetime", "date_time", "date", "time", "when", "day"};

/// What only a chart or another table of tracks has beside its dates.
bool is_chart(const Header& header) {
  return header.find({"position", "rank", "chart", "peak_rank", "weeks_on_chart", "streams",
                      "trend", "region"}) >= 0;
}

/// A time of day, or seconds since 1970: what says when something was played.
bool is_moment(std::string_view cell) {
  if (const auto epoch = read_epoch(cell); epoch && is_plausible(*epoch)) return true;
  const auto time = read_time(cell, DateOrder::kDayFirst);
  const auto other = time ? time : read_time(cell, DateOrder::kMonthFirst);
  return other && other->precision < 86400;
}

bool is_date(std::string_view cell) {
  return read_time(cell, DateOrder::kDayFirst) || read_time(cell, DateOrder::kMonthFirst) ||
         is_moment(cell);
}

/// What the first cells of a column hold.
struct Sample {
  std::int64_t filled = 0, dates = 0, moments = 0;
  bool is_varying = false;
};

Sample look_at(CsvReader table, int column) {
  constexpr int kRecords = 100;
  Sample sample;
  std::string first;
  for (int k = 0; k < kRecords && table.next(); ++k) {
    const std::string_view cell = table[column];
    if (is_missing_word(cell)) continue;
    if (first.empty()) first = cell;
    ++sample.filled;
    sample.dates += is_date(cell) ? 1 : 0;
    sample.moments += is_moment(cell) ? 1 : 0;
    sample.is_varying |= cell != first;
  }
  return sample;
}

}  // namespace

const char* PlayColumns::role_name(int role) {
  return roles()[static_cast<std::size_t>(role)].name;
}

int PlayColumns::find_role(std::string_view name) {
  for (int role = 0; role < kRoleCount; ++role) {
    const RoleInfo& info = roles()[static_cast<std::size_t>(role)];
    if (name == info.name) return role;
  }
  for (int role = 0; role < kRoleCount; ++role) {
    const auto& aliases = roles()[static_cast<std::size_t>(role)].aliases;
    if (std::find(aliases.begin(), aliases.end(), name) != aliases.end()) return role;
  }
  return name == "timestamp" || name == "date" || name == "datetime" ? kTime : -1;
}

PlayColumns::PlayColumns(const Header& header, const TrackColumns& tracks, const CsvReader& table)
    : PlayColumns() {
  for (int role = 0; role < kRoleCount; ++role) {
    for (const std::string_view alias : roles()[static_cast<std::size_t>(role)].aliases) {
      const int column = header.find({alias});
      const bool is_time = role == kTime || role == kLocalTime || role == kEndTime;
      if (column < 0 || has(role)) continue;
      // "played" may be a flag or a count.
      if (is_time && look_at(table, column).dates == 0) continue;
      assign(role, column);
    }
  }
  if (has_time()) return;
  // A name that others use too: a time of day makes it a play's, a bare date only where nothing
  // else says that this is a table of tracks.
  const bool is_table_of_tracks = tracks.feature_count() >= 2 || is_chart(header);
  for (const std::string_view name : kOpenNames) {
    const int column = header.find({name});
    if (column < 0) continue;
    const Sample sample = look_at(table, column);
    const bool is_play = is_table_of_tracks
                             ? 2 * sample.moments > sample.filled && sample.is_varying
                             : sample.dates > 0;
    if (!is_play) continue;
    assign(kTime, column);
    if (name == "date" && !has(kClock)) assign(kClock, header.find({"time"}));
    return;
  }
}

bool is_history(const PlayColumns& plays, const TrackColumns& tracks) {
  const bool has_names = tracks.has(TrackColumns::kTitle) && tracks.has(TrackColumns::kArtist);
  const bool has_id = tracks.has(TrackColumns::kSpotifyId) || tracks.has(TrackColumns::kIsrc) ||
                      tracks.has(TrackColumns::kMbid);
  return plays.has_time() && (has_names || has_id || tracks.has(TrackColumns::kPath));
}

}  // namespace source
