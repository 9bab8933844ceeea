// Spotify's Web API, asked as who has logged in; the host sends the login along.
//
// Errors   told in words for a person. A 403 says that the app, the login's rights or the owner's
//          subscription do not reach so far, not that the login is bad: nobody is logged out for it
#pragma once

#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace spotify {

using Json = nlohmann::json;

/// A member of an object; null where there is none.
const Json& part(const Json& object, const char* name);
/// A text; "" where it is none.
std::string text_of(const Json& object, const char* name);

class WebApi {
 public:
  explicit WebApi(const playlist::Call& call) : http_(call) {}

  /// Whatever comes back.
  [[nodiscard]] playlist::HttpAnswer ask(const std::string& method, const std::string& target,
                                         const Json& body) const;
  /// An object. Throws playlist::Error, of told().
  [[nodiscard]] Json get(const std::string& target, std::int64_t cache_seconds = 0) const;
  /// The same, of what came back.
  [[nodiscard]] static Json object_of(const playlist::HttpAnswer& answer);

  /// Of an answer that is not ok: what is wrong, and what to do.
  [[nodiscard]] static std::string told(const playlist::HttpAnswer& answer);
  /// Of a 403: this path is closed to the app, and not: this person or this login may not.
  [[nodiscard]] static bool is_closed(const playlist::HttpAnswer& answer);

 private:
  playlist::Http http_;
};

}  // namespace spotify
