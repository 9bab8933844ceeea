// Last.fm's API, and servers that speak it: what is asked, and what is told of errors.
//
// Errors    stand in the body, whatever the status. Those that pass (8, 11, 16, no body at all, a page of
//           somebody else's) are asked again a few times
// JSON      is made of XML: numbers are mostly texts, a list of one may be the thing itself
#pragma once

#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace lastfm {

using Json = nlohmann::json;

/// A text, or a whole number as one; "" where it is neither.
std::string text_of(const Json& object, const char* name);
/// A whole number, or a text that is one.
std::optional<std::int64_t> number_of(const Json& object, const char* name);
/// A number with a fraction, or a text that is one.
std::optional<double> real_of(const Json& object, const char* name);
/// An empty object where there is none.
const Json& part_of(const Json& object, const char* name);
/// A list of one may be the thing itself.
std::vector<Json> list_of(const Json& object, const char* name);
/// "#text" in one form of the answer, "name" in the other.
std::string name_of(const Json& thing);

/// A failure that may be over soon.
class Passing : public playlist::Error {
 public:
  using playlist::Error::Error;
};

class Server {
 public:
  explicit Server(const playlist::Call& call);

  [[nodiscard]] const std::string& user() const { return user_; }
  /// The part of the answer called `name` ("recenttracks"), of this user's. `more`: "&limit=200".
  /// Throws playlist::Error for people.
  [[nodiscard]] Json ask(const std::string& method, const char* name,
                         const std::string& more) const {
    return ask_of(user_, method, name, more);
  }
  /// Of another user's.
  [[nodiscard]] Json ask_of(const std::string& user, const std::string& method, const char* name,
                            const std::string& more) const;
  /// Of the catalogue; nothing where Last.fm knows no such thing. Throws as ask(), and Passing.
  [[nodiscard]] std::optional<Json> find(const std::string& method, const char* name,
                                         const std::string& more) const;
  /// Of the user's friends; empty where there are none, which Last.fm calls an error.
  [[nodiscard]] std::vector<Json> friends(std::int64_t most) const;

 private:
  struct Answer {
    int error = 0;  // 0: none
    std::string problem;
    Json found;
  };
  [[nodiscard]] Answer ask_once(const std::string& query, const char* name) const;
  [[nodiscard]] Answer ask_again(const std::string& query, const char* name,
                                 const std::string& whose) const;

  playlist::Http http_;
  std::string user_, key_;
};

}  // namespace lastfm
