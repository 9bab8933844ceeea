// Suggestions that wait for an answer: a table to which rows are only added. What became of one is
// read off the log of feedback (store/feedback.hpp): the first verdict on its track, or the song,
// from the time on that it was queued.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "discovery/answers.hpp"
#include "store/feedback.hpp"
#include "store/store.hpp"

namespace engine::discovery {

struct Suggestion {
  std::int64_t id = 0;  // given by the table
  std::int64_t user = 0, track = 0;
  std::int64_t ts = 0;          // when it was queued
  std::int64_t expires = 0;     // nobody is asked from then on
  std::string source;           // the channel that found it: "artist_cf"
  std::string kind;             // of music: a genre, a cluster; "" not known
  std::string reason;           // why it was found, for people
  std::optional<double> score;  // what it was ranked by
  double propensity = 1;        // of its having been drawn, (0, 1]
  std::optional<std::int64_t> run;
};

enum class State : std::uint8_t {
  kWaiting,
  kPutOff,    // until `until`
  kAccepted,  // approved, or loved
  kRejected,  // or banned
  kExpired,
};

struct Queued {
  Suggestion suggestion;
  State state = State::kWaiting;
  std::int64_t until = 0;              // of kPutOff
  std::optional<std::int64_t> answer;  // row of the log that answered it
  std::int64_t answered = 0;           // when
};

/// Threads: one, as its Store. Add inside a transaction.
class Queue {
 public:
  explicit Queue(const Store& store);

  /// Its id.
  std::int64_t add(const Suggestion& suggestion);
  /// Everything queued for the user by `now`, oldest first, with what became of it by then.
  [[nodiscard]] std::vector<Queued> list(std::int64_t user, std::int64_t now);

 private:
  const Store& store_;
  Statement insert_, select_;
};

/// Those that were accepted or rejected, in the order of their answers.
std::vector<Answer> answers_of(const std::vector<Queued>& queue);

}  // namespace engine::discovery
