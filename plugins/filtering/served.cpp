// filtering.served: drops what an earlier run, of any recipe, has served in the last days.
//
// With by = "song" (the default) another version of a served song is dropped, too. days = 0 keeps
// everything.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "age.hpp"
#include "elements.hpp"
#include "same.hpp"

namespace {

class Served final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"days", 28, 0, 36'500, "how long a served track stays away; 0: not at all"},
      playlist::Param::choice("by", kSameSongBy, "song", "song: its other versions stay away, too"),
  };

  explicit Served(const playlist::Args& args) : days_(args.integer("days")), by_(args.text("by")) {}

  void filter(playlist::FilteringCall& call) const {
    call.checkpoint();
    if (days_ == 0) return;
    const Same same(call, by_);
    const BySame<Latest> served = last_served(call, same);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const Latest* latest = served.get(same.of(track[row]));
      if (latest == nullptr) continue;
      call.drop(row, call.because("served ", age_in_words(latest->ts, call.now())));
    }
  }

 private:
  struct Latest {
    std::int64_t ts = playlist::kMissingI64;
  };

  [[nodiscard]] BySame<Latest> last_served(const playlist::FilteringCall& call,
                                           const Same& same) const {
    const playlist::Table served = call.table("served");
    const auto track = served["track"].i32();
    const auto ts = served["ts"].i64();
    const std::int64_t from = call.now() - days_ * kDay;
    BySame<Latest> last(0);
    for (std::size_t i = 0; i < track.size(); ++i) {
      const std::int32_t number = same.of(track[i]);
      if (number < 0 || ts[i] < from) continue;
      Latest& latest = last[number];
      latest.ts = std::max(latest.ts, ts[i]);
    }
    return last;
  }

  std::int64_t days_;
  std::string by_;
};

}  // namespace

constinit const playlist::Element kServed = playlist::element<Served>(
    "filtering.served", "Drops what an earlier run has served in the last days.");
