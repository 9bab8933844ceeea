// `engine demo`: a library that works with no account and no network, and is nobody's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace engine {

/// What the library holds, within the ranges that `engine demo` declares (verbs/demo.cpp); the same
/// options give the same library.
struct DemoOptions {
  std::int64_t tracks = 5'000;
  std::int64_t artists = 600;  // at most `tracks`
  std::int64_t genres = 30;
  std::int64_t listens = 24'000;  // of the main listener; the others have fewer
  /// Listeners, the first is called "demo"; of more than 16 each has a few hundred listens.
  std::int64_t users = 6;
  std::int64_t days = 730;  // of listening
  std::uint64_t random_seed = 1;
  std::int64_t now = 0;  // Unix seconds: the end of the history
};

struct DemoSummary {
  std::int64_t tracks = 0, artists = 0, genres = 0, users = 0, listens = 0, likes = 0,
               playlists = 0;
};

/// Makes the library file at `path`, whole or not at all: it is built beside it and renamed. A demo
/// library that is there already is replaced.
/// Throws Error(kInput) when `path` holds a library that is not a demo, or a demo into which
/// somebody has imported; Error(kUsage) for more artists than tracks; Error(kStore) when it cannot
/// be written.
DemoSummary make_demo(const std::string& path, const DemoOptions& options,
                      const std::function<void(const std::string&)>& progress);

}  // namespace engine
