// What the Deep Interest Network learns from: for every track a user came across for the first time
// whether they played it through, given what they had played before.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace model {

/// Everybody's listens, a user's together and by time.
struct DinListens {
  enum : std::uint8_t { kSkipped = 0, kPlayed = 1, kNeither = 2 };

  std::vector<std::int64_t> users{0};  // user u: [users[u], users[u + 1]); rows + 1 entries
  std::vector<std::int32_t> track;     // 0 .. tracks - 1
  std::vector<std::int64_t> ts;        // ascending within a user
  std::vector<std::uint8_t> heard;     // one of the above
  std::int32_t tracks = 0;

  [[nodiscard]] std::int32_t user_count() const {
    return static_cast<std::int32_t>(users.size()) - 1;
  }
};

/// A user's first listen to a track.
struct DinTarget {
  std::int32_t user = 0;
  std::int64_t listen = 0;
  bool is_played = false;  // else skipped
};

/// Every user's first listens that were played or skipped and had at least `min_history` different
/// tracks played before; by user, then time.
std::vector<DinTarget> din_targets(const DinListens& listens, int min_history);

/// Puts the last different tracks that the target's user had played before it began, the latest
/// first, at most `count`, into `history`.
void din_history(const DinListens& listens, const DinTarget& target, int count,
                 std::vector<std::int32_t>& history);

/// Draws tracks that a user never came across, in proportion to users(track)^exponent, users being
/// those who came across it among the listens before `until`.
class DinNegatives {
 public:
  DinNegatives(const DinListens& listens, double exponent, std::int64_t until);

  /// Appends up to `count` different tracks: fewer when the user knows nearly all. The same
  /// `stream` draws the same ones.
  void draw(std::int32_t user, int count, std::uint64_t stream,
            std::vector<std::int32_t>& tracks) const;
  /// Users who came across the track before `until`.
  [[nodiscard]] std::span<const std::int32_t> user_counts() const { return user_counts_; }

 private:
  [[nodiscard]] bool is_known(std::int32_t user, std::int32_t track) const;

  std::vector<std::int64_t> offsets_{0};
  std::vector<std::int32_t> known_;  // by user, ascending: all they ever came across
  std::vector<std::int32_t> user_counts_;
  std::vector<double> sums_;
};

}  // namespace model
