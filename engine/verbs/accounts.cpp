// engine connect|disconnect SERVICE, engine accounts: what a person has with services and players.
#include "accounts/accounts.hpp"

#include <algorithm>

#include "accounts/services.hpp"
#include "app/secret_file.hpp"
#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using accounts::Account;
using accounts::Accounts;

bool is_secret(const Account& account, const std::string& field) {
  const std::vector<std::string> secrets = account.secrets();
  return std::find(secrets.begin(), secrets.end(), account.value(field)) != secrets.end();
}

/// What others may see of it: of what is secret only that it is there.
Json account_json(const Account& account) {
  Json values = Json::object(), secrets = Json::array();
  for (const auto& [field, value] : account.values) {
    if (is_secret(account, field)) {
      secrets.push_back(field);
    } else {
      values[field] = value;
    }
  }
  return {{"account", account.title()},
          {"service", account.service},
          {"values", std::move(values)},
          {"secrets", std::move(secrets)}};
}

std::string account_text(const Account& account) {
  std::string text = account.title();
  for (const auto& [field, value] : account.values)
    text += "  " + field + " " + (is_secret(account, field) ? "(kept)" : one_line(value));
  return text + "\n";
}

std::string services_text() {
  std::string text;
  for (const accounts::KnownService& service : accounts::known_services()) {
    text += std::string("  ") + service.name + "  " + service.title + "\n";
    for (const accounts::ServiceField& field : service.fields) {
      text += std::string("    ") + field.name + ": " + field.help;
      if (*field.usual != '\0') text += std::string(" [") + field.usual + "]";
      text += "\n";
    }
  }
  return text;
}

Answer list_accounts(const app::Caller& caller, const Arguments& /*arguments*/) {
  const Accounts accounts(caller.home.accounts_file());
  const std::vector<Account> all = accounts.list();
  Answer answer;
  answer.data["accounts"] = Json::array();
  for (const Account& account : all) {
    answer.data["accounts"].push_back(account_json(account));
    answer.text += account_text(account);
  }
  if (all.empty()) answer.text = "no account is connected\n";
  answer.text += "\nengine connect SERVICE connects one of\n" + services_text();
  return answer;
}

/// What can be done with it. Of a plugin's service the engine does not know what that is.
std::string uses(const Account& account) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  std::string text;
  if (service == nullptr || service->takes_lists)
    text += "lists go there by: engine run weekly --to " + account.title() + ":Weekly --dry-run\n";
  if (service == nullptr || service->is_read)
    text += "what it knows comes by: engine sync " + account.title() + " --dry-run\n";
  return text;
}

Answer connect(const app::Caller& caller, const Arguments& arguments) {
  Accounts accounts(caller.home.accounts_file());
  Account account = accounts::account_called(arguments.text("service"));
  for (const Account& before : accounts.list())
    if (before.title() == account.title()) account.values = before.values;
  if (arguments.has("address")) account.values["address"] = arguments.text("address");
  if (arguments.has("login")) account.values["user"] = arguments.text("login");
  for (const std::string& field : arguments.texts("field")) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(Exit::kUsage, "--field takes NAME=VALUE", {"", "", field, ""});
    account.values[field.substr(0, equals)] = field.substr(equals + 1);
  }
  if (arguments.has("secret"))
    account.values[arguments.text("secret-field")] = app::read_secret(arguments.text("secret"));
  accounts.put(account);
  return {.data = account_json(account), .text = "kept " + account_text(account) + uses(account)};
}

Answer disconnect(const app::Caller& caller, const Arguments& arguments) {
  Accounts accounts(caller.home.accounts_file());
  const std::string& title = arguments.text("service");
  if (!accounts.remove(title))
    throw Error(Exit::kInput, "no account " + one_line(title) + " is connected",
                {"", "", "", "see: engine accounts"});
  return {.data = {{"account", title}},
          .text = title + " is no longer connected; what was put there stays there\n"};
}

Parameter service_parameter() {
  return {.name = "service",
          .value_name = "SERVICE",
          .help =
              "subsonic, mpd, lastfm, or a service of a plugin's; SERVICE@NAME for a second "
              "account",
          .is_first = true,
          .is_required = true};
}

}  // namespace

std::vector<Verb> accounts_verbs() {
  return {
      {.name = "accounts",
       .help = "List the services and players that you have connected, and those there are",
       .footer =
           "Passwords are never shown. They stand in accounts.json beside the settings, which "
           "only you can read;\nPLAYLIST_ACCOUNTS_SUBSONIC_PASSWORD and its like in the "
           "environment go before it.",
       .answer = list_accounts},
      {.name = "connect",
       .help = "Say where a service or player is, and how to log in",
       .parameters =
           {service_parameter(),
            {.name = "address",
             .value_name = "ADDRESS",
             .help = "Where it is: https://music.example.org, mpd://HOST:6600, unix:///PATH"},
            {.name = "login", .value_name = "NAME", .help = "The name that you log in with there"},
            {.name = "secret",
             .value_name = "FILE",
             .help = "Read the password from the first line of this file, which only you may read; "
                     "- is standard input, which a terminal does not show",
             .is_local = true},
            {.name = "secret-field",
             .value_name = "NAME",
             .help = "What it is: password, api_key",
             .usual = "password",
             .needs = "secret"},
            {.name = "field",
             .value_name = "NAME=VALUE",
             .help = "Something else that the service wants to be told, and is no secret",
             .is_several = true}},
       .footer = "What is not given stays as it was. Nothing is asked over the network.",
       .answer = connect},
      {.name = "disconnect",
       .help = "Forget a service or player, with its password",
       .parameters = {service_parameter()},
       .answer = disconnect}};
}

}  // namespace engine::verbs
