#include "players/queue_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace engine::players {
namespace {

constexpr std::size_t kRemembered = 50, kHeard = 12, kSpacing = 3, kElsewhereAfter = 3;
constexpr double kDecay = 0.8, kSoundShare = 0.5, kSoundWidth = 0.25, kGladness = 2,
                 kPlaceCounts = 0.3, kPlaceCountsElsewhere = 0.1;
constexpr double kWorthTelling = 0.05;  // of fit(s)
constexpr double kQuick = -0.5;         // the weight of a song of which less than half was heard

double sound_likeness(const std::optional<Sound>& one, const std::optional<Sound>& other) {
  if (!one || !other) return 0;
  double square = 0;
  for (std::size_t k = 0; k < one->size(); ++k) {
    const double apart = static_cast<double>((*one)[k]) - (*other)[k];
    square += apart * apart;
  }
  return std::exp(-square / (2 * kSoundWidth * kSoundWidth));
}

std::size_t quick_skips(const std::vector<SongHeard>& heard) {
  std::size_t count = 0;
  while (count < heard.size() && heard[heard.size() - 1 - count].weight < kQuick) ++count;
  return count;
}

/// What a song's fit is made of.
class Fit {
 public:
  void add(PlanReason::Kind kind, double amount, std::size_t heard = 0) {
    sum += amount;
    PlanReason& most = amount > 0 ? likes : dislikes;
    if (std::abs(amount) > std::max(kWorthTelling, std::abs(most.amount)))
      most = {kind, amount, heard};
  }
  double sum = 0;
  PlanReason likes, dislikes;
};

Fit fit_of(const QueueSong& song, const std::vector<SongHeard>& heard, std::size_t in_full,
           const Acquaintance& artists) {
  Fit fit;
  double fades = 1;
  for (std::size_t age = 0; age < std::min(kHeard, heard.size()); ++age) {
    const std::size_t at = heard.size() - 1 - age;
    const SongHeard& other = heard[at];
    const double weight = fades * other.weight;
    if (song.artist_number != 0 && song.artist_number == other.artist_number) {
      fit.add(PlanReason::Kind::kArtist, weight, at);
    } else {
      fit.add(PlanReason::Kind::kTogether,
              weight * artists.together(song.artist_number, other.artist_number), at);
    }
    fit.add(PlanReason::Kind::kSound,
            weight * kSoundShare * sound_likeness(song.sound, other.sound), at);
    if (age + 1 >= in_full) fades *= kDecay;
  }
  fit.add(PlanReason::Kind::kGladness, kGladness * artists.gladness(song.artist_number));
  return fit;
}

/// The first of those left whose artist is none of the last three.
void keep_apart(std::vector<std::size_t>& order, const std::vector<QueueSong>& songs,
                std::vector<std::int32_t> before) {
  std::vector<std::size_t> left = std::move(order);
  order.clear();
  while (!left.empty()) {
    const auto last = before.end() - static_cast<std::ptrdiff_t>(std::min(kSpacing, before.size()));
    auto next = std::find_if(left.begin(), left.end(), [&](std::size_t song) {
      const std::int32_t artist = songs[song].artist_number;
      return artist == 0 || std::find(last, before.end(), artist) == before.end();
    });
    if (next == left.end()) next = left.begin();
    order.push_back(*next);
    before.push_back(songs[*next].artist_number);
    left.erase(next);
  }
}

}  // namespace

bool HeardSession::add(const SongHeard& song, std::int64_t started_at) {
  const bool begins = songs_.empty() || started_at - songs_.back().ended_at > gap_seconds_;
  if (begins) songs_.clear();
  songs_.push_back(song);
  if (songs_.size() > kRemembered) songs_.erase(songs_.begin());
  return begins;
}

QueuePlan plan_queue(const std::vector<QueueSong>& songs, const std::vector<SongHeard>& heard,
                     std::int32_t now, const Acquaintance& artists) {
  QueuePlan plan;
  plan.quick_skips = quick_skips(heard);
  plan.is_elsewhere = plan.quick_skips >= kElsewhereAfter;
  std::vector<double> scores;
  for (std::size_t k = 0; k < songs.size(); ++k) {
    const Fit fit = fit_of(songs[k], heard, plan.is_elsewhere ? plan.quick_skips : 1, artists);
    const double place = static_cast<double>(k) / static_cast<double>(songs.size());
    scores.push_back(fit.sum - (plan.is_elsewhere ? kPlaceCountsElsewhere : kPlaceCounts) * place);
    plan.likes.push_back(fit.likes);
    plan.dislikes.push_back(fit.dislikes);
  }
  plan.order.resize(songs.size());
  std::iota(plan.order.begin(), plan.order.end(), std::size_t{0});
  std::stable_sort(plan.order.begin(), plan.order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::int32_t> before;
  for (std::size_t k = heard.size() - std::min(kSpacing, heard.size()); k < heard.size(); ++k)
    before.push_back(heard[k].artist_number);
  before.push_back(now);
  keep_apart(plan.order, songs, std::move(before));
  return plan;
}

std::string reason_text(const PlanReason& reason, const QueueSong& song,
                        const std::vector<SongHeard>& heard) {
  const bool speaks_for = reason.amount > 0;
  const std::string did = speaks_for ? "heard through" : "skipped";
  switch (reason.kind) {
    case PlanReason::Kind::kNone:
      return "";
    case PlanReason::Kind::kArtist:
      return "by " + song.artist + ", like \"" + heard[reason.heard].title + "\", which you " + did;
    case PlanReason::Kind::kTogether:
      return "you hear " + song.artist + " together with " + heard[reason.heard].artist +
             ", whom you " + did;
    case PlanReason::Kind::kSound:
      return "sounds like \"" + heard[reason.heard].title + "\", which you " + did;
    case PlanReason::Kind::kGladness:
      return speaks_for ? "you hear " + song.artist + " through more often than others"
                        : "you skip " + song.artist + " more often than others";
  }
  return "";
}

}  // namespace engine::players
