// source.tunemymusic: a person's lists as TuneMyMusic saves them, all in one CSV.
//
// Header    Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id (and other services')
// Types     Favorite -> likes (without a date), Playlist -> the person's playlists, Album ->
//           saved_albums, Artist -> saved_artists
// Buckets   other (another type), empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

#include "csv.hpp"
#include "elements.hpp"
#include "recognise.hpp"
#include "text.hpp"
#include "track_columns.hpp"

namespace source {
namespace {

bool is_ours(const Header& header) {
  return header.has("track_name") && header.has("artist_name") && header.has("playlist_name") &&
         header.has("type");
}

class Tunemymusic final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[')) return kNo;
    CsvReader csv(text, guess_separator(text));
    return csv.next() && csv.problem().empty() && is_ours(Header(csv)) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = table_text(call.input().bytes());
    CsvReader csv(text, guess_separator(text));
    csv.next();
    const Header header(csv);
    if (!is_ours(header)) throw playlist::Unsupported("no header that TuneMyMusic writes");
    columns_ = TrackColumns(header);
    playlist_ = header.find({"playlist_name"});
    type_ = header.find({"type"});
    call_ = &call;
    make_tables();
    std::string problem;
    for (; csv.next(); call.next(csv.offset())) {
      if (is_sound_record(csv, header.size(), problem)) {
        take_record(csv);
      } else {
        call.malformed(problem);
      }
    }
    call.finish();
  }

 private:
  void make_tables() {
    constexpr std::uint32_t kText = PLAYLIST_STRING;
    likes_ = &call_->rows("likes", {{"title", kText},
                                    {"artist", kText},
                                    {"album", kText},
                                    {"spotify_id", kText},
                                    {"isrc", kText}});
    playlists_ = &call_->rows("playlists", {{"playlist", kText, kAlways}});
    items_ = &call_->rows("playlist_tracks", {{"title", kText},
                                              {"artist", kText},
                                              {"album", kText},
                                              {"spotify_id", kText},
                                              {"isrc", kText},
                                              {"playlist", kText, kAlways},
                                              {"position", PLAYLIST_I32}});
    albums_ = &call_->rows("saved_albums", {{"album", kText, kAlways}, {"artist", kText, kAlways}});
    artists_ = &call_->rows("saved_artists", {{"artist", kText, kAlways}});
  }

  void take_record(const CsvReader& csv) {
    columns_.read(csv, track_);
    const std::string type = lower_ascii(csv[type_]);
    if (type == "album") return take_album();
    if (type == "artist") return take_artist();
    if (type != "favorite" && type != "playlist") return call_->bucket("other", type);
    if (!track_.has_identity()) return call_->bucket("empty", "neither names nor an id");
    if (type == "favorite") return put(*likes_);
    const std::string_view name = csv[playlist_];
    if (name.empty()) return call_->bucket("empty", "a playlist without a name");
    std::int32_t& next = positions_[std::string(name)];
    if (next == 0) {
      playlists_->row();
      playlists_->set_text(1, name);
    }
    put(*items_);
    items_->set_text(6, name);
    items_->set_i32(7, next++);
  }

  void put(playlist::Rows& table) {
    table.row();
    table.set_text(1, track_.title);
    table.set_text(2, track_.artist.substr(0, track_.artist.find('\x1f')));
    table.set_text(3, track_.album);
    table.set_text(4, track_.spotify_id);
    table.set_text(5, track_.isrc);
  }

  void take_album() {
    if (track_.album.empty() || track_.artist.empty()) {
      return call_->bucket("empty", "no album or no artist");
    }
    albums_->row();
    albums_->set_text(1, track_.album);
    albums_->set_text(2, track_.artist);
  }

  void take_artist() {
    if (track_.artist.empty()) return call_->bucket("empty", "no artist");
    artists_->row();
    artists_->set_text(1, track_.artist);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows *likes_ = nullptr, *playlists_ = nullptr, *items_ = nullptr, *albums_ = nullptr,
                 *artists_ = nullptr;
  TrackColumns columns_;
  Track track_;
  int playlist_ = -1, type_ = -1;
  std::unordered_map<std::string, std::int32_t> positions_;  // next place in each playlist
};

}  // namespace

constinit const playlist::Element kTunemymusic = playlist::element<Tunemymusic>(
    "source.tunemymusic", "Favourites and playlists of a person saved as CSV by TuneMyMusic.");

}  // namespace source
