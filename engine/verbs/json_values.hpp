// Values of an answer's data that may not be known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/calendar.hpp"
#include "verbs/verb.hpp"

namespace engine::verbs {

inline Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
inline Json time_or_null(const std::optional<std::int64_t>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}
template <typename T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace engine::verbs
