#include "data/present_people.hpp"

#include <algorithm>

#include "data/declared_tables.hpp"

namespace engine {
namespace {

bool has_anything(const Tables& tables) {
  return std::ranges::any_of(declared_sets(), [&](const DeclaredSet& set) {
    return set.table != nullptr && tables.table(set.table)->rows > 0;
  });
}

}  // namespace

std::vector<std::string> present_people(const People& people) {
  std::vector<std::string> present = {people.names().front()};
  for (std::size_t k = 1; k < people.names().size(); ++k)
    if (has_anything(*people.find(people.names()[k]))) present.push_back(people.names()[k]);
  return present;
}

}  // namespace engine
