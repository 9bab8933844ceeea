#include "serve/api_error.hpp"

#include <filesystem>

#include "core/json_text.hpp"

namespace engine::serve {

int status_of(const Error& error) {
  if (const auto* api = dynamic_cast<const ApiError*>(&error)) return api->status();
  switch (error.exit()) {
    case Exit::kDone:
    case Exit::kNothing:
      return 200;
    case Exit::kUsage:
      return 400;
    case Exit::kInput:
    case Exit::kRecipe:
      return 422;
    case Exit::kPlugin:
    case Exit::kStore:
      return 500;
    case Exit::kLimits:
    case Exit::kInterrupted:
      return 503;
  }
  return 500;
}

int status_of(const Error& error, const std::string& library) {
  std::error_code ignored;
  const bool is_for_want_of_it =
      error.exit() == Exit::kStore && !std::filesystem::exists(library, ignored);
  return is_for_want_of_it ? 409 : status_of(error);
}

nlohmann::ordered_json error_json(const Error& error) {
  const Error::Parts& parts = error.parts();
  return {{"exit", static_cast<int>(error.exit())},
          {"message", error.what()},
          {"where", parts.where},
          {"source", parts.source},
          {"why", parts.why},
          {"fix", parts.fix},
          {"text", error.text()}};
}

std::string packed_error(const Error& error) {
  return packed_json({{"error", error_json(error)}}, status_of(error));
}

std::string packed_error(const Error& error, const std::string& library) {
  return packed_json({{"error", error_json(error)}}, status_of(error, library));
}

std::string packed_json(const nlohmann::ordered_json& json, int status) {
  return ResponseHead{status, "application/json", {}}.packed(json_text(json));
}

}  // namespace engine::serve
