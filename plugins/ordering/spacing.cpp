#include "spacing.hpp"

#include <algorithm>
#include <functional>
#include <queue>

namespace {

using Heap = std::priority_queue<std::int32_t, std::vector<std::int32_t>, std::greater<>>;

constexpr std::int32_t kNone = -1;

std::vector<std::int32_t> rows_per_artist(std::span<const std::int32_t> artist) {
  std::vector<std::int32_t> counts;
  for (const std::int32_t number : artist) {
    if (static_cast<std::size_t>(number) >= counts.size()) {
      counts.resize(static_cast<std::size_t>(number) + 1);
    }
    ++counts[static_cast<std::size_t>(number)];
  }
  return counts;
}

/// How many rows each artist has left, and whether these can still be placed.
///
/// Let M be the largest count left, R the rows left, and let an artist played less than `distance`
/// places ago be free again after s more places. The rows can be placed exactly when for every
/// s in 0 .. distance - 1 no stretch of places has to hold more rows than it is long: the rows that
/// must come before the last m places of each artist's chain (m = M - 1, or M - 2 when no artist
/// with M rows is still bound at s) have to fit between s and R - m * distance. Only these m and
/// m = 0 need a look, because the slack is concave in m.
class RowsLeft {
 public:
  RowsLeft(std::vector<std::int32_t> counts, std::size_t rows, std::size_t distance)
      : counts_(std::move(counts)),
        artists_with_(1),
        rows_(static_cast<std::int64_t>(rows)),
        distance_(static_cast<std::int64_t>(distance)) {
    for (const std::int32_t count : counts_) {
      if (static_cast<std::size_t>(count) >= artists_with_.size()) {
        artists_with_.resize(static_cast<std::size_t>(count) + 1);
      }
      ++artists_with_[static_cast<std::size_t>(count)];
      if (count > 0) ++alive_;
    }
    largest_ = static_cast<std::int32_t>(artists_with_.size()) - 1;
  }

  [[nodiscard]] std::int32_t of(std::int32_t artist) const {
    return counts_[static_cast<std::size_t>(artist)];
  }
  [[nodiscard]] std::int32_t largest() const { return largest_; }

  void take(std::int32_t artist) {
    std::int32_t& count = counts_[static_cast<std::size_t>(artist)];
    --artists_with_[static_cast<std::size_t>(count)];
    if (--count == 0) --alive_;
    ++artists_with_[static_cast<std::size_t>(count)];
    while (largest_ > 0 && artists_with_[static_cast<std::size_t>(largest_)] == 0) --largest_;
    --rows_;
  }
  void give_back(std::int32_t artist) {
    std::int32_t& count = counts_[static_cast<std::size_t>(artist)];
    --artists_with_[static_cast<std::size_t>(count)];
    if (count++ == 0) ++alive_;
    ++artists_with_[static_cast<std::size_t>(count)];
    largest_ = std::max(largest_, count);
    ++rows_;
  }

  /// Whether the rows left can follow the artists played so far.
  [[nodiscard]] bool can_follow(std::span<const std::int32_t> played) const {
    if (rows_ == 0 || distance_ == 1) return true;
    std::int64_t bound = 0, bound_largest = 0, bound_next = 0;  // artists not free before place s
    for (std::int64_t s = distance_ - 1; s >= 1; --s) {
      const std::int64_t place = s + static_cast<std::int64_t>(played.size()) - distance_;
      if (place >= 0) {
        const std::int32_t count = of(played[static_cast<std::size_t>(place)]);
        if (count > 0) ++bound;
        if (count == largest_) ++bound_largest;
        if (count == largest_ - 1) ++bound_next;
      }
      const std::int64_t free = alive_ - bound;
      if (rows_ > free && free < s) return false;
      if (bound_largest > 0) {
        if (slack(largest_ - 1) - s + with(largest_) - bound_largest < 0) return false;
      } else if (largest_ >= 2) {
        const std::int64_t urgent = with(largest_) + with(largest_ - 1) - bound_next;
        if (slack(largest_ - 2) - s + urgent < 0) return false;
      }
    }
    return slack(largest_ - 1) >= 0;
  }

 private:
  [[nodiscard]] std::int64_t with(std::int32_t count) const {
    return count > 0 ? artists_with_[static_cast<std::size_t>(count)] : 0;
  }
  /// sum over artists of min(count, m), less m * distance; m is M - 1 or M - 2.
  [[nodiscard]] std::int64_t slack(std::int32_t m) const {
    std::int64_t sum = rows_ - with(largest_);
    if (m == largest_ - 2) sum -= with(largest_) + with(largest_ - 1);
    return sum - m * distance_;
  }

  std::vector<std::int32_t> counts_;
  std::vector<std::int64_t> artists_with_;  // how many artists have this many rows left
  std::int64_t alive_ = 0, rows_, distance_;
  std::int32_t largest_ = 0;
};

/// The next row of every artist that may be played now; the rows of played artists are forgotten
/// when they are met.
class Ready {
 public:
  Ready(std::size_t largest, const std::vector<bool>& is_placed)
      : by_count_(largest + 1), is_placed_(is_placed) {}

  void add(std::int32_t row, std::int32_t count) {
    all_.push(row);
    by_count_[static_cast<std::size_t>(count)].push(row);
  }
  std::int32_t first() { return first_of(all_); }
  std::int32_t first_with(std::int32_t count) {
    return count > 0 ? first_of(by_count_[static_cast<std::size_t>(count)]) : kNone;
  }

 private:
  std::int32_t first_of(Heap& heap) {
    while (!heap.empty() && is_placed_[static_cast<std::size_t>(heap.top())]) heap.pop();
    return heap.empty() ? kNone : heap.top();
  }

  Heap all_;
  std::vector<Heap> by_count_;
  const std::vector<bool>& is_placed_;
};

class Arrangement {
 public:
  Arrangement(std::span<const std::int32_t> artist, std::size_t distance, std::size_t wanted)
      : artist_(artist),
        distance_(distance),
        wanted_(wanted),
        left_(rows_per_artist(artist), artist.size(), distance),
        is_placed_(artist.size()),
        free_(static_cast<std::size_t>(left_.largest()), is_placed_),
        free_as_wanted_(wanted > distance ? static_cast<std::size_t>(left_.largest()) : 0,
                        is_placed_) {
    link_rows();
  }

  std::vector<std::int32_t> make() {
    order_.reserve(artist_.size());
    played_.reserve(artist_.size());
    while (order_.size() < artist_.size()) {
      release();
      place(next());
    }
    return std::move(order_);
  }

 private:
  /// Each artist's rows become a chain; the first ones are free.
  void link_rows() {
    after_.assign(artist_.size(), kNone);
    std::vector<std::int32_t> last;
    for (std::size_t i = 0; i < artist_.size(); ++i) {
      const auto at = static_cast<std::size_t>(artist_[i]);
      if (at >= last.size()) last.resize(at + 1, kNone);
      const auto row = static_cast<std::int32_t>(i);
      if (last[at] == kNone) {
        free_.add(row, left_.of(artist_[i]));
        if (wanted_ > distance_) free_as_wanted_.add(row, left_.of(artist_[i]));
      } else {
        after_[static_cast<std::size_t>(last[at])] = row;
      }
      last[at] = row;
    }
  }

  /// Artists whose time is over may be played again.
  void release() {
    const auto add_after = [&](std::size_t distance, Ready& ready) {
      if (order_.size() < distance) return;
      const std::int32_t played = order_[order_.size() - distance];
      const std::int32_t row = after_[static_cast<std::size_t>(played)];
      // At more than the possible distance the artist may have been played again already.
      if (row != kNone && !is_placed_[static_cast<std::size_t>(row)]) {
        ready.add(row, left_.of(artist_[static_cast<std::size_t>(row)]));
      }
    };
    add_after(distance_, free_);
    if (wanted_ > distance_) add_after(wanted_, free_as_wanted_);
  }

  std::int32_t next() {
    if (wanted_ > distance_) {
      if (const std::int32_t row = first_possible(free_as_wanted_); row != kNone) return row;
    }
    const std::int32_t row = first_possible(free_);
    return row != kNone ? row : free_.first();
  }

  /// Whether a row can be next depends only on its artist having the most rows left, one less, or
  /// fewer; so the first of each of these is enough to look at.
  std::int32_t first_possible(Ready& ready) {
    const std::int32_t first = ready.first();
    if (first == kNone || is_possible(first)) return first;
    std::int32_t best = kNone;
    for (const std::int32_t count : {left_.largest(), left_.largest() - 1}) {
      const std::int32_t row = ready.first_with(count);
      if (row == kNone || row == first || (best != kNone && row > best)) continue;
      if (is_possible(row)) best = row;
    }
    return best;
  }

  bool is_possible(std::int32_t row) {
    const std::int32_t artist = artist_[static_cast<std::size_t>(row)];
    left_.take(artist);
    played_.push_back(artist);
    const bool can = left_.can_follow(played_);
    played_.pop_back();
    left_.give_back(artist);
    return can;
  }

  void place(std::int32_t row) {
    const std::int32_t artist = artist_[static_cast<std::size_t>(row)];
    left_.take(artist);
    played_.push_back(artist);
    order_.push_back(row);
    is_placed_[static_cast<std::size_t>(row)] = true;
  }

  std::span<const std::int32_t> artist_;
  std::size_t distance_, wanted_;
  RowsLeft left_;
  std::vector<bool> is_placed_;
  Ready free_, free_as_wanted_;
  std::vector<std::int32_t> after_;  // the artist's next row
  std::vector<std::int32_t> order_, played_;
};

}  // namespace

std::size_t possible_distance(std::span<const std::int32_t> artist, std::size_t wanted) {
  std::int64_t most = 0, that_common = 0;
  for (const std::int32_t count : rows_per_artist(artist)) {
    if (count > most) most = count, that_common = 0;
    if (count == most) ++that_common;
  }
  if (most <= 1) return wanted;
  const std::int64_t possible =
      (static_cast<std::int64_t>(artist.size()) - that_common) / (most - 1);
  return std::min(wanted, static_cast<std::size_t>(possible));
}

std::vector<std::int32_t> space_artists(std::span<const std::int32_t> artist, std::size_t wanted) {
  return Arrangement(artist, possible_distance(artist, wanted), wanted).make();
}
