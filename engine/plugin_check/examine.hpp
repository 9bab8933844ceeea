// Looks at one library as thoroughly as its author could wish, for `engine plugins check`.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace engine {

/// What a good library offers.
struct LibraryFacts {
  std::string id, version;
  std::vector<std::string> elements;
  std::vector<std::string> needed;  // libraries it links
};

/// Finds everything that is wrong with the library, not only the first thing, and tells `problem`
/// about each as it is found. `doing` hears what comes next, before it is done: loading runs the
/// library's own code, which may end the process, so call this in a worker. `copies` as in
/// Registry::Options. The facts are those found, empty where it did not get that far.
LibraryFacts examine_library(const std::string& path, const std::string& copies,
                             const std::function<void(const std::string&)>& problem,
                             const std::function<void(const std::string&)>& doing);

}  // namespace engine
