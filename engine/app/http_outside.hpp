// What elements ask over HTTP, answered in the supervisor's process: who may ask whom, and the one
// client that asks.
//
// Who has a setting elements.NAME.url may ask at that address: on this machine, anywhere else where
// elements.NAME.allow_remote is true. Where limits.network is set, any element may ask any http
// address of this machine. While somebody holds a Grant for an element it asks that service, and no
// other; where one logs in to that in a browser its token goes along, is renewed where the service
// refuses it, and stands in no answer. Nothing else is asked; the answer says why. Questions for a
// language model (complete/question.hpp) are for app/language_model.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/language_model.hpp"
#include "config/settings.hpp"
#include "http/client.hpp"
#include "worker/outside.hpp"

namespace engine::app {

/// Where the token comes from that goes along; empty functions: none does.
struct HttpLogin {
  /// One in place of `refused`, which is "" the first time. Throws Error.
  std::function<std::string(const std::string& refused)> token = nullptr;
  /// All tokens there have been.
  std::function<std::vector<std::string>()> secrets = nullptr;
};

/// Threads: that of the supervisor.
class HttpOutside final : public Outside {
 public:
  /// `folder`: of cached answers and rates. The client is made with the first question. `model`
  /// answers what is asked of language models; nullptr: nobody does.
  HttpOutside(const Settings& settings, std::string folder,
              std::unique_ptr<LanguageModel> model = nullptr);
  ~HttpOutside() override;

  class Grant {
   public:
    Grant(HttpOutside& outside, std::string element, http::Service service, HttpLogin login = {})
        : outside_(outside), element_(std::move(element)) {
      outside_.granted_[element_] = {std::move(service), std::move(login)};
    }
    ~Grant() { outside_.granted_.erase(element_); }
    Grant(const Grant&) = delete;
    Grant& operator=(const Grant&) = delete;

   private:
    HttpOutside& outside_;
    std::string element_;
  };

  /// Asks, and waits, for the engine's own questions.
  http::Answer ask_now(const http::Service& service, http::Request request);
  complete::Completion complete_now(const complete::Question& question);
  complete::Completion check_model(const accounts::Account& account);

  [[nodiscard]] int descriptor() override;
  void look() override;
  void ask(std::uint64_t who, const std::string& question) override;
  bool take(std::uint64_t who, std::string& answer) override;
  void forget(std::uint64_t who) override;
  void leave() override;

 private:
  struct Granted {
    http::Service service;
    HttpLogin login;
  };

  http::Client& client();
  void start(std::uint64_t who, const std::string& element, const http::Request& request,
             const std::string& refused);
  void take_answer(std::uint64_t who, std::uint64_t number, http::Answer answer);
  LanguageModel::Send sending_now();
  void start_completion(std::uint64_t who, const complete::Question& question);
  void refuse(std::uint64_t who, const std::string& why);
  [[nodiscard]] http::Service service_for(const std::string& element,
                                          const std::string& target) const;

  const Settings& settings_;
  ElementSettings elements_;
  std::string folder_;
  std::map<std::string, Granted> granted_;  // by element
  std::unique_ptr<LanguageModel> model_;
  std::unique_ptr<http::Client> client_;
  std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>>
      under_way_;                                             // by who, by question; 0: of a model
  std::map<std::uint64_t, std::deque<std::string>> answers_;  // by who
  std::uint64_t next_ = 0;
};

}  // namespace engine::app
