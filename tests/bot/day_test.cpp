// `engine bot` as people live with it (scenarios.py), against a Bot API that fake_telegram.py plays and that grammY,
// a client which we did not write, takes for Telegram's.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/json.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"

using nlohmann::json;

namespace {

const std::string kHere = std::string(PLAYLIST_SOURCE_DIR) + "/tests/bot/";

/// One of scenarios.py, in a home of its own.
void live_through(const std::string& name) {
  const support::EngineHome home;
  const std::string folder = home.path("home");
  std::filesystem::create_directories(folder);
  const support::Ended ended = support::run_program(
      {"/usr/bin/python3", "-B", kHere + "scenarios.py", name,
       std::string(PLAYLIST_BUILD_DIR) + "/engine", support::demo_library(), folder});
  CAPTURE(name, ended.out, ended.err);
  CHECK(ended.exit_code == 0);
}

bool has_grammy() {
  static const bool is_there =
      support::run_program(
          {"/bin/sh", "-c", "NODE_PATH=$(npm root -g) node -e \"require('grammy')\""})
          .exit_code == 0;
  if (!is_there) WARN("skipped: npm install -g grammy");
  return is_there;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("grammY takes the Bot API of these tests for Telegram's", "[bot][grammy]") {
  if (!has_grammy()) return;
  const support::EngineHome home;
  const std::string port = home.path("port"), token = "123456:tok";
  const support::Background fake({"/usr/bin/python3", "-B", kHere + "fake_telegram.py", token},
                                 port);
  for (int k = 0; k < 3000 && !text_of(port).ends_with('\n'); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const support::Ended ended =
      support::run_program({"/usr/bin/env", "node", kHere + "prove_telegram.mjs",
                            std::to_string(std::stoi(text_of(port))), token});
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json told = support::parse_json(ended.out);
  CHECK(told.at("unauthorized").at("code") == 401);
  CHECK(told.at("malformed").at("code") == 404);
  CHECK(told.at("asked") == json{"of all"});
  CHECK(told.at("question").at("text") == "A & B there");
  CHECK(told.at("question").at("entities").at(0) ==
        json{{"type", "bold"}, {"offset", 0}, {"length", 5}});
  CHECK(told.at("question").at("entities").at(1).at("url") == "https://example.org/?a=1&b=2");
  CHECK(told.at("pressed") == json{{"from", 42}, {"is_it", true}});
  CHECK(told.at("edited").at("text") == "answered");
  CHECK_FALSE(told.at("edited").contains("reply_markup"));
  const auto refused = [&](const char* what, int code, const std::string& why) {
    CAPTURE(what, told.at(what));
    REQUIRE(told.at(what).is_object());
    CHECK(told.at(what).at("code") == code);
    CHECK_THAT(told.at(what).at("description").get<std::string>(), Catch::Contains(why));
  };
  refused("same", 400, "message is not modified");
  refused("twice", 400, "query is too old and response timeout expired or query ID is invalid");
  refused("conflict", 409, "terminated by other getUpdates request");
  refused("webhook", 409, "use deleteWebhook");
  refused("markdown", 400, "Character '.' is reserved and must be escaped");
  refused("tag", 400, "Unsupported start tag");
  refused("unclosed", 400, "Can't find end tag");
  refused("long", 400, "message is too long");
  refused("emoji", 400, "message is too long");
  refused("data", 400, "BUTTON_DATA_INVALID");
  refused("stranger", 400, "chat not found");
  refused("toomany", 429, "Too Many Requests");
  refused("gateway", 502, "Bad Gateway");
  refused("gone", 400, "message to edit not found");
  refused("blocked", 403, "bot was blocked by the user");
  CHECK(told.at("toomany").at("parameters").at("retry_after") == 2);
  for (const char* fine : {"escaped", "longest", "datafits"}) CHECK(told.at(fine).is_null());
  CHECK(told.at("empty") == json::array());
  CHECK(told.at("waited") == true);
  CHECK(told.at("found") == json{"x"});
  CHECK(told.at("again") == 1);
  CHECK(told.at("confirmed") == 0);
}

TEST_CASE("a day with the bot", "[bot][day]") {
  live_through("day");
}

TEST_CASE("titles that are HTML or MarkdownV2 stand in messages as they are", "[bot][day]") {
  live_through("traps");
}

TEST_CASE("a bot that is killed at random loses nothing, does nothing twice and asks nothing twice",
          "[bot][day]") {
  live_through("restart");
}

TEST_CASE("a hundred messages in a second hold up nobody else", "[bot][day]") {
  live_through("flood");
}

TEST_CASE("two people of a household speak with one bot", "[bot][day]") {
  live_through("household");
}

TEST_CASE("Telegram refuses, breaks off, is gone, and others ask for the same bot", "[bot][day]") {
  live_through("trouble");
}

TEST_CASE("engine bot --once answers what has come since the last time", "[bot][day]") {
  live_through("once");
}

TEST_CASE("a bot speaks by itself where that is wanted, so often, and not at night", "[bot][day]") {
  live_through("notes");
}
