#include "complete/dialect.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"

namespace engine::complete {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAnthropicVersion = "2026-10-21";  // which takes no temperature
constexpr const char* kTool = "answer";

/// Whole numbers alone; a server may say anything.
std::optional<std::int64_t> count_in(const Json& usage, const char* name) {
  const auto found = usage.find(name);
  if (found == usage.end() || !found->is_number_integer()) return std::nullopt;
  const auto count = found->get<std::int64_t>();
  return count >= 0 && count < (std::int64_t{1} << 40) ? std::optional(count) : std::nullopt;
}

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& member(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

/// "rate_limit_error", where it is such a word.
std::string error_type(const Json& body) {
  const std::string type = text_in(member(body, "error"), "type");
  const bool is_word = !type.empty() && type.size() <= 40 &&
                       std::all_of(type.begin(), type.end(), [](unsigned char c) {
                         return (c >= 'a' && c <= 'z') || c == '_';
                       });
  return is_word ? type : "";
}

/// Words that say of a 429 that waiting does not end it.
bool is_spend_limit(const Json& body) {
  const std::string message = text_in(member(body, "error"), "message"),
                    type = text_in(member(body, "error"), "type"),
                    code = text_in(member(body, "error"), "code");
  return type == "insufficient_quota" || code == "insufficient_quota" || type == "billing_error" ||
         message.find("spend limit") != std::string::npos ||
         message.find("usage limit") != std::string::npos;
}

Reply failed(const http::Answer& answer, const Json& body) {
  Reply reply;
  if (answer.status == 0) {
    reply.why = answer.problem;
    return reply;
  }
  const std::string type = error_type(body);
  const std::string told =
      "status " + std::to_string(answer.status) + (type.empty() ? "" : ", " + type);
  switch (answer.status) {
    case 401:
    case 403:
      reply.why = "it refuses the key (" + told + ")";
      reply.is_for_good = true;
      break;
    case 402:
      reply.why = "it wants to be paid (" + told + ")";
      reply.is_for_good = true;
      break;
    case 404:
      reply.why = "there is no such model, or no such address (" + told + ")";
      reply.is_for_good = true;
      break;
    case 429:
      reply.is_for_good = true;
      reply.why = is_spend_limit(body)
                      ? "the limit of what may be spent there is reached (" + told + ")"
                      : "it is asked too often (" + told + ")";
      break;
    default:
      reply.why = "it answers with " + told;
  }
  return reply;
}

Reply with_json(Reply reply, std::string_view text) {
  if (const auto object = first_object(text)) {
    reply.json = *object;
  } else {
    reply.why = "it answers in prose";
  }
  return reply;
}

Reply read_anthropic(const Json& body, bool is_tool) {
  Reply reply;
  const Json& usage = member(body, "usage");
  if (usage.is_object()) {
    reply.input_tokens = count_in(usage, "input_tokens");
    reply.output_tokens = count_in(usage, "output_tokens");
  }
  const std::string stopped = text_in(body, "stop_reason");
  if (stopped == "max_tokens" || stopped == "model_context_window_exceeded") {
    reply.why = "its answer is cut off";
    return reply;
  }
  if (stopped == "refusal") {
    reply.why = "it refuses to answer";
    return reply;
  }
  const Json& content = member(body, "content");
  std::string text;
  if (content.is_array())
    for (const Json& block : content) {
      const std::string type = text_in(block, "type");
      if (type == "text") text += text_in(block, "text");
      if (!is_tool || type != "tool_use" || text_in(block, "name") != kTool) continue;
      if (!member(block, "input").is_object()) continue;
      reply.json = json_text(member(block, "input"));
      return reply;
    }
  // What it says beside a tool is no answer.
  return with_json(std::move(reply), is_tool ? "" : text);
}

Reply read_openai(const Json& body) {
  Reply reply;
  const Json& usage = member(body, "usage");
  if (usage.is_object()) {
    reply.input_tokens = count_in(usage, "prompt_tokens");
    reply.output_tokens = count_in(usage, "completion_tokens");
  }
  const Json& choices = member(body, "choices");
  if (!choices.is_array() || choices.empty()) {
    reply.why = "its answer holds nothing";
    return reply;
  }
  const Json& message = member(choices[0], "message");
  const std::string finished = text_in(choices[0], "finish_reason");
  if (finished == "length") {
    reply.why = "its answer is cut off";
  } else if (finished == "content_filter" || !text_in(message, "refusal").empty()) {
    reply.why = "it refuses to answer";
  } else {
    return with_json(std::move(reply), text_in(message, "content"));
  }
  return reply;
}

Json anthropic_body(const Model& model, const Question& question) {
  Json body = {{"model", model.name},
               {"max_tokens", model.most_tokens},
               {"system", system_text(question)},
               {"messages", Json::array({{{"role", "user"}, {"content", data_text(question)}}})}};
  Json schema = Json::parse(schema_text(question));
  if (model.form == SchemaForm::kOutputConfig) {
    body["output_config"] = {{"format", {{"type", "json_schema"}, {"schema", std::move(schema)}}}};
    return body;
  }
  body["tools"] = Json::array({{{"name", kTool},
                                {"description", "Gives the answer"},
                                {"input_schema", std::move(schema)}}});
  body["tool_choice"] = {{"type", "tool"}, {"name", kTool}, {"disable_parallel_tool_use", true}};
  return body;
}

Json response_format(const Model& model, const Question& question) {
  const Json schema = Json::parse(schema_text(question));
  switch (model.form) {
    case SchemaForm::kNested:
      return {{"type", "json_schema"},
              {"json_schema", {{"name", kTool}, {"strict", true}, {"schema", schema}}}};
    case SchemaForm::kPlain:
      return {{"type", "json_schema"}, {"schema", schema}};
    default:
      break;
  }
  return {{"type", "json_object"}};
}

Json openai_body(const Model& model, const Question& question) {
  std::string system = system_text(question) + " Reply with JSON alone.";
  if (model.form == SchemaForm::kInPrompt) system += " Its JSON Schema: " + schema_text(question);
  Json body = {{"model", model.name},
               {"stream", false},
               {"messages", Json::array({{{"role", "system"}, {"content", std::move(system)}},
                                         {{"role", "user"}, {"content", data_text(question)}}})},
               {"response_format", response_format(model, question)}};
  if (!model.is_newer_openai) body["temperature"] = 0;
  body[model.is_newer_openai ? "max_completion_tokens" : "max_tokens"] = model.most_tokens;
  return body;
}

}  // namespace

SchemaForm schema_form(std::string_view name) {
  if (name == "json_schema") return SchemaForm::kNested;
  if (name == "json_schema_plain") return SchemaForm::kPlain;
  if (name == "json_object") return SchemaForm::kInPrompt;
  throw std::invalid_argument("there is no dialect \"" + std::string(name) + '"');
}

http::Request request_of(const Model& model, const Question& question, std::string_view address) {
  while (address.ends_with('/')) address.remove_suffix(1);
  http::Request request;
  request.method = "POST";
  request.target = address.ends_with("/v1") ? "" : "/v1";
  request.target += model.is_anthropic() ? "/messages" : "/chat/completions";
  request.headers = {{"Content-Type", "application/json"}};
  if (model.is_anthropic()) request.headers.push_back({"anthropic-version", kAnthropicVersion});
  request.body = json_text(model.is_anthropic() ? anthropic_body(model, question)
                                                : openai_body(model, question));
  request.is_repeatable = true;
  return request;
}

std::vector<http::Header> credentials_of(const Model& model, const std::string& key) {
  if (key.empty()) return {};
  if (model.is_anthropic()) return {{"x-api-key", key}};
  return {{"Authorization", "Bearer " + key}};
}

Reply read_reply(const Model& model, const http::Answer& answer) {
  const Json body = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (answer.status != 200) return failed(answer, body.is_discarded() ? Json() : body);
  if (!body.is_object()) {
    Reply reply;
    reply.why = "what answers there is no language model";
    return reply;
  }
  return model.is_anthropic() ? read_anthropic(body, model.form == SchemaForm::kTool)
                              : read_openai(body);
}

std::optional<Model> other_form(const Model& model, const http::Answer& answer) {
  if (answer.status != 400 && answer.status != 422) return std::nullopt;
  Model other = model;
  if (model.is_anthropic()) {
    if (model.form == SchemaForm::kOutputConfig) return std::nullopt;
    other.form = SchemaForm::kOutputConfig;
    return other;
  }
  if (!model.is_newer_openai && answer.body.find("max_completion_tokens") != std::string::npos) {
    other.is_newer_openai = true;
    return other;
  }
  if (model.form == SchemaForm::kInPrompt) return std::nullopt;
  other.form = SchemaForm::kInPrompt;
  return other;
}

}  // namespace engine::complete
