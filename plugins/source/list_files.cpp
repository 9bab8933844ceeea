#include "list_files.hpp"

#include <algorithm>

#include "ids.hpp"
#include "text.hpp"

namespace source {
namespace {

constexpr std::string_view kFileScheme = "file:";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view uri) {
  std::string bytes;
  for (std::size_t k = 0; k < uri.size(); ++k) {
    const int high = uri[k] == '%' && k + 2 < uri.size() ? hex_digit(uri[k + 1]) : -1;
    const int low = high >= 0 ? hex_digit(uri[k + 2]) : -1;
    bytes += low >= 0 ? static_cast<char>(high * 16 + low) : uri[k];
    if (low >= 0) k += 2;
  }
  return bytes;
}

std::string encoded(std::string_view path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '%') {
      uri += c;
    } else {
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return uri;
}

/// "http://", "spotify:"; of one letter it is a drive of Windows.
bool has_scheme(std::string_view place) {
  const std::size_t end = place.find(':');
  if (end == std::string_view::npos || end < 2) return false;
  return std::all_of(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
}

}  // namespace

void put_identifier(std::string_view address, Track& track) {
  if (track.spotify_id.empty()) track.spotify_id = spotify_id(address);
  if (track.mbid.empty() && contains(address, "musicbrainz.org/recording/"))
    track.mbid = mbid(address);
}

void put_place(std::string_view place, bool is_uri, Track& track) {
  put_identifier(place, track);
  if (!track.file.empty() || place.empty() || is_spotify_id(place)) return;
  if (equals_ignoring_case(place.substr(0, kFileScheme.size()), kFileScheme)) {
    place.remove_prefix(kFileScheme.size());
    if (place.starts_with("//")) {
      const std::size_t path = place.find('/', 2);
      const std::string_view host = place.substr(2, path == std::string_view::npos ? 0 : path - 2);
      if (!host.empty() && host != "localhost") return;  // of another machine
      place.remove_prefix(std::min(path, place.size()));
    }
    track.file = "file://" + encoded(decoded(place));
  } else if (place.starts_with('/')) {
    track.file = "file://" + encoded(is_uri ? decoded(place) : std::string(place));
  } else if (!has_scheme(place) || !contains(place, ":/")) {
    // "a: b/c.mp3" is a path, and so is what has no colon.
    if (place.starts_with("spotify:")) return;
    track.file = encoded(is_uri ? decoded(place) : std::string(place));
  }
}

void put_shown_name(std::string_view shown, Track& track) {
  shown = trim(shown);
  const std::size_t dash = shown.find(" - ");
  track.is_credit = true;  // "A, B"
  if (dash == std::string_view::npos) {
    track.title = shown;
    return;
  }
  track.artist = trim(shown.substr(0, dash));
  track.title = trim(shown.substr(dash + 3));
}

std::string list_text(std::string_view text) {
  return playlist::is_sound_text(text) ? std::string(text) : from_latin1(text);
}

std::string list_name(std::string_view told, const playlist::Input& input) {
  const std::string_view name = trim(told);
  if (!name.empty()) return list_text(name);
  return std::string(input.name().substr(0, input.name().rfind('.')));
}

void add_to_list(LibraryRows& library, const LibraryRows::Playlist& list, Track& track,
                 playlist::SourceCall& call) {
  if (!track.has_identity() && track.file.empty()) {
    return call.bucket("empty", "neither a music file nor names nor an id");
  }
  library.add(list, track);
}

}  // namespace source
