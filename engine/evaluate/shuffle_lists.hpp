// The lists that ways to shuffle give the same people day after day, each way knowing its own lists
// of the days before.
//
// As of      A list is what `engine run` would give at the date. What the person did later is not in
//            its tables.
// Earlier    For a way the lists that it gave before are runs that were recorded; those of the store
//            and of other ways are not there, so that all begin alike.
// Random     A recipe without a seed rule of its own draws from a stream named by random_seed, user,
//            date and the way's name.
// Failures   A way that fails for a person loses that person's lists only.
// Same       The lists do not depend on how many workers there are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "evaluate/lists.hpp"
#include "evaluate/shuffle_examples.hpp"

namespace engine::evaluate {

struct ShuffleRequest {
  /// Its entries are the ways, recipes all; places, length and judged do not matter.
  ListsRequest people;
  /// Gives all that is shuffled, as of the first date.
  RunRequest songs;
  std::vector<std::int64_t> dates;  // ascending
  /// The same ways as recipes for the one track that comes next, and which of them is a uniform order
  /// of all that is shuffled (next_results.hpp).
  std::vector<Entry> next;
  std::size_t uniform = 0;
  /// Of each person, at most: plays under a shuffle from then on, and plays chosen on as many days as
  /// there are lists, the last of their listening.
  std::int64_t shuffled_from = 0;
  std::size_t most_shuffled = 0, most_chosen = 0;
  std::function<void(std::size_t done, std::size_t all)> play_progress;  // may be empty
  std::size_t examples = 0;  // lists of the first way to lay beside the uniform one's

  /// By user and date, the latest first.
  [[nodiscard]] bool is_example(std::size_t user, std::size_t date) const {
    return (dates.size() - 1 - date) * people.users.size() + user < examples;
  }
};

struct ShuffleFailure {
  std::size_t way = 0, user = 0;  // the way behind the last: `songs`
  Error error;
};

using TrackList = std::vector<std::int32_t>;

struct ShuffleLists {
  /// By way and user: a list for each date; none where it failed.
  std::vector<std::vector<std::vector<TrackList>>> lists;
  std::vector<TrackList> songs;          // by user; empty where it failed
  std::vector<ShuffleExample> examples;  // of lists that both ways gave, latest first, then by user
  std::vector<ShuffleFailure> failures;
};

/// Throws Error(kInterrupted) after Ctrl-C, and Error(kUsage) of a recipe.
ShuffleLists make_shuffle_lists(const ShuffleRequest& request);

}  // namespace engine::evaluate
