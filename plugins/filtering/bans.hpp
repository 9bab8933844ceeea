// Dropping what a listener banned.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "same.hpp"

inline constexpr playlist::Choices kGuests{"drop", "keep"};

/// The listener's lasting bans, of tracks and of artists.
class Bans {
 public:
  /// `guests`: "drop" drops tracks, too, on which a banned artist is a guest of another.
  Bans(playlist::FilteringCall& call, const Same& same, std::string_view guests);

  /// Drops the row, with its reason, where its track is banned.
  void drop(playlist::FilteringCall& call, std::size_t row) const;

 private:
  struct Ban {
    std::int32_t artist = playlist::kMissingI32;  // missing: the track itself
  };

  const Same& same_;
  std::span<const std::int32_t> track_;
  playlist::Strings names_;
  BySame<Ban> tracks_, songs_;
};
