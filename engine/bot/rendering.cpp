#include "bot/rendering.hpp"

#include <algorithm>
#include <cstdio>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/local_time.hpp"

namespace engine::bot {
namespace {

using verbs::Json;

constexpr std::size_t kShownChanges = 8, kShownNotes = 5;
constexpr std::size_t kMostNoteUnits = 400;

LocalTime local_time(std::int64_t seconds, const std::string& timezone) {
  return LocalClock(timezone, seconds, seconds + 1).at(seconds);
}

void add_changes(MessageText& text, const Json& tracks, const char* sign) {
  const std::size_t shown = std::min(tracks.size(), kShownChanges);
  for (std::size_t k = 0; k < shown; ++k) {
    const Json& track = tracks.at(k);
    text.add(std::string("\n") + sign + " ").append(track_text(track));
    if (const std::string why = text_in(track, "why"); !why.empty()) text.add(": ").name(why);
  }
  if (tracks.size() > shown)
    text.add("\n" + std::string(sign) + " " + std::to_string(tracks.size() - shown) + " more");
}

}  // namespace

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string spotify_address(const Json& track) {
  constexpr std::string_view kPrefix = "spotify:track:";
  const std::string uri = text_in(track, "spotify_uri");
  return uri.starts_with(kPrefix) ? "https://open.spotify.com/track/" + uri.substr(kPrefix.size())
                                  : "";
}

MessageText track_text(const Json& track, const std::string& address) {
  MessageText text;
  const std::string title = text_in(track, "title"), artist = text_in(track, "artist");
  if (!title.empty())
    text.link(title, address);
  else if (track.contains("track") && track.at("track").is_number())
    text.add("track " + json_text(track.at("track")));
  else if (track.contains("id"))
    text.add("track " + json_text(track.at("id")));
  if (!artist.empty()) text.add(" by ").name(artist);
  return text;
}

std::string day_text(std::int64_t seconds, const std::string& timezone) {
  return format_date(local_time(seconds, timezone).day * kDay);
}

std::string clock_text(std::int64_t seconds, const std::string& timezone, std::int64_t now) {
  const LocalTime time = local_time(seconds, timezone);
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d", time.hour(), time.second / 60 % 60);
  if (time.day == local_time(now, timezone).day) return text;
  return format_date(time.day * kDay) + " " + text;
}

std::int64_t time_in(const Json& object, const char* name) {
  const std::string text = text_in(object, name);
  return text.empty() ? 0 : parse_time(text);
}

MessageText changes_text(const Json& changes) {
  MessageText text;
  add_changes(text, changes.at("came"), "+");
  add_changes(text, changes.at("left"), "−");
  return text;
}

MessageText with_notes(MessageText text, const std::vector<std::string>& notes) {
  for (std::size_t k = 0; k < std::min(notes.size(), kShownNotes); ++k)
    text.add(text.is_empty() ? "" : "\n").add(cut_text(notes[k], kMostNoteUnits));
  return text;
}

}  // namespace engine::bot
