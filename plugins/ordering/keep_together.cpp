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
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "album_neighbours.hpp"
#include "elements.hpp"
#include "links.hpp"
#include "named_runs.hpp"
#include "shared/counted.hpp"

namespace {

/// Links between songs, the strongest first, and what each goes by.
class SongLinks {
 public:
  SongLinks(const playlist::OrderingCall& call, const SongRows& songs)
      : songs_(songs),
        album_(call.table("tracks")["album"].texts().codes()),
        track_(call.track()),
        links_(call.rows()),
        told_(call.rows()) {}

  /// Between all rows of two songs, those of one album first. False where no row of the one can come
  /// after one of the other.
  bool add(std::int32_t song, std::int32_t next, const std::string& told) {
    if (song == next) return false;
    bool is_linked = false;
    for (const bool is_one_album : {true, false})
      for (const std::int32_t leader : songs_.rows(song))
        for (const std::int32_t follower : songs_.rows(next))
          if ((album_of(leader) == album_of(follower)) == is_one_album)
            is_linked |= add_rows(leader, follower, told);
    return is_linked;
  }
  [[nodiscard]] const Links& rows() const { return links_; }
  /// What the link from this row goes by.
  [[nodiscard]] const std::string& told(std::int32_t leader) const {
    return told_[static_cast<std::size_t>(leader)];
  }

 private:
  bool add_rows(std::int32_t leader, std::int32_t follower, const std::string& told) {
    if (!links_.add(leader, follower)) return false;
    std::string& known = told_[static_cast<std::size_t>(leader)];
    if (known.empty()) known = told;
    return true;
  }
  [[nodiscard]] std::int32_t album_of(std::int32_t row) const {
    return album_[static_cast<std::size_t>(track_[static_cast<std::size_t>(row)])];
  }

  const SongRows& songs_;
  std::span<const std::int32_t> album_, track_;  // by track; of each row
  Links links_;
  std::vector<std::string> told_;  // by leader
};

/// Of the runs of a list, of the followers of a run, and of what is wrong with those written down.
constexpr std::size_t kMostTold = 3;

/// Texts of which the first few are told.
class FirstFew {
 public:
  void add(const std::string& text) {
    if (++count_ > kMostTold) return;
    text_ += playlist::concat(count_ == 1 ? "\"" : ", \"", text, "\"");
  }
  /// "BEGIN "A", "B", "C" and 4 more", where there are any.
  void tell(const playlist::Call& call, std::string_view begin) const {
    if (count_ == 0) return;
    const std::size_t more = count_ - std::min(count_, kMostTold);
    call.info(
        playlist::concat(begin, text_, more > 0 ? playlist::concat(" and ", more, " more") : ""));
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
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
    named_.add_file(args.file("file"), [host = args.host()] {
      if (host->cancelled(host) != 0) throw playlist::Cancelled();
    });
  }

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    call.checkpoint();
    const SongRows songs(call);
    SongLinks links(call, songs);
    add_named(call, songs, links);
    add_learned(call, songs, links);
    tell(call, links);
    return links.rows().order();
  }

 private:
  using Songs = std::vector<std::int32_t>;

  void add_named(const playlist::OrderingCall& call, const SongRows& songs,
                 SongLinks& links) const {
    const std::vector<Songs> named = named_songs(call, songs);
    FirstFew of_one_song, against_earlier;
    for (const NamedRuns::Pair& pair : named_.pairs()) {
      call.checkpoint();
      const Songs &before = named[pair.song], &after = named[pair.next];
      if (before.empty() || after.empty()) continue;
      if (before.size() == 1 && before == after)
        of_one_song.add(named_.text(pair));
      else if (!add_all(before, after, links))
        against_earlier.add(named_.text(pair));
    }
    of_one_song.tell(call, "no song comes after itself: ");
    against_earlier.tell(call, "left out, as what was written before says otherwise: ");
  }

  static bool add_all(const Songs& before, const Songs& after, SongLinks& links) {
    bool is_linked = false;
    for (const std::int32_t song : before)
      for (const std::int32_t next : after) is_linked |= links.add(song, next, "as written");
    return is_linked;
  }

  /// Of each name the songs of the list that are called so.
  std::vector<Songs> named_songs(const playlist::OrderingCall& call, const SongRows& songs) const {
    const std::vector<std::vector<std::int32_t>> tracks = named_.tracks(call);
    std::vector<Songs> found(tracks.size());
    FirstFew unknown, not_here;
    for (std::size_t name = 0; name < tracks.size(); ++name) {
      found[name] = songs_of(songs, tracks[name]);
      if (tracks[name].empty())
        unknown.add(named_.names()[name]);
      else if (found[name].empty())
        not_here.add(named_.names()[name]);
    }
    unknown.tell(call, "no track is called ");
    not_here.tell(call, "not in this list: ");
    return found;
  }

  /// Those of the list that the tracks are, each once.
  static Songs songs_of(const SongRows& songs, const std::vector<std::int32_t>& tracks) {
    Songs found;
    for (const std::int32_t track : tracks)
      if (const std::int32_t song = songs.song_of(track);
          song >= 0 && std::find(found.begin(), found.end(), song) == found.end())
        found.push_back(song);
    return found;
  }

  void add_learned(const playlist::OrderingCall& call, const SongRows& songs,
                   SongLinks& links) const {
    const AlbumNeighbours learned = album_neighbours(call, songs, times_, lift_);
    if (learned.counted == 0 && named_.empty())
      call.info(
          "no two listens are known to have come one after the other with shuffle off, so nothing "
          "is known of what belongs together; Spotify's extended history tells it");
    if (learned.pairs.empty() && learned.heard > 0) call.info(nothing_learned(learned));
    for (const AlbumNeighbours::Pair& pair : learned.pairs)
      links.add(
          pair.song, pair.next,
          playlist::concat("next ", pair.times, " of ", shared::counted(pair.out_of, "time")));
  }

  [[nodiscard]] std::string nothing_learned(const AlbumNeighbours& learned) const {
    std::string text = playlist::concat(
        "nothing was heard together often enough: of ", shared::counted(learned.heard, "pair"),
        " of one album in this list, each heard in order once at least, ");
    if (learned.often == 0)
      return playlist::concat(text, "none came ", shared::counted(times_, "time"),
                              " (the most: ", learned.most_times, ")");
    return playlist::concat(text, learned.often, " came ", shared::counted(times_, "time"),
                            ", but none more than ", lift_,
                            " times as often as after other songs (the most: ",
                            std::round(learned.most_lift * 10) / 10, ")");
  }

  /// "kept together: "A", then "B" (next 9 of 11 times)"
  static void tell(const playlist::OrderingCall& call, const SongLinks& links) {
    std::string text;
    std::size_t runs = 0;
    const auto rows = static_cast<std::int32_t>(links.rows().rows());
    for (std::int32_t row = 0; row < rows; ++row) {
      if (links.rows().is_led(row) || links.rows().follower(row) < 0 || ++runs > kMostTold)
        continue;
      text += (runs == 1 ? "" : "; ") + run_text(call, links, row);
    }
    if (runs > kMostTold) text += playlist::concat("; and ", runs - kMostTold, " more");
    if (runs > 0) call.info("kept together: " + text);
  }

  static std::string run_text(const playlist::OrderingCall& call, const SongLinks& links,
                              std::int32_t first) {
    const playlist::Strings titles = call.table("tracks")["title"].texts();
    const auto title = [&](std::int32_t row) {
      const std::int32_t track = call.track()[static_cast<std::size_t>(row)];
      return playlist::concat("\"", titles[static_cast<std::size_t>(track)], "\"");
    };
    std::string text = title(first);
    std::size_t followers = 0;
    for (std::int32_t row = first; links.rows().follower(row) >= 0;
         row = links.rows().follower(row)) {
      if (++followers > kMostTold) continue;
      text += ", then " + title(links.rows().follower(row)) + " (" + links.told(row) + ")";
    }
    return followers <= kMostTold
               ? text
               : playlist::concat(text, " and ", followers - kMostTold, " more after it");
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
