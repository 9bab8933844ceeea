// What a person has, as a format tells it, on its way into the tables of likes, bans, ratings,
// saved albums and artists, and playlists. Every function puts the record at hand somewhere: into
// its table, or into the bucket "empty" where what it needs is missing.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "track_columns.hpp"

namespace source {

class LibraryRows {
 public:
  using When = std::optional<std::int64_t>;  // Unix seconds; one that no service knows is left out

  explicit LibraryRows(playlist::SourceCall& call) : call_(call) {}

  void like(const Track& track, When ts = {});
  void ban(const Track& track, When ts = {});
  void ban_artist(std::string_view artist, When ts = {});
  void save_album(std::string_view album, std::string_view artist, When ts = {});
  void save_artist(std::string_view artist, When ts = {});
  /// `stars` from half a star up; below one it counts as one, the least that there is.
  void rate(const Track& track, double stars, When ts = {});
  void rate_album(std::string_view album, std::string_view artist, double stars, When ts = {});
  void rate_artist(std::string_view artist, double stars, When ts = {});

  struct Playlist {
    std::string name, id, description;
    bool is_nobodys = false;  // a chart, say; otherwise the person's own
    When ts;
  };
  /// The playlist alone, for formats that have a record of it.
  void begin(const Playlist& playlist);
  /// Behind the tracks that it has so far; begins the playlist where nobody did.
  void add(const Playlist& playlist, const Track& track, When ts = {});

 private:
  playlist::Rows& likes();
  playlist::Rows& banned();
  playlist::Rows& ratings();
  playlist::Rows& playlists();
  playlist::Rows& items();
  void empty(const char* reason) { call_.bucket("empty", reason); }
  void put_rating(const Track& track, double stars, When ts);

  playlist::SourceCall& call_;
  playlist::Rows *likes_ = nullptr, *banned_ = nullptr, *ratings_ = nullptr, *albums_ = nullptr,
                 *artists_ = nullptr, *playlists_ = nullptr, *items_ = nullptr;
  std::map<std::pair<std::string, std::string>, std::int32_t> next_;  // place, by name and id
};

}  // namespace source
