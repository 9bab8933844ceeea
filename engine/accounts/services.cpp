#include "accounts/services.hpp"

namespace engine::accounts {
namespace {

constexpr BrowserLogin kSpotifyLogin = {
    "accounts_url",
    "/authorize",
    "/api/token",
    "user-library-read playlist-read-private playlist-read-collaborative user-follow-read "
    "user-read-recently-played playlist-modify-private playlist-modify-public",
    "playlist-modify-private",
    "/me",
    6,
    "Spotify lets people ask for what is theirs through an app of their own, in development mode.\n"
    "  It takes Spotify Premium, and nothing that you program. Once, on\n"
    "  https://developer.spotify.com/dashboard:\n"
    "  1. Create app, with any name and description.\n"
    "  2. Redirect URIs: http://127.0.0.1/callback, just so: with these numbers (Spotify refuses\n"
    "     localhost), with http, and without a port.\n"
    "  3. Web API is what it uses.\n"
    "  4. User Management: whoever else is to log in, with name and e-mail; five at most.\n"
    "  5. Settings shows the Client ID, which is no secret. The Client secret is not needed.\n"
    "  Then: engine connect spotify --field client_id=THAT_ID"};

}  // namespace

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
       4},
      {"spotify",
       "Spotify, by a login in the browser",
       {{"client_id", "of your own app: developer.spotify.com/dashboard", false, true},
        {"user", "who has logged in, which the login tells"},
        {"address", "of its API", false, true, "https://api.spotify.com/v1"},
        {"accounts_url", "where one logs in", false, true, "https://accounts.spotify.com"},
        {"requests_per_second", "how often the server may be asked", false, false, "3"}},
       true,
       true,
       3,
       3,
       &kSpotifyLogin},
      {"listenbrainz",
       "ListenBrainz, and servers that speak its API",
       {{"address", "of its API, without /1", false, true, "https://api.listenbrainz.org"},
        {"labs_address", "of its similar artists", false, true, "https://labs.api.listenbrainz.org",
         true},
        {"user", "whose listens they are", false, true},
        {"token", "yours: listenbrainz.org/settings shows it; for lists, not to read listens",
         true},
        {"requests_per_second", "how often the server may be asked", false, false, "3"}},
       true,
       true,
       3,
       5,
       nullptr,
       "",
       false,
       "listenbrainz_api"},
      {"lrclib",
       "LRCLIB, which knows lyrics and wants no account",
       {{"address", "of its API, without /api", false, true, "https://lrclib.net"},
        {"tracks_per_sync", "how many tracks one sync asks for", false, false, "500"},
        {"requests_per_second", "how often the server may be asked", false, false, "2"}},
       false,
       true,
       2,
       4,
       nullptr,
       "it is sent artist, title, album and length of tracks that you play or like and whose "
       "lyrics are not known, and nothing else",
       true}};
  return kServices;
}

const KnownService* find_service(std::string_view name) {
  for (const KnownService& service : known_services())
    if (name == service.name) return &service;
  return nullptr;
}

std::string source_of_service(std::string_view name) {
  const KnownService* service = find_service(name);
  const bool is_named = service != nullptr && *service->source != '\0';
  return "source." + std::string(is_named ? service->source : name);
}

}  // namespace engine::accounts
