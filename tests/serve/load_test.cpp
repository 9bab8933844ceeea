// Many at once: two hundred streams of events, twenty runs, servers killed in the middle.
#include "serve/running_server.hpp"
#include "support/json.hpp"

using namespace serve_test;

namespace {

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("two hundred streams hear of each of twenty runs asked at once", "[serve]") {
  const RunningServer server;
  std::vector<std::unique_ptr<Client>> streams;
  for (int k = 0; k < 200; ++k) {
    streams.push_back(std::make_unique<Client>(server.port()));
    streams.back()->send(server.request("GET", "/api/events"));
  }
  for (const auto& stream : streams) REQUIRE(stream->receive_until("event: hello"));
  std::vector<std::unique_ptr<Client>> runs;
  for (int k = 0; k < 20; ++k) {
    runs.push_back(std::make_unique<Client>(server.port()));
    const Json body{{"recipe", "weekly"}, {"now", "2026-11-21"}, {"random-seed", k}};
    runs.back()->send(server.request("POST", "/api/run?job=1", body.dump()));
  }
  std::vector<Json> jobs;
  for (const auto& run : runs) {
    const Reply reply = run->reply();
    REQUIRE(reply.status == 202);
    jobs.push_back(support::parse_ordered_json(reply.body).at("job"));
  }
  for (const Json& job : jobs) CHECK(server.ended_job(job).at("state") == "done");
  for (const auto& stream : streams) {
    while (count_of(stream->bytes(), R"("state":"done")") < 20 && stream->receive()) {
    }
    CHECK(count_of(stream->bytes(), R"("state":"done")") == 20);
    CHECK(count_of(stream->bytes(), R"("state":"waiting")") == 20);
  }
}

TEST_CASE("a server killed while it runs leaves a library that is whole", "[serve]") {
  RunningServer server;
  for (int k = 0; k < 8; ++k) {
    std::vector<std::unique_ptr<Client>> runs;
    for (int run = 0; run < 4; ++run) {
      runs.push_back(std::make_unique<Client>(server.port()));
      const Json body{{"recipe", "weekly"}, {"now", "2026-11-21"}, {"random-seed", 4 * k + run}};
      runs.back()->send(server.request("POST", "/api/run?job=1", body.dump()));
    }
    ::usleep(static_cast<useconds_t>(15'000 * k));
    server.stop(SIGKILL);
    server.start({});
    CHECK(server.get("jobs").empty());
  }
  const Json runs = server.post("runs", {{"limit", 100}});
  CHECK(runs.at("runs").size() <= 32);
  for (const Json& run : runs.at("runs")) {
    const Json again = server.post("replay", {{"run", run.at("run").dump()}});
    CAPTURE(again.dump());
    CHECK(again.at("same") == true);
  }
  const support::Ended checked = support::run_program(
      {"/usr/bin/python3", "-c",
       "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA "
       "integrity_check').fetchone()[0])",
       server.library()});
  CHECK(checked.out == "ok\n");
}
