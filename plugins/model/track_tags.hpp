// Which tags a track goes by, for models that compare tracks.
#pragma once

#include "playlist/plugin.hpp"

#include "kernels/interactions.hpp"

namespace model {

/// Tracks x tags: a track's own, all alike; else its artist's, weighed by the artist's strongest.
SparseMatrix tags_of_tracks(playlist::ModelCall& call);

}  // namespace model
