// What a connected language model does for a person: sentences about suggestions. Where it answers
// badly, everything is as it is without one.
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "fake_service.hpp"
#include "own_cache.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;

namespace {

/// Later than any clock: questions as of long ago are not sent.
constexpr const char* kNow = "2040-01-01T12:00:00Z";
constexpr const char* kKey = "sk-secret-of-ann";

struct FakeModel : players_test::FakeService {
  explicit FakeModel(const std::string& text)
      : FakeService("fake_llm.py", {{"answers.json", {{"labels", {"ready"}}, {"text", text}}}}) {}
  void answers(const json& mode) const { put("modes.json", json::array({mode})); }
  [[nodiscard]] std::vector<json> asked() const {
    std::vector<json> all;
    for (const std::string& line : requests()) all.push_back(json::parse(line));
    return all;
  }
  /// What a question told of anybody's.
  static json data_of(const json& asked) {
    return json::parse(asked.at("body").at("messages").back().at("content").get<std::string>());
  }
};

struct Home : players_test::HomeWithOwnCache {
  Home() { std::filesystem::copy_file(support::demo_library(), path("library.db")); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments, const std::string& now = kNow) const {
    arguments.insert(arguments.end(),
                     {"--library", path("library.db"), "--user", "demo", "--now", now});
    return engine(arguments);
  }
  json ask(std::vector<std::string> arguments, const std::string& now = kNow) const {
    arguments.emplace_back("--json");
    const Ended ended = run(arguments, now);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return json::parse(ended.out);
  }
  Ended connect(const FakeModel& model, const std::string& purposes,
                const std::vector<std::string>& more = {}) const {
    std::ofstream(path("key.txt")) << kKey << "\n";
    std::filesystem::permissions(
        path("key.txt"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::vector<std::string> arguments = {
        "connect",  "llm",           "--address",      model.address(),
        "--field",  "model=small",   "--field",        "purposes=" + purposes,
        "--secret", path("key.txt"), "--secret-field", "api_key"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Ended ended = run(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
};

/// A moment of its own: what failed as of one has failed as of that.
std::string moment(int minute) {
  return "2040-01-01T13:" + std::string(minute < 10 ? "0" : "") + std::to_string(minute) + ":00Z";
}

}  // namespace

TEST_CASE("a connected model is sent what was let out, and accounts tells what that cost",
          "[llm]") {
  const FakeModel model("This song is worth a listen.");
  model.put("keys.json", {kKey});
  const Home home;
  const Ended silent = home.connect(model, "");
  CHECK_THAT(silent.out, Contains("nothing is sent to it") && Contains("api_key (kept)"));
  home.ask({"discover", "-n", "3"});
  CHECK(home.ask({"next"}).at("question").at("context").is_null());
  CHECK(model.asked().empty());

  const Ended connected =
      home.connect(model, "context", {"--field", "input_price=2", "--field", "output_price=10"});
  CHECK_THAT(connected.out,
             Contains("it is sent for context: of the suggestion that you are asked about title, "
                      "artist, kind and reason\n") &&
                 !Contains("for names"));
  const json question = home.ask({"next"}).at("question");
  CHECK(question.at("context") == "This song is worth a listen.");
  const std::vector<json> asked = model.asked();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].at("key") == kKey);
  const json facts = FakeModel::data_of(asked[0]).at("facts");
  CHECK(facts.at("title") == question.at("track").at("title"));
  CHECK(facts.at("artist") == question.at("track").at("artist"));
  CHECK(facts.at("reason") == question.at("suggestion").at("reason"));
  for (const auto& fact : facts.items())
    CHECK(std::set<std::string>{"title", "artist", "kind", "reason"}.contains(fact.key()));
  CHECK_THAT(asked[0].dump(), !Contains("demo"));
  const Ended shown = home.run({"next"});
  CHECK_THAT(shown.out, Contains("This song is worth a listen. (a language model's words)"));
  CHECK(model.asked().empty());  // it is kept

  const json costs = home.ask({"accounts"}).at("costs").at(0);
  CHECK(costs.at("account") == "llm");
  CHECK(costs.at("currency") == "USD");
  CHECK(costs.at("today") == json({{"requests", 1},
                                   {"answers", 1},
                                   {"input_tokens", 50},
                                   {"output_tokens", 30},
                                   {"untold", 0},
                                   {"cost", 0.0004}}));
  const Ended checked = home.run({"accounts", "--check"});
  CHECK(checked.exit_code == 0);
  CHECK_THAT(checked.out, Contains("it works: small answers") &&
                              Contains("today (UTC) 2 questions, 100 tokens sent, 60 answered, "
                                       "0.0008 USD; in all 2 questions"));
  CHECK_THAT(FakeModel::data_of(model.asked().at(0)).dump(), Contains("ready"));
  model.put("keys.json", {"another"});
  const Ended refused = home.run({"accounts", "--check"});
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.out, Contains("it does not work: llm: it refuses the key (status 401"));
  CHECK_THAT(checked.out + shown.out + refused.out, !Contains(kKey));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home.path(""))) {
    const bool is_its_place =
        entry.path().filename() == "accounts.json" || entry.path().filename() == "key.txt";
    if (!entry.is_regular_file() || is_its_place) continue;
    CAPTURE(entry.path());
    CHECK_THAT(players_test::text_of_file(entry.path()), !Contains(kKey));
  }
}

TEST_CASE("a sentence that says more than it was told is nobody's", "[llm]") {
  const FakeModel model("This song is worth a listen.");
  const Home home;
  home.connect(model, "context");
  home.ask({"discover", "-n", "3"});
  int minute = 0;
  for (const json& mode : std::vector<json>{"invents", "control", "prose", "cut", "refusal", 401}) {
    CAPTURE(mode);
    model.answers(mode);
    const Ended ended = home.run({"next", "--json"}, moment(++minute));
    CHECK(ended.exit_code == 0);
    CHECK_THAT(ended.err, Contains("the reason stands as it is: llm: "));
    CHECK_THAT(ended.out + ended.err, !Contains("Metallica"));
    const json question = json::parse(ended.out).at("question");
    CHECK(question.at("context").is_null());
    CHECK_THAT(home.run({"next"}, moment(minute)).out,
               Contains(question.at("suggestion").at("reason").get<std::string>()) &&
                   !Contains("language model"));
  }
  // Since something is to be forgotten, a reason of before may speak of just that.
  model.answers("fine");
  model.requests();
  home.ask({"feedback", "forget", "artist:2"}, moment(++minute));
  CHECK_FALSE(home.ask({"next"}, moment(++minute)).at("question").at("context").is_null());
  CHECK_FALSE(FakeModel::data_of(model.asked().at(0)).at("facts").contains("reason"));
}
