#include "vectors.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "ids.hpp"
#include "text.hpp"

namespace source {
namespace {

/// What begins the text as a number; its end, or the text's beginning where it begins with none.
const char* read_float(const char* from, const char* end, float& value) {
  double number = 0;
  const auto [stop, error] = std::from_chars(from, end, number);
  constexpr double kLargest = std::numeric_limits<float>::max();
  const std::string_view written(from, static_cast<std::size_t>(stop - from));
  const bool is_tiny = error == std::errc::result_out_of_range &&
                       (contains(written, "e-") || contains(written, "E-"));
  const bool is_held = error == std::errc() && std::abs(number) <= kLargest;
  value = is_held   ? static_cast<float>(number)
          : is_tiny ? 0.0f
                    : std::numeric_limits<float>::infinity();
  return stop;
}

}  // namespace

std::string read_vector(const JsonValue& list, std::vector<float>& vector) {
  vector.clear();
  if (list.kind != JsonValue::Kind::kList) return "its vector is no list of numbers";
  JsonReader reader(list.raw);
  reader.take('[');
  if (reader.take(']')) return "";
  do {
    JsonValue number;
    if (!reader.value(number) || number.kind != JsonValue::Kind::kNumber) {
      return "its vector holds what is no number";
    }
    if (vector.size() == kMostNumbers) return "its vector is no list of numbers";
    read_float(number.raw.data(), number.raw.data() + number.raw.size(), vector.emplace_back());
  } while (reader.take(','));
  return "";
}

std::string read_vector(std::string_view cell, std::vector<float>& vector) {
  vector.clear();
  const char* at = cell.data();
  const char* const end = at + cell.size();
  while (true) {
    while (at < end && contains(" \t,;[]", {at, 1})) ++at;
    if (at == end) return "";
    float value = 0;
    const char* const stop = read_float(at, end, value);
    if (stop == at || vector.size() == kMostNumbers) return "its vector is no list of numbers";
    vector.push_back(value);
    at = stop;
  }
}

TrackId read_track_id(std::string_view text) {
  TrackId id;
  id.spotify_id = spotify_id(text);
  if (id.is_known()) return id;
  id.mbid = mbid(text);
  if (id.is_known()) return id;
  id.isrc = isrc(text);
  if (id.is_known()) return id;
  text = trim(text);
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && stop == text.data() + text.size() && number > 0) id.number = number;
  return id;
}

}  // namespace source
