// What a server keeps from one start to the next: the key of its cookies, the token that lets in, and
// the hash of a password where there is one. A file that its owner alone may read, beside the
// library's folder of data: serve.json.
#pragma once

#include <string>

namespace engine::serve {

struct Keys {
  std::string secret;         // 64 hexadecimal digits, for the cookies' signatures
  std::string token;          // 43 characters that a link may hold
  std::string password_hash;  // argon2id, as libsodium writes it; "": none
};

/// Of the file, which is made, with drawn keys, where there is none. Throws Error(kInput) where it
/// can be read by others, is none, or cannot be written.
Keys read_keys(const std::string& file);
/// Others, by which nobody is let in that was before.
std::string new_secret();
void write_keys(const std::string& file, const Keys& keys);

/// Throws Error(kUsage) for one shorter than 8 characters, Error(kLimits) without the memory.
std::string hash_password(const std::string& password);

}  // namespace engine::serve
