// engine serve, whole: verbs by HTTP, jobs, uploads, live lists, events (engine/serve/desk.hpp).
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "serve/key_file.hpp"
#include "serve/running_server.hpp"
#include "store/store.hpp"
#include "support/json.hpp"

namespace fs = std::filesystem;
using namespace serve_test;

namespace {

/// The tracks of a list's JSON.
std::vector<std::int64_t> tracks_of(const Json& list) {
  std::vector<std::int64_t> tracks;
  for (const Json& track : list.at("tracks")) tracks.push_back(track.at("track"));
  return tracks;
}

const Json kWeekly{{"recipe", "weekly"}, {"now", "2026-11-21"}, {"random-seed", 1}};

}  // namespace

TEST_CASE("a verb by HTTP answers what the command line prints as JSON", "[serve]") {
  const RunningServer server;
  const Reply reply = server.ask("POST", "/api/run", kWeekly.dump());
  CHECK(reply.status == 200);
  CHECK(reply.header("playlist-exit") == "0");
  Json by_http = support::parse_ordered_json(reply.body);
  const support::Ended ended =
      server.home().engine({"--library", server.library(), "--now", "2026-11-21", "--random-seed",
                            "1", "--json", "run", "weekly", "--no-record"});
  Json by_command = support::parse_ordered_json(ended.out);
  CHECK_FALSE(by_http.at("run").is_null());  // it is recorded, as a run of a command line is
  for (Json* json : {&by_http, &by_command}) {
    json->erase("run");
    json->erase("trace");  // has times
  }
  CHECK(by_http == by_command);
  CHECK(server.post("stats", Json::object()).at("plays") > 0);
}

TEST_CASE("what cannot be asked is refused with what to do", "[serve]") {
  const RunningServer server;
  const auto error = [&](const std::string& path, const Json& body, int status) {
    return server.post(path, body, status).at("error");
  };
  CHECK(error("rnu", Json::object(), 404).at("fix") == "did you mean /api/run?");
  CHECK_THAT(error("run", {{"recip", "weekly"}}, 400).at("fix").get<std::string>(),
             Catch::Contains("did you mean recipe?"));
  CHECK_THAT(error("run", {{"recipe", {{"a", 1}}}}, 400).at("message").get<std::string>(),
             Catch::Contains("recipe cannot be"));
  // Files of the machine are not a page's to name.
  for (const Json& body : {Json{{"recipe", "weekly"}, {"to", "m3u8:/tmp/x.m3u8"}},
                           Json{{"recipe", "weekly"}, {"to", Json::array({"json:-"})}}})
    CHECK_THAT(error("run", body, 400).dump(), !Catch::Contains("root:"));
  CHECK(error("import", {{"paths", "/etc/passwd"}}, 400).at("exit") == 2);
  CHECK(error("import", {{"paths", "upload:77"}}, 400).at("exit") == 2);
  CHECK(error("demo", {{"folder", "/tmp/x"}}, 400).at("exit") == 2);
  CHECK(error("plugin/new", {{"name", "mine"}, {"kind", "recall"}}, 400).at("exit") == 2);
  for (const char* key : {"paths.plugins", "log.file", "limits.confine", "elements.a.b.url"})
    CHECK_THAT(error("config/set", {{"key", key}, {"value", "/tmp"}}, 400).dump(),
               Catch::Contains("cannot be set here"));
  const Json wrong = error("run", {{"recipe", "weekly"}, {"set", {"tracks=many"}}}, 400);
  CHECK_THAT(wrong.at("text").get<std::string>(), Catch::Contains("tracks"));
  CHECK(server.ask("POST", "/api/run", "[1]").status == 400);
  CHECK(server.ask("GET", "/api/run").status == 404);
  CHECK(server.ask("POST", "/api/live/tab/library", "{}").status == 404);
  CHECK(server.ask("GET", "/api/jobs/1").status == 404);
  CHECK(server.ask("GET", "/api/jobs/99999999999999999999").status == 404);
}

TEST_CASE("recipes are those of the folders of recipes, wherever the server was started",
          "[serve]") {
  const RunningServer server;  // in the folder of its home
  std::ofstream(server.home().path(".netrc")) << "machine a login b password made-up\n";
  std::ofstream(server.home().path("weekly.lua")) << "password made-up\n";
  for (const std::string& name :
       {std::string(".netrc"), std::string("./.netrc"), server.home().path(".netrc"),
        std::string("/etc/passwd"), std::string("/etc/../etc/passwd"), std::string("../x")}) {
    CAPTURE(name);
    for (const auto& [path, body] :
         {std::pair("recipe/show", Json{{"recipe", name}}),
          std::pair("recipe/save", Json{{"recipe", name}, {"text", "x"}, {"if-hash", "0"}}),
          std::pair("recipe/new", Json{{"name", "copy"}, {"from", name}}),
          std::pair("run", Json{{"recipe", name}}), std::pair("check", Json{{"recipe", name}}),
          std::pair("compare", Json{{"a", "weekly"}, {"b", name}}),
          std::pair("live/tab", Json{{"recipe", name}})}) {
      CAPTURE(path);
      const Reply reply = server.ask("POST", std::string("/api/") + path, body.dump());
      CHECK(reply.status >= 400);
      CHECK_THAT(reply.body, !Catch::Contains("made-up") && !Catch::Contains("root:"));
    }
  }
  CHECK_THAT(server.post("recipe/show", {{"recipe", "weekly"}}).dump(),
             !Catch::Contains("made-up"));
}

TEST_CASE("what is nested deeply is refused before it is read", "[serve]") {
  const RunningServer server;
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string& body :
       {"{\"recipe\":" + deep + "}", "{\"set\":" + deep + "}", "{\"x\":" + deep + "}"}) {
    CHECK(server.ask("POST", "/api/run", body).status == 400);
    CHECK(server.ask("POST", "/api/live/tab", body).status == 400);
  }
  CHECK(server.post("stats", Json::object()).at("plays") > 0);
}

TEST_CASE("what is done by itself is asked for by POST, what runs here by GET", "[serve]") {
  const RunningServer server;
  CHECK(server.post("jobs", Json::object()).at("jobs").empty());
  CHECK(server.post("jobs/add", {{"usual", true}}).at("added").size() > 3);
  const Json jobs = server.post("jobs", Json::object()).at("jobs");
  CHECK(jobs.at(0).at("is_paused") == false);
  CHECK(server.post("jobs/pause", {{"name", "update"}}).at("is_paused") == true);
  CHECK(support::parse_ordered_json(server.ask("GET", "/api/jobs").body).is_array());
  // A page adds no other commands: they may name files.
  const Json words{{"name", "mine"}, {"when", "@daily"}, {"verb", {"run", "weekly"}}};
  CHECK_THAT(server.post("jobs/add", words, 400).dump(), Catch::Contains("cannot be given here"));
}

TEST_CASE("a list of jobs does not repeat what they were sent", "[serve]") {
  const RunningServer server;
  const std::string text(500'000, 'x');
  const Json asked{{"recipe", "weekly"}, {"text", text}, {"if-hash", "0"}};
  for (int k = 0; k < 3; ++k)
    REQUIRE(server.ask("POST", "/api/recipe/save?job=1", asked.dump()).status == 202);
  CHECK(server.ask("GET", "/api/jobs").body.size() < 10'000);
}

TEST_CASE("a job goes on without its page and is found again, with its answer", "[serve]") {
  const RunningServer server;
  const Reply asked = server.ask("POST", "/api/run?job=1", kWeekly.dump());
  REQUIRE(asked.status == 202);
  const Json number = support::parse_ordered_json(asked.body).at("job");
  const Json job = server.ended_job(number);
  CHECK(job.at("state") == "done");
  CHECK(job.at("verb") == "run");
  CHECK(job.at("arguments").at("recipe") == "weekly");
  CHECK(tracks_of(job.at("answer")) == tracks_of(server.post("run", kWeekly)));
  CHECK(server.get("jobs").size() == 1);  // calls that were waited for are none
  const Json failed = support::parse_ordered_json(
      server.ask("POST", "/api/run?job=1", R"({"recipe":"none"})").body);
  const Json told = server.ended_job(failed.at("job"));
  CHECK(told.at("state") == "failed");
  CHECK_THAT(told.at("error").at("message").get<std::string>(), Catch::Contains("none"));
}

TEST_CASE("a job that is cancelled ends, and leaves the library as it was", "[serve]") {
  const RunningServer server;
  const Json before = server.post("runs", Json::object());
  const Json job = support::parse_ordered_json(
      server.ask("POST", "/api/backtest?job=1", R"({"recipes": "weekly"})").body);
  const Json cancelled =
      support::parse_ordered_json(server.ask("DELETE", "/api/jobs/" + job.at("job").dump()).body);
  CHECK(cancelled.at("state") == "cancelled");
  CHECK(server.post("runs", Json::object()) == before);
}

TEST_CASE("twenty runs asked at once are all answered, each session in its turn", "[serve]") {
  const RunningServer server({"--jobs", "2"});
  std::vector<std::unique_ptr<Client>> clients;
  for (int k = 0; k < 20; ++k) {
    clients.push_back(std::make_unique<Client>(server.port()));
    Json body = kWeekly;
    body["random-seed"] = k;
    clients.back()->send(server.request("POST", "/api/run", body.dump()));
  }
  std::set<std::vector<std::int64_t>> lists;
  for (const auto& client : clients) {
    const Reply reply = client->reply();
    CHECK(reply.status == 200);
    lists.insert(tracks_of(support::parse_ordered_json(reply.body)));
  }
  CHECK(lists.size() > 10);
  CHECK(server.post("runs", {{"limit", 100}}).at("runs").size() == 20);
}

TEST_CASE("a file that is sent is imported, and goes", "[serve]") {
  const RunningServer server;
  const std::string csv =
      "artist,title,time\nThe Uploaded,One Song,2026-01-02T10:00:00Z\nThe Uploaded,One "
      "Song,2026-01-03T10:00:00Z\n";
  const Reply sent = server.ask("POST", "/api/upload?name=my%20history.csv", csv);
  CAPTURE(sent.body);
  REQUIRE(sent.status == 201);
  const Json upload = support::parse_ordered_json(sent.body);
  CHECK(upload.at("name") == "my history.csv");
  CHECK(upload.at("bytes") == csv.size());
  const Json asked{{"paths", "upload:" + upload.at("upload").get<std::string>()}, {"user", "uma"}};
  Json tried = asked;
  tried["dry-run"] = true;
  CHECK(server.post("import", tried).at("files").at(0).at("rows") == 2);
  // It was not sent for that alone.
  const Reply started = server.ask("POST", "/api/import?job=1", asked.dump());
  REQUIRE(started.status == 202);
  const Json job = server.ended_job(support::parse_ordered_json(started.body).at("job"));
  CAPTURE(job.dump());
  CHECK(job.at("state") == "done");
  CHECK(job.at("answer").at("files").at(0).at("rows") == 2);
  CHECK(server.post("stats", {{"user", "uma"}}).at("plays") == 2);
  // It was the upload of that import alone.
  CHECK(server.post("import", asked, 400).at("error").at("exit") == 2);
  for (const char* name : {"..", "a%2Fb", "%2e%2e%2fx", ""})
    CHECK(server.ask("POST", std::string("/api/upload?name=") + name, csv).status == 400);
}

TEST_CASE("a live list shows what a text would give, what moved, and why", "[serve]") {
  const RunningServer server;
  const Json shown = server.post("recipe/show", {{"recipe", "dynamic"}});
  const std::string text = shown.at("text");
  const Json asked{{"recipe", "dynamic"}, {"text", text}, {"now", "2026-11-21"}};
  const Json first = server.post("live/tab1", asked);
  REQUIRE(first.at("tracks").size() > 10);
  CHECK(first.at("run") == 1);
  CHECK(first.at("tracks").at(0).at("before").is_null());
  CHECK_FALSE(first.at("stages").empty());
  CHECK_FALSE(first.at("definitions").empty());
  CHECK(first.at("definitions").at(0).contains("value"));
  // The same again: nothing moves, and stages are reused.
  const Json second = server.post("live/tab1", asked);
  CHECK(tracks_of(second) == tracks_of(first));
  CHECK(second.at("left").empty());
  bool is_reused = false;
  for (const Json& stage : second.at("stages")) is_reused |= stage.at("reused").get<bool>();
  CHECK(is_reused);
  // Another parameter: what left is told, with why.
  Json changed = asked;
  changed["set"] = Json::array({"tracks=5"});
  const Json third = server.post("live/tab1", changed);
  CHECK(third.at("tracks").size() == 5);
  const Json left = server.post("live/tab1/left", Json::object()).at("left");
  REQUIRE(left.size() == first.at("tracks").size() - 5);
  CHECK(left.at(0).at("why").is_string());
  const Json why = server.post("live/tab1/why", {{"track", third.at("tracks").at(0).at("track")}});
  CHECK(why.at("place") == 1);
  const Json why_not = server.post("live/tab1/why-not", {{"track", left.at(0).at("track")}});
  CHECK(why_not.at("place").is_null());
  const Json& stage = third.at("stages").at(0);
  const Json rows =
      server.post("live/tab1/stage", {{"node", stage.at("node")}, {"where", stage.at("where")}});
  CHECK(rows.at("count") == stage.at("rows_out"));
  CHECK(rows.at("rows").size() == std::min<std::size_t>(200, rows.at("count")));
  // A text with a mistake: its line is told, the next one is answered.
  Json broken = asked;
  broken["text"] = text + "\nthis is no lua";
  const Json error = server.post("live/tab1", broken, 422).at("error");
  CHECK_THAT(error.at("where").get<std::string>(), Catch::Contains("dynamic.lua:"));
  CHECK(tracks_of(server.post("live/tab1", asked)) == tracks_of(first));
  CHECK(server.ask("DELETE", "/api/live/tab1").status == 200);
}

TEST_CASE("of live lists asked one after the other the newest alone is made", "[serve]") {
  const RunningServer server;
  std::vector<std::unique_ptr<Client>> clients;
  for (int k = 0; k < 6; ++k) {
    clients.push_back(std::make_unique<Client>(server.port()));
    const Json body{
        {"recipe", "weekly"}, {"now", "2026-11-21"}, {"set", {"tracks=" + std::to_string(20 + k)}}};
    clients.back()->send(server.request("POST", "/api/live/t", body.dump()));
    ::usleep(2000);  // so that they come in this order
  }
  int made = 0;
  for (const auto& client : clients) {
    const Reply reply = client->reply();
    CHECK((reply.status == 200 || reply.status == 409));
    made += reply.status == 200 ? 1 : 0;
    if (client == clients.back()) {
      CHECK(reply.status == 200);
      CHECK(support::parse_ordered_json(reply.body).at("tracks").size() == 25);
    }
  }
  CHECK(made < 6);
}

TEST_CASE("a question waits for the list that is being made, and is of it", "[serve]") {
  const RunningServer server;
  const auto list_of = [](unsigned tracks, const char* recipe = "weekly") {
    return Json{
        {"recipe", recipe}, {"now", "2026-11-21"}, {"set", {"tracks=" + std::to_string(tracks)}}};
  };
  const std::int64_t best = tracks_of(server.post("live/t", list_of(20))).at(0);
  // On a busy machine one that was sent later may come sooner: what came before a list, or before
  // another question, is told so.
  const auto is_answered = [](const Reply& reply) {
    CHECK((reply.status == 200 || reply.status == 409));
    return reply.status == 200;
  };
  int answered = 0;
  for (unsigned turn = 0; turn < 5; ++turn) {
    Client lists(server.port()), early(server.port()), late(server.port());
    const auto ask = [&](Client& client, const std::string& what, const Json& body) {
      client.send(server.request("POST", "/api/live/t" + what, body.dump()));
      ::usleep(2000);
    };
    ask(lists, "", list_of(25 + turn));
    ask(early, "/why-not", {{"track", best}});
    ask(late, "/why", {{"track", best}});
    const Reply made = lists.reply();
    REQUIRE(made.status == 200);
    CHECK(support::parse_ordered_json(made.body).at("tracks").size() == 25U + turn);
    static_cast<void>(is_answered(early.reply()));
    const Reply of_late = late.reply();
    if (!is_answered(of_late)) continue;
    ++answered;
    CHECK(support::parse_ordered_json(of_late.body).at("place").is_number());
  }
  CHECK(answered > 0);
  // Of a list that fails: the one before is still there.
  Client lists(server.port()), questions(server.port());
  Json broken = list_of(20);
  broken["text"] = "this is no lua";
  lists.send(server.request("POST", "/api/live/t", broken.dump()));
  ::usleep(2000);
  questions.send(server.request("POST", "/api/live/t/why", Json{{"track", best}}.dump()));
  CHECK(lists.reply().status == 422);
  static_cast<void>(is_answered(questions.reply()));
  CHECK(server.post("live/t/why", {{"track", best}}).at("place").is_number());
}

TEST_CASE("a live list that is asked for behind a verdict knows of it", "[serve]") {
  const RunningServer server;
  const auto tracks = [&] {  // as of this moment: a ban holds from when it is said
    return tracks_of(server.post("live/tab", {{"recipe", "weekly"}, {"random-seed", 1}}));
  };
  const std::int64_t best = tracks().at(0);
  const auto is_in = [&] { return std::ranges::count(tracks(), best) > 0; };
  const std::string subject = "track:" + std::to_string(best);
  for (int turn = 0; turn < 3; ++turn) {
    static_cast<void>(server.post("feedback", {{"verdict", "ban"}, {"subject", subject}}));
    CHECK_FALSE(is_in());
    static_cast<void>(server.post("feedback", {{"undo", "last"}}));
    CHECK(is_in());
  }
}

TEST_CASE("a recipe is saved as one's own, never over what has changed elsewhere", "[serve]") {
  const RunningServer server;
  const Json shown = server.post("recipe/show", {{"recipe", "weekly"}});
  CHECK(shown.at("own") == false);
  const std::string text = "-- mine\n" + shown.at("text").get<std::string>();
  const Json asked{{"recipe", "weekly"}, {"text", text}, {"if-hash", shown.at("hash")}};
  const Json saved = server.post("recipe/save", asked);
  CHECK(saved.at("saved") == true);
  CHECK(saved.at("own") == true);
  CHECK(server.post("recipe/show", {{"recipe", "weekly"}}).at("text") == text);
  // Another editor was quicker.
  std::ofstream(saved.at("path").get<std::string>(), std::ios::app) << "-- another line\n";
  Json again = asked;
  again["if-hash"] = saved.at("hash");
  const Reply refused = server.ask("POST", "/api/recipe/save", again.dump());
  CHECK(refused.header("playlist-exit") == "1");
  CHECK(support::parse_ordered_json(refused.body).at("saved") == false);
  CHECK(support::parse_ordered_json(refused.body).at("text") == text + "-- another line\n");
}

TEST_CASE("events tell of jobs, of the library and of files that change", "[serve]") {
  const RunningServer server;
  Client stream(server.port());
  stream.send(server.request("GET", "/api/events"));
  REQUIRE(stream.receive_until("event: hello"));
  REQUIRE(server.ask("POST", "/api/run?job=1", kWeekly.dump()).status == 202);
  CHECK(stream.receive_until(R"("state":"running")"));
  CHECK(stream.receive_until(R"("state":"done")"));
  CHECK(stream.receive_until("event: library"));  // the run was recorded
  const Json made = server.post("recipe/new", {{"name", "morning"}});
  CHECK(stream.receive_until("event: file"));
  CHECK_FALSE(made.at("recipe").get<std::string>().empty());
  // The folder is there since this recipe.
  const Json shown = server.post("recipe/show", {{"recipe", "morning"}});
  const Json saved = server.post(
      "recipe/save",
      {{"recipe", "morning"}, {"text", "-- nothing yet\n"}, {"if-hash", shown.at("hash")}});
  CHECK(stream.receive_until(saved.at("hash").get<std::string>()));
}

TEST_CASE("a list may go to an account, and to no file of the machine", "[serve]") {
  const RunningServer server;
  REQUIRE(server.home().engine({"connect", "mpd", "--address", "mpd://localhost:1"}).exit_code ==
          0);
  const Json kept = server.post("playlist/keep",
                                {{"name", "Evening"}, {"recipe", "weekly"}, {"to", "mpd:Evening"}});
  CHECK(kept.at("outputs").at(0).at("format") == "mpd");
  const Json refused = server.post(
      "playlist/keep",
      {{"name", "Evening"}, {"recipe", "weekly"}, {"to", "m3u8:/tmp/evening.m3u8"}}, 400);
  CHECK_THAT(refused.dump(), Catch::Contains("to cannot be given here"));
}

TEST_CASE("who only reads the library has not changed it", "[serve]") {
  const RunningServer server;
  Client stream(server.port());
  stream.send(server.request("GET", "/api/events"));
  REQUIRE(stream.receive_until("event: hello"));
  while (stream.receive(0.05)) {
  }
  static_cast<void>(server.post("stats", Json::object()));
  static_cast<void>(server.post("live/tab", kWeekly));
  CHECK_FALSE(stream.receive(0.5));  // else a page that asks at each change would ask for ever
}

TEST_CASE("a server that was started again knows its sessions, and one that ends stops all",
          "[serve]") {
  RunningServer server;
  const std::string token = server.token();
  const Json before = server.post("runs", Json::object());
  Client waiting(server.port());
  waiting.send(server.request("POST", "/api/backtest", R"({"recipes": "weekly"})"));
  Client stream(server.port());
  stream.send(server.request("GET", "/api/events"));
  REQUIRE(stream.receive_until("event: hello"));
  CHECK(server.stop(SIGINT) == 0);
  CHECK(waiting.reply().status == 503);
  CHECK(stream.is_closed_by_front());
  server.start({});
  CHECK(server.token() == token);
  CHECK(server.post("runs", Json::object()) == before);
  CHECK(server.stop(SIGKILL) == 128 + SIGKILL);
  // The front and what was forked have gone with it: the port is free.
  server.start({});
  CHECK(server.post("stats", Json::object()).at("plays") > 0);
}

TEST_CASE("another address needs a password, and the keys are the person's alone", "[serve]") {
  const support::EngineHome home;
  const support::Ended open = home.engine({"serve", "--address", "0.0.0.0", "--port", "0"});
  CHECK(open.exit_code == 2);
  CHECK_THAT(open.err, Catch::Contains("there is no password"));
  const support::Ended taken = home.engine({"serve", "--address", "192.0.2.1", "--port", "0"});
  CHECK(taken.exit_code == 3);
  CHECK_THAT(taken.err, Catch::Contains("cannot serve at 192.0.2.1"));
  const RunningServer server;
  const std::string keys =
      server.home().environment().at("XDG_DATA_HOME") + "/playlist-engine/serve.json";
  CHECK(std::filesystem::status(keys).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("at all addresses of the machine it is asked by each of them", "[serve]") {
  RunningServer server;
  server.stop();
  const std::string file =
      server.home().environment().at("XDG_DATA_HOME") + "/playlist-engine/serve.json";
  Keys keys = read_keys(file);
  keys.password_hash = hash_password("a long password");
  write_keys(file, keys);
  server.start({"--address", "0.0.0.0", "--name", "music.example.org"});
  CHECK(server.url().starts_with("http://music.example.org:"));
  CHECK(server.post("stats", Json::object()).at("plays") > 0);  // asked as 127.0.0.1
  const auto status_as = [&](const std::string& host) {
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: " + host + ":" + std::to_string(server.port()) +
                "\r\n\r\n");
    return client.reply().status;
  };
  CHECK(status_as("music.example.org") == 401);
  CHECK(status_as("127.0.0.1") == 401);
  CHECK(status_as("evil.example.org") == 403);
}

TEST_CASE("the description of the API names every verb and resolves its references", "[serve]") {
  const RunningServer server;
  const Json api = server.get("openapi.json");
  CHECK(api.at("openapi") == "3.1.0");
  const Json& schemas = api.at("components").at("schemas");
  for (const Json& verb : server.get("verbs")) {
    std::string path = "/api/" + verb.at("name").get<std::string>();
    std::replace(path.begin(), path.end(), ' ', '/');
    CAPTURE(path);
    CHECK(api.at("paths").contains(path));
  }
  const std::function<void(const Json&)> resolve = [&](const Json& json) {
    if (json.is_object() && json.contains("$ref")) {
      const std::string target = json.at("$ref");
      CAPTURE(target);
      REQUIRE(target.starts_with("#/"));
      CHECK(api.contains(Json::json_pointer(target.substr(1))));
    }
    for (const Json& part : json)
      if (part.is_structured()) resolve(part);
  };
  resolve(api.at("paths"));
  resolve(schemas);
}

TEST_CASE("a validator that is not ours accepts the description of the API", "[serve]") {
  if (std::system("ls \"$(npm root -g)/@seriousme/openapi-schema-validator\" > /dev/null 2>&1") !=
      0) {
    WARN("skipped: npm install -g @seriousme/openapi-schema-validator");
    return;
  }
  const RunningServer server;
  const std::string file = server.home().path("openapi.json");
  std::ofstream(file) << server.get("openapi.json").dump();
  const support::Ended ended = support::run_program(
      {"node", std::string(PLAYLIST_SOURCE_DIR) + "/tests/serve/validate_openapi.mjs", file});
  CAPTURE(ended.out, ended.err);
  CHECK(ended.exit_code == 0);
}

TEST_CASE("a server without a library says so, and one comes by what is sent to it", "[serve]") {
  const RunningServer server({}, false);
  const Json error = server.post("stats", Json::object(), 409).at("error");
  CHECK(error.at("exit") == 6);
  CHECK_FALSE(error.at("fix").get<std::string>().empty());
  Client stream(server.port());
  stream.send(server.request("GET", "/api/events"));
  REQUIRE(stream.receive_until("event: hello"));
  const std::string csv = "artist,title,time\nThe First,One Song,2026-01-02T10:00:00Z\n";
  const Json upload =
      support::parse_ordered_json(server.ask("POST", "/api/upload?name=a.csv", csv).body);
  const Json asked{{"paths", "upload:" + upload.at("upload").get<std::string>()}, {"user", "uma"}};
  CHECK(server.post("import", asked).at("files").at(0).at("rows") == 1);
  CHECK(server.post("stats", Json::object()).at("user") == "uma");
  CHECK(stream.receive_until("event: library"));
}

TEST_CASE("whose and as of when is the server's own, unless a request says it", "[serve]") {
  const RunningServer server({"--user", "ada", "--now", "2026-06-01"});
  const Json stats = server.post("stats", Json::object());
  CHECK(stats.at("user") == "ada");
  CHECK(stats.at("last") < 1780272000);
  CHECK(server.post("live/a", {{"recipe", "weekly"}}).at("user") == "ada");
  CHECK(server.post("stats", {{"user", "demo"}}).at("user") == "demo");
}

TEST_CASE("a session that was signed out stays so when the server starts again", "[serve]") {
  RunningServer server;
  const auto asked = [&](const std::string& method, const std::string& target,
                         const std::string& more) {
    Client client(server.port());
    client.send(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                std::to_string(server.port()) + "\r\n" + more + "Content-Length: 0\r\n\r\n");
    return client.reply();
  };
  const auto sign_in = [&] {
    const std::string cookie =
        asked("GET", "/sign-in?token=" + server.token(), "").header("set-cookie");
    return "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  };
  const std::string gone = sign_in(), kept = sign_in();
  const Reply session = asked("GET", "/api/session", gone);
  REQUIRE(session.status == 200);
  const std::string token = support::parse_ordered_json(session.body).at("token");
  const Reply out = asked("POST", "/sign-out", gone + "Playlist-Token: " + token + "\r\n");
  CHECK(out.status == 204);
  CHECK_THAT(out.header("set-cookie"), Catch::Contains("Max-Age=0"));
  CHECK(asked("GET", "/api/session", gone).status == 401);
  server.stop();
  server.start({});
  CHECK(asked("GET", "/api/session", gone).status == 401);
  CHECK(asked("GET", "/api/session", kept).status == 200);
}

TEST_CASE("who is told that the server is ready may end it at once", "[serve]") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    RunningServer server;
    CHECK(server.stop(signal) == 0);
  }
}

TEST_CASE("a front that is stopped does not hold up the end of the server", "[serve]") {
  RunningServer server;
  const std::string task = "/proc/" + std::to_string(server.process());
  std::ifstream children(task + "/task/" + std::to_string(server.process()) + "/children");
  int front = 0;
  REQUIRE(server.ask("GET", "/api/verbs").status == 200);  // the desk looks at signals by now
  REQUIRE(children >> front);                              // the first that was forked
  REQUIRE(::kill(front, SIGSTOP) == 0);
  const double begin = seconds_now();
  CHECK(server.stop(SIGTERM) == 0);
  CHECK(seconds_now() - begin < 8);
  CHECK(::kill(front, 0) != 0);
}

TEST_CASE("what a cancelled verb had put into temporary files is gone with it", "[serve]") {
  const RunningServer server;
  const auto folders = [&] {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(server.home().environment().at("TMPDIR")))
      if (entry.path().filename().string().starts_with("playlist-engine-"))
        all.insert(entry.path().string());
    return all;
  };
  const auto before = folders();
  const Json job = support::parse_ordered_json(
      server.ask("POST", "/api/backtest?job=1", R"({"recipes": "weekly", "every": "1w"})").body);
  const std::string place = "/api/jobs/" + std::to_string(job.at("job").get<int>());
  // Inside its own folder the backtest makes one for what it trains.
  const auto has_begun = [&] {
    for (const std::string& folder : folders())
      if (!before.contains(folder) && !fs::is_empty(folder)) return true;
    return false;
  };
  for (int turn = 0; turn < 500 && !has_begun(); ++turn) ::usleep(10'000);
  REQUIRE(has_begun());
  CHECK(support::parse_ordered_json(server.ask("DELETE", place).body).at("state") == "cancelled");
  CHECK(folders() == before);
}

TEST_CASE("links that lead out of the folders of recipes are not followed", "[serve]") {
  const RunningServer server;
  const std::string folder = server.home().path("config/playlist-engine/recipes");
  fs::create_directories(folder);
  std::ofstream(server.home().path("secret.txt")) << "password made-up\n";
  std::ofstream(folder + "/mine.lua") << "return 1\n";
  fs::create_symlink(server.home().path("secret.txt"), folder + "/linked.lua");
  fs::create_symlink(folder + "/mine.lua", folder + "/inside.lua");
  fs::create_symlink(server.home().path("secret.txt"), folder + "/mine_test.lua");
  for (const auto& [path, body] :
       {std::pair("recipe/show", Json{{"recipe", "linked"}}),
        std::pair("recipe/show", Json{{"recipe", "recipes/linked.lua"}}),
        std::pair("recipe/new", Json{{"name", "copy"}, {"from", "linked"}}),
        std::pair("recipe/new", Json{{"name", "copy"}, {"from", "mine"}}),
        std::pair("check", Json{{"recipes", "linked"}}), std::pair("recipes", Json::object()),
        std::pair("live/tab", Json{{"recipe", "linked"}})}) {
    CAPTURE(path, body);
    const Reply reply = server.ask("POST", std::string("/api/") + path, body.dump());
    CHECK_THAT(reply.body, !Catch::Contains("made-up"));
    const std::string asked = path;
    if (asked != "recipes" && asked != "check") CHECK(reply.status == 422);
  }
  CHECK(server.post("recipe/show", {{"recipe", "inside"}}).at("text") == "return 1\n");
}

TEST_CASE(
    "what cannot be answered for want of a library, or is far too long, is the asker's to know",
    "[serve]") {
  const RunningServer server({}, /*has_library=*/false);
  for (const char* verb : {"stats", "run", "shuffle", "library", "playlist/list", "why", "next"}) {
    CAPTURE(verb);
    const Json body = std::string(verb) == "run"   ? Json{{"recipe", "weekly"}}
                      : std::string(verb) == "why" ? Json{{"run", "1"}}
                                                   : Json::object();
    const Reply reply = server.ask("POST", std::string("/api/") + verb, body.dump());
    CAPTURE(reply.body);
    CHECK(reply.status < 500);
  }
  CHECK(server.ask("POST", "/api/live/tab", R"({"recipe": "weekly"})").status < 500);
  const RunningServer filled;
  const std::string name(3000, 'x');
  for (const auto& [path, body] :
       {std::pair("run", Json{{"recipe", name}}), std::pair("recipe/show", Json{{"recipe", name}}),
        std::pair("recipe/new", Json{{"name", name}}), std::pair("check", Json{{"recipes", name}}),
        std::pair("playlist/show", Json{{"name", name}}),
        std::pair("playlist/keep", Json{{"name", name}, {"recipe", "weekly"}}),
        std::pair("stats", Json{{"user", name}}), std::pair("like", Json{{"thing", name}}),
        std::pair("train", Json{{"models", name}}), std::pair("models", Json{{"model", name}}),
        std::pair("recipe/revert", Json{{"recipe", name}}),
        std::pair("compare", Json{{"a", name}, {"b", name}}),
        std::pair("recipe/new", Json{{"name", "copy"}, {"from", name}}),
        std::pair("live/tab", Json{{"recipe", name}})}) {
    CAPTURE(path);
    const Reply reply = filled.ask("POST", std::string("/api/") + path, body.dump());
    CAPTURE(reply.body.substr(0, 500));
    CHECK(reply.status < 500);
    if (std::string(path) != "check") CHECK(reply.status >= 400);  // which lists what is wrong
  }
}

TEST_CASE("the log tells what was said by the server from what was said elsewhere", "[serve]") {
  const RunningServer server;
  const Reply reply =
      server.ask("POST", "/api/feedback", R"({"verdict": "love", "subject": "track:1"})");
  CAPTURE(reply.body);
  REQUIRE(reply.status == 200);
  const engine::Store store =
      engine::Store::open(server.library(), {.is_read_only = true, .may_create = false});
  engine::Statement last =
      store.prepare("SELECT origin FROM feedback ORDER BY feedback_id DESC LIMIT 1");
  last.start();
  REQUIRE(last.step());
  CHECK(last.text(0) == "page");
}
