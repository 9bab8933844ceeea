#include "verbs/consent.hpp"

namespace engine::verbs {

Parameter yes_parameter() {
  return {.name = "yes",
          .type = Type::kFlag,
          .help = "Do it; without this it says what would be removed, and asks on a terminal"};
}

Json removed_json(const Removal& removal, bool is_removed) {
  Json json{{"removed", is_removed}};
  json.update(removal.data);
  return json;
}

Answer remove_with_consent(const Arguments& arguments, const Removal& removal,
                           const std::function<void()>& remove) {
  if (arguments.flag("yes")) {
    remove();
    return {.data = removed_json(removal, true), .text = "removed " + removal.what + "\n"};
  }
  return {Exit::kNothing, removed_json(removal, false),
          "this removes " + removal.what + "\n" +
              (removal.loses.empty() ? "" : removal.loses + "\n") +
              "nothing is removed yet: --yes does it\n"};
}

}  // namespace engine::verbs
