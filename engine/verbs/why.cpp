// engine why / why-not RUN|RECIPE TRACK: the run is done again and asked.
#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "recipe/asked_track.hpp"
#include "store/kept_playlists.hpp"
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

/// Of a version of a kept playlist: the version since which a track of the one before it is in the
/// list without a break; nothing where it is not in that, or the playlist is kept no longer.
std::optional<std::int64_t> since_version(const app::Caller& caller, const RunRecord& record,
                                          const CurrentVersion& before, std::int64_t track) {
  if (!record.user_id) return std::nullopt;
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  const auto playlist = find_kept_playlist(store, *record.user_id, before.playlist);
  if (!playlist) return std::nullopt;
  const std::vector<KeptVersion> versions = kept_versions(store, playlist->id, record.now);
  for (const KeptVersion& version : versions) {
    if (version.number != before.version) continue;
    const auto since = since_versions(store, versions, version);
    const auto found = since.find(track);
    return found == since.end() ? std::nullopt : std::optional(found->second);
  }
  return std::nullopt;
}

/// Tells it beside what the run knows, which is the version before it alone.
void add_since(const app::Caller& caller, const RunRecord& record, const CurrentVersion& before,
               Json& data) {
  const Json& place = data.at("place");
  if (!place.is_number() || place.get<std::size_t>() > record.track_ids.size()) return;
  const std::int64_t track = record.track_ids[place.get<std::size_t>() - 1];
  for (Json& finding : data.at("findings")) {
    if (finding.at("kind") != "kept") continue;
    const auto since = since_version(caller, record, before, track);
    if (!since) return;
    const auto told = finding.at("text").get<std::string>();
    finding["text"] = told + "; in the list since version " + std::to_string(*since);
    auto answer = data.at("answer").get<std::string>();
    answer.replace(answer.find(told), told.size(), finding.at("text").get<std::string>());
    data["answer"] = answer;
    return;
  }
}

Answer ask(const app::Caller& caller, const Arguments& arguments,
           std::string RunRequest::*question) {
  const std::string &what = arguments.text("run"), &track = arguments.text("track");
  const std::optional<std::int64_t> run = app::named_run(caller, what);
  RunRequest request;
  RunRecord record;
  if (run) {
    record = app::recorded_run(caller, *run);
    request = app::repeat_request(caller, record);
    request.*question = track_at_place(record, track);
  } else {
    request = app::make_run_request(caller, what);
    request.*question = track;
  }
  Json data{{"track", track}};
  data.update(Json::parse(app::run_supervised(caller, request).answer_json));
  if (request.current) add_since(caller, record, *request.current, data);
  std::string text = data.at("answer");
  return {.data = std::move(data), .text = std::move(text)};
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
