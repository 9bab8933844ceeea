// 10,000 expressions, zones and moments, half of the moments near a change of the clocks, answered as
// npm's croner answers them.
#include <fstream>
#include <optional>
#include <sstream>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/zone_changes.hpp"
#include "schedule/cron_expression.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using engine::Random;
using engine::schedule::CronExpression;
using nlohmann::json;

namespace {

constexpr int kQuestions = 10'000;
constexpr std::int64_t kFirst = 1420070400;  // 2015-01-01
constexpr std::int64_t kLast = 2082758400;   // 2036-01-01

const std::vector<std::string> kZones = {
    "Europe/Berlin",     "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
    "Africa/Casablanca", "America/Santiago", "Europe/Dublin",       "UTC",
    "Asia/Tehran",       "Pacific/Chatham",  "America/St_Johns",    "Asia/Gaza",
    "Atlantic/Azores",   "America/Havana"};

std::int64_t draw(Random& random, std::int64_t least, std::int64_t most) {
  return least +
         static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(most - least + 1));
}

struct DrawnField {
  int least, most;
  std::vector<std::string> names = {};
};

std::string value(Random& random, const DrawnField& field, std::int64_t number) {
  if (field.names.empty() || random.uniform() < 0.5) return std::to_string(number);
  std::string name =
      field.names[static_cast<std::size_t>(number - field.least) % field.names.size()];
  if (random.uniform() < 0.3) name[0] = static_cast<char>(name[0] - 32);
  return name;
}

std::string part(Random& random, const DrawnField& field) {
  const double kind = random.uniform();
  const std::int64_t span = field.most - field.least + 1;
  const std::string step = "/" + std::to_string(draw(random, 1, std::min<std::int64_t>(span, 20)));
  const std::int64_t first = draw(random, field.least, field.most);
  const std::int64_t last = draw(random, first, field.most);
  if (kind < 0.15) return "*" + step;
  if (kind < 0.35)
    return std::to_string(first) + "-" + std::to_string(last) +
           (random.uniform() < 0.5 ? step : "");
  return value(random, field, first);
}

std::string field_text(Random& random, const DrawnField& field, double star) {
  if (random.uniform() < star) return "*";
  std::string text = part(random, field);
  while (random.uniform() < 0.25) text += "," + part(random, field);
  return text;
}

/// One of every kind, with times of the night as often as of the day: there clocks are put.
std::string expression(Random& random) {
  static const std::vector<std::string> kShorts = {"@hourly", "@daily", "@weekly", "@monthly",
                                                   "@yearly"};
  if (random.uniform() < 0.02) return kShorts[static_cast<std::size_t>(draw(random, 0, 4))];
  const DrawnField minute{0, 59}, hour{0, random.uniform() < 0.5 ? 3 : 23}, day{1, 31},
      month{1,
            12,
            {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      weekday{0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}};
  if (random.uniform() < 0.3)  // a fixed time
    return std::to_string(draw(random, 0, 59)) + " " + std::to_string(draw(random, 0, hour.most)) +
           " " + field_text(random, day, 0.6) + " " + field_text(random, month, 0.7) + " " +
           field_text(random, weekday, 0.6);
  return field_text(random, minute, 0.15) + " " + field_text(random, hour, 0.25) + " " +
         field_text(random, day, 0.6) + " " + field_text(random, month, 0.7) + " " +
         field_text(random, weekday, 0.6);
}

/// Near a change of the zone's clocks, or anywhere.
std::int64_t moment(Random& random, const std::vector<engine::ZoneChange>& changes) {
  if (changes.size() < 2 || random.uniform() < 0.5) return draw(random, kFirst, kLast);
  const auto change =
      static_cast<std::size_t>(draw(random, 1, static_cast<std::int64_t>(changes.size()) - 1));
  return changes[change].from + draw(random, -3 * 3600, 3 * 3600) - draw(random, 0, 1) * 86400;
}

struct Question {
  std::string expression, zone;
  std::int64_t after;
};

std::vector<Question> questions() {
  std::vector<std::vector<engine::ZoneChange>> changes;
  for (const std::string& zone : kZones)
    changes.push_back(engine::zone_changes(zone, kFirst, kLast));
  Random random(20);
  std::vector<Question> all;
  for (int k = 0; k < kQuestions; ++k) {
    const auto zone =
        static_cast<std::size_t>(draw(random, 0, static_cast<std::int64_t>(kZones.size()) - 1));
    all.push_back({expression(random), kZones[zone], moment(random, changes[zone])});
  }
  return all;
}

json our_answer(const Question& question) {
  const CronExpression expression = CronExpression::parse(question.expression);
  json times = json::array();
  std::int64_t after = question.after;
  for (int k = 0; k < 3; ++k) {
    const auto next = engine::schedule::next_time(expression, after, question.zone);
    if (!next) break;
    times.push_back(*next);
    after = *next;
  }
  return times;
}

/// One of these, with a character or two of it changed.
std::string damaged(Random& random, std::string text) {
  constexpr std::string_view kCharacters = "0123456789*/,- \t@?LW#+sunjaMONdec";
  for (std::int64_t k = draw(random, 1, 2); k > 0; --k) {
    const auto at =
        static_cast<std::size_t>(draw(random, 0, static_cast<std::int64_t>(text.size())));
    const auto drawn = static_cast<std::size_t>(draw(random, 0, kCharacters.size() - 1));
    if (random.uniform() < 0.3 && at < text.size()) {
      text.erase(at, 1);
    } else {
      text.insert(at, 1, kCharacters[drawn]);
    }
  }
  return text;
}

/// What croner says to each; nothing where it is not installed.
std::optional<std::vector<json>> croner_answers(const std::vector<Question>& asked) {
  const TemporaryFolder folder;
  {
    std::ofstream file(folder.file("questions"));
    for (const Question& one : asked)
      file << json{one.expression, one.zone, one.after}.dump() << "\n";
  }
  const support::Ended croner = support::run_program(
      {"/usr/bin/env", "node", PLAYLIST_SOURCE_DIR "/tests/schedule/croner_answers.mjs",
       folder.file("questions")});
  if (croner.err.find("Cannot find module") != std::string::npos || croner.exit_code == 127) {
    WARN("croner is not installed (npm install -g croner@11.0.1): nothing was held against it");
    return std::nullopt;
  }
  INFO(croner.err);
  REQUIRE(croner.exit_code == 0);
  std::istringstream lines(croner.out);
  std::vector<json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(support::parse_json(line));
  REQUIRE(answers.size() == asked.size());
  return answers;
}

std::string difference(const Question& asked, const json& theirs, const json& ours) {
  return "\"" + asked.expression + "\" in " + asked.zone + " after " + std::to_string(asked.after) +
         ": croner says " + theirs.dump() + ", we say " + ours.dump();
}

}  // namespace

TEST_CASE("10,000 expressions are due when croner says so", "[schedule][croner]") {
  const std::vector<Question> asked = questions();
  const auto answers = croner_answers(asked);
  if (!answers) return;
  int equal = 0, empty = 0;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const json ours = our_answer(asked[k]);
    empty += ours.empty() ? 1 : 0;
    equal += answers->at(k) == ours ? 1 : 0;
    if (answers->at(k) != ours) FAIL_CHECK(difference(asked[k], answers->at(k), ours));
  }
  CHECK(equal == kQuestions);
  CHECK(empty < kQuestions / 100);  // nearly all of them say when
}

TEST_CASE("what we take, croner takes for the same", "[schedule][croner]") {
  Random random(21);
  std::vector<Question> asked;
  int refused = 0;
  for (Question& one : questions()) {
    one.expression = damaged(random, one.expression);
    try {
      CronExpression::parse(one.expression);
      asked.push_back(one);
    } catch (const engine::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 2000);
  CHECK(asked.size() > 500);
  const auto answers = croner_answers(asked);
  if (!answers) return;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const json ours = our_answer(asked[k]);
    if (answers->at(k) != ours) FAIL_CHECK(difference(asked[k], answers->at(k), ours));
  }
}
