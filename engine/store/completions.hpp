// What language models were asked, and what came of it: a row for each time that one was asked.
//
// Kept      the answer that held, by a key of model, purpose and question; of the question nothing
//           else. The same question has the same answer from then on, and is not paid for twice.
// As of     `ts` is the moment as of which it was asked. As of an earlier one it was not answered yet;
//           and what failed as of just this moment has failed, so that a run made again is the same.
// Costs     of all that was asked, answered or not, in tokens where the server tells them and in
//           money where the person has told what tokens cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace engine {

struct AskedCompletion {
  std::int64_t ts = 0;        // as of when it was asked
  std::int64_t asked_at = 0;  // by the clock
  std::string account, model, purpose, key;
  std::optional<std::string> answer;  // JSON; nothing: it failed
  std::int64_t requests = 0;          // that were sent for it
  std::optional<std::int64_t> input_tokens, output_tokens;
  std::optional<double> cost;
};

/// Runs and columns do not see it: no version changes.
void keep_completion(Store& store, const AskedCompletion& asked);

struct KeptCompletion {
  std::optional<std::string> answer;  // nothing: it failed as of just then
};
/// As of `now`; nothing where it is not known.
std::optional<KeptCompletion> find_completion(const Store& store, std::string_view key,
                                              std::int64_t now);

struct CompletionCosts {
  std::int64_t requests = 0, answers = 0, input_tokens = 0, output_tokens = 0;
  std::int64_t untold = 0;  // answers that came without a count of tokens
  double cost = 0;
};
/// Of an account, by the clock from `since` on.
CompletionCosts completion_costs(const Store& store, std::string_view account, std::int64_t since);

}  // namespace engine
