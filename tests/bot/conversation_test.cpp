// What is asked of verbs by what somebody says, and what is answered: with verbs that answer from a
// table, so without a library and without a network.
#include "bot/conversation.hpp"

#include <catch2/catch.hpp>

#include "bot/questions.hpp"
#include "bot/request.hpp"

using Catch::Contains;
using namespace engine::bot;
using engine::verbs::Given;
using engine::verbs::Json;

namespace {

struct FakeMemory final : Memory {
  std::string planned;
  std::vector<KeptQuestion> questions;
  std::optional<ShownList> list;

  std::string plan() override { return planned; }
  void keep_plan(const std::string& plan) override { planned = plan; }
  std::optional<KeptQuestion> question(std::int64_t message) override {
    for (const KeptQuestion& one : questions)
      if (one.message == message) return one;
    return std::nullopt;
  }
  std::optional<KeptQuestion> last_question() override {
    return questions.empty() ? std::nullopt : std::optional(questions.back());
  }
  std::vector<KeptQuestion> open_questions() override {
    std::vector<KeptQuestion> open;
    for (const KeptQuestion& one : questions)
      if (one.is_open) open.push_back(one);
    return open;
  }
  std::optional<Suggested> suggested(std::int64_t suggestion) override {
    if (suggestion == 99) return std::nullopt;
    return Suggested{7, suggestion * 10};
  }
  std::optional<ShownList> last_list() override { return list; }
};

Json track_json(const std::string& title = "A <b> & *c*") {
  return {{"id", 120},        {"title", title},         {"artist", "X & Y"},
          {"album", nullptr}, {"spotify_uri", nullptr}, {"places", {"file"}}};
}

Json question_json(const std::string& reference = "suggestion:12") {
  return {{"reference", reference},
          {"kind", "suggestion"},
          {"track", track_json()},
          {"suggestion",
           {{"source", "als"},
            {"kind", "jazz"},
            {"reason", "near what you played"},
            {"score", 0.0},
            {"expires", "2026-12-01T10:00:00Z"}}},
          {"context", nullptr},
          {"link", "https://open.spotify.com/track/x"}};
}

Json state_json(const Json& question, const Json& answered = nullptr) {
  return {{"user", "ann"}, {"question", question}, {"waiting", 3},        {"put_off", 1},
          {"trials", 0},   {"advice", nullptr},    {"answered", answered}};
}

/// One person's talk with the bot.
struct Talking {
  FakeMemory memory;
  std::map<std::string, std::vector<Told>> answers;  // by verb, one after the other; the last stays
  std::vector<std::pair<std::string, Given>> asked;
  std::vector<std::string> soon;
  bool is_again = false;

  void tell(const std::string& verb, Json data) {
    answers[verb].push_back({.data = std::move(data)});
  }
  void fail(const std::string& verb, const std::string& what) {
    answers[verb].push_back({.problem = Told::Problem{what, "why", "fix"}});
  }
  std::vector<Reply> ask(const Update& update) {
    const Talk talk{.ask =
                        [this](const std::string& verb, const Given& given) {
                          asked.emplace_back(verb, given);
                          std::vector<Told>& mine = answers[verb];
                          if (mine.empty())
                            return Told{.problem = Told::Problem{verb + " is not asked", "", ""}};
                          const Told told = mine.front();
                          if (mine.size() > 1) mine.erase(mine.begin());
                          return told;
                        },
                    .say_now = [this](const Reply& reply) { soon.push_back(reply.text.plain()); },
                    .memory = memory,
                    .timezone = "Europe/Berlin",
                    .now = 1795950000,  // 2026-11-29T09:00:00Z
                    .is_again = is_again};
    return answer(update, talk);
  }
  std::vector<Reply> say(const std::string& text, std::int64_t reply_to = 0) {
    Update update;
    update.id = 1;
    update.from = update.chat = 42;
    update.is_private = true;
    update.message = 100;
    update.date = 1795950000;
    update.reply_to = reply_to;
    update.text = text;
    return ask(update);
  }
  std::vector<Reply> press(const std::string& data, std::int64_t message = 50) {
    Update update;
    update.id = 2;
    update.kind = Update::Kind::kPress;
    update.from = update.chat = 42;
    update.is_private = true;
    update.message = message;
    update.press = "9000";
    update.data = data;
    return ask(update);
  }
};

std::vector<std::string> labels(const Reply& reply) {
  std::vector<std::string> all;
  for (const auto& row : reply.buttons)
    for (const Button& button : row) all.push_back(button.label);
  return all;
}

Json row_json(const std::string& verdict, const std::string& reference, std::int64_t row = 5,
              const std::string& state = "holds") {
  return {
      {"row", row},        {"verdict", verdict}, {"reference", reference}, {"label", "\"A\" by X"},
      {"reason", nullptr}, {"expires", nullptr}, {"state", state}};
}

}  // namespace

TEST_CASE("a suggestion is asked about with its reason and its buttons", "[bot][conversation]") {
  Talking talking;
  talking.tell("next", state_json(question_json()));
  const auto replies = talking.say("/next");
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].text.html() ==
        "<b>A &lt;b&gt; &amp; *c*</b>\nby X &amp; Y\n\nnear what you played\nFound by als, jazz; "
        "predicted match 50 %; waits until 2026-12-01.\n3 wait.");
  CHECK(labels(replies[0]) ==
        std::vector<std::string>{"Approve", "Reject …", "Skip", "Listen first", "Open in Spotify"});
  CHECK(replies[0].question == "suggestion:12");
  CHECK(replies[0].buttons[0][0].data == "approve:suggestion:12");
}

TEST_CASE("a match that nobody predicts is not told of", "[bot][conversation]") {
  Json question = question_json();
  question["suggestion"]["score"] = -9.21;  // recipes/discover.lua, of a chance that is not known
  CHECK_THAT(question_reply(question, "UTC").text.plain(), !Contains("predicted match"));
  question["suggestion"]["score"] = nullptr;
  CHECK_THAT(question_reply(question, "UTC").text.plain(), !Contains("predicted match"));
  question["suggestion"]["score"] = 2.4423;
  CHECK_THAT(question_reply(question, "UTC").text.plain(), Contains("; predicted match 92 %;"));
}

TEST_CASE("the longest question fits its buttons", "[bot][conversation]") {
  Talking talking;
  for (const char* reason : {"dislike-version", "dislike-artist"})
    CHECK(button_data("reject", "suggestion:9223372036854775807:" + std::string(reason)).size() <=
          64);
}

TEST_CASE("a song on trial is asked about in its own words", "[bot][conversation]") {
  Talking talking;
  Json question = question_json("trial:120");
  question["suggestion"] = nullptr;
  question["approved"] = "2026-11-20T23:30:00Z";
  question["plays"] = 3;
  question["track"]["places"] = Json::array();
  talking.tell("next", state_json(question));
  const auto replies = talking.say("/next");
  REQUIRE(replies.size() == 1);
  // In Berlin it was the next day.
  CHECK_THAT(replies[0].text.plain(),
             Contains("On trial since 2026-11-21, heard 3 times. Does it stay?") &&
                 Contains("It is not known where you can play it"));
  CHECK(labels(replies[0])[0] == "It stays");
}

TEST_CASE("of one question one message waits for an answer", "[bot][conversation]") {
  Talking talking;
  talking.memory.questions = {{50, "suggestion:12", true}, {51, "suggestion:13", true}};
  talking.tell("next", state_json(question_json()));
  const auto replies = talking.say("/next");
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].kind == Reply::Kind::kButtons);
  CHECK(replies[0].message == 50);
  CHECK(replies[0].closes_question);
  CHECK(replies[0].buttons.empty());
}

TEST_CASE("an answer is the verb's, and the next question follows", "[bot][conversation]") {
  Talking talking;
  talking.memory.questions = {{50, "suggestion:12", true}};
  talking.tell("next", state_json(question_json("suggestion:13"), {{"track", track_json()},
                                                                   {"verdict", "reject"},
                                                                   {"row", 5},
                                                                   {"expires", nullptr}}));
  const auto replies = talking.press("reject:suggestion:12:overplayed");
  REQUIRE(talking.asked.size() == 1);
  CHECK(talking.asked[0].second ==
        Given{{"answer", {"reject"}}, {"of", {"suggestion:12"}}, {"reason", {"overplayed"}}});
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].kind == Reply::Kind::kEdit);
  CHECK(replies[0].message == 50);
  CHECK(replies[0].closes_question);
  CHECK(replies[0].text.plain() == "A <b> & *c* by X & Y is rejected: overplayed.");
  CHECK(replies[0].buttons[0][0].data == "undo:5");
  CHECK(replies[1].question == "suggestion:13");
}

TEST_CASE("a button that is pressed twice says nothing new", "[bot][conversation]") {
  Talking talking;
  talking.memory.questions = {{50, "suggestion:12", false}};
  for (const char* data : {"approve:suggestion:12", "reasons:suggestion:12", "back:suggestion:12",
                           "reject:suggestion:12:overplayed", "skip:suggestion:12"}) {
    CHECK(talking.press(data).empty());
  }
  CHECK(talking.asked.empty());
}

TEST_CASE("an answer that was given before it was cut short is not given again",
          "[bot][conversation]") {
  Talking talking;
  talking.is_again = true;
  talking.memory.questions = {{50, "suggestion:12", true}};
  talking.fail("next", "suggestion:12 is not what is asked now");
  talking.tell("next", state_json(question_json("suggestion:13")));
  talking.tell("feedback", {{"rows", {row_json("approve", "track:120")}}});
  const auto replies = talking.press("approve:suggestion:12");
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].text.plain() == "\"A\" by X is on trial: I ask again once you have heard it.");
  CHECK(replies[0].closes_question);
  CHECK(replies[1].question == "suggestion:13");
  for (const auto& [verb, given] : talking.asked)
    CHECK((verb != "feedback" || given.contains("list")));
}

TEST_CASE("a question that is not the next is answered as feedback", "[bot][conversation]") {
  Talking talking;
  talking.memory.questions = {{50, "suggestion:12", true}};
  talking.fail("next", "suggestion:12 is not what is asked now");
  talking.tell("next", state_json(question_json("trial:3")));
  talking.tell("feedback", {{"rows", Json::array()}});
  talking.tell("feedback", {{"row", row_json("later", "track:120")}});
  const auto replies = talking.press("skip:suggestion:12");
  const auto& [verb, given] = talking.asked[2];
  CHECK(verb == "feedback");
  CHECK(given == Given{{"verdict", {"later"}}, {"subject", {"track:120"}}, {"for", {"1d"}}});
  REQUIRE(replies.size() == 1);  // who skips one is asked no other
  CHECK(replies[0].closes_question);
}

TEST_CASE("a question that nobody knows is told as what it is", "[bot][conversation]") {
  Talking talking;
  talking.fail("next", "suggestion:99 is not what is asked now");
  talking.tell("next", state_json(nullptr));
  const auto replies = talking.press("approve:suggestion:99");
  REQUIRE(replies.size() == 3);
  CHECK(replies[0].kind == Reply::Kind::kButtons);
  CHECK(replies[1].text.plain() ==
        "That did not work: suggestion:99 is not what is asked now.\nwhy\nWhat helps: fix");
  CHECK_THAT(replies[2].text.plain(), Contains("Nothing waits for you; 1 put off."));
}

TEST_CASE("undo chooses its row once", "[bot][conversation]") {
  const Json undone{{"undone", row_json("ban", "track:1")},
                    {"row", row_json("undo", "track:1", 6)}};
  SECTION("the last that holds") {
    Talking talking;
    talking.tell("feedback",
                 {{"rows",
                   {row_json("undo", "track:2", 9), row_json("like", "track:2", 8, "undone"),
                    row_json("ban", "track:1", 5)}}});
    talking.answers["feedback"].front().data["rows"][0]["state"] = "undo";
    talking.tell("feedback", undone);
    const auto replies = talking.say("/undo");
    CHECK(talking.asked.back().second == Given{{"undo", {"5"}}});
    CHECK(talking.memory.planned == R"({"undo":5})");
    CHECK(replies.at(0).text.plain() == "Taken back: ban \"A\" by X.");
  }
  SECTION("after it was cut short, the same") {
    Talking talking;
    talking.is_again = true;
    talking.memory.planned = R"({"undo": 5})";
    talking.fail("feedback", "row 5 was taken back already");
    const auto replies = talking.say("/undo");
    REQUIRE(talking.asked.size() == 1);
    CHECK(talking.asked[0].second == Given{{"undo", {"5"}}});
    CHECK_THAT(replies.at(0).text.plain(), Contains("is taken back"));
  }
  SECTION("nothing") {
    Talking talking;
    talking.tell("feedback", {{"rows", Json::array()}});
    CHECK(talking.say("/undo").at(0).text.plain() == "There is nothing to take back.");
  }
}

TEST_CASE("a mood that was set before it was cut short is not set again", "[bot][conversation]") {
  Talking talking;
  talking.is_again = true;
  talking.memory.planned = R"({"row": 7})";
  talking.tell("mood", {{"said",
                         {{"row", 8},
                          {"text", "calm"},
                          {"label", "calm"},
                          {"moods", nullptr},
                          {"at", "2026-11-29T09:00:01Z"},
                          {"until", "2026-11-29T12:00:01Z"}}},
                        {"plays", 0},
                        {"features", Json::array()},
                        {"words", nullptr},
                        {"cluster", nullptr},
                        {"cleared", false}});
  talking.tell("playlist list", {{"playlists", Json::array()}});
  const auto replies = talking.say("/mood calm");
  CHECK(talking.asked.at(0).second.empty());
  CHECK(replies.at(0).text.plain() == "Mood: calm, until 13:00.\nNothing was played yet.");
  for (const auto& [verb, given] : talking.asked) CHECK_FALSE(given.contains("text"));
}

TEST_CASE("a list that was refreshed before it was cut short is not refreshed again",
          "[bot][conversation]") {
  Talking talking;
  talking.is_again = true;
  talking.memory.planned = R"({"versions": {"A": 3, "B": 1}})";
  talking.tell(
      "playlist list",
      {{"playlists", {{{"playlist", "A"}, {"version", 4}}, {{"playlist", "B"}, {"version", 1}}}}});
  talking.tell("playlist diff", {{"came", {{{"track", 1}, {"title", "New"}, {"artist", "X"}}}},
                                 {"left", Json::array()}});
  talking.fail("refresh", "another refresh is under way");
  const auto replies = talking.say("/refresh");
  REQUIRE(talking.asked.size() == 3);
  CHECK(talking.asked[1].first == "playlist diff");
  CHECK(talking.asked[2].second == Given{{"name", {"B"}}});
  CHECK_THAT(replies.at(0).text.plain(), Contains("A, version 4") && Contains("+ New by X"));
  CHECK_THAT(replies.at(1).text.plain(),
             Contains("B stays as it is.") && Contains("another refresh is under way"));
}

TEST_CASE("cycling takes 1 to 10", "[bot][conversation]") {
  Talking talking;
  for (const char* wrong : {"/cycling 0", "/cycling 11", "/cycling fast", "/cycling -3"})
    CHECK_THAT(talking.say(wrong).at(0).text.plain(), Contains("from 1, hardly, to 10"));
  CHECK(talking.asked.empty());
  talking.tell("cycling", {{"playlists", {{{"playlist", "Dynamic"}, {"level", 7}}}}});
  CHECK(talking.say("/cycling 7  My list").at(0).text.plain() ==
        "Dynamic: 7 of 10, from the next refresh on");
  CHECK(talking.asked.at(0).second == Given{{"level", {"7"}}, {"playlist", {"My list"}}});
}

TEST_CASE("why is asked of the list shown last, or of the question answered",
          "[bot][conversation]") {
  Talking talking;
  talking.tell("why", {{"answer", "because <of> it"}});
  CHECK_THAT(talking.say("/why 3").at(0).text.plain(), Contains("Of which song?"));
  talking.memory.list = ShownList{"Dynamic", 31};
  CHECK(talking.say("/why 3").at(0).text.html() == "because &lt;of&gt; it");
  CHECK(talking.asked.back().second == Given{{"run", {"31"}}, {"track", {"#3"}}});
  talking.say("/why Some Title");
  CHECK(talking.asked.back().second == Given{{"run", {"31"}}, {"track", {"Some Title"}}});
  talking.memory.questions = {{50, "suggestion:12", true}, {60, "trial:5", true}};
  talking.say("/why", 50);
  CHECK(talking.asked.back().second == Given{{"run", {"7"}}, {"track", {"120"}}});
  CHECK_THAT(talking.say("/why", 60).at(0).text.plain(), Contains("it is on trial"));
}

TEST_CASE("what is no command gets a line that helps", "[bot][conversation]") {
  Talking talking;
  CHECK_THAT(talking.say("play something").at(0).text.plain(), Contains("/help"));
  CHECK_THAT(talking.say("/nxt").at(0).text.plain(), Contains("Did you mean /next?"));
  for (const char* data :
       {"nonsense", "", "approve", "approve:", "approve:suggestion", "reasons:x:1",
        "reject:suggestion:1x:overplayed", "what:suggestion:12"}) {
    CAPTURE(data);
    CHECK_THAT(talking.press(data).at(0).text.plain(), Contains("do not know that button"));
  }
  CHECK(talking.asked.empty());
}

TEST_CASE("help tells of every command, and each is one", "[bot][conversation]") {
  Talking talking;
  const std::string help = talking.say("/help").at(0).text.plain();
  for (const CommandHelp& command : commands()) {
    CHECK_THAT(help, Contains("/" + std::string(command.name)));
    const auto replies = talking.say("/" + std::string(command.name));
    REQUIRE_FALSE(replies.empty());
    CHECK_THAT(replies.at(0).text.plain(), !Contains("There is no command"));
  }
}
