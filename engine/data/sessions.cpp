#include "data/sessions.hpp"

#include <algorithm>

#include "data/listen_scan.hpp"

namespace engine {

std::vector<Session> session_spans(const ListenColumns& listens, std::int64_t gap_seconds) {
  std::vector<Session> sessions;
  for (std::size_t k = 0; k < listens.count; ++k) {
    const std::int64_t start = listens.ts[k];
    if (sessions.empty() || start - sessions.back().end >= gap_seconds)
      sessions.push_back({.start = start, .end = start, .first_listen = k});
    Session& session = sessions.back();
    session.end = std::max(session.end, end_of_listen(start, listens.ms_played[k]));
    session.plays += listens.is_play[k] == 1;
    session.skips += listens.is_skip[k] == 1;
    ++session.listens;
  }
  return sessions;
}

std::vector<Session> sessions_of(const ListenColumns& listens, std::int64_t gap_seconds,
                                 std::size_t track_count) {
  std::vector<Session> sessions = session_spans(listens, gap_seconds);
  std::vector<std::size_t> heard_in(track_count, 0);  // 1-based: the latest session of each track
  for (std::size_t number = 1; number <= sessions.size(); ++number) {
    Session& session = sessions[number - 1];
    for (std::size_t k = session.first_listen; k < session.first_listen + session.listens; ++k) {
      std::size_t& latest = heard_in[static_cast<std::size_t>(listens.track[k])];
      session.tracks += latest != number;
      latest = number;
    }
  }
  return sessions;
}

std::unique_ptr<OwnedTable> make_last_session(const ListenColumns& listens,
                                              std::int64_t gap_seconds, std::size_t track_count) {
  const std::vector<Session> sessions = sessions_of(listens, gap_seconds, track_count);
  const Session last = sessions.empty() ? Session{} : sessions.back();
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(last.listens));
  std::copy_n(listens.track + last.first_listen, last.listens, made->i32("track"));
  std::copy_n(listens.ts + last.first_listen, last.listens, made->i64("ts"));
  return made;
}

std::unique_ptr<OwnedTable> make_track_sessions(const ListenColumns& listens,
                                                std::int64_t gap_seconds, std::size_t track_count) {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(track_count));
  std::int32_t* heard_in = made->i32("sessions");
  std::fill_n(heard_in, track_count, 0);
  std::vector<std::size_t> latest(track_count, 0);  // 1-based
  std::size_t number = 0;
  for (const Session& session : sessions_of(listens, gap_seconds, track_count)) {
    ++number;
    for (std::size_t k = session.first_listen; k < session.first_listen + session.listens; ++k) {
      const auto track = static_cast<std::size_t>(listens.track[k]);
      heard_in[track] += latest[track] != number;
      latest[track] = number;
    }
  }
  return made;
}

}  // namespace engine
