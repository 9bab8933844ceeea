#include "library/play_alignment.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <tuple>

namespace engine::library {
namespace {

using Cost = std::int64_t;
constexpr Cost kUnit = kUnpairedCost;
constexpr Cost kNever = std::numeric_limits<Cost>::max() / 4;

constexpr std::int64_t kGoodClock = 25, kScrobbledSeconds = 30, kRounding = 2, kLengthRange = 30;
constexpr Cost kPause = kUnit * 12 / 10, kPausePerSecond = kUnit / 3'000;
constexpr Cost kOtherEnd = kUnit * 18 / 10, kEitherEnd = 1'000;
constexpr Cost kFarPerSecond = 8'000, kMostNearness = 999;

struct Interval {
  std::int64_t first, last;
};

std::int64_t seconds_up(std::int32_t ms) {
  return (static_cast<std::int64_t>(ms) + 999) / 1000;
}

std::int64_t gap(const Interval& a, const Interval& b) {
  return std::max<std::int64_t>({0, b.first - a.last, a.first - b.last});
}

Cost clock_cost(std::int64_t seconds) {
  if (seconds <= kGoodClock) return kUnit * seconds / kGoodClock;
  if (seconds > kClockTolerance) return kNever;
  return kUnit + (seconds - kGoodClock) * kFarPerSecond;
}

Cost pause_cost(std::int64_t seconds) {
  return seconds > kLongestPause ? kNever : kPause + seconds * kPausePerSecond;
}

/// One way to read what a play's teller said: this end of it was then.
struct Reading {
  bool is_end;
  Interval time;
  Cost cost;
};

struct Readings {
  Reading reading[2];
  int count = 0;
  void add(const Reading& one) { reading[count++] = one; }
};

Readings readings_of(const ToldPlay& play) {
  const Interval told{play.first, play.last};
  Readings readings;
  if (play.stamp != Stamp::kEnd) readings.add({false, told, 0});
  switch (play.stamp) {
    case Stamp::kEnd:
      readings.add({true, told, 0});
      break;
    case Stamp::kEither:
      readings.add({true, told, kEitherEnd});
      break;
    case Stamp::kUnknown:
      if (play.ms_played >= 0) {
        const std::int64_t played = seconds_up(play.ms_played);
        readings.add({true, {told.first + played, told.last + played}, 0});
        break;
      }
      [[fallthrough]];
    case Stamp::kStart:
      readings.add({true, told, kOtherEnd});
      break;
  }
  return readings;
}

/// How long the play took without pauses, as far as either tells; -1 when neither does.
std::int64_t seconds_of(const ToldPlay& first, const ToldPlay& second) {
  if (first.ms_played >= 0) return seconds_up(first.ms_played);
  if (second.ms_played >= 0) return seconds_up(second.ms_played);
  if (first.track_seconds > 0) return first.track_seconds;
  return second.track_seconds > 0 ? second.track_seconds : -1;
}

/// A start that is before the other's may be that of a play with a pause; not where both tell
/// lengths and it is not known which end they told: then both starts may have been reckoned alike.
bool can_be_paused(const ToldPlay& ended, const ToldPlay& started) {
  const bool is_known = ended.stamp != Stamp::kUnknown && started.stamp != Stamp::kUnknown;
  return is_known || started.ms_played < 0;
}

/// The end as `ended` tells it against the start as `started` tells it.
Cost end_and_start(const ToldPlay& ended, const Interval& end, const ToldPlay& started,
                   const Interval& start) {
  const std::int64_t played = seconds_of(ended, started);
  if (played < 0) return kNever;
  const std::int64_t paused = end.first - played - start.last;
  if (paused > 0) {
    return can_be_paused(ended, started) ? std::min(clock_cost(paused), pause_cost(paused))
                                         : clock_cost(paused);
  }
  return clock_cost(std::max<std::int64_t>(0, start.first - (end.last - played)));
}

bool is_coarse(const ToldPlay& play) {
  return play.last > play.first;
}

Cost length_cost(const ToldPlay& a, const ToldPlay& b) {
  if (a.ms_played >= 0 && b.ms_played >= 0) {
    const std::int64_t apart =
        std::llabs(static_cast<std::int64_t>(a.ms_played) - b.ms_played) / 1000 - kRounding;
    const std::int64_t counted = std::clamp<std::int64_t>(apart, 0, kLengthRange);
    return kUnit * counted / kLengthRange * (is_coarse(a) || is_coarse(b) ? 2 : 1);
  }
  const std::int32_t known = std::max(a.ms_played, b.ms_played);
  return known >= 0 && known < kScrobbledSeconds * 1000 ? kUnit / 2 : 0;
}

/// Of pairs that agree as well, the nearer one.
Cost nearness(const ToldPlay& a, const ToldPlay& b) {
  return std::min<Cost>(std::llabs((a.first + a.last) - (b.first + b.last)) / 2, kMostNearness);
}

/// Copies of one play: what both tell overlaps, and their lengths are the same.
bool is_copy(const ToldPlay& a, const ToldPlay& b) {
  return a.ms_played > 0 && a.ms_played == b.ms_played && a.stamp == b.stamp &&
         gap({a.first, a.last}, {b.first, b.last}) == 0;
}

std::int64_t start_of(const ToldPlay& play) {
  return play.stamp == Stamp::kEnd && play.ms_played >= 0 ? play.first - seconds_up(play.ms_played)
                                                          : play.first;
}

class Alignment {
 public:
  explicit Alignment(std::span<const ToldPlay> plays) : plays_(plays) {
    for (const ToldPlay& play : plays) {
      widest_ = std::max(widest_, play.last - play.first);
      const std::int64_t played = play.ms_played >= 0 ? seconds_up(play.ms_played) : 0;
      longest_ = std::max<std::int64_t>({longest_, played, play.track_seconds});
    }
  }

  std::vector<std::uint32_t> run() {
    for (const std::vector<std::uint32_t>& told : by_teller()) join(told);
    std::vector<std::uint32_t> answer(plays_.size());
    for (std::size_t k = 0; k < listens_.size(); ++k) {
      for (const std::uint32_t play : listens_[k].plays) {
        answer[play] = static_cast<std::uint32_t>(k);
      }
    }
    return answer;
  }

 private:
  /// A listen as far as it is put together.
  struct Listen {
    std::int64_t start;
    std::vector<std::uint32_t> plays;  // the most exact one first
  };

  [[nodiscard]] auto order_of(std::uint32_t play) const {
    const ToldPlay& p = plays_[play];
    return std::make_tuple(start_of(p), p.ms_played, p.first, static_cast<int>(p.stamp),
                           p.track_seconds);
  }

  /// The plays of each teller in order of time; the most exact teller first.
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> by_teller() const {
    struct Told {
      bool has_no_length = true;
      std::int64_t width = std::numeric_limits<std::int64_t>::max();
      std::vector<std::uint32_t> plays;
    };
    std::map<std::int32_t, Told> tellers;
    for (std::uint32_t k = 0; k < plays_.size(); ++k) {
      Told& told = tellers[plays_[k].teller];
      if (plays_[k].ms_played >= 0) told.has_no_length = false;
      told.width = std::min(told.width, plays_[k].last - plays_[k].first);
      told.plays.push_back(k);
    }
    std::vector<Told> order;
    for (auto& [teller, told] : tellers) order.push_back(std::move(told));
    std::stable_sort(order.begin(), order.end(), [](const Told& a, const Told& b) {
      return std::tie(a.has_no_length, a.width) < std::tie(b.has_no_length, b.width);
    });
    std::vector<std::vector<std::uint32_t>> sequences;
    for (Told& told : order) {
      std::sort(told.plays.begin(), told.plays.end(),
                [this](std::uint32_t a, std::uint32_t b) { return order_of(a) < order_of(b); });
      sequences.push_back(std::move(told.plays));
    }
    return sequences;
  }

  /// Another teller's plays: each joins a listen or becomes one.
  void join(const std::vector<std::uint32_t>& told) {
    partner_.assign(told.size(), kNone);
    is_taken_.assign(listens_.size(), false);
    pair_copies(told);
    pair_the_rest(told);
    for (std::size_t k = 0; k < told.size(); ++k) {
      if (partner_[k] == kNone) {
        listens_.push_back({start_of(plays_[told[k]]), {told[k]}});
      } else {
        listens_[partner_[k]].plays.push_back(told[k]);
      }
    }
    std::sort(listens_.begin(), listens_.end(), [this](const Listen& a, const Listen& b) {
      return std::make_tuple(a.start, order_of(a.plays[0]), plays_[a.plays[0]].teller) <
             std::make_tuple(b.start, order_of(b.plays[0]), plays_[b.plays[0]].teller);
    });
  }

  /// First listen that starts at or after `time`, from `from` on.
  [[nodiscard]] std::size_t listen_from(std::size_t from, std::int64_t time) const {
    while (from < listens_.size() && listens_[from].start < time) ++from;
    return from;
  }

  void pair_copies(const std::vector<std::uint32_t>& told) {
    std::size_t begin = 0;
    for (std::size_t k = 0; k < told.size(); ++k) {
      const std::int64_t start = start_of(plays_[told[k]]);
      begin = listen_from(begin, start - widest_);
      for (std::size_t at = begin; at < listens_.size() && listens_[at].start <= start + widest_;
           ++at) {
        if (is_taken_[at] || !has_copy(listens_[at], plays_[told[k]])) continue;
        partner_[k] = at;
        is_taken_[at] = true;
        break;
      }
    }
  }

  [[nodiscard]] bool has_copy(const Listen& listen, const ToldPlay& play) const {
    return std::any_of(listen.plays.begin(), listen.plays.end(),
                       [&](std::uint32_t other) { return is_copy(plays_[other], play); });
  }

  [[nodiscard]] Cost cost(const Listen& listen, const ToldPlay& play) const {
    Cost least = kNever;
    for (const std::uint32_t other : listen.plays) {
      least = std::min(least, disagreement(plays_[other], play));
    }
    return least;
  }

  /// The pairing in order of time that costs least, by dynamic programming: saved_[j] is what the
  /// plays so far and the first j free listens save against pairing none of them. Only listens
  /// within reach of a play are looked at; both ends of that band only move forward.
  void pair_the_rest(const std::vector<std::uint32_t>& told) {
    free_.clear();
    for (std::size_t k = 0; k < listens_.size(); ++k) {
      if (!is_taken_[k]) free_.push_back(k);
    }
    if (free_.empty()) return;
    const std::int64_t reach = kAlignmentReach + longest_ + widest_;
    saved_.assign(free_.size() + 1, 0);
    bands_.clear();
    choices_.clear();
    std::size_t low = 0, high = 0;
    for (std::size_t k = 0; k < told.size(); ++k) {
      if (partner_[k] != kNone) continue;
      const std::int64_t start = start_of(plays_[told[k]]);
      while (low < free_.size() && listens_[free_[low]].start < start - reach) ++low;
      const std::size_t seen = high;
      while (high < free_.size() && listens_[free_[high]].start <= start + reach) ++high;
      high = std::max(high, low);
      for (std::size_t j = seen + 1; j <= high; ++j) saved_[j] = saved_[seen];
      bands_.push_back({k, low, high, choices_.size()});
      add_row(plays_[told[k]], low, high);
    }
    trace_back();
  }

  void add_row(const ToldPlay& play, std::size_t low, std::size_t high) {
    Cost diagonal = saved_[low];
    for (std::size_t j = low + 1; j <= high; ++j) {
      const Cost above = saved_[j];
      Choice choice = Choice::kAlone;
      Cost best = above;
      if (saved_[j - 1] > best) {
        best = saved_[j - 1];
        choice = Choice::kEarlier;
      }
      const Cost paired = 2 * kUnit - cost(listens_[free_[j - 1]], play);
      if (paired > 0 && diagonal + paired > best) {
        best = diagonal + paired;
        choice = Choice::kPair;
      }
      diagonal = above;
      saved_[j] = best;
      choices_.push_back(choice);
    }
  }

  void trace_back() {
    std::size_t j = free_.size();
    for (auto band = bands_.rbegin(); band != bands_.rend(); ++band) {
      j = std::min(j, band->high);
      for (; j > band->low; --j) {
        const Choice choice = choices_[band->choices + j - 1 - band->low];
        if (choice == Choice::kAlone) break;
        if (choice == Choice::kEarlier) continue;
        partner_[band->play] = free_[--j];
        break;
      }
    }
  }

  enum class Choice : std::uint8_t { kAlone, kEarlier, kPair };
  /// The free listens [low, high) within reach of a play.
  struct Band {
    std::size_t play, low, high, choices;
  };
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  std::span<const ToldPlay> plays_;
  std::int64_t widest_ = 0, longest_ = 0;
  std::vector<Listen> listens_;  // by start
  std::vector<std::size_t> partner_, free_;
  std::vector<bool> is_taken_;
  std::vector<Cost> saved_;
  std::vector<Band> bands_;
  std::vector<Choice> choices_;
};

}  // namespace

std::int64_t disagreement(const ToldPlay& a, const ToldPlay& b) {
  const Readings of_a = readings_of(a), of_b = readings_of(b);
  Cost best = kNever;
  for (int i = 0; i < of_a.count; ++i) {
    for (int k = 0; k < of_b.count; ++k) {
      const Reading &x = of_a.reading[i], &y = of_b.reading[k];
      const Cost agreement = x.is_end == y.is_end ? clock_cost(gap(x.time, y.time))
                             : x.is_end           ? end_and_start(a, x.time, b, y.time)
                                                  : end_and_start(b, y.time, a, x.time);
      best = std::min(best, x.cost + y.cost + agreement);
    }
  }
  return best >= kNever ? kNever : best + length_cost(a, b) + nearness(a, b);
}

std::vector<std::uint32_t> align_plays(std::span<const ToldPlay> plays) {
  return Alignment(plays).run();
}

}  // namespace engine::library
