// source.exportify: playlists saved as CSV by Exportify (exportify.app, exportify.net and older).
//
// Headers   Spotify URI,Name,...  |  Spotify URI,Track Name,...  |  Track URI,...,Artist URI(s),...
//           |  Track URI or Track ID,...,Artist Name(s),Release Date,...; the third also in other
//           languages, known by its "spotify:track:" column
// Result    a file of liked songs, by its name -> likes, dated by Added At; any other file is a
//           playlist named after the file, also an empty one: its only record is the list itself.
//           Features and genres go to "tracks" as well
//           Of records without artist addresses, which is how output.csv writes them, a ' before
//           = + - @ is taken off: it kept a spreadsheet from running the text
// Whole     liked songs are all that Spotify holds when the file is called just that (or "... (1)")
// Buckets   empty (no names: local files that have gone), local (without names), podcast, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "file_dates.hpp"
#include "ids.hpp"
#include "recognise.hpp"
#include "text.hpp"
#include "track_columns.hpp"

namespace source {
namespace {

using Columns = TrackColumns;

struct Layout {
  Columns columns;
  int added_at = -1;
  int id = -1;  // the cell that can also say spotify:local: or spotify:episode:
  int artist_addresses = -1;
  std::size_t size = 0;
};

/// English headers, by name.
std::optional<Layout> english_layout(const Header& header) {
  Layout layout;
  layout.columns = Columns(header);
  layout.added_at = header.find({"added_at"});
  layout.id = header.find({"track_uri", "spotify_uri", "track_id", "spotify_id"});
  layout.artist_addresses = header.find({"artist_uri_s"});
  layout.size = header.size();
  if (layout.added_at < 0 || layout.id < 0 || !layout.columns.has(Columns::kTitle)) {
    return std::nullopt;
  }
  // exportify.net joins artists tightly, exportify.app loosely and has their ids beside them.
  const bool is_loose = header.has("artist_uri_s") || header.has("artist_name");
  layout.columns.set_artist_cell(is_loose ? ArtistCell::kLooseComma : ArtistCell::kTightComma);
  return layout;
}

/// Translated headers: 19 columns in a fixed order, known by the addresses of the first record,
/// then genres, 12 features, and 3 columns of the album, each group there or not.
std::optional<Layout> translated_layout(CsvReader csv, std::size_t columns) {
  constexpr std::size_t kBase = 19, kFeatures = 12, kAlbum = 3;
  if (columns < kBase || !csv.next() || csv.size() != columns) return std::nullopt;
  if (!csv[0].starts_with("spotify:") || !csv[2].starts_with("spotify:artist:") ||
      !csv[4].starts_with("spotify:album:")) {
    return std::nullopt;
  }
  const std::size_t more = columns - kBase;
  const bool has_genres =
      more == 1 || more == 1 + kAlbum || more == 1 + kFeatures || more == 1 + kFeatures + kAlbum;
  const bool has_features = more >= kFeatures;
  Layout layout;
  layout.size = columns;
  layout.id = 0;
  layout.added_at = 18;
  const std::array<std::pair<int, int>, 11> base = {{{Columns::kSpotifyId, 0},
                                                     {Columns::kTitle, 1},
                                                     {Columns::kArtistId, 2},
                                                     {Columns::kArtist, 3},
                                                     {Columns::kAlbumId, 4},
                                                     {Columns::kAlbum, 5},
                                                     {Columns::kYear, 8},
                                                     {Columns::kDuration, 12},
                                                     {Columns::kExplicit, 14},
                                                     {Columns::kPopularity, 15},
                                                     {Columns::kIsrc, 16}}};
  for (const auto& [role, column] : base) layout.columns.assign(role, column);
  int next = static_cast<int>(kBase);
  if (has_genres) layout.columns.assign(Columns::kTags, next++);
  if (has_features) {
    for (const int role :
         {Columns::kDanceability, Columns::kEnergy, Columns::kKey, Columns::kLoudness,
          Columns::kMode, Columns::kSpeechiness, Columns::kAcousticness, Columns::kInstrumentalness,
          Columns::kLiveness, Columns::kValence, Columns::kTempo, Columns::kTimeSignature}) {
      layout.columns.assign(role, next++);
    }
  }
  layout.columns.set_artist_cell(ArtistCell::kLooseComma);
  return layout;
}

std::optional<Layout> find_layout(std::string_view text) {
  if (text.starts_with('{') || text.starts_with('[')) return std::nullopt;
  CsvReader csv(text, guess_separator(text));
  if (!csv.next() || !csv.problem().empty()) return std::nullopt;
  if (auto layout = english_layout(Header(csv))) return layout;
  return translated_layout(csv, csv.size());
}

constexpr std::array<std::string_view, 11> kLikedSongs = {
    "liked",
    "saved_tracks",
    "saved_songs",
    "lieblingssongs",
    "titres_lik\xc3\xa9s",
    "canciones_que_te_gustan",
    "brani_che_ti_piacciono",
    "m\xc3\xbasicas_curtidas",
    "gillade_l\xc3\xa5tar",
    "gelikete_nummers",
    "\xe3\x81\x8a\xe6\xb0\x97\xe3\x81\xab"
    "\xe5\x85\xa5\xe3\x82\x8a\xe3\x81\xae\xe6\x9b\xb2"};

/// "liked_songs.csv", "Saved tracks", or what the clients call that list in other languages.
bool is_liked_songs(std::string_view name) {
  const std::string plain = "_" + plain_name(name) + "_";
  for (const std::string_view word : kLikedSongs) {
    if (contains(plain, "_" + std::string(word) + "_")) return true;
  }
  return plain == "_saved_";
}

/// The same with nothing else in the name but a browser's "(1)": "Liked 90s" may be any playlist.
bool is_all_liked_songs(std::string_view name) {
  std::string plain = plain_name(name);
  const std::size_t end = plain.find_last_not_of("0123456789");
  if (end != std::string::npos && end + 1 < plain.size() && plain[end] == '_') plain.resize(end);
  return plain == "saved" || plain == "liked_songs" || plain == "liked_tracks" ||
         std::find(kLikedSongs.begin(), kLikedSongs.end(), plain) != kLikedSongs.end();
}

/// The file's name without its ending; '_' are blanks where it has none of its own.
std::string playlist_name(std::string_view file) {
  std::string name(file.substr(0, file.rfind('.')));
  if (!contains(name, " ")) {
    for (char& c : name) c = c == '_' ? ' ' : c;
  }
  name = trim(name);
  return name.empty() ? std::string(file) : name;
}

/// The text that output.csv made 'TEXT of, where it did.
void take_guard_off(std::string& text) {
  const std::size_t begin = text.find_first_not_of('\'');
  if (begin == 0 || begin == std::string::npos) return;
  if (std::string_view("=+-@\t\n").find(text[begin]) != std::string::npos) text.erase(0, 1);
}

class Exportify final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return find_layout(table_text(input.head())) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = table_text(call.input().bytes());
    auto layout = find_layout(text);
    if (!layout) throw playlist::Unsupported("no header that Exportify writes");
    layout_ = std::move(*layout);
    call_ = &call;
    name_ = playlist_name(call.input().name());
    const std::string_view stem = call.input().name().substr(0, call.input().name().rfind('.'));
    is_liked_ = is_liked_songs(stem);
    call.list(is_liked_ ? "likes" : "playlists", kTeller);
    make_tables();
    CsvReader csv(text, guess_separator(text));
    csv.next();
    FileDates dates(call, csv, {layout_.added_at});
    dates_ = &dates;
    std::string problem;
    while (csv.next()) {
      if (is_sound_record(csv, layout_.size, problem)) {
        take_record(csv);
      } else {
        call.malformed(problem);
      }
      call.next(csv.offset());
    }
    dates.tell(call);
    unread_.tell(call);
    if (had_dates_ == 0 && had_rows_ > 0 && !is_liked_) {
      call.notice(playlist::concat("nobody added these tracks, as in a list of this engine's own (",
                                   "--to csv): read as the person's playlist ", quoted(name_)));
    }
    if (call.record() == 0) take_empty_list(csv);
    if (is_liked_ && is_all_liked_songs(stem)) call.whole_list("likes", kTeller);
    call.finish();
  }

 private:
  static constexpr const char* kTeller = "spotify";

  void make_tables() {
    constexpr std::uint32_t kText = PLAYLIST_STRING;
    if (is_liked_) {
      had_ = &call_->rows("likes", {{"ts", PLAYLIST_I64},
                                    {"title", kText},
                                    {"artist", kText},
                                    {"album", kText},
                                    {"spotify_id", kText},
                                    {"isrc", kText}});
    } else {
      playlists_ = &call_->rows("playlists", {{"playlist", kText, kAlways}});
      had_ = &call_->rows("playlist_tracks", {{"ts", PLAYLIST_I64},
                                              {"title", kText},
                                              {"artist", kText},
                                              {"album", kText},
                                              {"spotify_id", kText},
                                              {"isrc", kText},
                                              {"playlist", kText, kAlways},
                                              {"position", PLAYLIST_I32}});
    }
    tracks_ = &call_->rows("tracks", Columns::track_specs());
  }

  void take_empty_list(const CsvReader& csv) {
    if (playlists_ == nullptr) return;
    announce();
    call_->next(csv.offset());
  }

  void announce() {
    playlists_->row();
    playlists_->set_text(1, name_);
    is_announced_ = true;
  }

  void take_record(const CsvReader& csv) {
    ++position_;
    const std::string_view id = csv[layout_.id];
    if (id.starts_with("spotify:episode:")) return call_->bucket("podcast", "");
    if (const std::string problem = layout_.columns.check(csv); !problem.empty()) {
      return call_->malformed(problem);
    }
    layout_.columns.read(csv, track_);
    if (layout_.artist_addresses >= 0 && csv[layout_.artist_addresses].empty()) {
      for (std::string* text : {&track_.title, &track_.artist, &track_.album, &track_.isrc})
        take_guard_off(*text);
    }
    if (const auto file = local_file(id)) {
      if (track_.title.empty()) track_.title = file->title;
      if (track_.artist.empty()) track_.artist = file->artist;
      if (track_.album.empty()) track_.album = file->album;
      if (track_.title.empty() || track_.artist.empty()) {
        return call_->bucket("local", file->text());
      }
    }
    const bool has_names = !track_.title.empty() && !track_.artist.empty();
    if (!has_names && !is_known_by_id(csv)) {
      return call_->bucket("empty", "no title or no artist");
    }
    put_had(read_added(csv[layout_.added_at]));
    tracks_->row();
    layout_.columns.put(*tracks_, track_, csv, *call_);
  }

  std::optional<Time> read_added(std::string_view cell) {
    ++had_rows_;
    if (cell.empty()) return std::nullopt;
    ++had_dates_;
    const auto added = dates_->read(cell);
    if (added && is_plausible(added->seconds)) return added;
    unread_.add(cell);
    return std::nullopt;
  }

  /// A track whose names are gone still has its id and its length; a row of an id alone is what is
  /// left of a local file.
  [[nodiscard]] bool is_known_by_id(const CsvReader& csv) const {
    const auto duration = read_number(csv[layout_.columns.column(Columns::kDuration)]);
    return !track_.spotify_id.empty() && duration.value_or(0) > 0;
  }

  void put_had(const std::optional<Time>& added) {
    if (playlists_ != nullptr && !is_announced_) announce();
    had_->row();
    if (added) had_->set_i64(1, added->seconds);
    had_->set_text(2, track_.title);
    had_->set_text(3, track_.artist.substr(0, track_.artist.find('\x1f')));
    had_->set_text(4, track_.album);
    had_->set_text(5, track_.spotify_id);
    had_->set_text(6, track_.isrc);
    if (is_liked_) return;
    had_->set_text(7, name_);
    had_->set_i32(8, position_);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows *playlists_ = nullptr, *had_ = nullptr, *tracks_ = nullptr;
  Layout layout_;
  Track track_;
  FileDates* dates_ = nullptr;
  UnreadDates unread_{"\"Added At\""};
  std::int64_t had_rows_ = 0, had_dates_ = 0;
  std::string name_;
  std::int32_t position_ = -1;
  bool is_liked_ = false, is_announced_ = false;
};

}  // namespace

constinit const playlist::Element kExportify = playlist::element<Exportify>(
    "source.exportify", "Playlists and liked songs saved as CSV by Exportify.");

}  // namespace source
