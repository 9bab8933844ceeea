#include "core/error_bytes.hpp"

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"

namespace engine {

using Json = nlohmann::json;

std::string pack_error(const Error& error) {
  return json_text(Json{{"exit", static_cast<int>(error.exit())},
                        {"what", error.what()},
                        {"where", error.parts().where},
                        {"source", error.parts().source},
                        {"why", error.parts().why},
                        {"fix", error.parts().fix}});
}

Error unpack_error(const std::string& bytes) {
  const Json json = Json::parse(bytes);
  return Error(static_cast<Exit>(json.at("exit").get<int>()), json.at("what").get<std::string>(),
               {json.at("where").get<std::string>(), json.at("source").get<std::string>(),
                json.at("why").get<std::string>(), json.at("fix").get<std::string>()});
}

}  // namespace engine
