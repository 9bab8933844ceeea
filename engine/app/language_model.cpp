#include "app/language_model.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "accounts/services.hpp"
#include "app/account_service.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "store/store.hpp"

namespace engine::app {
namespace {

using accounts::Account;
using complete::Completion;
using complete::Model;
using complete::Question;

/// A question as of earlier than this before the clock is not sent.
constexpr std::int64_t kLongestAgo = kDay;

Completion none(std::string why) {
  Completion completion;
  completion.why = std::move(why);
  return completion;
}

/// Of a field that `engine connect` has checked; nothing where there is none.
std::optional<double> number_of(const Account& account, const std::string& field) {
  const std::string& text = account.value(field);
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (*end == '\0' && number >= 0) return number;
  throw Error(Exit::kInput, account.title() + " has a " + field + " that is no number",
              {"", "", "", "engine connect " + account.title() + " --field " + field + "=NUMBER"});
}

/// "its words: why", as one line.
std::string told(const Error& error) {
  std::string text = error.what();
  if (!error.parts().why.empty()) text += ": " + error.parts().why;
  return text;
}

std::optional<double> cost_of(const Account& account, const complete::Reply& reply) {
  const auto input = number_of(account, "input_price"), output = number_of(account, "output_price");
  if ((!input && !output) || !reply.input_tokens || !reply.output_tokens) return std::nullopt;
  return (input.value_or(0) * static_cast<double>(*reply.input_tokens) +
          output.value_or(0) * static_cast<double>(*reply.output_tokens)) /
         1e6;
}

std::int64_t start_of_day(std::int64_t clock) {
  return clock - clock % kDay;
}

Store read_library(const std::string& path) {
  return Store::open(path, {.is_read_only = true, .may_create = false});
}

}  // namespace

/// From ask() until its Done is called.
struct LanguageModel::Asked {
  Account account;
  Question question;
  std::string key;
  Send send;
  Done done;
  std::int64_t requests = 0;  // that were sent
};

LanguageModel::LanguageModel(std::string accounts_file, std::string library,
                             const Settings& settings, std::function<std::int64_t()> clock)
    : accounts_file_(std::move(accounts_file)),
      library_(std::move(library)),
      settings_(settings),
      clock_(clock ? std::move(clock)
                   : [] { return static_cast<std::int64_t>(std::time(nullptr)); }) {}

void LanguageModel::ask(const Question& question, const Send& send, const Done& done) {
  const auto asked = std::make_shared<Asked>();
  try {
    if (const std::string problem = complete::problem_of(question); !problem.empty())
      return done(none("a question that is none: " + problem));
    const accounts::Accounts accounts(accounts_file_);
    std::optional<Account> wanted;
    for (const Account& account : accounts.list())
      if (!wanted && has_purpose(account, question.purpose))
        wanted = accounts.require(account.title());
    if (!wanted) return done({});
    *asked = {*wanted, question, "", send, done};
    const Model model = model_of(asked->account);
    asked->key = complete::key_of(question, model.name);
    if (const auto kept = find_completion(read_library(library_), asked->key, question.now)) {
      if (!kept->answer) return done(none("it did not answer when it was asked"));
      Completion completion = complete::checked_answer(question, *kept->answer);
      completion.model = model.name;
      return done(std::move(completion));
    }
    if (const std::string why = why_not_sent(*asked); !why.empty()) return done(none(why));
    const auto known = known_forms_.find(asked->account.title());
    send_to(asked, known == known_forms_.end() ? model : known->second);
  } catch (const Error& error) {
    done(none(told(error)));
  }
}

void LanguageModel::check(const Account& account, const Send& send, const Done& done) {
  const auto asked = std::make_shared<Asked>();
  try {
    Question question;
    question.purpose = "check";
    question.instruction = "Say that you are ready.";
    question.form = complete::Form::kLabels;
    question.choices = {"ready"};
    question.now = clock_();
    const Model model = model_of(account);
    *asked = {account, question, complete::key_of(question, model.name), send, done};
    send_to(asked, model);
  } catch (const Error& error) {
    done(none(told(error)));
  }
}

/// "" where it may be sent now.
std::string LanguageModel::why_not_sent(const Asked& asked) const {
  const std::int64_t clock = clock_();
  if (!asked.question.may_ask || asked.question.now < clock - kLongestAgo)
    return "it was not asked then, and is not asked anew for what was";
  if (const auto silent = silent_.find(asked.account.title()); silent != silent_.end())
    return silent->second;
  const CompletionCosts today =
      completion_costs(read_library(library_), asked.account.title(), start_of_day(clock));
  const auto requests = number_of(asked.account, "requests_per_day"),
             tokens = number_of(asked.account, "tokens_per_day");
  if (requests && static_cast<double>(today.requests) >= *requests)
    return "it has been asked " + std::to_string(today.requests) +
           " times today, and requests_per_day allows no more";
  if (tokens && static_cast<double>(today.input_tokens + today.output_tokens) >= *tokens)
    return "tokens_per_day are used up for today";
  return "";
}

void LanguageModel::send_to(const std::shared_ptr<Asked>& asked, const Model& model) {
  http::Service service = http_service_of(asked->account, settings_);
  service.credentials = complete::credentials_of(model, asked->account.value("api_key"));
  service.timeout_seconds = number_of(asked->account, "timeout_seconds").value_or(20);
  service.attempts = 2;               // a list is waited for
  service.longest_wait_seconds = 10;  // likewise
  service.largest_answer = 4u << 20;
  ++asked->requests;
  asked->send(service, complete::request_of(model, asked->question, service.address),
              [this, asked, model](const http::Answer& answer) { take(asked, model, answer); });
}

void LanguageModel::take(const std::shared_ptr<Asked>& asked, const Model& model,
                         const http::Answer& answer) {
  const std::string account = asked->account.title();
  if (const auto other = complete::other_form(model, answer); other && asked->requests < 3)
    return send_to(asked, *other);
  if (answer.status == 200) known_forms_[account] = model;
  const complete::Reply reply = complete::read_reply(model, answer);
  Completion completion =
      reply.json.empty() ? none(reply.why) : complete::checked_answer(asked->question, reply.json);
  completion.model = model.name;
  if (!completion.is_given) completion.why = account + ": " + completion.why;
  if (reply.is_for_good) silent_[account] = completion.why;
  AskedCompletion row;
  row.ts = asked->question.now;
  row.asked_at = clock_();
  row.account = account;
  row.model = model.name;
  row.purpose = asked->question.purpose;
  row.key = asked->key;
  if (completion.is_given) row.answer = reply.json;
  row.requests = asked->requests;
  row.input_tokens = reply.input_tokens;
  row.output_tokens = reply.output_tokens;
  try {
    row.cost = cost_of(asked->account, reply);
    if (std::filesystem::exists(library_)) {
      Store store = Store::open(library_, {.may_create = false});
      Transaction transaction(store);
      keep_completion(store, row);
      transaction.commit();
    }
  } catch (const Error& error) {
    // An answer that is not kept would be another one the next time.
    completion = none(account + ": its answer cannot be kept: " + told(error));
  }
  asked->done(std::move(completion));
}

complete::Model model_of(const Account& account) {
  Model model;
  model.name = account.value("model");
  try {
    model.form = account.value("style") == "anthropic"
                     ? complete::SchemaForm::kTool
                     : complete::schema_form(account.value("dialect"));
  } catch (const std::invalid_argument& error) {
    throw Error(Exit::kInput, account.title() + ": " + error.what(),
                {"", "", "", "engine connect " + account.title() + " --field dialect=json_schema"});
  }
  model.most_tokens = static_cast<int>(
      std::clamp(number_of(account, "tokens_per_answer").value_or(1024), 1.0, 1e6));
  return model;
}

bool has_purpose(const Account& account, std::string_view purpose) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  if (service == nullptr || !service->is_language_model) return false;
  const std::vector<std::string> purposes = accounts::listed_values(account.value("purposes"));
  return complete::is_purpose(purpose) &&
         std::find(purposes.begin(), purposes.end(), purpose) != purposes.end();
}

bool may_be_asked(const std::string& accounts_file, std::span<const std::string_view> purposes) {
  try {
    for (const Account& account : accounts::Accounts(accounts_file).list())
      for (const std::string_view purpose : purposes)
        if (has_purpose(account, purpose)) return true;
  } catch (const Error&) {
    return false;  // told where the accounts are asked for
  }
  return false;
}

ModelCosts model_costs(const Store& store, const std::string& account, std::int64_t clock) {
  return {completion_costs(store, account, start_of_day(clock)),
          completion_costs(store, account, 0)};
}

}  // namespace engine::app
