// Where a table of tracks keeps what: columns are found by the names that tools and data sets give
// them, read into a Track, and handed over as a row of "tracks".
#pragma once

#include "playlist/plugin.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csv.hpp"
#include "lengths.hpp"

namespace source {

/// One track as far as a record tells; "" and missing values where it does not.
struct Track {
  std::string title, artist, album, spotify_id, isrc, mbid, tags, album_id, artist_id;
  std::string artwork;     // where the picture of its album is
  std::string file;        // as list_files.hpp has it
  bool is_credit = false;  // `artist` is one text that may join several names
  [[nodiscard]] bool has_identity() const {
    return !spotify_id.empty() || !isrc.empty() || !mbid.empty() ||
           (!title.empty() && !artist.empty());
  }
};

/// The rules by which a cell with several artists is taken apart.
enum class ArtistCell {
  kOne,         // never: "Tyler, The Creator"
  kSemicolon,   // "A;B"
  kTightComma,  // "A;B", else "A,B"; a comma with a blank behind it belongs to a name
  kLooseComma,  // "A, B", where "\," belongs to a name; one artist where there is one artist id
};

class TrackColumns {
 public:
  /// What a column can hold, named as in PLAYLIST_SERVICE_ROWS.
  enum Role : int {
    kTitle,
    kArtist,
    kAlbum,
    kSpotifyId,
    kIsrc,
    kMbid,
    kAlbumId,
    kArtistId,
    kDuration,
    kYear,
    kPopularity,
    kExplicit,
    kKey,
    kMode,
    kTimeSignature,
    kTags,
    kFirstFeature,
    kDanceability = kFirstFeature,
    kEnergy,
    kSpeechiness,
    kAcousticness,
    kInstrumentalness,
    kLiveness,
    kValence,
    kLoudness,
    kTempo,
    kFirstEngagement,
    kPlays = kFirstEngagement,
    kLikes,
    kComments,
    kSkipRate,
    kCompletion,
    kPath,
    kRoleCount
  };
  static const char* role_name(int role);
  /// The role of that name, or of one that tools give its column; -1 when there is none.
  static int find_role(std::string_view name);

  TrackColumns() { columns_.fill({}); }
  /// Finds the columns by their names.
  explicit TrackColumns(const Header& header);
  void assign(int role, int column) { columns_[static_cast<std::size_t>(role)] = {column}; }
  void forget(int role) { columns_[static_cast<std::size_t>(role)].clear(); }
  [[nodiscard]] bool has(int role) const { return column(role) >= 0; }
  /// The first column of this role, -1 when there is none.
  [[nodiscard]] int column(int role) const;
  [[nodiscard]] int feature_count() const;
  /// Of what is told of everybody's use of a track.
  [[nodiscard]] int engagement_count() const;
  /// How to take artists apart; found by the header, ArtistCell::kOne otherwise.
  void set_artist_cell(ArtistCell cell) { artist_cell_ = cell; }
  /// Finds the unit of the lengths; `table` stands at the first record.
  void find_lengths(const Header& header, const CsvReader& table);
  [[nodiscard]] const Lengths& lengths() const { return lengths_; }
  /// An unquoted NA is no value in this file.
  void set_na_missing(bool is_missing) { is_na_missing_ = is_missing; }

  /// The names and ids of a record.
  void read(const CsvReader& csv, Track& track) const;
  /// Checks the numbers of a record: "" or what is wrong, such as `energy is no number: "high"`.
  [[nodiscard]] std::string check(const CsvReader& csv) const;

  /// What the path of a file says of its track, and the track does not say itself.
  static void read_path(std::string_view path, Track& track);

  enum class Of { kTrack, kArtist };
  /// The columns of everything but names and ids; of artists, what can be a mean.
  static std::vector<playlist::ColumnSpec> number_specs(Of of);
  static std::vector<playlist::ColumnSpec> track_specs();
  static std::vector<playlist::ColumnSpec> engagement_specs();
  /// True when the record tells anything of everybody's use of the track.
  [[nodiscard]] bool has_engagement(const CsvReader& csv) const;
  /// Sets the row begun in `table`, which was made with engagement_specs().
  void put_engagement(playlist::Rows& table, const Track& track, const CsvReader& csv,
                      playlist::SourceCall& call) const;
  /// Sets the row begun in `table`, which was made with track_specs().
  void put(playlist::Rows& table, const Track& track, const CsvReader& csv,
           playlist::SourceCall& call) const;
  /// Sets the numbers; `first` is the first of the columns that number_specs() made.
  void put_numbers(Of of, playlist::Rows& table, int first, const CsvReader& csv,
                   playlist::SourceCall& call) const;

 private:
  void read_names(const CsvReader& csv, Track& track) const;
  void read_tags(const CsvReader& csv, Track& track) const;
  std::string artists(std::string_view cell, std::string_view ids) const;
  std::string id_list(std::string_view cell) const;
  std::string_view text(const CsvReader& csv, int role) const;

  std::array<std::vector<int>, kRoleCount> columns_;  // in order of preference
  ArtistCell artist_cell_ = ArtistCell::kOne;
  Lengths lengths_;
  int mood_ = -1;
  bool is_na_missing_ = false;
};

/// The parts of a cell at its commas with (`is_loose`) or without a blank behind; "\," is no
/// separator but a comma.
std::vector<std::string> split_artists(std::string_view cell, bool is_loose);

}  // namespace source
