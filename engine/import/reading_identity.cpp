#include "import/reading_identity.hpp"

#include <utility>

namespace engine::import {

std::string reading_identity(std::string_view content_hash, const ReadingSettings& settings) {
  std::string identity(content_hash);
  char mark = '?';
  for (const auto& [name, value] : settings) {
    identity += mark + name + '=' + value;
    mark = '&';
  }
  return identity;
}

std::string_view content_of(std::string_view identity) {
  return identity.substr(0, identity.find('?'));
}

std::string_view settings_of(std::string_view identity) {
  const std::size_t mark = identity.find('?');
  return mark == std::string_view::npos ? std::string_view{} : identity.substr(mark + 1);
}

std::vector<std::string> possible_identities(std::string_view content_hash,
                                             const ReadingSettings& settings) {
  const std::vector<std::pair<std::string, std::string>> all(settings.begin(), settings.end());
  std::vector<std::string> identities;
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << all.size()); ++chosen) {
    ReadingSettings some;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (((chosen >> k) & 1) != 0) some.insert(all[k]);
    }
    identities.push_back(reading_identity(content_hash, some));
  }
  return identities;
}

}  // namespace engine::import
