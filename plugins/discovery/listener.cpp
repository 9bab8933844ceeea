#include "listener.hpp"

#include <algorithm>
#include <utility>

namespace discovery {
namespace {

// A list asks about one person; a few, where several runs take turns in one process.
constexpr std::size_t kMostKept = 4;

struct Kept {
  ListenerKey key;
  std::shared_ptr<const Listener> listener;
};

/// The last ones asked for, the latest first.
class KeptListeners {
 public:
  std::shared_ptr<const Listener> find(const ListenerKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.key == key; });
    if (found == kept_.end()) return nullptr;
    std::rotate(kept_.begin(), found, found + 1);
    return kept_.front().listener;
  }
  void keep(ListenerKey key, std::shared_ptr<const Listener> listener) {
    const std::lock_guard lock(mutex_);
    if (kept_.size() == kMostKept) kept_.pop_back();
    kept_.insert(kept_.begin(), {std::move(key), std::move(listener)});
  }

 private:
  std::mutex mutex_;
  std::vector<Kept> kept_;
};

}  // namespace

const shared::PeopleSharing& Listener::people(const shared::CoListening& all) const {
  std::call_once(has_people_,
                 [&] { signals_.people = shared::people_sharing(all, profile_, self_); });
  return signals_.people;
}

const shared::Signal& Listener::audiences(const shared::CoListening& all) const {
  std::call_once(has_audiences_,
                 [&] { signals_.audiences = shared::artist_audiences(all, people(all)); });
  return signals_.audiences;
}

const shared::TrackSignal& Listener::session_tracks(const shared::CoListening& all) const {
  std::call_once(has_tracks_, [&] { signals_.tracks = shared::session_tracks(all, profile_); });
  return signals_.tracks;
}

const shared::DiscoverySignals& Listener::signals(const shared::CoListening& all) const {
  static_cast<void>(audiences(all));
  static_cast<void>(session_tracks(all));
  std::call_once(has_sessions_,
                 [&] { signals_.sessions = shared::session_artists(all, profile_); });
  return signals_;
}

std::shared_ptr<const Listener> listener_of(
    ListenerKey key, const std::function<std::shared_ptr<const Listener>()>& make) {
  static KeptListeners kept;
  if (key.model.empty()) return make();
  if (auto found = kept.find(key)) return found;
  auto made = make();
  kept.keep(std::move(key), made);
  return made;
}

}  // namespace discovery
