#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include "compare/compare.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "core/sparkline.hpp"

namespace engine {
namespace {

constexpr std::size_t kMostListed = 10, kMostNames = 8;

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

std::string number(double value, int decimals = 2) {
  if (std::isnan(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

/// How many columns of a terminal a text takes: UTF-8 continuation bytes take none.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(const std::string& text, std::size_t columns) {
  const std::size_t taken = width(text);
  return text + std::string(taken < columns ? columns - taken : 1, ' ');
}

std::string row(const std::string& name, const std::string& a, const std::string& b) {
  return padded(one_line(name), 24) + padded(a, 26) + b + "\n";
}

/// Rows of one share each for both lists, the names in the order given.
std::string share_rows(const std::string& title, const std::vector<std::string>& names,
                       const std::vector<std::pair<std::string, double>>& a,
                       const std::vector<std::pair<std::string, double>>& b) {
  const std::map<std::string, double> in_a(a.begin(), a.end()), in_b(b.begin(), b.end());
  const auto share = [](const std::map<std::string, double>& shares, const std::string& name) {
    const auto found = shares.find(name);
    return found == shares.end() ? std::string("-") : percent(found->second);
  };
  std::string text;
  for (const std::string& name : names)
    text += row((text.empty() ? title : std::string(title.size(), ' ')) + "  " + name,
                share(in_a, name), share(in_b, name));
  return text;
}

/// The names with the largest shares of both lists together.
std::vector<std::string> largest_names(const std::vector<std::pair<std::string, double>>& a,
                                       const std::vector<std::pair<std::string, double>>& b) {
  std::map<std::string, double> both;
  for (const auto& [name, share] : a) both[name] += share;
  for (const auto& [name, share] : b) both[name] += share;
  std::vector<std::pair<std::string, double>> sorted(both.begin(), both.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& x, const auto& y) { return x.second > y.second; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kMostNames, sorted.size()); ++i)
    names.push_back(sorted[i].first);
  return names;
}

std::vector<std::string> all_names(const std::vector<std::pair<std::string, double>>& a,
                                   const std::vector<std::pair<std::string, double>>& b) {
  std::set<std::string> names;
  for (const auto& [name, share] : a) names.insert(name);
  for (const auto& [name, share] : b) names.insert(name);
  return {names.begin(), names.end()};
}

std::string name_of(const ListTrack& track) {
  return "\"" + one_line(track.title) + "\" by " +
         (track.artist.empty() ? "an unknown artist" : one_line(track.artist));
}

std::string listed(const std::string& title, const std::vector<ListTrack>& tracks) {
  if (tracks.empty()) return "";
  std::string text = "\n" + title + " (" + std::to_string(tracks.size()) + "):\n";
  for (std::size_t i = 0; i < std::min(kMostListed, tracks.size()); ++i)
    text += "  " + name_of(tracks[i]) + "\n";
  if (tracks.size() > kMostListed)
    text += "  ... and " + std::to_string(tracks.size() - kMostListed) + " more (--json has all)\n";
  return text;
}

std::string moved(std::vector<ListComparison::Common> common) {
  std::erase_if(common,
                [](const ListComparison::Common& both) { return both.place_a == both.place_b; });
  if (common.empty()) return "";
  std::stable_sort(common.begin(), common.end(), [](const auto& x, const auto& y) {
    return std::abs(x.place_a - x.place_b) > std::abs(y.place_a - y.place_b);
  });
  std::string text = "\nmoved most:\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(5, common.size()); ++i) {
    text += "  " + std::to_string(common[i].place_a) + " -> " + std::to_string(common[i].place_b) +
            "  " + name_of(common[i].track) + "\n";
  }
  return text;
}

}  // namespace

std::string comparison_text(const ListComparison& c) {
  std::ostringstream text;
  const auto add = [&](const std::string& name, const std::string& a, const std::string& b) {
    text << row(name, a, b);
  };
  text << "A: " << c.a.name << "\nB: " << c.b.name << "\n\n";
  add("", "A", "B");
  add("tracks", std::to_string(c.a.tracks.size()), std::to_string(c.b.tracks.size()));
  add("minutes", number(c.a.minutes, 1), number(c.b.minutes, 1));
  add("artists", std::to_string(c.a.artists.size()), std::to_string(c.b.artists.size()));
  add("new to you", percent(c.a.new_share), percent(c.b.new_share));
  add("mean energy", number(c.a.mean_energy), number(c.b.mean_energy));
  add("energy 0 to 1", "|" + sparkline(c.a.energy, SparklineFrom::kZero) + "|",
      "|" + sparkline(c.b.energy, SparklineFrom::kZero) + "|");
  text << share_rows("genre", largest_names(c.a.genres, c.b.genres), c.a.genres, c.b.genres)
       << share_rows("era", all_names(c.a.eras, c.b.eras), c.a.eras, c.b.eras);
  const auto shares = [](const ListProfile& list) {
    std::vector<std::pair<std::string, double>> result;
    for (const auto& [name, count] : list.artists)
      result.emplace_back(name,
                          static_cast<double>(count) / static_cast<double>(list.tracks.size()));
    return result;
  };
  text << share_rows("artist", largest_names(shares(c.a), shares(c.b)), shares(c.a), shares(c.b));
  text << "\nin common: " << counted(c.common.size(), "track") << " (" << percent(c.jaccard)
       << " of all that are in either)\n";
  if (!std::isnan(c.kendall)) {
    text << "their order: Kendall tau-b " << number(c.kendall) << ", Spearman rho "
         << number(c.spearman) << " (1 the same, 0 unrelated, -1 reversed)\n";
  }
  text << "beginnings: rank-biased overlap " << number(c.overlap_by_rank)
       << " (1 the same; the first ten places weigh 86 % of it)\n"
       << listed("only in A", c.only_a) << listed("only in B", c.only_b) << moved(c.common);
  return text.str();
}

}  // namespace engine
