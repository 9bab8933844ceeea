#include "recipe/answer_bytes.hpp"

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"

namespace engine {

std::string pack_answer(const RunAnswer& answer) {
  return json_text(nlohmann::json{{"record", answer.record},
                                  {"playlist_hash", answer.playlist_hash},
                                  {"recipe_hash", answer.recipe_hash},
                                  {"scripts_hash", answer.scripts_hash},
                                  {"elements", answer.elements},
                                  {"parameters", answer.parameters},
                                  {"random_seed", answer.random_seed},
                                  {"track_ids", answer.track_ids},
                                  {"fallback", answer.fallback},
                                  {"answer", answer.answer},
                                  {"answer_json", answer.answer_json},
                                  {"plan_text", answer.plan_text},
                                  {"plan_dot", answer.plan_dot}});
}

RunAnswer unpack_answer(const std::string& bytes) {
  const nlohmann::json json = nlohmann::json::parse(bytes);
  RunAnswer answer;
  json.at("record").get_to(answer.record);
  json.at("playlist_hash").get_to(answer.playlist_hash);
  json.at("recipe_hash").get_to(answer.recipe_hash);
  json.at("scripts_hash").get_to(answer.scripts_hash);
  json.at("elements").get_to(answer.elements);
  json.at("parameters").get_to(answer.parameters);
  json.at("random_seed").get_to(answer.random_seed);
  json.at("track_ids").get_to(answer.track_ids);
  json.at("fallback").get_to(answer.fallback);
  json.at("answer").get_to(answer.answer);
  json.at("answer_json").get_to(answer.answer_json);
  json.at("plan_text").get_to(answer.plan_text);
  json.at("plan_dot").get_to(answer.plan_dot);
  return answer;
}

}  // namespace engine
