// How long to wait before something is asked again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace engine::http {

/// Seconds from `now` (Unix seconds) on that a Retry-After asks for: its number, or until its date.
/// Nothing for a text that is neither; at most kLongestRetryAfter.
std::optional<double> retry_after_seconds(std::string_view text, double now);
inline constexpr double kLongestRetryAfter = 10.0 * 365 * 24 * 3600;

/// Unix seconds of "Sun, 06 Nov 1994 08:49:37 GMT" or of the two older forms of RFC 9110, 5.6.7.
std::optional<std::int64_t> read_http_date(std::string_view text);

/// Before attempt number `attempt` + 1; `jitter` in [0, 1).
double backoff_seconds(int attempt, double first, double longest, double jitter);

}  // namespace engine::http
