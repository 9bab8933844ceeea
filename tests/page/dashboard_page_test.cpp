// The dashboard as a person has it: in a browser, on a phone and on a desk, light and dark.
#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "patterns/dashboard.hpp"
#include "support/browser.hpp"

using engine::parse_time;
using engine::patterns::Dashboard;
using support::Browser;

namespace {

/// Somebody with all that a dashboard has, over twelve years.
Dashboard full_board() {
  Dashboard board;
  board.user = "Zoë <& co>";
  board.timezone = "Europe/Berlin";
  board.now = parse_time("2026-06-01T12:00:00Z");
  board.listens = board.plays = 40'000;
  board.tracks = 5'000;
  board.artists = 900;
  board.hours = 2'500;
  board.first = parse_time("2014-06-10");
  board.last = parse_time("2026-05-31");
  board.recent = {.plays = 310, .sessions = 40, .new_tracks = 12, .new_artists = 3, .hours = 20};
  const std::int64_t today = board.now / 86'400;
  for (int k = 0; k < engine::patterns::kShownDays; ++k)
    board.days.push_back({.day = today - 90 + k, .plays = k % 17, .sessions = 1});
  for (int k = 0; k < engine::patterns::kShownWeeks; ++k)
    board.weeks.push_back({.day = today - 7 * (103 - k), .plays = 50 + k, .sessions = 5});
  for (int k = 0; k < 145; ++k) {
    engine::patterns::ListeningMonth month;
    month.day = today - 30 * (144 - k);
    month.plays = 200 + k;
    month.new_tracks = 150 - k;
    if (k > 12) month.staleness = 0.4;
    month.rest_days = 3;
    board.months.push_back(month);
  }
  for (std::size_t k = 0; k < board.week_hours.size(); ++k)
    board.week_hours[k] = static_cast<std::int64_t>(k % 24);
  board.sessions = 4'000;
  board.session_lengths = {{.from = 0, .to = 15, .sessions = 10}, {.from = 15, .sessions = 7}};
  engine::patterns::MoodListening moods;
  moods.plays = 40'000;
  for (int k = 0; k < 11; ++k)
    moods.moods.push_back({.id = k,
                           .label = "High energy, positive, electronic " + std::to_string(k),
                           .plays = 3'000,
                           .months = std::vector<std::int64_t>(145, 20)});
  for (auto& mood : moods.moods) mood.hours.fill(5);
  moods.without.months.assign(145, 30);
  board.moods = moods;
  for (int k = 0; k < 12; ++k) {
    engine::patterns::GivenMonth month;
    month.day = today - 30 * (11 - k);
    month.lists = 4;
    month.tracks = 100;
    month.heard = 30 + k;
    month.new_tracks = 10;
    board.lists.months.push_back(month);
  }
  engine::patterns::GivenByRecipe recipe;
  recipe.recipe = "recipes/a-recipe-of-a-rather-long-name.lua";
  recipe.lists = 48;
  board.lists.recipes.push_back(recipe);
  board.lists.kept.push_back({.name = "Evenings", .recipe = "weekly", .refreshed_at = board.now});
  board.models.push_back(
      {.name = "model.session_start",
       .as_of = board.now - 86'400,
       .is_own = true,
       .retrain_days = 14,
       .calibration_error = 0.02,
       .reliability = {{0.05, 0.06, 0.03, 0.08, 900}, {0.3, 0.2, 0.1, 0.4, 90}}});
  board.drift = engine::patterns::DriftState{.days = 7, .base = 30, .level = 0.05, .looks = 51};
  board.drift->changes.push_back(
      {.metric = "artists", .says = "artists: more <b>", .p = 0.01, .is_drift = true});
  board.missing.push_back({"timezone", "because", "engine library timezone ZONE"});
  return board;
}

}  // namespace

TEST_CASE("the dashboard can be read in a browser, on a phone and on a desk",
          "[page][dashboard][browser]") {
  if (Browser::program().empty()) {
    WARN("there is no chromium here: the page is not looked at");
    return;
  }
  const TemporaryFolder folder;
  const std::string file = folder.file("dashboard.html");
  const Dashboard board = full_board();
  std::ofstream(file) << engine::patterns::dashboard_html(board);
  Browser browser;
  struct Screen {
    int width, height;
    bool is_dark;
  };
  for (const Screen screen : {Screen{360, 780, false}, Screen{360, 780, true},
                              Screen{1280, 900, false}, Screen{1280, 900, true}}) {
    CAPTURE(screen.width, screen.is_dark);
    browser.open(file, screen.width, screen.height, screen.is_dark);
    CHECK(browser.value("document.title") == "Zoë <& co>’s listening");
    CHECK(browser.value("document.documentElement.scrollWidth <= innerWidth") == true);
    CHECK(browser.value("document.querySelectorAll('b').length") == 0);  // texts are no elements

    // Every chart is there, is told to who cannot see it, and has its figures as a table.
    const int charts = browser.value("document.querySelectorAll('svg').length");
    CHECK(charts == 13);
    CHECK(browser.value(
              "[...document.querySelectorAll('svg')].every(one => "
              "one.getAttribute('aria-label') && one.getBoundingClientRect().width > 250)") ==
          true);
    CHECK(browser.value("[...document.querySelectorAll('figure')].every(one => "
                        "one.querySelector('details table tr td'))") == true);
    // Words in charts can be read, and none leaves its chart.
    CHECK(browser.value("Math.min(...[...document.querySelectorAll('svg text')].map(one => "
                        "parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a))") >=
          11);
    CHECK(browser.value("[...document.querySelectorAll('svg text')].filter(one => { const own = "
                        "one.getBoundingClientRect(), all = one.ownerSVGElement."
                        "getBoundingClientRect(); return own.left < all.left - 1 || own.right > "
                        "all.right + 1 || own.bottom > all.bottom + 1; })"
                        ".map(one => one.textContent)") == nlohmann::json::array());
    // Dark is dark, with text that stands out (WCAG's contrast of 4.5).
    CHECK(browser.value("(() => { const light = colour => { const part = colour.match(/[0-9.]+/g)"
                        ".slice(0, 3).map(one => one / 255).map(one => one <= 0.04045 ? one / 12.92"
                        " : ((one + 0.055) / 1.055) ** 2.4); return 0.2126 * part[0] + 0.7152 * "
                        "part[1] + 0.0722 * part[2]; }; const ground = light(getComputedStyle("
                        "document.body).backgroundColor); return ['p', 'small', 'summary', 'code']"
                        ".every(name => { const text = light(getComputedStyle(document."
                        "querySelector(name)).color); return (Math.max(text, ground) + 0.05) / "
                        "(Math.min(text, ground) + 0.05) >= 4.5; }); })()") == true);
    CHECK(browser.value("getComputedStyle(document.body).backgroundColor") ==
          (screen.is_dark ? "rgb(20, 23, 27)" : "rgb(255, 255, 255)"));
    // A table opens without a script.
    browser.value("document.querySelector('summary').click()");
    CHECK(browser.value("document.querySelector('details').open") == true);
    CHECK(browser.value("document.documentElement.scrollWidth <= innerWidth") == true);
  }
  CHECK(browser.value("JSON.parse(document.getElementById('data').textContent).plays") == 40'000);
  CHECK(browser.errors().empty());
  for (const std::string& address : browser.requests()) CHECK(address == "file://" + file);
}
