// The screen of the watcher, made from a WatchView: no state of its own.
#include <algorithm>
#include <cstdio>
#include <sstream>

#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "core/text_width.hpp"
#include "watch/view.hpp"

namespace engine {
namespace {

constexpr const char* kPlain = "\x1b[0m";
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kCyan = "\x1b[36m";
constexpr const char* kReverse = "\x1b[7m";
constexpr int kMoveColumns = 6;

/// A line of the screen: pieces of one colour each, cut to the window's width as a whole.
class Line {
 public:
  explicit Line(int columns) : left_(columns) {}
  Line& add(const char* colour, const std::string& text) {
    const std::string piece = fitted(text, left_);
    left_ -= text_width(piece);
    text_ += std::string(colour) + piece + kPlain;
    return *this;
  }
  /// Spaces up to `columns` from the line's right end.
  Line& pad_until(int columns) { return add("", std::string(std::max(0, left_ - columns), ' ')); }
  [[nodiscard]] int left() const { return left_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  int left_;
  std::string text_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string milliseconds(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, ms < 10 ? "%.1f ms" : "%.0f ms", ms);
  return text;
}

const char* move_colour(const TrackMove& move) {
  if (move.before == 0) return kYellow;
  return move.before > move.place ? kGreen : kRed;
}

std::string padded(const std::string& text, int columns) {
  return text + std::string(static_cast<std::size_t>(std::max(0, columns - text_width(text))), ' ');
}

class Screen {
 public:
  Screen(const WatchView& view, int columns) : view_(view), columns_(columns) {}

  [[nodiscard]] std::string heading() const {
    Line line(columns_);
    line.add(kBold, view_.title.empty() ? view_.recipe : view_.title);
    if (view_.run == 0) return line.text();
    const auto reused = std::count_if(view_.stages.begin(), view_.stages.end(),
                                      [](const TraceEntry& stage) { return stage.is_reused; });
    line.add(kDim, "  " + view_.user + ", " + view_.now.substr(0, 10) + ", seed " +
                       std::to_string(view_.random_seed) + "  ");
    line.add(kCyan, milliseconds(view_.ms));
    if (reused > 0) {
      line.add(kDim, ", " + std::to_string(reused) + " of " +
                         counted(view_.stages.size(), "stage") + " reused");
    }
    line.add(kDim, "  #" + std::to_string(view_.run) + " " + view_.cause);
    return line.text();
  }

  [[nodiscard]] std::vector<std::string> error() const {
    std::vector<std::string> lines;
    for (const std::string& text : lines_of(view_.error)) {
      const bool is_source = text.rfind("  | ", 0) == 0;
      lines.push_back(Line(columns_).add(is_source ? kBold : kRed, text).text());
    }
    if (!lines.empty() && view_.run > 0) {
      lines.push_back(Line(columns_).add(kDim, "the list below is the last good one").text());
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::string> body() const {
    std::vector<std::string> lines;
    for (const ShownTrack& track : view_.tracks) lines.push_back(track_line(track));
    for (const ShownDeparture& left : view_.left) {
      Line line(columns_);
      line.add(kRed, "  left  ").add(kDim, left.title + " — " + left.artist);
      line.add("", left.why.empty() ? "" : "  " + left.why);
      lines.push_back(line.text());
    }
    lines.emplace_back();
    for (const TraceEntry& stage : view_.stages) lines.push_back(stage_line(stage));
    for (const std::string& notice : view_.notices)
      lines.push_back(Line(columns_).add(kYellow, "note: " + notice).text());
    for (const std::string& printed : view_.printed)
      lines.push_back(Line(columns_).add(kCyan, "print ").add("", printed).text());
    return lines;
  }

  [[nodiscard]] std::string keys(bool is_reading) const {
    Line line(columns_);
    line.add(kReverse, is_reading ? " any key: back  arrows: scroll "
                                  : " s seed  p parameter  w why  o write  arrows scroll  q quit ");
    if (!view_.status.empty()) line.add("", "  " + view_.status);
    return line.text();
  }

 private:
  [[nodiscard]] std::string track_line(const ShownTrack& track) const {
    char place[16];
    std::snprintf(place, sizeof place, "%4d  ", track.move.place);
    Line line(columns_);
    line.add(kDim, place);
    const std::string move = view_.run > 1 ? move_text(track.move, false) : "";
    line.add(move_colour(track.move), padded(move, kMoveColumns));
    line.add(kBold, track.title).add("", " — " + track.artist);
    for (const std::string& end : {track.shown + gap(track) + track.score, track.score}) {
      if (end.empty() || line.left() < text_width(end) + 2) continue;  // then the score alone
      line.pad_until(text_width(end) + 2).add(kDim, "  " + end);
      break;
    }
    return line.text();
  }

  static const char* gap(const ShownTrack& track) {
    return track.shown.empty() || track.score.empty() ? "" : "  ";
  }

  [[nodiscard]] std::string stage_line(const TraceEntry& stage) const {
    char text[64];
    if (stage.is_reused) {
      std::snprintf(text, sizeof text, "%10s", "reused");
    } else {
      std::snprintf(text, sizeof text, "%7.1f ms", stage.ms);
    }
    Line line(columns_);
    line.add(stage.is_reused ? kDim : kCyan, text);
    std::snprintf(text, sizeof text, " %9lld -> %-9lld ", static_cast<long long>(stage.rows_in),
                  static_cast<long long>(stage.rows_out));
    return line.add(kDim, text).add("", stage.node).add(kDim, "  " + stage.where).text();
  }

  const WatchView& view_;
  int columns_;
};

/// The prompt with its cursor; the end of a long text is what is seen.
std::string prompt_line(const LineEditor& editor, int columns) {
  const std::string before = editor.text().substr(0, editor.cursor());
  const std::string after = editor.text().substr(editor.cursor());
  const int room = std::max(1, columns - text_width(editor.prompt()) - 1);
  std::string seen = one_line(before);
  while (text_width(seen) > room) {
    std::size_t length = 1;
    while (length < seen.size() && (static_cast<unsigned char>(seen[length]) & 0xc0) == 0x80)
      ++length;
    seen.erase(0, length);
  }
  const std::string rest = fitted(after, room - text_width(seen));
  const std::string back = rest.empty() ? "" : "\x1b[" + std::to_string(text_width(rest)) + "D";
  return std::string(kBold) + fitted(editor.prompt(), columns - 1) + kPlain + seen + rest + back +
         "\x1b[?25h";
}

}  // namespace

std::string screen_text(const WatchView& view, WatchOverlay& overlay, Terminal::Size size) {
  const Screen screen(view, size.columns);
  const bool is_reading = !overlay.text.empty();
  std::vector<std::string> lines = {screen.heading()};
  for (std::string& line : screen.error()) lines.push_back(std::move(line));
  lines.emplace_back();
  const int above = std::min(static_cast<int>(lines.size()), size.rows - 1);
  lines.resize(static_cast<std::size_t>(above));

  std::vector<std::string> body;
  if (is_reading) {
    for (const std::string& line : lines_of(overlay.text))
      body.push_back(fitted(line, size.columns));
  } else {
    body = screen.body();
  }
  const int room = size.rows - 1 - above;
  overlay.scroll = std::clamp(overlay.scroll, 0, std::max(0, static_cast<int>(body.size()) - room));
  for (int i = 0; i < room; ++i) {
    const auto at = static_cast<std::size_t>(overlay.scroll + i);
    lines.push_back(at < body.size() ? body[at] : "");
  }
  std::string text = "\x1b[?25l\x1b[H";
  for (const std::string& line : lines) text += line + "\x1b[K\r\n";
  text += "\x1b[J";
  return text + (overlay.prompt != nullptr ? prompt_line(*overlay.prompt, size.columns)
                                           : screen.keys(is_reading));
}

}  // namespace engine
