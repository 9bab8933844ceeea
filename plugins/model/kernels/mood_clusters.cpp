#include "mood_clusters.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace model {
namespace {

enum Sound : std::size_t {
  kValence,
  kEnergy,
  kDanceability,
  kAcousticness,
  kInstrumentalness,
  kTempo
};

struct Ends {
  const char *low, *high;
};
constexpr std::array<Ends, shared::kMoodSoundCount> kEnds = {{{"darker", "brighter"},
                                                              {"calmer", "wilder"},
                                                              {"less danceable", "more danceable"},
                                                              {"less acoustic", "more acoustic"},
                                                              {"sung", "instrumental"},
                                                              {"slower", "faster"}}};

std::string plain_label(std::span<const float> sounds) {
  const float energy = sounds[kEnergy], valence = sounds[kValence];
  std::string label = energy > 0.7F ? "High" : energy > 0.4F ? "Medium" : "Low";
  label += " energy, ";
  label += valence >= 0.6F ? "positive" : valence > 0.4F ? "neutral" : "negative";
  label += sounds[kAcousticness] > 0.5F ? ", acoustic" : ", electronic";
  return label;
}

/// Tells moods of one label apart: parts them where they lie farthest apart in the sound of the
/// widest spread, says so of both parts, and goes on within each.
class Parting {
 public:
  Parting(const shared::MoodCentroids& centroids, std::vector<std::string>& labels)
      : centroids_(centroids), labels_(labels) {}

  /// Of each sound whether the labels tell of it already.
  using Told = std::array<bool, shared::kMoodSoundCount>;

  void part(std::vector<std::size_t> moods, Told told) {
    if (moods.size() < 2) return;
    const std::size_t sound = widest(moods, told);
    if (sound == told.size()) return number(moods);
    std::ranges::stable_sort(moods, {}, [&](std::size_t mood) { return at(mood, sound); });
    std::size_t cut = 1;
    for (std::size_t k = 2; k < moods.size(); ++k)
      if (gap(moods, k, sound) > gap(moods, cut, sound)) cut = k;
    const auto middle = moods.begin() + static_cast<std::ptrdiff_t>(cut);
    const std::vector<std::size_t> low(moods.begin(), middle), high(middle, moods.end());
    for (const std::size_t mood : low) labels_[mood] += std::string(", ") + kEnds[sound].low;
    for (const std::size_t mood : high) labels_[mood] += std::string(", ") + kEnds[sound].high;
    told[sound] = true;
    part(low, told);
    part(high, told);
  }

 private:
  [[nodiscard]] float at(std::size_t mood, std::size_t sound) const {
    return centroids_.row(mood)[sound];
  }
  [[nodiscard]] float gap(const std::vector<std::size_t>& moods, std::size_t k,
                          std::size_t sound) const {
    return at(moods[k], sound) - at(moods[k - 1], sound);
  }
  /// None: they do not differ in what is not told yet.
  [[nodiscard]] std::size_t widest(const std::vector<std::size_t>& moods, const Told& told) const {
    std::size_t best = told.size();
    float most = 0;
    for (std::size_t sound = 0; sound < told.size(); ++sound) {
      const auto [low, high] =
          std::ranges::minmax(moods, {}, [&](std::size_t mood) { return at(mood, sound); });
      if (told[sound] || at(high, sound) - at(low, sound) <= most) continue;
      most = at(high, sound) - at(low, sound);
      best = sound;
    }
    return best;
  }
  /// Nothing tells them apart.
  void number(const std::vector<std::size_t>& moods) {
    for (std::size_t k = 0; k < moods.size(); ++k) labels_[moods[k]] += " " + std::to_string(k + 1);
  }

  const shared::MoodCentroids& centroids_;
  std::vector<std::string>& labels_;
};

}  // namespace

std::vector<std::size_t> tracks_of_moods(const shared::MoodSounds& sounds,
                                         std::span<const std::size_t> tracks) {
  std::vector<std::size_t> own;
  for (const std::size_t track : tracks)
    if (sounds.is_own[track] == 1) own.push_back(track);
  return own.size() >= kFewestOwnSounds ? own : std::vector(tracks.begin(), tracks.end());
}

FoundMoods find_moods(const Vectors& sounds, ClusterCountOptions options) {
  options.cuts_continuum = true;
  ClusterCount chosen = choose_cluster_count(sounds, options);
  FoundMoods found;
  found.centroids.values = std::move(chosen.clusters.centres.values);
  found.by = chosen.by;
  found.tried = std::move(chosen.tried);
  return found;
}

std::vector<std::string> mood_labels(const shared::MoodCentroids& centroids) {
  std::vector<std::string> labels;
  std::map<std::string, std::vector<std::size_t>> same;
  for (std::size_t mood = 0; mood < centroids.count(); ++mood) {
    labels.push_back(plain_label(centroids.row(mood)));
    same[labels.back()].push_back(mood);
  }
  for (const auto& [label, moods] : same) Parting(centroids, labels).part(moods, {});
  return labels;
}

}  // namespace model
