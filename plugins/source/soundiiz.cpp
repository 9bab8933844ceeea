// source.soundiiz: lists that Soundiiz and its like save as CSV, one list a file.
//
// Header    title;artist;album;isrc, then addedDate, addedBy, duration, url, as far as they are there;
//           parted by semicolons. Tables of tracks with other columns are source.tracks_csv's
// List      called like the file: a playlist of the person, or their likes where the file is called so
//           ("Favorites.csv", "Liked Songs.csv")
// Personal  addedBy is not kept
// Buckets   empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "ids.hpp"
#include "library_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

constexpr std::string_view kFirst[] = {"title", "artist", "album", "isrc"};

bool is_ours(const Header& header) {
  constexpr std::string_view kOthers[] = {"addeddate", "addedby", "duration", "url"};
  const auto& names = header.names();
  if (names.size() < std::size(kFirst) ||
      !std::equal(std::begin(kFirst), std::end(kFirst), names.begin())) {
    return false;
  }
  return std::all_of(names.begin() + std::size(kFirst), names.end(), [&](const std::string& name) {
    return std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers);
  });
}

bool is_of_likes(std::string_view name) {
  constexpr std::string_view kNames[] = {"favorites",      "favourites",   "favorite tracks",
                                         "favorite songs", "my favorites", "liked songs",
                                         "liked tracks",   "loved tracks", "likes"};
  std::string plain = lower_ascii(name);
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return std::find(std::begin(kNames), std::end(kNames), plain) != std::end(kNames);
}

class Soundiiz final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[') || !input.columns().empty()) return kNo;
    CsvReader csv(text, ';');
    const bool is_sound = csv.next() && csv.problem().empty();
    return is_sound && is_ours(Header(csv)) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    CsvReader csv(table_text(call.input().bytes()), ';');
    csv.next();
    const Header header(csv);
    if (!is_ours(header)) throw playlist::Unsupported("no list that Soundiiz writes");
    LibraryRows library(call);
    LibraryRows::Playlist playlist;
    playlist.name = call.input().name().substr(0, call.input().name().rfind('.'));
    const bool is_likes = is_of_likes(playlist.name);
    const int added = header.find({"addeddate"}), url = header.find({"url"});
    std::string problem;
    for (; csv.next(); call.next(csv.offset())) {
      if (!is_sound_record(csv, header.size(), problem)) {
        call.malformed(problem);
        continue;
      }
      Track track;
      track.title = csv[0];
      track.artist = csv[1];
      track.is_credit = true;  // "A, B"
      track.album = csv[2];
      track.isrc = isrc(csv[3]);
      track.spotify_id = spotify_id(csv[url]);
      const auto time = read_time(csv[added]);
      const auto ts = time ? std::optional(time->seconds) : std::nullopt;
      is_likes ? library.like(track, ts) : library.add(playlist, track, ts);
    }
    call.finish();
  }
};

}  // namespace

constinit const playlist::Element kSoundiiz = playlist::element<Soundiiz>(
    "source.soundiiz",
    "One list of a person's a file, as Soundiiz saves it (title;artist;album;isrc).");

}  // namespace source
