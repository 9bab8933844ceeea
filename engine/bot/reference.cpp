#include "bot/reference.hpp"

#include <charconv>

namespace engine::bot {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::pair<std::string, std::string> reference_and_rest(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second == std::string::npos) return {text, ""};
  return {text.substr(0, second), text.substr(second + 1)};
}

bool is_reference(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return false;
  const std::string kind = text.substr(0, colon);
  return (kind == "suggestion" || kind == "trial") && whole_number(text.substr(colon + 1));
}

bool is_trial(const std::string& reference) {
  return reference.starts_with("trial:");
}

std::optional<std::int64_t> number_of(const std::string& reference) {
  const std::size_t colon = reference.find(':');
  return whole_number(colon == std::string::npos ? "" : reference.substr(colon + 1));
}

}  // namespace engine::bot
