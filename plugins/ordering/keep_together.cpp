// ordering.keep_together: what belongs together stays together, whatever the order is otherwise:
//
//   user.library:order(pl.ordering.shuffle {}):order(pl.ordering.keep_together {})
//
// Together belong songs of an album that the user hears right after one another when nothing is
// shuffled, more than `lift` times as often as by chance, which is as after other songs, and `times`
// times at least (album_neighbours.hpp), and songs that are written down as belonging together
// (named_runs.hpp).
// A follower comes right after its leader, so that pairs make runs; every other track stays in the
// order given. What is written down goes before what was learned, and of that the larger
// P(next | song): of two claims to a follower the stronger counts, and a circle is cut at its
// weakest link. No track is added. Every version of a song counts as the song; of several in the
// list those of one album find each other.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "album_neighbours.hpp"
#include "elements.hpp"
#include "links.hpp"
#include "named_runs.hpp"

namespace {

/// Links between rows, strongest first, and what each goes by.
class Links {
 public:
  Links(const playlist::OrderingCall& call, const SongRows& songs)
      : songs_(songs),
        album_(call.table("tracks")["album"].texts().codes()),
        track_(call.track()) {}

  /// Between all rows of two songs, those of one album first.
  void add(std::int32_t song, std::int32_t next, const std::string& told) {
    if (song < 0 || next < 0 || song == next) return;
    for (const bool is_one_album : {true, false})
      for (const std::int32_t leader : songs_.rows(song))
        for (const std::int32_t follower : songs_.rows(next))
          if ((album_of(leader) == album_of(follower)) == is_one_album) {
            links_.push_back({leader, follower});
            told_.emplace(std::pair(leader, follower), told);
          }
  }
  [[nodiscard]] const std::vector<Link>& links() const { return links_; }
  [[nodiscard]] const std::string& told(std::int32_t leader, std::int32_t follower) const {
    return told_.at({leader, follower});
  }

 private:
  [[nodiscard]] std::int32_t album_of(std::int32_t row) const {
    return album_[static_cast<std::size_t>(track_[static_cast<std::size_t>(row)])];
  }

  const SongRows& songs_;
  std::span<const std::int32_t> album_, track_;  // by track; of each row
  std::vector<Link> links_;
  std::map<std::pair<std::int32_t, std::int32_t>, std::string> told_;
};

class KeepTogether final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"times", 5, 1, 1'000'000, "how often one must have come right after the other, at least"},
      playlist::Param::number("lift", 10, 1, 1'000'000,
                              "and more than this many times as often as after other songs"),
      playlist::Param::texts("runs",
                             "songs that belong together as well, each \"ARTIST - TITLE > ARTIST - "
                             "TITLE\", or more of them"),
      playlist::Param::file("file", "", "the same from a file, a run on each line"),
  };

  explicit KeepTogether(const playlist::Args& args)
      : times_(static_cast<std::int32_t>(args.integer("times"))), lift_(args.number("lift")) {
    for (const std::string_view run : args.texts("runs")) named_.add(run);
    named_.add_file(args.file("file"));
  }

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    call.checkpoint();
    const SongRows songs(call);
    Links links(call, songs);
    add_named(call, songs, links);
    add_learned(call, songs, links);
    const std::vector<std::int32_t> followers = followers_of(call.rows(), links.links());
    tell(call, links, followers);
    return with_followers(followers);
  }

 private:
  void add_named(const playlist::OrderingCall& call, const SongRows& songs, Links& links) const {
    const auto runs = named_.tracks(call);
    for (std::size_t run = 0; run < runs.size(); ++run) {
      for (std::size_t place = 0; place < runs[run].size(); ++place)
        if (runs[run][place].empty())
          call.info(playlist::concat("no track here is called \"", named_.name(run, place), "\""));
      for (std::size_t place = 1; place < runs[run].size(); ++place)
        for (const std::int32_t song : songs_in(songs, runs[run][place - 1]))
          for (const std::int32_t next : songs_in(songs, runs[run][place]))
            links.add(song, next, "as written");
    }
  }

  /// Those of the list that the tracks are, each once.
  static std::vector<std::int32_t> songs_in(const SongRows& songs,
                                            const std::vector<std::int32_t>& tracks) {
    std::vector<std::int32_t> found;
    for (const std::int32_t track : tracks)
      if (const std::int32_t song = songs.song_of(track);
          song >= 0 && std::find(found.begin(), found.end(), song) == found.end())
        found.push_back(song);
    return found;
  }

  void add_learned(const playlist::OrderingCall& call, const SongRows& songs, Links& links) const {
    const AlbumNeighbours learned = album_neighbours(call, songs, times_, lift_);
    if (learned.counted == 0 && named_.empty())
      call.info(
          "no two listens are known to have come one after the other with shuffle off, so nothing "
          "is known of what belongs together; Spotify's extended history tells it");
    if (learned.pairs.empty() && learned.heard > 0) call.info(nothing_learned(learned));
    for (const AlbumNeighbours::Pair& pair : learned.pairs)
      links.add(pair.song, pair.next,
                playlist::concat("next ", pair.times, " of ", pair.out_of, " times"));
  }

  [[nodiscard]] std::string nothing_learned(const AlbumNeighbours& learned) const {
    std::string text =
        playlist::concat("nothing was heard together often enough: of ", learned.heard,
                         " pairs of one album in this list, each heard in order once at least, ");
    if (learned.often == 0)
      return playlist::concat(text, "none came ", times_, " times (the most: ", learned.most_times,
                              ")");
    return playlist::concat(text, learned.often, " came ", times_, " times, but none more than ",
                            lift_, " times as often as after other songs (the most: ",
                            std::round(learned.most_lift * 10) / 10, ")");
  }

  /// Of the runs of a list, and of the followers of a run.
  static constexpr std::size_t kMostTold = 3;

  /// "kept together: "A", then "B" (next 9 of 11 times)"
  static void tell(const playlist::OrderingCall& call, const Links& links,
                   const std::vector<std::int32_t>& followers) {
    std::vector<bool> is_led(followers.size());
    for (const std::int32_t follower : followers)
      if (follower >= 0) is_led[static_cast<std::size_t>(follower)] = true;
    std::string text;
    std::size_t runs = 0;
    for (std::size_t row = 0; row < followers.size(); ++row) {
      if (is_led[row] || followers[row] < 0 || ++runs > kMostTold) continue;
      text += (runs == 1 ? "" : "; ") + run_text(call, links, followers, row);
    }
    if (runs > kMostTold) text += playlist::concat("; and ", runs - kMostTold, " more");
    if (runs > 0) call.info("kept together: " + text);
  }

  static std::string run_text(const playlist::OrderingCall& call, const Links& links,
                              const std::vector<std::int32_t>& followers, std::size_t first) {
    const playlist::Strings titles = call.table("tracks")["title"].texts();
    const auto title = [&](std::size_t row) {
      return playlist::concat("\"", titles[static_cast<std::size_t>(call.track()[row])], "\"");
    };
    std::string text = title(first);
    std::size_t told = 0, length = 0;
    for (std::size_t row = first; followers[row] >= 0; ++length) {
      const std::int32_t next = followers[row];
      if (told < kMostTold) {
        text += ", then " + title(static_cast<std::size_t>(next)) + " (" +
                links.told(static_cast<std::int32_t>(row), next) + ")";
        ++told;
      }
      row = static_cast<std::size_t>(next);
    }
    return length == told ? text : playlist::concat(text, " and ", length - told, " more after it");
  }

  std::int32_t times_;
  double lift_;
  NamedRuns named_;
};

}  // namespace

constinit const playlist::Element kKeepTogether = playlist::element<KeepTogether>(
    "ordering.keep_together",
    "Keeps songs together that belong one after the other, and the rest in the order given.\n"
    "Those are songs of an album that you hear right after one another when nothing is shuffled, "
    "and songs\n"
    "that you name. What follows comes right after what it follows; order last, as another order "
    "may part\nthem again.");
