// The page of engine serve in a real browser: every view on a phone and on a desk, light and dark;
// names that would be executed if they were markup; what pages of others may not do.
#include <map>

#include "serve/running_server.hpp"
#include "support/browser.hpp"
#include "support/fake_server.hpp"
#include "support/json.hpp"

using namespace serve_test;
using Catch::Contains;
using support::Browser;

namespace {

bool has_browser() {
  if (!Browser::program().empty()) return true;
  WARN("there is no chromium here: the page is not looked at");
  return false;
}

struct Screen {
  int width, height;
  bool is_dark;
};
constexpr Screen kScreens[] = {
    {1280, 800, false}, {1280, 800, true}, {390, 844, false}, {390, 844, true}};

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

/// Nothing of the view is still being read.
constexpr const char* kIsThere =
    "document.querySelector('main h1') && !document.querySelector('main .loading, main "
    "[aria-busy=true]')";

constexpr const char* kSideways =
    "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// Goes to a view as a link of the page does.
void go_to(Browser& browser, const std::string& hash) {
  if (browser.value("location.hash === " + quoted(hash)) == true) return;
  browser.value(
      "globalThis.before = document.querySelector('main').firstElementChild, location.hash = " +
      quoted(hash) + ", 0");
  browser.until("document.querySelector('main').firstElementChild !== before");
  browser.until(kIsThere);
}

void open_page(Browser& browser, const RunningServer& server, const Screen& screen) {
  browser.open(server.url(), screen.width, screen.height, screen.is_dark);
  browser.until(kIsThere);
}

std::vector<std::string> addresses(Browser& browser, const std::string& links) {
  return browser.value("[...document.querySelectorAll(" + quoted(links) +
                       ")].map((a) => a.getAttribute('href'))");
}

/// The addresses of the views, from the page's own header, and of the sections of the house.
std::vector<std::string> places(Browser& browser) {
  std::vector<std::string> views = addresses(browser, "header nav a");
  CHECK(views.size() == 7);
  go_to(browser, "#/house");
  const std::vector<std::string> sections = addresses(browser, ".house-places a");
  CHECK_FALSE(sections.empty());
  views.insert(views.end(), sections.begin(), sections.end());
  return views;
}

/// Nothing was said to the console, and nobody else was asked for anything.
void check_quiet(const Browser& browser, const RunningServer& server) {
  const std::string origin = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
  CAPTURE(nlohmann::json(browser.errors()).dump(1));
  CHECK(browser.errors().empty());
  for (const std::string& address : browser.requests())
    if (!address.starts_with("data:") && address != "about:blank")
      CHECK_THAT(address, Catch::StartsWith(origin));
}

void keep_list(const RunningServer& server, const std::string& name, const std::string& recipe) {
  static_cast<void>(server.post("playlist/keep", {{"name", name}, {"recipe", recipe}}));
  static_cast<void>(server.post("refresh", {{"name", name}}));
}

}  // namespace

TEST_CASE("every view stands on a phone and on a desk, light and dark", "[serve][page][browser]") {
  if (!has_browser()) return;
  const RunningServer server({"--now", "2026-11-21"});
  keep_list(server, "Morning", "dynamic");
  Browser browser;
  for (const Screen& screen : kScreens) {
    open_page(browser, server, screen);
    std::vector<std::string> views = places(browser);
    views.emplace_back("#/lists/Morning");
    for (const std::string& view : views) {
      CAPTURE(screen.width, screen.is_dark, view);
      go_to(browser, view);
      CHECK(browser.value("document.querySelector('main h1').textContent").get<std::string>() !=
            "");
      CHECK(browser.value("document.title.endsWith(' · Playlist Engine')") == true);
      CHECK(browser.value(kSideways) == 0);
      CHECK(browser.value("document.querySelector('main .failure')?.textContent ?? ''") == "");
    }
  }
  check_quiet(browser, server);
}

TEST_CASE("every view says what to do where nothing has been heard yet", "[serve][page][browser]") {
  if (!has_browser()) return;
  const RunningServer server({}, false);
  Browser browser;
  open_page(browser, server, kScreens[0]);
  for (const std::string& view : places(browser)) {
    CAPTURE(view);
    go_to(browser, view);
    const std::string text = browser.value("document.querySelector('main').innerText");
    CAPTURE(text);
    CHECK(text.size() > 40);
  }
}

namespace {

const std::string kFiveHundred = [] {
  std::string text;
  for (int k = 0; k < 125; ++k) text += "Ω٣y ";
  return text;
}();

/// Names of tracks, artists, tags, moods and lists that a page may show and must not obey.
const std::vector<std::string> kWicked = {"<img src=x onerror=\"globalThis.executed=1\">",
                                          "</script><script>globalThis.executed=1</script>",
                                          "javascript:globalThis.executed=1",
                                          "'\"><svg onload=globalThis.executed=1>",
                                          "{{constructor.constructor('globalThis.executed=1')()}}",
                                          "شارع الحمرا مساءً",
                                          "\u202eenola tfel\u202c",
                                          "👩‍👩‍👧‍👦 🎧 🏳️‍🌈 e\u0301",
                                          kFiveHundred};

/// The names that a list may have: of one line and 200 bytes, without what turns text around.
std::vector<std::string> names_of_lists() {
  std::vector<std::string> names;
  for (const std::string& name : kWicked)
    if (name.size() <= 200 && !name.starts_with("\u202e")) names.push_back(name);
  names.push_back(kFiveHundred.substr(0, 33 * 6 - 1));
  return names;
}

/// As the page writes a name into an address.
std::string encoded(Browser& browser, const std::string& name) {
  return browser.value("encodeURIComponent(" + quoted(name) + ")");
}

std::string csv_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2)
    text.insert(at, "\"");
  return "\"" + text + "\"";
}

void import_text(const RunningServer& server, const std::string& text) {
  const Json upload =
      support::parse_ordered_json(server.ask("POST", "/api/upload?name=wicked.csv", text).body);
  const std::string path = "upload:" + upload.at("upload").get<std::string>();
  const Json told = server.post("import", {{"paths", path}, {"user", kWicked[0]}});
  CAPTURE(told.dump(1));
  CHECK(told.at("files").at(0).at("rows") > 0);
}

/// Everybody plays everybody's song through a year, and tracks have tags, moods and a sound.
void import_wicked(const RunningServer& server) {
  std::string catalogue = "title,artist,album,genres,mood,energy,valence,tempo,duration_ms\n";
  std::string plays = "title,artist,time\n";
  int song = 0;
  for (const std::string& artist : kWicked) {
    for (const std::string& title : kWicked) {
      const std::string names = csv_cell(title) + "," + csv_cell(artist);
      ++song;
      catalogue += names + "," + csv_cell(artist) + "," + csv_cell(title) + "," + csv_cell(title) +
                   ",0." + std::to_string(10 + song) + ",0.5," + std::to_string(80 + song) +
                   ",200000\n";
      for (int play = 0; play < 4; ++play) {
        char time[32];
        std::snprintf(time, sizeof time, "2026-%02d-%02dT%02d:10:00Z", 1 + (song + 3 * play) % 10,
                      1 + song % 28, (song * 5) % 24);
        plays += names + "," + time + "\n";
      }
    }
  }
  import_text(server, catalogue);
  import_text(server, plays);
}

}  // namespace

TEST_CASE("names with markup, right to left and of 500 characters are shown, never obeyed",
          "[serve][page][browser]") {
  if (!has_browser()) return;
  const RunningServer server({"--now", "2026-11-21"}, false);
  import_wicked(server);
  const std::vector<std::string> lists = names_of_lists();
  for (const std::string& name : lists) keep_list(server, name, "dynamic");
  static_cast<void>(server.post("train", {{"models", {"embedding", "clusters"}}}));
  static_cast<void>(server.post("recipe/new", {{"name", "wicked"}}));
  const Json shown = server.post("recipe/show", {{"recipe", "wicked"}});
  std::string text = shown.at("text");
  const std::size_t title = text.find("title = \"");
  text.insert(title + 9, "<img src=x onerror='globalThis.executed=1'></script>");
  static_cast<void>(server.post(
      "recipe/save", {{"recipe", "wicked"}, {"text", text}, {"if-hash", shown.at("hash")}}));

  Browser browser;
  for (const Screen& screen : {kScreens[0], kScreens[3]}) {
    open_page(browser, server, screen);
    std::vector<std::string> views = places(browser);
    for (const std::string& name : lists) views.push_back("#/lists/" + encoded(browser, name));
    for (const char* recipe : {"wicked", "dynamic"})
      views.push_back(std::string("#/workbench/") + recipe);
    std::map<std::string, std::size_t> shown_names;  // by view, how many of them
    for (const std::string& view : views) {
      CAPTURE(screen.width, view);
      go_to(browser, view);
      CHECK(browser.value("typeof globalThis.executed") == "undefined");
      CHECK(browser.value(kSideways) == 0);
      CHECK(browser.value(
                "document.querySelectorAll('main img:not([src^=\"/api/\"]), main script, main "
                "[href^=\"javascript:\"], main [onload]').length") == 0);
      const std::string all = nlohmann::json(kWicked).dump();
      shown_names[view] =
          browser.value(all + ".filter((name) => document.body.textContent.includes(name)).length");
    }
    for (const std::string& name : lists)
      CHECK(shown_names["#/lists/" + encoded(browser, name)] == kWicked.size());
    for (const char* view : {"#/workbench/dynamic", "#/shuffle", "#/patterns"})
      CHECK(shown_names[view] == kWicked.size());
  }
  check_quiet(browser, server);
}

namespace {

/// What a page of somebody else sends to the server, by the browser of who is signed in there.
constexpr const char* kAttempts = R"(
(async (server) => {
  const answers = {};
  const tell = async (name, asking) => {
    try {
      const answer = await asking();
      answers[name] = answer.type === "opaque" ? "not readable" : answer.status;
    } catch {
      answers[name] = "refused";
    }
  };
  const api = `${server}/api/feedback`, body = JSON.stringify({verdict: "ban", subject: "track:1"});
  const json = {"Content-Type": "application/json"};
  const withCookie = {credentials: "include"};
  await tell("read", () => fetch(`${server}/api/session`, withCookie));
  await tell("read blindly", () => fetch(`${server}/api/session`, {...withCookie, mode: "no-cors"}));
  await tell("post", () => fetch(api, {...withCookie, method: "POST", headers: json, body}));
  await tell("post blindly", () => fetch(api, {...withCookie, method: "POST", mode: "no-cors", body}));
  await tell("delete", () => fetch(`${server}/api/jobs/1`, {...withCookie, method: "DELETE"}));
  answers.beacon = navigator.sendBeacon(api, new Blob([body], {type: "text/plain"})) && "sent";
  answers.stream = await new Promise((resolve) => {
    const stream = new EventSource(`${server}/api/events`, {withCredentials: true});
    stream.onopen = () => resolve("open");
    stream.onerror = () => (stream.close(), resolve("refused"));
  });
  answers.socket = await new Promise((resolve) => {
    const socket = new WebSocket(`${server.replace("http", "ws")}/api/events`);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
  });
  answers.script = await new Promise((resolve) => {
    const script = document.createElement("script");
    script.onload = () => resolve("run");
    script.onerror = () => resolve("refused");
    script.src = `${server}/api/session`;
    document.body.append(script);
  });
  const target = document.createElement("iframe");
  target.name = "target";
  document.body.append(target);
  for (const path of ["/api/feedback", "/sign-out"]) {
    const form = document.createElement("form");
    Object.assign(form, {action: server + path, method: "post", target: "target", enctype: "text/plain"});
    const field = document.createElement("input");
    Object.assign(field, {name: '{"verdict":"ban","subject":"track:1","x":"', value: '"}'});
    form.append(field);
    document.body.append(form);
    const loaded = new Promise((resolve) => (target.onload = resolve));
    form.submit();
    await loaded;
  }
  const frame = document.createElement("iframe");
  const framed = new Promise((resolve) => (frame.onload = resolve));
  frame.src = `${server}/`;
  document.body.append(frame);
  await framed;
  // What a frame that was refused has is of no page's origin, and has nothing to be clicked.
  try {
    answers.frame = frame.contentDocument === null ? "not readable" : "readable";
  } catch {
    answers.frame = "not readable";
  }
  const opened = open(`${server}/`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  try {
    answers.window = opened === null || opened.closed ? "severed" : String(opened.document.title);
  } catch {
    answers.window = "not readable";
  }
  return answers;
})
)";

}  // namespace

TEST_CASE("another page in the same browser changes and learns nothing", "[serve][page][browser]") {
  if (!has_browser()) return;
  const RunningServer server({"--now", "2026-11-21"});
  const support::FakeServer others([](const support::FakeRequest&) {
    return support::fake_reply("<!doctype html><title>Other</title><body>", "200 OK",
                               "Content-Type: text/html\r\n");
  });
  const std::string port = std::to_string(server.port()),
                    other_port = std::to_string(others.port());
  // 127.0.0.1 on another port is the same site, whose cookies browsers send; evil.test is another.
  Browser browser({"--host-resolver-rules=MAP evil.test 127.0.0.1"});
  const std::string before = server.post("feedback", {{"list", true}}).dump();
  for (const char* host : {"127.0.0.1", "evil.test"}) {
    open_page(browser, server, kScreens[0]);
    browser.open(std::string("http://") + host + ":" + other_port + "/", 800, 600);
    const nlohmann::json answers =
        browser.value(std::string(kAttempts) + "('http://127.0.0.1:" + port + "')");
    CAPTURE(host, answers.dump(1));
    for (const char* attempt : {"read", "post", "delete", "stream", "socket", "script"})
      CHECK(answers.at(attempt) == "refused");
    CHECK(answers.at("frame") == "not readable");
    CHECK(answers.at("window") != "Lists · Playlist Engine");
    CHECK(server.post("feedback", {{"list", true}}).dump() == before);
    // Whose browser it is, is still signed in.
    open_page(browser, server, kScreens[0]);
    browser.open("http://127.0.0.1:" + port + "/", 800, 600);
    browser.until(kIsThere);
  }
}

TEST_CASE("a name that was made to point at this machine is not let in", "[serve][page][browser]") {
  if (!has_browser()) return;
  const RunningServer server;
  Browser browser({"--host-resolver-rules=MAP evil.test 127.0.0.1"});
  open_page(browser, server, kScreens[0]);
  const std::string evil = "http://evil.test:" + std::to_string(server.port()) + "/";
  browser.open(evil, 800, 600);
  CHECK_THAT(browser.value("document.body.innerText").get<std::string>(),
             Contains("does not know that name"));
  // To the browser it is one origin with the server: the server alone can tell.
  for (const char* path : {"/api/session", "/api/events", "/assets/app.js", "/sign-in?token="})
    CHECK(browser.value("fetch('" + std::string(path) + "').then(({status}) => status)") == 403);
  CHECK(browser.value("fetch('/api/feedback', {method: 'POST', headers: {'Content-Type': "
                      "'application/json'}, body: '{}'}).then(({status}) => status)") == 403);
}
