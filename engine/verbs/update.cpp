// engine update [PATH...]: takes in what is new and goes by it; engine retrain: trains what is due.
#include "pipelines/update.hpp"

#include "core/output_file.hpp"
#include "core/shown_text.hpp"
#include "pipelines/retrain.hpp"
#include "pipelines/steps.hpp"
#include "verbs/metrics_json.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using pipelines::PersonsSteps;
using pipelines::PipelineReport;

Json report_json(const PipelineReport& report, const app::Caller& caller) {
  Json people = Json::array();
  for (const PersonsSteps& person : report.people) {
    Json steps = Json::array();
    for (const MetricsRow& row : person.steps) steps.push_back(metrics_json(row));
    people.push_back({{"user", person.user}, {"steps", steps}});
  }
  return {{"at", format_time(caller.asked.now)}, {"people", people}};
}

std::string report_text(const PipelineReport& report, const app::Caller& caller) {
  std::string text;
  for (const PersonsSteps& person : report.people)
    text += one_line(person.user) + " as of " + format_time(caller.asked.now) + "\n" +
            pipelines::steps_text(person.steps);
  return text;
}

Answer answer_of(const PipelineReport& report, const app::Caller& caller) {
  return {.exit = report.worst,
          .data = report_json(report, caller),
          .text = report_text(report, caller)};
}

Answer update(const app::Caller& caller, const Arguments& arguments) {
  std::string folder;
  if (arguments.has("dashboards"))
    folder = output_folder(arguments.text("dashboards"), caller.home.kept_files(), false);
  return answer_of(pipelines::update(caller, arguments.texts("paths"), folder), caller);
}

Answer retrain(const app::Caller& caller, const Arguments& arguments) {
  return answer_of(pipelines::retrain(caller, {.models = arguments.texts("models"),
                                               .is_forced = arguments.flag("force")}),
                   caller);
}

}  // namespace

std::vector<Verb> update_verbs() {
  return {
      {.name = "update",
       .help = "Take in what is new of your listening, every half hour if you like",
       .parameters = {{.name = "paths",
                       .value_name = "PATH",
                       .help = "Files and folders to read [default: what has changed where earlier "
                               "imports came from]",
                       .is_first = true,
                       .is_several = true,
                       .is_local = true},
                      {.name = "dashboards",
                       .value_name = "DIR",
                       .help = "Write each person's dashboard there, NAME.html and NAME.json, when "
                               "something came",
                       .is_local = true}},
       .footer =
           "Steps: ingest, assign, predict, metrics, drift, dashboard. Nothing is trained. What "
           "each came to "
           "is kept (engine metrics);\nwhat was read stays told, and can be taken back (engine "
           "library imports). An update that was killed is\nfinished by the next one. Of "
           "everybody, "
           "or of --user.",
       .answer = update},
      {.name = "retrain",
       .help = "Train the models of your listening that are due, because of drift or of age",
       .parameters = {{.name = "models",
                       .value_name = "MODEL",
                       .help = "Models [default: moods, next_mood and session_start]",
                       .is_first = true,
                       .is_several = true},
                      {.name = "force", .type = Type::kFlag, .help = "Train them, due or not"}},
       .footer = "A model is due when what it learned from has drifted since, or when it is older "
                 "than its card's retrain_days, else\nthe setting retrain.days. A retraining that "
                 "was killed is finished by the next one. Of everybody, or of --user.",
       .answer = retrain}};
}

}  // namespace engine::verbs
