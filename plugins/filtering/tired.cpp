// filtering.tired: lets tracks rest that were played too much of late (shared/tired.hpp has the rule).
#include "shared/tired.hpp"

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>

#include "age.hpp"
#include "elements.hpp"

namespace {

constexpr shared::TiredRule kUsual;

class Tired final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"plays", static_cast<std::int64_t>(kUsual.plays), 1, 1'000'000,
       "plays within `within_days` that make a track tired"},
      {"within_days", kUsual.within_days, 1, 36'500, "days in which these plays lie"},
      {"rest_days", kUsual.rest_days, 0, 36'500, "days that it rests since the last of them"},
  };

  explicit Tired(const playlist::Args& args)
      : rule_{args.count("plays"), args.integer("within_days"), args.integer("rest_days")} {}

  void filter(playlist::FilteringCall& call) const {
    const playlist::Table listens = call.table("listens");
    const auto tired =
        shared::tired_tracks({listens["ts"].i64(), listens["track"].i32(), listens["is_play"].u8()},
                             call.now(), rule_, [&] { call.checkpoint(); });
    if (tired.empty()) return;
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const auto found = tired.find(track[row]);
      if (found != tired.end()) call.drop(row, call.text(reason(found->second, call.now())));
    }
  }

 private:
  [[nodiscard]] std::string reason(const shared::Tired& tired, std::int64_t now) const {
    const std::int64_t days_left = (tired.until - now + kDay - 1) / kDay;
    return playlist::concat("played ", tired.plays, " times within ", rule_.within_days,
                            " days, last ", age_in_words(tired.since, now), ": it rests for ",
                            days_left, days_left == 1 ? " more day" : " more days");
  }

  shared::TiredRule rule_;
};

}  // namespace

constinit const playlist::Element kTired = playlist::element<Tired>(
    "filtering.tired", "Lets tracks rest that were played too much of late.");
