// engine why / why-not RUN|RECIPE TRACK: the run is done again and asked.
#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Answer ask(const app::Caller& caller, const Arguments& arguments,
           std::string RunRequest::*question) {
  const std::string &what = arguments.text("run"), &track = arguments.text("track");
  const std::optional<std::int64_t> run = app::run_number(what);
  RunRequest request = run ? app::repeat_request(caller, app::recorded_run(caller, *run))
                           : app::make_run_request(caller, what);
  request.*question = track;
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
                          .help = "A run's number, or a recipe",
                          .is_first = true,
                          .is_required = true},
                         {.name = "track",
                          .value_name = "TRACK",
                          .help = "Its number, Spotify uri, title, or ARTIST - TITLE",
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
