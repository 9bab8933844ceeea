// A week of a household: Ann and Bob in one library, six services each of which fails one request in
// twenty in ways of its own, and jobs that simply run again. In the end nothing is lost, nothing is there
// twice, and no secret stands anywhere.
#include "playlist/remote.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "listenbrainz_listener.hpp"
#include "spotify_listener.hpp"
#include "support/json.hpp"

using nlohmann::json;
using players_test::FakeService;
using players_test::mbid;
using players_test::spotify_track_id;
using support::Ended;

namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;
/// When, artist, title.
using Play = std::tuple<std::int64_t, std::string, std::string>;

constexpr double kShare = 0.05;  // of all requests meet a trouble
constexpr int kArtists = 16, kSongs = 5, kDays = 7, kPlaysAtOnce = 12;
constexpr std::int64_t kHour = 3600, kDay = 24 * kHour,
                       kBegin = 1'794'787'200;  // 2026-11-16T00:00:00Z, a Monday
constexpr const char *kAnnsKey = "k3y-of-ann&more words", *kBobsKey = "k3y-of-bob&more words",
                     *kToken = "t0ken-of-ann&more";

/// Those that were played most, who are others every day.
constexpr const char* kMine =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'Mine', about = 'songs by how often they were played',\n"
    "  build = function(p, user)\n"
    "    return user.listens:score(function(t) return t.plays end):limit { tracks = 20 }\n"
    "  end }\n";
constexpr const char* kFinds =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'Finds', random_seed = 'day', build = function(p, user)\n"
    "  return pl.recall.similar_artists { seeds = user.listens, pool = 50 }\n"
    "    :filter(pl.filtering.not_in { user.listens }):limit { tracks = 12, per_artist = 2 }\n"
    "end }\n";

/// A song by its number, from 0.
struct Song {
  int number;

  [[nodiscard]] std::string artist() const { return "Artist " + std::to_string(number / kSongs); }
  [[nodiscard]] std::string title() const {
    return "Song " + std::to_string(number / kSongs) + " of " + std::to_string(number % kSongs);
  }
  [[nodiscard]] json at_spotify() const {
    return {spotify_track_id(number + 1), title(), {artist()}, "Album"};
  }
};

json world_of_deezer() {
  json artists = json::array();
  for (int k = 0; k < kArtists; ++k) {
    json one = {{"id", k + 1},
                {"name", Song{k * kSongs}.artist()},
                {"fans", 100},
                {"related", json::array()},
                {"tracks", json::array()}};
    for (const int step : {1, -1, 2, -2, 3, -3})
      one["related"].push_back((k + step + kArtists) % kArtists + 1);
    for (int song = 0; song < kSongs; ++song)
      one["tracks"].push_back({Song{k * kSongs + song}.title(), "Album", 215});
    artists.push_back(std::move(one));
  }
  return artists;
}

json world_of_musicbrainz() {
  json artists = json::array();
  for (int k = 0; k < kArtists; ++k)
    artists.push_back({{"id", mbid(1000 + k)},
                       {"name", Song{k * kSongs}.artist()},
                       {"genres", {{k % 2 == 0 ? "slowcore" : "dream pop", 5}}}});
  return artists;
}

/// What somebody does, and which services are told of it.
struct Person {
  std::string name;
  int first_artist;  // of the six that they play
  json scrobbles = json::array(), listens = json::array(), plays = json::array(),
       loved = json::array(), feedback = json::array(), saved = json::array();
  std::set<Play> heard = {};
  int count = 0;

  Song next_song() { return {first_artist * kSongs + count++ * 7 % (6 * kSongs)}; }
  void scrobble(std::int64_t time, Song song) {
    scrobbles.push_back({time, song.artist(), song.title(), "Album"});
    heard.emplace(time, song.artist(), song.title());
  }
  /// ListenBrainz has matched every other.
  void listen(std::int64_t time, Song song, std::int64_t told) {
    json more = {{"inserted_at", told}};
    if (song.number % 2 == 0) more["mapping"] = {{"recording_mbid", mbid(song.number + 1)}};
    listens.push_back({time, song.artist(), song.title(), "Album", std::move(more)});
    heard.emplace(time, song.artist(), song.title());
  }
  void play(std::int64_t time, Song song) {
    plays.push_back({time * 1000 + 7, song.at_spotify()});
    heard.emplace(time, song.artist(), song.title());
  }
  /// What some hours bring: some of it to two services at once, one of it two days late.
  void live(std::int64_t now, bool has_listenbrainz) {
    for (int k = 0; k < kPlaysAtOnce; ++k) {
      const std::int64_t time = now - 600 * (kPlaysAtOnce - k);
      const Song song = next_song();
      if (!has_listenbrainz || k % 3 == 0) scrobble(time, song);
      if (has_listenbrainz && (k % 3 == 1 || k == 6)) listen(time, song, time + 1);
      if (has_listenbrainz && k % 3 == 2) play(time, song);
    }
    const Song song = next_song();
    scrobble(now - 2 * kDay - 300, song);
    if (has_listenbrainz) listen(now - 2 * kDay - 300, song, now);
    if (const Song loves = next_song(); loved.size() < 14)
      loved.push_back({now - 60, loves.artist(), loves.title(), ""});
    if (!has_listenbrainz) return;
    const Song likes = next_song(), bans = next_song();
    feedback.push_back({1, now - 50, mbid(likes.number + 1), likes.artist(), likes.title()});
    if (saved.size() < 3)
      feedback.push_back({-1, now - 40, mbid(bans.number + 1), bans.artist(), bans.title()});
    const Song saves = next_song();
    saved.push_back({engine::format_time(now - 30), saves.at_spotify()});
  }
};

/// The services, each with its own troubles.
struct Services {
  FakeService anns_lastfm{"fake_lastfm.py", {{"user.json", {{"name", "Ann"}, {"key", kAnnsKey}}}}};
  FakeService bobs_lastfm{"fake_lastfm.py", {{"user.json", {{"name", "Bob"}, {"key", kBobsKey}}}}};
  FakeService listenbrainz{"fake_listenbrainz.py",
                           {{"user.json", {{"name", "Ann"}, {"token", kToken}}},
                            {"limit.json", {{"limit", 40}, {"reset_in", 0.2}}}}};
  FakeService deezer{"fake_deezer.py", {{"artists.json", world_of_deezer()}}};
  FakeService musicbrainz{"fake_musicbrainz.py", {{"artists.json", world_of_musicbrainz()}}};
  players_test::FakeSpotify spotify;

  Services() {
    json names = json::object(), tracks = json::array();
    for (int k = 0; k < kArtists * kSongs; ++k) {
      const Song song{k};
      std::string asked = song.artist() + " / " + song.title();
      std::ranges::transform(asked, asked.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      names[asked] = {mbid(k + 1), song.artist(), song.title(), "Album"};
      tracks.push_back(song.at_spotify());
    }
    listenbrainz.put("names.json", names);
    spotify.put("tracks.json", tracks);
    spotify.put("tokens.json",
                {{"access", {"access-number-1"}},
                 {"refresh", "refresh-number-1"},
                 {"scope", "user-library-read playlist-modify-private playlist-modify-public"}});
  }
  [[nodiscard]] std::vector<const FakeService*> all() const {
    return {&anns_lastfm, &bobs_lastfm, &listenbrainz, &deezer, &musicbrainz, &spotify};
  }
  void tell(const Person& ann, const Person& bob) const {
    anns_lastfm.put("scrobbles.json", ann.scrobbles);
    anns_lastfm.put("loved.json", ann.loved);
    bobs_lastfm.put("scrobbles.json", bob.scrobbles);
    bobs_lastfm.put("loved.json", bob.loved);
    listenbrainz.put("listens.json", ann.listens);
    listenbrainz.put("feedback.json", ann.feedback);
    spotify.put("plays.json", ann.plays);
    spotify.put("saved.json", ann.saved);
  }
  /// `share` 0: all is well again.
  void trouble(double share) const {
    int seed = 1;
    for (const FakeService* one : all())
      one->put("unrest.json", {{"seed", seed++}, {"share", share}});
  }
  /// The access token ends; the refresh token is good.
  void end_login() const {
    json tokens = support::parse_json(spotify.text("tokens.json"));
    tokens["access"] = json::array();
    spotify.put("tokens.json", tokens);
  }
};

class Household : public players_test::HomeWithOwnCache {
 public:
  explicit Household(const Services& services) {
    connect("lastfm@ann", services.anns_lastfm.address(),
            {"--login", "ann", "--secret-field", "api_key"}, kAnnsKey);
    connect("lastfm@bob", services.bobs_lastfm.address(),
            {"--login", "bob", "--secret-field", "api_key"}, kBobsKey);
    connect("listenbrainz", services.listenbrainz.address(),
            {"--login", "ann", "--secret-field", "token", "--field",
             "labs_address=http://127.0.0.1:" + services.listenbrainz.text("labs_port")},
            kToken);
    connect("deezer", services.deezer.address(), {}, "");
    connect("musicbrainz", services.musicbrainz.address() + "/ws/2", {}, "");
    log_in(services.spotify);
    std::ofstream(path("mine.lua")) << kMine;
    std::ofstream(path("finds.lua")) << kFinds;
    for (const Strings& arguments : {Strings{"config", "set", "http.contact", "ann@example.org"},
                                     Strings{"config", "set", "playlists.snapshot_days", "3"}})
      REQUIRE(run("ann", kBegin, arguments).exit_code == 0);
  }
  /// What is said is kept, for secrets to be looked for.
  Ended run(const std::string& user, std::int64_t now, Strings arguments) {
    arguments.insert(arguments.begin(), {"--library", library(), "--user", user, "--now",
                                         std::to_string(now), "--json", "--verbose"});
    Ended ended = engine(arguments);
    std::ostringstream command;
    for (const std::string& one : arguments) command << one << " ";
    INFO(command.str() << ended.err << ended.out);
    // Done, nothing to do, or a service has failed and said so.
    CHECK((ended.exit_code == 0 || ended.exit_code == 1 || ended.exit_code == 3));
    if (ended.exit_code != 0) {
      ++failures_;
      CHECK((ended.err + ended.out).size() > 2);
    }
    said_ += ended.err + ended.out;
    return ended;
  }
  [[nodiscard]] json done(const std::string& user, std::int64_t now, const Strings& arguments) {
    const Ended ended = run(user, now, arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
  void keep_lists(std::int64_t now) {
    for (const std::string name : {"mine", "finds"})
      static_cast<void>(done("ann", now,
                             {"playlist", "keep", name, path(name + ".lua"), "--to",
                              "listenbrainz:" + name, "--to", "spotify:" + name}));
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] std::string accounts_file() const {
    return environment().at("XDG_CONFIG_HOME") + "/playlist-engine/accounts.json";
  }
  [[nodiscard]] int failures() const { return failures_; }
  [[nodiscard]] std::vector<Play> listens_of(const std::string& user) const {
    const engine::Store store = open();
    std::vector<Play> all;
    engine::Statement rows = store.prepare(
        "SELECT ts, artists.name, title FROM listens JOIN users USING (user_id) JOIN tracks USING "
        "(track_id) JOIN artists USING (artist_id) WHERE users.name = ? ORDER BY 1, 2, 3");
    for (rows.start(user); rows.step();)
      all.emplace_back(rows.integer(0), rows.text(1), rows.text(2));
    return all;
  }
  /// What a teller has said and not taken back, of a kind of holdings: titles.
  [[nodiscard]] Strings held(const std::string& user, const std::string& teller, int kind) const {
    const engine::Store store = open();
    Strings all;
    engine::Statement rows = store.prepare(
        "SELECT title FROM holdings JOIN users USING (user_id) JOIN tracks ON track_id = id WHERE "
        "users.name = ? AND teller = ? AND kind = ? AND ended_at IS NULL ORDER BY 1");
    for (rows.start(user, teller, kind); rows.step();) all.emplace_back(rows.text(0));
    return all;
  }
  /// Where one of the secrets stands, in the home or in what was said.
  [[nodiscard]] Strings places_of(const std::vector<std::string>& secrets) const {
    Strings places;
    const auto look = [&](const std::string& bytes, const std::string& place) {
      for (const std::string& secret : secrets)
        if (bytes.find(secret) != std::string::npos) places.push_back(place + ": " + secret);
    };
    look(said_, "what was said");
    for (const auto& entry : fs::recursive_directory_iterator(path(""))) {
      look(entry.path().string(), "a name");
      if (entry.is_regular_file() && entry.path() != accounts_file())
        look(players_test::text_of_file(entry.path()), entry.path());
    }
    return places;
  }

 private:
  [[nodiscard]] engine::Store open() const {
    return engine::Store::open(library(), {.is_read_only = true, .may_create = false});
  }
  void connect(const std::string& account, const std::string& address, const Strings& more,
               const std::string& secret) {
    Strings arguments = {"connect", account,   "--address",
                         address,   "--field", "requests_per_second=1000"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (!secret.empty()) {
      std::ofstream(path("secret")) << secret << "\n";
      fs::permissions(path("secret"), fs::perms::owner_read | fs::perms::owner_write);
      arguments.insert(arguments.end(), {"--secret", path("secret")});
    }
    REQUIRE(run("ann", kBegin, arguments).exit_code == 0);
    fs::remove(path("secret"));
  }
  /// As a browser has left it.
  void log_in(const FakeService& spotify) const {
    const std::string file = environment().at("XDG_CONFIG_HOME") + "/playlist-engine/accounts.json";
    json accounts = support::parse_json(players_test::text_of_file(file));
    accounts["accounts"].push_back({{"service", "spotify"},
                                    {"name", ""},
                                    {"values",
                                     {{"client_id", "0f5client"},
                                      {"user", "ann0"},
                                      {"address", spotify.address() + "/v1"},
                                      {"accounts_url", spotify.address()},
                                      {"requests_per_second", "1000"}}},
                                    {"login",
                                     {{"access_token", "access-number-1"},
                                      {"refresh_token", "refresh-number-1"},
                                      {"scopes", ""},
                                      {"expires_at", 4'000'000'000},
                                      {"authorised_at", kBegin}}}});
    std::ofstream(accounts_file()) << accounts.dump();
  }

  std::string said_;
  int failures_ = 0;
};

/// Percent-encoded and quoted as well as they stand.
std::vector<std::string> forms_of(const Strings& secrets) {
  std::vector<std::string> forms;
  for (const std::string& secret : secrets) {
    const std::string encoded = playlist::url_encoded(secret);
    std::string plus = encoded, low = encoded;
    for (std::size_t at = 0; (at = plus.find("%20", at)) != std::string::npos;)
      plus.replace(at, 3, "+");
    std::ranges::transform(low, low.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (const std::string& form : {secret, encoded, plus, low})
      if (std::ranges::find(forms, form) == forms.end()) forms.push_back(form);
  }
  return forms;
}

template <typename Rows>
Strings titles_of(const json& rows, const Rows& title) {
  Strings all;
  for (const json& row : rows)
    if (const std::string text = title(row); !text.empty()) all.push_back(text);
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// The numbers of the songs of a kept playlist's version.
std::vector<int> numbers_of(const json& shown) {
  std::vector<int> numbers;
  for (const json& track : shown.at("list")) {
    int artist = 0, song = 0;
    std::sscanf(track.at("title").get<std::string>().c_str(), "Song %d of %d", &artist, &song);
    numbers.push_back(artist * kSongs + song);
  }
  return numbers;
}

/// No row is lost, and none is there twice.
void check_rows(const Household& home, const Person& ann, const Person& bob) {
  for (const Person* person : {&ann, &bob}) {
    CAPTURE(person->name);
    CHECK(home.listens_of(person->name) ==
          std::vector<Play>(person->heard.begin(), person->heard.end()));
    CHECK(home.held(person->name, "last.fm", 1) ==
          titles_of(person->loved, [](const json& row) { return row[2].get<std::string>(); }));
  }
  const auto told = [&](int score) {
    return titles_of(ann.feedback, [score](const json& row) {
      return row[0] == score ? row[4].get<std::string>() : "";
    });
  };
  CHECK(home.held("ann", "listenbrainz", 1) == told(1));
  CHECK(home.held("ann", "listenbrainz", 4) == told(-1));
  CHECK(home.held("ann", "spotify", 1) ==
        titles_of(ann.saved, [](const json& row) { return row[1][1].get<std::string>(); }));
}

/// Every list over there is the version that was made last.
void check_lists(Household& home, const Services& services, std::int64_t now) {
  const json there = support::parse_json(services.listenbrainz.text("playlists.json")),
             at_spotify = support::parse_json(services.spotify.text("playlists.json"));
  CHECK(there.size() == 2);
  CHECK(at_spotify.size() == 2);
  for (const std::string name : {"mine", "finds"}) {
    CAPTURE(name);
    const std::vector<int> numbers = numbers_of(home.done("ann", now, {"playlist", "show", name}));
    CHECK(numbers.size() >= (name == "mine" ? 20 : 5));  // finds: as far as the catalogue grew
    CHECK(std::set<int>(numbers.begin(), numbers.end()).size() == numbers.size());
    Strings recordings, tracks, found;
    for (const int number : numbers) {
      recordings.push_back(mbid(number + 1));
      tracks.push_back(spotify_track_id(number + 1));
    }
    for (const json& list : there)
      if (list.at("title") == name) CHECK(list.at("tracks") == recordings);
    for (const json& list : at_spotify)
      if (list.at("name") == name)
        for (const json& item : list.at("items")) found.push_back(item.at(0));
    CHECK(found == tracks);
  }
}

/// No secret stands anywhere, and nobody was asked more than they allow.
void check_secrets(const Household& home, const Services& services) {
  for (const char* secret : {kAnnsKey, kBobsKey, kToken})
    CHECK_THAT(players_test::text_of_file(home.accounts_file()), Catch::Contains(secret));
  CHECK(home.places_of(forms_of({kAnnsKey, kBobsKey, kToken, "k3y-of", "t0ken-of", "access-number-",
                                 "refresh-number-"})) == Strings{});
  CHECK(support::parse_json(services.spotify.text("tokens.json")).at("refresh") !=
        "refresh-number-1");
  for (const FakeService* service : services.all()) CHECK(service->text("over.log").empty());
}

}  // namespace

TEST_CASE("a week of a household whose services fail one request in twenty",
          "[players][household]") {
  const Services services;
  Household home(services);
  Person ann{.name = "ann", .first_artist = 0}, bob{.name = "bob", .first_artist = 7};
  const Strings anns = {"sync", "lastfm@ann", "listenbrainz", "spotify"},
                bobs = {"sync", "lastfm@bob"}, grow = {"discover", "--grow", "--tracks", "60"};
  services.trouble(kShare);
  for (int day = 0; day < kDays; ++day) {
    for (const std::int64_t hour : {8, 13, 19}) {
      const std::int64_t now = kBegin + day * kDay + hour * kHour;
      ann.live(now, true);
      bob.live(now, false);
      if (day == 4)  // what is loved no more
        for (json* list : {&ann.loved, &ann.saved, &ann.feedback}) list->erase(0);
      services.tell(ann, bob);
      home.run("ann", now, anns);
      home.run("bob", now, bobs);
    }
    if (day == 0) home.keep_lists(kBegin + 19 * kHour);
    services.end_login();
    const std::int64_t evening = kBegin + day * kDay + 20 * kHour;
    home.run("ann", evening, grow);
    home.run("bob", evening, grow);
    home.run("ann", evening + kHour, {"refresh"});
  }
  // What happened at all.
  std::size_t troubles = 0;
  std::set<std::string> kinds;
  for (const FakeService* service : services.all()) {
    std::istringstream lines(service->text("unrest.log"));
    for (std::string number, kind; lines >> number >> kind; ++troubles) kinds.insert(kind);
  }
  CAPTURE(troubles, kinds.size(), home.failures());
  CHECK(troubles >= 20);
  CHECK(kinds.size() >= 10);

  services.trouble(0);
  // Late enough for what came late to be asked for once more.
  const std::int64_t end = kBegin + (kDays + 1) * kDay + 9 * kHour;
  for (const json& account : home.done("ann", end, anns).at("accounts"))
    CHECK(account.at("error") == nullptr);
  CHECK(home.done("bob", end, bobs).at("accounts").at(0).at("error") == nullptr);
  static_cast<void>(home.done("ann", end, {"refresh"}));
  check_rows(home, ann, bob);
  check_lists(home, services, end);
  check_secrets(home, services);
}
