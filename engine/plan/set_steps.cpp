// Steps on one set of candidates: time spans, likes without likes, top, sample.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "plan/evaluate.hpp"
#include "plan/history.hpp"

namespace engine {
namespace {

const Items<std::int64_t>* times_of(const Candidates& candidates) {
  const CandidateColumn* ts = candidates.find("ts");
  return ts == nullptr ? nullptr : std::get_if<Items<std::int64_t>>(&ts->values);
}

std::vector<std::int32_t> first_rows(std::size_t count) {
  std::vector<std::int32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// Rows by time, oldest first; ties by track.
std::vector<std::int32_t> by_time(const Candidates& candidates, const Items<std::int64_t>& times) {
  std::vector<std::int32_t> rows = first_rows(candidates.size());
  std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    const auto x = times[static_cast<std::size_t>(a)], y = times[static_cast<std::size_t>(b)];
    if (x != y) return x < y;
    return candidates.tracks[static_cast<std::size_t>(a)] <
           candidates.tracks[static_cast<std::size_t>(b)];
  });
  return rows;
}

Error needs_times(const Evaluation& evaluation, const Node& node) {
  return evaluation.node_error(
      node, Exit::kRecipe, node.written() + " needs candidates with times",
      "only the user's sets (likes, library, listens, history, served, banned) have them");
}

bool is_likes_set(const Node& node) {
  return node.step == "set" && node.text("set") == "likes";
}

}  // namespace

/// The earliest time a :since node lets through.
std::int64_t since_time(const Evaluation& evaluation, const Node& node) {
  const int months = static_cast<int>(node.number("months") + 12 * node.number("years"));
  const double days = node.number("days") + 7 * node.number("weeks");
  if (months == 0 && days == 0) {
    throw evaluation.node_error(node, Exit::kRecipe, ":since needs a time span", "",
                                "write e.g. :since { months = 3 } (days, weeks, months, years)");
  }
  return months_before(evaluation.setup().now, months) - static_cast<std::int64_t>(days * kDay);
}

namespace {

Candidates since(Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  const Items<std::int64_t>* times = times_of(candidates);
  if (times == nullptr && candidates.size() > 0) throw needs_times(evaluation, node);
  const std::int64_t from = since_time(evaluation, node);
  std::vector<std::int32_t> rows;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if ((*times)[i] >= from) rows.push_back(static_cast<std::int32_t>(i));
  }
  return candidates.gather(rows);
}

Candidates last(Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  if (times_of(candidates) == nullptr && candidates.size() > 0) throw needs_times(evaluation, node);
  const Evaluation::Setup& setup = evaluation.setup();
  LastOptions options;
  options.count = node.count("n");
  options.weekly_mix = node.number("weekly_mix");
  options.week_begin = local_week_begin(setup.now, setup.timezone);
  options.weights = {node.number("like_weight"), node.number("skip_weight")};
  return last_interactions(*setup.tables, candidates, options);
}

/// Before any :since, the set itself: that is what "of all time" means.
int set_below(const Plan& plan, int id) {
  while (plan.at(id).step == "since") id = plan.at(id).inputs.at(0);
  return id;
}

Candidates or_last(Evaluation& evaluation, const Node& node, const Candidates& few) {
  const auto least = node.count("when_fewer_than");
  if (few.size() >= least) return few;
  const CandidatesPtr all =
      evaluation.result(set_below(*evaluation.setup().plan, node.inputs.at(0)));
  const auto count = std::min(all->size(), node.count("count"));
  if (all->size() > few.size()) {
    evaluation.notice("only " + std::to_string(few.size()) +
                      " in the chosen time span, so the latest " + std::to_string(count) +
                      " of all time are used");
  }
  const Items<std::int64_t>* times = times_of(*all);
  std::vector<std::int32_t> rows =
      times != nullptr ? by_time(*all, *times) : first_rows(all->size());
  rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(count));
  return all->gather(rows);
}

Candidates or_implicit(Evaluation& evaluation, const Node& node, const Candidates& likes) {
  if (!is_likes_set(evaluation.setup().plan->at(node.inputs.at(0)))) {
    throw evaluation.node_error(node, Exit::kRecipe, ":or_implicit follows user.likes only");
  }
  if (likes.size() > 0) return likes;
  const std::string finished = std::to_string(static_cast<int>(node.number("finished")));
  Candidates implicit = evaluation.set_table("implicit_likes:" + finished);
  evaluation.notice("no likes in this library: the " + std::to_string(implicit.size()) +
                    " tracks played to the end at least " + finished + " times count as liked");
  return implicit;
}

Candidates most_played(Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  // Counts plays after the time of a :since directly below, else of all time.
  const Plan& plan = *evaluation.setup().plan;
  const Node& below = plan.at(node.inputs.at(0));
  const std::int64_t from = below.step == "since" ? since_time(evaluation, below)
                                                  : std::numeric_limits<std::int64_t>::min();
  const playlist_table* listens = evaluation.setup().tables->table("listens");
  const TrackSet wanted(candidates.tracks);
  std::vector<std::int32_t> plays(
      static_cast<std::size_t>(evaluation.setup().tables->table("tracks")->rows));
  const auto* tracks = static_cast<const std::int32_t*>(find_column(*listens, "track")->data);
  const auto* times = static_cast<const std::int64_t*>(find_column(*listens, "ts")->data);
  const auto* is_play = static_cast<const std::uint8_t*>(find_column(*listens, "is_play")->data);
  for (std::int64_t i = 0; i < listens->rows; ++i) {
    if (is_play[i] == 1 && times[i] >= from && wanted.has(tracks[i]))
      ++plays[static_cast<std::size_t>(tracks[i])];
  }
  std::vector<double> keys;
  for (const std::int32_t track : candidates.tracks)
    keys.push_back(plays[static_cast<std::size_t>(track)]);
  std::vector<std::int32_t> rows = rows_by(keys, candidates.tracks, true);
  rows.resize(std::min(rows.size(), node.count("count")));
  Candidates made = candidates;
  made.put({"score", PLAYLIST_F32, std::vector<float>(keys.begin(), keys.end()), nullptr});
  return made.gather(rows);
}

/// Draws without replacement with probability ~ exp(score / temperature): the order of score /
/// temperature plus Gumbel noise (Plackett-Luce; Kool, van Hoof, Welling, ICML 2019).
Candidates sample(Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  const double temperature = node.number("temperature");
  Random random(mix_seed(evaluation.setup().random_seed, node.label()));
  const CandidateColumn* score = candidates.find("score");
  std::vector<double> keys(candidates.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const double value = score == nullptr ? 0 : score->number(i);
    const double noise = random.gumbel();
    const double known = std::isnan(value) ? 0 : value;
    keys[i] = temperature == 0 ? known : known / temperature + noise;
  }
  std::vector<std::int32_t> rows = rows_by(keys, candidates.tracks, true);
  const auto count = node.count("count");
  if (count > 0 && count < rows.size()) rows.resize(count);
  return candidates.gather(rows);
}

}  // namespace

Candidates Evaluation::run_set_step(const Node& node) {
  const CandidatesPtr candidates = input(node);
  if (node.step == "since") return since(*this, node, *candidates);
  if (node.step == "last") return last(*this, node, *candidates);
  if (node.step == "or_last") return or_last(*this, node, *candidates);
  if (node.step == "or_implicit") return or_implicit(*this, node, *candidates);
  if (node.step == "most_played") return most_played(*this, node, *candidates);
  if (node.step == "sample") return sample(*this, node, *candidates);
  if (node.step == "top" || node.step == "seeds") {
    const auto count = node.count("count");
    return candidates->gather(first_rows(std::min(count, candidates->size())));
  }
  throw std::logic_error("unknown step " + node.step);
}

}  // namespace engine
