#include "serve/openapi.hpp"

#include <algorithm>

#include "serve/api_error.hpp"
#include "verbs/schemas.hpp"
#include "verbs/verbs.hpp"

namespace engine::serve {
namespace {

using Json = nlohmann::ordered_json;
using verbs::Parameter;
using verbs::Type;

/// What several schemas have ("time", "track") stands once, beside them.
constexpr const char* kShared = "shared.";

void refer_to_shared(Json& json) {
  constexpr std::string_view kOwn = "#/$defs/";
  for (auto& [key, value] : json.items()) {
    if (key == "$ref" && value.is_string() && value.get<std::string>().starts_with(kOwn))
      value = "#/components/schemas/" + std::string(kShared) +
              value.get<std::string>().substr(kOwn.size());
    else if (value.is_structured())
      refer_to_shared(value);
  }
}

/// Adds what a verb answers, and what its schema shares with others.
void add_schema(const std::string& component, Json schema, Json& schemas) {
  schema.erase("$schema");
  Json shared = schema.value("$defs", Json::object());
  schema.erase("$defs");
  refer_to_shared(schema);
  refer_to_shared(shared);
  schemas[component] = std::move(schema);
  for (auto& [name, definition] : shared.items()) schemas[kShared + name] = std::move(definition);
}

std::string component_name(std::string verb) {
  std::replace(verb.begin(), verb.end(), ' ', '_');
  return verb;
}

Json value_schema(const Parameter& parameter) {
  Json schema;
  switch (parameter.type) {
    case Type::kText:
      schema["type"] = "string";
      break;
    case Type::kInteger:
      schema["type"] = "integer";
      break;
    case Type::kNumber:
      schema["type"] = "number";
      break;
    case Type::kFlag:
      schema["type"] = "boolean";
      break;
  }
  if (!parameter.one_of.empty()) schema["enum"] = parameter.one_of;
  if (parameter.least != 0 || parameter.most != 0) {
    schema["minimum"] = parameter.least;
    schema["maximum"] = parameter.most;
  }
  return schema;
}

Json parameter_schema(const Parameter& parameter) {
  Json schema = value_schema(parameter);
  if (parameter.is_several)
    schema = {{"oneOf", Json::array({schema, {{"type", "array"}, {"items", schema}}})}};
  schema["description"] = parameter.help;
  return schema;
}

/// Of parameters that name files of the machine: those that may name something else.
bool is_taken(const verbs::Verb& verb, const Parameter& parameter) {
  return !parameter.is_local || verb.name == "import" || parameter.name == "to";
}

/// The body: what the verb takes here, and what all of them do.
Json body_schema(const verbs::Verb& verb) {
  Json properties = Json::object(), required = Json::array();
  for (const Parameter& parameter : verb.parameters) {
    if (!is_taken(verb, parameter)) continue;
    properties[parameter.name] = parameter_schema(parameter);
    if (parameter.is_required) required.push_back(parameter.name);
  }
  properties["user"] = {{"type", "string"}, {"description", "whose history"}};
  properties["now"] = {{"type", "string"}, {"description", "as of this time, UTC"}};
  properties["random-seed"] = {{"type", "integer"}, {"minimum", 0}};
  properties["set"] = {{"type", "array"},
                       {"items", {{"type", "string"}}},
                       {"description", "a recipe's parameters, NAME=VALUE"}};
  Json schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Json json_content(const Json& schema) {
  return {{"application/json", {{"schema", schema}}}};
}

Json reference(const std::string& component) {
  return {{"$ref", "#/components/schemas/" + component}};
}

Json with_errors(Json responses) {
  responses["default"] = {{"description", "what went wrong, where, why, and what to do"},
                          {"content", json_content(reference("error"))}};
  return responses;
}

Json verb_operation(const verbs::Verb& verb, bool has_schema) {
  const Json answer = has_schema ? reference(component_name(verb.name)) : Json::object();
  return {
      {"operationId", component_name(verb.name)},
      {"summary", verb.help},
      {"parameters",
       Json::array({{{"name", "job"},
                     {"in", "query"},
                     {"description", "1: it goes on without whoever asked; 202 and its number"},
                     {"schema", {{"type", "integer"}, {"enum", {1}}}}}})},
      {"requestBody", {{"content", json_content(body_schema(verb))}}},
      {"responses",
       with_errors({{"200",
                     {{"description", "what the verb answers with --json"},
                      {"headers",
                       {{"Playlist-Exit",
                         {{"description", "0 done, 1 nothing found or worse"},
                          {"schema", {{"type", "integer"}}}}}}},
                      {"content", json_content(answer)}}},
                    {"202",
                     {{"description", "the number of the job"},
                      {"content", json_content({{"type", "object"},
                                                {"properties", {{"job", {{"type", "integer"}}}}},
                                                {"required", {"job"}}})}}}})}};
}

Json operation(const char* id, const char* summary, const char* type, const char* status,
               std::vector<const char*> path_parameters = {}) {
  Json json{{"operationId", id}, {"summary", summary}};
  for (const char* name : path_parameters)
    json["parameters"].push_back(
        {{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  json["responses"] =
      with_errors({{status, {{"description", summary}, {"content", {{type, Json::object()}}}}}});
  return json;
}

/// What is no verb.
void add_own_paths(Json& paths) {
  const char* json = "application/json";
  paths["/api/session"]["get"] =
      operation("session", "the Playlist-Token of this session, and the version", json, "200");
  paths["/api/verbs"]["get"] = operation("verbs", "the table of verbs", json, "200");
  paths["/api/openapi.json"]["get"] = operation("openapi", "this description", json, "200");
  paths["/api/artwork/{track}"]["get"] =
      operation("artwork_picture", "the picture of a track's album", "image/*", "200", {"track"});
  paths["/api/events"]["get"] =
      operation("events", "hello, job, note, line, library, file and settings as they happen",
                "text/event-stream", "200");
  paths["/api/jobs"]["get"] =
      operation("running_jobs", "what runs and ran here, the newest first", json, "200");
  paths["/api/jobs/{number}"]["get"] =
      operation("job", "a job with what came of it", json, "200", {"number"});
  paths["/api/jobs/{number}"]["delete"] =
      operation("cancel_job", "stops a job", json, "200", {"number"});
  Json upload = operation("upload", "keeps a file that import may name as upload:ID", json, "201");
  upload["parameters"] = Json::array(
      {{{"name", "name"}, {"in", "query"}, {"required", true}, {"schema", {{"type", "string"}}}}});
  upload["requestBody"] = {{"content", {{"application/octet-stream", Json::object()}}}};
  paths["/api/upload"]["post"] = std::move(upload);
  Json list = operation("live_list", "the list of a text that is worked on", json, "200", {"id"});
  list["requestBody"] = {{"content", {{json, Json::object()}}}};
  paths["/api/live/{id}"]["post"] = list;
  paths["/api/live/{id}"]["delete"] =
      operation("end_live_list", "ends the list's process", json, "200", {"id"});
  Json question = operation("live_question", "left, why or why-not of such a list", json, "200",
                            {"id", "question"});
  question["requestBody"] = list["requestBody"];
  paths["/api/live/{id}/{question}"]["post"] = std::move(question);
}

Json error_schema() {
  Json parts{{"exit", {{"type", "integer"}}}};
  for (const char* name : {"message", "where", "source", "why", "fix", "text"})
    parts[name] = {{"type", "string"}};
  return {{"type", "object"},
          {"properties", {{"error", {{"type", "object"}, {"properties", std::move(parts)}}}}},
          {"required", {"error"}}};
}

}  // namespace

Json openapi_json() {
  const std::vector<std::string> names = verbs::schema_names();
  Json paths = Json::object(), schemas = Json::object();
  add_own_paths(paths);
  for (const verbs::Verb& verb : verbs::verbs()) {
    if (!verb.answer) continue;
    const bool has_schema = std::ranges::find(names, verb.name) != names.end();
    std::string path = "/api/" + verb.name;
    std::replace(path.begin(), path.end(), ' ', '/');
    paths[path]["post"] = verb_operation(verb, has_schema);
    if (!has_schema) continue;
    add_schema(component_name(verb.name), *verbs::find_schema(verb.name), schemas);
  }
  schemas["error"] = error_schema();
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Playlist Engine"}, {"version", PLAYLIST_ENGINE_VERSION}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(schemas)},
            {"securitySchemes",
             {{"token", {{"type", "http"}, {"scheme", "bearer"}}},
              {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "playlist"}}}}}}},
          {"security", Json::array({{{"token", Json::array()}}, {{"cookie", Json::array()}}})}};
}

}  // namespace engine::serve
