// Which tracks may be named to somebody outside: none that a person wants forgotten, and none of which
// only a private session tells that it was heard.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/as_of.hpp"
#include "store/store.hpp"

namespace engine {

/// Ids of all that the person had heard by then, in private sessions, too. The tables do not have
/// these.
std::vector<std::int64_t> heard_tracks(const Store& store, std::int64_t user, std::int64_t now);

class TellableTracks {
 public:
  /// `heard` as heard_tracks() has it. `tables` must outlive it.
  TellableTracks(const AsOf& tables, std::span<const std::int64_t> heard);

  [[nodiscard]] bool may_tell(std::int32_t track) const {
    return track >= 0 && static_cast<std::size_t>(track) < is_hidden_.size() &&
           !is_hidden_[static_cast<std::size_t>(track)] && !tables_.is_forgotten(track);
  }

 private:
  const AsOf& tables_;
  std::vector<bool> is_hidden_;
};

}  // namespace engine
