// How gladly somebody hears artists, and which they hear together, by all that they heard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine::players {

/// Of a few artists. Those are numbered from 1, densely; 0 is none, and of numbers that it does not
/// know it says what it says of strangers.
class Acquaintance {
 public:
  /// The share of the artist's plays that is heard through, drawn to that of all plays by four plays,
  /// less that share; 0 for strangers.
  [[nodiscard]] double gladness(std::int32_t artist) const;
  /// 0..1: how often one is heard within five songs of the other in a session, over the root of how
  /// often each is heard.
  [[nodiscard]] double together(std::int32_t one, std::int32_t other) const;

 private:
  friend class ListeningMemory;
  [[nodiscard]] std::size_t row(std::int32_t artist) const;

  std::vector<std::size_t> rows_;  // by number
  std::vector<double> gladness_, plays_;
  std::vector<double> pairs_;  // rows x rows
};

/// All that somebody heard, in order, eight bytes a song: what is asked of it is counted in
/// milliseconds, so that nobody waits for a disc while a player plays on.
class ListeningMemory {
 public:
  void add(std::int32_t artist, bool is_heard_through, bool begins_session);
  [[nodiscard]] Acquaintance of(std::span<const std::int32_t> artists) const;

 private:
  struct Heard {
    std::int32_t artist;
    bool is_heard_through, begins_session;
  };
  std::vector<Heard> heard_;
};

}  // namespace engine::players
