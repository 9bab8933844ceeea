// The playlist's table, row by row; what a column does not have is missing.
#pragma once

#include "playlist/plugin.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The audio features in the order in which Exportify lists them.
inline constexpr std::array<const char*, 12> kFeatures{
    "danceability", "energy",           "key",      "loudness", "mode",  "speechiness",
    "acousticness", "instrumentalness", "liveness", "valence",  "tempo", "time_signature"};

class PlaylistRows {
 public:
  explicit PlaylistRows(const playlist::OutputCall& call) : table_(call.tracks()) {}

  [[nodiscard]] std::size_t size() const { return table_.rows(); }
  /// "" when missing.
  [[nodiscard]] std::string_view text(const char* column, std::size_t row) const {
    return table_.has(column) ? table_[column].texts()[row] : std::string_view();
  }
  /// All artists, or the first one where only that is told.
  [[nodiscard]] std::string_view artists(std::size_t row) const {
    const std::string_view all = text("artists", row);
    return all.empty() ? text("artist_name", row) : all;
  }
  [[nodiscard]] std::optional<double> number(const char* column, std::size_t row) const;
  /// As a decimal; floats by shortest(). "" when missing.
  [[nodiscard]] std::string decimal(const char* column, std::size_t row) const;
  [[nodiscard]] std::optional<std::int64_t> duration_ms(std::size_t row) const;
  [[nodiscard]] std::int32_t track(std::size_t row) const { return table_["track"].i32()[row]; }

  // "" without the id.
  [[nodiscard]] std::string spotify_uri(std::size_t row) const;
  [[nodiscard]] std::string spotify_url(std::size_t row) const;
  [[nodiscard]] std::string musicbrainz_url(std::size_t row) const;
  /// The first of them that there is; "" without any.
  [[nodiscard]] std::string address(std::size_t row) const;

 private:
  playlist::Table table_;
};

/// "Artist - Title" in one line, as far as they are known.
std::string artist_and_title(const PlaylistRows& rows, std::size_t row);
