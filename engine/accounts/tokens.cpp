#include "accounts/tokens.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "accounts/services.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/shown_text.hpp"
#include "http/secrets.hpp"

namespace engine::accounts {
namespace {

constexpr std::int64_t kSkew = 60;                 // seconds before its end a token counts as ended
constexpr std::int64_t kWarnedBefore = 30 * kDay;  // the end of a login

const BrowserLogin& browser_login(const Account& account) {
  return *find_service(account.service)->login;
}

std::string how_to_log_in(const Account& account) {
  return "engine connect " + account.title() + " logs in anew";
}

/// The token endpoint. A request that may have changed the refresh token is not asked twice.
http::Service token_service(const Account& account, std::vector<std::string> secrets) {
  http::Service service;
  service.name = account.title() + " login";
  service.address = account.value(browser_login(account).accounts_field);
  service.secrets = std::move(secrets);
  service.requests_per_second = 1;
  service.burst = 10;
  service.attempts = 2;              // of a 429, which has done nothing
  service.longest_wait_seconds = 5;  // others wait for the lock
  return service;
}

http::Request token_request(const Account& account, std::string form) {
  http::Request request;
  request.method = "POST";
  request.target = browser_login(account).token_path;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = std::move(form);
  return request;
}

struct Refusal {
  std::string error, told;  // "invalid_grant"; "invalid_grant, Refresh token revoked"
};

Refusal refusal_of(const http::Answer& answer, const http::Service& service) {
  Refusal refusal;
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  const auto text = [&](const char* name) {
    const auto found = json.is_object() ? json.find(name) : json.end();
    return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                         : std::string();
  };
  if (answer.status >= 400 && answer.status < 500) refusal.error = text("error");
  refusal.told = refusal.error.empty() ? "" : "it says " + refusal.error;
  if (const std::string more = text("error_description"); !refusal.told.empty() && !more.empty())
    refusal.told += ", " + more;
  if (refusal.told.empty())
    refusal.told = answer.status == 0 || !answer.problem.empty()
                       ? answer.problem
                       : "it answers with status " + std::to_string(answer.status);
  refusal.told = one_line(http::Secrets(service).scrubbed(refusal.told));
  return refusal;
}

[[noreturn]] void throw_refused(const Account& account, const Refusal& refusal,
                                const std::string& what) {
  std::string fix = "try again later; nothing that was kept has changed";
  if (refusal.error == "invalid_client" || refusal.error == "unauthorized_client")
    fix = "look at the client id, then: engine connect " + account.title() +
          " --field client_id=VALUE";
  if (refusal.error == "invalid_grant") fix = how_to_log_in(account);
  throw Error(Exit::kInput, what, {"", "", refusal.told, fix});
}

}  // namespace

Login login_with_code(const Account& account, const std::string& code,
                      const std::string& redirect_uri, const LoginProof& proof,
                      const AskService& ask, std::int64_t now) {
  const http::Service service = token_service(account, {code, proof.verifier, proof.state});
  const http::Answer answer =
      ask(service, token_request(account, code_form(account, code, redirect_uri, proof)));
  Login agreed;
  agreed.authorised_at = now;
  if (answer.status == 200)
    if (auto login = read_tokens(answer.body, agreed, now); login && !login->refresh_token.empty())
      return std::move(*login);
  const std::string what = account.title() + " was not connected";
  if (answer.status == 200)
    throw Error(Exit::kInput, what,
                {service.address, "", "what answers there gives no tokens", ""});
  throw_refused(account, refusal_of(answer, service), what);
}

Tokens::Tokens(Accounts accounts, Account account, AskService ask,
               std::function<std::int64_t()> clock)
    : accounts_(std::move(accounts)),
      account_(std::move(account)),
      ask_(std::move(ask)),
      clock_(std::move(clock)),
      secrets_(account_.secrets()) {}

bool Tokens::is_ending(const Login& login) const {
  return clock_() >= login.expires_at - kSkew;
}

std::string Tokens::access_token() {
  if (is_ending(*account_.login)) {
    try {
      renew("");
    } catch (const Error&) {
      // Still good for some seconds: an outage need not be noticed.
      if (ended_ || clock_() >= account_.login->expires_at) throw;
    }
  }
  return account_.login->access_token;
}

std::string Tokens::token_after(const std::string& refused) {
  renew(refused);
  return account_.login->access_token;
}

void Tokens::renew(const std::string& refused) {
  if (ended_) throw *ended_;
  account_.login =
      accounts_.renew_login(account_.title(), [&](const Login& kept) -> std::optional<Login> {
        if (kept.access_token != refused && !is_ending(kept)) return std::nullopt;
        return renewed(kept);
      });
  for (const std::string& secret : account_.secrets())
    if (std::ranges::find(secrets_, secret) == secrets_.end()) secrets_.push_back(secret);
}

Login Tokens::renewed(const Login& kept) {
  const http::Service service = token_service(account_, {kept.refresh_token, kept.access_token});
  const std::int64_t asked_at = clock_();
  const http::Answer answer =
      ask_(service, token_request(account_, refresh_form(account_, kept.refresh_token)));
  if (answer.status == 200) {
    if (auto login = read_tokens(answer.body, kept, asked_at)) return std::move(*login);
    throw Error(Exit::kInput, account_.title() + " gives no new token",
                {service.address, "", "what answers there is no token",
                 "try again later; nothing that was kept has changed"});
  }
  const Refusal refusal = refusal_of(answer, service);
  if (refusal.error == "invalid_grant")
    ended_ = Error(Exit::kInput, "the login to " + account_.title() + " has ended",
                   {"", "", refusal.told, how_to_log_in(account_)});
  if (ended_) throw *ended_;
  throw_refused(account_, refusal, account_.title() + " gives no new token");
}

std::vector<http::Header> bearer(const std::string& access_token) {
  return {{"Authorization", "Bearer " + access_token}};
}

http::Answer ask_logged_in(Tokens& tokens, http::Service service, const http::Request& request,
                           const AskService& ask) {
  std::string token = tokens.access_token();
  http::Answer answer;
  for (const bool is_last : {false, true}) {
    service.credentials = bearer(token);
    service.secrets.insert(service.secrets.end(), tokens.secrets().begin(), tokens.secrets().end());
    answer = ask(service, request);
    if (answer.status != 401 || is_last) break;
    token = tokens.token_after(token);
  }
  return answer;
}

void require_may_put_lists(const Account& account) {
  const KnownService* service = find_service(account.service);
  if (!account.login || account.login->scopes.empty() || service == nullptr ||
      service->login == nullptr)
    return;
  const std::string given = " " + account.login->scopes + " ";
  std::istringstream needed(service->login->list_scopes);
  for (std::string scope; needed >> scope;) {
    if (given.find(" " + scope + " ") != std::string::npos) continue;
    throw Error(Exit::kInput, "the login to " + account.title() + " may not change playlists",
                {"", "",
                 "that of " + format_date(account.login->authorised_at) +
                     " was given no right called " + scope,
                 how_to_log_in(account) + ", and asks for it"});
  }
}

std::optional<std::int64_t> login_end(const Account& account) {
  const KnownService* service = find_service(account.service);
  if (!account.login || service == nullptr || service->login == nullptr ||
      service->login->months == 0)
    return std::nullopt;
  namespace chrono = std::chrono;
  const std::int64_t begin = account.login->authorised_at;
  const auto day = chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(begin)));
  chrono::year_month_day date(day);
  date += chrono::months(service->login->months);
  if (!date.ok()) date = date.year() / date.month() / chrono::last;
  const auto end = chrono::sys_days(date).time_since_epoch() + chrono::seconds(begin % kDay);
  return chrono::duration_cast<chrono::seconds>(end).count();
}

std::string login_end_warning(const Account& account, std::int64_t now) {
  const auto end = login_end(account);
  if (!end || now < *end - kWarnedBefore) return "";
  const std::string which =
      account.title() + ": the login of " + format_date(account.login->authorised_at);
  if (now >= *end) return which + " ended on " + format_date(*end) + ": " + how_to_log_in(account);
  return which + " ends on " + format_date(*end) + ", in " +
         counted((*end - now + kDay - 1) / kDay, "day") + ": " + how_to_log_in(account);
}

}  // namespace engine::accounts
