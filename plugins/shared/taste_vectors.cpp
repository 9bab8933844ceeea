#include "taste_vectors.hpp"

#include <algorithm>
#include <cmath>

namespace shared {
namespace {

std::span<const float> embedding_of(const playlist::Call& call, const TasteSpace& space) {
  if (space.dim() == 0) return {};
  try {
    const playlist::Matrix found = call.embedding(space.name.c_str());
    if (found.columns() == space.center.size())
      return {found.data(), found.rows() * found.columns()};
  } catch (const playlist::NoData&) {
  }
  return {};
}

}  // namespace

TastePlaces::TastePlaces(const TasteSpace& space, std::span<const float> vectors)
    : dim_(space.dim()),
      inputs_(space.center.size()),
      padded_((dim_ + kTogether - 1) / kTogether * kTogether),
      center_(space.center),
      vectors_(vectors),
      components_(padded_ * inputs_) {
  for (std::size_t k = 0; k < dim_; ++k)
    for (std::size_t i = 0; i < inputs_; ++i)
      components_[(k / kTogether * inputs_ + i) * kTogether + k % kTogether] =
          space.components[k * inputs_ + i];
}

TastePlaces::TastePlaces(const playlist::Call& call, const TasteSpace& space)
    : TastePlaces(space, embedding_of(call, space)) {}

/// nullptr: it has none.
const float* TastePlaces::vector_of(std::size_t track) const {
  const std::size_t at = track * inputs_;
  if (dim_ == 0 || at + inputs_ > vectors_.size() || std::isnan(vectors_[at])) return nullptr;
  return vectors_.data() + at;
}

void TastePlaces::project(const double* from_center, double* places) const {
  const double* component = components_.data();
  for (std::size_t k = 0; k < padded_; k += kTogether) {
    double sums[kTogether] = {};
    for (std::size_t i = 0; i < inputs_; ++i, component += kTogether)
      for (std::size_t one = 0; one < kTogether; ++one)
        sums[one] += component[one] * from_center[i];
    std::copy_n(sums, kTogether, places + k);
  }
}

void TastePlaces::of(std::int32_t track, std::span<float> out) const {
  const float* const vector = vector_of(static_cast<std::size_t>(track));
  if (vector == nullptr) {
    std::fill_n(out.begin(), dim_, playlist::kMissingF32);
    return;
  }
  thread_local std::vector<double> from_center, places;
  from_center.resize(inputs_);
  places.resize(padded_);
  for (std::size_t i = 0; i < inputs_; ++i) from_center[i] = double{vector[i]} - center_[i];
  project(from_center.data(), places.data());
  for (std::size_t k = 0; k < dim_; ++k) out[k] = static_cast<float>(places[k]);
}

std::vector<double> TastePlaces::sum(std::span<const std::int32_t> times) const {
  std::vector<double> from_center(inputs_), places(padded_);
  for (std::size_t track = 0; track < times.size(); ++track) {
    const float* const vector = times[track] > 0 ? vector_of(track) : nullptr;
    if (vector == nullptr) continue;
    for (std::size_t i = 0; i < inputs_; ++i)
      from_center[i] += times[track] * (double{vector[i]} - center_[i]);
  }
  project(from_center.data(), places.data());
  places.resize(dim_);
  return places;
}

TrackVectors taste_vectors(const playlist::Call& call, const TasteSpace& space,
                           std::span<const std::int32_t> tracks) {
  TrackVectors made;
  made.dim = space.dim();
  if (made.dim == 0) return made;
  const std::size_t count = call.table("tracks").rows();
  const TastePlaces places(call, space);
  made.values.assign(count * made.dim, playlist::kMissingF32);
  std::vector<bool> is_done(count);
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    if (k % 65'536 == 0) call.checkpoint();
    const auto at = static_cast<std::size_t>(tracks[k]);
    if (!is_done[at]) places.of(tracks[k], std::span(made.values).subspan(at * made.dim, made.dim));
    is_done[at] = true;
  }
  return made;
}

}  // namespace shared
