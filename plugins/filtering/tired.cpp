// filtering.tired: lets tracks rest that were played too much of late.
//
// A track is tired from a play on with which it was played `plays` times within `within_days` days;
// the latest such play counts, and it rests for `rest_days` days from then on. Plays are those long
// enough to count. With the staleness 1 - exp(-0.05 * plays in 30 days), the usual 14 plays are
// where it passes one half.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "age.hpp"
#include "elements.hpp"

namespace {

class Tired final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"plays", 14, 1, 1'000'000, "plays within `within_days` that make a track tired"},
      {"within_days", 30, 1, 36'500, "days in which these plays lie"},
      {"rest_days", 60, 0, 36'500, "days that it rests since the last of them"},
  };

  explicit Tired(const playlist::Args& args)
      : plays_(args.count("plays")),
        within_(args.integer("within_days") * kDay),
        rest_(args.integer("rest_days") * kDay) {}

  void filter(playlist::FilteringCall& call) const {
    const std::unordered_map<std::int32_t, std::int64_t> tired = tired_since(call);
    if (tired.empty()) return;
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const auto found = tired.find(track[row]);
      if (found != tired.end()) call.drop(row, call.text(reason(found->second, call.now())));
    }
  }

 private:
  /// The latest play with which each track that rests was tired.
  [[nodiscard]] std::unordered_map<std::int32_t, std::int64_t> tired_since(
      const playlist::FilteringCall& call) const {
    const playlist::Table listens = call.table("listens");
    const auto ts = listens["ts"].i64();
    const auto track = listens["track"].i32();
    const auto is_play = listens["is_play"].u8();
    const std::int64_t resting = call.now() - rest_;
    std::unordered_map<std::int32_t, std::deque<std::int64_t>> lately;
    std::unordered_map<std::int32_t, std::int64_t> tired;
    const auto first = std::lower_bound(ts.begin(), ts.end(), resting - within_);
    for (auto i = static_cast<std::size_t>(first - ts.begin()); i < ts.size(); ++i) {
      if (i % 65'536 == 0) call.checkpoint();
      if (is_play[i] != 1) continue;
      std::deque<std::int64_t>& plays = lately[track[i]];
      plays.push_back(ts[i]);
      while (ts[i] - plays.front() > within_) plays.pop_front();
      if (plays.size() >= plays_ && ts[i] > resting) tired[track[i]] = ts[i];
    }
    return tired;
  }

  [[nodiscard]] std::string reason(std::int64_t since, std::int64_t now) const {
    const std::int64_t days_left = (since + rest_ - now + kDay - 1) / kDay;
    return playlist::concat("played ", plays_, " times within ", within_ / kDay, " days, last ",
                            age_in_words(since, now), ": it rests for ", days_left,
                            days_left == 1 ? " more day" : " more days");
  }

  std::size_t plays_;
  std::int64_t within_, rest_;
};

}  // namespace

constinit const playlist::Element kTired = playlist::element<Tired>(
    "filtering.tired", "Lets tracks rest that were played too much of late.");
