// Which tracks were heard together.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>

#include "kernels/interactions.hpp"

namespace model {

struct HeardTogether {
  SparseMatrix rows;            // sessions or people x rows, each with two at least; values 1
  const char* by = "sessions";  // or "users", where nobody played two of the tracks in a session
};

/// What everybody played, a session being listens without a pause of half an hour between their
/// starts (shared/co_listening.hpp). `row_of_track`: -1 for tracks that are not asked for.
HeardTogether heard_together(playlist::ModelCall& call, std::span<const std::int32_t> row_of_track,
                             std::int32_t rows);

}  // namespace model
