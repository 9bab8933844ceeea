// What players read of lists in files: `--for mpd`.
//
// Which formats, by which endings of the file's name, and how the paths in it are to be written. Each
// of these was tried with the player itself, or stands in its source or its documentation: `engine
// help files` says which.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::app {

struct ListPlayer {
  struct Format {
    std::string_view name;                  // "m3u8"
    std::vector<std::string_view> endings;  // ".m3u", the usual one first
    std::string_view arguments;             // of the output: "paths=plain,relative_to=list"
    std::string_view written_as = name;     // the output: m3u where paths may be any bytes, or m3u8
  };
  std::string_view name, title;  // "mpd", "MPD"
  std::vector<Format> formats;   // its own first
  std::string_view endings_why;  // what becomes of a list by another ending
};

/// By name.
const std::vector<ListPlayer>& list_players();
/// Throws Error(kUsage) that names those there are.
const ListPlayer& list_player(std::string_view name);
/// Throws Error(kUsage) that names those that the player reads.
const ListPlayer::Format& format_for(const ListPlayer& player, std::string_view format);
/// The file's name, with the player's ending where it has none. Throws Error(kUsage) for one that the
/// player does not read.
std::string file_for(const ListPlayer& player, const ListPlayer::Format& format,
                     const std::string& file);

}  // namespace engine::app
