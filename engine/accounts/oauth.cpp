#include "accounts/oauth.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sha2.h>
#include <sys/random.h>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base64.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"

namespace engine::accounts {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::int64_t kUsualLife = 3600;  // seconds, of an access token that does not say

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t done = 0; done < count;) {
    const ssize_t part = ::getrandom(bytes.data() + done, count - done, 0);
    if (part < 0 && errno != EINTR)
      throw Error(Exit::kInput, "the system has no randomness for a login",
                  {"", "", std::strerror(errno), ""});
    if (part > 0) done += static_cast<std::size_t>(part);
  }
  return bytes;
}

/// RFC 4648, section 5, without padding.
std::string base64url(const std::uint8_t* bytes, std::size_t count) {
  std::string text = base64({reinterpret_cast<const char*>(bytes), count});
  text.erase(text.find_last_not_of('=') + 1);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string base64url(const Bytes& bytes) {
  return base64url(bytes.data(), bytes.size());
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || std::strchr("-._~", c) != nullptr;
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain && c != '\0') {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

int hex_value(char c) {
  const auto at = std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? c + 32 : c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string url_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string form(const std::vector<std::pair<const char*, std::string>>& fields) {
  std::string text;
  for (const auto& [name, value] : fields)
    text += (text.empty() ? "" : "&") + std::string(name) + "=" + url_encoded(value);
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\"'<>");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n\"'<>") - begin + 1);
}

std::string text_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

LoginProof make_login_proof() {
  return {base64url(random_bytes(64)), base64url(random_bytes(32))};
}

std::string code_challenge(std::string_view verifier) {
  SHA2_CTX context;
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256Init(&context);
  ::SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(verifier.data()), verifier.size());
  ::SHA256Final(digest.data(), &context);
  return base64url(digest.data(), digest.size());
}

std::string login_address(const Account& account, const LoginProof& proof,
                          const std::string& redirect_uri) {
  const BrowserLogin& login = *find_service(account.service)->login;
  std::string address = account.value(login.accounts_field);
  while (address.ends_with('/')) address.pop_back();
  return address + login.login_path + "?" +
         form({{"client_id", account.value("client_id")},
               {"response_type", "code"},
               {"redirect_uri", redirect_uri},
               {"code_challenge_method", "S256"},
               {"code_challenge", code_challenge(proof.verifier)},
               {"state", proof.state},
               {"scope", login.scopes}});
}

LoginAnswer read_login_answer(std::string_view address) {
  std::string_view query = address.substr(0, address.find('#'));
  if (const std::size_t mark = query.find('?'); mark != std::string_view::npos)
    query.remove_prefix(mark + 1);
  LoginAnswer answer;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view field = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = field.substr(0, equals);
    const std::string value = url_decoded(field.substr(equals + 1));
    if (name == "code") answer.code = value;
    if (name == "state") answer.state = value;
    if (name == "error") answer.error = value;
    if (name == "error_description") answer.error_description = value;
  }
  return answer;
}

void require_agreed(const LoginAnswer& answer, const Account& account) {
  if (answer.error.empty() && !answer.code.empty()) return;
  const std::string again = "engine connect " + account.title() + " asks again";
  if (answer.error == "access_denied")
    throw Error(Exit::kInput, account.title() + " was not connected",
                {"", "", "the login was not agreed to there; what was kept stays", again});
  std::string why = "there is no code in the answer";
  if (!answer.error.empty()) why = "the service says: " + one_line(answer.error);
  if (!answer.error_description.empty()) why += ", " + one_line(answer.error_description);
  throw Error(Exit::kInput, account.title() + " was not connected", {"", "", why, again});
}

std::string pasted_code(const std::string& pasted, const Account& account,
                        const LoginProof& proof) {
  const std::string text = trimmed(pasted);
  const bool is_address = text.find("://") != std::string::npos ||
                          text.find("code=") != std::string::npos ||
                          text.find("error=") != std::string::npos;
  if (!is_address) {
    require_agreed({text, proof.state, "", ""}, account);
    return text;
  }
  const LoginAnswer answer = read_login_answer(text);
  if (answer.state != proof.state)
    throw Error(Exit::kInput, account.title() + " was not connected",
                {"", "", "this address is the answer to another login",
                 "paste the one that this login ended at: engine connect " + account.title()});
  require_agreed(answer, account);
  return answer.code;
}

std::string code_form(const Account& account, const std::string& code,
                      const std::string& redirect_uri, const LoginProof& proof) {
  return form({{"grant_type", "authorization_code"},
               {"code", code},
               {"redirect_uri", redirect_uri},
               {"client_id", account.value("client_id")},
               {"code_verifier", proof.verifier}});
}

std::string refresh_form(const Account& account, const std::string& refresh_token) {
  return form({{"grant_type", "refresh_token"},
               {"refresh_token", refresh_token},
               {"client_id", account.value("client_id")}});
}

std::optional<Login> read_tokens(const std::string& body, const Login& before,
                                 std::int64_t asked_at) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  Login login = before;
  login.access_token = text_of(json, "access_token");
  if (login.access_token.empty()) return std::nullopt;
  if (const std::string fresh = text_of(json, "refresh_token"); !fresh.empty())
    login.refresh_token = fresh;
  if (const std::string scopes = text_of(json, "scope"); !scopes.empty()) login.scopes = scopes;
  const auto life = json.find("expires_in");
  const bool is_life = life != json.end() && life->is_number_integer() &&
                       life->get<std::int64_t>() > 0 && life->get<std::int64_t>() < 1'000'000'000;
  login.expires_at = asked_at + (is_life ? life->get<std::int64_t>() : kUsualLife);
  return login;
}

}  // namespace engine::accounts
