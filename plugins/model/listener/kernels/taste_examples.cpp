#include "taste_examples.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace model {
namespace {

using shared::TasteListen;
using shared::TastePast;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

bool is_glad(const TasteListen& listen) {
  return listen.is_play && !listen.is_skip;
}

/// Of each listen when its track was next played in another session.
std::vector<std::int64_t> returns_of(const TasteData& data) {
  struct Later {
    std::int64_t first = kNever, of_next_session = kNever;
    std::int32_t session = -1;  // of `first`
  };
  std::vector<Later> later(data.artist.size());
  std::vector<std::int64_t> returns(data.listens.size());
  for (std::size_t k = data.listens.size(); k-- > 0;) {
    const TasteListen& listen = data.listens[k];
    Later& known = later[static_cast<std::size_t>(listen.track)];
    returns[k] = known.session == listen.session ? known.of_next_session : known.first;
    if (!is_glad(listen)) continue;
    if (known.session != listen.session) known.of_next_session = known.first;
    known.first = listen.ts;
    known.session = listen.session;
  }
  return returns;
}

/// Up to when it is known what the person heard: nobody knows whether they returned to something
/// after the last listen that there is of them.
std::int64_t told_until(const TasteData& data) {
  std::int64_t last = 0;
  for (const TasteListen& listen : data.listens) last = std::max(last, listen.end);
  return std::min(last, data.now);
}

/// The listens that are examples.
std::vector<std::size_t> moments_of(const TasteData& data, TasteTarget target,
                                    std::int64_t window) {
  const std::int64_t until = told_until(data);
  std::vector<std::size_t> moments;
  std::vector<std::int32_t> heard_in(data.artist.size(), -1);  // the latest session
  for (std::size_t k = 0; k < data.listens.size(); ++k) {
    const TasteListen& listen = data.listens[k];
    std::int32_t& session = heard_in[static_cast<std::size_t>(listen.track)];
    const bool is_first = session != listen.session;
    session = listen.session;
    if (target == TasteTarget::kAccepted) {
      if (data.trials[k] != Trial::kNone) moments.push_back(k);
    } else if (is_first && listen.end + window <= until) {
      moments.push_back(k);
    }
  }
  return moments;
}

/// Everything dated: nobody knows whether they had said by then what has no date.
void tell_verdicts(const TasteData& data, TastePast& past) {
  for (const shared::Verdict& verdict : data.verdicts)
    if (verdict.ts != shared::Verdict::kUndated) past.say(verdict);
}

void look_back(const TasteData& data, const std::vector<std::size_t>& moments,
               TasteExamples& made) {
  TastePast past(data.artist, data.artists, *data.vectors);
  tell_verdicts(data, past);
  made.columns = past.columns();
  made.rows.resize(moments.size() * made.columns);
  std::size_t next = 0;
  for (std::size_t k = 0; k < data.listens.size() && next < moments.size(); ++k) {
    const TasteListen& listen = data.listens[k];
    if (moments[next] == k) {
      past.at(listen.ts);
      past.features(listen.track, std::span(made.rows).subspan(next * made.columns, made.columns));
      made.heuristic.push_back(
          static_cast<float>(shared::heuristic_preference(past.signals(listen.track))));
      ++next;
    }
    past.hear(listen);
  }
}

/// Labels of TasteTarget::kPreference, of what was known at `known_at`.
void look_ahead(const TasteData& data, const std::vector<std::size_t>& moments,
                TasteExamples& made) {
  static const shared::TrackVectors kNoVectors;
  std::vector<std::size_t> order(moments.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return made.known_at[a] < made.known_at[b];
  });
  TastePast past(data.artist, data.artists, kNoVectors);
  tell_verdicts(data, past);
  std::size_t heard = 0;
  for (const std::size_t k : order) {
    while (heard < data.listens.size() && data.listens[heard].ts <= made.known_at[k])
      past.hear(data.listens[heard++]);
    past.at(made.known_at[k]);
    made.labels[k] =
        static_cast<float>(shared::mean_preference(past.signals(data.listens[moments[k]].track)));
  }
}

}  // namespace

TasteExamples taste_examples(const TasteData& data, TasteTarget target, int days,
                             std::size_t most) {
  const std::int64_t window = std::int64_t{days} * 86'400;
  std::vector<std::size_t> moments = moments_of(data, target, window);
  if (moments.size() > most)
    moments.erase(moments.begin(), moments.end() - static_cast<std::ptrdiff_t>(most));
  TasteExamples made;
  look_back(data, moments, made);
  const std::vector<std::int64_t> returns = returns_of(data);
  for (const std::size_t k : moments) {
    const TasteListen& listen = data.listens[k];
    const bool is_trial = target == TasteTarget::kAccepted;
    const bool happened = is_trial ? data.trials[k] == Trial::kLetPlay
                                   : returns[k] != kNever && returns[k] <= listen.end + window;
    made.at.push_back(listen.ts);
    made.known_at.push_back(is_trial ? listen.end : listen.end + window);
    made.outcome.push_back(happened);
    made.labels.push_back(happened ? 1 : 0);
  }
  if (target == TasteTarget::kPreference) look_ahead(data, moments, made);
  return made;
}

}  // namespace model
