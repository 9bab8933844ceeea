#include "accounts/services.hpp"

namespace engine::accounts {

const std::vector<KnownService>& known_services() {
  static const std::vector<KnownService> kServices = {
      {"mpd",
       "Music Player Daemon",
       {{"address", "mpd://HOST:PORT or unix:///PATH of its socket", false, true,
         "mpd://127.0.0.1:6600"},
        {"password", "where it asks for one", true}},
       true,
       false,
       0,
       1},
      {"subsonic",
       "Navidrome, Gonic, supysonic and other OpenSubsonic servers",
       {{"address", "where its web page is, http or https", false, true},
        {"user", "the name that you log in with there"},
        {"password", "the password there", true},
        {"api_key", "instead of both, where the server makes such keys", true}},
       true,
       true,
       20,
       20},
      {"lastfm",
       "Last.fm, and servers that speak its API",
       {{"address", "of its API, without /2.0", false, true, "https://ws.audioscrobbler.com"},
        {"user", "whose scrobbles they are", false, true},
        {"api_key", "yours: last.fm/api/account/create makes one", true, true},
        {"requests_per_second", "how often the server may be asked", false, false, "2"}},
       false,
       true,
       2,
       4}};
  return kServices;
}

const KnownService* find_service(std::string_view name) {
  for (const KnownService& service : known_services())
    if (name == service.name) return &service;
  return nullptr;
}

}  // namespace engine::accounts
