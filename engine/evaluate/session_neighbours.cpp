// Vector-multiplication session kNN (VSKNN).
//
// The user's last session is a vector over the tracks played in it: place / length, so that the
// latest weighs 1. A session is as near as the weights of the tracks it shares, summed, later ones
// first among equals; each of the nearest gives its tracks its nearness times the weight of the
// latest track it shares. Sessions that hold nothing eligible cannot help and do not count.
#include <algorithm>
#include <utility>

#include "data/tables.hpp"
#include "evaluate/baselines.hpp"
#include "evaluate/scored_tracks.hpp"

namespace engine::evaluate {
namespace {

constexpr std::size_t kNeighbours = 500;

struct Neighbour {
  double nearness = 0, latest = 0;  // latest: the weight of the latest track it shares
  std::int32_t session = 0;
};

bool holds_eligible(const BaselineInput& input, std::int32_t session) {
  const auto tracks = input.audience.sessions()[static_cast<std::size_t>(session)];
  return std::any_of(tracks.begin(), tracks.end(), [&](std::int32_t track) {
    return input.is_eligible[static_cast<std::size_t>(track)];
  });
}

std::vector<Neighbour> neighbours(const BaselineInput& input, std::int32_t last) {
  const auto tracks = input.audience.sessions()[static_cast<std::size_t>(last)];
  std::vector<Neighbour> sessions(input.audience.sessions().count());
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    const double weight = static_cast<double>(k + 1) / static_cast<double>(tracks.size());
    for (const std::int32_t session : input.audience.sessions_with(tracks[k])) {
      Neighbour& neighbour = sessions[static_cast<std::size_t>(session)];
      neighbour.nearness += weight;
      neighbour.latest = weight;  // weights ascend
      neighbour.session = session;
    }
  }
  std::erase_if(sessions, [&](const Neighbour& neighbour) {
    return neighbour.nearness == 0 || neighbour.session == last ||
           !holds_eligible(input, neighbour.session);
  });
  const auto count = static_cast<std::ptrdiff_t>(std::min(kNeighbours, sessions.size()));
  std::partial_sort(sessions.begin(), sessions.begin() + count, sessions.end(),
                    [&](const Neighbour& a, const Neighbour& b) {
                      if (a.nearness != b.nearness) return a.nearness > b.nearness;
                      const std::int64_t start_a = input.audience.session_start(a.session),
                                         start_b = input.audience.session_start(b.session);
                      return start_a != start_b ? start_a > start_b : a.session < b.session;
                    });
  sessions.resize(static_cast<std::size_t>(count));
  return sessions;
}

}  // namespace

std::vector<std::int32_t> session_neighbours(const BaselineInput& input) {
  const std::int32_t last = input.audience.last_session(input.tables.user_id());
  if (last < 0) return {};
  std::vector<double> scores(input.is_eligible.size());
  for (const Neighbour& neighbour : neighbours(input, last))
    for (const std::int32_t track :
         input.audience.sessions()[static_cast<std::size_t>(neighbour.session)])
      scores[static_cast<std::size_t>(track)] += neighbour.nearness * neighbour.latest;
  std::vector<ScoredTrack> found;
  for (std::size_t track = 0; track < scores.size(); ++track)
    if (scores[track] > 0 && input.is_eligible[track])
      found.push_back({scores[track], static_cast<std::int32_t>(track)});
  return best_of(std::move(found), input.length);
}

}  // namespace engine::evaluate
