#include "evaluate/feature_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/counted.hpp"
#include "page/charts.hpp"
#include "page/html.hpp"
#include "page/page.hpp"
#include "page/svg.hpp"

namespace engine::evaluate {
namespace {

/// More dots than this cover each other.
constexpr std::size_t kMostDots = 4'000;
/// As many series as the page has colours for; smaller clusters are faint.
constexpr std::size_t kColours = 10;

std::string figure_cell(const std::string& text, bool is_clear = false) {
  return std::string("<td class=\"number") + (is_clear ? " clear" : "") + "\">" +
         html_escaped(text) + "</td>";
}

std::string heading_row(const std::vector<std::string>& names) {
  std::string html = "<tr>";
  for (const std::string& name : names) html += "<th>" + html_escaped(name) + "</th>";
  return html + "</tr>\n";
}

std::string coverage_html(const FeatureStatistics& statistics) {
  std::vector<std::string> names;
  std::vector<double> known, means;
  const auto all = static_cast<double>(std::max<std::int64_t>(1, statistics.tracks));
  for (const FeatureCoverage& feature : statistics.coverage) {
    names.push_back(feature.feature);
    known.push_back(static_cast<double>(feature.own) / all);
    means.push_back(static_cast<double>(feature.own + feature.artist_mean) / all);
  }
  return "<h2>Known of how many tracks</h2>\n<p><span class=\"" + series_class(0) +
         "\"><span class=\"key\"></span></span> their own, <span class=\"" + series_class(1) +
         "\"><span class=\"key\"></span></span> with their artist's mean</p>\n" +
         bar_chart("share of tracks that a feature is known of", names, {known, means});
}

std::string spreads_html(const FeatureStatistics& statistics) {
  std::string html = "<h2>How they are spread</h2>\n<div class=\"wide\"><table>\n" +
                     heading_row({"feature", "tracks", "least", "5 %", "median", "95 %", "most",
                                  "mean", "deviation"});
  for (const FeatureSpread& spread : statistics.spreads) {
    html += "<tr><td>" + html_escaped(spread.feature) + "</td>" +
            figure_cell(std::to_string(spread.known));
    for (const double value : {spread.least, spread.low, spread.median, spread.high, spread.most,
                               spread.mean, spread.deviation})
      html += figure_cell(number_text(value, 2));
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string correlations_html(const FeatureStatistics& statistics) {
  std::vector<std::string> names{""};
  names.insert(names.end(), statistics.correlated.begin(), statistics.correlated.end());
  std::string html =
      "<h2>Which go together</h2>\n<p>Pearson's correlation, over the tracks that have both; from "
      "0.3 on it is stressed.</p>\n<div class=\"wide\"><table>\n" +
      heading_row(names);
  for (std::size_t row = 0; row < statistics.correlated.size(); ++row) {
    html += "<tr><td>" + html_escaped(statistics.correlated[row]) + "</td>";
    for (std::size_t other = 0; other < statistics.correlated.size(); ++other) {
      const double value = statistics.correlations[row][other];
      html += figure_cell(row == other ? "" : number_text(value, 2),
                          row != other && std::abs(value) >= 0.3);
    }
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

/// Both axes of one scale, so that distances are what they are.
std::string map_svg(const TrackMap& map) {
  constexpr double kWidth = 720, kHeight = 520, kMargin = 12;
  const auto [left, right] = std::minmax_element(map.x.begin(), map.x.end());
  const auto [low, high] = std::minmax_element(map.y.begin(), map.y.end());
  const double scale = std::min((kWidth - 2 * kMargin) / std::max(1e-6f, *right - *left),
                                (kHeight - 2 * kMargin) / std::max(1e-6f, *high - *low));
  Svg svg(kWidth, kHeight, "tracks on the first two principal components of their features");
  const std::size_t every = (map.x.size() + kMostDots - 1) / kMostDots;
  const auto dots = [&](auto&& is_wanted, bool is_faint) {
    for (std::size_t k = 0; k < map.x.size(); k += every)
      if (is_wanted(map.cluster[k]))
        svg.dot(kMargin + scale * (map.x[k] - *left), kHeight - kMargin - scale * (map.y[k] - *low),
                2, is_faint);
  };
  const auto coloured = static_cast<std::int32_t>(std::min(kColours, map.clusters.size()));
  svg.begin(series_class(0));
  dots([&](std::int32_t cluster) { return cluster < 0 || cluster >= coloured; }, true);
  svg.end();
  for (std::int32_t series = 0; series < coloured; ++series) {
    svg.begin(series_class(static_cast<std::size_t>(series)));
    dots([&](std::int32_t cluster) { return cluster == series; }, false);
    svg.end();
  }
  return svg.str();
}

std::string map_html(const FeatureReport& report) {
  const TrackMap& map = report.map;
  std::string html = "<h2>Where tracks lie</h2>\n";
  if (!report.why_no_map.empty()) return html + "<p>" + html_escaped(report.why_no_map) + "</p>\n";
  html += "<p>" + counted(map.x.size(), "track") +
          " on the first two principal components of model.embedding; its largest clusters "
          "in colours, called by the genre that most of their tracks have.</p>\n<p>";
  for (std::size_t k = 0; k < std::min(kColours, map.clusters.size()); ++k) {
    const TrackMap::Cluster& cluster = map.clusters[k];
    html += "<span class=\"" + series_class(k) + "\"><span class=\"key\"></span> " +
            html_escaped(cluster.name.empty() ? "without a genre" : cluster.name) + " (" +
            std::to_string(cluster.tracks) + ")</span> ";
  }
  return html + "</p>\n" + map_svg(map);
}

}  // namespace

std::string features_html(const FeatureReport& report) {
  const std::string title = "Features of " + counted(report.statistics.tracks, "track");
  return page_html(title, "<h1>" + title + "</h1>\n" + coverage_html(report.statistics) +
                              spreads_html(report.statistics) +
                              correlations_html(report.statistics) + map_html(report));
}

}  // namespace engine::evaluate
