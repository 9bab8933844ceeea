#include "core/json_differences.hpp"

#include "core/json_text.hpp"

namespace engine {

std::string json_differences(const nlohmann::ordered_json& found,
                             const nlohmann::ordered_json& wanted,
                             const std::function<bool(std::string_view name)>& is_opaque) {
  using Json = nlohmann::ordered_json;
  Json all = wanted;
  for (const auto& [name, had] : found.items())
    if (!wanted.contains(name)) all[name] = nullptr;
  std::string text;
  for (const auto& [name, value] : all.items()) {
    const Json had = found.value(name, Json());
    if (had == value) continue;
    if (had.is_object() && value.is_object()) {
      const std::string within = json_differences(had, value, is_opaque);
      text += (text.empty() ? "" : "; ") + name + ": " + within;
      continue;
    }
    text += (text.empty() ? "" : "; ") + name + " " +
            (is_opaque(name) ? "differs" : "was " + json_text(had) + ", is " + json_text(value));
  }
  return text;
}

}  // namespace engine
