#include "evaluate/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace engine::evaluate {
namespace {

constexpr double kNotCounted = std::numeric_limits<double>::quiet_NaN();
struct Metric {
  const char *name, *about;
};
constexpr Metric kAtK[] = {
    {"hit_rate", "lists with a track among the first k that was then played"},
    {"precision", "share of the first k tracks that were then played"},
    {"recall", "share of the tracks then played that are among the first k"},
    {"ndcg", "like precision, but early places count more; 1 when hits could not stand better"},
    {"discovery_hit_rate", "lists with a hit among the first k that was never heard before"},
    {"discovery_recall", "share of the tracks then played for the first time among the first k"},
};
constexpr Metric kWhole[] = {
    {"mrr", "1 divided by the place of the first hit"},
    {"skip_rate", "skips among what was then heard of the list; less is better"},
    {"novelty", "share of the list never heard before its date"},
    {"new_artists", "share of the list by artists never met before its date"},
    {"long_tail", "share of the list outside the tracks that make up 80 % of all plays"},
    {"artist_entropy", "variety of artists, in bits"},
    {"overlap", "share of the list that the list before had too"},
    {"coverage", "share of the catalogue that all lists together show"},
    {"list_length", "tracks in the list"},
};

double share_of(const std::vector<bool>& is_so) {
  if (is_so.empty()) return kNotCounted;
  return static_cast<double>(std::count(is_so.begin(), is_so.end(), true)) /
         static_cast<double>(is_so.size());
}

double ratio(double part, double whole) {
  return whole == 0 ? kNotCounted : part / whole;
}

double gain_at(std::size_t place) {  // 1-based
  return 1 / std::log2(static_cast<double>(place) + 1);
}

struct Hits {
  std::vector<bool> at;  // by place
  Hits(const JudgedList& list, const Truth& truth) {
    for (const std::int32_t track : list.tracks) {
      const TrackListens* listens = truth.find(track);
      at.push_back(listens != nullptr && listens->plays > 0);
    }
  }
};

void measure_at(std::size_t k, const JudgedList& list, const Truth& truth, const Hits& hits,
                std::vector<double>& values) {
  double count = 0, count_new = 0, gain = 0, best = 0;
  for (std::size_t i = 0; i < std::min(k, hits.at.size()); ++i) {
    if (!hits.at[i]) continue;
    count += 1;
    count_new += list.is_new[i] ? 1 : 0;
    gain += gain_at(i + 1);
  }
  for (std::size_t i = 1; i <= std::min(k, static_cast<std::size_t>(truth.played)); ++i)
    best += gain_at(i);
  values.push_back(count > 0 ? 1 : 0);
  values.push_back(count / static_cast<double>(k));
  values.push_back(ratio(count, static_cast<double>(truth.played)));
  values.push_back(ratio(gain, best));
  values.push_back(count_new > 0 ? 1 : 0);
  values.push_back(ratio(count_new, static_cast<double>(truth.played_new)));
}

double reciprocal_rank(const Hits& hits) {
  const auto first = std::find(hits.at.begin(), hits.at.end(), true);
  return first == hits.at.end() ? 0 : 1 / static_cast<double>(first - hits.at.begin() + 1);
}

double skip_rate(const JudgedList& list, const Truth& truth) {
  double told = 0, skips = 0;
  for (const std::int32_t track : list.tracks) {
    const TrackListens* listens = truth.find(track);
    if (listens == nullptr) continue;
    told += listens->told;
    skips += listens->skips;
  }
  return ratio(skips, told);
}

double entropy(std::vector<std::int32_t> artists) {
  if (artists.empty()) return kNotCounted;
  std::sort(artists.begin(), artists.end());
  double bits = 0;
  const auto all = static_cast<double>(artists.size());
  for (auto run = artists.begin(); run != artists.end();) {
    const auto end = std::upper_bound(run, artists.end(), *run);
    const double share = static_cast<double>(end - run) / all;
    bits -= share * std::log2(share);
    run = end;
  }
  return bits + 0.0;  // never -0
}

double overlap(const JudgedList& list) {
  if (list.previous == nullptr || list.tracks.empty()) return kNotCounted;
  std::vector<std::int32_t> previous = *list.previous;
  std::sort(previous.begin(), previous.end());
  const auto again = std::count_if(list.tracks.begin(), list.tracks.end(), [&](std::int32_t t) {
    return std::binary_search(previous.begin(), previous.end(), t);
  });
  return static_cast<double>(again) / static_cast<double>(list.tracks.size());
}

}  // namespace

std::vector<std::string> metric_names(const std::vector<std::int64_t>& ks) {
  std::vector<std::string> names;
  for (const std::int64_t k : ks)
    for (const Metric& metric : kAtK)
      names.push_back(std::string(metric.name) + "@" + std::to_string(k));
  for (const Metric& metric : kWhole) names.emplace_back(metric.name);
  return names;
}

std::string metric_about(const std::string& name) {
  const std::string base = name.substr(0, name.find('@'));
  for (const Metric& metric : kAtK)
    if (base == metric.name) return metric.about;
  for (const Metric& metric : kWhole)
    if (base == metric.name) return metric.about;
  return "";
}

std::size_t find_metric(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string all;
  for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
  const std::string near = nearest(name, names);
  throw Error(Exit::kUsage, "there is no metric \"" + name + "\"",
              {"", "", "there are " + all, near.empty() ? "" : "did you mean " + near + "?"});
}

std::vector<double> measure(const JudgedList& list, const Truth& truth,
                            const std::vector<std::int64_t>& ks) {
  const Hits hits(list, truth);
  const auto length = static_cast<double>(list.tracks.size());
  std::vector<double> values;
  for (const std::int64_t k : ks)
    measure_at(static_cast<std::size_t>(k), list, truth, hits, values);
  values.push_back(reciprocal_rank(hits));
  values.push_back(skip_rate(list, truth));
  values.push_back(share_of(list.is_new));
  values.push_back(share_of(list.is_artist_new));
  values.push_back(share_of(list.is_tail));
  values.push_back(entropy(list.artists));
  values.push_back(overlap(list));
  values.push_back(static_cast<double>(list.first_shown) * static_cast<double>(list.list_count) /
                   static_cast<double>(list.catalogue_count));
  values.push_back(length);
  return values;
}

double gini(std::vector<std::int64_t> shown, std::int64_t catalogue_count) {
  std::erase(shown, 0);
  std::sort(shown.begin(), shown.end());
  const auto all = static_cast<double>(catalogue_count);
  double sum = 0, weighted = 0;  // places are from 1, the least shown first
  double place = all - static_cast<double>(shown.size());
  for (const std::int64_t count : shown) {
    place += 1;
    sum += static_cast<double>(count);
    weighted += (2 * place - all - 1) * static_cast<double>(count);
  }
  return sum == 0 ? kNotCounted : weighted / (all * sum);
}

}  // namespace engine::evaluate
