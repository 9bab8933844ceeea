#include "store/devices.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "store/listen_flags.hpp"

namespace engine {
namespace {

bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

/// What an update changes. In brackets stands the model, which may be called "Pixel 7": there only
/// "10.0.19041" is one.
bool is_version(std::string_view word, bool is_in_brackets) {
  const auto dots = std::ranges::count(word, '.');
  return !word.empty() && is_digit(word[0]) && (!is_in_brackets || dots >= 2) &&
         std::ranges::all_of(word, [](char c) { return is_digit(c) || c == '.'; });
}

void drop_end(std::string& text, std::string_view characters) {
  while (!text.empty() && is_one_of(text.back(), characters)) text.pop_back();
}

/// The words without versions, and without the "API" that one belongs to.
std::string without_versions(std::string_view told) {
  std::string text;
  int depth = 0;
  for (std::size_t at = 0; at < told.size();) {
    const std::size_t end = std::min(told.find_first_of(" ;()[]", at), told.size());
    const std::string_view word = told.substr(at, end - at);
    if (!is_version(word, depth > 0)) {
      text += word;
    } else if (text.ends_with("API ")) {
      text.resize(text.size() - 4);
    }
    if (end == told.size()) break;
    depth += is_one_of(told[end], "([") ? 1 : is_one_of(told[end], ")]") ? -1 : 0;
    text += told[end];
    at = end + 1;
  }
  return text;
}

/// Without separators that nothing stands between, and without empty brackets.
std::string tidied(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool is_at_start = name.empty() || is_one_of(name.back(), "([");
    if (is_one_of(c, " ;") && is_at_start) continue;
    if (c == ' ' && name.back() == ' ') continue;
    if (is_one_of(c, ";)]")) drop_end(name, " ;");
    if (is_one_of(c, ")]") && !name.empty() && is_one_of(name.back(), "([")) {
      name.pop_back();
    } else {
      name += c;
    }
  }
  drop_end(name, " ;");
  return name;
}

}  // namespace

std::string device_name(std::string_view told) {
  std::string name = tidied(without_versions(told));
  for (const std::string_view nothing : {"unknown", "not_applicable", "n/a", "none"})
    if (equal_ignoring_case(name, nothing)) return "";
  return name;
}

std::vector<std::string> device_names(const Store& store, std::int64_t user) {
  std::vector<std::string> names(1);
  Statement select =
      store.prepare("SELECT device, name FROM devices WHERE user_id = ?1 ORDER BY device");
  for (select.start(user); select.step();) {
    names.resize(static_cast<std::size_t>(select.integer(0)) + 1);
    names.back() = select.text(1);
  }
  return names;
}

Devices::Devices(const Store& store)
    : find_(store.prepare("SELECT device FROM devices WHERE user_id = ?1 AND name = ?2")),
      largest_(store.prepare("SELECT ifnull(max(device), 0) FROM devices WHERE user_id = ?1")),
      insert_(store.prepare("INSERT INTO devices VALUES (?1, ?2, ?3)")) {}

std::int64_t Devices::find_or_make(std::int64_t user, const std::string& name) {
  if (name.empty()) return 0;
  if (const auto known = find_.find_integer(user, name)) return *known;
  const std::int64_t device = largest_.find_integer(user).value_or(0) + 1;
  if (device > ListenFlags::kDeviceMask) return 0;
  insert_.run(user, device, name);
  return device;
}

}  // namespace engine
