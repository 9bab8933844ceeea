#include "app/caller.hpp"

#include "plugin/registry.hpp"

namespace engine::app {

std::shared_ptr<const Registry> Caller::registry() const {
  std::shared_ptr<const Registry> registry = home.registry();
  for (const std::string& line : registry->problem_lines()) note_once(line);
  return registry;
}

}  // namespace engine::app
