// Listening sessions: runs of listens that nothing longer than a short pause parts, which is
// PlayRule::session_gap_seconds.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/listen_statistics.hpp"
#include "data/owned_table.hpp"

namespace engine {

struct Session {
  /// Unix seconds: where its first listen starts, and where that ends which ends last. A listen of
  /// untold length ends where it starts.
  std::int64_t start = 0, end = 0;
  std::int32_t plays = 0, skips = 0, tracks = 0;  // listens that count as; different tracks
  std::size_t first_listen = 0, listens = 0;      // its rows
};

/// By start; `tracks` is left 0.
std::vector<Session> session_spans(const ListenColumns& listens, std::int64_t gap_seconds);

/// By start. `listens` are those that had ended by then: a session that goes on is told as far as
/// it had come.
std::vector<Session> sessions_of(const ListenColumns& listens, std::int64_t gap_seconds,
                                 std::size_t track_count);

// The tables of these names (declared_tables.cpp).
/// The listens of the latest session, oldest first.
std::unique_ptr<OwnedTable> make_last_session(const ListenColumns& listens,
                                              std::int64_t gap_seconds, std::size_t track_count);
/// Per track, in how many sessions it was heard.
std::unique_ptr<OwnedTable> make_track_sessions(const ListenColumns& listens,
                                                std::int64_t gap_seconds, std::size_t track_count);

}  // namespace engine
