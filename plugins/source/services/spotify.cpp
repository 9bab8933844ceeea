// source.spotify: what somebody played, saved, follows and has put into playlists at Spotify, by what
// an app in development mode may still ask.
//
// Records   plays, oldest first; then, where they have changed, saved tracks, followed artists and
//           the person's own playlists, each list whole
// Plays     Spotify tells the last 50 and no more, some of them late (a phone that was offline), so
//           all 50 are asked for, and those that the sync before had seen are left out. Where it had
//           seen none of 50 there may have been more in between: that is told. The time is when the
//           play ended for some players and when it began for others (spotify/web-api issue 1083)
// Lists     Saved tracks have changed where their number or the newest 50 have; artists and
//           playlists where any has, by Spotify's snapshots. Other people's playlists are closed to
//           such apps, and are not asked for
// State     JSON: "plays", the times of those 50 in milliseconds; "saved", "artists", "playlists":
//           digests
// Buckets   empty, local, podcast
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "../dates.hpp"
#include "../ids.hpp"
#include "../library_rows.hpp"
#include "../play_rows.hpp"
#include "digest.hpp"
#include "elements.hpp"
#include "shared/spotify/web_api.hpp"

namespace source {
namespace {

using SpotifyJson = spotify::Json;

constexpr std::size_t kSpotifyPage = 50;           // the most of every list
constexpr std::size_t kMostPages = 20'000;         // an end, whatever answers
constexpr int kMostReadings = 4;                   // of a list that changes meanwhile
constexpr const char* kSpotifyTeller = "spotify";  // as of the account data

/// "2026-01-02T03:04:05.678Z" in milliseconds.
std::optional<std::int64_t> milliseconds_of(const std::string& text) {
  const auto time = read_time(text);
  if (!time) return std::nullopt;
  std::int64_t milliseconds = 0;
  if (const std::size_t dot = text.find('.'); dot != std::string::npos) {
    int digits = 0;
    for (std::size_t i = dot + 1; i < text.size() && digits < 3; ++i, ++digits) {
      if (text[i] < '0' || text[i] > '9') break;
      milliseconds = milliseconds * 10 + (text[i] - '0');
    }
    for (; digits < 3; ++digits) milliseconds *= 10;
  }
  return time->seconds * 1000 + milliseconds;
}

std::optional<std::int64_t> added_at(const SpotifyJson& item) {
  const auto time = read_time(spotify::text_of(item, "added_at"));
  return time ? std::optional(time->seconds) : std::nullopt;
}

/// Names of artists, '\x1f' between them.
std::string artists_of(const SpotifyJson& track) {
  std::string names;
  const SpotifyJson& artists = spotify::part(track, "artists");
  if (!artists.is_array()) return names;
  for (const SpotifyJson& artist : artists) {
    const std::string name = spotify::text_of(artist, "name");
    if (!name.empty()) names += (names.empty() ? "" : "\x1f") + name;
  }
  return names;
}

/// Of the pictures that there are of an album, largest first, the smallest that a page shows sharp.
std::string artwork_of(const SpotifyJson& album) {
  constexpr double kSharpPixels = 250;
  std::string address;
  const SpotifyJson& images = spotify::part(album, "images");
  if (!images.is_array()) return address;
  for (const SpotifyJson& image : images) {
    const SpotifyJson& width = spotify::part(image, "width");
    const bool is_large = width.is_number() && width.get<double>() >= kSharpPixels;
    if (address.empty() || is_large) address = spotify::text_of(image, "url");
  }
  return address;
}

Track spotify_track(const SpotifyJson& json) {
  Track track;
  track.title = spotify::text_of(json, "name");
  track.artist = artists_of(json);
  track.album = spotify::text_of(spotify::part(json, "album"), "name");
  track.artwork = artwork_of(spotify::part(json, "album"));
  track.spotify_id = std::string(spotify_id(spotify::text_of(json, "id")));
  track.isrc = isrc(spotify::text_of(spotify::part(json, "external_ids"), "isrc"));
  return track;
}

struct SpotifyProgress {
  std::vector<std::int64_t> plays;
  std::string saved, artists, playlists;

  static SpotifyProgress of(const std::optional<std::string>& text) {
    SpotifyProgress progress;
    if (!text) return progress;
    const SpotifyJson json = SpotifyJson::parse(*text, nullptr, /*allow_exceptions=*/false);
    const SpotifyJson& plays = spotify::part(json, "plays");
    if (plays.is_array())
      for (const SpotifyJson& play : plays)
        if (play.is_number_integer()) progress.plays.push_back(play.get<std::int64_t>());
    progress.saved = spotify::text_of(json, "saved");
    progress.artists = spotify::text_of(json, "artists");
    progress.playlists = spotify::text_of(json, "playlists");
    return progress;
  }
  [[nodiscard]] std::string text() const {
    return SpotifyJson{
        {"plays", plays}, {"saved", saved}, {"artists", artists}, {"playlists", playlists}}
        .dump();
  }
};

class SpotifyReading {
 public:
  explicit SpotifyReading(playlist::SourceCall& call)
      : call_(call),
        spotify_(call),
        state_(call),
        progress_(SpotifyProgress::of(state_.kept())),
        user_(call.setting("user").value_or(std::string_view())),
        plays_(call),
        rows_(call) {}

  void read() {
    read_plays();
    read_saved();
    call_.checkpoint(0.4);
    read_artists();
    call_.checkpoint(0.5);
    read_playlists();
    state_.advance(progress_.text());
    call_.finish();
  }

 private:
  void read_plays() {
    const SpotifyJson answer = spotify_.get("/me/player/recently-played?limit=50");
    const SpotifyJson& items = spotify::part(answer, "items");
    if (!items.is_array()) throw playlist::Error("what answers there is not Spotify");
    const std::set<std::int64_t> seen(progress_.plays.begin(), progress_.plays.end());
    std::vector<std::int64_t> now;
    bool is_new = true;
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      const auto time = milliseconds_of(spotify::text_of(*item, "played_at"));
      // Later than the clock of the sync: the next one's.
      if (time && *time / 1000 > call_.now()) continue;
      if (time) now.push_back(*time);
      if (time && seen.contains(*time)) {
        is_new = false;
        continue;
      }
      put_play(spotify::part(*item, "track"), time);
      call_.next(0);
    }
    if (is_new && !seen.empty() && now.size() >= kSpotifyPage)
      call_.notice(
          "all of the last 50 plays are new, and Spotify tells no more: some before them may be "
          "missing; sync more often, or import the extended history");
    if (now.empty()) return;
    progress_.plays = now;
    state_.advance(progress_.text());
    call_.complete(call_.record());
  }

  void put_play(const SpotifyJson& json, std::optional<std::int64_t> time) {
    const Track track = spotify_track(json);
    Play play;
    if (time) play.ts = *time / 1000;
    play.stamp = kStampEither;
    play.title = track.title;
    play.artist = track.artist;
    play.album = track.album;
    play.spotify_id = track.spotify_id;
    play.isrc = track.isrc;
    play.artwork = track.artwork;
    const SpotifyJson& duration = spotify::part(json, "duration_ms");
    if (duration.is_number()) play.duration_ms = duration.get<double>();
    plays_.put(play);
  }

  /// All items of an offset list, each of its pages asked for once its total is known to hold;
  /// nothing where `is_known` says of the first page that it is as it was.
  std::optional<std::vector<SpotifyJson>> list_of(
      const std::string& target, const std::function<bool(const SpotifyJson& page)>& is_known) {
    for (int reading = 0; reading < kMostReadings; ++reading) {
      std::vector<SpotifyJson> all;
      SpotifyJson total;
      for (std::size_t page = 0; page < kMostPages; ++page) {
        const SpotifyJson answer =
            spotify_.get(target + "?limit=50&offset=" + std::to_string(page * kSpotifyPage));
        if (page == 0 && is_known(answer)) return std::nullopt;
        if (page == 0) total = spotify::part(answer, "total");
        // What came or went meanwhile has moved all behind it.
        if (spotify::part(answer, "total") != total) break;
        const SpotifyJson& items = spotify::part(answer, "items");
        if (!items.is_array()) throw playlist::Error("what answers there is not Spotify");
        for (const SpotifyJson& item : items) all.push_back(item);
        call_.checkpoint();
        if (items.empty() || spotify::part(answer, "next").is_null()) return all;
      }
    }
    throw playlist::Error(target + " changes faster than it can be read; try again");
  }

  void read_saved() {
    std::string digest;
    const auto saved = list_of("/me/tracks", [&](const SpotifyJson& page) {
      Digest newest;
      newest.add(spotify::part(page, "total").dump());
      for (const SpotifyJson& item : spotify::part(page, "items")) {
        newest.add(spotify::text_of(spotify::part(item, "track"), "uri"));
        newest.add(spotify::text_of(item, "added_at"));
      }
      digest = newest.text();
      return digest == progress_.saved;
    });
    if (!saved) return;
    call_.whole_list("likes", kSpotifyTeller);
    for (const SpotifyJson& item : *saved) {
      rows_.like(named(spotify::part(item, "track")), added_at(item));
      call_.next(0);
    }
    progress_.saved = digest;
  }

  /// A file of the person's own is known by the names in its address.
  static Track named(const SpotifyJson& json) {
    Track track = spotify_track(json);
    if (const auto file = local_file(spotify::text_of(json, "uri"))) {
      if (track.title.empty()) track.title = file->title;
      if (track.artist.empty()) track.artist = file->artist;
    }
    return track;
  }

  void read_artists() {
    std::vector<std::string> names;
    Digest digest;
    std::string after;
    for (std::size_t page = 0; page < kMostPages; ++page) {
      const SpotifyJson answer = spotify_.get("/me/following?type=artist&limit=50" +
                                              (after.empty() ? "" : "&after=" + after));
      const SpotifyJson& artists = spotify::part(answer, "artists");
      const SpotifyJson& items = spotify::part(artists, "items");
      if (!items.is_array()) throw playlist::Error("what answers there is not Spotify");
      for (const SpotifyJson& artist : items) {
        names.push_back(spotify::text_of(artist, "name"));
        digest.add(spotify::text_of(artist, "id"));
      }
      after = playlist::url_encoded(spotify::text_of(spotify::part(artists, "cursors"), "after"));
      if (after.empty() || items.empty()) break;
      call_.checkpoint();
    }
    if (digest.text() == progress_.artists) return;
    call_.whole_list("saved_artists", kSpotifyTeller);
    for (const std::string& name : names) {
      rows_.save_artist(name);
      call_.next(0);
    }
    progress_.artists = digest.text();
  }

  [[nodiscard]] bool is_own(const SpotifyJson& list) const {
    const SpotifyJson& collaborative = spotify::part(list, "collaborative");
    return spotify::text_of(spotify::part(list, "owner"), "id") == user_ ||
           (collaborative.is_boolean() && collaborative.get<bool>());
  }

  void read_playlists() {
    const auto all = list_of("/me/playlists", [](const SpotifyJson& /*page*/) { return false; });
    std::vector<SpotifyJson> own;
    Digest digest;
    for (const SpotifyJson& list : *all) {
      if (!is_own(list)) continue;
      own.push_back(list);
      for (const char* field : {"id", "snapshot_id", "name", "description"})
        digest.add(spotify::text_of(list, field));
    }
    if (digest.text() == progress_.playlists) return;
    std::vector<std::vector<SpotifyJson>> items;
    for (std::size_t k = 0; k < own.size(); ++k) {
      const std::string id = playlist::url_encoded(spotify::text_of(own[k], "id"));
      items.push_back(*list_of("/playlists/" + id + "/items",
                               [](const SpotifyJson& /*page*/) { return false; }));
      call_.checkpoint(0.5 + 0.5 * static_cast<double>(k) / static_cast<double>(own.size()));
    }
    call_.whole_list("playlists", kSpotifyTeller);
    for (std::size_t k = 0; k < own.size(); ++k) tell_playlist(own[k], items[k]);
    progress_.playlists = digest.text();
  }

  void tell_playlist(const SpotifyJson& list, const std::vector<SpotifyJson>& items) {
    LibraryRows::Playlist playlist;
    playlist.name = spotify::text_of(list, "name");
    playlist.id = spotify::text_of(list, "id");
    playlist.description = spotify::text_of(list, "description");
    rows_.begin(playlist);
    call_.next(0);
    for (const SpotifyJson& item : items) {
      const SpotifyJson& fresh = spotify::part(item, "item");
      const SpotifyJson& track = fresh.is_object() ? fresh : spotify::part(item, "track");
      if (spotify::text_of(track, "type") == "episode") {
        call_.bucket("podcast", spotify::text_of(track, "name"));
      } else if (!track.is_object()) {
        call_.bucket("empty", "an item without a track");
      } else {
        rows_.add(playlist, named(track), added_at(item));
      }
      call_.next(0);
    }
  }

  playlist::SourceCall& call_;
  spotify::WebApi spotify_;
  playlist::State state_;
  SpotifyProgress progress_;
  std::string user_;
  PlayRows plays_;
  LibraryRows rows_;
};

class SpotifySource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const { SpotifyReading(call).read(); }
};

}  // namespace

constinit const playlist::Element kSpotify = playlist::element<SpotifySource>(
    "source.spotify",
    "The last plays, saved tracks, followed artists and own playlists of Spotify, by engine sync.");

}  // namespace source
