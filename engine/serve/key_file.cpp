#include "serve/key_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sodium.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine::serve {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kSecretBytes = 32, kTokenBytes = 32, kLeastPassword = 8;

void start_sodium() {
  if (::sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
}

Keys drawn_keys() {
  start_sodium();
  unsigned char bytes[kSecretBytes];
  ::randombytes_buf(bytes, sizeof bytes);
  char hex[2 * kSecretBytes + 1];
  ::sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  ::randombytes_buf(bytes, kTokenBytes);
  char token[sodium_base64_ENCODED_LEN(kTokenBytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  ::sodium_bin2base64(token, sizeof token, bytes, kTokenBytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return {hex, token, ""};
}

void require_private(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & 077) == 0) return;
  throw Error(Exit::kInput, file + " can be read by others",
              {"", "", "it holds what lets into engine serve", "chmod 600 " + file});
}

}  // namespace

std::string new_secret() {
  return drawn_keys().secret;
}

Keys read_keys(const std::string& file) {
  if (!fs::exists(file)) {
    const Keys keys = drawn_keys();
    write_keys(file, keys);
    return keys;
  }
  require_private(file);
  const Json json = Json::parse(read_file(file), nullptr, false);
  Keys keys;
  if (json.is_object())
    keys = {json.value("secret", ""), json.value("token", ""), json.value("password_hash", "")};
  if (keys.secret.size() < 2 * kSecretBytes || keys.token.size() < 32)
    throw Error(Exit::kInput, file + " is not what engine serve writes",
                {"", "", "", "remove it: new keys are drawn, and everybody signs in again"});
  return keys;
}

void write_keys(const std::string& file, const Keys& keys) {
  std::error_code ignored;
  fs::create_directories(fs::path(file).parent_path(), ignored);
  const std::string fresh = file + ".new";
  const std::string text = json_text(Json{{"secret", keys.secret},
                                          {"token", keys.token},
                                          {"password_hash", keys.password_hash}},
                                     2) +
                           "\n";
  fs::remove(fresh, ignored);
  const int made = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool is_written =
      made >= 0 && ::write(made, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(made) == 0;
  if (made >= 0) ::close(made);
  if (is_written && ::rename(fresh.c_str(), file.c_str()) == 0) return;
  throw Error(Exit::kInput, "cannot write " + file, {"", "", std::strerror(errno), ""});
}

std::string hash_password(const std::string& password) {
  if (password.size() < kLeastPassword)
    throw Error(Exit::kUsage, "the password is too short",
                {"", "", "it takes 8 characters or more", ""});
  start_sodium();
  char hash[crypto_pwhash_STRBYTES];
  if (::crypto_pwhash_str(hash, password.data(), password.size(),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
    throw Error(Exit::kLimits, "not enough memory to hash the password");
  return hash;
}

}  // namespace engine::serve
