#include "jellyfin_plays.hpp"

#include <string>

#include "dates.hpp"
#include "text.hpp"

namespace source {
namespace {

/// How the plugin writes what it does not know.
std::string_view known(std::string_view text) {
  return text == "Not Known" ? std::string_view() : text;
}

/// "ARTISTS - TITLE (ALBUM)".
void put_names(Play& play, std::string_view name) {
  const std::size_t dash = name.find(" - ");
  if (dash == std::string_view::npos) return;
  play.credit = known(trim(name.substr(0, dash)));
  name = name.substr(dash + 3);
  if (name.ends_with(')')) {
    // The album may have brackets of its own.
    int depth = 0;
    std::size_t open = name.size();
    while (open > 0) {
      --open;
      depth += (name[open] == ')') - (name[open] == '(');
      if (depth == 0) break;
    }
    if (depth == 0 && open > 1) {
      play.album = known(trim(name.substr(open + 1, name.size() - open - 2)));
      name = name.substr(0, open);
    }
  }
  play.title = trim(name);
}

bool names_zone(std::string_view text) {
  const std::size_t clock = text.find(':');
  return clock != std::string_view::npos &&
         text.find_first_of("Zz+", clock) != std::string_view::npos;
}

}  // namespace

JellyfinPlays::JellyfinPlays(playlist::SourceCall& call, bool is_utc) : call_(call), plays_(call) {
  if (!is_utc) clock_.emplace(call);
}

void JellyfinPlays::take(const Row& row) {
  if (!equals_ignoring_case(row.type, "Audio")) return call_.bucket("video", row.type);
  const auto time = read_time(row.date);
  if (!time && !row.date.empty()) {
    return call_.malformed("DateCreated is no time: " + quoted(row.date));
  }
  Play play;
  if (time) play.ts = time->seconds;
  if (time && clock_ && !names_zone(row.date)) {
    play.ts = clock_->utc(time->seconds);
    has_used_clock_ = true;
  }
  play.stamp = kStampStart;
  put_names(play, row.name);
  play.device = row.device;
  if (const auto seconds = read_number(row.seconds)) play.ms_played = *seconds * 1000;
  plays_.put(play);
}

void JellyfinPlays::tell() {
  if (has_used_clock_) clock_->tell(call_);
}

void JellyfinPlays::refuse_several_users() {
  throw playlist::Error(
      "it holds the plays of several people, whom it gives by number: let Playback Reporting write "
      "one person's rows (its custom query, with WHERE UserId = ...), one file for each, and "
      "import "
      "each with --user");
}

}  // namespace source
