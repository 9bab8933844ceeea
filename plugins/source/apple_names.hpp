// What the files of one export of Apple Music say of each other's tracks: its table of plays names no
// artists, and its playlists give tracks by number.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "csv.hpp"
#include "track_columns.hpp"

namespace source {

/// Names of the files, as Apple calls them.
constexpr const char *kAppleTracks = "Apple Music Library Tracks.json",
                     *kAppleDays = "Apple Music - Play History Daily Tracks.csv",
                     *kAppleActivityFile = "Apple Music Play Activity.csv";

/// "ARTIST - NAME". False where it is not of that form.
bool split_apple_description(std::string_view text, std::string& artist, std::string& name);

class AppleNames {
 public:
  /// From Library Tracks and Play History Daily Tracks; "" is no file.
  AppleNames(std::string_view library_json, std::string_view days_csv);

  /// Of the library, by its Track Identifier; nullptr where it has none.
  [[nodiscard]] const Track* track(const std::string& identifier) const;
  /// Whose song it was: by the library's album, by what was played that day or the days around, or
  /// where one artist alone has such a title. "" where that is not clear. `day`: since 1970.
  [[nodiscard]] std::string artist(std::string_view title, std::string_view album,
                                   std::int64_t day) const;

 private:
  using Artists = std::unordered_map<std::string, std::string>;
  static constexpr const char* kSeveral = "\x1f";
  static void add(Artists& to, std::string key, std::string_view artist);
  void read_library(std::string_view json);
  void read_days(std::string_view csv);

  std::unordered_map<std::string, Track> tracks_;
  Artists by_album_, by_day_, by_title_;
};

/// A play of Apple's table of single plays.
struct ApplePlay {
  std::int64_t start = 0;  // Unix seconds
  std::string_view title, album, end_reason;
  std::string artist;
  std::optional<double> ms_played, duration_ms;
};

/// Where a record of that table goes that is no play.
struct AppleOther {
  const char* bucket = nullptr;
  std::string reason;
};

/// Reads the table of single plays, record by record.
class AppleActivity {
 public:
  /// Also one that names artists itself, as Apple wrote it once. Throws playlist::Unsupported when
  /// the text is another table.
  AppleActivity(std::string_view csv, const AppleNames& names);
  /// True where the table names no artists.
  static bool is_header(const Header& header);

  bool next();
  /// The play at hand, or where the record belongs instead.
  bool read(ApplePlay& play, AppleOther& other);
  [[nodiscard]] std::uint64_t offset() const { return csv_.offset(); }

 private:
  [[nodiscard]] std::string_view cell(std::initializer_list<std::string_view> names) const {
    return csv_[header_.find(names)];
  }
  CsvReader csv_;
  Header header_;
  const AppleNames& names_;
  std::string problem_;
};

/// When each song was played, of the plays that the table of single plays tells with their artists.
class AppleToldPlays {
 public:
  AppleToldPlays(std::string_view activity_csv, const AppleNames& names);
  /// On that day, the day before or after (whose clock counts days is not told).
  [[nodiscard]] bool tells(const std::string& artist, const std::string& title,
                           std::int64_t day) const;

 private:
  std::unordered_map<std::string, std::vector<std::int64_t>> days_;  // sorted
};

}  // namespace source
