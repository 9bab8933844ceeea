// How what verbs answer is said in messages: tracks, times, changes of lists.
#pragma once

#include <cstdint>
#include <string>

#include "bot/message_text.hpp"
#include "verbs/verb.hpp"

namespace engine::bot {

/// The text of a field that may be null; "" then.
std::string text_in(const verbs::Json& object, const char* name);

/// TITLE by ARTIST, a link where there is an address.
MessageText track_text(const verbs::Json& track, const std::string& address = "");

/// "https://open.spotify.com/track/ID" of a track's "spotify_uri"; "" without one.
std::string spotify_address(const verbs::Json& track);

/// On the clocks of the zone: "21:30" of the day of `now`, "2026-12-01 21:30" of another.
std::string clock_text(std::int64_t seconds, const std::string& timezone, std::int64_t now);
std::string day_text(std::int64_t seconds, const std::string& timezone);
/// Of a field that holds a time as JSON has it; 0 for null.
std::int64_t time_in(const verbs::Json& object, const char* name);

/// What came and what left, as `engine refresh --json` and `engine playlist diff --json` have it.
MessageText changes_text(const verbs::Json& changes);

/// `text`, and notes of a verb behind it, a line each.
MessageText with_notes(MessageText text, const std::vector<std::string>& notes);

}  // namespace engine::bot
