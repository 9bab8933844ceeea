#include "app/account_login.hpp"

#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <spawn.h>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "accounts/loopback.hpp"
#include "accounts/oauth.hpp"
#include "accounts/services.hpp"
#include "accounts/tokens.hpp"
#include "app/account_service.hpp"
#include "app/secret_file.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "http/secrets.hpp"

extern char** environ;

namespace engine::app {
namespace {

using accounts::Account;
using accounts::LoginProof;

/// As it is registered with the service: without a port, which every login chooses anew.
constexpr const char* kRegisteredUri = "http://127.0.0.1/callback";

const accounts::BrowserLogin& browser_login(const Account& account) {
  return *accounts::find_service(account.service)->login;
}

accounts::AskService asking(const Caller& caller) {
  return [&caller](http::Service service, http::Request request) {
    service.timeout_seconds = caller.home.settings().number("http.timeout_seconds");
    return caller.home.outside().ask_now(service, std::move(request));
  };
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

/// True where somebody sits before a screen who saw it open.
bool open_browser(const std::string& address) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return false;
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) return false;
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&quiet, descriptor, "/dev/null", O_WRONLY, 0);
  std::string program = "xdg-open", argument = address;
  char* const words[] = {program.data(), argument.data(), nullptr};
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, words[0], &quiet, nullptr, words, environ);
  ::posix_spawn_file_actions_destroy(&quiet);
  return error == 0;
}

std::string page(const std::string& title, const std::string& text) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>" + title +
         "</title>\n<h1>" + title + "</h1>\n<p>" + text + "</p></html>\n";
}

/// Of an answer to this login; nothing for any other.
std::optional<std::string> page_for(const std::string& query, const LoginProof& proof) {
  const accounts::LoginAnswer answer = accounts::read_login_answer(query);
  if (answer.state != proof.state) return std::nullopt;
  if (answer.error.empty())
    return page("Back to the terminal",
                "Playlist Engine has your answer, and tells there whether the login worked. This "
                "window can be closed.");
  return page("Not connected",
              "You, or the service, did not agree. Playlist Engine has connected nothing, and "
              "tells more in the terminal. This window can be closed.");
}

struct Agreed {
  std::string code, redirect_uri;
};

Agreed agreed_in_browser(const Account& account, const LoginProof& proof,
                         const LoginOptions& options) {
  accounts::LoopbackListener listener;
  const std::string redirect_uri = listener.redirect_uri();
  const std::string address = accounts::login_address(account, proof, redirect_uri);
  say_on_terminal(std::string(open_browser(address)
                                  ? "The browser opens this address; else open it yourself, here:"
                                  : "Open this address in a browser on this machine:") +
                  "\n\n" + address + "\n\nand agree. Without a browser here: engine connect " +
                  account.title() + " --headless\n");
  const auto query = listener.wait(options.wait_seconds,
                                   [&](const std::string& text) { return page_for(text, proof); });
  if (!query)
    throw Error(Exit::kInput, account.title() + " was not connected",
                {"", "",
                 "no answer came within " +
                     counted(static_cast<std::int64_t>(options.wait_seconds), "second"),
                 "--wait SECONDS waits longer; with --headless the browser may be anywhere"});
  const accounts::LoginAnswer answer = accounts::read_login_answer(*query);
  accounts::require_agreed(answer, account);
  return {answer.code, redirect_uri};
}

Agreed agreed_by_pasting(const Account& account, const LoginProof& proof) {
  say_on_terminal("Open this address in any browser:\n\n" +
                  accounts::login_address(account, proof, kRegisteredUri) +
                  "\n\nand agree. The browser is then led to an address that begins with\n" +
                  kRegisteredUri + " and may show nothing there: paste that whole address here.\n");
  const std::string pasted = read_hidden_line("address (not shown): ");
  if (pasted.empty())
    throw Error(
        Exit::kInput, account.title() + " was not connected",
        {"", "", "nothing was pasted", "engine connect " + account.title() + " --headless"});
  return {accounts::pasted_code(pasted, account, proof), kRegisteredUri};
}

std::string profile_text(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Who has logged in, by the service's own answer.
struct Profile {
  std::string user, name;
};
Profile profile_of(const http::Answer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (answer.status != 200 || !json.is_object()) return {};
  return {profile_text(json, "id"), profile_text(json, "display_name")};
}

/// What is wrong with an answer that tells of nobody.
std::string told(const http::Answer& answer) {
  if (answer.status == 0) return answer.problem;
  std::string text = "it answers with status " + std::to_string(answer.status);
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (answer.status == 200) text = "what answers there does not say who has logged in";
  if (json.is_object() && json.contains("error") && json["error"].is_object())
    text += ": " + profile_text(json["error"], "message");
  return one_line(answer.problem.empty() ? text : answer.problem);
}

http::Request whose_login(const Account& account) {
  http::Request request;
  request.target = browser_login(account).check_path;
  return request;
}

bool is_outage(const http::Answer& answer) {
  return answer.status == 0 || answer.status == 429 || answer.status >= 500;
}

}  // namespace

LoggedIn log_in(const Caller& caller, const Account& account, const LoginOptions& options) {
  if (caller.home.settings().boolean("http.offline"))
    throw Error(Exit::kInput, account.title() + " was not connected",
                {"", "", "offline: http.offline is set", "engine config set http.offline false"});
  const LoginProof proof = accounts::make_login_proof();
  const Agreed agreed = options.is_headless ? agreed_by_pasting(account, proof)
                                            : agreed_in_browser(account, proof, options);
  const accounts::AskService ask = asking(caller);
  LoggedIn logged_in{account, "", ""};
  logged_in.account.login = accounts::login_with_code(account, agreed.code, agreed.redirect_uri,
                                                      proof, ask, std::time(nullptr));
  http::Service service = http_service_of(logged_in.account, caller.home.settings());
  service.credentials = accounts::bearer(logged_in.account.login->access_token);
  http::Answer answer = ask(service, whose_login(account));
  answer.body = http::Secrets(service).scrubbed(answer.body);
  const Profile profile = profile_of(answer);
  if (is_outage(answer)) {
    logged_in.untried = told(answer);
  } else if (profile.user.empty()) {
    throw Error(Exit::kInput, account.title() + " was not connected",
                {service.address + browser_login(account).check_path, "", told(answer),
                 "see what it wants: engine help services; what was kept stays"});
  } else {
    logged_in.account.values["user"] = profile.user;
  }
  logged_in.name = profile.name.empty() ? profile.user : profile.name;
  return logged_in;
}

LoginCheck check_login(const Caller& caller, const Account& account) {
  LoginCheck check;
  check.account = account.title();
  try {
    const std::shared_ptr<accounts::Tokens> tokens = tokens_of(account, caller.home);
    http::Answer answer =
        accounts::ask_logged_in(*tokens, http_service_of(account, caller.home.settings()),
                                whose_login(account), asking(caller));
    http::Service service = http_service_of(account, caller.home.settings());
    for (const std::string& secret : tokens->secrets()) service.secrets.push_back(secret);
    answer.body = http::Secrets(service).scrubbed(answer.body);
    const Profile profile = profile_of(answer);
    check.works = !profile.user.empty();
    check.told = !check.works ? told(answer) : profile.name.empty() ? profile.user : profile.name;
  } catch (const Error& error) {
    check.told = error.what();
    for (const std::string& part : {error.parts().why, error.parts().fix})
      if (!part.empty()) check.told += "; " + part;
  }
  return check;
}

}  // namespace engine::app
