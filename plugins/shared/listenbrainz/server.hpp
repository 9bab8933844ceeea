// A ListenBrainz server, and how it is told who asks: by the person's token, where there is one.
#pragma once

#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace listenbrainz {

using Json = nlohmann::json;

/// Null where there is none.
const Json& part_of(const Json& object, const char* name);
/// A text, or a whole number as one; "" where it is neither.
std::string text_of(const Json& object, const char* name);
/// A number, or a text that is one.
std::optional<double> number_of(const Json& object, const char* name);

class Server {
 public:
  explicit Server(const playlist::Call& call);

  [[nodiscard]] const std::string& user() const { return user_; }
  [[nodiscard]] bool has_token() const { return !token_.empty(); }
  /// The user as a part of a path.
  [[nodiscard]] std::string user_in_path() const { return playlist::url_encoded(user_); }

  /// What is answered to GET: an object or a list. Throws playlist::Error for people. What passes
  /// (no JSON, half of it) is asked for again a few times.
  [[nodiscard]] Json get(const std::string& target, std::int64_t cache_seconds = 0) const;
  /// Likewise; nothing for a 404, and null for a 204.
  [[nodiscard]] std::optional<Json> find(const std::string& target,
                                         std::int64_t cache_seconds = 0) const;
  struct Posted {
    bool is_done = false;  // false: nobody knows whether it was done
    Json answer;
    std::string problem;  // then: no answer, or a server in trouble
  };
  /// Not asked again. Throws playlist::Error where it was refused.
  [[nodiscard]] Posted post(const std::string& target, const Json& body) const;
  /// Throws playlist::Error that says how to give a token, where there is none.
  void require_token(const char* what_for) const;

 private:
  [[nodiscard]] playlist::HttpRequest request_for(const std::string& target) const;
  [[nodiscard]] std::string told(const playlist::HttpAnswer& answer, const Json& json) const;

  playlist::Http http_;
  std::string user_, token_;
};

}  // namespace listenbrainz
