#include "apple_names.hpp"

#include <algorithm>
#include <array>

#include "dates.hpp"
#include "json_list.hpp"
#include "text.hpp"

namespace source {
namespace {

constexpr std::int64_t kDay = 86'400;
enum Field : std::size_t { kIdentifier, kTitle, kArtist, kAlbum, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kNames = {"Track Identifier", "Title", "Artist",
                                                              "Album"};
constexpr std::array<std::string_view, 2> kFirstKeys = {"Content Type", "Track Identifier"};

/// What two writings of a name have in common.
std::string key(std::string_view name) {
  return lower_ascii(trim(name));
}
std::string key(std::string_view a, std::string_view b) {
  return key(a) + '\x1f' + key(b);
}

std::int64_t day_of(std::int64_t seconds) {
  return (seconds >= 0 ? seconds : seconds - (kDay - 1)) / kDay;
}

}  // namespace

bool split_apple_description(std::string_view text, std::string& artist, std::string& name) {
  const std::size_t dash = text.find(" - ");
  if (dash == std::string_view::npos) return false;
  artist = trim(text.substr(0, dash));
  name = trim(text.substr(dash + 3));
  return !artist.empty() && !name.empty();
}

// ---- names --------------------------------------------------------------------------------------

AppleNames::AppleNames(std::string_view library_json, std::string_view days_csv) {
  read_library(without_bom(library_json));
  read_days(table_text(days_csv));
}

void AppleNames::add(Artists& to, std::string of, std::string_view artist) {
  const auto [found, is_new] = to.emplace(std::move(of), artist);
  if (!is_new && key(found->second) != key(artist)) found->second = kSeveral;
}

void AppleNames::read_library(std::string_view json) {
  if (json.empty()) return;
  JsonReader reader(json);
  JsonFields fields(kNames);
  std::array<JsonValue, kFieldCount> values;
  std::string buffer;
  JsonList list(reader, kFirstKeys);
  while (list.next()) {
    if (!list.read(fields, values.data())) continue;
    Track track;
    track.title = values[kTitle].text(buffer);
    track.artist = values[kArtist].text(buffer);
    track.album = values[kAlbum].text(buffer);
    if (!track.has_identity()) continue;
    add(by_album_, key(track.title, track.album), track.artist);
    add(by_title_, key(track.title), track.artist);
    const std::string identifier(values[kIdentifier].text(buffer));
    if (!identifier.empty()) tracks_[identifier] = std::move(track);
  }
}

void AppleNames::read_days(std::string_view text) {
  if (text.empty()) return;
  CsvReader csv(text, ',');
  if (!csv.next()) return;
  const Header header(csv);
  const int description = header.find({"track_description"}), date = header.find({"date_played"});
  std::string artist, title;
  while (csv.next()) {
    if (!split_apple_description(csv[description], artist, title)) continue;
    add(by_title_, key(title), artist);
    const auto time = read_time(csv[date]);
    if (time) add(by_day_, key(title, std::to_string(day_of(time->seconds))), artist);
  }
}

const Track* AppleNames::track(const std::string& identifier) const {
  const auto found = tracks_.find(identifier);
  return found == tracks_.end() ? nullptr : &found->second;
}

std::string AppleNames::artist(std::string_view title, std::string_view album,
                               std::int64_t day) const {
  const auto look = [](const Artists& in, const std::string& of) {
    const auto found = in.find(of);
    return found == in.end() || found->second == kSeveral ? std::string() : found->second;
  };
  std::string found = album.empty() ? "" : look(by_album_, key(title, album));
  for (const std::int64_t near : {day, day - 1, day + 1}) {
    if (found.empty()) found = look(by_day_, key(title, std::to_string(near)));
  }
  return found.empty() ? look(by_title_, key(title)) : found;
}

// ---- plays --------------------------------------------------------------------------------------

namespace {

bool is_activity(const Header& header) {
  return header.has("song_name") && header.has("event_type") &&
         header.find({"event_start_timestamp", "event_end_timestamp"}) >= 0;
}

}  // namespace

bool AppleActivity::is_header(const Header& header) {
  return is_activity(header) && header.find({"artist_name", "artist"}) < 0;
}

AppleActivity::AppleActivity(std::string_view text, const AppleNames& names)
    : csv_(table_text(text), ','), names_(names) {
  if (csv_.next()) header_ = Header(csv_);
  if (!is_activity(header_)) throw playlist::Unsupported("no table of plays of Apple Music");
}

bool AppleActivity::next() {
  return csv_.next();
}

bool AppleActivity::read(ApplePlay& play, AppleOther& other) {
  const auto put = [&](const char* bucket, std::string reason = {}) {
    other = {bucket, std::move(reason)};
    return false;
  };
  if (!is_sound_record(csv_, header_.size(), problem_)) return put("malformed", problem_);
  if (csv_.is_blank()) return put("empty", "a record without values");
  const std::string_view event = cell({"event_type"});
  if (event != "PLAY_END") return put("other", std::string(event));
  if (equals_ignoring_case(cell({"media_type"}), "video")) return put("video");
  play.title = cell({"song_name"});
  play.album = cell({"album_name", "container_album_name"});
  play.end_reason = cell({"end_reason_type"});
  if (play.title.empty()) return put("empty", "no name of a song");
  play.ms_played = read_number(cell({"play_duration_milliseconds"}));
  play.duration_ms = read_number(cell({"media_duration_in_milliseconds"}));
  if (play.ms_played && (*play.ms_played < 0 || *play.ms_played > 24.0 * 3600 * 1000)) {
    play.ms_played.reset();
  }
  const std::string_view start = cell({"event_start_timestamp"});
  const std::string_view end = cell({"event_end_timestamp"});
  const auto time = read_time(start.empty() ? end : start);
  if (!time || !is_plausible(time->seconds)) {
    return put("malformed", "no time from 2000 on: " + quoted(start.empty() ? end : start));
  }
  play.start = time->seconds;
  if (start.empty())
    play.start -= (static_cast<std::int64_t>(play.ms_played.value_or(0)) + 999) / 1000;
  play.artist = cell({"artist_name", "artist"});
  if (play.artist.empty()) play.artist = names_.artist(play.title, play.album, day_of(play.start));
  return play.artist.empty() ? put("no_artist", std::string()) : true;
}

AppleToldPlays::AppleToldPlays(std::string_view activity_csv, const AppleNames& names) {
  if (activity_csv.empty()) return;
  std::optional<AppleActivity> activity;
  try {
    activity.emplace(activity_csv, names);
  } catch (const playlist::Unsupported&) {
    return;
  }
  ApplePlay play;
  AppleOther other;
  while (activity->next()) {
    if (activity->read(play, other)) {
      days_[key(play.artist, play.title)].push_back(day_of(play.start));
    }
  }
  for (auto& [song, days] : days_) std::sort(days.begin(), days.end());
}

bool AppleToldPlays::tells(const std::string& artist, const std::string& title,
                           std::int64_t day) const {
  const auto found = days_.find(key(artist, title));
  if (found == days_.end()) return false;
  const auto near = std::lower_bound(found->second.begin(), found->second.end(), day - 1);
  return near != found->second.end() && *near <= day + 1;
}

}  // namespace source
