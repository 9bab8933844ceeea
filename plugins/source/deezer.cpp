// source.deezer: the sheets of Deezer's workbook (deezer-data_*.xlsx) but for the plays, by their
// names; source.workbook hands them over as tables.
//
// Sheets    4_favoriteArtist -> saved_artists, 5_favoriteAlbum -> saved_albums, 8_favoriteSong ->
//           likes, 9_dislikedTracks -> banned, 11_playlistCreated -> playlists. All of them are all
//           that Deezer holds of it. 10_listeningHistory is a table of plays (source.plays_csv)
// Columns   Song Title, Artist or Artists, Album Title, ISRC, Playlist Title
// Personal  the other sheets tell of the account, its devices and payments: their rows are counted
//           in the bucket "other", and nothing in them is kept
// Buckets   other, empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "csv.hpp"
#include "elements.hpp"
#include "ids.hpp"
#include "library_rows.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum class Sheet { kNone, kArtists, kAlbums, kSongs, kDisliked, kPlaylists, kOther };

struct SheetName {
  std::string_view name;
  Sheet sheet;
};
constexpr SheetName kSheets[] = {{"favoriteArtist", Sheet::kArtists},
                                 {"favoriteAlbum", Sheet::kAlbums},
                                 {"favoriteSong", Sheet::kSongs},
                                 {"dislikedTracks", Sheet::kDisliked},
                                 {"playlistCreated", Sheet::kPlaylists},
                                 {"creationData", Sheet::kOther},
                                 {"customizationData", Sheet::kOther},
                                 {"setupData", Sheet::kOther},
                                 {"favoritePodcast", Sheet::kOther},
                                 {"favoritePlaylist", Sheet::kOther},
                                 {"businessData", Sheet::kOther},
                                 {"navigationData", Sheet::kOther},
                                 {"tracking", Sheet::kOther},
                                 {"userProfile", Sheet::kOther},
                                 {"dislikedArtists", Sheet::kOther},
                                 {"dislikedAlbums", Sheet::kOther}};

/// Of "8_favoriteSong.csv": the number is not the same in every export.
Sheet sheet_of(const playlist::Input& input) {
  std::string_view name = input.name();
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  if (digits == 0 || digits > 3 || !name.substr(digits).starts_with('_')) return Sheet::kNone;
  name = name.substr(digits + 1);
  name = name.substr(0, name.rfind(".csv"));
  for (const auto& [known, sheet] : kSheets) {
    if (equals_ignoring_case(name, known)) return sheet;
  }
  return Sheet::kNone;
}

class Deezer final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[')) return kNo;
    return sheet_of(input) == Sheet::kNone ? kNo : kSure;
  }

  void read(playlist::SourceCall& call) {
    sheet_ = sheet_of(call.input());
    if (sheet_ == Sheet::kNone) throw playlist::Unsupported("no sheet of Deezer's workbook");
    call_ = &call;
    library_.emplace(call);
    if (list() != nullptr) call.list(list(), kTeller);
    const std::string_view text = table_text(call.input().bytes());
    CsvReader csv(text, guess_separator(text));
    const bool has_header = csv.next();
    header_ = has_header && csv.problem().empty() ? Header(csv) : Header();
    std::string problem;
    bool is_sound = has_header;
    for (; csv.next(); call.next(csv.offset())) {
      // A row of a workbook ends with its last cell that is not empty.
      if (!csv.problem().empty()) {
        call.malformed(csv.problem());
        is_sound = false;
      } else if (csv.is_blank()) {
        call.bucket("empty", "a record without values");
      } else {
        take_record(csv);
      }
    }
    if (list() != nullptr && is_sound) call.whole_list(list(), kTeller);
    call.finish();
  }

 private:
  static constexpr const char* kTeller = "deezer";

  [[nodiscard]] const char* list() const {
    switch (sheet_) {
      case Sheet::kArtists:
        return "saved_artists";
      case Sheet::kAlbums:
        return "saved_albums";
      case Sheet::kSongs:
        return "likes";
      case Sheet::kDisliked:
        return "banned";
      case Sheet::kPlaylists:
        return "playlists";
      default:
        return nullptr;
    }
  }

  void take_record(const CsvReader& csv) {
    const auto cell = [&](std::initializer_list<std::string_view> names) {
      return csv[header_.find(names)];
    };
    const std::string_view artist = cell({"artists", "artist", "artist_name"});
    const std::string_view album = cell({"album_title", "album"});
    Track track;
    track.title = cell({"song_title", "title", "track_title"});
    track.artist = artist;
    track.is_credit = true;  // "A, B"
    track.album = album;
    track.isrc = isrc(cell({"isrc"}));
    switch (sheet_) {
      case Sheet::kArtists:
        return library_->save_artist(artist);
      case Sheet::kAlbums:
        return library_->save_album(album, artist);
      case Sheet::kSongs:
        return library_->like(track);
      case Sheet::kDisliked:
        return library_->ban(track);
      case Sheet::kPlaylists: {
        LibraryRows::Playlist playlist;
        playlist.name = cell({"playlist_title"});
        return library_->add(playlist, track);
      }
      default:
        return call_->bucket("other", "of the account, no music");
    }
  }

  playlist::SourceCall* call_ = nullptr;
  std::optional<LibraryRows> library_;
  Header header_;
  Sheet sheet_ = Sheet::kNone;
};

}  // namespace

constinit const playlist::Element kDeezer = playlist::element<Deezer>(
    "source.deezer", "Deezer's workbook: favourites, dislikes and playlists, by its sheets.");

}  // namespace source
