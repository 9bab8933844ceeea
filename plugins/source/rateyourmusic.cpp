// source.rateyourmusic: what Rate Your Music exports, and what people save of its pages as CSV.
//
// Export    "RYM Album, First Name,Last Name,...,Title,Release_Date,Rating,Ownership,...": a row is an
//           album. Rating 1 to 10 is half a star each -> ratings of albums; owned -> saved_albums;
//           neither: bucket "unrated"
// Songs     a chart or list with title and artist beside average_rating -> a playlist that nobody
//           owns, called like the file, and the tracks' genres
// Albums    a chart with title, artist and genres beside number_of_votes -> genres of its artists; a
//           list of albums names no track that could be played: bucket "album"
// Names     come with the escapes of a web page ("&amp;"), which are resolved
// Buckets   unrated, album, empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "library_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum class Kind { kNone, kRatings, kSongs, kAlbums, kAlbumList };

Kind find_kind(const Header& header) {
  if (header.has("rym_album") && header.has("rating") && header.has("title")) return Kind::kRatings;
  const bool is_of_page = header.has("average_rating") || header.has("image_url");
  if (!is_of_page || !header.has("artist")) return Kind::kNone;
  if (header.has("album_url") && header.has("album") && header.has("position")) {
    return Kind::kAlbumList;
  }
  if (!header.has("title") || !header.has("average_rating")) return Kind::kNone;
  if (header.has("number_of_votes") || header.has("number_of_reviews")) return Kind::kAlbums;
  return header.has("number_of_ratings") ? Kind::kSongs : Kind::kNone;
}

/// "Simon &amp; Garfunkel", "&#39;".
std::string unescaped(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kEscapes[] = {
      {"&quot;", "\""}, {"&#34;", "\""}, {"&#39;", "'"}, {"&#039;", "'"},
      {"&apos;", "'"},  {"&lt;", "<"},   {"&gt;", ">"},  {"&amp;", "&"}};
  std::string plain;
  while (!text.empty()) {
    bool is_escape = false;
    for (const auto& [escape, character] : kEscapes) {
      if (!text.starts_with(escape)) continue;
      plain += character;
      text.remove_prefix(escape.size());
      is_escape = true;
      break;
    }
    if (is_escape) continue;
    plain += text.front();
    text.remove_prefix(1);
  }
  return plain;
}

/// "Top_songs.csv" -> "Top songs".
std::string list_name(const playlist::Input& input) {
  std::string name(input.name().substr(0, input.name().rfind('.')));
  for (char& c : name) c = c == '_' ? ' ' : c;
  return std::string(trim(name));
}

enum TrackColumn { kTitle = 1, kCredit, kYear, kTags };
enum TagColumn { kArtist = 1, kTag };

class RateYourMusic final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[') || !input.columns().empty()) return kNo;
    CsvReader csv(text, ',');
    const bool is_sound = csv.next() && csv.problem().empty();
    return is_sound && find_kind(Header(csv)) != Kind::kNone ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    CsvReader csv(table_text(call.input().bytes()), ',');
    csv.next();
    header_ = Header(csv);
    kind_ = find_kind(header_);
    if (kind_ == Kind::kNone) throw playlist::Unsupported("no table of Rate Your Music");
    library_.emplace(call);
    make_tables();
    std::string problem;
    for (; csv.next(); call.next(csv.offset())) {
      if (!is_sound_record(csv, header_.size(), problem)) {
        call.malformed(problem);
      } else if (csv.is_blank()) {
        call.bucket("empty", "a record without values");
      } else {
        take_record(csv);
      }
    }
    call.finish();
  }

 private:
  void make_tables() {
    if (kind_ == Kind::kSongs) {
      playlist_.name = list_name(call_->input());
      playlist_.is_nobodys = true;
      tracks_ = &call_->rows("tracks", {{"title", PLAYLIST_STRING},
                                        {"artist_credit", PLAYLIST_STRING},
                                        {"year", PLAYLIST_I32},
                                        {"tags", PLAYLIST_STRING}});
    } else if (kind_ == Kind::kAlbums) {
      tags_ = &call_->rows(
          "artist_tags", {{"artist", PLAYLIST_STRING, kAlways}, {"tag", PLAYLIST_STRING, kAlways}});
    }
  }

  [[nodiscard]] std::string cell(const CsvReader& csv,
                                 std::initializer_list<std::string_view> names) const {
    const std::string_view text = csv[header_.find(names)];
    return text == "N/A" ? "" : unescaped(text);
  }

  void take_record(const CsvReader& csv) {
    switch (kind_) {
      case Kind::kRatings:
        return take_rating(csv);
      case Kind::kSongs:
        return take_song(csv);
      case Kind::kAlbums:
        return take_album(csv);
      default:
        return call_->bucket("album", "a list of albums names no tracks");
    }
  }

  void take_rating(const CsvReader& csv) {
    const std::string first = cell(csv, {"first_name"}), last = cell(csv, {"last_name"});
    const std::string artist = first.empty() || last.empty() ? first + last : first + " " + last;
    const std::string album = cell(csv, {"title"});
    const std::string word = cell(csv, {"rating"});
    const auto rating = word.empty() ? std::optional<std::int64_t>(0) : read_integer(word);
    if (!rating || *rating < 0 || *rating > 10) {
      return call_->malformed("Rating is not 0 to 10: " + quoted(word));
    }
    const bool is_owned = equals_ignoring_case(cell(csv, {"ownership"}), "o");
    if (*rating == 0 && !is_owned) return call_->bucket("unrated", "");
    if (album.empty() || artist.empty()) return call_->bucket("empty", "no album or no artist");
    if (*rating > 0) library_->rate_album(album, artist, static_cast<double>(*rating) / 2);
    if (is_owned) library_->save_album(album, artist);
  }

  void take_song(const CsvReader& csv) {
    Track track;
    track.title = cell(csv, {"title"});
    track.artist = cell(csv, {"artist"});
    track.is_credit = true;
    if (!track.has_identity()) return call_->bucket("empty", "no title or no artist");
    library_->add(playlist_, track);
    tracks_->row();
    tracks_->set_text(kTitle, track.title);
    tracks_->set_text(kCredit, track.artist);
    tracks_->set_text(kTags, join(split(cell(csv, {"genre", "genres"}), ',')));
    const std::string released = cell(csv, {"release_date"});  // "26 May 1967", "1967"
    const auto year = read_year(std::string_view(released).substr(released.rfind(' ') + 1));
    if (year) tracks_->set_i32(kYear, *year);
  }

  void take_album(const CsvReader& csv) {
    const std::string artist = cell(csv, {"artist"});
    const std::vector<std::string> genres = split(cell(csv, {"genres", "genre"}), ',');
    if (artist.empty() || genres.empty()) return call_->bucket("empty", "no artist or no genre");
    for (const std::string& genre : genres) {
      tags_->row();
      tags_->set_text(kArtist, artist);
      tags_->set_text(kTag, genre);
    }
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows *tracks_ = nullptr, *tags_ = nullptr;
  std::optional<LibraryRows> library_;
  LibraryRows::Playlist playlist_;
  Header header_;
  Kind kind_ = Kind::kNone;
};

}  // namespace

constinit const playlist::Element kRateYourMusic = playlist::element<RateYourMusic>(
    "source.rateyourmusic",
    "Rate Your Music: your ratings, and charts of songs and albums as CSV.");

}  // namespace source
