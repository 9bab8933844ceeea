#include "json.hpp"

#include <algorithm>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "text.hpp"

namespace source {
namespace {

constexpr int kDeepest = 64;

/// The first '"', '\' or control character at or behind `at`. Reads up to 15 bytes behind the
/// character it returns.
const char* end_of_plain(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i slash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1f);
  for (; at < end; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    if (const int mask = _mm_movemask_epi8(hits); mask != 0) {
      return std::min(at + __builtin_ctz(static_cast<unsigned>(mask)), end);
    }
  }
  return end;
#else
  while (at < end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
#endif
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  c = static_cast<char>(c | 32);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Four hexadecimal digits, already checked.
std::uint32_t hex4(const char* at) {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i) code = code * 16 + static_cast<std::uint32_t>(hex_value(at[i]));
  return code;
}

void append_utf8(std::string& text, std::uint32_t code) {
  if (code == 0 || (code >= 0xd800 && code <= 0xdfff)) code = 0xfffd;
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

/// Resolves the escapes of a text whose form text() has checked. Half a surrogate pair becomes
/// U+FFFD.
void unescape(std::string_view raw, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    switch (const char c = raw[++i]; c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        std::uint32_t code = hex4(raw.data() + i + 1);
        i += 4;
        const bool is_high = code >= 0xd800 && code < 0xdc00;
        if (is_high && raw.size() - i > 6 && raw[i + 1] == '\\' && raw[i + 2] == 'u') {
          const std::uint32_t low = hex4(raw.data() + i + 3);
          if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            i += 6;
          }
        }
        append_utf8(out, code);
        break;
      }
      default:
        out += c;
    }
  }
}

}  // namespace

// ---- JsonValue ----------------------------------------------------------------------------------
std::string_view JsonValue::text(std::string& buffer) const {
  if (kind == Kind::kNumber) return raw;
  if (kind != Kind::kText) return {};
  if (!has_escapes) return raw;
  unescape(raw, buffer);
  return buffer;
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (kind != Kind::kNumber && kind != Kind::kText) return std::nullopt;
  return read_integer(raw);
}

std::optional<double> JsonValue::number() const {
  if (kind != Kind::kNumber && kind != Kind::kText) return std::nullopt;
  return read_number(raw);
}

std::optional<bool> JsonValue::boolean() const {
  if (kind == Kind::kTrue) return true;
  if (kind == Kind::kFalse) return false;
  if (kind != Kind::kNumber && kind != Kind::kText) return std::nullopt;
  return read_boolean(raw);
}

// ---- JsonReader ---------------------------------------------------------------------------------
std::string JsonReader::error() const {
  return "byte " + std::to_string(offset()) + ": " + what_;
}

bool JsonReader::text(JsonValue& value) {
  if (peek() != '"') return fail("a text in quotes is expected");
  const char* first = at_ + 1;
  bool has_escapes = false;
  for (const char* p = end_of_plain(first, end_);; p = end_of_plain(p, end_)) {
    if (p == end_) {
      at_ = end_;
      return fail("the file ends inside a text");
    }
    if (*p == '"') {
      value.kind = JsonValue::Kind::kText;
      value.has_escapes = has_escapes;
      value.raw = {first, static_cast<std::size_t>(p - first)};
      at_ = p + 1;
      return true;
    }
    if (*p != '\\') {
      at_ = p;
      return fail(*p == '\0' ? "a NUL byte inside a text" : "a control character inside a text");
    }
    has_escapes = true;
    if (p + 1 == end_ || std::memchr("\"\\/bfnrtu", p[1], 9) == nullptr) {
      at_ = p;
      return fail("an unknown escape in a text");
    }
    if (p[1] == 'u') {
      for (int i = 2; i < 6; ++i) {
        if (p + i >= end_ || hex_value(p[i]) < 0) {
          at_ = p;
          return fail("\\u without four hexadecimal digits");
        }
      }
      p += 6;
    } else {
      p += 2;
    }
  }
}

bool JsonReader::literal(std::string_view word, JsonValue::Kind kind, JsonValue& value) {
  const bool is_whole = static_cast<std::size_t>(end_ - at_) >= word.size() &&
                        std::memcmp(at_, word.data(), word.size()) == 0;
  if (!is_whole) return fail("a value is expected");
  value.kind = kind;
  value.raw = {at_, word.size()};
  at_ += word.size();
  return true;
}

bool JsonReader::number(JsonValue& value) {
  const char* p = at_;
  const auto digits = [&] {
    const char* first = p;
    while (p < end_ && is_digit(*p)) ++p;
    return p > first;
  };
  if (*p == '-') ++p;
  const char* first = p;
  bool is_right = digits() && (*first != '0' || p == first + 1);
  if (is_right && p < end_ && *p == '.') {
    ++p;
    is_right = digits();
  }
  if (is_right && p < end_ && (*p | 32) == 'e') {
    ++p;
    if (p < end_ && (*p == '+' || *p == '-')) ++p;
    is_right = digits();
  }
  if (!is_right) return fail("a value is expected");
  value.kind = JsonValue::Kind::kNumber;
  value.raw = {at_, static_cast<std::size_t>(p - at_)};
  at_ = p;
  return true;
}

bool JsonReader::value(JsonValue& value) {
  return nested(value, 0);
}

bool JsonReader::nested(JsonValue& value, int depth) {
  switch (peek()) {
    case '"':
      return text(value);
    case 'n':
      return literal("null", JsonValue::Kind::kNull, value);
    case 't':
      return literal("true", JsonValue::Kind::kTrue, value);
    case 'f':
      return literal("false", JsonValue::Kind::kFalse, value);
    case '{':
    case '[':
      return container(value, depth + 1);
    default:
      if (at_ == end_) return fail("the file ends where a value is expected");
      return number(value);
  }
}

bool JsonReader::container(JsonValue& value, int depth) {
  if (depth > kDeepest) return fail("nested too deeply");
  const char* first = at_;
  const bool is_object = *first == '{';
  const char close = is_object ? '}' : ']';
  ++at_;
  JsonValue ignored;
  if (!take(close)) {
    do {
      if (is_object) {
        if (!text(ignored)) return false;
        if (!take(':')) return fail("\":\" is expected behind a key");
      }
      if (!nested(ignored, depth)) return false;
    } while (take(','));
    if (!take(close)) {
      return fail(at_ == end_ ? "the file ends inside a record" : "\",\" is expected");
    }
  }
  value.kind = is_object ? JsonValue::Kind::kObject : JsonValue::Kind::kList;
  value.has_escapes = false;
  value.raw = {first, static_cast<std::size_t>(at_ - first)};
  return true;
}

// ---- JsonFields ---------------------------------------------------------------------------------
JsonFields::JsonFields(std::span<const std::string_view> names)
    : names_(names.begin(), names.end()) {}

int JsonFields::find(std::size_t place, std::string_view key) {
  if (place < order_.size() && order_[place].key == key) return order_[place].field;
  const auto found = std::find(names_.begin(), names_.end(), key);
  const int field = found == names_.end() ? kUnknown : static_cast<int>(found - names_.begin());
  constexpr std::size_t kMostKeys = 64, kLongestKey = 64;
  if (place < kMostKeys && key.size() <= kLongestKey) {
    if (place >= order_.size()) order_.resize(place + 1, {"", kUnknown});
    order_[place] = {std::string(key), field};
  }
  return field;
}

bool JsonFields::read(JsonReader& reader, JsonValue* fields) {
  std::fill(fields, fields + names_.size(), JsonValue{});
  if (!reader.take('{')) return reader.fail("a record in {} is expected");
  if (reader.take('}')) return true;
  JsonValue key, ignored;
  std::size_t place = 0;
  do {
    int field = kUnknown;
    // The quick way: the key that stood here in the record before.
    const char* p = reader.peek() == '"' ? reader.position() + 1 : nullptr;
    const Known* known = p != nullptr && place < order_.size() ? &order_[place] : nullptr;
    if (known != nullptr && static_cast<std::size_t>(reader.end() - p) > known->key.size() &&
        p[known->key.size()] == '"' && std::memcmp(p, known->key.data(), known->key.size()) == 0) {
      field = known->field;
      reader.seek(p + known->key.size() + 1);
    } else {
      if (!reader.text(key)) return false;
      field = find(place, key.raw);
    }
    ++place;
    if (!reader.take(':')) return reader.fail("\":\" is expected behind a key");
    if (!reader.value(field == kUnknown ? ignored : fields[field])) return false;
  } while (reader.take(','));
  if (reader.take('}')) return true;
  return reader.fail(reader.position() == reader.end() ? "the file ends inside a record"
                                                       : "\",\" is expected");
}

}  // namespace source
