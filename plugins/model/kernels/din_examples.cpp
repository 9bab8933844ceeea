#include "din_examples.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

namespace model {
namespace {

constexpr int kTriesPerDraw = 10;
/// Somebody who plays one track all day still has a history.
constexpr int kListensPerTrack = 20;

}  // namespace

std::vector<DinTarget> din_targets(const DinListens& listens, int min_history) {
  std::vector<DinTarget> targets;
  std::vector<std::int32_t> met(static_cast<std::size_t>(listens.tracks), -1),
      played(static_cast<std::size_t>(listens.tracks), -1);
  for (std::int32_t user = 0; user < listens.user_count(); ++user) {
    const auto begin = listens.users[static_cast<std::size_t>(user)],
               end = listens.users[static_cast<std::size_t>(user) + 1];
    int different = 0, earlier = 0;  // played before this listen; before this second
    for (std::int64_t k = begin; k < end; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const auto track = static_cast<std::size_t>(listens.track[at]);
      if (k == begin || listens.ts[at] != listens.ts[at - 1]) earlier = different;
      const std::uint8_t heard = listens.heard[at];
      if (met[track] != user && heard != DinListens::kNeither && earlier >= min_history)
        targets.push_back({user, k, heard == DinListens::kPlayed});
      met[track] = user;
      if (heard != DinListens::kPlayed || played[track] == user) continue;
      played[track] = user;
      ++different;
    }
  }
  return targets;
}

void din_history(const DinListens& listens, const DinTarget& target, int count,
                 std::vector<std::int32_t>& history) {
  history.clear();
  const std::int64_t begin = listens.users[static_cast<std::size_t>(target.user)];
  const std::int64_t now = listens.ts[static_cast<std::size_t>(target.listen)];
  const std::int64_t last = std::max(begin, target.listen - count * kListensPerTrack);
  for (std::int64_t k = target.listen - 1;
       k >= last && history.size() < static_cast<std::size_t>(count); --k) {
    const auto at = static_cast<std::size_t>(k);
    if (listens.heard[at] != DinListens::kPlayed || listens.ts[at] >= now) continue;
    if (std::find(history.begin(), history.end(), listens.track[at]) == history.end())
      history.push_back(listens.track[at]);
  }
}

DinNegatives::DinNegatives(const DinListens& listens, double exponent, std::int64_t until)
    : user_counts_(static_cast<std::size_t>(listens.tracks)) {
  std::vector<std::int32_t> counted(user_counts_.size(), -1);
  for (std::int32_t user = 0; user < listens.user_count(); ++user) {
    const auto begin = static_cast<std::ptrdiff_t>(listens.users[static_cast<std::size_t>(user)]),
               end = static_cast<std::ptrdiff_t>(listens.users[static_cast<std::size_t>(user) + 1]);
    const auto first = static_cast<std::ptrdiff_t>(known_.size());
    known_.insert(known_.end(), listens.track.begin() + begin, listens.track.begin() + end);
    std::sort(known_.begin() + first, known_.end());
    known_.erase(std::unique(known_.begin() + first, known_.end()), known_.end());
    offsets_.push_back(static_cast<std::int64_t>(known_.size()));
    for (std::ptrdiff_t k = begin; k < end; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const auto track = static_cast<std::size_t>(listens.track[at]);
      if (listens.ts[at] >= until || counted[track] == user) continue;
      counted[track] = user;
      ++user_counts_[track];
    }
  }
  double sum = 0;
  for (const std::int32_t users : user_counts_)
    sums_.push_back(sum += users > 0 ? std::pow(users, exponent) : 0);
}

bool DinNegatives::is_known(std::int32_t user, std::int32_t track) const {
  const auto at = static_cast<std::size_t>(user);
  return std::binary_search(known_.begin() + offsets_[at], known_.begin() + offsets_[at + 1],
                            track);
}

void DinNegatives::draw(std::int32_t user, int count, std::uint64_t stream,
                        std::vector<std::int32_t>& tracks) const {
  playlist::Random random(stream);
  const auto first = static_cast<std::ptrdiff_t>(tracks.size());
  for (int tries = count * kTriesPerDraw; tries > 0 && count > 0; --tries) {
    const std::size_t drawn = random.draw(sums_);
    if (drawn == sums_.size()) return;
    const auto track = static_cast<std::int32_t>(drawn);
    if (is_known(user, track) ||
        std::find(tracks.begin() + first, tracks.end(), track) != tracks.end())
      continue;
    tracks.push_back(track);
    --count;
  }
}

}  // namespace model
