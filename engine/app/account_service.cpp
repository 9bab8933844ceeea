#include "app/account_service.hpp"

#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "accounts/services.hpp"
#include "http/address.hpp"
#include "http/secrets.hpp"

namespace engine::app {

namespace {

double rate_of(const std::string& text) {
  char* end = nullptr;
  const double rate = std::strtod(text.c_str(), &end);
  if (*end == '\0' && rate > 0 && rate <= 1000) return rate;
  throw Error(Exit::kInput, "requests_per_second is a number above 0, at most 1000",
              {"", "", text, "engine connect SERVICE --field requests_per_second=2"});
}

/// "labs.example.org:8443" of a further address of the service.
std::string host_of(const accounts::Account& account, const accounts::ServiceField& field) {
  const std::string& address = account.value(field.name);
  try {
    const http::Address parts = http::parse_service_address(address);
    return parts.host + ":" + std::to_string(parts.port);
  } catch (const std::invalid_argument& error) {
    throw Error(Exit::kInput, account.title() + " has no such " + field.name,
                {address, "", error.what(),
                 "engine connect " + account.title() + " --field " + field.name + "=https://..."});
  }
}

}  // namespace

http::Service http_service_of(const accounts::Account& account, const Settings& settings) {
  http::Service service;
  service.name = account.title();
  service.address = account.value("address");
  service.secrets = account.secrets();
  service.timeout_seconds = settings.number("http.timeout_seconds");
  if (const accounts::KnownService* known = accounts::find_service(account.service)) {
    service.requests_per_second = known->requests_per_second;
    service.burst = known->burst;
    for (const accounts::ServiceField& field : known->fields)
      if (field.is_address && !account.value(field.name).empty())
        service.other_hosts.push_back(host_of(account, field));
  }
  const std::string& rate = account.value("requests_per_second");
  if (!rate.empty()) service.requests_per_second = rate_of(rate);
  return service;
}

const char* account_value(const accounts::Account& account, std::string_view field) {
  const auto found = account.values.find(std::string(field));
  return found != account.values.end() ? found->second.c_str() : nullptr;
}

std::shared_ptr<accounts::Tokens> tokens_of(const accounts::Account& account, const Home& home) {
  if (!account.login) return nullptr;
  const auto client = std::make_shared<HttpOutside>(home.settings(), home.http_folder());
  const double timeout = home.settings().number("http.timeout_seconds");
  return std::make_shared<accounts::Tokens>(
      accounts::Accounts(home.accounts_file()), account,
      [client, timeout](http::Service service, http::Request request) {
        service.timeout_seconds = timeout;
        return client->ask_now(service, std::move(request));
      },
      [] { return static_cast<std::int64_t>(std::time(nullptr)); });
}

namespace {

HttpLogin login_by(const std::shared_ptr<accounts::Tokens>& tokens) {
  if (tokens == nullptr) return {};
  return {.token =
              [tokens](const std::string& refused) {
                return refused.empty() ? tokens->access_token() : tokens->token_after(refused);
              },
          .secrets = [tokens] { return tokens->secrets(); }};
}

}  // namespace

AccountAccess::AccountAccess(const Caller& caller, std::string element,
                             const accounts::Account& account)
    : service_(http_service_of(account, caller.home.settings())),
      tokens_(tokens_of(account, caller.home)),
      grant_(caller.home.outside(), std::move(element), service_, login_by(tokens_)) {
  if (const std::string warning = accounts::login_end_warning(account, caller.asked.now);
      !warning.empty())
    caller.note_once(warning);
}

std::string AccountAccess::scrubbed(std::string_view text) const {
  http::Service service = service_;
  if (tokens_ != nullptr) {
    const std::vector<std::string>& tokens = tokens_->secrets();
    service.secrets.insert(service.secrets.end(), tokens.begin(), tokens.end());
  }
  return http::Secrets(service).scrubbed(text);
}

Error AccountAccess::scrubbed(const Error& error) const {
  const Error::Parts& parts = error.parts();
  return Error(
      error.exit(), scrubbed(error.what()),
      {scrubbed(parts.where), scrubbed(parts.source), scrubbed(parts.why), scrubbed(parts.fix)});
}

}  // namespace engine::app
