// The cookie that a browser signs in with, and the token that its page sends along.
//
// A cookie is "ID.EXPIRY.MAC": nothing of it is kept, so that a server started again with the same
// secret knows it. The page's token is another MAC of the id: who can make a browser send the
// cookie still does not know it. Of sessions that were signed out the ids are kept until the
// cookie would have ended (signed_out.hpp).
//
// Whoever has signed in once gets a second cookie, "known", for the page that asks for the password:
// what others guess from the same address does not count against that browser. It opens nothing.
// Threads: one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace engine::serve {

class Sessions {
 public:
  /// `secret`: any bytes, 32 or more. `cookie`: its name. Throws std::runtime_error where
  /// libsodium does not work.
  /// `ended`: sessions that were signed out before, by id, until when they would have gone on.
  Sessions(std::string_view secret, std::string cookie, bool is_secure,
           std::map<std::string, double> ended = {});

  /// A new session's Set-Cookie. `now`: unix seconds, as everywhere here.
  [[nodiscard]] std::string new_cookie(double now) const;
  /// Set-Cookie that takes it away.
  [[nodiscard]] std::string no_cookie() const;
  /// The id of the session that a Cookie header proves.
  [[nodiscard]] std::optional<std::string> proven(std::string_view cookie_header, double now) const;
  [[nodiscard]] std::string page_token(std::string_view id) const;
  /// Signs it out. Returns until when its cookie would have gone on, at most.
  double end(const std::string& id, double now);

  /// Set-Cookie of a browser that has signed in, and who it is by a Cookie header; "": nobody known.
  [[nodiscard]] std::string known_cookie(double now) const;
  [[nodiscard]] std::string known(std::string_view cookie_header, double now) const;

 private:
  [[nodiscard]] std::string mac(std::string_view text) const;
  /// What a cookie is for; one of one kind is none of another.
  enum class Kind { kSession, kKnown };
  [[nodiscard]] std::string name_of(Kind kind) const;
  [[nodiscard]] std::string set_cookie(Kind kind, std::string_view value, long seconds) const;
  [[nodiscard]] std::string drawn_cookie(Kind kind, double now, long seconds) const;
  [[nodiscard]] std::optional<std::string> proven_by(Kind kind, std::string_view value,
                                                     double now) const;
  [[nodiscard]] std::optional<std::string> proven_of(Kind kind, std::string_view cookie_header,
                                                     double now) const;

  std::string key_, cookie_;
  bool is_secure_;
  std::map<std::string, double> ended_;  // until when
};

/// In a time that tells nothing of where they differ.
bool are_same_secrets(std::string_view a, std::string_view b);

/// `hash`: libsodium's crypto_pwhash_str. Takes the time that the hash asks for.
bool is_password(const std::string& hash, std::string_view password);

}  // namespace engine::serve
