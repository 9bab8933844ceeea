#include "recipe/answer_bytes.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "recipe/playlist_json.hpp"

namespace engine {
namespace {

nlohmann::json models_json(const std::vector<AskedModel>& models) {
  nlohmann::json json = nlohmann::json::object();
  for (const AskedModel& model : models) json[model.name] = model.is_found;
  return json;
}

}  // namespace

// The playlist as it is told elsewhere, on a line of its own: JSON inside JSON would be escaped.
std::string pack_answer(const RunAnswer& answer) {
  return json_text(nlohmann::json{{"playlist_hash", answer.playlist_hash},
                                  {"recipe_hash", answer.recipe_hash},
                                  {"scripts_hash", answer.scripts_hash},
                                  {"elements", answer.elements},
                                  {"models", models_json(answer.models)},
                                  {"answer", answer.answer},
                                  {"answer_json", answer.answer_json},
                                  {"plan_text", answer.plan_text},
                                  {"plan_dot", answer.plan_dot}}) +
         "\n" + json_text(playlist_json(answer.playlist));
}

RunAnswer unpack_answer(const std::string& bytes) {
  const std::size_t line_end = std::min(bytes.find('\n'), bytes.size() - 1);
  const nlohmann::json json = nlohmann::json::parse(bytes.substr(0, line_end));
  RunAnswer answer;
  answer.playlist = playlist_of(nlohmann::ordered_json::parse(bytes.substr(line_end + 1)));
  json.at("playlist_hash").get_to(answer.playlist_hash);
  json.at("recipe_hash").get_to(answer.recipe_hash);
  json.at("scripts_hash").get_to(answer.scripts_hash);
  json.at("elements").get_to(answer.elements);
  for (const auto& [name, is_found] : json.at("models").items())
    answer.models.push_back({name, is_found.get<bool>()});
  json.at("answer").get_to(answer.answer);
  json.at("answer_json").get_to(answer.answer_json);
  json.at("plan_text").get_to(answer.plan_text);
  json.at("plan_dot").get_to(answer.plan_dot);
  return answer;
}

}  // namespace engine
