#include "cli/run_screen.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "watch/terminal.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostTitle = 48, kMostArtist = 32;  // columns that are kept free for them at most
constexpr int kWantedReason = 52;                 // with less room the names are cut
constexpr int kLeastReason = 32;                  // with less still it has a line of its own
constexpr int kGap = 2;

std::string text_of(const Json& json) {
  return json.is_string() ? json.get<std::string>() : json_text(json);
}

/// "  3:20"
std::string length_text(const Json& ms) {
  if (!ms.is_number()) return " -:--";
  const long seconds = std::lround(ms.get<double>() / 1000);
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

std::string header(const Json& record) {
  const Json& statistics = record.at("statistics");
  return one_line(text_of(record.at("title"))) + " for " + one_line(text_of(record.at("user"))) +
         ", " + text_of(record.at("now")).substr(0, 10) + ": " +
         counted(statistics.at("tracks").get<std::int64_t>(), "track") +
         (statistics.at("tracks") == 0
              ? ""
              : ", " + duration_text(statistics.at("minutes").get<double>())) +
         "\n";
}

/// "discovered via rock; 3 plays, last 2026-08-01"
std::string why_text(const Json& track) {
  std::string why;
  for (const Json& reason : track.at("reasons"))
    why += (why.empty() ? "" : "; ") + one_line(text_of(reason));
  if (why.empty()) why = "the recipe gives no reason";
  const std::int64_t plays = track.at("plays").get<std::int64_t>();
  why += plays == 0 ? "; never played"
                    : "; " + counted(plays, "play") + ", last " +
                          text_of(track.at("last_played")).substr(0, 10);
  return why;
}

/// One line per track, in columns.
class TrackLines {
 public:
  TrackLines(const Json& tracks, int columns) : tracks_(tracks), columns_(columns) {
    place_ = std::max<int>(2, static_cast<int>(std::to_string(tracks.size()).size()));
    for (const Json& track : tracks) {
      length_ = std::max(length_, text_width(length_text(track.at("duration_ms"))));
      title_ = std::max(title_, text_width(one_line(text_of(track.at("title")))));
      artist_ = std::max(artist_, text_width(one_line(text_of(track.at("artist")))));
    }
    title_ = std::min(title_, kMostTitle);
    artist_ = std::min(artist_, kMostArtist);
    if (columns_ > 0) fit();
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const Json& track : tracks_) text += line(track);
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

  [[nodiscard]] std::string line(const Json& track) const {
    char place[16];
    std::snprintf(place, sizeof place, " %*d", place_, track.at("position").get<int>());
    const std::string length = length_text(track.at("duration_ms"));
    std::string text = place + std::string(kGap, ' ') +
                       std::string(static_cast<std::size_t>(length_ - text_width(length)), ' ') +
                       length + std::string(kGap, ' ') +
                       column(text_of(track.at("title")), title_) + std::string(kGap, ' ');
    const std::string artist = text_of(track.at("artist"));
    const std::string by = artist.empty() ? "unknown artist" : artist;
    const std::string why = why_text(track);
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

  const Json& tracks_;
  int columns_;
  int place_ = 2, length_ = 5, title_ = 0, artist_ = 0, reason_ = 0;
  bool is_below_ = false;
};

std::string log_lines(const Json& tracks) {
  std::string text;
  for (const Json& track : tracks) {
    char place[16];
    std::snprintf(place, sizeof place, "%3d ", track.at("position").get<int>());
    std::string before = place + length_text(track.at("duration_ms")) + "  ";
    for (const Json& sentence : track.at("explanation")) {
      text += before + one_line(text_of(sentence)) + "\n";
      before.assign(before.size(), ' ');
    }
  }
  return text;
}

std::string closing(const Json& record) {
  const Json& statistics = record.at("statistics");
  std::string text;
  if (!statistics.at("branches").empty()) {
    const auto number = [&](const char* name) { return statistics.at(name).get<std::int64_t>(); };
    text += counted(number("base"), "base track") + " and " + std::to_string(number("generative")) +
            " discovered; " + counted(number("fallbacks"), "discovery place") +
            " filled by a base track\n";
  }
  std::string channels;
  for (const auto& [name, count] : statistics.at("channels").items())
    channels += (channels.empty() ? "" : ", ") + one_line(name) + " " + json_text(count);
  if (!channels.empty() && channels.rfind("none ", 0) != 0) text += "found by: " + channels + "\n";
  for (const Json& entry : record.at("receipt")) {
    text += "limit " + one_line(text_of(entry.at("constraint"))) + ": passed over " +
            json_text(entry.at("dropped"));
    if (entry.contains("relaxed")) text += "; " + one_line(text_of(entry.at("relaxed")));
    text += "\n";
  }
  for (const Json& notice : record.at("notices"))
    text += "note: " + one_line(text_of(notice)) + "\n";
  text += "random seed " + json_text(record.at("random_seed")) + "\n";
  return text;
}

std::string trace_text(const Json& trace) {
  std::string text = "\n    rows in   rows out        ms  node\n";
  for (const Json& entry : trace) {
    char line[64];
    std::snprintf(line, sizeof line, "%11lld %10lld %9.3f  ", entry.at("rows_in").get<long long>(),
                  entry.at("rows_out").get<long long>(), entry.at("ms").get<double>());
    text += line + one_line(text_of(entry.at("node"))) + "  " +
            one_line(text_of(entry.at("where"))) + "\n";
  }
  return text;
}

int terminal_columns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  const bool is_told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_told ? size.ws_col : 80;
}

}  // namespace

RunScreen run_screen(Cli& cli, const std::string& asked, bool with_trace) {
  RunScreen screen;
  screen.columns = terminal_columns();
  screen.with_trace = with_trace;
  const std::string style = asked.empty() ? cli.settings().text("run.explain") : asked;
  if (style != "auto" && style != "short" && style != "log") {
    throw Error(Exit::kUsage, "setting run.explain cannot be \"" + style + "\"",
                {.where = {}, .source = {}, .why = "it accepts auto, short or log", .fix = {}});
  }
  const bool is_log = style == "log" || (style != "short" && screen.columns == 0);
  screen.style = is_log ? ExplanationStyle::kLog : ExplanationStyle::kShort;
  return screen;
}

std::string record_text(const Json& record, const RunScreen& screen) {
  const Json& tracks = record.at("tracks");
  std::string text = header(record) + "\n";
  text += screen.style == ExplanationStyle::kLog ? log_lines(tracks)
                                                 : TrackLines(tracks, screen.columns).text();
  if (!tracks.empty()) text += "\n";
  text += closing(record);
  if (screen.with_trace) text += trace_text(record.at("trace"));
  return text;
}

}  // namespace engine
