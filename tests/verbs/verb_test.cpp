// The table of verbs, asked as a front end without a command line asks it.
#include <filesystem>
#include <set>
#include <tuple>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/home.hpp"
#include "core/calendar.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"
#include "verbs/verbs.hpp"

using namespace engine;
using verbs::Arguments;
using verbs::Given;
using verbs::Json;
using verbs::Parameter;
using verbs::Type;
using verbs::Verb;

namespace {

const Verb& verb_called(const std::string& name) {
  const Verb* verb = verbs::find_verb(name);
  REQUIRE(verb != nullptr);
  return *verb;
}

std::string why_not(const Verb& verb, const Given& given) {
  try {
    const Arguments arguments(verb, given);
    return "";
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::kUsage);
    return error.text();
  }
}

/// A verb with a parameter of each kind.
Verb sample() {
  return {.name = "sample",
          .help = "For tests",
          .parameters = {{.name = "what", .help = "What", .is_first = true, .is_required = true},
                         {.name = "limit",
                          .type = Type::kInteger,
                          .help = "How many",
                          .usual = "50",
                          .least = 1,
                          .most = 100},
                         {.name = "share", .type = Type::kNumber, .help = "Share", .most = 1},
                         {.name = "k",
                          .type = Type::kInteger,
                          .help = "Lengths",
                          .usual = "10,30",
                          .is_several = true,
                          .separator = ','},
                         {.name = "order", .help = "Order", .one_of = {"up", "down"}},
                         {.name = "train", .type = Type::kFlag, .help = "Train"},
                         {.name = "every", .help = "How often", .needs = "train"},
                         {.name = "now", .help = "Once", .excludes = "every"}}};
}

/// The demo library with a home of its own.
struct DemoHome : support::EngineHome {
  DemoHome() { std::filesystem::copy_file(support::demo_library(), path("library.db")); }
  [[nodiscard]] app::Home home() const { return app::Home({path("library.db"), "", {}}); }
};

app::Asked asked(const std::string& user) {
  return {.user = user, .now = parse_time("2026-11-21T10:00:00Z")};
}

Json ask(const app::Caller& caller, const std::string& name, const Given& given = {}) {
  const Verb& verb = verb_called(name);
  return verb.answer(caller, Arguments(verb, given)).data;
}

}  // namespace

TEST_CASE("the sizes of a demo have ranges that every front end checks", "[verbs]") {
  const Verb& demo = verb_called("demo");
  for (const auto& [name, value, range] : {std::tuple("tracks", "0", "1 to 1000000"),
                                           {"artists", "100001", "1 to 100000"},
                                           {"genres", "401", "1 to 400"},
                                           {"listens", "-1", "0 to 10000000"},
                                           {"users", "10001", "1 to 10000"},
                                           {"days", "0", "1 to 20000"}}) {
    CAPTURE(name);
    CHECK_THAT(why_not(demo, {{name, {value}}}), Catch::Contains(range));
  }
}

TEST_CASE("arguments are what was given, else what is usual", "[verbs]") {
  const Verb verb = sample();
  const Arguments few(verb, {{"what", {"x"}}});
  CHECK(few.text("what") == "x");
  CHECK(few.integer("limit") == 50);
  CHECK_FALSE(few.has("limit"));
  CHECK(few.texts("k") == std::vector<std::string>{"10", "30"});
  CHECK(few.text("order").empty());
  CHECK_FALSE(few.flag("train"));
  const Arguments all(verb, {{"what", {"x"}},
                             {"limit", {"7"}},
                             {"share", {"0.25"}},
                             {"k", {"5"}},
                             {"order", {"down"}},
                             {"train", {"true"}},
                             {"every", {"1w"}}});
  CHECK(all.integer("limit") == 7);
  CHECK(all.has("limit"));
  CHECK(all.number("share") == 0.25);
  CHECK(all.texts("k") == std::vector<std::string>{"5"});
  CHECK(all.flag("train"));
  CHECK_THROWS_AS(all.integer("lmit"), std::logic_error);
}

TEST_CASE("arguments that do not fit are told by name", "[verbs]") {
  const Verb verb = sample();
  const auto with = [&](Given more) {
    more["what"] = {"x"};
    return why_not(verb, more);
  };
  CHECK_THAT(why_not(verb, {}), Catch::Contains("needs what"));
  CHECK_THAT(why_not(verb, {{"what", {""}}}),
             Catch::Contains("what cannot be \"\"") && Catch::Contains("not empty"));
  CHECK_THAT(with({{"limits", {"7"}}}), Catch::Contains("did you mean limit?"));
  CHECK_THAT(with({{"limit", {"0"}}}), Catch::Contains("it takes 1 to 100"));
  CHECK_THAT(with({{"limit", {"7x"}}}), Catch::Contains("it takes a whole number"));
  CHECK_THAT(with({{"limit", {"7", "8"}}}), Catch::Contains("limit is given twice"));
  CHECK_THAT(with({{"share", {"1.5"}}}), Catch::Contains("it takes 0 to 1"));
  CHECK_THAT(with({{"order", {"sideways"}}}), Catch::Contains("it takes up, down"));
  CHECK_THAT(with({{"train", {"yes"}}}), Catch::Contains("it takes true or false"));
  CHECK_THAT(with({{"every", {"1w"}}}), Catch::Contains("every needs train"));
  CHECK_THAT(with({{"train", {"true"}}, {"every", {"1w"}}, {"now", {"x"}}}),
             Catch::Contains("now and every do not go together"));
  CHECK_THAT(with({{"train", {"false"}}, {"every", {"1w"}}}), Catch::Contains("every needs train"));
}

TEST_CASE("a flag that is off is as if it were not given", "[verbs]") {
  Verb verb = sample();
  verb.parameters.push_back(
      {.name = "forever", .type = Type::kFlag, .help = "Always", .excludes = "train"});
  const Arguments off(verb, {{"what", {"x"}}, {"train", {"false"}}, {"forever", {"true"}}});
  CHECK_FALSE(off.flag("train"));
  CHECK_FALSE(off.has("train"));
  CHECK(off.flag("forever"));
  CHECK_THAT(why_not(verb, {{"what", {"x"}}, {"train", {"true"}}, {"forever", {"true"}}}),
             Catch::Contains("forever and train do not go together"));
}

TEST_CASE("every verb is declared whole", "[verbs]") {
  std::set<std::string> names;
  for (const Verb& verb : verbs::verbs()) {
    CAPTURE(verb.name);
    CHECK(names.insert(verb.name).second);
    CHECK_FALSE(verb.help.empty());
    if (const std::size_t space = verb.name.rfind(' '); space != std::string::npos)
      CHECK(names.contains(verb.name.substr(0, space)));  // the one it is below comes first
    std::set<std::string> parameters;
    for (const Parameter& parameter : verb.parameters) {
      CAPTURE(parameter.name);
      CHECK(parameters.insert(parameter.name).second);
      CHECK_FALSE(parameter.help.empty());
      CHECK(parameter.value_name.empty() == (parameter.type == Type::kFlag));
      if (!parameter.usual.empty() && parameter.separator == 0)
        CHECK(verbs::problem_of(parameter, parameter.usual).empty());
    }
    for (const Parameter& parameter : verb.parameters) {
      CHECK((parameter.needs.empty() || parameters.contains(parameter.needs)));
      CHECK((parameter.excludes.empty() || parameters.contains(parameter.excludes)));
    }
    const Json told = verbs::verb_json(verb);
    CHECK(told["name"] == verb.name);
    CHECK(told["parameters"].size() == verb.parameters.size());
  }
}

TEST_CASE("what a verb answers is what --json prints", "[verbs]") {
  const DemoHome at;
  const app::Home home = at.home();
  const app::Caller caller{home, asked("demo"), {}, {.is_json = true}};
  const struct {
    const char* verb;
    Given given;
    std::vector<std::string> line;
  } questions[] = {
      {"library", {}, {"library"}},
      {"library users", {}, {"library", "users"}},
      {"library unmatched", {{"limit", {"3"}}}, {"library", "unmatched", "--limit", "3"}},
      {"stats", {{"top", {"4"}}}, {"stats", "--top", "4"}},
      {"recipes", {{"recipe", {"weekly"}}}, {"recipes", "weekly"}},
      {"plugins info", {{"name", {"recall.genre"}}}, {"plugins", "info", "recall.genre"}},
      {"config get", {{"key", {"run.record"}}}, {"config", "get", "run.record"}}};
  for (const auto& question : questions) {
    CAPTURE(question.verb);
    std::vector<std::string> line = {"--user", "demo", "--now", "2026-11-21T10:00:00Z", "--json"};
    line.insert(line.end(), question.line.begin(), question.line.end());
    const support::Ended printed = at.engine(line);
    CHECK(ask(caller, question.verb, question.given) == support::parse_ordered_json(printed.out));
  }
}

TEST_CASE("two people's requests in one process keep apart", "[verbs]") {
  const DemoHome at;
  const app::Home home = at.home();
  const app::Caller one{home, asked("demo"), {}}, other{home, asked("ada"), {}};
  const Json ones = ask(one, "stats"), others = ask(other, "stats");
  CHECK(ones["user"] == "demo");
  CHECK(others["user"] == "ada");
  CHECK(ones["listens"] != others["listens"]);
  const std::string track = "track:1";
  CHECK(ask(other, "ban", {{"name", {track}}})["changed"] == true);
  CHECK(ask(one, "library banned")["banned"].empty());
  CHECK(ask(other, "library banned")["banned"].size() == 1);
}
