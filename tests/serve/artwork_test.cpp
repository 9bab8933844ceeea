// Pictures of albums: fetched where a page asks and the person allows it, and no more often.
#include <filesystem>

#include "serve/running_server.hpp"
#include "store/store.hpp"
#include "support/fake_server.hpp"

using namespace serve_test;

namespace {

const std::string kPicture = std::string("\x89PNG\r\n\x1a\n", 8) + std::string(3000, 'p');

support::FakeReply answer_with(const std::string& status, const std::string& body) {
  return {.pieces = {{"HTTP/1.1 " + status + "\r\nContent-Type: image/png\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body}}};
}

/// As an import keeps it, but for an address that only a test has.
void keep_address(const std::string& library, std::int64_t track, const std::string& address) {
  engine::Store store = engine::Store::open(library);
  store.prepare("INSERT INTO artworks (track_id, address, ts) VALUES (?1, ?2, 1)")
      .run(track, address);
}

}  // namespace

TEST_CASE("a picture is fetched where it is allowed, once, and by the server itself", "[serve]") {
  support::FakeServer pictures([](const support::FakeRequest& request) {
    if (request.target == "/cover.png") return answer_with("200 OK", kPicture);
    if (request.target == "/page.png") return answer_with("200 OK", "<script>alert(1)</script>");
    return answer_with("404 Not Found", "none");
  });
  const RunningServer server;
  keep_address(server.library(), 1, pictures.origin() + "/cover.png");
  keep_address(server.library(), 2, pictures.origin() + "/page.png");
  keep_address(server.library(), 3, pictures.origin() + "/gone.png");

  const Reply denied = server.ask("GET", "/api/artwork/1");
  CHECK(denied.status == 404);
  CHECK_THAT(denied.body, Catch::Contains("http.artwork"));
  CHECK(pictures.request_count() == 0);
  CHECK(server.post("artwork", {{"track", "1"}}).at("address") ==
        pictures.origin() + "/cover.png");  // to know it asks nobody

  static_cast<void>(server.post("config/set", {{"key", "http.artwork"}, {"value", "true"}}));
  for (int k = 0; k < 3; ++k) {
    const Reply reply = server.ask("GET", "/api/artwork/1");
    CHECK(reply.status == 200);
    CHECK(reply.header("content-type") == "image/png");
    CHECK(reply.header("cache-control") == "private, max-age=604800");
    CHECK(reply.header("x-content-type-options") == "nosniff");
    CHECK(reply.body == kPicture);
  }
  CHECK(pictures.request_count() == 1);
  // What is no picture is not given on, whatever it calls itself.
  for (const char* track : {"2", "3", "4", "999999"}) {
    CAPTURE(track);
    CHECK(server.ask("GET", std::string("/api/artwork/") + track).status == 404);
  }
  for (const char* track : {"x", "-1", "1/2"})
    CHECK(server.ask("GET", std::string("/api/artwork/") + track).status == 404);
  const support::Ended ended = server.home().engine(
      {"--library", server.library(), "artwork", "1", "--to", server.home().path("cover.png")});
  CHECK(ended.exit_code == 0);
  CHECK(std::filesystem::file_size(server.home().path("cover.png")) == kPicture.size());
}
