// engine connect|disconnect SERVICE, engine accounts: what a person has with services and players.
#include "accounts/accounts.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "accounts/services.hpp"
#include "accounts/telegram.hpp"
#include "accounts/tokens.hpp"
#include "app/account_login.hpp"
#include "app/account_service.hpp"
#include "app/http_outside.hpp"
#include "app/secret_file.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "verbs/json_values.hpp"
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
  Json json = {{"account", account.title()},
               {"service", account.service},
               {"values", std::move(values)},
               {"secrets", std::move(secrets)},
               {"login", nullptr}};
  if (!account.login) return json;
  for (const char* token : {"access_token", "refresh_token"}) json["secrets"].push_back(token);
  const auto end = accounts::login_end(account);
  json["login"] = {{"authorised", format_time(account.login->authorised_at)},
                   {"ends", end ? Json(format_time(*end)) : Json(nullptr)},
                   {"scopes", account.login->scopes}};
  return json;
}

std::string account_text(const Account& account) {
  std::string text = account.title();
  for (const auto& [field, value] : account.values)
    text += "  " + field + " " + (is_secret(account, field) ? "(kept)" : one_line(value));
  if (account.login) text += "  logged in " + format_date(account.login->authorised_at);
  if (const auto end = accounts::login_end(account)) text += ", until " + format_date(*end);
  return text + "\n";
}

bool is_language_model(const Account& account) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  return service != nullptr && service->is_language_model;
}

// ---- what language models cost ----

Json costs_json(const CompletionCosts& costs, bool has_prices) {
  return {{"requests", costs.requests},
          {"answers", costs.answers},
          {"input_tokens", costs.input_tokens},
          {"output_tokens", costs.output_tokens},
          {"untold", costs.untold},
          {"cost", has_prices ? Json(costs.cost) : Json(nullptr)}};
}

std::string costs_text(const CompletionCosts& costs, const std::string& currency) {
  std::string text = counted(costs.requests, "question") + ", " +
                     std::to_string(costs.input_tokens) + " tokens sent, " +
                     std::to_string(costs.output_tokens) + " answered";
  if (costs.untold > 0)
    text += " (and those of " + counted(costs.untold, "answer") + " that did not tell)";
  if (currency.empty()) return text;
  char money[48];
  std::snprintf(money, sizeof money, ", %.4f ", costs.cost);
  return text + money + one_line(currency);
}

/// Into the answer, where there is a library that knows.
void tell_costs(const app::Caller& caller, const Account& listed, Answer& answer) {
  if (!std::filesystem::exists(caller.home.library_path())) return;
  const Account account = accounts::completed(listed);
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const app::ModelCosts costs =
      app::model_costs(store, account.title(), static_cast<std::int64_t>(std::time(nullptr)));
  const bool has_prices =
      !account.value("input_price").empty() || !account.value("output_price").empty();
  const std::string currency = has_prices ? account.value("currency") : "";
  answer.data["costs"].push_back({{"account", account.title()},
                                  {"currency", text_or_null(currency)},
                                  {"today", costs_json(costs.today, has_prices)},
                                  {"ever", costs_json(costs.ever, has_prices)}});
  answer.text += "  today (UTC) " + costs_text(costs.today, currency) + "; in all " +
                 costs_text(costs.ever, currency) + "\n";
}

/// What there is to be connected, and what each wants to be told.
Json services_json() {
  Json services = Json::array();
  for (const accounts::KnownService& service : accounts::known_services()) {
    Json fields = Json::array();
    for (const accounts::ServiceField& field : service.fields)
      fields.push_back({{"name", field.name},
                        {"help", field.help},
                        {"secret", field.is_secret},
                        {"required", field.is_required},
                        {"usual", text_or_null(field.usual)},
                        {"choices", accounts::listed_values(field.choices)},
                        {"several", field.is_several}});
    services.push_back(
        {{"service", service.name},
         {"title", service.title},
         {"login", service.login != nullptr},
         {"takes_lists", service.takes_lists},
         {"is_read", service.is_read},
         {"tells_lyrics", service.brings_lyrics},
         {"features", service.features},
         {"answers", service.answers},
         {"language_model", service.is_language_model},
         {"sent", text_or_null(service.sent)},
         {"requests_per_second",
          service.requests_per_second > 0 ? Json(service.requests_per_second) : Json(nullptr)},
         {"fields", std::move(fields)}});
  }
  return services;
}

std::string services_text() {
  std::string text;
  for (const accounts::KnownService& service : accounts::known_services()) {
    text += std::string("  ") + service.name + "  " + service.title + "\n";
    for (const accounts::ServiceField& field : service.fields) {
      text += std::string("    ") + field.name + ": " + field.help;
      if (*field.choices != '\0') text += std::string(": ") + field.choices;
      if (*field.usual != '\0') text += std::string(" [") + field.usual + "]";
      text += "\n";
    }
  }
  return text;
}

/// Whether Telegram knows the bot, and what it calls it.
app::LoginCheck check_bot(const app::Caller& caller, const Account& account) {
  const http::Answer answered =
      caller.home.outside().ask_now(app::http_service_of(account, caller.home.settings()),
                                    accounts::telegram_request(account, "getMe", Json::object()));
  const accounts::TelegramAnswer bot =
      accounts::telegram_answer(account, answered, std::time(nullptr));
  if (!bot.is_ok) return {account.title(), false, bot.problem};
  const bool has_name = bot.result.is_object() && bot.result.contains("username") &&
                        bot.result.at("username").is_string();
  return {account.title(), true,
          has_name ? "it is @" + bot.result.at("username").get<std::string>() : "it has no name"};
}

void check_account(const app::Caller& caller, const Accounts& accounts, const Account& account,
                   Answer& answer) {
  const bool is_bot = account.service == "telegram";
  if (!account.login && !is_language_model(account) && !is_bot) return;
  const char* what = account.login ? "the login" : "it";
  app::LoginCheck check{account.title(), false, ""};
  if (account.login) {
    check = app::check_login(caller, accounts.require(account.title()));
  } else if (is_bot) {
    check = check_bot(caller, accounts.require(account.title()));
  } else {
    const complete::Completion completion =
        caller.home.outside().check_model(accounts.require(account.title()));
    check.works = completion.is_given;
    check.told = completion.is_given ? completion.model + " answers" : completion.why;
  }
  answer.data["checked"].push_back(
      {{"account", check.account}, {"works", check.works}, {"told", check.told}});
  answer.text += std::string("  ") + what + (check.works ? " works: " : " does not work: ") +
                 one_line(check.told) + "\n";
  if (!check.works) answer.exit = Exit::kInput;
}

Answer list_accounts(const app::Caller& caller, const Arguments& arguments) {
  const Accounts accounts(caller.home.accounts_file());
  const std::vector<Account> all = accounts.list();
  Answer answer;
  answer.data = {{"accounts", Json::array()},
                 {"checked", Json::array()},
                 {"costs", Json::array()},
                 {"services", services_json()}};
  for (const Account& account : all) {
    answer.data["accounts"].push_back(account_json(account));
    answer.text += account_text(account);
    if (const std::string warning = accounts::login_end_warning(account, caller.asked.now);
        !warning.empty())
      caller.note_once(warning);
    if (arguments.flag("check")) check_account(caller, accounts, account, answer);
    if (is_language_model(account)) tell_costs(caller, account, answer);
  }
  if (all.empty()) answer.text = "no account is connected\n";
  answer.text += "\nengine connect SERVICE connects one of\n" + services_text();
  return answer;
}

/// What is sent to it, purpose by purpose.
std::string purposes_text(const Account& account) {
  std::string text;
  for (const complete::Purpose& purpose : complete::purposes())
    if (app::has_purpose(account, purpose.name))
      text += std::string("it is sent for ") + purpose.name + ": " + purpose.sent + "\n";
  if (text.empty())
    text =
        "nothing is sent to it: name what may be, as in --field purposes=names,moods; see: engine "
        "help llm\n";
  return text;
}

/// What can be done with it. Of a plugin's service the engine does not know what that is.
std::string uses(const Account& account) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  std::string text;
  if (service == nullptr || service->takes_lists)
    text += "lists go there by: engine run weekly --to " + account.title() + ":Weekly --dry-run\n";
  if (service == nullptr || service->is_read)
    text += "what it knows comes by: engine sync " + account.title() + " --dry-run\n";
  if (service != nullptr && service->is_language_model) return text + purposes_text(account);
  if (service != nullptr && *service->sent != '\0')
    text += std::string("then ") + service->sent + "; before that it is asked nothing\n";
  return text;
}

/// Of services that one logs in to in a browser.
Answer connect_by_login(const app::Caller& caller, const Arguments& arguments, Accounts& accounts,
                        const Account& account) {
  const accounts::KnownService& service = *accounts::find_service(account.service);
  Account ready;
  try {
    ready = accounts::completed(account);
  } catch (const Error&) {
    caller.note(service.login->before);
    throw;
  }
  const app::LoggedIn logged_in =
      app::log_in(caller, ready, {arguments.flag("headless"), arguments.number("wait")});
  Account kept = account;
  kept.login = logged_in.account.login;
  kept.values["user"] = logged_in.account.value("user");
  std::erase_if(kept.values, [](const auto& value) { return value.second.empty(); });
  const std::string user_before = account.value("user");
  accounts.put(kept);
  if (!user_before.empty() && kept.value("user") != user_before)
    caller.note(account.title() + " is now " + one_line(kept.value("user")) + ", and was " +
                one_line(user_before) + " before");
  Answer answer{.data = account_json(kept), .text = "kept " + account_text(kept)};
  answer.text += logged_in.untried.empty()
                     ? "logged in as " + one_line(logged_in.name) + "\n"
                     : "the login was not tried: " + one_line(logged_in.untried) +
                           "; later: engine accounts --check\n";
  answer.text += uses(account);
  return answer;
}

/// What was told to one server is no other's to hear: with another address the secrets go.
void forget_secrets_elsewhere(const app::Caller& caller, Account& account, const Account& kept) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  if (service == nullptr) return;
  const auto is_moved = [&](const accounts::ServiceField& field) {
    const bool is_address = field.is_address || field.name == std::string_view("address") ||
                            (service->login != nullptr &&
                             field.name == std::string_view(service->login->accounts_field));
    return is_address && account.value(field.name) != kept.value(field.name);
  };
  if (std::ranges::none_of(service->fields, is_moved)) return;
  bool had_any = account.login.has_value();
  account.login.reset();
  for (const accounts::ServiceField& field : service->fields)
    if (field.is_secret) had_any |= account.values.erase(field.name) > 0;
  if (had_any)
    caller.note("the address is another: what lets in at " + one_line(kept.value("address")) +
                " is not told there");
}

Answer connect(const app::Caller& caller, const Arguments& arguments) {
  Accounts accounts(caller.home.accounts_file());
  const Account kept = accounts.kept(arguments.text("service"));
  Account account = kept;
  if (arguments.has("address")) account.values["address"] = arguments.text("address");
  if (arguments.has("login")) account.values["user"] = arguments.text("login");
  for (const std::string& field : arguments.texts("field")) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(Exit::kUsage, "--field takes NAME=VALUE", {"", "", field, ""});
    account.values[field.substr(0, equals)] = field.substr(equals + 1);
  }
  forget_secrets_elsewhere(caller, account, kept);
  if (arguments.has("secret"))
    account.values[arguments.text("secret-field")] = app::read_secret(arguments.text("secret"));
  const accounts::KnownService* service = accounts::find_service(account.service);
  if (service != nullptr && service->login != nullptr)
    return connect_by_login(caller, arguments, accounts, account);
  if (arguments.flag("headless") || arguments.has("wait"))
    throw Error(Exit::kUsage, "--headless and --wait are for services with a login in the browser",
                {"", "", account.service + " has none", ""});
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
  return {
      .name = "service",
      .value_name = "SERVICE",
      .help =
          "subsonic, mpd, lastfm, listenbrainz, spotify, lrclib, llm, telegram, or a service of a "
          "plugin's; "
          "SERVICE@NAME for a second account",
      .is_first = true,
      .is_required = true};
}

}  // namespace

std::vector<Verb> accounts_verbs() {
  return {
      {.name = "accounts",
       .help = "List the services and players that you have connected, and those there are",
       .parameters = {{.name = "check",
                       .type = Type::kFlag,
                       .help =
                           "Ask those that you have logged in to in a browser whether the login "
                           "still works, and language models and bots whether they answer"}},
       .footer = "Passwords, keys and tokens are never shown. They stand in accounts.json beside "
                 "the settings, which "
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
             .help = "What it is: password, api_key, token",
             .usual = "password",
             .needs = "secret"},
            {.name = "field",
             .value_name = "NAME=VALUE",
             .help = "Something else that the service wants to be told, and is no secret",
             .is_several = true},
            {.name = "headless",
             .type = Type::kFlag,
             .help = "Of a login in the browser: print where to log in, and read from standard "
                     "input the address that the browser ends at",
             .is_local = true},
            {.name = "wait",
             .type = Type::kNumber,
             .value_name = "SECONDS",
             .help = "Of a login in the browser: how long to wait for it",
             .usual = "300",
             .least = 1,
             .most = 3600,
             .excludes = "headless"}},
       .footer =
           "What is not given stays as it was. spotify opens a login in the browser, and is asked "
           "who has logged in; of all\nothers nothing is asked over the network.",
       .answer = connect},
      {.name = "disconnect",
       .help = "Forget a service or player, with its password",
       .parameters = {service_parameter()},
       .answer = disconnect}};
}

}  // namespace engine::verbs
