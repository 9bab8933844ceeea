#include "evaluate/cluster_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "page/html.hpp"
#include "page/page.hpp"
#include "page/png.hpp"

namespace engine {
extern const std::string_view kClusterMapScript;
}

namespace engine::evaluate {
namespace {

using Json = nlohmann::ordered_json;

// ---- colours ----

/// Hues far from each other, however many there are: by the golden angle.
constexpr double kGoldenAngle = 137.508, kFirstHue = 210;

double hue_of(std::size_t cluster) {
  return std::fmod(kFirstHue + kGoldenAngle * static_cast<double>(cluster), 360);
}

/// In turns darker and lighter, so that hues that come near to each other differ.
double lightness_of(std::size_t cluster) {
  constexpr double kLightness[] = {0.45, 0.35, 0.55};
  return kLightness[cluster / 8 % std::size(kLightness)];
}

Colour colour_of(std::size_t cluster) {
  constexpr double kSaturation = 0.65;
  const double hue = hue_of(cluster) / 30, lightness = lightness_of(cluster),
               spread = kSaturation * std::min(lightness, 1 - lightness);
  const auto part = [&](double n) {
    const double k = std::fmod(n + hue, 12);
    const double value = lightness - spread * std::max(-1.0, std::min({k - 3, 9 - k, 1.0}));
    return static_cast<std::uint8_t>(std::lround(255 * value));
  };
  return {part(0), part(8), part(4)};
}

std::string css_colour(std::size_t cluster) {
  const Colour colour = colour_of(cluster);
  char text[16];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text;
}

// ---- where dots are drawn ----

/// Places along one axis, in which empty stretches are shorter. Nothing pulls at tracks that are like
/// none of the others, so that UMAP leaves them far outside, and the whole map would be a speck
/// between them. What lies between places that are not far apart stays as it is, and so does the
/// order of all.
class MapAxis {
 public:
  explicit MapAxis(std::vector<float> places) : from_(std::move(places)) {
    std::sort(from_.begin(), from_.end());
    const std::size_t count = from_.size();
    to_.assign(count, 0);
    if (count == 0) return;
    const auto at = [&](double share) {
      return double{from_[static_cast<std::size_t>(share * static_cast<double>(count - 1))]};
    };
    const double width = at(1 - kOutside) - at(kOutside);
    for (std::size_t k = 1; k < count; ++k) {
      const double gap = double{from_[k]} - double{from_[k - 1]},
                   beyond =
                       static_cast<double>(std::min(k, count - k)) / static_cast<double>(count),
                   most = width * std::min(kWidestGap, kGapOfOne + kGapOfShare * beyond);
      to_[k] = to_[k - 1] + (width > 0 ? std::min(gap, most) : gap);
    }
  }

  /// Of a place between two of those it was made of, too.
  [[nodiscard]] float operator()(float place) const {
    if (from_.empty()) return place;
    const auto above = std::lower_bound(from_.begin(), from_.end(), place);
    if (above == from_.end()) return static_cast<float>(to_.back());
    const auto k = static_cast<std::size_t>(above - from_.begin());
    if (k == 0 || *above == place) return static_cast<float>(to_[k]);
    const double share =
        (double{place} - double{from_[k - 1]}) / (double{from_[k]} - double{from_[k - 1]});
    return static_cast<float>(to_[k - 1] + share * (to_[k] - to_[k - 1]));
  }

 private:
  /// The width that counts is that of all but this share at either end; an empty stretch is drawn as
  /// wide as the first of these shares of it, and wider the more tracks lie beyond, up to the last.
  static constexpr double kOutside = 0.05, kGapOfOne = 0.004, kGapOfShare = 2, kWidestGap = 0.1;
  std::vector<float> from_;
  std::vector<double> to_;
};

/// The middle of a cluster in parts may lie where none of its tracks is: then that of the nearest is.
void name_a_track_each(ClusterMap& map) {
  struct Nearest {
    double apart = std::numeric_limits<double>::infinity();
    float x = 0, y = 0;
  };
  std::vector<Nearest> nearest(map.clusters.size());
  for (const ClusterMap::Track& track : map.tracks) {
    if (track.at < 0) continue;
    const ClusterMap::Cluster& own = map.clusters[static_cast<std::size_t>(track.at)];
    const double apart =
        std::hypot(double{track.x} - double{own.x}, double{track.y} - double{own.y});
    Nearest& known = nearest[static_cast<std::size_t>(track.at)];
    if (apart < known.apart) known = {apart, track.x, track.y};
  }
  for (std::size_t k = 0; k < nearest.size(); ++k) {
    if (!std::isfinite(nearest[k].apart)) continue;
    map.clusters[k].x = nearest[k].x;
    map.clusters[k].y = nearest[k].y;
  }
}

ClusterMap without_empty_stretches(ClusterMap map) {
  std::vector<float> xs, ys;
  for (const ClusterMap::Track& track : map.tracks) {
    xs.push_back(track.x);
    ys.push_back(track.y);
  }
  const MapAxis x(std::move(xs)), y(std::move(ys));
  const auto move = [&](auto& thing) {
    thing.x = x(thing.x);
    thing.y = y(thing.y);
  };
  for (ClusterMap::Track& track : map.tracks) move(track);
  for (ClusterMap::Cluster& cluster : map.clusters) move(cluster);
  name_a_track_each(map);
  return map;
}

// ---- the page ----

double rounded(float value) {
  return std::round(double{value} * 1000) / 1000;
}

/// What the script draws.
std::string data_text(const ClusterMap& map) {
  Json names = Json::array(), colours = names, middles = names, tracks = names;
  for (std::size_t k = 0; k < map.clusters.size(); ++k) {
    names.push_back(map.clusters[k].name);
    colours.push_back(css_colour(k));
    middles.push_back({rounded(map.clusters[k].x), rounded(map.clusters[k].y)});
  }
  for (const ClusterMap::Track& track : map.tracks)
    tracks.push_back({track.name, rounded(track.x), rounded(track.y), track.at});
  const Json data = {
      {"names", names}, {"colours", colours}, {"middles", middles}, {"tracks", tracks}};
  return json_text(data);
}

std::string percent_of(double share) {
  return std::to_string(std::lround(100 * share)) + " %";
}

std::string cluster_rows(const ClusterMap& map) {
  std::string html;
  for (std::size_t k = 0; k < map.clusters.size(); ++k) {
    const ClusterMap::Cluster& cluster = map.clusters[k];
    std::string examples;
    for (const std::string& example : cluster.examples)
      examples += (examples.empty() ? "" : "<br>") + html_escaped(example);
    html += "<tr><td class=\"number\">" + std::to_string(cluster.id) +
            "</td><td><button type=\"button\" class=\"cluster\" data-cluster=\"" +
            std::to_string(k) +
            "\" aria-pressed=\"false\"><span class=\"key\" style=\"background:" + css_colour(k) +
            "\"></span>" + html_escaped(cluster.name) + "</button></td><td class=\"number\">" +
            std::to_string(cluster.tracks) + "</td><td>" + html_escaped(cluster.words) +
            "</td><td><small>" + examples + "</small></td></tr>\n";
  }
  return html;
}

constexpr const char* kMapStyle = R"css(<style>
.map { position: relative; border: 1px solid var(--line); border-radius: .3rem; overflow: hidden; touch-action: none; height: min(72vh, 46rem); }
.map canvas { display: block; width: 100%; height: 100%; cursor: grab; }
.map canvas:focus-visible { outline: 3px solid #2563a8; outline-offset: -3px; }
.tip { position: absolute; pointer-events: none; max-width: 18rem; padding: .3rem .5rem; border-radius: .3rem; font-size: 13px;
  background: var(--text); color: var(--ground); }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .6rem 0; }
.tools label { flex: 1 1 14rem; display: flex; gap: .5rem; align-items: center; }
.tools input { flex: 1; min-width: 8rem; } .tools input, .tools button { font: inherit; padding: .35rem .6rem; color: inherit; background: var(--ground);
  border: 1px solid var(--quiet); border-radius: .3rem; }
.found { list-style: none; margin: 0; padding: 0; max-height: 12rem; overflow-y: auto; } .found button, .cluster { font: inherit; color: inherit; background: none;
  border: 0; padding: .15rem 0; text-align: left; cursor: pointer; }
.cluster[aria-pressed=true] { font-weight: 600; text-decoration: underline; }
</style>
)css";

// ---- the picture ----

constexpr std::size_t kPictureWidth = 1600, kPictureHeight = 1200;
constexpr int kPictureMargin = 40, kDotRadius = 3, kDigitScale = 4;
constexpr std::uint8_t kGround = 0, kInk = 1, kGrey = 2, kFirstCluster = 3;
constexpr std::size_t kClusterColours = 256 - kFirstCluster;

/// Three columns, five rows of each digit; bit 0 of a row is its right column.
constexpr std::uint8_t kDigitShapes[10][5] = {
    {7, 5, 5, 5, 7}, {2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 3, 1, 7}, {5, 5, 7, 1, 1},
    {7, 4, 7, 1, 7}, {7, 4, 7, 5, 7}, {7, 1, 1, 2, 2}, {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7}};

class MapPicture {
 public:
  explicit MapPicture(ClusterMap map)
      : map_(std::move(map)), picture_(kPictureWidth, kPictureHeight, palette()) {
    frame();
  }

  std::string draw() {
    for (const bool is_clustered : {false, true})  // what is in a cluster lies above
      for (const ClusterMap::Track& track : map_.tracks)
        if ((track.at >= 0) == is_clustered) dot(track);
    for (const ClusterMap::Cluster& cluster : map_.clusters) number(cluster);
    return png_bytes(picture_);
  }

 private:
  static std::vector<Colour> palette() {
    std::vector<Colour> colours{{255, 255, 255}, {20, 20, 20}, {200, 204, 210}};
    for (std::size_t k = 0; k < kClusterColours; ++k) colours.push_back(colour_of(k));
    return colours;
  }

  void frame() {
    float least_x = std::numeric_limits<float>::infinity(), least_y = least_x, most_x = -least_x,
          most_y = -least_x;
    for (const ClusterMap::Track& track : map_.tracks) {
      least_x = std::min(least_x, track.x);
      most_x = std::max(most_x, track.x);
      least_y = std::min(least_y, track.y);
      most_y = std::max(most_y, track.y);
    }
    if (map_.tracks.empty()) return;
    middle_x_ = (double{least_x} + double{most_x}) / 2;
    middle_y_ = (double{least_y} + double{most_y}) / 2;
    scale_ = std::min(
        (kPictureWidth - 2.0 * kPictureMargin) / std::max(1e-6, double{most_x} - double{least_x}),
        (kPictureHeight - 2.0 * kPictureMargin) / std::max(1e-6, double{most_y} - double{least_y}));
  }
  [[nodiscard]] std::int64_t across(float x) const {
    return std::lround(kPictureWidth / 2.0 + (double{x} - middle_x_) * scale_);
  }
  [[nodiscard]] std::int64_t down(float y) const {
    return std::lround(kPictureHeight / 2.0 - (double{y} - middle_y_) * scale_);
  }

  void dot(const ClusterMap::Track& track) {
    const auto colour =
        track.at < 0 ? kGrey
                     : static_cast<std::uint8_t>(
                           kFirstCluster + static_cast<std::size_t>(track.at) % kClusterColours);
    const std::int64_t x = across(track.x), y = down(track.y);
    for (std::int64_t dy = -kDotRadius; dy <= kDotRadius; ++dy)
      for (std::int64_t dx = -kDotRadius; dx <= kDotRadius; ++dx)
        if (dx * dx + dy * dy <= kDotRadius * kDotRadius) picture_.put(x + dx, y + dy, colour);
  }

  /// Its number above its middle, in ink on a ground of its own, to be read on any dots.
  void number(const ClusterMap::Cluster& cluster) {
    constexpr std::int64_t kAround = 3;
    const std::string digits = std::to_string(cluster.id);
    const auto width = static_cast<std::int64_t>(digits.size()) * 4 * kDigitScale - kDigitScale;
    const std::int64_t left = across(cluster.x) - width / 2,
                       top = down(cluster.y) - 5 * kDigitScale - kAround - 2 * kDotRadius;
    for (std::int64_t y = top - kAround; y < top + 5 * kDigitScale + kAround; ++y)
      for (std::int64_t x = left - kAround; x < left + width + kAround; ++x)
        picture_.put(x, y, kGround);
    for (std::size_t k = 0; k < digits.size(); ++k)
      digit(digits[k] - '0', left + static_cast<std::int64_t>(k) * 4 * kDigitScale, top);
  }
  void digit(int value, std::int64_t left, std::int64_t top) {
    for (int y = 0; y < 5 * kDigitScale; ++y)
      for (int x = 0; x < 3 * kDigitScale; ++x)
        if ((kDigitShapes[value][y / kDigitScale] >> (2 - x / kDigitScale) & 1) != 0)
          picture_.put(left + x, top + y, kInk);
  }

  ClusterMap map_;
  PalettedPicture picture_;
  double middle_x_ = 0, middle_y_ = 0, scale_ = 1;
};

}  // namespace

double ClusterMap::clustered() const {
  const auto count =
      std::count_if(tracks.begin(), tracks.end(), [](const Track& track) { return track.at >= 0; });
  return tracks.empty() ? 0 : static_cast<double>(count) / static_cast<double>(tracks.size());
}

std::string cluster_map_html(const ClusterMap& given) {
  const ClusterMap map = without_empty_stretches(given);
  std::string body = kMapStyle;
  body +=
      "<h1>Map of " + html_escaped(map.person) + "’s music</h1>\n<p>" +
      counted(map.tracks.size(), "track") + ", " + percent_of(map.clustered()) + " of them in " +
      counted(map.clusters.size(), "cluster") + "; as of " + html_escaped(map.as_of) +
      ". Tracks that lie together sound alike; how far apart clusters lie says little, and what is "
      "empty between them is drawn narrower.</p>\n"
      "<div class=\"tools\"><label>Find <input type=\"search\" id=\"find\" "
      "placeholder=\"artist or title\" autocomplete=\"off\"></label>"
      "<button type=\"button\" id=\"nearer\">Nearer</button>"
      "<button type=\"button\" id=\"farther\">Farther</button>"
      "<button type=\"button\" id=\"whole\">Whole map</button></div>\n"
      "<p id=\"count\" class=\"quiet\" role=\"status\"></p>\n<ul id=\"found\" "
      "class=\"found\"></ul>\n"
      "<div class=\"map\"><canvas id=\"map\" tabindex=\"0\" role=\"img\" aria-label=\"" +
      counted(map.tracks.size(), "track") +
      " as dots in the colours of their clusters, which the table below lists. Arrow "
      "keys move the map, plus and minus change its size.\"></canvas><div id=\"tip\" "
      "class=\"tip\" hidden></div></div>\n"
      "<noscript><p>The map is drawn by a script; the clusters are below.</p></noscript>\n"
      "<h2>Clusters</h2>\n";
  if (map.clusters.empty()) {
    body += "<p>There are no clusters: tracks lie as if they had been thrown.</p>\n";
  } else {
    body +=
        "<p class=\"quiet\">Press a name to see only its tracks. Tracks in no cluster are "
        "grey.</p>\n<div class=\"wide\"><table>\n<tr><th class=\"number\">Number</th><th>Name</th>"
        "<th class=\"number\">Tracks</th><th>What it sounds like now</th><th>In its middle</th>"
        "</tr>\n" +
        cluster_rows(map) + "</table></div>\n";
  }
  body +=
      data_element(data_text(map)) + "<script>\n" + std::string(kClusterMapScript) + "</script>\n";
  return page_html("Map of " + map.person + "’s music", body);
}

std::string cluster_map_png(const ClusterMap& map) {
  return MapPicture(without_empty_stretches(map)).draw();
}

}  // namespace engine::evaluate
