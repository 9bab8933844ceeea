// The comparison as one page.
#include <algorithm>
#include <map>

#include "compare/compare.hpp"
#include "core/counted.hpp"
#include "page/charts.hpp"
#include "page/html.hpp"
#include "page/page.hpp"
#include "page/svg.hpp"

namespace engine {
namespace {

using Shares = std::vector<std::pair<std::string, double>>;

/// Of the names in their order; 0 for one that is not among them.
std::vector<double> shares_of(const std::vector<std::string>& names, const Shares& shares) {
  const std::map<std::string, double> known(shares.begin(), shares.end());
  std::vector<double> found;
  for (const std::string& name : names) {
    const auto at = known.find(name);
    found.push_back(at == known.end() ? 0 : at->second);
  }
  return found;
}

std::string shares_chart(const std::vector<std::string>& names, const Shares& a, const Shares& b) {
  return bar_chart("shares in A and B", names, {shares_of(names, a), shares_of(names, b)});
}

std::string energy_chart(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<std::string> ticks;
  for (std::size_t i = 0; i < a.size(); ++i)
    ticks.push_back(number_text(static_cast<double>(i) / static_cast<double>(a.size()), 1));
  return column_chart("energy of the tracks in A and B", ticks, {a, b});
}

/// A line from each common track's place in A to its place in B.
std::string order_chart(const ListComparison& c) {
  constexpr double kStep = 7, kLeft = 44, kRight = 676;
  const std::size_t longest = std::max(c.a.tracks.size(), c.b.tracks.size());
  Svg svg(720, kStep * static_cast<double>(longest) + 24,
          "places in A, on the left, and in B, on the right");
  svg.text(kLeft, 12, "A", Svg::Anchor::kMiddle);
  svg.text(kRight, 12, "B", Svg::Anchor::kMiddle);
  const auto y = [](std::size_t place) { return 16.5 + kStep * static_cast<double>(place); };
  const auto dots = [&](std::size_t series, const ListProfile& list, double x) {
    svg.begin(series_class(series));
    for (std::size_t place = 1; place <= list.tracks.size(); ++place) svg.dot(x, y(place), 2.2);
    svg.end();
  };
  dots(0, c.a, kLeft);
  dots(1, c.b, kRight);
  for (const ListComparison::Common& both : c.common) {
    svg.link(kLeft + 4, y(static_cast<std::size_t>(both.place_a)), kRight - 4,
             y(static_cast<std::size_t>(both.place_b)),
             both.track.title + " (" + std::to_string(both.place_a) + " → " +
                 std::to_string(both.place_b) + ")");
  }
  return svg.str();
}

Shares artist_shares(const ListProfile& list) {
  Shares shares;
  for (const auto& [name, count] : list.artists)
    shares.emplace_back(name, static_cast<double>(count) / static_cast<double>(list.tracks.size()));
  return shares;
}

std::vector<std::string> names_of(const Shares& a, const Shares& b, std::size_t most,
                                  bool is_by_share) {
  std::map<std::string, double> both;
  for (const auto& [name, share] : a) both[name] += share;
  for (const auto& [name, share] : b) both[name] += share;
  Shares sorted(both.begin(), both.end());
  if (is_by_share)
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& x, const auto& y) { return x.second > y.second; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) names.push_back(sorted[i].first);
  return names;
}

std::string fact_row(const std::string& name, const std::string& a, const std::string& b) {
  return "<tr><th scope=\"row\">" + name + "</th><td class=\"number\">" + a +
         "</td><td class=\"number\">" + b + "</td></tr>\n";
}

/// A or B in its colour.
std::string side(const char* css, std::size_t series, const std::string& html) {
  return "<th class=\"" + series_class(series) + css + "\"><span class=\"named\">" + html +
         "</span></th>";
}

std::string facts(const ListComparison& c) {
  const auto count = [](std::size_t n) { return std::to_string(n); };
  return "<div class=\"wide\"><table><thead><tr><th></th>" + side(" number", 0, "A") +
         side(" number", 1, "B") + "</tr></thead><tbody>\n" +
         fact_row("tracks", count(c.a.tracks.size()), count(c.b.tracks.size())) +
         fact_row("minutes", number_text(c.a.minutes, 1), number_text(c.b.minutes, 1)) +
         fact_row("artists", count(c.a.artists.size()), count(c.b.artists.size())) +
         fact_row("new to you", percent_text(c.a.new_share), percent_text(c.b.new_share)) +
         fact_row("mean energy", number_text(c.a.mean_energy, 2), number_text(c.b.mean_energy, 2)) +
         "</tbody></table></div>\n";
}

std::string track_rows(const ListComparison& c) {
  std::map<std::int64_t, int> place_a, place_b;
  for (const ListComparison::Common& both : c.common) {
    place_b[both.track.id] = both.place_b;
    place_a[both.track.id] = both.place_a;
  }
  const auto cell = [](const std::vector<ListTrack>& tracks, std::size_t i,
                       const std::map<std::int64_t, int>& other) {
    if (i >= tracks.size()) return std::string("<td></td>");
    const auto found = other.find(tracks[i].id);
    const std::string note = found == other.end() ? "only here" : std::to_string(found->second);
    return "<td>" + html_escaped(tracks[i].title) + " <span class=\"quiet\">" +
           html_escaped(tracks[i].artist) + " · " + note + "</span></td>";
  };
  std::string rows;
  for (std::size_t i = 0; i < std::max(c.a.tracks.size(), c.b.tracks.size()); ++i) {
    rows += "<tr><td class=\"number\">" + std::to_string(i + 1) + "</td>" +
            cell(c.a.tracks, i, place_b) + cell(c.b.tracks, i, place_a) + "</tr>\n";
  }
  return rows;
}

}  // namespace

std::string comparison_html(const ListComparison& c) {
  const Shares artists_a = artist_shares(c.a), artists_b = artist_shares(c.b);
  const auto name = [](std::size_t series, const std::string& text) {
    return "<span class=\"" + series_class(series) + "\"><span class=\"named\">" +
           html_escaped(text) + "</span></span>";
  };
  std::string body = "<h1>" + name(0, "A: " + c.a.name) + "<br>" + name(1, "B: " + c.b.name) +
                     "</h1>\n" + facts(c) + "<p>In common: " + counted(c.common.size(), "track") +
                     ", " + percent_text(c.jaccard) +
                     " of all that are in either. Their order: Kendall tau-b " +
                     number_text(c.kendall, 2) + ", Spearman rho " + number_text(c.spearman, 2) +
                     ". Beginnings: rank-biased overlap " + number_text(c.overlap_by_rank, 2) +
                     " (p = 0.9).</p>\n";
  body += "<h2>Genres</h2>\n" +
          shares_chart(names_of(c.a.genres, c.b.genres, 12, true), c.a.genres, c.b.genres) +
          "<h2>Eras</h2>\n" +
          shares_chart(names_of(c.a.eras, c.b.eras, 20, false), c.a.eras, c.b.eras) +
          "<h2>Energy</h2>\n" + energy_chart(c.a.energy, c.b.energy) + "<h2>Artists</h2>\n" +
          shares_chart(names_of(artists_a, artists_b, 12, true), artists_a, artists_b) +
          "<h2>Order</h2>\n" + order_chart(c);
  body += "<h2>Tracks</h2>\n<div class=\"wide\"><table><thead><tr><th class=\"number\">place</th>" +
          side("", 0, "A <span class=\"quiet\">(place in B)</span>") +
          side("", 1, "B <span class=\"quiet\">(place in A)</span>") + "</tr></thead><tbody>\n" +
          track_rows(c) + "</tbody></table></div>\n";
  return page_html(c.a.name + " and " + c.b.name, body);
}

}  // namespace engine
