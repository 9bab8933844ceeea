#include "http/secrets.hpp"

#include <algorithm>
#include <cstddef>

namespace engine::http {
namespace {

constexpr int kMostEncodings = 3;  // one over the other
constexpr std::string_view kStars = "***";

/// A text as it reads, and where in the original each of its characters stands.
struct Reading {
  std::string text;
  std::vector<std::size_t> begins, ends;
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "%2F" at `i` stands for, or -1.
int encoded_byte(std::string_view text, std::size_t i) {
  if (text[i] != '%' || i + 2 >= text.size()) return -1;
  const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Blanks are written as + in forms, and JSON may have a backslash before a character. In place, as
/// a body may be large.
void make_plain(std::string& text) {
  char* end = text.data();
  for (const char c : text) {
    *end = c == '+' ? ' ' : c;
    end += c != '\\';
  }
  text.resize(static_cast<std::size_t>(end - text.data()));
}

std::string plain(std::string_view text) {
  std::string result(text);
  make_plain(result);
  return result;
}

/// As decoded() below, in place.
void decode(std::string& text) {
  char* end = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = encoded_byte(text, i);
    *end++ = byte < 0 ? text[i] : static_cast<char>(byte);
    if (byte >= 0) i += 2;
  }
  text.resize(static_cast<std::size_t>(end - text.data()));
  make_plain(text);
}

Reading as_it_stands(std::string_view text) {
  Reading reading;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') continue;
    reading.text += text[i] == '+' ? ' ' : text[i];
    reading.begins.push_back(i);
    reading.ends.push_back(i + 1);
  }
  return reading;
}

Reading decoded(const Reading& from) {
  Reading reading;
  for (std::size_t i = 0; i < from.text.size(); ++i) {
    const int byte = encoded_byte(from.text, i);
    const char c = byte < 0 ? from.text[i] : static_cast<char>(byte);
    const std::size_t last = byte < 0 ? i : i + 2;
    if (c != '\\') {
      reading.text += c == '+' ? ' ' : c;
      reading.begins.push_back(from.begins[i]);
      reading.ends.push_back(from.ends[last]);
    }
    i = last;
  }
  return reading;
}

}  // namespace

Secrets::Secrets(const Service& service) {
  std::vector<std::string> all = service.secrets;
  for (const Header& one : service.credentials) {
    all.push_back(one.value);
    const std::size_t blank = one.value.find(' ');
    if (blank != std::string::npos) all.push_back(one.value.substr(blank + 1));
  }
  // An empty one is found in "***" as well.
  for (const std::string& one : all)
    if (std::string text = plain(one); kStars.find(text) == std::string::npos)
      texts_.push_back(std::move(text));
  std::ranges::sort(texts_, [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
}

bool Secrets::are_in(std::string_view text) const {
  std::string read = plain(text);
  for (int level = 0; level <= kMostEncodings; ++level) {
    for (const std::string& secret : texts_)
      if (read.find(secret) != std::string::npos) return true;
    if (read.find('%') == std::string::npos) return false;
    decode(read);
  }
  return false;
}

std::string Secrets::scrubbed(std::string_view text) const {
  std::string result(text);
  // Each round takes out what one reading shows, and what is left is read again; the deepest first,
  // as it shows a secret as a whole.
  for (int level = kMostEncodings; level >= 0; --level) {
    for (const std::string& secret : texts_) {
      std::size_t from = 0;
      for (;;) {
        Reading reading = as_it_stands(result);
        for (int i = 0; i < level; ++i) reading = decoded(reading);
        const std::size_t at = reading.text.find(secret, from);
        if (at == std::string::npos) break;
        const std::size_t begin = reading.begins[at], end = reading.ends[at + secret.size() - 1];
        result.replace(begin, end - begin, kStars);
        from = at + kStars.size();
      }
    }
  }
  return result;
}

}  // namespace engine::http
