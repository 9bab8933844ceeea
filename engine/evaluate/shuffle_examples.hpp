// Worked examples: what a way plays after a song, beside what a uniform order does, and why each next
// song came.
//
// A uniform order that begins with a given song is that song and a uniform order of the others, so
// both lists begin with the way's first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/as_of.hpp"
#include "recipe/playlist.hpp"

namespace engine::evaluate {

/// So many songs of each list are told.
inline constexpr std::size_t kExampleSongs = 6;

/// A track, and what its list's recipe told of it.
struct ToldTrack {
  std::int64_t id = 0;
  std::string title, artist;
  std::vector<std::string> why;  // sentences: how it came, against what
  std::string step;              // from the song before it: "tempo 96 to 140, energy 0.3 to 0.8"
};

struct ShuffleExample {
  std::size_t user = 0;
  std::int64_t date = 0;
  std::vector<ToldTrack> way, uniform;  // of the same length, the first the same
};

/// The first kExampleSongs of a list, and one more; `step` is left out.
std::vector<ToldTrack> told_tracks(const Playlist& playlist);
std::string packed_told(const std::vector<ToldTrack>& tracks);
std::vector<ToldTrack> unpacked_told(const std::string& bytes);

/// Begins `uniform` with the way's first song, cuts both to the same length and fills in `step`.
/// `songs`: that the order was drawn from.
void lay_side_by_side(ShuffleExample& example, const AsOf& tables, std::size_t songs);

std::string example_text(const ShuffleExample& example, const std::string& way,
                         const std::string& user);
nlohmann::ordered_json example_json(const ShuffleExample& example, const std::string& user);
std::string example_html(const ShuffleExample& example, const std::string& way,
                         const std::string& user);

}  // namespace engine::evaluate
