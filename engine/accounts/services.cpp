#include "accounts/services.hpp"

#include <algorithm>

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
      {.name = "lastfm",
       .title = "Last.fm, and servers that speak its API",
       .fields = {{"address", "of its API, without /2.0", false, true,
                   "https://ws.audioscrobbler.com"},
                  {"user", "whose scrobbles they are", false, true},
                  {"api_key", "yours: last.fm/api/account/create makes one", true, true},
                  {.name = "friends",
                   .help = "whether what your friends there heard lately is asked for",
                   .usual = "no",
                   .choices = "no, yes"},
                  {.name = "track_tags",
                   .help = "whether it is asked for tags of tracks that you play or like and that "
                           "have none of their own",
                   .usual = "no",
                   .choices = "no, yes"},
                  {"tracks_per_sync", "how many tracks' tags one sync asks for", false, false,
                   "500"},
                  {"requests_per_second", "how often the server may be asked", false, false, "2"}},
       .is_read = true,
       .requests_per_second = 2,
       .burst = 4,
       .answers = {"similar_artists", "top_tracks", "artist_tags", "similar_tracks", "track_tags"}},
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
      {.name = "listenbrainz",
       .title = "ListenBrainz, and servers that speak its API",
       .fields = {{"address", "of its API, without /1", false, true,
                   "https://api.listenbrainz.org"},
                  {"labs_address", "of its similar artists and tracks", false, true,
                   "https://labs.api.listenbrainz.org", true},
                  {"similar_artists_algorithm", "by which it works out who resembles whom", false,
                   false,
                   "session_based_days_7500_session_300_contribution_5_threshold_10_limit_100_"
                   "filter_True_skip_30"},
                  {"similar_recordings_algorithm", "by which it works out which tracks are alike",
                   false, false,
                   "session_based_days_9000_session_300_contribution_5_threshold_15_limit_50_"
                   "skip_30"},
                  {"user", "whose listens they are", false, true},
                  {"token",
                   "yours: listenbrainz.org/settings shows it; for lists and best-known tracks, "
                   "not to read listens",
                   true},
                  {"requests_per_second", "how often the server may be asked", false, false, "3"}},
       .takes_lists = true,
       .is_read = true,
       .requests_per_second = 3,
       .burst = 5,
       .sent =
           "of artists that you play or love, of artists like them, and of the fifty tracks that "
           "you play most it is sent their MusicBrainz ids",
       .source = "listenbrainz_api",
       .answers = {"similar_artists", "top_tracks", "artist_tags", "similar_tracks"},
       .answers_to_secret = {"top_tracks"},
       .similar_by = "mbid"},
      {.name = "deezer",
       .title = "Deezer's open catalogue, which wants no account",
       .fields = {{"address", "of its API", false, true, "https://api.deezer.com"},
                  {"tracks_per_sync", "how many tracks' tempo one sync asks for", false, false,
                   "500"},
                  {"requests_per_second", "how often the server may be asked", false, false, "8"}},
       .is_read = true,
       .requests_per_second = 8,
       .burst = 10,
       .sent =
           "it is sent the names of artists that you play or love and of artists like them, the "
           "ISRCs of tracks that you play or like and whose tempo or loudness is not known, "
           "artist and title of the fifty that you play most, and nothing else",
       .source = "deezer_api",
       .answers = {"similar_artists", "top_tracks", "similar_tracks"},
       .features = {"tempo", "loudness"},
       .features_by = "isrc"},
      {.name = "musicbrainz",
       .title = "MusicBrainz, the open encyclopedia of music, which wants no account",
       .fields = {{"address", "of its API", false, true, "https://musicbrainz.org/ws/2"},
                  {"tracks_per_sync", "how many tracks' ids one sync asks for", false, false,
                   "100"},
                  {"requests_per_second", "how often the server may be asked; it allows 1", false,
                   false, "1"}},
       .is_read = true,
       .requests_per_second = 1,
       .burst = 1,
       .sent =
           "it is sent the names of artists that you play or love and of artists like them, the "
           "ISRCs of tracks that you play or like and whose MusicBrainz id is not known, and "
           "nothing else",
       .answers = {"artist_tags", "track_ids"},
       .is_only_asked = true},
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
       true},
      {.name = "reccobeats",
       .title = "ReccoBeats, which knows audio features and wants no account",
       .fields = {{"address", "of its API, with /v1", false, true, "https://api.reccobeats.com/v1"},
                  {"tracks_per_sync", "how many tracks one sync asks for", false, false, "2000"},
                  {"requests_per_second", "how often the server may be asked", false, false, "2"}},
       .is_read = true,
       .requests_per_second = 2,
       .burst = 2,
       .sent =
           "it is sent the Spotify ids of tracks that you play or like and whose audio features "
           "are not known, and of the fifty that you play most, and nothing else",
       .answers = {"similar_tracks"},
       .features = {"energy", "valence", "danceability", "acousticness"},
       .features_by = "spotify_id",
       .similar_by = "spotify_id"},
      {.name = "llm",
       .title = "A language model: of Anthropic's, or behind an address that speaks OpenAI's API",
       .fields = {{"address", "https://api.anthropic.com, http://127.0.0.1:11434 ...", false, true},
                  {.name = "style",
                   .help = "whose API it is",
                   .usual = "openai",
                   .choices = "openai, anthropic"},
                  {.name = "dialect",
                   .help = "how it is told the form of an answer (openai)",
                   .usual = "json_schema",
                   .choices = "json_schema, json_schema_plain, json_object"},
                  {"model", "as the server calls it", false, true},
                  {"api_key", "where the server wants one", true},
                  {.name = "purposes",
                   .help = "what you let out, with commas between them: engine help llm",
                   .choices = "names, moods, context, ranking",
                   .is_several = true},
                  {.name = "requests_per_day",
                   .help = "that it is asked at most",
                   .usual = "200",
                   .largest = 1e6},
                  {.name = "tokens_per_day",
                   .help = "sent and answered, after which it is not asked any more",
                   .largest = 1e12},
                  {.name = "tokens_per_answer",
                   .help = "at most; models that think take more",
                   .usual = "1024",
                   .largest = 1e6},
                  {.name = "timeout_seconds",
                   .help = "that an answer is waited for",
                   .usual = "20",
                   .largest = 3600},
                  {.name = "input_price",
                   .help = "of a million tokens sent, in your money",
                   .largest = 1e6},
                  {.name = "output_price", .help = "of a million tokens answered", .largest = 1e6},
                  {.name = "currency", .help = "what your money is called", .usual = "USD"}},
       .sent = "it is sent what the purposes that you named need, and nothing else (engine help "
               "llm)",
       .is_language_model = true},
      {.name = "telegram",
       .title = "A bot of yours on Telegram (engine bot)",
       .fields =
           {{"address", "of the Bot API", false, true, "https://api.telegram.org"},
            {"token", "of the bot: @BotFather there makes one", true, true},
            {"users",
             "who may speak with it: numbers that Telegram has for people, each with the name "
             "of a person of the library: 12345678=ann, 23456789=bob; a number alone speaks "
             "for you",
             false, true},
            {.name = "notes",
             .help = "whether it says something by itself",
             .usual = "no",
             .choices = "no, yes"},
            {"quiet_hours", "in which it does not, on your clocks", false, false, "22:00-08:00"},
            {.name = "notes_per_day",
             .help = "that it says at most, to each",
             .usual = "3",
             .largest = 50},
            {.name = "note_match",
             .help = "the predicted match from which on it tells of a suggestion, 0 to 1",
             .usual = "0.5",
             .largest = 1}},
       .requests_per_second = 30,
       .burst = 30,
       .sent = "it is sent what you and the bot write to each other while engine bot runs: songs, "
               "lists, "
               "reasons, moods, figures; and nothing else"}};
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

std::vector<std::string> listed_values(std::string_view text) {
  std::vector<std::string> values;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view value = text.substr(0, comma);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    if (!value.empty()) values.emplace_back(value);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return values;
}

}  // namespace engine::accounts
