// source.apple_library: the library of Apple Music as privacy.apple.com sends it, in JSON.
//
// Files     Apple Music Library Tracks.json: every track with its length, year and genre -> tracks;
//           liked or a favourite -> likes, disliked -> banned, own stars (20 of 100 each) ->
//           ratings; the last time it was played -> listens, if that is told. Being in the library
//           is no like. Apple Music Library Playlists.json -> playlists: it names its tracks by
//           numbers of the other file, where they are looked up. A playlist of which none is found is
//           in the bucket "unnamed", one that Apple or its rules make in "other"
// Plays     before the last one have no time here; Play History Daily Tracks has them
// Buckets   video, unnamed, other, empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apple_names.hpp"
#include "companions.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "json_list.hpp"
#include "json_parts.hpp"
#include "json_records.hpp"
#include "library_rows.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Field : std::size_t {
  kContentType,
  kTitle,
  kArtist,
  kAlbum,
  kGenre,
  kYear,
  kDuration,
  kPlayCount,
  kLastPlayed,
  kLikeRating,
  kFavorite,
  kFavoriteDate,
  kRating,
  kContainerType,
  kContainerId,
  kDescription,
  kItemsModified,
  kItems,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames = {"Content Type",
                                                              "Title",
                                                              "Artist",
                                                              "Album",
                                                              "Genre",
                                                              "Track Year",
                                                              "Track Duration",
                                                              "Track Play Count",
                                                              "Last Played Date",
                                                              "Track Like Rating",
                                                              "Favorite Status - Track",
                                                              "Favorite Date - Track",
                                                              "Rating",
                                                              "Container Type",
                                                              "Container Identifier",
                                                              "Description",
                                                              "Playlist Items Modified Date",
                                                              "Playlist Item Identifiers"};
constexpr std::array<std::string_view, 3> kFirstKeys = {"Content Type", "Container Type",
                                                        "Track Identifier"};

enum TrackColumn { kColTitle = 1, kColArtist, kColAlbum, kColDuration, kColYear, kColTags };

class AppleLibrary final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (!head.is_list()) return kNo;
    const bool is_tracks = head.has_all({"Content Type", "Track Identifier", "Title"});
    const bool is_playlists = head.has_all({"Container Type", "Container Identifier"});
    return is_tracks || is_playlists ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    const JsonHead head(call.input());
    if (head.has("Container Identifier")) library_text_ = companion(call, kAppleTracks);
    plays_.emplace(call);
    library_.emplace(call);
    tracks_ = &call.rows("tracks", {{"title", PLAYLIST_STRING},
                                    {"artist", PLAYLIST_STRING},
                                    {"album", PLAYLIST_STRING},
                                    {"duration_ms", PLAYLIST_I32},
                                    {"year", PLAYLIST_I32},
                                    {"tags", PLAYLIST_STRING}});
    JsonFields fields(kNames);
    read_records(without_bom(call.input().bytes()), kFirstKeys, fields, values_.data(), call,
                 [this] { take_record(); });
    if (untimed_ > 0) {
      call.notice(playlist::concat(untimed_,
                                   " plays have no time here and are no listens: Apple "
                                   "Music - Play History Daily Tracks.csv has them"));
    }
    if (missing_ > 0) {
      call.notice(playlist::concat(missing_,
                                   " tracks of playlists are not in the library that lies "
                                   "beside it, and are left out"));
    }
    call.finish();
  }

 private:
  void take_record() {
    if (values_[kContainerType].is_given()) return take_playlist();
    Track track;
    track.title = text(kTitle);
    track.artist = text(kArtist);
    track.album = text(kAlbum);
    if (contains(lower_ascii(text(kContentType)), "video")) return call_->bucket("video");
    if (!track.has_identity()) return call_->bucket("empty", "no title or no artist");
    tracks_->row();
    tracks_->set_text(kColTitle, track.title);
    tracks_->set_text(kColArtist, track.artist);
    tracks_->set_text(kColAlbum, track.album);
    tracks_->set_text(kColTags, text(kGenre));
    const auto ms = values_[kDuration].number();
    if (ms && *ms >= 1 && *ms <= 24.0 * 3600 * 1000) {
      tracks_->set_i32(kColDuration, static_cast<std::int32_t>(*ms));
    }
    if (const auto year = read_year(text(kYear))) tracks_->set_i32(kColYear, *year);
    put_opinions(track);
    put_last_play(track, ms);
  }

  void put_opinions(const Track& track) {
    const std::string rating = lower_ascii(text(kLikeRating));
    const bool is_liked = rating.starts_with("like") || rating.starts_with("favo") ||
                          values_[kFavorite].boolean().value_or(false);
    if (is_liked) library_->like(track, time(kFavoriteDate));
    if (rating.starts_with("dislike")) library_->ban(track);
    constexpr double kPerStar = 20;
    const auto stars = values_[kRating].number();
    if (stars && *stars > 0 && *stars <= 5 * kPerStar) library_->rate(track, *stars / kPerStar);
  }

  void put_last_play(const Track& track, std::optional<double> duration_ms) {
    const std::int64_t count = values_[kPlayCount].integer().value_or(0);
    const auto last = time(kLastPlayed);
    if (count > 0) untimed_ += count - (last ? 1 : 0);
    if (!last || !is_plausible(*last)) return;
    Play play;
    play.ts = last;
    play.stamp = kStampEnd;  // it is noted when it has been played
    play.title = track.title;
    play.artist = track.artist;
    play.album = track.album;
    play.duration_ms = duration_ms;
    plays_->put(play);
  }

  void take_playlist() {
    const std::string type(text(kContainerType));
    std::vector<std::string> items;
    for_each_item(values_[kItems], [&](JsonReader& reader) {
      JsonValue item;
      if (!reader.value(item)) return false;
      items.emplace_back(item.text(buffer_));
      return true;
    });
    if (!type.empty() && type != "Playlist") return call_->bucket("other", type);
    if (names_ == nullptr) {  // the first playlist
      names_ = std::make_unique<AppleNames>(library_text_, "");
    }
    LibraryRows::Playlist playlist;
    playlist.name = text(kTitle);
    playlist.id = "apple:" + std::string(text(kContainerId));
    playlist.description = text(kDescription);
    playlist.ts = time(kItemsModified);
    std::int64_t found = 0;
    for (const std::string& item : items) {
      const Track* track = names_->track(item);
      if (track == nullptr || playlist.name.empty()) continue;
      library_->add(playlist, *track);
      ++found;
    }
    missing_ += found > 0 ? static_cast<std::int64_t>(items.size()) - found : 0;
    if (found == 0) {
      call_->bucket("unnamed", playlist::concat("a playlist of ", items.size(),
                                                " tracks, none of which is named"));
    }
  }

  std::optional<std::int64_t> time(Field field) {
    const auto found = read_time(text(field));
    return found ? std::optional(found->seconds) : std::nullopt;
  }
  std::string_view text(Field field) { return values_[field].text(buffers_[field]); }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* tracks_ = nullptr;
  std::optional<PlayRows> plays_;
  std::optional<LibraryRows> library_;
  std::string_view library_text_;
  std::unique_ptr<AppleNames> names_;
  std::string buffer_;
  std::int64_t untimed_ = 0, missing_ = 0;
  std::array<JsonValue, kFieldCount> values_;
  std::array<std::string, kFieldCount> buffers_;
};

}  // namespace

constinit const playlist::Element kAppleLibrary = playlist::element<AppleLibrary>(
    "source.apple_library",
    "The library of Apple Music from privacy.apple.com: tracks, likes, ratings, last plays.");

}  // namespace source
