// What went wrong, as the API says it: a status of HTTP and the error's parts as JSON.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "serve/messages.hpp"

namespace engine::serve {

/// An error whose status is not that of its exit code: 404 for a verb that there is not, say.
class ApiError : public Error {
 public:
  ApiError(int status, Error error) : Error(std::move(error)), status_(status) {}
  [[nodiscard]] int status() const { return status_; }

 private:
  int status_;
};

/// 400 usage, 422 input or recipe, 500 plugin or store, 503 limits or interrupted.
int status_of(const Error& error);

/// {"exit", "message", "where", "source", "why", "fix", "text"}; "text" is what a terminal shows.
nlohmann::ordered_json error_json(const Error& error);

/// The same where the verb was asked of the library at `library`: as long as there is none what fails
/// for want of it is 409, and no fault of the server.
int status_of(const Error& error, const std::string& library);

/// A kResponse's bytes with {"error": error_json()}.
std::string packed_error(const Error& error);
std::string packed_error(const Error& error, const std::string& library);
/// A kResponse's bytes with `json`.
std::string packed_json(const nlohmann::ordered_json& json, int status = 200);

}  // namespace engine::serve
