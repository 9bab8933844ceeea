// source.beets: library.db of beets.
//
// Records   every row of items -> tracks: names, album, MusicBrainz recording, ISRC, length, year,
//           genres, BPM, key; where the tags are silent, what the path says
// Flexible  attributes that a plugin of beets added to an item, where they mean what a column does:
//           spotify_track_id, spotify_energy and its kin, "mood" and "style" as tags "mood:..." and
//           "style:...", last_played -> listens: the last play, the others are only counted
// Ratings   of the mpdstats plugin are reckoned from plays and skips, not given: left out
// Buckets   empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "../dates.hpp"
#include "../ids.hpp"
#include "../json_parts.hpp"
#include "../play_rows.hpp"
#include "../recognise.hpp"
#include "../track_columns.hpp"
#include "database.hpp"
#include "elements.hpp"

namespace source {
namespace {

/// A number of a track, and the attribute that may hold it.
struct Feature {
  const char *column, *attribute;
  double low, high;
  bool is_integer = false;
};
constexpr Feature kFeatures[] = {
    {"danceability", "spotify_danceability", 0, 1},
    {"energy", "spotify_energy", 0, 1},
    {"speechiness", "spotify_speechiness", 0, 1},
    {"acousticness", "spotify_acousticness", 0, 1},
    {"instrumentalness", "spotify_instrumentalness", 0, 1},
    {"liveness", "spotify_liveness", 0, 1},
    {"valence", "spotify_valence", 0, 1},
    {"loudness", "spotify_loudness", -100, 20},
    {"tempo", "spotify_tempo", 1, 500},
    {"popularity", "spotify_track_popularity", 0, 100},
    {"key", "spotify_key", 0, 11, true},
    {"mode", "spotify_mode", 0, 1, true},
    {"time_signature", "spotify_time_signature", 1, 16, true},
};

enum Column {
  kTitle = 1,
  kArtist,
  kCredit,
  kAlbum,
  kSpotify,
  kIsrc,
  kMbid,
  kDuration,
  kYear,
  kTags,
  kFirstFeature
};

/// Behind the parts that beets joins: "A\␀B" (the two characters \ and U+2400), "A; B", "A, B".
void add_parts(std::string& names, std::string_view text) {
  constexpr std::string_view kJoint = "\\\xe2\x90\x80";
  std::string plain(text);
  for (std::size_t at; (at = plain.find(kJoint)) != std::string::npos;) {
    plain.replace(at, kJoint.size(), "\x1f");
  }
  const char separator = plain.find('\x1f') != std::string::npos ? '\x1f'
                         : plain.find(';') != std::string::npos  ? ';'
                                                                 : ',';
  std::size_t begin = 0;
  while (begin <= plain.size()) {
    const std::size_t end = std::min(plain.find(separator, begin), plain.size());
    add_name(names, std::string_view(plain).substr(begin, end - begin));
    begin = end + 1;
  }
}

class Beets final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return is_database(input.head()) ? kLikely : kNo;
  }

  void read(playlist::SourceCall& call) {
    const Database database(call.input().bytes());
    const bool is_ours = database.has_table("items") && database.has_table("albums") &&
                         database.has_column("items", "mb_trackid") &&
                         database.has_column("items", "albumartist");
    if (!is_ours) throw playlist::Unsupported("no tables of beets");
    database.require("items", {"id", "path", "title", "artist", "album"});
    call_ = &call;
    has_attributes_ = database.has_table("item_attributes");
    std::vector<playlist::ColumnSpec> columns = {{"title", PLAYLIST_STRING},
                                                 {"artist", PLAYLIST_STRING},
                                                 {"artist_credit", PLAYLIST_STRING},
                                                 {"album", PLAYLIST_STRING},
                                                 {"spotify_id", PLAYLIST_STRING},
                                                 {"isrc", PLAYLIST_STRING},
                                                 {"mbid", PLAYLIST_STRING},
                                                 {"duration_ms", PLAYLIST_I32},
                                                 {"year", PLAYLIST_I32},
                                                 {"tags", PLAYLIST_STRING}};
    for (const Feature& feature : kFeatures) {
      columns.push_back({feature.column, feature.is_integer ? PLAYLIST_I32 : PLAYLIST_F32});
    }
    tracks_ = &call.rows("tracks", columns);
    plays_.emplace(call);
    Database::read_rows(call, [&] { read_items(database); });
    if (untimed_ > 0) {
      call.notice(playlist::concat(untimed_,
                                   " plays are only counted there, without a time, and "
                                   "are no listens"));
    }
    call.finish();
  }

 private:
  struct Attributes {
    std::string spotify_id, moods;
    std::vector<std::optional<double>> features;
    std::optional<std::int64_t> last_played;
    std::int64_t play_count = 0;
  };

  void read_items(const Database& database) {
    const auto column = [&](const char* name, const char* otherwise = "NULL") {
      return std::string(", ") + (database.has_column("items", name) ? name : otherwise);
    };
    Query items = database.query(
        "SELECT id, path, title, artist, albumartist, album, mb_trackid" + column("isrc") +
        column("length") + column("year") + column("genres") + column("genre") + column("bpm") +
        column("initial_key") + column("artists") + " FROM items ORDER BY id");
    std::optional<Query> attributes;
    if (has_attributes_) {
      attributes.emplace(database.query(
          "SELECT entity_id, key, value FROM item_attributes ORDER BY entity_id, key"));
      has_attribute_ = attributes->next();
    }
    for (std::uint64_t row = 1; items.next(); call_->next(row++)) {
      Attributes flexible;
      flexible.features.resize(std::size(kFeatures));
      if (attributes) take_attributes(*attributes, items.integer(0), flexible);
      take_item(items, flexible);
    }
  }

  /// Both queries go by the item's id.
  void take_attributes(Query& row, std::int64_t item, Attributes& to) {
    for (; has_attribute_ && row.integer(0) <= item; has_attribute_ = row.next()) {
      if (row.integer(0) == item) take_attribute(row.text(1), row.text(2), to);
    }
  }

  static void take_attribute(std::string_view key, std::string_view value, Attributes& to) {
    if (key == "spotify_track_id") {
      to.spotify_id = spotify_id(value);
    } else if (key == "mood" || key == "style") {
      std::string values;
      add_parts(values, value);
      for (const std::string& one : split(values, '\x1f')) {
        add_name(to.moods, std::string(key) + ":" + one);
      }
    } else if (key == "last_played") {
      to.last_played = read_epoch(value);
    } else if (key == "play_count") {
      to.play_count = read_integer(value).value_or(0);
    } else {
      for (std::size_t k = 0; k < std::size(kFeatures); ++k) {
        if (key == kFeatures[k].attribute) to.features[k] = read_number(value);
      }
    }
  }

  void take_item(const Query& item, const Attributes& flexible) {
    Track track;
    track.title = item.text(2);
    track.artist = item.text(3).empty() ? item.text(4) : item.text(3);
    track.album = item.text(5);
    track.spotify_id = flexible.spotify_id;
    track.isrc = isrc(item.text(7));
    track.mbid = mbid(item.text(6));
    if (!track.has_identity()) TrackColumns::read_path(item.text(1), track);
    if (!track.has_identity()) {
      return call_->bucket("empty", "neither its tags nor its path name it");
    }
    std::string artists;
    if (!item.text(14).empty()) add_parts(artists, item.text(14));
    put_track(item, track, artists, flexible);
    put_last_play(item, track, artists, flexible);
  }

  void put_track(const Query& item, const Track& track, const std::string& artists,
                 const Attributes& flexible) {
    tracks_->row();
    tracks_->set_text(kTitle, track.title);
    tracks_->set_text(artists.empty() ? kCredit : kArtist,
                      artists.empty() ? track.artist : artists);
    tracks_->set_text(kAlbum, track.album);
    tracks_->set_text(kSpotify, track.spotify_id);
    tracks_->set_text(kIsrc, track.isrc);
    tracks_->set_text(kMbid, track.mbid);
    const auto seconds = item.number(8);
    if (seconds && *seconds > 0 && *seconds <= 24.0 * 3600) {
      tracks_->set_i32(kDuration, static_cast<std::int32_t>(*seconds * 1000));
    }
    if (const auto year = read_year(item.text(9))) tracks_->set_i32(kYear, *year);
    std::string tags;
    add_parts(tags, item.text(item.text(10).empty() ? 11 : 10));
    if (!flexible.moods.empty()) tags += (tags.empty() ? "" : "\x1f") + flexible.moods;
    tracks_->set_text(kTags, tags);
    put_features(item, flexible);
  }

  void put_features(const Query& item, const Attributes& flexible) {
    for (std::size_t k = 0; k < std::size(kFeatures); ++k) {
      const Feature& feature = kFeatures[k];
      auto value = flexible.features[k];
      const std::string_view column = feature.column;
      if (!value && column == "tempo") value = item.number(12);
      if (!value && column == "key") value = key_of(item.text(13));
      if (!value && column == "mode" && key_of(item.text(13)))
        value = is_minor(item.text(13)) ? 0 : 1;
      if (!value || *value < feature.low || *value > feature.high) continue;
      const std::size_t place = kFirstFeature + k;
      if (feature.is_integer) {
        tracks_->set_i32(place, static_cast<std::int32_t>(*value));
      } else {
        tracks_->set_f32(place, static_cast<float>(*value));
      }
    }
  }

  /// "Am", "C#", "Ebm": the pitch class of initial_key.
  static std::optional<double> key_of(std::string_view text) {
    text = trim(text);
    if (is_minor(text)) text.remove_suffix(1);
    const bool has_letter = !text.empty() && text[0] >= 'A' && text[0] <= 'G';
    const auto key = has_letter ? read_key(text) : std::nullopt;
    return key ? std::optional<double>(*key) : std::nullopt;
  }
  static bool is_minor(std::string_view text) {
    text = trim(text);
    return text.size() > 1 && text.back() == 'm';
  }

  void put_last_play(const Query& item, const Track& track, const std::string& artists,
                     const Attributes& flexible) {
    const bool is_told = flexible.last_played && is_plausible(*flexible.last_played);
    untimed_ += std::max<std::int64_t>(0, flexible.play_count - (is_told ? 1 : 0));
    if (!is_told) return;
    Play play;
    play.ts = flexible.last_played;
    play.stamp = kStampEnd;  // it is noted when it has been played
    play.title = track.title;
    (artists.empty() ? play.credit : play.artist) = artists.empty() ? track.artist : artists;
    play.album = track.album;
    play.spotify_id = track.spotify_id;
    play.isrc = track.isrc;
    play.mbid = track.mbid;
    if (const auto seconds = item.number(8)) play.duration_ms = *seconds * 1000;
    plays_->put(play);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* tracks_ = nullptr;
  std::optional<PlayRows> plays_;
  std::int64_t untimed_ = 0;
  bool has_attributes_ = false, has_attribute_ = false;
};

}  // namespace

constinit const playlist::Element kBeets = playlist::element<Beets>(
    "source.beets", "library.db of beets: tracks with their tags, paths and flexible attributes.");

}  // namespace source
