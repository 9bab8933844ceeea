#include "players/acquaintance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace engine::players {
namespace {

constexpr std::size_t kNobody = SIZE_MAX;
constexpr double kDrawnBy = 4;  // plays

}  // namespace

std::size_t Acquaintance::row(std::int32_t artist) const {
  const auto at = static_cast<std::size_t>(artist);
  return at < rows_.size() ? rows_[at] : kNobody;
}

double Acquaintance::gladness(std::int32_t artist) const {
  const std::size_t at = row(artist);
  return at == kNobody ? 0 : gladness_[at];
}

double Acquaintance::together(std::int32_t one, std::int32_t other) const {
  const std::size_t a = row(one), b = row(other);
  if (a == kNobody || b == kNobody || plays_[a] == 0 || plays_[b] == 0) return 0;
  return std::min(1.0, pairs_[a * plays_.size() + b] / std::sqrt(plays_[a] * plays_[b]));
}

void ListeningMemory::add(std::int32_t artist, bool is_heard_through, bool begins_session) {
  heard_.push_back({artist, is_heard_through, begins_session});
}

Acquaintance ListeningMemory::of(std::span<const std::int32_t> artists) const {
  Acquaintance known;
  std::size_t rows = 0;
  for (const std::int32_t artist : artists) {
    const auto number = static_cast<std::size_t>(artist);
    if (number >= known.rows_.size()) known.rows_.resize(number + 1, kNobody);
    if (number != 0 && known.rows_[number] == kNobody) known.rows_[number] = rows++;
  }
  known.plays_.assign(rows, 0);
  known.pairs_.assign(rows * rows, 0);
  std::vector<double> through(rows, 0);
  double all_through = 0;
  std::array<std::size_t, 5> before{};  // their rows, the latest first
  before.fill(kNobody);
  for (const Heard& heard : heard_) {
    if (heard.begins_session) before.fill(kNobody);
    all_through += heard.is_heard_through;
    const std::size_t at = known.row(heard.artist);
    if (at != kNobody) {
      ++known.plays_[at];
      through[at] += heard.is_heard_through;
      for (std::size_t k = 0; k < before.size(); ++k) {
        const std::size_t other = before[k];
        const auto here = before.begin() + static_cast<std::ptrdiff_t>(k);
        if (other == kNobody || other == at || std::find(before.begin(), here, other) != here)
          continue;
        known.pairs_[at * rows + other] += 0.5;
        known.pairs_[other * rows + at] += 0.5;
      }
    }
    std::copy_backward(before.begin(), before.end() - 1, before.end());
    before[0] = at;
  }
  const double usual = (all_through + 3) / (static_cast<double>(heard_.size()) + 4);
  for (std::size_t at = 0; at < rows; ++at)
    known.gladness_.push_back((through[at] + kDrawnBy * usual) / (known.plays_[at] + kDrawnBy) -
                              usual);
  return known;
}

}  // namespace engine::players
