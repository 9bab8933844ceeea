// Songs that somebody wrote down as belonging one after the other:
//
//   Queen - We Will Rock You > Queen - We Are the Champions
//
// two or more, each ARTIST - TITLE or TITLE, as in recall.catalogue: case, accents and signs aside.
// In a file one run a line; empty lines and those that begin with # say nothing.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

class NamedRuns {
 public:
  /// Followers that may be written down in all; a run of three songs has two.
  static constexpr std::size_t kMostFollowers = 100'000;
  static constexpr std::size_t kLongestName = 1'000;  // bytes

  /// One name's song comes right after another's; places in names().
  struct Pair {
    std::size_t song, next;
  };

  /// Throws BadParam where a text is no run, or one too many.
  void add(std::string_view text);
  /// The same. What is thrown names the file and its line, and not what stands there, as a recipe
  /// may name any file.
  ///
  /// checkpoint   called now and then, may throw
  void add_file(const playlist::File& file, const std::function<void()>& checkpoint);

  [[nodiscard]] bool empty() const { return pairs_.empty(); }
  /// As they were written, each once.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// In the order in which they were written.
  [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }
  /// "A > B"
  [[nodiscard]] std::string text(const Pair& pair) const;
  /// Of each name the tracks that are called so, none where nothing is.
  [[nodiscard]] std::vector<std::vector<std::int32_t>> tracks(const playlist::Call& call) const;

 private:
  /// Adds a run, or says what it does wrong.
  std::string add_or_say(std::string_view text);
  std::size_t place_of(std::string_view name);

  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> place_;
  std::vector<Pair> pairs_;
};
