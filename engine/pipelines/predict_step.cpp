// What somebody will do next, and how good what was foretold before was: a step of an update
// (pipelines/update.hpp).
//
// Session start  The chance that a session begins in the hour behind the present one, once an hour,
//                and beside it that of the hour's share alone (patterns/session_habits.hpp). Judged
//                once something was heard behind that hour: an hour without a listen counts as one
//                without only where the library knows what came later.
// Next mood      Of the same moment: the chance of each mood of what is heard next (patterns/next_mood.hpp),
//                where model.next_mood was trained.
// figures        session_start, session_start_share: the chances
//                session_start_judged: of the last four weeks' hours, how many could be judged;
//                session_start_brier, _log_loss, and _brier_share of the share alone
//                next_mood, the chance of the likeliest; next_mood.LABEL, of each
// state          {"hour", "p", "share"}: what was foretold; "mood" {"id", "label", "p"}: the likeliest
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "models/open_version.hpp"
#include "page/charts.hpp"
#include "patterns/next_mood.hpp"
#include "patterns/session_habits.hpp"
#include "pipelines/update_steps.hpp"

namespace engine::pipelines {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *kStartModel = "model.session_start", *kMoodModel = "model.next_mood";
constexpr std::int64_t kJudged = 28 * kDay;

/// One of hours, judged.
struct Score {
  double brier = 0, log_loss = 0;
  void add(double chance, bool came) {
    constexpr double kLeast = 1e-6;  // a chance of 0 that came is wrong, not infinitely so
    brier += (chance - came) * (chance - came);
    log_loss -= std::log(std::max(kLeast, came ? chance : 1 - chance));
  }
};

struct Judged {
  int hours = 0;
  Score model, share;
};

Judged judge_starts(Pass& pass, const AsOf& tables) {
  const auto start = column_of<std::int64_t>(*tables.table("sessions"), "start");
  const auto heard = column_of<std::int64_t>(*tables.table("listens"), "ts");
  Judged judged;
  std::int64_t last = 0;
  for (const MetricsRow& row : rows_with_state(pass.store(), pass.user().id, "update", "predict",
                                               pass.now() - kJudged, pass.now())) {
    const Json told = Json::parse(row.state);
    const auto hour = told.at("hour").get<std::int64_t>();
    if (hour == last || heard.empty() || heard.back() < hour + kHour) continue;
    last = hour;
    const auto first = std::ranges::lower_bound(start, hour);
    const bool came = first != start.end() && *first < hour + kHour;
    ++judged.hours;
    judged.model.add(told.at("p").get<double>(), came);
    judged.share.add(told.at("share").get<double>(), came);
  }
  return judged;
}

void add_judged(const Judged& judged, std::map<std::string, double>& figures) {
  figures["session_start_judged"] = judged.hours;
  if (judged.hours == 0) return;
  figures["session_start_brier"] = judged.model.brier / judged.hours;
  figures["session_start_log_loss"] = judged.model.log_loss / judged.hours;
  figures["session_start_brier_share"] = judged.share.brier / judged.hours;
}

/// nullptr: the person has none.
std::shared_ptr<const Artifact> own_model(Pass& pass, const char* name) {
  const ModelVersion* version = pass.model(name);
  if (version == nullptr || version->user_id != pass.user().id) return nullptr;
  return open_version(*version);
}

/// Nothing where the model was not trained.
void add_next_mood(Pass& pass, const AsOf& tables, StepResult& result) {
  const std::shared_ptr<const Artifact> model = own_model(pass, kMoodModel);
  if (!model) return;
  const patterns::NextMood next = patterns::next_mood(tables, *model);
  if (next.moods.empty()) return;
  for (const patterns::MoodChance& mood : next.moods)
    result.figures["next_mood." + mood.label] = mood.probability;
  const patterns::MoodChance& likeliest = next.moods.front();
  result.figures["next_mood"] = likeliest.probability;
  result.state["mood"] = {
      {"id", likeliest.id}, {"label", likeliest.label}, {"p", likeliest.probability}};
  result.reason += (next.goes_on ? "; what comes next in the session is most likely \""
                                 : "; a session that begins now most likely begins with \"") +
                   likeliest.label + "\" (" + percent_text(likeliest.probability) + ")";
}

}  // namespace

StepResult predict(Pass& pass) {
  const AsOf& tables = pass.tables();
  if (tables.table("sessions")->rows == 0)
    return {.outcome = Outcome::kNothing, .reason = "nothing was heard yet"};
  StepResult result;
  add_judged(judge_starts(pass, tables), result.figures);
  const Json before = pass.state_of("predict");
  const std::int64_t hour = (tables.now() / kHour + 1) * kHour;
  if (!before.is_null() && before.at("hour") == hour) {
    result.outcome = Outcome::kNothing;
    result.reason = "the hour from " + format_time(hour) + " was foretold already";
    return result;
  }
  const std::shared_ptr<const Artifact> model = own_model(pass, kStartModel);
  const double share = patterns::outlook(tables, nullptr).hours.front().probability;
  const double chance =
      model ? patterns::outlook(tables, model.get()).hours.front().probability : share;
  result.figures["session_start"] = chance;
  result.figures["session_start_share"] = share;
  result.state = {{"hour", hour}, {"p", chance}, {"share", share}};
  result.reason = percent_text(chance) + " that a session begins in the hour from " +
                  format_time(hour) +
                  (model ? "" : ", by the last twelve weeks alone (session_start was not trained)");
  add_next_mood(pass, tables, result);
  return result;
}

}  // namespace engine::pipelines
