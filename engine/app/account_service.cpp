#include "app/account_service.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include "accounts/services.hpp"

namespace engine::app {

namespace {

double rate_of(const std::string& text) {
  char* end = nullptr;
  const double rate = std::strtod(text.c_str(), &end);
  if (*end == '\0' && rate > 0 && rate <= 1000) return rate;
  throw Error(Exit::kInput, "requests_per_second is a number above 0, at most 1000",
              {"", "", text, "engine connect SERVICE --field requests_per_second=2"});
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
  }
  const std::string& rate = account.value("requests_per_second");
  if (!rate.empty()) service.requests_per_second = rate_of(rate);
  return service;
}

const char* account_value(const accounts::Account& account, std::string_view field) {
  const auto found = account.values.find(std::string(field));
  return found != account.values.end() ? found->second.c_str() : nullptr;
}

AccountAccess::AccountAccess(HttpOutside& outside, const Settings& settings, std::string element,
                             const accounts::Account& account)
    : service_(http_service_of(account, settings)),
      secrets_(service_),
      grant_(outside, std::move(element), service_) {}

std::string AccountAccess::scrubbed(std::string_view text) const {
  return secrets_.scrubbed(text);
}

Error AccountAccess::scrubbed(const Error& error) const {
  const Error::Parts& parts = error.parts();
  return Error(
      error.exit(), scrubbed(error.what()),
      {scrubbed(parts.where), scrubbed(parts.source), scrubbed(parts.why), scrubbed(parts.fix)});
}

}  // namespace engine::app
