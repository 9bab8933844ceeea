// model.quality: how gladly each track is heard, 0 bad .. 0.5 average .. 1 excellent.
//
// The formula and its prior stand in kernels/engagement.hpp. Of an imported track (table
// "engagement") plays, likes, comments, skip rate and completion count, whichever were told; of
// every other one what the store's own users did: plays, skips, and likes per user who played or
// liked it. The two are scored apart, as a platform's plays and a household's cannot be compared:
// in each the average is 0.5.
//
// Artifact  table "tracks": id, quality f32, plays f32 (NaN not told), is_imported u8; tracks that
//           nothing is told of are not in it
#include "playlist/plugin.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/engagement.hpp"

namespace model {
namespace {

constexpr playlist::Choices kSources{"all", "imported", "users"};

std::vector<Engagement> imported(playlist::ModelCall& call) {
  std::vector<Engagement> tracks(call.table("tracks").rows());
  const playlist::Table told = call.table("engagement");
  const auto track = told["track"].i32();
  const auto plays = told["plays"].f32(), likes = told["likes"].f32(),
             comments = told["comments"].f32(), skip_rate = told["skip_rate"].f32(),
             completion = told["completion"].f32();
  for (std::size_t row = 0; row < track.size(); ++row) {
    tracks[static_cast<std::size_t>(track[row])] = {plays[row],     likes[row],      comments[row],
                                                    skip_rate[row], completion[row], plays[row]};
  }
  return tracks;
}

/// Every track that somebody played, skipped or liked.
std::vector<Engagement> of_users(playlist::ModelCall& call) {
  struct Sum {
    double plays = 0, skips = 0, likes = 0, listeners = 0;
  };
  std::vector<Sum> sums(call.table("tracks").rows());
  std::vector<std::int64_t> seen(sums.size(), -1);  // the last user who played or liked it
  const playlist::Lists plays = call.lists("user_tracks"), likes = call.lists("user_likes"),
                        skips = call.lists("user_skips");
  const auto rows = static_cast<std::int64_t>(call.table("users").rows());
  for (std::int64_t user = 0; user < rows; ++user) {
    if (user % 1024 == 0) call.checkpoint();
    const auto add = [&](const playlist::Lists& lists, double Sum::*to, bool is_listener) {
      const auto tracks = lists[user];
      const auto weights = lists.weights(user);
      for (std::size_t k = 0; k < tracks.size(); ++k) {
        const auto track = static_cast<std::size_t>(tracks[k]);
        sums[track].*to += weights.empty() ? 1 : weights[k];
        if (is_listener && seen[track] != user) sums[track].listeners += 1;
        if (is_listener) seen[track] = user;
      }
    };
    add(plays, &Sum::plays, true);
    add(likes, &Sum::likes, true);
    add(skips, &Sum::skips, false);
  }
  std::vector<Engagement> tracks(sums.size());
  for (std::size_t track = 0; track < sums.size(); ++track) {
    const Sum& sum = sums[track];
    if (sum.plays + sum.skips + sum.likes == 0) continue;
    Engagement& told = tracks[track];
    told.plays = sum.plays + sum.skips;
    told.skip_rate = told.plays > 0 ? sum.skips / told.plays : kUntold;
    told.likes = sum.likes;
    told.audience = sum.listeners;
  }
  return tracks;
}

/// Quality of every track, NaN where nothing is told of it.
class Scores {
 public:
  explicit Scores(std::size_t tracks)
      : quality_(tracks, playlist::kMissingF32), plays_(tracks), is_imported_(tracks) {}

  /// Those that have none yet.
  void add(const std::vector<Engagement>& told, bool is_imported, double prior,
           const QualityWeights& weights) {
    const std::vector<float> quality = quality_of(told, prior, weights);
    for (std::size_t track = 0; track < told.size(); ++track) {
      if (std::isnan(quality[track]) || !std::isnan(quality_[track])) continue;
      quality_[track] = quality[track];
      plays_[track] = static_cast<float>(told[track].plays);
      is_imported_[track] = is_imported;
    }
  }

  /// Throws NoData when no track has any.
  void write(playlist::ModelCall& call) {
    const auto all = call.table("tracks")["id"].i64();
    std::vector<std::int64_t> id;
    double sum = 0, imported = 0;
    for (std::size_t track = 0; track < all.size(); ++track) {
      if (std::isnan(quality_[track])) continue;
      const std::size_t row = id.size();
      id.push_back(all[track]);
      quality_[row] = quality_[track];
      plays_[row] = plays_[track];
      is_imported_[row] = is_imported_[track];
      sum += quality_[row];
      imported += is_imported_[row];
    }
    if (id.empty())
      throw playlist::NoData("nobody played or liked anything, and no engagement was imported");
    const playlist_column columns[] = {
        {sizeof(playlist_column), PLAYLIST_I64, "id", id.data(), nullptr},
        {sizeof(playlist_column), PLAYLIST_F32, "quality", quality_.data(), nullptr},
        {sizeof(playlist_column), PLAYLIST_F32, "plays", plays_.data(), nullptr},
        {sizeof(playlist_column), PLAYLIST_U8, "is_imported", is_imported_.data(), nullptr}};
    const playlist_column* pointers[] = {&columns[0], &columns[1], &columns[2], &columns[3]};
    const auto rows = static_cast<std::int64_t>(id.size());
    call.table("tracks", playlist_table{sizeof(playlist_table), 4, rows, pointers});
    call.card(playlist::concat("{\"tracks\": ", rows, ", \"of\": ", all.size(),
                               ", \"imported\": ", static_cast<std::int64_t>(imported),
                               ", \"mean_quality\": ", sum / static_cast<double>(rows), "}"));
  }

 private:
  std::vector<float> quality_, plays_;
  std::vector<std::uint8_t> is_imported_;
};

class Quality final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("from", kSources, "all",
                              "imported counts, the store's users, or users where none came"),
      {"prior", 20.0, 0.1, 1e9, "plays like the average's that each track is given on top"},
      {"plays", 0.2, 0, 1, "weight of how often it is played"},
      {"likes", 0.3, 0, 1, "weight of likes or upvotes"},
      {"comments", 0.1, 0, 1, "weight of comments"},
      {"skips", 0.2, 0, 1, "weight of not being skipped"},
      {"completion", 0.2, 0, 1, "weight of how much of it is heard"},
  };

  explicit Quality(const playlist::Args& args)
      : from_(args.text("from")), prior_(args.number("prior")) {
    weights_.plays = args.number("plays");
    weights_.likes = args.number("likes");
    weights_.comments = args.number("comments");
    weights_.skips = args.number("skips");
    weights_.completion = args.number("completion");
  }

  void train(playlist::ModelCall& call) const {
    Scores scores(call.table("tracks").rows());
    if (from_ != "users") scores.add(imported(call), true, prior_, weights_);
    call.checkpoint(0.5);
    if (from_ != "imported") scores.add(of_users(call), false, prior_, weights_);
    call.checkpoint(0.9);
    scores.write(call);
  }

 private:
  std::string from_;
  double prior_;
  QualityWeights weights_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kQuality = playlist::element<model::Quality>(
    "model.quality", "How gladly tracks are heard, by plays, likes, comments, skips, completion.");
