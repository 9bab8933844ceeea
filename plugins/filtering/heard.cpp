// filtering.heard: drops what the user has heard, lately or ever.
//
// A track is dropped when it, or with by = "song" any version of it, was played at least min_plays
// times in the last `days` days (0: ever). Plays are those long enough to count.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "age.hpp"
#include "elements.hpp"
#include "same.hpp"
#include "shared/counted.hpp"

namespace {

class Heard final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"days", 0, 0, 36'500, "plays of the last days; 0: of all time"},
      {"min_plays", 1, 1, 1'000'000, "plays that make a track heard"},
      playlist::Param::choice("by", kSameSongBy, "track",
                              "song: plays of other versions count, too"),
  };

  explicit Heard(const playlist::Args& args)
      : days_(args.integer("days")), min_plays_(args.integer("min_plays")), by_(args.text("by")) {}

  void filter(playlist::FilteringCall& call) const {
    const Same same(call, by_);
    const BySame<Plays> plays = count_plays(call, same);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const Plays* heard = plays.get(same.of(track[row]));
      if (heard != nullptr && heard->count >= min_plays_)
        call.drop(row, call.text(reason(*heard, call.now())));
    }
  }

 private:
  struct Plays {
    std::int64_t count = 0, last = playlist::kMissingI64;
    void add(std::int64_t more, std::int64_t ts) {
      count += more;
      last = std::max(last, ts);
    }
  };

  /// The statistics have every track once, the listens only those that were played, each as often:
  /// whatever is shorter tells.
  [[nodiscard]] BySame<Plays> count_plays(const playlist::FilteringCall& call,
                                          const Same& same) const {
    if (days_ != 0) return count_since(call, same, call.now() - days_ * kDay);
    const bool is_short = call.table("listens").rows() < call.table("tracks").rows();
    return is_short ? count_since(call, same, playlist::kMissingI64) : count_ever(call, same);
  }

  static BySame<Plays> count_ever(const playlist::FilteringCall& call, const Same& same) {
    const playlist::Table statistics = call.table("track_statistics");
    const auto count = statistics["plays"].i32();
    const auto last = statistics["last_played"].i64();
    BySame<Plays> plays(1024);
    for (std::size_t track = 0; track < count.size(); ++track) {
      if (track % 65'536 == 0) call.checkpoint();
      if (count[track] <= 0) continue;
      const std::int32_t number = same.of(static_cast<std::int32_t>(track));
      if (number >= 0) plays[number].add(count[track], last[track]);
    }
    return plays;
  }

  /// `from` may be missing, which is below any time.
  static BySame<Plays> count_since(const playlist::FilteringCall& call, const Same& same,
                                   std::int64_t from) {
    const playlist::Table listens = call.table("listens");
    const auto ts = listens["ts"].i64();
    const auto track = listens["track"].i32();
    const auto is_play = listens["is_play"].u8();
    BySame<Plays> plays(256);
    const auto first = std::lower_bound(ts.begin(), ts.end(), from);
    for (auto i = static_cast<std::size_t>(first - ts.begin()); i < ts.size(); ++i) {
      if (i % 65'536 == 0) call.checkpoint();
      const std::int32_t number = is_play[i] == 1 ? same.of(track[i]) : -1;
      if (number >= 0) plays[number].add(1, ts[i]);
    }
    return plays;
  }

  [[nodiscard]] std::string reason(const Plays& heard, std::int64_t now) const {
    if (min_plays_ == 1) return playlist::concat("heard ", age_in_words(heard.last, now));
    const std::string times =
        playlist::concat("heard at least ", shared::counted(min_plays_, "time"));
    return days_ == 0 ? times
                      : playlist::concat(times, " in the last ", shared::counted(days_, "day"));
  }

  std::int64_t days_, min_plays_;
  std::string by_;
};

}  // namespace

constinit const playlist::Element kHeard =
    playlist::element<Heard>("filtering.heard", "Drops what the user has heard, lately or ever.");
