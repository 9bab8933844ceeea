#include "moods.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shared {
namespace {

/// Of what is known; NaN of nothing.
class KnownMean {
 public:
  void add(float value) {
    if (std::isnan(value)) return;
    sum_ += value;
    ++count_;
  }
  [[nodiscard]] float value() const {
    return count_ == 0 ? playlist::kMissingF32
                       : static_cast<float>(sum_ / static_cast<double>(count_));
  }

 private:
  double sum_ = 0;
  std::int64_t count_ = 0;
};

/// Tempo has no column with the artist's mean.
std::vector<float> tempo_norms(const playlist::Table& tracks,
                               const playlist::Lists& artist_tracks) {
  const auto tempo = tracks["tempo"].f32();
  const auto artist = tracks["artist"].i32();
  std::vector<float> of_artist;
  for (std::size_t row = 0; row < artist_tracks.rows(); ++row) {
    KnownMean mean;
    for (const std::int32_t track : artist_tracks[row])
      mean.add(tempo[static_cast<std::size_t>(track)]);
    of_artist.push_back(mean.value());
  }
  KnownMean usual;
  for (const float value : tempo) usual.add(value);
  std::vector<float> made(tempo.begin(), tempo.end());
  for (std::size_t track = 0; track < made.size(); ++track) {
    float& value = made[track];
    if (std::isnan(value) && artist[track] >= 0)
      value = of_artist[static_cast<std::size_t>(artist[track])];
    if (std::isnan(value)) value = usual.value();
    if (!std::isnan(value)) value = std::clamp(value / kFastestTempo, 0.0F, 1.0F);
  }
  return made;
}

}  // namespace

bool MoodSounds::is_known(std::size_t track) const {
  return std::ranges::none_of(values,
                              [track](const auto& sound) { return std::isnan(sound[track]); });
}

std::array<float, kMoodSoundCount> MoodSounds::of(std::size_t track) const {
  std::array<float, kMoodSoundCount> row{};
  for (std::size_t k = 0; k < row.size(); ++k) row[k] = values[k][track];
  return row;
}

MoodSounds mood_sounds(const playlist::Table& tracks, const playlist::Lists& artist_tracks) {
  MoodSounds made;
  made.is_own.assign(tracks.rows(), 1);
  const auto note_own = [&](std::span<const float> own) {
    for (std::size_t track = 0; track < own.size(); ++track)
      if (std::isnan(own[track])) made.is_own[track] = 0;
  };
  for (std::size_t k = 0; k + 1 < kMoodSoundCount; ++k) {
    const std::string name = kMoodSounds[k];
    const auto values = tracks[(name + "_or_artist").c_str()].f32();
    made.values[k].assign(values.begin(), values.end());
    note_own(tracks[name.c_str()].f32());
  }
  made.values.back() = tempo_norms(tracks, artist_tracks);
  note_own(tracks["tempo"].f32());
  return made;
}

std::int32_t MoodCentroids::nearest(std::span<const float> sounds) const {
  std::int32_t best = kNoMood;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t mood = 0; mood < count(); ++mood) {
    double squares = 0;
    for (std::size_t k = 0; k < kMoodSoundCount; ++k) {
      const double apart = double{sounds[k]} - double{row(mood)[k]};
      squares += apart * apart;
    }
    if (!(squares < least)) continue;  // nor where something is not known
    least = squares;
    best = static_cast<std::int32_t>(mood);
  }
  return best;
}

std::vector<std::int32_t> MoodCentroids::of_tracks(const MoodSounds& sounds) const {
  std::vector<std::int32_t> moods(sounds.tracks(), kNoMood);
  for (std::size_t track = 0; track < moods.size(); ++track)
    if (sounds.is_known(track)) moods[track] = nearest(sounds.of(track));
  return moods;
}

Moods::Moods(const playlist::Table& table) {
  const auto id = table["id"].i32();
  ids.assign(id.begin(), id.end());
  const playlist::Strings label = table["label"].texts();
  for (std::size_t mood = 0; mood < ids.size(); ++mood) labels.emplace_back(label[mood]);
  centroids.values.resize(ids.size() * kMoodSoundCount);
  for (std::size_t k = 0; k < kMoodSoundCount; ++k) {
    const auto column = table[kMoodSounds[k]].f32();
    for (std::size_t mood = 0; mood < ids.size(); ++mood)
      centroids.values[mood * kMoodSoundCount + k] = column[mood];
  }
}

}  // namespace shared
