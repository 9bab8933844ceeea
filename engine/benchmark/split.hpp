// Public data sets of who took what, split into a train and a test file, as researchers share them.
//
// Two formats, plain or gzip:
//
//   users first    each line a user's number followed by their items'; users in any order, each
//                  once (Gowalla, Yelp2018, Amazon-Book of the NGCF and LightGCN papers)
//   counts first   line i, from 0, is user i: how many items follow, then the items (citeulike-a)
//
// Numbers are separated by blanks and count from 0. The files are found by their names: one with
// "train" and one with "test" in it, ending in .txt, .dat or nothing, and .gz or not. Which format
// they are in is told by what they hold: counts first where the first number of every line is how
// many follow; where both are possible, .dat means counts first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine::benchmark {

/// The items of each user, ascending, each once.
struct ItemsOfUsers {
  std::vector<std::uint64_t> offsets{0};  // users + 1
  std::vector<std::int32_t> items;

  [[nodiscard]] std::int32_t users() const { return static_cast<std::int32_t>(offsets.size()) - 1; }
  [[nodiscard]] std::span<const std::int32_t> of(std::int32_t user) const {
    const auto at = static_cast<std::size_t>(user);
    return {items.data() + offsets[at], static_cast<std::size_t>(offsets[at + 1] - offsets[at])};
  }
};

enum class SplitFormat { kUsersFirst, kCountsFirst };

struct Split {
  SplitFormat format = SplitFormat::kUsersFirst;
  std::int32_t items = 0;    // the largest item number + 1
  ItemsOfUsers train, test;  // as many users each
  std::string train_file, test_file;
  std::size_t repeated = 0;  // items that stood twice in a user's line; they count once
};

/// Users and items beyond this number are refused: memory goes by the largest.
inline constexpr std::int64_t kMostNumbers = 10'000'000;

/// One file's text.
struct SplitText {
  std::string file;  // for messages
  std::string_view text;
};

/// Throws Error(kInput) naming file, line, what was expected and what was found.
Split read_split(const SplitText& train, const SplitText& test);

/// Finds and reads the two files of a folder. Throws Error(kInput): none or several that could be
/// train or test, unreadable, cut short, more than 4 GiB when unpacked; and as above.
Split read_split(const std::string& folder);

}  // namespace engine::benchmark
