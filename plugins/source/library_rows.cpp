#include "library_rows.hpp"

#include <algorithm>

#include "dates.hpp"
#include "elements.hpp"

namespace source {
namespace {

constexpr std::uint32_t kText = PLAYLIST_STRING, kTime = PLAYLIST_I64;

std::string_view first_artist(const Track& track) {
  return std::string_view(track.artist).substr(0, track.artist.find('\x1f'));
}

void put_time(playlist::Rows& table, int column, LibraryRows::When ts) {
  if (ts && is_plausible(*ts)) table.set_i64(column, *ts);
}

/// Columns 1 to 3 of a table that begins with title, artist and album, from `first` on its ids.
void put_names(playlist::Rows& table, const Track& track) {
  table.set_text(1, track.title);
  table.set_text(2, first_artist(track));
  table.set_text(3, track.album);
  table.set_text(4, track.spotify_id);
  table.set_text(5, track.isrc);
  table.set_text(6, track.mbid);
}

}  // namespace

playlist::Rows& LibraryRows::likes() {
  if (likes_ == nullptr) {
    likes_ = &call_.rows("likes", {{"title", kText},
                                   {"artist", kText},
                                   {"album", kText},
                                   {"spotify_id", kText},
                                   {"isrc", kText},
                                   {"mbid", kText},
                                   {"ts", kTime},
                                   {"artwork", kText}});
  }
  return *likes_;
}

playlist::Rows& LibraryRows::banned() {
  if (banned_ == nullptr) {
    banned_ = &call_.rows("banned", {{"title", kText},
                                     {"artist", kText},
                                     {"spotify_id", kText},
                                     {"mbid", kText},
                                     {"ts", kTime}});
  }
  return *banned_;
}

playlist::Rows& LibraryRows::ratings() {
  if (ratings_ == nullptr) {
    ratings_ = &call_.rows("ratings", {{"title", kText},
                                       {"artist", kText},
                                       {"album", kText},
                                       {"spotify_id", kText},
                                       {"isrc", kText},
                                       {"mbid", kText},
                                       {"ts", kTime},
                                       {"rating", PLAYLIST_F32, kAlways}});
  }
  return *ratings_;
}

playlist::Rows& LibraryRows::playlists() {
  if (playlists_ == nullptr) {
    playlists_ = &call_.rows("playlists", {{"playlist", kText, kAlways},
                                           {"playlist_id", kText},
                                           {"description", kText},
                                           {"ts", kTime},
                                           {"owner", kText}});
  }
  return *playlists_;
}

playlist::Rows& LibraryRows::items() {
  playlists();  // is handed over before
  if (items_ == nullptr) {
    items_ = &call_.rows("playlist_tracks", {{"title", kText},
                                             {"artist", kText},
                                             {"album", kText},
                                             {"spotify_id", kText},
                                             {"isrc", kText},
                                             {"mbid", kText},
                                             {"ts", kTime},
                                             {"playlist", kText, kAlways},
                                             {"playlist_id", kText},
                                             {"position", PLAYLIST_I32},
                                             {"artist_credit", kText},
                                             {"file", kText},
                                             {"artwork", kText}});
  }
  return *items_;
}

void LibraryRows::like(const Track& track, When ts) {
  if (!track.has_identity()) return empty("neither title and artist nor an id");
  likes().row();
  put_names(*likes_, track);
  put_time(*likes_, 7, ts);
  if (!track.artwork.empty()) likes_->set_text(8, track.artwork);
}

void LibraryRows::ban(const Track& track, When ts) {
  if (!track.has_identity()) return empty("neither title and artist nor an id");
  banned().row();
  banned_->set_text(1, track.title);
  banned_->set_text(2, first_artist(track));
  banned_->set_text(3, track.spotify_id);
  banned_->set_text(4, track.mbid);
  put_time(*banned_, 5, ts);
}

void LibraryRows::ban_artist(std::string_view artist, When ts) {
  if (artist.empty()) return empty("no artist");
  banned().row();
  banned_->set_text(2, artist);
  put_time(*banned_, 5, ts);
}

void LibraryRows::save_album(std::string_view album, std::string_view artist, When ts) {
  if (album.empty() || artist.empty()) return empty("no album or no artist");
  if (albums_ == nullptr) {
    albums_ = &call_.rows("saved_albums",
                          {{"album", kText, kAlways}, {"artist", kText, kAlways}, {"ts", kTime}});
  }
  albums_->row();
  albums_->set_text(1, album);
  albums_->set_text(2, artist);
  put_time(*albums_, 3, ts);
}

void LibraryRows::save_artist(std::string_view artist, When ts) {
  if (artist.empty()) return empty("no artist");
  if (artists_ == nullptr) {
    artists_ = &call_.rows("saved_artists", {{"artist", kText, kAlways}, {"ts", kTime}});
  }
  artists_->row();
  artists_->set_text(1, artist);
  put_time(*artists_, 2, ts);
}

void LibraryRows::put_rating(const Track& track, double stars, When ts) {
  constexpr double kLeast = 1, kMost = 5;
  ratings().row();
  put_names(*ratings_, track);
  put_time(*ratings_, 7, ts);
  ratings_->set_f32(8, static_cast<float>(std::clamp(stars, kLeast, kMost)));
}

void LibraryRows::rate(const Track& track, double stars, When ts) {
  if (!track.has_identity()) return empty("neither title and artist nor an id");
  put_rating(track, stars, ts);
}

void LibraryRows::rate_album(std::string_view album, std::string_view artist, double stars,
                             When ts) {
  if (album.empty() || artist.empty()) return empty("no album or no artist");
  Track of_album;
  of_album.album = album;
  of_album.artist = artist;
  put_rating(of_album, stars, ts);
}

void LibraryRows::rate_artist(std::string_view artist, double stars, When ts) {
  if (artist.empty()) return empty("no artist");
  Track by;
  by.artist = artist;
  put_rating(by, stars, ts);
}

void LibraryRows::begin(const Playlist& playlist) {
  if (playlist.name.empty()) return empty("a playlist without a name");
  next_[{playlist.name, playlist.id}] = 0;
  playlists().row();
  playlists_->set_text(1, playlist.name);
  playlists_->set_text(2, playlist.id);
  playlists_->set_text(3, playlist.description);
  put_time(*playlists_, 4, playlist.ts);
  if (playlist.is_nobodys) playlists_->set_text_even_empty(5, "");
}

void LibraryRows::add(const Playlist& playlist, const Track& track, When ts) {
  if (playlist.name.empty()) return empty("a playlist without a name");
  if (!track.has_identity() && track.file.empty())
    return empty("neither title and artist nor an id");
  const auto key = std::pair(playlist.name, playlist.id);
  if (!next_.contains(key)) begin(playlist);
  playlist::Rows& table = items();
  table.row();
  put_names(table, track);
  if (track.is_credit) {
    table.set_text(2, "");
    table.set_text(11, track.artist);
  }
  if (!track.file.empty()) table.set_text(12, track.file);
  if (!track.artwork.empty()) table.set_text(13, track.artwork);
  put_time(table, 7, ts);
  table.set_text(8, playlist.name);
  table.set_text(9, playlist.id);
  table.set_i32(10, next_[key]++);
}

}  // namespace source
