// Parameters of built-in steps, in the form in which plugins declare theirs.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>

namespace engine {

constexpr double kMany = 1e9;  // as good as no upper end

constexpr playlist_param ranged_param(std::uint32_t type, const char* name, double value,
                                      double min, double max, const char* help,
                                      std::uint32_t flags) {
  return {sizeof(playlist_param), type, name, help, value, min, max, nullptr, nullptr, flags, 0};
}

constexpr playlist_param number_param(const char* name, double value, double min, double max,
                                      const char* help) {
  return ranged_param(PLAYLIST_PARAM_NUMBER, name, value, min, max, help, 0);
}

constexpr playlist_param whole_param(const char* name, double value, double min, double max,
                                     const char* help, std::uint32_t flags = 0) {
  return ranged_param(PLAYLIST_PARAM_INTEGER, name, value, min, max, help, flags);
}

constexpr playlist_param text_param(const char* name, const char* value, const char* help,
                                    std::uint32_t flags = 0) {
  return {
      sizeof(playlist_param), PLAYLIST_PARAM_TEXT, name, help, 0, 0, 0, value, nullptr, flags, 0};
}

constexpr playlist_param choice_param(const char* name, const char* value,
                                      const char* const* choices, const char* help,
                                      std::uint32_t flags = 0) {
  return {
      sizeof(playlist_param), PLAYLIST_PARAM_CHOICE, name, help, 0, 0, 0, value, choices, flags, 0};
}

}  // namespace engine
