#include "kept_list.hpp"

#include <nlohmann/json.hpp>

namespace shared {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::optional<KeptList> kept_list(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("id") || !json.contains("ours")) return std::nullopt;
  KeptList list{json["id"].get<std::string>(), {}};
  for (const Json& id : json["ours"]) list.ours.push_back(id.get<std::string>());
  if (const auto memory = json.find("memory"); memory != json.end() && memory->is_string())
    list.memory = memory->get<std::string>();
  return list;
}

std::string kept_text(const KeptList& list) {
  Json json = {{"id", list.id}, {"ours", list.ours}};
  if (!list.memory.empty()) json["memory"] = list.memory;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace shared
