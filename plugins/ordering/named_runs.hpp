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
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

class NamedRuns {
 public:
  /// One name's song comes right after another's; places in names().
  struct Pair {
    std::size_t song, next;
  };

  /// Throws Error where a text is no run.
  void add(std::string_view text);
  /// The same, naming the file and its line.
  void add_file(const playlist::File& file);

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
  std::size_t place_of(std::string_view name);

  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> place_;
  std::vector<Pair> pairs_;
};
