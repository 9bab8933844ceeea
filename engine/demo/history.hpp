// The demo's listeners: what they like, when they listen, what they skip, like and keep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "demo/world.hpp"

namespace engine::demo {

struct Listen {
  std::int64_t ts;  // start
  std::int32_t track, ms_played;
  std::int64_t flags;  // store/listen_flags.hpp
};

struct Dated {
  std::int32_t number;  // of a track or an artist or an album
  std::int64_t ts;
};

struct OwnPlaylist {
  std::string name;
  std::int64_t ts;
  std::vector<Dated> tracks;  // in order
};

struct Listener {
  std::string name;
  std::vector<Listen> listens;                            // by (ts, track, ms_played), each once
  std::vector<Dated> likes, saved_albums, saved_artists;  // by time
  std::vector<OwnPlaylist> playlists;
};

/// What every listener of the demo plays on, by number (store/devices.hpp) from 1: on the way, at work, at
/// home.
constexpr const char* kDeviceNames[] = {"Phone", "Computer", "Kitchen speaker"};

/// Listener `number` with about `listens` listens over `days` days that end before `now`.
Listener make_listener(const World& world, const DemoOptions& options, std::int64_t number,
                       std::int64_t listens);

}  // namespace engine::demo
