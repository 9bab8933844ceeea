// Vector-multiplication session kNN (VSKNN).
//
// What is asked with is the user's last 500 plays, as if they were one session that goes on: what
// is played in the next weeks is not decided by the last evening. They are a vector over their
// different tracks by their last play, place / length, so that the latest weighs 1. A session is as
// near as the weights of the tracks it shares, summed, over the root of how many tracks it has,
// later ones first among equals; each of the 100 nearest gives its tracks its nearness times the
// weight of the latest track it shares. Sessions that hold nothing eligible cannot help and do not
// count.
#include <algorithm>
#include <cmath>
#include <utility>

#include "data/tables.hpp"
#include "evaluate/baselines.hpp"
#include "evaluate/scored_tracks.hpp"

namespace engine::evaluate {
namespace {

constexpr std::size_t kPlays = 500, kNeighbours = 100;

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

/// The different tracks of the user's last plays, by their last play.
std::vector<std::int32_t> last_played(const BaselineInput& input) {
  const playlist_table& listens = *input.tables.table("listens");
  const auto track = column_of<std::int32_t>(listens, "track");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  std::vector<std::int32_t> tracks;
  std::vector<bool> is_there(input.is_eligible.size());
  std::size_t plays = 0;
  for (std::size_t k = track.size(); k-- > 0 && plays < kPlays;) {
    if (is_play[k] != 1) continue;
    ++plays;
    if (!is_there[static_cast<std::size_t>(track[k])]) tracks.push_back(track[k]);
    is_there[static_cast<std::size_t>(track[k])] = true;
  }
  std::reverse(tracks.begin(), tracks.end());
  return tracks;
}

std::vector<Neighbour> neighbours(const BaselineInput& input) {
  const std::vector<std::int32_t> tracks = last_played(input);
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
    return neighbour.nearness == 0 || !holds_eligible(input, neighbour.session);
  });
  for (Neighbour& neighbour : sessions) {
    const auto session = static_cast<std::size_t>(neighbour.session);
    neighbour.nearness /= std::sqrt(static_cast<double>(input.audience.sessions()[session].size()));
  }
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
  std::vector<double> scores(input.is_eligible.size());
  for (const Neighbour& neighbour : neighbours(input))
    for (const std::int32_t track :
         input.audience.sessions()[static_cast<std::size_t>(neighbour.session)])
      scores[static_cast<std::size_t>(track)] += neighbour.nearness * neighbour.latest;
  std::vector<ScoredTrack> found;
  for (std::size_t track = 0; track < scores.size(); ++track)
    if (scores[track] > 0 && input.is_eligible[track])
      found.push_back({scores[track], static_cast<std::int32_t>(track)});
  return best_of(std::move(found), input.length,
                 column_of<std::int64_t>(*input.tables.table("tracks"), "id"));
}

}  // namespace engine::evaluate
