#include "plan/keeping.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace engine {
namespace {

/// Who may come beside those that stay.
class Room {
 public:
  explicit Room(std::size_t per_artist) : per_artist_(per_artist) {}

  template <class Track>
  void take(const Track& track) {
    if (track.song >= 0) songs_.insert(track.song);
    if (track.artist >= 0) ++artists_[track.artist];
  }
  [[nodiscard]] bool has_for(const Newcomer& track) const {
    if (songs_.contains(track.song)) return false;
    const auto artist = artists_.find(track.artist);
    return per_artist_ == 0 || artist == artists_.end() || artist->second < per_artist_;
  }

 private:
  std::size_t per_artist_;
  std::unordered_set<std::int32_t> songs_;
  std::unordered_map<std::int32_t, std::size_t> artists_;
};

class Keeping {
 public:
  Keeping(const std::vector<Member>& list, const std::vector<Newcomer>& wanted,
          const KeepRules& rules)
      : list_(list), wanted_(wanted), rules_(rules), leaves_(list.size()) {
    for (const Newcomer& track : wanted) is_wanted_.insert(track.track);
    std::unordered_set<std::int32_t> members;
    for (const Member& member : list) members.insert(member.track);
    for (const Newcomer& track : wanted)
      if (!members.contains(track.track)) outside_.push_back(&track);
  }

  KeptOrder order() {
    const std::size_t forced = force();
    KeptOrder kept;
    kept.allowed = share_of(rules_.changed_at_most, list_.size());
    const std::size_t longer = std::max(list_.size(), wanted_.size());
    const std::size_t may_come = std::max(share_of(rules_.changed_at_most, longer), forced);
    const std::size_t may_leave = kept.allowed - std::min(kept.allowed, forced);
    choose(list_.size() - forced, may_leave, may_come);
    arrange(kept);
    return kept;
  }

 private:
  std::size_t force() {
    std::size_t forced = 0;
    for (std::size_t k = 0; k < list_.size(); ++k) {
      leaves_[k] = list_[k].must_leave;
      if (leaves_[k]) ++forced;
    }
    return forced;
  }

  [[nodiscard]] bool may_go(const Member& member) const {
    return !member.must_leave && !member.is_pinned && !is_wanted_.contains(member.track);
  }

  /// Places in the list, the least wanted first.
  [[nodiscard]] std::vector<std::size_t> unwanted() const {
    std::vector<std::size_t> places;
    for (std::size_t k = 0; k < list_.size(); ++k)
      if (may_go(list_[k])) places.push_back(k);
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return list_[a].wanted < list_[b].wanted;
    });
    return places;
  }

  /// Of `staying` tracks and those outside, a list as long as the wanted one, as near as may be.
  void choose(std::size_t staying, std::size_t may_leave, std::size_t may_come) {
    const std::vector<std::size_t> unwanted = this->unwanted();
    may_leave = std::min(may_leave, unwanted.size());
    const std::size_t length = wanted_.size();
    std::size_t coming = std::min(may_come, outside_.size());
    // No more than the list is short of once all have left who may.
    const std::size_t room = length + may_leave > staying ? length + may_leave - staying : 0;
    coming = std::min(coming, room);
    // Who comes hangs on who stays, and who stays on how many come.
    for (;;) {
      const std::size_t leaving =
          std::min(may_leave, staying + coming > length ? staying + coming - length : 0);
      for (std::size_t k = 0; k < unwanted.size(); ++k) leaves_[unwanted[k]] = k < leaving;
      const std::vector<const Newcomer*> found = newcomers(coming);
      if (found.size() == coming || coming == 0) {
        came_ = found;
        return;
      }
      coming = found.size();
    }
  }

  /// The first that fit beside those that stay, at most `count`.
  [[nodiscard]] std::vector<const Newcomer*> newcomers(std::size_t count) const {
    Room room(rules_.per_artist);
    for (std::size_t k = 0; k < list_.size(); ++k)
      if (!leaves_[k]) room.take(list_[k]);
    std::vector<const Newcomer*> found;
    for (const Newcomer* track : outside_) {
      if (found.size() == count) break;
      if (!room.has_for(*track)) continue;
      room.take(*track);
      found.push_back(track);
    }
    return found;
  }

  void arrange(KeptOrder& kept) const {
    auto next = came_.begin();
    const auto take_next = [&] {
      kept.tracks.push_back((*next)->track);
      kept.came.push_back((*next)->track);
      ++next;
    };
    for (std::size_t k = 0; k < list_.size(); ++k) {
      const std::int32_t track = list_[k].track;
      if (leaves_[k]) {
        kept.left.push_back(track);
        if (next != came_.end()) take_next();
        continue;
      }
      kept.tracks.push_back(track);
      if (!is_wanted_.contains(track)) kept.retained.push_back(track);
    }
    while (next != came_.end()) take_next();
    const std::unordered_set<std::int32_t> came(kept.came.begin(), kept.came.end());
    for (const Newcomer* track : outside_)
      if (!came.contains(track->track)) kept.waiting.push_back(track->track);
  }

  const std::vector<Member>& list_;
  const std::vector<Newcomer>& wanted_;
  const KeepRules& rules_;
  std::unordered_set<std::int32_t> is_wanted_;
  std::vector<const Newcomer*> outside_;  // wanted, and not in the list
  std::vector<bool> leaves_;              // by place in the list
  std::vector<const Newcomer*> came_;
};

}  // namespace

std::size_t share_of(double share, std::size_t size) {
  return static_cast<std::size_t>(std::floor(share * static_cast<double>(size) + 1e-9));
}

KeptOrder keep_order(const std::vector<Member>& list, const std::vector<Newcomer>& wanted,
                     const KeepRules& rules) {
  return Keeping(list, wanted, rules).order();
}

}  // namespace engine
