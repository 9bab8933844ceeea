#include "evaluate/shuffle_card.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "core/random.hpp"
#include "evaluate/next_results.hpp"
#include "evaluate/periods.hpp"
#include "evaluate/space_clusters.hpp"
#include "evaluate/text_columns.hpp"
#include "page/charts.hpp"
#include "page/html.hpp"
#include "page/page.hpp"

namespace engine::evaluate {
namespace {

/// values[metric][user]: of each list.
using WayValues = std::vector<std::vector<std::vector<double>>>;

/// A way that failed for everybody ends the evaluation with its own words for the first of them.
void refuse_way_without_lists(const ShuffleRequest& request, const ShuffleLists& made) {
  const std::size_t users = request.people.users.size();
  for (std::size_t way = 0; way <= request.people.entries.size(); ++way) {
    const auto failed = std::count_if(made.failures.begin(), made.failures.end(),
                                      [&](const ShuffleFailure& f) { return f.way == way; });
    if (static_cast<std::size_t>(failed) < users) continue;
    for (const ShuffleFailure& failure : made.failures)
      if (failure.way == way)
        throw named_failure(
            failure,
            way < request.people.entries.size() ? request.people.entries[way].name : "songs",
            request.people.users[failure.user]->user_name);
  }
}

AsOfOptions end_of(const ShuffleRequest& request) {
  AsOfOptions options;
  options.now = request.dates.back();
  return options;
}

SpaceClusters clusters_of(const ShuffleRequest& request) {
  if (!request.people.models) return {};
  return space_clusters(*load_as_of(request.people.users.at(0), end_of(request)),
                        request.people.models(request.dates.back()));
}

/// Of the metrics of lists.
std::vector<WayValues> values_of(const ShuffleRequest& request, const ShuffleLists& made,
                                 const SpaceClusters& clusters) {
  const std::size_t users = request.people.users.size();
  std::vector<WayValues> values(
      request.people.entries.size(),
      WayValues(accepted_metric(), std::vector<std::vector<double>>(users)));
  for (std::size_t user = 0; user < users; ++user) {
    const auto tables = load_as_of(request.people.users[user], end_of(request));
    for (std::size_t way = 0; way < values.size(); ++way) {
      const std::vector<TrackList>& lists = made.lists[way][user];
      if (lists.empty()) continue;
      auto of_person =
          shuffle_values(*tables, request.dates, lists, made.songs[user], clusters.of_track);
      for (std::size_t m = 0; m < of_person.size(); ++m)
        values[way][m][user] = std::move(of_person[m]);
    }
  }
  return values;
}

/// Of what both have.
std::vector<std::vector<double>> differences_of(const std::vector<std::vector<double>>& a,
                                                const std::vector<std::vector<double>>& b) {
  std::vector<std::vector<double>> differences(a.size());
  for (std::size_t user = 0; user < a.size(); ++user)
    for (std::size_t k = 0; k < std::min(a[user].size(), b[user].size()); ++k)
      differences[user].push_back(a[user][k] - b[user][k]);
  return differences;
}

std::vector<NextPlays> plays_of(const ShuffleRequest& request) {
  const NextPlaysOptions options{.shuffled_from = request.shuffled_from,
                                 .chosen_days = static_cast<std::int64_t>(request.dates.size()),
                                 .most_shuffled = request.most_shuffled,
                                 .most_chosen = request.most_chosen,
                                 .random_seed = request.people.random_seed};
  std::vector<NextPlays> plays;
  for (const auto& user : request.people.users)
    plays.push_back(next_plays(*load_as_of(user, end_of(request)), options));
  return plays;
}

/// What the ways make of plays, and who failed at it.
NextResults results_of_plays(const ShuffleRequest& request, std::size_t resamples,
                             std::vector<ShuffleFailure>& failures) {
  const std::vector<NextPlays> plays = plays_of(request);
  NextRequest next{request.people, request.next, request.uniform, {}};
  for (const NextPlays& of_user : plays) {
    next.plays.push_back(of_user.shuffled);
    next.plays.back().insert(next.plays.back().end(), of_user.chosen.begin(), of_user.chosen.end());
  }
  NextChances chances = next_chances(next, request.play_progress);
  std::move(chances.failures.begin(), chances.failures.end(), std::back_inserter(failures));
  return next_results(plays, chances, request.uniform, request.people.random_seed, resamples);
}

Interval interval_of(std::vector<std::vector<double>> values, std::uint64_t random_seed,
                     const std::string& what, std::size_t resamples) {
  for (std::vector<double>& of_user : values)
    std::erase_if(of_user, [](double value) { return std::isnan(value); });
  return bootstrap_mean(values, {mix_seed(random_seed, "shuffle " + what), resamples, 0.95});
}

std::string three_decimals(double value) {
  if (std::isnan(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

const char* mark_of(Standing standing) {
  return standing == Standing::kBetter ? " -" : standing == Standing::kWorse ? " +" : "";
}

bool has_too_few_plays(const ShuffleCard& card, const ShuffleWayResult& way) {
  return card.shuffled_plays > 0 && way.effective_plays > 0 && way.effective_plays < kFewestPlays;
}

std::string variety_text(const ShuffleCard& card) {
  if (card.clusters == 0)
    return "variety goes by genres, as model.embedding, which has clusters, was not trained as of "
           "the last of these days.\n";
  return "variety goes by the " + counted(card.clusters, "cluster") + " of model.embedding.\n";
}

/// "from 2020-11 to 2025-11, when Spotify's was plainly random".
std::string when_random(const ShuffleCard& card) {
  return "from " + short_time(card.shuffled_from).substr(0, 7) + " to " +
         short_time(kRandomTo).substr(0, 7) + ", when Spotify's was plainly random";
}

/// What `accepted` and `hits` go by.
std::string plays_text(const ShuffleCard& card) {
  if (card.shuffled_plays == 0)
    return "accepted: nobody told of plays under a shuffle " + when_random(card) + ".\n";
  std::string text = "accepted goes by " + counted(card.shuffled_plays, "play") +
                     " under a shuffle " + when_random(card) + "; weighed, they are worth ";
  for (std::size_t way = 0; way < card.ways.size(); ++way)
    text += (way == 0 ? "" : ", ") + std::to_string(std::lround(card.ways[way].effective_plays)) +
            " for " + card.ways[way].name;
  text += ".\n";
  if (std::any_of(card.ways.begin(), card.ways.end(),
                  [&](const ShuffleWayResult& way) { return has_too_few_plays(card, way); }))
    text += "Of fewer than " + std::to_string(std::lround(kFewestPlays)) +
            " it says nothing: too few plays to tell.\n";
  return text;
}

std::string chosen_text(const ShuffleCard& card) {
  if (card.chosen_plays == 0) return "hits: nobody played one of their songs after another.\n";
  return "hits goes by " + counted(card.chosen_plays, "play") +
         " that came after another and were not told to be shuffled, of each one's last " +
         counted(card.dates.size(), "day") + " of listening; what uniform has is chance.\n";
}

/// A row for each metric, a column for each way.
std::vector<std::vector<std::string>> card_rows(const ShuffleCard& card) {
  std::vector<std::vector<std::string>> rows{{""}};
  for (const ShuffleWayResult& way : card.ways) rows[0].push_back(way.name);
  for (std::size_t m = 0; m < shuffle_metrics().size(); ++m) {
    const ShuffleMetric& metric = shuffle_metrics()[m];
    std::vector<std::string> row{metric.name};
    for (const ShuffleWayResult& way : card.ways) {
      std::string cell = three_decimals(way.metrics[m].mean);
      if (m == accepted_metric() && has_too_few_plays(card, way)) cell = "too few";
      if (!way.differences.empty()) cell += mark_of(standing_of(metric, way.differences[m]));
      row.push_back(cell);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Where the first way is at least as good as all others, and where one is better.
std::string verdict_of(const ShuffleCard& card) {
  std::vector<std::string> best, behind, unknown;
  for (std::size_t m = 0; m < shuffle_metrics().size(); ++m) {
    const ShuffleMetric& metric = shuffle_metrics()[m];
    if (card.ways[0].metrics[m].count == 0) {
      unknown.emplace_back(metric.name);
      continue;
    }
    std::vector<std::string> better;
    for (const ShuffleWayResult& way : card.ways)
      if (!way.differences.empty() && standing_of(metric, way.differences[m]) == Standing::kWorse)
        better.push_back(way.name);
    if (better.empty()) {
      best.emplace_back(metric.name);
    } else {
      behind.push_back(std::string(metric.name) + " (" + joined(better) + ")");
    }
  }
  std::string text;
  if (!best.empty())
    text +=
        card.ways[0].name + " is best, or not told apart from the best, in " + joined(best) + ".\n";
  if (!behind.empty()) text += "Better than it in: " + joined(behind) + ".\n";
  if (!unknown.empty()) text += "Nothing is known for: " + joined(unknown) + ".\n";
  return text;
}

/// Who gave lists without a track; "" where nobody did.
std::string empty_text(const ShuffleCard& card) {
  std::string text;
  for (const ShuffleWayResult& way : card.ways)
    if (way.empty_lists > 0)
      text += way.name + " gave no track in " + std::to_string(way.empty_lists) + " of " +
              counted(way.lists, "list") + ", which count for nothing.\n";
  return text;
}

std::string heading_of(const ShuffleCard& card) {
  return "Shuffles of " + std::to_string(card.users.size()) +
         (card.users.size() == 1 ? " person: " : " people: ") + counted(card.dates.size(), "list") +
         " of " + counted(card.tracks, "track") + " each, from " + short_time(card.dates.front()) +
         " to " + short_time(card.dates.back());
}

bool is_known_of_all(const ShuffleCard& card, std::size_t metric) {
  return std::none_of(card.ways.begin(), card.ways.end(), [&](const ShuffleWayResult& way) {
    return std::isnan(way.metrics[metric].mean);
  });
}

nlohmann::ordered_json interval_json(const Interval& interval) {
  return {{"mean", finite_or_null(interval.mean)},
          {"low", finite_or_null(interval.low)},
          {"high", finite_or_null(interval.high)},
          {"count", interval.count}};
}

}  // namespace

Standing standing_of(const ShuffleMetric& metric, const Interval& difference) {
  if (difference.count == 0) return Standing::kAlike;
  const bool is_below = difference.high<0, is_above = difference.low> 0;
  if (!is_below && !is_above) return Standing::kAlike;
  return is_below == metric.is_less_better ? Standing::kBetter : Standing::kWorse;
}

Error named_failure(const ShuffleFailure& failure, const std::string& way,
                    const std::string& user) {
  return {failure.error.exit(), way + " failed for " + user + ": " + failure.error.what(),
          failure.error.parts()};
}

ShuffleCard run_shuffle_card(const ShuffleRequest& request, std::size_t tracks,
                             std::size_t resamples) {
  ShuffleLists made = make_shuffle_lists(request);
  refuse_way_without_lists(request, made);
  const SpaceClusters clusters = clusters_of(request);
  const std::vector<WayValues> values = values_of(request, made, clusters);
  ShuffleCard card;
  card.clusters = clusters.count;
  for (const auto& user : request.people.users) card.users.push_back(user->user_name);
  card.dates = request.dates;
  card.tracks = tracks;
  card.random_seed = request.people.random_seed;
  card.resamples = resamples;
  card.examples = std::move(made.examples);
  card.failures = std::move(made.failures);
  const NextResults plays = results_of_plays(request, resamples, card.failures);
  card.shuffled_from = std::max(request.shuffled_from, kRandomFrom);
  card.shuffled_plays = plays.shuffled;
  card.chosen_plays = plays.chosen;
  for (std::size_t way = 0; way < values.size(); ++way) {
    ShuffleWayResult& result = card.ways.emplace_back();
    result.name = request.people.entries[way].name;
    for (const std::vector<TrackList>& of_user : made.lists[way]) {
      result.lists += of_user.size();
      result.empty_lists += static_cast<std::size_t>(std::count_if(
          of_user.begin(), of_user.end(), [](const TrackList& list) { return list.empty(); }));
    }
    for (std::size_t m = 0; m < accepted_metric(); ++m) {
      const std::string what = result.name + " " + shuffle_metrics()[m].name;
      result.metrics.push_back(interval_of(values[way][m], card.random_seed, what, resamples));
      if (way == 0) continue;
      result.differences.push_back(interval_of(differences_of(values[0][m], values[way][m]),
                                               card.random_seed, "less " + what, resamples));
    }
    const NextResult& next = plays.ways[way];
    result.effective_plays = next.effective_plays;
    result.metrics.insert(result.metrics.end(), {next.accepted, next.hits});
    if (way == 0) continue;
    result.differences.insert(result.differences.end(),
                              {next.accepted_difference, next.hits_difference});
  }
  return card;
}

std::string shuffle_card_text(const ShuffleCard& card) {
  std::string text = heading_of(card) + "\n\n" + text_columns(card_rows(card)) + "\n";
  text += "+ better than " + card.ways[0].name +
          ", - worse, by an interval of 95 % over people and lists\n\n";
  for (const ShuffleMetric& metric : shuffle_metrics())
    text += "  " + std::string(metric.name) + ": " + metric.help +
            (metric.is_less_better ? "; less is better\n" : "; more is better\n");
  std::string examples;
  for (const ShuffleExample& example : card.examples)
    examples += "\n" + example_text(example, card.ways[0].name, card.users[example.user]);
  return text + "\n" + variety_text(card) + plays_text(card) + chosen_text(card) +
         empty_text(card) + "\n" + verdict_of(card) +
         "Nobody listened to these lists: they tell what a way gives, not how it was liked.\n" +
         examples;
}

nlohmann::ordered_json shuffle_card_json(const ShuffleCard& card) {
  nlohmann::ordered_json ways = nlohmann::ordered_json::array();
  for (const ShuffleWayResult& way : card.ways) {
    nlohmann::ordered_json metrics = nlohmann::ordered_json::object();
    for (std::size_t m = 0; m < shuffle_metrics().size(); ++m) {
      nlohmann::ordered_json& metric = metrics[shuffle_metrics()[m].name];
      metric = interval_json(way.metrics[m]);
      if (!way.differences.empty()) metric["difference"] = interval_json(way.differences[m]);
    }
    ways.push_back({{"name", way.name},
                    {"metrics", std::move(metrics)},
                    {"effective_plays", way.effective_plays},
                    {"lists", way.lists},
                    {"empty_lists", way.empty_lists}});
  }
  nlohmann::ordered_json dates = nlohmann::ordered_json::array();
  for (const std::int64_t date : card.dates) dates.push_back(short_time(date));
  nlohmann::ordered_json examples = nlohmann::ordered_json::array();
  for (const ShuffleExample& example : card.examples)
    examples.push_back(example_json(example, card.users[example.user]));
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const ShuffleFailure& failure : card.failures)
    failures.push_back(
        {{"name", failure.way < card.ways.size() ? card.ways[failure.way].name : "songs"},
         {"user", card.users[failure.user]},
         {"error", failure.error.what()}});
  return {{"users", card.users},
          {"dates", std::move(dates)},
          {"tracks", card.tracks},
          {"random_seed", card.random_seed},
          {"resamples", card.resamples},
          {"variety_by", card.clusters == 0 ? "genres" : "model.embedding"},
          {"shuffled_plays", card.shuffled_plays},
          {"chosen_plays", card.chosen_plays},
          {"ways", std::move(ways)},
          {"examples", std::move(examples)},
          {"failures", std::move(failures)}};
}

std::string shuffle_card_html(const ShuffleCard& card) {
  std::string table = "<div class=\"wide\"><table>\n";
  const auto rows = card_rows(card);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    table += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const bool is_head = r == 0 || c == 0;
      table += std::string(is_head ? "<th" : "<td class=\"number\"") + ">" +
               html_escaped(rows[r][c]) + (is_head ? "</th>" : "</td>");
    }
    table += "</tr>\n";
  }
  table += "</table></div>\n";
  std::vector<std::string> shares;
  std::vector<std::vector<double>> series(card.ways.size());
  for (std::size_t m = 0; m < shuffle_metrics().size(); ++m) {
    if (!shuffle_metrics()[m].is_share || !is_known_of_all(card, m)) continue;
    shares.emplace_back(shuffle_metrics()[m].name);
    for (std::size_t way = 0; way < card.ways.size(); ++way)
      series[way].push_back(card.ways[way].metrics[m].mean);
  }
  std::string keys;
  for (std::size_t way = 0; way < card.ways.size(); ++way)
    keys += "<span class=\"" + series_class(way) + "\"><span class=\"key\"></span> " +
            html_escaped(card.ways[way].name) + "</span> ";
  std::string helps = "<ul>\n";
  for (const ShuffleMetric& metric : shuffle_metrics())
    helps += "<li><b>" + html_escaped(metric.name) + "</b> " + html_escaped(metric.help) +
             (metric.is_less_better ? "; less is better" : "; more is better") + "</li>\n";
  helps += "</ul>\n";
  std::string examples;
  for (const ShuffleExample& example : card.examples)
    examples += example_html(example, card.ways[0].name, card.users[example.user]);
  return page_html(
      "Shuffles side by side",
      "<p>" + html_escaped(heading_of(card)) + "</p>\n" + table + "<p>+ better than " +
          html_escaped(card.ways[0].name) +
          ", - worse, by an interval of 95 % over people and lists</p>\n<p>" +
          html_escaped(variety_text(card)) + "<br>" + html_escaped(plays_text(card)) + "<br>" +
          html_escaped(chosen_text(card)) + "<br>" + html_escaped(empty_text(card)) + "</p>\n<p>" +
          html_escaped(verdict_of(card)) + "</p>\n<p>" + keys + "</p>\n<figure>" +
          bar_chart("What each way scores, of shares", shares, series) + "</figure>\n" + helps +
          "<p class=\"quiet\">Nobody listened to these lists: they tell what a way "
          "gives, not how it was liked.</p>\n" +
          examples);
}

}  // namespace engine::evaluate
