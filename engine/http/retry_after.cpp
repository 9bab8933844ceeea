#include "http/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

#include "core/ascii.hpp"

namespace engine::http {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// strptime() reads names of days and months by the process' locale, which the engine leaves at "C".
std::optional<std::int64_t> read_date_as(const std::string& text, const char* form) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), form, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

}  // namespace

std::optional<std::int64_t> read_http_date(std::string_view text) {
  const std::string date(without_blanks(text));
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"})
    if (const auto seconds = read_date_as(date, form)) return seconds;
  return std::nullopt;
}

std::optional<double> retry_after_seconds(std::string_view text, double now) {
  text = without_blanks(text);
  if (text.empty()) return std::nullopt;
  // "1.5" is not the standard's, but some services write it.
  if (std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; })) {
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc::result_out_of_range) return kLongestRetryAfter;
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return std::min(seconds, kLongestRetryAfter);
  }
  const auto date = read_http_date(text);
  if (!date) return std::nullopt;
  return std::clamp(static_cast<double>(*date) - now, 0.0, kLongestRetryAfter);
}

double backoff_seconds(int attempt, double first, double longest, double jitter) {
  return std::min(first * std::exp2(std::clamp(attempt - 1, 0, 30)) * (0.5 + jitter), longest);
}

}  // namespace engine::http
