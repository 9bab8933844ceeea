// ranking.sessions: how much each track was heard together with what the user played last, 0..1.
//
// Vector-multiplication session kNN (VSKNN; Ludewig, Jannach: Evaluation of session-based
// recommendation algorithms, 2018) over the user's own listening sessions. The different tracks of
// the last `plays` plays, by their last play, weigh place / their number, so that the latest weighs
// 1. A session is as near as the weights of the tracks that it shares with them, summed, over the
// root of how many tracks it has; the `neighbours` nearest count, later ones first among equals,
// without those that hold none of the tracks that are ranked.
//
//   score(t) = sum over the neighbours s with t of nearness(s) * the weight of the latest shared
//   session_fit(t) = score(t) / the best of these tracks' scores
//
// 0 for a track in none of them, and for all where nothing was played.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "elements.hpp"

namespace {

/// The user's sessions: the different tracks played in each, sessions by their start.
class Sessions {
 public:
  explicit Sessions(const playlist::Call& call) : sessions_of_(call.table("tracks").rows()) {
    const playlist::Table listens = call.table("listens");
    const auto track = listens["track"].i32();
    const auto is_play = listens["is_play"].u8();
    const auto session = call.table("listen_contexts")["session"].i32();
    for (std::size_t row = 0; row < track.size(); ++row) {
      if (row % 65'536 == 0) call.checkpoint();
      if (is_play[row] != 1) continue;
      const auto number = static_cast<std::size_t>(session[row]);
      if (number >= tracks_.size()) tracks_.resize(number + 1);
      std::vector<std::int32_t>& of_track = sessions_of_[static_cast<std::size_t>(track[row])];
      if (!of_track.empty() && of_track.back() == session[row]) continue;
      of_track.push_back(session[row]);
      tracks_[number].push_back(track[row]);
    }
  }

  [[nodiscard]] std::size_t count() const { return tracks_.size(); }
  [[nodiscard]] const std::vector<std::int32_t>& tracks_of(std::size_t session) const {
    return tracks_[session];
  }
  [[nodiscard]] const std::vector<std::int32_t>& with(std::int32_t track) const {
    return sessions_of_[static_cast<std::size_t>(track)];
  }

 private:
  std::vector<std::vector<std::int32_t>> tracks_, sessions_of_;
};

struct Neighbour {
  double nearness = 0, latest = 0;  // latest: the weight of the latest track it shares
  std::size_t session = 0;
};

class SessionFit final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"plays", 1000, 1, 100'000, "plays that sessions are near to, the latest"},
      {"neighbours", 300, 1, 100'000, "sessions that count, the nearest"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"session_fit", PLAYLIST_F32, "heard in sessions with what was played last, 0..1"}};

  explicit SessionFit(const playlist::Args& args)
      : plays_(args.count("plays")), neighbours_(args.count("neighbours")) {}

  void rank(playlist::RankingCall& call) const {
    const auto track = call.track();
    const auto fit = call.out_f32(0);
    const Sessions sessions(call);
    std::vector<bool> is_ranked(call.table("tracks").rows());
    for (std::size_t row = 0; row < call.rows(); ++row)
      is_ranked[static_cast<std::size_t>(track[row])] = true;
    std::vector<double> scores(is_ranked.size());
    for (const Neighbour& neighbour : nearest(sessions, last_played(call), is_ranked))
      for (const std::int32_t other : sessions.tracks_of(neighbour.session))
        scores[static_cast<std::size_t>(other)] += neighbour.nearness * neighbour.latest;
    double best = 0;
    for (std::size_t row = 0; row < call.rows(); ++row)
      best = std::max(best, scores[static_cast<std::size_t>(track[row])]);
    for (std::size_t row = 0; row < call.rows(); ++row)
      fit[row] =
          best > 0 ? static_cast<float>(scores[static_cast<std::size_t>(track[row])] / best) : 0;
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    return call.out_f32(0)[row] > 0 ? "you heard it together with what you played last" : "";
  }

 private:
  /// The different tracks of the user's last plays, by their last play.
  [[nodiscard]] std::vector<std::int32_t> last_played(const playlist::Call& call) const {
    const playlist::Table listens = call.table("listens");
    const auto track = listens["track"].i32();
    const auto is_play = listens["is_play"].u8();
    std::vector<std::int32_t> tracks;
    std::vector<bool> is_there(call.table("tracks").rows());
    std::size_t plays = 0;
    for (std::size_t row = track.size(); row-- > 0 && plays < plays_;) {
      if (is_play[row] != 1) continue;
      ++plays;
      if (!is_there[static_cast<std::size_t>(track[row])]) tracks.push_back(track[row]);
      is_there[static_cast<std::size_t>(track[row])] = true;
    }
    std::reverse(tracks.begin(), tracks.end());
    return tracks;
  }

  [[nodiscard]] std::vector<Neighbour> nearest(const Sessions& sessions,
                                               const std::vector<std::int32_t>& last,
                                               const std::vector<bool>& is_ranked) const {
    std::vector<Neighbour> near(sessions.count());
    for (std::size_t k = 0; k < last.size(); ++k) {
      const double weight = static_cast<double>(k + 1) / static_cast<double>(last.size());
      for (const std::int32_t number : sessions.with(last[k])) {
        Neighbour& neighbour = near[static_cast<std::size_t>(number)];
        neighbour.nearness += weight;
        neighbour.latest = weight;  // weights ascend
        neighbour.session = static_cast<std::size_t>(number);
      }
    }
    std::erase_if(near, [&](const Neighbour& neighbour) {
      const auto& tracks = sessions.tracks_of(neighbour.session);
      return neighbour.nearness == 0 || std::none_of(tracks.begin(), tracks.end(), [&](auto track) {
               return is_ranked[static_cast<std::size_t>(track)];
             });
    });
    for (Neighbour& neighbour : near)
      neighbour.nearness /=
          std::sqrt(static_cast<double>(sessions.tracks_of(neighbour.session).size()));
    const auto count = static_cast<std::ptrdiff_t>(std::min(neighbours_, near.size()));
    std::partial_sort(
        near.begin(), near.begin() + count, near.end(), [](const Neighbour& a, const Neighbour& b) {
          return a.nearness != b.nearness ? a.nearness > b.nearness : a.session > b.session;
        });
    near.resize(static_cast<std::size_t>(count));
    return near;
  }

  std::size_t plays_, neighbours_;
};

}  // namespace

constinit const playlist::Element kSessions =
    playlist::element<SessionFit>("ranking.sessions",
                                  "How much each track was heard together with what the user "
                                  "played last, by the sessions nearest "
                                  "to that.");
