// What a tuning tells: JSON, and lines for a terminal.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "evaluate/tuning.hpp"

namespace engine::evaluate {
namespace {

using Json = nlohmann::ordered_json;

Json part_json(const TuningPart& part) {
  return {{"from", short_time(part.span.date)},
          {"to", short_time(part.span.end)},
          {"dates", part.dates},
          {"lists", part.gain.count},
          {"before", finite_or_null(part.before.mean)},
          {"after", finite_or_null(part.after.mean)},
          {"gain", finite_or_null(part.gain.mean)},
          {"low", finite_or_null(part.gain.low)},
          {"high", finite_or_null(part.gain.high)}};
}

std::string part_text(const char* name, const TuningPart& part) {
  char text[256];
  std::snprintf(text, sizeof text,
                "  %-6s %s to %s, %zu dates: %.4f -> %.4f, gain %+.4f (%+.4f..%+.4f)\n", name,
                short_time(part.span.date).c_str(), short_time(part.span.end).c_str(), part.dates,
                part.before.mean, part.after.mean, part.gain.mean, part.gain.low, part.gain.high);
  return text;
}

}  // namespace

Json tuning_json(const Tuning& tuning, const std::string& recipe, const std::string& every,
                 bool is_written) {
  Json values = Json::array();
  for (std::size_t k = 0; k < tuning.tunables.size(); ++k) {
    const Tunable& tunable = tuning.tunables[k];
    values.push_back({{"name", tunable.name},
                      {"line", tunable.line},
                      {"from", tunable.value},
                      {"to", tuning.values[k]}});
  }
  Json skipped = Json::array();
  for (const SkippedDates& user : tuning.skipped)
    if (user.dates > 0) skipped.push_back({{"user", user.user}, {"dates", user.dates}});
  return Json{{"recipe", recipe},
              {"metric", tuning.metric},
              {"every", every},
              {"fit", part_json(tuning.fit)},
              {"later", part_json(tuning.later)},
              {"values", values},
              {"tried", tuning.tried},
              {"skipped", skipped},
              {"better", tuning.is_better},
              {"written", is_written}};
}

std::string tuning_text(const Tuning& tuning, const std::string& recipe, const std::string& every) {
  std::string text = recipe + ": " + tuning.metric + ", one date every " + every + ", " +
                     std::to_string(tuning.tried) + " sets of numbers tried\n";
  for (std::size_t k = 0; k < tuning.tunables.size(); ++k) {
    const Tunable& tunable = tuning.tunables[k];
    std::string line = "  line " + std::to_string(tunable.line) + "  " + tunable.name;
    line.resize(std::max<std::size_t>(line.size() + 2, 34), ' ');
    line += spelled(tunable, tunable.value);
    if (tuning.values[k] != tunable.value) line += " -> " + spelled(tunable, tuning.values[k]);
    text += line + "\n";
  }
  text += part_text("fit", tuning.fit) + part_text("later", tuning.later);
  for (const SkippedDates& user : tuning.skipped) {
    if (user.dates > 0)
      text += "  not counted: " + std::to_string(user.dates) +
              (user.dates == 1 ? " date" : " dates") + " after which " + user.user +
              " played nothing\n";
  }
  if (!tuning.is_changed) return text + "the present numbers are the best of those tried\n";
  if (!tuning.is_better)
    return text +
           "not better on the later dates, which the fit has not seen: their gain may as "
           "well be 0\n";
  return text + "better on the later dates, which the fit has not seen\n";
}

}  // namespace engine::evaluate
