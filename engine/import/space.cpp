#include "import/space.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace engine::import {

namespace {

bool is_name(const std::string& space) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !space.empty() && space.size() <= 64 && space[0] >= 'a' && space[0] <= 'z' &&
         std::all_of(space.begin(), space.end(), is_word);
}

}  // namespace

std::string problem_of_space(const std::string& space) {
  if (space.empty()) return "it is not told in which space its vector lies";
  if (space == "audio") return "the space audio is made from the audio features";
  return is_name(space) ? "" : "\"" + space + "\" cannot be the name of a space";
}

void check_space_name(const std::string& space) {
  if (space == "audio") {
    throw Error(Exit::kUsage, "the space audio is made from the audio features",
                {.where = {}, .source = {}, .why = {}, .fix = "name another with --space"});
  }
  if (!is_name(space)) {
    throw Error(Exit::kUsage, "\"" + space + "\" cannot be the name of a space",
                {.where = {},
                 .source = {},
                 .why = "names are lower-case letters, digits and _, a letter first, 64 at most",
                 .fix = "write, say, --space clap"});
  }
}

std::size_t dim_of_space(const Store& store, const std::string& space) {
  const auto dim = store
                       .prepare(
                           "SELECT max(dim) FROM (SELECT dim FROM embeddings WHERE space = ?1 "
                           "UNION ALL SELECT dim FROM prompt_vectors WHERE space = ?1)")
                       .find_integer(space);
  return static_cast<std::size_t>(dim.value_or(0));
}

}  // namespace engine::import
