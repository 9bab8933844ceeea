#include "rows.hpp"

#include <cmath>

#include "text.hpp"

std::optional<double> PlaylistRows::number(const char* column, std::size_t row) const {
  if (!table_.has(column)) return std::nullopt;
  const double value = table_[column].number(row);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string PlaylistRows::decimal(const char* column, std::size_t row) const {
  const std::optional<double> value = number(column, row);
  if (!value) return "";
  if (table_[column].type() == PLAYLIST_F32) return shortest(static_cast<float>(*value));
  return std::to_string(static_cast<std::int64_t>(*value));
}

std::optional<std::int64_t> PlaylistRows::duration_ms(std::size_t row) const {
  const std::optional<double> value = number("duration_ms", row);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::string PlaylistRows::spotify_uri(std::size_t row) const {
  const std::string_view id = text("spotify_id", row);
  return id.empty() ? "" : "spotify:track:" + percent_encoded(id);
}

std::string PlaylistRows::spotify_url(std::size_t row) const {
  const std::string_view id = text("spotify_id", row);
  return id.empty() ? "" : "https://open.spotify.com/track/" + percent_encoded(id);
}

std::string PlaylistRows::musicbrainz_url(std::size_t row) const {
  const std::string_view id = text("mbid", row);
  return id.empty() ? "" : "https://musicbrainz.org/recording/" + percent_encoded(id);
}

std::string PlaylistRows::address(std::size_t row) const {
  const std::string uri = spotify_uri(row);
  return uri.empty() ? musicbrainz_url(row) : uri;
}

std::string artist_and_title(const PlaylistRows& rows, std::size_t row) {
  const std::string artists = one_line(rows.artists(row)),
                    title = one_line(rows.text("title", row));
  return artists.empty() ? title : title.empty() ? artists : artists + " - " + title;
}
