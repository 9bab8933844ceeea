// engine why / why-not RUN|RECIPE TRACK: the run is done again and asked.
#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "recipe/asked_track.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// "#3" is the third track of the list as it was recorded, which a list of today may no longer
/// hold; other texts are a track already.
std::string track_at_place(const RunRecord& record, const std::string& track) {
  const std::optional<std::size_t> place = place_in_list(track);
  if (!place) return track;
  if (*place <= record.track_ids.size()) return std::to_string(record.track_ids[*place - 1]);
  throw no_such_place(track, record.track_ids.size());
}

Answer ask(const app::Caller& caller, const Arguments& arguments,
           std::string RunRequest::*question) {
  const std::string &what = arguments.text("run"), &track = arguments.text("track");
  const std::optional<std::int64_t> run = app::named_run(caller, what);
  RunRequest request;
  if (run) {
    const RunRecord record = app::recorded_run(caller, *run);
    request = app::repeat_request(caller, record);
    request.*question = track_at_place(record, track);
  } else {
    request = app::make_run_request(caller, what);
    request.*question = track;
  }
  const RunAnswer found = app::run_supervised(caller, request);
  Json data{{"track", track}};
  data.update(Json::parse(found.answer_json));
  return {.data = std::move(data), .text = found.answer};
}

Verb question(const char* name, const char* help, std::string RunRequest::*question) {
  return {.name = name,
          .help = help,
          .parameters = {{.name = "run",
                          .value_name = "RUN",
                          .help = "A run's number, `last` for the newest, or a recipe",
                          .is_first = true,
                          .is_required = true},
                         {.name = "track",
                          .value_name = "TRACK",
                          .help = "\"#3\" for the third of the list, a title, \"ARTIST - TITLE\", "
                                  "its number in the library, or its Spotify uri",
                          .is_first = true,
                          .is_required = true}},
          .answer = [question](const app::Caller& caller, const Arguments& arguments) {
            return ask(caller, arguments, question);
          }};
}

}  // namespace

std::vector<Verb> why_verbs() {
  return {question("why", "Tell why a track is in a list", &RunRequest::why),
          question("why-not", "Tell why a track is not in a list", &RunRequest::why_not)};
}

}  // namespace engine::verbs
