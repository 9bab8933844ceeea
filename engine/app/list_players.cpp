#include "app/list_players.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace engine::app {
namespace {

constexpr std::string_view kPlainFiles = "paths=plain,only_files=true",
                           kUriFiles = "paths=uri,only_files=true";

std::string told_names(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// ".m3u" of "lists/Weekly.m3u"; "" without one. Case does not matter to any of the players.
std::string ending_of(const std::string& file) {
  const std::size_t name = file.rfind('/') + 1, dot = file.rfind('.');
  if (dot == std::string::npos || dot <= name) return "";
  std::string ending = file.substr(dot);
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return ending;
}

}  // namespace

const std::vector<ListPlayer>& list_players() {
  constexpr std::string_view kMpdFiles =
      "paths=plain,only_files=true,only_below=true,blank_edges=false";
  static const std::vector<ListPlayer> kPlayers = {
      {"jellyfin",
       "Jellyfin",
       {{"m3u8", {".m3u8", ".m3u"}, kPlainFiles},
        {"m3u", {".m3u"}, kPlainFiles, "m3u8"},
        {"pls", {".pls"}, kPlainFiles}},
       "it takes no other file for a playlist"},
      {"kodi",
       "Kodi",
       {{"m3u8", {".m3u"}, kPlainFiles},  // of .m3u8 it thinks films
        {"m3u", {".m3u"}, kPlainFiles, "m3u8"},
        {"pls", {".pls"}, kPlainFiles},
        {"xspf", {".xspf"}, kUriFiles}},
       "it tells formats by the ending"},
      {"mpd",
       "MPD",
       {{"m3u", {".m3u"}, kMpdFiles},
        {"m3u8", {".m3u"}, kMpdFiles},
        {"pls", {".pls"}, kMpdFiles},
        {"xspf", {".xspf"}, kMpdFiles}},
       "of stored playlists MPD sees those that end in .m3u only, and of others it goes by the "
       "ending"},
      {"navidrome",
       "Navidrome",
       {{"m3u8", {".m3u8", ".m3u"}, "paths=plain,only_files=true,relative_to=list"},
        {"m3u", {".m3u", ".m3u8"}, "paths=plain,only_files=true,relative_to=list", "m3u8"}},
       "its scanner takes no other file for a playlist"},
      {"plex",
       "Plex",
       {{"m3u8", {".m3u"}, kPlainFiles}, {"m3u", {".m3u"}, kPlainFiles, "m3u8"}},
       "it takes m3u files"},
      {"rekordbox",
       "rekordbox",
       {{"rekordbox", {".xml"}, ""}},
       "what it takes from other programs is its XML"},
      {"rhythmbox",
       "Rhythmbox",
       {{"m3u8", {".m3u8", ".m3u"}, kPlainFiles},
        {"m3u", {".m3u", ".m3u8"}, kPlainFiles, "m3u8"},
        {"pls", {".pls"}, kPlainFiles},
        {"xspf", {".xspf"}, kUriFiles}},
       "it tells formats by the ending"},
      {"vlc",
       "VLC",
       {{"m3u8", {".m3u8", ".m3u"}, kUriFiles},
        {"pls", {".pls"}, kUriFiles},
        {"xspf", {".xspf"}, kUriFiles}},
       "it tells formats by the ending"},
  };
  return kPlayers;
}

const ListPlayer& list_player(std::string_view name) {
  std::vector<std::string> names;
  for (const ListPlayer& player : list_players()) {
    if (player.name == name) return player;
    names.emplace_back(player.name);
  }
  const std::string near = nearest(std::string(name), names);
  throw Error(Exit::kUsage, "no player \"" + std::string(name) + "\" is known that reads lists",
              {.where = {},
               .source = {},
               .why = "it can be " + told_names(names),
               .fix = near.empty() ? "leave it out, and say with paths= and relative_to= what its "
                                     "lists are like (engine help files)"
                                   : "did you mean " + near + "?"});
}

const ListPlayer::Format& format_for(const ListPlayer& player, std::string_view format) {
  std::vector<std::string> names;
  for (const ListPlayer::Format& one : player.formats) {
    if (one.name == format) return one;
    names.emplace_back(one.name);
  }
  throw Error(Exit::kUsage,
              std::string(player.title) + " reads no list written as " + std::string(format),
              {.where = {},
               .source = {},
               .why = "it reads " + told_names(names),
               .fix = "write it as " + names.front() + ", or leave out --for for this one"});
}

std::string file_for(const ListPlayer& player, const ListPlayer::Format& format,
                     const std::string& file) {
  if (file == "-") return file;
  const std::string ending = ending_of(file);
  if (std::find(format.endings.begin(), format.endings.end(), ending) != format.endings.end())
    return file;
  // "Vol. 2" has none.
  const bool is_none = ending.empty() || ending.find(' ') != std::string::npos;
  if (is_none) return file + std::string(format.endings.front());
  throw Error(Exit::kUsage, std::string(player.title) + " would not read " + file,
              {.where = {},
               .source = {},
               .why = std::string(player.endings_why),
               .fix = "call it " + file.substr(0, file.size() - ending.size()) +
                      std::string(format.endings.front())});
}

}  // namespace engine::app
