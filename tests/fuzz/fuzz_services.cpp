// Sources that ask a service: the first byte says which, and in its highest bit whether they are asked
// of artists and tracks; the others are what they kept the last time and what the service answers, cut
// at byte 255; behind the last answer nobody answers any more.
#include "playlist/remote.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "support/collected_rows.hpp"

namespace {

constexpr char kCut = '\xff';

struct Answers {
  std::string kept;
  std::vector<std::string> bodies;
  std::size_t next = 0;
  playlist_http_answer answer{};
};
Answers answers;

const playlist_http kHttp = {sizeof(playlist_http), 0,
                             [](const playlist_host*, const playlist_http_request*,
                                const playlist_http_answer** got) -> playlist_status {
                               playlist_http_answer& answer = answers.answer;
                               answer = {};
                               answer.size = sizeof answer;
                               answer.problem = "nobody answers";
                               if (answers.next < answers.bodies.size()) {
                                 const std::string& body = answers.bodies[answers.next++];
                                 answer.status = answers.next % 7 == 0 ? 500 : 200;
                                 answer.problem = "";
                                 answer.body = body.c_str();
                                 answer.length = body.size();
                               }
                               *got = &answer;
                               return PLAYLIST_OK;
                             }};

const playlist_state kState = {
    sizeof(playlist_state), 0,
    [](const playlist_host*) { return answers.kept.empty() ? nullptr : answers.kept.c_str(); },
    [](const playlist_host*, const char*) -> playlist_status { return PLAYLIST_OK; }};

bool has_questions = false;

constexpr const char* kQuestions =
    R"([{"question": "similar_artists", "artist_id": 1, "artist": "a"},
        {"question": "top_tracks", "artist_id": 2, "artist": "a", "ids": {"deezer": "7"}},
        {"question": "artist_tags", "artist_id": 3, "artist": "a",
         "mbid": "00000000-0000-4000-8000-000000000001"},
        {"question": "similar_tracks", "track_id": 4, "artist": "a", "title": "b"},
        {"question": "track_ids", "track_id": 4, "artist": "a", "title": "b", "isrc": "x"},
        {"question": "track_tags", "track_id": 4, "artist": "a", "title": "b"},
        {"question": "top_tracks", "artist_id": 5, "artist": "b"}])";

void stop(const playlist_element& element, const std::string& problem) {
  std::fprintf(stderr, "%s: %s\n", element.name, problem.c_str());
  std::abort();
}

void take_apart(std::string_view bytes) {
  answers = {};
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find(kCut), bytes.size());
    answers.bodies.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  if (answers.bodies.empty()) return;
  answers.kept = answers.bodies.front().c_str();  // up to a zero byte
  answers.bodies.erase(answers.bodies.begin());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  take_apart({reinterpret_cast<const char*>(data) + 1, size - 1});
  has_questions = (data[0] & 0x80) != 0;
  test::CollectedRows rows;
  test::BareHost host(rows);
  host.service = [](const playlist_host*, const char* id) -> const void* {
    if (std::string_view(id) == PLAYLIST_SERVICE_HTTP) return &kHttp;
    if (std::string_view(id) == PLAYLIST_SERVICE_STATE) return &kState;
    return test::CollectedRows::service(id);
  };
  host.setting = [](const playlist_host*, const char* key) {
    const std::string_view name(key);
    if (name.ends_with("lyrics_wanted"))
      return R"([{"track_id": 1, "artist": "a", "title": "b", "album": "c", "duration_ms": 1000},
                 {"track_id": 2, "artist": "a", "title": "b"},
                 {"track_id": 3, "artist": "a", "title": "b", "duration_ms": 9000}])";
    if (name.ends_with("features_wanted"))
      return R"([{"track_id": 1, "spotify_id": "0000000000000000000001", "isrc": "USABC2600001"},
                 {"track_id": 2, "spotify_id": "0000000000000000000002"}])";
    if (name.ends_with("questions")) return has_questions ? kQuestions : nullptr;
    if (name.ends_with("friends")) return "yes";
    return name == "address" ? nullptr : "ann";
  };
  std::size_t count = 0;
  const playlist_element* const* elements = playlist_plugin_main(&host)->elements;
  while (elements[count] != nullptr) ++count;
  const playlist_element& element = *elements[(data[0] & 0x7f) % count];
  playlist_input input{};
  input.size = sizeof input;
  input.path = input.name = "account";
  input.columns = "";
  static constexpr std::uint8_t kNothing[64] = {};
  input.bytes = kNothing;
  playlist_io io{};
  io.size = sizeof io;
  io.input = &input;
  void* self = element.create(&host, nullptr);
  const playlist_status status = element.run(self, &host, &io);
  element.destroy(self);
  if (status == PLAYLIST_OK && !rows.problem().empty()) stop(element, rows.problem());
  if (status != PLAYLIST_OK && host.failure.empty()) stop(element, "failed without saying why");
  return 0;
}
