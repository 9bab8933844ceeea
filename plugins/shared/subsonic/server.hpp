// An OpenSubsonic server, and how it is told who asks.
//
// Logging in   by an API key where there is one, else by a salted token, else, for servers that
//              know no tokens, by the password itself, hex-coded as the protocol has it. All of it
//              goes in the body of a POST, as addresses end up in logs.
#pragma once

#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace subsonic {

using Json = nlohmann::json;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A text, or a whole number as one; "" where it is neither.
std::string text_of(const Json& object, const char* name);
/// A list; some servers give a single thing as itself.
std::vector<Json> list_of(const Json& object, const char* name);

class Server {
 public:
  /// Logs in. Throws playlist::Error that says how to connect, or what the server answers.
  explicit Server(const playlist::Call& call);

  /// The "subsonic-response". `is_repeatable`: asked twice it does no more than asked once. Throws
  /// playlist::Error with what the server says.
  [[nodiscard]] Json ask(const std::string& method, const Fields& fields, bool is_repeatable) const;

 private:
  enum class Login { kKey, kToken, kPassword };

  void log_in();
  [[nodiscard]] Fields login_fields() const;
  [[nodiscard]] Json asked(const std::string& method, const Fields& fields,
                           bool is_repeatable) const;

  playlist::Http http_;
  std::string user_, password_, key_, salt_;
  Login login_ = Login::kToken;
};

}  // namespace subsonic
