// engine update [PATH...]: takes in what is new and goes by it; engine retrain: trains what is due.
#include "pipelines/update.hpp"

#include "core/counted.hpp"
#include "core/output_file.hpp"
#include "core/shown_text.hpp"
#include "import/result.hpp"
#include "pipelines/retrain.hpp"
#include "pipelines/steps.hpp"
#include "verbs/metrics_json.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using pipelines::PersonsSteps;
using pipelines::PipelineReport;

Json music_json(const pipelines::MusicChanges& music) {
  Json json = {{"places", music.places}, {"missing", music.missing},   {"buckets", Json::object()},
               {"gone", music.gone},     {"measured", music.measured}, {"encoded", music.encoded}};
  for (const auto& [bucket, count] : music.buckets) json["buckets"][bucket] = count;
  return json;
}

/// "" where nothing has changed and more is told.
std::string music_text(const pipelines::MusicChanges& music, bool is_all) {
  if (!music.has_news())
    return is_all && music.places > 0
               ? "music files: nothing has changed at " + counted(music.places, "place") + "\n"
               : "";
  std::string text = "music files: ";
  if (!music.buckets.empty()) text += engine::import::buckets_text(music.buckets);
  const auto add = [&](std::int64_t count, const std::string& what) {
    if (count == 0) return;
    text += (text.ends_with(": ") ? "" : ", ") + what;
  };
  add(music.gone, std::to_string(music.gone) + " gone");
  add(music.measured, counted(music.measured, "track") + " measured");
  add(music.encoded, counted(music.encoded, "track") + " encoded");
  return text + "\n";
}

Json people_json(const PipelineReport& report, const app::Caller& caller) {
  Json people = Json::array();
  for (const PersonsSteps& person : report.people) {
    Json steps = Json::array();
    for (const MetricsRow& row : person.steps) steps.push_back(metrics_json(row));
    people.push_back({{"user", person.user}, {"steps", steps}});
  }
  return {{"at", format_time(caller.asked.now)}, {"people", people}};
}

std::string people_text(const PipelineReport& report, const app::Caller& caller) {
  std::string text;
  for (const PersonsSteps& person : report.people)
    text += one_line(person.user) + " as of " + format_time(caller.asked.now) + "\n" +
            pipelines::steps_text(person.steps);
  return text;
}

Answer update(const app::Caller& caller, const Arguments& arguments) {
  std::string folder;
  if (arguments.has("dashboards"))
    folder = output_folder(arguments.text("dashboards"), caller.home.kept_files(), false);
  const PipelineReport report = pipelines::update(caller, arguments.texts("paths"), folder);
  Answer answer{
      .exit = report.worst,
      .data = people_json(report, caller),
      .text = music_text(report.music, report.people.empty()) + people_text(report, caller)};
  answer.data["music"] = music_json(report.music);
  return answer;
}

Answer retrain(const app::Caller& caller, const Arguments& arguments) {
  const PipelineReport report = pipelines::retrain(
      caller, {.models = arguments.texts("models"), .is_forced = arguments.flag("force")});
  return {.exit = report.worst,
          .data = people_json(report, caller),
          .text = people_text(report, caller)};
}

}  // namespace

std::vector<Verb> update_verbs() {
  return {
      {.name = "update",
       .help = "Take in what is new of your listening, every half hour if you like",
       .parameters = {{.name = "paths",
                       .value_name = "PATH",
                       .help = "Files and folders to read [default: what has changed where earlier "
                               "imports and syncs came from]",
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
           "each came to is kept (engine metrics);\nwhat was read stays told, and can be taken "
           "back "
           "(engine library imports). Where no PATH is named, music that was\nimported (--files) "
           "and accounts that were synced are looked at again, too. An update that was killed is "
           "finished by\nthe next one. Of everybody, or of --user.",
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
