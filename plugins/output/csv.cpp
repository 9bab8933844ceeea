// output.csv: CSV as Exportify (exportify.app) writes it, so that its readers read it.
//
// Exportify's columns with audio features, in its order and English wording; every field quoted,
// quotes doubled, \n line ends, UTF-8 without a byte order mark. Artists are joined by ", ", a
// comma inside a name is written as "\,". What is not known is left empty. Line breaks inside
// fields stay; other control characters are dropped.
//
// Spreadsheets run a field that begins with = + - @, a tab or a line break as a formula, also one
// that a title brings. Such a text gets a ' in front, which they show as text, and so does one that
// begins with ' before such a character, so that source.exportify can take exactly one off again.
#include "playlist/plugin.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "elements.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace {

constexpr const char* kColumns[] = {"Track URI",
                                    "Track Name",
                                    "Artist URI(s)",
                                    "Artist Name(s)",
                                    "Album URI",
                                    "Album Name",
                                    "Album Artist URI(s)",
                                    "Album Artist Name(s)",
                                    "Album Release Date",
                                    "Album Image URL",
                                    "Disc Number",
                                    "Track Number",
                                    "Track Duration (ms)",
                                    "Track Preview URL",
                                    "Explicit",
                                    "Popularity",
                                    "ISRC",
                                    "Added By",
                                    "Added At",
                                    "Danceability",
                                    "Energy",
                                    "Key",
                                    "Loudness",
                                    "Mode",
                                    "Speechiness",
                                    "Acousticness",
                                    "Instrumentalness",
                                    "Liveness",
                                    "Valence",
                                    "Tempo",
                                    "Time Signature"};

/// A line under construction.
class Line {
 public:
  /// What the engine wrote itself: numbers, addresses, times.
  void add(std::string_view field) {
    text_ += text_.empty() ? "\"" : ",\"";
    for (const char c : field) {
      if (c == '"') text_ += '"';
      text_ += c;
    }
    text_ += '"';
  }
  /// What somebody else did.
  void add_text(std::string_view text) {
    std::string field;
    for (const char c : valid_utf8(text)) {
      if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') field += c;
    }
    const std::size_t begin = field.find_first_not_of('\'');
    const bool is_formula = begin != std::string::npos &&
                            std::string_view("=+-@\t\n").find(field[begin]) != std::string::npos;
    add(is_formula ? "'" + field : field);
  }
  std::string end() {
    text_ += '\n';
    return std::move(text_);
  }

 private:
  std::string text_;
};

/// The names of all artists of a track.
class ArtistNames {
 public:
  explicit ArtistNames(const playlist::Call& call)
      : artists_of_(call.lists("track_artists")), name_(call.table("artists")["name"].texts()) {}

  [[nodiscard]] std::string joined(std::int32_t track) const {
    std::string text;
    for (const std::int32_t artist : artists_of_[track]) {
      if (!text.empty()) text += ", ";
      for (const char c : name_[static_cast<std::size_t>(artist)]) {
        if (c == ',') text += '\\';
        text += c;
      }
    }
    return text;
  }

 private:
  playlist::Lists artists_of_;
  playlist::Strings name_;
};

class Csv final : public playlist::Output {
 public:
  static void write(playlist::OutputCall& call) {
    const PlaylistRows rows(call);
    const ArtistNames artists(call);
    const std::string added_at = iso_time(call.created());
    Line header;
    for (const char* column : kColumns) header.add(column);
    call.write(header.end());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      call.write(line(rows, row, artists.joined(rows.track(row)), added_at));
    }
  }

 private:
  static std::string line(const PlaylistRows& rows, std::size_t row, const std::string& artists,
                          const std::string& added_at) {
    Line line;
    line.add_text(rows.spotify_uri(row));
    line.add_text(rows.text("title", row));
    line.add("");  // artist URIs
    line.add_text(artists);
    line.add("");  // album URI
    line.add_text(rows.text("album", row));
    line.add("");  // album artist URIs
    line.add("");  // album artist names
    line.add(rows.decimal("release_year", row));
    for (int unknown = 0; unknown < 3; ++unknown) line.add("");  // image, disc, track number
    line.add(rows.decimal("duration_ms", row));
    line.add("");  // preview
    const std::optional<double> is_explicit = rows.number("explicit", row);
    line.add(!is_explicit ? "" : *is_explicit == 1 ? "true" : "false");
    line.add(rows.decimal("popularity", row));
    line.add_text(rows.text("isrc", row));
    line.add("");  // added by
    line.add(added_at);
    for (const char* feature : kFeatures) line.add(rows.decimal(feature, row));
    return line.end();
  }
};

}  // namespace

constinit const playlist::Element kCsv = playlist::element<Csv>(
    "output.csv",
    "CSV with Exportify's columns. A text that a spreadsheet would run, as it begins with = + - or "
    "@, has a ' in front; importing the file takes it off again.");
