#include "people.hpp"

#include <algorithm>

#include "../text.hpp"

namespace source {

const std::pair<std::string, std::string>& choose_person(
    const playlist::SourceCall& call,
    const std::vector<std::pair<std::string, std::string>>& people) {
  if (people.size() == 1) return people.front();
  const std::string wanted(call.setting(kUserSetting).value_or(""));
  const auto found = std::find_if(people.begin(), people.end(), [&](const auto& person) {
    return equals_ignoring_case(person.second, wanted);
  });
  if (found != people.end()) return *found;
  constexpr std::size_t kShown = 8;
  std::string names;
  for (std::size_t k = 0; k < std::min(kShown, people.size()); ++k) {
    names += (k > 0 ? ", " : "") + quoted(people[k].second);
  }
  if (people.size() > kShown) names += " and others";
  throw playlist::Error(
      playlist::concat("it holds what several people played and liked (", names,
                       "): import it once for each, with --user and the name that stands here"));
}

}  // namespace source
