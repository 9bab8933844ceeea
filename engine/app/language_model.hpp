// The language model that somebody has connected (account llm): who may ask it what, how often, and
// what it costs.
//
// Asked     an account that has the question's purpose, the first by its title; a question that no
//           account has the purpose of is nobody's, and its answer says nothing.
// Kept      answers that hold, in the library (store/completions.hpp): the same question gets the same
//           answer. Nothing is sent for one as of more than a day ago: what a model says it says with
//           what it knows today, and a list as of then is one that could have been made then.
// Bounds    requests and tokens of a day (UTC), over all processes, counted when a question is sent.
//           After a wrong key or a limit over there nothing is sent any more in this process.
// Secrets   The key goes to the account's own address. No text of a server's is told or kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "accounts/accounts.hpp"
#include "complete/dialect.hpp"
#include "complete/question.hpp"
#include "config/settings.hpp"
#include "http/client.hpp"
#include "http/service.hpp"
#include "store/completions.hpp"

namespace engine::app {

/// Threads: one.
class LanguageModel {
 public:
  using Send = std::function<void(const http::Service&, http::Request, http::Client::Done)>;
  using Done = std::function<void(complete::Completion)>;

  /// The file of accounts and the library are read when something is asked. `clock`: Unix seconds.
  LanguageModel(std::string accounts_file, std::string library, const Settings& settings,
                std::function<std::int64_t()> clock = nullptr);

  /// `done` is called once, now or when `send` has called its Done; never throws what an account, the
  /// library or a server has wrong: the completion says it.
  void ask(const complete::Question& question, const Send& send, const Done& done);

  /// Asks this account's model for a word that it is given, with nothing of anybody's: whether it
  /// works. What it answered before does not count; it is counted as all that is asked.
  void check(const accounts::Account& account, const Send& send, const Done& done);

 private:
  struct Asked;
  void send_to(const std::shared_ptr<Asked>& asked, const complete::Model& model);
  void take(const std::shared_ptr<Asked>& asked, const complete::Model& model,
            const http::Answer& answer);
  [[nodiscard]] std::string why_not_sent(const Asked& asked) const;

  std::string accounts_file_, library_;
  const Settings& settings_;
  std::function<std::int64_t()> clock_;
  std::map<std::string, std::string> silent_;           // accounts that are not asked any more: why
  std::map<std::string, complete::Model> known_forms_;  // by account: what its server takes
};

/// The model of an account of the service llm. Throws Error(kInput) for values that cannot be.
complete::Model model_of(const accounts::Account& account);

/// Whether the account may be asked for that.
bool has_purpose(const accounts::Account& account, std::string_view purpose);
/// Whether there is one that may be asked for one of these; a file that cannot be read has none.
bool may_be_asked(const std::string& accounts_file, std::span<const std::string_view> purposes);

/// Today's (UTC), and all there were.
struct ModelCosts {
  CompletionCosts today, ever;
};
ModelCosts model_costs(const Store& store, const std::string& account, std::int64_t clock);

}  // namespace engine::app
