// The moods of one person's tracks: clusters of their sounds, and what they are called.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cluster_count.hpp"
#include "shared/moods.hpp"

namespace model {

struct FoundMoods {
  shared::MoodCentroids centroids;
  ChosenBy by = ChosenBy::kNothing;  // kNothing: there are too few rows
  std::vector<TriedCount> tried;

  /// No count is stable and above chance: moods are then parts of a continuum.
  [[nodiscard]] bool is_continuum() const { return by != ChosenBy::kSilhouette; }
};

inline constexpr std::size_t kFewestOwnSounds = 100;
/// Those of `tracks`, whose sounds are known, that moods are found of: those with sounds of their
/// own, where there are kFewestOwnSounds. Else all: tracks of one artist that go by their mean lie
/// at one place, which then passes for a mood.
std::vector<std::size_t> tracks_of_moods(const shared::MoodSounds& sounds,
                                         std::span<const std::size_t> tracks);

/// How many there are and where, of rows of shared::kMoodSounds (cluster_count.hpp). Where there are
/// no clusters the continuum is cut at the elbow of the inertia.
/// Returns  nothing found where `proceed` said stop
FoundMoods find_moods(const Vectors& sounds, ClusterCountOptions options);

/// "High energy, positive, electronic": energy is low up to 0.4 and high from 0.7 on, valence
/// negative up to 0.4 and positive from 0.6 on, and what has more than 0.5 is acoustic. Where two get
/// the same, the sound in which they differ most tells them apart: "..., more danceable".
std::vector<std::string> mood_labels(const shared::MoodCentroids& centroids);

}  // namespace model
