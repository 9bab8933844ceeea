// Commands of the tests in this folder, and a small library with numbers that can be checked by
// hand.
#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "data/tables.hpp"

namespace sdk_fixture {

struct CommandResult {
  int status = -1;
  std::string output;  // stdout and stderr
};

inline CommandResult run_command(const std::string& command) {
  CommandResult result;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return result;
  char buffer[4096];
  for (std::size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    result.output.append(buffer, got);
  }
  result.status = pclose(pipe);
  return result;
}

/// Four tracks: year 2001, unknown, 2003, 2001; plays 1, 5, 0, 2.
class FourTracks final : public engine::Tables {
 public:
  const playlist_table* table(std::string_view name) const override {
    return name == "tracks" ? &tracks_ : name == "track_statistics" ? &statistics_ : nullptr;
  }
  const playlist_lists* lists(std::string_view) const override { return nullptr; }
  const playlist_matrix* embedding(std::string_view) const override { return nullptr; }
  std::int64_t now() const override { return 0; }
  [[nodiscard]] const playlist_table& candidates() const { return tracks_; }

  std::array<std::int32_t, 4> track{0, 1, 2, 3};
  std::array<std::int32_t, 4> year{2001, INT32_MIN, 2003, 2001};
  std::array<std::int32_t, 4> plays{1, 5, 0, 2};
  std::array<float, 4> energy{0.1f, 0.9f, std::numeric_limits<float>::quiet_NaN(), 0.6f};
  std::array<std::int32_t, 4> code{0, 1, 2, 3};
  std::string bytes = "abcd";
  std::array<std::uint64_t, 5> offsets{0, 1, 2, 3, 4};
  playlist_dict dict{sizeof(playlist_dict), 4, bytes.data(), offsets.data()};
  playlist_column track_column = column(PLAYLIST_I32, "track", track.data());
  playlist_column year_column = column(PLAYLIST_I32, "year", year.data());
  playlist_column plays_column = column(PLAYLIST_I32, "plays", plays.data());
  playlist_column energy_column = column(PLAYLIST_F32, "energy", energy.data());
  playlist_column title_column{sizeof(playlist_column), PLAYLIST_STRING, "title", code.data(),
                               &dict};
  playlist_column artist_column{sizeof(playlist_column), PLAYLIST_STRING, "artist_name",
                                code.data(), &dict};

 private:
  static playlist_column column(std::uint32_t type, const char* name, void* data) {
    return {sizeof(playlist_column), type, name, data, nullptr};
  }
  std::array<const playlist_column*, 5> columns_{&track_column, &year_column, &energy_column,
                                                 &title_column, &artist_column};
  std::array<const playlist_column*, 1> statistics_columns_{&plays_column};
  playlist_table tracks_{sizeof(playlist_table), 5, 4, columns_.data()};
  playlist_table statistics_{sizeof(playlist_table), 1, 4, statistics_columns_.data()};
};

}  // namespace sdk_fixture
