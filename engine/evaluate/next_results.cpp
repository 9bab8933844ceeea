#include "evaluate/next_results.hpp"

#include <map>
#include <string>

#include "core/duration.hpp"
#include "core/random.hpp"

namespace engine::evaluate {
namespace {

using Weeks = std::vector<std::vector<Quotient>>;  // by user

/// The plays of a session under a shuffle, weighed by how a way would have played them.
struct WeighedSession {
  std::int64_t week = 0;
  double plays = 0, finished = 0, weight = 0, squares = 0;

  void add(bool is_finished, double one) {
    ++plays;
    finished += is_finished ? one : 0;
    weight += one;
    squares += one * one;
  }
  /// The way could have played one of them, by more than a hair.
  [[nodiscard]] bool is_known() const { return weight > 1e-9; }
  [[nodiscard]] double accepted() const { return finished / weight; }
};

/// One way's part of what people played.
class WayPlays {
 public:
  WayPlays(const std::vector<NextPlays>& plays, const NextChances& chances, std::size_t way,
           std::size_t uniform)
      : plays_(plays), of_way_(chances.of[way]), uniform_(chances.of[uniform]) {
    for (std::size_t user = 0; user < plays.size(); ++user) add_user(user);
  }

  [[nodiscard]] std::size_t shuffled() const { return shuffled_; }
  /// By user; of a user the same sessions for every way.
  [[nodiscard]] const std::vector<std::vector<WeighedSession>>& sessions() const {
    return sessions_;
  }
  [[nodiscard]] const std::vector<std::vector<double>>& hits() const { return hits_; }

  [[nodiscard]] double effective_plays() const {
    double plays = 0, squares = 0;
    for (const auto& of_user : sessions_)
      for (const WeighedSession& session : of_user) {
        if (!session.is_known()) continue;
        const double share = session.plays / session.weight;
        plays += session.plays;
        squares += share * share * session.squares;
      }
    return squares > 0 ? plays * plays / squares : 0;
  }

 private:
  [[nodiscard]] bool counts(std::size_t user, std::size_t play) const {
    return uniform_[user][play].chance > 0;  // one of the person's songs
  }

  void add_user(std::size_t user) {
    const std::vector<NextPlay>& shuffled = plays_[user].shuffled;
    std::map<std::int32_t, WeighedSession> by_number;
    for (std::size_t k = 0; k < shuffled.size(); ++k) {
      if (!counts(user, k)) continue;
      ++shuffled_;
      WeighedSession& session = by_number[shuffled[k].session];
      session.week = shuffled[k].now / (7 * kDay);
      const NextChance& next = of_way_[user][k];
      session.add(shuffled[k].is_finished,
                  next.is_told() ? next.chance / uniform_[user][k].chance : 0);
    }
    std::vector<WeighedSession>& sessions = sessions_.emplace_back();
    for (const auto& [number, session] : by_number) sessions.push_back(session);

    std::vector<double>& hits = hits_.emplace_back();
    for (std::size_t k = shuffled.size(); k < uniform_[user].size(); ++k)
      if (counts(user, k)) hits.push_back(of_way_[user][k].hit);
  }

  const std::vector<NextPlays>& plays_;
  const std::vector<std::vector<NextChance>>&of_way_, &uniform_;  // by user and play
  std::size_t shuffled_ = 0;
  std::vector<std::vector<WeighedSession>> sessions_;
  std::vector<std::vector<double>> hits_;  // by user; NaN where not told
};

/// What `value` gives of each session that both know, by user and week; plays are below the line.
template <class Value>
Weeks by_week(const WayPlays& first, const WayPlays& other, const Value& value) {
  Weeks weeks;
  for (std::size_t user = 0; user < first.sessions().size(); ++user) {
    std::map<std::int64_t, Quotient> of_week;
    for (std::size_t k = 0; k < first.sessions()[user].size(); ++k) {
      const WeighedSession &a = first.sessions()[user][k], &b = other.sessions()[user][k];
      if (!a.is_known() || !b.is_known()) continue;
      Quotient& week = of_week[a.week];
      week.above += a.plays * value(a, b);
      week.below += a.plays;
    }
    std::vector<Quotient>& of_user = weeks.emplace_back();
    for (const auto& [week, sums] : of_week) of_user.push_back(sums);
  }
  return weeks;
}

Interval mean_of_known(std::vector<std::vector<double>> values, const BootstrapOptions& options) {
  for (std::vector<double>& of_user : values)
    std::erase_if(of_user, [](double value) { return std::isnan(value); });
  return bootstrap_mean(values, options);
}

std::vector<std::vector<double>> less(std::vector<std::vector<double>> a,
                                      const std::vector<std::vector<double>>& b) {
  for (std::size_t user = 0; user < a.size(); ++user)
    for (std::size_t k = 0; k < a[user].size(); ++k) a[user][k] -= b[user][k];
  return a;
}

}  // namespace

NextResults next_results(const std::vector<NextPlays>& plays, const NextChances& chances,
                         std::size_t uniform, std::uint64_t random_seed, std::size_t resamples) {
  const auto options = [&](const std::string& what, std::size_t way) {
    return BootstrapOptions{mix_seed(random_seed, what + " " + std::to_string(way)), resamples,
                            0.95};
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr Interval kNothing{kNan, kNan, kNan, 0};
  NextResults results;
  const WayPlays first(plays, chances, 0, uniform);
  results.shuffled = first.shuffled();
  for (const auto& hits : first.hits()) results.chosen += hits.size();
  for (std::size_t way = 0; way < chances.of.size(); ++way) {
    const WayPlays other(plays, chances, way, uniform);
    NextResult& result = results.ways.emplace_back();
    result.effective_plays = other.effective_plays();
    const bool is_enough = result.effective_plays >= kFewestPlays;
    const auto accepted = [](const WeighedSession& session, const WeighedSession&) {
      return session.accepted();
    };
    const auto gained = [](const WeighedSession& a, const WeighedSession& b) {
      return a.accepted() - b.accepted();
    };
    result.accepted =
        is_enough ? bootstrap_quotient(by_week(other, other, accepted), options("accepted", way))
                  : kNothing;
    result.accepted_difference =
        is_enough && first.effective_plays() >= kFewestPlays
            ? bootstrap_quotient(by_week(first, other, gained), options("accepted less", way))
            : kNothing;
    result.hits = mean_of_known(other.hits(), options("hits", way));
    result.hits_difference =
        mean_of_known(less(first.hits(), other.hits()), options("hits less", way));
  }
  return results;
}

}  // namespace engine::evaluate
