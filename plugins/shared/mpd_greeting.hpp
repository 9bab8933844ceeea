// What whoever talks to MPD over a socket that others have connected does first, and how it reads tags.
// Header only; who includes it links libmpdclient.
#pragma once

#include <memory>
#include <mpd/async.h>
#include <mpd/client.h>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace shared {

struct FreeMpdConnection {
  void operator()(mpd_connection* connection) const { mpd_connection_free(connection); }
};
using MpdConnection = std::unique_ptr<mpd_connection, FreeMpdConnection>;

/// Takes the socket over, at which MPD has said nothing yet; `milliseconds`: for each of its answers.
/// Empty where what is there says no "OK MPD 0.23.5"; else see mpd_connection_get_error().
inline MpdConnection greeted_mpd(int socket, unsigned milliseconds) {
  std::string welcome;
  for (char c = 0; c != '\n' && welcome.size() < 200; welcome += c) {
    pollfd ready{socket, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(milliseconds)) <= 0 || ::read(socket, &c, 1) != 1)
      return nullptr;
  }
  if (!welcome.starts_with("OK MPD ")) return nullptr;
  welcome.pop_back();
  mpd_async* async = mpd_async_new(socket);
  if (async == nullptr) return nullptr;
  MpdConnection connection(mpd_connection_new_async(async, welcome.c_str()));
  if (connection != nullptr) mpd_connection_set_timeout(connection.get(), milliseconds);
  return connection;
}

/// A tag of the song, joined where it comes several times.
inline std::string mpd_tag(const mpd_song* song, mpd_tag_type type, const char* joint) {
  std::string joined;
  for (unsigned k = 0; const char* value = mpd_song_get_tag(song, type, k); ++k)
    joined += (joined.empty() ? "" : joint) + std::string(value);
  return joined;
}

}  // namespace shared
