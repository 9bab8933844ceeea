#include "track_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "shared/harmony.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr std::array<std::string_view, 9> kSound{
    "tempo",        "energy",           "valence",     "danceability", "loudness",
    "acousticness", "instrumentalness", "speechiness", "liveness"};
constexpr std::array<std::string_view, 3> kWholeNumbers{"mode", "time_signature", "year"};
constexpr const char *kSine = "key_sin", *kCosine = "key_cos";

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<float> as_floats(std::span<const std::int32_t> values) {
  std::vector<float> floats;
  floats.reserve(values.size());
  for (const std::int32_t value : values)
    floats.push_back(playlist::is_missing(value) ? playlist::kMissingF32
                                                 : static_cast<float>(value));
  return floats;
}

/// Where each track's key stands on the circle of fifths.
std::vector<float> on_circle(const playlist::Table& tracks, bool is_sine) {
  const auto keys = tracks["key"].i32(), modes = tracks["mode"].i32();
  std::vector<float> places;
  places.reserve(keys.size());
  for (std::size_t track = 0; track < keys.size(); ++track) {
    if (!shared::is_key(keys[track], modes[track])) {
      places.push_back(playlist::kMissingF32);
      continue;
    }
    const double angle = shared::camelot(keys[track], modes[track]) * std::numbers::pi / 6;
    places.push_back(static_cast<float>(is_sine ? std::sin(angle) : std::cos(angle)));
  }
  return places;
}

}  // namespace

ChosenFeatures chosen_features(std::string_view features) {
  ChosenFeatures chosen;
  for (const std::string& name : words_of(features)) {
    if (name == "tags") {
      chosen.has_tags = true;
    } else if (name == "key") {
      chosen.columns.insert(chosen.columns.end(), {kSine, kCosine});
    } else if (is_one_of(kSound, name) || is_one_of(kWholeNumbers, name)) {
      chosen.columns.push_back(name);
    } else {
      throw playlist::BadParam(
          playlist::concat("there is no feature \"", name, "\"; there are ", kUsualFeatures));
    }
  }
  if (chosen.columns.empty() && !chosen.has_tags)
    throw playlist::BadParam(
        playlist::concat("features names none; name some of ", kUsualFeatures));
  return chosen;
}

Missing missing_of(std::string_view name) {
  return name == "drop" ? Missing::kDrop : name == "artist" ? Missing::kArtist : Missing::kMean;
}

TrackFeatures::TrackFeatures(const playlist::Call& call, const std::vector<std::string>& columns)
    : tracks_(call.table("tracks").rows()),
      artist_(call.table("tracks")["artist"].i32()),
      artists_(call.table("artists").rows()) {
  const playlist::Table tracks = call.table("tracks");
  for (const std::string& name : columns) columns_.push_back(read(tracks, name));
}

TrackFeatures::Column TrackFeatures::read(const playlist::Table& tracks, const std::string& name) {
  if (name == kSine || name == kCosine) return {name, false, on_circle(tracks, name == kSine)};
  if (is_one_of(kWholeNumbers, name)) return {name, false, as_floats(tracks[name].i32())};
  const auto values = tracks[name].f32();
  return {name, true, {values.begin(), values.end()}};
}

std::vector<std::string> TrackFeatures::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

std::vector<std::string> TrackFeatures::leave_out_unknown() {
  std::vector<std::string> left_out;
  std::erase_if(columns_, [&](const Column& column) {
    const bool is_unknown = std::none_of(column.values.begin(), column.values.end(),
                                         [](float value) { return std::isfinite(value); });
    if (is_unknown) left_out.push_back(column.name);
    return is_unknown;
  });
  return left_out;
}

std::vector<Standard> TrackFeatures::standards() const {
  std::vector<Standard> standards;
  Standard *sine = nullptr, *cosine = nullptr;
  standards.reserve(columns_.size());
  for (const Column& column : columns_) {
    standards.push_back(standard_of(column.values));
    if (column.name == kSine) sine = &standards.back();
    if (column.name == kCosine) cosine = &standards.back();
  }
  if (sine != nullptr && cosine != nullptr)
    sine->deviation = cosine->deviation = std::hypot(sine->deviation, cosine->deviation);
  return standards;
}

std::size_t TrackFeatures::take_artists_means() {
  std::vector<bool> is_given(tracks_);
  for (Column& column : columns_) {
    if (!column.is_essential) continue;
    std::vector<double> sums(artists_);
    std::vector<std::int64_t> counts(artists_);
    for (std::size_t track = 0; track < tracks_; ++track) {
      if (artist_[track] < 0 || !std::isfinite(column.values[track])) continue;
      sums[static_cast<std::size_t>(artist_[track])] += column.values[track];
      ++counts[static_cast<std::size_t>(artist_[track])];
    }
    for (std::size_t track = 0; track < tracks_; ++track) {
      if (artist_[track] < 0 || std::isfinite(column.values[track])) continue;
      const auto artist = static_cast<std::size_t>(artist_[track]);
      if (counts[artist] == 0) continue;
      column.values[track] = static_cast<float>(sums[artist] / static_cast<double>(counts[artist]));
      is_given[track] = true;
    }
  }
  return static_cast<std::size_t>(std::count(is_given.begin(), is_given.end(), true));
}

bool TrackFeatures::is_complete(std::size_t track) const {
  return std::all_of(columns_.begin(), columns_.end(), [&](const Column& column) {
    return !column.is_essential || std::isfinite(column.values[track]);
  });
}

std::vector<std::pair<std::string, std::size_t>> TrackFeatures::missing() const {
  std::vector<std::pair<std::string, std::size_t>> missing;
  for (const Column& column : columns_) {
    if (!column.is_essential) continue;
    const auto count =
        static_cast<std::size_t>(std::count_if(column.values.begin(), column.values.end(),
                                               [](float value) { return !std::isfinite(value); }));
    if (count > 0) missing.emplace_back(column.name, count);
  }
  return missing;
}

std::string TrackFeatures::missing_words() const {
  std::string words;
  for (const auto& [name, count] : missing())
    words += playlist::concat(words.empty() ? "" : ", ", name, " of ", count,
                              count == 1 ? " track" : " tracks");
  return words;
}

std::string TrackFeatures::missing_json() const {
  std::string json;
  for (const auto& [name, count] : missing())
    json += playlist::concat(json.empty() ? "" : ", ", "\"", name, "\": ", count);
  return json;
}

void TrackFeatures::put(std::size_t track, std::span<const Standard> standards, float weight,
                        float* out) const {
  for (std::size_t k = 0; k < columns_.size(); ++k)
    out[k] = weight * standardised(columns_[k].values[track], standards[k]);
}

}  // namespace model
