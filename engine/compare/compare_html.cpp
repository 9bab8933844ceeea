// The comparison as one page: no script, no fonts, nothing fetched.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include "compare/compare.hpp"
#include "core/html.hpp"

namespace engine {
namespace {

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --a: #2563a8; --b: #c2571a; --line: #c9ced6; --quiet: #5b6472; --ground: #fff; --text: #1b1f24; }
@media (prefers-color-scheme: dark) {
  :root { --a: #7db4ee; --b: #f0a06a; --line: #3a414b; --quiet: #9aa4b2; --ground: #14171b; --text: #e6e9ee; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.a { color: var(--a); } .b { color: var(--b); } .quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { display: block; max-width: 100%; height: auto; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
.bar-a { fill: var(--a); } .bar-b { fill: var(--b); } .axis { stroke: var(--line); } .same { stroke: var(--quiet); stroke-opacity: .55; fill: none; }
.lists { overflow-x: auto; }
)css";

std::string number(double value, int decimals) {
  if (std::isnan(value)) return "–";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string percent(double share) {
  return number(share * 100, 0) + " %";
}

using Shares = std::vector<std::pair<std::string, double>>;

/// Two bars for each name.
std::string bars(const std::vector<std::string>& names, const Shares& a, const Shares& b) {
  constexpr int kRow = 34, kNames = 170, kWidth = 720, kBars = kWidth - kNames - 60;
  const std::map<std::string, double> in_a(a.begin(), a.end()), in_b(b.begin(), b.end());
  double most = 0;
  for (const std::string& name : names) {
    for (const auto* shares : {&in_a, &in_b}) {
      const auto found = shares->find(name);
      if (found != shares->end()) most = std::max(most, found->second);
    }
  }
  std::ostringstream svg;
  svg << "<svg viewBox=\"0 0 " << kWidth << " " << names.size() * kRow + 4
      << "\" role=\"img\" aria-label=\"shares in A and B\">\n";
  int y = 2;
  for (const std::string& name : names) {
    svg << "<text x=\"" << kNames - 8 << "\" y=\"" << y + 18 << "\" text-anchor=\"end\">"
        << html_escaped(name) << "</text>\n";
    int bar_y = y + 2;
    for (const auto& [shares, css] : {std::pair{&in_a, "bar-a"}, std::pair{&in_b, "bar-b"}}) {
      const auto found = shares->find(name);
      const double share = found == shares->end() ? 0 : found->second;
      const double width = most > 0 ? share / most * kBars : 0;
      svg << "<rect class=\"" << css << "\" x=\"" << kNames << "\" y=\"" << bar_y << "\" width=\""
          << number(width, 1) << "\" height=\"12\"/><text x=\"" << number(kNames + width + 5, 1)
          << "\" y=\"" << bar_y + 10 << "\">" << percent(share) << "</text>\n";
      bar_y += 14;
    }
    y += kRow;
  }
  svg << "</svg>\n";
  return svg.str();
}

std::string energy_chart(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr int kHeight = 150, kBin = 66, kLeft = 20;
  double most = 0;
  for (const auto* bins : {&a, &b})
    most = std::max(most, *std::max_element(bins->begin(), bins->end()));
  std::ostringstream svg;
  svg << "<svg viewBox=\"0 0 720 " << kHeight + 40
      << "\" role=\"img\" aria-label=\"energy of the tracks in A and B\">\n";
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = kLeft + static_cast<double>(i) * kBin;
    for (const auto& [share, css, at] :
         {std::tuple{a[i], "bar-a", x + 4}, std::tuple{b[i], "bar-b", x + 33}}) {
      const double height = most > 0 ? share / most * kHeight : 0;
      svg << "<rect class=\"" << css << "\" x=\"" << number(at, 1) << "\" y=\""
          << number(kHeight + 10 - height, 1) << "\" width=\"28\" height=\"" << number(height, 1)
          << "\"><title>" << percent(share) << "</title></rect>";
    }
    svg << "<text x=\"" << number(x, 1) << "\" y=\"" << kHeight + 28 << "\">"
        << number(static_cast<double>(i) / static_cast<double>(a.size()), 1) << "</text>\n";
  }
  svg << "<line class=\"axis\" x1=\"" << kLeft << "\" x2=\"" << kLeft + 10 * kBin << "\" y1=\""
      << kHeight + 10 << "\" y2=\"" << kHeight + 10 << "\"/>\n</svg>\n";
  return svg.str();
}

/// A line from each common track's place in A to its place in B.
std::string order_chart(const ListComparison& c) {
  const std::size_t longest = std::max(c.a.tracks.size(), c.b.tracks.size());
  constexpr int kStep = 7;
  std::ostringstream svg;
  svg << "<svg viewBox=\"0 0 720 " << longest * kStep + 24
      << "\" role=\"img\" aria-label=\"places in A, on the left, and in B, on the right\">\n"
      << "<text x=\"40\" y=\"12\">A</text><text x=\"670\" y=\"12\">B</text>\n";
  const auto y = [](int place) { return 20 + place * kStep - kStep / 2; };
  for (std::size_t i = 1; i <= longest; ++i) {
    const int place = static_cast<int>(i);
    if (i <= c.a.tracks.size())
      svg << "<circle class=\"bar-a\" cx=\"44\" cy=\"" << y(place) << "\" r=\"2.2\"/>";
    if (i <= c.b.tracks.size())
      svg << "<circle class=\"bar-b\" cx=\"676\" cy=\"" << y(place) << "\" r=\"2.2\"/>";
  }
  for (const ListComparison::Common& both : c.common) {
    svg << "<path class=\"same\" d=\"M48 " << y(both.place_a) << " C300 " << y(both.place_a)
        << " 420 " << y(both.place_b) << " 672 " << y(both.place_b) << "\"><title>"
        << html_escaped(both.track.title) << " (" << both.place_a << " → " << both.place_b
        << ")</title></path>\n";
  }
  svg << "</svg>\n";
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
  return "<tr><th scope=\"row\">" + name + "</th><td class=\"number a\">" + a +
         "</td><td class=\"number b\">" + b + "</td></tr>\n";
}

std::string facts(const ListComparison& c) {
  const auto count = [](std::size_t n) { return std::to_string(n); };
  return "<table><thead><tr><th></th><th class=\"number a\">A</th><th class=\"number b\">B</th>"
         "</tr></thead><tbody>\n" +
         fact_row("tracks", count(c.a.tracks.size()), count(c.b.tracks.size())) +
         fact_row("minutes", number(c.a.minutes, 1), number(c.b.minutes, 1)) +
         fact_row("artists", count(c.a.artists.size()), count(c.b.artists.size())) +
         fact_row("new to you", percent(c.a.new_share), percent(c.b.new_share)) +
         fact_row("mean energy", number(c.a.mean_energy, 2), number(c.b.mean_energy, 2)) +
         "</tbody></table>\n";
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
  std::ostringstream page;
  page << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
       << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
       << html_escaped(c.a.name) << " and " << html_escaped(c.b.name) << "</title>\n<style>"
       << kStyle << "</style>\n</head>\n<body>\n<h1><span class=\"a\">A: " << html_escaped(c.a.name)
       << "</span><br><span class=\"b\">B: " << html_escaped(c.b.name) << "</span></h1>\n"
       << facts(c) << "<p>In common: " << c.common.size() << " tracks, " << percent(c.jaccard)
       << " of all that are in either. Their order: Kendall tau-b " << number(c.kendall, 2)
       << ", Spearman rho " << number(c.spearman, 2) << ". Beginnings: rank-biased overlap "
       << number(c.overlap_by_rank, 2) << " (p = 0.9).</p>\n";
  const Shares artists_a = artist_shares(c.a), artists_b = artist_shares(c.b);
  page << "<h2>Genres</h2>\n"
       << bars(names_of(c.a.genres, c.b.genres, 12, true), c.a.genres, c.b.genres)
       << "<h2>Eras</h2>\n"
       << bars(names_of(c.a.eras, c.b.eras, 20, false), c.a.eras, c.b.eras) << "<h2>Energy</h2>\n"
       << energy_chart(c.a.energy, c.b.energy) << "<h2>Artists</h2>\n"
       << bars(names_of(artists_a, artists_b, 12, true), artists_a, artists_b) << "<h2>Order</h2>\n"
       << order_chart(c)
       << "<h2>Tracks</h2>\n<div class=\"lists\"><table><thead><tr><th class=\"number\">place</th>"
          "<th class=\"a\">A <span class=\"quiet\">(place in B)</span></th><th class=\"b\">B "
          "<span class=\"quiet\">(place in A)</span></th></tr></thead><tbody>\n"
       << track_rows(c) << "</tbody></table></div>\n</body>\n</html>\n";
  return page.str();
}

}  // namespace engine
