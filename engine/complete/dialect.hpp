// How language models are spoken to: Anthropic's Messages, and OpenAI's chat completions as servers
// of many makers speak them (llama.cpp, Ollama ...).
//
// Schema    Of Anthropic's the answer is a call of a tool; models that cannot be told to make one
//           write JSON of a schema (kOutputConfig). OpenAI's own form nests the schema (kNested),
//           llama.cpp documents it plainly (kPlain); and where neither is taken, any JSON object is
//           asked for, and the schema stands in the prompt (kInPrompt). A server that says 400 is
//           asked once more in another form: other_form().
// Answers   One that was cut (max_tokens), refused, or holds no answer is none. What it says is not
//           judged here: question.hpp.
// Threads   Any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "complete/question.hpp"
#include "http/messages.hpp"

namespace engine::complete {

enum class SchemaForm : std::uint8_t { kTool, kOutputConfig, kNested, kPlain, kInPrompt };

struct Model {
  std::string name;  // as the server calls it
  SchemaForm form = SchemaForm::kNested;
  int most_tokens = 1024;  // of one answer
  /// Newer models of OpenAI's own want the limit under another name, and no temperature.
  bool is_newer_openai = false;

  [[nodiscard]] bool is_anthropic() const {
    return form == SchemaForm::kTool || form == SchemaForm::kOutputConfig;
  }
};

/// "json_schema", "json_schema_plain", "json_object". Throws std::invalid_argument for another.
SchemaForm schema_form(std::string_view name);

/// Behind an address with or without /v1 at its end; the key goes in credentials of the service.
http::Request request_of(const Model& model, const Question& question, std::string_view address);
/// How the key goes along; nothing without one.
std::vector<http::Header> credentials_of(const Model& model, const std::string& key);

struct Reply {
  std::string json;  // the answer's own text; "" where there is none, and `why` says why
  std::string why;   // of our own words alone
  std::optional<std::int64_t> input_tokens, output_tokens;  // where the server tells
  bool is_for_good = false;  // asking again today is no use: a wrong key, a limit that is reached
};
Reply read_reply(const Model& model, const http::Answer& answer);

/// How to ask once more after this answer; nothing where that is no use.
std::optional<Model> other_form(const Model& model, const http::Answer& answer);

}  // namespace engine::complete
