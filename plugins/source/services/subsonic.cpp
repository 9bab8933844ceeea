// source.subsonic: what somebody starred and rated with Navidrome, Gonic, supysonic or another
// OpenSubsonic server. The protocol does not tell when something was played.
//
// Records   starred songs, albums and artists, then rated songs; one for each
// Lists     likes, saved albums and saved artists are told whole: what lost its star has ended
// Ratings   stand with each song. Servers list all songs for an empty search; one that does not is
//           told of, and only the ratings of starred songs are known
// State     a digest of what was told: as long as that stays the same nothing is
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../dates.hpp"
#include "../library_rows.hpp"
#include "digest.hpp"
#include "elements.hpp"
#include "shared/subsonic/server.hpp"

namespace source {
namespace {

using subsonic::Json;
using subsonic::list_of;
using subsonic::text_of;

constexpr std::size_t kSongsAtOnce = 500;
constexpr std::size_t kMostSongs = 2'000'000;  // an end, whatever a server answers
constexpr const char* kTeller = "subsonic";

struct Starred {
  std::vector<Json> songs, albums, artists;
};

Track track_of(const Json& song) {
  Track track;
  track.title = text_of(song, "title");
  track.artist = text_of(song, "artist");
  track.album = text_of(song, "album");
  track.mbid = text_of(song, "musicBrainzId");
  track.is_credit = true;
  const std::vector<Json> isrc = list_of(song, "isrc");
  if (!isrc.empty() && isrc.front().is_string()) track.isrc = isrc.front().get<std::string>();
  return track;
}

std::optional<std::int64_t> starred_at(const Json& thing) {
  const auto time = read_time(text_of(thing, "starred"));
  return time ? std::optional(time->seconds) : std::nullopt;
}

int rating_of(const Json& song) {
  const auto found = song.find("userRating");
  return found != song.end() && found->is_number() ? found->get<int>() : 0;
}

class Reading {
 public:
  explicit Reading(playlist::SourceCall& call) : call_(call), server_(call), rows_(call) {}

  void read() {
    const Starred starred = ask_starred();
    ask_rated(starred);
    const playlist::State state(call_);
    if (state.kept() == digest_.text()) return call_.finish(0);
    tell(starred);
    state.advance(digest_.text());
    call_.finish();
  }

 private:
  Starred ask_starred() {
    const Json answer = server_.ask("getStarred2", {}, true);
    const Json all = answer.value("starred2", Json::object());
    Starred starred{list_of(all, "song"), list_of(all, "album"), list_of(all, "artist")};
    for (const auto* things : {&starred.songs, &starred.albums, &starred.artists})
      for (const Json& thing : *things) {
        digest_.add(text_of(thing, "id"));
        digest_.add(text_of(thing, "starred"));
      }
    return starred;
  }

  /// All songs that have a rating, by id.
  void ask_rated(const Starred& starred) {
    for (const Json& song : starred.songs) keep_rated(song);
    std::size_t offset = 0;
    while (offset < kMostSongs) {
      const std::vector<Json> songs = songs_from(offset);
      for (const Json& song : songs) keep_rated(song);
      if (songs.size() < kSongsAtOnce) break;
      offset += songs.size();
      call_.checkpoint();
    }
    for (const auto& [id, song] : rated_) {
      digest_.add(id);
      digest_.add(std::to_string(rating_of(song)));
    }
  }

  std::vector<Json> songs_from(std::size_t offset) {
    const Json answer = server_.ask("search3",
                                    {{"query", ""},
                                     {"songCount", std::to_string(kSongsAtOnce)},
                                     {"songOffset", std::to_string(offset)},
                                     {"albumCount", "0"},
                                     {"artistCount", "0"}},
                                    true);
    return list_of(answer.value("searchResult3", Json::object()), "song");
  }

  void keep_rated(const Json& song) {
    if (rating_of(song) > 0) rated_.insert_or_assign(text_of(song, "id"), song);
  }

  void tell(const Starred& starred) {
    for (const char* list : {"likes", "saved_albums", "saved_artists"})
      call_.whole_list(list, kTeller);
    for (const Json& song : starred.songs) {
      rows_.like(track_of(song), starred_at(song));
      call_.next(0);
    }
    for (const Json& album : starred.albums) {
      const std::string name = text_of(album, "name");
      rows_.save_album(name.empty() ? text_of(album, "album") : name, text_of(album, "artist"),
                       starred_at(album));
      call_.next(0);
    }
    for (const Json& artist : starred.artists) {
      rows_.save_artist(text_of(artist, "name"), starred_at(artist));
      call_.next(0);
    }
    for (const auto& [id, song] : rated_) {
      rows_.rate(track_of(song), rating_of(song));
      call_.next(0);
    }
  }

  playlist::SourceCall& call_;
  subsonic::Server server_;
  LibraryRows rows_;
  std::map<std::string, Json> rated_;
  Digest digest_;
};

class SubsonicSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const { Reading(call).read(); }
};

}  // namespace

constinit const playlist::Element kSubsonic = playlist::element<SubsonicSource>(
    "source.subsonic",
    "Stars and ratings of Navidrome and other OpenSubsonic servers, by engine sync.");

}  // namespace source
