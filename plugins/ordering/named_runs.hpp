// Songs that somebody wrote down as belonging one after the other:
//
//   Queen - We Will Rock You > Queen - We Are the Champions
//
// two or more, each ARTIST - TITLE or TITLE, as in recall.catalogue: case, accents and signs aside.
// In a file one run a line; empty lines and those that begin with # say nothing.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

class NamedRuns {
 public:
  /// Throws Error where a text is no run.
  void add(std::string_view text);
  /// The same, naming the file and its line.
  void add_file(const playlist::File& file);

  [[nodiscard]] bool empty() const { return runs_.empty(); }
  /// Of each run its songs: of each the tracks that are called so, none where nothing is.
  [[nodiscard]] std::vector<std::vector<std::vector<std::int32_t>>> tracks(
      const playlist::Call& call) const;
  /// As it was written.
  [[nodiscard]] const std::string& name(std::size_t run, std::size_t place) const {
    return runs_[run][place];
  }

 private:
  std::vector<std::vector<std::string>> runs_;
};
