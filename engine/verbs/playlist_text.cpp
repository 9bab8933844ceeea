#include "verbs/playlist_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "core/text_width.hpp"
#include "recipe/shown_values.hpp"

namespace engine::verbs {
namespace {

constexpr int kMostTitle = 48, kMostArtist = 32;  // columns that are kept free for them at most
constexpr int kWantedReason = 52;                 // with less room the names are cut
constexpr int kLeastReason = 32;                  // with less still it has a line of its own
constexpr int kGap = 2;

/// "  3:20"
std::string length_text(const PlaylistTrack& track) {
  if (track.duration_ms == 0) return " -:--";
  const long seconds = std::lround(track.duration_ms / 1000.0);
  char text[32];
  std::snprintf(text, sizeof text, "%2ld:%02ld", seconds / 60, seconds % 60);
  return text;
}

/// "3 h 18 min"
std::string duration_text(double minutes) {
  const long whole = std::lround(minutes);
  if (whole < 60) return std::to_string(whole) + " min";
  return std::to_string(whole / 60) + " h " + std::to_string(whole % 60) + " min";
}

std::string padded(const std::string& text, int columns) {
  const int width = text_width(text);
  return text + std::string(static_cast<std::size_t>(std::max(0, columns - width)), ' ');
}

std::string header(const Playlist& playlist) {
  return one_line(playlist.title) + " for " + one_line(playlist.user) + ", " +
         format_time(playlist.now).substr(0, 10) + ": " + counted(playlist.tracks.size(), "track") +
         (playlist.tracks.empty() ? "" : ", " + duration_text(playlist.statistics.minutes)) + "\n";
}

/// "discovered via rock; 3 plays, last 2026-08-01"
std::string why_text(const PlaylistTrack& track) {
  std::string why;
  for (const std::string& reason : track.reasons)
    why += (why.empty() ? "" : "; ") + one_line(reason);
  if (why.empty()) why = "the recipe gives no reason";
  why += track.plays == 0 ? "; never played"
                          : "; " + counted(track.plays, "play") + ", last " +
                                format_time(track.last_played).substr(0, 10);
  return why;
}

/// One line per track, in columns.
class TrackLines {
 public:
  TrackLines(const std::vector<PlaylistTrack>& tracks, int columns)
      : tracks_(tracks), shown_(shown_lines(tracks)), columns_(columns) {
    place_ = std::max<int>(2, static_cast<int>(std::to_string(tracks.size()).size()));
    for (const PlaylistTrack& track : tracks) {
      length_ = std::max(length_, text_width(length_text(track)));
      title_ = std::max(title_, text_width(one_line(track.title)));
      artist_ = std::max(artist_, text_width(one_line(track.artist)));
    }
    title_ = std::min(title_, kMostTitle);
    artist_ = std::min(artist_, kMostArtist);
    if (columns_ > 0) fit();
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (std::size_t k = 0; k < tracks_.size(); ++k) text += line(tracks_[k], k + 1);
    return text;
  }

 private:
  [[nodiscard]] int before_title() const { return 1 + place_ + kGap + length_ + kGap; }

  /// The names give of their room to the reason.
  void fit() {
    const int room = std::max(20, columns_ - before_title());
    const int reason = room - title_ - artist_ - 2 * kGap;
    if (reason < kWantedReason) {
      title_ = std::min(title_, std::max(12, room * 25 / 100));
      artist_ = std::min(artist_, std::max(8, room * 18 / 100));
    }
    reason_ = room - title_ - artist_ - 2 * kGap;
    if (reason_ >= kLeastReason) return;
    is_below_ = true;  // then there is room for the names
    title_ = room * 6 / 10;
    artist_ = room - title_ - kGap;
  }

  [[nodiscard]] std::string line(const PlaylistTrack& track, std::size_t position) const {
    char place[32];
    std::snprintf(place, sizeof place, " %*zu", place_, position);
    const std::string length = length_text(track);
    std::string text = place + std::string(kGap, ' ') +
                       std::string(static_cast<std::size_t>(length_ - text_width(length)), ' ') +
                       length + std::string(kGap, ' ') + column(track.title, title_) +
                       std::string(kGap, ' ');
    const std::string by = track.artist.empty() ? "unknown artist" : track.artist;
    const std::string& shown = shown_[position - 1];
    const std::string why = shown + (shown.empty() ? "" : "  ") + why_text(track);
    if (is_below_) {
      const int indent = before_title();
      return text + fitted(by, artist_) + "\n" +
             std::string(static_cast<std::size_t>(indent), ' ') + fitted(why, columns_ - indent) +
             "\n";
    }
    text += column(by, artist_) + std::string(kGap, ' ');
    return text + (columns_ > 0 ? fitted(why, reason_) : why) + "\n";
  }

  /// Cut on a terminal only: elsewhere a long one pushes what follows aside.
  [[nodiscard]] std::string column(const std::string& text, int width) const {
    return padded(columns_ > 0 ? fitted(text, width) : one_line(text), width);
  }

  const std::vector<PlaylistTrack>& tracks_;
  std::vector<std::string> shown_;
  int columns_;
  int place_ = 2, length_ = 5, title_ = 0, artist_ = 0, reason_ = 0;
  bool is_below_ = false;
};

std::string log_lines(const std::vector<PlaylistTrack>& tracks) {
  const std::vector<std::string> shown = shown_lines(tracks);
  std::string text;
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    char place[32];
    std::snprintf(place, sizeof place, "%3zu ", k + 1);
    std::string before = place + length_text(tracks[k]) + "  ";
    for (const std::string& sentence : tracks[k].explanation) {
      text += before + one_line(sentence) + "\n";
      before.assign(before.size(), ' ');
    }
    if (!shown[k].empty()) text += before + shown[k] + "\n";
  }
  return text;
}

/// Elements that lack the same in one line: "a, b have no data: ...", where the first of them stood.
std::vector<std::string> told_together(const std::vector<std::string>& notices) {
  constexpr std::string_view kLacks = " has no data: ";
  std::vector<std::string> told;
  std::map<std::string, std::pair<std::size_t, std::string>> lacking;  // by reason: place, names
  for (const std::string& notice : notices) {
    const std::size_t at = notice.find(kLacks);
    if (at == std::string::npos) {
      told.push_back(notice);
      continue;
    }
    const std::string name = notice.substr(0, at), reason = notice.substr(at + kLacks.size());
    const auto [found, is_new] = lacking.try_emplace(reason, told.size(), name);
    if (is_new) {
      told.push_back(notice);
    } else {
      found->second.second += ", " + name;
      told[found->second.first] = found->second.second + " have no data: " + reason;
    }
  }
  return told;
}

std::string closing(const Playlist& playlist) {
  const PlaylistStatistics& statistics = playlist.statistics;
  std::string text;
  // Of a mix of one's own tracks only there is nothing to tell.
  const bool has_discoveries = statistics.generative + statistics.fallbacks > 0;
  if (has_discoveries) {
    const auto base = static_cast<std::int64_t>(playlist.tracks.size()) - statistics.generative;
    text += counted(base, "base track") + " and " + std::to_string(statistics.generative) +
            " discovered; " + counted(statistics.fallbacks, "discovery place") +
            " filled by a base track\n";
  }
  std::string channels;
  for (const auto& [name, count] : statistics.channels)
    channels += (channels.empty() ? "" : ", ") + (name == "none" ? "no recall" : one_line(name)) +
                " " + std::to_string(count);
  if (!channels.empty() && channels.rfind("no recall ", 0) != 0)
    text += "found by: " + channels + "\n";
  for (const ReceiptEntry& entry : playlist.receipt) {
    text +=
        "limit " + one_line(entry.constraint) + ": passed over " + std::to_string(entry.dropped);
    if (!entry.relaxed.empty()) text += "; " + one_line(entry.relaxed);
    text += "\n";
  }
  for (const std::string& notice : told_together(playlist.notices))
    text += "note: " + one_line(notice) + "\n";
  text += "random seed " + std::to_string(playlist.random_seed) + "\n";
  return text;
}

std::string trace_text(const std::vector<TraceEntry>& trace) {
  std::string text = "\n    rows in   rows out        ms  node\n";
  for (const TraceEntry& entry : trace) {
    char line[64];
    std::snprintf(line, sizeof line, "%11lld %10lld %9.3f  ", static_cast<long long>(entry.rows_in),
                  static_cast<long long>(entry.rows_out), entry.ms);
    text += line + one_line(entry.node) + "  " + one_line(entry.where) + "\n";
  }
  return text;
}

}  // namespace

RunScreen run_screen(const app::Caller& caller, const std::string& asked, bool with_trace) {
  RunScreen screen;
  screen.columns = caller.screen.columns;
  screen.with_trace = with_trace;
  const std::string style = asked.empty() ? caller.home.settings().text("run.explain") : asked;
  if (style != "auto" && style != "short" && style != "log") {
    throw Error(Exit::kUsage, "setting run.explain cannot be \"" + style + "\"",
                {.where = {}, .source = {}, .why = "it accepts auto, short or log", .fix = {}});
  }
  const bool is_log = style == "log" || (style != "short" && screen.columns == 0);
  screen.style = is_log ? ExplanationStyle::kLog : ExplanationStyle::kShort;
  return screen;
}

std::string playlist_text(const Playlist& playlist, const RunScreen& screen) {
  std::string text = header(playlist) + "\n";
  text += screen.style == ExplanationStyle::kLog
              ? log_lines(playlist.tracks)
              : TrackLines(playlist.tracks, screen.columns).text();
  if (!playlist.tracks.empty()) text += "\n";
  text += closing(playlist);
  if (screen.with_trace) text += trace_text(playlist.trace);
  return text;
}

}  // namespace engine::verbs
