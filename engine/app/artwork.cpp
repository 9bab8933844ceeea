#include "app/artwork.hpp"

#include "app/http_outside.hpp"
#include "core/duration.hpp"
#include "http/address.hpp"
#include "store/artworks.hpp"
#include "store/store.hpp"

namespace engine::app {
namespace {

constexpr std::size_t kLargestPicture = 2 << 20;
constexpr std::int64_t kKeptSeconds = 30 * kDay;

/// No account, and no more than a page needs: a picture that is not there at once is none.
http::Service picture_server(const Caller& caller, const http::Address& address) {
  http::Service service;
  service.name = "artwork";
  service.address = address.origin();
  // The Cover Art Archive keeps its pictures on machines of the Internet Archive.
  if (address.host == "coverartarchive.org") service.other_hosts = {"archive.org", ".archive.org"};
  service.requests_per_second = 10;
  service.burst = 20;
  service.timeout_seconds = caller.home.settings().number("http.timeout_seconds");
  service.largest_answer = kLargestPicture;
  service.attempts = 1;
  service.longest_wait_seconds = 0;
  return service;
}

std::string known_address(const Caller& caller, std::int64_t track_id) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  return artwork_address(store, track_id).value_or("");
}

}  // namespace

std::string picture_type(std::string_view bytes) {
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "image/webp";
  return "";
}

std::optional<Artwork> fetch_artwork(const Caller& caller, std::int64_t track_id) {
  if (!caller.home.settings().boolean("http.artwork"))
    throw Error(Exit::kUsage, "pictures of albums are not fetched",
                {"", "", "their servers would see which albums you look at",
                 "engine config set http.artwork true allows it"});
  Artwork artwork{.address = known_address(caller, track_id), .type = {}, .bytes = {}};
  if (artwork.address.empty()) return std::nullopt;
  const http::Address address = http::parse_address(artwork.address);
  http::Request request;
  request.target = artwork.address;
  request.cache_seconds = kKeptSeconds;
  http::Answer answer =
      caller.home.outside().ask_now(picture_server(caller, address), std::move(request));
  artwork.type = answer.status == 200 ? picture_type(answer.body) : "";
  if (artwork.type.empty()) {
    const std::string why = answer.status == 0 ? answer.problem
                            : answer.status != 200
                                ? "it answers with status " + std::to_string(answer.status)
                                : "what it answers is no picture";
    throw Error(Exit::kInput, "there is no picture at " + address.origin(), {"", "", why, ""});
  }
  artwork.bytes = std::move(answer.body);
  return artwork;
}

}  // namespace engine::app
