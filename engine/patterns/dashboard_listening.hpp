// What of a dashboard is read off the listens: one pass over them, and one over their sessions.
#pragma once

#include "patterns/dashboard.hpp"
#include "patterns/dashboard_moods.hpp"

namespace engine::patterns {

/// Sums, periods, the hours of the week, sessions and, where `moods` is there, board.moods.
/// `board.now` and the person are told already.
void tell_listening(const AsOf& tables, const TrackMoods* moods, Dashboard& board);

/// What became of the lists that runs made and of kept playlists.
void tell_lists(const AsOf& tables, const std::vector<DashboardInputs::Kept>& kept,
                Dashboard& board);

}  // namespace engine::patterns
