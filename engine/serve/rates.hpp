// How often one may: so many at once, then so many a second.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

namespace engine::serve {

/// A bucket of tokens each for those that ask, which fills up by and by. Threads: one.
class Rates {
 public:
  /// `burst`: what one may at once who has not asked for a while.
  Rates(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  /// False: it would be one too many.
  bool may(const std::string& whose, double now) { return bucket(whose, now).tokens >= 1; }
  /// Seconds until one may; 0: now.
  double wait(const std::string& whose, double now) {
    return std::max(0.0, (1 - bucket(whose, now).tokens) / per_second_);
  }
  /// The same as may(), and counts it.
  bool take(const std::string& whose, double now) {
    Bucket& of = bucket(whose, now);
    if (of.tokens < 1) return false;
    of.tokens -= 1;
    return true;
  }

 private:
  struct Bucket {
    double tokens = 0, at = 0;
  };
  static constexpr std::size_t kMostBuckets = 10'000;

  Bucket& bucket(const std::string& whose, double now) {
    if (buckets_.size() >= kMostBuckets && !buckets_.contains(whose)) {
      std::erase_if(buckets_, [&](const auto& of) { return filled(of.second, now) >= burst_; });
      // Still as many: who comes from ever new addresses shares one.
      if (buckets_.size() >= kMostBuckets && !whose.empty()) return bucket("", now);
    }
    Bucket& of = buckets_.try_emplace(whose, Bucket{burst_, now}).first->second;
    of = {filled(of, now), now};
    return of;
  }
  [[nodiscard]] double filled(const Bucket& of, double now) const {
    return std::min(burst_, of.tokens + std::max(0.0, now - of.at) * per_second_);
  }

  double per_second_, burst_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace engine::serve
