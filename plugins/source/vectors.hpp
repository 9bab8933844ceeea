// Vectors as files write them, and the ids of the tracks that they belong to.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json.hpp"

namespace source {

/// Of one vector; the longest that encoders of sound and text make have a few thousand.
constexpr std::size_t kMostNumbers = 65'536;

/// Reads [1, 0.5, ...]: "" or what is wrong with it. Numbers that float32 cannot hold become
/// infinite, which the import tells.
std::string read_vector(const JsonValue& list, std::vector<float>& vector);
/// Reads the cell of a table: numbers divided by blanks, commas or semicolons, in brackets or not.
/// No numbers at all are no vector.
std::string read_vector(std::string_view cell, std::vector<float>& vector);

/// A track by one text whose form tells what kind of id it is.
struct TrackId {
  std::string spotify_id, isrc, mbid;
  std::int64_t number = 0;  // the store's own
  [[nodiscard]] bool is_known() const {
    return !spotify_id.empty() || !isrc.empty() || !mbid.empty() || number > 0;
  }
};
/// A Spotify id, URI or address, an ISRC, a MusicBrainz recording id or address, or a number.
TrackId read_track_id(std::string_view text);

/// The columns of a table that say which track a row is of.
class TrackIdColumns {
 public:
  explicit TrackIdColumns(playlist::Rows& rows)
      : spotify_id_(rows.text("spotify_id", playlist::Sent::kWhenSet)),
        isrc_(rows.text("isrc", playlist::Sent::kWhenSet)),
        mbid_(rows.text("mbid", playlist::Sent::kWhenSet)),
        number_(rows.i64("track_id", playlist::Sent::kWhenSet)) {}

  /// Sets those of the row that was begun.
  void set(const TrackId& id) {
    if (id.number > 0) number_.set(id.number);
    if (!id.spotify_id.empty()) spotify_id_.set(id.spotify_id);
    if (!id.isrc.empty()) isrc_.set(id.isrc);
    if (!id.mbid.empty()) mbid_.set(id.mbid);
  }

 private:
  playlist::TextColumn &spotify_id_, &isrc_, &mbid_;
  playlist::NumberColumn<std::int64_t>& number_;
};

}  // namespace source
