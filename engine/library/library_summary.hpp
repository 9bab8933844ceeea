// What the store holds, in numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "library/subject.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine::library {

struct UserSummary {
  User user;
  std::int64_t listens = 0, likes = 0, banned = 0, playlists = 0, runs = 0;
  std::optional<std::int64_t> first_listen, last_listen;  // Unix seconds
};
/// By number.
std::vector<UserSummary> summarise_users(const Store& store);

struct LibrarySummary {
  std::int64_t tracks = 0, catalogue_tracks = 0, featured_tracks = 0, artists = 0, tags = 0;
  std::int64_t users = 0, listens = 0, likes = 0, banned = 0, playlists = 0;
  std::int64_t files = 0, unfinished_files = 0;
  std::int64_t runs = 0, merges = 0, data_version = 0;
};
LibrarySummary summarise_library(const Store& store);

struct BannedThing {
  Subject subject;
  std::int64_t since = 0;             // Unix seconds; 0 not told
  std::string tellers;                // "spotify, you"
  std::string list;                   // the only one that it is about; "": all
  std::optional<std::int64_t> until;  // nothing: for ever
};
/// What the user has banned as of `now`: artists, then tracks, each by number; then what is banned
/// for a time or from one list, as it was said.
std::vector<BannedThing> banned_things(const Store& store, std::int64_t user, std::int64_t now);

struct MergeSummary {
  std::int64_t id = 0, kept = 0, merged = 0, ts = 0;
  std::string title, artist;    // of the kept track
  std::string merged_title;     // as it was written
  std::optional<double> score;  // of their likeness; nothing: by hand
};
std::vector<MergeSummary> list_merges(const Store& store);

}  // namespace engine::library
