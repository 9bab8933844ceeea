// What somebody heard, day by day: what drift is measured on.
//
// A day here is 24 hours, and the last one ends at now, so that a look at any hour has whole days
// only. Seven of them in a row hold each weekday once. Sessions and what was heard in them belong to
// the day in which the session begins; hours are those that the person's clocks showed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/as_of.hpp"

namespace engine::patterns {

inline constexpr std::int64_t kDaySeconds = 24 * 60 * 60;

struct ListenedSession {
  std::int64_t start = 0;  // Unix seconds
  double minutes = 0;      // from its start to its end; the gaps in it are in it
  std::uint8_t hour = 0;   // 0..23, when it began
  bool is_weekend = false;
};

/// A play of the day; -1: not known.
struct DayPlay {
  std::int32_t artist = -1, kind = -1, decade = -1;
};

struct ListeningDay {
  std::vector<ListenedSession> sessions;  // by start; each with at least one play
  std::vector<DayPlay> plays;             // by start
};

/// What a kind of music is, best first: the cluster of model.clusters, of model.embedding, the
/// strongest genre.
enum class KindSource : std::uint8_t { kNone, kClusters, kSpace, kGenres };

struct TrackKinds {
  KindSource source = KindSource::kNone;
  std::vector<std::int32_t> of_track = {};  // -1: none is known
  std::vector<std::string> names = {};      // by kind
};

/// The `days` days up to tables.now(), the latest last; fewer where the history begins later. Reads
/// the tables "listens", "listen_contexts", "sessions" and "tracks".
std::vector<ListeningDay> listening_days(const AsOf& tables, const TrackKinds& kinds, int days);

}  // namespace engine::patterns
