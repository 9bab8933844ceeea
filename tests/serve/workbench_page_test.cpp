// A morning at the workbench and with a kept list, in a real browser: what is typed, drawn and pressed,
// and what becomes of the list, the recipe's file and the text that is not saved.
#include "serve/running_server.hpp"
#include "support/browser.hpp"

using namespace serve_test;
using Catch::Contains;
using support::Browser;

namespace {

bool can_browse() {
  if (!Browser::program().empty()) return true;
  WARN("there is no chromium here: the workbench is not tried");
  return false;
}

std::string js_text(const std::string& text) {
  return nlohmann::json(text).dump();
}

std::string text_of(Browser& browser, const std::string& selector) {
  return browser.value("document.querySelector(" + js_text(selector) + ")?.textContent ?? ''");
}

/// A button by what it says, as a person finds it.
void press_button(Browser& browser, const std::string& name) {
  const std::string button =
      "[...document.querySelectorAll('button, [role=tab]')].find((each) => each.offsetParent && "
      "each.textContent.trim() === " +
      js_text(name) + ")";
  browser.until(button);
  browser.value(button + ".click(), 0");
}

/// Puts one text in the place of another in the recipe, as typing does.
void edit(Browser& browser, const std::string& from, const std::string& to) {
  browser.value(
      "(() => { const code = document.querySelector('.CodeMirror').CodeMirror; const at = "
      "code.getValue().indexOf(" +
      js_text(from) + "); code.replaceRange(" + js_text(to) + ", code.posFromIndex(at), " +
      "code.posFromIndex(at + " + std::to_string(from.size()) + "), '+input'); return 0; })()");
}

constexpr const char* kRows = "document.querySelectorAll('.live .tracks:not(.left) .track').length";
constexpr const char* kRuns = "document.querySelector('.live:not(.old) .tracks .track') !== null";

/// A recipe of one's own at the workbench, with its first list.
void open_workbench(Browser& browser, const RunningServer& server, const std::string& recipe) {
  browser.open(server.url(), 1280, 800);
  browser.value("location.hash = " + js_text("#/workbench/" + recipe) + ", 0");
  browser.until(kRuns);
}

}  // namespace

TEST_CASE("the workbench tells a mistake at its line, and what a number does to the list",
          "[serve][page][browser]") {
  if (!can_browse()) return;
  const RunningServer server({"--now", "2026-11-21"});
  static_cast<void>(server.post("recipe/new", {{"name", "morning"}}));
  Browser browser;
  open_workbench(browser, server, "morning");
  if (browser.value("document.querySelector('.CodeMirror') === null") == true) {
    WARN("libjs-codemirror is not installed: the workbench has its plain field here");
    return;
  }
  const int tracks = browser.value(kRows);

  edit(browser, ":limit {", ":score { playz = 1 }\n      :limit {");
  browser.until("document.querySelector('.CodeMirror .line-wrong') !== null");
  CHECK_THAT(text_of(browser, ".CodeMirror .problem"), Contains("playz") && Contains("plays"));
  CHECK(browser.value(kRows) == tracks);  // the list of the text that ran

  edit(browser, "playz", "plays");
  browser.until("document.querySelector('.CodeMirror .problem') === null");
  browser.until(kRuns);
  browser.until("document.querySelector('.move.up, .move.down, .move.new') !== null");
  browser.until("/left \\(/.test(document.querySelector('.live .summary').textContent)");

  // A number of the score is drawn, and stands in the text; a parameter is drawn beside the text.
  browser.value(
      "(() => { const range = document.querySelector('input[name=\"1:plays\"]'); range.value = 0; "
      "range.dispatchEvent(new Event('input')); return 0; })()");
  CHECK_THAT(browser.value("document.querySelector('.CodeMirror').CodeMirror.getValue()")
                 .get<std::string>(),
             Contains(":score { plays = -2 }"));
  browser.value(
      "(() => { const exact = document.querySelector('[aria-label=\"tracks, as a number\"]'); "
      "exact.value = '7'; exact.dispatchEvent(new Event('change')); return 0; })()");
  browser.until(std::string(kRows) + " === 7");
  press_button(browser, "Write into the recipe");
  browser.until(
      "document.querySelector('.CodeMirror').CodeMirror.getValue().includes('pl.int { 7,')");

  browser.until(kRuns);
  browser.value("document.querySelector('.live button.title').click(), 0");
  browser.until("document.querySelector('.drawer .term-row') !== null");
  CHECK_THAT(text_of(browser, ".drawer"), Contains("Place 1") && Contains("plays"));
  // What is clicked while the list is drawn anew is clicked in vain: a person would click again.
  browser.until(
      "document.querySelectorAll('.drawer tbody tr').length > 10 || "
      "(performance.now() > (window.againAt ?? 0) && "
      "(window.againAt = performance.now() + 3000, document.querySelector('.stage')?.click()), "
      "false)");
  browser.press("Escape");
  browser.until("document.querySelector('.drawer').hidden");
}

TEST_CASE("text that is not saved outlives a reload, and what others save is not lost",
          "[serve][page][browser]") {
  if (!can_browse()) return;
  const RunningServer server({"--now", "2026-11-21"});
  static_cast<void>(server.post("recipe/new", {{"name", "morning"}}));
  Browser browser;
  open_workbench(browser, server, "morning");
  if (browser.value("document.querySelector('.CodeMirror') === null") == true) return;

  edit(browser, "pl.int { 25", "pl.int { 9");
  browser.until(std::string(kRows) + " === 9");
  CHECK(text_of(browser, ".file-state") == "not saved");
  open_workbench(browser, server, "morning");
  CHECK_THAT(text_of(browser, ".file-notice"), Contains("did not save is here again"));
  browser.until(std::string(kRows) + " === 9");
  press_button(browser, "Save");
  browser.until("document.querySelector('.file-state').textContent === 'saved'");
  Json file = server.post("recipe/show", {{"recipe", "morning"}});
  CHECK_THAT(file.at("text").get<std::string>(), Contains("pl.int { 9"));

  // Elsewhere: taken at once where nothing would be lost, else asked about.
  const auto save = [&](const std::string& from, const std::string& to) {
    std::string text = file.at("text");
    text.replace(text.find(from), from.size(), to);
    file = server.post("recipe/save",
                       {{"recipe", "morning"}, {"text", text}, {"if-hash", file.at("hash")}});
  };
  save("pl.int { 9", "pl.int { 6");
  browser.until(std::string(kRows) + " === 6");
  edit(browser, "pl.int { 6", "pl.int { 5");
  browser.until(std::string(kRows) + " === 5");
  save("pl.int { 6", "pl.int { 8");
  browser.until("document.querySelector('.file-notice .notice') !== null");
  CHECK(browser.value(kRows) == 5);
  press_button(browser, "Take the file");
  browser.until(std::string(kRows) + " === 8");
}

TEST_CASE("a recipe is made of a template, kept as a list, pinned, refreshed and brought back",
          "[serve][page][browser]") {
  if (!can_browse()) return;
  const RunningServer server({"--now", "2026-11-21"});
  Browser browser;
  open_workbench(browser, server, "weekly");
  press_button(browser, "New …");
  browser.value(
      "document.querySelector('[name=template][value=\"cookbook/forgotten_favourites\"]').click(), "
      "0");
  press_button(browser, "Create");
  browser.until("location.hash === '#/workbench/my-forgotten_favourites'");
  browser.until(kRuns);

  press_button(browser, "Keep as list");
  browser.until("document.querySelector('dialog [name=name]') !== null");
  browser.value("document.querySelector('dialog [name=name]').value = 'Forgotten', 0");
  press_button(browser, "Keep");
  browser.until("document.querySelector('.kept-tracks .track') !== null");
  const std::string pin = "document.querySelector('.kept-tracks .pin')";
  browser.value(pin + ".click(), 0");
  browser.until(pin + "?.getAttribute('aria-pressed') === 'true'");
  press_button(browser, "Refresh");
  browser.until("/version 2/.test(document.querySelector('.head p').textContent)");
  browser.until("document.querySelectorAll('[aria-label=\"Version shown\"] option').length === 2");
  browser.value(
      "(() => { const versions = document.querySelector('[aria-label=\"Version shown\"]'); "
      "versions.value = '1'; versions.dispatchEvent(new Event('change')); return 0; })()");
  press_button(browser, "Restore version 1");
  browser.until("/version 3/.test(document.querySelector('.head p').textContent)");
  const Json shown = server.post("playlist/show", {{"name", "Forgotten"}});
  CHECK(shown.at("history").at(2).at("restored") == 1);
  CHECK(shown.at("list").at(0).at("pinned") == true);
  CHECK(browser.errors().empty());
}
