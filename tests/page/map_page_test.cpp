// The map of clusters as a person has it: in a browser, on a phone and on a desk.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>

#include "evaluate/cluster_map.hpp"
#include "support/browser.hpp"
#include "support/json.hpp"

using Catch::Contains;
using engine::evaluate::ClusterMap;
using support::Browser;

namespace {

/// Four clusters in rings about their middles, two of them near each other, and a few tracks far
/// from everything.
ClusterMap ringed() {
  constexpr float kMiddles[4][2] = {{0, 0}, {5, 1}, {2, 6}, {2.5F, 6.5F}};
  ClusterMap map;
  map.person = "Zoë <& co>";
  map.as_of = "2026-06-01T00:00:00Z";
  for (int c = 0; c < 4; ++c) {
    map.clusters.push_back({.id = c + 1,
                            .name = "a name of some length " + std::to_string(c + 1),
                            .words = "calm, acoustic",
                            .tracks = 60,
                            .x = kMiddles[c][0],
                            .y = kMiddles[c][1],
                            .examples = {"Artist – Title"}});
    for (int k = 0; k < 60; ++k) {
      const float angle = static_cast<float>(k) * 0.1F,
                  radius = 0.2F + 0.01F * static_cast<float>(k);
      map.tracks.push_back({.id = c * 100 + k,
                            .name = "Artist " + std::to_string(c) + " – Song " + std::to_string(k),
                            .at = c,
                            .x = kMiddles[c][0] + radius * std::cos(angle),
                            .y = kMiddles[c][1] + radius * std::sin(angle)});
    }
  }
  for (int k = 0; k < 3; ++k)
    map.tracks.push_back({.id = 900 + k,
                          .name = "Björk – Alone </script> " + std::to_string(k),
                          .at = -1,
                          .x = 100.0F * static_cast<float>(k + 1),
                          .y = -200});
  return map;
}

struct MapPage {
  TemporaryFolder folder;
  std::string file = folder.file("map.html");
  MapPage() { std::ofstream(file) << engine::evaluate::cluster_map_html(ringed()); }
};

}  // namespace

TEST_CASE("a few tracks far from all others do not make the map a speck", "[page][clusters]") {
  const std::string page = engine::evaluate::cluster_map_html(ringed());
  const std::string begin = "id=\"data\">";
  const std::size_t at = page.find(begin) + begin.size();
  const nlohmann::json data = support::parse_json(page.substr(at, page.find("</script>", at) - at));
  const auto ends = [&](std::size_t axis, std::size_t count) {
    std::vector<double> places;
    for (std::size_t k = 0; k < count; ++k) places.push_back(data.at("tracks")[k][axis]);
    const auto [least, most] = std::minmax_element(places.begin(), places.end());
    return *most - *least;
  };
  for (const std::size_t axis : {1, 2}) {
    CAPTURE(axis);
    CHECK(ends(axis, 240) > 0.8 * ends(axis, 243));  // 240 tracks are in clusters
  }
  // A name stands at a track of its cluster.
  for (std::size_t k = 0; k < 4; ++k) {
    const nlohmann::json middle = data.at("middles")[k];
    bool is_there = false;
    for (std::size_t track = 60 * k; track < 60 * (k + 1); ++track)
      is_there |=
          data.at("tracks")[track][1] == middle[0] && data.at("tracks")[track][2] == middle[1];
    CHECK(is_there);
  }
  // Within a cluster nothing has moved, and beyond the others nobody has changed sides.
  const auto place = [&](std::size_t track) { return data.at("tracks")[track][1].get<double>(); };
  CHECK(place(1) - place(0) == Approx(0.21 * std::cos(0.1) - 0.2).margin(0.002));
  CHECK(place(240) > place(60));
  CHECK(place(242) > place(241));
}

TEST_CASE("the map can be pointed at and searched in a browser", "[page][clusters][browser]") {
  if (Browser::program().empty()) {
    WARN("there is no chromium here: the page is not looked at");
    return;
  }
  const MapPage page;
  Browser browser;
  struct Screen {
    int width, height;
    bool is_dark;
  };
  for (const Screen screen : {Screen{1280, 900, false}, Screen{390, 844, true}}) {
    CAPTURE(screen.width);
    browser.open(page.file, screen.width, screen.height, screen.is_dark);
    CHECK(browser.value("document.title") == "Map of Zoë <& co>’s music");
    CHECK(browser.value("document.documentElement.scrollWidth <= innerWidth") == true);

    // Every track is on the map.
    const nlohmann::json dots = browser.value(
        "(() => { const map = document.getElementById('map'), pen = map.getContext('2d'); const "
        "all = pen.getImageData(0, 0, map.width, map.height).data; let left = map.width, right = "
        "0; for (let k = 3; k < all.length; k += 4) if (all[k] > 100) { const x = (k >> 2) % "
        "map.width; left = Math.min(left, x); right = Math.max(right, x); } return [left / "
        "map.width, right / map.width]; })()");
    CHECK(dots[0] < 0.35);
    CHECK(dots[1] > 0.65);

    // A search finds by words in any order, without regard to case and accents.
    browser.value("document.getElementById('find').focus()");
    browser.type("ALONE bjork 1");
    CHECK(browser.value("document.getElementById('count').textContent") == "1 track");
    CHECK(browser.value("document.querySelector('#found button').textContent") ==
          "Björk – Alone </script> 1");
    browser.value("document.getElementById('find').select()");
    browser.type("artist 3 song 59");
    CHECK(browser.value("document.getElementById('count').textContent") == "1 track");
    browser.value("document.querySelector('#found button').click()");
    const nlohmann::json middle = browser.value(
        "(() => { const map = document.getElementById('map'); "
        "map.scrollIntoView({block: 'center'}); const box = map.getBoundingClientRect(); "
        "return [box.left + box.width / 2, box.top + box.height / 2]; })()");
    CHECK_THAT(browser.value("document.getElementById('tip').textContent").get<std::string>(),
               Contains("Artist 3 – Song 59"));

    // What is under the mouse is named, and nothing where there is nothing.
    browser.point_at(middle[0], middle[1].get<double>() + 300);
    browser.point_at(middle[0], middle[1]);
    CHECK(browser.value("document.getElementById('tip').hidden") == false);
    CHECK_THAT(browser.value("document.getElementById('tip').textContent").get<std::string>(),
               Contains("Artist 3 – Song 59") && Contains("a name of some length 4"));

    // A cluster can be seen alone.
    browser.value("document.querySelector('button.cluster').click()");
    CHECK(browser.value("document.querySelector('button.cluster').getAttribute('aria-pressed')") ==
          "true");
    CHECK(browser.value("document.documentElement.scrollWidth <= innerWidth") == true);
  }
  CHECK(browser.errors().empty());
  for (const std::string& address : browser.requests()) CHECK(address == "file://" + page.file);
}
