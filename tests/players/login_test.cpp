// Logins in the browser, with an authorization server that is not ours: Authlib's, and curl as the
// browser.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "own_cache.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"
#include "support/tmux_screen.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Background;
using support::Ended;
using support::TmuxScreen;

namespace {

namespace fs = std::filesystem;
constexpr const char* kEngine = PLAYLIST_BUILD_DIR "/engine";

bool has_authlib() {
  static const bool is_there =
      support::run_program({"/usr/bin/python3", "-c", "import authlib, flask"}).exit_code == 0;
  if (!is_there) WARN("python3-authlib or python3-flask is not installed: no login was tried");
  return is_there;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class Ready>
void wait_for(Ready&& is_ready) {
  for (int k = 0; k < 3000 && !is_ready(); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  REQUIRE(is_ready());
}

/// tests/players/oauth_server.py with a folder of its own.
class AuthorizationServer {
 public:
  AuthorizationServer()
      : server_({"/usr/bin/python3", PLAYLIST_SOURCE_DIR "/tests/players/oauth_server.py",
                 folder_.path()},
                folder_.file("port")) {
    wait_for([&] { return bytes_of(folder_.file("port")).ends_with('\n'); });
    port_ = std::to_string(std::stoi(bytes_of(folder_.file("port"))));
  }

  [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + port_; }
  void put(const std::string& name, const std::string& what = "") const {
    std::ofstream(folder_.file(name)) << what;
  }
  void take_away(const std::string& name) const { fs::remove(folder_.file(name)); }
  /// How many requests of this kind there have been: "token refresh_token 200".
  [[nodiscard]] int count(const std::string& kind) const {
    const std::string log = "\n" + bytes_of(folder_.file("requests.log"));
    int found = 0;
    for (std::size_t at = 0; (at = log.find("\n" + kind + "\n", at)) != std::string::npos; ++at)
      ++found;
    return found;
  }
  [[nodiscard]] std::set<std::string> secrets() const {
    std::istringstream lines(bytes_of(folder_.file("secrets.log")));
    std::set<std::string> all;
    for (std::string line; std::getline(lines, line);) all.insert(line);
    return all;
  }

 private:
  TemporaryFolder folder_;
  Background server_;
  std::string port_;
};

/// The address to log in at, once the engine has said it.
std::string address_in(const std::string& file) {
  static const std::regex line("\n(http://[^\n]*/authorize\\?[^\n]*)\n");
  std::smatch match;
  std::string text;
  wait_for([&] {
    text = bytes_of(file);
    return std::regex_search(text, line);
  });
  std::regex_search(text, match, line);
  return match[1];
}

struct Person : players_test::HomeWithOwnCache {
  [[nodiscard]] std::string accounts_file() const {
    return environment().at("XDG_CONFIG_HOME") + "/playlist-engine/accounts.json";
  }
  /// The login as it is kept; null without one.
  [[nodiscard]] json login() const {
    if (!fs::exists(accounts_file())) return nullptr;
    const json file = support::parse_json(bytes_of(accounts_file()));
    for (const json& account : file.at("accounts"))
      if (account.at("service") == "spotify") return account.value("login", json());
    return nullptr;
  }
  /// As if an hour had passed.
  void expire() const {
    json file = support::parse_json(bytes_of(accounts_file()));
    for (json& account : file.at("accounts")) account["login"]["expires_at"] = 1;
    std::ofstream(accounts_file()) << file.dump();
  }
  static std::vector<std::string> connecting(const AuthorizationServer& server,
                                             const std::vector<std::string>& more) {
    std::vector<std::string> words = {"connect",   "spotify",
                                      "--address", server.address() + "/v1",
                                      "--field",   "client_id=0f5client",
                                      "--field",   "accounts_url=" + server.address()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// `engine ARGUMENTS`, and what it says on standard error as it says it, in said().
  [[nodiscard]] std::future<Ended> start(std::vector<std::string> arguments) const {
    fs::remove(said());
    arguments.insert(arguments.begin(),
                     {"/bin/sh", "-c", "exec \"$@\" 2>'" + said() + "'", "sh", kEngine});
    return std::async(std::launch::async, [this, arguments] {
      Ended ended = support::run_program(arguments, environment());
      ended.err = bytes_of(said());
      return ended;
    });
  }
  [[nodiscard]] std::string said() const { return path("said"); }
  /// Connects as a person does, with curl as the browser; returns the page that it ends at.
  std::string log_in(const AuthorizationServer& server) const {
    auto engine = start(connecting(server, {"--wait", "60"}));
    const std::string page = support::run_program({"curl", "-sL", address_in(said())}).out;
    const Ended ended = engine.get();
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return page;
  }
  /// Connects by pasting what `answer` makes of the address that the browser ends at.
  Ended paste(const AuthorizationServer& server, const std::string& sed = "") const {
    fs::remove(path("pipe"));
    REQUIRE(::mkfifo(path("pipe").c_str(), 0600) == 0);
    std::vector<std::string> words = connecting(server, {"--headless"});
    words.insert(
        words.begin(),
        {"/bin/sh", "-c", "exec \"$@\" 2>'" + said() + "' <'" + path("pipe") + "'", "sh", kEngine});
    fs::remove(said());
    auto engine = std::async(std::launch::async, [this, words] {
      Ended ended = support::run_program(words, environment());
      ended.err = bytes_of(said());
      return ended;
    });
    std::ofstream pipe(path("pipe"));
    std::string ended_at = support::run_program({"curl", "-s", "-o", "/dev/null", "-w",
                                                 "%{redirect_url}", address_in(said())})
                               .out;
    if (!sed.empty())
      ended_at = support::run_program(
                     {"/bin/sh", "-c", "echo \"$1\" | sed -E \"$2\"", "sh", ended_at, sed})
                     .out;
    pipe << ended_at << std::endl;
    return engine.get();
  }
  [[nodiscard]] Ended check() const { return engine({"accounts", "--check"}); }
  [[nodiscard]] json checked() const {
    const Ended ended = engine({"--json", "accounts", "--check"});
    INFO(ended.err << ended.out);
    return support::parse_json(ended.out).at("checked").at(0);
  }
};

}  // namespace

TEST_CASE("a login in the browser, with a server that is not ours", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  CHECK_THAT(person.log_in(server), Contains("Back to the terminal"));
  CHECK_THAT(bytes_of(person.said()), Contains("Open this address"));
  CHECK(server.count("authorize S256") == 1);
  CHECK(server.count("token authorization_code 200") == 1);
  CHECK(server.count("me 200") == 1);
  struct stat status {};
  REQUIRE(::stat(person.accounts_file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const json login = person.login();
  CHECK(server.secrets().count(login.at("access_token")) == 1);
  CHECK(server.secrets().count(login.at("refresh_token")) == 1);
  CHECK_THAT(login.at("scopes").get<std::string>(), Contains("user-read-recently-played"));

  const Ended listed = person.engine({"accounts", "--json"});
  const json account = support::parse_json(listed.out).at("accounts").at(0);
  CHECK(account.at("values").at("user") == "ann0");
  CHECK(account.at("secrets") == json({"access_token", "refresh_token"}));
  CHECK(account.at("login").at("ends") > account.at("login").at("authorised"));
  CHECK(server.count("me 200") == 1);  // only --check asks
  CHECK_THAT(person.check().out, Contains("the login works: Ann"));
}

TEST_CASE("a browser that opens by itself, where somebody sits before a screen", "[login]") {
  if (!has_authlib() || !TmuxScreen::is_there()) return;
  const AuthorizationServer server;
  const Person person;
  fs::create_directory(person.path("bin"));
  std::ofstream(person.path("bin/xdg-open"))
      << "#!/bin/sh\ncurl -sL \"$1\" >'" << person.path("page") << "'\n";
  fs::permissions(person.path("bin/xdg-open"), fs::perms::owner_all);
  std::string command =
      "env DISPLAY=:9 PATH='" + person.path("bin") + "':\"$PATH\" " + std::string(kEngine);
  for (const std::string& word : Person::connecting(server, {"--wait", "60"}))
    command += " '" + word + "'";
  const TmuxScreen screen(person, command + "; sleep 60");
  CHECK_THAT(screen.until("logged in as Ann"), Contains("logged in as Ann"));
  CHECK_THAT(screen.text(), Contains("The browser opens this address"));
  CHECK_THAT(bytes_of(person.path("page")), Contains("Back to the terminal"));
}

TEST_CASE("who does not agree is not connected, and keeps what was there", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  person.log_in(server);
  const json before = person.login();
  server.put("refuses");
  auto engine = person.start(Person::connecting(server, {"--wait", "60"}));
  const std::string page = support::run_program({"curl", "-sL", address_in(person.said())}).out;
  const Ended ended = engine.get();
  CHECK(ended.exit_code == 3);
  CHECK_THAT(page, Contains("Not connected"));
  CHECK_THAT(ended.err, Contains("was not agreed to"));
  CHECK(person.login() == before);
}

TEST_CASE("an answer to another login is not taken", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  auto engine = person.start(Person::connecting(server, {"--wait", "60"}));
  const std::string address = address_in(person.said());
  std::smatch port;
  REQUIRE(std::regex_search(address, port, std::regex("127.0.0.1%3A([0-9]+)%2Fcallback")));
  const std::string callback = "http://127.0.0.1:" + port[1].str() + "/callback";
  CHECK_THAT(support::run_program({"curl", "-s", callback + "?code=evil&state=other"}).out,
             Contains("Nobody waits"));
  support::run_program({"curl", "-sL", address});
  CHECK(engine.get().exit_code == 0);
  CHECK(server.count("token authorization_code 400") == 0);
}

TEST_CASE("a login that nobody answers ends, and one without a client id tells where it comes from",
          "[login]") {
  const Person person;
  const Ended late = person.engine({"connect", "spotify", "--field", "client_id=x", "--wait", "1"});
  CHECK(late.exit_code == 3);
  CHECK_THAT(late.err, Contains("no answer came within 1 second"));
  CHECK(person.login() == nullptr);
  const Ended bare = person.engine({"connect", "spotify"});
  CHECK(bare.exit_code == 3);
  CHECK_THAT(bare.err, Contains("developer.spotify.com/dashboard") &&
                           Contains("http://127.0.0.1/callback") &&
                           Contains("--field client_id=VALUE"));
  const Ended offline = person.engine({"config", "set", "http.offline", "true"});
  CHECK_THAT(person.engine({"connect", "spotify", "--field", "client_id=x"}).err,
             Contains("http.offline is set"));
}

TEST_CASE("connecting keeps nothing that the environment says", "[login]") {
  const Person person;
  std::map<std::string, std::string> environment = person.environment();
  environment["PLAYLIST_ACCOUNTS_LASTFM_API_KEY"] = "of-the-environment";
  for (const char* rate : {"1", "2"}) {
    const Ended ended =
        support::run_program({kEngine, "connect", "lastfm", "--login", "ann", "--field",
                              std::string("requests_per_second=") + rate},
                             environment);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
  const std::string kept = bytes_of(person.accounts_file());
  CHECK_THAT(kept, Contains("ann"));
  CHECK(kept.find("of-the-environment") == std::string::npos);
}

TEST_CASE("without a browser here the answer is pasted", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  const Ended whole = person.paste(server);
  INFO(whole.err);
  CHECK(whole.exit_code == 0);
  CHECK_THAT(whole.out, Contains("logged in as Ann"));
  const json first = person.login();
  const Ended code = person.paste(server, "s/.*code=([^&]*).*/\\1/");
  CHECK(code.exit_code == 0);
  CHECK(person.login() != first);
  const json second = person.login();
  const Ended foreign = person.paste(server, "s/state=./state=_/");
  CHECK(foreign.exit_code == 3);
  CHECK_THAT(foreign.err, Contains("answer to another login"));
  CHECK(person.login() == second);
}

TEST_CASE("a login that the service does not take is not kept", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  server.put("api.json", "[403]");
  const Ended refused = person.paste(server);
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.err, Contains("User not registered in the Developer Dashboard"));
  CHECK(person.login() == nullptr);
  // Out of reach is not refused.
  server.put("api.json", "[500,500,500]");
  const Ended untried = person.paste(server);
  INFO(untried.err);
  CHECK(untried.exit_code == 0);
  CHECK_THAT(untried.out, Contains("the login was not tried: it answers with status 500"));
  CHECK_THAT(person.check().out, Contains("the login works: Ann"));
}

TEST_CASE("eight processes renew a login once", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  person.log_in(server);
  person.expire();
  const json before = person.login();
  server.put("pause", "0.3");
  std::vector<std::future<Ended>> all;
  for (int k = 0; k < 8; ++k)
    all.push_back(std::async(std::launch::async, [&] { return person.check(); }));
  for (auto& one : all) {
    const Ended ended = one.get();
    INFO(ended.err << ended.out);
    CHECK(ended.exit_code == 0);
  }
  CHECK(server.count("token refresh_token 200") == 1);
  CHECK(server.count("token refresh_token 400") == 0);
  CHECK(server.count("me 200") == 9);
  CHECK(person.login().at("refresh_token") != before.at("refresh_token"));
  CHECK(person.login().at("authorised_at") == before.at("authorised_at"));
}

TEST_CASE("a token that is refused is renewed once, and asked with once more", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  person.log_in(server);
  server.put("forgets");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(person.check().exit_code == 0);
  CHECK(server.count("me 401") == 1);
  CHECK(server.count("token refresh_token 200") == 1);
  // A service that refuses whatever comes is not asked for ever, and 403 renews nothing.
  server.put("api.json", "[401,401,401,401]");
  CHECK(person.checked().at("works") == false);
  CHECK(server.count("token refresh_token 200") == 2);
  server.put("api.json", "[403]");
  CHECK_THAT(person.checked().at("told").get<std::string>(), Contains("Developer Dashboard"));
  CHECK(server.count("token refresh_token 200") == 2);
}

TEST_CASE("a refresh token that the service does not change stays", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  person.log_in(server);
  person.expire();
  const json before = person.login();
  server.put("keeps_token");
  CHECK(person.check().exit_code == 0);
  CHECK(person.login().at("refresh_token") == before.at("refresh_token"));
  CHECK(person.login().at("access_token") != before.at("access_token"));
}

TEST_CASE("outages cost no login, and its end is told", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  server.put("life", "30");  // within the minute that counts as ended
  person.log_in(server);
  server.put("life", "3600");
  server.put("trouble.json", "[503]");
  CHECK(person.check().exit_code == 0);  // that token is good for some seconds yet
  CHECK(server.count("token refresh_token 503") == 1);
  person.expire();
  const std::string before = bytes_of(person.accounts_file());
  server.put("trouble.json", R"([503, "html", 500, "invalid_grant"])");
  for (const char* told : {"status 503", "no token", "status 500"}) {
    const json check = person.checked();
    CHECK(check.at("works") == false);
    CHECK_THAT(check.at("told").get<std::string>(), Contains(told) && Contains("try again later"));
  }
  const json ended = person.checked();
  CHECK_THAT(ended.at("told").get<std::string>(),
             Contains("has ended") && Contains("invalid_grant, Refresh token revoked") &&
                 Contains("engine connect spotify"));
  CHECK(bytes_of(person.accounts_file()) == before);
  CHECK(person.check().exit_code == 0);  // it was said by mistake
  CHECK(bytes_of(person.accounts_file()) != before);
}

TEST_CASE("killed while it renews, a process leaves the old login or the new one",
          "[login][kill]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  server.put("life", "30");  // every check renews
  server.put("pause", "0.05");
  REQUIRE(person.paste(server).exit_code == 0);
  std::mt19937 random(11);
  int killed = 0, anew = 0;
  for (int round = 0; round < 40; ++round) {
    {
      Background running({kEngine, "accounts", "--check"}, person.path("log"),
                         person.environment());
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 160));
      killed += running.is_running() ? 1 : 0;
      running.kill();
    }
    const json login = person.login();
    REQUIRE(server.secrets().count(login.at("refresh_token")) == 1);
    const json check = person.checked();
    if (check.at("works") == true) continue;
    // The service had changed it, and the process died before it knew.
    ++anew;
    CHECK_THAT(check.at("told").get<std::string>(),
               Contains("invalid_grant") && Contains("engine connect spotify"));
    REQUIRE(person.paste(server).exit_code == 0);
  }
  INFO(killed << " killed, " << anew << " of them in the window");
  CHECK(killed >= 10);
  CHECK(anew < killed);
  CHECK(person.checked().at("works") == true);
}

TEST_CASE("the end of a login is told wherever it is used, from a month before", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  person.log_in(server);
  CHECK(person.engine({"accounts"}).err.find(" ends on ") == std::string::npos);
  const std::int64_t later = person.login().at("authorised_at").get<std::int64_t>() + 160 * 86'400;
  CHECK_THAT(person.engine({"accounts", "--now", std::to_string(later)}).err,
             Contains("spotify: the login of ") && Contains(" ends on ") &&
                 Contains("engine connect spotify logs in anew"));
}

TEST_CASE("nothing of a login stands anywhere but in the file of accounts", "[login]") {
  if (!has_authlib()) return;
  const AuthorizationServer server;
  const Person person;
  REQUIRE(person.engine({"config", "set", "log.file", person.path("engine.log")}).exit_code == 0);
  std::string shown;
  const auto add = [&](const Ended& ended) { shown += ended.out + ended.err; };
  person.log_in(server);
  person.expire();
  // The address to log in at is said to the person alone, and its state is in it.
  CHECK(person.engine({"--verbose", "accounts"}).exit_code == 0);
  server.put("trouble.json", R"([503, "html", "lost", "invalid_grant"])");
  for (int k = 0; k < 4; ++k) add(person.engine({"--verbose", "accounts", "--check"}));
  add(person.paste(server, "s/state=./state=_/"));
  fs::remove(person.said());
  person.log_in(server);
  fs::remove(person.said());
  add(person.engine({"--verbose", "--json", "accounts", "--check"}));
  CHECK_THAT(shown, Contains("\"works\": true") && Contains("503"));
  CHECK(fs::file_size(person.path("engine.log")) > 0);
  const std::set<std::string> secrets = server.secrets();
  CHECK(secrets.size() >= 8);
  const auto says_nothing = [&](const std::string& text, const std::string& where) {
    for (const std::string& secret : secrets) {
      INFO(where << " has " << secret);
      // States are said on the terminal once, for the browser.
      CHECK(text.find(secret) == std::string::npos);
    }
  };
  for (const auto& entry : fs::recursive_directory_iterator(person.path("")))
    if (entry.is_regular_file() && entry.path().filename() != "accounts.json")
      says_nothing(bytes_of(entry.path()), entry.path().string());
  const std::size_t address = shown.find("/authorize?");
  REQUIRE(address != std::string::npos);
  shown.erase(address, shown.find('\n', address) - address);
  says_nothing(shown, "what is shown");
}
