#include "serve/sessions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sodium.h>
#include <stdexcept>

#include "core/ascii.hpp"
#include "serve/request_text.hpp"

namespace engine::serve {
namespace {

constexpr long kDay = 86400, kSessionSeconds = 30 * kDay, kKnownSeconds = 365 * kDay;
constexpr std::size_t kIdBytes = 16, kMostEnded = 10'000, kLongestPassword = 1024;
constexpr std::size_t kMostCookies = 8;  // of one name, in a request

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(std::string_view bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes_of(bytes), bytes.size());
  hex.pop_back();
  return hex;
}

std::string short_hash(std::string_view text) {
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), bytes_of(text),
                     text.size(), nullptr, 0);
  return hash;
}

/// What is signed begins with what it is for.
std::string kind_word(bool is_known) {
  return is_known ? "known " : "cookie ";
}

}  // namespace

Sessions::Sessions(std::string_view secret, std::string cookie, bool is_secure,
                   std::map<std::string, double> ended)
    : cookie_(std::move(cookie)), is_secure_(is_secure), ended_(std::move(ended)) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be set up");
  if (secret.size() < crypto_auth_KEYBYTES)
    throw std::runtime_error("the server's secret is shorter than 32 bytes");
  static_assert(crypto_generichash_BYTES == crypto_auth_KEYBYTES);
  key_ = short_hash(secret);
}

std::string Sessions::mac(std::string_view text) const {
  std::string tag(crypto_auth_BYTES, '\0');
  crypto_auth(reinterpret_cast<unsigned char*>(tag.data()), bytes_of(text), text.size(),
              bytes_of(key_));
  return hex_of(tag);
}

std::string Sessions::name_of(Kind kind) const {
  return kind == Kind::kSession ? cookie_ : cookie_ + "_known";
}

std::string Sessions::set_cookie(Kind kind, std::string_view value, long seconds) const {
  std::string text = name_of(kind) + "=";
  text.append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  text += std::to_string(seconds);
  return is_secure_ ? text + "; Secure" : text;
}

std::string Sessions::drawn_cookie(Kind kind, double now, long seconds) const {
  std::string id(kIdBytes, '\0');
  randombytes_buf(id.data(), id.size());
  const auto expiry = static_cast<long>(std::floor(now)) + seconds;
  const std::string signed_part = hex_of(id) + "." + std::to_string(expiry);
  return set_cookie(kind, signed_part + "." + mac(kind_word(kind == Kind::kKnown) + signed_part),
                    seconds);
}

std::string Sessions::new_cookie(double now) const {
  return drawn_cookie(Kind::kSession, now, kSessionSeconds);
}

std::string Sessions::no_cookie() const {
  return set_cookie(Kind::kSession, "", 0);
}

std::string Sessions::known_cookie(double now) const {
  return drawn_cookie(Kind::kKnown, now, kKnownSeconds);
}

std::string Sessions::known(std::string_view cookie_header, double now) const {
  return proven_of(Kind::kKnown, cookie_header, now).value_or("");
}

std::optional<std::string> Sessions::proven(std::string_view cookie_header, double now) const {
  return proven_of(Kind::kSession, cookie_header, now);
}

std::optional<std::string> Sessions::proven_of(Kind kind, std::string_view cookie_header,
                                               double now) const {
  const auto values = cookie_values(cookie_header, name_of(kind));
  for (std::size_t k = 0; k < std::min(values.size(), kMostCookies); ++k)
    if (const auto id = proven_by(kind, values[k], now)) return id;
  return std::nullopt;
}

std::optional<std::string> Sessions::proven_by(Kind kind, std::string_view value,
                                               double now) const {
  const std::size_t first = value.find('.'), last = value.rfind('.');
  if (first != 2 * kIdBytes || last <= first) return std::nullopt;
  const std::string signed_part(value.substr(0, last));
  if (!are_same_secrets(mac(kind_word(kind == Kind::kKnown) + signed_part), value.substr(last + 1)))
    return std::nullopt;
  long expiry = 0;
  std::from_chars(signed_part.data() + first + 1, signed_part.data() + last, expiry);
  if (static_cast<double>(expiry) <= now) return std::nullopt;
  std::string id = signed_part.substr(0, first);
  if (ended_.contains(id)) return std::nullopt;
  return id;
}

std::string Sessions::page_token(std::string_view id) const {
  return mac("page " + std::string(id));
}

double Sessions::end(const std::string& id, double now) {
  std::erase_if(ended_, [&](const auto& ended) { return ended.second <= now; });
  const double until = now + static_cast<double>(kSessionSeconds);
  if (ended_.size() < kMostEnded) ended_[id] = until;
  return until;
}

bool are_same_secrets(std::string_view a, std::string_view b) {
  const std::string left = short_hash(a), right = short_hash(b);
  return sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool is_password(const std::string& hash, std::string_view password) {
  return password.size() <= kLongestPassword &&
         crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace engine::serve
