// source.two_tables: playlists and their tracks, two tables that hang together, for the tests of
// playlist::Rows.
//
// Format   "# lists", then "list NAME" per playlist and "track ARTIST <tab> TITLE" per track of the
//          playlist above, a record each; "many NAME COUNT" is one record with COUNT tracks
#include "playlist/plugin.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kMagic = "# lists\n";

class TwoTables final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return input.head().starts_with(kMagic) ? 100 : 0;
  }

  void read(playlist::SourceCall& call) const {
    Tables tables(call);
    std::string_view rest = call.input().bytes().substr(kMagic.size());
    std::int64_t record = 0;
    for (; !rest.empty(); ++record) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (!tables.read(record, line)) call.bucket(record, "malformed", "neither list nor track");
    }
    call.finish(record);
  }

 private:
  struct Tables {
    playlist::Rows &lists, &tracks;
    playlist::TextColumn &name, &of, &artist, &title;
    playlist::NumberColumn<std::int32_t>& position;
    std::string current;
    std::int32_t next = 0;

    explicit Tables(playlist::SourceCall& call)
        : lists(call.rows("playlists")),
          tracks(call.rows("playlist_tracks")),
          name(lists.text("playlist")),
          of(tracks.text("playlist")),
          artist(tracks.text("artist")),
          title(tracks.text("title")),
          position(tracks.i32("position")) {}

    bool read(std::int64_t record, std::string_view line) {
      if (line.starts_with("list ")) {
        list(record, line.substr(5));
      } else if (line.starts_with("many ")) {
        const std::size_t space = line.rfind(' ');
        int count = 0;
        std::from_chars(line.data() + space + 1, line.data() + line.size(), count);
        list(record, line.substr(5, space - 5));
        for (int i = 0; i < count; ++i) {
          track(record, "Band", playlist::concat("Song ", i));
        }
      } else if (line.starts_with("track ") && line.find('\t') != std::string_view::npos) {
        const std::size_t tab = line.find('\t');
        track(record, line.substr(6, tab - 6), line.substr(tab + 1));
      } else {
        return false;
      }
      return true;
    }
    void list(std::int64_t record, std::string_view called) {
      current = called;
      next = 0;
      lists.row(record);
      name.set(called);
    }
    void track(std::int64_t record, std::string_view by, std::string_view called) {
      tracks.row(record);
      of.set(current);
      artist.set(by);
      title.set(called);
      position.set(next++);
    }
  };
};

constinit const playlist::Element kTwoTables = playlist::element<TwoTables>(
    "source.two_tables", "Playlists and their tracks from a text file.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.two-tables", "1.0.0", kTwoTables);
