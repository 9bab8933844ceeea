#include "app/http_outside.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/error.hpp"
#include "http/address.hpp"
#include "http/secrets.hpp"
#include "plugin/http_service.hpp"

namespace engine::app {
namespace {

/// Why an element may not ask, in words for its user.
struct NotAllowed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_this_machine(const http::Address& address) {
  const std::string& host = address.host;
  return !address.is_https && (host == "localhost" || host == "[::1]" ||
                               (host.starts_with("127.") && http::is_numeric_or_local(host)));
}

http::Answer no_answer(const std::string& why) {
  http::Answer answer;
  answer.problem = why;
  return answer;
}

}  // namespace

HttpOutside::HttpOutside(const Settings& settings, std::string folder,
                         std::unique_ptr<LanguageModel> model)
    : settings_(settings),
      elements_(settings.elements()),
      folder_(std::move(folder)),
      model_(std::move(model)) {}

HttpOutside::~HttpOutside() = default;

http::Client& HttpOutside::client() {
  if (client_ == nullptr) {
    http::Client::Options options;
    options.folder = folder_;
    options.is_offline = settings_.boolean("http.offline");
    options.contact = settings_.text("http.contact");
    if (std::ranges::any_of(options.contact, [](char c) { return c < ' ' || c > '~'; }))
      throw Error(Exit::kInput, "http.contact is a line of plain ASCII",
                  {"", "", "it is sent with every question",
                   "engine config set http.contact ann@example.org"});
    client_ = std::make_unique<http::Client>(std::move(options));
  }
  return *client_;
}

int HttpOutside::descriptor() {
  return client().descriptor();
}

void HttpOutside::look() {
  client().look();
}

/// Whom the element may ask under this target. Throws NotAllowed, std::invalid_argument.
http::Service HttpOutside::service_for(const std::string& element,
                                       const std::string& target) const {
  if (const auto granted = granted_.find(element); granted != granted_.end())
    return granted->second.service;
  http::Service service;
  service.name = element;
  service.timeout_seconds = settings_.number("http.timeout_seconds");
  service.requests_per_second = 0;  // a list is waited for; the other end is the user's own
  service.attempts = 1;             // likewise: the element's own time limit holds
  const char* configured = elements_.find(element + ".url");
  const bool is_path = target.starts_with('/');
  if (configured == nullptr && is_path)
    throw NotAllowed("elements[\"" + element + "\"].url is not set");
  if (configured != nullptr) {
    const http::Address address = http::parse_address(configured);
    const char* remote = elements_.find(element + ".allow_remote");
    const bool may_be_remote = remote != nullptr && std::string_view(remote) == "true";
    if (is_path || http::parse_address(target).is_same_origin(address)) {
      if (!may_be_remote && !is_this_machine(address))
        throw NotAllowed(address.origin() +
                         " is not an http address of this machine, and elements[\"" + element +
                         "\"].allow_remote is not set");
      service.address = is_path ? address.text() : address.origin();
      return service;
    }
  }
  const http::Address address = http::parse_address(target);
  if (!is_this_machine(address))
    throw NotAllowed(address.origin() +
                     " is not an http address of this machine, and not that of "
                     "elements[\"" +
                     element + "\"].url");
  if (!settings_.boolean("limits.network"))
    throw NotAllowed(
        "this run may open no connection: set limits.network to allow it, or name the "
        "address in the configuration, as elements[\"" +
        element + "\"].url");
  service.address = address.origin();
  return service;
}

http::Answer HttpOutside::ask_now(const http::Service& service, http::Request request) {
  return client().ask(service, std::move(request));
}

LanguageModel::Send HttpOutside::sending_now() {
  return
      [this](const http::Service& service, http::Request request, const http::Client::Done& done) {
        done(client().ask(service, std::move(request)));
      };
}

complete::Completion HttpOutside::complete_now(const complete::Question& question) {
  complete::Completion completion;
  if (model_ != nullptr)
    model_->ask(question, sending_now(),
                [&](complete::Completion given) { completion = std::move(given); });
  return completion;
}

complete::Completion HttpOutside::check_model(const accounts::Account& account) {
  complete::Completion completion;
  if (model_ != nullptr)
    model_->check(account, sending_now(),
                  [&](complete::Completion given) { completion = std::move(given); });
  return completion;
}

void HttpOutside::start_completion(std::uint64_t who, const complete::Question& question) {
  const std::uint64_t number = next_++;
  under_way_[who][number] = 0;  // what was paid for is kept, even if nobody waits for it any more
  const auto take = [this, who, number](const complete::Completion& completion) {
    const auto his = under_way_.find(who);
    if (his == under_way_.end() || his->second.erase(number) == 0) return;
    if (his->second.empty()) under_way_.erase(his);
    answers_[who].push_back(complete::pack(completion));
  };
  if (model_ == nullptr) return take({});
  model_->ask(
      question,
      [this](const http::Service& service, http::Request request, http::Client::Done done) {
        client().start(service, std::move(request), std::move(done));
      },
      take);
}

void HttpOutside::refuse(std::uint64_t who, const std::string& why) {
  answers_[who].push_back(http::pack(no_answer(why)));
}

void HttpOutside::ask(std::uint64_t who, const std::string& bytes) {
  try {
    if (complete::is_question(bytes))
      return start_completion(who, complete::unpack_question(bytes));
    const HttpQuestion question = unpack_http_question(bytes);
    start(who, question.element, question.request, /*refused=*/"");
  } catch (const NotAllowed& problem) {
    refuse(who, problem.what());
  } catch (const std::invalid_argument& problem) {
    refuse(who, std::string("the address cannot be asked: ") + problem.what());
  }
}

void HttpOutside::start(std::uint64_t who, const std::string& element, const http::Request& request,
                        const std::string& refused) {
  http::Service service = service_for(element, request.target);
  const auto granted = granted_.find(element);
  const std::uint64_t number = next_++;
  if (granted == granted_.end() || !granted->second.login.token) {
    under_way_[who][number] = client().start(
        service, request,
        [this, who, number](http::Answer answer) { take_answer(who, number, std::move(answer)); });
    return;
  }
  const HttpLogin& login = granted->second.login;
  std::string token;
  try {
    token = login.token(refused);
  } catch (const Error& error) {
    std::string why = error.what();
    for (const std::string& part : {error.parts().why, error.parts().fix})
      if (!part.empty()) why += "; " + part;
    return refuse(who, why);
  }
  service.credentials = {{"Authorization", "Bearer " + token}};
  for (const std::string& secret : login.secrets()) service.secrets.push_back(secret);
  under_way_[who][number] =
      client().start(service, request,
                     [this, who, number, service, element, request, token,
                      is_last = !refused.empty()](http::Answer answer) {
                       if (answer.status == 401 && !is_last && granted_.contains(element)) {
                         under_way_[who].erase(number);
                         return start(who, element, request, token);
                       }
                       const http::Secrets secrets(service);
                       if (secrets.are_in(answer.body)) answer.body = secrets.scrubbed(answer.body);
                       take_answer(who, number, std::move(answer));
                     });
}

void HttpOutside::take_answer(std::uint64_t who, std::uint64_t number, http::Answer answer) {
  const auto his = under_way_.find(who);
  his->second.erase(number);
  if (his->second.empty()) under_way_.erase(his);
  answers_[who].push_back(http::pack(answer));
}

bool HttpOutside::take(std::uint64_t who, std::string& answer) {
  const auto his = answers_.find(who);
  if (his == answers_.end() || his->second.empty()) return false;
  answer = std::move(his->second.front());
  his->second.pop_front();
  if (his->second.empty()) answers_.erase(his);
  return true;
}

void HttpOutside::forget(std::uint64_t who) {
  if (const auto his = under_way_.find(who); his != under_way_.end())
    for (const auto& [number, id] : his->second)
      if (id != 0) client().cancel(id);
  under_way_.erase(who);
  answers_.erase(who);
}

void HttpOutside::leave() {
  client_.reset();  // which knows that it is not its own process
}

}  // namespace engine::app
