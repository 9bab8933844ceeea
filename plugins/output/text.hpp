// Texts made fit for a format. Whatever comes in, what goes out is valid UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Bytes that are not UTF-8 (RFC 3629; surrogates, overlong forms) become U+FFFD, one each.
std::string valid_utf8(std::string_view text);

/// One line: line breaks, tabs and other control characters become spaces, the ends are trimmed.
std::string one_line(std::string_view text);

/// For element content and attributes of XML 1.0: & < > " escaped, CR as a character reference,
/// characters that XML forbids dropped.
std::string xml(std::string_view text);

/// A part of a URI: everything but RFC 3986's unreserved characters percent-encoded.
std::string percent_encoded(std::string_view text);

/// Unix seconds as 2026-01-02T03:04:05Z.
std::string iso_time(std::int64_t unix_seconds);

/// The shortest decimal that reads back as the same float; "" for NaN.
std::string shortest(float value);
